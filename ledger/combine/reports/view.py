"""The federation's ledger as Beancount entries, for Fava and for export (SPEC 10, Group account).

An account is `<Root>:<Line>:<NNNN>-<Name>:<Code>`, so that the account tree is the consolidation worksheet: a line, its
accounts, and under each every unit and what was eliminated (ELIM), adjusted (ADJ) and translated (CTA). Each entry
keeps the unit's own file and line; what no unit wrote has a file name in angle brackets, so that nothing can be
overwritten by editing it. The sums by account are the trial balance's, whatever the level of detail.

Payees and texts of payroll, of persons' loans and of members' contributions are masked, and participants' accounts have
already collapsed: no personal name reaches this ledger. Balances, pads, documents and notes stay in the unit's own
ledger.

Above a number of transactions each unit comes in monthly sums. An entry has at most eight postings then: its last
account carries over into the next entry of the month, so that each one balances without a clearing account.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from ledger.books import Books, last_day, month_of
from ledger.charts.group import as_component
from ledger.combine.adjusting.adjusted import KIND as ADJUSTMENT
from ledger.combine.adjusting.adjustment import Adjustment
from ledger.combine.combined import Combined
from ledger.combine.flows import DAY, REST, Part, WholeAmounts
from ledger.combine.model import ADJ, CTA, EARLIER, ELIM, ENTERED, IN_TRANSIT, PSEUDO, ZERO, GroupEntry, Place, Run
from ledger.memo import memo_of
from ledger.messages import N_, translate

MOST_POSTINGS = 8
#: Each unit's entries in a file in angle brackets are numbered from a multiple of this, so that they stay as they are
#: when another unit gets more of them.
LINES_EACH = 1_000_000
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
NAMES = {
    EARLIER: N_("Earlier years"),
    ENTERED: N_("Net assets"),
    IN_TRANSIT: N_("In transit"),
    "Minority-share": N_("Share of non-controlling interests"),
    "Owners-transactions": N_("Dealings between owners"),
    "Bargain-purchase": N_("Bought below value"),
    "Disposal": N_("Units sold"),
}
KINDS = {
    "trade": N_("Trade"),
    "levy": N_("Levy"),
    "loan": N_("Loan"),
    "interest": N_("Interest"),
    "fund": N_("Fund"),
    "solidarity": N_("Solidarity"),
    "capital": N_("Capital"),
    "dividend": N_("Dividend"),
    "patronage": N_("Patronage refund"),
    "asset": N_("Sale of fixed assets"),
    "other": N_("Other dealings"),
    "unrealised": N_("Unrealised profit"),
    "transit": N_("In transit"),
    "adjustment": N_("Adjustment"),
    "translation": N_("Translation to closing rate"),
    "joined": N_("Joined"),
    "left": N_("Left"),
    "acquisition": N_("Acquired unit"),
    "goodwill": N_("Goodwill"),
    "minority": N_("Non-controlling interest"),
}


Cells = dict[tuple[Place, str], Decimal]


def group_entries(
    books: Books,
    run: Run,
    combined: Combined,
    *,
    language: str | None,
    threshold: int,
    roots: Mapping[str, str] | None = None,
) -> list[data.Directive]:
    """The combined ledger's entries, sorted as Beancount sorts.

    Args:
        books: the books `combined` was made of.
        run: its provisional entries.
        combined: the figures; in the reporting currency.
        language: of line names and texts (sv, en, es); None = line ids and English, for export.
        threshold: with more transactions than this, units come in monthly sums.
        roots: other names of Beancount's five roots.

    Returns:
        `Open` directives and balanced transactions; Σ by account = `combined.trial_balance`.
    """
    del run  # the parts hold its entries; named because a caller owns both
    ws = books.workspace
    months = in_months(combined, threshold)
    setting = (combined.currency, combined.date_from, combined.date_to, language, roots, months)
    written: list[_Written] = []
    for number, (slug, part) in enumerate(combined.parts.items()):
        writer = _Writer(combined, language, roots or {}, number * LINES_EACH)
        work = partial(writer.unit, part, months=months)
        written.append(memo_of(ws.root).get(("view", slug), work, same=(part,), equal=(number, *setting)))
    last = _Writer(combined, language, roots or {}, root=str(ws.root))
    last.group(combined.entries, months=months)
    written.append(_Written(last.entries, last.first))
    found = [*last.opens(written), *(entry for one in written for entry in one.entries)]
    found.sort(key=data.entry_sortkey)
    return found


def in_months(combined: Combined, threshold: int) -> bool:
    """Whether there are so many transactions that the units come in monthly sums."""
    return sum(s.transactions for part in combined.parts.values() for s in part.source.summaries) > threshold


def account_of(place: Place, leaf: str, language: str | None) -> str:
    """The group account of a place and a unit's code or pseudo-unit."""
    line = place.group
    name = line.id if language is None else line.component(language)
    label = place.account
    if language is not None and label in NAMES:
        label = as_component(translate(NAMES[label], language))
    return f"{line.root}:{name}:{label}:{leaf}"


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
class _Written:
    """Entries, sorted, and the first day on which they use an account."""

    entries: list[data.Directive]
    first: dict[str, dt.date]


@dataclass
class _Writer:
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

    def unit(self, part: Part, *, months: bool) -> _Written:
        """A unit's opening balances and its period."""
        self.opening(part)
        if months:
            self.months(part)
        else:
            self.vouchers(part)
        self.entries.sort(key=data.entry_sortkey)
        return _Written(self.entries, self.first)

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

    def opens(self, written: Iterable[_Written]) -> list[data.Directive]:
        """An `Open` for each account that is used."""
        first: dict[str, dt.date] = {}
        for one in written:
            for account, day in one.first.items():
                first[account] = min(day, first.get(account, day))
        return [
            data.Open(self.meta(ACCOUNTS_FILE), day, account, [self.combined.currency], None)
            for account, day in sorted(first.items())
        ]
