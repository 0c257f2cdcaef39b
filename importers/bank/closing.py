"""Closing balances become assertions, and no assertion that holds is broken by what comes in.

Beancount asserts a balance at the start of a day, so a closing balance stands on the day after. Of a day that hasn't
ended with the statement (the next one of the file begins on it; the book holds later lines of it) nothing is asserted,
nor in a sealed month. A balance that the books don't reach is said once: where a gap between statements explains it,
the gap is what is said.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import accumulate

from beancount.core import data
from beancount.core.amount import Amount

from importers.bank.compare import Comparison
from importers.bank.gaps import ONE_DAY, STATEMENT, last_of
from importers.bank.model import BankStatement
from importers.bank.problems import BankBalanceContradicted, BankBalanceEarly, BankBalanceOff
from importers.identity import digest
from importers.plan import Plan
from ledger.messages import N_, say

#: How far an entry by hand may stand from the bank's own day.
NEAR = dt.timedelta(days=5)
#: So many places are named.
SHOWN = 3


class Closings:
    """The balances with which a file's statements close.

    Args:
        found: the file compared with the book.
        statements: in their order.
        plan: with all of the file's transactions; remarks and notes are added to it.
        file: the file's name in problems.
        document: what `document:` says on every entry.
    """

    def __init__(
        self, found: Comparison, statements: Sequence[BankStatement], plan: Plan, file: str, document: str
    ) -> None:
        self.found = found
        self.book = found.book
        self.statements = statements
        self.plan = plan
        self.file = file
        self.document = document
        moves = sorted(
            (e.date, p.units.number)
            for e in plan.transactions
            for p in e.postings
            if p.account == self.book.account and p.units and p.units.number is not None
        )
        self.days = [day for day, _ in moves]
        self.sums = list(accumulate((number for _, number in moves), initial=Decimal(0)))

    def moved(self, day: dt.date) -> Decimal:
        """Σ what the plan posts before a day."""
        return self.sums[bisect_left(self.days, day)]

    def balances(self) -> Iterator[data.Balance]:
        """The closing balances, one a day: where several statements close a day, the last one's."""
        book = self.book
        last: dict[dt.date, BankStatement] = {}
        goes_on = set[dt.date]()  # days on which a later statement of the file begins
        for statement in reversed(self.statements):
            day = last_of(statement)
            if statement.closing is None:
                text = N_("Statement {id} gives no closing balance: nothing can be asserted after it.")
                if statement.running:
                    text = N_("{date} wasn't over when the list was made: the next list tells its closing balance.")
                self.plan.remarks.append(say(text, id=statement.id, date=statement.running))
            elif day is not None and day not in goes_on:
                last.setdefault(day, statement)
            goes_on.update(line.date for line in statement.lines[:1])
        for day, statement in sorted(last.items()):
            assert statement.closing is not None
            standing = self.found.stands.get(day)
            morrow = day + ONE_DAY
            if standing and standing.after:
                text = N_("On {date} the books hold more than this file, which was made before the day was over.")
                self.plan.remarks.append(say(text, date=day))
            elif book.view.is_open(book.account, morrow, book.currency) and f"{morrow:%Y-%m}" not in book.view.closed:
                yield self.balance(morrow, statement.closing, statement.sequence)

    def balance(self, day: dt.date, amount: Decimal, sequence: int | None) -> data.Balance:
        """An assertion at the start of a day; it keeps the number of the statement that closes with it."""
        book = self.book
        key = digest(book.number, book.currency, "closing", day, f"{amount.normalize():f}")
        meta = {"source-id": f"bank-{key}", "document": self.document}
        if sequence is not None:
            meta[STATEMENT] = str(sequence)
        return data.Balance(meta, day, book.account, Amount(amount, book.currency), None, None)

    def check(self, missing: Sequence[tuple[dt.date, Decimal]]) -> None:
        """What the new entries do to assertions: none that held may fail; a new one that fails is said.

        Args:
            missing: what the gaps before days sum to; they are said already.

        Raises:
            BankBalanceContradicted: lines from before a balance that is right without them.
            BankBalanceEarly: lines of the very day that it closes: it was made before the day was over.
        """
        for old in self.book.view.assertions(self.book.account, self.book.currency):
            held = self.book.log.before(old.date) == old.amount.number
            if held and self.moved(old.date):
                raise self.contradicted(old)
        for new in self.plan.entries:
            if not isinstance(new, data.Balance) or new.amount.number is None:
                continue
            have = self.book.log.before(new.date) + self.moved(new.date)
            difference = new.amount.number - have
            if difference and difference != sum((n for day, n in missing if day < new.date), Decimal(0)):
                self.plan.notes.append(
                    BankBalanceOff(
                        file=self.file,
                        unit=self.book.view.unit.slug,
                        account=self.book.account,
                        date=new.date - ONE_DAY,
                        bank=new.amount,
                        books=have,
                        difference=difference,
                    )
                )

    def contradicted(self, old: data.Balance) -> BankBalanceContradicted | BankBalanceEarly:
        """Why the new entries can't stand before an assertion."""
        book, day = self.book, old.date - ONE_DAY
        difference, place = self.moved(old.date), book.view.place(old)
        unit = book.view.unit.slug
        by_hand = self.by_hand(old.date)
        by_import = str(old.meta.get("source-id", "")).startswith("bank-")
        if by_import and not by_hand and not self.moved(day):
            return BankBalanceEarly(
                file=self.file,
                unit=unit,
                account=book.account,
                day=day,
                amount=old.amount,
                difference=f"{difference} {book.currency}",
                place=place,
            )
        booked = say(N_("Booked already by hand, as it seems: {places}."), places=", ".join(by_hand[:SHOWN]))
        return BankBalanceContradicted(
            file=self.file,
            unit=unit,
            account=book.account,
            date=old.date,
            amount=old.amount,
            difference=difference,
            place=place,
            booked=booked if by_hand else say(N_("No entry by hand has the amount of one of its lines.")),
        )

    def by_hand(self, before: dt.date) -> list[str]:
        """Where entries that are no lines of the bank stand for new lines: the same amount within some days.

        They are part of a balance that is right, so the bank has them; what else has such an amount isn't there.
        """
        own: dict[Decimal, list[data.Transaction]] = defaultdict(list)
        for entry, number in self.book.log.rows:
            if entry.date < before and not str(entry.meta.get("source-id", "")).startswith("bank-"):
                own[number].append(entry)
        places = []
        for new in self.plan.transactions:
            units = new.postings[0].units  # on the bank account
            assert units is not None
            twins = own.get(units.number or Decimal(0), [])
            near = [entry for entry in twins if abs(entry.date - new.date) <= NEAR]
            if new.date >= before or not near:
                continue
            found = next((entry for entry in near if entry.date == new.date), near[0])
            twins.remove(found)
            text = N_('{place} (source-id of the line: "{id}")') if found.date == new.date else "{place}"
            places.append(say(text, place=self.book.view.place(found), id=new.meta["source-id"]))
        return places
