"""What has become of a locked run: values, and how they are told (SPEC 10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.combine.runs.manifest import Lock
from ledger.errors import Problem
from ledger.messages import N_

#: The inputs are what they were.
SAME = "same"
#: Inputs have changed, the figures haven't.
UNAFFECTED = "unaffected"
#: The figures are others now.
RESTATED = "restated"
#: Books have errors, so nobody can tell.
UNCHECKED = "unchecked"
#: The lock itself isn't what was locked.
DAMAGED = "damaged"
STATUS_TEXTS = {
    SAME: N_("as locked"),
    UNAFFECTED: N_("files changed, figures as locked"),
    RESTATED: N_("RESTATED: other figures now"),
    UNCHECKED: N_("can't be told now"),
    DAMAGED: N_("DAMAGED"),
}
CHANGE_TEXTS = {
    "changed": N_("changed"),
    "new": N_("new"),
    "removed": N_("removed"),
    "later": N_("booked since; what the rules add (levies, a smallest levy) goes further than when it was locked"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of the trial balance that isn't what was locked; "" where there is none. Amounts are the run's texts."""

    line: str
    account: str
    unit: str
    locked: str
    now: str

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "line": self.line,
            "account": self.account,
            "unit": self.unit,
            "locked": self.locked or None,
            "now": self.now or None,
        }


@dataclass(frozen=True, slots=True)
class UnitDifference:
    """An account and month of a unit that isn't what was locked, in the unit's own currency.

    Attributes:
        month: `2026-03`, or `before` for all before the period.
        sources: where postings of it stand in files that have changed, as far as that can be told.
    """

    unit: str
    account: str
    month: str
    currency: str
    locked: str
    now: str
    sources: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "unit": self.unit,
            "account": self.account,
            "month": self.month,
            "currency": self.currency,
            "locked": self.locked or None,
            "now": self.now or None,
            "sources": list(self.sources),
        }


@dataclass(frozen=True)
class RunState:
    """A locked run and what has become of it.

    Attributes:
        status: `SAME`, `UNAFFECTED`, `RESTATED`, `UNCHECKED` or `DAMAGED`.
        mark: eight characters of the manifest's digest; "" where it can't be read.
        changed: inputs that aren't what they were: (`changed`, `new` or `removed`, path);
            `later` = the last voucher, file and line, where it makes the rules' entries reach further into the period.
        program: whether the rules have changed since.
        differences: of the trial balance.
        units: of the units' own books, where it differs.
        late: LATE_POSTING: vouchers that came into the period since.
        gone: vouchers that are missing: (unit, date, how many).
        problems: why it is damaged or can't be checked.
    """

    name: str
    status: str
    mark: str = ""
    date_from: dt.date | None = None
    date_to: dt.date | None = None
    level: str | None = None
    currency: str = ""
    result: str = ""
    changed: Sequence[tuple[str, str]] = ()
    program: bool = False
    differences: Sequence[Difference] = ()
    units: Sequence[UnitDifference] = ()
    late: Sequence[Problem] = ()
    gone: Sequence[tuple[str, str, int]] = ()
    problems: Sequence[Problem] = ()

    @property
    def ok(self) -> bool:
        """Whether the lock still gives the figures."""
        return self.status in {SAME, UNAFFECTED}

    @property
    def touched(self) -> bool:
        """Whether there is something to say of it."""
        return self.status != SAME

    def as_json(self) -> dict[str, Any]:
        """The object of `runs` in `sambok combine --json` and `sambok runs --json`."""
        return {
            "name": self.name,
            "ok": self.ok,
            "status": self.status,
            "mark": self.mark or None,
            "from": self.date_from.isoformat() if self.date_from else None,
            "to": self.date_to.isoformat() if self.date_to else None,
            "level": self.level,
            "currency": self.currency or None,
            "result": self.result or None,
            "program_changed": self.program,
            "changed": [{"change": kind, "file": file} for kind, file in self.changed],
            "differences": [d.as_json() for d in self.differences],
            "units": [d.as_json() for d in self.units],
            "late": [p.as_json() for p in self.late],
            "gone": [{"unit": unit, "date": day, "vouchers": count} for unit, day, count in self.gone],
            "errors": [p.as_json() for p in self.problems],
        }

    def kept(self) -> dict[str, Any]:
        """What was found, for the cache; `with_kept` takes it."""
        return {
            "status": self.status,
            "differences": [[d.line, d.account, d.unit, d.locked, d.now] for d in self.differences],
            "units": [[d.unit, d.account, d.month, d.currency, d.locked, d.now, list(d.sources)] for d in self.units],
            "late": [p.to_dict() for p in self.late],
            "gone": [list(g) for g in self.gone],
        }


def state_of(lock: Lock, status: str, **found: Any) -> RunState:
    """The state of a lock whose manifest could be read."""
    return RunState(
        name=lock.name,
        status=status,
        mark=lock.mark,
        date_from=lock.date_from,
        date_to=lock.date_to,
        level=lock.level,
        currency=lock.currency,
        result=lock.result,
        **found,
    )


def found_of(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What `kept` holds, as `state_of` takes it.

    Raises:
        ValueError, KeyError, TypeError: it isn't what `RunState.kept` gave.
    """
    return {
        "status": str(kept["status"]),
        "differences": tuple(Difference(*row) for row in kept["differences"]),
        "units": tuple(
            UnitDifference(unit, account, month, currency, locked, now, tuple(sources))
            for unit, account, month, currency, locked, now, sources in kept["units"]
        ),
        "late": tuple(Problem.from_dict(p) for p in kept["late"]),
        "gone": tuple((str(unit), str(day), int(count)) for unit, day, count in kept["gone"]),
    }
