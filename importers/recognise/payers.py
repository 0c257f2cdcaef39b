"""Which participant of a savings group has paid: by the telephone number, which may be masked, and the name.

A participant's account says how the person pays, on its `open`: `phone: "254712345001"`, `payer: "ANNA N"` (several
with commas). Without them the participant's own name must be found in the payer's. Masked numbers (`2547****001`) tell
their first and last digits, and not always how many are left out; they fit whoever's number has the same. What fits
nobody, or several, is nobody's: a person says who it was.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from beancount.core import data

from importers.recognise.references import same_party
from ledger.rules.names import folded

_MASK = re.compile(r"[*xX]+")
#: A masked number must tell at least so many digits.
LEAST = 3


class Payers:
    """Participants of one book, by how they pay.

    Args:
        participants: their names.
        opens: the book's accounts.
        of_account: participant by account.
    """

    def __init__(
        self, participants: Iterable[str], opens: Mapping[str, data.Open], of_account: Mapping[str, str]
    ) -> None:
        self.names: dict[str, set[str]] = {name: set() for name in participants}
        self.phones: dict[str, set[str]] = defaultdict(set)
        for account, name in of_account.items():
            self.names.setdefault(name, set())
            meta = opens[account].meta if account in opens else {}
            self.names[name] |= {text for text in _said(meta.get("payer")) if text}
            self.phones[name] |= {number for text in _said(meta.get("phone")) if (number := _digits(text))}

    def who(self, name: str, number: str) -> tuple[str, ...]:
        """The participants who may have paid, one where it is certain; none where nobody fits.

        Args:
            name: the payer's, as the statement has it.
            number: of the telephone.
        """
        phones = {who for who, known in self.phones.items() if any(fits(one, number) for one in known)}
        told, named = self._told(name), self._named(name)
        if len(phones) == 1:
            # The number is one participant's and the name another's: a lent telephone, or a mistyped one.
            return tuple(sorted(phones | told if told and not told & phones else phones))
        if phones:
            both = phones & named
            return tuple(sorted(both if len(both) == 1 else phones))
        if number and len(named) == 1 and not told and any(self.phones.get(who) for who in named):
            return ()  # a name like theirs, and not their number
        return tuple(sorted(named))

    def _told(self, name: str) -> set[str]:
        """Whose name is exactly the payer's."""
        plain = folded(name)
        return {who for who, others in self.names.items() if plain and plain in {folded(n) for n in {who, *others}}}

    def _named(self, name: str) -> set[str]:
        """Whose name is the payer's, else is found in it; and whoever may be meant as well."""
        told = self._told(name)
        words = folded(name).split()
        if told or not words:
            return told
        if any(_within(who, words) for who in self.names):
            return {who for who in self.names if set(folded(who).split()) & set(words)}
        return {who for who, others in self.names.items() if any(same_party(other, name) for other in others)}


def _within(who: str, words: list[str]) -> bool:
    """Whether a participant's name is found in a payer's, word for word; statements have initials of surnames."""
    own = folded(who).split()
    left = [word for word in own if word not in words]
    initials = [word for word in words if len(word) == 1]
    return len(left) < len(own) and all(any(word.startswith(i) for i in initials) for word in left)


def fits(known: str, number: str) -> bool:
    """Whether a telephone number, masked or not, may be a known one.

    Args:
        known: its digits, with the country's (three) or with the 0 that stands there at home.
        number: as a statement has it.
    """
    plain = _MASK.sub("*", re.sub(r"[^0-9*xX]", "", number))
    first, masked, last = plain.partition("*")
    (land, own), (its_land, its) = _parted(known), _parted(first)
    if land and its_land and not land.startswith(its_land):
        return False
    if not masked:
        return bool(its) and own == its
    if "*" in last or not last or len(first) + len(last) < LEAST:
        return False
    return own.startswith(its) and own.endswith(last) and len(own) >= len(its) + len(last)


def _parted(digits: str) -> tuple[str, str]:
    """A number's country, and the rest; without the country where it begins with the 0 of numbers at home."""
    return ("", digits[1:]) if digits.startswith("0") else (digits[:3], digits[3:])


def _digits(text: str) -> str:
    """A whole telephone number as its digits; nothing of a masked one."""
    return "" if _MASK.search(text) else re.sub(r"[^0-9]", "", text)


def _said(value: object) -> list[str]:
    return [part.strip() for part in str(value).split(",")] if value is not None else []
