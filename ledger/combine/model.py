"""The combined figures as values: places, rows, entries that no unit wrote, and what didn't match (SPEC 5, 10).

Debit is positive everywhere. Amounts are in the reporting currency where nothing else is said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import Decimal

from ledger.charts import Line, line
from ledger.combine.codes import BLOCKED, DISCLOSED, SETTLED
from ledger.messages import say, translate

#: Pseudo-units: columns of the worksheet that belong to no unit, in their order (SPEC 10).
ELIM = "ELIM"
ADJ = "ADJ"
CTA = "CTA"
PSEUDO = (ELIM, ADJ, CTA)
#: Account labels of amounts that stand on no unit's own account.
EARLIER = "Earlier-years"
ENTERED = "Net-assets"
IN_TRANSIT = "In-transit"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an amount stands: the group's line and, under it, the account's label."""

    line: str
    account: str

    @property
    def group(self) -> Line:
        """The line itself."""
        return line(self.line)

    @property
    def is_result(self) -> bool:
        """Whether it belongs to the income statement."""
        return self.group.statement == "income"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the trial balance. `unit` is a slug, or `ELIM`, `ADJ`, `CTA`."""

    line: str
    account: str
    unit: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class GroupPosting:
    """A posting of an entry that no unit wrote.

    `source` is the place (`units/…:12`) of the posting it answers, `unit` whose that is.
    """

    place: Place
    column: str
    amount: Decimal
    source: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """An elimination, an adjustment, a translation difference, or a unit's going out. It sums to zero.

    Attributes:
        column: the pseudo-unit or unit it is made for.
        kind: trade, levy, loan, interest, fund, solidarity, capital, dividend, patronage, asset, other; unrealised;
            transit, adjustment; translation, joined, left; acquisition, goodwill, minority.
        key: link, document number or place of the dealing.
        section: "balance" or "result" of what two sides have booked against each other; "asset" of a profit in fixed
            assets ("balance" of one in stock), which one side has made on the other and the group hasn't.
        reverses: the day on which the next period takes it back.
        level: the level that it is made for; None = the lowest one that its units have in common.
        seller: slug of the unit whose profit in stock or fixed assets the entry takes out, brings back or lets be
            earned: it is that unit's result and equity that change, wherever the goods or the asset are. "" else.
    """

    date: dt.date
    column: str
    kind: str
    key: str
    units: tuple[str, ...]
    postings: tuple[GroupPosting, ...]
    section: str = ""
    reverses: dt.date | None = None
    level: tuple[str, ...] | None = None
    seller: str = ""

    def __post_init__(self) -> None:
        """An entry that doesn't sum to zero is a programming error."""
        assert sum((p.amount for p in self.postings), ZERO) == 0, self


@dataclass(frozen=True, slots=True)
class Elimination:
    """What was eliminated of one dealing: `amount` is one side's, positive; `level` the node that it belongs to."""

    kind: str
    key: str
    units: tuple[str, ...]
    section: str
    amount: Decimal
    sources: tuple[str, ...]
    level: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Rest:
    """What is left of a dealing of two units (slugs, sorted) in the reporting currency, debit positive."""

    units: tuple[str, str]
    kind: str
    section: str  # "balance" or "result"
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PairRow:
    """All that two units have to do with each other in one class and section, in the reporting currency.

    Debit is positive. `unmatched` = `one` + `other` + `adjusted`: what is eliminated is as much of one side as of the
    other, so that `one` - `eliminated` and `other` + `eliminated` (and what was adjusted) are what is left of each.

    Attributes:
        units: slugs, sorted.
        kind: class of the dealings.
        section: "balance" or "result".
        one: Σ of what the first unit's book has.
        other: Σ of what the second unit's book has.
        eliminated: what ELIM takes off `one`.
        adjusted: what ADJ has of either: money and goods in transit, adjustments.
        unmatched: what is left, as the unmatched list has it.
    """

    units: tuple[str, str]
    kind: str
    section: str
    one: Decimal
    other: Decimal
    eliminated: Decimal
    adjusted: Decimal
    unmatched: Decimal


@dataclass(frozen=True, slots=True)
class Side:
    """What one unit has booked of what a finding is about; debit positive. A unit that has booked nothing has zero.

    Attributes:
        unit: slug.
        amount: in `currency`.
        currency: the document's; the reporting currency where the unit's documents are in several.
        worth: the same in the reporting currency; None where the posting takes part in no dealing.
    """

    unit: str
    amount: Decimal
    currency: str
    worth: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A dealing whose two sides don't agree, or a posting that can't be matched. `amount` is positive.

    Attributes:
        internal: both sides are one legal person: a difference blocks its close (SPEC 1, 10).
        hint: message id of what more there is to say of this one; "" = nothing.
        params: what is named in braces in the remedy and the hint.
        sides: what each unit has booked of it; empty where it is about no amount of theirs.
        rests: what is left of the dealing in the books of the pair, for the pair matrix; `amount` is in the document's
            currency and without sign. Empty where the posting is no dealing between two units of the run.
    """

    code: str
    kind: str  # class of the dealing: levy, trade, …
    units: tuple[str, ...]
    amount: Decimal
    currency: str
    sources: tuple[str, ...]
    key: str
    message: str  # message id
    remedy_id: str  # message id
    internal: bool = False
    rests: tuple[Rest, ...] = ()
    hint: str = ""
    params: tuple[tuple[str, str], ...] = ()
    sides: tuple[Side, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether the close of the legal person waits for it."""
        return self.internal and self.code not in SETTLED

    @property
    def text(self) -> str:
        """What is the matter, in the language in use."""
        return translate(self.message)

    @property
    def advice(self) -> str:
        """What to do about it, in the language in use."""
        return " ".join(say(text, **dict(self.params)) for text in (self.remedy_id, self.hint) if text)

    @property
    def remedy(self) -> str:
        """What to do about it, and what holds until then."""
        if self.code in SETTLED or len(self.units) < 2:  # two sides
            return self.advice
        return f"{self.advice} {translate(BLOCKED if self.internal else DISCLOSED)}"


@dataclass(frozen=True, slots=True)
class Share:
    """What one unit owns of another, and what that comes to. Reporting currency; equity and gains are positive.

    What belongs to the owned unit as a whole stands with its first owner and is zero with the others, so that columns
    add up: all but `share`, `effective` and `cost`.

    Attributes:
        share: the owner's part at the end of the period.
        effective: the group's part by way of this owner: less what minorities of the owner have of it.
        cost: what stands with the owner, before it is eliminated.
        equity_at_acquisition: net assets that were bought, or what was paid in to a unit that its owners founded.
        goodwill: at the end.
        goodwill_cta: exchange differences on it since the acquisition.
        minority: the non-controlling interest in the owned unit at the end, with what that unit owns itself.
        result_minority: its part of the period's result.
        cta_minority: its part of translation differences since the acquisition.
    """

    unit: str
    owner: str
    share: Decimal
    effective: Decimal
    cost: Decimal
    equity_at_acquisition: Decimal = ZERO
    goodwill: Decimal = ZERO
    goodwill_cta: Decimal = ZERO
    minority: Decimal = ZERO
    result_minority: Decimal = ZERO
    cta_minority: Decimal = ZERO

    def as_json(self, money: Callable[[Decimal], str] = str) -> dict[str, str]:
        """The object of `sambok combine --json`; `money` writes amounts."""
        amounts = (f.name for f in fields(self) if f.name not in {"unit", "owner", "share", "effective"})
        parts = {"share": f"{self.share.normalize():f}", "effective": f"{self.effective.normalize():f}"}
        told = {name: money(getattr(self, name)) for name in amounts}
        return {"unit": self.unit, "owner": self.owner, **parts, **told}


@dataclass(frozen=True, slots=True)
class Translation:
    """The translation difference of one unit and currency, and its proof by roll-forward.

    Attributes:
        opening_net_assets: in the unit's currency, on the day before the period (or before it joined).
        posted: what was posted to CTA for translation in the period, reporting currency, debit positive (a gain is
            negative).
        proof: opening net assets × change of rate + Σ flow × (closing − rate of the flow), signed like `posted`.
        rounding: what rounding single postings came to in the period; it stands on an account of its own.
        opening: what assets and liabilities had been remeasured by on the day before the period (or before it
            joined), reporting currency, debit positive.
    """

    unit: str
    currency: str
    opening_net_assets: Decimal
    posted: Decimal
    proof: Decimal
    rounding: Decimal
    opening: Decimal = ZERO
