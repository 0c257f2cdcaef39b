"""Each level's own figures: a municipality's, a region's, the federation's (SPEC 10; `levels` of `unit.toml`).

Units belong to a tree of any depth. What was eliminated between two units belongs to the lowest level that both are
part of, so that it is gone from the figures of that level and of all above, and still stands in those below, where the
other unit is an outsider. A node's figures = the columns of its units + the entries of ELIM, ADJ and CTA whose level
is the node or lies below it. Units without levels stand at the root; equal names under different parents are different
levels, told apart by their paths.

They are the figures of `sambok combine --level NODE`, account by account. Three things may differ: an adjustment that
names a higher level isn't part of a lower one; whether small differences need a person is asked of all differences of
the period together (`tolerance_total`), of which a level has fewer; and a unit with owners inside and outside the node
is consolidated by the level that has all of them, while the node alone takes those outside for its minority.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from ledger.books import Unit
from ledger.combine.figures import Cell, Figures, add, figures_of
from ledger.combine.model import GroupEntry
from ledger.combine.problems import LevelAmbiguous, LevelUnknown
from ledger.rules.dealings import nearest

if TYPE_CHECKING:
    from ledger.combine.combined import Combined

Path: TypeAlias = tuple[str, ...]
Sums: TypeAlias = dict[Cell, Decimal]
#: Between the names of a path.
MARK = "/"
ROOT: Path = ()


@dataclass(frozen=True)
class Level:
    """A node of the tree.

    Attributes:
        path: names from the top; () is the federation.
        units: slugs of all units at or below, sorted.
        own: those that stand at the node itself.
        children: the levels right below, by name.
        figures: columns of its units, and what belongs to the node or lies below it.
        direct: of these, the columns of `own` and what was made for or between them alone.
    """

    path: Path
    units: tuple[str, ...]
    own: tuple[str, ...]
    children: tuple[Level, ...]
    figures: Figures
    direct: Figures

    @property
    def name(self) -> str:
        """The last name of its path; "" of the federation."""
        return self.path[-1] if self.path else ""

    @property
    def depth(self) -> int:
        """How far below the federation it is."""
        return len(self.path)

    def walk(self) -> Iterator[Level]:
        """The node, then all below it, parents first, siblings by name."""
        yield self
        for child in self.children:
            yield from child.walk()

    def find(self, path: Path) -> Level | None:
        """The node with this path at or below this one."""
        return next((node for node in self.walk() if node.path == path), None)


def common(units: Mapping[str, Unit], slugs: Iterable[str]) -> Path:
    """The lowest level that units have in common; () = the federation.

    Args:
        units: by slug.
        slugs: some of them; those that `units` doesn't have are passed over.
    """
    paths = [units[slug].levels for slug in slugs if slug in units]
    if not paths:
        return ROOT
    first, *others = paths
    length = 0
    while length < len(first) and all(path[: length + 1] == first[: length + 1] for path in others):
        length += 1
    return first[:length]


class Finder:
    """The level of each entry; units that deal often are looked up once."""

    def __init__(self, units: Mapping[str, Unit]) -> None:
        self._units = units
        self._nodes = {unit.levels[:depth] for unit in units.values() for depth in range(len(unit.levels) + 1)} | {ROOT}
        self._known: dict[tuple[str, ...], Path] = {}

    def of_units(self, slugs: tuple[str, ...]) -> Path:
        """The lowest level that units have in common."""
        if slugs not in self._known:
            self._known[slugs] = common(self._units, slugs)
        return self._known[slugs]

    def of(self, entry: GroupEntry) -> Path:
        """An entry's own level, else its units'; a level in which no unit of the run is, gives way to the one above."""
        path = self.of_units(entry.units) if entry.level is None else entry.level
        while path not in self._nodes:
            path = path[:-1]
        return path


def level_tree(combined: Combined) -> Level:
    """The tree of levels of combined figures, each with its own figures; the root's are the combined ones.

    Only units that are part of the figures are in it.
    """
    units = combined.units
    sums: dict[Path, Sums] = defaultdict(dict)
    direct: dict[Path, Sums] = defaultdict(dict)
    own: dict[Path, list[str]] = defaultdict(list)
    for slug, unit in units.items():
        own[unit.levels].append(slug)
        add(direct[unit.levels], combined.cells(slug))
    finder = Finder(units)
    for entry in combined.entries:
        path = finder.of(entry)
        theirs = (
            entry.level is None and entry.units and all(s in units and units[s].levels == path for s in entry.units)
        )
        cells = (direct if theirs else sums)[path]
        for posting in entry.postings:
            cell = posting.place, posting.column
            cells[cell] = cells.get(cell, Decimal(0)) + posting.amount
    for path, found in direct.items():
        add(sums[path], found)
    below: dict[Path, set[Path]] = defaultdict(set)
    for path in own:
        for depth in range(len(path)):
            below[path[:depth]].add(path[: depth + 1])
    tree, _ = _node(ROOT, own, below, sums, direct)
    assert tree.figures.rows == combined.trial_balance, "the levels lose or gain something"
    return tree


def _node(
    path: Path,
    own: Mapping[Path, list[str]],
    below: Mapping[Path, set[Path]],
    sums: Mapping[Path, Sums],
    direct: Mapping[Path, Sums],
) -> tuple[Level, Sums]:
    """A node with all below it, and its sums."""
    total = dict(sums.get(path, {}))
    children = []
    for child in sorted(below.get(path, ())):
        node, cells = _node(child, own, below, sums, direct)
        children.append(node)
        add(total, cells)
    here = tuple(sorted(own.get(path, ())))
    units = tuple(sorted({*here, *(slug for child in children for slug in child.units)}))
    return Level(path, units, here, tuple(children), figures_of(total), figures_of(direct.get(path, {}))), total


def asked(combined: Combined) -> Path:
    """The level that figures were asked for: what is shown by depth counts from it; () = the federation."""
    if combined.level is None or not combined.units:
        return ROOT
    return find_level(combined.units.values(), combined.level)


def frontier(tree: Level, depth: int) -> tuple[list[Level], list[str]]:
    """The nodes at `depth`, or above where there are none below, and the units that stand higher than these nodes.

    Together they hold each unit once.
    """
    nodes: list[Level] = []
    units: list[str] = []

    def visit(node: Level) -> None:
        if node.depth >= depth or not node.children:
            nodes.append(node)
            return
        units.extend(node.own)
        for child in node.children:
            visit(child)

    visit(tree)
    return nodes, units


def find_level(units: Iterable[Unit], wanted: str) -> Path:
    """The level that somebody means by a name (`Linköping`) or a path (`Sverige/Östergötland`).

    A name is enough where it is one level's only. A path may begin anywhere; with a leading stroke (`/Sverige`) it
    begins at the top.

    Raises:
        LevelUnknown: no unit has it; the nearest one is named.
        LevelAmbiguous: it is the name of several levels; their paths are named.
    """
    paths = sorted({unit.levels[:depth] for unit in units for depth in range(1, len(unit.levels) + 1)})
    shown = {path: MARK.join(path) for path in paths}
    top = wanted.removeprefix(MARK)
    found = [p for p in paths if shown[p] == top or (not wanted.startswith(MARK) and shown[p].endswith(MARK + top))]
    if MARK in top:  # a whole path is no other's end
        found = [p for p in found if shown[p] == top] or found
    if len(found) > 1:
        raise LevelAmbiguous(level=wanted, paths=", ".join(name_of(path, paths) for path in found))
    if not found:
        known = sorted({name for path in paths for name in path})
        near = nearest(wanted, [*known, *shown.values()])
        case = "" if near else "far" if known else "none"
        raise LevelUnknown(level=wanted, nearest=near or "-", known=", ".join(known), case=case)
    return found[0]


def name_of(path: Path, paths: Iterable[Path]) -> str:
    """The path as it must be given so that it means no other."""
    text = MARK.join(path)
    others = (MARK.join(other) for other in paths if other != path)
    return MARK + text if len(path) == 1 and any(other.endswith(MARK + text) for other in others) else text
