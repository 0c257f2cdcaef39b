"""What was read of the file that is looked at just now, so that a file is read once, whoever asks.

A unit may have several sources of one format: each is asked whether a file is its own, of which day it is, and what of
it is new. Large files take seconds to read and much room, so what was read goes when its file goes.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, TypeVar

from ledger.errors import Problem

File = TypeVar("File")
Content = TypeVar("Content")


class Kept:
    """What was read of one file, by reader: its content, or the problem that it has."""

    def __init__(self) -> None:
        self._file: weakref.ref[Any] | None = None
        self._read: dict[object, tuple[Any, dict[str, Any] | None]] = {}

    def once(self, file: File, reader: object, read: Callable[[File], Content]) -> Content:
        """What a reader makes of a file; what was read of another file is forgotten.

        Args:
            file: the same object as long as it is looked at.
            reader: who reads; two that make the same of a file may be one.
            read: called the first time.

        Raises:
            Problem: as `read` raised it.
        """
        if self._file is None or self._file() is not file:
            self._file, self._read = weakref.ref(file, self._forget), {}
        if reader not in self._read:
            try:
                self._read[reader] = (read(file), None)
            except Problem as problem:
                self._read[reader] = (None, problem.to_dict())  # one that was raised holds on to the file
        content, refused = self._read[reader]
        if refused is not None:
            raise Problem.from_dict(refused)
        found: Content = content
        return found

    def _forget(self, gone: weakref.ref[Any]) -> None:
        if self._file is gone:
            self._file, self._read = None, {}


KEPT = Kept()
