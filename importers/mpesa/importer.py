"""M-Pesa statements into books: every completed row a line, the running balance as a chain, the receipt as identity.

The wallet is a bank account of the books. `bank_account` in unit.toml is the paybill's or till's short code; a person's
statement names none. What a payer typed as account number is kept as the line's reference.
"""

from __future__ import annotations

import datetime as dt

from importers.bank.lists import ListImporter
from importers.bank.model import BankStatement
from importers.bank.planner import number_of
from importers.base import Source
from importers.book import BookView
from importers.daraja.problems import DarajaUnshown
from importers.letters import head_text, read_text
from importers.mpesa.read import find_header, read_mpesa
from importers.plan import Plan
from importers.problems_tables import TableHeader
from importers.recognise.callbacks import RECEIPT, unshown
from ledger.messages import N_, say


class MpesaImporter(ListImporter):
    """The organisation portal's CSV, its shorter forms, and a person's statement turned into CSV."""

    FORMAT = "mpesa"

    def recognises(self, head: bytes) -> bool:
        """Whether a row among the first ones names a receipt, a completion time, money in and money out."""
        return find_header(head_text(head)) is not None

    def read(self, source: Source) -> tuple[BankStatement, ...]:
        """The statement of the file."""
        table = self.source.csv
        text = read_text(source.data, source.shown, table.encoding if table else None)
        header = find_header(text)
        if header is None:
            reason = say(N_("no row has Receipt No., Completion Time, Details, Paid In and Withdrawn"))
            raise TableHeader(file=source.shown, reason=reason)
        statement, left_out = read_mpesa(
            text,
            source.shown,
            header,
            self.source.kept_in(self.unit.currency),
            table.dates if table else (),
            table.order if table else None,
        )
        self.left_out[source.digest] = left_out
        return (statement,)

    def plan(self, source: Source, view: BookView, today: dt.date) -> Plan:
        """All rows; and which callbacks of their days the statement doesn't show."""
        whole = super().plan(source, view, today)
        for statement in self.settled(source, today):
            code = number_of(self.source, statement)
            whole.notes += [
                DarajaUnshown(
                    file=source.shown,
                    unit=self.unit.slug,
                    receipt=str(entry.meta[RECEIPT]),
                    date=entry.date,
                    said=entry.postings[0].units,
                    place=view.place(entry),
                )
                for entry in unshown(view, statement, code)
            ]
        return whole
