"""Loans: lent within what was agreed on and what there is, paid back as owed; charges and fines likewise (SPEC 8)."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from ledger.rules.loans.checks_look import ZERO, Broken, Look
from ledger.rules.loans.loan import Loan, until
from ledger.rules.loans.movements import Movement, Part
from ledger.rules.loans.periods import DAYS
from ledger.rules.rounding import nearest

MONTH = 31


class LoanChecks(Look):
    """What is looked at of loans, charges and fines."""

    def loans(self) -> Iterator[Broken]:
        """Within the borrower's limit, the fund's money and the longest term, on the day of the loan."""
        given: dict[dt.date, list[tuple[Movement, Loan]]] = defaultdict(list)
        seen: set[str] = set()
        back = (m for m in self.fund.movements if m.part == "loans" and m.undoes and m.amount < 0)
        slips = Counter((m.participant, m.loan, -m.amount) for m in back)
        for m in self.fund.movements:
            if not m.gives_loan or m.undoes:
                continue
            if slips[m.participant, m.loan, m.amount]:  # taken back: its number is free again
                slips[m.participant, m.loan, m.amount] -= 1
                continue
            if m.loan and m.loan in seen and m.term is not None:
                yield Broken("twice", m, {"loan": m.loan})
            seen.add(m.loan)
            loan = self._loan(m)
            if loan is not None:
                given[m.date].append((m, loan))
        for day, own in given.items():
            lent = sum((m.amount for m, _ in own if self.takes_money(m)), ZERO)
            money = self.fund.at_hand(day) + lent
            owed: dict[str, Decimal] = defaultdict(Decimal)
            for m, loan in own:
                yield from self._term(m)
                if m.rolls:
                    continue
                yield from self._limit(m, day, owed[m.participant], own)
                owed[m.participant] += m.amount
                yield from self._late(m, loan, day)
                if not self.takes_money(m):
                    continue
                if m.amount > money:
                    yield Broken(
                        "cash", m, {"participant": m.participant, "amount": m.amount, "cash": max(money, ZERO)}
                    )
                money -= m.amount

    def _loan(self, m: Movement) -> Loan | None:
        found = [x for x in self.fund.loans_of(m.participant) if x.given == m.date and m.loan in {"", x.id}]
        return found[0] if found else None

    def _term(self, m: Movement) -> Iterator[Broken]:
        most = self.terms.max_term
        if most is not None and m.term is not None and m.term > most:
            yield Broken(
                "term", m, {"participant": m.participant, "term": m.term, "most": most, "period": self.terms.period}
            )

    def _limit(self, m: Movement, day: dt.date, lent: Decimal, own: list[tuple[Movement, Loan]]) -> Iterator[Broken]:
        eve = self.fund.multiple(day - dt.timedelta(days=1))  # a debt may be paid back later on the day
        multiple = self.fund.multiple(day)
        if multiple is None or eve is None:
            return
        multiple = max(multiple, eve)
        todays = sum((x.amount for x, _ in own if x.participant == m.participant), ZERO)
        savings = self.fund.shares(m.participant, day)
        before = self.fund.standing(m.participant, day).loans - todays + lent
        limit = max(multiple * savings - before, ZERO)
        if m.amount > limit:
            params = {
                "participant": m.participant,
                "amount": m.amount,
                "limit": limit,
                "savings": savings,
                "open": before,
            }
            yield Broken("limit", m, {**params, "multiple": f"{multiple.normalize():f}"})

    def _late(self, m: Movement, loan: Loan, day: dt.date) -> Iterator[Broken]:
        if self.terms.late_may_borrow:
            return
        late = [x for x in self.fund.loans_of(m.participant) if x is not loan and x.late_days(day)]
        if late:
            yield Broken("late", m, {"participant": m.participant, "loan": late[0].id, "days": late[0].late_days(day)})

    def repayments(self) -> Iterator[Broken]:
        """Of one's own loans, and not more than is owed."""
        owners = self.fund.borrowers
        for m in self.fund.movements:
            if m.part not in {"loans", "charges_due"}:
                continue
            if m.loan and m.participant and not m.undoes:
                owner = owners.get(m.loan)
                if owner is None and not (m.part == "loans" and m.amount > 0):
                    yield Broken("unknown", m, {"loan": m.loan, "participant": m.participant})
                elif owner is not None and owner != m.participant:
                    yield Broken("other", m, {"loan": m.loan, "participant": m.participant, "owner": owner})
        yield from self._more("loans", "repaid")

    def _more(self, part: Part, kind: str) -> Iterator[Broken]:
        """What goes down by more than there was, at the end of a day: in what order within it, nobody can tell."""
        days: dict[tuple[dt.date, str], list[Movement]] = defaultdict(list)
        for m in self.fund.movements:
            if m.part == part:
                days[m.date, m.participant].append(m)
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for (_, who), own in days.items():
            up = sums[who] + sum((m.amount for m in own if m.amount > 0), ZERO)
            before, sums[who] = sums[who], sums[who] + sum((m.amount for m in own), ZERO)
            down = [m for m in own if m.amount < 0]
            if down and sums[who] < min(before, ZERO):
                params = {"participant": who, "amount": -sum((m.amount for m in down), ZERO), "owed": max(up, ZERO)}
                yield Broken(kind, down[-1], params)

    def charges(self) -> Iterator[Broken]:
        """What is booked for flat loans is what was agreed on, and nobody pays more than is owed."""
        terms = self.terms
        if terms.method != "declining":
            for loan in self.fund.loans:
                booked = until(loan.charges_booked, loan.given) - until(
                    loan.charges_paid, loan.given - dt.timedelta(days=1)
                )
                due = nearest(Fraction(terms.charge) * Fraction(loan.principal) * max(loan.term, 1), self.unit)
                m = self._booking(loan)
                if m is not None and booked and booked != due:
                    said = {"principal": loan.principal, "term": loan.term, "charge": terms.charge}
                    yield Broken(
                        "flat",
                        m,
                        {"participant": loan.participant, "loan": loan.id, "booked": booked, "due": due, **said},
                    )
        for who, rows in sorted(self.fund.paid.items()):
            if who:
                yield from self._overpaid(who, rows)

    def _booking(self, loan: Loan) -> Movement | None:
        own = (m for m in self.fund.movements if m.part in {"charges_due", "charges"} and m.date == loan.given)
        return next((m for m in own if m.participant == loan.participant or m.loan == loan.id), None)

    def _overpaid(self, who: str, rows: list[tuple[dt.date, Decimal]]) -> Iterator[Broken]:
        loans = self.fund.loans_of(who)
        ahead = dt.timedelta(days=DAYS.get(self.terms.period, MONTH))
        owed = [(loan, self.fund.earned(loan, rows[-1][0] + ahead)) for loan in loans]
        told = paid = ZERO
        days: dict[dt.date, Decimal] = defaultdict(Decimal)
        for day, amount in rows:
            days[day] += amount
        for day, amount in sorted(days.items()):
            paid += amount
            earned = sum((until(one, day + ahead) for loan, one in owed if loan.given <= day), ZERO)
            booked = sum((self._claimed(loan, day) for loan in loans), ZERO) if self.terms.charge else ZERO
            over = paid - max(earned, booked)
            if over <= told or amount <= 0:
                continue
            own = (m for m in self.fund.movements if m.date == day and m.part in {"charges_due", "charges"})
            m = next((m for m in own if m.participant in {who, ""}), None)
            if m is not None:
                yield Broken("overpaid", m, {"participant": who, "amount": amount, "over": over - told})
                told = over

    def _claimed(self, loan: Loan, day: dt.date) -> Decimal:
        """What the book has of a loan's charges as a claim, right or wrong: nobody pays too much who pays that."""
        straight = sum((a for d, a in loan.charges_booked if d <= day and (d, a) in loan.charges_paid), ZERO)
        return until(loan.charges_booked, day) - straight

    def fines(self) -> Iterator[Broken]:
        """Into the fund that was agreed on, and none paid that nobody owes."""
        for m in self.fund.movements:
            if m.part == "fines" and m.amount < 0 and self.terms.fines == "social-fund":
                yield Broken("fines", m, {"amount": -m.amount})
        yield from self._more("fines_due", "fine_paid")
