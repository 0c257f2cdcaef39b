"""Both sides of an event between a fund and a unit: what one book says the other says the other way round."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.charts import load_chart
from ledger.loans.dealings import (
    Deal,
    Owed,
    SharedOut,
    buy_shares,
    fine,
    lend,
    pay_still_due,
    repay,
    share_out,
    write_off,
)
from ledger.rules.dealings import KINDS
from ledger.rules.loans.terms import Terms

TERMS = Terms(name="RF26", currency="SEK", share_value=Decimal(1000), begins=dt.date(2026, 1, 1))


@dataclass
class Book:
    """A book that has no account of its own: the chart's are taken."""

    unit: SimpleNamespace
    chart: str = "bas"

    def account(self, role, day, currency):
        del day, currency
        return load_chart(self.chart, None).role(role).account


def deal(chart="bas", **more):
    central = Book(SimpleNamespace(slug="gemensamt", name="Gemensamt"))
    return Deal(
        terms=TERMS,
        book=central,
        unit=Book(SimpleNamespace(slug="fi", name="FI"), chart),
        date=dt.date(2026, 2, 10),
        **more,
    )


def said(entries):
    """Accounts by number, with their amounts and the kind of dealing; money on a bank has none."""
    rows = (
        (p.account.split(":")[1].split("-")[0], f"{p.units.number.normalize():f}", p.meta.get("ic", ""))
        for entry in entries
        for p in entry.postings
    )
    return ", ".join(" ".join(filter(None, row)) for row in rows)


BANKS = {"bank": "Assets:1930-Bank", "unit_bank": "Assets:1930-Bank"}


@pytest.mark.parametrize(
    ("event", "book", "unit"),
    [
        (
            lambda d: buy_shares(d, 10),
            "1930 10000, 2863 -10000 fund",
            "1930 -10000, 1666 10000 fund",
        ),
        (
            lambda d: lend(d, "RF26-L01", Decimal(6000), 1, Decimal(60)),
            "1663 6000 loan, 1930 -6000, 1664 60 interest, 8361 -60 interest",
            "2864 -6000 loan, 1930 6000, 2865 -60 interest, 8462 60 interest",
        ),
        (
            lambda d: repay(d, Decimal(3000), Decimal(30), fines=Decimal(50)),
            "1930 3080, 1663 -3000 loan, 1664 -30 interest, 1665 -50 other",
            "1930 -3080, 2864 3000 loan, 2865 30 interest, 2867 50 other",
        ),
        (
            lambda d: fine(d, Decimal(70), Decimal(20)),
            "1930 20, 1665 50 other, 3991 -70 other",
            "1930 -20, 2867 -50 other, 6991 70 other",
        ),
        (
            # 10 shares at 927.50, 3,030 set off, 245 paid later: 6,000 now
            lambda d: share_out(
                d,
                SharedOut(
                    shares=10, gross=Decimal(9275), debts=Owed(Decimal(3000), Decimal(30)), still_due=Decimal(245)
                ),
            ),
            "2863 10000 fund, 8461 -725 interest, 1663 -3000 loan, 1664 -30 interest, 2866 -245 fund, 1930 -6000",
            "1666 -10000 fund, 8363 725 interest, 2864 3000 loan, 2865 30 interest, 1662 245 fund, 1930 6000",
        ),
        (
            lambda d: pay_still_due(d, Decimal(245)),
            "2866 245 fund, 1930 -245",
            "1662 -245 fund, 1930 245",
        ),
        (
            lambda d: write_off(d, Owed(Decimal(3000), Decimal(30), Decimal(50))),
            "8463 3000 loan, 8463 30 interest, 8463 50 other, 1663 -3000 loan, 1664 -30 interest, 1665 -50 other",
            "8363 -3000 loan, 8363 -30 interest, 8363 -50 other, 2864 3000 loan, 2865 30 interest, 2867 50 other",
        ),
    ],
    ids=["shares", "loan", "repayment", "fine", "share-out", "rest", "write-off"],
)
def test_accounts_and_amounts(event, book, unit):
    both = event(deal(**BANKS))
    assert said(both.book) == book
    assert said(both.unit) == unit


def test_money_on_its_way_is_an_item_of_its_own():
    both = repay(deal(), Decimal(8000), Decimal(240))
    assert said(both.book).startswith("1685 8240 other, ")
    assert said(both.unit).startswith("2899 -8240 other, ")


def test_what_gives_a_loan_says_which_in_the_fund_s_book():
    both = lend(deal(**BANKS, decision="ST-5"), "RF26-L01", Decimal(6000), 3, Decimal(180))
    (loan, _), (due, _) = (entry.postings for entry in both.book)
    assert {key: loan.meta[key] for key in ("loan", "term")} == {"loan": "RF26-L01", "term": Decimal(3)}
    assert (due.meta["loan"], "term" in due.meta) == ("RF26-L01", False)
    assert all("loan" not in p.meta for entry in both.unit for p in entry.postings)
    assert {link for entry in (*both.book, *both.unit) for link in entry.links} == {
        "RF26-L01",
        "ic-gemensamt-RF26-L01",
    }
    # The board has decided on 6,000: its charge uses nothing of it.
    assert [entry.meta.get("decision") for entry in both.book] == ["ST-5", None]


amounts = st.integers(0, 10**9).map(lambda n: Decimal(n) / 100)
shared = st.builds(
    SharedOut,
    shares=st.integers(0, 500),
    gross=amounts,
    debts=st.builds(Owed, amounts, amounts, amounts),
    still_due=amounts,
    written_off=amounts,
)
events = st.one_of(
    st.integers(-100, 500).map(lambda n: lambda d: buy_shares(d, n)),
    st.tuples(amounts, amounts).map(lambda t: lambda d: lend(d, "RF26-L01", t[0], 3, t[1])),
    st.tuples(amounts, amounts, amounts).map(lambda t: lambda d: repay(d, t[0], t[1], fines=t[2])),
    st.tuples(amounts, amounts).map(lambda t: lambda d: fine(d, *t)),
    shared.map(lambda its: lambda d: share_out(d, its)),
    st.tuples(amounts, amounts, amounts).map(lambda t: lambda d: write_off(d, Owed(*t))),
)


@settings(max_examples=150, deadline=None)
@given(events, st.sampled_from(["bas", "pgc", "vsla"]), st.booleans())
def test_one_book_s_debit_is_the_other_s_credit(event, chart, way):
    """Each balances; kind by kind both come to nothing; all but the bank names the other book."""
    both = event(deal(chart, **({} if way else BANKS)))
    assert len(both.book) == len(both.unit)
    for own, theirs in zip(both.book, both.unit, strict=True):
        assert (own.date, own.links, own.meta) == (theirs.date, theirs.links, theirs.meta)
        sums = {}
        for entry, partner in ((own, "fi"), (theirs, "gemensamt")):
            assert sum(p.units.number for p in entry.postings) == 0
            for p in entry.postings:
                assert p.units.number
                if p.account == BANKS["bank"] and "ic" not in p.meta:
                    continue
                assert p.meta["partner"] == partner
                assert p.meta["ic"] in KINDS
                section = p.account.split(":")[0] in {"Income", "Expenses"}
                key = p.meta["ic"], section
                sums[key] = sums.get(key, Decimal(0)) + p.units.number
        assert set(sums.values()) <= {Decimal(0)}
