"""Tagged postings as the matcher sees them (SPEC 10; SPEC 3: `partner`, `ic`, the shared link).

An item is one posting with a partner, with its amount in the reporting currency beside that of its own document.
Income and expense may always carry a partner; of the balance accounts only those that the chart has for dealings
between units. A posting on suspense may carry one, too: it answers nothing yet, but says where the other side waits for
its account. What can't become an item is said here, one finding per posting.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import TypeAlias

from ledger.books import PartnerRow, Workspace, month_of
from ledger.books.summary import weight
from ledger.combine.codes import CODES
from ledger.combine.flows import Part, whole
from ledger.combine.model import ZERO, Place, Unmatched
from ledger.combine.scope import Scope
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
OTHER = "other"

Pair: TypeAlias = tuple[str, str]  # slugs, sorted


@dataclass(frozen=True, slots=True)
class Item:
    """One posting of `unit` with `partner`. `amount` in the reporting currency; debit positive."""

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

    @property
    def pair(self) -> Pair:
        """Both units, sorted: the same seen from either."""
        return min(self.unit, self.partner), max(self.unit, self.partner)

    @property
    def key(self) -> tuple[dt.date, tuple[str, int], str, Place, Decimal]:
        """Sort key that doesn't depend on the order of units or files."""
        return (self.date, self.order, self.unit, self.place, self.document_amount)


def finding(
    code: str,
    kind: str | None,
    units: Iterable[str],
    amount: tuple[Decimal, str],
    sources: Iterable[str],
    key: str,
) -> Unmatched:
    """An entry of the unmatched list; its amount without sign."""
    known = CODES[code]
    return Unmatched(
        code=code,
        kind=kind or OTHER,
        units=tuple(dict.fromkeys(units)),
        amount=abs(amount[0]),
        currency=amount[1],
        sources=tuple(dict.fromkeys(sources)),
        key=key,
        message=known.message,
        remedy_id=known.remedy,
    )


@dataclass
class Collector:
    """Turns partner rows into items and findings."""

    ws: Workspace
    scope: Scope
    rates: Rates
    items: list[Item]
    findings: list[Unmatched]
    unmeasured: dict[tuple[str, str], list[tuple[Decimal, str]]] = field(default_factory=lambda: defaultdict(list))
    #: Exact amounts of what is translated at the closing rate, by their place in `items`.
    unrounded: dict[int, Decimal] = field(default_factory=dict)
    first: dict[tuple[str, bool, int], str] = field(default_factory=dict)

    def take(self, part: Part) -> None:
        """Items and findings of one unit."""
        outside: dict[tuple[str, str, str], list[tuple[PartnerRow, str]]] = defaultdict(list)
        for provisional, summary in enumerate(part.source.summaries):
            for row in summary.partners:
                self._row(part, row, provisional=bool(provisional), outside=outside)
        for (code, partner, key), rows in sorted(outside.items()):
            first = rows[0][0]
            chosen = [r for r, _ in rows if not part.mapper.at(r.account).is_result] or [r for r, _ in rows]
            same = [r for r in chosen if r.document_currency == chosen[0].document_currency]
            total = sum((r.document_amount for r in same), ZERO), chosen[0].document_currency
            units = (part.unit.slug, partner)
            self.findings.append(finding(code, first.ic, units, total, (where for _, where in rows), key))
        self.findings += untagged(part, self.ws)
        self._remeasure(part.unit.slug)

    def _remeasure(self, slug: str) -> None:
        """Claims in the partner's currency count at closing; what the book itself hasn't remeasured is named."""
        for (unit, partner), rests in sorted(self.unmeasured.items()):
            if unit != slug:
                continue
            rest = half_away(sum((amount for amount, _ in rests), ZERO), self.rates.base)
            if abs(rest) > unit_of(self.rates.base) * len(rests):
                where = [source for amount, source in rests if amount]
                self.findings.append(
                    finding("FX_DIFF", None, sorted((unit, partner)), (rest, self.rates.base), where, partner)
                )

    def _row(
        self,
        part: Part,
        row: PartnerRow,
        *,
        provisional: bool,
        outside: dict[tuple[str, str, str], list[tuple[PartnerRow, str]]],
    ) -> None:
        slug, scope = part.unit.slug, self.scope
        if row.date > scope.date_to + WINDOW or (part.unit.left and row.date > part.unit.left):
            return
        if part.unit.joined and row.date < part.unit.joined and part.unit.entity == "division":
            return
        source = f"{self.ws.shown(row.file)}:{row.line}"
        stranger = self._stranger(slug, row.partner)
        if stranger:
            if row.date <= scope.date_to:
                key = self._key(part, row, source, provisional=provisional)
                outside[stranger, str(row.partner), key].append((row, source))
            return
        known = self._fault(part, row, source)
        if known:
            if row.date <= scope.date_to:
                self.findings.append(known)
            return
        partner = row.partner
        assert partner is not None
        place = part.mapper.at(row.account)
        section = _section(part, row, place)
        key = self._key(part, row, source, provisional=provisional)
        if partner in scope.broken:
            if row.date <= scope.date_to:
                outside["UNIT_ERRORS", partner, partner].append((row, source))
            return
        if not self._inside(slug, partner, row, section):
            in_period = scope.date_from <= row.date <= scope.date_to
            if in_period and scope.level is None and not scope.known[partner].in_scope(row.date):
                outside["PARTNER_OUT_OF_SCOPE", partner, key].append((row, source))
            return
        amount = self._waiting(row) if section == SUSPENSE else self._worth(row, place, slug, source)
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
                kind=row.ic,
                links=tuple(link for link in row.links if link.startswith("ic-")),
                document=row.document,
                transaction=(provisional, row.transaction),
                source=source,
                order=(self.ws.shown(row.file), row.line),
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
            return finding("MISSING_PARTNER", row.ic, (slug,), amount, (source,), source)
        units = (slug, row.partner)
        place = part.mapper.at(row.account)
        sets = ("internal_balance", "internal_allowed", "suspense")
        allowed = place.is_result or row.ic == "capital"
        if not allowed and not any(part.mapper.is_in(name, row.account) for name in sets):
            return finding("TAG_ON_NON_IC_ACCOUNT", row.ic, units, amount, (source,), source)
        return None

    def _worth(self, row: PartnerRow, place: Place, slug: str, source: str) -> Decimal:
        """The posting's amount as the group has it: income at average, claims at closing, equity as it was."""
        base = self.rates.base
        equity = place.group.root == "Equity"
        if row.currency == base and not place.is_result and not equity and row.document_currency != base:
            try:
                rate = self.rates.spot(row.document_currency, self.scope.date_to)
            except MissingRate:  # a claim that central holds in a currency without a price stays as it was booked
                return half_away(row.amount, base)
            with localcontext(EXACT):
                closing = self._closing(row, row.document_amount * rate)
            if row.date <= self.scope.date_to and row.partner is not None:
                self.unmeasured[slug, row.partner].append((row.amount - closing, source))
            return closing
        if row.currency == base:
            quick = whole(row.amount, base)
            return half_away(row.amount, base) if quick is None else quick
        day = min(row.date, self.scope.date_to)
        try:
            if place.is_result:
                rate = self.rates.average(row.currency, month_of(day))
            elif equity:
                rate = row.rate or self.rates.spot(row.currency, row.date)
            else:
                rate = self.rates.spot(row.currency, self.scope.date_to)
        except MissingRate:  # the unit's own translation says so, or nothing stands in that currency
            return ZERO
        with localcontext(EXACT):
            exact = row.amount * rate
            return half_away(exact, base) if place.is_result or equity else self._closing(row, exact)

    def _waiting(self, row: PartnerRow) -> Decimal:
        """What waits on suspense, at the closing rate: nothing is eliminated of it, so it has nothing to meet."""
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


def _section(part: Part, row: PartnerRow, place: Place) -> str:
    """What a posting's other side is looked for among."""
    if place.is_result:
        return RESULT
    return SUSPENSE if part.mapper.is_in("suspense", row.account) else BALANCE


def untagged(part: Part, ws: Workspace) -> list[Unmatched]:
    """Balances of the chart's accounts for dealings between units that no partner explains, one finding an account."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in part.source.balances():
        if part.mapper.is_in("internal_balance", row.account):
            sums[row.account, row.currency] += row.amount
    for summary in part.source.summaries:
        for tagged in summary.partners:
            if (tagged.account, tagged.currency) in sums:
                sums[tagged.account, tagged.currency] -= tagged.amount
    wanted = {account for (account, _), amount in sums.items() if amount}
    if not wanted:
        return []
    totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in part.source.transactions():
        for posting in entry.postings:
            meta = posting.meta or {}
            if posting.account not in wanted or "partner" in meta or "ic" in meta:
                continue
            if part.assign(posting.account, entry.date) is None:
                continue
            number, currency = weight(posting)
            totals[posting.account, currency] += number
            at = {**entry.meta, **meta}
            places[posting.account, currency].append(f"{ws.shown(at['filename'])}:{at['lineno']}")
    return [
        finding("IC_ACCOUNT_WITHOUT_TAG", None, (part.unit.slug,), (amount, key[1]), places[key][:10], key[0])
        for key, amount in sorted(totals.items())
        if amount
    ]
