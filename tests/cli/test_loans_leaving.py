"""Who leaves, and what is given up, by command: in time, once, with all accounts, and not in a closed month."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest

from ledger.books import open_workspace
from ledger.closing.together import Wanted, close_months
from ledger.combine import combine
from ledger.federation import load_federation
from tests.cli.test_loans_share_out import END, sambok, sums_of, three
from tests.cli.test_loans_units import BANKS, EVENTS, balance
from tests.cli.test_loans_units import ws as units_ws
from tests.closing.test_loans import everybody_ready
from tests.reports.loan_groups import POLICY, cycle_text, workspace_of

__all__ = ["sambok", "units_ws"]
EARLY = POLICY.replace("2026-12-20", "2026-01-20")
DECIDED = ("--decision", "K-2")


def texts(ws):
    return {path: path.read_bytes() for path in ws.units_folder.rglob("*.beancount")}


def lent(**terms):
    """Anna has five shares, Bo three; Anna's 300 of 11 February are half paid back on 10 June."""
    group = three().buy("2026-01-14", "1", Anna="500", Bo="300")
    group.lend("2026-02-11", "Anna", "300", 2, "NK26-L01", meeting="2").repay("2026-06-10", "Anna", "150", meeting="5")
    return group, cycle_text(charge="0", **terms)


@pytest.mark.parametrize(
    "asked",
    [
        ("leave", "NK26", "Anna"),
        ("leave", "NK26", "Bo"),
        ("write-off", "NK26", "NK26-L01"),
        ("share-out", "NK26", "--book"),
    ],
)
def test_nothing_is_paid_out_before_a_dealing_that_stands(asked, make_workspace, sambok):
    """On 1 March the loan was whole: it would be set off, and paid back in June once more."""
    ws = workspace_of(make_workspace, *lent(), policy=EARLY)
    before = texts(ws)
    code, _, err = sambok(ws, *asked, "--date", "2026-03-01", *DECIDED)
    assert code == 2
    assert "on 2026-03-01: the book has dealings of 2026-06-10 already. [LOAN_LATER_DEALINGS]" in err
    assert "Date it 2026-06-10 or later" in err
    assert texts(ws) == before
    assert sambok(ws, *asked, "--date", "2026-06-10", *DECIDED)[0] == 0


def test_a_share_out_isn_t_booked_again_on_an_earlier_day(make_workspace, sambok):
    ws = workspace_of(make_workspace, *lent(), policy=EARLY)
    assert sambok(ws, "share-out", "NK26", "--book", "--date", END, *DECIDED)[0] == 0
    before = texts(ws)
    code, _, err = sambok(ws, "share-out", "NK26", "--book", "--date", "2026-12-29", *DECIDED)
    assert (code, "[LOAN_LATER_DEALINGS]" in err) == (2, True)
    code, _, err = sambok(ws, "share-out", "NK26", "--book", "--date", "2026-12-31", *DECIDED)
    assert (code, "It is booked already" in err) == (0, True)
    assert texts(ws) == before


@pytest.mark.parametrize(
    ("asked", "account", "booked"),
    [(("leave", "NK26", "Anna"), "3010-Shares:Anna", 0), (("write-off", "NK26", "NK26-L01"), "1110", 0)],
)
def test_it_is_booked_once_and_again_when_it_was_taken_back(asked, account, booked, make_workspace, sambok):
    ws = workspace_of(make_workspace, *lent(), policy=EARLY)
    before = sums_of(ws, account)[account]
    asked = (*asked, "--date", END, *DECIDED)
    for vouchers in ("R-1", "R-2"):
        code, _, err = sambok(ws, *asked)
        assert (code, f"booked as {vouchers}." in err) == (0, True), err
        assert sums_of(ws, account)[account] == booked
        stands = texts(ws)
        code, _, err = sambok(ws, *asked)
        assert (code, "It is booked already" in err) == (0, True), err
        assert texts(ws) == stands
        code, _, err = sambok(ws, "kikundi", vouchers, *DECIDED, group=("correct",))
        assert code == 0, err
        assert sums_of(ws, account)[account] == before


def bare(group):
    """The book opens what its own vouchers need, and nothing else: no account of charges due, losses or the result."""
    months = "".join("".join(texts) for texts in group.months.values())
    blocks = re.findall(r"^\S+ open (\S+) .*\n((?:  .*\n)*)", group.accounts(), re.MULTILINE)
    used = (
        f"2026-01-01 open {account} KES\n{meta}" for account, meta in blocks if re.search(rf"{account}(?!\S)", months)
    )
    return group.parts() | {"accounts": "".join(used)}


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
@pytest.mark.parametrize(
    "asked",
    [
        ("leave", "NK26", "Anna"),
        ("write-off", "NK26", "NK26-L01"),
        ("share-out", "NK26", "--book", "--shortfall", "write-off"),
        ("share-out", "NK26", "--book", "--shortfall", "pro-rata"),
    ],
    ids=["leave", "write-off", "lost", "pro-rata"],
)
def test_every_account_is_opened_in_time(asked, closed, make_workspace, sambok):
    """Also where January is closed, from which on the participants' accounts are needed: what is sealed stays so.

    In a share-out Bo owes more than 1,000 beyond what three shares are worth.
    """
    out = asked[0] == "share-out"
    group = three().buy("2026-01-14", "1", Anna="1900", Bo="300")
    group.lend("2026-01-14", "Bo" if out else "Anna", "1400", 2, "NK26-L01", meeting="1")
    ws = make_workspace({"kikundi": bare(group)}, policy=EARLY + cycle_text(charge="0.05"))
    if closed:
        (done,) = close_months(ws, ["2026-01"], Wanted(slugs=("kikundi",)), ready=everybody_ready)
        assert [one.unit for one in done.closed] == ["kikundi"]
    code, out, err = sambok(ws, *asked, "--date", "2026-03-20", *DECIDED)
    assert code == 0, err
    code, out, err = sambok(ws, "--json", group=("check",))
    assert (code, json.loads(out)["errors"]) == (0, [])
    assert load_federation(open_workspace(ws.root)).problems == ()


@pytest.mark.parametrize(
    "asked",
    [("leave", "NK26", "Anna"), ("write-off", "NK26", "NK26-L01"), ("share-out", "NK26", "--book")],
    ids=lambda asked: asked[0],
)
def test_a_closed_month_takes_none_of_it(asked, make_workspace, sambok):
    ws = workspace_of(make_workspace, *lent(), policy=EARLY)
    for month in (f"2026-{number:02}" for number in range(1, 7)):
        list(close_months(ws, [month], Wanted(slugs=("kikundi",)), ready=everybody_ready))
    before = texts(ws)
    code, _, err = sambok(ws, *asked, "--date", "2026-06-20", *DECIDED)
    assert (code, "[MONTH_CLOSED]" in err) == (1, True), err
    assert "    -> " in err
    assert texts(ws) == before


@pytest.mark.parametrize("option", ["--bank", "--unit-bank"])
@pytest.mark.parametrize(
    "asked", [("leave", "NK26", "Bo"), ("share-out", "NK26", "--book")], ids=lambda asked: asked[0]
)
def test_a_group_s_money_is_where_its_book_has_it(asked, option, make_workspace, sambok):
    ws = workspace_of(make_workspace, *lent(), policy=EARLY)
    before = texts(ws)
    code, _, err = sambok(ws, *asked, "--date", END, *DECIDED, option, "Assets:1030-Bank")
    assert (code, f"Leave {option} out" in err) == (2, True), err
    assert texts(ws) == before


# --- between units


@pytest.mark.parametrize("whose", ["gemensamt", "fi"])
@pytest.mark.parametrize("command", ["leave", "write-off", "share-out"])
def test_a_month_that_is_closed_in_one_of_the_books(command, whose, units_ws, sambok):
    ws = units_ws
    for event in EVENTS[:3]:
        assert sambok(ws, *event, *BANKS)[0] == 0
    if command == "leave":
        for event in EVENTS[3:]:
            assert sambok(ws, *event, *BANKS)[0] == 0
    months = [f"2026-{number:02}" for number in range(1, 13)]
    asked = {
        "leave": ("leave", "RF26", "fi", *BANKS),
        "write-off": ("write-off", "RF26", "RF26-L01"),
        "share-out": ("share-out", "RF26", "--book", "--shortfall", "write-off", *BANKS),
    }[command]
    for month in months:
        list(close_months(ws, [month], Wanted(slugs=(whose,)), ready=everybody_ready))
    before = texts(ws)
    code, _, err = sambok(ws, *asked, "--date", "2026-12-12", "--decision", "B-2")
    assert (code, "[MONTH_CLOSED]" in err) == (1, True), err
    assert texts(ws) == before


def test_two_loans_of_one_amount_are_given_up_on_one_day(units_ws, sambok):
    """FI has borrowed 3,000 twice: each is a loss of 3,000, and nobody owes anything afterwards."""
    ws = units_ws
    ws.policy_file.write_text(ws.policy_file.read_text().replace("charge: 0.01", "charge: 0"))
    for event in EVENTS[:2]:
        assert sambok(ws, *event, *BANKS)[0] == 0
    for loan in ("RF26-L01", "RF26-L02"):
        asked = ("lend", "RF26", "fi", "3000", "--loan", loan, "--date", f"2026-02-1{loan[-1]}", *BANKS)
        assert sambok(ws, *asked)[0] == 0
    for loan in ("RF26-L01", "RF26-L02"):
        code, _, err = sambok(ws, "write-off", "RF26", loan, "--date", "2026-12-10", "--decision", "B-2")
        assert (code, "booked as R-" in err) == (0, True), err
    day = dt.date(2026, 12, 31)
    assert balance(ws, "gemensamt", "1663", day) == balance(ws, "fi", "2864", day) == 0
    assert balance(ws, "gemensamt", "8463", day) == 6000
    code, _, err = sambok(ws, "write-off", "RF26", "RF26-L02", "--date", "2026-12-10", "--decision", "B-2")
    assert (code, "[LOAN_REPAID]" in err) == (2, True)
    found = load_federation(open_workspace(ws.root))
    assert combine(found.books, found.run, date_to=day).unmatched == ()


def test_a_unit_that_left_by_mistake_leaves_again(units_ws, sambok):
    ws = units_ws
    for event in EVENTS:
        assert sambok(ws, *event, *BANKS)[0] == 0
    asked = ("leave", "RF26", "nk", "--date", END, "--decision", "B-2", *BANKS)
    day = dt.date(2026, 12, 31)
    for _ in range(2):
        code, out, booked = sambok(ws, *asked)
        assert code == 0, booked
        assert '"RF26: Nk leaves"' in out
        assert balance(ws, "nk", "1930", day) == 50000
        code, _, err = sambok(ws, *asked)
        assert (code, "[LEAVER_OWES]" in err) == (3, True)
        for slug in ("gemensamt", "nk"):
            (number,) = re.findall(rf"{slug}: booked as (R-\d+)\.", booked)
            code, _, err = sambok(ws, slug, number, "--decision", "B-2", group=("correct",))
            assert code == 0, err
        assert balance(ws, "nk", "1930", day) == 20000
