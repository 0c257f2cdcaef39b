"""When charges are owed: worked by hand, the samples' loans, and what holds for every loan."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given as any_of
from hypothesis import settings
from hypothesis import strategies as st

from ledger.rules.loans.charges import Accrual, accruals, if_settled
from ledger.rules.loans.periods import end_of
from ledger.rules.loans.schedules import of_terms
from ledger.rules.loans.terms import Terms
from ledger.rules.rounding import cycle_unit

D = Decimal
GIVEN = dt.date(2026, 1, 14)
LATER = dt.date(2027, 12, 31)


def terms(**agreed) -> Terms:
    return Terms(name="T26", share_value=D(100), begins=GIVEN, **{"currency": "SEK", "charge": D("0.05"), **agreed})


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def changes(text: str) -> list[tuple[dt.date, Decimal]]:
    """`02-14 300, 03-14 300`: what principal went down by."""
    pairs = [part.split() for part in text.split(",") if part.strip()]
    return [(day(date), D(amount)) for date, amount in pairs]


def owed(
    agreed: Terms,
    back: str = "",
    *,
    until: str | dt.date = LATER,
    principal: str = "600",
    term: int = 3,
    **more,
) -> tuple[Accrual, ...]:
    end = day(until) if isinstance(until, str) else until
    return accruals(agreed, given=GIVEN, principal=D(principal), term=term, changes=changes(back), until=end, **more)


def shown(found: tuple[Accrual, ...]) -> str:
    """`02-14 30, 03-14 15`."""
    return ", ".join(f"{a.date:%m-%d} {a.amount.normalize():f}" for a in found)


# -- worked by hand ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("principal", "paid", "until", "expected"),
    [
        ("900", "02-14 300, 03-14 300, 04-14 300", "12-31", "02-14 45, 03-14 30, 04-14 15"),
        ("900", "02-14 300, 03-14 300, 04-14 300", "04-13", "02-14 45, 03-14 30"),
        ("900", "02-14 300, 03-14 300, 04-14 300", "03-14", "02-14 45, 03-14 30"),
        ("900", "02-14 300", "02-13", ""),
        ("900", "", "01-14", ""),
        ("900", "", "01-13", ""),
        # nothing is paid: it goes on after the agreed three
        ("900", "", "05-14", "02-14 45, 03-14 45, 04-14 45, 05-14 45"),
        # paid the day after the period's end: one more period has begun
        ("900", "02-15 900", "12-31", "02-14 45, 02-15 45"),
        ("900", "02-14 900", "12-31", "02-14 45"),
        ("900", "01-20 900", "12-31", "01-20 45"),
        ("900", "01-14 900", "12-31", ""),  # taken back the same day
        ("900", "01-20 1000", "12-31", "01-20 45"),  # more than was lent
        ("900", "01-20 900, 01-25 100", "12-31", "01-20 45"),
        # a repayment that was taken back: owed all the time, from the day of the mistake at the latest
        ("900", "01-20 900, 01-25 -900", "02-14", "02-14 45"),
        ("900", "01-20 900, 02-20 -900", "03-14", "01-20 45, 03-14 45"),
    ],
)
def test_declining(principal, paid, until, expected):
    assert shown(owed(terms(), paid, until=until, principal=principal)) == expected


@pytest.mark.parametrize(
    ("part_period", "paid", "expected"),
    [
        # thirty days from 14 January end on 13 February; 300 on day 10, 300 at the end
        ("whole", "01-24 300, 02-13 300", "02-13 30"),
        ("days", "01-24 300, 02-13 300", "02-13 20"),  # (600 × 10 + 300 × 20) ÷ 30 = 400
        ("none", "01-24 300, 02-13 300", "02-13 15"),
        # all on day 12
        ("whole", "01-26 600", "01-26 30"),
        ("days", "01-26 600", "01-26 12"),
        ("none", "01-26 600", ""),
        # all but one on day 12: nobody saves by that
        ("whole", "01-26 599, 02-13 1", "02-13 30"),
        ("days", "01-26 599, 02-13 1", "02-13 12.03"),  # (600 × 12 + 1 × 18) ÷ 30 = 240.60
        ("none", "01-26 599, 02-13 1", "02-13 0.05"),
        # in three parts
        ("whole", "01-19 200, 01-24 200, 01-29 200", "01-29 30"),
        ("days", "01-19 200, 01-24 200, 01-29 200", "01-29 10"),  # (600 + 400 + 200) × 5 ÷ 30 = 200
        ("none", "01-19 200, 01-24 200, 01-29 200", ""),
        # the second period: 400 for its ten days
        ("whole", "02-13 200, 02-23 400", "02-13 30, 02-23 20"),
        ("days", "02-13 200, 02-23 400", "02-13 30, 02-23 6.67"),
        ("none", "02-13 200, 02-23 400", "02-13 30"),
    ],
)
def test_what_is_paid_back_within_a_period(part_period, paid, expected):
    assert shown(owed(terms(period="30-days", part_period=part_period), paid)) == expected


@pytest.mark.parametrize(
    ("after_term", "paid", "until", "expected"),
    [
        (True, "06-20 600", "12-31", "02-14 30, 03-14 30, 04-14 30, 05-14 30, 06-14 30, 06-20 30"),
        (False, "06-20 600", "12-31", "02-14 30, 03-14 30, 04-14 30"),
        (False, "", "12-31", "02-14 30, 03-14 30, 04-14 30"),
        (False, "04-01 600", "12-31", "02-14 30, 03-14 30, 04-01 30"),
    ],
)
def test_after_the_agreed_periods(after_term, paid, until, expected):
    assert shown(owed(terms(after_term=after_term), paid, until=until)) == expected


@pytest.mark.parametrize("paid", ["", "01-14 600", "01-20 600", "02-14 300, 07-01 300"])
def test_flat_is_owed_at_once_and_stays(paid):
    (one,) = owed(terms(method="flat"), paid, principal="900")
    assert one == Accrual(GIVEN, D(135), 1, D(900))
    assert owed(terms(method="flat"), paid, principal="900", until="01-13") == ()


def test_what_each_charge_is_worked_on():
    found = owed(terms(period="30-days", part_period="days"), "01-24 300, 02-13 100")
    assert [(a.period, a.base) for a in found[:2]] == [(1, D(400)), (2, D(200))]


@pytest.mark.parametrize(
    ("agreed", "principal"), [({"charge": D(0)}, "600"), ({}, "0"), ({"method": "flat", "charge": D(0)}, "600")]
)
def test_without_charge_nothing_is_owed(agreed, principal):
    assert owed(terms(**agreed), principal=principal) == ()


def test_grace_is_for_principal_alone():
    assert shown(owed(terms(grace=2), until="03-14")) == "02-14 30, 03-14 30"


def test_the_federations_fund():
    """Samples: 24 000 lent on 10 February at 1 %, 8 000 back each month: 240, 160, 80; 480 in all."""
    found = accruals(
        terms(charge=D("0.01")),
        given=dt.date(2026, 2, 10),
        principal=D(24000),
        term=3,
        changes=changes("03-10 8000, 04-10 8000, 05-10 8000"),
        until=LATER,
    )
    assert shown(found) == "03-10 240, 04-10 160, 05-10 80"


@pytest.mark.parametrize("meetings", [[], ["01-14", "02-11"], ["01-14", "02-11", "02-18"]])
def test_the_twenty_lines_example(meetings):
    """Samples: 600 lent on 14 January; on 11 February 300 and "5 % of 600", whatever meetings are known."""
    found = owed(terms(), "02-11 300", term=2, until="02-28", meetings=[day(m) for m in meetings])
    assert shown(found) == ("02-11 30" if len(meetings) == 3 else "02-14 30")


# -- roll-over --------------------------------------------------------------------------------------------------------


def test_the_samples_roll_over(samples):
    """S3: 20 % flat, due on the first Saturday on or after day 30; the rest is a new loan from the day after."""
    example = {e["id"]: e for e in json.loads((samples / "vsla/shareout-examples.json").read_text())["examples"]}[
        "S3-flat-loan-rollover-mary"
    ]
    said, published = example["inputs"], example["published"]
    new = published["rollover_loan"]
    agreed = terms(
        currency="USD",
        charge=D(said["flat_percent"]) / 100,
        method="roll-over",
        period="30-days",
        due_weekday="saturday",
    )
    lent, ((paid_on, paid),) = day(said["loan_date"]), said["payments"]
    (row,) = of_terms(agreed, D(said["principal"]), lent, 1)
    assert (row.total, row.due) == (D(published["owed"]), day(published["due"]))
    # charge first: 20 of the 50 are the charge
    first, second = accruals(
        agreed,
        given=lent,
        principal=D(said["principal"]),
        term=1,
        changes=[(day(paid_on), D(paid) - 20)],
        paid=[(day(paid_on), D(20))],
        until=day(new["due"]),
    )
    assert D(said["principal"]) + first.amount - D(paid) == D(published["outstanding_after_payment"])
    assert second == Accrual(day(new["loan_date"]), D(14), 2, D(new["principal"]))
    assert second.base + second.amount == D(new["owed"])
    assert end_of(agreed, second.date, 1) == day(new["due"])


@pytest.mark.parametrize(
    ("paid", "charges_paid", "until", "expected"),
    [
        # 100 at 20 % for two weeks, twice: 40 at once; due 11 February (four weeks later)
        ("", "", "01-14", "01-14 40"),
        ("", "", "02-11", "01-14 40"),
        ("", "", "02-12", "01-14 40, 02-12 56"),  # 40 % of 140
        ("", "", "03-13", "01-14 40, 02-12 56, 03-13 78.4"),  # 40 % of 196
        ("01-28 60", "01-28 40", "02-12", "01-14 40, 02-12 16"),
        ("02-11 100", "02-11 40", "12-31", "01-14 40"),
        ("02-11 100", "02-11 39", "02-12", "01-14 40, 02-12 0.4"),
        ("02-12 100", "02-12 40", "02-12", "01-14 40, 02-12 56"),  # a day late
        # nothing is said of charges paid: principal alone rolls over
        ("01-28 60", None, "02-12", "01-14 40, 02-12 16"),
        ("", None, "02-12", "01-14 40, 02-12 40"),
        ("01-28 100", None, "12-31", "01-14 40"),
    ],
)
def test_roll_over(paid, charges_paid, until, expected):
    agreed = terms(charge=D("0.20"), method="roll-over", period="2-weeks")
    charges = None if charges_paid is None else changes(charges_paid)
    assert shown(owed(agreed, paid, until=until, principal="100", term=2, paid=charges)) == expected


# -- if it were paid back today ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agreed", "paid", "on", "expected"),
    [
        ({}, "02-14 300", "02-24", "02-14 30, 02-24 15"),
        ({"part_period": "days"}, "02-14 300", "02-28", "02-14 30, 02-28 7.5"),  # 14 of 28 days
        ({"part_period": "none"}, "02-14 300", "02-24", "02-14 30"),
        ({}, "02-14 300, 03-01 300", "02-24", "02-14 30, 02-24 15"),  # what was paid later isn't known that day
        ({}, "02-14 600", "02-24", "02-14 30"),
        ({"method": "flat"}, "02-14 300", "02-24", "01-14 90"),
    ],
)
def test_if_settled(agreed, paid, on, expected):
    found = if_settled(terms(**agreed), given=GIVEN, principal=D(600), term=3, changes=changes(paid), day=day(on))
    assert shown(found) == expected


# -- rounding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("currency", "rounding", "expected"),
    [
        # 1.1 % of 1 050 is 11.55 each time
        ("SEK", "0.01", "11.55 11.55 11.55"),
        ("SEK", "1", "12 12 12"),
        ("SEK", "10", "10 10 10"),
        ("CLP", "0.01", "12 12 12"),  # nobody pays hundredths of a peso
        ("JOD", "0.001", "11.55 11.55 11.55"),
    ],
)
def test_each_charge_is_rounded_by_itself(currency, rounding, expected):
    found = owed(
        terms(currency=currency, rounding=D(rounding), charge=D("0.011")), principal="1050", until=dt.date(2026, 4, 14)
    )
    amounts = [D(amount) for amount in expected.split()]
    assert [a.amount for a in found] == amounts


# -- what holds for all -----------------------------------------------------------------------------------------------

agreements = st.builds(
    terms,
    currency=st.sampled_from(["SEK", "KES", "CLP", "JOD"]),
    charge=st.sampled_from([D(0), D("0.01"), D("0.05"), D("0.10"), D("0.033")]),
    method=st.sampled_from(["declining", "flat", "roll-over"]),
    repayment=st.sampled_from(["free", "equal-principal", "equal-instalments", "bullet"]),
    rounding=st.sampled_from([D("0.001"), D("0.01"), D(1), D(10)]),
    period=st.sampled_from(["month", "4-weeks", "30-days", "2-weeks", "week"]),
    part_period=st.sampled_from(["whole", "days", "none"]),
    after_term=st.booleans(),
    grace=st.integers(0, 3),
)
principals = st.decimals(min_value=1, max_value=10**7, places=2, allow_nan=False, allow_infinity=False)
lengths = st.integers(1, 36)
dates = st.dates(GIVEN, GIVEN + dt.timedelta(days=400))


@st.composite
def repaid(draw, principal: Decimal) -> list[tuple[dt.date, Decimal]]:
    """Parts of a principal that come to no more than it."""
    parts = draw(st.lists(st.tuples(dates, st.integers(0, 100)), max_size=8))
    return [
        (date, (principal * share / (100 * max(len(parts), 1))).quantize(D("0.01"), "ROUND_DOWN"))
        for date, share in parts
    ]


@settings(max_examples=150, deadline=None)
@any_of(agreed=agreements, principal=principals, term=lengths, meetings=st.lists(dates, max_size=30))
def test_a_schedule_that_is_kept_costs_what_it_says(agreed, principal, term, meetings):
    rows = of_terms(agreed, principal, GIVEN, term, meetings)
    kept = [(row.due, row.principal) for row in rows]
    found = accruals(
        agreed, given=GIVEN, principal=principal, term=term, changes=kept, until=rows[-1].due, meetings=meetings
    )
    assert sum(a.amount for a in found) == sum(row.charge for row in rows)
    if agreed.method == "declining":
        assert [(a.date, a.amount) for a in found] == [(row.due, row.charge) for row in rows if row.charge]


@settings(max_examples=150, deadline=None)
@any_of(agreed=agreements, principal=principals, term=lengths)
def test_without_repayment_it_costs_what_a_schedule_with_all_at_the_end_says(agreed, principal, term):
    agreed = replace(agreed, repayment="bullet")
    rows = of_terms(agreed, principal, GIVEN, term)
    found = accruals(agreed, given=GIVEN, principal=principal, term=term, changes=[], until=rows[-1].due)
    assert sum(a.amount for a in found) == sum(row.charge for row in rows)


@settings(max_examples=200, deadline=None)
@any_of(data=st.data(), agreed=agreements, principal=principals, term=lengths, until=dates, order=st.randoms())
def test_what_holds_for_all_charges(data, agreed, principal, term, until, order):
    paid = data.draw(repaid(principal))
    found = accruals(agreed, given=GIVEN, principal=principal, term=term, changes=paid, until=until)
    unit = cycle_unit(agreed.currency, agreed.rounding)
    assert all(a.amount > 0 and a.amount % unit == 0 and GIVEN <= a.date <= until for a in found)
    assert [a.date for a in found] == sorted(a.date for a in found)
    assert len({a.period for a in found}) == len(found)
    # in any order, and in pieces
    shuffled = [(date, part) for date, amount in paid for part in (amount / 4, amount - amount / 4)]
    order.shuffle(shuffled)
    assert accruals(agreed, given=GIVEN, principal=principal, term=term, changes=shuffled, until=until) == found
    # what is told stays told, as long as what happened before isn't touched
    earlier = data.draw(dates)
    told = accruals(agreed, given=GIVEN, principal=principal, term=term, changes=paid, until=min(earlier, until))
    assert found[: len(told)] == told


@settings(max_examples=200, deadline=None)
@any_of(data=st.data(), agreed=agreements, principal=principals, term=lengths, until=dates)
def test_part_periods_are_ordered_and_each_charge_is_half_a_unit_off_at_most(data, agreed, principal, term, until):
    paid = data.draw(repaid(principal))
    agreed = replace(agreed, method="declining", after_term=True)
    sums = {}
    for rule in ("none", "days", "whole"):
        exact, rounded = (
            [
                Fraction(a.amount)
                for a in accruals(
                    replace(agreed, part_period=rule, currency=currency, rounding=unit),
                    given=GIVEN,
                    principal=principal,
                    term=term,
                    changes=paid,
                    until=until,
                )
            ]
            for currency, unit in (("CLF", D("0.0001")), (agreed.currency, agreed.rounding))
        )
        half = Fraction(cycle_unit(agreed.currency, agreed.rounding)) / 2 + Fraction(1, 20000)
        assert abs(sum(exact) - sum(rounded)) <= half * len(exact)
        sums[rule] = sum(rounded)
    assert sums["none"] <= sums["days"] <= sums["whole"]
