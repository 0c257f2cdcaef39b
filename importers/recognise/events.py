"""What a payer's reference says of a rotating loan: `NK26-S` shares, `NK26-L01` a loan, `NK26-F` a fine, `NK26-SF`.

People type references on telephones, so case, blanks and hyphens don't count, nor do zeros before a loan's number. In a
field of its own the reference must be all that stands there. In free text it must be written with its hyphen, and be
the only one: `NK26 S` may begin a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from importers.recognise.placed import Payment

#: Shares, a loan (given or paid back), a fine, the social fund.
Kind = Literal["S", "L", "F", "SF"]
_GAP = r"[\s._/-]*"
#: More digits are no number of a loan.
_EVENT = rf"(?:(?P<kind>SF|S|F)|L{_GAP}(?P<loan>[0-9]{{1,6}}))"


@dataclass(frozen=True, slots=True)
class Event:
    """What a reference names.

    Attributes:
        cycle: its name, as policy has it.
        loan: number of the loan, without zeros before it; 0 where it names none.
        text: the reference in plain form: `NK26-L01`.
    """

    cycle: str
    kind: Kind
    loan: int = 0

    @property
    def text(self) -> str:
        """As people write it."""
        return f"{self.cycle}-L{self.loan:02}" if self.kind == "L" else f"{self.cycle}-{self.kind}"

    def names(self, loan: str) -> bool:
        """Whether a loan's id is the one that is named: `NK26-L1` is `NK26-L01`."""
        found = _whole(self.cycle).fullmatch(loan)
        return self.kind == "L" and found is not None and int(found["loan"] or 0) == self.loan


def events_of(pay: Payment, cycles: Iterable[str]) -> list[Event]:
    """What a payment's reference names, each once; else what its text names.

    Args:
        pay: the payment.
        cycles: their names.
    """
    every = f"{pay.part.reference} {pay.part.invoice} {pay.part.text}".casefold()
    names = [name for name in cycles if name.partition("-")[0].casefold() in every]  # of a hundred thousand, few do
    fields = [text for text in (pay.part.reference, pay.part.invoice) if text]
    told = [_event(name, found) for name in names for text in fields if (found := _whole(name).fullmatch(text.strip()))]
    if not told:
        told = [_event(name, found) for name in names for found in _within(name).finditer(pay.part.text)]
    return list(dict.fromkeys(told))


def _event(cycle: str, found: re.Match[str]) -> Event:
    return Event(cycle, "L", int(found["loan"])) if found["loan"] else Event(cycle, found["kind"].upper())  # type: ignore[arg-type]


def _name(cycle: str) -> str:
    return _GAP.join(re.escape(part) for part in cycle.split("-"))


@lru_cache(maxsize=256)
def _whole(cycle: str) -> re.Pattern[str]:
    return re.compile(rf"{_name(cycle)}{_GAP}{_EVENT}", re.IGNORECASE | re.ASCII)


@lru_cache(maxsize=256)
def _within(cycle: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){_name(cycle)}-(?:(?P<kind>SF|S|F)|L(?P<loan>[0-9]{{1,6}}))(?![\w-])", re.IGNORECASE)
