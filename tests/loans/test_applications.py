"""Applications for loans: what `sambok check` says of one that can't be answered, and of none that can.

The group and the federation's fund are those of the samples (`tests.loans.books`): Anna and Bo have bought shares of
NK26, NK and FI of RF26, which ends on 10 December and is shared out the day after.
"""

import pytest

from ledger.federation import load_federation
from ledger.loans.problems import LoanProblem
from ledger.reports.loans import open_cycle
from ledger.reports.loans_proposal import proposal
from tests.loans.books import DECISION, GROUP, MEETING_1, MEETING_5, NK26, RF26, federation


def asked(cycle="NK26", amount="50.00 SEK", day="2026-02-20", **below):
    lines = "".join(f"  {key}: {value}\n" for key, value in below.items())
    return f'{day} custom "loan-application" "{cycle}" {amount}\n{lines}'


def person(who="Anna", **more):
    return asked(participant=f'"{who}"', **more)


def load(make_workspace, slug, text, terms=""):
    """All books of the samples, and a text in one of them."""
    parts = {**federation(), "kikundi": {**GROUP, "2026-01": MEETING_1, "2026-02": MEETING_5}}
    parts["es"] = {"unit": 'currency = "EUR"\nchart = "pgc"\n'}
    parts["new"] = {"unit": "joined = 2026-06-01\n"}
    month = text[:7]
    parts[slug] = {**parts[slug], month: parts[slug].get(month, "") + text}
    policy = DECISION + NK26 + terms + RF26
    return load_federation(make_workspace(parts, policy=policy))


#: In whose book; what it says; what is told of it.
WRONG = [
    ("kikundi", person(cycle="NK62"), "is for a loan of NK62, but there is no such cycle."),
    ("nk", asked("RF27"), "is for a loan of RF27, but there is no such cycle."),
    ("kikundi", person("Dora"), "can't be ranked: participant: names nobody who takes part."),
    ("kikundi", asked(), "can't be ranked: participant: names nobody who takes part."),
    ("nk", person(), "is for a loan of NK26, but stands in the book of nk."),
    ("gemensamt", asked("RF26"), "is for a loan of RF26, but stands in the fund's own book."),
    ("nk", asked("RF26", participant='"fi"'), "stands in the book of nk, but names fi."),
    ("kikundi", person(amount="0.00 SEK"), "can't be ranked: an amount above 0 is needed."),
    ("nk", asked("RF26", "-50.00 SEK"), "can't be ranked: an amount above 0 is needed."),
    ("nk", asked("RF26", "50.00 EUR"), "can't be ranked: the cycle is in SEK."),
    ("nk", asked("RF26", "50.005 SEK"), "can't be ranked: the smallest amount is 0.01 SEK."),
    ("nk", asked("RF26", months='"two"'), "can't be ranked: months: takes a whole number such as 3."),
    ("nk", asked("RF26", months="1.5"), "can't be ranked: months: takes a whole number such as 3."),
    ("nk", asked("RF26", need="-1"), "can't be ranked: need: takes a number such as 3."),
    ("nk", asked("RF26", until='"soon"'), "can't be ranked: until: takes a day such as 2026-03-31."),
    ("nk", asked("RF26", day="2025-12-31"), "2025-12-31, but loans of RF26 are given from 2026-01-01 to 2026-12-10."),
    ("nk", asked("RF26", day="2026-12-11"), "2026-12-11, but loans of RF26 are given from 2026-01-01 to 2026-12-10."),
    ("es", asked("RF26"), "Es keeps its book in EUR, but the cycle RF26 is in SEK."),
    ("new", asked("RF26"), "New takes part in RF26 on 2026-02-20, but it is no member on that day."),
    ("kikundi", asked("RF26"), "Kikundi takes part in RF26 on 2026-02-20, but it is no member on that day."),
]


@pytest.mark.parametrize(("slug", "text", "says"), WRONG)
def test_what_can_t_be_answered_is_told(make_workspace, slug, text, says):
    found = load(make_workspace, slug, text)
    (problem,) = found.problems
    assert isinstance(problem, LoanProblem)
    assert says.casefold() in problem.text().casefold()
    month = f"units/{slug}/books/{text[:4]}/{text[:7]}.beancount"
    at = (found.workspace.root / month).read_text(encoding="utf-8").splitlines().index(text.splitlines()[0])
    assert (problem.file, problem.line, problem.unit) == (month, at + 1, slug)
    assert problem.excerpt
    assert problem.remedy_text()
    assert found.books.units[slug].ok


@pytest.mark.parametrize(
    ("slug", "text"),
    [
        ("kikundi", person()),
        ("kikundi", person("anna", months="2", need="3", until="2026-03-31", reason='"School fees"')),
        ("kikundi", person("Bo", day="2026-12-10")),
        ("nk", asked("RF26")),
        ("nk", asked("RF26", participant='"nk"')),
        ("fi", asked("RF26", "1000000.00 SEK", months="99")),  # too much, too long: the ranking says so
    ],
)
def test_of_what_can_be_answered_nothing_is(make_workspace, slug, text):
    assert load(make_workspace, slug, text).problems == ()


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-02-20", None),
        ("2026-02-21", "of 2026-02-21, but loans of NK26 are given from 2026-01-01 to 2026-02-20."),
    ],
)
def test_after_the_last_loans(make_workspace, day, says):
    found = load(make_workspace, "kikundi", person(day=day), "  last-loans: 2026-02-20\n")
    assert [p.text() for p in found.problems] == ([] if says is None else [f"This application is {says}"])


def test_after_the_share_out(make_workspace):
    """Without an end: FI and NK hand their shares in on 11 December."""
    parts = federation()
    parts["nk"]["2026-12"] += asked("RF26", day="2026-12-11") + asked("RF26", day="2026-12-12")
    terms = DECISION + RF26.replace("  ends: 2026-12-10\n", "")
    found = load_federation(make_workspace(parts, policy=terms))
    assert [p.text() for p in found.problems] == [
        "This application is of 2026-12-12, but RF26 was shared out before.",
    ]


def test_who_asks_is_for_the_group_alone(make_workspace):
    found = load(make_workspace, "kikundi", person("Dora"))
    (problem,) = found.shown
    assert "Dora" not in str(problem.to_dict())


def test_a_cycle_whose_terms_are_wrong_is_no_unknown_one(make_workspace):
    found = load(make_workspace, "kikundi", person(), "  charge: 5\n")
    assert {p.code for p in found.problems} == {"POLICY_CYCLE_VALUE", "DECISION_NEEDED"}


def test_the_proposal_reads_them_alike(make_workspace):
    parts = {"kikundi": {**GROUP, "2026-01": MEETING_1, "2026-02": MEETING_5}}
    parts["kikundi"]["2026-02"] += person(months="2") + person("Dora") + person(amount="-1.00 SEK")
    ws = make_workspace(parts, policy=DECISION + NK26)
    opened = open_cycle(ws, "NK26")
    made = proposal(opened, opened.cycle.last)
    told = [p.text() for p in load_federation(ws).problems]
    later = proposal(opened, opened.cycle.terms.ends)
    assert [p.text() for p in made.problems] == told
    assert [(one.application.participant, one.application.term) for one in later.asked] == [("Anna", 2)]
