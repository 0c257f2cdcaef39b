"""`sambok reconcile`: statuses and lines for people, JSON for scripts, exit codes."""

import datetime as dt
import json
import os
import re
import signal
from decimal import Decimal

import pytest

from importers.camt.model import Balance, Entry, Statement
from importers.camt.write import write_camt053
from importers.run import import_files
from ledger.cli.main import main

IBAN = "SE4550000000058398257466"
SOURCE = f"""\
[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
bank_account = "{IBAN}"
"""
ACCOUNTS = """\
2026-01-01 open Assets:1930-Bank SEK
2026-01-01 open Equity:2091-Balanserat-resultat
2026-01-01 open Liabilities:2999-Observationskonto
"""
OPENED = """\
2026-01-01 * "Ingående balans"
  Assets:1930-Bank                       1000.00 SEK
  Equity:2091-Balanserat-resultat       -1000.00 SEK
"""


def march(*amounts):
    """A statement of March, one line a day from the 2nd on."""
    first, last = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
    entries = tuple(
        Entry(Decimal(amount), "SEK", first + dt.timedelta(days=day), text=f"[b]{amount}[/b]")
        for day, amount in enumerate(amounts, 1)
    )
    closing = Decimal(1000) + sum((e.amount for e in entries), Decimal(0))
    balances = (Balance("OPBD", Decimal(1000), "SEK", first), Balance("CLBD", closing, "SEK", last))
    statement = Statement("S", IBAN, "SEK", balances, entries, date_from=first, date_to=last)
    return write_camt053([statement], created=dt.datetime(2026, 4, 1))  # noqa: DTZ001  banks write local time


@pytest.fixture
def ws(make_workspace, tmp_path_factory):
    """A unit whose statement of March was imported."""
    found = make_workspace({"repris": {"unit": SOURCE, "accounts": ACCOUNTS, "2026-01": OPENED}})
    file = tmp_path_factory.mktemp("files") / "march.xml"
    file.write_bytes(march("12345.60", "-80.00"))
    assert import_files(found, found.units["repris"], [file]).files[0].status == "imported"
    return found


@pytest.fixture
def sambok(ws, capsys):
    """Run the command as the shell does."""
    before = signal.getsignal(signal.SIGTERM)

    def run(*args):
        with pytest.raises(SystemExit) as ended:
            main(["-w", str(ws.root), "reconcile", *args])
        shown = capsys.readouterr()
        assert "Traceback" not in shown.out + shown.err
        return ended.value.code, shown.out, shown.err

    yield run
    signal.signal(signal.SIGTERM, before)
    os.environ.pop("BEANCOUNT_DISABLE_LOAD_CACHE", None)


def edit(ws, old, new):
    file = ws.units["repris"].month_file(dt.date(2026, 3, 1))
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_reconciled(sambok):
    code, out, _ = sambok()
    assert code == 0
    (row,) = [row for row in out.splitlines() if row.strip().startswith("2026-03 ")]
    assert row.split() == ["2026-03", "reconciled", "13,265.60", "13,265.60", "0.00", "2", "2"]
    assert "2026-01" not in out  # before the first statement


def test_a_month_that_differs_shows_each_line(sambok, ws):
    edit(ws, "2026-03-03 ", "2026-03-04 ")
    code, out, _ = sambok("repris", "--account", "1930", "--month", "2026-03")
    assert code == 3
    assert "Booked otherwise than the bank has it: 1" in out
    (told,) = [row for row in out.split("\n") if "[booked: 2026-03-04 -80.00]" in row]
    before, _, place = told.partition("  [statement: ")
    assert before == "    2026-03-03  -80.00  [b]-80.00[/b]  [booked: 2026-03-04 -80.00]"
    assert re.fullmatch(r"[a-z0-9.]+ \([0-9a-f]{8}\):\d+\]  units/repris/books/2026/2026-03\.beancount:\d+", place), (
        place
    )
    assert "  -> Give these entries the bank's date, amount and account again;" in out


def test_json(sambok):
    code, out, _ = sambok("--json", "--month", "2026-03")
    answer = json.loads(out)
    assert (code, answer["schema"], answer["errors"]) == (0, 1, [])
    (month,) = answer["units"][0]["accounts"][0]["months"]
    assert (month["month"], month["status"], month["difference"]) == ("2026-03", "reconciled", "0.00")
    assert month["summary"] == ["2026-03: bank and books have 13265.60 SEK on 2026-03-31."]


def test_a_balance_that_fails_is_an_error_and_its_reason_is_shown(sambok, ws):
    edit(ws, "12345.60", "12345.50")
    code, out, err = sambok()
    assert code == 1
    assert "[BALANCE_FAILED]" in err
    assert "[booked: 2026-03-02 12,345.50]" in out
    assert "the books 13,265.50: -0.10 differ" in out


def test_a_statement_that_was_changed(sambok, ws):
    (path,) = (ws.units["repris"].folder / "documents").glob("*/*")
    path.write_bytes(path.read_bytes() + b"\n")
    code, out, err = sambok()
    assert code == 1
    assert "[ARCHIVE_DAMAGED]" in err
    assert "From a statement that can't be read any more: 2" in out


def test_no_bank_and_wrong_use(sambok):
    assert "No bank account here is fed by a source." in sambok("gemensamt")[1]
    code, out, err = sambok("repris", "--account", "1940")
    assert (code, out) == (2, "")
    assert "No bank source feeds the account 1940. Those that are fed: Assets:1930-Bank." in err

    assert sambok("nobody")[0] == 2
    for month in ("2026-13", "2026", "mars", "1492-10"):
        code, _, err = sambok("--month", month)
        assert (code, month in err) == (2, True)


def test_a_month_that_no_statement_tells_of_says_how_one_comes_in(sambok):
    code, out, _ = sambok("repris", "--month", "2026-02")
    assert code == 0
    assert "No imported statement tells of 2026-02.\nTo bring one in: sambok import repris FILE\n" in out
