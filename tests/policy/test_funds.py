"""What directives of the funds and shared services may say, and every way in which they can be wrong (SPEC 9)."""

import datetime as dt
from decimal import Decimal

import pytest
from beancount.parser import parser

from ledger.books import CentralText
from ledger.charts.ranges import CodeSet
from ledger.errors import Problem
from ledger.policy import read_policy
from ledger.rules.funds.terms import AgreementTerms, FundTerms
from ledger.rules.services.terms import CostCentre, KeyValue
from ledger.rules.solidarity.terms import SolidarityTerms

D = Decimal
DAY = dt.date.fromisoformat
UNITS = {
    "gemensamt": {},
    "repris": {},
    "koop": {"unit": 'currency = "EUR"\nchart = "pgc"\nentity = "legal_entity"'},
    "nystart": {"unit": "joined = 2026-07-01"},
}
#: Line 1 and 2; what a test writes begins in line 3.
HEAD = '2025-11-20 custom "decision" "A" "assembly"\n  recused: "repris, koop, nystart"\n'


@pytest.fixture
def policy(make_workspace):
    def read(text):
        ws = make_workspace(UNITS, policy=HEAD + text)
        entries, errors, _ = parser.parse_file(str(ws.policy_file))
        assert not errors, errors
        return read_policy(CentralText(tuple(entries), (), "key"), ws)

    return read


def said(head, *lines, day="2026-01-01"):
    """A directive with its decision."""
    return "".join([f"{day} custom {head}\n", '  decision: "A"\n', *(f"  {line}\n" for line in lines)])


def agreed(*lines, name="IF-1", amount="1000.00 SEK", unit="repris", day="2026-03-10"):
    return said(f'"fund-agreement" "{name}" {amount}', f'unit: "{unit}"', *lines, day=day)


LOAN = ('kind: "loan"', "term: 12")


def test_nothing_decided_is_as_the_contract_has_it(policy):
    found = policy("").funds
    day = DAY("2026-06-01")
    assert (found.fund_terms(day), found.solidarity_terms(day)) == (FundTerms(), SolidarityTerms())
    assert (found.cost_centres(day), found.key_values(day), found.method(day)) == ({}, {}, "step-down")


INVESTMENT = """\
nature: "member-capital"
bank: "Assets:1940-Savings"
exposure: 0.25
own-part: 0.15
project-share: 0.80
liquidity: 0
grants: 1
business-line: 0.4
of-turnover: 0.3
guarantee-weight: 1
levy-days: 30
closed-by: 20
liquidity-days: 15
deficit-quarters: 3
director: 10000 SEK
committee: 50000.00 SEK
board: 200000.50 SEK
"""


def test_everything_of_the_investment_fund(policy):
    found = policy(said('"fund" "investment"', *INVESTMENT.splitlines()))
    assert found.problems == ()
    assert found.funds.fund_terms(DAY("2026-01-01")) == FundTerms(
        nature="member-capital",
        bank="Assets:1940-Savings",
        exposure=D("0.25"),
        own_part=D("0.15"),
        project_share=D("0.80"),
        liquidity=D(0),
        grants=D(1),
        business_line=D("0.4"),
        of_turnover=D("0.3"),
        guarantee_weight=D(1),
        levy_days=30,
        closed_by=20,
        liquidity_days=15,
        deficit_quarters=3,
        director=D(10000),
        committee=D("50000.00"),
        board=D("200000.50"),
    )


def test_what_a_later_directive_does_not_say_is_as_the_contract_has_it_again(policy):
    """The later one replaces the earlier as a whole, from its day."""
    first, later = said('"fund" "solidarity"', "free: 0.3"), said('"fund" "solidarity"', "cap: 0.2", day="2027-01-01")
    found = policy(first + later)
    assert found.problems == ()
    assert found.funds.solidarity_terms(DAY("2026-12-31")) == SolidarityTerms(free=D("0.3"))
    assert found.funds.solidarity_terms(DAY("2027-01-01")) == SolidarityTerms(cap=D("0.2"))


def test_everything_of_an_agreement(policy):
    lines = ("budget: 2000 SEK", "own-part: 1000 SEK", "interest: 0.02", "grace: 3", "ends: 2026-03-10")
    found = policy(agreed(*LOAN, *lines, 'repayment: "at-end"', 'recused: "repris , koop"', 'reason: "New"'))
    assert found.problems == ()
    (one,) = found.funds.agreed
    assert one.terms == AgreementTerms(
        case="IF-1",
        unit="repris",
        kind="loan",
        amount=D("1000.00"),
        budget=D(2000),
        own_part=D(1000),
        begins=DAY("2026-03-10"),
        ends=DAY("2026-03-10"),
        interest=D("0.02"),
        term=12,
        grace=3,
        repayment="at-end",
        recused=("repris", "koop"),
    )
    assert one.reason == "New"


def test_a_changed_agreement_counts_from_its_day(policy):
    """Whatever the capitals of its name would say: here they are the same."""
    found = policy(agreed(*LOAN) + agreed(*LOAN, "changes: TRUE", amount="3000 SEK", day="2026-05-01"))
    assert found.problems == ()
    amounts = {day: found.funds.agreement("IF-1", DAY(day)) for day in ("2026-03-09", "2026-04-30", "2026-05-01")}
    assert [one and one.terms.amount for one in amounts.values()] == [None, D("1000.00"), D(3000)]


def test_services_and_keys(policy):
    """The latest value of a key counts; services stand in the order of the step-down."""
    text = said('"cost-centre" "finance" "Economy"', "order: 2", 'key: "vouchers 60, payslips 40"', 'accounts: "6530"')
    text += said('"cost-centre" "lead" "Leadership"', "order: 1")
    text += said('"allocation-key" "payslips" "repris" 12') + said('"allocation-key" "payslips" "finance" 3')
    text += said('"allocation-key" "payslips" "repris" 24', day="2026-07-01") + said('"service-method" "reciprocal"')
    found = policy(text)
    assert found.problems == ()
    centres = found.funds.cost_centres(DAY("2026-01-01"))
    assert [entry.centre for entry in centres.values()] == [
        CostCentre("lead", "Leadership", 1, {"members": D(1)}, "A"),
        CostCentre("finance", "Economy", 2, {"vouchers": D(60), "payslips": D(40)}, "A"),
    ]
    assert centres["finance"].accounts == CodeSet.parse("6530")
    assert found.funds.keys[0].value == KeyValue("payslips", "repris", D(12), DAY("2026-01-01"), "A")
    assert found.funds.key_values(DAY("2026-06-30")) == {"payslips": {"repris": D(12), "finance": D(3)}}
    assert found.funds.key_values(DAY("2026-07-01")) == {"payslips": {"repris": D(24), "finance": D(3)}}
    assert found.funds.method(DAY("2026-01-01")) == "reciprocal"


def test_states_close_and_open_a_case(policy):
    text = agreed(*LOAN) + said('"fund-state" "IF-1" "closed"', day="2026-04-01")
    assert policy(text).funds.closed == {"IF-1": DAY("2026-04-01")}
    again = text + said('"fund-state" "IF-1" "watch"', day="2026-06-01")
    assert policy(again).funds.closed == {}
    assert policy(again).funds.state("IF-1", DAY("2026-05-31")).state == "closed"


def test_an_exception_is_for_one_year(policy):
    found = policy(said('"solidarity-exception" "nystart" "waiting"', "year: 2026", day="2027-02-10"))
    assert found.problems == ()
    assert [(e.scope, e.what) for e in found.funds.exceptions(2026)] == [("nystart", "waiting")]
    assert found.funds.exceptions(2027) == ()


FUND, SOL = '"fund" "investment"', '"fund" "solidarity"'
TWICE = agreed(*LOAN) + agreed(*LOAN, day="2026-04-01")
OTHER_UNIT = agreed(*LOAN) + agreed(*LOAN, "changes: TRUE", unit="koop", day="2026-04-01")
CAPITALS = agreed(*LOAN) + agreed(*LOAN, name="if-1", day="2026-04-01")
#: What is written from line 3 on; code, case, line, and what the message names.
FAULTS = [
    (said('"fund" "pension"'), "POLICY_FUND_VALUE", "word", 3, "pension"),
    (said(FUND, "exposure: 1.01"), "POLICY_FUND_VALUE", "", 3, "exposure: can't be 1.01"),
    (said(FUND, "exposure: -0.1"), "POLICY_FUND_VALUE", "", 3, "-0.1"),
    (said(FUND, 'exposure: "20 %"'), "POLICY_FUND_VALUE", "", 3, "20 %"),
    (said(FUND, "cover: 0.5"), "POLICY_FUND_VALUE", "word", 3, "investment, cover:"),
    (said(FUND, "levy-days: 1.5"), "POLICY_FUND_VALUE", "whole", 3, "1.5"),
    (said(FUND, "levy-days: 100001"), "POLICY_FUND_VALUE", "whole", 3, "100001"),
    (said(FUND, "board: 0 SEK"), "POLICY_FUND_VALUE", "amount", 3, "0 SEK"),
    (said(FUND, "board: 1000 EUR"), "POLICY_FUND_VALUE", "amount", 3, "1000 EUR"),
    (said(FUND, "board: 1000.001 SEK"), "POLICY_FUND_VALUE", "amount", 3, "1000.001 SEK"),
    (said(FUND, 'bank: "1940"'), "POLICY_FUND_VALUE", "account", 3, "1940"),
    (said(FUND, 'nature: "gift"'), "POLICY_FUND_VALUE", "word", 3, "reserve, member-capital, liability"),
    (said(SOL, "floor: 0.04"), "POLICY_FUND_VALUE", "band", 3, "0.04"),  # the target is 0.03
    (said(SOL, "target: 0.06"), "POLICY_FUND_VALUE", "band", 3, "0.06"),  # the ceiling is 0.05
    (said(SOL, 'mode: "pool"'), "POLICY_FUND_VALUE", "word", 3, "pooling"),
    (said(SOL, "bank: Assets:1940-Savings"), "POLICY_FUND_VALUE", "word", 3, "solidarity, bank:"),
    (agreed(*LOAN, name="1-IF"), "POLICY_FUND_CASE", "", 3, "1-IF"),
    (agreed(*LOAN, name="IF-" + "1" * 28), "POLICY_FUND_CASE", "", 3, "IF-1"),
    (agreed(*LOAN, unit="*"), "POLICY_FUND_VALUE", "unit", 3, "*"),
    (agreed(*LOAN, unit="repri"), "POLICY_UNIT_UNKNOWN", "", 3, "repri"),
    (agreed(*LOAN, amount="0.00 SEK"), "POLICY_FUND_VALUE", "amount", 3, "0.00 SEK"),
    (agreed('kind: "gift"'), "POLICY_FUND_VALUE", "word", 3, "grant, loan, equity, guarantee"),
    (agreed("term: 12"), "POLICY_FUND_VALUE", "word", 3, "kind"),
    (agreed('kind: "loan"'), "POLICY_FUND_CASE", "term", 3, "term"),
    (agreed(*LOAN, "grace: 12"), "POLICY_FUND_CASE", "grace", 3, "12"),
    (agreed('kind: "grant"', "interest: 0.02"), "POLICY_FUND_CASE", "grant", 3, "no interest"),
    (agreed(*LOAN, "budget: 900 SEK"), "POLICY_FUND_CASE", "own", 3, "900"),
    (agreed(*LOAN, "budget: 1200 SEK", "own-part: 200.01 SEK"), "POLICY_FUND_CASE", "own", 3, "1,200"),
    (agreed(*LOAN, "ends: 2026-03-09"), "POLICY_FUND_VALUE", "day", 3, "2026-03-09"),
    (agreed('kind: "equity"'), "POLICY_FUND_CASE", "division", 3, "repris"),
    (agreed(*LOAN, unit="nystart"), "POLICY_FUND_CASE", "member", 3, "2026-03-10"),
    (TWICE, "POLICY_FUND_CASE", "twice", 8, "line 3"),
    (CAPITALS, "POLICY_FUND_CASE", "twice", 8, "line 3"),
    (OTHER_UNIT, "POLICY_FUND_CASE", "other", 8, "agreed on with repris"),
    (said('"fund-state" "IF-9" "watch"'), "POLICY_FUND_CASE", "none", 3, "IF-9"),
    (
        agreed(*LOAN) + said('"fund-state" "IF-9" "watch"', day="2026-04-01"),
        "POLICY_FUND_CASE",
        "unknown",
        8,
        "Did you mean IF-1?",
    ),
    (said('"fund-state" "IF-9" "paused"'), "POLICY_FUND_VALUE", "word", 3, "paused"),
    (said('"fund-score" "IF-1" 60', "jobs: 30", "viability: 29"), "POLICY_FUND_CASE", "score", 3, "59"),
    (said('"fund-score" "IF-1" 101'), "POLICY_FUND_CASE", "score", 3, "101"),
    (said('"fund-score" "IF-1" 16', "spread: 16"), "POLICY_FUND_VALUE", "points", 3, "16"),
    (said('"fund-score" "IF-1" -1', "spread: -1"), "POLICY_FUND_VALUE", "number", 3, "-1"),
    (said('"solidarity-exception" "repris" "waiting"'), "POLICY_FUND_VALUE", "whole", 3, "year"),
    (said('"solidarity-exception" "repris" "mercy"', "year: 2026"), "POLICY_FUND_VALUE", "word", 3, "mercy"),
    (said('"cost-centre" "repris" "Repris"'), "POLICY_CENTRE", "", 3, "repris"),
    (said('"cost-centre" "Finance" "Economy"'), "POLICY_CENTRE", "name", 3, "Finance"),
    (said('"cost-centre" "finance" "Economy"', 'key: "vouchers 0"'), "POLICY_FUND_VALUE", "key", 3, "vouchers 0"),
    (said('"cost-centre" "finance" "Economy"', 'key: "Payslips"'), "POLICY_FUND_VALUE", "key", 3, "Payslips"),
    (said('"cost-centre" "finance" "Economy"', 'accounts: "65x"'), "POLICY_FUND_VALUE", "text", 3, "65x"),
    (said('"allocation-key" "vouchers" "repris" 3'), "POLICY_CENTRE", "books", 3, "vouchers"),
    (said('"allocation-key" "hours" "nobody" 3'), "POLICY_CENTRE", "user", 3, "nobody"),
    (said('"allocation-key" "Hours" "repris" 3'), "POLICY_CENTRE", "key", 3, "Hours"),
    (said('"allocation-key" "hours" "repris" -3'), "POLICY_FUND_VALUE", "number", 3, "-3"),
    (said('"service-method" "fair"'), "POLICY_FUND_VALUE", "word", 3, "step-down, reciprocal, direct"),
]


@pytest.mark.parametrize(("text", "code", "case", "line", "names"), FAULTS)
def test_a_faulty_directive_counts_for_nothing(policy, text, code, case, line, names):
    found = policy(text)
    told = [(p.code, p.params.get("case", ""), p.line) for p in found.problems]
    assert told == [(code, case, line)]
    (problem,) = found.problems
    assert names in problem.text() + problem.remedy_text()
    assert (problem.file, problem.excerpt is not None) == ("units/policy.beancount", True)
    counted = (*found.funds.funds, *found.funds.solidarity, *found.funds.agreed, *found.funds.keys)
    assert not [entry for entry in counted if entry.line == line]


def test_every_case_of_a_faulty_directive_is_provoked():
    told = {(code, case) for _, code, case, *_ in FAULTS}
    for code in ("POLICY_FUND_VALUE", "POLICY_FUND_CASE", "POLICY_CENTRE"):
        known = {(code, case) for case in ("", *Problem.registry[code].cases)}
        assert known - told == set()


#: Amount, who decided, what the agreement says more: what is told of it, though it counts all the same.
DECIDED = [
    ("10000 SEK", "director", 'recused: "repris"', []),
    ("10000.01 SEK", "director", 'recused: "repris"', [("FUND_DELEGATION", "committee")]),
    ("50000.01 SEK", "committee", 'recused: "repris"', [("FUND_DELEGATION", "board")]),
    ("200000.01 SEK", "board", 'recused: "repris"', [("FUND_DELEGATION", "assembly")]),
    ("200000.01 SEK", "assembly", 'recused: "repris"', []),
    ("10000 SEK", "director", 'recused: "koop"', [("FUND_RECUSAL", "repris")]),
    ("10000 SEK", "director", 'reason: "New"', [("FUND_RECUSAL", "repris")]),
]


@pytest.mark.parametrize(("amount", "body", "more", "told"), DECIDED)
def test_who_may_decide(policy, amount, body, more, told):
    bounds = ("director: 10000 SEK", "committee: 50000 SEK", "board: 200000 SEK")
    text = said(FUND, *bounds) + f'2026-03-01 custom "decision" "B" "{body}"\n'
    found = policy(text + agreed(*LOAN, more, amount=amount).replace('decision: "A"', 'decision: "B"'))
    assert [(p.code, p.params.get("needed", p.params.get("slug"))) for p in found.problems] == told
    assert len(found.funds.agreed) == 1
