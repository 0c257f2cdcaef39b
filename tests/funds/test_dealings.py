"""Both sides of what a fund has to do with a unit: what one book says the other says the other way round."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.charts import load_chart
from ledger.funds.dealings import (
    Deal,
    appropriate,
    call,
    charge_interest,
    forgive,
    pay,
    repay,
    return_stake,
    settle,
    support,
    write_down,
)
from ledger.funds.rows import fund_rows

D = Decimal
DAY = dt.date(2026, 2, 10)


@dataclass
class Book:
    """A book that has no account of its own: the chart's are taken."""

    unit: SimpleNamespace
    chart: str = "bas"

    def account(self, role, day, currency):
        del day, currency
        return load_chart(self.chart, None).role(role).account


CENTRAL = Book(SimpleNamespace(slug="gemensamt", name="Gemensamt", currency="SEK"))


def deal(chart="bas", currency="SEK", spot=None, **more):
    unit = Book(SimpleNamespace(slug="fi", name="FI", currency=currency), chart)
    return Deal(case="IF-1", book=CENTRAL, unit=unit, currency="SEK", date=DAY, spot=spot, **more)


def solidarity(**more):
    unit = Book(SimpleNamespace(slug="fi", name="FI", currency="SEK"))
    own = {"case": "solidarity-2025", "fund": "solidarity", "year": 2025}
    return Deal(book=CENTRAL, unit=unit, currency="SEK", date=DAY, **own, **more)


def said(entries):
    """Accounts by number, with their amounts and the kind of dealing; money on a bank has none."""
    rows = (
        (p.account.split(":")[1].split("-")[0], f"{p.units.number.normalize():f}", p.meta.get("ic", ""))
        for entry in entries
        for p in entry.postings
    )
    return ", ".join(" ".join(filter(None, row)) for row in rows)


BANKS = {"bank": "Assets:1930-Bank", "unit_bank": "Assets:1930-Bank"}


@pytest.mark.parametrize(
    ("event", "book", "unit"),
    [
        (
            lambda d: pay(d, "grant", D(500)),
            "6993 500 fund, 1930 -500",
            "3992 -500 fund, 1930 500",
        ),
        (
            lambda d: pay(d, "loan", D(500)),
            "1320 500 loan, 1930 -500",
            "2360 -500 loan, 1930 500",
        ),
        (
            lambda d: pay(d, "equity", D(500)),
            "1357 500 capital, 1930 -500",
            "2083 -500 capital, 1930 500",
        ),
        (
            lambda d: charge_interest(d, D(10)),
            "1662 10 interest, 8360 -10 interest",
            "2862 -10 interest, 8460 10 interest",
        ),
        (
            lambda d: repay(d, D(10), D(90)),
            "1930 100, 1662 -10 interest, 1320 -90 loan",
            "2862 10 interest, 2360 90 loan, 1930 -100",
        ),
        (
            lambda d: repay(d, D(0), D(90)),
            "1930 90, 1320 -90 loan",
            "2360 90 loan, 1930 -90",
        ),
        (
            lambda d: return_stake(d, D(40)),
            "1930 40, 1357 -40 capital",
            "2083 40 capital, 1930 -40",
        ),
        (
            lambda d: write_down(d, D(40)),
            "8272 40 write-down, 1329 -40 write-down",
            "",
        ),
        (
            lambda d: write_down(d, D(-40)),
            "8272 -40 write-down, 1329 40 write-down",
            "",
        ),
        (
            lambda d: forgive(d, D(90), D(40)),
            "8272 -40 write-down, 1329 40 write-down, 6993 90 loan, 1320 -90 loan",
            "3992 -90 loan, 2360 90 loan",
        ),
    ],
)
def test_both_sides(event, book, unit):
    both = event(deal(**BANKS))
    assert (said(both.book), said(both.unit)) == (book, unit)


@pytest.mark.parametrize(
    ("event", "book", "unit"),
    [
        (lambda d: support(d, D(500)), "6993 500 solidarity, 2862 -500 solidarity", "3992 -500, 1662 500"),
        (lambda d: call(d, D(70)), "1662 70 solidarity, 3990 -70 solidarity", "2862 -70, 6994 70"),
        (lambda d: call(d, D(70), claw_back=True), "1662 70 solidarity, 3990 -70 solidarity", "2862 -70, 6994 70"),
        (lambda d: settle(d, D(500)), "2862 500 solidarity, 2899 -500 other", "1662 -500, 1685 500"),
        (lambda d: settle(d, D(-70)), "1685 70 other, 1662 -70 solidarity", "2862 70, 2899 -70"),
    ],
)
def test_both_sides_of_the_solidarity_fund(event, book, unit):
    both = event(solidarity())
    assert said(both.book) == book
    assert said(both.unit).replace(" solidarity", "").replace(" other", "") == unit
    assert both.book[0].links == both.unit[0].links == frozenset({"ic-gemensamt-solidarity-2025-fi"})


def kinds(entries):
    central = SimpleNamespace(slug="gemensamt", currency="SEK")
    rows = fund_rows(entries, central, load_chart("bas", None))
    assert all(row.unit in {"", "fi"} for row in rows)
    return [(row.fund, row.kind, int(row.amount), row.case, row.year) for row in rows]


def test_central_reads_its_side_back():
    """The kinds of `ledger.funds.rows`, by which the fund's worth and the cases are told."""
    one, own = deal(**BANKS), solidarity()
    made = [
        *pay(one, "grant", D(20)).book,
        *pay(one, "loan", D(500)).book,
        *pay(one, "equity", D(30)).book,
        *charge_interest(one, D(9)).book,
        *repay(one, D(9), D(100)).book,
        *return_stake(one, D(10)).book,
        *write_down(one, D(40)).book,
        *forgive(one, D(60), D(40)).book,
        *support(own, D(70)).book,
        *call(own, D(80)).book,
        *call(own, D(90), claw_back=True).book,
        *settle(own, D(70)).book,
        *appropriate(
            CENTRAL, {"investment": D(11), "solidarity": D(-12)}, currency="SEK", date=DAY, decision="FS-1"
        ).book,
    ]
    case = ("IF-1", None)
    year = ("", 2025)
    assert kinds(made) == [
        ("investment", "grant", -20, *case),
        ("investment", "loan", 500, *case),
        ("investment", "stake", 30, *case),
        ("investment", "interest-due", 9, *case),
        ("investment", "interest", 9, *case),
        ("investment", "interest-due", -9, *case),
        ("investment", "loan", -100, *case),
        ("investment", "stake", -10, *case),
        ("investment", "loss", -40, *case),
        ("investment", "allowance", -40, *case),
        ("investment", "loss", 40, *case),
        ("investment", "allowance", 40, *case),
        ("investment", "grant", -60, *case),
        ("investment", "loan", -60, *case),
        ("solidarity", "claim", -70, *year),
        ("solidarity", "owed", -70, *year),
        ("solidarity", "owed", 80, *year),
        ("solidarity", "call", 80, *year),
        ("solidarity", "owed", 90, *year),
        ("solidarity", "claw-back", 90, *year),
        ("solidarity", "owed", 70, *year),
        ("investment", "appropriation", 11, "", None),
        ("solidarity", "appropriation", -12, "", None),
    ]


def test_what_the_vouchers_say_besides():
    one = deal(decision="FS-1", invoices=("A-1", "A-2"), accepted_by="anna", reason="The only bakery", number="7")
    own, theirs = pay(one, "loan", D(500)).book[0], pay(one, "loan", D(500)).unit[0]
    assert own.meta == theirs.meta
    assert own.meta == {
        "source-id": "funds:IF-1:loan:fi:2026-02-10:500.00:7",
        "fund": "investment",
        "case": "IF-1",
        "decision": "FS-1",
        "invoices": "A-1, A-2",
        "accepted-by": "anna",
        "reason": "The only bakery",
    }
    assert own.links == theirs.links == frozenset({"ic-gemensamt-IF-1"})
    back, given = forgive(one, D(60), D(40)).book
    assert ("decision" in back.meta, "decision" in given.meta) == (False, True)


def test_a_unit_in_another_currency_has_the_dealing_in_centrals():
    """5 000 kronor at 0.0862 euro are 431.00; 10.00 of interest are 0.86, at a rate that gives just that."""
    abroad = {"chart": "pgc", "currency": "EUR", "spot": D("0.0862")}
    entry = pay(deal(**abroad, unit_bank="Assets:572-Bancos"), "loan", D(5000)).unit[0]
    lines = [(p.account.split("-")[0], str(p.units), p.price and str(p.price)) for p in entry.postings]
    assert lines == [
        ("Liabilities:55246", "-5000.00 SEK", "0.0862 EUR"),
        ("Assets:572", "431.00 EUR", None),
    ]
    entry = charge_interest(deal(**abroad), D(10)).unit[0]
    assert [(str(p.units), str(p.price)) for p in entry.postings] == [
        ("-10.00 SEK", "0.086 EUR"),
        ("10.00 SEK", "0.086 EUR"),
    ]
    way = pay(deal(**abroad), "grant", D(5000)).unit[0]
    assert [str(p.units) for p in way.postings] == ["-5000.00 SEK", "5000.00 SEK"]


AMOUNTS = st.decimals("0.01", "9999999.99", places=2)


@settings(deadline=None, max_examples=60)
@given(AMOUNTS, AMOUNTS, st.decimals("0.0001", "99", places=4), st.booleans())
def test_both_sides_balance_and_mirror_each_other(interest, principal, spot, bank):
    """In kronor, and the unit's in its own currency: nothing is lost to rounding, whatever the rate."""
    more = {"bank": "Assets:1930-Bank", "unit_bank": "Assets:572-Bancos"} if bank else {}
    one = deal(chart="pgc", currency="EUR", spot=spot, **more)
    for both in (repay(one, interest, principal), pay(one, "grant", principal), charge_interest(one, interest)):
        own, theirs = both.book[0].postings, both.unit[0].postings
        assert sum(p.units.number for p in own) == 0
        tagged = {p.meta["ic"]: p.units for p in own if "ic" in p.meta and p.meta["ic"] != "interest"}
        for posting in theirs:
            if posting.meta.get("ic") in tagged:
                assert posting.units.number == -tagged[posting.meta["ic"]].number
        worth = [
            p.units.number if p.price is None else (p.units.number * p.price.number).quantize(D("0.01")) for p in theirs
        ]
        assert sum(worth) == 0
        assert all(p.units.currency == ("SEK" if p.meta.get("ic") else "EUR") for p in theirs)
