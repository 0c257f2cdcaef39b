"""The investment fund with all that is known of it: terms and agreements of policy, flows of central's book (SPEC 9).

What the fund has in the bank is what stands on its own account, where policy names one (`bank:`). Without one its money
is a part of central's: what it hasn't lent or placed, but not more than central has; what is lacking then is what
central owes the fund, as levy that units haven't paid yet.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import accumulate

import polars as pl

from ledger.books import Books, UnitBook
from ledger.books.columns import read
from ledger.charts import load_chart
from ledger.errors import Problem
from ledger.funds.book import FundBook, funds_of
from ledger.funds.rows import INVESTMENT, FundRow
from ledger.memo import memo_of
from ledger.policy import Policy
from ledger.rules.funds.movements import Flow, FlowKind, Fund

ZERO = Decimal(0)
#: Kinds of rows that keep their name and sign; grants and losses are positive as flows.
SAME: dict[str, FlowKind] = {
    "opening": "opening",
    "appropriation": "appropriation",
    "component": "component",
    "interest": "interest",
    "gift": "gift",
    "call": "gift",
    "claw-back": "recovery",
    "cost": "other",
    "interest-due": "interest_due",
}
TURNED: dict[str, FlowKind] = {
    "grant": "grant_given",
    "claim": "grant_given",
    "loss": "loss",
    "allowance": "written_down",
}
#: What is paid out, and what comes back.
MOVED: dict[str, tuple[FlowKind, FlowKind]] = {"loan": ("lent", "repaid"), "stake": ("stake", "stake_back")}


def flow_of(row: FundRow, year: int) -> Flow | None:
    """A posting as a flow of the fund; None where it is none (what is owed between central and the unit)."""
    kind, amount = row.kind, row.amount
    if kind in SAME:
        return Flow(row.date, SAME[kind], amount, row.case, row.unit, year)
    if kind in TURNED:
        return Flow(row.date, TURNED[kind], -amount, row.case, row.unit, year)
    if kind in MOVED:
        return Flow(row.date, MOVED[kind][amount < 0], abs(amount), row.case, row.unit, year)
    return None


def fund_of(
    books: Books, policy: Policy, provisional: Callable[[str], Sequence[object]] | None, day: dt.date
) -> Fund | None:
    """The investment fund by the terms of a day; None where central's book can't be read.

    Args:
        books: loaded.
        policy: agreements, and the fund's terms.
        provisional: as for `funds_of`.
        day: whose terms count, and after which no case is closed yet.
    """
    found = funds_of(books, provisional).get(INVESTMENT)
    central = books.workspace.central
    if found is None or central is None:
        return None
    return made(books, policy, found, day)


def made(books: Books, policy: Policy, found: FundBook, day: dt.date) -> Fund:
    """The fund of a day's terms and central's rows."""
    central = books.workspace.central
    assert central is not None
    terms = policy.funds.fund_terms(day)
    rows = (flow_of(row, found.year_of(row.date)) for row in found.rows)
    fund = Fund(
        terms=terms,
        agreements=tuple(e.terms for e in sorted(policy.funds.agreed, key=lambda e: (e.terms.case, e.order))),
        flows=tuple(flow for flow in rows if flow is not None),
        closed=policy.funds.closed,
        year_of=found.year_of,
    )
    money = money_of(books, books.units[central.slug], terms.bank)
    if terms.bank is not None:
        return Fund(fund.terms, fund.agreements, fund.flows, fund.closed, money, fund.year_of)

    def bank(on: dt.date) -> Decimal:
        """The fund's part of central's money."""
        state = fund.state(on)
        return max(min(state.bank, money(on)), ZERO)

    return Fund(fund.terms, fund.agreements, fund.flows, fund.closed, bank, fund.year_of)


def money_of(books: Books, book: UnitBook, account: str | None) -> Callable[[dt.date], Decimal]:
    """What stands on an account of central's book on a day; without one on all its bank accounts and boxes."""
    summary = book.summary
    assert summary is not None

    def work() -> tuple[list[dt.date], list[Decimal]]:
        try:
            chart = load_chart(book.unit.chart, book.unit.folder)
        except Problem:
            return [], []
        of_money = [r.account for r in summary.accounts if chart.is_in("bank", r.code) or chart.is_in("cash", r.code)]
        wanted = [account] if account is not None else of_money
        frame = read(book.table("postings"), "postings", ["date", "account", "number", "currency"])
        frame = frame.filter(pl.col("account").is_in(wanted) & (pl.col("currency") == book.unit.currency))
        days, numbers = frame["date"].to_list(), frame["number"].to_list()
        return days, list(accumulate(map(Decimal, numbers)))

    key = ("money of a fund", book.unit.slug, account)
    days, sums = memo_of(books.workspace.root).get(key, work, same=(summary,), equal=book.key)

    def money(day: dt.date) -> Decimal:
        found = bisect_right(days, day)
        return sums[found - 1] if found else ZERO

    return money
