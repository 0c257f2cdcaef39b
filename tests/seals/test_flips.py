"""Random single bits of sealed text and of `seals.jsonl` are turned: each is found, and the right voucher named.

300 of each by default; all of them:

    SAMBOK_FLIPS=10000 python -m pytest tests/seals/test_flips.py -q -s
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest

from ledger.seals.blocks import split
from ledger.seals.chain import check_chain, read_seals, salvage, seal_line
from ledger.seals.compare import compare
from ledger.seals.model import Found
from ledger.seals.problems import SealUnreadable
from tests.seals.worked import BOOK, FROZEN, MARCH, encoded, parse_of, sealed

FLIPS = int(os.environ.get("SAMBOK_FLIPS", "300"))
#: The right voucher is named in at least so many of a thousand.
NAMED = 999

#: Kinds of entries, two a day.
KINDS = """\
{date} * "Kund {n} AB" "Faktura {n}" #sale ^invoice-{n}
  voucher: "A-{n}"
  registered: {date}
  by: "anna"
  Assets:Bank  {n}.50 SEK
  Income:Sales

|{date} * "Leverantör {n}" "Inköp av varor,
enligt lista {n}"
  voucher: "B-{n}"
  document: "b/{n}.pdf"
  Expenses:Rent   1{n}.00 SEK
    partner: "gemensamt"
  Assets:Bank

; behind it
|{date} * "Kund \\"{n}\\"" "Kontant" ; paid "so
  voucher: "A-{n}"
  Assets:Bank  {n} EUR @ 11.40 SEK
  Income:Sales  -{n} EUR @ 11.40 SEK
|{date} balance Assets:Bank  {n}.00 SEK

""".split("|")


def made() -> dict[str, str]:
    """A book of three months with some forty vouchers each, and what the worked book has."""
    chance = random.Random(2026)  # noqa: S311  seeded, to be the same book every time
    book = {file: BOOK[file] for file in (MARCH, FROZEN)}
    number = 100
    for month in ("2025-12", "2026-01", "2026-02"):
        text = f"; {month}\n\n"
        for day in range(1, 29):
            for kind in chance.choices(KINDS, k=2):
                number += 1
                text += kind.format(date=f"{month}-{day:02}", n=number)
        book[f"books/{month[:4]}/{month}.beancount"] = text
    return book


BOOKS = made()
FILES = encoded(BOOKS)
#: Two lines: one for January and before, one for the rest.
SEALS = (first := sealed(BOOKS, "2026-01"), sealed(BOOKS, "2026-03", first))
LINES = "".join(seal_line(seal) + "\n" for seal in SEALS).encode()


def flipped(data: bytes, bit: int) -> bytes:
    turned = bytearray(data)
    turned[bit // 8] ^= 1 << bit % 8
    return bytes(turned)


def bits(total: int, seed: int) -> list[int]:
    """So many different bits; all where there are no more."""
    chance = random.Random(seed)  # noqa: S311  seeded, to be the same bits every time
    return sorted(chance.sample(range(total), min(FLIPS, total)))


def owners(file: str, place: int) -> set[tuple[str, int]]:
    """Voucher and line of who holds a byte; a line end behind a voucher is the next one's beginning as well."""
    data = FILES[file]
    vouchers = {(entry.file, entry.line): entry.voucher for seal in SEALS for entry in seal.draft.entries}
    blocks = split(data)
    held = set()
    for number, block in enumerate(blocks):
        if block.start <= place < block.end:
            own = [block]
            if place >= block.start + len(data[block.start : block.end].rstrip(b"\r\n")):
                own += blocks[number + 1 : number + 2]
            held |= {(vouchers.get((file, one.line), ""), one.line) for one in own}
    return held


def report(what: str, tally: Counter[str], wrong: list[object]) -> None:
    """Print the figures, and where the voucher wasn't named, or not alone."""
    print(f"\n{what}: {dict(tally)}", *wrong, sep="\n    ")  # noqa: T201  it is what the test is run by hand for


def is_of(found: Found, holders: set[tuple[str, int]]) -> bool:
    """Whether a finding is of one of them: by number, or by line where it has none (a line end may be gone)."""
    return any(
        found.voucher == voucher if voucher else not found.voucher and found.line in {line - 1, line, line + 1}
        for voucher, line in holders
    )


def test_the_book_as_it_was_sealed_has_no_findings():
    assert read_seals(LINES) == SEALS
    assert check_chain(SEALS, "repris") == []
    assert compare(SEALS, FILES, parse_of(FILES)) == []
    assert sum(len(seal.draft.entries) for seal in SEALS) > 150


@pytest.mark.slow
def test_bits_of_sealed_text():
    places = [(file, bit) for file in FILES for bit in range(len(FILES[file]) * 8)]
    tally: Counter[str] = Counter()
    wrong: list[object] = []
    for number in bits(len(places), seed=1):
        file, bit = places[number]
        files = FILES | {file: flipped(FILES[file], bit)}
        found = compare(SEALS, files, parse_of(files))
        tally["detected"] += bool(found)
        holders = owners(file, bit // 8)
        named = any(one.file == file and is_of(one, holders) for one in found)
        tally["named"] += named
        tally["alone"] += named and len(found) == 1
        if not named or len(found) > 1:
            wrong.append((file, bit, holders, found))
    flips = min(FLIPS, len(places))
    report("sealed text", tally, wrong)
    assert tally["detected"] == flips
    assert tally["named"] * 1000 >= flips * NAMED


def what_verify_says(data: bytes) -> tuple[list[Found], tuple[SealUnreadable, ...]]:
    """As verify puts it together: lines that can't be read, the chain, and the text against what can be read."""
    seals, unreadable = salvage(data)
    periods = {problem.params["period"] for problem in unreadable}
    found = check_chain(seals, "repris") + compare(seals, FILES, parse_of(FILES), unreadable=periods)
    return found, unreadable


def record_at(place: int, now: bytes) -> tuple[int, set[str]]:
    """The line that holds a byte of `seals.jsonl`, and the number of the voucher whose record does.

    As it was and as it is `now`: a bit of the number itself may be turned. No number where it is in no record.
    """
    line = LINES.count(b"\n", 0, place) + 1
    start = LINES.rfind(b"\n", 0, place) + 1
    entries, heads = LINES.index(b'"entries":[', start) + 11, LINES.index(b'],"heads":', start)
    if not entries <= place < heads:
        return line, set()
    begin = LINES.rfind(b'{"voucher":"', start, place + 12)
    start = begin + len(b'{"voucher":"')
    end = LINES.index(b'"', start)
    return line, {data[start:end].decode("utf-8", "replace") for data in (LINES, now)}


@pytest.mark.slow
def test_bits_of_the_seals():
    tally: Counter[str] = Counter()
    wrong: list[object] = []
    for bit in bits(len(LINES) * 8, seed=2):
        now = flipped(LINES, bit)
        found, unreadable = what_verify_says(now)
        line, numbers = record_at(bit // 8, now)
        told = {one.line for one in found if one.file == "seals.jsonl"} | {problem.line for problem in unreadable}
        tally["detected"] += bool(told)
        tally["line"] += bool(told & {line, line + 1})
        if numbers:
            tally["in a record"] += 1
            named = {one.voucher for one in found} | {problem.params["voucher"] for problem in unreadable}
            tally["named"] += bool(numbers & named)
            if not numbers & named:
                wrong.append((bit, numbers, found, [problem.params for problem in unreadable]))
    flips = min(FLIPS, len(LINES) * 8)
    report("seals.jsonl", tally, wrong)
    assert tally["detected"] == tally["line"] == flips
    assert tally["named"] * 1000 >= tally["in a record"] * NAMED
