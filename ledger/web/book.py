"""The face of a ledger for what Fava hangs onto it: its files, its imports and our pages.

They all ask the ledger that they belong to whose it is and what the files are now, and the ledger is made of all of
them. So what they may ask stands here, below both; who answers is in [`ledger.web.ledgers`][ledger.web.ledgers].
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from fava.core import FavaLedger

if TYPE_CHECKING:
    from ledger.books import Unit
    from ledger.web.source import Look


class Book(FavaLedger, ABC):
    """A Fava ledger of ours.

    Attributes:
        slug: its part of the address.
        unit: whose ledger it is; None = the federation's.
        look: the files that it was opened with.
    """

    slug: str
    unit: Unit | None
    look: Look

    @abstractmethod
    def present(self) -> Look:
        """The present files, looked at once in a request."""

    @abstractmethod
    def reopen(self) -> None:
        """After a write: the rest of this request, and its answer, belong to a new ledger."""
