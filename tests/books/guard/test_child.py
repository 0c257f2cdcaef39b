"""A text that kills or stops the reader is an error of the text, and is named by its line."""

from __future__ import annotations

import datetime as dt
import resource
import subprocess
import sys

import pytest

from ledger.books import guard_child, limits
from ledger.books.guard import PROFILES, check_in_child
from ledger.books.guard_child import CHILD, PACKAGE_ROOT, check_bytes
from ledger.errors import EXIT_OUTSIDE, Problem

TODAY = dt.date(2026, 11, 21)
#: A child that behaves badly where the text says so, since no text is known that makes the real one do it.
CRASHING = CHILD.replace(
    "child_main()",
    """\
import os, signal, time
from ledger.books import guard
real = guard.parse_guarded
def parse_guarded(data, **rest):
    if b"SEGFAULT" in data:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"SLEEP" in data:
        time.sleep(60)
    if b"SPIN" in data:
        limits = __import__("resource")
        limits.setrlimit(limits.RLIMIT_CPU, (1, 2))
        while True:
            pass
    if b"RAISE" in data:
        raise RuntimeError("unforeseen")
    if b"MEMORY" in data:
        data = b"x" * (4 << 30)
    return real(data, **rest)
guard.parse_guarded = parse_guarded
child_main()
""",
)
MONTH = (
    "2026-01-01 open Assets:1930-Bank\n\n2026-01-02 open Assets:1940-Bank ; {}\n\n2026-01-03 open Assets:1950-Bank\n"
)


def check(text: str, wall_seconds: float = 60.0) -> list:
    return check_bytes(
        text.encode(),
        file="/w/units/u/books/2026/2026-01.beancount",
        shown="units/u/books/2026/2026-01.beancount",
        profile=PROFILES["books"],
        unit="u",
        today=TODAY,
        wall_seconds=wall_seconds,
    )


def test_a_good_text_passes():
    assert check(MONTH) == []


def test_a_bad_text_is_refused_as_in_this_process():
    (problem,) = check(MONTH + "2026-01-04 balance Assets:1930-Bank  1/0 SEK\n")
    assert (problem.code, problem.line, problem.unit) == ("DIVISION_REFUSED", 6, "u")
    assert problem.excerpt == "2026-01-04 balance Assets:1930-Bank  1/0 SEK"


@pytest.mark.parametrize(
    ("word", "code", "says"),
    [
        ("SEGFAULT", "BOOK_CRASHED", "SIGSEGV"),
        ("RAISE", "BOOK_CRASHED", "exit code 1"),
        ("MEMORY", "BOOK_CRASHED", "exit code 1"),
        ("SPIN", "BOOK_TIMED_OUT", "10"),
    ],
)
def test_a_death_is_a_problem_with_its_line(monkeypatch, word, code, says):
    monkeypatch.setattr(guard_child, "CHILD", CRASHING)
    (problem,) = check(MONTH.format(word))
    assert (problem.code, problem.line, problem.unit) == (code, 3, "u")
    assert says in problem.text()
    assert problem.excerpt == f"2026-01-02 open Assets:1940-Bank ; {word}"


@pytest.mark.parametrize("row", ["; SEGFAULT", "  ; SEGFAULT", "\t; SEGFAULT", "\n\n; SEGFAULT"])
def test_what_belongs_to_a_voucher_is_named_by_its_first_line(monkeypatch, row):
    monkeypatch.setattr(guard_child, "CHILD", CRASHING)
    accounts = [f"2026-01-0{n} open Assets:19{n}0-Bank\n" for n in (1, 2, 3)]
    (problem,) = check("".join([*accounts[:2], row, "\n", accounts[2]]))
    assert (problem.code, problem.line, problem.excerpt) == ("BOOK_CRASHED", 2, accounts[1].rstrip())


def test_a_text_that_never_ends_is_a_problem(monkeypatch):
    monkeypatch.setattr(guard_child, "CHILD", CRASHING)
    monkeypatch.setattr(guard_child, "BISECT_SECONDS", 0.0)
    (problem,) = check(MONTH.format("SLEEP"), wall_seconds=1.0)
    assert (problem.code, problem.line) == ("BOOK_TIMED_OUT", None)


def test_a_machine_without_processes_is_not_the_books_fault(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    (problem,) = check(MONTH)
    assert (problem.code, problem.exit_code) == ("READER_UNAVAILABLE", EXIT_OUTSIDE)


def test_writers_check_all_files_of_a_unit_at_once(make_workspace):
    ws = make_workspace({"repris": {}})
    unit = ws.units["repris"]
    texts = {
        unit.month_file(dt.date(2026, 1, 1)): MONTH,
        unit.folder / "accounts.beancount": 'plugin "canary"\n',
        unit.main: unit.main.read_text(encoding="utf-8"),
        unit.month_file(dt.date(2026, 2, 1)): "2026-02-01 price EUR 11.40 SEK\n",
        unit.folder / "documents" / "a.pdf": "not a book",
    }
    problems = check_in_child(ws, unit, texts, today=TODAY)
    assert [(p.code, p.file, p.line, p.unit) for p in problems] == [
        ("PLUGIN_REFUSED", "units/repris/accounts.beancount", 1, "repris"),
        ("PRICE_REFUSED", "units/repris/books/2026/2026-02.beancount", 1, "repris"),
    ]
    central = {ws.prices_file: "2026-02-01 price EUR 11.40 SEK\n", ws.policy_file: "2026-02-01 price EUR 11.40 SEK\n"}
    assert [p.code for p in check_in_child(ws, None, central, today=TODAY)] == ["DIRECTIVE_REFUSED"]
    assert check_in_child(ws, unit, {}, today=TODAY) == []


@pytest.mark.parametrize(
    ("file", "own", "others"),
    [
        ("accounts.beancount", "documents/a.pdf", "../other/documents/a.pdf"),
        ("books/2026/2026-01.beancount", "../../documents/a.pdf", "../../../other/documents/a.pdf"),
        ("books/2026/2026-01.beancount", "../../contracts/a.pdf", "../../books/a.pdf"),
        ("books/2026/2026-01.beancount", "../../booksellers/a.pdf", "a.pdf"),
        ("accounts.beancount", "d/a.pdf", "a.pdf"),
    ],
)
def test_a_document_lies_below_the_folder_of_its_own_unit(make_workspace, file, own, others):
    """In a folder of it that isn't the books'. Whichever file names it knows how far below that folder it lies."""
    ws = make_workspace({"repris": {}})
    unit = ws.units["repris"]
    for path, codes in ((own, []), (others, ["DOCUMENT_PATH"]), ("/" + own, ["DOCUMENT_PATH"])):
        text = {unit.folder / file: f'2026-01-01 document Assets:1930-Bank "{path}"\n'}
        assert [p.code for p in check_in_child(ws, unit, text, today=TODAY)] == codes


def test_one_death_among_many_leaves_the_others_their_answers(make_workspace, monkeypatch):
    monkeypatch.setattr(guard_child, "CHILD", CRASHING)
    ws = make_workspace({"repris": {}})
    unit = ws.units["repris"]
    texts = {
        unit.month_file(dt.date(2026, 1, 1)): MONTH.format("SEGFAULT"),
        unit.month_file(dt.date(2026, 2, 1)): "2026-02-01 price EUR 11.40 SEK\n",
    }
    assert [p.code for p in check_in_child(ws, unit, texts, today=TODAY)] == ["BOOK_CRASHED", "PRICE_REFUSED"]


def test_limits_hold(tmp_path):
    """What `apply_limits` sets is what the process has, in one that is thrown away."""
    code = """
import sys, resource; sys.path.insert(0, sys.argv[1])
from ledger.books.limits import apply_limits
apply_limits(memory=1 << 28, cpu=5, files=32, file_size=0)
apply_limits(memory=1 << 40, cpu=500, files=3200, file_size=1 << 40)
print(*(resource.getrlimit(getattr(resource, "RLIMIT_" + name))[1] for name in ("CORE", "NOFILE", "FSIZE")))
try:
    bytearray(1 << 29)
except MemoryError:
    print("memory")
try:
    open(sys.argv[2], "wb", buffering=0).write(b"x")
except OSError as error:
    print(error.errno)
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, PACKAGE_ROOT, str(tmp_path / "written")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["0", "32", "0", "memory", "27"]


def test_limits_of_this_process_stand():
    """Nothing here lowers the limits of the process that calls it."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    check(MONTH)
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert limits.ending(-11) == "SIGSEGV"
    assert limits.ending(-120) == "signal 120"
    assert limits.ending(3) == "exit code 3"


def test_one_death_among_many_leaves_the_others_their_meaning(make_workspace, monkeypatch):
    """Where the process dies, each half is read by itself, down to the one block on which it does."""
    monkeypatch.setattr(guard_child, "CHILD", CRASHING)
    ws = make_workspace({"repris": {}})
    unit = ws.units["repris"]
    path = unit.month_file(TODAY)
    blocks = [f"2026-01-0{n} open Assets:19{n}0-Bank ; {'SEGFAULT' * (n == 2)}\n".encode() for n in range(1, 6)]
    found = guard_child.parse_blocks_in_child(ws, unit, path, blocks, today=TODAY)
    assert [meaning and meaning.date.day for meaning in found] == [1, None, 3, 4, 5]
    assert guard_child.parse_blocks_in_child(ws, unit, path, [], today=TODAY) == []
    texts = {path: MONTH.format("fine"), unit.month_file(dt.date(2026, 1, 1)): MONTH.format("SEGFAULT")}
    with pytest.raises(Problem) as caught:
        guard_child.parse_in_child(ws, unit, texts, today=TODAY)
    assert (caught.value.code, caught.value.line) == ("BOOK_CRASHED", 3)
    assert caught.value.file == "units/repris/books/2026/2026-01.beancount"


def test_a_death_over_what_a_text_means_is_told_of_the_text(make_workspace, monkeypatch):
    """The guard passes it, and to say what it means kills the process: its file is named all the same."""
    dying = "from ledger.seals import canonical\nimport os\ncanonical.meaning_of = lambda e: os._exit(9)\nchild_main()"
    monkeypatch.setattr(guard_child, "CHILD", CHILD.replace("child_main()", dying))
    ws = make_workspace({"repris": {}})
    unit = ws.units["repris"]
    texts = {unit.month_file(TODAY): "; nothing\n", unit.month_file(dt.date(2026, 1, 1)): MONTH}
    with pytest.raises(Problem) as caught:
        guard_child.parse_in_child(ws, unit, texts, today=TODAY)
    assert (caught.value.code, caught.value.file) == ("BOOK_CRASHED", "units/repris/books/2026/2026-01.beancount")


def test_no_meaning_without_a_process(make_workspace, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    ws = make_workspace({"repris": {}})
    unit = ws.units["repris"]
    with pytest.raises(Problem) as caught:
        guard_child.parse_in_child(ws, unit, {unit.month_file(TODAY): MONTH}, today=TODAY)
    assert (caught.value.code, caught.value.params["reason"]) == ("READER_UNAVAILABLE", "No such file or directory")
