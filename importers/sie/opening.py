"""Opening balances of a SIE file as one voucher on the first day of a year.

It books only what the unit's book doesn't hold already (the year before may be in it). Where balances don't sum to
zero, the result of the year before was never transferred to equity, and the difference stands on an account of its
own. #OIB splits an account's opening balance by object where the account begins with it: by one dimension, since two
would count the same money twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from beancount.core import data

from importers.book import UNTRANSFERRED
from importers.identity import digest
from importers.plan import Plan
from importers.postings import posting
from importers.sie.accounts import Accounts
from importers.sie.dims import as_meta, by_number
from importers.sie.model import ZERO, SieBalance
from importers.sie.problems import SieBooksDiffer, SieYearOrder
from importers.sie.standing import sums
from ledger.messages import N_, say

#: On the opening voucher: the first day of the year that it opens.
OPENING = "opening-of"


@dataclass
class Opening:
    """The opening voucher of a year.

    Attributes:
        accounts: of the file.
        start: first day of the year that it opens.
        amounts: by account number, as the file says.
        document: where the file is kept.
        objects: the same balances by object (#OIB, or #OUB of the year before).
    """

    accounts: Accounts
    start: dt.date
    amounts: Mapping[str, Decimal]
    document: str
    objects: Sequence[SieBalance] = ()

    @property
    def source_id(self) -> str:
        """By which it is known again."""
        return f"sie-{digest('opening', self.start)}"

    @property
    def standing(self) -> data.Directive | None:
        """The voucher in the book."""
        return self.accounts.view.sources.get(self.source_id)

    def check_order(self) -> None:
        """Whether no younger year was opened before.

        Raises:
            SieYearOrder: its opening balances hold this year's closing ones already.
        """
        view = self.accounts.view
        opened = [day for e in view.transactions if isinstance(day := e.meta.get(OPENING), dt.date)]
        later = [day for day in opened if day > self.start]
        if later and self.standing is None:
            raise SieYearOrder(file=self.accounts.file, unit=view.unit.slug, start=self.start, later=min(later))

    def plan(self, plan: Plan) -> Decimal:
        """Put the voucher into the plan, or say that it is known and where it differs.

        Returns:
            What the balances lack of zero; it was put on the account for results that weren't transferred.
        """
        self.check_order()
        standing = self.standing
        if standing is not None:
            plan.known.append((self._transaction([]), standing))
            self._compare(plan, standing)
            return ZERO
        held = {number: self._held(number) for number in sorted(self.amounts)}
        lacking = {n: lack for n in held if (lack := self.accounts.amount(self.amounts[n], None) - held[n])}
        if lacking:
            self.accounts.check_day(self.start, None)
        postings, rest, left = [], ZERO, 0
        for number, amount in lacking.items():
            parts, others = self._parts(number, amount, split=not held[number])
            postings += parts
            left += others
            rest += amount
        if rest:
            account = self.accounts.view.untransferred()
            postings.append(posting(account, -rest, self.accounts.sie.currency))
        if left:
            text = N_("Opening balances of objects in further dimensions stay in the archived file: {count} accounts.")
            plan.remarks.append(say(text, count=left))
        if postings:
            plan.entries.append(self._transaction(postings))
        return rest

    def begin(self, plan: Plan) -> None:
        """Put the voucher of the file's own year into the plan, as `plan`; say what #IB lacks of zero."""
        rest = self.plan(plan)
        if rest:
            text = N_(
                "#IB sums to {rest} {currency}, not 0: last year's result wasn't transferred; it is on {account}."
            )
            account = self.accounts.view.untransferred()
            plan.remarks.append(say(text, rest=rest, currency=self.accounts.sie.currency, account=account))

    def _held(self, number: str) -> Decimal:
        return self.accounts.view.balance(self.accounts.of(number), self.accounts.sie.currency, self.start)

    @cached_property
    def _by_object(self) -> dict[str, dict[str, list[SieBalance]]]:
        """Balances of objects by account and dimension."""
        found: dict[str, dict[str, list[SieBalance]]] = {}
        for row in self.objects:
            if len(row.objects) == 1:
                found.setdefault(row.account, {}).setdefault(row.objects[0][0], []).append(row)
        return found

    def _parts(self, number: str, lacking: Decimal, *, split: bool) -> tuple[list[data.Posting], int]:
        """The postings of an account, by object where that can be; and 1 where a further dimension is left out."""
        found = self._by_object.get(number, {})
        if not found or not split:
            return [self.accounts.posting(number, lacking, self.start)], 0
        rows = found[min(found, key=by_number)]
        parts = []
        for row in rows:
            amount = self.accounts.amount(row.amount, None)
            if amount:
                meta = as_meta(row.objects, self.accounts.sie)
                parts.append(self.accounts.posting(number, amount, self.start, meta))
                lacking -= amount
        if lacking:
            parts.append(self.accounts.posting(number, lacking, self.start))
        return parts, int(len(found) > 1)

    def _transaction(self, postings: list[data.Posting]) -> data.Transaction:
        meta: dict[str, Any] = {"source-id": self.source_id, OPENING: self.start, "document": self.document}
        text = say(N_("Opening balances"))
        return data.Transaction(meta, self.start, "*", None, text, data.EMPTY_SET, data.EMPTY_SET, postings)

    def _compare(self, plan: Plan, standing: data.Directive) -> None:
        """Name every account whose opening balance reads differently now."""
        booked = sums(standing)
        names = {self.accounts.of(number): number for number in self.amounts}
        untransferred = {a for a in booked if a.endswith(f":{UNTRANSFERRED}")}
        for account in sorted({*names, *booked} - untransferred):
            said = self.amounts.get(names.get(account, ""), ZERO)
            currency = self.accounts.sie.currency
            held = self.accounts.view.balance(account, currency, self.start) + booked.get(account, ZERO)
            if held != said:
                plan.notes.append(differs(self.accounts, account, self.start, said, held))


def differs(accounts: Accounts, account: str, day: dt.date, said: Decimal, held: Decimal) -> SieBooksDiffer:
    """The note on an account that the file and the books see differently."""
    return SieBooksDiffer(
        file=accounts.file,
        unit=accounts.view.unit.slug,
        account=account,
        date=day,
        said=said,
        held=held,
        difference=said - held,
        currency=accounts.sie.currency,
    )
