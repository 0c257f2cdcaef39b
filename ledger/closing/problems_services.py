"""What can keep a sheet of allocation keys from being entered in policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ledger.errors import EXIT_USAGE, Problem
from ledger.messages import N_


class ServiceSheet(Problem):
    """A cell of a sheet of keys that says nothing usable; nothing of the sheet is entered."""

    code = "SERVICE_SHEET"
    as_written = frozenset({"value"})
    message = N_('Column {column}: "{value}" is no number from 0 on.')
    remedy = N_("Write whole numbers, or up to four decimals: 12 or 12.5; leave a cell empty that says nothing.")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "user": (
            N_('Column {column}: "{value}" is neither a unit nor a cost centre.'),
            N_("Did you mean {nearest}? The first column has units' folder names and names of cost centres."),
        ),
        "twice": (
            N_('Column {column}: "{value}" stands in row {first}, too.'),
            N_("Keep one of the two rows."),
        ),
        "key": (
            N_('Column {column}: a key can\'t be called "{value}".'),
            N_("Write small letters, digits and hyphens, at most 30, such as  headcount"),
        ),
        "books": (
            N_("Column {column}: the books have the key {value} themselves."),
            N_("Remove the column; what the books have is counted, not entered."),
        ),
        "empty": (
            N_("The sheet says nothing: it has no value."),
            N_("First row: unit, then the keys' names; below it a row for each unit or cost centre."),
        ),
    }


class ServiceSheetDecision(Problem):
    """Keys that nobody has decided by then."""

    code = "SERVICE_SHEET_DECISION"
    exit_code = EXIT_USAGE
    message = N_("There is no decision {id} in units/policy.beancount.")
    remedy = N_("Did you mean {nearest}? A new one is entered with  sambok decision add")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "later": (
            N_("The decision {id} is of {decided}; keys can't count on it from {date} on, before it."),
            N_("Give  --date {decided}  or a later one."),
        ),
    }
