"""Reading the fields of UBL elements strictly: each at most once, amounts by an own pattern, places named in problems.

UBL's elements are told apart by namespace and name alone, never by prefix or order. A field that may stand once and
stands twice is refused: two amounts to pay are two answers to one question.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from lxml import etree

from importers.checks import check_amount
from importers.problems import ImportAmountInvalid, ImportDateInvalid, XmlRefused
from importers.ubl.problems import UblCurrencyMixed, UblIncomplete, UblTwice
from importers.xml import line_of, local
from ledger.messages import N_, say

CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
#: xsd:decimal with at most 13 digits before the point; no exponent, no NaN, no digits of other scripts.
DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,13}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})", re.ASCII)
#: xsd:date; a time zone may follow and says nothing about the day.
DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII)
_SHOWN = 60
#: Elements that one element may hold; each that is looked at costs memory beside the tree itself.
MOST_CHILDREN = 200_000


class Fields:
    """The children of one element by name.

    Args:
        node: the element.
        file: the file's name in problems.
        at: the element's place, for people: `Invoice/LegalMonetaryTotal`.

    Raises:
        XmlRefused: it has more children than any real one.
    """

    __slots__ = ("at", "by_tag", "file", "node")

    def __init__(self, node: etree._Element, file: str, at: str) -> None:
        self.node = node
        self.file = file
        self.at = at
        if len(node) > MOST_CHILDREN:
            reason = say(N_("it has more than {count} elements in {position}"), count=MOST_CHILDREN, position=at)
            raise XmlRefused(file=file, line=line_of(node), reason=reason)
        by_tag: dict[str, list[etree._Element]] = {}
        for child in node:
            tag = child.tag
            if tag in by_tag:
                by_tag[tag].append(child)
            elif isinstance(tag, str):  # comments and processing instructions have none
                by_tag[tag] = [child]
        self.by_tag = by_tag

    @property
    def line(self) -> int | None:
        """Where it begins."""
        return line_of(self.node)

    def one(self, tag: str) -> etree._Element | None:
        """The only child of a name.

        Raises:
            UblTwice: there are several.
        """
        found = self.by_tag.get(tag)
        if not found:
            return None
        if len(found) > 1:
            name = local(found[1])
            raise UblTwice(file=self.file, line=line_of(found[1]), what=name, count=len(found), position=self.at)
        return found[0]

    def sub(self, name: str) -> Fields | None:
        """The only aggregate of a name, as fields."""
        node = self.one(CAC + name)
        return None if node is None else Fields(node, self.file, f"{self.at}/{name}")

    def need(self, name: str) -> Fields:
        """As `sub`.

        Raises:
            UblIncomplete: there is none.
        """
        found = self.sub(name)
        if found is None:
            raise self.missing(name)
        return found

    def subs(self, name: str) -> Iterator[Fields]:
        """Every aggregate of a name."""
        found = self.by_tag.get(CAC + name, ())
        for number, node in enumerate(found, 1):
            yield Fields(node, self.file, f"{self.at}/{name}" + (f"[{number}]" if len(found) > 1 else ""))

    def text(self, name: str) -> str:
        """The text of the only basic element of a name; empty where there is none."""
        node = self.one(CBC + name)
        return "" if node is None else self.text_of(node)

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of all basic elements of a name that have one."""
        return tuple(filter(None, (self.text_of(node) for node in self.by_tag.get(CBC + name, ()))))

    def needed(self, name: str) -> str:
        """As `text`.

        Raises:
            UblIncomplete: there is none, or it is empty.
        """
        found = self.text(name)
        if not found:
            raise self.missing(name)
        return found

    def text_of(self, node: etree._Element) -> str:
        """An element's text with white space folded.

        Raises:
            UblIncomplete: it holds elements where text must stand.
        """
        text: str = node.text or ""
        if not len(node):
            return " ".join(text.split())
        children: Iterable[Any] = node
        for child in children:  # comments and processing instructions part a text, but aren't in it
            if isinstance(child.tag, str):
                raise UblIncomplete(
                    file=self.file, line=line_of(node), what="text", position=f"{self.at}/{local(node)}"
                )
            text += child.tail or ""
        return " ".join(text.split())

    def attribute(self, name: str, attribute: str) -> str:
        """An attribute of the only basic element of a name."""
        node = self.one(CBC + name)
        return "" if node is None else (node.get(attribute) or "").strip()

    def missing(self, name: str) -> UblIncomplete:
        """The problem of a field that isn't there."""
        return UblIncomplete(file=self.file, line=self.line, what=name, position=self.at)

    def decimal(self, name: str) -> Decimal | None:
        """A number that is no money: quantity, price, rate.

        Raises:
            ImportAmountInvalid: the text is no number.
        """
        node = self.one(CBC + name)
        return None if node is None else self.number_of(node)

    def number_of(self, node: etree._Element) -> Decimal:
        """An element's text as a number."""
        text = self.text_of(node)
        if not DECIMAL.fullmatch(text):
            position = f"{self.at}/{local(node)}"
            raise ImportAmountInvalid(file=self.file, line=line_of(node), text=text[:_SHOWN] or "-", position=position)
        return Decimal(text)

    def amount(self, name: str, currency: str) -> Decimal | None:
        """Money in `currency`, in its smallest units; None where there is none.

        Raises:
            ImportAmountInvalid, ImportAmountUnit: no amount, or a finer one than the currency has.
            UblIncomplete: it doesn't say its currency.
            UblCurrencyMixed: it is in another one.
        """
        node = self.one(CBC + name)
        if node is None:
            return None
        position = f"{self.at}/{name}"
        stated = (node.get("currencyID") or "").strip()
        if not stated:
            raise UblIncomplete(file=self.file, line=line_of(node), what="currencyID", position=position)
        if stated != currency:
            raise UblCurrencyMixed(
                file=self.file, line=line_of(node), position=position, currency=stated[:_SHOWN], expected=currency
            )
        return check_amount(self.number_of(node), currency, file=self.file, line=line_of(node), position=position)

    def money(self, name: str, currency: str) -> Decimal:
        """As `amount`.

        Raises:
            UblIncomplete: there is none.
        """
        found = self.amount(name, currency)
        if found is None:
            raise self.missing(name)
        return found

    def date(self, name: str) -> dt.date | None:
        """A day; None where there is none.

        Raises:
            ImportDateInvalid: no date, or a day that doesn't exist.
        """
        node = self.one(CBC + name)
        if node is None:
            return None
        text = self.text_of(node)
        found = DATE.fullmatch(text)
        try:
            if found:
                return dt.date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            pass
        position = f"{self.at}/{name}"
        raise ImportDateInvalid(file=self.file, line=line_of(node), text=text[:_SHOWN] or "-", position=position)
