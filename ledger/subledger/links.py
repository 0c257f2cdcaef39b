"""Links of what settles together. ASCII and opaque (SPEC 2): both sides make the same one, nobody takes it apart.

- A dealing between units: `ic-<issuer slug>-<number>` (SPEC 3), so that buyer and seller need not ask each other.
- A sale to somebody outside: `inv-<slug>-<number>`; a purchase: `bill-<hash of seller and number>`, since two sellers
  may use one number; money on its way to the bank: `dep-<hash>`.
- A credit note has a link of its own kind: many programs number credit notes in a series of their own, and number 100
  of it is no payment of invoice 100, whoever that one is for. No invoice's number begins with its mark.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

_DIGITS = 12
#: What a credit note's number is marked with; `_ascii` gives nothing that begins so.
_CREDIT = "_credit-"


def _ascii(number: str) -> str:
    """A document number as a part of a link; one that letters or length don't let stand is told by its hash."""
    plain = unicodedata.normalize("NFKC", number).strip()
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,39}", plain) and not plain.endswith(("/", ".")):
        return plain
    return _hash(plain)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:_DIGITS]


def ic_link(issuer: str, number: str, *, credit: bool = False) -> str:
    """The link of a dealing between units: the issuer's slug and its document's number; `credit`: of a credit note."""
    return f"ic-{issuer}-{_CREDIT if credit else ''}{_ascii(number)}"


def invoice_link(slug: str, number: str, *, credit: bool = False) -> str:
    """The link of a unit's own sales invoice, or of its credit note."""
    return f"inv-{slug}-{_CREDIT if credit else ''}{_ascii(number)}"


def bill_link(seller: str, number: str, *, credit: bool = False) -> str:
    """The link of a purchase invoice or its credit note: the seller (organisation number, else name) and the number."""
    return f"bill-{_hash(seller.casefold().strip(), number.strip(), *([_CREDIT] if credit else []))}"


def deposit_link(account: str, reference: str, *more: object) -> str:
    """The link of money that goes to the bank in one sum: clearing account, serial, and what else tells it apart."""
    return f"dep-{_hash(account, reference, *map(str, more))}"
