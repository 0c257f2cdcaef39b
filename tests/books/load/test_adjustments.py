"""Loading `units/adjustments/`: each file by itself, nothing else in the folder, all of it part of every key."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.books import load_books
from ledger.books.adjustments import pack_transactions, unpack_transactions
from ledger.books.cells import CellError
from ledger.books.fingerprint import fingerprint
from ledger.books.guard_child import check_in_child

TEXT = """\
2026-12-31 * "Board" "Levy of December" ^ic-repris-12
  author: "anna"
  reason: "December's levy isn't booked"
  approver: "bo"
  reverses: 2027-01-01
  Expenses:OtherExternalCosts:6430-Levy  5000.00 SEK
    unit: "repris"
    partner: "gemensamt"
  Liabilities:InternalPayables:2861-Levy
"""


@pytest.fixture
def ws(make_workspace):
    return make_workspace({"repris": {}})


def put(ws, name: str, text: str = TEXT) -> Path:
    ws.adjustments_folder.mkdir(exist_ok=True)
    file = ws.adjustments_folder / name
    file.write_text(text, encoding="utf-8")
    return file


def problems(ws) -> list[tuple[str, str, int | None]]:
    return [(p.code, p.file, p.line) for p in load_books(ws).adjustments.problems]


def test_a_folder_that_is_missing_is_empty(ws):
    found = load_books(ws).adjustments
    assert found.entries == found.problems == found.files == ()


def test_transactions_come_booked_with_file_and_line(ws):
    file = put(ws, "2026-12-levy.beancount")
    found = load_books(ws).adjustments
    assert found.problems == ()
    assert found.files == (str(file),)
    (entry,) = found.entries
    assert (entry.date, entry.links) == (dt.date(2026, 12, 31), {"ic-repris-12"})
    assert (entry.meta["filename"], entry.meta["lineno"]) == (str(file), 1)
    assert entry.meta["reverses"] == dt.date(2027, 1, 1)
    assert [p.units.number for p in entry.postings] == [Decimal("5000.00"), Decimal("-5000.00")]
    assert [p.meta["lineno"] for p in entry.postings] == [6, 9]
    again = load_books(ws).adjustments  # from the cache
    assert repr(again.entries) == repr(found.entries)
    assert again.key == found.key


def test_files_come_in_the_order_of_their_names(ws):
    put(ws, "b.beancount", TEXT.replace("anna", "second"))
    put(ws, "a.beancount", TEXT.replace("anna", "first"))
    assert [e.meta["author"] for e in load_books(ws).adjustments.entries] == ["first", "second"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2026-01-01 open Assets:Bank", "DIRECTIVE_REFUSED"),
        ('plugin "os"', "PLUGIN_REFUSED"),
        ('option "title" "x"', "OPTION_REFUSED"),
        ('include "../policy.beancount"', "INCLUDE_REFUSED"),
        ('2026-01-01 custom "decision" "X"', "DIRECTIVE_REFUSED"),
        ("2026-01-01 balance Assets:Bank 1 SEK", "DIRECTIVE_REFUSED"),
        ("2026-01-01 price EUR 11 SEK", "PRICE_REFUSED"),
        ("pushtag #x", "PUSH_REFUSED"),
    ],
)
def test_a_file_says_only_transactions(ws, line, code):
    put(ws, "other.beancount")
    put(ws, "x.beancount", f"{line}\n")
    assert problems(ws) == [(code, "units/adjustments/x.beancount", 1)]
    assert len(load_books(ws).adjustments.entries) == 1  # the other file stands


def test_an_amount_that_nobody_can_tell_is_the_files_fault_alone(ws):
    put(ws, "other.beancount")
    put(ws, "x.beancount", TEXT.replace("5000.00 SEK", ""))
    assert problems(ws) == [("AMOUNT_UNCLEAR", "units/adjustments/x.beancount", 9)]  # the second posting without one
    assert len(load_books(ws).adjustments.entries) == 1


def test_a_copy_is_refused_and_the_file_itself_stands(ws):
    put(ws, "levy.beancount")
    put(ws, "levy (1).beancount")
    assert problems(ws) == [("ADJUSTMENTS_STRAY", "units/adjustments/levy (1).beancount", None)]
    assert len(load_books(ws).adjustments.entries) == 1


def test_nothing_is_read_through_a_link(ws, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "levy.beancount").write_text(TEXT)
    ws.adjustments_folder.symlink_to(tmp_path / "elsewhere")
    assert ("BOOK_LINKED", "units/adjustments", None) in problems(ws)
    assert load_books(ws).adjustments.entries == ()


def test_every_change_is_noticed(ws):
    def seen() -> str:
        books = load_books(ws)
        assert fingerprint(ws.root, ws.state_folder) in {books.fingerprint, None}
        return str(books.fingerprint)

    marks = [seen()]
    file = put(ws, "levy.beancount")
    assert fingerprint(ws.root, ws.state_folder) is None
    marks.append(seen())
    file.write_text(TEXT.replace("5000", "6000"))
    marks.append(seen())
    (ws.adjustments_folder / "2026").mkdir()
    marks.append(seen())
    file.unlink()
    marks.append(seen())
    assert len(set(marks)) == len(marks)


def test_a_unit_loaded_alone_needs_no_adjustments(ws):
    put(ws, "levy.beancount", "nonsense\n")
    assert load_books(ws, ["repris"]).problems == ()
    assert [p.code for p in load_books(ws).problems] == ["BOOK_SYNTAX"]


def test_a_unit_called_like_a_locked_run_keeps_its_key(ws):
    before = load_books(ws).units["repris"].key
    (ws.runs_folder / "repris").mkdir(parents=True)
    (ws.runs_folder / "repris" / "manifest.json").write_text("{}")
    assert load_books(ws).units["repris"].key == before


def test_a_new_text_is_checked_by_its_own_list(ws):
    file = ws.adjustments_folder / "levy.beancount"
    assert check_in_child(ws, None, {file: TEXT}) == []
    assert [p.code for p in check_in_child(ws, None, {file: "2026-01-01 open Assets:Bank\n"})] == ["DIRECTIVE_REFUSED"]


@pytest.mark.parametrize("text", ["{}", "[[]]", "[[1,2,3,4,5,6,7,[]]]", '["x"]', "nonsense"])
def test_cells_that_nobody_packed_are_refused(text):
    if text == "{}":
        assert unpack_transactions(text) == []
        return
    with pytest.raises(CellError):
        unpack_transactions(text)


def test_transactions_survive_packing(ws):
    put(ws, "levy.beancount")
    entries = load_books(ws).adjustments.entries
    assert repr(unpack_transactions(pack_transactions(entries))) == repr(list(entries))
