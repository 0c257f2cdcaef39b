"""The quick look over the bytes never passes what reading every word would refuse."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.books.guard_bytes import bytes_problems
from ledger.books.guard_names import harmless, markup_in
from ledger.books.guard_tokens import plain, scan
from ledger.books.problems_guard import BookSyntax

#: Texts tried; `SAMBOK_FUZZ=1000000` for the full number (an hour).
EXAMPLES = int(os.environ.get("SAMBOK_FUZZ", "1000"))
#: Whatever may turn a quote, a comment or a division into something else.
QUOTES = [
    '"',
    "'",
    ";",
    "\\",
    '"a"',
    '"a\nb"',
    '"\\""',
    'å"',
    "; 1/0",
    "* ",
    "!",
    "#",
    ":",
    "&",
    "?",
    "%",
    "|",
    "<b",
    "<",
]
SPACES = ["\n", "\r\n", " ", "\t"]
NUMBERS = [
    "/",
    "/0",
    "1/0",
    "1/0.0",
    "1/0.01",
    "1/0,",
    "/ 0",
    "/-0",
    "/(",
    "(",
    ")",
    ",",
    "1,2",
    "1,,2",
    "0",
    "1",
    "00",
    ".",
]
NUMBERS += ["12345678901234567", "0.000000001", "+", "-", "*", "~", "@", "{", "}"]
WORDS = [
    "x",
    "é",
    "€",
    "SEK",
    "/6J",
    "Assets:A",
    "2026-01-01",
    "2026/01/02",
    "2026/00",
    "#a",
    "#1/0",
    "^a/0",
    "^",
    "key:",
]
WORDS += ["TRUE", "txn", "option", "\0"]
WORDS += ["02026-01-01", "2026-001-01", "2026/1/002", "4294969322-1-1", "-", "2026", "001", "1"]
PIECES = QUOTES + SPACES * 4 + NUMBERS + WORDS
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def words(data: bytes) -> list:
    """What the words refuse, apart from what is no word at all (that is the grammar's to say)."""
    return [refusal for refusal in scan(data) if refusal[0] is not BookSyntax]


@settings(max_examples=EXAMPLES, deadline=None)
@given(texts)
def test_what_the_quick_look_passes_the_words_pass(text):
    data = text.encode()
    if plain(data):
        assert words(data) == []


def test_the_quick_look_is_of_use(corpus):
    """It passes nearly all good books, or it would only cost."""
    good = corpus("good")
    assert sum(plain(case.data) for case in good) >= 0.8 * len(good)


def test_the_quick_look_passes_no_bad_word(corpus):
    cases = [case for case in corpus("bad") if not bytes_problems(case.data, None) and words(case.data)]
    assert len(cases) > 20
    for case in cases:
        assert not plain(case.data), case.name


@settings(max_examples=EXAMPLES // 5, deadline=None)
@given(st.text(st.sampled_from("<>a/!?@. -=1\"'x"), max_size=40))
def test_a_foreign_text_made_harmless_holds_no_markup(text):
    assert markup_in(harmless(text)) is None
    assert harmless(text).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<script>alert(1)</script>", "< script>alert(1)< /script>"),
        ("Anna <anna@example.org>", "Anna <anna@example.org>"),
        ("5 < 6 <3 a<=b", "5 < 6 <3 a<=b"),
        ("<<b", "<< b"),
        ("<a<b<i@x>", "< a< b<i@x>"),
    ],
)
def test_harmless(text, expected):
    assert harmless(text) == expected
