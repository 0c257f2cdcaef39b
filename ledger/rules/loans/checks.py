"""Whether a cycle keeps what its participants have agreed on (SPEC 8; research 1.2, invariants 1, 4, 5).

Looked at voucher by voucher, in the order of a meeting: shares, fines, repayments and charges, then limits, then loans.
How this module reads terms where they leave room:

- The money that a day's loans are paid from is what is there at its end, and what they took: nobody counts it between.
- A limit is looked at on the day of the loan, never again.
- Who pays a charge some days before its period ends pays none too much: the running period counts.
- On a day on which most shares are handed in the cycle is shared out; who hands in shares before that leaves. A
  decision allows a leaver another sum than was agreed on (a death, a hardship).
- What goes beyond a limit may be allowed as an exception, with who answers for it and why: money that is lent can't be
  unlent, and the month must close some day. What doesn't add up is never allowed.
- A loan that goes on with another one (roll-over) lends nothing new: no limit binds it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from ledger.rules.loans.fund import Fund
from ledger.rules.loans.loan import Loan, until
from ledger.rules.loans.movements import Movement, Part
from ledger.rules.loans.periods import DAYS
from ledger.rules.rounding import cycle_unit, nearest

ZERO = Decimal(0)
MONTH = 31
SOCIAL = frozenset({"social_cash", "social_fund"})
#: What participants may allow all the same, as an exception that somebody answers for.
AGREED = frozenset("limit term late last_loans last_shares ended most least joins entrance leaves cash".split())
OWN = frozenset({"shares", "loans", "charges_due", "fines_due"})


@dataclass(frozen=True)
class Broken:
    """Something that wasn't agreed on.

    Attributes:
        kind: what, as `ledger.loans.problems` names it.
        movement: the one that tells where.
        params: figures, dates and names for the message.
    """

    kind: str
    movement: Movement
    params: dict[str, object] = field(default_factory=dict)


def broken(fund: Fund) -> tuple[Broken, ...]:
    """All that a cycle's movements break, in their order; each thing once."""
    checks = _Checks(fund)
    found = [
        *checks.vouchers(),
        *checks.dates(),
        *checks.shares(),
        *checks.joiners(),
        *checks.leavers(),
        *checks.loans(),
        *checks.repayments(),
        *checks.charges(),
        *checks.fines(),
    ]
    found = [one for one in found if one.kind not in AGREED or not one.movement.accepted]
    places = {id(movement): place for place, movement in enumerate(fund.movements)}
    return tuple(sorted(found, key=lambda b: (b.movement.date, places[id(b.movement)], b.kind)))


class _Checks:
    def __init__(self, fund: Fund) -> None:
        self.fund, self.terms = fund, fund.terms
        self.unit = cycle_unit(self.terms.currency, self.terms.rounding)
        self.by_voucher: dict[int, list[Movement]] = defaultdict(list)
        for movement in fund.movements:
            self.by_voucher[movement.voucher].append(movement)
        self.handed_in: dict[dt.date, Decimal] = defaultdict(Decimal)
        for movement in fund.movements:
            if movement.part == "shares" and movement.amount > 0 and not movement.undoes:
                self.handed_in[movement.date] += movement.amount
        self.shared_out = min((day for day, given in self.handed_in.items() if self._most(day, given)), default=None)

    def _most(self, day: dt.date, given: Decimal) -> bool:
        return given > self.fund.state(day).shares

    # --- vouchers

    def vouchers(self) -> Iterator[Broken]:
        """Each voucher leaves the fund whole: what goes out of one part comes into another, social fund apart."""
        for own in self.by_voucher.values():
            whole = sum((m.amount for m in own), ZERO)
            social = sum((m.amount for m in own if m.part in SOCIAL), ZERO)
            if whole:
                yield Broken("identity", own[0], {"amount": whole, "has": _told(own)})
            elif social:
                yield Broken("social", own[0], {"amount": abs(social)})
            for m in own:
                if m.part in OWN and not m.participant:
                    yield Broken("participant", m, {"account": m.account, "amount": m.amount})
            lost = next((m for m in own if m.part == "losses" and m.amount > 0 and not m.decision), None)
            if lost is not None:
                yield Broken("loss", lost, {"amount": lost.amount})

    def dates(self) -> Iterator[Broken]:
        """Nothing before the cycle begins; no shares and no loans after its end or after their last day."""
        terms = self.terms
        told = set()
        for m in self.fund.movements:
            buys, lends = m.part == "shares" and m.amount < 0, self._lends(m)
            if m.date < terms.begins and m.voucher not in told:
                told.add(m.voucher)
                yield Broken("early", m, {"begins": terms.begins})
            elif m.undoes:
                continue
            elif terms.ends is not None and m.date > terms.ends and (buys or lends):
                yield Broken("ended", m, {"ends": terms.ends})
            elif buys and terms.last_shares is not None and m.date > terms.last_shares:
                yield Broken("last_shares", m, {"last": terms.last_shares, "participant": m.participant})
            elif lends and terms.last_loans is not None and m.date > terms.last_loans:
                yield Broken("last_loans", m, {"last": terms.last_loans, "participant": m.participant})

    def _lends(self, m: Movement) -> bool:
        """Whether it gives a loan that is none of a roll-over, and no repayment taken back."""
        return (
            m.gives_loan
            and not m.undoes
            and not m.rolls
            and any(
                loan.given == m.date and loan.participant == m.participant and m.loan in {"", loan.id}
                for loan in self.fund.loans
            )
        )

    # --- shares

    def shares(self) -> Iterator[Broken]:
        """Whole ones, not too many and not too few at a meeting, none handed in that one doesn't have."""
        terms, value = self.terms, self.terms.share_value
        bought: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        latest: dict[tuple[str, str], Movement] = {}
        held: dict[str, Decimal] = defaultdict(Decimal)
        for m in self.fund.movements:
            if m.part != "shares":
                continue
            if m.amount % value:
                yield Broken("whole", m, {"participant": m.participant, "amount": abs(m.amount), "value": value})
            held[m.participant] -= m.amount
            if m.amount > 0 and held[m.participant] < 0:
                params = {"participant": m.participant, "amount": m.amount, "has": held[m.participant] + m.amount}
                yield Broken("short", m, params)
            if m.amount < 0 or m.undoes:
                key = m.participant, m.meeting or m.date.isoformat()
                bought[key] -= m.amount
                latest[key] = m
        for key, amount in bought.items():
            count, m = amount / value, latest[key]
            said = {"participant": key[0], "count": f"{count.normalize():f}", "meeting": key[1]}
            if terms.max_shares is not None and count > terms.max_shares:
                yield Broken("most", m, {**said, "most": terms.max_shares})
            elif 0 < count < terms.min_shares:
                yield Broken("least", m, {**said, "least": terms.min_shares})

    def joiners(self) -> Iterator[Broken]:
        """Who buys a first share after the first day of shares has come later."""
        first = min(self.fund.first_shares.values(), default=None)
        if first is None or self.terms.joining == "share-value":
            return
        for who, day in self.fund.first_shares.items():
            if day == first:
                continue
            m = next(m for m in self.fund.movements if m.participant == who and m.part == "shares" and m.amount < 0)
            if self.terms.joining == "no":
                yield Broken("joins", m, {"participant": who, "first": first})
                continue
            worth = self._worth(day - dt.timedelta(days=1))
            paid = -sum((x.amount for x in self.fund.movements if x.part == "gifts" and _with(x, m)), ZERO)
            due = nearest((worth - 1) * Fraction(-m.amount), self.unit) if worth > 1 else ZERO
            if abs(paid - due) > self.unit:
                yield Broken("entrance", m, {"participant": who, "paid": paid, "due": due})

    def _worth(self, day: dt.date) -> Fraction:
        """What the fund is worth for each unit of money in shares."""
        state = self.fund.with_accrued(day).state(day)
        return Fraction(state.fund) / Fraction(state.shares) if state.shares > 0 else Fraction(1)

    def leavers(self) -> Iterator[Broken]:
        """Who leaves before the share-out gets what was agreed on, and owes nothing afterwards."""
        given: dict[tuple[dt.date, str], list[Movement]] = defaultdict(list)
        for m in self.fund.movements:
            if m.part == "shares" and m.amount > 0 and not m.undoes:
                given[m.date, m.participant].append(m)
        for (day, who), own in given.items():
            if self.shared_out is not None and day >= self.shared_out:
                continue
            vouchers = {m.voucher for m in own}
            profit = sum(
                (m.amount for m in self.fund.movements if m.voucher in vouchers and m.part == "shared_out"), ZERO
            )
            due = self._leaver_gets(day, sum((m.amount for m in own), ZERO))
            decided = any(m.decision for number in vouchers for m in self.by_voucher[number])
            if abs(profit - due) > (self.unit if self.terms.leaving != "cost" else ZERO) and not decided:
                params = {"participant": who, "profit": profit, "due": due, "case": self.terms.leaving}
                yield Broken("leaves", own[0], params)
            now = self.fund.standing(who, day)
            debts = now.loans + now.charges_due + now.fines_due
            if now.savings <= 0 and debts > 0:
                yield Broken("leaves_owing", own[0], {"participant": who, "amount": debts})

    def _leaver_gets(self, day: dt.date, savings: Decimal) -> Decimal:
        """What a leaver gets beyond what the shares had cost."""
        eve = day - dt.timedelta(days=1)
        if self.terms.leaving == "cost":
            return ZERO
        if self.terms.leaving == "value":
            return nearest((self._worth(eve) - 1) * Fraction(savings), self.unit)
        state = self.fund.with_accrued(eve).state(eve)
        part = Fraction(savings) / Fraction(state.shares) if state.shares > 0 else Fraction(0)
        return nearest(Fraction(state.charges) * part, self.unit)

    # --- loans

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
            lent = sum((m.amount for m, _ in own if not m.rolls), ZERO)
            money = self.fund.state(day).cash + lent
            owed: dict[str, Decimal] = defaultdict(Decimal)
            for m, loan in own:
                yield from self._term(m)
                if m.rolls:
                    continue
                yield from self._limit(m, day, owed[m.participant], own)
                owed[m.participant] += m.amount
                if m.amount > money:
                    yield Broken(
                        "cash", m, {"participant": m.participant, "amount": m.amount, "cash": max(money, ZERO)}
                    )
                money -= m.amount
                yield from self._late(m, loan, day)

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

    # --- charges and fines

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


def _with(gift: Movement, bought: Movement) -> bool:
    """Whether a gift belongs to shares: of the same participant on the same day, or nobody's in the same voucher."""
    if gift.participant:
        return (gift.participant, gift.date) == (bought.participant, bought.date)
    return gift.voucher == bought.voucher


def _told(own: list[Movement]) -> str:
    """What a voucher moves, part by part."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for m in own:
        sums[m.part.replace("_", " ")] += m.amount
    return ", ".join(f"{part} {amount}" for part, amount in sums.items() if amount)
