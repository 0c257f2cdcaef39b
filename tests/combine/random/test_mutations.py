"""Invariant 16: every class of error is found, at its place, and nothing else is said.

`SAMBOK_MUTATIONS` says how many errors of each class; in full: `python -m benchmarks.combine mutate --each 100`.
"""

from __future__ import annotations

import os

from benchmarks import mutate
from benchmarks.mutations_books import MUTATIONS

EACH = int(os.environ.get("SAMBOK_MUTATIONS", "1"))


def test_16_one_error_is_reported_with_its_code_and_place_and_changes_no_other_pair():
    """Recall 100 %, right file and line, no false alarm, in a clean federation of fifty units."""
    counts = mutate.run(EACH, seed=2)
    assert len(counts) == len(MUTATIONS)
    told = [detail for count in counts.values() for detail in count.details]
    assert not told, "\n".join(told)
    assert all(count.injected == count.found == count.placed == EACH and not count.alarms for count in counts.values())
