"""What can be wrong with an MT940 file."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class Mt940WrongKind(Problem):
    """A SWIFT message that is no statement of booked lines."""

    code = "MT940_WRONG_KIND"
    message = N_("This is an {kind} message, not a statement of account (MT940).")
    remedy = N_("Ask the bank for MT940 (end-of-day statement). Only booked, complete statements go into books.")


class Mt940Unexpected(Problem):
    """A line or field where the message's order knows none: something is missing before it, or was put in."""

    code = "MT940_UNEXPECTED"
    message = N_("{found} doesn't belong here: {reason}.")
    remedy = N_("The file is damaged, or two files were put together. Download it again and import it untouched.")


class Mt940Field(Problem):
    """A field whose content isn't as its definition says."""

    code = "MT940_FIELD"
    message = N_("The field :{tag}: can't be read: {reason}.")
    remedy = N_(
        "The file is damaged or cut off. Download it again; if it stays so, ask the bank for MT940 as SWIFT has it."
    )


class Mt940CutOff(Problem):
    """A statement that ends before its closing balance, or a message before its end."""

    code = "MT940_CUT_OFF"
    message = N_("The statement that begins here has no {what}: the file was cut off.")
    remedy = N_("Nothing of the file was booked. Download it again, whole.")


class Mt940Pages(Problem):
    """Pages of one statement that don't follow on each other."""

    code = "MT940_PAGES"
    message = N_("The pages of statement {statement} of {account} don't follow on each other: {reason}.")
    remedy = N_("Download the statement again with all its pages in one file.")
