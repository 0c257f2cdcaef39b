"""From text to columns in one pass: what the guard lets through gives what the reference gives for the same files."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import HealthCheck, given, settings

from ledger.books import columns
from ledger.books.build import MOST_PROBLEMS, build_central, build_unit
from ledger.books.cells import unpack_options
from ledger.books.problems_load import problems_of
from ledger.books.reference import load_reference

from .canonical import differences
from .strategies import books
from .test_engine import EXAMPLES, OPENS, outcome

TODAY = dt.date(2026, 3, 1)
MAIN = """\
option "title" "Ny"
option "operating_currency" "SEK"
plugin "plugins.levy"
include "accounts.beancount"
include "books/*/*.beancount"
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("workspace")


def build(root, accounts, month):
    """Write a unit's book of these texts and read it."""
    home = root / "units" / "ny"
    (home / "books" / "2026").mkdir(parents=True, exist_ok=True)
    (home / "main.beancount").write_text(MAIN)
    (home / "accounts.beancount").write_text(accounts or "; none\n")
    (home / "books" / "2026" / "2026-01.beancount").write_text(month or "; none\n")
    return build_unit(root, "ny", title="Ny", currency="SEK", today=TODAY), home / "main.beancount"


@pytest.mark.slow
@given(book=books)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_fuzz_what_passes_the_guard_is_the_references(root, book):
    """All of it: SAMBOK_FUZZ=20000 .venv/bin/python -m pytest tests/books/load/test_build.py -k fuzz"""
    built, main = build(root, *book)
    if built.options is None:
        assert built.problems  # refused, or Beancount stumbled: said, and no figures
        return
    entries, errors, options = outcome(load_reference, main)
    if built.tables:
        assert differences(entries, columns.decode(built.tables)) == []
    found = problems_of(errors, unit="ny", shown=lambda p: p.removeprefix(f"{root}/"), excerpt=lambda _f, _n: None)
    key = [sorted((p.code, p.line, sorted(p.params.items())) for p in side) for side in (found, built.problems)]
    assert key[0] == key[1]
    assert bool(built.tables) == (built.summary is not None)
    assert str(unpack_options(json.loads(json.dumps(built.options)))["dcontext"]) == str(options["dcontext"])


def test_many_problems_are_cut_in_a_fixed_order(root):
    month = "".join(f'2026-01-02 * "{n}"\n  Assets:1930-Bank  1 SEK\n  Income:3001-Varor  -2 SEK\n' for n in range(300))
    first, _ = build(root, OPENS, month)
    second, _ = build(root, OPENS, month)
    assert len(first.problems) == MOST_PROBLEMS
    assert first.problems == second.problems
    assert [p.line for p in first.problems] == sorted(p.line for p in first.problems)


def test_what_beancount_stumbles_over_is_a_problem_of_the_book(root, monkeypatch):
    def stumble(*_args):
        raise ZeroDivisionError("x")

    monkeypatch.setattr("ledger.books.build.load_exact", stumble)
    built, _ = build(root, OPENS, "")
    assert [(p.code, p.unit, p.file) for p in built.problems] == [("BOOK_CRASHED", "ny", "units/ny/main.beancount")]
    assert built.summary is None


def test_the_finance_heads_files(root):
    (root / "units").mkdir(exist_ok=True)
    (root / "units" / "prices.beancount").write_text("2026-01-02 price EUR 11.20 SEK\n2026-01-02 open Assets:A\n")
    built = build_central(root, "prices", today=TODAY)
    assert [(p.code, p.file, p.line) for p in built.problems] == [("DIRECTIVE_REFUSED", "units/prices.beancount", 2)]
    assert built.directives == "[]"
