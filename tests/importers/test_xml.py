"""XML from strangers: whole and harmless, or one problem with its line."""

import pytest

from importers.problems import XmlRefused
from importers.xml import children, line_of, local, parse_xml

BOMB = (
    b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
    b"<r>&c;&c;&c;</r>"
)


def test_a_whole_file_is_read_without_its_comments():
    root = parse_xml(b'<?xml version="1.0"?>\n<r xmlns="u"><!-- no --><a>1</a>\n<?p i?><b/></r>', "f.xml")
    assert [(child.tag, local(child), line_of(child)) for child in children(root)] == [
        ("{u}a", "a", 2),
        ("{u}b", "b", 3),
    ]
    assert [local(child) for child in children(root, "{u}b")] == ["b"]


@pytest.mark.parametrize(
    "content",
    [
        "<r>å</r>".encode(),
        b"\xef\xbb\xbf<r>\xc3\xa5</r>",
        '<?xml version="1.0" encoding="UTF-16"?><r>å</r>'.encode("utf-16"),
        '<?xml version="1.0" encoding="ISO-8859-1"?><r>å</r>'.encode("latin-1"),
        "<?xml version='1.0' encoding='windows-1252'?><r>å</r>".encode("cp1252"),
    ],
)
def test_encodings_of_the_field_are_read(content):
    assert parse_xml(content, "f.xml").text == "å"


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"<r><a></r>", 1, "mismatch"),
        (b"<r>\n<a>", 2, "end"),
        (b"<r/><r/>", 1, "Extra content"),
        (b"", 1, "empty"),
        (b"no xml", 1, "Start tag"),
        (b"<r>&unknown;</r>", 1, "Entity"),
        (b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>', 1, "DOCTYPE"),
        (b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>', 1, "DOCTYPE"),
        (BOMB, 1, ""),
        (b"<a>" * 300 + b"</a>" * 300, 1, "depth"),
        (b"<r>\xff\xfe</r>", 1, ""),
        (b'<?xml version="1.0" encoding="UTF-7"?>+ADw-r/+AD4-', 1, "utf-7"),
        (b'<?xml version="1.0" encoding="IBM037"?><r/>', 1, "ibm037"),
        ('<?xml version="1.0" encoding="utf-7"?><r/>'.encode("utf-16"), 1, "utf-7"),
        (b"<r>" + b"x" * 10_500_000 + b"</r>", 1, "larger than 10 megabytes"),
    ],
)
def test_anything_else_is_refused_with_its_line(content, line, reason):
    with pytest.raises(XmlRefused) as caught:
        parse_xml(content, "f.xml")
    assert caught.value.file == "f.xml"
    assert caught.value.line == line
    assert reason.lower() in caught.value.params["reason"].lower()


def test_a_tree_that_would_fill_the_memory_is_refused_before_it_is_built():
    assert len(parse_xml(b"<r>" + b"<a/>" * 96 + b"</r>", "f.xml", most=98)) == 96
    for content in (b"<r>" + b"<a/>" * 97 + b"</r>", b'<r a="1" b="1">' + b"<a/>" * 93 + b"</r>"):
        with pytest.raises(XmlRefused, match="more than 98 elements"):
            parse_xml(content, "f.xml", most=98)
