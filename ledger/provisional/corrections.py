"""What somebody has brought to the closing rate by hand, in the book's own currency (`ledger.provisional.remeasure`).

A bookkeeper values a bank account in euro at 40 kr more: `1932 Bank EUR  40.00 SEK / 3960 Exchange gain`, often in one
voucher with other things, such as the bank's fee. That much of the remeasurement is booked then, and only what is
missing is added; what is taken back on the first of the next month is missing again. It is told by the exchange
difference that stands beside it:

- All that a voucher books on such accounts and on exchange gain and loss adds up to nothing: it is a correction.
- So is a posting that a posting on exchange gain or loss is the exact opposite of.
- So is what is left, where the exchange difference has the opposite sign and is no less: `1932  50 SEK / 3960  -52 SEK
  / 6570 Fee  2 SEK`, or two accounts valued against one gain. Not in a voucher with amounts in other currencies: the
  difference is that of their payment.
- An account that mostly holds the book's own currency is only corrected in a voucher that has nothing else.

What else stands in the book's own currency on an account that mostly holds another one is money without its amount, or
a correction that nobody can tell: where there is an exchange difference in the voucher, and always on an account whose
source (`[[source]]`) says that it is in another currency. It is said with its file and line, since it may stand in the
books twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple, Protocol

from ledger.books.summary import CorrectionRow

ZERO = Decimal(0)


class Accounts(Protocol):
    """What a chart says of accounts (`ledger.provisional.holdings.Monetary`)."""

    def __contains__(self, account: str) -> bool: ...  # is it monetary
    def is_difference(self, account: str) -> bool: ...  # noqa: D102  # is it for exchange gain or loss
    def is_other(self, account: str) -> bool: ...  # noqa: D102  # does its source say that it is in another currency


class Judged(NamedTuple):
    """Postings in the book's own currency on accounts that hold others: corrections, and what nobody can tell."""

    corrections: tuple[CorrectionRow, ...]
    unclear: tuple[CorrectionRow, ...]


def judged(rows: Iterable[CorrectionRow], accounts: Accounts, base: str) -> Judged:
    """Tell corrections from money, voucher by voucher.

    Args:
        rows: of a book, in its order.
        accounts: what its chart says of them.
        base: the book's currency.
    """
    known: list[CorrectionRow] = []
    unclear: list[CorrectionRow] = []
    for _, voucher in groupby((row for row in rows if row.currency == base), lambda row: row.transaction):
        found = _judge(list(voucher), accounts)
        known += found.corrections
        unclear += found.unclear
    return Judged(tuple(known), tuple(unclear))


def _judge(voucher: Sequence[CorrectionRow], accounts: Accounts) -> Judged:
    candidates = [row for row in voucher if row.account in accounts]
    results = [row for row in voucher if row.account.startswith(("Income:", "Expenses:"))]
    differences = [row for row in results if accounts.is_difference(row.account)]
    if not candidates:
        return Judged((), ())
    alone = not candidates[0].beside and 0 < len(differences) == len(results)
    if not alone or not _one_way(candidates, differences):
        candidates = [row for row in candidates if row.mostly]
        alone = False
    chosen = candidates if alone else _chosen(candidates, differences)
    certain = tuple(row for row in chosen if len(row.held) == 1)  # of several nobody knows which it is
    priced = candidates[0].beside == "priced" if candidates else False
    rest = [row for row in candidates if not any(row is one for one in certain)]
    told = bool(differences) and not priced
    unclear = (row for row in rest if row.held and (accounts.is_other(row.account) or told))
    return Judged(certain, tuple(unclear))


def _one_way(candidates: Sequence[CorrectionRow], differences: Sequence[CorrectionRow]) -> bool:
    """Whether all are the exchange difference's other side, and none is the money of a payment beside it."""
    made = _sum(differences)
    return len({row.account for row in candidates}) == 1 or all((row.amount > 0) != (made > 0) for row in candidates)


def _chosen(candidates: Sequence[CorrectionRow], differences: Sequence[CorrectionRow]) -> list[CorrectionRow]:
    """Corrections among the postings of a voucher that has other things as well."""
    if not candidates or not differences:
        return []
    if not _sum(candidates) + _sum(differences):
        return list(candidates)
    open_ones, left = list(differences), []
    chosen = []
    for row in candidates:
        against = next((one for one in open_ones if one.amount == -row.amount), None)
        if against is None:
            left.append(row)
        else:
            open_ones = [one for one in open_ones if one is not against]
            chosen.append(row)
    amount, made = _sum(left), _sum(open_ones)
    if candidates[0].beside != "priced" and amount * made < 0 and abs(amount) <= abs(made):
        chosen += left
    return chosen


def _sum(rows: Iterable[CorrectionRow]) -> Decimal:
    return sum((row.amount for row in rows), ZERO)
