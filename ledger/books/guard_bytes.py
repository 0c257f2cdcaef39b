"""The guard's first look: where a file lies and what bytes it holds. No parser sees it yet.

A book is a plain text file inside its unit's folder: nothing that points elsewhere (symbolic links, in any folder on
the way; hard links, through which an edit of the book would change a file elsewhere), nothing that blocks (pipes) or
never ends (devices). Its text is UTF-8 in Unicode form NFC, so that what looks the same is the same; it holds no
character that can't be seen. Line ends are LF or CRLF: both read alike in Beancount; a carriage return anywhere else
is refused, because some programs see a new line there and others don't.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import unicodedata
from pathlib import Path

from ledger.books import problems_files as found
from ledger.errors import Problem

MAX_BYTES = 8 << 20
MAX_LINES = 200_000
MAX_LINE = 2_000
#: How many problems of one file are listed.
MAX_PROBLEMS = 50
EXCERPT = 160

#: What needs no second look; what is left of a text without them is short.
_USUAL = bytes([9, 10, *range(32, 127)])
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_CONFLICT = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)
#: Unicode categories that no book holds: control, format (bidi, zero width), private, surrogate, unassigned, line ends.
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def read_file(
    path: Path, root: Path, shown: str, *, unit: str | None = None, suffix: str = ".beancount"
) -> tuple[bytes | None, list[Problem]]:
    """Read one file of a book, refusing whatever isn't a plain text file below `root`.

    Every folder between `root` and the file is opened by its own name without following links, so that what was
    checked is what is read, whoever renames things meanwhile.

    Args:
        path: absolute path, below `root`.
        root: the unit's folder (for policy and prices: `units/`); itself trusted.
        shown: the path as users know it, for problems.
        unit: slug, for problems.
        suffix: what its name must end in.

    Returns:
        `(bytes, [])`, or `(None, problems)`.
    """
    try:
        data = _read_inside(path, root, suffix)
    except Problem as problem:
        problem.file, problem.unit = shown, unit
        return None, [problem]
    problems = bytes_problems(data, shown, unit)
    return (None, problems) if problems else (data, [])


def _read_inside(path: Path, root: Path, suffix: str) -> bytes:
    """The bytes of `path`; raises a Problem without place."""
    if not path.name.endswith(suffix) or path.name == suffix:
        raise found.BookName(name=visible(path.name))
    try:
        parts = path.relative_to(root).parts
    except ValueError:
        raise found.BookOutside(name=visible(path.name)) from None
    if ".." in parts or not parts:
        raise found.BookOutside(name=visible(path.name))
    descriptor = -1
    try:
        folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in parts[:-1]:
                deeper = os.open(part, _DIRECTORY, dir_fd=folder)
                os.close(folder)
                folder = deeper
            _look(parts[-1], folder)
            descriptor = os.open(parts[-1], _FILE, dir_fd=folder)
        finally:
            os.close(folder)
        return _read_descriptor(descriptor, parts[-1])
    except OSError as error:
        raise _os_problem(error, path) from error
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _look(name: str, folder: int) -> None:
    """Refuse by kind before opening: opening some devices already does something."""
    mode = os.lstat(name, dir_fd=folder).st_mode
    if stat.S_ISLNK(mode):
        raise found.BookLinked(name=visible(name))
    if not stat.S_ISREG(mode):
        raise found.BookNotAFile(name=visible(name))


def _read_descriptor(descriptor: int, name: str) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise found.BookNotAFile(name=visible(name))
    if status.st_nlink > 1:
        raise found.BookHardLinked
    if status.st_size > MAX_BYTES:
        raise found.BookTooBig(size=status.st_size, limit=MAX_BYTES)
    with open(descriptor, "rb", closefd=False) as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise found.BookTooBig(size=len(data), limit=MAX_BYTES)
    return data


def _os_problem(error: OSError, path: Path) -> Problem:
    if error.errno == errno.ENOENT:
        return found.BookMissing()
    if error.errno in {errno.ELOOP, errno.ENOTDIR}:
        return found.BookLinked(name=visible(path.name))
    return found.BookUnreadable(reason=error.strerror or type(error).__name__)


def bytes_problems(data: bytes, shown: str | None, unit: str | None = None) -> list[Problem]:
    """What is wrong with a file's bytes before anything is read into them; empty when nothing is."""
    look = _Bytes(data, shown, unit)
    look.run()
    return look.problems


class _Bytes:
    """One pass over the bytes; each check is one call into C where nothing is wrong."""

    def __init__(self, data: bytes, shown: str | None, unit: str | None) -> None:
        self.data = data
        self.shown = shown
        self.unit = unit
        self.problems: list[Problem] = []

    def add(self, kind: type[Problem], line: int | None, excerpt: str | None = None, **params: object) -> None:
        self.problems.append(
            kind(file=self.shown, unit=self.unit, line=line, excerpt=clip(excerpt) if excerpt else None, **params)
        )

    def run(self) -> None:
        data = self.data
        if not data:
            return self.add(found.BookCutOff, None)
        if len(data) > MAX_BYTES:
            return self.add(found.BookTooBig, None, size=len(data), limit=MAX_BYTES)
        if data.startswith((b"\xff\xfe", b"\xfe\xff")) or _every_other_is_zero(data[:64]):
            return self.add(found.BookUtf16, 1)
        if data.startswith(b"\xef\xbb\xbf"):
            self.add(found.BookByteOrderMark, 1)
            data = data[3:]
        if b"<<<<<<< " in data or b">>>>>>> " in data:
            for match in _CONFLICT.finditer(data):
                if len(self.problems) < MAX_PROBLEMS:
                    self.add(found.BookMergeConflict, _line(data, match.start()), _excerpt(data, match.start()))
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            return self._not_utf8(data, error.start)
        self._lines(data, text)
        unusual = data.translate(None, _USUAL)
        if unusual:
            self._characters(text, set(unusual.decode("utf-8")))
        if unusual.count(b"\r") > data.count(b"\r\n"):
            lone = _LONE_RETURN.search(data)
            assert lone is not None
            self.add(found.BookLineEnds, _line(data, lone.start()), _excerpt(data, lone.start()))
        return None

    def _not_utf8(self, data: bytes, start: int) -> None:
        begin = data.rfind(b"\n", 0, start) + 1
        end = data.find(b"\n", start)
        raw = data[begin : end if end >= 0 else len(data)]
        guess = clip(raw.decode("latin-1").strip())
        line = _line(data, start)
        self.add(
            found.BookNotUtf8, line, raw.decode("utf-8", "backslashreplace"), byte=f"{data[start]:02X}", guess=guess
        )

    def _lines(self, data: bytes, text: str) -> None:
        count = data.count(b"\n")
        if count > MAX_LINES:
            self.add(found.BookTooManyLines, None, count=count, limit=MAX_LINES)
        if not _has_long_line(data):
            return
        for number, line in enumerate(text.split("\n"), 1):
            if len(line) > MAX_LINE and len(self.problems) < MAX_PROBLEMS:
                self.add(found.BookLongLine, number, line, count=len(line), limit=MAX_LINE)

    def _characters(self, text: str, unusual: set[str]) -> None:
        unseen = {c for c in unusual if unicodedata.category(c) in _UNSEEN} - {"\r"}
        nfc = unicodedata.is_normalized("NFC", text)
        if not unseen and nfc:
            return
        for number, line in enumerate(text.split("\n"), 1):
            if len(self.problems) >= MAX_PROBLEMS:
                return
            bad = next((c for c in line if c in unseen), None)
            if bad is not None:
                name = unicodedata.name(bad, "")
                self.add(found.BookCharacter, number, line, character=f"U+{ord(bad):04X} {name}".strip())
            elif not nfc and not unicodedata.is_normalized("NFC", line):
                self.add(found.BookNotNfc, number, line)


def visible(text: str) -> str:
    """`text` with every unseen character named, so that a message can't be turned around by it."""
    return "".join(f"<U+{ord(c):04X}>" if unicodedata.category(c) in _UNSEEN else c for c in text)


def clip(text: str) -> str:
    """An excerpt: one line, visible, not too long."""
    shown = visible(text[:EXCERPT].rstrip("\r\n").replace("\t", "    "))
    return shown + ("…" if len(text) > EXCERPT else "")


def _every_other_is_zero(start: bytes) -> bool:
    """UTF-16 without its mark: Latin letters, each with a zero byte beside it."""
    return len(start) >= 4 and any(not any(start[i::2]) and all(start[1 - i :: 2]) for i in (0, 1))


def _has_long_line(data: bytes) -> bool:
    """Whether a line may have too many characters: from line end to line end, as far as each allowed step reaches."""
    position = -1
    while position + MAX_LINE + 1 < len(data):
        further = data.rfind(b"\n", position + 1, position + MAX_LINE + 2)
        if further < 0:
            return True
        position = further
    return False


def _line(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _excerpt(data: bytes, position: int) -> str:
    begin = data.rfind(b"\n", 0, position) + 1
    end = data.find(b"\n", position)
    return data[begin : end if end >= 0 else len(data)].decode("utf-8", "backslashreplace")
