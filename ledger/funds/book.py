"""A fund on a day: what it is worth, what of it is earmarked, what it has lent (SPEC 9).

Worth = what stands in its equity account + what is earmarked. Earmarked is what central has earned and spent for the
fund and the assembly hasn't appropriated yet. An appropriation moves what is earmarked of earlier fiscal years, the
oldest first; what goes beyond it is an addition from surplus (or, where it takes away, a use of the fund for the
result). So nothing counts twice, whatever the assembly calls it.

How this module reads the contract where it leaves room:

- The voucher of the appropriation needs no mark: it moves what is earmarked of years that ended before its day.
- Claims and calls are for the year that their voucher says; without a mark, for the last one that had ended.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from ledger.books import Books, Unit, UnitBook
from ledger.charts import load_chart
from ledger.errors import Problem
from ledger.funds.problems import FundUnknown
from ledger.funds.rows import EARNED, FUNDS, FundRow, Kind, fund_rows
from ledger.memo import memo_of
from ledger.rules.funds.movements import appropriated

ZERO = Decimal(0)
OLDEST = dt.date.min


@dataclass(frozen=True, slots=True)
class Moved:
    """An appropriation, split.

    Attributes:
        settled: what of it was earmarked, by fiscal year.
        surplus: what it added from the result (negative: took for it).
    """

    row: FundRow
    settled: tuple[tuple[int, Decimal], ...]
    surplus: Decimal


@dataclass(frozen=True)
class FundBook:
    """One fund, as central's book has it; amounts in central's currency.

    Attributes:
        name: `investment`, `solidarity`, or another component of the levy.
        rows: by date.
        year_of: the fiscal year of a day.
    """

    name: str
    rows: tuple[FundRow, ...]
    year_of: Callable[[dt.date], int]

    def total(self, *kinds: Kind, since: dt.date = OLDEST, until: dt.date) -> Decimal:
        """Σ of some kinds, both days included."""
        return sum((r.amount for r in self.rows if r.kind in kinds and since <= r.date <= until), ZERO)

    @cached_property
    def appropriations(self) -> tuple[Moved, ...]:
        """Each of them, with what it moved of what was earmarked."""
        left: dict[int, Decimal] = defaultdict(Decimal)
        found: list[Moved] = []
        for row in sorted(self.rows, key=lambda r: (r.date, r.kind == "appropriation")):
            if row.kind in EARNED:
                left[self.year_of(row.date)] += row.amount
            elif row.kind == "appropriation":
                running = self.year_of(row.date)
                split = appropriated({year: a for year, a in left.items() if year < running}, row.amount)
                for year, part in split.settled:
                    left[year] -= part
                found.append(Moved(row, split.settled, split.surplus))
        return tuple(found)

    def surplus(self, *, since: dt.date = OLDEST, until: dt.date) -> Decimal:
        """What appropriations have added beyond what was earmarked."""
        return sum((m.surplus for m in self.appropriations if since <= m.row.date <= until), ZERO)

    def equity(self, day: dt.date) -> Decimal:
        """What stands in the fund's equity account at the end of a day."""
        return self.total("opening", "appropriation", until=day)

    def worth(self, day: dt.date) -> Decimal:
        """What the fund is worth at the end of a day."""
        found = self.total("opening", *sorted(EARNED), until=day) + self.surplus(until=day)
        assert found == self.equity(day) + self.earmarked(day)
        return found

    def earmarked(self, day: dt.date) -> Decimal:
        """What of it central has earned and spent, and no assembly has appropriated."""
        return sum(self.earmarked_by_year(day).values(), ZERO)

    def earmarked_by_year(self, day: dt.date) -> dict[int, Decimal]:
        """The same by the fiscal year in which it was booked; years without any are left out."""
        left: dict[int, Decimal] = defaultdict(Decimal)
        for row in self.rows:
            if row.kind in EARNED and row.date <= day:
                left[self.year_of(row.date)] += row.amount
        for moved in self.appropriations:
            if moved.row.date <= day:
                for year, amount in moved.settled:
                    left[year] -= amount
        return {year: amount for year, amount in sorted(left.items()) if amount}

    def of_year(self, row: FundRow) -> int:
        """The fiscal year that a claim or call is for."""
        return row.year if row.year is not None else self.year_of(row.date) - 1

    def support(self, kind: Kind, *, years: Callable[[int], bool], since: dt.date = OLDEST) -> dict[str, Decimal]:
        """Σ claims, calls or claw-backs by unit, as positive amounts, of those years, booked from a day on."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.rows:
            if row.kind == kind and row.date >= since and years(self.of_year(row)):
                found[row.unit] += -row.amount if kind == "claim" else row.amount
        return dict(found)


def funds_of(books: Books, provisional: Callable[[str], Sequence[object]] | None = None) -> dict[str, FundBook]:
    """The federation's funds by name; `investment` and `solidarity` are always there.

    Args:
        books: loaded, central's among them.
        provisional: gives what the rules have made of a book's open months (`ProvisionalRun.entries`); None: booked
            text only.

    Returns:
        Nothing where central's book can't be read: its own problems say why.
    """
    ws = books.workspace
    book = None if ws.central is None else books.units.get(ws.central.slug)
    if book is None or not book.ok:
        return {}
    try:
        chart = load_chart(book.unit.chart, book.unit.folder)
    except Problem:  # the book's own checks say so
        return {}
    memo = memo_of(ws.root)
    own = memo.get(
        ("fund rows", book.unit.slug), lambda: fund_rows(book.entries(), book.unit, chart), same=(book.summary, chart)
    )
    made: tuple[FundRow, ...] = ()
    if provisional is not None:
        entries = [*_opens(book), *provisional(book.unit.slug)]
        made = fund_rows(entries, book.unit, chart, booked=False)  # type: ignore[arg-type]
    return by_name((*own, *made), lambda day: ws.fiscal_year(day)[0].year)


def _opens(book: UnitBook) -> list[object]:
    """The accounts of a book that carry their code in metadata, as provisional entries post to them, too."""
    from beancount.core import data  # noqa: PLC0415  one use

    assert book.summary is not None
    return [
        data.Open({"code": row.code} if row.code else {}, row.opened, row.account, [], None)
        for row in book.summary.accounts
    ]


def known_fund(books: Books, name: str, provisional: Callable[[str], Sequence[object]] | None = None) -> FundBook:
    """One of the funds; an empty one where the book has nothing of it.

    Raises:
        FundUnknown: central's book can't be read, or there is none: its funds are no zero then.
    """
    found, ws = funds_of(books, provisional), books.workspace
    if not found:
        central = ws.config.federation.central
        raise FundUnknown(file=ws.shown(ws.units_folder / central / "main.beancount"), central=central)
    return found.get(name) or FundBook(name, (), lambda day: ws.fiscal_year(day)[0].year)


def by_name(rows: Iterable[FundRow], year_of: Callable[[dt.date], int]) -> dict[str, FundBook]:
    """Funds of rows, each by date."""
    found: dict[str, list[FundRow]] = {name: [] for name in FUNDS}
    for row in rows:
        found.setdefault(row.fund, []).append(row)
    return {
        name: FundBook(name, tuple(sorted(own, key=lambda r: (r.date, not r.booked))), year_of)
        for name, own in found.items()
    }


def until(book: FundBook, day: dt.date) -> FundBook:
    """The fund without what comes after a day."""
    return replace(book, rows=tuple(row for row in book.rows if row.date <= day))


def central_of(books: Books) -> Unit | None:
    """The unit whose book keeps the funds."""
    return books.workspace.central
