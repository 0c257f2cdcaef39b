"""What the book holds of an invoice already: the same, with another content, or booked by hand (SPEC 11).

One invoice is one number of one seller. Programs don't always name the seller in the same way: the second file of an
invoice may lack its organisation number. So an entry is the invoice's, too, if it has its link; and of a purchase if
number, day and amount are the same, and so is the seller's name or the account to be paid, unless both files give the
seller an organisation number and these differ.
"""

from __future__ import annotations

from collections import defaultdict

from beancount.core import data

from importers.book import BookView
from importers.booktext import clean
from importers.identity import account_number, digest, folded
from importers.ubl.identity import company_number, content_of
from importers.ubl.metadata import LONGEST
from importers.ubl.model import Invoice
from importers.ubl.sides import Sides
from ledger.messages import N_, say

RESULT = ("Income:", "Expenses:")


class _Numbered:
    """Entries of electronic invoices by number, capitals or not."""

    def __init__(self, view: BookView) -> None:
        self.entries: dict[str, list[data.Transaction]] = defaultdict(list)
        for entry in view.transactions:
            if is_invoice(entry) and "invoice" in entry.meta:
                self.entries[str(entry.meta["invoice"]).casefold()].append(entry)


def is_invoice(entry: data.Transaction) -> bool:
    """Whether this import made an entry."""
    return str(entry.meta.get("source-id", "")).startswith("ubl-")


class Standing:
    """One invoice in one book.

    Args:
        view: the book.
        invoice: what came.
        sides: as the unit sees it.
        source_id: of its entry.
        link: of the invoice.
    """

    def __init__(self, view: BookView, invoice: Invoice, sides: Sides, source_id: str, link: str) -> None:
        self.view = view
        self.invoice = invoice
        self.sides = sides
        self.source_id = source_id
        self.link = link
        #: What is claimed, debit positive.
        self.amount = invoice.sign * (1 if sides.selling else -1) * invoice.totals.payable

    def entry(self) -> data.Transaction | None:
        """The entry that the invoice has already."""
        known = self.view.sources.get(self.source_id)
        if isinstance(known, data.Transaction):
            return known
        number = clean(self.invoice.number, LONGEST).casefold()
        same = self.view.shared(_Numbered).entries.get(number, ())
        return next((e for e in same if self._linked(e) or self._told(e)), None)

    def _linked(self, entry: data.Transaction) -> bool:
        """Whether it has the invoice's link, and not because it credits it."""
        return self.link in (entry.links or ()) and (self.invoice.is_credit or "credits" not in entry.meta)

    def _told(self, entry: data.Transaction) -> bool:
        """Whether it is the same purchase by what it says."""
        meta, invoice, seller = entry.meta, self.invoice, self.invoice.seller
        if self.sides.selling or self.sides.partner is not None:  # their link says it
            return False
        if meta.get("invoice-date", entry.date) != invoice.issued:
            return False
        claims = [p.units for p in entry.postings if p.units and not p.account.startswith(RESULT)]
        if not any((u.number, u.currency) == (self.amount, invoice.currency) for u in claims):
            return False
        company = company_number(seller)
        if company and meta.get("seller", digest(company)) != digest(company):
            return False
        paid_to = account_number(str(meta.get("payee-account", "")))
        accounts = {account_number(clean(m.account, LONGEST)) for m in invoice.means} - {""}
        return paid_to in accounts or folded(entry.payee or "") == folded(clean(self.sides.other.name))

    def difference(self, entry: data.Transaction) -> str:
        """What its entry says otherwise; nothing where the content is the same."""
        found = []
        number = entry.meta.get("invoice")
        if number != clean(self.invoice.number, LONGEST):
            found.append(f"{number} -> {self.invoice.number}")
        elif entry.meta.get("content") == content_of(self.invoice):
            return ""
        issued = entry.meta.get("invoice-date", entry.date)
        if issued != self.invoice.issued:
            found.append(f"{issued} -> {self.invoice.issued}")
        claims = [p.units for p in entry.postings if p.units and not p.account.startswith(RESULT)]
        sums = {abs(u.number) for u in claims if u.number is not None and u.currency == self.invoice.currency}
        if abs(self.amount) not in sums:
            found.append(f"{self.invoice.totals.payable} {self.invoice.currency}")
        return "; ".join(found) or say(N_("its lines or texts"))

    def by_hand(self, claim: str) -> data.Transaction | None:
        """An entry of another origin that claims under the invoice's link, whatever the amount; payments don't.

        Args:
            claim: the account of the claim or debt.
        """
        for entry in self.view.linked.get(self.link, ()):
            if is_invoice(entry):
                continue  # a corrected invoice, or a credit note that names it
            booked = [p.units for p in entry.postings if p.account == claim and p.units and p.units.number]
            earned = any(p.account.startswith(RESULT) for p in entry.postings)
            if any((u.number, u.currency) == (self.amount, self.invoice.currency) for u in booked):
                return entry
            if earned and any((u.number or 0) * self.amount > 0 for u in booked):
                return entry
        return None
