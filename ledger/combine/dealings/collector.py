"""From tagged postings to items of the matcher (SPEC 10; SPEC 3: `partner`, `ic`, the shared link).

Income and expense may always carry a partner; of the balance accounts only those that the chart has for dealings
between units. A posting on suspense may carry one, too: it answers nothing yet, but says where the other side waits for
its account. What can't become an item is said here, one finding for each dealing and fault.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext

from ledger.books import PartnerRow, Workspace
from ledger.combine.dealings.findings import finding, misspelt, untagged
from ledger.combine.dealings.items import (
    ASSET,
    BALANCE,
    LONGEST_PERIOD,
    RESULT,
    SUSPENSE,
    WINDOW,
    Item,
    cost_of,
    kind_of_row,
)
from ledger.combine.dealings.tags import TaggedRow, tags_of
from ledger.combine.dealings.worth import Rest, Worths
from ledger.combine.dealings.written_down import is_written_down
from ledger.combine.flows import Part
from ledger.combine.model import ZERO, Place, Unmatched
from ledger.combine.scope import Scope
from ledger.provisional import REMEASUREMENT
from ledger.rules.dealings import SHARED_OUT, is_shared_out
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away


@dataclass
class Collector:
    """Turns partner rows into items and findings."""

    ws: Workspace
    scope: Scope
    rates: Rates
    items: list[Item]
    findings: list[Unmatched]
    worths: Worths = field(init=False)
    #: Exact amounts of what is translated at the closing rate, by their place in `items`.
    unrounded: dict[int, Decimal] = field(default_factory=dict)
    ruled: set[int] = field(default_factory=set)  # items of what the rules have made, provisional or frozen by a close
    #: Places in `items` of claims in another currency than their book's, with their rests; by unit, partner, account.
    abroad: dict[tuple[str, str, Place], list[tuple[int, Rest]]] = field(default_factory=lambda: defaultdict(list))
    first: dict[tuple[str, bool, int], str] = field(default_factory=dict)
    until: dt.date = field(init=False)  # the last day on which the other side of a dealing of the period may be booked

    def __post_init__(self) -> None:
        """All postings are valued in one place."""
        self.until = self.scope.date_to + WINDOW
        self.worths = Worths(self.scope, self.rates)

    def take(self, part: Part) -> None:
        """Items and findings of one unit."""
        outside: dict[tuple[str, str, str], list[tuple[PartnerRow, str]]] = defaultdict(list)
        tags = tags_of(part, self.ws)
        for tagged in tags.rows:
            if not is_written_down(tagged.row) and self._counts(part, tagged.row, tagged.of):
                self._row(part, tagged, outside)
        for (code, partner, key), rows in sorted(outside.items()):
            first = rows[0][0]
            chosen = [r for r, _ in rows if not part.mapper.at(r.account).is_result] or [r for r, _ in rows]
            same = [r for r in chosen if r.document_currency == chosen[0].document_currency]
            total = sum((r.document_amount for r in same), ZERO), chosen[0].document_currency
            units = (part.unit.slug, partner) if partner else (part.unit.slug,)
            rows.sort(key=lambda found: part.mapper.at(found[0].account).is_result)  # claims and debts come first
            said = finding(code, kind_of_row(first), units, total, (where for _, where in rows), key, by=units[0])
            if code == "COST_UNREADABLE":
                said = replace(said, params=(("currency", first.currency),))
            self.findings.append(misspelt((str(r.ic) for r, _ in rows), said) if code == "IC_UNKNOWN" else said)
        self.findings += untagged(part, self.ws, tags.unexplained)
        self._remeasure(part.unit.slug)
        self._as_they_stand(part.unit.slug)

    def _remeasure(self, slug: str) -> None:
        """Claims in the partner's currency count at closing; what the book itself hasn't remeasured is named."""
        for (unit, partner, kind), rests in sorted(self.worths.unmeasured.items()):
            if unit != slug:
                continue
            rest = half_away(sum((one.amount for one in rests), ZERO), self.rates.base)
            if abs(rest) > sum((one.rounding for one in rests), ZERO):
                where = [one.source for one in rests if one.amount]
                self.findings.append(
                    finding("FX_DIFF", kind or None, sorted((unit, partner)), (rest, self.rates.base), where, partner)
                )

    def _as_they_stand(self, slug: str) -> None:
        """What a book's currency can't hold of a claim in another one is missing in the claim.

        1,100 kr are 95.65 euros at 11.50, which the group has at 1,099.98 kr: no more is there to be eliminated. What
        it answers is looked for by the 1,100 kr that were booked, not by what rounding has left of them.
        """
        for (unit, _, _), known in sorted(self.abroad.items()):
            if unit != slug:
                continue
            base = self.rates.base
            less = self._standing(known) - half_away(sum((self.unrounded[at] for at, _ in known), ZERO), base)
            if less and abs(less) <= sum((rest.rounding for _, rest in known), ZERO):
                booked = [at for at, _ in known if at not in self.ruled] or [at for at, _ in known]
                at = max(booked, key=lambda n: (abs(self.items[n].amount), self.items[n].key))
                item = self.items[at]
                self.items[at] = replace(item, amount=item.amount + less, booked=item.amount)
                self.unrounded[at] += less

    def _standing(self, known: Sequence[tuple[int, Rest]]) -> Decimal:
        """What a book has of a claim, in whole units of its currency, at the closing rate."""
        rest = known[0][1]
        with localcontext(EXACT):
            held = half_away(sum((rest.held for _, rest in known), ZERO), rest.currency)
            own = rest.currency == self.rates.base
            rate = Decimal(1) if own else self.rates.spot(rest.currency, self.scope.date_to)
            return half_away(held * rate, self.rates.base)

    def _counts(self, part: Part, row: PartnerRow, of: dt.date | None) -> bool:
        """Whether the posting lies in the time that is looked at, and no ownership explains it."""
        unit, scope = part.unit, self.scope
        if row.date > self.until and (of is None or of > scope.date_to):
            return False
        if unit.left and row.date > unit.left:
            return False
        if unit.joined and row.date < unit.joined and unit.entity == "division":
            return False
        if row.ic != "capital" or not row.partner:
            return True
        return not scope.stakes.explains(unit.slug, row.partner, row.date, part.source.summaries[0].first)

    def _row(
        self,
        part: Part,
        tagged: TaggedRow,
        outside: dict[tuple[str, str, str], list[tuple[PartnerRow, str]]],
    ) -> None:
        row, provisional = tagged.row, tagged.provisional
        slug, scope = part.unit.slug, self.scope
        source = f"{self.ws.shown(row.file)}:{row.line}"
        stranger = self._stranger(slug, row.partner)
        said = row.date > scope.date_to or row.file == REMEASUREMENT  # the item's own posting says what is wrong
        if stranger:
            if not said:
                key = self._key(part, row, source, provisional=provisional)
                outside[stranger, str(row.partner), key].append((row, source))
            return
        fault = _fault(part, row)
        if fault:
            if not said:
                key = self._key(part, row, source, provisional=provisional)
                outside[fault, row.partner or "", key].append((row, source))
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
        for code in () if said else _misread(row, scope, sold=place.is_result):
            outside[code, partner, key].append((row, source))
        self._take(part, tagged, partner, source, (place, section))

    def _take(self, part: Part, tagged: TaggedRow, partner: str, source: str, where: tuple[Place, str]) -> None:
        """The item of a posting with what it is worth; `where`: its place and section."""
        row, provisional, vat, told, of = tagged
        slug, (place, section) = part.unit.slug, where
        late = row.date < self.scope.date_from + WINDOW or of is not None
        waits = section == SUSPENSE or (section == ASSET and not place.is_result)
        amount = self.worths.waiting(row) if waits else self.worths.of(part, row, place, source)
        if not waits and self.worths.exact is not None:
            self.unrounded[len(self.items)] = self.worths.exact
            if self.worths.rest is not None:
                self.abroad[slug, partner, place].append((len(self.items), self.worths.rest))
        if provisional or (row.source or "").startswith("close:"):
            self.ruled.add(len(self.items))
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
                kind=kind_of_row(row),
                links=tuple(link for link in row.links if link.startswith("ic-")),
                document=row.document,
                transaction=(provisional, row.transaction),
                source=source,
                order=(self.ws.shown(row.file), row.line),
                months=row.months or None,
                vat=vat,
                opening=self.worths.opening(part, row, place, waits=waits, late=late),
                invoiced=told,
                dated=self.worths.dated(part, row, place) if section == BALANCE else None,
                of=of,
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
        # What was shared out stays in the opening balance with what rates have made of it (`shared_out`).
        old = row.ic in SHARED_OUT or (row.ic is None and named)
        return (old or day >= since) and scope.member(slug, day) and scope.member(partner, day)

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


def _fault(part: Part, row: PartnerRow) -> str | None:
    """The code of what is wrong with the tags of a posting, so that it takes part in nothing."""
    if row.partner is None:
        return "MISSING_PARTNER"
    place = part.mapper.at(row.account)
    sets = ("internal_balance", "internal_allowed", "suspense")
    allowed = place.is_result or row.ic == "capital" or is_shared_out(place.group.root, row.ic)
    allowed = allowed or (row.ic == ASSET and part.mapper.is_in("internal_asset", row.account))
    if not allowed and not any(part.mapper.is_in(name, row.account) for name in sets):
        # where nobody knows the word, the right one may allow it
        return "TAG_ON_NON_IC_ACCOUNT" if row.ic == kind_of_row(row) else "IC_UNKNOWN"
    return None


def _misread(row: PartnerRow, scope: Scope, *, sold: bool) -> Iterator[str]:
    """Codes of what a posting says and nobody understands: its class, while it can be corrected; its useful life.

    And what goods have cost that were `sold`, in the year: later, who states a stock of them is asked for it.
    """
    if row.ic != kind_of_row(row) and scope.date_from <= row.date:
        yield "IC_UNKNOWN"
    if row.months == 0:
        yield "MONTHS_UNKNOWN"
    if sold and row.cost_written and cost_of(row) is None and scope.date_from <= row.date:
        yield "COST_UNREADABLE"


def _section(part: Part, row: PartnerRow, place: Place) -> str:
    """What a posting's other side is looked for among."""
    if row.ic == ASSET and (place.is_result or part.mapper.is_in("internal_asset", row.account)):
        return ASSET
    if place.is_result or is_shared_out(place.group.root, row.ic):
        return RESULT
    return SUSPENSE if part.mapper.is_in("suspense", row.account) else BALANCE
