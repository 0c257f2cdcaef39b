"""How the federation's ledger is written: a unit's vouchers or months, and what no unit wrote, on the group's accounts.

What the ledger is, and what is left out of it, says [`ledger.combine.reports.view`][ledger.combine.reports.view].
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from ledger.books import last_day, month_of
from ledger.combine.adjusting.adjusted import KIND as ADJUSTMENT
from ledger.combine.adjusting.adjustment import Adjustment
from ledger.combine.combined import Combined
from ledger.combine.flows import DAY, REST, Part, WholeAmounts
from ledger.combine.model import ADJ, CTA, ELIM, PSEUDO, ZERO, GroupEntry, Place
from ledger.combine.reports.names import KINDS, account_of
from ledger.messages import N_, translate

MOST_POSTINGS = 8
OPENING = "<opening>"
SUMMARY = "<summary>"
FILES = {ELIM: "<elimination>", ADJ: "<adjustment>", CTA: "<translation>"}
SCOPE_FILE = "<scope>"
ACCOUNTS_FILE = "<accounts>"
#: Metadata of a unit's entry that goes along; everything else may hold names.
KEPT = ("voucher", "document", "corrects", "concerns")
KEPT_MASKED = ("voucher", "corrects", "concerns")
KEPT_POSTING = ("partner", "ic")
OPENING_TEXT = N_("Opening balances")
SUMMARY_TEXT = N_("All postings of {month}")
BACK_TEXT = N_("Taken back: {reason}")
MASKED_TEXT = N_("Text left out: it may name a person")

Cells = dict[tuple[Place, str], Decimal]


def chunks(cells: list[tuple[str, Decimal]]) -> Iterator[list[tuple[str, Decimal]]]:
    """Split amounts that sum to zero into balanced lists of at most `MOST_POSTINGS`; the last of each carries over."""
    rest = list(cells)
    assert sum((amount for _, amount in rest), ZERO) == 0
    while len(rest) > MOST_POSTINGS:
        head, (account, amount) = rest[: MOST_POSTINGS - 1], rest[MOST_POSTINGS - 1]
        balance = -sum((a for _, a in head), ZERO)
        rest = rest[MOST_POSTINGS:]
        if amount != balance:
            rest.insert(0, (account, amount - balance))
        yield [*head, (account, balance)] if balance else head
    if rest:
        yield rest


@dataclass(frozen=True)
class Written:
    """Entries, sorted, and the first day on which they use an account."""

    entries: list[data.Directive]
    first: dict[str, dt.date]


@dataclass
class Writer:
    """Collects entries and the accounts that they use.

    `start`: from where lines of files in angle brackets count; `root`: the workspace, where entries have a file.
    """

    combined: Combined
    language: str | None
    roots: Mapping[str, str]
    start: int = 0
    root: str = ""
    entries: list[data.Directive] = field(default_factory=list)
    first: dict[str, dt.date] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    names: dict[tuple[Place, str], str] = field(default_factory=dict)

    @cached_property
    def adjustments(self) -> dict[str, Adjustment]:
        """The finance head's, by their place."""
        return {adjustment.where: adjustment for adjustment in self.combined.adjustments}

    def say(self, text: str, **params: object) -> str:
        """A text in the ledger's language."""
        return translate(text, self.language or "en").format(**params)

    def account(self, place: Place, column: str) -> str:
        """Group account of a place and column."""
        key = place, column
        if key not in self.names:
            leaf = column if column in PSEUDO else self.combined.parts[column].unit.code
            root, colon, rest = account_of(place, leaf, self.language).partition(":")
            self.names[key] = self.roots.get(root, root) + colon + rest
        return self.names[key]

    def meta(self, file: str, **more: Any) -> dict[str, Any]:
        """Metadata of an entry that no unit wrote."""
        self.lines[file] = self.lines.get(file, self.start) + 1
        return data.new_metadata(file, self.lines[file], more)

    def posting(self, account: str, amount: Decimal, meta: dict[str, Any] | None = None) -> data.Posting:
        """A posting in the group's currency."""
        return data.Posting(account, Amount(amount, self.combined.currency), None, None, None, meta)

    def add(self, entry: data.Transaction) -> None:
        """Keep an entry; its accounts are opened on the first day they are used."""
        for posting in entry.postings:
            known = self.first.get(posting.account)
            if known is None or entry.date < known:
                self.first[posting.account] = entry.date
        self.entries.append(entry)

    def _summed(self, part: Part, day: dt.date, file: str, text: str, cells: Cells) -> None:
        self._sum(day, file, part.unit.name, text, cells, unit=part.unit.slug, drill=part.unit.slug)

    def _sum(self, day: dt.date, file: str, payee: str | None, text: str, cells: Cells, **more: Any) -> None:
        named = [
            (self.account(place, column), amount)
            for (place, column), amount in sorted(cells.items(), key=lambda c: (c[0][0].group.order, c[0]))
            if amount
        ]
        for chunk in chunks(named):
            meta = self.meta(file, **more)
            postings = [self.posting(account, amount) for account, amount in chunk]
            self.add(data.Transaction(meta, day, "S", payee, text, data.EMPTY_SET, data.EMPTY_SET, postings))

    def unit(self, part: Part, *, months: bool) -> Written:
        """A unit's opening balances and its period."""
        self.opening(part)
        if months:
            self.months(part)
        else:
            self.vouchers(part)
        self.entries.sort(key=data.entry_sortkey)
        return Written(self.entries, self.first)

    def opening(self, part: Part) -> None:
        """What the unit had on the day before the period."""
        start = self.combined.date_from
        cells: Cells = defaultdict(Decimal)
        for flow in part.flows:
            if flow.date < start and (cell := part.cell(flow)) is not None:
                cells[cell] += flow.amount
        self._summed(part, start - DAY, OPENING, self.say(OPENING_TEXT), cells)

    def months(self, part: Part) -> None:
        """The unit's period in monthly sums."""
        months: dict[str, Cells] = defaultdict(lambda: defaultdict(Decimal))
        for flow in part.flows:
            if flow.date >= self.combined.date_from and (cell := part.cell(flow)) is not None:
                months[month_of(flow.date)][cell] += flow.amount
        for month, cells in sorted(months.items()):
            day = min(last_day(month), self.combined.date_to)
            self._summed(part, day, SUMMARY, self.say(SUMMARY_TEXT, month=month), cells)

    def vouchers(self, part: Part) -> None:
        """The unit's own transactions of the period, on the group's accounts."""
        start, until = self.combined.date_from, part.scope.until(part.unit.slug)
        whole = WholeAmounts(self.combined.currency)
        for number, entry in enumerate(part.source.transactions()):
            if start <= entry.date <= until:
                self._voucher(part, entry, number, whole)

    def _voucher(self, part: Part, entry: data.Transaction, number: int, whole: WholeAmounts) -> None:
        done = part.translated[number] if part.translated is not None else None
        amounts = done.amounts if done else whole.of(entry)
        rest = done.rest if done else -sum(amounts, ZERO)  # without `done` the rests of a month cancel
        transfer = done.transfer if done else False
        masked = any(part.mapper.is_in("masked", p.account) for p in entry.postings)
        postings = []
        for posting, amount in zip(entry.postings, amounts, strict=True):
            place = part.assign(posting.account, entry.date, transfer=transfer)
            if place is None:
                return
            if not amount:
                continue
            its = posting.meta or {}
            meta = {name: its[name] for name in KEPT_POSTING if name in its}
            if posting.units is not None and posting.units.currency != self.combined.currency:
                meta["orig"] = str(posting.units)
            postings.append(self.posting(self.account(place, part.unit.slug), amount, meta or None))
        if rest:
            place = part.assign(REST, entry.date)
            assert place is not None
            postings.append(self.posting(self.account(place, CTA), rest))
        if not postings:
            return
        kept = {name: entry.meta[name] for name in (KEPT_MASKED if masked else KEPT) if name in entry.meta}
        kept["unit"] = part.unit.slug
        if done and done.rates:
            kept["rate"] = done.rates
        self.add(
            data.Transaction(
                data.new_metadata(entry.meta["filename"], entry.meta["lineno"], kept),
                entry.date,
                entry.flag,
                None if masked else entry.payee,
                self.say(MASKED_TEXT) if masked else entry.narration,
                data.EMPTY_SET if masked else entry.tags,
                frozenset(link for link in entry.links if link.startswith("ic-")) if masked else entry.links,
                postings,
            )
        )

    def group(self, entries: Iterable[GroupEntry], *, months: bool) -> None:
        """What no unit wrote; where units come in months, eliminations do too, by month and kind."""
        sums: dict[tuple[dt.date, str], Cells] = defaultdict(lambda: defaultdict(Decimal))
        for entry in entries:
            if not months or entry.column != ELIM:
                self.group_entry(entry)
                continue
            # A sum stays on its side of the period's first day, so that opening and movement are as they were.
            edge = self.combined.date_to if entry.date >= self.combined.date_from else self.combined.date_from - DAY
            cells = sums[min(last_day(month_of(entry.date)), edge), entry.kind]
            for posting in entry.postings:
                cells[posting.place, posting.column] += posting.amount
        for (day, kind), cells in sorted(sums.items()):
            self._sum(day, FILES[ELIM], None, self.say(KINDS.get(kind, KINDS["other"])), cells, kind=kind)

    def group_entry(self, entry: GroupEntry) -> None:
        """An elimination, an adjustment, a translation difference, or a unit's coming and going."""
        units = " – ".join(self.combined.parts[u].unit.name if u in self.combined.parts else u for u in entry.units)
        adjustment = self.adjustments.get(entry.key) if entry.kind == ADJUSTMENT else None
        text = self.say(KINDS.get(entry.kind, KINDS["other"]))
        links = frozenset({entry.key}) if entry.key.startswith("ic-") else data.EMPTY_SET
        if adjustment is None:
            meta = self.meta(FILES.get(entry.column, SCOPE_FILE), kind=entry.kind)
        else:  # it has a file and line of its own
            said = {"author": adjustment.author, "approver": adjustment.approver, "decision": adjustment.decision}
            said |= {"kind": entry.kind, "document": adjustment.document}
            meta = data.new_metadata(
                f"{self.root}/{adjustment.file}", adjustment.line, {k: v for k, v in said.items() if v}
            )
            back = adjustment.reverses is not None and entry.reverses is None
            text = self.say(BACK_TEXT, reason=adjustment.reason) if back else adjustment.reason
            links = frozenset(adjustment.links) or data.EMPTY_SET
        if entry.reverses:
            meta["reverses"] = entry.reverses
        postings = [
            self.posting(self.account(p.place, p.column), p.amount, {"source": p.source} if p.source else None)
            for p in entry.postings
        ]
        self.add(data.Transaction(meta, entry.date, "*", units or None, text, data.EMPTY_SET, links, postings))

    def opens(self, written: Iterable[Written]) -> list[data.Directive]:
        """An `Open` for each account that is used."""
        first: dict[str, dt.date] = {}
        for one in written:
            for account, day in one.first.items():
                first[account] = min(day, first.get(account, day))
        return [
            data.Open(self.meta(ACCOUNTS_FILE), day, account, [self.combined.currency], None)
            for account, day in sorted(first.items())
        ]
