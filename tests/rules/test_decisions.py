"""What of a decision is used: worked by hand.

Decision D: 100,000.00. A voucher uses the larger of what it debits and what it credits:

| booked | D uses |
|---|---|
| fund 60,000 / bank -60,000, decision on the voucher | the fund's posting alone: 60,000 |
| claim 60,000 / bank -60,000, decision on the voucher | no protected account: all of it, 60,000 |
| fund 60,000 by D, capital 25,000 by E, bank -85,000 | D 60,000, E 25,000 |
| central lends 60,000, the unit books its debt of 60,000, one link | 60,000, once |
| refund decided as a debt of 90,000, paid with 40,000 and 50,000 | 90,000, once |
| fund 60,000, a correction of it -20,000 | 40,000 |
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.decisions import Posting, Use, _size, carried_out, citations, in_force, status

D = Decimal
DAY = dt.date(2026, 3, 1)
FUND, CAPITAL, BANK, CLAIM = "Equity:2071-Fond", "Equity:2083-Insatser", "Assets:1930-Bank", "Assets:1320-Lån"


def posting(account, own=None, *, common=None, transaction=0, corrects=None):
    return Posting(transaction, corrects, account, account.startswith("Equity:"), own, common)


def said(*postings):
    """What each posting is covered by; in brackets where it uses nothing of it."""
    found = citations(postings)
    return [None if c.decision is None else c.decision if c.counts else f"({c.decision})" for c in found]


def test_on_the_voucher_its_protected_postings_use_the_decision():
    assert said(posting(FUND, common="D"), posting(BANK, common="D")) == ["D", "(D)"]


def test_on_a_voucher_without_a_protected_posting_all_of_it_does():
    assert said(posting(CLAIM, common="D"), posting(BANK, common="D")) == ["D", "D"]


def test_on_a_posting_that_one_does():
    assert said(posting(FUND, "D"), posting(BANK)) == ["D", None]
    assert said(posting(CLAIM, "D"), posting(FUND)) == ["D", None]  # the fund's has none


def test_a_posting_says_otherwise_than_its_voucher():
    """Two decisions in one voucher."""
    assert said(posting(FUND, common="D"), posting(CAPITAL, "E", common="D"), posting(BANK, common="D")) == [
        "D",
        "E",
        "(D)",
    ]


def test_a_correction_goes_by_what_it_corrects():
    first = (posting(FUND, common="D"), posting(BANK, common="D"))
    back = (posting(FUND, transaction=1, corrects=0), posting(BANK, transaction=1, corrects=0))
    assert said(*first, *back) == ["D", "(D)", "D", None]
    moved = (posting(FUND, transaction=1, corrects=0), posting(CAPITAL, transaction=1, corrects=0))
    assert said(*first, *moved) == ["D", "(D)", "D", "D"]


def test_a_correction_gives_back_whatever_has_allowed_it():
    first = (posting(FUND, common="D"), posting(BANK, common="D"))
    back = (posting(FUND, common="E", transaction=1, corrects=0), posting(BANK, common="E", transaction=1, corrects=0))
    assert said(*first, *back) == ["D", "(D)", "D", "(E)"]
    moved = (*back[:1], posting(CAPITAL, common="E", transaction=1, corrects=0))
    assert said(*first, *moved) == ["D", "(D)", "D", "E"]
    assert said(*first, posting(FUND, "E", transaction=1, corrects=0)) == ["D", "(D)", "E"]  # as the posting says


def test_a_correction_of_what_two_decisions_allow_takes_each_account_s_own():
    first = (posting(FUND, "D"), posting(CAPITAL, "E"), posting(BANK))
    back = [posting(account, transaction=1, corrects=0) for account in (FUND, CAPITAL, "Equity:2086-Reservfond", BANK)]
    assert said(*first, *back) == ["D", "E", None, "D", "E", None, None]


def use(amount, account=FUND, *, unit="central", transaction=0, root=None, day=1, links=(), owed=False, partners=None):
    other = ("repris",) if unit == "central" else ("central",)
    return Use(
        unit=unit,
        transaction=transaction,
        root=transaction if root is None else root,
        date=DAY.replace(day=day),
        account=account,
        amount=D(amount),
        links=tuple(links),
        owed=owed,
        partners=other if partners is None else partners,
    )


LIMIT = D("100000.00")
BOTH = [
    use("60000", CLAIM, links=("ic-central-7",)),
    use("-60000", BANK, links=("ic-central-7",)),
    use("-60000", "Liabilities:2360-Lån", unit="repris", links=("ic-central-7",)),
    use("60000", BANK, unit="repris", links=("ic-central-7",)),
]
REFUND = [
    use("-90000", "Liabilities:2898", owed=True),
    use("40000", "Liabilities:2898", transaction=1, day=5, owed=True),
    use("50000", "Liabilities:2898", transaction=2, day=6, owed=True),
]


@pytest.mark.parametrize(
    ("uses", "used", "over"),
    [
        ([], "0", []),
        ([use("60000")], "60000", []),
        ([use("60000", CLAIM), use("-60000", BANK)], "60000", []),
        ([use("-60000")], "60000", []),  # money into a fund is decided, too
        ([use("60000"), use("-25000", CAPITAL)], "60000", []),
        (BOTH, "60000", []),
        ([*BOTH[:2], *(use(u.amount, u.account, unit="repris") for u in BOTH[2:])], "120000", [("repris", 0)]),
        ([*BOTH[:2], use("-60500", unit="repris", links=("ic-central-7",))], "60500", []),  # sides differ: the larger
        (REFUND, "90000", []),
        ([*REFUND, use("10000.01", "Liabilities:2898", transaction=3, day=7, owed=True)], "100000.01",
         [("central", 3)]),
        ([use("60000"), use("-20000", transaction=1, root=0, day=9)], "40000", []),
        ([use("60000"), use("-60000", transaction=1, root=0, day=9)], "0", []),
        ([use("60000"), use("40000", transaction=1, day=2)], "100000", []),  # to the last cent
        ([use("60000"), use("40000.01", transaction=1, day=2)], "100000.01", [("central", 1)]),  # one cent over
        ([use("60000"), use("40000.01", transaction=1, day=2), use("1", transaction=2, day=3)], "100001.01",
         [("central", 1), ("central", 2)]),
        ([use("150000"), use("-50000", transaction=1, root=0, day=9)], "100000", []),  # corrected since
        ([use("90000"), use("20000", transaction=1, root=0, day=9)], "110000", [("central", 1)]),  # corrected upwards
        ([use("90000", day=3), use("20000", transaction=1, day=2)], "110000", [("central", 0)]),  # the later one
    ],
)  # fmt: skip
def test_what_is_used(uses, used, over):
    found = carried_out(LIMIT, uses)
    assert found.used == D(used)
    assert sorted(found.over) == over


def test_links_that_aren_t_a_dealing_s_join_nothing():
    """A link that a bookkeeper puts on all grants of a year must not make them one."""
    uses = [use("60000", links=("grants",)), use("50000", unit="repris", links=("grants",))]
    assert carried_out(LIMIT, uses).used == D(110000)


IC = ("ic-central-7",)


@pytest.mark.parametrize(
    ("uses", "used"),
    [
        # a contribution of capital: the member's credit and central's debit, each naming the other
        ([use("-60000", CAPITAL, links=IC), use("60000", CLAIM, unit="repris", links=IC)], "60000"),
        # both credit their capital: each has its own, whatever they call it
        ([use("-60000", CAPITAL, links=IC), use("-60000", CAPITAL, unit="repris", links=IC)], "120000"),
        # neither names the other
        ([use("-60000", CAPITAL, links=IC, partners=()), use("60000", CLAIM, unit="repris", links=IC, partners=())],
         "120000"),
        # one names the other, who names somebody else
        ([use("-60000", CAPITAL, links=IC), use("60000", CLAIM, unit="repris", links=IC, partners=("kafe",))],
         "120000"),
        # three with one link: central lends to two, and a fourth party of the same sign is a dealing of its own
        ([use("60000", CLAIM, links=IC, partners=("kafe", "repris")), use("-25000", unit="repris", links=IC),
          use("-35000", unit="kafe", links=IC)], "60000"),
        ([use("60000", CLAIM, links=IC, partners=("kafe", "repris")), use("-60000", unit="repris", links=IC),
          use("-35000", unit="kafe", links=IC)], "95000"),
    ],
)  # fmt: skip
def test_one_dealing_has_two_sides_that_know_each_other(uses, used):
    assert carried_out(LIMIT, uses).used == D(used)


def test_each_unit_s_own_side():
    assert carried_out(LIMIT, BOTH).units == {"central": D(60000), "repris": D(60000)}


def test_what_gives_back_is_told():
    uses = [use("60000"), use("-20000", transaction=1, root=0), use("1", transaction=2)]
    assert carried_out(LIMIT, uses).eased == {("central", 1)}
    assert carried_out(LIMIT, [use("60000"), use("20000", transaction=1, root=0)]).eased == frozenset()


def test_a_correction_of_another_decision_s_voucher_stands_by_itself():
    """Voucher 0 cited E and is corrected to D: what it had is none of D's business."""
    assert carried_out(LIMIT, [use("60000", transaction=1, root=0)]).used == D(60000)


@pytest.mark.parametrize(
    ("day", "holds"),
    [("2026-02-28", False), ("2026-03-01", True), ("2026-06-30", True), ("2026-07-01", False)],
)
def test_in_force(day, holds):
    assert in_force(dt.date.fromisoformat(day), dt.date(2026, 3, 1), dt.date(2026, 6, 30)) is holds


@pytest.mark.parametrize(
    ("amount", "used", "name"),
    [
        (None, "0", "unlimited"),
        (None, "500", "unlimited"),
        ("100", "0", "open"),
        ("100", "0.01", "part"),
        ("100", "99.99", "part"),
        ("100", "100", "done"),
        ("100", "100.01", "done"),
    ],
)
def test_status(amount, used, name):
    assert status(None if amount is None else D(amount), D(used)) == name


USES = st.lists(
    st.builds(
        use,
        st.integers(-500, 500).map(str),
        st.sampled_from([FUND, CAPITAL, BANK]),
        unit=st.sampled_from(["central", "repris"]),
        transaction=st.integers(0, 5),
        day=st.integers(1, 3),
        links=st.sampled_from([(), ("ic-a-1",), ("ic-a-2",), ("ic-a-1", "ic-a-2")]),
        owed=st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(USES, st.permutations(range(12)))
def test_the_order_of_files_changes_nothing(uses, places):
    shuffled = [uses[place] for place in places if place < len(uses)]
    one, other = carried_out(D(700), uses), carried_out(D(700), shuffled)
    assert (one.used, one.units, one.over) == (other.used, other.units, other.over)
    assert one.used <= sum(one.units.values(), D(0))
    assert bool(one.over) == (one.used > 700)


@settings(max_examples=100, deadline=None)
@given(USES)
def test_what_is_reversed_in_full_uses_nothing(uses):
    back = [
        use(-u.amount, u.account, unit=u.unit, transaction=u.transaction + 10, root=u.transaction, day=9) for u in uses
    ]
    assert carried_out(D(1), [*uses, *back]).used == 0


@pytest.mark.parametrize(
    ("nets", "size"),
    [([], "0"), (["0.50", "-0.30"], "0.50"), (["0.50", "-0.80"], "0.80"), (["1", "-1"], "1"), (["-0.01"], "0.01")],
)
def test_the_larger_of_debits_and_credits_to_the_cent(nets, size):
    assert _size([D(net) for net in nets]) == D(size)
