"""Invoices and their payments in the demo: bankgiro with OCR numbers, electronic invoices, money between accounts."""

from __future__ import annotations

import base64
import hashlib
from decimal import Decimal

from ledger.combine.reports.answer import answer
from tests.demo import waiting
from tests.demo.waiting import camt, invoice, signed

BILL, CREDIT, SOLD = "faktura-261187.xml", "kreditfaktura-261203.xml", "faktura-K-2611.xml"


def invoices_of(root, slug: str) -> dict[str, tuple[str, Decimal]]:
    """Number and claim of each invoice of October that carries an OCR number, by that number: read from the text."""
    found, number, reference = {}, "", ""
    for line in (root / f"units/{slug}/books/2026/2026-10.beancount").read_text().splitlines():
        number = line.split('"')[1] if line.startswith("  invoice: ") else number
        reference = line.split('"')[1] if line.startswith("  reference: ") else reference
        if "Assets:1510" in line and reference:
            found[reference] = number, Decimal(line.split()[1])
        if not line:
            number = reference = ""
    return found


def payable(node) -> Decimal:
    return Decimal(node.findtext("LegalMonetaryTotal/PayableAmount"))


def test_bankgiro_and_bank_tell_the_same_deposits(demo_root):
    deposits: dict[str, Decimal] = {}
    for serial, _, amount in waiting.giro_payments(demo_root):
        deposits[serial] = deposits.get(serial, Decimal(0)) + amount
    (statement,) = camt(demo_root, "stadkraft")
    lines = {
        text.split()[-1]: signed(entry)
        for entry in statement.iter("Ntry")
        if (text := entry.findtext(".//Ustrd") or "").startswith("Bankgiro")
    }
    assert len(deposits) == 4
    assert lines == deposits


def test_payments_by_ocr_settle_their_invoices(imported):
    owed, paid = invoices_of(imported.before, "stadkraft"), waiting.giro_payments(imported.before)
    items = imported.items("stadkraft")
    assert len(owed) == 5
    for ocr, (number, claim) in owed.items():
        left = claim - sum((amount for _, reference, amount in paid if reference == ocr), Decimal(0))
        assert (number, items[number].open if number in items else Decimal(0)) == (number, left)
    assert 0 < items["1046"].open < owed["10462"][1]  # paid in part
    assert "1047" not in items
    assert imported.balance("stadkraft", "1583") == 0


def test_the_payment_without_reference_waits_with_a_suggestion(imported):
    ((_, _, amount),) = [row for row in waiting.giro_payments(imported.before) if not row[1]]
    (entry,) = [e for e in imported.entries("stadkraft") if e.flag == "!" and "provisional" not in e.tags]
    assert imported.items("stadkraft")["1050"].open == amount
    assert "1050" in entry.meta["suggestion"]
    assert entry.meta["suggestion"].startswith("Assets:1510-Kundfordringar")
    assert imported.balance("stadkraft", "2999") == -amount


def test_the_programs_invoices_are_open_with_number_and_customer(imported):
    text = (imported.before / "units/stadkraft/inbox/affarssystem/verifikat-2026-11.se").read_text(encoding="cp437")
    names = {row.split('"')[1]: row.split('"')[3] for row in text.splitlines() if row.startswith("#OBJEKT 8 ")}
    rows = [row for row in text.splitlines() if row.startswith("#TRANS 1510 ")]
    in_file = {}
    for row in rows:
        _, customer, _, number, _ = row.split('"')
        in_file[number] = names[customer], Decimal(row.split()[-1])
    items = imported.items("stadkraft")
    assert len(in_file) == 5
    assert {n: (items[n].counterparty, items[n].open) for n in in_file} == in_file


def test_a_suppliers_invoice_less_its_credit_note_is_paid(imported):
    bill, credit = invoice(imported.before, "repris", BILL), invoice(imported.before, "repris", CREDIT)
    ocr = bill.findtext("PaymentMeans/PaymentID")
    (statement,) = camt(imported.before, "repris")
    (paid,) = [signed(e) for e in statement.iter("Ntry") if e.findtext(".//CdtrRefInf/Ref") == ocr]
    assert payable(bill) - payable(credit) == -paid
    booked = [e for e in imported.entries("repris") if e.payee == "Möbelbeslag Exempel"]
    link = min(set.intersection(*(set(e.links) for e in booked)))
    assert [e.flag for e in booked] == ["*"] * 3
    assert sorted(p.units.number for e in booked for p in e.postings if "2440" in p.account) == sorted(
        [-payable(bill), payable(credit), -paid]
    )
    assert not [item for item in imported.items("repris").values() if item.key == link]
    vat = [p.units.number for e in booked for p in e.postings if "2641" in p.account]
    assert sum(vat) == Decimal(bill.findtext("TaxTotal/TaxAmount")) - Decimal(credit.findtext("TaxTotal/TaxAmount"))


def test_the_pdf_is_kept_beside_the_invoice(imported):
    bill = invoice(imported.before, "repris", BILL)
    content = base64.b64decode(bill.findtext(".//EmbeddedDocumentBinaryObject"))
    (entry,) = [e for e in imported.entries("repris") if "attachment" in e.meta]
    kept = imported.root / "units/repris" / entry.meta["attachment"]
    assert content.startswith(b"%PDF-")
    assert kept.read_bytes() == content
    assert hashlib.sha256(content).hexdigest() in kept.name


def test_one_invoice_between_units_is_one_dealing(imported):
    """Both have the file: a claim and a debt, a sale and a cost under one link, without VAT, paid and eliminated."""
    sides = {slug: invoice(imported.before, slug, SOLD) for slug in ("cykelbudet", "repris")}
    amount = payable(sides["repris"])
    assert payable(sides["cykelbudet"]) == amount
    link = "ic-cykelbudet-K-2611"
    for slug, claim, result, sign in (("cykelbudet", "1660", "3090", 1), ("repris", "2860", "5710", -1)):
        booked = [e for e in imported.entries(slug) if link in e.links]
        rows = {(e.flag, waiting.code_of(p.account), p.units.number) for e in booked for p in e.postings}
        assert rows == {
            ("*", claim, sign * amount),
            ("*", result, -sign * amount),
            ("*", "1930", sign * amount),
            ("*", claim, -sign * amount),
        }
    found = answer(imported.federation.combined)["eliminations"]
    (income,) = [e for e in found if e["key"] == link and Decimal(e["amount"]) == amount]
    assert sorted(income["units"]) == ["cykelbudet", "repris"]


def test_money_put_aside_is_on_neither_account_twice(imported):
    bank, savings = camt(imported.before, "syateljen")
    (moved,) = [signed(e) for e in savings.iter("Ntry")]
    numbers = [s.findtext("Acct/Id/IBAN") for s in (bank, savings)]
    (out,) = [signed(e) for e in bank.iter("Ntry") if e.findtext(".//CdtrAcct/Id/IBAN") == numbers[1]]
    assert (moved, out) == (40_000, -40_000)
    assert imported.balance("syateljen", "1940") == moved
    assert imported.balance("syateljen", "1909") == 0
    assert imported.items("syateljen") == {} or all(i.kind != "clearing" for i in imported.items("syateljen").values())
