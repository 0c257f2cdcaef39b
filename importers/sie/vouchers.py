"""SIE type 4 into books: each voucher one transaction with its own series and number, the opening balances one voucher.

- 4E (books with balances) and 4I (vouchers for another program).
- A voucher is known again by fiscal year, series and number; one without a number, or of a 4I file (whose numbers are
  only proposals), by its content (`standing`). A booked voucher is never changed (BFL 5:5): one that reads differently
  now is named, each time that a file holds it, until an entry of the book answers it by the `source-id` that is named.
- A voucher that doesn't balance stays outside, alone, and is named likewise.
- Opening + vouchers = closing is checked account by account and said where it fails.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from beancount.core import data

from importers.base import Source
from importers.book import BookView
from importers.booktext import clean
from importers.checks import check_range
from importers.identity import digest
from importers.plan import Plan
from importers.progress import track
from importers.sie.accounts import Accounts
from importers.sie.dims import as_meta, unused
from importers.sie.model import SieFile, SieRow, SieVoucher
from importers.sie.opening import Opening
from importers.sie.problems import SieBalanceDiffers, SieVoucherAlike, SieVoucherUnbalanced
from importers.sie.standing import BY_CONTENT, PROGRAM, PROPOSED, VOUCHER, Standing, content_key, program_of
from importers.sie.wording import changed, changed_note, in_words
from ledger.errors import Problem
from ledger.messages import N_, say

#: A stage of long imports, as a watcher hears of it.
VOUCHERS = N_("Comparing the vouchers")
#: How many numbers are named.
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
        self.file = source.shown
        self.document = source.document
        self.accounts = Accounts(view, sie, source.shown, today)
        self.program = program_of(sie)
        self.renumbered: list[tuple[str, str, dt.date]] = []
        self.plan = Plan()
        year = sie.years.get(0)
        self.start = year[0] if year else None

    def run(self) -> Plan:
        if self.start and not self.sie.is_import:
            self.opening(self.start)
        source_ids = self.source_ids()
        pairs = list(zip(self.sie.vouchers, source_ids, strict=True))
        entries = [self.entry(voucher, source_id) for voucher, source_id in track(pairs, VOUCHERS)]
        new = (e for e in entries if e is not None and e.meta["source-id"] not in self.view.sources)
        self.standing = Standing(self.view, frozenset(source_ids), new)
        for (voucher, source_id), entry in zip(pairs, entries, strict=True):
            self.voucher(voucher, source_id, entry)
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
        used = {posting.account for entry in self.plan.transactions for posting in entry.postings}
        self.plan.opens = [entry for entry in self.view.take_opened() if entry.account in used]
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
        if self.renumbered:
            name, before, day = self.renumbered[0]
            text = N_(
                "Vouchers that are booked already, though the file proposes another number for them: {count}; the "
                "first is {name} of {date}, booked as {before}."
            )
            plan.remarks.append(say(text, count=len(self.renumbered), name=name, date=day, before=before))
        if twice := self.twice():
            text = N_("Numbers that stand on more than one voucher of the file: {names}. Each voucher is booked.")
            shown = ", ".join(twice[:SHOWN]) + (", ..." if len(twice) > SHOWN else "")
            plan.remarks.append(say(text, names=shown))
        year = sie.years.get(0)
        outside = sum(1 for v in sie.vouchers if year and not year[0] <= v.date <= year[1])
        if year and outside:
            text = N_("Vouchers dated outside the file's year {start} to {end}: {count}.")
            plan.remarks.append(say(text, start=year[0], end=year[1], count=outside))

    def twice(self) -> list[str]:
        """Numbers given for good that more than one voucher of the file has."""
        if self.sie.is_import:
            return []
        count = Counter(v.name for v in self.sie.vouchers if v.name)
        return [clean(name, 60) for name, number in count.items() if number > 1]

    def source_ids(self) -> list[str]:
        """By what each voucher is known: year, series and number where its program numbered it for good, else content.

        Equal ones are counted.
        """
        seen: Counter[str] = Counter()
        found = []
        for voucher in self.sie.vouchers:
            if self.start and voucher.name and not self.sie.is_import:
                kind, key = VOUCHER, digest("voucher", self.start, voucher.series, voucher.number)
            else:
                kind, key = BY_CONTENT, content_key(voucher, self.program)
            seen[key] += 1
            found.append(kind + (key if seen[key] == 1 else digest(key, seen[key])))
        return found

    def entry(self, voucher: SieVoucher, source_id: str) -> data.Transaction | None:
        """A voucher as a transaction; None where it doesn't balance and was never booked."""
        if source_id not in self.view.sources:
            if voucher.total:
                return None
            check_range(voucher.date, self.accounts.today, file=self.file, line=voucher.line)
        return self.transaction(voucher, source_id)

    def voucher(self, voucher: SieVoucher, source_id: str, entry: data.Transaction | None) -> None:
        """One voucher of the file: it is known, comes in, or stays outside."""
        if entry is None:
            self.unbalanced(voucher, source_id)
            return
        standing = self.view.sources.get(source_id)
        if standing is not None:
            self.known(voucher, entry, standing)
            return
        match = self.standing.match(entry)
        if match and match.kind == "same":
            entry.meta["source-id"] = match.entry.meta["source-id"]
            self.known(voucher, entry, match.entry)
        elif match and match.kind == "changed":
            what = in_words(entry, match.entry)
            self.note(changed_note(self.accounts, self.name(voucher), voucher.line, entry, what, answer=source_id))
        else:
            self.accounts.check_day(voucher.date, voucher.line)
            self.plan.entries.append(self.alike(voucher, entry, match.entry) if match else entry)

    def unbalanced(self, voucher: SieVoucher, source_id: str) -> None:
        """It stays outside until it comes right, or is booked by hand."""
        self.note(
            SieVoucherUnbalanced(
                file=self.file,
                line=voucher.line,
                unit=self.unit.slug,
                voucher=self.name(voucher),
                date=voucher.date,
                difference=voucher.total,
                currency=self.sie.currency,
                answer=source_id,
            )
        )

    def note(self, note: Problem | None) -> None:
        """What a person must settle."""
        if note:
            self.plan.notes.append(note)
            self.plan.unsettled += 1

    def known(self, voucher: SieVoucher, entry: data.Transaction, standing: data.Directive) -> None:
        """A voucher that is in the book: the program's, or a person's answer, which may read as it likes."""
        self.plan.known.append((standing if voucher.total else entry, standing))  # what doesn't balance is no entry
        if PROGRAM not in standing.meta:
            return
        proposed = str(standing.meta.get(PROPOSED, ""))
        if proposed and voucher.name and proposed != entry.meta.get(PROPOSED, proposed):
            self.renumbered.append((clean(voucher.name, 60), proposed, voucher.date))
        self.note(changed(self.accounts, self.name(voucher), voucher.line, entry, standing))

    def alike(self, voucher: SieVoucher, entry: data.Transaction, other: data.Transaction) -> data.Transaction:
        """A voucher that may be a booked one in other words: it comes in, and a person looks at both."""
        what = in_words(entry, other)
        before = str(other.meta.get(PROPOSED) or other.meta.get("voucher") or other.narration or "")
        text = N_("{voucher} of {date} again ({difference})")
        entry.meta["suggestion"] = clean(say(text, voucher=before, date=other.date, difference=what))
        self.plan.notes.append(
            SieVoucherAlike(
                file=self.file,
                line=voucher.line,
                unit=self.unit.slug,
                voucher=self.name(voucher),
                date=voucher.date,
                place=self.view.place(other),
                difference=what,
            )
        )
        return entry._replace(flag="!")

    def name(self, voucher: SieVoucher) -> str:
        """Series and number, or where it stands."""
        return clean(voucher.name, 60) or f"({self.file}:{voucher.line})"

    def transaction(self, voucher: SieVoucher, source_id: str) -> data.Transaction:
        meta: dict[str, Any] = {}
        if name := clean(voucher.name, 60):
            meta |= {PROPOSED: name} if source_id.startswith(BY_CONTENT) else {}
            meta |= {} if self.sie.is_import else {"voucher": name}
        if voucher.registered:
            meta["registered"] = voucher.registered
        if voucher.sign:
            meta["by"] = clean(voucher.sign, 60)
        meta |= {PROGRAM: self.program, "source-id": source_id, "document": self.document}
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


def _history(row: SieRow) -> str:
    what = "+" if row.label == "#RTRANS" else "-"
    when = f" {row.date}" if row.date else ""
    return f"{what}{row.account} {row.amount:f}{when} {row.sign}".rstrip()
