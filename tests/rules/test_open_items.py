"""Open items: what is left of each invoice, whatever the order in which its movements were booked."""

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.open_items import BUCKETS, Movement, ageing, open_items, set_off

D = Decimal
SALES, DEBTS, CLEARING = "Assets:1510-Kundfordringar", "Liabilities:2440-Leverantörsskulder", "Assets:1581-Kort"
KINDS = {SALES: "receivable", DEBTS: "payable", CLEARING: "clearing"}


def day(text: str) -> dt.date:
    """`0314` is 14 March 2026."""
    return dt.date(2026, int(text[:2]), int(text[2:]))


def moved(text: str) -> list[Movement]:
    """Movements from rows of `MMDD amount [account] [key=..] [of=counterparty] [due=MMDD] [no=number] [partner=..]`."""
    found = []
    for line, row in enumerate(text.strip().splitlines(), 1):
        date, amount, *more = row.split()
        said = dict(part.split("=") for part in more)
        account = {"sales": SALES, "debts": DEBTS, "clearing": CLEARING}[said.get("on", "sales")]
        found.append(
            Movement(
                account=account,
                kind=KINDS[account],
                date=day(date),
                amount=D(amount),
                currency=said.get("in", "SEK"),
                key=said.get("key", ""),
                counterparty=said.get("of", ""),
                partner=said.get("partner", ""),
                due=day(said["due"]) if "due" in said else None,
                number=said.get("no", ""),
                references=tuple(filter(None, said.get("ref", "").split(","))),
                where=f"book:{line}",
            )
        )
    return found


def left(text: str, until: str | None = None) -> list[str]:
    """Open items as `date open key counterparty`."""
    items = open_items(moved(text), day(until) if until else None)
    return [" ".join(filter(None, (f"{i.date:%m%d}", str(i.open), i.key, i.counterparty))) for i in items]


@pytest.mark.parametrize(
    ("case", "book", "expected"),
    [
        ("an invoice", "0105 100 key=a of=Anna", ["0105 100 a Anna"]),
        ("paid", "0105 100 key=a\n0120 -100 key=a", []),
        ("part paid", "0105 100 key=a\n0120 -40 key=a", ["0105 60 a"]),
        ("paid too much", "0105 100 key=a\n0120 -130 key=a", ["0105 -30 a"]),
        ("paid before it came", "0102 -100 key=a\n0105 120 key=a", ["0105 20 a"]),
        ("a credit note by itself", "0105 -100 key=c", ["0105 -100 c"]),
        ("a credit note on its invoice", "0105 100 key=a\n0110 -25 key=a\n0120 -75 key=a", []),
        ("two keys don't mix", "0105 100 key=a\n0106 -100 key=b", ["0105 100 a", "0106 -100 b"]),
        ("a key pays nothing without one", "0105 9 of=Anna\n0106 -9 key=b of=Anna", ["0105 9 Anna", "0106 -9 b Anna"]),
        ("oldest first", "0105 100 of=Anna\n0110 50 of=Anna\n0120 -120 of=Anna", ["0110 30 Anna"]),
        ("names are folded", "0105 100 of=ANNA-B\n0120 -100 of=anna.b", []),
        ("each her own account", "0105 100 of=Anna\n0120 -100 of=Bo", ["0105 100 Anna", "0120 -100 Bo"]),
        ("prepaid", "0105 -80 of=Anna\n0110 -50 of=Anna\n0120 100 of=Anna", ["0110 -30 Anna"]),
        ("both sides again and again", "0105 50 of=A\n0106 -80 of=A\n0107 60 of=A\n0108 -10 of=A", ["0107 20 A"]),
        ("the opening balance is nobody's", "0101 100\n0105 -70 of=Bo\n0106 -20 of=Anna", ["0101 10"]),
        ("nobody's later claim is no reason", "0105 -70 of=Bo\n0106 100", ["0105 -70 Bo", "0106 100"]),
        ("own claims before nobody's", "0101 100\n0102 30 of=Bo\n0105 -70 of=Bo", ["0101 60"]),
        ("nobody's payment waits", "0101 -100\n0105 70 of=Bo", ["0101 -100", "0105 70 Bo"]),
        ("a debt is a credit", "0105 -100 on=debts of=Anna\n0120 90 on=debts of=Anna", ["0105 -10 Anna"]),
        ("last year's debts", "0101 -100 on=debts\n0105 60 on=debts of=Bo", ["0101 -40"]),
        ("nobody's payment of a debt", "0101 50 on=debts\n0105 -60 on=debts of=Bo", ["0101 50", "0105 -60 Bo"]),
        ("clearing has no counterparty", "0105 100 on=clearing of=Anna\n0107 -100 on=clearing of=Bo", []),
        ("clearing by key", "0105 100 on=clearing key=d\n0107 -98 on=clearing key=d", ["0105 2 d"]),
        ("each currency its own", "0105 100 of=A in=EUR\n0106 -100 of=A", ["0105 100 A", "0106 -100 A"]),
        ("each account its own", "0105 100 of=A\n0106 -100 of=A on=debts", ["0105 100 A", "0106 -100 A"]),
        ("a unit by its slug, not its name", "0105 100 of=Repris partner=repris\n0106 -100 of=Re partner=repris", []),
        ("a unit isn't its namesake", "0105 9 of=repris\n0106 -9 partner=repris", ["0105 9 repris", "0106 -9"]),
        ("nothing is no item", "0105 0 of=A\n0105 0 key=k", []),
    ],
    ids=lambda value: value if isinstance(value, str) and "\n" not in value and "0" not in value else "",
)  # fmt: skip
def test_what_is_left(case, book, expected):
    assert left(book) == expected, case


def test_the_day_that_is_asked_for_counts():
    book = "0105 100 key=a\n0120 -40 key=a\n0220 -60 key=a"
    assert left(book, "0104") == []
    assert left(book, "0105") == ["0105 100 a"]
    assert left(book, "0219") == ["0105 60 a"]
    assert left(book, "0220") == []


def test_an_item_says_what_its_invoice_said():
    """The payment came first; the invoice decides all the same, and what it is silent on comes from the next."""
    text = """
        0103 -20 key=a of=Payer no=77 ref=r9
        0105 60 key=a of=Anna due=0204 no=1001 ref=r1,1001
        0105 40 key=a partner=repris
    """
    (item,) = open_items(moved(text))
    assert (item.date, item.due, item.number, item.counterparty) == (day("0105"), day("0204"), "1001", "Anna")
    assert (item.amount, item.open, item.partner) == (D(60), D(80), "repris")
    assert item.references == ("r1", "1001", "r9")
    assert [m.amount for m in item.movements] == [D(-20), D(60), D(40)]


def test_two_postings_of_one_voucher_are_one_invoice():
    one, two = moved("0105 70 key=a\n0105 30 key=a")
    (item,) = open_items([one, replace(two, where=one.where)])
    assert item.amount == D(100)


def test_movements_of_a_rest_are_the_parts_that_are_its_own():
    one, two, paid = moved("0105 100 of=A\n0106 50 of=A\n0120 -120 of=A")
    (item,) = open_items([one, two, paid])
    assert item.movements == (two, replace(paid, amount=D(-20)))
    assert item.amount == D(50)


def test_items_stand_by_account_currency_due_date_first_date_key():
    text = """
        0103 -1 on=debts key=d
        0107 1 key=b due=0201
        0106 1 key=c due=0201
        0106 1 key=a due=0201
        0120 1 key=e
        0101 1 in=EUR key=z due=0601
    """
    assert left(text) == ["0101 1 z", "0120 1 e", "0106 1 a", "0106 1 c", "0107 1 b", "0103 -1 d"]


@pytest.mark.parametrize(
    ("due", "today", "late", "bucket"),
    [
        ("due=0331", "0330", 0, "not_due"),
        ("due=0331", "0331", 0, "not_due"),
        ("due=0331", "0401", 1, "1-30"),
        ("due=0331", "0430", 30, "1-30"),
        ("due=0331", "0501", 31, "31-60"),
        ("due=0331", "0530", 60, "31-60"),
        ("due=0331", "0531", 61, "61-90"),
        ("due=0331", "0629", 90, "61-90"),
        ("due=0331", "0630", 91, "over_90"),
        ("", "0105", 0, "not_due"),
        ("", "0106", 1, "1-30"),
    ],
)
def test_age(due, today, late, bucket):
    (item,) = open_items(moved(f"0105 100 key=a {due}"))
    assert (item.days_late(day(today)), item.bucket(day(today))) == (late, bucket)


def test_ageing_has_every_bucket():
    items = open_items(moved("0105 100 key=a due=0204\n0105 30 key=b due=0304\n0105 -5 key=c due=0204"))
    assert ageing(items, day("0305")) == {"not_due": 0, "1-30": D(125), "31-60": 0, "61-90": 0, "over_90": 0}


movements = st.lists(
    st.builds(
        Movement,
        account=st.sampled_from([SALES, DEBTS, CLEARING]),
        kind=st.none(),
        date=st.dates(dt.date(2026, 1, 1), dt.date(2026, 6, 30)),
        amount=st.decimals(-500, 500, places=2),
        currency=st.sampled_from(["SEK", "EUR"]),
        key=st.sampled_from(["", "", "a", "b"]),
        counterparty=st.sampled_from(["", "Anna", "ANNA", "Bo"]),
        partner=st.sampled_from(["", "", "repris"]),
        due=st.none() | st.dates(dt.date(2026, 1, 1), dt.date(2026, 9, 30)),
        number=st.sampled_from(["", "1001", "1002"]),
        references=st.sampled_from([(), ("r1",)]),
        where=st.integers(1, 12).map("book:{}".format),
    ).map(lambda m: replace(m, kind=KINDS[m.account])),
    max_size=30,
)


@settings(max_examples=200, deadline=None)
@given(movements, st.dates(dt.date(2026, 1, 1), dt.date(2026, 7, 1)))
def test_items_add_up_to_the_balance_and_buckets_to_the_items(moves, until):
    items = open_items(moves, until)
    balances: dict[tuple[str, str], D] = defaultdict(D)
    for move in moves:
        if move.date <= until:
            balances[move.account, move.currency] += move.amount
    found: dict[tuple[str, str], D] = defaultdict(D)
    for item in items:
        found[item.account, item.currency] += item.open
        assert item.open
        assert sum(m.amount for m in item.movements) == item.open
        assert {(m.account, m.currency, m.key) for m in item.movements} == {(item.account, item.currency, item.key)}
    assert {k: v for k, v in found.items() if v} == {k: v for k, v in balances.items() if v}
    totals = ageing(items, until)
    assert list(totals) == [name for name, _ in BUCKETS]
    assert sum(totals.values()) == sum((i.open for i in items), D(0))


@settings(max_examples=100, deadline=None)
@given(movements, st.randoms(use_true_random=False))
def test_the_order_of_movements_changes_nothing(moves, random):
    before = open_items(moves)
    random.shuffle(moves)
    assert open_items(moves) == before


@settings(max_examples=100, deadline=None)
@given(movements, st.data())
def test_a_full_payment_removes_its_item_and_no_other(moves, data):
    items = open_items(moves)
    keyed = [i for i in items if i.key]
    if not keyed:
        return
    item = data.draw(st.sampled_from(keyed))
    payment = Movement(
        item.account, item.kind, dt.date(2026, 7, 1), -item.open, item.currency, key=item.key, where="book:99"
    )
    assert open_items([*moves, payment]) == tuple(i for i in items if i is not item)


@settings(max_examples=100, deadline=None)
@given(movements)
def test_one_counterparty_never_owes_and_is_owed_at_once_without_keys(moves):
    signs: dict[tuple[str, str, str], set[bool]] = defaultdict(set)
    for item in open_items(moves):
        if not item.key:
            owner = "" if item.kind == "clearing" else item.partner or item.counterparty.casefold()
            signs[item.account, item.currency, owner].add(item.open > 0)
    assert all(len(found) == 1 for found in signs.values())


def test_units_settle_in_sums():
    """Two months' dealings paid by one document: what is left keeps its own number, link and first amount."""
    text = """
        0131 300 key=ic-repris-1 partner=kafe no=1
        0228 200 key=ic-repris-2 partner=kafe no=2
        0310 -350 key=ic-kafe-9 partner=kafe
        0131 40 key=ic-repris-3 partner=sy
    """
    found = set_off(open_items(moved(text)))
    assert [(i.key, i.number, i.amount, i.open) for i in found] == [
        ("ic-repris-3", "", D(40), D(40)),
        ("ic-repris-2", "2", D(200), D(150)),
    ]


@settings(max_examples=100, deadline=None)
@given(movements, st.randoms(use_true_random=False))
def test_what_is_set_off_adds_up_all_the_same(moves, random):
    items = list(open_items(moves))
    found = set_off(items)
    random.shuffle(items)
    assert set_off(items) == found
    sums: dict[tuple[str, str], D] = defaultdict(D)
    for item in items:
        sums[item.account, item.currency] += item.open
    for item in found:
        sums[item.account, item.currency] -= item.open
        assert sum(m.amount for m in item.movements) == item.open
    assert not any(sums.values())
