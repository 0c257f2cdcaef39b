"""The page on the solidarity fund: what each unit gets or is asked for, why, and how the fund has done (SPEC 9).

Openness is what the fund lives on: every unit sees all units' figures, and the way from each figure to the next. The
federation's ledger shows all units; a unit's own shows its sentences first.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ledger.books import clock
from ledger.errors import Problem
from ledger.funds.problems import FundUnknown
from ledger.messages import N_
from ledger.reports import solidarity as reports
from ledger.reports.solidarity_status import FundStatus, status
from ledger.reports.solidarity_words import band_sentence, fund_sentence, open_sentence, sentences
from ledger.rules.rounding import half_away
from ledger.solidarity.fund_year import FundYear
from ledger.web.page import Page
from ledger.web.periods import asked_year

ZERO = Decimal(0)
#: Size of the drawings, in their own units.
WIDTH = 1000


@dataclass(frozen=True)
class Row:
    """A unit's figures, and how its bar is drawn: to the right what it gets, to the left what it pays."""

    unit: str
    base: Decimal
    result: Decimal
    own: Decimal
    need: Decimal | None
    claim: Decimal
    call: Decimal
    paid_back: Decimal
    width: int
    told: tuple[str, ...]

    @property
    def left(self) -> int:
        """Where its bar begins."""
        return WIDTH // 2 if self.claim >= self.call else WIDTH // 2 - self.width


class Solidarity(Page):
    """Who is helped, by how much, and why."""

    title = N_("Solidarity fund")

    def years(self) -> list[int]:
        """The years that may be asked for, the latest first."""
        return list(reversed(reports.years_of(self.look.federation)))

    def year_link(self, year: int) -> str:
        """This page of another year."""
        return self.to("Solidarity", [("year", str(year))])

    def found(self) -> FundYear | Problem:
        """The year that is asked for, or the latest one that is closed; or why there is none."""
        try:
            return reports.computed(self.look.federation, asked_year())
        except Problem as problem:
            return problem

    def is_problem(self, found: object) -> bool:
        """Whether there are no figures."""
        return isinstance(found, Problem)

    def rows(self, found: FundYear) -> list[Row]:
        """Every member's figures."""
        transfers = found.transfers
        most = max((abs(amount) for amount in transfers.values()), default=ZERO)
        rows = []
        for slug, unit in sorted(found.units.items()):
            step, moved = found.computed.by_unit.get(slug), transfers.get(slug, ZERO)
            back = found.returned.get(slug)
            rows.append(
                Row(
                    unit=slug,
                    base=unit.base,
                    result=unit.result,
                    own=step.own if step else unit.own,
                    need=step.need if step else None,
                    claim=max(moved, ZERO),
                    call=max(-moved, ZERO),
                    paid_back=back.amount if back else ZERO,
                    width=int(abs(moved) * (WIDTH // 2) / most) if most else 0,
                    told=tuple(sentences(found, slug)),
                )
            )
        return rows

    def own(self, found: FundYear) -> Row | None:
        """This ledger's unit, where it is one of them."""
        return next((row for row in self.rows(found) if row.unit == self.slug), None)

    def not_final(self, found: FundYear) -> str:
        """What must be said above figures of a year that isn't closed."""
        return open_sentence(found)

    def fund(self, found: FundYear) -> str:
        """The fund before and after."""
        return fund_sentence(found)

    def band(self, found: FundYear) -> str:
        """Where the fund stands."""
        return band_sentence(found)

    def status(self) -> FundStatus | None:
        """The fund today, with its years; None where central's book can't be read."""
        try:
            return status(self.look.federation, clock.today())
        except FundUnknown:
            return None

    def long(self, status: FundStatus, amount: Decimal) -> int:
        """How long the fund at a year's end is drawn."""
        most = max((one.closing for one in status.years), default=ZERO)
        return int(max(amount, ZERO) * WIDTH / most) if most > 0 else 0

    def amount(self, amount: Decimal | None, currency: str) -> str:
        """An amount; nothing where there is none."""
        return "" if amount is None else self.money(half_away(amount, currency), currency)
