"""What the seal of a month covers, put together from the book as it will stand after the close (SPEC 7).

Every dated directive of the unit's files up to the month's last day that no earlier seal of its chain holds: vouchers,
balances, notes, documents, events, accounts. So the first seal of a book takes in all that came before, too. An entry
is known again by its text, or, where only the layout has changed since, by what it says.

How this module reads the contract where it leaves room:

- What somebody has written into a closed month isn't taken in by the seal of a later one: it stays late until it is
  moved. A month before the first one that was ever closed is closed with it. An `open` may come later.
- Equal vouchers are told apart by their number: the book holds as many as the seals, and one more is new.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from beancount.core import data

from ledger.books import Unit, Workspace, last_day, month_of
from ledger.books.durable import read_plain, sha256
from ledger.books.grounds import setting_texts
from ledger.books.history import NAME as HISTORY
from ledger.books.history import last_whole
from ledger.books.papers import is_place, place_of
from ledger.books.problems_load import DocumentMissing
from ledger.books.sealed import NAME
from ledger.books.summary import weight
from ledger.combine.flows import without_trace
from ledger.rules.vouchers import GAP_EVENT, read_gap
from ledger.seals.blocks import split
from ledger.seals.grounds import (
    POLICY,
    PRICES,
    Setting,
    changed_settings,
    is_common,
    last_settings,
    latest_period,
    may_come_later,
    settings_on,
)
from ledger.seals.lines import read_line
from ledger.seals.model import Block, Draft, Meaning, Past, Seal, SealedEntry, Twin, Witness
from ledger.seals.problems import SealUnreadable

#: What directives say: for each file below the unit's folder, its text.
Parse = Callable[[Mapping[str, str]], Mapping[str, Sequence[Meaning]]]
OPEN = "open"


@dataclass(frozen=True)
class New:
    """What a seal is to cover.

    Attributes:
        entries: in the order of files and lines.
        heads: of the files whose head no seal holds yet.
        documents: paths that the entries name.
        late: places that it leaves out: they came into a closed month after its seal.
        adopted: places in policy that it takes in all the same: they judge closed months anew.
    """

    entries: tuple[SealedEntry, ...]
    heads: dict[str, str]
    documents: tuple[str, ...]
    late: tuple[tuple[str, int], ...] = ()
    adopted: tuple[tuple[str, int], ...] = ()

    @property
    def places(self) -> frozenset[tuple[str, int]]:
        """File and line of each."""
        return frozenset((entry.file, entry.line) for entry in self.entries)


class ClosedDays:
    """Which days lie in a closed month, by a unit's seals.

    Args:
        seals: of its chain.
    """

    def __init__(self, seals: Iterable[Seal]) -> None:
        last = {seal.period: seal.draft.kind for seal in seals}
        self.open_again = {period for period, kind in last.items() if kind == "reopen"}
        self.first = min(last, default="")
        self.closed = {period for period, kind in last.items() if kind == "close"}

    def __contains__(self, day: dt.date) -> bool:
        month = month_of(day)
        if month in self.closed:
            return True
        return month < self.first and self.first not in self.open_again


def uncovered(files: Mapping[str, bytes], seals: Sequence[Seal], period: str, parse: Parse) -> New:
    """What of a book the seal of a month is to cover.

    Args:
        files: text of each of its files, as it will stand, by path below the unit's folder.
        seals: of its chain.
        period: the month.
        parse: says what directives mean.
    """
    known = Counter(entry.raw for seal in seals for entry in seal.draft.entries)
    said = Counter(entry.canonical for seal in seals for entry in seal.draft.entries)
    by_raw = defaultdict(list)
    for seal in seals:
        for entry in seal.draft.entries:
            by_raw[entry.raw].append(entry.canonical)
    end = last_day(period)
    open_blocks: dict[str, list[Block]] = {}
    heads: dict[str, str] = {}
    for file, text in sorted(files.items(), key=lambda item: _order(item[0])):
        for block in split(text):
            if block.date is None:
                heads[file] = block.raw
            elif known[block.raw] > 0 and block.date <= end:
                known[block.raw] -= 1
                said[by_raw[block.raw].pop()] -= 1
            elif block.date <= end:
                open_blocks.setdefault(file, []).append(block)
    meanings = parse({f: _text(files[f], blocks) for f, blocks in open_blocks.items()}) if open_blocks else {}
    found = _Taking(ClosedDays(seals), said)
    for file, blocks in open_blocks.items():
        for block, meaning in zip(blocks, meanings[file], strict=True):
            found.take(file, block, meaning, files[file][block.start : block.end])
    sealed = {file for seal in seals for file in seal.draft.heads}
    touched = {entry.file for entry in found.entries}
    return New(
        tuple(found.entries),
        {file: raw for file, raw in heads.items() if file in touched and file not in sealed},
        tuple(sorted(found.documents)),
        tuple(found.late),
        tuple(found.adopted),
    )


class _Taking:
    """Blocks that no seal holds word for word, one by one."""

    def __init__(self, closed: ClosedDays, said: Counter[str]) -> None:
        self.closed = closed
        self.said = said
        self.entries: list[SealedEntry] = []
        self.documents: set[str] = set()
        self.late: list[tuple[str, int]] = []
        self.adopted: list[tuple[str, int]] = []

    def take(self, file: str, block: Block, meaning: Meaning, text: bytes) -> None:
        if self.said[meaning.canonical] > 0:  # its layout has changed
            self.said[meaning.canonical] -= 1
        elif meaning.date in self.closed and meaning.type != OPEN and not is_common(file):
            self.late.append((file, block.line))
        else:
            if is_common(file) and meaning.date in self.closed and not may_come_later(file, text):
                self.adopted.append((file, block.line))
            # What a decision names lies below units/: most often among central's own documents.
            self.documents.update(f"../{name}" if is_common(file) else name for name in meaning.documents)
            self.entries.append(
                SealedEntry(
                    voucher=meaning.voucher,
                    date=meaning.date,
                    type=meaning.type,
                    file=file,
                    line=block.line,
                    canonical=meaning.canonical,
                    numberless=meaning.numberless,
                    raw=block.raw,
                    fields=meaning.fields,
                )
            )


def _text(data: bytes, blocks: Iterable[Block]) -> str:
    return b"\n".join(data[block.start : block.end].rstrip(b"\r\n") for block in blocks).decode("utf-8") + "\n"


def _order(file: str) -> tuple[bool, str]:
    """Accounts first, as Beancount reads them."""
    return "/" in file, file


def draft(
    unit: Unit,
    period: str,
    new: New,
    *,
    booked: Iterable[data.Directive],
    frozen: Iterable[data.Transaction],
    decision: str | None,
    twins: Iterable[Twin],
    witnesses: Iterable[Witness],
    settings: tuple[Setting, ...] = (),
) -> Draft:
    """What a seal says.

    Args:
        unit: whose.
        period: the month.
        new: what it covers.
        booked: the book's entries as loaded, before the close wrote anything.
        frozen: the transactions that the close writes into this book.
        decision: what allows it, where it needs one.
        twins: the other side of frozen vouchers.
        witnesses: the other units' latest seals.
        settings: who is who, in central's seals.
    """
    covered = _Covered(unit, new.places)
    for entry in booked:
        covered.take(entry)
    for transaction in frozen:
        covered.add(transaction)
    return Draft(
        unit=unit.slug,
        period=period,
        decision=decision,
        entries=new.entries,
        heads=new.heads,
        totals=tuple((account, currency, amount) for (account, currency), amount in sorted(covered.sums.items())),
        documents=(*_hashes(unit, new.documents), *_minutes(unit, new.documents)),
        twins=tuple(twins),
        gaps=tuple(covered.gaps),
        accepted=tuple(covered.accepted),
        settings=settings,
        witnesses=tuple(witnesses),
    )


class _Covered:
    """What the booked entries of a seal add up to, and what of them needs a reason."""

    def __init__(self, unit: Unit, places: frozenset[tuple[str, int]]) -> None:
        self.folder = f"{unit.folder}/"
        self.places = places
        self.sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self.gaps: list[tuple[str, str]] = []
        self.accepted: list[tuple[str, str, str]] = []

    def take(self, entry: data.Directive) -> None:
        place = str(entry.meta["filename"]).removeprefix(self.folder), int(entry.meta["lineno"])
        if place not in self.places:
            return
        if isinstance(entry, data.Transaction):
            self.add(entry)
            self._accept(entry, place)
        elif isinstance(entry, data.Event) and entry.type == GAP_EVENT:
            gap = read_gap(entry.description)
            if gap is not None:
                self.gaps.append((gap.span.named(gap.series), gap.reason))

    def add(self, entry: data.Transaction) -> None:
        for posting in entry.postings:
            amount, currency = weight(posting)
            self.sums[posting.account, currency] += without_trace(amount, currency)

    def _accept(self, entry: data.Transaction, place: tuple[str, int]) -> None:
        for meta in (entry.meta, *(posting.meta or {} for posting in entry.postings)):
            if "accepted-by" in meta:
                name = str(entry.meta.get("voucher") or f"{place[0]}:{place[1]}")
                self.accepted.append((name, str(meta["accepted-by"]), str(meta.get("reason", ""))))
                return


def _hashes(unit: Unit, documents: Iterable[str], case: str = "") -> Iterable[tuple[str, str]]:
    """Documents below the unit's folder, as they are; `document:` may also be a number on paper.

    Raises:
        DocumentMissing: one isn't there, or can't be read: nobody could say later what it was.
    """
    for name in documents:
        place = place_of(name)
        if place is None:
            continue
        try:
            yield place, sha256(read_plain(unit.folder / place))
        except (OSError, ValueError) as error:
            if is_place(name):
                reason = getattr(error, "strerror", None) or type(error).__name__
                shown = f"units/{unit.slug}/{place}"
                said = {"case": case} if isinstance(error, FileNotFoundError) else {"case": "unread", "reason": reason}
                raise DocumentMissing(file=None, line=None, unit=unit.slug, document=shown, **said) from error


def _minutes(unit: Unit, documents: Iterable[str]) -> Iterable[tuple[str, str]]:
    """What decisions name, as far as it lies below central's folder.

    Raises:
        DocumentMissing: as `_hashes`.
    """
    above = f"../{unit.slug}/"
    return _hashes(unit, (name.removeprefix(above) for name in documents if name.startswith(above)), case="minutes")


def witnesses(ws: Workspace, slug: str) -> list[Witness]:
    """What the other units have sealed by now. A chain that can't be read is no witness of anything."""
    found = []
    for other in sorted(ws.units):
        seal = last_seal(ws.units[other].folder) if other != slug else None
        if seal is not None:
            found.append(Witness(other, seal.number, seal.content))
    return found


def past(folder: Path) -> Past | None:
    """Where the history in a folder stands, for the next seal to repeat; None where it has none yet.

    Whoever cuts it below that line, or makes it anew, has to make the seals anew as well.
    """
    try:
        found = last_whole(read_plain(folder / HISTORY))
    except OSError:  # what stands in its place is told when the close comes to write its own line
        return None
    return Past(*found) if found else None


def last_seal(folder: Path) -> Seal | None:
    """The last seal of the unit in `folder`; None where it has none, or none that can be read."""
    try:
        lines = read_plain(folder / NAME).split(b"\n")
        return read_line(lines[-2], len(lines) - 1) if len(lines) > 1 else None
    except (OSError, SealUnreadable):
        return None


def book_texts(unit: Unit) -> dict[str, bytes]:
    """The texts of a book that seals cover, by path below the unit's folder.

    Raises:
        OSError: one can't be read.
    """
    paths = [unit.folder / "accounts.beancount", *unit.books.glob("*/*.beancount")]
    shown = (path for path in paths if not path.name.startswith("."))
    return {path.relative_to(unit.folder).as_posix(): read_plain(path) for path in shown}


def common_texts(ws: Workspace) -> dict[str, bytes]:
    """Policy and exchange rates, by path below central's folder: its seals cover them, too.

    Raises:
        OSError: one can't be read.
    """
    paths = {POLICY: ws.policy_file, PRICES: ws.prices_file}
    return {file: read_plain(path) for file, path in paths.items() if os.path.lexists(path)}


def settings(ws: Workspace, seals: Iterable[Seal], period: str) -> tuple[Setting, ...]:
    """Who is who on the last day of the latest closed month, this one among them, for central's seal to repeat.

    Raises:
        OSError: a settings file can't be read.
    """
    return settings_on(setting_texts(ws), last_day(latest_period(seals, period)))


def changed(ws: Workspace, seals: Sequence[Seal]) -> list[tuple[str, int | None]]:
    """Places of settings that say otherwise than the chain's last seal repeats: the next one takes them in."""
    last = last_settings({"": seals})
    if last is None:
        return []
    return [(found.file, found.line) for found in changed_settings(last[1], setting_texts(ws), last[2])]


def twins_of(unit: Unit, file: str, meanings: Iterable[Meaning], vouchers: Collection[str]) -> list[Twin]:
    """The other side: those of a file's vouchers that were just written."""
    return [Twin(unit.slug, file, m.voucher, m.canonical) for m in meanings if m.voucher in vouchers]
