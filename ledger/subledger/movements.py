"""Which postings of a book are movements of its subledgers, and what settles with what.

The chart names the accounts (`receivables`, `payables`, `clearing`). A posting belongs to the item that its own `item:`
names, else to its transaction's link where there is exactly one, else to its counterparty's account: the posting's or
transaction's `counterparty:`, else the payee. Due date, number and reference are metadata of the posting or, else, of
the transaction: `due`, `invoice`, `reference`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from beancount.core import data

from ledger.charts import Chart
from ledger.rules.open_items import Movement

#: Kinds of subledger by the chart's set of codes.
KINDS = {"receivables": "receivable", "payables": "payable", "clearing": "clearing"}


def movements_of(
    entries: Iterable[data.Directive],
    chart: Chart,
    codes: Mapping[str, str],
    *,
    clearing: Iterable[str] = (),
    place: Callable[[data.Transaction], str] | None = None,
) -> list[Movement]:
    """The movements of a book's subledgers.

    Args:
        entries: booked entries.
        chart: the unit's.
        codes: code by account name.
        clearing: accounts that count as clearing whatever their code (a source's `account`).
        place: `file:line` of a transaction, as users know it.

    Returns:
        In the order of the entries.
    """
    raise NotImplementedError
