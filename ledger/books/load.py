"""Loading every book of a workspace: what changed is read in worker processes, the rest comes from the cache.

A book depends on its own text, its unit's settings, the seals that its closed files lean on, the presence of documents
it names, this year (no date may lie after the next), and the program itself; their digest is its key. A change in one
unit reads that unit alone. One broken book is its own problem and nobody else's.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import re
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from beancount.core import data

from ledger.books.adjustments import adjustment_texts
from ledger.books.cache import SCHEMA, Cache, Partition, make_partition
from ledger.books.cells import CellError, unpack_options
from ledger.books.central import CENTRAL, adjustment_text, central_text, directives_of
from ledger.books.fingerprint import (
    Record,
    Seen,
    content_of,
    digest_of,
    documents_stand,
    fingerprint_of,
    look_at,
    read_record,
    refresh,
    write_record,
)
from ledger.books.pool import Answer, Pool, Task, shared_pool
from ledger.books.problems_guard import BookCrashed, BookTimedOut, ReaderUnavailable
from ledger.books.sealed import NAME as SEALS
from ledger.books.sealed import ClosedMonths, closed_months, read_seals
from ledger.books.stored import StoredEntries
from ledger.books.unitbook import AdjustmentText, Books, UnitBook
from ledger.books.workspace import Unit, Workspace
from ledger.charts import load_chart
from ledger.charts.ranges import CodeSet
from ledger.errors import Problem

_CLOSED_BY = re.compile(r"\.([a-z0-9-]+)\.closed\.beancount$")

#: The last book of each unit, so that a server needs to read no summary twice.
_memory: dict[tuple[str, str], UnitBook] = {}
_memory_lock = threading.Lock()


def load_books(ws: Workspace, slugs: Iterable[str] | None = None, *, pool: Pool | None = None) -> Books:
    """Load books; only what changed is read.

    Args:
        ws: the workspace.
        slugs: which units; default all.
        pool: workers to use; default this process's own, one a processor and at most 4, which stay ready.

    Returns:
        The books, in the order asked for. Faults of text are in their `problems`; nothing is raised for them.

    Raises:
        UnitUnknown: a slug that names no unit.
    """
    wanted = list(ws.units) if slugs is None else [ws.unit(slug).slug for slug in dict.fromkeys(slugs)]
    return _Loading(ws, pool or shared_pool()).run(wanted)


def cache_folder(ws: Workspace) -> Path:
    """Where the cache lies: `SAMBOK_CACHE`, else below the state folder."""
    named = os.environ.get("SAMBOK_CACHE")
    # A folder that several workspaces share keeps them apart by their place.
    return Path(named) / digest_of(bytes(ws.root))[:16] if named else ws.state_folder / "cache"


@cache
def engine_digest() -> str:
    """Digest of the program that reads books: this room's sources and the seals', Beancount, Polars, Python."""
    made = hashlib.blake2b(digest_size=20)
    made.update(f"{SCHEMA}|{version('beancount')}|{version('polars')}|{sys.version_info[:2]}".encode())
    for room in (Path(__file__).parent, Path(__file__).parent.parent / "seals"):
        for source in sorted(room.glob("*.py")):
            made.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    made.update((Path(__file__).parent.parent / "errors.py").read_bytes())
    return made.hexdigest()


class _Loading:
    """One call of `load_books`."""

    def __init__(self, ws: Workspace, pool: Pool) -> None:
        self.ws = ws
        self.pool = pool
        self.today = dt.date.today()  # noqa: DTZ011  the bookkeeper's own calendar day
        self.cache = Cache(cache_folder(ws))
        self.record = self.before = Record()
        self.seen: dict[str, Seen] = {}
        self.by_unit: dict[str, list[str]] = {}
        self.books: dict[str, UnitBook] = {}
        self.protected: dict[str, str] = {}
        self.central: dict[str, tuple[list[data.Directive], list[Problem]]] = {}
        self.moved = False

    def run(self, wanted: list[str]) -> Books:
        """Look, take from the cache what stands, read the rest, record what was seen."""
        self.record = read_record(self.ws.state_folder)
        self.before = Record(self.record.files, dict(self.record.units))
        now = time.time_ns()
        pickles: list[str] = []
        self.seen = refresh(self.ws.root, look_at(self.ws.root, pickles), self.record, now)
        _delete(pickles)
        for name in self.seen:
            if name.startswith("units/") and name.count("/") >= 2:
                self.by_unit.setdefault(name.split("/", 2)[1], []).append(name)
        keys = {slug: self._key(slug) for slug in wanted}
        missing = [slug for slug in wanted if not self._from_cache(slug, keys[slug])]
        every = len(wanted) == len(self.ws.units)
        names = [*CENTRAL, *(adjustment_texts(self.seen) if every else ())]
        texts = {name: self._text_key(name) for name in names}
        unread = [name for name in names if not self._text_from_cache(name, texts[name])]
        self._read(missing, unread, keys, texts)
        # Of all units: a plugin loads all books but its own. May add a problem to a book.
        closed: dict[str, frozenset[str]] = {slug: self._sealed(slug) for slug in self.ws.units}
        fresh = self._remember()
        whole = fresh.files and every
        return Books(
            self.ws,
            {slug: self.books[slug] for slug in wanted},
            central_text(self.central, texts),
            closed,
            fingerprint_of(self.ws.root, fresh) if whole else None,
            adjustment_text(self.ws.units_folder, self.central, texts, self.seen) if every else AdjustmentText(),
            {name: seen.digest for name, seen in self.seen.items()},
        )

    # --- keys

    def _key(self, slug: str) -> str:
        """The digest of all that a unit's book depends on, as far as it is known before reading it."""
        own = {name: self.seen[name] for name in self.by_unit.get(slug, ())}
        for name in list(own):
            closer = _CLOSED_BY.search(name)
            seals = f"units/{closer[1]}/seals.jsonl" if closer else ""
            if seals in self.seen:
                own[seals] = self.seen[seals]
        rows = [f"{name}\0{own[name].digest}" for name in sorted(own)]
        parts = (engine_digest(), str(self.ws.root), str(self.today.year), self._protected(slug), *rows)
        # A file's name need not be text (a name from another system): it counts by its bytes.
        return digest_of(*(part.encode("utf-8", "surrogateescape") for part in parts))

    def _text_key(self, name: str) -> str:
        seen = self.seen.get(f"units/{name}.beancount")
        parts = (engine_digest(), str(self.ws.root), str(self.today.year), name, seen.digest if seen else "")
        return digest_of(*(part.encode("utf-8", "surrogateescape") for part in parts))

    # --- what stands

    def _from_cache(self, slug: str, key: str) -> bool:
        unit = self.ws.units[slug]
        with _memory_lock:
            known = _memory.get((str(self.ws.root), slug))
        if known is not None and known.key == key and self._documents_stand(slug, key):
            self.books[slug] = known if known.unit == unit else replace(known, unit=unit)
            return True
        partition = self.cache.find(slug, key)
        if partition is None:
            return False
        try:
            self._put(unit, partition)
        except CellError:
            return False
        return True

    def _documents_stand(self, slug: str, key: str) -> bool:
        recorded = self.record.units.get(slug, {})
        if recorded.get("key") != key:
            return False
        return documents_stand(recorded.get("documents", []))

    def _put(self, unit: Unit, partition: Partition) -> None:
        options = unpack_options(partition.options) if partition.options is not None else {}
        source = None
        if partition.summary is not None:
            source = StoredEntries(self.cache, self.pool, self.ask(unit.slug), partition)
        self.books[unit.slug] = UnitBook(
            unit,
            partition.key,
            partition.problems,
            partition.summary,
            partition.files,
            options,
            source,
            source.table if source else None,
            partition.told,
        )
        self._recorded(unit.slug, key=partition.key, documents=partition.documents)

    def _recorded(self, slug: str, **found: Any) -> None:
        """Remember something of a unit's book, beside what is remembered of it already."""
        self.record.units[slug] = self.record.units.get(slug, {}) | found

    # --- what must be read

    def ask(self, slug: str) -> Task:
        """The task of reading a unit's book."""
        unit = self.ws.units[slug]
        size = sum(self.seen[name].look[1] for name in self.by_unit.get(slug, ()))
        own = {"title": unit.name, "currency": unit.currency, "protected": self._protected(slug)}
        return Task(slug, self._question("unit", slug) | own, size)

    def _protected(self, slug: str) -> str:
        """Codes of accounts that the unit's chart protects; none of a chart that can't be read, which is told above."""
        if slug not in self.protected:
            unit = self.ws.units[slug]
            try:
                self.protected[slug] = str(load_chart(unit.chart, unit.folder).range("protected"))
            except Problem:
                self.protected[slug] = str(CodeSet(()))
        return self.protected[slug]

    def _question(self, kind: str, name: str) -> dict[str, Any]:
        return {"kind": kind, "slug": name, "root": str(self.ws.root), "today": self.today.isoformat()}

    def _read(self, units: list[str], texts: list[str], keys: dict[str, str], text_keys: dict[str, str]) -> None:
        tasks = [self.ask(slug) for slug in units]
        for name in texts:
            seen = self.seen.get(f"units/{name}.beancount")
            tasks.append(Task(f"{name}.beancount", self._question("central", name), seen.look[1] if seen else 0))
        if not tasks:
            return
        unanswered = {task.name: task for task in tasks}
        try:
            with contextlib.closing(self.pool.run(tasks)) as answers:
                for answer in answers:
                    unanswered.pop(answer.task.name)
                    name = answer.task.ask["slug"]
                    if answer.task.ask["kind"] == "unit":
                        self._take(name, keys[name], answer)
                    else:
                        self._take_text(name, text_keys[name], answer)
        except OSError as error:
            for task in unanswered.values():
                self._fail(task, ReaderUnavailable(reason=error.strerror or str(error)))

    def _take(self, slug: str, key: str, answer: Answer) -> None:
        unit = self.ws.units[slug]
        if answer.died:
            self._fail(answer.task, _death(answer))
            return
        try:
            if not (self._read_as_seen(answer.head["files"]) and self._seals_as_seen(slug, answer.head["seals"])):
                # Somebody wrote between the look and the reading. What was read is whole and good; only its key isn't
                # known, so nothing of it is kept and the next load reads it again.
                key = digest_of(key.encode(), repr(sorted(answer.head["files"].items())).encode())
                partition, _ = make_partition(key, answer.head, answer.blobs)
                self._put(unit, partition)
                self.record.units.pop(slug, None)
                self.moved = True
                return
            partition, summary = make_partition(key, answer.head, answer.blobs)
            if self.cache.keep(slug, partition, summary):
                partition = replace(partition, tables={})
            self._put(unit, partition)
        except (ValueError, KeyError, TypeError) as error:
            self._fail(answer.task, BookCrashed(reason=f"{type(error).__name__}: {error}"[:200]))

    def _read_as_seen(self, files: dict[str, str]) -> bool:
        prefix = f"{self.ws.root}/"
        seen = (self.seen.get(path.removeprefix(prefix)) for path in files)
        return all(
            found is not None and found.digest == digest for found, digest in zip(seen, files.values(), strict=True)
        )

    def _seals_as_seen(self, slug: str, digest: str | None) -> bool:
        seen = self.seen.get(f"units/{slug}/{SEALS}")
        return digest is None or (seen is not None and seen.digest == digest)

    def _fail(self, task: Task, problem: Problem) -> None:
        """A book that couldn't be read: its problem, and nothing kept, so that the next load tries again."""
        name = task.ask["slug"]
        if task.ask["kind"] == "unit":
            problem.unit, problem.file = name, f"units/{name}/main.beancount"
            self.books[name] = UnitBook(self.ws.units[name], "", (problem,), None)
            self.record.units.pop(name, None)
        else:
            problem.file = f"units/{name}.beancount"
            self.central[name] = ([], [problem])
        self.moved = True

    # --- the finance head's files

    def _text_from_cache(self, name: str, key: str) -> bool:
        text = self.cache.read_text(name, key)
        if text is None:
            return False
        try:
            self.central[name] = (directives_of(name, text), [])
        except CellError:
            return False
        return True

    def _take_text(self, name: str, key: str, answer: Answer) -> None:
        if answer.died:
            self._fail(answer.task, _death(answer))
            return
        try:
            problems = [Problem.from_dict(p) for p in answer.head["problems"]]
            text = answer.blobs[0].decode()
            entries = directives_of(name, text)
            seen = self.seen.get(f"units/{name}.beancount")
            as_seen = seen is not None and seen.digest == answer.head["digest"]
        except (ValueError, KeyError, TypeError, IndexError) as error:
            self._fail(answer.task, BookCrashed(reason=f"{type(error).__name__}: {error}"[:200]))
            return
        self.central[name] = (entries, problems)
        if as_seen and not problems:
            self.cache.keep_text(name, key, text)
        self.moved |= not as_seen

    def _sealed(self, slug: str) -> ClosedMonths:
        """The closed months. Seals that can't be read are the book's problem: guessing would open a sealed month."""
        seen = self.seen.get(f"units/{slug}/{SEALS}")
        if seen is None:
            return ClosedMonths()
        known = self.record.units.get(slug, {}).get("closed")
        if known is not None and known[0] == seen.digest:  # a chain of many years is large, and seldom new
            return ClosedMonths(known[1], known[2])
        folder = self.ws.units[slug].folder
        try:
            seals = read_seals(folder)
            months = ClosedMonths() if seals is None else closed_months(seals, folder)
        except Problem as problem:
            book = self.books.get(slug)
            if book is not None and problem not in book.problems:
                self.books[slug] = replace(book, problems=(*book.problems, problem))
            return ClosedMonths()
        if seals is not None and content_of(seals) == seen.digest:
            self._recorded(slug, closed=[seen.digest, sorted(months), months.first])
        else:
            self.moved = True
        return months

    # --- what is remembered

    def _remember(self) -> Record:
        """Write down what was seen, for the next load and for the fingerprint."""
        with _memory_lock:
            for slug, book in self.books.items():
                if book.key:
                    _memory[str(self.ws.root), slug] = book
        units = {slug: kept for slug, kept in self.record.units.items() if slug in self.ws.units}
        # A file that changed while it was read must look new to the next load and to the fingerprint.
        files = {} if self.moved else self.seen
        fresh = Record(files, units)
        if fresh != self.before:
            with contextlib.suppress(OSError):
                self.ws.state_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_record(self.ws.state_folder, fresh)
        return fresh


def _death(answer: Answer) -> Problem:
    if answer.died == "timed out":
        return BookTimedOut(seconds=answer.detail)
    return BookCrashed(reason=answer.detail)


def _delete(pickles: list[str]) -> None:
    """Delete Beancount's load caches: their key is unsound, and reading one runs what it says (SPEC 2)."""
    for found in pickles:
        with contextlib.suppress(OSError):
            Path(found).unlink()
