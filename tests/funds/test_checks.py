"""What vouchers and agreements of the investment fund break: told with file and line, and the figures stand.

The fund has 1 000 000 from the start and nothing else; its year before brought nothing, so no grants are allowed but
where the terms say so.
"""

import datetime as dt
import re
from decimal import Decimal

import pytest

from ledger.federation import load_federation
from ledger.funds.applications import applications, open_applications
from ledger.funds.book import funds_of
from ledger.funds.cases import cases_of

D = Decimal
CENTRAL = """
2025-01-01 open Assets:1930-Bank
2025-01-01 open Assets:1320-Loans
2025-01-01 open Assets:1357-Stakes
2025-01-01 open Equity:2071-Fund
2025-01-01 open Equity:2091-Retained
2025-01-01 open Income:3993-Gifts
2025-01-01 open Expenses:6993-Grants
"""
OPENING = """
2025-01-01 * "Opening"
  decision: "FS-1"
  Assets:1930-Bank  1000000.00 SEK
  Equity:2071-Fund

2025-06-01 * "A gift to the fund: the inflow that next year's grants are measured by"
  fund: "investment"
  Assets:1930-Bank  100000.00 SEK
  Income:3993-Gifts
"""
POLICY = """
2025-01-01 custom "decision" "FS-1" "assembly"
  recused: "fi, ge"
2025-01-01 custom "decision" "ST-1" "board"
  recused: "fi, ge"
"""


def agreement(case="IF-1", amount="100000.00", unit="fi", kind="loan", date="2026-02-01", more="", decision="FS-1"):
    term = "  term: 24\n" if kind == "loan" else ""
    return (
        f'{date} custom "fund-agreement" "{case}" {amount} SEK\n  decision: "{decision}"\n  unit: "{unit}"\n'
        f'  kind: "{kind}"\n  budget: {D(amount) * 2} SEK\n{term}{more}'
    )


def payment(case="IF-1", amount="100000.00", unit="fi", kind="loan", date="2026-03-01", more=""):
    account, ic = {
        "loan": ("Assets:1320-Loans", "loan"),
        "grant": ("Expenses:6993-Grants", "fund"),
        "equity": ("Assets:1357-Stakes", "capital"),
    }[kind]
    return (
        f'{date} * "Paid"\n  fund: "investment"\n  case: "{case}"\n  decision: "FS-1"\n{more}'
        f'  {account}  {amount} SEK\n    partner: "{unit}"\n    ic: "{ic}"\n  Assets:1930-Bank\n\n'
    )


@pytest.fixture
def told(make_workspace):
    """Codes and texts of what the fund's checks tell, with the line."""

    def make(policy, booked="", unit=""):
        parts = {
            "gemensamt": {"accounts": CENTRAL, "2025-01": OPENING, "2026-03": booked or "; nothing\n"},
            "fi": {"unit": unit},
            "ge": {},
        }
        found = load_federation(make_workspace(parts, policy=POLICY + policy))
        assert not [p for p in found.policy.problems if not p.code.startswith("FUND")], found.policy.problems
        problems = found.fund_problems
        texts = [re.sub(r"(?<=\d),(?=\d)", "", p.text()) for p in problems]  # no sign between thousands
        return [(p.code, text, p.file.rpartition("/")[2]) for p, text in zip(problems, texts, strict=True)]

    return make


@pytest.mark.parametrize(
    ("policy", "booked"),
    [
        (agreement(), payment()),
        (agreement(), payment(amount="40000.00") + payment(amount="60000.00", date="2026-03-05")),
        (agreement(kind="grant", amount="30000.00"), payment(kind="grant", amount="30000.00")),
        # 1 100 000, of which a fifth is 220 000
        (agreement(amount="220000.00"), payment(amount="220000.00")),
        (agreement(kind="guarantee", amount="440000.00"), ""),
    ],
)
def test_what_was_agreed_on_and_stays_within_the_limits_is_told_of_by_nobody(told, policy, booked):
    assert told(policy, booked) == []


@pytest.mark.parametrize(
    ("policy", "booked", "text"),
    [
        ("", payment(), "This pays out of the investment fund on 2026-03-01, but there is no agreement IF-1 then."),
        (
            agreement(date="2026-03-02"),
            payment(),
            "This pays out of the investment fund on 2026-03-01, but there is no agreement IF-1 then.",
        ),
        (agreement(), payment(unit="ge"), "This pays ge, but IF-1 was agreed on with fi."),
        (
            agreement(more="  ends: 2026-02-15\n"),
            payment(),
            "This pays out of IF-1, which was over on 2026-02-15.",
        ),
        (
            agreement() + '2026-02-20 custom "fund-state" "IF-1" "closed"\n  decision: "FS-1"\n',
            payment(),
            "This pays out of IF-1, which was over on 2026-02-20.",
        ),
        (
            agreement(),
            payment() + payment(amount="0.01", date="2026-03-02"),
            "IF-1: 100000.01 SEK have been paid out, 100000.00 SEK were agreed on.",
        ),
    ],
)
def test_payments_that_nobody_agreed_on(told, policy, booked, text):
    assert [(said, file) for _, said, file in told(policy, booked)] == [(text, "2026-03.beancount")]


EXPOSURE = "IF-1 on {day}: the fund has {actual} SEK at stake with fi, and 220000.00 SEK is the most."


@pytest.mark.parametrize(
    ("policy", "booked", "texts"),
    [
        # one öre beyond a fifth, from the agreement on
        (agreement(amount="220000.01"), "", [EXPOSURE.format(day="2026-02-01", actual="220000.01")]),
        (agreement(kind="guarantee", amount="440000.02"), "", [EXPOSURE.format(day="2026-02-01", actual="220000.01")]),
        # what is agreed on and what is lent count together; each unit by itself
        (
            agreement(amount="200000.00") + agreement("IF-2", "20000.01", date="2026-02-03"),
            "",
            [EXPOSURE.format(day="2026-02-03", actual="220000.01").replace("IF-1", "IF-2")],
        ),
        (agreement(amount="200000.00") + agreement("IF-2", "20000.01", unit="ge", date="2026-02-03"), "", []),
        # grants: 30 % of the 100 000 of last year
        (
            agreement(kind="grant", amount="30000.01"),
            "",
            ["IF-1 on 2026-02-01: grants of the year are 30000.01 SEK, and 30000.00 SEK is the most."],
        ),
        # an exception that somebody answers for
        (agreement(amount="220000.01", more='  reason: "The only roof in town"\n'), "", []),
    ],
)
def test_limits_of_agreements(told, policy, booked, texts):
    found = told(policy, booked)
    assert [text for _, text, _ in found] == texts
    assert {file for _, _, file in found} <= {"policy.beancount"}


def test_a_payment_that_leaves_too_little_in_the_bank(told):
    """Four loans of 210 000 leave 260 000 of 1 100 000 in the bank, less than a quarter; the fourth says so."""
    limits = '2025-01-02 custom "fund" "investment"\n  decision: "FS-1"\n  exposure: 1\n'
    policy = limits + "".join(agreement(f"IF-{n}", "210000.00", unit="fi" if n % 2 else "ge") for n in range(1, 5))
    booked = "".join(
        payment(f"IF-{n}", "210000.00", unit="fi" if n % 2 else "ge", date=f"2026-03-0{n}") for n in range(1, 5)
    )
    text = "IF-4 on 2026-03-04: the fund has 260000.00 SEK in the bank, and 275000.00 SEK is the least."
    assert told(policy, booked) == [("FUND_LIMIT", text, "2026-03.beancount")]
    accepted = '  accepted-by: "Eva, board"\n  reason: "Repaid in a week"\n'
    assert told(policy, booked.replace('"IF-4"\n', f'"IF-4"\n{accepted}')) == []


def test_more_than_a_quarter_of_the_fund_is_for_the_assembly(told):
    terms = '2025-01-02 custom "fund" "investment"\n  decision: "FS-1"\n  exposure: 1\n  board: 500000.00 SEK\n'
    assert told(terms + agreement(amount="275000.00", decision="ST-1")) == []
    found = told(terms + agreement(amount="275000.01", decision="ST-1"))
    assert [text for _, text, _ in found] == [
        "275000.01 SEK for IF-1 was decided by board; more than a quarter of the fund takes assembly."
    ]
    assert told(terms + agreement(amount="275000.01")) == []


def test_who_owes_levy_for_too_long_gets_nothing(make_workspace):
    """Levy of December is owed since the 31st: on 1 March that is 60 days, on the 2nd 61."""
    sold = '2025-12-10 * "Sale"\n  Assets:1930-Bank  1000.00 SEK\n  Income:3001-Sales\n'
    accounts = "2025-01-01 open Assets:1930-Bank\n2025-01-01 open Income:3001-Sales\n"
    rate = '2025-01-01 custom "levy-rate" "*" 0.15\n  decision: "FS-1"\n'
    for day, told in (("2026-03-01", []), ("2026-03-02", ["61"])):
        parts = {
            "gemensamt": {"accounts": CENTRAL, "2025-01": OPENING, "2026-03": payment(date=day)},
            "fi": {"accounts": accounts, "2025-12": sold},
        }
        policy = POLICY.replace(", ge", "") + rate + agreement()
        found = load_federation(make_workspace(parts, policy=policy))
        said = [p.text().partition("for ")[2].partition(" days")[0] for p in found.fund_problems]
        assert said == told
        assert found.funds["investment"].worth(dt.date(2026, 3, 31)) == D("1100000.00")


CHANGED = "  changes: TRUE\n"
RAISED = agreement() + agreement(amount="150000.00", date="2026-04-01", more=CHANGED)


@pytest.mark.parametrize(
    ("policy", "booked", "codes"),
    [
        # what is paid before the change was agreed on as well
        (RAISED, payment() + payment(amount="50000.00", date="2026-04-01"), []),
        (RAISED, payment(amount="100000.01"), ["FUND_OVERPAID"]),
        (RAISED, payment() + payment(amount="50000.01", date="2026-04-01"), ["FUND_OVERPAID"]),
        # a lower amount counts from its day
        (agreement() + agreement(amount="60000.00", date="2026-04-01", more=CHANGED), payment(), []),
        # a guarantee that is raised is one guarantee: a fifth of 1 100 000 is 220 000, of which each weighs a half
        (
            agreement(kind="guarantee", amount="400000.00")
            + agreement(kind="guarantee", amount="440000.00", date="2026-04-01", more=CHANGED),
            "",
            [],
        ),
        # turned down, and agreed on after all
        ('2026-01-10 custom "fund-state" "IF-1" "rejected"\n  decision: "ST-1"\n' + agreement(), payment(), []),
        (
            agreement() + '2026-02-20 custom "fund-state" "IF-1" "closed"\n  decision: "ST-1"\n',
            payment(),
            ["FUND_AGREEMENT"],
        ),
    ],
)
def test_a_change_counts_from_its_own_day(told, policy, booked, codes):
    assert [code for code, _, _ in told(policy, booked)] == codes


@pytest.mark.parametrize(
    ("policy", "code", "says"),
    [
        (agreement() + agreement(), "POLICY_FUND_CASE", "There is an agreement on IF-1 already"),
        (
            agreement() + agreement(case="if-1", more=CHANGED),
            "POLICY_FUND_CASE",
            "IF-1 was agreed on with fi, as a loan",
        ),
        (agreement() + agreement(unit="ge", more=CHANGED), "POLICY_FUND_CASE", "IF-1 was agreed on with fi, as a loan"),
        (
            agreement() + agreement(kind="guarantee", more=CHANGED),
            "POLICY_FUND_CASE",
            "IF-1 was agreed on with fi, as a loan",
        ),
        (agreement(unit="*"), "POLICY_FUND_VALUE", "unit: can't be *."),
        (
            agreement(kind="guarantee").replace("200000.00", "99999.99"),
            "POLICY_FUND_CASE",
            "Amount and own part are more than the budget, 99,999.99 SEK.",
        ),
        (agreement(more="  ends: 2026-01-31\n"), "POLICY_FUND_VALUE", "ends: can't be 2026-01-31."),
    ],
)
def test_an_agreement_that_cant_be(make_workspace, policy, code, says):
    found = load_federation(
        make_workspace({"gemensamt": {"accounts": CENTRAL}, "fi": {}, "ge": {}}, policy=POLICY + policy)
    )
    told = [p for p in found.policy.problems if p.code == code]
    assert len(told) == 1, found.policy.problems
    assert told[0].text().startswith(says)


APPLICATION = '2026-03-02 custom "fund-application" "{case}" 1000.00 SEK\n  kind: "grant"\n{more}'


@pytest.mark.parametrize(
    ("case", "more", "says"),
    [
        ("IF-9", "", None),
        ("IF-9", "  draft: TRUE\n", None),
        ("IF 9", "", "its name takes letters"),
        ("9", "", "its name takes letters"),
        ("I" * 31, "", "its name takes letters"),
        ("IF-9", '  draft: "yes"\n', "draft: takes TRUE or FALSE"),
    ],
)
def test_an_application_can_be_decided_by_its_name(make_workspace, case, more, says):
    text = APPLICATION.format(case=case, more=more)
    found = load_federation(
        make_workspace({"gemensamt": {"accounts": CENTRAL}, "fi": {"2026-03": text}}, policy=POLICY)
    )
    told = [p.text() for p in found.fund_problems]
    assert len(told) == (0 if says is None else 1)
    assert all(says in one for one in told)


def test_an_application_and_its_agreement_are_one_case_whatever_the_capitals(make_workspace):
    ws = make_workspace(
        {
            "gemensamt": {"accounts": CENTRAL},
            "fi": {"2026-01": APPLICATION.format(case="if-1", more='  purpose: ""\n')},
        },
        policy=POLICY + agreement(),
    )
    found = load_federation(ws)
    asked = applications(found.books)
    assert asked.by_case["if-1"].lacks == ("purpose", "jobs", "payback", "budget", "own-part")
    assert list(open_applications(asked, {"IF-1"}, dt.date(2026, 3, 31))) == []
    book = funds_of(found.books)["investment"]
    cases = cases_of(found.books, found.policy, book, dt.date(2026, 3, 31)).by_name
    assert [(name, bool(one.application), bool(one.agreement)) for name, one in cases.items()] == [("IF-1", True, True)]
