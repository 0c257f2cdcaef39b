"""Files that are whole after any crash: temporary file, fsync, rename, fsync of the folder.

A reader sees the old content or the new, never a part. What a crash leaves behind is a `.tmp-` file, which is nobody's
and is swept by the next writer.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

#: Files that a crash may leave; no reader looks at them.
TEMPORARY = ".tmp-"


def sha256(data: bytes) -> str:
    """SHA-256 of `data`, in hex."""
    return hashlib.sha256(data).hexdigest()


def read_plain(path: Path, most: int = -1) -> bytes:
    """What an ordinary file holds; nothing else is opened, since a pipe would never answer and a link leads outside.

    Args:
        path: the file.
        most: how many bytes to read at most; all of them where it is negative.

    Raises:
        OSError: it isn't there, can't be read, or is a link, a folder, a pipe or a device.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "no ordinary file", str(path))
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(most)
    finally:
        os.close(handle)


def content_hash(path: Path) -> str | None:
    """SHA-256 of a file's content; None where there is no file."""
    try:
        return sha256(read_plain(path))
    except FileNotFoundError:
        return None


def sync_folder(folder: Path) -> None:
    """Make what was renamed, created or removed in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folders(folder: Path) -> None:
    """Create `folder` and what is missing above it, durably."""
    missing: list[Path] = []
    here = folder
    while not here.is_dir():
        missing.append(here)
        here = here.parent
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        sync_folder(path.parent)


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """An error is about the file that was asked for, not about the temporary one beside it."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def stage(path: Path, data: bytes, *, private: bool = False, sync: bool = True) -> Path:
    """Write `data` to a temporary file beside `path`, with the mode that `path` has or will have.

    Args:
        path: where it shall stand in the end.
        data: its content.
        private: only its owner may read it.
        sync: False for what is only kept to save time, and made again where a power cut took it.

    Returns:
        The temporary file; rename it to `path` and sync the folder. Nothing is left where writing failed.
    """
    mode = 0o600 if private else _mode(path)
    with _named(path):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
    temporary = Path(name)
    try:
        with _named(path), os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            if sync:
                os.fsync(file.fileno())
    except BaseException:
        discard([temporary])
        raise
    return temporary


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o644 & ~mask


def replaceable(path: Path) -> bool:
    """Whether nothing stands at `path`, or an ordinary file: a device, pipe, folder or link is never replaced."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return True


def _check_plain(path: Path) -> None:
    if not replaceable(path):
        raise OSError(errno.EINVAL, "no ordinary file", str(path))


def replace(path: Path, data: bytes, *, private: bool = False, sync: bool = True) -> None:
    """Put `data` in the place of `path`'s content, or create it; parents are made. `private`, `sync` as in `stage`.

    Raises:
        OSError: it can't be written, or what stands there is no ordinary file.
    """
    replace_all({path: data}, private=private, sync=sync)


def replace_all(files: Mapping[Path, bytes], *, private: bool = False, sync: bool = True) -> None:
    """As `replace` for several files: no file is put in its place before all are written beside theirs.

    Raises:
        OSError: one can't be written, or isn't ordinary: none is changed then, unless a rename itself failed.
    """
    staged: dict[Path, Path] = {}
    try:
        for path, data in files.items():
            make_folders(path.parent)
            _check_plain(path)
            staged[path] = stage(path, data, private=private, sync=sync)
        for path, temporary in staged.items():
            with _named(path):
                os.rename(temporary, path)  # noqa: PTH104  faults are injected into os.rename by the tests
    except BaseException:
        discard(staged.values())
        raise
    if sync:
        for folder in {path.parent: None for path in files}:
            sync_folder(folder)


def discard(temporaries: Iterable[Path]) -> None:
    """Remove temporary files as far as possible; what stays is swept later."""
    for path in temporaries:
        with contextlib.suppress(OSError):
            path.unlink()


def add(path: Path, at: int, data: bytes) -> None:
    """Add whole lines at the end of a file, or create it. What stands there is never written anew.

    Args:
        path: the file; its folder is there.
        at: how many bytes it holds now.
        data: what is added.

    Raises:
        OSError: it can't be written, holds more or less, or is no ordinary file. A part may have been added.
    """
    with _named(path):
        fresh = not path.exists()
        handle = os.open(path, _ADDING, 0o644)
        try:
            info = os.fstat(handle)
            if not stat.S_ISREG(info.st_mode) or info.st_size != at:
                raise OSError(errno.EINVAL, "it isn't as it was read")
            _write(handle, data)
            os.fsync(handle)
        finally:
            os.close(handle)
    if fresh:
        sync_folder(path.parent)


_ADDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def _write(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def stands(path: Path, at: int, data: bytes) -> bool:
    """Whether `data` stands in a file, from its byte `at` on."""
    try:
        return read_plain(path)[at : at + len(data)] == data
    except OSError:
        return False


def add_again(path: Path, at: int, data: bytes) -> None:
    """Finish an `add` that may have been interrupted anywhere, a power cut in the midst of it included.

    Where somebody changed the file since, the lines are added at its end, unless they stand somewhere in it.

    Raises:
        OSError: as `add`.
    """
    try:
        found = read_plain(path)
    except FileNotFoundError:
        found = b""
    begun = found[at:].rstrip(b"\0")  # what was to be written, and wasn't, may be there as zeros
    if len(found) < at or not (data.startswith(begun) and len(found) <= at + len(data)):
        if data.strip(b"\n") not in found:
            add(path, len(found), data if not found or found.endswith(b"\n") else b"\n" + data.lstrip(b"\n"))
        return
    if begun != data:
        if len(found) > at:
            with _named(path):
                handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
                try:
                    os.ftruncate(handle, at)
                finally:
                    os.close(handle)
        add(path, at, data)
        return
    with _named(path):  # written, but perhaps not yet beyond a power cut
        handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    sync_folder(path.parent)


def sweep(folder: Path, *, deep: bool = True) -> int:
    """Remove temporary files that a crash left below `folder` (links aren't followed); how many there were.

    Only for whoever holds the lock of what lies below `folder`, or with `deep` False of what lies in it itself.
    """
    found = 0
    for here, folders, names in os.walk(folder):
        if not deep:
            folders.clear()
        left = [Path(here, name) for name in names if name.startswith(TEMPORARY)]
        discard(left)
        found += len(left)
    return found
