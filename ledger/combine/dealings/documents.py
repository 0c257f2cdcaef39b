"""What income and cost are in the currency of their document (SPEC 10: sides are compared in the document's currency).

An invoice of 100 EUR may be booked as a claim in euros and income in kronor: the income is 100 EUR all the same, at the
voucher's own rate. The other side, whose cost stands in euros, then differs by rates alone, as the two claims say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal, localcontext
from typing import TypeAlias

from ledger.books import PartnerRow
from ledger.combine.model import ZERO
from ledger.rules.rounding import EXACT, half_away

#: Place of a posting: ordinals of its transaction and in it.
At: TypeAlias = tuple[int, int]


def invoiced(rows: Iterable[PartnerRow], is_result: Callable[[str], bool]) -> dict[At, tuple[str, Decimal]]:
    """Currency and amount that income and cost have in the currency of the claims of their voucher, where it's another.

    Args:
        rows: tagged postings of a book.
        is_result: whether an account is income or expense.
    """
    claims: dict[tuple[int, str | None], list[PartnerRow]] = defaultdict(list)
    results = []
    for row in rows:
        if is_result(row.account):
            results.append(row)
        else:
            claims[row.transaction, row.partner].append(row)
    found: dict[At, tuple[str, Decimal]] = {}
    for row in results:
        own = claims.get((row.transaction, row.partner), [])
        currencies = {claim.document_currency for claim in own}
        weight = sum((claim.amount for claim in own), ZERO)
        if len(currencies) != 1 or row.document_currency in currencies or not weight:
            continue
        currency = currencies.pop()
        with localcontext(EXACT):
            amount = row.amount * sum((claim.document_amount for claim in own), ZERO) / weight
        found[row.transaction, row.posting] = currency, half_away(amount, currency)
    return found
