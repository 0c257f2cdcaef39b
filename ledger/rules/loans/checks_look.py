"""What all checks of a cycle start from: its fund, and its movements voucher by voucher."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ledger.rules.loans.fund import Fund
from ledger.rules.loans.movements import Movement, Part
from ledger.rules.rounding import cycle_unit, unit_of

ZERO = Decimal(0)
MONEY = frozenset({"cash", "social_cash"})


@dataclass(frozen=True)
class Broken:
    """Something that wasn't agreed on.

    Attributes:
        kind: what, as `ledger.loans.kinds` names it.
        movement: the one that tells where.
        params: figures, dates and names for the message.
    """

    kind: str
    movement: Movement
    params: dict[str, object] = field(default_factory=dict)


class Look:
    """A cycle's fund as the checks look at it.

    Attributes:
        unit: that charges and share-outs are rounded to; `smallest`: the currency's.
        by_voucher: movements of each voucher, in their order.
        handed_over: vouchers in which shares go from one participant to another, and no money moves: nobody buys any,
            and nobody leaves the fund with their price.
        shared_out: the day on which most shares were handed in; None before it.
    """

    def __init__(self, fund: Fund) -> None:
        self.fund, self.terms = fund, fund.terms
        self.unit = cycle_unit(self.terms.currency, self.terms.rounding)
        self.smallest = unit_of(self.terms.currency)
        self.by_voucher: dict[int, list[Movement]] = defaultdict(list)
        for movement in fund.movements:
            self.by_voucher[movement.voucher].append(movement)
        self.handed_over = frozenset(number for number, own in self.by_voucher.items() if _hands_over(own))
        self.handed_in: dict[dt.date, Decimal] = defaultdict(Decimal)
        for movement in fund.movements:
            if self.hands_in(movement):
                self.handed_in[movement.date] += movement.amount
        self.shared_out = min((day for day, given in self.handed_in.items() if self._most(day, given)), default=None)

    def _most(self, day: dt.date, given: Decimal) -> bool:
        return given > self.fund.state(day).shares

    @staticmethod
    def takes_money(m: Movement) -> bool:
        """Whether money is lent: not where a loan goes on with another one, or a debt is taken over."""
        return m.gives_loan and not m.rolls and m.paid

    def hands_in(self, m: Movement) -> bool:
        """Whether shares go back to the fund."""
        return m.part == "shares" and m.amount > 0 and not m.undoes and m.voucher not in self.handed_over

    def buys(self, m: Movement) -> bool:
        """Whether shares are bought."""
        return m.part == "shares" and m.amount < 0 and m.voucher not in self.handed_over


def moves_money(own: Iterable[Movement]) -> bool:
    """Whether a voucher moves any."""
    return any(m.part in MONEY for m in own)


def from_one_to_another(own: Iterable[Movement], part: Part) -> tuple[Movement, Movement] | None:
    """Of a voucher, what goes down with one participant and up with another, as far as there is such a pair.

    Returns:
        The credit and the debit.
    """
    named = [m for m in own if m.part == part and m.participant and not m.undoes]
    pairs = ((c, d) for c in named for d in named if c.amount < 0 < d.amount and c.participant != d.participant)
    return next(pairs, None)


def _hands_over(own: Sequence[Movement]) -> bool:
    return not moves_money(own) and from_one_to_another(own, "shares") is not None
