"""The list of all loan cycles as programs read it: one figure a cycle, nobody's name (SPEC 8, 10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from ledger.errors import Problem
from ledger.reports.loans import HAS, Listed
from ledger.rules.rounding import in_units

ZERO = Decimal(0)


def list_json(found: Sequence[Listed], day: dt.date, problems: Iterable[Problem]) -> dict[str, Any]:
    """The answer of `sambok loans list --json`: no names of participants (SPEC 10)."""

    def money(amount: Decimal, one: Listed) -> str:
        return f"{in_units(amount, one.currency):f}"

    return {
        "schema": 1,
        "date": day.isoformat(),
        "cycles": [
            {
                "cycle": one.name,
                "book": one.book,
                "persons": one.persons,
                "currency": one.currency,
                "begins": one.begins.isoformat(),
                "ends": one.ends.isoformat() if one.ends else None,
                "participants": one.participants,
                "fund": money(sum((getattr(one.state, part) for part in HAS), ZERO), one) if one.state else None,
            }
            for one in found
        ],
        "errors": [problem.as_json() for problem in problems],
    }
