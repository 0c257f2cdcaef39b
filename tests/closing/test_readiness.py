"""What keeps a month open: one federation that is ready, and one thing after the other that makes it not."""

import datetime as dt

import pytest

from ledger.books import load_books
from ledger.closing.readiness import readiness
from ledger.federation import load_federation
from tests.closing.readying import SALE, SOURCE, federation_with, voucher
from tests.closing.sealing import reopen, seal

BANK, CASH, SUSPENSE = "Assets:1930-Bank", "Assets:1910-Kassa", "Liabilities:2999-Observationskonto"
SALES, RENT, CAPITAL = "Income:3001-Sales", "Expenses:5010-Rent", "Equity:2083-Medlemsinsatser"
TODAY = dt.date(2026, 2, 10)
TWO_MARCH = dt.date(2026, 3, 2)
ACCEPTED = '  accepted-by: "anna"\n  reason: "asked the bank"\n'
MARCH = voucher("2026-03-10", "A-2", BANK, SALES)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))


def codes(ws, period, *slugs, today=TODAY, **how):
    found = readiness(load_federation(ws), period, slugs, today=today, **how)
    assert list(found) == list(slugs)
    return {slug: [problem.code for problem in problems] for slug, problems in found.items()}


def claim(day, number, slug):
    """A claim on another unit, for money that was sent there."""
    text = voucher(day, number, "Assets:1660-Intern-fordran", BANK)
    return text.replace("100.00 SEK\n", f'100.00 SEK\n    partner: "{slug}"\n    ic: "trade"\n', 1).replace(
        '"Something"', '"Something" ^ic-repris-1'
    )


def debt(day, number, slug):
    """The other side."""
    text = voucher(day, number, BANK, "Liabilities:2860-Intern-skuld")
    return f'{text.rstrip()}\n    partner: "{slug}"\n    ic: "trade"\n'.replace(
        '"Something"', '"Something" ^ic-repris-1'
    )


#: 10 EUR are worth 113.3333 SEK; the bank has paid 113.33.
OWED_IN_EUR = """\
2026-01-12 * "x"
  voucher: "A-2"
  Expenses:4010-Goods  10 EUR @ 11.33333 SEK
  Assets:1930-Bank     -113.33 SEK
"""
#: What is added to which file of January; what repris lacks then.
ROWS = [
    ("nothing", {}, []),
    (
        "an error in the book",
        {"repris/2026-01": '2026-01-12 * "x"\n  Assets:1930-Bank 1 SEK\n'},
        ["TRANSACTION_UNBALANCED"],
    ),
    ("an error elsewhere", {"koop/2026-01": '2026-01-12 * "x"\n  Assets:1930-Bank 1 SEK\n'}, []),
    ("no decision", {"repris/2026-01": voucher("2026-01-12", "A-2", BANK, CAPITAL)}, ["DECISION_NEEDED"]),
    ("flagged", {"repris/2026-01": voucher("2026-01-12", "A-2", RENT, BANK, flag="!")}, ["CLOSE_FLAGGED"]),
    ("flagged later", {"repris/2026-02": voucher("2026-02-01", "A-2", RENT, BANK, flag="!")}, []),
    ("suspense", {"repris/2026-01": voucher("2026-01-12", "A-2", BANK, SUSPENSE, flag="!")}, ["CLOSE_FLAGGED"]),
    ("accepted", {"repris/2026-01": voucher("2026-01-12", "A-2", BANK, SUSPENSE, more=ACCEPTED, flag="!")}, []),
    (
        "accepted by nobody",
        {"repris/2026-01": voucher("2026-01-12", "A-2", BANK, SUSPENSE, more='  reason: "x"\n', flag="!")},
        ["CLOSE_FLAGGED"],
    ),
    (
        "accepted, not suspense",
        {"repris/2026-01": voucher("2026-01-12", "A-2", RENT, BANK, more=ACCEPTED, flag="!")},
        ["CLOSE_FLAGGED"],
    ),
    ("a third", {"repris/2026-01": voucher("2026-01-12", "A-2", RENT, BANK, "(100/3)")}, ["CLOSE_AMOUNT_DIGITS"]),
    ("a third later", {"repris/2026-02": voucher("2026-02-01", "A-2", RENT, BANK, "(100/3)")}, []),
    ("a quarter", {"repris/2026-01": voucher("2026-01-12", "A-2", RENT, BANK, "(100/4)")}, []),
    ("zeros that say nothing", {"repris/2026-01": voucher("2026-01-12", "A-2", RENT, BANK, "100.00000")}, []),
    ("at a price", {"repris/accounts": "2025-01-01 open Expenses:4010-Goods\n", "repris/2026-01": OWED_IN_EUR}, []),
    ("no number", {"repris/2026-01": voucher("2026-01-12", "", RENT, BANK)}, ["CLOSE_NUMBER_MISSING"]),
    ("no number later", {"repris/2026-02": voucher("2026-02-01", "", RENT, BANK)}, []),
    ("a gap", {"repris/2026-01": voucher("2026-01-12", "A-3", RENT, BANK)}, ["CLOSE_NUMBER_GAP"]),
    (
        "a gap by what comes later",
        {"repris/2026-02": voucher("2026-02-01", "A-3", RENT, BANK)},
        [],
    ),
    (
        "a gap explained",
        {
            "repris/2026-01": voucher("2026-01-12", "A-3", RENT, BANK)
            + '2026-01-31 event "voucher-gap" "A-2 the pad was torn"\n'
        },
        [],
    ),
    (
        "a gap not explained",
        {"repris/2026-01": '2026-01-31 event "voucher-gap" "A-2"\n'},
        ["VOUCHER_GAP_UNREADABLE"],
    ),
    ("twice", {"repris/2026-01": voucher("2026-01-12", "A-1", RENT, BANK)}, ["CLOSE_NUMBER_TWICE"]),
    ("twice with a later one", {"repris/2026-02": voucher("2026-02-01", "A-1", RENT, BANK)}, ["CLOSE_NUMBER_TWICE"]),
    ("no number at all", {"repris/2026-01": voucher("2026-01-12", "Pad", RENT, BANK)}, ["VOUCHER_NUMBER_UNREADABLE"]),
    ("no statement", {"repris/unit": SOURCE}, ["CLOSE_UNRECONCILED"]),
    (
        "a balance on paper",
        {"repris/unit": SOURCE, "repris/2026-01": f"2026-01-11 balance {BANK}  1000.00 SEK\n"},
        [],
    ),
    (
        "a balance before the last entry",
        {"repris/unit": SOURCE, "repris/2026-01": f"2026-01-10 balance {BANK}  0.00 SEK\n"},
        ["CLOSE_UNRECONCILED"],
    ),
    (
        "a later balance proves it, too",
        {
            "repris/unit": SOURCE,
            "repris/2026-02": voucher("2026-02-03", "A-2", RENT, BANK) + f"2026-02-04 balance {BANK}  900.00 SEK\n",
        },
        [],
    ),
    ("cash", {"repris/2026-01": voucher("2026-01-12", "A-2", CASH, BANK)}, ["CLOSE_NO_COUNT"]),
    (
        "cash counted",
        {
            "repris/2026-01": voucher("2026-01-12", "A-2", CASH, BANK),
            "repris/2026-02": f"2026-02-01 balance {CASH}  100.00 SEK\n",
        },
        [],
    ),
    (
        "cash counted too early",
        {"repris/2026-01": voucher("2026-01-12", "A-2", CASH, BANK) + f"2026-01-31 balance {CASH}  100.00 SEK\n"},
        ["CLOSE_NO_COUNT"],
    ),
    ("a claim that only one side has", {"repris/2026-01": claim("2026-01-12", "A-2", "angen")}, ["CLOSE_INTERNAL"]),
    (
        "both sides",
        {
            "repris/2026-01": claim("2026-01-12", "A-2", "angen"),
            "angen/2026-01": debt("2026-01-12", "A-2", "repris"),
        },
        [],
    ),
    (
        "on its way",
        {
            "repris/2026-01": claim("2026-01-29", "A-2", "angen"),
            "angen/2026-02": debt("2026-02-03", "A-2", "repris"),
        },
        [],
    ),
    ("a claim on another legal person", {"repris/2026-01": claim("2026-01-12", "A-2", "koop")}, []),
]


#: What is booked on members' capital, and on which day; what January lacks, and what February lacks.
DECISIONS = [
    ("2026-01-12", "", ["DECISION_NEEDED"], ["DECISION_NEEDED"]),
    ("2026-02-12", "", [], ["DECISION_NEEDED"]),
    ("2026-01-31", "NO-1", ["DECISION_UNKNOWN"], ["DECISION_UNKNOWN"]),
    ("2026-02-12", "NO-1", [], ["DECISION_UNKNOWN"]),
    ("2026-02-12", "LATER", [], ["DECISION_LATER"]),
    ("2026-02-12", "SMALL", [], ["DECISION_USED_UP"]),
    ("2026-01-12", "SMALL", ["DECISION_USED_UP"], ["DECISION_USED_UP"]),
    ("2026-02-12", "FITS", [], []),
]


@pytest.mark.parametrize(("day", "decision", "january", "february"), DECISIONS)
def test_a_voucher_that_no_decision_allows_keeps_its_own_month_open(make_workspace, day, decision, january, february):
    more = f'  decision: "{decision}"\n' if decision else ""
    policy = """\
2026-03-01 custom "decision" "LATER" "assembly"
2026-01-02 custom "decision" "SMALL" "assembly"
  amount: 99.00 SEK
2026-01-02 custom "decision" "FITS" "assembly"
  amount: 100.00 SEK
"""
    text = voucher(day, "A-2", BANK, CAPITAL, more=more)
    ws = federation_with(make_workspace, {f"repris/{day[:7]}": text}, policy)
    assert sorted(codes(ws, "2026-01", "repris", today=TWO_MARCH)["repris"]) == january
    seal(ws, "repris", "2026-01")
    assert sorted(codes(ws, "2026-02", "repris", today=TWO_MARCH)["repris"]) == february


@pytest.mark.parametrize(("added", "lacks"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_what_a_unit_lacks(make_workspace, added, lacks):
    ws = federation_with(make_workspace, added)
    assert codes(ws, "2026-01", "repris") == {"repris": lacks}


def test_everybody_is_ready_together(make_workspace):
    ws = federation_with(make_workspace, {})
    slugs = ("angen", "koop", "repris", "gemensamt")
    assert codes(ws, "2026-01", *slugs) == {slug: [] for slug in slugs}


#: Units closed together, units left out by decision; whom central waits for.
WAITS = [
    (("gemensamt",), (), ["angen", "koop", "repris"]),
    (("koop", "gemensamt"), (), ["angen", "repris"]),
    (("gemensamt",), ("koop",), ["angen", "repris"]),
    (("angen", "repris", "gemensamt"), ("koop",), []),
]


@pytest.mark.parametrize(("slugs", "without", "waits"), WAITS)
def test_central_waits_for_its_members(make_workspace, slugs, without, waits):
    ws = federation_with(make_workspace, {"gemensamt/2026-01": SALE})
    found = readiness(load_federation(ws), "2026-01", slugs, today=TODAY, without=without)["gemensamt"]
    assert [(p.code, p.params["slug"]) for p in found] == [("CLOSE_UNIT_OPEN", slug) for slug in waits]


def test_central_waits_no_more_when_they_are_closed(make_workspace):
    ws = federation_with(make_workspace, {"gemensamt/2026-01": SALE})
    seal(ws, "angen", "2026-01")
    seal(ws, "repris", "2026-01")
    assert codes(ws, "2026-01", "gemensamt") == {"gemensamt": ["CLOSE_UNIT_OPEN"]}
    assert codes(ws, "2026-01", "repris") == {"repris": []}  # closed already


#: Today, and the month; what repris lacks, which has entries in January and in March.
DAYS = [
    (dt.date(2026, 1, 31), "2026-01", ["CLOSE_NOT_OVER"]),
    (dt.date(2026, 2, 1), "2026-01", []),
    (dt.date(2026, 2, 28), "2026-02", ["CLOSE_NOT_OVER"]),
    (dt.date(2026, 3, 1), "2026-02", ["CLOSE_EARLIER_OPEN"]),
    (dt.date(2026, 4, 1), "2026-03", ["CLOSE_EARLIER_OPEN"]),
]


@pytest.mark.parametrize(("today", "period", "lacks"), DAYS)
def test_months_are_over_and_in_order(make_workspace, today, period, lacks):
    ws = federation_with(make_workspace, {"repris/2026-03": MARCH})
    assert codes(ws, period, "repris", today=today) == {"repris": lacks}


def test_the_earlier_months_are_named(make_workspace):
    ws = federation_with(make_workspace, {"repris/2026-03": MARCH})
    (problem,) = readiness(load_federation(ws), "2026-03", ["repris"], today=dt.date(2026, 4, 1))["repris"]
    assert problem.text() == "repris: 2 months before 2026-03 are open, the first of them 2026-01."
    assert "sambok close --until 2026-02 --unit repris" in problem.remedy_text()


def test_a_month_opened_again_is_open(make_workspace):
    ws = federation_with(make_workspace, {"repris/2026-03": MARCH})
    seal(ws, "repris", "2026-01", "2026-02")
    assert codes(ws, "2026-03", "repris", today=dt.date(2026, 4, 1)) == {"repris": []}
    reopen(ws, "repris", "2026-01")
    assert codes(ws, "2026-03", "repris", today=dt.date(2026, 4, 1)) == {"repris": ["CLOSE_EARLIER_OPEN"]}
    assert codes(ws, "2026-01", "repris") == {"repris": []}


#: What a unit says of its membership; what January lacks.
MEMBERSHIP = [
    ("left = 2025-12-31\n", ["CLOSE_LEFT"]),
    ("left = 2026-01-01\n", []),
    ("joined = 2026-01-31\n", []),
    ("joined = 2026-02-01\n", ["CLOSE_LEFT"]),
]


@pytest.mark.parametrize(("settings", "lacks"), MEMBERSHIP)
def test_membership(make_workspace, settings, lacks):
    ws = federation_with(make_workspace, {"koop/unit": settings})
    assert codes(ws, "2026-01", "koop") == {"koop": lacks}


def test_policy_is_everybodys(make_workspace):
    """But not of those who keep a book that isn't combined."""
    ws = federation_with(make_workspace, {}, policy='2026-01-01 custom "levy-rate" "*" 15\n  decision: "A"\n')
    found = codes(ws, "2026-01", "repris", "koop", "sparlag")
    assert found["sparlag"] == []
    assert found["repris"] == found["koop"] != []


def test_a_book_that_is_not_combined(make_workspace):
    """Only its own checks: no month of anybody else, no central."""
    cash = voucher("2026-01-12", "A-2", CASH, BANK)
    ws = federation_with(make_workspace, {"sparlag/2026-01": cash})
    assert codes(ws, "2026-01", "sparlag") == {"sparlag": ["CLOSE_NO_COUNT"]}
    assert codes(ws, "2026-01", "angen", "koop", "repris", "gemensamt")["gemensamt"] == []


#: What stands on suspense in December; what the month, the last of the fiscal year, lacks.
YEAR_END = [
    ("", []),
    (voucher("2026-12-12", "A-2", BANK, SUSPENSE, more=ACCEPTED, flag="!"), ["CLOSE_FLAGGED"]),
    (voucher("2026-12-12", "A-2", BANK, SUSPENSE), ["CLOSE_FLAGGED"]),
    (voucher("2026-12-12", "A-2", BANK, SUSPENSE) + voucher("2026-12-13", "A-3", SUSPENSE, RENT), []),
]


@pytest.mark.parametrize(("december", "lacks"), YEAR_END)
def test_nothing_stays_on_suspense_at_the_years_end(make_workspace, december, lacks):
    ws = federation_with(make_workspace, {"repris/2026-12": december})
    seal(ws, "repris", *(f"2026-{month:02d}" for month in range(1, 12)))
    assert codes(ws, "2026-12", "repris", today=dt.date(2027, 1, 5)) == {"repris": lacks}


def test_a_late_voucher_keeps_the_next_month_open(make_workspace):
    ws = federation_with(make_workspace, {})
    seal(ws, "repris", "2026-01")
    file = ws.units["repris"].month_file(dt.date(2026, 1, 1))
    file.write_text(file.read_text(encoding="utf-8") + voucher("2026-01-20", "A-2", RENT, BANK), encoding="utf-8")
    assert codes(ws, "2026-02", "repris", today=TWO_MARCH) == {"repris": ["LATE_POSTING"]}
    assert load_books(ws).units["repris"].ok


def test_each_says_where_and_what_to_do(make_workspace):
    texts = {
        "repris/unit": SOURCE,
        "repris/2026-01": voucher("2026-01-12", "A-3", CASH, SUSPENSE, flag="!")
        + voucher("2026-01-13", "", RENT, BANK),
    }
    ws = federation_with(make_workspace, texts)
    found = readiness(load_federation(ws), "2026-01", ["repris"], today=TODAY)["repris"]
    january = "units/repris/books/2026/2026-01.beancount"
    assert [(p.code, p.where, p.unit, p.exit_code) for p in found] == [
        ("CLOSE_FLAGGED", f"{january}:6", "repris", 3),
        ("CLOSE_NUMBER_MISSING", f"{january}:11", "repris", 3),
        ("CLOSE_NUMBER_GAP", "", "repris", 3),
        ("CLOSE_UNRECONCILED", "", "repris", 3),
        ("CLOSE_NO_COUNT", "", "repris", 3),
    ]
    assert "sambok number repris" in found[1].remedy_text()
    assert '2026-01-31 event "voucher-gap" "A-2 the reason"' in found[2].remedy_text()
    assert f"2026-02-01 balance {CASH}  AMOUNT SEK" in found[4].remedy_text()
