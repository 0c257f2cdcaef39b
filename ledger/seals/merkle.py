"""The Merkle tree of RFC 6962 (Certificate Transparency), section 2.1: one hash over many, each provably in its place.

A leaf is hashed behind a byte 0, two nodes behind a byte 1, so that no node can be passed off as a leaf; a list is cut
at the largest power of two below its length. No leaves: the hash of nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def root(leaves: Sequence[bytes]) -> str:
    """The tree's root over `leaves`, as 64 hexadecimal digits.

    Args:
        leaves: what is proven, in order; not hashed yet.
    """
    if not leaves:
        return sha256().hexdigest()
    level = [sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        # The last node of an odd level goes up as it is: that is where the standard's cut leaves it.
        level = [
            sha256(b"\1" + level[i] + level[i + 1]).digest() if i + 1 < len(level) else level[i]
            for i in range(0, len(level), 2)
        ]
    return level[0].hex()
