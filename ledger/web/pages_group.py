"""The combined figures as reports: levels, business lines, the bridge of the result, equity, and what stands behind.

One page with a row of choices rather than eight in the menu: whoever looks for a report of the whole federation finds
it in one place, and the menu stays short. The figures come from `ledger.combine`, each with its proof made there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from flask import request

from ledger.charts import line
from ledger.charts.group import known
from ledger.combine import Translation
from ledger.combine.adjusting.adjustment import Adjustment
from ledger.combine.flows import cta_place
from ledger.combine.model import CTA, ZERO, Share
from ledger.combine.reports.bridge import STEPS, UNIT, Step, bridge
from ledger.combine.reports.equity import CLOSING, COLUMNS, HEADS, RESULT, TOTAL, equity
from ledger.combine.reports.equity_vouchers import YEAR
from ledger.combine.runs.lock import RunState, run_states
from ledger.combine.runs.state import CHANGE_TEXTS, STATUS_TEXTS
from ledger.combine.runs.store import names
from ledger.messages import N_, translate
from ledger.web.group_statements import Statements, by_business, by_level
from ledger.web.page import Page
from ledger.web.pages_sheet import Choice
from ledger.web.places import DRILL, account_link, drill_link, label_of, sums_only
from ledger.web.statements import StatementRow
from ledger.web.words_group import PSEUDO_NAMES

REPORTS = {
    "levels": N_("Levels"),
    "business": N_("Business lines"),
    "bridge": N_("From the units' results to the group's"),
    "equity": N_("Changes in equity"),
    "translation": N_("Translation"),
    "ownership": N_("Owned units"),
    "adjustments": N_("Adjustments"),
    "runs": N_("Locked runs"),
}
#: Width of a bar's drawing, in its own units.
SPAN = 1000


@dataclass(frozen=True)
class Bar:
    """A step of the bridge: its amount, where it ends, and its bar between `start` and `start` + `width`."""

    label: str
    link: str
    amount: Decimal
    end: Decimal
    start: int
    width: int
    kind: str  # "up", "down" or "sum"


class GroupReports(Page):
    """Reports of the combined figures."""

    title = N_("Group reports")
    federation_only = True
    #: So many differences of a locked run are listed.
    MOST = 50

    def shown(self) -> str:
        """The report that the address asks for; the first where it asks for none that there is."""
        known = [name for name in REPORTS if self._has(name)]
        asked = request.args.get("show", "")
        return asked if asked in known else known[0]

    def with_zeros(self) -> bool:
        """Whether rows that come to nothing are asked for."""
        return request.args.get("zeros") == "1"

    def zeros(self) -> list[Choice]:
        """The switch for rows that come to nothing, where the report has some."""
        rows = {
            "bridge": lambda: any(not step.amount for step in bridge(self.combined)),
            "equity": lambda: any(not any(map(row.change, COLUMNS)) for row in equity(self.combined)[:-1]),
        }
        shown = self.shown()
        if shown not in rows or not rows[shown]():
            return []
        on = self.with_zeros()
        asked = [] if on else [("zeros", "1")]
        return [Choice(translate(N_("Also what comes to zero")), self._show(shown, asked), on)]

    def choices(self) -> list[Choice]:
        """The reports that there are."""
        shown = self.shown()
        return [
            Choice(translate(text), self._show(name), name == shown)
            for name, text in REPORTS.items()
            if self._has(name)
        ]

    def _show(self, name: str, asked: Sequence[tuple[str, str]] = ()) -> str:
        """The address of a report on this page."""
        return f"?{urlencode([('show', name), *asked, *self.period])}"

    def _at(self, path: Sequence[str]) -> str:
        return self._show("levels", [("at", name) for name in path])

    def _has(self, name: str) -> bool:
        combined = self.combined
        asked = {
            "business": any(unit.business_line for unit in combined.units.values()),
            "translation": bool(combined.translation),
            "ownership": bool(combined.shares),
            "adjustments": bool(combined.adjustments),
            "runs": bool(names(self.look.workspace)),
        }
        return asked.get(name, True)

    def statements(self) -> Statements:
        """The chosen level with what it is made of; or all business lines."""
        return by_level(self, self._at) if self.shown() == "levels" else by_business(self)

    def bars(self) -> list[Bar]:
        """The bridge as bars that begin where the one before ended; the last is the group's result."""
        steps, made, end = bridge(self.combined), [], ZERO
        ends = [ZERO]
        for step in steps:
            ends.append(ends[-1] + step.amount)
        low, high = min(ends), max(ends)
        span = (high - low) or Decimal(1)

        def at(amount: Decimal) -> int:
            return int((amount - low) * SPAN / span)

        for step in steps:
            start, end = end, end + step.amount
            if not step.amount and not self.with_zeros():
                continue
            label = self.unit_name(step.unit) if step.step == UNIT else translate(step.label)
            left, right = sorted((at(start), at(end)))
            kind = "up" if step.amount >= 0 else "down"
            made.append(Bar(label, self._step_link(step), step.amount, end, left, max(right - left, 2), kind))
        assert end == self.combined.result
        left, right = sorted((at(ZERO), at(end)))
        total = Bar(self.say(N_("The group's result")), "", end, end, left, max(right - left, 2), "sum")
        return [*made, total]

    def _step_link(self, step: Step) -> str:
        combined = self.combined
        if step.unit is None and step.step not in STEPS:
            return ""
        if step.unit is None:
            return self.to(DRILL, [("step", step.step)])
        if sums_only(self.look) or not self.usual:
            return self.to(DRILL, [("result", step.unit)])
        asked = {"time": f"{combined.date_from} - {combined.date_to}"}
        asked["account"] = f":{combined.units[step.unit].code}$"
        return f"/{self.ledger.slug}/income_statement/?{urlencode(asked)}"

    def equity_heads(self) -> list[str]:
        """Headings of the changes in equity, those that occur."""
        return [translate(HEADS[name]) for name in self._changes()]

    def _changes(self) -> list[str]:
        total = equity(self.combined)[-1]
        rows = equity(self.combined)
        used = {name for row in rows for name in COLUMNS if row.change(name)}
        assert total.line == TOTAL
        return [name for name in COLUMNS if name in used | {"opening", "result", "closing"}]

    def equity_rows(self) -> list[StatementRow]:
        """Changes in equity line by line, then in total; equity and a surplus are positive."""
        heads, language, rows = self._changes(), self.look.workspace.language, []
        for row in equity(self.combined):
            if row.line == TOTAL:
                sums = [(row.change(n), self._equity_link(TOTAL, n) if row.change(n) else "") for n in heads]
                rows.append(StatementRow("sum", self.say(N_("Total")), sums))
                continue
            if not any(map(row.change, COLUMNS)) and not self.with_zeros():
                continue
            cells = [(row.change(n) or None, self._equity_link(row.line, n) if row.change(n) else "") for n in heads]
            rows.append(StatementRow("line", row.group.label(language), cells, self._equity_link(row.line, CLOSING)))
        return rows

    def _equity_link(self, name: str, change: str) -> str:
        """What comes to just this figure: a line's entries to its closing, the bridge to the result, else postings."""
        if change == RESULT:
            return self._show("bridge")
        both = name == YEAR and self.combined.result  # entries on the line, and the result beside them
        if change == CLOSING and name in self.combined.lines and not both:
            return account_link(self, line(name), None, None)
        return self.to(DRILL, [("equity", name), ("change", change)])

    def translations(self) -> list[tuple[str, Translation, str]]:
        """(unit, proof, link to its entries)."""
        return [
            (self.unit_name(found.unit), found, drill_link("CTA", self._cta(found.unit), [CTA], self.period))
            for found in self.combined.translation
        ]

    def _cta(self, slug: str) -> str | None:
        """The account of a unit's translation difference."""
        name = cta_place(self.combined.units[slug].code).account
        return name if any(row.account == name for row in self.combined.trial_balance) else None

    def adjustments(self) -> list[tuple[Adjustment, str]]:
        """Adjustments by date, each with the link to its file."""
        return [(found, self.source_link(found.where)) for found in self.combined.adjustments]

    def shares(self) -> list[tuple[str, str, Share]]:
        """(owned unit, owner, what it comes to)."""
        return [(self.unit_name(share.unit), self.unit_name(share.owner), share) for share in self.combined.shares]

    def acquired(self) -> str:
        """How cost went out against equity, entry by entry."""
        return self.to(DRILL, [("kind", "acquisition")])

    def owned(self, name: str) -> str:
        """A line that only ownership makes; nothing where it has no figure."""
        return drill_link(name, None, None, self.period) if self.combined.lines.get(name) else ""

    def percent(self, share: Decimal) -> str:
        """A share in per cent."""
        return f"{(share * 100).normalize():f}"

    def runs(self) -> list[tuple[RunState, str]]:
        """The locked runs, the latest period first, and what has become of each."""
        federation = self.look.federation
        found = run_states(federation.books, federation.run)
        found = tuple(sorted(found, key=lambda run: (run.date_to or dt.date.min, run.name), reverse=True))
        return [(run, translate(STATUS_TEXTS[run.status])) for run in found]

    def change(self, kind: str) -> str:
        """How an input has changed."""
        return translate(CHANGE_TEXTS[kind])

    def place(self, name: str, account: str) -> str:
        """A line and its account."""
        label = line(name).label(self.look.workspace.language) if known(name) else name
        return f"{label}, {label_of(account, self.look.workspace.language)}"

    def column(self, name: str) -> str:
        """A unit's name, or what ELIM, ADJ and CTA stand for."""
        return translate(PSEUDO_NAMES[name]) if name in PSEUDO_NAMES else self.unit_name(name)

    def written(self, amount: str, currency: str) -> str:
        """An amount that a lock holds as text; nothing where there was none."""
        return self.money(Decimal(amount), currency) if amount else ""
