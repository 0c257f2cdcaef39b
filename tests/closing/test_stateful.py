"""A bookkeeper at work, at random: what must hold of a federation's books holds after each step (SPEC 4, 6, 7).

In full, 1,000 runs of 50 steps:

    SAMBOK_EXAMPLES=1000 SAMBOK_STEPS=50 .venv/bin/python -m pytest tests/closing/test_stateful.py

`SAMBOK_SEED=17` takes other runs than usual; `SAMBOK_SHRINK=0` shows what fails as it was found.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ledger.books import clock
from tests.closing import machine
from tests.closing.machine import CENTRAL, UNITS, Federation

EXAMPLES = int(os.environ.get("SAMBOK_EXAMPLES", "6"))
STEPS = int(os.environ.get("SAMBOK_STEPS", "15"))
SEED = int(os.environ.get("SAMBOK_SEED", "1"))
PHASES = [Phase.generate, *([Phase.shrink] if os.environ.get("SAMBOK_SHRINK", "1") != "0" else [])]

#: How many closes there were that weren't a unit's first.
CLOSES: Counter[str] = Counter()

slugs = st.sampled_from(UNITS)
cents = st.integers(1, 1_000_000)
kinds = st.sampled_from(["sale", "sale", "credit", "rent"])
picks = st.integers(0, 1000)
days = st.integers(1, 28)
#: Which closed month is opened again, and what is posted there.
openings = st.lists(st.tuples(picks, days, kinds, cents), min_size=1, max_size=3)


class Bookkeeping(RuleBasedStateMachine):
    """Steps in any order; `back` is how many months ago something is dated."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp(prefix="sambok-stateful-")
        os.environ["SAMBOK_CACHE"] = f"{self.folder}/cache"
        root = Path(self.folder) / "federation"
        root.mkdir()
        self.fed = Federation(root)

    def teardown(self) -> None:
        CLOSES.update(self.fed.again)
        shutil.rmtree(self.folder)

    def _day(self, back, day):
        months = self.fed.months
        month = months[max(0, len(months) - 1 - back)]
        return min(machine.dt.date.fromisoformat(f"{month}-{day:02}"), clock.today())

    @initialize(days=st.sampled_from([0, 30, 60, 90, 120, 150]), closed=st.booleans(), slug=slugs, opened=openings)
    def begin(self, days, closed, slug, opened):
        self.fed.check()
        self.fed.tick(days=days)
        if closed:
            self._close(self.fed.months[:-1], (), tidy=True)
            self.fed.check()
            self._again(slug, opened)

    @rule(slug=st.sampled_from([*UNITS, *UNITS, CENTRAL]), back=st.integers(0, 3), day=days, kind=kinds, cents=cents)
    def posts(self, slug, back, day, kind, cents):
        kind = "rent" if slug == CENTRAL else kind  # central pays none to itself
        self.fed.post(slug, self._day(back, day), kind, cents)

    @rule(back=st.integers(0, 2), day=days, cents=cents)
    def deals(self, back, day, cents):
        self.fed.deal(self._day(back, day), cents)

    @rule(slug=slugs, back=st.integers(1, 4), day=days, kind=kinds, cents=cents)
    def writes_by_hand(self, slug, back, day, kind, cents):
        self.fed.by_hand(slug, self._day(back, day), kind, cents)

    @rule(slug=slugs)
    def numbers(self, slug):
        self.fed.number(slug)

    @rule(slug=slugs, pick=picks)
    def corrects(self, slug, pick):
        self.fed.correct(slug, pick)

    @rule(rows=st.lists(st.tuples(st.integers(0, 3), days, st.sampled_from(["sale", "rent"]), cents), min_size=1))
    def imports(self, rows):
        dated = [(self._day(back, day), kind, amount) for back, day, kind, amount in rows[:5]]
        self.fed.bring_in(sorted(dated))

    @rule(slug=slugs, pick=picks, cents=cents)
    def edits(self, slug, pick, cents):
        self.fed.edit(slug, pick, cents)

    @rule(slug=slugs, pick=picks)
    def deletes(self, slug, pick):
        self.fed.delete(slug, pick)

    @rule(slug=slugs, pick=picks)
    def changes_what_is_sealed(self, slug, pick):
        self.fed.forge(slug, pick)

    @rule(slug=slugs, pick=picks)
    def opens_again(self, slug, pick):
        self.fed.reopen(slug, pick)

    @rule(slug=slugs, opened=openings)
    def opens_again_for_more(self, slug, opened):
        if not self.fed.closed[slug]:
            self._close(self.fed.months[:-1], (), tidy=True)
        self._again(slug, opened)

    def _again(self, slug, opened):
        """Months are opened again, one after the other, something is posted in each, and all are closed again."""
        for pick, day, kind, cents in opened:
            month = self.fed.reopen(slug, pick)
            if month is not None:
                self.fed.post(slug, machine.dt.date.fromisoformat(f"{month}-{day:02}"), kind, cents)
        self.fed.check()
        assert self._close(sorted(self.fed.opened[slug]), (slug,), tidy=True) == {}
        assert not self.fed.opened[slug]

    @rule(slug=slugs, back=st.integers(0, 2), tidy=st.booleans())
    def closes_one(self, slug, back, tidy):
        self._close(self.fed.months[max(0, len(self.fed.months) - 1 - back) :][:1], (slug,), tidy)

    @rule(tidy=st.booleans(), only_ready=st.booleans())
    def closes_all_so_far(self, tidy, only_ready):
        self._close(self.fed.months[:-1], (), tidy, only_ready=only_ready)

    @rule(days=st.sampled_from([31, 62]))
    def a_month_ends(self, days):
        """All is closed once more, and nothing keeps anybody from it but what is still open before."""
        if self.fed.moment.year < 2027:
            self.fed.tick(days=days)
            assert self._close(self.fed.months[:-1], (), tidy=True) == {}

    @rule(year=st.sampled_from(["2025", "2026"]))
    def closes_a_year(self, year):
        months = [m for m in machine.MONTHS if m[:4] == year]
        self._close(months, (), tidy=True)

    def _close(self, months, slugs, tidy, *, only_ready=False):
        if tidy:
            self.fed.tidy_up(4200)
        return self.fed.close(months, slugs, only_ready=only_ready)

    @rule(days=st.sampled_from([3, 20, 31, 45]))
    def time_goes_on(self, days):
        if self.fed.moment.year < 2027:
            self.fed.tick(days=days)

    @invariant()
    def holds(self):
        self.fed.check()


@pytest.mark.slow
def test_whatever_a_bookkeeper_does(monkeypatch):
    for name in ("SAMBOK_NOW", "SAMBOK_CACHE"):
        monkeypatch.setenv(name, "")  # the machine sets them; they are as before when it has ended
    run_state_machine_as_test(
        seed(SEED)(Bookkeeping),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=PHASES,
            database=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
    print(dict(CLOSES))  # noqa: T201  shown where the test is run by hand, with -s
    assert CLOSES["a month more"] > EXAMPLES
    assert CLOSES["after it was opened again"] > EXAMPLES // 2
