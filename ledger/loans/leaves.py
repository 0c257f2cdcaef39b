"""A participant's name as the last part of an account (SPEC 3, 8)."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection

from ledger.books.guard_names import is_account_letter
from ledger.rules.names import folded

#: Of an account's part that names somebody.
LONGEST_LEAF = 40


def leaf_of(name: str, taken: Collection[str] = ()) -> str:
    """A participant's name as the last part of an account: nothing that looks like a number of a chart.

    Args:
        name: as people write it.
        taken: leaves that others have already.
    """
    plain = "".join(c if is_account_letter(c) else "-" for c in unicodedata.normalize("NFC", name.strip()))
    leaf = "-".join(part for part in plain.split("-") if part)[:LONGEST_LEAF].strip("-")
    if not leaf:  # another script: told apart all the same
        leaf = "P-x" + hashlib.blake2b(folded(name).encode(), digest_size=4).hexdigest()
    leaf = leaf[0].upper() + leaf[1:]
    if not leaf[0].isalpha():
        leaf = f"P-{leaf}"
    found, number = leaf, 2
    while found in taken:
        found, number = f"{leaf}-{number}", number + 1
    return found
