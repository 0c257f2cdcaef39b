"""What lies at `runs/` and below it, where a locked run should: links and files are named, never followed (SPEC 10)."""

from __future__ import annotations

import pytest

from ledger.combine.runs.problems import RunDamaged
from ledger.combine.runs.store import is_name, names, read_lock, write_lock


@pytest.fixture
def ws(make_workspace):
    """Where nothing is locked yet."""
    return make_workspace({"repris": {}})


@pytest.mark.parametrize("kind", ["link", "file"])
def test_runs_itself_is_no_folder(ws, tmp_path, kind):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    ws.runs_folder.symlink_to(elsewhere) if kind == "link" else ws.runs_folder.write_text("x")
    assert names(ws) == ["runs"]
    for work in (lambda: read_lock(ws, "runs"), lambda: write_lock(ws, {"name": "a"}, {})):
        with pytest.raises(RunDamaged) as caught:
            work()
        assert caught.value.file == "runs"
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("kind", ["link", "file"])
def test_a_run_that_is_no_folder_is_named(ws, tmp_path, kind):
    ws.runs_folder.mkdir()
    path = ws.runs_folder / "2026-03"
    path.symlink_to(tmp_path) if kind == "link" else path.write_text("x")
    (ws.runs_folder / "README.md").write_text("no lock")
    assert names(ws) == ["2026-03"]
    with pytest.raises(RunDamaged) as caught:
        read_lock(ws, "2026-03")
    assert caught.value.file == "runs/2026-03"


@pytest.mark.parametrize(
    ("name", "good"), [("con", False), ("nul", False), ("com1", False), ("lpt9", False), ("con-2026", True)]
)
def test_names_of_devices_are_refused(name, good):
    assert is_name(name) is good
