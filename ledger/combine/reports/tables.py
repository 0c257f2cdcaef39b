"""The combined figures and all reports on them as tables, for CSV and Parquet (SPEC 5): one table a report.

Amounts are decimals in the figures' currency where a column doesn't say another; signs are those of the report. Table
`run` has one row, which says what all the others are of: period, currency, level, and whether a unit is missing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from ledger.combine.levels import MARK, level_tree
from ledger.combine.problems import UnitErrors
from ledger.combine.reports.answer import money
from ledger.combine.reports.bridge import bridge
from ledger.combine.reports.equity import COLUMNS, equity
from ledger.combine.reports.segments import segments

if TYPE_CHECKING:
    from ledger.combine.combined import Combined

TEXT, DATE, MONEY, COUNT, SHARE = "text", "date", "money", "count", "share"
#: What spreadsheets take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_ROW = {"line": TEXT, "account": TEXT, "unit": TEXT, "amount": MONEY}


@dataclass(frozen=True)
class Table:
    """A report: columns with what they hold (text, date, money, count, share), and rows in that order."""

    name: str
    columns: dict[str, str]
    rows: tuple[tuple[Any, ...], ...]


def tables(combined: Combined) -> tuple[Table, ...]:
    """Every table: what the run is, the trial balance, then the others."""
    return (_run(combined), *_figures(combined), *_dealings(combined), *_reports(combined))


def _table(name: str, columns: dict[str, str], rows: Iterable[tuple[Any, ...]]) -> Table:
    return Table(name, columns, tuple(rows))


def _run(combined: Combined) -> Table:
    """What all tables are of. `left_out` are units with errors, which aren't counted as zero; `errors` are codes."""
    left_out = sorted({str(problem.unit) for problem in combined.problems if isinstance(problem, UnitErrors)})
    row = (
        combined.date_from,
        combined.date_to,
        combined.currency,
        combined.level or "",
        _yes(combined.complete),
        ",".join(sorted(combined.units)),
        ",".join(left_out),
        ",".join(sorted({problem.code for problem in combined.problems})),
        version("sambok"),
    )
    columns = {
        **dict.fromkeys(("from", "to"), DATE),
        **dict.fromkeys(("currency", "level", "complete", "units", "left_out", "errors", "sambok"), TEXT),
    }
    return _table("run", columns, [row])


def _figures(combined: Combined) -> Iterable[Table]:
    yield _table("trial_balance", _ROW, ((r.line, r.account, r.unit, r.amount) for r in combined.trial_balance))
    yield _table(
        "levels",
        {"level": TEXT, **_ROW},
        (
            (MARK.join(node.path), r.line, r.account, r.unit, r.amount)
            for node in level_tree(combined).walk()
            for r in node.figures.rows
        ),
    )
    cut = segments(combined)
    parts = [*(("line", s.name or "", s.figures) for s in cut.segments), ("between", "", cut.between)]
    yield _table(
        "business_lines",
        {"part": TEXT, "business_line": TEXT, **_ROW},
        ((part, name, r.line, r.account, r.unit, r.amount) for part, name, figures in parts for r in figures.rows),
    )


def _dealings(combined: Combined) -> Iterable[Table]:
    yield _table(
        "entries",
        {
            "date": DATE,
            **dict.fromkeys(("column", "kind", "key", "section", "units", "line", "account", "unit"), TEXT),
            "amount": MONEY,
            "source": TEXT,
        },
        (
            (
                *(e.date, e.column, e.kind, e.key, e.section, ",".join(e.units)),
                *(p.place.line, p.place.account, p.unit or p.column, p.amount, p.source),
            )
            for e in combined.entries
            for p in e.postings
        ),
    )
    yield _table(
        "eliminations",
        {**dict.fromkeys(("kind", "key", "units", "section", "level"), TEXT), "amount": MONEY, "sources": TEXT},
        (
            (e.kind, e.key, ",".join(e.units), e.section, MARK.join(e.level), e.amount, ",".join(e.sources))
            for e in combined.eliminations
        ),
    )
    yield _table(
        "unmatched",
        {
            **dict.fromkeys(("code", "class", "key", "units"), TEXT),
            "amount": MONEY,
            **dict.fromkeys(("currency", "sources", "blocks", "sides"), TEXT),
        },
        (
            (
                *(u.code, u.kind, u.key, ",".join(u.units), u.amount, u.currency, ",".join(u.sources), _yes(u.blocks)),
                said,
            )
            for u in combined.unmatched
            for said in [",".join(f"{s.unit} {money(s.amount, s.currency)} {s.currency}" for s in u.sides)]
        ),
    )
    yield _table(
        "pairs",
        {
            **dict.fromkeys(("one_unit", "other_unit", "class", "section"), TEXT),
            **dict.fromkeys(("one", "other", "eliminated", "adjusted", "unmatched"), MONEY),
        },
        ((*p.units, p.kind, p.section, p.one, p.other, p.eliminated, p.adjusted, p.unmatched) for p in combined.pairs),
    )
    yield _table(
        "translation",
        {"unit": TEXT, "currency": TEXT, "opening_net_assets": MONEY, "posted": MONEY, "proof": MONEY},
        ((t.unit, t.currency, t.opening_net_assets, t.posted, t.proof) for t in combined.translation),
    )


def _reports(combined: Combined) -> Iterable[Table]:
    own = combined.adjusted_in or combined.currency  # adjustments are listed as they were written
    yield _table(
        "bridge",
        {"step": TEXT, "unit": TEXT, "amount": MONEY},
        ((s.step, s.unit or "", s.amount) for s in bridge(combined)),
    )
    yield _table(
        "equity",
        {"line": TEXT, **dict.fromkeys(COLUMNS, MONEY)},
        ((row.line, *(row.change(name) for name in COLUMNS)) for row in equity(combined)),
    )
    yield _table(
        "ownership",
        {"unit": TEXT, "owner": TEXT, "share": SHARE, "goodwill": MONEY, "minority": MONEY, "result_minority": MONEY},
        ((s.unit, s.owner, s.share, s.goodwill, s.minority, s.result_minority) for s in combined.shares),
    )
    yield _table(
        "adjustments",
        {
            "file": TEXT,
            "line": COUNT,
            "date": DATE,
            **dict.fromkeys(("author", "reason", "decision", "approver"), TEXT),
            "reverses": DATE,
            "amount": MONEY,
            "currency": TEXT,
        },
        (
            (
                *(a.file, a.line, a.date, a.author, a.reason, a.decision or "", a.approver or ""),
                a.reverses,
                a.amount,
                own,
            )
            for a in combined.adjustments
        ),
    )


def _yes(value: bool) -> str:  # noqa: FBT001  a value of a table
    return "yes" if value else "no"


def csv_tables(combined: Combined) -> dict[str, bytes]:
    """CSV files by name (RFC 4180, UTF-8, decimal point, the first row names the columns)."""
    return {f"{table.name}.csv": csv_text(table, combined.currency).encode("utf-8") for table in tables(combined)}


def csv_text(table: Table, currency: str) -> str:
    """A table as CSV. A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(table.columns)
    kinds = tuple(table.columns.values())
    writer.writerows(
        [_cell(kind, value, currency) for kind, value in zip(kinds, row, strict=True)] for row in table.rows
    )
    return buffer.getvalue()


def _cell(kind: str, value: Any, currency: str) -> str:
    if value is None:
        return ""
    if kind == MONEY:
        return money(value, currency)
    if kind == SHARE:
        return f"{Decimal(value).normalize():f}"
    text = str(value)
    return f"'{text}" if kind == TEXT and text.startswith(FORMULA) else text
