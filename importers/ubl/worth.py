"""What an invoice in another currency is worth in the unit's own, on its day (BFL 4 kap.; IAS 21.21-22).

The seller's own rate counts where the invoice shows it: VAT is then stated in both currencies (EN 16931, BT-110 and
BT-111). A rate from two rounded amounts is only as exact as the smaller of them, so it counts only where it can't
move the whole invoice by more than one unit; else, and where the invoice shows none, central's spot price does.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from importers.book import BookView
from importers.ubl.model import Invoice
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rounding import EXACT, half_away, unit_of

ONE = Decimal(1)
#: Beyond this share of central's price, a person should see the seller's rate.
FAR = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Worth:
    """The rate of an invoice.

    Attributes:
        currency: the unit's.
        rate: units of `currency` per unit of the invoice's; `spot`: central's price where the seller's own counts
            and lies far from it.
        tax: the VAT in `currency` as the invoice states it.
    """

    foreign: bool
    currency: str
    rate: Decimal = ONE
    spot: Decimal | None = None
    tax: Decimal | None = None

    def of(self, amount: Decimal) -> Decimal:
        """An amount of the invoice in the unit's currency, rounded."""
        if not self.foreign:
            return amount
        with localcontext(EXACT):
            return half_away(amount * self.rate, self.currency)


def worth_of(invoice: Invoice, view: BookView) -> Worth:
    """The rate at which an invoice is booked.

    Raises:
        MissingRate: the invoice shows none and central's prices hold none of the seven days before.
    """
    currency = view.unit.currency
    if invoice.currency == currency:
        return Worth(foreign=False, currency=currency)
    tax = invoice.tax_accounting if invoice.tax_currency == currency else None
    own = _shown(invoice, currency, tax)
    try:
        spot = view.spot(invoice.currency, invoice.issued)
    except MissingRate:
        if own is None:
            raise
        return Worth(foreign=True, currency=currency, rate=own[0], tax=tax)
    if own is None or not own[1]:
        return Worth(foreign=True, currency=currency, rate=spot, tax=tax if own else None)
    far = abs(own[0] - spot) > spot * FAR
    return Worth(foreign=True, currency=currency, rate=own[0], spot=spot if far else None, tax=tax)


def _shown(invoice: Invoice, currency: str, tax: Decimal | None) -> tuple[Decimal, bool] | None:
    """The rate that the invoice shows, and whether it is exact enough; None where it shows none."""
    if not tax or not invoice.tax or (tax > 0) != (invoice.tax > 0):
        return None
    with localcontext(EXACT):
        largest = max(abs(invoice.totals.gross), abs(invoice.totals.net), abs(invoice.totals.payable))
        error = largest / abs(invoice.tax) * unit_of(currency) / 2
        return tax / invoice.tax, error <= ONE
