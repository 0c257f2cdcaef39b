"""Turnover that came late into a closed month: counted in the first open month, at the rate of its own day (SPEC 6, 7).

Worked by hand. Repris' January is closed with 100,000.00 of turnover and 15,000.00 of levy booked. A sale of 1,000.00
dated 20 January comes in after that. February has 10,000.00.
"""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from beancount.core import data
from beancount.core.amount import Amount
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books import Books, CentralText, UnitBook, Workspace, load_books, summarise
from ledger.policy import read_policy
from ledger.provisional import provisional
from ledger.rules.rounding import unit_of
from tests.provisional.test_mirror import AMOUNT, CONFIG, SALES, START, UNITS, D, limits, policy, prices

POLICY = """\
2025-01-01 custom "decision" "A" "assembly"
2025-01-01 custom "levy-rate" "*" 0.15
  decision: "A"
"""
LOWER = """\
2026-02-01 custom "levy-rate" "*" 0.10
  decision: "A"
"""
ACCOUNTS = """\
2024-01-01 open Assets:1930-Bank
2024-01-01 open Income:3001-Sales
2024-01-01 open Expenses:6430-Levy
2024-01-01 open Liabilities:2861-Owed
"""
TAGS = '    partner: "gemensamt"\n    ic: "levy"\n'


def sale(day, amount, meta=""):
    return f'{day} * "sale"\n{meta}  Assets:1930-Bank  {amount} SEK\n  Income:3001-Sales\n'


def levy(day, amount):
    accounts = (f"  Expenses:6430-Levy  {amount} SEK\n", f"  Liabilities:2861-Owed  -{amount} SEK\n")
    return f'{day} * "levy" ^ic-repris-levy-{day[:7]}\n' + "".join(line + TAGS for line in accounts)


JANUARY = sale("2026-01-10", "100000.00") + levy("2026-01-31", "15000.00")
LINE = JANUARY.count("\n") + 1  # of what stands behind it


@pytest.fixture
def year(make_workspace, tmp_path, monkeypatch):
    """`year(january, february, closed, late)`: the unit's statement; `late` are lines of January's file."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))

    def make(january, february, closed=("2026-01",), late=(), policy=POLICY, year=2026):
        texts = {"accounts": ACCOUNTS, "2026-01": january, "2026-02": february}
        ws = make_workspace({"repris": texts}, policy=policy)
        books = load_books(ws)
        assert books.problems == ()
        book = books.units["repris"]
        file = str(ws.units["repris"].folder / "books/2026/2026-01.beancount")
        own = replace(book, summary=summarise(book.entries(), late={(file, line) for line in late}))
        books = replace(books, units={**books.units, "repris": own}, closed={"repris": frozenset(closed)})
        run = provisional(books, read_policy(books.central_text, ws))
        assert run.problems == ()
        return run.statements["repris"].year(year)

    return make


def figures(statement):
    """Month, base, due to date, booked, provisional."""
    return [(m.month, *(f"{n:.2f}" for n in (m.base, m.due_ytd, m.booked, m.provisional))) for m in statement.months]


def corrections(statement):
    """Month it counts in, voucher or place, month it corrects, base, rate."""
    return [(m.month, c.voucher, c.of, str(c.base), str(c.rate)) for m in statement.months for c in m.corrections]


def test_it_counts_in_the_first_open_month_like_a_correction(year):
    """15 % of 111,000.00 = 16,650.00 to date in February, of which 15,000.00 are booked."""
    found = year(JANUARY + sale("2026-01-20", "1000.00"), sale("2026-02-10", "10000.00"), late=(LINE,))
    assert figures(found) == [
        ("2026-01", "100000.00", "15000.00", "15000.00", "0.00"),
        ("2026-02", "11000.00", "16650.00", "0.00", "1650.00"),
    ]
    ((month, voucher, *rest),) = corrections(found)
    assert (month, rest) == ("2026-02", ["2026-01", "1000.00", "0.15"])
    assert voucher.startswith("units/repris/books/2026/2026-01.beancount:")


@pytest.mark.parametrize(
    ("policy", "posted"),
    [
        (POLICY, "1650.00"),  # 15 % of 11,000.00
        (POLICY + LOWER, "1150.00"),  # 15 % of 1,000.00 + 10 % of 10,000.00
    ],
)
def test_moved_there_with_concerns_the_figures_are_the_same(year, policy, posted):
    february = sale("2026-02-10", "10000.00")
    late = year(JANUARY + sale("2026-01-20", "1000.00"), february, late=(LINE,), policy=policy)
    moved = year(JANUARY, february + sale("2026-02-01", "1000.00", '  concerns: "2026-01"\n'), policy=policy)
    assert str(late.months[-1].provisional) == posted
    assert figures(late) == figures(moved)
    assert [c[2:] for c in corrections(late)] == [c[2:] for c in corrections(moved)]


@pytest.mark.parametrize(
    ("closed", "counts"),
    [
        (("2026-01",), "2026-02"),
        (("2026-01", "2026-02"), "2026-03"),
        (("2026-01", "2026-02", "2026-04"), "2026-03"),  # March was opened again
        (("2025-12", "2026-01", "2026-02", "2026-03"), "2026-04"),
    ],
)
def test_the_first_month_after_its_own_that_is_open(year, closed, counts):
    found = year(JANUARY + sale("2026-01-20", "1000.00"), "; nothing\n", closed=closed, late=(LINE,))
    assert [(c[0], c[2], c[3]) for c in corrections(found)] == [(counts, "2026-01", "1000.00")]
    assert [(m, n) for m, *_, n in figures(found) if n != "0.00"] == [(counts, "150.00")]


def test_a_month_opened_again_carries_its_own_difference(year):
    """January is open again: what is booked in it stays, what a new sale adds is provisional there."""
    january = JANUARY + sale("2026-01-20", "1000.00")
    found = year(january, sale("2026-02-10", "10000.00"), closed=())
    assert figures(found) == [
        ("2026-01", "101000.00", "15150.00", "15000.00", "150.00"),
        ("2026-02", "10000.00", "16650.00", "0.00", "1500.00"),
    ]
    closed_again = year(january, sale("2026-02-10", "10000.00"), closed=("2026-02",))
    assert figures(closed_again)[0] == ("2026-01", "101000.00", "15150.00", "15000.00", "150.00")


def test_a_late_correction_keeps_what_it_corrects(year):
    """A credit note of 400.00, dated in closed January, for a sale of December 2025: that year's line, in February."""
    policy = POLICY.replace("2025-01-01", "2024-01-01")
    january = JANUARY + sale("2026-01-20", "-400.00", '  concerns: "2025-12"\n')
    found = year(january, sale("2026-02-10", "10000.00"), late=(LINE,), policy=policy)
    assert figures(found)[1] == ("2026-02", "10000.00", "16500.00", "0.00", "1500.00")
    assert [(p.year, p.month, str(p.base), str(p.amount)) for p in found.prior_years] == [
        ("2025-01", "2026-02", "-400.00", "-60.00")
    ]


def test_a_late_sale_of_a_closed_year_is_a_line_of_its_own(year):
    """A sale dated in December 2025 came after the year was closed: 15 % of 1,000.00, in the first open month."""
    months = tuple(f"2025-{n:02d}" for n in range(1, 13))
    late = sale("2025-12-20", "1000.00")
    found = year(late + JANUARY, "; nothing\n", closed=(*months, "2026-01"), late=(1,))
    assert figures(found) == [("2026-01", "100000.00", "15000.00", "15000.00", "0.00")]
    assert [(p.year, p.month, str(p.base), str(p.amount)) for p in found.prior_years] == [
        ("2025-01", "2026-02", "1000.00", "150.00")
    ]


def mirrored(sales, months, *, moved):
    """Books in which every other sale of a closed month came late: as it stands, or moved to the first open month."""
    found = {}
    for owner in UNITS:
        income = "Income:3001-Sales" if owner.chart == "bas" else "Income:705-Sales"
        entries = [data.Open({"filename": "x", "lineno": 1}, START, income, None, None)]
        late = set()
        for number, (month, cents, back) in enumerate(sales.get(owner.slug, []), 10):
            meta, day = {"filename": "x", "lineno": number}, dt.date(2026, month, 1 + cents % 28)
            if back and month > 1:
                meta["concerns"] = dt.date(2026, month - 1, 20)
            if month <= months and number % 2:
                late.add(("x", number))
                if moved:
                    meta.setdefault("concerns", day)
                    day = dt.date(2026, months + 1, 1)
            amount = Amount(D(cents) * unit_of(owner.currency), owner.currency)
            rows = [data.Posting(income, -amount, *[None] * 3, {}), data.Posting("Assets:1", amount, *[None] * 4)]
            entries.append(data.Transaction(meta, day, "*", None, "", frozenset(), frozenset(), rows))
        found[owner.slug] = UnitBook(owner, "", (), summarise(entries, late=() if moved else late))
    closed = {owner.slug: frozenset(f"2026-{n:02d}" for n in range(1, months + 1)) for owner in UNITS}
    ws = Workspace(Path("/nowhere"), CONFIG, {owner.slug: owner for owner in UNITS})
    return Books(ws, found, CentralText((), prices(), ""), closed)


def said(run):
    """All that statements say, but where a correction stands."""
    return {
        (slug, year.year): [
            (replace(month, corrections=()), [replace(c, voucher="") for c in month.corrections])
            for month in (*year.months, *year.prior_years)
        ]
        for slug, levy in run.statements.items()
        for year in levy.years
    }


@settings(max_examples=60, deadline=None)
@given(SALES, st.integers(0, 11), AMOUNT, AMOUNT)
def test_late_or_moved_is_the_same_levy(sales, months, floor, cap):
    """Whatever is sold, whenever the months are closed, and whatever the levy is limited by."""
    stands = provisional(mirrored(sales, months, moved=False), policy(*limits(floor, cap)))
    moved = provisional(mirrored(sales, months, moved=True), policy(*limits(floor, cap)))
    assert stands.problems == moved.problems == ()
    assert said(stands) == said(moved)
    assert all(repr(stands.entries(owner.slug)) == repr(moved.entries(owner.slug)) for owner in UNITS)
