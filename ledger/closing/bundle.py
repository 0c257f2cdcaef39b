"""One file of many: how an archive is written, always to the same bytes, and read without trusting it.

A zip that somebody brings may hold names that lead out of its folder, links, the same name twice, files that unpack to
more than any disk, or one piece of data for many files. It is refused for any of these before anything is unpacked;
what is read is read piece by piece, in memory, and never longer than it said it would be.
"""

from __future__ import annotations

import contextlib
import hashlib
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from ledger.closing.evidence import (
    ACCOUNTS,
    COMMON,
    HISTORY,
    MOST_BOOK,
    MOST_FILES,
    MOST_HISTORY,
    MOST_UNIT,
    NO_FILE,
    TOO_LARGE,
    Texts,
    Unreadable,
)
from ledger.closing.problems_archive import ArchiveRefused
from ledger.messages import N_
from ledger.seals.lines import FILE as SEALS
from ledger.seals.lines import MAX_BYTES

#: Every file is of this day: an archive has no clock.
DAY = (1980, 1, 1, 0, 0, 0)
MODE = stat.S_IFREG | 0o644
UNIX = 3
LEVEL = 6
PIECE = 1 << 20
#: So many files, bytes of one, bytes in all, letters of a name; and how much smaller than itself a file can become.
MOST_NAMES = 200_000
MOST_BYTES = 4 << 30
MOST_ALL = 64 << 30
LONGEST = 500
RATIO = 1_100
SMALL = 1 << 16
LOCAL_HEADER = 30
ENCRYPTED = 0x1
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError)


def write(file: BinaryIO, entries: Iterable[tuple[str, bytes]]) -> None:
    """Write a zip; the same entries give the same bytes.

    Args:
        file: empty, and can be sought in.
        entries: name and content, in the order in which they shall stand.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as made:
        for name, data in entries:
            info = zipfile.ZipInfo(name, DAY)
            info.create_system = UNIX
            info.external_attr = MODE << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, data, compresslevel=LEVEL)


class Bundle:
    """A zip whose names and sizes can be trusted, if not what it holds. It is evidence for `ledger.closing.verify`.

    Attributes:
        names: of its files, with their sizes.
        root: what stands for the folder that it would be unpacked to; nothing is.
    """

    def __init__(self, made: zipfile.ZipFile, infos: dict[str, zipfile.ZipInfo]) -> None:
        self._made = made
        self._infos = infos
        self.names = {name: info.file_size for name, info in infos.items()}
        self.root = Path("/archive")

    def read(self, name: str, most: int) -> bytes:
        """A file's content.

        Raises:
            KeyError: there is none of this name.
            Unreadable: it is larger than `most`, or damaged.
        """
        if self.names[name] > most:
            raise Unreadable(TOO_LARGE)
        return b"".join(self._pieces(name))

    def sha256(self, name: str) -> str:
        """SHA-256 of a file's content.

        Raises:
            KeyError: there is none of this name.
            Unreadable: it is damaged.
        """
        made = hashlib.sha256()
        for piece in self._pieces(name):
            made.update(piece)
        return made.hexdigest()

    def _pieces(self, name: str) -> Iterator[bytes]:
        left = self.names[name]
        try:
            with self._made.open(self._infos[name]) as file:
                while piece := file.read(PIECE):
                    left -= len(piece)
                    if left < 0:
                        raise Unreadable(TOO_LARGE)
                    yield piece
        except BROKEN as error:
            raise Unreadable(N_("it is damaged")) from error
        if left:
            raise Unreadable(N_("it is damaged"))

    def slugs(self) -> tuple[str, ...]:
        """Every unit that it holds, in order."""
        parts = (name.split("/") for name in self.names if name.startswith("units/"))
        return tuple(sorted({part[1] for part in parts if len(part) > 2 and part[1] != "adjustments"}))

    def texts(self, slug: str) -> Texts:
        """A unit's text."""
        found = Texts()
        start = f"units/{slug}/"
        own = {
            name: self._take(start, name, most, found) for name, most in ((SEALS, MAX_BYTES), (HISTORY, MOST_HISTORY))
        }
        left, count = MOST_UNIT, 0
        for full in sorted(self.names):
            name = full.removeprefix(start)
            if not full.startswith(start) or not _is_book(name):
                continue
            count += 1
            text = self._take(start, name, min(MOST_BOOK, left) if count <= MOST_FILES else -1, found)
            if text is not None:
                left -= len(text)
                found.files[name] = text
        return Texts(found.files, own[SEALS], own[HISTORY], found.faults)

    def _take(self, start: str, name: str, most: int, found: Texts) -> bytes | None:
        if start + name not in self.names:
            return None
        try:
            return self.read(start + name, most)
        except Unreadable as error:
            found.faults[name] = str(error)
            return None

    def common(self) -> Texts:
        """Policy, exchange rates and settings."""
        found = Texts()
        for name in (*COMMON, *(f"units/{slug}/unit.toml" for slug in self.slugs())):
            text = self._take("", name, MOST_BOOK, found)
            if text is not None:
                found.files[name] = text
        return found

    def history(self) -> bytes | None:
        """The federation's own history."""
        name = f"units/{HISTORY}"
        return self.read(name, MOST_HISTORY) if name in self.names else None

    def digest(self, slug: str, name: str) -> str | None:
        """SHA-256 of a unit's document; None where it isn't there."""
        full = f"units/{slug}/{name}"
        return self.sha256(full) if full in self.names else None


def _is_book(name: str) -> bool:
    parts = name.split("/")
    if name == ACCOUNTS:
        return True
    return len(parts) == 3 and parts[0] == "books" and name.endswith(".beancount") and not parts[2].startswith(".")


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Bundle]:
    """A zip, looked at with care; nothing of it is unpacked to the disk.

    Raises:
        ArchiveRefused: it is none, or would do harm.
        OSError: it can't be read at all.
    """
    if path.is_symlink() or not path.is_file():
        if not path.exists():
            raise ArchiveRefused(file=str(path), case="absent")
        raise ArchiveRefused(file=str(path), reason=NO_FILE)
    with path.open("rb") as file:
        try:
            made = zipfile.ZipFile(file)
        except BROKEN as error:
            raise ArchiveRefused(file=str(path), reason=N_("it is no zip file, or is cut off")) from error
        with made:
            reason = _harm(made, path.stat().st_size)
            if reason:
                raise ArchiveRefused(file=str(path), reason=reason)
            yield Bundle(made, {info.filename: info for info in made.infolist()})


def _harm(made: zipfile.ZipFile, size: int) -> str:
    """Why a zip isn't looked into any further; "" where it may be."""
    infos = made.infolist()
    if len(infos) > MOST_NAMES:
        return N_("it holds too many files")
    if sum(info.file_size for info in infos) > MOST_ALL:
        return N_("it would unpack to more than it can hold")
    seen: set[str] = set()
    for info in infos:
        reason = _harmful(info)
        if reason:
            return reason
        plain = unicodedata.normalize("NFC", info.filename).casefold()
        if plain in seen:
            return N_("it holds a name twice")
        seen.add(plain)
    # No file is also a folder of others.
    if any("/".join(name.split("/")[:n]) in seen for name in seen for n in range(1, name.count("/") + 1)):
        return N_("it holds a name twice")
    ends = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < ends:
            return N_("its files lie in each other")
        ends = info.header_offset + LOCAL_HEADER + len(info.orig_filename) + info.compress_size
    return N_("it is cut off") if ends > size else ""


def _harmful(info: zipfile.ZipInfo) -> str:
    name = info.orig_filename
    kind = stat.S_IFMT(info.external_attr >> 16)
    if name != info.filename or not is_plain(name):
        return N_("it holds a name that leads elsewhere")
    if kind not in {0, stat.S_IFREG}:
        return N_("it holds a link, or what is no file")
    if info.flag_bits & ENCRYPTED:
        return N_("it is encrypted")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        return N_("it is packed in an unusual way")
    if info.file_size > MOST_BYTES or info.file_size > SMALL + RATIO * info.compress_size:
        return N_("it would unpack to more than it can hold")
    return ""


def is_plain(name: str) -> bool:
    """Whether a name is a file's below the folder, on every system."""
    parts = name.split("/")
    if len(name) > LONGEST or not name.isprintable() or set(name) & set('\\:*?"<>|'):
        return False
    return all(part and part not in {".", ".."} and part == part.strip(" ") for part in parts)
