"""What somebody has brought to the closing rate by hand, in the book's own currency (`ledger.provisional.remeasure`).

A bookkeeper values a bank account in euro at 40 kr more: `1932 Bank EUR  40.00 SEK / 3960 Exchange gain`, often in one
voucher with other things, such as the bank's fee. That much of the remeasurement is booked then, and only what is
missing is added; what is taken back on the first of the next month is missing again. It is told by the exchange
difference that stands beside it:

- All that a voucher books on such accounts and on exchange gain and loss adds up to nothing: it is a correction.
- So is a posting that a posting on exchange gain or loss is the exact opposite of.
- So is what is left, where the exchange difference has the opposite sign and is no less: `1932  50 SEK / 3960  -52 SEK
  / 6570 Fee  2 SEK`, or two accounts valued against one gain.
- In a voucher that moves amounts in other currencies, too, the difference may be that of their payment. What is left is
  a correction there where it can't be money: where nothing but the exchange difference stands against it (`1932  -4 EUR
  @@ 44 SEK / 6570 Fee  48 SEK / 1932  996 SEK / 3960  -1000 SEK`), or where the payment would have gained or lost more
  than half of what it moved if it were. It is money where the payment would have done that if it were none.
- Without the tags of any of an account's items (`partner`, `ic`) nobody can tell which of them it corrects.
- What settles an amount that an account was left with in the book's own currency is money.
- An account that mostly holds the book's own currency is only corrected in a voucher that has nothing else.

What else stands in the book's own currency on an account that mostly holds another one is money without its amount, or
a correction that nobody can tell: where there is an exchange difference in the voucher, and always on an account whose
source (`[[source]]`) says that it is in another currency. It is said with its file and line, since it may stand in the
books twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple, Protocol

from ledger.books.summary import CorrectionRow

ZERO = Decimal(0)
RESULT = ("Income:", "Expenses:")
#: More of what a payment moves than this is no exchange difference of its own.
MOST = Decimal("0.5")


class Accounts(Protocol):
    """What a chart says of accounts (`ledger.provisional.holdings.Monetary`)."""

    def __contains__(self, account: str) -> bool: ...  # is it monetary
    def is_difference(self, account: str) -> bool: ...  # noqa: D102  # is it for exchange gain or loss
    def is_other(self, account: str) -> bool: ...  # noqa: D102  # does its source say that it is in another currency


class Judged(NamedTuple):
    """Postings in the book's own currency on accounts that hold others: corrections, and what nobody can tell."""

    corrections: tuple[CorrectionRow, ...]
    unclear: tuple[CorrectionRow, ...]


class _Own:
    """What accounts have been left with in the book's own currency, in vouchers without an exchange difference."""

    def __init__(self) -> None:
        self.amounts: dict[tuple[str, str | None, str | None], list[Decimal]] = defaultdict(list)

    def take(self, row: CorrectionRow) -> None:
        """An amount comes, or settles one that is there."""
        amounts = self.amounts[row.account, row.partner, row.ic]
        if -row.amount in amounts:
            amounts.remove(-row.amount)
        else:
            amounts.append(row.amount)

    def settles(self, row: CorrectionRow) -> bool:
        """Whether a posting settles one of a claim's or a debt's amounts, or all of them."""
        if (row.amount < 0) != row.account.startswith("Assets:"):
            return False
        amounts = self.amounts[row.account, row.partner, row.ic]
        return -row.amount in amounts or -row.amount == sum(amounts, ZERO)


def judged(rows: Iterable[CorrectionRow], accounts: Accounts, base: str) -> Judged:
    """Tell corrections from money, voucher by voucher.

    Args:
        rows: of a book, in its order.
        accounts: what its chart says of them.
        base: the book's currency.
    """
    known: list[CorrectionRow] = []
    unclear: list[CorrectionRow] = []
    own = _Own()
    for _, voucher in groupby((row for row in rows if row.currency == base), lambda row: row.transaction):
        found = _judge(list(voucher), accounts, own)
        known += found.corrections
        unclear += found.unclear
    return Judged(tuple(known), tuple(unclear))


def _judge(voucher: Sequence[CorrectionRow], accounts: Accounts, own: _Own) -> Judged:
    candidates = [row for row in voucher if row.account in accounts]
    results = [row for row in voucher if row.account.startswith(RESULT)]
    differences = [row for row in results if accounts.is_difference(row.account)]
    if not candidates:
        return Judged((), ())
    alone = not candidates[0].beside and 0 < len(differences) == len(results)
    if not alone or not _one_way(candidates, differences):
        candidates = [row for row in candidates if row.mostly]
        alone = False
    chosen, money = candidates, list[CorrectionRow]()
    if not alone:
        others = [row for row in results if not accounts.is_difference(row.account)]
        chosen, money = _chosen(candidates, differences, others, own)
    for row in money:
        own.take(row)
    certain = tuple(row for row in chosen if row.known and len(row.held) == 1)  # of several nobody knows which it is
    rest = [row for row in candidates if not _among(row, certain)]
    told = [row for row in rest if accounts.is_other(row.account) or (differences and not _among(row, money))]
    return Judged(certain, tuple(row for row in told if row.known or _among(row, chosen)))


def _among(row: CorrectionRow, rows: Iterable[CorrectionRow]) -> bool:
    return any(row is one for one in rows)


def _one_way(candidates: Sequence[CorrectionRow], differences: Sequence[CorrectionRow]) -> bool:
    """Whether all are the exchange difference's other side, and none is the money of a payment beside it."""
    made = _sum(differences)
    return len({row.account for row in candidates}) == 1 or all((row.amount > 0) != (made > 0) for row in candidates)


def _chosen(
    candidates: Sequence[CorrectionRow],
    differences: Sequence[CorrectionRow],
    others: Sequence[CorrectionRow],
    own: _Own,
) -> tuple[list[CorrectionRow], list[CorrectionRow]]:
    """Corrections, and money, among the postings of a voucher that has other things as well; the rest is open."""
    if not candidates or not differences:
        return [], list(candidates)
    if not _sum(candidates) + _sum(differences):
        return list(candidates), []
    open_ones, left = list(differences), []
    chosen = []
    for row in candidates:
        against = next((one for one in open_ones if one.amount == -row.amount), None)
        if against is None:
            left.append(row)
        else:
            open_ones = [one for one in open_ones if one is not against]
            chosen.append(row)
    money = [row for row in left if own.settles(row)]
    left = [row for row in left if not _among(row, money)]
    made = _sum(open_ones)
    within = _sum(left) * made < 0 and abs(_sum(left)) <= abs(made)
    is_money = False
    if left and left[0].beside == "priced":
        within, is_money = _beside_payment(left, made, within=within, others=others)
    chosen += left if within else []
    money += left if is_money else []
    return chosen, money


def _beside_payment(
    left: Sequence[CorrectionRow], made: Decimal, *, within: bool, others: Sequence[CorrectionRow]
) -> tuple[bool, bool]:
    """Whether amounts beside a payment in another currency must be corrections, and whether they must be money."""
    moved = left[0].priced * MOST
    could_be_money = abs(made) <= moved  # the whole difference is the payment's then
    could_be_corrections = abs(made + _sum(left)) <= moved
    unpaid = all(
        row.against + sum((abs(one.amount) for one in others if one.amount * row.amount < 0), ZERO) < abs(row.amount)
        for row in left
    )
    return (within and unpaid) or (could_be_corrections and not could_be_money), (
        could_be_money and not could_be_corrections
    )


def _sum(rows: Iterable[CorrectionRow]) -> Decimal:
    return sum((row.amount for row in rows), ZERO)
