"""Loan cycles as the books tell them: which postings belong to which, who takes part, what is wrong (SPEC 8)."""

from ledger.loans.cycle import Cycle, cycles_of
from ledger.loans.leaves import leaf_of
from ledger.loans.reading import Reading, movements_of

__all__ = ["Cycle", "Reading", "cycles_of", "leaf_of", "movements_of"]
