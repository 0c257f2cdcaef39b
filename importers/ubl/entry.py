"""One invoice as one transaction: claim or debt, income or cost, VAT; it balances to the last unit.

- A sale debits the claim with what is to be paid, and credits income by line and output VAT by rate. A purchase credits
  the debt, and debits cost and the input VAT that the unit may deduct; what it may not stays in the cost.
- A credit note turns all signs. A negative amount in an invoice turns its own.
- What was paid before is part of the claim, too, but stands on the other party's account and not on the invoice: the
  earlier payment stands there. The invoice's item is what is still to be paid.
- Between units: claim and debt on the internal accounts, income and cost with `partner` and `ic`, VAT without (SPEC
  10). Between divisions of one legal person there is no VAT (SPEC 1): the whole amount is the price. What waits on
  suspense says `partner` and `ic`, too, so that they are there when a person puts the cost in its place.
- In another currency the claim keeps the invoice's, with what it is worth; the rest is in the unit's own.
- Lines of one account are one posting; the document itself, with every line, is kept.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from importers.postings import TOTAL_PRICE, passes, weighs
from importers.ubl.accounts import Accounts, Target
from importers.ubl.model import ZERO, Invoice, Tax
from importers.ubl.problems import UblForeignVat, UblReverseCharge, UblReverseUnknown, UblVatInternal
from importers.ubl.totals import key
from importers.ubl.worth import Worth
from ledger.errors import Problem
from ledger.messages import N_, say
from ledger.rules.rounding import largest_remainder
from ledger.rules.vat import Purchase, deductible, on_purchase, reverse_charge, standard_rate


@dataclass
class Draft:
    """The postings of an invoice, and what a person should know.

    Attributes:
        sure: nobody needs to look at it.
        notes: what is to be looked at.
    """

    postings: list[data.Posting] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    sure: bool = True
    narration: str | None = None


@dataclass(slots=True)
class _Sum:
    """What goes to one account: in the invoice's currency, and its worth; `extra` is in the unit's only (VAT)."""

    amount: Decimal = ZERO
    extra: Decimal = ZERO


class Drafter:
    """Makes the postings of one invoice.

    Args:
        accounts: where its lines go.
        worth: its rate.
        item: the open item that its claim belongs to, where its transaction doesn't say so by a single link.
    """

    def __init__(self, accounts: Accounts, worth: Worth, item: str | None) -> None:
        self.accounts = accounts
        self.invoice: Invoice = accounts.invoice
        self.sides = accounts.sides
        self.view = accounts.view
        self.worth = worth
        self.item = item
        #: Debit is positive in books: 1 where the claim is debited, -1 where a debt is credited.
        self.turn = self.invoice.sign * (1 if self.sides.selling else -1)
        self.tags = {"partner": self.sides.partner.slug, "ic": "trade"} if self.sides.partner else {}
        partner = self.sides.partner
        self.internal = partner is not None and partner.legal_person == self.view.unit.legal_person
        self.draft = Draft()
        self.sums: dict[str, _Sum] = {}
        self.waiting: set[str] = set()  # accounts on which amounts wait for their own: suspense
        self.taxed: dict[Tax, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
        self.vat: dict[str, Decimal] = defaultdict(lambda: ZERO)  # by account, in the unit's currency, as booked

    def run(self) -> Draft:
        """All postings; they weigh nothing together."""
        self.lines()
        if self.internal:
            self.price_includes_vat()
        elif self.sides.selling:
            self.output_vat()
        else:
            self.input_vat()
        self.claims()
        self.others()
        self.close()
        return self.draft

    # --- lines

    def lines(self) -> None:
        """What each account gets of the net amount."""
        invoice = self.invoice
        sign = invoice.sign
        for line in invoice.lines:
            text = f"{line.name} {line.description}".strip()
            target = self.accounts.place(
                text, sign * line.net, line.tax, line.accounting_cost or invoice.accounting_cost
            )
            self.take(target, line.net, key(line.tax))
        for allowance in invoice.allowances:
            tax = key(allowance.tax)
            amount = allowance.signed
            target = self.accounts.place(allowance.reason, sign * amount, allowance.tax, invoice.accounting_cost)
            if not target.sure and self.taxed.get(tax):
                # A discount or freight that nothing else places follows the largest of the lines it belongs to.
                by_size = self.taxed[tax]
                target = Target(max(by_size, key=lambda account: abs(by_size[account])))
            self.take(target, amount, tax)

    def take(self, target: Target, amount: Decimal, tax: Tax) -> None:
        """Add an amount to its account."""
        self.sums.setdefault(target.account, _Sum()).amount += amount
        self.taxed[tax][target.account] += amount
        self.draft.sure &= target.sure
        self.waiting |= set() if target.sure else {target.account}
        self.draft.narration = self.draft.narration or target.narration

    def bear(self, tax: Tax, amount: Decimal) -> None:
        """A tax that is part of the price or the cost goes with the lines that bear it, in the unit's currency."""
        weights = self.taxed.get(tax) or {account: one.amount for account, one in self.sums.items()}
        if sum(weights.values(), ZERO):
            parts = largest_remainder(amount, weights, self.worth.currency)
        else:
            parts = {max(weights, key=lambda account: abs(weights[account])): amount}
        for account, part in parts.items():
            self.sums[account].extra += part

    # --- VAT

    def taxes(self) -> list[tuple[Tax, Decimal]]:
        """VAT by category and rate in the unit's currency; it sums to what the invoice states in that currency."""
        found = [(part.tax, self.worth.of(part.amount)) for part in self.invoice.subtotals]
        stated = self.worth.tax
        if stated is not None and found:
            rest = stated - sum((amount for _, amount in found), ZERO)
            largest = max(range(len(found)), key=lambda i: abs(found[i][1]))
            found[largest] = (found[largest][0], found[largest][1] + rest)
        return [(key(tax), amount) for tax, amount in found]

    def price_includes_vat(self) -> None:
        """Within a legal person nobody owes or deducts VAT: what is called so is price."""
        for tax, amount in self.taxes():
            self.bear(tax, amount)
        if self.invoice.tax:
            self.note(
                UblVatInternal, amount=Amount(self.invoice.tax, self.invoice.currency), buyer=self.invoice.buyer.shown
            )
            self.draft.sure = False

    def output_vat(self) -> None:
        """What the seller owes, by rate."""
        for (_, rate), amount in self.taxes():
            if amount and rate:
                self.vat[self.accounts.role(f"output_vat_{rate.normalize():f}", "output_vat")] -= self.turn * amount

    def input_vat(self) -> None:
        """What may be deducted, what is a cost, and what the unit accounts for itself."""
        unit, home, abroad = self.view.unit, self.accounts.home, self.accounts.abroad
        treated = [(tax, amount, on_purchase(tax[0], abroad, home)) for tax, amount in self.taxes()]
        whole = sum((amount for _, amount, how in treated if how is Purchase.DEDUCT), ZERO)
        deducted = deductible(whole, unit.vat_deduction, unit.currency)
        if deducted:
            self.vat[self.accounts.role("input_vat")] -= self.turn * deducted
        if whole != deducted:
            borne = [(tax, amount) for tax, amount, how in treated if how is Purchase.DEDUCT]
            weights = {f"{number:03}": amount for number, (_, amount) in enumerate(borne)}
            parts = largest_remainder(whole - deducted, weights, unit.currency)
            for (tax, _), part in zip(borne, parts.values(), strict=True):
                self.bear(tax, part)
        foreign = [(tax, amount) for tax, amount, how in treated if how is Purchase.COST and amount]
        for tax, amount in foreign:
            self.bear(tax, amount)
        if foreign:
            self.note(
                UblForeignVat,
                country=abroad or "?",
                amount=Amount(sum((a for _, a in foreign), ZERO), unit.currency),
            )
        self.reverse([tax for tax, _, how in treated if how is Purchase.REVERSE], home)

    def reverse(self, taxes: list[Tax], home: str) -> None:
        """Output and input VAT that the unit accounts for itself, at its country's standard rate."""
        unit = self.view.unit
        bases = {tax: self.worth.of(sum(self.taxed[tax].values(), ZERO)) for tax in taxes if self.taxed.get(tax)}
        if not any(bases.values()):
            return
        rate = standard_rate(home, self.invoice.issued)
        if rate is None:
            self.note(UblReverseUnknown, country=home or "?")
            self.draft.sure = False
            return
        owed = {tax: reverse_charge(base, rate, unit.currency) for tax, base in bases.items()}
        whole = sum(owed.values(), ZERO)
        deducted = deductible(whole, unit.vat_deduction, unit.currency)
        self.vat[self.accounts.role("reverse_output_vat")] += self.turn * whole
        self.vat[self.accounts.role("reverse_input_vat")] -= self.turn * deducted
        if whole != deducted:
            self.bear(max(bases, key=lambda tax: abs(bases[tax])), whole - deducted)
        percent = f"{(rate * 100).normalize():f}"
        self.note(UblReverseCharge, amount=whole, currency=unit.currency, rate=percent)
        # Without VAT from abroad may mean goods that customs tax, or a supply that is exempt here, too.
        self.draft.sure &= all(category in {"AE", "K"} for category, _ in bases)

    # --- postings

    def claims(self) -> None:
        """What is still to be paid under the invoice's item, and what was paid before on the other party's account."""
        invoice, account = self.invoice, self.accounts.claim
        by = say(N_("the claim in {currency}"), currency=invoice.currency)
        self.accounts.usable(account, by, invoice.currency)
        own = {"item": self.item} if self.item else {}
        if invoice.totals.payable or not invoice.prepaid:
            self.post(account, self.turn * invoice.totals.payable, {**self.tags, **own})
        if invoice.prepaid:
            mark = say(N_("{number} (prepaid)"), number=invoice.number)
            before = {**self.tags, "item": "", "invoice": mark, "reference": mark}
            self.post(account, self.turn * invoice.prepaid, before)

    def others(self) -> None:
        """Income or cost, VAT, and what the amount to pay was rounded by."""
        for account, one in self.sums.items():
            tags = self.tags if account.startswith(("Income:", "Expenses:")) or account in self.waiting else {}
            extra, own = -self.turn * one.extra, -self.turn * one.amount
            if extra and (self.internal or not tags):  # within a legal person VAT is price; else it bears no partner
                if self.worth.of(own) + extra:
                    self.add(account, self.worth.of(own) + extra, tags)
                continue
            if own:
                self.shared(account, own, tags)
            if extra:
                self.add(account, extra, {})
        for account, amount in self.vat.items():
            if amount:
                self.add(account, amount, {})
        if self.invoice.rounding:
            self.add(self.accounts.role("rounding"), self.worth.of(-self.turn * self.invoice.rounding), {})

    def shared(self, account: str, amount: Decimal, tags: dict[str, str]) -> None:
        """Income or cost; between units in the currency of the document, so that both sides meet in it."""
        if tags and self.worth.foreign and self.view.is_open(account, self.accounts.day, self.invoice.currency):
            self.post(account, amount, tags)
        else:
            self.add(account, self.worth.of(amount), tags)

    def post(self, account: str, amount: Decimal, meta: dict[str, Any]) -> None:
        """An amount in the invoice's currency, with its worth."""
        units = Amount(amount, self.invoice.currency)
        price = None
        if self.worth.foreign and amount:
            total = self.worth.of(abs(amount))
            meta = {**meta, TOTAL_PRICE: Amount(total, self.worth.currency)}
            price = Amount(total / abs(amount), self.worth.currency)
        self.draft.postings.append(data.Posting(account, units, None, price, None, meta or None))

    def add(self, account: str, amount: Decimal, meta: dict[str, str]) -> None:
        """An amount in the unit's currency."""
        units = Amount(amount, self.worth.currency)
        self.draft.postings.append(data.Posting(account, units, None, None, None, dict(meta) or None))

    def close(self) -> None:
        """What rounding each posting to the unit's currency left over; nothing where there was nothing to convert.

        Where all postings are in another currency it may be 0.00, which tells Beancount how exact the unit's is.
        """
        rest = -weighs(self.draft.postings, self.worth.currency)
        if rest or not passes(self.draft.postings, self.worth.currency):
            assert self.worth.foreign, (self.invoice.number, rest)
            self.add(self.accounts.role("rounding"), rest or Decimal("0.00"), {})

    def note(self, cls: type[Problem], **params: object) -> None:
        """Something that a person should look at."""
        known = {"number": self.invoice.number, "seller": self.invoice.seller.shown}
        named: dict[str, Any] = {**known, **params}
        self.draft.notes.append(cls(unit=self.view.unit.slug, **named))
