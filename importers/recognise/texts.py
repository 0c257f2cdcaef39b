"""The text of entries that importers wrote: where it stands in a unit's files, and how it is replaced.

Only what stands as an importer writes it is found: whoever put a comment between its lines has made it theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from beancount.core import data

from importers.booktext import render
from ledger.books import Unit, Workspace, durable
from ledger.books.jobs import joined
from ledger.books.write import Block, Change

#: An entry as it stands, and as it shall stand.
Anew = tuple[data.Transaction, data.Transaction]


def block(lines: list[str], entry: data.Transaction) -> tuple[int, int] | None:
    """Where the lines of an entry stand in its file, from and to; None where they aren't as the importer wrote them.

    Its first line, and everything indented that follows; how it is spaced doesn't count.
    """
    start = int(entry.meta["lineno"]) - 1
    end = start + 1
    while end < len(lines) and lines[end][:1] in {" ", "\t"} and lines[end].strip():
        end += 1
    same = "\n".join(lines[start:end]).split() == render(entry).split()
    return (start, end) if same else None


def file_of(entry: data.Transaction) -> Path:
    """The file that an entry stands in."""
    return Path(str(entry.meta["filename"]))


class Texts:
    """The files of a unit in which something waits, or waits for its link."""

    def __init__(self, ws: Workspace, unit: Unit) -> None:
        self.ws = ws
        self.unit = unit
        self._files: dict[Path, tuple[str, list[str]]] = {}
        self._blocks: dict[int, tuple[int, int]] = {}

    def find(self, entry: data.Transaction) -> bool:
        """Whether an entry stands in the unit's books as the importer wrote it."""
        path = file_of(entry)
        if not path.is_relative_to(self.unit.books):
            return False
        if path not in self._files:
            raw = durable.read_plain(path)
            self._files[path] = (durable.sha256(raw), raw.decode("utf-8").split("\n"))
        found = block(self._files[path][1], entry)
        if found is not None:
            self._blocks[id(entry)] = found
        return found is not None

    def changes(self, moves: Iterable[Anew], opens: list[Block]) -> list[Change]:
        """The files' new texts."""
        per_file: dict[Path, list[Anew]] = defaultdict(list)
        for before, after in moves:
            per_file[file_of(before)].append((before, after))
        found = []
        for path, own in sorted(per_file.items()):
            digest, lines = self._files[path]
            new = list(lines)
            for before, after in sorted(own, key=lambda pair: self._blocks[id(pair[0])], reverse=True):
                start, end = self._blocks[id(before)]
                new[start:end] = render(after).rstrip("\n").split("\n")
            found.append(Change(path, "\n".join(new), digest))
        if opens:
            accounts = self.unit.folder / "accounts.beancount"
            raw = durable.read_plain(accounts)
            text = Block(opens[0].date, "\n".join(b.text.strip("\n") for b in opens))
            found.append(Change(accounts, joined(raw.decode("utf-8"), [text]), durable.sha256(raw), (text,)))
        return found
