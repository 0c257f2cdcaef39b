"""One day, told by several statements: counted once, put together from parts, or told in two ways."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.reconcile.series import Series
from tests.importers.reconcile.statements import D, ids, march, told


def day(*statements, booked="", on=3):
    """The bank's word about the 3rd: amounts, balances before and after, and the files of what differs."""
    series = Series("1", statements, ids(booked))
    found = next(d for d in series.days if d.date == march(on))
    amounts = " ".join(str(line.amount) for line, _ in found.version.lines)
    balances = f"{found.version.start}-{found.version.end}"
    restated = [f"{'+'.join(r.kept.files)} {'+'.join(r.other.files)}" for r in found.restated]
    return amounts, balances, restated


@pytest.mark.parametrize(
    ("case", "statements", "amounts", "balances", "restated"),
    [
        ("told once", [told("3 5 A; 3 7 B", 100)], "5 7", "100-112", []),
        ("told twice", [told("3 5 A", 100), told("3 5 A", 100, file="b")], "5", "100-105", []),
        (
            "two halves",
            [told("3 5 A", 100), told("3 7 B", 105, file="b")], "5 7", "100-112", [],
        ),
        (
            "two halves, the later file first",
            [told("3 7 B", 105, file="a"), told("3 5 A", 100, file="b")], "5 7", "100-112", [],
        ),
        (
            "two equal payments in two halves",
            [told("3 5 A", 100), told("3 5 A", 105, file="b")], "5 5", "100-110", [],
        ),
        (
            "halves and the whole",
            [told("3 5 A", 100), told("3 5 A", 105, file="b"), told("3 5 A; 3 5 A", 100, file="c", days=(3, 3))],
            "5 5", "100-110", [],
        ),
        (
            "a half that moves nothing, then the other",
            [told("3 5 A; 3 -5 B", 100), told("3 7 C", 100, file="b")], "5 -5 7", "100-107", [],
        ),
        (
            "there and back makes a circle",
            [told("3 5 A", 100), told("3 -5 B", 105, file="b")], "5 -5", "100-100", [],
        ),
        (
            "the tail of a list that begins within the day",
            [told("3 7 B; 4 1 C", 105), told("3 5 A; 3 7 B", 100, file="b", days=(1, 3))], "5 7", "100-112", [],
        ),
        (
            "a list made before the day was over",
            [told("3 5 A", 100, final=False), told("3 5 A; 3 7 B", 100, file="b")], "5 7", "100-112", [],
        ),
        (
            "a statement that told the day whole, and a line more",
            [told("3 5 A", 100, days=(1, 3)), told("3 5 A; 3 7 B", 100, file="b", days=(1, 4))],
            "5 7", "100-112", ["b a.xml"],
        ),
        (
            "one line fewer: the later statement isn't believed by itself",
            [told("3 5 A; 3 7 B", 100, days=(1, 3)), told("3 5 A", 100, file="b", days=(1, 4))],
            "5 7", "100-112", ["a.xml b"],
        ),
        (
            "another amount: the latest counts",
            [told("3 5 A", 100, days=(1, 3)), told("3 6 A", 100, file="b", days=(1, 4))],
            "6", "100-106", ["b a.xml"],
        ),
        (
            "a day without lines, then with one",
            [told("2 1 A; 4 1 B", 100, days=(1, 5)), told("3 7 C", 101, file="b", days=(3, 3))],
            "7", "101-108", ["b a.xml"],
        ),
        (
            "other words in one format",
            [told("3 5 Anna", 100, days=(1, 3)), told("3 5 Bo", 100, file="b", days=(1, 4))],
            "5", "100-105", ["b a.xml"],
        ),
        (
            "other words in another format",
            [told("3 5 Anna", 100, days=(1, 3)), told("3 5 Bo", 100, file="b", days=(1, 4), format="csv")],
            "5", "100-105", [],
        ),
        ("no balances, twice the same", [told("3 5 A"), told("3 5 A", file="b")], "5", "None-None", []),
        ("no balances, parts of a day", [told("3 5 A; 4 1 X"), told("3 5 A; 3 7 B", file="b")], "5 7", "None-None", []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_day(case, statements, amounts, balances, restated):
    assert day(*statements) == (amounts, balances, restated), case


def test_of_two_that_contradict_each_other_the_one_that_the_books_hold():
    one, two = told("3 5 A; 3 9 B", 100, days=(1, 3)), told("3 6 A; 3 9 B", 100, file="b", days=(1, 4))
    assert day(one, two, booked="3 5 A; 3 9 B") == ("5 9", "100-114", ["a.xml b"])
    assert day(one, two, booked="3 6 A; 3 9 B") == ("6 9", "100-115", [])  # it took the other's place
    assert day(one, two, booked="3 6 A") == ("6 9", "100-115", ["b a.xml"])


def test_what_differs_is_said_line_by_line():
    series = Series("1", [told("3 5 A; 3 9 B", 100, days=(1, 3)), told("3 6 A; 3 9 B", 100, file="b", days=(1, 4))], ())
    (restated,) = next(d for d in series.days if d.date == march(3)).restated
    assert [[line.amount for line in lines] for lines in restated.only()] == [[D(6)], [D(5)]]


amounts = st.lists(st.integers(-3, 3).filter(bool), min_size=1, max_size=8)


@settings(max_examples=200, deadline=None)
@given(amounts, st.randoms(use_true_random=False))
def test_a_day_cut_anywhere_is_whole_again(lines, random_):
    """Parts of a day, in whatever order of files, with or without the whole day beside them."""
    cuts = sorted(random_.sample(range(1, len(lines)), random_.randint(0, min(3, len(lines) - 1))))
    pieces = [lines[a:b] for a, b in zip([0, *cuts], [*cuts, len(lines)], strict=True)]
    opening, statements = D(100), []
    for at, piece in enumerate(pieces):
        text = "; ".join(f"3 {amount} L{n}" for n, amount in enumerate(piece, sum(map(len, pieces[:at]))))
        statements.append(told(text, opening, file=f"f{at}", place=at))
        opening += sum(piece)
    series = Series("1", statements, ())
    (found,) = series.days
    assert sorted(line.amount for line, _ in found.version.lines) == sorted(map(D, lines))
    assert len(set(found.version.ids)) == len(lines)
