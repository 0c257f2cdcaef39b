"""`sambok correct`: the reversing voucher, its day and number, what it refuses, and what the levy makes of it."""

import datetime as dt
from decimal import Decimal

import pytest
from beancount.core import data

from ledger.books import load_books
from ledger.books.problems_load import AccountNotOpen
from ledger.books.problems_sealed import MonthClosed
from ledger.closing.correct import Asked, correct_voucher
from ledger.closing.problems_vouchers import (
    CorrectAccountClosed,
    CorrectBreaks,
    CorrectEarlier,
    CorrectedAlready,
    CorrectFrozen,
    CorrectHeld,
    CorrectInFuture,
    VoucherAmbiguous,
    VoucherUnknown,
)
from ledger.policy import read_policy
from ledger.provisional import levies
from ledger.reports.levy import as_json, statements

ACCOUNTS = """\
2025-01-01 open Assets:1410-Lager
2025-01-01 open Assets:1930-Bank SEK
2025-01-01 open Income:3001-Sales SEK
2025-01-01 open Expenses:5010-Rent SEK
"""
TODAY = dt.date(2026, 4, 2)
POLICY = """\
2025-01-01 custom "decision" "FS-1" "assembly"
2025-01-01 custom "levy-rate" "*" 0.15
  decision: "FS-1"
2026-03-01 custom "levy-rate" "*" 0.10
  decision: "FS-1"
"""


def sale(day, voucher, amount="1000.00", *meta):
    rows = "".join(f"  {row}\n" for row in meta)
    number = f'  voucher: "{voucher}"\n' if voucher else ""
    return f'{day} * "Kund" "Sale"\n{number}{rows}  Assets:1930-Bank  {amount} SEK\n  Income:3001-Sales\n\n'


@pytest.fixture
def make(sealed_workspace):
    """A workspace whose unit repris has months, some of them closed."""

    def made(months, closed=(), accounts=ACCOUNTS, **texts):
        return sealed_workspace({"repris": {"accounts": accounts, **months}}, {"repris": closed}, **texts)

    return made


def correct(ws, voucher, *, dry_run=False, today=TODAY, **asked):
    return correct_voucher(ws, ws.units["repris"], Asked(voucher, **asked), by="anna", today=today, dry_run=dry_run)


def text_of(ws, month):
    return (ws.units["repris"].books / month[:4] / f"{month}.beancount").read_text(encoding="utf-8")


def sums(ws):
    book = load_books(ws, ["repris"]).units["repris"]
    assert book.problems == ()
    found = {}
    for entry in book.entries():
        for posting in entry.postings if isinstance(entry, data.Transaction) else ():
            found[posting.account] = found.get(posting.account, Decimal(0)) + posting.units.number
    return {account: amount for account, amount in found.items() if amount}


def test_the_worked_example(make):
    """A-1 of January, which is closed, is found wrong on 2 April."""
    ws = make({"2026-01": sale("2026-01-10", "A-1"), "2026-02": sale("2026-02-10", "A-2", "7.00")}, ("2026-01",))
    done = correct(ws, "A-1", reason='Wrong "customer"')
    assert (done.voucher, done.corrects, done.file) == ("X-1", "A-1", "units/repris/books/2026/2026-04.beancount")
    assert done.place == "units/repris/books/2026/2026-01.beancount:1"
    rows = [" ".join(row.split()) for row in text_of(ws, "2026-04").splitlines()]
    assert rows == [
        '2026-04-02 * "Kund" "Correction of A-1: Sale"',
        'voucher: "X-1"',
        "registered: 2026-04-02",
        'by: "anna"',
        'source-id: "correct:2026:A-1:1"',
        'corrects: "A-1"',
        'reason: "Wrong \\"customer\\""',
        "Assets:1930-Bank -1000.00 SEK",
        "Income:3001-Sales 1000.00 SEK",
    ]
    assert sums(ws) == {"Assets:1930-Bank": Decimal("7.00"), "Income:3001-Sales": Decimal("-7.00")}
    line = (ws.units["repris"].folder / "history.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert '"correct"' in line
    assert '"X-1"' in line


def test_a_trial_writes_nothing(make):
    ws = make({"2026-01": sale("2026-01-10", "A-1")})
    assert correct(ws, "A-1", dry_run=True).voucher == "X-1"
    assert not (ws.units["repris"].books / "2026" / "2026-04.beancount").exists()


@pytest.mark.parametrize(
    ("asked", "today", "closed", "day"),
    [
        (None, "2026-04-02", ("2026-01",), "2026-04-02"),
        (None, "2026-02-15", ("2026-01", "2026-02"), "2026-03-01"),  # today's month is closed already
        (None, "2026-01-02", (), "2026-01-10"),  # it is dated later than today
        ("2026-02-28", "2026-04-02", ("2026-01",), "2026-02-28"),
        ("2026-01-10", "2026-04-02", (), "2026-01-10"),
    ],
)
def test_the_day_of_a_correction(make, asked, today, closed, day):
    ws = make({"2026-01": sale("2026-01-10", "A-1"), "2026-02": "; February\n"}, closed)
    asked = dt.date.fromisoformat(asked) if asked else None
    assert correct(ws, "A-1", day=asked, today=dt.date.fromisoformat(today)).entry.date == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    ("asked", "problem"), [("2026-01-31", MonthClosed), ("2026-01-09", CorrectEarlier), ("2099-01-01", CorrectInFuture)]
)
def test_days_that_are_refused(make, asked, problem):
    ws = make({"2026-01": sale("2026-01-10", "A-1")}, ("2026-01",))
    before = {p: p.read_bytes() for p in ws.root.rglob("*.beancount")}
    with pytest.raises(problem):
        correct(ws, "A-1", day=dt.date.fromisoformat(asked))
    assert before == {p: p.read_bytes() for p in ws.root.rglob("*.beancount")}


TWO_YEARS = {"2025-03": sale("2025-03-10", "A-1"), "2026-03": sale("2026-03-10", "A-1", "20.00")}


def test_a_number_of_several_years_needs_its_year(make):
    ws = make(TWO_YEARS)
    with pytest.raises(VoucherAmbiguous) as met:
        correct(ws, "A-1")
    assert met.value.params["years"] == "2025, 2026"
    assert correct(ws, "A-1", year=2026).entry.meta.get("concerns") is None
    done = correct(ws, "A-1", year=2025)
    assert (done.voucher, done.entry.meta["concerns"]) == ("X-2", "2025-03")
    assert sums(ws) == {}
    for year in (2025, 2026):  # each knows its own correction
        with pytest.raises(CorrectedAlready) as again:
            correct(ws, "A-1", year=year)
        assert again.value.params["by"] == {2025: "X-2", 2026: "X-1"}[year]
    with pytest.raises(VoucherUnknown) as unknown:
        correct(ws, "A-1", year=2024)
    assert unknown.value.params["case"] == "year"


def test_last_years_voucher_says_its_month_before_this_year_has_its_number(make):
    """Else the correction would be of this year's A-1, once there is one."""
    ws = make({"2025-12": sale("2025-12-10", "A-1")})
    assert correct(ws, "A-1").entry.meta["concerns"] == "2025-12"


@pytest.mark.parametrize(
    ("asked", "case", "nearest"), [("A-9", "", "A-1"), ("B-1", "", "A-1"), ("", "", "A-1"), ("A-01", None, None)]
)
def test_numbers_that_nobody_has(make, asked, case, nearest):
    ws = make({"2026-01": sale("2026-01-10", "A-1") + sale("2026-01-10", "")})
    if case is None:
        assert correct(ws, asked).corrects == "A-1"
        return
    with pytest.raises(VoucherUnknown) as met:
        correct(ws, asked)
    assert (met.value.params["case"], met.value.params["nearest"]) == (case, nearest)


def test_the_nearest_number_is_one_of_its_series(make):
    """A-3 is none: A-2 is next to it, and the correction X-3 is not what was meant."""
    text = "".join(sale("2026-03-05", name) for name in ("A-2", "A-5", "X-3"))
    with pytest.raises(VoucherUnknown) as met:
        correct(make({"2026-03": text}), "A-3")
    assert met.value.params["nearest"] == "A-2"


def test_a_book_without_numbers(make):
    with pytest.raises(VoucherUnknown) as met:
        correct(make({"2026-01": sale("2026-01-10", "")}), "A-1")
    assert met.value.params["case"] == "none"


def test_a_number_that_stands_twice(make):
    ws = make({"2026-01": sale("2026-01-10", "A-1") + sale("2026-01-11", "A-1")})
    with pytest.raises(VoucherAmbiguous) as met:
        correct(ws, "A-1", year=2026)
    assert met.value.params["places"] == ", ".join(f"units/repris/books/2026/2026-01.beancount:{n}" for n in (1, 6))


def test_corrected_once_taken_back_and_corrected_again(make):
    ws = make({"2026-01": sale("2026-01-10", "A-1")})
    assert correct(ws, "A-1").voucher == "X-1"
    with pytest.raises(CorrectedAlready):
        correct(ws, "A-1")
    assert correct(ws, "X-1").voucher == "X-2"
    assert sums(ws) == {"Assets:1930-Bank": Decimal("1000.00"), "Income:3001-Sales": Decimal("-1000.00")}
    third = correct(ws, "A-1")
    assert (third.voucher, third.entry.meta["source-id"]) == ("X-3", "correct:2026:A-1:2")
    assert sums(ws) == {}


def test_what_somebody_has_corrected_by_hand_in_part(make):
    ws = make({"2026-01": sale("2026-01-10", "A-1"), "2026-02": sale("2026-02-10", "", "-10.00", 'corrects: "A-1"')})
    with pytest.raises(CorrectedAlready) as met:
        correct(ws, "A-1")
    assert met.value.params["by"] == "units/repris/books/2026/2026-02.beancount:1"


@pytest.mark.parametrize("source", ["close:ic-repris-levy-1:2026-01", "close:Assets:1930 EUR:2026-01"])
def test_what_the_close_wrote_isn_t_corrected(make, source):
    ws = make({"2026-01": sale("2026-01-31", "L-1", "1.00", f'source-id: "{source}"')})
    with pytest.raises(CorrectFrozen):
        correct(ws, "L-1")


def test_an_account_that_is_closed(make):
    ws = make({"2026-01": sale("2026-01-10", "A-1") + "2026-02-01 close Income:3001-Sales\n"})
    with pytest.raises(CorrectAccountClosed):
        correct(ws, "A-1")
    assert correct(ws, "A-1", day=dt.date(2026, 1, 31)).voucher == "X-1"


BUY = '2026-01-10 * "Buy"\n  voucher: "A-1"\n  Assets:1410-Lager  10 THING {5.00 SEK}\n  Assets:1930-Bank\n\n'
SELL = '2026-01-20 * "Sell"\n  voucher: "A-2"\n  Assets:1410-Lager  -4 THING {5.00 SEK}\n  Assets:1930-Bank\n\n'


def test_goods_that_are_there_go_back_and_those_that_were_sold_come_back(make):
    ws = make({"2026-01": BUY + SELL})
    with pytest.raises(CorrectHeld):  # only six are left
        correct(ws, "A-1")
    correct(ws, "A-2")
    correct(ws, "A-1")
    assert sums(ws) == {}


def test_a_dealing_names_who_has_the_other_side(make):
    rent = (
        '2026-01-10 * "Rent" ^ic-gemensamt-1\n  voucher: "A-1"\n  Assets:1930-Bank  -50.00 SEK\n'
        '  Expenses:5010-Rent  50.00 SEK\n    partner: "gemensamt"\n    ic: "trade"\n'
    )
    done = correct(make({"2026-01": rent}), "A-1")
    assert done.partners == ("gemensamt",)
    assert done.entry.links == {"ic-gemensamt-1"}
    assert done.entry.postings[1].meta == {"partner": "gemensamt", "ic": "trade"}


def bank(day, amount="1000.00", account="Assets:1930-Bank"):
    return f"{day} balance {account}  {amount} SEK\n"


def test_a_balance_of_a_later_day_still_holds(make):
    """The bank had 1,000.00 on 1 February; with the sale taken back on 31 January it would have 0.00."""
    ws = make({"2026-01": sale("2026-01-10", "A-1") + bank("2026-02-01")})
    before = {p: p.read_bytes() for p in ws.root.rglob("*.beancount")}
    for dry_run in (True, False):
        with pytest.raises(CorrectBreaks) as met:
            correct(ws, "A-1", day=dt.date(2026, 1, 31), dry_run=dry_run)
        assert (met.value.file, met.value.line) == ("units/repris/books/2026/2026-01.beancount", 6)
        assert met.value.text("en") == (
            "A-1 can't be corrected on 2026-01-31: by this line Assets:1930-Bank has 1,000.00 SEK at the start of "
            "2026-02-01, and would be off by -1,000.00 SEK."
        )
        assert met.value.params["last"] == "2026-02-01"
    assert before == {p: p.read_bytes() for p in ws.root.rglob("*.beancount")}
    correct(ws, "A-1", day=dt.date(2026, 2, 1))  # a balance is that of the day's start
    assert sums(ws) == {}


def test_of_several_balances_the_last_one_says_from_when_it_can_be_corrected(make):
    texts = {"2026-01": sale("2026-01-10", "A-1") + bank("2026-02-01"), "2026-03": bank("2026-03-15")}
    ws = make(texts | {"2026-02": bank("2026-02-20", "0.00", "Expenses:5010-Rent")})  # not concerned
    with pytest.raises(CorrectBreaks) as met:
        correct(ws, "A-1", day=dt.date(2026, 1, 31))
    assert (met.value.params["stated"], met.value.params["last"]) == ("2026-02-01", "2026-03-15")
    with pytest.raises(CorrectBreaks) as met:
        correct(ws, "A-1", day=dt.date(2026, 2, 1))
    assert (met.value.params["stated"], met.value.params["last"]) == ("2026-03-15", "2026-03-15")
    correct(ws, "A-1", day=dt.date(2026, 3, 15))
    assert sums(ws) == {}


def test_a_balance_of_the_accounts_below_it_counts_too(make):
    accounts = ACCOUNTS + "2025-01-01 open Assets:1930-Bank:Card SEK\n"
    text = sale("2026-01-10", "A-1").replace("Assets:1930-Bank ", "Assets:1930-Bank:Card ") + bank("2026-02-01")
    ws = make({"2026-01": text}, accounts=accounts)
    with pytest.raises(CorrectBreaks) as met:
        correct(ws, "A-1", day=dt.date(2026, 1, 31))
    assert met.value.params["account"] == "Assets:1930-Bank"
    assert correct(ws, "A-1").voucher == "X-1"


def test_no_correction_is_dated_tomorrow_unless_a_balance_is(make):
    """It is 2 April. A statement of that day has made a balance of the 3rd: from then on the sale can be taken back."""
    rent = bank("2026-12-31", "0.00", "Expenses:5010-Rent")
    ws = make({"2026-01": sale("2026-01-10", "A-1"), "2026-12": rent})
    with pytest.raises(CorrectInFuture) as met:
        correct(ws, "A-1", day=dt.date(2026, 4, 3))
    assert (met.value.params["today"], met.value.params["latest"]) == ("2026-04-02", "2026-04-02")
    month = ws.units["repris"].month_file(TODAY)
    month.write_text(bank("2026-04-03"), encoding="utf-8")
    with pytest.raises(CorrectBreaks) as broken:
        correct(ws, "A-1")
    assert broken.value.params["last"] == "2026-04-03"
    with pytest.raises(CorrectInFuture) as met:
        correct(ws, "A-1", day=dt.date(2026, 4, 4))
    assert met.value.params["latest"] == "2026-04-03"
    correct(ws, "A-1", day=dt.date(2026, 4, 3))
    assert sums(ws) == {}


def test_whatever_else_the_book_would_say_is_said_before(make, monkeypatch):
    ws = make({"2026-01": sale("2026-01-10", "A-1")})
    said = AccountNotOpen(file="units/repris/main.beancount", line=3, unit="repris", account="Assets:1940-Other")
    monkeypatch.setattr("ledger.closing.correct.on_trial", lambda *_: [said])
    with pytest.raises(CorrectBreaks) as met:
        correct(ws, "A-1")
    assert (met.value.file, met.value.line) == ("units/repris/main.beancount", 3)
    assert "The account Assets:1940-Other isn't opened in this book." in met.value.text("en")
    assert not ws.units["repris"].month_file(TODAY).exists()


def test_the_levy_counts_it_in_its_own_month_at_the_rate_of_the_corrected_day(make):
    """January 1,000.00 at 15 % is 150.00; March 500.00 at 10 % is 50.00. April's correction of January: -150.00."""
    ws = make({"2026-01": sale("2026-01-10", "A-1"), "2026-03": sale("2026-03-05", "A-2", "500.00")}, policy=POLICY)
    correct(ws, "A-1")
    books = load_books(ws)
    run = levies(books, read_policy(books.central_text, ws))
    (unit,) = [u for u in as_json(2026, statements(books, run, 2026), [])["units"] if u["unit"] == "repris"]
    assert [(m["month"], m["posted"]) for m in unit["months"] if m["posted"] != "0.00"] == [
        ("2026-01", "150.00"),
        ("2026-03", "50.00"),
        ("2026-04", "-150.00"),
    ]
    (april,) = [m for m in unit["months"] if m["month"] == "2026-04"]
    assert april["corrections"] == [{"voucher": "X-1", "of": "2026-01", "base": "-1000.00"}]
    correct(ws, "X-1", today=dt.date(2026, 5, 4))  # it was right after all
    books = load_books(ws)
    run = levies(books, read_policy(books.central_text, ws))
    (unit,) = [u for u in as_json(2026, statements(books, run, 2026), [])["units"] if u["unit"] == "repris"]
    assert [(m["month"], m["posted"]) for m in unit["months"]][-1] == ("2026-05", "150.00")


def test_another_programs_voucher_names_the_program(make):
    ws = make({"2026-01": sale("2026-01-10", "A-1", "1.00", 'program: "Other"', 'source-id: "sie-1"')})
    done = correct(ws, "A-1")
    assert (done.voucher, done.program) == ("SX-1", "Other")
    assert "program" not in done.entry.meta


def test_another_hands_x_series_is_left_to_it(make):
    ws = make({"2026-01": sale("2026-01-10", "A-1") + sale("2026-01-11", "X-1")})
    assert correct(ws, "A-1").voucher == "SX-1"
