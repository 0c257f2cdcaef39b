"""What adjustments have used of decisions: counted with the vouchers, in the reporting currency; worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.books import load_books
from ledger.federation import load_federation
from ledger.policy import read_policy
from ledger.policy.decided import decided

POLICY = """\
2026-02-01 custom "decision" "D" "board"
  text: "Audit of the federation"
  amount: 1000.00 SEK
  until: 2026-06-30
2026-02-01 custom "decision" "E" "board"
  amount: 1000.00 EUR
"""
PRICES = "2026-03-31 price EUR 11.45 SEK\n"
ACCOUNTS = """\
2026-01-01 open Assets:1930-Bank
2026-01-01 open Expenses:6420-Audit SEK
"""
AUDIT = "units/adjustments/2026-audit.beancount"


def adjustment(amount, day="2026-03-31", decision="D", *meta, link=""):
    rows = "".join(f"  {row}\n" for row in meta)
    return (
        f'{day} * "Audit"{link}\n  author: "anna"\n  reason: "Comes in spring"\n  decision: "{decision}"\n{rows}'
        f"  Expenses:OtherExternalCosts:6420-Audit  {amount} SEK\n"
        f"  Liabilities:AccruedExpenses:2990-Audit  -{amount} SEK\n\n"
    )


def voucher(amount, day="2026-03-10", link=""):
    return f'{day} * "Audit"{link}\n  decision: "D"\n  Expenses:6420-Audit  {amount} SEK\n  Assets:1930-Bank\n'


@pytest.fixture
def register(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))

    def look(*adjustments, book="; nothing\n"):
        made = make_workspace({"repris": {"accounts": ACCOUNTS, "2026-03": book}}, policy=POLICY, prices=PRICES)
        (made.units_folder / "adjustments").mkdir()
        (made.root / AUDIT).write_text("".join(adjustments), encoding="utf-8")
        books = load_books(made)
        assert books.problems == ()
        found = decided(books, read_policy(books.central_text, made))
        assert load_federation(made).decided.problems == found.problems
        return {state.decision.id: state for state in found.states}, found.problems

    return look


def used(state):
    return state.booked, state.left, [(u.unit, u.booked, u.vouchers) for u in state.units]


def test_an_adjustment_uses_the_decision_that_it_names(register):
    states, problems = register(adjustment("600.00"))
    assert problems == ()
    assert used(states["D"]) == (
        Decimal("600.00"),
        Decimal("400.00"),
        [("adjustments", Decimal("600.00"), (f"{AUDIT}:1",))],
    )


def test_with_vouchers_it_may_be_too_much(register):
    """500.00 of 10 March and 600.00 of 31 March are 100.00 more than 1,000.00; the later one is told."""
    states, (problem,) = register(adjustment("600.00"), book=voucher("500.00"))
    assert states["D"].booked == Decimal("1100.00")
    assert [u.unit for u in states["D"].units] == ["adjustments", "repris"]
    assert (problem.code, problem.params["over"]) == ("DECISION_USED_UP", "100.00")
    assert (problem.file, problem.line, problem.unit) == (AUDIT, 1, None)


def test_one_that_is_taken_back_has_given_it_back(register):
    """Booked in April by the unit itself, 900.00: nothing is used twice."""
    states, problems = register(
        adjustment("900.00", "2026-03-31", "D", "reverses: 2026-04-01"), book=voucher("900.00", "2026-03-12")
    )
    assert problems == ()
    assert states["D"].booked == Decimal("900.00")


def test_taken_back_after_the_decision_s_end_is_no_fault(register):
    states, problems = register(adjustment("900.00", "2026-06-30", "D", "reverses: 2026-07-01"))
    assert (states["D"].booked, problems) == (Decimal("0.00"), ())


def test_a_dealing_that_a_unit_has_booked_counts_once(register):
    """The unit has booked 600.00 of the dealing; the adjustment says that it was 700.00."""
    link = " ^ic-repris-7"
    states, problems = register(adjustment("700.00", link=link), book=voucher("600.00", link=link))
    assert problems == ()
    assert states["D"].booked == Decimal("700.00")


def test_another_currency_counts_at_the_day_s_spot(register):
    """11,450.00 SEK at 11.45 are 1,000.00 EUR: all of it."""
    states, problems = register(adjustment("11450.00", "2026-03-31", "E"))
    assert problems == ()
    assert (states["E"].booked, states["E"].left, states["E"].status) == (Decimal("1000.00"), Decimal("0.00"), "done")


def test_without_a_rate_it_is_told_where_the_adjustment_stands(register):
    states, (problem,) = register(adjustment("11450.00", "2026-03-01", "E"))
    assert (problem.code, problem.file, problem.unit) == ("MISSING_RATE", AUDIT, None)
    assert states["E"].booked == Decimal("0.00")


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2026-01-31", None),  # decided in February on January's figures
        ("2026-06-30", None),
        ("2026-07-01", "DECISION_LATER"),  # after its end
    ],
)
def test_the_days_on_which_a_decision_allows_an_adjustment(register, day, code):
    _, problems = register(adjustment("1.00", day))
    assert [p.code for p in problems] == ([code] if code else [])


def test_two_adjustments_of_one_file_are_two(register):
    states, problems = register(adjustment("600.00"), adjustment("500.00", "2026-04-30"))
    assert states["D"].booked == Decimal("1100.00")
    assert states["D"].units[0].vouchers == (f"{AUDIT}:1", f"{AUDIT}:8")
    assert [(p.code, p.line) for p in problems] == [("DECISION_USED_UP", 8)]


def test_an_unknown_decision_is_the_adjustment_s_own_error(register):
    states, problems = register(adjustment("600.00", "2026-03-31", "X"))
    assert problems == ()
    assert states["D"].booked == Decimal("0.00")
