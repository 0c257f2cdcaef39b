"""Bank statements of any format become entries: each booked line one transaction, the closing balance one assertion.

- A statement that doesn't add up (opening + lines = closing, the bank's own counts) is refused whole: half a statement
  must never become half the books.
- What the book holds already is found day by day (`importers.bank.compare`), what is missing between statements by
  their balances and numbers (`importers.bank.gaps`).
- The first statement of an account that the book has never posted to brings its opening balance, on suspense.
- Σ lines of the statements = Σ what the plan books or knows to be booked: asserted for every account of every file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from beancount.core import data

from importers.bank.closing import Closings
from importers.bank.compare import BankBook, Comparison
from importers.bank.gaps import begins_late, check_begins, first_of, gaps, last_of
from importers.bank.model import BankLine, BankStatement
from importers.bank.problems import BankOwnRule
from importers.book import BookView
from importers.booktext import clean
from importers.checks import check_open, check_range
from importers.identity import account_number, digest
from importers.plan import Plan
from importers.postings import posting
from importers.progress import track
from importers.recognise.place import Placed, Recogniser
from importers.recognise.worth import Worths
from ledger.books.sources import SourceTable
from ledger.messages import N_, say

COMPARING = N_("Comparing with the books")


def plan_bank(
    view: BookView,
    source: SourceTable,
    statements: Sequence[BankStatement],
    *,
    file: str,
    document: str,
    today: dt.date,
) -> Plan:
    """Compare the statements of one account with the book.

    Args:
        view: the book.
        source: whose `account` they feed.
        statements: all of one bank account and currency, in their order.
        file: the file's name in problems.
        document: what `document:` says on every entry.
        today: the day by which dates are judged.

    Raises:
        BankRestated, BankListBegins, BankBalanceContradicted, BankBalanceEarly, BankBalanceRestated, BankOwnRule,
            ImportAccountMissing, ImportDateRange, MissingRate: the file can't come in as it is.
    """
    plan = _Planner(view, source, [by_day(s) for s in statements], file, document, today).run()
    check_sums(plan, source, statements)
    return plan


def balance_before(view: BookView, source: SourceTable, statements: Sequence[BankStatement]) -> Decimal:
    """What the book holds of an account before the first day of some statements."""
    assert source.account
    one, days = statements[0], [day for statement in statements for day in statement.days]
    opening_id = f"bank-{opening_digest(source, one)}"
    book = BankBook.of(view, source.account, one.currency, number_of(source, one), opening_id)
    return book.log.before(min(days)) + book.brought(min(days)) if days else Decimal(0)


def by_day(statement: BankStatement) -> BankStatement:
    """The statement with its lines oldest first; a list that begins with the newest line is turned round."""
    lines = statement.lines
    days = [line.date for line in lines]
    if all(a <= b for a, b in pairwise(days)):
        return statement
    turned = lines[::-1] if days[0] > days[-1] else lines
    return replace(statement, lines=tuple(sorted(turned, key=lambda line: line.date)))


def check_sums(plan: Plan, source: SourceTable, statements: Sequence[BankStatement]) -> None:
    """Assert that what a plan books, or knows to be booked, is what the statements say, to the smallest unit."""
    opening = f"bank-{opening_digest(source, statements[0])}"
    entries = [e for e in (*plan.entries, *(new for new, _ in plan.known)) if isinstance(e, data.Transaction)]
    lines = [e for e in entries if e.meta["source-id"] != opening]
    bank = [p.units for e in lines for p in e.postings if p.account == source.account]
    booked = sum((units.number for units in bank if units and units.number is not None), Decimal(0))
    assert len(lines) == len({e.meta["source-id"] for e in lines}) == sum(len(s.lines) for s in statements)
    assert booked == sum((s.net for s in statements), Decimal(0)), (booked, [s.net for s in statements])
    for s in statements:
        assert s.opening is None or s.closing is None or s.opening + s.net == s.closing, s.id


def number_of(source: SourceTable, statement: BankStatement) -> str:
    """What the bank account is known by: a source's own notation stays when banks write IBAN or national number."""
    return account_number(source.bank_account or statement.account)


def opening_digest(source: SourceTable, statement: BankStatement) -> str:
    """The id of an account's opening balance, but for its prefix."""
    return digest(number_of(source, statement), statement.currency, "opening")


class _Planner:
    def __init__(
        self,
        view: BookView,
        source: SourceTable,
        statements: Sequence[BankStatement],
        file: str,
        document: str,
        today: dt.date,
    ) -> None:
        assert source.account
        self.view = view
        self.source = source
        self.account: str = source.account
        self.statements = statements
        self.file = file
        self.document = document
        self.today = today
        self.currency = statements[0].currency
        self.recogniser = Recogniser(view, source)
        self.plan = Plan()
        self.opening_id = f"bank-{opening_digest(source, statements[0])}"
        number = number_of(source, statements[0])
        self.book = BankBook.of(view, self.account, self.currency, number, self.opening_id)

    def run(self) -> Plan:
        self.check_periods()
        opened = self.opening()
        found = Comparison(self.book, self.statements, opened, self.file)
        check_begins(found, self.statements, self.file)
        lines = [line for statement in self.statements for line in statement.lines]
        new = [n for n, source_id in zip(lines, found.ids, strict=True) if source_id not in self.view.sources]
        for line in new:
            self.check(line.date, line.line, line.position)
        if self.currency != self.view.unit.currency:
            opens = [opened[0]] if opened else []
            self.view.shared(Worths).check(self.currency, [*opens, *(line.date for line in new)])
        if opened is not None:
            self.open_with(*opened)
        for line, source_id in track(list(zip(lines, found.ids, strict=True)), COMPARING):
            standing = self.view.sources.get(source_id)
            self.take(self.entry(line, source_id) if standing is None else self.again(line, source_id, standing))
        missing = gaps(found, self.statements, self.file)
        self.plan.notes += [note for _, _, note in missing]
        closings = Closings(found, self.statements, self.plan, self.file, self.document)
        for balance, asserted in closings.balances():
            if asserted is None:
                self.take(balance)
            else:  # by a person, as it may be
                self.plan.known.append((balance, asserted))
        closings.check([(day, amount) for day, amount, _ in missing])
        self.plan.opens = self.view.take_opened() if self.plan.entries else []
        return self.plan

    def check_periods(self) -> None:
        """Refuse a statement of days that no book has (its lines' days are judged one by one, where they are new)."""
        for statement in self.statements:
            position = statement.id or self.account
            for day in (last_of(statement), None if statement.lines else first_of(statement)):
                if day is not None:
                    check_range(day, self.today, file=self.file, line=statement.line, position=position)

    def check(self, day: dt.date, line: int | None, position: str) -> None:
        """Refuse a file that brings something to a day on which nothing can be booked."""
        check_range(day, self.today, file=self.file, line=line, position=position)
        by = say(N_("source {name}"), name=self.source.name)
        check_open(self.view, self.account, day, self.currency, by=by)

    def opening(self) -> tuple[dt.date, Decimal] | None:
        """The opening balance of an account that the book has never posted to, and its day."""
        amount = self.statements[0].opening
        days = [line.date for s in self.statements for line in s.lines[:1]]
        days = days or [s.last_day for s in self.statements if s.last_day]
        return (min(days), amount) if amount and days and not self.book.log.rows else None

    def open_with(self, day: dt.date, amount: Decimal) -> None:
        """Book the opening balance; where it came from, a person knows."""
        self.check(day, self.statements[0].line, say(N_("Opening balance per bank")))
        entry = self.transaction(day, "!", None, say(N_("Opening balance per bank")), {"source-id": self.opening_id})
        entry.postings.append(posting(self.account, amount, self.currency))
        entry.postings.append(posting(self.view.role("suspense"), -amount, self.currency))
        self.take(self.priced(entry))
        text = N_("{account} had no postings: the opening balance {amount} {currency} stands on suspense.")
        self.plan.remarks.append(say(text, account=self.account, amount=amount, currency=self.currency))
        if begins_late(self.statements[0]):
            text = N_("The list is of the days from {since} on; if the bank has lines before {first}, it was cut off.")
            self.plan.remarks.append(say(text, since=self.statements[0].first_day, first=day))

    def again(self, line: BankLine, source_id: str, standing: data.Directive) -> data.Transaction:
        """A line that the book holds, with the other side that it has there: it settles nothing a second time."""
        others, flag = [], "*"
        if isinstance(standing, data.Transaction):  # whoever edits a book may put an id elsewhere
            others, flag = standing.postings, standing.flag or "*"
        meta = self.meta(line, source_id)
        entry = self.transaction(line.date, flag, clean(line.counterparty) or None, clean(line.text), meta)
        entry.postings.append(posting(self.account, line.amount, self.currency))
        entry.postings.extend(p for p in others if p.account != self.account)
        return entry

    def meta(self, line: BankLine, source_id: str) -> dict[str, Any]:
        """What is kept of a line beside its texts."""
        meta: dict[str, Any] = {"source-id": source_id}
        if line.bank_ref:
            meta["bank-ref"] = clean(line.bank_ref, 80)
        if line.reference:
            meta["reference"] = clean(line.reference, 80)
        if line.counterparty_account:
            meta["counterparty-account"] = clean(line.counterparty_account, 60)
        if line.value_date and line.value_date != line.date:
            meta["value-date"] = line.value_date
        if line.reversal:
            meta["reversal"] = True
        return meta | {key: clean(text, 80) for key, text in line.extra}

    def entry(self, line: BankLine, source_id: str) -> data.Transaction:
        """A line as a transaction; its payments are placed one by one."""
        assert sum((p.amount for p in line.payments), Decimal(0)) == line.amount
        alone = not line.parts
        placed = self.recogniser.place_line(line.whole, line.parts, line.date, self.currency, receipt=line.bank_ref)
        self.check_other_side(line, placed)
        meta = self.meta(line, source_id)
        meta |= {key: value for one in placed for key, value in one.meta.items()}
        suggestions = [p.suggestion for p in placed if p.suggestion]
        if suggestions:
            meta["suggestion"] = suggestions[0]
        narrations = [p.narration for p in placed if p.narration]
        flag = "*" if all(p.sure for p in placed) else "!"
        text = clean(narrations[0] if narrations else line.text)
        payee = (alone and placed[0].payee) or clean(line.counterparty) or None
        entry = self.transaction(line.date, flag, payee, text, meta)
        entry.postings.append(posting(self.account, line.amount, self.currency))
        entry.postings.extend(p for one in placed for p in one.postings)
        return self.priced(entry._replace(links=frozenset().union(*(one.links for one in placed))))

    def check_other_side(self, line: BankLine, placed: Sequence[Placed]) -> None:
        """Refuse a rule by which a line would move nothing.

        Raises:
            BankOwnRule: the other side is the bank account itself.
        """
        if any(p.account == self.account for one in placed for p in one.postings):
            raise BankOwnRule(
                file=self.file,
                line=line.line,
                unit=self.view.unit.slug,
                slug=self.view.unit.slug,
                name=self.source.name,
                account=self.account,
                date=line.date,
            )

    def priced(self, entry: data.Transaction) -> data.Transaction:
        """An entry of an account in another currency than the books', with what it is worth in theirs."""
        return entry if self.currency == self.view.unit.currency else self.view.shared(Worths).entry(entry)

    def transaction(
        self, day: dt.date, flag: str, payee: str | None, text: str, meta: dict[str, Any]
    ) -> data.Transaction:
        full = {**meta, "document": self.document}
        return data.Transaction(full, day, flag, payee, text, data.EMPTY_SET, data.EMPTY_SET, [])

    def take(self, entry: data.Directive) -> None:
        """Into the plan: as new, or as known where the book has its id."""
        standing = self.view.sources.get(str(entry.meta["source-id"]))
        if standing is None:
            self.plan.entries.append(entry)
        else:
            self.plan.known.append((entry, standing))
