"""Norma 43 statements into books.

Bank, branch and account become the IBAN, so that `bank_account` may be the IBAN or the CCC, and the same account's
lines in camt.053 are known to be of the same account.
"""

from __future__ import annotations

import re

from importers.bank.importer import BankImporter
from importers.bank.letters import bank_text
from importers.bank.model import BankStatement
from importers.base import Source
from importers.norma43.read import read_norma43

HEAD = re.compile(rb"\s*(?:11[0-9]{18}|00[0-9]{10}|88(?:9{18}))", re.ASCII)


class Norma43Importer(BankImporter):
    """Norma 43 (AEB/CSB cuaderno 43). One file may hold several accounts of the unit."""

    FORMAT = "norma43"

    def recognises(self, head: bytes) -> bool:
        """Whether it begins with the record of an account or a file."""
        return HEAD.match(head.removeprefix(b"\xef\xbb\xbf")) is not None

    def read(self, source: Source) -> tuple[BankStatement, ...]:
        """Every statement of the file."""
        return read_norma43(bank_text(source.data, source.shown), source.shown)
