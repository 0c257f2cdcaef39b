"""Reading a UBL 2.1 invoice or credit note (EN 16931-3-2, Peppol BIS Billing 3): one document, whole, or one problem.

An envelope of the Peppol network (StandardBusinessDocument) is taken off. What looks like an invoice and is none, or
is one of another standard, is refused by its name. Nothing here judges the figures: `importers.ubl.totals` does.
"""

from __future__ import annotations

import base64
import binascii
import re
from decimal import Decimal

from lxml import etree

from importers.problems import ImportFileEmpty
from importers.ubl.fields import CAC, CBC, Fields
from importers.ubl.model import (
    CREDIT_NOTES,
    INVOICES,
    Allowance,
    Attachment,
    Invoice,
    Line,
    Party,
    TaxSubtotal,
    Totals,
)
from importers.ubl.parts import party, payment_means, tax_of
from importers.ubl.problems import UblAttachmentDamaged, UblIncomplete, UblTwice, UblTypeCode, UblWrongKind
from importers.xml import MOST_NODES, children, line_of, local, parse_xml
from ledger.messages import N_, say

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
ROOTS = {f"{{{_UBL}Invoice-2}}Invoice": "Invoice", f"{{{_UBL}CreditNote-2}}CreditNote": "CreditNote"}
_SBDH = "{http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader}"
#: Relatives that people take for it, by the name of their root.
OTHERS = {
    "CrossIndustryInvoice": N_("an invoice in the other syntax of EN 16931, as in ZUGFeRD and Factur-X"),
    "ApplicationResponse": N_("an answer to an invoice"),
    "Order": N_("an order"),
    "OrderResponse": N_("an answer to an order"),
    "DespatchAdvice": N_("a despatch advice"),
    "Reminder": N_("a reminder: what it reminds of was invoiced before"),
    "Statement": N_("a statement of account: what it lists was invoiced before"),
    "Catalogue": N_("a catalogue"),
    "testSet": N_("a collection of test documents"),
    "Document": N_("a bank's message"),
}
_BEGINS = re.compile(
    rb"ubl:schema:xsd:[A-Za-z]+-2|StandardBusinessDocument|CrossIndustryInvoice|BasicInvoice|Svefaktura|Finvoice"
)
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_LINES = {"Invoice": ("InvoiceLine", "InvoicedQuantity"), "CreditNote": ("CreditNoteLine", "CreditedQuantity")}


def looks_like_ubl(head: bytes) -> bool:
    """Whether a file's beginning may be that of an electronic invoice (of any kind: the reader says which)."""
    return b"<" in head and _BEGINS.search(head.replace(b"\0", b"")) is not None


def read_ubl(data: bytes, name: str = "<ubl>", *, most: int = MOST_NODES) -> Invoice:
    """Read the one invoice of a file.

    Args:
        data: its bytes.
        name: the file's name in problems.
        most: how many elements it may have.

    Raises:
        ImportFileEmpty, XmlRefused, UblWrongKind, UblIncomplete, UblTwice, UblCurrencyMixed, UblTypeCode,
        UblAttachmentDamaged, ImportAmountInvalid, ImportAmountUnit, ImportDateInvalid: with line and place.
    """
    if not data.strip():
        raise ImportFileEmpty(file=name)
    root = _document(parse_xml(data, name, most=most), name)
    return _Reader(Fields(root, name, ROOTS[str(root.tag)])).invoice()


def _document(root: etree._Element, name: str) -> etree._Element:
    """The invoice itself, out of its envelope."""
    if root.tag == f"{_SBDH}StandardBusinessDocument":
        inside = [child for child in children(root) if child.tag != f"{_SBDH}StandardBusinessDocumentHeader"]
        if len(inside) != 1:
            meaning = say(N_("an envelope with {count} documents"), count=len(inside))
            raise UblWrongKind(file=name, line=line_of(root), kind="StandardBusinessDocument", meaning=meaning)
        root = inside[0]
    if root.tag in ROOTS:
        return root
    kind = local(root)
    held = sum(1 for child in children(root) if child.tag in ROOTS)
    if kind in OTHERS:
        meaning = say(OTHERS[kind])
    elif held:
        meaning = say(N_("an envelope with {count} documents"), count=held)
    else:
        meaning = say(N_("another kind of file, or one of another version"))
    raise UblWrongKind(file=name, line=line_of(root), kind=kind[:60], meaning=meaning)


class _Reader:
    """Turns the fields of one document into an invoice."""

    def __init__(self, top: Fields) -> None:
        self.top = top
        self.kind = top.at
        self.file = top.file
        self.currency = top.needed("DocumentCurrencyCode")
        self._currency(self.currency, "DocumentCurrencyCode")

    def _currency(self, code: str, name: str) -> None:
        if not CURRENCY.fullmatch(code):
            raise UblIncomplete(
                file=self.file,
                line=self.top.line,
                what=say(N_("a currency of three letters")),
                position=f"{self.kind}/{name}",
            )

    def invoice(self) -> Invoice:
        top = self.top
        type_code = self.type_code()
        issued = top.date("IssueDate")
        if issued is None:
            raise top.missing("IssueDate")
        tax, subtotals = self.taxes()
        tax_currency, tax_accounting = self.accounting()
        means = list(top.subs("PaymentMeans"))
        order = top.sub("OrderReference")
        payee = top.sub("PayeeParty")
        return Invoice(
            kind=self.kind,
            type_code=type_code,
            number=top.needed("ID"),
            issued=issued,
            due=top.date("DueDate") or next((day for m in means if (day := m.date("PaymentDueDate"))), None),
            currency=self.currency,
            seller=self.named("AccountingSupplierParty"),
            buyer=self.named("AccountingCustomerParty"),
            lines=self.lines(),
            tax=tax,
            subtotals=subtotals,
            totals=self.totals(),
            allowances=tuple(self.allowances(top)),
            tax_currency=tax_currency,
            tax_accounting=tax_accounting,
            means=tuple(payment_means(m) for m in means),
            order=order.text("ID") if order else "",
            buyer_reference=top.text("BuyerReference"),
            accounting_cost=top.text("AccountingCost"),
            preceding=self.preceding(),
            attachments=tuple(self.attachment(a) for a in top.subs("AdditionalDocumentReference")),
            payee=party(payee).name if payee else "",
        )

    def type_code(self) -> str:
        name = f"{self.kind}TypeCode"
        code = self.top.needed(name)
        known = CREDIT_NOTES if self.kind == "CreditNote" else {**INVOICES, **CREDIT_NOTES}
        if code not in known:
            names = ", ".join(f"{one} ({say(name)})" for one, name in sorted(known.items()))
            line = line_of(self.top.by_tag[CBC + name][0])
            raise UblTypeCode(file=self.file, line=line, type_code=code[:20], known=names)
        return code

    def named(self, name: str) -> Party:
        """Seller or buyer, who must have a name."""
        fields = self.top.need(name).need("Party")
        found = party(fields)
        if not found.name:
            raise fields.missing("RegistrationName")
        return found

    def lines(self) -> tuple[Line, ...]:
        name, quantity = _LINES[self.kind]
        found = tuple(self.invoice_line(fields, quantity) for fields in self.top.subs(name))
        if not found:
            raise self.top.missing(name)
        return found

    def invoice_line(self, fields: Fields, quantity: str) -> Line:
        item = fields.need("Item")
        price = fields.sub("Price")
        return Line(
            id=fields.text("ID"),
            net=fields.money("LineExtensionAmount", self.currency),
            quantity=fields.decimal(quantity),
            price=price.decimal("PriceAmount") if price else None,
            per=(price.decimal("BaseQuantity") if price else None) or Decimal(1),
            name=item.text("Name"),
            description=" ".join(item.texts("Description")),
            tax=tax_of(item, "ClassifiedTaxCategory"),
            accounting_cost=fields.text("AccountingCost"),
            allowances=tuple(self.allowances(fields)),
            line=fields.line,
        )

    def allowances(self, above: Fields) -> list[Allowance]:
        found = []
        for fields in above.subs("AllowanceCharge"):
            indicator = fields.needed("ChargeIndicator")
            if indicator not in {"true", "false", "1", "0"}:
                raise fields.missing("ChargeIndicator (true, false)")
            found.append(
                Allowance(
                    charge=indicator in {"true", "1"},
                    amount=fields.money("Amount", self.currency),
                    reason=" ".join(fields.texts("AllowanceChargeReason")),
                    tax=tax_of(fields, "TaxCategory"),
                    line=fields.line,
                )
            )
        return found

    def taxes(self) -> tuple[Decimal, tuple[TaxSubtotal, ...]]:
        """The VAT in the document's currency, with its parts."""
        own = [t for t in self.top.subs("TaxTotal") if t.attribute("TaxAmount", "currencyID") == self.currency]
        detailed = [t for t in own if CAC + "TaxSubtotal" in t.by_tag]
        if not own:
            raise self.top.missing(f"TaxTotal ({self.currency})")
        if len(own) > 1:
            raise UblTwice(file=self.file, line=own[1].line, what="TaxTotal", count=len(own), position=self.kind)
        if not detailed:
            raise own[0].missing("TaxSubtotal")
        subtotals = []
        for fields in detailed[0].subs("TaxSubtotal"):
            tax = tax_of(fields, "TaxCategory")
            if not tax[0]:
                raise fields.missing("TaxCategory/ID")
            subtotals.append(
                TaxSubtotal(
                    taxable=fields.money("TaxableAmount", self.currency),
                    amount=fields.money("TaxAmount", self.currency),
                    tax=tax,
                    line=fields.line,
                )
            )
        return detailed[0].money("TaxAmount", self.currency), tuple(subtotals)

    def accounting(self) -> tuple[str, Decimal | None]:
        """The currency in which the seller accounts for VAT, and the VAT in it."""
        code = self.top.text("TaxCurrencyCode")
        if not code or code == self.currency:
            return "", None
        self._currency(code, "TaxCurrencyCode")
        stated = [t for t in self.top.subs("TaxTotal") if t.attribute("TaxAmount", "currencyID") != self.currency]
        if len(stated) > 1:
            raise UblTwice(file=self.file, line=stated[1].line, what="TaxTotal", count=len(stated), position=self.kind)
        return code, stated[0].money("TaxAmount", code) if stated else None

    def totals(self) -> Totals:
        fields = self.top.need("LegalMonetaryTotal")
        return Totals(
            line_extension=fields.money("LineExtensionAmount", self.currency),
            net=fields.money("TaxExclusiveAmount", self.currency),
            gross=fields.money("TaxInclusiveAmount", self.currency),
            payable=fields.money("PayableAmount", self.currency),
            allowance=fields.amount("AllowanceTotalAmount", self.currency),
            charge=fields.amount("ChargeTotalAmount", self.currency),
            prepaid=fields.amount("PrepaidAmount", self.currency),
            rounding=fields.amount("PayableRoundingAmount", self.currency),
            line=fields.line,
        )

    def preceding(self) -> tuple[str, ...]:
        found = []
        for fields in self.top.subs("BillingReference"):
            for name in ("InvoiceDocumentReference", "SelfBilledInvoiceDocumentReference"):
                reference = fields.sub(name)
                if reference and (number := reference.text("ID")):
                    found.append(number)
        return tuple(dict.fromkeys(found))

    def attachment(self, fields: Fields) -> Attachment:
        inside = fields.sub("Attachment")
        name = inside.attribute("EmbeddedDocumentBinaryObject", "filename") if inside else ""
        external = inside.sub("ExternalReference") if inside else None
        return Attachment(
            id=fields.text("ID"),
            name=name,
            data=self.embedded(inside, name or fields.text("ID")) if inside else b"",
            uri=external.text("URI") if external else "",
            embedded=inside is not None and inside.one(f"{CBC}EmbeddedDocumentBinaryObject") is not None,
        )

    def embedded(self, inside: Fields, name: str) -> bytes:
        text = inside.text("EmbeddedDocumentBinaryObject").replace(" ", "")
        try:
            return base64.b64decode(text.encode("ascii"), validate=True)
        except (binascii.Error, ValueError):
            line = line_of(inside.by_tag[CBC + "EmbeddedDocumentBinaryObject"][0])
            raise UblAttachmentDamaged(file=self.file, line=line, name=name[:60]) from None
