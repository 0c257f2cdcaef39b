"""One day: four files, in whatever order they come, and the clearing accounts net to zero."""

import datetime as dt
from itertools import permutations
from pathlib import Path

import pytest

from importers.book import load_view
from importers.problems import ImportAccountMissing
from importers.recognise.replace import place_again
from ledger.books import account_code
from ledger.subledger import movements_of, open_items
from tests.importers.conftest import ACCOUNTS
from tests.importers.takings.day import BALANCES, CARD, FILES, SWISH, UNIT, Z, bank

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


BY_HAND = """\
2026-03-02 * "Z 17, på papper"
  Assets:1582-Swish-på-väg  400.00 SEK
  Income:3004-Försäljning-momsfri  -400.00 SEK
"""
#: No till source: its reports are booked by hand, or come with another program's vouchers.
PAPER = UNIT[: UNIT.index('[[source]]\nname = "kort"')].replace(
    'format = "swish"\n', 'format = "swish"\n[source.takings]\nin_till = true\n'
)


@pytest.mark.parametrize("bank_first", [True, False])
def test_a_till_whose_reports_are_booked_by_hand(feed, bank_first):
    """The report says nothing of items; the clearing account nets to zero all the same.

    Its items do, too, unless the bank's line came first: then it cleared the entry by hand, and not the deposit.
    """
    accounts = ACCOUNTS + "2020-01-01 open Assets:1582-Swish-på-väg\n2020-01-01 open Income:3004-Försäljning-momsfri\n"
    feed = feed(PAPER, accounts, _2026_01=OPENED, _2026_03=BY_HAND)
    statement = bank((dt.date(2026, 3, 3), "400.00", "Swish B301"))
    files = [(SWISH.encode(), "swish.csv"), (statement, "bank.xml")]
    for content, name in reversed(files) if bank_first else files:
        assert feed.take(content, name).status == "imported"
    assert feed.balances()["1582"] == 0
    amounts = sorted(amount for _, amount, _ in on_its_way(feed))
    assert amounts == (["-400.00", "400.00"] if bank_first else [])


def test_names_of_payers_stay_out_of_what_the_till_has_booked(feed):
    feed = feed(UNIT, _2026_01=OPENED)
    feed.take("\n".join([*SWISH.split("\n")[:3], ""]).encode(), "swish.csv")
    text = (feed.unit.books / "2026" / "2026-03.beancount").read_text()
    assert "250.00 SEK" in text
    assert "Anna" not in text


def test_cards_without_a_settlement_file_are_paid_in_by_the_bank(feed):
    """A shop that gets no file from its acquirer, on an account of its own: the bank's line clears the till's day."""
    unit = UNIT.replace('means = "card"\n', 'means = "card"\naccount = "Assets:1686-Kort"\n')
    feed = feed(unit, ACCOUNTS + "2020-01-01 open Assets:1686-Kort\n", _2026_01=OPENED)
    feed.take(Z, "z.csv")
    feed.take(bank((dt.date(2026, 3, 3), "900.00", "Kortinlösen")), "bank.xml")
    assert feed.balances()["1686"] == 0
    assert [e.flag for e in feed.transactions() if e.narration == "Kortinlösen"] == ["*"]


def test_a_till_account_that_isnt_open_refuses_the_file(feed):
    unit = UNIT.replace('format = "swish"\n', 'format = "swish"\n[source.takings]\ntill_account = "Assets:1599-Nej"\n')
    feed = feed(unit)
    assert type(feed.take(SWISH.encode(), "swish.csv").problem) is ImportAccountMissing
