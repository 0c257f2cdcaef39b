"""Every field of the samples as their oracle has it; whole files or one problem; nothing from a truncated one."""

import base64
import datetime as dt
import json
import random
from decimal import Decimal

import pytest

from importers.problems import (
    ImportAmountInvalid,
    ImportAmountUnit,
    ImportDateInvalid,
    ImportFileEmpty,
    XmlRefused,
)
from importers.ubl.importer import looks_like_ubl
from importers.ubl.problems import (
    UblAttachmentDamaged,
    UblCurrencyMixed,
    UblIncomplete,
    UblTaxCategory,
    UblTotalsDiffer,
    UblTwice,
    UblTypeCode,
    UblWrongKind,
)
from importers.ubl.read import read_ubl
from importers.ubl.totals import check_adds_up
from ledger.errors import Problem
from tests.importers.ubl.build import UBL, change, credit, embedded, invoice, line

D = Decimal
FILES = [
    "bis3_Norwegian-example-1.xml",
    "bis3_Vat-category-S.xml",
    "bis3_base-creditnote-correction.xml",
    "bis3_base-example.xml",
    "bis3_base-negative-inv-correction.xml",
    "bis3_vat-category-E.xml",
    "bis3_vat-category-Z.xml",
    "en16931_ubl-tc434-example1.xml",
    "en16931_ubl-tc434-example10.xml",
    "en16931_ubl-tc434-example2.xml",
    "en16931_ubl-tc434-example4.xml",
    "en16931_ubl-tc434-example5.xml",
    "en16931_ubl-tc434-example7.xml",
    "se_creditnote.xml",
    "se_invoice_bad_vat.xml",
    "se_invoice_bankgiro.xml",
]
SBDH = (
    '<sh:StandardBusinessDocument xmlns:sh="http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader">'
    "<sh:StandardBusinessDocumentHeader><sh:HeaderVersion>1.0</sh:HeaderVersion></sh:StandardBusinessDocumentHeader>"
    "{}</sh:StandardBusinessDocument>"
)


@pytest.fixture
def peppol(samples):
    return samples / "sweden" / "peppol"


def number(text):
    return None if text is None else D(text)


def test_the_oracle_speaks_of_every_sample(peppol):
    oracle = json.loads((peppol / "oracle.json").read_text())
    assert sorted(oracle) == sorted(FILES) == sorted(p.name for p in peppol.glob("*.xml"))


@pytest.mark.parametrize("name", FILES)
def test_every_figure_of_the_oracle(peppol, name):
    want = json.loads((peppol / "oracle.json").read_text())[name]
    found = read_ubl((peppol / name).read_bytes(), name)
    means, totals = found.means[0], found.totals
    assert {
        "kind": found.kind,
        "id": found.number,
        "issue": found.issued.isoformat(),
        "due": found.due.isoformat() if found.due else None,
        "currency": found.currency,
        "seller": found.seller.name,
        "seller_orgnr": found.seller.legal_id or None,
        "seller_vat": found.seller.vat or None,
        "payment_code": means.code,
        "payment_id": means.id or None,
        "payee": means.account or None,
        "branch": means.branch or None,
        "accounting_cost": found.accounting_cost or None,
        "lines": len(found.lines),
    } == {key: want[key] for key in [*list(want)[:13], "lines"]}
    sums = {
        "line_ext": totals.line_extension,
        "allowance": totals.allowance,
        "charge": totals.charge,
        "net": totals.net,
        "gross": totals.gross,
        "prepaid": totals.prepaid,
        "rounding": totals.rounding,
        "payable": totals.payable,
    }
    assert sums == {key: number(want[key]) for key in sums}
    assert [(p.taxable, p.amount, p.tax) for p in found.subtotals] == [
        (D(p["taxable"]), D(p["tax"]), (p["cat"], number(p["pct"]))) for p in want["tax"]
    ]
    check_adds_up(found, name)


def test_what_else_the_samples_hold(peppol):
    norse = read_ubl((peppol / "bis3_Norwegian-example-1.xml").read_bytes())
    assert norse.attachments[0].uri == "http://www.suppliersite.eu/sheet001.html"
    example = read_ubl((peppol / "en16931_ubl-tc434-example5.xml").read_bytes())
    assert example.preceding == ("TOSL109",)
    assert (example.order, example.buyer_reference) == ("PO4711", "qwerty")
    assert (example.tax, example.tax_currency, example.tax_accounting) == (D("675.00"), "EUR", D("628.62"))
    assert example.payee == "Dagobert Duck"
    assert example.means[0].kind == ""
    attached = example.attachments[1]
    assert (attached.name, attached.data) == ("EHF.pdf", b"Testing Base64 encoding")
    first = example.lines[0]
    assert first.accounting_cost == "ACC7654"
    assert [a.signed for a in first.allowances] == [D("-100.00"), D("100.00")]
    assert example.seller.endpoint == "info@selco.nl"
    assert example.seller.tax_ids == (("LOC", "NL16356706"),)
    giro = read_ubl((peppol / "se_invoice_bankgiro.xml").read_bytes())
    assert (giro.means[0].kind, giro.seller.tax_ids) == ("bankgiro", (("TAX", "Godkänd för F-skatt"),))
    assert giro.buyer.name == "Kommunens Tekniska Bolag AB"


# --- whole or refused

WHOLE = invoice(line(), line("Kaffe", "50.00", "12"), changes=[change("10.00")])


def test_every_proper_prefix_of_an_invoice_is_refused():
    for content in (WHOLE, credit(), invoice(envelope=SBDH)):
        assert read_ubl(content).number
        for end in range(len(content)):
            with pytest.raises(Problem):
                read_ubl(content[:end], "cut.xml")


@pytest.mark.parametrize("name", FILES)
def test_no_sample_that_was_cut_off_is_read(peppol, name):
    content = (peppol / name).read_bytes().rstrip()
    rng = random.Random(name)  # noqa: S311  no secret, the same cuts each time
    for end in [*sorted(rng.sample(range(len(content)), 150)), len(content) - 1]:
        with pytest.raises(Problem):
            read_ubl(content[:end], "cut.xml")


def test_the_networks_envelope_is_taken_off():
    assert read_ubl(invoice(envelope=SBDH)) == read_ubl(invoice())


@pytest.mark.parametrize(
    ("kind", "is_credit", "sign"),
    [(("Invoice", "380"), False, 1), (("Invoice", "381"), True, -1), (("CreditNote", "381"), True, -1)],
)
def test_a_credit_note_is_one_in_either_document(kind, is_credit, sign):
    found = read_ubl(invoice(kind=kind[0], type_code=kind[1]))
    assert (found.is_credit, found.sign) == (is_credit, sign)


def test_a_comment_within_a_number_is_no_part_of_it():
    """Whoever reads up to the comment reads 10 for 1001."""
    assert read_ubl(invoice().replace(b">1001<", b">10<!-- x -->01<")).number == "1001"
    assert read_ubl(invoice().replace(b">125.00<", b">1<?x y?>25.00<")).totals.payable == D("125.00")


def test_numbers_may_be_written_as_xml_schema_lets_them():
    found = read_ubl(invoice().replace(b">125.00<", b"> +125.000 <").replace(b">100.00<", b">100.<"))
    assert found.totals.payable == D(125)
    assert found.totals.net == D(100)
    assert read_ubl(invoice().replace(b">2026-03-10<", b">2026-03-10+01:00<")).issued == dt.date(2026, 3, 10)


def test_the_due_date_of_a_credit_note_stands_with_its_means_of_payment():
    means = b"<cac:PaymentMeans><cbc:PaymentDueDate>2026-05-01</cbc:PaymentDueDate>"
    assert read_ubl(credit().replace(b"<cac:PaymentMeans>", means)).due == dt.date(2026, 5, 1)


def test_another_taxs_category_is_left_alone():
    other = b"<cac:ClassifiedTaxCategory><cbc:ID>X</cbc:ID><cac:TaxScheme><cbc:ID>LOC</cbc:ID></cac:TaxScheme>"
    content = invoice().replace(
        b"<cac:ClassifiedTaxCategory>", other + b"</cac:ClassifiedTaxCategory><cac:ClassifiedTaxCategory>"
    )
    assert read_ubl(content).lines[0].tax == ("S", D(25))


PAYABLE = b'<cbc:PayableAmount currencyID="SEK">125.00</cbc:PayableAmount>'
UNITS = b'<cbc:LineExtensionAmount currencyID="SEK">100.00</cbc:LineExtensionAmount>'
NAMED = f'xmlns="{UBL}Invoice-2"'.encode()


def swap(old, new, content=None):
    """The invoice with one text in the place of another, which must stand in it."""
    before = content or invoice()
    after = before.replace(old, new)
    assert after != before
    return after


BAD = {
    "nothing": (b"", ImportFileEmpty),
    "white space": (b" \n", ImportFileEmpty),
    "no xml": (b"BGMAX", XmlRefused),
    "a doctype": (swap(b"<Invoice", b"<!DOCTYPE Invoice><Invoice"), XmlRefused),
    "an entity": (swap(b">1001<", b">&x;<"), XmlRefused),
    "two roots": (invoice() + b"<x/>", XmlRefused),
    "an open tag": (swap(b"</cbc:IssueDate>", b""), XmlRefused),
    "letters of another code": (swap(b"Repris", b"R\xe5pris"), XmlRefused),
    "the other syntax": (b'<r:CrossIndustryInvoice xmlns:r="u"/>', UblWrongKind),
    "an order": (f'<Order xmlns="{UBL}Order-2"/>'.encode(), UblWrongKind),
    "an old Swedish invoice": (b'<Invoice xmlns="urn:sfti:documents:BasicInvoice:1:0"/>', UblWrongKind),
    "a version to come": (swap(NAMED, f'xmlns="{UBL}Invoice-3"'.encode()), UblWrongKind),
    "no namespace": (swap(b" " + NAMED, b""), UblWrongKind),
    "an envelope with two": (invoice(envelope=SBDH.replace("{}", "{0}{0}")), UblWrongKind),
    "an envelope with none": (SBDH.format("").encode(), UblWrongKind),
    "a list of invoices": (invoice(envelope="<List>{0}{0}</List>"), UblWrongKind),
    "no number": (swap(b"<cbc:ID>1001</cbc:ID>", b""), UblIncomplete),
    "an empty number": (swap(b">1001<", b"> <"), UblIncomplete),
    "two numbers": (swap(b"<cbc:ID>1001</cbc:ID>", b"<cbc:ID>1</cbc:ID><cbc:ID>2</cbc:ID>"), UblTwice),
    "elements in a number": (swap(b">1001<", b"><b>1001</b><"), UblIncomplete),
    "no date": (swap(b"<cbc:IssueDate>2026-03-10</cbc:IssueDate>", b""), UblIncomplete),
    "a day that isn't": (invoice(issued="2026-02-30"), ImportDateInvalid),
    "a Swedish date": (invoice(issued="10/3 2026"), ImportDateInvalid),
    "a due day that isn't": (invoice(due="2026-13-01"), ImportDateInvalid),
    "no type": (swap(b"<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>", b""), UblIncomplete),
    "a type that isn't booked": (invoice(type_code="325"), UblTypeCode),
    "an invoice as credit note": (invoice(kind="CreditNote", type_code="380"), UblTypeCode),
    "no currency": (swap(b"<cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode>", b""), UblIncomplete),
    "kronor": (swap(b">SEK<", b">kr<"), UblIncomplete),
    "an amount in euro": (swap(PAYABLE, PAYABLE.replace(b"SEK", b"EUR")), UblCurrencyMixed),
    "an amount in nothing": (swap(PAYABLE, PAYABLE.replace(b' currencyID="SEK"', b"")), UblIncomplete),
    "no amount to pay": (swap(PAYABLE, b""), UblIncomplete),
    "two amounts to pay": (swap(PAYABLE, PAYABLE + PAYABLE.replace(b"125", b"1")), UblTwice),
    "not a number": (swap(PAYABLE, PAYABLE.replace(b"125.00", b"NaN")), ImportAmountInvalid),
    "an exponent": (swap(PAYABLE, PAYABLE.replace(b"125.00", b"1.25E2")), ImportAmountInvalid),
    "a grouping underscore": (swap(PAYABLE, PAYABLE.replace(b"125.00", b"1_25")), ImportAmountInvalid),
    "full-width digits": (swap(PAYABLE, PAYABLE.replace(b"125.00", "１２５".encode())), ImportAmountInvalid),
    "a decimal comma": (swap(PAYABLE, PAYABLE.replace(b"125.00", b"125,00")), ImportAmountInvalid),
    "14 digits": (swap(PAYABLE, PAYABLE.replace(b"125.00", b"12345678901234")), ImportAmountInvalid),
    "half an öre": (swap(PAYABLE, PAYABLE.replace(b"125.00", b"125.005")), ImportAmountUnit),
    "no seller": (invoice(seller={}), UblIncomplete),
    "a nameless buyer": (invoice(buyer={"legal": "5567321707"}), UblIncomplete),
    "no VAT": (invoice().replace(b"TaxTotal", b"TaxTotals"), UblIncomplete),
    "VAT without its parts": (invoice().replace(b"TaxSubtotal", b"TaxSubtotals"), UblIncomplete),
    "no totals": (invoice().replace(b"LegalMonetaryTotal", b"LegalTotal"), UblIncomplete),
    "no line": (invoice().replace(b"InvoiceLine", b"InvoiceRow"), UblIncomplete),
    "a credit note's lines": (invoice().replace(b"InvoiceLine", b"CreditNoteLine"), UblIncomplete),
    "a line without amount": (swap(UNITS + b"<cac:Item>", b"<cac:Item>"), UblIncomplete),
    "a line without category": (invoice().replace(b"ClassifiedTaxCategory", b"OtherCategory"), UblIncomplete),
    "a discount that may be a charge": (swap(b">false<", b">maybe<", invoice(changes=[change("1.00")])), UblIncomplete),
    "an unknown category": (invoice(line(code="AA")), UblTaxCategory),
    "a standard rate of nought": (invoice(line(rate="0")), UblTaxCategory),
    "no rate": (invoice(line(rate=None)), UblTaxCategory),
    "a rate above 100": (invoice(line(rate="125")), UblTaxCategory),
    "exempt at 25": (invoice(line(code="E")), UblTaxCategory),
    "sums that differ": (swap(PAYABLE, PAYABLE.replace(b"125", b"126")), UblTotalsDiffer),
    "a torn attachment": (invoice(head=embedded("a.pdf", "JVBERi0xLjQ")), UblAttachmentDamaged),
    "no Base64": (invoice(head=embedded("a.pdf", "åäö!")), UblAttachmentDamaged),
}


@pytest.mark.parametrize(("content", "problem"), BAD.values(), ids=BAD)
def test_bad_input_gives_one_typed_problem(content, problem):
    with pytest.raises(Problem) as caught:
        check_adds_up(read_ubl(content, "f.xml"), "f.xml")
    assert type(caught.value) is problem
    assert caught.value.file == "f.xml"
    assert "{" not in caught.value.text() + caught.value.remedy_text()


@pytest.mark.parametrize(
    ("content", "kind", "meaning"),
    [
        (BAD["the other syntax"][0], "CrossIndustryInvoice", "other syntax"),
        (BAD["an order"][0], "Order", "an order"),
        (BAD["an old Swedish invoice"][0], "Invoice", "another version"),
        (BAD["an envelope with two"][0], "StandardBusinessDocument", "with 2 documents"),
        (BAD["a list of invoices"][0], "List", "with 2 documents"),
    ],
)
def test_what_is_no_invoice_is_called_by_its_name(content, kind, meaning):
    with pytest.raises(UblWrongKind) as caught:
        read_ubl(content, "f.xml")
    assert caught.value.params["kind"] == kind
    assert meaning in caught.value.params["meaning"]


def test_a_problem_names_the_line_and_the_place():
    """The total stands on the 10th line of the file."""
    content = swap(PAYABLE, PAYABLE.replace(b"125.00", b"x"))
    with pytest.raises(ImportAmountInvalid) as caught:
        read_ubl(content, "f.xml")
    assert content.split(b"\n")[caught.value.line - 1].find(b"<cbc:PayableAmount") > 0
    assert caught.value.params["position"] == "Invoice/LegalMonetaryTotal/PayableAmount"


def test_more_elements_than_any_invoice_has_are_refused():
    content = swap(b"</Invoice>", b"<cbc:Note/>" * 200_001 + b"</Invoice>")
    with pytest.raises(XmlRefused, match="more than 200000 elements in Invoice"):
        read_ubl(content, "f.xml")


def test_an_attachment_of_more_than_ten_megabytes_is_refused_not_cut():
    text = base64.b64encode(bytes(9_000_000)).decode()
    with pytest.raises(XmlRefused):
        read_ubl(invoice(head=embedded("a.pdf", text)))


@pytest.mark.parametrize(
    ("content", "looks"),
    [
        (invoice()[:4096], True),
        (credit()[:4096], True),
        (invoice(envelope=SBDH)[:4096], True),
        (b'<r:CrossIndustryInvoice xmlns:r="u"/>', True),
        (invoice().decode().encode("utf-16")[:4096], True),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">', False),
        (b"#FLAGGA 0", False),
    ],
)
def test_a_files_beginning_tells_whether_it_may_be_an_invoice(content, looks):
    assert looks_like_ubl(content) is looks
