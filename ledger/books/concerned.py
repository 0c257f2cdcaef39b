"""What a correction corrects: the voucher that its `corrects:` names, or the month of its `concerns:` (SPEC 3, 6, 7).

A voucher's number is its own within a fiscal year only; `ledger.rules.vouchers.corrected` says which namesake is meant.
A correction of a correction concerns what the first one concerned: taking one back counts as if it had never been made.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from decimal import Decimal

from beancount.core import data

from ledger.books.summary import last_day, month_of
from ledger.rules import vouchers as rule

WRITTEN_MONTH = re.compile(r'\s+concerns:\s*"?([0-9]{4}-[0-9]{2})"?\s*(?:;.*)?$')
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
#: So many corrections of corrections are followed.
DEEPEST = 100


class Concerned:
    """Corrections of one book.

    Args:
        text_of: the text of a file that the entries came from.
    """

    def __init__(self, text_of: Callable[[str], str]) -> None:
        self.text_of = text_of
        self._named: dict[Hashable, list[tuple[dt.date, data.Transaction]]] = defaultdict(list)

    def add(self, entries: Iterable[data.Transaction]) -> None:
        """Take vouchers in; all of the book's, before anything is asked."""
        for entry in entries:
            voucher = entry.meta.get("voucher")
            if isinstance(voucher, str):
                self._named[_key(voucher)].append((entry.date, entry))

    def target(self, entry: data.Transaction) -> data.Transaction | None:
        """The voucher that an entry corrects; None where it corrects none, or one that the book doesn't have."""
        name = entry.meta.get("corrects")
        if name is None:
            return None
        named = [one for one in self._named.get(_key(str(name)), ()) if one[1] is not entry]
        if len(named) == 1:
            return named[0][1]
        return rule.corrected(named, entry.date, self.month(entry))

    def of(self, entry: data.Transaction) -> tuple[dt.date | None, str | None]:
        """What an entry concerns.

        Returns:
            The day whose rate counts (None: its own), and what it names though the book doesn't have it.
        """
        if "corrects" not in entry.meta:
            return self._stated(entry) if "concerns" in entry.meta else (None, None)
        found = self.target(entry)
        if found is None:
            named = entry.meta["corrects"]
            return (None, str(named)) if named is not None else self._stated(entry)
        for _ in range(DEEPEST):
            further = self.target(found)
            if further is None or further is entry:
                break
            found = further
        return self._stated(found)[0] or found.date, None

    def _stated(self, entry: data.Transaction) -> tuple[dt.date | None, str | None]:
        """What its `concerns:` says: a day, or the last one of a month; or what can't be read, or is still to come."""
        concerned = entry.meta.get("concerns")
        month = self.month(entry)
        if month is not None and month > month_of(entry.date):
            return None, month
        if isinstance(concerned, dt.date):
            return concerned, None
        if month is not None:
            return last_day(month), None
        return None, None if concerned is None else str(concerned)

    def month(self, entry: data.Transaction) -> str | None:
        """The month of `concerns:`; unquoted, Beancount reads `2026-01` as 2026 less 1, so its text is looked up."""
        concerned = entry.meta.get("concerns")
        if isinstance(concerned, dt.date):
            return f"{concerned:%Y-%m}"
        if isinstance(concerned, Decimal):
            concerned = self._written(entry) or concerned
        text = str(concerned)
        return text if _MONTH.fullmatch(text) else None

    def _written(self, entry: data.Transaction) -> str | None:
        rows = self.text_of(str(entry.meta["filename"])).split("\n")
        for row in rows[int(entry.meta["lineno"]) :]:
            if not row[:1].isspace():
                return None
            found = WRITTEN_MONTH.match(row)
            if found:
                return found[1]
        return None


def _key(name: str) -> Hashable:
    """What `A-12` and `A-012` have in common; anything else as it stands."""
    return rule.parse(name) or name
