"""What keeps a new workspace or a new unit from being made."""

from __future__ import annotations

from ledger.errors import EXIT_USAGE, Problem
from ledger.messages import N_


class WorkspaceExists(Problem):
    """`sambok init` where there is something already."""

    code = "WORKSPACE_EXISTS"
    exit_code = EXIT_USAGE
    message = N_("{folder} holds {found} already; nothing was changed.")
    remedy = N_("Choose another folder. To add a unit to the federation that is there: sambok unit add SLUG")


class UnitExists(Problem):
    """`sambok unit add` for a slug whose folder is there."""

    code = "UNIT_EXISTS"
    exit_code = EXIT_USAGE
    message = N_("There is a folder units/{slug} already; nothing was changed.")
    remedy = N_("Choose another slug, or change what the unit is in units/{slug}/unit.toml.")


class UnitCodeTaken(Problem):
    """`sambok unit add` with another unit's code."""

    code = "UNIT_CODE_TAKEN"
    exit_code = EXIT_USAGE
    message = N_("The code {unit_code} is {other}'s already; nothing was changed.")
    remedy = N_("Give another one with --code: it is the unit's name in the combined accounts.")
