"""The page on shared services: what they cost and who used them; where 100 of a unit's turnover went.

In the federation's ledger stand all units; in a unit's own its page comes first. Everybody may see everybody's: the
levy is everybody's money, and nothing here is about a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ledger.errors import Problem
from ledger.messages import N_
from ledger.reports import services as reports
from ledger.reports.levy import in_full
from ledger.rules.services.usage import Usage
from ledger.services.spent import Spent
from ledger.services.year import ServiceYear
from ledger.web.page import Page
from ledger.web.periods import asked_year

ZERO = Decimal(0)
#: Width of the drawings, in their own units.
WIDTH = 1000


@dataclass(frozen=True)
class Piece:
    """A part of 100: how it is called, how much, whether it is a part of the line above, and how it is drawn."""

    text: str
    part: Decimal
    inside: bool
    width: int
    style: str


class SharedServices(Page):
    """What the levy paid for."""

    title = N_("Shared services")

    def years(self) -> list[int]:
        """The years that may be asked for, the latest first."""
        statements = self.look.federation.run.statements.values()
        return sorted({year.year for levy in statements for year in levy.years}, reverse=True)

    def year_link(self, year: int) -> str:
        """This page of another year."""
        return self.to("SharedServices", [("year", str(year))])

    def found(self) -> ServiceYear | Problem:
        """The year that is asked for, else the latest that is closed; or why there is none."""
        try:
            return reports.the_year(self.look.federation, asked_year())
        except Problem as problem:
            return problem

    def is_problem(self, found: object) -> bool:
        """Whether there are no figures."""
        return isinstance(found, Problem)

    def amount(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency's decimals."""
        return self.money(amount, currency)

    def title_of(self, found: ServiceYear, part: str) -> str:
        """What a service or a part is called."""
        return reports.name_of(part, found)

    def services(self, found: ServiceYear) -> list[tuple[str, Decimal, Decimal | None, str, str]]:
        """Each service: title, cost of the year, of the year before, by what it is shared, what one of that costs."""
        rows, before = [], found.before or {}
        for name in found.centres:
            priced = reports.prices(found, name, rounded=True)
            prices = ", ".join(
                f"{reports.key_name(key)} {in_full(price, found.currency)}" for key, price in priced.items()
            )
            cost = found.costs.by_centre.get(name, ZERO)
            rows.append((self.title_of(found, name), cost, before.get(name), reports.key_words(found, name), prices))
        return rows

    def cover(self, found: ServiceYear) -> list[str]:
        """Whether the levy covers the cost, and what is proposed."""
        return reports.cover_words(found)

    def uses(self, found: ServiceYear) -> list[tuple[Usage, int, int]]:
        """Each unit's part, with how long what it paid and what it used are drawn."""
        most = max((max(one.paid, one.used) for one in found.use.values()), default=ZERO)

        def long(amount: Decimal) -> int:
            return int(max(amount, ZERO) * WIDTH / most) if most else 0

        return [(one, long(one.paid), long(one.used)) for _, one in sorted(found.use.items())]

    def own(self, found: ServiceYear) -> Usage | None:
        """This ledger's unit, where it is one of them."""
        return found.use.get(self.slug or "")

    def used(self, found: ServiceYear, one: Usage) -> list[tuple[str, Decimal]]:
        """What a unit used, by service."""
        return [(self.title_of(found, name), amount) for name, amount in one.by_centre.items() if amount]

    def hundred(self, found: ServiceYear) -> Spent | None:
        """Where 100 of this unit's turnover went; None in the federation's ledger, or where nobody can say."""
        unit = self.look.workspace.units.get(self.slug or "")
        if unit is None:
            return None
        try:
            return reports.hundred_of(self.look.federation, found, unit)
        except Problem:  # it sold nothing, or was no member: nothing can be said of each 100
            return None

    def pieces(self, found: ServiceYear, spent: Spent) -> list[Piece]:
        """What went out of 100, in its order; bars are parts of all that came in."""
        parts = spent.parts
        rows = [(name, part, False, "sambok-box") for name, part in parts.costs.items()]
        for name, part in parts.levy.items():
            rows.append((name, part, False, "sambok-lent"))
            if name == "service":
                rows += [(centre, piece, True, "sambok-lent") for centre, piece in parts.services.items()]
        rows.append(("left", parts.left, False, "sambok-up"))
        whole = max(parts.total, Decimal(1))
        return [
            Piece(self.title_of(found, name), part, inside, int(max(part, ZERO) * WIDTH / whole), style)
            for name, part, inside, style in rows
        ]

    def incoming(self, found: ServiceYear, spent: Spent) -> list[tuple[str, Decimal]]:
        """What came in for each 100 of turnover."""
        return [(self.title_of(found, name), part) for name, part in spent.parts.income.items()]

    def of_hundred(self, part: Decimal) -> str:
        """A part of 100."""
        return self.money(part, "SEK")  # two decimals, whatever the currency
