"""One look at the federation for all ledgers, and how it is noticed that a file has changed.

All ledgers of the web view share one `Federation`, so a group figure and the unit's figure below it are always of the
same text. Each request compares the size, time and inode of every file that counts with those of the last look; when
one differs, everything is loaded again (unchanged units come from the cache) and put in place at once. This polls: a
watcher of the operating system goes silent when its instances run out.
"""

from __future__ import annotations

import contextlib
import gc
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, RLock, Timer

from ledger import messages
from ledger.books import Workspace, open_workspace
from ledger.federation import Federation, load_federation

#: In a unit's folder, files that count; below books/ every file does.
UNIT_FILES = ("unit.toml", "main.beancount", "accounts.beancount", "seals.jsonl", "chart.toml")

Stamp = frozenset[tuple[str, int, int, int]]


@dataclass(frozen=True)
class Look:
    """The federation at one moment.

    Attributes:
        federation: books, policy, levy, combined.
        stamp: what the files looked like when loading began.
        moment: nanoseconds; a later look has a larger one. Fava's pages compare it.
    """

    federation: Federation
    stamp: Stamp
    moment: int

    @property
    def workspace(self) -> Workspace:
        """Whose books these are."""
        return self.federation.workspace


def _files(root: Path) -> Iterator[os.DirEntry[str] | Path]:
    yield root / "fava.conf"
    units = root / "units"
    if not units.is_dir():
        return
    for entry in os.scandir(units):
        if not entry.is_dir(follow_symlinks=False):
            yield entry
            continue
        yield entry
        for inside in os.scandir(entry.path):
            if inside.name in UNIT_FILES or inside.name.endswith(".toml"):
                yield inside
        yield from _below(os.path.join(entry.path, "books"))  # noqa: PTH118  called for every request


def _below(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.name.startswith(".tmp-"):
            continue
        yield entry
        if entry.is_dir(follow_symlinks=False):
            yield from _below(entry.path)


def stamp_of(root: Path) -> Stamp:
    """What every file that counts looks like: path, modification time, size, inode. No file is opened.

    A folder counts by its name alone; what is added in it shows by its own name.
    """
    found = set()
    for entry in _files(root):
        try:
            state = entry.stat(follow_symlinks=False) if isinstance(entry, os.DirEntry) else entry.stat()
        except OSError:
            continue
        folder = stat.S_ISDIR(state.st_mode)
        found.add((os.fspath(entry), 0 if folder else state.st_mtime_ns, 0 if folder else state.st_size, state.st_ino))
    return frozenset(found)


class Collector:
    """Keeps the garbage collector still while a ledger is built, and until its first page is drawn.

    It would walk all that is new, again and again (half of the time of a large federation's loading). Several threads
    may build at a time; it wakes some seconds after the last one has ended, and takes away what was replaced.
    """

    SECONDS = 5.0

    def __init__(self) -> None:
        self._lock = Lock()
        self._building = 0
        self._alarm: Timer | None = None

    @contextlib.contextmanager
    def rests(self) -> Iterator[None]:
        """Build something large inside."""
        with self._lock:
            self._building += 1
            if self._alarm is not None:
                self._alarm.cancel()
            gc.disable()
        try:
            yield
        finally:
            with self._lock:
                self._building -= 1
                if not self._building:
                    self._alarm = Timer(self.SECONDS, gc.enable)
                    self._alarm.daemon = True
                    self._alarm.start()


COLLECTOR = Collector()


class Source:
    """Gives the current look; loads a new one when a file has changed."""

    def __init__(self, root: Path, load: Callable[[Workspace], Federation] = load_federation) -> None:
        self.root = root
        self._load = load
        self._lock = RLock()
        self._look: Look | None = None

    def current(self) -> Look:
        """The federation as its files are now.

        Raises:
            Problem: `fava.conf` can't be used.
        """
        with self._lock:
            stamp = stamp_of(self.root)
            if self._look is None or self._look.stamp != stamp:
                ws = open_workspace(self.root)
                messages.use(ws.language)
                with COLLECTOR.rests():
                    self._look = Look(self._load(ws), stamp, self._moment())
            return self._look

    def _moment(self) -> int:
        before = self._look.moment if self._look else 0
        return max(time.time_ns(), before + 1)
