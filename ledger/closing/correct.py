"""`sambok correct`: the voucher that takes another one back (SPEC 3, 7; BFL 5 kap. 5 §; BFNAR 2013:2 p. 2.17-2.18).

A correction is a voucher of its own: it says which one it corrects, when and by whom, and is dated where the error was
found, never in a closed month. Sambok gives it a number of series X. Its turnover counts for the levy in its own month,
at the rate of the day that it corrects.

How this module reads the contract where it leaves room:

- The error is found today. Where today's month is closed, the correction is dated on the first day of the next open
  one.
- A voucher is corrected once: what somebody has corrected in part is finished by hand. A correction that was taken back
  itself counts for nothing.
- What the close has written isn't corrected but what it was made of: the first open month carries the difference.
- A balance that the book states for a later day stays as it is: a correction with which it wouldn't hold any more is
  refused, and is dated on that day or later, when the balance has been counted. So is any other with which the book
  would have an error.
- Both numbers may have namesakes in other years. Where `corrects:` alone would mean another one, now or once the next
  year has as many vouchers, `concerns:` says the month of the corrected voucher.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from importers.booktext import clean, render
from importers.sie.standing import PROGRAM
from ledger.books import Books, Unit, UnitBook, Workspace, load_books, month_of
from ledger.books.concerned import Concerned
from ledger.books.jobs import joined, read_text
from ledger.books.problems_load import BalanceFailed
from ledger.books.problems_sealed import MonthClosed
from ledger.books.summariser import read_file
from ledger.books.trial import on_trial
from ledger.books.write import Block, Note, append_entries, unit_lock
from ledger.closing.assign import sound
from ledger.closing.numbering import CLOSE_ID, CLOSED_FILE, CORRECT_ID, numberer
from ledger.closing.problems_vouchers import (
    CorrectAccountClosed,
    CorrectBreaks,
    CorrectDigits,
    CorrectEarlier,
    CorrectedAlready,
    CorrectFrozen,
    CorrectHeld,
    CorrectInFuture,
    VoucherAmbiguous,
    VoucherUnknown,
)
from ledger.closing.reversing import reversing
from ledger.errors import order
from ledger.rules import vouchers as rule
from ledger.rules.years import first_open


@dataclass(frozen=True)
class Correction:
    """A correction.

    Attributes:
        voucher: its number.
        corrects: that of the voucher that it corrects, which stands at `place`.
        entry: the correction.
        file: where it stands, or would, as users know it.
        partners: units whose books have the other side of a dealing: they correct theirs.
        program: that has numbered the corrected voucher, whose books need the correction, too; "" where it is none.
    """

    unit: str
    voucher: str
    corrects: str
    place: str
    entry: data.Transaction
    text: str
    file: str
    partners: tuple[str, ...] = ()
    program: str = ""


@dataclass(frozen=True)
class Asked:
    """What a correction shall say.

    Attributes:
        voucher: number of the voucher to correct.
        year: its fiscal year, where several have the number.
        day: date of the correction; None: today, or the first open month's first day.
        reason, decision: what goes with it.
    """

    voucher: str
    year: int | None = None
    day: dt.date | None = None
    reason: str = ""
    decision: str = ""


def correct_voucher(
    ws: Workspace, unit: Unit, asked: Asked, *, by: str, today: dt.date, dry_run: bool = False
) -> Correction:
    """Book the voucher that takes another one back.

    Args:
        ws: the workspace.
        unit: whose books.
        asked: which voucher, and what the correction shall say.
        by: who does it.
        today: the day on which the error is found.
        dry_run: nothing is written.

    Raises:
        Problem: why it can't be; nothing was written.
    """
    with unit_lock(ws, unit.slug):
        books = load_books(ws, [unit.slug])
        book = sound(books, unit.slug)
        found = _Book(books, book)
        entry = found.find(asked.voucher, asked.year)
        earlier = found.check(entry)
        day = found.day(entry, asked.day, today)
        number = numberer(books, unit.slug)(rule.CORRECTIONS, day)
        name = str(entry.meta["voucher"])
        year = ws.fiscal_year(entry.date)[0].year
        source = f"{CORRECT_ID}{year}:{name}:{earlier + 1}"
        meta: dict[str, Any] = {"voucher": number, "registered": today, "by": by, "source-id": source, "corrects": name}
        if found.needs_month(entry, day):
            meta["concerns"] = month_of(entry.date)
        meta |= {key: clean(text) for key, text in (("reason", asked.reason), ("decision", asked.decision)) if text}
        try:
            made = reversing(entry, day, meta, voucher=name, language=ws.language)
        except CorrectDigits as problem:
            problem.unit, problem.file = unit.slug, ws.shown(problem.file or "")
            raise
        found.check_accounts(entry, made)
        text = render(made)
        block = Block(day, text, source)
        found.check_whole(made, block)
        if not dry_run:
            details = {"corrects": name} | {key: meta[key] for key in ("concerns", "decision") if key in meta}
            note = Note("correct", text=str(meta.get("reason", "")), vouchers=(number,), details=details)
            append_entries(ws, unit, [block], note=note)
        return Correction(
            unit.slug,
            number,
            name,
            _where(ws, entry),
            made,
            text,
            ws.shown(unit.month_file(day)),
            _partners(made, unit.slug),
            str(entry.meta.get(PROGRAM, "")),
        )


class _Book:
    """A book, as far as a correction goes."""

    def __init__(self, books: Books, book: UnitBook) -> None:
        self.ws = books.workspace
        self.unit = book.unit
        self.closed = books.closed.get(book.unit.slug, frozenset())
        self.entries = book.entries()
        self.balances = [e for e in self.entries if isinstance(e, data.Balance)]
        self.transactions = [e for e in self.entries if isinstance(e, data.Transaction)]
        self.concerned = Concerned(read_file)
        self.concerned.add(self.transactions)
        assert book.summary is not None
        self.accounts = {row.account: row for row in book.summary.accounts}

    def find(self, voucher: str, year: int | None) -> data.Transaction:
        """The voucher of a number.

        Raises:
            VoucherUnknown, VoucherAmbiguous: there is none, or more than one.
        """
        slug, asked = self.unit.slug, voucher.strip()
        named = [e for e in self.transactions if _is(e, asked)]
        by_year: dict[int, list[data.Transaction]] = defaultdict(list)
        for entry in named:
            by_year[self.ws.fiscal_year(entry.date)[0].year].append(entry)
        years = ", ".join(map(str, sorted(by_year)))
        if not named:
            known = sorted({str(e.meta["voucher"]) for e in self.transactions if e.meta.get("voucher")})
            case = "" if known else "none"
            raise VoucherUnknown(unit=slug, slug=slug, voucher=asked, nearest=_nearest(asked, known), case=case)
        if year is not None and year not in by_year:
            raise VoucherUnknown(unit=slug, slug=slug, voucher=asked, year=year, years=years, case="year")
        if year is None and len(by_year) > 1:
            raise VoucherAmbiguous(unit=slug, slug=slug, voucher=asked, years=years, year=max(by_year))
        chosen = by_year[year if year is not None else min(by_year)]
        if len(chosen) > 1:
            places = ", ".join(_where(self.ws, e) for e in chosen)
            told = self.ws.fiscal_year(chosen[0].date)[0].year
            raise VoucherAmbiguous(unit=slug, slug=slug, voucher=asked, year=told, places=places, case="twice")
        return chosen[0]

    def check(self, entry: data.Transaction) -> int:
        """Refuse what isn't corrected, or is already.

        Returns:
            How often it was corrected before, and the correction taken back.

        Raises:
            CorrectFrozen, CorrectedAlready: as they say.
        """
        file, line, name = self.ws.shown(entry.meta["filename"]), entry.meta["lineno"], entry.meta["voucher"]
        source = str(entry.meta.get("source-id", ""))
        if file.endswith(CLOSED_FILE) or source.startswith(CLOSE_ID):
            raise CorrectFrozen(file=file, line=line, unit=self.unit.slug, voucher=name)
        pairs = [(e, self.concerned.target(e)) for e in self.transactions if "corrects" in e.meta]
        taken_back = {id(target) for _, target in pairs if target is not None}
        made = [e for e, target in pairs if target is entry]
        for other in made:
            if id(other) not in taken_back:
                raise CorrectedAlready(
                    file=file,
                    line=line,
                    unit=self.unit.slug,
                    slug=self.unit.slug,
                    voucher=name,
                    by=other.meta.get("voucher") or _where(self.ws, other),
                    place=_where(self.ws, other),
                )
        return len(made)

    def day(self, entry: data.Transaction, asked: dt.date | None, today: dt.date) -> dt.date:
        """The day of a correction.

        Raises:
            MonthClosed, CorrectEarlier, CorrectInFuture: the one that is asked for can't be it.
        """
        default = max(today, entry.date)
        month = first_open(month_of(default), self.closed)
        if month != month_of(default):
            default = dt.date.fromisoformat(f"{month}-01")
        if asked is None:
            return default
        slug, name = self.unit.slug, entry.meta["voucher"]
        if asked < entry.date:
            raise CorrectEarlier(unit=slug, voucher=name, date=entry.date, day=asked)
        month = month_of(asked)
        if month in self.closed:
            raise MonthClosed(unit=slug, slug=slug, date=asked, month=month, open=first_open(month, self.closed))
        latest = max([default, *self._stated(entry)])
        if asked > latest:
            raise CorrectInFuture(unit=slug, voucher=name, day=asked, today=today, latest=latest)
        return asked

    def _stated(self, entry: data.Transaction) -> list[dt.date]:
        """For which days balances of its accounts are stated: a correction may have to wait for them."""
        accounts = {posting.account for posting in entry.postings}
        return [
            balance.date
            for balance in self.balances
            if any(f"{account}:".startswith(f"{balance.account}:") for account in accounts)
        ]

    def needs_month(self, entry: data.Transaction, day: dt.date) -> bool:
        """Whether `corrects:` alone would mean another voucher, now or once the correction's year has as many."""
        years = [self.ws.fiscal_year(one)[0] for one in (entry.date, day)]
        named = [(e.date, e) for e in self.transactions if _is(e, str(entry.meta["voucher"]))]
        return years[0] != years[1] or rule.corrected(named, day) is not entry

    def check_accounts(self, entry: data.Transaction, made: data.Transaction) -> None:
        """Refuse what the book would no longer load with.

        Raises:
            CorrectAccountClosed, CorrectHeld: as they say.
        """
        file, line, slug = self.ws.shown(entry.meta["filename"]), entry.meta["lineno"], self.unit.slug
        name = entry.meta["voucher"]
        for posting in made.postings:
            row = self.accounts.get(posting.account)
            if row is not None and row.closed is not None and row.closed <= made.date:
                raise CorrectAccountClosed(
                    file=file, line=line, unit=slug, voucher=name, account=row.account, day=made.date, closed=row.closed
                )
        lots = {(p.account, p.cost) for p in made.postings if p.cost is not None}
        for (account, currency, _), (held, turned) in self._held(lots, made).items():
            if turned < 0 and held + turned < 0:
                raise CorrectHeld(file=file, line=line, unit=slug, voucher=name, account=account, currency=currency)

    def _held(self, lots: Collection[Any], made: data.Transaction) -> dict[Any, tuple[Decimal, Decimal]]:
        """What the book holds of each lot, and what the correction adds to it."""
        sums: dict[Any, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for place, entries in enumerate((self.transactions, [made])):
            for posting in (p for e in entries for p in e.postings if (p.account, p.cost) in lots):
                assert posting.units is not None
                assert posting.units.number is not None
                sums[posting.account, posting.units.currency, posting.cost][place] += posting.units.number
        return {key: (held, turned) for key, (held, turned) in sums.items()}

    def check_whole(self, made: data.Transaction, block: Block) -> None:
        """Refuse what would leave the book with an error.

        Raises:
            CorrectBreaks: it would.
        """
        path = self.unit.month_file(made.date)
        text = joined(read_text(path, self.ws) or "", [block])
        wrong = sorted(on_trial(self.ws, self.unit, {path: text}), key=order)
        if not wrong:
            return
        said = {"unit": self.unit.slug, "voucher": made.meta["corrects"], "day": made.date}
        places = {(self.ws.shown(b.meta["filename"]), b.meta["lineno"]): b.date for b in self.balances}
        failed = [problem for problem in wrong if isinstance(problem, BalanceFailed)]
        if not failed:
            first = wrong[0]
            raise CorrectBreaks(file=first.file, line=first.line, excerpt=first.excerpt, error=first.text(), **said)
        first, days = failed[0], [places[problem.file or "", problem.line or 0] for problem in failed]
        raise CorrectBreaks(
            file=first.file,
            line=first.line,
            excerpt=first.excerpt,
            case="balance",
            account=first.params["account"],
            expected=Amount.from_string(first.params["expected"]),
            difference=Amount.from_string(first.params["difference"]),
            stated=days[0],
            last=max(days),
            **said,
        )


def _nearest(asked: str, known: Sequence[str]) -> str:
    """The number nearest to one that is none: of its own series where that has any, else whatever looks most alike."""
    name = rule.parse(asked)
    named = [(found, text) for text in known for found in [rule.parse(text)] if found is not None]
    same = [(abs(found.number - name.number), text) for found, text in named if name and found.series == name.series]
    if same:
        return min(same)[1]
    return next(iter(difflib.get_close_matches(asked, known, n=1, cutoff=0)), "-")


def _is(entry: data.Transaction, asked: str) -> bool:
    """Whether an entry has a number, however many zeros stand before it."""
    written = entry.meta.get("voucher")
    if not isinstance(written, str):
        return False
    return written.strip() == asked or (rule.parse(written) == rule.parse(asked) is not None)


def _where(ws: Workspace, entry: data.Transaction) -> str:
    return f"{ws.shown(entry.meta['filename'])}:{entry.meta['lineno']}"


def _partners(made: data.Transaction, slug: str) -> tuple[str, ...]:
    named: Sequence[str] = [str((p.meta or {}).get("partner", "")) for p in made.postings]
    return tuple(sorted({name for name in named if name and name != slug}))
