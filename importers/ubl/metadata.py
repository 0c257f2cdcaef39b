"""What an invoice's entry says beside its postings: number, due date, reference, order, attachments, and its text."""

from __future__ import annotations

import datetime as dt
from typing import Any

from importers.archive import attachment_of
from importers.booktext import clean
from importers.identity import digest
from importers.plan import Attachment
from importers.ubl.identity import company_number, content_of
from importers.ubl.model import Invoice
from ledger.books import Unit
from ledger.messages import N_, say

#: So many names of items stand in an entry's text.
NAMED = 3
#: How a PDF begins; a file is what it is, whatever its name says.
PDF = b"%PDF-"
#: What goes into one field; an invoice's own texts have no limit.
LONGEST = 80


def metadata_of(invoice: Invoice, source_id: str, *, selling: bool, day: dt.date, document: str) -> dict[str, Any]:
    """The metadata of an invoice's entry, empty fields left out.

    Args:
        invoice: the invoice.
        source_id: of its entry.
        selling: whether the book is the seller's; a buyer needs the account to pay to.
        day: when it is booked, where that isn't its own day.
        document: where its file is kept.
    """
    means = next((m for m in invoice.means if m.account or m.id), None)
    company = company_number(invoice.seller)
    meta: dict[str, Any] = {"source-id": source_id, "invoice": clean(invoice.number, LONGEST)}
    if day != invoice.issued:
        meta["invoice-date"] = invoice.issued
    if invoice.due:
        meta["due"] = invoice.due
    texts = {
        "reference": means.id if means else "",
        "payee-account": means.account if means and not selling else "",
        "payee-account-kind": means.kind if means and not selling else "",
        "order": invoice.order or invoice.buyer_reference,
        "credits": ", ".join(invoice.preceding) if invoice.reverses else "",
        "payee": invoice.payee,
    }
    if company and not selling:
        meta["seller"] = digest(company)  # opaque: that of a sole trader is a person's number
    meta |= {name: short for name, text in texts.items() if (short := clean(text, LONGEST))}
    return meta | {"content": content_of(invoice), "document": document}


def narration_of(invoice: Invoice) -> str:
    """`Invoice 1001: chairs, tables …`."""
    names = list(dict.fromkeys(line.name for line in invoice.lines if line.name))
    what = ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
    text = N_("Credit note {number}: {what}") if invoice.is_credit else N_("Invoice {number}: {what}")
    return say(text, number=invoice.number, what=what).rstrip(": ")


def attachments_of(invoice: Invoice, unit: Unit) -> tuple[list[Attachment], list[str]]:
    """Embedded PDFs, each once, to be kept beside the invoice; and a sentence for each document that isn't.

    What is embedded and no PDF stays inside the archived invoice. Nothing is fetched from elsewhere.
    """
    found: dict[str, Attachment] = {}
    remarks = []
    for one in invoice.attachments:
        name = one.name or one.id or "attachment"
        if one.data.startswith(PDF):
            stem = name[:-4] if name.lower().endswith(".pdf") else name
            kept = attachment_of(unit, f"{stem or 'attachment'}.pdf", one.data)
            found.setdefault(kept.digest, kept)
        elif one.data:
            text = N_("{number}: the embedded {name} is no PDF and stays inside the archived invoice.")
            remarks.append(say(text, number=invoice.number, name=clean(name, 60)))
        elif one.embedded:
            text = N_("{number}: the embedded {name} is empty; ask the sender for it.")
            remarks.append(say(text, number=invoice.number, name=clean(name, 60)))
        elif one.uri:
            text = N_("{number} names a document elsewhere, which wasn't fetched: {uri}")
            remarks.append(say(text, number=invoice.number, uri=clean(one.uri, 120)))
    return list(found.values()), remarks
