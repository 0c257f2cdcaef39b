"""Whose account a number is: this unit's other accounts, and those of the federation's other units.

Banks name the other party's account in several ways: IBAN, clearing and account number, bankgiro, plusgiro, Swish. A
Swedish IBAN ends with the national number, so each is found by the other. A number that two units claim tells nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from importers.bank.statements import same_account
from importers.book import BookView
from importers.identity import account_number
from ledger.books import Unit, Workspace
from ledger.books.sources import SourceTable
from ledger.subledger.movements import CLEARING_FORMATS

_KIND = re.compile(r"(SE)?(BANKGIRO|PLUSGIRO|BG|PG|IBAN|SWISH)(NR)?(?=[A-Z0-9])")
#: The chart's account for deposits, by the format of the files that announce them.
CLEARING_ROLES = {
    "bgmax": "bankgiro_clearing",
    "swish": "swish_clearing",
    "card": "card_clearing",
    "daraja": "mobile_clearing",
}
#: So many last characters of an IBAN are a national number's at least.
TAIL = 10


@lru_cache(maxsize=10_000)
def plain_number(text: str) -> str:
    """An account's number as its letters and digits, without the word for what kind it is."""
    return _KIND.sub("", account_number(text), count=1) if text else ""


def same_number(one: str, other: str) -> bool:
    """Whether two plain numbers are one account's."""
    return bool(one and other) and same_account(one, other)


class Numbers:
    """Accounts by their number.

    Args:
        owned: numbers as they are written, with their owners.
    """

    def __init__(self, owned: Iterable[tuple[str, str]]) -> None:
        self._exact: dict[str, set[str]] = defaultdict(set)
        self._tails: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for text, owner in owned:
            number = plain_number(text)
            if number:
                self._exact[number].add(owner)
                self._tails[number[-TAIL:]].add((number, owner))

    def owner(self, text: str) -> str | None:
        """Whose account a number is; None where nobody's, or several claim it."""
        number = plain_number(text)
        if not number:
            return None
        found = self._exact.get(number) or {
            owner for known, owner in self._tails.get(number[-TAIL:], ()) if same_number(number, known)
        }
        return next(iter(found)) if len(found) == 1 else None


def is_bank(source: SourceTable) -> bool:
    """Whether a source is of a bank account, not of payments on their way to one."""
    return source.format not in CLEARING_FORMATS


def clearing_account(view: BookView, source: SourceTable) -> str | None:
    """The account on which a source's deposits wait for the bank, named without opening it."""
    role = CLEARING_ROLES.get(source.format, "")
    known = view.chart.has_role(role)
    return source.account or (view.chart.role_account(role, view.codes) if known else None)


def units_numbers(ws: Workspace | None, unit: Unit) -> Numbers:
    """The accounts of the other units, each with its slug."""
    others = [u for u in ws.units.values() if u.slug != unit.slug] if ws else []
    own = {plain_number(n) for n in _all(unit)}
    return Numbers((n, u.slug) for u in others for n in _all(u) if plain_number(n) not in own)


def _all(unit: Unit) -> list[str]:
    return [s.bank_account for s in unit.sources if s.bank_account] + list(unit.payment_numbers)
