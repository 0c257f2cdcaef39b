"""What is wrong between the text of a book and its seals (SPEC 7): late entries, changed ones, refused changes."""

from __future__ import annotations

from typing import ClassVar

from ledger.errors import Problem
from ledger.messages import N_

_LOCKED = (
    N_("A voucher of {date} over {amount} {currency} came in after {name} was locked."),
    N_(
        "Give it a date in an open month, with  concerns: {month}  where it belongs to the earlier one; or keep it and "
        "lock the period anew, under another name."
    ),
)


_COMMENT = N_(
    "Put the comment directly above the entry that it is about, without an empty line between, or behind that entry's "
    "first line."
)


_DECIDED = N_(
    "Put it back, from git or a backup;  sambok verify {slug}  names every change. What is decided anew is a new "
    "directive, dated in an open month. Until then nothing is closed."
)


class LatePosting(Problem):
    """An entry dated in a closed month that its seal doesn't hold, or a voucher that came into a locked period."""

    code = "LATE_POSTING"
    message = N_("{month} is closed for {slug}, and its seal doesn't hold this entry of {date}.")
    remedy = N_(
        'Give it a day in the first open month, {open}, with  concerns: "{month}"  (or  corrects:  and the number of '
        "the voucher that it corrects). Its turnover counts there for the levy already."
    )
    cases: ClassVar = {
        "statement": (
            message,
            N_("Take it out, or give it a day in an open month: what {month} says of itself is sealed."),
        ),
        "locked": _LOCKED,
    }


class SealBroken(Problem):
    """Sealed text that isn't there any more as it was sealed."""

    code = "SEAL_BROKEN"
    message = N_("{voucher}, sealed with {month}, says something else now (changed: {fields}).")
    remedy = N_(
        "Put the sealed text back, from git or a backup;  sambok verify {slug}  names every change. A correction is a "
        "new voucher in an open month, with  corrects:  and the number of this one."
    )
    cases: ClassVar = {
        "other": (N_("{voucher}, sealed with {month}, isn't what was sealed."), remedy),
        "missing": (N_("{voucher}, sealed with {month}, is gone from the books."), remedy),
        "renumbered": (N_("{voucher}, sealed with {month}, has another number now."), remedy),
        "ground": (message, _DECIDED),
        "ground_other": (N_("{voucher}, sealed with {month}, isn't what was sealed."), _DECIDED),
        "ground_missing": (N_("{voucher}, sealed with {month}, is gone."), _DECIDED),
    }


class SettingChanged(Problem):
    """A setting that doesn't say any more what central's last seal repeats of it."""

    code = "SETTING_CHANGED"
    message = N_("This isn't what it was when {month} was closed (changed: {fields}).")
    remedy = N_(
        "Put it back, from git or a backup:  sambok verify {slug} . If it is meant for closed months as well, "
        "central's next close takes it in, and its seal shows it."
    )


class SealedText(Problem):
    """A change of what is sealed, refused before it is written."""

    code = "SEALED_TEXT"
    message = N_("{voucher} of {date} is sealed with {month}: its text isn't changed any more.")
    remedy = N_(
        "Leave it as it is, and book a correction in an open month: a new voucher with  corrects:  and the number of "
        "this one."
    )
    cases: ClassVar = {
        "comment": (
            N_(
                "What follows {voucher} of {date} belongs to it, and it is sealed with {month}: no comment comes after."
            ),
            _COMMENT,
        ),
        "above": (
            N_(
                "Comments directly above {voucher} of {date} belong to it, and it is sealed with {month}: none is "
                "added."
            ),
            _COMMENT,
        ),
        "taken": (
            N_(
                "The comment behind {voucher} of {date} is sealed with {month}: the entry directly below it would take "
                "it away."
            ),
            N_("Leave an empty line between the comment and your entry."),
        ),
        "ground": (
            N_("{voucher} of {date} is sealed with {month}: its text isn't changed any more."),
            N_("Leave it as it is; what is decided anew is a new directive, dated in an open month."),
        ),
        "head": (
            N_("The lines at the top of this file are sealed with {month}: they aren't changed any more."),
            N_("Leave them as they are; write what is new behind them."),
        ),
        "closed": (
            N_("A close wrote this file: nothing of it is changed or taken away."),
            N_("Leave it as it is, and book a correction in an open month: a new voucher with  corrects: ."),
        ),
        "seals": (
            N_("Seals are only ever added to seals.jsonl; these changes would take some away."),
            N_("Run  sambok verify {slug} ; restore seals.jsonl from git or a backup if it was changed."),
        ),
    }


class MonthClosed(Problem):
    """A new entry dated in a closed month, refused before it is written."""

    code = "MONTH_CLOSED"
    message = N_("This entry is dated {date}, and {month} is closed for {slug}.")
    remedy = N_(
        'Give it a day in the first open month, {open}, with  concerns: "{month}" ; or the federation opens {month} '
        "again by decision."
    )
