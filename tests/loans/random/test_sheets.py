"""Random meetings as sheets, imported one after the other: the fund of the second method, once (research, 7 nr 7).

What is done between meetings stands in the book as somebody wrote it there.
"""

from __future__ import annotations

import json
import re
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loans.random.strategies import Drawn, cycles, examples
from tests.loans.random.test_workspace import opened
from tests.loans.random.texts import BOOK, number, sheets, vouchers
from tests.loans.random.workspace import Place, group_in

#: Loans get their numbers from the importer: what names one can't be written beforehand.
SHEETS = Drawn(people=8, meetings=8, only=(("method", "declining"),), never=("loss", "phone", "leave", "death"))
FLAT = Drawn(people=8, meetings=8, only=(("method", "flat"),), never=("loss", "phone", "leave", "death"))
#: The archive names a file by its bytes.
NAMED = re.compile(r'^  document: ".*"\n', re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Made anew for each example."""
    return tmp_path_factory.mktemp("sheets")


def place_of(folder, cycle) -> Place:
    """A group with what was done between its meetings, and no meeting."""
    place = Place(folder)
    group_in(place, cycle, [v for v in vouchers(cycle) if not v.meeting])
    place.open()
    return place


def imported(place, cycle, dice=None) -> None:
    """Every meeting's sheet; rows in an order of their own."""
    for sheet in sheets(cycle):
        rows = list(sheet.rows) if dice is None else dice.sample(sheet.rows, len(sheet.rows))
        file = place.root.parent / f"meeting-{sheet.day}.csv"
        file.write_text(sheet.text(rows), encoding="utf-8")
        code, out, err = place.run(cycle.day, "import", BOOK, file)
        assert code == 0, (out, err, sheet.text())


@examples(0.25)
@given(cycle=st.one_of(cycles(SHEETS), cycles(FLAT)), seed=st.integers(0, 2**32))
def test_7_sheets_give_the_fund_once_whatever_their_rows_order(folder, cycle, seed):
    """Imported, imported again, rows mixed: the figures of the second method; the same book; nothing twice."""
    place = place_of(folder / "one", cycle)
    imported(place, cycle)
    code, out, err = place.run(cycle.day, "check", "--json")
    assert (code, json.loads(out)["errors"]) == (0, []), err
    fund, group = opened(place).fund, cycle.group()
    for day in (cycle.days[len(cycle.days) // 2], cycle.day):
        now, state = cycle.group(day).figures(day), fund.with_accrued(day).state(day)
        for part in ("cash", "loans", "charges_due", "fines_due", "shares", "charges", "fines", "gifts"):
            assert Fraction(getattr(state, part)) == now[part], (part, day)
        assert state.social_cash == now["social"]
    standings = {who: fund.with_accrued(cycle.day).standing(who, cycle.day) for who in fund.participants}
    for who in group.people:
        owed = standings[who].loans, standings[who].charges_due, standings[who].fines_due
        assert tuple(map(Fraction, owed)) == group.owes(who, cycle.day), who
    stands = place.text()
    imported(place, cycle)
    assert place.text() == stands
    imported(place, cycle, Random(seed))  # noqa: S311  no cryptography
    assert place.text() == stands
    other = place_of(folder / "two", cycle)
    imported(other, cycle, Random(seed))  # noqa: S311  no cryptography
    assert {path: NAMED.sub("", text) for path, text in other.text().items()} == {
        path: NAMED.sub("", text) for path, text in stands.items()
    }


@examples(0.25)
@given(cycle=cycles(SHEETS), off=st.sampled_from([1, -1, 100]), which=st.integers(0, 7))
def test_7_a_sheet_that_was_counted_otherwise_is_refused_whole(folder, cycle, off, which):
    """By how much it differs is said; nothing of it is booked."""
    place = place_of(folder / "one", cycle)
    found = sheets(cycle)
    found = found[: which % len(found) + 1]
    for sheet in found[:-1]:
        file = place.root.parent / f"meeting-{sheet.day}.csv"
        file.write_text(sheet.text(), encoding="utf-8")
        assert place.run(cycle.day, "import", BOOK, file)[0] == 0
    stands = place.text()
    cells = found[-1].text().splitlines()
    head = cells[0].split(",")
    place_of_count = head.index("counted_loan_fund") + 1
    head[place_of_count] = number(Fraction(head[place_of_count]) + off, cycle.rules)
    if head[place_of_count].startswith("-"):
        return  # no box holds less than nothing
    file = place.root.parent / "wrong.csv"
    file.write_text("\n".join([",".join(head), *cells[1:]]) + "\n", encoding="utf-8")
    code, out, err = place.run(cycle.day, "import", BOOK, file)
    assert code not in {0, 2}, (out, err)
    assert "MEETING_COUNT" in err, err
    assert number(Fraction(abs(off)), cycle.rules) in err.replace(",", ""), err
    assert place.text() == stands
