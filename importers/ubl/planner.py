"""An invoice that was read and adds up becomes an entry: known already, changed, or new (SPEC 11).

- One invoice is one number of one seller. It comes once: the same content again is known, another content under its
  number is refused, and so is one that somebody booked by hand.
- Its transaction carries its link, so that payments find it; between units both sides' link (SPEC 3). A credit note
  carries the links of what it credits, too, and belongs to that item as long as something of it is open.
- The day is that of the invoice. One dated in a closed month is booked in the first open one and says so
  (`importers.late`): the debt exists, and its paper often comes late; a sale counts as its own month's turnover.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cached_property
from typing import Any

from beancount.core import data

from importers.book import BookView
from importers.booktext import clean
from importers.checks import check_range
from importers.late import booking_day
from importers.plan import Plan
from importers.recognise.references import same_party
from importers.ubl.accounts import Accounts
from importers.ubl.entry import Draft, Drafter
from importers.ubl.identity import party_number, source_id_of
from importers.ubl.metadata import attachments_of, metadata_of, narration_of
from importers.ubl.model import CREDIT_NOTES, INVOICES, ISLANDS, ZERO, Invoice
from importers.ubl.problems import (
    UblCreditMore,
    UblCreditUnknown,
    UblDateAhead,
    UblInvoiceBooked,
    UblInvoiceChanged,
    UblLate,
    UblLineDiffers,
    UblPrepaid,
    UblRateFar,
    UblRoundingLarge,
    UblSwedishRule,
    UblTaxCategory,
    UblTypeLook,
)
from importers.ubl.sides import Sides
from importers.ubl.standing import Standing
from importers.ubl.swedish import facts_of, findings
from importers.ubl.totals import line_works_out
from importers.ubl.worth import Worth, worth_of
from ledger.books import Unit, account_code
from ledger.books.sources import SourceTable
from ledger.errors import Problem
from ledger.messages import say
from ledger.rules.open_items import Movement
from ledger.subledger import bill_link, ic_link, invoice_link, movements_of

#: Types whose accounting depends on more than what they state.
TO_LOOK_AT = frozenset({"384", "386"})
#: Amounts to pay are rounded to whole units of a currency at most: by more than one it isn't rounding.
MOST_ROUNDING = Decimal(1)
#: Invoices may be dated some time ahead (rents are); by more a year is mistyped.
AHEAD = dt.timedelta(days=31)


def plan_invoice(
    view: BookView, source: SourceTable, invoice: Invoice, sides: Sides, *, file: str, document: str, today: dt.date
) -> Plan:
    """Compare an invoice with the book.

    Args:
        view: the book.
        source: whose rules and settings count.
        invoice: it adds up (`importers.ubl.totals`).
        sides: as this unit sees it.
        file: the file's name in problems.
        document: what `document:` says on the entry.
        today: the day by which dates are judged.

    Raises:
        UblInvoiceChanged, UblInvoiceBooked, UblSwedishRule, UblTaxCategory, MissingRate, ImportDateRange,
        ImportAccountMissing, ChartRoleMissing: it can't come in as it is.
    """
    return _Planner(view, source, invoice, sides, file, document).run(today)


class _Planner:
    def __init__(
        self, view: BookView, source: SourceTable, invoice: Invoice, sides: Sides, file: str, document: str
    ) -> None:
        self.view = view
        self.source = source
        self.invoice = invoice
        self.sides = sides
        self.file = file
        self.document = document
        self.unit = view.unit
        self.plan = Plan()
        #: Whether a fatal rule is broken, so that a person must look at it.
        self.fatal = False

    def run(self, today: dt.date) -> Plan:
        link = self.link(self.invoice.number, credit=self.invoice.is_credit)
        standing = Standing(self.view, self.invoice, self.sides, self.source_id, link)
        known = standing.entry()
        if known is not None:
            difference = standing.difference(known)
            if difference:
                raise self.problem(UblInvoiceChanged, place=self.view.place(known), difference=difference)
            self.plan.known.append((known, known))
            return self.plan
        self.islands()
        self.swedish()
        day = self.day(today)
        worth = worth_of(self.invoice, self.view)
        accounts = Accounts(self.view, self.source, self.invoice, self.sides, day)
        by_hand = standing.by_hand(accounts.claim)
        if by_hand is not None:
            raise self.problem(UblInvoiceBooked, place=self.view.place(by_hand))
        links, item = self.links(link, accounts)
        draft = Drafter(accounts, worth, item).run()
        self.looks(draft, worth, today)
        self.credits(draft, links - {link}, accounts.claim)
        self.plan.notes += draft.notes
        entry = self.entry(draft, day, accounts, links)
        self.plan.entries.append(entry)
        self.plan.opens = self.view.take_opened()
        for note in self.plan.notes:
            note.file = self.file
        return self.plan

    # --- may it come?

    def swedish(self) -> None:
        """The Swedish rules: one's own invoice must hold the fatal ones; a received one is looked at."""
        own = self.sides.selling and not self.invoice.self_billed
        for found in findings(facts_of(self.invoice)):
            rule, reason = found.rule.id, say(found.rule.reason)
            problem = self.problem(UblSwedishRule, rule=rule, reason=reason, found=found.found[:60])
            if own and found.rule.fatal:
                raise problem
            self.plan.notes.append(problem)
            self.fatal |= found.rule.fatal

    def islands(self) -> None:
        """A tax of the Canary Islands or of Ceuta and Melilla that one's own invoice charges has no account."""
        for part in self.invoice.subtotals:
            if self.sides.selling and part.tax[0] in ISLANDS:
                raise UblTaxCategory(
                    file=self.file,
                    line=part.line,
                    unit=self.unit.slug,
                    category=part.tax[0],
                    rate=f"{part.tax[1]} %",
                    position="TaxSubtotal",
                    rule="BR-IG, BR-IP",
                )

    def day(self, today: dt.date) -> dt.date:
        """The day that it is of; the day by which it is to be paid is one that books take, too."""
        issued = self.invoice.issued
        position = f"{self.invoice.kind}/IssueDate"
        if self.invoice.due is not None:
            check_range(self.invoice.due, today, file=self.file, position=f"{self.invoice.kind}/DueDate")
        check_range(issued, today, file=self.file, position=position)
        day = booking_day(issued, self.view.closed)
        if day != issued and not self.sides.selling:
            self.note(UblLate, date=issued, day=day)
        return issued

    def problem(self, cls: type[Problem], line: int | None = None, **params: object) -> Problem:
        """A problem of this invoice, which it names by number and seller."""
        named: dict[str, Any] = {"number": self.invoice.number, "seller": self.invoice.seller.shown, **params}
        return cls(file=self.file, line=line, unit=self.unit.slug, **named)

    def note(self, cls: type[Problem], line: int | None = None, **params: object) -> None:
        self.plan.notes.append(self.problem(cls, line, **params))

    def issuer(self, partner: Unit) -> str:
        """Whose number it has, of the two units that it is between."""
        return (self.unit if self.sides.selling != self.invoice.self_billed else partner).slug

    @cached_property
    def source_id(self) -> str:
        """The id of its entry."""
        partner = self.sides.partner
        internal = partner is not None and partner.legal_person == self.unit.legal_person
        return source_id_of(self.invoice, self.issuer(partner) if partner is not None and internal else "")

    # --- what it settles with

    def link(self, number: str, *, credit: bool = False) -> str:
        """The link of an invoice of these two parties, or of a credit note."""
        selling, partner = self.sides.selling, self.sides.partner
        if partner is not None:
            return ic_link(self.issuer(partner), number, credit=credit)
        if not selling:
            return bill_link(party_number(self.invoice.seller), number, credit=credit)
        if self.invoice.self_billed:  # numbered by the buyer: not of the unit's own series
            number = f"{party_number(self.invoice.buyer)}/{number}"
        return invoice_link(self.unit.slug, number, credit=credit)

    def links(self, link: str, accounts: Accounts) -> tuple[frozenset[str], str | None]:
        """The links of the entry, and the item of its claim where it isn't simply its own."""
        others = [self.link(number) for number in self.invoice.preceding] if self.invoice.reverses else []
        booked = [other for other in dict.fromkeys(others) if self.theirs(other, accounts)]
        if others and not booked:
            self.note(UblCreditUnknown, preceding=", ".join(self.invoice.preceding))
        for other in booked[:1]:
            accounts.follow(self.view.linked[other][0])
        links = frozenset([link, *booked])
        open_ones = [other for other in booked if self.left(other, accounts.claim)]
        if open_ones:
            return links, open_ones[0] if len(links) > 1 else None
        return links, link if len(links) > 1 else None

    def moved(self, link: str, claim: str) -> list[Movement]:
        """What happened on an item on the account of the claim."""
        codes = {name: code for name, e in self.view.opens.items() if (code := account_code(name, e.meta))}
        moved = movements_of(self.view.linked.get(link, ()), self.view.chart, codes)
        return [m for m in moved if (m.key, m.account, m.currency) == (link, claim, self.invoice.currency)]

    def left(self, link: str, claim: str) -> Decimal:
        """What is open of an item on the account of the claim."""
        return sum((m.amount for m in self.moved(link, claim)), ZERO)

    def theirs(self, link: str, accounts: Accounts) -> bool:
        """Whether an invoice stands in the books and is this party's: no item is two parties'.

        A supplier's number tells its own invoices. One's own series is for all customers, and so the number that a
        credit note names may be mistyped, or be another series'.
        """
        made = self.view.linked.get(link, [])
        if not self.sides.selling or not made:
            return bool(made)
        partner = self.sides.partner
        if partner is not None:
            return any((p.meta or {}).get("partner") == partner.slug for entry in made for p in entry.postings)
        names = [m.counterparty for m in self.moved(link, accounts.claim) if m.amount > 0]
        names = names or [entry.payee or "" for entry in made]
        return any(not name or same_party(name, self.sides.other.name) for name in names)

    # --- the entry

    def looks(self, draft: Draft, worth: Worth, today: dt.date) -> None:
        """What else a person should look at."""
        invoice = self.invoice
        for line in invoice.lines:
            computed = line_works_out(line, invoice.currency)
            if computed is not None:
                self.note(UblLineDiffers, line.line, id=line.id, computed=computed, stated=line.net)
                draft.sure = False
        if invoice.type_code in TO_LOOK_AT:
            kind = say({**INVOICES, **CREDIT_NOTES}[invoice.type_code])
            self.note(UblTypeLook, kind=kind, type_code=invoice.type_code)
            draft.sure = False
        if invoice.prepaid:
            said = {"amount": invoice.prepaid, "currency": invoice.currency, "counterparty": self.sides.other.name}
            self.note(UblPrepaid, invoice.totals.line, **said)
            draft.sure = False
        if abs(invoice.rounding) > MOST_ROUNDING:
            self.note(UblRoundingLarge, invoice.totals.line, amount=invoice.rounding, currency=invoice.currency)
            draft.sure = False
        if invoice.issued > today + AHEAD:
            self.note(UblDateAhead, date=invoice.issued)
            draft.sure = False
        if worth.spot is not None:
            self.note(UblRateFar, rate=f"{worth.rate:.6f}", spot=worth.spot, currency=invoice.currency)
            draft.sure = False
        draft.sure &= not self.fatal

    def credits(self, draft: Draft, booked: frozenset[str], claim: str) -> None:
        """Is more credited than was invoiced, by all credit notes of these invoices together, be they paid or not?"""
        entries = {id(entry): entry for link in booked for entry in self.view.linked[link]}.values()
        invoiced, credited = ZERO, abs(self.invoice.totals.payable + self.invoice.prepaid)
        for entry in entries:
            units = [p.units for p in entry.postings if p.account == claim and p.units]
            amount = sum((u.number or ZERO for u in units if u.currency == self.invoice.currency), ZERO)
            amount *= 1 if self.sides.selling else -1
            if "credits" in entry.meta:
                credited -= amount
            else:
                invoiced += max(amount, ZERO)  # payments turn the other way
        if booked and credited > invoiced:
            sums: dict[str, Any] = {"credited": credited, "invoiced": invoiced, "currency": self.invoice.currency}
            self.note(UblCreditMore, preceding=", ".join(self.invoice.preceding), **sums)
            draft.sure = False

    def entry(self, draft: Draft, day: dt.date, accounts: Accounts, links: frozenset[str]) -> data.Transaction:
        """The whole entry; what it is flagged for stands as its suggestion."""
        meta = metadata_of(self.invoice, self.source_id, selling=self.sides.selling, day=day, document=self.document)
        kept, remarks = attachments_of(self.invoice, self.unit)
        for number, one in enumerate(kept, 1):
            meta["attachment" if number == 1 else f"attachment-{number}"] = one.document
        self.plan.attachments += kept
        self.plan.remarks += remarks
        if not draft.sure:
            told = [accounts.suggestion] if accounts.suggestion else []
            meta["suggestion"] = clean(" / ".join([*told, *(note.text() for note in self.plan.notes)]))
        text = draft.narration or narration_of(self.invoice)
        flag = "*" if draft.sure else "!"
        payee = clean(accounts.counterparty) or None
        return data.Transaction(meta, day, flag, payee, clean(text), data.EMPTY_SET, links, draft.postings)
