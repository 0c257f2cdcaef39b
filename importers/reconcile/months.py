"""The reconciliation of a bank account: every line of its statements against the books, and month by month a status.

A month is *reconciled* when statements tell all of its days, every line of them is booked once and as the bank has it,
and the books stand where the bank does at its end. It *differs* where a line is missing, changed, booked twice or in no
statement, or where the balances differ. It is *incomplete* where statements don't tell all of its days or their
balances, and has *no statement* where they tell none of them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from importers.bank.model import BankLine
from importers.bank.planner import opening_digest
from importers.booktext import clean
from importers.reconcile.booked import AccountBook, BankBooks, Booked
from importers.reconcile.days import Restated
from importers.reconcile.documents import Archived
from importers.reconcile.series import Gap, Series, Skipped, Stretch, Uncovered, series_of
from ledger.books import last_day, month_of
from ledger.messages import N_

ZERO = Decimal(0)
ONE_DAY = dt.timedelta(days=1)
#: What can be wrong with a line, and its heading.
FINDINGS: dict[str, str] = {
    "missing": N_("In the statement, not in the books"),
    "extra": N_("In the books, in no statement"),
    "changed": N_("Booked otherwise than the bank has it"),
    "twice": N_("Booked more than once"),
    "unread": N_("From a statement that can't be read any more"),
    "by_hand": N_("In the books without a line of the bank: by hand, or from another file"),
}
#: Those that make a month differ. What was booked by hand shows in the balance.
WRONG = frozenset({"missing", "extra", "changed", "twice"})
STATUSES: dict[str, str] = {
    "reconciled": N_("reconciled"),
    "differs": N_("differs"),
    "incomplete": N_("statement incomplete"),
    "no_statement": N_("no statement"),
}
#: A line that somebody booked by hand stands this near to the bank's own day.
NEAR = dt.timedelta(days=5)

Note = Gap | Skipped | Uncovered | Restated


@dataclass(frozen=True, slots=True)
class Finding:
    """A line that isn't the same on both sides.

    Attributes:
        kind: a key of `FINDINGS`.
        date, amount: the bank's where it has the line, else the books'.
        text: counterparty and text.
        file: the statement's file and line, where it has the line.
        where: the place in the books, where they have it.
        booked: date and amount in the books, where they differ; None: it is posted to another account.
        perhaps: where a line stands that may be the same, booked by hand.
    """

    kind: str
    date: dt.date
    amount: Decimal
    text: str
    file: str = ""
    where: str = ""
    booked: tuple[dt.date, Decimal] | None = None
    perhaps: str = ""


@dataclass(frozen=True)
class Month:
    """One account, one month.

    Attributes:
        status: a key of `STATUSES`.
        bank: what the statements tell, all bank accounts that feed this one together; None = nothing.
        opening, closing: the books' balances before the month and at its end.
        at: the books' balance at the end of the last day that the statements tell.
        before: the books' balance before the first such day.
        told, booked: how many lines the statements have, and how many of the bank's lines the books have.
        findings: by kind and date.
        notes: gaps and such, by date.
        running: it wasn't over on the day of the report.
        early: it lies before the first statement of the account: nobody can reconcile it.
    """

    month: str
    status: str
    bank: Stretch | None
    opening: Decimal
    closing: Decimal
    before: Decimal
    at: Decimal
    told: int
    booked: int
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    running: bool = False
    early: bool = False

    @property
    def difference(self) -> Decimal | None:
        """What the books have more than the bank (negative: less); None where the bank's balance isn't known."""
        return None if self.bank is None or self.bank.closing is None else self.at - self.bank.closing

    @property
    def earlier(self) -> Decimal | None:
        """By how much books and bank differed before the month."""
        return None if self.bank is None or self.bank.opening is None else self.before - self.bank.opening

    @property
    def unread(self) -> bool:
        """Whether a statement of it can't be read any more."""
        return any(finding.kind == "unread" for finding in self.findings)

    @property
    def needs_person(self) -> bool:
        """Whether somebody should look at it: a running month's statement may still come."""
        return self.status == "differs" or (self.status != "reconciled" and not (self.running or self.early))


@dataclass(frozen=True)
class Account:
    """The reconciliation of one account of the books.

    Attributes:
        sources: names of the sources that feed it.
        numbers: the bank accounts that they are of.
        files: the statements' files, as users know them.
    """

    account: str
    currency: str
    sources: tuple[str, ...]
    numbers: tuple[str, ...]
    files: tuple[str, ...]
    months: tuple[Month, ...]


@dataclass
class _Lines:
    """What was found: findings by month, how many lines the statements and the books have, the ids that were told."""

    findings: dict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    count: Counter[str] = field(default_factory=Counter)
    booked: Counter[str] = field(default_factory=Counter)
    told: set[str] = field(default_factory=set)


def reconcile_account(
    account: str,
    currency: str,
    sources: Sequence[str],
    statements: Sequence[Archived],
    books: BankBooks,
    *,
    unread: Collection[str],
    today: dt.date,
) -> Account:
    """Reconcile one account.

    Args:
        account: of the books.
        currency: of the account.
        sources: names of those that feed it.
        statements: of these sources.
        books: what the unit's book holds of its bank accounts.
        unread: documents that entries name and that can't be read.
        today: a month is over when its last day lies before it.
    """
    book = books.of(account, currency)
    ids = {row.id for row in book.rows if row.from_bank}
    series = series_of(statements, ids)
    openings = {f"bank-{opening_digest(found.table, found.statement)}" for found in statements}
    lines = _Lines()
    _compare(lines, series, book, books.lines, openings)
    _other_way(lines, series, book, openings, unread)
    notes = _notes(series)
    marks = [row.date for row in book.rows] + [day.date for one in series for day in one.days]
    first = min((month_of(one.days[0].date) for one in series), default="9999-99")
    found = (_month(month, series, book, lines, notes.get(month, ()), openings, today) for month in _months(marks))
    months = tuple(replace(one, early=one.month < first and not one.unread) for one in found)
    files = tuple(dict.fromkeys(found.shown for one in series for found in one.statements))
    return Account(account, currency, tuple(sources), tuple(s.number for s in series), files, months)


def _months(days: Sequence[dt.date]) -> Iterator[str]:
    """Every month from the first day to the last."""
    if days:
        day, last = min(days).replace(day=1), max(days)
        while day <= last:
            yield month_of(day)
            day = last_day(month_of(day)) + ONE_DAY


def _compare(
    lines: _Lines, series: Sequence[Series], book: AccountBook, known: Mapping[str, str], openings: Collection[str]
) -> None:
    """Every line of the statements against the books."""
    by_id: dict[str, list[Booked]] = defaultdict(list)
    for row in book.rows:
        if row.from_bank and row.id not in openings:
            by_id[row.id].append(row)
            lines.booked[month_of(row.date)] += 1
    by_hand = _ByHand(row for row in book.rows if not row.from_bank)
    for day in (day for one in series for day in one.days):
        for (line, by), source_id in zip(day.version.lines, day.version.ids, strict=True):
            month = month_of(line.date)
            lines.told.add(source_id)
            lines.count[month] += 1
            rows = by_id.get(source_id, [])
            if not rows and source_id in known:
                lines.findings[month].append(_of_line("changed", line, by, where=known[source_id]))
            elif not rows:
                lines.findings[month].append(_of_line("missing", line, by, perhaps=by_hand.near(line)))
            elif (rows[0].date, rows[0].amount) != (line.date, line.amount):
                booked = rows[0].date, rows[0].amount
                lines.findings[month].append(_of_line("changed", line, by, where=rows[0].where, booked=booked))
            for row in rows[1:]:
                lines.findings[month].append(_of_line("twice", line, by, where=row.where))


def _other_way(
    lines: _Lines, series: Sequence[Series], book: AccountBook, openings: Collection[str], unread: Collection[str]
) -> None:
    """What the books have and no statement; what was booked by hand only on days of which statements tell."""
    others = {
        source_id: version.files[0]
        for one in series
        for day in one.days
        for version in (restated.other for restated in day.restated)
        for source_id in version.ids
    }
    known = [days for one in series for days in one.known]
    for row in book.rows:
        if row.id in lines.told or row.id in openings:
            continue
        if row.from_bank:
            kind, file = "unread" if row.document in unread else "extra", others.get(row.id, "")
            lines.findings[month_of(row.date)].append(_of_book(kind, row, file))
        elif any(first <= row.date <= last for first, last in known):
            lines.findings[month_of(row.date)].append(_of_book("by_hand", row, ""))


class _ByHand:
    """What was booked by hand, to be found by amount and day; each is found once."""

    def __init__(self, rows: Iterable[Booked]) -> None:
        self._rows: dict[Decimal, list[Booked]] = defaultdict(list)
        for row in rows:
            self._rows[row.amount].append(row)

    def near(self, line: BankLine) -> str:
        """Where something stands that may be this line: the same amount within some days."""
        rows = self._rows.get(line.amount, [])
        found = min(rows, key=lambda row: abs(row.date - line.date), default=None)
        if found is None or abs(found.date - line.date) > NEAR:
            return ""
        rows.remove(found)
        return found.where


def _of_line(
    kind: str,
    line: BankLine,
    by: Archived,
    *,
    where: str = "",
    booked: tuple[dt.date, Decimal] | None = None,
    perhaps: str = "",
) -> Finding:
    text = clean(" · ".join(filter(None, (line.counterparty, line.text))), 120)
    file = f"{by.shown}:{line.line}" if line.line else by.shown
    return Finding(kind, line.date, line.amount, text, file, where, booked, perhaps)


def _of_book(kind: str, row: Booked, file: str) -> Finding:
    return Finding(kind, row.date, row.amount, clean(row.text, 120), file, row.where)


def _notes(series: Sequence[Series]) -> dict[str, list[Note]]:
    """What a person should know of the statements, by the month in which it shows."""
    found: dict[str, list[Note]] = defaultdict(list)
    for one in series:
        for gap in one.gaps:
            found[month_of(gap.first)].append(gap)
        for skipped in one.skipped:
            found[month_of(skipped.day)].append(skipped)
        for uncovered in one.uncovered:
            found[month_of(uncovered.first)].append(uncovered)
        for day in one.days:
            found[month_of(day.date)] += day.restated
    return found


def _month(
    month: str,
    series: Sequence[Series],
    book: AccountBook,
    lines: _Lines,
    notes: Sequence[Note],
    openings: Collection[str],
    today: dt.date,
) -> Month:
    first, last = dt.date.fromisoformat(f"{month}-01"), last_day(month)
    bank = together([one.stretch(first, last) for one in series], [one.rest(first) for one in series])
    start, end = (bank.first, bank.last) if bank else (first, last)
    opened = sum((row.amount for row in book.between(start, end) if row.id in openings), ZERO)  # it stands before
    findings = sorted(lines.findings[month], key=lambda f: (list(FINDINGS).index(f.kind), f.date, f.where, f.file))
    found = Month(
        month=month,
        status="",
        bank=bank,
        opening=book.before(first),
        closing=book.before(last + ONE_DAY),
        before=book.before(start) + opened,
        at=book.before(end + ONE_DAY),
        told=lines.count[month],
        booked=lines.booked[month],
        findings=tuple(findings),
        notes=tuple(notes),
        running=last >= today,
    )
    return replace(found, status=_status(found))


def _status(month: Month) -> str:
    if month.bank is None:
        return "no_statement"
    if any(finding.kind in WRONG for finding in month.findings) or month.difference:
        return "differs"
    told = month.bank.whole and month.difference is not None
    gaps = any(isinstance(note, Gap) for note in month.notes)
    return "reconciled" if told and not gaps and not month.unread else "incomplete"


def together(stretches: Sequence[Stretch | None], rests: Sequence[Decimal | None]) -> Stretch | None:
    """What the statements of several bank accounts tell together.

    Args:
        stretches: of each; None = its statements tell nothing of the days.
        rests: what stands on each before its first statement, or after its last; None = unknown.

    Returns:
        The days that all of them tell, their balances added; None where none of them tells anything.
    """
    told = [s for s in stretches if s is not None]
    if not told:
        return None
    first, last = max(s.first for s in told), min(s.last for s in told)
    silent = [rest for s, rest in zip(stretches, rests, strict=True) if s is None]
    idle = not any(rest is None or rest for rest in silent)  # an account that wasn't opened yet, or is closed
    same = all((s.first, s.last) == (first, last) for s in told)
    if len(told) > 1 and not same:  # balances of different days can't be added
        return Stretch(first, max(first, last), None, None, whole=False)
    return Stretch(
        first,
        last,
        _sum([s.opening for s in told]) if idle else None,
        _sum([s.closing for s in told]) if idle else None,
        idle and all(s.whole for s in told),
    )


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """Their sum; None where one is unknown."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if len(known) == len(amounts) else None
