"""What a loan cycle's directive may say, and every way in which it can be wrong (SPEC 8)."""

import datetime as dt
from decimal import Decimal

import pytest
from beancount.parser import parser

from ledger.books import CentralText
from ledger.policy import read_policy
from ledger.rules.loans.terms import Terms

D = Decimal
DAY = dt.date.fromisoformat
HEAD = '2026-01-01 custom "decision" "A" "assembly"\n'


@pytest.fixture
def policy(make_workspace):
    def read(text):
        ws = make_workspace({"kikundi": {"unit": 'currency = "KES"\nchart = "vsla"\ncombine = false'}}, policy=text)
        entries, errors, _ = parser.parse_file(str(ws.policy_file))
        assert not errors
        return read_policy(CentralText(tuple(entries), (), "key"), ws)

    return read


def cycle(*lines, name="RF26", value="1000 SEK", day="2026-01-07"):
    below = "".join(f"  {line}\n" for line in ('decision: "A"', *lines))
    return f'{day} custom "loan-cycle" "{name}" {value}\n{below}'


def test_a_cycle_that_says_nothing_more_has_the_terms_of_most_groups(policy):
    found = policy(HEAD + cycle())
    assert found.problems == ()
    assert found.cycles[0].terms == Terms(name="RF26", currency="SEK", share_value=D(1000), begins=DAY("2026-01-07"))


EVERYTHING = """\
ends: 2026-12-10
max-shares: 5
min-shares: 1
loan-multiple: 3
charge: 0.05
method: "roll-over"
period: "4-weeks"
max-term: 3
default-term: 2
grace: 1
repayment: "equal-principal"
split: "pro-rata"
part-period: "days"
after-term: FALSE
rounding: "10"
share-out: "interest-back"
shortfall: "pro-rata"
fines: "social-fund"
leaving: "value"
joining: "no"
outside-multiple: 5
last-shares: 2026-11-12
last-loans: 2026-09-10
late-may-borrow: FALSE
social: 20 KES
meetings: "week"
due-weekday: "saturday"
rotation: "fixed"
order: "Anna, Bo"
seed: "minutes 4"
book: "kikundi"
"""


def test_a_cycle_may_say_everything(policy):
    found = policy(HEAD + cycle(*EVERYTHING.splitlines(), name="NK26", value="100 KES"))
    assert found.problems == ()
    (one,) = found.cycles
    assert (one.name, one.book, one.turns, one.seed) == ("NK26", "kikundi", ("Anna", "Bo"), "minutes 4")
    assert one.until == DAY("2026-12-10")
    assert one.terms == Terms(
        name="NK26",
        currency="KES",
        share_value=D(100),
        begins=DAY("2026-01-07"),
        ends=DAY("2026-12-10"),
        max_shares=5,
        min_shares=1,
        loan_multiple=D(3),
        charge=D("0.05"),
        method="roll-over",
        period="4-weeks",
        max_term=3,
        default_term=2,
        grace=1,
        repayment="equal-principal",
        split="pro-rata",
        part_period="days",
        after_term=False,
        rounding=D(10),
        share_out="interest-back",
        shortfall="pro-rata",
        fines="social-fund",
        leaving="value",
        joining="no",
        outside_multiple=D(5),
        last_shares=DAY("2026-11-12"),
        last_loans=DAY("2026-09-10"),
        late_may_borrow=False,
        social=D(20),
        meetings="week",
        due_weekday="saturday",
        rotation="fixed",
    )


def test_cycles_of_one_book_may_overlap(policy):
    found = policy(HEAD + cycle("ends: 2026-12-10") + cycle(name="RF27", day="2026-12-01"))
    assert found.problems == ()
    assert [c.name for c in found.cycles if c.covers(DAY("2026-12-05"))] == ["RF26", "RF27"]


def test_what_a_cycle_says_is_in_the_key_of_the_policy(policy):
    assert policy(HEAD + cycle("max-term: 3")).key != policy(HEAD + cycle("max-term: 4")).key


@pytest.mark.parametrize(
    ("directive", "code", "says"),
    [
        (cycle('method: "declinin"'), "POLICY_CYCLE_WORD", 'Did you mean "declining"?'),
        (cycle('method: "Flat"'), "POLICY_CYCLE_WORD", 'Did you mean "flat"?'),
        (cycle('period: "monthly"'), "POLICY_CYCLE_WORD", 'Did you mean "month"?'),
        (cycle('shortfall: "writeoff"'), "POLICY_CYCLE_WORD", 'Did you mean "write-off"?'),
        (cycle("fines: TRUE"), "POLICY_CYCLE_WORD", "fines: doesn't take True."),
        (cycle('rotation: "auktion"'), "POLICY_CYCLE_WORD", 'Did you mean "auction"?'),
        (cycle("max-shares: 0"), "POLICY_CYCLE_VALUE", "Write a whole number from 1 on"),
        (cycle("max-shares: 2.5"), "POLICY_CYCLE_VALUE", "max-shares: can't be 2.5."),
        (cycle("max-term: -1"), "POLICY_CYCLE_VALUE", "max-term: can't be -1."),
        (cycle('max-term: "three"'), "POLICY_CYCLE_VALUE", "max-term: can't be three."),
        (cycle("max-term: TRUE"), "POLICY_CYCLE_VALUE", "max-term: can't be True."),
        (cycle("charge: 5"), "POLICY_CYCLE_VALUE", "for 5 %:  charge: 0.05"),
        (cycle("charge: -0.01"), "POLICY_CYCLE_VALUE", "charge: can't be -0.01."),
        (cycle("charge: 50 SEK"), "POLICY_CYCLE_VALUE", "charge: can't be 50 SEK."),
        (cycle("loan-multiple: 0"), "POLICY_CYCLE_VALUE", "loan-multiple: can't be 0."),
        (cycle('rounding: "NaN"'), "POLICY_CYCLE_VALUE", "rounding: can't be NaN."),
        (cycle('rounding: "0.015"'), "POLICY_CYCLE_VALUE", "in whole 0.01 SEK:  rounding:"),
        (cycle('rounding: "1e15"'), "POLICY_CYCLE_VALUE", "rounding: can't be 1e15."),
        (cycle('rounding: "1e-999999999"'), "POLICY_CYCLE_VALUE", "rounding: can't be 1e-999999999."),
        (cycle('loan-multiple: "1e999999999"'), "POLICY_CYCLE_VALUE", "loan-multiple: can't be 1e999999999."),
        (cycle('charge: "0e-999999999"'), "POLICY_CYCLE_VALUE", "charge: can't be 0e-999999999."),
        (cycle('max-shares: "5e99999999"'), "POLICY_CYCLE_VALUE", "max-shares: can't be 5e99999999."),
        (cycle('last-loans: "2026-10-01"'), "POLICY_CYCLE_VALUE", "Write a day, without quotes"),
        (cycle("last-loans: 2026-01-06"), "POLICY_CYCLE_DATES", "runs from 2026-01-07 to -"),
        (cycle("ends: 2026-12-10", "last-shares: 2026-12-11"), "POLICY_CYCLE_DATES", "from 2026-01-07 to 2026-12-10"),
        (cycle('late-may-borrow: "no"'), "POLICY_CYCLE_VALUE", "Write TRUE or FALSE"),
        (cycle("max-shares: 5", "min-shares: 6"), "POLICY_CYCLE_LIMITS", "min-shares: 6 doesn't go with max-shares: 5"),
        (cycle("max-term: 3", "default-term: 4"), "POLICY_CYCLE_LIMITS", "default-term: 4"),
        (cycle("max-term: 3", "grace: 3"), "POLICY_CYCLE_LIMITS", "grace: 3 doesn't go with max-term: 3"),
        (cycle("social: 20 KES"), "POLICY_CYCLE_VALUE", "write the amount in SEK"),
        (cycle('order: "Anna, Bo"'), "POLICY_CYCLE_VALUE", "this cycle has no rotation"),
        (cycle('rotation: "fixed"', 'order: "Bo, Bo"'), "POLICY_CYCLE_VALUE", "names somebody twice"),
        (cycle('rotation: "lottery"', "seed: 5"), "POLICY_CYCLE_VALUE", "Write a text in quotes"),
        (cycle(value="0 SEK"), "POLICY_CYCLE_VALUE", "A share can't cost 0 SEK."),
        (cycle(value="-100 SEK"), "POLICY_CYCLE_VALUE", "A share can't cost -100 SEK."),
        (cycle(value="10.005 SEK"), "POLICY_CYCLE_VALUE", "in whole 0.01 SEK"),
        (cycle(value="100 KES"), "POLICY_CURRENCY", "keeps its books in SEK"),
        (cycle(name="2026"), "POLICY_CYCLE_NAME", "can't be called 2026"),
        (cycle(name="NK 26"), "POLICY_CYCLE_NAME", "can't be called NK 26"),
        (cycle(name="Å26"), "POLICY_CYCLE_NAME", "can't be called Å26"),
        (cycle(name="N" * 31), "POLICY_CYCLE_NAME", "at most 30"),
        (cycle("loan-multipel: 3"), "POLICY_UNKNOWN_KEY", "Did you mean loan-multiple: ?"),
        (cycle('ends: "2026-12-10"'), "POLICY_SHAPE", "ends: takes a date"),
    ],
)
def test_what_a_cycle_can_t_say(policy, directive, code, says):
    found = policy(HEAD + directive)
    assert [p.code for p in found.problems] == [code]
    (problem,) = found.problems
    assert says in f"{problem.text()} {problem.remedy_text()}"
    assert (problem.file, problem.line) == ("units/policy.beancount", 2)
    assert (found.cycles, found.faulty) == ((), frozenset())


@pytest.mark.parametrize("other", ["RF26", "rf26"])
def test_two_cycles_with_one_name(policy, other):
    found = policy(HEAD + cycle() + cycle(name=other, day="2027-01-07"))
    assert [(p.code, p.line) for p in found.problems] == [("POLICY_CYCLE_TWICE", 4)]
    assert found.problems[0].params["first"] == "2"
    assert [c.line for c in found.cycles] == [2]
