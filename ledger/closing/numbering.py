"""The vouchers of a book by series and number, and numbers for those that lack one (SPEC 3; BFL 5 kap. 6-7 §§).

The rule of a series is in `ledger.rules.vouchers`; here it is applied to what a book holds. Three hands give numbers:
people in their own text, other programs (imported with their numbers, and kept), and Sambok (what the close writes, and
corrections). Who has none gets one before the month is closed: whatever a bank's or an invoice's importer has booked
is the unit's voucher like any other.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl
from beancount.core import data

from importers.sie.standing import BY_CONTENT, PROGRAM, PROPOSED, VOUCHER
from ledger.books import Books, UnitBook, month_of
from ledger.books.cells import loads, unpack, unpack_entry
from ledger.books.columns import read
from ledger.funds.dealings import SOURCE_ID as FUNDS_ID
from ledger.loans.dealings import SOURCE_ID as LOANS_ID
from ledger.rules import vouchers as rule
from ledger.rules.vouchers import Explained, Name, Span

#: `source-id` of what Sambok itself has numbered: frozen by the close, corrections; both sides of a fund's dealings.
CLOSE_ID, CORRECT_ID = "close:", "correct:"
CLOSED_FILE = ".closed.beancount"
_KEYS = ("voucher", "registered", "by", "source-id", PROGRAM, PROPOSED, "corrects")
_COLUMNS = ["date", "file", "line", "meta"]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A transaction, as far as its number goes.

    Attributes:
        file: absolute path.
        written: `voucher:` as it stands, "" where nothing stands behind it; None where there is none.
        hand: who gives its number: `own`, `program` (another one) or `sambok`.
    """

    date: dt.date
    file: str
    line: int
    written: Any
    hand: str
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def voucher(self) -> str:
        """Its number as it stands in the book; empty where it has none."""
        return self.written.strip() if isinstance(self.written, str) else ""

    @property
    def name(self) -> Name | None:
        """Series and number; None where it has none, or what stands there is none."""
        return rule.parse(self.voucher) if self.voucher else None

    @property
    def frozen(self) -> bool:
        """Whether the close wrote it."""
        return self.file.endswith(CLOSED_FILE) or str(self.said.get("source-id", "")).startswith(CLOSE_ID)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a voucher stands: its day, its file as users know it, its line; and what it calls itself."""

    date: dt.date
    file: str
    line: int
    voucher: str = ""

    @property
    def month(self) -> str:
        """`2026-03`."""
        return month_of(self.date)

    @property
    def where(self) -> str:
        """`units/repris/books/2026/2026-03.beancount:12`."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Series:
    """A series of a fiscal year.

    Attributes:
        name: "A"; "" for numbers without a series.
        hand: who gives its numbers: `own`, `program`, `sambok`.
        used: the vouchers by number; more than one where a number stands twice.
        explained: why numbers are missing, as the book says.
    """

    name: str
    hand: str
    used: dict[int, tuple[Place, ...]]
    explained: tuple[Explained, ...] = ()

    @property
    def first(self) -> int:
        """The number that it begins with: 1, or the first that the book holds of another program's."""
        return min(self.used, default=1) if self.hand == "program" else 1

    @property
    def last(self) -> int:
        """Its highest number; 0 where it has none yet."""
        return max(self.used, default=0)

    def gaps(self, until: str | None = None) -> tuple[Span, ...]:
        """The missing numbers that nothing explains, below the highest that is used.

        Args:
            until: a month; only what vouchers dated to its end leave out.
        """
        used = (n for n, places in self.used.items() if until is None or min(places).month <= until)
        last = max(used, default=0)
        found = rule.missing((n for n in self.used if n <= last), self.first)
        return rule.without(found, (e.span for e in self.explained))

    @property
    def reasons(self) -> tuple[Explained, ...]:
        """What is explained and really missing, number by number as the book says it."""
        held = [Span(number, number) for number in sorted(self.used)]
        return tuple(
            Explained(e.series, span, e.reason) for e in self.explained for span in rule.without([e.span], held)
        )


@dataclass(frozen=True, slots=True)
class Twice:
    """A number that more than one voucher has."""

    name: Name
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Numbers:
    """The vouchers of a unit's fiscal year by series.

    Attributes:
        year: named by the calendar year in which it begins.
        series: by name, in the order of names.
        twice: numbers that stand twice.
        missing: vouchers without a number, by date.
        unreadable: of the unit's own, what isn't series and number.
        unclear: events that shall explain a gap, and don't: `voucher` is their text.
        elsewhere: whether another program numbers vouchers here.
    """

    unit: str
    year: int
    series: dict[str, Series]
    twice: tuple[Twice, ...] = ()
    missing: tuple[Place, ...] = ()
    unreadable: tuple[Place, ...] = ()
    unclear: tuple[Place, ...] = ()
    elsewhere: bool = False

    def gaps(self, until: str | None = None) -> tuple[tuple[str, Span], ...]:
        """The unexplained gaps of all series, as series and span; `until` as for a series."""
        return tuple((s.name, span) for s in self.series.values() for span in s.gaps(until))

    def own(self, letter: str) -> str:
        """What Sambok's series of this letter is called here: `L`, or `SL` where somebody else uses `L`."""
        taken = {name for name, one in self.series.items() if one.hand != "sambok"}
        return rule.own_series(letter, taken, elsewhere=self.elsewhere)

    def following(self, series: str) -> int:
        """The next number of a series."""
        found = self.series.get(series)
        return rule.following(found.used, (e.span for e in found.explained)) if found else 1


def numbers(books: Books, slug: str, year: int) -> Numbers:
    """The vouchers of a unit's fiscal year.

    Args:
        books: loaded; of a book whose text was refused nothing is known.
        slug: the unit.
        year: named by the calendar year in which it begins.
    """
    ws, book = books.workspace, books.units[slug]
    start = dt.date(year, ws.first_month, 1)
    _, end = ws.fiscal_year(start)
    found = _Reading(ws.shown)
    for entry in entries_of(book, start, end):
        found.add(entry)
    found.explain(_gap_events(book, start, end))
    return found.numbers(slug, year, elsewhere=book.unit.bookkeeping != "sambok")


def years_of(books: Books, slug: str) -> list[Numbers]:
    """The vouchers of each fiscal year of a unit's book, the first one first."""
    book = books.units[slug]
    days = {entry.date for entry in entries_of(book)} | {event.date for event in _gap_events(book)}
    years = {books.workspace.fiscal_year(day)[0].year for day in days}
    return [numbers(books, slug, year) for year in sorted(years)]


def numberer(books: Books, slug: str) -> Callable[[str, dt.date], str]:
    """Gives the next number of one of Sambok's own series in a day's fiscal year: `numberer(...)("L", day)` is `L-3`.

    Each call takes a number, so that a job may number several vouchers; `books` were loaded under the unit's lock.
    """
    known: dict[int, Numbers] = {}
    given: dict[tuple[int, str], int] = {}

    def number(letter: str, day: dt.date) -> str:
        year = books.workspace.fiscal_year(day)[0].year
        if year not in known:
            known[year] = numbers(books, slug, year)
        series = known[year].own(letter)
        given[year, series] = given.get((year, series), known[year].following(series) - 1) + 1
        return str(Name(series, given[year, series]))

    return number


def entries_of(book: UnitBook, start: dt.date | None = None, end: dt.date | None = None) -> Iterator[Entry]:
    """The transactions of a book, in its order, from `start` to `end`; read from its columns, which is quick."""
    if book.summary is None:
        return
    frame = read(book.table("transactions"), "transactions", _COLUMNS)
    if start is not None and end is not None:
        frame = frame.filter(pl.col("date").is_between(start, end))
    for date, file, line, meta in zip(*(frame[name].to_list() for name in _COLUMNS), strict=True):
        said = _said(meta)
        written = ("" if said["voucher"] is None else said["voucher"]) if "voucher" in said else None
        yield Entry(date, file or "", line or 0, written, _hand(file or "", said), said)


def hand_of(file: str, meta: str | None) -> str:
    """Who gives a transaction's number, as `Entry.hand`; from its file and its metadata as columns have them."""
    return _hand(file, _said(meta))


def _said(meta: str | None) -> dict[str, Any]:
    if meta is None:
        return {}
    return {key: unpack(value) for key, value in loads(meta) if key in _KEYS}


def _hand(file: str, said: dict[str, Any]) -> str:
    source = str(said.get("source-id", ""))
    if file.endswith(CLOSED_FILE) or source.startswith((CLOSE_ID, CORRECT_ID, LOANS_ID, FUNDS_ID)):
        return "sambok"
    if PROGRAM not in said or not said.get("voucher"):
        return "own"
    final = source.startswith(VOUCHER) and not source.startswith(BY_CONTENT)
    return "program" if final or said["voucher"] == said.get(PROPOSED) else "own"


def _gap_events(book: UnitBook, start: dt.date = dt.date.min, end: dt.date = dt.date.max) -> Iterator[data.Event]:
    if book.summary is None:
        return
    frame = read(book.table("directives"), "directives", ["date", "kind", "directive"])
    frame = frame.filter((pl.col("kind") == "Event") & pl.col("date").is_between(start, end))
    for text in frame["directive"].to_list():
        event = unpack_entry(loads(text))
        assert isinstance(event, data.Event)
        if event.type == rule.GAP_EVENT:
            yield event


class _Reading:
    """Vouchers of a year, sorted into series."""

    def __init__(self, shown: Callable[[str], str]) -> None:
        self.shown = shown
        self.used: dict[str, dict[int, list[Place]]] = defaultdict(lambda: defaultdict(list))
        self.hands: dict[str, set[str]] = defaultdict(set)
        self.explained: dict[str, list[Explained]] = defaultdict(list)
        self.lacking: list[Place] = []
        self.unreadable: list[Place] = []
        self.unclear: list[Place] = []

    def add(self, entry: Entry) -> None:
        place = Place(entry.date, self.shown(entry.file), entry.line, entry.voucher)
        name = entry.name
        if name is not None:
            self.used[name.series][name.number].append(place)
            self.hands[name.series].add(entry.hand)
        elif entry.written is None:
            self.lacking.append(place)
        elif entry.hand != "program":
            self.unreadable.append(Place(entry.date, place.file, entry.line, str(_plain(entry.written))))

    def explain(self, events: Iterable[data.Event]) -> None:
        for event in events:
            found = rule.read_gap(event.description)
            if found is None:
                where = self.shown(str(event.meta["filename"]))
                self.unclear.append(Place(event.date, where, int(event.meta["lineno"]), event.description))
            else:
                self.explained[found.series].append(found)

    def numbers(self, slug: str, year: int, *, elsewhere: bool) -> Numbers:
        series = {
            name: Series(
                name,
                next(hand for hand in ("program", "own", "sambok") if hand in (self.hands.get(name) or {"own"})),
                {number: tuple(sorted(places)) for number, places in sorted(self.used.get(name, {}).items())},
                tuple(sorted(self.explained.get(name, ()))),
            )
            for name in sorted({*self.used, *self.explained})
        }
        return Numbers(
            slug,
            year,
            series,
            tuple(
                Twice(Name(one.name, number), places)
                for one in series.values()
                for number, places in one.used.items()
                if len(places) > 1
            ),
            tuple(sorted(self.lacking)),
            tuple(sorted(self.unreadable)),
            tuple(sorted(self.unclear)),
            elsewhere or any("program" in hands for hands in self.hands.values()),
        )


def _plain(value: object) -> object:
    return f"{value:f}" if isinstance(value, Decimal) else value


def latest_own_series(entries: Sequence[Entry]) -> str | None:
    """The series of the latest voucher that a person has numbered; importers' and Sambok's don't count."""
    own = [(e.date, n, e.name) for n, e in enumerate(entries) if e.hand == "own" and "source-id" not in e.said]
    return next((name.series for _, _, name in sorted(own, key=lambda o: o[:2], reverse=True) if name), None)
