"""`sambok init` and `sambok unit add`: whole or not at all, asked or named, and right from the first minute."""

import datetime as dt
import errno
import os
import signal
import sys
import threading
import tomllib
from pathlib import Path

import pytest

from ledger.books import Unit, open_workspace
from ledger.books.config import SLUG_LENGTH
from ledger.books.problems_scaffold import UnitExists
from ledger.books.scaffold import new_unit
from ledger.cli import workspace as commands
from ledger.cli.main import main

TODAY = dt.date(2026, 5, 17)


@pytest.fixture
def sambok(capsys, monkeypatch):
    """Run a command as the shell does: exit code, standard output, standard error."""
    monkeypatch.setattr(commands, "_today", lambda: TODAY)
    before = signal.getsignal(signal.SIGTERM)

    def run(*args: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main([str(arg) for arg in args])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return int(end.value.code or 0), said.out, said.err

    yield run
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def federation(sambok, tmp_path):
    """A workspace as `init` makes it."""
    root = tmp_path / "förbundet"
    code, _, err = sambok("init", root, "--name", "Samverkan Öst", "--currency", "SEK", "--central", "gemensamt")
    assert code == 0, err
    return root


#: What lies in units/ of a new federation.
FIRST = {"gemensamt", "history.jsonl", "policy.beancount", "prices.beancount"}


def tree(root: Path) -> dict[str, bytes]:
    """Every file below `root`, locks apart, with what it holds."""
    files = (p for p in root.rglob("*") if p.is_file() and ".sambok" not in p.parts)
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in files}


def test_init_makes_a_workspace_that_passes_check(sambok, tmp_path):
    root = tmp_path / "new" / "deep" / "federation"
    code, out, err = sambok(
        "init", root, "--name", "Samverkan Öst", "--currency", "SEK", "--central", "gemensamt", "--language", "sv"
    )
    assert (code, out) == (0, f"{root}\n")
    assert "gemensamt" in err
    ws = open_workspace(root)
    assert ws.problems == ()
    assert (ws.config.federation.name, ws.currency, ws.language) == ("Samverkan Öst", "SEK", "sv")
    central = ws.central
    assert central is not None
    assert (central.slug, central.entity, central.status, central.joined) == ("gemensamt", "division", "active", None)
    assert set(tree(root)) == {
        "fava.conf",
        "units/policy.beancount",
        "units/prices.beancount",
        "units/history.jsonl",
        "units/gemensamt/history.jsonl",
        "units/gemensamt/unit.toml",
        "units/gemensamt/main.beancount",
        "units/gemensamt/accounts.beancount",
        "units/gemensamt/books/2026/2026-01.beancount",
    }
    assert (root / "units/gemensamt/inbox").is_dir()
    assert (root / "units/gemensamt/documents").is_dir()
    code, out, err = sambok("check", "--workspace", root)
    assert code == 0, out + err


def test_the_first_policy_is_the_levy_of_fifteen_per_cent_under_a_dated_decision(federation):
    text = (federation / "units/policy.beancount").read_text(encoding="utf-8")
    assert '2026-01-01 custom "decision" "START-2026-01-01" "assembly"' in text
    assert '2026-01-01 custom "levy-rate" "*" 0.15\n  decision: "START-2026-01-01"' in text
    assert text.count('custom "levy-component"') == 3
    for share in ('"service" 0.125', '"investment" 0.015', '"solidarity" 0.010'):
        assert share in text


@pytest.mark.parametrize(("language", "chart"), [("es", "pgc"), ("en", "vsla")])
def test_init_passes_check_in_every_language_and_chart(sambok, tmp_path, language, chart):
    root = tmp_path / "f"
    code, _, err = sambok("init", root, "--currency", "EUR", "--language", language, "--chart", chart)
    assert code == 0, err
    code, out, err = sambok("check", "--workspace", root)
    assert code == 0, out + err


SPANISH = (
    "--entity legal_entity --currency EUR --chart pgc --joined 2026-03-15 --country ES --organisation-number B-12345678"
).split()


def test_units_of_every_kind_pass_check(sambok, federation):
    added = [
        ("repris", "--name", "Repris", "--level", "Sverige", "--level", "Linköping", "--business-line", "furniture"),
        ("madrid", "--name", 'Taller "Sol" \\ Luna', *SPANISH),
        ("kikundi", "--name", "Kikundi", "--currency", "KES", "--chart", "vsla", "--no-combine"),
    ]
    for args in added:
        code, out, err = sambok("--workspace", federation, "unit", "add", *args)
        assert (code, out) == (0, f"units/{args[0]}\n"), err
    code, out, err = sambok("check", "--workspace", federation)
    assert code == 0, out + err
    ws = open_workspace(federation)
    assert ws.problems == ()
    repris, madrid, kikundi = ws.units["repris"], ws.units["madrid"], ws.units["kikundi"]
    assert (repris.code, repris.currency, repris.chart, repris.joined) == ("Repris", "SEK", "bas", None)
    assert (repris.levels, repris.business_line) == (("Sverige", "Linköping"), "furniture")
    assert (madrid.name, madrid.entity, madrid.country) == ('Taller "Sol" \\ Luna', "legal_entity", "ES")
    assert (madrid.joined, madrid.organisation_number) == (dt.date(2026, 3, 15), "B-12345678")
    assert (kikundi.combine, kikundi.entity) == (False, "legal_entity")
    assert [p.name for p in (madrid.folder / "books/2026").iterdir()] == ["2026-03.beancount"]
    assert [p.name for p in (repris.folder / "books/2026").iterdir()] == ["2026-01.beancount"]


def test_a_units_accounts_hold_what_the_rules_post_to(sambok, federation):
    assert sambok("-w", federation, "unit", "add", "repris", "--name", "Repris")[0] == 0
    unit = (federation / "units/repris/accounts.beancount").read_text(encoding="utf-8")
    central = (federation / "units/gemensamt/accounts.beancount").read_text(encoding="utf-8")
    for code in ("6430", "2861", "2999", "1930", "3001", "2641", "2611"):
        assert f":{code}-" in unit, code
    for code in ("1661", "3680", "3990", "2083"):
        assert f":{code}-" in central, code
        assert f":{code}-" not in unit, code


def test_an_own_chart_is_copied_into_the_unit(sambok, federation, tmp_path):
    own = tmp_path / "butik.toml"
    own.write_text('extends = "bas"\n[lines]\nGoodsForResale = ["4000-4199"]\n', encoding="utf-8")
    code, _, err = sambok("-w", federation, "unit", "add", "butik", "--name", "Butik", "--chart", own)
    assert code == 0, err
    assert open_workspace(federation).units["butik"].chart == "butik.toml"
    assert (federation / "units/butik/butik.toml").read_bytes() == own.read_bytes()
    code, out, err = sambok("check", "--workspace", federation)
    assert code == 0, out + err


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ((), "--currency"),
        (("--currency", "kr"), "three upper-case letters"),
        (("--currency", "SEKK"), "three upper-case letters"),
        (("--currency", "SEK", "--central", "Gemensamt"), "a letter first"),
        (("--currency", "SEK", "--central", "policy"), "not adjustments, policy or prices"),
        (("--currency", "SEK", "--language", "fi"), "'fi' is not one of"),
        (("--currency", "SEK", "--name", "a\nb"), "control characters"),
        (("--currency", "SEK", "--name", "a\u202eb"), "control characters"),
        (("--currency", "SEK", "--name", " "), "control characters"),
        (("--currency", "SEK", "--start", "2026-13-01"), "2026-13-01"),
        (("--currency", "SEK", "--colour", "red"), "--colour"),
    ],
)
def test_wrong_use_of_init_ends_with_2_and_leaves_nothing(sambok, tmp_path, args, says):
    code, out, err = sambok("init", tmp_path / "x" / "y", *args)
    assert (code, out) == (2, "")
    assert says in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("repris",), "--name"),
        (("Repris", "--name", "R"), "a letter first"),
        (("re--pris", "--name", "R"), "single hyphens"),
        (("r" * (SLUG_LENGTH + 1), "--name", "R"), "at most 30"),
        (("prices", "--name", "R"), "not adjustments"),
        (("../repris", "--name", "R"), "a letter first"),
        (("repris", "--name", "R", "--code", "ELIM"), "not ELIM"),
        (("repris", "--name", "R", "--code", "repris"), "upper-case"),
        (("repris", "--name", "R", "--code", "Gemensamt"), "gemensamt"),
        (("repris", "--name", "R", "--code", "GEMENSAMT"), "gemensamt"),
        (("repris", "--name", "R", "--entity", "company"), "'company'"),
        (("repris", "--name", "R", "--chart", "ifrs"), "none of bas, pgc, vsla"),
        (("repris", "--name", "R", "--chart", "nowhere.toml"), "none of bas, pgc, vsla"),
        (("repris", "--name", "R", "--currency", "KES"), "--chart"),
        (("repris", "--name", "R", "--joined", "yesterday"), "yesterday"),
        (("repris", "--name", "R", "--country", "Sweden"), "two upper-case letters"),
        (("gemensamt", "--name", "R"), "units/gemensamt"),
        ((), "SLUG"),
    ],
)
def test_wrong_use_of_unit_add_ends_with_2_and_changes_nothing(sambok, federation, args, says):
    before = tree(federation)
    code, out, err = sambok("-w", federation, "unit", "add", *args)
    assert (code, out) == (2, "")
    assert says in err
    assert tree(federation) == before
    assert {p.name for p in (federation / "units").iterdir()} == FIRST


def test_unit_add_without_a_workspace_says_how_to_make_one(sambok, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = sambok("unit", "add", "repris", "--name", "R")
    assert code == 2
    assert "WORKSPACE_MISSING" in err
    assert "sambok init" in err


@pytest.mark.parametrize("taken", ["fava.conf", "units", "units/"])
def test_init_never_touches_what_is_there(sambok, tmp_path, taken):
    if taken.endswith("/"):
        (tmp_path / taken / "repris").mkdir(parents=True)
    else:
        (tmp_path / taken).write_text("mine", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("mine too", encoding="utf-8")
    before = tree(tmp_path)
    code, out, err = sambok("init", tmp_path, "--currency", "SEK")
    assert (code, out) == (2, "")
    assert "WORKSPACE_EXISTS" in err
    assert tree(tmp_path) == before


def test_init_moves_into_a_folder_that_holds_other_things(sambok, tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    (tmp_path / "README").write_text("ours", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code, out, _ = sambok("init", ".", "--currency", "SEK")
    assert (code, out) == (0, f"{tmp_path}\n")
    assert (tmp_path / "README").read_text(encoding="utf-8") == "ours"
    assert {p.name for p in tmp_path.iterdir()} == {".git", "README", "fava.conf", "units"}
    assert open_workspace(tmp_path).config.federation.name == tmp_path.name


def test_init_where_a_file_stands_is_wrong_use(sambok, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert sambok("init", tmp_path / "file", "--currency", "SEK")[0] == 2
    assert sambok("init", tmp_path / "file" / "below", "--currency", "SEK")[0] == 4
    assert (tmp_path / "file").read_text(encoding="utf-8") == "x"


def test_init_twice_changes_nothing(sambok, federation):
    before = tree(federation)
    code, _, err = sambok("init", federation, "--currency", "EUR")
    assert code == 2
    assert "unit add" in err
    assert tree(federation) == before


def count_calls(monkeypatch, name: str, run) -> int:
    """How often `run` calls `os.<name>`."""
    real, calls = getattr(os, name), []
    with monkeypatch.context() as patch:
        patch.setattr(os, name, lambda *a, **k: (calls.append(a), real(*a, **k))[1])
        run()
    return len(calls)


def fail_at(monkeypatch, name: str, turn: int, error: BaseException) -> None:
    """Let the `turn`-th call of `os.<name>` fail."""
    real, calls = getattr(os, name), []

    def failing(*args, **kwargs):
        calls.append(args)
        if len(calls) == turn:
            raise error
        return real(*args, **kwargs)

    monkeypatch.setattr(os, name, failing)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("existing", [False, True])
def test_init_on_a_full_disk_or_interrupted_leaves_nothing(sambok, tmp_path, monkeypatch, error, existing):
    """Every single fsync and rename is made to fail once: afterwards there is no half workspace, and init works."""

    def attempt(root: Path) -> tuple[int, str, str]:
        return sambok("init", root, "--currency", "SEK")

    def place(name: str) -> Path:
        root = tmp_path / name / "federation"
        if existing:
            root.mkdir(parents=True)
        return root

    turns = {name: count_calls(monkeypatch, name, lambda n=name: attempt(place(f"count-{n}"))) for name in ("fsync",)}
    turns["rename"] = 8
    for name, most in turns.items():
        assert most > 5
        failed = 0
        for turn in range(1, most + 1):
            root = place(f"{name}-{turn}")
            with monkeypatch.context() as patch:
                fail_at(patch, name, turn, error)
                code, out, _ = attempt(root)
            if code == 0:
                continue  # fewer calls than turns
            failed += 1
            assert code == (4 if isinstance(error, OSError) else 130)
            if root.exists() and any(root.iterdir()):
                # the very last step, making the finished workspace durable, may fail after the rename
                assert open_workspace(root).problems == ()
                continue
            assert out == ""
            assert not [p for p in (tmp_path / f"{name}-{turn}").glob("**/*") if p.is_file()]
            assert attempt(root)[0] == 0
        assert failed, f"os.{name} was never called"


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_unit_add_on_a_full_disk_or_interrupted_leaves_no_half_unit(sambok, federation, monkeypatch, error):
    def attempt(slug: str) -> int:
        return sambok("-w", federation, "unit", "add", slug, "--name", slug.upper())[0]

    assert attempt("begun") == 0  # from now on all folders of the program's own are there
    most = count_calls(monkeypatch, "fsync", lambda: attempt("counted"))
    assert most > 5
    for turn in range(1, most + 1):
        slug = f"unit-{turn}"
        with monkeypatch.context() as patch:
            fail_at(patch, "fsync", turn, error)
            code = attempt(slug)
        assert code == (4 if isinstance(error, OSError) else 130)
        ws = open_workspace(federation)
        assert ws.problems == ()
        whole = {"unit.toml", "main.beancount", "accounts.beancount", "books", "inbox", "documents", "history.jsonl"}
        if slug in ws.units:
            assert {p.name for p in ws.units[slug].folder.iterdir()} == whole
        else:
            assert not (federation / "units" / slug).exists()
            assert attempt(slug) == 0
    assert not [p for p in (federation / "units").iterdir() if p.name.startswith(".")]


def test_what_a_killed_run_left_is_nobodys_and_is_swept(sambok, federation):
    left = federation / "units" / ".new-abc"
    left.mkdir()
    (left / "unit.toml").write_text("half", encoding="utf-8")
    assert open_workspace(federation).problems == ()
    assert sambok("-w", federation, "unit", "add", "repris", "--name", "R")[0] == 0
    assert not left.exists()


def test_a_faulty_own_chart_is_said_of_the_file_that_was_given(sambok, federation, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('extends = "bas"\n[lines]\nNetSale = ["30"]\n', encoding="utf-8")
    before = tree(federation)
    code, _, err = sambok("-w", federation, "unit", "add", "butik", "--name", "B", "--chart", own)
    assert code == 1
    assert f"{own}:3:" in err
    assert "NetSales" in err
    assert tree(federation) == before


class Keyboard:
    """A terminal at which somebody answers."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    def isatty(self) -> bool:
        return True

    def readline(self, *_: int) -> str:
        return self.answers.pop(0) + "\n" if self.answers else ""

    def __iter__(self):
        return self


def test_at_a_terminal_unit_add_asks_for_what_it_needs(sambok, federation, monkeypatch):
    """Name, code, entity, currency, chart, joined; an empty answer takes the default, a wrong one is asked again."""
    keyboard = Keyboard("Repris", "elim", "Repris-A", "", "EUR", "ifrs", "pgc", "someday", "2026-02-01")
    monkeypatch.setattr(sys, "stdin", keyboard)
    monkeypatch.setattr(commands.click.termui, "visible_prompt_func", lambda _: keyboard.readline().rstrip("\n"))
    code, out, err = sambok("-w", federation, "unit", "add", "repris")
    assert (code, out.splitlines()[-1]) == (0, "units/repris"), err
    unit = open_workspace(federation).units["repris"]
    assert (unit.name, unit.code, unit.entity, unit.currency, unit.chart) == (
        "Repris",
        "Repris-A",
        "division",
        "EUR",
        "pgc",
    )
    assert unit.joined == dt.date(2026, 2, 1)
    assert keyboard.answers == []


def test_of_several_who_add_the_same_unit_one_does(federation):
    ws = open_workspace(federation)
    unit = Unit("repris", ws.units_folder / "repris", "Repris", "Repris", "division", "SEK", "bas")
    ends: list[str] = []

    def add() -> None:
        try:
            new_unit(ws, unit, start=dt.date(2026, 1, 1))
            ends.append("made")
        except UnitExists:
            ends.append("there")

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["made", "there", "there", "there"]
    assert open_workspace(federation).problems == ()


def test_texts_with_quotes_and_backslashes_stay_what_they_are(sambok, tmp_path):
    root = tmp_path / "f"
    name = 'Kooperativet "Öst" \\ Väst é # = [x]'
    assert sambok("init", root, "--currency", "SEK", "--name", name)[0] == 0
    assert open_workspace(root).config.federation.name == name
    decomposed = "Ko\u0308p"
    assert sambok("-w", root, "unit", "add", "kop", "--name", decomposed)[0] == 0
    table = tomllib.loads((root / "units/kop/unit.toml").read_text(encoding="utf-8"))
    assert table["name"] == "Köp"
