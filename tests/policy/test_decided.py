"""The register of decisions, worked by hand.

Decisions: D 100,000 SEK of 2026-02-01, until 2026-06-30; E 10,000 EUR of 2026-02-01; F without limit, of 2025-11-20.

| voucher | day | booked | uses |
|---|---|---|---|
| gemensamt A-1 | 03-02 | investment fund 60,000 against bank, D on the voucher | D 60,000 |
| gemensamt A-2 | 03-03 | loan to repris 40,000, D on the voucher, link | D 40,000: D is used up to the öre |
| repris A-1 | 03-03 | its debt of 40,000, D, the same link | nothing more |
| gemensamt A-3 | 03-10 | 11,450 SEK from a fund by E, spot 11.45 | E 1,000.00 EUR |
| koop A-1 | 03-11 | 500 EUR of members' capital by E | E 500.00 EUR |
| gemensamt A-4 | 03-12 | members' capital 5,000 by F, reserve 700 by E; spot 11.20 | F 5,000; E 62.50 EUR |
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.books import load_books
from ledger.federation import load_federation
from ledger.policy import read_policy
from ledger.policy.decided import decided

D = Decimal
POLICY = """\
2025-11-20 custom "decision" "F" "assembly"
  text: "Members' capital as the balance sheet has it"
2026-02-01 custom "decision" "D" "board"
  text: "New premises"
  amount: 100000.00 SEK
  until: 2026-06-30
2026-02-01 custom "decision" "E" "board"
  amount: 10000.00 EUR
"""
PRICES = "2026-03-08 price EUR 11.45 SEK\n2026-03-12 price EUR 11.20 SEK\n"
ACCOUNTS = """\
2026-01-01 open Assets:1930-Bank
2026-01-01 open Assets:1320-Loan SEK
2026-01-01 open Liabilities:2360-Loan SEK
2026-01-01 open Liabilities:2898-Refund SEK
2026-01-01 open Equity:2071-Fund SEK
2026-01-01 open Equity:2083-Capital SEK
2026-01-01 open Equity:2086-Reserve SEK
2026-01-01 open Equity:2091-Result SEK
2026-01-01 open Expenses:5010-Rent SEK
"""
CENTRAL = """\
2026-03-02 * "Premises"
  voucher: "A-1"
  decision: "D"
  Equity:2071-Fund         60000.00 SEK
  Assets:1930-Bank
2026-03-03 * "Loan" ^ic-gemensamt-1
  voucher: "A-2"
  decision: "D"
  Assets:1320-Loan         40000.00 SEK
    partner: "repris"
    ic: "loan"
  Assets:1930-Bank
2026-03-10 * "Abroad"
  voucher: "A-3"
  Equity:2071-Fund         11450.00 SEK
    decision: "E"
  Assets:1930-Bank
2026-03-12 * "Two decisions"
  voucher: "A-4"
  decision: "F"
  Assets:1930-Bank          5700.00 SEK
  Equity:2083-Capital      -5000.00 SEK
  Equity:2086-Reserve       -700.00 SEK
    decision: "E"
"""
REPRIS = """\
2026-03-03 * "Loan" ^ic-gemensamt-1
  voucher: "A-1"
  decision: "D"
  Assets:1930-Bank         40000.00 SEK
  Liabilities:2360-Loan
    partner: "gemensamt"
    ic: "loan"
"""
KOOP = {
    "unit": 'currency = "EUR"\nchart = "pgc"\nentity = "legal_entity"\ncountry = "ES"\n',
    "accounts": "2026-01-01 open Assets:572-Bank EUR\n2026-01-01 open Equity:100-Capital EUR\n",
    "2026-03": """\
2026-03-11 * "Member"
  voucher: "A-1"
  Assets:572-Bank            500.00 EUR
  Equity:100-Capital
    decision: "E"
""",
}


@pytest.fixture
def register(make_workspace, tmp_path, monkeypatch):
    """What is said of books: `register({"repris": text})` (March; the accounts are there), `register(..., policy=)`."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))

    def look(texts, *, policy=POLICY, prices=PRICES, conf=None, **others):
        units = {
            slug: text if isinstance(text, dict) else {"accounts": ACCOUNTS, "2026-03": text}
            for slug, text in texts.items()
        }
        ws = make_workspace({**units, **others}, policy=policy, prices=prices, **({"conf": conf} if conf else {}))
        books = load_books(ws)
        assert books.problems == ()
        return decided(books, read_policy(books.central_text, ws))

    return look


def told(found):
    return [(p.code, p.unit, p.line) for p in found.problems]


def test_the_worked_example(register):
    found = register({"gemensamt": CENTRAL, "repris": REPRIS, "koop": KOOP})
    assert told(found) == []
    assert [
        (s.decision.id, s.status, s.booked and str(s.booked), s.currency, s.left and str(s.left)) for s in found.states
    ] == [
        ("E", "part", "1562.50", "EUR", "8437.50"),
        ("F", "unlimited", "5000.00", "SEK", None),
        ("D", "done", "100000.00", "SEK", D(0)),
    ]
    units = {s.decision.id: [(u.unit, str(u.booked), u.currency, u.vouchers) for u in s.units] for s in found.states}
    assert units == {
        "D": [("gemensamt", "100000.00", "SEK", ("A-1", "A-2")), ("repris", "40000.00", "SEK", ("A-1",))],
        "E": [("gemensamt", "1062.50", "EUR", ("A-3", "A-4")), ("koop", "500.00", "EUR", ("A-1",))],
        "F": [("gemensamt", "5000.00", "SEK", ("A-4",))],
    }


ONE_CENT = '2026-03-20 * "Key"\n  voucher: "A-5"\n  Equity:2071-Fund  0.01 SEK\n    decision: "D"\n  Assets:1930-Bank\n'


def test_one_cent_over(register):
    found = register({"gemensamt": CENTRAL + ONE_CENT, "repris": REPRIS})
    assert told(found) == [("DECISION_USED_UP", "gemensamt", 27)]
    assert found.problems[0].text() == (
        "The decision D allows 100,000.00 SEK; with this voucher 100,000.01 SEK are booked on it, 0.01 SEK too much."
    )
    assert [(s.status, str(s.left)) for s in found.states if s.decision.id == "D"] == [("done", "-0.01")]


def test_without_the_link_both_sides_count(register):
    found = register({"gemensamt": CENTRAL, "repris": REPRIS.replace("^ic-gemensamt-1", "")})
    assert told(found) == [("DECISION_USED_UP", "repris", 4)]


BACK = """\
2026-07-20 * "Premises cost less"
  voucher: "A-9"
  corrects: "A-1"
  Assets:1930-Bank          {amount} SEK
  Equity:2071-Fund
"""


@pytest.mark.parametrize(("amount", "left"), [("10000.00", "10000.00"), ("60000.00", "60000.00")])
def test_a_correction_gives_back_also_after_the_decision_s_end(register, amount, left):
    found = register({"gemensamt": {"accounts": ACCOUNTS, "2026-03": CENTRAL, "2026-07": BACK.format(amount=amount)}})
    assert told(found) == []
    assert [str(s.left) for s in found.states if s.decision.id == "D"] == [left]


def test_a_correction_that_takes_more_is_judged_like_any_voucher(register):
    more = BACK.format(amount="-500.00")
    found = register({"gemensamt": {"accounts": ACCOUNTS, "2026-03": CENTRAL, "2026-07": more}})
    assert told(found) == [("DECISION_LATER", "gemensamt", 5), ("DECISION_USED_UP", "gemensamt", 5)]


REFUND = """\
2026-03-02 * "Refund decided"
  decision: "D"
  Equity:2091-Result       90000.00 SEK
  Liabilities:2898-Refund
2026-03-20 * "Refund paid"
  decision: "D"
  Liabilities:2898-Refund  40000.00 SEK
  Assets:1930-Bank
2026-03-21 * "Refund paid"
  decision: "D"
  Liabilities:2898-Refund  50000.00 SEK
  Assets:1930-Bank
"""


def test_a_refund_is_decided_once_and_paid_from_its_debt(register):
    found = register({"gemensamt": REFUND})
    assert told(found) == []
    state = next(s for s in found.states if s.decision.id == "D")
    assert (str(state.booked), str(state.left), state.status) == ("90000.00", "10000.00", "part")
    assert state.units[0].vouchers == tuple(f"units/gemensamt/books/2026/2026-03.beancount:{n}" for n in (4, 7, 11))


def capital(day, *, decision="", meta="", amount="-500.00"):
    says = f'    decision: "{decision}"\n' if decision else ""
    return f'{day} * "Capital"\n{meta}  Equity:2083-Capital  {amount} SEK\n{says}  Assets:1930-Bank\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (capital("2026-03-05"), [("DECISION_NEEDED", "repris", 2)]),
        (capital("2026-03-05", amount="0.00"), []),
        (capital("2026-03-05", decision="F"), []),
        (capital("2026-03-05", decision="G"), [("DECISION_UNKNOWN", "repris", 2)]),
        (capital("2026-03-05", decision="f"), [("DECISION_UNKNOWN", "repris", 2)]),
        (capital("2026-01-31", decision="D"), [("DECISION_LATER", "repris", 2)]),
        (capital("2026-02-01", decision="D"), []),
        (capital("2026-06-30", decision="D"), []),
        (capital("2026-07-01", decision="D"), [("DECISION_LATER", "repris", 2)]),
        (capital("2026-03-05", meta='  corrects: "A-99"\n'), [("DECISION_NEEDED", "repris", 3)]),  # no such voucher
        ('2026-03-05 * "Rent"\n  decision: "G"\n  Expenses:5010-Rent  9.00 SEK\n  Assets:1930-Bank\n',
         [("DECISION_UNKNOWN", "repris", 3)]),  # whoever names one means one
        ('2026-03-05 * "Rent"\n  Expenses:5010-Rent  9.00 SEK\n  Assets:1930-Bank\n', []),
        ('2026-03-05 * "Two"\n  Equity:2083-Capital  9.00 SEK\n  Equity:2086-Reserve\n',
         [("DECISION_NEEDED", "repris", 2)]),  # one voucher, one error
    ],
)  # fmt: skip
def test_what_a_voucher_needs(register, text, expected):
    month = text[:7]
    found = register({"repris": {"accounts": ACCOUNTS, month: text}})
    assert told(found) == expected


def test_texts_of_the_errors(register):
    later = capital("2026-01-31", decision="D")
    ended = capital("2026-07-01", decision="D")
    unknown = capital("2026-03-05", decision="DD")
    found = register({"repris": {"accounts": ACCOUNTS, "2026-01": later, "2026-03": unknown, "2026-07": ended}})
    assert [p.text() for p in found.problems] == [
        "The decision D is of 2026-02-01; this voucher is of 2026-01-31, before it.",
        "There is no decision DD in units/policy.beancount.",
        "The decision D counts until 2026-06-30; this voucher is of 2026-07-01, after it.",
    ]
    assert "Did you mean D?" in found.problems[1].remedy_text()


OPENING = "  opening-of: 2026-01-01\n"


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        ({"2026-01": capital("2026-01-01", meta=OPENING)}, []),
        ({"2026-01": capital("2026-01-01")}, [("DECISION_NEEDED", 2)]),
        ({"2026-01": capital("2026-01-02", meta=OPENING)}, [("DECISION_NEEDED", 3)]),  # not its day
        ({"2026-02": capital("2026-02-01", meta="  opening-of: 2026-02-01\n")}, [("DECISION_NEEDED", 3)]),  # no year
        ({"2025-06": capital("2025-06-01", decision="F0"), "2026-01": capital("2026-01-01", meta=OPENING)},
         [("DECISION_NEEDED", 3)]),  # the year before is in the book: what is new is a movement
    ],
)  # fmt: skip
def test_opening_balances(register, months, expected):
    policy = '2025-01-01 custom "decision" "F0" "assembly"\n'
    accounts = ACCOUNTS.replace("2026-01-01 open", "2025-01-01 open")
    found = register({"repris": {"accounts": accounts, **months}}, policy=policy)
    assert [(p.code, p.line) for p in found.problems] == expected


def test_opening_balances_of_a_broken_fiscal_year(register):
    conf = '[federation]\nname = "T"\ncurrency = "SEK"\ncentral = "gemensamt"\nfiscal_year_start = "07-01"\n'
    text = capital("2026-07-01", meta="  opening-of: 2026-07-01\n")
    assert told(register({"repris": {"accounts": ACCOUNTS, "2026-07": text}}, conf=conf)) == []


VSLA = {
    "unit": 'currency = "KES"\nchart = "vsla"\nentity = "legal_entity"\ncombine = false\n',
    "accounts": """\
2026-01-01 open Assets:1010-Box KES
2026-01-01 open Equity:3010-Shares:M01 KES
  code: "3010"
""",
}
SHARES = '{day} * "Shares"\n  Assets:1010-Box  500.00 KES\n  Equity:3010-Shares:M01\n'
CYCLE = """\
2026-01-07 custom "decision" "K" "assembly"
2026-01-07 custom "loan-cycle" "K26" 500 KES
  decision: "K"
  ends: 2026-12-10
  book: "kikundi"
"""


@pytest.mark.parametrize(
    ("day", "policy", "expected"),
    [
        ("2026-01-07", CYCLE, []),
        ("2026-12-10", CYCLE, []),
        ("2026-01-06", CYCLE, ["DECISION_NEEDED"]),
        ("2026-12-11", CYCLE, ["DECISION_NEEDED"]),
        ("2026-03-04", CYCLE.replace('  book: "kikundi"\n', ""), ["DECISION_NEEDED"]),  # central's cycle
        ("2026-03-04", CYCLE.replace('"assembly"\n', '"assembly"\n  until: 2026-02-28\n'), ["DECISION_NEEDED"]),
        ("2026-03-04", POLICY, ["DECISION_NEEDED"]),
    ],
)
def test_a_members_own_book_is_covered_by_its_cycle(register, day, policy, expected):
    found = register({"kikundi": {**VSLA, day[:7]: SHARES.format(day=day)}}, policy=policy)
    assert [p.code for p in found.problems] == expected


def test_a_cycle_covers_no_other_book(register):
    """Central keeps the units' rotating fund; its members' capital is none of the fund's business."""
    policy = CYCLE.replace('  book: "kikundi"\n', "")
    found = register({"gemensamt": {"accounts": ACCOUNTS, "2026-03": capital("2026-03-05")}}, policy=policy)
    assert [p.code for p in found.problems] == ["DECISION_NEEDED"]


def test_a_missing_rate_is_told_where_it_is_missing(register):
    found = register({"gemensamt": CENTRAL, "repris": REPRIS}, prices="2026-03-12 price EUR 11.20 SEK\n")
    assert told(found) == [("MISSING_RATE", "gemensamt", 15)]
    assert [str(s.booked) for s in found.states if s.decision.id == "E"] == ["62.50"]


def test_a_decision_that_can_t_be_read_is_told_of_by_policy_alone(register):
    text = capital("2026-03-05", decision="D")
    policy = '2026-02-01 custom "decision" "D" "board"\n  amount: "a lot"\n'
    assert told(register({"repris": text}, policy=policy)) == []


def test_a_chart_of_one_s_own_protects_what_it_says(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    rent = '2026-03-05 * "Rent"\n  Expenses:5010-Rent  9.00 SEK\n  Assets:1930-Bank\n'
    units = {"repris": {"unit": 'chart = "own.toml"\n', "accounts": ACCOUNTS, "2026-03": rent + capital("2026-03-06")}}
    ws = make_workspace(units)
    chart = tmp_path / "units/repris/own.toml"
    base = 'name = "own"\nextends = "bas"\n'
    for protected, line in (("5010", 2), ("2083", 5)):
        chart.write_text(f'{base}[ranges]\nprotected = ["{protected}"]\n', encoding="utf-8")
        books = load_books(ws)
        assert books.problems == ()
        assert told(decided(books, read_policy(books.central_text, ws))) == [("DECISION_NEEDED", "repris", line)]


def test_a_chart_that_can_t_be_read_is_told(make_workspace, tmp_path, monkeypatch):
    """Nobody knows what it protects: silence would look as if all were decided."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    units = {"repris": {"unit": 'chart = "own.toml"\n', "accounts": ACCOUNTS, "2026-03": capital("2026-03-06")}}
    federation = load_federation(make_workspace(units))
    assert [(p.code, p.unit) for p in federation.decided.problems] == [("CHART_MISSING", "repris")]
    assert [p.code for p in federation.problems] == ["CHART_MISSING"]  # once, whoever finds it
