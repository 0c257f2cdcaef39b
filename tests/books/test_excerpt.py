"""Lines that errors show: to whoever keeps the book all of them, in the federation's views none that names a person."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from ledger.books import load_books
from ledger.books.excerpt import for_all, quote
from ledger.books.problems_load import BalanceFailed
from ledger.cli.main import cli

ACCOUNTS = """\
2026-01-01 open Assets:1930-Bank
2026-01-01 open Assets:Utlägg-Vera
  code: "1613"
2026-01-01 open Liabilities:2083-Maja-Lind
2026-01-01 open Expenses:5010-Rent
2026-01-01 open Expenses:7210-Wages
"""
BOOK = """\
2026-03-02 * "Rent of March"
  Expenses:5010-Rent  100.00 SEK
  Assets:1930-Bank

2026-03-25 * "Pay to Anna"
  note: "sick two days"
  Expenses:7210-Wages  100.00 SEK
  Assets:1930-Bank

2026-03-26 * "Membership of Maja"
  Liabilities:2083-Maja-Lind  -100.00 SEK
  Assets:1930-Bank

2026-03-27 * "Vera's tram"
  Assets:Utlägg-Vera  40.00 SEK
  Assets:1930-Bank
"""
FILE = "units/repris/books/2026/2026-03.beancount"


@pytest.fixture
def ws(make_workspace):
    return make_workspace({"repris": {"accounts": ACCOUNTS, "2026-03": BOOK}, "gemensamt": {"accounts": ACCOUNTS}})


def problem(line: int, **params: str) -> BalanceFailed:
    return BalanceFailed(unit="repris", file=FILE, line=line, reason="x", **params)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (1, True),  # the rent's text
        (2, True),
        (3, True),
        (4, True),  # nothing stands there
        (5, False),  # the pay's text: the account comes two lines below
        (6, False),  # its note
        (7, False),
        (8, False),  # the bank's side of it
        (10, False),  # a member's contribution
        (11, False),
        (14, False),  # an account that has its code on its open
        (16, False),
    ],
)
def test_lines_of_vouchers_that_may_name_a_person(ws, line, shown):
    one = problem(line)
    quote(ws, [one])
    kept = BOOK.split("\n")[line - 1]
    assert one.excerpt == kept
    (told,) = for_all(load_books(ws), [one])
    assert told.excerpt == (kept if shown else None)
    assert one.excerpt == kept, "the unit's own view is as it was"


@pytest.mark.parametrize(("line", "shown"), [(1, True), (2, False), (3, False), (4, False), (5, True), (6, False)])
def test_lines_of_accounts(ws, line, shown):
    one = BalanceFailed(unit="repris", file="units/repris/accounts.beancount", line=line, reason="x")
    quote(ws, [one])
    (told,) = for_all(load_books(ws), [one])
    assert (told.excerpt is not None) is shown


def test_an_account_in_the_words_is_called_by_its_number(ws):
    said = "Liabilities:2083-Maja-Lind isn't Expenses:5010-Rent, nor Assets:Utlägg-Vera"
    (told,) = for_all(load_books(ws), [problem(1, account=said)])
    assert told.params["account"] == "Liabilities:2083-… isn't Expenses:5010-Rent, nor Assets:1613-…"


def test_a_book_that_cant_be_loaded_is_as_discreet(ws):
    month = ws.root / FILE
    month.write_text(BOOK.replace("40.00 SEK", "40.00 SEK oops"))
    accounts = ws.root / "units/repris/accounts.beancount"
    accounts.write_text(ACCOUNTS.replace("2026-01-01 open Expenses:5010", "option 2026-01-01 open Expenses:5010"))
    books = load_books(ws)
    assert not books.units["repris"].ok
    found = {(p.file, p.line): p.excerpt for p in for_all(books, books.problems)}
    assert "Vera" not in str(found)


def run(ws, *args: str) -> str:
    result = CliRunner().invoke(cli, ["--workspace", str(ws.root), *args], standalone_mode=False)
    assert result.exception is None, result.exception
    return result.output


def test_only_the_units_own_check_shows_the_line(ws):
    (ws.root / FILE).write_text(
        BOOK.replace(
            "  Expenses:7210-Wages  100.00 SEK\n  Assets:1930-Bank\n",
            "  Expenses:7210-Wages  90.00 SEK\n  Assets:1930-Bank  -80.00 SEK\n",
        )
    )
    assert "Pay to Anna" in run(ws, "check", "repris")
    assert "Pay to Anna" in run(ws, "check", "repris", "--json")
    for args in (
        ["check"],
        ["check", "--json"],
        ["up", "--once"],
        ["combine"],
        ["levy"],
        ["todo"],
        ["open-items"],
        ["reconcile"],
    ):
        told = run(ws, *args)
        assert "Anna" not in told, args
    errors = json.loads(run(ws, "check", "--json"))["errors"]
    assert [(error["code"], error["file"], error["line"]) for error in errors] == [("TRANSACTION_UNBALANCED", FILE, 5)]


DEALING = """\
2026-03-28 * "Chairs, fetched by Anna" ^ic-repris-1
  Assets:1660-Claim  100.00 SEK
    partner: "gemensamt"
    ic: "trade"
  Expenses:7210-Wages  -100.00 SEK
"""


def test_what_blocks_a_lock_shows_no_line_of_such_a_voucher(ws):
    accounts = ws.root / "units/repris/accounts.beancount"
    accounts.write_text(ACCOUNTS + "2026-01-01 open Assets:1660-Claim\n2026-01-01 open Income:3001-Sales\n")
    month = ws.root / FILE
    for account, shown in (("Expenses:7210-Wages", False), ("Income:3001-Sales", True)):
        month.write_text(DEALING.replace("Expenses:7210-Wages", account))
        told = run(ws, "combine", "--to", "2026-03-31", "--lock", "x")
        assert "[RUN_BLOCKED]" in told
        assert ("    | " in told.partition("[RUN_BLOCKED]")[2]) is shown
