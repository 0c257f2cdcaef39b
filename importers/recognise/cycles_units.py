"""Payments between a rotating fund and units: the side of the book that is being fed (SPEC 8, 10).

Both books have their side under one link, split alike (`importers.recognise.fund_sides`). What was decided and booked
in both books stands there as money on its way, and is only paid by the bank's line.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from importers.book import BookView
from importers.booktext import clean
from importers.postings import posting
from importers.recognise.events import Event
from importers.recognise.fund_lines import InDoubtError, Paid, lines_of, loan_of
from importers.recognise.fund_sides import Line, Side, Told, nearest, unanswered
from importers.recognise.funds import FundBook, Funds
from importers.recognise.numbers import units_numbers
from importers.recognise.placed import Payment, Placed
from importers.recognise.pool import Pool
from importers.recognise.references import same_party
from ledger.loans.dealings import MIRROR
from ledger.messages import N_, say
from ledger.rules.loans.movements import Part
from ledger.rules.rounding import in_units
from ledger.subledger import ic_link

ZERO = Decimal(0)
#: A loan's id as a link.
LINK = re.compile(r"[A-Za-z0-9_/.-]+", re.ASCII)
#: Parts of a fund, to a bookkeeper.
WORDS: dict[Part, str] = {
    "loans": N_("principal"),
    "charges_due": N_("charge"),
    "fines_due": N_("unpaid fine"),
    "fines": N_("fine"),
    "shares": N_("shares"),
    "unpaid_share_out": N_("share-out"),
}


class UnitPayments:
    """Places payments between a fund and units in one book.

    Args:
        view: the book.
        funds: the cycles that concern it.
    """

    def __init__(self, view: BookView, funds: Funds) -> None:
        self.view = view
        self.funds = funds
        self.numbers = units_numbers(view.ws, view.unit)
        self._between: dict[tuple[str, str], Between] = view.shared(_sides)

    def of_fund(self, pool: Pool, pay: Payment, event: Event, book: FundBook) -> Placed:
        """The fund's side."""
        loan = loan_of(book, event) if event.kind == "L" else None
        slug = self._unit(pay, loan.participant if loan is not None else "")
        between = self._side(book, event.cycle, slug)
        if (taken := self._on_its_way(pool, pay, event, between, slug, book)) is not None:
            return taken
        link = ic_link(book.unit.slug, loan.id if loan is not None else event.text) if event.kind == "L" else ""
        answer = nearest(between.others, -pay.amount, pay.day, event.kind, link)
        # The unit's own day: what was owed then is what it has split by.
        day = answer.date if answer is not None else pay.day
        paid = Paid(event, pay.amount, day, lambda: slug, lambda name: self.funds.asked(book.entry, name, pay.day))
        lines = lines_of(book, paid)
        return self._both(pool, pay, event, book, between, answer, lines, link)

    def of_unit(self, pool: Pool, pay: Payment, event: Event, book: FundBook) -> Placed:
        """The unit's side: what the fund's book says, else what it is going to say."""
        me = self.view.unit.slug
        owner = self.numbers.owner(pay.part.counterparty_account)
        if owner is not None and owner != book.unit.slug:
            text = N_("it isn't paid to or by {book}, but {other}")
            raise InDoubtError(say(text, book=book.unit.slug, other=owner))
        between = self._side(book, event.cycle, me)
        if (taken := self._on_its_way(pool, pay, event, between, book.unit.slug, book)) is not None:
            return taken
        loan = loan_of(book, event) if event.kind == "L" else None
        if loan is not None and loan.participant != me:
            raise InDoubtError(say(N_("{loan} is a loan of {unit}"), loan=loan.id, unit=loan.participant))
        link = ic_link(book.unit.slug, loan.id if loan is not None else event.text) if event.kind == "L" else ""
        answer = nearest(between.others, pay.amount, pay.day, event.kind, link)
        if answer is not None:
            return self._both(pool, pay, event, book, between, answer, answer.lines, link)
        paid = Paid(event, -pay.amount, pay.day, lambda: me, lambda name: self.funds.asked(book.entry, name, pay.day))
        lines = lines_of(book, paid)
        return self._both(pool, pay, event, book, between, None, lines, link)

    def _unit(self, pay: Payment, borrower: str) -> str:
        """The unit that pays or is paid: by its account's number; else a loan's borrower, or by its name."""
        owner = self.numbers.owner(pay.part.counterparty_account)
        ws = self.view.ws
        assert ws is not None
        if owner is None:
            name = pay.part.counterparty
            named = [u.slug for u in ws.units.values() if name and u.combine and same_party(u.name, name)]
            owner = borrower or (named[0] if len(named) == 1 else None)
        if owner is None or not ws.units[owner].combine or not ws.units[owner].in_scope(pay.day):
            text = N_("which unit {told} is isn't known: add its number to payment_numbers in its unit.toml")
            told = pay.part.counterparty or pay.part.counterparty_account or "?"
            raise InDoubtError(say(text, told=told))
        if borrower and owner != borrower:
            text = N_("the loan is one of {unit}, and {other} has paid or was paid")
            raise InDoubtError(say(text, unit=borrower, other=owner))
        return owner

    def _side(self, book: FundBook, cycle: str, slug: str) -> Between:
        """What both books say of a unit's dealings with a fund."""
        key = (cycle, slug)
        if key not in self._between:
            view, ws = self.view, self.view.ws
            assert ws is not None
            mine = book.unit.slug == view.unit.slug
            other = slug if mine else book.unit.slug
            own = Side(view.chart, view.entries, cycle, other, own=mine, unit=slug)
            theirs = self.funds.side(other, cycle, view.unit.slug, own=not mine, unit=slug)
            between = Between(own, theirs)
            if not mine:
                # What this unit has paid and the fund hasn't booked yet has been paid all the same.
                for told in between.alone:
                    book.add(told.date, [(x.part, x.amount, x.participant, x.loan, x.term) for x in told.lines])
            self._between[key] = between
        return self._between[key]

    def _on_its_way(
        self, pool: Pool, pay: Payment, event: Event, between: Between, partner: str, book: FundBook
    ) -> Placed | None:
        """What was decided and booked in both books already, and that this line pays."""
        loans = {ic_link(book.unit.slug, loan.id) for loan in book.fund.loans}
        named = {ic_link(book.unit.slug, loan.id) for loan in book.fund.loans if event.names(loan.id)}
        for number, (_, account, link, left) in enumerate(between.waiting):
            meant = link in named if event.kind == "L" else link not in loans
            if left == pay.amount and meant and self.view.is_open(account, pay.day, pay.currency):
                del between.waiting[number]
                meta = {"partner": partner, "ic": "other"}
                pool.dealings.book(link, partner, account, -pay.amount, pay.currency, "other")
                own = posting(account, -pay.amount, pay.currency, meta)
                return Placed((own,), sure=True, links=frozenset({link}), meta={"cycle": event.cycle})
        return None

    def _both(
        self,
        pool: Pool,
        pay: Payment,
        event: Event,
        book: FundBook,
        between: Between,
        answer: Told | None,
        lines: Sequence[Line],
        link: str,
    ) -> Placed:
        """This book's side of lines of the fund, under the link that both have."""
        mine = book.unit.slug == self.view.unit.slug
        unit = lines[0].participant
        partner = unit if mine else book.unit.slug
        link = link or (answer.link if answer is not None else between.new_link(book.unit.slug, event, unit, pay.day))
        postings = []
        for line in lines:
            if line.part not in MIRROR:
                raise InDoubtError(say(N_("units have no social fund of their own")))
            mirrored = MIRROR[line.part]
            account = self.view.role(mirrored.book if mine else mirrored.unit)
            amount = in_units(line.amount if mine else -line.amount, pay.currency)
            meta: dict[str, Any] = {"partner": partner, "ic": mirrored.ic}
            if mine:
                meta |= {"loan": line.loan} if line.loan else {}
                meta |= {"term": Decimal(line.term)} if line.term is not None else {}
            pool.dealings.book(link, partner, account, amount, pay.currency, mirrored.ic)
            postings.append(posting(account, amount, pay.currency, meta))
        if answer is not None:
            answer.answered = True
        if mine or answer is None:
            book.add(pay.day, [(x.part, x.amount, x.participant, x.loan, x.term) for x in lines])
        loans = {line.loan for line in lines if LINK.fullmatch(line.loan)}
        links, meta = frozenset({link, *loans}), {"cycle": event.cycle}
        if answer is not None and _amounts(answer.lines) != _amounts(lines):
            told = ", ".join(f"{say(WORDS[x.part])} {in_units(abs(x.amount), pay.currency)}" for x in answer.lines)
            text = N_("{unit} has split it otherwise ({told}): correct it there")
            why = clean(f"{event.text}: {say(text, unit=partner, told=told)}")
            return Placed(tuple(postings), sure=False, suggestion=why, links=links, meta=meta)
        return Placed(tuple(postings), sure=True, links=links, meta=meta)


def _amounts(lines: Sequence[Line]) -> dict[Part, Decimal]:
    """What lines move, by part of the fund."""
    found: dict[Part, Decimal] = {}
    for line in lines:
        found[line.part] = found.get(line.part, ZERO) + line.amount
    return found


class Between:
    """What the fund's book and a unit's say of their dealings in one cycle.

    Args:
        own: this book's side. `theirs`: the other one's; None where it can't be read.
    """

    def __init__(self, own: Side, theirs: Side | None) -> None:
        self.alone, self.others = unanswered(own, theirs) if theirs is not None else (list(own.told), [])
        self.waiting = own.waiting()
        self.links = {told.link for told in own.told} | {t.link for t in (theirs.told if theirs is not None else ())}

    def new_link(self, book: str, event: Event, unit: str, day: dt.date) -> str:
        """A link for what the other book doesn't say yet."""
        base, number = clean(f"{event.text}-{unit}-{day}"), 1
        while (link := ic_link(book, f"{base}-{number}")) in self.links:
            number += 1
        self.links.add(link)
        return link


def _sides(view: BookView) -> dict[tuple[str, str], Between]:
    """Shared by all sources of a view: what one of them answers is answered."""
    del view
    return {}
