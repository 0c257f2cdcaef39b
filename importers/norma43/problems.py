"""What can be wrong with a Norma 43 file."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class Norma43Record(Problem):
    """A record that isn't as the standard lays it out."""

    code = "NORMA43_RECORD"
    message = N_("The record can't be read: {reason}.")
    remedy = N_("The file is damaged, or was opened and saved in another program. Download it again.")


class Norma43Order(Problem):
    """A record where the standard's order knows none: something is missing before it, or was put in."""

    code = "NORMA43_ORDER"
    message = N_("A record {found} doesn't belong here: {reason}.")
    remedy = N_("The file is damaged, or two files were put together. Download it again and import it untouched.")


class Norma43CutOff(Problem):
    """A file without its last records."""

    code = "NORMA43_CUT_OFF"
    message = N_("The file ends without {missing}: it was cut off.")
    remedy = N_("Nothing of the file was booked. Download it again, whole.")


class Norma43Records(Problem):
    """Record 88 counts other records than the file holds."""

    code = "NORMA43_RECORDS"
    message = N_("The file's last record counts {declared} records before it, the file holds {found}.")
    remedy = N_("Records are missing or were put in. Nothing of the file was booked; download it again.")


class Norma43Outside(Problem):
    """A movement outside the period that its account's header names."""

    code = "NORMA43_OUTSIDE"
    message = N_("A movement of {date} stands in a statement of {first} to {last}.")
    remedy = N_("The statement contradicts itself. Download the period again; if it stays so, ask the bank.")


class Norma43Currency(Problem):
    """A number that is no currency's."""

    code = "NORMA43_CURRENCY"
    message = N_("{number} is the number of no currency that is known here.")
    remedy = N_(
        "Currencies are numbered as in ISO 4217 (978 is EUR). If the bank means another one, ask for its support."
    )
