"""The federation on which closing is measured: nothing keeps its months open."""

import datetime as dt

from benchmarks.closing import make_closable, table
from benchmarks.generate import Size, generate
from ledger.books import open_workspace
from ledger.closing.status import board
from ledger.federation import load_federation

SIZE = Size(units=2, txns=40, years=2, ic=0.1, peers=False)


def test_every_month_of_all_years_can_be_closed(tmp_path, monkeypatch):
    """Numbers begin with 1 each fiscal year, without a gap, and the till is counted after each month, the last too."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    generate(tmp_path / "f", SIZE)
    make_closable(tmp_path / "f/workspace", SIZE)
    federation = load_federation(open_workspace(tmp_path / "f/workspace"))
    assert not federation.problems
    found = board(federation, ("2025-01", "2025-12", "2026-12"), today=dt.date(2027, 1, 15))
    states = [[cell.state for cell in row.cells] for row in found.rows]
    assert states == [["ready", "waits", "waits"], ["ready", "waits", "waits"], ["waits", "waits", "waits"]]
    assert not [problem for cell in found.cells for problem in cell.own]


def test_the_table_is_markdown_when_asked_for():
    cost = {"cpu": 2.5, "times_check": 1.25, "wall": 3.0, "parent_mb": 50.4, "tree_mb": 99.6}
    found = {"runs": {"verify": cost}, "text_mb": 1.0, "seals_mb": 2.25}
    assert "| verify | 2.50 | 1.25 | 3.00 | 50 (100) |" in table(found, markdown=True).splitlines()
    assert "text 1.0 MB, seals 2.2 MB" in table(found, markdown=False)
