"""The combined trial balance a second way, from entries alone: nothing of `ledger.combine` is used.

Trial balance × rates: each account's amounts are multiplied by the rate that SPEC 10 gives them and only added up;
nothing is rounded on the way, and what is missing in a unit's column is its translation difference. Dealings are
brought together by the plain definition (link, document, amount) and eliminated for the smaller side. Each figure
comes with the rounding that SPEC 10 allows: half a unit for each posting that was translated; none in kronor.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from beancount.core import convert, data

from ledger.books import Books, Unit
from ledger.charts import Chart, line, load_chart
from ledger.rules.rounding import unit_of

BASE = "SEK"
HALF = Fraction(1, 200)
TRACE = Fraction(1, 10**12)
WINDOW = dt.timedelta(days=10)
DAY = dt.timedelta(days=1)
RETAINED = ("RetainedResult", "Earlier-years")
JOINED = ("Joined", "Net-assets")
LEFT = ("Left", "Net-assets")
IN_TRANSIT = ("CashAndBank", "In-transit")

Place = tuple[str, str]  # line, account
Cell = tuple[str, str, str]  # line, account, column


def rounded(amount: Fraction) -> Fraction:
    """To the öre, halves away from zero."""
    with localcontext() as context:
        context.prec = 80
        number = Decimal(amount.numerator) / Decimal(amount.denominator)
        return Fraction(number.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def weighed(posting: data.Posting) -> tuple[Fraction, str]:
    """What a posting weighs: whole öre in kronor; elsewhere without the trace that a total price's division leaves."""
    weight = convert.get_weight(posting)
    number = Fraction(weight.number)
    whole = rounded(number)
    return whole if weight.currency == BASE or abs(whole - number) < TRACE else number, weight.currency


def is_result(account: str) -> bool:
    """Income and expense."""
    return account.startswith(("Income:", "Expenses:"))


def _is_shared(posting: data.Posting) -> bool:
    """What a unit shares out of its equity answers the receiver's income."""
    return posting.account.startswith("Equity:") and posting.meta.get("ic") in {"dividend", "patronage"}


def code_of(account: str) -> str:
    """The number that an account's name begins with."""
    return account.rsplit(":", 1)[-1].partition("-")[0]


@dataclass
class Sum:
    """An amount and how far rounding may take it."""

    exact: Fraction = Fraction(0)
    slack: Fraction = Fraction(0)

    def add(self, exact: Fraction, slack: Fraction = Fraction(0)) -> None:
        """Add an amount."""
        self.exact += exact
        self.slack += slack


class Rates:
    """Prices and averages as the file has them."""

    def __init__(self, directives: Iterable[data.Directive]) -> None:
        self.prices: dict[str, list[tuple[dt.date, Fraction]]] = defaultdict(list)
        self.averages: dict[tuple[str, str], Fraction] = {}
        for entry in directives:
            if isinstance(entry, data.Price):
                self.prices[entry.currency].append((entry.date, Fraction(entry.amount.number)))
            elif isinstance(entry, data.Custom):
                currency, amount = (value.value for value in entry.values)
                self.averages[currency, f"{entry.date:%Y-%m}"] = Fraction(amount.number)

    def spot(self, currency: str, day: dt.date) -> Fraction:
        """The latest price, at most seven days old."""
        if currency == BASE:
            return Fraction(1)
        found = max((p for p in self.prices[currency] if p[0] <= day), key=lambda p: p[0])
        assert (day - found[0]).days <= 7
        return found[1]

    def average(self, currency: str, day: dt.date) -> Fraction:
        """The average of a day's month."""
        return Fraction(1) if currency == BASE else self.averages[currency, f"{day:%Y-%m}"]


@dataclass(frozen=True)
class Item:
    """A posting with a partner. `amount` in the document's currency, `worth` in the reporting currency."""

    unit: str
    partner: str
    date: dt.date
    place: Place
    result: bool
    currency: str
    amount: Fraction
    worth: Fraction
    slack: Fraction
    links: frozenset[str]
    document: str
    voucher: int  # place among the unit's transactions
    order: tuple[str, int]
    kind: str
    months: int = 0
    asset: bool = False
    opening: Fraction = Fraction(0)  # `worth` on the day before the period
    then: Fraction | None = None  # of capital in a foreign book: its worth on its own day

    @property
    def key(self) -> tuple[dt.date, tuple[str, int], str]:
        """Ties go by date, file and line."""
        return self.date, self.order, self.unit


Side = tuple[Item, ...]


@dataclass
class Second:
    """The figures of a period.

    Attributes:
        entries: booked and provisional transactions of a unit, in Beancount's order.
        cells: amounts by line, account and column; CTA's rounding accounts are left out.
        open: per dealing and section, what its sides differ by, in the reporting currency.
        postings: translated postings of each unit: what rounding is measured by.
        stands: what each unit's entries lack to zero.
    """

    books: Books
    entries: Callable[[str], Sequence[data.Directive]]
    date_from: dt.date
    date_to: dt.date
    cells: dict[Cell, Sum] = field(default_factory=lambda: defaultdict(Sum))
    open: dict[tuple[str, str, int, bool], Fraction] = field(default_factory=dict)
    postings: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    stands: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))

    def run(self) -> Second:
        """Work everything out."""
        self.rates = Rates(self.books.central_text.prices)
        self.config = self.books.workspace.config.intragroup
        self.units = {s: u for s, u in self.books.workspace.units.items() if self._counts(u)}
        self.charts = {s: load_chart(u.chart, u.folder) for s, u in self.units.items()}
        self.books_of = {s: [e for e in self.entries(s) if isinstance(e, data.Transaction)] for s in self.units}
        for slug in sorted(self.units):
            Column(self, self.units[slug]).run()
        for number, dealing in enumerate(self._dealings()):
            self._settle(number, dealing)
        self._unrealised()
        self._assets()
        self._adjusted()
        return self

    # -- who counts -----------------------------------------------------------------------------------------------

    def _counts(self, unit: Unit) -> bool:
        if unit.joined and unit.joined > self.date_to:
            return False
        return not (unit.left and unit.left < self.date_from - DAY and unit.entity != "division")

    def _member(self, slug: str, day: dt.date) -> bool:
        unit = self.units.get(slug)
        return unit is not None and (unit.joined or day) <= day <= (unit.left or day)

    def _stands(self, slug: str) -> bool:
        return slug in self.units and (self.units[slug].entity == "division" or self._member(slug, self.date_to))

    def weight(self, posting: data.Posting) -> Fraction:
        """What a posting weighs."""
        return weighed(posting)[0]

    def place(self, slug: str, account: str) -> Place:
        """Line and account's name."""
        leaf = account.rsplit(":", 1)[-1]
        line = self.charts[slug].place(account, code_of(account))
        assert line is not None, account
        return line.id, leaf

    # -- dealings -------------------------------------------------------------------------------------------------

    def _items(self) -> list[Item]:
        found = []
        for slug, transactions in self.books_of.items():
            for number, entry in enumerate(transactions):
                tagged = [p for p in entry.postings if p.meta and "partner" in p.meta]
                found += [self._item(slug, number, entry, p) for p in tagged if self._between(slug, entry, p)]
        return found + self._stand_ins()

    def _adjusted(self) -> None:
        """What the finance head books on top, and takes back."""
        for entry in self.books.adjustments.entries:
            for day, sign in ((entry.date, 1), (entry.meta.get("reverses"), -1)):
                for posting in entry.postings if day and day <= self.date_to else ():
                    earlier = is_result(posting.account) and day < self.date_from
                    place = RETAINED if earlier else tuple(posting.account.split(":")[1:])
                    self.cells[(*place, "ADJ")].add(sign * Fraction(posting.units.number))

    def _stand_ins(self) -> list[Item]:
        """Adjustments that stand for what a unit should have booked: in kronor, by link."""
        return [
            Item(
                unit=entry.meta["unit"],
                partner=posting.meta["partner"],
                date=entry.date,
                place=tuple(posting.account.split(":")[1:]),
                result=is_result(posting.account) or _is_shared(posting),
                currency=BASE,
                amount=Fraction(posting.units.number),
                worth=Fraction(posting.units.number),
                slack=Fraction(0),
                links=entry.links,
                document="",
                voucher=-number,
                order=(posting.meta["filename"], posting.meta["lineno"]),
                kind=posting.meta["ic"],
                opening=Fraction(posting.units.number),
            )
            for number, entry in enumerate(self.books.adjustments.entries, 1)
            for posting in entry.postings
            if posting.meta and "partner" in posting.meta and entry.date <= self.date_to
        ]

    def _between(self, slug: str, entry: data.Transaction, posting: data.Posting) -> bool:
        """Whether a posting is between units of the run."""
        unit, day, partner = self.units[slug], entry.date, posting.meta["partner"]
        if day > self.date_to + WINDOW or (unit.left and day > unit.left):
            return False
        if unit.entity == "division" and unit.joined and day < unit.joined:
            return False
        if partner not in self.units:
            return False
        if self._is_asset(slug, posting):
            both = self._member(slug, day) and self._member(partner, day)
            return both and self._stands(slug) and self._stands(partner)
        if is_result(posting.account) or _is_shared(posting):
            named = any(link.startswith("ic-") for link in entry.links) or "document" in entry.meta
            since = self.date_from - (dt.timedelta(days=550) if named else WINDOW)
            return day >= since and self._member(slug, day) and self._member(partner, day)
        other = self.units[partner]
        linked = any(link.startswith("ic-") for link in entry.links)
        early, late = other.joined and day < other.joined, other.left and day > other.left and not linked
        gone = other.entity == "division" and (early or late)
        return self._stands(slug) and self._stands(partner) and not gone

    def _is_asset(self, slug: str, posting: data.Posting) -> bool:
        """Proceeds, carrying amount and the asset itself of a fixed asset that is sold."""
        if posting.meta.get("ic") != "asset":
            return False
        return is_result(posting.account) or self.charts[slug].is_in("internal_asset", code_of(posting.account))

    def _item(self, slug: str, number: int, entry: data.Transaction, posting: data.Posting) -> Item:
        amount, own = weighed(posting)
        units, currency = Fraction(posting.units.number), posting.units.currency
        shared, kind = _is_shared(posting), posting.meta.get("ic", "")
        result = is_result(posting.account) or shared  # what is shared out answers the receiver's income

        def worth(closing: dt.date) -> Fraction:
            if result and not shared:
                return amount * self.rates.average(own, min(entry.date, closing))
            if posting.account.startswith("Equity:"):
                return amount * self.rates.spot(own, entry.date)
            if posting.meta.get("ic") == "capital":  # no money: it stays at what it was booked
                return amount * self.rates.spot(own, closing)
            return units * self.rates.spot(currency, closing)  # each book has remeasured its own

        before = self.date_from - DAY
        foreign = (own, currency) != (BASE, BASE)
        # a claim in another currency is no more than its book can hold of it, in whole units of its own
        abroad = own != currency and not result
        held = abs(Fraction(unit_of(own))) * self.rates.spot(own, self.date_to) if abroad else Fraction(0)
        return Item(
            unit=slug,
            partner=posting.meta["partner"],
            date=entry.date,
            place=self.place(slug, posting.account),
            result=result,
            currency=currency,
            amount=units,
            worth=rounded(worth(self.date_to)),
            slack=(4 * HALF if foreign else Fraction(0)) + held,
            links=frozenset(link for link in entry.links if link.startswith("ic-")),
            document=entry.meta.get("document", ""),
            voucher=number,
            order=(posting.meta["filename"], posting.meta["lineno"]),
            kind=kind,
            months=int(posting.meta["months"]) if "months" in posting.meta else 0,
            asset=self._is_asset(slug, posting),
            opening=rounded(worth(before)) if entry.date <= before + WINDOW else Fraction(0),
            then=rounded(amount * self.rates.spot(own, entry.date)) if kind == "capital" and own != BASE else None,
        )

    def _dealings(self) -> list[tuple[Side, ...]]:
        """Who deals with whom: by link, then document, then amount."""
        pairs: dict[tuple[str, str], list[Item]] = defaultdict(list)
        for item in sorted((i for i in self._items() if not i.asset), key=lambda i: i.key):
            pairs[min(item.unit, item.partner), max(item.unit, item.partner)].append(item)
        found: list[tuple[Side, ...]] = []
        for pair, items in sorted(pairs.items()):
            linked = _grouped([i for i in items if i.links], lambda i: min(i.links))
            found += [sides for sides in linked if len(sides) == 2]
            loose = [s for sides in linked if len(sides) == 1 for s in sides]
            loose += [(item,) for item in items if not item.links]
            loose = _joined(loose, lambda i: (i.unit, i.document or i.voucher))
            numbered = defaultdict(list)
            for side in loose:
                numbered[side[0].document].append(side)
            rest = list(numbered.pop("", []))
            for sides in numbered.values():
                if len({side[0].unit for side in sides}) == 2:
                    both = [tuple(i for s in sides for i in s if i.unit == unit) for unit in pair]
                    found.append(tuple(both))
                else:
                    rest += sides
            found += self._by_amount(pair, rest)
        return found

    def _by_amount(self, pair: tuple[str, str], sides: list[Side]) -> list[tuple[Side, ...]]:
        """The same amount at most ten days apart: the closest first, the equal before the nearly equal."""
        divisions = all(self.units[slug].entity == "division" for slug in pair)
        tolerance = Fraction(0) if divisions else Fraction(self.config.tolerance)
        candidates = []
        for one in sides:
            for other in sides:
                if one[0].unit != pair[0] or other[0].unit != pair[1] or (one[0].links and other[0].links):
                    continue
                days = abs((one[0].date - other[0].date).days)
                mine, theirs = _net(one, other)
                if days > 10 or mine is None or mine[0] * theirs[0] >= 0 or one[0].kind != other[0].kind:
                    continue
                apart = mine[1] + theirs[1]
                if mine[0] + theirs[0] == 0:
                    grade = 0 if apart == 0 else 1
                elif abs(apart) <= tolerance:
                    grade = 2
                else:
                    continue
                candidates.append((grade, days, one[0].key, other[0].key, one, other))
        found, taken = [], set()
        for *_, one, other in sorted(candidates, key=lambda c: c[:4]):
            if id(one) not in taken and id(other) not in taken:
                taken |= {id(one), id(other)}
                found.append((one, other))
        return found + [(side,) for side in sides if id(side) not in taken]

    def _settle(self, number: int, sides: tuple[Side, ...]) -> None:
        items = [item for side in sides for item in side]
        one = min(min(i.unit, i.partner) for i in items)
        other = max(max(i.unit, i.partner) for i in items)
        early = [i for i in items if i.date <= self.date_to and (not i.result or i.date >= self.date_from)]
        counted = [*early, *self._late(items, (one, other)), *self._earlier(items, (one, other))]
        for result in (False, True):
            chosen = [i for i in counted if i.result == result]
            halves = [i for i in chosen if i.unit == one], [i for i in chosen if i.unit == other]
            if not result and {i.kind for i in chosen} == {"capital"} and any(i.then is not None for i in chosen):
                self.open[one, other, number, result] = self._capital(*halves)
                continue
            self._eliminate(*halves)
            self.open[one, other, number, result] = sum((i.worth for i in chosen), Fraction(0))

    def _late(self, items: list[Item], units: tuple[str, str]) -> list[Item]:
        """One side's vouchers of the first ten days after the period that answer what is open: in transit."""
        chosen = _answers(items, self.date_to, units)
        for voucher in sorted({i.voucher for i in chosen}):
            mine = [i for i in chosen if i.voucher == voucher]
            self._transit(mine[0].unit, voucher, mine)
        return [replace(i, date=self.date_to) for i in chosen]

    def _transit(self, unit: str, voucher: int, items: list[Item]) -> None:
        """The late voucher as if it had been booked; its money is on its way."""
        entry = self.books_of[unit][voucher]
        others = [p for p in entry.postings if not p.meta or "partner" not in p.meta]
        total = Sum()
        for item in items:
            self.cells[(*item.place, "ADJ")].add(item.worth, item.slack)
            total.add(item.worth, item.slack)
        money = len(entry.postings) - len(others) != len(items)  # of several dealings: what is left is taken for money
        for posting in [] if money else others:
            code = code_of(posting.account)
            amount, own = weighed(posting)
            place = self.place(unit, posting.account)
            if any(self.charts[unit].is_in(name, code) for name in ("bank", "cash")):
                place = IN_TRANSIT
                money = True
            average = is_result(posting.account)
            rate = self.rates.average(own, self.date_to) if average else self.rates.spot(own, self.date_to)
            worth = amount * rate if own == BASE else rounded(amount * rate)
            slack = Fraction(0) if own == BASE else HALF
            self.cells[(*place, "ADJ")].add(worth, slack)
            total.add(worth, slack)
        if total.exact or total.slack:
            rest = IN_TRANSIT if money else ("CTA", "In-transit")
            self.cells[(*rest, "ADJ")].add(-total.exact, total.slack)

    def _earlier(self, items: list[Item], units: tuple[str, str]) -> list[Item]:
        """Income and cost that the period before took in of this one's first days are its own, and not this one's."""
        chosen = _answers([replace(i, worth=i.opening) for i in items], self.date_from - DAY, units)
        for voucher in sorted({i.voucher for i in chosen}):
            mine = [i for i in chosen if i.voucher == voucher]
            entry = self.books_of[mine[0].unit][voucher]
            own = [p for p in entry.postings if not p.meta or "partner" not in p.meta]
            assert not any(is_result(p.account) for p in own)  # no strategy writes such a voucher
            for item in mine:
                if item.result and line(item.place[0]).statement == "income":
                    self.cells[(*item.place, "ADJ")].add(-item.worth, item.slack)
                    self.cells[(*RETAINED, "ADJ")].add(item.worth, item.slack)
        return [replace(i, date=self.date_from, worth=-i.worth, amount=-i.amount) for i in chosen if i.result]

    def _eliminate(self, one: list[Item], other: list[Item]) -> None:
        """For the smaller side in the document's currency; of several accounts the largest keeps the rest."""
        worths = [sum((i.worth for i in side), Fraction(0)) for side in (one, other)]
        alike = len({i.currency for i in (*one, *other)}) <= 1
        nets = [sum((i.amount for i in side), Fraction(0)) for side in (one, other)] if alike else worths
        if nets[0] * nets[1] >= 0 or worths[0] * worths[1] >= 0:
            return
        smaller = min(abs(net) for net in nets)
        amount = min(
            abs(worth) if abs(net) == smaller else rounded(abs(worth) * smaller / abs(net))
            for net, worth in zip(nets, worths, strict=True)
        )
        slack = sum((i.slack for i in (*one, *other)), Fraction(0))
        for side, worth in zip((one, other), worths, strict=True):
            sign = 1 if worth > 0 else -1
            standing: dict[Place, Fraction] = defaultdict(Fraction)
            for item in side:
                standing[item.place] += item.worth * sign
            keeps = abs(worth) - amount
            for place, value in sorted(standing.items(), key=lambda s: (-s[1], s[0])):
                kept = min(keeps, max(value, Fraction(0)))
                keeps -= kept
                self.cells[(*place, "ELIM")].add(-(value - kept) * sign, slack)

    def _capital(self, one: list[Item], other: list[Item]) -> Fraction:
        """Capital abroad: of what both have booked nothing stays on either side; rates have made the difference.

        Returns:
            What they differ by: the rest of the larger side, at the rate that the capital was paid in at.
        """
        assert len({i.currency for i in (*one, *other)}) == 1  # no strategy writes it otherwise
        nets = [sum((i.amount for i in side), Fraction(0)) for side in (one, other)]
        if nets[0] * nets[1] >= 0:
            return sum((i.worth for i in (*one, *other)), Fraction(0))
        smaller = min(map(abs, nets))
        for side, net in zip((one, other), nets, strict=True):
            for item in side:
                slack = item.slack + 2 * HALF
                self.cells[(*item.place, "ELIM")].add(-item.worth * smaller / abs(net), slack)
                self.cells["CTA", "Capital-held", "ELIM"].add(item.worth * smaller / abs(net), slack)
        (paid,) = (n for n, side in enumerate((one, other)) if any(line(i.place[0]).root == "Equity" for i in side))
        worth = sum((i.worth if i.then is None else i.then for i in (one, other)[paid]), Fraction(0))
        return worth * (nets[0] + nets[1]) / nets[paid]

    def _assets(self) -> None:
        """The gain on an asset that stays in the group is taken out of it, less the months that have passed."""
        sales: dict[str, list[Item]] = defaultdict(list)
        for item in self._items():
            if item.asset and item.date <= self.date_to:
                sales[min(item.links)].append(item)
        for items in sales.values():
            gains = [i for i in items if i.place[0] == "OtherOperatingIncome"]
            assets = [i for i in items if i.months]
            if not gains or not assets:  # one side hasn't booked it
                continue
            (bought,) = assets
            gain = -sum((i.worth for i in gains), Fraction(0))
            begun = max(i.date for i in items)
            now = self._unearned(gain, bought, self.date_to)
            before = self._unearned(gain, bought, self.date_from - DAY) if begun < self.date_from else Fraction(0)
            for item in gains if begun >= self.date_from else []:
                self.cells[(*item.place, "ELIM")].add(-item.worth)
            if begun < self.date_from:
                self.cells[(*RETAINED, "ELIM")].add(before)
            self.cells[(*bought.place, "ELIM")].add(-now)
            depreciation = ("Depreciation", "Internal-asset")
            self.cells[(*depreciation, "ELIM")].add(now - (before if begun < self.date_from else gain))

    def _unearned(self, gain: Fraction, bought: Item, day: dt.date) -> Fraction:
        after = day + DAY
        months = (after.year - bought.date.year) * 12 + after.month - bought.date.month
        passed = max(months - (after.day < bought.date.day), 0)
        return rounded(gain * max(bought.months - passed, 0) / bought.months)

    # -- internal stock -------------------------------------------------------------------------------------------

    def _unrealised(self) -> None:
        for slug in sorted(self.units):
            stated = self.books.units[slug].summary.stock
            for seller in sorted({row.seller for row in stated}):
                if not (self._stands(slug) and self._stands(seller)):
                    continue
                known = sorted((r for r in stated if r.seller == seller), key=lambda r: r.date)
                stock, cost = self._places(slug, seller)
                before = [r for r in known if r.date < self.date_from]
                now = [r for r in known if r.date <= self.date_to]
                opened, _ = self._held(slug, before, self.date_from - DAY)
                closed, closing = self._held(slug, now, self.date_to)
                self.cells[(*RETAINED, "ELIM")].add(opened)
                self.cells[(*cost, "ELIM")].add(closed - opened)
                self.cells[(*stock, "ELIM")].add(-closing)
                self.cells[("CTA", "Internal-stock", "ELIM")].add(closing - closed)

    def _held(self, buyer: str, rows: Sequence, day: dt.date) -> tuple[Fraction, Fraction]:
        """What the result has lost until a day, and the stock on it.

        The buyer's profit in stock, in its own currency: of each statement it holds until the next one. What goes in
        goes at its month's average, what comes out at that of the next one's.
        """
        own, lost = self.units[buyer].currency, Fraction(0)
        for number, row in enumerate(rows):
            profit = self._profit(buyer, row)
            lost += profit * self.rates.average(own, row.date) if profit else 0
            if profit and number + 1 < len(rows):
                lost -= profit * self.rates.average(own, rows[number + 1].date)
        stands = self._profit(buyer, rows[-1]) if rows else Fraction(0)
        return rounded(lost), rounded(stands * self.rates.spot(own, day)) if stands else Fraction(0)

    def _profit(self, buyer: str, row) -> Fraction:
        """Stock × (1 − Σ cost ÷ Σ price) of the seller's sales to it in the statement's year, or the last with any.

        No more stock than was ever sold with a cost, and no loss; in the buyer's currency, at the statement's day.
        """
        sales = []
        for entry in self.books_of[row.seller]:
            if entry.date <= row.date and self._member(row.seller, entry.date) and self._member(buyer, entry.date):
                sales += [
                    (entry.date, posting)
                    for posting in entry.postings
                    if (posting.meta or {}).get("partner") == buyer and "cost" in posting.meta
                ]
        year = max((date.year for date, _ in sales), default=0)
        price, cost, sold, earlier = Fraction(0), Fraction(0), Fraction(0), Fraction(0)
        for date, posting in sales:
            amount, currency = weighed(posting)
            assert currency == row.currency  # goods are sold in the seller's currency, and stated in it
            if date.year == year:
                sold -= amount
                price -= amount * self.rates.average(currency, date)
                cost += Fraction(posting.meta["cost"].number) * self.rates.average(currency, date)
            else:
                earlier -= amount
        if price <= 0 or cost > price:
            return Fraction(0)
        there = min(Fraction(row.amount), sold + max(earlier, Fraction(0)))
        if row.currency != self.units[buyer].currency:
            there *= self.rates.spot(row.currency, row.date) / self.rates.spot(self.units[buyer].currency, row.date)
        return there * (1 - cost / price)

    def _places(self, buyer: str, seller: str) -> tuple[Place, Place]:
        """The buyer's largest account of cost with that seller, goods first; its stock accounts hold nothing here."""
        sums: dict[tuple[bool, Place], Fraction] = defaultdict(Fraction)
        for entry in self.books_of[buyer]:
            for posting in entry.postings:
                if (posting.meta or {}).get("partner") == seller and is_result(posting.account):
                    code = code_of(posting.account)
                    goods = self.charts[buyer].is_in("cost_of_goods", code)
                    sums[not goods, self.place(buyer, posting.account)] += weighed(posting)[0]
        largest = min(sums, key=lambda p: (p[0], -sums[p], p[1]), default=(False, ("GoodsForResale", "Internal-stock")))
        return ("Inventories", "Internal-stock"), largest[1]


@dataclass
class Column:
    """One unit's column and its translation difference."""

    all: Second
    unit: Unit
    own: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    worth: dict[str, Sum] = field(default_factory=lambda: defaultdict(Sum))
    year: dict[int, tuple[Fraction, Sum]] = field(default_factory=dict)

    def run(self) -> None:
        """Add the unit's cells."""
        two, unit = self.all, self.unit
        self.chart: Chart = two.charts[unit.slug]
        entity = unit.entity != "division"
        until = min(two.date_to, unit.left or two.date_to)
        joined = unit.joined if entity else None
        brought: Fraction | None = None
        cells: dict[Place, Sum] = defaultdict(Sum)
        transactions = two.books_of[unit.slug]
        for entry in sorted(transactions, key=lambda e: (e.date, self._is_transfer([p.account for p in e.postings]))):
            if entry.date > until or (not entity and unit.joined and entry.date < unit.joined):
                continue
            if joined and brought is None and entry.date >= joined:
                brought = self._difference(joined - DAY)
            for place, account, worth in self._entry(entry, joined):
                if not account.startswith(("Assets:", "Liabilities:")):
                    cells[place].add(worth.exact, worth.slack)
        if joined and brought is None:
            brought = self._difference(joined - DAY)
        slack = two.postings[unit.slug] * HALF + two.stands[unit.slug]
        translation = rounded(self._difference(until))
        if brought is not None and unit.currency != BASE:
            cells[JOINED if joined >= two.date_from else RETAINED].add(brought, slack + HALF * (len(self.own) + 1))
            translation -= rounded(brought)
        self._standing(cells, until, translation, slack, left=entity and until < two.date_to)

    def _standing(
        self, cells: dict[Place, Sum], until: dt.date, translation: Fraction, slack: Fraction, *, left: bool
    ) -> None:
        """Assets and liabilities at closing, and the difference; all of it goes out with who has left."""
        two, unit = self.all, self.unit
        net = translation
        for account, amount in self.own.items():
            if account.startswith(("Assets:", "Liabilities:")):
                exact = amount * two.rates.spot(unit.currency, until)
                closing = rounded(exact)
                net += closing
                if not left:  # a half to a millionth goes either way: a rate without an end was cut off somewhere
                    half = abs(abs(exact - closing) - HALF) < TRACE * 10**6
                    cells[two.place(unit.slug, account)].add(closing, 2 * HALF if half else Fraction(0))
        if left:
            cells[LEFT].add(net, slack * 2)
        else:
            two.cells["CTA", f"Translation-{unit.code}", "CTA"].add(translation)
        for place, found in cells.items():
            two.cells[(*place, unit.slug)].add(found.exact, found.slack)

    def _difference(self, day: dt.date) -> Fraction:
        """What the translated trial balance lacks when assets and liabilities stand at the rate of a day."""
        if self.unit.currency == BASE:
            return Fraction(0)
        rate = None
        gain = Fraction(0)
        for account, amount in self.own.items():
            if account.startswith(("Assets:", "Liabilities:")) and (amount or self.worth[account].exact):
                if amount and rate is None:
                    rate = self.all.rates.spot(self.unit.currency, day)
                gain += (amount * rate if amount else Fraction(0)) - self.worth[account].exact
        return -gain

    def _entry(self, entry: data.Transaction, joined: dt.date | None) -> list[tuple[Place, str, Sum]]:
        """Each posting's place and translated amount."""
        two, slug = self.all, self.unit.slug
        accounts = [p.account for p in entry.postings]
        amounts = [weighed(p)[0] for p in entry.postings]
        result = [is_result(a) for a in accounts]
        transfer = self._is_transfer(accounts)
        foreign = self.unit.currency != BASE
        if transfer:
            worths = self._moved(entry, amounts)
        else:
            if any(result) or not any(a.startswith("Equity:") for a in accounts):
                rate = two.rates.average(self.unit.currency, entry.date)
            else:
                rate = two.rates.spot(self.unit.currency, entry.date)
            worths = [Sum(amount * rate, HALF if foreign else Fraction(0)) for amount in amounts]
        found = []
        for account, amount, worth, of_result in zip(accounts, amounts, worths, result, strict=True):
            self.own[account] += amount
            self.worth[account].add(worth.exact, worth.slack)
            if of_result and not self._in("result_transfer", account):
                had, total = self.year.setdefault(entry.date.year, (Fraction(0), Sum()))
                total.add(worth.exact, worth.slack)
                self.year[entry.date.year] = had + amount, total
            found.append((self._place(account, entry.date, joined, transfer=transfer), account, worth))
        two.postings[slug] += len(accounts) if foreign else 0
        # what Beancount's tolerance lets stand of a total price or of a rate without an end
        two.stands[slug] += abs(sum((worth.exact for worth in worths), Fraction(0)))
        return found

    def _in(self, name: str, account: str) -> bool:
        return self.chart.is_in(name, code_of(account))

    def _is_transfer(self, accounts: list[str]) -> bool:
        """Result to equity, or one year's equity to another's."""
        named = any(self._in(name, a) for name in ("result_transfer", "result_equity") for a in accounts)
        return named and all(a.startswith(("Equity:", "Income:", "Expenses:")) for a in accounts)

    def _moved(self, entry: data.Transaction, amounts: list[Fraction]) -> list[Sum]:
        """What an account gives up it gives up at what it stands at; one account takes the sum.

        The taker is an equity account: one that doesn't fall, else one that keeps something, else the last.
        """
        accounts = [p.account for p in entry.postings]

        def rank(at: int) -> tuple[bool, bool, bool, int]:
            account, amount = accounts[at], amounts[at]
            own = self.own[account]
            falls = bool(own) and (own > 0) != (amount > 0) and abs(amount) <= abs(own)
            return account.startswith("Equity:"), not falls, own != -amount, at

        taker = max(range(len(accounts)), key=rank)
        found = [Sum() for _ in accounts]
        for at, (account, amount) in enumerate(zip(accounts, amounts, strict=True)):
            if at == taker:
                continue
            if self._in("result_transfer", account) and account.startswith(("Income", "Expenses")):
                own, worth = self.year[entry.date.year]
                share = amount / own
            else:
                worth, share = self.worth[account], amount / self.own[account]
            found[at] = Sum(worth.exact * share, worth.slack * abs(share) + HALF)
        rest = -sum((w.exact for w in found), Fraction(0))
        found[taker] = Sum(rest, sum((w.slack for w in found), Fraction(0)))
        if self.unit.currency == BASE:
            found = [Sum(worth.exact) for worth in found]
        return found

    def _place(self, account: str, day: dt.date, joined: dt.date | None, *, transfer: bool) -> Place:
        two, slug = self.all, self.unit.slug
        result, equity = is_result(account), account.startswith("Equity:")
        before = joined is not None and day < joined
        if before and (result or equity) and joined >= two.date_from:
            return JOINED
        if result and (before or day < two.date_from):
            return RETAINED
        place = two.place(slug, account)
        return ("ResultTransfer", place[1]) if transfer and result else place


def _grouped(items: list[Item], key: Callable[[Item], object]) -> list[tuple[Side, ...]]:
    """Items by a name, one side for each unit."""
    found: dict[object, dict[str, list[Item]]] = defaultdict(lambda: defaultdict(list))
    for item in items:
        found[key(item)][item.unit].append(item)
    return [tuple(tuple(side) for _, side in sorted(sides.items())) for sides in found.values()]


def _joined(sides: list[Side], key: Callable[[Item], object]) -> list[Side]:
    """Loose items of one voucher or document are one side; those with a link stay as they are."""
    found: dict[object, list[Item]] = defaultdict(list)
    done = [side for side in sides if side[0].links]
    for side in sides:
        if not side[0].links:
            found[key(side[0])] += side
    return done + [tuple(items) for items in found.values()]


def _net(one: Side, other: Side) -> tuple[tuple[Fraction, Fraction] | None, tuple[Fraction, Fraction]]:
    """Σ in the document's currency and in the reporting currency, of claims where both have them."""
    nothing = (Fraction(0), Fraction(0))
    for result in (False, True):
        sides = [[i for i in side if i.result == result] for side in (one, other)]
        if all(sides):
            if len({i.currency for side in sides for i in side}) != 1:
                return None, nothing
            found = [(sum((i.amount for i in s), Fraction(0)), sum((i.worth for i in s), Fraction(0))) for s in sides]
            return found[0], found[1]
    return None, nothing


def _open(items: Sequence[Item]) -> Fraction:
    """What the sides differ by, in the document's currency."""
    if len({i.currency for i in items}) <= 1:
        return sum((i.amount for i in items), Fraction(0))
    return sum((i.worth for i in items), Fraction(0))


def _answers(items: Sequence[Item], day: dt.date, units: tuple[str, str]) -> list[Item]:
    """Of the vouchers of ten days those that belong to what is open on the evening before them, one unit's alone."""
    known = [i for i in items if i.date <= day]
    late = [i for i in items if day < i.date <= day + WINDOW and i.voucher >= 0]
    tried = []
    for unit in units if known and late and any(_apart(known, units)) else ():
        claims = bool(_apart(known, units)[0])
        own = [i for i in late if i.unit == unit]
        if not any(i.result != claims for i in own):
            continue
        if not any(_apart([*known, *own], units)):
            tried.append((Fraction(0), unit, own))
            continue
        waiting = _alone(own, [i for i in late if i.unit != unit], claims=claims)
        taken: list[Item] = []
        while waiting:
            now = _apart([*known, *taken], units)
            steps = [(_apart([*known, *taken, *voucher], units), n) for n, voucher in enumerate(waiting)]
            good = [
                (a, n)
                for a, n in steps
                if a[not claims] < now[not claims] and all(x <= y for x, y in zip(a, now, strict=True))
            ]
            if not good:
                break
            taken += waiting.pop(min(good, key=lambda g: (g[0][not claims], g[1]))[1])
        if taken:
            tried.append((_apart([*known, *taken], units)[not claims], unit, taken))
    return min(tried, key=lambda t: t[:2])[2] if tried else []


def _alone(own: Sequence[Item], others: Sequence[Item], *, claims: bool) -> list[list[Item]]:
    """Vouchers of claims (or income) that none of the other side's answers to the last cent."""

    def vouchers(items: Sequence[Item]) -> list[list[Item]]:
        numbers = dict.fromkeys(i.voucher for i in sorted(items, key=lambda i: i.key))
        return [[i for i in items if i.voucher == number] for number in numbers]

    def said(voucher: list[Item]) -> dict[str, Fraction]:
        sums: dict[str, Fraction] = defaultdict(Fraction)
        for item in voucher:
            if item.result != claims:
                sums[item.currency] += item.amount
        return {currency: amount for currency, amount in sums.items() if amount}

    theirs = [{c: -a for c, a in said(v).items()} for v in vouchers(others)]
    found = []
    for voucher in vouchers(own):
        if said(voucher) in theirs:
            theirs.remove(said(voucher))
        elif said(voucher):
            found.append(voucher)
    return found


def _apart(items: Sequence[Item], units: tuple[str, str]) -> tuple[Fraction, Fraction]:
    """How far claims, and income and cost, are from each other, in kronor; 0 where the documents agree."""
    found = []
    for result in (False, True):
        chosen = [i for i in items if i.result == result]
        sides = [[i for i in chosen if i.unit == unit] for unit in units]
        worths = [sum((i.worth for i in side), Fraction(0)) for side in sides]
        alike = len({i.currency for i in chosen}) <= 1
        nets = [sum((i.amount for i in side), Fraction(0)) for side in sides] if alike else worths
        larger = max((0, 1), key=lambda side: abs(nets[side]))
        size = max(abs(sum(worths)), abs(sum(nets) * worths[larger] / nets[larger])) if nets[larger] else Fraction(0)
        found.append(size if sum(nets) else Fraction(0))
    return found[0], found[1]
