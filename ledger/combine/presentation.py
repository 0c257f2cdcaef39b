"""The combined figures in another currency (`--currency`): the same run, with that currency as the reporting currency.

IAS 21.38-42 translates each unit straight from the currency that it keeps its books in, so nothing is made of figures
that were translated before: the units, eliminations, what is owned, the tolerances and all reports are those of a
federation that reports in the wanted currency. Opening equity then stands where the year before closed, a unit that
keeps its books in that currency has no translation difference, and every other one has its proof.

Central states rates in the federation's own currency: both of a day, or of a month, are divided by each other. What is
provisional stays what the federation's own currency has made of it, because the units will book it so; and what the
finance head adjusts is written in that currency, and translated like the book of a unit that keeps it
(`ledger.combine.adjusting.adjusted`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import localcontext

from ledger.books import Workspace
from ledger.errors import Problem, order
from ledger.rules.problems_rates import MissingRate
from ledger.rules.rates import Rates
from ledger.rules.rounding import EXACT, half_away


def reporting_in(ws: Workspace, rates: Rates, day: dt.date) -> Workspace:
    """The workspace as if the federation reported in another currency; its limits are what they are worth on a day.

    Args:
        ws: the federation.
        rates: against the wanted currency.
        day: that of the balance sheet.

    Raises:
        MissingRate: the wanted currency has no rate on that day.
    """
    if rates.base == ws.currency:
        return ws
    config = ws.config
    limits = config.intragroup
    with localcontext(EXACT):
        rate = rates.spot(ws.currency, day)
        worth = {name: half_away(getattr(limits, name) * rate, rates.base) for name in ("tolerance", "tolerance_total")}
    changed = {
        "federation": config.federation.model_copy(update={"currency": rates.base}),
        "intragroup": limits.model_copy(update=worth),
    }
    return replace(ws, config=config.model_copy(update=changed))


def refuse_missing(problems: Iterable[Problem], currency: str) -> None:
    """In a currency that lacks a rate nothing can be said: that one rate is named, not every unit that needs it.

    Raises:
        MissingRate: the wanted currency has no rate on a day, or in a month, on which one is needed.
    """
    missing = [p for p in problems if isinstance(p, MissingRate) and p.params["currency"] == currency]
    if missing:
        raise min(missing, key=lambda p: (str(p.params["date"]), order(p)))
