"""What keeps combined figures from being locked, and what can be wrong with a locked run (SPEC 10)."""

from __future__ import annotations

import json
from typing import ClassVar

from ledger.errors import EXIT_OUTSIDE, EXIT_PERSON, EXIT_USAGE, Problem
from ledger.messages import N_, translate


class RunName(Problem):
    """A name that can't be a folder's."""

    code = "RUN_NAME"
    exit_code = EXIT_USAGE
    message = N_("A locked run can't be called {name}.")
    remedy = N_("Use a-z, 0-9 and single hyphens, at most 30 characters, such as 2026-03.")


class RunTaken(Problem):
    """A lock of that name with other content."""

    code = "RUN_TAKEN"
    exit_code = EXIT_USAGE
    message = N_("There is a locked run {name} already, and it holds something else.")
    remedy = N_("A locked run is never changed: lock under another name. What differs:  sambok runs {name}")


class RunPeriod(Problem):
    """A period in which there is nothing to lock."""

    code = "RUN_PERIOD"
    exit_code = EXIT_USAGE
    message = N_("Nothing was locked: no unit has booked anything from {start} to {end}.")
    remedy = N_("Choose the period with --from and --to. Which months have vouchers, each unit's ledger shows.")
    cases: ClassVar = {
        "years": (
            N_("Nothing was locked: {start} to {end} isn't within the years {first} to {last}."),
            N_("Correct the year in --from or --to."),
        ),
        "units": (
            N_("Nothing was locked: no unit counts from {start} to {end}."),
            N_("Choose another period or level; a unit counts between  joined  and  left  in its unit.toml."),
        ),
        "open": (
            N_("Nothing was locked: the period ends on {end}, which isn't over, and nothing is booked after {last}."),
            N_("Lock it when it is over and booked, or end it earlier with --to."),
        ),
    }


class RunIncomplete(Problem):
    """Figures from which units are missing."""

    code = "RUN_INCOMPLETE"
    message = N_("Nothing was locked: the figures are incomplete, because books have errors.")
    remedy = N_("Correct what  sambok check  lists, then lock again.")
    cases: ClassVar = {"whole": (N_("Nothing was locked: sambok check names what isn't as it should be."), remedy)}


class RunBlocked(Problem):
    """A difference inside one legal person."""

    code = "RUN_BLOCKED"
    exit_code = EXIT_PERSON
    message = N_(
        "Nothing was locked: {units} differ by {amount} {currency} ({key}, {found}); in one legal person an unmatched "
        "amount blocks the lock."
    )
    remedy = N_("{what} Then lock again.")


class RunMoved(Problem):
    """Somebody wrote while the figures were made."""

    code = "RUN_MOVED"
    exit_code = EXIT_OUTSIDE
    message = N_("Nothing was locked: a file was changed while the figures were worked out.")
    remedy = N_("Run the command again.")
    cases: ClassVar = {
        "compare": (
            N_("Whether the locked run {name} still holds can't be told now: a file was changed meanwhile."),
            remedy,
        )
    }


class RunUnknown(Problem):
    """No lock of that name."""

    code = "RUN_UNKNOWN"
    exit_code = EXIT_USAGE
    message = N_("There is no locked run {name}.")
    remedy = N_("Did you mean {nearest}? Locked are: {known}.")
    cases: ClassVar = {
        "none": (message, N_("None is locked yet. To lock figures: sambok combine --to DATE --lock NAME"))
    }


class RunDamaged(Problem):
    """A file of a lock that isn't what was locked."""

    code = "RUN_DAMAGED"
    message = N_("The locked run {name} is damaged or was edited: {reason}.")
    remedy = N_(
        "Restore its folder from git or a backup. Whoever has the mark in the minutes can tell which copy is the right "
        "one; nothing in it is ever edited by hand."
    )

    def _told(self, language: str | None) -> dict[str, str]:
        told = super()._told(language)
        return {**told, "reason": translate(told["reason"], language)}


class RunUnreadable(Problem):
    """A file of a lock that the machine doesn't give: nobody knows whether it is what was locked."""

    code = "RUN_UNREADABLE"
    exit_code = EXIT_OUTSIDE
    message = N_("The locked run {name} can't be read: {reason}.")
    remedy = N_("See that the user who runs Sambok may read the file and every folder above it.")
    cases: ClassVar = {
        "machine": (
            message,
            N_("Run the command again. If it says so again, have the disk looked at; git or a backup has the folder."),
        )
    }


class RunUnchecked(Problem):
    """Figures that can't be worked out again now.

    Why is what another problem says: it is kept with it, and told in the reader's language.
    """

    code = "RUN_UNCHECKED"
    message = N_("Whether the locked run {name} still holds can't be told now: {reason}.")
    remedy = N_("Correct what  sambok check  lists; then the figures are compared again.")

    @staticmethod
    def because(name: str, why: Problem | None) -> RunUnchecked:
        """That a run can't be compared, because of another problem, at whose place it stands."""
        if why is None:
            return RunUnchecked(name=name, reason="-")
        said = {**why.to_dict(), "excerpt": None}  # a book's line is shown where the book's own errors are
        return RunUnchecked(name=name, why=json.dumps(said), file=why.file, line=why.line, unit=why.unit)

    def _told(self, language: str | None) -> dict[str, str]:
        told = super()._told(language)
        if "why" in self.params:
            told["reason"] = Problem.from_dict(json.loads(self.params["why"])).text(language).rstrip(".")
        return told


class RunCurrency(Problem):
    """A lock in another currency than the one in which the federation reports now."""

    code = "RUN_CURRENCY"
    message = N_("The locked run {name} is in {currency}, the federation's figures in {now}: they can't be compared.")
    remedy = N_("It holds what was locked. Where fava.conf names another currency by mistake, correct it.")
