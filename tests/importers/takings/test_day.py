"""One day: four files, in whatever order they come, and the clearing accounts net to zero."""

from itertools import permutations
from pathlib import Path

import pytest

from importers.book import load_view
from importers.recognise.replace import place_again
from ledger.books import account_code
from ledger.subledger import movements_of, open_items
from tests.importers.takings.day import BALANCES, CARD, FILES, SWISH, UNIT, Z

OPENED = """\
2026-01-01 * "Ingående balans"
  Assets:1930-Bank                       1000.00 SEK
  Equity:2091-Balanserat-resultat       -1000.00 SEK
"""


def on_its_way(feed):
    """Open items of the clearing accounts."""
    view = load_view(feed.ws, feed.unit)
    codes = {name: account_code(name, entry.meta) for name, entry in view.opens.items()}
    items = open_items(movements_of(view.entries, view.chart, codes))
    return [(item.account, str(item.open), item.date) for item in items if item.kind == "clearing"]


def left(feed):
    return {code: str(amount) for code, amount in sorted(feed.balances().items()) if amount}


@pytest.mark.parametrize("order", list(permutations(FILES)), ids="-".join)
def test_the_day_in_whatever_order(feed, order):
    """What came too early waits, and is placed once all files are there."""
    feed = feed(UNIT, _2026_01=OPENED)
    for name in order:
        report = feed.take(FILES[name], name)
        assert report.status == "imported", report.problem
    place_again(feed.ws, feed.unit)
    assert left(feed) == BALANCES
    assert [e for e in feed.transactions() if e.flag == "!"] == []
    assert on_its_way(feed) == []
    assert feed.book().problems == ()


def test_the_settings_page_works_the_same_day():
    """What docs/settings.md shows is what these tests import."""
    page = (Path(__file__).parents[3] / "docs" / "settings.md").read_text(encoding="utf-8")
    assert UNIT[UNIT.index('[[source]]\nname = "swish"') :].strip() in page
    for text in (Z, SWISH, CARD):
        assert text.strip() in page
