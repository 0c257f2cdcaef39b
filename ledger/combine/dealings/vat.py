"""VAT on dealings between units: none within one legal person, and not forgotten between two (SPEC 1, 10).

Within one legal person nothing is supplied, so there is no VAT (ML 2023:200, 5 ch.: a supply needs two persons). A
voucher that books income, cost or an asset of such a dealing together with VAT is wrong, unless it holds an outsider's
purchase or sale as well, whose VAT it then is, or another voucher takes the VAT back (`vat_net`). Costs
of an outsider that one division passes on to another bear that outsider's VAT, and moving VAT balances to whoever files
them is no supply either: in both only claims and debts carry a partner.

Between legal persons of one country a sale on an account that the chart gives to a VAT rate (set `vat_sales`) needs
output VAT in the dealing. What is exempt (care, education), reverse charged or sold abroad stands on other accounts. A
seller that charges nobody VAT isn't registered for it (exempt, or below the threshold of small businesses), so nothing
is missing there, unless the buyer has deducted some; what it owes on its own purchases under reverse charge says
nothing of that. Accruals have no invoice yet. VAT postings carry no partner, so they are never eliminated.

A false alarm is worse than one that is missed, so nothing is said of: sales before the first month, or after the last
one, in which the seller has charged anybody VAT, if there are several of them (it has registered since, or was
released); units of two countries, or of one that isn't known; charts that have one account for sales with and without
VAT (`pgc`, `vsla`); a rate that is wrong; a buyer that has booked the whole price as cost.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby

from ledger.books import PartnerRow, Unit, month_of
from ledger.books.summary import BalanceRow
from ledger.combine.flows import Part
from ledger.combine.mapping import Mapper
from ledger.errors import Problem
from ledger.provisional.vat_terms import country_of

#: What a posting says of the VAT in its voucher.
BOOKED = "booked"  # VAT on what it sells or buys
NONE_BOOKED = "none"  # a sale with a VAT rate, no VAT: its unit charges VAT at that time
NEVER_BOOKED = "never"  # the same, of a unit that charges nobody VAT then
MONEY = ("bank", "cash", "clearing", "receivables", "payables")
KINDS = frozenset({None, "trade", "levy"})


def vat_signs(part: Part, rows: Iterable[PartnerRow]) -> dict[tuple[int, int], str]:
    """What the tagged postings of a book say of VAT.

    Args:
        part: the unit.
        rows: its booked tagged postings.

    Returns:
        `BOOKED`, `NONE_BOOKED` or `NEVER_BOOKED` by transaction and posting; nothing for all that has to do with none.
    """
    mapper, known = part.mapper, list(rows)
    book = part.source.summaries[0]
    charging = _Charging(part, book.balances, known)
    found: dict[tuple[int, int], str] = {}
    for _, group in groupby(known, key=lambda row: row.transaction):
        voucher = list(group)
        if any(mapper.is_in("vat", account) for account in voucher[0].others):
            if is_its_own(mapper, voucher[0].others):
                found |= {(r.transaction, r.posting): BOOKED for r in voucher if _is_supply(mapper, r)}
        elif _has_counterpart(mapper, voucher):
            sales = [r for r in voucher if mapper.is_in("vat_sales", r.account)]
            sign = NONE_BOOKED if charging.at(voucher[0].date, len(sales)) else NEVER_BOOKED
            found |= {(r.transaction, r.posting): sign for r in sales if r.ic in KINDS}
    return found


class _Charging:
    """When a book charges VAT on its own sales: from the first month with output VAT to the last.

    Output VAT in debit is only settled; on purchases (reverse charge, imports) it is owed by who isn't registered, too.
    """

    def __init__(self, part: Part, balances: Sequence[BalanceRow], rows: Iterable[PartnerRow]) -> None:
        mapper, known = part.mapper, part.scope.known
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in balances:
            if mapper.is_in("output_vat", row.account) and not mapper.is_in("reverse_vat", row.account):
                sums[row.month] += row.amount
        months = [month for month, amount in sums.items() if amount <= 0]
        self.first, self.last = min(months, default=""), max(months, default="")
        self.before, self.after = 0, 0  # sales that would bear VAT, when none was charged yet, or no longer
        if not months:
            return
        sales = [(r.month, r.postings) for r in balances if mapper.is_in("vat_sales", r.account)]
        for tagged in rows:
            partner = known.get(tagged.partner or "")
            if partner is not None and mapper.is_in("vat_sales", tagged.account):
                free = part.unit.legal_person == partner.legal_person or not one_country(part.unit, partner)
                sales.append((month_of(tagged.date), -free))
        self.before = sum(number for month, number in sales if month < self.first)
        self.after = sum(number for month, number in sales if month > self.last)

    def at(self, day: dt.date, sales: int) -> bool:
        """Whether VAT is charged on a day: outside its months if these sales are the only ones without."""
        month = month_of(day)
        if not self.first or self.first <= month <= self.last:
            return bool(self.first)
        return sales == (self.before if month < self.first else self.after)


def one_country(one: Unit, other: Unit) -> bool:
    """Whether both units are known to be in the same country."""
    try:
        return country_of(one) == country_of(other)
    except Problem:  # neither said nor plain: nobody can say that VAT is missing
        return False


def _is_supply(mapper: Mapper, row: PartnerRow) -> bool:
    """Whether a tagged posting is income, cost or an asset."""
    return mapper.at(row.account).is_result or (row.ic == "asset" and mapper.is_in("internal_asset", row.account))


def is_its_own(mapper: Mapper, others: Sequence[str]) -> bool:
    """Whether the VAT can only belong to the tagged dealing: no outsider's purchase or sale is in the voucher."""
    rounding = mapper.chart.roles.get("rounding")
    rest = [a for a in others if not mapper.is_in("vat", a) and mapper.code(a) != rounding]
    supplies = [
        a for a in rest if mapper.at(a).is_result or mapper.is_in("internal_asset", a) or mapper.is_in("inventory", a)
    ]
    outside = [a for a in rest if a not in supplies and (_is_money(mapper, a) or a.startswith("Liabilities:"))]
    return not (supplies and outside)


def _has_counterpart(mapper: Mapper, voucher: Sequence[PartnerRow]) -> bool:
    """Whether a claim or money stands against the sale: an accrual has neither."""
    claims = any(not mapper.at(row.account).is_result for row in voucher)
    return claims or any(_is_money(mapper, account) for account in voucher[0].others)


def _is_money(mapper: Mapper, account: str) -> bool:
    return any(mapper.is_in(name, account) for name in MONEY)
