"""A simulated levy as data: the answer of `sambok levy simulate --json`, and the table of `--csv`.

Amounts are texts with a point, in the currency that stands beside them. A difference is `simulated` less `today`;
`part_of_base` is the difference as a part of today's base (0.0100 is 1 %), and nothing where that isn't above zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from ledger.combine.reports.tables import COUNT, TEXT, Table, csv_text
from ledger.errors import Problem
from ledger.policy import EVERY_UNIT
from ledger.reports.levy import money, plain
from ledger.reports.levy_changes import Changes
from ledger.reports.levy_simulated import Figures, Pair, Simulated, SimulatedUnit, SimulatedYear

#: In the table: of every unit, of all components, of all years.
ALL = EVERY_UNIT
COLUMNS = {
    **dict.fromkeys(("year", "unit", "component", "currency"), TEXT),
    **dict.fromkeys(("base", "simulated_base", "booked", "today", "simulated", "difference", "part_of_base"), COUNT),
}


def as_json(found: Simulated, problems: Sequence[Problem]) -> dict[str, Any]:
    """The answer of `sambok levy simulate --json`."""
    return {
        "schema": 1,
        "kind": "levy-simulation",
        "currency": found.currency,
        "complete": not found.problems,
        "changes": _changes(found.changes),
        "years": [_year(year) for year in found.years],
        "all_years": _year(found.whole),
        "errors": [problem.as_json() for problem in problems],
    }


def _changes(changes: Changes) -> dict[str, Any]:
    limits = [
        {"kind": kind, "unit": scope, "amount": None if amount is None else f"{amount:f}"}
        for (kind, scope), amount in changes.limits.items()
    ]
    return {
        "rates": {scope: plain(rate) for scope, rate in changes.rates.items()},
        "components": {name: plain(share) for name, share in changes.components.items()},
        "limits": limits,
        "include": [str(codes) for codes in changes.include],
        "exclude": [str(codes) for codes in changes.exclude],
        "from": changes.first,
        "to": changes.last,
    }


def _year(year: SimulatedYear) -> dict[str, Any]:
    return {
        "year": year.year,
        "units": [_unit(unit) for unit in year.units],
        "total": _figures(year.total),
    }


def _unit(one: SimulatedUnit) -> dict[str, Any]:
    currency = one.unit.currency
    return {
        "unit": one.unit.slug,
        **_figures(one.own),
        "deviations": [
            {"month": d.month, "booked": money(d.booked, currency), "rule": money(d.rule, currency)}
            for d in one.deviations
        ],
        "in_reporting_currency": None if one.group is None else _figures(one.group),
    }


def _figures(figures: Figures) -> dict[str, Any]:
    def amounts(pair: Pair) -> dict[str, str]:
        sides = {"today": pair.today, "simulated": pair.simulated}
        return {side: money(amount, figures.currency) for side, amount in sides.items()}

    def compared(pair: Pair) -> dict[str, str]:
        return {**amounts(pair), "difference": money(pair.difference, figures.currency)}

    return {
        "currency": figures.currency,
        "base": money(figures.base.today, figures.currency),
        "simulated_base": money(figures.base.simulated, figures.currency),
        "booked": money(figures.booked, figures.currency),
        **compared(figures.levy),
        "part_of_base": None if figures.part is None else f"{figures.part:f}",
        "prior_years": amounts(figures.prior_years),
        "components": {name: compared(pair) for name, pair in figures.components},
    }


def as_csv(found: Simulated) -> str:
    """A row for each year, unit and component; `*` stands for all of them, in the reporting currency."""
    years = [*found.years, found.whole] if found.years else []
    rows = tuple(row for year in years for row in _rows(year))
    return csv_text(Table("levy_simulation", COLUMNS, rows), found.currency)


def _rows(year: SimulatedYear) -> Iterator[tuple[str, ...]]:
    name = ALL if year.year is None else str(year.year)
    sums: Iterable[tuple[str, Figures]] = [*((one.unit.slug, one.own) for one in year.units), (ALL, year.total)]
    for slug, figures in sums:
        currency = figures.currency

        def told(pair: Pair, currency: str = currency) -> tuple[str, ...]:
            return tuple(money(amount, currency) for amount in (pair.today, pair.simulated, pair.difference))

        bases = tuple(money(amount, currency) for amount in (figures.base.today, figures.base.simulated))
        part = "" if figures.part is None else f"{figures.part:f}"
        yield (name, slug, ALL, currency, *bases, money(figures.booked, currency), *told(figures.levy), part)
        for component, pair in figures.components:
            yield (name, slug, component, currency, "", "", "", *told(pair), _part(pair, figures.base.today))


def _part(pair: Pair, base: Decimal) -> str:
    """A component's difference as a part of the base."""
    part = Figures("", base=Pair(base, base), levy=pair).part
    return "" if part is None else f"{part:f}"
