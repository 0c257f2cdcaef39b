"""Who takes part and what the conditions leave, by tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.solidarity.conditions import Candidate, Refusal, full_months, judge
from ledger.rules.solidarity.terms import SolidarityTerms
from tests.rules.solidarity.federations import rows

D = Decimal
TERMS = SolidarityTerms()
LAST_DAY = dt.date(2026, 12, 31)


def day(text: str) -> dt.date | None:
    return None if text == "-" else dt.date.fromisoformat(text)


MEMBERSHIP = """
joined     left       exceptions | takes-part told
-          -          -          | yes        -
2020-05-01 -          -          | yes        -
2026-01-01 -          -          | yes        -
2026-01-02 -          -          | no         waiting:11:12
2026-07-01 -          -          | no         waiting:6:12
2026-07-01 -          waiting    | yes        waiting:6:12:excepted
2026-07-01 -          supported  | no         waiting:6:12
2026-12-31 -          -          | no         waiting:0:12
2027-01-01 -          -          | no         not-member:0:0
2027-01-01 -          waiting    | no         not-member:0:0
-          2026-12-31 -          | yes        -
-          2026-12-30 -          | no         not-member:0:0
2020-05-01 2026-06-30 -          | no         not-member:0:0
2026-07-01 2026-12-31 -          | no         waiting:6:12
"""


@pytest.mark.parametrize("row", rows(MEMBERSHIP)[1:], ids=" ".join)
def test_membership(row):
    joined, left, exceptions, takes_part, told = row
    rules = frozenset() if exceptions == "-" else frozenset({exceptions})
    found = judge(Candidate("nystart", day(joined), day(left), exceptions=rules), 2026, LAST_DAY, TERMS, "SEK")
    assert (found.unit, found.takes_part, found.at_most) == ("nystart", takes_part == "yes", None)
    assert say(found.refusals) == told


def say(refusals: tuple[Refusal, ...]) -> str:
    """`reason:has:limit`, and whether it is set aside."""
    parts = [f"{r.reason}:{r.has}:{r.limit}" + (":excepted" if r.excepted else "") for r in refusals]
    return ",".join(parts) or "-"


@pytest.mark.parametrize(
    ("joined", "last_day", "months"),
    [
        ("2026-01-01", "2026-12-31", 12),
        ("2026-01-02", "2026-12-31", 11),
        ("2026-02-01", "2026-12-31", 11),
        ("2025-12-31", "2026-12-31", 12),
        ("2026-12-31", "2026-12-31", 0),
        ("2025-07-01", "2026-06-30", 12),
        ("2024-03-01", "2025-02-28", 12),
        ("2023-03-01", "2024-02-28", 11),
        ("2023-03-01", "2024-02-29", 12),
    ],
)
def test_full_months_of_membership(joined, last_day, months):
    assert full_months(dt.date.fromisoformat(joined), dt.date.fromisoformat(last_day)) == months


# No more than `supported` years within `within`; the year is 2026, years with support before it, one of them of 0.00.
STOPPED = """
supported within years                  exceptions | at-most told
-         4      2023,2024,2025         -          | -       -
2         4      -                      -          | -       -
2         4      2025                   -          | -       -
2         4      2024,2025              -          | 0       supported:2:2
2         4      2022,2025              -          | -       -
2         4      2023,2025              -          | 0       supported:2:2
2         4      2023,2024,2025         -          | 0       supported:3:2
2         4      2024,2025              supported  | -       supported:2:2:excepted
2         4      2024,2025              lifetime   | 0       supported:2:2
2         4      2025,2026,2027         -          | -       -
1         1      2024,2025              -          | -       -
0         4      -                      -          | 0       supported:0:0
"""


@pytest.mark.parametrize("row", rows(STOPPED)[1:], ids=" ".join)
def test_the_stop_rule(row):
    supported, within, years, exceptions, at_most, told = row
    terms = replace(TERMS, supported=None if supported == "-" else int(supported), within=int(within))
    supports = {2021: D(9), 2022: D(0)} | {int(y): D("0.01") for y in years.split(",") if y != "-"}
    candidate = Candidate("repris", supports=supports, exceptions=frozenset({exceptions} - {"-"}))
    found = judge(candidate, 2026, LAST_DAY, terms, "SEK")
    assert found.takes_part, "with a surplus it is called like all others"
    assert found.at_most == (None if at_most == "-" else D(at_most))
    assert say(found.refusals) == told


# At most a quarter of the average turnover of 2024, 2025 and 2026; `-` was no member then. 30.00 was given in 2020.
LIFETIME = """
2023  2024   2025   2026   | 2025   exceptions | at-most told
9999  400    400    400    | 0      -          | 70.00   -
9999  100    200    600    | 0      -          | 45.00   -
9999  -      200    600    | 0      -          | 70.00   -
9999  -      -      100.03 | 0      -          | 0       lifetime:30.00:25.00
9999  -      -      120.03 | 0      -          | 0       lifetime:30.00:30.00
9999  -      -      120.04 | 0      -          | 0.01    -
9999  400    400    400    | 69.99  -          | 0.01    -
9999  400    400    400    | 70.00  -          | 0       lifetime:100.00:100.00
9999  400    400    400    | 70.00  lifetime   | -       lifetime:100.00:100.00:excepted
9999  400    400    400    | 0      lifetime   | -       -
9999  -100   400    400    | 0      -          | 36.66   -
-     -      -      -      | 0      -          | 0       lifetime:30.00:0.00
"""


@pytest.mark.parametrize("row", rows(LIFETIME)[1:], ids=" ".join)
def test_the_limit_of_a_lifetime(row):
    *turnovers, given_before, exceptions, at_most, told = row
    candidate = Candidate(
        "repris",
        supports={2020: D("30.00"), 2025: D(given_before), 2026: D(5000)},
        turnovers={2023 + n: D(t) for n, t in enumerate(turnovers) if t != "-"},
        exceptions=frozenset({exceptions} - {"-"}),
    )
    found = judge(candidate, 2026, LAST_DAY, replace(TERMS, lifetime=D("0.25")), "SEK")
    assert found.at_most == (None if at_most == "-" else D(at_most))
    assert say(found.refusals) == told


def test_all_that_is_not_met_is_told():
    terms = replace(TERMS, supported=1, lifetime=D("0.10"))
    candidate = Candidate("nystart", dt.date(2026, 3, 1), supports={2025: D("50.00")}, turnovers={2026: D(100)})
    found = judge(candidate, 2026, LAST_DAY, terms, "SEK")
    assert say(found.refusals) == "waiting:10:12,supported:1:1,lifetime:50.00:10.00"
    assert (found.takes_part, found.at_most) == (False, None)
    excepted = replace(candidate, exceptions=frozenset({"waiting", "supported"}))
    found = judge(excepted, 2026, LAST_DAY, terms, "SEK")
    assert (found.takes_part, found.at_most) == (True, 0), "what isn't set aside still holds"
    found = judge(replace(candidate, joined=None, turnovers={2026: D(10_000)}), 2026, LAST_DAY, terms, "SEK")
    assert found.at_most == 0, "a lifetime leaves 950.00, but the stop rule nothing"


days = st.dates(dt.date(1990, 1, 1), dt.date(2040, 12, 31))


@given(days, st.integers(0, 400))
def test_a_month_more_is_a_month_more(joined, more):
    """Against counting month by month, from days that every month has."""
    joined = joined.replace(day=min(joined.day, 28))
    number = joined.year * 12 + joined.month - 1 + more
    anniversary = dt.date(number // 12, number % 12 + 1, joined.day)
    assert full_months(joined, anniversary - dt.timedelta(days=1)) == more
    assert full_months(joined, anniversary - dt.timedelta(days=2)) == max(more - 1, -1)
