"""Whatever files come, overlapping, repeated and in any order: every deposit is in the books once, to the last öre."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

from beancount.core import data
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.bgmax.read import read_bgmax
from importers.book import BookView
from importers.clearing.planner import plan_deposits
from ledger.books import Unit
from ledger.books.sources import SourceTable
from tests.importers.bgmax.files import deposit, end, paid, section, start, whole

UNIT = Unit("repris", Path("/nowhere"), "Repris", "REPRIS", "division", "SEK", "bas")
SOURCE = SourceTable(name="bg", format="bgmax")
#: A bank's day: deposits, each a list of payments in öre; a deduction is negative and never more than what is paid.
PAYMENTS = st.lists(st.integers(1, 10**7), min_size=1, max_size=4)
TRUTH = st.lists(st.tuples(st.integers(1, 28), PAYMENTS, st.booleans()), min_size=1, max_size=6)


def section_of(serial, day, payments, deducted):
    records = [paid(ore, str(n)) for n, ore in enumerate(payments, 1)]
    total = sum(payments)
    if deducted:
        records.append(paid(payments[0], "k", record="21"))
        total -= payments[0]
    return [section(), *records, deposit(total, len(records), serial=str(serial), day=f"202603{day:02}")], total


@settings(max_examples=100, deadline=None)
@given(TRUTH, st.data())
def test_histories(truth, data_):
    sections = [section_of(serial, *said) for serial, said in enumerate(truth, 1)]
    everything = list(range(len(truth)))
    downloads = [
        *data_.draw(st.lists(st.lists(st.sampled_from(everything), min_size=1, max_size=8), max_size=5)),
        everything,
    ]
    held: list[data.Directive] = []
    for chosen in data_.draw(st.permutations(downloads)):
        payments = sum(len(truth[i][1]) for i in chosen)
        deductions = sum(truth[i][2] for i in chosen)
        records = [line for i in chosen for line in sections[i][0]]
        content = whole(start(), *records, end(payments, deductions, deposits=len(chosen)))
        plan = plan_deposits(
            BookView(UNIT, list(held)),
            SOURCE,
            read_bgmax(content),
            role="bankgiro_clearing",
            file="bg.txt",
            document="documents/x",
            today=dt.date(2026, 3, 31),
        )
        assert plan.notes == []
        assert len(plan.entries) + len(plan.known) == len(set(chosen))
        held += [*plan.opens, *plan.entries]
    entries = [e for e in held if isinstance(e, data.Transaction)]
    assert len(entries) == len(truth)
    debits = [p.units.number for e in entries for p in e.postings if p.account.startswith("Assets:1583")]
    assert sorted(debits) == sorted(Decimal(total) / 100 for _, total in sections if total)
    assert all(sum((p.units.number for p in e.postings), Decimal(0)) == 0 for e in entries)
