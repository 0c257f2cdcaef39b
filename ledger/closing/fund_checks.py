"""Whether a payment out of the investment fund is allowed (SPEC 9): agreement, decision, limits, levy, invoices.

The limits are looked at as they would be after the payment, at the end of its day, and of these the ones that a payment
moves; what an agreement breaks by itself was told when it was made.

An invoice is a voucher of the unit's book, named by its number: the latest one of that number that isn't later than the
payment. It comes to the sum of its debits, in central's currency at the payment's day. The unit's own part of the
budget is its part of every invoice, so what invoices cover is

    Σ invoices · (1 - own part ÷ budget)
"""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Any

from beancount.core import data

from ledger.books import Unit, Workspace
from ledger.books.excerpt import quote
from ledger.books.problems_sealed import SealBroken
from ledger.books.summary import weight
from ledger.charts import load_chart
from ledger.closing.problems_funds import FundBank, FundInvoice, FundPayment
from ledger.errors import Problem, order
from ledger.federation import Federation
from ledger.funds.book import FundBook
from ledger.funds.checks import MOVES, WHEN_PAID
from ledger.funds.fund import made
from ledger.messages import number_text
from ledger.policy import Policy
from ledger.policy.funds import AgreementEntry
from ledger.provisional.members import levy_since, surroundings
from ledger.reports.fund import limit_text
from ledger.rules.funds.limits import limits
from ledger.rules.funds.movements import Flow, FlowKind, Fund
from ledger.rules.rates import UnitRates
from ledger.rules.rounding import EXACT, decimals, half_away

ZERO = Decimal(0)
#: What is paid, as a flow of the fund.
FLOWS: dict[str, FlowKind] = {"loan": "lent", "equity": "stake", "grant": "grant_given"}
#: Limits that a payment moves.
MOVED = WHEN_PAID | {"exposure", "grants"}


@dataclass(frozen=True)
class Payment:
    """What is to be paid, in central's currency; `accepted`: somebody answers for a limit that it breaks."""

    entry: AgreementEntry
    amount: Decimal
    date: dt.date
    invoices: tuple[str, ...] = ()
    accepted: bool = False


def check_payment(federation: Federation, book: FundBook, payment: Payment) -> None:
    """Refuse what isn't allowed.

    Raises:
        FundPayment: the agreement, its decision, a limit or the levy doesn't allow it.
        FundInvoice: the invoices don't prove it.
    """
    _Check(federation, book, payment).run()


def lacking(policy: Policy, case: str, day: dt.date, ws: Workspace) -> FundPayment:
    """What is said of a case without an agreement."""
    file, near = ws.shown(ws.policy_file), difflib.get_close_matches(case, sorted(policy.funds.agreements), 1, 0)
    if not near:
        return FundPayment(file=file, case="none", case_name=case, date=day)
    return FundPayment(file=file, case_name=case, date=day, nearest=near[0])


def decision_left(federation: Federation, decision: str, amount: Decimal) -> None:
    """Refuse what is more than what is left of a decision.

    Raises:
        FundPayment: it is.
    """
    central = federation.workspace.central
    state = next((one for one in federation.decided.states if one.decision.id == decision), None)
    if state is None or state.left is None or central is None or state.currency != central.currency:
        return
    if amount > state.left:
        left, asked = text(max(state.left, ZERO), state.currency), text(amount, state.currency)
        where: dict[str, Any] = {"file": state.decision.file, "line": state.decision.line}
        raise _quoted(federation, FundPayment(**where, case="decision", decision=decision, asked=asked, left=left))


def refuse_faulty(federation: Federation) -> None:
    """Raise what of policy can't be read: a rule half understood would allow what nobody has decided.

    Raises:
        Problem: the first such directive.
    """
    for problem in federation.policy.refused:
        raise _quoted(federation, problem)


def refuse_changed(federation: Federation) -> None:
    """Raise what was sealed and has been changed since, in any book or in policy.

    Raises:
        ChainBroken, SealBroken: the first of it.
    """
    told = (p for book in federation.books.units.values() for p in book.told if isinstance(p, SealBroken))
    grounds = (problem for problem in federation.grounds if isinstance(problem, SealBroken))
    for problem in sorted((*federation.broken, *told, *grounds), key=order):
        raise _quoted(federation, problem)


def check_bank(federation: Federation, unit: Unit, account: str | None) -> None:
    """Refuse what is no account for money in a unit's book; None is money on its way.

    Raises:
        FundBank: it isn't.
    """
    summary = federation.books.units[unit.slug].summary
    if account is None or summary is None:  # a book with errors takes nothing anyway, and says why
        return
    chart = load_chart(unit.chart, unit.folder)
    known = [r.account for r in summary.accounts if chart.is_in("bank", r.code) or chart.is_in("cash", r.code)]
    if account not in known:
        near = difflib.get_close_matches(account, known, n=1, cutoff=0) or ["-"]
        file = federation.workspace.shown(unit.folder / "accounts.beancount")
        raise FundBank(file=file, unit=unit.slug, slug=unit.slug, account=account, nearest=near[0])


def text(amount: Decimal, currency: str) -> str:
    """An amount with its currency, as people read it."""
    return f"{number_text(half_away(amount, currency), decimals(currency))} {currency}"


def _quoted(federation: Federation, problem: Problem) -> Problem:
    quote(federation.workspace, [problem])
    return problem


class _Check:
    def __init__(self, federation: Federation, book: FundBook, payment: Payment) -> None:
        central = federation.workspace.central
        assert central is not None
        self.federation, self.book, self.payment = federation, book, payment
        self.entry, self.terms, self.currency = payment.entry, payment.entry.terms, central.currency
        self.fund = made(federation.books, federation.policy, book, payment.date)

    def run(self) -> None:
        """Raise the first that is wrong."""
        day, terms = self.payment.date, self.terms
        if terms.kind == "guarantee":
            raise self._refused("guarantee")
        closed = self.federation.policy.funds.closed.get(terms.case)
        if (terms.ends is not None and day > terms.ends) or (closed is not None and day >= closed):
            raise self._refused("over", date=closed or terms.ends)
        paid = self.fund.paid_out(terms, dt.date.max)
        if paid + self.payment.amount > terms.amount:
            said = {"paid": paid, "amount": terms.amount, "asked": self.payment.amount}
            raise self._refused("amount", **{key: self._text(amount) for key, amount in said.items()})
        decision_left(self.federation, self.entry.decision, self.payment.amount)
        if not self.payment.accepted:
            self._limits()
            self._levy()
        if self.payment.invoices:
            self._invoices(paid + self.payment.amount)

    def _after(self) -> Fund:
        """The fund once it is paid."""
        fund, payment = self.fund, self.payment
        year = self.book.year_of(payment.date)
        flow = Flow(payment.date, FLOWS[self.terms.kind], payment.amount, self.terms.case, self.terms.unit, year)
        before = fund.bank
        assert before is not None

        def bank(day: dt.date) -> Decimal:
            left = before(day) - (payment.amount if day >= payment.date else ZERO)
            return left if fund.terms.bank is not None else max(left, ZERO)

        return replace(fund, flows=(*fund.flows, flow), bank=bank)

    def _limits(self) -> None:
        day, terms = self.payment.date, self.terms
        around = surroundings(self.federation.books, self.federation.run, day)
        for one in limits(self._after(), day, around):
            its = one.name in MOVED and one.name in MOVES[terms.kind] and one.of in {"", terms.unit}
            if its and not one.ok:
                actual, allowed = self._text(one.actual), self._text(one.allowed)
                raise self._refused("limit", date=day, limit=limit_text(one), actual=actual, allowed=allowed)

    def _levy(self) -> None:
        day, slug = self.payment.date, self.terms.unit
        since = levy_since(self.federation.books, self.federation.run, slug, day)
        most = self.fund.terms.levy_days
        if since is not None and (day - since).days > most:
            raise self._refused("levy", slug=slug, since=since, days=(day - since).days, most=most)

    def _invoices(self, paid: Decimal) -> None:
        """Refuse invoices that aren't there, that prove another payment, or that come to too little."""
        case, known = self.terms.case, self._vouchers()
        used: dict[tuple[dt.date, str], tuple[str, dt.date]] = {}
        total = ZERO
        for row in sorted(self.book.rows, key=lambda r: r.date):
            its = row.unit == self.terms.unit and row.kind in {"loan", "stake", "grant"}
            for number in row.invoices if its else ():
                found = _latest(known, number, row.date)
                if found is not None and (found[0], number) not in used:
                    used[found[0], number] = row.case, row.date
                    total += found[1] if row.case == case else ZERO
        for number in self.payment.invoices:
            said: dict[str, Any] = {"slug": self.terms.unit, "invoice": number}
            found = _latest(known, number, self.payment.date)
            if found is None:
                raise self._invoice("", **said, date=self.payment.date)
            if (found[0], number) in used:
                other, day = used[found[0], number]
                raise self._invoice("used", **said, case_name=other, date=day)
            used[found[0], number] = case, self.payment.date
            total += found[1]
        with localcontext(EXACT):
            enough = total * (self.terms.budget - self.terms.own_part) >= paid * self.terms.budget
        if not enough:
            covered = total * (1 - self.terms.own_part / self.terms.budget)
            amounts = {"invoiced": total, "covered": covered, "paid": paid}
            raise self._invoice("little", case_name=case, **{key: self._text(a) for key, a in amounts.items()})

    def _vouchers(self) -> dict[str, list[tuple[dt.date, Decimal]]]:
        """The unit's vouchers by number: day, and what they come to in central's currency."""
        ws, book = self.federation.workspace, self.federation.books.units[self.terms.unit]
        rates = UnitRates.from_entries(self.federation.books.central_text.prices, self.currency, ws.currency)
        own = book.unit.currency
        rate = rates.spot(own, self.payment.date)
        found: dict[str, list[tuple[dt.date, Decimal]]] = {}
        for entry in book.entries():
            number = entry.meta.get("voucher")
            if isinstance(entry, data.Transaction) and isinstance(number, str):
                weights = [weight(posting) for posting in entry.postings]
                debits = sum((amount for amount, currency in weights if amount > 0 and currency == own), ZERO)
                found.setdefault(number, []).append((entry.date, half_away(debits * rate, self.currency)))
        return found

    def _text(self, amount: Decimal) -> str:
        return text(amount, self.currency)

    def _refused(self, case: str, **said: Any) -> Problem:
        where: dict[str, Any] = {"file": self.entry.file, "line": self.entry.line}
        return _quoted(self.federation, FundPayment(**where, case=case, **{"case_name": self.terms.case, **said}))

    def _invoice(self, case: str, **said: Any) -> Problem:
        where: dict[str, Any] = {"file": self.entry.file, "line": self.entry.line}
        where |= {"case": case} if case else {}
        return _quoted(self.federation, FundInvoice(**where, **said))


def _latest(
    known: dict[str, list[tuple[dt.date, Decimal]]], number: str, day: dt.date
) -> tuple[dt.date, Decimal] | None:
    """The latest voucher of a number that isn't later than a day."""
    return max((one for one in known.get(number, ()) if one[0] <= day), default=None)
