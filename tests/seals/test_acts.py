"""Random acts against random sealed books: whatever is done, each act is named by its voucher, and nothing else is."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from ledger.seals.compare import compare
from tests.seals.worked import encoded, parse_of, sealed

MONTHS = ("2026-01", "2026-02", "2026-03")
ENTRY = '{date} * "Kund {n}" "Faktura {n}"\n  voucher: "{voucher}"\n  Assets:Bank  {n}.50 SEK\n  Income:Sales\n\n'


@dataclass
class Book:
    """Vouchers by month in the order of their file: number -> text."""

    months: dict[str, dict[str, str]] = field(default_factory=dict)

    def texts(self) -> dict[str, str]:
        return {file_of(month): f"; {month}\n\n" + "".join(there.values()) for month, there in self.months.items()}


def file_of(month: str) -> str:
    return f"books/2026/{month}.beancount"


def book_of(chance: random.Random) -> Book:
    book = Book()
    number = 0
    for month in MONTHS:
        there = book.months[month] = {}
        for day in sorted(chance.choices(range(1, 29), k=12)):
            number += 1
            there[f"A-{number}"] = ENTRY.format(date=f"{month}-{day:02}", n=100 + number, voucher=f"A-{number}")
    return book


def delete(there, other, chance):
    gone = chance.choice(list(there))
    del there[gone]
    return {("missing", gone)}


def insert(there, other, chance):
    new = ENTRY.format(date=next(iter(there.values()))[:10], n=999, voucher="A-999")
    place = chance.randrange(len(there) + 1)
    items = list(there.items())
    there.clear()
    there.update([*items[:place], ("A-999", new), *items[place:]])
    return {("inserted", "A-999")}


def swap(there, other, chance):
    """Two neighbours: one of them is out of order."""
    items = list(there.items())
    place = chance.randrange(len(items) - 1)
    items[place : place + 2] = items[place + 1], items[place]
    there.clear()
    there.update(items)
    return set()


def renumber(there, other, chance):
    number = chance.choice(list(there))
    there[number] = there[number].replace(f'"{number}"', '"A-888"')
    return {("renumbered", number)}


def exchange(there, other, chance):
    """Two vouchers have each other's number."""
    one, two = chance.sample(list(there), 2)
    there[one] = there[one].replace(f'"{one}"', f'"{two}"')
    there[two] = there[two].replace(f'"{two}"', f'"{one}"')
    return {("renumbered", one), ("renumbered", two)}


def backdate(there, other, chance):
    """Into another month, with its text, at the end of that file."""
    number = chance.choice(list(there))
    text = there.pop(number)
    other[number] = next(iter(other.values()))[:10] + text[10:]
    return {("altered", number)}


def redate(there, other, chance):
    """Into an open month, where it stands."""
    number = chance.choice(list(there))
    there[number] = "2026-05-01" + there[number][10:]
    return {("altered", number)}


def carry(there, other, chance):
    """To another file as it is."""
    number = chance.choice(list(there))
    other[number] = there.pop(number)
    return {("moved", number)}


def amount(there, other, chance):
    number = chance.choice(list(there))
    there[number] = there[number].replace(".50 SEK", ".51 SEK")
    return {("altered", number)}


def layout(there, other, chance):
    number = chance.choice(list(there))
    there[number] = there[number].replace("  Assets", "    Assets")
    return {("altered", number)}


def truncate(there, other, chance):
    """Between two vouchers."""
    items = list(there.items())
    place = chance.randrange(len(items))
    there.clear()
    there.update(items[:place])
    return {("missing", number) for number, _ in items[place:]}


def copy(there, other, chance):
    """A sealed voucher once more, at the end of its file."""
    number = chance.choice(list(there))
    there[number + " again"] = there[number]
    return {("inserted", number)}


def break_quote(there, other, chance):
    number = chance.choice(list(there))
    there[number] = there[number].replace('" "Faktura', ' "Faktura')
    return {("altered", number)}


ACTS = (
    *(delete, insert, swap, renumber, exchange, backdate, redate, carry, amount, layout, truncate, copy, break_quote),
)


def told(book: Book, seals) -> set[tuple[str, str]]:
    files = encoded(book.texts())
    found = [(one.kind, one.voucher) for one in compare(seals, files, parse_of(files))]
    assert len(found) == len(set(found)), found
    return set(found)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
@pytest.mark.parametrize("seed", range(12))
def test_each_act_is_named_and_nothing_else(act, seed):
    chance = random.Random(seed)  # noqa: S311  seeded, to be the same acts every time
    book = book_of(chance)
    seals = (sealed(book.texts()),)
    one, other = chance.sample(MONTHS, 2)
    expected = act(book.months[one], book.months[other], chance)
    found = told(book, seals)
    if act is swap:  # either of two neighbours has moved
        assert [kind for kind, _ in found] == ["moved"]
    else:
        assert found == expected


@pytest.mark.parametrize("seed", range(40))
def test_acts_in_different_months_are_all_named(seed):
    """Three at once, each within its own file."""
    chance = random.Random(1000 + seed)  # noqa: S311  likewise
    book = book_of(chance)
    seals = (sealed(book.texts()),)
    expected = set()
    for month, act in zip(
        MONTHS,
        chance.sample([delete, renumber, exchange, redate, amount, layout, truncate, break_quote], 3),
        strict=True,
    ):
        expected |= act(book.months[month], {}, chance)
    assert told(book, seals) == expected
