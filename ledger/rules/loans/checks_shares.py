"""Shares: whole ones, within what was agreed on, bought by who may join and handed in by who leaves (SPEC 8)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from ledger.rules.loans.checks_look import ZERO, Broken, Look
from ledger.rules.loans.movements import Movement
from ledger.rules.rounding import nearest


class ShareChecks(Look):
    """What is looked at of shares."""

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
            if self.buys(m) or m.undoes:
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
            m = next((m for m in self.fund.movements if m.participant == who and self.buys(m)), None)
            if m is None:  # what others had
                continue
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
            if self.hands_in(m):
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

    def rest(self) -> Iterator[Broken]:
        """Who hands in the last share leaves nothing behind that is nobody's; it is told on that day."""
        for day, own in self._last_ones():
            now = self.fund.with_accrued(day).state(day)
            left = now.fund - now.unpaid_share_out
            if now.shares == 0 and abs(left) >= self.unit:
                yield Broken("rest", own, {"amount": left})

    def _last_ones(self) -> Iterator[tuple[dt.date, Movement]]:
        """Days at whose end there is no share any more, with the last posting of shares."""
        held, latest = ZERO, {m.date: m for m in self.fund.movements if m.part == "shares"}
        for day, m in latest.items():
            before, held = held, self.fund.state(day).shares
            if held == 0 < before:
                yield day, m

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


def _with(gift: Movement, bought: Movement) -> bool:
    """Whether a gift belongs to shares: of the same participant on the same day, or nobody's in the same voucher."""
    if gift.participant:
        return (gift.participant, gift.date) == (bought.participant, bought.date)
    return gift.voucher == bought.voucher
