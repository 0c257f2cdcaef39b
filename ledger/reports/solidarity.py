"""The solidarity fund's year: which one is meant, and its figures as an answer (SPEC 5, 9)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ledger.errors import Problem
from ledger.federation import Federation
from ledger.reports.levy import money, plain
from ledger.reports.rows_csv import rows_csv
from ledger.reports.solidarity_words import sentences
from ledger.rules.rounding import half_away
from ledger.solidarity.fund_year import FundYear, fund_year
from ledger.solidarity.problems import SolidarityNothing

ZERO = Decimal(0)


def years_of(federation: Federation) -> list[int]:
    """The fiscal years in which a unit has turnover or levy, oldest first."""
    statements = federation.run.statements.values()
    return sorted({year.year for levy in statements for year in levy.years})


def computed(federation: Federation, year: int | None) -> FundYear:
    """A year; without one the latest that is closed in all books, else the latest.

    Raises:
        SolidarityNothing: no book has that year.
        FundUnknown: central's book, which has the fund, can't be read.
    """
    known = years_of(federation)
    if not known:
        raise SolidarityNothing(case="none")
    if year is not None and year not in known:
        nearest = min(known, key=lambda one: abs(one - year))
        said = ", ".join(map(str, known))
        raise SolidarityNothing(year=year, known=said, nearest=nearest)
    for wanted in [year] if year is not None else reversed(known):
        found = fund_year(federation.books, federation.policy, federation.run, wanted)
        if year is not None or found.final:
            return found
    return fund_year(federation.books, federation.policy, federation.run, known[-1])


def as_json(found: FundYear, problems: Sequence[Problem], only: str | None = None) -> dict[str, Any]:
    """The answer of `sambok solidarity compute --json`."""
    currency = found.currency
    return {
        "schema": 1,
        "year": found.year,
        "currency": currency,
        "final": found.final,
        "mode": found.terms.mode,
        "fund_open": money(found.computed.fund_open, currency),
        "units": [_unit_json(found, slug) for slug in sorted(found.units) if only in {None, slug}],
        "fund_close": money(found.computed.fund_close, currency),
        "group_turnover": money(found.computed.group_turnover, currency),
        "shortfall": money(found.computed.shortfall, currency),
        "called": money(found.computed.called, currency),
        "scaled": found.computed.scaled,
        "band": _band_json(found),
        "open_months": {slug: list(months) for slug, months in sorted(found.open_months.items())},
        "errors": [problem.as_json() for problem in problems],
    }


COLUMNS = (
    *("year", "unit", "base", "result", "own", "need", "claim_before_scaling", "claim", "call", "paid_back", "booked"),
    "takes_part",
)


def as_csv(found: FundYear, only: str | None = None) -> str:
    """A row a unit: the figures of `sambok solidarity compute`, without the sentences."""
    rows = [_unit_json(found, slug) for slug in sorted(found.units) if only in {None, slug}]
    return rows_csv(COLUMNS, [{"year": found.year, **row} for row in rows])


def _unit_json(found: FundYear, slug: str) -> dict[str, Any]:
    currency, unit = found.currency, found.units[slug]
    step = found.computed.by_unit.get(slug)
    transfer = found.transfers.get(slug, ZERO)
    back = found.returned.get(slug)
    zero = half_away(ZERO, currency)
    return {
        "unit": slug,
        "base": money(unit.base, currency),
        "result": money(unit.result, currency),
        "own": money(step.own if step else unit.own, currency),
        "need": money(step.need if step else zero, currency),
        "claim_before_scaling": money(step.claim_before_scaling if step else zero, currency),
        "claim": money(max(transfer, zero), currency),
        "call": money(max(-transfer, zero), currency),
        "paid_back": money(back.amount if back else zero, currency),
        "booked": money(found.booked.get(slug, zero), currency),
        "takes_part": found.standings[slug].takes_part,
        "words": sentences(found, slug),
    }


def _band_json(found: FundYear) -> dict[str, Any]:
    band, currency = found.band, found.currency
    return {
        "position": band.position,
        "fund": money(band.fund, currency),
        "floor": money(half_away(band.floor, currency), currency),
        "target": money(half_away(band.target, currency), currency),
        "ceiling": money(half_away(band.ceiling, currency), currency),
        "solidarity": plain(band.solidarity),
        "service": plain(band.service),
        "next_solidarity": plain(band.next_solidarity),
        "next_service": plain(band.next_service),
        "excess": money(band.excess, currency),
    }
