"""Reconciliation (avstämning): the bank's own statements, out of the archive, against the books, month by month."""

from importers.archive import short_name
from importers.reconcile.model import FINDINGS, STATUSES, Account, Finding, Month
from importers.reconcile.remedies import remedies
from importers.reconcile.report import (
    Reconciliation,
    UnitReconciliation,
    as_json,
    note_text,
    reconcile,
    sentences,
)

__all__ = [
    "FINDINGS",
    "STATUSES",
    "Account",
    "Finding",
    "Month",
    "Reconciliation",
    "UnitReconciliation",
    "as_json",
    "note_text",
    "reconcile",
    "remedies",
    "sentences",
    "short_name",
]
