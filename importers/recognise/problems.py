"""What can be wrong with the rules by which payments find their other side."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class RuleImpossible(Problem):
    """A rule that contradicts its unit: its own partner, a unit that isn't there, VAT that its country doesn't have."""

    code = "RULE_IMPOSSIBLE"
    message = N_("A rule of source {name} can't work: {reason}.")
    remedy = N_("Correct the rule in units/{slug}/unit.toml, then import again; nothing of the file was booked.")
