"""What a summary tells of dealings and of other currencies; the section's figures are worked out by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from beancount import loader

from ledger.books.rows import pack_summary, unpack_summary
from ledger.books.summariser import summarise

OPENS = """\
2026-01-01 open Assets:1932-Bank-EUR
2026-01-01 open Assets:1933-Bank-KES
2026-01-01 open Assets:1661-Fordran EUR
2026-01-01 open Assets:1930-Bank SEK
2026-01-01 open Assets:1220-Inventarier SEK
2026-01-01 open Liabilities:2611-Moms SEK
2026-01-01 open Income:3001-Sales
"""


def summary_of(text):
    entries, errors, _ = loader.load_string(OPENS + text, dedent=False)
    assert errors == []
    summary = summarise(entries)
    assert unpack_summary(pack_summary(summary)) == summary  # the cache's text says the same
    return summary


def test_what_is_held_in_another_currency():
    summary = summary_of("""
2026-01-10 * "Two payments of one day are one row"
  Assets:1932-Bank-EUR   100.00 EUR @ 11.20 SEK
  Assets:1932-Bank-EUR    50.00 EUR @@ 561.00 SEK
  Assets:1930-Bank    -1681.00 SEK
2026-01-10 * "A claim on a unit is its own"
  Assets:1661-Fordran     10.00 EUR @ 11.20 SEK
    partner: "sur"
    ic: "loan"
  Assets:1661-Fordran      1.00 EUR @ 11.20 SEK
    partner: "sur"
    ic: "interest"
  Assets:1932-Bank-EUR   -11.00 EUR @ 11.20 SEK
2026-02-01 * "Two currencies, one account"
  Assets:1933-Bank-KES  1000.00 KES @ 0.08 SEK
  Assets:1933-Bank-KES    10.00 EUR @ 11.30 SEK
  Assets:1930-Bank     -193.00 SEK
2026-02-02 * "From one bank to another: nothing here weighs otherwise than it says"
  Assets:1933-Bank-KES    10.00 EUR
  Assets:1932-Bank-EUR   -10.00 EUR
""")
    rows = [
        (
            r.account[7:16],
            r.date.isoformat(),
            r.document_currency,
            r.document_amount,
            r.currency,
            r.amount,
            r.partner,
            r.ic,
        )
        for r in summary.foreign
    ]
    assert [(*r[:3], str(r[3]), r[4], r[5].quantize(Decimal("0.01")), *r[6:]) for r in rows] == [
        ("1661-Ford", "2026-01-10", "EUR", "1.00", "SEK", Decimal("11.20"), "sur", "interest"),
        ("1661-Ford", "2026-01-10", "EUR", "10.00", "SEK", Decimal("112.00"), "sur", "loan"),
        ("1932-Bank", "2026-01-10", "EUR", "139.00", "SEK", Decimal("1557.80"), None, None),
        ("1933-Bank", "2026-02-01", "EUR", "10.00", "SEK", Decimal("113.00"), None, None),
        ("1933-Bank", "2026-02-01", "KES", "1000.00", "SEK", Decimal("80.00"), None, None),
    ]


def test_a_correction_of_what_it_stands_at():
    """In the currency that the account's items weigh in, with the income and expense beside it.

    Nothing is held in another currency on 1930, so that is no correction.
    """
    entry = """
2026-01-{day} * "{text}"
  {one}    {amount} SEK
  {other}  -{amount} SEK
"""
    bank, claim, sek, gain = "Assets:1932-Bank-EUR", "Assets:1933-Bank-KES", "Assets:1930-Bank", "Income:3001-Sales"
    summary = summary_of(
        """
2026-01-10 * "Held"
  Assets:1932-Bank-EUR   100.00 EUR @ 11.20 SEK
  Assets:1933-Bank-KES     1.00 EUR @ 11.20 SEK
  Assets:1933-Bank-KES    10.00 KES @ 0.08 SEK
  Assets:1930-Bank     -1132.00 SEK
"""
        + entry.format(day=31, text="Year end", one=bank, amount="40.00", other=gain)
        + entry.format(day=31, text="Two currencies: of which?", one=claim, amount="5.00", other=gain)
        + entry.format(day=30, text="Paid for it", one=bank, amount="7.00", other=sek)
        + entry.format(day=30, text="Nothing held", one=sek, amount="7.00", other=gain)
    )
    assert [(r.date.day, r.account, str(r.amount), r.held, r.mostly, r.beside) for r in summary.corrections] == [
        (30, bank, "7.00", ("EUR",), True, "own"),
        (31, bank, "40.00", ("EUR",), True, ""),
        (31, gain, "-40.00", (), False, ""),
        (31, claim, "5.00", ("EUR", "KES"), True, ""),
        (31, gain, "-5.00", (), False, ""),
    ]


def test_what_stands_against_a_correction_beside_a_payment():
    """Against 45 kr on 1932 only the 3 kr from 1930: 1932's own 110 and the gain don't count. 110 kr have a price."""
    summary = summary_of("""
2026-01-10 * "Held"
  Assets:1932-Bank-EUR   100.00 EUR @ 11.20 SEK
  Assets:1930-Bank     -1120.00 SEK
2026-01-31 * "Sold, fee, valued"
  Assets:1932-Bank-EUR   -10.00 EUR @@ 110.00 SEK
  Assets:1933-Bank-KES    90.00 KES @@ 10.00 SEK
  Assets:1220-Inventarier 105.00 SEK
  Assets:1930-Bank        -3.00 SEK
  Assets:1932-Bank-EUR    45.00 SEK
  Income:3001-Sales        3.00 SEK
  Income:3001-Sales      -50.00 SEK
""")
    assert [(r.account, str(r.amount), r.beside, str(r.against), str(r.priced)) for r in summary.corrections[-3:]] == [
        ("Assets:1932-Bank-EUR", "45.00", "priced", "3.00", "110.00"),
        ("Income:3001-Sales", "3.00", "priced", "0", "110.00"),
        ("Income:3001-Sales", "-50.00", "priced", "0", "110.00"),
    ]


def test_a_book_in_one_currency_has_no_such_rows():
    summary = summary_of("""
2026-01-10 * "Sale"
  Assets:1930-Bank  125.00 SEK
  Income:3001-Sales
""")
    assert summary.foreign == ()
    assert summary.partners == ()


def test_the_other_accounts_of_a_dealing():
    summary = summary_of("""
2026-01-10 * "A sale to a unit, with VAT"
  Assets:1930-Bank        250.00 SEK
  Income:3001-Sales      -100.00 SEK
    partner: "sur"
  Income:3001-Sales      -100.00 SEK
    ic: "trade"
  Liabilities:2611-Moms   -30.00 SEK
  Liabilities:2611-Moms   -20.00 SEK
2026-01-11 * "Nothing but dealings"
  Assets:1220-Inventarier  100.00 SEK
    partner: "sur"
  Income:3001-Sales       -100.00 SEK
    partner: "sur"
""")
    assert [(r.date.day, r.others) for r in summary.partners] == [
        (10, ("Assets:1930-Bank", "Liabilities:2611-Moms")),
        (10, ("Assets:1930-Bank", "Liabilities:2611-Moms")),
        (11, ()),
        (11, ()),
    ]
    assert summary.partners[0].date == dt.date(2026, 1, 10)


@pytest.mark.parametrize(
    ("written", "months"),
    [
        ("months: 60", 60),
        ("months: 1", 1),
        ("months: 1200", 1200),
        ("months: 60.00", 60),
        ('document: "F-1"', None),
        # 0 says that it can't be read as a time of use.
        ("months: 0", 0),
        ("months: -12", 0),
        ("months: 1201", 0),
        ("months: 7.5", 0),
        ('months: "60"', 0),
        ("months: 60 SEK", 0),
        ("months: 2026-01-01", 0),
        ("months: TRUE", 0),
    ],
)
def test_months_of_use_that_are_left(written, months):
    summary = summary_of(f"""
2026-01-10 * "A van from a unit"
  Assets:1220-Inventarier  100.00 SEK
    partner: "sur"
    ic: "asset"
    {written}
  Assets:1930-Bank        -100.00 SEK
""")
    assert [r.months for r in summary.partners] == [months]


def test_what_moves_equity():
    summary = summary_of("""
2026-01-01 open Equity:2083-Insatser
2026-01-01 open Equity:2091-Resultat
2026-01-01 open Equity:2099-Resultat
2026-01-01 open Expenses:8999-Resultat
2026-01-01 * "Opening"
  Assets:1930-Bank         500.00 SEK
  Equity:2083-Insatser    -200.00 SEK
  Equity:2091-Resultat    -300.00 SEK
2026-01-10 * "No equity"
  Assets:1930-Bank         100.00 SEK
  Income:3001-Sales       -100.00 SEK
2026-12-31 * "The year's result"
  Expenses:8999-Resultat   100.00 SEK
  Equity:2099-Resultat    -100.00 SEK
""")
    assert [(r.transaction, r.date.month, r.account.split(":")[1][:4], str(r.amount)) for r in summary.equity] == [
        (0, 1, "2083", "-200.00"),
        (0, 1, "2091", "-300.00"),
        (2, 12, "8999", "100.00"),
        (2, 12, "2099", "-100.00"),
    ]
