"""The solidarity fund on a day: its worth, its years side by side, what each unit has paid and got (SPEC 9)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledger.books import Books
from ledger.errors import Problem
from ledger.federation import Federation
from ledger.funds.book import FundBook, known_fund
from ledger.funds.rows import SOLIDARITY
from ledger.reports.levy import money
from ledger.reports.rows_csv import rows_csv

ZERO = Decimal(0)


@dataclass(frozen=True)
class YearLine:
    """A year of the fund; amounts in central's currency."""

    year: int
    opening: Decimal
    components: Decimal
    calls: Decimal
    claims: Decimal
    paid_back: Decimal
    other: Decimal
    closing: Decimal
    supported: int
    turnover: Decimal


@dataclass(frozen=True)
class UnitLine:
    """What a unit has paid into the fund and got of it, all years together; amounts in central's currency."""

    unit: str
    paid: Decimal
    got: Decimal

    @property
    def net(self) -> Decimal:
        """Got less paid."""
        return self.got - self.paid


@dataclass(frozen=True)
class FundStatus:
    """The solidarity fund on a day.

    Attributes:
        worth: what it is worth; `equity` of it is appropriated, `earmarked` isn't.
        not_booked: of it, what rules have made of months that are still open.
    """

    day: dt.date
    currency: str
    worth: Decimal
    equity: Decimal
    earmarked: Decimal
    not_booked: Decimal
    years: tuple[YearLine, ...]
    units: tuple[UnitLine, ...]


def status(federation: Federation, day: dt.date) -> FundStatus:
    """The fund on a day, its years and what each unit has paid and got.

    Raises:
        FundUnknown: central's book can't be read.
    """
    books = federation.books
    fund = known_fund(books, SOLIDARITY, federation.run.entries)
    central = books.workspace.central
    currency = central.currency if central is not None else books.workspace.currency
    rows = [row for row in fund.rows if row.date <= day]
    paid: dict[str, Decimal] = defaultdict(Decimal)
    got: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.unit and row.kind in {"component", "call", "claw-back"}:
            paid[row.unit] += row.amount
        elif row.unit and row.kind == "claim":
            got[row.unit] -= row.amount
    units = tuple(UnitLine(slug, paid[slug], got[slug]) for slug in sorted({*paid, *got}))
    return FundStatus(
        day=day,
        currency=currency,
        worth=fund.worth(day),
        equity=fund.equity(day),
        earmarked=fund.earmarked(day),
        not_booked=sum((row.amount for row in rows if not row.booked and row.kind == "component"), ZERO),
        years=tuple(
            _year_line(books, federation, fund, year, day) for year in sorted({fund.year_of(r.date) for r in rows})
        ),
        units=units,
    )


def _year_line(books: Books, federation: Federation, fund: FundBook, year: int, day: dt.date) -> YearLine:
    ws = books.workspace
    first, last = ws.fiscal_year(dt.date(year, ws.first_month, 1))
    until, eve = min(last, day), first - dt.timedelta(days=1)

    def total(*kinds: Any) -> Decimal:
        return fund.total(*kinds, since=first, until=until)

    parts = total("component"), total("call"), total("claim"), total("claw-back")
    began = fund.total("opening", since=first, until=first)  # books that begin with this year bring the fund in
    opening, closing = fund.worth(eve) + began, fund.worth(until)
    claims = {r.unit for r in fund.rows if r.kind == "claim" and first <= r.date <= until}
    turnover = sum(
        (
            found.base
            for levy in federation.run.statements.values()
            if (found := levy.year(year)) is not None and levy.unit.currency == ws.currency
        ),
        ZERO,
    )
    line = YearLine(
        year=year,
        opening=opening,
        components=parts[0],
        calls=parts[1],
        claims=parts[2],
        paid_back=parts[3],
        other=closing - opening - sum(parts, ZERO),
        closing=closing,
        supported=len(claims),
        turnover=turnover,
    )
    assert line.opening + line.components + line.calls + line.claims + line.paid_back + line.other == line.closing
    return line


def status_json(found: FundStatus, problems: Sequence[Problem]) -> dict[str, Any]:
    """The answer of `sambok solidarity status --json`."""

    def text(amount: Decimal) -> str:
        return money(amount, found.currency)

    return {
        "schema": 1,
        "date": found.day.isoformat(),
        "currency": found.currency,
        "fund": text(found.worth),
        "equity": text(found.equity),
        "earmarked": text(found.earmarked),
        "not_booked": text(found.not_booked),
        "years": [
            {
                "year": one.year,
                "opening": text(one.opening),
                "components": text(one.components),
                "calls": text(one.calls),
                "claims": text(one.claims),
                "paid_back": text(one.paid_back),
                "other": text(one.other),
                "closing": text(one.closing),
                "supported": one.supported,
            }
            for one in found.years
        ],
        "units": [
            {"unit": one.unit, "paid": text(one.paid), "got": text(one.got), "net": text(one.net)}
            for one in found.units
        ],
        "errors": [problem.as_json() for problem in problems],
    }


def status_csv(found: FundStatus) -> str:
    """A row a year, then a row a unit: the figures of `sambok solidarity status`."""
    answer = status_json(found, ())
    columns = ("year", "opening", "components", "calls", "claims", "paid_back", "other", "closing", "supported")
    return rows_csv((*columns, "unit", "paid", "got", "net"), [*answer["years"], *answer["units"]])
