"""The levy plugin: what plain Beancount shows is what Sambok reckons."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data

from ledger.books import load_books
from ledger.policy import read_policy
from ledger.provisional import full_entries, provisional
from tests.closing.sealing import seal

POLICY = """\
2026-01-01 custom "decision" "A" "assembly"
2026-01-01 custom "levy-rate" "*" 0.15
  decision: "A"
"""
ACCOUNTS = """\
2026-01-01 open Assets:1930-Bank {cur}
2026-01-01 open Income:{sales}-Sales {cur}
"""
SALE = """\
2026-01-10 * "sale"
  Assets:1930-Bank  100000.01 {cur}
  Income:{sales}-Sales
2026-03-10 * "sale"
  Assets:1930-Bank  -3.33 {cur}
  Income:{sales}-Sales
"""
PRICES = """\
2026-01-31 price EUR 11.00 SEK
2026-01-31 custom "average-rate" "EUR" 11.20 SEK
2026-02-28 price EUR 11.10 SEK
2026-03-31 price EUR 11.60 SEK
2026-03-31 custom "average-rate" "EUR" 11.40 SEK
"""


def book(cur="SEK", sales="3001", unit=""):
    return {
        "unit": unit,
        "accounts": ACCOUNTS.format(cur=cur, sales=sales).replace("1930", "572" if sales == "705" else "1930"),
        "2026-01": SALE.format(cur=cur, sales=sales).replace("1930", "572" if sales == "705" else "1930"),
    }


SPAIN = 'currency = "EUR"\nchart = "pgc"\nentity = "legal_entity"\ncountry = "ES"\nvat_deduction = 0.40'


@pytest.fixture
def workspace(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    return make_workspace(
        {"repris": book(), "spanien": book("EUR", "705", SPAIN), "cafe": book(unit='entity = "legal_entity"')},
        policy=POLICY,
        prices=PRICES,
    )


def sambok(ws, slug):
    books = load_books(ws)
    run = provisional(books, read_policy(books.central_text, ws))
    assert books.problems == ()
    assert run.problems == ()
    return full_entries(books, run, slug)


def shown(entries):
    """All that can be seen of entries, in their order."""
    return [repr(entry) for entry in entries]


@pytest.mark.parametrize("slug", ["repris", "spanien", "cafe", "gemensamt"])
def test_plain_beancount_shows_the_same_entries(workspace, slug):
    entries, errors, _ = loader.load_file(str(workspace.units[slug].main))
    assert errors == []
    ours = sambok(workspace, slug)
    assert shown(entries) == shown(ours)
    assert any(isinstance(e, data.Transaction) and "provisional" in e.tags for e in entries)


def check(main, **environment):
    """`bean-check` as a user runs it."""
    command = Path(sys.executable).parent / "bean-check"
    env = {**os.environ, "BEANCOUNT_DISABLE_LOAD_CACHE": "1", **environment}
    return subprocess.run([command, str(main)], capture_output=True, text=True, env=env, check=False, timeout=120)


@pytest.mark.parametrize("slug", ["repris", "gemensamt"])
def test_bean_check_is_content(workspace, slug):
    done = check(workspace.units[slug].main, SAMBOK_WORKSPACE="/nowhere")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_central_watches_what_its_figures_depend_on(workspace):
    _, _, options = loader.load_file(str(workspace.units["gemensamt"].main))
    watched = set(options["include"])
    assert str(workspace.policy_file) in watched
    assert str(workspace.units["repris"].folder / "books/2026/2026-01.beancount") in watched
    _, _, options = loader.load_file(str(workspace.units["repris"].main))
    assert not any("cafe" in file for file in options["include"])


def test_outside_a_workspace_one_error_and_nothing_changed(workspace, tmp_path):
    (workspace.root / "fava.conf").rename(tmp_path / "elsewhere.conf")
    entries, errors, _ = loader.load_file(str(workspace.units["repris"].main))
    (error,) = errors
    assert error.message.endswith("[LEVY_NO_WORKSPACE]")
    assert error.source["filename"].endswith("units/repris/main.beancount")
    assert not any(e.meta["filename"] == "<levy>" for e in entries)


def test_a_text_without_a_file_gets_one_error():
    entries, errors, _ = loader.load_string('plugin "plugins.levy"\n2026-01-01 open Assets:1930-Bank\n')
    assert len(entries) == 1
    assert [e.message.rpartition(" ")[2] for e in errors] == ["[LEVY_NO_WORKSPACE]"]


def test_policy_errors_are_shown_with_their_place(make_workspace, tmp_path, monkeypatch):
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    ws = make_workspace({"repris": book()}, policy='2026-01-01 custom "levy-rate" "*" 0.15\n')
    entries, errors, _ = loader.load_file(str(ws.units["repris"].main))
    assert [e.message.rpartition(" ")[2] for e in errors] == ["[POLICY_DECISION_MISSING]", "[LEVY_POLICY_FAULTY]"]
    assert errors[0].source == {"filename": str(ws.policy_file), "lineno": 1}
    assert not any(e.meta["filename"] == "<levy>" for e in entries)


def test_a_faulty_unit_is_central_s_error_and_not_its_zero(workspace):
    month = workspace.units["repris"].folder / "books/2026/2026-01.beancount"
    month.write_text(month.read_text() + '2026-01-11 * "x"\n  Assets:1930-Bank  1.00 SEK\n')
    entries, errors, _ = loader.load_file(str(workspace.units["gemensamt"].main))
    assert [e.message.rpartition(" ")[2] for e in errors] == ["[LEVY_UNIT_FAULTY]"]
    links = {link for e in entries if isinstance(e, data.Transaction) for link in e.links}
    assert "ic-cafe-levy-2026-01" in links
    assert not any("repris" in link for link in links)


def test_closed_months_are_read_from_the_seals(workspace):
    """January is sealed at 14999.00: it has nothing provisional; February, the first open month, carries the rest."""
    unit = workspace.units["repris"]
    tags = '    partner: "gemensamt"\n    ic: "levy"\n'
    month = unit.folder / "books/2026/2026-01.beancount"
    month.write_text(
        month.read_text() + '2026-01-31 * "Levy" ^ic-repris-levy-2026-01\n'
        f"  Expenses:6430-Levy  14999.00 SEK\n{tags}  Liabilities:2861-Owed  -14999.00 SEK\n{tags}"
    )
    accounts = unit.folder / "accounts.beancount"
    opened = "2026-01-01 open Expenses:6430-Levy\n2026-01-01 open Liabilities:2861-Owed\n"
    accounts.write_text(accounts.read_text() + opened)
    seal(workspace, "repris", "2026-01")
    entries, errors, _ = loader.load_file(str(unit.main))
    assert errors == []
    assert shown(entries) == shown(sambok(workspace, "repris"))
    made = [e for e in entries if isinstance(e, data.Transaction) and "provisional" in e.tags]
    assert [(str(e.date), str(e.postings[0].units)) for e in made] == [
        ("2026-02-28", "1.00 SEK"),
        ("2026-03-31", "-0.50 SEK"),
    ]
