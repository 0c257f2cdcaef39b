"""What is said of VAT on a dealing: where there mustn't be any, and where it was forgotten (`vat`, `vat_net`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

from ledger.combine.dealings.elimination import Names
from ledger.combine.dealings.findings import finding
from ledger.combine.dealings.items import Item
from ledger.combine.dealings.vat import BOOKED, NEVER_BOOKED, NONE_BOOKED, one_country
from ledger.combine.dealings.vat_net import Taxed, on_dealing
from ledger.combine.model import ZERO, Side, Unmatched
from ledger.combine.scope import Scope


class TaxLooks(Protocol):
    """What can only be seen in whole vouchers."""

    def vat(self, slug: str, items: Sequence[Item]) -> Taxed:
        """VAT in the unit's vouchers of a dealing, net."""


def vat_findings(
    names: Names,
    items: Sequence[Item],
    early: Sequence[Item],
    scope: Scope,
    looks: TaxLooks,
) -> list[Unmatched]:
    """VAT of the period within one legal person, and sales that lack it: both net of what corrects them.

    Args:
        names: kind, key and units of the dealing.
        items: all its postings until the end of the period.
        early: those that count in it.
        scope: units and period.
        looks: into vouchers.
    """
    period = [i for i in early if i.vat and i.date >= scope.date_from]
    if not period:
        return []
    booked = [i for i in period if i.vat == BOOKED]
    if scope.internal(*names.units):
        sides = on_dealing([looks.vat(slug, items) for slug in names.units]) if booked else []
        return [_internal(names, sides, booked, early)] if sides else []
    deducted = {i.unit for i in booked}
    missing = [i for i in period if i.vat == NONE_BOOKED or (i.vat == NEVER_BOOKED and i.partner in deducted)]
    if not missing or not one_country(*(scope.units[slug] for slug in names.units)):
        return []
    lacking = {slug for slug in {i.unit for i in missing} if looks.vat(slug, items).lacks}
    missing = [i for i in missing if i.unit in lacking]
    same = [i for i in missing if i.currency == missing[0].currency]
    sold = sum((i.document_amount for i in same), ZERO)
    if not sold:
        return []
    said = _said("VAT_MISSING", names, (sold, same[0].currency), [], missing, early)
    return [replace(said, sides=tuple(_sold(unit, same) for unit in sorted({i.unit for i in same})))]


def _internal(
    names: Names, sides: Sequence[tuple[Taxed, Decimal]], booked: Sequence[Item], early: Sequence[Item]
) -> Unmatched:
    """VAT on a dealing within one legal person."""
    currency = sides[0][0].currency
    amount = sum((its for side, its in sides if side.currency == currency), ZERO), currency
    units = {side.unit for side, _ in sides}
    about = [i for i in booked if i.unit in units]
    said = _said("VAT_ON_INTERNAL", names, amount, [place for side, _ in sides for place in side.places], about, early)
    return replace(said, sides=tuple(Side(side.unit, side.output + side.input, side.currency) for side, _ in sides))


def _sold(unit: str, same: Sequence[Item]) -> Side:
    """What a unit has sold without VAT; all in one currency."""
    own = [i for i in same if i.unit == unit]
    document = sum((i.document_amount for i in own), ZERO)
    return Side(unit, document, own[0].currency, sum((i.amount for i in own), ZERO))


def _said(
    code: str,
    names: Names,
    amount: tuple[Decimal, str],
    places: Sequence[str],
    about: Sequence[Item],
    early: Sequence[Item],
) -> Unmatched:
    """A finding: VAT's own places, the postings it belongs to, and the other side's."""
    units = {i.unit for i in about}
    others = [i for i in early if i.unit not in units]
    sources = [*places, *(i.source for i in about), *(i.source for i in others)]
    return finding(code, names.kind, names.units, amount, sources, names.key)
