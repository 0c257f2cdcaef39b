"""Transfers between the unit's own accounts, over one account on which both sides meet and net to zero.

Each bank statement shows its own side, on its own day. The side that comes first makes the link, from both accounts,
amount and day; the other side, up to five days off, finds it, whichever file comes first.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from importers.book import BookView
from importers.postings import posting
from importers.recognise.deposits import own_transfer, settled
from importers.recognise.numbers import Numbers, clearing_account, is_bank, plain_number
from importers.recognise.placed import Payment, Placed
from importers.recognise.pool import Claim, Pool
from ledger.books.sources import SourceTable
from ledger.charts.problems import ChartRoleMissing
from ledger.messages import N_, say
from ledger.subledger import deposit_link

#: How far apart the banks may book the two sides.
DAYS = 5
#: Callbacks tell of the wallet's own number, and its statement is imported, too.
CALLED_BACK = "daraja"


class Transfers:
    """The other own accounts of one source's unit.

    Args:
        view: the book.
        source: whose lines are placed.
    """

    def __init__(self, view: BookView, source: SourceTable) -> None:
        self.view = view
        self.source = source
        unit = view.unit
        own = plain_number(source.bank_account or "")
        banks = [s for s in unit.sources if s.bank_account and is_bank(s) and s.account != source.account]
        self.accounts = {s.account or s.name: s for s in banks}
        numbers = [(s.bank_account or "", s.account or s.name) for s in banks]
        known = {plain_number(number) for number, _ in numbers}
        #: Numbers that pay in through files of their own: their money isn't a transfer, it waits for its deposit.
        cleared = [s for s in unit.sources if not is_bank(s) and s.format != CALLED_BACK]
        self.collecting = Numbers((s.bank_account, clearing_account(view, s) or "") for s in cleared if s.bank_account)
        collecting = {plain_number(s.bank_account) for s in cleared if s.bank_account}
        further = [n for n in unit.payment_numbers if plain_number(n) not in {own, *known, *collecting}]
        self.further = {n for n in further if not cleared or plain_number(n)[:2].isalpha()}
        self.numbers = Numbers([*numbers, *((n, n) for n in further)])
        self.own = own

    def knows(self, number: str) -> bool:
        """Whether a number is an own account that no deposits come from."""
        other = self.numbers.owner(number)
        return other is not None and (other in self.accounts or other in self.further)

    def place(self, pool: Pool, pay: Payment) -> Placed | None:
        """The transfer account, with the link that both sides have; None where the other account isn't the unit's."""
        number = pay.part.counterparty_account
        if not number or plain_number(number) == self.own:
            return None
        account = own_transfer(self.view)
        if account is None:
            return None
        collected = self.collecting.owner(number)
        if collected is not None:
            self._awaited(pay, collected or account)
            return None
        other = self.numbers.owner(number)
        if other is None:
            return None
        if other not in self.accounts and other not in self.further and pay.amount > 0:
            self._awaited(pay, account)
            return None
        try:
            account = self.view.role("own_transfer")
        except ChartRoleMissing:
            return None
        if not self.view.is_open(account, pay.day, pay.currency):
            return None
        currency = self.accounts[other].currency if other in self.accounts else None
        if (currency or self.view.unit.currency) != pay.currency:
            text = N_("to an own account in {currency}: book the exchange")
            pay.hints.append(f"{account}: {say(text, currency=currency or self.view.unit.currency)}")
            return None
        claim = self._meeting(pool, pay, account, other)
        return settled(pool, pay, claim) if claim else self._first(pool, pay, account, other)

    @staticmethod
    def _awaited(pay: Payment, account: str) -> None:
        text = N_("paid in through {number}; import its file")
        pay.hints.append(f"{account}: {say(text, number=pay.part.counterparty_account)}")

    def _link(self, account: str, pay: Payment, other: str, day: dt.date, number: int) -> str:
        here = self.source.account or self.source.name
        out, into = (other, here) if pay.amount > 0 else (here, other)
        size = f"{abs(pay.amount).normalize():f}"
        return deposit_link(account, "transfer", out, into, size, pay.currency, day, number)

    def _meeting(self, pool: Pool, pay: Payment, account: str, other: str) -> Claim | None:
        """What the other side has left there: between the same two accounts, else of this amount; the nearest day."""
        found = [c for c in pool.of_amount(pay.amount, pay.currency, clearing=True) if c.account == account]
        near = [c for c in found if abs((c.date - pay.day).days) <= DAYS]
        if not near:
            return None
        links = {self._link(account, pay, other, c.date, n) for c in near for n in range(1, len(near) + 2)}
        mine = [c for c in near if c.key in links]
        others = [c for c in near if other not in self.accounts]
        return min(mine or others, key=lambda c: (abs((c.date - pay.day).days), c.date, c.key), default=None)

    def _first(self, pool: Pool, pay: Payment, account: str, other: str) -> Placed:
        """The side that comes first leaves an item for the other."""
        number = 1
        while pool.by_key(account, pay.currency, link := self._link(account, pay, other, pay.day, number)):
            number += 1
        claim = Claim(
            account=account,
            kind="clearing",
            currency=pay.currency,
            key=link,
            counterparty="",
            partner="",
            label=link,
            number="",
            references=frozenset(),
            date=pay.day,
            due=pay.day,
            amount=-pay.amount,
            open=Decimal(0),
            paid=None,
        )
        pool.add(claim)
        pool.settle(claim, -pay.amount, pay.day)
        meta = None if pay.alone else {"item": link}
        own = posting(account, -pay.amount, pay.currency, meta)
        return Placed((own,), sure=True, links=frozenset({link}))
