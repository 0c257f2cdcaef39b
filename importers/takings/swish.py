"""Swish reports into books: payments put together as the bank books them, each such sum one deposit.

Which sum that is, the bank's agreement says: one a batch (where the report names batches), one a day, or every payment
by itself (`deposits` in `[source.takings]`). A day that wasn't over when the report was made is left out; its payments
come in the next report. Payers are persons: their names are kept on what waits or is matched, never their telephone
numbers in full; takings that a till has booked keep neither.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal

from importers.bank.model import Part
from importers.base import Source
from importers.book import BookView
from importers.clearing.importer import ClearingImporter, Reading
from importers.clearing.model import Deposit, Payment
from importers.clearing.till import TillSide
from importers.identity import account_number, digest
from importers.letters import head_text, read_text
from importers.tables import problem_at
from importers.takings.declared import Declared
from importers.takings.problems import SwishDates, TakingsLayout
from importers.takings.sheet import Sheet, writing_of
from importers.takings.swish_read import (
    AMOUNTS,
    SWEDBANK,
    SwishPayment,
    SwishReport,
    looks_like_swish,
    read_declared,
    read_known,
)
from importers.takings.tills import till_side
from ledger.books.source_takings import TakingsTable
from ledger.books.sources import SourceTable
from ledger.messages import N_, say

NEEDED = ("date", "amount")


class SwishImporter(Declared, ClearingImporter):
    """Swish reports of Swedbank, Handelsbanken and Nordea; any other bank by `[source.takings.columns]`."""

    ROLE = "swish_clearing"

    def recognises(self, head: bytes) -> bool:
        """Whether a row among the first ones is a known bank's header, or has the declared columns."""
        return super().recognises(head) if self.columns else looks_like_swish(head_text(head))

    def read(self, source: Source) -> Reading:
        """Every deposit of the report."""
        text = read_text(source.data, source.shown, self.takings.encoding)
        report = self.report(text, source.shown)
        check_dates(report, text, source.shown)
        booked, left = finished(report, self.takings)
        remarks = []
        today = sum(p.date == report.made for p in left)
        if today:
            told = N_("Payments of {date}, the day on which the report was made, are left out: {count}.")
            remarks.append(say(told, date=report.made, count=today))
        if len(left) > today:
            told = N_("Payments that the bank books after {date}, when the report was made, are left out: {count}.")
            remarks.append(say(told, date=report.made, count=len(left) - today))
        return Reading(tuple(deposits_of(booked, self.takings.deposits)), tuple(remarks))

    def report(self, text: str, shown: str) -> SwishReport:
        """The payments of the file, by the layout that it has.

        Raises:
            TakingsIncomplete: the settings name columns, but not all that are needed.
            TakingsLayout: the file has none of the layouts.
        """
        if not self.columns:
            found = read_known(text, shown, writing_of(self.takings))
            if found is None:
                needed = ", ".join(str(column) for column in SWEDBANK.values())
                raise TakingsLayout(file=shown, name=self.source.name, needed=needed)
            return found
        header, columns, writing = self.layout(text, shown, NEEDED)
        sheet = Sheet(text, shown, header, columns, AMOUNTS, writing)
        return read_declared(sheet, self.source.kept_in(self.unit.currency))

    def till(self, table: SourceTable, view: BookView) -> TillSide | None:
        """The account on which the unit's till books Swish sales."""
        return till_side(view, table, "swish")


def check_dates(report: SwishReport, text: str, shown: str) -> None:
    """Refuse a report of payments that were made after it; that the bank books them later is common (weekends).

    Raises:
        SwishDates: it holds one.
    """
    for payment in report.payments:
        if report.made is not None and payment.sold > report.made:
            raise problem_at(SwishDates, text, shown, payment.line, sold=payment.sold, made=report.made)


def finished(report: SwishReport, takings: TakingsTable) -> tuple[list[SwishPayment], list[SwishPayment]]:
    """The payments of days that were over when the report was made, and the others."""
    if report.made is None or takings.deposits == "payment":
        return list(report.payments), []
    over = [p for p in report.payments if p.date < report.made]
    return over, [p for p in report.payments if p.date >= report.made]


def deposits_of(payments: Iterable[SwishPayment], way: str | None) -> list[Deposit]:
    """Payments as the bank books them.

    Args:
        payments: of a report.
        way: `batch` (of a day, where a payment has none), `day` or `payment`; None: `batch`.
    """
    groups: dict[tuple[object, ...], list[SwishPayment]] = defaultdict(list)
    seen: Counter[str] = Counter()
    for payment in payments:
        batch = "" if way == "day" else payment.batch
        if way == "payment":
            said = digest(payment.bank_ref or (payment.sold, payment.name, payment.phone, payment.message))
            seen[f"{payment.date} {payment.amount} {said}"] += 1
            batch = payment.bank_ref or f"{said} {seen[f'{payment.date} {payment.amount} {said}']}"
        groups[payment.number, payment.account, payment.date, payment.currency, batch].append(payment)
    return [_deposit(held, str(key[-1]), alone=way == "payment") for key, held in groups.items()]


def _deposit(held: list[SwishPayment], batch: str, *, alone: bool) -> Deposit:
    first = held[0]
    reference = first.bank_ref if alone else batch
    told = " ".join(filter(None, ("Swish", first.number or first.account, batch if not alone else "")))
    text = f"{told}, {first.date}"
    return Deposit(
        numbers=(account_number(first.number), account_number(first.account)),
        serial=batch,
        date=first.date,
        amount=sum((p.amount for p in held), Decimal(0)),
        currency=first.currency,
        payments=tuple(
            Payment(
                Part(p.amount, p.name, p.message, p.phone, p.reference),
                day=p.sold,
                private=True,
                meta=(("bank-ref", p.bank_ref),) if p.bank_ref else (),
            )
            for p in held
        ),
        reference=reference,
        text=text,
        position=text,
        line=first.line,
    )
