"""How `sambok combine` prints worksheets and reports: tables that no window cuts, in any width, with or without colour.

A worksheet that is wider than the window is printed in pieces, one below the other, each with the lines' names and the
group's figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import click

from ledger import messages
from ledger.cli.context import stdout
from ledger.cli.tables import GAP, amount_text, print_block, print_table, wrapped
from ledger.messages import N_, say, translate

if TYPE_CHECKING:
    from ledger.books import Workspace
    from ledger.combine import Combined
    from ledger.combine.reports.worksheet import Worksheet, WorksheetRow

#: What of a row stands in a column.
Pick: TypeAlias = "Callable[[WorksheetRow], Decimal | None]"
#: What the names of lines take at most: in a window that is wide, and in others. What a heading
#: takes at most: where all columns have room, and where not.
NAME_WIDTH, NARROW_NAME = 34, 22
ROOMY_HEAD, HEAD_WIDTH = 36, 16
WIDE = 100
#: What two sides of a dealing are compared in.
SECTIONS = {"balance": N_("claims and debts"), "result": N_("income and cost")}
#: Kinds of eliminations that are no dealing of two sides: profits that aren't earned yet, owned units.
ONE_SIDED = frozenset({"unrealised", "asset", "acquisition", "goodwill", "minority"})
WITHOUT = N_("Without business line")


class Asked(NamedTuple):
    """How reports are to be shown: a worksheet's columns, how deep levels go, and whether rows that tie are, too."""

    by: str = "unit"
    depth: int = 99
    everything: bool = False


class Column(NamedTuple):
    """A column of a worksheet: its heading, what of a row stands in it, and its width with the gap before it."""

    head: str
    pick: Pick
    width: int


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
        title += ": " + say(N_("INCOMPLETE"))
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


def name_of(ws: Workspace, column: str, by: str, above: tuple[str, ...] = ()) -> str:
    """A worksheet column's heading; a level's from the level that was asked for."""
    if not column.startswith("/"):
        return column
    if by == "level" and above:
        here = tuple(column[1:].split("/"))
        return "/".join(here[len(above) :]) or above[-1]
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
    console = stdout()
    labels = [row.line.label(messages.current()) for row in sheet.rows]
    names = min(max(map(len, labels), default=0), NAME_WIDTH if console.width >= WIDE else NARROW_NAME)
    room = console.width - names
    units, pseudo, together, group = _columns(ws, found, sheet, by, ROOMY_HEAD)
    fits = sum(each.width for each in (*units, *pseudo, group)) <= room
    if not fits:
        units, pseudo, together, group = _columns(ws, found, sheet, by, HEAD_WIDTH)
        fits = sum(each.width for each in (*units, *pseudo, group)) <= room
    if fits:
        pieces = [[*units, *pseudo, group]]
    else:
        pieces = _pieces([*units, together, *pseudo] if whole else [together, *pseudo], group, room)
    click.echo(heading(ws, found))
    for number, piece in enumerate(pieces):
        rows = [
            [label, *(text_of(each.pick(row), found.currency) for each in piece)]
            for label, row in zip(labels, sheet.rows, strict=True)
        ]
        if number:
            click.echo("")
        sizes = [names, *(each.width - GAP for each in piece)]
        print_block(console, ["", *(each.head for each in piece)], rows, sizes)
    return fits or whole


def _columns(
    ws: Workspace, found: Combined, sheet: Worksheet, by: str, heads: int
) -> tuple[list[Column], list[Column], Column, Column]:
    """A worksheet's columns: of units, of ELIM, ADJ and CTA, of all units together, of the group."""
    from ledger.combine.levels import asked  # noqa: PLC0415  only for people
    from ledger.combine.model import PSEUDO  # noqa: PLC0415  as above

    above = asked(found)

    def column(head: str, pick: Pick) -> Column:
        widest = max((len(text_of(pick(row), found.currency)) for row in sheet.rows), default=0)
        return Column(head, pick, GAP + max(widest, min(len(head), heads)))

    return (
        [column(name_of(ws, c, by, above), _of(c)) for c in sheet.columns if c not in PSEUDO],
        [column(c, _of(c)) for c in sheet.columns if c in PSEUDO],
        column(say(N_("Units")), lambda row: row.units),
        column(say(N_("Group")), lambda row: row.total),
    )


def _of(column: str) -> Pick:
    """What of a row stands in a worksheet's column."""
    return lambda row: row.amounts.get(column)


def _pieces(columns: Sequence[Column], group: Column, room: int) -> list[list[Column]]:
    """Columns in pieces, as many as fit beside each other, the group's figures repeated at the end of each.

    Where not every column has room beside them, they stand once, at the end. A column alone is never cut.
    """
    repeated = all(each.width + group.width <= room for each in columns)
    pieces: list[list[Column]] = [[]]
    start = used = group.width if repeated else 0
    for each in columns if repeated else [*columns, group]:
        if pieces[-1] and used + each.width > room:
            pieces.append([])
            used = start
        pieces[-1].append(each)
        used += each.width
    return [[*piece, group] for piece in pieces] if repeated else pieces


def print_report(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], left: Iterable[int]) -> None:
    """A report's title and table; that it is empty is said."""
    click.echo("\n" + "\n".join(wrapped(stdout(), title)))
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


def kind_of(kind: str) -> str:
    """What a dealing is about, in words, as in the browser."""
    from ledger.combine.reports.names import KINDS  # noqa: PLC0415  only for people

    return translated(KINDS.get(kind, KINDS["other"]))


def section_of(kind: str, section: str) -> str:
    """In what two sides are compared, in words; nothing where there are no two sides."""
    return "" if kind in ONE_SIDED else translated(SECTIONS.get(section, ""))
