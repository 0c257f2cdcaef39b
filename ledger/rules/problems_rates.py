"""What can be missing among exchange rates, or wrong."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.messages import N_


class MissingRate(Problem):
    """No spot price at most seven days old, or neither a stated average nor ten prices of a month."""

    code = "MISSING_RATE"
    message = N_("The rate of {currency} in {base} is missing for {date}.")
    remedy = N_(
        "Add it to units/prices.beancount: for a day a price of that day or of the seven days before"
        " (2026-03-31 price {currency} <rate> {base}); for a month its average"
        ' (2026-03-31 custom "average-rate" "{currency}" <rate> {base}) or ten prices of the month.'
    )


class RateTwice(Problem):
    """Two prices of one day, or two averages of one month, for the same currencies."""

    code = "RATE_TWICE"
    message = N_("The rate of {currency} in {base} for {date} is {other} in line {before}, and {number} here.")
    remedy = N_("Delete the wrong one: until then the later in the file counts.")


class RateUnreadable(Problem):
    """`rate:` of a posting on equity is no rate."""

    code = "RATE_UNREADABLE"
    message = N_("rate: {value} is no rate of {currency} in {base}.")
    remedy = N_(
        "Write what one {currency} was worth in {base} on the day, as a number above 0 without quotes or currency"
        " (rate: 11.25), or take rate: away: then the price of the day counts."
    )
