"""What a book says of a cycle, posting by posting: what every other rule of loans starts from (SPEC 8).

A movement is a posting of the cycle with its part in the fund. Debit is positive, as in the book; each voucher's
movements sum to zero, so the fund's identity holds on every date as long as every posting has a part in it:

    cash + loans + charges due + unpaid fines = shares + income + carried in + outside debt + unpaid expenses
        + unpaid share-out − losses − expenses − shared out ± counting differences

The social fund is apart: its box and what it holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

#: Parts of a fund. `charges` is the income, `charges_due` the claim; likewise `fines` and `fines_due`.
Part = Literal[
    "cash",
    "loans",
    "charges_due",
    "fines_due",
    "shares",
    "charges",
    "fines",
    "gifts",
    "carried_in",
    "outside",
    "unpaid_expenses",
    "unpaid_share_out",
    "losses",
    "expenses",
    "differences",
    "shared_out",
    "social_cash",
    "social_fund",
]
#: Parts in which each amount is somebody's.
OWN: frozenset[Part] = frozenset({"loans", "charges_due", "fines_due", "shares"})
#: The social fund's, which is apart.
SOCIAL: frozenset[Part] = frozenset({"social_cash", "social_fund"})
#: In a meeting: shares, social fund, fines, repayments and charges, then limits are looked at, then loans.
ORDER: dict[str, int] = {
    "carried_in": 0,
    "outside": 0,
    "shares": 1,
    "social_fund": 2,
    "fines": 3,
    "fines_due": 3,
    "gifts": 3,
    "charges_due": 4,
    "charges": 4,
    "loans": 4,  # repaid; a new loan comes after all else
}
NEW_LOAN = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A posting of a cycle.

    Attributes:
        date: of its voucher.
        part: of the fund.
        amount: debit positive, in the cycle's currency.
        voucher: ordinal of its voucher in the book; movements of one voucher sum to zero.
        participant: who it concerns; "" for the fund as a whole. Loans, charges due, unpaid fines and shares have one.
        loan: its loan's id, `NK26-L01`, where it says one; a new loan always has one (given or made).
        term: agreed periods, on the posting that gives a loan.
        meeting: which meeting, `5`.
        file, line: where its voucher stands.
        paid: of a posting on `loans` or `charges_due`: whether money moved in its voucher (else it was set off,
            written off, or accrued).
        rolls: id of the loan that this new one goes on with (roll-over).
        account: that it stands on; "" where no book holds it yet.
        undoes: whether its voucher takes another one back (`corrects:`).
        decision: that its voucher, or it, names.
        coming: of `cash`, whether it is on its way into the fund and hasn't come in yet.
        accepted: whether somebody takes responsibility for what its voucher does against the terms, and says why.
    """

    date: dt.date
    part: Part
    amount: Decimal
    voucher: int
    participant: str = ""
    loan: str = ""
    term: int | None = None
    meeting: str = ""
    file: str = ""
    line: int = 0
    paid: bool = True
    rolls: str = ""
    account: str = ""
    undoes: bool = False
    decision: str = ""
    accepted: bool = False
    coming: bool = False

    @property
    def gives_loan(self) -> bool:
        """Whether a loan is given by it."""
        return self.part == "loans" and self.amount > 0


def in_order(movements: Iterable[Movement]) -> tuple[Movement, ...]:
    """By date, then as a meeting goes; any order of rows in gives the same order out."""
    return tuple(
        sorted(
            movements,
            key=lambda m: (
                m.date,
                NEW_LOAN if m.gives_loan else ORDER.get(m.part, 5),
                m.participant,
                m.loan,
                m.part,
                m.amount,
                m.meeting,
            ),
        )
    )
