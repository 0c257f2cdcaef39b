"""What can be wrong with an electronic invoice, and what a person should look at in one that came in."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class UblWrongKind(Problem):
    """Another message, another standard, or an envelope that doesn't hold exactly one invoice."""

    code = "UBL_WRONG_KIND"
    message = N_("This is {kind} ({meaning}), not one UBL invoice or credit note.")
    remedy = N_("Ask the sender for Peppol BIS Billing 3 (UBL): one Invoice or one CreditNote in each file.")


class UblIncomplete(Problem):
    """An invoice without what no invoice can be booked without."""

    code = "UBL_INCOMPLETE"
    message = N_("{what} is missing at {position}.")
    remedy = N_("The file was cut off or edited, or its sender's program is wrong: ask for the invoice again.")


class UblTwice(Problem):
    """A field that may stand once, twice: nobody can say which one counts."""

    code = "UBL_TWICE"
    message = N_("{what} stands {count} times at {position}, where it may stand once.")
    remedy = N_("Ask the sender for a right file; nobody can say which of them counts.")


class UblCurrencyMixed(Problem):
    """An amount in another currency than the invoice."""

    code = "UBL_CURRENCY_MIXED"
    message = N_("{position} is in {currency}, but the invoice is in {expected}.")
    remedy = N_("Ask the sender for an invoice whose amounts are all in {expected} (EN 16931, BR-CL-03).")


class UblTypeCode(Problem):
    """A document type that isn't booked as an invoice or a credit note."""

    code = "UBL_TYPE_CODE"
    message = N_("The document's type is {type_code}; read are {known}.")
    remedy = N_("If it is to be booked, book it by hand; ask the sender which kind of document it is.")


class UblTaxCategory(Problem):
    """A VAT category that there isn't, or one that can't have its rate."""

    code = "UBL_TAX_CATEGORY"
    message = N_("The VAT category {category} with the rate {rate} at {position} isn't possible (EN 16931, {rule}).")
    remedy = N_("Ask the sender for a right invoice: VAT that is stated wrongly can't be deducted.")


class UblTotalsDiffer(Problem):
    """Sums that aren't those of the lines: one of the rules BR-CO-10 to BR-CO-17, or a category's own."""

    code = "UBL_TOTALS_DIFFER"
    message = N_(
        "Invoice {number} doesn't add up: {what} is stated as {stated}, but works out as {computed}; the difference "
        "is {difference} {currency} (EN 16931, {rule})."
    )
    remedy = N_("Nothing was booked. Ask the sender for a right invoice; what is stated can't be paid as it stands.")


class UblAttachmentDamaged(Problem):
    """An embedded document that can't be taken out."""

    code = "UBL_ATTACHMENT"
    message = N_("The embedded document {name} can't be read: it is no Base64 text.")
    remedy = N_("The file was cut off or edited. Ask for the invoice again.")


class UblNotOurs(Problem):
    """An invoice between two strangers."""

    code = "UBL_NOT_OURS"
    message = N_("The invoice is from {seller} to {buyer}; neither is {slug} ({number}).")
    remedy = N_(
        "Import it where it belongs. If it is this unit's, correct organisation_number in units/{slug}/unit.toml."
    )


class UblUnitUnknown(Problem):
    """A unit without an organisation number: nobody can say which side of an invoice it is."""

    code = "UBL_UNIT_UNKNOWN"
    message = N_("The invoice is from {seller} to {buyer}, and {slug} has no organisation_number to know it by.")
    remedy = N_(
        'Add organisation_number to units/{slug}/unit.toml, or direction = "sales" or "purchases" to the '
        "[source.invoices] table of its source."
    )


class UblWrongDirection(Problem):
    """A source for one direction that gets an invoice of the other."""

    code = "UBL_WRONG_DIRECTION"
    message = N_(
        "The source {name} takes {expected}, but in this invoice {slug} is the {side}: from {seller} to {buyer}."
    )
    remedy = N_("Put it into the other source's inbox, or correct direction in the source's [source.invoices] table.")


class UblOtherUnit(Problem):
    """An invoice that names another unit of the same legal person."""

    code = "UBL_OTHER_UNIT"
    message = N_("The invoice from {seller} to {buyer} is {other}'s, not {slug}'s: it says so by {evidence}.")
    remedy = N_(
        "Import it into {other}. If it is {slug}'s all the same, add direction to the [source.invoices] table of its "
        "source."
    )


class UblSidesUnclear(Problem):
    """An invoice from or to a legal person with several units that doesn't say which of them it means."""

    code = "UBL_SIDES_UNCLEAR"
    message = N_(
        "The invoice is from {seller} to {buyer}: a legal person with several units, and which of them can't be told."
    )
    remedy = N_(
        "Let the invoice name each unit by its slug or code (PartyIdentification) or by its name, or add direction to "
        "the [source.invoices] table of the source."
    )


class UblInvoiceChanged(Problem):
    """An invoice with a number that the books hold with another content."""

    code = "UBL_INVOICE_CHANGED"
    message = N_("Invoice {number} from {seller} stands in the books with other content ({place}): {difference}.")
    remedy = N_(
        "A seller uses a number once, in capitals or not. If this is the right one, let its sender credit the first "
        "and send it under a new number; else set the file aside."
    )


class UblInvoiceBooked(Problem):
    """An invoice that stands in the books already, booked by hand or by another import."""

    code = "UBL_INVOICE_BOOKED"
    message = N_("Invoice {number} from {seller} is booked already, not by this import ({place}).")
    remedy = N_("Set the file aside, or take the entry away and import again: an invoice is booked once.")


class UblSwedishRule(Problem):
    """A Swedish rule of Peppol BIS Billing 3 that isn't held."""

    code = "UBL_SWEDISH_RULE"
    message = N_("Invoice {number} from {seller} breaks the Swedish rule {rule}: {reason} (it says: {found}).")
    remedy = N_(
        "One's own invoice: correct it in the invoicing program and send it again. A received one is booked; have the "
        "seller correct what is wrong before VAT is deducted and payment is made."
    )


class UblLineDiffers(Problem):
    """A line whose net amount isn't quantity times price."""

    code = "UBL_LINE_DIFFERS"
    message = N_(
        "Invoice {number} from {seller}, line {id}: quantity, price, discounts and charges make {computed}, but "
        "{stated} is charged."
    )
    remedy = N_("Compare it with the order before it is paid; ask the seller for a credit note if it is wrong.")


class UblVatInternal(Problem):
    """VAT on an invoice between two divisions of one legal person."""

    code = "UBL_VAT_INTERNAL"
    message = N_("Invoice {number} from {seller} to {buyer} states {amount} VAT, but both are one legal person.")
    remedy = N_(
        "Within a legal person there is no VAT: the whole amount was booked as price, none as VAT. Invoice such "
        "dealings without VAT."
    )


class UblForeignVat(Problem):
    """VAT of another country, or a tax that is none: not deductible at home."""

    code = "UBL_FOREIGN_VAT"
    message = N_("Invoice {number} from {seller} ({country}) states {amount} tax that can't be deducted here.")
    remedy = N_("It was booked as part of the cost. VAT of another EU country may be claimed back from that country.")


class UblReverseCharge(Problem):
    """A purchase on which the buyer accounts for VAT."""

    code = "UBL_REVERSE_CHARGE"
    message = N_(
        "Invoice {number} from {seller}: {amount} {currency} output VAT was booked by reverse charge, at {rate} %."
    )
    remedy = N_("See that the standard rate is right; goods from outside the EU are declared at customs instead.")


class UblReverseUnknown(Problem):
    """A purchase on which the buyer accounts for VAT, in a country whose rate isn't known."""

    code = "UBL_REVERSE_UNKNOWN"
    message = N_(
        "Invoice {number} from {seller} falls under reverse charge, but the VAT rate of {country} isn't known."
    )
    remedy = N_("Book output and input VAT by hand; set country in unit.toml where it is missing.")


class UblRateFar(Problem):
    """An invoice whose own exchange rate lies far from central's price."""

    code = "UBL_RATE_FAR"
    as_written = frozenset({"spot"})
    message = N_("Invoice {number} from {seller} shows the rate {rate} for {currency}; central's price is {spot}.")
    remedy = N_("It was booked at the invoice's rate. See that its VAT in the own currency is right, or correct it.")


class UblPrepaid(Problem):
    """An invoice that was paid in part before it came."""

    code = "UBL_PREPAID"
    message = N_("Of invoice {number} from {seller} {amount} {currency} was paid before.")
    remedy = N_(
        "That part stands on the account of {counterparty} without an invoice: see that the earlier payment stands "
        "there, too, and not on suspense."
    )


class UblTypeLook(Problem):
    """A type of document that needs a person's eye."""

    code = "UBL_TYPE_LOOK"
    message = N_("Invoice {number} from {seller} is a {kind} ({type_code}).")
    remedy = N_(
        "It was booked as what it states. A corrected invoice: see that the first one was credited. A prepayment: move "
        "it to advances until it is delivered."
    )


class UblLate(Problem):
    """A purchase dated in a closed month."""

    code = "UBL_LATE"
    message = N_("Invoice {number} from {seller} is dated {date}, in a closed month; it was booked on {day}.")
    remedy = N_("Nothing, unless the cost is large: then ask the federation to re-open the month by decision.")


class UblRoundingLarge(Problem):
    """An amount to pay that was rounded by more than rounding can be."""

    code = "UBL_ROUNDING_LARGE"
    message = N_("Invoice {number} from {seller} rounds the amount to pay by {amount} {currency}: that is no rounding.")
    remedy = N_(
        "It was booked on the account for rounding. Ask the seller what it is, a fee, a discount or a mistake, and "
        "move it to where it belongs; VAT wasn't reckoned on it."
    )


class UblDateAhead(Problem):
    """An invoice dated long after the day on which it came."""

    code = "UBL_DATE_AHEAD"
    message = N_("Invoice {number} from {seller} is dated {date}, more than a month ahead.")
    remedy = N_("It was booked on that day. See that the date is right: an invoice belongs to the month of its date.")


class UblCreditMore(Problem):
    """Credit notes of more than the invoice that they credit."""

    code = "UBL_CREDIT_MORE"
    message = N_(
        "With credit note {number} from {seller}, {credited} {currency} are credited of {preceding}, which is "
        "{invoiced}."
    )
    remedy = N_(
        "What is credited too much stands open as a credit. Is it right, set the flag to *; else have it corrected by "
        "its sender before it is set off or paid back."
    )


class UblCreditUnknown(Problem):
    """A credit note of an invoice that the books don't hold."""

    code = "UBL_CREDIT_UNKNOWN"
    message = N_("Credit note {number} from {seller} credits {preceding}, which isn't in the books.")
    remedy = N_("It stands as an item of its own. Import the invoice that it credits, or set the two off by hand.")
