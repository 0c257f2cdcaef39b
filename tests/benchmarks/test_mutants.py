"""Mutants: what is changed and what isn't, what tests a mutant meets."""

from __future__ import annotations

import pytest

from benchmarks.mutants import EQUIVALENT, ROOMS, ROOT, equivalent
from benchmarks.mutants_reach import Reach, chosen, functions, read_log
from benchmarks.mutants_source import mutants, mutated


def after(source: str) -> list[str]:
    return [f"{m.before} => {m.after}" for m in mutants("m.py", source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = b < c", ["b < c => b <= c", "b < c => b >= c"]),
        ("a = b in c", ["b in c => b not in c"]),
        ("a = b and c", ["b and c => b or c"]),
        ("a = not b", ["not b => b"]),
        ("if a: f()", ["a => not a", "f() => pass"]),
        ("a = 2", ["2 => 3", "2 => 1"]),
        ("a = ''", ["'' => 'XX'"]),
        ("a = b'x'", ["b'x' => b''"]),
        ("a = True", ["True => False"]),
        ("a = b + c", ["b + c => b - c"]),
        ("a += b", ["a += b => a -= b", "a += b => pass"]),
        ("def f(): return a", ["return a => return None"]),
        ("def f(): return None", []),
        ("def f(): return False", ["False => True"]),
        ("while a():\n    break", ["a() => not a()", "break => continue"]),
        ("a = {B, C}", ["{B, C} => {C}", "{B, C} => {B}"]),
        ("a = {B, c}", []),  # no codes
        ("a: int = b", []),
        (
            "'what it is'\nassert a < b\nsay('for people')\nraise E('for developers')",
            ["say('for people') => pass", "raise E('for developers') => pass"],
        ),
        ("a = zip(b, c, strict=True)", []),
        ("@d(order=True)\nclass C:\n    a: 'text' = b", []),
        ("a = f'for {people}'", []),
    ],
)
def test_what_is_changed(source, expected):
    assert after(source) == expected


def test_a_mutant_has_its_change_alone():
    source = "def f(a, b):\n    return a < b or a == 2\n"
    made = {m.after: mutated(source, m) for m in mutants("m.py", source)}
    assert made["a <= b"] == "def f(a, b):\n    return a <= b or a == 2\n"
    assert made["3"] == "def f(a, b):\n    return a < b or a == 3\n"


def test_functions():
    source = "class C:\n    def g(self): ...\ndef f():\n    def inside(): ...\n"
    assert functions(source) == ["C.g", "f"]


def test_the_quickest_tests_first_as_many_as_time_allows():
    log = "test x\ncall m.py:f\ndone 3.0 x\ntest y\ncall m.py:f\ncall m.py:C.g\ndone 1.0 y\n"
    log += "test z\ncall m.py:f\nfail 0.1 z\n"
    found = read_log(log)
    assert found == [Reach("x", 3.0, frozenset({"m.py:f"})), Reach("y", 1.0, frozenset({"m.py:f", "m.py:C.g"}))]
    assert chosen(found, "m.py", "f", seconds=9) == ["y", "x"]
    assert chosen(found, "m.py", "f", seconds=2) == ["y"]
    assert chosen(found, "m.py", "f", seconds=0) == ["y"]
    assert chosen(found, "m.py", "C.g", seconds=9) == ["y"]
    assert chosen(found, "m.py", "", seconds=9) == ["y", "x"]  # a table outside functions
    assert chosen(found, "m.py", "other", seconds=9) == []


def test_rooms_and_equivalent_mutants_exist():
    """One whose statement was written otherwise since is told of when mutants are tried: it may mean something new."""
    paths = {module for room in ROOMS.values() for module in room.modules}
    assert all((ROOT / path).is_file() for path in paths)
    same = equivalent()
    assert {name.partition(":")[0] for name in same} <= paths, EQUIVALENT
    assert all(" => " in name and reason for name, reason in same.items())
