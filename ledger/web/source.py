"""One look at the federation for all ledgers, and how it is noticed that a file has changed.

All ledgers of the web view share one `Federation`, so a group figure and the unit's figure below it are always of the
same text. Each request compares the size, time and inode of every file that counts with those of the last look; when
one differs, everything is loaded again (unchanged units come from the cache) and put in place at once. This polls: a
watcher of the operating system goes silent when its instances run out.
"""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock, RLock, Timer

from ledger import messages
from ledger.books import Workspace, open_workspace
from ledger.books.fingerprint import Look as FileLook
from ledger.books.fingerprint import look_at
from ledger.federation import Federation, load_federation
from ledger.web.periods import Periods


@dataclass(frozen=True)
class Look:
    """The federation at one moment.

    Attributes:
        federation: books, policy, levy, combined.
        files: what the files looked like when loading began.
        moment: nanoseconds; a later look has a larger one. Fava's pages compare it.
    """

    federation: Federation
    files: dict[str, FileLook]
    moment: int

    @property
    def workspace(self) -> Workspace:
        """Whose books these are."""
        return self.federation.workspace

    @cached_property
    def periods(self) -> Periods:
        """The figures of other periods than the usual one."""
        return Periods(self.federation)


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
            files = look_at(self.root)
            if self._look is None or self._look.files != files:
                ws = open_workspace(self.root)
                messages.use(ws.language)
                with COLLECTOR.rests():
                    self._look = Look(self._load(ws), files, self._moment())
            return self._look

    def _moment(self) -> int:
        before = self._look.moment if self._look else 0
        return max(time.time_ns(), before + 1)
