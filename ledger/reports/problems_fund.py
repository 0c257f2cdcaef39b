"""What can keep the investment fund's statement from being made."""

from __future__ import annotations

from ledger.errors import EXIT_USAGE, Problem
from ledger.messages import N_


class FundUnknown(Problem):
    """Central's book is where the fund is."""

    code = "FUND_UNKNOWN"
    message = N_("The fund is not known: the book of {central} has errors, or there is none.")
    remedy = N_("Correct what  sambok check {central}  lists.")


class FundCaseUnknown(Problem):
    """A name that no case has."""

    code = "FUND_CASE_UNKNOWN"
    exit_code = EXIT_USAGE
    message = N_("There is no case {name}.")
    remedy = N_("Did you mean {nearest}?  sambok fund cases  lists all.")
