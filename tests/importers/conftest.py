"""A unit with sources, and short ways to import a text and to look at what came of it."""

from decimal import Decimal

import pytest
from beancount.core import data

from importers.run import import_files
from ledger.books import load_books

ACCOUNTS = """\
2020-01-01 open Assets:1930-Bank SEK
2020-01-01 open Equity:2091-Balanserat-resultat
2020-01-01 open Expenses:5010-Lokalhyra
2020-01-01 open Expenses:6110-Kontorsmaterial
2020-01-01 open Expenses:6570-Bankavgifter
2020-01-01 open Income:3001-Försäljning-25
2020-01-01 open Liabilities:2611-Utgående-moms-25
2020-01-01 open Liabilities:2641-Ingående-moms
2020-01-01 open Liabilities:2999-Observationskonto
"""
SOURCES = """\
chart = "bas"
[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
bank_account = "SE4550000000058398257466"
[[source]]
name = "bok"
format = "sie4"
"""


class Feed:
    """One unit `repris` being fed."""

    def __init__(self, ws, tmp_path):
        self.ws = ws
        self.tmp = tmp_path

    @property
    def unit(self):
        return self.ws.units["repris"]

    def file(self, name, content):
        path = self.tmp / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def take(self, content, name="file.xml", **options):
        """Import a content; the report of its file."""
        return import_files(self.ws, self.unit, [self.file(name, content)], **options).files[0]

    def book(self):
        return load_books(self.ws, ["repris"]).units["repris"]

    def transactions(self):
        return [e for e in self.book().entries() if isinstance(e, data.Transaction)]

    def balances(self):
        """Σ per account code."""
        found = {}
        for entry in self.transactions():
            for posting in entry.postings:
                code = posting.account.rsplit(":", 1)[-1].split("-")[0]
                found[code] = found.get(code, Decimal(0)) + posting.units.number
        return found

    def bytes(self):
        """Every file of the workspace but caches and locks."""
        files = (p for p in self.ws.root.rglob("*") if p.is_file() and ".sambok" not in p.parts)
        return {p.relative_to(self.ws.root).as_posix(): p.read_bytes() for p in files}


@pytest.fixture
def feed(make_workspace, tmp_path_factory):
    def make(sources=SOURCES, accounts=ACCOUNTS, prices="", **months):
        parts = {"unit": sources, "accounts": accounts, **{k.replace("_", "-")[1:]: v for k, v in months.items()}}
        return Feed(make_workspace({"repris": parts}, prices=prices), tmp_path_factory.mktemp("files"))

    return make
