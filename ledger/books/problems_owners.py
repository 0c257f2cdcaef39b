"""What can be wrong with who owns a unit (`[[owner]]` of `unit.toml`)."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class OwnerUnknown(Problem):
    """An owner that is no unit."""

    code = "OWNER_UNKNOWN"
    message = N_("{slug} is owned by {owner}, but there is no such unit.")
    remedy = N_("Did you mean {nearest}? Owners outside the federation aren't written down: what is left is theirs.")


class OwnershipCycle(Problem):
    """Units that own each other in a circle, or one that owns itself."""

    code = "OWNERSHIP_CYCLE"
    message = N_("{slug} would own itself: {path}.")
    remedy = N_(
        "Take the [[owner]] table away that closes the circle; a unit's own shares are a deduction in its equity."
    )


class OwnershipGap(Problem):
    """Owners that have more than there is."""

    code = "OWNERSHIP_GAP"
    as_written = frozenset({"total"})
    message = N_("From {date} on, the owners of {slug} have {total} of it together: more than the whole.")
    remedy = N_(
        'Write shares as parts of one ("0.80" is 80 %); who has sold some gets a later table with what it has left.'
    )


class OwnershipDivision(Problem):
    """A division with owners: it is a part of its legal person already."""

    code = "OWNERSHIP_DIVISION"
    message = N_("{slug} is a division, so it can't have an owner: it is a part of its legal person.")
    remedy = N_('Make it entity = "legal_entity", or take the [[owner]] table away.')


class OwnershipDates(Problem):
    """A unit that was combined before, or only after, its owners got control of it."""

    code = "OWNERSHIP_DATES"
    message = N_("{slug} joined on {joined}, but units of the federation control it from {since} on.")
    remedy = N_(
        "Leave joined out of its unit.toml, or correct since: what is owned belongs to the combined figures then."
    )


class OwnershipControlLost(Problem):
    """Owners that keep half or less of a unit that stays."""

    code = "OWNERSHIP_CONTROL_LOST"
    as_written = frozenset({"total"})
    message = N_("From {date} on, the owners of {slug} have {total} of it together: they no longer control it.")
    remedy = N_(
        "Take this table out, and give {slug} left = the day on which the sale is booked: its net assets leave the"
        " combined figures then. What is kept stands at what the owner has booked for it."
    )


class OwnershipLeft(Problem):
    """A unit that left before its owners got control of it."""

    code = "OWNERSHIP_LEFT"
    message = N_("{slug} left on {left}, before units of the federation controlled it: they do from {since} on.")
    remedy = N_("Correct left or since in its unit.toml.")


class OwnershipOwnerLeft(Problem):
    """An owner that has left, while what it owns stays."""

    code = "OWNERSHIP_OWNER_LEFT"
    message = N_("{slug} is owned by {owner}, which left on {left}, but {slug} stays.")
    remedy = N_(
        "If {slug} went with it, give it left = {left}, too. If {owner} sold its part before, add a later [[owner]]"
        ' table of {owner} with share = "0" and the day of that sale.'
    )
