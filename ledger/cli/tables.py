"""What commands share when they print for people: amounts, and tables that fit the window and cut no amount.

A table that is wider than the window is laid out anew: first its text columns get narrower, and then each row takes
several lines, with the headings laid out likewise. Texts are broken at words, and shortened where they would take more
than three lines; an amount is neither broken nor cut, in however narrow a window. A file or pipe has no width: there
each row is one line, whole.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Collection, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING

from ledger.messages import number_text
from ledger.rules.rounding import decimals

if TYPE_CHECKING:
    from rich.console import Console

#: Between columns; before the further lines of a row.
GAP = 2
INDENT = 4
#: A text is never narrower than so, and never takes more lines than so.
NARROWEST = 16
LINES = 3
SHORTENED = "…"
#: Stands for a space at which no line is broken, until the lines are made.
GLUE = "\x1f"


def amount_text(amount: Decimal, currency: str) -> str:
    """An amount with its currency's decimals, as the language in use writes it; nothing breaks it over two lines."""
    return number_text(amount, decimals(currency))


def window(console: Console) -> int | None:
    """How many characters fit a line; None of a file or pipe, unless COLUMNS says it."""
    asked = os.environ.get("COLUMNS", "")
    return console.width if console.is_terminal or (asked.isdecimal() and int(asked) > 0) else None


def print_table(
    console: Console, heads: Sequence[str], rows: Sequence[Sequence[str]], *, left: Collection[int]
) -> None:
    """A table, laid out for the window: no amount is ever cut.

    Args:
        console: where it goes.
        heads: of the columns.
        rows: the cells, as they stand: nothing in them is markup.
        left: numbers of the columns that aren't figures.
    """
    limit = window(console)
    whole = [max(len(row[n]) for row in (heads, *rows)) for n in range(len(heads))]
    if limit is None or sum(whole) + 3 * len(whole) <= limit:  # Rich's gaps are of three
        _print_whole(console, heads, rows, left)
        return
    words = [max((len(w) for row in rows for w in row[n].split()), default=0) for n in range(len(heads))]
    narrow = _narrowed(whole, [max(NARROWEST, word) for word in words], left, limit)
    lines = [list(range(len(whole)))] if narrow else _flow(whole, left, limit)
    widths = narrow or [min(width, limit - INDENT) if n in left else width for n, width in enumerate(whole)]
    _print_plain(console, [""])
    _print_plain(console, _drawn(heads, widths, left, lines))
    _print_plain(console, ["─" * limit])
    for row in rows:
        _print_plain(console, _drawn(row, widths, left, lines))
    _print_plain(console, [""])


def print_block(console: Console, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
    """Rows of a name and figures without a rule; names and headings are broken at words to their column's width."""
    whole = [list(range(len(widths)))]
    for row in (heads, *rows):
        _print_plain(console, _drawn(row, widths, {0}, whole, fold=row is heads))


def wrapped(console: Console, text: str, indent: str = "", hang: str = "") -> list[str]:
    """Sentences in lines that fit the window, those after the first further in by `hang`; in a file or pipe one line.

    What `GLUE` holds together, such as an amount and its currency, stays on one line.
    """
    limit = window(console)
    if limit is None:
        return [indent + text.replace(GLUE, " ")]
    room = max(limit, len(indent) + len(hang) + NARROWEST)
    lines = textwrap.wrap(
        text,
        room,
        initial_indent=indent,
        subsequent_indent=indent + hang,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(GLUE, " ") for line in lines]


def _print_whole(console: Console, heads: Sequence[str], rows: Sequence[Sequence[str]], left: Collection[int]) -> None:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415  only when a table is printed
    from rich.measure import Measurement  # noqa: PLC0415  likewise
    from rich.table import Table  # noqa: PLC0415  likewise
    from rich.text import Text  # noqa: PLC0415  likewise

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for number, head in enumerate(heads):
        table.add_column(Text(head), justify="left" if number in left else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    wide = console.options.update(max_width=10_000)
    console.width = max(console.width, Measurement.get(console, wide, table).maximum)
    console.print(table)


def _print_plain(console: Console, lines: Sequence[str]) -> None:
    for line in lines:
        console.print(line.rstrip(), markup=False, highlight=False, soft_wrap=True)


def _narrowed(whole: Sequence[int], least: Sequence[int], left: Collection[int], limit: int) -> list[int] | None:
    """Widths of columns in one line, its texts as narrow as they must be; None where that isn't enough.

    Only a text that stays legible is made narrower: by no more than half, and not below `least`, its longest word.
    """
    widths = list(whole)
    over = sum(whole) + GAP * (len(whole) - 1) - limit
    for number in sorted(left, key=lambda n: -whole[n]):
        given = min(over, widths[number] - max(least[number], (widths[number] + 1) // 2))
        if given > 0:
            widths[number] -= given
            over -= given
    return widths if over <= 0 else None


def _flow(whole: Sequence[int], left: Collection[int], limit: int) -> list[list[int]]:
    """Which columns stand in which line of a row; figures that fit one line of their own aren't torn apart."""
    lines: list[list[int]] = [[]]
    used = 0
    for number, width in enumerate(whole):
        wanted = min(width, limit - INDENT) if number in left else width
        if number not in left and lines[-1] and lines[-1][-1] in left:
            following = [whole[n] for n in range(number, len(whole)) if n not in left]
            together = sum(following) + GAP * (len(following) - 1)
            wanted = together if together <= limit - INDENT else wanted
        if lines[-1] and used + GAP + wanted > limit:
            lines.append([])
            used = INDENT - GAP
        used += (min(width, limit - INDENT) if number in left else width) + (GAP if used else 0)
        lines[-1].append(number)
    return lines


def _drawn(
    row: Sequence[str],
    widths: Sequence[int],
    left: Collection[int],
    lines: Sequence[Sequence[int]],
    *,
    fold: bool = False,
) -> list[str]:
    """A row as text. `fold`: its figures are headings, which may be broken, too."""
    drawn = []
    for number, columns in enumerate(lines):
        if number and not any(row[n] for n in columns):
            continue
        cells = [_folded(row[n], widths[n], 0 if fold else GAP) if fold or n in left else [row[n]] for n in columns]
        for parts in zip_longest(*cells, fillvalue=""):
            texts = [
                part.ljust(widths[n]) if n in left else part.rjust(widths[n])
                for n, part in zip(columns, parts, strict=True)
            ]
            drawn.append(" " * (INDENT if number else 0) + (" " * GAP).join(texts))
    return drawn


def _folded(text: str, width: int, hang: int = 0) -> list[str]:
    """A text in lines of a width, indented as it is; what goes on stands further in by `hang`."""
    indent = text[: len(text) - len(text.lstrip())][: max(width - NARROWEST, 0)]
    longest = max(map(len, text.split()), default=0)
    more = indent + " " * (hang if longest + hang + len(indent) <= width else 0)
    lines = textwrap.wrap(
        text.strip(),
        max(width, 1),
        initial_indent=indent,
        subsequent_indent=more,
        max_lines=LINES,
        placeholder=SHORTENED,
    )
    return lines or [""]
