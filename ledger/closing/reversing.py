"""A voucher turned round: the entry that takes back everything that another one has booked (BFL 5 kap. 5 §).

Nothing of a booked voucher is struck out or written over; what was wrong is taken back by a voucher of its own, and
what is right is booked anew. The reversing entry has the same accounts, partners, kinds of dealing and links, at the
same prices and costs, with every amount's sign turned: on each account, in each currency and of each lot, both come to
nothing.

Pure: an entry goes in, an entry comes out.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, localcontext
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount
from beancount.core.interpolate import AUTOMATIC_META
from beancount.core.position import Cost

from importers.booktext import clean
from importers.postings import TOTAL_PRICE
from importers.recognise.placed import PAYMENT
from ledger.books.guard_profiles import MAX_DECIMALS, MAX_DIGITS
from ledger.closing.problems_vouchers import CorrectDigits
from ledger.messages import N_, translate
from ledger.provisional.entries import TAG

NARRATION = N_("Correction of {voucher}: {text}")
BARE = N_("Correction of {voucher}")
#: What a voucher says of itself alone: how it came, and who took it over.
OWN = frozenset(
    "voucher registered by source-id corrects concerns dated reason accepted-by suggestion".split()
    + "program proposed history".split()
)
#: What the reader of a payment left on a posting for itself.
LEFT = frozenset({"by", "suggestion", PAYMENT})
#: What goes with an amount, and turns with it: the seller's cost of goods, a quantity.
TURNED = frozenset({"cost", "quantity"})
#: As Beancount divides.
BEANCOUNT_DIGITS = 28
ZERO = Decimal(0)


def reversing(
    entry: data.Transaction, day: dt.date, meta: dict[str, Any], *, voucher: str, language: str
) -> data.Transaction:
    """The entry that takes a booked one back.

    Args:
        entry: booked.
        day: of the correction.
        meta: what the correction says of itself; it stands first, and before what the entry says.
        voucher: number of the entry.
        language: of the correction's text.

    Raises:
        CorrectDigits: an amount, price or cost can't be written into a book; its file is an absolute path.
    """
    text = NARRATION if entry.narration else BARE
    kept = {key: value for key, value in _said(entry.meta).items() if key not in OWN and key not in meta}
    return data.Transaction(
        {**meta, **kept},
        day,
        "*",
        entry.payee,
        clean(translate(text, language).format(voucher=voucher, text=entry.narration)),
        frozenset(entry.tags or ()) - {TAG},
        frozenset(entry.links or ()),
        _postings(entry, voucher),
    )


def _postings(entry: data.Transaction, voucher: str) -> list[data.Posting]:
    """The postings turned round; one whose amount Beancount has worked out too finely leaves it open again."""
    found: list[data.Posting] = []
    opened: set[tuple[str, Any]] = set()
    for posting in entry.postings:
        units, meta = posting.units, posting.meta or {}
        assert units is not None
        assert isinstance(units.number, Decimal)
        if _fits(units.number) or AUTOMATIC_META not in meta:
            found.append(_turned(posting, voucher))
            continue
        place = posting.account, meta.get("lineno")  # of several currencies left open, one line stands for all
        if opened - {place}:
            raise _digits(posting, voucher, units.number)
        if not opened:
            found.append(_turned(posting._replace(units=Amount(ZERO, units.currency)), voucher)._replace(units=None))
        opened.add(place)
    return found


def _said(meta: dict[str, Any] | None) -> dict[str, Any]:
    """Metadata that a person or an importer has written, and that says something."""
    return {
        key: value
        for key, value in (meta or {}).items()
        if key not in {"filename", "lineno"} and not key.startswith("_") and value is not None
    }


def _turned(posting: data.Posting, voucher: str) -> data.Posting:
    units, price, cost = posting.units, posting.price, posting.cost
    assert units is not None
    assert isinstance(units.number, Decimal)
    for number in (units.number, cost.number if isinstance(cost, Cost) else None):
        if number is not None and not _fits(number):
            raise _digits(posting, voucher, number)
    meta = {key: _opposite(value) if key in TURNED else value for key, value in _said(posting.meta).items()}
    meta = {key: value for key, value in meta.items() if key not in LEFT}
    if price is not None and price.number is not None and not _fits(price.number):
        meta[TOTAL_PRICE] = Amount(_total(posting, voucher), price.currency)
    return data.Posting(posting.account, Amount(-units.number, units.currency), cost, price, posting.flag, meta or None)


def _opposite(value: Any) -> Any:
    if isinstance(value, Amount) and isinstance(value.number, Decimal):
        return Amount(-value.number, value.currency)
    return -value if isinstance(value, Decimal) else value


def _fits(number: Decimal) -> bool:
    """Whether a book takes a number as it stands."""
    shape = number.as_tuple()
    assert isinstance(shape.exponent, int)
    decimals = max(0, -shape.exponent)
    return decimals <= MAX_DECIMALS and len(shape.digits) + max(0, shape.exponent) - decimals <= MAX_DIGITS


def _total(posting: data.Posting, voucher: str) -> Decimal:
    """What all of a posting is worth, of which Beancount makes the same price again."""
    assert posting.units is not None
    assert posting.units.number is not None
    assert posting.price is not None
    assert posting.price.number is not None
    number, price = abs(posting.units.number), posting.price.number
    with localcontext() as context:
        context.prec = BEANCOUNT_DIGITS
        for decimals in range(MAX_DECIMALS + 1):
            total = round(number * price, decimals)
            if number and total / number == price and _fits(total):
                return total
    raise _digits(posting, voucher, price)


def _digits(posting: data.Posting, voucher: str, number: Decimal) -> CorrectDigits:
    meta = posting.meta or {}
    file, line = meta.get("filename"), meta.get("lineno")
    return CorrectDigits(file=file, line=line, voucher=voucher, number=f"{number:f}", account=posting.account)
