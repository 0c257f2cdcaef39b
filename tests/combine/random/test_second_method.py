"""The engine against the second method, on random federations, account by account (SPEC 10).

`SAMBOK_FEDERATIONS=1000 pytest tests/combine/random/test_second_method.py` runs a thousand cases.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from hypothesis import given

from tests.combine.random.figures import look
from tests.combine.random.strategies import Kinds, examples, federations


def compare(found, second) -> None:
    """Account by account and column by column; rounding within what SPEC 10 allows, else nothing."""
    rows = {(r.line, r.account, r.unit): Fraction(r.amount) for r in found.trial_balance}
    assert sum(rows.values()) == 0
    rounding = defaultdict(Fraction)
    for slug in second.units:  # a unit of the currency for each posting, and one for each account that is remeasured
        postings = second.postings[slug] + 2 * len(second.books.units[slug].summary.accounts) + 2
        rounding["CTA", f"Rounding-{slug.upper()}", "CTA"] = Fraction(postings, 100) + second.stands[slug]
    rounding["Joined", "Net-assets", "CTA"] = sum(rounding.values(), Fraction(0))  # of what was booked before
    for cell in sorted(rows.keys() | second.cells.keys()):
        got, expected = rows.get(cell, Fraction(0)), second.cells.get(cell)
        if expected is None:
            assert abs(got) <= rounding[cell], (cell, float(got), float(rounding[cell]))
        else:
            apart = abs(got - expected.exact)
            assert apart <= expected.slack, (cell, float(got), float(expected.exact), float(expected.slack))


@examples(4)
@given(federations(Kinds(currencies=())))
def test_in_one_currency_both_methods_agree_to_the_cent(case):
    seen = look(case)
    second = seen.second()
    assert not any(found.slack for found in second.cells.values())
    compare(seen.found, second)


@examples(4)
@given(federations())
def test_both_methods_agree(case):
    seen = look(case)
    compare(seen.found, seen.second())


ADJUSTED = Kinds(
    currencies=(),
    joins=False,
    least=3,
    sorts=("dividend", "dividend", "interest", "fund"),
    wrong=("missing", "difference"),
)


@examples()
@given(federations(ADJUSTED))
def test_both_methods_agree_on_what_a_unit_has_not_booked(case):
    """Half of what is missing is adjusted: the adjustment is the other side of what the partner has booked."""
    seen = look(case)
    compare(seen.found, seen.second())


CAPITAL = Kinds(foreign=True, exact=False, sorts=("capital",), wrong=("difference", "missing", "late"))


@examples(2)
@given(federations(CAPITAL))
def test_both_methods_agree_on_capital_whatever_the_currencies(case):
    seen = look(case)
    compare(seen.found, seen.second())
