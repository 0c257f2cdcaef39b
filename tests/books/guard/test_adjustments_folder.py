"""What may lie in `units/adjustments/`, and what is refused or passed over without being opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.books.adjustments import folder_problems
from ledger.books.guard import unread_files
from ledger.errors import Problem

SHOWN = "units/adjustments"


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "units" / "adjustments"
    made.mkdir(parents=True)
    (made / "2026-12-levy.beancount").write_text("; nothing yet\n")
    return made


def said(folder: Path) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.file) for problem in found(folder)]


def beside(folder: Path) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.file) for problem in unread_files(folder.parent, "units")]


def found(folder: Path) -> list[Problem]:
    return folder_problems(folder.parent)


def test_plain_names_pass_and_so_does_no_folder_at_all(folder, tmp_path):
    (folder / "2027.beancount").write_text("; none\n")
    assert found(folder) == []
    assert folder_problems(tmp_path / "elsewhere") == []


@pytest.mark.parametrize(
    "name",
    [
        "2026-12-levy (1).beancount",
        "Levy.beancount",
        "levy.beancount.bak",
        "levy.csv",
        "å.beancount",
        "-.beancount",
        "a" * 80 + ".beancount",
    ],
)
def test_nothing_else_lies_in_the_folder(folder, name):
    (folder / name).write_text("; a copy\n")
    assert said(folder) == [("ADJUSTMENTS_STRAY", f"{SHOWN}/{name}")]


def test_folders_and_links_are_refused(folder):
    (folder / "2026").mkdir()
    (folder / "link.beancount").symlink_to(folder / "2026-12-levy.beancount")
    assert said(folder) == [("ADJUSTMENTS_STRAY", f"{SHOWN}/2026"), ("BOOK_LINKED", f"{SHOWN}/link.beancount")]


def test_the_folder_itself_may_be_no_link_and_no_file(folder):
    moved = folder.rename(folder.parent.parent / "elsewhere")
    folder.symlink_to(moved)
    assert said(folder) == [("BOOK_LINKED", SHOWN)]
    folder.unlink()
    folder.write_text("a file in the folder's place")
    assert said(folder) == [("BOOK_UNREADABLE", SHOWN)]


@pytest.mark.parametrize(
    "name",
    [
        *("levy.beancount~", ".levy.beancount.swp", "#levy.beancount#", ".DS_Store"),
        *(".#levy.beancount", "._levy.beancount", ".~lock.levy.beancount#", ".tmp-1.beancount"),
    ],
)
def test_what_an_editor_leaves_is_passed_over(folder, name):
    (folder / name).write_text("nonsense")
    assert found(folder) == []


def test_a_text_beside_the_units_that_nothing_reads_is_named(folder):
    for name in ("policy.beancount", "prices.beancount"):
        (folder.parent / name).write_text("; read")
    assert beside(folder) == []
    for name in ("policy (1).beancount", "2026.BEANCOUNT", "policy.beancount~", "notes.txt"):
        (folder.parent / name).write_text("; meant to count")
    year = folder.parent / "2026"  # a unit whose settings are missing is named as such
    year.mkdir()
    (year / "2026-03.beancount").write_text("; meant to count")
    assert beside(folder) == [("FILE_STRAY", "units/2026.BEANCOUNT"), ("FILE_STRAY", "units/policy (1).beancount")]
    assert found(folder) == []  # the figures stand without it


@pytest.mark.parametrize("name", [".levy.beancount", ".unit.toml", ".LEVY.BEANCOUNT"])
def test_a_text_that_a_dot_hides_is_named(folder, name):
    """Among the adjustments, beside the units, and beside a unit's book: nobody reads it."""
    (folder / name).write_text("; meant to count")
    assert said(folder) == [("FILE_HIDDEN", f"{SHOWN}/{name}")]
    (folder.parent / name).write_text("; meant to count")
    assert beside(folder) == [("FILE_HIDDEN", f"units/{name}")]
