"""A book in which somebody has changed one thing of one voucher: an amount, an account, a name, a cycle, a loan, a day.

Text in, text out. What is drawn is said by the dice alone, so that a seed makes it again.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

#: A voucher: its first line, and all lines below it that are indented.
VOUCHER = re.compile(r"^\d{4}-\d{2}-\d{2} [*!] .*\n(?:[ \t]+\S.*\n)+", re.MULTILINE)
POSTING = re.compile(r"^  (?P<account>[A-Z]\w*:\S+)(?P<space> +)(?P<number>-?[\d.]+) (?P<currency>[A-Z]{3})$")
#: What one amount is made by another: nothing, too fine, the other way round, some more.
OTHERWISE = ("0.00", "{0}.005", "-{0}", "1{0}", "{0}1", "{0}.50", "7.00", "500.00", "1000.00")


@dataclass(frozen=True)
class Book:
    """What a vandal finds: accounts that it may use, participants, cycles, loans."""

    accounts: Sequence[str]
    names: Sequence[str]
    cycles: Sequence[str]
    loans: Sequence[str]


@dataclass(frozen=True)
class Damage:
    """What was done to which voucher, and the month's text with it."""

    kind: str
    before: str
    after: str
    text: str


Lines = list[str]
Change = Callable[[Lines, Random, Book], "Lines | None"]


def _postings(lines: Lines) -> list[int]:
    return [number for number, line in enumerate(lines) if POSTING.match(line)]


def _amount(lines: Lines, dice: Random, _: Book) -> Lines | None:
    """One posting's; nothing balances any more."""
    at = dice.choice(_postings(lines))
    m = POSTING.match(lines[at])
    assert m is not None
    new = dice.choice(OTHERWISE).format(m["number"].lstrip("-").removesuffix(".00"))
    lines[at] = f"  {m['account']}  {new} {m['currency']}"
    return lines


def _shifted(lines: Lines, dice: Random, _: Book) -> Lines | None:
    """From one posting to another: it balances still."""
    places = _postings(lines)
    if len(places) < 2:
        return None
    step = dice.choice(("0.005", "0.50", "1", "10", "500", "1000", "7.77"))
    for at, way in zip(dice.sample(places, 2), (1, -1), strict=True):
        m = POSTING.match(lines[at])
        assert m is not None
        new = _plus(m["number"], step, way)
        lines[at] = f"  {m['account']}  {new} {m['currency']}"
    return lines


def _plus(number: str, step: str, way: int) -> str:
    return f"{Decimal(number) + way * Decimal(step):f}"


def _turned(lines: Lines, _: Random, __: Book) -> Lines | None:
    """All of it the other way round."""
    for at in _postings(lines):
        m = POSTING.match(lines[at])
        assert m is not None
        new = m["number"].removeprefix("-") if m["number"].startswith("-") else f"-{m['number']}"
        lines[at] = f"  {m['account']}  {new} {m['currency']}"
    return lines


def _account(lines: Lines, dice: Random, book: Book) -> Lines | None:
    at = dice.choice(_postings(lines))
    lines[at] = re.sub(r"[A-Z]\w*:\S+", lambda _: dice.choice(book.accounts), lines[at], count=1)
    return lines


def _swapped(lines: Lines, dice: Random, _: Book) -> Lines | None:
    """Two postings' accounts."""
    places = _postings(lines)
    if len(places) < 2:
        return None
    one, other = dice.sample(places, 2)
    first, second = (POSTING.match(lines[at]) for at in (one, other))
    assert first is not None
    assert second is not None
    lines[one] = lines[one].replace(first["account"], second["account"], 1)
    lines[other] = lines[other].replace(second["account"], first["account"], 1)
    return lines


def _who(lines: Lines, dice: Random, book: Book) -> Lines | None:
    """Somebody else's: by the account's end, by `partner:` or by `participant:`."""
    name = dice.choice(book.names)
    places = [n for n, line in enumerate(lines) if re.search(r":M\d\d\b|^    partner:", line)]
    if places and dice.random() < 0.7:
        at = dice.choice(places)
        lines[at] = re.sub(
            r':M\d\d\b|(?<=partner: )".*"', f":{name}" if "partner" not in lines[at] else f'"{name}"', lines[at]
        )
        return lines
    lines.insert(dice.choice(_postings(lines)) + 1, f'    participant: "{name}"')
    return lines


def _nobody(lines: Lines, dice: Random, _: Book) -> Lines | None:
    """What says whose it is, left out."""
    places = [n for n, line in enumerate(lines) if re.search(r":M\d\d\b|^ +(partner|participant|ic):", line)]
    if not places:
        return None
    at = dice.choice(places)
    if POSTING.match(lines[at]):
        lines[at] = re.sub(r":M\d\d\b", "", lines[at])
    else:
        del lines[at]
    return lines


def _cycle(lines: Lines, dice: Random, book: Book) -> Lines | None:
    own = [n for n, line in enumerate(lines) if re.match(r"  cycle: ", line)]
    name = dice.choice([*book.cycles, "XX99"])
    way = dice.randrange(3)
    if own and way == 0:
        del lines[own[0]]
    elif own and way == 1:
        lines[own[0]] = f'  cycle: "{name}"'
    else:
        lines.insert(dice.choice(_postings(lines)) + 1, f'    cycle: "{name}"')
    return lines


def _loan(lines: Lines, dice: Random, book: Book) -> Lines | None:
    own = [n for n, line in enumerate(lines) if re.match(r"    (loan|term): ", line)]
    way = dice.randrange(3)
    if own and way == 0:
        del lines[dice.choice(own)]
    elif own and way == 1:
        at = dice.choice(own)
        lines[at] = (
            f'    loan: "{dice.choice(book.loans)}"' if "loan" in lines[at] else f"    term: {dice.randint(1, 9)}"
        )
    else:
        lines.insert(dice.choice(_postings(lines)) + 1, f'    loan: "{dice.choice([*book.loans, "XX99-L01"])}"')
    return lines


def _day(lines: Lines, dice: Random, _: Book) -> Lines | None:
    """Some days or weeks away; the guard takes none that lies outside what books may hold."""
    day = dt.date.fromisoformat(lines[0][:10])
    lines[0] = f"{day + dt.timedelta(days=dice.choice((-200, -60, -14, -3, -1, 1, 3, 14, 60, 200)))}{lines[0][10:]}"
    return lines


def _corrects(lines: Lines, dice: Random, _: Book) -> Lines | None:
    """As if it took another one back."""
    lines.insert(1, f'  corrects: "A-{dice.randint(1, 90)}"')
    return lines


def _twice(lines: Lines, _: Random, __: Book) -> Lines | None:
    again = [line for line in lines if not line.startswith("  voucher:")]
    return [*lines, "", *again]


def _gone(_: Lines, __: Random, ___: Book) -> Lines | None:
    return []


CHANGES: dict[str, Change] = {
    "amount": _amount,
    "shifted": _shifted,
    "turned": _turned,
    "account": _account,
    "swapped": _swapped,
    "participant": _who,
    "nobody": _nobody,
    "cycle": _cycle,
    "loan": _loan,
    "day": _day,
    "corrects": _corrects,
    "twice": _twice,
    "gone": _gone,
}


def without_counts(text: str) -> str:
    """A month without what was counted: the cycle's own checks are alone."""
    return re.sub(r"^\d{4}-\d{2}-\d{2} balance .*\n", "", text, flags=re.MULTILINE)


def vandalise(text: str, ours: Callable[[str], bool], dice: Random, book: Book) -> Damage | None:
    """Change one thing of one voucher of a month's text.

    Args:
        text: of the month.
        ours: which vouchers are of a fund.
        dice: says what.
        book: what there is.

    Returns:
        None where the month has no such voucher, or the change fits none.
    """
    known = [m for m in VOUCHER.finditer(text) if ours(m[0])]
    if not known:
        return None
    found = dice.choice(known)
    kind = dice.choice(list(CHANGES))
    lines = CHANGES[kind](found[0].splitlines(), dice, book)
    if lines is None:
        return None
    after = "".join(f"{line}\n" for line in lines)
    return Damage(kind, found[0], after, text[: found.start()] + after + text[found.end() :])
