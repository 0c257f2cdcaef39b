"""Crashes while vouchers get numbers and are taken back: no number twice, none left out, nothing corrected twice.

In full: `SAMBOK_KILLS=1000 pytest tests/faults/test_vouchers_kill.py` (kill -9 at that many random moments).
"""

import datetime as dt
import itertools
import random
import signal

import pytest

from ledger.books import load_books, open_workspace, write
from ledger.books.history import check_history, read_history
from ledger.books.write import Block, Note
from ledger.closing.assign import number_unit
from ledger.closing.correct import Asked, correct_voucher
from ledger.closing.numbering import entries_of, numbers
from ledger.closing.problems_vouchers import CorrectedAlready
from tests.closing.changing import changing
from tests.faults.test_import_kill import KILLS, SERVER

ACCOUNTS = "2026-01-01 open Assets:1930-Bank SEK\n2026-01-01 open Income:3001-Sales SEK\n"
TODAY = dt.date(2026, 4, 2)
#: Vouchers of a round: each is booked, then all get numbers, then each is taken back.
ROUND = 3


def sale(name, day=dt.date(2026, 3, 5)):
    text = f'{day} * "{name}"\n  source-id: "{name}"\n  Assets:1930-Bank  1.00 SEK\n  Income:3001-Sales  -1.00 SEK\n'
    return Block(day, text, name)


def work(root, number):
    """One round, whatever of it an earlier process has done; in three months, so that numbering is a job of files."""
    ws = open_workspace(root)
    unit = ws.units["repris"]
    days = [dt.date(2026, month, 5) for month in (1, 2, 3)]
    blocks = [sale(f"sale-{number}-{n}", day) for n, day in zip(range(ROUND), days, strict=True)]
    write.append_entries(ws, unit, blocks, note=Note("import"))
    number_unit(ws, unit, by="anna", today=TODAY)
    for entry in list(entries_of(load_books(ws, ["repris"]).units["repris"])):
        if str(entry.said.get("source-id", "")).startswith(f"sale-{number}-"):
            try:
                correct_voucher(ws, unit, Asked(entry.voucher), by="anna", today=TODAY)
            except CorrectedAlready:
                continue


def check(ws):
    """After any crash: what was interrupted is completed, numbers run on, and every act is in the history once."""
    write.recover(ws)
    unit = ws.units["repris"]
    assert not list(unit.folder.rglob(".tmp-*"))
    lines = read_history(unit.folder)
    assert check_history(lines) == []
    assert all(line.action in {"begin", "import", "number", "correct"} for line in lines)
    books = load_books(ws)
    assert books.units["repris"].problems == ()
    entries = list(entries_of(books.units["repris"]))
    found = numbers(books, "repris", 2026)
    assert (found.gaps(), found.twice, found.unreadable) == ((), (), ())
    corrected = [entry.said["corrects"] for entry in entries if "corrects" in entry.said]
    assert len(corrected) == len(set(corrected))
    assert set(corrected) <= {entry.voucher for entry in entries}
    assert [voucher for line in lines if line.action == "correct" for voucher in line.vouchers] == [
        f"X-{n + 1}" for n in range(len(corrected))
    ]
    return len(entries), len(corrected)


@pytest.fixture
def ws(tmp_path, monkeypatch):
    """A unit with nothing booked."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    home = tmp_path / "ws"
    home.mkdir()
    changing(home, ACCOUNTS)("")
    return open_workspace(home)


def test_kill_at_random_moments(ws):
    clock = random.Random(20261122)  # noqa: S311  no cryptography
    landed, longest = 0, 0.02
    for number in itertools.count():
        process = SERVER.Process(target=work, args=(ws.root, number))
        process.start()
        process.join(clock.uniform(0, longest))
        process.kill()
        process.join()
        landed += process.exitcode == -signal.SIGKILL
        longest = min(longest * 1.1, 1.5)
        check(ws)
        work(ws.root, number)
        assert check(ws) == (2 * ROUND * (number + 1), ROUND * (number + 1))  # each sale, and each taken back once
        if landed >= KILLS // 5:
            return


def book_and_number(root, who):
    ws = open_workspace(root)
    for n in range(5):
        write.append_entries(ws, ws.units["repris"], [sale(f"{who}-{n}")], note=Note("import"))
        number_unit(ws, ws.units["repris"], by=who, today=TODAY)


def test_several_at_once_share_one_series(ws):
    people = [SERVER.Process(target=book_and_number, args=(ws.root, f"person-{n}")) for n in range(4)]
    for process in people:
        process.start()
    for process in people:
        process.join()
        assert process.exitcode == 0
    found = numbers(load_books(ws), "repris", 2026)
    assert sorted(found.series["A"].used) == list(range(1, 21))
    assert (found.twice, found.missing) == ((), ())
