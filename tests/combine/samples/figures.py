"""An example's expected figures, each of which a test must compare or say why it can't."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?")


@dataclass
class Figures:
    """A tree of expected figures, and which of them were compared.

    Attributes:
        tree: as the example's file has it.
        done: paths of leaves that were compared or explained.
    """

    tree: Any
    done: set[tuple[str, ...]] = field(default_factory=set)

    def at(self, path: str) -> Any:
        """The part of the tree at `a.b.0`; without marking it as compared."""
        found = self.tree
        for part in _parts(path):
            found = found[int(part)] if isinstance(found, list) else found[part]
        return found

    def number(self, path: str) -> Decimal:
        """A figure that the test computes with; it counts as compared."""
        self.done |= set(_leaves(self.at(path), _parts(path)))
        return Decimal(self.at(path))

    def compare(self, path: str, found: object) -> None:
        """The figure, or all figures below `path`, are what was found: amounts by value, words literally."""
        wanted = self.at(path)
        assert _plain(found) == _plain(wanted), f"{path}: found {found}, expected {wanted}"
        self.done |= set(_leaves(wanted, _parts(path)))

    def explain(self, path: str, why: str) -> None:
        """What is no figure of ours: a sentence, or a figure of another method."""
        assert why
        self.done |= set(_leaves(self.at(path), _parts(path)))

    @property
    def left(self) -> list[str]:
        """What nobody has looked at."""
        return sorted(".".join(path) for path in set(_leaves(self.tree, ())) - self.done)


@dataclass
class Published:
    """The figures that the example's source has printed, as sentences with numbers."""

    lines: list[str]
    done: set[str] = field(default_factory=set)

    def compare(self, line: str, *found: Decimal | int | str) -> None:
        """The numbers of a printed line, without their signs, are what was found, rounded as printed."""
        assert line in self.lines, line
        wanted = [Decimal(text.replace(",", "")).copy_abs() for text in NUMBER.findall(line)]
        got = [abs(Decimal(x)).quantize(w) for x, w in zip(found, wanted, strict=True)]
        assert got == wanted, f"{line}: found {found}"
        self.done.add(line)

    def explain(self, line: str, why: str) -> None:
        """A sentence that has no figure of its own."""
        assert line in self.lines, line
        assert why
        self.done.add(line)

    @property
    def left(self) -> list[str]:
        """What nobody has looked at."""
        return [line for line in self.lines if line not in self.done]


@dataclass
class Example:
    """One example's file."""

    case: Mapping[str, Any]
    expected: Figures
    published: Published

    @classmethod
    def read(cls, file: Path) -> Example:
        """Read a file of `samples/consolidation`."""
        case = json.loads(file.read_text(encoding="utf-8"))
        return cls(case, Figures(case["expected"]), Published(list(case["published_figures"])))

    def entity(self, name: str) -> Mapping[str, Any]:
        """One of its units."""
        found: Mapping[str, Any] = next(e for e in self.case["entities"] if e["id"] == name)
        return found

    def figures(self, *path: str) -> Figures:
        """A tree of figures that stands beside `expected`."""
        found = self.case
        for part in path:
            found = found[part]
        return Figures(found)


def _parts(path: str) -> tuple[str, ...]:
    return tuple(path.split(".")) if path else ()


def _leaves(tree: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(tree, Mapping):
        for name, below in tree.items():
            yield from _leaves(below, (*path, name))
    elif isinstance(tree, list):
        for number, below in enumerate(tree):
            yield from _leaves(below, (*path, str(number)))
    else:
        yield path


def _plain(value: Any) -> Any:
    """Amounts as numbers, so that 640 and 640.00 are one."""
    if isinstance(value, Mapping):
        return {name: _plain(below) for name, below in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(below) for below in value]
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return Decimal(value.replace(",", ""))
    return value
