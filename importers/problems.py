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
    remedy = N_("See that it is the right file; a new kind of file needs a [[source]] table in units/{slug}/unit.toml.")


class ImportNoSource(Problem):
    """The unit has no source at all, or the inbox folder names none."""

    code = "IMPORT_NO_SOURCE"
    message = N_("{slug} has no source called {name} in its unit.toml.")
    remedy = N_('Add to units/{slug}/unit.toml:  [[source]]  name = "{name}"  format = "camt053" or "sie4".')


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
    remedy = N_("Correct the account in units/{slug}/unit.toml, or open it in units/{slug}/accounts.beancount.")


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


class BankRestated(Problem):
    """A bank that changes what it reported before (fewer or other lines of a day)."""

    code = "BANK_RESTATED"
    message = N_(
        "The bank reports {date} of {account} differently than before: booked lines that are missing here: {missing}; "
        "new lines: {new}."
    )
    remedy = N_(
        "Compare the day with the bank. If the new file is right, correct the booked lines by hand (never delete one "
        "of a closed month) and import again; else set the file aside."
    )


class BankBalanceContradicted(Problem):
    """Lines from before a balance that the book asserts already, and that is right without them."""

    code = "BANK_BALANCE_CONTRADICTED"
    message = N_(
        "The file moves {account} by {difference} before {date}, but the books assert {amount} there and are right "
        "without it ({place})."
    )
    remedy = N_(
        "Either these lines are booked already by hand, or an opening balance stands for them. Remove that entry or "
        "the assertion, then import again; import statements oldest first."
    )


class BankBalanceOff(Problem):
    """A bank balance that the books don't reach: something was never booked, or booked twice."""

    code = "BANK_BALANCE_OFF"
    message = N_(
        "{account}: the bank says {bank} at the end of {date}, the books {books}; the difference is {difference}."
    )
    remedy = N_("Look for what is missing or twice before that day; until then the assertion stands as an error.")


class BankStatementsOverlap(Problem):
    """Two statements of one file that cover the same days and don't follow on each other: lines would count twice."""

    code = "BANK_STATEMENTS_OVERLAP"
    message = N_(
        "Two statements of account {account} cover {day}, but the one that opens with {opening} doesn't follow on the "
        "one that closes with {closing}."
    )
    remedy = N_("Download the period again as one statement, or import the statements as files of their own.")


class BankAccountUnknown(Problem):
    """A statement of an account that isn't the unit's."""

    code = "BANK_ACCOUNT_UNKNOWN"
    message = N_("The statement is of account {account}, which is no source of {slug} (it has: {known}).")
    remedy = N_('Import it into its own unit, or add a [[source]] with bank_account = "{account}" to unit.toml.')


class BankCurrency(Problem):
    """A statement in another currency than the source or the books' account."""

    code = "BANK_CURRENCY"
    message = N_("{position} is in {currency}, but the account {account} is kept in {expected}.")
    remedy = N_("Give each currency a bank account and a [[source]] of its own.")


class BankBalanceDiffers(Problem):
    """Opening balance + lines is not the closing balance: the statement isn't whole."""

    code = "BANK_BALANCE_DIFFERS"
    message = N_(
        "Statement {statement} of {account} doesn't add up: opening {opening} + lines {net} = {computed}, but it "
        "closes with {closing}; the difference is {difference} {currency}."
    )
    remedy = N_("Nothing of the file was booked. Download the statement again; if it stays so, ask the bank.")


class BankCountDiffers(Problem):
    """The bank's own count or sum of lines isn't that of the lines in the file."""

    code = "BANK_COUNT_DIFFERS"
    message = N_("Statement {statement} of {account} announces {what} {declared}, but holds {found}.")
    remedy = N_("The file was cut off or edited. Download it again.")


class XmlRefused(Problem):
    """XML that is damaged, or that tries what no bank file needs."""

    code = "IMPORT_XML"
    message = N_("The XML can't be read: {reason}.")
    remedy = N_("The file is damaged or cut off. Download it again; don't open and save it in another program.")


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


class SieInvalid(Problem):
    """A SIE record that can't be understood."""

    code = "SIE_INVALID"
    message = N_("The record can't be understood: {reason}.")
    remedy = N_("Export the file again; if it stays so, send the line to the maker of the exporting program.")


class SieCutOff(Problem):
    """A SIE file whose end is missing."""

    code = "SIE_CUT_OFF"
    message = N_("The file ends in the middle: {reason}.")
    remedy = N_("Export the file again and copy it whole.")


class SieChecksum(Problem):
    """#KSUMMA isn't that of the file."""

    code = "SIE_CHECKSUM"
    message = N_("The checksum in the file is {declared}, its content gives {computed}: the file was changed.")
    remedy = N_("Export it again from the accounting program and import it untouched.")


class SieNoVouchers(Problem):
    """A SIE file of type 1, 2 or 3: balances only."""

    code = "SIE_NO_VOUCHERS"
    message = N_("This is a SIE file of type {type}: it holds balances, no vouchers.")
    remedy = N_("Export type 4 (4E, vouchers) from the accounting program.")


class SieWrongCompany(Problem):
    """Another company's file."""

    code = "SIE_WRONG_COMPANY"
    message = N_("The file is of {company} ({number}), but {slug} has the organisation number {expected}.")
    remedy = N_("Import it into its own unit, or correct organisation_number in units/{slug}/unit.toml.")


class SieWrongCurrency(Problem):
    """A file in another currency than the unit's."""

    code = "SIE_WRONG_CURRENCY"
    message = N_("The file is in {currency}, the books of {slug} in {expected}.")
    remedy = N_("Export it in {expected}, or import it into a unit of that currency.")


class SieYearOrder(Problem):
    """An older year after a younger one: its closing balances are booked already as the younger one's opening."""

    code = "SIE_YEAR_ORDER"
    message = N_("The books hold the opening balances of {later} already; the year from {start} would be added twice.")
    remedy = N_("Import years in order, oldest first: start with an empty unit, or leave the older year out.")


class SieVoucherUnbalanced(Problem):
    """A voucher whose rows don't sum to zero; it alone stays outside."""

    code = "SIE_VOUCHER_UNBALANCED"
    message = N_("Voucher {voucher} of {date} doesn't balance: {difference} {currency} too much. It was not booked.")
    remedy = N_("Correct it in the accounting program and export again, or book it by hand: the rest has come in.")


class SieVoucherChanged(Problem):
    """A voucher that is booked already, and reads differently now."""

    code = "SIE_VOUCHER_CHANGED"
    message = N_("Voucher {voucher} of {date} is booked already and reads differently in this file: {difference}.")
    remedy = N_("Find out who changed it. Correct the books by a new voucher if the file is right.")


class SieBalanceDiffers(Problem):
    """Opening balance + vouchers of an account is not its closing balance in the file."""

    code = "SIE_BALANCE_DIFFERS"
    message = N_(
        "Account {account}: opening {opening} + vouchers {moved} = {computed}, but the file says {closing} "
        "(difference {difference})."
    )
    remedy = N_("The exporting program leaves something out. Compare the account with its own report.")
