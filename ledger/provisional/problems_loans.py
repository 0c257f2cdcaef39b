"""What can keep a loan's charges from being posted."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class LoanChargeAccountDates(Problem):
    """The account exists, but not on the day of the charge."""

    code = "LOAN_CHARGE_ACCOUNT_DATES"
    message = N_("{account} is not open on {date}, when a loan's charge is posted.")
    remedy = N_("Open it on {first} or earlier, and close it after the cycle's last charge.")


class LoanAccountAsserted(Problem):
    """A balance on an account that charges still move until the month is closed."""

    code = "LOAN_ACCOUNT_ASSERTED"
    message = N_("{account} can't have a balance here: charges that aren't booked yet would change it.")
    remedy = N_("Take the line away, or close the months with charges first; then what is stated there stays.")
