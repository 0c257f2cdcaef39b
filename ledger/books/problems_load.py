"""What can be wrong with a book whose text the guard let pass: Beancount's findings in a bookkeeper's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from beancount.core.amount import Amount

from ledger.errors import EXIT_OUTSIDE, Problem
from ledger.messages import N_


class TransactionUnbalanced(Problem):
    """Debit and credit differ."""

    code = "TRANSACTION_UNBALANCED"
    message = N_("The transaction doesn't balance: {difference} is left over.")
    remedy = N_(
        "Correct an amount or add the posting that is missing, so that all amounts of the transaction sum to 0."
    )


class AccountNotOpen(Problem):
    """An account that the book doesn't have."""

    code = "ACCOUNT_NOT_OPEN"
    message = N_("The account {account} isn't opened in this book.")
    remedy = N_("Correct the account's name, or open it in accounts.beancount: {first} open {account}")


class AccountInactive(Problem):
    """An account used before it opens or after it closed."""

    code = "ACCOUNT_INACTIVE"
    message = N_("The account {account} isn't in use on this date.")
    remedy = N_("Correct the date, or the open and close dates of the account in accounts.beancount.")


class AccountOpenedTwice(Problem):
    """Two `open` directives for one account."""

    code = "ACCOUNT_OPENED_TWICE"
    message = N_("The account {account} is opened twice.")
    remedy = N_("Delete one of the two open lines.")


class AccountClosing(Problem):
    """A `close` that doesn't fit its account."""

    code = "ACCOUNT_CLOSING"
    message = N_("The account {account} can't be closed here: {reason}.")
    remedy = N_("An account is opened once and closed once, later: correct or delete this close line.")


class CurrencyNotAllowed(Problem):
    """A currency that its account doesn't take."""

    code = "CURRENCY_NOT_ALLOWED"
    message = N_("The account {account} doesn't take {currency}.")
    remedy = N_("Correct the currency or the account, or add {currency} to the account's open line.")


class BalanceFailed(Problem):
    """A balance assertion that the book doesn't meet."""

    code = "BALANCE_FAILED"
    message = N_(
        "The balance of {account} should be {expected} at the start of this day, but the book has {actual}: "
        "a difference of {difference}."
    )
    remedy = N_("Compare the account with its statement up to this day: find what is missing, double or wrong.")


class BalanceTwice(Problem):
    """Two balance assertions that contradict each other."""

    code = "BALANCE_TWICE"
    message = N_("Two balance lines give different amounts for one account, currency and day.")
    remedy = N_("Keep the one that the statement shows.")


class AmountUnclear(Problem):
    """An amount left out that can't be worked out."""

    code = "AMOUNT_UNCLEAR"
    message = N_("An amount is left out that can't be worked out: {reason}.")
    remedy = N_("Write number and currency on every posting of this transaction.")


class LotUnclear(Problem):
    """A sale from a stock held at cost that can't be matched."""

    code = "LOT_UNCLEAR"
    message = N_("It isn't clear which purchase is reduced here; the account holds {held}.")
    remedy = N_("Name the purchase in braces by its cost or date, or correct the number of pieces.")


class DocumentMissing(Problem):
    """A `document` whose file isn't there, or one that a voucher names."""

    code = "DOCUMENT_MISSING"
    message = N_("The document {document} isn't there.")
    remedy = N_("Put the file in its place below documents/, or delete the line.")
    cases: ClassVar = {
        "named": (
            N_("The document {document} isn't there (entries that name it: {count}, this one first)."),
            N_(
                "Put the file in its place, or write after  document:  where it is, below the unit's folder; of a "
                "paper in a binder write its number alone, without .pdf or the like. The month is closed only then."
            ),
        ),
        "minutes": (
            N_("The minutes {document} aren't there."),
            N_("Put them back, from a backup or the secretary's copy. Central closes the decision's month only then."),
        ),
        "unread": (
            N_("The document {document} can't be read: {reason}."),
            N_("Give yourself the right to read it, or put a copy that can be read in its place; then close again."),
        ),
        "odd": (
            N_("{document} is a link or a folder, and no document (entries that name it: {count}, this one first)."),
            N_("Put the file itself in its place: the month's seal holds what it says. The month is closed only then."),
        ),
    }


class EntryUnreadable(Problem):
    """A line that Beancount can't read."""

    code = "ENTRY_UNREADABLE"
    message = N_("The line can't be read: {reason}.")
    remedy = N_("Compare it with a line above that works: date, flag, texts in quotes; postings are indented.")


class BookIncomplete(Problem):
    """A file of the book that isn't there."""

    code = "BOOK_INCOMPLETE"
    message = N_("No file matches {pattern}, which the book's main.beancount includes.")
    remedy = N_("Restore the file, or write the first month's file with: sambok unit add")


class BookError(Problem):
    """What else Beancount finds."""

    code = "BOOK_ERROR"
    message = N_("Beancount says: {reason}.")
    remedy = N_("Correct the entry; docs.beancount.org explains the directive.")


class BookMoved(Problem):
    """The book changed while it was being read."""

    code = "BOOK_CHANGED"
    exit_code = EXIT_OUTSIDE
    message = N_("The book was changed while it was being read.")
    remedy = N_("Run the command again.")


class CacheDamaged(Problem):
    """A file of the cache that isn't what Sambok wrote."""

    code = "CACHE_DAMAGED"
    exit_code = EXIT_OUTSIDE
    message = N_("What was kept of this book ({section}) is damaged; it has been thrown away.")
    remedy = N_("Run the command again: the book is read anew from its text.")


_Match = re.Match[str]

#: Beancount's sentences, and what each becomes. The first that matches counts.
_SENTENCES: tuple[tuple[re.Pattern[str], type[Problem], Callable[[_Match], dict[str, str]]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), problem, lambda m: {k: v for k, v in m.groupdict().items() if v is not None})
    for pattern, problem in (
        (r"Transaction does not balance: \((?P<difference>.*)\)", TransactionUnbalanced),
        (r"Invalid reference to unknown account '(?P<account>[^']*)'", AccountNotOpen),
        (r"Invalid reference to inactive account '(?P<account>[^']*)'", AccountInactive),
        (r"Duplicate open directive for (?P<account>\S+)", AccountOpenedTwice),
        (r"(?P<reason>Duplicate) close directive for (?P<account>\S+)", AccountClosing),
        (r"(?P<reason>Unopened) account (?P<account>\S+) is being closed", AccountClosing),
        (r"Internal error: (?P<reason>closing date) for (?P<account>\S+) appears", AccountClosing),
        (r"Invalid currency (?P<currency>\S+) for account '(?P<account>[^']*)'", CurrencyNotAllowed),
        (r"Duplicate balance assertion with different amounts", BalanceTwice),
        (r"File does not exist: \"(?P<document>.*)\"", DocumentMissing),
        (r"No position matches .* against balance \((?P<held>.*)\)", LotUnclear),
        (r"(?:Ambiguous matches for|Not enough lots to reduce) .*\": (?P<held>.*)", LotUnclear),
        (r"File glob \"(?P<pattern>.*)\" does not match", BookIncomplete),
    )
)
_FAILED = re.compile(r"Balance failed for '(.*)': expected (.*) != accumulated (.*) \((\S+) too (much|little)\)")
#: Words of Beancount that say nothing to a bookkeeper.
_WORDS = {
    "Duplicate": "it is closed already",
    "Unopened": "it was never opened",
    "closing date": "it would close before it opens",
    "You may not have more than one auto-posting per currency": "it is missing on more than one posting",
}
_KINDS: dict[str, type[Problem]] = {
    "ParserError": EntryUnreadable,
    "ParserSyntaxError": EntryUnreadable,
    "LexerError": EntryUnreadable,
    "DeprecatedError": EntryUnreadable,
    "CategorizationError": AmountUnclear,
    "InterpolationError": AmountUnclear,
    "BookingError": AmountUnclear,
}


def problem_of(
    error: Any, *, unit: str | None, shown: Callable[[str], str], excerpt: Callable[[str, int], str | None]
) -> Problem:
    """What Beancount found, as a problem of the book.

    Args:
        error: one of Beancount's errors: `source`, `message`, `entry`.
        unit: slug of the book; None for the finance head's files.
        shown: how a file is named to users.
        excerpt: the line of a file that has this number.
    """
    source = error.source or {}
    file, line = str(source.get("filename", "")), int(source.get("lineno") or 0)
    where: dict[str, Any] = {"unit": unit}
    if file and not file.startswith("<"):
        where |= {"file": shown(file), "line": line or None, "excerpt": excerpt(file, line) if line else None}
    message = str(error.message)
    failed = _FAILED.fullmatch(message)
    if failed:
        account, expected, actual, difference, side = failed.groups()
        currency = expected.rsplit(" ", 1)[-1]
        sign = "" if side == "much" else "-"
        return BalanceFailed(
            **where,
            account=account,
            expected=_worth(expected),
            actual=_worth(actual),
            difference=_worth(f"{sign}{difference} {currency}"),
        )
    wrong = re.fullmatch(r"Invalid currency '(\S+)' for Balance directive: ", message)
    if wrong:
        return CurrencyNotAllowed(**where, account=error.entry.account, currency=wrong[1])
    for pattern, problem, params in _SENTENCES:
        found = pattern.match(message)
        if found:
            named: dict[str, Any] = {**params(found)}
            if problem is AccountNotOpen:
                named["first"] = error.entry.date.replace(month=1, day=1)
            if "document" in named:
                named["document"] = shown(named["document"])
            if "difference" in named:
                named["difference"] = _worth(named["difference"])
            if "reason" in named:
                named["reason"] = _WORDS.get(named["reason"], named["reason"])
            return problem(**where, **named)
    known = _KINDS.get(type(error).__name__, BookError)
    reason = message.strip().rstrip(".")
    return known(**where, reason=_WORDS.get(reason, reason))


def _worth(said: str) -> Amount | str:
    """An amount in one of Beancount's sentences; several, or what is none, as the text that it is."""
    try:
        amount = Amount.from_string(said)
    except (ValueError, ArithmeticError):
        return said
    return amount if str(amount) == said else said  # it takes the first of several


def problems_of(
    errors: Iterable[Any], *, unit: str | None, shown: Callable[[str], str], excerpt: Callable[[str, int], str | None]
) -> list[Problem]:
    """All of Beancount's findings; what it says twice of one place is said once."""
    found: dict[Problem, None] = {}
    for error in errors:
        found.setdefault(problem_of(error, unit=unit, shown=shown, excerpt=excerpt))
    return list(found)
