"""Amounts, days and counts as ISO 20022 writes them, read strictly; what can't be read names its place in the file."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from sys import intern

from lxml import etree

from importers.camt.problems import CamtIncomplete
from importers.camt.stream import Found, text
from importers.problems import ImportAmountInvalid, ImportDateInvalid
from importers.xml import line_of

AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{0,5})?", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
RATE = re.compile(r"[0-9]{1,11}(\.[0-9]{1,10})?", re.ASCII)
DATE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,12})?)?)?(Z|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)
COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)
#: So much of a text that can't be read is told.
SHOWN = 60
#: Days that are kept, so that each text is read once.
KEPT = 10_000


class Fields:
    """Reads the fields of one file.

    Args:
        name: the file's name in problems.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._days: dict[str, dt.date] = {}

    def amount(self, found: Found, element: etree._Element, at: str, missing: str = "") -> tuple[Decimal, str]:
        """`Amt` with the sign of `CdtDbtInd` (`missing` where there is none): money in is positive.

        Raises:
            CamtIncomplete: amount, currency or direction is missing.
            ImportAmountInvalid: as it says.
        """
        number, currency = found.get("Amt@Ccy", ("", ""))
        direction = found.get("CdtDbtInd", missing)
        if not CURRENCY.fullmatch(currency) or direction not in {"CRDT", "DBIT"}:
            raise CamtIncomplete(file=self.name, line=line_of(element), position=at, what="Amt, Ccy, CdtDbtInd")
        amount = self.number(number, element, f"{at}/Amt")
        return (amount if direction == "CRDT" else -amount), intern(currency)

    def number(self, said: str, element: etree._Element, at: str) -> Decimal:
        """An amount without sign.

        Raises:
            ImportAmountInvalid: it is none.
        """
        if not AMOUNT.fullmatch(said):
            lines = (line_of(e) for e in element.iter() if (e.text or "").strip() == said and not len(e))
            line = next(lines, None) or line_of(element)
            raise ImportAmountInvalid(file=self.name, line=line, text=said[:SHOWN] or '""', position=at)
        return Decimal(said)

    def day(self, found: Found, element: etree._Element, *slots: str, at: str) -> dt.date | None:
        """A date as the bank writes it, in the bank's own time zone; None where there is none.

        Raises:
            ImportDateInvalid: it is none.
        """
        said = next((found[slot] for slot in slots if slot in found), "")
        if not said or said in self._days:
            return self._days.get(said)
        match = DATE.fullmatch(said)
        try:
            if match is None:
                raise ValueError  # noqa: TRY301  the same refusal as for the 30th of February
            day = dt.date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            at = f"{at}/{slots[0]}"
            raise ImportDateInvalid(file=self.name, line=line_of(element), text=said[:SHOWN], position=at) from None
        if len(self._days) < KEPT:
            self._days[said] = day
        return day

    def count(self, found: Found, slot: str) -> int | None:
        """A number of things; None where there is none, or where it is no number."""
        said = text(found, slot)
        return int(said) if COUNT.fullmatch(said) else None

    def total(self, found: Found, element: etree._Element, slot: str, at: str) -> Decimal | None:
        """A sum without currency; None where there is none.

        Raises:
            ImportAmountInvalid: it is none.
        """
        said = text(found, slot)
        return self.number(said, element, f"{at}/{slot}") if said else None
