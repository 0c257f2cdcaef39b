"""What a year's shared services cost, shared by what was used of them (research: cost of shared services).

Cost that was done for one unit alone is that unit's before anything is shared. The rest of a centre's cost is shared
by its key; of a key that is mixed of several, each shares its own part of the cost. What a centre uses of its own
service is left out. Centres work for each other, too:

- `direct`: they don't count; cost goes to units alone.
- `step-down`: one centre after the other, in an order that is decided, is shared over units and the centres that
  aren't shared yet: `C_j += C_i · key_ij ÷ Σ key`.
- `reciprocal`: all at once, `x_j = c_j + Σ x_i · a_ij`, solved exactly.

A key that nobody has a value of is shared alike by all units, and told; so is a centre whose cost would go round among
centres and never reach a unit. All is exact to the end. There, what units get of each centre, and then what each unit
gets of it, is cut to the currency's unit by largest remainder: Σ over units and centres is Σ cost, to the last öre.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from ledger.rules.rounding import EXACT, parts_of
from ledger.rules.services.terms import CostCentre, Method

NOTHING = Fraction(0)
#: By key and user, a unit's slug or a centre's name.
Keys = Mapping[str, Mapping[str, Decimal]]


@dataclass(frozen=True)
class Allocation:
    """A year's cost by unit and centre; amounts in `currency`.

    Attributes:
        used: by unit and centre; Σ = Σ cost.
        totals: by centre, what all units together got of it: with what it used of other centres, less what they used.
        flows: from centre to centre, exact.
        shared: by centre, what it had to share with others' services in it, direct cost apart; exact.
        measured: by centre and key, Σ of the key over everybody that the centre was shared over.
        without_key: centres with a key that nobody has a value of: that part was shared alike.
    """

    method: Method
    currency: str
    used: Mapping[str, Mapping[str, Decimal]]
    totals: Mapping[str, Decimal]
    flows: Mapping[tuple[str, str], Fraction]
    shared: Mapping[str, Fraction]
    measured: Mapping[tuple[str, str], Fraction]
    without_key: tuple[tuple[str, str], ...]

    @property
    def by_unit(self) -> dict[str, Decimal]:
        """What each unit used of all services."""
        with localcontext(EXACT):
            return {unit: sum(parts.values(), Decimal(0)) for unit, parts in self.used.items()}


def allocate(
    costs: Mapping[str, Decimal],
    direct: Mapping[tuple[str, str], Decimal],
    centres: Sequence[CostCentre],
    keys: Keys,
    units: Sequence[str],
    method: Method,
    currency: str,
) -> Allocation:
    """Share a year's cost.

    Args:
        costs: by centre, in whole units of the currency; direct cost in it. Income above cost makes it negative.
        direct: of it, by centre and unit, what was done for that unit alone.
        centres: all of them; `costs` names no other.
        keys: by key and user; no value is below zero, and whoever isn't there has none.
        units: slugs; at least one.
        method: how.
        currency: of the costs.

    Raises:
        ValueError: there is no unit, or a cost of a centre or a unit that isn't named.
    """
    names = sorted(centre.name for centre in centres)
    if not units or not {*costs} <= {*names} or any(c not in names or u not in units for c, u in direct):
        raise ValueError("cost is shared between units that are named, of centres that are named")
    own = {name: Fraction(costs.get(name, Decimal(0))) for name in names}
    for (name, _), amount in direct.items():
        own[name] -= Fraction(amount)
    work = _Shares(centres, keys, sorted(units))
    gross, shares = work.step_down(own) if method == "step-down" else work.at_once(own, alone=method == "direct")
    assert set(shares) == set(names)
    exact: dict[str, dict[str, Fraction]] = {}
    for name in names:
        exact[name] = {unit: gross[name] * shares[name].get(unit, NOTHING) for unit in work.units}
        for unit in work.units:
            exact[name][unit] += Fraction(direct.get((name, unit), Decimal(0)))
    with localcontext(EXACT):
        whole = sum(costs.values(), Decimal(0))
    totals = parts_of(whole, {name: sum(parts.values(), NOTHING) for name, parts in exact.items()}, currency)
    rounded = {name: parts_of(totals[name], exact[name], currency) for name in names}
    ordered = [centre.name for centre in _in_order(centres)]
    return Allocation(
        method=method,
        currency=currency,
        used={unit: {name: rounded[name][unit] for name in ordered} for unit in work.units},
        totals={name: totals[name] for name in ordered},
        flows={
            (name, other): gross[name] * part
            for name in ordered
            for other, part in sorted(shares[name].items())
            if other in shares and gross[name] * part
        },
        shared={name: gross[name] for name in ordered},
        measured=dict(sorted(work.measured.items())),
        without_key=tuple(sorted(work.without_key)),
    )


def difference(first: Allocation, second: Allocation) -> dict[str, Decimal]:
    """By unit, what the first makes it use beyond the second: how much hangs on the method. Sums to zero."""
    other = second.by_unit
    assert first.currency == second.currency
    assert first.used.keys() == second.used.keys()
    with localcontext(EXACT):
        return {unit: amount - other[unit] for unit, amount in first.by_unit.items()}


def _in_order(centres: Sequence[CostCentre]) -> list[CostCentre]:
    return sorted(centres, key=lambda centre: (centre.order, centre.name))


class _Shares:
    """Who uses which part of a centre's service."""

    def __init__(self, centres: Sequence[CostCentre], keys: Keys, units: list[str]) -> None:
        self.centres, self.keys, self.units = _in_order(centres), keys, units
        self.measured: dict[tuple[str, str], Fraction] = {}
        self.without_key: set[tuple[str, str]] = set()

    def of(self, centre: CostCentre, others: Sequence[str]) -> dict[str, Fraction]:
        """Parts of 1 by user, over the units and these other centres."""
        found: dict[str, Fraction] = defaultdict(Fraction)
        weights = sum(map(Fraction, centre.key.values()), NOTHING)
        for key, weight in centre.key.items():
            part = Fraction(weight) / weights if weights else NOTHING
            values = self.keys.get(key, {})
            users = {user: Fraction(values[user]) for user in (*self.units, *others) if values.get(user)}
            assert all(value > 0 for value in users.values())
            measured = sum(users.values(), NOTHING)
            if not measured:
                if part:
                    self.without_key.add((centre.name, key))
                users, measured = self._alike()
            else:
                self.measured[centre.name, key] = measured
            for user, value in users.items():
                found[user] += part * value / measured
        if not weights:
            found = defaultdict(Fraction, {unit: Fraction(1, len(self.units)) for unit in self.units})
            self.without_key |= {(centre.name, key) for key in centre.key or {"": Decimal(0)}}
        assert sum(found.values()) == 1
        return {user: part for user, part in found.items() if part}

    def _alike(self) -> tuple[dict[str, Fraction], Fraction]:
        return dict.fromkeys(self.units, Fraction(1)), Fraction(len(self.units))

    def step_down(self, own: Mapping[str, Fraction]) -> tuple[dict[str, Fraction], dict[str, dict[str, Fraction]]]:
        """What each centre had to share when its turn came, and how it was shared."""
        gross, shares = dict(own), {}
        for place, centre in enumerate(self.centres):
            later = [other.name for other in self.centres[place + 1 :]]
            shares[centre.name] = self.of(centre, later)
            for other in later:
                gross[other] += gross[centre.name] * shares[centre.name].get(other, NOTHING)
        return gross, shares

    def at_once(
        self, own: Mapping[str, Fraction], *, alone: bool
    ) -> tuple[dict[str, Fraction], dict[str, dict[str, Fraction]]]:
        """The same with all centres at once; `alone`: as if they did nothing for each other."""
        names = [centre.name for centre in self.centres]
        shares = {
            centre.name: self.of(centre, [] if alone else [name for name in names if name != centre.name])
            for centre in self.centres
        }
        rounds = self._going_round(shares)
        for centre in self.centres:
            if centre.name in rounds:
                alike, count = self._alike()
                shares[centre.name] = {unit: value / count for unit, value in alike.items()}
                self.without_key |= {(centre.name, key) for key in centre.key}
                for key in centre.key:
                    self.measured.pop((centre.name, key), None)
        gross = _solved(names, own, shares)
        for name in names:
            given = sum((gross[n] * shares[n].get(name, NOTHING) for n in names), NOTHING)
            assert gross[name] == own[name] + given
        return gross, shares

    def _going_round(self, shares: Mapping[str, Mapping[str, Fraction]]) -> set[str]:
        """Centres whose cost never reaches a unit, however often it is handed on."""
        reach = set(self.units)
        while True:
            more = {name for name, parts in shares.items() if name not in reach and not reach.isdisjoint(parts)}
            if not more:
                return set(shares) - reach
            reach |= more


def _solved(
    names: Sequence[str], own: Mapping[str, Fraction], shares: Mapping[str, Mapping[str, Fraction]]
) -> dict[str, Fraction]:
    """Solve `x_j - Σ x_i · a_ij = c_j` by elimination in fractions.

    Every centre's cost reaches a unit at last, so the equations have one answer and the diagonal never becomes zero.
    """
    rows = [[Fraction(int(i == j)) - shares[i].get(j, NOTHING) for i in names] + [own[j]] for j in names]
    size = range(len(names))
    for place in size:
        pivot = rows[place][place]
        assert pivot > 0
        rows[place] = [value / pivot for value in rows[place]]
        for other in size:
            factor = rows[other][place]
            if other != place and factor:
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[place], strict=True)]
    return {name: rows[place][-1] for place, name in enumerate(names)}
