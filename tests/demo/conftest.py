"""The demo federation as its generator makes it, in a folder of its own: tests never touch the committed one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.demo import build
from benchmarks.demo.__main__ import write
from ledger.books import open_workspace
from ledger.federation import load_federation


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
