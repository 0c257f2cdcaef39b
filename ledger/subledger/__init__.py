"""The subledgers (reskontra): claims, debts and money on its way to the bank, followed item by item from the books."""

from ledger.rules.open_items import BUCKETS, Movement, OpenItem, ageing, open_items, set_off
from ledger.subledger.links import bill_link, deposit_link, ic_link, invoice_link
from ledger.subledger.movements import clearing_of, movements_of
from ledger.subledger.scan import book_accounts, scan_balances_of, scan_movements

__all__ = [
    "BUCKETS",
    "Movement",
    "OpenItem",
    "ageing",
    "bill_link",
    "book_accounts",
    "clearing_of",
    "deposit_link",
    "ic_link",
    "invoice_link",
    "movements_of",
    "open_items",
    "scan_balances_of",
    "scan_movements",
    "set_off",
]
