"""The nouns of an electronic invoice (EN 16931-1, semantic model), as UBL 2.1 carries them.

Amounts stand as in the document: a credit note's are positive there, although it takes money back (`Invoice.sign` says
which way it turns). All are in the document's currency; `tax_accounting` alone is in the seller's accounting currency.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from ledger.messages import N_

ZERO = Decimal(0)
#: Codes of UNTDID 1001 that are read. Credit notes take back what they state, in whichever document they come.
INVOICES = {
    "380": N_("commercial invoice"),
    "383": N_("debit note"),
    "384": N_("corrected invoice"),
    "386": N_("prepayment invoice"),
    "389": N_("self-billed invoice"),
    "393": N_("factored invoice"),
}
CREDIT_NOTES = {"261": N_("self-billed credit note"), "381": N_("credit note"), "396": N_("factored credit note")}
#: The buyer writes these in the seller's name; the number is the buyer's.
SELF_BILLED = frozenset({"389", "261"})
#: VAT categories of EN 16931 (subset of UNTDID 5305).
STANDARD, EXEMPT, REVERSE, INTRA_EU = "S", "E", "AE", "K"
#: Taxes of the Canary Islands, of Ceuta and Melilla: rates like VAT's, but no VAT.
ISLANDS = frozenset({"L", "M"})
#: Categories whose VAT is nought, whatever the reason.
WITHOUT_VAT = frozenset({"Z", "E", "AE", "K", "G", "O"})
CATEGORIES = frozenset({STANDARD}) | ISLANDS | WITHOUT_VAT

Tax = tuple[str, Decimal | None]  # VAT category and rate in per cent


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer.

    Attributes:
        name: as registered (BT-27, BT-44); else the trading name.
        trading_name: what it is called in business (BT-28, BT-45).
        legal_id: organisation number (BT-30, BT-47).
        vat: VAT number (BT-31, BT-48).
        tax_ids: other tax registrations (BT-32): scheme and text, "Godkänd för F-skatt" in Sweden.
        endpoint: electronic address (BT-34, BT-49); `endpoint_scheme`: whose numbers it is of (ISO 6523: 0007 Sweden).
        ids: further identifiers (BT-29, BT-46), each with its scheme.
        country: ISO 3166 code of its address.
    """

    name: str = ""
    trading_name: str = ""
    legal_id: str = ""
    vat: str = ""
    tax_ids: tuple[tuple[str, str], ...] = ()
    endpoint: str = ""
    ids: tuple[tuple[str, str], ...] = ()
    country: str = ""
    endpoint_scheme: str = ""

    @property
    def shown(self) -> str:
        """Name and number, for people."""
        number = self.legal_id or self.vat or self.endpoint
        return f"{self.name} ({number})" if number else self.name


@dataclass(frozen=True, slots=True)
class PaymentMeans:
    """How it is to be paid (BG-16).

    Attributes:
        code: UNTDID 4461: 30 credit transfer, 49 direct debit, 58 SEPA.
        id: what the payer quotes (BT-83): OCR number, reference.
        account: IBAN, bankgiro, plusgiro; with `branch` `SE:BANKGIRO` or `SE:PLUSGIRO`, else a BIC.
    """

    code: str
    id: str = ""
    account: str = ""
    branch: str = ""

    @property
    def kind(self) -> str:
        """`bankgiro`, `plusgiro`, `iban` or nothing."""
        named = {"SE:BANKGIRO": "bankgiro", "SE:PLUSGIRO": "plusgiro"}.get(self.branch.upper(), "")
        plain = "".join(self.account.split()).upper()
        return named or ("iban" if plain[:2].isalpha() and plain[2:4].isdigit() and len(plain) >= 15 else "")


@dataclass(frozen=True, slots=True)
class Allowance:
    """A discount or a charge, of the document or of a line (BG-20, 21, 27, 28)."""

    charge: bool
    amount: Decimal
    reason: str = ""
    tax: Tax = ("", None)
    line: int | None = None

    @property
    def signed(self) -> Decimal:
        """What it does to the net amount."""
        return self.amount if self.charge else -self.amount


@dataclass(frozen=True, slots=True)
class Line:
    """An invoice line (BG-25).

    Attributes:
        net: without VAT, after its own allowances and charges (BT-131).
        price, per: the net price of `per` units (BT-146, BT-149); None where the document gives none.
        accounting_cost: the buyer's own code for it (BT-133).
        line: where it stands in the file.
    """

    id: str
    net: Decimal
    quantity: Decimal | None = None
    price: Decimal | None = None
    per: Decimal = Decimal(1)
    name: str = ""
    description: str = ""
    tax: Tax = ("", None)
    accounting_cost: str = ""
    allowances: tuple[Allowance, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class TaxSubtotal:
    """VAT of one category and rate (BG-23)."""

    taxable: Decimal
    amount: Decimal
    tax: Tax
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """The document's sums (BG-22); None where it doesn't state one."""

    line_extension: Decimal
    net: Decimal
    gross: Decimal
    payable: Decimal
    allowance: Decimal | None = None
    charge: Decimal | None = None
    prepaid: Decimal | None = None
    rounding: Decimal | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document that came with it (BG-24): embedded (be it empty), or only named by its address."""

    id: str
    name: str = ""
    data: bytes = b""
    uri: str = ""
    embedded: bool = False


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice or a credit note.

    Attributes:
        kind: `Invoice` or `CreditNote`: the document's own name.
        type_code: UNTDID 1001 (`INVOICES`, `CREDIT_NOTES`).
        due: the day by which it is to be paid, where it says so.
        tax: its VAT, and `tax_accounting` the same in `tax_currency`.
        order: the buyer's order number; `buyer_reference`: the buyer's own mark.
        preceding: numbers of the invoices that it corrects.
        payee: who is paid where that is somebody else than the seller (factoring).
    """

    kind: str
    type_code: str
    number: str
    issued: dt.date
    due: dt.date | None
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    tax: Decimal
    subtotals: tuple[TaxSubtotal, ...]
    totals: Totals
    allowances: tuple[Allowance, ...] = ()
    tax_currency: str = ""
    tax_accounting: Decimal | None = None
    means: tuple[PaymentMeans, ...] = ()
    order: str = ""
    buyer_reference: str = ""
    accounting_cost: str = ""
    preceding: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    payee: str = ""

    @property
    def is_credit(self) -> bool:
        """Whether it takes back what it states."""
        return self.type_code in CREDIT_NOTES

    @property
    def sign(self) -> int:
        """1 for an invoice, -1 for a credit note: what its amounts are multiplied with when they are booked."""
        return -1 if self.is_credit else 1

    @property
    def reverses(self) -> bool:
        """Whether it takes back more than it charges: a credit note, or an invoice with a negative amount to pay."""
        return self.sign * self.totals.payable < 0

    @property
    def self_billed(self) -> bool:
        """Whether the buyer wrote it in the seller's name."""
        return self.type_code in SELF_BILLED

    @property
    def prepaid(self) -> Decimal:
        """What was paid before (BT-113)."""
        return self.totals.prepaid or ZERO

    @property
    def rounding(self) -> Decimal:
        """What the amount to pay was rounded by (BT-114)."""
        return self.totals.rounding or ZERO
