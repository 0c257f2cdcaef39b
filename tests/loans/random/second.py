"""A savings group worked out a second way, slowly and plainly: dictionaries and fractions (SPEC 8; research: 1.2).

Nothing of `ledger` is used. What people did comes in one action after the other, as somebody would tell it; out come
the fund's figures on any day, what each participant has and owes, what may be lent, and the share-out.

Charges: `flat` is charge × principal × agreed periods, owed from the day of the loan. `declining` is charge × what is
left at the end of each period, before that day's repayments; what is paid back within it bears that period's charge
whole, by days, or not at all. `roll-over` is flat for the agreed periods; the rest becomes a new loan.
"""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

DAYS = {"4-weeks": 28, "30-days": 30, "2-weeks": 14, "week": 7}
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ZERO = Fraction(0)
LOAN_FUND = "loan-fund"
#: Debit and credit parts of the fund: what it has, and where it comes from.
HAS = ("cash", "loans", "charges_due", "fines_due", "losses", "expenses", "differences", "shared_out")
FROM = ("shares", "charges", "fines", "gifts", "carried_in", "outside", "unpaid_expenses", "unpaid_share_out")


@dataclass(frozen=True)
class Rules:
    """What a random group has agreed on; the words are those of SPEC 8."""

    name: str
    currency: str
    smallest: Fraction  # the currency's smallest unit
    share_value: int
    begins: dt.date
    ends: dt.date
    meetings: tuple[dt.date, ...]
    every: str = "week"
    max_shares: int | None = None
    loan_multiple: int | None = None
    charge: Fraction = ZERO
    method: str = "declining"
    period: str = "month"
    max_term: int = 3
    split: str = "charge-first"
    part_period: str = "whole"
    after_term: bool = True
    rounding: Fraction = Fraction(1, 100)
    share_out: str = "shares"
    shortfall: str = "wait"
    fines: str = LOAN_FUND
    outside_multiple: int | None = None
    late_may_borrow: bool = True
    due_weekday: str | None = None
    last_shares: dt.date | None = None
    last_loans: dt.date | None = None


@dataclass(frozen=True)
class Action:
    """What somebody did.

    `amount` in the cycle's currency; `loan`: the id of a new loan (or the one that is written off or rolled over into
    `into`); `place`: where the money is, `box`, `phone` or `social`.
    """

    day: dt.date
    kind: str
    who: str = ""
    amount: Fraction = ZERO
    loan: str = ""
    term: int = 0
    meeting: str = ""
    place: str = "box"
    into: str = ""


@dataclass
class Loan:
    """A loan that was given. `back`: when how much of the principal was paid back, set off or written off.

    `given_up`: when some of it was last written off.
    """

    id: str
    who: str
    given: dt.date
    amount: Fraction
    term: int
    back: list[tuple[dt.date, Fraction]] = field(default_factory=list)
    given_up: dt.date | None = None

    def left(self, day: dt.date, *, before: bool = False) -> Fraction:
        """What is left of it at the end of a day, or at its beginning."""
        return self.amount - sum((a for d, a in self.back if d < day or (d == day and not before)), ZERO)

    @property
    def open(self) -> Fraction:
        """What is left of it now."""
        return self.amount - sum((a for _, a in self.back), ZERO)


def rounded(amount: Fraction, unit: Fraction) -> Fraction:
    """To whole units, halves away from zero."""
    whole = floor(abs(amount) / unit + Fraction(1, 2)) * unit
    return whole if amount >= 0 else -whole


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or that month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _days_from(day: dt.date) -> Iterator[dt.date]:
    return (day + dt.timedelta(days=n) for n in itertools.count())


class Group:
    """A group's cycle as it goes on."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.shares: dict[str, int] = {}
        self.first: dict[str, int] = {}  # who bought first
        self.loans: dict[str, Loan] = {}
        self.flat: dict[str, Fraction] = defaultdict(Fraction)  # charges that were owed at once
        self.paid: dict[str, Fraction] = defaultdict(Fraction)  # charges paid, or set off
        self.unpaid: dict[str, Fraction] = defaultdict(Fraction)  # fines
        self.money: dict[str, Fraction] = defaultdict(Fraction)  # box, phone, social
        self.sums: dict[str, Fraction] = defaultdict(Fraction)  # fines, gifts, expenses ...
        self.ends: dict[tuple[dt.date, int], dt.date] = {}
        self.forgiven: dict[str, Fraction] = defaultdict(Fraction)  # charges lost

    # -- what people do ---------------------------------------------------------------------------------------------

    def do(self, action: Action) -> None:
        """Let something happen."""
        getattr(self, "_" + action.kind)(action)

    def _shares(self, a: Action) -> None:
        self.first.setdefault(a.who, len(self.first))
        self.shares[a.who] = self.shares.get(a.who, 0) + int(a.amount / self.rules.share_value)
        self.money[a.place] += a.amount

    def _social(self, a: Action) -> None:
        self.money["social"] += a.amount

    def _grant(self, a: Action) -> None:
        self.money["social"] -= a.amount

    def _fine(self, a: Action) -> None:
        if self.rules.fines != LOAN_FUND:
            self.money["social"] += a.amount
            return
        old = min(a.amount, self.unpaid[a.who])
        self.unpaid[a.who] -= old
        self.sums["fines"] += a.amount - old
        self.money[a.place] += a.amount

    def _fined(self, a: Action) -> None:
        self.unpaid[a.who] += a.amount
        self.sums["fines"] += a.amount

    def _repaid(self, a: Action) -> None:
        self._less(a.who, a.amount, a.day)
        self.money[a.place] += a.amount

    def _charge(self, a: Action) -> None:
        self.paid[a.who] += a.amount
        self.money[a.place] += a.amount

    def _loan(self, a: Action) -> None:
        self.loans[a.loan] = Loan(a.loan, a.who, a.day, a.amount, a.term)
        self.money[a.place] -= a.amount
        self._charged(a)

    def _charged(self, a: Action) -> None:
        if self.rules.method != "declining":
            self.flat[a.who] += self.flat_charge(a.amount, a.term)

    def flat_charge(self, principal: Fraction, term: int) -> Fraction:
        """What a flat loan costs."""
        return rounded(principal * self.rules.charge * term, self.charge_unit)

    def _roll(self, a: Action) -> None:
        """What is left of a loan, and of the charges, becomes a new loan."""
        old = self.loans[a.loan]
        charges = a.amount - old.open
        old.back.append((a.day, old.open))
        self.paid[a.who] += charges
        self.loans[a.into] = Loan(a.into, a.who, a.day, a.amount, a.term)
        self._charged(a)

    def _loss(self, a: Action) -> None:
        loan = self.loans[a.loan]
        loan.back.append((a.day, a.amount))
        loan.given_up = a.day
        self.sums["losses"] += a.amount

    def _gift(self, a: Action) -> None:
        self.sums["gifts"] += a.amount
        self.money[a.place] += a.amount

    def _expense(self, a: Action) -> None:
        self.sums["expenses"] += a.amount
        self.money[a.place] -= a.amount

    def _bill(self, a: Action) -> None:
        self.sums["expenses"] += a.amount
        self.sums["unpaid_expenses"] += a.amount

    def _bill_paid(self, a: Action) -> None:
        self.sums["unpaid_expenses"] -= a.amount
        self.money[a.place] -= a.amount

    def _difference(self, a: Action) -> None:
        """Counted more (positive) or less than there should be."""
        self.sums["differences"] -= a.amount
        self.money[a.place] += a.amount

    def _outside(self, a: Action) -> None:
        self.sums["outside"] += a.amount
        self.money[a.place] += a.amount

    def _carried(self, a: Action) -> None:
        self.sums["carried_in"] += a.amount
        self.money[a.place] += a.amount

    def _leave(self, a: Action) -> None:
        """At cost: own shares less own debts; what the debts are more than that must have been paid before."""
        day = a.day
        savings = self.savings(a.who)
        loans, charges, fines = self.payoff(a.who, day)
        assert savings >= loans + charges + fines
        self._less(a.who, loans, day)
        self.paid[a.who] += charges
        self.unpaid[a.who] -= fines
        self.shares[a.who] = 0
        self.money[a.place] -= savings - loans - charges - fines

    def _forgive(self, a: Action) -> None:
        """Who died: the social fund pays the debts."""
        loans, charges, fines = self.payoff(a.who, a.day)
        self.money["social"] -= loans + charges + fines
        self.money[a.place] += loans + charges + fines
        self._less(a.who, loans, a.day)
        self.paid[a.who] += charges
        self.unpaid[a.who] -= fines

    def _less(self, who: str, amount: Fraction, day: dt.date) -> None:
        """The oldest loan first."""
        for loan in self.of(who):
            part = min(amount, loan.open)
            if part:
                loan.back.append((day, part))
            amount -= part
        assert amount == 0

    # -- figures ------------------------------------------------------------------------------------------------------

    @property
    def charge_unit(self) -> Fraction:
        """What charges are rounded to."""
        return self.rules.rounding

    def of(self, who: str) -> list[Loan]:
        """A participant's loans, the oldest first."""
        return sorted((x for x in self.loans.values() if x.who == who), key=lambda x: (x.given, x.id))

    def savings(self, who: str) -> Fraction:
        """What a participant's shares cost."""
        return Fraction(self.shares.get(who, 0) * self.rules.share_value)

    def period_end(self, given: dt.date, count: int) -> dt.date:
        """The end of a loan's so-manieth period.

        A month ends at the meeting nearest to the same day of that month. A meeting belongs to the day nearest to it
        (ties to the earlier); before a meeting on the day or later is known of, it ends on the day itself.
        """
        if (given, count) not in self.ends:
            self.ends[given, count] = self._end(given, count)
        return self.ends[given, count]

    def _end(self, given: dt.date, count: int) -> dt.date:
        rules = self.rules
        if not count:
            return given
        if rules.due_weekday:
            return next(d for d in _days_from(self._nominal(given, count)) if WEEK[d.weekday()] == rules.due_weekday)
        day = self._nominal(given, count)
        if rules.period != "month" or not any(m >= day for m in rules.meetings):
            return day
        days = [self._nominal(given, n) for n in range(max(0, count - 3), count + 3)]
        own = [m for m in rules.meetings if min(days, key=lambda d: (abs(m - d), d)) == day]
        return min(own, key=lambda m: (abs(m - day), m), default=day)

    def _nominal(self, given: dt.date, count: int) -> dt.date:
        if self.rules.period == "month":
            return months_later(given, count)
        return given + dt.timedelta(days=DAYS[self.rules.period] * count)

    def charges(self, loan: Loan, until: dt.date) -> list[tuple[dt.date, Fraction]]:
        """A loan's charges by declining balance that are owed at the end of a day."""
        if self.rules.method != "declining":
            return []
        found = []
        gone = max(d for d, _ in loan.back) if loan.back and not loan.open else dt.date.max
        for count in itertools.count(1):
            begin, end = self.period_end(loan.given, count - 1), self.period_end(loan.given, count)
            owed_on = min(end, gone)  # who has paid all back owes nothing more later
            if (count > loan.term and not self.rules.after_term) or owed_on > until or gone <= begin:
                return found
            if gone == loan.given_up and gone < end:
                return found  # what is lost with the loan isn't charged for the period that had begun
            base = loan.left(end, before=True)
            for day, amount in loan.back:
                if begin < day < end:
                    base += amount * self._share(begin, end, day)
            amount = rounded(base * self.rules.charge, self.charge_unit)
            if amount:
                found.append((owed_on, amount))
        raise AssertionError(loan)

    def _share(self, begin: dt.date, end: dt.date, day: dt.date) -> Fraction:
        """How much of a period is owed for what is paid back within it."""
        days = Fraction((day - begin).days, (end - begin).days)
        return {"whole": Fraction(1), "days": days, "none": ZERO}[self.rules.part_period]

    def charged(self, who: str, day: dt.date) -> Fraction:
        """All that a participant was charged until a day."""
        declining = sum((a for loan in self.of(who) for _, a in self.charges(loan, day)), ZERO)
        return self.flat[who] + declining

    def owes(self, who: str, day: dt.date) -> tuple[Fraction, Fraction, Fraction]:
        """Loans, charges and fines that a participant owes."""
        loans = sum((loan.open for loan in self.of(who)), ZERO)
        return loans, self.charged(who, day) - self.paid[who] - self.forgiven[who], self.unpaid[who]

    def payoff(self, who: str, day: dt.date) -> tuple[Fraction, Fraction, Fraction]:
        """Loans, charges and fines of somebody who pays all on a day, the charge for the begun period with it."""
        loans, _, fines = self.owes(who, day)
        open_ = [x for x in self.of(who) if x.open]
        for loan in open_:
            loan.back.append((day, loan.open))
        _, charges, _ = self.owes(who, day)
        for loan in open_:
            loan.back.pop()
        return loans, charges, fines

    @property
    def people(self) -> list[str]:
        """Everybody who has something to do with the fund."""
        return sorted({*self.shares, *self.unpaid, *(x.who for x in self.loans.values()), *self.paid})

    @property
    def cash(self) -> Fraction:
        """The loan fund's money."""
        return sum((a for place, a in self.money.items() if place != "social"), ZERO)

    def limit(self, who: str, day: dt.date) -> Fraction | None:
        """How much somebody may borrow still, cash apart."""
        rules = self.rules
        if rules.loan_multiple is None:
            return None
        multiple = rules.loan_multiple
        if rules.outside_multiple is not None and self.sums["outside"] > 0:
            multiple = rules.outside_multiple
        return multiple * self.savings(who) - self.owes(who, day)[0]

    def late(self, who: str, day: dt.date) -> int:
        """So many days the oldest unpaid loan is late."""
        days = [(day - self.period_end(x.given, x.term)).days for x in self.of(who) if x.left(day)]
        return max([0, *days])

    def figures(self, day: dt.date) -> dict[str, Fraction]:
        """The fund at the end of a day, with the charges owed until then; all as positive where it usually is."""
        everybody = self.people
        owed = [self.owes(who, day) for who in everybody]
        found = {name: self.sums[name] for name in (*HAS, *FROM)}
        found["cash"] = self.cash
        found["loans"] = sum((o[0] for o in owed), ZERO)
        found["charges_due"] = sum((o[1] for o in owed), ZERO)
        found["fines_due"] = sum((o[2] for o in owed), ZERO)
        found["shares"] = sum((self.savings(who) for who in everybody), ZERO)
        found["charges"] = sum((self.charged(who, day) for who in everybody), ZERO)
        found["social"] = self.money["social"]
        assert sum(found[n] for n in HAS) == sum(found[n] for n in FROM), found
        return found

    # -- share-out ----------------------------------------------------------------------------------------------------

    def split(self, amount: Fraction, principal: Fraction, charge: Fraction) -> tuple[Fraction, Fraction]:
        """What of one sum is principal and what is charge; it is no more than both together."""
        if self.rules.split == "charge-first":
            part = min(amount, charge)
        elif self.rules.split == "principal-first":
            part = amount - min(amount, principal)
        else:
            exact = amount * charge / (principal + charge) if amount else ZERO
            part = rounded(exact, self.charge_unit)
            part = min(max(part, amount - principal), charge, amount)  # a coarse unit must not pass what is owed
        return amount - part, part

    def shared_out(self, day: dt.date) -> Shared:
        """What everybody gets on a day."""
        now = self.figures(day)
        fund = sum((now[n] for n in ("cash", "loans", "charges_due", "fines_due")), ZERO)
        fund -= now["outside"] + now["unpaid_expenses"]
        cash = now["cash"] - now["outside"] - now["unpaid_expenses"]
        people = sorted((w for w in self.people if self.shares.get(w) or any(self.owes(w, day))), key=self._order)
        debts = {who: sum(self.owes(who, day), ZERO) for who in people}
        charges = {who: self.paid[who] + self.owes(who, day)[1] for who in people}
        shares = {who: self.shares.get(who, 0) for who in people}
        return share_out(self.rules, shares, debts, charges, fund, cash)

    def _order(self, who: str) -> tuple[int, str]:
        return self.first.get(who, len(self.first)), who


@dataclass
class Shared:
    """A share-out. `exact`: each one's payout before rounding; `paid`: what is paid on the day."""

    fund: Fraction
    cash: Fraction
    shares: dict[str, int]
    exact: dict[str, Fraction]
    gross: dict[str, Fraction]
    debts: dict[str, Fraction]
    payout: dict[str, Fraction]
    paid: dict[str, Fraction]
    booked: bool
    level: Fraction


def in_parts(
    total: Fraction,
    exact: Mapping[str, Fraction],
    unit: Fraction,
    change: Mapping[str, Fraction] | None = None,
    most: Mapping[str, Fraction] | None = None,
) -> dict[str, Fraction]:
    """Whole units, largest remainders first, ties to who comes first; they add up to the total.

    `change`: another unit for who has one; `most`: nobody gets more. What is no whole unit goes to the next one.
    """
    units = {who: (change or {}).get(who, unit) for who in exact}
    low = {who: floor(part / units[who]) * units[who] for who, part in exact.items()}
    rest = total - sum(low.values(), ZERO)
    names = list(exact)
    ranked = sorted(names, key=lambda who: (-(exact[who] - low[who]) / units[who], names.index(who)))
    for who in itertools.cycle(ranked):
        if not rest:
            return low
        more = min(units[who], rest, most[who] - low[who] if most else rest)
        low[who] += more
        rest -= more
    raise AssertionError(exact)


def parts(rules: Rules, shares: Mapping[str, int], charges: Mapping[str, Fraction], fund: Fraction):
    """What of a fund is whose, debts apart.

    `shares`: own shares × fund ÷ all shares. `equal`: what was paid for the shares, and the same part of the profit for
    everybody who has shares. `interest-back`: what was paid for the shares, and each their own charges; the rest by
    shares. A loss is borne by shares, whatever the rule; no more than the profit goes back as charges.
    """
    count = sum(shares.values())
    saved = {who: Fraction(n * rules.share_value) for who, n in shares.items()}
    profit = fund - sum(saved.values(), ZERO)
    if rules.share_out == "shares" or profit <= 0:
        return {who: n * fund / count for who, n in shares.items()}
    holders = [who for who in shares if shares[who]]
    if rules.share_out == "equal":
        return {who: saved[who] + (profit / len(holders) if who in holders else 0) for who in shares}
    own = {who: charges[who] if who in holders else ZERO for who in shares}
    back = sum(own.values(), ZERO)
    if back > profit:
        own, back = {who: a * profit / back for who, a in own.items()}, profit
    return {who: saved[who] + own[who] + (profit - back) * n / count for who, n in shares.items()}


def share_out(
    rules: Rules,
    shares: Mapping[str, int],
    debts: Mapping[str, Fraction],
    charges: Mapping[str, Fraction],
    fund: Fraction,
    cash: Fraction,
) -> Shared:
    """SPEC 8: value per share = fund ÷ shares; payout = own shares × value − own debts; Σ payouts = cash."""
    exact = {who: part - debts[who] for who, part in parts(rules, shares, charges, fund).items()}
    # Who owes, in an amount that has change, owes it to the smallest unit: nobody is asked for more, or let off.
    change = {who: rules.smallest for who, part in exact.items() if part < 0 and debts[who] % rules.rounding}
    payout = in_parts(cash, exact, rules.rounding, change)
    gross = {who: payout[who] + debts[who] for who in shares}
    assert sum(gross.values(), ZERO) == fund
    short = any(p < 0 for p in payout.values())
    paid, level = dict(payout), fund
    if short and rules.shortfall == "pro-rata":
        due = {who: max(p, ZERO) for who, p in payout.items()}
        whole = sum(due.values(), ZERO)
        part = {who: cash * p / whole if whole else ZERO for who, p in due.items()}
        paid = in_parts(cash, part, rules.rounding, most=due)
    elif short and rules.shortfall == "write-off":
        level = write_off_level(rules, shares, debts, charges, fund, cash)
        rest = {who: max(part - debts[who], ZERO) for who, part in parts(rules, shares, charges, level).items()}
        paid = in_parts(cash, rest, rules.rounding)
    booked = not short or rules.shortfall != "wait"
    return Shared(fund, cash, dict(shares), exact, gross, dict(debts), payout, paid, booked, level)


def write_off_level(
    rules: Rules,
    shares: Mapping[str, int],
    debts: Mapping[str, Fraction],
    charges: Mapping[str, Fraction],
    fund: Fraction,
    cash: Fraction,
) -> Fraction:
    """The largest fund at which what is left for everybody after their debts is no more than the cash.

    Found by halving, until only one fraction with a denominator of less than twenty digits is left.
    """
    low, high = ZERO, fund
    for _ in range(250):
        middle = (low + high) / 2
        shared = parts(rules, shares, charges, middle)
        paid = sum((max(part - debts[who], ZERO) for who, part in shared.items()), ZERO)
        low, high = (middle, high) if paid <= cash else (low, middle)
    return low.limit_denominator(10**20)
