"""Whether a cycle keeps what its participants have agreed on (SPEC 8; research 1.2, invariants 1, 4, 5).

Looked at voucher by voucher, in the order of a meeting: shares, fines, repayments and charges, then limits, then loans.
How this module reads terms where they leave room:

- The money that a day's loans are paid from is what is there at its end, and what they took: nobody counts it between.
- Money that is on its way into the fund can't be lent yet: nobody can pay out what hasn't come in (SPEC 8: cash). Money
  on its way out is gone.
- A limit is looked at on the day of the loan, never again.
- Who pays a charge some days before its period ends pays none too much: the running period counts.
- On a day on which most shares are handed in the cycle is shared out; who hands in shares before that leaves. A
  decision allows a leaver another sum than was agreed on (a death, a hardship).
- What goes beyond a limit may be allowed as an exception, with who answers for it and why: money that is lent can't be
  unlent, and the month must close some day. What doesn't add up is never allowed.
- A loan that goes on with another one (roll-over) lends nothing new: no limit binds it.
"""

from __future__ import annotations

from ledger.rules.loans.checks_loans import LoanChecks
from ledger.rules.loans.checks_look import Broken
from ledger.rules.loans.checks_shares import ShareChecks
from ledger.rules.loans.checks_vouchers import VoucherChecks
from ledger.rules.loans.fund import Fund

__all__ = ["AGREED", "Broken", "broken"]

#: What participants may allow all the same, as an exception that somebody answers for.
AGREED = frozenset(
    "limit term late last_loans last_shares ended most least joins entrance leaves cash given below".split()
)


class _Checks(VoucherChecks, ShareChecks, LoanChecks):
    """All of them, over one look."""


def broken(fund: Fund) -> tuple[Broken, ...]:
    """All that a cycle's movements break, in their order; each thing once."""
    checks = _Checks(fund)
    found = [
        *checks.vouchers(),
        *checks.fine(),
        *checks.handed(),
        *checks.claims(),
        *checks.income(),
        *checks.money(),
        *checks.dates(),
        *checks.shares(),
        *checks.joiners(),
        *checks.leavers(),
        *checks.rest(),
        *checks.loans(),
        *checks.repayments(),
        *checks.charges(),
        *checks.fines(),
    ]
    found = [one for one in found if one.kind not in AGREED or not one.movement.accepted]
    places = {id(movement): place for place, movement in enumerate(fund.movements)}
    return tuple(sorted(found, key=lambda b: (b.movement.date, places[id(b.movement)], b.kind)))
