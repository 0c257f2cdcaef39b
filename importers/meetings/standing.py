"""What a book has of a meeting: the vouchers of its sheet, what corrections took back, and the counts.

Each voucher has a `source-id` that says what it is: `meeting:NK26:5:shares`. Those of the first correction are called
`meeting:NK26:5:c1:shares`, and what it takes back `meeting:NK26:5:c1:undo:shares`. So one knows which stand, whether
vouchers have numbers yet or not.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import cached_property

from beancount.core import data

from importers.book import BookView
from importers.clearing.content import CONTENT
from ledger.rules.names import folded

SOURCE = "meeting:"
#: How the `source-id` of what `sambok correct` writes begins.
BY_HAND = "correct:"
_KIND = re.compile(r"(?:c(?P<round>[0-9]+):)?(?P<undo>undo:)?(?P<kind>.*)", re.ASCII)


class Standing:
    """A meeting in a book.

    Args:
        view: the book.
        cycle: as policy writes its name.
        number: of the meeting.
    """

    def __init__(self, view: BookView, cycle: str, number: int) -> None:
        self.view = view
        self.prefix = f"{SOURCE}{cycle}:{number}:"
        said = folded(cycle), str(number)
        #: All that names the meeting.
        self.named = [
            e
            for e in view.transactions
            if (folded(str(e.meta.get("cycle", ""))), str(e.meta.get("meeting", "")).lstrip("0") or "0") == said
        ]
        self.sheet = [e for e in self.named if self.rest(e) is not None]
        self.counts = [e for e in view.entries if isinstance(e, data.Balance) and self.rest(e) is not None]

    def rest(self, entry: data.Directive) -> str | None:
        """What of the meeting an entry of a sheet is: `c1:shares`; None of any other entry."""
        name = str((entry.meta or {}).get("source-id", ""))
        return name.removeprefix(self.prefix) if name.startswith(self.prefix) else None

    @property
    def any(self) -> list[data.Directive]:
        """The sheet's vouchers; where nothing was paid, what was counted."""
        return list(self.sheet) or list(self.counts)

    @property
    def contents(self) -> list[str]:
        """What the sheets said, the first one first."""
        found: dict[int, str] = {}
        for entry in self.any:
            found.setdefault(self._round(entry), str(entry.meta.get(CONTENT)))
        return [found[one] for one in sorted(found)]

    def _round(self, entry: data.Directive) -> int:
        found = _KIND.fullmatch(self.rest(entry) or "")
        return int(found["round"] or 0) if found else 0

    @property
    def following(self) -> int:
        """The number of the next correction."""
        return max(map(self._round, self.any), default=0) + 1

    @cached_property
    def day(self) -> dt.date | None:
        """When the meeting was: the day before what its first sheet counted."""
        first = next((e for e in self.counts if not self._round(e)), None)
        return first.date - dt.timedelta(days=1) if first is not None else None

    @cached_property
    def live(self) -> dict[str, data.Transaction]:
        """What stands, by what it is: neither taken back by a correction of the sheet nor by `sambok correct`."""
        undone = {rest.split("undo:", 1)[1] for e in self.sheet if "undo:" in (rest := self.rest(e) or "")}
        found = {}
        for entry in self.sheet:
            rest = self.rest(entry) or ""
            parts = _KIND.fullmatch(rest)
            if parts and not parts["undo"] and rest not in undone and not self.view.is_corrected(entry):
                found[parts["kind"]] = entry
        return found

    @property
    def without(self) -> list[data.Directive]:
        """The book without the meeting's sheets and whatever took their vouchers back."""
        gone = {id(e) for e in self.sheet}
        gone |= {id(e) for e in self.named if str(e.meta.get("source-id", "")).startswith(BY_HAND)}
        return [e for e in self.view.entries if id(e) not in gone]

    def loans(self) -> dict[str, tuple[str, Decimal, int]]:
        """The loans that the meeting gave and that stand, by participant: id, amount, agreed periods."""
        found = {}
        for entry in self.live.values():
            for posting in entry.postings:
                meta = posting.meta or {}
                if "term" in meta and posting.units is not None and posting.units.number:
                    who, loan = (str(meta.get(key, "")) for key in ("participant", "loan"))
                    found[folded(who)] = (loan, posting.units.number, int(meta["term"]))
        return found
