"""A unit that sells and buys by electronic invoice, and short ways to look at what came of one."""

from __future__ import annotations

import pytest
from beancount.core import data

from importers.booktext import render
from importers.postings import TOTAL_PRICE

ACCOUNTS = """\
2020-01-01 open Assets:1220-Inventarier
2020-01-01 open Assets:1510-Kundfordringar
2020-01-01 open Assets:1660-Intern-fordran
2020-01-01 open Assets:1930-Bank SEK
2020-01-01 open Expenses:4000-Inköp-varor
2020-01-01 open Expenses:5010-Lokalhyra
2020-01-01 open Expenses:5460-Förbrukningsmaterial
2020-01-01 open Income:3001-Försäljning-25
2020-01-01 open Income:3002-Försäljning-12
2020-01-01 open Income:3041-Tjänster
2020-01-01 open Income:3740-Öresutjämning
2020-01-01 open Liabilities:2440-Leverantörsskulder
2020-01-01 open Liabilities:2611-Utgående-moms-25
2020-01-01 open Liabilities:2614-Utgående-moms-omvänd-25
2020-01-01 open Liabilities:2641-Ingående-moms
2020-01-01 open Liabilities:2645-Ingående-moms-omvänd
2020-01-01 open Liabilities:2860-Intern-skuld
2020-01-01 open Liabilities:2999-Observationskonto
"""
UNIT = """\
entity = "legal_entity"
organisation_number = "556000-0167"
country = "SE"
"""
SOURCE = """\
[[source]]
name = "fakturor"
format = "ubl"
"""


@pytest.fixture
def take(feed):
    """`take(invoice, settings="…", unit="…", accounts="…", name="…")` → what became of the file, and the feed."""

    def run(content, *, settings="", unit="", accounts="", books=None, given=None, **months):
        fed = given or feed(UNIT + unit + SOURCE + settings, ACCOUNTS + accounts, **months)
        return fed.take(content, name=books or "faktura.xml"), fed

    return run


@pytest.fixture
def booked(take):
    """The one entry of an invoice, as ledger text without what every entry carries."""

    def run(content, **options):
        report, _ = take(content, **options)
        assert report.status == "imported", report.problem
        (entry,) = report.plan.transactions
        return shown(entry)

    return run


ALWAYS = ("source-id", "document", "content", "seller")


def shown(entry):
    """An entry as text: amounts without padding, without the metadata that every entry has."""
    text = render(entry._replace(meta={k: v for k, v in entry.meta.items() if k not in ALWAYS}))
    return "\n".join(row if row.startswith("20") else "  " + " ".join(row.split()) for row in text.splitlines())


def text(expected):
    """What `shown` gives, from ledger text indented as the test is."""
    rows = [row.strip() for row in expected.strip().splitlines()]
    return "\n".join(row if row.startswith("20") else f"  {row}" for row in rows)


def told(report):
    """Codes of what a person should look at."""
    return [note.code for note in report.plan.notes]


def postings(entry):
    """`code amount currency` per posting."""
    return [f"{p.account.split(':')[1][:4]} {p.units.number} {p.units.currency}" for p in entry.postings]


def transactions(fed):
    return [e for e in fed.book().entries() if isinstance(e, data.Transaction)]


def weight(posting):
    """What a posting that was planned weighs in the unit's currency."""
    total = (posting.meta or {}).get(TOTAL_PRICE)
    if total is None:
        return posting.units.number
    return total.number if posting.units.number > 0 else -total.number
