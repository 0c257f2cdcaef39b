"""`sambok combine --report`: each report on the combined figures as a table for people (SPEC 5, 10).

Nothing is worked out here; the figures are those of `ledger.combine`, where each is asserted to tie.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from ledger import messages
from ledger.cli.combine_dealings import all_unmatched, eliminations, pairs, translation
from ledger.cli.combine_tables import WITHOUT, Asked, print_report, print_sheet, text_of, translated
from ledger.cli.tables import amount_text
from ledger.messages import N_, number_text, say, translate

if TYPE_CHECKING:
    from ledger.books import Workspace
    from ledger.combine import Combined
    from ledger.combine.figures import Figures

Report = Callable[["Workspace", "Combined", Asked], None]
#: Columns of the statement of changes in equity.


def sheet(ws: Workspace, found: Combined, ask: Asked) -> None:
    """Line × unit, level or business line."""
    from ledger.combine.reports.worksheet import worksheet  # noqa: PLC0415  only for people

    print_sheet(ws, found, worksheet(found, by=ask.by, depth=ask.depth), by=ask.by, whole=True)


def bridge(ws: Workspace, found: Combined, ask: Asked) -> None:
    """From the units' results to the group's."""
    from ledger.combine.reports.bridge import bridge as steps  # noqa: PLC0415  only for people

    del ask
    told = steps(found)
    own = [step for step in told if step.unit is not None]
    rows = [[ws.units[str(s.unit)].name, amount_text(s.amount, found.currency)] for s in own]
    total = sum((s.amount for s in own), Decimal(0))
    rows.append([say(N_("Sum of the units' results")), amount_text(total, found.currency)])
    rows += [[translated(s.label), amount_text(s.amount, found.currency)] for s in told if s.unit is None]
    rows.append([say(N_("The group's result")), amount_text(found.result, found.currency)])
    title = say(N_("From the units' results to the group's, {currency}, surplus positive:"), currency=found.currency)
    print_report(title, ["", say(N_("Result"))], rows, {0})


def equity(ws: Workspace, found: Combined, ask: Asked) -> None:
    """Changes in equity by line; columns in which nothing happened are left out."""
    from ledger.combine.reports.equity import COLUMNS, HEADS, TOTAL  # noqa: PLC0415  only for people
    from ledger.combine.reports.equity import equity as roll  # noqa: PLC0415  as above

    del ws, ask
    told = [row for row in roll(found) if row.line == TOTAL or any(row.change(name) for name in COLUMNS)]
    always = {"opening", "result", "closing"}
    shown = [name for name in COLUMNS if name in always or any(row.change(name) for row in told)]
    rows = []
    for row in told:
        name = say(N_("Equity")) if row.line == TOTAL else row.group.label(messages.current())
        rows.append([name, *(text_of(row.change(each), found.currency) for each in shown)])
    title = say(N_("Changes in equity, {currency}, equity positive:"), currency=found.currency)
    print_report(title, ["", *(translated(HEADS[name]) for name in shown)], rows, {0})


def levels(ws: Workspace, found: Combined, ask: Asked) -> None:
    """Each level's own figures, without the dealings inside it; what lies deeper is folded."""
    from ledger.combine.levels import asked, level_tree  # noqa: PLC0415  only for people

    rows = []
    above = len(asked(found))  # these aren't shown: their figures would be those of the level that was asked for
    for node in level_tree(found).walk():
        depth = node.depth - above
        if not 0 <= depth <= ask.depth:
            continue
        name = node.name or ws.config.federation.name
        rows.append(_summary("  " * depth + name, len(node.units), node.figures, found))
        if node.own and node.children and depth < ask.depth:
            told = say(N_("Directly in {level}"), level=name) if node.depth else say(N_("Without level"))
            rows.append(_summary("  " * (depth + 1) + told, len(node.own), node.direct, found))
    title = say(N_("By level, {currency}; dealings inside a level are eliminated:"), currency=found.currency)
    print_report(title, _summary_heads(N_("Level")), rows, {0})


def lines(ws: Workspace, found: Combined, ask: Asked) -> None:
    """Each business line's own figures, and what lies between them."""
    from ledger.combine.reports.segments import segments  # noqa: PLC0415  only for people

    del ws, ask
    cut = segments(found)
    rows = [_summary(s.name or translate(WITHOUT), len(s.units), s.figures, found) for s in cut.segments]
    rows.append(_summary(say(N_("Between them")), None, cut.between, found))
    rows.append(_summary(say(N_("Group")), len(found.units), found, found))
    title = say(N_("By business line, {currency}; dealings inside a line are eliminated:"), currency=found.currency)
    print_report(title, _summary_heads(N_("Business line")), rows, {0})


def _summary_heads(first: str) -> list[str]:
    heads = (first, N_("Units"), N_("Income"), N_("Expenses"), N_("Result"), N_("Assets"), N_("Liabilities"))
    return [translate(head) for head in heads]


def _summary(name: str, units: int | None, figures: Figures | Combined, found: Combined) -> list[str]:
    """A row of main figures: income, expense and result as in an income statement, surplus positive."""
    from ledger.charts import line  # noqa: PLC0415  only for people
    from ledger.combine.figures import is_result  # noqa: PLC0415  as above

    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each, amount in figures.lines.items():
        root = line(each).root
        if is_result(each) or root in {"Assets", "Liabilities"}:
            sums[root] += amount if root == "Assets" else -amount
    amounts = (sums["Income"], sums["Expenses"], figures.result, sums["Assets"], sums["Liabilities"])
    return [name, "" if units is None else str(units), *(text_of(a, found.currency) for a in amounts)]


def ownership(ws: Workspace, found: Combined, ask: Asked) -> None:
    """Owned units: who owns them, goodwill, non-controlling interest."""
    del ask
    rows = [
        [
            ws.units[s.unit].name if s.unit in ws.units else s.unit,
            s.owner,
            number_text(s.share * 100, 2) + "\N{NO-BREAK SPACE}%",
            *(text_of(a, found.currency) for a in (s.goodwill, s.minority, s.result_minority)),
        ]
        for s in found.shares
    ]
    heads = [N_("Unit"), N_("Owner"), N_("Share"), N_("Goodwill"), N_("Non-controlling interest"), N_("Its result")]
    title = say(N_("Owned units, {currency}:"), currency=found.currency)
    print_report(title, [translate(head) for head in heads], rows, {0, 1})


def adjustments(ws: Workspace, found: Combined, ask: Asked) -> None:
    """The finance head's adjustments, with who stands behind them."""
    del ask
    rows = [
        [
            each.where,
            each.date.isoformat(),
            amount_text(each.amount, ws.currency),
            each.author,
            each.decision or each.approver or "",
            each.reverses.isoformat() if each.reverses else "",
            each.reason,
        ]
        for each in found.adjustments
    ]
    heads = [N_("File"), N_("Date"), N_("Amount"), N_("By"), N_("Decision or approver"), N_("Reverses"), N_("Reason")]
    title = say(N_("Adjustments (column ADJ), {currency}:"), currency=ws.currency)
    print_report(title, [translate(head) for head in heads], rows, {0, 1, 3, 4, 5, 6})


#: Reports by name, in the order in which `all` prints them.
REPORTS: dict[str, Report] = {
    "worksheet": sheet,
    "unmatched": all_unmatched,
    "pairs": pairs,
    "bridge": bridge,
    "equity": equity,
    "levels": levels,
    "lines": lines,
    "eliminations": eliminations,
    "ownership": ownership,
    "adjustments": adjustments,
    "translation": translation,
}
ALL = "all"
#: One line each on what there is to see; `{count}` is of what the report lists.
MORE = {
    "bridge": N_("From the units' results to the group's: --report bridge"),
    "equity": N_("Changes in equity: --report equity"),
    "levels": N_("Each level's own figures: --report levels, --by level --depth N"),
    "lines": N_("By business line: --report lines, --by line"),
    "pairs": N_("Sums of dealings between two units ({count}): --report pairs"),
    "eliminations": N_("Dealings eliminated ({count}): --report eliminations"),
    "ownership": N_("Shares in owned units ({count}): --report ownership"),
    "adjustments": N_("Adjustments ({count}): --report adjustments"),
}


def more(found: Combined) -> list[str]:
    """One line for each report that has something to show beyond the worksheet."""
    units = found.units.values()
    counts = {
        "bridge": len(found.units),
        "equity": len(found.units),
        "levels": len({unit.levels for unit in units if unit.levels}),
        "lines": len({unit.business_line for unit in units if unit.business_line}),
        "pairs": len(found.pairs),
        "eliminations": len(found.eliminations),
        "ownership": len(found.shares),
        "adjustments": len(found.adjustments),
    }
    return [say(text, count=counts[name]) for name, text in MORE.items() if counts[name]]
