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
from collections.abc import Iterable
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
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
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


def replace(path: Path, data: bytes, *, private: bool = False, sync: bool = True) -> None:
    """Put `data` in the place of `path`'s content, or create it; parents are made. `private`, `sync` as in `stage`."""
    make_folders(path.parent)
    temporary = stage(path, data, private=private, sync=sync)
    try:
        os.rename(temporary, path)  # noqa: PTH104  faults are injected into os.rename by the tests
    except BaseException:
        discard([temporary])
        raise
    if sync:
        sync_folder(path.parent)


def discard(temporaries: Iterable[Path]) -> None:
    """Remove temporary files as far as possible; what stays is swept later."""
    for path in temporaries:
        with contextlib.suppress(OSError):
            path.unlink()


def sweep(folder: Path) -> int:
    """Remove temporary files that a crash left below `folder` (links aren't followed); how many there were.

    Only for whoever holds the lock of what lies below `folder`.
    """
    found = 0
    for here, _, names in os.walk(folder):
        left = [Path(here, name) for name in names if name.startswith(TEMPORARY)]
        discard(left)
        found += len(left)
    return found
