"""A sheet of allocation keys is entered in policy as a whole, once, and never into what central has closed (SPEC 9)."""

import datetime as dt
from decimal import Decimal

import pytest

from importers.problems_tables import TableNumberAmbiguous
from ledger.books import load_books, open_workspace
from ledger.books.problems_sealed import MonthClosed
from ledger.closing.problems_services import ServiceSheet, ServiceSheetDecision
from ledger.closing.service_keys import add_keys
from ledger.errors import Problem
from ledger.policy import read_policy
from tests.closing.sealing import seal

D = Decimal
DAY = dt.date(2026, 7, 1)
POLICY = """\
2026-01-01 custom "decision" "FS-1" "assembly"
2026-01-01 custom "cost-centre" "finance" "Economy"
  decision: "FS-1"
2026-01-01 custom "allocation-key" "payslips" "fi" 12
  decision: "FS-1"
"""
SHEET = "unit;payslips;seats\nfi;12;2,5\nge;24;\nfinance;3;1\n"
BOOK = """
2026-01-05 * "Start"
  voucher: "A-1"
  Assets:1930-Bank  1.00 SEK
  Income:3001-Sales
"""
OPEN = "2026-01-01 open Assets:1930-Bank\n2026-01-01 open Income:3001-Sales\n"


@pytest.fixture
def ws(make_workspace, monkeypatch):
    monkeypatch.setenv("SAMBOK_BY", "anna")
    return make_workspace({"gemensamt": {"accounts": OPEN, "2026-01": BOOK}, "fi": {}, "ge": {}}, policy=POLICY)


@pytest.fixture
def enter(ws, tmp_path):
    def entered(sheet=SHEET, decision="FS-1", day=DAY, **said):
        path = tmp_path / "keys.csv"
        path.write_text(sheet, encoding="utf-8")
        return add_keys(open_workspace(ws.root), path, decision, day, **said)

    return entered


def values(ws, day=DAY):
    return read_policy(load_books(open_workspace(ws.root), []).central_text, ws).funds.key_values(day)


def test_a_sheet_is_entered_once_and_says_only_what_is_new(ws, enter):
    """FI's 12 payslips stand there already; an empty cell says nothing."""
    done = enter()
    assert [(row.key, row.user, row.value) for row in done.added] == [
        ("seats", "fi", D("2.5")),
        ("payslips", "ge", D(24)),
        ("payslips", "finance", D(3)),
        ("seats", "finance", D(1)),
    ]
    assert values(ws) == {
        "payslips": {"fi": D(12), "ge": D(24), "finance": D(3)},
        "seats": {"fi": D("2.5"), "finance": D(1)},
    }
    assert values(ws, dt.date(2026, 6, 30)) == {"payslips": {"fi": D(12)}}
    text = ws.policy_file.read_text(encoding="utf-8")
    assert text.startswith(POLICY)
    assert enter().added == ()
    assert ws.policy_file.read_text(encoding="utf-8") == text


def test_a_dry_run_writes_nothing(ws, enter):
    assert len(enter(dry_run=True).added) == 4
    assert ws.policy_file.read_text(encoding="utf-8") == POLICY


#: The sheet; what is wrong with it.
FAULTS = [
    ("unit;payslips\nfi;twelve\n", ServiceSheet, '"twelve" is no number'),
    ("unit;payslips\nfi;-1\n", ServiceSheet, '"-1" is no number'),
    ("unit;payslips\nfi;1.23456\n", ServiceSheet, '"1.23456" is no number'),
    ("unit;payslips\nfu;12\n", ServiceSheet, "neither a unit nor a cost centre"),
    ("unit;payslips\ngemensamt;12\n", ServiceSheet, "neither a unit nor a cost centre"),
    ("unit;payslips\nfi;12\nfi;12\n", ServiceSheet, "stands in row 2, too"),
    ("unit;pay_slips\nfi;12\n", ServiceSheet, "can't be called"),
    ("unit;turnover\nfi;12\n", ServiceSheet, "the books have the key turnover"),
    ("unit;payslips\nfi;\n", ServiceSheet, "it has no value"),
    ("unit;payslips\nfi;1,234\n", TableNumberAmbiguous, "1,234"),
    ("", Problem, ""),
    ("payslips\n12\n", Problem, ""),
]


@pytest.mark.parametrize(("sheet", "kind", "says"), FAULTS)
def test_a_sheet_with_one_bad_cell_is_refused_whole(ws, enter, sheet, kind, says):
    with pytest.raises(kind) as told:
        enter(sheet)
    assert says in told.value.text() + told.value.remedy_text()
    assert ws.policy_file.read_text(encoding="utf-8") == POLICY


def test_keys_rest_on_a_decision_that_was_made_by_then(enter):
    with pytest.raises(ServiceSheetDecision, match="There is no decision FS-2"):
        enter(decision="FS-2")
    with pytest.raises(ServiceSheetDecision, match=r"FS-1 is of 2026-01-01"):
        enter(day=dt.date(2025, 12, 31))


def test_what_central_has_closed_takes_no_key(ws, enter):
    """January is closed: from February on the same sheet counts."""
    seal(ws, "gemensamt", "2026-01")
    with pytest.raises(MonthClosed, match="dated 2026-01-15, and 2026-01 is closed for gemensamt"):
        enter(day=dt.date(2026, 1, 15))
    assert ws.policy_file.read_text(encoding="utf-8") == POLICY
    assert len(enter(day=dt.date(2026, 2, 1)).added) == 4
