"""A levy whose central side comes months later, central having closed without the unit: in transit all the while.

Levy 15 % (service 12.5, investment fund 1.5, solidarity fund 1.0). Bi sells for 1,000.00 in January, which both have
closed: 150.00. Its February (100.00: 15.00 = 12.50 + 1.50 + 1.00) waits while central closes February and March; March
has nothing. Central's side of the 15.00 stands on 1 April, 32 days after February.
"""

import datetime as dt

import pytest

from ledger.books import last_day
from ledger.closing.readiness import readiness
from ledger.closing.reopen import reopen_month
from ledger.combine import combine
from ledger.combine.codes import LEVY_LATER, TAKEN_BACK
from ledger.combine.model import ADJ
from ledger.combine.runs.inputs import Facts
from ledger.federation import load_federation
from tests.closing.test_close import close, text_of, whole
from tests.closing.worked import POLICY


def sale(day, number, amount):
    return f"""\
{day} * "Sale"
  voucher: "A-{number}"
  registered: {day}
  by: "anna"
  Assets:1930-Bank        {amount} SEK
  Income:3001-Sales      -{amount} SEK
"""


BI = {
    "accounts": "2026-01-01 open Assets:1930-Bank SEK\n2026-01-01 open Income:3001-Sales SEK\n",
    "2026-01": sale("2026-01-20", 1, "1000.00"),
    "2026-02": sale("2026-02-20", 2, "100.00"),
}
MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04")
DECIDED = POLICY.replace("2026-03-02", "2026-02-02")
PERIODS = {
    "2026-01": ("2026-01-01", "2026-01-31"),
    "2026-02": ("2026-02-01", "2026-02-28"),
    "to February": ("2026-01-01", "2026-02-28"),
    "2026-03": ("2026-03-01", "2026-03-31"),
    "2026-04": ("2026-04-01", "2026-04-30"),
    "March and April": ("2026-03-01", "2026-04-30"),
    "all": ("2026-01-01", "2026-04-30"),
}
#: Without entries that stand in the opening balance and are taken back and in again.
IN = {"InternalReceivables": "15.00", "NetSales": "-12.50", "OtherOperatingIncome": "-2.50"}
BACK = {"NetSales": "12.50", "OtherOperatingIncome": "2.50", "RetainedResult": "-15.00"}
CARRIED = {"InternalReceivables": "15.00", "RetainedResult": "-15.00"}
WANTED = {
    "2026-01": {},
    "2026-02": IN,
    "to February": IN,
    "2026-03": CARRIED,
    "2026-04": BACK,
    "March and April": BACK,
    "all": {},
}
#: March has it in transit still: it isn't taken back before central has booked it.
SAID = {"2026-02": 1, "to February": 1, "2026-03": 1, "2026-04": 1, "March and April": 1}


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SAMBOK_NOW", "2026-05-05T10:00:00Z")
    monkeypatch.setenv("SAMBOK_BY", "anna")
    return make_workspace({"gemensamt": {}, "bi": BI}, policy=DECIDED)


def adjusted(federation, period):
    first, last = map(dt.date.fromisoformat, PERIODS[period])
    found = combine(federation.books, federation.run, date_from=first, date_to=last)
    sums = {}
    for entry in found.entries:
        for posting in entry.postings:
            if posting.column == ADJ:
                sums[posting.place.line] = sums.get(posting.place.line, 0) + posting.amount
    return {line: str(amount) for line, amount in sums.items() if amount}, found


def check(ws):
    federation = whole(ws)
    for period, wanted in WANTED.items():
        sums, found = adjusted(federation, period)
        assert sums == wanted, period
        assert [u.code for u in found.unmatched] == ["CUT_OFF"] * SAID.get(period, 0), period
        said = TAKEN_BACK if period in {"2026-04", "March and April"} else LEVY_LATER
        assert {u.message for u in found.unmatched} <= {said}, period


def test_central_two_months_ahead(ws):
    """Provisional, then frozen: the same figures; nothing keeps Bi's February from being closed."""
    close(ws, "2026-01")
    for month in ("2026-02", "2026-03"):
        close(ws, month, slugs=("gemensamt",), without=("bi",), decision="ST-7")
    check(ws)
    (done,) = close(ws, "2026-02", slugs=("bi",), ready=readiness)
    assert done.closed[0].vouchers == {"bi": ("L-2",), "gemensamt": ("L-2",)}
    assert '2026-04-01 * "Levy 2026-02: Bi"' in text_of(ws, "gemensamt/books/2026/2026-02.bi.closed.beancount")
    check(ws)
    (done,) = close(ws, "2026-03", slugs=("bi",), ready=readiness)
    close(ws, "2026-04", ready=readiness)
    check(ws)


def test_a_division_opened_again(ws):
    """All have closed until March; Bi's February again, with 100.00 more: as if it had waited."""
    path = ws.units["bi"].books / "2026" / "2026-02.beancount"
    path.unlink()
    close(ws, "2026-01", "2026-02", "2026-03")
    reopen_month(ws, ws.units["bi"], "2026-02", policy=load_federation(ws).policy, decision="ST-7")
    path.write_text(BI["2026-02"])
    (done,) = close(ws, "2026-02", slugs=("bi",), ready=readiness)
    assert done.closed[0].vouchers == {"bi": ("L-2",), "gemensamt": ("L-2",)}
    check(ws)


def test_what_is_in_transit_is_an_input_of_a_locked_run(ws):
    """Central's side of February's levy stands on 1 April: February's figures, and March's, are made of it."""
    close(ws, "2026-01")
    for month in ("2026-02", "2026-03"):
        close(ws, month, slugs=("gemensamt",), without=("bi",), decision="ST-7")
    close(ws, "2026-02", "2026-03", slugs=("bi",), ready=readiness)
    close(ws, "2026-04", ready=readiness)
    side = "units/gemensamt/books/2026/2026-02.bi.closed.beancount"
    facts = Facts(load_federation(ws).books)
    months = {day: {name for name in facts.inputs(day) if "/books/" in name} for day in map(last_day, MONTHS)}
    assert [side in months[last_day(month)] for month in MONTHS] == [False, True, True, True]
    assert not any("04.closed" in name for name in months[last_day("2026-03")])


def test_what_people_book_has_ten_days(make_workspace):
    """The same link on a voucher of central's own: nothing says why it is late."""
    units = {
        "gemensamt": {
            "accounts": "2026-01-01 open Assets:1661-Claim SEK\n2026-01-01 open Income:3680-Levy SEK\n",
            "2026-04": """\
2026-04-01 * "Levy of February" ^ic-bi-levy-2026-02
  Assets:1661-Claim   15.00 SEK
    partner: "bi"
    ic: "levy"
  Income:3680-Levy   -15.00 SEK
    partner: "bi"
    ic: "levy"
""",
        },
        "bi": {
            "accounts": "2026-01-01 open Liabilities:2861-Debt SEK\n2026-01-01 open Expenses:6430-Levy SEK\n",
            "2026-02": """\
2026-02-28 * "Levy of February" ^ic-bi-levy-2026-02
  Expenses:6430-Levy   15.00 SEK
    partner: "gemensamt"
    ic: "levy"
  Liabilities:2861-Debt   -15.00 SEK
    partner: "gemensamt"
    ic: "levy"
""",
        },
    }
    _, found = adjusted(load_federation(make_workspace(units)), "2026-02")
    assert "CUT_OFF" not in [u.code for u in found.unmatched]
    assert found.unmatched
