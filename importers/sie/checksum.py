"""#KSUMMA: CRC-32 over the records between its two occurrences (chapter 11 of the format).

Of each record its label and fields count, as their CP437 bytes, without what separates fields.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable


class Checksum:
    """The sum of a file's records from the opening #KSUMMA on.

    Attributes:
        value: so far; None where a character of a field isn't CP437, as in files of other encodings.
    """

    def __init__(self) -> None:
        self.value: int | None = 0

    def add(self, label: str, values: Iterable[str | list[str]]) -> None:
        """Take a record in."""
        if self.value is None:
            return
        parts = [label, *(p for v in values for p in ([v] if isinstance(v, str) else v))]
        try:
            self.value = zlib.crc32("".join(parts).encode("cp437"), self.value)
        except UnicodeEncodeError:
            self.value = None
