"""What a unit's close writes into other books: central's side of its levy and interest, a loan fund's of its charges.

Before a month is closed both sides of it are there, as the rules have made them; here the other one is found (SPEC 7).
What can't be found, because the book that takes it has errors, is no nothing: the unit waits.
"""

from __future__ import annotations

from collections.abc import Iterable

from beancount.core import data

from ledger.books import last_day, month_of
from ledger.charts import load_chart
from ledger.closing.problems import CloseCentralFaulty
from ledger.federation import Federation
from ledger.loans.dealings import MIRROR, PROVISIONAL
from ledger.provisional import SOURCE, ProvisionalRun
from ledger.provisional.funds import PROVISIONAL_FUNDS, borrows
from ledger.provisional.invoices import invoices
from ledger.rules.years import first_open


def other_sides(
    federation: Federation, slug: str, period: str, entries: Iterable[data.Transaction]
) -> dict[str, list[data.Transaction]]:
    """By the slug of the book that takes them, the other sides of a unit's month.

    Args:
        federation: as it stands.
        slug: whose month.
        period: `2026-03`.
        entries: the unit's own provisional ones of the month.

    Raises:
        CloseCentralFaulty: they can't be made, as a book that takes them has errors.
    """
    ws, central = federation.workspace, federation.workspace.central
    faulty = next((book for book in _borrowed_from(federation, slug) if not federation.books.units[book].ok), None)
    if faulty is not None:
        said = {"slug": slug, "period": period, "central": faulty, "case": "fund"}
        raise CloseCentralFaulty(file=ws.shown(ws.unit(faulty).main), line=None, excerpt=None, unit=slug, **said)
    theirs = {book: _fund_side(federation, book, slug, period) for book in funds_in(federation, slug, entries)}
    if central is not None and slug != central.slug and slug in federation.run.statements:
        theirs[central.slug] = [*_levy_side(federation, slug, period), *theirs.get(central.slug, ())]
    if central is not None and slug != central.slug and borrows(federation.policy, slug):
        interest = _interest_side(federation, central.slug, slug, period)
        theirs[central.slug] = [*theirs.get(central.slug, ()), *interest]
    return theirs


def provisional_of(run: ProvisionalRun, slug: str, month: str) -> list[data.Transaction]:
    """A book's provisional entries of a month, as its balance sheet has them: after the last posting of all, too."""
    found = (entry for entry in run.at(slug, last_day(month)).entries if isinstance(entry, data.Transaction))
    return [entry for entry in found if month_of(entry.date) == month]


def _levy_side(federation: Federation, slug: str, period: str) -> list[data.Transaction]:
    """Central's entries of a unit's levy of a month.

    Raises:
        CloseCentralFaulty: they aren't there.
    """
    ws, central = federation.workspace, federation.workspace.central
    assert central is not None
    links = _links(federation, slug, period)
    dated = first_open(period, federation.books.closed.get(central.slug, frozenset()))
    found = provisional_of(federation.run, central.slug, dated)
    theirs = [e for e in found if e.links & links and e.meta["filename"] == SOURCE]
    if links - {link for entry in theirs for link in entry.links}:
        file = ws.shown(central.main)
        raise CloseCentralFaulty(file=file, unit=slug, slug=slug, period=period, central=central.slug)
    return theirs


def _links(federation: Federation, slug: str, period: str) -> frozenset[str]:
    """Links of both sides of a month's levy, and of what it holds for earlier years."""
    levy = federation.run.statements[slug]
    return frozenset(one.link for one in invoices(levy, federation.policy) if one.month == period)


def funds_in(federation: Federation, slug: str, entries: Iterable[data.Directive]) -> set[str]:
    """The units whose loan fund a unit owes something to, as its provisional entries say; never itself."""
    keeps = {cycle.name: cycle.book for cycle in federation.policy.cycles}
    loans = (entry for entry in entries if entry.meta["filename"] == PROVISIONAL)
    return {keeps[entry.meta["cycle"]] for entry in loans if entry.meta.get("cycle") in keeps} - {slug}


def _borrowed_from(federation: Federation, slug: str) -> list[str]:
    """The units of whose loan fund a unit has borrowed, as its own book says."""
    books = federation.books
    book, keeps = books.units[slug], {cycle.book for cycle in federation.policy.cycles} & books.units.keys() - {slug}
    if not keeps or book.summary is None:
        return []
    chart = load_chart(book.unit.chart, book.unit.folder)
    roles = (MIRROR["loans"].unit, MIRROR["charges_due"].unit)
    codes = {chart.role(role).code for role in roles if chart.has_role(role)}
    accounts = {row.account for row in book.summary.accounts if row.code in codes}
    return sorted({r.partner for r in book.summary.partners if r.partner in keeps and r.account in accounts})


def _fund_side(federation: Federation, book: str, slug: str, period: str) -> list[data.Transaction]:
    """A loan fund's entries of a month with one unit; none where its month is closed: its own close has them."""
    if period in federation.books.closed.get(book, ()):
        return []
    cycles = {cycle.name for cycle in federation.policy.cycles if cycle.book == book}
    loans = (e for e in provisional_of(federation.run, book, period) if e.meta["filename"] == PROVISIONAL)
    return [entry for entry in loans if entry.meta.get("cycle") in cycles and slug in _partners(entry)]


def _interest_side(federation: Federation, central: str, slug: str, period: str) -> list[data.Transaction]:
    """Central's interest of a month on what a unit owes the investment fund; none where its month is closed."""
    if period in federation.books.closed.get(central, ()):
        return []
    made = (e for e in provisional_of(federation.run, central, period) if e.meta["filename"] == PROVISIONAL_FUNDS)
    return [entry for entry in made if slug in _partners(entry)]


def _partners(entry: data.Transaction) -> set[str]:
    """The units that an entry's postings name."""
    return {str(posting.meta["partner"]) for posting in entry.postings if posting.meta and "partner" in posting.meta}
