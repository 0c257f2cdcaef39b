"""Tagged postings as the matcher sees them (SPEC 10; SPEC 3: `partner`, `ic`, the shared link).

An item is one posting with a partner, with its amount in the reporting currency beside that of its own document.
Income and expense may always carry a partner; of the balance accounts only those that the chart has for dealings
between units. A posting on suspense may carry one, too: it answers nothing yet, but says where the other side waits for
its account. What can't become an item is said here, one finding per posting.

What is compared with what is the item's section: claims with debts (balance), income with cost (result). A dividend or
patronage refund is the receiver's income and the payer's equity, so that equity posting belongs to the result of its
period. Fixed assets sold are a section of their own: their price is no cost of the buyer's (`assets`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from typing import NamedTuple, TypeAlias

from ledger.books import PartnerRow, Workspace, month_of
from ledger.combine.dealings.documents import At, invoiced
from ledger.combine.dealings.findings import finding, misspelt, untagged
from ledger.combine.dealings.vat import vat_signs
from ledger.combine.flows import DAY, Part, whole
from ledger.combine.model import ZERO, Place, Unmatched
from ledger.combine.scope import Scope
from ledger.provisional import REMEASUREMENT
from ledger.provisional.holdings import Monetary
from ledger.rules.dealings import KINDS
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away, unit_of

#: How far apart the two sides of a dealing may lie in time.
WINDOW = dt.timedelta(days=10)
#: How far back the period before may reach: a lengthened fiscal year has 18 months at most.
LONGEST_PERIOD = dt.timedelta(days=550)
BALANCE = "balance"
RESULT = "result"
SUSPENSE = "suspense"
ASSET = "asset"
#: Classes whose equity postings are the payer's side of the receiver's income.
SHARED_OUT = frozenset({"dividend", "patronage"})

Pair: TypeAlias = tuple[str, str]  # slugs, sorted


@dataclass(frozen=True, slots=True)
class Item:
    """One posting of `unit` with `partner`. `amount` in the reporting currency; debit positive.

    Attributes:
        column: ADJ for an adjustment's posting; "" = the unit's own.
        months: useful life of a fixed asset, where the posting gives it.
        vat: what the voucher says of VAT (`ledger.combine.dealings.vat`).
        opening: what it was worth on the day before the period, where that is another amount.
        invoiced: the same in the currency of its voucher's claims, where that is another (`documents`).
    """

    unit: str
    partner: str
    date: dt.date
    place: Place
    section: str
    amount: Decimal
    currency: str  # of the document
    document_amount: Decimal
    kind: str | None
    links: tuple[str, ...]
    document: str | None
    transaction: tuple[bool, int]  # provisional?, ordinal
    source: str
    order: tuple[str, int]  # file and line, for ties
    column: str = ""
    months: int | None = None
    vat: str = ""
    opening: Decimal | None = None
    invoiced: tuple[str, Decimal] | None = None

    def on_opening(self) -> Item:
        """The posting with what it was worth on the day before the period, as the period before has it."""
        return self if self.opening is None else replace(self, amount=self.opening)

    def taken_back(self, day: dt.date) -> Item:
        """The same the other way round, on a day."""
        told = None if self.invoiced is None else (self.invoiced[0], -self.invoiced[1])
        return replace(self, date=day, amount=-self.amount, document_amount=-self.document_amount, invoiced=told)

    @property
    def pair(self) -> Pair:
        """Both units, sorted: the same seen from either."""
        return min(self.unit, self.partner), max(self.unit, self.partner)

    @property
    def key(self) -> tuple[dt.date, tuple[str, int], str, Place, Decimal]:
        """Sort key that doesn't depend on the order of units or files."""
        return (self.date, self.order, self.unit, self.place, self.document_amount)


class Rest(NamedTuple):
    """What a posting in another currency than its book's stands at above its worth at closing; reporting currency.

    `rounding`: what rounding alone may make of it.
    """

    amount: Decimal
    rounding: Decimal
    source: str


@dataclass
class Collector:
    """Turns partner rows into items and findings."""

    ws: Workspace
    scope: Scope
    rates: Rates
    items: list[Item]
    findings: list[Unmatched]
    unmeasured: dict[tuple[str, str, str], list[Rest]] = field(default_factory=lambda: defaultdict(list))
    monetary: dict[str, Monetary] = field(default_factory=dict)
    #: Exact amounts of what is translated at the closing rate, by their place in `items`.
    unrounded: dict[int, Decimal] = field(default_factory=dict)
    first: dict[tuple[str, bool, int], str] = field(default_factory=dict)
    invoiced: dict[At, tuple[str, Decimal]] = field(default_factory=dict)

    def take(self, part: Part) -> None:
        """Items and findings of one unit."""
        outside: dict[tuple[str, str, str], list[tuple[PartnerRow, str]]] = defaultdict(list)
        for provisional, summary in enumerate(part.source.summaries):
            signs = {} if provisional else vat_signs(part, summary.partners)
            self.invoiced = invoiced(summary.partners, lambda account: part.mapper.at(account).is_result)
            for row in summary.partners:
                vat = signs.get((row.transaction, row.posting), "")
                self._row(part, row, provisional=bool(provisional), vat=vat, outside=outside)
        for (code, partner, key), rows in sorted(outside.items()):
            first = rows[0][0]
            chosen = [r for r, _ in rows if not part.mapper.at(r.account).is_result] or [r for r, _ in rows]
            same = [r for r in chosen if r.document_currency == chosen[0].document_currency]
            total = sum((r.document_amount for r in same), ZERO), chosen[0].document_currency
            units = (part.unit.slug, partner)
            said = finding(code, _kind(first), units, total, (where for _, where in rows), key, by=units[0])
            self.findings.append(misspelt((str(r.ic) for r, _ in rows), said) if code == "IC_UNKNOWN" else said)
        self.findings += untagged(part, self.ws)
        self._remeasure(part.unit.slug)

    def _remeasure(self, slug: str) -> None:
        """Claims in the partner's currency count at closing; what the book itself hasn't remeasured is named."""
        for (unit, partner, kind), rests in sorted(self.unmeasured.items()):
            if unit != slug:
                continue
            rest = half_away(sum((one.amount for one in rests), ZERO), self.rates.base)
            if abs(rest) > sum((one.rounding for one in rests), ZERO):
                where = [one.source for one in rests if one.amount]
                self.findings.append(
                    finding("FX_DIFF", kind or None, sorted((unit, partner)), (rest, self.rates.base), where, partner)
                )

    def _row(
        self,
        part: Part,
        row: PartnerRow,
        *,
        provisional: bool,
        vat: str,
        outside: dict[tuple[str, str, str], list[tuple[PartnerRow, str]]],
    ) -> None:
        slug, scope = part.unit.slug, self.scope
        if row.date > scope.date_to + WINDOW or (part.unit.left and row.date > part.unit.left):
            return
        if part.unit.joined and row.date < part.unit.joined and part.unit.entity == "division":
            return
        if row.ic == "capital" and row.partner:
            opened = part.source.summaries[0].first
            if scope.stakes.explains(slug, row.partner, row.date, opened):
                return
        source = f"{self.ws.shown(row.file)}:{row.line}"
        stranger = self._stranger(slug, row.partner)
        said = row.date > scope.date_to or row.file == REMEASUREMENT  # the item's own posting says what is wrong
        if stranger:
            if not said:
                key = self._key(part, row, source, provisional=provisional)
                outside[stranger, str(row.partner), key].append((row, source))
            return
        known = self._fault(part, row, source)
        if known:
            self.findings += [] if said else [known]
            return
        partner = row.partner
        assert partner is not None
        place = part.mapper.at(row.account)
        section = _section(part, row, place)
        key = self._key(part, row, source, provisional=provisional)
        if partner in scope.broken:
            if not said:
                outside["UNIT_ERRORS", partner, partner].append((row, source))
            return
        if not self._inside(slug, partner, row, section):
            in_period = scope.date_from <= row.date and not said
            held = row.ic == "capital" and any(table.unit == slug for table in scope.known[partner].owners)
            if in_period and scope.level is None and not held and not scope.known[partner].in_scope(row.date):
                outside["PARTNER_OUT_OF_SCOPE", partner, key].append((row, source))
            return
        for code in () if said else _misread(row, scope):
            outside[code, partner, key].append((row, source))
        waits = section == SUSPENSE or (section == ASSET and not place.is_result)
        amount = self._waiting(row) if waits else self._worth(part, row, place, source)
        self.items.append(
            Item(
                unit=slug,
                partner=partner,
                date=row.date,
                place=place,
                section=section,
                amount=amount,
                currency=row.document_currency,
                document_amount=row.document_amount,
                kind=_kind(row),
                links=tuple(link for link in row.links if link.startswith("ic-")),
                document=row.document,
                transaction=(provisional, row.transaction),
                source=source,
                order=(self.ws.shown(row.file), row.line),
                months=row.months or None,
                vat=vat,
                opening=self._opening(part, row, place, waits=waits),
                invoiced=self.invoiced.get((row.transaction, row.posting)),
            )
        )

    def _gone(self, row: PartnerRow) -> bool:
        """Whether a division was no member yet, or no longer, so that its book can't hold the other side.

        What is linked after it left settles an earlier dealing.
        """
        unit = self.scope.units[str(row.partner)]
        early = unit.joined is not None and row.date < unit.joined
        late = unit.left is not None and row.date > unit.left
        linked = any(link.startswith("ic-") for link in row.links)
        return unit.entity == "division" and (early or (late and not linked))

    def _inside(self, slug: str, partner: str, row: PartnerRow, section: str) -> bool:
        """Whether the posting is between units of the run: claims on the last day, income on their own day."""
        scope, day = self.scope, row.date
        if section == ASSET:  # of an asset sold before either joined, the profit is an outsider's
            both = scope.standing(slug) and scope.standing(partner)
            return both and scope.member(slug, day) and scope.member(partner, day)
        if section != RESULT:
            return scope.standing(slug) and scope.standing(partner) and not self._gone(row)
        # What names its dealing may answer a voucher of this period's first days, which the period before took in.
        named = bool(row.document) or any(link.startswith("ic-") for link in row.links)
        since = scope.date_from - (LONGEST_PERIOD if named else WINDOW)
        return day >= since and scope.member(slug, day) and scope.member(partner, day)

    def _key(self, part: Part, row: PartnerRow, source: str, *, provisional: bool) -> str:
        """What a dealing is called: its link, its document, else the place of its voucher's first tagged posting."""
        first = self.first.setdefault((part.unit.slug, provisional, row.transaction), source)
        return next((link for link in row.links if link.startswith("ic-")), row.document or first)

    def _stranger(self, slug: str, partner: str | None) -> str | None:
        """The code of a partner that is no other unit."""
        if partner is None or partner in self.scope.broken:
            return None
        if partner == slug:
            return "SELF_PARTNER"
        return None if partner in self.scope.known else "UNKNOWN_PARTNER"

    def _fault(self, part: Part, row: PartnerRow, source: str) -> Unmatched | None:
        """What is wrong with the tags of one posting."""
        slug = part.unit.slug
        amount = row.document_amount, row.document_currency
        if row.partner is None:
            return finding("MISSING_PARTNER", _kind(row), (slug,), amount, (source,), source, by=slug)
        units = (slug, row.partner)
        place = part.mapper.at(row.account)
        sets = ("internal_balance", "internal_allowed", "suspense")
        equity = place.group.root == "Equity"
        allowed = place.is_result or row.ic == "capital" or (equity and row.ic in SHARED_OUT)
        allowed = allowed or (row.ic == ASSET and part.mapper.is_in("internal_asset", row.account))
        if not allowed and not any(part.mapper.is_in(name, row.account) for name in sets):
            if row.ic != _kind(row):  # the right word may allow it
                said = finding("IC_UNKNOWN", None, units, amount, (source,), source, by=slug)
                return misspelt([str(row.ic)], said)
            return finding("TAG_ON_NON_IC_ACCOUNT", row.ic, units, amount, (source,), source, by=slug)
        return None

    def _worth(self, part: Part, row: PartnerRow, place: Place, source: str) -> Decimal:
        """The posting's amount as the group has it: income at average, claims at closing, equity as it was.

        A claim that its holder keeps in another currency than its books counts as what it is at closing, as it does
        with whoever owes it; the holder's own result has the difference.
        """
        base = self.rates.base
        equity = place.group.root == "Equity"
        if row.document_currency != row.currency and self._monetary(part, row.account):
            return self._at_closing(part.unit.slug, row, source)
        if row.currency == base:
            quick = whole(row.amount, base)
            return half_away(row.amount, base) if quick is None else quick
        try:
            rate = self._rate(row, place, self.scope.date_to)
        except MissingRate:  # the unit's own translation says so, or nothing stands in that currency
            return ZERO
        with localcontext(EXACT):
            exact = row.amount * rate
            return half_away(exact, base) if place.is_result or equity else self._closing(row, exact)

    def _rate(self, row: PartnerRow, place: Place, closing: dt.date) -> Decimal:
        """The rate of the unit's currency that the posting is translated at in the statements of a day."""
        if place.is_result:
            return self.rates.average(row.currency, month_of(min(row.date, closing)))
        if place.group.root == "Equity":
            return self.rates.historic(row.currency, row.date, row.rate or None)
        return self.rates.spot(row.currency, closing)

    def _opening(self, part: Part, row: PartnerRow, place: Place, *, waits: bool) -> Decimal | None:
        """What the posting was worth to the period before, where that can have had it; None = the same."""
        base, before = self.rates.base, self.scope.date_from - DAY
        abroad = row.document_currency != row.currency and not waits and self._monetary(part, row.account)
        if row.date > before + WINDOW or (row.currency == base and not abroad):
            return None
        try:
            with localcontext(EXACT):
                if abroad:
                    exact = row.document_amount * self.rates.spot(row.document_currency, before)
                elif waits:
                    exact = row.amount * self.rates.spot(row.currency, before)
                else:
                    exact = row.amount * self._rate(row, place, before)
                return half_away(exact, base)
        except MissingRate:  # there was no complete period before
            return None

    def _at_closing(self, slug: str, row: PartnerRow, source: str) -> Decimal:
        """A claim or debt in another currency than its book's, at the closing rate of its own."""
        base, day = self.rates.base, self.scope.date_to
        try:
            booked = self.rates.spot(row.currency, day)
        except MissingRate:  # the unit's own translation says so
            return ZERO
        with localcontext(EXACT):
            stands = row.amount * booked
            try:
                closing = row.document_amount * self.rates.spot(row.document_currency, day)
            except MissingRate:  # the run says so; until there is a rate it stays as it was booked
                return half_away(stands, base)
            worth = self._closing(row, closing)
            if row.date <= day and row.partner is not None:
                rounding = max(unit_of(row.currency) * booked, unit_of(base))
                self.unmeasured[slug, row.partner, _kind(row) or ""].append(Rest(stands - worth, rounding, source))
        return worth

    def _monetary(self, part: Part, account: str) -> bool:
        """Whether the account's items follow the closing rate in its own book (`ledger.provisional.holdings`)."""
        slug = part.unit.slug
        if slug not in self.monetary:
            self.monetary[slug] = Monetary(part.mapper.chart, part.source.summaries)
        return account in self.monetary[slug]

    def _waiting(self, row: PartnerRow) -> Decimal:
        """What stands on suspense or is an asset, at the closing rate: it is itself never eliminated."""
        base = self.rates.base
        try:
            rate = Decimal(1) if row.currency == base else self.rates.spot(row.currency, self.scope.date_to)
        except MissingRate:  # the unit's own translation says so
            return ZERO
        with localcontext(EXACT):
            return half_away(row.amount * rate, base)

    def _closing(self, row: PartnerRow, exact: Decimal) -> Decimal:
        """An amount at the closing rate, rounded; the exact one is kept for the item that comes next."""
        if row.date <= self.scope.date_to:
            self.unrounded[len(self.items)] = exact
        return half_away(exact, self.rates.base)


def _misread(row: PartnerRow, scope: Scope) -> Iterator[str]:
    """Codes of what a posting says and nobody understands: its class, while it can be corrected; its useful life."""
    if row.ic != _kind(row) and scope.date_from <= row.date:
        yield "IC_UNKNOWN"
    if row.months == 0:
        yield "MONTHS_UNKNOWN"


def _kind(row: PartnerRow) -> str | None:
    """The class that a posting names; one that nobody knows names none, and is matched as such."""
    return row.ic if row.ic in KINDS else None


def _section(part: Part, row: PartnerRow, place: Place) -> str:
    """What a posting's other side is looked for among."""
    if row.ic == ASSET and (place.is_result or part.mapper.is_in("internal_asset", row.account)):
        return ASSET
    if place.is_result or (place.group.root == "Equity" and row.ic in SHARED_OUT):
        return RESULT
    return SUSPENSE if part.mapper.is_in("suspense", row.account) else BALANCE
