"""Which postings of a book are movements of its subledgers, and what settles with what.

The chart names the accounts (`receivables`, `payables`, `clearing`). A posting belongs to the item that its own `item:`
names (`item: ""`: to none), else to its transaction's link where there is exactly one, else to its counterparty's
account: the posting's or transaction's `counterparty:`, else the payee. Due date, number and reference are metadata of
the posting or, else, of the transaction: `due`, `invoice`, `reference`. An opening balance (booked against the result
of earlier years) names nobody, whatever stands as its payee: last year's claims come in one sum.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

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
    always = frozenset(clearing)
    kinds = {account: kind for account, code in codes.items() if (kind := _kind(chart, code))}
    kinds |= dict.fromkeys(always, "clearing")
    earlier = {account for account, code in codes.items() if chart.is_in("result_equity", code)}
    found: list[Movement] = []
    for entry in entries:
        if isinstance(entry, data.Transaction) and any(p.account in kinds for p in entry.postings):
            opening = any(p.account in earlier for p in entry.postings)
            where = place(entry) if place else f"{entry.meta.get('filename', '')}:{entry.meta.get('lineno', '')}"
            found += [
                _movement(entry, posting, kinds[posting.account], where, opening=opening)
                for posting in entry.postings
                if posting.account in kinds
            ]
    return found


def _kind(chart: Chart, code: str) -> str | None:
    """The subledger that an account with this code belongs to."""
    return next((kind for name, kind in KINDS.items() if chart.is_in(name, code)), None)


def _movement(entry: data.Transaction, posting: data.Posting, kind: str, where: str, *, opening: bool) -> Movement:
    own, whole = posting.meta or {}, entry.meta or {}
    units = posting.units
    assert units is not None, where  # booked
    assert units.number is not None, where
    links = entry.links or ()
    number = _text(own, "invoice") or _text(whole, "invoice")
    reference = _text(own, "reference") or _text(whole, "reference")
    due = own.get("due", whole.get("due"))
    return Movement(
        account=posting.account,
        kind=kind,
        date=entry.date,
        amount=units.number,
        currency=units.currency,
        key=_text(own, "item") if "item" in own else next(iter(links)) if len(links) == 1 else "",
        counterparty=_text(own, "counterparty")
        or _text(whole, "counterparty")
        or ("" if opening else entry.payee or ""),
        partner=_text(own, "partner") or _text(whole, "partner"),
        due=due if isinstance(due, dt.date) else None,
        number=number,
        references=tuple(dict.fromkeys(r for r in (reference, number) if r)),
        where=where,
    )


def _text(meta: Mapping[str, Any], key: str) -> str:
    """A metadata value as text; a number that somebody wrote without quotes is one, too."""
    value = meta.get(key)
    return "" if value is None else str(value).strip()
