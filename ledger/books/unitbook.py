"""A unit's book after loading: its booked entries, what can be said of them, and what is wrong with them.

*Booked* is the first of the two stages (docs/ARCHITECTURE.md): the book's own text, guarded and booked, no plugin.
What the federation's rules add (provisional entries) is made above, in `ledger.provisional`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from beancount.core import data

from ledger.books.summary import Summary
from ledger.books.workspace import Unit, Workspace
from ledger.errors import Problem


@dataclass(frozen=True)
class UnitBook:
    """One unit's book.

    Attributes:
        unit: whose it is.
        key: digest of the text and of everything else the result depends on; equal keys mean equal results.
        problems: what is wrong. A book with problems has no place in totals (SPEC 3); `summary` may still be there
            when the text passed the guard, so that its own view can be shown.
        summary: None when the text was refused.
        files: absolute paths of every file the book is made of, main file first.
        options: Beancount's options of the book (its `options_map`, without what a loader can't rebuild).
        told: what is wrong between its text and its seals (SPEC 7), and texts beside it that nothing reads. Its figures
            count all the same.
    """

    unit: Unit
    key: str
    problems: tuple[Problem, ...]
    summary: Summary | None
    files: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    _entries: Callable[[], list[data.Directive]] | None = field(default=None, repr=False, compare=False)
    _columns: Callable[[str], bytes] | None = field(default=None, repr=False, compare=False)
    told: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether its figures may be counted."""
        return not self.problems and self.summary is not None

    def table(self, name: str) -> bytes:
        """One of the book's tables as Parquet (`ledger.books.columns`); for sums over columns."""
        assert self._columns is not None
        return self._columns(name)

    def entries(self) -> list[data.Directive]:
        """The booked entries, in Beancount's order, identical by `repr` to what `load_file` gives without plugins.

        They are read from the cache's columns each time: keep them no longer than needed.
        """
        return self._entries() if self._entries else []


@dataclass(frozen=True)
class CentralText:
    """`units/policy.beancount` and `units/prices.beancount`, guarded and parsed.

    Attributes:
        policy: `custom` directives of the policy file, in its order.
        prices: `price`, `commodity` and `custom "average-rate"` directives.
        key: digest of both files' content.
        problems: what is wrong; a faulty file counts as empty.
    """

    policy: tuple[data.Custom, ...]
    prices: tuple[data.Directive, ...]
    key: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class AdjustmentText:
    """`units/adjustments/*.beancount`, guarded and booked.

    Attributes:
        entries: their transactions, in the order of the files' names, then as Beancount sorts.
        problems: what is wrong with the folder or a file; a faulty file counts as empty, and only that one.
        files: absolute paths of those that may be shown, sorted.
        key: digest of all of it.
        told: texts beside the units that nothing reads: the figures stand without them.
    """

    entries: tuple[data.Transaction, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()
    key: str = ""
    told: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Books:
    """All books of a workspace, loaded."""

    workspace: Workspace
    units: dict[str, UnitBook]
    central_text: CentralText
    closed: dict[str, frozenset[str]] = field(default_factory=dict)  # slug -> sealed months "2026-03"
    #: Of everything these books were made of: what `ledger.books.fingerprint` gives as long as nothing has changed.
    #: None where only some units were loaded, or something changed meanwhile. Answers may be kept under it.
    fingerprint: str | None = None
    #: The finance head's adjustments; empty where only some units were loaded.
    adjustments: AdjustmentText = AdjustmentText()
    #: Digest of the content of each file that was looked at, by its path below the workspace.
    digests: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong: the workspace's, the central files', each unit's."""
        units = (p for book in self.units.values() for p in (*book.problems, *book.told))
        adjustments = (*self.adjustments.problems, *self.adjustments.told)
        return (*self.workspace.problems, *self.central_text.problems, *adjustments, *units)

    @property
    def transactions(self) -> int:
        """Σ transactions of all books that could be read."""
        return sum(b.summary.transactions for b in self.units.values() if b.summary)
