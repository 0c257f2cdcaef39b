"""`sambok combine --report`: each report on the combined figures as a table for people (SPEC 5, 10).

Nothing is worked out here; the figures are those of `ledger.combine`, where each is asserted to tie.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from ledger import messages
from ledger.cli.combine_tables import WITHOUT, print_report, print_sheet, section_of, text_of, translated
from ledger.cli.tables import amount_text
from ledger.messages import N_, number_text, say, translate

if TYPE_CHECKING:
    from ledger.books import Workspace
    from ledger.combine import Combined, Unmatched
    from ledger.combine.figures import Figures

Report = Callable[["Workspace", "Combined", str, int], None]
#: Columns of the statement of changes in equity.
CHANGES = {
    "opening": N_("Opening"),
    "result": N_("Result"),
    "owners": N_("Owners"),
    "distributed": N_("Distributed"),
    "joined": N_("Joined"),
    "left": N_("Left"),
    "cta": N_("Translation"),
    "transfers": N_("Transfers"),
    "adjusted": N_("Adjusted"),
    "closing": N_("Closing"),
}


def sheet(ws: Workspace, found: Combined, by: str, depth: int) -> None:
    """Line × unit, level or business line."""
    from ledger.combine.reports.worksheet import worksheet  # noqa: PLC0415  only for people

    print_sheet(ws, found, worksheet(found, by=by, depth=depth), by=by, whole=True)


def unmatched(ws: Workspace, found: Combined, by: str = "", depth: int = 0) -> None:
    """What blocks the close of a legal person, what is disclosed, each with its remedy; what is settled, counted."""
    from ledger.combine import SETTLED  # noqa: PLC0415  only for people

    del ws, by, depth
    waiting = [item for item in found.unmatched if item.code not in SETTLED]
    for heading, items in (
        (N_("Blocks the close (one legal person on both sides):"), [u for u in waiting if u.blocks]),
        (
            N_("Disclosed (between legal persons, or with nobody on the other side):"),
            [u for u in waiting if not u.blocks],
        ),
    ):
        if items:
            click.echo("\n" + translate(heading))
        for item in items:
            _dealing(item)
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for item in found.unmatched:
        if item.code in SETTLED:
            counted[item.code, item.message] += 1
    for (code, message), count in sorted(counted.items()):
        click.echo(f"  {count} × {translate(message)} [{code}]")


def all_unmatched(ws: Workspace, found: Combined, by: str, depth: int) -> None:
    """The same, and each difference that needs nobody, with its places."""
    from ledger.combine import SETTLED  # noqa: PLC0415  only for people

    unmatched(ws, found, by, depth)
    settled = [item for item in found.unmatched if item.code in SETTLED]
    if settled:
        click.echo("\n" + say(N_("Settled (nobody has to do anything):")))
    for item in settled:
        _dealing(item)
    if not found.unmatched:
        click.echo("  " + say(N_("Nothing.")))


def _dealing(item: Unmatched) -> None:
    amount = f"{amount_text(item.amount, item.currency)} {item.currency}"
    click.echo(f"  {' – '.join(item.units)}  {amount}  {item.kind}  {item.key}  [{item.code}]")
    click.echo(f"    {item.text} {item.remedy}")
    for source in item.sources:
        click.echo(f"    {source}")


def pairs(ws: Workspace, found: Combined, by: str, depth: int) -> None:
    """What every two units have to do with each other; what is left of it stands last."""
    del ws, by, depth
    heads = [
        N_("Units"),
        N_("Class"),
        "",
        N_("The one has"),
        N_("The other has"),
        N_("Eliminated"),
        N_("Adjusted"),
        N_("Left over"),
    ]
    rows = [
        [
            " – ".join(row.units),
            row.kind,
            section_of(row.kind, row.section),
            *(text_of(a, found.currency) for a in (row.one, row.other, row.eliminated, row.adjusted, row.unmatched)),
        ]
        for row in found.pairs
    ]
    title = say(N_("Dealings by pair of units, {currency}:"), currency=found.currency)
    print_report(title, [translated(head) for head in heads], rows, {0, 1, 2})


def bridge(ws: Workspace, found: Combined, by: str, depth: int) -> None:
    """From the units' results to the group's."""
    from ledger.combine.reports.bridge import bridge as steps  # noqa: PLC0415  only for people

    del by, depth
    told = steps(found)
    own = [step for step in told if step.unit is not None]
    rows = [[ws.units[str(s.unit)].name, amount_text(s.amount, found.currency)] for s in own]
    total = sum((s.amount for s in own), Decimal(0))
    rows.append([say(N_("Sum of the units' results")), amount_text(total, found.currency)])
    rows += [[translated(s.label), amount_text(s.amount, found.currency)] for s in told if s.unit is None]
    rows.append([say(N_("The group's result")), amount_text(found.result, found.currency)])
    title = say(N_("From the units' results to the group's, {currency}, surplus positive:"), currency=found.currency)
    print_report(title, ["", say(N_("Result"))], rows, {0})


def equity(ws: Workspace, found: Combined, by: str, depth: int) -> None:
    """Changes in equity by line; columns in which nothing happened are left out."""
    from ledger.combine.reports.equity import COLUMNS, TOTAL  # noqa: PLC0415  only for people
    from ledger.combine.reports.equity import equity as roll  # noqa: PLC0415  as above

    del ws, by, depth
    told = [row for row in roll(found) if row.line == TOTAL or any(row.change(name) for name in COLUMNS)]
    always = {"opening", "result", "closing"}
    shown = [name for name in COLUMNS if name in always or any(row.change(name) for row in told)]
    rows = []
    for row in told:
        name = say(N_("Equity")) if row.line == TOTAL else row.group.label(messages.current())
        rows.append([name, *(text_of(row.change(each), found.currency) for each in shown)])
    title = say(N_("Changes in equity, {currency}, equity positive:"), currency=found.currency)
    print_report(title, ["", *(translated(CHANGES[name]) for name in shown)], rows, {0})


def levels(ws: Workspace, found: Combined, by: str, depth: int) -> None:
    """Each level's own figures, without the dealings inside it; `depth` folds what lies deeper."""
    from ledger.combine.levels import level_tree  # noqa: PLC0415  only for people

    del by
    rows = [
        _summary("  " * node.depth + (node.name or ws.config.federation.name), len(node.units), node.figures, found)
        for node in level_tree(found).walk()
        if node.depth <= depth
    ]
    title = say(N_("By level, {currency}; dealings inside a level are eliminated:"), currency=found.currency)
    print_report(title, _summary_heads(N_("Level")), rows, {0})


def lines(ws: Workspace, found: Combined, by: str, depth: int) -> None:
    """Each business line's own figures, and what lies between them."""
    from ledger.combine.reports.segments import segments  # noqa: PLC0415  only for people

    del ws, by, depth
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


def eliminations(ws: Workspace, found: Combined, by: str, depth: int) -> None:
    """What was eliminated, by pair of units and kind; each dealing by itself is in `--json` and `--csv`."""
    del ws, by, depth
    sums: dict[tuple[tuple[str, ...], str, str], list[Decimal]] = defaultdict(list)
    for each in found.eliminations:
        sums[each.units, each.kind, each.section].append(each.amount)
    rows = [
        [
            " – ".join(units),
            kind,
            section_of(kind, section),
            str(len(all_)),
            amount_text(sum(all_, Decimal(0)), found.currency),
        ]
        for (units, kind, section), all_ in sorted(sums.items())
    ]
    heads = [N_("Units"), N_("Class"), "", N_("Dealings"), N_("Eliminated")]
    title = say(N_("Eliminated, {currency} (each dealing: --csv or --json):"), currency=found.currency)
    print_report(title, [translated(head) for head in heads], rows, {0, 1, 2})


def ownership(ws: Workspace, found: Combined, by: str, depth: int) -> None:
    """Owned units: who owns them, goodwill, non-controlling interest."""
    del by, depth
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


def adjustments(ws: Workspace, found: Combined, by: str, depth: int) -> None:
    """The finance head's adjustments, with who stands behind them."""
    del by, depth
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


def translation(ws: Workspace, found: Combined, by: str = "", depth: int = 0) -> None:
    """What was posted to CTA, and its proof."""
    del ws, by, depth
    for proof in found.translation:
        click.echo(
            say(
                N_("Translation of {unit} ({currency}): posted {posted}, roll-forward {proof}."),
                unit=proof.unit,
                currency=proof.currency,
                posted=amount_text(proof.posted, found.currency),
                proof=amount_text(proof.proof, found.currency),
            )
        )


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
