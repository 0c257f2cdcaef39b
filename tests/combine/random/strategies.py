"""Random federations, small enough to be read when one fails: what hypothesis draws, written down as vouchers.

A federation has up to twelve units, divisions and legal entities mixed, in four currencies and three charts; they deal
with the world and with each other. What goes wrong between them is drawn too: differences, one side only, one side
after the period's end. All of it lies between October and April; the period is within it.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from benchmarks import deals
from benchmarks.deals import Deal
from benchmarks.vouchers import NOWHERE, Adjusted, Federation, Member, Post, Quotes, Stock, Voucher
from ledger.books import last_day
from ledger.charts import load_chart
from ledger.rules.rounding import half_away

#: Examples of each invariant; the campaign in full: `SAMBOK_FEDERATIONS=1000 pytest tests/combine/random`.
EXAMPLES = int(os.environ.get("SAMBOK_FEDERATIONS", "25"))
#: `SAMBOK_SHRINK=0`: what fails is told as it was drawn. Making it small may take minutes.
SHRINK = os.environ.get("SAMBOK_SHRINK", "1") != "0"
MONTHS = ("2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04")
#: Months in which something is booked: the others only have rates, and what is booked late.
BOOKED = MONTHS[1:6]
FOREIGN = {"EUR": Decimal("11.2000"), "CLP": Decimal("0.0110"), "KES": Decimal("0.0800")}
CHARTS = {"SEK": ("bas",), "EUR": ("pgc", "bas"), "CLP": ("pgc", "bas"), "KES": ("vsla", "bas")}
PERIODS = (
    (dt.date(2026, 1, 1), dt.date(2026, 3, 31)),
    (dt.date(2026, 2, 1), dt.date(2026, 2, 28)),
    (dt.date(2025, 11, 1), dt.date(2026, 2, 28)),
)
LEVELS = ((), ("North",), ("North", "Hill"), ("North", "Hill", "Mill"), ("North", "Lake"), ("South",), ("South", "Bay"))
#: What the sides of a dealing may differ by, and all of a period together; the differences drawn lie on either side.
TOLERANCES = ("1.00", "0.00", "0.20", "50.00", "450.00")
TOTALS = ("10.00", "0.00", "60.00", "1000.00")
CENTRAL = "a"
OTHERS = ("levy", "loan", "interest", "capital", "fund", "solidarity", "dividend", "dividend", "asset", "asset")
COST, ACCRUED = "Expenses:OtherExternalCosts", "Liabilities:AccruedExpenses"


def _begins(found: Member) -> dt.date:
    """The day from which it is a member: a bought unit is one since it was bought."""
    return max((dt.date.fromisoformat(day) for day in re.findall(r"since = (\S+)", found.owners)), default=dt.date.min)


def examples(share: float = 1.0):
    """Settings of a test: `share` of the usual number of examples.

    Continuous integration draws the same ones each time, so that a change is judged by what it has changed; everywhere
    else they are new ones.
    """
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    phases = [p for p in Phase if SHRINK or p is not Phase.shrink]
    number = max(2, int(EXAMPLES * share))
    same = os.environ.get("CI") == "true"
    return settings(max_examples=number, deadline=None, suppress_health_check=slow, phases=phases, derandomize=same)


@dataclass(frozen=True)
class Kinds:
    """What may be drawn.

    Attributes:
        most: units.
        exact: amounts and rates so round that no translation is rounded.
        flat: rates never change.
        faults: sides that differ, are missing or late.
        sorts: how often which kind of dealing.
        least: dealings at least.
        moves: of four units so many may come and go.
        wrong: how often which fault, and none.
        joins: units come and go.
        foreign: a side may book in a currency that isn't its books'.
        dealings: at most.
        currencies: beside the kronor.
        adjusted: the finance head books something on top.
        owned: some units belong to others.
    """

    most: int = 12
    exact: bool = False
    flat: bool = False
    faults: bool = True
    sorts: tuple[str, ...] = ("trade",) * 6 + OTHERS
    least: int = 0
    moves: int = 1
    wrong: tuple[str, ...] = ("", "", "", "difference", "cent", "missing", "missing", "late")
    joins: bool = True
    foreign: bool = True
    dealings: int = 8
    currencies: tuple[str, ...] = ("SEK", "EUR", "CLP", "KES")
    adjusted: bool = True
    owned: bool = False


@dataclass(frozen=True, repr=False)
class Case:
    """A federation, the period, and what was done to its dealings (name → fault)."""

    federation: Federation
    date_from: dt.date
    date_to: dt.date
    faults: tuple[tuple[str, str], ...] = ()

    @property
    def period(self) -> dict[str, dt.date]:
        """Options of `combine`."""
        return {"date_from": self.date_from, "date_to": self.date_to}

    def __repr__(self) -> str:
        """The books as text: what a failing example shows."""
        shown = [f"{self.date_from} - {self.date_to} {self.faults}", self.federation.quotes.text()]
        for member in self.federation.members:
            shown.append(f"== {member}")
            shown += [f"-- {sheet.path}\n{sheet.text}" for sheet in self.federation.sheets(member.slug)]
        shown += [one.text() for one in self.federation.adjusted]
        return "\n".join(shown)

    def _repr_pretty_(self, printer, _cycle) -> None:
        printer.text(repr(self))


@st.composite
def quotes(draw, kinds: Kinds = Kinds()) -> Quotes:
    """Prices at every month's end and four days before it, and an average of every month."""
    spots, averages = [], []
    for currency, first in FOREIGN.items():
        if currency not in kinds.currencies:
            continue
        steps = [0] * len(MONTHS) if kinds.flat else [draw(st.integers(-5, 5)) for _ in MONTHS]
        rate = first
        for month, step in zip(MONTHS, steps, strict=True):
            before, rate = rate, (rate * (100 + step) / 100).quantize(Decimal("0.0001"))
            averages.append((currency, month, ((before + rate) / 2).quantize(Decimal("0.0001"))))
            days = [dt.date.fromisoformat(f"{month}-{day:02d}") for day in (6, 12, 18, 24)]
            spots += [(currency, day, before) for day in days[:2]] + [(currency, day, rate) for day in days[2:]]
            spots.append((currency, last_day(month), rate))
    return Quotes(tuple(spots), tuple(averages))


@st.composite
def member(draw, slug: str, kinds: Kinds) -> Member:
    """A unit: who it is, in which currency and chart it books, where it belongs, when it came and went."""
    currency = draw(st.sampled_from(("SEK", "SEK", *kinds.currencies)))
    coming, going = None, None
    if kinds.joins and slug != CENTRAL and draw(st.integers(0, 3)) < kinds.moves:
        coming = draw(st.sampled_from([None, "2025-12-01", "2026-01-01", "2026-02-01", "2026-02-15"]))
        going = draw(st.sampled_from([None, "2026-02-28", "2026-03-15", "2026-03-31"]))
    return Member(
        slug=slug,
        currency=currency,
        entity="division" if slug == CENTRAL else draw(st.sampled_from(["division", "legal_entity"])),
        chart=draw(st.sampled_from(CHARTS[currency])),
        levels=draw(st.sampled_from(LEVELS)),
        business_line=draw(st.sampled_from([None, "Café", "Repair"])),
        joined=dt.date.fromisoformat(coming) if coming else None,
        left=dt.date.fromisoformat(going) if going else None,
    )


class _Drawing:
    """One federation in the making."""

    def __init__(self, draw, kinds: Kinds) -> None:
        self.draw = draw
        self.kinds = kinds
        self.quotes = draw(quotes(kinds))
        self.averages = {(currency, month): rate for currency, month, rate in self.quotes.averages}
        self.date_from, self.date_to = draw(st.sampled_from(PERIODS))
        count = draw(st.integers(1, kinds.most))
        self.members = [draw(member(slug, kinds)) for slug in "abcdefghijkl"[:count]]
        self.vouchers: list[Voucher] = []
        self.stock: list[Stock] = []
        self.adjusted: list[Adjusted] = []
        self.faults: list[tuple[str, str]] = []

    def amount(self, currency: str, low: int = 1, high: int = 5000, number: int = 0) -> Decimal:
        """An amount in whole units of its currency; no two dealings have the same."""
        drawn = self.draw(st.integers(low, high)) * 64 + number
        if self.kinds.exact:
            return Decimal(drawn * 1600)
        return Decimal(drawn * 16) if currency == "CLP" else Decimal(drawn * 16) / 100

    def day(self, low: int = 1, high: int = 28) -> dt.date:
        """Any day of the booked months."""
        return dt.date.fromisoformat(f"{self.draw(st.sampled_from(BOOKED))}-{self.draw(st.integers(low, high)):02d}")

    def average(self, currency: str, target: str, day: dt.date) -> Decimal:
        """The month's average of a currency in another."""
        month = f"{day:%Y-%m}"
        one, other = (Decimal(1) if c == "SEK" else self.averages[c, month] for c in (currency, target))
        return one / other

    def run(self) -> Case:
        """Draw everything."""
        if self.kinds.owned:
            self._owners()
        for found in self.members:
            self._with_the_world(found)
        if len(self.members) > 1:
            for number in range(self.draw(st.integers(self.kinds.least, self.kinds.dealings))):
                self._dealing(number)
        for found in self.members:
            self._year_end(found)
        if self.kinds.adjusted and self.draw(st.integers(0, 3)) == 0:
            self._accrual()
        federation = Federation(
            tuple(self.members),
            tuple(self.vouchers),
            tuple(self.stock),
            self.quotes,
            adjusted=tuple(self.adjusted),
            tolerance=Decimal(self.draw(st.sampled_from(TOLERANCES))),
            tolerance_total=Decimal(self.draw(st.sampled_from(TOTALS))),
        )
        return Case(federation, self.date_from, self.date_to, tuple(self.faults))

    def _owners(self) -> None:
        """One or two units buy another: their cost is booked on the day, in kronor; the unit itself books nothing."""
        usual = [m for m in self.members if m.joined is None and m.left is None]
        owners = [m for m in usual if (m.currency, m.chart) == ("SEK", "bas")]
        for found in [m for m in usual if m.entity != "division"]:
            above = [m for m in owners if m.slug < found.slug]
            if not above or self.draw(st.booleans()):
                continue
            since, tables = self.day(), ""
            for share in self.draw(st.sampled_from([("1.00",), ("0.80",), ("0.51", "0.25")]))[: len(above)]:
                owner = above.pop(self.draw(st.integers(0, len(above) - 1)))
                tables += f'[[owner]]\nunit = "{owner.slug}"\nshare = "{share}"\nsince = {since}\n'
                cost = self.amount("SEK")
                posts = (Post("Assets:1310-Andelar", cost, "SEK", found.slug, "capital"), Post("bank", -cost, "SEK"))
                self.vouchers.append(Voucher(owner.slug, since, posts, "Bought"))
            self.members[self.members.index(found)] = replace(found, owners=tables)
            if not self.draw(st.integers(0, 1)):
                return

    def _accrual(self) -> None:
        """A cost that isn't booked yet, of a unit or of the federation alone, taken back or not."""
        found = self.draw(st.sampled_from(self.members))
        amount, day = self.amount("SEK"), self.draw(st.sampled_from([self.date_to, dt.date(2025, 12, 31)]))
        posts = (Post(f"{COST}:6990-Övrigt", amount, "SEK"), Post(f"{ACCRUED}:2990-Upplupet", -amount, "SEK"))
        usual = found.joined is None and found.left is None and _begins(found) <= day
        unit = found.slug if usual and self.draw(st.booleans()) else ""
        reverses = self.draw(st.sampled_from([None, day + dt.timedelta(days=1)]))
        self.adjusted.append(Adjusted(day, posts, unit, reverses=reverses))

    def _stand_in(self, gone: list[Voucher]) -> None:
        """Adjustments that say what a unit should have booked: in kronor, linked, while both are members."""
        for voucher in [v for v in gone if v.links]:
            found = self._member(voucher.unit)
            both = [found, *(self._member(p.partner) for p in voucher.posts if p.partner)]
            known = all(m.joined is None and m.left is None and _begins(m) <= voucher.date for m in both)
            if found.currency != "SEK" or not voucher.links or any(p.worth for p in voucher.posts) or not known:
                return
            posts = []
            for post in voucher.posts:
                account = found.account(post.role)
                root, leaf = account.split(":")
                place = load_chart(found.chart, NOWHERE).place(account, leaf.partition("-")[0])
                posts.append(replace(post, role=f"{root}:{place.id}:{leaf}", meta=()))
            self.adjusted.append(Adjusted(voucher.date, tuple(posts), found.slug, voucher.links[0]))

    def _member(self, slug: str) -> Member:
        return next(m for m in self.members if m.slug == slug)

    def _with_the_world(self, found: Member) -> None:
        """Opening balances, sales, costs, members' money in and out."""

        def book(day: dt.date, role: str, amount: Decimal, text: str) -> None:
            posts = (Post("bank", amount, found.currency), Post(role, -amount, found.currency))
            self.vouchers.append(Voucher(found.slug, day, posts, text))

        if found.owners or self.draw(st.booleans()):  # what is bought has equity
            book(dt.date(2025, 10, 31), "retained_result", self.amount(found.currency), "Opening balance")
        for _ in range(self.draw(st.integers(0, 3))):
            kind = self.draw(st.sampled_from(["sales", "wages", "bank_fees", "member_contributions"]))
            sign = -1 if kind in {"wages", "bank_fees"} or not self.draw(st.integers(0, 4)) else 1
            book(self.day(), kind, sign * self.amount(found.currency), "External")

    def _dealing(self, number: int) -> None:
        """A dealing of two units: invoice, payment, credit note, loan, …; and what goes wrong with it."""
        kind = self.draw(st.sampled_from(self.kinds.sorts))
        first = self.draw(st.integers(0, len(self.members) - 1))
        step = self.draw(st.integers(1, len(self.members) - 1))
        one, other = self.members[first], self.members[(first + step) % len(self.members)]
        if kind == "levy":
            one, other = self.members[0], (other if other.slug != CENTRAL else one)
        if kind == "capital" and (one.owners or other.owners):
            kind = "loan"
        if kind in {"dividend", "asset"} and {(m.currency, m.chart) for m in (one, other)} != {("SEK", "bas")}:
            kind = "interest"
        how = self.draw(st.sampled_from(["link", "document", "amount"])) if kind == "trade" else "link"
        currency = self._currency(one, other)
        if currency is None:
            return
        deal = Deal(
            str(number), one, other, currency, self.day(11, 18), self.average, how, self.draw(st.integers(0, 2))
        )
        fault = self.draw(st.sampled_from(self.kinds.wrong))
        fault = fault if self.kinds.faults and kind != "asset" else ""
        if fault == "late":
            early = self.date_to - dt.timedelta(days=self.draw(st.integers(0, 4)))
            deal = replace(deal, day=early, lag=(self.date_to - early).days + self.draw(st.integers(1, 5)))
        made = self._vouchers(deal, kind, number)
        if fault in {"difference", "cent"}:
            made = self._different(made, fault)
        elif fault == "missing":
            gone = self.draw(st.sampled_from([one.slug, other.slug]))
            if self.kinds.adjusted and self.draw(st.booleans()):
                self._stand_in([v for v in made if v.unit == gone])
            made = [v for v in made if v.unit != gone]
        if fault:
            self.faults.append((deal.name, fault))
        self.vouchers += made

    def _currency(self, one: Member, other: Member) -> str | None:
        """The dealing's currency: one side's own; each side can book it, rounded to nothing where that is wanted."""
        choices = [c for c in dict.fromkeys((one.currency, other.currency)) if self._can_book(one, c)]
        choices = [c for c in choices if self._can_book(other, c)]
        return self.draw(st.sampled_from(choices)) if choices else None

    def _can_book(self, found: Member, currency: str) -> bool:
        if found.currency == currency:
            return True
        return self.kinds.foreign and (found.currency == "SEK" or not self.kinds.exact)

    def _vouchers(self, deal: Deal, kind: str, number: int) -> list[Voucher]:
        amount = self.amount(deal.currency, number=number)
        if kind == "trade":
            return self._trade(deal, amount)
        if kind == "loan":
            made = deals.loan(deal, amount)
            if self.draw(st.booleans()):
                made += deals.loan(self._later(deal), -amount / 2)
            return made
        if kind == "asset":
            return deals.asset(deal, amount, amount / 4, self.draw(st.sampled_from([1, 3, 60])))
        build = {
            "dividend": deals.dividend,
            "levy": deals.levy,
            "interest": deals.interest,
            "capital": deals.capital,
            "fund": deals.fund,
            "solidarity": deals.solidarity,
        }[kind]
        return build(deal, amount)

    def _trade(self, deal: Deal, amount: Decimal) -> list[Voucher]:
        vat = amount / 4 if deal.one.entity != "division" or deal.other.entity != "division" else Decimal(0)
        goods = deal.one.currency == deal.currency and self.draw(st.integers(0, 2)) == 0
        cost = amount * 3 / 4 if goods else None
        made = deals.trade(deal, amount, vat=vat, cost=cost)
        if goods and self.draw(st.booleans()):
            days = [last_day(f"{deal.day:%Y-%m}"), dt.date(2025, 12, 31), self.date_to]
            day = self.draw(st.sampled_from([day for day in days if day >= deal.day] or days[:1]))
            stated = Stock(deal.other.slug, day, deal.one.slug, amount / 2, deal.currency)
            if all((s.unit, s.seller, s.date) != (stated.unit, stated.seller, day) for s in self.stock):
                self.stock.append(stated)
        if deal.how != "amount" and self.draw(st.integers(0, 3)) == 0:  # a credit note of a quarter
            made += deals.trade(self._later(deal, 0), -amount / 4, vat=-vat / 4)
        paid = self.draw(st.sampled_from(["", "all", "half"]))
        if paid:
            whole = amount + vat
            made += deals.payment(self._later(deal), whole if paid == "all" or deal.how == "amount" else whole / 2)
        return made

    def _later(self, deal: Deal, months: int | None = None) -> Deal:
        """The same dealing some days later, or up to two months."""
        months = self.draw(st.integers(0, 2)) if months is None else months
        at = min(MONTHS.index(f"{deal.day:%Y-%m}") + months, len(MONTHS) - 1)
        if deal.day.day > 18 or deal.lag > 2:  # one that is booked late is answered late
            return deal
        return replace(deal, day=dt.date.fromisoformat(f"{MONTHS[at]}-{deal.day.day + 4:02d}"))

    def _different(self, made: list[Voucher], fault: str) -> list[Voucher]:
        """One voucher's amounts are larger than the other side knows: by a tenth, or by a unit of the currency."""
        at = self.draw(st.integers(0, len(made) - 1))
        found = made[at]
        currency = found.posts[0].currency
        if fault == "cent" and not self.kinds.exact:
            more = {"CLP": Decimal(40), "KES": Decimal(4)}.get(currency, Decimal("0.25"))  # more than rounding makes
        else:
            more = Decimal(400) if self.kinds.exact else Decimal(40)
        posts = list(found.posts)
        added = half_away(more * abs(posts[0].weight / posts[0].amount), self._own(found))
        for place in (0, 1):
            sign = 1 if posts[place].amount > 0 else -1
            worth = None if posts[place].worth is None else posts[place].worth + sign * added
            posts[place] = replace(posts[place], amount=posts[place].amount + sign * more, worth=worth)
        return [*made[:at], replace(found, posts=tuple(posts)), *made[at + 1 :]]

    def _own(self, found: Voucher) -> str:
        return self._member(found.unit).currency

    def _year_end(self, found: Member) -> None:
        """The year's result goes to equity, and from there to earlier years' equity in the spring."""
        if found.joined or found.left or not self.draw(st.booleans()):
            return
        own: dict[str, Decimal] = defaultdict(Decimal)
        for voucher in self.vouchers:
            if voucher.unit == found.slug and voucher.date.year == 2025:
                for post in voucher.posts:
                    if found.account(post.role).startswith(("Income", "Expenses")):
                        own[post.role] += post.weight
        result = -sum(own.values())
        if not result:
            return
        if found.chart == "bas":
            posts = [Post("result_transfer", result, found.currency)]
        else:
            posts = [Post(role, -amount, found.currency) for role, amount in sorted(own.items()) if amount]
        closing = (*posts, Post("result_for_year", -result, found.currency))
        self.vouchers.append(Voucher(found.slug, dt.date(2025, 12, 31), closing, "Year end"))
        if self.draw(st.booleans()):
            moved = (
                Post("result_for_year", result, found.currency),
                Post("prior_year_result", -result, found.currency),
            )
            moved = moved[:: self.draw(st.sampled_from([1, -1]))]
            self.vouchers.append(Voucher(found.slug, dt.date(2026, 1, 20), moved, "Result of last year"))


@st.composite
def federations(draw, kinds: Kinds = Kinds()) -> Case:
    """A random federation and its period."""
    return _Drawing(draw, kinds).run()
