"""A summary as text, section by section, and back when a section is first asked for.

A group recompute reads the summaries of all units and often needs one section of each; so sections are decoded one by
one. A section stands as columns, because that is the quickest to read: texts that repeat are said once.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from ledger.books.summary import (
    AccountRow,
    AssertionRow,
    BalanceRow,
    CorrectionRow,
    DecidedRow,
    EquityRow,
    FlaggedRow,
    ForeignRow,
    PartnerRow,
    StockRow,
    Summary,
    TurnoverRow,
)

#: Sections of rows, and what the rows are.
ROWS: dict[str, Any] = {
    "accounts": AccountRow,
    "balances": BalanceRow,
    "turnover": TurnoverRow,
    "partners": PartnerRow,
    "foreign": ForeignRow,
    "corrections": CorrectionRow,
    "equity": EquityRow,
    "decided": DecidedRow,
    "stock": StockRow,
    "flagged": FlaggedRow,
    "assertions": AssertionRow,
}


class SummaryError(ValueError):
    """Text that isn't a summary."""


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _day_text(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _number_text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _texts(value: list[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise TypeError("texts expected")
    return tuple(value)


def _text(value: str | None) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError("text expected")
    return value


def _count(value: int) -> int:
    if type(value) is not int:
        raise TypeError("count expected")
    return value


def _count_or_none(value: int | None) -> int | None:
    return None if value is None else _count(value)


def _truth(value: bool) -> bool:  # noqa: FBT001  # a value as it stands in a row
    if type(value) is not bool:
        raise TypeError("true or false expected")
    return value


Pair = tuple[Callable[[Any], Any], Callable[[Any], Any]]  # to JSON, from JSON
_KINDS: dict[str, Pair] = {
    "str": (_text, _text),
    "int": (_count, _count),
    "bool": (_truth, _truth),
    "int | None": (_count_or_none, _count_or_none),
    "dt.date": (_day_text, _day),
    "Decimal": (_number_text, _number),
    "tuple[str, ...]": (list, _texts),
    "tuple[Decimal, ...]": (
        lambda value: [str(n) for n in value],
        lambda value: tuple(Decimal(n) for n in _texts(value)),
    ),
}
_FIELDS: dict[str, list[tuple[str, Pair]]] = {
    section: [
        (f.name, _KINDS.get(str(f.type)) or _KINDS[str(f.type).removesuffix(" | None")])
        for f in dataclasses.fields(row)
    ]
    for section, row in ROWS.items()
}


def _pack_column(values: Sequence[Any]) -> Any:
    """A column; texts that repeat are said once and numbered."""
    if len(values) > 8 and all(isinstance(v, str) for v in values):
        known = {text: number for number, text in enumerate(dict.fromkeys(values))}
        if len(known) * 3 <= len(values):
            return {"texts": list(known), "rows": [known[v] for v in values]}
    return values


def _unpack_column(column: Any, convert: Callable[[Any], Any]) -> list[Any]:
    if isinstance(column, dict):
        values = [convert(text) for text in column["texts"]]
        return [values[number] for number in column["rows"]]
    return [convert(value) for value in column]


def pack_summary(summary: Summary) -> bytes:
    """A summary as lines of JSON: the facts, then one line a section in the order of `ROWS`."""
    facts = [
        summary.transactions,
        summary.postings,
        _day_text(summary.first),
        _day_text(summary.last),
        [[account, day.isoformat()] for account, day in summary.last_by_account],
    ]
    lines = [facts]
    for section, fields in _FIELDS.items():
        rows: Iterable[Any] = getattr(summary, section)
        columns = [[write(getattr(row, name)) for row in rows] for name, (write, _) in fields]
        lines.append([_pack_column(column) for column in columns])
    return b"\n".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() for line in lines)


def unpack_summary(text: bytes) -> Summary:
    """The summary; its sections are decoded when they are first asked for.

    Raises:
        SummaryError: not as many sections as there must be. What a section holds shows when it is read; its text was
            checked against its digest before.
    """
    lines = text.split(b"\n")
    if len(lines) != len(ROWS) + 1:
        raise SummaryError("sections missing")
    try:
        transactions, postings, first, last, by_account = json.loads(lines[0])
        facts = {
            "transactions": _count(transactions),
            "postings": _count(postings),
            "first": _day(first),
            "last": _day(last),
            "last_by_account": tuple((str(a), dt.date.fromisoformat(d)) for a, d in by_account),
        }
    except (ValueError, TypeError) as error:
        raise SummaryError("no facts") from error
    return Summary.later(facts, dict(zip(ROWS, lines[1:], strict=True)), _unpack_section)


def _unpack_section(section: str, text: bytes) -> tuple[Any, ...]:
    row = ROWS[section]
    try:
        columns = [
            _unpack_column(column, read)
            for column, (_, (_, read)) in zip(json.loads(text), _FIELDS[section], strict=True)
        ]
        return tuple(row(*values) for values in zip(*columns, strict=True))
    except (ValueError, TypeError, KeyError, IndexError, InvalidOperation) as error:
        raise SummaryError(section) from error
