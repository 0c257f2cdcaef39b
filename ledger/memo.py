"""What is not changed is not worked out again: results of the last look, kept with what they were made of.

A process that stays (the web view) looks at the federation after each edit. Nearly everything it needs then was worked
out before: a unit's levy, its share in the combined figures, the dealings of two units, its entries in the view. Each
of these is a pure function, so its result may serve again as long as all that goes into it is the same.

Nothing here is ever written to disk, and nothing depends on it: a fresh process works everything out, with the same
bytes as result (`tests/test_memo.py`). Results are values; who takes one mustn't change it.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextvars import ContextVar
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
#: Workspaces whose results are kept; a process has one, tests have many.
KEPT = 2
#: Periods beside the usual one whose results are kept: the months of a fiscal year, as the board of the close has them.
KEPT_BESIDE = 12


class _Result(NamedTuple):
    same: tuple[object, ...]
    equal: object
    value: Any


class Memo:
    """Results of one workspace: the latest of each name."""

    def __init__(self) -> None:
        self._results: dict[Hashable, _Result] = {}
        self._beside: OrderedDict[Hashable, Memo] = OrderedDict()

    def get(self, name: Hashable, work: Callable[[], T], *, same: Sequence[object] = (), equal: object = None) -> T:
        """The result of `work`, or the earlier one of this name if it was made of the same.

        Args:
            name: what it is, and whose; there is one result of each name.
            work: makes it.
            same: what it is made of, told apart by identity: large values that never change (a loaded book).
            equal: the rest of what it is made of, told apart by its value: texts, digests, dates.
        """
        known = self._results.get(name)
        if known is not None and known.equal == equal and [*map(id, known.same)] == [*map(id, same)]:
            found: T = known.value
            return found
        value = work()
        self._results[name] = _Result(tuple(same), equal, value)
        return value

    def beside(self, name: Hashable) -> Memo:
        """The results of another period, by its name; of so many periods they are kept."""
        found = self._beside.setdefault(name, Memo())
        self._beside.move_to_end(name)
        while len(self._beside) > KEPT_BESIDE:
            self._beside.popitem(last=False)
        return found


_memos: OrderedDict[Path, Memo] = OrderedDict()
_lock = Lock()
_aside: ContextVar[Memo | None] = ContextVar("aside", default=None)


@contextlib.contextmanager
def aside() -> Iterator[None]:
    """Work something out without replacing what is remembered: figures of another period, asked for once."""
    token = _aside.set(Memo())
    try:
        yield
    finally:
        _aside.reset(token)


@contextlib.contextmanager
def beside(root: Path, name: Hashable) -> Iterator[None]:
    """Work something out of another period without replacing what is remembered, and remember it by `name`."""
    with _lock:
        memo = _of(root).beside(name)
    token = _aside.set(memo)
    try:
        yield
    finally:
        _aside.reset(token)


def memo_of(root: Path) -> Memo:
    """The results of the workspace in `root`."""
    apart = _aside.get()
    if apart is not None:
        return apart
    return lasting(root)


def lasting(root: Path) -> Memo:
    """The results of the workspace in `root` that no period has to do with: they serve whatever is asked `aside`, too.

    Their names must say everything that isn't in what they are made of.
    """
    with _lock:
        return _of(root)


def _of(root: Path) -> Memo:
    found = _memos.setdefault(root, Memo())
    _memos.move_to_end(root)
    while len(_memos) > KEPT:
        _memos.popitem(last=False)
    return found


def forget() -> None:
    """Forget everything, as a fresh process knows nothing."""
    with _lock:
        _memos.clear()
