"""What is decided of the investment fund's cases is booked: in both books in one job, once (SPEC 9; research: funds).

Money is paid out under an agreement that is in force, on a decision with enough left, within what is left of the
agreement, to a unit that is current on its levy, and only as far as the fund's limits are kept after it. What breaks a
limit, or the rule of the levy, is paid where somebody answers for it: the vouchers say who, and why. Where invoices are
named, those of all the case's payments, less the unit's own part, cover all that is paid (`fund_checks`).

What comes back settles interest that is due first, then principal, and what is written down beyond the rest of the loan
is taken back with it.

All is read and checked under the lock that the writing holds. What is booked already isn't checked again: the same
deed gives the same `source-id`, and a side that somebody has lost is put back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from beancount.core import data

from ledger.books import Unit, Workspace, load_books
from ledger.books.excerpt import quote
from ledger.books.write import federation_lock, source_ids
from ledger.closing.fund_checks import Payment, check_bank, check_payment, decision_left, lacking, refuse_faulty, text
from ledger.closing.loan_deeds import Done, check_decision
from ledger.closing.problems_funds import FundAccountDates, FundInvoice, FundNotOwed
from ledger.closing.two_books import Booking, Event, book_both
from ledger.errors import Problem
from ledger.federation import Federation, load_federation
from ledger.funds import dealings
from ledger.funds.book import FundBook
from ledger.funds.dealings import PAID, Deal, Paid, source_id
from ledger.funds.problems import FundUnknown
from ledger.funds.rows import INVESTMENT, invoices_of
from ledger.loans.dealings import Accounts, Both
from ledger.policy import Policy, read_policy
from ledger.policy.funds import AgreementEntry
from ledger.rules.names import folded
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import UnitRates
from ledger.rules.vouchers import FUNDS

ZERO = Decimal(0)
Make = Callable[[Accounts, Accounts], Both]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What all deeds are asked with.

    Attributes:
        date: of the vouchers in both books.
        by: who does it.
        today: the day of registration.
        bank, unit_bank: accounts that the money is on, in central's book and in the unit's; None: it is on its way.
        decision: that allows it; of a payment it is the agreement's own.
        number: what tells it from another one of the same case, day and amount.
        dry_run: nothing is written.
    """

    date: dt.date
    by: str
    today: dt.date
    bank: str | None = None
    unit_bank: str | None = None
    decision: str = ""
    number: str = ""
    dry_run: bool = False


def pay(
    ws: Workspace,
    case: str,
    amount: Decimal,
    asked: Asked,
    *,
    invoices: Sequence[str] = (),
    accept: str = "",
) -> Done:
    """Pay a grant, a loan or a stake, as agreed on.

    Args:
        ws: the workspace.
        case: the agreement's name.
        amount: in central's currency.
        asked: day, accounts, person.
        invoices: numbers of the unit's vouchers that prove what the money is used for.
        accept: why it is paid although a limit is broken, or levy owed; "": it isn't.

    Raises:
        FundPayment, FundInvoice: it isn't allowed.
        CloseDecisionUnknown, CloseDecisionLater, CloseDecisionEnded: the agreement's decision isn't in force.
        Problem: why it can't be else; nothing was written.
    """
    with _held(ws, case, asked) as desk:
        terms = desk.entry.terms
        booked = desk.booked(terms.kind, amount) if terms.kind in PAID else None
        if booked is not None:
            desk.refuse_unnamed(booked, invoices)
        else:
            check_decision(ws, desk.federation.policy, desk.entry.decision, asked.date)
            payment = Payment(desk.entry, amount, asked.date, tuple(invoices), accepted=bool(accept))
            check_payment(desk.federation, desk.fund, payment)

        def make(book: Accounts, unit: Accounts) -> Both:
            said: dict[str, Any] = {
                "decision": desk.entry.decision,
                "accepted_by": asked.by if accept else "",
                "reason": accept,
            }
            deal = desk.deal(book, unit, invoices=tuple(invoices), **said)
            return dealings.pay(deal, cast("Paid", terms.kind), amount)  # a guarantee is refused above

        return desk.book([make])


def repay(ws: Workspace, case: str, amount: Decimal, asked: Asked) -> Done:
    """A unit pays: interest that is due, then principal; of a stake, the stake, on a decision (else the agreement's).

    Raises:
        FundNotOwed: it is more than what is owed, on its day and after what was paid later.
        Problem: why it can't be else; nothing was written.
    """
    with _held(ws, case, asked) as desk:
        equity = desk.entry.terms.kind == "equity"
        there = desk.standing("stake" if equity else "loan")
        decision = (asked.decision or desk.entry.decision) if equity else asked.decision  # capital is never without one
        booked = desk.booked("stake-back" if equity else "repayment", amount)
        if booked is None:
            if decision:
                check_decision(ws, desk.federation.policy, decision, asked.date)
            due = ZERO if equity else desk.standing("interest-due")
            desk.refuse_beyond(amount, there + due)
            interest = min(amount, due)
        else:
            interest = _interest_of(booked)
        beyond = desk.allowance - (there - (amount - interest)) if booked is None and not equity else ZERO

        def back(book: Accounts, unit: Accounts) -> Both:
            if equity:
                return dealings.return_stake(desk.deal(book, unit, decision=decision), amount)
            return dealings.repay(desk.deal(book, unit, decision=decision), interest, amount - interest)

        def less(book: Accounts, unit: Accounts) -> Both:
            return dealings.write_down(desk.deal(book, unit), -beyond)

        return desk.book([back, less] if beyond > 0 else [back])


def write_down(ws: Workspace, case: str, amount: Decimal, asked: Asked) -> Done:
    """A loan is worth less than what is owed; negative: what was written down is taken back. Central's book alone.

    Raises:
        FundNotOwed: it is more than what is lent, less what is written down; or, taken back, than that.
        CloseDecisionUnknown, CloseDecisionLater, CloseDecisionEnded: nothing allows it.
        Problem: why it can't be else; nothing was written.
    """
    with _held(ws, case, asked) as desk:
        if desk.booked(dealings.WRITE_DOWN if amount > 0 else "write-down-back", abs(amount)) is None:
            desk.refuse_undecided(abs(amount))
            desk.refuse_beyond(abs(amount), desk.standing("loan") - desk.allowance if amount > 0 else desk.allowance)

        def make(book: Accounts, unit: Accounts) -> Both:
            return dealings.write_down(desk.deal(book, unit, decision=asked.decision), amount)

        return desk.book([make])


def forgive(ws: Workspace, case: str, amount: Decimal, asked: Asked) -> Done:
    """Principal is forgiven: a grant that is paid with the debt; what of it is written down is taken back first.

    Raises:
        FundNotOwed: it is more than what is lent.
        CloseDecisionUnknown, CloseDecisionLater, CloseDecisionEnded: nothing allows it.
        Problem: why it can't be else; nothing was written.
    """
    with _held(ws, case, asked) as desk:
        allowance = ZERO
        if desk.booked("forgiven", amount) is None:
            desk.refuse_undecided(amount)
            desk.refuse_beyond(amount, desk.standing("loan"))
            allowance = max(min(desk.allowance, amount), ZERO)

        def make(book: Accounts, unit: Accounts) -> Both:
            return dealings.forgive(desk.deal(book, unit, decision=asked.decision), amount, allowance)

        return desk.book([make])


@dataclass(frozen=True)
class _Desk:
    """A case of the investment fund with all that is known of it, while both books are held."""

    federation: Federation
    central: Unit
    unit: Unit
    entry: AgreementEntry
    fund: FundBook
    spot: Decimal | None
    asked: Asked

    @property
    def allowance(self) -> Decimal:
        """What is written down; positive."""
        return -sum((r.amount for r in self.fund.rows if self._its(r.case, "allowance", r.kind)), ZERO)

    def standing(self, kind: str) -> Decimal:
        """What is owed of a kind on the day, and after all that was booked later: the least of it; never negative."""
        rows = [row for row in self.fund.rows if self._its(row.case, kind, row.kind)]
        days = {self.asked.date, *(row.date for row in rows if row.date > self.asked.date)}
        return max(min(sum((r.amount for r in rows if r.date <= day), ZERO) for day in days), ZERO)

    def _its(self, case: str, kind: str, own: str) -> bool:
        return case == self.entry.terms.case and own == kind

    def booked(self, kind: str, amount: Decimal) -> data.Transaction | None:
        """What one of the books has of the event already."""
        said = (self.unit.slug, self.asked.date, amount, self.central.currency, self.asked.number)
        source = source_id(self.entry.terms.case, kind, *said)
        for unit in (self.central, self.unit):
            for entry in self.federation.books.units[unit.slug].entries() if source in source_ids(unit) else ():
                if isinstance(entry, data.Transaction) and entry.meta.get("source-id") == source:
                    return entry
        return None

    def refuse_beyond(self, amount: Decimal, owed: Decimal) -> None:
        """Raise FundNotOwed where it is more than that."""
        if amount > owed:
            case, currency = self.entry.terms.case, self.central.currency
            asked: dict[str, Any] = {
                "asked": text(amount, currency),
                "owed": text(owed, currency),
                "date": self.asked.date,
            }
            where: dict[str, Any] = {"file": self.entry.file, "line": self.entry.line}
            raise quoted(self.federation.workspace, FundNotOwed(**where, case_name=case, **asked))

    def refuse_unnamed(self, booked: data.Transaction, invoices: Sequence[str]) -> None:
        """Raise FundInvoice where a payment that is booked already lacks an invoice that is named now."""
        there = invoices_of(booked.meta)
        for number in invoices:
            if number not in there:
                voucher = str(booked.meta.get("voucher") or "-")
                said: dict[str, Any] = {"invoice": number, "voucher": voucher, "date": booked.date}
                where: dict[str, Any] = {"file": self.entry.file, "line": self.entry.line}
                raise quoted(self.federation.workspace, FundInvoice(**where, case="booked", **said))

    def refuse_undecided(self, amount: Decimal) -> None:
        """Raise what is wrong with the decision."""
        check_decision(self.federation.workspace, self.federation.policy, self.asked.decision, self.asked.date)
        decision_left(self.federation, self.asked.decision, amount)

    def deal(self, book: Accounts, unit: Accounts, **more: Any) -> Deal:
        """What all events say."""
        asked = self.asked
        said: dict[str, Any] = {"date": asked.date, "bank": asked.bank, "unit_bank": asked.unit_bank}
        said |= {"currency": self.central.currency, "spot": self.spot, "number": asked.number}
        language = self.federation.workspace.language
        return Deal(case=self.entry.terms.case, book=book, unit=unit, language=language, **said, **more)

    def book(self, made: Sequence[Make]) -> Done:
        """Book events with the unit."""
        events = [Event(self.unit, make) for make in made]
        return book_dealings(
            self.federation.workspace, events, self.asked, {"case": self.entry.terms.case}, since=self.entry.start
        )


@contextmanager
def _held(ws: Workspace, case: str, asked: Asked) -> Iterator[_Desk]:
    """The case, both books held.

    Raises:
        FundPayment: there is no such agreement on the day.
        FundUnknown: central's book can't be read.
        FundBank: the money is on no account for money.
    """
    central = central_of(ws)
    policy = read_policy(load_books(ws, [central.slug]).central_text, ws)
    entry = _agreement(policy, case, asked.date)
    if entry is None:
        raise lacking(policy, case, asked.date, ws)
    unit = ws.unit(entry.terms.unit)
    with federation_lock(ws, [central.slug, unit.slug]):
        federation = load_federation(ws)
        refuse_faulty(federation)
        entry = _agreement(federation.policy, case, asked.date) or entry
        fund = federation.funds.get(INVESTMENT)
        if fund is None:
            raise FundUnknown(file=ws.shown(central.main), central=central.slug)
        check_bank(federation, central, asked.bank)
        check_bank(federation, unit, asked.unit_bank)
        spot = spot_of(federation, unit, central.currency, asked.date)
        yield _Desk(federation, central, unit, entry, fund, spot, asked)


def _interest_of(booked: data.Transaction) -> Decimal:
    """What of a repayment that one of the books has is interest, in central's currency."""
    its = (p.units.number for p in booked.postings if p.units and (p.meta or {}).get("ic") == "interest")
    return abs(sum((number for number in its if number is not None), ZERO))


def _agreement(policy: Policy, case: str, day: dt.date) -> AgreementEntry | None:
    """What was agreed on by a day, as it was changed last; whatever the capitals of its name."""
    known = (e for e in policy.funds.agreed if folded(e.terms.case) == folded(case) and e.start <= day)
    return max(known, key=lambda e: e.order, default=None)


def book_dealings(
    ws: Workspace, events: Sequence[Event], asked: Asked, details: Mapping[str, str], since: dt.date = dt.date.max
) -> Done:
    """Book events between central and units in series F; accounts are opened from `since` on.

    Interest that has accrued and that nobody has booked yet is older than what settles it.
    """
    how = Booking(
        series=FUNDS,
        action="fund",
        details=details,
        dates=FundAccountDates,
        by=asked.by,
        today=asked.today,
        since=since,
        dry_run=asked.dry_run,
    )
    done = book_both(ws, central_of(ws), events, how)
    return Done(done.vouchers, "\n".join(done.texts.values()), done.known)


def central_of(ws: Workspace) -> Unit:
    """Central's unit.

    Raises:
        FundUnknown: there is none.
    """
    if ws.central is None:
        raise FundUnknown(file="federation.toml", central=ws.config.federation.central)
    return ws.central


def spot_of(federation: Federation, unit: Unit, currency: str, day: dt.date) -> Decimal | None:
    """The unit's currency per unit of `currency` on a day; None where both are the same.

    Raises:
        MissingRate: nobody knows it.
    """
    if unit.currency == currency:
        return None
    ws = federation.workspace
    rates = UnitRates.from_entries(federation.books.central_text.prices, unit.currency, ws.currency)
    try:
        return rates.spot(currency, day)
    except MissingRate as problem:
        problem.file, problem.unit = problem.file or ws.shown(ws.prices_file), unit.slug
        raise


def quoted(ws: Workspace, problem: Problem) -> Problem:
    """A problem with the line that it means."""
    quote(ws, [problem])
    return problem
