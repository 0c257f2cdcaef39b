"""A sheet that corrects a meeting which is booked: what was wrong is taken back, what is right is booked (SPEC 3, 8).

Nothing that is booked is changed. Vouchers that the new sheet makes alike stay. Of the others each is taken back by a
reversing entry that names it (`corrects:` its number, or its `source-id` as long as it has none), who wrote the
correction and who signed it; then what is right is booked. All of it stands on the meeting's day, where its month is
open, else on the first open day, with `concerns:` and `dated:`.

What was counted stays asserted. A correction that leaves both boxes as they were counted stands on the meeting's day.
Where the count itself was written wrong, the box was asserted as it then seemed, and that stands: the correction is
dated the day after, behind the old assertion, and the right count is asserted behind it. With every assertion after
that, of a later meeting or of a month's end, the correction must tie, or nothing of it is booked.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from beancount.core import data

from importers.book import DATED, BookView
from importers.clearing.content import CONTENT
from importers.late import CONCERNS, booking_day
from importers.meetings.model import ZERO, Meeting
from importers.meetings.problems import MeetingProblem, MeetingTies
from importers.meetings.standing import Standing
from importers.postings import posting
from ledger.books import month_of
from ledger.messages import N_, say
from ledger.rules.rounding import in_units

ENTERED, SIGNED = "entered-by", "signed-by"
_SAID = ("participant", "loan", "term", "note")
_TOLD = ("present", "represented", "members")


class Correction:
    """What a correction books.

    Args:
        view: the book, the meeting's own vouchers among it.
        standing: what it has of the meeting.
        meeting: the sheet.
        boxes: the accounts of both boxes.
        currency: the cycle's.
        document: the kept sheet.
    """

    def __init__(
        self,
        view: BookView,
        standing: Standing,
        meeting: Meeting,
        boxes: Sequence[str],
        currency: str,
        document: str,
    ) -> None:
        self.view, self.standing, self.meeting = view, standing, meeting
        self.boxes, self.currency, self.document = boxes, currency, document
        self.changes: dict[str, Decimal] = defaultdict(Decimal)

    def day(self, made: Sequence[data.Directive]) -> dt.date:
        """The day on which what differs is booked, as far as the boxes are concerned."""
        old, new = _sums(self.standing.live.values()), _sums(made)
        same = all(old[box] == new[box] for box in self.boxes)
        day = self.meeting.date if same else self.meeting.date + dt.timedelta(days=1)
        return booking_day(day, self.view.closed)

    def entries(self, made: Sequence[data.Directive], day: dt.date) -> list[data.Directive]:
        """What comes in, of all that the sheet as a whole would make; nothing where all of it stands."""
        right = {self.standing.rest(e) or "": e for e in made if isinstance(e, data.Transaction)}
        live = self.standing.live
        kept = {kind for kind in live if kind in right and _alike(live[kind], right[kind])}
        prefix = f"{self.standing.prefix}c{self.standing.following}:"
        found: list[data.Directive] = []
        for kind, entry in live.items():
            if kind not in kept:
                found.append(self._undone(entry, day, f"{prefix}undo:{self.standing.rest(entry)}"))
        for kind, new in right.items():
            if kind not in kept:
                said = {ENTERED: self.meeting.entered_by, SIGNED: self.meeting.signed_by}
                late = {**self._late(day), DATED: self.meeting.date} if day != self.meeting.date else {}
                meta = {**new.meta, **said, **late, "source-id": f"{prefix}{kind}"}
                found.append(new._replace(date=day, meta=meta))
        self.changes = _sums(found)
        counts = [e for e in made if isinstance(e, data.Balance)]
        return found + self._counted(counts, day, prefix)

    def _late(self, day: dt.date) -> dict[str, Any]:
        month = month_of(self.meeting.date)
        return {CONCERNS: month} if month != month_of(day) else {}

    def _undone(self, entry: data.Transaction, day: dt.date, source: str) -> data.Transaction:
        number = str(entry.meta.get("voucher") or entry.meta["source-id"])
        meeting = self.meeting
        meta: dict[str, Any] = {
            **{key: entry.meta[key] for key in ("cycle", "meeting")},
            "document": self.document,
            "source-id": source,
            CONTENT: meeting.content,
            "corrects": number,
            **self._late(day),
            **({DATED: meeting.date} if day != meeting.date else {}),
            ENTERED: meeting.entered_by,
            SIGNED: meeting.signed_by,
        }
        text = say(N_("Taken back: {what}"), what=entry.narration or number)
        postings = [_turned(one) for one in entry.postings]
        return data.Transaction(meta, day, "*", None, text, data.EMPTY_SET, entry.links or data.EMPTY_SET, postings)

    def _counted(self, counts: Iterable[data.Balance], day: dt.date, prefix: str) -> list[data.Directive]:
        """The right counts, where a box holds something else than was asserted and nothing moved it since."""
        found: list[data.Directive] = []
        after = day + dt.timedelta(days=1)
        for one in counts:
            change = self.changes[one.account]
            held = self.view.balance(one.account, self.currency, after) + change
            if change and held == one.amount.number:
                name = f"{prefix}{self.standing.rest(one)}"
                found.append(one._replace(date=after, meta={**one.meta, "source-id": name}))
        return found

    def tie(self, day: dt.date, problem: Callable[..., MeetingProblem]) -> None:
        """Whatever is asserted after the correction holds with it.

        Args:
            day: of the correction.
            problem: makes a problem of the sheet.

        Raises:
            MeetingTies: it doesn't.
        """
        stated = [e for e in self.view.entries if isinstance(e, data.Balance) and e.date > day]
        for one in sorted(stated, key=lambda e: (e.date, e.account)):
            if one.amount.currency != self.currency:
                continue
            change = sum((n for a, n in self.changes.items() if f"{a}:".startswith(f"{one.account}:")), ZERO)
            if not change:
                continue
            name = str(one.meta.get("source-id", "")).split(":")
            of_meeting = len(name) > 3 and name[0] == "meeting"
            raise problem(
                MeetingTies,
                case="" if of_meeting else "other",
                account=one.account,
                currency=self.currency,
                date=one.date,
                next=name[2] if of_meeting else "-",
                counted=one.amount,
                difference=in_units(abs(change), self.currency),
                side=say(N_("little")) if change < 0 else say(N_("much")),
            )


def _turned(one: data.Posting) -> data.Posting:
    """A posting taken back, of the same participant and loan; a sheet's have neither price nor cost."""
    assert one.units is not None
    assert one.units.number is not None
    said = {key: value for key, value in (one.meta or {}).items() if key in _SAID}
    return posting(one.account, -one.units.number, one.units.currency, said)


def _sums(entries: Iterable[data.Directive]) -> dict[str, Decimal]:
    """Σ by account."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        for one in entry.postings if isinstance(entry, data.Transaction) else ():
            assert one.units is not None
            assert one.units.number is not None
            found[one.account] += one.units.number
    return found


def _alike(one: data.Transaction, other: data.Transaction) -> bool:
    """Whether two vouchers book the same, whatever words they use."""
    return _shape(one) == _shape(other)


def _shape(entry: data.Transaction) -> tuple[object, ...]:
    rows = [
        (p.account, p.units.number, *(str((p.meta or {}).get(key, "")) for key in _SAID))
        for p in entry.postings
        if p.units is not None and p.units.number is not None
    ]
    return (*(str(entry.meta.get(key, "")) for key in _TOLD), *sorted(rows))
