"""Other programs read the exports and come to the same sums, to the cent (SPEC 5)."""

from __future__ import annotations

import datetime as dt
import io
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal

import polars as pl
import pytest
from beancount import loader
from beancount.core import data

from ledger.combine import combine, group_entries
from ledger.combine.reports.export import beancount_text, journal_text, parquet_tables
from tests.combine.conftest import StubRun
from tests.combine.test_view import PRICES, TEXTS, sums

AWKWARD = """
2026-03-27 * "Kund; (1) \\"Å\\" | AB" "= ! * rest ; not a comment"
  Assets:1930-Bank       51.00 SEK
  Income:3001-Sales     -51.00 SEK
2026-03-28 ! "" ""
  Assets:1930-Bank       7.345 EUR @@ 80.10 SEK
  Income:3001-Sales     -80.10 SEK
"""


@pytest.fixture
def ledger_entries(federation):
    texts = {**TEXTS, "repris": (TEXTS["repris"][0] + AWKWARD, TEXTS["repris"][1])}
    books = federation(texts, prices=PRICES)
    found = combine(books, StubRun(), date_to=dt.date(2026, 4, 30))
    return found, group_entries(books, StubRun(), found, language=None, threshold=10**6)


def program(name):
    found = shutil.which(name)
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"continuous integration needs {name}")
        pytest.skip(f"{name} is not on this machine")
    return found


def test_beancount_accepts_the_file(ledger_entries, tmp_path):
    _, entries = ledger_entries
    file = tmp_path / "group.beancount"
    file.write_text(beancount_text(entries, 'A "quoted" title', "SEK"), encoding="utf-8")
    loaded, errors, options = loader.load_file(str(file))
    assert not errors
    assert options["title"] == "A 'quoted' title"
    assert sums(loaded) == sums(entries)
    assert all("source" in e.meta for e in loaded if isinstance(e, data.Transaction))


@pytest.mark.parametrize("name", ["hledger", "ledger"])
def test_journals_have_the_same_sums(ledger_entries, tmp_path, name):
    _, entries = ledger_entries
    file = tmp_path / "group.journal"
    file.write_text(journal_text(entries, "Title ; with a comment"), encoding="utf-8")
    if name == "hledger":
        command = [program(name), "-f", str(file), "balance", "--flat", "--no-total", "-O", "csv"]
        answer = subprocess.run(command, capture_output=True, text=True, check=True, env=_utf8()).stdout
        pairs = [line.strip().strip('"').split('","') for line in answer.splitlines()[1:]]
    else:
        form = "%(account)\\t%(display_total)\\n"
        command = [program(name), "-f", str(file), "bal", "--flat", "--no-total", "--balance-format", form]
        answer = subprocess.run(command, capture_output=True, text=True, check=True, env=_utf8()).stdout
        pairs = [line.split("\t") for line in answer.splitlines()]
    found = {account.strip(): Decimal(amount.removesuffix(" SEK").replace(",", "")) for account, amount in pairs}
    assert {a: v for a, v in found.items() if v} == sums(entries)


def _utf8():
    return {**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def test_parquet_holds_the_same_rows(ledger_entries):
    found, _ = ledger_entries
    tables = {name: pl.read_parquet(io.BytesIO(content)) for name, content in parquet_tables(found).items()}
    rows = {(r["line"], r["account"], r["unit"]): r["amount"] for r in tables["trial_balance.parquet"].to_dicts()}
    assert rows == {(r.line, r.account, r.unit): r.amount for r in found.trial_balance}
    assert tables["trial_balance.parquet"]["amount"].sum() == 0
    by_column = defaultdict(Decimal)
    for row in tables["entries.parquet"].to_dicts():
        by_column[row["column"], row["date"], row["key"], row["section"]] += row["amount"]
    assert by_column
    assert not any(by_column.values())


def test_the_same_books_give_the_same_bytes_in_another_process(federation, tmp_path):
    """What order a process keeps its sets in (its hash seed), and whether a cache is there, changes no byte."""
    root = federation(TEXTS, prices=PRICES).workspace.root
    kinds = {"--beancount": "g.beancount", "--hledger": "g.journal", "--parquet": "tables", "--csv": "sheets"}
    made = []
    for seed in ("1", "2"):
        out = tmp_path / f"seed {seed}"
        out.mkdir()
        exports = [word for option, name in kinds.items() for word in (option, str(out / name))]
        command = [sys.executable, "-m", "ledger.cli.main", "-w", str(root), "combine", "--to", "2026-04-30", "--json"]
        done = subprocess.run(
            [*command, *exports],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONHASHSEED": seed, "SAMBOK_CACHE": str(tmp_path / "cache")},
        )
        assert done.returncode == 3, done.stderr  # a dealing of 9,000 against one of 8,500 waits for a person
        files = {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}
        made.append({"json": done.stdout, **files})
    assert len(made[0]) == 1 + 2 + 13 + 13
    assert all(made[0].values())
    assert made[0] == made[1]
