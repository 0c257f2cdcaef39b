"""The year end: the result goes to equity, and on the next day to last year's; only what nobody has booked already.

2026 of repris: sales 1,000.00, rent 300.00: a surplus of 700.00. Sales of 2025 and 2027, and of 10 euro, don't count.
"""

from __future__ import annotations

import pytest
from beancount.parser import parser

from ledger.books import load_books
from ledger.closing.year_end import carried_result, result_transfer, year_end

ACCOUNTS = """\
2025-01-01 open Assets:1930-Bank
2025-01-01 open Income:3001-Sales
2025-01-01 open Expenses:5010-Rent
"""
EQUITY = """\
2025-01-01 open Equity:2098-Fjol
2025-01-01 open Equity:2099-Arets
2025-01-01 open Expenses:8999-Resultat
"""
TRANSFERRED = ("2026-12-31", "Expenses:8999-Resultat", "700.00", "Equity:2099-Arets")
CONF = """\
[federation]
name = "F"
currency = "SEK"
central = "gemensamt"
language = "en"
fiscal_year_start = "07-01"
"""


def entry(day: str, debit: str, amount: str, credit: str, currency: str = "SEK") -> str:
    return f'{day} * "x"\n  {debit}  {amount} {currency}\n  {credit}  -{amount} {currency}\n'


def parsed(*texts: str) -> list:
    return parser.parse_string("".join(texts))[0]


SALES = entry("2026-03-01", "Assets:1930-Bank", "1000.00", "Income:3001-Sales")
RENT = entry("2026-12-31", "Expenses:5010-Rent", "300.00", "Assets:1930-Bank")
EURO = entry("2026-05-01", "Assets:1930-Bank", "10.00", "Income:3001-Sales", "EUR")
BEFORE = entry("2025-12-31", "Assets:1930-Bank", "50.00", "Income:3001-Sales")
AFTER = entry("2027-01-01", "Assets:1930-Bank", "60.00", "Income:3001-Sales")


@pytest.fixture
def books_of(make_workspace, tmp_path, monkeypatch):
    """Books whose repris has these entries, each in the file of its month; and its unit."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))

    def made(*entries: str, accounts: str = ACCOUNTS, unit: str = "", **rest):
        months: dict[str, str] = {}
        for text in entries:
            months[text[:7]] = months.get(text[:7], "") + text
        ws = make_workspace({"repris": {"accounts": accounts, "unit": unit, **months}}, **rest)
        books = load_books(ws)
        assert books.units["repris"].ok, books.units["repris"].problems
        return books, ws.units["repris"]

    return made


def said(voucher) -> tuple | None:
    """Day and postings of a voucher; what it is called."""
    if voucher is None:
        return None
    return (
        str(voucher.date),
        [(p.account.split("-")[0], str(p.units)) for p in voucher.postings],
        (voucher.flag, voucher.payee, voucher.narration, len(voucher.tags), len(voucher.links)),
    )


def transfer(day: str, amount: str, year: str = "2026") -> tuple:
    other = amount[1:] if amount.startswith("-") else f"-{amount}"
    postings = [("Expenses:8999", f"{amount} SEK"), ("Equity:2099", f"{other} SEK")]
    return day, postings, ("*", None, f"Result of {year} to equity", 0, 0)


def carried(day: str, amount: str, year: str = "2026") -> tuple:
    other = amount[1:] if amount.startswith("-") else f"-{amount}"
    postings = [("Equity:2099", f"{amount} SEK"), ("Equity:2098", f"{other} SEK")]
    return day, postings, ("*", None, f"Result of {year} becomes last year's result", 0, 0)


ALL = (BEFORE, SALES, EURO, RENT, AFTER)


def test_the_years_result_goes_to_equity(books_of):
    books, unit = books_of(*ALL)
    assert said(result_transfer(books, unit, "2026-12", ())) == transfer("2026-12-31", "700.00")
    assert said(result_transfer(books, unit, "2025-12", ())) == transfer("2025-12-31", "50.00", "2025")
    for month in ("2026-11", "2027-01", "2026-01"):
        assert result_transfer(books, unit, month, ()) is None
        assert year_end(books, unit, month) is None


def test_a_loss(books_of):
    books, unit = books_of(RENT)
    assert said(result_transfer(books, unit, "2026-12", ())) == transfer("2026-12-31", "-300.00")


def test_what_the_close_freezes_in_it_counts(books_of):
    """A levy of 150.00 as an expense; and 5.00 in euro, which don't."""
    books, unit = books_of(*ALL)
    frozen = parsed(
        entry("2026-12-31", "Expenses:5010-Rent", "150.00", "Assets:1930-Bank"),
        entry("2026-12-31", "Expenses:5010-Rent", "5.00", "Assets:1930-Bank", "EUR"),
    )
    assert said(result_transfer(books, unit, "2026-12", frozen)) == transfer("2026-12-31", "550.00")


def test_what_somebody_has_booked_already_is_not_booked_again(books_of):
    books, unit = books_of(*ALL, entry(*TRANSFERRED), accounts=ACCOUNTS + EQUITY)
    assert result_transfer(books, unit, "2026-12", ()) is None
    part = ("2026-12-31", "Expenses:8999-Resultat", "200.00", "Equity:2099-Arets")
    books, unit = books_of(*ALL, entry(*part), accounts=ACCOUNTS + EQUITY)
    assert said(result_transfer(books, unit, "2026-12", ())) == transfer("2026-12-31", "500.00")


def test_a_chart_without_an_account_for_it_needs_no_voucher(books_of):
    accounts = ACCOUNTS.replace("1930-Bank", "572-Bank").replace("3001-Sales", "705-S").replace("5010-Rent", "621-R")
    sale = entry("2026-03-01", "Assets:572-Bank", "10.00", "Income:705-S")
    books, unit = books_of(sale, accounts=accounts, unit='chart = "pgc"\n')
    assert result_transfer(books, unit, "2026-12", ()) is None
    assert carried_result(books, unit, "2026-12", ()) is None


def test_a_fiscal_year_that_begins_in_july_is_named_by_both(books_of):
    books, unit = books_of(*ALL, conf=CONF)
    found = result_transfer(books, unit, "2027-06", ())  # 60.00 in January, 300.00 of rent in December
    assert said(found) == transfer("2027-06-30", "-240.00", "2026/2027")
    assert said(result_transfer(books, unit, "2026-06", ())) == transfer("2026-06-30", "1050.00", "2025/2026")
    assert result_transfer(books, unit, "2026-12", ()) is None


def test_the_next_day_it_is_last_years(books_of):
    books, unit = books_of(*ALL, entry(*TRANSFERRED), accounts=ACCOUNTS + EQUITY)
    assert said(carried_result(books, unit, "2026-12", ())) == carried("2027-01-01", "700.00")
    assert carried_result(books, unit, "2026-11", ()) is None


def test_the_transfer_of_the_close_itself_counts(books_of):
    books, unit = books_of(*ALL)
    made = result_transfer(books, unit, "2026-12", ())
    assert said(carried_result(books, unit, "2026-12", [made])) == carried("2027-01-01", "700.00")
    assert carried_result(books, unit, "2026-12", ()) is None  # nothing stands on 2099


GONE = entry("2025-12-31", "Expenses:8999-Resultat", "50.00", "Equity:2099-Arets")


def test_what_the_next_year_has_moved_already_is_not_moved_again(books_of):
    moved = entry("2026-03-01", "Equity:2099-Arets", "50.00", "Equity:2098-Fjol")
    books, unit = books_of(BEFORE, GONE, moved, accounts=ACCOUNTS + EQUITY)
    assert carried_result(books, unit, "2025-12", ()) is None


def test_the_next_years_own_result_and_what_comes_after_it_move_nothing_of_last_years(books_of):
    """50.00 of 2025, of which 1.00 and 20.00 were moved in 2026; 2026 has a result of its own, moved in 2027."""
    first = entry("2026-01-01", "Equity:2099-Arets", "1.00", "Equity:2098-Fjol")
    part = entry("2026-12-31", "Equity:2099-Arets", "20.00", "Equity:2098-Fjol")
    own = entry("2026-12-31", "Expenses:8999-Resultat", "700.00", "Equity:2099-Arets")
    later = entry("2027-01-01", "Equity:2099-Arets", "700.00", "Equity:2098-Fjol")
    books, unit = books_of(BEFORE, GONE, first, part, own, later, accounts=ACCOUNTS + EQUITY)
    assert said(carried_result(books, unit, "2025-12", ())) == carried("2026-01-01", "29.00", "2025")


def test_it_comes_in_the_first_month_that_is_open(books_of, monkeypatch):
    books, unit = books_of(*ALL, entry(*TRANSFERRED), accounts=ACCOUNTS + EQUITY)
    monkeypatch.setitem(books.closed, "repris", frozenset({"2027-01", "2027-02"}))
    assert said(carried_result(books, unit, "2026-12", ())) == carried("2027-03-01", "700.00")
