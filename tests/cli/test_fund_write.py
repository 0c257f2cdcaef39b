"""`sambok fund pay, repay, write-down, forgive, appropriate` and `sambok solidarity book`: what they say, and write."""

import json
import os
import signal
from decimal import Decimal
from types import SimpleNamespace

import pytest

from ledger.cli.fund_write import COMMANDS
from ledger.cli.main import main
from ledger.cli.solidarity import solidarity

CENTRAL = """
2025-01-01 open Assets:1930-Bank
2025-01-01 open Equity:2071-Fund
2025-01-01 open Equity:2091-Retained
"""
OPENING = """
2025-01-01 * "Opening"
  voucher: "A-1"
  decision: "FS-1"
  Assets:1930-Bank  1000520.50 SEK
  Equity:2071-Fund  -1000000.00 SEK
  Equity:2091-Retained  -520.50 SEK
"""
POLICY = """
2025-01-01 custom "decision" "FS-1" "assembly"
  recused: "fi"
2025-01-01 custom "levy-rate" "*" 0.15
  decision: "FS-1"
2026-02-01 custom "fund-agreement" "IF-1" 100000.00 SEK
  decision: "FS-1"
  unit: "fi"
  kind: "loan"
  budget: 200000.00 SEK
  own-part: 100000.00 SEK
  term: 24
"""
SALE = """
2025-12-05 * "Sale"
  voucher: "A-1"
  Assets:1930-Bank  1000.00 SEK
  Income:3001-Sales
"""
UNIT = "2025-01-01 open Assets:1930-Bank\n2025-01-01 open Income:3001-Sales\n"


@pytest.fixture
def ws(make_workspace):
    parts = {
        "gemensamt": {"accounts": CENTRAL, "2025-01": OPENING},
        "fi": {"accounts": UNIT, "2025-12": SALE},
    }
    return make_workspace(parts, policy=POLICY)


@pytest.fixture
def sambok(ws, capfd, monkeypatch, tmp_path):
    """Run a command: exit code, standard output, standard error. It is 2 April 2026."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-04-02T10:00:00Z")
    before = signal.getsignal(signal.SIGTERM)

    def run(line):
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main(["-w", str(ws.root), *line.split()])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        assert "PROGRAM_FAULT" not in out + err, err
        return int(end.value.code or 0), out, err

    yield run
    signal.signal(signal.SIGTERM, before)
    os.environ.pop("BEANCOUNT_DISABLE_LOAD_CACHE", None)


def test_from_the_payment_to_what_is_forgiven(sambok):
    ways = [
        "fund pay IF-1 60000 --date 2026-02-05",
        "fund repay if-1 10000 --date 2026-02-20",
        "fund write-down IF-1 20000 --decision FS-1 --date 2026-02-25",
        "fund write-down IF-1 5000 --back --decision FS-1 --date 2026-02-26",
        "fund forgive IF-1 50000.00 --decision FS-1 --date 2026-02-27",
    ]
    said = [sambok(line) for line in ways]
    assert [(code, err) for code, _, err in said] == [
        (0, "fi: booked as F-1.\ngemensamt: booked as F-1.\n"),
        (0, "fi: booked as F-2.\ngemensamt: booked as F-2.\n"),
        (0, "gemensamt: booked as F-3.\n"),
        (0, "gemensamt: booked as F-4.\n"),
        (0, "fi: booked as F-3.\ngemensamt: booked as F-5..F-6.\n"),
    ]
    code, out, err = sambok(ways[0])
    assert (code, out, err) == (0, "", "It is booked already; nothing was written.\n")
    code, out, _ = sambok("fund case IF-1 --json --date 2026-03-01")
    assert json.loads(out)["errors"] == []


def test_a_dry_run_shows_both_vouchers(sambok, ws):
    code, out, err = sambok("fund pay IF-1 60000 --date 2026-02-05 --dry-run")
    assert (code, err) == (0, "fi: would be booked as F-1.\ngemensamt: would be booked as F-1.\n")
    assert out.count('source-id: "funds:IF-1:loan:fi:2026-02-05:60000.00"') == 2
    code, out, _ = sambok("fund pay IF-1 60000 --date 2026-02-05 --dry-run --json")
    answer = json.loads(out)
    assert (code, answer["vouchers"], answer["dry_run"]) == (0, {"fi": ["F-1"], "gemensamt": ["F-1"]}, True)
    assert not (ws.unit("fi").books / "2026" / "2026-02.beancount").exists()


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("fund pay IF-1 1 --date 2026-02-05 --bank foo", 2, "FUND_BANK"),
        ("fund pay IF-1 1 --date 2026-02-05 --unit-bank Income:3001-Sales", 2, "FUND_BANK"),
        ("fund pay IF-1 0 --date 2026-02-05", 2, "LOAN_AMOUNT"),
        ("fund pay IF-1 1.001 --date 2026-02-05", 2, "LOAN_AMOUNT"),
        ("fund pay IF-1 100000.01 --date 2026-02-05", 3, "FUND_PAYMENT"),
        ("fund repay IF-1 1 --date 2026-02-05", 3, "FUND_NOT_OWED"),
        ("fund forgive IF-1 1 --date 2026-02-05", 2, "--decision"),
        ("fund appropriate --decision FS-1 --date 2026-02-05", 2, "--investment 1000.00  --solidarity 500.00"),
        ("fund appropriate --investment 0 --decision FS-1 --date 2026-02-05", 2, "LOAN_AMOUNT"),
        ("fund appropriate --solidarity -1 --decision FS-1 --date 2026-02-05", 3, "FUND_APPROPRIATION"),
    ],
)
def test_what_is_refused(sambok, line, code, says):
    found, out, err = sambok(line)
    assert found == code, err
    assert says in err
    assert out == ""


def test_a_name_that_a_book_has_to_escape_is_known_again(sambok):
    for expected in ("fi: booked as F-1.", "It is booked already"):
        code, _, err = sambok('fund pay IF-1 60000 --date 2026-02-05 --number 7"\\')
        assert code == 0
        assert err.startswith(expected)


def test_neither_book_is_written_where_one_of_them_has_an_error(sambok, ws):
    (ws.unit("fi").books / "2025" / "2025-12.beancount").write_text(SALE.replace("3001", "3002"), encoding="utf-8")
    code, out, err = sambok("fund pay IF-1 60000 --date 2026-02-05")
    assert (code, out) == (1, "")
    assert "ACCOUNT_NOT_OPEN" in err
    assert not (ws.units_folder / "gemensamt/books/2026/2026-02.beancount").exists()


def test_no_more_is_appropriated_than_earlier_years_have_left(sambok, ws):
    """520.50 were brought forward; an opening balance beside the fund's is no appropriation to it."""
    code, out, err = sambok("fund appropriate --investment 520.51 --decision FS-1 --date 2026-02-05")
    assert (code, out) == (3, "")
    assert "520.51 SEK would be added from surplus; the result brought forward has 520.50 SEK" in err
    answer = json.loads(sambok("fund status --json --date 2026-02-05")[1])
    assert (answer["opening"], answer["closing"]) == ("1000000.00", "1000000.00")


def test_an_appropriation(sambok, ws):
    code, _, err = sambok("fund appropriate --investment 500 --solidarity 20.50 --decision FS-1 --date 2026-02-05")
    assert (code, err) == (0, "gemensamt: booked as F-1.\n")
    text = (ws.units_folder / "gemensamt/books/2026/2026-02.beancount").read_text(encoding="utf-8")
    assert [" ".join(line.split()) for line in text.split("\n") if line.endswith("SEK")] == [
        "Equity:2091-Retained 520.50 SEK",  # the book has no account for last year's result
        "Equity:2071-Fund -500.00 SEK",
        "Equity:2072-Solidaritetsfond -20.50 SEK",
    ]


def test_a_year_that_is_open_is_not_booked(sambok, monkeypatch):
    monkeypatch.setitem(solidarity.commands, "book", COMMANDS["book"])
    code, out, err = sambok("solidarity book --year 2025 --decision FS-1 --date 2026-02-05")
    assert (code, out) == (3, "")
    assert "2025 can't be booked yet: fi has open months" in err


def test_a_year_is_booked_of_all_units(sambok, ws, monkeypatch):
    """FI gets 500 of a year that is closed and known; booked once, as decided in the year after."""
    year = SimpleNamespace(
        year=2025, currency="SEK", problems=(), open_months={}, transfers={"fi": Decimal(500)}, returned={}
    )
    monkeypatch.setitem(solidarity.commands, "book", COMMANDS["book"])
    monkeypatch.setattr("ledger.reports.solidarity.computed", lambda *_: year)
    policy = ws.policy_file.read_text(encoding="utf-8")
    ws.policy_file.write_text(policy + '2026-02-01 custom "decision" "FS-2" "assembly"\n', encoding="utf-8")
    code, _, err = sambok("solidarity book --decision FS-1 --date 2026-02-05")
    assert (code, "FUND_DECISION_EARLY" in err) == (3, True)
    line = "solidarity book --decision FS-2 --date 2026-02-05"
    code, out, err = sambok(f"{line} --dry-run")
    assert (code, err) == (0, "fi: would be booked as F-1.\ngemensamt: would be booked as F-1.\n")
    assert out.count('source-id: "funds:solidarity-2025:claim:fi"') == 2
    assert sambok(line)[2] == "fi: booked as F-1.\ngemensamt: booked as F-1.\n"
    assert sambok(line)[2] == "It is booked already; nothing was written.\n"


DAMAGED = [
    *("solidarity compute --year 2025", "solidarity status", "fund status", "fund cases", "fund simulate"),
    *("fund pay IF-1 1000 --date 2026-02-05", "fund repay IF-1 1 --date 2026-02-05"),
    "fund appropriate --investment 1 --decision FS-1 --date 2026-02-05",
    "solidarity book --year 2025 --decision FS-1 --date 2026-02-05",
    "solidarity settle fi --year 2025 --date 2026-02-05",
]


@pytest.mark.parametrize("line", DAMAGED)
def test_a_fund_whose_book_is_damaged_is_unknown_and_no_zero(sambok, ws, line):
    path = ws.units_folder / "gemensamt" / "books" / "2026" / "2026-01.beancount"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('2026-01-05 * "Half"\n  Assets:1930-Bank  1.00 SEK\n', encoding="utf-8")
    code, out, err = sambok(line)
    assert (code, out) == (1, "")
    assert "FUND_UNKNOWN" in err or "TRANSACTION_UNBALANCED" in err
