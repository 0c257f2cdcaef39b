"""Provisional: what the federation's rules make of booked text (SPEC 6, 7). What others may use is named here."""

from ledger.provisional.accounts import SOURCE
from ledger.provisional.entries import TAG
from ledger.provisional.levy import LevyRun, Provisional, full_entries, levies, owed
from ledger.provisional.remeasure import REMEASUREMENT
from ledger.provisional.run import ProvisionalRun, provisional
from ledger.provisional.statement import UnitLevy, YearStatement, levied_month, levy_link, prior_link

__all__ = [
    "REMEASUREMENT",
    "SOURCE",
    "TAG",
    "LevyRun",
    "Provisional",
    "ProvisionalRun",
    "UnitLevy",
    "YearStatement",
    "full_entries",
    "levied_month",
    "levies",
    "levy_link",
    "owed",
    "prior_link",
    "provisional",
]
