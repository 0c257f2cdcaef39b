"""SIE type 4 into books: each voucher one transaction with its own series and number, the opening balances one voucher.

- 4E (books with balances) and 4I (vouchers for another program).
- A voucher is known again by fiscal year, series and number; one without a number, or of a 4I file (whose numbers are
  only proposals), by its content. A booked voucher that reads differently now is said, never changed (BFL 5:5).
- A voucher that doesn't balance stays outside, alone, and is named.
- Opening + vouchers = closing is checked account by account and said where it fails.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cached_property
from typing import Any

from beancount.core import data

from importers.base import Source
from importers.book import BookView
from importers.booktext import clean
from importers.identity import digest
from importers.plan import Plan
from importers.progress import track
from importers.sie.accounts import Accounts
from importers.sie.dims import as_meta, unused
from importers.sie.model import ZERO, SieFile, SieRow, SieVoucher
from importers.sie.opening import Opening, sums
from importers.sie.problems import SieBalanceDiffers, SieVoucherChanged, SieVoucherUnbalanced
from importers.sie.text import decode
from ledger.books.guard_bytes import clip
from ledger.messages import N_, say

#: A stage of long imports, as a watcher hears of it.
VOUCHERS = N_("Comparing the vouchers")
#: How many differences of a voucher are said.
SHOWN = 4


def plan_vouchers(view: BookView, sie: SieFile, source: Source, today: dt.date) -> Plan:
    """Compare a file of vouchers with the book.

    Raises:
        SieYearOrder, ImportDateRange, ImportMonthClosed, ImportAccountMissing, ImportAmountUnit: the file can't come
            in.
    """
    return _Planner(view, sie, source, today).run()


class _Planner:
    def __init__(self, view: BookView, sie: SieFile, source: Source, today: dt.date) -> None:
        self.view = view
        self.unit = view.unit
        self.sie = sie
        self.source = source
        self.file = source.shown
        self.document = source.document
        self.accounts = Accounts(view, sie, source.shown, today)
        self.plan = Plan()
        year = sie.years.get(0)
        self.start = year[0] if year else None

    def run(self) -> Plan:
        if self.start and not self.sie.is_import:
            self.opening(self.start)
        seen: Counter[str] = Counter()
        for voucher in track(self.sie.vouchers, VOUCHERS):
            key = self.identity(voucher)
            seen[key] += 1
            source_id = f"sie-{key}" if seen[key] == 1 else f"sie-{digest(key, seen[key])}"
            self.voucher(voucher, source_id)
        for number, opened, moved, closing in self.sie.differing():
            self.plan.notes.append(
                SieBalanceDiffers(
                    file=self.file,
                    unit=self.unit.slug,
                    account=number,
                    opening=opened,
                    moved=moved,
                    computed=opened + moved,
                    closing=closing,
                    difference=closing - opened - moved,
                )
            )
        self.remarks()
        self.plan.opens = self.view.take_opened()
        return self.plan

    def opening(self, start: dt.date) -> None:
        objects = [b for b in self.sie.balances if b.kind == "OIB" and b.year == 0]
        Opening(self.accounts, start, self.sie.sums("IB"), self.document, objects).begin(self.plan)

    def remarks(self) -> None:
        """What a person should know of the file, in plain sentences."""
        plan, sie = self.plan, self.sie
        if sie.warnings:
            line, text = sie.warnings[0]
            more = N_("Lines with damaged text: {count}; the first is line {line}: {first}.")
            plan.remarks.append(say(more, count=len(sie.warnings), line=line, first=clean(text, 120)))
        plan.remarks += self.accounts.remarks()
        if idle := unused(sie):
            text = N_("Objects that no row names stay in the archived file: {count}.")
            plan.remarks.append(say(text, count=idle))
        year = sie.years.get(0)
        outside = sum(1 for v in sie.vouchers if year and not year[0] <= v.date <= year[1])
        if year and outside:
            text = N_("Vouchers dated outside the file's year {start} to {end}: {count}.")
            plan.remarks.append(say(text, start=year[0], end=year[1], count=outside))

    def identity(self, voucher: SieVoucher) -> str:
        """A key of the voucher: year, series and number where its program numbered it for good, else its content."""
        if self.start and voucher.name and not self.sie.is_import:
            return digest("voucher", self.start, voucher.series, voucher.number)
        rows = [(r.account, f"{r.amount.normalize():f}", r.objects, r.text) for r in voucher.rows]
        return digest("content", voucher.series, voucher.number, voucher.date, voucher.text, rows)

    def voucher(self, voucher: SieVoucher, source_id: str) -> None:
        if voucher.total:
            self.plan.notes.append(
                SieVoucherUnbalanced(
                    file=self.file,
                    line=voucher.line,
                    excerpt=self.excerpt(voucher.line),
                    unit=self.unit.slug,
                    voucher=voucher.name or f"({self.file}:{voucher.line})",
                    date=voucher.date,
                    difference=voucher.total,
                    currency=self.sie.currency,
                )
            )
            return
        standing = self.view.sources.get(source_id)
        if standing is None:
            self.accounts.check_day(voucher.date, voucher.line)
            self.plan.entries.append(self.transaction(voucher, source_id))
            return
        entry = self.transaction(voucher, source_id)
        self.plan.known.append((entry, standing))
        note = changed(self.accounts, voucher.name or source_id, voucher.line, entry, standing)
        if note:
            note.excerpt = self.excerpt(voucher.line)
            self.plan.notes.append(note)

    @cached_property
    def _lines(self) -> list[str]:
        return decode(self.source.data)[0].splitlines()

    def excerpt(self, line: int) -> str | None:
        """A line of the file; the file is split once, however many notes quote it."""
        return clip(self._lines[line - 1]) if 0 < line <= len(self._lines) else None

    def transaction(self, voucher: SieVoucher, source_id: str) -> data.Transaction:
        meta: dict[str, Any] = {}
        if not self.sie.is_import and (name := clean(voucher.name, 60)):
            meta["voucher"] = name
        if voucher.registered:
            meta["registered"] = voucher.registered
        if voucher.sign:
            meta["by"] = clean(voucher.sign, 60)
        meta |= {"source-id": source_id, "document": self.document}
        if voucher.history:
            meta["history"] = clean("; ".join(_history(row) for row in voucher.history))
        amount = self.accounts.amount
        postings = [
            self.accounts.posting(row.account, amount(row.amount, row.line), voucher.date, self.row_meta(row, voucher))
            for row in voucher.rows
        ]
        text = clean(voucher.text)
        return data.Transaction(meta, voucher.date, "*", None, text, data.EMPTY_SET, data.EMPTY_SET, postings)

    def row_meta(self, row: SieRow, voucher: SieVoucher) -> dict[str, Any]:
        """Objects, and what a row says beyond its voucher: of a claim or debt, whose it is."""
        meta = as_meta(row.objects, self.sie) if row.objects else {}
        whose = meta.get("customer-name") or meta.get("supplier-name")
        if whose and any(self.view.chart.is_in(name, row.account) for name in ("receivables", "payables")):
            meta["counterparty"] = whose
        if row.text and row.text != voucher.text:
            meta["text"] = clean(row.text)
        if row.date and row.date != voucher.date:
            meta["row-date"] = row.date
        if row.quantity:
            meta["quantity"] = row.quantity
        if row.sign:
            meta["by"] = clean(row.sign, 60)
        return meta


def changed(
    accounts: Accounts, name: str, line: int | None, new: data.Transaction, old: data.Directive
) -> SieVoucherChanged | None:
    """The note on a booked voucher that reads differently in the file; None where it doesn't."""
    what = []
    if old.date != new.date:
        what.append(f"{old.date} -> {new.date}")
    before, now = sums(old), sums(new)
    what += [
        f"{account} {before.get(account, 0)} -> {now.get(account, 0)}"
        for account in sorted({*before, *now})
        if before.get(account, ZERO) != now.get(account, ZERO)
    ]
    if not what:
        return None
    return SieVoucherChanged(
        file=accounts.file,
        line=line,
        unit=accounts.view.unit.slug,
        voucher=name,
        date=new.date,
        difference="; ".join(what[:SHOWN]),
    )


def _history(row: SieRow) -> str:
    what = "+" if row.label == "#RTRANS" else "-"
    when = f" {row.date}" if row.date else ""
    return f"{what}{row.account} {row.amount:f}{when} {row.sign}".rstrip()
