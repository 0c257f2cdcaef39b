"""The combined figures of one run, and the checks that they hold together (SPEC 5, 10)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from ledger.books import Unit
from ledger.combine.adjusting.adjustment import Adjustment
from ledger.combine.codes import SETTLED
from ledger.combine.dealings.items import Item
from ledger.combine.figures import Cell, line_sums, result_of
from ledger.combine.flows import CAPITAL_HELD, Part
from ledger.combine.levels import Finder
from ledger.combine.model import ELIM, ZERO, Elimination, GroupEntry, PairRow, Place, Row, Share, Translation, Unmatched
from ledger.errors import Problem
from ledger.messages import N_, say


@dataclass(frozen=True)
class Combined:
    """The combined figures. Amounts in `currency`, debit positive.

    Attributes:
        date_from: first day of income and expense.
        date_to: day of the balance sheet.
        complete: False when a unit had to be left out: the figures aren't the federation's then.
        trial_balance: Σ = 0.
        entries: eliminations, adjustments, translation differences, units coming and going.
        unmatched: dealings whose sides differ, and tags that can't be used.
        translation: proof of the translation difference of each unit that keeps its books in another currency; of
            adjustments (ADJ), where they are written in another.
        problems: what kept units out.
        level: the level that was asked for.
        pairs: what every two units have to do with each other, and what is left of it.
        counted: the postings that `pairs` are the sums of, by units, class and section.
        adjustments: the finance head's, as far as they count, as they were written.
        adjusted_in: the currency that these are written in: the federation's; "" = `currency`.
        shares: which units own which, goodwill and non-controlling interests.
        parts: each unit's share; what the view rewrites.
    """

    currency: str
    date_from: dt.date
    date_to: dt.date
    complete: bool
    trial_balance: tuple[Row, ...]
    entries: tuple[GroupEntry, ...]
    unmatched: tuple[Unmatched, ...]
    translation: tuple[Translation, ...]
    problems: tuple[Problem, ...]
    level: str | None = None
    pairs: tuple[PairRow, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    adjusted_in: str = ""
    shares: tuple[Share, ...] = ()
    parts: Mapping[str, Part] = field(default_factory=dict, repr=False, compare=False)
    counted: Mapping[tuple[tuple[str, str], str, str], Sequence[Item]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def lines(self) -> dict[str, Decimal]:
        """Σ per line, in the order of the statements; lines without rows are left out."""
        return line_sums(self.trial_balance)

    @cached_property
    def result(self) -> Decimal:
        """Income less expense, a surplus positive; transfers to equity left out."""
        return result_of(self.trial_balance)

    @property
    def result_minority(self) -> Decimal:
        """What of the result belongs to non-controlling interests."""
        return sum((share.result_minority for share in self.shares), ZERO)

    @cached_property
    def units(self) -> dict[str, Unit]:
        """The units that are part of the figures, by slug."""
        return {slug: part.unit for slug, part in self.parts.items()}

    def cells(self, slug: str) -> Mapping[Cell, Decimal]:
        """What a unit's own book brings, by place and column; entries that no unit wrote come on top."""
        return self.parts[slug].sums

    @cached_property
    def eliminations(self) -> tuple[Elimination, ...]:
        """What is eliminated of each dealing, claims and income apart.

        Of what has been settled since nothing is: its days' entries come to zero, and it isn't listed.
        """
        found: dict[tuple[str, str, tuple[str, ...], str], list[GroupEntry]] = defaultdict(list)
        for entry in self.entries:
            if entry.column == ELIM:
                found[entry.kind, entry.key, entry.units, entry.section].append(entry)
        made, finder = [], Finder(self.units)
        for (kind, key, units, section), group in sorted(found.items(), key=lambda f: (f[0][1], f[0][0], f[0][2:])):
            sums: dict[tuple[Place, str], Decimal] = defaultdict(Decimal)
            for entry in group:
                for posting in entry.postings:
                    if posting.place != CAPITAL_HELD:  # what rates make of a dealing is no side of it
                        sums[posting.place, posting.unit] += posting.amount
            amount = sum((a for a in sums.values() if a > 0), ZERO)
            if not amount:
                continue
            sources = dict.fromkeys(p.source for e in group for p in e.postings if p.source)
            made.append(Elimination(kind, key, units, section, amount, tuple(sources), finder.of(group[0])))
        return tuple(made)

    def title(self, name: str) -> str:
        """The combined ledger's title: the federation's name, marked where units had to be left out."""
        return name if self.complete else say(N_("{name} (INCOMPLETE)"), name=name)

    @property
    def needs_person(self) -> bool:
        """Whether something unmatched waits for somebody (exit code 3)."""
        return any(item.code not in SETTLED for item in self.unmatched)

    def check(self) -> None:
        """Assert what must hold: the trial balance and every entry sum to zero, ELIM by kind and pair too."""
        assert sum((row.amount for row in self.trial_balance), ZERO) == 0
        by_pair: dict[tuple[str, tuple[str, ...]], Decimal] = defaultdict(Decimal)
        for entry in self.entries:
            assert sum((p.amount for p in entry.postings), ZERO) == 0
            if entry.column == ELIM:
                by_pair[entry.kind, entry.units] += sum((p.amount for p in entry.postings), ZERO)
        assert not any(by_pair.values())

    @property
    def legal_persons(self) -> int:
        """How many legal persons the units are: of one, these are its own figures; of several, nobody's (SPEC 1)."""
        return len({unit.legal_person for unit in self.units.values()})
