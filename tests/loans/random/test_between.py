"""Random cycles between units: both books, the combined statements, and who gains what another pays.

Research, 7 nr 3: what the fund's book has and what the units have sums to zero, on every date.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction

import pytest
from beancount.core import data
from hypothesis import given

from ledger.books import load_books
from ledger.combine import combine
from ledger.loans import cycles_of
from ledger.policy import read_policy
from ledger.provisional import provisional
from tests.loans.random.between import BOTH, CENTRAL, NEVER, UNITS, accounts, both_sides
from tests.loans.random.strategies import Drawn, cycles, examples
from tests.loans.random.texts import BOOK, policy_text, vouchers
from tests.loans.random.workspace import DIVISION, Place

KRONOR = (("currency", "SEK"), ("smallest", Fraction(1, 100)), ("share_value", 1000), ("fines", "loan-fund"))
BETWEEN = Drawn(people=5, meetings=8, only=(*KRONOR, ("rounding", Fraction(1, 100))), never=NEVER, names=UNITS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Made anew for each example."""
    return tmp_path_factory.mktemp("between")


def made(folder, cycle) -> Place:
    """Central's book and the units', as bookkeepers have written them."""
    place = Place(folder)
    texts = both_sides(vouchers(cycle), cycle.rules)
    place.write("units/policy.beancount", policy_text(cycle.rules).replace(f'"{BOOK}"', f'"{CENTRAL}"'))
    for slug in (CENTRAL, *cycle.people):
        opens = accounts(0 if slug == CENTRAL else 1, cycle.rules.begins)
        place.unit(slug, DIVISION.format(slug.upper()), opens, texts.get(slug, {}))
    place.open()
    return place


def in_one(cycle):
    """The same with roles of whole numbers only where a bookkeeper would: no cash without a bank."""
    return replace(cycle, actions=tuple(replace(a, place="box") for a in cycle.actions))


@examples(0.3)
@given(cycle=cycles(BETWEEN))
def test_3_both_sides_sum_to_zero_on_every_date(folder, cycle):
    """With the charges that have accrued: the fund's claims are the units' debts, its income is their cost."""
    place = made(folder / "one", in_one(cycle))
    ws = place.open()
    books = load_books(ws)
    assert [p for book in books.units.values() for p in book.problems] == []
    policy = read_policy(books.central_text, ws)
    (found,) = cycles_of(books, policy).values()
    assert found.problems == ()
    run = provisional(books, policy)
    assert list(run.problems) == []
    sums: dict[tuple[str, dt.date], Fraction] = defaultdict(Fraction)
    for slug in ws.units:
        for entry in [*books.units[slug].entries(), *run.entries(slug)]:
            for posting in entry.postings if isinstance(entry, data.Transaction) else ():
                if posting.meta and "partner" in posting.meta:
                    side = "result" if posting.account.startswith(("Income:", "Expenses:")) else "balance"
                    sums[side, entry.date] += Fraction(posting.units.number)
    assert not any(sums.values()), {key: float(value) for key, value in sums.items() if value}
    if cycle.rules.method == "roll-over":
        return  # goes on rolling over to the month's end
    last = max([cycle.days[-1], *(entry.date for slug in ws.units for entry in run.entries(slug))])
    group = cycle.group()
    assert sum_of(books, run, CENTRAL, BOTH["charges_due"][0]) == group.figures(last)["charges_due"]
    owed = {who: -sum_of(books, run, who, BOTH["charges_due"][1]) for who in cycle.people}
    assert owed == {who: group.owes(who, last)[1] for who in cycle.people}


def sum_of(books, run, slug, account) -> Fraction:
    """What stands on an account, provisional entries with it; the chart may name it otherwise."""
    code = account.partition(":")[2].partition("-")[0]
    return sum(
        (
            Fraction(posting.units.number)
            for entry in [*books.units[slug].entries(), *run.entries(slug)]
            if isinstance(entry, data.Transaction)
            for posting in entry.postings
            if posting.account.partition(":")[2].startswith(code)
        ),
        Fraction(0),
    )


@examples(0.3)
@given(cycle=cycles(BETWEEN))
def test_3_the_combined_statements_have_nothing_of_it(folder, cycle):
    """On each month's last day all is eliminated: no claim, debt, income or cost of the fund is left; result = gifts
    less costs."""
    place = made(folder / "one", in_one(cycle))
    ws = place.open()
    books = load_books(ws)
    run = provisional(books, read_policy(books.central_text, ws))
    codes = {name.partition(":")[2].partition("-")[0] for pair in BOTH.values() for name in pair[:2]}
    begin = dt.date(2026, 1, 1)
    for day in {cycle.days[-1], cycle.days[len(cycle.days) // 2]}:
        found = combine(books, run, date_from=begin, date_to=day)
        assert list(found.unmatched) == [], [(u.code, u.amount, u.kind) for u in found.unmatched]
        sums: dict[str, Fraction] = defaultdict(Fraction)
        for row in found.trial_balance:
            sums[row.account.partition("-")[0]] += Fraction(row.amount)
        assert not any(sums[code] for code in codes), {c: float(sums[c]) for c in codes if sums[c]}
        now = cycle.group(day).figures(day)
        assert Fraction(found.result) == now["gifts"] - now["expenses"]


@examples(0.2)
@given(cycle=cycles(BETWEEN))
def test_check_finds_nothing_wrong_between_units(folder, cycle):
    place = made(folder / "one", in_one(cycle))
    code, out, err = place.run(cycle.day, "check", "--json")
    assert (code, json.loads(out)["errors"]) == (0, []), err
