"""Z reports by the columns that their source declares: a row a report, or a row a figure (long form).

Nothing but a report that ties is read: sales = payments; the till's own total is the sum of its sales; its VAT is what
the rate gives, within a unit (or what the settings allow, where a till rounds VAT on every receipt); the difference
that it states is what was counted less what should be there. VAT that the report doesn't give is worked out once per
report and rate.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

from importers.tables import Row, folded_name
from importers.takings.problems import TillBanked, TillCash, TillNumber, TillSum, TillTotal, TillTwice, TillVat
from importers.takings.sheet import Column, Sheet
from importers.takings.till_model import ZERO, Paid, Report, Sold
from ledger.books.source_takings import TakingsTable, TillSale
from ledger.rules.rounding import half_away, unit_of
from ledger.rules.vat import included

#: Columns of a report that hold amounts, beside those of its sales and payments.
FIGURES: Final = ("sales", "opening", "counted", "difference", "banked")


def columns_of(takings: TakingsTable) -> list[Column]:
    """Every column with an amount that the settings name (in long form: what the rows are about)."""
    sales = [c for sale in takings.sale for c in (sale.gross, sale.net, sale.vat_amount)]
    figures = [getattr(takings.columns, name) for name in FIGURES] if takings.columns else []
    return [c for c in (*sales, *(p.column for p in takings.payment), *figures) if c is not None]


def key_of(column: Column) -> str:
    """What a figure's column is called among the columns of a sheet; none of those that settings have names for."""
    return f"={column}"


class Figures(Protocol):
    """Gives the amount that a column of the settings names; None where the report has none."""

    def __call__(self, column: Column) -> Decimal | None:
        """The amount."""


@dataclass(frozen=True, slots=True)
class _One:
    """A report's own words and figures, before they are checked."""

    till: str
    number: str
    date: dt.date
    currency: str
    bag: str
    line: int
    figures: Figures


class TillReader:
    """Reads the reports of one file.

    Args:
        sheet: the file by its columns.
        takings: the source's settings.
        currency: of reports that name none.
    """

    def __init__(self, sheet: Sheet, takings: TakingsTable, currency: str) -> None:
        self.sheet = sheet
        self.takings = takings
        self.currency = currency

    def reports(self) -> list[Report]:
        """Every report of the file, each once.

        Raises:
            Problem: a cell can't be read, or a report doesn't tie.
        """
        found: dict[tuple[str, str, dt.date], Report] = {}
        for one in self.long() if self.sheet.has("item") else self.wide():
            report = self.report(one)
            other = found.setdefault((report.till, report.number, report.date), report)
            if (other.sold, other.paid, other.difference, other.banked) != (
                report.sold,
                report.paid,
                report.difference,
                report.banked,
            ):
                said = {"number": report.number, "date": report.date, "one": other.sales, "other": report.sales}
                raise self.sheet.table.problem(TillTwice, report.line, **said)
        return list(found.values())

    def wide(self) -> Iterator[_One]:
        """A row a report."""
        places = {column: self.sheet.places[key_of(column)] for column in columns_of(self.takings)}
        for row in self.sheet.rows:

            def figure(column: Column, row: Row = row) -> Decimal | None:
                return self.sheet.number(row, places[column])

            yield self.one(row, figure)

    def long(self) -> Iterator[_One]:
        """A row a figure: those of one till, number and day are a report. Figures that repeat are added."""
        groups: dict[tuple[str, str, str], tuple[Row, dict[str, Decimal]]] = {}
        for row in self.sheet.rows:
            key = (self.sheet.text(row, "till"), self.sheet.text(row, "number"), self.sheet.text(row, "date"))
            held = groups.setdefault(key, (row, {}))[1]
            amount = self.sheet.amount(row, "amount")
            if amount is not None:
                item = folded_name(self.sheet.text(row, "item"))
                held[item] = held.get(item, ZERO) + amount
        for row, held in groups.values():

            def figure(column: Column, held: Mapping[str, Decimal] = held) -> Decimal | None:
                return held.get(folded_name(str(column)))

            yield self.one(row, figure)

    def one(self, row: Row, figures: Figures) -> _One:
        """Whose figures they are."""
        sheet = self.sheet
        number = sheet.text(row, "number")
        if not number:
            raise sheet.table.problem(TillNumber, row.line)
        return _One(
            till=sheet.text(row, "till"),
            number=number,
            date=sheet.day(row, "date"),
            currency=sheet.text(row, "currency") or self.currency,
            bag=sheet.text(row, "bag"),
            line=row.line,
            figures=figures,
        )

    def report(self, one: _One) -> Report:
        """A report that ties.

        Raises:
            TillSum, TillTotal, TillVat, TillCash, TillBanked: it doesn't.
        """
        sold = tuple(s for s in (self.sold(one, sale) for sale in self.takings.sale) if s.gross or s.vat)
        paid = tuple(
            Paid(p, amount * (-1 if p.minus else 1))
            for p in self.takings.payment
            if (amount := one.figures(p.column) or ZERO)
        )
        sales, payments = _sum(s.gross for s in sold), _sum(p.amount for p in paid)
        told = {"number": one.number, "date": one.date, "sales": sales, "currency": one.currency}
        if sales != payments:
            difference = sales - payments
            raise self.sheet.table.problem(TillSum, one.line, payments=payments, difference=difference, **told)
        total = self.figure(one, "sales")
        if total is not None and total != sales:
            raise self.sheet.table.problem(TillTotal, one.line, total=total, **told)
        banked = self.figure(one, "banked") or ZERO
        if banked < 0:
            raise self.sheet.table.problem(TillBanked, one.line, number=one.number, date=one.date, banked=banked)
        return Report(
            till=one.till,
            number=one.number,
            date=one.date,
            currency=one.currency,
            sold=sold,
            paid=paid,
            difference=self.difference(one, paid),
            banked=banked,
            bag=one.bag,
            counted=self.figure(one, "counted"),
            line=one.line,
        )

    def figure(self, one: _One, name: str) -> Decimal | None:
        """One of `FIGURES`; None where the settings or the report have none."""
        column = getattr(self.takings.columns, name)
        return None if column is None else one.figures(column)

    def sold(self, one: _One, sale: TillSale) -> Sold:
        """Sales of one rate, and the VAT in them."""
        gross, net, stated = (
            None if column is None else one.figures(column) for column in (sale.gross, sale.net, sale.vat_amount)
        )
        sign = -1 if sale.minus else 1
        rate = Decimal(sale.vat) / 100
        if gross is not None:
            computed = included(gross, rate, one.currency)
        else:
            computed = half_away((net or ZERO) * rate, one.currency)
            gross = (net or ZERO) + (computed if stated is None else stated)
        if stated is None and net is not None:
            stated = gross - net
        vat = computed if stated is None else stated
        allowed = self.takings.vat_tolerance
        if abs(vat - computed) > (unit_of(one.currency) if allowed is None else allowed) or (
            net is not None and gross - vat != net
        ):
            raise self.sheet.table.problem(
                TillVat,
                one.line,
                number=one.number,
                date=one.date,
                rate=sale.vat,
                gross=gross,
                computed=computed,
                stated=vat,
            )
        return Sold(sale, gross * sign, vat * sign)

    def difference(self, one: _One, paid: Iterable[Paid]) -> Decimal:
        """Cash counted less cash that should be there."""
        stated, counted = self.figure(one, "difference"), self.figure(one, "counted")
        if counted is None:
            return stated or ZERO
        opening = self.figure(one, "opening") or ZERO
        cash = _sum(p.amount for p in paid if p.table.means == "cash")
        computed = counted - opening - cash
        if stated is not None and stated != computed:
            raise self.sheet.table.problem(
                TillCash,
                one.line,
                number=one.number,
                date=one.date,
                counted=counted,
                opening=opening,
                cash=cash,
                computed=computed,
                stated=stated,
                currency=one.currency,
            )
        return computed


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
