"""Random cycles for hypothesis.

`SAMBOK_CYCLES=1000 pytest tests/loans/random` is the campaign in full; by default few are drawn.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from fractions import Fraction

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.loans.random.cycles import KINDS, NAMES, STEP, Cycle, Maker, meeting_days
from tests.loans.random.second import Rules

#: Examples of each invariant; the campaign in full: `SAMBOK_CYCLES=1000 pytest tests/loans/random`.
EXAMPLES = int(os.environ.get("SAMBOK_CYCLES", "25"))
#: `SAMBOK_SHRINK=0`: what fails is told as it was drawn. Making it small may take minutes.
SHRINK = os.environ.get("SAMBOK_SHRINK", "1") != "0"
#: Share values and rounding units of each currency.
CURRENCIES = {
    "SEK": ((100, 50, 1000), ("0.01", "1", "10"), "0.01"),
    "KES": ((100, 500), ("0.01", "1", "10"), "0.01"),
    "CLP": ((1000, 5000), ("1", "10", "100"), "1"),
}
#: Lending is what it is about.
LENDING = frozenset({"loan", "repaid", "charge"})
OFTEN = st.sampled_from([0, 3, 2, 3, 3])


def examples(share: float = 1.0):
    """Settings of a test: `share` of the usual number of examples; continuous integration draws the same ones."""
    slow = [
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
        HealthCheck.filter_too_much,
    ]
    phases = [p for p in Phase if SHRINK or p is not Phase.shrink]
    same = os.environ.get("CI") == "true"
    number = max(2, int(EXAMPLES * share))
    return settings(max_examples=number, deadline=None, suppress_health_check=slow, phases=phases, derandomize=same)


@dataclass(frozen=True)
class Drawn:
    """What may be drawn: at most so many people and meetings; `only`: what is fixed of the rules; `never`: kinds."""

    people: int = 25
    meetings: int = 52
    only: tuple[tuple[str, object], ...] = ()
    never: tuple[str, ...] = ()
    names: tuple[str, ...] = tuple(NAMES)


@st.composite
def rules(draw, drawn: Drawn = Drawn(), name: str = "NK26") -> Rules:
    """What a group agrees on."""
    currency = draw(st.sampled_from(list(CURRENCIES)))
    values, roundings, smallest = CURRENCIES[currency]
    every = draw(st.sampled_from(list(STEP)))
    count = draw(st.integers(1, min(drawn.meetings, 364 // STEP[every])))
    first = dt.date(2026, 1, 7) + dt.timedelta(days=draw(st.integers(0, 24)))
    days = meeting_days(first, count, every)
    multiple = draw(st.sampled_from([3, 1, 5, None]))
    found = {
        "name": name,
        "currency": currency,
        "smallest": Fraction(smallest),
        "share_value": draw(st.sampled_from(values)),
        "begins": first,
        "ends": days[-1] + dt.timedelta(days=draw(st.integers(2, 40))),
        "meetings": days,
        "every": every,
        "max_shares": draw(st.sampled_from([5, 1, None])),
        "loan_multiple": multiple,
        "charge": draw(st.sampled_from([0, 1, 5, 10]).map(lambda n: Fraction(n, 100)) | st.just(Fraction(33, 1000))),
        "method": draw(st.sampled_from(["declining", "flat", "roll-over"])),
        "period": draw(st.sampled_from(["4-weeks", "30-days", "month", "2-weeks", "week"])),
        "max_term": draw(st.integers(1, 4)),
        "split": draw(st.sampled_from(["charge-first", "principal-first", "pro-rata"])),
        "part_period": draw(st.sampled_from(["whole", "days", "none"])),
        "after_term": draw(st.booleans()),
        "rounding": Fraction(draw(st.sampled_from(roundings))),
        "share_out": draw(st.sampled_from(["shares", "equal", "interest-back"])),
        "shortfall": draw(st.sampled_from(["wait", "pro-rata", "write-off"])),
        "fines": draw(st.sampled_from(["loan-fund", "social-fund"])),
        "outside_multiple": draw(st.sampled_from([None, 5])),
        "late_may_borrow": draw(st.booleans()),
        "due_weekday": draw(st.sampled_from([None, None, None, "saturday"])),
    }
    return Rules(**(found | dict(drawn.only)))


@st.composite
def cycles(draw, drawn: Drawn = Drawn()) -> Cycle:
    """A group and its whole cycle."""
    agreed = draw(rules(drawn))
    people = tuple(drawn.names[: draw(st.integers(1, drawn.people))])
    rates = {k: 0 if k in drawn.never else draw(OFTEN if k in LENDING else st.integers(0, 3)) for k in KINDS}
    return Maker(agreed, people, rates, draw(st.integers(0, 2**32 - 1))).cycle()
