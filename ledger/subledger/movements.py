"""Which postings of a book are movements of its subledgers, and what settles with what.

The chart names the accounts (`receivables`, `payables`, `clearing`). A posting belongs to the item that its own `item:`
names (`item: ""`: to none), else to its transaction's link where there is exactly one, else to its counterparty's
account: the posting's or transaction's `counterparty:`, else the payee. Due date, number and reference are metadata of
the posting or, else, of the transaction: `due`, `invoice`, `reference`.

An opening balance names nobody, whatever stands as its payee: last year's claims come in one sum. It is a transaction
against the result of earlier years, or one with claims, debts and equity but neither income nor cost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beancount.core import data

from ledger.books import Unit
from ledger.charts import Chart
from ledger.rules.open_items import Movement

#: Kinds of subledger by the chart's set of codes.
KINDS = {"receivables": "receivable", "payables": "payable", "clearing": "clearing"}
#: Formats of sources whose account is a clearing account, whatever its code.
CLEARING_FORMATS = frozenset({"bgmax", "card", "daraja", "swish"})
#: Ways to pay at a till whose money the bank has later.
ON_ITS_WAY = frozenset({"card", "swish"})
#: What says whose a posting is, and which item's.
SAID = ("item", "counterparty", "partner", "invoice", "reference", "due")


@dataclass(frozen=True)
class Accounts:
    """The accounts of one book that its subledgers look at.

    Attributes:
        kinds: kind by account.
        earlier: accounts for the result of earlier years.
        masked: accounts whose payees are persons (SPEC 10).
    """

    kinds: Mapping[str, str]
    earlier: frozenset[str]
    masked: frozenset[str]

    def opening(self, accounts: Collection[str]) -> bool:
        """Whether a transaction with postings to `accounts` is an opening balance."""
        roots = {account.partition(":")[0] for account in accounts}
        whole = roots >= {"Assets", "Liabilities", "Equity"} and not roots & {"Income", "Expenses"}
        return whole or not self.earlier.isdisjoint(accounts)


def clearing_of(unit: Unit) -> frozenset[str]:
    """Accounts that are clearing because a source of the unit feeds its takings or payments through them."""
    found = {s.account for s in unit.sources if s.format in CLEARING_FORMATS}
    for takings in (s.takings for s in unit.sources if s.takings):
        found |= {takings.till_account, *(p.account for p in takings.payment if p.means in ON_ITS_WAY)}
    return frozenset(account for account in found if account)


def accounts_of(chart: Chart, codes: Mapping[str, str], clearing: Iterable[str] = ()) -> Accounts:
    """The accounts that matter, of a book.

    Args:
        chart: the unit's.
        codes: code by account name.
        clearing: accounts that count as clearing whatever their code.
    """
    kinds = {account: kind for account, code in codes.items() if (kind := _kind(chart, code))}
    return Accounts(
        kinds | dict.fromkeys(clearing, "clearing"),
        frozenset(account for account, code in codes.items() if chart.is_in("result_equity", code)),
        frozenset(account for account, code in codes.items() if chart.is_in("masked", code)),
    )


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
    accounts = accounts_of(chart, codes, clearing)
    found: list[Movement] = []
    for entry in entries:
        if isinstance(entry, data.Transaction) and any(p.account in accounts.kinds for p in entry.postings):
            where = place(entry) if place else f"{entry.meta.get('filename', '')}:{entry.meta.get('lineno', '')}"
            found += _of_transaction(entry, accounts, where)
    return found


def _of_transaction(entry: data.Transaction, accounts: Accounts, where: str) -> Iterable[Movement]:
    names = {p.account for p in entry.postings}
    opening, masked = accounts.opening(names), not accounts.masked.isdisjoint(names)
    for posting in entry.postings:
        kind = accounts.kinds.get(posting.account)
        if kind is not None:
            units = posting.units
            assert units is not None, where  # booked
            assert units.number is not None, where
            yield movement(
                posting.account,
                kind,
                entry.date,
                (units.number, units.currency),
                posting.meta or {},
                entry.meta or {},
                payee="" if opening else entry.payee or "",
                links=entry.links or (),
                where=where,
                masked=masked,
            )


def _kind(chart: Chart, code: str) -> str | None:
    """The subledger that an account with this code belongs to."""
    return next((kind for name, kind in KINDS.items() if chart.is_in(name, code)), None)


def movement(
    account: str,
    kind: str,
    date: dt.date,
    units: tuple[Decimal, str],
    own: Mapping[str, Any],
    whole: Mapping[str, Any],
    *,
    payee: str,
    links: Collection[str],
    where: str,
    masked: bool,
) -> Movement:
    """The movement that a posting is.

    Args:
        account: its account.
        kind: the account's subledger.
        date: its transaction's.
        units: number and currency of its own, debit positive.
        own: its metadata.
        whole: its transaction's metadata.
        payee: its transaction's; "" of an opening balance.
        links: its transaction's.
        where: `file:line`.
        masked: its transaction also touches accounts whose payees are persons.
    """
    number = _text(own, "invoice") or _text(whole, "invoice")
    reference = _text(own, "reference") or _text(whole, "reference")
    due = own.get("due", whole.get("due"))
    return Movement(
        account=account,
        kind=kind,
        date=date,
        amount=units[0],
        currency=units[1],
        key=_text(own, "item") if "item" in own else next(iter(links)) if len(links) == 1 else "",
        counterparty=_text(own, "counterparty") or _text(whole, "counterparty") or payee,
        partner=_text(own, "partner") or _text(whole, "partner"),
        due=due if isinstance(due, dt.date) else None,
        number=number,
        references=tuple(dict.fromkeys(r for r in (reference, number) if r)),
        where=where,
        masked=masked,
    )


def _text(meta: Mapping[str, Any], key: str) -> str:
    """A metadata value as text; a number that somebody wrote without quotes is one, too."""
    value = meta.get(key) if meta else None  # most metadata is empty
    return "" if value is None else str(value).strip()
