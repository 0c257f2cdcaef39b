"""Whose the investment fund is: a memo account for each unit, no legal claim (SPEC 9; research: funds, 3.1).

A unit's account is what it has contributed itself and a part of everything else (gifts, interest, grants given,
losses), in proportion to what each has contributed; in equal parts where nobody has contributed anything. Who has left
has no part: its contributions are everybody's. Parts are rounded by largest remainder, so that Σ accounts = the fund.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from ledger.rules.rounding import EXACT, largest_remainder

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Holder:
    """A unit and the fund; amounts in central's currency.

    Attributes:
        contributed: what it has put in, all through the years.
        received: grants, for good; `owed`: loans and the interest due on them.
        left: it is no member any more.
    """

    unit: str
    contributed: Decimal
    received: Decimal = ZERO
    owed: Decimal = ZERO
    left: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """A unit's memo account.

    Attributes:
        own: what it has contributed and keeps as its own; nothing for who has left.
        share: its part of everything else; `balance` is both.
        net: contributed less received and owed: what it has put in beyond what it has out of the fund.
    """

    unit: str
    contributed: Decimal
    own: Decimal
    share: Decimal
    received: Decimal
    owed: Decimal
    left: bool

    @property
    def balance(self) -> Decimal:
        """Its part of the fund."""
        with localcontext(EXACT):
            return self.own + self.share

    @property
    def net(self) -> Decimal:
        """Contributed less what it has got and what it owes."""
        with localcontext(EXACT):
            return self.contributed - self.received - self.owed


@dataclass(frozen=True, slots=True)
class Accounts:
    """The memo accounts of all units; `common` is the fund where there is no unit left to share it, else 0."""

    accounts: tuple[Account, ...]
    common: Decimal


def accounts(holders: Sequence[Holder], worth: Decimal, currency: str) -> Accounts:
    """The memo accounts on a day.

    Args:
        holders: each unit once, in any order; whole units of the currency.
        worth: of the fund, in whole units of the currency.
        currency: central's.

    Returns:
        By slug; Σ balances + common = worth.
    """
    ordered = sorted(holders, key=lambda holder: holder.unit)
    assert len({holder.unit for holder in ordered}) == len(ordered), "a unit has one account"
    members = [holder for holder in ordered if not holder.left]
    with localcontext(EXACT):
        rest = worth - sum((holder.contributed for holder in members), ZERO)
        weights = {holder.unit: max(ZERO, holder.contributed) for holder in members}
        if not any(weights.values()):
            weights = dict.fromkeys(weights, Decimal(1))
        shares = largest_remainder(rest, weights, currency) if members else {}
        found = tuple(
            Account(
                unit=holder.unit,
                contributed=holder.contributed,
                own=ZERO if holder.left else holder.contributed,
                share=shares.get(holder.unit, ZERO),
                received=holder.received,
                owed=holder.owed,
                left=holder.left,
            )
            for holder in ordered
        )
        common = ZERO if members else worth
        assert sum((account.balance for account in found), common) == worth
    return Accounts(found, common)
