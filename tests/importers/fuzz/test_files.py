"""Whatever a file holds: entries that tie, or one typed problem; little memory, little time, nothing half read.

By default a few files of each format; in full, 10,000 of each, or any number over a night:
`SAMBOK_FUZZ_FILES=10000 pytest tests/importers/fuzz`. A case is known by its number and the seed:
`python -m tests.importers.fuzz.run --format mt940 --count 1000 --seed 1` shows them all,
`python -m tests.importers.fuzz.smaller --format mt940 --number 42 --seed 1` one of them in its smallest form.
"""

from __future__ import annotations

import os
import random
import re

import pytest

from importers.formats import FORMATS
from tests.importers.fuzz import mutate
from tests.importers.fuzz.run import Report, run
from tests.importers.fuzz.seeds import SEEDS
from tests.importers.fuzz.worker import Worker

NUMBER = int(os.environ.get("SAMBOK_FUZZ_FILES", "120"))
SEED = int(os.environ.get("SAMBOK_FUZZ_SEED", "1"))


def test_every_format_has_seeds():
    assert set(SEEDS) == set(FORMATS)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_any_file_gives_entries_that_tie_or_one_problem(name, samples):
    report = run(name, NUMBER, seed=SEED, samples=samples)
    assert not report.findings, report.told()
    assert sum(report.outcomes.values()) == NUMBER
    # Seeds give entries as they are, but for samples that are refused for a reason of their own.
    own = {seed.name for seed in SEEDS[name]()}
    assert own <= {seed for seed, count in report.whole.items() if count}, report.refused
    # All ways are walked: entries, nothing new, several kinds of problems.
    assert report.outcomes["entries"] > 0.01 * NUMBER
    assert report.outcomes["other format"] < 0.7 * NUMBER
    assert len(report.outcomes) > 5


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_files_cut_off_at_every_byte(name, tmp_path):
    """By default at line ends and every seventh byte: nothing, all, or whole rows where a format can't tell."""
    worker = Worker({"format": name, "seed": SEED, "samples": None}, tmp_path)
    step = 1 if NUMBER >= 1000 else 7
    for seed in worker.seeds:
        ends = {m.end() + more for m in re.finditer(rb"\r\n|\n|\r", seed.data) for more in (-2, -1, 0, 1)}
        given = 0
        for cut in sorted(ends | set(range(1, len(seed.data), step))):
            if 0 < cut < len(seed.data):
                given += worker.look(seed, seed.data[:cut], cut=True)[0] == "entries"
        # What may be missing is line ends, blanks, and rows after whole ones.
        assert given <= 0.3 * len(seed.data)
        assert worker.look(seed, seed.data)[0] == "entries", seed.name


def test_a_case_comes_again():
    """Failures are looked into by their number."""
    found = [mutate.mutated(random.Random("1/x/7"), b"a,b\n1,2\n" * 9, b"c,d\n") for _ in range(2)]
    assert found[0] == found[1]


def test_ways_of_damage_do_damage():
    dice = random.Random(1)
    text = b"2026-03-02;Hyra;-250,50;749,50\n" * 5
    for change in (*mutate.COMMON, *mutate.RARE, mutate.element):
        assert any(change(dice, text) != text for _ in range(20)), change.__name__
        for _ in range(50):
            assert isinstance(change(dice, b""), bytes)


def test_a_worker_that_cannot_begin_is_said():
    with pytest.raises(RuntimeError, match="no worker for nothing"):
        run("nothing", 3)
    assert Report("x").told() == ""
