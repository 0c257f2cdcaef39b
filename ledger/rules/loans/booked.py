"""Which loan a booked movement belongs to: principal first, then charges (SPEC 8). See `fund` for how room is read."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal

from ledger.rules.loans.charges import Changes, accruals
from ledger.rules.loans.loan import Dated, Loan, until
from ledger.rules.loans.movements import Movement
from ledger.rules.loans.periods import end_of
from ledger.rules.loans.schedules import of_terms
from ledger.rules.loans.terms import Terms

ZERO = Decimal(0)


class Reader:
    """Loans from movements that are in order.

    Attributes:
        loans: in the order in which they were given.
        paid: charges paid, by participant.
        unowed: charges of nobody, or of who has no loan: the posting, and how much of it.
    """

    def __init__(self, terms: Terms, movements: Sequence[Movement], meetings: Sequence[dt.date]) -> None:
        self.terms = terms
        self.meetings = meetings
        self.by_id: dict[str, Loan] = {}
        self.of: dict[str, list[Loan]] = defaultdict(list)
        self.paid: dict[str, Dated] = defaultdict(list)
        self.unowed: list[tuple[Movement, Decimal]] = []
        self.vouchers: dict[int, list[Movement]] = defaultdict(list)
        for movement in movements:
            self.vouchers[movement.voucher].append(movement)
        self.lost = {
            number: sum((m.amount for m in own if m.part == "losses"), ZERO) for number, own in self.vouchers.items()
        }
        self.lent: dict[str, list[Movement]] = defaultdict(list)
        for m in movements:
            if m.part == "loans" and m.amount > 0:
                self.lent[m.loan].append(m)
        principal = _without_slips([m for m in movements if m.part == "loans"])
        # Of one day, what names a loan goes before what is spread over the oldest.
        for movement in sorted(principal, key=lambda m: (m.date, self._rank(m), not m.loan)):
            self._principal(movement)
        self.loans = tuple(
            sorted((x for x in self.by_id.values() if x.principal), key=lambda loan: (loan.given, loan.id))
        )
        #: By whole periods first, then with the period that had begun when shares were set off.
        self._earned = [{x.id: self._by_terms(x, begun=begun) for x in self.loans} for begun in (False, True)]
        for own in sorted(self.vouchers.values(), key=lambda own: (own[0].date, not any(m.loan for m in own))):
            self._charges(own)

    # --- principal

    def _rank(self, m: Movement) -> int:
        """On one day: what is lent, what is paid back, what is taken back of that."""
        if m.amount < 0:
            return 1
        known = any(x is not m and (x.date, x.term is None) < (m.date, True) for x in self.lent.get(m.loan, ()))
        return 2 if m.term is None and not m.rolls and (known or not m.loan) else 0

    def _principal(self, m: Movement) -> None:
        if m.amount > 0:
            amount = m.amount
            known = self.by_id.get(m.loan)
            if m.term is None and not m.rolls and (known is not None or not m.loan):
                amount = self._taken_back(m, [known] if known is not None else self.of[m.participant])
            if amount:
                self._given(m, amount)
            return
        left = -m.amount
        known = self.by_id.get(m.loan)
        if m.undoes and known is not None and known.given <= m.date:
            left -= self._never_given(known, left)
        lost = min(left, self.lost[m.voucher])
        self.lost[m.voucher] -= lost
        against_shares = any(other.part == "shares" and other.amount > 0 for other in self.vouchers[m.voucher])
        for loan, part in self._spread(m, left):
            gone = min(part, lost)
            lost -= gone
            if gone:
                loan.written_off.append((m.date, gone))
            if part - gone:
                loan.repaid.append((m.date, part - gone))
                if against_shares:
                    loan.set_off.append((m.date, part - gone))

    def _never_given(self, loan: Loan, amount: Decimal) -> Decimal:
        """A loan that was a slip is taken back: as if so much of it had never been lent."""
        part = min(amount, max(loan.outstanding(), ZERO))
        loan.principal -= part
        loan.schedule = (
            of_terms(self.terms, loan.principal, loan.given, loan.term, self.meetings) if loan.principal else ()
        )
        return part

    def _given(self, m: Movement, amount: Decimal) -> None:
        name = m.loan or f"{self.terms.name}-{m.date}-{m.participant}"
        number = 2
        while name in self.by_id:
            name, number = f"{m.loan}-{number}", number + 1
        terms = self.terms
        term = m.term or terms.default_term or terms.max_term or 1
        loan = Loan(
            id=name,
            participant=m.participant,
            given=m.date,
            principal=amount,
            term=term,
            due=end_of(terms, m.date, term, self.meetings),
            schedule=of_terms(terms, amount, m.date, term, self.meetings),
            file=m.file,
            line=m.line,
            meeting=m.meeting,
            rolls=m.rolls,
        )
        self.by_id[name] = loan
        self.of[m.participant].append(loan)
        if m.rolls in self.by_id:
            self.by_id[m.rolls].rolled = m.date

    def _taken_back(self, m: Movement, loans: Sequence[Loan]) -> Decimal:
        """Take repayments back, the latest first, or what was written off; what is more than there was is left."""
        left = m.amount
        lost = any(other.part == "losses" and other.amount < 0 for other in self.vouchers[m.voucher])
        for loan in reversed(loans):
            gone = loan.written_off if lost else loan.repaid
            part = min(left, max(until(gone, m.date), ZERO))
            if part:
                gone.append((m.date, -part))
                left -= part
        return left

    def _spread(self, m: Movement, amount: Decimal) -> Iterator[tuple[Loan, Decimal]]:
        """A repayment over loans: the one it names, then the oldest; what is too much stands on the last one."""
        named = self.by_id.get(m.loan)
        own = self.of[m.participant]
        loans = ([named] if named is not None else []) + [loan for loan in own if loan is not named]
        for loan in loans:
            part = min(amount, max(loan.outstanding(), ZERO))
            if part:
                amount -= part
                yield loan, part
        if amount and loans:
            yield (named or loans[-1]), amount

    # --- charges

    def _by_terms(self, loan: Loan, *, begun: bool) -> Dated:
        """A loan's charges by the terms, to tell which one a payment is for.

        What was lost with a loan bears no charge for the period that had begun; what was set off against shares only
        where the borrower paid that, too: `begun` counts it.
        """
        changes, end = loan.changes, max((own[-1].date for own in self.vouchers.values()), default=loan.given)
        gone = [*(loan.written_off if loan.given_up else ()), *(() if begun else loan.set_off)]
        if gone:
            end = max(date for date, _ in gone)
            changes = [*changes, (end, -sum((amount for date, amount in gone if date == end), ZERO))]
        rolled = loan.rolled is not None and self.terms.method == "roll-over"  # what comes later bears its own
        made = by_terms(self.terms, loan, changes, end, self.meetings)
        return [row for row in made if not rolled or row[0] <= loan.due]

    def _charges(self, own: Sequence[Movement]) -> None:
        """A voucher's charges: what is income against a claim, what is paid, what is both at once, what is given up."""
        claims = [m for m in own if m.part == "charges_due"]
        incomes = [m for m in own if m.part == "charges"]
        if not claims and not incomes:
            return
        left = [(m, -m.amount) for m in incomes]
        for m in sorted(claims, key=lambda m: -m.amount):
            if m.amount > 0:  # a claim arises: earned, or a payment taken back
                earned = _take(left, m, m.amount)
                self._book(m, earned)
                self._pay(m, earned - m.amount)
            else:
                undone = -_take(left, m, m.amount)
                self._book(m, -undone)
                self._settle(m, -m.amount - undone)
        names = {m.participant for m in own if m.participant}
        for m, income in left:
            if income:
                self._straight(m, income, names)

    def _straight(self, m: Movement, income: Decimal, names: Collection[str]) -> None:
        """Income against money: booked and paid at once, by whom the posting names."""
        named = self.by_id.get(m.loan)
        who = m.participant or (named.participant if named is not None else "")
        who = who or (next(iter(names)) if len(names) == 1 else "")
        self.paid[who].append((m.date, income))
        if not who and income > 0 and not m.undoes:
            self.unowed.append((m, income))
        for loan, amount in self._owing(who, m, income):
            loan.charges_booked.append((m.date, amount))
            loan.charges_paid.append((m.date, amount))

    def _book(self, m: Movement, amount: Decimal) -> None:
        if not amount:
            return
        named = self.by_id.get(m.loan)
        loans = [named] if named is not None else [x for x in self.of[m.participant] if x.given <= m.date]
        if loans:
            loans[-1].charges_booked.append((m.date, amount))
        elif amount > 0 and m.participant and not m.undoes:  # nobody's claim is told by itself
            self.unowed.append((m, amount))

    def _settle(self, m: Movement, amount: Decimal) -> None:
        """A claim goes down: given up as far as the voucher has a loss, else paid."""
        lost = min(amount, self.lost[m.voucher])
        self.lost[m.voucher] -= lost
        if lost:
            for loan, part in self._owing(m.participant, m, lost):
                loan.charges_lost.append((m.date, part))
        self._pay(m, amount - lost)

    def _pay(self, m: Movement, amount: Decimal) -> None:
        if not amount:
            return
        self.paid[m.participant].append((m.date, amount))
        for loan, part in self._owing(m.participant, m, amount):
            loan.charges_paid.append((m.date, part))

    def _owing(self, who: str, m: Movement, amount: Decimal) -> Iterable[tuple[Loan, Decimal]]:
        """Over the loan it names, or the loans that owe charges, the oldest first; what is too much on the last one."""
        named = self.by_id.get(m.loan)
        if named is not None:
            return [(named, amount)]
        loans = [loan for loan in self.of[who] if loan.given <= m.date]
        taken: dict[str, Decimal] = defaultdict(Decimal)
        for earned, loan in ((earned, loan) for earned in self._earned for loan in loans):
            owed = max(until(earned.get(loan.id, ()), m.date), until(loan.charges_booked, m.date))
            owed -= until(loan.charges_paid, m.date) + until(loan.charges_lost, m.date) + taken[loan.id]
            part = min(amount, max(owed, ZERO)) if amount > 0 else ZERO
            taken[loan.id] += part
            amount -= part
        found = [(loan, taken[loan.id]) for loan in loans if taken[loan.id]]
        if amount and loans:
            last = next((x for x in reversed(loans) if x.outstanding(m.date) > 0), loans[-1])
            found.append((last, amount))
        return found


def by_terms(
    terms: Terms, loan: Loan, changes: Changes, day: dt.date, meetings: Sequence[dt.date], paid: Changes | None = None
) -> Dated:
    """A loan's charges by the terms until the end of a day, with what its principal went down by; see `accruals`."""
    made = accruals(
        terms,
        given=loan.given,
        principal=loan.principal,
        term=loan.term,
        changes=changes,
        until=day,
        meetings=meetings,
        paid=paid,
    )
    return [(accrual.date, accrual.amount) for accrual in made]


def _without_slips(movements: Sequence[Movement]) -> list[Movement]:
    """What was taken back on its own day is as if it had never been."""
    left = list(movements)
    for back in (m for m in movements if m.undoes):
        key = back.date, back.participant, back.loan, -back.amount
        slip = next((m for m in left if not m.undoes and (m.date, m.participant, m.loan, m.amount) == key), None)
        if slip is not None:
            left = [m for m in left if m is not slip and m is not back]
    return left


def _take(left: list[tuple[Movement, Decimal]], claim: Movement, wanted: Decimal) -> Decimal:
    """Income that a claim (or, negative, its end) stands against: of its loan, of its participant, then any other."""
    taken = ZERO
    places = sorted(
        range(len(left)),
        key=lambda i: (left[i][0].loan != claim.loan or not claim.loan, left[i][0].participant != claim.participant),
    )
    for place in places:
        income, amount = left[place]
        part = max(min(amount, wanted - taken), ZERO) if wanted > 0 else min(max(amount, wanted - taken), ZERO)
        left[place] = income, amount - part
        taken += part
    return taken
