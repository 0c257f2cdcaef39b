"""The pages on dealings between units: those whose two sides differ, and every pair of units at a glance.

Between two divisions both sides are books of one legal person, so a difference is an error of its books and blocks the
close. Between legal persons each has its own books: the difference is disclosed (SPEC 1, 10).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import request

from ledger.combine import SETTLED
from ledger.combine import Unmatched as Difference
from ledger.combine.dealings.matrix import PairRow, pair_matrix
from ledger.combine.model import ADJ, ZERO
from ledger.combine.model import Side as Booked
from ledger.messages import N_, translate
from ledger.web.drill_pairs import BOTH, SECTIONS
from ledger.web.drilled import kind_name
from ledger.web.page import Page
from ledger.web.places import DRILL

#: Groups of differences: heading, and what it means.
GROUPS = {
    "blocks": (
        N_("Blocks the close"),
        N_("Both sides are one legal person: the month can't be closed until they agree."),
    ),
    "tags": (
        N_("To correct in one book"),
        N_("Until the posting is corrected, nobody knows whose other side it is."),
    ),
    "disclosed": (
        N_("Disclosed between legal persons"),
        N_("Each side has its own books: nothing is held up, but the notes name the difference until it is settled."),
    ),
    "told": (N_("For your information"), N_("Nobody has to do anything.")),
}


@dataclass(frozen=True)
class Source:
    """A place in a book; `link` opens it, none where a rule made the entry."""

    text: str
    where: str
    link: str


@dataclass(frozen=True)
class Side:
    """One unit's side of a dealing: its places, and what it has booked, where the finding is about amounts."""

    name: str
    sources: list[Source]
    amount: str = ""


@dataclass(frozen=True)
class Card:
    """A difference with both its sides; `other`: entries of rules, which belong to both.

    `left`: what it leaves in the row of the pair matrix that the page is narrowed to.
    """

    item: Difference
    kind: str
    sides: list[Side]
    other: list[Source]
    left: Decimal | None = None

    @property
    def remedy(self) -> str:
        """What to do about it; what holds until then is said once for the group."""
        return self.item.advice


@dataclass(frozen=True)
class Group:
    """Differences that ask for the same."""

    heading: str
    meaning: str
    cards: list[Card]
    sums: list[tuple[str, Decimal]]
    left: Decimal | None = None


class Unmatched(Page):
    """Dealings between units whose two sides differ."""

    title = N_("Unmatched")

    def chosen(self) -> list[str]:
        """The units that the page is narrowed to: this ledger's own, or those that were asked for."""
        if self.slug is not None:
            return [self.slug]
        return [slug for slug in request.args.getlist("unit")[:2] if slug in self.look.workspace.units]

    def units(self) -> list[tuple[str, str, bool]]:
        """(slug, name, chosen) of the units that have differences, by name."""
        chosen = set(self.chosen())
        slugs = {slug for item in self.combined.unmatched for slug in item.units} | chosen
        return sorted(((slug, self.unit_name(slug), slug in chosen) for slug in slugs), key=lambda u: (u[1], u[0]))

    def row(self) -> tuple[tuple[str, ...], str, str] | None:
        """The row of the pair matrix that the page is narrowed to: units, class, section."""
        section = request.args.get("section", "")
        pair = tuple(sorted(self.chosen()))
        return (pair, request.args.get("kind", ""), section) if len(pair) == 2 and section in SECTIONS else None

    def narrowed(self) -> str:
        """How that row is called."""
        row = self.row()
        return f"{kind_name(row[1])}, {translate(SECTIONS[row[2]])}" if row else ""

    def groups(self) -> list[Group]:
        """What blocks the close, what is disclosed, what is only told; those that there are."""
        chosen, row = set(self.chosen()), self.row()
        found: dict[str, list[Difference]] = defaultdict(list)
        for item in self.combined.unmatched:
            if chosen <= set(item.units) and (row is None or _left(item, row)):
                found[_group(item)].append(item)
        return [
            Group(
                translate(heading),
                translate(meaning),
                [self._card(item, row) for item in found[name]],
                _sums(found[name]),
                sum((_left(item, row) for item in found[name]), ZERO) if row else None,
            )
            for name, (heading, meaning) in GROUPS.items()
            if name in found
        ]

    def left(self) -> Decimal | None:
        """What is left of the row that the page is narrowed to, as the pair matrix has it."""
        row = self.row()
        if row is None:
            return None
        left = sum((group.left for group in self.groups() if group.left is not None), ZERO)
        assert left == sum((r.unmatched for r in self.combined.pairs if (r.units, r.kind, r.section) == row), ZERO)
        return left

    def _card(self, item: Difference, row: tuple[tuple[str, ...], str, str] | None) -> Card:
        sources = [self._source(where) for where in item.sources]
        booked = {side.unit: side for side in item.sides}
        sides = [
            Side(
                self.unit_name(slug),
                [s for s in sources if s.where.startswith(f"units/{slug}/")],
                self._booked(booked[slug]) if slug in booked else "",
            )
            for slug in item.units
        ]
        known = {source.where for side in sides for source in side.sources}
        kind = kind_name(item.kind) if item.kind else ""
        other = [source for source in sources if source.where not in known]
        return Card(item, kind, sides, other, _left(item, row) if row else None)

    def _booked(self, side: Booked) -> str:
        """What a unit has booked, and what that is worth where the document is in another currency."""
        text = f"{self.money(side.amount, side.currency)} {side.currency}"
        currency = self.combined.currency
        if side.worth is None or side.currency == currency:
            return text
        return f"{text} = {self.money(side.worth, currency)} {currency}"

    def _source(self, where: str) -> Source:
        """A place as a reader knows it: a voucher's file and line, or the rule that made the entry."""
        made = re.match(r"<([\w-]+)>", where)
        text = self.say(N_("made by a rule: {name}"), name=made[1]) if made else where.rpartition("/")[2]
        return Source(text, where, self.source_link(where))


def _group(item: Difference) -> str:
    if item.code in SETTLED:
        return "told"
    if item.blocks:
        return "blocks"
    return "disclosed" if len(item.units) > 1 else "tags"


def _left(item: Difference, row: tuple[tuple[str, ...], str, str]) -> Decimal:
    """What a difference leaves in a row of the pair matrix."""
    return sum((rest.amount for rest in item.rests if (rest.units, rest.kind, rest.section) == row), ZERO)


def _sums(items: Sequence[Difference]) -> list[tuple[str, Decimal]]:
    """Σ of the amounts by currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item in items:
        sums[item.currency] += item.amount
    return sorted(sums.items())


@dataclass(frozen=True)
class PairLine:
    """What two units have to do with each other in one class and section: amounts, each with what opens it."""

    kind: str
    section: str
    cells: list[tuple[Decimal, str]]


@dataclass(frozen=True)
class Pair:
    """Two units and all that they have to do with each other."""

    name: str
    lines: list[PairLine]


class Pairs(Page):
    """Every pair of units: what both books have of each other, what was eliminated, and what is left."""

    title = N_("Pairs")
    federation_only = True

    def chosen(self) -> str:
        """The unit that the page is narrowed to, or nothing."""
        asked = request.args.get("unit", "")
        return asked if asked in self.look.workspace.units else ""

    def only_left(self) -> bool:
        """Whether only pairs with something left are asked for."""
        return request.args.get("left") == "1"

    def with_zeros(self) -> bool:
        """Whether rows that come to nothing, in both books, are asked for."""
        return request.args.get("zeros") == "1"

    def units(self) -> list[tuple[str, str, bool]]:
        """(slug, name, chosen) of the units that deal with others, by name."""
        slugs = {slug for row in pair_matrix(self.combined) for slug in row.units}
        chosen = self.chosen()
        named = ((slug, self.unit_name(slug), slug == chosen) for slug in slugs | ({chosen} - {""}))
        return sorted(named, key=lambda u: (u[1], u[0]))

    def pairs(self) -> list[Pair]:
        """The pairs that are asked for; what is left ties to what both sides have and what was adjusted."""
        chosen = self.chosen()
        found: dict[tuple[str, str], list[PairLine]] = defaultdict(list)
        for row in pair_matrix(self.combined):
            something = row.one or row.other or row.eliminated or row.adjusted or row.unmatched
            if not something and not self.with_zeros():
                continue
            if (not chosen or chosen in row.units) and (row.unmatched or not self.only_left()):
                found[row.units].append(self._line(row))
        return [Pair(" – ".join(self.unit_name(slug) for slug in units), lines) for units, lines in found.items()]

    def _line(self, row: PairRow) -> PairLine:
        assert row.one + row.other + row.adjusted == row.unmatched, row
        one, other = row.units
        asked = [*(("pair", slug) for slug in row.units), ("kind", row.kind), ("section", row.section)]

        def made(unit: str) -> str:
            return self.to(DRILL, [*asked, ("unit", unit)] if unit else asked)

        left = [*(("unit", slug) for slug in row.units), ("kind", row.kind), ("section", row.section)]
        cells = [
            (row.one, made(one)),
            (row.other, made(other)),
            (row.eliminated, made("")),
            (row.adjusted, made(ADJ)),
            (row.unmatched, self.to("Unmatched", left) if row.unmatched else made(BOTH)),
        ]
        return PairLine(kind_name(row.kind), translate(SECTIONS[row.section]), cells)
