"""VAT of a dealing, net: what all vouchers of one side come to, so that a correction counts as what it corrects.

VAT that was booked on a dealing by mistake is taken back by a voucher of its own, with the same link; VAT that was
forgotten is added by one, or split out of the takings at the end of the month. So nothing is judged by one voucher.

A voucher may hold VAT that isn't the dealing's. VAT on a sale is output VAT in credit, as its income is; VAT on a
purchase is input VAT in debit, as its cost is; a credit note turns both round. A settlement with the tax authority is
the other way: it empties the accounts, and its sum is zero or was paid. What one unit hands over stands with the other
on the same kind of account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from beancount.core import data

from ledger.books.summary import weight
from ledger.combine.dealings.vat import is_its_own
from ledger.combine.flows import Part
from ledger.combine.mapping import Mapper
from ledger.combine.model import ZERO
from ledger.errors import Problem
from ledger.provisional.vat_terms import country_of
from ledger.rules.rounding import EXACT, half_away
from ledger.rules.vat import standard_rate

#: Roles of accounts for sales at a reduced rate end in it: `sales_12`.
REDUCED = "sales_"


@dataclass
class Taxed:
    """One side's vouchers of a dealing; debit positive, in the currency of its first VAT posting.

    Attributes:
        unit: whose.
        currency: "" without VAT.
        output: output VAT.
        input: input VAT.
        income: tagged income.
        cost: tagged cost and assets.
        needed: VAT that the tagged sales on accounts with VAT need.
        bare: of that, of the vouchers that hold none.
        places: of the VAT postings.
    """

    unit: str
    currency: str = ""
    output: Decimal = ZERO
    input: Decimal = ZERO
    income: Decimal = ZERO
    cost: Decimal = ZERO
    needed: Decimal = ZERO
    bare: Decimal = ZERO
    places: tuple[str, ...] = ()

    @property
    def lacks(self) -> bool:
        """Whether most of the output VAT is missing that the vouchers without VAT need."""
        if not self.bare:  # the rate isn't known
            return not self.output
        short = self.needed - self.output
        return abs(short) * 2 >= abs(self.bare) and short * self.bare > 0


def taxed(
    part: Part, vouchers: Iterable[data.Transaction], place: Callable[[data.Transaction, data.Posting], str]
) -> Taxed:
    """What one side's vouchers of a dealing hold of VAT.

    Args:
        part: the unit.
        vouchers: its booked ones, in order.
        place: names a posting's file and line.
    """
    found = Taxed(part.unit.slug)
    with localcontext(EXACT):
        for voucher in vouchers:
            _add(found, part, voucher, place)
        if found.currency:
            found.output = half_away(found.output, found.currency)  # a total price leaves a trace
            found.input = half_away(found.input, found.currency)
    return found


def _add(
    found: Taxed, part: Part, voucher: data.Transaction, place: Callable[[data.Transaction, data.Posting], str]
) -> None:
    mapper = part.mapper
    tagged = [p for p in voucher.postings if _is_tagged(p)]
    others = [p for p in voucher.postings if not _is_tagged(p)]
    vat = [p for p in others if mapper.is_in("vat", p.account)]
    if vat and not is_its_own(mapper, [p.account for p in others]):
        return
    for posting in tagged:
        _supply(found, part, posting, voucher, bare=not vat)
    if vat and not half_away(sum((weight(p)[0] for p in vat), ZERO), weight(vat[0])[1]):
        return  # moved from one VAT account to another
    for posting in vat:
        amount, currency = weight(posting)
        output, its = (mapper.is_in(name, posting.account) for name in ("output_vat", "input_vat"))
        found.currency = found.currency or currency
        if currency == found.currency and (output or its):
            found.output += amount if output else ZERO
            found.input += ZERO if output else amount
            found.places += (place(voucher, posting),)


def _supply(found: Taxed, part: Part, posting: data.Posting, voucher: data.Transaction, *, bare: bool) -> None:
    mapper, amount = part.mapper, weight(posting)[0]
    asset = (posting.meta or {}).get("ic") == "asset"
    if not mapper.at(posting.account).is_result:
        found.cost += amount if asset and mapper.is_in("internal_asset", posting.account) else ZERO
    elif not asset:  # a gain or loss on an asset isn't its price
        if posting.account.startswith("Income:"):
            found.income += amount
        else:
            found.cost += amount
    if mapper.is_in("vat_sales", posting.account):
        needed = amount * _rate(mapper, part, posting.account, voucher)
        found.needed += needed
        found.bare += needed if bare else ZERO


def _rate(mapper: Mapper, part: Part, account: str, voucher: data.Transaction) -> Decimal:
    """The rate of a sales account, as its chart's roles say; else its country's standard rate, 0 where unknown."""
    code = mapper.code(account)
    for role, its in mapper.chart.roles.items():
        percent = role.removeprefix(REDUCED)
        if its == code and percent != role and percent.isdigit():
            return Decimal(percent) / 100
    try:
        return standard_rate(country_of(part.unit), voucher.date) or ZERO
    except Problem:
        return ZERO


def on_dealing(sides: Sequence[Taxed]) -> list[tuple[Taxed, Decimal]]:
    """The sides that have VAT on the dealing itself, with its amount, without sign.

    What one side has given to the other on the same kind of account was handed over.
    """
    found = []
    for side in sides:
        amount = ZERO
        same = [s for s in sides if s.currency == side.currency]
        if sum((s.output for s in same), ZERO) and _belongs(side.output, side.income, -1):
            amount += abs(side.output)
        if sum((s.input for s in same), ZERO) and _belongs(side.input, side.cost, 1):
            amount += abs(side.input)
        if amount:
            found.append((side, amount))
    return found


def _belongs(vat: Decimal, supply: Decimal, sign: int) -> bool:
    """Whether VAT goes the way of what was sold or bought; where that was taken back, the way it came in."""
    return vat * supply > 0 or (not supply and vat * sign > 0)


def _is_tagged(posting: data.Posting) -> bool:
    meta = posting.meta or {}
    return "partner" in meta or "ic" in meta
