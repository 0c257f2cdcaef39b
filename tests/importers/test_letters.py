"""Letters from bytes: what a mark or the bytes themselves show; a mixture of two encodings is refused."""

import pytest

from importers.letters import head_text, not_utf8, read_text
from importers.problems_tables import TableEncoding


def refused(data, declared=None):
    with pytest.raises(TableEncoding) as caught:
        read_text(data, "f.csv", declared)
    return caught.value


@pytest.mark.parametrize(
    ("data", "declared", "expected"),
    [
        (b"abc", None, "abc"),
        ("öre".encode(), None, "öre"),
        ("öre".encode("utf-8-sig"), None, "öre"),
        ("öre".encode("cp1252"), None, "öre"),
        ("köp – öre €".encode("cp1252"), None, "köp – öre €"),
        ("öre".encode("utf-16"), None, "öre"),
        ("öre".encode("utf-16-be"), "utf-16", None),  # without a mark nobody knows which half comes first
        (b"\xfe\xff" + "öre".encode("utf-16-be"), None, "öre"),
        ("öre".encode("latin-1"), "latin-1", "öre"),
        ("öre".encode("cp1252"), "cp1252", "öre"),
        ("öre".encode("cp1252"), "utf-8", None),
        ("öre".encode(), "cp1252", None),  # would be Ã¶re
        ("öre".encode(), "latin-1", None),
        ("öre".encode("utf-8-sig"), "utf-16", None),
        (b"a\xf6 \x81", None, None),  # a byte that cp1252 doesn't have
        (b"a\xf6 \x81", "latin-1", None),  # a control character
        ("öre öre ö".encode()[:-1], None, None),  # cut within a letter
        ("öre öre ".encode() + b"\xf6", None, None),  # two encodings in one file
        (b"a\x00b", None, None),
        ("öre".encode("utf-16-le"), None, None),  # zero bytes, no mark
        ("a\u0085b".encode(), None, None),
        (b"\xed\xa0\x80", "utf-8", None),  # half of a pair
    ],
)
def test_letters_are_read_by_what_is_certain(data, declared, expected):
    if expected is None:
        refused(data, declared)
    else:
        assert read_text(data, "f.csv", declared) == expected


def test_wrong_letters_name_their_line():
    assert refused(b"a\nb\n\xf6\x81\n").line == 3
    assert refused(b"a\nb\x00\n").line == 2


def test_a_beginning_may_end_within_a_letter():
    assert head_text("Bokföring".encode()[:5]).startswith("Bokf")
    assert head_text("Bokföring".encode("cp1252")) == "Bokföring"
    assert head_text("Bokföring".encode("utf-16")) == "Bokföring"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"abc", None),
        ("å\nö".encode(), None),
        ("a\nå\nö".encode("cp1252"), (2, False)),
        ("å\nö\n".encode() + b"\xe5", (3, True)),  # cut off within a letter
        ("å\nö\n".encode() + b"\xe5\n", (3, True)),  # two are right, one is wrong
        ("å\n".encode() + b"\xe4\n", (2, True)),  # one is right, one is wrong
        ("å\n".encode() + "åäö\n".encode("cp1252"), (2, False)),  # one is right, three are wrong
    ],
)
def test_what_isnt_utf8_is_a_code_page_or_damaged(data, expected):
    assert not_utf8(data) == expected
