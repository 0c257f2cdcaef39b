"""Provisional entries of the levy, both sides, one link (SPEC 6).

Unit: Dr levy cost / Cr levy owed. Central: Dr levy claim / Cr levy income, services and fund components on accounts of
their own. Between legal persons VAT comes on top: in one country central charges it and the unit deducts its share
(the rest is a cost without `partner`); under reverse charge the unit accounts for it alone. A unit in another currency
owes in its own: central holds the claim in that currency at the day's spot (`1500.00 EUR @ 11.60 SEK`), books income
at the month's average, and the difference as exchange gain or loss.

Flag `!`, tag `provisional`, file name `<levy>`: they are made anew at each look and gone once the month is closed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from ledger.books import Unit
from ledger.messages import N_, translate
from ledger.provisional.accounts import SOURCE, RoleAccounts
from ledger.provisional.invoices import Invoice
from ledger.provisional.vat_terms import VatTerms
from ledger.rules.levy import ZERO
from ledger.rules.rates import Rates, rate_of
from ledger.rules.rounding import EXACT, half_away, largest_remainder
from ledger.rules.vat import Vat

TAG = "provisional"
FLAG = "!"
UNIT_TEXT = N_("Levy {month}")
UNIT_PRIOR_TEXT = N_("Levy {month}: correction of {year}")
CENTRAL_TEXT = N_("Levy {month}: {unit}")
CENTRAL_PRIOR_TEXT = N_("Levy {month}: {unit}, correction of {year}")
#: Roles that output VAT of another rate than the standard one goes to, where the chart tells them apart.
VAT_ROLES = {Decimal("0.12"): "output_vat_12", Decimal("0.06"): "output_vat_6"}


@dataclass
class Draft:
    """A transaction in the making; line numbers come when all of a book are known."""

    date: dt.date
    order: tuple[str, ...]
    narration: str
    links: frozenset[str]
    meta: dict[str, Any] = field(default_factory=dict)
    postings: list[data.Posting] = field(default_factory=list)

    def add(
        self, account: str, number: Decimal, currency: str, meta: dict[str, str], price: Amount | None = None
    ) -> None:
        """Add a posting, unless it is of nothing."""
        if number:
            units = Amount(number, currency)
            self.postings.append(data.Posting(account, units, None, price, None, meta))

    def total(self) -> Decimal:
        """Σ of all postings, which are of one currency."""
        numbers = [posting.units.number for posting in self.postings if posting.units is not None]
        return sum((number for number in numbers if isinstance(number, Decimal)), ZERO)


def numbered(drafts: Iterable[Draft], opens: Iterable[data.Open], source: str = SOURCE) -> list[data.Directive]:
    """Directives with line numbers that make their order certain: opened accounts first, then by date and name."""
    found: list[data.Directive] = []
    line = 0
    for entry in opens:
        line += 1
        kept = {key: value for key, value in entry.meta.items() if key not in {"filename", "lineno"}}
        found.append(entry._replace(meta=data.new_metadata(source, line, kept)))
    for draft in sorted(drafts, key=lambda d: (d.date, d.order)):
        if not draft.postings:
            continue
        line += 1
        postings = [p._replace(meta=data.new_metadata(source, line, p.meta)) for p in draft.postings]
        meta = data.new_metadata(source, line, draft.meta)
        found.append(
            data.Transaction(meta, draft.date, FLAG, None, draft.narration, frozenset({TAG}), draft.links, postings)
        )
    return found


def unit_side(invoice: Invoice, terms: VatTerms, accounts: RoleAccounts, central: Unit, language: str) -> Draft:
    """The paying unit's entry of one invoice.

    Raises:
        Problem: an account that it needs isn't to be had.
    """
    unit, day = terms.unit, invoice.date
    currency = unit.currency
    text = translate(UNIT_PRIOR_TEXT if invoice.year else UNIT_TEXT, language)
    draft = Draft(
        date=day,
        order=(central.slug, invoice.link),
        narration=text.format(month=invoice.month, year=invoice.year),
        links=frozenset({invoice.link}),
        meta={"levy-base": Amount(invoice.base, currency)},
    )
    if invoice.rate is not None:
        draft.meta["levy-rate"] = invoice.rate
    if invoice.due is not None:
        draft.meta["levy-due"] = Amount(invoice.due, currency)

    def account(role: str, otherwise: str | None = None) -> str:
        return accounts.account(role, day, currency, otherwise=otherwise)

    tags = {"partner": central.slug, "ic": "levy"}
    vat = invoice.vat
    deducted = terms.deducted(vat)
    if invoice.net:
        draft.add(account("levy_cost"), invoice.net, currency, tags)
    if deducted:
        role = "reverse_input_vat" if terms.kind is Vat.REVERSE else "input_vat"
        draft.add(account(role, "input_vat"), deducted, currency, {})
    if vat != deducted:
        draft.add(account("levy_cost"), vat - deducted, currency, {})
    owed = invoice.net
    if terms.kind is Vat.REVERSE and vat:
        draft.add(account("reverse_output_vat", "output_vat"), -vat, currency, {})
    else:
        owed += vat
    if owed:
        draft.add(account("levy_owed"), -owed, currency, tags)
    assert draft.total() == 0
    return draft


def central_side(
    invoice: Invoice, terms: VatTerms, accounts: RoleAccounts, rates: Rates, date: dt.date, language: str
) -> Draft:
    """Central's entry of one invoice, dated `date`.

    Raises:
        MissingRate: the unit's currency has no rate.
        Problem: an account that it needs isn't to be had.
    """
    unit, central = terms.unit, accounts.unit
    own, theirs = central.currency, unit.currency
    foreign = own != theirs
    spot, average = rates.spot(theirs, date), rates.average(theirs, invoice.month)
    text = translate(CENTRAL_PRIOR_TEXT if invoice.year else CENTRAL_TEXT, language)
    draft = Draft(
        date=date,
        order=(unit.slug, invoice.link),
        narration=text.format(month=invoice.month, year=invoice.year, unit=unit.name),
        links=frozenset({invoice.link}),
    )
    tags = {"partner": unit.slug, "ic": "levy"}
    charged = invoice.vat if terms.kind is Vat.DOMESTIC else ZERO
    gross = invoice.net + charged
    with localcontext(EXACT):
        claim = half_away(gross * spot, own)
    if gross:  # what it stands at is whole units of central's currency, as in the balance sheet
        price = Amount(rate_of(claim, gross, spot), own) if foreign else None
        draft.add(accounts.account("levy_claim", date, theirs), gross, theirs, tags, price)
    with localcontext(EXACT):
        income = invoice.parts
        if foreign:  # the whole is rounded once and then split, so that it meets the unit's cost at the average
            whole = half_away(invoice.net * average, own)
            income = largest_remainder(whole, invoice.parts, own) if invoice.net else {}
        vat = {rate: half_away(part * spot, own) for rate, part in invoice.vat_parts.items() if charged}
    for name, part in income.items():
        if part:
            account = accounts.account("levy_income" if name in invoice.services else "fund_income", date, own)
            draft.add(account, -part, own, {**tags, "component": name})
    for rate, part in vat.items():
        if part:
            account = accounts.account(VAT_ROLES.get(rate, "output_vat"), date, own, otherwise="output_vat")
            draft.add(account, -part, own, {})
    rest = claim - sum(income.values(), ZERO) - sum(vat.values(), ZERO)
    assert foreign or not rest
    _exchange(draft, accounts, rest, date)
    return draft


def _exchange(draft: Draft, accounts: RoleAccounts, gain: Decimal, date: dt.date) -> None:
    """Post an exchange gain (or, negative, a loss)."""
    if gain:
        own = accounts.unit.currency
        role = "exchange_gain" if gain > 0 else "exchange_loss"
        draft.add(accounts.account(role, date, own), -gain, own, {})
