"""The levy statement: what a unit was charged, month by month, and how it was worked out (SPEC 5, 6).

`due` and `base` leave prior years out; `posted` is everything that stands as levy in the year's books, prior years'
lines and provisional entries counted; `balance` is what the unit still owes at the year's end, VAT and earlier years
included. `vat` is what central charges on top; under reverse charge that is nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledger.books import Books, Unit, last_day
from ledger.errors import Problem
from ledger.messages import N_, number_text, say
from ledger.policy import Policy
from ledger.provisional import LevyRun, YearStatement, owed
from ledger.reports.rows_csv import rows_csv
from ledger.rules.levy import ZERO, MonthLevy
from ledger.rules.rounding import decimals, half_away
from ledger.rules.vat import Vat

BY = {
    "rate": N_("{exact} rounded once is {due} {currency}."),
    "floor": N_("{exact} is below the floor, of which {due} {currency} has accrued."),
    "cap": N_("{exact} is above the cap: {due} {currency}."),
    "threshold": N_("The base {base} is below the threshold: nothing is due."),
}


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency's decimals (and with all it has, should it have more)."""
    rounded = half_away(amount, currency)
    return f"{rounded:f}" if rounded == amount else f"{amount:f}"


def in_full(amount: Decimal, currency: str) -> str:
    """The same as people read it: the sign for decimals and the groups are those of the language in use."""
    digits = amount.normalize().as_tuple().exponent
    return number_text(amount, max(decimals(currency), -int(digits)))


def plain(rate: Decimal) -> str:
    """A rate without needless zeros: `0.15`."""
    return f"{rate.normalize():f}"


def percent(rate: Decimal) -> str:
    """`15 %` for 0.15, for people: in the language in use, and not to be broken."""
    part = (rate * 100).normalize()
    return number_text(part, max(0, -int(part.as_tuple().exponent))) + "\N{NO-BREAK SPACE}%"


@dataclass(frozen=True)
class Statement:
    """One unit, one fiscal year."""

    unit: Unit
    year: int
    months: tuple[MonthLevy, ...]
    detail: YearStatement | None
    balance: Decimal
    vat: Decimal

    @property
    def base(self) -> Decimal:
        """Turnover, prior years left out."""
        return self.detail.base if self.detail else ZERO

    @property
    def due(self) -> Decimal:
        """Due to date, prior years left out."""
        return self.detail.due if self.detail else ZERO

    @property
    def posted(self) -> Decimal:
        """Everything posted in the year."""
        return self.detail.posted if self.detail else ZERO

    @property
    def components(self) -> tuple[str, ...]:
        """Names of all components of the year, in policy's order."""
        return tuple(dict.fromkeys(name for month in self.months for name in month.components))

    def money(self, amount: Decimal) -> str:
        """An amount of the unit's currency."""
        return money(amount, self.unit.currency)

    def status(self, month: MonthLevy) -> str:
        """`booked` where the books hold it, `provisional` while they don't."""
        return "booked" if month.closed or (month.booked and not month.provisional) else "provisional"

    def as_json(self) -> dict[str, Any]:
        """The unit's object in `sambok levy --json`."""
        return {
            "unit": self.unit.slug,
            "currency": self.unit.currency,
            "base": self.money(self.base),
            "due": self.money(self.due),
            "posted": self.money(self.posted),
            "balance": self.money(self.balance),
            "months": [
                {
                    "month": month.month,
                    "base": self.money(month.base),
                    "rate": plain(month.rate),
                    "due_ytd": self.money(month.due_ytd),
                    "posted": self.money(month.posted),
                    "status": self.status(month),
                    "components": {name: self.money(part) for name, part in month.components.items()},
                    "corrections": [
                        {"voucher": c.voucher, "of": c.of, "base": self.money(c.base)} for c in month.corrections
                    ],
                }
                for month in self.months
            ],
            "prior_years": [
                {
                    "year": int(line.year[:4]),
                    "base": self.money(line.base),
                    "amount": self.money(line.amount),
                    "month": line.month,
                }
                for line in (self.detail.prior_years if self.detail else ())
            ],
            "vat": self.money(self.vat),
        }

    def explanation(self, policy: Policy) -> list[str]:
        """How the last month's due to date came about, in sentences for its bookkeeper."""
        if not self.months or self.detail is None:
            return [say(N_("No turnover in this year."))]
        last = self.months[-1]
        told = say(N_("Due to date at the end of {month} = Σ rate × turnover:"), month=last.month)
        result = say(
            BY[last.by],
            exact=in_full(last.exact_ytd, self.unit.currency),
            due=in_full(last.due_ytd, self.unit.currency),
            base=in_full(last.base_ytd, self.unit.currency),
            currency=self.unit.currency,
        )
        found = [f"{told} {result} " + say(N_("A month's posting is what is due to date less what was posted before."))]
        found += self._rates(policy)
        if self.detail and any(m.closed for m in self.months):
            found.append(say(N_("Closed months keep what was booked; the first open month carries the rest.")))
        return found

    def _rates(self, policy: Policy) -> list[str]:
        assert self.detail is not None
        entries = {
            entry.line: entry
            for month in self.months
            if (entry := policy.rate_entry(self.unit.slug, last_day(month.month))) is not None
        }
        text = N_("{percent} by decision {decision}, from {start}.")
        return [say(text, percent=percent(e.rate), decision=e.decision, start=e.start) for e in entries.values()]


def latest_year(run: LevyRun) -> int | None:
    """The latest fiscal year in which any unit has something to state."""
    return max((year.year for levy in run.statements.values() for year in levy.years), default=None)


def statements(books: Books, run: LevyRun, year: int) -> list[Statement]:
    """Statements of all units that `run` knows, by slug."""
    found = []
    _, last = books.workspace.fiscal_year(dt.date(year, books.workspace.first_month, 1))
    for slug, levy in sorted(run.statements.items()):
        detail = levy.year(year)
        charged = levy.terms.kind is Vat.DOMESTIC and detail is not None
        found.append(
            Statement(
                unit=levy.unit,
                year=year,
                months=detail.months if detail else (),
                detail=detail,
                balance=owed(books, run, slug, last),
                vat=sum((vat for _, vat in detail.vat), ZERO) if detail and charged else ZERO,
            )
        )
    return found


def as_json(year: int, found: Sequence[Statement], problems: Sequence[Problem]) -> dict[str, Any]:
    """The answer of `sambok levy --json`."""
    return {
        "schema": 1,
        "year": year,
        "units": [statement.as_json() for statement in found],
        "errors": [problem.as_json() for problem in problems],
    }


def as_csv(year: int, found: Sequence[Statement]) -> str:
    """A row a unit and month, a column a component: the figures of `sambok levy`; corrections of earlier years too."""
    names = dict.fromkeys(name for one in found for name in one.components)
    rows: list[dict[str, Any]] = []
    for one in found:
        answer, head = one.as_json(), {"year": year, "unit": one.unit.slug, "currency": one.unit.currency}
        rows += [{**head, **month, **month["components"]} for month in answer["months"]]
        for line in answer["prior_years"]:
            rows.append({**head, "month": line["month"], "of_year": line["year"], **_prior(one, line)})
    columns = ("year", "unit", "currency", "month", "of_year", "base", "rate", "due_ytd", "posted", "status")
    return rows_csv((*columns, *names), rows)


def _prior(one: Statement, line: Mapping[str, Any]) -> dict[str, str]:
    """What a month posts of an earlier year, in all and by component."""
    assert one.detail is not None
    parts = next(p for p in one.detail.prior_years if (p.month, int(p.year[:4])) == (line["month"], line["year"]))
    split = {name: one.money(part) for name, part in parts.components.items()}
    return {"base": line["base"], "posted": line["amount"], **split}
