"""`sambok number`, `correct` and `journal`: what they print, their JSON, exit codes, and windows of any width."""

import csv
import json
import os
import re
import signal

import pytest

from ledger.cli.journal import beside, journal_lines, ledger_lines
from ledger.cli.main import main
from tests.closing.test_journal import ACCOUNTS, BOOK, YEAR


@pytest.fixture
def sambok(make_workspace, capsys, tmp_path, monkeypatch):
    """Run a command in a workspace whose unit has the journals' worked example."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-04-02T10:00:00Z")
    before = signal.getsignal(signal.SIGTERM)
    made = {}

    def run(*args, book=BOOK):
        if "ws" not in made:
            made["ws"] = make_workspace({"repris": {"accounts": ACCOUNTS, **book}})
        with pytest.raises(SystemExit) as ended:
            main(["-w", str(made["ws"].root), *args])
        shown = capsys.readouterr()
        run.root = made["ws"].root
        return ended.value.code or 0, shown.out, shown.err

    yield run
    signal.signal(signal.SIGTERM, before)
    os.environ.pop("BEANCOUNT_DISABLE_LOAD_CACHE", None)


def test_numbers_are_given_and_told(sambok):
    """A-3 is the highest: the euro get A-4. Then nothing is left."""
    code, out, err = sambok("number", "repris", "--by", "cecilia")
    assert (code, out) == (0, "A-4  2026-01-31  units/repris/books/2026/2026-01.beancount:16\n")
    assert err == (
        "repris: numbers given: 1.\nVouchers with a number that got the day of registration, or by whom: 4.\n"
    )
    text = (sambok.root / "units/repris/books/2026/2026-01.beancount").read_text(encoding="utf-8")
    assert '2026-01-31 * "Euro"\n  voucher: "A-4"\n  registered: 2026-04-02\n  by: "cecilia"\n' in text
    assert sambok("number", "repris")[1:] == ("", "repris: numbers given: 0.\n")


def test_the_check_names_what_is_missing_and_what_stands_twice(sambok):
    more = BOOK["2026-02"] + (
        '\n2026-02-26 * "Twice"\n  voucher: "A-3"\n  Assets:1930-Bank  0.00 SEK\n'
        '\n2026-02-27 * "Far on"\n  voucher: "A-9"\n  Assets:1930-Bank  0.00 SEK\n'
        '\n2026-02-28 event "voucher-gap" "A-5..A-6 torn"\n'
    )
    code, out, err = sambok("number", "repris", "--check", book={**BOOK, "2026-02": more})
    assert (code, err) == (3, "")
    assert (
        out
        == """\
repris, fiscal year 2025:
  series A (own): 1 to 2, vouchers 2
repris, fiscal year 2026:
  series A (own): 1 to 9, vouchers 5
    missing without a reason: A-4
    missing without a reason: A-7..A-8
    missing: A-5..A-6, torn
  series X (own): 1 to 1, vouchers 1
  A-3 stands more than once: units/repris/books/2026/2026-02.beancount:8, units/repris/books/2026/2026-02.beancount:14
  vouchers without a number: 1
    2026-01-31  units/repris/books/2026/2026-01.beancount:16
"""
    )
    code, out, _ = sambok("number", "repris", "--check", "--json")
    answer = json.loads(out)
    assert (code, answer["schema"], answer["given"], answer["errors"]) == (3, 1, [], [])
    assert answer["years"][1] == {
        "year": 2026,
        "series": [
            {
                "series": "A",
                "of": "own",
                "first": 1,
                "last": 9,
                "vouchers": 5,
                "gaps": [{"first": 4, "last": 4}, {"first": 7, "last": 8}],
                "explained": [{"first": 5, "last": 6, "reason": "torn"}],
            },
            {"series": "X", "of": "own", "first": 1, "last": 1, "vouchers": 1, "gaps": [], "explained": []},
        ],
        "twice": [
            {
                "voucher": "A-3",
                "places": [
                    {"date": "2026-02-25", "file": "units/repris/books/2026/2026-02.beancount", "line": 8},
                    {"date": "2026-02-26", "file": "units/repris/books/2026/2026-02.beancount", "line": 14},
                ],
            }
        ],
        "missing": [{"date": "2026-01-31", "file": "units/repris/books/2026/2026-01.beancount", "line": 16}],
    }


def test_a_trial_says_what_would_be(sambok):
    code, out, err = sambok("number", "repris", "--dry-run", "--json")
    answer = json.loads(out)
    assert (code, err, answer["dry_run"], answer["series"], answer["stamped"]) == (0, "", True, "A", 4)
    assert [given["voucher"] for given in answer["given"]] == ["A-4"]
    assert "A-4" not in (sambok.root / "units/repris/books/2026/2026-01.beancount").read_text(encoding="utf-8")


def test_a_correction(sambok):
    code, out, err = sambok("correct", "repris", "A-3", "--reason", "Too early", "--by", "cecilia")
    assert code == 0
    assert [" ".join(row.split()) for row in out.splitlines()] == [
        '2026-04-02 * "Anna" "Correction of A-3: Pay of Anna"',
        'voucher: "SX-1"',  # X-1 was written by hand
        "registered: 2026-04-02",
        'by: "cecilia"',
        'source-id: "correct:2026:A-3:1"',
        'corrects: "A-3"',
        'reason: "Too early"',
        "Expenses:7010-Wages-Anna -10.00 SEK",
        "Expenses:7010-Wages-Bo -20.00 SEK",
        "Assets:1930-Bank 30.00 SEK",
    ]
    assert err == "SX-1 corrects A-3: units/repris/books/2026/2026-04.beancount\n"
    code, out, _ = sambok("correct", "repris", "A-1", "--year", "2025", "--dry-run", "--json")
    answer = json.loads(out)
    assert (code, answer["voucher"], answer["corrects"], answer["date"]) == (0, "SX-2", "A-1", "2026-04-02")
    assert 'concerns: "2025-12"' in answer["text"]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("correct", "repris", "Q-1"), 2),
        (("correct", "repris", "A-1"), 2),
        (("correct", "repris", "A-2", "--year", "2026"), 1),
        (("correct", "nobody", "A-1"), 2),
        (("correct", "repris", "A-3", "--date", "yesterday"), 2),
        (("correct", "repris", "A-3", "--decision", "ST-never-taken"), 3),
        (("number", "repris", "--until", "spring"), 2),
        (("number", "repris", "--series", "X"), 2),
        (("journal", "nobody"), 2),
        (("journal", "repris", "--from", "2026-02-01", "--to", "2026-01-01"), 2),
        (("journal", "repris", "--csv", "units/journal.csv"), 2),
    ],
)
def test_wrong_use(sambok, monkeypatch, args, code):
    sambok("journal")
    monkeypatch.chdir(sambok.root)
    before = {path: path.read_bytes() for path in sambok.root.glob("units/**/*") if path.is_file()}
    found = sambok(*args)
    assert found[0] == code
    assert "Traceback" not in found[2]
    assert before == {path: path.read_bytes() for path in sambok.root.glob("units/**/*") if path.is_file()}


def test_the_journal_in_the_order_of_registration(sambok):
    code, out, err = sambok("journal", "repris", "--from", "2026-01-01", "--to", "2026-02-03")
    assert (code, err) == (0, "")
    rows = [re.sub(" {2,}", "  ", row.strip()) for row in out.splitlines()]
    assert rows == [
        "Repris: vouchers in the order of registration, 2026-01-01 to 2026-02-03",
        "",
        "Debit  Credit",
        "",
        "1.  A-1  2026-01-11  registered 2026-01-12  bo  !  =cmd(): +Rent",
        "Expenses:5010-Rent  50.00",
        "Liabilities:2440-Skulder  50.00",
        "",
        "2.  A-2  2026-01-10  registered 2026-01-12  anna  Kund: Sale  (corrected by X-1)",
        "Assets:1930-Bank  200.00",
        "Income:3001-Sales  200.00",
        "",
        "3.  no number  2026-01-31  Euro",
        "Assets:1940-Valuta  375.13",
        "33.33 EUR",
        "Assets:1930-Bank  375.13",
        "",
        "4.  X-1  2026-02-03  registered 2026-02-03  Correction of A-2  (corrects A-2)",
        "Assets:1930-Bank  200.00",
        "Income:3001-Sales  200.00",
        "",
        "Sum, SEK  825.13  825.13",
        "",
    ]


def test_the_journal_by_account(sambok):
    code, out, _ = sambok("journal", "repris", "--by", "account")
    assert code == 0
    rows = [re.sub(" {2,}", "  ", row.strip()) for row in out.splitlines()]
    begin = rows.index("Assets:1930-Bank  SEK  Debit  Credit  Balance")
    assert rows[begin + 1 : begin + 7] == [
        "Opening balance  1,300.00",
        "2026-01-10  A-2  Kund: Sale  200.00  1,500.00",
        "2026-01-31  -  Euro  375.13  1,124.87",
        "2026-02-03  X-1  Correction of A-2  200.00  924.87",
        "2026-02-25  A-3  Anna: Pay of Anna  30.00  894.87",
        "Closing balance  200.00  605.13  894.87",
    ]
    assert "Result of earlier years that was not moved to equity, SEK  -300.00" in rows
    assert "Sum, SEK  855.13  855.13" in rows


def test_all_units_together_name_nobody(sambok):
    code, out, _ = sambok("journal")
    assert code == 0
    assert "Pay of Anna" not in out
    assert "Wages-Anna" not in out
    assert "Text left out: it may name a person" in out
    assert "Gemensamt: vouchers in the order of registration" in out
    answer = json.loads(sambok("journal", "--json")[1])
    assert [unit["unit"] for unit in answer["units"]] == ["gemensamt", "repris"]


def test_csv_file(sambok, tmp_path):
    out = tmp_path / "journal.csv"
    code, shown, err = sambok("journal", "repris", "--csv", str(out))
    assert (code, shown, err) == (0, "", f"Written: {out}\n")
    rows = list(csv.DictReader(out.open(encoding="utf-8", newline="")))
    assert len(rows) == 11
    assert sambok("journal", "repris", "--by", "account", "--csv", str(out))[0] == 0
    assert next(csv.DictReader(out.open(encoding="utf-8", newline="")))["kind"] == "opening"


def test_a_book_with_errors_is_not_shown(sambok):
    broken = {**BOOK, "2026-03": '2026-03-01 * "x"\n  Assets:1930-Bank  1.00 SEK\n'}
    for args in (("journal", "repris"), ("number", "repris"), ("correct", "repris", "A-3")):
        code, out, err = sambok(*args, book=broken)
        assert (code, out) == (1, "")
        assert "[TRANSACTION_UNBALANCED]" in err
    code, out, err = sambok("journal", book=broken)
    assert code == 1
    assert "Gemensamt" in out


@pytest.fixture
def shown(make_workspace, tmp_path, monkeypatch):
    """Both orders of the worked example."""
    from ledger.books import load_books  # noqa: PLC0415  only for these
    from ledger.closing.journal import journal, ledger  # noqa: PLC0415  likewise

    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    books = load_books(make_workspace({"repris": {"accounts": ACCOUNTS, **BOOK}}))
    return journal(books, "repris", *YEAR), ledger(books, "repris", *YEAR)


@pytest.mark.parametrize("width", [20, 32, 40, 60, 80, 132, 400])
def test_no_amount_is_cut_in_any_window(shown, width):
    for lines, whole in (
        (list(journal_lines(shown[0], width)), list(journal_lines(shown[0], None))),
        (list(ledger_lines(shown[1], width)), list(ledger_lines(shown[1], None))),
    ):
        assert max(map(len, lines)) <= width
        amounts = [re.findall(r"-?[0-9,]+\.[0-9]{2}\b", " ".join(rows)) for rows in (lines, whole)]
        assert amounts[0] == amounts[1]


@pytest.mark.parametrize(
    ("told", "figures", "limit", "lines"),
    [
        ("Bank", ["  1.00", "      "], 40, ["Bank                1.00"]),
        ("Bank", ["  1.00", "      "], None, ["Bank                1.00"]),
        ("A very long account", ["  1.00", "  2.00"], 20, ["A very long account", "        1.00    2.00"]),
        ("Bank", ["1000000.00", "2000000.00"], 12, ["Bank", "  1000000.00", "  2000000.00"]),
    ],
)
def test_texts_beside_amounts(told, figures, limit, lines):
    assert list(beside(told, figures, limit, 16)) == lines
