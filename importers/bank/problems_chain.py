"""What can be wrong with a bank's list that carries a balance beside every row, or that names no account."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class BankBalanceBroken(Problem):
    """A row whose balance isn't the one before it plus the row."""

    code = "BANK_BALANCE_BROKEN"
    message = N_(
        "The balance of row {row} ({date}) is {stated}, but the row before it and its own amount make {expected}; the "
        "difference is {difference}."
    )
    remedy = N_(
        "A row is missing, doubled, edited or cut off: nothing of the file was booked. Download it again, all pages "
        "and without filters, and don't open and save it in another program."
    )


class BankRowNumbers(Problem):
    """A list whose rows are numbered, and whose numbers don't begin at 1 or have a gap: a row is missing."""

    code = "BANK_ROW_NUMBERS"
    message = N_("Row {row} of the list has the number {number}; if no row were missing, it would be {expected}.")
    remedy = N_(
        "The list was cut, filtered or edited: nothing of the file was booked. Download it again, all pages and "
        "without filters, and don't open and save it in another program."
    )


class BankListBegins(Problem):
    """A list whose first line is of a later day than its period, with a balance before it that the books don't have."""

    code = "BANK_LIST_BEGINS"
    message = N_(
        "The list is of the days from {since} on, but its first line is of {first}. By its balances, {account} then "
        "had {opening} {currency}; the books have {books}. Lines of the days before it are missing: in the list, "
        "which may be cut off, or in the books."
    )
    remedy = N_(
        "Import older lists first, and download this one again, with all its pages. If the bank has no lines of these "
        "days, book what is missing (such as the account's opening balance), or download a list that begins on {first}."
    )


class BankOrderUnclear(Problem):
    """Rows of one day whose balances follow from above as well as from below."""

    code = "BANK_ORDER_UNCLEAR"
    message = N_("Nothing in the file tells whether its first row is the newest or the oldest.")
    remedy = N_(
        'Say it in unit.toml, in [source.csv]: order = "newest-first" or "oldest-first"; or download more days.'
    )


class BankAccountUnclear(Problem):
    """A list that doesn't say which account it is of, where several sources read such lists."""

    code = "BANK_ACCOUNT_UNCLEAR"
    message = N_("The file doesn't say which account it is of, and {slug} has several sources for such files: {known}.")
    remedy = N_(
        "Put it into the inbox folder of its source: units/{slug}/inbox/<source>/; each of these sources needs its "
        "bank_account in unit.toml."
    )


class BankAmountTwice(Problem):
    """A row with money in and money out, or with neither."""

    code = "BANK_AMOUNT_TWICE"
    message = N_("The row has {count} amounts; money in or money out must be filled, and only one of them.")
    remedy = N_(
        "The file is damaged: download it again. For a bank described in unit.toml, check money_in and money_out in "
        "[source.csv.columns]."
    )


class BankSignsMixed(Problem):
    """Money out that is written with a minus in one row and without in another."""

    code = "BANK_SIGNS_MIXED"
    message = N_("{text} has another sign than the money out of the rows before it: which way it went isn't clear.")
    remedy = N_("Ask the bank what the sign means, and book these rows by hand; or download another kind of list.")
