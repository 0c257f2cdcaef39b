"""Owned units: the worked examples of parent and subsidiary, and what an accountant would try next (IFRS 3, 10; K3 9).

Expected figures are the samples' or worked by hand beside the ledger.
"""

import datetime as dt
import json
from collections import Counter
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from beancount.parser import booking, parser

from ledger.books import last_day
from ledger.books.unitbook import AdjustmentText
from ledger.charts import line
from ledger.combine import combine, group_entries
from ledger.combine.levels import level_tree
from ledger.combine.reports.bridge import bridge
from ledger.combine.reports.equity import equity
from tests.combine.conftest import StubRun, books_of, opens

D = Decimal
DAY = dt.date.fromisoformat
OWNED = 'entity = "legal_entity"\n'
CONF = """\
[federation]
name = "Group"
currency = "{currency}"
central = "gemensamt"
language = "en"
[intragroup]
indirect_goodwill = "{indirect}"
"""


def owner(unit: str, share: str, *more: str) -> str:
    return "\n".join([f'[[owner]]\nunit = "{unit}"\nshare = "{share}"', *more]) + "\n"


def conf(currency="SEK", indirect="full") -> str:
    return CONF.format(currency=currency, indirect=indirect)


def sample(samples, name):
    return json.loads((samples / "consolidation" / f"{name}.json").read_text())


def lines(found):
    return {name: amount for name, amount in found.lines.items() if amount}


def amount(found, name):
    return found.lines.get(name, D(0))


@pytest.fixture
def with_policy(make_workspace):
    """As `combined`, with a policy file."""

    def make(texts, policy, *, prices="", conf="", **options):
        units = {slug: {"unit": toml, "accounts": opens(text), "2026-01": text} for slug, (text, toml) in texts.items()}
        books = books_of(make_workspace(units, prices=prices, conf=conf))
        directives, errors, _ = parser.parse_string(policy, report_filename=str(books.workspace.policy_file))
        assert not errors
        return combine(
            replace(books, central_text=replace(books.central_text, policy=tuple(directives))), StubRun(), **options
        )

    return make


class TestWhollyOwned:
    """Sample 01: owned since it was founded; its earnings stay the group's, nothing is goodwill or minority."""

    MOMMY = """
2025-12-31 * "All accounts"
  Assets:1210-PPE               124000 SEK
  Assets:1310-InvestmentInBaby   80000 SEK
    partner: "baby"
    ic: "capital"
  Assets:1400-Inventories        55000 SEK
  Assets:1660-IC-Rec-Baby        10000 SEK
    partner: "baby"
    ic: "trade"
  Assets:1510-OtherReceivables   30000 SEK
  Assets:1930-Cash                8000 SEK
  Equity:2081-ShareCapital     -200000 SEK
  Equity:2091-RetainedEarnings  -62000 SEK
  Liabilities:2440-OtherPayables -35000 SEK
  Liabilities:2410-Loans        -10000 SEK
"""
    BABY = """
2025-12-31 * "All accounts"
  Assets:1210-PPE                90000 SEK
  Assets:1400-Inventories        34000 SEK
  Assets:1510-OtherReceivables   18000 SEK
  Assets:1930-Cash                5000 SEK
  Equity:2081-ShareCapital      -80000 SEK
  Equity:2091-RetainedEarnings  -45000 SEK
  Liabilities:2860-IC-Pay-Mommy -10000 SEK
    partner: "mommy"
    ic: "trade"
  Liabilities:2440-OtherPayables -12000 SEK
"""

    def test_the_group_is_the_samples(self, combined, samples):
        expected = sample(samples, "01_wholly_owned_basic")["expected"]["consolidated_tb"]
        found = combined({"mommy": (self.MOMMY, OWNED), "baby": (self.BABY, OWNED + owner("mommy", "1"))})
        assert found.complete
        assert found.unmatched == ()
        names = {
            "MachineryAndEquipment": "PPE",
            "Inventories": "Inventories",
            "TradeReceivables": "OtherReceivables",
            "CashAndBank": "Cash",
            "MemberContributions": "ShareCapital",
            "RetainedResult": "RetainedEarnings",
            "TradePayables": "OtherPayables",
            "ShortTermLoans": "Loans",
        }
        assert lines(found) == {line: D(expected[name]) for line, name in names.items()}

    def test_each_posting_points_to_the_one_that_it_takes_out(self, combined):
        found = combined({"mommy": (self.MOMMY, OWNED), "baby": (self.BABY, OWNED + owner("mommy", "1"))})
        (entry,) = [e for e in found.entries if e.kind == "acquisition"]
        assert [(p.place.line, int(p.amount), p.unit, p.source) for p in entry.postings] == [
            ("MemberContributions", 80000, "baby", ""),
            ("ParticipationsAndSecurities", -80000, "mommy", "units/mommy/books/2026/2026-01.beancount:4"),
        ]
        assert entry.units == ("baby", "mommy")

    def test_what_it_comes_to(self, combined):
        found = combined({"mommy": (self.MOMMY, OWNED), "baby": (self.BABY, OWNED + owner("mommy", "1"))})
        (share,) = found.shares
        assert (share.unit, share.owner, share.share, share.effective) == ("baby", "mommy", 1, 1)
        assert (share.cost, share.equity_at_acquisition, share.goodwill, share.minority) == (80000, 80000, 0, 0)

    def test_a_cost_that_is_not_the_capital_is_named_and_nothing_is_eliminated(self, combined):
        mommy = self.MOMMY.replace("InvestmentInBaby   80000", "InvestmentInBaby   85000").replace(
            "8000 SEK", "3000 SEK"
        )
        found = combined({"mommy": (mommy, OWNED), "baby": (self.BABY, OWNED + owner("mommy", "1"))})
        assert [p.code for p in found.problems] == ["OWNERSHIP_CAPITAL"]
        assert not found.complete
        assert not [e for e in found.entries if e.kind == "acquisition"]


class TestUnrealised:
    """Sample 03: 80 % owned, the parent's sale to it is still in stock. The sample has the income statements alone.

    Seek was founded with a capital of 100,000, 20,000 of it from others; Hide has 500,000 of its own. Goods that Hide
    sold for 25,000 are all in Seek's stock at the year's end, with 2,500 of profit in them: they cost 22,500.
    """

    HIDE = """
2025-12-31 * "Opening"
  Assets:1310-Seek           80000 SEK
    partner: "seek"
    ic: "capital"
  Assets:1930-Cash          420000 SEK
  Equity:2081-Capital      -500000 SEK
2026-06-30 * "Sales, to Seek and others" ^ic-hide-1
  Income:3001-Sales        -375000 SEK
  Income:3001-Sales         -25000 SEK
    partner: "seek"
    ic: "trade"
    cost: 22500.00 SEK
  Assets:1930-Cash          400000 SEK
2026-06-30 * "Costs"
  Expenses:4210-Goods       230000 SEK
  Expenses:5010-Dist         44000 SEK
  Expenses:6570-Admin        36000 SEK
  Expenses:8410-Interest     10000 SEK
  Expenses:8910-Tax          20000 SEK
  Assets:1930-Cash         -340000 SEK
"""
    SEEK = """
2025-12-31 * "Opening"
  Assets:1930-Cash          100000 SEK
  Equity:2081-Capital      -100000 SEK
2026-06-30 * "From Hide" ^ic-hide-1
  Expenses:4210-Goods        25000 SEK
    partner: "hide"
    ic: "trade"
  Assets:1930-Cash          -25000 SEK
2026-06-30 * "Sales and costs; goods in stock: what came from Hide"
  Income:3001-Sales        -275000 SEK
  Expenses:4210-Goods       165000 SEK
  Expenses:4210-Goods       -25000 SEK
  Assets:1460-Stock          25000 SEK
  Expenses:5010-Dist         28000 SEK
  Expenses:6570-Admin        24000 SEK
  Expenses:8410-Interest      6000 SEK
  Expenses:8910-Tax          12000 SEK
  Assets:1930-Cash           40000 SEK
2026-12-31 custom "internal-stock" "hide" 25000.00 SEK
"""

    @pytest.fixture
    def group(self, combined):
        seek = (self.SEEK, OWNED + owner("hide", "0.80"))
        return combined({"hide": (self.HIDE, OWNED), "seek": seek}, date_to=DAY("2026-12-31"))

    def test_the_income_statement_is_the_samples(self, group, samples):
        expected = sample(samples, "03_intragroup_sale_pup")["expected"]
        assert group.complete
        external = amount(group, "OtherExternalCosts")
        assert -amount(group, "NetSales") == D(expected["revenue"])
        assert amount(group, "GoodsForResale") == D(expected["cost_of_sales"])
        assert external == D(expected["distribution"]) + D(expected["admin"])
        assert amount(group, "InterestExpenses") == D(expected["interest"])
        assert amount(group, "IncomeTaxes") == D(expected["tax"])
        assert group.result == D(expected["profit"])

    def test_owners_and_minority_share_it(self, group, samples):
        expected = sample(samples, "03_intragroup_sale_pup")["expected"]
        assert group.result_minority == D(expected["nci"])
        assert group.result - group.result_minority == D(expected["owners"])

    def test_the_minority_has_its_part_of_net_assets(self, group):
        assert amount(group, "NonControllingInterest") == -28000  # 20 % of (100,000 + 40,000)
        assert amount(group, "ResultForYear") == 8000
        assert amount(group, "MemberContributions") == -500000

    def test_profit_of_the_owned_seller_is_the_minoritys_too(self, combined):
        """The same sale the other way round: of the 2,500 that Seek hasn't earned yet, 500 are the minority's."""
        hide, seek = (
            text.replace("hide", "other").replace("seek", "hide").replace("other", "seek")
            for text in (self.SEEK, self.HIDE)
        )
        hide = hide.replace(
            "Assets:1930-Cash          100000",
            "Assets:1310-Seek  80000 SEK\n    partner: 'seek'\n    ic: 'capital'\n  Assets:1930-Cash  20000".replace(
                "'", '"'
            ),
        )
        seek = seek.replace(
            """  Assets:1310-Seek           80000 SEK
    partner: "hide"
    ic: "capital"
  Assets:1930-Cash          420000 SEK
  Equity:2081-Capital      -500000 SEK""",
            """  Assets:1930-Cash          100000 SEK
  Equity:2081-Capital      -100000 SEK""",
        )
        units = {"hide": (hide, OWNED), "seek": (seek, OWNED + owner("hide", "0.80"))}
        found = combined(units, date_to=DAY("2026-12-31"))
        assert found.complete
        assert found.result == 97500
        assert found.result_minority == 11500  # 20 % of (60,000 - 2,500)


class TestForeign:
    """Sample 05: 80 % of a company in another currency, minority at fair value, goodwill written down.

    The sample leaves the price open: 20,400 EUR (6,800 USD) for net assets of 20,400 EUR, with a minority worth
    5,200 EUR, give its goodwill of 5,200 EUR. The rates are 1/3, 1/2.5 and 1/2.
    """

    PRICES = """
2025-12-31 price EUR 0.33333333 USD
2026-12-31 price EUR 0.5 USD
""" + "".join(f'2026-{m:02d}-28 custom "average-rate" "EUR" 0.4 USD\n' for m in range(1, 13))
    BASIL = """
2025-12-31 * "Opening"
  Assets:1310-Manuel         6800 USD
    partner: "manuel"
    ic: "capital"
  Assets:1930-Cash          43200 USD
  Equity:2081-Capital      -50000 USD
2026-06-30 * "The year"
  Income:3001-Sales        -20000 USD
  Expenses:5010-Opex         8000 USD
  Expenses:8410-Interest     4000 USD
  Expenses:8910-Tax          2400 USD
  Assets:1930-Cash           5600 USD
"""
    MANUEL = """
2025-12-31 * "Opening"
  Assets:1930-Cash          20400 EUR
  Equity:2081-Capital       -5000 EUR
  Equity:2091-Earnings     -15400 EUR
2026-06-30 * "The year"
  Income:3001-Sales         -8000 EUR
  Expenses:5010-Opex         3200 EUR
  Expenses:8410-Interest     1200 EUR
  Expenses:8910-Tax           800 EUR
  Assets:1930-Cash           2800 EUR
"""
    POLICY = """
2026-12-01 custom "decision" "B-1" "board"
2026-12-31 custom "goodwill-impairment" "manuel" 800.00 EUR
  decision: "B-1"
"""
    FAIR = ("since = 2026-01-01", 'minority = "fair-value"', 'minority_value = "5200.00"')

    @pytest.fixture
    def group(self, with_policy):
        units = {
            "basil": (self.BASIL, OWNED + 'currency = "USD"\n'),
            "manuel": (self.MANUEL, OWNED + 'currency = "EUR"\n' + owner("basil", "0.80", *self.FAIR)),
        }
        return with_policy(units, self.POLICY, prices=self.PRICES, conf=conf("USD"), date_to=DAY("2026-12-31"))

    def test_the_income_statement_is_the_samples(self, group, samples):
        expected = sample(samples, "05_ias21_cta_goodwill_nci")["expected"]
        assert group.complete
        assert -amount(group, "NetSales") == D(expected["revenue"])
        assert amount(group, "OtherExternalCosts") + amount(group, "Depreciation") == D(
            expected["opex_incl_impairment"]
        )
        assert amount(group, "InterestExpenses") == D(expected["finance"])
        assert amount(group, "IncomeTaxes") == D(expected["tax"])
        assert group.result == D(expected["profit"])

    def test_goodwill_and_translation_are_the_samples(self, group, samples):
        expected = sample(samples, "05_ias21_cta_goodwill_nci")["expected"]
        (share,) = group.shares
        assert amount(group, "Goodwill") == share.goodwill == D(expected["goodwill_closing"])
        assert share.goodwill_cta == D(expected["cta_goodwill"])
        assert -sum(t.posted for t in group.translation) == D(expected["cta_net_assets"])
        assert share.cta_minority == D(expected["cta_nci"])
        assert -amount(group, "CTA") == D(expected["cta_total"]) - D(expected["cta_nci"])

    def test_the_minority_is_the_samples(self, group, samples):
        expected = sample(samples, "05_ias21_cta_goodwill_nci")["expected"]
        assert group.result_minority == D(expected["profit_nci"])
        assert group.result - group.result_minority == D(expected["profit_owners"])
        # 5,200 EUR at 1/3, its part of the result and of translation: 1,733.33 + 160 + 893.33
        assert amount(group, "NonControllingInterest") == D("-2786.66")


class TestSeveralLevels:
    """Sample 19: H owns 80 % of S, which owns 75 % of T; both ways of measuring T's goodwill."""

    H = """
2024-12-31 * "Opening, with what S cost"
  Assets:1930-OtherAssets   900 SEK
  Assets:1310-InvS          480 SEK
    partner: "s"
    ic: "capital"
  Equity:2081-Shares       -600 SEK
  Equity:2091-RE           -680 SEK
  Liabilities:2440-Debts   -100 SEK
"""
    S = """
2024-12-31 * "As it was bought: 200 + 300; it has paid 240 for T"
  Assets:1930-OtherAssets   330 SEK
  Assets:1310-InvT          240 SEK
    partner: "t"
    ic: "capital"
  Equity:2081-Shares       -200 SEK
  Equity:2091-RE           -300 SEK
  Liabilities:2440-Debts    -70 SEK
2025-06-30 * "Earned since"
  Assets:1930-OtherAssets   130 SEK
  Income:3001-Sales        -130 SEK
"""
    T = """
2024-12-31 * "As it was bought"
  Assets:1930-OtherAssets   280 SEK
  Equity:2081-Shares       -100 SEK
  Equity:2091-RE           -180 SEK
2025-06-30 * "Earned since"
  Assets:1930-OtherAssets   140 SEK
  Income:3001-Sales        -140 SEK
"""

    def group(self, combined, indirect="full", **options):
        since = "since = 2025-01-01"
        units = {
            "h": (self.H, OWNED),
            "s": (self.S, OWNED + owner("h", "0.80", since)),
            "t": (self.T, OWNED + owner("s", "0.75", since)),
        }
        return combined(units, conf=conf(indirect=indirect), **{"date_to": DAY("2025-12-31"), **options})

    @pytest.mark.parametrize(("indirect", "stage"), [("full", "two_stage"), ("share", "one_stage")])
    @pytest.mark.parametrize("year", ["2025", "2026"])
    def test_the_group_is_the_samples(self, combined, samples, indirect, stage, year):
        expected = sample(samples, "19_multi_level_vertical")["expected"][stage]
        found = self.group(combined, indirect, date_to=DAY(f"{year}-12-31"))
        assert found.complete
        assert amount(found, "Goodwill") == D(expected["goodwill"])
        assert -amount(found, "NonControllingInterest") == D(expected["nci"])
        earned = amount(found, "RetainedResult") + amount(found, "ResultForYear") + amount(found, "Joined")
        assert found.result - earned == D(expected["retained_earnings"])
        assets = sum(a for name, a in found.lines.items() if name in {"CashAndBank", "Goodwill"})
        assert assets == D(expected["total_assets"])
        assert amount(found, "ParticipationsAndSecurities") == 0
        assert amount(found, "MemberContributions") == -600

    def test_effective_interest(self, combined, samples):
        expected = sample(samples, "19_multi_level_vertical")["expected"]["effective_interest_T"]
        shares = {share.unit: share for share in self.group(combined).shares}
        assert shares["t"].effective == D(expected)
        assert shares["t"].minority == 105  # 25 % of 420
        assert shares["s"].minority == 147  # 20 % of 630 - 240 + 75 % of 420 + goodwill 30

    def test_the_ledger_has_the_same_sums_and_every_statement_ties(self, combined):
        """Trial balance, equity by line and each level are worked out from the same entries."""
        found = self.group(combined)
        rows = {row.line: row for row in equity(found)}
        assert rows["NonControllingInterest"].closing == 252
        assert rows["total"].closing == 1890 - 170
        assert sum(step.amount for step in bridge(found)) == found.result == 270
        assert level_tree(found).figures.rows == found.trial_balance


EVE = "2025-12-31"
PARENT = """
2025-12-31 * "Opening"
  Assets:1310-Sub    {cost} SEK
    partner: "sub"
    ic: "capital"
  Assets:1930-Bank   {rest} SEK
  Equity:2081-Own    -1000.00 SEK
"""
SUB = """
2025-12-31 * "Opening"
  Assets:1930-Bank     500.00 SEK
  Equity:2081-Shares  -200.00 SEK
  Equity:2091-Earned  -300.00 SEK
"""


def parent(cost: str) -> str:
    return PARENT.format(cost=cost, rest=D(1000) - D(cost))


def year(amount: str, day: str = "2026-06-30") -> str:
    return f'{day} * "Earned"\n  Assets:1930-Bank  {amount} SEK\n  Income:3001-Sales  -{amount} SEK\n'


def group(combined, cost="480.00", share="0.80", *more, parent_more="", sub_more="", to="2026-12-31", prices=""):
    units = {
        "top": (parent(cost) + parent_more, OWNED),
        "sub": (SUB + sub_more, OWNED + owner("top", share, "since = 2026-01-01", *more)),
    }
    return combined(units, date_to=DAY(to), prices=prices)


class TestGoodwill:
    """480 for 80 % of 500: goodwill 80."""

    def test_is_amortised_from_the_month_of_the_acquisition(self, combined):
        for to, left, expense in [("2026-01-31", "78.67", "1.33"), ("2026-12-31", "64.00", "16.00")]:
            found = group(combined, "480.00", "0.80", "goodwill_months = 60", to=to)
            assert amount(found, "Goodwill") == D(left)
            assert amount(found, "Depreciation") == D(expense)
        found = group(combined, "480.00", "0.80", "goodwill_months = 60", to="2027-06-30")
        assert amount(found, "Goodwill") == D("56.00")
        assert amount(found, "Depreciation") == D("8.00")
        assert amount(found, "RetainedResult") == D("16.00")
        found = group(combined, "480.00", "0.80", "goodwill_months = 60", to="2031-12-31")
        assert amount(found, "Goodwill") == 0

    def test_below_value_is_income_of_the_year(self, combined):
        found = group(combined, "390.00", "0.80")
        assert amount(found, "OtherOperatingIncome") == -10
        assert (found.result, found.result_minority) == (10, 0)
        assert amount(found, "NonControllingInterest") == -100
        later = group(combined, "390.00", "0.80", to="2027-12-31")
        assert (later.result, amount(later, "RetainedResult")) == (0, -10)

    def test_the_minority_at_fair_value_has_goodwill_of_its_own(self, combined):
        """The minority is worth 115: 15 more than its part of 500; goodwill is 95, of whose loss it bears a fifth."""
        fair = ('minority = "fair-value"', 'minority_value = "115.00"', "goodwill_months = 60")
        found = group(combined, "480.00", "0.80", *fair, sub_more=year("50.00"))
        assert amount(found, "Goodwill") == 76
        assert found.result == 31  # 50 - 19
        assert found.result_minority == D("6.20")  # 20 % of 31
        assert amount(found, "NonControllingInterest") == D("-121.20")


class TestDuringTheYear:
    """Bought on 1 July: what was earned before was bought, what came after is the group's."""

    TOP = parent("480.00").replace("2025-12-31", "2026-06-30")

    @pytest.mark.parametrize(("since", "own"), [("2026-07-01", "60.00"), ("2026-07-16", "60.00")])
    def test_the_result_before_was_bought(self, combined, since, own):
        top = parent("480.00").replace("2025-12-31", since)
        sub = SUB + year("30.00", "2026-05-31") + year("10.00", "2026-07-15" if since[-2:] == "16" else "2026-06-30")
        sub += year("60.00", "2026-07-20")
        units = {"top": (top, OWNED), "sub": (sub, OWNED + owner("top", "0.80", f"since = {since}"))}
        found = combined(units, date_to=DAY("2026-12-31"))
        assert found.complete
        assert found.result == D(own)
        assert found.result_minority == 12
        assert amount(found, "Goodwill") == 48  # 480 - 80 % of 540
        assert amount(found, "NonControllingInterest") == -120  # 20 % of 600
        assert amount(found, "Joined") == 0

    def test_before_it_is_no_unit_of_the_group(self, combined):
        top = parent("480.00").replace("2025-12-31", "2026-07-01")
        units = {"top": (top, OWNED), "sub": (SUB, OWNED + owner("top", "0.80", "since = 2026-07-01"))}
        found = combined(units, date_to=DAY("2026-06-30"))
        assert "sub" not in found.parts
        assert found.shares == ()


class TestSteps:
    """More is bought, some is sold, all is sold."""

    STEP = """
2027-01-01 * "More, or less"
  Assets:1310-Sub  {price} SEK
    partner: "sub"
    ic: "capital"
  Assets:1930-Bank  {paid} SEK
"""

    def units(self, share, price, sub_more=""):
        step = self.STEP.format(price=price, paid=-D(price))
        tables = owner("top", "0.80", "since = 2026-01-01") + owner("top", share, "since = 2027-01-01")
        sub = SUB + year("50.00") + sub_more
        return {"top": (parent("480.00") + step, OWNED), "sub": (sub, OWNED + tables)}

    def test_more_is_bought(self, combined):
        """A tenth of 550 for 70: 15 more than it stood at go to equity; of 2027's 40, a tenth is the minority's."""
        found = combined(self.units("0.90", "70.00", year("40.00", "2027-06-30")), date_to=DAY("2027-12-31"))
        assert found.complete
        assert amount(found, "Goodwill") == 80
        assert (found.result, found.result_minority) == (40, 4)
        assert amount(found, "NonControllingInterest") == -59  # 10 % of 590
        assert amount(found, "RetainedResult") == -25  # 80 % of 50, less 15
        assert amount(found, "ParticipationsAndSecurities") == 0

    def test_some_is_sold(self, combined):
        """A tenth for 70: 15 more than it stood at; no gain."""
        units = self.units("0.70", "-70.00", year("40.00", "2027-06-30"))
        found = combined(units, date_to=DAY("2027-12-31"))
        assert found.complete
        assert (found.result, found.result_minority) == (40, 12)
        assert amount(found, "NonControllingInterest") == -177  # 30 % of 590
        assert amount(found, "RetainedResult") == -55  # 80 % of 50 and 15

    def test_the_rest_is_bought(self, combined):
        found = combined(self.units("1", "100.00"), date_to=DAY("2027-12-31"))
        assert amount(found, "NonControllingInterest") == 0
        assert amount(found, "RetainedResult") == -50  # 40 and 10 below what it stood at

    @pytest.mark.parametrize("year_end", ["2026-12-31", "2027-12-31"])
    def test_all_is_sold(self, combined, year_end):
        """For 600 on 30 June: it stood at 80 % of 550 and goodwill of 80, 520; the gain is 80, not 120."""
        sale = """
2026-06-30 * "Sold"
  Assets:1310-Sub     -480.00 SEK
    partner: "sub"
    ic: "capital"
  Assets:1930-Bank     600.00 SEK
  Income:8220-Gain    -120.00 SEK
"""
        sub = SUB + year("50.00", "2026-05-31") + year("7.00", "2026-08-31")
        toml = OWNED + "left = 2026-06-30\n" + owner("top", "0.80", "since = 2026-01-01")
        units = {"top": (parent("480.00") + sale, OWNED), "sub": (sub, toml)}
        found = combined(units, date_to=DAY(year_end))
        assert found.complete
        assert [n for n in ("Goodwill", "NonControllingInterest", "Left", "Joined") if amount(found, n)] == []
        assert amount(found, "CashAndBank") == 1120
        assert amount(found, "MemberContributions") == -1000
        if year_end == "2026-12-31":
            assert amount(found, "IncomeFromFinancialAssets") == -80
            assert (found.result, found.result_minority) == (130, 10)  # 50, of which 10 are the minority's, and 80
            assert amount(found, "ResultForYear") == 10
        else:
            assert amount(found, "RetainedResult") == -120


class TestOwnersGiveAndTake:
    """Dividends, capital paid in later, a unit that was founded with others."""

    def test_a_dividend_lowers_the_minority_by_its_part(self, combined):
        """100 paid out: 80 to the owner, whose income is eliminated; 20 to the minority."""
        top = """
2026-09-30 * "From Sub" ^ic-sub-1
  Assets:1930-Bank      80.00 SEK
  Income:8070-Dividend -80.00 SEK
    partner: "sub"
    ic: "dividend"
"""
        sub = (
            year("50.00")
            + """
2026-09-30 * "Paid out" ^ic-sub-1
  Equity:2091-Earned    80.00 SEK
    partner: "top"
    ic: "dividend"
  Equity:2091-Earned    20.00 SEK
  Assets:1930-Bank    -100.00 SEK
"""
        )
        found = group(combined, parent_more=top, sub_more=sub)
        assert found.complete
        assert found.unmatched == ()
        assert (found.result, found.result_minority) == (50, 10)
        assert amount(found, "NonControllingInterest") == -90  # 20 % of 450
        assert amount(found, "RetainedResult") == 0
        later = group(combined, parent_more=top, sub_more=sub, to="2027-12-31")
        assert amount(later, "NonControllingInterest") == -90
        assert amount(later, "RetainedResult") == -40
        assert amount(later, "CashAndBank") == 520 + 450 + 80

    def test_capital_paid_in_later_is_a_dealing_of_both(self, combined):
        """100 of new shares: 80 from the owner, eliminated like any dealing; 20 are the minority's."""
        top = """
2026-09-30 * "New shares" ^ic-sub-2
  Assets:1310-Sub       80.00 SEK
    partner: "sub"
    ic: "capital"
  Assets:1930-Bank     -80.00 SEK
"""
        sub = """
2026-09-30 * "New shares" ^ic-sub-2
  Assets:1930-Bank     100.00 SEK
  Equity:2081-Shares   -80.00 SEK
    partner: "top"
    ic: "capital"
  Equity:2081-Shares   -20.00 SEK
"""
        found = group(combined, parent_more=top, sub_more=sub)
        assert found.complete
        assert found.unmatched == ()
        assert amount(found, "Goodwill") == 80
        assert amount(found, "NonControllingInterest") == -120
        assert amount(found, "MemberContributions") == -1000
        assert amount(found, "ParticipationsAndSecurities") == 0
        assert amount(found, "RetainedResult") == 0

    def test_founded_within_the_year_with_others(self, combined):
        """200 of capital, 120 from the owner; 30 earned: the minority has 40 % of 230."""
        top = """
2026-02-01 * "Sub is founded"
  Assets:1310-Sub      120.00 SEK
    partner: "sub"
    ic: "capital"
  Assets:1930-Bank    -120.00 SEK
"""
        sub = """
2026-02-03 * "Founded"
  Assets:1930-Bank     200.00 SEK
  Equity:2081-Shares  -200.00 SEK
""" + year("30.00")
        top = parent("0.00").replace('  Assets:1310-Sub    0.00 SEK\n    partner: "sub"\n    ic: "capital"\n', "") + top
        found = combined({"top": (top, OWNED), "sub": (sub, OWNED + owner("top", "0.60"))}, date_to=DAY("2026-12-31"))
        assert found.complete
        assert found.unmatched == ()
        assert (found.result, found.result_minority) == (30, 12)
        assert amount(found, "NonControllingInterest") == -92
        assert amount(found, "MemberContributions") == -1000
        assert amount(found, "Goodwill") == 0

    def test_two_owners_control_it_together(self, combined):
        """Half and a fifth: together 70 %. 300 and 120 for 350: goodwill 70."""
        cost = """
2025-12-31 * "Sub"
  Assets:1310-Sub  {0} SEK
    partner: "sub"
    ic: "capital"
  Equity:2081-Own  -{0} SEK
"""
        tables = owner("one", "0.50", "since = 2026-01-01") + owner("two", "0.20", "since = 2026-01-01")
        units = {
            "one": (cost.format("300.00"), OWNED),
            "two": (cost.format("120.00"), OWNED),
            "sub": (SUB + year("10.00"), OWNED + tables),
        }
        found = combined(units, date_to=DAY("2026-12-31"))
        assert found.complete
        assert amount(found, "Goodwill") == 70
        assert amount(found, "NonControllingInterest") == -153
        assert (found.result, found.result_minority) == (10, 3)
        assert [(s.owner, s.share, s.minority) for s in found.shares] == [
            ("one", D("0.50"), 153),
            ("two", D("0.20"), 0),
        ]
        alone = {
            slug: (text, toml.replace(owner("two", "0.20", "since = 2026-01-01"), ""))
            for slug, (text, toml) in units.items()
        }
        nobody = combined(alone, date_to=DAY("2026-12-31"))  # half is no control
        assert (nobody.shares, amount(nobody, "ParticipationsAndSecurities")) == ((), 420)

    def test_a_book_that_begins_later_says_what_was_bought(self, combined):
        """Bought in 2020 for 300 with net assets of 350; the book begins with 500 at the end of 2025."""
        sub = OWNED + owner("top", "0.80", "since = 2020-05-01", 'net_assets = "350.00"')
        found = combined(
            {"top": (parent("300.00"), OWNED), "sub": (SUB + year("10.00"), sub)}, date_to=DAY("2026-12-31")
        )
        assert found.complete
        assert amount(found, "Goodwill") == 20  # 300 - 80 % of 350
        assert amount(found, "NonControllingInterest") == -102
        assert amount(found, "RetainedResult") == -120  # 80 % of what was earned from 2020 to 2025
        assert (found.result, found.result_minority) == (10, 2)


def adjusted(federation, prices=""):
    """Top and its 80 % of Sub, which has 550; the finance head takes 10 of cost into Sub's year."""
    adjustment = """
2026-12-31 * "Audit"
  author: "anna"
  reason: "Invoiced in spring"
  approver: "bo"
  Expenses:OtherExternalCosts:6420-Audit     10.00 SEK
    unit: "sub"
  Liabilities:AccruedExpenses:2990-Audit    -10.00 SEK
    unit: "sub"
"""
    sub = OWNED + owner("top", "0.80", "since = 2026-01-01")
    books = federation({"top": (parent("480.00"), OWNED), "sub": (SUB + year("50.00"), sub)}, prices=prices)
    path = str(books.workspace.adjustments_folder / "a.beancount")
    parsed, _, options = parser.parse_string(adjustment, report_filename=path)
    entries, _ = booking.book(parsed, options)
    return replace(books, adjustments=AdjustmentText(tuple(entries), (), (path,), "test"))


def test_an_adjustment_of_the_owned_unit_is_the_minoritys_too(federation):
    """2 of the 10 are borne by the minority."""
    found = combine(adjusted(federation), StubRun(), date_to=DAY("2026-12-31"))
    assert found.complete, found.problems
    assert (found.result, found.result_minority) == (40, 8)
    assert amount(found, "NonControllingInterest") == -108


def test_so_is_what_rates_make_of_it_in_another_currency(federation):
    """Sub's 540 kronor at 12.50 are 43.20 euro, of which the minority has 20 %; the next year opens with them."""
    prices = "2025-12-31 price EUR 10.00 SEK\n2026-12-31 price EUR 12.50 SEK\n2027-01-31 price EUR 12.50 SEK\n"
    prices += "".join(f'2026-{month:02d}-28 custom "average-rate" "EUR" 10.00 SEK\n' for month in range(1, 13))
    books = adjusted(federation, prices)
    found = combine(books, StubRun(), date_to=DAY("2026-12-31"), currency="EUR")
    assert found.complete, found.problems
    assert amount(found, "NonControllingInterest") == D("-8.64")
    later = combine(books, StubRun(), date_from=DAY("2027-01-01"), date_to=DAY("2027-01-31"), currency="EUR")
    assert [row.opening for row in equity(later) if row.line == "NonControllingInterest"] == [D("8.64")]


class TestWhatIsWrong:
    """What can't be worked out is said, and the unit stands as it is: the run is incomplete."""

    def codes(self, found):
        assert not found.complete
        assert found.shares == ()
        return [problem.code for problem in found.problems]

    def test_no_cost(self, combined):
        plain = parent("480.00").replace('    partner: "sub"\n    ic: "capital"\n', "")
        units = {"top": (plain, OWNED), "sub": (SUB, OWNED + owner("top", "0.80", "since = 2026-01-01"))}
        assert self.codes(combined(units, date_to=DAY("2026-12-31"))) == ["OWNERSHIP_NO_COST"]

    def test_nothing_before_the_acquisition(self, combined):
        top, sub = parent("480.00"), SUB.replace("2025-12-31", "2026-01-01")
        units = {"top": (top, OWNED), "sub": (sub, OWNED + owner("top", "0.80", "since = 2026-01-01"))}
        assert self.codes(combined(units, date_to=DAY("2026-12-31"))) == ["OWNERSHIP_NO_EQUITY"]

    @pytest.mark.parametrize("more", ["800.01", "80.01"])
    def test_more_goodwill_is_written_down_than_is_left(self, with_policy, more):
        policy = f"""
2026-03-01 custom "decision" "B-1" "board"
2026-12-31 custom "goodwill-impairment" "sub" {more} SEK
  decision: "B-1"
"""
        units = {"top": (parent("480.00"), OWNED), "sub": (SUB, OWNED + owner("top", "0.80", "since = 2026-01-01"))}
        found = with_policy(units, policy, conf=conf(), date_to=DAY("2026-12-31"))
        assert self.codes(found) == ["GOODWILL_IMPAIRMENT"]
        assert found.problems[0].line == 3

    def test_a_faulty_write_down_makes_the_run_incomplete(self, with_policy):
        policy = '2026-12-31 custom "goodwill-impairment" "sub" 10.00 SEK\n'
        units = {"top": (parent("480.00"), OWNED), "sub": (SUB, OWNED + owner("top", "0.80", "since = 2026-01-01"))}
        found = with_policy(units, policy, conf=conf(), date_to=DAY("2026-12-31"))
        assert [p.code for p in found.problems] == ["POLICY_DECISION_MISSING"]
        assert not found.complete


def test_a_federation_without_owners_has_nothing_of_it(combined):
    found = combined({"top": (parent("480.00"), ""), "sub": (SUB, "")}, date_to=DAY("2026-12-31"))
    assert found.shares == ()
    assert {e.kind for e in found.entries}.isdisjoint({"acquisition", "goodwill", "minority"})
    assert {"Goodwill", "NonControllingInterest"}.isdisjoint(found.lines)


def test_what_a_bought_owner_owned_already_is_measured_anew(combined):
    """S bought 75 % of T for 90 when T had 100; T has 120 when S is bought for 480 with 500 of its own, T at 90.

    What is bought of S is 500 - 90 + 75 % of 120 = 500, so that its goodwill is 80 and T has none. T then earns 10.
    """
    top = parent("480.00").replace("2025-12-31", "2026-07-01").replace('"sub"', '"s"')
    s = """
2024-12-31 * "Opening"
  Assets:1310-T        90.00 SEK
    partner: "t"
    ic: "capital"
  Assets:1930-Bank    410.00 SEK
  Equity:2081-Shares -500.00 SEK
"""
    t = """
2024-12-31 * "Opening"
  Assets:1930-Bank    100.00 SEK
  Equity:2081-Shares -100.00 SEK
"""
    t += year("20.00", "2025-06-30") + year("10.00", "2026-08-31")
    units = {
        "top": (top, OWNED),
        "s": (s, OWNED + owner("top", "0.80", "since = 2026-07-01")),
        "t": (t, OWNED + "joined = 2026-07-01\n" + owner("s", "0.75", "since = 2025-01-01")),
    }
    found = combined(units, date_to=DAY("2026-12-31"))
    assert found.complete
    assert amount(found, "Goodwill") == 80
    assert {share.unit: share.minority for share in found.shares} == {"s": D("101.50"), "t": D("32.50")}
    assert (found.result, found.result_minority) == (10, 4)
    assert amount(found, "RetainedResult") == 0


class TestTheSameWhateverTheWay:
    """Order of units, ledger in vouchers or months, levels: nothing changes."""

    def units(self):
        since = "since = 2025-01-01"
        t = TestSeveralLevels
        return {
            "h": (t.H, OWNED + 'levels = ["North"]\n'),
            "s": (t.S, OWNED + 'levels = ["South"]\n' + owner("h", "0.80", since, "goodwill_months = 60")),
            "t": (t.T, OWNED + 'levels = ["South"]\n' + owner("s", "0.75", since, "goodwill_months = 40")),
        }

    def test_order_of_units(self, combined):
        given = self.units()
        first = combined(given, date_to=DAY("2025-12-31"))
        again = combined(dict(reversed(given.items())), date_to=DAY("2025-12-31"))
        assert (first.trial_balance, first.entries, first.shares) == (again.trial_balance, again.entries, again.shares)

    @pytest.mark.parametrize("threshold", [0, 1000])
    def test_the_ledger_sums_to_the_trial_balance(self, federation, threshold):
        books = federation(self.units())
        found = combine(books, StubRun(), date_to=DAY("2025-12-31"))
        sums = Counter()
        for entry in group_entries(books, StubRun(), found, language=None, threshold=threshold):
            for posting in getattr(entry, "postings", ()):
                sums[posting.account] += posting.units.number
        codes = {"h": "H", "s": "S", "t": "T"}
        rows = {
            f"{line(row.line).root}:{row.line}:{row.account}:{codes.get(row.unit, row.unit)}": row.amount
            for row in found.trial_balance
        }
        assert {account: amount for account, amount in sums.items() if amount} == rows

    def test_a_levels_figures_are_those_of_combining_it_alone(self, federation):
        """South is S and T without H: S is nobody's there, so that only T has a minority."""
        books = federation(self.units())
        whole = combine(books, StubRun(), date_to=DAY("2025-12-31"))
        south = combine(books, StubRun(), date_to=DAY("2025-12-31"), level="South")
        assert -amount(south, "NonControllingInterest") == 105
        assert level_tree(whole).find(("South",)).figures.rows == south.trial_balance

    def test_any_day_of_the_year_ties(self, combined):
        given = self.units()
        for month in range(1, 13):
            found = combined(given, date_from=DAY("2025-01-01"), date_to=last_day(f"2025-{month:02d}"))
            assert found.complete
            s = {share.unit: share for share in found.shares}["s"]
            assert s.goodwill == 80 - (D("80") * month / 60).quantize(D("0.01"), ROUND_HALF_UP)
