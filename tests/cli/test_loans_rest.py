"""After a share-out in proportion: what some still owe, and others still get, is paid later; nobody is charged for it.

samples/rules/examples.json 5d, worked by hand: 10 shares of 100 and a gift of 400. Anna has borrowed 700, Bo 100; 600
are in the box, a share is worth 140. Anna's 280 are set off, so she owes 420; the 600 go to Bo and Cia as 320 : 700,
188.24 and 411.76; 131.76 and 288.24 are still due to them.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

from ledger.books import load_books, open_workspace
from ledger.closing.together import Wanted, close_months
from ledger.combine import combine
from ledger.federation import load_federation
from tests.cli.test_loans_leaving import texts
from tests.cli.test_loans_share_out import END, sambok, short, status, sums_of, three
from tests.cli.test_loans_units import BANKS, EVENTS, balance
from tests.cli.test_loans_units import ws as units_ws
from tests.closing.test_loans import everybody_ready
from tests.reports.loan_groups import cycle_text, workspace_of

__all__ = ["sambok", "units_ws"]
SHARED = ("share-out", "NK26", "--date", END, "--book", "--decision", "K-2", "--shortfall", "pro-rata")
LATER = "2027-03-31"


def people(sambok, ws, day):
    code, out, err = sambok(ws, "status", "NK26", "--date", day, "--json")
    assert code == 0, err
    return {one["participant"]: one for one in json.loads(out)["participants"]}


# --- no charges after the share-out


@pytest.mark.parametrize("method", ["declining", "flat", "roll-over"])
def test_nobody_is_charged_after_the_share_out(method, make_workspace, sambok):
    """Anna has two loans, of which her two shares settle a part of the first; both are late, and stay so."""
    group = three().buy("2026-01-14", "1", Anna="200", Bo="300", Cia="800")
    for day, amount, name in (("2026-11-16", "400", "NK26-L01"), ("2026-11-25", "600", "NK26-L02")):
        charge = "" if method == "declining" else str(int(amount) // 20)
        group.lend(day, "Anna", amount, 1, name, charge=charge)
    ws = workspace_of(make_workspace, group, cycle_text(charge="0.05", method=f'"{method}"'))
    code, _, err = sambok(ws, *SHARED)
    assert code == 0, err
    then, later = (people(sambok, ws, day)["Anna"] for day in (END, LATER))
    assert Decimal(then["loans"]) > 600  # of the second loan nothing is paid
    assert then["days_late"] == 14  # it was due on 16 December
    assert later["days_late"] == 14 + 91
    assert {key: later[key] for key in ("loans", "charges_due")} == {key: then[key] for key in ("loans", "charges_due")}
    federation = load_federation(open_workspace(ws.root))
    day = dt.date.fromisoformat(LATER)
    made = [str(e.date) for e in federation.run.at("kikundi", day).entries if hasattr(e, "postings")]
    assert max(made, default="") <= END


# --- the rest is paid


def rest_due(ws, *names):
    """What is still due of the share-out, by who is named beside it in the book."""
    book = load_books(ws, ["kikundi"]).units["kikundi"]
    found = dict.fromkeys(names, Decimal(0))
    for entry in book.entries():
        for posting in getattr(entry, "postings", ()):
            if ":2040" in posting.account:
                found[entry.meta["participant"]] -= posting.units.number
    return found


@pytest.fixture
def group(make_workspace, sambok):
    ws = workspace_of(make_workspace, short())
    assert sambok(ws, *SHARED)[0] == 0
    return ws


def test_the_rest_is_paid_in_and_out(group, sambok):
    """Anna pays 100, of which 31.37 : 68.63 go to Bo and Cia (131.76 : 288.24); then the other 320. The day is free."""
    assert rest_due(group, "Bo", "Cia") == {"Bo": Decimal("131.76"), "Cia": Decimal("288.24")}
    code, _, err = sambok(group, "pay", "NK26")
    assert (
        code,
        "Of NK26 420.00 KES are still to be paid out (Bo 131.76 KES, Cia 288.24 KES), and there is nothing in the box"
        in err,
    ) == (3, True)
    page = "Still to be paid out of the share-out: 131.76 KES."
    for who in ("Anna", "Bo"):
        assert (page in sambok(group, "statement", "NK26", who, "--date", END)[1]) == (who == "Bo")
    code, out, err = sambok(group, "repay", "NK26", "anna", "100")
    assert code == 0, err
    assert "Assets:1010-Loan-fund-box                               100.00 KES" in out
    assert "Assets:1110-Loans-to-members:Anna                      -100.00 KES" in out
    code, out, err = sambok(group, "pay", "NK26", "--dry-run")
    assert (code, rest_due(group, "Bo", "Cia")["Bo"]) == (0, Decimal("131.76"))
    code, out, err = sambok(group, "pay", "NK26")
    assert code == 0, err
    assert rest_due(group, "Bo", "Cia") == {"Bo": Decimal("100.39"), "Cia": Decimal("219.61")}
    before = texts(group)
    code, _, err = sambok(group, "pay", "NK26")
    assert (code, "[SHARE_OUT_UNPAID]" in err) == (3, True)
    assert texts(group) == before
    assert people(sambok, group, END)["Anna"]["loans"] == "320.00"
    assert sambok(group, "repay", "NK26", "Anna", "320")[0] == 0
    assert sambok(group, "pay", "NK26")[0] == 0
    assert rest_due(group, "Bo", "Cia") == {"Bo": 0, "Cia": 0}
    out = sambok(group, "statement", "NK26", "Bo", "--date", END)[1]
    assert "Still to be paid" not in out
    assert "320.00" in out  # 188.24 + 31.37 + 100.39, on his page as paid out
    accounts = ("1010", "1110", "2040", "3010")
    assert list(sums_of(group, *accounts).values()) == [0, 0, 0, 0]
    assert status(sambok, group)["difference"] == "0.00"
    code, _, err = sambok(group, "pay", "NK26")
    assert (code, "Nothing is still due of a share-out of NK26" in err) == (3, True)
    code, out, _ = sambok(group, "--json", group=("check",))
    assert (code, json.loads(out)["errors"]) == (0, [])


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (("repay", "NK26", "Anna", "420.01"), 2, "[REPAID_TOO_MUCH]"),
        (("repay", "NK26", "Bo", "1"), 2, "[REPAID_TOO_MUCH]"),
        (("repay", "NK26", "Zed", "1"), 2, "[CYCLE_PARTICIPANT_UNKNOWN]"),
        (("repay", "NK26", "Anna", "-1"), 2, ""),
        (("repay", "NK26", "Anna", "0.001"), 2, "[LOAN_AMOUNT]"),
        (("repay", "NK26", "Anna", "1", "--date", "2026-12-29"), 2, "[CYCLE_OF_PERSONS]"),  # not shared out yet
        (("repay", "NK26", "Anna", "1", "--bank", "Assets:1099-None"), 1, "Assets:1099-None"),
        (("pay", "NK26", "--date", "2026-12-29"), 3, "[SHARE_OUT_UNPAID]"),
        (("pay", "NK26", "--decision", "K-9"), 3, "[CLOSE_DECISION_UNKNOWN]"),
        (("pay", "NK62"), 2, "[CYCLE_NOT_FOUND]"),
    ],
)
def test_what_cannot_be_paid(asked, code, said, group, sambok):
    before = texts(group)
    found, _, err = sambok(group, *asked)
    assert (found, said in err) == (code, True), err
    assert texts(group) == before


def test_the_same_payment_is_booked_once(group, sambok):
    assert sambok(group, "repay", "NK26", "Anna", "100")[0] == 0
    before = texts(group)
    code, _, err = sambok(group, "repay", "NK26", "Anna", "100.00")
    assert (code, "It is booked already" in err) == (0, True)
    assert texts(group) == before


def test_a_closed_month_takes_none_of_the_rest(group, sambok):
    assert sambok(group, "repay", "NK26", "Anna", "100")[0] == 0
    for month in (f"2026-{number:02}" for number in range(1, 13)):
        list(close_months(group, [month], Wanted(slugs=("kikundi",)), ready=everybody_ready))
    before = texts(group)
    for asked in (("repay", "NK26", "Anna", "50"), ("pay", "NK26")):
        code, _, err = sambok(group, *asked)
        assert (code, "[MONTH_CLOSED]" in err) == (1, True), err
    assert texts(group) == before


def test_a_rest_that_no_voucher_of_the_next_cycle_takes_for_its_own(make_workspace, sambok, monkeypatch):
    """KM27's box stays as it was: what Anna pays is of the cycle that was shared out, and so is what Bo gets."""
    new = cycle_text("NK27", begins="2026-12-30", ends="2027-12-29")
    ws = workspace_of(make_workspace, short(), cycle_text(), new)
    code, _, err = sambok(ws, *SHARED)
    assert code == 0, err
    monkeypatch.setenv("SAMBOK_NOW", "2027-01-20T10:00:00Z")
    assert sambok(ws, "repay", "NK26", "Anna", "420", "--date", "2027-01-13")[0] == 0
    assert sambok(ws, "pay", "NK26", "--date", "2027-01-13")[0] == 0
    code, out, _ = sambok(ws, "status", "NK27", "--date", "2027-01-20", "--json")
    assert (json.loads(out)["box"], json.loads(out)["difference"]) == ("0.00", "0.00")
    code, out, _ = sambok(ws, "--json", group=("check",))
    assert (code, json.loads(out)["errors"]) == (0, [])


def test_between_units_the_rest_stands_in_both_books(units_ws, sambok):
    """NK gets 16,000 of its 30,000 at the share-out; FI owes 14,000, and pays 4,000 and 10,000: 20,000 and 30,000."""
    ws = units_ws
    ws.policy_file.write_text(ws.policy_file.read_text().replace("charge: 0.01", "charge: 0"))
    for event in EVENTS[:3]:
        assert sambok(ws, *event, *BANKS)[0] == 0
    out = ("share-out", "RF26", "--date", "2026-12-10", "--book", "--decision", "B-2", "--shortfall", "pro-rata")
    assert sambok(ws, *out, *BANKS)[0] == 0
    day = dt.date(2026, 12, 31)
    for paid, had in (("4000", 40000), ("10000", 50000)):
        assert sambok(ws, "repay", "RF26", "fi", paid, "--date", END, *BANKS)[0] == 0
        code, _, err = sambok(ws, "pay", "RF26", "--date", END, *BANKS)
        assert code == 0, err
        assert balance(ws, "nk", "1930", day) == had
        code, _, err = sambok(ws, "pay", "RF26", "--date", END, *BANKS)
        assert (code, "[SHARE_OUT_UNPAID]" in err) == (3, True)
        federation = load_federation(open_workspace(ws.root))
        assert federation.problems == ()
        found = combine(federation.books, federation.run, date_to=day)
        assert (found.unmatched, found.result) == ((), 0)
    for slug, code in (("gemensamt", "1930"), ("gemensamt", "1663"), ("gemensamt", "2866"), ("fi", "2864")):
        assert balance(ws, slug, code, day) == 0


# --- the rest is given up


def test_what_is_given_up_after_the_share_out_is_lost_to_those_who_wait(group, sambok):
    """Anna pays 100 of 420 and no more: Bo and Cia, who have got that, lose 100.39 and 219.61."""
    assert sambok(group, "repay", "NK26", "Anna", "100")[0] == 0
    assert sambok(group, "pay", "NK26")[0] == 0
    asked = ("write-off", "NK26", "NK26-L01", "--decision", "K-2")
    code, out, err = sambok(group, *asked)
    assert code == 0, err
    assert out.count("is given up") == 2
    assert rest_due(group, "Bo", "Cia") == {"Bo": 0, "Cia": 0}
    # The fund has shared out its profit of 400, and has no loss: Bo and Cia bear that.
    assert sums_of(group, "1010", "1110", "2040", "5040", "3990") == {
        "1010": 0, "1110": 0, "2040": 0, "5040": 0, "3990": 400,
    }  # fmt: skip
    assert status(sambok, group)["difference"] == "0.00"
    before = texts(group)
    code, _, err = sambok(group, *asked)
    assert (code, "It is booked already" in err) == (0, True)
    assert sambok(group, "pay", "NK26")[0] == 3
    assert texts(group) == before
    code, out, _ = sambok(group, "--json", group=("check",))
    assert (code, json.loads(out)["errors"]) == (0, [])


def test_between_units_it_is_lost_in_both_books(units_ws, sambok):
    """FI owes 14,000 after the share-out, and NK waits for them: FI gains what NK loses, and nobody owes anything."""
    ws = units_ws
    ws.policy_file.write_text(ws.policy_file.read_text().replace("charge: 0.01", "charge: 0"))
    for event in EVENTS[:3]:
        assert sambok(ws, *event, *BANKS)[0] == 0
    out = ("share-out", "RF26", "--date", "2026-12-10", "--book", "--decision", "B-2", "--shortfall", "pro-rata")
    assert sambok(ws, *out, *BANKS)[0] == 0
    code, _, err = sambok(ws, "write-off", "RF26", "RF26-L01", "--decision", "B-2", "--date", END)
    assert code == 0, err
    day = dt.date(2026, 12, 31)
    for slug, account in (("gemensamt", "1663"), ("gemensamt", "2866"), ("fi", "2864"), ("nk", "1667")):
        assert balance(ws, slug, account, day) == 0
    assert (balance(ws, "fi", "8363", day), balance(ws, "nk", "8363", day)) == (-14000, 14000)
    federation = load_federation(open_workspace(ws.root))
    assert federation.problems == ()
    found = combine(federation.books, federation.run, date_to=day)
    assert (found.unmatched, found.result) == ((), 0)
