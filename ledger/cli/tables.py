"""What commands share when they print for people: amounts, and tables that no window cuts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from ledger.messages import number_text
from ledger.rules.rounding import decimals

if TYPE_CHECKING:
    from rich.console import Console


def amount_text(amount: Decimal, currency: str) -> str:
    """An amount with its currency's decimals, as the language in use writes it; nothing breaks it over two lines."""
    return number_text(amount, decimals(currency))


def print_table(
    console: Console, heads: Sequence[str], rows: Sequence[Sequence[str]], *, left: Collection[int]
) -> None:
    """A table as wide as its figures need: no amount is ever cut.

    Args:
        console: where it goes.
        heads: of the columns.
        rows: the cells, as they stand: nothing in them is markup.
        left: numbers of the columns that aren't figures.
    """
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415  only when a table is printed
    from rich.measure import Measurement  # noqa: PLC0415  likewise
    from rich.table import Table  # noqa: PLC0415  likewise
    from rich.text import Text  # noqa: PLC0415  likewise

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for number, head in enumerate(heads):
        table.add_column(head, justify="left" if number in left else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    wide = console.options.update(max_width=10_000)
    console.width = max(console.width, Measurement.get(console, wide, table).maximum)
    console.print(table)
