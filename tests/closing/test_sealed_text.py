"""What nobody may write: changes of sealed text, and entries dated in a closed month (SPEC 7)."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from ledger.books import durable
from ledger.books.keeping import check_changes
from ledger.books.sealed import sealed_heads, sealed_raws, seals_of
from ledger.books.write import Block, Change, append_entries, apply
from ledger.errors import Problem
from tests.closing.sealing import AT, reopen, seal

ACCOUNTS = """\
; what repris uses
2024-01-01 open Assets:1930-Bank
2024-01-01 open Income:3001-Sales
"""
RENT = '2026-01-05 * "Rent"\n  voucher: "A-1"\n  Assets:1930-Bank  -9.00 SEK\n  Income:3001-Sales\n'
SALE = '2026-01-10 * "Sale"\n  Assets:1930-Bank  5.00 SEK\n  Income:3001-Sales\n'
OPEN = '2026-02-03 * "Open month"\n  Assets:1930-Bank  1.00 SEK\n  Income:3001-Sales\n'
HEAD = "; January\n\n"
JANUARY = f"{HEAD}{RENT}\n{SALE}\n{OPEN}"
FILE = "books/2026/2026-01.beancount"


@pytest.fixture
def ws(sealed_workspace):
    """January is closed; its file holds an entry of open February behind the sealed ones."""
    return sealed_workspace(
        {"repris": {"accounts": ACCOUNTS, "2026-01": JANUARY, "2026-02": OPEN}}, {"repris": ["2026-01"]}
    )


def changed(ws, text, file=FILE):
    """The code that a new text is refused with, its line and message; None where it may be written."""
    unit = ws.units["repris"]
    path = unit.folder / file
    found = refusal(ws, Change(path, text, durable.content_hash(path)))
    return None if found is None else (found.code, found.line, found.text())


def refusal(ws, *changes):
    """Why changes may not be written."""
    try:
        check_changes(ws, ws.units["repris"], changes)
    except Problem as problem:
        return problem
    return None


SEALED = "is sealed with 2026-01: its text isn't changed any more."
RENT_SEALED = f"A-1 of 2026-01-05 {SEALED}"
SALE_SEALED = f"{FILE}:8 of 2026-01-10 {SEALED}"
COMMENT = f"What follows {FILE}:8 of 2026-01-10 belongs to it, and it is sealed with 2026-01: no comment comes after."
ABOVE = "Comments directly above A-1 of 2026-01-05 belong to it, and it is sealed with 2026-01: none is added."
TOP = "The lines at the top of this file are sealed with 2026-01: they aren't changed any more."
OLDER = "This entry is dated 2025-12-31, and 2025-12 is closed for repris."
CLOSED = "and 2026-01 is closed for repris."


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        # --- what is open may change, wherever it stands
        (JANUARY, None),
        (JANUARY.replace("1.00", "2.00"), None),
        (JANUARY.replace(OPEN, ""), None),
        (JANUARY + OPEN.replace("02-03", "02-04"), None),
        (f"{HEAD}{OPEN}\n{RENT}\n{SALE}", None),  # nothing says where an open entry stands
        (JANUARY.replace(SALE, f"{SALE}\n\n"), None),
        (JANUARY.replace("\n  Assets:1930-Bank  1.00", "\n  ; a comment\n  Assets:1930-Bank  1.00"), None),
        (JANUARY + "2026-01-01 open Assets:1940-Savings\n", None),
        # --- and with it the comments directly above it
        (JANUARY.replace(OPEN, f"; February\n* Open\n{OPEN}"), None),
        (JANUARY.replace(f"\n{OPEN}", f"; directly below what is sealed\n{OPEN}"), None),
        (JANUARY.replace(OPEN, f"; savings\n2026-01-01 open Assets:1940-Savings\n\n{OPEN}"), None),
        # --- sealed text stays
        (JANUARY.replace("-9.00", "-9.01"), ("SEALED_TEXT", 3, RENT_SEALED)),
        (JANUARY.replace("-9.00", "-9.0"), ("SEALED_TEXT", 3, RENT_SEALED)),
        (JANUARY.replace('"A-1"', '"A-2"'), ("SEALED_TEXT", 3, RENT_SEALED)),
        (JANUARY.replace("2026-01-05", "2026-02-05"), ("SEALED_TEXT", 3, RENT_SEALED)),
        (JANUARY.replace("01-10 *", "01-10 !"), ("SEALED_TEXT", 8, SALE_SEALED)),
        (JANUARY.replace(SALE, ""), ("SEALED_TEXT", 8, SALE_SEALED)),
        (f"{HEAD}{SALE}\n{RENT}\n{OPEN}", ("SEALED_TEXT", 8, SALE_SEALED)),
        (JANUARY.replace(SALE, f"{SALE}  Assets:1930-Bank  0 SEK\n"), ("SEALED_TEXT", 8, SALE_SEALED)),
        (JANUARY.replace(SALE, f"{SALE}  note: 1\n"), ("SEALED_TEXT", 8, SALE_SEALED)),
        (JANUARY.replace(SALE, f"{SALE}x"), ("SEALED_TEXT", 8, SALE_SEALED)),
        ("; nothing any more\n", ("SEALED_TEXT", 1, TOP)),
        (JANUARY.replace(OPEN, f"; February\n\n{OPEN}"), ("SEALED_TEXT", 8, COMMENT)),
        (JANUARY.replace(SALE, f"{SALE}; to be asked\n"), ("SEALED_TEXT", 8, COMMENT)),
        (JANUARY.replace(RENT, f"; due on the 5th\n{RENT}"), ("SEALED_TEXT", 3, ABOVE)),
        (JANUARY.replace("; January\n", "; January\n; and more\n"), ("SEALED_TEXT", 1, TOP)),
        (JANUARY.replace("; January", "; Janvier"), ("SEALED_TEXT", 1, TOP)),
        # --- nothing new in a closed month
        (JANUARY + RENT.replace("A-1", "A-9"), ("MONTH_CLOSED", 15, f"This entry is dated 2026-01-05, {CLOSED}")),
        (JANUARY + SALE, ("MONTH_CLOSED", 15, f"This entry is dated 2026-01-10, {CLOSED}")),  # a copy
        (JANUARY + "2025-12-31 balance Assets:1930-Bank 0 SEK\n", ("MONTH_CLOSED", 15, OLDER)),
        (JANUARY.replace(OPEN, f"; late\n{SALE}"), ("MONTH_CLOSED", 13, f"This entry is dated 2026-01-10, {CLOSED}")),
        (JANUARY.replace("02-03", "01-03"), ("MONTH_CLOSED", 12, f"This entry is dated 2026-01-03, {CLOSED}")),
    ],
)  # fmt: skip
def test_a_file_with_sealed_and_open_entries(ws, text, refused):
    assert changed(ws, text) == refused


def test_an_account_opened_later_has_its_comment(ws):
    """Behind the accounts that are sealed, as a bookkeeper writes it."""
    shop = "; the shop\n2026-02-01 open Assets:1940-Till\n"
    assert changed(ws, ACCOUNTS + shop, "accounts.beancount") is None
    assert changed(ws, f"{ACCOUNTS}\n{shop}", "accounts.beancount") is None
    assert changed(ws, f"{ACCOUNTS}; the shop\n\n{shop}", "accounts.beancount")[:2] == ("SEALED_TEXT", 3)
    top = ACCOUNTS.replace("; what", "; exactly what")
    assert changed(ws, top, "accounts.beancount")[:2] == ("SEALED_TEXT", 2)


def test_a_sealed_comment_behind_the_last_entry_stays_with_it(sealed_workspace):
    noted = f"{HEAD}{RENT}; to be asked\n"
    ws = sealed_workspace({"repris": {"accounts": ACCOUNTS, "2026-01": noted}}, {"repris": ["2026-01"]})
    assert changed(ws, f"{noted}\n{OPEN}") is None
    assert changed(ws, noted.replace("; to be asked\n", ""))[2] == RENT_SEALED
    found = refusal(ws, Change(ws.units["repris"].folder / FILE, noted + OPEN, durable.sha256((noted).encode())))
    assert (found.line, found.text()) == (
        3,
        "The comment behind A-1 of 2026-01-05 is sealed with 2026-01: the entry directly below it would take it away.",
    )
    assert found.remedy_text() == "Leave an empty line between the comment and your entry."


def test_what_is_refused_is_shown_by_its_own_first_line(ws):
    path = ws.units["repris"].folder / FILE
    found = refusal(ws, Change(path, JANUARY.replace(OPEN, f"; late\n{SALE}"), durable.content_hash(path)))
    assert found.excerpt == '2026-01-10 * "Sale"'


def test_a_closed_month_takes_nothing_in_any_file(ws):
    assert changed(ws, OPEN + SALE, "books/2026/2026-02.beancount")[0] == "MONTH_CLOSED"
    assert changed(ws, SALE, "books/2026/2026-03.beancount")[0] == "MONTH_CLOSED"
    assert changed(ws, ACCOUNTS + "2026-01-31 close Assets:1930-Bank\n", "accounts.beancount")[0] == "MONTH_CLOSED"
    assert changed(ws, ACCOUNTS + "2026-01-01 open Assets:1940-Savings\n", "accounts.beancount") is None
    assert changed(ws, ACCOUNTS.replace("2024", "2023"), "accounts.beancount")[0] == "SEALED_TEXT"


def test_a_file_with_other_line_ends_holds_the_same(ws):
    path = ws.units["repris"].folder / FILE
    path.write_bytes(JANUARY.replace("\n", "\r\n").encode())
    assert changed(ws, JANUARY.replace("\n", "\r\n").replace("1.00", "2.00")) is None


def test_late_text_that_stands_there_may_be_taken_out_or_moved_but_not_kept_in_its_month(ws):
    path = ws.units["repris"].folder / FILE
    late = SALE.replace("Sale", "Late")
    path.write_text(JANUARY + late)
    assert changed(ws, JANUARY) is None
    assert changed(ws, JANUARY.replace("1.00", "2.00") + late) is None
    assert (
        changed(ws, JANUARY + late.replace("2026-01-10", "2026-02-01").replace("\n", '\n  concerns: "2026-01"\n', 1))
        is None
    )
    assert changed(ws, JANUARY + late.replace("5.00", "6.00"))[0] == "MONTH_CLOSED"


def test_sealed_text_in_another_layout_stays_and_may_be_put_back(ws):
    """Somebody's editor has written A-1 otherwise: what it says is sealed all the same."""
    path = ws.units["repris"].folder / FILE
    path.write_text(JANUARY.replace("  Assets:1930-Bank  -9.00", "  Assets:1930-Bank   -9.00"))
    text = path.read_text()
    assert changed(ws, text.replace("1.00", "2.00")) is None
    assert changed(ws, JANUARY) is None
    assert changed(ws, text.replace("-9.00", "-8.00")) == (
        "MONTH_CLOSED",
        3,
        f"This entry is dated 2026-01-05, {CLOSED}",
    )
    gone = text[: text.index("2026-01-05")] + text[text.index("2026-01-10") :]
    assert changed(ws, gone) == ("SEALED_TEXT", 3, RENT_SEALED)


def test_sealed_text_that_was_lost_may_be_put_back(ws):
    path = ws.units["repris"].folder / FILE
    path.write_text(JANUARY.replace(RENT, ""))
    assert changed(ws, JANUARY) is None
    assert changed(ws, JANUARY.replace("-9.00", "-8.00"))[0] == "MONTH_CLOSED"


def test_a_month_opened_again_takes_new_entries_and_keeps_the_old(ws):
    reopen(ws, "repris", "2026-01")
    assert changed(ws, JANUARY + SALE.replace("Sale", "More")) is None
    assert changed(ws, JANUARY.replace("-9.00", "-9.01"))[0] == "SEALED_TEXT"


def test_a_unit_without_seals_writes_what_it_likes(make_workspace):
    ws = make_workspace({"repris": {"accounts": ACCOUNTS, "2026-01": JANUARY}})
    assert changed(ws, SALE) is None


def test_seals_that_cannot_be_read_stop_every_writer(ws):
    seals = ws.units["repris"].folder / "seals.jsonl"
    seals.write_bytes(seals.read_bytes()[:-9])
    with pytest.raises(Problem) as caught:
        check_changes(ws, ws.units["repris"], [Change(ws.units["repris"].folder / FILE, JANUARY, None)])
    assert caught.value.code == "SEALS_UNREADABLE"


def test_a_file_of_the_close_and_the_seals_only_grow(ws):
    unit = ws.units["repris"]
    closed = unit.folder / "books/2026/2026-01.closed.beancount"
    closed.write_text("; of the close\n" + RENT)
    text = (unit.folder / "seals.jsonl").read_text()
    for path, new, code in (
        (closed, "; of the close\n" + RENT + "\n" + OPEN, None),
        (closed, "; of the close\n", "SEALED_TEXT"),
        (closed, "; of that close\n" + RENT, "SEALED_TEXT"),
        (unit.folder / "seals.jsonl", text + text.replace("2026-01", "2026-02"), None),
        (unit.folder / "seals.jsonl", text.replace("2026-01", "2026-02"), "SEALED_TEXT"),
    ):
        found = refusal(ws, Change(path, new, None))
        assert (found and found.code) == code
        assert found is None or (found.text() and found.remedy_text())


def test_the_one_writer_asks(ws):
    """Whoever writes: nothing is on the disk after a refusal."""
    unit = ws.units["repris"]
    path = unit.folder / FILE
    with pytest.raises(Problem) as caught:
        append_entries(ws, unit, [Block(dt.date(2026, 1, 20), SALE.replace("01-10", "01-20"))])
    assert caught.value.code == "MONTH_CLOSED"
    with pytest.raises(Problem) as caught:
        apply(ws, unit, [Change(path, JANUARY.replace("-9.00", "-8.00"), durable.content_hash(path))])
    assert caught.value.code == "SEALED_TEXT"
    assert path.read_text() == JANUARY
    append_entries(ws, unit, [Block(dt.date(2026, 2, 20), OPEN.replace("02-03", "02-20"))])
    assert "02-20" in (unit.folder / "books/2026/2026-02.beancount").read_text()


def test_a_job_that_closes_a_month_may_write_into_it(ws):
    """The frozen vouchers and their seal come together; the month isn't closed before."""
    unit = ws.units["repris"]
    closed = unit.folder / "books/2026/2026-02.closed.beancount"
    frozen = OPEN.replace("02-03", "02-28")
    before = (unit.folder / "seals.jsonl").read_text()
    closed.write_text(frozen)
    seal(ws, "repris", "2026-02")
    after = (unit.folder / "seals.jsonl").read_text()
    closed.unlink()
    (unit.folder / "seals.jsonl").write_text(before)
    check_changes(ws, unit, [Change(closed, frozen, None), Change(unit.folder / "seals.jsonl", after, None)])


def test_what_is_read_of_the_seals_without_decoding_them_is_what_they_say(ws):
    """Vouchers and files may hold quotes and what looks like a record of the seal."""
    unit = ws.units["repris"]
    none = "0" * 64
    odd = f'"file":"x","line":1,"canonical":"{none}","numberless":"{none}","raw":"{none}"'
    odd += f',"heads":{{"x":"{none}"}},"root":"'
    path = unit.folder / "books/2026/2026-02.beancount"
    path.write_text("; head\n" + OPEN.replace("\n", f"\n  voucher: {json.dumps(odd)}\n", 1))
    seal(ws, "repris", "2026-02")
    reopen(ws, "repris", "2026-02")
    data = (unit.folder / "seals.jsonl").read_bytes()
    seals = seals_of(unit.folder)
    assert sorted(sealed_raws(data).elements()) == sorted((e.file, e.raw) for s in seals for e in s.draft.entries)
    assert sealed_heads(data) == {file: raw for s in seals for file, raw in s.draft.heads.items()}
    assert all(s.at == AT for s in seals)
