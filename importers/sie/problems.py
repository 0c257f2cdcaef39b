"""What can be wrong with a SIE file."""

from __future__ import annotations

from ledger.errors import EXIT_USAGE, Problem
from ledger.messages import N_


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


class SieVoucherTwice(Problem):
    """A number that stands on two vouchers of which the closing balances count one."""

    code = "SIE_VOUCHER_TWICE"
    message = N_(
        "Voucher {voucher} stands twice in the file (first in line {first}), and the closing balances count it once."
    )
    remedy = N_("Take out the one too many in the accounting program, and export again.")


class SieTooLong(Problem):
    """More lines than any year's books have."""

    code = "SIE_TOO_LONG"
    message = N_("The file has {lines} lines; at most {limit} are read.")
    remedy = N_("Export a year at a time, or single series of vouchers.")


class SieChecksum(Problem):
    """#KSUMMA isn't that of the file."""

    code = "SIE_CHECKSUM"
    message = N_("The checksum in the file is {declared}, its content gives {computed}: the file was changed.")
    remedy = N_("Export it again from the accounting program and import it untouched.")


class SieNoVouchers(Problem):
    """A SIE file that says it holds balances only (type 1, 2 or 3), and holds vouchers as well."""

    code = "SIE_NO_VOUCHERS"
    message = N_("The file says that it holds balances only (type {type}), yet vouchers stand in it: {count}.")
    remedy = N_("Export type 4 (4E, vouchers) from the accounting program.")


class SieYearRunning(Problem):
    """A SIE file of balances (type 1) of a year that wasn't over: nothing can be opened with it."""

    code = "SIE_YEAR_RUNNING"
    message = N_("The balances are of {until}, and the year ends on {end}: no year can be opened with them.")
    remedy = N_("Export type 4 (4E, vouchers), or type 2 (balances by month), or wait until the year is over.")


class SieBooksDiffer(Problem):
    """A balance in the file that isn't the one in the books."""

    code = "SIE_BOOKS_DIFFER"
    message = N_(
        "{account} on {date}: the file says {said} {currency}, the books {held} {currency} (difference {difference})."
    )
    remedy = N_("Find the voucher that one of them lacks. Nothing was changed in the books.")


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
    remedy = N_(
        "Correct it in the accounting program and export again, or book it by hand with the line  "
        'source-id: "{answer}"  . The rest has come in; this one is named as long as a file holds it.'
    )


class SieVoucherChanged(Problem):
    """A voucher that is booked already, and reads differently now; the books stay as they are."""

    code = "SIE_VOUCHER_CHANGED"
    message = N_("Voucher {voucher} of {date} is booked already and reads differently in this file: {difference}.")
    remedy = N_(
        "Find out who changed it. Book the difference (0.00 if the books are right) as a new voucher with the line  "
        'source-id: "{answer}"  . If it is another voucher, give it a number of its own in the program and export '
        "again. It is named as long as a file holds it."
    )


class SieVoucherAlike(Problem):
    """A voucher that is much like a booked one, and not surely the same; it has come in, flagged."""

    code = "SIE_VOUCHER_ALIKE"
    message = N_(
        "Voucher {voucher} of {date} may be one that is booked already ({place}), in other words: {difference}. It has "
        "come in, flagged !."
    )
    remedy = N_("Look at both. If the program has this one only, delete the older one; then put * for !.")


class SieBalanceDiffers(Problem):
    """Opening balance + vouchers of an account is not its closing balance in the file."""

    code = "SIE_BALANCE_DIFFERS"
    message = N_(
        "Account {account}: opening {opening} + vouchers {moved} = {computed}, but the file says {closing} "
        "(difference {difference})."
    )
    remedy = N_("The exporting program leaves something out. Compare the account with its own report.")


class SieAccountNumber(Problem):
    """An account with postings that has no number: SIE knows accounts by number alone."""

    code = "SIE_ACCOUNT_NUMBER"
    message = N_("{account} has no number of its chart, so it can't be in a SIE file.")
    remedy = N_('Give its open directive a number, such as code: "1930", and export again.')


class SieForeignPosting(Problem):
    """A posting that doesn't say what it is worth in the unit's currency."""

    code = "SIE_FOREIGN_POSTING"
    message = N_("The posting is in {currency} without a price, and the SIE file is in {expected}.")
    remedy = N_("Say what it was worth: add  @@ and the amount in {expected}  to the posting, and export again.")


class SieYearEmpty(Problem):
    """A year of which the books hold nothing: neither vouchers nor balances."""

    code = "SIE_YEAR_EMPTY"
    exit_code = EXIT_USAGE
    message = N_("The books of {slug} hold nothing in the year {start} to {end}, nor before it.")
    remedy = N_("Choose a year that has vouchers with --year.")


class SieNoDivisions(Problem):
    """No unit of the federation is a division with books of that year: there is no legal person to export."""

    code = "SIE_NO_DIVISIONS"
    exit_code = EXIT_USAGE
    message = N_("No division of the federation has books in the year {start} to {end}.")
    remedy = N_("Export a legal entity by its own name: sambok export sie UNIT.")


class SieDivisionsDiffer(Problem):
    """Divisions of one legal person that keep books in different currencies or charts."""

    code = "SIE_DIVISIONS_DIFFER"
    message = N_("{slug} keeps its books in {currency} by the chart {chart}; the legal person's are in {expected}.")
    remedy = N_("Books of one legal person have one currency and one chart: correct units/{slug}/unit.toml.")
