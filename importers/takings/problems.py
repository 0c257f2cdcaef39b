"""What can be wrong with till reports, card settlements and Swish reports."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class TakingsIncomplete(Problem):
    """A source that doesn't say what its files are like."""

    code = "TAKINGS_INCOMPLETE"
    message = N_("The source {name} of {slug} doesn't say {what}.")
    remedy = N_("Add it to [source.takings] in units/{slug}/unit.toml; docs/settings.md shows how.")


class TakingsLayout(Problem):
    """A file without the columns of its source."""

    code = "TAKINGS_LAYOUT"
    message = N_("No row among the first ones names the columns that the source {name} needs: {needed}.")
    remedy = N_("See that it is the right file; if the sender has changed its columns, adapt [source.takings.columns].")


class TakingsCount(Problem):
    """A report that doesn't hold as many rows as it says."""

    code = "TAKINGS_COUNT"
    message = N_("The report announces {what}: {declared}; it holds {found}.")
    remedy = N_("The file was cut off or edited. Nothing was booked; download it again.")


class TakingsWord(Problem):
    """A row of a kind that the settings don't name."""

    code = "TAKINGS_WORD"
    message = N_("The source {name} doesn't say what {word} in the column {column} is.")
    remedy = N_(
        "Add the word to sale, refund, chargeback, fee, payout or skip in [source.takings.types] of "
        "units/{slug}/unit.toml."
    )


class TakingsRow(Problem):
    """A row whose amount, fee and net don't tie."""

    code = "TAKINGS_ROW"
    message = N_("The row doesn't add up: {amount} - fee {fee} = {computed}, but it says net {net}.")
    remedy = N_(
        "See which columns hold amount, fee and net, and set fee_minus = true in [source.takings] where fees are "
        "written as negative numbers. Else download the file again."
    )


class TakingsDates(Problem):
    """One payout on two days."""

    code = "TAKINGS_DATES"
    message = N_("The payout {serial} is dated {one} and {other}.")
    remedy = N_("The column date must hold the payout's day; the day of the sale belongs into the column sold.")


class TakingsTill(Problem):
    """Several tills that book card or Swish sales on different accounts."""

    code = "TAKINGS_TILL"
    message = N_("The tills of {slug} book {means} sales on {accounts}; which one {name} pays in isn't said.")
    remedy = N_('Add  till_account = "..."  to [source.takings] of {name} in units/{slug}/unit.toml.')


class SwishIntraday(Problem):
    """A Swish report of a day that isn't over."""

    code = "SWISH_INTRADAY"
    message = N_("This is an intraday report ({time}): its payments come again in the report of the whole day.")
    remedy = N_("Import the daily report.")


class SwishDates(Problem):
    """A Swish report of payments that nobody had made when it was made."""

    code = "SWISH_DATES"
    message = N_("The report was made on {made}, but holds a payment of {sold}.")
    remedy = N_("The file was edited, or put together from others. Nothing was booked; download it again.")


class SwishKind(Problem):
    """A payment of a kind that the bank's guide doesn't name."""

    code = "SWISH_KIND"
    message = N_("Swish payments of the kind {word} aren't known (known: {known}).")
    remedy = N_("The bank has changed its report: ask for a newer version of this program; nothing was booked.")


class TillNumber(Problem):
    """A till report without its number."""

    code = "TILL_NUMBER"
    message = N_("This row has no number of a Z report.")
    remedy = N_("Z reports are numbered one after the other, and known again by that. Export them with their numbers.")


class TillSum(Problem):
    """A till report whose sales aren't its payments."""

    code = "TILL_SUM"
    message = N_(
        "Z report {number} of {date} doesn't add up: sales {sales}, payments {payments}; the difference is "
        "{difference} {currency}."
    )
    remedy = N_(
        "See whether [source.takings] names every way to pay and all that the till takes money for (rounding, gift "
        "cards, tips); else compare with the printed report."
    )


class TillTotal(Problem):
    """A till report whose own total isn't the sum of its sales."""

    code = "TILL_TOTAL"
    message = N_("Z report {number} of {date}: its sales sum to {sales}, its own total is {total} {currency}.")
    remedy = N_("See whether [source.takings] names every rate of VAT that the till reports.")


class TillVat(Problem):
    """VAT of a till report that its rate doesn't give."""

    code = "TILL_VAT"
    message = N_(
        "Z report {number} of {date}: at {rate} %, the VAT in {gross} is {computed}; the report says {stated}."
    )
    remedy = N_(
        "Compare with the printed report. A till that rounds VAT on every receipt may differ by some units: allow it "
        'with  vat_tolerance = "1.00"  in [source.takings]; the report\'s figure is then booked.'
    )


class TillCash(Problem):
    """Cash counted and the difference stated that don't fit."""

    code = "TILL_CASH"
    message = N_(
        "Z report {number} of {date}: counted {counted} - opening {opening} - cash sales {cash} = {computed}, but the "
        "report says that the difference is {stated} {currency}."
    )
    remedy = N_("Correct the count at its source: counted is what lay in the drawer before cash went to the bank.")


class TillBanked(Problem):
    """A till report in which cash taken to the bank is negative."""

    code = "TILL_BANKED"
    message = N_("Z report {number} of {date}: {banked} went to the bank, which can't be less than nothing.")
    remedy = N_(
        "Nothing of the file was booked. The column banked holds cash that left the drawer for the bank, without sign; "
        "change that was fetched there is a voucher of its own."
    )


class TillBankedMore(Problem):
    """More cash taken to the bank than lay in the drawer."""

    code = "TILL_BANKED_MORE"
    message = N_("Z report {number} of {date}: {banked} went to the bank, but {counted} {currency} were counted.")
    remedy = N_(
        "Compare with the bank's receipt. Cash of other days in the same bag is right as it is; else correct the "
        "booked entry, or the count."
    )


class TillCurrency(Problem):
    """A till report in another currency than the unit's."""

    code = "TILL_CURRENCY"
    message = N_("The file is in {currency}, the books of {slug} in {expected}.")
    remedy = N_("Export it in {expected}, or import it into a unit of that currency.")


class TillTwice(Problem):
    """One till report with two contents in one file."""

    code = "TILL_TWICE"
    message = N_("Z report {number} of {date} stands in the file twice, with sales of {one} and of {other}.")
    remedy = N_("Nothing of the file was booked. Export the period again as one file.")


class TillRestated(Problem):
    """A till report that the book holds with other figures."""

    code = "TILL_RESTATED"
    message = N_("Z report {number} of {date} reads sales of {now} here, but is booked with {before} ({place}).")
    remedy = N_(
        "Nothing of the file was booked. A Z report never changes: compare with the printed one. If this file is "
        "right, remove the booked entry (in a closed month: book a new one with corrects: and its voucher) and import "
        "again; else set the file aside."
    )


class TillGap(Problem):
    """Numbers of till reports that are missing."""

    code = "TILL_GAP"
    message = N_("Z reports of {till} are missing between {before} and {number}: {missing}.")
    remedy = N_("Export and import the missing ones: every Z report is a voucher (SKVFS 2021:17).")
