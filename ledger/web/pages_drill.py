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
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from urllib.parse import urlencode

from flask import request

from ledger.books import month_of
from ledger.charts import Line, line
from ledger.charts.group import known
from ledger.combine.figures import is_result
from ledger.combine.model import CTA, PSEUDO, ZERO, Place
from ledger.combine.reports.bridge import LABELS, STEPS
from ledger.combine.reports.drill import Source, drill
from ledger.combine.reports.equity import HEADS, TOTAL, equity
from ledger.combine.reports.equity_drill import equity_drill
from ledger.combine.reports.names import KINDS
from ledger.messages import N_, translate
from ledger.web.drill_pairs import dealings_figure
from ledger.web.drilled import (
    SHOWN,
    Figure,
    Posting,
    Share,
    kind_name,
    listed,
    made_posting,
    start,
    sum_name,
    where_text,
)
from ledger.web.page import Page
from ledger.web.pieces import Piece, piece_of, unit_piece
from ledger.web.places import BEFORE, DRILL, account_link, drill_link, label_of, path_part
from ledger.web.words_group import PSEUDO_NAMES

MONTH = re.compile(r"\d{4}-\d{2}")


class DrillDown(Page):
    """What a figure is made of."""

    title = N_("What a figure is made of")
    federation_only = True
    in_menu = False

    def figure(self) -> Figure | None:
        """The figure that the page's address asks for; None where there is none."""
        if self.figures is None:
            return None
        pair = request.args.getlist("pair")
        if pair:
            asked = [request.args.get(name, "") for name in ("kind", "section", "unit")]
            return dealings_figure(self, tuple(pair), *asked)
        if (kind := request.args.get("kind")) is not None:
            return self._kind(kind)
        step = request.args.get("step")
        if step is not None:
            return self._step(step)
        if (unit := request.args.get("result")) is not None:
            return self._result(unit)
        if (name := request.args.get("equity")) is not None:
            return self._change(name, request.args.get("change", ""))
        name = request.args.get("line", "")
        if not known(name):
            return None
        if "of" not in request.args:
            return self._figure(line(name))
        piece = piece_of(self.combined, request.args)
        return self._piece(line(name), piece) if piece else None

    @cached_property
    def currency(self) -> str:
        """Of all amounts on the page."""
        return self.combined.currency

    def _figure(self, found: Line) -> Figure | None:
        combined, language = self.combined, self.look.workspace.language
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
                Share(self._name(c), drill_link(found.id, account, [c], self.period), sums[c])
                for c in sorted(sums, key=lambda c: (c in PSEUDO, c))
            ]
            assert sum((share.amount for share in shares), ZERO) == total
            return Figure(self._title(wanted), names, total, shares, [])
        return self._one(found, account, next(iter(sums)), names)

    def _one(self, found: Line, account: str | None, column: str, names: list[str]) -> Figure:
        """The figure of one unit, or of ELIM, ADJ or CTA."""
        combined, ws = self.combined, self.look.workspace
        done = drill(combined, found.id, account, column, shown=ws.shown)
        link = drill_link(found.id, account, [column], self.period)
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
        at = start()
        later = f"{link}&month={month or ''}" if month is not None else link
        return Figure(
            title,
            names,
            _sum(chosen),
            [],
            [self._posting(source) for source in chosen[at : at + SHOWN]],
            back=link if month is not None else "",
            more=f"{later}&start={at + SHOWN}" if at + SHOWN < len(chosen) else "",
            sums=[(sum_name(self, len(chosen)), _sum(chosen))],
            ledger=ledger,
        )

    def _own(self, found: Line, account: str | None, column: str, month: str | None) -> tuple[tuple[str, str], ...]:
        """(account, link) of the unit's own accounts behind the figure, in its own ledger."""
        part = self.combined.parts.get(column)
        if part is None:
            return ()
        time = ""
        if month is not None and MONTH.fullmatch(month):
            time = month
        elif month is None and (found.statement == "income" or self.period):
            time = f"{self.combined.date_from} - {self.combined.date_to}"
        asked = f"?{urlencode({'time': time})}" if time else ""
        links = []
        for name in sorted(part.mapper.rows):
            place = part.mapper.place(name)
            if place is not None and place.line == found.id and account in {None, place.account}:
                links.append((name, f"/{column}/account/{path_part(name)}/{asked}"))
        return tuple(links)

    def _piece(self, found: Line, piece: Piece) -> Figure:
        """A figure of a level, a business line or a unit: its units, then what is its own and no unit wrote."""
        combined = self.combined
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
        postings = [made_posting(self, e, p) for e, p in piece.postings(combined, wanted) if p.column == column]
        if column == CTA:
            postings += [self._rounding(slug, amount) for slug, amount in piece.roundings(combined, wanted)]
        total = shares.get(column, ZERO)
        return listed(self, f"{title}: {self._name(column)}", names, postings, total=total)

    def _share_link(self, found: Line, piece: Piece, column: str) -> str:
        if column in piece.units:
            return account_link(self, found, None, [column])
        return self.to(DRILL, [("line", found.id), ("unit", column), *piece.asked])

    def _rounding(self, slug: str, amount: Decimal) -> Posting:
        day = self.combined.date_to.isoformat()
        return Posting(day, self.unit_name(slug), self.say(N_("Rounding")), amount, "", "")

    def _kind(self, kind: str) -> Figure | None:
        """Every entry of a kind that no unit wrote; each sums to zero."""
        entries = [entry for entry in self.combined.entries if entry.kind == kind]
        postings = [made_posting(self, entry, posting) for entry in entries for posting in entry.postings]
        return listed(self, self.unit_name(None), [kind_name(kind)], postings, total=ZERO) if postings else None

    def _change(self, name: str, column: str) -> Figure | None:
        """A figure of the changes in equity; equity is positive here."""
        if column not in HEADS or name not in {row.line for row in equity(self.combined)}:
            return None
        done = equity_drill(self.combined, name, column, shown=self.look.workspace.shown)
        label = self.say(N_("Equity")) if name == TOTAL else line(name).label(self.look.workspace.language)
        postings = [self._posting(source) for source in done.sources]
        found = listed(self, self.unit_name(None), [label, translate(HEADS[column])], postings, total=done.amount)
        return replace(found, equity=True)

    def _step(self, step: str) -> Figure | None:
        """A step of the bridge: what its entries do to the result; a surplus is positive there, debit here."""
        if step not in STEPS:
            return None
        named = {kind for kinds in STEPS.values() for kind in kinds}
        postings = []
        for entry in self.combined.entries:
            if entry.kind in STEPS[step] or (not STEPS[step] and entry.kind not in named):
                postings += [
                    made_posting(self, entry, p)
                    for p in entry.postings
                    if is_result(p.place.line) and p.column in PSEUDO
                ]
        return listed(self, self.unit_name(None), [translate(LABELS[step])], postings)

    def _posting(self, source: Source) -> Posting:
        file = f"{source.file}:{source.line}" if source.line else source.file
        text = source.text
        if source.column in PSEUDO and source.text in KINDS:
            units = " – ".join(self.unit_name(slug) for slug in source.unit.split(",") if slug)
            text = f"{kind_name(source.text)}: {units}"
        elif source.masked:
            text = self.say(N_("Text left out: it may name a person"))
        account = label_of(source.place.account, self.look.workspace.language)
        return Posting(
            source.date.isoformat(), text, account, source.amount, where_text(self, file), self.source_link(file)
        )

    def _result(self, unit: str) -> Figure | None:
        """A unit's own result, line by line; debit is positive here."""
        piece = unit_piece(self.combined, unit)
        if piece is None:
            return None
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in self.combined.trial_balance:
            if row.unit == unit and is_result(row.line):
                sums[row.line] += row.amount
        language = self.look.workspace.language
        shares = [
            Share(its.label(language), drill_link(its.id, None, [unit], self.period), sums[its.id])
            for its in map(line, sums)
        ]
        return Figure(self.unit_name(unit), [self.say(N_("Result"))], sum(sums.values(), ZERO), shares, [])

    def _title(self, wanted: set[str]) -> str:
        return ", ".join(self._name(column) for column in sorted(wanted)) or self.unit_name(None)

    def _name(self, column: str) -> str:
        return translate(PSEUDO_NAMES[column]) if column in PSEUDO else self.unit_name(column)

    def _month(self, month: str) -> str:
        return self.say(N_("Before the period")) if month == BEFORE else month


def _sum(sources: Sequence[Source]) -> Decimal:
    return sum((source.amount for source in sources), ZERO)
