"""What is wrong with a unit's chain of seals itself (SPEC 7)."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class ChainBroken(Problem):
    """A chain of seals that isn't the one that was made: no further seal may stand on it."""

    code = "CHAIN_BROKEN"
    message = N_("The chain of seals of {slug} is broken: {reason}.")
    remedy = N_(
        "Put units/{slug}/seals.jsonl back as it was, from git or a backup, and ask who had access: "
        "it is never edited by hand. "
        "Until then nothing is closed or opened again there;  sambok verify {slug}  names every change."
    )
