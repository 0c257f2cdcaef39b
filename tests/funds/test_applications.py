"""Applications to the investment fund in the units' own books: what they say, lack and can't say (SPEC 9)."""

import datetime as dt
from decimal import Decimal

import pytest

from ledger.books import load_books
from ledger.funds.applications import applications, open_applications

D = Decimal
FULL = """\
  kind: "loan"
  purpose: "New oven"
  budget: 200000.00 SEK
  own-part: 40000.00 SEK
  jobs: 1.5
  payback: 48
  environment: "Half the electricity"
  spread: "Two other cafés"
  until: 2026-12-31
"""


def directive(more=FULL, case="IF-1", amount="150000.00 SEK", day="2026-03-02"):
    return f'{day} custom "fund-application" "{case}" {amount}\n{more}'


@pytest.fixture
def read(make_workspace):
    def found(**books):
        parts = {"gemensamt": {}, "fi": {"unit": "joined = 2026-02-01"}, "ge": {}}
        for slug, text in books.items():
            parts[slug] = parts[slug] | {"2026-03": text}
        return applications(load_books(make_workspace(parts)))

    return found


def test_everything_that_an_application_says(read):
    found = read(fi=directive())
    assert found.problems == ()
    one = found.by_case["IF-1"]
    assert (one.unit, one.date, one.kind, one.amount) == ("fi", dt.date(2026, 3, 2), "loan", D("150000.00"))
    assert (one.budget, one.own_part, one.jobs, one.payback) == (D("200000.00"), D("40000.00"), D("1.5"), 48)
    assert one.texts == {
        "purpose": "New oven",
        "environment": "Half the electricity",
        "spread": "Two other cafés",
    }
    assert (one.until, one.draft, one.lacks, one.line) == (dt.date(2026, 12, 31), False, (), 1)


#: What is written below it; what it lacks for the scale.
LACKING = [
    ("", ("purpose", "jobs", "payback", "budget", "own-part")),
    ('  purpose: ""\n', ("purpose", "jobs", "payback", "budget", "own-part")),
    (FULL.replace("  payback: 48\n", ""), ("payback",)),
    (FULL.replace("jobs: 1.5", "jobs: 0"), ()),
]


@pytest.mark.parametrize(("more", "lacks"), LACKING)
def test_what_it_lacks_is_told_and_no_fault(read, more, lacks):
    found = read(fi=directive(more))
    assert (found.problems, found.by_case["IF-1"].lacks) == ((), lacks)


#: The directive; what is wrong with it.
FAULTS = [
    (directive(case="IF 1"), "its name takes letters"),
    (directive(amount="150000.00 EUR"), "the fund is in SEK"),
    (directive(amount="0.00 SEK"), "an amount above 0 is needed"),
    (directive(amount="-5.00 SEK"), "an amount above 0 is needed"),
    (directive(amount="1.005 SEK"), "the smallest amount is 0.01 SEK"),
    (directive(FULL.replace('"loan"', '"lone"')), "such as loan."),
    (directive(FULL.replace("200000.00 SEK", "189999.99 SEK")), "more than the budget, 189999.99 SEK"),
    (directive(FULL.replace("200000.00 SEK", '"much"')), "budget: takes an amount"),
    (directive(FULL.replace("40000.00 SEK", "-1.00 SEK")), "an amount above 0 is needed"),
    (directive(FULL.replace("1.5", '"many"')), "jobs: takes a number"),
    (directive(FULL.replace("1.5", "10000.1")), "jobs: takes a number"),
    (directive(FULL.replace("48", "48.5")), "payback: takes a whole number"),
    (directive(FULL.replace("48", "0")), "payback: takes a whole number"),
    (directive(FULL.replace("48", "1201")), "payback: takes a whole number"),
    (directive(FULL.replace("2026-12-31", '"soon"')), "until: takes a day"),
    (directive(FULL + "  draft: 1\n"), "draft: takes TRUE or FALSE"),
    (directive(day="2026-01-31"), "fi is no member on 2026-01-31"),
]


@pytest.mark.parametrize(("text", "says"), FAULTS)
def test_an_application_that_cant_be(read, text, says):
    found = read(fi=text)
    assert found.by_case == {}
    (problem,) = found.problems
    assert (problem.code, problem.unit, problem.line) == ("FUND_APPLICATION", "fi", 1)
    assert problem.file == "units/fi/books/2026/2026-03.beancount"
    assert says in problem.text()


def test_central_does_not_ask_itself(read):
    (problem,) = read(gemensamt=directive()).problems
    assert "central doesn't apply to its own fund" in problem.text()


def test_the_first_of_two_with_one_name_counts_whatever_the_capitals(read):
    found = read(fi=directive(), ge=directive(case="if-1", amount="10.00 SEK"))
    assert [(a.case, a.unit) for a in found.by_case.values()] == [("IF-1", "fi")]
    (problem,) = found.problems
    assert (problem.code, problem.unit) == ("FUND_APPLICATION_TWICE", "ge")
    assert "units/fi/books/2026/2026-03.beancount:1" in problem.text() + problem.remedy_text()


#: The day that is asked for, what is decided, what is written: whether somebody has to decide.
WAITING = [
    ("2026-03-02", set(), FULL, True),
    ("2026-03-01", set(), FULL, False),
    ("2026-12-31", set(), FULL, True),
    ("2027-01-01", set(), FULL, False),  # it counted until December
    ("2026-03-02", {"if-1"}, FULL, False),
    ("2026-03-02", set(), FULL + "  draft: TRUE\n", False),
    ("2026-03-02", set(), FULL + "  draft: FALSE\n", True),
]


@pytest.mark.parametrize(("day", "decided", "more", "waits"), WAITING)
def test_what_waits_for_a_decision(read, day, decided, more, waits):
    found = list(open_applications(read(fi=directive(more)), decided, dt.date.fromisoformat(day)))
    assert [a.case for a in found] == (["IF-1"] if waits else [])
