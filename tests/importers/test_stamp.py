"""Who brought an entry in, and when, stands in the book; the importers themselves know neither."""

import datetime as dt

import pytest
from beancount.core import data

from importers.stamp import stamped
from ledger.books.history import read_history
from tests.importers.test_bank import camt, line

DAY = dt.date(2026, 3, 5)


def transaction(**meta):
    return data.Transaction(meta, DAY, "*", None, "x", frozenset(), frozenset(), [])


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ({"source-id": "s"}, {"registered": DAY, "by": "anna", "source-id": "s"}),
        ({"text": "t", "source-id": "s", "document": "d"}, ["text", "registered", "by", "source-id", "document"]),
        ({}, {"registered": DAY, "by": "anna"}),
        ({"registered": dt.date(2026, 1, 1), "source-id": "s"}, {"registered": dt.date(2026, 1, 1), "by": "anna"}),
        ({"by": "berit", "source-id": "s"}, {"registered": DAY, "by": "berit"}),
        ({"voucher": "A-1", "source-id": "s"}, ["voucher", "source-id"]),  # registered in the program it comes from
        ({"voucher": "A-1"}, ["voucher", "registered", "by"]),
    ],
)
def test_what_is_added_where(meta, expected):
    found = stamped(transaction(**meta), DAY, "anna").meta
    if isinstance(expected, list):
        assert list(found) == expected
    else:
        assert found == {**expected, **({"source-id": "s"} if meta else {})}
    again = stamped(transaction(**found), dt.date(2026, 4, 1), "cecilia").meta
    assert again == found


def test_a_balance_has_nobody():
    entry = data.Balance({}, DAY, "Assets:A", None, None, None)
    assert stamped(entry, DAY, "anna") is entry


def test_an_import_is_told_and_its_repetition_adds_nothing(feed, monkeypatch):
    monkeypatch.setenv("SAMBOK_NOW", "2026-03-05T10:00:00Z")
    fed = feed()
    statement = camt(line(2, "-30.00", "kaffe"))
    fed.take(statement)
    text = fed.unit.month_file(DAY).read_text()
    assert text.count('  registered: 2026-03-05\n  by: "anna"\n  source-id:') == 1 + 1  # and the opening balance
    told = [line for line in read_history(fed.unit.folder) if line.action == "import"]
    assert [(line.by, line.details["source"], line.details["entries"]) for line in told] == [("anna", "bank", "3")]
    before = fed.bytes()
    monkeypatch.setenv("SAMBOK_NOW", "2026-04-05T10:00:00Z")
    monkeypatch.setenv("SAMBOK_BY", "berit")
    fed.take(statement)
    assert fed.bytes() == before
