"""Crashes while importing: nothing lost, nothing torn, nothing twice; the next run finishes the work.

In full: `SAMBOK_KILLS=1000 pytest tests/faults/test_import_kill.py` (kill -9 at that many random moments).
"""

import datetime as dt
import errno
import multiprocessing
import os
import random
import shutil
import signal
from decimal import Decimal

import pytest
from beancount.core import data

from importers.run import import_inboxes
from importers.sie.model import SieFile, SieRow, SieVoucher
from importers.sie.write import write_sie
from ledger.books import load_books, main_text, open_workspace
from ledger.books.history import check_history, read_history
from ledger.books.write import recover, source_ids
from tests.conftest import FAVA_CONF
from tests.importers.test_bank import camt, line

#: A fault that did no harm: it hit a cache, which is only quicker, never needed.
SWALLOWED = 5
KILLS = int(os.environ.get("SAMBOK_KILLS", "30"))
#: Every step in full, some of them in the short run.
STRIDE = {"fsync": 1, "rename": 1} if KILLS >= 1000 else {"fsync": 5, "rename": 2}
UNIT = """\
name = "Repris"
code = "REPRIS"
currency = "SEK"
[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
bank_account = "SE4550000000058398257466"
[[source]]
name = "bok"
format = "sie4"
"""
ACCOUNTS = "2020-01-01 open Assets:1930-Bank\n2020-01-01 open Liabilities:2999-Observationskonto\n"


def statements():
    """Eight days of the bank, two equal payments each."""
    for day in range(1, 9):
        opening = str(Decimal(1000) - 60 * (day - 1))
        yield f"dag-{day}.xml", camt(line(day, "-30.00", "kaffe"), line(day, "-30.00", "kaffe"), opening=opening)


def vouchers():
    """One file whose vouchers go to six months and open three accounts: a job over seven files."""
    rows = (SieRow("1510", Decimal(100)), SieRow("3001", Decimal(-80)), SieRow("2611", Decimal(-20)))
    found = [SieVoucher("A", str(n), dt.date(2026, 3 + n % 6, 1 + n), f"Faktura {n}", rows=rows) for n in range(1, 25)]
    sie = SieFile("cp437", meta={"FNAMN": ("x",)}, years={0: (dt.date(2026, 1, 1), dt.date(2026, 12, 31))})
    sie.vouchers.extend(found)
    return write_sie(sie)


def lay_out(root):
    """A workspace whose inboxes wait."""
    shutil.rmtree(root, ignore_errors=True)
    home = root / "units" / "repris"
    for folder in (home / "books" / "2026", home / "inbox" / "bank", home / "inbox" / "bok"):
        folder.mkdir(parents=True)
    (root / "fava.conf").write_text(FAVA_CONF.replace("gemensamt", "repris"), encoding="utf-8")
    (home / "unit.toml").write_text(UNIT, encoding="utf-8")
    (home / "accounts.beancount").write_text(ACCOUNTS, encoding="utf-8")
    (home / "books" / "2026" / "2026-03.beancount").write_text("; March\n", encoding="utf-8")
    for name, content in statements():
        (home / "inbox" / "bank" / name).write_bytes(content)
    (home / "inbox" / "bok" / "bok.se").write_bytes(vouchers())
    ws = open_workspace(root)
    ws.units["repris"].main.write_text(main_text(ws.units["repris"]), encoding="utf-8")
    return ws


def text_files(ws):
    folder = ws.units["repris"].folder
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.beancount")}


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """What an undisturbed run makes of the inboxes."""
    ws = lay_out(tmp_path_factory.mktemp("calm") / "ws")
    import_inboxes(ws, ["repris"])
    files = text_files(ws)
    assert sum(f.count(b"source-id") for f in files.values()) == 1 + 16 + 8 + 24
    return files


#: Children come from a process that has read the modules and holds no thread, worker or lock of ours.
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["importers.run", "ledger.books"])


def work(root, function, number, crash):
    """A child's whole life: import the inboxes, with a fault on the way if one is wanted."""
    calls = fault(function, number, crash=crash) if function else [0]
    try:
        import_inboxes(open_workspace(root), ["repris"])
    except OSError:
        os._exit(4)
    os._exit(SWALLOWED if function and calls[0] >= number else 0)


def child(root, function=None, number=0, *, crash=False):
    process = SERVER.Process(target=work, args=(root, function, number, crash))
    process.start()
    return process


def check(ws):
    """After any crash, the next command's first step; then a book that loads, no line twice and no file half in."""
    recover(ws)
    unit = ws.units["repris"]
    assert not list(unit.folder.rglob(".tmp-*"))
    assert not list((ws.state_folder / "jobs").glob("*"))
    text = "".join(p.read_text(encoding="utf-8") for p in unit.books.rglob("*.beancount"))
    assert text.count("source-id:") == len(source_ids(unit))
    assert text.count("Faktura") in {0, 24}  # the job over seven files: all or nothing
    accounts = (unit.folder / "accounts.beancount").read_text(encoding="utf-8")
    assert accounts.count("\n2000-01-01 open") == (3 if "Faktura" in text else 0)
    assert text.count('"kaffe"') % 2 == 0
    lines = read_history(unit.folder)
    assert check_history(lines) == []
    assert {line.action for line in lines} <= {"begin", "import", "place"}  # nothing was changed that isn't told
    book = load_books(ws, ["repris"]).units["repris"]
    assert book.problems == ()
    per_document = {}
    for entry in book.entries():
        if isinstance(entry, data.Transaction):
            per_document.setdefault(entry.meta["document"], []).append(entry)
    kept = {p.relative_to(unit.folder).as_posix() for p in unit.folder.glob("documents/*/*")}
    assert set(per_document) <= kept  # nothing booked whose source wasn't kept
    waiting = {p.name for p in unit.folder.glob("inbox/*/*")}
    done = {d.partition("-")[2] for d in per_document}
    assert waiting | done == {name for name, _ in statements()} | {"bok.se"}  # nothing lost


def test_kill_at_random_moments(tmp_path, expected):
    clock = random.Random(20261121)  # noqa: S311  no cryptography
    ws, landed, longest = lay_out(tmp_path / "ws"), 0, 0.05
    while landed < KILLS:
        process = child(ws.root)
        process.join(clock.uniform(0, longest))
        process.kill()
        process.join()
        landed += process.exitcode == -signal.SIGKILL
        longest = min(longest * 1.15, 2.0)
        check(ws)
        if not list(ws.root.glob("units/repris/inbox/*/*")):
            assert text_files(ws) == expected
            ws = lay_out(tmp_path / "ws")
    import_inboxes(ws, ["repris"])
    check(ws)
    assert text_files(ws) == expected


def fault(function, number, *, crash):
    """Make the n-th call of an os function end the process, or fail like a full disk."""
    real = getattr(os, function)
    calls = [0]

    def wrapped(*args, **kwargs):
        calls[0] += 1
        if calls[0] == number:
            if crash:
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*args, **kwargs)

    setattr(os, function, wrapped)
    return calls


@pytest.mark.parametrize("crash", [True, False], ids=["killed", "disk full"])
@pytest.mark.parametrize("function", ["fsync", "rename"])
def test_a_fault_at_every_durable_step(tmp_path, expected, function, crash):
    """The n-th fsync or rename of one run, for every n: afterwards old or new, and the next run makes the rest."""
    ws = lay_out(tmp_path / "ws")
    for path in ws.root.glob("units/repris/inbox/bank/dag-[2-8].xml"):
        path.unlink()
    keep = tmp_path / "keep"
    shutil.copytree(ws.root, keep)
    import_inboxes(ws, ["repris"])
    want = text_files(ws)
    number, ended = 0, None
    while ended != 0:
        number += STRIDE[function]
        assert number < 200
        shutil.rmtree(ws.root)
        shutil.copytree(keep, ws.root)
        process = child(ws.root, function, number, crash=crash)
        process.join(60)
        ended = process.exitcode
        assert ended in ({0, -signal.SIGKILL} if crash else {0, 4, SWALLOWED})
        recover(ws)
        now = text_files(ws)
        assert ended not in {0, SWALLOWED} or now == want
        again = import_inboxes(ws, ["repris"])
        assert not [p for r in again for p in r.problems]
        assert text_files(ws) == want
        assert not list(ws.root.glob("units/repris/inbox/*/*"))
    assert number > (20 if function == "fsync" else 8)


def test_killed_while_archiving(tmp_path):
    """Between the temporary file and its rename, in a folder that only the archive writes to: the next one sweeps."""
    keep, ws = lay_out(tmp_path / "keep").root, None
    for number in range(1, 12):
        shutil.copytree(keep, tmp_path / str(number))
        ws = open_workspace(tmp_path / str(number))
        process = child(ws.root, "rename", number, crash=True)
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        if list(ws.root.glob("units/repris/documents/*/.tmp-*")):
            break
    else:
        pytest.fail("no rename of the first ones was the archive's")
    check(ws)
