"""The ledgers that Fava shows: the federation first, then every unit under its own id, opened when first asked for.

No text of a unit is parsed here. A ledger is fed with entries that the guarded loader has booked and with what the
federation's rules add to them (provisional entries); Fava's own loader is never called. A ledger never changes: when
the files do, a new one takes its place at once, so no page sees half of the old and half of the new.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, cast

from beancount.core import data
from fava.beans.prices import FavaPriceMap
from fava.context import g
from fava.core.group_entries import group_entries_by_type
from fava.helpers import BeancountError
from flask import has_request_context

from ledger.combine import group_entries
from ledger.errors import Problem, order
from ledger.provisional import full_entries
from ledger.web.book import Book
from ledger.web.files import GuardedFiles
from ledger.web.imports import UnitImports
from ledger.web.options import beancount_options, fava_options, root_names
from ledger.web.pages import OwnPages
from ledger.web.problems import WebFileOutside
from ledger.web.query import ReadingQueries
from ledger.web.source import COLLECTOR, Look, Source
from ledger.web.texts import document, unit_files

if TYPE_CHECKING:
    from ledger.books import Unit

FEDERATION = "federation"
#: The federation's tree opens down to the lines of the statements; their accounts and units unfold by a click.
LINES = r"^[^:]+:[^:]+$"
#: Unit ledgers kept open at a time; the one unused for longest is closed.
KEPT = 12


class BooksError(BeancountError):
    """A problem of the books, on Fava's errors page."""


@dataclass(frozen=True)
class Feed:
    """What one ledger is made of."""

    path: Path
    title: str
    currency: str
    roots: str  # language of the five roots
    entries: Sequence[data.Directive]
    problems: Sequence[Problem]
    include: Sequence[str]
    default_file: str | None


class BookLedger(Book):
    """A Fava ledger fed with booked entries. It is loaded once and never reloads itself."""

    file: GuardedFiles

    def __init__(self, ledgers: Ledgers, slug: str, unit: Unit | None, look: Look, feed: Feed) -> None:
        self.ledgers = ledgers
        self.slug = slug
        self.unit = unit
        self.look = look
        self.feed = feed
        self._opened = False
        super().__init__(str(feed.path), poll_watcher=True)

    def load_file(self) -> None:
        """Take the feed; called once, by Fava's constructor."""
        if self._opened:
            return
        self._opened = True
        feed, config = self.feed, self.look.workspace.config.federation
        self.file = GuardedFiles(self)
        self.extensions = OwnPages(self)
        self.ingest = UnitImports(self)
        self.query_shell = ReadingQueries(self)
        self.all_entries = cast("Any", _trusted(feed.entries, set(feed.include)))
        self.load_errors = [self._error(problem) for problem in sorted(feed.problems, key=order)]
        options: Any = beancount_options(
            title=feed.title,
            path=feed.path,
            include=feed.include,
            currency=feed.currency,
            entries=feed.entries,
            language=feed.roots,
        )
        self.options = options
        self.all_entries_by_type = group_entries_by_type(self.all_entries)
        self.prices = FavaPriceMap(self.all_entries_by_type.Price)
        self.fava_options = fava_options(
            language=config.language,
            default_file=feed.default_file,
            fiscal_year_start=config.fiscal_year_start,
            collapsed=LINES if self.unit is None else None,
        )
        self.fava_options_errors = []
        for name in ("accounts", "attributes", "budgets", "charts", "commodities", "extensions", "file"):
            getattr(self, name).load_file()
        for name in ("format_decimal", "misc", "query_shell", "ingest"):
            getattr(self, name).load_file()

    def _error(self, problem: Problem) -> BooksError:
        source: dict[str, Any] | None = None
        if problem.file is not None:
            path = problem.file if problem.file.startswith("<") else str(self.look.workspace.root / problem.file)
            source = {"filename": path, "lineno": problem.line or 0}
        excerpt = f"\n    {problem.excerpt.strip()}" if problem.excerpt else ""
        text = f"{problem.text()}{excerpt}\n→ {problem.remedy_text()} [{problem.code}]"
        return BooksError(source, text, None)

    @property
    def mtime(self) -> int:
        """Later for a later ledger; Fava's pages compare it."""
        return self.look.moment

    def changed(self) -> bool:
        """A ledger never changes; each request is given the one of the present files."""
        return False

    def present(self) -> Look:
        """The present files, looked at once in a request."""
        return self.ledgers.present()

    def reopen(self) -> None:
        """After a write: the rest of this request, and its answer, belong to the new ledger."""
        self.ledgers.forget()
        if has_request_context():
            g.ledger = self.ledgers[self.slug]

    def statement_path(self, entry_hash: str, metadata_key: str) -> str:
        """The file that an entry's `document:` names, in its unit's documents.

        Raises:
            WebFileOutside: there is none, or it lies elsewhere.
        """
        entry = self.get_entry(entry_hash)
        value = entry.meta.get(metadata_key)
        ws = self.look.workspace
        unit = self.unit
        if unit is None:
            parts = ws.shown(str(entry.meta.get("filename"))).split("/")
            unit = ws.units.get(parts[1]) if len(parts) > 2 and parts[0] == "units" else None
            if parts[:2] == ["units", "adjustments"]:  # evidence of adjustments is kept with central's papers
                unit = ws.central
        if unit is not None and isinstance(value, str):
            for path in (unit.folder / value, unit.folder / "documents" / value):
                if document(ws, unit, path):
                    return str(path)
        raise WebFileOutside(path=str(value))


def _trusted(entries: Sequence[data.Directive], include: set[str]) -> Sequence[data.Directive]:
    """`entries` whose file name is a source file or in angle brackets.

    Metadata of the text's own can stand in the place of file name and line; Fava would open what it names.
    """
    found = []
    for entry in entries:
        name, line = entry.meta.get("filename"), entry.meta.get("lineno")
        plain = isinstance(name, str) and (name in include or name.startswith("<")) and isinstance(line, int)
        found.append(entry if plain else entry._replace(meta={**entry.meta, "filename": "<unknown>", "lineno": 0}))
    return found


@dataclass(frozen=True)
class Listed:
    """A ledger in the switcher, not opened for it."""

    options: dict[str, str]


class Ledgers:
    """Drop-in for Fava's own loader: slug → ledger, of the present files."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._opened: OrderedDict[str, tuple[object, BookLedger]] = OrderedDict()
        self._locks: dict[str, RLock] = {}
        self._lock = Lock()

    def first_slug(self) -> str:
        """The federation's."""
        return FEDERATION

    def present(self) -> Look:
        """The present files, looked at once in a request."""
        if not has_request_context():
            return self.source.current()
        look: Look | None = getattr(g, "sambok_look", None)
        if look is None:
            look = self.source.current()
            setattr(g, "sambok_look", look)  # noqa: B010  Fava's class for `g` doesn't know it
        return look

    def forget(self) -> None:
        """After a write: what this request looked at is no longer so."""
        if has_request_context():
            setattr(g, "sambok_look", None)  # noqa: B010  as above

    def slugs(self) -> dict[str, str]:
        """Slug → title: the federation, then the units in order of their ids."""
        ws = self.present().workspace
        return {FEDERATION: ws.config.federation.name} | {
            slug: unit.name for slug, unit in sorted(ws.units.items()) if slug != FEDERATION
        }

    def items(self) -> Iterator[tuple[str, Listed]]:
        """For Fava's switcher: slugs and titles; nothing is opened."""
        return ((slug, Listed({"title": title})) for slug, title in self.slugs().items())

    def __getitem__(self, slug: str) -> BookLedger:
        """The ledger of `slug` as its files are now.

        Raises:
            KeyError: there is none.
        """
        if slug not in self.slugs():
            raise KeyError(slug)
        with self._lock:
            lock = self._locks.setdefault(slug, RLock())
        with lock:
            look = self.present()
            key = _key(look, slug)
            with self._lock:
                opened = self._opened.get(slug)
                if opened is not None and opened[0] == key:
                    self._opened.move_to_end(slug)
                    return opened[1]
            with COLLECTOR.rests():
                made = self._open(look, slug)
            with self._lock:
                self._opened[slug] = (key, made)
                self._opened.move_to_end(slug)
                while len(self._opened) > KEPT:
                    self._opened.popitem(last=False)
            return made

    def _open(self, look: Look, slug: str) -> BookLedger:
        if slug == FEDERATION:
            return BookLedger(self, slug, None, look, _federation_feed(look))
        return BookLedger(self, slug, look.workspace.units[slug], look, _unit_feed(look, slug))


def _key(look: Look, slug: str) -> object:
    """What a ledger depends on: the federation's and central's on every book, a unit's on its own and the policy."""
    books, ws = look.federation.books, look.workspace
    central = ws.config.federation.central
    shared = (ws.config, books.central_text.key, books.closed.get(slug))
    if slug in (FEDERATION, central):
        return look.moment
    return (*shared, ws.units[slug], books.units[slug].key, books.units[slug].problems)


def _unit_feed(look: Look, slug: str) -> Feed:
    federation, ws = look.federation, look.workspace
    unit, book = ws.units[slug], federation.books.units[slug]
    entries: Sequence[data.Directive] = ()
    if book.ok:
        entries = full_entries(federation.books, federation.run, slug)
    elif book.summary is not None:  # the text passed the guard: its own view can be shown, errors and all
        entries = book.entries()
    include = book.files or unit_files(unit)
    months = sorted(name for name in include if "/books/" in name and not name.endswith(".closed.beancount"))
    return Feed(
        path=unit.main,
        title=unit.name,
        currency=unit.currency,
        roots="en",
        entries=entries,
        problems=[p for p in federation.problems if p.unit == slug],
        include=include,
        default_file=months[-1] if months else None,
    )


def _federation_feed(look: Look) -> Feed:
    federation, ws = look.federation, look.workspace
    entries = group_entries(
        federation.books,
        federation.run,
        federation.combined,
        language=ws.language,
        threshold=ws.config.view.voucher_threshold,
        roots=root_names(ws.language),
    )
    include = [str(path) for path in (ws.policy_file, ws.prices_file) if path.is_file() and not path.is_symlink()]
    include += federation.books.adjustments.files
    for slug, book in sorted(federation.books.units.items()):
        include += book.files or unit_files(ws.units[slug])
    return Feed(
        path=ws.units_folder / "federation.beancount",
        title=federation.combined.title(ws.config.federation.name),
        currency=federation.combined.currency,
        roots=ws.language,
        entries=entries,
        problems=federation.shown,
        include=include,
        default_file=include[0] if include else None,
    )
