"""Policy: what counts from when, and every way in which a directive can be wrong (SPEC 4)."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from beancount.parser import parser

from ledger.books import CentralText
from ledger.errors import Problem
from ledger.policy import read_policy

D = Decimal
DAY = dt.date.fromisoformat

GOOD = """\
2026-01-01 custom "decision" "A" "assembly"
  text: "Group-common costs 15 % of turnover"
2026-01-20 custom "decision" "B" "board"
  amount: 5000.00 SEK
2026-01-01 custom "levy-rate" "*" 0.15
  decision: "A"
2026-02-01 custom "levy-rate" "nystart" 0.05
  decision: "B"
  until: 2027-01-31
2026-01-01 custom "levy-component" "service" 0.125
  decision: "A"
2026-01-01 custom "levy-component" "investment" 0.015
  decision: "A"
2026-01-01 custom "levy-component" "solidarity" 0.010
  decision: "A"
  vat: 0.06
2026-01-20 custom "levy-cap" "stor" 400000.00 SEK
  decision: "B"
2026-01-01 custom "levy-cap" "*" 500000.00 SEK
  decision: "A"
2026-01-01 custom "levy-floor" "*" 100.00 EUR
  decision: "A"
2026-01-01 custom "levy-base" "include" "3980-3989"
  decision: "A"
2026-06-01 custom "levy-base" "exclude" "3985"
  decision: "A"
"""
UNITS = {"nystart": {}, "stor": {}, "spanien": {"unit": 'currency = "EUR"\nchart = "pgc"\nentity = "legal_entity"'}}


@pytest.fixture
def policy(make_workspace):
    def read(text):
        ws = make_workspace(UNITS, policy=text)
        entries, errors, _ = parser.parse_file(str(ws.policy_file))  # what the guard refuses is tested where it is
        assert not errors
        return read_policy(CentralText(tuple(entries), (), "key"), ws)

    return read


def test_a_good_policy_has_no_problems(policy):
    found = policy(GOOD)
    assert found.problems == ()
    assert found.faulty == frozenset()
    assert found.decisions["B"].amount == D("5000.00")
    assert found.decisions["A"].text == "Group-common costs 15 % of turnover"
    assert (found.decisions["A"].body, found.decisions["A"].line) == ("assembly", 1)


@pytest.mark.parametrize(
    ("slug", "day", "rate"),
    [
        ("nystart", "2025-12-31", "0"),
        ("nystart", "2026-01-31", "0.15"),
        ("nystart", "2026-02-01", "0.05"),
        ("nystart", "2027-01-31", "0.05"),  # until is inclusive
        ("nystart", "2027-02-01", "0.15"),
        ("stor", "2026-02-01", "0.15"),
    ],
)
def test_rates_in_force(policy, slug, day, rate):
    assert policy(GOOD).rate(slug, DAY(day)) == D(rate)


def test_components_scale_to_another_rate(policy):
    found = policy(GOOD)
    assert found.shares(D("0.15"), DAY("2026-03-01")) == (
        ("service", Fraction("0.125")),
        ("investment", Fraction("0.015")),
        ("solidarity", Fraction("0.01")),
    )
    assert found.shares(D("0.05"), DAY("2026-03-01"))[0] == ("service", Fraction(1, 24))
    assert found.shares(D("0.15"), DAY("2025-03-01")) == ()


def test_vat_of_components(policy):
    found = policy(GOOD)
    day = DAY("2026-03-01")
    assert [found.vat(name, day) for name in ("service", "investment", "solidarity")] == ["standard", "none", D("0.06")]


def test_limits_bind_units_of_their_currency(policy):
    found = policy(GOOD)
    day = DAY("2026-03-01")
    assert found.limit("cap", "stor", "SEK", day) == D("400000.00")
    assert found.limit("cap", "stor", "SEK", DAY("2026-01-19")) == D("500000.00")
    assert found.limit("cap", "nystart", "SEK", day) == D("500000.00")
    assert found.limit("cap", "spanien", "EUR", day) is None
    assert found.limit("floor", "spanien", "EUR", day) == D("100.00")
    assert found.limit("threshold", "stor", "SEK", day) is None


@pytest.mark.parametrize(
    ("code", "day", "by_chart", "counts"),
    [
        ("3001", "2026-03-01", True, True),
        ("3985", "2026-03-01", False, True),
        ("3985", "2026-06-01", False, False),
        ("3986", "2026-06-01", False, True),
        ("3990", "2026-03-01", False, False),
        ("3985", "2025-12-31", False, False),
    ],
)
def test_what_counts_as_turnover(policy, code, day, by_chart, counts):
    assert policy(GOOD).counts(code, DAY(day), by_chart=by_chart) is counts


def test_a_later_decision_may_reach_back(policy):
    """The assembly meets in May and lowers the rate from January; the rise decided for July still comes."""
    found = policy(
        """\
2026-01-01 custom "decision" "A" "assembly"
2026-05-15 custom "decision" "M" "assembly"
2026-01-01 custom "levy-rate" "*" 0.15
  decision: "A"
2026-07-01 custom "levy-rate" "*" 0.16
  decision: "M"
2026-05-15 custom "levy-rate" "*" 0.14
  decision: "M"
  from: 2026-01-01
"""
    )
    assert found.problems == ()
    assert [found.rate("stor", DAY(d)) for d in ("2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01")] == [
        D(0),
        D("0.14"),
        D("0.14"),
        D("0.16"),
    ]


def test_the_key_follows_what_is_said(policy):
    one, other, same = policy(GOOD), policy(GOOD.replace("0.05", "0.06")), policy(GOOD)
    assert one.key == same.key
    assert one == same
    assert one.key != other.key


A = '2026-01-01 custom "decision" "A" "assembly"\n'
RATE = A + '2026-01-01 custom "levy-rate" "*" 0.15\n  decision: "A"\n'
FAULTS = [
    ("POLICY_DECISION_MISSING", 2, "*", A + '2026-01-01 custom "levy-rate" "*" 0.15\n'),
    ("POLICY_DECISION_UNKNOWN", 2, "*", A + '2026-01-01 custom "levy-rate" "*" 0.15\n  decision: "X"\n'),
    ("POLICY_DECISION_LATER", 2, "*", A + '2025-12-31 custom "levy-rate" "*" 0.15\n  decision: "A"\n'),
    ("POLICY_DECISION_LATER", 4, "stor", RATE + '2025-12-31 custom "levy-cap" "stor" 1.00 SEK\n  decision: "A"\n'),
    ("POLICY_DECISION_TWICE", 2, None, A + A),
    ("POLICY_RATE_RANGE", 2, "*", A + '2026-01-01 custom "levy-rate" "*" 15\n  decision: "A"\n'),
    ("POLICY_RATE_RANGE", 2, "*", A + '2026-01-01 custom "levy-rate" "*" -0.01\n  decision: "A"\n'),
    ("POLICY_RATE_RANGE", 2, "*", A + '2026-01-01 custom "levy-rate" "*" 0.51\n  decision: "A"\n'),
    ("POLICY_UNTIL_MISSING", 2, "stor", A + '2026-01-01 custom "levy-rate" "stor" 0.05\n  decision: "A"\n'),
    (
        "POLICY_DATES",
        2,
        "stor",
        A + '2026-01-01 custom "levy-rate" "stor" 0.05\n  decision: "A"\n  until: 2025-12-31\n',
    ),
    ("POLICY_UNIT_UNKNOWN", 4, None, RATE + '2026-01-01 custom "levy-cap" "stort" 1.00 SEK\n  decision: "A"\n'),
    ("POLICY_CURRENCY", 4, "stor", RATE + '2026-01-01 custom "levy-cap" "stor" 1.00 EUR\n  decision: "A"\n'),
    ("POLICY_SHAPE", 4, "stor", RATE + '2026-01-01 custom "levy-cap" "stor" -1.00 SEK\n  decision: "A"\n'),
    ("POLICY_SHAPE", 4, "stor", RATE + '2026-01-01 custom "levy-cap" "stor" 0.1\n  decision: "A"\n'),
    ("POLICY_SHAPE", 2, "*", A + '2026-01-01 custom "levy-rate" "*" "0.15"\n  decision: "A"\n'),
    ("POLICY_SHAPE", 2, "*", A + '2026-01-01 custom "levy-rate" 0.15\n  decision: "A"\n'),
    ("POLICY_SHAPE", 2, "*", A + '2026-01-01 custom "levy-rate" "*" 0.15\n  decision: "A"\n  until: "2026"\n'),
    ("POLICY_SHAPE", 4, "*", RATE + '2026-01-01 custom "levy-base" "also" "3980"\n  decision: "A"\n'),
    ("POLICY_SHAPE", 4, "*", RATE + '2026-01-01 custom "levy-base" "include" "3989-3980"\n  decision: "A"\n'),
    (
        "POLICY_SHAPE",
        4,
        "*",
        RATE + '2026-01-01 custom "levy-component" "service" 0.15\n  decision: "A"\n  vat: "normal"\n',
    ),
    ("POLICY_SHAPE", 1, None, '2026-01-01 custom "decision" "A"\n'),
    ("POLICY_UNKNOWN_DIRECTIVE", 4, "*", RATE + '2026-01-01 custom "levy-caps" "stor" 1.00 SEK\n  decision: "A"\n'),
    (
        "POLICY_UNKNOWN_KEY",
        4,
        "stor",
        RATE + '2026-01-01 custom "levy-cap" "stor" 1.00 SEK\n  decision: "A"\n  untill: 2026-12-31\n',
    ),
    ("POLICY_COMPONENT_SUM", 4, "*", RATE + '2026-01-01 custom "levy-component" "service" 0.14\n  decision: "A"\n'),
    (
        "POLICY_COMPONENT_SUM",
        6,
        "*",
        RATE
        + '2026-01-01 custom "levy-component" "service" 0.15\n  decision: "A"\n'
        + '2026-07-01 custom "levy-rate" "*" 0.14\n  decision: "A"\n',
    ),
    (
        "POLICY_FLOOR_ABOVE_CAP",
        4,
        "stor",
        RATE
        + '2026-01-01 custom "levy-floor" "stor" 2.00 SEK\n  decision: "A"\n'
        + '2026-01-01 custom "levy-cap" "*" 1.00 SEK\n  decision: "A"\n',
    ),
    (
        "POLICY_OVERLAP",
        5,
        "stor",
        A
        + '2026-01-01 custom "levy-rate" "stor" 0.05\n  decision: "A"\n  until: 2026-06-30\n'
        + '2026-06-30 custom "levy-rate" "stor" 0.06\n  decision: "A"\n  until: 2026-12-31\n',
    ),
    ("POLICY_OVERLAP", 4, "*", RATE + '2026-01-01 custom "levy-rate" "*" 0.14\n  decision: "A"\n'),
]


@pytest.mark.parametrize(("code", "line", "scope", "text"), FAULTS, ids=[f"{f[0]}-{i}" for i, f in enumerate(FAULTS)])
def test_faults_are_named_with_their_place_and_their_reach(policy, code, line, scope, text):
    found = policy(text)
    (problem,) = found.problems
    assert (problem.code, problem.file, problem.line) == (code, "units/policy.beancount", line)
    assert problem.unit == (scope if scope != "*" else None)
    assert found.faulty == (frozenset({scope}) if scope else frozenset())
    assert "{" not in problem.text() + problem.remedy_text()


#: Provoked in test_cycles and test_funds.
OTHERS = ("POLICY_CYCLE", "POLICY_FUND", "POLICY_CENTRE")


def test_every_policy_problem_is_provoked():
    known = {code for code in Problem.registry if code.startswith("POLICY_") and not code.startswith(OTHERS)}
    assert known == {fault[0] for fault in FAULTS}


def test_the_remedy_of_an_early_rate_says_how(policy):
    (problem,) = policy(A + '2025-12-31 custom "levy-rate" "*" 0.15\n  decision: "A"\n').problems
    assert problem.text() == "The decision A is of 2026-01-01, later than this levy-rate of 2025-12-31."
    assert "from: 2025-12-31" in problem.remedy_text()
    assert problem.excerpt.startswith('2025-12-31 custom "levy-rate" "*" 0.15')


def test_a_refused_policy_file_leaves_no_levy_standing(make_workspace):
    ws = make_workspace({})

    class Refused(Problem):
        message = "refused"

    text = CentralText((), (), "k", (Refused(file="units/policy.beancount", line=1),))
    assert read_policy(text, ws).faulty == frozenset({"*"})


class TestGoodwill:
    """`goodwill-impairment`: by what a decision writes the goodwill of an owned unit down; no matter of the levy."""

    LINE = '2026-12-31 custom "goodwill-impairment" "bolag" 800.00 EUR\n  decision: "A"\n'

    @pytest.fixture
    def policy(self, make_workspace):
        def read(text):
            bolag = 'currency = "EUR"\nentity = "legal_entity"\n[[owner]]\nunit = "stor"\nshare = "0.8"\n'
            ws = make_workspace({**UNITS, "bolag": {"unit": bolag}}, policy=text)
            entries, _, _ = parser.parse_file(str(ws.policy_file))
            return read_policy(CentralText(tuple(entries), (), "key"), ws)

        return read

    def test_is_read(self, policy):
        found = policy(A + self.LINE)
        (entry,) = found.impairments
        assert found.problems == ()
        assert (entry.unit, entry.amount, entry.currency) == ("bolag", D("800.00"), "EUR")
        assert (entry.start, entry.decision, entry.line) == (DAY("2026-12-31"), "A", 2)
        assert found.key != policy(A).key

    def test_may_be_decided_later_than_it_counts(self, policy):
        late = '2027-03-01 custom "decision" "A" "assembly"\n'
        found = policy(late + self.LINE.replace("2026-12-31", "2027-03-01") + "  from: 2026-12-31\n")
        assert [entry.start for entry in found.impairments] == [DAY("2026-12-31")]

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            ('  decision: "A"\n', "", "POLICY_DECISION_MISSING"),
            ("EUR", "SEK", "POLICY_CURRENCY"),
            ("bolag", "bolaget", "POLICY_UNIT_UNKNOWN"),
            ('"bolag"', '"*"', "POLICY_SHAPE"),
            ('"bolag"', '"stor"', "POLICY_SHAPE"),  # nobody owns it
            ("800.00", "0.00", "POLICY_SHAPE"),
            ("800.00 EUR", "800.00", "POLICY_SHAPE"),
            ("decision", "decission", "POLICY_UNKNOWN_KEY"),
        ],
    )
    def test_what_is_wrong_leaves_the_levy_alone(self, policy, old, new, code):
        found = policy(A + self.LINE.replace(old, new))
        assert [(p.code, p.line) for p in found.problems] == [(code, 2)]
        assert found.impairment_problems == found.problems
        assert (found.impairments, found.faulty) == ((), frozenset())


def test_a_decision_says_until_when_and_where_its_minutes_are(policy):
    found = policy(
        """\
2026-01-20 custom "decision" "B" "board"
  amount: 5000.00 SEK
  until: 2026-06-30
  document: "gemensamt/documents/ab/abcd-minutes.pdf"
2026-01-20 custom "decision" "C" "board"
  amount: 5000.00
"""
    )
    assert found.problems == ()
    assert (found.decisions["B"].until, found.decisions["B"].document) == (
        DAY("2026-06-30"),
        "gemensamt/documents/ab/abcd-minutes.pdf",
    )
    assert (found.decisions["C"].until, found.decisions["C"].document) == (dt.date.max, None)
    assert found.decisions["C"].currency == "SEK"  # the federation's


@pytest.mark.parametrize(
    ("meta", "code"),
    [
        ("amount: 0.00 SEK", "POLICY_SHAPE"),
        ("amount: -1.00 SEK", "POLICY_SHAPE"),
        ('amount: "5000"', "POLICY_SHAPE"),
        ('until: "2026-06-30"', "POLICY_SHAPE"),
        ("until: 2026-01-19", "POLICY_DATES"),
        ("untill: 2026-06-30", "POLICY_UNKNOWN_KEY"),
    ],
)
def test_a_decision_that_can_t_be_read_is_known_by_its_id_all_the_same(policy, meta, code):
    """What cites it is as good or bad as it will be once it can be read: nobody should hear that it doesn't exist."""
    found = policy(f'2026-01-20 custom "decision" "B" "board"\n  {meta}\n')
    assert [p.code for p in found.problems] == [code]
    assert (found.decisions, found.unread, found.faulty) == ({}, frozenset({"B"}), frozenset())


def test_a_cycle_names_the_book_that_keeps_it_and_the_decision_that_allows_it(policy):
    found = policy(
        """\
2026-01-01 custom "decision" "A" "assembly"
2026-01-07 custom "loan-cycle" "NY26" 500 SEK
  decision: "A"
  ends: 2026-12-10
  book: "nystart"
  max-shares: 5
2026-02-01 custom "loan-cycle" "RF26" 1000 SEK
  decision: "A"
"""
    )
    assert found.problems == ()
    assert [(c.name, c.book, c.start, c.until) for c in found.cycles] == [
        ("NY26", "nystart", DAY("2026-01-07"), DAY("2026-12-10")),
        ("RF26", "gemensamt", DAY("2026-02-01"), dt.date.max),
    ]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("", "POLICY_DECISION_MISSING"),
        ('decision: "X"', "POLICY_DECISION_UNKNOWN"),
        ('decision: "A"\n  book: "nowhere"', "POLICY_UNIT_UNKNOWN"),
        ('decision: "A"\n  book: "*"', "POLICY_SHAPE"),
        ('decision: "A"\n  ends: 2026-01-06', "POLICY_DATES"),
        ('decision: "A"\n  ends: "2026-12-10"', "POLICY_SHAPE"),
        ('decision: "A"\n  max-share: 5', "POLICY_UNKNOWN_KEY"),
    ],
)
def test_a_cycle_that_says_something_wrong_leaves_the_levy_alone(policy, lines, code):
    found = policy(
        f'2026-01-01 custom "decision" "A" "assembly"\n2026-01-07 custom "loan-cycle" "NY26" 500 SEK\n  {lines}\n'
    )
    assert [p.code for p in found.problems] == [code]
    assert (found.cycles, found.faulty) == ((), frozenset())
