"""Electronic invoices of November (Peppol BIS Billing 3): a supplier's with a PDF, its credit note, one between units.

The supplier has no organisation number in them and a VAT number that nobody can have. Between divisions of one legal
person there is no VAT (category O): each names itself by its slug, since they share all numbers.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape

from benchmarks.demo import cast
from benchmarks.demo.divisions import kr, share
from benchmarks.demo.papers import nobodys, ocr
from benchmarks.demo.rows import Row, bankgiro, iban, november

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
BIS = (
    "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
    "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
)
ASSOCIATION = cast.ORGANISATION.replace("-", "")


@dataclass(frozen=True)
class Party:
    """Seller or buyer: its name, what the unit is called and known by, its VAT number; empty what it doesn't state."""

    name: str
    unit: str = ""
    slug: str = ""
    vat: str = ""


@dataclass(frozen=True)
class Line:
    """So many pieces of something at a price without VAT."""

    what: str
    pieces: int
    price: str

    @property
    def net(self) -> Decimal:
        """Without VAT."""
        return kr(self.price) * self.pieces


@dataclass(frozen=True)
class Invoice:
    """An invoice, or with `credits` the credit note of one."""

    number: str
    issued: dt.date
    due: dt.date
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    account: str
    reference: str
    taxed: bool = True
    credits: str = ""
    pdf: bool = False

    @property
    def net(self) -> Decimal:
        """Without VAT."""
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def vat(self) -> Decimal:
        """25 %, or none."""
        return share(self.net, "0.25") if self.taxed else kr(0)

    @property
    def gross(self) -> Decimal:
        """With VAT."""
        return self.net + self.vat


def _unit(slug: str) -> Party:
    member = next(m for m in cast.MEMBERS if m.slug == slug)
    return Party("Samverkan Östergötland", member.name, slug)


SUPPLIER = Party("Möbelbeslag Exempel", vat=f"SE{nobodys('559999001')}01")
BILL = Invoice(
    number="261187",
    issued=november(3),
    due=november(24),
    seller=SUPPLIER,
    buyer=_unit("repris"),
    lines=(Line("Gångjärn", 40, "62.50"), Line("Handtag", 60, "38.00")),
    account=bankgiro(1),
    reference=ocr("261187"),
    pdf=True,
)
CREDIT = Invoice(
    number="261203",
    issued=november(10),
    due=november(24),
    seller=SUPPLIER,
    buyer=BILL.buyer,
    lines=(Line("Handtag, åter", 10, "38.00"),),
    account=BILL.account,
    reference="",
    credits=BILL.number,
)
#: Cykelbudet's account is the third of the banks' (benchmarks/demo/inbox.py asserts it).
SOLD = Invoice(
    number="K-2611",
    issued=november(16),
    due=november(26),
    seller=_unit("cykelbudet"),
    buyer=_unit("repris"),
    lines=(Line("Hämtning av möbler", 3, "920.00"),),
    account=iban(3),
    reference="K-2611",
    taxed=False,
)
BUYER_ACCOUNT = iban(1)


def bank_rows(slug: str) -> list[Row]:
    """How they are paid: the supplier less its credit note, with the OCR number; the unit with the invoice's number."""
    seller, buyer = SOLD.seller.unit, SOLD.buyer.unit
    if slug == "repris":
        owed = BILL.gross - CREDIT.gross
        return [
            Row(BILL.due, -owed, SUPPLIER.name, "Bankgirobetalning", BILL.account, reference=BILL.reference),
            Row(SOLD.due, -SOLD.gross, seller, "Betalning", SOLD.account, invoice=SOLD.number),
        ]
    if slug == "cykelbudet":
        return [Row(SOLD.due, SOLD.gross, buyer, "Betalning", BUYER_ACCOUNT, invoice=SOLD.number)]
    return []


def files(slug: str) -> dict[str, bytes]:
    """The files in a unit's inbox, by name."""
    found = {"repris": (BILL, CREDIT, SOLD), "cykelbudet": (SOLD,)}.get(slug, ())
    return {f"{'kreditfaktura' if one.credits else 'faktura'}-{one.number}.xml": write(one) for one in found}


def write(invoice: Invoice) -> bytes:
    """The invoice as XML."""
    kind = "CreditNote" if invoice.credits else "Invoice"
    category = ("S", "25", "") if invoice.taxed else ("O", "", "Omsättning inom samma juridiska person")
    parts = [
        *(_tag(name, text) for name, text in zip(("CustomizationID", "ProfileID"), BIS, strict=True)),
        _tag("ID", invoice.number),
        _tag("IssueDate", invoice.issued),
        _tag("DueDate", "" if invoice.credits else invoice.due),
        _tag(f"{kind}TypeCode", "381" if invoice.credits else "380"),
        _tag("DocumentCurrencyCode", "SEK"),
        _tag("BuyerReference", invoice.buyer.slug),
        _group("BillingReference", _group("InvoiceDocumentReference", _tag("ID", invoice.credits))),
        _attached(invoice),
        _party("AccountingSupplierParty", invoice.seller),
        _party("AccountingCustomerParty", invoice.buyer),
        _means(invoice),
        _group(
            "TaxTotal",
            _money("TaxAmount", invoice.vat),
            _group(
                "TaxSubtotal",
                _money("TaxableAmount", invoice.net),
                _money("TaxAmount", invoice.vat),
                _category("TaxCategory", category),
            ),
        ),
        _group(
            "LegalMonetaryTotal",
            _money("LineExtensionAmount", invoice.net),
            _money("TaxExclusiveAmount", invoice.net),
            _money("TaxInclusiveAmount", invoice.gross),
            _money("PayableAmount", invoice.gross),
        ),
        *(_line(number, line, kind, category) for number, line in enumerate(invoice.lines, 1)),
    ]
    root = f'<{kind} xmlns="{UBL}{kind}-2" xmlns:cac="{UBL}CommonAggregateComponents-2"'
    root += f' xmlns:cbc="{UBL}CommonBasicComponents-2">'
    text = "\n".join(filter(None, parts))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n{text}\n</{kind}>\n'.encode()


def _tag(name: str, text: object, attribute: str = "") -> str:
    return f"<cbc:{name}{attribute}>{escape(str(text))}</cbc:{name}>" if text != "" else ""


def _group(name: str, *inside: str) -> str:
    text = "".join(inside)
    return f"<cac:{name}>{text}</cac:{name}>" if text else ""


def _money(name: str, amount: Decimal) -> str:
    return _tag(name, amount, ' currencyID="SEK"')


def _category(name: str, told: tuple[str, str, str]) -> str:
    category, rate, reason = told
    reasons = _tag("TaxExemptionReason", reason) if name == "TaxCategory" else ""
    return _group(name, _tag("ID", category), _tag("Percent", rate), reasons, _group("TaxScheme", _tag("ID", "VAT")))


def _party(name: str, party: Party) -> str:
    endpoint = _tag("EndpointID", party.vat, ' schemeID="9955"')
    if party.slug:
        endpoint = _tag("EndpointID", ASSOCIATION, ' schemeID="0007"')
    return _group(
        name,
        _group(
            "Party",
            endpoint,
            _group("PartyIdentification", _tag("ID", party.slug)),
            _group("PartyName", _tag("Name", party.unit)),
            _group("PostalAddress", _group("Country", _tag("IdentificationCode", "SE"))),
            *(
                _group("PartyTaxScheme", _tag("CompanyID", number), _group("TaxScheme", _tag("ID", scheme)))
                for scheme, number in (("VAT", party.vat), ("TAX", "Godkänd för F-skatt"))
                if party.vat
            ),
            _group("PartyLegalEntity", _tag("RegistrationName", party.name)),
        ),
    )


def _means(invoice: Invoice) -> str:
    giro = "SE:BANKGIRO" if invoice.account.isdigit() else ""
    return _group(
        "PaymentMeans",
        _tag("PaymentMeansCode", "30"),
        _tag("PaymentID", invoice.reference),
        _group(
            "PayeeFinancialAccount", _tag("ID", invoice.account), _group("FinancialInstitutionBranch", _tag("ID", giro))
        ),
    )


def _line(number: int, line: Line, kind: str, category: tuple[str, str, str]) -> str:
    counted = "CreditedQuantity" if kind == "CreditNote" else "InvoicedQuantity"
    return _group(
        f"{kind}Line",
        _tag("ID", number),
        _tag(counted, line.pieces, ' unitCode="C62"'),
        _money("LineExtensionAmount", line.net),
        _group("Item", _tag("Name", line.what), _category("ClassifiedTaxCategory", category)),
        _group("Price", _money("PriceAmount", kr(line.price))),
    )


def _attached(invoice: Invoice) -> str:
    if not invoice.pdf:
        return ""
    name = f"faktura-{invoice.number}.pdf"
    text = base64.b64encode(pdf(f"Faktura {invoice.number}")).decode()
    told = f' mimeCode="application/pdf" filename="{name}"'
    return _group(
        "AdditionalDocumentReference",
        _tag("ID", name),
        _group("Attachment", _tag("EmbeddedDocumentBinaryObject", text, told)),
    )


def pdf(text: str) -> bytes:
    """A page with one line of ASCII, as small as a PDF can be that readers open."""
    drawn = f"BT /F 24 Tf 72 720 Td ({text}) Tj ET"
    objects: Sequence[str] = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("ascii")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    tail = f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + head.encode("ascii") + tail.encode("ascii")
