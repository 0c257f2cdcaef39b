"""What makes an invoice itself: its seller and number; and what it says, so that a changed one is known.

A number is used once by its seller, for an invoice and perhaps again for a credit note. Numbers that differ by capitals
only count as one: the second is refused, for it is rather the same invoice written otherwise than another one. Buyers
who write invoices in the seller's name number them themselves, so there the buyer belongs to it. Divisions of one legal
person share its number, so between them it is the division that counts.
"""

from __future__ import annotations

import re
from decimal import Decimal

from importers.identity import account_number, digest, folded
from importers.ubl.model import Invoice, Line, Party

#: Schemes of network addresses that are registers of organisations (ISO 6523): Sweden, Denmark, Norway.
REGISTERS = frozenset({"0007", "0184", "0192"})
#: VAT numbers made of an organisation number; a Swedish one also without the two digits at the end.
VAT_NUMBER = re.compile(r"SE([0-9]{10})(?:[0-9]{2})?|NO([0-9]{9})(?:MVA)?|DK([0-9]{8})", re.ASCII)
SWEDISH_LONG = re.compile(r"(?:16|19|20)[0-9]{10}", re.ASCII)


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
    """What tells a party: its organisation number, in whichever field; else its VAT number, else its name."""
    return company_number(party) or account_number(party.vat) or folded(party.name)


def company_number(party: Party) -> str:
    """A party's organisation number: its legal identifier, else what its VAT number or network address holds of it."""
    legal = account_number(party.legal_id)
    if legal:
        return _of_vat(legal) or _without_century(legal, party)
    of_vat = _of_vat(account_number(party.vat))
    if of_vat or party.endpoint_scheme not in REGISTERS:
        return of_vat
    return _of_vat(account_number(party.endpoint)) or _without_century(account_number(party.endpoint), party)


def _of_vat(number: str) -> str:
    """The organisation number in a VAT number of a country that makes one of it; else nothing."""
    found = VAT_NUMBER.fullmatch(number)
    return next((one for one in found.groups() if one), "") if found else ""


def _without_century(number: str, party: Party) -> str:
    """A Swedish number of twelve digits without its century (16 of companies, 19 and 20 of persons)."""
    swedish = party.country in {"SE", ""} and SWEDISH_LONG.fullmatch(number)
    return number[2:] if swedish else number


def content_of(invoice: Invoice) -> str:
    """A digest of all that an invoice says of money: the same for the same invoice, however its file is written.

    The seller isn't part of it: `importers.ubl.standing` tells whether files that name it differently are one invoice.
    """
    totals = invoice.totals
    head = (
        invoice.kind,
        invoice.type_code,
        invoice.issued,
        invoice.due,
        invoice.currency,
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
