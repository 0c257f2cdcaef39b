"""The blank sheet: what is read out, and that it comes back filled in."""

import datetime as dt
from decimal import Decimal

import pytest

from importers.meetings.words import COLUMNS, plain
from ledger.books import load_books
from ledger.loans import cycles_of
from ledger.messages import paper_languages, translate
from ledger.policy import read_policy
from ledger.reports.loan_sheet import HEADS, SheetRow, blank_sheet
from tests.importers.meetings.texts import FIRST


def sheet(group, day=dt.date(2026, 1, 20)):
    books = load_books(group.ws, ["kikundi"])
    return blank_sheet(cycles_of(books, read_policy(books.central_text, group.ws))["NK26"], day, "en")


def test_what_is_read_out(group):
    kikundi = group()
    kikundi.take(FIRST)
    made = sheet(kikundi)
    assert (made.number, made.date, made.box) == (2, dt.date(2026, 2, 11), 200)  # 4 weeks after 2026-01-14
    anna, bo = made.rows
    assert (anna.name, anna.shares, anna.loan, anna.due, anna.charge) == ("Anna", 5, 600, 0, 30)  # 5 % of 600
    assert bo == SheetRow("Bo", 3, *[Decimal(0)] * 4)
    for said in ("<td>Anna</td><td>5</td><td>600.00</td>", "held 200.00 KES", "NK26, meeting 2, 2026-02-11"):
        assert said in made.html


def test_it_comes_back_filled_in(group):
    kikundi = group()
    kikundi.take(FIRST)
    filled = (
        sheet(kikundi).csv.replace("fund,,counted", "fund,530,counted").replace("social_fund,\n", "social_fund,0\n")
    )
    filled = filled.replace("Anna,,,,,,,", "Anna,1,,,,300,30,")
    done = kikundi.take(filled, "two.csv")
    assert str(done.problem) == "None"
    made = sheet(kikundi, dt.date(2026, 2, 12))
    assert (made.number, made.date, made.box) == (3, dt.date(2026, 3, 11), 530)


def test_an_empty_book_has_its_first_meeting_before_it(group):
    made = sheet(group())
    assert (made.number, made.date, made.rows) == (1, dt.date(2026, 1, 20), ())


def test_a_name_that_a_spreadsheet_would_work_out_is_text_and_still_the_same_persons(group):
    """Who is called by a telephone number: a spreadsheet would make a sum of +254 700-1."""
    kikundi = group()
    kikundi.take(FIRST.replace("Anna,", "+254 700-1,"))
    made = sheet(kikundi)
    assert [line.split(",")[0] for line in made.csv.splitlines()[2:]] == ["'+254 700-1", "Bo"]
    filled = made.csv.replace("fund,,counted", "fund,530,counted").replace("social_fund,\n", "social_fund,0\n")
    done = kikundi.take(filled.replace("700-1,,,,,,,", "700-1,1,,,,300,30,"), "two.csv")
    assert str(done.problem) == "None"
    assert [row.name for row in sheet(kikundi, dt.date(2026, 2, 12)).rows] == ["+254 700-1", "Bo"]


@pytest.mark.parametrize("language", paper_languages())
def test_what_the_printed_sheet_calls_its_columns_is_read(language):
    """Whoever copies the paper's headings into a spreadsheet has written a sheet."""
    read = [COLUMNS.get(plain(translate(head, language))) for head in HEADS]
    assert read == [
        "member", "present", "shares", "social", "fine", "repaid", "charge", "new_loan", "months", "note",
    ]  # fmt: skip
