"""`sambok decision list` and `add`: the register on the command line, and a new decision with its minutes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import signal

import pytest

from ledger.books import load_books, open_workspace
from ledger.books.history import read_history
from ledger.cli.main import main
from ledger.closing import decisions
from ledger.closing.decisions import Draft, add_decision
from ledger.closing.problems_decisions import DecisionWords
from ledger.policy import read_policy

MARCH = dt.date(2026, 3, 1)
POLICY = """\
; decisions
2025-11-20 custom "decision" "F" "assembly"
  text: "Members' capital"
2026-02-01 custom "decision" "D" "board"
  text: "New premises"
  amount: 1000.00 SEK
2026-02-01 custom "decision" "O" "board"
  text: "An oven"
  amount: 500.00 SEK
  until: 2026-12-31
"""
ACCOUNTS = "2026-01-01 open Assets:1930-Bank\n2026-01-01 open Equity:2071-Fund SEK\n"
BOOK = """\
2026-03-02 * "Premises"
  voucher: "A-1"
  decision: "D"
  Equity:2071-Fund         {amount} SEK
  Assets:1930-Bank
"""


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    return make_workspace({"repris": {"accounts": ACCOUNTS, "2026-03": BOOK.format(amount="600.00")}}, policy=POLICY)


@pytest.fixture
def sambok(ws, capfd, monkeypatch):
    """Run a command in the federation's folder: exit code, standard output, standard error. It is 22 April."""
    monkeypatch.setenv("SAMBOK_NOW", "2026-04-22T10:00:00Z")
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.chdir(ws.root)

    def run(*arguments):
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(a) for a in arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        assert "PROGRAM_FAULT" not in out + err, err
        return int(end.value.code or 0), out, err

    yield run
    signal.signal(signal.SIGTERM, before)


def test_what_is_not_carried_out_comes_first(sambok):
    code, out, err = sambok("decision", "list")
    assert (code, err) == (0, "")
    assert (
        out
        == """\
Decided, not carried out (1)
  O  2026-02-01  board
      An oven
      decided 500.00 SEK, booked 0.00, left 500.00
      in force until 2026-12-31

Carried out in part (1)
  D  2026-02-01  board
      New premises
      decided 1,000.00 SEK, booked 600.00, left 400.00
      repris: 600.00 SEK  A-1

Without a limit (1)
  F  2025-11-20  assembly
      Members' capital

"""
    )


@pytest.mark.parametrize("width", [30, 40, 60, 80, 100])
@pytest.mark.parametrize("language", ["en", "sv"])
def test_in_a_narrow_window_no_amount_is_broken(ws, sambok, monkeypatch, width, language):
    """Long texts and many vouchers go on in the next line; an amount stands with its currency."""
    conf = ws.root / "fava.conf"
    conf.write_text(conf.read_text().replace('language = "en"', f'language = "{language}"'), encoding="utf-8")
    ws.policy_file.write_text(
        '2026-02-01 custom "decision" "D" "board"\n  text: "Premises for the bakery, with an oven and its repairs '
        'for the years to come, in the old mill"\n  amount: 1234567.00 SEK\n',
        encoding="utf-8",
    )
    book = "".join(
        f'2026-03-{day:02} * "Premises"\n  decision: "D"\n  Equity:2071-Fund  100000.00 SEK\n  Assets:1930-Bank\n\n'
        for day in range(2, 12)
    )
    ws.units["repris"].month_file(MARCH).write_text(book, encoding="utf-8")
    monkeypatch.setenv("COLUMNS", str(width))
    code, out, _ = sambok("decision", "list")
    assert code == 0
    lines = out.splitlines()
    words = ("units/repris/books/2026/2026-03.beancount:", "1,234,567.00", "1\xa0234\xa0567,00")
    assert [
        row for row in lines if len(row) > width and len(row.split()) > 1 and not any(w in row for w in words)
    ] == []
    for amount in ("1,234,567.00 SEK", "1,000,000.00 SEK") if language == "en" else (
        "1\xa0234\xa0567,00 SEK", "1\xa0000\xa0000,00 SEK",
    ):  # fmt: skip
        assert any(amount in row for row in lines), out
    monkeypatch.delenv("COLUMNS")
    whole = sambok("decision", "list")[1]
    assert out.split() == whole.split()
    assert len(whole.splitlines()) == 6  # heading, name, text, amounts, the unit, an empty line


def test_the_register_as_json(sambok):
    code, out, _ = sambok("decision", "list", "--json")
    answer = json.loads(out)
    assert (code, answer["schema"], answer["errors"], answer["left_out"]) == (0, 1, [], [])
    assert [d["id"] for d in answer["decisions"]] == ["O", "D", "F"]
    assert answer["decisions"][1] == {
        "id": "D",
        "date": "2026-02-01",
        "until": None,
        "body": "board",
        "text": "New premises",
        "document": None,
        "amount": "1000.00",
        "currency": "SEK",
        "booked": "600.00",
        "left": "400.00",
        "status": "part",
        "units": [{"unit": "repris", "booked": "600.00", "currency": "SEK", "vouchers": ["A-1"]}],
        "file": "units/policy.beancount",
        "line": 4,
    }
    assert (answer["decisions"][2]["amount"], answer["decisions"][2]["left"]) == (None, None)
    assert [d["booked"] for d in answer["decisions"]] == ["0.00", "600.00", "0.00"]


def test_what_is_too_much_is_an_error(ws, sambok):
    month = ws.units["repris"].month_file(MARCH)
    month.write_text(BOOK.format(amount="1000.01"), encoding="utf-8")
    code, out, err = sambok("decision", "list", "--json")
    assert code == 1
    assert [(e["code"], e["line"]) for e in json.loads(out)["errors"]] == [("DECISION_USED_UP", 4)]
    assert "units/repris/books/2026/2026-03.beancount:4: The decision D allows 1,000.00 SEK" in err
    assert sambok("check")[0] == 1
    assert sambok("combine")[0] == 0  # the figures stand


def test_a_book_with_errors_is_not_counted_and_named(ws, sambok):
    month = ws.units["repris"].month_file(MARCH)
    month.write_text(BOOK.format(amount="600.00") + "2026-03-05 pad Assets:1930-Bank Equity:2071-Fund\n", "utf-8")
    code, out, err = sambok("decision", "list", "--json")
    assert (code, json.loads(out)["left_out"]) == (1, ["repris"])
    assert "Not counted, because their books have errors: repris." in err


ADD = ("decision", "add", "ST-2026-04-07-§3", "--body", "board", "--date", "2026-04-07")


def test_a_decision_comes_into_policy_with_its_minutes(ws, sambok, tmp_path):
    minutes = tmp_path / "Protokoll 7 april.pdf"
    minutes.write_bytes(b"%PDF-1.7 the minutes")
    code, out, err = sambok(
        *ADD, "--text", 'A "bread" oven', "--amount", "180000 SEK", "--until", "2027-06-30", "--document", minutes,
        "--by", "eva",
    )  # fmt: skip
    assert code == 0, err
    digest = hashlib.sha256(minutes.read_bytes()).hexdigest()
    kept = f"gemensamt/documents/{digest[:2]}/{digest}-Protokoll_7_april.pdf"
    assert out == f"units/policy.beancount:12\nunits/{kept}\n"
    assert (ws.units_folder / kept).read_bytes() == minutes.read_bytes()
    assert (
        ws.policy_file.read_text(encoding="utf-8")
        == f"""\
{POLICY}
2026-04-07 custom "decision" "ST-2026-04-07-§3" "board"
  text: "A \\"bread\\" oven"
  amount: 180000.00 SEK
  until: 2027-06-30
  document: "{kept}"
"""
    )
    policy = read_policy(load_books(ws).central_text, ws)
    assert policy.problems == ()
    assert policy.decisions["ST-2026-04-07-§3"].text == 'A "bread" oven'
    line = read_history(ws.units_folder)[-1]
    assert (line.action, line.by, line.details["decision"]) == ("decision", "eva", "ST-2026-04-07-§3")
    assert line.files[0][0] == "units/policy.beancount"


def test_a_decision_of_today_is_entered(sambok):
    code, _, err = sambok("decision", "add", "S7", "--body", "board", "--date", "2026-04-22", "--text", "Fees")
    assert (code, "Entered" in err) == (0, True)


def test_without_amount_and_minutes(ws, sambok):
    assert sambok(*ADD, "--text", "Fees", "--json")[0] == 0
    assert ws.policy_file.read_text(encoding="utf-8").endswith(
        '\n2026-04-07 custom "decision" "ST-2026-04-07-§3" "board"\n  text: "Fees"\n'
    )
    assert read_policy(load_books(open_workspace(ws.root)).central_text, ws).problems == ()


@pytest.mark.parametrize(
    ("ident", "options", "said"),
    [
        ("D", (), "DECISION_TAKEN"),
        ("ST 7", (), "DECISION_WORDS"),
        ("-7", (), ""),  # an option that isn't there
        ('ST"7', (), "DECISION_WORDS"),
        ("ST\u202e7", (), "DECISION_WORDS"),
        ("Ѕ7", (), "DECISION_WORDS"),  # a Cyrillic letter
        ("", (), "DECISION_WORDS"),
        ("S" * 61, (), "DECISION_WORDS"),
        ("S7", ("--text", "one\ntwo"), "DECISION_WORDS"),
        ("S7", ("--text", "  "), "DECISION_WORDS"),
        ("S7", ("--text", "x" * 401), "DECISION_WORDS"),
        ("S7", ("--text", "<script>"), "TEXT_MARKUP"),
        ("S7", ("--amount", "180000"), "DECISION_AMOUNT"),
        ("S7", ("--amount", "SEK"), "DECISION_AMOUNT"),
        ("S7", ("--amount", "180 000 SEK"), "DECISION_AMOUNT"),
        ("S7", ("--amount", "180000,00 SEK"), "DECISION_AMOUNT"),
        ("S7", ("--amount", "0 SEK"), "DECISION_AMOUNT"),
        ("S7", ("--amount", "-5 SEK"), "DECISION_AMOUNT"),
        ("S7", ("--amount", "1.005 SEK"), "DECISION_AMOUNT"),
        ("S7", ("--amount", "1.5 CLP"), "DECISION_AMOUNT"),
        ("S7", ("--amount", "1234567890123456 SEK"), "DECISION_AMOUNT"),
        ("S7", ("--until", "2026-04-06"), "DECISION_DATES"),
        ("S7", ("--date", "2026-04-23"), "DECISION_IN_FUTURE"),  # today is the 22nd
        ("S7", ("--date", "2199-12-31"), "DECISION_IN_FUTURE"),
        ("S7", ("--date", "1999-12-31"), "DATE_OUTSIDE"),
        ("S7", ("--body", "somebody"), ""),
        ("S7", ("--document", "nowhere.pdf"), "IMPORT_FILE_MISSING"),
        ("S7", ("--document", "units"), "IMPORT_FILE_MISSING"),
    ],
)
def test_what_is_refused_leaves_everything_as_it_was(ws, sambok, ident, options, said):
    before = {p: p.read_bytes() for p in ws.units_folder.rglob("*") if p.is_file()}
    given = ("--body", "board", "--date", "2026-04-07", "--text", "Oven", *options)
    code, out, err = sambok("decision", "add", ident, *given)
    assert (code != 0, out) == (True, "")
    assert f"[{said}]" in err if said else code == 2
    assert {p: p.read_bytes() for p in ws.units_folder.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize(
    ("ident", "character"), [("ST 7", " "), ('ST"7', '"'), ("Ѕ7", "Ѕ"), (".7", "."), ("§7", "§"), ("ST,7 b", ",")]
)
def test_the_sign_that_an_id_may_not_have_is_named(ws, ident, character):
    with pytest.raises(DecisionWords) as caught:
        add_decision(ws, Draft(ident, "board", MARCH, "Oven"), today=MARCH)
    assert caught.value.params["reason"] == f"it has or begins with {character}"


def test_a_decision_for_one_day(ws, sambok):
    assert sambok(*ADD, "--text", "Fees", "--until", "2026-04-07")[0] == 0
    decision = read_policy(load_books(ws).central_text, ws).decisions["ST-2026-04-07-§3"]
    assert decision.date == decision.until == dt.date(2026, 4, 7)


def test_policy_that_can_t_be_read_is_told_first(ws, sambok):
    ws.policy_file.write_text(POLICY + '2026-01-01 option "x" "y"\n', encoding="utf-8")
    before = ws.policy_file.read_bytes()
    code, _, err = sambok(*ADD, "--text", "Oven")
    assert code == 1
    assert "units/policy.beancount:11" in err
    assert ws.policy_file.read_bytes() == before


def test_an_id_of_a_decision_that_can_t_be_read_is_taken(ws, sambok):
    ws.policy_file.write_text('2026-02-01 custom "decision" "D" "board"\n  amount: "a lot"\n', encoding="utf-8")
    code, _, err = sambok("decision", "add", "D", "--body", "board", "--date", "2026-04-07", "--text", "Oven")
    assert (code, "[DECISION_TAKEN]" in err) == (2, True)


def test_minutes_that_could_not_be_entered_are_not_kept(ws, sambok, tmp_path, monkeypatch):
    """Somebody edits policy between the look at it and the writing."""
    minutes = tmp_path / "minutes.pdf"
    minutes.write_bytes(b"%PDF-1.7")
    real = decisions.archive

    def meanwhile(*arguments):
        real(*arguments)
        ws.policy_file.write_text(POLICY + "; edited\n", encoding="utf-8")

    monkeypatch.setattr(decisions, "archive", meanwhile)
    code, _, err = sambok(*ADD, "--text", "Oven", "--document", minutes)
    assert (code != 0, "[WRITE_CONFLICT]" in err) == (True, True)
    assert ws.policy_file.read_text(encoding="utf-8") == POLICY + "; edited\n"
    assert list((ws.units_folder / "gemensamt").rglob("*.pdf")) == []
