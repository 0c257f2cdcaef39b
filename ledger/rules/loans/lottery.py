r"""Drawing lots that anybody can draw again (SPEC 8; research: fair rotation).

A lot is the SHA-256 of the seed, a colon and the name, in UTF-8; the smallest comes first. Whoever has the seed and the
list of names gets the same order, in whatever order the list is written:

    while read -r name; do printf '%s:%s' "$SEED" "$name" | sha256sum | cut -c1-64 | tr '\n' ' '; echo "$name"; done \
        < names | LC_ALL=C sort

The seed is the SHA-256 of something that nobody who draws can choose: the minutes' text with its date, a lottery's
published numbers (`sha256sum FILE`). It is named before the draw. The method's name is `sha256-sort`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

#: As it is named where an order is printed.
METHOD = "sha256-sort"


def seed_of(value: str | bytes) -> str:
    """The seed made of a text or a file's content: its SHA-256, as `sha256sum` writes it."""
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).hexdigest()


def lot(seed: str, name: str) -> str:
    """A name's lot: 64 hexadecimal digits; the smallest comes first."""
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()


def drawn(names: Iterable[str], seed: str) -> tuple[str, ...]:
    """The names in the order of their lots; the order they come in doesn't matter.

    Args:
        names: ids or names, each once.
        seed: what was named before the draw; not empty.

    Raises:
        ValueError: there is no seed, or a name stands twice.
    """
    known = sorted(names)
    if not seed:
        raise ValueError("a draw without a seed can't be repeated")
    if len(set(known)) != len(known):
        raise ValueError("a name stands twice in a draw")
    return tuple(sorted(known, key=lambda name: lot(seed, name)))
