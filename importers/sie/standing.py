"""Which vouchers of earlier SIE files the book holds, and which of them a voucher of a new file is.

Programs send vouchers again, in other words or under other numbers, and nothing may stand twice or be lost. A number
that was given for good (4E) tells. One of a 4I file is a proposal, and many files have none: such a voucher is its
day, text, rows and program, whatever the order of its rows, blanks and the proposed number; equal ones of a file are
counted. What nearly equals a booked voucher that the file doesn't hold itself can't be known for sure:

- *changed*: the same number and day of the same program, and text or accounts are the same. It stays outside.
- *alike*: nothing but the number and day are the same; or the numbers can't be compared, and text or amounts of the day
  are the same; or it is the same on another day, or from another program. It comes in, flagged for a person.

Two proposals, or two numbers that were given for good, tell vouchers of one program apart where they differ. A proposal
says nothing of the number that the voucher got, so between the two only contents count: the same day, text and amounts
are one voucher. Such pairs are found before anything that is merely near.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Container, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from beancount.core import data

from importers.book import BookView
from importers.booktext import clean
from importers.identity import digest
from importers.sie.model import ZERO, SieFile, SieVoucher

#: What source ids of vouchers begin with, and of those that are known by their content.
VOUCHER = "sie-"
BY_CONTENT = "sie-4i-"
#: Metadata of a voucher: the program that it comes from, and the number that a 4I file proposes.
PROGRAM, PROPOSED = "program", "proposed"
#: A voucher that was moved to another day keeps its number; one of the next month may have it, too.
MOVED = dt.timedelta(days=27)
LONGEST = 60
#: How a voucher is numbered → the other ways: a number isn't compared with none, nor a proposal with one for good.
OTHERWISE = {"none": ("none", "proposed", "final"), "proposed": ("none", "final"), "final": ("none", "proposed")}


def program_of(sie: SieFile) -> str:
    """The program that a file comes from, as books say it."""
    return clean((sie.meta.get("PROGRAM") or ("",))[0], LONGEST) or "?"


def content_key(voucher: SieVoucher, program: str) -> str:
    """What a voucher says, without the order of its rows, outer and repeated blanks, and its proposed number."""
    text = clean(voucher.text)
    rows = sorted(
        (
            row.account,
            f"{row.amount.normalize():f}",
            sorted(row.objects),
            said if (said := clean(row.text)) != text else "",
        )
        for row in voucher.rows
    )
    return digest("content", _letters(program), voucher.date, text, rows)


def sums(entry: data.Directive) -> dict[str, Decimal]:
    """Σ of an entry's postings by account."""
    found: dict[str, Decimal] = {}
    for part in entry.postings if isinstance(entry, data.Transaction) else ():
        if part.units is not None and part.units.number is not None:
            found[part.account] = found.get(part.account, ZERO) + part.units.number
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A voucher in the book, or of the file, as they are compared."""

    entry: data.Transaction
    program: str
    name: str
    final: bool  # its number was given for good
    text: str
    sums: frozenset[tuple[str, Decimal]]
    accounts: frozenset[str]

    @classmethod
    def of(cls, entry: data.Transaction) -> Known:
        """What is compared of a transaction that a SIE file gave."""
        meta, total = entry.meta, {account: amount for account, amount in sums(entry).items() if amount}
        final = not str(meta["source-id"]).startswith(BY_CONTENT)
        name = str(meta.get("voucher" if final else PROPOSED, ""))
        text, program = entry.narration or "", _letters(str(meta[PROGRAM]))
        return cls(entry, program, name, final, text, frozenset(total.items()), frozenset(total))

    @property
    def numbering(self) -> str:
        """Whether it has a number, and of what kind: a key of `OTHERWISE`."""
        return "final" if self.final else "proposed" if self.name else "none"

    def says_the_same(self, other: Known) -> bool:
        """Whether text and amounts are the same."""
        return (self.text, self.sums) == (other.text, other.sums)

    def exact(self, *, final: bool) -> tuple[object, ...]:
        """By what a voucher of the same day, text and amounts is found, numbered for good or not."""
        return ("same", final, self.program, self.entry.date, self.text, self.sums)

    def places(self) -> list[tuple[object, ...]]:
        """By what it is found; one way of numbering must not hide those of another."""
        day, numbering = self.entry.date, self.numbering
        return [
            ("number", self.program, day, self.name),
            ("text", numbering, self.program, day, self.text or self.accounts),
            ("sums", numbering, self.program, day, self.sums),
            ("moved", self.program, self.name, self.text, self.sums),
            ("whole", day, self.text, self.sums),
        ]


@dataclass(frozen=True, slots=True)
class Match:
    """The voucher of the book that one of the file may be."""

    kind: Literal["same", "changed", "alike"]
    entry: data.Transaction


class Standing:
    """The vouchers that SIE files brought into a book and that a new file doesn't hold; each answers once.

    Args:
        view: the book.
        held: source ids of the file's own vouchers.
        new: those of its vouchers that aren't in the book by their ids.
    """

    def __init__(self, view: BookView, held: Container[str], new: Iterable[data.Transaction]) -> None:
        self._found: dict[tuple[object, ...], deque[Known]] = defaultdict(deque)
        self._taken: set[str] = set()
        for entry in view.transactions:
            source_id = str(entry.meta.get("source-id", ""))
            if source_id.startswith(VOUCHER) and PROGRAM in entry.meta and source_id not in held:
                known = Known.of(entry)
                for key in (*known.places(), known.exact(final=known.final)):
                    self._found[key].append(known)
        self._same: dict[str, Match] = {}
        for entry in new if self._found else ():
            own = Known.of(entry)
            other = self._first(own.exact(final=not own.final))
            if other is not None:
                self._same[str(entry.meta["source-id"])] = self._take(Match("same", other.entry))

    def match(self, entry: data.Transaction) -> Match | None:
        """What a voucher of `new` may be; each voucher of the book is given once."""
        if not self._found:
            return None
        same = self._same.get(str(entry.meta["source-id"]))
        if same is not None:
            return same
        own = Known.of(entry)
        found = self._numbered(own) or self._otherwise_numbered(own) or self._elsewhere(own)
        return self._take(found) if found else None

    def _take(self, match: Match) -> Match:
        self._taken.add(str(match.entry.meta["source-id"]))
        return match

    def _numbered(self, own: Known) -> Match | None:
        number, *_ = own.places()
        other = self._first(number) if own.name else None
        if other is None:
            return None
        if own.says_the_same(other):
            return Match("same", other.entry)
        near = own.text == other.text or own.accounts == other.accounts
        return Match("changed" if near else "alike", other.entry)

    def _otherwise_numbered(self, own: Known) -> Match | None:
        """The numbers of the two can't be compared."""
        _, text, amounts, *_ = own.places()
        for kind, _, *rest in (amounts, text):
            for numbering in OTHERWISE[own.numbering]:
                other = self._first((kind, numbering, *rest))
                if other is not None:
                    return Match("alike", other.entry)
        return None

    def _elsewhere(self, own: Known) -> Match | None:
        """The same on another day, or from another program."""
        *_, moved, whole = own.places()
        other = self._first(moved) if own.name else None
        if other and not (own.final and other.final) and abs(own.entry.date - other.entry.date) <= MOVED:
            return Match("alike", other.entry)
        other = self._first(whole) if own.text else None
        return Match("alike", other.entry) if other and other.program != own.program else None

    def _first(self, key: tuple[object, ...]) -> Known | None:
        waiting = self._found.get(key)
        while waiting and str(waiting[0].entry.meta["source-id"]) in self._taken:
            waiting.popleft()
        return waiting[0] if waiting else None


def _letters(program: str) -> str:
    """A program's name without its version."""
    return "".join(c for c in program.casefold() if c.isalpha())
