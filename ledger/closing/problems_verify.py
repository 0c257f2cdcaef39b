"""What can keep something from being verified; what verifying finds is no problem of these but a finding."""

from __future__ import annotations

from ledger.errors import EXIT_USAGE, Problem
from ledger.messages import N_


class VerifyUnreadable(Problem):
    """A file of a unit that is there and can't be read, so that nobody can tell whether it is as it was sealed."""

    code = "VERIFY_UNREADABLE"
    message = N_("It can't be verified: {reason}.")
    remedy = N_("Put the ordinary file back, from git or a backup, and verify again.")


class AgainstUnknown(Problem):
    """`--against` names neither a git revision nor a folder with a copy."""

    code = "AGAINST_UNKNOWN"
    exit_code = EXIT_USAGE
    message = N_("{given} is neither a git revision of this workspace nor a folder with a copy of it: {reason}.")
    remedy = N_("Name a commit or a tag (git log lists them), or a folder that holds units/.")


class AgainstDamaged(Problem):
    """The copy against which is verified isn't whole itself."""

    code = "AGAINST_DAMAGED"
    message = N_("The copy {given} isn't whole itself: {reason}.")
    remedy = N_("Take another copy: a tag, a backup, an archive of the year.")
