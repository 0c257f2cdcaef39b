"""Both sides of what units have to do with a rotating loan fund (SPEC 3, 8; research: the fund between units).

The fund's book and the unit's say the same, the other way round: what the fund owes for shares the unit holds, what the
fund has lent the unit owes, what is income there is cost here. So each event is said once, as parts of the fund, and
each part has its account in either book, by the role in that book's chart:

| part of the fund | in its book | in the unit's | kind |
|---|---|---|---|
| shares | `shares` | `shares_held` | fund |
| loans | `loans` | `cycle_debt` | loan |
| charges due | `charges_due` | `charges_owed` | interest |
| unpaid fines | `fines_due` | `fines_owed` | other |
| charges | `service_charge` | `charge_cost` | interest |
| fines | `fines` | `fine_cost` | other |
| what is shared out beyond the shares' price | `share_out` | `share_out_income` | interest |
| decided and not paid out yet | `unpaid_share_out` | `fund_claim` | fund |
| written off | `loan_losses` | `share_out_income` | as what is written off |

Each posting but the money's names the other book (`partner`) and the kind of dealing (`ic`), and both entries have one
link, so the combined statements eliminate all of it on every date. Money stands on a bank account where the caller
names one. Where it isn't in the bank yet it is on its way, in or out: an account of the chart, which names the other
book, too, and which the bank's own line settles when it comes. Charges are income when they accrue: a payment settles
the claim, and is never income again.

Pure: names, days and amounts in, entries out. Who writes them is `ledger.closing.loans`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from beancount.core import data
from beancount.core.amount import Amount

from ledger.books import Unit
from ledger.messages import N_, translate
from ledger.rules.loans.movements import Part
from ledger.rules.loans.terms import Terms
from ledger.rules.rounding import in_units
from ledger.subledger import ic_link

ZERO = Decimal(0)
#: `source-id` of what these events are booked with.
SOURCE_ID = "loans:"
#: File name of entries that the rules have made of a cycle, and that no file holds.
PROVISIONAL = "<loans>"
_LINK = re.compile(r"[A-Za-z0-9_/.-]+", re.ASCII)
#: Money that isn't in the bank yet, by whether it comes in.
ON_ITS_WAY = {True: "transit_in", False: "transit_out"}


class Mirrored(NamedTuple):
    """A part of the fund in both books: the role of its account in each, and the kind of dealing."""

    book: str
    unit: str
    ic: str


MIRROR: Mapping[Part, Mirrored] = MappingProxyType(
    {
        "shares": Mirrored("shares", "shares_held", "fund"),
        "loans": Mirrored("loans", "cycle_debt", "loan"),
        "charges_due": Mirrored("charges_due", "charges_owed", "interest"),
        "fines_due": Mirrored("fines_due", "fines_owed", "other"),
        "charges": Mirrored("service_charge", "charge_cost", "interest"),
        "fines": Mirrored("fines", "fine_cost", "other"),
        "shared_out": Mirrored("share_out", "share_out_income", "interest"),
        "unpaid_share_out": Mirrored("unpaid_share_out", "fund_claim", "fund"),
        "losses": Mirrored("loan_losses", "share_out_income", "loan"),
    }
)
MONEY: Part = "cash"

SHARES = N_("{cycle}: {unit} buys {count} shares")
LOAN = N_("{cycle}: loan {loan} to {unit}, {term} periods")
LOAN_CHARGE = N_("{cycle}: charge for loan {loan} to {unit}")
REPAYMENT = N_("{cycle}: {unit} repays")
FINE = N_("{cycle}: fine, {unit}")
SHARE_OUT = N_("{cycle}: share-out to {unit}, {count} shares")
LEAVES = N_("{cycle}: {participant} leaves")
STILL_DUE = N_("{cycle}: rest of the share-out to {unit}")
REST_LOST = N_("{cycle}: rest of the share-out to {unit} is given up")
WRITE_OFF = N_("{cycle}: written off for {unit}")


class Accounts(Protocol):
    """The accounts of one book by role (`ledger.provisional.accounts.RoleAccounts`)."""

    unit: Unit

    def account(self, role: str, day: dt.date, currency: str) -> str:
        """The account of a role that takes `currency` on `day`."""


@dataclass(frozen=True, kw_only=True)
class Deal:
    """An event between a fund and a unit, as far as all events are alike.

    Attributes:
        terms: of the cycle.
        book, unit: the accounts of the fund's book, and of the unit's.
        date: of both entries.
        bank: account that the money is on, in the fund's book; None: it is on its way.
        unit_bank: likewise in the unit's.
        number: what tells it from another one of the same kind, day and amount: the number of a receipt.
        decision, document, meeting: what both entries say besides.
        rule, rounding: of a share-out, likewise: how it was shared, and what each part was rounded to.
        language: of their texts.
    """

    terms: Terms
    book: Accounts
    unit: Accounts
    date: dt.date
    bank: str | None = None
    unit_bank: str | None = None
    number: str = ""
    decision: str = ""
    document: str = ""
    meeting: str = ""
    rule: str = ""
    rounding: str = ""
    language: str = "en"

    def source(self, kind: str, amount: Decimal) -> str:
        """What its entries are known by: the same event gives the same."""
        said = [self.terms.name, kind, self.unit.unit.slug, self.date.isoformat(), f"{self._whole(amount):f}"]
        return SOURCE_ID + ":".join([*said, *([self.number] if self.number else [])])

    def _whole(self, amount: Decimal) -> Decimal:
        return in_units(amount, self.terms.currency)


@dataclass(frozen=True)
class Both:
    """An event's entries, one for one: in the fund's book, and in the unit's."""

    book: tuple[data.Transaction, ...]
    unit: tuple[data.Transaction, ...]


@dataclass(frozen=True)
class Owed:
    """What a unit owes a fund: principal, charges, fines."""

    loans: Decimal = ZERO
    charges: Decimal = ZERO
    fines: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.loans + self.charges + self.fines


@dataclass(frozen=True, kw_only=True)
class SharedOut:
    """What a unit gets of a fund at the end of a cycle, or when it leaves.

    Attributes:
        shares: how many it hands in.
        gross: what they are worth.
        debts: what is set off.
        still_due: what the fund pays later.
        written_off: what of its debts is forgiven, as its shares don't cover them.
    """

    shares: int
    gross: Decimal
    debts: Owed = field(default_factory=Owed)
    still_due: Decimal = ZERO
    written_off: Decimal = ZERO

    @property
    def paid(self) -> Decimal:
        """What is paid out now; negative: what the unit pays in."""
        return self.gross - self.debts.total - self.still_due + self.written_off


@dataclass(frozen=True)
class _Line:
    """A posting of the fund's book; the unit's is the opposite."""

    part: Part
    amount: Decimal
    ic: str = ""
    meta: dict[str, Any] = field(default_factory=dict)


def buy_shares(deal: Deal, count: int) -> Both:
    """A unit buys shares; a negative count takes some back at their price."""
    price = deal.terms.share_value * count
    text = _text(deal, SHARES, count=count)
    return _both(deal, "shares", price, text, [_Line(MONEY, price), _Line("shares", -price)])


def lend(deal: Deal, loan: str, principal: Decimal, term: int, charge: Decimal = ZERO) -> Both:
    """A unit borrows.

    Args:
        deal: what all events say.
        loan: the loan's id, `RF26-L01`.
        principal: what is paid out.
        term: agreed periods.
        charge: what is owed for them from the day of the loan (flat); nothing where charges accrue (declining).
    """
    text = _text(deal, LOAN, loan=loan, term=term)
    said = {"loan": loan, "term": Decimal(term)}
    lines = [_Line("loans", principal, meta=said), _Line(MONEY, -principal)]
    made = [_both(deal, "loan", principal, text, lines, loans=[loan])]
    if charge:
        lines = [_Line("charges_due", charge, meta={"loan": loan}), _Line("charges", -charge, meta={"loan": loan})]
        its = replace(deal, decision="")  # it allows the loan; its charge uses nothing of it
        made.append(_both(its, "charge", charge, _text(deal, LOAN_CHARGE, loan=loan), lines, loans=[loan]))
    return Both(tuple(e for one in made for e in one.book), tuple(e for one in made for e in one.unit))


def repay(deal: Deal, principal: Decimal, charge: Decimal, *, loans: Sequence[str] = (), fines: Decimal = ZERO) -> Both:
    """A unit pays: principal, charges that it owes, fines that it owes.

    Args:
        deal: what all events say.
        principal: as the cycle's rule splits what is paid (`ledger.rules.loans.splitting`).
        charge: likewise.
        loans: ids of the loans that it pays back.
        fines: of those imposed before.
    """
    named = {"loan": loans[0]} if len(loans) == 1 else {}
    lines = [
        _Line(MONEY, principal + charge + fines),
        _Line("loans", -principal, meta=named),
        _Line("charges_due", -charge, meta=named),
        _Line("fines_due", -fines),
    ]
    return _both(deal, "repayment", principal + charge + fines, _text(deal, REPAYMENT), lines, loans=loans)


def fine(deal: Deal, imposed: Decimal, paid: Decimal) -> Both:
    """A fine is imposed, paid, or both at once; what isn't paid is owed, what is paid of earlier ones no more."""
    lines = [_Line(MONEY, paid), _Line("fines_due", imposed - paid), _Line("fines", -imposed)]
    return _both(deal, "fine" if imposed else "fine-paid", imposed or paid, _text(deal, FINE), lines)


def share_out(deal: Deal, its: SharedOut, *, leaves: bool = False) -> Both:
    """A unit gets what its shares are worth, less what it owes: at the end of the cycle, or as it leaves."""
    price = deal.terms.share_value * its.shares
    lines = [
        _Line("shares", price),
        _Line("shared_out", its.gross - price),
        _Line("loans", -its.debts.loans),
        _Line("charges_due", -its.debts.charges),
        _Line("fines_due", -its.debts.fines),
        _Line("losses", its.written_off),
        _Line("unpaid_share_out", -its.still_due),
        _Line(MONEY, -its.paid),
    ]
    if leaves:
        text = translate(LEAVES, deal.language).format(cycle=deal.terms.name, participant=deal.unit.unit.name)
        return _both(deal, "leaves", its.gross, text, lines)
    return _both(deal, "share-out", its.gross, _text(deal, SHARE_OUT, count=its.shares), lines)


def pay_still_due(deal: Deal, amount: Decimal) -> Both:
    """The fund pays what was due of a share-out still."""
    lines = [_Line("unpaid_share_out", amount), _Line(MONEY, -amount)]
    return _both(deal, "share-out-rest", amount, _text(deal, STILL_DUE), lines)


def give_up_still_due(deal: Deal, amount: Decimal) -> Both:
    """What was due of a share-out still won't be paid: the loss is the unit's, and not the fund's any more."""
    lines = [_Line("unpaid_share_out", amount), _Line("losses", -amount)]
    return _both(deal, "share-out-lost", amount, _text(deal, REST_LOST), lines)


def write_off(deal: Deal, its: Owed, *, loans: Sequence[str] = ()) -> Both:
    """What a unit can't pay is given up: a loss of the fund, and so of all its shares."""
    named = {"loan": loans[0]} if len(loans) == 1 else {}
    lines = [
        _Line("losses", its.loans, "loan"),
        _Line("losses", its.charges, "interest"),
        _Line("losses", its.fines, "other"),
        _Line("loans", -its.loans, meta=named),
        _Line("charges_due", -its.charges, meta=named),
        _Line("fines_due", -its.fines),
    ]
    return _both(deal, "write-off", its.total, _text(deal, WRITE_OFF), lines, loans=loans)


def _text(deal: Deal, text: str, **said: object) -> str:
    return translate(text, deal.language).format(cycle=deal.terms.name, unit=deal.unit.unit.name, **said)


def _both(
    deal: Deal, kind: str, amount: Decimal, text: str, lines: Iterable[_Line], *, loans: Sequence[str] = ()
) -> Both:
    """Both entries of an event; what is of nothing isn't posted."""
    posted = [line for line in lines if line.amount]
    assert sum((line.amount for line in posted), ZERO) == 0
    source = deal.source(kind, amount)
    slug, cycle = deal.book.unit.slug, deal.terms.name
    named = loans or [f"{cycle}-{kind}-{deal.date}{f'-{deal.number}' if deal.number else ''}"]
    links = frozenset({*(ic_link(slug, name) for name in named), *filter(_LINK.fullmatch, loans)})
    said = {"cycle": cycle, "meeting": deal.meeting, "document": deal.document, "decision": deal.decision}
    said |= {"rule": deal.rule, "rounding": deal.rounding}
    meta = {"source-id": source, **{key: value for key, value in said.items() if value}}
    entries = []
    for own in (True, False):
        postings = [_posting(deal, line, own=own) for line in posted]
        entries.append(data.Transaction(dict(meta), deal.date, "*", None, text, frozenset(), links, postings))
    return Both((entries[0],), (entries[1],))


def _posting(deal: Deal, line: _Line, *, own: bool) -> data.Posting:
    """A line in the fund's book (`own`), or in the unit's."""
    accounts, partner = (deal.book, deal.unit) if own else (deal.unit, deal.book)
    amount = line.amount if own else -line.amount
    units = Amount(in_units(amount, deal.terms.currency), deal.terms.currency)
    tags: dict[str, Any] = {"partner": partner.unit.slug, "ic": "other"}
    if line.part == MONEY:
        bank = deal.bank if own else deal.unit_bank
        if bank is not None:
            return data.Posting(bank, units, None, None, None, {})
        role = ON_ITS_WAY[amount > 0]
    else:
        mirrored = MIRROR[line.part]
        role, tags["ic"] = (mirrored.book if own else mirrored.unit), line.ic or mirrored.ic
        tags |= line.meta if own else {}
    account = accounts.account(role, deal.date, deal.terms.currency)
    return data.Posting(account, units, None, None, None, tags)
