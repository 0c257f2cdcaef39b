"""Which side of an invoice is this unit, and is the other side a unit, too? Told by organisation number, never guessed.

A legal person is known by its organisation number, in whichever field it stands: legal identifier, VAT number, network
address, further identifiers. Divisions share one, so an invoice between two of them, or from one of them, is told apart
by what names the unit itself: its slug or code as an identifier (of the buyer also as its reference), the account to be
paid, its name. Where that isn't enough, a person says it: `direction` of the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from importers.identity import account_number, folded
from importers.recognise.numbers import plain_number
from importers.ubl.model import Invoice, Party
from importers.ubl.problems import UblNotOurs, UblOtherUnit, UblSidesUnclear, UblUnitUnknown, UblWrongDirection
from ledger.books import Unit, Workspace
from ledger.books.sources import SourceTable
from ledger.messages import N_, say

#: An identifier shorter than this is a customer number or the like.
SHORTEST_NUMBER = 6
SALES, PURCHASES = "sales", "purchases"


@dataclass(frozen=True)
class Sides:
    """An invoice as one unit sees it.

    Attributes:
        selling: the unit is the seller.
        own: the party that the unit is; `other`: the other one.
        partner: the unit that the other party is, where it is one in scope on the day.
    """

    selling: bool
    own: Party
    other: Party
    partner: Unit | None


def sides_of(invoice: Invoice, unit: Unit, ws: Workspace | None, source: SourceTable, file: str) -> Sides:
    """Which side the unit is.

    Raises:
        UblNotOurs, UblUnitUnknown: it is neither, or has no number to be known by.
        UblOtherUnit, UblSidesUnclear: another unit of its legal person is meant, or it can't be told which.
        UblWrongDirection: the source takes the other direction.
    """
    return _Decision(invoice, unit, ws, source, file).run()


def forms(text: str) -> frozenset[str]:
    """The ways in which one number is written: as a VAT number, with century, with a suffix."""
    plain = account_number(text)
    found = {plain}
    if plain[:2].isalpha() and plain.isascii():
        found.add(plain[2:])
        if plain.startswith("SE") and len(plain) == 14:
            found.add(plain[2:12])
    found |= {form.removesuffix("MVA") for form in tuple(found)}
    found |= {form[2:] for form in tuple(found) if len(form) == 12 and form.startswith("16") and form.isdigit()}
    return frozenset(form for form in found if len(form) >= SHORTEST_NUMBER)


def numbers_of(party: Party) -> frozenset[str]:
    """Every number of a party, in all ways of writing it."""
    texts = (party.legal_id, party.vat, party.endpoint, *(text for text, _ in party.ids))
    return frozenset(form for text in texts for form in forms(text))


def number_of(unit: Unit, ws: Workspace | None) -> str:
    """The organisation number of a unit's legal person: divisions share theirs, whichever of them states it."""
    if unit.organisation_number or unit.entity != "division" or ws is None:
        return unit.organisation_number or ""
    stated = (u.organisation_number for u in ws.units.values() if u.entity == "division" and u.organisation_number)
    return next(stated, "")


class _Decision:
    def __init__(self, invoice: Invoice, unit: Unit, ws: Workspace | None, source: SourceTable, file: str) -> None:
        self.invoice = invoice
        self.unit = unit
        self.units = list(ws.units.values()) if ws else [unit]
        self.ws = ws
        self.source = source
        self.direction = source.invoices.direction if source.invoices else None
        self.file = file
        self.names: dict[str, Any] = {"seller": invoice.seller.shown, "buyer": invoice.buyer.shown}

    def run(self) -> Sides:
        unit = self.unit
        sellers, buyers = self.candidates(self.invoice.seller), self.candidates(self.invoice.buyer)
        if unit not in sellers and unit not in buyers:
            sellers, buyers = self.by_name(sellers, buyers)
        if unit in sellers and unit in buyers:
            selling, partner = self.within(sellers, buyers)
        else:
            selling, partner = self.across(sellers, buyers)
        if self.direction and selling != (self.direction == SALES):
            raise UblWrongDirection(
                file=self.file,
                unit=unit.slug,
                slug=unit.slug,
                name=self.source.name,
                expected=say(N_("sales") if self.direction == SALES else N_("purchases")),
                side=say(N_("seller") if selling else N_("buyer")),
                **self.names,
            )
        day = self.invoice.issued
        known = partner if partner is not None and partner.in_scope(day) and unit.in_scope(day) else None
        own, other = self.invoice.seller, self.invoice.buyer
        return Sides(selling, own, other, known) if selling else Sides(selling, other, own, known)

    def candidates(self, party: Party) -> list[Unit]:
        """Units whose legal person a party is."""
        numbers = numbers_of(party)
        return [u for u in self.units if forms(number_of(u, self.ws)) & numbers]

    def by_name(self, sellers: list[Unit], buyers: list[Unit]) -> tuple[list[Unit], list[Unit]]:
        """A unit that states no number anywhere: by its name, else by what its source says.

        Raises:
            UblNotOurs: it has a number, and neither side has it.
            UblUnitUnknown: it has none, and nothing else tells.
        """
        unit = self.unit
        number = number_of(unit, self.ws)
        if number:
            raise UblNotOurs(file=self.file, unit=unit.slug, slug=unit.slug, number=number, **self.names)
        named = [folded(unit.name) in _names(p) for p in (self.invoice.seller, self.invoice.buyer)]
        if self.direction:
            named = [self.direction == SALES, self.direction == PURCHASES]
        if named[0] == named[1]:
            raise UblUnitUnknown(file=self.file, unit=unit.slug, slug=unit.slug, **self.names)
        return ([unit], buyers) if named[0] else (sellers, [unit])

    def across(self, sellers: list[Unit], buyers: list[Unit]) -> tuple[bool, Unit | None]:
        """The other side is another legal person, be it one of the federation or not."""
        selling = self.unit in sellers
        self.really(sellers if selling else buyers, selling=selling)
        return selling, self.other(buyers if selling else sellers, selling=selling)

    def within(self, sellers: list[Unit], buyers: list[Unit]) -> tuple[bool, Unit | None]:
        """Both sides are one legal person's units.

        Raises:
            UblOtherUnit: it is between two others.
            UblSidesUnclear: one side can't be told.
        """
        unit = self.unit
        seller, buyer = self.pick(sellers, selling=True)[0], self.pick(buyers, selling=False)[0]
        if self.direction:
            other = buyer if self.direction == SALES else seller
            if other is None or other == unit:
                raise self.unclear()
            return self.direction == SALES, other
        if (seller is None) != (buyer is None):  # the side that isn't named is the unit that has the file
            seller, buyer = seller or (unit if buyer != unit else None), buyer or (unit if seller != unit else None)
        if seller is None or buyer is None or seller == buyer:
            raise self.unclear()
        if unit not in (seller, buyer):
            evidence = say(N_("naming both sides"))
            raise UblOtherUnit(
                file=self.file, unit=unit.slug, slug=unit.slug, other=seller.slug, evidence=evidence, **self.names
            )
        return unit == seller, buyer if unit == seller else seller

    def unclear(self) -> UblSidesUnclear:
        return UblSidesUnclear(file=self.file, unit=self.unit.slug, **self.names)

    def really(self, candidates: list[Unit], *, selling: bool) -> None:
        """Of several units of one legal person it is this one, unless the invoice names another by its own number."""
        if len(candidates) < 2 or self.direction:
            return
        found, level = self.pick(candidates, selling=selling)
        if found is not None and found != self.unit and level in {"identifier", "account"}:
            evidence = say(N_("an identifier") if level == "identifier" else N_("the account to be paid"))
            raise UblOtherUnit(
                file=self.file,
                unit=self.unit.slug,
                slug=self.unit.slug,
                other=found.slug,
                evidence=evidence,
                **self.names,
            )

    def other(self, candidates: list[Unit], *, selling: bool) -> Unit | None:
        """The unit that the other side is; None where it is a stranger."""
        if not candidates:
            return None
        found = self.pick(candidates, selling=not selling)[0]
        if found is None:
            raise self.unclear()
        return found

    def pick(self, candidates: list[Unit], *, selling: bool) -> tuple[Unit | None, str]:
        """The one of several units that a side names best, and by what."""
        if len(candidates) == 1:
            return candidates[0], "number"
        for level, tells in self.evidence(selling=selling):
            found = [u for u in candidates if tells & _marks(u, level)]
            if len(found) == 1:
                return found[0], level
        return None, ""

    def evidence(self, *, selling: bool) -> Iterator[tuple[str, frozenset[str]]]:
        """What a side says of itself, best first: identifiers, the account to be paid, names."""
        party = self.invoice.seller if selling else self.invoice.buyer
        marks = [party.endpoint, *(text for text, _ in party.ids)]
        if selling:
            yield "identifier", _folded(marks)
            yield "account", frozenset(plain_number(m.account) for m in self.invoice.means if m.account)
        else:
            yield "identifier", _folded([*marks, self.invoice.buyer_reference])
        yield "name", _folded([party.trading_name])
        yield "name", _folded([party.name])


def _marks(unit: Unit, level: str) -> frozenset[str]:
    """What a unit is known by on a level of evidence."""
    if level == "identifier":
        return _folded([unit.slug, unit.code])
    if level == "account":
        banks = (s.bank_account for s in unit.sources if s.bank_account)
        return frozenset(plain_number(text) for text in (*unit.payment_numbers, *banks))
    return _folded([unit.name])


def _folded(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(folded(text) for text in texts) - {""}


def _names(party: Party) -> frozenset[str]:
    return _folded([party.name, party.trading_name])
