"""Applications to the investment fund, as they stand in the units' books (SPEC 9; research: funds, 3.1).

    2026-03-02 custom "fund-application" "IF-2026-001" 150000.00 SEK
      purpose: "New oven"
      kind: "loan"
      budget: 200000.00 SEK
      own-part: 40000.00 SEK
      jobs: 1.5
      payback: 48
      environment: "Half the electricity of the old one"
      spread: "Two other cafés may bake in it"
      risk: "The landlord may cancel in 2029"
      document: "documents/oven.pdf"

A unit asks in its own book, in central's currency. `jobs` are created or kept, `payback` is months, `until:` the last
day on which it counts, `draft: TRUE` says that it isn't handed in yet. It moves no money: figures stand whatever is
wrong with it. An application that lacks what the scoring asks for is told with what it lacks, and can't be decided.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, get_args

import polars as pl
from beancount.core import data
from beancount.core.amount import Amount

from ledger.books import Books, UnitBook
from ledger.books.cells import loads, unpack_entry
from ledger.books.columns import read
from ledger.errors import Problem, order
from ledger.funds.problems import FundApplication, FundApplicationTwice
from ledger.memo import memo_of
from ledger.messages import N_, say
from ledger.policy import Policy
from ledger.policy.fund_reader import CASE, LONGEST
from ledger.rules.funds.terms import Kind
from ledger.rules.names import folded
from ledger.rules.rounding import unit_of

ZERO = Decimal(0)
DIRECTIVE = "fund-application"
#: No application creates more jobs, or pays back later (months).
MOST_JOBS, MOST_MONTHS = 10_000, 1_200
TEXTS = ("purpose", "environment", "spread", "risk", "cash-flow", "document")
#: What must be there before it can be scored.
NEEDED = ("purpose", "jobs", "payback", "budget", "own-part")


@dataclass(frozen=True, slots=True)
class Application:
    """What a unit asks for; amounts in central's currency.

    Attributes:
        payback: months until the investment has paid for itself; None: not said.
        texts: purpose, environment, spread, risk, cash-flow, document, as far as they are given.
        lacks: keys that the scoring asks for and nobody has written.
    """

    case: str
    unit: str
    date: dt.date
    amount: Decimal
    kind: Kind
    budget: Decimal
    own_part: Decimal
    jobs: Decimal
    payback: int | None
    until: dt.date | None
    draft: bool
    texts: dict[str, str]
    lacks: tuple[str, ...]
    file: str
    line: int


@dataclass(frozen=True)
class Applications:
    """All of them, by case, and what is wrong with others."""

    by_case: dict[str, Application]
    problems: tuple[Problem, ...]


def applications(books: Books) -> Applications:
    """The applications in all books that are without errors; of a case that stands twice the first counts."""
    central = books.workspace.central
    found: dict[str, Application] = {}
    problems: list[Problem] = []
    for slug, book in sorted(books.units.items()):
        for entry in _directives(books, book) if book.ok else ():
            try:
                assert central is not None
                one = _read(books, slug, entry, central.currency, central.slug)
            except FundApplication as problem:
                problems.append(problem)
                continue
            first = found.setdefault(folded(one.case), one)
            if first is not one:
                where: dict[str, Any] = {"file": one.file, "line": one.line, "unit": slug}
                problems.append(FundApplicationTwice(**where, case_name=one.case, first=f"{first.file}:{first.line}"))
    return Applications({one.case: one for one in found.values()}, tuple(sorted(problems, key=order)))


def _directives(books: Books, book: UnitBook) -> tuple[data.Custom, ...]:
    """A book's applications; from its columns, as most books have none."""

    def work() -> tuple[data.Custom, ...]:
        frame = read(book.table("directives"), "directives", ["kind", "directive"])
        texts = frame.filter(pl.col("kind") == "Custom")["directive"]
        entries = (unpack_entry(loads(text)) for text in texts)
        return tuple(e for e in entries if isinstance(e, data.Custom) and e.type == DIRECTIVE)

    return memo_of(books.workspace.root).get(("fund applications", book.unit.slug), work, equal=book.key)


def _read(books: Books, slug: str, entry: data.Custom, currency: str, central: str) -> Application:
    """What an application says.

    Raises:
        FundApplication: what it says can't be.
    """
    meta, ws = entry.meta, books.workspace
    file, line = ws.shown(meta["filename"]), int(meta["lineno"])

    def wrong(reason: str, **said: object) -> FundApplication:
        return FundApplication(file=file, line=line, unit=slug, reason=say(reason, **said), currency=currency)

    if CASE.fullmatch(str(entry.values[0].value)) is None or len(str(entry.values[0].value)) > LONGEST:
        raise wrong(N_("its name takes letters, digits and hyphens between them, at most 30 in all"))
    if slug == central:
        raise wrong(N_("central doesn't apply to its own fund"))
    if not ws.units[slug].in_scope(entry.date):
        raise wrong(N_("{unit} is no member on {date}"), unit=slug, date=entry.date)
    asked = _amount(entry.values[1].value, currency, "", wrong)
    kind = meta.get("kind", "loan")
    if kind not in get_args(Kind):
        near = difflib.get_close_matches(str(kind), get_args(Kind), n=1, cutoff=0)[0]
        raise wrong(N_("kind: is grant, loan, equity or guarantee, such as {nearest}"), nearest=near)
    budget = _amount(meta["budget"], currency, "budget", wrong) if "budget" in meta else asked
    own = _amount(meta["own-part"], currency, "own-part", wrong) if "own-part" in meta else ZERO
    if own + asked > budget:
        text = N_("what is asked for and the own part are more than the budget, {budget}")
        raise wrong(text, budget=f"{budget} {currency}")
    jobs, payback, until = meta.get("jobs", ZERO), meta.get("payback"), meta.get("until")
    if not isinstance(jobs, Decimal) or not 0 <= jobs <= MOST_JOBS:
        raise wrong(N_("jobs: takes a number such as 1.5"))
    if payback is not None and not (
        isinstance(payback, Decimal) and payback == int(payback) and 0 < payback <= MOST_MONTHS
    ):
        raise wrong(N_("payback: takes a whole number of months such as 48"))
    if until is not None and not isinstance(until, dt.date):
        raise wrong(N_("until: takes a day such as 2026-03-31"))
    if not isinstance(meta.get("draft", False), bool):
        raise wrong(N_("draft: takes TRUE or FALSE, without quotes"))
    return Application(
        case=str(entry.values[0].value),
        unit=slug,
        date=entry.date,
        amount=asked,
        kind=kind,
        budget=budget,
        own_part=own,
        jobs=jobs,
        payback=None if payback is None else int(payback),
        until=until,
        draft=meta.get("draft") is True,
        texts={key: str(meta[key]) for key in TEXTS if meta.get(key)},
        lacks=tuple(key for key in NEEDED if meta.get(key) in {None, ""}),
        file=file,
        line=line,
    )


def _amount(written: object, currency: str, key: str, wrong: Any) -> Decimal:
    """An amount in central's currency, above zero unless it is the own part."""
    if not isinstance(written, Amount) or written.number is None:
        raise wrong(N_("{key} takes an amount such as 1000.00 {currency}"), key=f"{key}:", currency=currency)
    if written.currency != currency:
        raise wrong(N_("the fund is in {currency}"), currency=currency)
    if written.number < 0 or (not written.number and key != "own-part"):
        raise wrong(N_("an amount above 0 is needed"))
    if written.number % unit_of(currency):
        raise wrong(N_("the smallest amount is {smallest}"), smallest=f"{unit_of(currency)} {currency}")
    return written.number


def fund_application_problems(books: Books, policy: Policy) -> tuple[Problem, ...]:
    """What is wrong with applications, also beside what was agreed on under their names."""
    asked = applications(books)
    agreed = {folded(entry.terms.case): entry.terms.unit for entry in policy.funds.agreed}
    found = list(asked.problems)
    for one in asked.by_case.values():
        if agreed.get(folded(one.case), one.unit) != one.unit:
            reason = say(N_("{case_name} was agreed on with {unit}"), case_name=one.case, unit=agreed[folded(one.case)])
            currency = books.workspace.currency
            found.append(FundApplication(file=one.file, line=one.line, unit=one.unit, reason=reason, currency=currency))
    return tuple(sorted(found, key=order))


def open_applications(found: Applications, decided: set[str], day: dt.date) -> Iterator[Application]:
    """Those that nobody has decided on by a day, and that still count; `decided`: cases, whatever their capitals."""
    known = {folded(case) for case in decided}
    for one in sorted(found.by_case.values(), key=lambda a: (a.date, a.case)):
        late = one.until is not None and one.until < day
        if folded(one.case) not in known and not one.draft and not late and one.date <= day:
            yield one
