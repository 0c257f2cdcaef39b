"""Compare: whatever happens to sealed text is named, by the voucher that it happened to, and once.

The book is `worked.BOOK`, sealed with March; its April is open.
"""

from __future__ import annotations

import pytest

from ledger.seals.blocks import split
from ledger.seals.compare import compare, longest_row, unsealed
from ledger.seals.model import Found
from tests.seals.worked import ACCOUNTS, APRIL, BOOK, FROZEN, MARCH, compared, encoded, parse_of, sealed

SEAL = sealed(BOOK)


def blocks_of(file: str) -> list[str]:
    """The texts of a file's blocks, its head first."""
    data = BOOK[file].encode()
    return [data[block.start : block.end].decode() for block in split(data)]


HEAD, A1, A2, A3, BALANCE, A4, A5, NOTE = blocks_of(MARCH)


def changed(file: str, old: str, new: str) -> dict[str, str]:
    """The book with one place of a file changed."""
    assert BOOK[file].count(old) == 1, old
    return BOOK | {file: BOOK[file].replace(old, new)}


def short(found: list[Found]) -> list[tuple[str, ...]]:
    return [(one.kind, one.voucher, f"{one.file}:{one.line}", *one.fields) for one in found]


def test_an_unchanged_book_has_no_findings_and_nothing_of_it_is_parsed():
    def parse(file, wanted):
        raise AssertionError(file)

    assert compare((SEAL,), encoded(BOOK), parse) == []


def test_what_is_open_may_change():
    book = changed(APRIL, "Faktura 19", "Faktura 20")
    book[APRIL] += '2026-04-30 * "x"\n  Assets:Bank 1 SEK\n  Income:Sales\n'
    book["books/2026/2026-05.beancount"] = '2026-05-01 note Assets:Bank "May"\n'
    assert compared((SEAL,), book) == []


def test_empty_lines_and_new_files_are_no_change():
    assert compared((SEAL,), BOOK | {MARCH: "\n\r\n".join(blocks_of(MARCH)) + "\n\n\n"}) == []


#: name: (file, old, new, kind, voucher, line, meaning, fields)
ALTERED = {
    "an amount": (MARCH, "250.50 SEK\n  I", "260.50 SEK\n  I", "A-3", 19, True, ("amounts",)),
    "trailing zeros": (MARCH, "1000.00", "1000.0", "A-1", 4, False, ()),
    "a space": (MARCH, "Income:Sales\n\n", "Income:Sales \n\n", "A-1", 4, False, ()),
    "a comment": (MARCH, '; "by transfer', '; "in cash', "A-2", 11, False, ()),
    "a comment at its end": (MARCH, "comment of A-3", "comment", "A-3", 19, False, ()),
    "the narration": (MARCH, "se avtal", "se avtalet", "A-2", 11, True, ("narration",)),
    "the payee": (MARCH, "Hyresvärden", "Hyresgästen", "A-2", 11, True, ("payee",)),
    "the flag": (MARCH, "2026-03-02 *", "2026-03-02 !", "A-1", 4, True, ("flag",)),
    "a tag": (MARCH, "#sale", "#sales", "A-1", 4, True, ("tags",)),
    "a link": (MARCH, "^invoice-17", "^invoice-71", "A-1", 4, True, ("links",)),
    "metadata": (MARCH, "registered: 2026-03-05", "registered: 2026-03-06", "A-1", 4, True, ("registered:",)),
    "a document's name": (MARCH, "avtal/2026.pdf", "avtal/2025.pdf", "A-2", 11, True, ("document:",)),
    "metadata of a posting": (MARCH, 'partner: "gemensamt"', 'partner: "gemensam"', "A-2", 11, True, ("details",)),
    "an account": (MARCH, "Expenses:Rent    400", "Expenses:Food    400", "A-2", 11, True, ("accounts",)),
    "a posting more": (MARCH, "; a comment of A-3", "  Assets:Bank 0 SEK", "A-3", 19, True, ("accounts", "amounts")),
    "the date": (MARCH, "2026-03-09", "2026-03-10", "A-3", 19, True, ("date",)),
    "a date out of the month": (MARCH, "2026-03-09", "2026-04-09", "A-3", 19, True, ("date",)),
    "a backdated voucher": (MARCH, "2026-03-09", "2026-02-09", "A-3", 19, True, ("date",)),
    "the number taken off": (MARCH, '  voucher: "A-1"\n', "", "A-1", 4, True, ("voucher:",)),
    "the number's key misspelt": (MARCH, 'voucher: "A-1"', 'vouxher: "A-1"', "A-1", 4, True, ("voucher:", "vouxher:")),
    "a balance": (MARCH, "850.50", "850.60", "", 25, True, ("amount",)),
    "a note": (MARCH, "räknad", "räknat", "", 35, True, ("comment",)),
    "an account's code": (ACCOUNTS, "1930", "1940", "", 2, True, ("code:",)),
    "a frozen voucher": (FROZEN, "189.08 SEK\n  A", "190.08 SEK\n  A", "L-1", 3, True, ("amounts",)),
    "nonsense": (MARCH, "2026-03-02 *", "2026-03-02 nonsense", "A-1", 4, True, ()),
    "a day that isn't": (MARCH, "2026-03-09", "2026-02-30", "A-3", 19, True, ()),
    "a date that is none": (MARCH, "2026-03-09", "x026-03-09", "A-3", 19, True, ()),
    "a heading for a date": (MARCH, "2026-03-09", "*026-03-09", "A-3", 19, True, ()),
    "the first date of a file": (MARCH, "2026-03-02 *", "x026-03-02 *", "A-1", 4, True, ()),
    "a quote before a date": (MARCH, "2026-03-09", '"026-03-09', "A-3", 19, True, ()),
    "a quote less": (MARCH, '"Kund AB" "Faktura 17"', '"Kund AB" Faktura 17"', "A-1", 4, True, ()),
    "a quote more": (MARCH, "Faktura 17", 'Faktura" 17', "A-1", 4, True, ()),
    "an escape less": (MARCH, '18\\""', '18""', "A-3", 19, True, ()),
    "a number by division": (MARCH, "1000.00", "1000/00", "A-1", 4, True, ()),
    "the head": (MARCH, "; kept by Anna", "; kept by Eva", "", 1, False, ()),
    "a posting out of the frozen voucher": (
        FROZEN,
        "  Assets:Bank     -189.08 SEK\n",
        "",
        "L-1",
        3,
        True,
        ("accounts", "amounts"),
    ),
}


@pytest.mark.parametrize("name", ALTERED)
def test_altered(name):
    file, old, new, voucher, line, meaning, fields = ALTERED[name]
    found = compared((SEAL,), changed(file, old, new))
    assert short(found) == [("altered", voucher, f"{file}:{line}", *fields)]
    assert found[0].meaning is meaning
    assert found[0].period == "2026-03"


def test_crlf_for_lf_changes_the_layout_of_all_and_the_meaning_of_none_but_texts_of_two_lines():
    found = compared((SEAL,), BOOK | {MARCH: BOOK[MARCH].replace("\n", "\r\n")})
    told = {(one.kind, one.voucher, one.line): one.meaning for one in found}
    assert told == {
        ("altered", "", 1): False,
        ("altered", "A-1", 4): False,
        ("altered", "A-2", 11): True,  # its narration has two lines; CR is part of it
        ("altered", "A-3", 19): False,
        ("altered", "A-4", 27): False,
        ("altered", "A-5", 31): False,
    }


@pytest.mark.parametrize("number", range(8))
def test_a_block_taken_out_is_missing(number):
    whole = blocks_of(MARCH)
    found = compared((SEAL,), BOOK | {MARCH: "".join(whole[:number] + whole[number + 1 :])})
    voucher = ["", "A-1", "A-2", "A-3", "", "A-4", "A-5", ""][number]
    line = [1, 4, 11, 19, 25, 27, 31, 35][number]
    assert short(found) == [("missing", voucher, f"{MARCH}:{line}")]


def test_a_file_that_is_gone():
    found = compared((SEAL,), {file: text for file, text in BOOK.items() if file != FROZEN})
    assert short(found) == [("missing", "", f"{FROZEN}:1"), ("missing", "L-1", f"{FROZEN}:3")]
    assert {one.note for one in found} == {"the file is gone"}


def test_a_truncated_file_names_all_that_stood_behind():
    text = BOOK[MARCH]
    cut = text[: text.index('  voucher: "A-3"')]
    found = compared((SEAL,), BOOK | {MARCH: cut})
    assert short(found) == [
        ("altered", "A-3", f"{MARCH}:19", "accounts", "amounts", "voucher:"),
        ("missing", "", f"{MARCH}:25"),
        ("missing", "A-4", f"{MARCH}:27"),
        ("missing", "A-5", f"{MARCH}:31"),
        ("missing", "", f"{MARCH}:35"),
    ]
    assert {one.note for one in found[1:]} == {"the file ends before it"}


@pytest.mark.parametrize("length", range(0, len(BOOK[MARCH].rstrip().encode()), 7))
def test_wherever_a_file_is_cut_off_all_that_is_lost_is_named(length):
    data = BOOK[MARCH].encode()
    found = compared((SEAL,), encoded(BOOK) | {MARCH: data[:length]})
    lost = [b for b in split(data) if b.start + len(data[b.start : b.end].rstrip()) > length]
    assert {one.line for one in found} == {block.line for block in lost}
    assert {one.kind for one in found} <= {"altered", "missing"}
    assert len(found) == len(lost)


def test_numbers_that_changed_places():
    book = changed(MARCH, '"A-4"', '"A-X"')
    book[MARCH] = book[MARCH].replace('"A-1"', '"A-4"').replace('"A-X"', '"A-1"')
    found = compared((SEAL,), book)
    assert short(found) == [
        ("renumbered", "A-1", f"{MARCH}:4", "voucher:"),
        ("renumbered", "A-4", f"{MARCH}:27", "voucher:"),
    ]
    assert [one.params for one in found] == [(("number", "A-4"),), (("number", "A-1"),)]


def test_one_number_changed():
    found = compared((SEAL,), changed(MARCH, '"A-3"', '"A-33"'))
    assert short(found) == [("renumbered", "A-3", f"{MARCH}:19", "voucher:")]


def test_vouchers_that_say_the_same_but_for_their_number_changing_it_are_only_out_of_order():
    """A-4 and A-5 are alike to the last letter: what was A-5 stands before what was A-4."""
    book = BOOK | {MARCH: BOOK[MARCH].replace("A-4", "A-X").replace("A-5", "A-4").replace("A-X", "A-5")}
    found = compared((SEAL,), book)
    assert [(one.kind, one.meaning) for one in found] == [("moved", False)]


def test_another_order():
    found = compared((SEAL,), BOOK | {MARCH: HEAD + A3 + A1 + A2 + BALANCE + A4 + A5 + NOTE})
    assert short(found) == [("moved", "A-3", f"{MARCH}:4")]
    assert found[0].params == (("file", MARCH), ("line", "19"))
    assert not found[0].meaning


def test_another_file():
    found = compared((SEAL,), BOOK | {MARCH: BOOK[MARCH].replace(A3, ""), APRIL: BOOK[APRIL] + A3})
    assert short(found) == [("moved", "A-3", f"{APRIL}:9")]


def test_backdated_into_another_file():
    february = "books/2026/2026-02.beancount"
    moved = A3.replace("2026-03-09", "2026-02-09")
    found = compared((SEAL,), BOOK | {MARCH: BOOK[MARCH].replace(A3, ""), february: moved})
    assert short(found) == [("altered", "A-3", f"{february}:1", "date")]


def test_a_file_renamed():
    book = {file.replace("03.closed", "05.closed"): text for file, text in BOOK.items()}
    assert short(compared((SEAL,), book)) == [
        ("missing", "", f"{FROZEN}:1"),
        ("moved", "L-1", f"{FROZEN.replace('03', '05')}:3"),
    ]


LATE = '2026-03-15 * "Late" "Faktura 16"\n  voucher: "A-7"\n  Assets:Bank 5 SEK\n  Income:Sales\n'


@pytest.mark.parametrize("file", [MARCH, APRIL])
def test_inserted(file):
    found = compared((SEAL,), BOOK | {file: BOOK[file] + LATE})
    assert [(one.kind, one.voucher, one.file, one.period) for one in found] == [("inserted", "A-7", file, "2026-03")]


def test_inserted_before_the_first_month_that_was_ever_closed():
    found = compared((SEAL,), BOOK | {APRIL: BOOK[APRIL] + LATE.replace("2026-03", "2024-12")})
    assert [(one.kind, one.voucher, one.period) for one in found] == [("inserted", "A-7", "2024-12")]


def test_a_copy_of_a_sealed_voucher_is_inserted():
    found = compared((SEAL,), BOOK | {MARCH: HEAD + A1 + A1 + A2 + A3 + BALANCE + A4 + A5 + NOTE})
    assert [(one.kind, one.voucher) for one in found] == [("inserted", "A-1")]


def test_an_account_may_be_opened_later_with_an_early_date():
    book = BOOK | {ACCOUNTS: BOOK[ACCOUNTS] + '2026-01-01 open Assets:Till SEK\n  code: "1910"\n'}
    assert compared((SEAL,), book) == []
    book[ACCOUNTS] += "2026-01-01 close Assets:Till\n"
    assert [(one.kind, one.line) for one in compared((SEAL,), book)] == [("inserted", 9)]


def test_a_month_that_is_open_again_takes_new_vouchers_and_keeps_the_old():
    again = sealed(BOOK, "2026-03", SEAL, kind="reopen")
    book = BOOK | {MARCH: BOOK[MARCH] + LATE}
    assert compared((SEAL, again), book) == []
    closed = sealed(book, "2026-03", SEAL, again)
    assert [entry.voucher for entry in closed.draft.entries] == ["A-7"]
    assert compared((SEAL, again, closed), book) == []
    assert [(one.kind, one.voucher) for one in compared((SEAL, again, closed), BOOK)] == [("missing", "A-7")]
    book[MARCH] = book[MARCH].replace("Faktura 17", "Faktura 71")
    assert [(one.kind, one.voucher) for one in compared((SEAL, again), book)] == [("altered", "A-1")]


def test_a_voucher_replaced_by_another():
    found = compared((SEAL,), BOOK | {MARCH: BOOK[MARCH].replace(A3, LATE)})
    assert sorted((one.kind, one.voucher) for one in found) == [("inserted", "A-7"), ("missing", "A-3")]


def test_sealed_text_inside_quotes_of_a_new_text_is_missing():
    """The bytes are all there; Beancount doesn't see them any more."""
    new = '2026-04-03 note Assets:Bank "\n'
    book = BOOK | {MARCH: HEAD + A1 + new + BALANCE + '"\n' + A2 + A3 + A4 + A5 + NOTE}
    found = compared((SEAL,), book)
    assert short(found) == [("missing", "", f"{MARCH}:12")]
    assert found[0].note == "it stands in a text in quotes that begins at line {line}"
    assert found[0].params == (("line", "11"),)


#: The same book with comments directly above its vouchers.
ABOVE = "; seen by Eva\n# and by Ali\n"
NOTED = BOOK | {MARCH: HEAD + A1 + ABOVE + A2 + "; C\n" + A3 + "; D\n" + BALANCE + ABOVE + A4 + A5 + NOTE}
NOTES = sealed(NOTED)


def test_a_comment_above_a_new_account_is_nothing_of_the_sealed_one_before_it():
    """What a bookkeeper does in accounts.beancount: a heading, and an account of today below it."""
    book = BOOK | {ACCOUNTS: BOOK[ACCOUNTS] + "; the shop\n* Till\n2026-04-01 open Assets:Till SEK\n"}
    assert compared((SEAL,), book) == []
    assert compared((SEAL,), BOOK | {MARCH: BOOK[MARCH] + "; April\n" + BOOK[APRIL].split("\n", 2)[2]}) == []


def test_a_comment_behind_all_is_of_the_last_voucher_until_an_entry_stands_below_it():
    """Two who add a line each: the first one's comment is told, and no more when the second has an entry below it."""
    book = BOOK | {MARCH: BOOK[MARCH] + "; to be asked\n"}
    (found,) = compared((SEAL,), book)
    assert (short([found]), found.meaning) == ([("altered", "", f"{MARCH}:35")], False)
    book[MARCH] += '2026-04-02 note Assets:Bank "asked"\n'
    assert compared((SEAL,), book) == []
    # Sealed with its last comment, a voucher keeps it only above an empty line.
    seal = sealed(book := BOOK | {MARCH: BOOK[MARCH] + "; to be asked\n"})
    new = '2026-04-02 note Assets:Bank "asked"\n'
    assert compared((seal,), book | {MARCH: book[MARCH] + "\n" + new}) == []
    (found,) = compared((seal,), book | {MARCH: book[MARCH] + new})
    assert (short([found]), found.meaning) == ([("altered", "", f"{MARCH}:35")], False)
    late = new.replace("04-02", "03-30")
    found = compared((seal,), book | {MARCH: book[MARCH] + late})
    assert short(found) == [("altered", "", f"{MARCH}:35"), ("inserted", "", f"{MARCH}:37")]


@pytest.mark.parametrize(
    ("old", "new", "voucher", "line", "meaning"),
    [
        ("; C\n", "; B\n", "A-3", 22, False),
        ("; C\n", "", "A-3", 21, False),
        ("; C\n", "; C\n; more\n", "A-3", 23, False),
        ("; C\n", "; C\n\n", "A-3", 23, False),
        ("2026-03-09 *", "x026-03-09 *", "A-3", 22, True),
        ("2026-03-09 *", "2026-02-30 *", "A-3", 22, True),
        ("250.50 SEK\n  I", "260.50 SEK\n  I", "A-3", 22, True),
        ("by Ali\n2026-03-05 *", "by Ali\n2026-03-06 *", "A-2", 13, True),
        ("; C\n", '"C\n', "A-3", 22, False),  # A-2 is to blame: the quote stands behind it
    ],
)
def test_a_voucher_with_comments_above_is_told_at_its_own_line(old, new, voucher, line, meaning):
    assert NOTED[MARCH].count(old) == 1, old
    found = compared((NOTES,), NOTED | {MARCH: NOTED[MARCH].replace(old, new)})
    assert (voucher, line, meaning) in [(one.voucher, one.line, one.meaning) for one in found]
    assert {one.voucher for one in found} <= {voucher, "A-1", "A-2"}  # the one before, whose comment it may be now


def test_with_comments_above_a_voucher_taken_out_is_missing_and_an_empty_line_is_none():
    assert compared((NOTES,), NOTED) == []
    whole = [NOTED[MARCH].encode()[b.start : b.end].decode() for b in split(NOTED[MARCH].encode())]
    assert "".join(whole[:3]) == HEAD + A1 + ABOVE + A2
    assert compared((NOTES,), NOTED | {MARCH: "\n".join(whole)}) == []
    for number, (voucher, line) in enumerate([("", 1), ("A-1", 4), ("A-2", 13), ("A-3", 22)]):
        found = compared((NOTES,), NOTED | {MARCH: "".join(whole[:number] + whole[number + 1 :])})
        assert short(found) == [("missing", voucher, f"{MARCH}:{line}")]


def test_a_broken_quote_hides_vouchers_and_their_comments_once():
    """A-1's quote goes on to the one in the last comment of A-2; what stands behind, A-3 to the end, is as it was."""
    book = NOTED | {MARCH: NOTED[MARCH].replace('"Kund AB" "Faktura 17"', '"Kund AB" Faktura 17"')}
    (found,) = compared((NOTES,), book)
    assert (short([found]), found.params) == ([("altered", "A-1", f"{MARCH}:4")], (("count", "1"),))


def test_sealed_text_and_its_comment_in_quotes_of_a_new_text_is_missing():
    new = '2026-04-03 note Assets:Bank "\n'
    book = NOTED | {
        MARCH: HEAD + A1 + ABOVE + A2 + "; C\n" + A3 + new + "; D\n" + BALANCE + '"\n' + ABOVE + A4 + A5 + NOTE
    }
    found = compared((NOTES,), book)
    assert short(found) == [("missing", "", f"{MARCH}:30")]
    assert found[0].params == (("line", "28"),)


def test_a_voucher_made_a_comment():
    commented = "".join(f"; {line}\n" for line in A3.rstrip().split("\n"))
    found = compared((SEAL,), BOOK | {MARCH: HEAD + A1 + A2 + commented + BALANCE + A4 + A5 + NOTE})
    assert short(found) == [("missing", "A-3", f"{MARCH}:19"), ("altered", "", f"{MARCH}:24")]
    assert [one.meaning for one in found] == [True, False]  # it stands above the balance now


def test_one_broken_quote_is_told_once_with_what_it_hides():
    book = changed(MARCH, '"Kund AB" "Faktura 17"', '"Kund AB" Faktura 17"')
    (found,) = compared((SEAL,), book)
    assert found.params == (("count", "1"),)  # A-2; the quote in its last comment sets things right again for A-3
    # What stands behind it is looked at all the same.
    book[MARCH] = book[MARCH].replace("250.50 SEK\n  I", "260.50 SEK\n  I")
    assert short(compared((SEAL,), book)) == [
        ("altered", "A-1", f"{MARCH}:4"),
        ("altered", "A-3", f"{MARCH}:19", "amounts"),
    ]


def test_lines_put_before_the_first_date():
    found = compared((SEAL,), changed(MARCH, "; March 2026", "; new\n; March 2026"))
    assert short(found) == [("altered", "", f"{MARCH}:1")]
    (found,) = compared((SEAL,), changed(MARCH, "; March 2026", '"; March 2026'))
    assert short([found]) == [("altered", "", f"{MARCH}:1")]
    assert found.params == (("count", "2"),)  # the quote in its last comment ends it
    bare = BOOK | {MARCH: BOOK[MARCH].removeprefix(HEAD)}
    found = compared((sealed(bare),), bare | {MARCH: "; new\n\n" + bare[MARCH]})
    assert short(found) == [("inserted", "", f"{MARCH}:1")]


def test_everything_altered_at_once():
    book = BOOK | {MARCH: BOOK[MARCH].replace("Bank", "Bunk")}
    told = [(one.kind, one.voucher, one.fields) for one in compared((SEAL,), book)]
    assert told == [
        ("altered", "A-1", ("accounts",)),
        ("altered", "A-2", ("accounts",)),
        ("altered", "A-3", ("accounts",)),
        ("altered", "", ("account",)),
        ("altered", "A-4", ("accounts",)),
        ("altered", "A-5", ("accounts",)),
        ("altered", "", ("account",)),
    ]


def test_the_same_number_in_another_year_is_another_voucher():
    """A-3 of 2026 is gone; A-3 of 2027, which is open, isn't what has become of it."""
    new = '2027-01-09 * "Kund CC"\n  voucher: "A-3"\n  Assets:Bank 7 SEK\n  Income:Sales\n'
    book = BOOK | {MARCH: BOOK[MARCH].replace(A3, ""), "books/2027/2027-01.beancount": new}
    assert [(one.kind, one.voucher) for one in compared((SEAL,), book)] == [("missing", "A-3")]


def test_what_no_readable_seal_holds_is_not_told_inserted():
    second = sealed(BOOK, "2026-04", SEAL)
    assert [entry.voucher for entry in second.draft.entries] == ["A-6", ""]
    assert compared((SEAL, second), BOOK) == []
    assert compared((SEAL,), BOOK, unreadable={"2026-04"}) == []
    assert {one.period for one in compared((second,), BOOK)} == {"2025-01", "2026-03"} - {"2025-01"}
    assert compared((second,), BOOK, unreadable={"2026-03"}) == []
    assert compared((second,), BOOK, unreadable={""}) == []


def test_what_is_older_than_the_first_month_is_late_only_while_that_one_is_closed():
    """The first seal holds all that is older. Where it can't be read, or its month is open again, it may be new."""
    old = BOOK | {APRIL: BOOK[APRIL] + LATE.replace("2026-03", "2026-01")}
    again = sealed(BOOK, "2026-03", SEAL, kind="reopen")
    assert [(one.kind, one.period) for one in compared((SEAL,), old)] == [("inserted", "2026-01")]
    assert compared((SEAL, again), old) == []
    assert compared((SEAL,), old, unreadable={"2026-02"}) == []
    assert [(one.kind, one.period) for one in compared((SEAL,), old, unreadable={"2026-05"})] == [
        ("inserted", "2026-01")
    ]


def test_late_postings_are_what_no_seal_holds():
    book = changed(MARCH, "250.50 SEK\n  I", "260.50 SEK\n  I")
    book[APRIL] += LATE
    files = encoded(book)
    (late,) = unsealed((SEAL,), files, parse_of(files))
    assert (late.file, late.block.line, late.meaning and late.meaning.voucher) == (APRIL, 9, "A-7")


@pytest.mark.parametrize("more", ["; a comment\n\n", "  Assets:Bank  1 SEK\n", "20260401 lost its hyphens\n"])
def test_lines_put_behind_a_sealed_voucher_make_it_no_late_posting(more):
    """They belong to the sealed block before them: altered, but nothing new is dated there."""
    book = BOOK | {MARCH: HEAD + A1 + A2 + A3 + more + BALANCE + A4 + A5 + NOTE}
    files = encoded(book)
    assert list(unsealed((SEAL,), files, parse_of(files))) == []
    assert [(one.kind, one.voucher) for one in compared((SEAL,), book)] == [("altered", "A-3")]


def notes(count: int, account: str) -> dict[str, str]:
    return {MARCH: "".join(f'2026-03-01 note {account} "{n}"\n' for n in range(count))}


@pytest.mark.parametrize("count", [60, 70])
def test_many_side_by_side_that_have_no_number(count):
    """Seventy times seventy pairs are not compared one by one; each is named by its place all the same."""
    found = compared((sealed(notes(count, "Assets:Bank")),), notes(count, "Assets:Bunk"))
    assert short(found) == [("altered", "", f"{MARCH}:{n}", "account") for n in range(1, count + 1)]


def test_what_a_broken_quote_hides_is_read_all_the_same():
    """Every other voucher has an even number of quotes: A-2 to the end stand inside one text after another."""
    entry = '2026-03-0{n} * "Kund {n}"\n  voucher: "A-{n}"\n  Assets:Bank  {n} SEK\n  Income:Sales\n'
    book = {MARCH: "".join(entry.format(n=n) for n in range(1, 6))}
    broken = {MARCH: book[MARCH].replace('"Kund 1"', '"Kund 1').replace("3 SEK", "4 SEK")}
    found = compared((sealed(book),), broken)
    assert short(found) == [("altered", "A-1", f"{MARCH}:1"), ("altered", "A-3", f"{MARCH}:9", "amounts")]
    assert found[0].params == (("count", "3"),)
    lone = {MARCH: book[MARCH].replace("2026-03-03", "x026-03-03")}
    assert [one.note for one in compared((sealed(book),), lone)] == ["it can't be read any more"]


@pytest.mark.parametrize(
    ("places", "kept"),
    [
        ([], set()),
        ([5], {0}),
        ([1, 2, 3], {0, 1, 2}),
        ([3, 1, 2], {1, 2}),
        ([2, 3, 1, 4], {0, 1, 3}),
        ([1, 9, 2, 3], {0, 2, 3}),
    ],
)
def test_longest_row(places, kept):
    assert longest_row(places) == kept
