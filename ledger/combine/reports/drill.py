"""From a figure of the combined statements to the postings that it is the sum of (SPEC 10: drill-down).

A unit's own column opens every posting of its book that stands on the line, with file and line; ELIM, ADJ and CTA open
the entries that no unit wrote, each with its kind and the posting it answers. The amounts are in the figures'
currency and add up to the figure exactly, which is asserted. Texts of payroll and of persons' loans are masked as in
the combined ledger, and accounts are named as there: no personal name comes out here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from beancount.core import data

from ledger.books.summary import weight
from ledger.charts import lines
from ledger.combine.figures import is_result
from ledger.combine.flows import REST, Part, without_trace
from ledger.combine.model import PSEUDO, ZERO, GroupEntry, GroupPosting, Place
from ledger.combine.problems import FigureUnknown
from ledger.rules.dealings import nearest

#: The figure that is every line of income and expense; signs stay those of the lines, debit positive.
RESULT = "Result"
#: So many names of figures are told to somebody who has given none that is like one.
MOST = 40

if TYPE_CHECKING:
    from ledger.combine.combined import Combined

#: A file that no person wrote: what a rule has made.
RULE = re.compile(r"<([\w-]+)>")


@dataclass(frozen=True)
class Source:
    """One posting behind a figure.

    Attributes:
        date: when it counts.
        column: the worksheet's column: a slug, ELIM, ADJ or CTA.
        unit: whose posting it is, or which units' dealing.
        place: line and account in the group.
        amount: in the figures' currency, debit positive.
        file: relative to the workspace, or a name in angle brackets where a rule made it; "" of an entry that answers
            no posting.
        line: in the file; 0 where there is none.
        text: the voucher's text; a kind of elimination or adjustment for entries that no unit wrote.
        key: link, document or place of the dealing, for entries that no unit wrote.
    """

    date: dt.date
    column: str
    unit: str
    place: Place
    amount: Decimal
    file: str
    line: int
    text: str
    key: str = ""
    masked: bool = False

    @property
    def rule(self) -> str | None:
        """The rule that made it, where no person wrote it: `levy`, `remeasurement`."""
        found = RULE.match(self.file)
        return found[1] if found else None


@dataclass(frozen=True)
class Drilled:
    """A figure and its postings, by date; Σ of their amounts = `amount`.

    `column` is that of the changes in equity, where the figure is one of them: equity is positive there.
    """

    line: str
    account: str | None
    unit: str | None
    amount: Decimal
    sources: tuple[Source, ...]
    column: str = ""


def drill(
    combined: Combined,
    line: str,
    account: str | None = None,
    unit: str | None = None,
    *,
    shown: Callable[[str], str] = str,
) -> Drilled:
    """The postings behind a figure. Books are read for it: only those of the units that have a part in it.

    Args:
        combined: the figures.
        line: id of a line, or its name as printed in any language; `Result` for all income and expense.
        account: an account's label (`3001-Försäljning`) or its code; None = all of the line.
        unit: a slug, or ELIM, ADJ, CTA; None = all.
        shown: a file's name relative to the workspace.

    Raises:
        FigureUnknown: no such line, account or unit has figures; the nearest is named.
    """
    chosen = _Chosen(combined, line, account, unit)
    sources = [s for part in combined.parts.values() if chosen.asks(part) for s in _own(part, combined, chosen, shown)]
    sources += _made(combined, chosen)
    amount = sum((r.amount for r in chosen.rows), ZERO)
    assert sum((s.amount for s in sources), ZERO) == amount, (line, account, unit)
    return Drilled(chosen.name, account, unit, amount, by_date(sources))


def line_id(name: str) -> str:
    """The id of a line, or `Result`, by its id or its name as printed, whatever the language and the capitals.

    Raises:
        FigureUnknown: there is none; the nearest is named.
    """
    known = {text.casefold(): each.id for each in lines() for text in (each.id, *each.labels.values())}
    known |= dict.fromkeys((RESULT.casefold(), "resultat", "resultado"), RESULT)
    wanted = " ".join(name.split()).casefold()
    if wanted in known:
        return known[wanted]
    near = nearest(wanted, [text for each in lines() for text in (each.id, *each.labels.values())])
    _known(name, [near] if near else [each.id for each in lines()])
    raise AssertionError(name)


class _Chosen:
    """Which cells are asked for."""

    def __init__(self, combined: Combined, line: str, account: str | None, unit: str | None) -> None:
        self.name = line_id(line)
        asked = frozenset(each.id for each in lines() if is_result(each.id)) if self.name == RESULT else {self.name}
        rows = [row for row in combined.trial_balance if row.line in asked]
        labels = sorted({row.account for row in rows})
        if account is not None:
            same = [label for label in labels if label == account or label.split("-")[0] == account]
            if not same:
                _known(account, labels)
            labels = same
        columns = sorted({*combined.parts, *PSEUDO})
        if unit is not None:
            _known(unit, columns)
            columns = [unit]
        self.lines, self.labels, self.columns = asked, frozenset(labels), frozenset(columns)
        self.named = account is not None
        self.rows = [row for row in rows if row.account in self.labels and row.unit in self.columns]

    def has(self, place: Place, column: str) -> bool:
        """Whether a cell is part of the figure; an account that comes to nothing is part of its line, too."""
        return place.line in self.lines and column in self.columns and (not self.named or place.account in self.labels)

    def asks(self, part: Part) -> bool:
        """Whether a unit's own book has a part in the figure."""
        return any(self.has(*cell) for cell in part.sums)


def _known(name: str, names: list[str]) -> None:
    if name not in names:
        near = nearest(name, names)
        known = ", ".join([*names[:MOST], *(["…"] if len(names) > MOST else [])])
        case = "" if near else "far" if names else "none"
        raise FigureUnknown(name=name, nearest=near or "-", known=known, case=case)


class Voucher(NamedTuple):
    """One of a unit's entries: account, amount in the figures' currency and metadata of each posting, then its rest.

    `transfer`: it only moves the result to equity. `text` is empty where it is `masked`.
    """

    entry: data.Transaction
    transfer: bool
    postings: list[tuple[str, Decimal, data.Meta]]
    text: str
    masked: bool


def vouchers(part: Part, currency: str) -> Iterator[Voucher]:
    """A unit's own entries, by date; the rest of a rounded entry stands at the entry itself."""
    for number, entry in enumerate(part.source.transactions()):
        done = part.translated[number] if part.translated is not None else None
        amounts = done.amounts if done else tuple(without_trace(weight(p)[0], currency) for p in entry.postings)
        masked = any(part.mapper.is_in("masked", p.account) for p in entry.postings)
        text = "" if masked else " · ".join(filter(None, (entry.payee, entry.narration)))
        named: list[tuple[str, Decimal, data.Meta]] = [
            (p.account, amount, {**entry.meta, **(p.meta or {})})
            for p, amount in zip(entry.postings, amounts, strict=True)
        ]
        if done and done.rest:
            named.append((REST, done.rest, entry.meta))
        yield Voucher(entry, bool(done and done.transfer), named, text, masked)


def own_source(
    part: Part, voucher: Voucher, number: int, place: Place, amount: Decimal, shown: Callable[[str], str]
) -> Source:
    """What is told of a unit's own posting, the voucher's `number`th, of which `amount` counts at `place`."""
    account, _, meta = voucher.postings[number]
    file, line = shown(str(meta["filename"])), int(meta["lineno"])
    column, slug = part.column(account), part.unit.slug
    return Source(voucher.entry.date, column, slug, place, amount, file, line, voucher.text, masked=voucher.masked)


def made_source(entry: GroupEntry, posting: GroupPosting) -> Source:
    """What is told of a posting that no unit wrote: it stands at the posting that it answers."""
    file, _, number = posting.source.rpartition(":")
    known = bool(file) and number.isdecimal()
    return Source(
        entry.date,
        posting.column,
        posting.unit or ",".join(entry.units),
        posting.place,
        posting.amount,
        file if known else posting.source,
        int(number) if known else 0,
        entry.kind,
        entry.key,
    )


def by_date(sources: Iterable[Source]) -> tuple[Source, ...]:
    """In the order in which they are shown."""
    return tuple(sorted(sources, key=lambda s: (s.date, s.column, s.file, s.line, s.key, s.place)))


def _own(part: Part, combined: Combined, chosen: _Chosen, shown: Callable[[str], str]) -> Iterator[Source]:
    """The unit's own postings."""
    for voucher in vouchers(part, combined.currency):
        for number, (account, amount, _) in enumerate(voucher.postings):
            place = part.assign(account, voucher.entry.date, transfer=voucher.transfer)
            if place is not None and amount and chosen.has(place, part.column(account)):
                yield own_source(part, voucher, number, place, amount, shown)


def _made(combined: Combined, chosen: _Chosen) -> list[Source]:
    """Postings of entries that no unit wrote."""
    return [
        made_source(entry, posting)
        for entry in combined.entries
        for posting in entry.postings
        if posting.amount and chosen.has(posting.place, posting.column)
    ]
