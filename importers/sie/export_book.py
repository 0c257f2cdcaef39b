"""A unit's booked transactions as vouchers of a SIE file, in whole units of its currency.

Accounts go by their numbers; several accounts of one number (participants' own, say) are one. A voucher keeps its
series and number; what has none gets a series of its own. A posting in another currency counts with what it weighs in
its voucher, rounded to the unit; what rounding leaves of a voucher goes to its largest converted posting, so that the
voucher balances to the last unit.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from beancount.core import data

from importers.sie.dims import Objects, Register, by_number
from importers.sie.model import ZERO, SieRow, SieVoucher
from importers.sie.opening import OPENING
from importers.sie.problems import SieAccountNumber, SieForeignPosting
from ledger.books import Unit, Workspace, account_code
from ledger.books.summary import CODED_LEAF, weight
from ledger.charts import Chart
from ledger.combine.flows import whole
from ledger.rules.rounding import half_away

#: What a SIE file calls an account by, and what is read back from it.
ACCOUNT = re.compile(r"[0-9]{1,16}", re.ASCII)
#: Series of vouchers that have none, and of provisional ones; the first that a book doesn't use.
UNNUMBERED = ("S", "SAM", "SAMBOK")
PROVISIONAL = ("PROV", "SAMPROV")


@dataclass
class Line:
    """A posting as a row. `kept` is what of its amount is exported; `source` its place (`units/…:12`)."""

    number: str
    amount: Decimal
    account: str
    source: str
    units: Decimal
    objects: Objects = ()
    day: dt.date | None = None
    text: str = ""
    quantity: Decimal | None = None
    sign: str = ""
    kept: Decimal = ZERO
    unit: str = ""


@dataclass
class Draft:
    """A transaction as a voucher.

    Attributes:
        key: provisional?, ordinal in its book.
        opens: first day of its fiscal year, if it is that year's opening balances.
        bare: it has no number in the books; series and number are this file's.
    """

    slug: str
    key: tuple[bool, int]
    date: dt.date
    series: str
    number: str
    text: str
    registered: dt.date | None
    sign: str
    lines: list[Line]
    opens: dt.date | None = None
    bare: bool = False

    @property
    def name(self) -> str:
        """`A-17`, or the series alone."""
        return "-".join(part for part in (self.series, self.number) if part)

    def rows(self) -> list[Line]:
        """The rows that go into the file; those of which nothing is kept are gone."""
        return [line for line in self.lines if line.kept or not line.amount]


@dataclass
class BookDrafts:
    """All transactions of a unit's book as drafts.

    Attributes:
        drafts: in the order of the book; provisional ones after booked ones.
        names: number → the account's name in words.
        roots: number → root of its account.
        register: dimensions and objects that postings name.
        rounded: vouchers in which rounding had to be evened out.
        waiting: vouchers flagged `!` in the books themselves.
    """

    unit: Unit
    drafts: list[Draft] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    register: Register = field(default_factory=Register)
    rounded: int = 0
    waiting: int = 0

    def first(self) -> dt.date | None:
        """The day of the first transaction."""
        return min((draft.date for draft in self.drafts), default=None)


class Drafting:
    """Turns entries of one book into drafts.

    Args:
        ws: the workspace, for the names of places.
        unit: whose book.
        chart: its chart.
    """

    def __init__(self, ws: Workspace, unit: Unit, chart: Chart) -> None:
        self.ws = ws
        self.unit = unit
        self.chart = chart
        self.opens: dict[str, data.Open] = {}
        self.numbers: dict[str, str] = {}
        self.book = BookDrafts(unit)

    def run(self, booked: Sequence[data.Directive], provisional: Sequence[data.Directive]) -> BookDrafts:
        """The drafts of a book.

        Raises:
            SieAccountNumber, SieForeignPosting: as they say, with file and line.
        """
        for entry in (*booked, *provisional):
            if isinstance(entry, data.Open):
                self.opens.setdefault(entry.account, entry)
        for is_provisional, entries in ((False, booked), (True, provisional)):
            transactions = [e for e in entries if isinstance(e, data.Transaction)]
            for ordinal, entry in enumerate(transactions):
                self.book.drafts.append(self.draft(entry, (is_provisional, ordinal)))
                self.book.waiting += entry.flag == "!" and not is_provisional
        self._number()
        return self.book

    def draft(self, entry: data.Transaction, key: tuple[bool, int]) -> Draft:
        """One transaction."""
        meta = entry.meta
        name = str(meta.get("voucher") or "")
        series, _, number = name.rpartition("-")
        first, _ = self.ws.fiscal_year(entry.date)
        opens = first if meta.get(OPENING) == first else None  # of any other day it is a voucher as others are
        registered = meta.get("registered")
        texts = [text for text in (entry.payee, entry.narration) if text]
        return Draft(
            slug=self.unit.slug,
            key=key,
            date=entry.date,
            series="" if key[0] else series,
            number="" if key[0] else number,
            text=": ".join(texts),
            registered=registered if isinstance(registered, dt.date) else None,
            sign=str(meta.get("by") or ""),
            lines=self.lines(entry),
            opens=opens,
        )

    def lines(self, entry: data.Transaction) -> list[Line]:
        """The postings as rows that sum to zero."""
        lines: list[Line] = []
        converted: list[int] = []
        for posting in entry.postings:
            exact = self._weight(entry, posting)
            amount = whole(exact, self.unit.currency)
            if amount is None or posting.cost is not None or posting.price is not None:
                converted.append(len(lines))
            lines.append(self._line(entry, posting, half_away(exact, self.unit.currency) if amount is None else amount))
        rest = sum((line.amount for line in lines), ZERO)
        if rest:
            chosen = converted or list(range(len(lines)))
            line = lines[max(chosen, key=lambda i: (abs(lines[i].amount), -i))]
            line.amount -= rest
            self.book.rounded += 1
        for line in lines:
            line.kept = line.amount
        return lines

    def _weight(self, entry: data.Transaction, posting: data.Posting) -> Decimal:
        amount, currency = weight(posting)
        if currency != self.unit.currency:
            file, line = self._place(entry, posting)
            expected = self.unit.currency
            raise SieForeignPosting(file=file, line=line, unit=self.unit.slug, currency=currency, expected=expected)
        return amount

    def _place(self, entry: data.Transaction, posting: data.Posting) -> tuple[str, int]:
        meta = {**entry.meta, **(posting.meta or {})}
        return self.ws.shown(str(meta["filename"])), int(meta["lineno"])

    def _line(self, entry: data.Transaction, posting: data.Posting, amount: Decimal) -> Line:
        meta: dict[str, Any] = posting.meta or {}
        file, at = self._place(entry, posting)
        day, quantity = meta.get("row-date"), meta.get("quantity")
        assert posting.units is not None
        assert isinstance(posting.units.number, Decimal)
        return Line(
            number=self.number(posting.account, file, at),
            amount=amount,
            account=posting.account,
            source=f"{file}:{at}",
            units=posting.units.number,
            objects=self.book.register.read(meta),
            day=day if isinstance(day, dt.date) else None,
            text=str(meta.get("text") or ""),
            quantity=quantity if isinstance(quantity, Decimal) else None,
            sign=str(meta.get("by") or ""),
            unit=self.unit.slug,
        )

    def number(self, account: str, file: str, line: int) -> str:
        """An account's number, noted with its name and root."""
        if account not in self.numbers:
            entry = self.opens.get(account)
            code = account_code(account, entry.meta if entry else None)
            if code is None or not ACCOUNT.fullmatch(code):
                if entry is not None:
                    file, line = self.ws.shown(str(entry.meta["filename"])), int(entry.meta["lineno"])
                raise SieAccountNumber(file=file, line=line, unit=self.unit.slug, account=account)
            self.numbers[account] = code
            self.book.names.setdefault(code, self._name(account, code))
            self.book.roots.setdefault(code, account.partition(":")[0])
        return self.numbers[account]

    def _name(self, account: str, code: str) -> str:
        """What an account is called: the words beside its number, never a participant's own part below it."""
        parts = account.split(":")[1:]
        for part in parts:
            found = CODED_LEAF.match(part)
            if found and found[1] == code:
                return part[len(code) + 1 :].replace("-", " ")
        known = self.chart.accounts.get(code)
        return (known.account.rsplit(":", 1)[-1][len(code) + 1 :] if known else parts[0]).replace("-", " ")

    def _number(self) -> None:
        """Give what has no number one, in a series that the book doesn't use; in the order of date and book."""
        used = {draft.series for draft in self.book.drafts}
        for provisional, names in ((False, UNNUMBERED), (True, PROVISIONAL)):
            series = free(names, used)
            bare = [d for d in self.book.drafts if not d.number and d.key[0] == provisional]
            ordered = sorted((d for d in bare if d.opens is None), key=lambda d: (d.date, d.key[1]))
            for number, draft in enumerate(ordered, 1):
                draft.series, draft.number, draft.bare = series, str(number), True


def free(names: Sequence[str], used: Iterable[str]) -> str:
    """The first name that isn't used; the last one with a number where all are."""
    taken = set(used)
    chosen = next((name for name in names if name not in taken), None)
    number = 1
    while chosen is None:
        chosen = None if f"{names[-1]}{number}" in taken else f"{names[-1]}{number}"
        number += 1
    return chosen


def as_voucher(draft: Draft) -> SieVoucher:
    """A draft as it goes into the file; rows of which nothing is kept are gone."""
    rows = tuple(
        SieRow(
            account=line.number,
            amount=line.kept,
            objects=line.objects,
            date=line.day if line.day != draft.date else None,
            text=line.text if line.text != draft.text else "",
            quantity=line.quantity,
            sign=line.sign,
        )
        for line in draft.rows()
    )
    return SieVoucher(draft.series, draft.number, draft.date, draft.text, draft.registered, draft.sign, rows)


def in_order(drafts: Iterable[Draft]) -> list[Draft]:
    """By series and number, as the format wants them."""
    return sorted(drafts, key=lambda d: (d.series, by_number(d.number), d.date, d.key))
