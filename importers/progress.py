"""How far a long import is: planners say where they are, whoever runs the import may watch.

Nobody has to: without a watcher, `track` is the plain loop. What is told are stages (reading, comparing, writing) with
a number of things done and to be done; never money.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

#: Called with a stage's name (an English text for `translate`), how much of it is done, and of how much.
Watcher = Callable[[str, int, int], None]
#: A watcher hears of every so many things.
EVERY = 500

Thing = TypeVar("Thing")
_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watched(watcher: Watcher | None) -> Iterator[None]:
    """Let a watcher hear of what happens inside."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def stage(name: str, done: int = 0, total: int = 0) -> None:
    """Say which stage begins, or how far it is; a total of 0 is unknown."""
    watcher = _watcher.get()
    if watcher is not None:
        watcher(name, done, total)


def track(things: Sequence[Thing], name: str) -> Iterator[Thing]:
    """The things, one by one, while the watcher hears how many are done."""
    watcher = _watcher.get()
    total = len(things)
    for done, thing in enumerate(things):
        if watcher is not None and done % EVERY == 0:
            watcher(name, done, total)
        yield thing
    if watcher is not None:
        watcher(name, total, total)
