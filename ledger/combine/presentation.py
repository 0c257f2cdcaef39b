"""The combined figures in another currency (`--currency`; IAS 21.38-41 for a whole).

Balance-sheet rows at the closing rate, income and expense at the mean of the period's monthly averages; what is left
goes to CTA. Rates are stated in the reporting currency, so the amount is divided by the rate.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, localcontext

from ledger.books import last_day, month_of
from ledger.charts import line
from ledger.combine.combined import Combined
from ledger.combine.flows import DAY
from ledger.combine.model import CTA, ZERO, Row
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away


def present(combined: Combined, currency: str, rates: Rates) -> Combined:
    """The trial balance in `currency`; entries and findings stay in the reporting currency and are left out.

    Raises:
        MissingRate: the closing rate or a month's average isn't there.
    """
    closing = rates.spot(currency, combined.date_to)
    averages = []
    day = combined.date_from
    while day <= combined.date_to:
        averages.append(rates.average(currency, month_of(day)))
        day = last_day(month_of(day)) + DAY
    with localcontext(EXACT):
        average = sum(averages, Decimal(0)) / len(averages)
        rows = [
            replace(
                row,
                amount=half_away(row.amount / (average if line(row.line).statement == "income" else closing), currency),
            )
            for row in combined.trial_balance
        ]
    rest = -sum((row.amount for row in rows), ZERO)
    if rest:
        rows.append(Row("CTA", "Presentation", CTA, rest))
    rows.sort(key=lambda r: (line(r.line).order, r.account, r.unit))
    presented = replace(
        combined,
        currency=currency,
        trial_balance=tuple(row for row in rows if row.amount),
        entries=(),
        translation=(),
        parts={},
    )
    presented.check()
    return presented
