"""A cycle's fund, from its movements: what it has, what each participant has and owes, loan by loan (SPEC 8).

Whatever the order of the rows, the same comes out: movements count by date and, within a day, as a meeting goes.
How this module reads a book where it leaves room:

- A repayment that names no loan, or more than is left of the one it names, goes to the participant's oldest open loan.
- Principal that comes back to the debit side without a term is a repayment taken back, the latest first.
- A charge that is booked against a claim is income of the loan it names, else of the participant's latest one. A
  charge that is booked straight against money is income and payment at once. A claim that goes down is paid, unless
  the voucher has a loss: that is given up first from principal, then from charges.
- Where charges run: each loan's are worked out by the terms; what the book already has as income is taken off on its
  own day, so that at the end of each day income is what has been earned by then, neither less nor twice.
- What is paid of the period that has begun, before it ends, is earned on the day on which it is paid.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cached_property

from ledger.rules.loans.booked import Reader, by_terms
from ledger.rules.loans.loan import Loan, until
from ledger.rules.loans.movements import OWN, Movement, in_order
from ledger.rules.loans.terms import Terms

ZERO = Decimal(0)
#: No period that has begun ends later than this: a month, or the meeting after it.
BEGUN = dt.timedelta(days=62)
#: What the fund has, debit positive; the rest of its parts are where that came from, credit positive.
HAS = frozenset({"cash", "loans", "charges_due", "fines_due", "social_cash"})
#: What takes from it, debit positive: it is taken off where the fund came from.
LESS = frozenset({"losses", "expenses", "differences", "shared_out"})


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A fund at the end of a day.

    `cash`, `loans`, `charges_due`, `fines_due`, `social_cash`: what it has. `losses`, `expenses`, `differences` (money
    that was missing; negative: too much), `shared_out`: what is gone. All other parts: where it came from, positive.
    """

    cash: Decimal = ZERO
    loans: Decimal = ZERO
    charges_due: Decimal = ZERO
    fines_due: Decimal = ZERO
    shares: Decimal = ZERO
    charges: Decimal = ZERO
    fines: Decimal = ZERO
    gifts: Decimal = ZERO
    carried_in: Decimal = ZERO
    outside: Decimal = ZERO
    unpaid_expenses: Decimal = ZERO
    unpaid_share_out: Decimal = ZERO
    losses: Decimal = ZERO
    expenses: Decimal = ZERO
    differences: Decimal = ZERO
    shared_out: Decimal = ZERO
    social_cash: Decimal = ZERO
    social_fund: Decimal = ZERO

    @property
    def gap(self) -> Decimal:
        """What the loan fund has less where it came from: 0 as long as every posting has a part in it."""
        has = self.cash + self.loans + self.charges_due + self.fines_due
        owed = self.shares + self.carried_in + self.outside + self.unpaid_expenses + self.unpaid_share_out
        earned = self.charges + self.fines + self.gifts
        return has - owed - earned + self.losses + self.expenses + self.differences + self.shared_out

    @property
    def social_gap(self) -> Decimal:
        """Likewise the social fund."""
        return self.social_cash - self.social_fund

    @property
    def fund(self) -> Decimal:
        """What there is to share out: cash, loans, charges due, unpaid fines, less outside debt and unpaid expenses."""
        has = self.cash + self.loans + self.charges_due + self.fines_due
        return has - self.outside - self.unpaid_expenses


_PARTS = tuple(field.name for field in fields(State))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A participant at the end of a day.

    Attributes:
        shares: whole ones. `savings`: what they cost.
        loans, charges_due, fines_due: what is owed.
        limit: what may be borrowed still, cash apart (negative where more is owed already); None where nothing limits.
        late_days: of the loan that is late longest.
        paid_charges: so far, in this cycle.
        first_share: when the first one was bought.
    """

    shares: int
    savings: Decimal
    loans: Decimal
    charges_due: Decimal
    fines_due: Decimal
    limit: Decimal | None
    late_days: int
    paid_charges: Decimal
    first_share: dt.date | None


@dataclass(frozen=True, slots=True)
class Unbooked:
    """A charge of a loan that the book doesn't have yet; negative where it has more than was owed on that day."""

    loan: Loan
    date: dt.date
    amount: Decimal


class Fund:
    """A cycle's fund.

    Args:
        terms: what was agreed on.
        movements: in any order.
        meetings: days of meetings beside those that movements name.

    Attributes:
        movements: in order.
        loans: in the order in which they were given.
        borrowers: by the id of each loan, those that were taken back among them.
        participants: in the order of their first share, then who has none.
        meetings: days of meetings, sorted.
        unowed: charges that are booked for nobody, or for who has no loan: the posting, and how much of it.
    """

    def __init__(self, terms: Terms, movements: Iterable[Movement], meetings: Iterable[dt.date] = ()) -> None:
        self.terms = terms
        self.movements = in_order(movements)
        self.meetings: tuple[dt.date, ...] = tuple(sorted({*meetings, *(m.date for m in self.movements if m.meeting)}))
        reader = Reader(terms, self.movements, self.meetings)
        self.loans: tuple[Loan, ...] = reader.loans
        self.borrowers = {name: loan.participant for name, loan in reader.by_id.items()}
        self.paid: dict[str, list[tuple[dt.date, Decimal]]] = reader.paid
        self.unowed = tuple(reader.unowed)
        self._unbooked: dict[dt.date, tuple[Unbooked, ...]] = {}

    @cached_property
    def first_shares(self) -> dict[str, dt.date]:
        """When each bought the first share, in that order; of one day by name."""
        found: dict[str, dt.date] = {}
        for movement in self.movements:
            if movement.part == "shares" and movement.amount < 0:
                found.setdefault(movement.participant, movement.date)
        return found

    @cached_property
    def shared_out(self) -> dt.date | None:
        """The day on which the last share was handed in; None where somebody has one, or nobody ever had."""
        days = [m.date for m in self.movements if m.part == "shares"]
        return days[-1] if days and not self._sums[1][-1]["shares"] else None

    @cached_property
    def participants(self) -> tuple[str, ...]:
        """Everybody who has or had something to do with it."""
        others = sorted({m.participant for m in self.movements if m.part in OWN or m.participant})
        return tuple(dict.fromkeys((*self.first_shares, *others)))

    @property
    def first(self) -> dt.date:
        """The day of the first movement; the cycle's first where there is none."""
        return self.movements[0].date if self.movements else self.terms.begins

    @property
    def last(self) -> dt.date:
        """The day of the last movement."""
        return self.movements[-1].date if self.movements else self.terms.begins

    @cached_property
    def _sums(self) -> tuple[list[dt.date], list[dict[str, Decimal]]]:
        """What each part stands at after each day, as the book has it: debit positive."""
        days: list[dt.date] = []
        sums: list[dict[str, Decimal]] = []
        now = dict.fromkeys(_PARTS, ZERO)
        for movement in self.movements:
            if not days or days[-1] != movement.date:
                now = dict(now)
                days.append(movement.date)
                sums.append(now)
            now[movement.part] += movement.amount
        return days, sums

    def state(self, day: dt.date) -> State:
        """The fund at the end of a day."""
        days, sums = self._sums
        place = bisect_right(days, day)
        if not place:
            return State()
        return State(**{p: a if p in HAS or p in LESS else -a for p, a in sums[place - 1].items()})

    def at_hand(self, day: dt.date) -> Decimal:
        """The money that can be lent at the end of a day: cash, without what is on its way in still.

        Cash in `state` counts that, too: it is the fund's, whoever has it (a share-out waits until it has come in).
        """
        return self.state(day).cash - max(until(self._coming, day), ZERO)

    @cached_property
    def _coming(self) -> list[tuple[dt.date, Decimal]]:
        return [(m.date, m.amount) for m in self.movements if m.coming]

    def shares(self, participant: str, day: dt.date = dt.date.max) -> Decimal:
        """What somebody's shares cost, by a day."""
        return -self._sum(participant, "shares", day)

    def _sum(self, participant: str, part: str, day: dt.date) -> Decimal:
        return until(self._own.get((participant, part), ()), day)

    @cached_property
    def _own(self) -> dict[tuple[str, str], list[tuple[dt.date, Decimal]]]:
        found: dict[tuple[str, str], list[tuple[dt.date, Decimal]]] = defaultdict(list)
        for m in self.movements:
            found[m.participant, m.part].append((m.date, m.amount))
        return found

    def multiple(self, day: dt.date) -> Decimal | None:
        """How many times one's savings may be borrowed on a day; None is no limit."""
        own, outside = self.terms.loan_multiple, self.terms.outside_multiple
        return outside if own is not None and outside is not None and self.state(day).outside > 0 else own

    def loans_of(self, participant: str) -> tuple[Loan, ...]:
        """Somebody's loans, the oldest first."""
        return tuple(loan for loan in self.loans if loan.participant == participant)

    def standing(self, participant: str, day: dt.date) -> Standing:
        """A participant at the end of a day."""
        savings = self.shares(participant, day)
        loans = self._sum(participant, "loans", day)
        multiple = self.multiple(day)
        return Standing(
            shares=int(savings // self.terms.share_value),
            savings=savings,
            loans=loans,
            charges_due=self._sum(participant, "charges_due", day),
            fines_due=self._sum(participant, "fines_due", day),
            limit=None if multiple is None else multiple * savings - loans,
            late_days=max((loan.late_days(day) for loan in self.loans_of(participant)), default=0),
            paid_charges=until(self.paid.get(participant, ()), day),
            first_share=self.first_shares.get(participant),
        )

    def earned(self, loan: Loan, day: dt.date) -> list[tuple[dt.date, Decimal]]:
        """What a loan has to bear in charges by a day, with the days on which they are owed, whatever is booked.

        Of a loan that another one goes on with, nothing after its term: that one bears its own. Of one that was set
        off against shares, or given up, the charge of the period that had begun only as far as it was set off with it:
        whoever has been paid out owes nothing later. After the share-out nothing: what somebody owes in then is the
        others' payout, and bears no charge.
        """
        over = self.shared_out
        rows = [row for row in self._earned(loan, day) if over is None or row[0] <= over]
        if self.terms.method == "declining":
            rows = _as_paid(loan.given, rows, [row for row in loan.charges_paid if row[0] <= day])
        return [row for row in rows if row[0] <= day]

    def _earned(self, loan: Loan, day: dt.date) -> list[tuple[dt.date, Decimal]]:
        """The same as it falls due; of a loan that runs with the charge of the period that has begun."""
        if loan.rolled is not None and self.terms.method == "roll-over":
            return [row for row in self._by_terms(loan, loan.changes, day) if row[0] <= loan.due]
        full = self._by_terms(loan, loan.changes, day)
        given_up = loan.written_off[-1:] if loan.given_up else []
        ends = [date for date, _ in (*loan.set_off[-1:], *given_up)]
        if not ends or self.terms.method != "declining" or max(ends) > day:
            known = [row for row in loan.changes if row[0] <= day]
            return self._by_terms(loan, known, day + BEGUN) if self.terms.method == "declining" else full
        end = max(ends)
        off = sum((amount for date, amount in (*loan.set_off, *loan.written_off) if date == end), ZERO)
        before = [row for row in self._by_terms(loan, [*loan.changes, (end, -off)], end) if row[0] <= end]
        begun = _total(full) - _total(before)
        paid = until(loan.charges_paid, end) + until(loan.charges_lost, end) - _total(before)
        settled = max(min(begun, paid), ZERO)
        return [*before, (end, settled)] if settled else before

    def _by_terms(
        self, loan: Loan, changes: Sequence[tuple[dt.date, Decimal]], day: dt.date
    ) -> list[tuple[dt.date, Decimal]]:
        paid = loan.charges_paid if self.terms.method == "roll-over" else None
        return by_terms(self.terms, loan, changes, day, self.meetings, paid)

    def accrued(self, day: dt.date) -> tuple[Unbooked, ...]:
        """Charges that are owed by a day and that the book doesn't have, loan by loan, by date.

        Where no charge is agreed on, none is worked out, and none that is booked is taken back.
        """
        if day not in self._unbooked:
            self._unbooked[day] = tuple(self._accrue(day)) if self.terms.charge else ()
        return self._unbooked[day]

    def _accrue(self, day: dt.date) -> list[Unbooked]:
        found = []
        for loan in self.loans:
            days: dict[dt.date, Decimal] = defaultdict(Decimal)
            for date, amount in self.earned(loan, day):
                days[date] += amount
            for date, amount in loan.charges_booked:
                if date <= day:
                    days[date] -= amount
            found += [Unbooked(loan, date, days[date]) for date in sorted(days) if days[date]]
        return found

    def with_accrued(self, day: dt.date) -> Fund:
        """The same fund with what `accrued` says as movements of their own."""
        made = self.accrued(day)
        return self if not made else Fund(self.terms, (*self.movements, *as_movements(made)), self.meetings)


def _as_paid(
    begun: dt.date, rows: Iterable[tuple[dt.date, Decimal]], paid: Iterable[tuple[dt.date, Decimal]]
) -> list[tuple[dt.date, Decimal]]:
    """Charges on the days on which they are owed, or on which the period that had begun was paid for before."""
    coming, found, given = sorted(rows), [], ZERO
    for day, amount in sorted(paid):
        given += amount
        while coming and coming[0][0] <= day:
            begun = coming[0][0]
            found.append(coming.pop(0))
        early = min(given - _total(found), coming[0][1]) if coming and begun < day else ZERO
        if early > 0:
            due, whole = coming.pop(0)
            found.append((day, early))
            coming = [(due, whole - early), *coming] if whole > early else coming
    return [*found, *coming]


def _total(rows: Iterable[tuple[dt.date, Decimal]]) -> Decimal:
    return sum((amount for _, amount in rows), ZERO)


def as_movements(unbooked: Sequence[Unbooked]) -> list[Movement]:
    """Accruals as movements: claim against income, no money."""
    found: list[Movement] = []
    for number, one in enumerate(unbooked, 1):
        said = {"participant": one.loan.participant, "loan": one.loan.id, "file": one.loan.file, "line": one.loan.line}
        due = Movement(date=one.date, part="charges_due", amount=one.amount, voucher=-number, paid=False, **said)  # type: ignore[arg-type]
        income = Movement(date=one.date, part="charges", amount=-one.amount, voucher=-number, paid=False, **said)  # type: ignore[arg-type]
        found += [due, income]
    return found
