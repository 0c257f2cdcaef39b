"""The elements of a large XML file one after the other; what was handed on is forgotten at once.

A statement of 100,000 entries has millions of elements; as a tree they would fill a gigabyte. The file is hostile until
it is read: no DOCTYPE, no entities, nothing from the network, nothing repaired; what stands in memory at any time is
limited. Nothing that was handed on may be believed before the end: only then is it known that the file is whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from importers.problems import XmlRefused
from importers.progress import stage
from importers.xml import STRICT, check_doctype
from ledger.messages import N_, say

#: What was found in an element, by path: a text, an amount with its currency, or a list of either or of such tables.
Found = dict[str, Any]

#: What a child element is: texts, an amount, texts of all such, more inside, either a text or more, a table of its own.
TEXT, MONEY, LIST, INNER, EITHER, MANY = range(6)
Step = tuple[int, str, "Shape | None"]

CHUNK = 1 << 16
LOOK = 1 << 20
#: Elements and attributes that may stand in memory beside what is handed on. A real header has some hundred.
MOST_HELD = 50_000
#: Equals signs after the last tag's beginning: a tag of millions of attributes would fill the memory at once.
MOST_ATTRIBUTES = 5_000
#: Names of elements that are kept; a file of more is read all the same.
MOST_TAGS = 2_000
READING = N_("Reading the file")


class Shape(dict[str, "Step | None"]):
    """Which parts of an element are looked at; all others are passed over unread.

    Names are local: each tag of a file is looked up once, whatever its namespace.

    Args:
        paths: `A/B`: the text of the first B in the first A that has one; `A/B*`: those of all of them; `A/B@Ccy`: text
            and attribute.
        many: by path, the shape of elements that may come again: a table for each.
    """

    def __init__(self, *paths: str, many: Mapping[str, Shape] | None = None) -> None:
        super().__init__()
        self.steps: dict[str, Step] = {}
        for path in paths:
            kind = LIST if path.endswith("*") else MONEY if path.endswith("@Ccy") else TEXT
            self._add(path.removesuffix("*").removesuffix("@Ccy"), path, kind, None)
        for path, shape in (many or {}).items():
            self._add(path, path, MANY, shape)

    def _add(self, path: str, slot: str, kind: int, many: Shape | None) -> None:
        name, _, rest = path.partition("/")
        known, known_slot, inner = self.steps.get(name, (INNER, "", None))
        if rest:
            inner = Shape() if inner is None else inner
            inner._add(rest, slot, kind, many)  # noqa: SLF001  its own kind
            self.steps[name] = (known if known == INNER else EITHER, known_slot, inner)
        elif inner is None:
            self.steps[name] = (kind, slot, many)
        else:
            assert kind == TEXT
            self.steps[name] = (EITHER, slot, inner)

    def __missing__(self, tag: str) -> Step | None:
        step = self.steps.get(tag.rpartition("}")[2]) if isinstance(tag, str) else None
        if len(self) < MOST_TAGS:
            self[tag] = step
        return step

    def read(self, element: etree._Element, found: Found | None = None) -> Found:
        """What an element holds of this shape; texts as they stand, without white space around them."""
        found = {} if found is None else found
        for child in element:
            step = self[child.tag]
            if step is None:
                continue
            kind, slot, inner = step
            if kind == EITHER:
                kind = INNER if len(child) else TEXT
            if kind == TEXT:
                if slot not in found and (text := (child.text or "").strip()):
                    found[slot] = text
            elif kind == INNER:
                assert inner is not None
                inner.read(child, found)
            elif kind == MONEY:
                found.setdefault(slot, ((child.text or "").strip(), child.get("Ccy", "")))
            elif kind == LIST:
                found.setdefault(slot, []).append((child.text or "").strip())
            else:
                assert inner is not None
                found.setdefault(slot, []).append(inner.read(child))
        return found


class Stream:
    """A file that is being read.

    Args:
        data: its bytes.
        name: its name in problems.
        tags: local names of elements that are handed on once they have ended.

    Attributes:
        root: the file's outermost element; None before the first element is handed on.
    """

    def __init__(self, data: bytes, name: str, tags: tuple[str, ...]) -> None:
        self.data = data
        self.name = name
        self.root: etree._Element | None = None
        self._parser = etree.XMLPullParser(
            events=("end",),
            tag=tuple(f"{{*}}{tag}" for tag in tags),
            remove_comments=True,
            remove_pis=True,
            collect_ids=False,
            **STRICT,
        )

    def elements(self) -> Iterator[etree._Element]:
        """Each element that has ended. Whoever takes it forgets it.

        Raises:
            XmlRefused: the file is damaged, cut off, has a DOCTYPE, or holds more than any statement.
        """
        try:
            attributes = 0
            for at in range(0, len(self.data), CHUNK):
                piece = self.data[at : at + CHUNK]
                tag = piece.rfind(b"<")
                attributes = piece.count(b"=", max(tag, 0)) + (attributes if tag < 0 else 0)
                if attributes > MOST_ATTRIBUTES:
                    raise self._too_much()
                self._parser.feed(piece)
                yield from self._read()
                if at % LOOK == 0:
                    self._look(at)
                    stage(READING, at, len(self.data))
            self.root = self._parser.close()
            yield from self._read()
            self._look(0)
        except etree.XMLSyntaxError as error:
            raise XmlRefused(file=self.name, line=error.lineno or None, reason=str(error.msg)) from None
        except ValueError as error:  # bytes that are no letters of the encoding that the file names
            raise XmlRefused(file=self.name, reason=str(error)) from None

    def _read(self) -> Iterator[etree._Element]:
        events: Any = self._parser.read_events()
        for _, element in events:
            if self.root is None:
                self.root = element.getroottree().getroot()
                self._look(0)
            yield element

    def _look(self, at: int) -> None:
        """Refuse a DOCTYPE, and elements that pile up because nobody takes them."""
        if self.root is None:
            if at:
                raise self._too_much()
            return
        check_doctype(self.root, self.name)
        held = 0
        for element in self.root.iter():
            held += 1 + len(element.attrib)
            if held > MOST_HELD:
                raise self._too_much()

    def _too_much(self) -> XmlRefused:
        return XmlRefused(file=self.name, reason=say(N_("it holds more than any bank statement")))


def forget(element: etree._Element) -> None:
    """Take an element out of the tree."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def text(found: Found, *slots: str) -> str:
    """The first text among some, white space folded."""
    for slot in slots:
        if slot in found:
            return " ".join(found[slot].split())
    return ""
