"""How the levy of a unit bears VAT: not inside one legal person, else by the two countries (SPEC 1, 6).

A unit's country is what its `unit.toml` says; without it, what its currency or its chart can't mean otherwise. Rates
are those of the month's last day, the invoice's date: in one country the seller's, under reverse charge the buyer's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ledger.books import Unit
from ledger.policy import Policy
from ledger.provisional.problems import LevyCountryUnknown, LevyVatRateUnknown
from ledger.rules.vat import Vat, deductible, invoice_vat, standard_rate, treatment

BY_CURRENCY = {"SEK": "SE", "CLP": "CL", "KES": "KE", "DKK": "DK", "PLN": "PL", "HUF": "HU", "CZK": "CZ", "NOK": "NO"}
BY_CHART = {("EUR", "pgc"): "ES"}


@dataclass(frozen=True)
class VatTerms:
    """How the invoices of one unit bear VAT.

    Attributes:
        kind: none, the seller's country's VAT, or reverse charge.
        country: whose standard rate counts.
        deduction: the buyer's share of deductible input VAT.
    """

    unit: Unit
    kind: Vat = Vat.NONE
    country: str = ""
    deduction: Decimal = Decimal(1)

    def rates(self, policy: Policy, names: Iterable[str], day: dt.date) -> dict[str, Decimal]:
        """The VAT rate of each component on a day; a rate that policy states counts within one country only.

        Raises:
            LevyVatRateUnknown: the country's standard rate isn't known.
        """
        if self.kind is Vat.NONE:
            return {}
        found: dict[str, Decimal] = {}
        for name in names:
            said = policy.vat(name, day)
            if said == "none":
                continue
            if isinstance(said, Decimal) and (self.kind is Vat.DOMESTIC or not said):
                found[name] = said
                continue
            rate = standard_rate(self.country, day)
            if rate is None:
                raise LevyVatRateUnknown(
                    file="units/policy.beancount", unit=self.unit.slug, country=self.country, date=day
                )
            found[name] = rate
        return {name: rate for name, rate in found.items() if rate}

    def amount(self, policy: Policy, parts: dict[str, Decimal], day: dt.date) -> Decimal:
        """VAT of one invoice.

        Raises:
            LevyVatRateUnknown: as `rates`.
        """
        return invoice_vat(parts, self.rates(policy, parts, day), self.unit.currency)

    def deducted(self, vat: Decimal) -> Decimal:
        """The part of input VAT that the unit gets back."""
        return deductible(vat, self.deduction, self.unit.currency)


def country_of(unit: Unit) -> str:
    """A unit's country.

    Raises:
        LevyCountryUnknown: neither said nor plain from its currency and chart.
    """
    found = unit.country or BY_CURRENCY.get(unit.currency) or BY_CHART.get((unit.currency, unit.chart))
    if not found:
        raise LevyCountryUnknown(file=f"units/{unit.slug}/unit.toml", unit=unit.slug, slug=unit.slug)
    return found


def vat_terms(central: Unit, unit: Unit) -> VatTerms:
    """How a unit's levy bears VAT.

    Raises:
        LevyCountryUnknown: VAT depends on a country that isn't known.
    """
    if unit.legal_person == central.legal_person:
        return VatTerms(unit)
    seller, buyer = country_of(central), country_of(unit)
    kind = treatment(seller, buyer)
    return VatTerms(unit, kind, buyer if kind is Vat.REVERSE else seller, unit.vat_deduction)
