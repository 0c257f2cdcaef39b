"""What the tests of this folder ask of a random federation: its figures, by the engine and from its entries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from beancount.core import data

from benchmarks.vouchers import Federation
from ledger.books import Books
from ledger.charts import line
from ledger.combine import Combined, combine
from ledger.memo import forget
from ledger.policy import read_policy
from ledger.provisional import provisional
from tests.combine.random.second import Second
from tests.combine.random.strategies import Case

ZERO = Decimal(0)


class Look:
    """One look at a case: books, provisional entries, combined figures."""

    def __init__(self, case: Case, books: Books | None = None, **period) -> None:
        self.case = case
        self.books = case.federation.books() if books is None else books
        self.run = provisional(self.books, read_policy(self.books.central_text, self.books.workspace))
        self.period = period or case.period
        self.found: Combined = combine(self.books, self.run, **self.period)
        assert sound(self.found), [(p.code, p.params) for p in (*self.found.problems, *self.run.problems)]

    def second(self) -> Second:
        """The same by the second method."""
        return Second(self.books, self._entries, **self.period).run()

    def _entries(self, slug: str) -> list[data.Directive]:
        """A book as it stands at the end of the period: booked, and what the rules make of it until then."""
        book = self.books.units[slug]
        until = min(self.period["date_to"], book.unit.left or self.period["date_to"])
        return sorted(
            [*book.entries(), *self.run.at(slug, until, self.period["date_from"]).entries], key=data.entry_sortkey
        )

    def at(self, **period) -> Combined:
        """The same books over another period."""
        return combine(self.books, self.run, **period)


def sound(found: Combined) -> bool:
    """Whether nothing is wrong but that a division's book has something from before it joined, which counts nowhere."""
    return found.complete or {p.code for p in found.problems} == {"DIVISION_JOINED"}


def look(case: Case) -> Look:
    """As a fresh process sees the case."""
    forget()
    return Look(case)


def rows(found: Combined) -> dict[tuple[str, str, str], Decimal]:
    """Amounts by line, account and column."""
    return {(row.line, row.account, row.unit): row.amount for row in found.trial_balance}


def group(found: Combined) -> dict[tuple[str, str], Decimal]:
    """The group's amounts by line and account; what is zero is left out."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in found.trial_balance:
        sums[row.line, row.account] += row.amount
    return {place: amount for place, amount in sums.items() if amount}


def said(found: Combined) -> list[tuple[str, str, Decimal, str, tuple[str, ...]]]:
    """The unmatched list without places: code, class, amount, currency, units."""
    return sorted((u.code, u.kind, u.amount, u.currency, u.units) for u in found.unmatched)


def net_assets(found: Combined) -> Decimal:
    """Assets less liabilities."""
    return sum((r.amount for r in found.trial_balance if line(r.line).root in {"Assets", "Liabilities"}), ZERO)


def is_result(name: str) -> bool:
    """Whether a line belongs to the income statement, transfers apart."""
    return line(name).statement == "income" and name != "ResultTransfer"


def cta(found: Combined, slug: str | None = None) -> Decimal:
    """What stands on the translation accounts, of one unit or of all."""
    names = None if slug is None else {f"Translation-{slug.upper()}", f"Rounding-{slug.upper()}"}
    return sum((r.amount for r in found.trial_balance if r.line == "CTA" and (not names or r.account in names)), ZERO)


def with_vouchers(federation: Federation, keep) -> Federation:
    """The federation with those vouchers only that `keep(number, voucher)` lets stand."""
    left = tuple(v for number, v in enumerate(federation.vouchers) if keep(number, v))
    return replace(federation, vouchers=left)


def close(one: Fraction | Decimal, other: Fraction | Decimal, slack: Fraction | Decimal) -> bool:
    """Equal but for rounding."""
    return abs(Fraction(one) - Fraction(other)) <= Fraction(slack)
