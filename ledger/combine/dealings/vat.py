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

A false alarm is worse than one that is missed, so nothing is said of: sales before the first month and after the last
one in which the seller has charged anybody VAT, because it may have registered or been released in between; units of
two countries, or of one that isn't known; charts that have one account for sales with and without VAT (`pgc`, `vsla`);
a rate that is wrong; a buyer that has booked the whole price as cost.
"""

from __future__ import annotations

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
    mapper = part.mapper
    book = part.source.summaries[0]
    charged = _charged(mapper, book.balances)
    found: dict[tuple[int, int], str] = {}
    for _, group in groupby(rows, key=lambda row: row.transaction):
        voucher = list(group)
        if any(mapper.is_in("vat", account) for account in voucher[0].others):
            if is_its_own(mapper, voucher[0].others):
                found |= {(r.transaction, r.posting): BOOKED for r in voucher if _is_supply(mapper, r)}
        elif _has_counterpart(mapper, voucher):
            registered = bool(charged) and charged[0] <= month_of(voucher[0].date) <= charged[-1]
            sign = NONE_BOOKED if registered else NEVER_BOOKED
            found |= {
                (r.transaction, r.posting): sign
                for r in voucher
                if r.ic in KINDS and mapper.is_in("vat_sales", r.account)
            }
    return found


def _charged(mapper: Mapper, balances: Iterable[BalanceRow]) -> list[str]:
    """Months in which a book has output VAT on its own sales: in debit it is only settled.

    Reverse charge on what it buys, and VAT on imports, is owed by who isn't registered, too.
    """
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in balances:
        if mapper.is_in("output_vat", row.account) and not mapper.is_in("reverse_vat", row.account):
            sums[row.month] += row.amount
    return sorted(month for month, amount in sums.items() if amount <= 0)


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
