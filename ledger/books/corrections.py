"""Postings that may bring items in other currencies to another rate, with the income and expense beside them.

A bookkeeper values a bank account in euro at the month's end in the book's own currency, often in one voucher with the
bank's fee. The summary says what such a voucher has; which of it is a correction, the chart tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from beancount.core import data

from ledger.books.summary import AccountRow, CorrectionRow, ForeignRow, weight
from ledger.rules.rounding import half_away

#: Of what an account that mostly holds other currencies has moved in the book's own, so much at least is moved in them.
OTHERS = Decimal("0.8")
RESULT = ("Income:", "Expenses:")
ZERO = Decimal(0)


def corrections(
    transactions: Sequence[data.Transaction], foreign: Sequence[ForeignRow], opened: Mapping[str, AccountRow]
) -> tuple[CorrectionRow, ...]:
    """Rows of the vouchers that may correct what items stand at, in the order of the book.

    Args:
        transactions: of the book; their order is what rows are counted by.
        foreign: what is held in other currencies.
        opened: the book's accounts.
    """
    return tuple(_Corrections(transactions, foreign, opened).run())


class _Corrections:
    def __init__(
        self,
        transactions: Sequence[data.Transaction],
        foreign: Sequence[ForeignRow],
        opened: Mapping[str, AccountRow],
    ) -> None:
        self.transactions = transactions
        self.units: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
        self.tags: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        moved: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in foreign:
            tags = row.partner or "", row.ic or ""
            self.units[row.account, row.currency, *tags].add(row.document_currency)
            self.tags[row.account, row.currency].add(tags)
            moved[row.account, row.currency] += abs(row.amount)
        for entry in transactions:
            for posting in entry.postings:
                if posting.price is None and posting.cost is None:
                    amount, currency = weight(posting)
                    if (posting.account, currency) in moved:
                        moved[posting.account, currency] -= abs(amount) * OTHERS
        #: Not much more was moved in the book's own currency than in others (what is settled may be written in the
        #: wrong one), and nobody has said where it is opened that it holds the book's own, too.
        self.mostly = {
            (account, currency)
            for (account, currency), more in moved.items()
            if more >= 0 and currency not in (opened[account].currencies if account in opened else ())
        }

    def run(self) -> Iterator[CorrectionRow]:
        accounts = frozenset(account for account, _ in self.tags)
        for number, entry in enumerate(self.transactions):
            if any(posting.account in accounts for posting in entry.postings):
                yield from self._rows(number, entry)

    def _rows(self, number: int, entry: data.Transaction) -> list[CorrectionRow]:
        candidates, results, beside = [], [], ""
        for posting in entry.postings:
            _, currency = weight(posting)
            if posting.price is not None or posting.cost is not None:
                beside = "priced"
            elif (posting.account, currency) in self.tags:
                candidates.append(posting)
            elif posting.account.startswith(RESULT):
                results.append(posting)
            else:
                beside = beside or "own"
        if beside or not results:
            candidates = [p for p in candidates if (p.account, weight(p)[1]) in self.mostly]
        if not candidates:
            return []
        rows = [self._row(number, entry, posting, beside) for posting in (*candidates, *results)]
        if beside != "priced":
            return rows
        sides = _Sides(entry)
        held = len(candidates)
        return [
            replace(row, against=sides.against(row) if place < held else ZERO, priced=sides.priced(row.currency))
            for place, row in enumerate(rows)
        ]

    def _row(self, number: int, entry: data.Transaction, posting: data.Posting, beside: str) -> CorrectionRow:
        amount, currency = weight(posting)
        known = self.tags.get((posting.account, currency), set())
        tags = tuple(str((posting.meta or {}).get(name) or "") for name in ("partner", "ic"))
        if not any(tags) and len(known) == 1:  # of the only items that there are
            (tags,) = known
        own = posting.meta or {}
        held = self.units.get((posting.account, currency, tags[0], tags[1]))
        every = {name for one in known for name in self.units[posting.account, currency, *one]}
        return CorrectionRow(
            transaction=number,
            date=entry.date,
            account=posting.account,
            currency=currency,
            amount=half_away(amount, currency),
            held=tuple(sorted(held or every)),
            known=bool(held),
            mostly=(posting.account, currency) in self.mostly,
            beside=beside,
            against=ZERO,
            priced=ZERO,
            partner=tags[0] or None,
            ic=tags[1] or None,
            file=str(own.get("filename", entry.meta["filename"])),
            line=int(own.get("lineno") or entry.meta["lineno"]),
        )


class _Sides:
    """Debits and credits of a voucher that moves other currencies, in what they weigh."""

    def __init__(self, entry: data.Transaction) -> None:
        self.weights = [(posting, *weight(posting)) for posting in entry.postings]

    def priced(self, currency: str) -> Decimal:
        """The larger of the debits and credits that have a price."""
        amounts = [a for p, a, c in self.weights if c == currency and (p.price is not None or p.cost is not None)]
        larger = max(sum((a for a in amounts if a > 0), ZERO), -sum((a for a in amounts if a < 0), ZERO))
        return half_away(larger, currency)

    def against(self, row: CorrectionRow) -> Decimal:
        """What else may have been paid for, or paid by, a posting."""
        found = (
            abs(amount)
            for posting, amount, currency in self.weights
            if currency == row.currency
            and posting.account != row.account
            and amount * row.amount < 0
            and (posting.price is not None or posting.cost is not None or not posting.account.startswith(RESULT))
        )
        return half_away(sum(found, ZERO), row.currency)
