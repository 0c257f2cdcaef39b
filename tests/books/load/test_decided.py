"""What a summary tells of decisions: which postings, and nothing of any other voucher."""

from __future__ import annotations

from beancount import loader

from ledger.books.rows import pack_summary, unpack_summary
from ledger.books.summariser import summarise
from ledger.charts.ranges import CodeSet, parse_all

OPENS = """\
2025-01-01 open Assets:1930-Bank
2025-01-01 open Assets:1320-Lån SEK
2025-01-01 open Equity:2071-Fond SEK
2025-01-01 open Equity:2083-Insatser:M01 SEK
  code: "2083"
2025-01-01 open Expenses:6430-Avgift SEK
"""
BOOK = """\
2026-01-01 * "Opening balances"
  opening-of: 2026-01-01
  Assets:1930-Bank          500.00 SEK
  Equity:2083-Insatser:M01
2026-01-02 * "Not the day that it says"
  opening-of: 2026-01-01
  Assets:1930-Bank          500.00 SEK
  Equity:2083-Insatser:M01
2026-01-03 * "Nobody's business"
  Assets:1930-Bank          -10.00 SEK
  Expenses:6430-Avgift
2026-01-04 * "A loan" ^ic-gemensamt-1
  voucher: "A-4"
  decision: "D"
  Assets:1320-Lån           100.00 SEK
  Assets:1930-Bank
2026-01-05 * "On the posting"
  Equity:2071-Fond           11.20 SEK
    decision: "E"
  Assets:1930-Bank           -1.00 EUR @ 11.20 SEK
2026-01-06 * "Half of the loan is taken back"
  voucher: "A-6"
  corrects: "A-4"
  Assets:1930-Bank           50.00 SEK
  Assets:1320-Lån
2026-01-07 * "No: not half of it"
  voucher: "A-7"
  corrects: "A-6"
  Assets:1320-Lån            50.00 SEK
  Assets:1930-Bank
"""
PROTECTED = CodeSet(parse_all(["2070-2089", "2898"]))


def rows_of(text, protected=PROTECTED):
    entries, errors, _ = loader.load_string(OPENS + text, dedent=False)
    assert errors == []
    summary = summarise(entries, protected=protected)
    assert unpack_summary(pack_summary(summary)).decided == summary.decided  # the cache's text says the same
    return summary.decided


def test_postings_that_a_decision_has_to_do_with():
    first = OPENS.count("\n")
    assert [
        (r.transaction, r.corrects, r.account.split("-")[0], r.protected, str(r.amount), r.own, r.common, r.opening)
        for r in rows_of(BOOK)
    ] == [
        (0, None, "Assets:1930", False, "500.00", None, None, True),
        (0, None, "Equity:2083", True, "-500.00", None, None, True),
        (1, None, "Assets:1930", False, "500.00", None, None, False),
        (1, None, "Equity:2083", True, "-500.00", None, None, False),
        (3, None, "Assets:1320", False, "100.00", None, "D", False),
        (3, None, "Assets:1930", False, "-100.00", None, "D", False),
        (4, None, "Equity:2071", True, "11.20", "E", None, False),
        (4, None, "Assets:1930", False, "-11.2000", None, None, False),
        (5, 3, "Assets:1930", False, "50.00", None, None, False),
        (5, 3, "Assets:1320", False, "-50.00", None, None, False),
        (6, 3, "Assets:1320", False, "50.00", None, None, False),
        (6, 3, "Assets:1930", False, "-50.00", None, None, False),
    ]
    loan = rows_of(BOOK)[4]
    assert (loan.voucher, loan.links, loan.line - first) == ("A-4", ("ic-gemensamt-1",), 15)
    euro = rows_of(BOOK)[7]
    assert (euro.currency, str(euro.document_amount), euro.document_currency) == ("SEK", "-1.00", "EUR")


def test_without_a_chart_nothing_is_protected():
    assert {r.transaction for r in rows_of(BOOK, protected=())} == {3, 4, 5, 6}
