"""Payments between a fund and a unit, as both books have them: who comes second says the same as who came first.

Both sides of one event have one link. A loan's is made of its number, so nobody need ask; for shares and fines it is
made by the book that imports first, and the other one finds it by cycle, partner and amount, at most ten days apart.

The fund's book decides how a payment is split: what it has booked, the unit repeats. Where the unit was first, the fund
works out the split itself, on the day on which the unit paid, and so comes to the same. What the fund has decided and
booked in both books stands there as money on its way; the bank's line takes it off in either.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from beancount.core import data

from importers.recognise.dealings import WINDOW
from ledger.books import account_code
from ledger.charts import Chart
from ledger.loans.dealings import MIRROR, ON_ITS_WAY
from ledger.rules.loans.movements import Part

ZERO = Decimal(0)
#: What an event of each kind moves beside money.
PARTS: dict[str, set[Part]] = {
    "S": {"shares", "unpaid_share_out"},
    "L": {"loans", "charges_due"},
    "F": {"fines", "fines_due"},
    "SF": set(),
}


@dataclass(frozen=True)
class Line:
    """What one part of a fund moves by.

    Attributes:
        amount: debit positive, in the fund's book.
        participant: whose it is; "" of nobody.
        loan: its id; `term`: agreed periods, of a loan that is given.
    """

    part: Part
    amount: Decimal
    participant: str = ""
    loan: str = ""
    term: int | None = None


@dataclass(eq=False)
class Told:
    """What one book says of a payment between the fund and a unit, as the fund sees it: debit positive.

    Attributes:
        total: Σ of its lines: what the fund paid out is positive.
        link: that both sides have.
        answered: the other book says it, too.
    """

    date: dt.date
    total: Decimal
    link: str
    lines: tuple[Line, ...]
    answered: bool = False


class Side:
    """One book's side of a cycle's dealings.

    Args:
        chart: the book's.
        entries: the book's.
        cycle: its name.
        partner: the other book's unit.
        own: it is the fund's book; else the unit's, where all signs are turned.
        unit: the participant.
    """

    def __init__(
        self, chart: Chart, entries: Iterable[data.Directive], cycle: str, partner: str, *, own: bool, unit: str
    ) -> None:
        self.partner, self.own, self.unit = partner, own, unit
        held = list(entries)
        opens = {e.account: e.meta for e in held if isinstance(e, data.Open)}
        self.codes = {account: account_code(account, meta) for account, meta in opens.items()}
        self.parts: dict[str, Part] = {}
        for part, mirrored in MIRROR.items():
            role = mirrored.book if own else mirrored.unit
            if chart.has_role(role):
                self.parts.setdefault(chart.role(role).code, part)
        self.on_its_way = {chart.role(role).code for role in ON_ITS_WAY.values() if chart.has_role(role)}
        self.entries = [
            e
            for e in held
            if isinstance(e, data.Transaction) and str(e.meta.get("cycle", "")).casefold() == cycle.casefold()
        ]
        self.told = sorted((one for e in self.entries if (one := self._told(e))), key=lambda t: (t.date, t.link))

    def _told(self, entry: data.Transaction) -> Told | None:
        lines = []
        for posting in entry.postings:
            meta: Mapping[str, object] = posting.meta or {}
            part = self.parts.get(self.codes.get(posting.account) or "")
            if part is None or meta.get("partner") != self.partner or posting.units is None:
                continue
            number = posting.units.number
            assert number is not None
            lines.append(Line(part, number if self.own else -number, self.unit, str(meta.get("loan", ""))))
        total = sum((line.amount for line in lines), ZERO)
        link = link_of(entry)
        return Told(entry.date, total, link, tuple(lines)) if total and link and entry.flag == "*" else None

    def waiting(self) -> list[tuple[dt.date, str, str, Decimal]]:
        """Money on its way that the bank hasn't moved yet: day, account, link, what is left; the oldest first."""
        sums: dict[tuple[str, str], Decimal] = {}
        days: dict[tuple[str, str], dt.date] = {}
        for entry in self.entries:
            for posting in entry.postings:
                code = self.codes.get(posting.account)
                meta = posting.meta or {}
                if code in self.on_its_way and meta.get("partner") == self.partner and posting.units is not None:
                    key = (posting.account, link_of(entry))
                    assert posting.units.number is not None
                    sums[key] = sums.get(key, ZERO) + posting.units.number
                    days.setdefault(key, entry.date)
        return sorted((days[key], *key, left) for key, left in sums.items() if left)


def link_of(entry: data.Transaction) -> str:
    """The one link of a dealing between units; "" where there is none, or several."""
    found = [link for link in entry.links or () if link.startswith("ic-")]
    return found[0] if len(found) == 1 else ""


def unanswered(mine: Side, theirs: Side) -> tuple[list[Told], list[Told]]:
    """What only this book says, and what only the other one does."""
    known = Counter((told.link, told.total) for told in mine.told)
    others = []
    for told in theirs.told:
        if known[told.link, told.total] > 0:
            known[told.link, told.total] -= 1
        else:
            others.append(told)
    alone = []
    for told in reversed(mine.told):  # the latest ones are those that aren't answered yet
        if known[told.link, told.total] > 0:
            known[told.link, told.total] -= 1
            alone.append(told)
    return alone[::-1], others


def nearest(others: Iterable[Told], total: Decimal, day: dt.date, kind: str, link: str = "") -> Told | None:
    """What the other book says of a payment: the same amount, at most ten days apart.

    Args:
        others: what it says and nobody has answered.
        total: as the fund sees it.
        day: of the payment here.
        kind: of the event.
        link: that it must have; "": any.
    """
    found = [
        told
        for told in others
        if not told.answered
        and told.total == total
        and abs(told.date - day) <= WINDOW
        and (not link or told.link == link)
        and {line.part for line in told.lines} <= PARTS[kind]
    ]
    return min(found, key=lambda t: (abs(t.date - day), t.date, t.link), default=None)
