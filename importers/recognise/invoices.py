"""Payments of invoices: by the reference that the payer quotes, against the items that are open.

What is certain is booked, and what isn't is only suggested; a wrong settlement hides two errors, a line that waits
shows one.

- An OCR or creditor reference of an item is certain, whatever the amount: less is a part payment (the rest stays open),
  more is an overpayment: it stands on the item as a credit, flagged `!`, since somebody must pay it back or set it off.
- An invoice's number is certain where the amount is what is left of it, or the payer is the customer. In free text it
  must stand as a word of its own, and the amount must be right to the last unit.
- Several numbers are certain where the items named sum to the amount: several invoices, or an invoice less a credit
  note. Each posting names its item.
- An item that is settled already and is paid again: the second payment stands on it as a credit, flagged `!`.
- An item in another currency, paid in the books' own, is settled by an OCR or creditor reference alone: the whole of
  it, the difference to its booked worth being an exchange gain or loss. Where that difference is more than a tenth, no
  rate explains it and it waits. Paid in its own currency it is settled like any other (`importers.recognise.worth`).

A bank fee that was taken off, or kronor that the payer dropped, are never guessed: the rest stays open on the item.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from importers.book import BookView
from importers.postings import TOTAL_PRICE, posting
from importers.recognise.placed import Payment, Placed
from importers.recognise.pool import ZERO, Claim, Pool
from importers.recognise.quoted import paid_in
from importers.recognise.references import same_party, telling
from ledger.charts.problems import ChartRoleMissing
from ledger.messages import N_, say

#: The largest part of an item's booked worth that is taken for a difference between exchange rates.
MOST_EXCHANGE = Decimal("0.10")


def settle(view: BookView, pool: Pool, pay: Payment, *, on: str | None = None) -> Placed | None:
    """Settle what a payment names; None where it names nothing, or nothing for certain (then it has a hint).

    Args:
        view: the book.
        pool: its items.
        pay: the payment.
        on: the account that the payment stands on already: only items of it with a link.
    """
    claims = [c for c in pool.named(pay.exact) if _fits(c, on) and _usable(pool, c, pay)]
    told = [c for c in pool.named(pay.words) if c.currency == pay.currency and _fits(c, on) and _usable(pool, c, pay)]
    if not claims and not told:
        return None
    return (
        _by_reference(pool, pay, [c for c in claims if c.takes(pay.amount) and c.currency == pay.currency])
        or _by_words(pool, pay, [c for c in told if c.open])
        or _abroad(view, pool, pay, claims)
        or _again(pool, pay, claims, told)
    )


def settle_party(pool: Pool, pay: Payment, on: str) -> Placed | None:
    """Settle the payer's only item of exactly the payment's amount, on the account where the payment stands already.

    Only a payment that quotes nothing: a reference, or a number in its text, may be an invoice's that comes later. Of
    one item that was there when it was paid and one that came later, the first is meant.
    """
    if pay.exact or any(word.isdigit() and telling(word) for word in pay.words):
        return None
    same = [
        c
        for c in pool.of_party(pay.amount, pay.currency, pay.part.counterparty)
        if _fits(c, on) and not c.partner and _usable(pool, c, pay)
    ]
    known = [c for c in same if c.date <= pay.day] or same
    return _several(pool, pay, known) if len(known) == 1 else None


def _fits(claim: Claim, on: str | None) -> bool:
    return on is None or bool(claim.key and claim.account == on)


def _usable(pool: Pool, claim: Claim, pay: Payment) -> bool:
    """Whether a posting of the payment's currency settles an item on its account.

    One in another currency than the books' must have been booked with its worth: else what the payment is worth would
    be set off against nothing.
    """
    if claim.currency == pay.currency != pool.view.unit.currency and not pool.priced(claim):
        if claim.takes(pay.amount):
            text = N_("{number} is named, but was booked without its worth in {currency}: add @@ and the amount to it")
            pay.hints.append(_hint(claim, text, number=claim.label, currency=pool.view.unit.currency))
        return False
    return pool.view.is_open(claim.account, pay.day, claim.currency)


def _strong(claim: Claim, pay: Payment) -> bool:
    """Whether a field of its own holds the item's OCR or creditor reference, not merely its number."""
    return any(r in claim.references and r != claim.number for r in pay.exact)


def _payer(claim: Claim, pay: Payment) -> bool:
    return same_party(claim.counterparty, pay.part.counterparty)


def _by_reference(pool: Pool, pay: Payment, claims: Sequence[Claim]) -> Placed | None:
    """By a reference in a field of its own."""
    sure = [c for c in claims if _strong(c, pay) or c.open == pay.amount or _payer(c, pay)]
    if len(sure) == 1:
        return _one(pool, pay, sure[0])
    if sure and all(c.counterparty == sure[0].counterparty and c.partner == sure[0].partner for c in sure):
        # One reference on all invoices of a customer: the one of this amount, the oldest first, or all of them.
        equal = [c for c in sure if c.open == pay.amount]
        if equal:
            return _one(pool, pay, equal[0])
        if sum((c.open for c in sure), ZERO) == pay.amount:
            return _several(pool, pay, sure)
    for claim in claims:
        if claim in sure:
            text = N_("{number} is named, and other open items carry the same reference")
        else:
            text = N_("{number} is named, but {open} {currency} are open, and the payer has another name")
        pay.hints.append(_hint(claim, text, number=claim.label, open=abs(claim.open), currency=claim.currency))
    return None


def _by_words(pool: Pool, pay: Payment, named: Sequence[Claim]) -> Placed | None:
    """By numbers in free text."""
    one_party = all(c.counterparty == named[0].counterparty and c.partner == named[0].partner for c in named)
    if len(named) > 1 and one_party and sum((c.open for c in named), ZERO) == pay.amount:
        return _several(pool, pay, named)
    equal = [
        c
        for c in named
        if c.open == pay.amount and (_payer(c, pay) or any(telling(r) for r in c.references & pay.words))
    ]
    if len(equal) == 1:
        return _one(pool, pay, equal[0])
    for claim in named:
        if claim.takes(pay.amount) and (_payer(claim, pay) or len(equal) > 1):
            text = N_("the text names {number}, of which {open} {currency} are open")
            pay.hints.append(_hint(claim, text, number=claim.label, open=abs(claim.open), currency=claim.currency))
    return None


def _again(pool: Pool, pay: Payment, claims: Iterable[Claim], told: Iterable[Claim]) -> Placed | None:
    """An item that is settled already."""
    exact = [c for c in claims if c.settled and c.currency == pay.currency and (_strong(c, pay) or _payer(c, pay))]
    same = [c for c in told if c.settled and abs(c.amount) == abs(pay.amount) and _payer(c, pay)]
    for claim in sorted(exact or same, key=lambda c: (c.paid or c.date, c.key), reverse=True):
        when = claim.paid or claim.date
        if claim.amount * pay.amount < 0:
            text = N_("{number}, paid on {date}, may be taken back by it")
            pay.hints.append(_hint(claim, text, number=claim.label, date=when))
            return None
        if claim.key:
            reason = say(N_("{number} was paid already on {date}"), number=claim.label, date=when)
            deposit = paid_in(pool, pay, claim.references)
            if deposit is not None:
                text = N_(
                    "{reason}, by deposit {deposit} on {account}, which waits for the bank: this may be a part of it"
                )
                reason = say(text, reason=reason, deposit=deposit.label, account=deposit.account)
            return _flagged(pool, pay, claim, reason)
    return None


def _one(pool: Pool, pay: Payment, claim: Claim) -> Placed:
    """All of a payment on one item."""
    if abs(pay.amount) > abs(claim.open):
        more = abs(pay.amount) - abs(claim.open)
        text = N_("{number} is paid with {more} {currency} too much: pay it back or set it off")
        reason = say(text, number=claim.label, more=more, currency=pay.currency)
        return _flagged(pool, pay, claim, reason)
    return _several(pool, pay, [claim], [pay.amount])


def _several(pool: Pool, pay: Payment, claims: Sequence[Claim], amounts: Sequence[Decimal] | None = None) -> Placed:
    """A payment that settles what is left of items, or the amounts given."""
    paid = list(amounts or [c.open for c in claims])
    assert sum(paid, ZERO) == pay.amount
    named = not pay.alone or len(claims) > 1
    postings = []
    for claim, amount in zip(claims, paid, strict=True):
        pool.settle(claim, -amount, pay.day)
        postings.append(posting(claim.account, -amount, pay.currency, meta_of(pool, claim, item=named)))
    return Placed(tuple(postings), sure=True, links=links_of(claims))


def _flagged(pool: Pool, pay: Payment, claim: Claim, reason: str) -> Placed:
    """All of a payment on one item, which has it as a credit then; a person decides what becomes of it."""
    pool.settle(claim, -pay.amount, pay.day)
    meta = {**pay.said, **meta_of(pool, claim, item=True)}
    own = posting(claim.account, -pay.amount, pay.currency, meta, flag="!")
    return Placed((own,), sure=False, suggestion=f"{claim.account}: {reason}", links=links_of([claim]))


def meta_of(pool: Pool, claim: Claim, *, item: bool) -> dict[str, Any]:
    """Metadata of a posting that settles an item."""
    meta: dict[str, Any] = {}
    if claim.partner:
        meta |= {"partner": claim.partner, "ic": pool.dealings.kind(claim.key)}
    if claim.key:
        return {**meta, "item": claim.key} if item else meta
    return {**meta, **({"counterparty": claim.counterparty} if claim.counterparty else {}), "item": ""}


def links_of(claims: Iterable[Claim]) -> frozenset[str]:
    """The links of items."""
    return frozenset(c.key for c in claims if c.key)


def _abroad(view: BookView, pool: Pool, pay: Payment, claims: Sequence[Claim]) -> Placed | None:
    """An item in another currency, paid in the books' own."""
    found = [c for c in claims if c.currency != pay.currency and c.takes(pay.amount) and _strong(c, pay)]
    if len(found) != 1:
        return None
    claim = found[0]
    worth = pool.worth(claim) if pay.currency == view.unit.currency else None
    gain = pay.amount - worth if worth is not None else None
    if worth is None or gain is None or not worth or abs(gain) > abs(worth) * MOST_EXCHANGE:
        text = N_("{number} is named, of which {open} {currency} are open")
        pay.hints.append(_hint(claim, text, number=claim.label, open=abs(claim.open), currency=claim.currency))
        return None
    try:
        difference = view.role("exchange_gain" if gain > 0 else "exchange_loss") if gain else ""
    except ChartRoleMissing:
        return None
    total = {TOTAL_PRICE: Amount(abs(worth), pay.currency)}
    per_unit = Amount(abs(worth) / abs(claim.open), pay.currency)
    units = Amount(-claim.open, claim.currency)
    meta = {**meta_of(pool, claim, item=not pay.alone), **total}
    postings = [data.Posting(claim.account, units, None, per_unit, None, meta)]
    if gain:
        postings.append(posting(difference, -gain, pay.currency))
    pool.worths.settle((claim.account, claim.currency, claim.key), -claim.open, -worth)
    pool.settle(claim, -claim.open, pay.day)
    return Placed(tuple(postings), sure=True, links=links_of([claim]))


def _hint(claim: Claim, text: str, **params: object) -> str:
    return f"{claim.account}: {say(text, **params)}"
