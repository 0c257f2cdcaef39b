"""XML that strangers send: read whole and strictly, or refused with one typed problem.

No DOCTYPE, no entities, nothing from the network, nothing repaired: a parser that mends a cut-off file would give half
an invoice or half a statement. The size of the tree is limited before it is built, since twenty megabytes of empty
elements would fill a machine's memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from importers.problems import XmlRefused
from ledger.messages import N_, say

#: Elements and attributes (which weigh twice as much) that a file may have: some 320 MB in memory at worst. A real
#: file of the largest size that is read has half as many.
MOST_NODES = 2_500_000
#: Encodings in which a tag looks like a tag before it is decoded; others could hide what is counted here.
ENCODINGS = frozenset("utf-8 utf8 utf-16 utf-16le utf-16be us-ascii ascii iso-8859-1 iso-8859-15 windows-1252".split())
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s{0,10}=\s{0,10}["']([A-Za-z0-9._:-]{1,40})["']""")
_HEAD = 400
#: What every parser of strangers' files is told: nothing is fetched, resolved or repaired.
STRICT: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "recover": False,
}
#: libxml2 keeps no line beyond this one.
LAST_LINE = 65_535


def parse_xml(data: bytes, name: str, *, most: int = MOST_NODES) -> etree._Element:
    """The root of an XML file that is whole and harmless.

    Args:
        data: its bytes.
        name: the file's name in problems.
        most: how many elements and attributes it may have.

    Raises:
        XmlRefused: it is damaged, cut off, too deep, has too many elements or a DOCTYPE.
    """
    declared = _DECLARED.search(data[:_HEAD].replace(b"\0", b""))
    encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    if encoding not in ENCODINGS:
        raise XmlRefused(file=name, line=1, reason=say(N_("its encoding {encoding} is not read"), encoding=encoding))
    if data.count(b"<") + 2 * data.count(b"=") > most:
        raise XmlRefused(file=name, reason=say(N_("it has more than {count} elements and attributes"), count=most))
    try:
        root = etree.fromstring(data, etree.XMLParser(**STRICT))
    except etree.XMLSyntaxError as error:
        reason = str(error.msg)
        if "Text node too long" in reason:
            reason = say(N_("a text or an embedded document in it is larger than 10 megabytes"))
        raise XmlRefused(file=name, line=error.lineno or None, reason=reason) from None
    except ValueError as error:
        raise XmlRefused(file=name, reason=str(error)) from None
    check_doctype(root, name)
    return root


def check_doctype(root: etree._Element, name: str) -> None:
    """Refuse a file with a DOCTYPE, whatever it says.

    Raises:
        XmlRefused: it has one.
    """
    docinfo: Any = root.getroottree().docinfo
    if docinfo.doctype or docinfo.internalDTD is not None:
        raise XmlRefused(file=name, line=1, reason=say(N_("it has a DOCTYPE, which no such file needs")))


def children(node: etree._Element, tag: str | None = None) -> Iterator[etree._Element]:
    """Child elements (no comments, no processing instructions), of one full tag `{namespace}Name` where it is given."""
    for child in node:
        if isinstance(child.tag, str) and (tag is None or child.tag == tag):
            yield child


def local(node: etree._Element | None) -> str:
    """An element's name without its namespace; empty where there is none."""
    return "" if node is None else str(node.tag).rpartition("}")[2]


def line_of(node: etree._Element) -> int | None:
    """The line of the file where an element begins, where it is known."""
    line: Any = node.sourceline
    return line if line and line < LAST_LINE else None
