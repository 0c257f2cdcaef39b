"""What can be wrong with an ISO 20022 bank message."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class CamtWrongKind(Problem):
    """An ISO 20022 message that is no statement of account."""

    code = "CAMT_WRONG_KIND"
    message = N_("This is a {kind} message ({meaning}), not a statement of account (camt.053).")
    remedy = N_("Ask the bank for camt.053 (end-of-day statement). Only booked, complete statements go into books.")


class CamtIncomplete(Problem):
    """A statement that lacks what every statement has."""

    code = "CAMT_INCOMPLETE"
    message = N_("{position} lacks {what}.")
    remedy = N_("The file is damaged or isn't a statement. Download it again.")


class CamtTooLong(Problem):
    """More entries and payments than are read at a time."""

    code = "CAMT_TOO_LONG"
    message = N_("The file has more than {most} entries and payments.")
    remedy = N_("Download a shorter period: a month or a year at a time.")


class CamtPageMissing(Problem):
    """A page of a statement without the others."""

    code = "CAMT_PAGE_MISSING"
    message = N_("Statement {statement} of {account} is a part of a longer one (it has: page {pages}).")
    remedy = N_(
        "Pages count only together. Ask the bank for the statement in one file, or download a shorter period; pages "
        "of one file are put together by themselves."
    )
