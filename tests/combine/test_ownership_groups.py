"""Owned units that own units themselves: parts of a group come, change hands and go (IFRS 10.25, B97-B99; IAS 21.48).

The gem pays 1,000 on 1 July for 80 % of s, which has 1,000: goodwill 200, minority 200. S pays 300 on 1 August for 75 %
of t, which has 320: goodwill 60, minority 80. In September s earns 50, t 40. Figures are worked by hand.
"""

import datetime as dt
from decimal import Decimal

import pytest

from ledger.combine.reports.bridge import bridge
from tests.combine.test_ownership import OWNED, amount, owner
from tests.combine.test_ownership_periods import SINCE, assert_continuous, bought, changes, dot, gem

D = Decimal
DAY = dt.date.fromisoformat
GONE = ("Goodwill", "NonControllingInterest", "ParticipationsAndSecurities", "CTA", "Joined", "Left")


def opening(amount: str, currency: str = "SEK") -> str:
    return f"""
2025-12-31 * "Opening balance"
  Assets:1930-Bank   {amount} {currency}
  Equity:2081-AK    -{amount} {currency}
"""


def earned(day: str, amount: str, currency: str = "SEK") -> str:
    return f"""
{day} * "Earned"
  Assets:1930-Bank   {amount} {currency}
  Income:3004-F     -{amount} {currency}
"""


def shares(day: str, unit: str, cost: str, currency: str = "SEK", price: str = "") -> str:
    """Bought for `cost`; a cost below zero is sold for `price`."""
    paid = D(price) if price else -D(cost)
    gain = f"  Income:8012-Res   {-D(cost) - paid} {currency}\n" if price else ""
    return f"""
{day} * "Shares"
  Assets:1310-Andelar   {cost} {currency}
    partner: "{unit}"
    ic: "capital"
  Assets:1930-Bank      {paid} {currency}
{gain}"""


def group(*, gem: str = "", s: str = "", t: str = "", s_left: str = "", t_left: str = "", currency: str = "SEK"):
    """The three, with what else happens."""
    s_toml = OWNED + f'currency = "{currency}"\n' + (f"left = {s_left}\n" if s_left else "")
    t_toml = OWNED + f'currency = "{currency}"\n' + (f"left = {t_left}\n" if t_left else "")
    return {
        "gem": (opening("100000.00") + shares("2026-07-01", "s", "1000.00") + gem, OWNED),
        "s": (
            opening("1000.00", currency)
            + shares("2026-08-01", "t", "300.00", currency)
            + earned("2026-09-10", "50.00", currency)
            + s,
            s_toml + owner("gem", "0.80", "since = 2026-07-01"),
        ),
        "t": (
            opening("320.00", currency) + earned("2026-09-10", "40.00", currency) + t,
            t_toml + owner("s", "0.75", "since = 2026-08-01"),
        ),
    }


class TestAllIsSoldTogether:
    """S is sold with t for 1,400: they stand at 750 + 360 and goodwill of 260, less minorities of 90 and 216: 1,064."""

    def units(self, day="2026-10-31"):
        return group(gem=shares(day, "s", "-1000.00", price="1400.00"), s_left=day, t_left=day)

    @pytest.mark.parametrize("day", ["2026-10-31", "2026-12-31", "2026-10-14"])
    def test_the_gain_is_over_what_both_stood_at(self, combined, day):
        found = combined(self.units(day), date_to=DAY("2026-12-31"))
        assert found.complete
        assert [name for name in GONE if amount(found, name)] == []
        assert amount(found, "IncomeFromFinancialAssets") == -336
        assert (found.result, found.result_minority) == (426, 26)  # 50, 40, 336; 10 of t, 20 % of 50 and 30
        assert amount(found, "CashAndBank") == 100400
        assert [share.minority for share in found.shares] == [0, 0]
        assert changes(found)["total"]["closing"] == "100400.00"
        steps = {step.step: step.amount for step in bridge(found) if step.unit is None}
        assert steps["acquisition"] == -64

    def test_every_period_opens_as_the_last_one_closed(self, combined):
        assert_continuous(
            lambda **days: combined(self.units(), **days),
            *("2026-07-01", "2026-08-01", "2026-10-01", "2026-10-31", "2026-11-01", "2027-01-01", "2028-01-01"),
        )

    def test_t_is_sold_by_s_on_the_same_day(self, combined):
        """For 420, so that s is sold for 1,400 with 1,170 of its own: the same gain but for 90, and t's 420."""
        day = "2026-10-31"
        s = shares(day, "t", "-300.00", price="420.00")
        units = group(gem=shares(day, "s", "-1000.00", price="1400.00"), s=s, s_left=day, t_left=day)
        found = combined(units, date_to=DAY("2026-12-31"))
        assert found.complete
        assert [name for name in GONE if amount(found, name)] == []
        assert amount(found, "CashAndBank") == 100400
        assert found.result - found.result_minority == 400


class TestOnlyTheLowestIsSold:
    """S sells t for 420. T stands at 360 and 60 of goodwill less 90: the group's gain is 90, s's own 120."""

    def units(self, **more):
        return group(s=shares("2026-10-31", "t", "-300.00", price="420.00"), t_left="2026-10-31", **more)

    def test_the_minority_of_s_has_its_part_of_the_groups_gain(self, combined):
        found = combined(self.units(), date_to=DAY("2026-12-31"))
        assert found.complete
        assert amount(found, "IncomeFromFinancialAssets") == -90
        assert (found.result, found.result_minority) == (180, 44)  # 10; 20 % of 50, 30 and 90
        assert amount(found, "NonControllingInterest") == -234  # 20 % of 1,170
        assert amount(found, "Goodwill") == 200
        assert amount(found, "ParticipationsAndSecurities") == 0

    def test_every_period_opens_as_the_last_one_closed(self, combined):
        assert_continuous(
            lambda **days: combined(self.units(), **days),
            *("2026-07-01", "2026-08-01", "2026-10-01", "2026-10-31", "2026-11-01", "2027-01-01", "2028-01-01"),
        )

    def test_dividends_before(self, combined):
        """T pays out 80, 60 of it to s: it stands at 280 and 60 less 70, so that 420 are a gain of 150.

        The minority of s has 20 % of 50, of 30 and of 150; in the end 20 % of 1,230.
        """
        got = """
2026-10-05 * "From t" ^ic-t-1
  Assets:1930-Bank     60.00 SEK
  Income:8070-Div     -60.00 SEK
    partner: "t"
    ic: "dividend"
"""
        gave = """
2026-10-05 * "Paid out" ^ic-t-1
  Equity:2098-Div      60.00 SEK
    partner: "s"
    ic: "dividend"
  Equity:2098-Div      20.00 SEK
  Assets:1930-Bank    -80.00 SEK
"""
        sale = shares("2026-10-31", "t", "-300.00", price="420.00")
        units = group(s=got + sale, t=gave, t_left="2026-10-31")
        found = combined(units, date_to=DAY("2026-12-31"))
        assert found.complete
        assert amount(found, "IncomeFromFinancialAssets") == -150
        assert (found.result, found.result_minority) == (240, 56)
        assert amount(found, "NonControllingInterest") == -246
        assert_continuous(
            lambda **days: combined(units, **days), "2026-09-01", "2026-10-01", "2026-10-31", "2026-11-01", "2027-01-01"
        )

    def test_s_follows_later(self, combined):
        """For 1,500 with 1,170 and goodwill of 200, less 234: 364."""
        units = self.units(gem=shares("2026-12-15", "s", "-1000.00", price="1500.00"), s_left="2026-12-15")
        found = combined(units, date_to=DAY("2026-12-31"))
        assert found.complete
        assert [name for name in GONE if amount(found, name)] == []
        assert amount(found, "IncomeFromFinancialAssets") == -90 - 364
        assert found.result - found.result_minority == 500


SPOTS = {
    "2025-12-31": "10.00",
    "2026-06-30": "11.00",
    "2026-07-31": "12.00",
    "2026-09-30": "11.20",
    "2026-10-30": "11.50",
    "2026-12-31": "12.50",
    "2027-12-31": "10.70",
}
PRICES = "".join(f"{day} price EUR {rate} SEK\n" for day, rate in SPOTS.items()) + "".join(
    f'2026-{month}-28 custom "average-rate" "EUR" {rate} SEK\n' for month, rate in (("09", "11.10"), ("10", "11.30"))
)


class TestInAnotherCurrency:
    """S and t keep their books in EUR, s sells t for 420 EUR at 11.50; the gem paid 11,000 SEK for s."""

    def units(self, *, with_s=False):
        day = "2026-10-31"
        buys = shares("2026-07-01", "s", "11000.00")
        sells = shares(day, "s", "-11000.00", price="15000.00") if with_s else ""
        found = group(
            s="" if with_s else shares(day, "t", "-300.00", "EUR", price="420.00"),
            s_left=day if with_s else "",
            t_left=day,
            currency="EUR",
        )
        return {**found, "gem": (opening("100000.00") + buys + sells, OWNED)}

    def test_the_minority_of_s_has_its_part_of_what_s_has(self, combined):
        """20 % of 1,170 EUR at 12.50; goodwill of 200 EUR, bought at 11.00."""
        found = combined(self.units(), prices=PRICES, date_to=DAY("2026-12-31"))
        assert found.complete
        assert amount(found, "NonControllingInterest") == D("-2925.00")
        assert amount(found, "Goodwill") == 2500
        assert amount(found, "ParticipationsAndSecurities") == 0

    def test_all_of_it_sold(self, combined):
        """Whatever rates do, the owners have 4,000 more in the end; nothing of it is left on CTA."""
        found = combined(self.units(with_s=True), prices=PRICES, date_to=DAY("2026-12-31"))
        assert found.complete
        assert [name for name in GONE if amount(found, name)] == []
        assert found.result - found.result_minority == 4000

    @pytest.mark.parametrize("with_s", [False, True])
    def test_every_period_opens_as_the_last_one_closed(self, combined, with_s):
        units = self.units(with_s=with_s)
        assert_continuous(
            lambda **days: combined(units, prices=PRICES, **days),
            *("2026-07-01", "2026-10-01", "2026-10-31", "2026-11-01", "2027-01-01", "2028-01-01"),
        )

    def test_s_is_sold_in_a_later_period(self, combined):
        """What rates made of its cost of t goes with it: the owners have 4,000 more, and nothing is left on CTA."""
        units = self.units()
        text, toml = units["s"]
        units["s"] = text, "left = 2026-12-31\n" + toml
        units["gem"] = units["gem"][0] + shares("2026-12-31", "s", "-11000.00", price="15000.00"), OWNED
        found = combined(units, prices=PRICES, date_from=DAY("2026-11-01"), date_to=DAY("2026-12-31"))
        assert found.complete
        assert [name for name in GONE if amount(found, name)] == []
        assert amount(found, "CashAndBank") == 104000
        days = ("2026-10-01", "2026-11-01", "2027-01-01", "2028-01-01")
        assert_continuous(lambda **given: combined(units, prices=PRICES, **given), *days)


class TestAPartIsKept:
    """The gem sells 50 of its 80 % of dot, which has 850 and 360 of goodwill, less 170: 1,040. It keeps 30 %.

    It gets 700 for 625 of its cost; the 375 that are left stand in its book, and in the group's: a gain of 35. If it
    books the 30 % at their fair value of 420 then, the gain is 80 (IFRS 10.25).
    """

    def units(self, value="0.00"):
        sold = f"""
2026-10-31 * "A part sold"
  Assets:1930-Bank       700.00 SEK
  Assets:1310-Andelar   -625.00 SEK
    partner: "dot"
    ic: "capital"
  Income:8012-Res        -75.00 SEK

2026-10-31 * "At fair value"
  Assets:1310-Andelar   {value} SEK
    partner: "dot"
    ic: "capital"
  Income:8012-Res      -{value} SEK
"""
        return {"gem": gem(bought("1000.00"), sold), "dot": dot("left = 2026-10-31", SINCE)}

    @pytest.mark.parametrize(("value", "kept", "gain"), [("0.00", "375.00", "35.00"), ("45.00", "420.00", "80.00")])
    def test_it_stands_at_what_the_owner_has_for_it(self, combined, value, kept, gain):
        found = combined(self.units(value), date_to=DAY("2026-12-31"))
        assert found.complete
        assert amount(found, "ParticipationsAndSecurities") == D(kept)
        assert amount(found, "IncomeFromFinancialAssets") == -D(gain)
        assert [name for name in GONE if amount(found, name) and name != "ParticipationsAndSecurities"] == []
        assert_continuous(
            lambda **days: combined(self.units(value), **days), "2026-07-01", "2026-10-01", "2026-11-01", "2027-01-01"
        )


class TestSoldWithinTheGroup:
    """S sells all of t to the gem for 420, while t has 360: no gain; its minority has 90, that of s 234.

    Assets are 98,580 and 1,170 and 360 and 260 of goodwill; less 324 of minorities they are 100,046.
    """

    def units(self):
        units = group(gem=shares("2026-10-31", "t", "420.00"), s=shares("2026-10-31", "t", "-300.00", price="420.00"))
        text, toml = units["t"]
        toml += owner("s", "0", "since = 2026-10-31") + owner("gem", "0.75", "since = 2026-10-31")
        return {**units, "t": (text, toml)}

    def test_nothing_is_gained(self, combined):
        found = combined(self.units(), date_to=DAY("2026-12-31"))
        assert found.complete
        assert found.unmatched == ()
        assert (found.result, found.result_minority) == (90, 26)
        assert amount(found, "NonControllingInterest") == -324
        assert amount(found, "Goodwill") == 260
        assert amount(found, "ParticipationsAndSecurities") == 0
        assert changes(found)["total"]["closing"] == "100370.00"
        assert {(share.unit, share.owner) for share in found.shares} == {("s", "gem"), ("t", "gem")}

    def test_every_period_opens_as_the_last_one_closed(self, combined):
        assert_continuous(
            lambda **days: combined(self.units(), **days),
            *("2026-07-01", "2026-10-01", "2026-10-31", "2026-11-01", "2027-01-01", "2028-01-01"),
        )
