"""What can keep a decision from being entered."""

from __future__ import annotations

from ledger.errors import EXIT_USAGE, Problem
from ledger.messages import N_


class DecisionTaken(Problem):
    """An id that a decision has already."""

    code = "DECISION_TAKEN"
    exit_code = EXIT_USAGE
    message = N_("There is a decision {id} already.")
    remedy = N_("Give the new one an id of its own, as the minutes have it: body, date of the meeting, paragraph.")


class DecisionWords(Problem):
    """An id or a text that can't stand in policy."""

    code = "DECISION_WORDS"
    exit_code = EXIT_USAGE
    message = N_("{what} can't be written so: {reason}.")
    remedy = N_("An id has letters, digits and - . : / _ §, as in ST-2026-02-17-§6; a text is one line in plain words.")


class DecisionAmount(Problem):
    """An amount that says too little, or too much."""

    code = "DECISION_AMOUNT"
    exit_code = EXIT_USAGE
    message = N_('"{amount}" is no amount: {reason}.')
    remedy = N_('Give a number and a currency, such as  --amount "180000 SEK"; leave it out where there is no limit.')


class DecisionDates(Problem):
    """A decision that ends before it is taken."""

    code = "DECISION_DATES"
    exit_code = EXIT_USAGE
    message = N_("The decision would end on {until}, before {date}, when it was taken.")
    remedy = N_("Correct --until or --date.")


class DecisionInFuture(Problem):
    """A decision that nobody can have taken yet."""

    code = "DECISION_IN_FUTURE"
    exit_code = EXIT_USAGE
    message = N_("The decision would be of {date}, and today is {today}: it can't be taken yet.")
    remedy = N_("Give the day of the meeting:  --date ; what is to be decided later is entered once it is decided.")


class DecisionNoCentral(Problem):
    """Minutes are kept among the central unit's documents, and there is no such unit."""

    code = "DECISION_NO_CENTRAL"
    message = N_("The document has no place: the federation's central unit can't be used.")
    remedy = N_("Correct what  sambok check  lists for it, or enter the decision without --document.")
