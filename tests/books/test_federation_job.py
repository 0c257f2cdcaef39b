"""Jobs over several units: all of their files, or none; completed by whoever comes next; nobody waits for ever."""

import datetime as dt
import json
import multiprocessing
import os
import threading

import pytest

from ledger.books import durable, notices, open_workspace, write
from ledger.books.history import check_history, read_history
from ledger.books.problems_write import BooksBusy, JobUnreadable, WriteConflict, WriteEncoding, WriteOutside
from ledger.books.write import Block, Change, Note

MARCH = dt.date(2026, 3, 31)
#: What a close writes: the unit's closed file, one of which all is written anew, central's side, an account it needs.
CLOSED, SIDE = "books/2026/2026-03.closed.beancount", "books/2026/2026-03.repris.closed.beancount"
WHOLE = "books/2026/2026-02.beancount"
NOTE = Note("close", details={"period": "2026-03"})


@pytest.fixture
def ws(make_workspace):
    return make_workspace({"repris": {"2026-03": "; March\n"}, "vasa": {"2026-03": "; March\n"}})


def changes(ws, word="one"):
    repris, central = ws.units["repris"], ws.units["gemensamt"]
    accounts = repris.folder / "accounts.beancount"
    old = accounts.read_text()
    opened = Block(MARCH, f"2026-03-01 open Assets:{word.title()}")
    return {
        central: [Change(central.folder / SIDE, f"; {word}, central\n", None)],
        repris: [
            Change(accounts, write_joined(old, opened), durable.sha256(old.encode()), (opened,)),
            Change(repris.folder / CLOSED, f"; {word}\n", None),
            Change(repris.folder / WHOLE, f"; {word}\n", None),
        ],
    }


def write_joined(old, *blocks):
    from ledger.books.jobs import joined  # noqa: PLC0415  the job's own way to add

    return joined(old, blocks)


def apply(ws, made=None, note=NOTE):
    write.apply_federation(ws, made or changes(ws), note=note, check=None)


def state(ws):
    """Every file of the units but the histories, which hold the time."""
    return {
        path.relative_to(ws.root).as_posix(): path.read_bytes()
        for path in ws.units_folder.rglob("*")
        if path.is_file() and path.name != "history.jsonl"
    }


def test_all_files_and_both_histories(ws):
    before = state(ws)
    notes = {"repris": Note("close", vouchers=("L-1",)), "gemensamt": Note("close", vouchers=("L-7",))}
    apply(ws, note=notes)
    assert state(ws).keys() - before.keys() == {
        f"units/gemensamt/{SIDE}",
        f"units/repris/{CLOSED}",
        f"units/repris/{WHOLE}",
    }
    for slug, files, voucher in (
        ("repris", {"accounts.beancount", CLOSED, WHOLE}, "L-1"),
        ("gemensamt", {SIDE}, "L-7"),
    ):
        *_, last = lines = read_history(ws.units[slug].folder)
        assert check_history(lines) == []
        assert {name for name, _, _ in last.files} == files
        assert (last.action, last.vouchers) == ("close", (voucher,))
    assert read_history(ws.units["vasa"].folder) == ()
    assert not list((ws.state_folder / "jobs").iterdir())


def test_a_conflict_in_one_unit_writes_in_none(ws):
    made = changes(ws)
    (ws.units["repris"].folder / "accounts.beancount").write_text("; changed meanwhile\n")
    before = state(ws)
    with pytest.raises(WriteConflict):
        apply(ws, made)
    assert state(ws) == before
    assert read_history(ws.units["gemensamt"].folder) == ()


def test_the_guard_of_one_unit_stops_the_job(ws):
    def refuse(_ws, unit, _texts):
        return (WriteEncoding(),) if unit.slug == "repris" else ()

    before = state(ws)
    with pytest.raises(WriteEncoding):
        write.apply_federation(ws, changes(ws), note=NOTE, check=refuse)
    assert state(ws) == before


def test_a_unit_writes_only_below_its_own_folder(ws):
    made = changes(ws)
    made[ws.units["vasa"]] = made.pop(ws.units["gemensamt"])
    with pytest.raises(WriteOutside):
        apply(ws, made)


def test_seals_pass_the_check_of_names_and_nothing_else_does(ws):
    repris = ws.units["repris"]
    assert not write.check_text(ws, repris, {repris.folder / "seals.jsonl": "{}\n"})
    for name in ("unit.toml", "history.jsonl", "documents/x.beancount", "seals.json"):
        with pytest.raises(WriteOutside):
            write.apply_federation(ws, {repris: [Change(repris.folder / name, "x\n", write.ANY)]}, note=NOTE)


def stopped(ws, monkeypatch, at, made=None):
    """Stop a job at its n-th rename of a file of the units (0: after all of them, before the histories)."""
    real, count = os.rename, 0

    def rename(source, target):
        nonlocal count
        count += str(target).startswith(str(ws.units_folder))
        if at and count > at:
            raise KeyboardInterrupt
        real(source, target)

    def add(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", rename)
        if not at:
            patch.setattr(durable, "add", add)
        with pytest.raises(KeyboardInterrupt):
            apply(ws, made)


@pytest.mark.parametrize("at", [0, 1, 2, 3])
@pytest.mark.parametrize("slug", ["repris", "gemensamt", "@federation"])
def test_whoever_comes_next_completes_it_for_all_units(ws, monkeypatch, at, slug):
    expected = state(ws)
    for own in changes(ws).values():
        expected |= {c.path.relative_to(ws.root).as_posix(): c.text.encode() for c in own}
    stopped(ws, monkeypatch, at)
    assert (ws.state_folder / "jobs" / "@federation.json").exists()
    if slug == "@federation":
        assert write.recover(ws) == ("@federation", "gemensamt", "repris")
    else:
        with write.unit_lock(ws, slug):
            assert state(ws) == expected
    assert not write.recover(ws) or slug != "@federation"
    assert state(ws) == expected
    for one in ("repris", "gemensamt"):
        lines = read_history(ws.units[one].folder)
        assert check_history(lines) == []
        assert [line.action for line in lines] == ["begin", "close"]
    assert not list((ws.state_folder / "jobs").iterdir())


def test_a_unit_that_it_does_not_concern_waits_for_nothing(ws, monkeypatch):
    stopped(ws, monkeypatch, 1)
    with write.unit_lock(ws, "vasa"):
        pass
    assert (ws.state_folder / "jobs" / "@federation.json").exists()
    assert write.recover(ws)


def test_a_plan_that_was_done_and_comes_back_changes_nothing(ws, monkeypatch):
    """The folder of plans isn't synced when a plan is taken away: after a power cut it may stand there again."""
    plan = ws.state_folder / "jobs" / "@federation.json"
    kept = []
    unlink = type(plan).unlink
    monkeypatch.setattr(
        type(plan), "unlink", lambda path, **k: (path == plan and kept.append(plan.read_bytes())) or unlink(path, **k)
    )
    apply(ws)
    accounts = ws.units["repris"].folder / "accounts.beancount"
    accounts.write_text("; edited since\n")
    before = state(ws)
    plan.write_bytes(kept[0])
    assert write.recover(ws) == ("@federation",)
    assert state(ws) == before
    assert len(read_history(ws.units["repris"].folder)) == 2


def test_what_was_edited_after_the_crash_stays_and_the_rest_is_done(ws, monkeypatch):
    stopped(ws, monkeypatch, 2)  # central's file and the accounts stand; repris's two others don't
    whole = ws.units["repris"].folder / WHOLE
    whole.write_text("; by hand\n")
    write.recover(ws)
    (told,) = notices.take()
    assert (told.code, told.file) == ("JOB_CONFLICT", f"units/repris/{WHOLE}")
    assert whole.read_text() == "; by hand\n"
    assert (ws.root / told.params["kept"]).read_text() == "; one\n"
    assert (ws.units["repris"].folder / CLOSED).read_text() == "; one\n"
    assert read_history(ws.units["repris"].folder)[-1].action == "close"
    with write.unit_lock(ws, "repris"):
        pass
    write.append_entries(ws, ws.units["repris"], [Block(MARCH, "; x")], check=None)
    assert [line.action for line in read_history(ws.units["repris"].folder)] == ["begin", "close", "outside", "write"]


def test_what_was_edited_before_anything_was_done_is_the_end_of_the_job(ws, monkeypatch):
    made = changes(ws)
    central = ws.units["gemensamt"]
    made[central] = [Change(central.folder / SIDE, "; one, central\n", None)]
    real = os.rename
    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", lambda a, b: real(a, b) if "jobs" in str(b) else (_ for _ in ()).throw(OSError(5)))
        with pytest.raises(OSError, match="5"):
            apply(ws, made)
    (central.folder / SIDE).write_text("; by hand\n")
    before = state(ws)
    write.recover(ws)
    (told,) = notices.take()
    assert (told.code, told.params["case"]) == ("JOB_CONFLICT", "undone")
    after = {name: data for name, data in state(ws).items() if ".tmp-" not in name}
    assert after == {name: data for name, data in before.items() if ".tmp-" not in name}
    assert read_history(central.folder) == ()
    apply(ws, {ws.units["repris"]: made[ws.units["repris"]]})


def test_a_plan_leads_into_none_but_its_units(ws, monkeypatch):
    stopped(ws, monkeypatch, 1)
    plan = ws.state_folder / "jobs" / "@federation.json"
    body = json.loads(plan.read_text())["body"].replace(f"units/repris/{CLOSED}", "units/vasa/accounts.beancount")
    plan.write_text(json.dumps({"sha256": durable.sha256(body.encode()), "body": body}))
    before = state(ws)
    with pytest.raises(WriteOutside):
        write.recover(ws)
    assert state(ws) == before


def test_a_damaged_plan_is_told_to_everybody(ws, monkeypatch):
    stopped(ws, monkeypatch, 1)
    plan = ws.state_folder / "jobs" / "@federation.json"
    plan.write_text(plan.read_text()[:-20])
    for slug in ("repris", "vasa"):
        with pytest.raises(JobUnreadable), write.unit_lock(ws, slug):
            pass
    plan.unlink()
    with write.unit_lock(ws, "repris"):
        pass


def test_the_lock_of_several_units_comes_before_that_of_one(ws):
    with write.unit_lock(ws, "repris"), pytest.raises(RuntimeError, match="before"):
        apply(ws)
    with write.federation_lock(ws, ["repris", "gemensamt"]), write.unit_lock(ws, "repris"):
        apply(ws)
    assert read_history(ws.units["repris"].folder)[-1].action == "close"


def hold(root, slug, ready, done):
    with write.unit_lock(open_workspace(root), slug):
        ready.set()
        done.wait(30)


def test_a_job_waits_for_each_of_its_units_and_says_which(ws):
    spawn = multiprocessing.get_context("spawn")
    ready, done = spawn.Event(), spawn.Event()
    other = spawn.Process(target=hold, args=(ws.root, "repris", ready, done))
    other.start()
    assert ready.wait(60)
    with pytest.raises(BooksBusy) as caught, write.federation_lock(ws, ["gemensamt", "repris"], seconds=0.2):
        pass
    assert caught.value.unit == "repris"
    with write.federation_lock(ws, ["gemensamt", "vasa"], seconds=5):
        pass
    done.set()
    other.join()


def test_nobody_waits_for_each_other(ws):
    """Closes of both units and single writers of each, at once: all end, and all of what they wrote is there."""
    names = [f"{kind}{n}" for kind in "abcd" for n in range(6)]
    failed = []

    def single(slug, name):
        block = Block(MARCH, f'2026-03-31 * "{name}"\n  source-id: "{name}"\n', name)
        write.append_entries(ws, ws.units[slug], [block], check=None, note=Note("import"))

    def both(name):
        with write.federation_lock(ws, ["repris", "gemensamt"]):
            made = {}
            for slug in ("repris", "gemensamt"):
                path = ws.units[slug].month_file(MARCH)
                old = path.read_text() if path.exists() else None
                text = write_joined(old or "", Block(MARCH, f'2026-03-31 * "{name}"\n  source-id: "{name}"\n', name))
                made[ws.units[slug]] = [Change(path, text, None if old is None else durable.sha256(old.encode()))]
            write.apply_federation(ws, made, note=NOTE, check=None)

    def work(kind):
        try:
            for name in (n for n in names if n[0] == kind):
                {"a": lambda n: single("repris", n), "b": lambda n: single("gemensamt", n)}.get(kind, both)(name)
        except BaseException as error:  # noqa: BLE001  said by the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=work, args=(kind,)) for kind in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not failed
    for slug, kinds in (("repris", "acd"), ("gemensamt", "bcd")):
        assert write.source_ids(ws.units[slug]) == {n for n in names if n[0] in kinds}
        lines = read_history(ws.units[slug].folder)
        assert check_history(lines) == []
        assert len(lines) == 1 + 18


def test_what_a_crash_left_of_the_federations_own_writer_is_swept_and_nobody_elses(ws):
    documents = ws.units_folder / "documents"
    write.keep_document(ws, None, documents / "FS-2026-1.pdf", b"%PDF")
    assert (documents / "FS-2026-1.pdf").read_bytes() == b"%PDF"
    left = [documents / ".tmp-a", ws.units_folder / ".tmp-b"]
    at_work = ws.units["repris"].folder / ".tmp-c"  # of a writer that holds repris's lock just now
    for path in (*left, at_work):
        path.write_text("x")
    (ws.state_folder / "jobs" / "policy.busy").touch()
    assert write.recover(ws) == ("policy",)
    assert [path.exists() for path in (*left, at_work)] == [False, False, True]


def test_a_line_by_itself_is_a_job_too(ws, monkeypatch):
    """Torn by a crash, it is finished by the next, not told to be damage."""
    real = durable.add

    def torn(path, at, data):
        real(path, at, data[: len(data) // 2])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(durable, "add", torn)
        with pytest.raises(KeyboardInterrupt):
            write.note_only(ws, None, Note("lock", "half"))
    write.note_only(ws, None, Note("lock", "whole"))
    lines = read_history(ws.units_folder)
    assert [(line.action, line.note) for line in lines] == [("begin", ""), ("lock", "half"), ("lock", "whole")]
    assert check_history(lines) == []
    assert not notices.take()
