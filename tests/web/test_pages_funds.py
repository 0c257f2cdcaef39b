"""The pages on the funds and shared services: the figures of the command line, and nothing of others' making.

Central has 1 000 000 for the investment fund and 50 000 for the solidarity fund. FI was lent 60 000 for a budget of
200 000 and asks for 30 000 more; half of central's rent in 2026, 12 000, is of its economy, the rest of its leadership.
"""

from __future__ import annotations

import json
import re

import pytest
from lxml import html

from tests.demo.conftest import sambok
from tests.web.test_pages_money import ours, rows

PAGES = ("InvestmentFund", "Solidarity", "SharedServices")
CENTRAL = """
2025-01-01 open Assets:1930-Bank
2025-01-01 open Assets:1320-Lent
2025-01-01 open Equity:2071-Fund
2025-01-01 open Equity:2072-Solidarity
2025-01-01 open Expenses:5010-Rent
"""
OPENING = """
2026-01-01 * "Opening"
  voucher: "A-1"
  decision: "FS-1"
  Assets:1930-Bank  1050000.00 SEK
  Equity:2071-Fund  -1000000.00 SEK
  Equity:2072-Solidarity  -50000.00 SEK

2026-01-31 * "Rent"
  voucher: "A-2"
  Expenses:5010-Rent  12000.00 SEK
    cost-centre: "finance"
  Expenses:5010-Rent  12000.00 SEK
    cost-centre: "lead"
  Assets:1930-Bank
"""
LENT = """
2026-02-05 * "Loan" ^ic-gemensamt-IF-1
  voucher: "A-3"
  fund: "investment"
  case: "IF-1"
  decision: "FS-1"
  Assets:1320-Lent  60000.00 SEK
    partner: "fi"
    ic: "loan"
  Assets:1930-Bank  -60000.00 SEK
"""
UNIT = """
2025-01-01 open Assets:1930-Bank
2025-01-01 open Liabilities:2360-Borrowed
2025-01-01 open Income:3001-Sales
"""
SALES = """
2026-01-20 * "Sales"
  voucher: "A-1"
  Assets:1930-Bank  400000.00 SEK
  Income:3001-Sales
"""
GOT = """
2026-02-05 * "Loan" ^ic-gemensamt-IF-1
  voucher: "A-2"
  fund: "investment"
  case: "IF-1"
  decision: "FS-1"
  Assets:1930-Bank  60000.00 SEK
  Liabilities:2360-Borrowed  -60000.00 SEK
    partner: "gemensamt"
    ic: "loan"

2026-02-10 custom "fund-application" "IF-2" 30000.00 SEK
  kind: "grant"
  purpose: "{purpose}"
  jobs: 0.3
  payback: 48
"""
POLICY = """
2026-01-01 custom "decision" "FS-1" "assembly"
  recused: "fi"
2026-01-01 custom "levy-rate" "*" 0.15
  decision: "FS-1"
2026-01-01 custom "levy-component" "service" 0.125
  decision: "FS-1"
2026-01-01 custom "levy-component" "investment" 0.015
  decision: "FS-1"
2026-01-01 custom "levy-component" "solidarity" 0.010
  decision: "FS-1"
2026-01-01 custom "cost-centre" "lead" "{lead}"
  decision: "FS-1"
  order: 1
  key: "turnover"
2026-01-01 custom "cost-centre" "finance" "Economy"
  decision: "FS-1"
  order: 2
  key: "turnover"
2026-02-01 custom "fund-agreement" "IF-1" 100000.00 SEK
  decision: "FS-1"
  unit: "fi"
  kind: "loan"
  budget: 200000.00 SEK
  own-part: 40000.00 SEK
  term: 20
"""


@pytest.fixture
def make(make_workspace, view_of, monkeypatch):
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-01T10:00:00Z")

    def made(*, name="Fi", purpose="New oven", lead="Leadership", policy=""):
        ws = make_workspace(
            {
                "gemensamt": {"accounts": CENTRAL, "2026-01": OPENING, "2026-02": LENT},
                "fi": {
                    "unit_toml": f'name = {json.dumps(name, ensure_ascii=False)}\ncode = "FI"\ncurrency = "SEK"\n',
                    "accounts": UNIT,
                    "2026-01": SALES,
                    "2026-02": GOT.format(purpose=purpose),
                },
            },
            policy=POLICY.format(lead=lead) + policy,
        )
        return view_of(ws)

    return made


def told(view, *words):
    """The JSON answer of a command."""
    return json.loads(sambok(view.ws.root, *words, "--json").stdout)


def shown(text):
    """An amount of an answer, as the pages write it: 1,000.00."""
    return f"{float(text):,.2f}"


def test_the_investment_fund_is_what_the_command_says(make):
    """1 000 000 and 1.5 % of 400 000: 6 000, of which nothing is booked yet."""
    view = make()
    answer, part = told(view, "fund", "status"), ours(view, "/federation/extension/InvestmentFund/")
    assert (answer["closing"], answer["movements"]["component"]) == ("1006000.00", "6000.00")
    found = rows(part)
    assert ["Loans", "60,000.00"] in found
    assert ["On 2026-03-01", "1,006,000.00"] in found
    for one in answer["limits"]:
        assert any([shown(one[key]) for key in ("actual", "allowed", "headroom")] == row[2:5] for row in found), one
    lines = html.fromstring(part).xpath("//tr[th/details/summary]")
    cases = {line.xpath("string(th/details/summary)"): [td.text_content() for td in line.xpath("td")] for line in lines}
    assert {name: cells[-4:] for name, cells in cases.items()} == {
        case["case"]: [shown(case["amount"] or case["asked"]), shown(case["paid"]), shown(case["owed"]), "0.00"]
        for case in answer["cases"]
    }
    assert "Purpose: New oven" in part
    assert "It lacks: budget, own-part" in part
    assert "This unit has contributed 6,000.00" in ours(view, "/fi/extension/InvestmentFund/")


def test_the_solidarity_fund_is_what_the_command_says(make):
    """FI has a surplus: 400 000 less its levy of 60 000."""
    view = make()
    answer = told(view, "solidarity", "compute", "--year", "2026")
    part = ours(view, "/federation/extension/Solidarity/?year=2026")
    (one,) = answer["units"]
    assert (one["result"], one["claim"], one["call"]) == ("340000.00", "0.00", "0.00")
    (row,) = [row for row in rows(part) if row and row[0].startswith("Fi")][:1]
    assert row[1:4] == [shown(one[key]) for key in ("base", "result", "own")]
    assert one["words"][0] in part
    assert "Not final: 24 months" in part


def test_services_are_what_the_command_says(make):
    """FI alone pays 12.5 % of 400 000, and uses both services: 24 000."""
    view = make()
    answer, part = told(view, "services", "status"), ours(view, "/fi/extension/SharedServices/?year=2026")
    (one,) = answer["units"]
    assert (one["paid"], one["used"]) == ("50000.00", "24000.00")
    assert "Paid 50,000.00, used 24,000.00: net solidarity 26,000.00." in part
    assert ["Leadership", "12,000.00"] in rows(part)
    assert "Where 100 of our turnover went" in part


#: A book with a tag of HTML is refused by the guard; this it takes.
EVIL = "A&B 'x' <3"


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("slug", ["federation", "fi"])
def test_names_are_text(make, page, slug):
    view = make(name=EVIL, purpose=EVIL, lead=EVIL)
    part = ours(view, f"/{slug}/extension/{page}/?year=2026")
    assert "A&amp;B &#39;x&#39; &lt;3" in part
    assert EVIL not in part
    hostile = view.page(f"/{slug}/extension/{page}/?year=%3Cimg%3E&time=%3Cimg%3E")
    assert "<img>" not in hostile[hostile.index('<section class="sambok"') :]


@pytest.mark.parametrize("year", ["1999", "0000", "99999", "x", "2026.5", "²026"])
@pytest.mark.parametrize("page", PAGES)
def test_a_year_that_is_none_is_answered(make, page, year):
    part = ours(make(), f"/federation/extension/{page}/?year={year}")
    assert "Traceback" not in part
    assert re.search(r"<(p|table)", part)


def test_a_faulty_rule_is_told_where_it_changes_figures(make):
    view = make(policy='2026-01-01 custom "fund" "solidarity"\n  decision: "FS-1"\n  cover: 1.5\n')
    part = ours(view, "/federation/extension/Solidarity/?year=2026")
    assert "cover: can&#39;t be 1.5." in part


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_federation_has_pages_too(make_workspace, view_of, page):
    view = view_of(make_workspace({}))
    for slug in ("federation", "gemensamt"):
        part = ours(view, f"/{slug}/extension/{page}/")
        assert part.count("<p") >= 1
        assert "None" not in part


@pytest.mark.parametrize("page", PAGES)
def test_central_with_an_error_is_said_not_guessed(make, page):
    view = make()
    file = view.ws.units_folder / "gemensamt" / "books" / "2026" / "2026-01.beancount"
    file.write_text(OPENING.replace("1050000.00", "1050000.01"), encoding="utf-8")
    part = ours(view, f"/federation/extension/{page}/?year=2026")
    assert "Traceback" not in part
    assert "1,006,000.00" not in part
    assert "error" in part.lower()
