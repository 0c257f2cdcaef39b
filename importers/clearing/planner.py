"""Deposits become entries: each one transaction that debits the clearing account with what the bank will pay in.

The other sides: fees on their cost account, and each payment where it belongs (an open invoice, a rule's account, the
till's open item of the day, suspense). The bank's own line credits the clearing account, whichever file comes first;
what the two agree on nets to zero, and what one of them lacks stays there as an open item. Where the bank's line came
first and lists the payments itself, they are in the books by it (`importers.clearing.paid`).

A deposit is known again by whose it is, its serial and date; it is booked once. A file in which one comes again with
another amount, other fees or other payments (`importers.clearing.content`) doesn't come in (`DEPOSIT_RESTATED`) until a
person has decided which is right: by taking out the booked entry, by putting it right (where its amount stays, its line
`content` is taken out), by a voucher that corrects it, or by setting the file aside. Where the sender gives a serial to
one deposit within some weeks (`alone`), one that comes again with another day is told differently, too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from importers.book import BookView
from importers.booktext import clean
from importers.checks import check_amount, check_open, check_range
from importers.clearing.content import CONTENT, content_of
from importers.clearing.model import Deposit
from importers.clearing.paid import BankLines
from importers.clearing.problems import DepositRestated, DepositSum, DepositTwice
from importers.clearing.sides import Sides
from importers.clearing.till import TillSide
from importers.identity import digest
from importers.plan import Plan
from importers.postings import posting, weighs
from importers.recognise.worth import Worths
from ledger.books.sources import SourceTable
from ledger.messages import N_, say
from ledger.subledger import deposit_link

ZERO = Decimal(0)
NO_TIME = dt.timedelta()
#: What source ids of deposits begin with.
DEPOSIT = "dep-"


def deposit_id(deposit: Deposit) -> str:
    """The `source-id` of a deposit: whose it is, serial, date, amount, currency."""
    amount = f"{deposit.amount.normalize():f}"
    return DEPOSIT + digest(deposit.number, deposit.serial, deposit.date, amount, deposit.currency)


def link_of(deposit: Deposit) -> str:
    """The link of a deposit, whatever its amount."""
    return deposit_link(deposit.number, deposit.serial, deposit.date, deposit.currency)


def plan_deposits(
    view: BookView,
    source: SourceTable,
    deposits: Sequence[Deposit],
    *,
    role: str,
    file: str,
    document: str,
    today: dt.date,
    till: TillSide | None = None,
    alone: dt.timedelta = NO_TIME,
) -> Plan:
    """Compare the deposits of one source with the book.

    Args:
        view: the book.
        source: whose they are; its `account` is the clearing account.
        deposits: of a file, in their order.
        role: of the chart: the clearing account of a source that names none.
        file: the file's name in problems.
        document: what `document:` says on every entry.
        today: the day by which dates are judged.
        till: where takings go that a till report books, too; None = no till.
        alone: how long before and after a deposit the sender gives its serial to no other one.

    Raises:
        DepositSum, DepositTwice, DepositRestated, ImportAmountUnit, ImportDateRange,
        ImportAccountMissing, ChartRoleMissing: the file can't come in.
    """
    planner = _Planner(view, source, role, file, document, today, till, alone)
    whole = _once(deposits, file)
    for deposit in whole:
        planner.take(deposit)
    assert planner.paid_in == sum((d.amount for d in whole), ZERO), file
    planner.plan.opens = view.take_opened() if planner.plan.entries else []
    return planner.plan


def _once(deposits: Iterable[Deposit], file: str) -> list[Deposit]:
    """Deposits of a file, each once.

    Raises:
        DepositTwice: one has two contents.
    """
    found: dict[str, Deposit] = {}
    for deposit in deposits:
        other = found.setdefault(link_of(deposit), deposit)
        if (other.amount, other.payments, other.fees) != (deposit.amount, deposit.payments, deposit.fees):
            raise DepositTwice(
                file=file,
                line=deposit.line,
                serial=deposit.serial or "-",
                date=deposit.date,
                one=other.amount,
                other=deposit.amount,
                currency=deposit.currency,
            )
    return list(found.values())


class _Planner:
    def __init__(
        self,
        view: BookView,
        source: SourceTable,
        role: str,
        file: str,
        document: str,
        today: dt.date,
        till: TillSide | None,
        alone: dt.timedelta,
    ) -> None:
        self.view = view
        self.alone = alone
        self.file = file
        self.document = document
        self.today = today
        self.by = say(N_("source {name}"), name=source.name)
        self.account = source.account or view.role(role)
        self.sides = Sides(view, source, till)
        self.lines = BankLines(view, self.account)
        self.plan = Plan()
        #: Σ of what new entries debit, of what is known, and of what was left alone.
        self.paid_in = ZERO
        self.standing = {
            link: entry
            for entry in view.transactions
            if str(entry.meta.get("source-id", "")).startswith(DEPOSIT)
            for link in entry.links
        }

    def take(self, deposit: Deposit) -> None:
        """One deposit: new, known, or told differently than before."""
        self.check(deposit)
        source_id = deposit_id(deposit)
        standing = self.view.sources.get(source_id) or self.standing.get(link_of(deposit)) or self.moved(deposit)
        if standing is None:
            line = self.lines.of(deposit)
            if line is not None:
                self.paid_in += deposit.amount
                self.brought(deposit, line)
            elif any(p.part.amount for p in deposit.payments) or deposit.fees:
                self.add(deposit, source_id)
            return
        if self.reads_differently(deposit, standing, source_id):
            raise self.restated(deposit, standing)
        self.paid_in += deposit.amount
        self.plan.known.append((self.bare(deposit, source_id), standing))

    def moved(self, deposit: Deposit) -> data.Transaction | None:
        """The deposit with the same serial that the book holds of another day; None where the sender reuses serials."""
        near = range(1, self.alone.days + 1) if deposit.serial else range(0)
        days = (deposit.date + dt.timedelta(days=n * sign) for n in near for sign in (-1, 1))
        links = (link_of(replace(deposit, date=day)) for day in days)
        return next((self.standing[link] for link in links if link in self.standing), None)

    def brought(self, deposit: Deposit, line: data.Transaction) -> None:
        """A deposit that is known by the bank's line of it, which lists its payments."""
        self.plan.known.append((self.bare(deposit, str(line.meta["source-id"])), line))
        text = N_("Deposit {serial} of {date} is in the books payment by payment, by the bank's own line ({place}).")
        told = {"serial": deposit.serial or "-", "date": deposit.date, "place": self.view.place(line)}
        self.plan.remarks.append(say(text, **told))

    def check(self, deposit: Deposit) -> None:
        """It adds up, in whole units of its currency."""
        for amount in (deposit.amount, deposit.fees, *(p.part.amount for p in deposit.payments)):
            check_amount(amount, deposit.currency, file=self.file, line=deposit.line, position=deposit.position)
        computed = deposit.gross - deposit.fees
        if computed != deposit.amount:
            raise DepositSum(
                file=self.file,
                line=deposit.line,
                serial=deposit.serial or "-",
                date=deposit.date,
                gross=deposit.gross,
                fees=deposit.fees,
                computed=computed,
                amount=deposit.amount,
                difference=deposit.amount - computed,
                currency=deposit.currency,
            )

    def add(self, deposit: Deposit, source_id: str) -> None:
        """A new deposit's entry."""
        day, currency = deposit.date, deposit.currency
        check_range(day, self.today, file=self.file, line=deposit.line, position=deposit.position)
        check_open(self.view, self.account, day, currency, by=self.by)
        own = link_of(deposit)
        other = self.sides.of(deposit)
        meta = {"item": other.item or own} | ({"reference": clean(deposit.reference, 80)} if deposit.reference else {})
        debit = [posting(self.account, deposit.amount, currency, meta)] if deposit.amount else []
        postings = [*debit, *other.postings]
        assert weighs(postings, currency) == ZERO, own
        bare = self.bare(deposit, source_id)
        entry = bare._replace(
            meta={**bare.meta, **other.meta},
            flag="*" if other.sure else "!",
            payee=other.payee,
            narration=clean(other.narration) if other.narration else bare.narration,
            links=frozenset({own, *other.links}),
            postings=postings,
        )
        if currency != self.view.unit.currency:
            entry = self.view.shared(Worths).entry(entry)
        self.plan.entries.append(entry)
        self.paid_in += weighs(debit, currency)

    def bare(self, deposit: Deposit, source_id: str) -> data.Transaction:
        """A deposit's transaction without postings. Known ones stay so: what they settled is settled."""
        meta = {"source-id": source_id, **figures(deposit), CONTENT: content_of(deposit), "document": self.document}
        links = frozenset({link_of(deposit)})
        return data.Transaction(meta, deposit.date, "*", None, clean(deposit.text), data.EMPTY_SET, links, [])

    def reads_differently(self, deposit: Deposit, standing: data.Directive, source_id: str) -> bool:
        """Whether the book holds a deposit with other figures or payments; what somebody took out isn't compared."""
        if self.view.is_corrected(standing):
            return False
        if self.is_moved(deposit, standing):
            return True
        before, now = standing.meta, figures(deposit)
        if before.get("source-id") != source_id and self.booked(standing, deposit.currency).number != deposit.amount:
            return True
        if "payments" in before and any(before.get(key) != now.get(key) for key in ("payments", "fees")):
            return True
        # Where a person has put the amount right, the payments that it was made of say nothing any more.
        return before.get("source-id") == source_id and before.get(CONTENT, content_of(deposit)) != content_of(deposit)

    def is_moved(self, deposit: Deposit, standing: data.Directive) -> bool:
        """Whether the book holds it as the deposit of another day, by its link: a person may have changed its date."""
        return self.standing.get(link_of(deposit)) is None and self.moved(deposit) is standing

    def booked(self, standing: data.Directive, currency: str) -> Amount:
        """What stands of a deposit on the clearing account."""
        postings = standing.postings if isinstance(standing, data.Transaction) else []
        return next((p.units for p in postings if p.account == self.account and p.units), Amount(ZERO, currency))

    def restated(self, deposit: Deposit, standing: data.Directive) -> DepositRestated:
        now = told(Amount(deposit.amount, deposit.currency), figures(deposit))
        before = told(self.booked(standing, deposit.currency), standing.meta)
        if self.is_moved(deposit, standing):
            before = say(N_("{figures}, on {date}"), figures=before, date=standing.date)
        elif now == before:
            before = say(N_("{figures}, but of other amounts, payers, references, texts or days"), figures=before)
        return DepositRestated(
            file=self.file,
            line=deposit.line,
            unit=self.view.unit.slug,
            serial=deposit.serial or "-",
            date=deposit.date,
            now=now,
            before=before,
            place=self.view.place(standing),
        )


def figures(deposit: Deposit) -> dict[str, Any]:
    """What is kept of a deposit beside its amount, and compared when it comes again."""
    found: dict[str, Any] = {"payments": Decimal(deposit.rows or len(deposit.payments))}
    if deposit.fees:
        found["fees"] = Amount(deposit.fees, deposit.currency)
    return found


def told(amount: Any, said: Mapping[str, Any]) -> str:
    """A deposit's figures in words."""
    parts = [str(amount)]
    if said.get("payments") is not None:
        parts.append(say(N_("payments: {count}"), count=said["payments"]))
    if said.get("fees"):
        parts.append(say(N_("fees: {fees}"), fees=said["fees"]))
    return ", ".join(parts)
