"""MT940 bank statements into books.

A line's identity is what the bank says of it, as in every bank format; the bank's references are kept as evidence.
"""

from __future__ import annotations

import re

from importers.bank.importer import BankImporter
from importers.bank.letters import bank_text
from importers.bank.model import BankStatement
from importers.base import Source
from importers.mt940.read import read_mt940

HEAD = re.compile(rb"(?:^|[\r\n])[ \t]*:20:|^\s*\x01?\{1:[FAL]", re.ASCII)


class Mt940Importer(BankImporter):
    """MT940. One file may hold statements of several accounts of the unit."""

    FORMAT = "mt940"

    def recognises(self, head: bytes) -> bool:
        """Whether it may be a SWIFT message; which one, the reader says."""
        plain = head.replace(b"\x00", b"") if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else head
        return HEAD.search(plain.lstrip(b"\xef\xbb\xbf\xff\xfe")) is not None

    def read(self, source: Source) -> tuple[BankStatement, ...]:
        """Every statement of the file."""
        return read_mt940(bank_text(source.data, source.shown), source.shown)
