"""Fava's writes, through the one writer of books.

Fava opens a file, empties it and writes it anew, for any file it lists. Here each save is checked first (whose file is
it), then guarded in a child process, and written whole or not at all under the unit's lock
([`ledger.books.write`][ledger.books.write]). What the guard refuses leaves the file as it was, and the answer says why.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fava.beans.funcs import get_position
from fava.beans.str import to_string
from fava.core.file import FileModule, GeneratedEntryError
from fava.util import next_key
from markupsafe import Markup

from importers.stamp import stamped
from ledger.books import clock, durable
from ledger.books.person import person
from ledger.books.problems_write import WriteConflict
from ledger.books.write import Appended, Block, Change, Note, append_entries, apply, unit_lock
from ledger.web.imports import brought_by
from ledger.web.problems import WebEntryNotPlain, WebFederationOnlyEdits, WebFileOutside
from ledger.web.texts import editable, read_source

if TYPE_CHECKING:
    from ledger.books import Unit
    from ledger.web.book import Book

ACCOUNT = re.compile(r"(?:Assets|Liabilities|Equity|Income|Expenses)(?::[^\W_][\w-]*)+")
CURRENCY = r"[A-Z][A-Z0-9'._-]{0,22}[A-Z0-9]"
NUMBER = r"[0-9]{1,15}(?:\.[0-9]{1,12})?"
AMOUNT = re.compile(rf"(?:[-+]? ?{NUMBER}(?: ?{CURRENCY})?(?: @@? {NUMBER} {CURRENCY})?)?")
WORD = re.compile(r"[A-Za-z0-9_/.-]+")
KEY = re.compile(r"[a-z][A-Za-z0-9_-]*")


def digest(text: str) -> str:
    """SHA-256 as Fava's pages know it."""
    return durable.sha256(text.encode("utf-8"))


class Text:
    """A book file's lines, with the line ends it came with."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.crlf = "\r\n" in raw
        self.lines = raw.replace("\r\n", "\n").split("\n")

    def entry(self, line: int) -> tuple[int, int, str]:
        """First line, line after the last, and the text of the entry that stands at `line` (from 1)."""
        first = line - 1
        if not 0 <= first < len(self.lines):
            raise GeneratedEntryError
        last = first + 1
        while last < len(self.lines) and self.lines[last].strip() and self.lines[last][0] in " \t":
            last += 1
        return first, last, "\n".join(self.lines[first:last]).rstrip("\n")

    def replaced(self, first: int, last: int, new: Sequence[str]) -> str:
        """The file's text with lines `first` to `last` (exclusive) replaced."""
        return self.ended("\n".join([*self.lines[:first], *new, *self.lines[last:]]))

    def ended(self, text: str) -> str:
        """`text` with this file's line ends."""
        plain = text.replace("\r\n", "\n")
        return plain.replace("\n", "\r\n") if self.crlf else plain


class GuardedFiles(FileModule):
    """Fava's file module with the one writer behind it."""

    ledger: Book

    def get_source(self, path: Path) -> tuple[str, str]:
        """Text and hash of a file that the ledger lists.

        Raises:
            WebFileOutside: it doesn't.
            WebSourceUnreadable: it is no ordinary UTF-8 file.
        """
        ws = self.ledger.look.workspace
        if str(path) not in self.ledger.options["include"]:
            raise WebFileOutside(path=ws.shown(path))
        source = Text(read_source(ws, path)).lines
        text = "\n".join(source)
        return text, digest(text)

    def set_source(self, path: Path, source: str, sha256sum: str) -> str:
        """Save a whole file; its new hash."""

        def whole(text: Text) -> str:
            if digest("\n".join(text.lines)) != sha256sum:
                raise WriteConflict(file=self.ledger.look.workspace.shown(path))
            return text.ended(source)

        self._change(path, whole)
        return digest(source.replace("\r\n", "\n"))

    def source_slice(self, entry: Any) -> tuple[str, str]:
        """Text and hash of one entry's lines."""
        path, line = self._position(entry)
        _, _, text = Text(read_source(self.ledger.look.workspace, path)).entry(line)
        return text, digest(text)

    def save_entry_slice(self, entry_hash: str, source_slice: str, sha256sum: str) -> str:
        """Replace one entry's lines; their new hash."""
        path, line = self._position(self.ledger.get_entry(entry_hash))
        new = source_slice.replace("\r\n", "\n")
        self._change(path, lambda text: self._spliced(text, path, line, sha256sum, new.split("\n")))
        return digest(new)

    def delete_entry_slice(self, entry_hash: str, sha256sum: str) -> None:
        """Remove one entry's lines and the empty lines after it.

        Raises:
            WebFederationOnlyEdits: this is the federation's view.
        """
        self._own_unit()
        path, line = self._position(self.ledger.get_entry(entry_hash))
        self._change(path, lambda text: self._spliced(text, path, line, sha256sum, None))

    def insert_metadata(self, entry_hash: str, basekey: str, value: str) -> None:
        """Add `basekey: "value"` below an entry's first line.

        Raises:
            WebEntryNotPlain: the value holds a quote, a backslash or a line break.
        """
        self._own_unit()
        if re.search(r'["\\\x00-\x1f\x7f]', value) or not KEY.fullmatch(basekey):
            raise WebEntryNotPlain(field=basekey, value=ascii(value))
        entry = self.ledger.get_entry(entry_hash)
        path, line = self._position(entry)
        added = f'{" " * self.ledger.fava_options.indent}{next_key(basekey, entry.meta)}: "{value}"'

        def inserted(text: Text) -> str:
            first, _, _ = text.entry(line)
            return text.replaced(first + 1, first + 1, [added])

        self._change(path, inserted)

    def insert_entries(self, entries: Sequence[Any]) -> Appended:  # type: ignore[override]
        """Add entries to the unit's month files, each to the file of its own month.

        Entries of an imported file open the accounts that they need, and the file goes from the inbox to the archive.

        Raises:
            WebFederationOnlyEdits: this is the federation's view.
            MonthClosed: a month of theirs is closed.
            WebImportPartial: an imported file would come in by halves.
        """
        unit = self._own_unit()
        look = self.ledger.look
        options = self.ledger.fava_options
        blocks = []
        day, by = clock.today(), person(look.workspace.root)
        for given in sorted(entries, key=lambda e: e.date):
            editable(look.workspace, unit.month_file(given.date))
            entry: Any = stamped(given, day, by)
            meta = {k: v for k, v in entry.meta.items() if not k.startswith("_")}
            text = to_string(entry._replace(meta=meta), options.currency_column, options.indent)
            identity = meta.get("source-id")
            blocks.append(Block(entry.date, text, identity if isinstance(identity, str) else None))
        with unit_lock(look.workspace, unit.slug):
            brought = brought_by(self.ledger, unit, entries)
            documents = sorted(source.document for source in brought.sources)
            note = Note(
                "import" if documents else "entry", details={"document": " ".join(documents)} if documents else {}
            )
            done = append_entries(look.workspace, unit, blocks, opens=brought.opens, note=note)
            brought.settle(unit)
        self.ledger.reopen()
        return done

    def render_entries(self, entries: Sequence[Any]) -> Iterable[Markup]:
        """Balances and transactions as text; each file is read once, and generated entries are printed."""
        texts: dict[Path, Text] = {}
        options = self.ledger.fava_options
        for entry in entries:
            if type(entry).__name__ not in {"Balance", "Transaction"}:
                continue
            if self.ledger.unit is None or get_position(entry)[0].startswith("<"):
                text = to_string(entry, options.currency_column, options.indent)
            else:
                path, line = self._position(entry)
                if path not in texts:
                    texts[path] = Text(read_source(self.ledger.look.workspace, path))
                text = texts[path].entry(line)[2] + "\n"
            yield Markup(text)  # noqa: S704  goes into a text file, not a page

    def _own_unit(self) -> Unit:
        if self.ledger.unit is None:
            raise WebFederationOnlyEdits
        return self.ledger.unit

    def _position(self, entry: Any) -> tuple[Path, int]:
        name, line = get_position(entry)
        if name.startswith("<") or not line:
            raise GeneratedEntryError
        if name not in self.ledger.options["include"]:
            raise WebFileOutside(path=self.ledger.look.workspace.shown(name))
        return Path(name), line

    def _spliced(self, text: Text, path: Path, line: int, sha256sum: str, new: Sequence[str] | None) -> str:
        first, last, old = text.entry(line)
        if digest(old) != sha256sum:
            raise WriteConflict(file=self.ledger.look.workspace.shown(path))
        if new is None:
            while last < len(text.lines) - 1 and not text.lines[last].strip():
                last += 1
        return text.replaced(first, last, new or [])

    def _change(self, path: Path, made: Callable[[Text], str]) -> None:
        """Read, change, guard and write one file under its unit's lock; then open the ledger anew."""
        look = self.ledger.look
        ws = look.workspace
        unit = editable(ws, path)
        if self.ledger.unit is not None and unit.slug != self.ledger.unit.slug:
            raise WebFileOutside(path=ws.shown(path))
        with unit_lock(ws, unit.slug):
            text = Text(read_source(ws, path))
            apply(ws, unit, [Change(path, made(text), digest(text.raw))], note=Note("edit"))
        self.ledger.reopen()


def check_entries(entries: Sequence[Any]) -> None:
    """Refuse entries of the web form whose fields could break out of their place in the text, before anything parses.

    Raises:
        WebEntryNotPlain: names the field and what it holds.
    """
    for entry in entries:
        if not isinstance(entry, dict):
            raise WebEntryNotPlain(field="entry", value=type(entry).__name__)
        for field, value, pattern in _fields(entry):
            if not isinstance(value, str) or not pattern.fullmatch(value):
                raise WebEntryNotPlain(field=field, value=ascii(value)[:80])
        try:
            dt.date.fromisoformat(str(entry.get("date")))
        except ValueError:
            raise WebEntryNotPlain(field="date", value=ascii(entry.get("date"))[:80]) from None


_FREE = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f]*")
_NUMBER = re.compile(rf"[-+]?{NUMBER}")


def _fields(entry: dict[str, Any]) -> Iterable[tuple[str, Any, re.Pattern[str]]]:
    kind = entry.get("t")
    yield "t", kind, re.compile("Transaction|Balance|Note")
    yield from _metadata(entry.get("meta") or {})
    if kind == "Transaction":
        yield "flag", entry.get("flag", "*"), re.compile("[*!]")
        for name in ("payee", "narration"):
            yield name, entry.get(name) or "", _FREE
        for name in ("tags", "links"):
            for word in entry.get(name) or ():
                yield name, word, WORD
        for posting in entry.get("postings") or ():
            yield "account", posting.get("account"), ACCOUNT
            yield "amount", (posting.get("amount") or "").strip(), AMOUNT
            yield from _metadata(posting.get("meta") or {})
        return
    yield "account", entry.get("account"), ACCOUNT
    if kind == "Note":
        yield "comment", entry.get("comment"), _FREE
    else:
        amount = entry.get("amount") or {}
        yield "number", str(amount.get("number")), _NUMBER
        yield "currency", amount.get("currency"), re.compile(CURRENCY)


def _metadata(meta: dict[str, Any]) -> Iterable[tuple[str, Any, re.Pattern[str]]]:
    for key, value in meta.items():
        if key in {"filename", "lineno"} or key.startswith("_"):
            continue
        yield "metadata", key, KEY
        if value is not None and not isinstance(value, bool | int):
            yield key, value, _FREE
