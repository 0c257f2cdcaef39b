"""What a finding's own two sides don't say, and the whole list of findings or the rules do.

Links are opaque, and two that differ in capitals are two dealings; but where each has found only one side, somebody has
probably written one of them wrong. Of a levy that is booked by hand, the rules add on both sides what the unit hasn't
booked yet: a difference then never lies in what is missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ledger.combine.flows import Part
from ledger.combine.model import Unmatched
from ledger.messages import N_

ALIKE = N_("The other unit has {other} at {place}: only capitals differ.")
LEVY = N_(
    "What the unit hasn't booked of its levy is added to both books by the rules, so central books no more than the"
    " unit has: correct central's voucher, unless the unit's own is wrong."
)


def with_hints(findings: Sequence[Unmatched], central: str, parts: Mapping[str, Part]) -> list[Unmatched]:
    """The findings, in their order, each with what more there is to say of it.

    Args:
        findings: the unmatched list.
        central: slug of the unit that has the levy's income.
        parts: units of the run.
    """
    alike: dict[tuple[tuple[str, ...], str], list[Unmatched]] = defaultdict(list)
    for said in findings:
        if said.code == "ONE_SIDED":
            alike[said.units, said.key.casefold()].append(said)
    found = []
    for said in findings:
        others = alike[said.units, said.key.casefold()] if said.code == "ONE_SIDED" else []
        other = next((o for o in others if o.key != said.key and not _owners(o) & _owners(said)), None)
        if other is not None:
            params = {**dict(said.params), "other": other.key, "place": other.sources[0]}
            found.append(replace(said, hint=ALIKE, params=tuple(params.items())))
        elif said.kind == "levy" and said.code in {"AMOUNT_DIFF", "ONE_SIDED"} and _ruled(said, central, parts):
            found.append(replace(said, hint=LEVY))
        else:
            found.append(said)
    return found


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
