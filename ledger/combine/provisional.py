"""What combining asks of the federation's rules: the provisional entries of each book on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from beancount.core import data

from ledger.books import Summary
from ledger.errors import Problem


class Entries(Protocol):
    """Provisional entries of one book."""

    @property
    def entries(self) -> Sequence[data.Directive]:
        """The entries."""

    @property
    def summary(self) -> Summary:
        """Their summary."""

    @property
    def problems(self) -> Sequence[Problem]:
        """What keeps some of them from being made, on that day."""


class Run(Protocol):
    """What the federation's rules make of the booked text (`ledger.provisional`)."""

    @property
    def problems(self) -> Sequence[Problem]:
        """What was wrong."""

    def entries(self, slug: str) -> Sequence[data.Directive]:
        """A book's provisional entries as it stands."""

    def at(self, slug: str, day: dt.date, begins: dt.date | None = None) -> Entries:
        """A book's provisional entries for a balance sheet of `day`, and a period that `begins` on a day."""
