"""A year of the shared services: what they cost, who used them, who paid, and whether the levy covers them.

Costs and uses of cost centres are central's book's, keys are the books' or policy's, what was paid is the levy's
service component of the year's own months (lines for earlier years apart). Cost that has no centre is counted in the
cover and stands on a line of its own; nobody uses it until it is placed. Nothing is booked here: the levy stays what
it is.

Of cost centres, keys and method, what is in force on the year's last day counts for all of it. Amounts are in the
reporting currency, month by month at the average where a book has another one.

How this module reads the contract where it leaves room:

- Every unit that was a member on a day of the year takes part.
- A cost centre's own use of the key `vouchers` is central's vouchers that concern it.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from beancount.core.amount import Amount

from ledger.books import Books, Unit, last_day
from ledger.charts import load_chart
from ledger.errors import Problem, order
from ledger.policy import Policy
from ledger.policy.funds import CentreEntry
from ledger.provisional import ProvisionalRun
from ledger.rules.levy import SERVICE
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rounding import EXACT, half_away
from ledger.rules.services.allocate import Allocation, allocate, difference
from ledger.rules.services.cover import Cover, cover
from ledger.rules.services.terms import Method
from ledger.rules.services.usage import Usage, usage
from ledger.services.costs import ServiceCosts, Unplaced, service_costs
from ledger.services.keys import book_keys
from ledger.services.problems import ServiceCentralFaulty, ServiceCostUnplaced, ServiceUnitFaulty
from ledger.solidarity.results import YearsBooks, problem_of, year_of

ZERO = Decimal(0)
VOUCHERS = "vouchers"


@dataclass(frozen=True)
class ServiceYear:
    """A year, put together; amounts in `currency`, the reporting currency.

    Attributes:
        year: the calendar year in which it begins.
        units: who takes part, by slug; those with errors in their books are told, and left out.
        centres: by name, in the order of the step-down.
        costs: of the year; `before`: by centre, of the year before; None: its rates aren't there.
        unplaced: Σ cost without a centre.
        keys: by key and user.
        allocation: None where no unit takes part.
        differences: by unit, what it uses by this method beyond the other one (reciprocal; of that, step-down).
        paid, turnover: by unit.
        use: by unit.
        rate: the service component in force on the last day; None: policy has none.
        open_months: how many months of the books that take part aren't closed.
    """

    year: int
    first: dt.date
    last: dt.date
    currency: str
    units: Mapping[str, Unit]
    centres: Mapping[str, CentreEntry]
    costs: ServiceCosts
    before: Mapping[str, Decimal] | None
    unplaced: Decimal
    keys: Mapping[str, Mapping[str, Decimal]]
    method: Method
    allocation: Allocation | None
    differences: Mapping[str, Decimal]
    paid: Mapping[str, Decimal]
    turnover: Mapping[str, Decimal]
    use: Mapping[str, Usage]
    cover: Cover
    rate: Decimal | None
    open_months: int
    problems: tuple[Problem, ...] = ()


def service_year(
    books: Books, policy: Policy, run: ProvisionalRun, year: int, method: Method | None = None
) -> ServiceYear:
    """Put a year together.

    Args:
        books: all books, loaded.
        policy: with cost centres, keys and the method.
        run: with the levy's statements.
        year: the fiscal year, by the calendar year in which it begins.
        method: another one than policy's.

    Raises:
        ServiceCentralFaulty: central's book can't be read.
        MissingRate: central keeps its book in another currency, and a rate isn't there.
    """
    ws, its = books.workspace, year_of(books, run, year)
    central = _central(books)
    centres = policy.funds.cost_centres(its.last)
    found = _Units(its)
    costs = _costs(its, central, centres, found.units)
    before = _before(year_of(books, run, year - 1), central, centres, found.units)
    keys = {
        **policy.funds.key_values(its.last),
        **book_keys(books, run, [*found.units.values()], (its.first, its.last)),
    }
    keys[VOUCHERS] = {**keys.get(VOUCHERS, {}), **{name: Decimal(n) for name, n in costs.vouchers.items()}}
    chosen = method or policy.funds.method(its.last)
    allocation, differences = _allocated(costs, centres, keys, found.units, chosen, ws.currency)
    shares = {entry.name: entry.share for entry in policy.component_entries(its.last)}
    group = sum(found.turnover.values(), ZERO)
    problems = [*found.problems, *_unplaced(books, costs, centres, year)]
    return ServiceYear(
        year=year,
        first=its.first,
        last=its.last,
        currency=ws.currency,
        units=found.units,
        centres=centres,
        costs=costs,
        before=before,
        unplaced=sum((one.amount for one in costs.unplaced), ZERO),
        keys=keys,
        method=chosen,
        allocation=allocation,
        differences=differences,
        paid=found.paid,
        turnover=found.turnover,
        use=usage(allocation, found.paid, found.turnover) if allocation else {},
        cover=cover(found.paid, costs.total, group, ws.currency, rate=shares.get(SERVICE)),
        rate=shares.get(SERVICE),
        open_months=_open(its, [*found.units.values(), central]),
        problems=tuple(sorted(problems, key=order)),
    )


def _central(books: Books) -> Unit:
    central = books.workspace.central
    book = books.units.get(central.slug) if central is not None else None
    if central is None or book is None or not book.ok:
        slug = central.slug if central is not None else "-"
        raise ServiceCentralFaulty(file=books.workspace.shown(central.main) if central else None, slug=slug)
    return central


class _Units:
    """Who takes part in a year: its unit, and what it paid and sold."""

    def __init__(self, its: YearsBooks) -> None:
        self.units: dict[str, Unit] = {}
        self.paid: dict[str, Decimal] = {}
        self.turnover: dict[str, Decimal] = {}
        self.problems: list[Problem] = []
        ws = its.books.workspace
        for slug, unit in sorted(ws.units.items()):
            if not takes_part(its, unit):
                continue
            book = its.books.units.get(slug)
            if book is None or not book.ok or slug in ws.faulty:
                self.problems.append(ServiceUnitFaulty(file=ws.shown(unit.main), unit=slug, slug=slug))
                continue
            if slug not in its.run.statements:
                self.problems.append(ServiceUnitFaulty(file=ws.shown(unit.main), unit=slug, slug=slug, case="levy"))
                continue
            try:
                self.paid[slug], self.turnover[slug] = _paid(its, unit)
            except MissingRate as problem:
                self.problems.append(problem_of(unit, problem, ws.shown(ws.prices_file)))
                continue
            self.units[slug] = unit


def takes_part(its: YearsBooks, unit: Unit) -> bool:
    """Whether a unit was a member on a day of the year; central has no part in what it does for others."""
    central = its.books.workspace.central
    joined = unit.joined is None or unit.joined <= its.last
    left = unit.left is not None and unit.left < its.first
    return unit.combine and joined and not left and (central is None or unit.slug != central.slug)


def _paid(its: YearsBooks, unit: Unit) -> tuple[Decimal, Decimal]:
    """A unit's service component and turnover of a year, in the reporting currency; each rounded once."""
    statement = its.run.statements.get(unit.slug)
    year = None if statement is None else statement.year(its.first.year)
    paid = turnover = ZERO
    with localcontext(EXACT):
        for month in year.months if year is not None else ():
            if not month.base and not month.posted:
                continue  # and no rate is needed
            rate = its.rates.average(unit.currency, month.month)
            paid += month.components.get(SERVICE, ZERO) * rate
            turnover += month.base * rate
    currency = its.books.workspace.currency
    return half_away(paid, currency), half_away(turnover, currency)


def _costs(
    its: YearsBooks, central: Unit, centres: Mapping[str, CentreEntry], units: Mapping[str, Unit]
) -> ServiceCosts:
    """A year's cost, in the reporting currency."""
    entries = its.books.units[central.slug].entries()
    chart = load_chart(central.chart, central.folder)
    codes = {name: entry.accounts for name, entry in centres.items()}
    currency = its.books.workspace.currency
    if central.currency == currency:
        return service_costs(entries, central, chart, (its.first, its.last), codes, [*units])
    found = ServiceCosts()
    for month in its.months:
        days = dt.date.fromisoformat(f"{month}-01"), last_day(month)
        part = service_costs(entries, central, chart, days, codes, [*units])
        if not part.accounts and not part.unplaced:
            continue
        try:
            rate = its.rates.average(central.currency, month)
        except MissingRate as problem:
            ws = its.books.workspace
            raise problem_of(central, problem, ws.shown(ws.prices_file)) from None
        _translate(found, part, rate, currency)
    return found


def _before(
    its: YearsBooks, central: Unit, centres: Mapping[str, CentreEntry], units: Mapping[str, Unit]
) -> dict[str, Decimal] | None:
    """A year's cost by centre, to compare with; None where it can't be translated."""
    try:
        return _costs(its, central, centres, units).by_centre
    except MissingRate:
        return None


def _translate(found: ServiceCosts, part: ServiceCosts, rate: Decimal, currency: str) -> None:
    """Add a month's cost at its rate; the accounts' amounts are rounded, and a centre's is their sum."""

    def at(amount: Decimal) -> Decimal:
        with localcontext(EXACT):
            return half_away(amount * rate, currency)

    for (name, account), amount in part.accounts.items():
        found.accounts[name, account] += at(amount)
        found.by_centre[name] += at(amount)
    for place, amount in part.direct.items():
        found.direct[place] += at(amount)
    for name, count in part.vouchers.items():
        found.vouchers[name] += count
    found.unplaced += [replace(one, amount=at(one.amount)) for one in part.unplaced]


def _allocated(
    costs: ServiceCosts,
    centres: Mapping[str, CentreEntry],
    keys: Mapping[str, Mapping[str, Decimal]],
    units: Mapping[str, Unit],
    method: Method,
    currency: str,
) -> tuple[Allocation | None, dict[str, Decimal]]:
    """The year's cost by unit, and how much of it hangs on the method."""
    if not units:
        return None, {}
    other: Method = "step-down" if method == "reciprocal" else "reciprocal"
    services = [entry.centre for entry in centres.values()]
    found, beside = (
        allocate(costs.by_centre, costs.direct, services, keys, [*units], one, currency) for one in (method, other)
    )
    return found, difference(found, beside)


def _unplaced(books: Books, costs: ServiceCosts, centres: Mapping[str, CentreEntry], year: int) -> list[Problem]:
    """What has no centre, told once for all that names none and once for all that names one that isn't there."""
    ws, found = books.workspace, []
    kinds: dict[bool, list[Unplaced]] = defaultdict(list)
    for one in costs.unplaced:
        kinds[bool(one.named)].append(one)
    for named, rows in sorted(kinds.items()):
        largest = max(rows, key=lambda row: (abs(row.amount), row.file, -row.line))
        case = "none" if not centres else "unknown" if named else ""
        near = difflib.get_close_matches(largest.named, [*centres], n=1, cutoff=0) or [*centres][:1] or ["-"]
        found.append(
            ServiceCostUnplaced(
                file=ws.shown(ws.units_folder.parent / largest.file),
                line=largest.line or None,
                unit=ws.central.slug if ws.central else None,
                case=case,
                amount=Amount(sum((row.amount for row in rows), ZERO), ws.currency),
                year=year,
                count=len(rows),
                name=largest.named,
                nearest=near[0],
            )
        )
    return list(found)


def _open(its: YearsBooks, units: list[Unit]) -> int:
    """Months of a year that aren't closed, in all books together."""
    return sum(
        1
        for unit in units
        for month in its.months
        if month not in its.books.closed.get(unit.slug, frozenset())
        and (unit.joined is None or unit.joined <= last_day(month))
        and (unit.left is None or dt.date.fromisoformat(f"{month}-01") <= unit.left)
    )
