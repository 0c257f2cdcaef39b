"""What keeps items in other currencies from being brought to the closing rate."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class RemeasurementUnpriced(Problem):
    """A balance in another currency, of which nobody has said what it was worth."""

    code = "REMEASUREMENT_UNPRICED"
    message = N_("{account} has {amount} {currency} without a worth in {base} (first in {month}).")
    remedy = N_(
        "Books have one currency: give each posting in {currency} its price or worth in {base}, also when moving money"
        " between your own accounts, e.g.  100.00 {currency} @@ 1120.00 {base}"
    )


class RemeasurementUnclear(Problem):
    """An amount in the book's own currency on an account that holds another one, and nobody can tell what it is."""

    code = "REMEASUREMENT_UNCLEAR"
    message = N_("{amount} {base} on {account}, which holds {currency}: money, or what the rate has made of it?")
    remedy = N_(
        "If it brings the account to the closing rate, book it in {currency}: out at the old rate and in at the new"
        " one, e.g.  -100.00 {currency} @ 11.20 {base}  and  100.00 {currency} @ 11.60 {base}. If it is money, give its"
        " amount in {currency}, e.g.  10.00 {currency} @@ 112.00 {base}. If the account really holds {base} as well,"
        " name both currencies where it is opened. Until then Sambok values the account without it."
    )


class RemeasurementAccountDates(Problem):
    """The account for exchange differences exists, but not on the day."""

    code = "REMEASUREMENT_ACCOUNT_DATES"
    message = N_("{account} is not open on {date}, when the exchange difference is posted.")
    remedy = N_("Open it on {first} or earlier, and close it after the last exchange difference.")
