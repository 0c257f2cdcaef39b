"""The subledgers (reskontra): claims, debts and money on its way to the bank, followed item by item from the books."""

from ledger.rules.open_items import BUCKETS, Movement, OpenItem, ageing, open_items
from ledger.subledger.links import bill_link, deposit_link, ic_link, invoice_link
from ledger.subledger.movements import movements_of

__all__ = [
    "BUCKETS",
    "Movement",
    "OpenItem",
    "ageing",
    "bill_link",
    "deposit_link",
    "ic_link",
    "invoice_link",
    "movements_of",
    "open_items",
]
