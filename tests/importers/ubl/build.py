"""Invoices as XML, made on the spot: small, whole, and adding up unless a test says otherwise."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from xml.sax.saxutils import escape

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
REPRIS = {"name": "Repris AB", "legal": "5560000167", "vat": "SE556000016701", "country": "SE"}
STRANGER = {"name": "Kund AB", "legal": "5567321707", "vat": "SE556732170701", "country": "SE"}
SELLER = {"name": "Trävaror AB", "legal": "5560360793", "vat": "SE556036079301", "country": "SE"}
DUTCH = {"name": "Hout BV", "legal": "57151520", "vat": "NL820098395B01", "country": "NL"}
NORSE = {"name": "Tre AS", "legal": "987654325", "vat": "NO987654325MVA", "country": "NO"}
GERMAN = {"name": "Holz GmbH", "legal": "HRB12345", "vat": "DE123456788", "country": "DE"}


def tag(name, text, attributes=""):
    """A basic element; nothing where there is no text."""
    return "" if text in {None, ""} else f"<cbc:{name}{attributes}>{escape(str(text))}</cbc:{name}>"


def group(name, *inside):
    """An aggregate; nothing where it is empty."""
    text = "".join(inside)
    return f"<cac:{name}>{text}</cac:{name}>" if text else ""


def money(name, amount, currency):
    return tag(name, amount, f' currencyID="{currency}"')


def category(name, code, rate):
    return group(name, tag("ID", code), tag("Percent", rate), group("TaxScheme", tag("ID", "VAT")))


def party(name, given):
    """`name`, `trade`, `legal`, `scheme`, `vat`, `tax`, `endpoint`, `ids`, `country`."""
    scheme = f' schemeID="{given["scheme"]}"' if given.get("scheme") else ""
    return group(
        name,
        group(
            "Party",
            tag("EndpointID", given.get("endpoint"), ' schemeID="0007"'),
            *(group("PartyIdentification", tag("ID", one)) for one in given.get("ids", ())),
            group("PartyName", tag("Name", given.get("trade"))),
            group("PostalAddress", group("Country", tag("IdentificationCode", given.get("country")))),
            *(
                group("PartyTaxScheme", tag("CompanyID", number), group("TaxScheme", tag("ID", kind)))
                for kind, number in (("VAT", given.get("vat")), ("TAX", given.get("tax")))
                if number
            ),
            group(
                "PartyLegalEntity",
                tag("RegistrationName", given.get("name")),
                tag("CompanyID", given.get("legal"), scheme),
            ),
        ),
    )


def line(name="Stol", net="100.00", rate="25", code="S", **more):
    """A line: `quantity`, `price`, `per`, `cost`, `description`, `allowances` [(charge, amount)]."""
    return {"name": name, "net": net, "rate": rate, "code": code, **more}


def change(amount, *, charge=False, rate="25", code="S", reason="Frakt"):
    """A discount, or a charge, of the whole document."""
    return {"amount": amount, "charge": charge, "rate": rate, "code": code, "reason": reason}


def rounded(number):
    return number.quantize(Decimal("0.01"), ROUND_HALF_UP)


def invoice(
    *lines,
    kind="Invoice",
    type_code=None,
    number="1001",
    issued="2026-03-10",
    due="2026-04-09",
    currency="SEK",
    seller=REPRIS,
    buyer=STRANGER,
    changes=(),
    prepaid=None,
    rounding=None,
    means=(("30", "10017", "50501055", "SE:BANKGIRO"),),
    tax_currency=None,
    tax_accounting=None,
    head="",
    after="",
    envelope="{}",
):
    """The bytes of an invoice or credit note. Totals and VAT follow from the lines; VAT is rounded by rate."""
    lines = lines or (line(),)
    bases = {}
    for one in lines:
        key = one["code"], one["rate"]
        bases[key] = bases.get(key, Decimal(0)) + Decimal(one["net"])
    for one in changes:
        key = one["code"], one["rate"]
        bases[key] = bases.get(key, Decimal(0)) + Decimal(one["amount"]) * (1 if one["charge"] else -1)
    taxes = {key: rounded(base * Decimal(key[1] or 0) / 100) for key, base in bases.items()}
    extension = sum(Decimal(one["net"]) for one in lines)
    less = sum(Decimal(one["amount"]) for one in changes if not one["charge"])
    more = sum(Decimal(one["amount"]) for one in changes if one["charge"])
    net, tax = extension - less + more, sum(taxes.values())
    payable = net + tax - Decimal(prepaid or 0) + Decimal(rounding or 0)
    row, counted = ("InvoiceLine", "InvoicedQuantity") if kind == "Invoice" else ("CreditNoteLine", "CreditedQuantity")

    def cash(name, amount):
        return money(name, amount, currency)

    body = [
        tag("ID", number),
        tag("IssueDate", issued),
        tag("DueDate", due) if kind == "Invoice" else "",
        tag(f"{kind}TypeCode", type_code or ("380" if kind == "Invoice" else "381")),
        tag("DocumentCurrencyCode", currency),
        tag("TaxCurrencyCode", tax_currency),
        head,
        party("AccountingSupplierParty", seller),
        party("AccountingCustomerParty", buyer),
        *(
            group(
                "PaymentMeans",
                tag("PaymentMeansCode", code),
                tag("PaymentID", reference),
                group(
                    "PayeeFinancialAccount",
                    tag("ID", account),
                    group("FinancialInstitutionBranch", tag("ID", branch)),
                ),
            )
            for code, reference, account, branch in means
        ),
        *(
            group(
                "AllowanceCharge",
                tag("ChargeIndicator", "true" if one["charge"] else "false"),
                tag("AllowanceChargeReason", one["reason"]),
                cash("Amount", one["amount"]),
                category("TaxCategory", one["code"], one["rate"]),
            )
            for one in changes
        ),
        group(
            "TaxTotal",
            cash("TaxAmount", tax),
            *(
                group(
                    "TaxSubtotal",
                    cash("TaxableAmount", base),
                    cash("TaxAmount", taxes[code, rate]),
                    category("TaxCategory", code, rate),
                )
                for (code, rate), base in bases.items()
            ),
        ),
        group("TaxTotal", money("TaxAmount", tax_accounting, tax_currency)) if tax_accounting else "",
        group(
            "LegalMonetaryTotal",
            cash("LineExtensionAmount", extension),
            cash("TaxExclusiveAmount", net),
            cash("TaxInclusiveAmount", net + tax),
            cash("AllowanceTotalAmount", less or None),
            cash("ChargeTotalAmount", more or None),
            cash("PrepaidAmount", prepaid),
            cash("PayableRoundingAmount", rounding),
            cash("PayableAmount", payable),
        ),
        *(
            group(
                row,
                tag("ID", number),
                tag(counted, one.get("quantity"), ' unitCode="EA"'),
                cash("LineExtensionAmount", one["net"]),
                tag("AccountingCost", one.get("cost")),
                *(
                    group("AllowanceCharge", tag("ChargeIndicator", flag), cash("Amount", amount))
                    for flag, amount in one.get("allowances", ())
                ),
                group(
                    "Item",
                    tag("Description", one.get("description")),
                    tag("Name", one["name"]),
                    category("ClassifiedTaxCategory", one["code"], one["rate"]),
                ),
                group("Price", cash("PriceAmount", one.get("price")), tag("BaseQuantity", one.get("per"))),
            )
            for number, one in enumerate(lines, 1)
        ),
        after,
    ]
    text = (
        f'<{kind} xmlns="{UBL}{kind}-2" xmlns:cac="{UBL}CommonAggregateComponents-2" '
        f'xmlns:cbc="{UBL}CommonBasicComponents-2">\n' + "\n".join(filter(None, body)) + f"\n</{kind}>"
    )
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + envelope.format(text)).encode()


def credit(*lines, of="1001", number="K1", **more):
    """A credit note of an invoice."""
    reference = group("BillingReference", group("InvoiceDocumentReference", tag("ID", of)))
    return invoice(*lines, kind="CreditNote", number=number, head=reference + more.pop("head", ""), **more)


def embedded(name, content, mime="application/pdf"):
    """An attached document, as Base64 text."""
    inside = tag("EmbeddedDocumentBinaryObject", content, f' mimeCode="{mime}" filename="{name}"')
    return group("AdditionalDocumentReference", tag("ID", name), group("Attachment", inside))
