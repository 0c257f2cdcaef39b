"""A share-out is booked: every participant's voucher in one job, once (SPEC 8; research: accounting entries).

    Dr shares (what was paid for them), Dr shared out (the profit's part; Cr a loss)
        Cr loans, charges due, unpaid fines (set off), Cr cash (what is paid out), Cr share-out not paid yet

Afterwards nobody has shares in the cycle, nobody owes it anything, and its box is empty: asserted before anything is
written. Only where cash goes out in proportion (pro rata) does a debtor's rest stand, and what the others still get;
and what the group owes others, with the money for it. The social fund isn't shared out.

Who leaves money in buys shares of the next cycle by a voucher of its own, so that each cycle's vouchers balance. The
social fund, and what the group owes others, go on to the next cycle, too.

Where there is money in several places (box, bank, telephone), they are emptied one after the other, in the order of
their accounts: the vouchers of whoever comes first name the first.

Pure but for `book_share_out`, which writes through the one writer.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from importers.booktext import clean
from ledger.loans.dealings import LEAVES, REPAYMENT, REST_LOST, SHARE_OUT, SOURCE_ID, STILL_DUE, Owed
from ledger.messages import N_, translate
from ledger.reports.loans_share_out import Proposal, whole
from ledger.rules.loans.carry import LeftIn
from ledger.rules.loans.loan import Loan
from ledger.rules.loans.movements import Movement, Part
from ledger.rules.loans.shareout import Payout
from ledger.rules.loans.terms import Terms
from ledger.rules.rounding import in_units

ZERO = Decimal(0)
#: What every `source-id` of a cycle's share-out begins with, whoever takes part.
KIND = "share-out"
#: Claims on participants, in the order in which they are set off.
CLAIMS: tuple[Part, ...] = ("fines_due", "charges_due", "loans")
LEFT_IN = N_("{new}: {participant} leaves in {count} shares from {cycle}")
DIED = N_("{cycle}: {participant} has died; paid to {heir}")
GIVEN_UP = N_("{cycle}: loan {loan} of {participant} is written off")
GOES_ON = N_("{cycle}: what isn't shared out goes on to {new}")
#: What goes on to the next cycle, and the money that belongs to it.
GOING_ON: tuple[Part, ...] = ("social_cash", "social_fund", "outside", "unpaid_expenses", "cash")


def source_of(cycle: str) -> str:
    """What the `source-id` of each voucher of a cycle's share-out begins with."""
    return f"{SOURCE_ID}{cycle}:{KIND}:"


@dataclass
class Standing:
    """What stands where before a share-out: by part, participant and account, debit positive."""

    sums: dict[tuple[str, str], dict[str, Decimal]] = field(default_factory=dict)

    @classmethod
    def of(cls, movements: Iterable[Movement], day: dt.date) -> Standing:
        """All movements up to a day."""
        sums: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
        for one in movements:
            if one.date <= day:
                whom = "" if one.part in GOING_ON else one.participant
                sums[one.part, whom][one.account] += one.amount
        return cls(dict(sums))

    def take(self, part: str, whom: str, amount: Decimal) -> list[tuple[str, Decimal]]:
        """Take an amount (debit positive) from the accounts that it stands on, in their order; what isn't there, too.

        Returns:
            Accounts and amounts that add up to `amount`; "" where no account holds it yet.
        """
        held = self.sums.get((part, whom), {})
        found = []
        for account in sorted(held):
            stands = held[account]
            taken = min(amount, stands) if amount > 0 else max(amount, stands)
            if taken and (taken > 0) == (amount > 0):
                held[account] -= taken
                amount -= taken
                found.append((account, taken))
        if amount:
            found.append(("", amount))
        return found

    def rest(self, part: str, whom: str = "") -> dict[str, Decimal]:
        """What is left, by account."""
        return {account: amount for account, amount in sorted(self.sums.get((part, whom), {}).items()) if amount}


@dataclass(frozen=True)
class Made:
    """An entry's posting, before it has an account where `account` is ""."""

    part: Part
    amount: Decimal
    account: str
    cycle: str


class Booking:
    """The entries of a share-out between persons.

    Args:
        proposal: what is shared out.
        decision: that allows it.
        accounts: gives the account of a part and participant where the book has none in use for it.
        language: of the texts.
        source: what the `source-id` of each voucher of a share-out begins with.
    """

    def __init__(self, proposal: Proposal, decision: str, accounts: Any, language: str, source: str = "") -> None:
        self.source = source or source_of(proposal.terms.name)
        self.proposal = proposal
        self.terms = proposal.terms
        self.day = proposal.day
        self.decision = decision
        self.accounts = accounts
        self.language = language
        self.standing = Standing.of(proposal.fund.movements, proposal.day)
        self.paid: dict[str, list[tuple[str, Decimal]]] = {}
        self.made: list[tuple[str, Made]] = []

    def entries(self, left: Sequence[LeftIn] = (), new: Terms | None = None) -> list[data.Transaction]:
        """A voucher for each participant; then one for each who leaves money in, and what goes on to the next cycle."""
        found = [self._payout(number, payout) for number, payout in enumerate(self.proposal.shared.payouts, 1)]
        if new is not None:
            found += [self._left_in(one, new) for one in left if one.shares]
            goes_on = self._goes_on(new)
            found += [goes_on] if goes_on else []
        self.check()
        return [entry for entry in found if entry.postings]

    def _payout(self, number: int, payout: Payout) -> data.Transaction:
        whom = payout.participant
        shown = self.proposal.opened.shown(whom)
        count = whole(payout.shares)
        text = translate(SHARE_OUT, self.language).format(cycle=self.terms.name, unit=shown, count=count)
        made = self._settled(payout)
        entry = self._entry(f"{self.source}{number}", text, shown, whom, made)
        how = {"rule": self.terms.share_out, "rounding": f"{self.terms.rounding:f}"}
        return entry._replace(meta=entry.meta | how)

    def _settled(self, payout: Payout) -> list[Made]:
        """What a share-out, or leaving, comes to in the book."""
        whom, set_off, lost = payout.participant, payout.set_off, payout.lost
        made: list[Made] = []
        made += self._taken("shares", whom, -payout.cost)
        made += self._new("shared_out", whom, payout.gain)
        made += self._new("losses", whom, lost.total)
        made += self._taken("fines_due", whom, set_off.fines + lost.fines)
        made += self._taken("charges_due", whom, set_off.charges + lost.charges)
        made += self._taken("loans", whom, set_off.loans + lost.loans)
        made += self._new("unpaid_share_out", whom, -payout.still_due)
        cash = self._taken("cash", "", payout.paid_now)
        self.paid[whom] = [(one.account, -one.amount) for one in cash]
        return made + cash

    def leaves(self, source: str, payout: Payout, heir: str) -> data.Transaction:
        """The voucher of who leaves; `heir`: who is paid, where somebody has died."""
        shown = self.proposal.opened.shown(payout.participant)
        text = translate(DIED if heir else LEAVES, self.language).format(
            cycle=self.terms.name, participant=shown, heir=clean(heir)
        )
        entry = self._entry(source, text, shown, payout.participant, self._settled(payout))
        return entry._replace(meta=entry.meta | ({"heir": clean(heir)} if heir else {}))

    def given_up(self, source: str, loan: Loan, owed: Owed) -> data.Transaction:
        """The voucher by which a loan is written off, with the charges that are owed on it."""
        whom = loan.participant
        shown = self.proposal.opened.shown(whom)
        made = self._new("losses", whom, owed.total)
        made += self._taken("charges_due", whom, owed.charges)
        made += self._taken("loans", whom, owed.loans)
        text = translate(GIVEN_UP, self.language).format(cycle=self.terms.name, loan=loan.id, participant=shown)
        entry = self._entry(source, text, shown, whom, made)
        return entry._replace(meta=entry.meta | {"loan": loan.id})

    def pays_in(self, source: str, whom: str, owed: Owed, bank: str | None) -> data.Transaction:
        """The voucher by which somebody pays what is still owed after the share-out."""
        shown = self.proposal.opened.shown(whom)
        made = [Made("cash", owed.total, bank or self._account("cash", ""), self.terms.name)]
        for part, amount in zip(CLAIMS, (owed.fines, owed.charges, owed.loans), strict=True):
            made += self._taken(part, whom, amount)
        text = translate(REPAYMENT, self.language).format(cycle=self.terms.name, unit=shown)
        return self._entry(source, text, shown, whom, made)

    def paid_rest(self, source: str, whom: str, amount: Decimal) -> data.Transaction:
        """The voucher by which somebody gets what was still due of the share-out."""
        shown = self.proposal.opened.shown(whom)
        made = [Made("unpaid_share_out", amount, self._account("unpaid_share_out", whom), self.terms.name)]
        made += self._taken("cash", "", amount)
        text = translate(STILL_DUE, self.language).format(cycle=self.terms.name, unit=shown)
        return self._entry(source, text, shown, whom, made)

    def lost_rest(self, source: str, whom: str, amount: Decimal) -> data.Transaction:
        """The voucher by which a loss becomes that of somebody who gets less of the share-out."""
        shown = self.proposal.opened.shown(whom)
        made = [*self._new("unpaid_share_out", whom, amount), *self._new("losses", whom, -amount)]
        text = translate(REST_LOST, self.language).format(cycle=self.terms.name, unit=shown)
        return self._entry(source, text, shown, whom, made)

    def _left_in(self, one: LeftIn, new: Terms) -> data.Transaction:
        """Shares of the next cycle, for money that would have been paid out."""
        made, rest = [], one.amount
        for account, amount in reversed(self.paid[one.participant]):
            kept = min(rest, amount)
            if kept > 0:
                made.append(Made("cash", kept, account, new.name))
                rest -= kept
        assert rest == 0, "no more is left in than is paid out"
        account = next(iter(self.standing.sums.get(("shares", one.participant), {})), "")
        made.append(Made("shares", -one.amount, account or self._account("shares", one.participant), new.name))
        shown = self.proposal.opened.shown(one.participant)
        text = translate(LEFT_IN, self.language).format(
            new=new.name, cycle=self.terms.name, participant=shown, count=one.shares
        )
        number = self.proposal.fund.participants.index(one.participant) + 1
        return self._entry(f"{SOURCE_ID}{new.name}:left-in:{number}", text, shown, one.participant, made, new.name)

    def _goes_on(self, new: Terms) -> data.Transaction | None:
        """The social fund, what is owed to others and the money for it: out of this cycle and into the next."""
        made = []
        for part in GOING_ON:
            for account, amount in self.standing.rest(part).items():
                made.append(Made(part, -amount, account, self.terms.name))
                made.append(Made(part, amount, account, new.name))
        text = translate(GOES_ON, self.language).format(cycle=self.terms.name, new=new.name)
        return self._entry(f"{SOURCE_ID}{new.name}:goes-on", text, "", "", made, "") if made else None

    def _taken(self, part: Part, whom: str, amount: Decimal) -> list[Made]:
        """Postings that take `amount` (debit positive) off a part."""
        taken = self.standing.take(part, whom, amount) if amount else []
        return [Made(part, -some, account or self._account(part, whom), self.terms.name) for account, some in taken]

    def _new(self, part: Part, whom: str, amount: Decimal) -> list[Made]:
        return [Made(part, amount, self._account(part, whom), self.terms.name)] if amount else []

    def _account(self, part: Part, whom: str) -> str:
        account: str = self.accounts.account(part, whom, self.day)
        return account

    def _entry(
        self, source: str, text: str, shown: str, whom: str, made: Sequence[Made], cycle: str | None = None
    ) -> data.Transaction:
        """A voucher; where its postings are of two cycles, each says its own."""
        assert sum((one.amount for one in made), ZERO) == 0
        self.made += [(whom, one) for one in made]
        own = self.terms.name if cycle is None else cycle
        said = {"cycle": own, "participant": clean(shown), "decision": self.decision}
        meta = {"source-id": source, **{key: value for key, value in said.items() if value}}
        postings = []
        for one in made:
            units = Amount(in_units(one.amount, self.terms.currency), self.terms.currency)
            named = {} if own else {"cycle": one.cycle}
            postings.append(data.Posting(one.account, units, None, None, None, named))
        links = frozenset({f"{self.terms.name}-S"})
        return data.Transaction(meta, self.day, "*", None, clean(text), frozenset(), links, postings)

    def check(self) -> None:
        """Nobody has shares any more, nobody owes anything, the box holds what belongs to others."""
        state, shared = self.proposal.state, self.proposal.shared
        left: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        for (part, whom), held in Standing.of(self.proposal.fund.movements, self.day).sums.items():
            left[part, whom] += sum(held.values(), ZERO)
        for whom, one in self.made:
            if one.cycle == self.terms.name:
                left[one.part, "" if one.part in GOING_ON else whom] += one.amount
        remaining = {p.participant: p.remaining for p in shared.payouts}
        for (part, whom), amount in left.items():
            if part == "shares":
                assert amount == 0
            elif part in CLAIMS:
                rest = remaining.get(whom)
                kept = {"loans": rest.loans, "charges_due": rest.charges, "fines_due": rest.fines} if rest else {}
                assert amount == kept.get(part, ZERO)
        gone_on = any(
            one.cycle != self.terms.name for _, one in self.made if one.part in {"outside", "unpaid_expenses"}
        )
        theirs = ZERO if gone_on else state.outside + state.unpaid_expenses
        assert left["cash", ""] == theirs
        assert sum((p.paid_now for p in shared.payouts), ZERO) == shared.net
