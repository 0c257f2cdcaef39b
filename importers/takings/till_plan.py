"""Z reports become entries: what customers paid against sales and output VAT, each report one voucher (BFL 5 kap. 6 §).

Card and Swish sales are money on its way: they debit the clearing account, as the open item of that day, which the
acquirer's settlement or Swish report goes on with (`importers.clearing.till`), or the bank's line where the unit has no
such file. Cash that was counted too little or too much goes to cash differences; cash taken to the bank waits on the
account between own accounts until the bank has it.

Sales and VAT are told in the unit's own currency, in which the law wants them: a report in another one is refused.

A report is known again by till, number and day; a file in which one has other figures than booked, or comes again under
another day, doesn't come in (`importers.takings.till_again`).
Numbers that are missing between two reports are said.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeAlias

from beancount.core import data
from beancount.core.amount import Amount

from importers.book import BookView
from importers.booktext import clean
from importers.checks import check_amount, check_open, check_range
from importers.clearing.content import CONTENT
from importers.clearing.till import day_link
from importers.identity import digest
from importers.plan import Plan
from importers.postings import posting, weighs
from importers.takings.problems import TillBankedMore, TillCurrency, TillGap, TillRestated
from importers.takings.till_again import AROUND, Dated, content_of, differing
from importers.takings.till_model import ZERO, Report, Sold
from importers.takings.tills import ROLES
from ledger.books.source_takings import TillPayment
from ledger.books.sources import SourceTable
from ledger.messages import N_, say
from ledger.subledger import deposit_link
from ledger.subledger.movements import ON_ITS_WAY

#: What source ids of till reports begin with; metadata of their entries.
TILL, NUMBER, REGISTER, SALES = "till-", "z-report", "till", "sales"
#: Numbers that count.
NUMERIC = re.compile(r"[0-9]{1,15}")
#: A report's day and number.
Numbered: TypeAlias = tuple[dt.date, int]


def plan_reports(
    view: BookView, source: SourceTable, reports: Sequence[Report], *, file: str, document: str, today: dt.date
) -> Plan:
    """Compare the Z reports of one source with the book.

    Args:
        view: the book.
        source: whose accounts count.
        reports: of a file; each ties.
        file: the file's name in problems.
        document: what `document:` says on every entry.
        today: the day by which dates are judged.

    Raises:
        TillCurrency, TillRestated, ImportAmountUnit, ImportDateRange, ImportAccountMissing,
            ChartRoleMissing: the file can't come in.
    """
    planner = _Planner(view, source, file, document, today)
    for report in reports:
        planner.take(report)
    planner.dated(reports)
    planner.gaps(reports)
    planner.plan.opens = view.take_opened() if planner.plan.entries else []
    return planner.plan


class _Planner:
    def __init__(self, view: BookView, source: SourceTable, file: str, document: str, today: dt.date) -> None:
        self.view = view
        self.source = source
        self.file = file
        self.document = document
        self.today = today
        self.by = say(N_("source {name}"), name=source.name)
        self.plan = Plan()

    def register(self, report: Report) -> str:
        """What tells a till's numbers from another till's."""
        return report.till or self.source.name

    def register_of(self, entry: data.Transaction) -> str:
        """The same, of a report in the book."""
        return str(entry.meta.get(REGISTER) or self.source.name)

    def id_of(self, report: Report) -> str:
        """The `source-id` of a report."""
        return TILL + digest(self.register(report), report.number, report.date)

    def take(self, report: Report) -> None:
        """One report: new, known, or told differently than before."""
        unit = self.view.unit
        if report.currency != unit.currency:
            raise TillCurrency(
                file=self.file,
                line=report.line,
                unit=unit.slug,
                slug=unit.slug,
                currency=report.currency,
                expected=unit.currency,
            )
        source_id = self.id_of(report)
        entry = self.entry(report, source_id)
        standing = self.view.sources.get(source_id)
        if standing is None:
            if entry.postings:
                self.check(report, entry)
                self.counted(report)
                self.plan.entries.append(entry)
            return
        if not self.view.is_corrected(standing):
            self.compare(report, entry, standing)
        self.plan.known.append((entry, standing))

    def counted(self, report: Report) -> None:
        """Say where more cash went to the bank than lay in the drawer."""
        if report.counted is not None and report.banked > report.counted:
            self.plan.notes.append(
                TillBankedMore(
                    file=self.file,
                    line=report.line,
                    unit=self.view.unit.slug,
                    number=report.number,
                    date=report.date,
                    banked=report.banked,
                    counted=report.counted,
                    currency=report.currency,
                )
            )

    def compare(self, report: Report, entry: data.Transaction, standing: data.Directive) -> None:
        """A known report reads as it is booked; what somebody took out of the booked entry isn't compared."""
        before, now = standing.meta.get(SALES), entry.meta[SALES]
        if before not in {None, now}:
            raise self.restated(report, str(now), str(before), standing)
        if standing.meta.get(CONTENT, entry.meta[CONTENT]) != entry.meta[CONTENT]:
            here, there = differing(entry, standing)
            if here != there:
                raise self.restated(report, f"{now} ({here})", f"{now} ({there})", standing)

    def dated(self, reports: Iterable[Report]) -> None:
        """No new report is one of another day."""
        new = {str(e.meta["source-id"]): e for e in self.plan.entries if isinstance(e, data.Transaction)}
        if not new:
            return
        held = Dated()
        for entry in self.view.transactions:
            if str(entry.meta.get("source-id", "")).startswith(TILL) and not self.view.is_corrected(entry):
                held.add(self.register_of(entry), str(entry.meta.get(NUMBER, "")), entry)
        for fresh in new.values():
            held.add(self.register_of(fresh), fresh.meta[NUMBER], fresh)
        for report in reports:
            again = new.get(self.id_of(report))
            other = held.other_day(self.register_of(again), again.meta[NUMBER], again) if again else None
            if again and other:
                now = again.meta[SALES]
                raise self.restated(report, str(now), say(N_("{sales} on {date}"), sales=now, date=other.date), other)

    def restated(self, report: Report, now: str, before: str, standing: data.Directive) -> TillRestated:
        return TillRestated(
            file=self.file,
            line=report.line,
            unit=self.view.unit.slug,
            number=report.number or "-",
            date=report.date,
            now=now,
            before=before,
            place=self.view.place(standing) if "filename" in standing.meta else self.file,
        )

    def check(self, report: Report, entry: data.Transaction) -> None:
        """The day, the amounts and the accounts of the settings take it."""
        position = say(N_("Z report {number}"), number=report.number or "-")
        check_range(report.date, self.today, file=self.file, line=report.line, position=position)
        for p in entry.postings:
            assert p.units is not None
            assert p.units.number is not None
            check_amount(p.units.number, report.currency, file=self.file, line=report.line, position=position)
            check_open(self.view, p.account, report.date, report.currency, by=self.by)

    def entry(self, report: Report, source_id: str) -> data.Transaction:
        """What a report books."""
        currency = report.currency
        debits: dict[tuple[str, str], Decimal] = defaultdict(Decimal)  # by account and item
        for paid in report.paid:
            account = self.account(paid.table)
            link = day_link(account, report.date, currency) if paid.table.means in ON_ITS_WAY else ""
            debits[account, link] += paid.amount
        postings = [
            posting(account, amount, currency, {"item": link} if link else None)
            for (account, link), amount in debits.items()
            if amount
        ]
        links = {link for _, link in debits if link}
        if report.difference:
            postings.append(posting(self.cash(), report.difference, currency))
            postings.append(posting(self.view.role("cash_difference"), -report.difference, currency))
        if report.banked:
            link = deposit_link(self.cash(), self.register(report), report.number, report.date, currency)
            meta = {"item": link} | ({"reference": clean(report.bag, 80)} if report.bag else {})
            postings.append(posting(self.cash(), -report.banked, currency))
            postings.append(posting(self.view.role("own_transfer"), report.banked, currency, meta))
            links.add(link)
        postings += [p for sold in report.sold for p in self.sales(sold, currency)]
        assert weighs(postings, currency) == ZERO
        said: dict[str, Any] = {"source-id": source_id, NUMBER: clean(report.number, 40)}
        if report.till:
            said[REGISTER] = clean(report.till, 40)
        said |= {SALES: Amount(report.sales, currency), CONTENT: content_of(report), "document": self.document}
        text = say(N_("Z report {number}"), number=report.number)
        narration = clean(" ".join(filter(None, (text, report.till))))
        return data.Transaction(said, report.date, "*", None, narration, data.EMPTY_SET, frozenset(links), postings)

    def account(self, payment: TillPayment) -> str:
        """Where a way to pay is booked."""
        return payment.account or self.view.role(ROLES[payment.means])

    def cash(self) -> str:
        """The account that cash sales go to."""
        tables = self.source.takings.payment if self.source.takings else ()
        found = next((table for table in tables if table.means == "cash"), None)
        return self.account(found) if found else self.view.role("cash")

    def sales(self, sold: Sold, currency: str) -> list[data.Posting]:
        """Sales without VAT, and the VAT."""
        rate = sold.table.vat
        role = ("sales_exempt", "sales") if rate == "0" else (f"sales_{rate}", "sales")
        net = posting(sold.table.account or self.view.role(*role), sold.vat - sold.gross, currency)
        if not sold.vat:
            return [net]
        return [net, posting(self.view.role(f"output_vat_{rate}", "output_vat"), -sold.vat, currency)]

    def gaps(self, reports: Iterable[Report]) -> None:
        """Say which numbers are missing just before the new ones."""
        new: dict[str, dict[Numbered, Report]] = defaultdict(dict)
        for report in reports:
            if NUMERIC.fullmatch(report.number):
                new[self.register(report)][report.date, int(report.number)] = report
        held: dict[str, set[Numbered]] = defaultdict(set)
        for entry in self.view.transactions:
            number = str(entry.meta.get(NUMBER, ""))
            if str(entry.meta.get("source-id", "")).startswith(TILL) and NUMERIC.fullmatch(number):
                held[self.register_of(entry)].add((entry.date, int(number)))
        for till, numbers in new.items():
            for before, at, missing in gaps_of(held[till], set(numbers)):
                report = numbers[at]
                self.plan.notes.append(
                    TillGap(
                        file=self.file,
                        line=report.line,
                        unit=self.view.unit.slug,
                        till=till,
                        before=before,
                        number=at[1],
                        missing=missing,
                    )
                )


def gaps_of(held: set[Numbered], new: set[Numbered]) -> Iterator[tuple[int, Numbered, int]]:
    """Numbers that are missing just before new ones: (the one before, the new one, how many are missing).

    Tills count on, or begin at 1 again in a new year or after a repair: reports follow on each other by their day, and
    what lies between two numbers is looked for around that time only.
    """
    everything = sorted(held | new)
    by_number = sorted((number, day) for day, number in everything)
    for (day, before), at in pairwise(everything):
        if at not in new or at in held:
            continue
        begun = at[1] <= before
        if begun and at[0].year == day.year:
            continue  # it begins anew, or two reports of about one time were dated the other way round
        first = 0 if begun else before
        within = slice(bisect_left(by_number, (first + 1, dt.date.min)), bisect_left(by_number, (at[1], dt.date.min)))
        between = {number for number, day in by_number[within] if abs(day - at[0]) <= AROUND}
        missing = at[1] - first - 1 - len(between)
        if missing > 0:
            yield first, at, missing
