"""When something was done: one clock for all that Sambok writes, always in UTC.

A voucher says when it was registered (BFL 5 kap. 6-7 §), a line of the history and a seal when they were made. Tests
set the time by `SAMBOK_NOW` ("2026-03-05T10:00:00Z").
"""

from __future__ import annotations

import datetime as dt
import os

VARIABLE = "SAMBOK_NOW"


def now() -> dt.datetime:
    """The present moment: UTC, whole seconds.

    Raises:
        ValueError: `SAMBOK_NOW` is set to what is no moment.
    """
    said = os.environ.get(VARIABLE)
    moment = dt.datetime.fromisoformat(said) if said else dt.datetime.now(dt.UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return moment.astimezone(dt.UTC).replace(microsecond=0)


def today() -> dt.date:
    """The bookkeeper's own calendar day."""
    return now().astimezone().date()


def stamp(moment: dt.datetime | None = None) -> str:
    """A moment as it is written down: `2026-03-05T10:00:00Z`."""
    return (moment or now()).strftime("%Y-%m-%dT%H:%M:%SZ")
