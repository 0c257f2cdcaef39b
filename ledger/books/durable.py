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
