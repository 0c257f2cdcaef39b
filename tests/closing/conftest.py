"""Small workspaces with closed months; `tests/closing/sealing.py` says how to make and seal them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from ledger.books import Workspace
from tests.closing.sealing import seal


@pytest.fixture
def sealed_workspace(make_workspace, tmp_path, monkeypatch) -> Callable[..., Workspace]:
    """`sealed_workspace(units, {"repris": ("2026-01", "2026-02")}, policy=...)`: a workspace with closed months.

    `units`, `policy`, `prices` and `conf` are as for `make_workspace`; the months are sealed in the order given, over
    what stands in the books (write frozen vouchers into the texts yourself). The cache is the test's own. To seal more
    later, or to open a month again: `tests.closing.sealing.seal(ws, slug, month)`, `reopen(ws, slug, month)`.
    """
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))

    def make(units: dict[str, dict[str, str]], months: Mapping[str, Sequence[str]], **texts: str) -> Workspace:
        ws: Workspace = make_workspace(units, **texts)
        for slug, closed in months.items():
            seal(ws, slug, *closed)
        return ws

    return make
