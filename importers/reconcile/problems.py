"""What keeps an archived statement from being read again."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class StatementGone(Problem):
    """A statement that entries name as their document, and that isn't in the archive."""

    code = "STATEMENT_GONE"
    message = N_("The bank statement isn't there, and entries of the books name it as their document.")
    remedy = N_(
        "Put the file back from a backup, under this name; or download the period from the bank again and import it."
    )


class StatementUnread(Problem):
    """A statement that entries name as their document, and that no source of the unit reads any more."""

    code = "STATEMENT_UNREAD"
    message = N_("No source of {slug} reads this bank statement, and entries of the books name it as their document.")
    remedy = N_(
        "It was imported by a source that units/{slug}/unit.toml no longer has, or has with other settings: put that "
        "[[source]] back."
    )
