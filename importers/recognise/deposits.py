"""Bank lines that pay a deposit in: what card acquirer, Swish or Bankgirot announced, found on its clearing account.

A deposit is one sum: the bank books exactly its amount, or it is another one. Which of several, the serial or batch
number in the line's reference or text says; without one, the only deposit of that amount of the last five bank days.
Banks and acquirers put numbers of their own into the reference, which say nothing; another deposit's says that it is
not this one. Money on its way between own accounts waits on a clearing account, too, and is found from either side.

Where the bank lists the payments of a deposit below its line, their numbers are those that the deposit's file told
(`importers.recognise.quoted`): they have settled their invoices already, and the line pays the deposit in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from itertools import islice

from importers.book import BookView
from importers.postings import posting
from importers.recognise.callbacks import Callbacks
from importers.recognise.placed import Payment, Placed
from importers.recognise.pool import Claim, Pool
from importers.recognise.quoted import on_their_way, quoted, same
from importers.recognise.references import telling, words
from ledger.messages import N_, say

#: Bank days from the deposit's date to the bank's line.
BANK_DAYS = 5
#: More days than so many bank days can have.
FAR = dt.timedelta(days=10)
#: A serial number is used again after some time.
REFERENCE_DAYS = dt.timedelta(days=60)


def announced(view: BookView, pool: Pool, line: Payment, parts: Sequence[Payment], *, own: str | None) -> Placed | None:
    """The deposit whose payments a bank line tells; None where no deposit on its way has its amount and its numbers.

    Args:
        view: the book.
        pool: its items.
        line: the bank's line, as one payment.
        parts: the payments that it is made of, or itself.
        own: the account that the line itself is booked on.
    """
    deposits = view.shared(on_their_way)
    if not deposits:
        return None
    told = [quoted(part) for part in parts]
    numbers = {number for part in told for number in part.all}
    found = {id(c): (c, held) for number in numbers for c, held in deposits.get(number, ())}
    mine = [
        c
        for c, held in found.values()
        if _waits(view, c, line, own) and _days(c, line, either_way=False) and same(told, held)
    ]
    named = {*line.words, *line.exact}
    return settled(pool, line, min(mine, key=lambda c: (not c.references & named, c.order))) if mine else None


def likely(view: BookView, pool: Pool, pay: Payment, *, own: str | None) -> str | None:
    """A deposit that a line has the amount of, as a suggestion; None where none is on its way."""
    found = (
        c
        for c in pool.of_amount(pay.amount, pay.currency, clearing=True)
        if c.key.startswith("dep-") and _days(c, pay, either_way=False) and _waits(view, c, pay, own)
    )
    claim = next(found, None)
    return _hint(claim) if claim else None


def pay_in(view: BookView, pool: Pool, pay: Payment, *, own: str | None, told: bool) -> Placed | None:
    """The clearing account of the deposit that a bank line is; None where none is, or several may be (a hint).

    Args:
        view: the book.
        pool: its items.
        pay: the payment.
        own: the account that the line itself is booked on.
        told: the other party's account is known to be the unit's own or another unit's: then the amount says nothing.
    """
    if not pool.of_amount(pay.amount, pay.currency, clearing=True):
        return None
    told_numbers = pay.words | set(pay.exact)
    named = {id(c): c for c in pool.deposits(told_numbers) if _waits(view, c, pay, own) and _near(c, pay)}
    chosen = sorted(named.values(), key=lambda c: c.order) or _close(view, pool, pay, own, told=told)
    if len(chosen) == 1 and (named or not _doubt(pool, pay, told_numbers)):
        return settled(pool, pay, chosen[0])
    if chosen:
        pay.hints.append(_hint(chosen[0]))
    return None


def _close(view: BookView, pool: Pool, pay: Payment, own: str | None, *, told: bool) -> list[Claim]:
    """What is on its way with the payment's amount and was announced some days ago: two at most, for two are no one."""
    if told:
        return []
    transfer = own_transfer(view)
    from_somebody = bool(pay.part.counterparty_account)
    found = (
        c
        for c in pool.of_amount(pay.amount, pay.currency, clearing=True)
        if _days(c, pay, either_way=c.account == transfer)
        and not (from_somebody and c.account == transfer)
        and _waits(view, c, pay, own)
    )
    return sorted(islice(found, 2), key=lambda c: c.order)


def _doubt(pool: Pool, pay: Payment, told_numbers: Collection[str]) -> bool:
    """Whether the amount may be a deposit's by chance: another item's number is told, or the payer has an open item."""
    serials = {*pay.exact, *words(pay.part.reference), *filter(telling, pay.words)}
    return bool(
        pool.named(told_numbers)
        or any(_near(c, pay) for c in pool.deposits(serials))
        or pool.of_party(pay.amount, pay.currency, pay.part.counterparty)
    )


def _waits(view: BookView, claim: Claim, pay: Payment, own: str | None) -> bool:
    """Whether an item is on its way with exactly the payment's amount."""
    return (
        (claim.kind, claim.open, claim.currency) == ("clearing", pay.amount, pay.currency)
        and claim.account != own
        and claim.key not in view.shared(Callbacks).items  # they are known by their receipts alone
        and view.is_open(claim.account, pay.day, pay.currency)
    )


def _hint(claim: Claim) -> str:
    text = N_("a deposit of {date} has this amount, but the line may be something else")
    return f"{claim.account}: {say(text, date=claim.date)}"


def settled(pool: Pool, pay: Payment, claim: Claim) -> Placed:
    """A payment that clears an item on its way, whole."""
    pool.settle(claim, -pay.amount, pay.day)
    meta = {"item": claim.key} if claim.key and not pay.alone else None
    if not claim.key and not pay.alone:
        meta = {"item": ""}
    other = posting(claim.account, -pay.amount, pay.currency, meta)
    return Placed((other,), sure=True, links=frozenset({claim.key}) if claim.key else frozenset())


def own_transfer(view: BookView) -> str | None:
    """The account between own accounts, named without opening it."""
    known = view.chart.has_role("own_transfer")
    return view.chart.role_account("own_transfer", view.codes) if known else None


def bank_days(first: dt.date, last: dt.date) -> int:
    """Days from Monday to Friday after `first`, until `last`; public holidays count as bank days."""
    if last < first:
        return -bank_days(last, first)
    weeks, rest = divmod((last - first).days, 7)
    return weeks * 5 + sum((first.weekday() + 1 + n) % 7 < 5 for n in range(rest))


def _days(claim: Claim, pay: Payment, *, either_way: bool) -> bool:
    if abs(claim.date - pay.day) > FAR:
        return False
    after = bank_days(claim.date, pay.day)
    return (-BANK_DAYS if either_way else 0) <= after <= BANK_DAYS


def _near(claim: Claim, pay: Payment) -> bool:
    return abs(claim.date - pay.day) <= REFERENCE_DAYS
