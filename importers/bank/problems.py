"""What can be wrong with a bank statement of any format."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class BankRestated(Problem):
    """A bank that changes what it reported before (fewer or other lines of a day)."""

    code = "BANK_RESTATED"
    message = N_(
        "The bank reports {date} of {account} differently than before: booked lines that are missing here: {missing}; "
        "new lines: {new}."
    )
    remedy = N_(
        "Compare the day with the bank. If the new file is right, delete the booked lines of that day that it lacks "
        "and the bank's `balance` of {account} that follows them, and import again. In a sealed month delete nothing: "
        "book what differs by a new voucher with corrects:, and set the file aside. If the file is of another format "
        "than those before it, download the days after the last booked one only."
    )


class BankBalanceContradicted(Problem):
    """Lines from before a balance that the book asserts already, and that is right without them."""

    code = "BANK_BALANCE_CONTRADICTED"
    message = N_(
        "The file moves {account} by {difference} before {date}, but the books assert {amount} there and are right "
        "without it ({place}). {booked}"
    )
    remedy = N_(
        "Where an entry by hand is named, give it the source-id that stands with it, or remove it; then import again. "
        "Where an opening balance that was booked by hand stands for these lines, remove it, and import statements "
        "oldest first. Else, if the bank has these lines, remove the balance that is named, and import again."
    )


class BankBalanceRestated(Problem):
    """A statement that gives another balance at the end of a day than the one the books assert for it."""

    code = "BANK_BALANCE_RESTATED"
    message = N_(
        "By the file, {account} stands at {said} at the end of {day}, but the books assert {amount} there ({place}; "
        "by {earlier})."
    )
    remedy = N_(
        "Nothing of the file was booked. Compare both with the bank. If this file is right, remove that balance from "
        "the books and import again; else set the file aside, and download it again."
    )


class BankBeforeOpening(Problem):
    """Lines from before the balance with which the books of an account begin; it stands for them."""

    code = "BANK_BEFORE_OPENING"
    message = N_(
        "The file brings lines of {date}, but the books of {account} begin later, with the opening balance of {amount} "
        "on {day} ({place})."
    )
    remedy = N_(
        "The opening balance stands for everything before it. To have the older lines as well, give it the date and "
        "amount with which this file opens, then import again."
    )


class BankBalanceEarly(Problem):
    """A bank balance that an earlier file gave for a day that wasn't over, as a file of the whole day shows."""

    code = "BANK_BALANCE_EARLY"
    message = N_(
        "The books assert {amount} on {account} at the end of {day} ({place}), but that day wasn't over: the bank "
        "booked {difference} on it afterwards."
    )
    remedy = N_("Remove that balance from the books and import again: this file says how the day ended.")


class BankBalanceOff(Problem):
    """A bank balance that the books don't reach: something was never booked, or booked twice."""

    code = "BANK_BALANCE_OFF"
    message = N_(
        "{account}: the bank says {bank} at the end of {date}, the books {books}; the difference is {difference}. "
        "{booked}"
    )
    remedy = N_(
        "Where an entry by hand is named, it and the bank's line are the same, as it seems: remove one of them, and "
        "give the other that source-id. Else look for what is missing or twice before that day; until then the "
        "assertion stands as an error."
    )


class BankGap(Problem):
    """A statement that begins with another balance than the one before it ended with: something between is missing."""

    code = "BANK_GAP"
    message = N_(
        "{account}: between {last} and {first} something is missing: the statement opens with {opening} {currency}, "
        "but so far there are {books}; the difference is {difference}. {numbers}"
    )
    remedy = N_(
        "Download the days in between from the bank and import them. If the bank has nothing there, look for entries "
        "of this account that are no lines of the bank."
    )


class BankSequence(Problem):
    """Numbers of the bank's statements that were never imported, though the balances fit."""

    code = "BANK_SEQUENCE"
    message = N_(
        "{account}: statement {number} of {first} follows on statement {before}; those between were never imported."
    )
    remedy = N_(
        "Download them and import them. The balances fit, so what they hold sums to zero, or they hold nothing: then "
        "there is nothing to do."
    )


class BankOwnRule(Problem):
    """A rule that sends the other side of a bank line to the bank account itself."""

    code = "BANK_OWN_RULE"
    message = N_("By a rule, the other side of the line of {date} would be {account}, the bank account itself.")
    remedy = N_(
        "Correct the rule of source {name} in units/{slug}/unit.toml: its account is where money comes from or goes to."
    )


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


class BankOtherUnit(Problem):
    """A statement of an account that another unit's source feeds."""

    code = "BANK_OTHER_UNIT"
    message = N_("The statement is of account {account}: it is {other}'s, not {slug}'s.")
    remedy = N_("Put the file into units/{other}/inbox/{name}/, and run: sambok import {other} --inbox")


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


class BankLetters(Problem):
    """Bytes that are neither UTF-8 nor one of the code pages that banks write."""

    code = "BANK_LETTERS"
    message = N_("The file's letters can't be read for certain: {reason}.")
    remedy = N_("The file is damaged, or was opened and saved in another program. Download it again.")


class BankTooLong(Problem):
    """More lines than any statement has: a file of nothing but line ends."""

    code = "BANK_TOO_LONG"
    message = N_("The file has more than {limit} lines.")
    remedy = N_("Download a shorter period: a month or a year at a time.")
