"""Books: workspace, guard, load, cache, write. What may be used from outside this room is named here."""

from ledger.books.load import load_books
from ledger.books.summary import (
    AccountRow,
    AssertionRow,
    BalanceRow,
    FlaggedRow,
    PartnerRow,
    StockRow,
    Summary,
    TurnoverRow,
    account_code,
    last_day,
    month_of,
    summarise,
)
from ledger.books.template import main_text
from ledger.books.unitbook import Books, CentralText, UnitBook
from ledger.books.workspace import Unit, Workspace, find_root, open_workspace

__all__ = [
    "AccountRow",
    "AssertionRow",
    "BalanceRow",
    "Books",
    "CentralText",
    "FlaggedRow",
    "PartnerRow",
    "StockRow",
    "Summary",
    "TurnoverRow",
    "Unit",
    "UnitBook",
    "Workspace",
    "account_code",
    "find_root",
    "last_day",
    "load_books",
    "main_text",
    "month_of",
    "open_workspace",
    "summarise",
]
