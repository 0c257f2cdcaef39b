"""What a payment is in a fund: shares bought, a loan paid back, a fine (SPEC 8). The same seen from either book.

- Shares are whole. What is left over isn't guessed: it may be for the social fund, for next week, or a mistake.
- A payment on a loan is split between principal and charge as the cycle has agreed, by what is owed on its day; who
  pays all of it off pays the charge of the period that has begun, too, as far as that was agreed on.
- A fine that was imposed is paid first; what is paid beyond was imposed and paid at once.
- Money paid out on a loan must have been applied for with exactly this amount. Shares are paid out as far as a
  share-out was decided.

Anything else is in doubt, and a person says what it was. Debit is positive, as in the fund's book.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from importers.recognise.events import Event
from importers.recognise.fund_sides import Line
from importers.recognise.funds import Application, FundBook
from ledger.messages import N_, say
from ledger.rules.loans.loan import Loan
from ledger.rules.loans.splitting import split_payment
from ledger.rules.rounding import in_units

ZERO = Decimal(0)


class InDoubtError(Exception):
    """A payment whose place isn't certain; its text says why, to a bookkeeper."""


@dataclass(frozen=True)
class Paid:
    """A payment to or from a fund.

    Attributes:
        amount: what the fund gets is positive.
        day: on which it was paid.
        who: finds the participant by whom or to whom it was paid, or raises InDoubtError.
        asked: the applications of a participant that nobody has answered by the day.
    """

    event: Event
    amount: Decimal
    day: dt.date
    who: Callable[[], str]
    asked: Callable[[str], list[Application]]


def lines_of(book: FundBook, paid: Paid) -> list[Line]:
    """What a payment moves in the fund, its money apart: they sum to the amount, with the sign turned.

    Raises:
        InDoubtError: it isn't certain what it is.
    """
    made = _LINES[paid.event.kind, paid.amount > 0](book, paid)
    found = [line for line in made if line.amount]
    assert sum((line.amount for line in found), ZERO) == -paid.amount, (paid, found)
    return found


def loan_of(book: FundBook, event: Event) -> Loan | None:
    """The loan that a reference names, by its number."""
    return next((loan for loan in book.fund.loans if event.names(loan.id)), None)


def _shares(book: FundBook, paid: Paid) -> list[Line]:
    terms, who = book.terms, paid.who()
    count, rest = divmod(paid.amount, terms.share_value)
    if rest:
        text = N_("{count} whole shares of {value}, and {rest} {currency} are left over: social fund, or paid back?")
        raise InDoubtError(say(text, count=int(count), value=terms.share_value, rest=rest, currency=terms.currency))
    if terms.max_shares is not None and count > terms.max_shares:
        text = N_("{count} shares at once, and {most} were agreed on")
        raise InDoubtError(say(text, count=int(count), most=terms.max_shares))
    last = min(terms.ends or dt.date.max, terms.last_shares or dt.date.max)
    if not terms.begins <= paid.day <= last:
        text = N_("{cycle} sells shares from {first} to {last}")
        raise InDoubtError(say(text, cycle=terms.name, first=terms.begins, last=last))
    return [Line("shares", -paid.amount, who)]


def _shared_out(book: FundBook, paid: Paid) -> list[Line]:
    who = paid.who()
    owed = book.unpaid("unpaid_share_out", who, paid.day)
    if owed < -paid.amount:
        text = N_("of the share-out {owed} {currency} are due to {who}: book the share-out first")
        raise InDoubtError(say(text, owed=in_units(owed, book.terms.currency), currency=book.terms.currency, who=who))
    return [Line("unpaid_share_out", -paid.amount, who)]


def _repaid(book: FundBook, paid: Paid) -> list[Line]:
    loan = loan_of(book, paid.event)
    if loan is None:
        raise InDoubtError(say(N_("no loan {loan} is booked"), loan=paid.event.text))
    owed, amount = book.owed(loan, paid.day), paid.amount
    if amount > owed.total:
        text = N_("of {loan} {owed} {currency} are owed on that day, {more} less than was paid")
        currency = book.terms.currency
        due, more = in_units(owed.total, currency), in_units(amount - owed.total, currency)
        raise InDoubtError(say(text, loan=loan.id, owed=due, currency=currency, more=more))
    if amount > owed.principal + owed.charge:
        principal, charge = owed.principal, amount - owed.principal
    else:
        principal, charge = split_payment(book.terms, amount, owed.principal, owed.charge)
    who = loan.participant
    return [Line("loans", -principal, who, loan.id), Line("charges_due", -charge, who, loan.id)]


def _lent(book: FundBook, paid: Paid) -> list[Line]:
    loan = loan_of(book, paid.event)
    if loan is not None:
        raise InDoubtError(say(N_("{loan} was given already on {date}"), loan=loan.id, date=loan.given))
    who, amount, terms = paid.who(), -paid.amount, book.terms
    asked = [one for one in paid.asked(who) if one.amount == amount]
    if not asked:
        text = N_("{who} has applied for no loan of {amount} {currency}")
        raise InDoubtError(say(text, who=who, amount=amount, currency=terms.currency))
    term = asked[0].term or terms.default_term or terms.max_term
    if term is None:
        raise InDoubtError(say(N_("the application of {who} says no months"), who=who))
    return [Line("loans", amount, who, paid.event.text, term)]


def _fine(book: FundBook, paid: Paid) -> list[Line]:
    who = paid.who()
    if book.terms.fines == "social-fund":
        return [Line("social_fund", -paid.amount, who)]
    due = min(book.unpaid("fines_due", who, paid.day), paid.amount)
    return [Line("fines_due", -due, who), Line("fines", due - paid.amount, who)]


def _social(book: FundBook, paid: Paid) -> list[Line]:
    del book
    try:
        who = paid.who()
    except InDoubtError:
        who = ""  # it is nobody's: the social fund isn't shared out
    return [Line("social_fund", -paid.amount, who)]


def _given_back(book: FundBook, paid: Paid) -> list[Line]:
    del book
    raise InDoubtError(say(N_("{reference} is of money paid in, and this was paid out"), reference=paid.event.text))


_LINES: dict[tuple[str, bool], Callable[[FundBook, Paid], list[Line]]] = {
    ("S", True): _shares,
    ("S", False): _shared_out,
    ("L", True): _repaid,
    ("L", False): _lent,
    ("F", True): _fine,
    ("F", False): _given_back,
    ("SF", True): _social,
    ("SF", False): _given_back,
}
