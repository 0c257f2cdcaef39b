"""Does an invoice add up? The arithmetic of EN 16931-1, 6.4: BR-CO-10 to BR-CO-17 and each VAT category's own rules.

Sums are exact. VAT may differ from rate times base by less than one whole unit of the currency, and the base of a
standard rate from its lines by as much, because programs round by line or by document (BR-CO-17, BR-S-08, BR-S-09);
the bases of the other categories may not. What doesn't add up is refused with the difference: half a voucher of it
would be a guess.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal, localcontext

from importers.ubl.model import CATEGORIES, ISLANDS, STANDARD, WITHOUT_VAT, ZERO, Invoice, Line, Tax
from importers.ubl.problems import UblIncomplete, UblTaxCategory, UblTotalsDiffer
from ledger.messages import N_, say
from ledger.rules.rounding import EXACT, half_away

#: VAT, and the base of a rate, may differ by less than this, in whole units of the currency.
TOLERANCE = Decimal(1)
#: A line's net amount may differ from quantity times price by this (Peppol BIS Billing 3, R120).
LINE_SLACK = Decimal("0.02")
HIGHEST_RATE = Decimal(100)


def check_adds_up(invoice: Invoice, file: str) -> None:
    """Refuse an invoice that doesn't add up.

    Raises:
        UblIncomplete: a line or a discount without a VAT category.
        UblTaxCategory: a category that there isn't, or that can't have its rate.
        UblTotalsDiffer: the first sum that is stated differently than it works out.
    """
    _categories(invoice, file)
    for what, rule, stated, computed, tolerance, line in _sums(invoice):
        if stated != computed and abs(stated - computed) >= tolerance:
            raise UblTotalsDiffer(
                file=file,
                line=line,
                number=invoice.number,
                what=what,
                stated=stated,
                computed=computed,
                difference=stated - computed,
                currency=invoice.currency,
                rule=rule,
            )
    _same_way(invoice, file)
    assert sum((amount for _, amount in components(invoice)), ZERO) == invoice.totals.net
    assert invoice.totals.net + invoice.tax == invoice.totals.gross
    assert invoice.totals.gross - invoice.prepaid + invoice.rounding == invoice.totals.payable


def _same_way(invoice: Invoice, file: str) -> None:
    """VAT in the seller's accounting currency turns as the document's own does; where that is nothing, so is this."""
    stated = invoice.tax_accounting
    if stated and stated * invoice.tax <= 0:
        raise UblTotalsDiffer(
            file=file,
            line=invoice.totals.line,
            number=invoice.number,
            what=say(N_("the VAT in {currency}"), currency=invoice.tax_currency),
            stated=stated,
            computed=-stated if invoice.tax else ZERO,
            difference=2 * stated if invoice.tax else stated,
            currency=invoice.tax_currency,
            rule="BR-53",
        )


def components(invoice: Invoice) -> Iterator[tuple[Tax, Decimal]]:
    """What the net amount is made of: lines, and the document's own charges and discounts (negative)."""
    for line in invoice.lines:
        yield line.tax, line.net
    for allowance in invoice.allowances:
        yield allowance.tax, allowance.signed


def key(tax: Tax) -> Tax:
    """A category with its rate, as the breakdown tells them apart."""
    return (tax[0], ZERO) if tax[0] in WITHOUT_VAT else tax


Sum = tuple[str, str, Decimal, Decimal, Decimal, int | None]  # what, rule, stated, computed, tolerance, line


def _sums(invoice: Invoice) -> Iterator[Sum]:
    totals = invoice.totals
    at = totals.line
    net = sum((line.net for line in invoice.lines), ZERO)
    less = sum((a.amount for a in invoice.allowances if not a.charge), ZERO)
    more = sum((a.amount for a in invoice.allowances if a.charge), ZERO)
    tax = sum((t.amount for t in invoice.subtotals), ZERO)
    yield say(N_("the sum of its lines")), "BR-CO-10", totals.line_extension, net, ZERO, at
    yield say(N_("the sum of its discounts")), "BR-CO-11", totals.allowance or ZERO, less, ZERO, at
    yield say(N_("the sum of its charges")), "BR-CO-12", totals.charge or ZERO, more, ZERO, at
    yield say(N_("the amount without VAT")), "BR-CO-13", totals.net, net - less + more, ZERO, at
    yield say(N_("the VAT")), "BR-CO-14", invoice.tax, tax, ZERO, at
    yield say(N_("the amount with VAT")), "BR-CO-15", totals.gross, totals.net + invoice.tax, ZERO, at
    payable = totals.gross - invoice.prepaid + invoice.rounding
    yield say(N_("the amount to pay")), "BR-CO-16", totals.payable, payable, ZERO, at
    yield from _by_category(invoice)


def _by_category(invoice: Invoice) -> Iterator[Sum]:
    """The breakdown by VAT category: each base is that of its lines, each VAT its rate of the base."""
    bases: dict[Tax, Decimal] = defaultdict(lambda: ZERO)
    for tax, amount in components(invoice):
        bases[key(tax)] += amount
    for part in invoice.subtotals:
        category, rate = key(part.tax)
        name = say(N_("the base of VAT category {category} {rate} %"), category=category, rate=rate)
        family = {"K": "IC", "L": "IG", "M": "IP"}.get(category, category)
        tolerance = ZERO if category in WITHOUT_VAT else TOLERANCE
        yield name, f"BR-{family}-08", part.taxable, bases.pop((category, rate), ZERO), tolerance, part.line
        name = say(N_("the VAT of category {category} {rate} %"), category=category, rate=rate)
        if category in WITHOUT_VAT:
            yield name, f"BR-{family}-09", part.amount, ZERO, ZERO, part.line
        else:
            with localcontext(EXACT):
                due = half_away(part.taxable * (rate or ZERO) / 100, invoice.currency)
            yield name, "BR-CO-17", part.amount, due, TOLERANCE, part.line
    for (category, rate), amount in bases.items():
        name = say(N_("the base of VAT category {category} {rate} %"), category=category, rate=rate)
        yield name, f"BR-{category}-01", ZERO, amount, ZERO, invoice.totals.line


def _categories(invoice: Invoice, file: str) -> None:
    places = [(say(N_("invoice line {number}"), number=line.id), line.tax, line.line) for line in invoice.lines]
    places += [("AllowanceCharge", allowance.tax, allowance.line) for allowance in invoice.allowances]
    places += [("TaxSubtotal", part.tax, part.line) for part in invoice.subtotals]
    for position, (category, rate), line in places:
        if not category:
            raise UblIncomplete(file=file, line=line, what=say(N_("a VAT category")), position=position)
        rule = _impossible(category, rate)
        if rule:
            shown = "-" if rate is None else f"{rate} %"
            raise UblTaxCategory(file=file, line=line, category=category[:10], rate=shown, position=position, rule=rule)


def _impossible(category: str, rate: Decimal | None) -> str:
    """The rule that a category and its rate break; nothing where they are possible."""
    if category not in CATEGORIES:
        return "BR-CL-18"
    if category in WITHOUT_VAT:
        return f"BR-{category}-05" if rate else ""
    if rate is None or rate < 0 or rate > HIGHEST_RATE or (category == STANDARD and not rate):
        return "BR-S-05" if category not in ISLANDS else "BR-IG-05"
    return ""


def line_works_out(line: Line, currency: str) -> Decimal | None:
    """What a line's quantity, price, discounts and charges make, where that isn't its net amount (R120); else None.

    A line without price or quantity can't be worked out, and neither can one whose price is of no quantity.
    """
    if line.price is None or line.quantity is None or line.per <= 0:
        return None
    with localcontext(EXACT):
        computed = half_away(line.quantity * line.price / line.per, currency)
        computed += sum((a.signed for a in line.allowances), ZERO)
    return computed if abs(computed - line.net) > LINE_SLACK else None
