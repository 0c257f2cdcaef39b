"""The latest seal of a unit, as it is written into the minutes (SPEC 7)."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.seals import chain
from ledger.seals.model import Seal


@dataclass(frozen=True)
class Head:
    """The latest seal of a unit: what is written into the minutes.

    Attributes:
        number: of its line.
        periods: how many months are closed.
        period: the latest closed month; "" where none is any more.
        content: of its latest line.
        key: who signed it; "" where nobody did.
        unsigned: how many of the latest seals aren't signed; as many as there are where nobody ever signed.
    """

    unit: str
    number: int
    period: str
    periods: int
    content: str
    by: str
    at: dt.datetime
    key: str
    unsigned: int = 0

    @property
    def fingerprint(self) -> str:
        """Eight characters: `K7QX-2MPD`."""
        return chain.fingerprint(self.content)


def head_of(slug: str, seals: Sequence[Seal]) -> Head:
    """The head of a chain that has at least one seal."""
    closed = {seal.period: seal.draft.kind == "close" for seal in seals}
    months = [period for period, is_closed in closed.items() if is_closed]
    last = seals[-1]
    unsigned = len(list(itertools.takewhile(lambda seal: not seal.signature, reversed(seals))))
    latest = max(months, default="")
    return Head(slug, last.number, latest, len(months), last.content, last.by, last.at, last.key, unsigned)
