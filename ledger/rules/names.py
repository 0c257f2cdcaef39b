"""When two names are one name: what banks, invoices and bookkeepers write differently is left out of the comparison."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """A text without what people and banks change at will: case, width, white space, punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())
