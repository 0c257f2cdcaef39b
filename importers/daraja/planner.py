"""Callbacks become entries beside the wallet, unconfirmed until the statement shows their receipts.

Each is one transaction: money on its way against suspense, flagged `!` and tagged `#unconfirmed`. What the statement
has shown already adds nothing, whichever came first; nor does a callback that M-Pesa sends again. One that says
something else than before, or than the statement, isn't believed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from beancount.core import data

from importers.book import BookView
from importers.booktext import clean
from importers.checks import check_amount, check_open, check_range
from importers.daraja.problems import DarajaContradicted, DarajaShortCode, DarajaTwice
from importers.daraja.read import Callback
from importers.identity import account_number, digest
from importers.plan import Plan
from importers.postings import posting, weighs
from importers.recognise.callbacks import RECEIPT, SHORT_CODE, UNCONFIRMED
from importers.recognise.worth import Worths
from ledger.books.sources import SourceTable
from ledger.messages import N_, say
from ledger.subledger import deposit_link

#: The chart's account for money that M-Pesa called back.
ROLE = "mobile_clearing"


def callback_id(one: Callback) -> str:
    """The `source-id` of a callback: short code and receipt, whatever else it says."""
    return "dep-" + digest("daraja", one.code, one.receipt)


def plan_callbacks(
    view: BookView, source: SourceTable, callbacks: Sequence[Callback], *, file: str, document: str, today: dt.date
) -> Plan:
    """Compare callbacks with the book.

    Args:
        view: the book.
        source: whose they are.
        callbacks: of one file.
        file: its name in problems.
        document: what `document:` says on every entry.
        today: the day by which dates are judged.

    Raises:
        DarajaShortCode, DarajaTwice, ImportAmountUnit, ImportDateRange, ImportAccountMissing, MissingRate,
            ChartRoleMissing: the file can't come in.
    """
    return _Planner(view, source, file, document, today).run(callbacks)


class _Planner:
    def __init__(self, view: BookView, source: SourceTable, file: str, document: str, today: dt.date) -> None:
        self.view = view
        self.source = source
        self.file = file
        self.document = document
        self.today = today
        self.currency = source.kept_in(view.unit.currency)
        self.account = source.account or view.role(ROLE)
        self.plan = Plan()
        #: Lines of statements that brought money in, by receipt.
        self.shown: dict[str, data.Transaction] = {}
        for entry in view.transactions:
            if (
                str(entry.meta.get("source-id", "")).startswith("bank-")
                and RECEIPT in entry.meta
                and _number(entry) > 0
            ):
                self.shown[str(entry.meta[RECEIPT])] = entry

    def run(self, callbacks: Sequence[Callback]) -> Plan:
        """All of them, by the time of their payments."""
        seen: dict[str, Callback] = {}
        again = 0
        for one in callbacks:
            self._check(one)
            before = seen.setdefault(one.receipt, one)
            if before.content != one.content:
                raise self._twice(one, _said(before.amount, self.currency, before.reference))
            again += before is not one
        for one in sorted(seen.values(), key=lambda c: (c.when, c.receipt)):
            self._take(one)
        if again:
            text = N_("Callbacks that the file tells more than once, and that count once: {count}.")
            self.plan.remarks.append(say(text, count=again))
        if self.plan.entries:
            self.plan.remarks.append(say(N_("They count when the statement shows their receipts.")))
            self.plan.opens = self.view.take_opened()
        return self.plan

    def _check(self, one: Callback) -> None:
        if account_number(one.code) != account_number(self.source.bank_account or ""):
            raise DarajaShortCode(
                file=self.file,
                line=one.line,
                unit=self.view.unit.slug,
                slug=self.view.unit.slug,
                found=one.code,
                name=self.source.name,
                expected=self.source.bank_account or "-",
            )
        check_amount(one.amount, self.currency, file=self.file, line=one.line, position="TransAmount")

    def _take(self, one: Callback) -> None:
        """One callback: new, known, shown by the statement already, or contradicted."""
        standing = self.view.sources.get(callback_id(one))
        if isinstance(standing, data.Transaction):
            if not self.view.is_corrected(standing) and _differs(one, standing):
                raise self._twice(one, _said(_number(standing), self.currency, str(standing.meta.get("reference", ""))))
            self.plan.known.append((self._entry(one), standing))
            return
        line = self.shown.get(one.receipt)
        if line is None:
            self._add(one)
        elif _number(line) == one.amount:
            self.plan.known.append((self._entry(one), line))
        else:
            self.plan.notes.append(
                DarajaContradicted(
                    file=self.file,
                    line=one.line,
                    unit=self.view.unit.slug,
                    receipt=one.receipt,
                    said=_said(one.amount, self.currency, one.reference),
                    shown=_said(_number(line), self.currency, str(line.meta.get("reference", ""))),
                    place=self.view.place(line),
                )
            )

    def _add(self, one: Callback) -> None:
        day = one.when.date()
        check_range(day, self.today, file=self.file, line=one.line, position="TransTime")
        check_open(self.view, self.account, day, self.currency, by=say(N_("source {name}"), name=self.source.name))
        entry = self._entry(one)
        if self.currency != self.view.unit.currency:
            self.view.shared(Worths).check(self.currency, [day])
            entry = self.view.shared(Worths).entry(entry)
        else:
            assert weighs(entry.postings, self.currency) == 0, one.receipt
        self.plan.entries.append(entry)

    def _entry(self, one: Callback) -> data.Transaction:
        """Money on its way against suspense: it is nobody's as long as it isn't confirmed."""
        link = deposit_link("daraja", one.code, one.receipt)
        meta: dict[str, Any] = {"source-id": callback_id(one), RECEIPT: one.receipt, SHORT_CODE: one.code}
        if one.reference:
            meta["reference"] = clean(one.reference, 80)
        if one.phone:
            meta["counterparty-account"] = one.phone
        text = N_("not confirmed: the statement must show receipt {receipt}")
        meta["suggestion"] = clean(f"{self.account}: {say(text, receipt=one.receipt)}")
        meta["document"] = self.document
        own = {"invoice": clean(one.invoice, 80)} if one.invoice else None
        postings = [
            posting(self.account, one.amount, self.currency, {"item": link}),
            posting(self.view.role("suspense"), -one.amount, self.currency, own),
        ]
        payee = clean(one.name) or None
        tags = frozenset({UNCONFIRMED})
        return data.Transaction(meta, one.when.date(), "!", payee, clean(one.kind), tags, frozenset({link}), postings)

    def _twice(self, one: Callback, before: str) -> DarajaTwice:
        return DarajaTwice(
            file=self.file,
            line=one.line,
            unit=self.view.unit.slug,
            receipt=one.receipt,
            one=before,
            other=_said(one.amount, self.currency, one.reference),
        )


def _number(entry: data.Transaction) -> Decimal:
    units = entry.postings[0].units if entry.postings else None
    return units.number if units is not None and units.number is not None else Decimal(0)


def _differs(one: Callback, standing: data.Transaction) -> bool:
    """Whether a callback says something else than the one that stands in the book."""
    reference = clean(one.reference, 80) if one.reference else ""
    before = str(standing.meta.get("reference", ""))
    return (_number(standing), standing.date) != (one.amount, one.when.date()) or (
        before.casefold() != reference.casefold() and UNCONFIRMED in standing.tags
    )


def _said(amount: Decimal, currency: str, reference: str) -> str:
    """A payment in words."""
    return f"{amount} {currency} ({reference})" if reference else f"{amount} {currency}"
