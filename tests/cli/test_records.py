"""What the command line leaves in the history: what it did; and nothing where it only read."""

import pytest

from ledger.books import notices
from ledger.books.history import check_history, read_history
from ledger.cli.main import main
from tests.combine.test_runs import ACCOUNTS, PURCHASE, SALE

POLICY = '2026-01-01 custom "decision" "D-1" "assembly"\n2026-01-01 custom "levy-rate" "*" 0.15\n  decision: "D-1"\n'
READING = [
    ["check"],
    ["todo"],
    ["levy"],
    ["levy", "--json"],
    ["combine"],
    ["combine", "--json"],
    ["runs"],
    ["open-items"],
    ["reconcile"],
    ["import", "repris", "march.xml", "--dry-run"],
]


@pytest.fixture
def ws(make_workspace):
    notices.take()
    units = {
        "repris": {"accounts": ACCOUNTS, "2026-03": SALE},
        "gemensamt": {"accounts": ACCOUNTS, "2026-03": PURCHASE.format(amount="100.00")},
    }
    return make_workspace(units, policy=POLICY)


@pytest.fixture
def sambok(ws, monkeypatch, capfd):
    def run(*args):
        monkeypatch.chdir(ws.root)
        with pytest.raises(SystemExit) as end:
            main([*args])
        return (end.value.code or 0, *capfd.readouterr())

    return run


def tree(ws):
    return {p.relative_to(ws.root): p.read_bytes() for p in ws.units_folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("args", READING, ids=" ".join)
def test_who_only_reads_writes_nothing(ws, sambok, args):
    before = tree(ws)
    _, _, err = sambok(*args)
    assert "Traceback" not in err
    assert tree(ws) == before
    for name in ("history", "git", "jobs", "kept"):
        assert not (ws.state_folder / name).exists()


def test_a_lock_is_told_once(ws, sambok):
    for name in ("2026-03", "2026-03", "march"):
        assert sambok("combine", "--to", "2026-03-31", "--lock", name)[0] == 0
    begin, lock, other = read_history(ws.units_folder)
    assert (other.action, other.details["run"]) == ("lock", "march")
    assert [name for name, _, _ in begin.files] == ["fava.conf", "units/policy.beancount", "units/prices.beancount"]
    assert (lock.action, lock.by, lock.details["run"]) == ("lock", "anna", "2026-03")
    assert {name for name, _, _ in lock.files} == {
        p.relative_to(ws.root).as_posix() for p in (ws.runs_folder / "2026-03").iterdir()
    }
    assert check_history((begin, lock, other)) == []


def test_what_does_not_stop_an_action_is_said_after_it(ws, sambok):
    (ws.units_folder / "history.jsonl").write_text("no line\n")
    code, _, err = sambok("combine", "--to", "2026-03-31", "--lock", "2026-03")
    assert code == 0
    assert "units/history.jsonl:1: The history of treatment was changed or cut" in err
    assert err.index("Locked as 2026-03") < err.index("[HISTORY_BROKEN]")
    assert sambok("runs")[2] == ""
