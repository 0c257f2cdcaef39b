"""What the guard refuses, and why a federation can't let it pass (SPEC 3, 12).

One class per refusal: numbers, directives, names, texts, and last the child that died. What is wrong with the files
themselves is in `problems_files`.
"""

from __future__ import annotations

from ledger.errors import EXIT_OUTSIDE, Problem
from ledger.messages import N_

# --- numbers and expressions -----------------------------------------------------------------------------------------


class ExpressionDeep(Problem):
    """Brackets in brackets in brackets."""

    code = "EXPRESSION_DEEP"
    message = N_("More than {limit} brackets inside each other.")
    remedy = N_("Work the sum out, and write the result.")


class ExpressionLong(Problem):
    """A sum that belongs on a voucher, not on a line."""

    code = "EXPRESSION_LONG"
    message = N_("More than {limit} arithmetic signs on one line.")
    remedy = N_("Work the sum out, and write the result; keep the working on the voucher.")


class DivisionRefused(Problem):
    """What follows `/` could be zero, which ends the program that reads it."""

    code = "DIVISION_REFUSED"
    message = N_("After / must stand a number that isn't zero.")
    remedy = N_("Divide by a plain number (as in 100.00 / 3), or work the result out and write it.")


class GroupingComma(Problem):
    """`12,345` is twelve thousand to Beancount and twelve and a third to a Swede."""

    code = "GROUPING_COMMA"
    message = N_("The number {number} has a comma: twelve thousand to some, twelve and a bit to others.")
    remedy = N_("Write decimals with a point and thousands without any sign: {plain}")


class NumberLong(Problem):
    """More digits than money has."""

    code = "NUMBER_LONG"
    message = N_("A number may have {digits} digits and {decimals} decimals at most.")
    remedy = N_("Correct the number; where it is a reference, put it in quotes.")


class FractionEndless(Problem):
    """A third beside an amount that is left open."""

    code = "FRACTION_ENDLESS"
    message = N_("This voucher divides without an end and leaves an amount open: the rest can't be worked out.")
    remedy = N_("Write the result of the division with two decimals, or write the open amount out.")


# --- directives ------------------------------------------------------------------------------------------------------


class BookSyntax(Problem):
    """Text that is no Beancount."""

    code = "BOOK_SYNTAX"
    message = N_("This line can't be understood: {reason}.")
    remedy = N_(
        "Compare it with a line that works: a date, * and texts in double quotes; then one indented line per account, "
        "two spaces, and an amount as 1000.00 SEK. A missing quote or date on the line before shows here, too."
    )


class DateImpossible(Problem):
    """30 February."""

    code = "DATE_IMPOSSIBLE"
    message = N_("There is no such day: {reason}.")
    remedy = N_("Write the date as year-month-day, as 2026-02-28.")


class DateForm(Problem):
    """A date with more digits than a date has: Beancount takes some of them for another day."""

    code = "DATE_FORM"
    message = N_("{date} isn't written as a date.")
    remedy = N_("Write the year with four digits, month and day with two, as 2026-02-28.")


class DateOutside(Problem):
    """A year that was mistyped."""

    code = "DATE_OUTSIDE"
    message = N_("The date {date} lies outside {first} to {last}.")
    remedy = N_("Correct the year: a book holds dates from 2000 to the end of next year.")


class TooManyProblems(Problem):
    """The rest isn't listed."""

    code = "TOO_MANY_PROBLEMS"
    message = N_("More than {limit} things are wrong in this file; the rest isn't listed.")
    remedy = N_(
        "Correct the ones above and check again. If the whole file is strange, restore it from git or a backup."
    )


class OptionRefused(Problem):
    """Options change what every figure means."""

    code = "OPTION_REFUSED"
    message = N_('option "{name}" is not allowed here.')
    remedy = N_("Delete the line. Options are set by the federation, in main.beancount: {allowed}.")


class OptionValue(Problem):
    """An option of the federation's with another unit's value."""

    code = "OPTION_VALUE"
    message = N_('option "{name}" must be "{wanted}", not "{value}".')
    remedy = N_("Name and currency stand in unit.toml; write the same here.")


class PluginRefused(Problem):
    """A plugin is a program."""

    code = "PLUGIN_REFUSED"
    message = N_('plugin "{name}" is not allowed here: a plugin is a program.')
    remedy = N_("Delete the line. The federation's plugins stand in main.beancount: {allowed}.")


class IncludeRefused(Problem):
    """A file that the book has no business with."""

    code = "INCLUDE_REFUSED"
    message = N_('include "{name}" is not allowed here.')
    remedy = N_(
        "Delete the line; month files below books/ are found by themselves. main.beancount includes: {allowed}."
    )


class MainIncomplete(Problem):
    """A main file that leaves something of the book out."""

    code = "MAIN_INCOMPLETE"
    message = N_("The line  {line_text}  is missing (or stands there twice).")
    remedy = N_("Write it once; main.beancount belongs to the federation and says nothing else.")


class DirectiveRefused(Problem):
    """A directive that has no place in this file."""

    code = "DIRECTIVE_REFUSED"
    message = N_("{directive} has no place in this file.")
    remedy = N_("Move it to where it belongs. Here may stand: {allowed}.")


class QueryRefused(Problem):
    """A query runs on everybody's view."""

    code = "QUERY_REFUSED"
    message = N_("query directives are not allowed.")
    remedy = N_("Delete it; ask the question on Fava's query page instead.")


class PadRefused(Problem):
    """`pad` books whatever sum is missing, unseen."""

    code = "PAD_REFUSED"
    message = N_("pad would book any difference without a voucher.")
    remedy = N_("Book the difference as a transaction with a text that explains it, and delete the pad line.")


class PriceRefused(Problem):
    """Rates are the federation's."""

    code = "PRICE_REFUSED"
    message = N_("{directive} directives are not allowed in a unit's book.")
    remedy = N_("Delete it, and tell the finance head: rates stand in units/prices.beancount.")


class PushRefused(Problem):
    """Tags and metadata that spread over what follows."""

    code = "PUSH_REFUSED"
    message = N_("{directive} is not allowed: it changes every voucher below it.")
    remedy = N_("Delete it, and write the tag or the metadata on each transaction that it concerns.")


class CustomUnknown(Problem):
    """A custom directive that nobody reads, or that a program would."""

    code = "CUSTOM_UNKNOWN"
    message = N_('custom "{name}" is not known here.')
    remedy = N_('Did you mean "{nearest}"? Known here: {known}.')


class CustomFava(Problem):
    """Settings of the web pages, some of which run programs or open files."""

    code = "CUSTOM_FAVA"
    message = N_('custom "{name}" would change the web pages for everyone, or run a program there.')
    remedy = N_("Delete it; the federation sets its pages in fava.conf.")


class CustomValues(Problem):
    """A known custom directive with other values than it takes."""

    code = "CUSTOM_VALUES"
    message = N_('custom "{name}" has not the values it takes.')
    remedy = N_("Write it like this: {example}")


class DocumentPath(Problem):
    """A document outside the unit's own folders."""

    code = "DOCUMENT_PATH"
    message = N_('The document "{name}" is not a file in a folder of this unit\'s own documents.')
    remedy = N_(
        'Put the file in the unit\'s folder documents/ and write its place from here: "../../documents/a.pdf"; '
        "books, settings and programs are no documents."
    )


class FlagRefused(Problem):
    """A mark other than * and !."""

    code = "FLAG_REFUSED"
    message = N_("The mark {flag} has no meaning here.")
    remedy = N_("Write * for a finished transaction, ! for one that waits for a person.")


# --- names -----------------------------------------------------------------------------------------------------------


class AccountRoot(Problem):
    """An account outside the five roots."""

    code = "ACCOUNT_ROOT"
    message = N_("The account {account} doesn't begin with one of the five roots.")
    remedy = N_("Accounts begin with Assets, Liabilities, Equity, Income or Expenses, in English.")


class AccountCharacters(Problem):
    """A letter that looks like another."""

    code = "ACCOUNT_CHARACTERS"
    message = N_("The account {account} has a character that no account may have: {character}.")
    remedy = N_(
        "Write the name again from the keyboard with Latin letters, digits and hyphens; it may only look right."
    )


class AccountLong(Problem):
    """Too many parts or letters."""

    code = "ACCOUNT_LONG"
    message = N_("The account has {parts} parts and {length} characters; at most {most_parts} and {most_length}.")
    remedy = N_("Shorten the name; what else it says belongs into the open directive's metadata.")


class CurrencyName(Problem):
    """A commodity that no report can print."""

    code = "CURRENCY_NAME"
    message = N_("{currency} is no currency or commodity.")
    remedy = N_("Use the three letters of the currency (SEK, EUR, CLP, KES), or at most {limit} capitals and digits.")


class MetaKeyRefused(Problem):
    """Metadata that Beancount itself writes."""

    code = "META_KEY_REFUSED"
    message = N_("The metadata {key}: is written by the program, never by hand.")
    remedy = N_("Use another word before the colon.")


class PriceZero(Problem):
    """A rate of nothing."""

    code = "PRICE_ZERO"
    message = N_("A price of zero (or less).")
    remedy = N_("Write the rate. For something received for nothing, leave the price out and book it at its value.")


class ZeroUnitsWithCost(Problem):
    """A cost for nothing: the cost per piece would be a division by zero."""

    code = "ZERO_UNITS_WITH_COST"
    message = N_("A cost without a number of units to share it.")
    remedy = N_("Write how many there are before the currency, or take the cost in braces away.")


# --- texts -----------------------------------------------------------------------------------------------------------


class TextMarkup(Problem):
    """Text that a browser would take for a program."""

    code = "TEXT_MARKUP"
    message = N_("The text holds  {markup}, which a web page could take for instructions.")
    remedy = N_("Put a space after < or write the word without it.")


class TextSwallowed(Problem):
    """A quote that was never closed, and took the next vouchers with it."""

    code = "TEXT_SWALLOWED"
    message = N_("The text in quotes that begins here goes on over other entries: a closing quote is missing.")
    remedy = N_('Close the text with " on its own line.')


class TextLong(Problem):
    """A text over too many lines."""

    code = "TEXT_LONG"
    message = N_("The text in quotes that begins here goes on for more than {limit} lines.")
    remedy = N_('Shorten it, or see whether its closing " is missing.')


# --- the child that reads --------------------------------------------------------------------------------------------


class BookCrashed(Problem):
    """The program that read the book died of it."""

    code = "BOOK_CRASHED"
    message = N_("The reader stopped on this text: {reason}.")
    remedy = N_(
        "Take away what was written last, here or in this book, and check again; please send the text to Sambok's "
        "maintainers."
    )


class BookTimedOut(Problem):
    """The program that read the book didn't come back."""

    code = "BOOK_TIMED_OUT"
    message = N_("Reading took longer than {seconds} seconds and was ended.")
    remedy = N_("Take away what was written last, here or in this book, or split the file by month; then check again.")


class ReaderUnavailable(Problem):
    """The child could not even be started: nothing is wrong with the book."""

    code = "READER_UNAVAILABLE"
    exit_code = EXIT_OUTSIDE
    message = N_("The reader could not be started: {reason}.")
    remedy = N_("Nothing is wrong with the book. Try again when the machine has memory and processes to spare.")
