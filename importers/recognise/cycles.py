"""Payments of rotating loans: whoever quotes a cycle's account says what the payment is (SPEC 8, 11).

`NK26-S` are shares, `NK26-L01` is the loan of that number (paid back, or paid out), `NK26-F` a fine, `NK26-SF` the
social fund. Only these references are certain; a name or an amount alone says nothing, since members pay for other
things, too. What a reference names is placed for certain or waits on suspense with the reason; no general rule of the
source takes it then. A rule that names the very reference goes first: whoever wrote it knew.

In a members' own book the other side are the participant's own accounts. Between units both books have their side under
one link, split alike (`importers.recognise.cycles_units`). Charges are income when they accrue, so a payment settles a
claim and is never income here.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from beancount.core import data

from importers.book import BookView
from importers.postings import posting
from importers.recognise import suggest
from importers.recognise.cycles_units import LINK, UnitPayments
from importers.recognise.events import Event, events_of
from importers.recognise.fund_lines import InDoubtError, Paid, lines_of
from importers.recognise.fund_sides import Line
from importers.recognise.funds import FundBook, Funds
from importers.recognise.placed import Payment, Placed
from importers.recognise.pool import Pool
from ledger.books import account_code
from ledger.charts.problems import ChartRoleMissing
from ledger.loans import leaf_of
from ledger.messages import N_, say
from ledger.rules.loans.movements import OWN, Part
from ledger.rules.rounding import in_units

#: Roles of a group's accounts by part; those of `OWN` each participant has an account of.
ROLES: dict[Part, str] = {
    "shares": "shares",
    "loans": "loans",
    "charges_due": "charges_due",
    "fines_due": "fines_due",
    "fines": "fines",
    "social_fund": "social_fund",
    "unpaid_share_out": "unpaid_share_out",
}


class CyclePayments:
    """Places the payments of one source that name a cycle.

    Args:
        view: the book.
        account: of the source: suspense lines are compared with what was booked on it before.
    """

    def __init__(self, view: BookView, account: str) -> None:
        self.view = view
        self.account = account
        self.funds: Funds = view.shared(Funds)
        self.units = UnitPayments(view, self.funds)

    def place(self, pool: Pool, pay: Payment) -> Placed | None:
        """The other side of a payment that names a cycle, or suspense with the reason; None of any other."""
        events = events_of(pay, self.funds.cycles) if self.funds.cycles else []
        if not events:
            return None
        try:
            return self._placed(pool, pay, self._one(pay, events))
        except InDoubtError as doubt:
            pay.hints.insert(0, f"{events[0].text}: {doubt}")
        except ChartRoleMissing as problem:
            pay.hints.insert(0, f"{events[0].text}: {problem}")
        return suggest.wait(self.view, pool, pay, self.account)

    def _one(self, pay: Payment, events: Sequence[Event]) -> Event:
        """The event, if it is one, and can be of this payment at all."""
        if len(events) > 1:
            names = ", ".join(event.text for event in events)
            raise InDoubtError(say(N_("the payment names several: {names}"), names=names))
        (event,) = events
        terms = self.funds.cycles[event.cycle].terms
        if {pay.currency, self.view.unit.currency} != {terms.currency}:
            text = N_("the cycle is in {wanted}, and this was paid in {currency}")
            raise InDoubtError(say(text, wanted=terms.currency, currency=pay.currency))
        if not pay.alone:
            raise InDoubtError(say(N_("the bank has put it together with other payments: book them one by one")))
        return event

    def _placed(self, pool: Pool, pay: Payment, event: Event) -> Placed:
        book = self.funds.book(event.cycle)
        if book is None:
            raise InDoubtError(say(N_("the fund's book can't be read")))
        if book.unit.slug != self.view.unit.slug:
            return self.units.of_unit(pool, pay, event, book)
        if book.persons:
            return self._of_group(pay, event, book)
        return self.units.of_fund(pool, pay, event, book)

    def _of_group(self, pay: Payment, event: Event, book: FundBook) -> Placed:
        def who() -> str:
            return self._person(pay, book)

        paid = Paid(event, pay.amount, pay.day, who, lambda name: self.funds.asked(book.entry, name, pay.day))
        lines = lines_of(book, paid)
        postings = [self._posted(book, line, pay) for line in lines]
        book.add(pay.day, [(line.part, line.amount, line.participant, line.loan, line.term) for line in lines])
        loans = {line.loan for line in lines if LINK.fullmatch(line.loan)}
        return Placed(tuple(postings), sure=True, links=frozenset(loans), meta={"cycle": event.cycle})

    @staticmethod
    def _person(pay: Payment, book: FundBook) -> str:
        found = book.payers.who(pay.part.counterparty, pay.part.counterparty_account)
        if len(found) == 1:
            return found[0]
        told = " ".join(filter(None, (pay.part.counterparty, pay.part.counterparty_account))) or "?"
        if found:
            names = ", ".join(book.participants.get(one, one) for one in found)
            raise InDoubtError(say(N_("{told} may be {names}"), told=told, names=names))
        text = N_("{told} is none of the participants; add payer: or phone: to the open of the right one")
        raise InDoubtError(say(text, told=told))

    def _posted(self, book: FundBook, line: Line, pay: Payment) -> data.Posting:
        """A posting on the participant's account of a part, or on the group's."""
        meta: dict[str, Any] = {}
        name = book.participants.get(line.participant, line.participant)
        if line.part in OWN:
            account = self._account(book, line.part, line.participant, name, pay)
        else:
            account = self._whole(line.part)
            self.view.open(account)
            meta |= {"participant": name} if name else {}
        meta |= {"loan": line.loan} if line.loan else {}
        meta |= {"term": Decimal(line.term)} if line.term is not None else {}
        return posting(account, in_units(line.amount, pay.currency), pay.currency, meta)

    def _account(self, book: FundBook, part: Part, who: str, name: str, pay: Payment) -> str:
        """A participant's own account; opened where the book has none."""
        known = book.reading.opened.get((part, who))
        if known is not None and self.view.is_open(known, pay.day, pay.currency):
            return known
        role = self.view.chart.role(ROLES[part])
        ends = {w: a.split(":", 2)[2] for (_, w), a in sorted(book.reading.opened.items()) if a.count(":") > 1}
        account = f"{self._whole(part)}:{ends.get(who) or leaf_of(name, frozenset(ends.values()))}"
        if account in self.view.opens:
            text = N_("{account} isn't open for {name} on {date}")
            raise InDoubtError(say(text, account=account, name=name, date=pay.day))
        self.view.open(account, [pay.currency], {"code": role.code, "participant": name})
        book.reading.opened[part, who] = account
        return account

    def _whole(self, part: Part) -> str:
        """The group's account of a part, not a participant's below it, named without opening it."""
        role = self.view.chart.role(ROLES[part])
        named = (a for a in self.view.opens if account_code(f"X:{a.rpartition(':')[2]}", None) == role.code)
        return next(named, role.account)
