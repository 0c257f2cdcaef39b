"""Applications for loans, as they stand in the books: what each says, and whether it can be answered (SPEC 8).

    2026-03-02 custom "loan-application" "NK26" 600.00 KES
      participant: "Anna"
      months: 2

Persons ask in the book of their group, which names them; a unit asks in its own book, and so needs no name. `months`
are the agreed periods, `need` is the score that the participants or the assembly gave, `until:` the last day on which
it counts. It moves no money: figures stand whatever is wrong with it.

What is told: a cycle that nobody has entered, or whose loans aren't given on that day, or that was shared out before;
another book than the one it belongs into; a unit that can't take part; a person who takes no part; an amount that isn't
above zero, finer than the currency's smallest unit, or in another currency; a number that is none.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl
from beancount.core import data
from beancount.core.amount import Amount

from ledger.books import Books, Unit, UnitBook
from ledger.books.cells import loads, unpack_entry
from ledger.books.columns import read
from ledger.errors import Problem, order
from ledger.loans.cycle import Cycle
from ledger.loans.problems import LoanUnitCurrencies, LoanUnitScope
from ledger.loans.problems_applications import LoanApplication
from ledger.memo import memo_of
from ledger.messages import N_, say
from ledger.policy import Policy
from ledger.rules.loans.ranking import Application
from ledger.rules.names import folded
from ledger.rules.rounding import unit_of

ZERO = Decimal(0)
DIRECTIVE = "loan-application"
#: No term and no score is larger.
MOST = 100_000


def application(cycle: Cycle, slug: str, entry: data.Custom) -> Application:
    """What an application says.

    Args:
        cycle: that it names.
        slug: in whose book it stands.
        entry: the directive.

    Raises:
        LoanApplication: what it says can't be.
    """
    amount: Amount = entry.values[1].value
    meta, currency = entry.meta, cycle.terms.currency

    def wrong(reason: str, **said: object) -> LoanApplication:
        where: dict[str, Any] = {"file": cycle.ws.shown(meta["filename"]), "line": int(meta["lineno"])}
        text = say(reason, **said)
        return LoanApplication(**where, unit=slug, date=entry.date, reason=text, cycle=cycle.name, currency=currency)

    assert amount.number is not None
    if amount.currency != currency:
        raise wrong(N_("the cycle is in {currency}"), currency=currency)
    if amount.number <= 0:
        raise wrong(N_("an amount above 0 is needed"))
    if amount.number % unit_of(currency):
        raise wrong(N_("the smallest amount is {smallest}"), smallest=f"{unit_of(currency)} {currency}")
    months, need = meta.get("months"), meta.get("need", ZERO)
    if months is not None and not (isinstance(months, Decimal) and months == int(months) and 0 < months <= MOST):
        raise wrong(N_("months: takes a whole number such as 3"))
    if not isinstance(need, Decimal) or not 0 <= need <= MOST:
        raise wrong(N_("need: takes a number such as 3"))
    if not isinstance(meta.get("until", entry.date), dt.date):
        raise wrong(N_("until: takes a day such as 2026-03-31"))
    whom: str | None = slug
    if cycle.persons:
        whom = cycle.known.get(folded(str(meta.get("participant") or "")))
        if whom is None:
            raise wrong(N_("participant: names nobody who takes part"))
    return Application(
        participant=whom or slug,
        amount=amount.number,
        term=None if months is None else int(months),
        need=need,
        date=entry.date,
        part=meta.get("part") is True,
    )


def application_problems(books: Books, policy: Policy, cycles: Mapping[str, Cycle]) -> tuple[Problem, ...]:
    """What is wrong with the applications in all books.

    Args:
        books: loaded; a book that isn't ok is left out.
        policy: whose cycles they may name; one whose terms are wrong is told by itself.
        cycles: as their books have them (`ledger.loans.cycles_of`).
    """
    entered = {str(entry.values[0].value) for entry in books.central_text.policy if entry.type == "loan-cycle"}
    found: list[Problem] = []
    for slug, book in sorted(books.units.items()):
        for entry in _directives(books, book) if book.ok else ():
            name = entry.values[0].value
            if name not in entered:
                found.append(_unknown(books, slug, entry, sorted(one.name for one in policy.cycles)))
            elif name in cycles:
                problem = application_problem(cycles[name], book.unit, entry)
                found += [] if problem is None else [problem]
    return tuple(sorted(found, key=order))


def _directives(books: Books, book: UnitBook) -> tuple[data.Custom, ...]:
    """A book's applications; from its columns, as most books have none."""

    def work() -> tuple[data.Custom, ...]:
        frame = read(book.table("directives"), "directives", ["kind", "directive"])
        texts = frame.filter(pl.col("kind") == "Custom")["directive"]
        entries = (unpack_entry(loads(text)) for text in texts)
        return tuple(e for e in entries if isinstance(e, data.Custom) and e.type == DIRECTIVE)

    return memo_of(books.workspace.root).get(("loan applications", book.unit.slug), work, equal=book.key)


def _unknown(books: Books, slug: str, entry: data.Custom, known: list[str]) -> LoanApplication:
    name = str(entry.values[0].value)
    near = difflib.get_close_matches(folded(name), known, n=1, cutoff=0) or ["-"]
    return LoanApplication(
        file=books.workspace.shown(entry.meta["filename"]),
        line=int(entry.meta["lineno"]),
        unit=slug,
        case="cycle",
        cycle=name,
        date=entry.date,
        nearest=near[0],
        known=", ".join(known) or "-",
    )


def application_problem(cycle: Cycle, unit: Unit, entry: data.Custom) -> Problem | None:
    """What is wrong with an application for a loan of a cycle, in a unit's book; None is nothing."""
    terms, day = cycle.terms, entry.date
    where: dict[str, Any] = {"file": cycle.ws.shown(entry.meta["filename"]), "line": int(entry.meta["lineno"])}
    said: dict[str, Any] = {"unit": unit.slug, "cycle": cycle.name, "date": day}
    own = unit.slug == cycle.book_slug
    if cycle.persons and not own:
        return LoanApplication(**where, **said, case="book", slug=unit.slug, book=cycle.book_slug)
    if not cycle.persons:
        named = str(entry.meta.get("participant") or unit.slug)
        if own or folded(named) not in {folded(unit.slug), folded(unit.name)}:
            return LoanApplication(**where, **said, case="own" if own else "unit", slug=unit.slug, named=named)
        if not unit.combine or not unit.in_scope(day):
            return LoanUnitScope(**where, **said, participant=unit.slug)
        if unit.currency != terms.currency:
            return LoanUnitCurrencies(
                **where, **said, participant=unit.slug, own=unit.currency, currency=terms.currency
            )
    last = min((end for end in (terms.ends, terms.last_loans) if end is not None), default=None)
    if day < terms.begins or (last is not None and day > last):
        return LoanApplication(**where, **said, case="day", begins=terms.begins, ends=last or "-")
    first = min(cycle.fund.first_shares.values(), default=None)
    eve = day - dt.timedelta(days=1)
    if first is not None and first <= eve and cycle.fund.state(eve).shares <= 0:
        return LoanApplication(**where, **said, case="over")
    try:
        application(cycle, unit.slug, entry)
    except LoanApplication as problem:
        return problem
    return None
