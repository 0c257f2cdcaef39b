"""How `sambok combine` prints worksheets and reports: tables that no window cuts, in any width, with or without colour.

A worksheet that is wider than the window is printed in pieces, one below the other, each with the lines' names and the
group's figures at the end of the last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

import click

from ledger import messages
from ledger.cli.context import stdout
from ledger.cli.tables import amount_text, print_table
from ledger.messages import N_, say, translate

if TYPE_CHECKING:
    from ledger.books import Workspace
    from ledger.combine import Combined
    from ledger.combine.reports.worksheet import Worksheet, WorksheetRow

#: What of a row stands in a column.
Pick: TypeAlias = "Callable[[WorksheetRow], Decimal | None]"
#: Columns of text that the names of lines take, and that an amount takes at least.
NAME_WIDTH = 34
AMOUNT_WIDTH = 16
#: What two sides of a dealing are compared in.
SECTIONS = {"balance": N_("claims and debts"), "result": N_("income and cost")}
#: Kinds of eliminations that are no dealing of two sides: profits that aren't earned yet, owned units.
ONE_SIDED = frozenset({"unrealised", "asset", "acquisition", "goodwill", "minority"})
WITHOUT = N_("Without business line")


def heading(ws: Workspace, found: Combined) -> str:
    """What the figures are of, in two lines: never "consolidated accounts", which only a parent company has."""
    title = say(
        N_("{name}, combined {start} to {end}, {currency}, debit positive"),
        name=ws.config.federation.name,
        start=found.date_from,
        end=found.date_to,
        currency=found.currency,
    )
    if not found.complete:
        title = f"{title}: {say(N_('INCOMPLETE'))}"
    if found.legal_persons > 1:
        told = N_("Legal persons: {persons}, units: {units}. No legal person's own statements.")
    elif found.level and _is_part(ws, found):
        told = N_("A part of one legal person, units: {units}. Not its own statements.")
    else:
        told = N_("One legal person's own figures, units: {units}.")
    whose = say(told, persons=found.legal_persons, units=len(found.units))
    level = [say(N_("Only {level}; all other units are outsiders."), level=found.level)] if found.level else []
    return "\n".join([title, *([whose] if found.units else []), *level])


def _is_part(ws: Workspace, found: Combined) -> bool:
    """Whether the legal person that the units are has units elsewhere."""
    persons = {unit.legal_person for unit in found.units.values()}
    return any(u.legal_person in persons and u.combine and slug not in found.units for slug, u in ws.units.items())


def name_of(ws: Workspace, column: str, by: str) -> str:
    """A worksheet column's heading."""
    if not column.startswith("/"):
        return column
    return column[1:] or (translate(WITHOUT) if by == "line" else ws.config.federation.name)


def print_sheet(ws: Workspace, found: Combined, sheet: Worksheet, *, by: str = "unit", whole: bool) -> bool:
    """Print a worksheet.

    Args:
        ws: the workspace.
        found: the figures.
        sheet: their worksheet.
        by: what its columns are.
        whole: all columns, in pieces where the window is too narrow; else the units as one column then.

    Returns:
        Whether all columns were shown.
    """
    from ledger.combine.model import PSEUDO  # noqa: PLC0415  only for people

    console = stdout()
    pseudo = tuple(c for c in sheet.columns if c in PSEUDO)
    units = tuple(c for c in sheet.columns if c not in PSEUDO)
    name, group = {c: name_of(ws, c, by) for c in units}, say(N_("Group"))
    amounts = [a for row in sheet.rows for a in (*row.amounts.values(), row.units, row.total)]
    widest = max((len(amount_text(a, found.currency)) for a in amounts), default=0)
    width = max(AMOUNT_WIDTH, widest + 2, *(len(text) + 2 for text in name.values()), 0)
    fits = NAME_WIDTH + width * (len(sheet.columns) + 1) <= console.width
    pieces: list[list[tuple[str, Pick]]] = []

    def of(column: str) -> Pick:
        return lambda row: row.amounts.get(column)

    last = [*((c, of(c)) for c in pseudo), (group, lambda row: row.total)]
    if fits:
        pieces.append([*((name[c], of(c)) for c in units), *last])
    else:
        room = max((console.width - NAME_WIDTH) // width, 1)
        if whole:
            pieces += [[(name[c], of(c)) for c in units[at : at + room]] for at in range(0, len(units), room)]
        pieces.append([(say(N_("Units")), lambda row: row.units), *last])
    click.echo(heading(ws, found))
    for piece in pieces:
        _print_piece(found, sheet, piece, width)
    return fits or whole


def _print_piece(
    found: Combined,
    sheet: Worksheet,
    columns: Sequence[tuple[str, Pick]],
    width: int,
) -> None:
    from rich.table import Table  # noqa: PLC0415  only for people
    from rich.text import Text  # noqa: PLC0415  as above

    console = stdout()
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for head, _ in columns:  # a figure is never cut
        table.add_column(Text(head), justify="right", no_wrap=True, min_width=width - 1)
    for row in sheet.rows:
        cells = [get(row) for _, get in columns]
        shown = ["" if not a else amount_text(a, found.currency) for a in cells]
        table.add_row(row.line.label(messages.current()), *shown)
    console.width = max(console.width, NAME_WIDTH + width * len(columns))
    console.print(table)


def print_report(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], left: Iterable[int]) -> None:
    """A report's title and table; that it is empty is said."""
    click.echo("\n" + title)
    if rows:
        print_table(stdout(), heads, rows, left=set(left))
    else:
        click.echo("  " + say(N_("Nothing.")))


def text_of(amount: Decimal | None, currency: str) -> str:
    """An amount; nothing where it is zero."""
    return amount_text(amount, currency) if amount else ""


def translated(text: str) -> str:
    """A message in the language in use; nothing stays nothing."""
    return translate(text) if text else ""


def section_of(kind: str, section: str) -> str:
    """In what two sides are compared, in words; nothing where there are no two sides."""
    return "" if kind in ONE_SIDED else translated(SECTIONS.get(section, ""))
