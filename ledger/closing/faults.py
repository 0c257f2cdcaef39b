"""What is wrong with the numbers of a year's vouchers, seen in the book's columns where they are in order.

Nearly always each series runs 1, 2, 3 ... as it should, and the only thing lacking are numbers that nobody has given
yet. That shows in the columns, without a look at each voucher. Whatever isn't so plain (a number twice, a gap, the
reason for one, a number that can't be read) is left to `ledger.closing.numbering`, which is the rule; a test holds both
ways together over any books.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from ledger.books import Books, UnitBook
from ledger.books.columns import read
from ledger.closing.numbering import Numbers, Place, Twice, hand_of, numbers
from ledger.rules.vouchers import DIGITS, GAP_EVENT, Span

#: A transaction's metadata is text of pairs, and a quote inside one is escaped: this can only begin the voucher's own.
_PAIR = '["voucher",'
#: Series and number, in signs that stand for themselves in that text.
_PLAIN = rf'\["voucher","(?:([!#-\[\]-~]+)-)?([0-9]{{1,{DIGITS}}})"\]'
_COLUMNS = ["date", "file", "line", "meta"]


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with the numbers of a fiscal year's vouchers: as `Numbers`, without those that are right."""

    missing: tuple[Place, ...]
    unreadable: tuple[Place, ...] = ()
    unclear: tuple[Place, ...] = ()
    gaps: tuple[tuple[str, Span], ...] = ()
    twice: tuple[Twice, ...] = ()


def faults_of(books: Books, slug: str, year: int, until: str, known: Callable[[], Numbers] | None = None) -> Faults:
    """What is wrong with the numbers of a unit's vouchers.

    Args:
        books: loaded.
        slug: the unit.
        year: its fiscal year, named by the calendar year in which it begins.
        until: a month: gaps are those up to its end.
        known: gives the year's vouchers, where somebody keeps them.
    """
    found = _plainly(books, slug, year)
    if found is not None:
        return found
    whole = known() if known else numbers(books, slug, year)
    return Faults(whole.missing, whole.unreadable, whole.unclear, whole.gaps(until), whole.twice)


def _plainly(books: Books, slug: str, year: int) -> Faults | None:
    """The same where only numbers are missing, if anything; None where each voucher must be looked at."""
    book = books.units[slug]
    if book.summary is None:
        return Faults(())
    start, end = books.workspace.fiscal_year(dt.date(year, books.workspace.first_month, 1))
    if _explains(book):
        return None
    frame = read(book.table("transactions"), "transactions", _COLUMNS).filter(pl.col("date").is_between(start, end))
    meta, parts = pl.col("meta"), pl.col("meta").str.extract_groups(_PLAIN)
    frame = frame.with_columns(
        meta.str.count_matches(_PAIR, literal=True).fill_null(0).alias("said"),
        parts.struct.field("1").fill_null("").alias("series"),
        parts.struct.field("2").cast(pl.Int64).alias("number"),
    )
    numbered = frame.filter(pl.col("said") > 0)
    odd = numbered.filter((pl.col("said") > 1) | pl.col("number").is_null() | (pl.col("number") == 0))
    if odd.height or not _in_order(numbered):
        return None
    rows = frame.filter(pl.col("said") == 0).select("date", "file", "line").iter_rows()
    shown = books.workspace.shown
    return Faults(tuple(sorted(Place(date, shown(file or ""), line or 0) for date, file, line in rows)))


def _in_order(numbered: pl.DataFrame) -> bool:
    """Whether each series runs without a gap, and no number stands twice; only another program's begins anywhere."""
    number = pl.col("number")
    of_series = numbered.group_by("series").agg(
        pl.len().alias("vouchers"),
        number.n_unique().alias("different"),
        number.min().alias("first"),
        number.max().alias("last"),
    )
    runs = (pl.col("vouchers") == pl.col("different")) & (pl.col("last") - pl.col("first") + 1 == pl.col("vouchers"))
    if of_series.filter(~runs).height:
        return False
    late = of_series.filter(pl.col("first") > 1)["series"].to_list()
    return all(_by_program(numbered.filter(pl.col("series") == series)) for series in late)


def _by_program(series: pl.DataFrame) -> bool:
    return any(hand_of(file or "", meta) == "program" for file, meta in series.select("file", "meta").iter_rows())


def _explains(book: UnitBook) -> bool:
    """Whether the book may explain a gap."""
    frame = read(book.table("directives"), "directives", ["kind", "directive"])
    event = (pl.col("kind") == "Event") & pl.col("directive").str.contains(f'"{GAP_EVENT}"', literal=True)
    return frame.filter(event).height > 0
