"""Both sides of what the federation's funds have to do with a unit (SPEC 3, 9; research: funds, 3.1-3.2).

Each event is said once and posted in central's book and in the unit's, the other way round, by roles of each chart:

| event | central | the unit | kind |
|---|---|---|---|
| grant | Dr `fund_grants` / Cr money | Dr money / Cr `fund_support` | fund |
| loan | Dr `loan_claim` / Cr money | Dr money / Cr `loan_debt` | loan |
| stake | Dr `fund_stakes` / Cr money | Dr money / Cr `member_contributions` | capital |
| interest | Dr `fund_claim` / Cr `loan_interest_income` | Dr `loan_interest_cost` / Cr `fund_owed` | interest |
| repayment | Dr money / Cr `fund_claim`, `loan_claim` | Dr `fund_owed`, `loan_debt` / Cr money | interest, loan |
| write-down | Dr `fund_losses` / Cr `loan_allowance` | - | write-down |
| forgiveness | Dr `fund_grants` / Cr `loan_claim` | Dr `loan_debt` / Cr `fund_support` | loan |
| support | Dr `fund_grants` / Cr `fund_owed` | Dr `fund_claim` / Cr `fund_support` | solidarity |
| call, claw-back | Dr `fund_claim` / Cr `fund_income` | Dr `fund_contribution` / Cr `fund_owed` | solidarity |
| appropriation | Dr last year's result / Cr `investment_fund`, `solidarity_fund` | - | - |

Each posting but the money's names the other book (`partner`) and the kind of dealing (`ic`), and the entries of a case
have one link, so the combined statements eliminate all of it on every date. Money stands on a bank account where the
caller names one; else it is on its way, on an account of the chart that the bank's own line settles.

All of it is in central's currency. A unit that keeps its book in another one has the dealing in central's currency with
a price, the day's spot, and its own money in its own currency. What a rate makes of a debt later is no event.

Pure: names, days and amounts in, entries out. `ledger.funds.rows` reads them back; who writes them is
`ledger.closing.fund_deeds`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Any, Literal

from beancount.core import data
from beancount.core.amount import Amount

from ledger.funds.rows import INVESTMENT, SOLIDARITY
from ledger.loans.dealings import ON_ITS_WAY, Accounts, Both
from ledger.messages import N_, translate
from ledger.rules.rates import rate_of
from ledger.rules.rounding import EXACT, half_away, in_units
from ledger.subledger import ic_link

ZERO = Decimal(0)
#: `source-id` of what these events are booked with.
SOURCE_ID = "funds:"
WRITE_DOWN = "write-down"
MONEY = ""
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')
Paid = Literal["grant", "loan", "equity"]
#: What is paid out: central's account, the unit's, the kind of dealing, the text.
PAID: Mapping[str, tuple[str, str, str, str]] = {
    "grant": ("fund_grants", "fund_support", "fund", N_("{case_name}: grant to {unit}")),
    "loan": ("loan_claim", "loan_debt", "loan", N_("{case_name}: loan to {unit}")),
    "equity": ("fund_stakes", "member_contributions", "capital", N_("{case_name}: stake in {unit}")),
}
INTEREST = N_("{case_name}: interest, {unit}")
REPAID = N_("{case_name}: {unit} repays")
STAKE_BACK = N_("{case_name}: stake in {unit} is given back")
WRITTEN_DOWN = N_("{case_name}: loan to {unit} is written down")
TAKEN_BACK = N_("{case_name}: write-down of the loan to {unit} is taken back")
FORGIVEN = N_("{case_name}: loan to {unit} is forgiven")
SUPPORT = N_("Solidarity fund {year}: support for {unit}")
CALL = N_("Solidarity fund {year}: call on {unit}")
CLAW_BACK = N_("Solidarity fund {year}: {unit} pays back support")
PAID_OUT = N_("{case_name}: what is owed to {unit} is paid")
PAID_IN = N_("{case_name}: {unit} pays what it owes")
APPROPRIATED = N_("Appropriation to the federation's funds")


@dataclass(frozen=True, kw_only=True)
class Deal:
    """An event between a fund and a unit, as far as all events are alike.

    Attributes:
        case: `IF-2026-001`; of the solidarity fund `solidarity-2026`.
        book, unit: the accounts of central's book, and of the unit's.
        currency: central's.
        date: of both entries.
        spot: the unit's currency per unit of central's on the day; None where both are the same.
        bank: account that the money is on, in central's book; None: it is on its way.
        unit_bank: likewise in the unit's.
        number: what tells it from another one of the same kind, day and amount: the number of a receipt.
        decision: what both entries name.
        invoices: numbers of the unit's vouchers that prove what the money is used for.
        accepted_by, reason: who answers for what the payment breaks, and why.
        fund: `investment` or `solidarity`; `year`: of the solidarity fund.
        language: of the texts.
    """

    case: str
    book: Accounts
    unit: Accounts
    currency: str
    date: dt.date
    spot: Decimal | None = None
    bank: str | None = None
    unit_bank: str | None = None
    number: str = ""
    decision: str = ""
    invoices: tuple[str, ...] = ()
    accepted_by: str = ""
    reason: str = ""
    fund: str = INVESTMENT
    year: int | None = None
    language: str = "en"


@dataclass(frozen=True)
class _Line:
    """A posting of central's book by its role, and the unit's role for the opposite; "" for both: money."""

    amount: Decimal
    book: str = MONEY
    unit: str = MONEY
    ic: str = "other"


def source_id(case: str, kind: str, unit: str, date: dt.date, amount: Decimal, currency: str, number: str = "") -> str:
    """What an event's entries are known by: the same event gives the same."""
    return _source(case, kind, unit, date.isoformat(), f"{in_units(amount, currency):f}", number)


def yearly_id(year: int, kind: str, unit: str, number: str = "") -> str:
    """What a year's claim, call or claw-back of a unit is known by: it is booked once, whatever the day."""
    return _source(f"{SOLIDARITY}-{year}", kind, unit, number)


def _source(*parts: str) -> str:
    """Parts that are said, without what a text in a book escapes: it is looked for as it stands there."""
    return SOURCE_ID + ":".join(_ESCAPED.sub("_", part) for part in parts if part)


def pay(deal: Deal, kind: Paid, amount: Decimal) -> Both:
    """A grant, a loan or a stake is paid."""
    book, unit, ic, text = PAID[kind]
    return _both(deal, kind, amount, text, [_Line(amount, book, unit, ic), _Line(-amount)])


def charge_interest(deal: Deal, amount: Decimal) -> Both:
    """Interest is charged: income of the fund and cost of the unit, and owed until it is paid."""
    lines = [
        _Line(amount, "fund_claim", "fund_owed", "interest"),
        _Line(-amount, "loan_interest_income", "loan_interest_cost", "interest"),
    ]
    return _both(deal, "interest", amount, INTEREST, lines)


def repay(deal: Deal, interest: Decimal, principal: Decimal) -> Both:
    """A unit pays interest that is due, and principal."""
    lines = [
        _Line(interest + principal),
        _Line(-interest, "fund_claim", "fund_owed", "interest"),
        _Line(-principal, "loan_claim", "loan_debt", "loan"),
    ]
    return _both(deal, "repayment", interest + principal, REPAID, lines)


def return_stake(deal: Deal, amount: Decimal) -> Both:
    """A unit pays a stake back."""
    book, unit, ic, _ = PAID["equity"]
    return _both(deal, "stake-back", amount, STAKE_BACK, [_Line(amount), _Line(-amount, book, unit, ic)])


def write_down(deal: Deal, amount: Decimal) -> Both:
    """A loan is worth less: a loss of the fund, and central's alone; the unit owes as before. Negative: taken back."""
    lines = [_Line(amount, "fund_losses", "", WRITE_DOWN), _Line(-amount, "loan_allowance", "", WRITE_DOWN)]
    kind, text = (WRITE_DOWN, WRITTEN_DOWN) if amount > 0 else ("write-down-back", TAKEN_BACK)
    return Both(_both(deal, kind, abs(amount), text, lines, link=f"{deal.case}-{WRITE_DOWN}", alone=True).book, ())


def forgive(deal: Deal, amount: Decimal, allowance: Decimal) -> Both:
    """A loan is forgiven: a grant, paid with the debt. What of it was written down is taken back first.

    Args:
        deal: with the decision that allows it.
        amount: principal.
        allowance: what of it is written down.
    """
    lines = [_Line(amount, "fund_grants", "fund_support", "loan"), _Line(-amount, "loan_claim", "loan_debt", "loan")]
    given = _both(deal, "forgiven", amount, FORGIVEN, lines)
    if not allowance:
        return given
    back = write_down(replace(deal, decision=""), -allowance)  # the decision allows the grant, and is used by it alone
    return Both((*back.book, *given.book), given.unit)


def support(deal: Deal, amount: Decimal) -> Both:
    """A unit's claim on the solidarity fund, as decided; paid later."""
    lines = [
        _Line(amount, "fund_grants", "fund_support", "solidarity"),
        _Line(-amount, "fund_owed", "fund_claim", "solidarity"),
    ]
    return _both(deal, "claim", amount, SUPPORT, lines)


def call(deal: Deal, amount: Decimal, *, claw_back: bool = False) -> Both:
    """What a unit is asked for by the solidarity fund, or pays back of earlier support; paid later."""
    lines = [
        _Line(amount, "fund_claim", "fund_owed", "solidarity"),
        _Line(-amount, "fund_income", "fund_contribution", "solidarity"),
    ]
    if claw_back:
        return _both(deal, "claw-back", amount, CLAW_BACK, lines, more={"claw-back": True})
    return _both(deal, "call", amount, CALL, lines)


def settle(deal: Deal, amount: Decimal) -> Both:
    """What is owed of the solidarity fund's year is paid: to the unit; negative: by it."""
    if amount > 0:
        lines = [_Line(amount, "fund_owed", "fund_claim", "solidarity"), _Line(-amount)]
        return _both(deal, "paid-out", amount, PAID_OUT, lines)
    lines = [_Line(-amount), _Line(amount, "fund_claim", "fund_owed", "solidarity")]
    return _both(deal, "paid-in", -amount, PAID_IN, lines)


def appropriate(
    book: Accounts,
    moved: Mapping[str, Decimal],
    *,
    currency: str,
    date: dt.date,
    decision: str,
    result: str = "prior_year_result",
    language: str = "en",
) -> Both:
    """The assembly moves last year's result to the funds; negative: from them. Central's alone.

    Args:
        book: central's accounts.
        moved: by fund (`investment`, `solidarity`).
        currency: central's.
        date: of the assembly, or after it.
        decision: the assembly's.
        result: the role of the account that it is taken from.
        language: of the text.
    """
    parts = {fund: in_units(amount, currency) for fund, amount in sorted(moved.items()) if amount}
    said = ":".join(f"{fund}={amount:f}" for fund, amount in parts.items())
    meta: dict[str, Any] = {
        "source-id": _source("appropriation", decision, date.isoformat(), said),
        "decision": decision,
    }
    total = sum(parts.values(), ZERO)
    amounts = {result: total, **{f"{fund}_fund": -amount for fund, amount in parts.items()}}
    postings = [
        data.Posting(book.account(role, date, currency), Amount(number, currency), None, None, None, {})
        for role, number in amounts.items()
        if number or role == result  # moved between the funds alone: that it is an appropriation says the result's line
    ]
    text = translate(APPROPRIATED, language)
    entry = data.Transaction(meta, date, "*", None, text, frozenset(), frozenset(), postings)
    return Both((entry,), ())


def _both(
    deal: Deal,
    kind: str,
    amount: Decimal,
    text: str,
    lines: Iterable[_Line],
    *,
    link: str = "",
    more: Mapping[str, Any] | None = None,
    alone: bool = False,
) -> Both:
    """Both entries of an event; what is of nothing isn't posted. `alone`: central's only."""
    posted = [line for line in lines if line.amount]
    assert sum((line.amount for line in posted), ZERO) == 0
    slug = deal.unit.unit.slug
    yearly = deal.fund == SOLIDARITY and kind in {"claim", "call", "claw-back"}
    source = source_id(deal.case, kind, slug, deal.date, amount, deal.currency, deal.number)
    if yearly:  # a year's is booked once, whatever the day
        source = _source(deal.case, kind, slug, deal.number)
    said = {
        "source-id": source,
        "fund": deal.fund,
        "case": "" if deal.fund == SOLIDARITY else deal.case,
        "solidarity-year": Decimal(deal.year) if deal.year is not None else None,
        "decision": deal.decision,
        "invoices": ", ".join(deal.invoices),
        "accepted-by": deal.accepted_by,
        "reason": deal.reason,
    }
    meta = {key: value for key, value in (said | dict(more or {})).items() if value}
    name = link or (f"{deal.case}-{slug}" if deal.fund == SOLIDARITY else deal.case)
    links = frozenset({ic_link(deal.book.unit.slug, name)})
    told = translate(text, deal.language).format(case_name=deal.case, unit=deal.unit.unit.name, year=deal.year)

    def entry(postings: list[data.Posting]) -> data.Transaction:
        return data.Transaction(dict(meta), deal.date, "*", None, told, frozenset(), links, postings)

    own = entry([_own(deal, line) for line in posted])
    return Both((own,), () if alone else (entry(_theirs(deal, posted)),))


def _own(deal: Deal, line: _Line) -> data.Posting:
    """A line in central's book."""
    units = Amount(in_units(line.amount, deal.currency), deal.currency)
    if line.book == MONEY and deal.bank is not None:
        return data.Posting(deal.bank, units, None, None, None, {})
    role = line.book or ON_ITS_WAY[line.amount > 0]
    account = deal.book.account(role, deal.date, deal.currency)
    return data.Posting(account, units, None, None, None, {"partner": deal.unit.unit.slug, "ic": line.ic})


def _theirs(deal: Deal, lines: Sequence[_Line]) -> list[data.Posting]:
    """The same in the unit's book, the other way round; its money is worth what the rest comes to."""
    found, worth = [], ZERO
    for line in sorted(lines, key=lambda line: line.unit == MONEY):
        amount = in_units(-line.amount, deal.currency)
        own = amount
        if deal.spot is not None:
            own = -worth if line.unit == MONEY else _worth(amount, deal.spot, deal.unit.unit.currency)
        worth += own
        found.append(_their_line(deal, line, amount, own))
    assert worth == 0
    return found


def _their_line(deal: Deal, line: _Line, amount: Decimal, own: Decimal) -> data.Posting:
    """A posting of the unit: `amount` in central's currency, which is `own` in the unit's."""
    currency = deal.unit.unit.currency
    if line.unit == MONEY and deal.unit_bank is not None:
        return data.Posting(deal.unit_bank, Amount(in_units(own, currency), currency), None, None, None, {})
    role = line.unit or ON_ITS_WAY[amount > 0]
    price = None if deal.spot is None else Amount(rate_of(own, amount, deal.spot), currency)
    account = deal.unit.account(role, deal.date, deal.currency)
    tags = {"partner": deal.book.unit.slug, "ic": line.ic}
    return data.Posting(account, Amount(amount, deal.currency), None, price, None, tags)


def _worth(amount: Decimal, spot: Decimal, currency: str) -> Decimal:
    with localcontext(EXACT):
        return half_away(amount * spot, currency)
