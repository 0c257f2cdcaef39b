"""Blocks: where a directive begins is where Beancount's own parser says it does; and no byte is outside all blocks."""

from __future__ import annotations

import datetime as dt
import random
from hashlib import sha256

import pytest
from beancount.parser import lexer, parser
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.seals.blocks import behind_comments, split


def starts(text: str) -> list[tuple[int, dt.date]]:
    """Line and date of every block that has one."""
    return [(block.line, block.date) for block in split(text.encode()) if block.date]


def parsed(text: str) -> tuple[list[tuple[int, dt.date]], bool]:
    """Line and date of every entry that Beancount's parser finds, and whether it found nothing wrong."""
    entries, errors, _ = parser.parse_string(text)
    return sorted((entry.meta["lineno"], entry.date) for entry in entries), not errors


def begins(text: str) -> list[int]:
    """On which line each block that has a date begins."""
    data = text.encode()
    return [data.count(b"\n", 0, block.start) + 1 for block in split(data) if block.date]


def commented(text: str) -> list[int]:
    """Where each entry begins with the comments directly above it, as Beancount's lexer and parser see the lines."""
    spoken: set[int] = set()
    for name, line, written, _ in lexer.lex_iter_string(text):
        if name != "EOL":
            spoken |= set(range(line - written.count(b"\n"), line + 1))
    rows = text.split("\n")
    found = []
    for line, _ in parsed(text)[0]:
        first = line
        while first > 1 and first - 1 not in spoken and rows[first - 2].strip(" \t\r"):
            first -= 1
        found.append(first)
    return found


def tiles(data: bytes) -> None:
    """The blocks lie side by side from the first byte to the last, and their hashes are of their bytes."""
    blocks = split(data)
    assert bool(blocks) is bool(data)
    assert (blocks[-1].end if blocks else 0) == len(data)
    assert b"".join(data[block.start : block.end] for block in blocks) == data
    position = 0
    for number, block in enumerate(blocks):
        assert block.start == position < block.end
        assert not block.start or data[block.start - 1] == ord("\n")
        dated = behind_comments(data, block.start) if block.date else block.start
        assert block.start <= dated < block.end
        assert block.line == data.count(b"\n", 0, dated) + 1
        assert block.date is not None or number == 0
        assert block.raw == sha256(data[block.start : block.end].rstrip(b"\r\n")).hexdigest()
        position = block.end


BOOK = """\
; March

; as in 2025
2026-03-01 open Assets:Bank SEK

2026-03-02 * "Kiosk" "Coffee"
  voucher: "A-1"
  Expenses:Food   30 SEK ; dear
  Assets:Bank
; still to be paid back

; the rent, see the contract
* Rent
2026-03-03 balance Assets:Bank -30 SEK
  ; indented

; April
"""


def test_a_file_is_its_head_and_its_directives_with_the_comments_directly_above():
    data = BOOK.encode()
    texts = [(b.line, b.date and b.date.isoformat(), data[b.start : b.end].decode()) for b in split(data)]
    assert texts == [
        (1, None, "; March\n\n"),
        (4, "2026-03-01", "; as in 2025\n2026-03-01 open Assets:Bank SEK\n\n"),
        (
            6,
            "2026-03-02",
            (
                '2026-03-02 * "Kiosk" "Coffee"\n  voucher: "A-1"\n  Expenses:Food   30 SEK ; dear\n  Assets:Bank\n'
                "; still to be paid back\n\n"
            ),
        ),
        (
            14,
            "2026-03-03",
            "; the rent, see the contract\n* Rent\n2026-03-03 balance Assets:Bank -30 SEK\n  ; indented\n\n; April\n",
        ),
    ]
    tiles(data)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        # Directly above: with every kind of line end; what stands above an empty line is somebody else's.
        ("; a\n2026-03-01 open Assets:A\n", [1]),
        ("; a\r\n; b\r\n2026-03-01 open Assets:A\r\n", [1]),
        ("; a\n\n2026-03-01 open Assets:A\n", [3]),
        ("; a\n \t\n2026-03-01 open Assets:A\n", [3]),
        ("; a\r\n\r\n; b\r\n2026-03-01 open Assets:A\r\n", [3]),
        ("2026-03-01 open Assets:A\n; b\n2026-03-02 open Assets:B\n; the last\n", [1, 2]),
        ("2026-03-01 open Assets:A\n; a\n\n; b\n2026-03-02 open Assets:B\n", [1, 4]),
        # What the lexer passes over.
        ("2026-03-01 open A:B\n* Sales\n2026-03-02 open A:C\n# more\n! and\n2026-03-03 open A:D\n", [1, 2, 4]),
        ("2026-03-01 open Assets:A\n** Sales\n; and\n:more:\n2026-03-02 open Assets:B\n", [1, 2]),
        ("2026-03-01 open Assets:A\n*\n2026-03-02 open Assets:B\n", [1, 3]),  # it doesn't pass over this
        # Indented ones and those behind words are of the entry above.
        ("2026-03-01 open Assets:A\n  ; a\n2026-03-02 open Assets:B ; b\n2026-03-03 open Assets:C\n", [1, 3, 4]),
        ("2026-03-01 open Assets:A ; a\n; b\n  ; c\n; d\n2026-03-02 open Assets:B\n", [1, 4]),
        # In quotes nothing is a comment.
        ('2026-03-01 note Assets:A "a\n; b"\n2026-03-02 open Assets:B\n', [1, 3]),
        ('2026-03-01 note Assets:A "a\n; b\n; c" ; d\n; e\n2026-03-02 open Assets:B\n', [1, 4]),
        # A date that isn't one takes none.
        ("2026-03-01 open Assets:A\n; a\n2026-02-30 open Assets:B\n; b\n2026-03-02 open Assets:C\n", [1, 4]),
        # Behind a quote that nothing closes.
        ('2026-03-01 note Assets:A "a\n; b\n2026-03-02 open Assets:B\n; \\"\n2026-03-03 open Assets:C\n', [1, 2, 4]),
    ],
)  # fmt: skip
def test_which_comments_are_whose(text, lines):
    tiles(text.encode())
    if parsed(text)[1]:
        assert commented(text) == lines
    assert begins(text) == lines


def test_an_empty_line_below_a_comment_changes_whose_it_is():
    first, second = '2026-03-01 note A:B "a"', '2026-03-02 note A:B "b"'
    its, nexts = split(f"{first}\n; c\n\n{second}".encode()), split(f"{first}\n; c\n{second}".encode())
    assert [one.raw == other.raw for one, other in zip(its, nexts, strict=True)] == [False, False]
    assert split(f"{first}\n\n\n; c\n{second}\n\n".encode())[1].raw == nexts[1].raw


def test_line_ends_between_vouchers_are_nobodys():
    first, second = '2026-03-01 note A:B "a"', '2026-03-02 note A:B "b"'
    tight, wide = split(f"{first}\n{second}".encode()), split(f"{first}\n\n\r\n{second}\n\n\n".encode())
    assert [block.raw for block in tight] == [block.raw for block in wide]
    assert split(f"{first} \n".encode())[0].raw != tight[0].raw


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("\n", []),
        ("2026-03-01 open Assets:A", [1]),
        ("\n2026-03-01 open Assets:A", [2]),
        ("2026/3/1 open Assets:A\n2026-3-1 open Assets:B\n", [1, 2]),
        ("2026-03-01 open Assets:A\r\n\r\n2026-03-02 open Assets:B\r\n", [1, 3]),
        # In quotes.
        ('2026-03-01 note Assets:A "one\n2026-03-02 open Assets:B\n"\n2026-03-03 open Assets:C\n', [1, 4]),
        ('2026-03-01 note Assets:A "a \\" b\n2026-03-02 open Assets:B"\n2026-03-03 open Assets:C\n', [1, 3]),
        ('2026-03-01 note Assets:A "a \\\\"\n2026-03-02 open Assets:B\n', [1, 2]),
        ('2026-03-01 note Assets:A ""\n2026-03-02 open Assets:B\n', [1, 2]),
        # Comments and what the lexer passes over hold any quotes.
        ('2026-03-01 open Assets:A ; 5" nails\n2026-03-02 open Assets:B ; it\'s "so\n', [1, 2]),
        ('; "\n2026-03-02 open Assets:B\n; "\n', [2]),
        ('* 2026-03-01 a " heading\n2026-03-02 open Assets:B\n** "\n:drawer: "\n2026-03-03 open Assets:C\n', [2, 5]),
        ('! " \n2026-03-02 open Assets:B\n% "\n& "\n? "\n## "\n2026-03-03 open Assets:C\n', [2, 7]),
        ("; 2026-03-01 open Assets:A\n  2026-03-01 open Assets:A\n", []),
        # A return alone is a space to the lexer.
        ("2026-03-01 open Assets:A\n\r2026-03-02 open Assets:B\n \r 2026-03-03 open Assets:C\n", [1, 2, 3]),
        # No calendar has these.
        (
            "2026-02-30 open Assets:A\n2026-13-01 open Assets:A\n99999-01-01 open Assets:A\n0000-01-01 open Assets:A\n",
            [],
        ),
        # The lexer counts in 32 bits: 2 ** 32 + 2026 is 2026 to it, and so is 2 ** 64 * 5 + 2026.
        ("4294969322-01-01 open Assets:A\n92233720368547760106-00000000001-4294967297 open Assets:B\n", [1, 2]),
        # A quote that nothing closes: reading goes on behind it.
        ('2026-03-01 note Assets:A "a\n2026-03-02 open Assets:B\n', [1, 2]),
        ('2026-03-01 note Assets:A "a\\\n2026-03-02 open Assets:B\n2026-03-03 note Assets:A "b"\n', [1, 2, 3]),
        ('2026-03-01 note Assets:A "\\" \\" \\" ;\n2026-03-02 open Assets:B\n', [1, 2]),
    ],
)
def test_where_directives_begin(text, lines):
    assert [line for line, _ in starts(text)] == lines
    tiles(text.encode())
    entries, clean = parsed(text)
    assert not clean or entries == starts(text)


#: What books are made of, and what could make one lose its place in them.
PIECES = st.sampled_from(
    [
        *("2026-03-01 open Assets:A\n", '2026/3/2 * "Payee" "Narration"\n', '2026-3-04 note Assets:A "'),
        *("  Assets:A  100 SEK\n", '  voucher: "A-1"\n', "  key: 2026-03-01\n", "2026-03-05 balance Assets:A 1 SEK\n"),
        *(
            '2026-03-06 event "a" "b"\n',
            '2026-03-07 custom "x" "y" 1 SEK\n',
            '2026-03-08 * "one\n2026-03-09 open B:C\n"\n',
        ),
        *(
            '"',
            '\\"',
            "\\",
            "\\\\",
            ";",
            "; it's 5\" long",
            "\n",
            "\r\n",
            "\r",
            " ",
            "\t",
            "\n\n",
            "\n  ",
            "a",
            "å",
            "#a",
        ),
        *('* heading "\n', '! "\n', '# "\n', '#tag "\n', ': "\n', "2026-03-01", "\n2026-03-10 ", "*", "!", "#", "\\\n"),
        *("2026-02-31 close A:B\n", "02026-03-01 open Assets:D\n", '  "text"\n', "\ufeff", "1/3", "{", "}", "^link"),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_whatever_the_parser_takes_without_an_error_begins_a_block_and_nothing_else_does(text):
    tiles(text.encode())
    entries, clean = parsed(text)
    if clean:
        assert entries == starts(text)
        assert commented(text) == begins(text)


LINES = [
    '2026-03-{day:02} * "Kund {n}" "Faktura {n}" #t ^l-{n}\n  voucher: "A-{n}"\n  Assets:A   {n}.50 SEK\n  Assets:B\n',
    '2026/{n}/{day} open Assets:A{n} SEK, EUR "FIFO"\n',
    '2026-03-{day:02} note Assets:A "first\n2026-03-01 open Assets:X\n; \\"third\\" \\\\"\n  k: "v;\n* w"\n',
    '2026-03-{day:02} balance Assets:A {n} ~ 0.02 SEK ; "quoted\n',
    '2026-03-{day:02} custom "count" Assets:A {n} SEK TRUE "x\ny"\n',
    '* 2026-03-01 a heading with " in it\n',
    '; 2026-03-01 "comment\n',
    "\n",
    '  ; indented "\n',
    '!2026-03-01 "\n',
    '2026-03-{day:02} ! "Only ; one"\r\n  Assets:A  1 SEK ; "\r\n\r\n  Assets:B -1 SEK\r\n',
]


def test_thousand_books_of_odd_lines():
    """Seeded: texts that parse without an error, where dates stand in quotes, comments and headings all over."""
    clean = 0
    for seed in range(1000):
        chance = random.Random(seed)  # noqa: S311  seeded, to be the same books every time
        text = "".join(
            chance.choice(LINES).format(n=chance.randint(1, 12), day=chance.randint(1, 28))
            for _ in range(chance.randint(1, 20))
        )
        entries, fine = parsed(text)
        if fine:
            clean += 1
            assert starts(text) == entries, text
            assert begins(text) == commented(text), text
        tiles(text.encode())
    assert clean > 100


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet='"\\\n ;2026-031\r*#', max_size=200).map(str.encode))
def test_any_bytes_are_tiled(data):
    tiles(data)


def test_quotes_that_never_close_cost_no_more_than_their_length():
    """Each of 200,000 escaped quotes could be a text of its own up to the end: reading them all again takes hours."""
    data = b'2026-03-01 note A:B "' + b'\\" ' * 200_000 + b"\n2026-03-02 open A:B"
    assert [block.line for block in split(data)] == [1, 2]
    data = (b'2026-03-01 note A:B "' + b'\\" ' * 100 + b"\\\n") * 2_000
    assert len(split(data)) == 2_000
