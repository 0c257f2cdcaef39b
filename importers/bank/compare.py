"""The statements of one bank account against the book: which of their lines it holds, and which are new.

Lines are known again by what they say, counted per account and day (`importers.identity`). Day by day it is found out
where the file stands among the booked lines (`importers.bank.standing`). A day that comes again with more lines adds
them; one that is told otherwise than before is for a person (`BANK_RESTATED`).
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from beancount.core import data
from beancount.core.amount import Amount

from importers.bank.model import BankLine, BankStatement
from importers.bank.problems import BankBeforeOpening, BankRestated
from importers.bank.standing import FileDay, Row, Standing, rows_of, stand
from importers.book import AccountLog, BookView
from importers.identity import LineKey, folded, numbered

NOTHING = Decimal(0)
ONE_DAY = dt.timedelta(days=1)
#: So many places of booked lines are named.
SHOWN = 3


def key_of(line: BankLine, number: str, currency: str) -> LineKey:
    """What a line of the account `number` says, without its number among equal lines."""
    text = line.identity or f"{line.counterparty} {line.text}"
    return LineKey(number, line.date, line.amount, currency, folded(text))


@dataclass(frozen=True)
class BankBook:
    """What the book holds of one bank account.

    Attributes:
        account, currency: of the books.
        number: of the account at the bank, by which its lines are known.
        opening_id: the id of the opening balance that an import booked; it is no line of the bank.
        log: every posting.
        lines: the bank's.
        asserted: balances that imports asserted, by date.
    """

    view: BookView
    account: str
    currency: str
    number: str
    opening_id: str
    log: AccountLog
    lines: AccountLog
    asserted: tuple[data.Balance, ...]

    @classmethod
    def of(cls, view: BookView, account: str, currency: str, number: str, opening_id: str) -> BankBook:
        """Look the account up."""
        log = view.log(account, currency)
        ids = [str(entry.meta.get("source-id", "")) for entry, _ in log.rows]
        lines = AccountLog(
            row for row, i in zip(log.rows, ids, strict=True) if i.startswith("bank-") and i != opening_id
        )
        asserted = [
            b for b in view.assertions(account, currency) if str(b.meta.get("source-id", "")).startswith("bank-")
        ]
        return cls(
            view, account, currency, number, opening_id, log, lines, tuple(sorted(asserted, key=lambda b: b.date))
        )

    def key(self, line: BankLine) -> LineKey:
        """What a line says, without its number among equal lines."""
        return key_of(line, self.number, self.currency)

    def booked(self, day: dt.date) -> list[tuple[str, Decimal]]:
        """The bank's lines of a day, in the order of the book: id and amount."""
        return [(str(entry.meta["source-id"]), number) for entry, number in self.lines.on(day)]

    def by_hand(self, day: dt.date) -> Decimal:
        """Σ postings of a day that are neither lines of the bank nor its opening balance."""
        found = (n for e, n in self.log.on(day) if not str(e.meta.get("source-id", "")).startswith("bank-"))
        return sum(found, NOTHING)

    def brought(self, day: dt.date) -> Decimal:
        """The opening balance that an earlier import booked on a day."""
        return sum((n for e, n in self.log.on(day) if e.meta.get("source-id") == self.opening_id), NOTHING)


def file_days(book: BankBook, statements: Sequence[BankStatement]) -> dict[dt.date, FileDay]:
    """What the statements say of each day: their lines' days, and booked days that they cover without a line."""
    days: dict[dt.date, FileDay] = {}
    for statement in statements:
        begun = days.keys() & {line.date for line in statement.lines[:1]}
        for line in statement.lines:
            days.setdefault(line.date, FileDay(line.date, line=line.line)).keys.append(book.key(line))
        if not statement.lines:
            continue
        first, last = days[statement.lines[0].date], days[statement.lines[-1].date]
        if not begun and (statement.first_day is None or statement.first_day >= first.date):
            first.opening = statement.opening
        balances = statement.opening is not None or statement.closing is not None
        last.early = not statement.final and balances and statement.last_day in {None, last.date}
    for statement in statements:
        since, until = _covered(statement)
        if since and until:
            for day in book.lines.days(since, until):
                if day not in days:
                    opening = statement.opening if day == statement.first_day else None
                    early = not statement.final and day == statement.last_day and statement.closing is not None
                    days[day] = FileDay(day, [], opening, early, statement.line)
    return days


def _covered(statement: BankStatement) -> tuple[dt.date | None, dt.date | None]:
    """The days of which a statement tells all lines: as it says itself; a list from its first line to its last."""
    first, last = statement.first_day, statement.last_day
    if statement.final or not statement.lines:
        return first, last
    return first or statement.lines[0].date, last or statement.lines[-1].date


class Comparison:
    """One file's statements of an account, compared with the book.

    Args:
        book: what it holds.
        statements: in their order, lines by day.
        opened: the opening balance that this import books, with its day.
        file: the file's name in problems.

    Attributes:
        ids: one for each line, in the order of the statements.
        stands: where the file stands on each of its days.

    Raises:
        BankRestated: a day is told otherwise than before.
        BankBeforeOpening: it brings lines for which an opening balance stands.
    """

    def __init__(
        self, book: BankBook, statements: Sequence[BankStatement], opened: tuple[dt.date, Decimal] | None, file: str
    ) -> None:
        self.book = book
        self.file = file
        self.stands: dict[dt.date, Standing] = {}
        self._opened = opened
        self._new_days: list[dt.date] = []
        self._new_sums = [NOTHING]
        known = book.view.sources
        ids: dict[dt.date, list[str]] = {}
        for date, day in sorted(file_days(book, statements).items()):
            self.stands[date] = standing = self._stand(day)
            ids[date] = found = numbered(day.keys, standing.before)
            new = sum((k.amount for k, i in zip(day.keys, found, strict=True) if i not in known), NOTHING)
            self._check_opening(day, standing)
            self._new_days.append(date)
            self._new_sums.append(self._new_sums[-1] + new)
        rest = {date: iter(found) for date, found in ids.items()}
        self.ids = [next(rest[line.date]) for statement in statements for line in statement.lines]

    def _stand(self, day: FileDay) -> Standing:
        """Where the file stands among a day's booked lines.

        Raises:
            BankRestated: nowhere.
        """
        rows = rows_of(day, self.book.booked(day.date))
        if not rows:
            return Standing(Counter(), new=len(day.keys))
        found = stand(day, rows, self.balances(day.date) if day.opening is not None else ())
        if found is None:
            shared = sum((Counter(key for key, _ in rows if key) & Counter(day.keys)).values())
            missing = f"{len(rows) - shared} ({', '.join(places)})" if (places := self._lacks(day, rows)) else "0"
            raise BankRestated(
                file=self.file,
                line=day.line,
                unit=self.book.view.unit.slug,
                date=day.date,
                account=self.book.account,
                missing=missing,
                new=len(day.keys) - shared,
            )
        return found

    def _lacks(self, day: FileDay, rows: Sequence[Row]) -> list[str]:
        """Where the first booked lines of a day stand that the file doesn't have."""
        left = Counter(day.keys)
        found: list[str] = []
        for (key, _), (entry, _) in zip(rows, self.book.lines.on(day.date), strict=True):
            if key is not None and left[key] > 0:
                left[key] -= 1
            else:
                found.append(self.book.view.place(entry))
        return [*found[:SHOWN], *(["…"] if len(found) > SHOWN else [])]

    def _check_opening(self, day: FileDay, standing: Standing) -> None:
        """Refuse new lines from before the opening balance that an earlier import booked.

        Raises:
            BankBeforeOpening: of an earlier day, or of the same day while the file opens with another balance.
        """
        opening = self.book.view.sources.get(self.book.opening_id)
        if not isinstance(opening, data.Transaction) or not standing.new or day.date > opening.date:
            return
        if day.date == opening.date and (day.opening is None or standing.start is not None or self._fits(day)):
            return
        raise BankBeforeOpening(
            file=self.file,
            line=day.line,
            unit=self.book.view.unit.slug,
            date=day.date,
            account=self.book.account,
            amount=Amount(self.book.brought(opening.date), self.book.currency),
            day=opening.date,
            place=self.book.view.place(opening),
        )

    def _fits(self, day: FileDay) -> bool:
        """Whether a day's opening balance is the one with which the books begin the day."""
        return day.opening in self.starts(day.date)

    def new(self, before: dt.date, since: dt.date = dt.date.min) -> Decimal:
        """Σ new lines from one day until the day before another one, as far as days are compared."""
        ends = [self._new_sums[bisect_left(self._new_days, day)] for day in (since, before)]
        return ends[1] - ends[0]

    def starts(self, day: dt.date) -> list[Decimal]:
        """What the balance at a day's beginning may be, the likeliest first.

        The book's; the same with what is booked by hand on that day, at an hour that nobody knows; the bank's, as the
        last statement before asserts it.
        """
        book = self.book
        opened = self._opened[1] if self._opened and self._opened[0] <= day else NOTHING
        base = book.log.before(day) + book.brought(day) + opened + self.new(day)
        found = [base, base + book.by_hand(day)]
        at = bisect_left(book.asserted, day + ONE_DAY, key=lambda b: b.date) - 1
        if at >= 0:
            last = book.asserted[at]
            since = book.lines.before(day) - book.lines.before(last.date)
            found.append(_number(last) + since + self.new(day, last.date))
        return list(dict.fromkeys(found))

    def balances(self, day: dt.date) -> tuple[Decimal, ...]:
        """What the balance at a day's beginning may be, by what the books hold before it and after it."""
        return tuple(dict.fromkeys([*self.starts(day), *self._back(day)]))

    def _back(self, day: dt.date) -> list[Decimal]:
        """The balance at a day's beginning, counted back from the next balance that a statement asserts."""
        book = self.book
        at = bisect_left(book.asserted, day + ONE_DAY, key=lambda b: b.date)
        if at == len(book.asserted):
            return []
        after = book.asserted[at]
        return [_number(after) - (book.lines.before(after.date) - book.lines.before(day))]

    def last_day(self, before: dt.date) -> dt.date | None:
        """The last day before another one on which the bank booked something, as book and file have it."""
        at = bisect_left(self._new_days, before)
        days = (self.book.lines.last_day(before), self._new_days[at - 1] if at else None)
        return max((d for d in days if d), default=None)


def _number(balance: data.Balance) -> Decimal:
    assert balance.amount.number is not None
    return balance.amount.number
