"""The shared services' year for people and programs: which year is meant, and its figures as an answer and as CSV.

Amounts are in the reporting currency. What has no cost centre has a line of its own everywhere, so that the lines add
up to what the services cost.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger.books import Unit, last_day
from ledger.charts import lines
from ledger.errors import Problem, order
from ledger.federation import Federation
from ledger.messages import N_, current, say
from ledger.policy import EVERY_UNIT
from ledger.reports.levy import in_full, money, percent, plain
from ledger.reports.solidarity import years_of
from ledger.rules.rounding import nearest, unit_of
from ledger.rules.services.terms import Method
from ledger.rules.services.usage import Usage, unit_prices
from ledger.services.problems import ServiceNotMember, ServiceNoYear, ServiceUnitFaulty
from ledger.services.spent import EARLIER, GRANTS, UNKNOWN, Spent, spent
from ledger.services.year import ServiceYear, service_year
from ledger.solidarity.results import year_of

ZERO = Decimal(0)
#: Prices and parts are shown so finely; cover and rates in hundredths of a percent.
FINE = Decimal("0.0001")
#: The books count membership by the month; its price is a year's.
A_YEAR = {"members": 12}
#: The line of what has no cost centre; no centre can be called so.
NOT_PLACED = "not placed"
#: Keys that the books have, as people call them.
KEYS = {
    "turnover": N_("turnover"),
    "vouchers": N_("vouchers"),
    "invoices": N_("invoices"),
    "members": N_("members"),
    "levy": N_("levy"),
}
NAMES = {
    "turnover": N_("Turnover"),
    GRANTS: N_("Grants"),
    EARLIER: N_("Levy of earlier years"),
    f"{UNKNOWN}-income": N_("Income without a line"),
    f"{UNKNOWN}-expenses": N_("Cost without a line"),
    "service": N_("Shared services"),
    "investment": N_("Investment fund"),
    "solidarity": N_("Solidarity fund"),
    "left": N_("Left with the unit"),
    NOT_PLACED: N_("Not placed"),
}


def the_year(federation: Federation, year: int | None, method: Method | None = None) -> ServiceYear:
    """A year; without one the latest that is closed in all books, else the latest.

    Raises:
        Problem: policy can't be read, so nobody's levy is known.
        ServiceNoYear: no book has it.
        ServiceCentralFaulty, MissingRate: as `service_year`.
    """
    if EVERY_UNIT in federation.policy.faulty:
        shown = federation.workspace.shown(federation.workspace.policy_file)
        told = {*federation.books.problems, *federation.policy.problems}
        for problem in sorted((one for one in told if one.file == shown), key=order):
            raise problem
    known = sorted({*years_of(federation), *_years_booked(federation)})
    if not known:
        raise ServiceNoYear(case="none")
    if year is not None and year not in known:
        nearest_year = min(known, key=lambda one: abs(one - year))
        raise ServiceNoYear(year=year, known=", ".join(map(str, known)), nearest=nearest_year)
    for wanted in [year] if year is not None else reversed(known):
        found = service_year(federation.books, federation.policy, federation.run, wanted, method)
        if year is not None or not found.open_months:
            return found
    return service_year(federation.books, federation.policy, federation.run, known[-1], method)


def _years_booked(federation: Federation) -> set[int]:
    """Fiscal years in which anybody has booked something: services cost money whoever sells."""
    ws = federation.workspace
    books = [book for book in federation.books.units.values() if book.unit.combine and book.summary is not None]
    months = {row.month for book in books if book.summary is not None for row in book.summary.balances}
    return {ws.fiscal_year(last_day(month))[0].year for month in months}


def usage_of(found: ServiceYear, unit: Unit, main: str) -> Usage:
    """A unit's part of a year.

    Raises:
        ServiceNotMember: it has none; ServiceUnitFaulty: its book has errors.
    """
    if unit.slug in found.use:
        return found.use[unit.slug]
    for problem in found.problems:
        if problem.unit == unit.slug and (isinstance(problem, ServiceUnitFaulty) or problem.code == "MISSING_RATE"):
            raise problem
    raise ServiceNotMember(file=main, unit=unit.slug, slug=unit.slug, year=found.year)


def hundred_of(federation: Federation, found: ServiceYear, unit: Unit) -> Spent:
    """Where 100 of a unit's turnover went; cost without a centre is one of the services.

    Raises:
        ServiceNotMember, ServiceUnitFaulty: as `usage_of`; ServiceNoTurnover: it sold nothing.
    """
    usage_of(found, unit, federation.workspace.shown(unit.main))
    services = {name: found.costs.by_centre.get(name, ZERO) for name in found.centres}
    services = {name: amount for name, amount in services.items() if amount}
    services |= {NOT_PLACED: found.unplaced} if found.unplaced else {}
    return spent(year_of(federation.books, federation.run, found.year), unit, services)


def prices(found: ServiceYear, name: str, *, rounded: bool = False) -> dict[str, Decimal]:
    """What one of each key of a service cost; of membership a year's. `rounded`: as people pay it, from 1 on."""
    if found.allocation is None:
        return {}
    exact = unit_prices(found.allocation, found.centres[name].centre)
    whole = {key: price * A_YEAR.get(key, 1) for key, price in exact.items()}
    paid = unit_of(found.currency)
    return {key: nearest(price, paid if rounded and abs(price) >= 1 else FINE) for key, price in whole.items()}


def name_of(part: str, found: ServiceYear) -> str:
    """What a part is called: a service by its title, a line of the statements as they have it."""
    if part in found.centres:
        return found.centres[part].centre.title
    if part in NAMES:
        return say(NAMES[part])
    return next((line.label(current()) for line in lines() if line.id == part), part)


def key_words(found: ServiceYear, name: str) -> str:
    """By what a service is shared: `vouchers 60, payslips 40`; one key alone without its weight."""
    key = {key_name(one): plain(weight) for one, weight in found.centres[name].centre.key.items()}
    return ", ".join(key) if len(key) == 1 else ", ".join(f"{one} {weight}" for one, weight in key.items())


def key_name(key: str) -> str:
    """A key in words, where the books have it; else as the finance head calls it."""
    return say(KEYS[key]) if key in KEYS else key


def rate_text(rate: Fraction) -> str:
    """A part in hundredths of a percent, for people."""
    return percent(nearest(rate, FINE))


def cover_words(found: ServiceYear) -> list[str]:
    """Whether the service component covers the cost, and what could be decided."""
    cover, currency = found.cover, found.currency
    said = {"paid": in_full(cover.paid, currency), "cost": in_full(cover.cost, currency)}
    if cover.ratio is None:
        told = [say(N_("Paid {paid} for services that cost {cost}."), **said)]
    else:
        text = N_("Paid {paid} for services that cost {cost}: cover {ratio}.")
        told = [say(text, ratio=rate_text(cover.ratio), **said)]
    proposal = cover.proposal
    if proposal is None:
        return [*told, say(N_("That is close enough: nothing is proposed."))]
    amount = in_full(proposal.amount, currency)
    rate = "-" if proposal.rate is None else rate_text(proposal.rate)
    if proposal.kind == "over":
        text = N_(
            "For the assembly: {amount} too much. Next year's service component {rate}, or the money back in "
            "proportion to what each unit paid, or to a fund."
        )
    else:
        text = N_("For the assembly: {amount} too little. Next year's service component {rate} would cover the cost.")
    return [*told, say(text, amount=amount, rate=rate)]


# Answers for programs


def as_json(found: ServiceYear, problems: Sequence[Problem]) -> dict[str, Any]:
    """The answer of `sambok services status --json`."""
    currency = found.currency
    return {
        "schema": 1,
        **_head(found),
        "open_months": found.open_months,
        "services": [_service(found, name) for name in found.centres],
        "not_placed": money(found.unplaced, currency),
        "cost": money(found.cover.cost, currency),
        "paid": money(found.cover.paid, currency),
        "cover": None if found.cover.ratio is None else fine(found.cover.ratio),
        "rate": None if found.rate is None else plain(found.rate),
        "proposal": _proposal(found),
        "units": [_usage(found, one) for one in found.use.values()],
        "errors": [problem.as_json() for problem in problems],
    }


def unit_json(found: ServiceYear, one: Usage, problems: Sequence[Problem]) -> dict[str, Any]:
    """The answer of `sambok services unit --json`."""
    return {"schema": 1, **_head(found), **_usage(found, one), "errors": [problem.as_json() for problem in problems]}


def hundred_json(found: ServiceYear, one: Spent, problems: Sequence[Problem]) -> dict[str, Any]:
    """The answer of `sambok services hundred --json`; amounts in the unit's currency, parts of 100.00."""
    parts = one.parts

    def listed(rows: Any) -> list[dict[str, str]]:
        return [
            {"part": name, "of_hundred": f"{amount:.2f}", "amount": money(parts.amounts[name], one.currency)}
            for name, amount in rows.items()
        ]

    services = [{"part": name, "of_hundred": f"{amount:.2f}"} for name, amount in parts.services.items()]
    return {
        "schema": 1,
        "year": one.year,
        "unit": one.unit,
        "currency": one.currency,
        "final": not found.open_months,
        "income": listed(parts.income),
        "costs": listed(parts.costs),
        "levy": listed(parts.levy),
        "services": services,
        "left": listed({"left": parts.left})[0],
        "total": f"{parts.total:.2f}",
        "errors": [problem.as_json() for problem in problems],
    }


def fine(part: Fraction) -> str:
    """A part with at most four decimals, for programs."""
    return plain(nearest(part, FINE)) if part else "0"


def _head(found: ServiceYear) -> dict[str, Any]:
    head = {"year": found.year, "currency": found.currency, "method": found.method}
    return {**head, "final": not found.open_months}


def _service(found: ServiceYear, name: str) -> dict[str, Any]:
    currency, centre = found.currency, found.centres[name].centre
    allocation = found.allocation
    without = [key for of, key in allocation.without_key if of == name] if allocation else []
    direct = sum((amount for (of, _), amount in found.costs.direct.items() if of == name), ZERO)
    return {
        "service": name,
        "title": centre.title,
        "order": centre.order,
        "decision": centre.decision,
        "key": {key: plain(weight) for key, weight in centre.key.items()},
        "without_key": without,
        "cost": money(found.costs.by_centre.get(name, ZERO), currency),
        "direct": money(direct, currency),
        "allocated": money(allocation.totals[name] if allocation else ZERO, currency),
        "prices": {key: plain(price) if price else "0" for key, price in prices(found, name).items()},
        "last_year": None if found.before is None else money(found.before.get(name, ZERO), currency),
    }


def _proposal(found: ServiceYear) -> dict[str, Any] | None:
    proposal, currency = found.cover.proposal, found.currency
    if proposal is None:
        return None
    return {
        "kind": proposal.kind,
        "amount": money(proposal.amount, currency),
        "rate": None if proposal.rate is None else fine(proposal.rate),
        "refund": {unit: money(amount, currency) for unit, amount in proposal.refund.items()},
    }


def _usage(found: ServiceYear, one: Usage) -> dict[str, Any]:
    currency = found.currency
    return {
        "unit": one.unit,
        "turnover": money(one.turnover, currency),
        "paid": money(one.paid, currency),
        "used": money(one.used, currency),
        "net": money(one.net, currency),
        "of_turnover": None if one.of_turnover is None else fine(one.of_turnover),
        "quartile": one.quartile,
        "by_service": {name: money(amount, currency) for name, amount in one.by_centre.items()},
        "other_method": money(found.differences.get(one.unit, ZERO), currency),
    }


def as_csv(found: ServiceYear) -> str:
    """A row a unit, a column a service; the last row is what has no cost centre. The same year gives the same bytes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [*found.centres]
    writer.writerow(["unit", "turnover", "paid", "used", "net", "of_turnover", "quartile", *names])
    for one in found.use.values():
        row = _usage(found, one)
        writer.writerow(
            [
                *(row[column] for column in ("unit", "turnover", "paid", "used", "net")),
                row["of_turnover"] or "",
                row["quartile"] or "",
                *(row["by_service"][name] for name in names),
            ]
        )
    writer.writerow([NOT_PLACED, "", "", money(found.unplaced, found.currency), "", "", "", *("" for _ in names)])
    return out.getvalue()
