"""The demo federation as its generator makes it, in a folder of its own: tests never touch the committed one."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from benchmarks.demo import build
from benchmarks.demo.__main__ import write
from importers.run import import_inboxes
from ledger.books import open_workspace
from ledger.cli.main import cli
from ledger.federation import load_federation
from tests.demo.waiting import Imported

#: The day on which November is imported: it is over, so that every balance of its lists counts.
TODAY = dt.date(2026, 12, 1)
ROOT = Path(__file__).resolve().parents[2]


def _committed() -> dict[str, bytes] | None:
    """What version control holds of the demo; None outside a clone (its working copy may have been used since)."""
    listed = subprocess.run(
        ["git", "ls-files", "-s", "-z", "--", "units", "fava.conf"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode or not listed.stdout:
        return None
    rows = [row.split("\t", 1) for row in listed.stdout.decode().split("\0") if row]
    names = "".join(head.split()[1] + "\n" for head, _ in rows)
    blobs = subprocess.run(
        ["git", "cat-file", "--batch"], cwd=ROOT, input=names.encode(), capture_output=True, check=True
    )
    found, at = {}, 0
    for _, path in rows:
        end = blobs.stdout.index(b"\n", at)
        size = int(blobs.stdout[at:end].split()[2])
        found[path] = blobs.stdout[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
    return found


@pytest.fixture(scope="session")
def held() -> dict[str, bytes] | None:
    """The demo as version control holds it, 2025 sealed."""
    return _committed()


@pytest.fixture
def sealed_copy(held, tmp_path) -> Path:
    """The same in a folder that a test may change."""
    if held is None:
        pytest.skip("not a clone: whoever uses the demo may have closed or opened more")
    write(tmp_path / "sealed", held)
    return tmp_path / "sealed"


@pytest.fixture(scope="session")
def demo_files() -> dict[str, bytes]:
    return build()


@pytest.fixture(scope="session")
def demo_root(demo_files, tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("demo")
    write(root, demo_files)
    return root


@pytest.fixture(scope="session")
def federation(demo_root):
    return load_federation(open_workspace(demo_root))


@pytest.fixture
def demo_copy(demo_root, tmp_path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(demo_root, tmp_path / "demo"))


class _Day(dt.date):
    """A clock that stands still."""

    @classmethod
    def today(cls) -> dt.date:
        return TODAY


def sambok(root: Path, *words: str) -> Result:
    """A command on a workspace: what it printed, its exit code as `return_value`. Who is refused raises."""
    done = CliRunner().invoke(cli, [*words, "-w", str(root)], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done


@contextmanager
def december() -> Iterator[None]:
    """Import as if today were the first of December."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("importers.run.dt", SimpleNamespace(date=_Day))
        yield


@pytest.fixture(scope="session")
def imported(demo_root, tmp_path_factory) -> Imported:
    """The demo with all its inboxes emptied on the first of December; nobody changes it."""
    root = Path(shutil.copytree(demo_root, tmp_path_factory.mktemp("imported") / "demo"))
    ws = open_workspace(root)
    with december():
        reports = import_inboxes(ws, list(ws.units))
    return Imported(root, demo_root, reports, load_federation(open_workspace(root)))
