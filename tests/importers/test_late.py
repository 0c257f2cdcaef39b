"""What a file brings of a closed month: booked on the first open day, known by its own day (SPEC 7, 11).

Repris' March is closed with a bank balance of 1,000.00. Its lines of March come in after that.
"""

import datetime as dt
from decimal import Decimal

import pytest
from beancount.core import data

from importers.camt.model import Entry
from importers.late import booking_day
from importers.recognise.replace import place_again
from importers.reconcile import reconcile
from importers.run import importers_of
from ledger.books import load_books, open_workspace
from ledger.federation import load_federation
from tests.closing.sealing import seal
from tests.importers.test_bank import OPENED, camt, imported, line

FIRST = dt.date(2026, 4, 1)
RENT = line(30, "-400.00", "Hyra april", "Värden AB")
APRIL = Entry(Decimal("-100.00"), "SEK", dt.date(2026, 4, 5), text="Kaffe")
VOUCHER = """\
#FLAGGA 0
#FORMAT PC8
#SIETYP 4
#FNAMN "Repris"
#KONTO 1930 "Bank"
#KONTO 3001 "Varor"
#VER A 7 20260305 "Sale"
{
#TRANS 1930 {} 100.00
#TRANS 3001 {} -100.00
}
"""


@pytest.fixture
def late(feed):
    """January to March are closed."""
    made = feed(_2026_01=OPENED, _2026_03="; March\n")
    seal(made.ws, "repris", "2026-01", "2026-02", "2026-03")
    return made


def assertions(feed):
    """Day and amount of every balance in the book."""
    found = (e for e in feed.book().entries() if isinstance(e, data.Balance))
    return [(str(e.date), str(e.amount)) for e in found]


@pytest.mark.parametrize(
    ("day", "closed", "booked"),
    [
        (dt.date(2026, 3, 30), {"2026-03"}, "2026-04-01"),
        (dt.date(2026, 3, 30), {"2026-02"}, "2026-03-30"),
        (dt.date(2025, 12, 31), {"2025-12", "2026-01"}, "2026-02-01"),
        (dt.date(2026, 2, 28), {"2026-02", "2026-04"}, "2026-03-01"),
    ],
)
def test_the_first_day_of_the_first_open_month(day, closed, booked):
    assert str(booking_day(day, closed)) == booked


def test_a_line_of_a_closed_month_is_booked_on_the_first_open_day(late):
    report = late.take(camt(RENT))
    assert report.status == "imported", report.problem
    (entry,) = imported(late)
    assert (entry.date, entry.meta["concerns"], entry.meta["dated"]) == (FIRST, "2026-03", dt.date(2026, 3, 30))
    assert entry.meta["filename"].endswith("books/2026/2026-04.beancount")
    assert late.book().problems == late.book().told == ()
    assert "2026-03 is closed: its entries were booked on 2026-04-01, with concerns: and their own day (1)." in (
        report.plan.remarks
    )
    assert late.balances()["1930"] == Decimal("600.00")


def test_its_identity_is_that_of_its_own_day(late):
    late.take(camt(RENT))
    (entry,) = imported(late)
    before = late.bytes()
    again = late.take(camt(RENT, created=dt.datetime(2026, 4, 9, 8, 0, tzinfo=dt.UTC)), name="again.xml")
    assert again.status == "known"
    books = {name: text for name, text in late.bytes().items() if "/books/" in name}
    assert books == {name: text for name, text in before.items() if "/books/" in name}
    more = late.take(camt(RENT, RENT), name="more.xml")  # a second, equal payment
    assert [e.meta["source-id"] for e in more.plan.entries] != [entry.meta["source-id"]]
    assert len(imported(late)) == 2


def test_a_balance_before_which_lines_are_booked_later_is_not_asserted(late):
    """The statement closes with March: on 1 April the books don't hold its line yet. With 5 April they do."""
    assert late.take(camt(RENT, day=31)).status == "imported"
    assert assertions(late) == []
    report = late.take(camt(RENT, APRIL), name="april.xml")
    assert report.status == "imported", report.problem
    assert assertions(late) == [("2026-04-06", "500.00 SEK")]
    assert late.book().problems == ()


def test_a_statement_over_both_months_asserts_where_it_closes(late):
    report = late.take(camt(RENT, APRIL))
    assert report.status == "imported", report.problem
    assert [e.date for e in imported(late)] == [FIRST, dt.date(2026, 4, 5)]
    assert assertions(late) == [("2026-04-06", "500.00 SEK")]
    assert late.book().problems == ()


def test_the_books_agree_with_the_statement_on_its_own_day(late):
    late.take(camt(RENT, APRIL))
    found = reconcile(load_books(late.ws), ["repris"], today=dt.date(2026, 4, 30))
    months = [month for unit in found.units for account in unit.accounts for month in account.months]
    assert [finding for month in months for finding in month.findings] == []
    assert [(m.month, m.told, m.booked, m.difference) for m in months[-2:]] == [
        ("2026-03", 1, 1, 0),
        ("2026-04", 1, 1, 0),
    ]


def test_what_waits_is_placed_where_it_stands(late):
    """A rule comes after it: its other side changes, its day and what it says of March stay."""
    late.take(camt(RENT))
    assert imported(late)[0].flag == "!"
    toml = late.unit.folder / "unit.toml"
    rule = '[[source.rule]]\ntext = "hyra"\naccount = "Expenses:6570-Bankavgifter"\n[[source]]\nname = "bok"'
    toml.write_text(toml.read_text().replace('[[source]]\nname = "bok"', rule))
    ws = open_workspace(late.ws.root)
    assert len(place_again(ws, ws.units["repris"]).moves) == 1
    (entry,) = imported(late)
    assert (entry.flag, entry.date, entry.meta["concerns"]) == ("*", FIRST, "2026-03")
    assert entry.meta["dated"] == dt.date(2026, 3, 30)


def test_a_voucher_of_another_program_counts_for_its_own_month(late):
    """15 % of 100.00, as a correction of March."""
    late.ws.policy_file.write_text(
        '2026-01-01 custom "decision" "A" "assembly"\n2026-01-01 custom "levy-rate" "*" 0.15\n  decision: "A"\n'
    )
    report = late.take(VOUCHER, name="a.se")
    assert report.status == "imported", report.problem
    (entry,) = (e for e in late.transactions() if "dated" in e.meta)
    assert (entry.date, entry.meta["concerns"], entry.meta["dated"]) == (FIRST, "2026-03", dt.date(2026, 3, 5))
    federation = load_federation(open_workspace(late.ws.root))
    month = federation.run.statements["repris"].year(2026).months[-1]
    assert (month.month, str(month.posted)) == ("2026-04", "15.00")
    assert [(c.of, str(c.base)) for c in month.corrections] == [("2026-03", "100.00")]
    assert late.take(VOUCHER + "\n", name="b.se").status == "known"


def test_an_import_page_gets_them_moved_and_gives_their_day_back_as_text(late):
    """beangulp and Fava extract from entries that they have loaded; Fava's page makes text of a day in metadata."""
    importer = importers_of(late.ws, late.unit)[0]
    path = str(late.file("mars.xml", camt(RENT)))
    (entry,) = importer.extract(path, late.book().entries())
    assert (entry.date, entry.meta["concerns"], entry.meta["dated"]) == (FIRST, "2026-03", dt.date(2026, 3, 30))
    late.take(camt(RENT))
    month = late.unit.folder / "books/2026/2026-04.beancount"
    month.write_text(month.read_text().replace("dated: 2026-03-30", 'dated: "2026-03-30"'))
    assert late.take(camt(RENT, created=dt.datetime(2026, 4, 9, tzinfo=dt.UTC)), name="again.xml").status == "known"
    again = importer.extract(path, late.book().entries())
    importer.deduplicate(again, late.book().entries())
    assert ["__duplicate__" in e.meta for e in again] == [True]


def test_an_account_that_is_closed_by_then_refuses_the_file(feed):
    made = feed(_2026_01=OPENED, _2026_04="2026-04-01 close Assets:1930-Bank\n")
    seal(made.ws, "repris", "2026-03")
    report = made.take(camt(RENT))
    assert (report.status, report.problem.code) == ("refused", "IMPORT_MONTH_CLOSED")


def test_nothing_moves_where_nothing_is_closed(feed):
    made = feed(_2026_01=OPENED)
    made.take(camt(RENT))
    (entry,) = imported(made)
    assert entry.date == dt.date(2026, 3, 30)
    assert not {"concerns", "dated"} & entry.meta.keys()
