"""Chains of owned units whose parts are bought in any order: each step by hand, then random (IFRS 3.32, 10; SPEC 10).

The gem owns a, a owns b, b owns c. Who is bought with what it owns already brings all of it on that day.
"""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books.owners import OwnerTable, settle_owners
from ledger.combine import combine
from ledger.combine.levels import level_tree
from tests.combine.conftest import StubRun
from tests.combine.reference import memory_books
from tests.combine.test_ownership import OWNED, amount, owner
from tests.combine.test_ownership_groups import earned, opening, shares
from tests.combine.test_ownership_periods import assert_continuous, changes
from tests.combine.test_ownership_random import replace_model

D = Decimal
DAY = dt.date.fromisoformat
MONTHS = tuple(f"2026-{month:02d}-01" for month in range(1, 9))


class TestEachAMonthAfterTheOther:
    """80 % of a for 900 in February, 75 % of b for 500 in March, 60 % of c for 200 in April.

    They have 1,010, 540 and 190 on the eves, and earn 10, 20 and 30 a month: goodwill 92, 95 and 86.
    """

    def units(self):
        owners = (("a", "gem", "0.80", "02"), ("b", "a", "0.75", "03"), ("c", "b", "0.60", "04"))
        texts = {"gem": opening("100000.00") + shares("2026-02-01", "a", "900.00")}
        for slug, has, earns in (("a", "1000.00", "10.00"), ("b", "500.00", "20.00"), ("c", "100.00", "30.00")):
            texts[slug] = opening(has) + "".join(earned(f"2026-{month:02d}-10", earns) for month in range(1, 6))
        texts["a"] += shares("2026-03-01", "b", "500.00")
        texts["b"] += shares("2026-04-01", "c", "200.00")
        tomls = {slug: OWNED + owner(whose, part, f"since = 2026-{month}-01") for slug, whose, part, month in owners}
        return {slug: (text, tomls.get(slug, OWNED)) for slug, text in texts.items()}

    def test_each_minority_has_its_part(self, combined):
        """April: 40 % of 220 of c; 25 % of 580 of b and of 18; 20 % of a's 1,040, of 75 % of b's 40 and of c's 18."""
        found = combined(self.units(), date_from=DAY("2026-04-01"), date_to=DAY("2026-04-30"))
        assert found.complete
        assert amount(found, "Goodwill") == 92 + 95 + 86
        assert -amount(found, "NonControllingInterest") == 88 + D("149.5") + D("216.7")
        assert (found.result, found.result_minority) == (60, D("29.2"))  # 12; 5 and 4.5; 2, 3 and 2.7

    def test_months_follow_each_other(self, combined):
        assert_continuous(lambda **days: combined(self.units(), **days), *MONTHS[:6])


class TestBroughtInAnotherCurrency:
    """S keeps its book in euro, and paid 100 of its 1,000 for 80 % of t, which has 1,000 kronor, at 10.00 in March.

    On the eve of July it is bought with t for 10,000: 900 euro at 11.00 and 800 of t are 10,700, goodwill 1,440.
    """

    PRICES = "".join(
        f"{day} price EUR {rate} SEK\n"
        for day, rate in (("2025-12-31", "10.50"), ("2026-03-01", "10.00"), ("2026-06-30", "11.00"))
    ) + ("2026-07-31 price EUR 11.50 SEK\n2026-12-31 price EUR 12.00 SEK\n")

    def make(self, combined, **days):
        units = {
            "gem": (opening("100000.00") + shares("2026-07-01", "s", "10000.00"), OWNED),
            "s": (
                opening("1000.00", "EUR") + shares("2026-03-01", "t", "100.00", "EUR"),
                OWNED + 'currency = "EUR"\n' + owner("gem", "0.80", "since = 2026-07-01"),
            ),
            "t": (opening("1000.00"), OWNED + owner("s", "0.80", "since = 2026-03-01")),
        }
        return combined(units, prices=self.PRICES, **days)

    def test_what_rates_made_of_the_cost_before_is_none_of_the_groups(self, combined):
        """900 euro gain 900 at 12.00, 180 of it the minority's; goodwill of 130.91 euro, 130.92."""
        found = changes(self.make(combined, date_to=DAY("2026-12-31")))
        assert "opening" not in found["CTA"]
        assert found["CTA"]["closing"] == "850.92"
        assert found["NonControllingInterest"]["closing"] == "2520.00"  # 200 of t, 20 % of 11,600
        assert found["total"]["closing"] == "103370.92"

    def test_months_follow_each_other(self, combined):
        assert_continuous(lambda **days: self.make(combined, **days), "2026-06-01", "2026-07-01", "2026-08-01")


class TestFoundedByABoughtUnit:
    """S is bought on 1 April for its 1,000, 80 % of it for 800, and founds t in September: 80 of 100 are its own."""

    def units(self, *more):
        founded = """
2026-09-01 * "Founded" ^ic-s-t-1
  Assets:1930-Bank   100.00 SEK
  Equity:2081-AK     -80.00 SEK
    partner: "s"
    ic: "capital"
  Equity:2081-AK     -20.00 SEK
"""
        return {
            "gem": (opening("100000.00") + shares("2026-04-01", "s", "800.00"), OWNED),
            "s": (
                opening("1000.00") + shares("2026-09-01", "t", "80.00").replace('"Shares"', '"Founded" ^ic-s-t-1'),
                OWNED + owner("gem", "0.80", "since = 2026-04-01"),
            ),
            "t": (founded + earned("2026-10-10", "50.00"), OWNED + "\n".join(more) + "\n" + owner("s", "0.80")),
        }

    def test_says_its_first_day(self, combined):
        """20 % of t's 150, of s's 1,000, and of 80 % of the 50 that t earned since."""
        found = combined(self.units("joined = 2026-09-01"), date_to=DAY("2026-12-31"))
        assert found.complete
        assert found.unmatched == ()
        assert amount(found, "Goodwill") == 0
        assert amount(found, "NonControllingInterest") == -(30 + 200 + 8)
        assert (found.result, found.result_minority) == (50, 18)
        make = self.units("joined = 2026-09-01")
        assert_continuous(lambda **days: combined(make, **days), "2026-04-01", "2026-09-01", "2026-10-01", "2026-11-01")

    def test_is_asked_for_it(self, combined):
        found = combined(self.units(), date_to=DAY("2026-12-31"))
        (problem,) = found.problems
        assert problem.code == "OWNERSHIP_NO_COST"
        assert "joined" in str(problem.remedy)


def test_at_a_level_without_control_a_cost_needs_no_answer(combined):
    """C owns 10 % of t, s 80 % from elsewhere: in the north the holding stands at its cost."""
    north, south = 'levels = ["north"]\n', 'levels = ["south"]\n'
    units = {
        "gem": (opening("1000.00"), OWNED + south),
        "c": (opening("500.00") + shares("2026-07-01", "t", "110.00"), OWNED + north),
        "s": (opening("2000.00") + shares("2026-07-01", "t", "900.00"), OWNED + south),
        "t": (
            opening("1000.00"),
            OWNED + north + owner("s", "0.80", "since = 2026-07-01") + owner("c", "0.10", "since = 2026-07-01"),
        ),
    }
    found = combined(units, date_to=DAY("2026-12-31"))
    assert found.unmatched == ()
    assert amount(found, "NonControllingInterest") == -100
    found = combined(units, date_to=DAY("2026-12-31"), level="north")
    assert found.unmatched == ()
    assert amount(found, "ParticipationsAndSecurities") == 110


def test_a_level_with_some_of_the_owners_has_a_larger_minority(federation):
    """T, in the north, is 60 % c's, of the north, and 20 % s's, of the south; it has 1,000.

    The whole federation's minority is 20 %. The north by itself has c's 60 % only, and a minority of 40 %; among the
    levels of the whole it has c's shares at their cost, as t is eliminated where both owners are.
    """
    north, south, since = 'levels = ["north"]\n', 'levels = ["south"]\n', "since = 2026-07-01"
    units = {
        "c": (opening("1000.00") + shares("2026-07-01", "t", "600.00"), OWNED + north),
        "s": (opening("1000.00") + shares("2026-07-01", "t", "200.00"), OWNED + south),
        "t": (opening("1000.00"), OWNED + north + owner("c", "0.60", since) + owner("s", "0.20", since)),
    }
    books = federation(units)
    whole = combine(books, StubRun(), date_to=DAY("2026-12-31"))
    alone = combine(books, StubRun(), date_to=DAY("2026-12-31"), level="north")
    tree = level_tree(whole)
    among = tree.find(("north",)).figures.lines
    assert amount(whole, "NonControllingInterest") == -200
    assert amount(alone, "NonControllingInterest") == -400
    assert (amount(whole, "ParticipationsAndSecurities"), amount(alone, "ParticipationsAndSecurities")) == (0, 0)
    assert among["ParticipationsAndSecurities"] == 600
    assert "NonControllingInterest" not in among
    assert tree.figures.rows == whole.trial_balance


class TestAMemberJoinsWithItsUnit:
    """S, in euro, joins in July, and paid 1,000 of its 5,000 in March for 80 % of t, which has 1,000.

    What it paid was worth 10,000, and t 10,000: goodwill is 2,000 kronor, 200 euro, whatever rates made of it later.
    """

    PRICES = TestBroughtInAnotherCurrency.PRICES

    def test_its_goodwill_is_that_of_the_day_on_which_it_paid(self, combined):
        units = {
            "gem": (opening("100000.00"), OWNED),
            "s": (
                opening("5000.00", "EUR") + shares("2026-03-01", "t", "1000.00", "EUR"),
                OWNED + 'currency = "EUR"\njoined = 2026-07-01\n',
            ),
            "t": (opening("1000.00", "EUR"), OWNED + 'currency = "EUR"\n' + owner("s", "0.80", "since = 2026-03-01")),
        }
        prices = self.PRICES.replace("2026-03-01", "2026-02-28 price EUR 10.00 SEK\n2026-03-01")
        found = combined(units, prices=prices, date_to=DAY("2026-12-31"))
        assert found.complete
        assert amount(found, "Goodwill") == 2400
        assert amount(found, "NonControllingInterest") == -2400  # 20 % of 1,000 at 12.00
        assert amount(found, "ParticipationsAndSecurities") == 0


amounts = st.integers(1, 90_000).map(lambda n: D(n) / 100)
results = st.tuples(*[st.integers(-9_000, 20_000).map(lambda n: D(n) / 100)] * 7)
quotes = st.lists(st.integers(500, 1500).map(lambda n: D(n) / 100), min_size=10, max_size=10)


def prices(spots, averages) -> str:
    """A rate for each month's first half, one for its second half, and its average."""
    found = f"2025-12-31 price EUR {spots[0]} SEK\n"
    for month in range(1, 9):
        first, average = spots[month], averages[month]
        found += f"2026-{month:02d}-01 price EUR {first} SEK\n2026-{month:02d}-14 price EUR {average} SEK\n"
        found += f'2026-{month:02d}-28 custom "average-rate" "EUR" {average} SEK\n'
        end = dt.date(2026, month + 1, 1) - dt.timedelta(days=1)
        found += f"{end} price EUR {spots[month + 1]} SEK\n"
    return found


@settings(max_examples=25, deadline=None, report_multiple_bugs=False)
@given(
    currencies=st.tuples(*[st.sampled_from(["SEK", "EUR"])] * 3),
    quoted=st.tuples(quotes, quotes),
    months=st.tuples(*[st.integers(2, 6)] * 3),
    day=st.sampled_from([1, 15]),
    parts=st.tuples(*[st.integers(51, 100).map(lambda n: D(n) / 100)] * 3),
    costs=st.tuples(*[amounts] * 3),
    has=st.tuples(*[st.integers(200, 2000).map(D)] * 3),
    earns=st.tuples(*[results] * 3),
    fair=st.tuples(*[st.none() | amounts] * 3),
    spread=st.tuples(*[st.none() | st.integers(1, 30)] * 3),
    whole=st.booleans(),
)
def test_bought_in_any_order(currencies, quoted, months, day, parts, costs, has, earns, fair, spread, whole):
    texts, units, above = {"a": opening("100000.00")}, {"a": {}}, "a"
    for number, slug in enumerate("stu"):
        since, currency = dt.date(2026, months[number], day), currencies[number]
        texts[above] += shares(str(since), slug, str(costs[number]), units[above].get("currency", "SEK"))
        texts[slug] = opening(str(has[number]), currency)
        for month, result in enumerate(earns[number], 1):
            texts[slug] += earned(f"2026-{month:02d}-14", str(result), currency).replace("--", "")
        terms = {"goodwill_months": spread[number]}
        if fair[number] is not None:
            terms |= {"minority": "fair-value", "minority_value": fair[number]}
        table = OwnerTable(unit=above, share=parts[number], since=since, **terms)
        units[slug] = {"entity": "legal_entity", "currency": currency, "owners": (table,)}
        above = slug
    books = memory_books(texts, units, prices(*quoted))
    done, faults = settle_owners(books.workspace.units, frozenset())
    assert not faults
    space = replace(books.workspace, units=done, config=replace_model(books.workspace.config, whole))
    books = replace(
        books, workspace=space, units={slug: replace(book, unit=done[slug]) for slug, book in books.units.items()}
    )

    def make(**options):
        found = combine(books, StubRun(), **options)
        assert found.complete, found.problems
        return found

    assert_continuous(make, *MONTHS)
