"""The files that imports are measured with are whole, tie, and are the same every time; the measuring goes through."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal

import pytest
from beancount.parser import parser
from click.testing import CliRunner

from benchmarks import importers
from benchmarks.importers import Done, growth, main, one, table
from benchmarks.statements import OPENING, WRITERS, money, rows
from importers.bank.importer import BankImporter
from importers.base import read_source
from importers.book import BookView
from importers.formats import FORMATS, importer_class

LINES = 90
TODAY = dt.date(2026, 11, 21)


#: Formats that aren't measured by so many lines, and why.
APART = {
    "meeting": "a sheet has a row a participant, some dozens at most",
    "daraja": "callbacks wait for their statement, which is measured",
}


def test_every_format_is_measured():
    assert {*WRITERS, *APART} == set(FORMATS)


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_files_tie_and_are_the_same_every_time(name, make_workspace, tmp_path):
    made = WRITERS[name](LINES)
    assert hashlib.sha256(made.data).digest() == hashlib.sha256(WRITERS[name](LINES).data).digest()
    assert made.lines == LINES
    text = importers.UNIT.format(currency=made.currency, format=name, settings=made.settings)
    ws = make_workspace({"repris": {"unit_toml": text, "accounts": importers.ACCOUNTS}})
    unit = ws.units["repris"]
    (tmp_path / "file.txt").write_bytes(made.data)
    source = read_source(tmp_path / "file.txt", "file.txt")
    importer = importer_class(name)(ws, unit, unit.sources[0])
    assert importer.recognises(source.head)
    view = BookView(unit, parser.parse_string(importers.ACCOUNTS)[0], ws=ws)
    plan = importer.plan(source, view, TODAY)
    assert plan.transactions
    if isinstance(importer, BankImporter):
        moved = sum(p.units.number for e in plan.transactions for p in e.postings if p.account == "Assets:1930-Bank")
        assert moved == Decimal(OPENING + sum(row.cents for row in rows(LINES))).scaleb(-2)
        assert len(plan.transactions) == LINES + 1  # the opening balance
        # Some lines are placed by a rule, some wait.
        assert 0.2 * LINES < plan.waiting < 0.8 * LINES


def test_rows_are_spread_over_the_year():
    held = list(rows(1000))
    assert [row.day for row in held] == sorted(row.day for row in held)
    assert (held[0].day.month, held[-1].day.month, len({row.day for row in held})) == (1, 12, 365)
    assert (money(-5), money(-105, ","), money(100000)) == ("-0.05", "-1,05", "1000.00")


def test_an_import_is_measured_stage_by_stage(tmp_path):
    done = one("mt940", 60, tmp_path)
    assert list(done.clock) == list(done.processor) == ["read", "load", "plan", "write", "place"]
    assert (done.entries, done.lines) == (61, 60)
    assert done.seconds == pytest.approx(sum(done.clock.values()))
    assert (tmp_path / "units/repris/books/2025/2025-12.beancount").exists()


def test_growth_compares_lines_per_second_without_the_empty_book():
    """1,000 lines in 1 s and 4,000 lines in 4 s is linear, 8 s is half as fast."""

    def run(lines, seconds):
        spent = {"read": seconds / 2, "load": 7.0, "plan": seconds / 2}
        return Done(spent, spent, lines, lines, 1.0)

    assert growth([run(1000, 1.0), run(4000, 4.0)]) == pytest.approx(1.0)
    assert growth([run(1000, 1.0), run(4000, 8.0)]) == pytest.approx(0.5)
    assert run(1000, 1.0).rate("read") == pytest.approx(2000)


@pytest.mark.slow
def test_the_command(tmp_path):
    done = CliRunner().invoke(main, ["--lines", "80", "--formats", "norma43", "--json"], catch_exceptions=False)
    found = json.loads(done.stdout)
    assert [run["lines"] for run in found["norma43"]["runs"]] == [20, 40, 80]
    assert all(run["tree_mb"] > run["peak_mb"] / 2 > 10 for run in found["norma43"]["runs"])
    fields = ("clock", "processor", "entries", "lines", "mb", "peak_mb", "tree_mb")
    runs = [Done(**{name: run[name] for name in fields}) for run in found["norma43"]["runs"]]
    assert table({"norma43": runs}).splitlines()[-1].startswith("| norma43 | 80 |")
