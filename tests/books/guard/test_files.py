"""Where a book's files may lie, what may lie beside them, and what a link can't do."""

from __future__ import annotations

import errno
import os
import re
import socket
from pathlib import Path

import pytest

from ledger.books.guard import layout_problems, read_file, unread_files
from ledger.books.sealed import sealed_months
from ledger.errors import Problem
from tests.closing.sealing import lines

TEXT = "2026-01-01 open Assets:1930-Bank\n"


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """`units/repris` with one month, and a secret beside the workspace."""
    folder = tmp_path / "units" / "repris"
    (folder / "books" / "2026").mkdir(parents=True)
    (folder / "books" / "2026" / "2026-01.beancount").write_text(TEXT)
    (tmp_path / "secret.beancount").write_text("; a secret\n")
    (tmp_path / "units" / "other" / "books" / "2026").mkdir(parents=True)
    (tmp_path / "units" / "other" / "books" / "2026" / "2026-01.beancount").write_text("; a secret\n")
    return folder


def month(unit: Path, name: str = "2026-02.beancount") -> Path:
    return unit / "books" / "2026" / name


def link(path: Path, target: str) -> Path:
    path.symlink_to(target)
    return path


def made(path: Path, text: str = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def fifo(path: Path) -> Path:
    os.mkfifo(path)
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def hard_link(path: Path, target: Path) -> Path:
    path.hardlink_to(target)
    return path


def listening(path: Path) -> Path:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's path is short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)
    return path


def through_linked_folder(unit: Path) -> Path:
    (unit / "books" / "2025").symlink_to(unit.parent / "other" / "books" / "2026")
    return unit / "books" / "2025" / "2026-01.beancount"


def sparse(path: Path, size: int) -> Path:
    with path.open("wb") as stream:
        stream.truncate(size)
    return path


FILES = {
    # what the path is                                             what comes of it
    "an ordinary month": (lambda u: month(u, "2026-01.beancount"), None),
    "nothing there": (month, "BOOK_MISSING"),
    "no folder there": (lambda u: u / "books" / "2031" / "2031-01.beancount", "BOOK_MISSING"),
    "a link to a secret": (lambda u: link(month(u), "../../../../secret.beancount"), "BOOK_LINKED"),
    "a link to a month of its own": (lambda u: link(month(u), "2026-01.beancount"), "BOOK_LINKED"),
    "a link to a device": (lambda u: link(month(u), "/dev/zero"), "BOOK_LINKED"),
    "a link to itself": (lambda u: link(month(u), "2026-02.beancount"), "BOOK_LINKED"),
    "a link to nothing": (lambda u: link(month(u), "nowhere"), "BOOK_LINKED"),
    "a month in a linked folder": (through_linked_folder, "BOOK_LINKED"),
    "a second name of a secret": (
        lambda u: hard_link(month(u), u.parent.parent / "secret.beancount"),
        "BOOK_HARD_LINKED",
    ),
    "a pipe that never ends": (lambda u: fifo(month(u)), "BOOK_NOT_A_FILE"),
    "a socket": (lambda u: listening(month(u)), "BOOK_NOT_A_FILE"),
    "a folder": (lambda u: folder(month(u)), "BOOK_NOT_A_FILE"),
    "another unit's month": (lambda u: u.parent / "other/books/2026/2026-01.beancount", "BOOK_OUTSIDE"),
    "another unit's month by a detour": (lambda u: u / "../other/books/2026/2026-01.beancount", "BOOK_OUTSIDE"),
    "a system file": (lambda _: Path("/etc/passwd"), "BOOK_NAME"),
    "an encrypted file": (lambda u: made(month(u, "2026-02.beancount.gpg")), "BOOK_NAME"),
    "only an ending": (lambda u: made(month(u, ".beancount")), "BOOK_NAME"),
    "8 MiB and more": (lambda u: sparse(month(u), (8 << 20) + 1), "BOOK_TOO_BIG"),
    "8 TiB": (lambda u: sparse(month(u), 8 << 40), "BOOK_TOO_BIG"),
    "0 bytes": (lambda u: made(month(u), ""), "BOOK_CUT_OFF"),
    "half a month after a full disk": (lambda u: sparse(month(u), 100), "BOOK_CHARACTER"),
}


@pytest.mark.parametrize("name", FILES)
def test_file(name, unit):
    make, expected = FILES[name]
    data, problems = read_file(make(unit), unit, "units/repris/x", unit="repris")
    assert [p.code for p in problems] == ([expected] if expected else [])
    assert (data is None) is bool(expected)
    for problem in problems:
        assert (problem.file, problem.unit) == ("units/repris/x", "repris")
        assert "secret" not in problem.text() + problem.remedy_text()


def test_file_without_permission(unit):
    path = month(unit, "2026-01.beancount")
    path.chmod(0)
    if os.access(path, os.R_OK):
        data, problems = read_file(path, unit, "x")
        assert data, "a superuser reads everything"
        assert problems == []
    else:
        assert [p.code for p in read_file(path, unit, "x")[1]] == ["BOOK_UNREADABLE"]


BOOKS = {
    # what lies below books/                                      what comes of it
    "a month": ({}, []),
    "two years": ({"2025/2025-12.beancount": TEXT}, []),
    "a closed month with its seal": ({"2026/2026-03.closed.beancount": TEXT}, []),
    "a closed month without seal": ({"2026/2026-04.closed.beancount": TEXT}, ["CLOSED_WITHOUT_SEAL"]),
    "central's side of a close": ({"2026/2026-05.other.closed.beancount": TEXT}, []),
    "central's side of no close": ({"2026/2026-03.other.closed.beancount": TEXT}, ["CLOSED_WITHOUT_SEAL"]),
    "central's side of nobody's close": ({"2026/2026-03.nobody.closed.beancount": TEXT}, ["CLOSED_WITHOUT_SEAL"]),
    "a month in another year's folder": ({"2026/2025-01.beancount": TEXT}, ["BOOKS_STRAY"]),
    "a month 13": ({"2026/2026-13.beancount": TEXT}, ["BOOKS_STRAY"]),
    "a month with another ending": ({"2026/2026-02.bean": TEXT}, ["BOOKS_STRAY"]),
    "a month in capitals": ({"2026/2026-02.BEANCOUNT": TEXT}, ["BOOKS_STRAY"]),
    "a conflict copy": ({"2026/2026-01 (conflicted copy).beancount": TEXT}, ["BOOKS_STRAY"]),
    "a synchronised conflict": ({"2026/2026-01.sync-conflict-1.beancount": TEXT}, ["BOOKS_STRAY"]),
    "a numbered copy": ({"2026/2026-01(1).beancount": TEXT}, ["BOOKS_STRAY"]),
    "a merge's leftover": ({"2026/2026-01.beancount.orig": TEXT}, ["BOOKS_STRAY"]),
    "a closed slug that is none": ({"2026/2026-03.-x-.closed.beancount": TEXT}, ["BOOKS_STRAY"]),
    "a file of any name": ({"2026/extra.beancount": TEXT}, ["BOOKS_STRAY"]),
    "a program": ({"2026/canary.py": "1/0"}, ["BOOKS_STRAY"]),
    "an encrypted month": ({"2026/2026-02.beancount.gpg": "x"}, ["BOOKS_STRAY"]),
    "a folder in a year": ({"2026/old/2026-01.beancount": TEXT}, ["BOOKS_STRAY"]),
    "a folder named like a month": ({"2026/2026-02.beancount/x.beancount": TEXT}, ["BOOKS_STRAY"]),
    "a year of letters": ({"archive/2026-01.beancount": TEXT}, ["BOOKS_STRAY"]),
    "a month beside the years": ({"2026-01.beancount": TEXT}, ["BOOKS_STRAY"]),
    "two strangers": ({"x.txt": "", "2026/y.txt": ""}, ["BOOKS_STRAY", "BOOKS_STRAY"]),
    "an editor's swap file": ({"2026/.2026-01.beancount.swp": "x"}, []),
    "an editor's backup": ({"2026/2026-01.beancount~": TEXT}, []),
    "an editor's autosave": ({"2026/#2026-01.beancount#": TEXT}, []),
    "a writer's leftover": ({"2026/.tmp-2026-01.beancount": TEXT}, []),
    "what systems leave": ({".DS_Store": "", "2026/Thumbs.db": "", "2026/desktop.ini": "", ".git/config": ""}, []),
    "a hidden month": ({"2026/.2026-01.beancount": TEXT}, []),
}


@pytest.mark.parametrize("name", BOOKS)
def test_layout(name, unit):
    files, expected = BOOKS[name]
    (unit / "seals.jsonl").write_text(lines("repris", "2026-03"))
    (unit.parent / "other" / "seals.jsonl").write_text(lines("other", "2026-05"))
    for path, text in files.items():
        made(unit / "books" / path, text)
    problems = layout_problems(unit, "units/repris")
    assert [p.code for p in problems] == expected
    assert all(p.file.startswith("units/repris/books/") for p in problems)


@pytest.mark.parametrize("name", BOOKS)
def test_nothing_unlisted_is_what_beancount_would_load(name, unit):
    """What the include `books/*/*.beancount` finds are the months of each year, or there is a problem."""
    for path, text in BOOKS[name][0].items():
        made(unit / "books" / path, text)
    books = unit / "books"
    loaded = {p.relative_to(books).as_posix() for p in books.glob("[!.]*/[!.]*.beancount")}
    files = {p.relative_to(books).as_posix() for p in books.rglob("*") if p.is_file()}
    months = {f for f in files if re.fullmatch(r"(20\d\d)/\1-(0[1-9]|1[0-2])(\.([a-z]+\.)?closed)?\.beancount", f)}
    assert layout_problems(unit, "units/repris") or loaded == months != set()


def test_layout_links(unit):
    (unit / "books" / "2025").symlink_to("2026")
    month(unit).symlink_to("2026-01.beancount")
    assert [p.code for p in layout_problems(unit, "units/repris")] == ["BOOK_LINKED", "BOOK_LINKED"]


def test_layout_books_is_a_link(unit):
    (unit / "books").rename(unit / "elsewhere")
    (unit / "books").symlink_to("elsewhere")
    (problem,) = layout_problems(unit, "units/repris")
    assert (problem.code, problem.file, problem.params["name"]) == ("BOOK_LINKED", "units/repris/books", "books")


def test_layout_books_is_a_file(unit):
    (unit / "books").rename(unit / "elsewhere")
    (unit / "books").write_text(TEXT)
    (problem,) = layout_problems(unit, "units/repris")
    assert (problem.code, problem.file) == ("BOOK_UNREADABLE", "units/repris/books")
    assert problem.params["reason"] == os.strerror(errno.ENOTDIR)


def test_layout_without_any_month(unit):
    month(unit, "2026-01.beancount").unlink()
    assert [p.code for p in layout_problems(unit, "units/repris")] == ["BOOKS_NONE"]
    (unit / "books" / "2026").rmdir()
    (unit / "books").rmdir()
    assert [p.code for p in layout_problems(unit, "units/repris")] == ["BOOKS_NONE"]


MARCH = lines("repris", "2026-03")
SEALS = {
    # seals.jsonl                                              months, or None where it can't be read
    "none": (None, set()),
    "one": (MARCH, {"2026-03"}),
    "two": (lines("repris", "2026-03", "2026-04"), {"2026-03", "2026-04"}),
    "opened again": (lines("repris", "2026-03", "2026-04", "reopen 2026-03"), {"2026-04"}),
    "closed again": (lines("repris", "2026-03", "reopen 2026-03", "2026-03"), {"2026-03"}),
    "no last line end": (MARCH.rstrip("\n"), None),
    "0 bytes": ("", None),
    "half a line": (MARCH + '{"peri', None),
    "a line that lost its end": (MARCH + lines("repris", "2026-04")[:-20] + "\n", None),
    "no seal": ('{"period": "2026-03"}\n', None),
    "white space": (MARCH.replace(",", ", "), None),
    "no object": ('["2026-03"]\n', None),
    "no period": ('{"month": "2026-03"}\n', None),
    "a period that is none": ('{"period": "2026-3"}\n', None),
    "a period that is a number": ('{"period": 202603}\n', None),
    "nested for ever": ("[" * 1900 + "\n", None),
    "a first line that is blank": ("\n" + MARCH, None),
    "a line that is blank": (MARCH + "\n" + lines("repris", "2026-04"), None),
}


@pytest.mark.parametrize("name", SEALS)
def test_seals(name, unit):
    text, expected = SEALS[name]
    if text is not None:
        (unit / "seals.jsonl").write_text(text)
    if expected is None:
        with pytest.raises(Problem) as caught:
            sealed_months(unit)
        assert caught.value.code == "SEALS_UNREADABLE"
        assert caught.value.file == "units/repris/seals.jsonl"
        made(unit / "books/2026/2026-03.closed.beancount")
        assert {p.code for p in layout_problems(unit, "units/repris")} == {"SEALS_UNREADABLE", "CLOSED_WITHOUT_SEAL"}
    else:
        assert sealed_months(unit) == expected


def test_seals_that_are_a_link(unit):
    (unit.parent / "other" / "seals.jsonl").write_text(MARCH)
    (unit / "seals.jsonl").symlink_to("../other/seals.jsonl")
    with pytest.raises(Problem) as caught:
        sealed_months(unit)
    assert caught.value.code == "SEALS_UNREADABLE"


@pytest.mark.parametrize("how", ["a folder", "a pipe", "another name of it"])
def test_seals_that_are_no_file_of_their_own(unit, how):
    if how == "a folder":
        (unit / "seals.jsonl").mkdir()
    elif how == "a pipe":
        os.mkfifo(unit / "seals.jsonl")
    else:
        (unit.parent / "other" / "seals.jsonl").write_text(MARCH)
        (unit / "seals.jsonl").hardlink_to(unit.parent / "other" / "seals.jsonl")
    with pytest.raises(Problem) as caught:
        sealed_months(unit)
    assert (caught.value.code, caught.value.file) == ("SEALS_UNREADABLE", "units/repris/seals.jsonl")


def test_seals_have_no_limit_of_line_length(unit):
    """A month of 10,000 vouchers is a line of some megabytes."""
    (unit / "seals.jsonl").write_text(MARCH.replace('"entries":[]', f'"entries":[{" " * 9_000_000}]'))
    assert sealed_months(unit) == {"2026-03"}


def test_what_the_system_refuses_is_told_with_its_reason(unit):
    data, problems = read_file(month(unit, "x" * 300 + ".beancount"), unit, "units/repris/long")
    assert data is None
    assert [(p.code, p.file) for p in problems] == [("BOOK_UNREADABLE", "units/repris/long")]
    assert problems[0].params["reason"] == os.strerror(errno.ENAMETOOLONG)


def test_a_name_that_is_no_unicode_is_shown_as_what_it_is(unit):
    """What stands in no alphabet must not break the page, the JSON or the terminal that tells of it."""
    (unit / "books" / "2026" / os.fsdecode(b"\xff.txt")).touch()
    (problem,) = layout_problems(unit, "units/repris")
    assert (problem.code, problem.file) == ("BOOKS_STRAY", "units/repris/books/2026/<U+DCFF>.txt")
    assert problem.text().isprintable()


def test_a_years_folder_beside_the_books_is_named_and_a_link_to_one_is_not_followed(unit):
    made(unit / "2025" / "2025-12.beancount")
    made(unit / "2025" / ".2025-11.beancount")
    (unit / "2026").symlink_to("books/2026")
    found = unread_files(unit, "units/repris", "repris")
    assert [(p.code, p.file) for p in found] == [("FILE_STRAY", "units/repris/2025/2025-12.beancount")]
