"""What the central's services cost in a year, by cost centre, from central's book (research: cost of shared services).

A posting on income or expense belongs to the cost centre that it names (`cost-centre: "finance"`), else the one that
its voucher names, else the one whose `accounts:` hold it. Income that names a centre lessens its cost. A posting that
names a unit, too (`used-by: "repris"`), was done for that unit alone: its cost is the unit's before anything is shared.
Cost that belongs to no centre is told: somebody must answer for every krona. What isn't a service is left out: the levy
itself, what the funds give, earn and lose, rotating loan funds, interest and tax, the transfer of the result.

Amounts are in central's currency, exact; the sum of all centres and of what has none is the cost of the year.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from beancount.core import data

from ledger.books import Unit, account_code
from ledger.books.summary import weight
from ledger.charts import Chart
from ledger.charts.ranges import CodeSet
from ledger.rules.rounding import half_away

ZERO = Decimal(0)
CENTRE, USED_BY = "cost-centre", "used-by"
#: Lines of the income statement that services cost money on.
OPERATING = frozenset(
    {
        *("RawMaterials", "GoodsForResale", "OtherExternalCosts", "PersonnelCosts", "Depreciation"),
        *("WriteDownsOfCurrentAssets", "OtherOperatingExpenses"),
    }
)
#: Roles that are no service, whatever line they stand on.
NO_SERVICE = (
    "fund_grants",
    "fund_losses",
    "levy_cost",
    "fund_contribution",
    "exchange_loss",
    "loan_losses",
    "share_out",
)


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A posting of cost that belongs to no centre."""

    account: str
    amount: Decimal
    named: str
    file: str
    line: int


@dataclass
class ServiceCosts:
    """A year's cost.

    Attributes:
        by_centre: direct cost among it.
        direct: what was done for one unit alone, by centre and unit.
        accounts: by centre and account, for who asks what it is made of.
        vouchers: by centre, how many of central's vouchers concern it.
        unplaced: cost without a centre, or with one that nobody knows.
    """

    by_centre: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    direct: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    accounts: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    vouchers: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    unplaced: list[Unplaced] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """All of it, what has no centre as well."""
        return sum(self.by_centre.values(), ZERO) + sum((one.amount for one in self.unplaced), ZERO)


def service_costs(
    entries: Iterable[data.Directive],
    unit: Unit,
    chart: Chart,
    period: tuple[dt.date, dt.date],
    centres: Mapping[str, CodeSet | None],
    units: Sequence[str],
) -> ServiceCosts:
    """The cost of a period.

    Args:
        entries: central's, in Beancount's order.
        unit: central.
        chart: its chart.
        period: first and last day.
        centres: the cost centres by name, each with the accounts whose cost is its own unless the posting says other.
        units: slugs that `used-by:` may name.
    """
    codes: dict[str, str | None] = {}
    left_out = {chart.role(role).code for role in NO_SERVICE if chart.has_role(role)}
    found = ServiceCosts()
    for entry in entries:
        if isinstance(entry, data.Open):
            codes[entry.account] = account_code(entry.account, entry.meta)
        if not isinstance(entry, data.Transaction) or not period[0] <= entry.date <= period[1] or "cycle" in entry.meta:
            continue
        concerned: set[str] = set()
        for posting in entry.postings:
            if not posting.account.startswith(("Expenses:", "Income:")):
                continue
            number, currency = weight(posting)
            code = codes.get(posting.account) or account_code(posting.account, None)
            if currency != unit.currency or not number or code in left_out:
                continue
            meta: Mapping[str, Any] = posting.meta or {}
            named = meta.get(CENTRE) or entry.meta.get(CENTRE)
            line = chart.place(posting.account, code)
            cost = posting.account.startswith("Expenses:") and line is not None and line.id in OPERATING
            if not isinstance(named, str) or not named:
                if not cost:
                    continue
                named = next((name for name, own in sorted(centres.items()) if own is not None and code in own), "")
            amount = half_away(number, currency)
            if named not in centres:
                where = str(entry.meta.get("filename") or ""), int((posting.meta or entry.meta).get("lineno") or 0)
                found.unplaced.append(Unplaced(posting.account, amount, named, *where))
                continue
            concerned.add(named)
            found.by_centre[named] += amount
            found.accounts[named, posting.account] += amount
            user = meta.get(USED_BY) or entry.meta.get(USED_BY)
            if isinstance(user, str) and user in units:
                found.direct[named, user] += amount
        for named in concerned:
            found.vouchers[named] += 1
    return found
