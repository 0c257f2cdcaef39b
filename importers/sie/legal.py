"""SIE export of the legal person that all divisions together are (SPEC 1): one file, its own books.

Each division's vouchers keep their number, in a series of the division; divisions are objects of dimension 1 (cost
centre, result unit), and a division's own cost centres a dimension below it. Dealings between divisions are gone
(`internal`); what doesn't meet stays on its account, and is listed. Profit in goods that one division has sold to
another and that are still there comes out as a voucher of its own, as in the combined statements.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from beancount.core import data

from importers.sie.divisions import DivisionNames, divisions_of
from importers.sie.export import SieExport, Year, fill, finish, head, remarks, years_of
from importers.sie.export_book import BookDrafts, Draft, Drafting, Line, free
from importers.sie.internal import Posted, Rows, Voucher, groups, number_of, posted, take_out
from importers.sie.model import ZERO, SieFile
from importers.sie.problems import SieDivisionsDiffer, SieNoDivisions
from ledger.books import Books, Unit
from ledger.books.config import line_of
from ledger.charts import load_chart
from ledger.combine import combine
from ledger.combine.combined import Combined
from ledger.combine.dealings.collector import Collector
from ledger.combine.dealings.matching import match
from ledger.combine.model import GroupEntry, Place
from ledger.combine.period import last_booked
from ledger.combine.provisional import Run
from ledger.errors import Problem
from ledger.messages import N_, say
from ledger.provisional import Provisional
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import Rates

#: Series of vouchers that were two, and of what only the legal person's books hold.
JOINED = ("INT", "INTERN")
ADJUSTED = ("ADJ", "ADJUST")
#: How many vouchers a joined voucher names in its text.
NAMED = 3


class AsItStands:
    """A run whose books hold the same on whatever day they are combined: the vouchers that are in the file.

    Args:
        run: what is provisional in them; None for nothing.
    """

    def __init__(self, run: Run | None) -> None:
        self.run = run
        self.problems: Sequence[Problem] = run.problems if run else ()

    def entries(self, slug: str) -> Sequence[data.Directive]:
        """A book's provisional entries."""
        return self.run.entries(slug) if self.run else ()

    def at(self, slug: str, day: dt.date, begins: dt.date | None = None) -> Provisional:
        """The same, on any day: nothing is brought to the rate of a day on which nobody has posted anything."""
        del day, begins
        return Provisional(tuple(self.entries(slug)))


def export_legal_person(
    books: Books, year: int, kind: str, run: Run | None, today: dt.date, *, checksum: bool = True
) -> SieExport:
    """The divisions' books as one SIE file.

    Args:
        books: all books of the federation.
        year: the fiscal year, named by the year in which it begins.
        kind: `4E`, `4I`, `1`, `2` or `3`.
        run: provisional entries that shall be in it; None for what is booked alone.
        today: the day on which the file is made.
        checksum: whether it carries #KSUMMA.

    Raises:
        SieNoDivisions, SieDivisionsDiffer, SieAccountNumber, SieForeignPosting: it can't be made.
        Problem: why a division's book can't be counted.
    """
    return _Legal(books, year, run, today).export(kind, checksum=checksum)


class _Legal:
    def __init__(self, books: Books, year: int, run: Run | None, today: dt.date) -> None:
        self.books = books
        self.ws = books.workspace
        self.run = AsItStands(run)
        self.today = today
        self.divisions = self._drafts()
        self.names = DivisionNames(self.divisions)
        first = min((d for one in self.divisions.values() if (d := one.first())), default=None)
        self.years = years_of(self.ws, first, year)
        now = self.years[0]
        if first is None or first > now.end:
            raise SieNoDivisions(start=now.start, end=now.end)
        self.combined = {y.index: self._combine(y.start, y.end) for y in self.years}
        self.joined = self.gone = 0

    def _drafts(self) -> dict[str, BookDrafts]:
        """The divisions' books, without what lies outside their membership."""
        found = {}
        for slug, unit in divisions_of(self.books).items():
            book = self.books.units[slug]
            if not book.ok or slug in self.ws.faulty:
                raise next(iter((*book.problems, *(p for p in self.ws.problems if p.unit == slug))))
            if unit.currency != self.ws.currency or unit.chart != self._chart():
                expected = f"{self.ws.currency} ({self._chart()})"
                key = "currency" if unit.currency != self.ws.currency else "chart"
                line, excerpt = line_of(unit.folder / "unit.toml", (key,))
                raise SieDivisionsDiffer(
                    file=f"units/{slug}/unit.toml",
                    line=line,
                    excerpt=excerpt,
                    unit=slug,
                    slug=slug,
                    currency=unit.currency,
                    chart=unit.chart,
                    expected=expected,
                )
            drafting = Drafting(self.ws, unit, load_chart(unit.chart, unit.folder))
            made = drafting.run(book.entries(), self.run.entries(slug))
            made.drafts = [draft for draft in made.drafts if unit.in_scope(draft.date)]
            found[slug] = made
        return found

    def _chart(self) -> str:
        """The legal person's chart: central's where it is one, else the first division's."""
        return self._first().chart

    def _first(self) -> Unit:
        units = divisions_of(self.books)
        central = self.ws.config.federation.central
        return units[central] if central in units else next(iter(units.values()))

    def _combine(self, start: dt.date, end: dt.date) -> Combined:
        found = combine(self.books, self.run, date_from=start, date_to=end)
        for problem in found.problems:
            later = isinstance(problem, MissingRate) and end > last_booked(self.books)
            if problem.unit in self.divisions and not later:
                raise problem
        return found

    def export(self, kind: str, *, checksum: bool) -> SieExport:
        """The file."""
        now = self.years[0]
        dealings = self._dealings()
        for year in self.years:
            self._year(year, dealings)
        units = [self._first(), *(one.unit for one in self.divisions.values())]
        organisation = next((unit.organisation_number for unit in units if unit.organisation_number), "")
        name = self.ws.config.federation.name
        sie = SieFile("cp437", meta=head(units[0], name, organisation, now, self.today))
        names: dict[str, str] = {}
        roots: dict[str, str] = {}
        for one in self.divisions.values():
            names = {**one.names, **names}
            roots = {**one.roots, **roots}
        fill(sie, self.years, names, roots)
        self.names.register().into(sie)
        result = finish(sie, kind, checksum=checksum)
        between = frozenset(self.divisions)
        result.unmatched = tuple(u for u in self.combined[0].unmatched if between.issuperset(u.units))
        result.remarks = [*self._remarks(sie), *result.remarks]
        return result

    # dealings between divisions

    def _dealings(self) -> list[list[Posted]]:
        """What divisions have with each other, matched as the combined statements match it, with its rows."""
        start, end = self.years[-1].start, self.years[0].end
        found = self.combined[0] if len(self.years) == 1 else self._combine(start, end)
        parts = {slug: part for slug, part in found.parts.items() if slug in self.divisions}
        rates = Rates.from_entries(self.books.central_text.prices, self.ws.currency)
        items = []
        for part in parts.values():
            collector = Collector(self.ws, part.scope, rates, [], [])
            collector.take(part)
            items += [item for item in collector.items if item.partner in parts]
        self.vouchers = [
            Voucher(draft) for one in self.divisions.values() for draft in one.drafts if one.unit.slug in parts
        ]
        rows = Rows(self.vouchers, lambda unit, account: parts[unit].mapper.at(account))
        return posted(match(items, lambda *_: ZERO), rows)

    def _year(self, year: Year, dealings: Sequence[Sequence[Posted]]) -> None:
        """A year's vouchers and opening balances without dealings between divisions."""
        taken = take_out(dealings, year.start, year.end, self.ws.currency)
        within = [v for v in self.vouchers if year.holds(v.draft)]
        year.take(self.names.named(v.draft) for v in self.vouchers if not year.holds(v.draft))
        assert not year.drafts
        for (slug, number), amount in taken.opening.items():
            self._shift(year, slug, number, amount)
        joined = free(JOINED, self.names.series())
        found = groups(within, taken.joins)
        ordered = sorted(
            found, key=lambda g: (max(v.draft.date for v in g), self.names.code(g[0].draft.slug), g[0].draft.key)
        )
        count = 0
        for members in ordered:
            lines = [line for v in members for line in (*v.draft.lines, *v.added) if line.kept]
            untouched = len(members) == 1 and all(line.kept == line.amount for line in members[0].draft.lines)
            if not lines and not untouched:
                self.gone += year.index == 0
            elif len(members) == 1 and not members[0].added:
                year.drafts.append(self.names.named(members[0].draft))
            else:
                count += 1
                year.drafts.append(self._one(members, joined, count))
        for lines in taken.loose:
            count += 1
            year.drafts.append(self._loose(lines, joined, count, year.end))
        self.joined += count if year.index == 0 else 0
        self._unrealised(year)

    def _shift(self, year: Year, slug: str, number: str, amount: Decimal) -> None:
        for place in (None, ("1", self.names.code(slug))):
            year.opening[number, place] += amount

    def _unrealised(self, year: Year) -> None:
        """Profit in stock from other divisions: in opening balances, and as vouchers."""
        series, count = free(ADJUSTED, self.names.series()), 0
        between = frozenset(self.divisions)
        for entry in self.combined[year.index].entries:
            if entry.kind != "unrealised" or not between.issuperset(entry.units):
                continue
            if entry.date < year.start:
                for p in entry.postings:
                    if p.place.line != "RetainedResult":
                        self._shift(year, p.unit, self._number(p.unit, p.place), p.amount)
                continue
            count += 1
            year.drafts.append(self._adjustment(entry, series, count))

    def _adjustment(self, entry: GroupEntry, series: str, number: int) -> Draft:
        lines = []
        for p in entry.postings:
            objects = (("1", self.names.code(p.unit)),)
            lines.append(Line(self._number(p.unit, p.place), p.amount, "", p.source, p.amount, objects, kept=p.amount))
        text = N_("Profit in goods from another division: {units}")
        said = say(text, units=", ".join(self.ws.units[slug].name for slug in entry.units))
        return Draft("", (True, number), entry.date, series, str(number), said, None, "", lines)

    def _number(self, slug: str, place: Place) -> str:
        """The number of the account at a place; the chart's own for goods where the unit has none."""
        if place.account[:1].isdigit():
            return number_of(place)
        unit = self.divisions[slug].unit
        role = load_chart(unit.chart, unit.folder).role("inventory" if place.line == "Inventories" else "cost_of_goods")
        book = self.divisions[slug]
        book.names.setdefault(role.code, role.account.rsplit(":", 1)[-1].partition("-")[2].replace("-", " "))
        book.roots.setdefault(role.code, role.account.partition(":")[0])
        return role.code

    def _one(self, members: Sequence[Voucher], series: str, number: int) -> Draft:
        """Several vouchers as one, dated when the last of them is booked; each row keeps its own day."""
        last = max(v.draft.date for v in members)
        lines = []
        for voucher in members:
            draft = voucher.draft
            name = f"{self.names.code(draft.slug)} {draft.name}"
            lines += [
                self.names.placed(line, day=line.day or draft.date, text=f"{name} {line.text}".strip())
                for line in draft.lines
                if line.kept
            ]
            lines += [self.names.placed(line) for line in voucher.added]
        told = [f"{self.names.code(v.draft.slug)} {v.draft.name}: {v.draft.text}" for v in members[:NAMED]]
        text = "; ".join(told) + ("; ..." if len(members) > NAMED else "")
        return Draft("", (True, number), last, series, str(number), text, None, "", lines)

    def _loose(self, lines: Iterable[Line], series: str, number: int, day: dt.date) -> Draft:
        text = say(N_("Claims between divisions whose other side is in another year"))
        placed = [self.names.placed(line) for line in lines]
        return Draft("", (True, number), day, series, str(number), text, None, "", placed)

    def _remarks(self, sie: SieFile) -> list[str]:
        now = self.years[0]
        every = BookDrafts(self._first())
        every.waiting = sum(one.waiting for one in self.divisions.values())
        every.rounded = sum(one.rounded for one in self.divisions.values())
        own = [draft for draft in now.drafts if draft.slug]
        said = []
        text = N_(
            "Vouchers between divisions alone, which are gone: {gone}; that became one with their answer: {joined}."
        )
        said.append(say(text, gone=self.gone, joined=self.joined))
        return said + remarks(every, replace(now, drafts=own), sie)
