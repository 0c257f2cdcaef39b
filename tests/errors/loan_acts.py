"""Errors of dealings between a rotating loan fund and a unit."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ledger.books import open_workspace
from ledger.books.excerpt import quote
from ledger.closing.loans import Event, book_events
from ledger.errors import Problem
from ledger.loans.dealings import Deal, buy_shares
from ledger.rules.loans.terms import Terms

from .acts import met
from .stage import Stage


def shares_bought(stage: Stage) -> list[Problem]:
    """repris buys two shares of the fund, on 5 March, from its bank account."""
    ws, day = open_workspace(stage.root), dt.date(2026, 3, 5)
    terms = Terms(name="RF26", currency="SEK", share_value=Decimal(1000), begins=dt.date(2026, 1, 1))

    def make(book, unit):
        return buy_shares(Deal(terms=terms, book=book, unit=unit, date=day, unit_bank="Assets:1930-Bank"), 2)

    event = Event(ws.unit("repris"), make)
    found = met(book_events, ws, ws.central, [event], currency="SEK", cycle="RF26", by="anna", today=day)
    quote(ws, found)
    return found
