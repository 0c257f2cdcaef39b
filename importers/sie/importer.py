"""SIE 4 into books: each voucher one transaction with its own series and number, the opening balances one voucher.

- 4E (books with balances) and 4I (vouchers for another program). Types 1-3 hold no vouchers.
- A voucher is known again by fiscal year, series and number; one without a number, or of a 4I file (whose numbers are
  only proposals), by its content. A booked voucher that reads differently now is said, never changed (BFL 5:5).
- A voucher that doesn't balance stays outside, alone, and is named. #IB becomes a voucher on the year's first day over
  what the book doesn't hold already (the year before may be in it); where it doesn't sum to zero, last year's result
  was never transferred, and the difference stands on an account of its own.
- Opening + vouchers = closing is checked account by account and said where it fails.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from functools import lru_cache
from typing import Any

from beancount.core import data

from importers.base import SambokImporter, Source
from importers.book import BookView
from importers.booktext import clean, leaf
from importers.identity import digest
from importers.plan import Plan
from importers.problems import ImportAccountMissing, ImportAmountUnit, ImportDateRange, ImportMonthClosed
from importers.recognise.place import posting
from importers.sie.model import SieFile, SieRow, SieVoucher
from importers.sie.problems import (
    SieBalanceDiffers,
    SieNoVouchers,
    SieVoucherChanged,
    SieVoucherUnbalanced,
    SieWrongCompany,
    SieWrongCurrency,
    SieYearOrder,
)
from importers.sie.read import looks_like_sie, read_sie
from ledger.books import Unit
from ledger.books.guard_profiles import date_window
from ledger.messages import N_, say
from ledger.rules.rounding import unit_of

FORMAT = "sie4"
#: Roots by #KTYP, and by the first digits of a number in the Swedish standard chart.
KIND_ROOTS = {"T": "Assets", "S": "Liabilities", "K": "Expenses", "I": "Income"}
CLASS_ROOTS = {"1": "Assets", "20": "Equity", "2": "Liabilities", "3": "Income", "80": "Income", "81": "Income"}
CLASS_ROOTS |= {"82": "Income", "83": "Income"}
#: Reserved dimensions, as metadata of a posting; other dimensions are `dim-<number>`.
DIMENSIONS = {"1": "cost-centre", "2": "cost-bearer", "6": "project", "7": "employee", "8": "customer"}
DIMENSIONS |= {"9": "supplier", "10": "invoice"}
#: On the opening voucher: the first day of the year that it opens.
OPENING = "opening-of"


class SieImporter(SambokImporter):
    """SIE 4, from any accounting program."""

    def recognises(self, head: bytes) -> bool:
        """Whether it begins as a SIE file does."""
        return looks_like_sie(head)

    def owns(self, source: Source) -> bool:
        """The unit's first SIE source takes it; which company it is of is checked when it is planned."""
        del source
        return next(s for s in self.unit.sources if s.format == FORMAT) == self.source

    def day(self, source: Source) -> dt.date | None:
        """The last voucher's day."""
        return max((v.date for v in _read(source.data, source.shown).vouchers), default=None)

    def plan(self, source: Source, view: BookView, today: dt.date) -> Plan:
        """Vouchers and opening balances that the book lacks."""
        sie = _read(source.data, source.shown)
        check_file(sie, self.unit, source.shown)
        return _Planner(view, sie, source, today).run()


@lru_cache(maxsize=2)
def _read(content: bytes, name: str) -> SieFile:
    return read_sie(content, name)


def check_file(sie: SieFile, unit: Unit, shown: str) -> None:
    """Whether the file may enter this unit's books.

    Raises:
        SieNoVouchers, SieWrongCurrency, SieWrongCompany: as they say.
    """
    if sie.type != 4:
        raise SieNoVouchers(file=shown, unit=unit.slug, type=sie.type)
    if sie.currency != unit.currency:
        raise SieWrongCurrency(
            file=shown, unit=unit.slug, slug=unit.slug, currency=sie.currency, expected=unit.currency
        )
    number = (sie.meta.get("ORGNR") or ("",))[0]
    theirs = "".join(filter(str.isdigit, number))[-10:]
    ours = "".join(filter(str.isdigit, unit.organisation_number or ""))[-10:]
    if ours and theirs.strip("0") and theirs != ours:
        company = clean((sie.meta.get("FNAMN") or ("?",))[0], 80)
        raise SieWrongCompany(
            file=shown,
            unit=unit.slug,
            slug=unit.slug,
            company=company,
            number=number,
            expected=unit.organisation_number,
        )


class _Planner:
    def __init__(self, view: BookView, sie: SieFile, source: Source, today: dt.date) -> None:
        self.view = view
        self.unit = view.unit
        self.sie = sie
        self.file = source.shown
        self.document = source.document
        self.window = date_window(today)
        self.plan = Plan()
        self.unplaced: set[str] = set()
        year = sie.years.get(0)
        self.start = year[0] if year else None

    def run(self) -> Plan:
        if self.start and not self.sie.is_import:
            self.opening(self.start)
        seen: Counter[str] = Counter()
        for voucher in self.sie.vouchers:
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

    def remarks(self) -> None:
        plan = self.plan
        if self.sie.warnings:
            line, text = self.sie.warnings[0]
            more = N_("Lines with damaged text: {count}; the first is line {line}: {first}.")
            plan.remarks.append(say(more, count=len(self.sie.warnings), line=line, first=clean(text, 120)))
        if self.unplaced:
            names = ", ".join(sorted(self.unplaced))
            plan.remarks.append(say(N_("The chart has no line for: {names}. Give it one, or move them."), names=names))

    # identity

    def identity(self, voucher: SieVoucher) -> str:
        """A key of the voucher: year, series and number where its program numbered it for good, else its content."""
        if self.start and voucher.name and not self.sie.is_import:
            return digest("voucher", self.start, voucher.series, voucher.number)
        rows = [(r.account, f"{r.amount.normalize():f}", r.objects, r.text) for r in voucher.rows]
        return digest("content", voucher.series, voucher.number, voucher.date, voucher.text, rows)

    # accounts

    def account(self, number: str) -> str:
        """The unit's account with that number; one that it lacks is opened under the file's name for it."""
        if number in self.view.codes:
            return self.view.codes[number]
        known = self.sie.accounts.get(number)
        lines = self.view.chart.lines_of(number)
        roots = [line.root for line in lines]
        wanted = KIND_ROOTS.get((known.kind if known else None) or "") or _class_root(number)
        if not lines:
            self.unplaced.add(number)
        fits = any(line.takes(wanted) for line in lines)
        root = wanted if fits or not roots else roots[0]
        charted = self.view.chart.accounts.get(number)
        name = clean(known.name if known else "")
        account = charted.account if charted and not name else f"{root}:{leaf(number, name)}"
        self.view.open(account, [self.sie.currency])
        return account

    def amount(self, number: Decimal, line: int | None) -> Decimal:
        """An amount in whole units of the currency."""
        unit = unit_of(self.sie.currency)
        if number != number.quantize(unit):
            raise ImportAmountUnit(
                file=self.file,
                line=line,
                amount=number,
                currency=self.sie.currency,
                position=say(N_("line {line}"), line=line or "?"),
                smallest=unit,
            )
        return number.quantize(unit)

    def posting(self, number: str, amount: Decimal, day: dt.date, meta: dict[str, Any] | None = None) -> data.Posting:
        account = self.account(number)
        if not self.view.is_open(account, day, self.sie.currency):
            raise ImportAccountMissing(
                file=f"units/{self.unit.slug}/accounts.beancount",
                unit=self.unit.slug,
                slug=self.unit.slug,
                account=account,
                by=self.file,
                currency=self.sie.currency,
                date=day,
            )
        return posting(account, amount, self.sie.currency, meta)

    # the opening balances

    def opening(self, start: dt.date) -> None:
        later = [e.meta[OPENING] for e in self.view.transactions if OPENING in e.meta and e.meta[OPENING] > start]
        source_id = f"sie-{digest('opening', start)}"
        standing = self.view.sources.get(source_id)
        if later and standing is None:
            raise SieYearOrder(file=self.file, unit=self.unit.slug, start=start, later=min(later))
        postings, rest = [], Decimal(0)
        for number, amount in sorted(self.sie.sums("IB").items()):
            if standing is not None:
                break
            held = self.view.balance(self.account(number), self.sie.currency, start)
            lacking = self.amount(amount, None) - held
            if lacking:
                postings.append(self.posting(number, lacking, start))
                rest += lacking
        meta = {"source-id": source_id, OPENING: start, "document": self.document}
        text = say(N_("Opening balances"))
        entry = data.Transaction(meta, start, "*", None, text, data.EMPTY_SET, data.EMPTY_SET, postings)
        if standing is not None:
            self.plan.known.append((entry, standing))
            return
        if rest:
            account = self.view.untransferred()
            entry.postings.append(posting(account, -rest, self.sie.currency))
            remark = N_(
                "#IB sums to {rest} {currency}, not 0: last year's result wasn't transferred; it is on {account}."
            )
            self.plan.remarks.append(say(remark, rest=rest, currency=self.sie.currency, account=account))
        if entry.postings:
            self.check_day(start, None)
            self.plan.entries.append(entry)

    # vouchers

    def voucher(self, voucher: SieVoucher, source_id: str) -> None:
        if voucher.total:
            self.plan.notes.append(
                SieVoucherUnbalanced(
                    file=self.file,
                    line=voucher.line,
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
            self.check_day(voucher.date, voucher.line)
            self.plan.entries.append(self.transaction(voucher, source_id))
            return
        entry = self.transaction(voucher, source_id)
        self.plan.known.append((entry, standing))
        self.changed(voucher, entry, standing)

    def check_day(self, day: dt.date, line: int | None) -> None:
        first, last = self.window
        if not first <= day <= last:
            position = say(N_("line {line}"), line=line or "?")
            raise ImportDateRange(file=self.file, line=line, date=day, position=position)
        if f"{day:%Y-%m}" in self.view.closed:
            raise ImportMonthClosed(
                file=self.file, line=line, unit=self.unit.slug, slug=self.unit.slug, date=day, month=f"{day:%Y-%m}"
            )

    def transaction(self, voucher: SieVoucher, source_id: str) -> data.Transaction:
        meta: dict[str, Any] = {}
        if voucher.name and not self.sie.is_import:
            meta["voucher"] = clean(voucher.name, 60)
        if voucher.registered:
            meta["registered"] = voucher.registered
        if voucher.sign:
            meta["by"] = clean(voucher.sign, 60)
        meta |= {"source-id": source_id, "document": self.document}
        if voucher.history:
            meta["history"] = clean("; ".join(_history(row) for row in voucher.history))
        postings = [
            self.posting(row.account, self.amount(row.amount, row.line), voucher.date, _row_meta(row, voucher))
            for row in voucher.rows
        ]
        text = clean(voucher.text)
        return data.Transaction(meta, voucher.date, "*", None, text, data.EMPTY_SET, data.EMPTY_SET, postings)

    def changed(self, voucher: SieVoucher, new: data.Transaction, old: data.Directive) -> None:
        """Say where a booked voucher reads differently in the file."""
        if not isinstance(old, data.Transaction):
            return
        what = []
        if old.date != new.date:
            what.append(f"{old.date} -> {new.date}")
        before, now = _sums(old), _sums(new)
        what += [
            f"{account} {before.get(account, 0)} -> {now.get(account, 0)}"
            for account in sorted({*before, *now})
            if before.get(account, Decimal(0)) != now.get(account, Decimal(0))
        ]
        if what:
            self.plan.notes.append(
                SieVoucherChanged(
                    file=self.file,
                    line=voucher.line,
                    unit=self.unit.slug,
                    voucher=voucher.name or new.meta["source-id"],
                    date=voucher.date,
                    difference="; ".join(what[:4]),
                )
            )


def _sums(entry: data.Transaction) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for part in entry.postings:
        if part.units is not None and part.units.number is not None:
            found[part.account] = found.get(part.account, Decimal(0)) + part.units.number
    return found


def _class_root(number: str) -> str:
    return CLASS_ROOTS.get(number[:2]) or CLASS_ROOTS.get(number[:1]) or "Expenses"


def _row_meta(row: SieRow, voucher: SieVoucher) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    for dimension, key in row.objects:
        name = DIMENSIONS.get(dimension) or f"dim-{''.join(filter(str.isalnum, dimension)).lower() or 'x'}"
        meta[name] = clean(key, 60)
    if row.text and row.text != voucher.text:
        meta["text"] = clean(row.text)
    if row.date and row.date != voucher.date:
        meta["row-date"] = row.date
    if row.quantity:
        meta["quantity"] = row.quantity
    if row.sign:
        meta["by"] = clean(row.sign, 60)
    return meta


def _history(row: SieRow) -> str:
    what = "+" if row.label == "#RTRANS" else "-"
    when = f" {row.date}" if row.date else ""
    return f"{what}{row.account} {row.amount}{when} {row.sign}".rstrip()
