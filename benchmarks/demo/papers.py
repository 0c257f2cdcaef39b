"""Numbers that people quote, and what an open invoice says of itself in the books: link, number, due date, reference.

OCR numbers end in the check digit that banks ask for (modulus 10). Bankgiro and organisation numbers end in a wrong
one, so that nobody can have them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

Meta = tuple[tuple[str, str], ...]


def check_digit(digits: str) -> int:
    """The digit that makes a number of `digits` and itself right by modulus 10 (Luhn)."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits)))
    return -sum(n // 10 + n % 10 for n in doubled) % 10


def ocr(digits: str) -> str:
    """An OCR number: digits and their check digit."""
    return f"{digits}{check_digit(digits)}"


def nobodys(digits: str) -> str:
    """A number with a wrong check digit."""
    return f"{digits}{(check_digit(digits) + 5) % 10}"


@dataclass(frozen=True)
class Paper:
    """What the voucher of an invoice carries, and what its payer quotes; nothing where nobody follows it by itself."""

    links: tuple[str, ...] = ()
    meta: Meta = ()
    quoted: str = ""


def paper(link: str, number: str, date: dt.date, reference: str = "") -> Paper:
    """An invoice that is due thirty days after `date`; its payer quotes `reference`, or its number."""
    meta: Meta = (("invoice", f'"{number}"'), ("due", f"{date + dt.timedelta(days=30)}"))
    meta += (("reference", f'"{reference}"'),) if reference else ()
    return Paper((link,), meta, reference or number)
