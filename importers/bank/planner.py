"""Bank statements of any format become entries: each booked line one transaction, the closing balance one assertion.

- A statement that doesn't add up (opening + lines = closing, the bank's own counts) is refused whole: half a statement
  must never become half the books.
- Lines are known again by what they say, counted per account and day (`importers.identity`). A day that comes again
  with more lines adds them; one that comes with fewer or others is for a person (`BANK_RESTATED`).
- Beancount asserts a balance at the start of a day, so a closing balance stands on the day after.
- The first statement of an account that the book has never posted to brings its opening balance, on suspense.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from importers.bank.model import BankLine, BankStatement
from importers.bank.problems import BankBalanceContradicted, BankBalanceOff, BankRestated
from importers.book import BookView
from importers.booktext import clean
from importers.identity import LineKey, account_number, digest, folded, numbered
from importers.plan import Plan
from importers.problems import ImportAccountMissing, ImportDateRange, ImportMonthClosed
from importers.recognise.place import Recogniser, posting
from ledger.books.guard_profiles import date_window
from ledger.books.sources import SourceTable
from ledger.messages import N_, say

ONE_DAY = dt.timedelta(days=1)


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
        BankRestated, BankBalanceContradicted, ImportAccountMissing, ImportMonthClosed, ImportDateRange: the file
            can't come in as it is.
    """
    return _Planner(view, source, statements, file, document).run(today)


class _Planner:
    def __init__(
        self, view: BookView, source: SourceTable, statements: Sequence[BankStatement], file: str, document: str
    ) -> None:
        assert source.account
        self.view = view
        self.source = source
        self.account: str = source.account
        self.statements = statements
        self.file = file
        self.document = document
        self.number = account_number(statements[0].account)
        self.currency = statements[0].currency
        self.recogniser = Recogniser(view, source)
        self.plan = Plan()

    def run(self, today: dt.date) -> Plan:
        lines = [line for statement in self.statements for line in statement.lines]
        keys = [self.key(line) for line in lines]
        ids = numbered(keys, self.already(keys))
        self.check_restated(lines, keys, ids)
        self.check_days([n for n, i in zip(lines, ids, strict=True) if i not in self.view.sources], today)
        self.opening()
        for line, source_id in zip(lines, ids, strict=True):
            standing = self.view.sources.get(source_id)
            if standing is None:
                self.plan.entries.append(self.entry(line, source_id))
            else:  # what it settled is settled: it isn't placed again
                self.plan.known.append((standing._replace(meta=dict(standing.meta)), standing))
        self.closings()
        self.check_assertions()
        self.plan.opens = self.view.take_opened() if self.plan.entries else []
        return self.plan

    def key(self, line: BankLine) -> LineKey:
        text = line.identity or f"{line.counterparty} {line.text}"
        return LineKey(self.number, line.date, line.amount, self.currency, folded(text))

    def check_days(self, lines: Sequence[BankLine], today: dt.date) -> None:
        """Refuse a file that brings a line to a day on which nothing can be booked."""
        first, last = date_window(today)
        for line in lines:
            if not first <= line.date <= last:
                raise ImportDateRange(file=self.file, line=line.line, date=line.date, position=line.position)
            if f"{line.date:%Y-%m}" in self.view.closed:
                raise ImportMonthClosed(
                    file=self.file,
                    line=line.line,
                    unit=self.view.unit.slug,
                    slug=self.view.unit.slug,
                    date=line.date,
                    month=f"{line.date:%Y-%m}",
                )
            if not self.view.is_open(self.account, line.date, self.currency):
                raise ImportAccountMissing(
                    file=f"units/{self.view.unit.slug}/unit.toml",
                    unit=self.view.unit.slug,
                    slug=self.view.unit.slug,
                    account=self.account,
                    by=say(N_("source {name}"), name=self.source.name),
                    currency=self.currency,
                    date=line.date,
                )

    def booked_on(self, day: dt.date) -> dict[str, data.Transaction]:
        """Bank lines of this account that the book holds on a day, by id."""
        found = {}
        for entry, _ in self.view.postings(self.account, self.currency):
            source_id = str(entry.meta.get("source-id", ""))
            if entry.date == day and source_id.startswith("bank-"):
                found[source_id] = entry
        return found

    def already(self, keys: Sequence[LineKey]) -> Counter[LineKey]:
        """Equal lines of the first day that stand before this file's: when it begins where the book's day ends.

        Its opening balance tells: it is the book's balance with the day's lines, not without them.
        """
        first = self.statements[0]
        day = first.lines[0].date if first.lines else None
        if day is None or first.opening is None:
            return Counter()
        booked = self.booked_on(day)
        amounts = [n for e, n in self.view.postings(self.account, self.currency) if e.date == day]
        before = self.view.balance(self.account, self.currency, day)
        if not booked or not sum(amounts) or first.opening != before + sum(amounts, Decimal(0)):
            return Counter()
        counts: Counter[LineKey] = Counter()
        for key in {k for k in keys if k.date == day}:
            while key.id(counts[key] + 1) in booked:
                counts[key] += 1
        self.continues = day
        return counts

    continues: dt.date | None = None

    def check_restated(self, lines: Sequence[BankLine], keys: Sequence[LineKey], ids: Sequence[str]) -> None:
        """Days whose booked lines aren't all in the file: the bank says something else than before."""
        opened = f"bank-{self.opening_digest()}"
        in_file = set(ids)
        new: dict[dt.date, int] = defaultdict(int)
        for key, source_id in zip(keys, ids, strict=True):
            new[key.date] += source_id not in self.view.sources
        for day in self.days(lines):
            missing = set(self.booked_on(day)) - in_file - {opened}
            if missing and day != self.continues:
                raise BankRestated(
                    file=self.file,
                    unit=self.view.unit.slug,
                    date=day,
                    account=self.account,
                    missing=len(missing),
                    new=new[day],
                )

    def days(self, lines: Sequence[BankLine]) -> list[dt.date]:
        """Every day that the statements speak of: their lines' days, and all between their first and last day."""
        found = {line.date for line in lines}
        for statement in self.statements:
            if statement.first_day and statement.last_day:
                booked = {e.date for e, _ in self.view.postings(self.account, self.currency)}
                found |= {d for d in booked if statement.first_day <= d <= statement.last_day}
        return sorted(found)

    def opening_digest(self) -> str:
        return digest(self.number, self.currency, "opening")

    def opening(self) -> None:
        """The opening balance of an account that the book has never posted to."""
        first = self.statements[0]
        days = [line.date for s in self.statements for line in s.lines]
        days = days or [s.last_day for s in self.statements if s.last_day]
        if not first.opening or not days or self.view.postings(self.account, self.currency):
            return
        other = posting(self.view.role("suspense"), -first.opening, self.currency)
        entry = self.transaction(
            min(days), "!", None, say(N_("Opening balance per bank")), {"source-id": f"bank-{self.opening_digest()}"}
        )
        entry.postings.extend([posting(self.account, first.opening, self.currency), other])
        self.take(entry)
        self.plan.remarks.append(
            say(
                N_("{account} had no postings: the opening balance {amount} {currency} stands on suspense."),
                account=self.account,
                amount=first.opening,
                currency=self.currency,
            )
        )

    def entry(self, line: BankLine, source_id: str) -> data.Transaction:
        assert sum((p.amount for p in line.payments), Decimal(0)) == line.amount
        alone = not line.parts
        placed = [self.recogniser.place(part, line.date, self.currency, alone=alone) for part in line.payments]
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
        meta |= {key: clean(text, 80) for key, text in line.extra}
        meta |= {key: value for one in placed for key, value in one.meta.items()}
        suggestions = [p.suggestion for p in placed if p.suggestion]
        if suggestions:
            meta["suggestion"] = suggestions[0]
        narrations = [p.narration for p in placed if p.narration]
        flag = "*" if all(p.sure for p in placed) else "!"
        text = clean(narrations[0] if narrations else line.text)
        entry = self.transaction(line.date, flag, clean(line.counterparty) or None, text, meta)
        entry.postings.append(posting(self.account, line.amount, self.currency))
        entry.postings.extend(p for one in placed for p in one.postings)
        return entry._replace(links=frozenset().union(*(one.links for one in placed)))

    def transaction(
        self, day: dt.date, flag: str, payee: str | None, text: str, meta: dict[str, Any]
    ) -> data.Transaction:
        full = {**meta, "document": self.document}
        return data.Transaction(full, day, flag, payee, text, data.EMPTY_SET, data.EMPTY_SET, [])

    def take(self, entry: data.Directive) -> None:
        standing = self.view.sources.get(str(entry.meta["source-id"]))
        if standing is None:
            self.plan.entries.append(entry)
        else:
            self.plan.known.append((entry, standing))

    def closings(self) -> None:
        """The closing balances, one a day: where several statements close a day, the last one's.

        A day on which the next statement begins hasn't ended with this one: nothing is asserted of it.
        """
        last: dict[dt.date, Decimal] = {}
        firsts = [min((line.date for line in s.lines), default=dt.date.max) for s in self.statements]
        for statement, first in zip(self.statements, [*firsts[1:], dt.date.max], strict=True):
            days = [line.date for line in statement.lines] + [statement.last_day] * bool(statement.last_day)
            day = max((d for d in days if d), default=None)
            if statement.closing is None:
                text = N_("Statement {id} gives no closing balance: nothing can be asserted after it.")
                self.plan.remarks.append(say(text, id=statement.id))
            elif day is not None and day < first:
                last[day + ONE_DAY] = statement.closing
        for day, amount in sorted(last.items()):
            if not self.view.is_open(self.account, day, self.currency):
                continue
            meta = {
                "source-id": "bank-" + digest(self.number, self.currency, "closing", day, f"{amount.normalize():f}"),
                "document": self.document,
            }
            self.take(data.Balance(meta, day, self.account, Amount(amount, self.currency), None, None))

    def check_assertions(self) -> None:
        """What the new entries do to assertions: none that held may fail; a new one that fails is said."""
        added = [
            (e.date, p.units.number)
            for e in self.plan.transactions
            for p in e.postings
            if p.account == self.account and p.units and p.units.number is not None
        ]

        def moved(day: dt.date) -> Decimal:
            return sum((n for d, n in added if d < day), Decimal(0))

        for old in self.view.assertions(self.account, self.currency):
            held = self.view.balance(self.account, self.currency, old.date) == old.amount.number
            if held and moved(old.date):
                raise BankBalanceContradicted(
                    file=self.file,
                    unit=self.view.unit.slug,
                    account=self.account,
                    date=old.date,
                    amount=old.amount,
                    difference=moved(old.date),
                    place=self.view.place(old),
                )
        for new in self.plan.entries:
            if isinstance(new, data.Balance) and new.amount.number is not None:
                have = self.view.balance(self.account, self.currency, new.date) + moved(new.date)
                if have != new.amount.number:
                    self.plan.notes.append(
                        BankBalanceOff(
                            file=self.file,
                            unit=self.view.unit.slug,
                            account=self.account,
                            date=new.date - ONE_DAY,
                            bank=new.amount,
                            books=have,
                            difference=new.amount.number - have,
                        )
                    )
