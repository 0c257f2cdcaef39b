"""The worksheet: lines × units, groups of columns and rows folded or open, every figure a link to what it is made of.

What is open stands in the page's address, so it works without a script, can be sent to a colleague, and outlives an
edit in some book. The script beside it only keeps the place on the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import request
from werkzeug.datastructures import MultiDict

from ledger.charts import Line, line
from ledger.combine import Combined
from ledger.combine.model import PSEUDO, ZERO
from ledger.messages import N_, translate
from ledger.web.page import Page
from ledger.web.places import account_link, label_of
from ledger.web.sheet import (
    BY_BUSINESS,
    BY_LEVEL,
    BY_UNIT,
    MANY_UNITS,
    Column,
    Head,
    Sums,
    business_columns,
    deepest,
    fitting_depth,
    lay_out,
    level_columns,
    sums_by,
    unit_columns,
)
from ledger.web.words_group import PSEUDO_NAMES

#: `open=` of all lines at once.
ALL = "*"
#: So many choices of an address are looked at.
MOST_CHOICES = 500
CHOICES = {BY_UNIT: N_("By unit"), BY_LEVEL: N_("By level"), BY_BUSINESS: N_("By business line")}
STATEMENTS = {"income": N_("Sum of the income statement"), "balance": N_("Sum of the balance sheet")}


@dataclass(frozen=True)
class State:
    """What is chosen and open. `turned`: groups of columns that aren't as `depth` has them; `opened`: lines."""

    by: str
    depth: int
    turned: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    period: tuple[tuple[str, str], ...] = ()

    def is_open(self, column: Column) -> bool:
        """Whether a group's own columns are shown."""
        return (column.depth < self.depth) != (column.key in self.turned)

    def shows(self, name: str) -> bool:
        """Whether a line's accounts are shown."""
        return ALL in self.opened or name in self.opened

    def link(self) -> str:
        """The address's part after the page."""
        asked = [("by", self.by), ("depth", str(self.depth))]
        asked += [("turn", key) for key in sorted(self.turned)]
        asked += [("open", name) for name in sorted(self.opened)]
        return f"?{urlencode([*asked, *self.period])}"


@dataclass(frozen=True)
class Choice:
    """Something to choose in the row above the table."""

    text: str
    link: str
    chosen: bool


@dataclass(frozen=True)
class Row:
    """A row of the worksheet: a line, one of its accounts, or a sum. `cells`: amount and link by shown column."""

    kind: str  # "line", "account" or "sum"
    label: str
    link: str
    cells: Sequence[tuple[Decimal | None, str]]
    total: Decimal
    name: str = ""
    turn: str = ""  # opens or closes the line's accounts
    opened: bool = False
    first: bool = False  # of its root


@dataclass(frozen=True)
class Sheet:
    """What the template writes."""

    heads: list[list[Head]]
    columns: list[Column]
    rows: list[Row]
    sums: list[Decimal]
    total: Decimal
    choices: list[Choice]
    depths: list[Choice]
    folds: list[Choice]
    legend: list[tuple[str, str]]
    turns: dict[str, str] = field(default_factory=dict)


class Worksheet(Page):
    """Lines × units: how the combined figures come about."""

    title = N_("Worksheet")
    federation_only = True
    has_js_module = True

    def sheet(self) -> Sheet:
        """The table as the page's address asks for it."""
        return _Builder(self, request.args).sheet()


class _Builder:
    """Puts one table together."""

    def __init__(self, page: Worksheet, asked: MultiDict[str, str]) -> None:
        self.page = page
        self.language = page.look.workspace.language
        self.combined: Combined = page.combined
        self.lines, self.accounts = sums_by(self.combined.trial_balance)
        self.used = {row.unit for row in self.combined.trial_balance}
        units = page.look.workspace.units
        self.units = [units[slug] for slug in sorted(self.used - set(PSEUDO))]
        self.groups = {
            BY_UNIT: unit_columns(self.units),
            BY_LEVEL: level_columns(self.units),
            BY_BUSINESS: business_columns(self.units),
        }
        self.state = self._state(asked)

    def _state(self, asked: MultiDict[str, str]) -> State:
        by = asked.get("by", "")
        if by not in self.groups or not (by == BY_UNIT or self._grouped(by)):
            by = BY_LEVEL if len(self.units) > MANY_UNITS and self._grouped(BY_LEVEL) else BY_UNIT
        most = deepest(self.groups[by])
        given = re.fullmatch(r"\d{1,3}", asked.get("depth", ""))
        depth = min(max(int(given[0]), 1), most) if given else fitting_depth(self.groups[by])
        known = {column.key for group in self.groups[by] for column in group.walk() if column.inner}
        turned = frozenset(asked.getlist("turn")[:MOST_CHOICES]) & known
        opened = frozenset(asked.getlist("open")[:MOST_CHOICES]) & {*self.lines, ALL}
        return State(by, depth, turned, opened, self.page.period)

    def _grouped(self, by: str) -> bool:
        return any(column.inner for column in self.groups[by])

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """All columns, folded or not: units, then what belongs to none of them."""
        pseudo = [Column(name, name, translate(PSEUDO_NAMES[name]), (name,)) for name in PSEUDO if name in self.used]
        return (*self.groups[self.state.by], *pseudo)

    def sheet(self) -> Sheet:
        """The table."""
        heads, shown = lay_out(self.columns, self.state.is_open)
        rows = list(self._rows(shown))
        lines = [row for row in rows if row.kind == "line"]
        sums = [sum((row.cells[at][0] or ZERO for row in lines), ZERO) for at in range(len(shown))]
        total = sum((row.total for row in lines), ZERO)
        assert sum(sums, ZERO) == total == 0
        turned = {
            column.key: replace(self.state, turned=self.state.turned ^ {column.key}).link()
            for group in self.columns
            for column in group.walk()
            if column.inner
        }
        legend = [(column.label, column.title) for column in shown if column.key in PSEUDO]
        return Sheet(heads, shown, rows, sums, total, self._choices(), self._depths(), self._folds(), legend, turned)

    def _rows(self, shown: list[Column]) -> Iterator[Row]:
        root, statement, sums = "", "", _Sum(shown)
        for name in self.combined.lines:
            found = line(name)
            if statement and found.statement != statement:
                yield sums.row(translate(STATEMENTS[statement]))
                sums = _Sum(shown)
            row = self._line(found, shown, first=bool(root) and found.root != root)
            sums.add(row)
            yield row
            root, statement = found.root, found.statement
            if row.opened:
                for account in sorted(account for at, account in self.accounts if at == name):
                    yield self._row("account", found, account, self.accounts[name, account], shown)
        if statement:
            yield sums.row(translate(STATEMENTS[statement]))

    def _line(self, found: Line, shown: list[Column], *, first: bool) -> Row:
        row = self._row("line", found, None, self.lines[found.id], shown)
        opened = self.state.shows(found.id)
        names = frozenset(self.lines) if ALL in self.state.opened else self.state.opened
        turn = replace(self.state, opened=names ^ {found.id}).link()
        return replace(row, turn=turn, opened=opened, first=first)

    def _row(self, kind: str, found: Line, account: str | None, sums: Sums, shown: list[Column]) -> Row:
        total = sum(sums.values(), ZERO)
        cells = []
        for column in shown:
            amount = column.amount(sums)
            cells.append((amount, "" if amount is None else self._link(found, account, column)))
        assert sum((amount or ZERO for amount, _ in cells), ZERO) == total, (found.id, account)
        label = found.label(self.language) if account is None else label_of(account, self.language)
        return Row(kind, label, self._link(found, account, None), cells, total, found.id)

    def _link(self, found: Line, account: str | None, column: Column | None) -> str:
        return account_link(self.page, found, account, column.columns if column else None)

    def _choices(self) -> list[Choice]:
        made = []
        for by, text in CHOICES.items():
            if by == BY_UNIT or self._grouped(by):
                state = replace(self.state, by=by, depth=fitting_depth(self.groups[by]), turned=frozenset())
                made.append(Choice(translate(text), state.link(), by == self.state.by))
        return made if len(made) > 1 else []

    def _depths(self) -> list[Choice]:
        most = deepest(self.groups[self.state.by])
        made = []
        for depth in range(1, most + 1 if most > 1 else 1):
            text = self._depth_name(depth, most)
            state = replace(self.state, depth=depth, turned=frozenset())
            made.append(Choice(text, state.link(), depth == self.state.depth and not self.state.turned))
        return made

    def _depth_name(self, depth: int, most: int) -> str:
        if depth == most:
            return translate(N_("Units"))
        if self.state.by == BY_BUSINESS:
            return translate(N_("Business lines"))
        return translate(N_("Level {number}")).format(number=depth)

    def _folds(self) -> list[Choice]:
        everything = replace(self.state, opened=frozenset({ALL})).link()
        nothing = replace(self.state, opened=frozenset()).link()
        opened = self.state.opened
        return [
            Choice(translate(N_("Lines only")), nothing, not opened),
            Choice(translate(N_("With all accounts")), everything, ALL in opened),
        ]


class _Sum:
    """A row of sums, built line by line."""

    def __init__(self, shown: Sequence[Any]) -> None:
        self.cells = [ZERO] * len(shown)
        self.total = ZERO

    def add(self, row: Row) -> None:
        """Count a line."""
        self.cells = [have + (amount or ZERO) for have, (amount, _) in zip(self.cells, row.cells, strict=True)]
        self.total += row.total

    def row(self, label: str) -> Row:
        """The row."""
        return Row("sum", label, "", [(amount, "") for amount in self.cells], self.total)
