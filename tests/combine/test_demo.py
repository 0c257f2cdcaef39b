"""The demo federation of this repository, combined: what must hold of real books (SPEC 10)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from beancount.core import convert, data

from ledger.books import load_books, open_workspace
from ledger.charts import lines
from ledger.combine import group_entries
from ledger.federation import Federation
from ledger.policy import read_policy
from ledger.provisional import provisional
from ledger.rules.rounding import unit_of
from tests.combine.conftest import ROOT
from tests.combine.test_view import rows, sums


@pytest.fixture(scope="module")
def demo() -> Federation:
    ws = open_workspace(ROOT)
    books = load_books(ws)
    policy = read_policy(books.central_text, ws)
    return Federation(books, policy, provisional(books, policy))


def test_it_is_complete_and_one_mismatch_waits(demo):
    assert demo.combined.complete
    waiting = [u for u in demo.combined.unmatched if u.code == "AMOUNT_DIFF"]
    assert len(waiting) == 1
    assert demo.combined.needs_person


def test_claims_and_debts_between_units_are_gone_but_for_what_is_listed(demo):
    found = demo.combined
    left = found.lines.get("InternalReceivables", Decimal(0)) + found.lines.get("InternalPayables", Decimal(0))
    (waiting,) = (u for u in found.unmatched if u.code == "AMOUNT_DIFF")
    rounding = Decimal("0.01") * len(found.unmatched)  # claims in other currencies are rounded dealing by dealing
    assert abs(abs(left) - waiting.amount) <= rounding


@pytest.mark.parametrize("threshold", [0, 10**9], ids=["months", "vouchers"])
@pytest.mark.parametrize("language", [None, "sv"])
def test_the_view_is_the_trial_balance(demo, language, threshold):
    entries = group_entries(demo.books, demo.run, demo.combined, language=language, threshold=threshold)
    named = {tuple(account.split(":")[1:]): amount for account, amount in sums(entries).items()}
    parts = {line.id: line.component(language) if language else line.id for line in lines()}
    assert len(named) > 100
    earlier = {"Earlier-years": "Tidigare-år"} if language else {}
    told = rows(demo.combined, demo.books).items()
    assert named == {
        (parts[line], *(earlier.get(part, part) for part in rest)): amount for (line, *rest), amount in told
    }


def test_the_divisions_together_are_the_association(demo):
    """Its own books without internal accounts, to the öre: dealings between divisions are internal."""
    books, run = demo.books, demo.run
    persons = defaultdict(set)
    for slug, unit in books.workspace.units.items():
        if unit.combine:
            persons[unit.legal_person].add(slug)
    divisions = max(persons.values(), key=len)
    start, end = demo.combined.date_from, demo.combined.date_to
    own = internal = Decimal(0)
    for slug in divisions:
        for entry in (*books.units[slug].entries(), *run.entries(slug)):
            if not isinstance(entry, data.Transaction) or not start <= entry.date <= end:
                continue
            for posting in entry.postings:
                if posting.account.startswith(("Income:", "Expenses:")):
                    amount = convert.get_weight(posting).number
                    if (posting.meta or {}).get("partner") in divisions:
                        internal += amount
                    else:
                        own -= amount
    together = sum(
        r.amount
        for r in demo.combined.trial_balance
        if r.unit in divisions and any(r.line == name for name in _income_lines())
    )
    mismatch = next(u for u in demo.combined.unmatched if u.code == "AMOUNT_DIFF")
    assert abs(internal) == mismatch.amount  # the one deliberate difference, both sides divisions
    assert round(-together, 2) == round(own - internal, 2)


def _income_lines():
    return {line.id for line in lines() if line.statement == "income" and line.id != "ResultTransfer"}


def test_what_is_provisional_stands_in_plain_beancount_at_whole_units(demo):
    """Beancount rounds nothing: central's claim on the levy in euro was 1.6 öre off, as 0.896 for 0.88."""
    for slug, book in demo.books.units.items():
        unit = unit_of(book.unit.currency)
        for entry in demo.run.entries(slug):
            for posting in getattr(entry, "postings", ()):
                number, currency = convert.get_weight(posting)
                assert currency == book.unit.currency
                assert abs(number - number.quantize(unit)) < Decimal("1e-12"), (slug, entry)
