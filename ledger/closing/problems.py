"""What can keep a month from being closed or opened again, beside what `ledger.closing.readiness` lists."""

from __future__ import annotations

from typing import ClassVar

from ledger.errors import EXIT_PERSON, EXIT_USAGE, Problem
from ledger.messages import N_


class CloseAccountDates(Problem):
    """An account of the year end exists, but not on its day."""

    code = "CLOSE_ACCOUNT_DATES"
    message = N_("{account} is not open on {date}, when the year's result is moved.")
    remedy = N_("Open it on {first} or earlier, and close it later.")


class CloseCentralFaulty(Problem):
    """A unit's levy would be booked on one side only."""

    code = "CLOSE_CENTRAL_FAULTY"
    message = N_("{slug} {period} can't be closed: the book of {central} has errors, and takes the levy's other side.")
    remedy = N_("Correct what  sambok check {central}  lists, then close again.")
    cases: ClassVar = {
        "fund": (
            N_(
                "{slug} {period} can't be closed: the book of {central} has errors, and keeps the fund it borrows from."
            ),
            N_("Correct what  sambok check {central}  lists, then close again."),
        )
    }


class ClosePeriodInvalid(Problem):
    """What was given is neither a month nor a fiscal year."""

    code = "CLOSE_PERIOD_INVALID"
    exit_code = EXIT_USAGE
    message = N_("{period} is neither a month nor a fiscal year.")
    remedy = N_("Write a month as 2026-03, or a fiscal year by the year in which it begins, as 2026.")
    cases: ClassVar = {
        "year": (
            N_("{period} is a year; months are opened again one by one."),
            N_("Write the month as 2026-03, with the decision that allows it."),
        )
    }


class CloseDecisionUnknown(Problem):
    """A decision that policy doesn't hold."""

    code = "CLOSE_DECISION_UNKNOWN"
    exit_code = EXIT_PERSON
    message = N_("There is no decision {decision} in units/policy.beancount.")
    remedy = N_("Give the id of a decision that is there, or add it first:  sambok decision add")


class CloseDecisionLater(Problem):
    """A decision that isn't in force yet."""

    code = "CLOSE_DECISION_LATER"
    exit_code = EXIT_PERSON
    message = N_("Decision {decision} is of {date}, later than today.")
    remedy = N_("Wait for that day, or give another decision.")
    cases: ClassVar = {
        "day": (
            N_("Decision {decision} is of {date}, later than {day}, on which something is to be booked on it."),
            N_("Date it {date} or later, or give another decision."),
        )
    }


class CloseDecisionEnded(Problem):
    """A decision that isn't in force any more."""

    code = "CLOSE_DECISION_ENDED"
    exit_code = EXIT_PERSON
    message = N_("Decision {decision} could be used until {until}, and that day is past.")
    remedy = N_("Give a decision that is in force today; a new one is added with  sambok decision add")
    cases: ClassVar = {
        "day": (
            N_("Decision {decision} could be used until {until}, and {day} is later."),
            N_("Give a decision that is in force on that day; a new one is added with  sambok decision add"),
        )
    }


class ReopenNotClosed(Problem):
    """A month that isn't closed can't be opened again."""

    code = "REOPEN_NOT_CLOSED"
    exit_code = EXIT_PERSON
    message = N_("{slug}: {period} isn't closed.")
    remedy = N_("The last closed month is {last}. A month that is open takes vouchers as it is.")


class ReopenYearClosed(Problem):
    """A year's result has gone to equity: what changes it has to be moved in the year's last month."""

    code = "REOPEN_YEAR_CLOSED"
    exit_code = EXIT_PERSON
    message = N_("{slug}: {period} belongs to a year that is closed; its result was moved in {last}.")
    remedy = N_(
        "Open that month first, so that its second close moves the rest:  "
        "sambok reopen {last} --unit {slug} --decision {decision}"
    )


class SigningKeyInWorkspace(Problem):
    """A private key beside the books would be copied with them."""

    code = "SIGNING_KEY_IN_WORKSPACE"
    exit_code = EXIT_PERSON
    message = N_("The signing key {path} lies in the federation's folder.")
    remedy = N_("Move it to a folder of your own, and name that place in SAMBOK_SIGNING_KEY.")
