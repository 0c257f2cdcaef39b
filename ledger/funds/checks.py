"""What vouchers and agreements of the investment fund break (SPEC 9): told with file and line; the figures stand.

Limits are looked at on every day on which the fund does something: agrees, pays out, guarantees. What breaks a limit
because the fund has become smaller is shown by its statement and told to nobody: there is no voucher to mend. A voucher
or agreement that breaks one knowingly says so with `accepted-by:` and `reason:` (an agreement, with `reason:`).
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from ledger.books import Books
from ledger.errors import Problem, order
from ledger.funds.book import FundBook
from ledger.funds.fund import made
from ledger.funds.problems import FundAgreementLacking, FundLimit, FundOverpaid
from ledger.funds.rows import FundRow
from ledger.policy import Policy
from ledger.policy.check_funds import LARGE
from ledger.policy.funds import AgreementEntry
from ledger.policy.problems_funds import FundDelegation
from ledger.rules.funds.limits import BODIES, Limit, Surroundings, body_for, limits, may_decide
from ledger.rules.funds.movements import Fund
from ledger.rules.rounding import half_away

ZERO = Decimal(0)
#: What each kind of case can break by itself: nobody is told of another unit's exposure because of a grant to this one.
MOVES = {
    "grant": ("exposure", "business-line", "liquidity", "grants", "own-part", "project-share"),
    "loan": ("exposure", "business-line", "liquidity", "of-turnover", "own-part", "project-share"),
    "equity": ("exposure", "business-line", "liquidity", "own-part", "project-share"),
    "guarantee": ("exposure", "business-line", "own-part", "project-share"),
}
#: Limits of the fund as a whole, which a payment moves and an agreement doesn't.
WHEN_PAID = frozenset({"liquidity"})


def fund_checks(
    books: Books,
    policy: Policy,
    book: FundBook,
    around: Callable[[dt.date], Surroundings],
    levy_since: Callable[[str, dt.date], dt.date | None],
) -> tuple[Problem, ...]:
    """What is broken.

    Args:
        books: loaded.
        policy: agreements and terms.
        book: the investment fund, as central's book has it.
        around: what limits look at besides the fund, on a day.
        levy_since: since when a unit owes levy on a day; None: it owes none.
    """
    return tuple(sorted(_Checks(books, policy, book, around, levy_since).run(), key=order))


class _Checks:
    def __init__(
        self,
        books: Books,
        policy: Policy,
        book: FundBook,
        around: Callable[[dt.date], Surroundings],
        levy_since: Callable[[str, dt.date], dt.date | None],
    ) -> None:
        self.books, self.policy, self.book = books, policy, book
        self.around, self.levy_since = around, levy_since
        self.funds: dict[dt.date, Fund] = {}
        central = books.workspace.central
        assert central is not None
        self.slug, self.currency = central.slug, central.currency

    def run(self) -> Iterator[Problem]:
        for entry in self.policy.funds.agreed:
            yield from self._agreement(entry)
        paid: dict[str, Decimal] = {}
        for row in self.book.rows:
            if row.kind in {"loan", "stake", "grant"} and self._pays(row) and row.booked:
                before = paid.get(row.case, ZERO)
                paid[row.case] = before + abs(row.amount)
                yield from self._payment(row, paid[row.case])

    def _pays(self, row: FundRow) -> bool:
        if row.kind != "grant":
            return row.amount > 0
        entry = self.policy.funds.agreement(
            row.case, row.date
        )  # a loan that is forgiven is granted, and not paid again
        return row.amount < 0 and (entry is None or entry.terms.kind == "grant")

    def _fund(self, day: dt.date) -> Fund:
        if day not in self.funds:
            self.funds[day] = made(self.books, self.policy, self.book, day)
        return self.funds[day]

    def _broken(self, day: dt.date, unit: str, case: str, kind: str) -> Iterator[Limit]:
        """The limits that aren't kept on a day, of those that a case of this kind moves."""
        lines = self.around(day).lines
        named = {unit, case, lines.get(unit, ""), ""}
        for one in limits(self._fund(day), day, self.around(day)):
            if not one.ok and one.name in MOVES[kind] and one.of in named:
                yield one

    def _agreement(self, entry: AgreementEntry) -> Iterator[Problem]:
        terms = entry.terms
        where: dict[str, Any] = {"file": entry.file, "line": entry.line}
        if not entry.reason:
            for one in self._broken(entry.start, terms.unit, terms.case, terms.kind):
                if one.name not in WHEN_PAID:
                    yield self._limit(one, terms.case, entry.start, where)
        yield from self._quarter(entry)

    def _quarter(self, entry: AgreementEntry) -> Iterator[Problem]:
        """More than a quarter of the fund is for the assembly; what goes by amount alone, policy's own checks tell."""
        decision, terms = self.policy.decisions.get(entry.decision), self.policy.funds.fund_terms(entry.start)
        worth, amount = self._fund(entry.start).state(entry.start).worth, entry.terms.amount
        needed = body_for(amount, worth, terms)
        if (
            decision is None
            or decision.body not in BODIES
            or needed is None
            or needed == body_for(amount, LARGE, terms)
        ):
            return
        if not may_decide(decision.body, needed):
            yield FundDelegation(
                case="part",
                file=entry.file,
                line=entry.line,
                amount=Amount(amount, self.currency),
                case_name=entry.terms.case,
                body=decision.body,
                needed=needed,
            )

    def _payment(self, row: FundRow, total: Decimal) -> Iterator[Problem]:
        where: dict[str, Any] = {"file": self.books.workspace.shown(row.file), "line": row.line, "unit": self.slug}
        entry = self.policy.funds.agreement(row.case, row.date)
        if entry is None:
            known = sorted(self.policy.funds.agreements)
            near = difflib.get_close_matches(row.case, known, n=1, cutoff=0)
            said: dict[str, Any] = {"nearest": near[0]} if near else {"case": "none"}
            yield FundAgreementLacking(**where, case_name=row.case or "-", date=row.date, **said)
            return
        terms = entry.terms
        if row.unit and row.unit != terms.unit:
            yield FundAgreementLacking(**where, case="unit", case_name=row.case, slug=row.unit, agreed=terms.unit)
        closed = self.policy.funds.closed.get(row.case)
        if (terms.ends is not None and row.date > terms.ends) or (closed is not None and row.date >= closed):
            yield FundAgreementLacking(**where, case="over", case_name=row.case, date=closed or terms.ends)
        if total > terms.amount:
            paid, amount = Amount(total, self.currency), Amount(terms.amount, self.currency)
            yield FundOverpaid(**where, case_name=row.case, paid=paid, amount=amount)
        if row.accepted:
            return
        for one in self._broken(row.date, terms.unit, row.case, terms.kind):
            if one.name in WHEN_PAID or one.name in {"exposure", "grants"}:
                yield self._limit(one, row.case, row.date, where)
        since = self.levy_since(terms.unit, row.date)
        days = (row.date - since).days if since is not None else 0
        if days > self.policy.funds.fund_terms(row.date).levy_days:
            yield FundLimit(
                **where, case="levy", case_name=row.case, date=row.date, slug=terms.unit, since=since, days=days
            )

    def _limit(self, one: Limit, case: str, day: dt.date, where: dict[str, Any]) -> Problem:
        actual, allowed = (Amount(half_away(a, self.currency), self.currency) for a in (one.actual, one.allowed))
        said: dict[str, Any] = {"case": one.name, "case_name": case, "date": day, "of": one.of}
        return FundLimit(**where, **said, actual=actual, allowed=allowed)
