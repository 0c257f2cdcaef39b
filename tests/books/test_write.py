"""The one writer: whole files or none, nobody's change lost, jobs completed by whoever comes next."""

import datetime as dt
import itertools
import json
import multiprocessing
import os
import stat

import pytest

from ledger.books import durable, open_workspace, write
from ledger.books.problems_write import (
    BooksBusy,
    JobUnreadable,
    WriteConflict,
    WriteCutOff,
    WriteEncoding,
    WriteOutside,
)
from ledger.books.write import Block, Change

JAN, FEB = dt.date(2026, 1, 15), dt.date(2026, 2, 3)


def entry(day, name):
    return Block(day, f'{day} * "{name}"\n  source-id: "{name}"\n  Assets:A  1.00 SEK\n  Equity:B  -1.00 SEK\n', name)


def no_guard(ws, unit, texts):
    return ()


def append(ws, *blocks, opens=()):
    return write.append_entries(ws, ws.units["repris"], blocks, opens=opens, check=no_guard)


@pytest.fixture
def ws(make_workspace):
    return make_workspace({"repris": {"2026-01": "; January\n"}})


def text_of(ws, name):
    return (ws.units["repris"].folder / name).read_text(encoding="utf-8")


def test_blocks_go_to_the_file_of_their_month(ws):
    done = append(ws, entry(JAN, "x1"), entry(FEB, "x2"))
    assert done.written == 2
    assert done.known == 0
    assert text_of(ws, "books/2026/2026-01.beancount") == "; January\n\n" + entry(JAN, "x1").text
    assert text_of(ws, "books/2026/2026-02.beancount") == entry(FEB, "x2").text


def test_appending_again_changes_no_byte(ws):
    append(ws, entry(JAN, "x1"), entry(FEB, "x2"))
    before = {p: p.read_bytes() for p in ws.root.rglob("*.beancount")}
    done = append(ws, entry(JAN, "x1"), entry(FEB, "x2"))
    assert (done.written, done.known) == (0, 2)
    assert before == {p: p.read_bytes() for p in ws.root.rglob("*.beancount")}


def test_one_id_twice_in_one_call_is_written_once(ws):
    assert append(ws, entry(JAN, "x1"), entry(JAN, "x1")).written == 1


def test_accounts_are_opened_once(ws):
    opens = [Block(JAN, "2000-01-01 open Assets:1930-Bank SEK")]
    append(ws, entry(JAN, "x1"), opens=opens)
    append(ws, entry(JAN, "x2"), opens=opens)
    assert text_of(ws, "accounts.beancount").count("open Assets:1930-Bank") == 1


def test_a_file_without_a_last_newline_is_not_glued_to(ws):
    (ws.units["repris"].books / "2026/2026-01.beancount").write_text("; no end")
    append(ws, entry(JAN, "x1"))
    assert text_of(ws, "books/2026/2026-01.beancount").startswith("; no end\n\n2026-01-15")


def test_a_file_of_no_bytes_is_refused(ws):
    (ws.units["repris"].books / "2026/2026-01.beancount").write_bytes(b"")
    with pytest.raises(WriteCutOff):
        append(ws, entry(JAN, "x1"))


def test_a_file_in_another_encoding_is_refused(ws):
    (ws.units["repris"].books / "2026/2026-01.beancount").write_bytes("; Köp\n".encode("latin-1"))
    with pytest.raises(WriteEncoding):
        append(ws, entry(JAN, "x1"))


def test_the_guard_refuses_before_anything_is_written(ws):
    before = text_of(ws, "books/2026/2026-01.beancount")

    def refuse(ws, unit, texts):
        assert set(texts) == {unit.month_file(JAN), unit.month_file(FEB)}
        return (WriteEncoding(file="said by the guard"),)

    with pytest.raises(WriteEncoding):
        write.append_entries(ws, ws.units["repris"], [entry(JAN, "x1"), entry(FEB, "x2")], check=refuse)
    assert text_of(ws, "books/2026/2026-01.beancount") == before
    assert not ws.units["repris"].month_file(FEB).exists()


def test_write_text_refuses_what_changed_meanwhile(tmp_path):
    path = tmp_path / "a" / "b.beancount"
    first = write.write_text(path, "one\n", expected=None)
    with pytest.raises(WriteConflict):
        write.write_text(path, "two\n", expected=None)
    second = write.write_text(path, "two\n", expected=first)
    with pytest.raises(WriteConflict):
        write.write_text(path, "three\n", expected=first)
    assert path.read_text() == "two\n"
    write.write_text(path, "three\n", expected=write.ANY)
    assert durable.content_hash(path) != second


def test_write_text_keeps_the_mode(tmp_path):
    path = tmp_path / "b.beancount"
    path.write_text("one\n")
    path.chmod(0o640)
    write.write_text(path, "two\n", expected=write.ANY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_links_and_outside_paths_are_refused(ws, tmp_path):
    unit = ws.units["repris"]
    away = tmp_path / "away"
    away.mkdir()
    (unit.books / "2027").symlink_to(away)
    link = unit.books / "2026" / "2026-05.beancount"
    link.symlink_to(away / "x")
    for path in (unit.books / "2027" / "2027-01.beancount", link, unit.folder / "../gemensamt/accounts.beancount"):
        with pytest.raises(WriteOutside):
            write.apply(ws, unit, [Change(path, "x\n", write.ANY)], check=no_guard)
    assert not list(away.iterdir())


FAULTS = ["fsync", "rename", "open", "fchmod"]


def failing_at(n, real):
    calls = itertools.count(1)

    def call(*args, **kwargs):
        if next(calls) == n:
            raise OSError(28, "No space left on device")
        return real(*args, **kwargs)

    return call


@pytest.mark.parametrize("function", FAULTS)
def test_a_refusal_of_the_machine_at_any_call_leaves_old_or_new(ws, monkeypatch, function):
    """The n-th call fails, for every n: afterwards both files are old, or both are new once the next command began."""
    unit = ws.units["repris"]
    real = getattr(os, function)
    for n in range(1, 40):
        name_a, name_b = f"{function}{n}a", f"{function}{n}b"
        monkeypatch.setattr(os, function, failing_at(n, real))
        failed = False
        try:
            append(ws, entry(JAN, name_a), entry(FEB, name_b))
        except OSError:
            failed = True
        monkeypatch.setattr(os, function, real)
        write.recover(ws)
        here = [name in write.source_ids(unit) for name in (name_a, name_b)]
        assert here in ([True, True], [False, False])
        assert failed or here == [True, True]
        assert not list(unit.folder.rglob(".tmp-*"))
        assert not list((ws.state_folder / "jobs").glob("*"))
        append(ws, entry(JAN, name_a), entry(FEB, name_b))
        text = text_of(ws, "books/2026/2026-01.beancount") + text_of(ws, "books/2026/2026-02.beancount")
        assert text.count(f'source-id: "{name_a}"') == text.count(f'source-id: "{name_b}"') == 1
        if not failed:
            break
    else:
        pytest.fail("the fault was never passed")


def interrupt(ws, monkeypatch, *blocks):
    """Stop a job after its first rename of a book file."""
    real, count = os.rename, 0

    def rename(source, target):
        nonlocal count
        count += str(target).endswith(".beancount")
        if count > 1:
            raise KeyboardInterrupt
        real(source, target)

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(KeyboardInterrupt):
        append(ws, *blocks)
    monkeypatch.setattr(os, "rename", real)


def test_an_interrupted_job_is_completed_before_the_next_reader(ws, monkeypatch):
    interrupt(ws, monkeypatch, entry(JAN, "x1"), entry(FEB, "x2"))
    assert not ws.units["repris"].month_file(FEB).exists()
    assert write.recover(ws) == ("repris",)
    assert text_of(ws, "books/2026/2026-02.beancount") == entry(FEB, "x2").text
    assert write.recover(ws) == ()


def test_an_interrupted_job_adds_only_what_an_edited_file_lacks(ws, monkeypatch):
    append(ws, entry(FEB, "x0"))
    interrupt(ws, monkeypatch, entry(JAN, "x1"), entry(FEB, "x2"), entry(FEB, "x3"))
    february = ws.units["repris"].month_file(FEB)
    edited = "; by hand\n" + february.read_text() + "\n" + entry(FEB, "x2").text
    february.write_text(edited)
    write.recover(ws)
    assert february.read_text() == edited + "\n" + entry(FEB, "x3").text


def test_a_damaged_plan_stops_with_its_name(ws, monkeypatch):
    interrupt(ws, monkeypatch, entry(JAN, "x1"), entry(FEB, "x2"))
    plan = ws.state_folder / "jobs" / "repris.json"
    body = json.loads(plan.read_text())
    plan.write_text(json.dumps({**body, "body": body["body"].replace("x2", "x9")}))
    with pytest.raises(JobUnreadable) as caught:
        write.recover(ws)
    assert caught.value.file == ".sambok/jobs/repris.json"


@pytest.mark.parametrize("kind", ["pipe", "brackets"])
def test_a_plan_that_cannot_be_read_is_no_end_and_no_traceback(ws, kind):
    plan = ws.state_folder / "jobs" / "repris.json"
    plan.parent.mkdir(parents=True, exist_ok=True)
    if kind == "pipe":
        os.mkfifo(plan)  # opened like a file, it would wait for ever
    else:
        plan.write_text("[" * 100_000)
    with pytest.raises(JobUnreadable):
        write.recover(ws)


def test_a_plan_cannot_lead_outside_its_unit(ws, monkeypatch):
    interrupt(ws, monkeypatch, entry(JAN, "x1"), entry(FEB, "x2"))
    plan = ws.state_folder / "jobs" / "repris.json"
    body = json.loads(plan.read_text())["body"].replace("units/repris/books/2026/2026-02", "units/gemensamt/evil")
    plan.write_text(json.dumps({"sha256": durable.sha256(body.encode()), "body": body}))
    with pytest.raises(WriteOutside):
        write.recover(ws)
    assert not (ws.root / "units/gemensamt/evil.beancount").exists()


def hold(root, ready, done):
    with write.unit_lock(open_workspace(root), "repris"):
        ready.set()
        done.wait(30)


def test_one_writer_at_a_time_and_a_dead_one_holds_nothing(ws):
    spawn = multiprocessing.get_context("spawn")
    ready, done = spawn.Event(), spawn.Event()
    other = spawn.Process(target=hold, args=(ws.root, ready, done))
    other.start()
    assert ready.wait(60)
    with pytest.raises(BooksBusy), write.unit_lock(ws, "repris", seconds=0.1):
        pass
    with write.unit_lock(ws, "gemensamt", seconds=0.1):
        pass
    other.kill()
    other.join()
    with write.unit_lock(ws, "repris", seconds=10), write.unit_lock(ws, "repris", seconds=0.1):
        pass


def test_a_workspace_without_jobs_gets_no_folder_from_reading(ws):
    assert write.recover(ws) == ()
    assert not ws.state_folder.exists()


@pytest.mark.parametrize("kind", ["pipe", "link", "folder", "socket"])
def test_nothing_but_an_ordinary_file_is_replaced(tmp_path, kind):
    """Whoever may rename over a device takes it from the whole machine; a socket stands for it here."""
    path = tmp_path / "out"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        (tmp_path / "other").write_text("kept")
        path.symlink_to(tmp_path / "other")
    elif kind == "folder":
        path.mkdir()
    else:
        os.mknod(path, stat.S_IFSOCK | 0o600)
    before = path.lstat()
    with pytest.raises(OSError, match="no ordinary file"):
        durable.replace(path, b"x")
    assert path.lstat().st_ino == before.st_ino
    assert path.lstat().st_mode == before.st_mode
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(durable.TEMPORARY)]
