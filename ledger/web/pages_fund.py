"""The page on the investment fund: its worth, what it consists of, what its limits leave, every case (SPEC 9).

All units see all of it: it is everybody's money. A unit's own ledger shows its account and its cases first.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from ledger.books import clock
from ledger.messages import N_, translate
from ledger.reports.fund import (
    ASKED,
    ASSETS,
    COVENANTS,
    CRITERIA,
    KINDS,
    MOVEMENTS,
    STATES,
    FundStatement,
    fund_statement,
    limit_text,
    points_text,
)
from ledger.reports.fund_cases import CaseLine
from ledger.rules.funds.accounts import Account
from ledger.rules.funds.limits import Limit
from ledger.rules.rounding import half_away
from ledger.web.page import Page
from ledger.web.periods import asked_days

ZERO = Decimal(0)
#: Width of the drawings, in their own units.
WIDTH = 1000
#: Colours of what the fund consists of, by the class of the style sheet.
DRAWN = {"bank": "sambok-box", "loans": "sambok-lent", "stakes": "sambok-held"}


@dataclass(frozen=True)
class Part:
    """A part of what the fund consists of, as it is drawn."""

    text: str
    amount: Decimal
    style: str
    left: int
    width: int


@dataclass(frozen=True)
class Gauge:
    """A limit, and how much of it is used."""

    text: str
    of: str
    actual: Decimal
    allowed: Decimal
    headroom: Decimal
    ok: bool
    width: int


class InvestmentFund(Page):
    """Where the members' investment money is."""

    title = N_("Investment fund")

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """The period of the time box, but no day to come; else the fiscal year to today."""
        today = clock.today()
        asked = asked_days(self.period[0][1], self.ledger.fava_options.fiscal_year_end) if self.period else None
        if asked:
            return asked[0], max(asked[0], min(asked[1], today))
        return self.look.workspace.fiscal_year(today)[0], today

    def found(self) -> FundStatement | None:
        """The statement; None where central's book can't be read."""
        return fund_statement(self.look.federation, *self.days)

    def amount(self, found: FundStatement, amount: Decimal) -> str:
        """An amount of the fund's currency."""
        return self.money(half_away(amount, found.currency), found.currency)

    def movements(self, found: FundStatement) -> list[tuple[str, Decimal]]:
        """What changed the fund's worth, in words."""
        return [(translate(MOVEMENTS[kind]), amount) for kind, amount in found.movements.items()]

    def parts(self, found: FundStatement) -> list[Part]:
        """What it consists of, drawn side by side; what lessens it is told and not drawn."""
        whole = sum((amount for amount in found.assets.values() if amount > 0), ZERO)
        parts, left = [], 0
        for name, amount in found.assets.items():
            if not amount:
                continue
            width = int(amount * WIDTH / whole) if amount > 0 and whole else 0
            parts.append(Part(translate(ASSETS[name]), amount, DRAWN.get(name, "sambok-other"), left, width))
            left += width
        return parts

    def gauges(self, found: FundStatement) -> list[Gauge]:
        """The limits, each with how much of it is used."""
        return [self._gauge(one) for one in found.limits]

    def _gauge(self, one: Limit) -> Gauge:
        most, used = (one.actual, one.allowed) if one.least else (one.allowed, one.actual)
        width = int(min(used / most, Decimal(1)) * WIDTH) if most > 0 else WIDTH * (used > 0)
        of = self.unit_name(one.of) if one.of in self.look.workspace.units else one.of
        return Gauge(limit_text(one), of, one.actual, one.allowed, one.headroom, one.ok, width)

    def own(self, found: FundStatement) -> Account | None:
        """The account of this ledger's unit."""
        return next((one for one in found.accounts if one.unit == self.slug), None)

    def cases(self, found: FundStatement) -> list[CaseLine]:
        """Every case; this ledger's own first."""
        return sorted(found.cases, key=lambda line: (line.case.unit != self.slug, line.case.name))

    def state(self, line: CaseLine) -> str:
        """How a case stands, in words."""
        return translate(STATES[line.state])

    def kind(self, line: CaseLine) -> str:
        """What was asked for or agreed on."""
        agreement, asked = line.case.agreement, line.case.application
        kind = agreement.kind if agreement else asked.kind if asked else ""
        return translate(KINDS[kind]) if kind else ""

    def asked(self, line: CaseLine) -> Decimal:
        """What was agreed on, else asked for."""
        agreement, asked = line.case.agreement, line.case.application
        return agreement.amount if agreement else asked.amount if asked else line.paid

    def promises(self, line: CaseLine) -> list[tuple[str, str]]:
        """What was promised, and whether it is kept."""
        kept = {True: self.say(N_("kept")), False: self.say(N_("broken"))}
        return [(translate(COVENANTS[one.name]), kept[one.met]) for one in line.promises]

    def score(self, line: CaseLine) -> str:
        """The committee's points, else those of the scale."""
        return "" if line.given is None else points_text(line.given)

    def asked_for(self, line: CaseLine) -> list[tuple[str, str]]:
        """What the application says, in its own words."""
        asked = line.case.application
        return [(translate(words), asked.texts[key]) for key, words in ASKED.items() if asked and key in asked.texts]

    def lacks(self, line: CaseLine) -> str:
        """What the application lacks."""
        asked = line.case.application
        return ", ".join(asked.lacks) if asked else ""

    def criteria(self, line: CaseLine) -> list[tuple[str, str, str, str]]:
        """Each criterion: points by the scale, the most that there are, the committee's."""
        given = line.case.points or {}
        return [
            (
                translate(CRITERIA[one.criterion]),
                points_text(one.points),
                points_text(one.most),
                points_text(given[one.criterion]) if one.criterion in given else "",
            )
            for one in (line.score.points if line.score else ())
        ]

    def bad(self, line: CaseLine) -> bool:
        """Whether a case asks for somebody."""
        return line.state in {"watch", "default"}
