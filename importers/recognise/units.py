"""Payments between units of the federation: on the unit's account for internal dealings, with partner, kind and link.

Who it is, the other party's account tells. What it settles, in this order:

1. an open dealing of this book, by the payment's reference or one that the text names: certain;
2. what the other unit has booked already for certain: its link; and if that settles something in this book, certain;
3. an open dealing with that unit of exactly this amount: its link, flagged `!` (nobody quoted it). Of several, one that
   both books know, by an order that is the same in both; it stays open for a payment that quotes it;
4. what the other unit only guesses (flagged `!`): its link, flagged `!`;
5. nothing: a link of its own, flagged `!`. The money stands right in the combined statements, since both sides find
   the same link; what it was for, a person says.

Two guesses prove nothing: one would be the other's reflection. Once a person has put `*` on one side, the other is
certain, too.

Money in settles a claim, money out a debt; where the other side stands on a debt, this one stands on a claim, and the
other way round, so that the pair is eliminated (SPEC 10).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from importers.book import BookView
from importers.postings import posting
from importers.recognise.dealings import ROLES, Paid
from importers.recognise.numbers import units_numbers
from importers.recognise.placed import Payment, Placed
from importers.recognise.pool import Claim, Pool
from importers.recognise.references import same_party
from ledger.books import Unit
from ledger.books.source_rules import KINDS
from ledger.charts.problems import ChartRoleMissing
from ledger.messages import N_, say
from ledger.subledger import ic_link


class Neighbours:
    """The federation's other units, as payers and payees of one unit.

    Args:
        view: the book; without its workspace there are none.
    """

    def __init__(self, view: BookView) -> None:
        self.view = view
        self.numbers = units_numbers(view.ws, view.unit)
        units = view.ws.units.values() if view.ws else ()
        self.units: dict[str, Unit] = {u.slug: u for u in units if u.slug != view.unit.slug}
        self._named: dict[str, list[str]] = {}

    def knows(self, number: str) -> bool:
        """Whether a number is another unit's."""
        return self.numbers.owner(number) is not None

    def place(self, pool: Pool, pay: Payment) -> Placed | None:
        """The other side of a payment from or to another unit; None of any other, or only a hint."""
        slug = self.numbers.owner(pay.part.counterparty_account)
        if slug is None:
            self._by_name(pay)
            return None
        if not (self.units[slug].in_scope(pay.day) and self.view.unit.combine):
            return None
        try:
            return self._placed(pool, pay, slug)
        except ChartRoleMissing:  # a chart without accounts for dealings of this kind
            if not pay.dealing:
                pay.dealing.update(partner=slug, ic="trade", item=pool.dealings.link(pay, slug))
            return None

    def _by_name(self, pay: Payment) -> None:
        name = pay.part.counterparty
        if name not in self._named:
            self._named[name] = [u.slug for u in self.units.values() if name and same_party(u.name, name)]
        found = self._named[name]
        if len(found) == 1:
            account = self._role("trade", incoming=pay.amount > 0)
            if account:
                text = N_('the name is that of unit {unit}; if it is, add partner: "{unit}", ic: and a link')
                pay.hints.append(f"{account}: {say(text, unit=found[0])}")

    def _role(self, kind: str, *, incoming: bool) -> str | None:
        """The chart's account, named without opening it."""
        view = self.view
        role = ROLES[kind][not incoming]
        return view.chart.role_account(role, view.codes) if view.chart.has_role(role) else None

    def _placed(self, pool: Pool, pay: Payment, slug: str) -> Placed | None:
        dealings = pool.dealings
        me = self.view.unit.slug
        payee = me if pay.amount > 0 else slug
        quoted = [r for r in (pay.part.invoice, pay.part.reference) if r]
        for reference in dict.fromkeys([*quoted, *pay.part.text.split(), *sorted(pay.words)]):
            issuers = dict.fromkeys((payee, me, slug))
            for link in [ic_link(i, reference, credit=credit) for credit in (False, True) for i in issuers]:
                found = dealings.open(link, slug, pay.amount, pay.currency)
                # What merely stands in the text must be right to the last unit.
                if found and (reference in quoted or found[1] == pay.amount):
                    placed = self._settled(pool, pay, slug, link, found)
                    if placed:
                        return placed
        answered = dealings.answer(pay, slug)
        if answered is not None and (answered.sure or answered.direct):
            return self._answering(pool, pay, slug, answered)
        claim, count = self._same_amount(pool, pay, slug)
        if claim is not None:
            return self._guessed(pool, pay, slug, claim, count, answered)
        if answered is not None:
            return self._answering(pool, pay, slug, answered)
        incoming = pay.amount > 0
        account = self.view.role(ROLES["trade"][not incoming])
        abroad = [
            c
            for c in pool.named(pay.exact)
            if c.partner == slug and c.key and c.takes(pay.amount) and c.currency != pay.currency
        ]
        if len(abroad) == 1:
            text = N_(
                "{number} of {unit} is named, of which {open} {currency} are open: settle that, the rest is exchange"
            )
            claim = abroad[0]
            told = {"number": claim.label, "open": abs(claim.open), "currency": claim.currency}
            return self._flagged(pay, slug, claim.key, account, dealings.kind(claim.key), say(text, unit=slug, **told))
        text = N_("paid by {unit}, no invoice is known") if incoming else N_("paid to {unit}, no invoice is known")
        link = dealings.new_link(pay, slug)
        return self._booked(pool, pay, slug, link, account, "trade", reason=say(text, unit=slug))

    def _settled(self, pool: Pool, pay: Payment, slug: str, link: str, found: tuple[str, Decimal]) -> Placed | None:
        """A payment on an open dealing of this book; what is paid too much waits."""
        account, left = found
        if not self.view.is_open(account, pay.day, pay.currency):
            return None
        more = abs(pay.amount) - abs(left)
        text = N_("{more} {currency} more than is open of this dealing with {unit}")
        reason = say(text, unit=slug, more=more, currency=pay.currency) if more > 0 else None
        return self._booked(pool, pay, slug, link, account, pool.dealings.kind(link), reason=reason)

    def _guessed(self, pool: Pool, pay: Payment, slug: str, claim: Claim, count: int, answered: Paid | None) -> Placed:
        """On an open dealing of this amount, `count` of which there are; nobody quoted it."""
        if answered is not None:
            answered.answered = True
        text = N_("{unit}, and {number} of the same amount is open; nobody quoted it")
        if count > 1:
            text = N_("{unit}, and {number} is one of {count} open with this amount; nobody quoted one")
        reason = say(text, unit=slug, number=claim.label, count=count)
        pool.dealings.guessed.add((claim.account, claim.key))
        return self._flagged(pay, slug, claim.key, claim.account, pool.dealings.kind(claim.key), reason)

    def _answering(self, pool: Pool, pay: Payment, slug: str, answered: Paid) -> Placed | None:
        """The other side of what the partner booked."""
        dealings = pool.dealings
        link = answered.links[0]
        found = dealings.open(link, slug, pay.amount, pay.currency) if answered.sure else None
        placed = self._settled(pool, pay, slug, link, found) if found else None
        if placed:
            answered.answered = True
            return placed
        answered.answered = True
        kind = answered.ic if answered.ic in KINDS else "other"
        pay.dealing.update(partner=slug, ic=kind, item=link)
        if answered.direct:
            text = N_(
                "{unit} booked it as income or cost; put yours in place of suspense; partner, ic and link are there"
            )
            pay.hints.append(say(text, unit=slug))
            return None
        roles = ROLES.get(kind, ROLES["trade"])
        claim = answered.side == "debt" if answered.side else pay.amount > 0
        account = self.view.role(roles[not claim])
        text = N_("{unit} has booked it on {date}; no invoice is known here")
        if dealings.open(link, slug, pay.amount, pay.currency):
            text = N_("{unit} has put it on an open invoice without being certain; nobody quoted it")
        reason = say(text, unit=slug, date=answered.date)
        return self._booked(pool, pay, slug, link, account, kind, reason=reason)

    def _same_amount(self, pool: Pool, pay: Payment, slug: str) -> tuple[Claim | None, int]:
        """The open dealing to guess, and how many there are."""
        dealings = pool.dealings
        found = [
            c
            for c in pool.of_amount(pay.amount, pay.currency)
            if c.partner == slug
            and c.key.startswith("ic-")
            and (c.account, c.key) not in dealings.guessed
            and self.view.is_open(c.account, pay.day, pay.currency)
        ]
        known = [c for c in found if dealings.known(slug, c.key)] or found
        return min(known, key=lambda c: (len(c.key), c.key), default=None), len(found)

    def _booked(
        self, pool: Pool, pay: Payment, slug: str, link: str, account: str, kind: str, *, reason: str | None
    ) -> Placed:
        claim = pool.by_key(account, pay.currency, link)
        if claim is not None:
            pool.settle(claim, -pay.amount, pay.day)
        else:
            pool.dealings.book(link, slug, account, -pay.amount, pay.currency, kind)
        meta: dict[str, Any] = {"partner": slug, "ic": kind}
        if not pay.alone:
            meta["item"] = link
        if reason is None:
            sure = posting(account, -pay.amount, pay.currency, meta)
            return Placed((sure,), sure=True, links=frozenset({link}))
        return self._flagged(pay, slug, link, account, kind, reason)

    @staticmethod
    def _flagged(pay: Payment, slug: str, link: str, account: str, kind: str, reason: str) -> Placed:
        """On its account, but for a person to look at."""
        meta = {**pay.said, "partner": slug, "ic": kind, "item": link}
        flagged = posting(account, -pay.amount, pay.currency, meta, flag="!")
        return Placed((flagged,), sure=False, suggestion=f"{account}: {reason}", links=frozenset({link}))
