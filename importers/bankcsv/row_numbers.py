"""The numbers that a bank gives the rows of its list: from 1, without a gap, newest or oldest first.

They show what balances can't: that rows at the list's beginning are missing. A list of several accounts numbers all of
its rows, or those of each account.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from importers.bank.problems_chain import BankRowNumbers
from importers.tables import Row, Table

#: As known banks call the column.
NAMES: Final = ("Radnr", "Radnummer")
NUMBER: Final = re.compile(r"[0-9]{1,7}")


def check_row_numbers(table: Table, place: int, account: Callable[[Row], object]) -> None:
    """Refuse a list of which a row is missing.

    Args:
        table: as read.
        place: of the column that numbers its rows.
        account: the account that a row is of.

    Raises:
        BankRowNumbers: the first row whose number doesn't follow.
    """
    wrong = next(_wrong(table.rows, place), None)
    if wrong is None:
        return
    accounts: dict[object, list[Row]] = defaultdict(list)
    for row in table.rows:
        accounts[account(row)].append(row)
    if len(accounts) > 1 and not any(next(_wrong(rows, place), None) for rows in accounts.values()):
        return
    row, expected = wrong
    text = row.cells[place].strip() or '""'
    raise table.problem(BankRowNumbers, row.line, row=row.line, number=text, expected=expected)


def _wrong(rows: Sequence[Row], place: int) -> Iterator[tuple[Row, int]]:
    """Each row that has another number than it must, with the one that it must have."""
    numbers = [int(text) if NUMBER.fullmatch(text := row.cells[place].strip()) else -1 for row in rows]
    falling = len(numbers) > 1 and numbers[1] == numbers[0] - 1
    for at, (row, number) in enumerate(zip(rows, numbers, strict=True)):
        expected = len(rows) - at if falling else at + 1
        if number != expected:
            yield row, expected
