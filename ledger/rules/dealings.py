"""Kinds of dealings between units, as postings say them: `ic: "trade"` (SPEC 3)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

KINDS = (
    *("trade", "levy", "loan", "interest", "fund", "solidarity", "capital", "dividend", "patronage", "asset"),
    "other",
)
#: What a lender alone books: its loss and allowance on a claim that the other side still owes (SPEC 9). No dealing of
#: two sides, so none of `KINDS`.
WRITE_DOWN = "write-down"
#: Classes whose equity postings are the payer's side of the receiver's income.
SHARED_OUT = frozenset({"dividend", "patronage"})


def is_shared_out(root: str, kind: str | None) -> bool:
    """Whether a posting on an account of that root is what a unit shares out of its equity: it answers income."""
    return root == "Equity" and kind in SHARED_OUT


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that somebody may have meant; None where none is like it, whatever the capitals."""
    plain = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), plain, n=1)
    return plain[near[0]] if near else None
