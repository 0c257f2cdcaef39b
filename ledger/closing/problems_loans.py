"""Why a dealing between a rotating loan fund and a unit can't be booked (SPEC 8)."""

from __future__ import annotations

from ledger.errors import EXIT_PERSON, Problem
from ledger.messages import N_


class LoanAccountDates(Problem):
    """An account that the dealing needs exists, but not on its day."""

    code = "LOAN_ACCOUNT_DATES"
    message = N_("{account} is not open on {date}, when it is needed for the loan fund.")
    remedy = N_("Open it on {first} or earlier, and close it later.")


class LoanUnitCurrency(Problem):
    """A participant whose book is in another currency than the cycle."""

    code = "LOAN_UNIT_CURRENCY"
    exit_code = EXIT_PERSON
    message = N_("{cycle} is in {currency}, but the book of {slug} is kept in {own}.")
    remedy = N_("A cycle has one currency: let {slug} take part in a cycle in {own}, or begin one.")
