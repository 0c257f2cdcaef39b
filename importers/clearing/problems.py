"""What can be wrong with deposits of any format."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class DepositSum(Problem):
    """Payments less fees that aren't what the bank is to pay in: the file isn't whole."""

    code = "DEPOSIT_SUM"
    message = N_(
        "Deposit {serial} of {date} doesn't add up: payments {gross} - fees {fees} = {computed}, but the file says "
        "{amount}; the difference is {difference} {currency}."
    )
    remedy = N_("Nothing of the file was booked. Download it again; if it stays so, ask the sender.")


class DepositRestated(Problem):
    """A deposit that the book holds with another amount, other fees or payments, or on another day."""

    code = "DEPOSIT_RESTATED"
    message = N_("Deposit {serial} of {date} reads {now} here, but is booked with {before} ({place}).")
    remedy = N_(
        "Nothing of the file was booked. Compare both with the bank. If this file is right, remove the booked entry "
        "(in a closed month: book a new one with corrects: and its voucher) and import again; else set the file aside."
    )


class DepositTwice(Problem):
    """One deposit with two contents in one file."""

    code = "DEPOSIT_TWICE"
    message = N_("Deposit {serial} of {date} stands in the file twice, with {one} and with {other} {currency}.")
    remedy = N_("Nothing of the file was booked. Download the period again as one file.")
