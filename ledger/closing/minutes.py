"""Fingerprints of closed months, as they stand in the minutes (SPEC 7): read from the ends of the seals' lines.

A seal's line holds a record of every voucher, which would take long to read; who closed it, when, and its fingerprint
stand at its two ends. Nothing is proven here: that is what `sambok verify` is for. So a line that isn't as the close
writes it is left out, and what is wrong with it is told by whoever verifies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from ledger.books import Unit, Workspace
from ledger.books.sealed import read_seals
from ledger.errors import Problem
from ledger.seals import chain
from ledger.seals.model import Witness

_HEAD = re.compile(rb'\{"period":"([0-9]{4}-[0-9]{2})","kind":"(close|reopen)","unit":"[^"]+","number":([0-9]+),')
_MADE = b',"content":"'
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entry:
    """One line of a unit's seals.

    Attributes:
        period: the month.
        closed: it was closed; False: opened again.
        number: of the line.
        by: who did it.
        day: on which day (UTC), `2026-03-05`.
        content: the hash that the fingerprint is made of.
        signed: whether it bears a signature.
    """

    period: str
    closed: bool
    number: int
    by: str
    day: str
    content: str
    signed: bool

    @property
    def fingerprint(self) -> str:
        """Eight characters: `K7QX-2MPD`."""
        return chain.fingerprint(self.content)


def entries(unit: Unit, *, last: bool = False) -> tuple[Entry, ...]:
    """The lines of a unit's seals, in their order; none where it has none, or none that can be read.

    Args:
        unit: whose.
        last: only its latest.
    """
    with suppress(Problem):  # told with the book
        data = read_seals(unit.folder)
        return tuple(_read(data, last=last)) if data else ()
    return ()


def federation_mark(ws: Workspace) -> str:
    """The fingerprint of all that is sealed in the federation; "" where nothing is."""
    latest = ((slug, entry) for slug, unit in sorted(ws.units.items()) for entry in entries(unit, last=True))
    witnesses = [Witness(slug, entry.number, entry.content) for slug, entry in latest]
    return chain.fingerprint(chain.federation_root(witnesses)) if witnesses else ""


def _read(data: bytes, *, last: bool) -> Iterator[Entry]:
    begin = data.rfind(b"\n", 0, len(data) - 1) + 1 if last else 0
    while begin < len(data):
        end = data.find(b"\n", begin)
        end = len(data) if end < 0 else end
        head = _HEAD.match(data, begin, end)
        made = data.rfind(_MADE, begin, end)
        if head and made >= 0:
            yield from _entry(head, data[made + 1 : end])
        begin = end + 1


def _entry(head: re.Match[bytes], made: bytes) -> Iterator[Entry]:
    with suppress(ValueError, KeyError, TypeError):
        said = json.loads(b"{" + made)
        content, by, at = str(said["content"]), str(said["by"]), str(said["at"])
        if _HASH.fullmatch(content):
            period, kind = head[1].decode("ascii"), head[2]
            yield Entry(period, kind == b"close", int(head[3]), by, at[:10], content, said["signature"] is not None)
