"""Units that come, change hands and go: each period opens with what the one before closed with (IFRS 10; SPEC 10).

The gem pays 1,000 on 1 July for 80 % of dot, which has 800 then: goodwill 360, minority 160. Dot earns 50 in September.
Figures are worked by hand beside the ledgers.
"""

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import pytest

from ledger.combine.reports.equity import COLUMNS, equity
from tests.combine.test_ownership import OWNED, amount, owner

D = Decimal
ZERO = Decimal(0)
DAY = dt.date.fromisoformat

GEM = """
2026-01-01 * "Opening balance"
  Assets:1930-Bank    100000.00 {base}
  Equity:2091-Bal    -100000.00 {base}
"""
DOT = """
2025-12-31 * "Opening balance"
  Assets:1930-Bank   700.00 {currency}
  Equity:2081-AK    -500.00 {currency}
  Equity:2091-Bal   -200.00 {currency}

2026-03-10 * "Before"
  Assets:1930-Bank   100.00 {currency}
  Income:3004-F     -100.00 {currency}

2026-09-10 * "After"
  Assets:1930-Bank    50.00 {currency}
  Income:3004-F      -50.00 {currency}
"""


def bought(price: str, day: str = "2026-07-01") -> str:
    return f"""
{day} * "Shares"
  Assets:1310-Andelar   {price} SEK
    partner: "dot"
    ic: "capital"
  Assets:1930-Bank     -{price} SEK
"""


def sold(day: str, price: str, cost: str, gain: str, tags: str = "") -> str:
    return f"""
{day} * "Shares sold"
  Assets:1930-Bank      {price} SEK
  Assets:1310-Andelar  -{cost} SEK
    partner: "dot"
    ic: "capital"
  Income:8012-Res      -{gain} SEK
{tags}
"""


def gem(*more: str) -> tuple[str, str]:
    return GEM.format(base="SEK") + "".join(more), 'entity = "division"'


def dot(*tables: str, currency: str = "SEK", text: str = DOT) -> tuple[str, str]:
    return text.format(currency=currency), f'{OWNED}currency = "{currency}"\n' + "\n".join(tables)


SINCE = owner("gem", "0.80", "since = 2026-07-01")


def changes(found) -> dict[str, dict[str, str]]:
    """Lines of the statement of changes in equity; what is zero is left out."""
    return {row.line: {name: str(v) for name in COLUMNS if (v := getattr(row, name))} for row in equity(found)}


def assert_continuous(make, *days: str, slack: Decimal = ZERO) -> None:
    """Each period opens, line by line, with what the one before closed with; results of earlier ones are retained."""
    founds = [make(date_from=DAY(a), date_to=DAY(b) - dt.timedelta(days=1)) for a, b in pairwise(days)]
    founds.append(make(date_from=DAY(days[0]), date_to=DAY(days[-1]) - dt.timedelta(days=1)))

    def closing(found, name):
        sums: dict[str, Decimal] = {}
        for row in equity(found):
            line = {"ResultForYear": "RetainedResult", "Joined": "Net", "Left": "Net"}.get(row.line, row.line)
            sums[line] = sums.get(line, D(0)) + getattr(row, name)
        retained = sum(sums.pop(line, D(0)) for line in ("RetainedResult", "Net"))
        return {**{line: a for line, a in sums.items() if a}, "retained": retained}

    def alike(one, two):
        return all(abs(one.get(line, D(0)) - two.get(line, D(0))) <= slack for line in {*one, *two})

    for one, two in pairwise(founds[:-1]):
        assert two.complete
        assert alike(closing(one, "closing"), closing(two, "opening")), one.date_to
    assert closing(founds[0], "opening") == closing(founds[-1], "opening")
    assert alike(closing(founds[-2], "closing"), closing(founds[-1], "closing"))
    assert abs(sum(found.result for found in founds[:-1]) - founds[-1].result) <= slack
    assert abs(sum(found.result_minority for found in founds[:-1]) - founds[-1].result_minority) <= slack


class TestTheLastDay:
    """Who leaves on the last day of a period."""

    MEMBER = """
2026-01-01 * "Opening balance"
  Assets:1930-Bank   500.00 SEK
  Equity:2083-Ins   -500.00 SEK

2026-03-01 * "Earned"
  Assets:1930-Bank    70.00 SEK
  Income:3004-F      -70.00 SEK
"""

    def member(self, combined, **options):
        central = """
2025-12-31 * "Opening balance"
  Assets:1930-Bank    1000.00 SEK
  Equity:2091-Bal    -1000.00 SEK
"""
        return combined({"gem": (central, ""), "mem": (self.MEMBER, OWNED + "left = 2026-12-31")}, **options)

    def test_a_member_stands_in_that_days_balance_sheet(self, combined):
        found = self.member(combined, date_to=DAY("2026-12-31"))
        assert changes(found)["total"] == {"opening": "1500.00", "result": "70.00", "closing": "1570.00"}

    def test_and_goes_out_the_day_after(self, combined):
        found = self.member(combined, date_to=DAY("2027-02-28"))
        assert changes(found)["total"] == {"opening": "1570.00", "left": "-570.00", "closing": "1000.00"}
        assert {e.date for e in found.entries if e.kind == "left"} == {DAY("2027-01-01")}

    def test_months_follow_each_other(self, combined):
        assert_continuous(lambda **days: self.member(combined, **days), "2026-12-01", "2027-01-01", "2027-02-01")

    def test_an_owned_unit_goes_out_with_its_sale(self, combined):
        """Of 1,300 for 850 + 360 - 170: gain 260, with dot's 50 a result of 310; equity 100,300."""
        units = {
            "gem": gem(bought("1000.00"), sold("2026-12-31", "1300.00", "1000.00", "300.00")),
            "dot": dot("left = 2026-12-31", SINCE),
        }
        found = combined(units, date_to=DAY("2026-12-31"))
        assert found.complete
        assert found.result == 310
        gone = ("Goodwill", "NonControllingInterest", "Participations", "Joined", "Left")
        assert [name for name in gone if amount(found, name)] == []
        assert changes(found)["total"]["closing"] == "100300.00"
        later = combined(units, date_to=DAY("2027-12-31"))
        assert changes(later)["total"] == {"opening": "100300.00", "closing": "100300.00"}


AVERAGES = {"03": "10.90", "07": "11.20", "08": "11.30", "09": "11.50"}
SPOTS = {
    "2025-12-31": "10.80",
    "2026-06-30": "11.00",
    "2026-07-01": "11.10",
    "2026-09-30": "11.55",
    "2026-12-31": "12.00",
    "2027-09-25": "11.40",
    "2027-12-31": "11.20",
}
PRICES = "".join(f"{day} price EUR {rate} SEK\n" for day, rate in SPOTS.items()) + "".join(
    f'2026-{month}-{30 if month == "09" else 31} custom "average-rate" "EUR" {rate} SEK\n'
    for month, rate in AVERAGES.items()
)


class TestForeign:
    """Dot's books are in EUR: 800 at 11.00 on the eve, 8,800; it earns 50 at 11.50, 575. 80 % cost 10,000."""

    def test_one_rate_for_the_whole_purchase(self, combined):
        """10,000 + 1,760 - 8,800 = 2,960 of goodwill, 269.09 EUR at 11.00: 3,229.08 at 12.00, 269.08 of it CTA."""
        units = {"gem": gem(bought("10000.00")), "dot": dot(SINCE, currency="EUR")}
        found = combined(units, prices=PRICES, date_to=DAY("2026-12-31"))
        assert amount(found, "Goodwill") == D("3229.08")
        assert found.shares[0].goodwill_cta == D("269.08")

    def test_a_bargain_is_income_at_that_rate(self, combined):
        """80 % of 8,800 for 6,000: 1,040."""
        units = {"gem": gem(bought("6000.00")), "dot": dot(SINCE, currency="EUR")}
        found = combined(units, prices=PRICES, date_to=DAY("2026-12-31"))
        assert amount(found, "OtherOperatingIncome") == -1040

    def sold_later(self, combined, **options):
        units = {
            "gem": gem(bought("10000.00"), sold("2027-09-29", "12000.00", "10000.00", "2000.00")),
            "dot": dot("left = 2027-09-29", SINCE, currency="EUR"),
        }
        return combined(units, prices=PRICES, **options)

    def test_a_year_in_which_it_is_sold_opens_as_the_last_one_closed(self, combined):
        """2026: the minority has 20 % of 850 EUR at 12.00, 2,040; CTA 269.08 and 80 % of 8,800 + 575 - 10,200, 660.

        2027: sold for 12,000; it stood at 3,067.63 + 80 % of 9,690 = 10,819.63, of which 359.63 was CTA: gain 1,540.
        """
        old = self.sold_later(combined, date_to=DAY("2026-12-31"))
        assert changes(old)["NonControllingInterest"]["closing"] == "2040.00"
        assert changes(old)["CTA"]["closing"] == "929.08"
        found = self.sold_later(combined, date_to=DAY("2027-12-31"))
        assert changes(found)["NonControllingInterest"]["opening"] == "2040.00"
        assert changes(found)["CTA"]["opening"] == "929.08"
        assert found.result == 1540
        assert [row.line for row in equity(found) if row.joined] == []
        assert {line: row["left"] for line, row in changes(found).items() if "left" in row} == {
            "NonControllingInterest": "-1938.00",  # 20 % of 850 EUR at 11.40
            "CTA": "-359.63",  # 269.09 EUR at 11.40 less 2,960, 107.63, and 80 % of 9,690 - 9,375, 252
            "total": "-2297.63",
        }

    def test_whatever_the_day(self, combined):
        days = ("2026-07-01", "2026-10-01", "2027-01-01", "2027-09-29", "2027-09-30", "2028-01-01")
        assert_continuous(lambda **given: self.sold_later(combined, **given), *days)

    def test_more_is_bought(self, combined):
        """60 % for 7,000, goodwill 1,720, 156.36 EUR: 1,805.96 at 11.55. Then 20 % for 3,000.

        30 September: 40 % of 850 EUR at 11.55 are 3,927; CTA 85.96 and 60 % of 442.50, 351.46.
        """
        units = {
            "gem": gem(bought("7000.00"), bought("3000.00", "2026-10-01")),
            "dot": dot(
                owner("gem", "0.60", "since = 2026-07-01"), owner("gem", "0.80", "since = 2026-10-01"), currency="EUR"
            ),
        }

        def make(**options):
            return combined(units, prices=PRICES, **options)

        one = changes(make(date_to=DAY("2026-09-30")))
        two = changes(make(date_from=DAY("2026-10-01"), date_to=DAY("2026-12-31")))
        for name, stood in (("NonControllingInterest", "3927.00"), ("CTA", "351.46")):
            assert one[name]["closing"] == two[name]["opening"] == stood
        assert two["total"]["owners"] == "-3000.00"
        assert "joined" not in two["total"]
        assert_continuous(make, "2026-07-01", "2026-10-01", "2027-01-01", "2028-01-01")


class TestBooksThatBeginOnTheFirst:
    """Books whose opening balances are dated the first day of the year, in which dot has 800, and earns 50."""

    DOT = """
2026-01-01 * "Opening balance"
  Assets:1930-Bank   800.00 {currency}
  Equity:2081-AK    -500.00 {currency}
  Equity:2091-B     -300.00 {currency}

2026-09-10 * "Earned"
  Assets:1930-Bank    50.00 {currency}
  Income:3004-F      -50.00 {currency}
"""

    def test_bought_before(self, combined):
        """80 % of 600 for 900 in 2024: goodwill 420, of which 168 are amortised; 20 % of 800 are the minority's."""
        terms = ("since = 2024-01-01", 'net_assets = "600.00"', "goodwill_months = 60")
        units = {"gem": gem(bought("900.00", "2026-01-01")), "dot": dot(owner("gem", "0.8", *terms), text=self.DOT)}
        found = changes(combined(units, date_to=DAY("2026-12-31")))
        assert found["NonControllingInterest"] == {"opening": "160.00", "transfers": "10.00", "closing": "170.00"}
        assert not found.get("MemberContributions")
        assert found["RetainedResult"] == {"opening": "99992.00", "closing": "99992.00"}  # 80 % of 200 less 168
        assert_continuous(
            lambda **days: combined(units, **days), "2026-01-01", "2026-02-01", "2026-10-01", "2027-01-01", "2027-02-01"
        )

    def bought_in_two_steps(self, combined, *, older, **days):
        """60 % of 600 for 500 in 2024, goodwill 140, 80 % for 200 more in 2025; `older`: the owner's book has both."""
        terms = ("since = 2024-07-01", 'net_assets = "600.00"')
        text = GEM.format(base="SEK")
        if older:
            text = text.replace("2026-01-01", "2023-12-31") + bought("500.00", "2024-07-01")
            text += bought("200.00", "2025-04-01")
        else:
            text += bought("700.00", "2026-01-01")
        tables = owner("gem", "0.60", *terms) + owner("gem", "0.80", "since = 2025-04-01")
        return combined({"gem": (text, 'entity = "division"'), "dot": dot(tables, text=self.DOT)}, **days)

    def test_the_share_changed_before(self, combined):
        """The minority gave up 120 of its 240 for 200; of the 200 earned before 2026 it has 40."""
        found = self.bought_in_two_steps(combined, older=True, date_to=DAY("2026-12-31"))
        assert found.complete
        assert amount(found, "Goodwill") == 140
        assert changes(found)["NonControllingInterest"] == {
            "opening": "160.00",
            "transfers": "10.00",
            "closing": "170.00",
        }
        assert changes(found)["RetainedResult"] == {"opening": "100080.00", "closing": "100080.00"}  # 160 - 80
        assert_continuous(
            lambda **days: self.bought_in_two_steps(combined, older=True, **days),
            *("2026-01-01", "2026-02-01", "2026-10-01", "2027-01-01"),
        )

    def test_years_before_its_book_lack_it(self, combined):
        found = self.bought_in_two_steps(combined, older=True, date_to=DAY("2025-12-31"))
        assert [problem.code for problem in found.problems] == ["OWNERSHIP_NO_EQUITY"]

    def test_the_share_changed_before_the_owners_book(self, combined):
        found = self.bought_in_two_steps(combined, older=False, date_to=DAY("2026-12-31"))
        assert [problem.code for problem in found.problems] == ["OWNERSHIP_STEP_EARLIER"]

    def test_what_is_said_then_gives_the_same_figures(self, combined):
        """80 % for 700 with 700 of net assets: goodwill 140, and 80 % of the 100 beyond them."""
        table = owner("gem", "0.80", "since = 2024-07-01", 'net_assets = "700.00"')
        units = {"gem": gem(bought("700.00", "2026-01-01")), "dot": dot(table, text=self.DOT)}
        found = combined(units, date_to=DAY("2026-12-31"))
        assert amount(found, "Goodwill") == 140
        assert changes(found)["NonControllingInterest"] == {
            "opening": "160.00",
            "transfers": "10.00",
            "closing": "170.00",
        }
        assert changes(found)["RetainedResult"] == {"opening": "100080.00", "closing": "100080.00"}

    def test_founded_before(self, combined):
        """80 % of 500 paid in: 240 of the 300 earned are the group's."""
        units = {"gem": gem(bought("400.00", "2026-01-01")), "dot": dot(owner("gem", "0.8"), text=self.DOT)}
        found = changes(combined(units, date_to=DAY("2026-12-31")))
        assert found["NonControllingInterest"] == {"opening": "160.00", "transfers": "10.00", "closing": "170.00"}
        assert not found.get("MemberContributions")
        assert found["RetainedResult"] == {"opening": "100240.00", "closing": "100240.00"}

    def test_founded_on_that_day(self, combined):
        """The owner's book is older, and pays 400 of 500: what others paid in is the owners' flow of the year."""
        older = GEM.format(base="SEK").replace("2026-01-01", "2025-12-31")
        paid = """
2026-01-01 * "Founded"
  Assets:1930-Bank   500.00 {currency}
  Equity:2081-AK    -500.00 {currency}
"""
        units = {
            "gem": (older + bought("400.00", "2026-01-01"), 'entity = "division"'),
            "dot": dot(owner("gem", "0.8"), text=paid),
        }
        found = changes(combined(units, date_to=DAY("2026-12-31")))
        assert found["total"] == {"opening": "100000.00", "owners": "100.00", "closing": "100100.00"}
        assert found["NonControllingInterest"] == {"owners": "100.00", "closing": "100.00"}


class TestAPartSold:
    """20 % sold for 400 on 1 October; the owner has 250 of cost for it, and books a gain of 150."""

    TABLES = (SINCE, owner("gem", "0.60", "since = 2026-10-01"))
    TAGS = '    partner: "dot"\n    ic: "capital"\n'

    @pytest.mark.parametrize("tags", ["", TAGS])
    def test_the_gain_goes_to_equity(self, combined, tags):
        """The minority has 340 for 170, so that equity has 230 more; the result is dot's 50."""
        units = {
            "gem": gem(bought("1000.00"), sold("2026-10-01", "400.00", "250.00", "150.00", tags)),
            "dot": dot(*self.TABLES),
        }
        found = combined(units, date_to=DAY("2026-12-31"))
        assert found.complete
        assert found.unmatched == ()
        assert found.result == 50
        assert amount(found, "NonControllingInterest") == -340
        assert amount(found, "RetainedResult") == -100230
        assert found.shares[0].cost == 750
        assert changes(found)["total"]["owners"] == "400.00"
        later = combined(units, date_to=DAY("2027-12-31"))
        assert changes(later)["total"] == {"opening": "100610.00", "closing": "100610.00"}
        assert_continuous(
            lambda **days: combined(units, **days), "2026-07-01", "2026-10-01", "2026-11-01", "2027-01-01"
        )

    def test_a_gain_that_cannot_be_told_is_asked_for(self, combined):
        fee = "  Expenses:6570-Fees      10.00 SEK\n  Assets:1930-Bank       -10.00 SEK\n"
        part = sold("2026-10-01", "400.00", "250.00", "150.00")
        units = {"gem": gem(bought("1000.00"), part.rstrip() + "\n" + fee), "dot": dot(*self.TABLES)}
        found = combined(units, date_to=DAY("2026-12-31"))
        assert [problem.code for problem in found.problems] == ["OWNERSHIP_GAIN"]
        units["gem"] = gem(bought("1000.00"), part.rstrip() + "\n" + self.TAGS + fee)
        assert combined(units, date_to=DAY("2026-12-31")).result == 40


class TestSalesThatAreNotBooked:
    """Dot left on 31 December; its sale is booked later, or never."""

    @pytest.mark.parametrize("year", ["2026", "2027"])
    def test_after_it_left(self, combined, year):
        units = {
            "gem": gem(bought("1000.00"), sold("2027-01-05", "1300.00", "1000.00", "300.00")),
            "dot": dot("left = 2026-12-31", SINCE),
        }
        found = combined(units, date_to=DAY(f"{year}-12-31"))
        assert [(problem.code, problem.params["date"]) for problem in found.problems] == [
            ("OWNERSHIP_SALE_LATE", "2027-01-05")
        ]
        assert found.unmatched == ()

    def test_with_left_on_the_day_of_the_sale(self, combined):
        """2026: dot's 50. 2027: 1,300 for 850 + 360 - 170, a gain of 260."""
        units = {
            "gem": gem(bought("1000.00"), sold("2027-01-05", "1300.00", "1000.00", "300.00")),
            "dot": dot("left = 2027-01-05", SINCE),
        }
        assert combined(units, date_to=DAY("2026-12-31")).result == 50
        assert combined(units, date_to=DAY("2027-12-31")).result == 260

    def test_never(self, combined):
        units = {"gem": gem(bought("1000.00")), "dot": dot("left = 2026-12-30", SINCE)}
        found = combined(units, date_to=DAY("2026-12-31"))
        assert [problem.code for problem in found.problems] == ["OWNERSHIP_NO_SALE"]

    def test_net_assets_that_the_book_has_itself(self, combined):
        table = owner("gem", "0.80", "since = 2026-07-01", 'net_assets = "700.00"')
        found = combined({"gem": gem(bought("1000.00")), "dot": dot(table)}, date_to=DAY("2026-12-31"))
        assert [problem.code for problem in found.problems] == ["OWNERSHIP_NET_ASSETS"]
