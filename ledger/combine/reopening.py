"""Vouchers that close all balance accounts at a year's end, and open them again on the next day.

Some programs, and the Spanish custom of `asiento de cierre` and `asiento de apertura`, empty each account of the
balance sheet with one voucher, and fill it again with its exact opposite. A ledger in which balances go on by
themselves needs neither. Between the two days nothing has happened: no owner has taken or brought anything, no exchange
rate has met the unit's equity anew. So such a pair is left out of the combined statements as if it weren't booked (SPEC
10: closing and re-opening vouchers move what was translated before); the unit's own ledger shows it.

The shape tells, never the text: after the first voucher's day no account of assets, liabilities or equity has anything;
the second is its opposite, posting by posting. A unit that is wound up has no second one. What looks like such a pair
and isn't exactly one is named (CLOSING_VOUCHER). The transfer of the result alone (BAS 8999, PGC 129) is none: it
leaves the other accounts as they are.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from beancount.core import data

from ledger.books import BalanceRow, Summary, UnitBook, month_of
from ledger.books.summary import weight
from ledger.combine.problems import ClosingVoucher
from ledger.errors import Problem
from ledger.rules.years import year_start

DAY = dt.timedelta(days=1)
#: How long after the closing voucher its opposite may come.
WITHIN = dt.timedelta(days=31)
#: What dividing a total price by its units may leave in the last digits.
TRACE = Decimal("1e-12")
BALANCE = ("Assets:", "Liabilities:", "Equity:")
#: A unit that says so is wound up: what empties its book is no closing of a year.
ENDING = frozenset({"closing", "closed"})


@dataclass(frozen=True)
class Doubt:
    """A closing voucher that can't be left out.

    Attributes:
        day: from which on the balance sheet is empty.
        until: the last day before it is there again; None where nothing opens it.
    """

    problem: Problem
    day: dt.date
    until: dt.date | None

    def touches(self, date_from: dt.date, date_to: dt.date, *, foreign: bool) -> bool:
        """Whether figures of a period are wrong; of a foreign unit equity has lost the rates of its own days for good.

        Args:
            date_from: the period's first day.
            date_to: its last.
            foreign: whether the unit's currency isn't the one of the figures.
        """
        return self.day <= date_to and (foreign or self.until is None or date_from - DAY <= self.until)


@dataclass(frozen=True)
class Closings:
    """What a book has of them: ordinals of the transactions that are left out, with these, and what is in doubt."""

    vouchers: dict[int, data.Transaction]
    doubts: tuple[Doubt, ...] = ()


def closings(book: UnitBook, first_month: int) -> Closings:
    """The pairs of a book.

    Args:
        book: with its summary.
        first_month: the month with which fiscal years begin.
    """
    assert book.summary is not None
    days = _empty_days(book.summary)
    if not days:
        return Closings({})
    transactions = [e for e in book.entries() if isinstance(e, data.Transaction)]
    found: dict[int, data.Transaction] = {}
    doubts = []
    for day in days:
        if _has_balances(transactions, day):
            continue
        pairs, doubt = _judge(book, transactions, day, year_end=(day + DAY) == year_start(day + DAY, first_month))
        found |= {number: transactions[number] for number in pairs}
        doubts += [doubt] if doubt else []
    return Closings(found, tuple(doubts))


def without(summary: Summary, vouchers: dict[int, data.Transaction]) -> Summary:
    """A book's summary as if some of its transactions weren't booked; the others keep their ordinals."""
    if not vouchers:
        return summary
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    counts: Counter[tuple[str, str, str]] = Counter()
    for entry in vouchers.values():
        for posting in entry.postings:
            amount, currency = weight(posting)
            sums[posting.account, month_of(entry.date), currency] += amount
            counts[posting.account, month_of(entry.date), currency] += 1
    rows = [
        BalanceRow(r.account, r.month, r.currency, r.amount - sums[key], r.postings - counts[key])
        for r in summary.balances
        for key in ((r.account, r.month, r.currency),)
    ]
    return replace(
        summary,
        balances=tuple(row for row in rows if row.postings),
        partners=tuple(row for row in summary.partners if row.transaction not in vouchers),
        corrections=tuple(row for row in summary.corrections if row.transaction not in vouchers),
        equity=tuple(row for row in summary.equity if row.transaction not in vouchers),
        transactions=summary.transactions - len(vouchers),
        postings=summary.postings - sum(counts.values()),
    )


def _empty_days(summary: Summary) -> list[dt.date]:
    """Days with postings on equity after which no account of equity has anything: cheap to see, and rare."""
    by_day: dict[dt.date, list[tuple[str, str, Decimal]]] = defaultdict(list)
    for row in summary.equity:
        if row.account.startswith("Equity:"):
            by_day[row.date].append((row.account, row.currency, row.amount))
    stands: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    found = []
    for day, rows in sorted(by_day.items()):
        for account, currency, amount in rows:
            stands[account, currency] += amount
            if abs(stands[account, currency]) <= TRACE:
                del stands[account, currency]
        if not stands:
            found.append(day)
    return found


def _has_balances(transactions: Sequence[data.Transaction], day: dt.date) -> bool:
    stands: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in transactions:
        if entry.date <= day:
            for posting in entry.postings:
                if posting.account.startswith(BALANCE):
                    amount, currency = weight(posting)
                    stands[posting.account, currency] += amount
    return any(abs(amount) > TRACE for amount in stands.values())


def _of_balances(transactions: Sequence[data.Transaction], first: dt.date, last: dt.date) -> Iterator[int]:
    """Ordinals of the days' vouchers on equity that hold nothing but balance accounts, and move something."""
    for number, entry in enumerate(transactions):
        accounts = [posting.account for posting in entry.postings]
        if not first <= entry.date <= last or not all(account.startswith(BALANCE) for account in accounts):
            continue
        moves = any(weight(posting)[0] for posting in entry.postings)
        if moves and any(account.startswith("Equity:") for account in accounts):
            yield number


def _postings(entry: data.Transaction, sign: int) -> Counter[tuple[object, ...]]:
    """What a voucher posts, or its opposite: accounts, amounts, and what they are worth."""
    found: Counter[tuple[object, ...]] = Counter()
    for posting in entry.postings:
        amount, currency = weight(posting)
        units = posting.units
        assert units is not None
        assert units.number is not None
        found[posting.account, sign * units.number, units.currency, sign * amount, currency] += 1
    return found


def _judge(
    book: UnitBook, transactions: Sequence[data.Transaction], day: dt.date, *, year_end: bool
) -> tuple[tuple[int, ...], Doubt | None]:
    """The pair around a day after which the book is empty; or what keeps it from being one."""
    closing = list(_of_balances(transactions, day, day))
    if not closing:
        return (), None
    later = list(_of_balances(transactions, day + DAY, day + WITHIN))
    pairs = []
    for one in closing:
        opposite = _postings(transactions[one], -1)
        other = next((n for n in later if _postings(transactions[n], 1) == opposite), None)
        if other is not None:
            pairs.append((one, other))
    named = max(closing, key=lambda n: len(transactions[n].postings))
    if len(pairs) == 1:
        if not _holds_others(book, transactions[pairs[0][0]], day):
            return pairs[0], None
        return (), _doubt(transactions, pairs[0][0], pairs[0][1], "currency")
    back = next((n for n in later if any(_answers(transactions[c], transactions[n]) for c in closing)), None)
    if back is not None:
        return (), _doubt(transactions, named, back, "")
    unit = book.unit
    ends = unit.left is not None or unit.status in ENDING
    tagged = any("partner" in (p.meta or {}) for n in closing for p in transactions[n].postings)
    return (), _doubt(transactions, named, None, "alone") if year_end and not ends and not tagged else None


def _answers(closing: data.Transaction, opening: data.Transaction) -> bool:
    """Whether a voucher brings an account back to what another took from it."""
    return not _postings(closing, -1).keys().isdisjoint(_postings(opening, 1))


def _holds_others(book: UnitBook, entry: data.Transaction, day: dt.date) -> bool:
    """Whether the book has items in other currencies: the closing voucher hides them from their closing rate."""
    assert book.summary is not None
    accounts = {posting.account for posting in entry.postings}
    priced = any(posting.cost is not None or posting.price is not None for posting in entry.postings)
    return priced or any(row.account in accounts and row.date <= day for row in book.summary.foreign)


def _doubt(transactions: Sequence[data.Transaction], number: int, back: int | None, case: str) -> Doubt:
    entry = transactions[number]
    problem = ClosingVoucher(
        file=str(entry.meta["filename"]), line=int(entry.meta["lineno"]), date=entry.date, case=case
    )
    return Doubt(problem, entry.date, transactions[back].date - DAY if back is not None else None)
