"""What `ledger.closing.verify` finds of seals and histories, each in one place and always in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ledger.closing.evidence import HISTORY
from ledger.messages import N_
from ledger.seals.lines import FILE as SEALS
from ledger.seals.model import Found, Kind
from ledger.seals.problems import SealUnreadable

UNKEPT = N_("the file can't be read: {reason}")


def of_history(kind: Kind, line: int | None, note: str, params: tuple[tuple[str, str], ...] = ()) -> Found:
    """Of a history."""
    return Found(kind, "", "", HISTORY, line, meaning=True, note=note, params=params)


def of_unreadable(problem: SealUnreadable) -> Found:
    """Of a line of `seals.jsonl` that can't be read."""
    told = problem.params
    note = N_("the seal can't be read: {reason}")
    found = of_seals("altered", told.get("period", ""), problem.line, note, (("reason", told["reason"]),))
    return replace(found, voucher=told.get("voucher", ""))


def with_reason(found: Found, faults: Mapping[str, str]) -> Found:
    """What is missing because its file can't be read says so."""
    above = [name for name in (found.file, found.file.rpartition("/")[0], "books", "") if name in faults]
    if found.kind != "missing" or not above:
        return found
    return replace(found, note=UNKEPT, params=(("reason", faults[above[0]]),))


def of_seals(kind: Kind, period: str, line: int | None, note: str, params: tuple[tuple[str, str], ...] = ()) -> Found:
    """Of a chain."""
    return Found(kind, period, "", SEALS, line, meaning=True, note=note, params=params)


def in_order(found: Iterable[Found]) -> tuple[Found, ...]:
    """Each once, in the order of files and lines."""
    return tuple(sorted(set(found), key=lambda one: (one.file, one.line or 0, one.kind, one.voucher, one.period)))
