"""What central's book says of the funds: kinds, worth, what is earmarked, what appropriations move."""

import datetime as dt
from decimal import Decimal

import pytest

from ledger.books import load_books
from ledger.funds.book import funds_of

D = Decimal
ACCOUNTS = """
2024-01-01 open Assets:1930-Bank
2024-01-01 open Assets:1320-Interna-lån-utlånat
2024-01-01 open Assets:1329-Värdereglering-interna-lån
2024-01-01 open Assets:1357-Insatser-i-enheter
2024-01-01 open Assets:1661-Intern-fordran-avgift
2024-01-01 open Assets:1662-Intern-fordran-fonder
2024-01-01 open Liabilities:2862-Intern-skuld-fonder
2024-01-01 open Equity:2071-Investeringsfond
2024-01-01 open Equity:2072-Solidaritetsfond
2024-01-01 open Equity:2083-Medlemsinsatser
2024-01-01 open Equity:2098-Föregående-års-resultat
2024-01-01 open Income:3680-Gemensam-avgift-intäkt
2024-01-01 open Income:3990-Avgift-till-fonder
2024-01-01 open Income:3993-Gåvor
2024-01-01 open Income:8360-Interna-ränteintäkter
2024-01-01 open Expenses:6570-Bankavgifter
2024-01-01 open Expenses:6993-Lämnade-bidrag
2024-01-01 open Expenses:8272-Nedskrivning-interna-lån
"""
POLICY = """
2024-01-01 custom "decision" "FS-1" "assembly"
"""


@pytest.fixture
def funds(make_workspace):
    """The funds of a central book that holds these months."""

    def make(**months):
        text = {name.removeprefix("m").replace("_", "-"): body for name, body in months.items()}
        ws = make_workspace({"gemensamt": {"accounts": ACCOUNTS, **text}, "repris": {}}, policy=POLICY)
        books = load_books(ws)
        assert not books.problems, [p.text() for p in books.problems]
        return funds_of(books)

    return make


OPENING = """
2025-01-01 * "Opening"
  decision: "FS-1"
  Assets:1930-Bank                    500.00 SEK
  Equity:2071-Investeringsfond       -400.00 SEK
  Equity:2072-Solidaritetsfond       -100.00 SEK
"""
COMPONENTS = """
2025-03-31 * "Levy"
  Assets:1661-Intern-fordran-avgift  150.00 SEK
    partner: "repris"
    ic: "levy"
  Income:3680-Gemensam-avgift-intäkt -125.00 SEK
    partner: "repris"
    ic: "levy"
    component: "service"
  Income:3990-Avgift-till-fonder      -15.00 SEK
    partner: "repris"
    ic: "levy"
    component: "investment"
  Income:3990-Avgift-till-fonder      -10.00 SEK
    partner: "repris"
    ic: "levy"
    component: "solidarity"
"""


def test_components_are_earmarked_from_the_month_they_are_booked(funds):
    found = funds(m2025_01=OPENING, m2025_03=COMPONENTS)
    rows = [
        (found[name].equity(day), found[name].earmarked(day), found[name].worth(day))
        for name in ("investment", "solidarity")
        for day in (dt.date(2024, 12, 31), dt.date(2025, 3, 30), dt.date(2025, 3, 31))
    ]
    assert rows == [
        # equity, earmarked, worth
        (0, 0, 0),
        (D("400.00"), 0, D("400.00")),
        (D("400.00"), D("15.00"), D("415.00")),
        (0, 0, 0),
        (D("100.00"), 0, D("100.00")),
        (D("100.00"), D("10.00"), D("110.00")),
    ]


@pytest.mark.parametrize(
    ("moved", "date", "surplus", "earmarked", "worth"),
    [
        ("15.00", "2026-05-09", "0.00", {}, "415.00"),  # just what was earmarked
        ("12.00", "2026-05-09", "0.00", {2025: "3.00"}, "415.00"),  # less: the rest stays earmarked
        ("40.00", "2026-05-09", "25.00", {}, "440.00"),  # more: an addition from surplus
        ("40.00", "2025-11-09", "40.00", {2025: "15.00"}, "455.00"),  # the running year's isn't touched
        ("-50.00", "2026-05-09", "-50.00", {2025: "15.00"}, "365.00"),  # the fund pays for the result
    ],
)
def test_an_appropriation_moves_what_is_earmarked_and_adds_what_goes_beyond(
    funds, moved, date, surplus, earmarked, worth
):
    text = f"""
{date} * "Appropriation"
  decision: "FS-1"
  Equity:2098-Föregående-års-resultat {moved} SEK
  Equity:2071-Investeringsfond        {D(moved) * -1} SEK
"""
    found = funds(m2025_01=OPENING, m2025_03=COMPONENTS, **{f"m{date[:7].replace('-', '_')}": text})["investment"]
    day = dt.date(2026, 12, 31)
    assert found.surplus(until=day) == D(surplus)
    assert found.earmarked_by_year(day) == {year: D(amount) for year, amount in earmarked.items()}
    assert found.worth(day) == D(worth)


USES = """
2025-06-01 * "Loan"
  fund: "investment"
  case: "IF-2025-001"
  Assets:1320-Interna-lån-utlånat  200.00 SEK
    partner: "repris"
    ic: "loan"
  Assets:1930-Bank                -200.00 SEK

2025-06-02 * "Grant"
  fund: "investment"
  case: "IF-2025-002"
  Expenses:6993-Lämnade-bidrag      50.00 SEK
    partner: "repris"
    ic: "fund"
  Assets:1930-Bank                 -50.00 SEK

2025-06-03 * "Stake"
  fund: "investment"
  case: "IF-2025-003"
  Assets:1357-Insatser-i-enheter    30.00 SEK
    partner: "repris"
    ic: "capital"
  Assets:1930-Bank                 -30.00 SEK

2025-06-30 * "Interest"
  fund: "investment"
  case: "IF-2025-001"
  Assets:1662-Intern-fordran-fonder  2.00 SEK
    partner: "repris"
    ic: "interest"
  Income:8360-Interna-ränteintäkter -2.00 SEK
    partner: "repris"
    ic: "interest"

2025-07-01 * "Gift for the fund, and its bank's fee"
  fund: "investment"
  Assets:1930-Bank                   9.00 SEK
  Expenses:6570-Bankavgifter         1.00 SEK
  Income:3993-Gåvor                -10.00 SEK

2025-08-01 * "Repaid"
  fund: "investment"
  case: "IF-2025-001"
  Assets:1930-Bank                  80.00 SEK
  Assets:1320-Interna-lån-utlånat  -80.00 SEK
    partner: "repris"
    ic: "loan"

2025-09-01 * "Written down"
  fund: "investment"
  case: "IF-2025-001"
  Expenses:8272-Nedskrivning-interna-lån    20.00 SEK
  Assets:1329-Värdereglering-interna-lån   -20.00 SEK
    partner: "repris"
    ic: "loan"

2025-10-01 * "Support"
  Expenses:6993-Lämnade-bidrag       7.00 SEK
    partner: "repris"
    ic: "solidarity"
  Liabilities:2862-Intern-skuld-fonder -7.00 SEK
    partner: "repris"
    ic: "solidarity"

2025-10-02 * "A call"
  Assets:1662-Intern-fordran-fonder  3.00 SEK
    partner: "repris"
    ic: "solidarity"
  Income:3990-Avgift-till-fonder    -3.00 SEK
    partner: "repris"
    ic: "solidarity"

2025-10-03 * "An ordinary loan, of no fund"
  Assets:1320-Interna-lån-utlånat   11.00 SEK
    partner: "repris"
    ic: "loan"
  Assets:1930-Bank                 -11.00 SEK

2025-10-04 * "A gift, of no fund"
  Assets:1930-Bank                  13.00 SEK
  Income:3993-Gåvor                -13.00 SEK
"""


def test_each_posting_has_its_kind_and_sign(funds):
    found = funds(m2025_01=OPENING, m2025_06=USES)
    said = {name: [(r.kind, str(r.amount), r.case) for r in fund.rows] for name, fund in found.items()}
    assert said == {
        "investment": [
            ("opening", "400.00", ""),
            ("loan", "200.00", "IF-2025-001"),
            ("grant", "-50.00", "IF-2025-002"),
            ("stake", "30.00", "IF-2025-003"),
            ("interest-due", "2.00", "IF-2025-001"),
            ("interest", "2.00", "IF-2025-001"),
            ("cost", "-1.00", ""),
            ("gift", "10.00", ""),
            ("loan", "-80.00", "IF-2025-001"),
            ("loss", "-20.00", "IF-2025-001"),
            ("allowance", "-20.00", "IF-2025-001"),
        ],
        "solidarity": [
            ("opening", "100.00", ""),
            ("claim", "-7.00", ""),
            ("owed", "-7.00", ""),
            ("owed", "3.00", ""),
            ("call", "3.00", ""),
        ],
    }
    day = dt.date(2025, 12, 31)
    assert found["investment"].worth(day) == D("341.00")  # 400 - 50 + 2 - 1 + 10 - 20
    assert found["solidarity"].worth(day) == D("96.00")  # 100 - 7 + 3
    assert found["solidarity"].support("claim", years=lambda year: year == 2024) == {"repris": D("7.00")}
    assert found["solidarity"].support("call", years=lambda year: year == 2024) == {"repris": D("3.00")}
    assert found["solidarity"].support("call", years=lambda year: year == 2025) == {}


@pytest.mark.parametrize("account", ["Equity:2084-Förlagsinsatser", "Liabilities:2390-Skuld-till-medlemmar"])
def test_a_fund_that_is_capital_or_debt_stands_where_each_posting_says_so(make_workspace, account):
    """Last year's 15.00 of the component go to repris's own account; what stands there without `fund:` is no fund's."""
    moved = f"""
2026-05-09 * "Appropriation"
  decision: "FS-1"
  Equity:2098-Föregående-års-resultat  15.00 SEK
  {account}  -15.00 SEK
    fund: "investment"
    partner: "repris"
    ic: "capital"

2026-05-10 * "Of no fund"
  decision: "FS-1"
  Assets:1930-Bank  77.00 SEK
  {account}
"""
    accounts = f"{ACCOUNTS}2024-01-01 open {account}\n"
    text = {"2025-01": OPENING, "2025-03": COMPONENTS, "2026-05": moved}
    ws = make_workspace({"gemensamt": {"accounts": accounts, **text}, "repris": {}}, policy=POLICY)
    found = funds_of(load_books(ws))["investment"]
    day = dt.date(2026, 12, 31)
    assert (found.equity(day), found.earmarked(day), found.worth(day)) == (D("415.00"), 0, D("415.00"))
    assert [(r.kind, r.amount, r.unit) for r in found.rows[-1:]] == [("appropriation", D("15.00"), "repris")]
