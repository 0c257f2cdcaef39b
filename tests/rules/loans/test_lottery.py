"""Lots: anybody with a shell gets the same order from the seed and the names."""

import subprocess
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.loans import lottery
from ledger.rules.loans.lottery import drawn, lot, seed_of

NAMES = ["Anna", "Bo", "Cia Öst", "dan-e", "Amina binti Ali"]
names = st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=12, unique=True)


def test_the_seed_is_what_sha256sum_writes(tmp_path):
    minutes = tmp_path / "minutes.txt"
    minutes.write_text("Möte 3, 2026-02-11: ordningen lottas.\n", encoding="utf-8")
    said = subprocess.run(["sha256sum", minutes], capture_output=True, text=True, check=True).stdout.split()[0]
    assert seed_of(minutes.read_bytes()) == seed_of(minutes.read_text(encoding="utf-8")) == said
    # FIPS 180-2, example B.1
    assert seed_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_order_is_repeated_as_the_documentation_says(tmp_path):
    """The two lines of shell in the module's docstring, as they stand there."""
    recipe = textwrap.dedent(lottery.__doc__.split("written:\n\n")[1].split("\n\n")[0])
    (tmp_path / "names").write_text("".join(f"{n}\n" for n in reversed(NAMES)), encoding="utf-8")
    seed = seed_of("Minutes of 2026-02-11")
    script = f"SEED={seed}\n{recipe}\n"
    said = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    rows = [line.split(" ", 1) for line in said.splitlines()]
    assert [name for _, name in rows] == list(drawn(NAMES, seed))
    assert [digits for digits, _ in rows] == [lot(seed, name) for _, name in rows]


@settings(max_examples=100, deadline=None)
@given(names, st.randoms(use_true_random=False), st.text(min_size=1, max_size=10))
def test_the_list_may_be_written_in_any_order(listed, random, seed):
    order = drawn(listed, seed)
    assert sorted(order) == sorted(listed)
    assert drawn(random.sample(listed, len(listed)), seed) == order
    # Who is not there changes nobody else's place: no other list can be chosen to move two people.
    assert drawn(listed[1:], seed) == tuple(n for n in order if n != listed[0])


def test_everybody_comes_first_about_as_often():
    """Of 600 draws among three, each is expected 200 times; 140 to 260 is five standard deviations (11.5 each)."""
    first = [drawn("abc", str(n))[0] for n in range(600)]
    assert all(140 < first.count(name) < 260 for name in "abc")


@pytest.mark.parametrize(("listed", "seed"), [(["a"], ""), (["a", "b", "a"], "x")])
def test_no_draw_without_a_seed_or_with_a_name_twice(listed, seed):
    with pytest.raises(ValueError, match=r"seed|twice"):
        drawn(listed, seed)
