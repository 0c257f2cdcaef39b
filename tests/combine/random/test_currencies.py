"""What holds of every federation in whatever currency its figures are wanted (`--currency`)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

from beancount.core import data
from hypothesis import given
from hypothesis import strategies as st

from ledger.charts import line
from ledger.combine import combine, group_entries
from ledger.combine.flows import REST
from ledger.combine.levels import level_tree
from ledger.combine.reports.export import json_text
from tests.combine.random.figures import ZERO, cta, look, sound
from tests.combine.random.second import DAY
from tests.combine.random.strategies import FOREIGN, examples, federations

CURRENCIES = st.sampled_from(sorted(FOREIGN))


def _whole(sums: dict[str, Decimal]) -> dict[str, Decimal]:
    """What isn't zero."""
    return {name: amount for name, amount in sums.items() if amount}


@examples(2)
@given(federations(), CURRENCIES)
def test_every_report_holds_and_each_unit_has_its_proof(case, currency):
    """Reports tie (they assert it), the ledger's sums are the trial balance, CTA is what is proven."""
    seen = look(case)
    found = combine(seen.books, seen.run, currency=currency, **case.period)
    assert sound(found)
    assert json_text(found)
    assert level_tree(found).figures.rows == found.trial_balance
    entries = group_entries(seen.books, seen.run, found, language=None, threshold=10**9)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if isinstance(entry, data.Transaction):
            for posting in entry.postings:
                assert posting.units.currency == currency
                sums[posting.account.rpartition(":")[0]] += posting.units.number
    told: dict[str, Decimal] = defaultdict(Decimal)
    for row in found.trial_balance:
        told[f"{line(row.line).root}:{row.line}:{row.account}"] += row.amount
    assert _whole(sums) == _whole(told)
    for proof in found.translation:
        assert proof.posted == proof.proof
        assert proof.currency != currency or not proof.posted


@examples()
@given(federations(), CURRENCIES)
def test_a_unit_that_keeps_the_currency_stands_as_it_booked(case, currency):
    """Of a unit's own column nothing is translated where it books in the wanted currency alone."""
    seen = look(case)
    found = combine(seen.books, seen.run, currency=currency, **case.period)
    proven = {(t.unit, t.currency) for t in found.translation}
    for slug, part in found.parts.items():
        if part.unit.currency == currency:
            assert (slug, currency) not in proven
            if not any(unit == slug for unit, _ in proven):
                assert not cta(found, slug)


@examples()
@given(federations(), CURRENCIES)
def test_a_period_opens_where_the_one_before_closed(case, currency):
    """Each unit: amounts of earlier days are what they were, and CTA begins where it stood."""
    seen = look(case)
    ends = case.date_to
    first = combine(seen.books, seen.run, currency=currency, **case.period)
    following = combine(seen.books, seen.run, currency=currency, date_from=ends + DAY, date_to=dt.date(2026, 4, 30))
    for slug, part in first.parts.items():
        then = following.parts.get(slug)
        if then is None or part.unit.joined or part.unit.left or None in (part.translated, then.translated):
            continue
        earlier = [flow for flow in then.flows if flow.date <= ends]
        assert earlier == list(part.flows)
        opening = sum((flow.amount for flow in earlier if flow.account == REST), ZERO)
        opening += sum((proof.opening for proof in following.translation if proof.unit == slug), ZERO)
        assert cta(first, slug) == opening
