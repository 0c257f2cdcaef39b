"""What can be wrong with a voucher's number, and why a correction isn't made (SPEC 3, 7)."""

from __future__ import annotations

from typing import ClassVar

from ledger.errors import EXIT_PERSON, EXIT_USAGE, Problem
from ledger.messages import N_


class VoucherNumberUnreadable(Problem):
    """A voucher whose number is no number of a series."""

    code = "VOUCHER_NUMBER_UNREADABLE"
    exit_code = EXIT_PERSON
    message = N_("The voucher's number {voucher} isn't series and number.")
    remedy = N_(
        'Write it in quotes with a hyphen, such as  voucher: "A-17" ; or delete the line and run  sambok number {slug}'
    )
    cases: ClassVar = {
        "empty": (
            N_("There is no number behind voucher:"),
            N_('Delete the line and run  sambok number {slug} , or write the number:  voucher: "A-17"'),
        )
    }


class VoucherGapUnreadable(Problem):
    """An event that shall explain missing numbers, and doesn't say which ones or why."""

    code = "VOUCHER_GAP_UNREADABLE"
    exit_code = EXIT_PERSON
    message = N_("This doesn't say which numbers of one series are missing, and why: {text}")
    remedy = N_(
        'Write the first and the last number, and the reason:  {date} event "voucher-gap" "A-17..A-19 the pad was torn"'
    )


class SeriesTaken(Problem):
    """A series in which somebody else gives numbers."""

    code = "SERIES_TAKEN"
    exit_code = EXIT_USAGE
    message = N_("The series {series} of {slug} has the numbers of another program.")
    remedy = N_("Choose another one: a number that is given here would be given there, too.")
    cases: ClassVar = {
        "own": (
            N_(
                "{series} is Sambok's own series: L levy, E exchange differences, R loans, F funds, X corrections, "
                "Y year end."
            ),
            N_("Choose another one, such as A."),
        ),
        "shape": (
            N_("{series} can't be a series."),
            N_("Use a capital letter, or up to eight letters and digits: A, B, LF."),
        ),
    }


class NumberMeant(Problem):
    """A number that a correction names already, and means a voucher of another year by it."""

    code = "NUMBER_MEANT"
    message = N_(
        "The voucher of {date} ({place}) would get {voucher}, and this correction would mean that one then, instead of "
        "the {voucher} of {other}."
    )
    remedy = N_('Nothing was written. Say below the correction which one it means:  concerns: "{month}"')


class VoucherUnknown(Problem):
    """A number that no voucher of the unit has."""

    code = "VOUCHER_UNKNOWN"
    exit_code = EXIT_USAGE
    message = N_("{slug} has no voucher {voucher}.")
    remedy = N_("The nearest one is {nearest}. Numbers stand in the journal:  sambok journal {slug}")
    cases: ClassVar = {
        "none": (message, N_("Its vouchers have no numbers yet:  sambok number {slug}  gives them.")),
        "year": (
            N_("{slug} has no voucher {voucher} in the fiscal year {year}."),
            N_("It has one in {years}."),
        ),
    }


class VoucherAmbiguous(Problem):
    """A number that vouchers of several years have, or two of one year."""

    code = "VOUCHER_AMBIGUOUS"
    exit_code = EXIT_USAGE
    message = N_("{slug} has a voucher {voucher} in several fiscal years: {years}.")
    remedy = N_("Say which one is meant:  --year {year}")
    cases: ClassVar = {
        "twice": (
            N_("{slug} has more than one voucher {voucher} in {year}: {places}."),
            N_("Give one of them a number of its own first: nobody could tell later which one is corrected."),
        )
    }


class CorrectedAlready(Problem):
    """A voucher that another one corrects."""

    code = "CORRECTED_ALREADY"
    message = N_("{voucher} is corrected already, by {by} ({place}).")
    remedy = N_(
        "Nothing was written. To take that correction back:  sambok correct {slug} {by} ; else book by hand what is "
        "left."
    )


class CorrectFrozen(Problem):
    """A voucher that the close made of others: the levy, exchange differences, the year's result."""

    code = "CORRECT_FROZEN"
    message = N_("{voucher} was written by the close: it follows from other vouchers.")
    remedy = N_("Correct what it was made of, such as the sale: the first open month carries the difference by itself.")


class CorrectEarlier(Problem):
    """A correction dated before what it corrects."""

    code = "CORRECT_EARLIER"
    message = N_("{voucher} is dated {date}; its correction can't be dated {day}.")
    remedy = N_("A correction is dated on the day on which the error is found:  --date  with that day, or a later one.")


class CorrectInFuture(Problem):
    """A correction dated on a day that hasn't come."""

    code = "CORRECT_IN_FUTURE"
    exit_code = EXIT_USAGE
    message = N_("{voucher} can't be corrected on {day}: today is {today}.")
    remedy = N_("A correction is dated on the day on which the error is found, here on {latest} at the latest.")


class CorrectBreaks(Problem):
    """A correction with which the book would have errors."""

    code = "CORRECT_BREAKS"
    message = N_("{voucher} can't be corrected on {day}, because the book would have an error: {error}")
    remedy = N_("Nothing was written. Give another day:  --date ; or book the correction by hand.")
    cases: ClassVar = {
        "balance": (
            N_(
                "{voucher} can't be corrected on {day}: by this line {account} has {expected} at the start of "
                "{stated}, and would be off by {difference}."
            ),
            N_(
                "Nothing was written. Date the correction on that day or later, when the balance is counted without "
                "it:  --date {last} ; or correct the balance line first, if it is wrong."
            ),
        )
    }


class CorrectAccountClosed(Problem):
    """An account of the voucher that takes no postings any more on the correction's day."""

    code = "CORRECT_ACCOUNT_CLOSED"
    message = N_("{account} of {voucher} takes nothing on {day}: it is closed since {closed}.")
    remedy = N_("Take its close directive out, or book the correction by hand, on the account that has its place.")


class CorrectHeld(Problem):
    """What the voucher has brought is gone: taken out by a later voucher."""

    code = "CORRECT_HELD"
    message = N_("{account} doesn't hold all of the {currency} any more that {voucher} has brought.")
    remedy = N_("Correct first what has taken it out, or book the correction by hand.")


class CorrectDigits(Problem):
    """An amount, price or cost with more digits than a book takes: Beancount has worked it out."""

    code = "CORRECT_DIGITS"
    message = N_("{voucher} has {number} on {account}: more digits than a book takes.")
    remedy = N_("Book the correction by hand, with the amounts as they stand in the voucher, turned round.")
