"""BgMax into books: each deposit one entry on the bankgiro clearing account, each payment where its reference says."""

from __future__ import annotations

from importers.base import Source
from importers.bgmax.read import looks_like_bgmax, read_bgmax
from importers.clearing.importer import ClearingImporter, Reading


class BgMaxImporter(ClearingImporter):
    """BgMax, Bankgirot's file of payments received. One file may hold several bankgiro numbers and currencies."""

    ROLE = "bankgiro_clearing"

    def recognises(self, head: bytes) -> bool:
        """Whether it may be a file of Bankgirot's; which one, the reader says."""
        return looks_like_bgmax(head)

    def read(self, source: Source) -> Reading:
        """Every deposit of the file."""
        return Reading(read_bgmax(source.data, source.shown))
