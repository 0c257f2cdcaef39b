"""Events between a rotating fund and units, written into both books in one job: numbers, links, accounts, once."""

import datetime as dt
from decimal import Decimal
from functools import partial

import pytest
from beancount import loader

from ledger.books import open_workspace
from ledger.books.history import read_history
from ledger.books.problems_sealed import MonthClosed
from ledger.closing.loans import Event, book_events
from ledger.closing.problems_loans import LoanAccountDates, LoanUnitCurrency
from ledger.combine import combine
from ledger.errors import Problem
from ledger.federation import load_federation
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
from ledger.rules.loans.terms import Terms
from tests.closing.sealing import seal

TERMS = Terms(
    name="RF26", currency="SEK", share_value=Decimal(1000), begins=dt.date(2026, 1, 1), charge=Decimal("0.01")
)
TODAY = dt.date(2026, 3, 5)
BANK = "2026-01-01 open Assets:1930-Bank SEK\n2026-01-01 open Equity:2091-Retained\n"


def opening(amount):
    return f'2026-01-02 * "Opening"\n  voucher: "A-1"\n  Assets:1930-Bank  {amount} SEK\n  Equity:2091-Retained\n'


UNITS = {
    "gemensamt": {"accounts": BANK, "2026-01": opening("1000.00")},
    "nk": {"accounts": BANK, "2026-01": opening("50000.00")},
    "fi": {"accounts": BANK, "2026-01": opening("20000.00")},
}


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    return make_workspace(UNITS)


def book(ws, *events, dry_run=False, terms=TERMS):
    """`events`: (unit, day, function of a deal); the money is on both banks unless `way` says it is on its way."""
    made = []
    for slug, day, act, *more in events:
        kept = dict(more[0]) if more else {}
        banks = {} if kept.pop("way", False) else {"bank": "Assets:1930-Bank", "unit_bank": "Assets:1930-Bank"}
        said = {**banks, **kept, "terms": terms, "date": dt.date.fromisoformat(day)}
        make = partial(lambda act, said, own, unit: act(Deal(book=own, unit=unit, **said)), act, said)
        made.append(Event(ws.unit(slug), make))
    return book_events(
        ws, ws.central, made, currency=terms.currency, cycle=terms.name, by="anna", today=TODAY, dry_run=dry_run
    )


def text_of(ws, name):
    return (ws.units_folder / name).read_text(encoding="utf-8")


def whole(ws):
    """No book has an error, and on each of some days nothing of the fund is left in the combined statements."""
    federation = load_federation(open_workspace(ws.root))
    assert federation.problems == ()
    for slug, unit in ws.units.items():
        _, errors, _ = loader.load_file(str(unit.main))
        assert errors == [], slug
    found = None
    for day in ("2026-01-31", "2026-02-10", "2026-02-28", "2026-03-31"):
        found = combine(federation.books, federation.run, date_to=dt.date.fromisoformat(day))
        assert found.unmatched == ()
        assert found.problems == ()
        sums = {}
        for row in found.trial_balance:
            code = row.account.split("-")[0]
            sums[code] = sums.get(code, Decimal(0)) + row.amount
        assert {code for code, amount in sums.items() if amount} <= {"1930", "2091"}, sums
        assert sums["1930"] == 71000
        assert found.result == 0
    return found


def test_both_books_say_the_same_the_other_way_round(ws):
    done = book(ws, ("fi", "2026-01-10", lambda deal: buy_shares(deal, 10), {"decision": "", "meeting": "1"}))
    assert done.vouchers == {"fi": ("R-1",), "gemensamt": ("R-1",)}
    assert text_of(ws, "gemensamt/books/2026/2026-01.beancount").endswith(
        """
2026-01-10 * "RF26: Fi buys 10 shares" ^ic-gemensamt-RF26-shares-2026-01-10
  voucher: "R-1"
  registered: 2026-03-05
  by: "anna"
  source-id: "loans:RF26:shares:fi:2026-01-10:10000.00"
  cycle: "RF26"
  meeting: "1"
  Assets:1930-Bank                                      10000.00 SEK
  Liabilities:2863-Lånefonden-andelar                  -10000.00 SEK
    partner: "fi"
    ic: "fund"
"""
    )
    assert text_of(ws, "fi/books/2026/2026-01.beancount").endswith(
        """
  Assets:1930-Bank                                     -10000.00 SEK
  Assets:1666-Andelar-i-lånefonden                      10000.00 SEK
    partner: "gemensamt"
    ic: "fund"
"""
    )
    assert "2026-01-01 open Assets:1666-Andelar-i-lånefonden\n" in text_of(ws, "fi/accounts.beancount")
    assert "2026-01-01 open Liabilities:2863-Lånefonden-andelar\n" in text_of(ws, "gemensamt/accounts.beancount")
    assert [line.action for line in read_history(ws.unit("fi").folder)][-1] == "loan"
    whole(ws)


def test_the_same_event_is_booked_once(ws):
    """Another one of the same day and amount says which it is."""
    event = ("fi", "2026-01-10", lambda deal: buy_shares(deal, 10))
    book(ws, event)
    before = text_of(ws, "fi/books/2026/2026-01.beancount")
    assert book(ws, event).known == 2
    assert text_of(ws, "fi/books/2026/2026-01.beancount") == before
    assert book(ws, (*event, {"number": "2"})).vouchers == {"fi": ("R-2",), "gemensamt": ("R-2",)}
    whole(ws)


def test_a_side_that_was_lost_is_put_back(ws):
    event = ("fi", "2026-01-10", lambda deal: buy_shares(deal, 10))
    book(ws, event)
    (ws.unit("fi").books / "2026" / "2026-01.beancount").write_text(opening("20000.00"), encoding="utf-8")
    done = book(ws, event)
    assert (done.known, done.vouchers) == (1, {"fi": ("R-1",)})
    whole(ws)


def test_a_dry_run_writes_nothing(ws):
    done = book(ws, ("fi", "2026-01-10", lambda deal: buy_shares(deal, 10)), dry_run=True)
    assert list(done.texts) == [
        "units/fi/accounts.beancount",
        "units/fi/books/2026/2026-01.beancount",
        "units/gemensamt/accounts.beancount",
        "units/gemensamt/books/2026/2026-01.beancount",
    ]
    assert "RF26" not in text_of(ws, "fi/books/2026/2026-01.beancount")


def everything(way):
    """Shares 30 + 10; a flat loan of 6,000 with 60 of charge; 3,030 paid of it; fines of 50 and 20; 3,030 lost."""
    flow = {"way": way}
    return [
        ("nk", "2026-01-10", lambda deal: buy_shares(deal, 30), flow),
        ("fi", "2026-01-10", lambda deal: buy_shares(deal, 10), flow),
        ("fi", "2026-02-10", lambda deal: lend(deal, "RF26-L01", Decimal(6000), 1, Decimal(60)), flow),
        ("fi", "2026-02-12", lambda deal: fine(deal, Decimal(50), Decimal(0)), flow),
        ("fi", "2026-02-13", lambda deal: fine(deal, Decimal(20), Decimal(20)), flow),
        ("fi", "2026-02-20", lambda deal: fine(deal, Decimal(0), Decimal(50)), flow),
        ("fi", "2026-03-01", lambda deal: repay(deal, Decimal(3000), Decimal(30), loans=["RF26-L01"]), flow),
        ("fi", "2026-03-02", lambda deal: write_off(deal, Owed(Decimal(3000), Decimal(30)), loans=["RF26-L01"]), flow),
    ]


@pytest.mark.parametrize("way", [False, True], ids=["bank", "on its way"])
def test_all_events_are_eliminated(ws, way):
    book(ws, *everything(way))
    whole(ws)


def test_each_book_has_the_accounts_of_its_own_chart(make_workspace, tmp_path, monkeypatch):
    """Central by BAS, FI by the Spanish plan, NK by the savings groups'; legal persons, money on its way."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    person = 'entity = "legal_entity"\ncountry = "SE"\n'
    retained = {"pgc": "Equity:120-Remanente", "vsla": "Equity:3910-Carried-in"}
    banks = {"pgc": "Assets:572-Bancos", "vsla": "Assets:1030-Bank"}
    units = {"gemensamt": UNITS["gemensamt"] | {"unit": 'country = "SE"\n'}}
    for slug, chart, amount in (("fi", "pgc", "20000.00"), ("nk", "vsla", "50000.00")):
        text = (
            opening(amount).replace("Assets:1930-Bank", banks[chart]).replace("Equity:2091-Retained", retained[chart])
        )
        accounts = f"2026-01-01 open {banks[chart]} SEK\n2026-01-01 open {retained[chart]}\n"
        units[slug] = {"unit": f'{person}chart = "{chart}"\n', "accounts": accounts, "2026-01": text}
    ws = make_workspace(units)
    book(ws, *everything(way=True))
    federation = load_federation(open_workspace(ws.root))
    assert federation.problems == ()
    for day in ("2026-01-31", "2026-02-28", "2026-03-31"):
        found = combine(federation.books, federation.run, date_to=dt.date.fromisoformat(day))
        assert (found.unmatched, found.result) == ((), 0)
        assert {line: amount for line, amount in found.lines.items() if amount} == {
            "CashAndBank": 71000,
            "RetainedResult": -71000,
        }


def test_a_share_out_over_all_units(ws):
    """Fund: 40,000 + 60 + 70 - 3,030 = 37,100; / 40 = 927.50. NK 27,825; FI 9,275, of which 275 later."""
    book(ws, *everything(way=False))
    nk = SharedOut(shares=30, gross=Decimal("27825.00"))
    fi = SharedOut(shares=10, gross=Decimal("9275.00"), still_due=Decimal("275.00"))
    book(
        ws,
        ("nk", "2026-03-03", lambda deal: share_out(deal, nk)),
        ("fi", "2026-03-03", lambda deal: share_out(deal, fi)),
        ("fi", "2026-03-04", lambda deal: pay_still_due(deal, Decimal(275))),
    )
    found = whole(ws)
    banks = {row.unit: row.amount for row in found.trial_balance if row.account.startswith("1930")}
    # NK: 50,000 - 30,000 + 27,825. FI: 20,000 - 10,000 + 6,000 - 20 - 50 - 3,030 + 9,275.
    assert banks == {"gemensamt": Decimal(1000), "nk": Decimal("47825.00"), "fi": Decimal("22175.00")}


def test_debts_are_set_off_and_the_rest_is_forgiven(ws):
    """FI's two shares are worth 1,000 each; it owes 2,500 + 25: 525 are lost."""
    shares = SharedOut(shares=2, gross=Decimal(2000), debts=Owed(Decimal(2500), Decimal(25)), written_off=Decimal(525))
    assert shares.paid == 0
    book(
        ws,
        ("fi", "2026-01-10", lambda deal: buy_shares(deal, 2)),
        ("fi", "2026-02-01", lambda deal: lend(deal, "RF26-L01", Decimal(2500), 1, Decimal(25))),
        ("fi", "2026-03-01", lambda deal: share_out(deal, shares)),
    )
    whole(ws)


def test_nothing_is_written_where_one_month_is_closed(ws):
    seal(ws, "fi", "2026-01")
    before = text_of(ws, "gemensamt/books/2026/2026-01.beancount")
    with pytest.raises(MonthClosed):
        book(ws, ("fi", "2026-01-10", lambda deal: buy_shares(deal, 10)))
    assert text_of(ws, "gemensamt/books/2026/2026-01.beancount") == before


def test_nothing_is_written_where_a_book_would_have_an_error(ws):
    """FI's bank was counted: with 10,000 less, it wouldn't hold."""
    file = ws.unit("fi").books / "2026" / "2026-01.beancount"
    file.write_text(opening("20000.00") + "2026-01-20 balance Assets:1930-Bank  20000.00 SEK\n", encoding="utf-8")
    with pytest.raises(Problem, match=r"20,000\.00 SEK"):
        book(ws, ("fi", "2026-01-10", lambda deal: buy_shares(deal, 10)))
    assert "RF26" not in text_of(ws, "gemensamt/books/2026/2026-01.beancount")


def test_a_book_in_another_currency(ws):
    with pytest.raises(LoanUnitCurrency, match="RF26 is in KES"):
        book(
            ws,
            ("fi", "2026-01-10", lambda deal: buy_shares(deal, 10)),
            terms=Terms(name="RF26", currency="KES", share_value=Decimal(1000), begins=dt.date(2026, 1, 1)),
        )


def test_an_account_that_is_opened_too_late(ws):
    file = ws.unit("fi").folder / "accounts.beancount"
    file.write_text(BANK + "2026-02-01 open Assets:1666-Andelar\n", encoding="utf-8")
    with pytest.raises(LoanAccountDates, match="Assets:1666-Andelar is not open on 2026-01-10"):
        book(open_workspace(ws.root), ("fi", "2026-01-10", lambda deal: buy_shares(deal, 10)))
