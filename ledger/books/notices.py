"""What a person should hear although their action was done: told once, when the command ends."""

from __future__ import annotations

from collections import deque

from ledger.errors import Problem

_told: deque[Problem] = deque(maxlen=100)


def tell(problem: Problem) -> None:
    """Keep a problem for whoever talks to the person; the same one isn't said twice."""
    if problem not in _told:
        _told.append(problem)


def peek() -> list[Problem]:
    """What is to be said, without forgetting it: for whoever answers before it is taken."""
    return list(_told)


def take() -> list[Problem]:
    """What is to be said, and forget it."""
    found = list(_told)
    _told.clear()
    return found
