"""Who owns a unit: what the settings take, and from when an owned unit belongs to the combined figures."""

import datetime as dt
from decimal import Decimal

import pytest

from ledger.books.owners import OwnerTable, days_of, shares_on

DAY = dt.date.fromisoformat
OWNED = 'entity = "legal_entity"\n'


def owner(unit, share, *more):
    return "\n".join([f'[[owner]]\nunit = "{unit}"\nshare = "{share}"', *more]) + "\n"


@pytest.fixture
def ws(make_workspace):
    def make(**units):
        return make_workspace({slug: {"unit": toml} for slug, toml in units.items()})

    return make


def test_a_later_table_replaces_the_earlier_one_of_its_owner():
    tables = [
        OwnerTable(unit="a", share=Decimal("0.6")),
        OwnerTable(unit="b", share=Decimal("0.1"), since=DAY("2026-03-01")),
        OwnerTable(unit="a", share=Decimal("0.7"), since=DAY("2026-06-01")),
    ]
    assert days_of(tables) == [dt.date.min, DAY("2026-03-01"), DAY("2026-06-01")]
    assert shares_on(tables, DAY("2026-02-28")) == {"a": Decimal("0.6")}
    assert shares_on(tables, DAY("2026-05-31")) == {"a": Decimal("0.6"), "b": Decimal("0.1")}
    assert shares_on(tables, DAY("2026-06-01")) == {"a": Decimal("0.7"), "b": Decimal("0.1")}


class TestJoined:
    """An owned unit joins on the day on which units of the federation control it."""

    def test_is_the_day_of_control(self, ws):
        made = ws(
            one=OWNED,
            two=OWNED,
            sub=OWNED + owner("one", "0.40", "since = 2025-01-01") + owner("two", "0.20", "since = 2026-03-01"),
        )
        assert made.problems == ()
        assert made.units["sub"].joined == DAY("2026-03-01")

    def test_what_a_bought_unit_owns_comes_with_it(self, ws):
        made = ws(
            top=OWNED,
            mid=OWNED + owner("top", "1", "since = 2026-07-01"),
            low=OWNED + owner("mid", "0.75", "since = 2020-01-01"),
            founded=OWNED + owner("mid", "1"),
        )
        assert made.problems == ()
        assert {slug: made.units[slug].joined for slug in ("mid", "low", "founded")} == dict.fromkeys(
            ("mid", "low", "founded"), DAY("2026-07-01")
        )

    def test_a_minority_holding_says_nothing_of_it(self, ws):
        made = ws(one=OWNED, sub=OWNED + owner("one", "0.50", "since = 2026-03-01"))
        assert (made.problems, made.units["sub"].joined) == ((), None)

    def test_a_founded_unit_was_always_there(self, ws):
        made = ws(one=OWNED, sub=OWNED + owner("one", "0.80"))
        assert (made.problems, made.units["sub"].joined) == ((), None)


@pytest.mark.parametrize(
    ("toml", "code", "line"),
    [
        (owner("one", "0.80"), "OWNERSHIP_DIVISION", 5),
        (OWNED + owner("none", "0.80"), "OWNER_UNKNOWN", 6),
        (OWNED + owner("sub", "0.80"), "OWNERSHIP_CYCLE", 6),
        (OWNED + owner("one", "0.60") + owner("two", "0.50", "since = 2026-01-01"), "OWNERSHIP_GAP", 10),
        (OWNED + "joined = 2026-01-01\n" + owner("one", "0.60", "since = 2026-02-01"), "OWNERSHIP_DATES", 9),
        (
            OWNED + owner("one", "0.60", "since = 2026-01-01") + owner("one", "0.40", "since = 2026-02-01"),
            "OWNERSHIP_CONTROL_LOST",
            11,
        ),
        (OWNED + owner("one", "80"), "CONFIG_INVALID", 7),
        (OWNED + owner("one", "0"), "CONFIG_INVALID", 5),
        (OWNED + owner("one", "0", "since = 2026-02-01"), "CONFIG_INVALID", 5),
        (OWNED + '[[owner]]\nunit = "one"\nshare = 0.8\n', "CONFIG_INVALID", 7),
        (OWNED + owner("one", "0.60") + owner("one", "0.70"), "CONFIG_INVALID", 5),
        (OWNED + owner("one", "0.60", 'minority = "fair-value"'), "CONFIG_INVALID", 5),
        (OWNED + owner("one", "0.60", 'net_assets = "5.00"'), "CONFIG_INVALID", 5),
        (OWNED + owner("one", "0.60", "sinse = 2026-01-01"), "CONFIG_UNKNOWN_KEY", 8),
        (
            OWNED
            + owner("one", "0.60", "goodwill_months = 5")
            + owner("two", "0.10", "since = 2026-01-01", "goodwill_months = 6"),
            "CONFIG_INVALID",
            5,
        ),
    ],
)
def test_what_is_wrong_names_its_line(ws, toml, code, line):
    made = ws(one=OWNED, two=OWNED, sub=toml)
    (problem,) = made.problems
    assert (problem.code, problem.unit, problem.file, problem.line) == (code, "sub", "units/sub/unit.toml", line)


def test_a_circle_of_three_is_named_in_each_of_them(ws):
    made = ws(a=OWNED + owner("b", "0.6"), b=OWNED + owner("c", "0.6"), c=OWNED + owner("a", "0.6"))
    assert [(p.code, p.unit, p.params["path"]) for p in made.problems] == [
        ("OWNERSHIP_CYCLE", "a", "a < b < c < a"),
        ("OWNERSHIP_CYCLE", "b", "b < c < a < b"),
        ("OWNERSHIP_CYCLE", "c", "c < a < b < c"),
    ]


def test_an_owner_whose_settings_are_broken_is_no_stranger(ws):
    made = ws(one=OWNED + "nonsense = 1\n", sub=OWNED + owner("one", "0.80"))
    assert [p.unit for p in made.problems] == ["one"]


class TestAnOwnerThatLeft:
    """What it owns goes with it, or is sold before."""

    MID = OWNED + "left = 2026-09-30\n" + owner("top", "1", "since = 2026-01-01")
    LOW = owner("mid", "0.75", "since = 2026-02-01")

    def test_what_it_owns_stays(self, ws):
        made = ws(top=OWNED, mid=self.MID, low=OWNED + self.LOW)
        (problem,) = made.problems
        assert (problem.code, problem.unit, problem.line) == ("OWNERSHIP_OWNER_LEFT", "low", 6)

    def test_what_it_owns_goes_later(self, ws):
        made = ws(top=OWNED, mid=self.MID, low=OWNED + "left = 2026-10-31\n" + self.LOW)
        assert [problem.code for problem in made.problems] == ["OWNERSHIP_OWNER_LEFT"]

    @pytest.mark.parametrize("left", ["2026-09-30", "2026-08-31"])
    def test_what_it_owns_goes_with_it_or_before(self, ws, left):
        assert ws(top=OWNED, mid=self.MID, low=OWNED + f"left = {left}\n" + self.LOW).problems == ()

    def test_what_it_owned_was_sold_within_the_group(self, ws):
        sold = owner("mid", "0", "since = 2026-09-01") + owner("top", "0.75", "since = 2026-09-01")
        assert ws(top=OWNED, mid=self.MID, low=OWNED + self.LOW + sold).problems == ()
