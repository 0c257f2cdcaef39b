"""What is provisional of a unit's levy: one invoice a month, and one line for each earlier year (SPEC 6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from ledger.books import last_day
from ledger.policy import Policy
from ledger.provisional.statement import UnitLevy, levy_link, prior_link
from ledger.rules.levy import SERVICE, ZERO
from ledger.rules.rounding import largest_remainder
from ledger.rules.vat import Vat


@dataclass(frozen=True)
class Invoice:
    """A provisional amount of a month, in the unit's currency.

    Attributes:
        month: `2026-03`; posted on its last day.
        link: shared by both sides.
        parts: net amount by component; they add up to `net`.
        vat: on top (or, under reverse charge, accounted for by the unit).
        vat_parts: `vat` by its rate.
        services: components that pay for services; the others feed funds and are no turnover of central's.
        year: the earlier fiscal year that it is for, or None.
        base: turnover to date, or of the corrections.
        due: due to date, None for an earlier year.
        rate: in force on the month's last day, None for an earlier year.
    """

    slug: str
    month: str
    link: str
    net: Decimal
    parts: dict[str, Decimal]
    vat: Decimal
    vat_parts: dict[Decimal, Decimal]
    services: frozenset[str]
    year: int | None
    base: Decimal
    due: Decimal | None
    rate: Decimal | None

    @property
    def date(self) -> dt.date:
        """The month's last day."""
        return last_day(self.month)


def invoices(levy: UnitLevy, policy: Policy) -> list[Invoice]:
    """A unit's provisional amounts, by month; a month and its lines for earlier years share one rounding of VAT."""
    drafts: dict[str, list[Invoice]] = {}
    slug = levy.unit.slug
    for year in levy.years:
        for month in year.months:
            if month.provisional or any(month.added.values()):
                drafts.setdefault(month.month, []).append(
                    Invoice(
                        slug=slug,
                        month=month.month,
                        link=levy_link(slug, month.month),
                        net=month.provisional,
                        parts=month.added,
                        services=_services(policy, month.added, month.month),
                        vat=ZERO,
                        vat_parts={},
                        year=None,
                        base=month.base_ytd,
                        due=month.due_ytd,
                        rate=month.rate,
                    )
                )
        for line in year.prior_years:
            if line.provisional or any(line.added.values()):
                before = int(line.year[:4])
                drafts.setdefault(line.month, []).append(
                    Invoice(
                        slug=slug,
                        month=line.month,
                        link=prior_link(slug, line.month, before),
                        net=line.provisional,
                        parts=line.added,
                        services=_services(policy, line.added, line.month),
                        vat=ZERO,
                        vat_parts={},
                        year=before,
                        base=line.base,
                        due=None,
                        rate=None,
                    )
                )
    return [found for month in sorted(drafts) for found in _with_vat(levy, policy, drafts[month])]


def _services(policy: Policy, names: Iterable[str], month: str) -> frozenset[str]:
    """`service`, and whatever else bears VAT between legal persons: that, too, is paid for something done."""
    return frozenset(n for n in names if n == SERVICE or policy.vat(n, last_day(month)) != "none")


def _with_vat(levy: UnitLevy, policy: Policy, drafts: list[Invoice]) -> list[Invoice]:
    if levy.terms.kind is Vat.NONE:
        return drafts
    told = ZERO
    whole: dict[str, Decimal] = {}
    found = []
    for draft in drafts:
        whole = {name: whole.get(name, ZERO) + draft.parts.get(name, ZERO) for name in {**whole, **draft.parts}}
        vat = levy.terms.amount(policy, whole, draft.date) - told
        told += vat
        rates = levy.terms.rates(policy, draft.parts, draft.date)
        weights: dict[str, Decimal] = {}
        for name, rate in rates.items():
            weights[str(rate)] = weights.get(str(rate), ZERO) + rate * draft.parts[name]
        if vat and not sum(weights.values(), ZERO):
            weights = dict.fromkeys(list(weights)[:1] or ["0"], Decimal(1))
        parts = largest_remainder(vat, weights, levy.unit.currency) if weights else {}
        by_rate = {Decimal(rate): amount for rate, amount in parts.items() if amount}
        found.append(replace(draft, vat=vat, vat_parts=by_rate))
    return found
