"""SIE files of balances (types 1-3) into books: what a new book begins with, or a comparison with what it holds.

- A year that is over opens the next one: #UB becomes the opening voucher of the next year's first day. The result
  (#RES) isn't in #UB; where it wasn't transferred to equity in the other program it stands on an account of its own.
- A running year (types 2 and 3: balances by month) comes in as #IB on its first day and one voucher a month, dated on
  the month's last day: the year's income and cost, and the levy's base, are then whole in Sambok. Its single vouchers
  stay in the other program, which remains the book of primary entry for those months.
- A book that holds figures of that time already is left as it is: its accounts are compared with the file's, one by
  one, and every difference is named.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

from beancount.core import data

from importers.base import Source
from importers.book import BookView
from importers.booktext import clean
from importers.checks import check_range
from importers.identity import digest
from importers.plan import Plan
from importers.sie.accounts import Accounts
from importers.sie.model import ZERO, SieFile
from importers.sie.opening import Opening, differs
from importers.sie.problems import SieInvalid, SieNoVouchers, SieYearRunning
from importers.sie.whole import months_differ
from importers.sie.wording import changed
from ledger.books import account_code
from ledger.messages import N_, say

DAY = dt.timedelta(days=1)
BALANCE_ROOTS = ("Assets:", "Liabilities:", "Equity:")


def covered(sie: SieFile) -> tuple[dt.date, dt.date, dt.date] | None:
    """First and last day of the file's year, and the last one that its balances speak of; None without a year.

    #OMFATTN says so; where a file has none (or names a day outside the year), the day on which it was made does.
    """
    year = sie.years.get(0)
    if year is None:
        return None
    start, end = year
    for name in ("OMFATTN", "GEN"):
        text = (sie.meta.get(name) or ("",))[0]
        if len(text) == 8 and text.isascii() and text.isdigit():
            try:
                day = dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
            except ValueError:
                continue
            if start <= day:
                return start, end, min(day, end)
    return start, end, end


def plan_balances(view: BookView, sie: SieFile, source: Source, today: dt.date) -> Plan:
    """Compare a file of balances with the book; an empty book begins with them.

    Raises:
        SieNoVouchers, SieYearRunning, SieYearOrder, SieInvalid, SieCutOff, ImportDateRange, ImportMonthClosed,
            ImportAccountMissing, ImportAmountUnit: the file can't come in.
    """
    return _Planner(view, sie, source, today).run()


class _Planner:
    def __init__(self, view: BookView, sie: SieFile, source: Source, today: dt.date) -> None:
        self.view = view
        self.sie = sie
        self.file = source.shown
        self.document = source.document
        self.accounts = Accounts(view, sie, source.shown, today)
        self.plan = Plan()
        days = covered(sie)
        assert days is not None  # the file was found whole
        self.start, self.end, self.until = days
        check_range(self.end, today, file=self.file)

    def run(self) -> Plan:
        if self.sie.vouchers:
            raise SieNoVouchers(
                file=self.file, unit=self.view.unit.slug, type=self.sie.type, count=len(self.sie.vouchers)
            )
        known = any(self.month_id(period) in self.view.sources for period in self.sie.months())
        if self.until < self.end or known:
            self.months()
        else:
            self.year()
        self.plan.remarks += self.accounts.remarks()
        if parts := sum(1 for row in self.sie.balances if row.kind == "PSALDO" and row.year == 0 and row.objects):
            text = N_("Changes of a month by object (#PSALDO) stay in the archived file: {count}.")
            self.plan.remarks.append(say(text, count=parts))
        self.plan.opens = self.view.take_opened()
        return self.plan

    # a year that is over

    def year(self) -> None:
        """Open the next year, or compare."""
        first = self.end + DAY
        objects = [b for b in self.sie.balances if b.kind == "OUB" and b.year == 0]
        opening = Opening(self.accounts, first, self.sie.sums("UB"), self.document, objects)
        if opening.standing is None and any(e.date <= self.end for e in self.view.transactions):
            self.compare(self.end)
            return
        if opening.standing is None and any(e.date == first for e in self.view.transactions):
            self.compare(first, results=False)
            return
        rest = opening.plan(self.plan)
        if rest:
            text = N_(
                "#UB sums to {rest} {currency}, not 0: the result of the year to {end} wasn't transferred to equity; "
                "it is on {account}."
            )
            account = self.view.untransferred()
            said = say(text, rest=rest, currency=self.sie.currency, end=self.end, account=account)
            self.plan.remarks.append(said)

    # a running year

    def months(self) -> None:
        """One voucher a month, or compare."""
        if not self.sie.months():
            raise SieYearRunning(file=self.file, unit=self.view.unit.slug, until=self.until, end=self.end)
        lacking = months_differ(self.sie, self.file)
        if lacking:
            raise lacking
        objects = [b for b in self.sie.balances if b.kind == "OIB" and b.year == 0]
        opening = Opening(self.accounts, self.start, self.sie.sums("IB"), self.document, objects)
        made = [self.month(period, amounts) for period, amounts in sorted(self.sie.months().items())]
        own = {opening.source_id, *(entry.meta["source-id"] for entry in made)}
        if any(
            self.start <= e.date <= self.until and e.meta.get("source-id") not in own for e in self.view.transactions
        ):
            self.compare(self.until)
            return
        opening.begin(self.plan)
        for entry in made:
            standing = self.view.sources.get(entry.meta["source-id"])
            if standing is not None:
                self.plan.known.append((entry, standing))
                note = changed(self.accounts, str(entry.narration), None, entry, standing)
                if note:
                    self.plan.notes.append(note)
                    self.plan.unsettled += 1
            elif entry.postings:
                self.plan.entries.append(entry)

    def month_id(self, period: str) -> str:
        """The `source-id` of a month's voucher."""
        return f"sie-{digest('month', self.start, period)}"

    def month(self, period: str, amounts: dict[str, Decimal]) -> data.Transaction:
        """A month's changes as one voucher."""
        year, number = int(period[:4]), int(period[4:])
        first, last = (day.isoformat()[:7].replace("-", "") for day in (self.start, self.end))
        if not first <= period <= last:
            reason = say(N_("#PSALDO of {month} lies outside the year"), month=period)
            raise SieInvalid(file=self.file, reason=reason)
        end = dt.date(year, number, calendar.monthrange(year, number)[1])
        total = sum(amounts.values(), ZERO)
        if total:
            reason = say(N_("#PSALDO of {month} sums to {rest}, not 0"), month=period, rest=total)
            raise SieInvalid(file=self.file, reason=reason)
        day = min(end, self.until)
        if self.month_id(period) not in self.view.sources:
            self.accounts.check_day(day, None)
        postings = [
            self.accounts.posting(account, self.accounts.amount(amount, None), day)
            for account, amount in sorted(amounts.items())
            if amount
        ]
        meta: dict[str, Any] = {"source-id": self.month_id(period), "document": self.document}
        text = say(N_("All vouchers of {month}, booked in {program}"), month=f"{end:%Y-%m}", program=self.program)
        return data.Transaction(meta, day, "*", None, text, data.EMPTY_SET, data.EMPTY_SET, postings)

    @property
    def program(self) -> str:
        """The program that the file comes from."""
        return clean((self.sie.meta.get("PROGRAM") or ("?",))[0], 60)

    # comparing

    def compare(self, day: dt.date, *, results: bool = True) -> None:
        """Name every account whose balance on the evening of a day isn't the file's; nothing is booked."""
        said: dict[str, Decimal] = dict(self.sie.sums("UB"))
        if results:
            said |= self.sie.sums("RES")
        held: dict[str, Decimal] = defaultdict(Decimal)
        names: dict[str, str] = {}
        currency = self.sie.currency
        for account, entry in self.view.opens.items():
            balance = account.startswith(BALANCE_ROOTS)
            if not balance and not results:
                continue
            log = self.view.log(account, currency)
            amount = log.before(day + DAY) - (ZERO if balance else log.before(self.start))
            code = account_code(account, entry.meta) or account
            names.setdefault(code, account)
            held[code] += amount
        rows = [(code, said.get(code, ZERO), held.get(code, ZERO)) for code in sorted({*said, *held})]
        notes = [differs(self.accounts, names.get(code, code), day, a, b) for code, a, b in rows if a != b]
        self.plan.notes += notes
        text = N_("Balances only, nothing was booked: {count} accounts compared on {date}, {different} of them differ.")
        count = sum(1 for _, a, b in rows if a or b)
        self.plan.remarks.append(say(text, date=day, count=count, different=len(notes)))
