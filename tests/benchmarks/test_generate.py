"""The generator of federations: seeded, valid, and the same in the workspace as in the one file for other programs."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data
from click.testing import CliRunner

from benchmarks.edit import append_voucher
from benchmarks.generate import Size, generate, main
from benchmarks.guard_cost import guard_seconds
from ledger.books import load_books, open_workspace
from ledger.federation import load_federation

SMALL = Size(units=4, txns=40, years=2, currencies=("SEK", "SEK", "EUR", "CLP"), ic=0.2, seed=3)


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    home = tmp_path_factory.mktemp("federation") / "out"
    return home, generate(home, SMALL)


def test_the_same_seed_gives_the_same_bytes_and_another_others(small, tmp_path):
    home, _ = small
    again, other = tmp_path / "again", tmp_path / "other"
    generate(again, SMALL)
    generate(other, Size(units=4, txns=40, years=2, currencies=SMALL.currencies, ic=0.2, seed=4))
    assert content(again) == {k: v for k, v in content(home).items() if ".sambok" not in k}
    assert content(other)["all.beancount"] == content(again)["all.beancount"]  # the includes alone
    assert content(other)["all/u001.beancount"] != content(again)["all/u001.beancount"]


def test_it_is_a_valid_workspace_of_the_size_asked_for(small):
    home, counts = small
    federation = load_federation(open_workspace(home / "workspace"))
    assert federation.problems == ()
    books = federation.books
    assert sorted(books.units) == ["gemensamt", "u001", "u002", "u003", "u004"]
    assert [books.units[s].unit.currency for s in ("u001", "u002", "u003", "u004")] == ["SEK", "SEK", "EUR", "CLP"]
    assert counts.transactions == books.transactions == 5 * (2 * 40 + 1)  # and an opening balance each
    assert sum(b.summary.postings for b in books.units.values()) == counts.postings
    assert {b.summary.first.year for b in books.units.values()} == {2025}
    assert all(b.summary.last.year == 2026 for b in books.units.values())


def test_both_sides_of_every_dealing_are_there(small):
    home, _ = small
    books = load_books(open_workspace(home / "workspace"))
    sums: dict[str, Decimal] = defaultdict(Decimal)
    rows = [row for book in books.units.values() for row in book.summary.partners]
    for row in rows:
        (link,) = row.links
        sums[link] += row.amount
    assert len(sums) >= 10
    assert set(sums.values()) == {0}
    assert len(rows) == 4 * len(sums)


def test_the_one_file_holds_the_same_transactions(small):
    home, counts = small
    entries, errors, _ = loader.load_file(str(home / "all.beancount"))
    assert errors == []
    whole: dict[str, Decimal] = defaultdict(Decimal)
    found = 0
    for entry in entries:
        if isinstance(entry, data.Transaction):
            found += 1
            for posting in entry.postings:
                whole[posting.account] += posting.units.number
    assert found == counts.transactions
    books = load_books(open_workspace(home / "workspace"))
    parts: dict[str, Decimal] = defaultdict(Decimal)
    for slug, book in books.units.items():
        for row in book.summary.balances:
            root, leaf = row.account.split(":")
            parts[f"{root}:{slug.upper()}:{leaf}"] += row.amount
    assert parts == whole
    assert any(isinstance(entry, data.Balance) for entry in entries)


def test_an_edit_is_a_voucher_that_passes(small, tmp_path):
    generate(tmp_path / "f", Size(units=2, txns=10))
    root = tmp_path / "f" / "workspace"
    before = load_books(open_workspace(root)).transactions
    append_voucher(root, "u001", "2026-12-30")
    after = load_books(open_workspace(root))
    assert after.problems == ()
    assert after.transactions == before + 1


def test_the_guards_cost_is_a_rate(small):
    found = guard_seconds(small[0] / "workspace")
    assert set(found) == {"mb", "seconds", "parser_seconds", "share", "mb_per_second"}
    assert found["mb"] > 0


def test_the_command_line_writes_it(tmp_path):
    done = CliRunner().invoke(main, [str(tmp_path / "x"), "--units", "1", "--txns", "5"])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("12 transactions, ")  # five and an opening balance, for the unit and for central
    assert (tmp_path / "x" / "all.journal").read_text().startswith("commodity 1000.00 SEK\n")
