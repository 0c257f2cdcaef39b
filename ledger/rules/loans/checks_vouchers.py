"""Voucher by voucher: what a voucher does to the fund as a whole, and what it may not do at all (SPEC 8).

- What goes out of one part of the fund comes into another; the social fund is apart. Amounts are whole in the
  currency's smallest unit: what is finer nobody can pay, and each sum would be off by it.
- A debt is somebody's own. It goes to somebody else as a loan of theirs, for a term; without one, and without money,
  a name is wrong, or the participants have decided it and the voucher names their decision.
- No terms know that shares go from one participant to another: who leaves hands them in, who joins buys. A decision may
  allow it. Then nothing is bought: no limit of purchases counts, and nobody leaves with the price.
- What somebody owes in charges or fines is booked as income, too; or it was carried in, takes a voucher back, or isn't
  lost after all. Profit is shared out for shares that are handed in.
- No fund pays out money that it hasn't: where it stands below zero at the end of a day, something isn't booked, or is
  booked twice.
- Income is paid, or owed by somebody. Of a charge it is said whose it is, as it is a loan's; fines of a meeting may
  stand in one sum, as what was paid for them is in the box.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from ledger.rules.loans.checks_look import ZERO, Broken, Look, from_one_to_another, moves_money
from ledger.rules.loans.movements import OWN, SOCIAL, Movement

#: What income of a voucher may stand against: money, or somebody's account.
PAID_OR_OWED = OWN | {"cash", "social_cash", "unpaid_share_out"}


class VoucherChecks(Look):
    """What is looked at voucher by voucher."""

    def vouchers(self) -> Iterator[Broken]:
        """Each voucher leaves the fund whole: what goes out of one part comes into another, social fund apart."""
        for own in self.by_voucher.values():
            whole = sum((m.amount for m in own), ZERO)
            social = sum((m.amount for m in own if m.part in SOCIAL), ZERO)
            if abs(whole) >= self.smallest:  # less comes of an amount that is too fine, and that is told
                yield Broken("identity", own[0], {"amount": whole, "has": _told(own)})
            elif social:
                yield Broken("social", own[0], {"amount": abs(social)})
            for m in own:
                if m.part in OWN and not m.participant:
                    yield Broken("participant", m, {"account": m.account, "amount": m.amount})
            lost = next((m for m in own if m.part == "losses" and m.amount > 0 and not m.decision), None)
            if lost is not None:
                yield Broken("loss", lost, {"amount": lost.amount})

    def fine(self) -> Iterator[Broken]:
        """Amounts that no money can be counted in; once a voucher."""
        for own in self.by_voucher.values():
            m = next((m for m in own if m.amount % self.smallest), None)
            if m is not None:
                smallest = f"{self.smallest} {self.terms.currency}"
                yield Broken("fine", m, {"account": m.account, "amount": abs(m.amount), "smallest": smallest})

    def handed(self) -> Iterator[Broken]:
        """Debts, and shares, that go from one participant to another without money."""
        for own in self.by_voucher.values():
            if moves_money(own) or any(m.decision for m in own):
                continue
            for part in ("loans", "charges_due", "fines_due", "shares"):
                debts = [m for m in own if not (m.part == "loans" and self._agreed(m))]
                pair = from_one_to_another(debts, part)
                if pair is None:
                    continue
                less, more = (pair[1], pair[0]) if part == "shares" else pair
                said = {"owner": less.participant, "participant": more.participant}
                amount = min(abs(less.amount), abs(more.amount))
                yield Broken("given" if part == "shares" else "moved", more, {**said, "amount": amount})

    def _agreed(self, m: Movement) -> bool:
        """Whether a loan is one of its own: for a term, or the borrower's own that goes on."""
        return m.gives_loan and (m.term is not None or self.fund.borrowers.get(m.rolls) == m.participant)

    def claims(self) -> Iterator[Broken]:
        """Charges and fines that somebody owes and that are nobody's income; profit that nobody's shares bring."""
        for own in self.by_voucher.values():
            if any(m.undoes or m.part in {"carried_in", "losses"} for m in own):
                continue
            for part, income in (("charges_due", "charges"), ("fines_due", "fines")):
                claims = [m for m in own if m.part == part and m.participant]
                earned = -sum((m.amount for m in own if m.part == income and m.amount < 0), ZERO)
                over = sum((m.amount for m in claims if m.amount > 0), ZERO) - earned
                if over > 0 and from_one_to_another(claims, claims[0].part) is None:
                    m = max(claims, key=lambda m: m.amount)
                    yield Broken("unowed", m, {"participant": m.participant, "amount": over, "case": "claim"})
            loose = next((m for m in own if m.part == "shared_out"), None)
            if loose is not None and not any(m.part == "shares" and m.amount > 0 for m in own):
                yield Broken("loose", loose, {"amount": abs(loose.amount)})

    def money(self) -> Iterator[Broken]:
        """No box below zero; told on the day on which it gets there, and again where it gets worse."""
        lent = {m.date for m in self.fund.movements if self.takes_money(m) and not m.undoes}
        for part in ("cash", "social_cash"):
            days: dict[dt.date, list[Movement]] = defaultdict(list)
            for m in self.fund.movements:
                if m.part == part:
                    days[m.date].append(m)
            now = ZERO
            for day, own in days.items():
                before, now = now, now + sum((m.amount for m in own), ZERO)
                told = part == "cash" and day in lent  # of a loan, that there was no money for it
                if now < min(before, ZERO) and not told:
                    yield Broken("below", min(own, key=lambda m: m.amount), {"amount": now, "case": part})

    def income(self) -> Iterator[Broken]:
        """Charges and fines that somebody paid or owes; charges of which it is said whose they are."""
        for own in self.by_voucher.values():
            m = next((m for m in own if m.part in {"charges", "fines"} and m.amount < 0 and not m.undoes), None)
            if m is not None and not any(other.part in PAID_OR_OWED or other.part == "carried_in" for other in own):
                yield Broken("unowed", m, {"amount": -m.amount, "case": "nowhere"})
        for m, amount in self.fund.unowed:
            if any(other.part == "carried_in" for other in self.by_voucher[m.voucher]):
                continue  # of a book that is taken over, what was earned by then may stand in one sum
            if m.participant:
                yield Broken("unowed", m, {"participant": m.participant, "amount": amount, "case": "loan"})
            elif any(other.part in PAID_OR_OWED for other in self.by_voucher[m.voucher]):
                yield Broken("unowed", m, {"amount": amount})

    def dates(self) -> Iterator[Broken]:
        """Nothing before the cycle begins; no shares and no loans after its end or after their last day."""
        terms = self.terms
        told = set()
        for m in self.fund.movements:
            buys, lends = self.buys(m), self._lends(m)
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


def _told(own: list[Movement]) -> str:
    """What a voucher moves, part by part."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for m in own:
        sums[m.part.replace("_", " ")] += m.amount
    return ", ".join(f"{part} {amount}" for part, amount in sums.items() if amount)
