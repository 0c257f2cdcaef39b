"""Sheets that correct a booked meeting: what is taken back, what stays, and what keeps a correction out."""

import datetime as dt
from pathlib import Path

import pytest

from importers.run import import_files
from ledger.books import load_books
from ledger.closing.correct import Asked, correct_voucher
from ledger.loans import cycles_of
from ledger.policy import read_policy
from tests.closing.sealing import seal
from tests.importers.meetings.test_sheet import balances
from tests.importers.meetings.texts import COLUMNS, FIRST, HEAD, POLICY

SIGNED = ",corrects,{},entered_by,Rehema,signed_by,Otieno\n"
TWO = HEAD.format(number=2, date="2026-02-11", box=530, social=20) + COLUMNS
SECOND = TWO + "Anna,1,0,10,0,300,30,,,\nBo,1,0,10,0,,,,,\n"
THIRD = HEAD.format(number=3, date="2026-03-11", box=630, social=20) + COLUMNS + "Anna,1,1,,,,,,,\nBo,1,,,,,,,,\n"
#: The right first meeting: not Anna but Bo bought one of the shares, box as counted.
SWAPPED = FIRST.replace("Anna,1,5", "Anna,1,4").replace("Bo,1,3", "Bo,1,4")


def correcting(sheet, number=1):
    return sheet.replace("\n", SIGNED.format(number), 1)


def fund(kikundi, cycle="NK26"):
    books = load_books(kikundi.ws, ["kikundi"])
    found = cycles_of(books, read_policy(books.central_text, kikundi.ws))[cycle]
    assert found.problems == ()
    return found


def test_what_differs_is_taken_back_and_booked_anew_on_the_meetings_day(group):
    kikundi = group()
    kikundi.take(FIRST)
    before = kikundi.books()["units/kikundi/books/2026/2026-01.beancount"].decode()
    done = kikundi.take(correcting(SWAPPED), "right.csv")
    assert str(done.problem) == "None"
    after = kikundi.books()["units/kikundi/books/2026/2026-01.beancount"].decode()
    assert after.startswith(before.split("2026-01-15 balance")[0])  # the vouchers stand where and as they stood
    found = balances(kikundi)
    assert (found["Equity:3010-Shares:Anna"], found["Equity:3010-Shares:Bo"]) == (-400, -400)
    assert found["Assets:1110-Loans-to-members:Anna"] == 600
    new = [e for e in load_books(kikundi.ws, ["kikundi"]).units["kikundi"].entries() if "entered-by" in e.meta]
    assert [(str(e.date), e.meta.get("corrects"), e.meta["signed-by"]) for e in new] == [
        ("2026-01-14", "meeting:NK26:1:shares", "Otieno"),
        ("2026-01-14", None, "Otieno"),
    ]  # the loan's voucher is as the new sheet has it: it stays
    assert fund(kikundi).fund.shares("Bo") == 400


def test_the_same_correction_again_adds_nothing_nor_does_the_first_sheet(group):
    kikundi = group()
    kikundi.take(FIRST)
    kikundi.take(correcting(SWAPPED), "right.csv")
    before = kikundi.books()
    head, columns, anna, bo = correcting(SWAPPED).splitlines()
    for content in (correcting(SWAPPED), f"{head}\r\n{columns}\r\n{bo}\r\n{anna}\r\n", FIRST, SWAPPED):
        assert kikundi.take(content, "again.csv").status == "known"
        assert kikundi.books() == before


def test_a_correction_is_corrected_back(group):
    kikundi = group()
    kikundi.take(FIRST)
    was = balances(kikundi)
    kikundi.take(correcting(SWAPPED), "right.csv")
    done = kikundi.take(correcting(FIRST), "back.csv")
    assert str(done.problem) == "None"
    assert balances(kikundi) == was
    assert "meeting:NK26:1:c2:undo:c1:shares" in kikundi.text()
    assert fund(kikundi).fund.shares("Anna") == 500


def test_a_loan_of_another_size_keeps_its_number(group):
    kikundi = group()
    kikundi.take(FIRST)
    # 100 of the loan were Bo's own: 500 and 100
    right = FIRST.replace(",600,2,", ",500,2,").replace("Bo,1,3,0,0,,,,,", "Bo,1,3,0,0,,,100,2,")
    done = kikundi.take(correcting(right), "right.csv")
    assert str(done.problem) == "None"
    loans = {loan.id: (loan.participant, loan.principal) for loan in fund(kikundi).fund.loans}
    assert loans == {"NK26-L01": ("Anna", 500), "NK26-L02": ("Bo", 100)}
    assert kikundi.take(SECOND, "two.csv").problem is None


def test_another_count_is_booked_behind_the_old_one(group):
    """Bo's third share was never paid: the box had 100, not 200."""
    kikundi = group()
    kikundi.take(FIRST)
    right = FIRST.replace("fund,200", "fund,100").replace("Bo,1,3", "Bo,1,2")
    done = kikundi.take(correcting(right), "right.csv")
    assert str(done.problem) == "None"
    text = kikundi.text()
    assert "2026-01-15 balance Assets:1010-Loan-fund-box" in text
    assert "2026-01-16 balance Assets:1010-Loan-fund-box" in text
    assert balances(kikundi)["Assets:1010-Loan-fund-box"] == 100
    second = SECOND.replace("fund,530", "fund,430")
    assert kikundi.take(second, "two.csv").problem is None  # 100 + 330
    assert fund(kikundi).fund.shares("Bo") == 200


def test_another_count_that_a_later_meeting_denies_is_refused_whole(group):
    kikundi = group()
    for number, sheet in enumerate((FIRST, SECOND)):
        assert kikundi.take(sheet, f"{number}.csv").problem is None
    before = kikundi.books()
    right = FIRST.replace("fund,200", "fund,100").replace("Bo,1,3", "Bo,1,2")
    done = kikundi.take(correcting(right), "right.csv")
    assert done.problem.code == "MEETING_TIES"
    assert "100.00 KES too little when meeting 2 counted 530.00 KES" in done.problem.text()
    assert kikundi.books() == before


def test_what_a_later_meeting_repaid_must_still_have_been_owed(group):
    kikundi = group()
    for number, sheet in enumerate((FIRST, SECOND, THIRD)):
        done = kikundi.take(sheet, f"{number}.csv")
        assert str(done.problem) == "None"
    before = kikundi.books()
    # Not Anna but Bo is said to have borrowed: then Anna has repaid 300 of nothing.
    right = FIRST.replace("Anna,1,5,0,0,,,600,2,", "Anna,1,5,0,0,,,,,").replace(
        "Bo,1,3,0,0,,,,,", "Bo,1,3,0,0,,,600,2,"
    )
    done = kikundi.take(correcting(right), "right.csv")
    assert done.problem.code == "MEETING_TERMS"
    assert kikundi.books() == before


def test_a_closed_month_is_corrected_in_the_first_open_one(group):
    kikundi = group()
    kikundi.take(FIRST)
    seal(kikundi.ws, "kikundi", "2026-01")
    closed = kikundi.books()["units/kikundi/books/2026/2026-01.beancount"]
    done = kikundi.take(correcting(SWAPPED), "right.csv")
    assert str(done.problem) == "None"
    assert kikundi.books()["units/kikundi/books/2026/2026-01.beancount"] == closed
    text = kikundi.books()["units/kikundi/books/2026/2026-02.beancount"].decode()
    assert text.count('concerns: "2026-01"') == 2
    assert text.count("dated: 2026-01-14") == 2
    assert text.count("2026-02-01 *") == 2
    assert balances(kikundi)["Equity:3010-Shares:Bo"] == -400
    before = kikundi.books()
    assert kikundi.take(correcting(SWAPPED) + "\n", "again.csv").status == "known"
    assert kikundi.books() == before


OFFICERS = {
    "one alone": (",corrects,1\n", "MEETING_LAYOUT", "its first row lacks entered_by, signed_by"),
    "nobody signs": (",corrects,1,entered_by,Rehema\n", "MEETING_LAYOUT", "lacks signed_by"),
    "who, not what": (",entered_by,Rehema,signed_by,Otieno\n", "MEETING_LAYOUT", "lacks corrects"),
    "the same": (",corrects,1,entered_by,Rehema,signed_by,REHEMA \n", "MEETING_CELL", "another officer signs"),
    "another meeting": (SIGNED.format(2), "MEETING_CELL", "it corrects meeting 2, but is of meeting 1"),
    "no number": (SIGNED.format("one"), "MEETING_CELL", "one is no whole number"),
}


@pytest.mark.parametrize(("pairs", "code", "words"), OFFICERS.values(), ids=OFFICERS)
def test_two_officers_say_what_they_correct(group, pairs, code, words):
    kikundi = group()
    kikundi.take(FIRST)
    before = kikundi.books()
    done = kikundi.take(SWAPPED.replace("\n", pairs, 1), "right.csv")
    assert (done.problem.code, done.problem.line) == (code, 1)
    assert words in done.problem.text()
    assert kikundi.books() == before


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        (correcting(SECOND, 2), "no sheet of that meeting is booked"),
        (correcting(SWAPPED.replace("2026-01-14", "2026-01-15")), "the meeting was on 2026-01-14"),
    ],
    ids=["unknown", "another-day"],
)
def test_what_no_sheet_corrects(group, sheet, words):
    kikundi = group()
    kikundi.take(FIRST)
    before = kikundi.books()
    done = kikundi.take(sheet, "right.csv")
    assert done.problem.code == "MEETING_CORRECTION"
    assert words in done.problem.text()
    assert kikundi.books() == before


def test_a_correction_ties_like_any_sheet(group):
    kikundi = group(POLICY)
    kikundi.take(FIRST)
    done = kikundi.take(correcting(FIRST.replace("Bo,1,3", "Bo,1,4")), "right.csv")
    assert done.problem.code == "MEETING_COUNT"
    assert dt.date(2026, 1, 14) == fund(kikundi).fund.first


def test_in_one_job_a_correction_comes_after_what_it_corrects(group):
    kikundi = group()
    paths = []
    for name, text in {"a-right.csv": correcting(SWAPPED), "b-second.csv": SECOND, "z-first.csv": FIRST}.items():
        path = kikundi.folder / name
        path.write_text(text)
        paths.append(path)
    report = import_files(kikundi.ws, kikundi.ws.units["kikundi"], paths)
    assert [(Path(f.file).name, f.status) for f in report.files] == [
        ("z-first.csv", "imported"),
        ("a-right.csv", "imported"),
        ("b-second.csv", "imported"),
    ]


def test_a_loan_that_is_corrected_on_another_day_gets_another_number(group):
    """The loan was 500, and 100 more were in the box."""
    kikundi = group()
    kikundi.take(FIRST)
    right = FIRST.replace("fund,200", "fund,300").replace(",600,2,", ",500,2,")
    assert str(kikundi.take(correcting(right), "right.csv").problem) == "None"
    (loan,) = fund(kikundi).fund.loans
    assert (loan.id, loan.principal, loan.term, str(loan.given)) == ("NK26-L02", 500, 2, "2026-01-15")


def test_who_came_is_what_the_correction_says(group):
    kikundi = group()
    kikundi.take(FIRST)
    assert [(c.present, c.members) for c in fund(kikundi).came] == [(2, 2)]
    kikundi.take(correcting(FIRST.replace("Bo,1,3", "Bo,0,3")), "right.csv")
    assert [(c.present, c.members) for c in fund(kikundi).came] == [(1, 2)]


def test_a_voucher_taken_back_by_hand_is_corrected_no_second_time(group):
    """`sambok correct` took the shares back; the sheet says them anew."""
    kikundi = group()
    kikundi.take(FIRST)
    path = kikundi.ws.root / "units/kikundi/books/2026/2026-01.beancount"
    text = path.read_text()
    number = text.replace(
        '  source-id: "meeting:NK26:1:shares"', '  voucher: "A-1"\n  source-id: "meeting:NK26:1:shares"'
    )
    path.write_text(number)
    asked = Asked("A-1", day=dt.date(2026, 1, 15))
    correct_voucher(kikundi.ws, kikundi.ws.units["kikundi"], asked, by="Rehema", today=dt.date(2026, 1, 15))
    assert "Equity:3010-Shares:Anna" not in balances(kikundi)
    done = kikundi.take(correcting(SWAPPED), "right.csv")
    assert str(done.problem) == "None"
    assert balances(kikundi)["Equity:3010-Shares:Bo"] == -400
    assert balances(kikundi)["Assets:1010-Loan-fund-box"] == 200
