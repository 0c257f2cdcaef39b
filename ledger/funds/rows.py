"""What central's book says of the federation's funds, posting by posting (SPEC 9).

A fund is central's. What is in its equity account is the fund's for good; what it has earned or given since the last
appropriation stands in central's income and cost, and is *earmarked*. Which fund a posting belongs to says its own
metadata (`component:` on the levy's income, `fund:`), else its voucher's (`fund:`), else its account, or `ic:
"solidarity"`. What it is says its account's role in the chart, never its text:

| role | worth of the fund | kind |
|---|---|---|
| `investment_fund`, `solidarity_fund` | moved from or to the year's result | appropriation; opening where it isn't |
| `fund_income` | + | component (`ic: "levy"`), call (`ic: "solidarity"`; claw-back with `claw-back:`), else gift |
| `loan_interest_income` | + | interest |
| `fund_grants` | - | grant, claim (`ic: "solidarity"`) |
| `fund_losses` | - | loss |
| other income, other cost | + or - | gift, cost |
| `loan_claim` | what is lent, none | loan |
| `fund_stakes` | what is held, none | stake |
| `loan_allowance` | none (the loss has its own) | allowance |
| `fund_claim`, `fund_owed` | none | interest due (`ic: "interest"`), else owed |

A fund that is no reserve in equity (`nature: "member-capital"` or `"liability"`) stands on accounts of members' capital
or of debts; there each posting says `fund:`, and with `partner` whose it is.

Amounts are in central's currency; what adds to the fund's worth, or to its assets, is positive.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from beancount.core import data

from ledger.books import Unit, account_code
from ledger.books.summary import weight
from ledger.charts import Chart
from ledger.rules.levy import SERVICE
from ledger.rules.rounding import half_away

ZERO = Decimal(0)
INVESTMENT, SOLIDARITY = "investment", "solidarity"
FUNDS = (INVESTMENT, SOLIDARITY)
Kind: TypeAlias = Literal[
    "opening",
    "appropriation",
    "component",
    "call",
    "claw-back",
    "claim",
    "grant",
    "interest",
    "loss",
    "gift",
    "cost",
    "loan",
    "stake",
    "allowance",
    "interest-due",
    "owed",
]
#: Kinds that change what the fund is worth; an appropriation only does where it isn't earmarked money that it moves.
EARNED: frozenset[Kind] = frozenset(
    {"component", "call", "claw-back", "claim", "grant", "interest", "loss", "gift", "cost"}
)
BALANCE: frozenset[Kind] = frozenset({"loan", "stake", "allowance", "interest-due", "owed"})
#: The fund's account in equity, by the role.
EQUITY = {"investment_fund": INVESTMENT, "solidarity_fund": SOLIDARITY}
ASSETS: dict[str, Kind] = {"loan_claim": "loan", "fund_stakes": "stake", "loan_allowance": "allowance"}


@dataclass(frozen=True, slots=True)
class FundRow:
    """A posting of central's book that belongs to a fund.

    Attributes:
        amount: in central's currency; positive: the fund, or an asset of it, grows.
        case: of which application (`IF-2026-001`); "" = of none.
        unit: slug of the unit that it has to do with; "" = of none.
        year: the fiscal year that a claim, call or appropriation is for, by the year in which it begins, where its
            voucher says so.
        invoices: numbers of the unit's vouchers that prove what a payment was used for.
        accepted: whether somebody answers for what it breaks (`accepted-by:` with a `reason:`).
        booked: False where a rule has made it and the month is open.
    """

    date: dt.date
    fund: str
    kind: Kind
    amount: Decimal
    case: str
    unit: str
    year: int | None
    decision: str
    account: str
    voucher: str
    booked: bool
    file: str
    line: int
    invoices: tuple[str, ...] = ()
    accepted: bool = False


def fund_rows(
    entries: Iterable[data.Directive], unit: Unit, chart: Chart, *, booked: bool = True
) -> tuple[FundRow, ...]:
    """The funds' postings among a book's entries.

    Args:
        entries: central's, booked or provisional, in Beancount's order.
        unit: central.
        chart: its chart.
        booked: whether they stand in the book.

    Returns:
        By date, in the order of the book. What is in another currency than central's weighs what its price says; a
        posting that weighs in another currency is left out: the trial balance of the fund's accounts says so.
    """
    reader = _Reader(unit, chart, booked=booked)
    reader.open(entries := list(entries))
    return tuple(row for entry in entries if isinstance(entry, data.Transaction) for row in reader.rows(entry))


class _Reader:
    def __init__(self, unit: Unit, chart: Chart, *, booked: bool) -> None:
        self.unit, self.chart, self.booked = unit, chart, booked
        self.codes: dict[str, str | None] = {}
        self.equity = {chart.role(role).code: fund for role, fund in EQUITY.items() if chart.has_role(role)}
        self.role = {
            chart.role(role).code: role
            for role in (*ASSETS, "fund_claim", "fund_owed", "fund_income", "fund_grants", "fund_losses")
            if chart.has_role(role)
        }
        self.interest = chart.role("loan_interest_income").code if chart.has_role("loan_interest_income") else ""

    def open(self, entries: Iterable[data.Directive]) -> None:
        """Remember the codes of accounts that carry them in metadata."""
        for entry in entries:
            if isinstance(entry, data.Open):
                self.codes[entry.account] = account_code(entry.account, entry.meta)

    def code(self, account: str) -> str | None:
        if account not in self.codes:
            self.codes[account] = account_code(account, None)
        return self.codes[account]

    def rows(self, entry: data.Transaction) -> Iterator[FundRow]:
        for posting in entry.postings:
            code = self.code(posting.account)
            if code is None or "cycle" in entry.meta:  # a rotating loan fund's
                continue
            number, currency = weight(posting)
            if currency != self.unit.currency or not number:
                continue
            meta: Mapping[str, Any] = posting.meta or {}
            fund = self._fund(code, meta, entry)
            if not fund:
                continue
            kind = self._kind(posting.account, code, meta, entry)
            if kind is None:
                continue
            amount = half_away(number, currency)
            yield FundRow(
                date=entry.date,
                fund=fund,
                kind=kind,
                amount=amount if kind in BALANCE else -amount,
                case=_text(meta, entry, "case"),
                unit=str(meta.get("partner") or ""),
                year=_year(meta, entry),
                decision=_text(meta, entry, "decision"),
                account=posting.account,
                voucher=str(entry.meta.get("voucher") or ""),
                booked=self.booked,
                file=str(entry.meta.get("filename") or ""),
                line=int(entry.meta.get("lineno") or 0),
                accepted=bool(_text(meta, entry, "accepted-by") and _text(meta, entry, "reason")),
                invoices=invoices_of({"invoices": _text(meta, entry, "invoices")}),
            )

    def _fund(self, code: str, meta: Mapping[str, Any], entry: data.Transaction) -> str:
        """The fund that a posting belongs to; "" = none."""
        if code in self.equity:
            return self.equity[code]
        named = meta.get("component") or meta.get("fund") or entry.meta.get("fund")
        if isinstance(named, str) and named and named != SERVICE:
            return named
        if meta.get("ic") == SOLIDARITY:
            return SOLIDARITY
        return INVESTMENT if self.role.get(code) == "fund_grants" and meta.get("ic") == "fund" else ""

    def _kind(self, account: str, code: str, meta: Mapping[str, Any], entry: data.Transaction) -> Kind | None:
        root, ic = account.partition(":")[0], meta.get("ic")
        role = self.role.get(code)
        if code in self.equity or self._is_capital(root, role, meta):
            return "appropriation" if self._moves_result(entry, code) else "opening"
        if role is not None and role in ASSETS:
            return ASSETS[role]
        if role in {"fund_claim", "fund_owed"}:
            return "interest-due" if ic == "interest" else "owed"
        if root not in {"Income", "Expenses"}:
            return None
        if ic == SOLIDARITY:
            if role == "fund_grants" or root == "Expenses":
                return "claim"
            return "claw-back" if "claw-back" in entry.meta else "call"
        if role == "fund_income" and ic == "levy":
            return "component"
        if role == "fund_grants":
            return "grant"
        if role == "fund_losses":
            return "loss"
        if code == self.interest or ic == "interest":
            return "interest"
        return "gift" if root == "Income" else "cost"

    def _is_capital(self, root: str, role: str | None, meta: Mapping[str, Any]) -> bool:
        """Whether a fund of another nature stands there: members' capital or a debt to them, posting by posting."""
        return root in {"Equity", "Liabilities"} and role is None and isinstance(meta.get("fund"), str)

    def _moves_result(self, entry: data.Transaction, own: str) -> bool:
        """Whether it comes from the result of this year or of earlier ones: one grows as the other shrinks.

        An opening balance has both on one side. Money that is moved between funds names the result with nothing.
        """
        if "appropriates" in entry.meta:
            return True
        results, funds = [], ZERO
        for posting in entry.postings:
            code, amount = self.code(posting.account), _number(posting)
            if self.chart.is_in("result_equity", code) or self.chart.is_in("result_transfer", code):
                results.append(amount)
            elif code in self.equity or code == own:
                funds += amount
        return bool(results) and sum(results, ZERO) * funds <= 0


def invoices_of(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """Numbers of vouchers that a payment names."""
    found = meta.get("invoices")
    return tuple(part.strip() for part in found.split(",") if part.strip()) if isinstance(found, str) else ()


def _number(posting: data.Posting) -> Decimal:
    return posting.units.number if posting.units is not None and posting.units.number is not None else ZERO


def _text(meta: Mapping[str, Any], entry: data.Transaction, key: str) -> str:
    found = meta.get(key) or entry.meta.get(key)
    return found if isinstance(found, str) else ""


def _year(meta: Mapping[str, Any], entry: data.Transaction) -> int | None:
    for key in ("solidarity-year", "appropriates"):
        found = meta.get(key, entry.meta.get(key))
        if isinstance(found, str) and found.isascii() and found.isdigit():
            return int(found)
        if isinstance(found, Decimal) and found == found.to_integral_value():
            return int(found)
    return None
