"""What became of lines that waited: those that were written anew, in words and for programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from beancount.core import data

from ledger.errors import Problem
from ledger.messages import N_, say


@dataclass(frozen=True)
class Move:
    """An entry that is written anew, as it stood and as it stands."""

    before: data.Transaction
    after: data.Transaction

    @property
    def placed(self) -> bool:
        """Whether it waited, and nobody needs to look at it any more."""
        return self.before.flag == "!" and self.after.flag == "*"

    @property
    def linked(self) -> bool:
        """Whether it was placed before, and found its invoice now."""
        return self.before.flag == "*"

    def as_json(self) -> dict[str, Any]:
        """One object of `--json`."""
        units = self.after.postings[0].units
        return {
            "source_id": str(self.after.meta["source-id"]),
            "date": self.after.date.isoformat(),
            "amount": str(units.number) if units else None,
            "currency": units.currency if units else None,
            "placed": self.placed,
            "linked": self.linked,
            "accounts": [p.account for p in self.after.postings[1:]],
            "links": sorted(self.after.links or ()),
            "suggestion": self.after.meta.get("suggestion"),
        }


@dataclass
class PlaceReport:
    """What became of a unit's waiting lines.

    Attributes:
        moves: entries written anew: placed, linked, or waiting with another suggestion.
        waiting: lines that still wait, those left alone included.
        left: lines that somebody has edited.
        problem: why nothing could be written.
    """

    unit: str
    moves: list[Move] = field(default_factory=list)
    waiting: int = 0
    left: int = 0
    problem: Problem | None = None

    @property
    def placed(self) -> int:
        """Lines that nobody needs to look at any more."""
        return sum(move.placed for move in self.moves)

    @property
    def linked(self) -> int:
        """Payments that a rule had placed, and that have found their invoices."""
        return sum(move.linked for move in self.moves)

    def sentence(self, *, dry_run: bool = False) -> str:
        """One line for people."""
        text = N_("{unit}: waiting lines placed: {placed}; still waiting: {waiting}.")
        if dry_run:
            text = N_("{unit}: waiting lines that would be placed: {placed}; still waiting: {waiting}.")
        told = say(text, unit=self.unit, placed=self.placed, waiting=self.waiting)
        if self.linked:
            told += " " + say(N_("Payments that found their invoices: {linked}."), linked=self.linked)
        return told

    def as_json(self) -> dict[str, Any]:
        """One object of `--json`."""
        return {
            "unit": self.unit,
            "placed": self.placed,
            "linked": self.linked,
            "waiting": self.waiting,
            "left_alone": self.left,
            "entries": [move.as_json() for move in self.moves],
        }
