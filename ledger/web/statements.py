"""Income statement and balance sheet side by side: of a level and what it is made of, or of the business lines.

As in printed statements: income and a surplus are positive, costs negative; assets, equity and debts are positive, and
the period's result stands in equity. What the columns hold together less than the whole is a column of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from ledger.charts import Line, lines
from ledger.combine.figures import Figures
from ledger.combine.model import ZERO
from ledger.messages import N_, translate

#: Rows of sums: (the roots whose lines it follows, text, the roots that it sums up).
SUMS = {
    "Assets": (N_("Total assets"), ("Assets",)),
    "Equity": (N_("Total equity"), ("Equity",)),
    "Liabilities": (N_("Total equity and liabilities"), ("Equity", "Liabilities")),
}


@dataclass(frozen=True)
class Part:
    """A column: its name, figures by line (debit positive), and where its figures lead to, by line."""

    name: str
    sums: Mapping[str, Decimal]
    open: Callable[[str], str]
    link: str = ""
    total: bool = False


@dataclass(frozen=True)
class StatementRow:
    """A row: a line, or a sum. `cells`: amount and link by column; `link`: what opens its name."""

    kind: str  # "line" or "sum"
    label: str
    cells: Sequence[tuple[Decimal | None, str]]
    link: str = ""


def sums_of(figures: Figures) -> dict[str, Decimal]:
    """Σ by line, without those that come to nothing."""
    return {name: amount for name, amount in figures.lines.items() if amount}


def rest(whole: Mapping[str, Decimal], parts: Sequence[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """What of `whole` is in none of `parts`, by line."""
    left = {name: amount - sum((part.get(name, ZERO) for part in parts), ZERO) for name, amount in whole.items()}
    for part in parts:
        for name in part.keys() - whole.keys():
            left[name] = -sum((each.get(name, ZERO) for each in parts), ZERO)
    return {name: amount for name, amount in left.items() if amount}


def income_statement(parts: Sequence[Part], language: str) -> list[StatementRow]:
    """The lines of income and expense, and the result."""
    rows = list(_lines(parts, lambda its: its.statement == "income", language, sign=-1))
    return [*rows, _result(parts, N_("Result"))] if rows else []


def balance_sheet(parts: Sequence[Part], language: str) -> list[StatementRow]:
    """Assets, equity with the period's result, liabilities; both sides come to the same, which is asserted."""
    rows: list[StatementRow] = []
    for root, (text, summed) in SUMS.items():
        sign = 1 if root == "Assets" else -1
        rows += _lines(parts, partial(_balances, root), language, sign)
        if root == "Equity":
            rows.append(_result(parts, N_("Result of the period"), kind="line"))
        cells = [(_side(part, summed, sign), "") for part in parts]
        rows.append(StatementRow("sum", translate(text), cells))
    for part in parts:
        assert _side(part, ("Assets",), 1) == _side(part, ("Equity", "Liabilities"), -1), part.name
    return rows


def _balances(root: str, its: Line) -> bool:
    return its.statement == "balance" and its.root == root


def _lines(parts: Sequence[Part], chosen: Callable[[Line], bool], language: str, sign: int) -> Iterator[StatementRow]:
    for line in lines():
        if chosen(line) and any(line.id in part.sums for part in parts):
            cells = [
                (sign * part.sums[line.id], part.open(line.id))
                if line.id in part.sums
                else (ZERO if part.total else None, "")
                for part in parts
            ]
            yield StatementRow("line", line.label(language), cells)


def _result(parts: Sequence[Part], text: str, kind: str = "sum") -> StatementRow:
    return StatementRow(kind, translate(text), [(_surplus(part), "") for part in parts])


def _surplus(part: Part) -> Decimal:
    """Income less expense, transfers to equity included: they are the rows above it."""
    return -sum((part.sums.get(line.id, ZERO) for line in lines() if line.statement == "income"), ZERO) + ZERO


def _side(part: Part, roots: tuple[str, ...], sign: int) -> Decimal:
    found = sum(
        (part.sums.get(line.id, ZERO) for line in lines() if line.statement == "balance" and line.root in roots), ZERO
    )
    return sign * found + (_surplus(part) if "Equity" in roots else ZERO)
