"""What can be missing among exchange rates."""

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
