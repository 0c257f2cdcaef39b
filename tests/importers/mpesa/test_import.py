"""M-Pesa statements into books: the wallet's lines, its charges, overlapping statements, two wallets of one unit."""

from decimal import Decimal

import pytest
from beancount.core import data

from importers.bank.problems import BankCurrency
from importers.bank.problems_chain import BankAccountUnclear, BankListBegins
from importers.problems import ImportAccountMissing
from importers.run import import_inboxes
from ledger.books.sources import SourceTable

ACCOUNTS = """\
2020-01-01 open Assets:1040-Mobile-money KES
2020-01-01 open Assets:1030-Bank KES
2020-01-01 open Liabilities:2900-To-be-cleared
2020-01-01 open Expenses:5050-Charges
"""
SOURCE = """\
currency = "KES"
chart = "vsla"
[[source]]
name = "paybill"
format = "mpesa"
account = "Assets:1040-Mobile-money"
bank_account = "600610"
[[source.rule]]
text = "charge"
direction = "out"
account = "Expenses:5050-Charges"
"""
PERSONAL = """\
[[source]]
name = "phone"
format = "mpesa"
account = "Assets:1030-Bank"
"""
HEAD = "Short Code:,600610\n\nReceipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Balance\n"


def lines(feed):
    return [
        (str(e.date), e.flag, str(e.postings[0].units.number), e.meta["bank-ref"], e.meta.get("reference"))
        for e in feed.transactions()
        if "bank-ref" in e.meta
    ]


def asserted(feed):
    return [(str(e.date), str(e.amount)) for e in feed.book().entries() if isinstance(e, data.Balance)]


def test_an_organisations_statement_comes_into_the_books(feed, samples):
    feed = feed(SOURCE, ACCOUNTS)
    report = feed.take((samples / "vsla/mpesa-paybill-statement.SYNTHETIC.csv").read_bytes(), "paybill.csv")
    assert report.status == "imported", report.problem
    assert lines(feed) == [
        ("2026-02-11", "!", "1200.00", "SB71AB12CD", "NK26-L01"),
        ("2026-02-11", "*", "-33.00", "SB72AB12CE", None),
        ("2026-02-12", "!", "-5000.00", "SB74AB12CG", "NK26-L02"),
    ]
    assert feed.balances()["5050"] == Decimal(33)
    assert "left out: 1." in report.sentence()
    (balance,) = [e for e in feed.book().entries() if isinstance(e, data.Balance)]
    assert (str(balance.date), str(balance.amount)) == ("2026-02-13", "146167.00 KES")
    assert feed.book().problems == ()


def test_overlapping_statements_in_either_order_and_masking_add_only_what_is_new(feed):
    feed = feed(SOURCE, ACCOUNTS)
    pay = "R1AB,2026-02-11 10:00:00,Received from 2547****678 ANNA N,Completed,500.00,,500.00\n"
    fee = "R1AB,2026-02-11 10:00:00,Charge,Completed,,-7.00,493.00\n"
    more = "R2AB,2026-02-12 10:00:00,Withdrawal Charge,Completed,,-7.00,486.00\n"
    feed.take(HEAD + pay + fee, "one.csv")
    report = feed.take(HEAD + more + fee + pay.replace("2547****678", "2547******78"), "two.csv")
    assert (len(report.plan.transactions), len(report.plan.known)) == (1, 2)
    assert [ref for *_, ref, _ in lines(feed)] == ["R1AB", "R1AB", "R2AB"]
    assert feed.balances()["1040"] == Decimal("486.00")
    assert feed.book().problems == ()


def test_a_failed_row_that_is_completed_later_comes_then(feed):
    feed = feed(SOURCE, ACCOUNTS)
    first = "R1AB,2026-02-11 10:00:00,a,Completed,500.00,,500.00\n"
    feed.take(HEAD + first + "R2AB,2026-02-12 10:00:00,b,Pending,,-5.00,500.00\n", "one.csv")
    feed.take(HEAD + first + "R2AB,2026-02-12 10:00:00,b,Completed,,-5.00,495.00\n", "two.csv")
    assert feed.balances()["1040"] == Decimal(495)


def test_a_persons_statement_beside_a_paybill_goes_where_it_lies(feed, samples):
    feed = feed(SOURCE + PERSONAL, ACCOUNTS)
    content = (samples / "vsla/mpesa-personal-statement.SYNTHETIC.csv").read_bytes()
    assert isinstance(feed.take(content, "p.csv").problem, BankAccountUnclear)
    assert feed.take(HEAD, "whole.csv").status == "known"  # it names its code; nothing new in it
    alone = feed.unit.folder / "inbox" / "phone"
    alone.mkdir(parents=True)
    (alone / "p.csv").write_bytes(content)
    (report,) = import_inboxes(feed.ws, ["repris"])
    assert [f.status for f in report.files] == ["imported"], report.problems
    assert (feed.balances()["1030"], feed.balances().get("1040")) == (Decimal("5243.00"), None)


PERIOD = "Time Period:,11-02-2026 - 28-02-2026\n" + HEAD
ROWS = [
    "R3AB,2026-02-20 10:00:00,Withdrawal Charge,Completed,,-7.00,493.00\n",
    "R2AB,2026-02-14 10:00:00,Salary,Completed,,-100.00,500.00\n",
    "R1AB,2026-02-12 10:00:00,Received,Completed,600.00,,600.00\n",
]


def test_a_statement_cut_off_before_its_oldest_rows_must_join_the_books(feed):
    """Newest first: without its last row the statement opens on the 14th with 600.00, where the books have 0.00."""
    feed = feed(SOURCE, ACCOUNTS)
    earlier = (
        "R0AC,2026-02-10 11:00:00,Sent,Completed,,-5.00,0.00\nR0AB,2026-02-10 10:00:00,Received,Completed,5.00,,5.00\n"
    )
    assert feed.take(HEAD + earlier, "earlier.csv").status == "imported"
    assert isinstance(feed.take(PERIOD + ROWS[0] + ROWS[1], "cut.csv").problem, BankListBegins)
    assert feed.take(PERIOD + "".join(ROWS), "whole.csv").status == "imported"
    assert feed.balances()["1040"] == Decimal(493)
    assert asserted(feed) == [("2026-02-11", "0.00 KES"), ("2026-03-01", "493.00 KES")]


def test_a_statement_cut_off_after_its_oldest_rows_asserts_nothing_of_the_days_after_them(feed):
    """Oldest first: of what follows on its last row nothing is known, though its period goes on."""
    feed = feed(SOURCE, ACCOUNTS)
    assert feed.take(PERIOD + ROWS[2] + ROWS[1], "cut.csv").status == "imported"
    assert asserted(feed) == [("2026-02-15", "500.00 KES")]
    assert feed.take(PERIOD + "".join(ROWS[::-1]), "whole.csv").status == "imported"
    assert asserted(feed) == [("2026-02-15", "500.00 KES"), ("2026-02-21", "493.00 KES")]


def test_totals_show_that_a_statement_is_whole(feed):
    """It paid in 0.00 and withdrew 107.00: no row is missing, and 600.00 is its opening balance."""
    feed = feed(SOURCE, ACCOUNTS)
    report = feed.take(PERIOD + ROWS[0] + ROWS[1] + "Total,,,,0.00,107.00,\n", "totals.csv")
    assert report.status == "imported", report.problem
    assert asserted(feed) == [("2026-03-01", "493.00 KES")]


WALLET = '[[source]]\nname = "pesa"\nformat = "mpesa"\naccount = "Assets:1040-Mobile-money"\n'
ROW = "R1AB,2026-02-11 10:00:00,a,Completed,500.00,,500.00\n"


def test_a_wallet_of_a_unit_that_has_its_books_in_another_currency(feed):
    """The unit's is SEK, which no M-Pesa has: the wallet is in KES, as its account is; 500.00 of them are 35.00 SEK."""
    feed = feed(WALLET, ACCOUNTS, "2026-02-10 price KES 0.07 SEK\n")
    report = feed.take(HEAD + ROW, "one.csv")
    assert report.status == "imported", report.problem
    assert asserted(feed) == [("2026-02-12", "500.00 KES")]
    assert [str(p.units) for p in feed.transactions()[0].postings] == ["500.00 KES", "-35.00 SEK"]


def test_a_wallet_in_another_currency_than_its_account(feed):
    problem = feed(WALLET, ACCOUNTS.replace("money KES", "money SEK")).take(HEAD + ROW, "one.csv").problem
    assert isinstance(problem, ImportAccountMissing)
    assert problem.params["currency"] == "KES"


def test_a_statement_in_another_currency_than_its_source(feed):
    head = HEAD.replace("Balance", "Balance,Currency")
    problem = feed(WALLET, ACCOUNTS).take(head + ROW.replace("\n", ",GHS\n"), "one.csv").problem
    assert isinstance(problem, BankCurrency)
    assert (problem.params["currency"], problem.params["expected"]) == ("GHS", "KES")


@pytest.mark.parametrize(("unit", "kept"), [("KES", "KES"), ("TZS", "TZS"), ("SEK", "KES")])
def test_what_a_wallet_is_kept_in(unit, kept):
    source = {"name": "pesa", "format": "mpesa"}
    assert SourceTable(**source).kept_in(unit) == kept
    assert SourceTable(**source, currency="GHS").kept_in(unit) == "GHS"
    assert SourceTable(**{**source, "format": "csv"}).kept_in(unit) == unit
