"""The close of several units and months: who is ready first, central last, one job a unit (SPEC 7).

Nobody is closed while anybody isn't ready, unless only those that are were asked for. Each unit's close is decided by
itself: after an interruption the same command goes on where it was, and says which units had been closed before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ledger.books import Workspace, clock
from ledger.books.excerpt import quote
from ledger.books.sealed import sealed_months
from ledger.closing import months as periods
from ledger.closing.close import Closed, NotReadyError, Trial, close_month
from ledger.closing.readiness import left_out
from ledger.errors import EXIT_OUTSIDE, Problem
from ledger.federation import Federation, load_federation
from ledger.seals.signing import Signer


class Readiness(Protocol):
    """`ledger.closing.readiness.readiness`."""

    def __call__(  # noqa: D102  see above
        self, federation: Federation, period: str, slugs: Sequence[str], *, today: dt.date, without: Sequence[str] = ()
    ) -> Mapping[str, Sequence[Problem]]: ...


@dataclass
class Month:
    """What became of one month.

    Attributes:
        closed: units, in the order in which they were closed.
        before: units that had been closed before.
        blocked: why the others can't be; also units whose settings can't be read.
        early: units whose book begins later, each with the month in which it does: they have nothing to close.
    """

    period: str
    closed: list[Closed] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    blocked: dict[str, list[Problem]] = field(default_factory=dict)
    early: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """What is to be closed.

    Attributes:
        slugs: units that were named; none: all members of the federation.
        only_ready: those that are ready, whatever the others lack.
        without: units that central doesn't wait for, and that aren't closed now; `decision` allows it.
        dry_run: nothing is written; of several months only the first open one can be shown.
    """

    slugs: tuple[str, ...] = ()
    only_ready: bool = False
    without: tuple[str, ...] = ()
    decision: str | None = None
    dry_run: bool = False


def close_months(
    ws: Workspace, months: Sequence[str], wanted: Wanted, *, ready: Readiness, signer: Signer | None = None
) -> Iterator[Month]:
    """Close months in order; each is given when it is done. The first that isn't wholly closed is the last.

    Args:
        ws: the workspace.
        months: in order.
        wanted: which units, and how.
        ready: says who isn't ready, and why.
        signer: signs seals.

    Raises:
        BooksBusy, OSError: as `close_month`; what was closed before stays closed.
    """
    for period in months:
        done = _Round(ws, period, wanted, ready, signer).run(named=len(months) == 1 and bool(wanted.slugs))
        yield done
        if done.blocked or (wanted.dry_run and done.closed):
            return


def span(ws: Workspace, slugs: Sequence[str], until: str) -> list[str]:
    """The months up to `until` in which any of the units (none: any member) has something to close."""
    books = load_federation(ws).books
    found = {month for slug in _members(ws, slugs) for month in periods.open_months(books, slug, until)}
    return sorted(found)


def _members(ws: Workspace, slugs: Sequence[str], funds: Collection[str] = ()) -> list[str]:
    """The units in the order in which they are closed: who keeps a loan fund after who owes it, central last."""
    chosen = slugs or [slug for slug, unit in ws.units.items() if unit.combine]
    central = ws.central.slug if ws.central is not None else ""
    return sorted(dict.fromkeys(chosen), key=lambda slug: (slug == central, slug in funds, slug))


class _Round:
    """One month."""

    def __init__(self, ws: Workspace, period: str, wanted: Wanted, ready: Readiness, signer: Signer | None) -> None:
        self.ws = ws
        self.wanted = wanted
        self.readiness = ready
        self.signer = signer
        self.month = Month(period)
        self.seen: dict[str, tuple[str, ...]] = {}
        self.trial = Trial() if wanted.dry_run else None

    def run(self, *, named: bool) -> Month:
        """Close it.

        Args:
            named: the units and the month were both named: then one outside its membership, or before the book
                begins, is told, not left out.
        """
        month, central = self.month, self.ws.central
        federation = load_federation(self.ws)
        slugs: list[str] = []
        for slug in _members(self.ws, self.wanted.slugs, {cycle.book for cycle in federation.policy.cycles}):
            if slug in self.wanted.without:
                continue
            first = self._first(federation, slug)
            early = first is not None and month.period < first and periods.is_member(self.ws.units[slug], month.period)
            if early and month.period in federation.books.closed.get(slug, ()):
                month.early[slug] = str(first)
            elif month.period in federation.books.closed.get(slug, ()):
                month.before.append(slug)
            elif self._has(federation, slug) or (slugs and self._takes_their_side(slug)):
                slugs.append(slug)
            elif named:
                if early:
                    month.early[slug] = str(first)
                else:
                    slugs.append(slug)
        month.blocked = self._blocked(federation, slugs)
        if slugs or month.before:
            month.blocked |= self._left_out(federation)
        if month.blocked and not self.wanted.only_ready:
            return month
        for slug in slugs:
            if slug in month.blocked:
                continue
            if central is not None and slug == central.slug and month.blocked:  # perhaps it waits for one of them
                month.blocked |= self._central(slug)
            if slug not in month.blocked:
                self._close(slug)
        return month

    def _has(self, federation: Federation, slug: str) -> bool:
        """Whether the unit has this month to close."""
        first = self._first(federation, slug)
        inside = periods.is_member(self.ws.units[slug], self.month.period)
        return inside and (first is None or first <= self.month.period)

    def _takes_their_side(self, slug: str) -> bool:
        """Whether the closes of members make the unit's book begin: central's, with the other side of their levies."""
        unit = self.ws.units[slug]
        return unit is self.ws.central and periods.is_member(unit, self.month.period)

    def _first(self, federation: Federation, slug: str) -> str | None:
        """The month with which the unit's closing begins."""
        return periods.first_month(federation.books.units[slug], federation.books.closed.get(slug, frozenset()))

    def _blocked(self, federation: Federation, slugs: Sequence[str]) -> dict[str, list[Problem]]:
        if not slugs:
            return {}
        self.seen |= {slug: _look(federation, slug) for slug in slugs}
        found = self.readiness(federation, self.month.period, slugs, today=clock.today(), without=self.wanted.without)
        return {slug: list(problems) for slug, problems in found.items() if problems}

    def _left_out(self, federation: Federation) -> dict[str, list[Problem]]:
        """Units whose settings can't be read: nobody knows what they have to close, and all aren't closed without."""
        found: dict[str, list[Problem]] = {}
        for problem in () if self.wanted.slugs else left_out(federation):
            if self.month.period not in _closed(self.ws, str(problem.unit)):
                found.setdefault(str(problem.unit), []).append(problem)
        return found

    def _central(self, slug: str) -> dict[str, list[Problem]]:
        """What central lacks after the others were closed; in a trial run they are closed with it, as it were."""
        shown = [done.unit for done in self.month.closed] if self.trial is not None else []
        found = self._blocked(load_federation(self.ws), [*shown, slug])
        return {slug: found[slug]} if slug in found else {}

    def _close(self, slug: str) -> None:
        central = self.ws.central
        is_central = central is not None and slug == central.slug
        try:
            done = close_month(
                self.ws,
                slug,
                self.month.period,
                ready=self._again,
                without=self.wanted.without if is_central else (),
                decision=self.wanted.decision if is_central else None,
                signer=self.signer,
                trial=self.trial,
            )
        except NotReadyError as told:
            self.month.blocked[slug] = list(told.problems)
            return
        except Problem as problem:
            if problem.exit_code == EXIT_OUTSIDE:  # it may go well in a minute, with nothing done about it
                raise
            quote(self.ws, [problem])
            self.month.blocked[slug] = [problem]
            return
        if done is None:
            self.month.before.append(slug)
        else:
            self.month.closed.append(done)

    def _again(self, federation: Federation, slug: str) -> Sequence[Problem]:
        """The same question under the locks, unless nothing has changed since; in a trial run nobody was closed."""
        if self.trial is not None or self.seen.get(slug) == _look(federation, slug):
            return ()
        return self._blocked(federation, [slug]).get(slug, ())


def _closed(ws: Workspace, slug: str) -> Collection[str]:
    """The closed months of a unit whose settings can't be read."""
    try:
        return sealed_months(ws.units_folder / slug)
    except Problem:
        return ()


def _look(federation: Federation, slug: str) -> tuple[str, ...]:
    """Digests of all that a unit's month is worked out from."""
    books = federation.books
    funds = sorted({cycle.book for cycle in federation.policy.cycles} & books.units.keys())
    return books.units[slug].key, books.central_text.key, *(books.units[fund].key for fund in funds)
