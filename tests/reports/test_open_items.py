"""The lists of open items: sums by unit, age and currency; what units owe each other stands apart."""

import datetime as dt
from decimal import Decimal

import pytest

from ledger.books import load_books, open_workspace
from ledger.reports.open_items import AGES, as_json, list_open_items
from tests.conftest import ROOT

D = Decimal
ACCOUNTS = """\
2026-01-01 open Assets:1510-Kundfordringar
2026-01-01 open Assets:1660-Intern-fordran
2026-01-01 open Assets:1581-Kort
2026-01-01 open Assets:1930-Bank
2026-01-01 open Liabilities:2440-Leverantörsskulder
2026-01-01 open Liabilities:2860-Intern-skuld
2026-01-01 open Income:3001-Försäljning-25
2026-01-01 open Expenses:4000-Inköp-varor
2026-01-01 open Expenses:7010-Löner
"""
REPRIS = """\
2026-01-10 * "Kund AB" "Faktura 1" ^inv-repris-1
  invoice: "1"
  due: 2026-02-09
  Assets:1510-Kundfordringar     1000.00 SEK
  Income:3001-Försäljning-25

2026-02-20 * "Kund AB" "Betalning" ^inv-repris-1
  Assets:1930-Bank                400.00 SEK
  Assets:1510-Kundfordringar     -400.00 SEK

2026-03-01 * "Bo" "Faktura 2, i euro" ^inv-repris-2
  due: 2026-04-30
  Assets:1510-Kundfordringar       50.00 EUR @ 11.00 SEK
  Income:3001-Försäljning-25

2026-01-15 * "Elbolaget" "El"
  Expenses:4000-Inköp-varor       200.00 SEK
  Liabilities:2440-Leverantörsskulder

2026-03-30 * "Kort" "Dagskassa"
  Assets:1581-Kort                 75.00 SEK
  Income:3001-Försäljning-25

2026-03-25 * "Anna Andersson" "Lön och utlägg"
  Expenses:7010-Löner             900.00 SEK
  Assets:1930-Bank               -850.00 SEK
  Liabilities:2440-Leverantörsskulder

2026-01-31 * "Kafe" "Januari" ^ic-repris-1
  Assets:1660-Intern-fordran      300.00 SEK
    partner: "kafe"
    ic: "trade"
  Income:3001-Försäljning-25
    partner: "kafe"

2026-02-28 * "Kafe" "Februari" ^ic-repris-2
  Assets:1660-Intern-fordran      200.00 SEK
    partner: "kafe"
    ic: "trade"
  Income:3001-Försäljning-25
    partner: "kafe"

2026-03-10 * "Kafe" "Avräkning" ^ic-kafe-9
  Assets:1930-Bank                350.00 SEK
  Assets:1660-Intern-fordran     -350.00 SEK
    partner: "kafe"
    ic: "trade"
"""
KAFE = """\
2026-01-31 * "Repris" "Januari och februari" ^ic-repris-1
  Expenses:4000-Inköp-varor       300.00 SEK
    partner: "repris"
  Liabilities:2860-Intern-skuld  -300.00 SEK
    partner: "repris"
    ic: "trade"

2026-03-10 * "Repris" "Avräkning" ^ic-kafe-9
  Liabilities:2860-Intern-skuld   350.00 SEK
    partner: "repris"
    ic: "trade"
  Assets:1930-Bank               -350.00 SEK

2026-03-10 * "Borta" "Varor" ^ic-borta-1
  Expenses:4000-Inköp-varor        70.00 SEK
  Liabilities:2860-Intern-skuld   -70.00 SEK
    partner: "borta"
    ic: "trade"

2026-03-11 * "Okänd" "Utan motpart"
  Expenses:4000-Inköp-varor         5.00 SEK
  Liabilities:2860-Intern-skuld    -5.00 SEK
"""
DAY = dt.date(2026, 3, 31)


@pytest.fixture
def books(make_workspace):
    """Two members, one that has left, and a members' own book."""
    sale = '2026-01-05 * "Kund" ""\n  Assets:1510-Kundfordringar  9.00 SEK\n  Income:3001-Försäljning-25\n'
    ws = make_workspace(
        {
            "repris": {"accounts": ACCOUNTS, "2026-01": REPRIS},
            "kafe": {"accounts": ACCOUNTS, "2026-01": KAFE},
            "borta": {"accounts": ACCOUNTS, "2026-01": sale, "unit": "joined = 2026-01-01\nleft = 2026-02-28"},
            "kikundi": {"accounts": ACCOUNTS, "2026-01": sale, "unit": "combine = false"},
        }
    )
    found = load_books(ws)
    assert not found.problems
    return found


def brief(items):
    """`kind open currency counterparty age`."""
    return [f"{i.kind} {i.open} {i.currency} {i.counterparty} {i.bucket(DAY)}" for i in items]


def test_a_units_items(books):
    (repris,) = list_open_items(books, ["repris"], day=DAY).units
    assert brief(repris.external) == [
        "receivable 50.00 EUR Bo not_due",
        "receivable 600.00 SEK Kund AB 31-60",  # due on 9 February, 50 days before
        "clearing 75.00 SEK Kort 1-30",
        "payable -200.00 SEK Elbolaget 61-90",  # from 15 January, 75 days
        "payable -50.00 SEK Anna Andersson 1-30",
    ]
    # 300 and 200, less 350 paid in one sum: 150 of the second is left
    assert brief(repris.internal) == ["receivable 150.00 SEK Kafe 31-60"]
    (left,) = repris.internal
    assert (left.key, left.amount, [m.amount for m in left.movements]) == ("ic-repris-2", D(200), [D(200), D(-50)])
    assert [(b.account[:11], b.currency, b.amount) for b in repris.balances] == [
        ("Assets:1510", "EUR", D(50)),
        ("Assets:1510", "SEK", D(600)),
        ("Assets:1581", "SEK", D(75)),
        ("Assets:1660", "SEK", D(150)),
        ("Liabilities", "SEK", D(-250)),
    ]


def test_a_day_before(books):
    (repris,) = list_open_items(books, ["repris"], day=dt.date(2026, 2, 19)).units
    assert [f"{i.open} {i.counterparty}" for i in repris.external] == ["1000.00 Kund AB", "-200.00 Elbolaget"]
    assert [f"{i.open}" for i in repris.internal] == ["300.00"]


def test_who_has_left_is_an_outsider_and_an_internal_account_is_internal(books):
    (kafe,) = list_open_items(books, ["kafe"], day=DAY).units
    assert [f"{i.open} {i.partner}" for i in kafe.external] == ["-70.00 borta"]
    assert [f"{i.open} {i.partner}" for i in kafe.internal] == ["50.00 repris", "-5.00 "]
    (before,) = list_open_items(books, ["kafe"], day=dt.date(2026, 2, 28)).units
    assert [f"{i.open} {i.partner}" for i in before.internal] == ["-300.00 repris"]


def test_the_federation_adds_members_and_leaves_dealings_between_them_apart(books):
    found = list_open_items(books, day=DAY)
    assert [u.unit.slug for u in found.counted] == ["gemensamt", "kafe", "repris"]
    assert [u.unit.slug for u in found.apart] == ["borta", "kikundi"]
    assert [(t.kind, t.currency, t.open, t.items) for t in found.totals()] == [
        ("receivable", "EUR", D(50), 1),
        ("receivable", "SEK", D(600), 1),
        ("payable", "SEK", D(-320), 3),  # -200 -50 of repris, -70 of kafe
        ("clearing", "SEK", D(75), 1),
    ]
    assert found.totals()[2].ages == dict(zip(AGES, map(D, (0, -120, 0, -200, 0)), strict=True))
    assert [(t.kind, t.open) for t in found.totals(internal=True)] == [("receivable", D(150)), ("payable", D(45))]
    assert found.differences() == [("SEK", D(195))]  # kafe never booked February's 200, and 5 without partner


def test_only_one_kind(books):
    found = list_open_items(books, day=DAY, kind="payable")
    assert {t.kind for t in (*found.totals(), *found.totals(internal=True))} == {"payable"}
    assert {i.kind for u in found.units for i in (*u.external, *u.internal)} == {"payable"}
    assert {b.kind for u in found.units for b in u.balances} == {"payable"}
    assert found.differences() == []


def test_persons_names_are_the_units_own(books):
    def names(found):
        units = as_json(found)["units"]
        return [i["counterparty"] for u in units if u["unit"] == "repris" for i in u["external"]["items"]]

    assert "Anna Andersson" in names(list_open_items(books, ["repris"], day=DAY))
    shown = names(list_open_items(books, day=DAY))
    assert shown == ["Bo", "Kund AB", "Kort", "Elbolaget", None]


def test_json_of_an_item(books):
    answer = as_json(list_open_items(books, ["repris"], day=DAY))
    assert (answer["schema"], answer["date"], answer["federation"], answer["errors"]) == (1, "2026-03-31", None, [])
    assert answer["units"][0]["external"]["items"][1] == {
        "kind": "receivable",
        "account": "Assets:1510-Kundfordringar",
        "currency": "SEK",
        "number": "1",
        "reference": "",
        "counterparty": "Kund AB",
        "partner": None,
        "date": "2026-01-10",
        "due": "2026-02-09",
        "days_late": 50,
        "age": "31-60",
        "amount": "1000.00",
        "open": "600.00",
        "link": "inv-repris-1",
        "where": "units/repris/books/2026/2026-01.beancount:1",
    }


def test_a_broken_book_is_left_out_and_named(make_workspace):
    ws = make_workspace(
        {
            "repris": {"accounts": ACCOUNTS, "2026-01": REPRIS},
            "kafe": {"accounts": ACCOUNTS, "2026-01": '2026-01-01 * "x"\n  Assets:1510-Kundfordringar  1.00 SEK\n'},
        }
    )
    found = list_open_items(load_books(ws), day=DAY)
    assert [u.unit.slug for u in found.units] == ["gemensamt", "repris"]
    assert {p.unit for p in found.problems} == {"kafe"}


def test_the_demos_items_add_up_to_its_accounts():
    """Every unit's list is made, and nothing in it is older than a quarter: the demo pays its bills."""
    found = list_open_items(load_books(open_workspace(ROOT)), day=dt.date(2026, 11, 30))
    assert not found.problems
    assert len(found.units) >= 12
    for unit in found.units:
        sums = {}
        for item in (*unit.external, *unit.internal):
            key = item.account, item.currency
            sums[key] = sums.get(key, D(0)) + item.open
        assert sums == {(b.account, b.currency): b.amount for b in unit.balances if b.amount}
    assert all(not t.ages["61-90"] and not t.ages["over_90"] for t in found.totals())
