"""Translation of a unit's entries into the reporting currency, by the current-rate method (SPEC 10; IAS 21.38-48).

Each transaction is translated at one rate: the month's average where it holds income or expense, the day's spot where
it moves equity (`rate:` where given), so that equity stays at the rates of its own days; opening balances are entries
on equity, so they take their date's spot. Transfers between result and equity move what was translated before. At the
period's end assets and liabilities are remeasured to the closing rate; the difference goes to CTA, account by account,
never as a plug: the roll-forward (opening net assets × change of rate + each flow × (closing − its own rate)) must give
the same figure to the last unit, and that is asserted here. What rounding single postings does to it stands apart, on
CTA's rounding account, less than a unit of the currency for each posting.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from beancount.core import data

from ledger.combine.flows import DAY, REST, Flow, Translated
from ledger.combine.mapping import Mapper
from ledger.combine.model import ZERO, GroupEntry, Translation
from ledger.combine.scope import Scope
from ledger.combine.standing import Standing, before_joining, difference_entries, roll_forward, standing
from ledger.combine.translator import Translator
from ledger.rules.rates import Rates
from ledger.rules.years import year_start


def translate_unit(
    mapper: Mapper, transactions: Sequence[data.Transaction], scope: Scope, rates: Rates, month: int
) -> tuple[tuple[Flow, ...], tuple[GroupEntry, ...], tuple[Translation, ...], tuple[Translated, ...]]:
    """Translate a unit's book.

    Args:
        mapper: the unit's places.
        transactions: booked and provisional, by date.
        scope: the run's units and period.
        rates: exchange rates against the reporting currency.
        month: first month of the fiscal year.

    Returns:
        Flows, entries on CTA, proofs, and each transaction's amounts.

    Raises:
        MissingRate: a rate isn't there; the unit can't be counted.
    """
    unit = mapper.unit
    until = scope.until(unit.slug)
    entity = unit.entity != "division"
    joined = unit.joined if entity else None
    start = max(scope.date_from, joined) if joined else scope.date_from
    first = unit.joined if unit.joined and not entity else dt.date.min  # a division's earlier entries aren't its own
    translator = Translator(mapper, rates, joined)
    flows: list[Flow] = []
    amounts = [Translated((ZERO,) * len(entry.postings), ZERO, "", transfer=False) for entry in transactions]
    cuts = sorted({start, joined} - {None} if joined else {start})
    standings: dict[dt.date, Standing] = {}
    for place in sorted(
        range(len(amounts)), key=lambda i: (transactions[i].date, translator.may_move(transactions[i]))
    ):
        entry = transactions[place]
        while cuts and entry.date >= cuts[0]:
            cut = cuts.pop(0)
            standings[cut] = standing(translator, cut - DAY)
        if not first <= entry.date <= until:
            continue
        done = amounts[place] = translator.translate(entry, year_start(entry.date, month))
        paired = zip(entry.postings, done.amounts, strict=True)
        flows += [Flow(p.account, entry.date, a, done.transfer) for p, a in paired if a]
        if done.rest:
            flows.append(Flow(REST, entry.date, done.rest))
    for cut in cuts:
        standings[cut] = standing(translator, cut - DAY)
    closing = standing(translator, until)
    entries = difference_entries(mapper, until, closing, rates.base)
    if joined and standings[joined].remeasured:
        entries.append(before_joining(mapper, joined, standings[joined], scope, rates.base))
    proofs = roll_forward(translator, start, standings[start], closing)
    return tuple(flows), tuple(entries), proofs, tuple(amounts)
