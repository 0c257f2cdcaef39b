"""The levy's arithmetic: every figure worked out by hand in the samples, and what must hold in any year."""

import datetime as dt
import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.levy import Line, Terms, YearRules, due_to_date, split, year_levy
from ledger.rules.levy_prior import LaterCorrection, PriorYearCase, prior_year_levy
from ledger.rules.rounding import unit_of
from ledger.rules.years import fiscal_months

D = Decimal
STANDARD = (("service", Fraction("0.125")), ("investment", Fraction("0.015")), ("solidarity", Fraction("0.010")))
MONTHS = fiscal_months(dt.date(2026, 1, 1))


def line(month, base, rate="0.15", of=None, voucher=None):
    scale = Fraction(rate) / Fraction("0.15")
    return Line(month, D(base), D(rate), tuple((n, s * scale) for n, s in STANDARD), of, voucher)


def rules(currency="SEK", terms=None, **kwargs):
    fixed = terms or Terms(D("0.15"), STANDARD)
    return YearRules(kwargs.pop("months", MONTHS), currency, kwargs.pop("by_month", lambda _: fixed), **kwargs)


@pytest.fixture(scope="module")
def worked(samples):
    return json.loads((samples / "rules" / "examples.json").read_text(encoding="utf-8"))["1_levy"]


def told(months):
    """Our months in the words of the worked examples."""
    return [
        {
            "month": m.month,
            "base": str(m.base),
            "base_ytd": str(m.base_ytd),
            "exact_ytd": str(m.exact_ytd.normalize() + 0) if m.exact_ytd else "0",
            "due_ytd": str(m.due_ytd),
            "posted": str(m.posted),
            "components": {name: str(part) for name, part in m.components.items()},
        }
        for m in months
    ]


def same(ours, theirs):
    """Equal month by month; `exact_ytd` as a number, amounts to the digit."""
    assert [m["month"] for m in ours] == [m["month"] for m in theirs]
    for our, their in zip(ours, theirs, strict=True):
        assert D(our.pop("exact_ytd")) == D(their["exact_ytd"])
        assert our == {k: v for k, v in their.items() if k != "exact_ytd"}


def test_a_mid_month_rate_negative_january_correction(worked):
    case = worked["a_mid_month_rate_negative_january_correction"]
    lines = []
    for month, base, rate, *note in case["lines"]:
        correction = bool(note) and "corrects" in note[0]
        lines.append(line(f"2026-{month:02d}", base, rate, "2026-02" if correction else None))
    found = year_levy(lines, rules(), {}, ())
    same(told(found), case["months"])
    assert [c.of for c in found[5].corrections] == ["2026-02"]
    # the credit note at June's own rate would give another figure, which the samples name as wrong
    wrong = [*lines[:-1], line("2026-06", "-10000.00", "0.05")]
    assert str(due_to_date(wrong, rules(), "2026-06").amount) == worked["a_wrong_if_credit_note_took_june_rate"]
    assert found[-1].due_ytd != D(worked["a_wrong_if_credit_note_took_june_rate"])


@pytest.mark.parametrize(("key", "currency"), [("b_clp", "CLP"), ("b_jod_three_decimals", "JOD")])
def test_b_units_of_currencies(worked, key, currency):
    assert worked[key]
    for case in worked[key]:
        due = due_to_date([line("2026-01", case["base"])], rules(currency), "2026-01")
        assert str(due.amount) == case["due"]


def test_c_prior_year(worked):
    case = worked["c_prior_year"]
    year = rules(months=fiscal_months(dt.date(2025, 1, 1)))
    own = [line("2025-11", case["base_2025_at_close"])]
    levy = year_levy(own, year, {"2025-11": D(case["due_2025_at_close"])}, year.months)
    later = [LaterCorrection("2026-02", line("2025-11", "-400.00", of="2025-11", voucher="A-7"))]
    (found,) = prior_year_levy(PriorYearCase(year, own, later, levy, {}, (*year.months, "2026-01")))
    assert (found.month, found.base) == ("2026-02", D("-400.00"))
    assert str(found.amount) == case["prior_year_line_2026_02"]
    assert str(levy[-1].posted + found.amount) == case["due_2025_now"]
    assert sum(found.components.values()) == found.amount
    assert found.corrections[0].voucher == "A-7"


BASES = {
    "full_year": "20000.00 29999.99 0.01 0.00 0.00 100000.00 0.00 0.00 90000.00 0.00 -80000.00 0.00",
    "joined_2026_04_01": "- - - 10000.00 30000.00 0.00 0.00 0.00 0.00 0.00 0.00 200000.00",
}


@pytest.mark.parametrize("key", BASES)
def test_d_floor_cap_threshold(worked, key):
    case = worked["d_floor_cap_threshold"]
    terms = Terms(D("0.15"), STANDARD, floor=D(12000), cap=D(30000), threshold=D(50000))
    joined = dt.date(2026, 4, 1) if key.startswith("joined") else None
    lines = [line(m, b) for m, b in zip(MONTHS, BASES[key].split(), strict=True) if b != "-"]
    found = told(year_levy(lines, rules(terms=terms, joined=joined), {}, ()))
    for month in found[: 3 if joined else 0]:  # before joining there is no amount to take the decimals from
        assert D(month["base"]) == D(month["base_ytd"]) == 0
        month["base"] = month["base_ytd"] = "0.00"
    same(found, case[key])


def test_a_year_runs_to_the_last_month_with_turnover():
    found = year_levy([line("2026-03", "100.00")], rules(terms=Terms(D("0.15"), STANDARD, floor=D(1200))), {}, ())
    assert [(m.month, m.posted, m.by) for m in found] == [
        ("2026-01", D(100), "floor"),
        ("2026-02", D(100), "floor"),
        ("2026-03", D(100), "floor"),
    ]
    assert year_levy([], rules(), {}, ()) == ()


def test_closed_months_keep_what_was_booked_and_the_first_open_one_carries_the_rest():
    lines = [line("2026-01", "1000.00"), line("2026-02", "1000.00"), line("2026-03", "1000.00")]
    found = year_levy(lines, rules(), {"2026-01": D("149.00"), "2026-02": D("150.00")}, {"2026-01", "2026-02"})
    assert [(m.posted, m.provisional, m.due_ytd) for m in found] == [
        (D("149.00"), D(0), D("150.00")),
        (D("150.00"), D(0), D("300.00")),
        (D("151.00"), D("151.00"), D("450.00")),
    ]


def test_a_late_posting_after_the_last_close_falls_into_the_next_month():
    found = year_levy([line("2026-01", "1200.00")], rules(), {"2026-01": D("150.00")}, {"2026-01"})
    assert [(m.month, m.provisional) for m in found] == [("2026-01", D(0)), ("2026-02", D("30.00"))]


def test_what_closed_months_booked_too_much_comes_back_in_the_next_month():
    """150.00 were due and 160.00 were booked: the ten are a refund of February, though it has no turnover."""
    found = year_levy([line("2026-01", "1000.00")], rules(), {"2026-01": D("160.00")}, {"2026-01"})
    assert [(m.month, m.posted, m.due_ytd) for m in found] == [
        ("2026-01", D("160.00"), D("150.00")),
        ("2026-02", D("-10.00"), D("150.00")),
    ]


def test_what_was_booked_by_hand_in_an_open_month_counts():
    found = year_levy([line("2026-01", "1000.00")], rules(), {"2026-01": D("100.00")}, ())
    assert [(m.booked, m.provisional, m.posted) for m in found] == [(D("100.00"), D("50.00"), D("150.00"))]


def test_without_components_all_is_service_and_a_floor_without_base_goes_by_the_standard():
    bare = Line("2026-01", D("10.00"), D("0.15"))
    assert year_levy([bare], rules(terms=Terms(D("0.15"))), {}, ())[0].components == {"service": D("1.50")}
    floor = rules(terms=Terms(D("0.15"), STANDARD, floor=D(1200)))
    assert year_levy([line("2026-01", "0.00")], floor, {}, ())[0].components == {
        "service": D("83.33"),
        "investment": D("10.00"),
        "solidarity": D("6.67"),
    }


@pytest.mark.parametrize(
    ("joined", "left", "until", "months"),
    [
        (None, None, None, 12),
        ("2026-04-01", None, None, 9),
        ("2026-04-30", None, None, 9),
        (None, "2026-09-01", None, 9),
        ("2026-03-15", "2026-05-15", None, 3),
        ("2026-03-15", None, "2026-04", 2),
        ("2027-01-01", None, None, 0),
        ("2025-06-01", "2025-12-31", None, 0),
    ],
)
def test_months_of_membership(joined, left, until, months):
    day = dt.date.fromisoformat
    found = rules(joined=day(joined) if joined else None, left=day(left) if left else None)
    assert found.membership(until) == months


def test_fiscal_months_of_a_broken_year():
    assert fiscal_months(dt.date(2025, 7, 1)) == tuple(
        "2025-07 2025-08 2025-09 2025-10 2025-11 2025-12 2026-01 2026-02 2026-03 2026-04 2026-05 2026-06".split()
    )


def test_a_later_correction_of_a_closed_month_is_a_line_of_its_own():
    year = rules(months=fiscal_months(dt.date(2025, 1, 1)))
    own = [line("2025-11", "1000.00")]
    levy = year_levy(own, year, {}, ())
    later = [
        LaterCorrection("2026-01", line("2025-11", "-100.00", of="2025-11")),
        LaterCorrection("2026-02", line("2025-12", "-200.00", of="2025-12")),
    ]
    closed = {*year.months, "2026-01"}
    levy = year_levy(own, year, {"2025-11": D("150.00")}, closed)
    found = prior_year_levy(PriorYearCase(year, own, later, levy, {"2026-01": D("-15.00")}, closed))
    assert [(p.month, p.base, p.amount, p.provisional) for p in found] == [
        ("2026-01", D("-100.00"), D("-15.00"), D(0)),
        ("2026-02", D("-200.00"), D("-30.00"), D("-30.00")),
    ]


def test_what_a_closed_correction_month_left_over_comes_in_the_first_open_month():
    year = rules(months=fiscal_months(dt.date(2025, 1, 1)))
    own = [line("2025-11", "1000.00")]
    closed = {*year.months, "2026-01"}
    levy = year_levy(own, year, {"2025-11": D("150.00")}, closed)
    later = [LaterCorrection("2026-01", line("2025-11", "-100.00", of="2025-11"))]
    found = prior_year_levy(PriorYearCase(year, own, later, levy, {}, closed))
    assert [(p.month, p.base, p.amount) for p in found] == [
        ("2026-01", D("-100.00"), D(0)),
        ("2026-02", D(0), D("-15.00")),
    ]


@pytest.mark.parametrize(("booked", "rest"), [("100.00", "50.00"), ("170.00", "-20.00")])
def test_what_a_closed_year_was_posted_short_or_too_much_comes_after_it(booked, rest):
    """Sealed at 100.00 (or 170.00), but 150.00 are due: the rest is a line of the first open month."""
    year = rules(months=fiscal_months(dt.date(2025, 1, 1)))
    own = [line("2025-11", "1000.00")]
    closed = {*year.months, "2026-01"}
    levy = year_levy(own, year, {"2025-11": D(booked)}, closed)
    found = prior_year_levy(PriorYearCase(year, own, [], levy, {}, closed))
    assert [(p.month, p.base, p.amount) for p in found] == [("2026-02", D(0), D(rest))]


def test_a_correction_in_a_closed_month_of_a_year_without_turnover_is_not_lost():
    """100.00 of 2025 found in January 2026, which was closed without its 15.00: February carries them."""
    year = rules(months=fiscal_months(dt.date(2025, 1, 1)))
    closed = {*year.months, "2026-01"}
    later = [LaterCorrection("2026-01", line("2025-11", "100.00", of="2025-11"))]
    found = prior_year_levy(PriorYearCase(year, [], later, (), {}, closed))
    assert [(p.month, p.base, p.amount) for p in found] == [
        ("2026-01", D("100.00"), D(0)),
        ("2026-02", D(0), D("15.00")),
    ]


RATES = ("0.15", "0.05", "0.10", "0.125", "0.0333")
CENTS = st.integers(-5_000_000, 20_000_000).map(lambda n: D(n).scaleb(-2))
LINES = st.lists(
    st.tuples(st.sampled_from(MONTHS), CENTS, st.sampled_from(RATES), st.booleans()), min_size=1, max_size=40
)


def made(rows):
    return [line(m, b, r, of="2026-01" if c else None) for m, b, r, c in rows]


@settings(max_examples=200, deadline=None)
@given(LINES, st.integers(0, 11), st.sampled_from(["SEK", "CLP", "JOD"]))
def test_half_a_unit_at_every_month_end(rows, closed, currency):
    """Where nothing clips, |Σ posted - Σ rate × base| ≤ half a unit at the end of every open month."""
    lines = made(rows)
    before = year_levy([x for x in lines if not x.of], rules(currency), {}, ())
    sealed = set(MONTHS[:closed])
    booked = {m.month: m.posted for m in before if m.month in sealed}
    posted = D(0)
    for month in year_levy(lines, rules(currency), booked, sealed):
        posted += month.posted
        exact = sum((x.rate * x.base for x in lines if x.month <= month.month), D(0))
        if not month.closed:
            assert abs(posted - exact) <= unit_of(currency) / 2
        assert sum(month.components.values()) == month.posted
        assert month.posted % unit_of(currency) == 0


@settings(max_examples=100, deadline=None)
@given(LINES, st.randoms(use_true_random=False), st.sampled_from([None, D(90000)]), st.sampled_from([None, D(12000)]))
def test_the_order_of_rows_changes_nothing(rows, random, cap, floor):
    lines = made(rows)
    mixed = list(lines)
    random.shuffle(mixed)
    terms = rules(terms=Terms(D("0.15"), STANDARD, floor=floor, cap=cap, threshold=D(1000)))
    assert year_levy(lines, terms, {}, ()) == year_levy(mixed, terms, {}, ())


@settings(max_examples=100, deadline=None)
@given(LINES, LINES)
def test_prior_years_and_the_year_itself_make_what_is_due_now(own_rows, later_rows):
    year = rules(months=MONTHS)
    own = made(own_rows)
    levy = year_levy(own, year, {}, ())
    later = [LaterCorrection(f"2027-{m[5:]}", line(m, b, r, of=m)) for m, b, r, _ in later_rows]
    found = prior_year_levy(PriorYearCase(year, own, later, levy))
    posted = sum((m.posted for m in levy), D(0)) + sum((p.amount for p in found), D(0))
    exact = sum((x.rate * x.base for x in own), D(0)) + sum((x.line.rate * x.line.base for x in later), D(0))
    assert abs(posted - exact) <= D("0.005")
    assert all(sum(p.components.values()) == p.amount for p in found)


def test_the_split_takes_ties_to_the_larger_weight_then_the_name():
    third = tuple((name, Fraction("0.05")) for name in "cab")
    found = split(D("0.02"), {name: Fraction(1, 3) for name in "cab"}, Terms(D("0.15"), third), "SEK")
    assert found == {"c": D("0.00"), "a": D("0.01"), "b": D("0.01")}
    larger = split(D("0.01"), {"a": Fraction(1), "b": Fraction(3, 2), "c": Fraction(3, 2)}, Terms(), "SEK")
    assert larger == {"a": D("0.00"), "b": D("0.01"), "c": D("0.00"), "service": D("0.00")}
