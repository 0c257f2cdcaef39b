"""What stands in a cell: amounts and days, by the way of writing that is declared or that the whole file shows.

No number is guessed. `12,345` is twelve thousand in one country and twelve in another, so it is read only where the
way of writing is known; what isn't plain ASCII digits (NaN, 1E9, 1_000, full-width digits) is no amount at all. A third
decimal is taken where it is 0, as some banks write it; amounts have at most 13 digits before the decimals. Days are
real days of a declared form; of the times beside them the day stands, in the sender's own time zone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from importers.problems import ImportAmountInvalid
from importers.problems_tables import TableNumberAmbiguous, TableNumbersMixed

#: What a thousands separator may look like; a space has several widths.
SEPARATORS: Final = {"": "", " ": "[ \u00a0\u202f\u2009]", "'": "['’]", ".": r"\.", ",": ","}
MINUS: Final = "-−"
_NO_SEPARATORS: Final = str.maketrans("", "", " \u00a0\u202f\u2009'’.,")
MOST_DIGITS = 13


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a sender writes amounts.

    Args:
        decimal: `.` or `,`.
        thousands: what may stand between groups of three: nothing, space, apostrophe, `.` or `,`.
    """

    decimal: str = "."
    thousands: str = ""

    def __post_init__(self) -> None:
        if self.decimal not in {".", ","} or self.thousands not in SEPARATORS or self.decimal == self.thousands:
            raise ValueError(f"no way to write amounts: {self.decimal!r}, {self.thousands!r}")

    def number(self, text: str) -> Decimal | None:
        """An amount with two decimals, or None where the text is none."""
        match = _pattern(self).fullmatch(text.strip())
        if match is None:
            return None
        before, whole, part, after = match.groups()
        digits = whole.translate(_NO_SEPARATORS)
        if len(digits) > MOST_DIGITS or (before and after):
            return None
        sign = "-" if (before or after) not in {"", "+"} else ""
        return Decimal(f"{sign}{digits}.{((part or '') + '00')[:2]}")

    def all_decimals(self, amounts: Iterable[str], last: str) -> bool:
        """Whether the last amount of a file has all of its decimals: as many as each of the amounts has, at least one.

        Where amounts have none, a last one of `1.234` may be the beginning of `1.234.567`.

        Args:
            amounts: all of the file's; empty ones are passed over.
            last: the one with which the file ends.
        """
        found = {self._decimals(text) for text in amounts if text.strip()}
        return len(found) == 1 and found != {0} and self._decimals(last) in found

    def _decimals(self, text: str) -> int:
        """Digits after the decimal sign; a group of thousands is none."""
        match = _pattern(self).fullmatch(text.strip())
        return len(match[3] or "") if match else 0


PLAIN = NumberStyle()
SWEDISH = NumberStyle(",", " ")
ENGLISH = NumberStyle(".", ",")


@lru_cache(maxsize=32)
def _pattern(style: NumberStyle) -> re.Pattern[str]:
    point, group = re.escape(style.decimal), SEPARATORS[style.thousands]
    whole = "[0-9]{1,15}" + (f"|[0-9]{{1,3}}(?:{group}[0-9]{{3}}){{1,4}}" if group else "")
    return re.compile(f"([-+−]?)[ \u00a0]?({whole})(?:{point}([0-9]{{1,2}}|[0-9]{{2}}0))?([{MINUS}]?)")


def decimals_of(text: str) -> int:
    """How many digits follow the last `.` or `,`; 0 where there is none."""
    match = re.search(r"[.,]([0-9]*)[-−]?\s*$", text)
    return len(match[1]) if match else 0


_SPACED = re.compile("[0-9]{1,3}(?:([ \u00a0\u202f\u2009'’])[0-9]{3})+(?:([.,])[0-9]{1,3})?")
_BOTH = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})+([.,])[0-9]{1,3}")
_GROUPS = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3}){2,}")
_DECIMAL = re.compile(r"[0-9]+([.,])(?:[0-9]{1,2}|[0-9]{2}0)")
_EITHER = re.compile(r"[0-9]{1,3}([.,])[0-9]{3}")


def decide_style(cells: Iterable[tuple[int, str]], shown: str, column: str) -> NumberStyle:
    """The way of writing that all amounts of a file have in common.

    Args:
        cells: line and text of every amount; empty ones are passed over.
        shown: the file, for problems.
        column: what the cells are, for problems.

    Raises:
        ImportAmountInvalid, TableNumbersMixed, TableNumberAmbiguous: as they say.
    """
    decimal, thousands = "", ""
    three = False  # a number such as 10000.000: this sender writes three decimals
    unsure: list[tuple[int, str, str]] = []
    for line, cell in cells:
        text = cell.strip().strip("+-−").strip()
        group, point = "", ""
        if not text or text.isdigit():
            if text.isascii():
                continue
            raise ImportAmountInvalid(file=shown, line=line, text=cell, position=column)
        if match := _EITHER.fullmatch(text):
            unsure.append((line, cell, match[1]))
        elif match := _SPACED.fullmatch(text):
            group, point = ("'" if match[1] in "'’" else " "), match[2] or ""
        elif (match := _BOTH.fullmatch(text)) and match[1] != match[2]:
            group, point = match[1], match[2]
        elif match := _GROUPS.fullmatch(text):
            group = match[1]
        elif match := _DECIMAL.fullmatch(text):
            point = match[1]
            three = three or decimals_of(text) == 3
        else:
            raise ImportAmountInvalid(file=shown, line=line, text=cell, position=column)
        if (point and decimal and point != decimal) or (group and thousands and group != thousands):
            raise TableNumbersMixed(file=shown, line=line, text=cell)
        decimal, thousands = decimal or point, thousands or group
        if decimal and decimal == thousands:
            raise TableNumbersMixed(file=shown, line=line, text=cell)
    for line, cell, sign in unsure:
        if not (sign == thousands or (sign == decimal and three)):
            raise TableNumberAmbiguous(file=shown, line=line, text=cell)
    return NumberStyle(decimal or ("," if thousands == "." else "."), thousands)


#: The parts of a declared form. Two digits each: a day of one digit is one that was cut off or edited.
_PARTS: Final = {"%Y": "(?P<y>[0-9]{4})", "%y": "(?P<s>[0-9]{2})", "%m": "(?P<m>[0-9]{2})", "%d": "(?P<d>[0-9]{2})"}
_TIME = r"(?:[ T]{1,2}(?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,][0-9]{1,6})?)?(?: ?(?P<p>[AaPp][Mm]))?"
_ZONE = r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
DAY_FORMS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
    *(f"%d{sep}%m{sep}%{year}" for sep in "./-" for year in "Yy"),
)
MONTH_FIRST = tuple(f"%m{sep}%d{sep}%{year}" for sep in "./-" for year in "Yy")


class Days:
    """Reads days of declared forms (`%Y-%m-%d`, `%d/%m/%y`, ...); a time may follow.

    Args:
        forms: the forms that count; a text that two of them read differently is read by none.
    """

    def __init__(self, *forms: str) -> None:
        if not forms or set(forms) - {*DAY_FORMS, *MONTH_FIRST}:
            raise ValueError(f"no forms of days: {forms}")
        self._patterns = [re.compile(_day_pattern(form) + _TIME + _ZONE) for form in forms]
        self._known: dict[str, dt.date | None] = {}

    def day(self, text: str) -> dt.date | None:
        """The day, or None where the text is none."""
        if text not in self._known:
            if len(self._known) > 10_000:  # times make every text another one
                self._known.clear()
            found = self.moment(text)
            self._known[text] = found.date() if found else None
        return self._known[text]

    def moment(self, text: str) -> dt.datetime | None:
        """Day and time (00:00 where there is none), without a zone: as the sender's clock showed it."""
        matches = [p.fullmatch(text.strip()) for p in self._patterns]
        found = {_moment(match) for match in matches if match} - {None}
        return found.pop() if len(found) == 1 else None


def _day_pattern(form: str) -> str:
    return re.sub(r"%[Yymd]|.", lambda m: _PARTS.get(m[0]) or re.escape(m[0]), form)


def _moment(match: re.Match[str]) -> dt.datetime | None:
    part = match.groupdict()
    hour = int(part["H"] or 0)
    if part["p"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if part["p"] in {"PM", "pm", "Pm", "pM"} else 0)
    try:
        year = int(part.get("y") or 2000 + int(part["s"]))
        minute, second = int(part["M"] or 0), int(part["S"] or 0)
        return dt.datetime(year, int(part["m"]), int(part["d"]), hour, minute, second)  # noqa: DTZ001  the sender's
    except ValueError:
        return None
