"""What can be wrong with seals themselves."""

from __future__ import annotations

from typing import ClassVar

from ledger.errors import EXIT_USAGE, Problem
from ledger.messages import N_


class SealUnreadable(Problem):
    """A line of `seals.jsonl` that no seal looks like: nobody can tell any more what it proved.

    Its parameters: `reason`; `period` and `voucher`, "" where they can't be told.
    """

    code = "SEALS_UNREADABLE"
    message = N_("The seals can't be read: {reason}.")
    remedy = N_("Restore seals.jsonl from git or a backup; it is never edited by hand. Then: sambok verify")


class SigningKeyRefused(Problem):
    """The key that seals are to be signed with can't be used as it is kept."""

    code = "SIGNING_KEY_REFUSED"
    exit_code = EXIT_USAGE
    message = N_("The signing key {path} can't be used: {reason}.")
    remedy = N_("Name an Ed25519 private key in a PEM file that only you may read.")
    cases: ClassVar = {
        "mode": (
            N_("The signing key {path} can be read by others than its owner."),
            N_("Take the others' rights away:  chmod 600 {path}"),
        ),
        "link": (
            N_("The signing key {path} is a link."),
            N_("Name the file itself that holds the key."),
        ),
    }
