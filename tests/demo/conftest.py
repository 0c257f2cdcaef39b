"""The demo federation as its generator makes it, in a folder of its own: tests never touch the committed one."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.demo import build
from benchmarks.demo.__main__ import write
from importers.run import import_inboxes
from ledger.books import open_workspace
from ledger.federation import load_federation
from tests.demo.waiting import Imported

#: The day on which November is imported: it is over, so that every balance of its lists counts.
TODAY = dt.date(2026, 12, 1)


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
