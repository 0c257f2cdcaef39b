"""Which postings belong to which cycle, whose they are, and what part they have in the fund (SPEC 8)."""

import datetime as dt

import pytest
from beancount import loader

from ledger.books.guard_names import is_account_letter
from ledger.books.summary import account_code
from ledger.charts import load_chart
from ledger.federation import load_federation
from ledger.loans import leaf_of, movements_of
from ledger.policy import CycleEntry
from ledger.rules.loans.terms import Terms
from tests.loans.books import DECISION, GROUP, RF26, federation

DAY = dt.date.fromisoformat
OPENS = """\
2026-01-01 open Assets:1010-Box
2026-01-01 open Assets:1020-Social-box
2026-01-01 open Assets:1030-Bank
2026-01-01 open Assets:1110-Loans
2026-01-01 open Assets:1110-Loans:Anna
2026-01-01 open Assets:1190-Other
2026-01-01 open Liabilities:2010-Outside
2026-01-01 open Liabilities:2020-Unpaid
2026-01-01 open Liabilities:2900-To-be-cleared
2026-01-01 open Equity:3010-Shares
2026-01-01 open Equity:3010-Shares:Anna
2026-01-01 open Equity:3010-Shares:P-26
  participant: "26"
2026-01-01 open Equity:Mine:Bo
  code: "3010"
  participant: "Bo Ek"
2026-01-01 open Equity:3020-Social
2026-01-01 open Equity:3910-Carried-in
2026-01-01 open Equity:3990-Result
2026-01-01 open Income:4010-Charges
2026-01-01 open Income:4020-Fines
2026-01-01 open Income:4040-Sales
2026-01-01 open Expenses:5010-Pens
2026-01-01 open Expenses:5040-Losses
2026-01-01 open Expenses:5050-Differences
"""


def cycle(name="NK26", begins="2026-01-07", ends="2026-12-10"):
    terms = Terms(name=name, currency="SEK", share_value=100, begins=DAY(begins), ends=DAY(ends))
    return CycleEntry(
        dated=DAY(begins),
        start=DAY(begins),
        until=DAY(ends),
        decision="K-1",
        file="",
        line=1,
        name=name,
        book="kikundi",
        terms=terms,
    )


@pytest.fixture
def read(make_workspace):
    ws = make_workspace({"kikundi": GROUP})

    def reading(text, *cycles):
        entries, errors, _ = loader.load_string(OPENS + text)
        assert errors == []
        unit = ws.units["kikundi"]
        return movements_of(entries, unit, load_chart("vsla", unit.folder), cycles or (cycle(),), ws)

    return reading


def said(reading, name="NK26"):
    return [(m.part, m.participant, f"{m.amount:f}") for m in reading.movements[name]]


@pytest.mark.parametrize(
    ("account", "part"),
    [
        ("Assets:1010-Box", "cash"),
        ("Assets:1030-Bank", "cash"),
        ("Assets:1020-Social-box", "social_cash"),
        ("Assets:1110-Loans:Anna", "loans"),
        ("Liabilities:2010-Outside", "outside"),
        ("Liabilities:2020-Unpaid", "unpaid_expenses"),
        ("Liabilities:2900-To-be-cleared", "unpaid_expenses"),
        ("Equity:3010-Shares:Anna", "shares"),
        ("Equity:3020-Social", "social_fund"),
        ("Equity:3910-Carried-in", "carried_in"),
        ("Equity:3990-Result", "shared_out"),
        ("Income:4010-Charges", "charges"),
        ("Income:4020-Fines", "fines"),
        ("Income:4040-Sales", "gifts"),
        ("Expenses:5010-Pens", "expenses"),
        ("Expenses:5040-Losses", "losses"),
        ("Expenses:5050-Differences", "differences"),
    ],
)
def test_an_account_s_number_tells_its_part(read, account, part):
    found = read(f'2026-02-11 * "x"\n  {account}  5 SEK\n  Income:4040-Sales  -5 SEK\n')
    assert found.movements["NK26"][0].part == part
    assert found.problems == []


def test_what_has_no_part_is_remembered(read):
    found = read('2026-02-11 * "x"\n  Assets:1190-Other  5 SEK\n  Assets:1010-Box  -5 SEK\n')
    assert said(found) == [("cash", "", "-5")]
    assert dict(found.beside["NK26"]) == {0: ["Assets:1190-Other"]}


def test_whose_it_is(read):
    """What the posting says, else the voucher, else the `open` of the account, else the account's own name."""
    found = read("""\
2026-02-11 * "Shares"
  Assets:1010-Box  700 SEK
  Equity:3010-Shares:Anna  -100 SEK
  Equity:3010-Shares:P-26  -100 SEK
  Equity:Mine:Bo  -200 SEK
  Equity:3010-Shares  -100 SEK
    participant: "BO  EK"
  Equity:3010-Shares:Anna  -200 SEK
    participant: "Caro"
2026-02-11 * "Shares"
  participant: "anna"
  Assets:1010-Box  100 SEK
  Equity:3010-Shares  -100 SEK
""")
    shares = [(who, amount) for part, who, amount in said(found) if part == "shares"]
    assert shares == [
        ("Anna", "-100"),
        ("26", "-100"),
        ("Bo Ek", "-200"),
        ("Bo Ek", "-100"),
        ("Caro", "-200"),
        ("Anna", "-100"),
    ]
    assert found.names["NK26"] == {"Anna": "Anna", "26": "26", "Bo Ek": "Bo Ek", "Caro": "Caro"}
    assert found.opened["shares", "Bo Ek"] == "Equity:Mine:Bo"


def test_a_loan_without_an_id_gets_one(read):
    found = read("""\
2026-02-11 * "Two loans"
  Assets:1110-Loans:Anna  50 SEK
    term: 2
  Assets:1110-Loans:Anna  60 SEK
    term: "3"
  Assets:1010-Box  -110 SEK
""")
    assert [(m.loan, m.term) for m in found.movements["NK26"] if m.part == "loans"] == [
        ("NK26-2026-02-11-Anna", 2),
        ("NK26-2026-02-11-Anna-2", 3),
    ]


def test_what_a_voucher_says_besides(read):
    found = read("""\
2026-02-11 * "Given back" ^NK26-L01
  corrects: "A-7"
  meeting: 5
  decision: "K-2"
  Assets:1110-Loans:Anna  50 SEK
    loan: "NK26-L01"
  Assets:1010-Box  -50 SEK
2026-02-12 * "Charge"
  Assets:1110-Loans:Anna  5 SEK
    loan: "NK26-L02"
    rolls: "NK26-L01"
  Income:4010-Charges  -5 SEK
""")
    one, _, two, three = found.movements["NK26"]
    assert (one.undoes, one.meeting, one.decision, one.loan, one.paid) == (True, "5", "K-2", "NK26-L01", True)
    assert (two.rolls, two.paid, three.rolls) == ("NK26-L01", False, "")
    assert one.line == len(OPENS.splitlines()) + 1


SHARE = '{day} * "x"\n{said}  Assets:1010-Box  {amount} SEK\n  Equity:3010-Shares:Anna  {less} SEK\n'


def shares(day, amount=100, said=""):
    return SHARE.format(day=day, amount=amount, less=-amount, said=f'  cycle: "{said}"\n' if said else "")


NEXT = cycle("NK27", "2026-11-20", "2027-11-19")


@pytest.mark.parametrize(
    ("text", "first", "second", "codes"),
    [
        (shares("2026-02-11"), 2, 0, []),
        (shares("2026-11-25"), 0, 0, ["LOAN_CYCLE_UNCLEAR"]),  # both run
        (shares("2026-11-25", said="NK26") + shares("2026-11-26", said="nk27"), 2, 2, []),
        (shares("2026-12-11"), 0, 2, []),  # the first has ended, and nobody has a share in it
        (shares("2026-02-11") + shares("2026-12-11"), 2, 0, ["LOAN_CYCLE_UNCLEAR"]),  # it isn't shared out yet
        (shares("2026-02-11") + shares("2026-11-30", -100, "NK26") + shares("2026-12-01"), 4, 2, []),
        (shares("2026-01-06"), 0, 0, ["LOAN_CYCLE_UNCLEAR"]),  # none runs yet
        ('2026-01-06 * "x"\n  Assets:1010-Box  1 SEK\n  Income:4040-Sales\n', 0, 0, []),
        (shares("2026-02-11", said="NK62"), 0, 0, ["LOAN_CYCLE_UNKNOWN"]),
    ],
)
def test_which_cycle_it_is(read, text, first, second, codes):
    found = read(text, cycle(), NEXT)
    assert (len(found.movements["NK26"]), len(found.movements["NK27"])) == (first, second)
    assert [p.code for p in found.problems] == codes


def test_one_voucher_may_carry_from_one_cycle_into_the_next(read):
    found = read(
        """\
2026-12-01 * "Anna leaves 100 in"
  Equity:3010-Shares:Anna  100 SEK
    cycle: "NK26"
  Assets:1010-Box  -100 SEK
    cycle: "NK26"
  Assets:1010-Box  100 SEK
    cycle: "NK27"
  Equity:3010-Shares:Anna  -100 SEK
    cycle: "NK27"
""",
        cycle(),
        NEXT,
    )
    assert said(found) == [("shares", "Anna", "100"), ("cash", "", "-100")]
    assert said(found, "NK27") == [("cash", "", "100"), ("shares", "Anna", "-100")]
    assert found.problems == []


def test_of_another_book_only_what_the_fund_has_counts(make_workspace):
    """Central's rent is no business of the fund, and its bank holds other money, too."""
    parts = federation()
    parts["gemensamt"]["2026-02"] += """\
2026-02-11 * "Rent"
  Assets:1930-Bank  -9000.00 SEK
  Expenses:5010-Rent  9000.00 SEK
"""
    parts["gemensamt"]["accounts"] += "2026-01-01 open Expenses:5010-Rent SEK\n"
    found = load_federation(make_workspace(parts, policy=DECISION + RF26))
    assert found.problems == ()
    assert found.loans["RF26"].fund.state(DAY("2026-02-28")).cash == 16000


@pytest.mark.parametrize(
    ("name", "leaf"),
    [
        ("Anna", "Anna"),
        ("anna", "Anna"),
        ("Anna N. Ek", "Anna-N-Ek"),
        ("Åsa", "Åsa"),
        ("26", "P-26"),
        ("2026-Anna", "P-2026-Anna"),
        ("O'Neill", "O-Neill"),
        ("  Bo ", "Bo"),
    ],
)
def test_a_name_as_part_of_an_account(name, leaf):
    assert leaf_of(name) == leaf


@pytest.mark.parametrize("name", ["", "-", "李娜", "أحمد", "x" * 99, "1110-Loans", "éa", "ﬁn"])
def test_every_name_gives_an_account_that_is_no_number(name):
    leaf = leaf_of(name)
    assert leaf
    assert leaf[0].isupper()
    assert all(is_account_letter(c) or c == "-" for c in leaf)
    assert account_code(f"Equity:3010-Shares:{leaf}", None) is None


def test_two_names_never_share_a_leaf():
    assert leaf_of("Anna", {"Anna"}) == "Anna-2"
    assert leaf_of("Anna", {"Anna", "Anna-2"}) == "Anna-3"
    assert leaf_of("李娜") != leaf_of("李伟")
