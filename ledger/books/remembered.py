"""That something was whole when it was last looked at: a digest of it in the state folder, which costs nothing to lose.

What is remembered is of the very bytes and of the program that looked. Whoever is about to seal looks anew.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from ledger.books import durable
from ledger.books.fingerprint import content_of, digest_of
from ledger.books.load import engine_digest


class Remembered:
    """One such digest.

    Args:
        path: where it lies.
        said: what is looked at, by name; None for what isn't there.
    """

    def __init__(self, path: Path, *said: Mapping[str, bytes | None]) -> None:
        self.path = path
        parts = (f"{name}\0{data is None}\0{content_of(data or b'')}" for texts in said for name, data in texts.items())
        self.key = digest_of(engine_digest().encode(), *(part.encode() for part in parts))

    def was_whole(self) -> bool:
        """Whether the same was whole before."""
        try:
            return durable.read_plain(self.path, 1000).decode("ascii", "replace") == self.key
        except OSError:
            return False

    def keep(self) -> None:
        """It is whole."""
        with contextlib.suppress(OSError):  # nothing is lost but time
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            durable.replace(self.path, self.key.encode(), private=True, sync=False)
