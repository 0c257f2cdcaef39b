"""The board: a federation in March 2026, in which everybody is somewhere else with the close."""

import datetime as dt

import pytest

from ledger.closing.status import board, first_open, in_words
from ledger.federation import load_federation
from tests.closing.readying import SALE, federation_with, voucher
from tests.closing.sealing import reopen, seal

TODAY = dt.date(2026, 3, 5)
MONTHS = ("2025-12", "2026-01", "2026-02", "2026-03")
ADDED = {
    "gemensamt/2026-01": SALE,
    "repris/2026-02": voucher("2026-02-10", "", "Expenses:5010-Rent", "Assets:1930-Bank"),
    "koop/unit": "left = 2026-02-28\n",
}


@pytest.fixture
def ws(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    ws = federation_with(make_workspace, ADDED)
    seal(ws, "repris", "2026-01")
    seal(ws, "angen", "2026-01", "2026-02")
    return ws


def states(found):
    return {row.unit: [cell.state for cell in row.cells] for row in found.rows}


def test_who_has_closed_who_can_and_who_waits(ws):
    """Central is last; it waits for its members, not for a book that isn't combined."""
    found = board(load_federation(ws), MONTHS, today=TODAY)
    assert list(states(found).items()) == [
        ("angen", ["none", "closed", "closed", "running"]),
        ("koop", ["none", "ready", "waits", "none"]),
        ("repris", ["none", "closed", "not_ready", "running"]),
        ("sparlag", ["none", "ready", "waits", "running"]),
        ("gemensamt", ["none", "waits", "waits", "running"]),
    ]
    assert found.needs_person
    by_place = {(cell.unit, cell.period): cell for cell in found.cells}
    assert by_place["gemensamt", "2026-01"].waits_for == ("koop",)
    assert by_place["gemensamt", "2026-02"].waits_for == ("2026-01", "koop", "repris")
    assert by_place["koop", "2026-02"].waits_for == ("2026-01",)
    assert by_place["koop", "2026-01"].close == "sambok close 2026-01 --unit koop"
    assert by_place["repris", "2026-02"].close == ""


def test_each_thing_with_its_command(ws):
    found = board(load_federation(ws), MONTHS, today=TODAY)
    cell = next(cell for cell in found.cells if cell.state == "not_ready")
    assert [(problem.code, cell.command(problem)) for problem in cell.own] == [
        ("CLOSE_NUMBER_MISSING", "sambok number repris")
    ]
    central = next(cell for cell in found.cells if (cell.unit, cell.period) == ("gemensamt", "2026-02"))
    assert [(problem.code, central.command(problem)) for problem in central.problems] == [
        ("CLOSE_EARLIER_OPEN", "sambok close --until 2026-01 --unit gemensamt"),
        ("CLOSE_UNIT_OPEN", "sambok close 2026-02 --unit koop"),
        ("CLOSE_UNIT_OPEN", "sambok close 2026-02 --unit repris"),
    ]
    assert central.own == ()
    assert in_words(central) == "gemensamt 2026-02 lacks nothing of its own; it waits for 2026-01, koop, repris."


def test_the_months_of_the_year_that_is_open(ws):
    assert board(load_federation(ws), today=TODAY).months == ("2026-01", "2026-02", "2026-03")
    (row,) = board(load_federation(ws), (), ["repris"], today=TODAY).rows
    assert row.unit == "repris"


def test_a_month_opened_again_is_shown_as_open(ws):
    reopen(ws, "angen", "2026-01")
    found = board(load_federation(ws), MONTHS, ["angen"], today=TODAY)
    assert states(found) == {"angen": ["none", "ready", "closed", "running"]}


def test_what_todo_is_told(ws):
    """Of each unit its first open month; nothing of one that has closed all that is over."""
    found = first_open(load_federation(ws), today=TODAY)
    assert [(cell.unit, cell.period, cell.state) for cell in found] == [
        ("gemensamt", "2026-01", "waits"),
        ("koop", "2026-01", "ready"),
        ("repris", "2026-02", "not_ready"),
        ("sparlag", "2026-01", "ready"),
    ]


def test_json(ws):
    answer = board(load_federation(ws), ("2026-02",), ["repris"], today=TODAY).as_json()
    assert answer["schema"] == 1
    assert answer["months"] == ["2026-02"]
    ((month,),) = [unit["months"] for unit in answer["units"]]
    (lack,) = month.pop("lacks")
    assert month == {"month": "2026-02", "state": "not_ready", "command": None, "waits_for": []}
    assert (lack["code"], lack["file"], lack["line"], lack["command"]) == (
        "CLOSE_NUMBER_MISSING",
        "units/repris/books/2026/2026-02.beancount",
        2,
        "sambok number repris",
    )
    assert [error["code"] for error in answer["errors"]] == ["CLOSE_NUMBER_MISSING"]
