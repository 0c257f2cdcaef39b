"""Loading a workspace: what plain Beancount says, what the cache keeps, what one broken unit does to the others."""

# ruff: noqa: E501  ledgers stand in tables, one case a line

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.books import (
    answer_cache,
    load,
    load_books,
    open_workspace,
    pool,
    scan_balances,
)
from ledger.books import fingerprint as looks
from ledger.books.cache import SUMMARY, Cache
from ledger.books.fingerprint import fingerprint
from ledger.books.problems import UnitUnknown
from ledger.books.problems_load import BookMoved, CacheDamaged
from ledger.books.reference import load_reference
from ledger.books.scan import scan_balances_slowly
from tests.closing.sealing import seal

from .canonical import differences

ACCOUNTS = """\
2025-01-01 open Assets:1930-Bank SEK,EUR
2025-01-01 open Assets:1460-Lager
2025-01-01 open Income:3001-Varor SEK,EUR
2025-01-01 open Expenses:4010-Inköp
"""
MONTH = """\
2026-03-02 * "Kund" "Faktura 1" #moms ^f-1
  voucher: "A-1"
  registered: 2026-03-05
  Assets:1930-Bank  125.00 SEK
  Income:3001-Varor  -100.00 SEK
    partner: "annan"
    ic: "trade"
  Income:3001-Varor  -25.00 SEK

2026-03-09 balance Assets:1930-Bank  125.00 SEK

2026-03-10 ! "Köp"
  Assets:1930-Bank  -12.00 SEK
  Expenses:4010-Inköp
"""
POLICY = '2026-01-01 custom "decision" "FS-1" "assembly"\n  text: "15 %"\n2026-01-01 custom "levy-rate" "*" 0.15\n  decision: "FS-1"\n'
PRICES = '2026-01-02 price EUR 11.20 SEK\n2026-01-31 custom "average-rate" "EUR" 11.25 SEK\n'


@pytest.fixture(scope="module")
def workers():
    """Two warm workers for all tests of this module."""
    with pool.Pool(2) as made:
        yield made


@pytest.fixture
def ws(make_workspace, monkeypatch, workers):
    monkeypatch.setattr(load, "shared_pool", lambda: workers)
    monkeypatch.setattr(load, "_memory", {})
    units = {
        "repris": {"accounts": ACCOUNTS, "2026-03": MONTH},
        "annan": {"accounts": ACCOUNTS, "2026-03": MONTH, "2026-04": MONTH.replace("2026-03", "2026-04").replace("balance", "note").replace("125.00 SEK\n\n2026-04-10", '"inte avstämt"\n\n2026-04-10')},
    }  # fmt: skip
    return make_workspace(units, policy=POLICY, prices=PRICES)


def month(ws, slug="repris", name="2026-03"):
    return ws.units[slug].books / name[:4] / f"{name}.beancount"


def reads(monkeypatch):
    """The names of what workers are asked to read from here on."""
    asked = []
    run = pool.Pool.run

    def spy(self, tasks):
        asked.extend(task.name for task in tasks)
        return run(self, tasks)

    monkeypatch.setattr(pool.Pool, "run", spy)
    return asked


def forget():
    """What another process would know: only what is on disk."""
    load._memory.clear()


def partition(ws, slug="repris"):
    (found,) = (ws.state_folder / "cache" / "units" / slug).iterdir()
    return found


def test_the_figures_are_plain_beancounts(ws):
    books = load_books(ws)
    assert books.problems == ()
    assert list(books.units) == ["annan", "gemensamt", "repris"]
    for slug, book in books.units.items():
        entries, errors, options = load_reference(ws.units[slug].main)
        assert errors == []
        assert differences(entries, book.entries()) == []
        assert book.ok
        assert {k: v for k, v in book.options.items() if k != "dcontext"} == {
            k: v for k, v in options.items() if k != "dcontext"
        }
        assert str(book.options["dcontext"]) == str(options["dcontext"])
        assert book.files[:2] == (str(ws.units[slug].main), str(ws.units[slug].folder / "accounts.beancount"))
        assert sorted(book.files) == options["include"]
    assert books.units["repris"].summary.balances[0].amount == Decimal("113.00")
    assert books.transactions == 6


def test_policy_and_prices(ws):
    central = load_books(ws).central_text
    assert [entry.type for entry in central.policy] == ["decision", "levy-rate"]
    assert central.policy[0].values[0].value == "FS-1"
    assert central.policy[0].meta["text"] == "15 %"
    assert [type(entry).__name__ for entry in central.prices] == ["Price", "Custom"]
    assert central.problems == ()
    forget()
    again = load_books(ws).central_text
    assert repr(again) == repr(central)


def test_a_faulty_policy_counts_as_empty(ws):
    ws.policy_file.write_text(POLICY + 'plugin "os"\n')
    central = load_books(ws).central_text
    assert central.policy == ()
    assert len(central.prices) == 2
    assert [(p.code, p.file, p.line) for p in central.problems] == [("PLUGIN_REFUSED", "units/policy.beancount", 5)]
    ws.policy_file.unlink()
    assert [p.code for p in load_books(ws).central_text.problems] == ["BOOK_MISSING"]
    ws.policy_file.write_text(POLICY)
    assert load_books(ws).central_text.problems == ()


def test_unchanged_text_is_not_read_again(ws, monkeypatch):
    asked = reads(monkeypatch)
    first = load_books(ws)
    assert sorted(asked) == ["annan", "gemensamt", "policy.beancount", "prices.beancount", "repris"]
    asked.clear()
    again = load_books(ws)
    forget()
    cold = load_books(ws)
    assert asked == []
    for slug in ws.units:
        assert first.units[slug].key == again.units[slug].key == cold.units[slug].key
        assert cold.units[slug].summary == first.units[slug].summary
        assert differences(first.units[slug].entries(), cold.units[slug].entries()) == []
        assert cold.units[slug].options.keys() == first.units[slug].options.keys()


@pytest.mark.parametrize(
    "how", ["edit", "same size and time", "new file", "lost file", "seals", "unit.toml", "accounts"]
)
def test_a_change_reads_that_unit_alone(ws, monkeypatch, how):
    load_books(ws)
    asked = reads(monkeypatch)
    file = month(ws, "annan", "2026-04")
    if how == "edit":
        file.write_text(
            file.read_text() + '\n2026-04-30 * "ny"\n  Assets:1930-Bank  1 SEK\n  Income:3001-Varor  -1 SEK\n'
        )
    elif how == "same size and time":
        was = file.stat()
        file.write_text(file.read_text().replace("Kund", "Kand"))
        os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))
    elif how == "new file":
        month(ws, "annan", "2026-05").write_text("; maj\n")
    elif how == "lost file":
        file.unlink()
    elif how == "seals":
        seal(ws, "annan", "2026-01")
    elif how == "unit.toml":
        toml = ws.units["annan"].folder / "unit.toml"
        toml.write_text(toml.read_text() + 'business_line = "café"\n')
    else:
        accounts = ws.units["annan"].folder / "accounts.beancount"
        accounts.write_text(accounts.read_text() + "2025-01-01 open Assets:1910-Kassa\n")
    books = load_books(open_workspace(ws.root))
    assert asked == ["annan"]
    assert books.problems == ()
    assert books.closed["annan"] == (frozenset({"2026-01"}) if how == "seals" else frozenset())
    if how == "edit":
        assert books.units["annan"].summary.transactions == 5
    if how == "same size and time":
        assert any(getattr(e, "payee", "") == "Kand" for e in books.units["annan"].entries())


def test_litter_of_editors_reads_nothing(ws, monkeypatch):
    load_books(ws)
    asked = reads(monkeypatch)
    month(ws).with_name(".2026-03.beancount.swp").write_text("x")
    assert load_books(ws).problems == ()
    assert asked == []


def told(books):
    """What is wrong, where none of it is an error of a unit's book: its figures count."""
    assert all(book.ok for book in books.units.values())
    return [(p.code, p.unit, p.file) for p in books.problems]


@pytest.mark.parametrize("place", ["units/repris/.unit.toml", "units/repris/.x.beancount"])
def test_a_text_that_a_dot_hides_is_named_as_soon_as_it_is_there(ws, place):
    load_books(ws)
    (ws.root / place).write_text("; hidden")
    assert told(load_books(ws)) == [("FILE_HIDDEN", "repris", place)]
    (ws.root / place).unlink()
    assert load_books(ws).problems == ()


@pytest.mark.parametrize(
    "place",
    ["extra.beancount", "accounts (conflicted copy).beancount", "EXTRA.Beancount", "2026/2026-03.beancount"],
)
def test_a_text_beside_a_unit_s_book_is_named_as_soon_as_it_is_there(ws, place):
    load_books(ws)
    file = ws.units["repris"].folder / place
    file.parent.mkdir(exist_ok=True)
    file.write_text('2026-03-02 * "Meant to count"\n  Assets:1930-Bank  1 SEK\n  Income:3001-Varor  -1 SEK\n')
    for _ in range(2):
        assert told(load_books(ws)) == [("FILE_STRAY", "repris", f"units/repris/{place}")]
        forget()
    file.unlink()
    assert load_books(ws).problems == ()


@pytest.mark.parametrize(
    "place",
    ["inbox/bank/2026.beancount", "documents/2026/x.beancount", "2026/rent.pdf", "extra.beancount~", "notes.txt"],
)
def test_papers_beside_a_unit_s_book_are_passed_over(ws, place):
    file = ws.units["repris"].folder / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x")
    assert load_books(ws).problems == ()


def test_a_text_beside_the_units_is_named_as_soon_as_it_is_there(ws):
    load_books(ws)
    file = ws.root / "units" / "policy (1).beancount"
    file.write_text("; a copy")
    books = load_books(ws)
    assert told(books) == [("FILE_STRAY", None, "units/policy (1).beancount")]
    assert books.adjustments.problems == ()
    file.unlink()
    assert load_books(ws).problems == ()


def test_a_file_changed_within_the_clocks_grain_is_seen(ws, monkeypatch):
    """Two writes so close that size, times and inode are the same: the text is read again as long as that can be."""
    load_books(ws)
    record = looks.read_record(ws.state_folder)
    name = "units/repris/books/2026/2026-03.beancount"
    file = month(ws)
    file.write_text(file.read_text().replace("Kund", "Kand"))
    seen = record.files[name]
    record.files[name] = type(seen)(looks._look(os.lstat(file)), seen.digest, time.time_ns())
    looks.write_record(ws.state_folder, record)
    assert fingerprint(ws.root, ws.state_folder) is None
    forget()
    assert any(getattr(e, "payee", "") == "Kand" for e in load_books(ws).units["repris"].entries())
    old = looks.Seen((1, 2, 3, 4, 5), "d", 3 + 3_000_000_000)
    assert old.still((1, 2, 3, 4, 5))
    assert not old.still((1, 2, 3, 2_000_000_000, 5))


@pytest.mark.parametrize(
    ("text", "code", "line", "said"),
    [
        ('2026-03-02 * "a"\n  Assets:1930-Bank  1.00 SEK\n  Income:3001-Varor  -2.00 SEK\n', "TRANSACTION_UNBALANCED", 1, "-1.00 SEK"),
        ('2026-03-02 * "a"\n  Assets:Kassa  1 SEK\n  Income:3001-Varor  -1 SEK\n', "ACCOUNT_NOT_OPEN", 1, "Assets:Kassa"),
        ('2024-03-02 * "a"\n  Assets:1930-Bank  1 SEK\n  Income:3001-Varor  -1 SEK\n', "ACCOUNT_INACTIVE", 1, "Assets:1930-Bank isn't in use"),
        ('2026-03-02 * "a"\n  Assets:1930-Bank  1 CLP\n  Income:3001-Varor  -1 CLP\n', "CURRENCY_NOT_ALLOWED", 1, "CLP"),
        ("; kommentar\n2026-03-02 balance Assets:1930-Bank 10.50 SEK\n", "BALANCE_FAILED", 2, "-10.50 SEK"),
        ("2026-03-02 balance Assets:1930-Bank 0 CLP\n", "CURRENCY_NOT_ALLOWED", 1, "CLP"),
        ("2026-03-02 open Assets:1930-Bank\n", "ACCOUNT_OPENED_TWICE", 1, "Assets:1930-Bank"),
        ("2026-03-02 close Assets:Kassa\n", "ACCOUNT_CLOSING", 1, "Assets:Kassa"),
        ("2026-03-02 balance Assets:1460-Lager 0 SEK\n2026-03-02 balance Assets:1460-Lager 0.00 SEK\n2026-03-02 balance Assets:1460-Lager 0.5 ~ 1 SEK\n", "BALANCE_TWICE", 3, "different amounts"),
        ('2026-03-02 * "a"\n  Assets:1930-Bank\n  Expenses:4010-Inköp\n  Income:3001-Varor  -1 SEK\n', "AMOUNT_UNCLEAR", 3, "more than one posting"),
        ('2026-03-02 * "a"\n  Assets:1460-Lager  2 HOOL {1 SEK}\n  Assets:1930-Bank  -2 SEK\n2026-03-03 * "b"\n  Assets:1460-Lager  -1 HOOL {9 SEK}\n  Assets:1930-Bank  9 SEK\n', "LOT_UNCLEAR", 4, "2 HOOL {1 SEK, 2026-03-02}"),
        ('2025-01-01 open Assets:1461-Varor "AVERAGE"\n2026-03-02 * "a"\n  Assets:1461-Varor  2 HOOL {1 SEK}\n  Assets:1930-Bank  -2 SEK\n2026-03-03 * "b"\n  Assets:1461-Varor  -1 HOOL {}\n  Assets:1930-Bank  1 SEK\n', "BOOK_ERROR", 5, "AVERAGE"),
        ('2026-03-02 document Assets:1930-Bank "../../documents/x.pdf"\n', "DOCUMENT_MISSING", 1, "documents/x.pdf"),
    ],
)  # fmt: skip
def test_faults_are_said_in_a_bookkeepers_words_and_cost_one_unit(ws, text, code, line, said):
    month(ws).write_text(text)
    books = load_books(ws)
    first = books.units["repris"].problems[0]
    assert (first.code, first.unit, first.file) == (code, "repris", "units/repris/books/2026/2026-03.beancount")
    assert first.line == line
    assert first.excerpt == text.split("\n")[line - 1]
    assert said in first.text()
    assert first.remedy_text()
    assert "/" not in first.text() or str(ws.root) not in first.text()
    assert not books.units["repris"].ok
    assert books.units["annan"].ok
    forget()
    assert load_books(ws).units["repris"].problems == books.units["repris"].problems


def test_an_account_is_to_be_opened_early_enough(ws):
    path = month(ws, name="2025-02")
    path.parent.mkdir(exist_ok=True)
    path.write_text('2025-02-10 * "a"\n  Assets:Kassa  1 SEK\n  Income:3001-Varor  -1 SEK\n')
    (problem, *_) = load_books(ws).units["repris"].problems
    assert problem.remedy_text().endswith(": 2025-01-01 open Assets:Kassa")


def test_seals_that_cannot_be_read_are_the_books_problem(ws):
    seals = ws.units["repris"].folder / "seals.jsonl"
    seal(ws, "repris", "2026-01")
    whole = seals.read_text()
    seals.write_text(whole + '{"per')
    for _ in range(2):
        books = load_books(ws)
        assert [(p.code, p.line) for p in books.units["repris"].problems] == [("SEALS_UNREADABLE", 2)]
        assert not books.units["repris"].ok
        assert books.units["annan"].ok
    seals.write_text(whole)
    books = load_books(ws)
    assert books.problems == ()
    assert books.closed["repris"] == {"2026-01"}


def test_an_unknown_unit(ws):
    with pytest.raises(UnitUnknown):
        load_books(ws, ["reprise"])


def test_refused_text_has_no_summary_and_no_entries(ws):
    month(ws).write_text(MONTH + 'plugin "os"\n')
    book = load_books(ws).units["repris"]
    assert [p.code for p in book.problems] == ["PLUGIN_REFUSED"]
    assert book.summary is None
    assert book.entries() == []
    forget()
    assert [p.code for p in load_books(ws).units["repris"].problems] == ["PLUGIN_REFUSED"]


def test_a_document_that_appears_or_goes_is_noticed(ws, monkeypatch):
    month(ws).write_text('2026-03-02 document Assets:1930-Bank "../../documents/x.pdf"\n')
    assert [p.code for p in load_books(ws).problems] == ["DOCUMENT_MISSING"]
    document = ws.units["repris"].folder / "documents" / "x.pdf"
    document.parent.mkdir()
    document.write_bytes(b"%PDF")
    assert fingerprint(ws.root, ws.state_folder) is None
    assert load_books(ws).problems == ()
    forget()
    assert load_books(ws).problems == ()
    document.unlink()
    assert [p.code for p in load_books(ws).problems] == ["DOCUMENT_MISSING"]


@pytest.mark.parametrize("limits", [pool.Limits(memory=40 << 20, memory_per_mb=0), pool.Limits(wall_factor=0)])
def test_a_book_that_asks_too_much_is_its_own_problem(ws, limits):
    with pool.Pool(1, limits) as small:
        books = load_books(ws, ["repris"], pool=small)
    (problem,) = books.units["repris"].problems
    assert problem.code == ("BOOK_TIMED_OUT" if limits.wall_factor == 0 else "BOOK_CRASHED")
    assert problem.file == "units/repris/main.beancount"
    assert books.fingerprint is None
    assert load_books(ws).problems == ()


def test_no_process_to_be_had(ws):
    with pool.Pool(1, command=("/nowhere/python",)) as none:
        books = load_books(ws, pool=none)
    assert {p.code for p in books.problems} == {"READER_UNAVAILABLE"}
    assert {p.unit for p in books.problems} == {None, "annan", "gemensamt", "repris"}


def test_some_units_only(ws, monkeypatch):
    asked = reads(monkeypatch)
    books = load_books(ws, ["repris"])
    assert list(books.units) == ["repris"]
    assert "annan" not in asked
    assert books.fingerprint is None


# --- the cache on disk


@pytest.mark.parametrize(
    "damage",
    ["truncated", "empty", "flipped", "foreign", "pickle", "link", "folder", "other unit", "forged cells", "gone"],
)
@pytest.mark.parametrize("name", [SUMMARY, "postings.parquet", "transactions.parquet"])
def test_damaged_cache_files_are_made_anew(ws, monkeypatch, damage, name):
    books = load_books(ws)
    wanted = books.units["repris"].entries()
    path = partition(ws) / name
    text = path.read_bytes()
    if damage in {"link", "folder", "gone"}:
        path.unlink()
    if damage == "link":
        path.symlink_to("/etc/hostname")
    elif damage == "folder":
        path.mkdir()
    elif damage != "gone":
        other = (partition(ws, "annan") / name).read_bytes()
        path.write_bytes(
            {
                "truncated": text[: len(text) // 2],
                "empty": b"",
                "flipped": text[:50] + bytes([text[50] ^ 1]) + text[51:],
                "foreign": b"another program's file\n",
                "pickle": b"cos\nsystem\n(S'touch /tmp/sambok-ran-a-pickle'\ntR.",
                "other unit": other,
                "forged cells": text.replace(b"SEK", b"NOK"),
            }[damage]
        )
    forget()
    again = load_books(ws)
    assert again.problems == ()
    assert again.units["repris"].summary == books.units["repris"].summary
    assert differences(again.units["repris"].entries(), wanted) == []
    assert not Path("/tmp/sambok-ran-a-pickle").exists()
    forget()
    asked = reads(monkeypatch)
    assert differences(load_books(ws).units["repris"].entries(), wanted) == []
    assert asked == []


def test_a_section_with_a_forged_digest_is_an_error_and_is_thrown_away(ws):
    """Whoever can write into the cache can make its digests fit; what isn't a summary even so is found when it is read."""
    load_books(ws)
    path = partition(ws) / SUMMARY
    head, facts, *sections = path.read_bytes().split(b"\n", 1)[1].split(b"\n")
    body = b"\n".join([head, facts, *([b'[["os.system"]]'] * len(sections))])
    made = looks
    path.write_bytes(made.digest_of(path.parent.name.encode(), body).encode() + b"\n" + body)
    forget()
    summary = load_books(ws).units["repris"].summary
    with pytest.raises(CacheDamaged):
        _ = summary.turnover
    forget()
    assert load_books(ws).units["repris"].summary.turnover


def test_the_text_changed_and_the_cache_is_gone(ws):
    book = load_books(ws).units["repris"]
    for table in partition(ws).glob("*.parquet"):
        table.unlink()
    assert len(book.entries()) == 7
    for table in partition(ws).glob("*.parquet"):
        table.unlink()
    month(ws).write_text("; allt borta\n")
    with pytest.raises(BookMoved):
        book.entries()


def test_two_partitions_are_kept_and_nothing_half_made(ws):
    for amount in range(4):
        month(ws).write_text(
            f'2026-03-02 * "a"\n  Assets:1930-Bank  {amount} SEK\n  Income:3001-Varor  -{amount} SEK\n'
        )
        assert load_books(ws).problems == ()
        time.sleep(0.01)
    folder = ws.state_folder / "cache" / "units" / "repris"
    (folder / ".new-left-by-a-crash").mkdir()
    assert len([p for p in folder.iterdir() if not p.name.startswith(".")]) == 2
    month(ws).write_text("; tom\n")
    load_books(ws)
    assert len(list(folder.iterdir())) == 2


def test_nobody_else_reads_the_cache_and_it_lies_outside_the_units(ws):
    load_books(ws)
    cache = ws.state_folder / "cache"
    assert cache.stat().st_mode & 0o777 == 0o700
    files = [p for p in cache.rglob("*") if p.is_file()]
    assert files
    assert not [p for p in files if p.suffix in {".pickle", ".pkl", ".py", ".so"}]
    assert not [p for p in ws.units_folder.rglob("*") if "cache" in p.name]


def test_the_cache_goes_where_the_environment_says(ws, tmp_path_factory, monkeypatch):
    place = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("SAMBOK_CACHE", str(place))
    load_books(ws)
    assert list(place.rglob(SUMMARY))
    assert not (ws.state_folder / "cache").exists()


def test_loading_works_without_a_place_to_write(ws, monkeypatch):
    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(load.Cache, "keep", lambda *_: False)
    monkeypatch.setattr("ledger.books.durable.tempfile.mkstemp", full)
    books = load_books(ws)
    assert books.problems == ()
    entries, _, _ = load_reference(ws.units["repris"].main)
    assert differences(books.units["repris"].entries(), entries) == []
    assert scan_balances(books, ["repris"], dt.date(2026, 3, 1), dt.date(2026, 3, 31))


@pytest.mark.parametrize("fails", ["mkdtemp", "write_bytes", "rename", "fsync"])
def test_a_full_disk_while_a_partition_is_written(ws, monkeypatch, fails):
    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    target = {"mkdtemp": "ledger.books.cache.tempfile.mkdtemp", "write_bytes": "pathlib.Path.write_bytes", "rename": "pathlib.Path.rename", "fsync": "os.fsync"}  # fmt: skip
    monkeypatch.setattr(target[fails], full)
    books = load_books(ws)
    assert books.problems == ()
    assert len(books.units["repris"].entries()) == 7
    monkeypatch.undo()
    folder = ws.state_folder / "cache" / "units"
    assert not [p for p in folder.rglob("*") if p.is_file()]


def test_load_caches_of_beancount_are_deleted_unread(ws):
    places = [ws.root, ws.units_folder, ws.units["repris"].folder, month(ws).parent]
    for place in places:
        (place / ".main.beancount.picklecache").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    assert load_books(ws).problems == ()
    assert not list(ws.root.rglob("*.picklecache"))


def test_a_cache_that_others_may_write_is_made_private(tmp_path):
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    assert Cache(folder).usable
    assert folder.stat().st_mode & 0o777 == 0o700
    (tmp_path / "link").symlink_to(folder)
    assert not Cache(tmp_path / "link").usable


# --- fingerprint and answers


def test_the_fingerprint_stands_until_something_changes(ws):
    assert fingerprint(ws.root, ws.state_folder) is None
    charts = [ws.units["annan"].folder / name for name in ("butik.toml", "charts/butik.toml")]
    charts[1].parent.mkdir()
    for chart in charts:
        chart.write_text('extends = "bas"\n')
    books = load_books(ws)
    assert books.fingerprint is not None
    assert fingerprint(ws.root, ws.state_folder) == books.fingerprint
    assert load_books(ws).fingerprint == books.fingerprint
    changes = {
        ws.root / "fava.conf": "\n# x\n",
        ws.policy_file: "; x\n",
        ws.prices_file: "; x\n",
        ws.units["annan"].folder / "unit.toml": "\n# x\n",
        **dict.fromkeys(charts, "\n# x\n"),
        month(ws, "annan", "2026-04"): "; x\n",
    }
    known = {books.fingerprint}
    for path, more in changes.items():
        path.write_text(path.read_text() + more)
        assert fingerprint(ws.root, ws.state_folder) is None
        found = load_books(open_workspace(ws.root)).fingerprint
        assert found not in known
        known.add(found)
    month(ws, "annan", "2026-05").write_text("; x\n")
    assert fingerprint(ws.root, ws.state_folder) is None
    load_books(ws)
    month(ws, "annan", "2026-05").unlink()
    assert fingerprint(ws.root, ws.state_folder) is None
    assert load_books(ws).fingerprint in known


@pytest.mark.parametrize("closed", ["books", "private"])
def test_a_folder_that_may_not_be_read_stops_no_other_unit(ws, monkeypatch, closed):
    folder = ws.units["repris"].folder / closed
    folder.mkdir(exist_ok=True)
    scandir = os.scandir

    def refusing(path):
        if str(path) == str(folder):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("ledger.books.fingerprint.os.scandir", refusing)  # whoever runs the tests may read everything
    assert load_books(ws).units["annan"].ok


def test_a_damaged_record_is_no_record(ws):
    load_books(ws)
    record = ws.state_folder / "looks.json"
    text = record.read_bytes()
    for damaged in (b"", text[:100], text[:-1] + b" ", b"x\n{}", json.dumps({}).encode()):
        record.write_bytes(damaged)
        assert fingerprint(ws.root, ws.state_folder) is None
    assert load_books(ws).problems == ()
    assert fingerprint(ws.root, ws.state_folder)


def test_the_fingerprint_needs_nothing_large(ws):
    """A command that repeats its last answer imports neither pydantic nor Polars nor Beancount."""
    books = load_books(ws)
    code = (
        "import sys; from pathlib import Path; from ledger.books.fingerprint import fingerprint as f;"
        "print(f(Path(sys.argv[1]), Path(sys.argv[1]) / '.sambok'));"
        "print([m for m in ('pydantic', 'polars', 'beancount', 'fava') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(ws.root)], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == [books.fingerprint, "[]"]


def test_answers_are_kept_under_their_key(tmp_path):
    answers = answer_cache(tmp_path)
    assert answers.get("levy sv") is None
    answers.put("levy sv", "åtta\nrader\n")
    answers.put("levy en", "")
    assert answers.get("levy sv") == "åtta\nrader\n"
    assert answers.get("levy en") == ""
    for file in answers.folder.iterdir():
        file.write_bytes(file.read_bytes() + b"x")
    assert answers.get("levy sv") is None
    for number in range(80):
        answers.put(str(number), "x")
    assert len(list(answers.folder.iterdir())) <= 64
    blocked = answer_cache(tmp_path / "levy" / "\0")
    assert blocked.get("x") is None


def test_a_stray_file_whose_name_is_no_text_is_named(ws):
    folder = os.fsencode(ws.units["repris"].books / "2026")
    Path(os.fsdecode(folder + b"/kopia\xff.beancount")).write_text("; x\n", encoding="utf-8")
    for _ in ("cold", "warm"):
        books = load_books(ws)
        assert [p.code for p in books.units["repris"].problems] == ["BOOKS_STRAY"]
        assert not books.units["annan"].problems


def test_a_record_that_is_a_pipe_is_no_record(ws):
    assert load_books(ws).fingerprint == fingerprint(ws.root, ws.state_folder)
    record = ws.state_folder / looks.LOOKS
    record.unlink()
    os.mkfifo(record)  # opened like a file, it would wait for ever
    assert looks.read_record(ws.state_folder) == looks.Record()


# --- sums over columns


def test_sums_between_dates_are_those_of_the_entries(ws):
    books = load_books(ws)
    slugs = list(ws.units)
    for first, last in (("2026-03-01", "2026-03-31"), ("2026-03-03", "2026-04-05"), ("2020-01-01", "2030-01-01")):
        days = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        found = scan_balances(books, slugs, *days)
        assert found == scan_balances_slowly(books, slugs, *days)
        assert [str(v) for v in found.values()] != []
    by_hand = scan_balances(books, ["repris"], dt.date(2026, 3, 1), dt.date(2026, 3, 9))
    assert by_hand == {
        ("repris", "Assets:1930-Bank", "SEK"): Decimal(125),
        ("repris", "Income:3001-Varor", "SEK"): Decimal(-125),
    }
