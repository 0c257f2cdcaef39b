"""The postings of entries that importers make, and what they weigh: each entry's weights sum to zero, in one currency.

A posting in another currency than its entry's says what all of it is worth. That, not its number, is what it weighs in
its transaction's balance.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

#: Metadata of a posting in another currency: what all of it is worth (an `Amount`), written as `@@`. A price per unit
#: would have to be rounded, and the transaction would no longer balance to the last unit.
TOTAL_PRICE = "__total_price__"


def posting(
    account: str, number: Decimal, currency: str, meta: dict[str, Any] | None = None, *, flag: str | None = None
) -> data.Posting:
    """A plain posting."""
    return data.Posting(account, Amount(number, currency), None, None, flag, meta or None)


def weight(one: data.Posting) -> tuple[Decimal, str]:
    """What a posting that an importer made weighs, and in which currency: its total price, else its own units."""
    units = one.units
    assert units is not None
    assert units.number is not None
    worth = (one.meta or {}).get(TOTAL_PRICE)
    if worth is None:
        return units.number, units.currency
    return worth.number.copy_sign(units.number), worth.currency


def passes(postings: Iterable[data.Posting], currency: str) -> bool:
    """Whether Beancount lets postings pass that weigh nothing together.

    It divides what all of a posting is worth into a price per unit, of 28 digits, and multiplies again. What that loses
    passes only where another posting, in `currency` and with decimals, shows how exact that currency is.
    """
    lost = Decimal(0)
    for one in postings:
        assert one.units is not None
        assert one.units.number is not None
        if one.units.currency == currency and one.units.number.as_tuple().exponent:
            return True
        if one.price is not None and one.price.number is not None:
            lost += one.units.number * +one.price.number  # + cuts to 28 digits
    return not lost


def weighs(postings: Iterable[data.Posting], currency: str) -> Decimal:
    """Σ of postings; all that weigh anything weigh in `currency`."""
    found = [weight(one) for one in postings]
    assert {unit for number, unit in found if number} <= {currency}, found
    return sum((number for number, _ in found), Decimal(0))
