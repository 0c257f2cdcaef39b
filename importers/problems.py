"""What can be wrong with a file that shall be imported. Each leaves the books as they were."""

from __future__ import annotations

from ledger.errors import EXIT_USAGE, Problem
from ledger.messages import N_


class ImportFileMissing(Problem):
    """A file that isn't there or may not be read."""

    code = "IMPORT_FILE_MISSING"
    exit_code = EXIT_USAGE
    message = N_("The file can't be read: {reason}.")
    remedy = N_("Check its name and that you may read it, then run the command again.")


class ImportFileEmpty(Problem):
    """A file of 0 bytes, or of white space only."""

    code = "IMPORT_FILE_EMPTY"
    message = N_("The file is empty: its download was cut off.")
    remedy = N_("Download it again; an empty statement from a bank is a whole file, too.")


class ImportFileTooLarge(Problem):
    """More than any real statement has."""

    code = "IMPORT_FILE_TOO_LARGE"
    message = N_("The file has {size} bytes; at most {limit} are read.")
    remedy = N_("Download a shorter period: a month or a year at a time.")


class ImportUnknownFormat(Problem):
    """No importer of the unit knows the file."""

    code = "IMPORT_UNKNOWN_FORMAT"
    message = N_("No source of {slug} can read this file (it has: {known}).")
    remedy = N_(
        "See that it is the right file; a new kind of file needs a [[source]] table in units/{slug}/unit.toml, as "
        "docs/settings.md shows."
    )


class ImportOtherFolder(Problem):
    """A file in the inbox folder of a source that can't read it, while another source of the unit can."""

    code = "IMPORT_OTHER_FOLDER"
    message = N_("The source {name} can't read this file: it is one for {other}.")
    remedy = N_("Move it into units/{slug}/inbox/{other}/, and run: sambok import {slug} --inbox")


class ImportWrongKind(Problem):
    """A file that nobody books from: a picture of a statement, a workbook, a web page."""

    code = "IMPORT_WRONG_KIND"
    message = N_("The file is {kind}: no source reads that.")
    remedy = N_("Download it again in a format that a source of {slug} reads ({known}); take files out of an archive.")


class ImportSourceIncomplete(Problem):
    """A bank source that doesn't say which account of the books it feeds."""

    code = "IMPORT_SOURCE_INCOMPLETE"
    message = N_("The source {name} of {slug} doesn't say which account of the books it feeds.")
    remedy = N_('Add  account = "Assets:1930-…"  to its [[source]] table in units/{slug}/unit.toml.')


class ImportBookBroken(Problem):
    """The unit's own book has text that the guard refuses; nothing can be compared with it."""

    code = "IMPORT_BOOK_BROKEN"
    message = N_("The books of {slug} can't be read, so nothing can be added to them: {reason}")
    remedy = N_("Run sambok check {slug}, mend what it names, and import again.")


class ImportAccountMissing(Problem):
    """An account that a rule or source names and the unit never opened."""

    code = "IMPORT_ACCOUNT_MISSING"
    message = N_("The account {account}, named by {by}, isn't open for {currency} in the books of {slug} on {date}.")
    remedy = N_(
        "Correct the account in units/{slug}/unit.toml (nearest that is open: {nearest}), or open it in "
        "units/{slug}/accounts.beancount."
    )


class ImportMonthClosed(Problem):
    """A line that falls into a sealed month."""

    code = "IMPORT_MONTH_CLOSED"
    message = N_("The file brings a line of {date}, and {month} is closed for {slug}.")
    remedy = N_("Ask the federation to re-open {month} by decision, or book the line by hand in an open month.")


class ImportAmountUnit(Problem):
    """An amount finer than its currency's smallest unit."""

    code = "IMPORT_AMOUNT_UNIT"
    message = N_("The amount {amount} {currency} at {position} is finer than the smallest unit of {currency}.")
    remedy = N_(
        "Ask the sender for a file with amounts in whole units of {smallest}; nothing is rounded on the way in."
    )


class ImportAmountInvalid(Problem):
    """Text where an amount must stand."""

    code = "IMPORT_AMOUNT_INVALID"
    message = N_("{text} at {position} is no amount.")
    remedy = N_("The file is damaged or not what its name says; download it again.")


class ImportDateInvalid(Problem):
    """Text where a date must stand, or a day that doesn't exist."""

    code = "IMPORT_DATE_INVALID"
    message = N_("{text} at {position} is no date.")
    remedy = N_("The file is damaged or not what its name says; download it again.")


class ImportDateRange(Problem):
    """A date no book takes: before 2000, or after the end of next year (SPEC 3)."""

    code = "IMPORT_DATE_RANGE"
    message = N_("{date} at {position} is outside what books take: 2000-01-01 to the end of next year.")
    remedy = N_("Correct the date at its source and export the file again.")


class ArchiveDamaged(Problem):
    """A kept source file that somebody changed."""

    code = "ARCHIVE_DAMAGED"
    message = N_("The archived file is no longer what its name says: it was changed or damaged.")
    remedy = N_("Restore it from a backup; archived files are never edited. Then import again.")


class XmlRefused(Problem):
    """XML that is damaged, or that tries what no bank file needs."""

    code = "IMPORT_XML"
    message = N_("The XML can't be read: {reason}.")
    remedy = N_("The file is damaged or cut off. Download it again; don't open and save it in another program.")
