"""Statements of March 2026 in short, as they come out of the archive."""

import datetime as dt
from decimal import Decimal

from importers.bank.compare import key_of
from importers.bank.model import BankLine, BankStatement
from importers.reconcile.documents import Archived
from ledger.books.sources import SourceTable

D = Decimal
NUMBER = "123456789"
TABLE = SourceTable(name="bank", format="camt053", account="Assets:1930-Bank")


def march(day):
    return dt.date(2026, 3, day)


def told(lines="", opening=None, *, file="a.xml", days=None, number=NUMBER, **more):
    """A statement from `day amount counterparty; ...`.

    `days` is its period (from, to); `closing` follows from the lines; `balances=False` leaves both out.
    """
    parts = [part.split() for part in lines.split(";") if part.strip()]
    found = tuple(
        BankLine(march(int(day)), D(amount), counterparty=" ".join(who), line=at)
        for at, (day, amount, *who) in enumerate(parts, 1)
    )
    start = None if opening is None else D(opening)
    statement = BankStatement(
        id=file,
        account=number,
        currency="SEK",
        lines=found,
        opening=start,
        closing=None if start is None else start + sum((line.amount for line in found), D(0)),
        first_day=march(days[0]) if days else None,
        last_day=march(days[1]) if days else None,
        sequence=more.get("sequence"),
        final=more.get("final", True),
        begun=more.get("begun", True),
    )
    table = more.get("table", TABLE)
    return Archived(file, file, more.get("format", "camt053"), table, number, more.get("place", 0), statement)


def ids(text, number=NUMBER):
    """The `source-id`s of `day amount counterparty; ...`, equal ones counted."""
    seen, found = {}, []
    for line in told(text).statement.lines:
        key = key_of(line, number, "SEK")
        seen[key] = seen.get(key, 0) + 1
        found.append(key.id(seen[key]))
    return found
