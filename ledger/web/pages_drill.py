"""What a group figure is made of, down to the postings: each opens the unit's own file at its line.

The federation's ledger shows vouchers; this page is for what it has none of: eliminations, adjustments and
translation differences, which answer postings of units, and every figure of a federation so large that its ledger
holds monthly sums. A figure of several units is first shown unit by unit, one of many postings month by month; each
list adds up to the figure above it, which is asserted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from urllib.parse import urlencode

from flask import request

from ledger.books import month_of
from ledger.charts import Line, line
from ledger.charts.group import known
from ledger.combine.dealings.matrix import pair_matrix
from ledger.combine.figures import is_result
from ledger.combine.model import ADJ, CTA, ELIM, PSEUDO, ZERO, GroupEntry, GroupPosting, Place
from ledger.combine.reports.bridge import LABELS, STEPS
from ledger.combine.reports.drill import Source, drill
from ledger.combine.reports.view import KINDS
from ledger.messages import N_, translate
from ledger.web.page import Page
from ledger.web.pieces import Piece, piece_of
from ledger.web.places import BEFORE, DRILL, account_link, drill_link, label_of, path_part
from ledger.web.words_group import PSEUDO_NAMES

#: So many postings stand on a page.
SHOWN = 300
MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True)
class Share:
    """A part of a figure: a unit's or a month's; `count` of its postings where it is known."""

    name: str
    link: str
    amount: Decimal
    count: int | None = None


@dataclass(frozen=True)
class Posting:
    """One posting; `link` opens its source, `where` names it."""

    date: str
    text: str
    account: str
    amount: Decimal
    where: str
    link: str
    counts: bool = True


@dataclass(frozen=True)
class Figure:
    """A figure and what it is made of: shares, or postings."""

    title: str
    names: list[str]
    amount: Decimal
    shares: list[Share]
    postings: list[Posting]
    back: str = ""
    more: str = ""
    ledger: tuple[tuple[str, str], ...] = ()


class DrillDown(Page):
    """What a figure is made of."""

    title = N_("What a figure is made of")
    federation_only = True
    in_menu = False

    def figure(self) -> Figure | None:
        """The figure that the page's address asks for; None where there is none."""
        pair = request.args.getlist("pair")
        if pair:
            return self._dealings(tuple(pair), request.args.get("kind", ""), request.args.get("section", ""))
        if (kind := request.args.get("kind")) is not None:
            return self._kind(kind)
        step = request.args.get("step")
        if step is not None:
            return self._step(step)
        name = request.args.get("line", "")
        if not known(name):
            return None
        if "of" not in request.args:
            return self._figure(line(name))
        piece = piece_of(self.look.federation.combined, request.args)
        return self._piece(line(name), piece) if piece else None

    @cached_property
    def currency(self) -> str:
        """Of all amounts on the page."""
        return self.look.federation.combined.currency

    def _figure(self, found: Line) -> Figure | None:
        combined, language = self.look.federation.combined, self.look.workspace.language
        account = request.args.get("account")
        sums: dict[str, Decimal] = defaultdict(Decimal)
        wanted = set(request.args.getlist("unit"))
        for row in combined.trial_balance:
            if row.line == found.id and account in {None, row.account} and (not wanted or row.unit in wanted):
                sums[row.unit] += row.amount
        if not sums:
            return None
        names = [found.label(language)]
        names += [label_of(account, language)] if account is not None else []
        total = sum(sums.values(), ZERO)
        if len(sums) > 1:
            shares = [
                Share(self._name(c), drill_link(found.id, account, [c]), sums[c])
                for c in sorted(sums, key=lambda c: (c in PSEUDO, c))
            ]
            assert sum((share.amount for share in shares), ZERO) == total
            return Figure(self._title(wanted), names, total, shares, [])
        return self._one(found, account, next(iter(sums)), names)

    def _one(self, found: Line, account: str | None, column: str, names: list[str]) -> Figure:
        """The figure of one unit, or of ELIM, ADJ or CTA."""
        combined, ws = self.look.federation.combined, self.look.workspace
        done = drill(combined, found.id, account, column, shown=ws.shown)
        link = drill_link(found.id, account, [column])
        months: dict[str, list[Source]] = defaultdict(list)
        for source in done.sources:
            months[month_of(source.date) if source.date >= combined.date_from else BEFORE].append(source)
        month = request.args.get("month")
        ledger = self._own(found, account, column, month)
        if month is None and len(done.sources) > SHOWN:
            shares = [
                Share(self._month(name), f"{link}&month={name}", _sum(own), len(own))
                for name, own in sorted(months.items(), key=lambda m: (m[0] != BEFORE, m[0]))
            ]
            assert sum((share.amount for share in shares), ZERO) == done.amount
            return Figure(
                self._name(column), names, done.amount, shares, [], ledger=self._own(found, account, column, None)
            )
        chosen: Sequence[Source] = done.sources if month is None else months.get(month, [])
        title = self._name(column) + (f", {self._month(month)}" if month is not None else "")
        start = _start()
        later = f"{link}&month={month or ''}" if month is not None else link
        return Figure(
            title,
            names,
            _sum(chosen),
            [],
            [self._posting(source) for source in chosen[start : start + SHOWN]],
            back=link if month is not None else "",
            more=f"{later}&start={start + SHOWN}" if start + SHOWN < len(chosen) else "",
            ledger=ledger,
        )

    def _own(self, found: Line, account: str | None, column: str, month: str | None) -> tuple[tuple[str, str], ...]:
        """(account, link) of the unit's own accounts behind the figure, in its own ledger."""
        part = self.look.federation.combined.parts.get(column)
        if part is None:
            return ()
        asked = f"?{urlencode({'time': month})}" if month is not None and MONTH.fullmatch(month) else ""
        links = []
        for name in sorted(part.mapper.rows):
            place = part.mapper.place(name)
            if place is not None and place.line == found.id and account in {None, place.account}:
                links.append((name, f"/{column}/account/{path_part(name)}/{asked}"))
        return tuple(links)

    def _dealings(self, pair: tuple[str, ...], kind: str, section: str) -> Figure | None:
        """What was eliminated of the dealings of two units; the first one's side is the figure."""
        if request.args.get("unit") == ADJ:
            return self._adjusted(pair, kind, section)
        postings = []
        total = ZERO
        for entry in self.look.federation.combined.entries:
            if set(entry.units) == set(pair) and (entry.kind, entry.section) == (kind, section):
                for posting in entry.postings:
                    mine = posting.unit == pair[0]
                    total -= posting.amount if mine else ZERO
                    postings.append(self._made(entry, posting, counts=mine))
        title = self.say(PSEUDO_NAMES[ELIM])
        return self._listed(title, self._pair(pair, kind), total, postings) if postings else None

    def _adjusted(self, pair: tuple[str, ...], kind: str, section: str) -> Figure | None:
        """What was adjusted of the dealings of two units: whole entries, of which the dealing is one side."""
        combined = self.look.federation.combined
        rows = [r for r in pair_matrix(combined) if (r.units, r.kind, r.section) == (pair, kind, section)]
        entries = [e for e in combined.entries if e.column == ADJ and e.units and set(e.units) <= set(pair)]
        postings = [self._made(entry, posting) for entry in entries for posting in entry.postings]
        if not rows or not postings:
            return None
        return self._listed(self.say(PSEUDO_NAMES[ADJ]), self._pair(pair, kind), rows[0].adjusted, postings)

    def _pair(self, pair: tuple[str, ...], kind: str) -> list[str]:
        return [self.kind(kind), " – ".join(self.unit_name(slug) for slug in pair)]

    def _piece(self, found: Line, piece: Piece) -> Figure:
        """A figure of a level, a business line or a unit: its units, then what is its own and no unit wrote."""
        combined = self.look.federation.combined
        names = [found.label(self.look.workspace.language)]
        column = request.args.get("unit")

        def wanted(place: Place) -> bool:
            return place.line == found.id

        shares = piece.shares(combined, wanted)
        title = piece.name or self.unit_name(None)
        if column is None and len(shares) > 1:
            rows = [
                Share(self._name(c), self._share_link(found, piece, c), shares[c])
                for c in sorted(shares, key=lambda c: (c in PSEUDO, c))
            ]
            return Figure(title, names, sum(shares.values(), ZERO), rows, [])
        column = column if column is not None else next(iter(shares), "")
        if column in piece.units:
            return self._one(found, None, column, names)
        postings = [self._made(e, p) for e, p in piece.postings(combined, wanted) if p.column == column]
        if column == CTA:
            postings += [self._rounding(slug, amount) for slug, amount in piece.roundings(combined, wanted)]
        total = shares.get(column, ZERO)
        assert sum((posting.amount for posting in postings), ZERO) == total
        return self._listed(f"{title}: {self._name(column)}", names, total, postings)

    def _share_link(self, found: Line, piece: Piece, column: str) -> str:
        if column in piece.units:
            return account_link(self, found, None, [column])
        asked = urlencode([("line", found.id), ("unit", column), *piece.asked])
        return f"/{self.ledger.slug}/extension/{DRILL}/?{asked}"

    def _rounding(self, slug: str, amount: Decimal) -> Posting:
        day = self.look.federation.combined.date_to.isoformat()
        return Posting(day, self.unit_name(slug), self.say(N_("Rounding")), amount, "", "")

    def _kind(self, kind: str) -> Figure | None:
        """Every entry of a kind that no unit wrote; each sums to zero."""
        entries = [entry for entry in self.look.federation.combined.entries if entry.kind == kind]
        postings = [self._made(entry, posting) for entry in entries for posting in entry.postings]
        return self._listed(self.unit_name(None), [self.kind(kind)], ZERO, postings) if postings else None

    def _step(self, step: str) -> Figure | None:
        """A step of the bridge: what its entries do to the result; a surplus is positive there, debit here."""
        if step not in STEPS:
            return None
        named = {kind for kinds in STEPS.values() for kind in kinds}
        postings = []
        for entry in self.look.federation.combined.entries:
            if entry.kind in STEPS[step] or (not STEPS[step] and entry.kind not in named):
                postings += [
                    self._made(entry, p) for p in entry.postings if is_result(p.place.line) and p.column in PSEUDO
                ]
        total = sum((posting.amount for posting in postings), ZERO)
        names = [translate(LABELS[step])]
        return self._listed(self.unit_name(None), names, total, postings)

    def _listed(self, title: str, names: list[str], total: Decimal, postings: list[Posting]) -> Figure:
        """A list of postings, so many at a time."""
        start, asked = _start(), [(k, v) for k, v in request.args.items(multi=True) if k not in {"start", "partial"}]
        more = f"/{self.ledger.slug}/extension/{DRILL}/?{urlencode([*asked, ('start', str(start + SHOWN))])}"
        return Figure(
            title, names, total, [], postings[start : start + SHOWN], more=more if start + SHOWN < len(postings) else ""
        )

    def kind(self, kind: str) -> str:
        """A kind of dealing."""
        return translate(KINDS.get(kind, KINDS["other"]))

    def _posting(self, source: Source) -> Posting:
        file = f"{source.file}:{source.line}" if source.line else source.file
        text = source.text
        if source.column in PSEUDO and source.text in KINDS:
            units = " – ".join(self.unit_name(slug) for slug in source.unit.split(",") if slug)
            text = f"{self.kind(source.text)}: {units}"
        elif source.masked:
            text = self.say(N_("Payroll or a person's loan"))
        account = label_of(source.place.account, self.look.workspace.language)
        return Posting(source.date.isoformat(), text, account, source.amount, self._where(file), self.source_link(file))

    def _made(self, entry: GroupEntry, posting: GroupPosting, *, counts: bool = True) -> Posting:
        language = self.look.workspace.language
        place = f"{posting.place.group.label(language)}, {label_of(posting.place.account, language)}"
        link = self.source_link(posting.source)
        where, date = self._where(posting.source), entry.date.isoformat()
        return Posting(date, self.unit_name(posting.unit or None), place, posting.amount, where, link, counts)

    def _where(self, file: str) -> str:
        made = re.match(r"<([\w-]+)>", file)
        return self.say(N_("made by a rule: {name}"), name=made[1]) if made else file

    def _title(self, wanted: set[str]) -> str:
        return ", ".join(self._name(column) for column in sorted(wanted)) or self.unit_name(None)

    def _name(self, column: str) -> str:
        return translate(PSEUDO_NAMES[column]) if column in PSEUDO else self.unit_name(column)

    def _month(self, month: str) -> str:
        return self.say(N_("Before the period")) if month == BEFORE else month


def _start() -> int:
    """Of a long list, the first posting that is asked for."""
    asked = re.fullmatch(r"[0-9]{1,9}", request.args.get("start", ""))
    return int(asked[0]) if asked else 0


def _sum(sources: Sequence[Source]) -> Decimal:
    return sum((source.amount for source in sources), ZERO)
