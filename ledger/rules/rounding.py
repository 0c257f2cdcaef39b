"""Every rounding of money, in one place (docs: Standards; SPEC 6, 8, 9).

A currency's unit is ISO 4217's minor unit: 0.01 for most, 1 for CLP, 0.001 for JOD. Amounts are rounded half away
from zero (the rule of the levy, of VAT and of Swedish invoices), or down where a rule says so. A sum that must be split
is split by largest remainder, so that the parts always add up to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from math import floor

#: Currencies whose minor unit isn't 0.01 (ISO 4217, checked in tests against CLDR where both agree).
NO_DECIMALS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
FOUR_DECIMALS = frozenset("CLF UYW".split())

#: Enough digits that no product of amounts and rates is cut before it is rounded once.
EXACT = Context(prec=60)
#: Far behind every amount that anybody writes: what is left there is the trace of a division (a rate that was worked
#: out of two). It is cut before rounding, so that a half is a half.
TRACE = Decimal("1e-30")
WIDE = Context(prec=90)


def decimals(currency: str) -> int:
    """Number of decimals of a currency's unit."""
    if currency in NO_DECIMALS:
        return 0
    if currency in THREE_DECIMALS:
        return 3
    return 4 if currency in FOUR_DECIMALS else 2


@lru_cache(maxsize=256)
def unit_of(currency: str) -> Decimal:
    """The currency's smallest unit: 0.01 SEK, 1 CLP, 0.001 JOD."""
    return Decimal(1).scaleb(-decimals(currency))


def in_units(amount: Decimal, currency: str) -> Decimal:
    """`amount` with the decimals of its currency; one that is finer stands as it is: nothing is rounded."""
    with localcontext(EXACT):
        whole = amount.quantize(unit_of(currency))
    return whole if whole == amount else amount


def half_away(amount: Decimal, currency: str) -> Decimal:
    """`amount` rounded to the currency's unit, halves away from zero."""
    with localcontext(WIDE):
        return amount.quantize(TRACE).quantize(unit_of(currency), rounding=ROUND_HALF_UP) + 0


def down(amount: Decimal, currency: str) -> Decimal:
    """`amount` cut to the currency's unit, towards zero."""
    with localcontext(EXACT):
        return amount.quantize(unit_of(currency), rounding=ROUND_DOWN) + 0


def nearest(amount: Decimal | Fraction, unit: Decimal) -> Decimal:
    """`amount` rounded to a multiple of `unit` (0.01, 1, 10), halves away from zero. Fractions are exact."""
    units = Fraction(amount) / Fraction(unit)
    count = floor(abs(units) + Fraction(1, 2))
    return _times(-count if units < 0 else count, unit)


def nearest_even(amount: Decimal | Fraction, unit: Decimal) -> Decimal:
    """`amount` rounded to a multiple of `unit`, halves to the even multiple (banks' loan schedules)."""
    return _times(round(Fraction(amount) / Fraction(unit)), unit)


def cycle_unit(currency: str, unit: Decimal) -> Decimal:
    """The unit a loan cycle rounds to: what was agreed, but never finer than its currency's."""
    return max(unit, unit_of(currency))


def _times(count: int, unit: Decimal) -> Decimal:
    with localcontext(EXACT):
        return count * unit + 0


def largest_remainder(total: Decimal, weights: Mapping[str, Decimal], currency: str) -> dict[str, Decimal]:
    """Split a rounded `total` over `weights` so that the parts add up to it exactly.

    Each part is its exact share cut towards minus infinity; the units left over go to the largest remainders,
    ties to the larger weight (by size), then by name (SPEC 6).

    Args:
        total: a multiple of the currency's unit.
        weights: by name; they may be negative, but must not sum to 0 unless `total` is 0.
        currency: whose unit counts.

    Returns:
        A part for each name, in the order of `weights`; Σ parts = total.
    """
    unit = unit_of(currency)
    with localcontext(EXACT):
        whole = sum(map(Fraction, weights.values()), Fraction(0))
        if total == 0 and whole == 0:
            return {name: Decimal(0).quantize(unit) for name in weights}
        # Exact fractions: in decimals, a third of one and a third of four differ in the last digit, and a tie is lost.
        units = Fraction(total) / Fraction(unit)
        shares = {name: units * Fraction(weight) / whole for name, weight in weights.items()}
        floors = {name: floor(share) for name, share in shares.items()}
        left = int(units) - sum(floors.values())
        ranked = sorted(weights, key=lambda n: (floors[n] - shares[n], -abs(weights[n]), n))
        extra = set(ranked[:left])
        parts = {name: (floors[name] + (1 if name in extra else 0)) * unit for name in weights}
        assert sum(parts.values(), Decimal(0)) == total
    return parts


def parts_of(total: Decimal, exact: Mapping[str, Fraction], currency: str) -> dict[str, Decimal]:
    """Round `exact` parts so that they add up to `total`, which is their exact sum, rounded either way.

    Each part is cut towards minus infinity; the units left over go to the largest remainders, ties to the larger part
    (by size), then by name. A part that is a multiple of the unit stands.

    Args:
        total: a multiple of the currency's unit, less than one away from Σ `exact`.
        exact: by name; parts below zero among them, and such that add up to nothing.
        currency: whose unit counts.

    Returns:
        A part for each name, in the order of `exact`, each less than one unit from its exact one; Σ parts = total.
    """
    unit = unit_of(currency)
    shares = {name: part / Fraction(unit) for name, part in exact.items()}
    floors = {name: floor(share) for name, share in shares.items()}
    with localcontext(EXACT):
        left = Fraction(total) / Fraction(unit) - sum(floors.values())
        ranked = sorted(exact, key=lambda n: (floors[n] - shares[n], -abs(shares[n]), n))
        extra = {name for name in ranked[: int(left)] if shares[name] != floors[name]}
        assert left == len(extra), "the total isn't the sum of the parts"
        return {name: (floors[name] + (name in extra)) * unit for name in exact}


def in_quanta(
    total: Decimal,
    exact: Sequence[Fraction],
    quantum: Decimal | Sequence[Decimal],
    at_most: Sequence[Decimal] | None = None,
) -> list[Decimal]:
    """Round `exact` parts of `total` to whole notes, coins or units, so that they add up to it (SPEC 8: share-out).

    Each part is cut towards minus infinity; whole quanta go to the largest remainders, one each, ties to who stands
    first. What is left of a `total` that is no multiple of `quantum` goes to the next one whole, so that at most one
    part has change in it.

    Args:
        total: what the parts add up to exactly.
        exact: the parts before rounding, in the order that ties are decided by; they add up to `total`.
        quantum: what is paid in, 0.01, 1, 10; or one for each part.
        at_most: caps by part that rounding up must not pass; together they hold at least `total`.

    Returns:
        A part for each of `exact`; each within one quantum of it unless a cap stops it.
    """
    assert sum(exact, Fraction(0)) == Fraction(total)
    quanta = [quantum] * len(exact) if isinstance(quantum, Decimal) else quantum
    counts = [part / Fraction(q) for part, q in zip(exact, quanta, strict=True)]
    with localcontext(EXACT):
        parts = [floor(count) * q for count, q in zip(counts, quanta, strict=True)]
        left = total - sum(parts, Decimal(0))
        ranked = sorted(range(len(exact)), key=lambda i: floor(counts[i]) - counts[i])
        while left:
            before = left
            for i in ranked:
                room = quanta[i] if at_most is None else max(at_most[i] - parts[i], Decimal(0))
                more = min(quanta[i], left, room)
                parts[i] += more
                left -= more
            assert left < before, "the caps hold less than the total"
        assert sum(parts, Decimal(0)) == total
    return parts
