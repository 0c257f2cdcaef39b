"""What can be wrong with a file of rows and columns (CSV), whoever wrote it."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class TableEncoding(Problem):
    """Bytes that aren't the letters they are said to be, or that don't say what they are."""

    code = "TABLE_ENCODING"
    message = N_("The file's letters can't be read for certain: {reason}.")
    remedy = N_(
        "Download it again, and don't open and save it in another program; if it stays so, name its encoding in the "
        'source\'s table in unit.toml, such as encoding = "cp1252".'
    )


class TableDamaged(Problem):
    """Quotes that are never closed, rows and cells beyond all measure, zero bytes."""

    code = "TABLE_DAMAGED"
    message = N_("The file is no whole table: {reason}.")
    remedy = N_("It is damaged, or was opened and saved in another program. Download it again.")


class TableColumns(Problem):
    """A row with other columns than the header."""

    code = "TABLE_COLUMNS"
    message = N_("This row has {found} columns, the header has {expected}.")
    remedy = N_("The file is damaged or was edited. Download it again, and don't open and save it in another program.")


class TableHeader(Problem):
    """No row that names the columns, or one that names a column twice."""

    code = "TABLE_HEADER"
    message = N_("The columns aren't named as they must be: {reason}.")
    remedy = N_("See that it is the right file; if the sender has changed its columns, adapt the source in unit.toml.")


class TableCutOff(Problem):
    """A last row that may go on: its line isn't ended, and its last cell doesn't show that it is whole."""

    code = "TABLE_CUT_OFF"
    message = N_("The file ends in the middle of its last row, or looks so: the row isn't ended.")
    remedy = N_("The download was cut off. Download the file again.")


class TableTooLong(Problem):
    """More rows than any real statement has."""

    code = "TABLE_TOO_LONG"
    message = N_("The file has more than {limit} rows.")
    remedy = N_("Download a shorter period: a month or a year at a time.")


class TableNumbersMixed(Problem):
    """Numbers of two ways of writing in one file: 1.234,50 and 1,234.50."""

    code = "TABLE_NUMBERS_MIXED"
    message = N_("{text} is written with other signs than the numbers before it.")
    remedy = N_("The file was edited, or saved by a program set to another country. Download it again.")


class TableNumberAmbiguous(Problem):
    """A number that has two meanings: 12,345 is twelve thousand in one country and twelve in another."""

    code = "TABLE_NUMBER_AMBIGUOUS"
    message = N_("{text} may be thousands or decimals, and nothing in the file tells.")
    remedy = N_(
        'Say how the sender writes numbers: decimal = "," (or ".") and thousands in the source\'s table in unit.toml. '
        "In a sheet of your own, write 1500 or 1500.00."
    )


class TableDateAmbiguous(Problem):
    """Dates that may be day/month or month/day, and nothing in the file tells."""

    code = "TABLE_DATE_AMBIGUOUS"
    message = N_("{text} may be day and month or month and day, and nothing in the file tells.")
    remedy = N_(
        "Download a period that has days after the 12th; or say it in unit.toml, in [source.csv], where the day comes "
        'first: dates = ["%d-%m-%Y"].'
    )
