"""Owned units: the worked examples of parent and subsidiary, and what an accountant would try next (IFRS 3, 10; K3 9).

Expected figures are the samples' or worked by hand beside the ledger.
"""

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from beancount.parser import parser

from ledger.combine import combine
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


def equity(found):
    """Owners' equity by the example: all but the minority, the result included."""
    return sum(amount(found, n) for n in ("RetainedResult", "ResultForYear", "MemberContributions", "CTA"))


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
            'Assets:1310-Seek           80000 SEK\n    partner: "seek"\n    ic: "capital"\n  Assets:1930-Cash           20000',
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
