"""What measures is itself held: children's children count, answers are compared, a small run goes through."""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner

from benchmarks.measure import measure
from benchmarks.run import main, table

BURN = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\n"
KEEP = "x = bytearray(120_000_000); import time; time.sleep(0.5)"


def test_processor_time_of_a_childs_child_counts(tmp_path):
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURN!r}], check=True)"
    cost = measure([sys.executable, "-c", child])
    assert cost.code == 0
    assert cost.cpu >= 0.3


def test_memory_is_told_apart_between_the_command_and_its_tree():
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {KEEP!r}], check=True)"
    cost = measure([sys.executable, "-c", child])
    assert cost.parent_mb < 100 < cost.tree_mb


def test_exit_code_and_output_are_kept(tmp_path, capsys):
    out = tmp_path / "out"
    cost = measure([sys.executable, "-c", "import sys; print('data'); sys.exit(3)"], out=out)
    assert (cost.code, out.read_text()) == (3, "data\n")
    cost = measure([sys.executable, "-c", "import sys; print('why', file=sys.stderr); sys.exit(1)"])
    assert cost.code == 1
    assert "why" in capsys.readouterr().out


@pytest.mark.slow
def test_a_small_federation_is_measured_from_end_to_end():
    """The whole command on 3 x 30; `python -m benchmarks.run --units 50 --txns 1000` is the real one."""
    done = CliRunner().invoke(main, ["--units", "3", "--txns", "30", "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    names = list(found["runs"])
    assert names[0] == "bean-check, all in one file"
    assert [n for n in names if n.startswith("sambok")] == [
        "sambok cold, 1 process",
        "sambok cold, 2 processes",
        "sambok warm",
        "sambok after one unit's edit",
    ]
    assert found.get("ties_with_ledger", True) is True
    assert found["runs"]["bean-check, all in one file"]["times_faster"] == 1
    assert set(found["resident"]) == {"first", "unchanged", "after_edit", "after_a_sale"}
    assert {page["status"] for page in found["web"]["pages"].values()} == {200}
    assert found["web"]["edit_to_visible"] > 0
    assert "sambok warm" in table(found)
