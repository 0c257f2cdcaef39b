"""The Swedish rules of Peppol BIS Billing 3 (SE-R-001 to SE-R-013), each a small question put to an invoice.

They hold for sellers whose address is in Sweden. The network refuses an invoice that breaks a fatal one, so a unit must
not send such a one. One that was received all the same is booked: what is owed is owed, whatever the form of its
paper; but a person must see it, since VAT may be deducted only of a right invoice (ML 2023:200, 13 kap.).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from importers.ubl.model import STANDARD, Invoice, Party, PaymentMeans, Tax
from importers.ubl.totals import components
from ledger.messages import N_

RATES = frozenset(map(Decimal, ("25", "12", "6")))
F_TAX = "GODKÄND FÖR F-SKATT"
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
ORGANISATION_DIGITS = 10
VAT_LENGTH = 14


@dataclass(frozen=True)
class Facts:
    """What the rules look at."""

    seller: Party
    buyer: Party
    means: tuple[PaymentMeans, ...]
    taxes: tuple[Tax, ...]

    @property
    def swedish(self) -> bool:
        """Whether the seller's address is in Sweden."""
        return self.seller.country == "SE"

    @property
    def vat_registered(self) -> bool:
        """Whether it has a Swedish VAT number, right or wrong."""
        return self.swedish and self.seller.vat.startswith("SE")


@dataclass(frozen=True)
class Rule:
    """A rule: `broken` yields what the invoice says where it breaks it."""

    id: str
    reason: str
    broken: Callable[[Facts], Iterator[str]]
    fatal: bool = True


@dataclass(frozen=True)
class Finding:
    """A rule that an invoice breaks, and what it says instead."""

    rule: Rule
    found: str


def facts_of(invoice: Invoice) -> Facts:
    """What the rules look at, of an invoice."""
    taxes = dict.fromkeys([tax for tax, _ in components(invoice)] + [part.tax for part in invoice.subtotals])
    return Facts(invoice.seller, invoice.buyer, invoice.means, tuple(taxes))


def findings(facts: Facts) -> tuple[Finding, ...]:
    """Every rule that is broken, once each, in the order of their numbers."""
    found = []
    for rule in RULES:
        first = next(rule.broken(facts), None)
        if first is not None:
            found.append(Finding(rule, first))
    return tuple(found)


def luhn(number: str) -> bool:
    """Whether the tenth digit of a Swedish organisation number is right (Luhn)."""
    if not _DIGITS.fullmatch(number) or len(number) < ORGANISATION_DIGITS:
        return False
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(number[:9]))
    return (10 - sum(n // 10 + n % 10 for n in doubled) % 10) % 10 == int(number[9])


def _vat_length(facts: Facts) -> Iterator[str]:
    if facts.vat_registered and len(facts.seller.vat) != VAT_LENGTH:
        yield facts.seller.vat


def _vat_digits(facts: Facts) -> Iterator[str]:
    if facts.vat_registered and not _DIGITS.fullmatch(facts.seller.vat[2:VAT_LENGTH]):
        yield facts.seller.vat


def _legal_id(facts: Facts) -> str:
    return facts.seller.legal_id if facts.swedish else ""


def _number_digits(facts: Facts) -> Iterator[str]:
    number = _legal_id(facts)
    if number and not _DIGITS.fullmatch(number):
        yield number


def _number_length(facts: Facts) -> Iterator[str]:
    number = _legal_id(facts)
    if number and len(number) != ORGANISATION_DIGITS:
        yield number


def _number_luhn(facts: Facts) -> Iterator[str]:
    number = _legal_id(facts)
    if number and not luhn(number):
        yield number


def _f_tax(facts: Facts) -> Iterator[str]:
    if _legal_id(facts):
        yield from (text for _, text in facts.seller.tax_ids if text.upper() != F_TAX)


def _rates(facts: Facts) -> Iterator[str]:
    if facts.vat_registered:
        yield from (f"{rate} %" for category, rate in facts.taxes if category == STANDARD and rate not in RATES)


def _giro(facts: Facts, branch: str) -> Iterable[str]:
    if not facts.swedish:
        return ()
    return (m.account for m in facts.means if m.code == "30" and m.branch == branch and m.account)


def _not_digits(branch: str) -> Callable[[Facts], Iterator[str]]:
    return lambda facts: (number for number in _giro(facts, branch) if not _DIGITS.fullmatch(number))


def _wrong_length(branch: str, shortest: int) -> Callable[[Facts], Iterator[str]]:
    return lambda facts: (number for number in _giro(facts, branch) if not shortest <= len(number) <= 8)


def _old_codes(facts: Facts) -> Iterator[str]:
    if facts.swedish:
        yield from (m.code for m in facts.means if m.code in {"50", "56"})


def _domestic_code(facts: Facts) -> Iterator[str]:
    if facts.swedish and facts.buyer.country == "SE":
        yield from (m.code for m in facts.means if m.code == "31")


_PLUSGIRO, _BANKGIRO = "SE:PLUSGIRO", "SE:BANKGIRO"
RULES: tuple[Rule, ...] = (
    Rule("SE-R-001", N_("a Swedish VAT number has 14 characters"), _vat_length),
    Rule("SE-R-002", N_("a Swedish VAT number ends in 12 digits"), _vat_digits),
    Rule("SE-R-003", N_("a Swedish organisation number has digits only"), _number_digits),
    Rule("SE-R-004", N_("a Swedish organisation number has 10 digits"), _number_length),
    Rule("SE-R-005", N_("a seller's tax registration says Godkänd för F-skatt"), _f_tax),
    Rule("SE-R-006", N_("Swedish VAT is 25, 12 or 6 %"), _rates),
    Rule("SE-R-007", N_("a plusgiro number has digits only"), _not_digits(_PLUSGIRO), fatal=False),
    Rule("SE-R-008", N_("a bankgiro number has digits only"), _not_digits(_BANKGIRO), fatal=False),
    Rule("SE-R-009", N_("a bankgiro number has 7 or 8 digits"), _wrong_length(_BANKGIRO, 7), fatal=False),
    Rule("SE-R-010", N_("a plusgiro number has 2 to 8 digits"), _wrong_length(_PLUSGIRO, 2), fatal=False),
    Rule("SE-R-011", N_("bankgiro and plusgiro go by payment means 30, not 50 or 56"), _old_codes, fatal=False),
    Rule("SE-R-012", N_("between Swedish parties payment goes by means 30, not 31"), _domestic_code, fatal=False),
    Rule("SE-R-013", N_("the last digit of the organisation number is a check digit"), _number_luhn),
)
