"""When something was done: one clock for all that Sambok writes, always in UTC.

A voucher says when it was registered (BFL 5 kap. 6-7 §), a line of the history and a seal when they were made. Tests
set the time by `SAMBOK_NOW` ("2026-03-05T10:00:00Z"; without a zone it is UTC; empty is as if it weren't there).
"""

from __future__ import annotations

import datetime as dt
import os

from ledger.books.problems import ClockUnreadable

VARIABLE = "SAMBOK_NOW"
#: Years that have neighbours to reckon with, wherever on earth.
FIRST_YEAR, LAST_YEAR = 1900, 2199


def now() -> dt.datetime:
    """The present moment: UTC, whole seconds.

    Raises:
        ClockUnreadable: `SAMBOK_NOW` is set to what is no moment.
    """
    said = os.environ.get(VARIABLE, "").strip()
    moment = _read(said) if said else dt.datetime.now(dt.UTC)
    return moment.astimezone(dt.UTC).replace(microsecond=0)


def _read(said: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(said)
    except ValueError as error:
        raise ClockUnreadable(said=said) from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ClockUnreadable(said=said)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def today() -> dt.date:
    """The bookkeeper's own calendar day."""
    return now().astimezone().date()


def stamp(moment: dt.datetime | None = None) -> str:
    """A moment as it is written down: `2026-03-05T10:00:00Z`."""
    return (moment or now()).strftime("%Y-%m-%dT%H:%M:%SZ")
