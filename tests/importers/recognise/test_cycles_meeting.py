"""A meeting's sheet beside payments by telephone: what was paid by telephone isn't in the box, and counts once."""

import datetime as dt

import pytest

from importers.run import import_files
from tests.importers.recognise.test_cycles import ACCOUNTS, ANNA, BO, BOOK, HEAD, POLICY, UNIT, Group

BOX = "2026-01-01 open Assets:1020-Social-fund-box KES\n"
#: Anna buys two shares with coins; 200.00 are in the box, and 20.00 of both in that of the social fund.
SHEET = """\
group,NK26,meeting,5,date,2026-02-12,counted_loan_fund,{box},counted_social_fund,20
member,present,shares,social,fine,repaid,charge,new_loan,months,note
Anna,1,2,10,0,,,,,
Bo,1,{bo},10,0,,,,,
"""


@pytest.fixture
def group(make_workspace, tmp_path_factory):
    unit = {"unit": UNIT, "accounts": ACCOUNTS + BOX, "2026-01": BOOK}
    return Group(make_workspace({"kikundi": unit}, policy=POLICY), tmp_path_factory.mktemp("files"))


def sheet(group, box, bo):
    path = group.folder / "meeting-5.csv"
    path.write_text(SHEET.format(box=box, bo=bo))
    return import_files(group.ws, group.ws.units["kikundi"], [path]).files[0]


def balance(group, account):
    return sum(p.units.number for e in group.entries() for p in e.postings if account in p.account)


@pytest.mark.parametrize("phone_first", [True, False])
def test_what_was_paid_by_telephone_is_in_the_fund_and_not_in_the_box(group, phone_first):
    """300.00 of Bo's and 100.00 of Anna's charge by telephone the day before; the sheet counts the box alone."""
    rows = group.row("2026-02-11", "300", BO, "NK26-S") + group.row("2026-02-11", "100", ANNA, "NK26-L01")
    if phone_first:
        group.take(HEAD + rows)
    report = sheet(group, 200, 0)
    assert report.status == "imported", report.problem
    if not phone_first:
        group.take(HEAD + rows)
    assert (balance(group, "1010-Loan-fund-box"), balance(group, "1020-Social-fund-box")) == (200, 20)
    assert balance(group, "1040-Mobile-money") == 150400
    cycle = group.cycle()
    assert cycle.problems == ()
    state = cycle.fund.state(dt.date(2026, 2, 12))
    assert (state.cash, state.social_cash) == (150600, 20)
    assert (cycle.fund.shares("Bo"), cycle.fund.shares("Anna")) == (800, 1200)
    assert group.book().problems == ()


def test_what_was_paid_by_telephone_and_stands_in_the_sheet_too_is_refused(group):
    """Bo's three shares are in the wallet; a sheet that has them again lacks 300.00 in the box."""
    group.pay("2026-02-11", "300", BO, "NK26-S")
    before = group.entries()
    report = sheet(group, 200, 3)
    assert report.problem is not None
    assert report.problem.params["difference"] == "300.00"
    assert len(group.entries()) == len(before)
