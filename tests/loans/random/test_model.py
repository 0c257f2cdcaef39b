"""The second method against figures that were worked out by hand, before anything is compared with it."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from fractions import Fraction

import pytest
from hypothesis import given

from tests.loans.random.second import Action, Group, Rules, in_parts, rounded, share_out, write_off_level
from tests.loans.random.strategies import cycles, examples

DAY = dt.date(2026, 1, 14)


def rules(**more) -> Rules:
    given_ = {
        "name": "NK26",
        "currency": "SEK",
        "smallest": Fraction(1, 100),
        "share_value": 100,
        "begins": dt.date(2026, 1, 1),
        "ends": dt.date(2026, 12, 1),
        "meetings": (),
        "charge": Fraction(5, 100),
    }
    return Rules(**(given_ | more))


def after(agreed: Rules, *actions: Action) -> Group:
    group = Group(agreed)
    for action in actions:
        group.do(action)
    return group


def loan(day: dt.date, amount: int, term: int, name: str = "L1", who: str = "Anna") -> Action:
    return Action(day, "loan", who, Fraction(amount), loan=name, term=term)


def bought(who: str, shares: int, day: dt.date = DAY) -> Action:
    return Action(day, "shares", who, Fraction(100 * shares))


def test_flat_charges_are_owed_at_once():
    """900 at 5 % over 3 months: 135 (research, 1.2)."""
    group = after(rules(method="flat"), bought("Anna", 9), loan(DAY, 900, 3))
    assert group.owes("Anna", DAY) == (900, 135, 0)


def test_declining_charges_are_on_what_is_left():
    """900 at 5 %, 300 repaid each month: 45 + 30 + 15 = 90 (research, 1.2)."""
    back = [Action(dt.date(2026, m, 14), "repaid", "Anna", Fraction(300)) for m in (2, 3, 4)]
    group = after(rules(), bought("Anna", 9), loan(DAY, 900, 3), *back)
    charges = group.charges(group.loans["L1"], dt.date(2026, 6, 1))
    assert charges == [(dt.date(2026, 2, 14), 45), (dt.date(2026, 3, 14), 30), (dt.date(2026, 4, 14), 15)]


@pytest.mark.parametrize(("part", "expected"), [("whole", 45), ("days", Fraction(2323, 100)), ("none", 0)])
def test_a_period_that_has_begun(part, expected):
    """900 at 5 %, all back after 16 of the 31 days to 14 February: 45; 45 × 16 ÷ 31 = 23.2258; nothing."""
    back = Action(dt.date(2026, 1, 30), "repaid", "Anna", Fraction(900))
    group = after(rules(part_period=part), bought("Anna", 9), loan(DAY, 900, 3), back)
    assert group.charged("Anna", dt.date(2026, 6, 1)) == expected


@pytest.mark.parametrize(("part", "expected"), [("whole", 45), ("days", Fraction(3774, 100)), ("none", 30)])
def test_what_is_paid_back_within_a_period(part, expected):
    """900 at 5 %, 300 back after 16 of the 31 days to 14 February: 45; 30 + 15 × 16 ÷ 31 = 37.7419; 30."""
    back = Action(dt.date(2026, 1, 30), "repaid", "Anna", Fraction(300))
    group = after(rules(part_period=part), bought("Anna", 9), loan(DAY, 900, 3), back)
    assert group.charged("Anna", dt.date(2026, 2, 13)) == 0
    assert group.charged("Anna", dt.date(2026, 2, 14)) == expected


def test_a_month_ends_at_the_nearest_meeting_once_one_on_the_day_or_later_is_known():
    """Of 14 January: 14 February lies between the meetings of the 11th and the 18th; the 11th is nearer."""
    feb = [dt.date(2026, 2, day) for day in (4, 11, 18)]
    group = Group(rules(meetings=tuple(feb)))
    assert group.period_end(DAY, 1) == dt.date(2026, 2, 11)
    assert group.period_end(DAY, 2) == dt.date(2026, 3, 14)
    assert Group(rules(meetings=tuple(feb[:2]))).period_end(DAY, 1) == dt.date(2026, 2, 14)
    assert Group(rules(period="30-days", due_weekday="saturday")).period_end(dt.date(2026, 7, 1), 1) == dt.date(
        2026, 8, 1
    )


@pytest.mark.parametrize(("after_term", "expected"), [(True, 135), (False, 45)])
def test_charges_after_the_term(after_term, expected):
    """900 for one month at 5 %, nothing repaid in three: 45 a month, or 45."""
    group = after(rules(after_term=after_term), bought("Anna", 9), loan(DAY, 900, 1))
    assert group.charged("Anna", dt.date(2026, 4, 14)) == expected


def test_what_is_left_becomes_a_new_loan():
    """100 at 20 % flat; 50 paid, of it 20 for the charge: 70 left. Rolled over at 20 %: owes 84 (samples, S3)."""
    agreed = rules(method="roll-over", charge=Fraction(20, 100), period="30-days")
    begin = dt.date(2026, 7, 1)
    group = after(agreed, bought("Anna", 1), loan(begin, 100, 1))
    assert sum(group.owes("Anna", begin)) == 120
    group.do(Action(dt.date(2026, 7, 20), "charge", "Anna", Fraction(20)))
    group.do(Action(dt.date(2026, 7, 20), "repaid", "Anna", Fraction(30)))
    assert group.owes("Anna", dt.date(2026, 7, 31)) == (70, 0, 0)
    group.do(Action(dt.date(2026, 8, 2), "roll", "Anna", Fraction(70), loan="L1", into="L2", term=1))
    assert group.owes("Anna", dt.date(2026, 8, 2)) == (70, 14, 0)


def test_the_oldest_loan_is_repaid_first_and_the_limit_is_what_is_left():
    """7 shares of 100: 2 100 may be borrowed; 600 and 300 are; 700 repaid: 0 and 200 left; 1 900 more may be."""
    group = after(
        rules(loan_multiple=3),
        bought("Anna", 7),
        bought("Bo", 20),
        loan(DAY, 600, 1),
        loan(dt.date(2026, 1, 21), 300, 1, "L2"),
        Action(dt.date(2026, 1, 28), "repaid", "Anna", Fraction(700)),
    )
    assert [x.open for x in group.of("Anna")] == [0, 200]
    assert group.limit("Anna", dt.date(2026, 1, 28)) == 1900
    assert group.late("Anna", dt.date(2026, 2, 21)) == 0
    assert group.late("Anna", dt.date(2026, 2, 24)) == 3


def test_a_fine_pays_what_is_unpaid_first_and_belongs_to_the_fund_that_was_agreed_on():
    fines = Action(DAY, "fined", "Bo", Fraction(30)), Action(DAY, "fine", "Bo", Fraction(50))
    now = after(rules(), bought("Bo", 1), *fines).figures(DAY)
    assert (now["fines"], now["fines_due"], now["cash"]) == (50, 0, 150)
    now = after(rules(fines="social-fund"), bought("Bo", 1), fines[1]).figures(DAY)
    assert (now["fines"], now["cash"], now["social"]) == (0, 100, 50)


def test_who_leaves_gets_the_cost_less_debts_and_the_profit_stays():
    """Anna 5, Bo 5 shares; 100 given; Anna owes 200: leaves with 300; 700 + 100 - 0 for Bo's 5 shares = 600."""
    group = after(
        rules(method="flat", charge=Fraction(0)),
        bought("Anna", 5),
        bought("Bo", 5),
        Action(DAY, "gift", amount=Fraction(100)),
        loan(DAY, 200, 1),
        Action(DAY, "leave", "Anna"),
    )
    shared = group.shared_out(DAY)
    assert (shared.fund, shared.paid) == (600, {"Bo": 600})


def test_halves_are_rounded_away_from_zero():
    assert [rounded(Fraction(n, 2), Fraction(1)) for n in (1, 3, -1, -3)] == [1, 2, -1, -2]


def test_remainders_largest_first_ties_to_who_came_first():
    """100 by thirds, and 1 000 in notes of 10 by sevenths: 142.86, 285.71, 571.43 -> 140, 290, 570."""
    assert in_parts(Fraction(100), dict.fromkeys("xyz", Fraction(100, 3)), Fraction(1)) == {"x": 34, "y": 33, "z": 33}
    parts = {name: Fraction(1000 * n, 7) for name, n in (("x", 1), ("y", 2), ("z", 4))}
    assert in_parts(Fraction(1000), parts, Fraction(10)) == {"x": 140, "y": 290, "z": 570}


def test_every_worked_share_out(samples):
    """`rules/examples.json` 5, by the second method."""
    worked = json.loads((samples / "rules" / "examples.json").read_text(encoding="utf-8"))["5_share_out"]
    rule_of = {"c_wait": "wait", "d_pro_rata": "pro-rata", "e_write_off": "write-off"}
    for name, example in worked.items():
        if name == "rule":
            continue
        rows = example["payouts"]
        agreed = rules(
            share_value=100,
            shortfall=rule_of.get(name, "wait"),
            rounding=Fraction(1) if name == "f_whole_notes" else Fraction(1, 100),
        )
        shared = share_out(
            agreed,
            {r["participant"]: r["shares"] for r in rows},
            {r["participant"]: Fraction(r["debts"]) for r in rows},
            {r["participant"]: Fraction(0) for r in rows},
            Fraction(example["fund"]),
            Fraction(example["cash"]),
        )
        assert shared.gross == {r["participant"]: Fraction(r["gross"]) for r in rows}, name
        assert shared.payout == {r["participant"]: Fraction(r["payout"]) for r in rows}, name
        expected = example.get("paid_now") or example.get("paid") or {}
        assert {who: shared.paid[who] for who in expected} == {w: Fraction(a) for w, a in expected.items()}, name
        assert shared.booked == (name != "c_wait")
        if "value_per_share" in example:
            assert shared.level == Fraction(example["value_per_share"]) * example["shares"]


def test_what_is_written_off_where_two_owe_more_than_they_have():
    """10 shares each; a owes 5 000, b 900, c nothing; cash 400: only c gets something, 400 = 10 × 40."""
    shares = dict.fromkeys("abc", 10)
    debts = {"a": Fraction(5000), "b": Fraction(900), "c": Fraction(0)}
    charges = dict.fromkeys("abc", Fraction(0))
    assert write_off_level(rules(), shares, debts, charges, Fraction(6300), Fraction(400)) == 30 * 40
    assert write_off_level(rules(), shares, debts, charges, Fraction(7000), Fraction(1100)) == 30 * 100  # b 100; c 1000


@pytest.mark.parametrize(
    ("rule", "saved", "back", "fund", "expected"),
    [
        ("equal", (1000, 1000, 1000), (0, 0, 0), 15000, (5000, 5000, 5000)),
        ("equal", (2000, 1000), (0, 0), 3600, (2300, 1300)),
        ("interest-back", (1000, 1000), (1500, 500), 4300, (2650, 1650)),
    ],
)
def test_share_outs_by_other_rules(rule, saved, back, fund, expected):
    """Samples, S8."""
    names = "abc"[: len(saved)]
    shared = share_out(
        rules(share_out=rule),
        {w: s // 100 for w, s in zip(names, saved, strict=True)},
        dict.fromkeys(names, Fraction(0)),
        {w: Fraction(b) for w, b in zip(names, back, strict=True)},
        Fraction(fund),
        Fraction(fund),
    )
    assert tuple(shared.payout.values()) == expected


@examples(4)
@given(cycles())
def test_every_random_cycle_is_one_that_a_group_could_have(cycle):
    """The fund ties on every day, no place is ever short of money, nobody borrows more than the rules allow."""
    group = Group(cycle.rules)
    for day, actions in itertools.groupby(cycle.actions, lambda a: a.day):
        for action in actions:
            if action.kind == "loan":
                limit = group.limit(action.who, day)
                assert limit is None or action.amount <= limit
                assert action.amount <= group.cash
            group.do(action)
            assert all(amount >= 0 for amount in group.money.values())
        group.figures(day)
    assert sum(x.open for x in group.loans.values()) == group.figures(cycle.day)["loans"]
