"""Texts that lost a quote: what they hide, what they take along; and what is known again though it stands elsewhere."""

from __future__ import annotations

import pytest

from ledger.seals.blocks import split
from ledger.seals.compare import compare
from ledger.seals.model import Found
from tests.seals.worked import BOOK, MARCH, compared, encoded, sealed

ENTRY = '2026-03-0{n} * "Kund {n}"\n  voucher: "A-{n}"\n  Assets:Bank  {n} SEK\n  Income:Sales\n'
ENTRIES = [ENTRY.format(n=n) for n in range(1, 6)]
FIVE = {MARCH: "".join(ENTRIES)}


def broken(*entries: str) -> dict[str, str]:
    """These entries, the first of which lost a quote: each hides the next one, whose quotes are even."""
    return {MARCH: "".join(entries).replace('"Kund 1"', '"Kund 1', 1)}


def lost(found: list[Found]) -> list[tuple[str, str]]:
    return [(one.voucher, one.note) for one in found if one.kind == "missing"]


def short(found: list[Found]) -> list[tuple[str, ...]]:
    return [(one.kind, one.voucher, f"{one.file}:{one.line}", *one.fields) for one in found]


def test_a_file_ends_where_the_last_of_what_a_broken_quote_hides_does():
    """A-4 was taken out of it, and A-5 still stands: the file isn't cut off. Cut off behind A-3, it is."""
    found = compared((sealed(FIVE),), broken(*ENTRIES[:3], ENTRIES[4]))
    assert lost(found) == [("A-4", "")]
    found = compared((sealed(FIVE),), broken(*ENTRIES[:3]))
    assert lost(found) == [("A-4", "the file ends before it"), ("A-5", "the file ends before it")]


def test_a_new_voucher_among_what_a_broken_quote_hides_is_not_told_by_itself():
    """The voucher that lost its quote is altered, once; it is no late posting, whatever its text has taken along."""
    new = ENTRY.format(n=6)
    found = compared((sealed(FIVE),), broken(*ENTRIES, new))
    assert short(found) == [("altered", "A-1", f"{MARCH}:1")]
    assert found[0].params == (("count", "4"),)


def test_a_new_text_of_a_closed_month_that_hides_a_sealed_one_is_late_and_the_sealed_one_is_missing():
    whole = [BOOK[MARCH].encode()[b.start : b.end].decode() for b in split(BOOK[MARCH].encode())]
    new = '2026-03-03 note Assets:Bank "\n'
    book = BOOK | {MARCH: "".join([*whole[:2], new, whole[4], '"\n', *whole[2:4], *whole[5:]])}
    found = compared((sealed(BOOK),), book)
    assert short(found) == [("inserted", "", f"{MARCH}:11"), ("missing", "", f"{MARCH}:12")]


@pytest.mark.parametrize("word", ["two", "four"])
def test_a_text_that_held_a_date_and_lost_its_last_quote_is_one_voucher(word):
    """Nothing closes it any more, so the line with a date in it looks like another directive: it is none."""
    first = '2026-03-01 note Assets:Bank "one"\n'
    book = {MARCH: first + f'2026-03-02 note Assets:Bank "{word}\n2026-03-01 as agreed"\n'}
    cut = {MARCH: book[MARCH].replace('agreed"', "agreed")}
    assert short(compared((sealed(book),), cut)) == [("altered", "", f"{MARCH}:2")]


def test_however_many_dates_a_text_held_that_lost_its_last_quote():
    text = '2026-03-02 note Assets:Bank "Dear Anna\n2026-03-01 as agreed\n2026-02-02 as agreed\n2026-02-03 Eva"\n'
    book = {MARCH: ENTRIES[0] + text}
    assert short(compared((sealed(book),), {MARCH: book[MARCH].replace('Eva"', "Eva")})) == [
        ("altered", "", f"{MARCH}:5")
    ]


@pytest.mark.parametrize("word", ["two", "four"])
def test_nonsense_behind_a_broken_voucher_whose_texts_all_end_is_no_part_of_it(word):
    first = '2026-03-01 note Assets:Bank "one"\n'
    book = {MARCH: first + f'2026-03-02 note Assets:Bank "{word}"\n'}
    nonsense = {MARCH: book[MARCH].replace("02 note", "02 nonsense") + "2026-03-03 nonsense\n"}
    assert short(compared((sealed(book),), nonsense)) == [
        ("altered", "", f"{MARCH}:2"),
        ("inserted", "", f"{MARCH}:3"),
    ]


@pytest.mark.parametrize("count", [1, 4])
def test_a_hidden_text_with_dates_in_it_is_found_whole(count):
    """Each line that begins with a date may be where a text ends: of up to four, all are tried."""
    days = "".join(f"2026-02-0{n} as agreed\n" for n in range(1, count + 1))
    letter = f'2026-03-02 note Assets:Bank "Dear Anna\n{days}Eva"\n'
    book = {MARCH: ENTRIES[0] + letter + ENTRIES[2]}
    found = compared((sealed(book),), broken(ENTRIES[0], letter, ENTRIES[2]))
    assert short(found) == [("altered", "A-1", f"{MARCH}:1")]


def test_vouchers_that_differ_in_their_number_alone_are_each_known_by_it_in_another_layout_and_order():
    """A-1 and A-2 say the same but for their numbers; both were written anew with more spaces, A-2 first."""
    entry = '2026-03-01 * "Kontant"\n  voucher: "{}"\n{}Assets:Bank  1 SEK\n{}Income:Sales\n'
    book = {MARCH: entry.format("A-1", "  ", "  ") + entry.format("A-2", "  ", "  ")}
    anew = {MARCH: entry.format("A-2", "    ", "    ") + entry.format("A-1", "    ", "    ")}
    found = compared((sealed(book),), anew)
    assert [(one.kind, one.voucher, one.line, one.meaning) for one in found] == [
        ("altered", "A-2", 1, False),
        ("altered", "A-1", 5, False),
    ]


def test_a_file_without_a_head_that_is_unchanged_is_not_parsed():
    def parse(file, wanted):
        raise AssertionError(file)

    assert compare((sealed(FIVE),), encoded(FIVE), parse) == []


def test_a_copy_in_a_file_that_comes_before_is_the_new_one():
    """What stands where it was sealed is the sealed voucher, and the copy is inserted."""
    february = "books/2026/2026-02.beancount"
    found = compared((sealed(FIVE),), FIVE | {february: ENTRIES[2]})
    assert short(found) == [("inserted", "A-3", f"{february}:1")]


def test_what_a_voucher_has_grown_by_is_not_the_one_that_is_gone():
    grown = {MARCH: "".join([*ENTRIES[:2], "  Assets:Bank  1 SEK\n", *ENTRIES[3:]])}
    assert short(compared((sealed(FIVE),), grown)) == [
        ("altered", "A-2", f"{MARCH}:5", "accounts", "amounts"),
        ("missing", "A-3", f"{MARCH}:9"),
    ]
