"""What makes an invoice itself: its seller and number; and what it says, so that a changed one is known.

A number is used once by its seller, for an invoice and perhaps again for a credit note. Numbers that differ by capitals
only count as one: the second is refused, for it is rather the same invoice written otherwise than another one. Buyers
who write invoices in the seller's name number them themselves, so there the buyer belongs to it. Divisions of one legal
person share its number, so between them it is the division that counts.
"""

from __future__ import annotations

from decimal import Decimal

from importers.identity import account_number, digest, folded
from importers.ubl.model import Invoice, Line, Party


def source_id_of(invoice: Invoice, issuer: str = "") -> str:
    """The `source-id` of an invoice's entry.

    Args:
        invoice: the invoice.
        issuer: slug of the division that numbered it, where both sides are one legal person: divisions share its
            organisation number, and each may have a series of its own.
    """
    return "ubl-" + digest(
        party_number(invoice.seller),
        invoice.number.casefold(),
        "credit" if invoice.is_credit else "invoice",
        party_number(invoice.buyer) if invoice.self_billed else "",
        *([issuer] if issuer else []),
    )


def party_number(party: Party) -> str:
    """What tells a party: its organisation number, else its VAT number, else its name."""
    return account_number(party.legal_id) or account_number(party.vat) or folded(party.name)


def content_of(invoice: Invoice) -> str:
    """A digest of all that an invoice says of money: the same for the same invoice, however its file is written."""
    totals = invoice.totals
    head = (
        invoice.kind,
        invoice.type_code,
        invoice.issued,
        invoice.due,
        invoice.currency,
        party_number(invoice.seller),
        party_number(invoice.buyer),
        *map(
            _plain, (totals.line_extension, totals.net, totals.gross, totals.payable, totals.prepaid, totals.rounding)
        ),
        *invoice.preceding,
        *(f"{m.code} {m.id} {account_number(m.account)}" for m in invoice.means),
    )
    taxes = [f"{p.tax[0]} {_plain(p.tax[1])} {_plain(p.taxable)} {_plain(p.amount)}" for p in invoice.subtotals]
    changes = [f"{a.reason} {_plain(a.signed)} {a.tax[0]} {_plain(a.tax[1])}" for a in invoice.allowances]
    return digest(*head, "taxes", *taxes, "changes", *changes, "lines", *map(_line, invoice.lines))


def _line(line: Line) -> str:
    return f"{line.id} {line.name} {_plain(line.quantity)} {_plain(line.price)} {_plain(line.net)} {line.tax[0]}"


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"
