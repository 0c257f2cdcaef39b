"""What can go wrong while books are written. None of these leaves a file torn: the old text stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ledger.errors import EXIT_OUTSIDE, Problem
from ledger.messages import N_


class WriteConflict(Problem):
    """Somebody else changed the file since it was read."""

    code = "WRITE_CONFLICT"
    message = N_("The file was changed by somebody else after it was read here; nothing was written.")
    remedy = N_("Open the file again, see what changed, and make your change once more.")


class WriteOutside(Problem):
    """A target that isn't inside the unit's own folder, or that is a link."""

    code = "WRITE_OUTSIDE"
    message = N_("{path} leads out of the folder it must stay in, or is a link; nothing was written.")
    remedy = N_("Replace links below the unit's folder by ordinary files and folders.")


class WriteCutOff(Problem):
    """A book file of 0 bytes: adding to it would hide that its text was lost."""

    code = "WRITE_CUT_OFF"
    message = N_("The file holds 0 bytes: its text was cut off, and nothing is added to it.")
    remedy = N_("Restore the file from its last version; if the month really is empty, put a comment line in it.")


class WriteEncoding(Problem):
    """A book file that isn't UTF-8: adding to it would mix encodings."""

    code = "WRITE_ENCODING"
    message = N_("The file isn't UTF-8; nothing is added to it.")
    remedy = N_("Save the file as UTF-8, run sambok check, and run the command again.")


class BooksBusy(Problem):
    """Another command holds the unit's lock."""

    code = "BOOKS_BUSY"
    exit_code = EXIT_OUTSIDE
    message = N_("The books of {slug} are being written by another command (waited {seconds} s).")
    remedy = N_("Wait until it has ended, then run the command again.")


class JobUnreadable(Problem):
    """The plan of an interrupted job can't be read, so it can be neither completed nor undone."""

    code = "JOB_UNREADABLE"
    message = N_("An interrupted job left a plan that can't be read: {reason}.")
    remedy = N_("Move the file away and run the interrupted command again: it adds only what is missing.")


class JobConflict(Problem):
    """A file that an interrupted job was to change was edited before the job could be completed."""

    code = "JOB_CONFLICT"
    message = N_(
        "An interrupted job was to change this file, but somebody has edited it since: it stays as they left it. The "
        "rest of the job is done."
    )
    remedy = N_("What the job was to write lies in {kept}: compare, and put in by hand what is missing.")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "undone": (
            N_(
                "An interrupted job was to change this file, but somebody has edited it since: nothing of the job was "
                "done."
            ),
            N_("Run the interrupted command again, or make the change once more. What it was to write lies in {kept}."),
        ),
    }


class HistoryBroken(Problem):
    """The history isn't as it was written; bookkeeping goes on, and the next line of it says so."""

    code = "HISTORY_BROKEN"
    message = N_("The history of treatment was changed or cut by something other than Sambok: {reason}.")
    remedy = N_(
        "Your work is done and recorded all the same. Find the last whole copy of the file (git, a backup), compare, "
        "and keep both for the auditor; don't edit the file. sambok verify names every line that isn't as it was "
        "written."
    )
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "strange": (
            N_("A link, a folder or a device stands where the history of treatment is written; nothing was written."),
            N_("Move it away and put the last copy of history.jsonl (git, a backup) in its place; then run it again."),
        ),
    }


class GitFailed(Problem):
    """Git refused the copy of an action; the action itself is done."""

    code = "GIT_FAILED"
    exit_code = EXIT_OUTSIDE
    message = N_("The change is written and recorded, but git has no copy of it yet. Git's own words: {said}")
    remedy = N_(
        "See what git status says in {folder} and mend it; the next change is committed together with this one. Or do "
        "without git: in fava.conf, under [history], git = false"
    )
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "silent": (
            N_(
                "The change is written and recorded, but git has no copy of it yet: it ended with {status}, and said "
                "nothing."
            ),
            remedy,
        ),
        "slow": (
            N_("The change is written and recorded, but git has no copy of it yet: it took more than {seconds} s."),
            remedy,
        ),
        "absent": (
            N_("The change is written and recorded, but git has no copy of it: this machine has no git."),
            N_(
                "Install git, and the next change is committed together with this one. Or do without git: in "
                "fava.conf, under [history], git = false"
            ),
        ),
        "machine": (
            N_("The change is written and recorded, but git has no copy of it yet: {reason}."),
            N_(
                "Correct that, and the next change is committed together with this one. Or do without git: in "
                "fava.conf, under [history], git = false"
            ),
        ),
    }
