"""When two names are one name: what banks, invoices and bookkeepers write differently is left out of the comparison."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Nothing but letters and digits, as `str.isalnum` has them.
_BETWEEN = re.compile(r"[\W_]+")


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """A text without what people and banks change at will: case, width, white space, punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _BETWEEN.sub(" ", plain).strip()
