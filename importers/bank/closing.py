"""Closing balances become assertions, and no assertion that holds is broken by what comes in.

Beancount asserts a balance at the start of a day, so a closing balance stands on the day after. Of a day that hasn't
ended with the statement (the next one of the file begins on it; the book holds later lines of it) nothing is asserted,
nor in a sealed month, nor while lines from before it are booked later, as their month was sealed. A balance that the
books don't reach is said once: where a gap between statements explains it, the gap is what is said. A day has one
assertion: where the books have one, whoever made it, the statement says the same or doesn't come in
(`importers.bank.asserted`).
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

from importers.archive import short_name
from importers.bank.asserted import agrees, asserted_at, contradictions
from importers.bank.compare import Comparison
from importers.bank.gaps import ONE_DAY, STATEMENT, last_of
from importers.bank.model import BankStatement
from importers.bank.problems import BankBalanceContradicted, BankBalanceEarly, BankBalanceOff, BankBalanceRestated
from importers.book import BOOKED
from importers.identity import digest
from importers.late import booking_day
from importers.plan import Plan
from ledger.errors import Problem
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
        #: What came late: its own day, and the one on which it is booked.
        self.late = [(e.date, e.meta[BOOKED]) for e, _ in self.book.log.rows if BOOKED in e.meta]
        self.late += [(day, booking_day(day, self.book.view.closed)) for day, _ in moves]
        self.days = [day for day, _ in moves]
        self.sums = list(accumulate((number for _, number in moves), initial=Decimal(0)))

    def moved(self, day: dt.date) -> Decimal:
        """Σ what the plan posts before a day."""
        return self.sums[bisect_left(self.days, day)]

    def ends(self) -> dict[dt.date, BankStatement]:
        """The days that the file closes: where several statements close a day, the last one does."""
        last: dict[dt.date, BankStatement] = {}
        goes_on = set[dt.date]()  # days on which a later statement of the file begins
        for statement in reversed(self.statements):
            day = last_of(statement)
            if statement.closing is not None and day is not None and day not in goes_on:
                last.setdefault(day, statement)
            goes_on.update(line.date for line in statement.lines[:1])
        return dict(sorted(last.items()))

    def is_early(self, day: dt.date) -> bool:
        """Whether the books hold later lines of a day than the file that closes it."""
        standing = self.found.stands.get(day)
        return standing is not None and standing.after > 0

    def remark(self) -> None:
        """Say why a statement asserts nothing."""
        for statement in reversed(self.statements):
            if statement.closing is None:
                text = N_("Statement {id} gives no closing balance: nothing can be asserted after it.")
                if statement.running:
                    text = N_("{date} wasn't over when the list was made: the next list tells its closing balance.")
                self.plan.remarks.append(say(text, id=statement.id, date=statement.running))
        for day in filter(self.is_early, self.ends()):
            text = N_("On {date} the books hold more than this file, which was made before the day was over.")
            self.plan.remarks.append(say(text, date=day))

    def balances(self) -> Iterator[tuple[data.Balance, data.Balance | None]]:
        """The closing balances, one a day, each with the assertion that the books have of it already."""
        book = self.book
        self.remark()
        for day, statement in self.ends().items():
            assert statement.closing is not None
            morrow = day + ONE_DAY
            sealed = f"{morrow:%Y-%m}" in book.view.closed or any(own < morrow <= booked for own, booked in self.late)
            if not sealed and not self.is_early(day) and book.view.is_open(book.account, morrow, book.currency):
                standing = [old for old in asserted_at(book, morrow) if agrees(old, statement.closing)]
                yield self.balance(morrow, statement.closing, statement.sequence), next(iter(standing), None)

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
            BankBalanceRestated: the statement gives another balance than the one asserted for a day.
        """
        ends = {day: statement for day, statement in self.ends().items() if not self.is_early(day)}
        against = list(contradictions(self.book, self.statements, ends))
        for old in self.book.view.assertions(self.book.account, self.book.currency):
            held = self.book.log.before(old.date) == old.amount.number
            if held and self.moved(old.date):
                problem = self.contradicted(old)
                told = next(((by, said) for other, by, said in against if other is old), None)
                # An earlier statement's own balance against this one's: no entry by hand stands for the lines.
                if told and old in self.book.asserted and not self.by_hand(old.date) and self.moved(old.date - ONE_DAY):
                    problem = self.restated(old, *told)
                raise problem
        for old, statement, said in against:
            if old.meta.get("source-id") != self.balance(old.date, said, None).meta["source-id"]:  # a person's change
                raise self.restated(old, statement, said)
        for new in self.plan.entries:
            if not isinstance(new, data.Balance) or new.amount.number is None:
                continue
            have = self.book.log.before(new.date) + self.moved(new.date)
            difference = new.amount.number - have
            if difference and difference != sum((n for day, n in missing if day < new.date), Decimal(0)):
                doubled = self.doubled(new.date, difference)
                booked = say(N_("Booked already by hand, as it seems: {places}."), places=", ".join(doubled[:SHOWN]))
                self.plan.notes.append(
                    BankBalanceOff(
                        file=self.file,
                        unit=self.book.view.unit.slug,
                        account=self.book.account,
                        date=new.date - ONE_DAY,
                        bank=new.amount,
                        books=have,
                        difference=difference,
                        booked=booked if doubled else say(N_("No entry by hand explains it.")),
                    )
                )

    def restated(self, old: data.Balance, statement: BankStatement, said: Decimal) -> Problem:
        """Why a statement can't come in that gives another balance than an assertion, which fails or brings nothing."""
        book, day = self.book, old.date - ONE_DAY
        assert old.amount.number is not None
        difference = said - old.amount.number
        if difference == self.moved(old.date) - self.moved(day) and old in book.asserted:
            return self.early(old, difference)
        return BankBalanceRestated(
            file=self.file,
            line=statement.line,
            unit=book.view.unit.slug,
            account=book.account,
            day=day,
            said=Amount(said, book.currency),
            amount=old.amount,
            place=book.view.place(old),
            earlier=short_name(str(old.meta.get("document") or say(N_("an entry by hand")))),
        )

    def early(self, old: data.Balance, difference: Decimal) -> BankBalanceEarly:
        """An import asserted a balance before its day was over."""
        return BankBalanceEarly(
            file=self.file,
            unit=self.book.view.unit.slug,
            account=self.book.account,
            day=old.date - ONE_DAY,
            amount=old.amount,
            difference=Amount(difference, self.book.currency),
            place=self.book.view.place(old),
        )

    def contradicted(self, old: data.Balance) -> Problem:
        """Why the new entries can't stand before an assertion."""
        book, day = self.book, old.date - ONE_DAY
        difference, place = self.moved(old.date), book.view.place(old)
        unit = book.view.unit.slug
        by_hand = self.by_hand(old.date)
        by_import = str(old.meta.get("source-id", "")).startswith("bank-")
        if by_import and not by_hand and not self.moved(day):
            return self.early(old, difference)
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
        """Where entries that are no lines of the bank stand for new lines.

        They are part of a balance that is right, so the bank has them; what else has such an amount isn't there.
        """
        return [place for place, _ in self.twins(before)]

    def doubled(self, before: dt.date, difference: Decimal) -> list[str]:
        """Where entries by hand stand that explain by how much the books miss a balance: all of them, or one."""
        twins = self.twins(before)
        if sum((number for _, number in twins), Decimal(0)) == -difference:
            return [place for place, _ in twins]
        return [place for place, number in twins if number == -difference][:1]

    def twins(self, before: dt.date) -> list[tuple[str, Decimal]]:
        """Entries by hand that new lines may be: the same amount within some days; where they stand, and the amount."""
        own: dict[Decimal, list[data.Transaction]] = defaultdict(list)
        for entry, number in self.book.log.rows:
            if entry.date < before and not str(entry.meta.get("source-id", "")).startswith("bank-"):
                own[number].append(entry)
        found = []
        for new in self.plan.transactions:
            units = new.postings[0].units  # on the bank account
            assert units is not None
            number = units.number or Decimal(0)
            near = [entry for entry in own.get(number, []) if abs(entry.date - new.date) <= NEAR]
            if new.date >= before or not near:
                continue
            twin = next((entry for entry in near if entry.date == new.date), near[0])
            own[number].remove(twin)
            text = N_('{place} (source-id of the line: "{id}")') if twin.date == new.date else "{place}"
            found.append((say(text, place=self.book.view.place(twin), id=new.meta["source-id"]), number))
        return found
