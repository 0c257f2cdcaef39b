"""The combined statements: scope, mapping, translation, matching, elimination (SPEC 10).

What may be used from outside this room is named here.
"""

from ledger.combine.codes import CODES, SETTLED
from ledger.combine.combined import Combined
from ledger.combine.engine import combine
from ledger.combine.model import Elimination, GroupEntry, GroupPosting, Place, Row, Translation, Unmatched
from ledger.combine.provisional import Run
from ledger.combine.reports.view import group_entries

__all__ = [
    "CODES",
    "SETTLED",
    "Combined",
    "Elimination",
    "GroupEntry",
    "GroupPosting",
    "Place",
    "Row",
    "Run",
    "Translation",
    "Unmatched",
    "combine",
    "group_entries",
]
