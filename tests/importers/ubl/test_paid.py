"""From invoice to payment: the bank's line finds the item by its reference, whichever file comes first."""

from __future__ import annotations

import pytest

from importers.recognise.replace import place_again
from tests.importers.test_bank import OPENED, camt
from tests.importers.test_bank import line as bank_line
from tests.importers.ubl.build import REPRIS, SELLER, invoice, line
from tests.importers.ubl.conftest import ACCOUNTS, SOURCE, UNIT
from tests.importers.ubl.test_again import items

BANK = """\
[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
bank_account = "SE4550000000058398257466"
"""
MORE = "2020-01-01 open Equity:2091-Balanserat-resultat\n"


@pytest.fixture
def fed(feed):
    return feed(UNIT + SOURCE + BANK, ACCOUNTS + MORE, _2026_01=OPENED)


@pytest.mark.parametrize(
    ("content", "amount", "account"),
    [
        (invoice(issued="2026-03-01"), "125.00", "Assets:1510-Kundfordringar"),
        (
            invoice(line(cost="5460"), issued="2026-03-01", seller=SELLER, buyer=REPRIS),
            "-125.00",
            "Liabilities:2440-Leverantörsskulder",
        ),
    ],
)
def test_a_payment_with_the_reference_settles_the_invoice(fed, content, amount, account):
    assert fed.take(content).status == "imported"
    report = fed.take(camt(bank_line(2, amount, "10017", "Kund AB")), name="bank.xml")
    (entry,) = report.plan.transactions
    assert (entry.flag, [p.account for p in entry.postings]) == ("*", ["Assets:1930-Bank", account])
    assert items(fed) == []


def test_a_payment_that_came_first_is_placed_when_the_invoice_is_there(fed):
    fed.take(camt(bank_line(2, "125.00", "10017", "Kund AB")), name="bank.xml")
    assert fed.transactions()[-1].flag == "!"
    fed.take(invoice(issued="2026-03-01"))
    place_again(fed.ws, fed.unit)
    assert [e.flag for e in fed.transactions() if e.flag == "!"] == []
    assert items(fed) == []


def test_the_rest_of_a_prepaid_invoice_is_what_its_reference_means(fed):
    """125.00, of which 40.00 were paid before: 85.00 come with the reference; the 40.00 wait for their payment."""
    fed.take(invoice(issued="2026-03-01", prepaid="40.00"))
    report = fed.take(camt(bank_line(2, "85.00", "10017", "Kund AB")), name="bank.xml")
    assert report.plan.transactions[0].flag == "*"
    assert items(fed) == [("Kund AB", "40.00", "SEK")]
