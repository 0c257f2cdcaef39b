"""Where the lines of an invoice are booked: by rules, by the buyer's own code, by settings, by the chart's roles.

Sales: the source's rules by text and customer, then `[source.invoices.sales]` by VAT rate or category, then the chart's
account for sales at that rate. The accounting code of a line is the buyer's (EN 16931, BT-19 and BT-133), so a seller
doesn't read it as its own.

Purchases: the accounting code that the buyer gave the seller, where it is one of the unit's accounts for costs, goods
or equipment; then the rules; of a credit note the account of what it credits; then `[source.invoices] purchases`. What
none of them places waits on suspense, with where the supplier's last invoice went as a suggestion: a habit is no reason
to book.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from beancount.core import data

from importers.bank.model import Part
from importers.book import BookView
from importers.booktext import clean
from importers.checks import check_open
from importers.recognise.placed import payment
from importers.recognise.rules import Rules
from importers.ubl.model import EXEMPT, INTRA_EU, REVERSE, STANDARD, Invoice, Tax
from importers.ubl.sides import Sides
from ledger.books import account_code
from ledger.books.source_ubl import InvoicesTable
from ledger.books.sources import SourceTable
from ledger.messages import N_, say
from ledger.rules.vat import country_of

#: Lines of the balance sheet that a purchase may go to; a code that names a bank account isn't followed.
EQUIPMENT = frozenset(
    {"IntangibleAssets", "LandAndBuildings", "MachineryAndEquipment", "PrepaidExpenses", "Inventories"}
)


@dataclass(frozen=True, slots=True)
class Target:
    """The account of a line. `sure`: nobody needs to look at it."""

    account: str
    sure: bool = True
    narration: str | None = None


class Accounts:
    """The accounts of one invoice in one book.

    Args:
        view: the book.
        source: whose rules and settings count.
        invoice: what is booked.
        sides: as this unit sees it.
        day: when it is booked.
    """

    def __init__(self, view: BookView, source: SourceTable, invoice: Invoice, sides: Sides, day: dt.date) -> None:
        self.view = view
        self.source = source
        self.settings = source.invoices or InvoicesTable()
        self.invoice = invoice
        self.sides = sides
        self.day = day
        self.rules = Rules(view, source)
        self.counterparty = sides.partner.name if sides.partner else sides.other.name
        self._roles: dict[Tax, Target] = {}
        self.suggestion: str | None = None
        #: The cost account of the invoice that this one credits, where the book has it on one account.
        self.credited: str | None = None

    @property
    def claim(self) -> str:
        """The account of the claim or the debt."""
        if self.sides.partner:
            return self.role("trade_claim" if self.sides.selling else "trade_debt")
        return self.role("receivables" if self.sides.selling else "payables")

    @property
    def home(self) -> str:
        """The unit's country: its own, else the one that the invoice gives it; empty where neither says."""
        return self.view.unit.country or country_of(self.sides.own.vat) or self.sides.own.country

    @property
    def abroad(self) -> str:
        """The other party's country for VAT: that of its VAT number, else of its address."""
        return country_of(self.sides.other.vat) or self.sides.other.country

    def role(self, *names: str) -> str:
        """A role's account, usable on the day.

        Raises:
            ChartRoleMissing, ImportAccountMissing: there is none, or it isn't open.
        """
        account = self.view.role(*names)
        return self.usable(account, say(N_("the chart's role {role}"), role=names[0]))

    def usable(self, account: str, by: str, currency: str = "") -> str:
        """The account, where it takes postings on the day.

        Raises:
            ImportAccountMissing: it doesn't.
        """
        check_open(self.view, account, self.day, currency or self.view.unit.currency, by=by)
        return account

    def place(self, text: str, amount: Decimal, tax: Tax, code: str) -> Target:
        """The account of a line.

        Args:
            text: what it is for.
            amount: what it adds to the invoice, in the invoice's currency; a credit note's is negative.
            tax: its VAT category and rate.
            code: the buyer's accounting code, of the line or of the whole document.

        Raises:
            ImportAccountMissing: a rule or setting names an account that isn't open.
        """
        ruled = self._ruled(text, amount)
        if self.sides.selling:
            return ruled or self._sale(tax)
        return self._coded(code) or ruled or self._credited() or self._purchase()

    def _ruled(self, text: str, amount: Decimal) -> Target | None:
        if not self.source.rule:
            return None
        money = amount if self.sides.selling else -amount
        part = Part(money, counterparty=self.counterparty, text=text)
        rule = self.rules.find(payment(part, self.day, self.invoice.currency, alone=True))
        if rule is None or rule.account is None:
            return None
        by = say(N_("a rule of source {name}"), name=self.source.name)
        return Target(self.usable(rule.account, by), narration=rule.narration)

    def _sale(self, tax: Tax) -> Target:
        if tax not in self._roles:
            self._roles[tax] = Target(self._sale_account(*tax))
        return self._roles[tax]

    def _sale_account(self, category: str, rate: Decimal | None) -> str:
        percent = f"{rate.normalize():f}" if category == STANDARD and rate is not None else "0"
        keys = ["internal"] if self.sides.partner else []
        keys += [percent] if category == STANDARD else [category, percent]
        named = dict(self.settings.sales)
        for key in keys:
            if key in named:
                return self.usable(named[key], say(N_("sales of source {name}"), name=self.source.name))
        return self.role(*self._sale_roles(category, percent))

    def _sale_roles(self, category: str, percent: str) -> tuple[str, ...]:
        """Roles of a sale, the most exact first: what the VAT return tells apart."""
        away = bool(self.abroad and self.home and self.abroad != self.home)
        exact = {
            STANDARD: (f"sales_{percent}",),
            INTRA_EU: ("sales_eu_goods", "sales_exempt"),
            REVERSE: ("sales_eu_services" if away else "sales_reverse", "sales_exempt"),
            "G": ("sales_export", "sales_exempt"),
            "O": ("sales_services_abroad", "sales_exempt") if away else ("sales_exempt",),
            "Z": ("sales_exempt",),
            EXEMPT: ("sales_exempt",),
        }
        return (*exact[category], "sales")

    def _coded(self, code: str) -> Target | None:
        """The account that the buyer's own code names: one of its costs, goods or equipment, open on the day."""
        account = self.view.codes.get(code, code) if code else ""
        usable = self.view.is_open(account, self.day, self.view.unit.currency)
        return Target(account) if usable and self.is_cost(account) else None

    def follow(self, credited: data.Transaction) -> None:
        """Let a credit note take its cost back from where the invoice that it credits has it."""
        costs = {p.account for p in credited.postings if self.is_cost(p.account)}
        self.credited = costs.pop() if len(costs) == 1 else None

    def _credited(self) -> Target | None:
        if self.credited is None or not self.view.is_open(self.credited, self.day, self.view.unit.currency):
            return None
        return Target(self.credited)

    def is_cost(self, account: str) -> bool:
        """Whether a purchase may go there: costs, goods, equipment."""
        opened = self.view.opens.get(account)
        line = self.view.chart.place(account, account_code(account, opened.meta)) if opened else None
        return account.startswith("Expenses:") or (line is not None and line.id in EQUIPMENT)

    def _purchase(self) -> Target:
        if self.settings.purchases:
            by = say(N_("purchases of source {name}"), name=self.source.name)
            return Target(self.usable(self.settings.purchases, by))
        habit = self.view.suggestion(self.claim, clean(self.counterparty), incoming=False)
        if habit is None:
            text = N_("no accounting code, rule or earlier invoice of {payee} says which cost it is")
            self.suggestion = say(text, payee=self.counterparty)
        else:
            account, before = habit
            text = N_("as on {date}, {payee}")
            self.suggestion = f"{account}: " + say(text, date=before.date, payee=before.payee)
        return Target(self.role("suspense"), sure=False)
