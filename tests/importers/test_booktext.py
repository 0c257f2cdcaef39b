"""Entries as text: what is written is what Beancount reads back."""

import datetime as dt
from decimal import Decimal

from beancount.core import data
from beancount.core.amount import Amount
from beancount.parser import parser
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.base import plain_name
from importers.booktext import clean, leaf, quoted, render
from importers.postings import TOTAL_PRICE

DAY = dt.date(2026, 3, 2)
TEXT = st.text(max_size=40).map(clean)
VALUES = st.one_of(
    TEXT, st.booleans(), st.dates(dt.date(2000, 1, 1), dt.date(2027, 12, 31)), st.decimals(-1000, 1000, places=3)
)


def transaction(payee, narration, meta, numbers):
    postings = [data.Posting("Assets:1930-Bank", Amount(n, "SEK"), None, None, None, dict(meta)) for n in numbers]
    return data.Transaction(dict(meta), DAY, "*", payee, narration, data.EMPTY_SET, data.EMPTY_SET, postings)


@settings(max_examples=200, deadline=None)
@given(
    TEXT,
    TEXT,
    st.dictionaries(st.sampled_from(["source-id", "by", "registered", "x1"]), VALUES, max_size=4),
    st.lists(st.decimals(-(10**9), 10**9, places=2), max_size=4),
)
def test_a_transaction_reads_back(payee, narration, meta, numbers):
    entry = transaction(payee or None, narration, meta, numbers)
    (back,), errors, _ = parser.parse_string(render(entry))
    assert not errors
    assert (back.payee or None, back.narration, back.date, back.flag) == (payee or None, narration, DAY, "*")

    def own(read):
        return {k: v for k, v in (read or {}).items() if k not in {"filename", "lineno"}}

    assert own(back.meta) == meta
    assert [(p.units, own(p.meta)) for p in back.postings] == [(Amount(n, "SEK"), meta) for n in numbers]


def test_the_form():
    entry = transaction("Åhléns", 'sa "hej"', {"by": "anna", "_hidden": "x"}, [Decimal("-99.50")])
    assert render(entry) == (
        '2026-03-02 * "Åhléns" "sa \\"hej\\""\n'
        '  by: "anna"\n'
        "  Assets:1930-Bank                                        -99.50 SEK\n"
        '    by: "anna"\n'
    )
    balance = data.Balance({"source-id": "b"}, DAY, "Assets:A", Amount(Decimal("1.00"), "SEK"), None, None)
    assert render(balance).splitlines()[1] == '  source-id: "b"'
    assert render(data.Open({}, DAY, "Assets:A", ["SEK"], None)) == "2026-03-02 open Assets:A SEK\n"


def test_names():
    assert leaf("6110", "Kontorsmat. & annat (50 %)") == "6110-Kontorsmat-annat-50"
    assert leaf("1510", "") == "1510"
    assert plain_name("../Kontoutdrag mars.XML") == "Kontoutdrag_mars.XML"
    assert plain_name("evil.beancount") == "evil.beancount.txt"
    assert plain_name("…") == "file.txt"
    assert plain_name("åäö.pdf") == "file.pdf"
    assert plain_name("a" * 300 + ".se") == "a" * 60 + ".se"
    assert plain_name("xml") == "xml.txt"
    assert clean("a\u202e\x00b\n c\u0301") == "a b ć"
    assert quoted('a\\"') == '"a\\\\\\""'


def test_an_amount_in_another_currency_says_what_all_of_it_is_worth():
    """A third can't be written as a price per unit; 100.00 SEK for 3.00 EUR balance all the same."""
    worth = {TOTAL_PRICE: Amount(Decimal("100.00"), "SEK")}
    claim = data.Posting("Assets:1510-Kundfordringar", Amount(Decimal("3.00"), "EUR"), None, None, None, worth)
    sale = data.Posting("Income:3001-Försäljning-25", Amount(Decimal("-100.00"), "SEK"), None, None, None, None)
    entry = data.Transaction({}, DAY, "*", None, "Fyra", data.EMPTY_SET, data.EMPTY_SET, [claim, sale])
    text = render(entry)
    assert text.splitlines()[1].endswith(" 3.00 EUR @@ 100.00 SEK")
    assert "total" not in text
    (back,), errors, _ = parser.parse_string(text)
    assert not errors
    assert [p.units for p in back.postings] == [p.units for p in entry.postings]
    assert abs(back.postings[0].price.number * 3 - 100) < Decimal("1e-20")
