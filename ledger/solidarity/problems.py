"""What can keep a year of the solidarity fund from being computed, or booked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ledger.errors import EXIT_PERSON, EXIT_USAGE, Problem
from ledger.messages import N_


class SolidarityUnitFaulty(Problem):
    """A book with errors has no result to reckon with."""

    code = "SOLIDARITY_UNIT_FAULTY"
    message = N_("The year of {slug} is not known: its book has errors. Nobody's support is final without it.")
    remedy = N_("Correct what  sambok check {slug}  lists, then compute again.")


class SolidarityNotFinal(Problem):
    """A year is decided and booked once all of it is closed."""

    code = "SOLIDARITY_NOT_FINAL"
    exit_code = EXIT_PERSON
    message = N_("{year} can't be booked yet: {slug} has open months ({months}).")
    remedy = N_("Close the year in every book (sambok close), let the assembly decide, then book.")


class SolidarityNotBooked(Problem):
    """What isn't booked can't be paid."""

    code = "SOLIDARITY_NOT_BOOKED"
    exit_code = EXIT_PERSON
    message = N_("Nothing of {year} is booked of {slug}: there is nothing to pay.")
    remedy = N_("Once the assembly has decided:  sambok solidarity book --year {year} --decision ID")


class SolidarityNothing(Problem):
    """No year to compute."""

    code = "SOLIDARITY_NO_YEAR"
    exit_code = EXIT_USAGE
    message = N_("No unit has books of {year}; there are: {known}.")
    remedy = N_("Name a year that the books hold:  sambok solidarity compute --year {nearest}")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "none": (N_("No unit has anything in its books yet."), N_("Import or book something, then compute again."))
    }
