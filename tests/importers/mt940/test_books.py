"""MT940 into books: sums tie, a statement comes in once, pages and months follow on, refusals leave the books alone."""

from decimal import Decimal

import pytest
from beancount.core import data

SOURCE = """\
chart = "bas"
[[source]]
name = "bank"
format = "mt940"
account = "Assets:1930-Bank"
"""
ACCOUNTS = """\
2000-01-01 open Assets:1930-Bank {0}
2000-01-01 open Equity:2091-Balanserat-resultat
2000-01-01 open Liabilities:2999-Observationskonto
"""
MARCH = """\
:20:A
:25:SE4550000000058398257466
:28C:3
:60F:C260228SEK1000,00
:61:2603020302D250,50NTRFNONREF//B1
:86:Hyra
:61:2603310331RC99,NTRFNONREF//B2
:86:Kund 17
:62F:C260331SEK650,50
-
"""
APRIL = """\
:20:A
:25:SE4550000000058398257466
:28C:4
:60F:C260331SEK650,50
:61:2604010401C10,NTRFNONREF//B3
:86:Kund 18
:62F:C260430SEK660,50
-
"""


def fed(feed, currency="SEK", source=SOURCE, prices=""):
    return feed(f'currency = "SEK"\n{source}currency = "{currency}"\n', ACCOUNTS.format(currency), prices)


def balances(unit):
    return {(str(e.date), str(e.amount)) for e in unit.book().entries() if isinstance(e, data.Balance)}


def test_a_month_and_the_next(feed):
    """
    2026-03-02 ! "Hyra"                          1930  -250.50
    2026-03-31 ! "Kund 17", a credit taken back  1930   -99.00
    """
    unit = fed(feed)
    assert unit.take(MARCH, "march.sta").status == "imported"
    assert unit.take(APRIL, "april.sta").status == "imported"
    # the opening balance 1000.00 + -250.50 - 99.00 + 10.00
    assert unit.balances()["1930"] == Decimal("660.50")
    assert balances(unit) == {("2026-04-01", "650.50 SEK"), ("2026-05-01", "660.50 SEK")}
    assert not unit.book().problems
    back = next(e for e in unit.transactions() if e.narration == "Kund 17")
    assert (back.meta["reversal"], back.meta["bank-ref"]) == (True, "B2")


def test_both_months_in_one_file_and_again_one_by_one(feed):
    unit = fed(feed)
    assert unit.take(APRIL + MARCH, "both.sta").status == "imported"
    before = unit.bytes()
    for name, text in (("march.sta", MARCH), ("april.sta", APRIL)):
        assert unit.take(text, name).status == "known"
    after = {k: v for k, v in unit.bytes().items() if "/documents/" not in k}
    assert after == {k: v for k, v in before.items() if "/documents/" not in k}


def test_the_sample_of_two_months(samples, feed):
    """Its first month closes on the day on which the second one's line is booked: only the last balance is asserted."""
    unit = fed(feed, "EUR", prices="2011-01-01 price EUR 9.00 SEK\n2011-02-01 price EUR 8.80 SEK\n")
    content = (samples / "sweden/mt940/jejik_generic.sta").read_bytes()
    report = unit.take(content, "jejik.sta")
    assert (report.status, report.problem) == ("imported", None)
    lines = [e for e in unit.transactions() if e.narration != "Opening balance per bank"]
    assert [(str(e.date), str(e.postings[0].units)) for e in lines] == [
        ("2011-01-01", "-10.00 EUR"),
        ("2011-02-01", "-10.00 EUR"),
    ]
    assert balances(unit) == {("2011-03-02", "80.00 EUR")}
    assert unit.balances()["1930"] == Decimal("80.00")
    assert not unit.book().problems


def test_the_sample_of_three_banks(samples, feed):
    table = '[[source]]\nname = "{}"\nformat = "mt940"\naccount = "Assets:{}"\nbank_account = "{}"\ncurrency = "{}"\n'
    rows = (
        ("a", "1931-A", "45050050/76198810", "DEM"),
        ("b", "1932-B", "10020030/1234567", "EUR"),
        ("c", "1933-C", "320000546101", "PLN"),
    )
    opens = "".join(f"2000-01-01 open Assets:{account} {currency}\n" for _, account, _, currency in rows)
    accounts = f"{opens}2000-01-01 open Equity:2091-Balanserat-resultat\n2000-01-01 open Liabilities:2999-Obs\n"
    days = ("2002-03-20 price PLN", "2003-10-20 price PLN", "2002-11-02 price EUR", "2013-10-15 price DEM")
    prices = "".join(f"{day} 5.00 SEK\n" for day in (*days, "2002-11-08 price EUR", "2013-10-22 price DEM"))
    unit = feed('currency = "SEK"\nchart = "bas"\n' + "".join(table.format(*row) for row in rows), accounts, prices)
    report = unit.take((samples / "sweden/mt940/cmxl_mt940.sta").read_bytes(), "cmxl.sta")
    assert (report.status, report.problem) == ("imported", None)
    found = unit.balances()
    assert [str(found[code]) for code in ("1931", "1932", "1933")] == ["84437.04", "4387.95", "50040.00"]
    # 11 + 2 + 3 lines, and an opening balance of each account
    assert len(unit.transactions()) == 19
    assert not unit.book().problems


@pytest.mark.parametrize(
    ("name", "currency", "code"),
    [
        ("self-provided_raiffeisen-cmi.sta", "HUF", "BANK_BALANCE_DIFFERS"),
        ("jejik_generic.sta", "SEK", "BANK_CURRENCY"),
    ],
)
def test_a_refusal_leaves_the_books_alone(samples, feed, name, currency, code):
    unit = fed(feed, currency)
    before = unit.bytes()
    report = unit.take((samples / "sweden/mt940" / name).read_bytes(), name)
    assert (report.status, report.problem.code) == ("refused", code)
    assert unit.bytes() == before


def test_the_line_of_a_damaged_field_is_quoted(feed):
    report = fed(feed).take(MARCH.replace("D250,50", "D250.50"), "march.sta")
    assert (report.problem.line, report.problem.excerpt) == (5, ":61:2603020302D250.50NTRFNONREF//B1")


def test_a_source_without_number_takes_one_account(feed):
    """Two accounts in one file would be mixed up in one account of the books."""
    unit = fed(feed)
    before = unit.bytes()
    report = unit.take(MARCH + APRIL.replace("466\n", "467\n"), "two.sta")
    assert (report.status, report.problem.code, report.problem.line) == ("refused", "BANK_ACCOUNT_UNKNOWN", 11)
    assert unit.bytes() == before
