"""A book as ledger text, bank lines against it, and the entries that come of them as ledger text again."""

import datetime as dt
import inspect
import re
import textwrap
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader

from importers.bank.model import BankLine, BankStatement, Part
from importers.bank.planner import plan_bank
from importers.book import BookView
from importers.booktext import render
from ledger.books import Unit
from ledger.books.sources import SourceTable

IBAN = "SE4550000000058398257466"
ACCOUNTS = """\
Assets:1220-Inventarier
Assets:1510-Kundfordringar
Assets:1582-Swish-på-väg
Assets:1660-Intern-fordran
Assets:1661-Intern-fordran-avgift
Assets:1909-Överföring-mellan-egna-konton
Assets:1930-Bank
Assets:1940-Sparkonto
Equity:2091-Balanserat-resultat
Liabilities:2440-Leverantörsskulder
Liabilities:2611-Utgående-moms-25
Liabilities:2621-Utgående-moms-12
Liabilities:2641-Ingående-moms
Liabilities:2860-Intern-skuld
Liabilities:2861-Intern-skuld-avgift
Liabilities:2999-Observationskonto
Income:3001-Försäljning-25
Income:3002-Försäljning-12
Income:3960-Valutakursvinster
Expenses:4000-Inköp-varor
Expenses:5010-Lokalhyra
Expenses:6110-Kontorsmaterial
Expenses:6570-Bankavgifter
Expenses:7960-Valutakursförluster
"""
TODAY = dt.date(2026, 12, 31)


def source(**more):
    table = {"name": "bank", "format": "camt053", "account": "Assets:1930-Bank", "bank_account": IBAN, **more}
    return SourceTable.model_validate(table)


def unit(*sources, **more):
    values = {"slug": "repris", "folder": Path("/nowhere/units/repris"), "name": "Repris", "code": "REPRIS"}
    fixed = {"entity": "division", "currency": "SEK", "chart": "bas", "sources": sources or (source(),)}
    return Unit(**{**values, **fixed, **more})


def view(text, owner=None, closed=()):
    """The book of a unit, from ledger text; every account above is open."""
    opens = "".join(f"2020-01-01 open {name}\n" for name in ACCOUNTS.split())
    entries, errors, _ = loader.load_string(opens + textwrap.dedent(text))
    assert not errors, errors
    return BookView(owner or unit(), entries, frozenset(closed))


def line(day, amount, text="", **more):
    """A bank line; `parts` as `(amount, counterparty, text, reference)`."""
    more["parts"] = tuple(Part(Decimal(n), c, t, "", r) for n, c, t, r in more.get("parts", ()))
    return BankLine(dt.date.fromisoformat(day), Decimal(amount), text=text, **more)


def plan(book, *lines, table=None):
    """The entries that lines make, against a book."""
    table = table or book.unit.sources[0]
    currency = table.currency or book.unit.currency
    statement = BankStatement("S1", table.bank_account, currency, lines)
    found = plan_bank(book, table, [statement], file="file.xml", document="documents/x.xml", today=TODAY)
    return found.transactions


def told(entries):
    """Entries as ledger text, without what every one of them carries; one space between words."""
    text = "\n".join(render(e) for e in entries)
    return squeezed(
        re.sub(r'^  (source-id|document|bank-ref|counterparty-account): "[^"]*"\n', "", text, flags=re.MULTILINE)
    )


def squeezed(text):
    rows = [row.rstrip() for row in textwrap.dedent(text).strip().split("\n")]
    return "\n".join(re.sub(r"(?<=\S) +", " ", row) for row in rows if row)


@pytest.fixture
def worked(request):
    """Check the test's own docstring: the book before `=>`, the entries of some lines after it."""
    book, arrow, expected = inspect.getdoc(request.function).partition("\n=>\n")
    assert arrow

    def check(*lines, owner=None, table=None):
        made = plan(view(book, owner), *lines, table=table)
        assert told(made) == squeezed(expected)
        for entry in made:
            _balances(entry)
        return made

    return check


def _balances(entry):
    sums = {}
    for posting in entry.postings:
        units = posting.units
        number, currency = units.number, units.currency
        total = (posting.meta or {}).get("__total_price__")
        if total is not None:
            number, currency = total.number.copy_sign(number), total.currency
        sums[currency] = sums.get(currency, Decimal(0)) + number
    assert not any(sums.values()), sums
