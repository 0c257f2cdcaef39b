"""What a finding's own two sides don't say, and the whole list of findings or the rules do.

Links are opaque, and two that differ in capitals are two dealings; but where each has found only one side, somebody has
probably written one of them wrong. Of a levy that is booked by hand, the rules add on both sides what the unit hasn't
booked yet: a difference then never lies in what is missing. Two dealings of the same amount, or one that others add up
to, of which each has found one side, are perhaps one. And where one side's voucher has the missing amount on a posting
without a partner, nobody has to book anything: the posting lacks its tags.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from ledger.books import Workspace
from ledger.combine.dealings.transit import Vouchers
from ledger.combine.flows import Part
from ledger.combine.model import ZERO, Unmatched
from ledger.messages import N_

ALIKE = N_("The other unit has {other} at {place}: only capitals differ.")
SAME = N_("Perhaps the other unit's {other} at {place} is meant: it has the same amount.")
SUMS = N_("Perhaps the other unit's {other} at {place}, and more after it, are meant: together they have this amount.")
PART = N_("Perhaps this is a part of the other unit's {other} at {place}: several together have its amount.")
TAG = N_(
    'The amount stands at {place} on {account}, without a partner: add partner: "{partner}" and ic: "{kind}" to that'
    " posting, and book nothing more."
)
STOCK = N_(
    "The amount stands at {place} on {account}, where no partner may stand: book it as cost, with the tags of the debt,"
    " and what is left in stock as a change of stock."
)
LEVY = N_(
    "What the unit hasn't booked of its levy is added to both books by the rules, so central books no more than the"
    " unit has: correct central's voucher, unless the unit's own is wrong."
)


def with_hints(findings: Sequence[Unmatched], ws: Workspace, parts: Mapping[str, Part]) -> list[Unmatched]:
    """The findings, in their order, each with what more there is to say of it.

    Args:
        findings: the unmatched list.
        ws: the workspace; its central unit has the levy's income.
        parts: units of the run.
    """
    alike: dict[tuple[tuple[str, ...], str], list[Unmatched]] = defaultdict(list)
    for said in findings:
        if said.code == "ONE_SIDED":
            alike[said.units, said.key.casefold()].append(said)
    central = ws.config.federation.central
    answers = _answers(findings)
    lacking = _Lacking(ws, parts)
    found = []
    for said in findings:
        others = alike[said.units, said.key.casefold()] if said.code == "ONE_SIDED" else []
        other = next((o for o in others if o.key != said.key and not _owners(o) & _owners(said)), None)
        if other is not None:
            params = {**dict(said.params), "other": other.key, "place": other.sources[0]}
            found.append(replace(said, hint=ALIKE, params=tuple(params.items())))
        elif said.kind == "levy" and said.code in {"AMOUNT_DIFF", "ONE_SIDED"} and _ruled(said, central, parts):
            found.append(replace(said, hint=LEVY))
        elif id(said) in answers:
            hint, one = answers[id(said)]
            params = {**dict(said.params), "other": one.key, "place": one.sources[0]}
            found.append(replace(said, hint=hint, params=tuple(params.items())))
        else:
            found.append(lacking.named(said))
    return found


def _answers(findings: Iterable[Unmatched]) -> dict[int, tuple[str, Unmatched]]:
    """What each one-sided finding may be the other side of, by its identity: the amount in one, or in all together."""
    groups: dict[tuple[tuple[str, ...], str], dict[str, list[Unmatched]]] = defaultdict(lambda: defaultdict(list))
    for said in findings:
        if said.code == "ONE_SIDED" and len(owners := _owners(said)) == 1:
            groups[tuple(sorted(said.units)), said.currency][owners.pop()].append(said)
    found: dict[int, tuple[str, Unmatched]] = {}
    for sides in groups.values():
        if len(sides) != 2:
            continue
        one, other = sides.values()
        for mine, theirs in ((one, other), (other, one)):
            by_amount: dict[Decimal, list[Unmatched]] = defaultdict(list)
            for said in theirs:
                by_amount[said.amount].append(said)
            for said in mine:
                if by_amount[said.amount]:
                    found[id(said)] = SAME, by_amount[said.amount][0]
                elif len(theirs) > 1 and sum((t.amount for t in theirs), ZERO) == said.amount:
                    found[id(said)] = SUMS, theirs[0]
                    found |= {id(t): (PART, said) for t in theirs}
    return found


class _Lacking:
    """Postings without a partner that hold what a dealing lacks."""

    def __init__(self, ws: Workspace, parts: Mapping[str, Part]) -> None:
        self.ws = ws
        self.parts = parts
        self.vouchers = Vouchers(parts)

    def named(self, said: Unmatched) -> Unmatched:
        """The finding, with the place of its untagged posting where there is one."""
        if said.code != "AMOUNT_DIFF" or len(said.units) != 2:
            return said
        for slug, partner in (said.units, said.units[::-1]):
            part = self.parts.get(slug)
            if part is None:
                continue
            for row in part.source.summaries[0].partners:
                if row.partner != partner or said.key not in {*row.links, row.document} or not row.others:
                    continue
                known = self._posting(part, (False, row.transaction), said)
                if known is not None:
                    account, place = known
                    hint = TAG if self._may(part, account) else STOCK
                    params = {"place": place, "account": account, "partner": partner, "kind": row.ic or said.kind}
                    return replace(said, remedy_id="", hint=hint, params=tuple(params.items()))
        return said

    def _posting(self, part: Part, voucher: tuple[bool, int], said: Unmatched) -> tuple[str, str] | None:
        """Account and place of the voucher's posting without a partner that has the finding's amount."""
        entry = self.vouchers.get(part.unit.slug, voucher)
        for posting in entry.postings:
            meta = posting.meta or {}
            units = posting.units
            if "partner" in meta or "ic" in meta or units is None or units.number is None:
                continue
            if any(part.mapper.is_in(name, posting.account) for name in ("vat", "bank", "cash")):
                continue
            if (abs(units.number), units.currency) == (said.amount, said.currency):
                at = {**entry.meta, **meta}
                return posting.account, f"{self.ws.shown(at['filename'])}:{at['lineno']}"
        return None

    def _may(self, part: Part, account: str) -> bool:
        """Whether a posting on the account takes a partner: income, expense, equity that is shared out."""
        place = part.mapper.at(account)
        return place.is_result or place.group.root == "Equity" or part.mapper.is_in("internal_balance", account)


def _owners(said: Unmatched) -> set[str]:
    """The files' folders: whose books hold it."""
    return {source.partition("/books/")[0] for source in said.sources}


def _ruled(said: Unmatched, central: str, parts: Mapping[str, Part]) -> bool:
    """Whether the rules have made entries of the levy between the two."""
    if central not in said.units or len(said.units) != 2:
        return False
    (slug,) = (unit for unit in said.units if unit != central)
    part = parts.get(slug)
    if part is None:
        return False
    return any(r.ic == "levy" and r.partner == central for s in part.source.summaries[1:] for r in s.partners)
