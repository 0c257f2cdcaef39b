"""The bridge from the units' own results to the group's: why the whole isn't the sum of its parts (SPEC 10).

It begins with each unit's own result, as its column of the worksheet has it; then comes, one step a cause, what the
combined statements change: eliminated dealings (nothing, unless both sides differ), distributions between units,
profit that the group hasn't earned yet, owned units, what is in transit, adjustments. The sum is the group's result,
and that is asserted: no step is worked out as what is missing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ledger.combine.figures import is_result
from ledger.combine.model import PSEUDO, ZERO
from ledger.messages import N_

if TYPE_CHECKING:
    from ledger.combine.combined import Combined

UNIT = "unit"
#: Steps after the units', in their order; which kinds of entries each holds. Kinds that aren't named are `eliminated`.
STEPS: dict[str, tuple[str, ...]] = {
    "eliminated": (),
    "distributions": ("dividend", "patronage"),
    "unrealised": ("unrealised",),
    "assets": ("asset",),
    "write-downs": ("write-down",),
    "acquisition": ("acquisition",),
    "goodwill": ("goodwill",),
    "minority": ("minority",),
    "transit": ("transit",),
    "adjustments": ("adjustment",),
    "scope": ("joined", "left"),
    "translation": ("translation",),
}
LABELS = {
    "eliminated": N_("Eliminated dealings"),
    "distributions": N_("Dividends and patronage refunds between units"),
    "unrealised": N_("Unrealised profit in stock, change"),
    "assets": N_("Unrealised profit in fixed assets, change"),
    "write-downs": N_("Loans between units written down, change"),
    "acquisition": N_("Acquired units"),
    "goodwill": N_("Goodwill"),
    "minority": N_("Non-controlling interests"),
    "transit": N_("In transit"),
    "adjustments": N_("Adjustments"),
    "scope": N_("Units coming and going"),
    "translation": N_("Translation"),
    "rounding": N_("Rounding"),
}
_STEP_OF = {kind: step for step, kinds in STEPS.items() for kind in kinds}


@dataclass(frozen=True)
class Step:
    """One step of the bridge; a surplus is positive. `unit` is set where `step` is `"unit"`."""

    step: str
    unit: str | None
    amount: Decimal

    @property
    def label(self) -> str:
        """The step's name (message id); "" for a unit, which has a name of its own."""
        return LABELS.get(self.step, "")


def bridge(combined: Combined) -> tuple[Step, ...]:
    """The steps, units first in the order of their slugs; Σ = the group's result.

    A step is there where an entry of its kind touches income or expense, even if it comes to nothing.
    """
    own: dict[str, Decimal] = dict.fromkeys(combined.units, ZERO)
    steps: dict[str, Decimal] = defaultdict(Decimal)
    for slug in combined.units:
        for (place, column), amount in combined.cells(slug).items():
            if not is_result(place.line):
                continue
            if column in PSEUDO:
                steps["rounding"] -= amount
            else:
                own[slug] -= amount
    for entry in combined.entries:
        step = _STEP_OF.get(entry.kind, "eliminated")
        for posting in entry.postings:
            if is_result(posting.place.line):
                if posting.column in own:
                    own[posting.column] -= posting.amount
                else:
                    steps[step] -= posting.amount
    found = [Step(UNIT, slug, amount + ZERO) for slug, amount in sorted(own.items())]
    found += [Step(name, None, steps[name] + ZERO) for name in (*STEPS, "rounding") if name in steps]
    assert sum((step.amount for step in found), ZERO) == combined.result
    return tuple(found)
