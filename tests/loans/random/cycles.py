"""Whole cycles made up: who the participants are, what they have agreed on, and what they do, meeting by meeting.

What may happen next is asked of the second method, never of the ledger. A seed says everything, so that a cycle can be
made again; how often which kind of thing happens is drawn by hypothesis, so that what fails is told with as few of them
as it needs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random

from tests.loans.random.second import LOAN_FUND, ZERO, Action, Group, Rules, Shared

#: What may happen, at meetings and between them. A rate of 3 is every second time that it could.
KINDS = (
    "absent",
    "social",
    "fine",
    "fined",
    "repaid",
    "charge",
    "loan",
    "joins",
    "phone",
    "gift",
    "expense",
    "bill",
    "grant",
    "difference",
    "outside",
    "loss",
    "leave",
    "death",
)
STEP = {"week": 7, "2-weeks": 14, "4-weeks": 28}
NAMES = (
    "Anna Bo Cia Dag Eva Fia Gun Hal Ida Jon Kim Liv Mia Nils Ola Pia Rut Sam Tor Ulf Vera Wanjiru Ximena Yusuf Åsa"
).split()


@dataclass(frozen=True)
class Cycle:
    """A cycle and what happened in it; on `day` it is shared out."""

    rules: Rules
    people: tuple[str, ...]
    actions: tuple[Action, ...]
    day: dt.date

    def group(self, until: dt.date = dt.date.max) -> Group:
        """As it stands at the end of a day."""
        group = Group(self.rules)
        for action in self.actions:
            if action.day <= until:
                group.do(action)
        return group

    @property
    def days(self) -> list[dt.date]:
        """The days on which something happened."""
        return sorted({a.day for a in self.actions})

    def shared_out(self) -> Shared:
        """What everybody gets."""
        return self.group().shared_out(self.day)

    def with_actions(self, actions: list[Action]) -> Cycle:
        """The same group, which did something else."""
        return replace(self, actions=tuple(actions))


class Maker:
    """Makes a cycle up."""

    def __init__(self, rules: Rules, people: tuple[str, ...], rates: Mapping[str, int], seed: int) -> None:
        self.rules = rules
        self.people = people
        self.rates = rates
        self.random = Random(seed)  # noqa: S311  no cryptography
        self.group = Group(rules)
        self.actions: list[Action] = []
        self.members = list(people)
        self.numbers = 0
        if len(people) > 1 and self.happens("joins"):
            late = self.random.randint(1, len(people) - 1)
            self.members = list(people[:late])
        self.waiting = list(people[len(self.members) :])
        self.gone: set[str] = set()
        self.rolled: set[str] = set()

    def happens(self, kind: str) -> bool:
        """Whether something happens that could."""
        return self.random.random() * 6 < self.rates.get(kind, 0)

    def do(self, day: dt.date, kind: str, who: str = "", amount: Fraction = ZERO, **more) -> None:
        """Let it happen."""
        action = Action(day, kind, who, amount, **more)
        self.group.do(action)
        self.actions.append(action)

    def cycle(self) -> Cycle:
        """The whole of it."""
        for number, day in enumerate(self.rules.meetings):
            self.roll(day)
            self.meeting(day, str(number + 1))
            self.roll(day + dt.timedelta(days=1))
            self.between(day + dt.timedelta(days=1))
        self.roll(self.rules.ends)
        return Cycle(self.rules, self.people, tuple(self.actions), self.rules.ends)

    # -- a meeting ----------------------------------------------------------------------------------------------------

    def meeting(self, day: dt.date, number: str) -> None:
        """Shares, the social fund, fines, repayments; then loans."""
        if self.waiting and number != "1" and self.happens("joins"):
            self.members.append(self.waiting.pop(0))
        there = [who for who in self.members if number == "1" or not self.happens("absent")] or self.members[:1]
        self._shares(there, day, number)
        social = Fraction(self.rules.share_value, 10)
        for who in there:
            if self.rates.get("social"):
                self.do(day, "social", who, social, meeting=number, place="social")
        for who in there:
            if self.happens("fine"):
                self.do(day, "fine", who, self.money(1, self.rules.share_value), meeting=number)
        for who in there:
            self.pay(who, day, number, "box")
        for who in there:
            if self.happens("loan"):
                self.lend(who, day, number, "box")

    def _shares(self, there: list[str], day: dt.date, number: str) -> None:
        most = self.rules.max_shares or 7
        for who in there:
            count = self.random.randint(0, most)
            if who not in self.group.shares or who == there[0]:  # a meeting is known by what was done at it
                count = max(count, 1)
            if count:
                self.do(day, "shares", who, Fraction(count * self.rules.share_value), meeting=number)

    def pay(self, who: str, day: dt.date, number: str, place: str) -> None:
        """Part or all of a loan, part or all of the charges."""
        loans, charges, _ = self.group.owes(who, day)
        if charges > 0 and self.happens("charge"):
            amount = charges if self.random.random() < 0.7 else self.money(self.rules.smallest, charges)
            self.do(day, "charge", who, amount, meeting=number, place=place)
        if loans > 0 and self.happens("repaid"):
            amount = loans if self.random.random() < 0.4 else self.money(self.rules.smallest, loans)
            self.do(day, "repaid", who, amount, meeting=number, place=place)

    def lend(self, who: str, day: dt.date, number: str, place: str) -> None:
        """As much as the rules allow, or less."""
        rules = self.rules
        if not rules.late_may_borrow and self.group.late(who, day):
            return
        if rules.method == "roll-over" and any(self.group.owes(who, day)[:2]):
            return  # what rolls over is all that somebody owes: one loan at a time
        money = self.group.money[place]
        limit = self.group.limit(who, day)
        most = money if limit is None else min(money, limit)
        if most < rules.smallest:
            return
        amount = most if self.random.random() < 0.2 else self.money(rules.smallest, most)
        if self.random.random() < 0.7 and amount > rules.share_value:
            amount -= amount % rules.share_value
        self.rolled |= {x.id for x in self.group.of(who)}  # where it matters, they are all paid
        self.numbers += 1
        loan = f"{rules.name}-L{self.numbers:02d}"
        term = self.random.randint(1, rules.max_term)
        self.do(day, "loan", who, amount, loan=loan, term=term, meeting=number, place=place)

    def money(self, low: Fraction | int, high: Fraction | int) -> Fraction:
        """An amount, often a round one."""
        unit = self.rules.smallest
        whole = self.random.randint(int(Fraction(low) / unit), int(Fraction(high) / unit)) * unit
        if self.random.random() < 0.5 and whole > 1:
            whole -= whole % 1
        return max(whole, unit)

    # -- between meetings ---------------------------------------------------------------------------------------------

    def between(self, day: dt.date) -> None:
        """What isn't done at meetings."""
        self._phone(day)
        self._fund(day)
        for who in list(self.members):
            if self.happens("fined") and self.rules.fines == LOAN_FUND:
                self.do(day, "fined", who, self.money(1, self.rules.share_value))
        if self.happens("loss"):
            self._loss(day)
        if len(self.members) > 1 and self.random.random() < 0.2 and (self.happens("leave") or self.happens("death")):
            self._leave(day)

    def _phone(self, day: dt.date) -> None:
        for who in list(self.members):
            if self.happens("phone") and self.happens("phone"):
                share = self.rules.share_value
                if who in self.group.shares:
                    self.do(day, "shares", who, Fraction(share), place="phone")
                self.pay(who, day, "", "phone")
        if self.happens("phone") and self.members and self.happens("loan"):
            self.lend(self.random.choice(self.members), day, "", "phone")

    def _fund(self, day: dt.date) -> None:
        share = self.rules.share_value
        place = "phone" if self.group.money["phone"] > share and self.happens("phone") else "box"
        if self.happens("gift"):
            self.do(day, "gift", amount=self.money(1, 10 * share), place=place)
        if self.group.money[place] >= 1 and self.happens("expense"):
            self.do(day, "expense", amount=self.money(1, min(self.group.money[place], share)), place=place)
        if self.happens("bill"):
            self.do(day, "bill", amount=self.money(1, share))
        owed = self.group.sums["unpaid_expenses"]
        if 0 < owed <= self.group.money[place] and self.happens("bill"):
            self.do(day, "bill_paid", amount=owed, place=place)
        social = self.group.money["social"]
        if social > 0 and self.happens("grant"):
            self.do(day, "grant", amount=self.money(self.rules.smallest, social), place="social")
        if self.happens("difference"):
            short = self.random.random() < 0.7 and self.group.money["box"] >= 1
            self.do(day, "difference", amount=Fraction(-1 if short else 1))
        self._outside(day, place)

    def _outside(self, day: dt.date, place: str) -> None:
        owed = self.group.sums["outside"]
        if not owed and self.happens("outside"):
            self.do(day, "outside", amount=Fraction(20 * self.rules.share_value), place=place)
        elif 0 < owed <= self.group.money[place] and self.happens("outside"):
            self.do(day, "outside", amount=-owed, place=place)

    def roll(self, until: dt.date) -> None:
        """What is unpaid at the end of a term becomes a new loan on the following day, with as many periods."""
        while self.rules.method == "roll-over":
            ends = sorted((self.group.period_end(x.given, x.term), x.id) for x in self.group.loans.values())
            due = [(end, self.group.loans[name]) for end, name in ends if end < until and name not in self.rolled]
            if not due:
                return
            end, loan = due[0]
            self.rolled.add(loan.id)
            owed = sum(self.group.owes(loan.who, end)[:2], ZERO)
            if owed and loan.who not in self.gone:
                self.numbers += 1
                more = {"loan": loan.id, "into": f"{self.rules.name}-L{self.numbers:02d}", "term": loan.term}
                self.do(end + dt.timedelta(days=1), "roll", loan.who, owed, **more)

    def _loss(self, day: dt.date) -> None:
        open_ = [x for x in self.group.loans.values() if x.open and x.who not in self.gone]
        if open_:
            loan = self.random.choice(open_)
            amount = loan.open if self.random.random() < 0.5 else self.money(self.rules.smallest, loan.open)
            self.do(day, "loss", loan.who, amount, loan=loan.id)

    def _leave(self, day: dt.date) -> None:
        who = self.random.choice(self.members)
        debts = sum(self.group.payoff(who, day), ZERO)
        if debts and self.group.money["social"] >= debts and self.happens("death"):
            self.do(day, "forgive", who, debts)
            debts = ZERO
        savings = self.group.savings(who)
        if debts <= savings and savings - debts <= self.group.money["box"]:
            self.do(day, "leave", who)
            self.members.remove(who)
            self.gone.add(who)


def meeting_days(first: dt.date, count: int, every: str) -> tuple[dt.date, ...]:
    """When a group meets."""
    return tuple(first + dt.timedelta(days=STEP[every] * n) for n in range(count))
