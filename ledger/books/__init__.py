"""Books: workspace, guard, load, cache, write. What may be used from outside this room is named here.

Names are fetched when they are first used: a worker, or a command that only repeats its last answer, must not pay for
what it doesn't need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ledger.books.fingerprint import answer_cache
    from ledger.books.load import load_books
    from ledger.books.pool import Pool
    from ledger.books.root import find_root
    from ledger.books.scan import scan_balances
    from ledger.books.summariser import summarise
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
    )
    from ledger.books.template import main_text
    from ledger.books.unitbook import AdjustmentText, Books, CentralText, UnitBook
    from ledger.books.workspace import Unit, Workspace, open_workspace

__all__ = [
    "AccountRow",
    "AdjustmentText",
    "AssertionRow",
    "BalanceRow",
    "Books",
    "CentralText",
    "FlaggedRow",
    "PartnerRow",
    "Pool",
    "StockRow",
    "Summary",
    "TurnoverRow",
    "Unit",
    "UnitBook",
    "Workspace",
    "account_code",
    "answer_cache",
    "find_root",
    "last_day",
    "load_books",
    "main_text",
    "month_of",
    "open_workspace",
    "scan_balances",
    "summarise",
]

#: Module of each name; what isn't listed is in `summary`.
_HOMES = {
    "answer_cache": "fingerprint",
    "load_books": "load",
    "Pool": "pool",
    "scan_balances": "scan",
    "summarise": "summariser",
    "main_text": "template",
    "AdjustmentText": "unitbook",
    "Books": "unitbook",
    "CentralText": "unitbook",
    "UnitBook": "unitbook",
    "Unit": "workspace",
    "Workspace": "workspace",
    "find_root": "root",
    "open_workspace": "workspace",
}


def __getattr__(name: str) -> Any:
    """Fetch a name of `__all__` from its module."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'summary')}"), name)
    globals()[name] = found
    return found
