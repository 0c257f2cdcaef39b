"""Books beside their seals: what came late, what is gone, and what counts all the same (SPEC 7, 10)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data

from ledger.books import load_books
from ledger.cli.main import main
from ledger.federation import load_federation
from ledger.provisional import full_entries
from tests.closing.sealing import reopen, seal

POLICY = """\
2025-01-01 custom "decision" "A" "assembly"
2025-01-01 custom "levy-rate" "*" 0.15
  decision: "A"
"""
ACCOUNTS = """\
; what repris uses
2024-01-01 open Assets:1930-Bank
2024-01-01 open Income:3001-Sales
2024-01-01 open Expenses:6430-Levy
2024-01-01 open Liabilities:2861-Owed
"""
TAGS = '    partner: "gemensamt"\n    ic: "levy"\n'
MONTH = "units/repris/books/2026/2026-01.beancount"


def sale(day, amount, meta="", payee="sale"):
    return f'{day} * "{payee}"\n{meta}  Assets:1930-Bank  {amount} SEK\n  Income:3001-Sales\n'


JANUARY = (
    sale("2026-01-10", "100000.00", '  voucher: "A-1"\n')
    + '2026-01-31 * "levy" ^ic-repris-levy-2026-01\n  voucher: "L-1"\n'
    + f"  Expenses:6430-Levy  15000.00 SEK\n{TAGS}  Liabilities:2861-Owed  -15000.00 SEK\n{TAGS}"
)
LATE = sale("2026-01-20", "1000.00")
FEBRUARY = sale("2026-02-10", "10000.00")


@pytest.fixture
def ws(sealed_workspace):
    """Repris' January is closed with 100,000.00 of turnover and 15,000.00 of levy; February is open."""
    units = {"repris": {"accounts": ACCOUNTS, "2026-01": JANUARY, "2026-02": FEBRUARY}, "annan": {}}
    return sealed_workspace(units, {"repris": ("2026-01",)}, policy=POLICY)


def january(ws) -> Path:
    return ws.root / MONTH


def change(path, *pairs):
    text = path.read_text()
    for old, new in pairs:
        assert text.count(old) == 1
        text = text.replace(old, new)
    path.write_text(text)


def told(books, slug="repris"):
    return [(p.code, p.file, p.line) for p in books.units[slug].told]


def months(federation):
    """Month, base, posted of repris' year."""
    found = federation.run.statements["repris"].year(2026).months
    return [(m.month, f"{m.base:.2f}", f"{m.posted:.2f}") for m in found]


def test_a_book_as_it_was_sealed_has_nothing_to_tell(ws):
    federation = load_federation(ws)
    assert federation.problems == ()
    assert federation.books.closed["repris"] == {"2026-01"}
    assert months(federation) == [("2026-01", "100000.00", "15000.00"), ("2026-02", "10000.00", "1500.00")]


def test_what_came_late_is_named_and_counts_in_the_first_open_month(ws):
    """15 % of 1,000.00 + 10,000.00; the trial balance has the sale at its own date."""
    with january(ws).open("a") as file:
        file.write(LATE)
    federation = load_federation(ws)
    line = JANUARY.count("\n") + 1
    assert told(federation.books) == [("LATE_POSTING", MONTH, line)]
    assert federation.books.units["repris"].ok
    assert federation.problems == federation.books.units["repris"].told
    (problem,) = federation.problems
    assert problem.text() == "2026-01 is closed for repris, and its seal doesn't hold this entry of 2026-01-20."
    assert 'the first open month, 2026-02, with  concerns: "2026-01"' in problem.remedy_text()
    assert problem.excerpt == '2026-01-20 * "sale"'
    assert months(federation) == [("2026-01", "100000.00", "15000.00"), ("2026-02", "11000.00", "1650.00")]
    (found,) = federation.run.statements["repris"].year(2026).months[1].corrections
    assert (found.of, str(found.base), str(found.rate)) == ("2026-01", "1000.00", "0.15")
    rows = [r for r in federation.books.units["repris"].summary.balances if r.account == "Income:3001-Sales"]
    assert [(r.month, str(r.amount)) for r in rows] == [("2026-01", "-101000.00"), ("2026-02", "-10000.00")]


@pytest.mark.parametrize("above", ["; forgotten\n", "* Forgotten\n; until today\n", "\n; forgotten\n"])
def test_a_comment_above_it_is_its_own(ws, above):
    """It is found where its date stands, and nothing is told of the sealed voucher before it."""
    with january(ws).open("a") as file:
        file.write(above + LATE)
    federation = load_federation(ws)
    assert told(federation.books) == [("LATE_POSTING", MONTH, (JANUARY + above).count("\n") + 1)]
    assert federation.problems[0].excerpt == '2026-01-20 * "sale"'
    assert months(federation) == [("2026-01", "100000.00", "15000.00"), ("2026-02", "11000.00", "1650.00")]


def test_it_is_known_from_the_cache_as_well(ws):
    with january(ws).open("a") as file:
        file.write(LATE)
    first = load_books(ws)
    again = load_books(ws)
    assert again.units["repris"].told == first.units["repris"].told != ()
    assert again.units["repris"].summary.turnover == first.units["repris"].summary.turnover
    assert again.closed == first.closed
    assert first.fingerprint is not None


def test_moved_with_concerns_the_figures_stay_and_nothing_is_told(ws):
    with january(ws).open("a") as file:
        file.write(LATE)
    before = load_federation(ws)
    change(january(ws), (LATE, ""))
    change(
        ws.root / MONTH.replace("-01.", "-02."),
        (FEBRUARY, FEBRUARY + sale("2026-02-01", "1000.00", '  concerns: "2026-01"\n')),
    )
    after = load_federation(ws)
    assert after.problems == ()
    assert months(after) == months(before) == [
        ("2026-01", "100000.00", "15000.00"),
        ("2026-02", "11000.00", "1650.00"),
    ]  # fmt: skip


@pytest.mark.parametrize("slug", ["repris", "gemensamt"])
def test_plain_beancount_shows_the_same(ws, slug):
    with january(ws).open("a") as file:
        file.write(LATE)
    federation = load_federation(ws)
    entries, errors, _ = loader.load_file(str(ws.units[slug].main))
    ours = full_entries(federation.books, federation.run, slug)
    assert [repr(e) for e in entries] == [repr(e) for e in ours]
    codes = [e.message.rpartition(" ")[2] for e in errors]
    assert codes == (["[LATE_POSTING]"] if slug == "repris" else [])
    made = [e for e in entries if isinstance(e, data.Transaction) and "provisional" in e.tags]
    assert [(str(e.date), str(abs(e.postings[0].units.number))) for e in made] == [("2026-02-28", "1650.00")]


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("2026-01-31 balance Assets:1930-Bank 100000.00 SEK\n", "Take it out"),
        ('2026-01-31 note Assets:1930-Bank "seen"\n', "Take it out"),
        ('2026-01-31 custom "internal-stock" "annan" 5.00 SEK\n', "Take it out"),
        (LATE, "Give it a day in the first open month"),
        ("2026-01-05 open Assets:1940-Savings\n", None),
        ("; for the van\n2026-01-05 open Assets:1940-Savings\n", None),
    ],
)
def test_any_statement_may_come_late_but_an_account(ws, text, remedy):
    with january(ws).open("a") as file:
        file.write(text)
    found = load_books(ws).problems
    assert [p.code for p in found] == (["LATE_POSTING"] if remedy else [])
    assert all(p.remedy_text().startswith(remedy) for p in found)


def test_the_voucher_s_own_file_is_nobody_s_matter(ws):
    """A period is the date's: a late sale in February's file is late; an open one in January's isn't."""
    with (ws.root / MONTH.replace("-01.", "-02.")).open("a") as file:
        file.write(LATE)
    with january(ws).open("a") as file:
        file.write(sale("2026-02-20", "1.00"))
    line = FEBRUARY.count("\n") + 1
    assert told(load_books(ws)) == [("LATE_POSTING", MONTH.replace("-01.", "-02."), line)]


def test_what_is_older_than_the_first_closed_month_is_closed_with_it(ws):
    with january(ws).open("a") as file:
        file.write(sale("2025-12-20", "1000.00"))
    books = load_books(ws)
    (problem,) = books.problems
    assert (problem.code, problem.params["month"], problem.params["open"]) == ("LATE_POSTING", "2025-12", "2026-02")
    assert "2025-12" in books.closed["repris"]
    assert "2026-02" not in books.closed["repris"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Assets:1930-Bank  100000.00 SEK", "Assets:1930-Bank     100000.00 SEK"),
        ("  Assets:1930-Bank  100000.00 SEK", "  ; a comment\n  Assets:1930-Bank  100000.00 SEK"),
        ("\n2026-01-31", "\n\n; the levy\n\n2026-01-31"),
        ("\n2026-01-31", "\n; the levy\n* Levy\n2026-01-31"),
        ("100000.00", "100000.0"),
    ],
)
def test_another_layout_is_no_other_voucher(ws, old, new):
    change(january(ws), (old, new))
    federation = load_federation(ws)
    assert federation.problems == ()
    assert months(federation)[0] == ("2026-01", "100000.00", "15000.00")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            sale("2026-01-10", "100000.00", '  voucher: "A-1"\n'),
            "",
            "A-1, sealed with 2026-01, is gone from the books.",
        ),
        ("100000.00", "100000.01", "A-1, sealed with 2026-01, says something else now (changed: amounts)."),
        ('"A-1"', '"A-7"', "A-1, sealed with 2026-01, has another number now."),
        ('"sale"', '"gift"', "A-1, sealed with 2026-01, says something else now (changed: narration)."),
    ],
)
def test_what_was_sealed_and_is_so_no_more_is_told(ws, old, new, said):
    change(january(ws), (old, new))
    federation = load_federation(ws)
    assert [p.text() for p in federation.books.units["repris"].told] == [said]
    assert [p.code for p in federation.problems] == ["SEAL_BROKEN"]
    assert federation.books.units["repris"].ok


def test_what_is_gone_shows_no_other_entry_s_line(ws):
    """A-1 stood on line 1, where L-1 stands now: its place is the file, and nothing of L-1 is shown for it."""
    change(january(ws), (sale("2026-01-10", "100000.00", '  voucher: "A-1"\n'), ""))
    (shown,) = load_federation(ws).shown
    assert (shown.code, shown.file, shown.line, shown.excerpt) == ("SEAL_BROKEN", MONTH, None, None)


def test_what_is_changed_shows_its_own_line_wherever_it_stands_now(ws):
    """Two lines further down, below a comment that is new."""
    change(january(ws), ("2026-01-31", "; one\n; two\n2026-01-31"), ("6430-Levy  15000.00", "6430-Levy  14000.00"))
    change(january(ws), ("-15000.00", "-14000.00"))
    (shown,) = load_federation(ws).shown
    text = january(ws).read_text().splitlines()
    assert shown.excerpt == '2026-01-31 * "levy" ^ic-repris-levy-2026-01' == text[shown.line - 1]


def test_a_changed_turnover_makes_the_difference_in_the_first_open_month(ws):
    """100,000.00 became 90,000.00: what is booked for January stays, February takes 15 % of -10,000.00 + 10,000.00."""
    change(january(ws), ("100000.00", "90000.00"))
    assert months(load_federation(ws)) == [("2026-01", "90000.00", "15000.00"), ("2026-02", "10000.00", "0.00")]


def test_a_month_opened_again_takes_new_vouchers_and_keeps_the_old(ws):
    reopen(ws, "repris", "2026-01")
    with january(ws).open("a") as file:
        file.write(LATE)
    federation = load_federation(ws)
    assert federation.problems == ()
    assert federation.books.closed["repris"] == frozenset()
    assert months(federation) == [("2026-01", "101000.00", "15150.00"), ("2026-02", "10000.00", "1500.00")]
    change(january(ws), ("100000.00", "90000.00"))
    assert [c for c, *_ in told(load_books(ws))] == ["SEAL_BROKEN"]


def test_closed_again_its_second_seal_holds_what_is_new(ws):
    reopen(ws, "repris", "2026-01")
    with january(ws).open("a") as file:
        file.write(LATE)
    again = seal(ws, "repris", "2026-01")
    assert [e.date.isoformat() for e in again[0].draft.entries] == ["2026-01-20"]
    books = load_books(ws)
    assert books.problems == ()
    assert books.closed["repris"] == {"2026-01"}


def run(ws, capsys, *command):
    """Exit code of a command, and the object that it prints."""
    with pytest.raises(SystemExit) as ended:
        main([*command, "--json", "--workspace", str(ws.root)])
    return ended.value.code, json.loads(capsys.readouterr().out)


def test_check_ends_with_1_and_names_them(ws, capsys):
    assert run(ws, capsys, "check")[0] == 0
    with january(ws).open("a") as file:
        file.write(LATE)
    code, answer = run(ws, capsys, "check")
    assert (code, [e["code"] for e in answer["errors"]]) == (1, ["LATE_POSTING"])


def test_the_combined_figures_stand_and_name_them(ws, capsys):
    """100,000.00 + 1,000.00 + 10,000.00 of sales; the levy of both sides is eliminated."""
    with january(ws).open("a") as file:
        file.write(LATE)
    code, answer = run(ws, capsys, "combine")
    assert (code, answer["complete"], [e["code"] for e in answer["errors"]]) == (1, True, ["LATE_POSTING"])
    assert answer["lines"]["NetSales"] == "-111000.00"
    with january(ws).open("w") as file:
        file.write(JANUARY)
    code, answer = run(ws, capsys, "combine")
    assert (answer["lines"]["NetSales"], answer["errors"]) == ("-110000.00", [])


@pytest.mark.parametrize("place", ["units/repris/fava.beancount", "units/repris/.x.beancount", "units/x.beancount"])
def test_a_text_that_nothing_reads_is_named_and_the_figures_stand(ws, capsys, place):
    (ws.root / place).write_text('include "main.beancount"\n')
    code = "FILE_HIDDEN" if "/." in place else "FILE_STRAY"
    for command in ("check", "combine"):
        ended, answer = run(ws, capsys, command)
        assert (ended, [(e["code"], e["file"]) for e in answer["errors"]]) == (1, [(code, place)])
    assert (answer["complete"], answer["lines"]["NetSales"]) == (True, "-110000.00")
    ended, answer = run(ws, capsys, "combine", "--lock", "2026-01")
    assert (ended, [e["code"] for e in answer["errors"]]) == (1, ["RUN_INCOMPLETE", code])


def test_nothing_is_locked_over_books_that_are_not_as_sealed(ws, capsys):
    with january(ws).open("a") as file:
        file.write(LATE)
    code, answer = run(ws, capsys, "combine", "--lock", "2026-01")
    assert (code, [e["code"] for e in answer["errors"]]) == (1, ["RUN_INCOMPLETE", "LATE_POSTING"])
    assert not (ws.root / "runs").exists()
    code, answer = run(ws, capsys, "levy", "--unit", "repris")
    assert (code, [e["code"] for e in answer["errors"]]) == (1, ["LATE_POSTING"])
