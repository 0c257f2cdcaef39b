"""What can be wrong with a workspace's files, before any accounting is looked at."""

from __future__ import annotations

from ledger.errors import EXIT_USAGE, Problem
from ledger.messages import N_


class WorkspaceMissing(Problem):
    """No `fava.conf` here or above."""

    code = "WORKSPACE_MISSING"
    exit_code = EXIT_USAGE
    message = N_("No workspace: there is no fava.conf in {start} or any folder above it.")
    remedy = N_("Go to the federation's folder, name it with --workspace DIR, or make one with: sambok init DIR")


class UnitUnknown(Problem):
    """A slug that names no unit."""

    code = "UNIT_UNKNOWN"
    exit_code = EXIT_USAGE
    message = N_("There is no unit called {slug}.")
    remedy = N_("Did you mean {nearest}? The units are: {known}.")


class UnitFolderName(Problem):
    """A folder in `units/` whose name is no slug."""

    code = "UNIT_FOLDER_NAME"
    message = N_("The folder {name} in units/ can't be a unit's name.")
    remedy = N_(
        "Use a-z, 0-9 and single hyphens, a letter first, at most 30 characters; not adjustments, policy or prices."
    )


class UnitCodeTwice(Problem):
    """Two units share one account leaf: their figures would run together."""

    code = "UNIT_CODE_TWICE"
    message = N_("{slug} and {other} have the same code {unit_code}.")
    remedy = N_("Give one of them another code in its unit.toml: it is the unit's name in the combined accounts.")


class DivisionNumber(Problem):
    """Two divisions with different organisation numbers: divisions are one legal person."""

    code = "DIVISION_NUMBER"
    message = N_("{slug} is a division, but its organisation number {number} isn't that of {other}, {expected}.")
    remedy = N_(
        'All divisions are one legal person: give {slug} the number {expected}, or make it entity = "legal_entity".'
    )


class UnitDates(Problem):
    """A unit that left before it joined."""

    code = "UNIT_DATES"
    message = N_("{slug} left on {left}, before it joined on {joined}.")
    remedy = N_("Correct joined or left in its unit.toml.")


class CentralMissing(Problem):
    """`fava.conf` names a central unit that isn't there."""

    code = "CENTRAL_MISSING"
    message = N_("The central unit {slug} has no folder units/{slug} with a unit.toml.")
    remedy = N_("Correct central in fava.conf, or add the unit with: sambok unit add {slug}")


class ConfigUnreadable(Problem):
    """A configuration file that can't be read."""

    code = "CONFIG_UNREADABLE"
    message = N_("The file can't be read: {reason}.")
    remedy = N_("See that the file exists, that you may read it, and that it is saved as UTF-8.")


class ConfigSyntax(Problem):
    """A configuration file that is no TOML."""

    code = "CONFIG_SYNTAX"
    message = N_("The file isn't valid TOML: {reason}.")
    remedy = N_('Write one  key = value  a line; texts in "double quotes", dates as 2026-01-31.')


class ConfigUnknownKey(Problem):
    """A key that nobody knows."""

    code = "CONFIG_UNKNOWN_KEY"
    message = N_("Unknown key {key}.")
    remedy = N_("The nearest valid key is {nearest}. Valid here: {known}.")


class ConfigInvalid(Problem):
    """A known key with an impossible value."""

    code = "CONFIG_INVALID"
    message = N_("The value of {key} can't be used: {reason}.")
    remedy = N_("Correct the value; docs/settings.md lists what each key takes.")


class ClockUnreadable(Problem):
    """A time that is set by hand, and is none."""

    code = "CLOCK_UNREADABLE"
    exit_code = EXIT_USAGE
    message = N_('The time is set by SAMBOK_NOW, and "{said}" is no day and time.')
    remedy = N_("Take it away:  unset SAMBOK_NOW  ; it is there for trials, and is written  2026-03-05T10:00:00Z")
