"""Dealings between units as both sides book them: trade, levy, loans, interest, capital, funds (SPEC 3, 10).

Each function gives the vouchers of both units, in the dealing's own currency. A side whose books are in another one
weighs its postings at the rate it is given, the same for all postings of a voucher.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from benchmarks.vouchers import Member, Post, Voucher
from ledger.rules.rounding import half_away

#: The rate of a currency in another on a day, or in its month: the caller decides which.
Rate = Callable[[str, str, dt.date], Decimal]
#: Money in another currency is on an account of its own.
MONEY_ABROAD = {"bas": "Assets:1940-Bank", "pgc": "Assets:573-Banco", "vsla": "Assets:1040-Bank"}


@dataclass(frozen=True)
class Deal:
    """What both sides have agreed on.

    Attributes:
        name: told apart by it; its link is made of it.
        one: the issuer: seller, lender, who takes capital in.
        other: buyer, borrower, holder.
        day: when the issuer books.
        how: "link", "document", or "amount" where neither is given.
        lag: how many days later the other books.
        rate: of currencies.
    """

    name: str
    one: Member
    other: Member
    currency: str
    day: dt.date
    rate: Rate
    how: str = "link"
    lag: int = 0

    def on(self, day: dt.date) -> Deal:
        """The same dealing on another day."""
        return replace(self, day=day)

    def voucher(self, member: Member, text: str, *rows: tuple[str, Decimal, str]) -> Voucher:
        """One side's voucher: role, amount and `ic` (empty: no dealing, such as the bank or VAT) of each posting."""
        mine = member is self.one
        partner = self.other.slug if mine else self.one.slug
        day = self.day if mine else self.day + dt.timedelta(days=self.lag)
        posts = []
        abroad = f"{MONEY_ABROAD[member.chart]}-{self.currency}" if member.currency != self.currency else "bank"
        for named, amount, kind in rows:
            role = abroad if named == "bank" else named
            worth = None
            if member.currency != self.currency:
                worth = half_away(amount * self.rate(self.currency, member.currency, self.day), member.currency)
            if worth is not None and not kind and len(rows) > 2:  # VAT is booked in the unit's own currency
                posts.append(Post(role, worth, member.currency))
            else:
                posts.append(Post(role, amount, self.currency, partner if kind else "", kind, worth))
        if member.currency != self.currency and len(posts) > 2:  # one posting takes what rounding leaves of the others
            rest = -sum((p.weight for p in posts[1:]), Decimal(0))
            posts[0] = replace(posts[0], worth=rest)
        return Voucher(
            unit=member.slug,
            date=day,
            posts=tuple(posts),
            text=text,
            deal=self.name,
            links=(f"ic-{self.one.slug}-{self.name}",) if self.how == "link" else (),
            document=f"D{self.name}" if self.how == "document" else "",
        )


def trade(
    deal: Deal,
    net: Decimal,
    *,
    vat: Decimal = Decimal(0),
    cost: Decimal | None = None,
    kind: str = "trade",
    roles: tuple[str, str, str, str] = ("trade_claim", "sales", "purchases", "trade_debt"),
) -> list[Voucher]:
    """A sale on account; `net` below zero is a credit note.

    Args:
        deal: whose, and when.
        net: in the deal's currency.
        vat: likewise; the claim is gross, the VAT postings carry no partner.
        cost: what the seller gave for the goods, in its own currency.
        kind: `ic` of the postings.
        roles: claim, income, cost, debt.
    """
    claim, income, expense, debt = roles
    charged = [("output_vat", -vat, "")] if vat else []
    deducted = [("input_vat", vat, "")] if vat else []
    mine = deal.voucher(deal.one, "Sale", (claim, net + vat, kind), (income, -net, kind), *charged)
    theirs = deal.voucher(deal.other, "Purchase", (debt, -net - vat, kind), (expense, net, kind), *deducted)
    if cost is not None:
        meta = (("cost", f"{cost:f} {deal.one.currency}"),)
        posts = tuple(replace(p, meta=meta) if p.role == income else p for p in mine.posts)
        mine = replace(mine, posts=posts)
    return [mine, theirs]


def payment(
    deal: Deal, amount: Decimal, *, kind: str = "trade", roles: tuple[str, str] = ("trade_claim", "trade_debt")
) -> list[Voucher]:
    """The other side pays what it owes, or a part."""
    claim, debt = roles
    return [
        deal.voucher(deal.one, "Received", (claim, -amount, kind), ("bank", amount, "")),
        deal.voucher(deal.other, "Paid", (debt, amount, kind), ("bank", -amount, "")),
    ]


def levy(deal: Deal, amount: Decimal) -> list[Voucher]:
    """A levy voucher as the close writes it: central's claim and income, the unit's cost and debt."""
    return trade(deal, amount, kind="levy", roles=("levy_claim", "levy_income", "levy_cost", "levy_owed"))


def loan(deal: Deal, amount: Decimal) -> list[Voucher]:
    """A loan is paid out; below zero: paid back."""
    return [
        deal.voucher(deal.one, "Loan", ("loan_claim", amount, "loan"), ("bank", -amount, "")),
        deal.voucher(deal.other, "Loan", ("loan_debt", -amount, "loan"), ("bank", amount, "")),
    ]


def interest(deal: Deal, amount: Decimal) -> list[Voucher]:
    """Interest is paid: income and cost only."""
    return [
        deal.voucher(deal.one, "Interest", ("loan_interest_income", -amount, "interest"), ("bank", amount, "")),
        deal.voucher(deal.other, "Interest", ("loan_interest_cost", amount, "interest"), ("bank", -amount, "")),
    ]


def capital(deal: Deal, amount: Decimal) -> list[Voucher]:
    """The other side pays capital into the issuer."""
    return [
        deal.voucher(deal.one, "Capital", ("member_contributions", -amount, "capital"), ("bank", amount, "")),
        deal.voucher(deal.other, "Capital", ("capital_held", amount, "capital"), ("bank", -amount, "")),
    ]


def fund(deal: Deal, amount: Decimal, *, kind: str = "fund") -> list[Voucher]:
    """Money of a fund goes from the issuer to the other side, which owes it."""
    return [
        deal.voucher(deal.one, "Fund", ("fund_claim", amount, kind), ("bank", -amount, "")),
        deal.voucher(deal.other, "Fund", ("fund_owed", -amount, kind), ("bank", amount, "")),
    ]


def solidarity(deal: Deal, amount: Decimal) -> list[Voucher]:
    """Support that is a cost of one and an income of the other: no claim stays."""
    return [
        deal.voucher(deal.one, "Support", ("fund_income", amount, "solidarity"), ("bank", -amount, "")),
        deal.voucher(deal.other, "Support", ("fund_income", -amount, "solidarity"), ("bank", amount, "")),
    ]


#: Accounts of the chart `bas` that no role names.
MACHINES = "Assets:1220-Inventarier"
GAIN = "Income:3973-Vinst-sålda-inventarier"


def asset(deal: Deal, price: Decimal, carrying: Decimal, months: int) -> list[Voucher]:
    """The issuer sells a machine (chart `bas`); the other uses it for so many months more."""
    mine = deal.voucher(
        deal.one,
        "Machine sold",
        ("trade_claim", price, "asset"),
        (GAIN, -price, "asset"),
        (GAIN, carrying, "asset"),
        (MACHINES, -carrying, ""),
    )
    theirs = deal.voucher(deal.other, "Machine bought", (MACHINES, price, "asset"), ("trade_debt", -price, "asset"))
    bought = replace(theirs.posts[0], meta=(("months", str(months)),))
    return [mine, replace(theirs, posts=(bought, *theirs.posts[1:]))]


def dividend(deal: Deal, amount: Decimal, kind: str = "dividend") -> list[Voucher]:
    """The issuer shares out some of its earlier result; `kind` may be "patronage"."""
    return [
        deal.voucher(deal.one, "Shared out", ("retained_result", amount, kind), ("refund_owed", -amount, kind)),
        deal.voucher(deal.other, "Received", ("trade_claim", amount, kind), ("interest_income", -amount, kind)),
    ]
