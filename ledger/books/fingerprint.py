"""Whether anything changed since the books were last loaded, found out without loading anything.

A *look* at a file is its kind, size, times and inode. As long as looks are as recorded, the content is taken to be as
recorded, too, with one exception: a file changed less than two seconds before it was last read may have been changed
again within the clock's grain, so its content is read once more. The record (`looks.json` in the state folder) is
written by `ledger.books.load`.

This module imports nothing but the standard library: a command that only repeats what it said before must not pay for
pydantic, Polars or Beancount. Its answers are kept in the `AnswerCache`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ledger.books import durable
from ledger.books.durable import read_plain

SCHEMA = 1
LOOKS = "looks.json"
#: A change this close to the moment of reading isn't told apart by its time.
RACY_NS = 2_000_000_000
#: What is read of one file; larger ones are refused by the guard, whatever they say.
LARGEST = 64 << 20
ANSWERS_KEPT = 64
PICKLE = ".picklecache"
#: Files of a unit's folder that its figures depend on; so does every `.toml` (a chart of its own), and all of `books/`.
UNIT_FILES = ("main.beancount", "accounts.beancount", "seals.jsonl")
#: Texts beside the units' folders.
CENTRAL_FILES = ("policy.beancount", "prices.beancount")
SETTINGS = ".toml"
#: The finance head's adjustments: every file of the folder counts.
ADJUSTMENTS = "units/adjustments"
#: A text or settings that a dot hides: never read, but named. What editors and systems leave so is litter (`.#name`,
#: `.~lock`, `._name`, the writer's own `.tmp-`).
HIDDEN = re.compile(r"\.(?![#~_.]|tmp-).*\.(?:beancount|toml)", re.DOTALL | re.IGNORECASE)
#: A text: below a unit's `books/` and of a few names it is read; elsewhere it is named.
TEXT = re.compile(r".+\.beancount", re.DOTALL | re.IGNORECASE)
#: A year's folder: its place is below `books/`.
YEAR = re.compile(r"[12][0-9]{3}")
#: Folders of a unit that hold no settings, and may hold very many files.
PAPERS = ("documents", "inbox")

Look = tuple[int, int, int, int, int]  # mode, size, mtime_ns, ctime_ns, inode


@dataclass
class Seen:
    """What was recorded of a file: its look, the digest of its content, and when that was read (ns)."""

    look: Look
    digest: str
    read_at: int

    def still(self, look: Look) -> bool:
        """Whether a file that looks like `look` now has the recorded content."""
        return look == self.look and max(look[2], look[3]) < self.read_at - RACY_NS


@dataclass
class Record:
    """Everything recorded: files by their path below the workspace, and documents whose presence a book depends on."""

    files: dict[str, Seen] = field(default_factory=dict)
    units: dict[str, dict[str, Any]] = field(default_factory=dict)  # slug -> {"key": …, "documents": [[path, bool], …]}


def digest_of(*parts: bytes) -> str:
    """Digest of byte strings, none of which can run into the next."""
    made = hashlib.blake2b(digest_size=20)
    for part in parts:
        made.update(len(part).to_bytes(8, "big"))
        made.update(part)
    return made.hexdigest()


def _look(info: os.stat_result) -> Look:
    if stat.S_ISDIR(info.st_mode):  # a folder's times change with what is in it, which is looked at by itself
        return (stat.S_IFMT(info.st_mode), 0, 0, 0, 0)
    return (stat.S_IFMT(info.st_mode), info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)


def _entries(folder: str, prefix: str, *, deep: bool, pickles: list[str] | None = None) -> Iterator[tuple[str, Look]]:
    """Names and looks below a folder. Names that begin with a dot are passed over, as Beancount and the guard do.

    Those of which the guard says that a dot hides them count, outside `books/` and what else is walked to its depth.

    Of a folder that may not be read nothing is seen: that it can't be is the guard's to say, of its own unit alone.
    """
    try:
        with os.scandir(folder) as found:
            for entry in found:
                if pickles is not None and entry.name.endswith(PICKLE):
                    pickles.append(entry.path)
                if entry.name.startswith(".") and (deep or not HIDDEN.fullmatch(entry.name)):
                    continue
                try:
                    info = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue  # gone since
                name = prefix + entry.name
                yield name, _look(info)
                if deep and stat.S_ISDIR(info.st_mode):
                    yield from _entries(entry.path, name + "/", deep=True, pickles=pickles)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return


def look_at_unit(root: str, slug: str, pickles: list[str] | None = None) -> dict[str, Look]:
    """Looks of the files of a unit's own folder that its figures depend on, and of everything in `books/`.

    And of texts that lie beside `books/`, or in a year's folder there: they are named.
    """
    looks: dict[str, Look] = {}
    unit = f"units/{slug}/"
    for name, look in _entries(f"{root}/units/{slug}", unit, deep=False, pickles=pickles):
        inside = name[len(unit) :]
        if (
            HIDDEN.fullmatch(inside)
            or TEXT.fullmatch(inside)
            or inside in UNIT_FILES
            or inside.endswith(SETTINGS)
            or (inside == "books" and not stat.S_ISDIR(look[0]))
        ):
            looks[name] = look
        elif stat.S_ISDIR(look[0]) and inside not in PAPERS:
            below = _entries(f"{root}/{name}", f"{name}/", deep=True, pickles=pickles)
            looks.update(found for found in below if inside == "books" or _told(inside, found[0]))
    return looks


def _told(folder: str, name: str) -> bool:
    """Whether a file in a unit's further folder counts: settings, or a text that should lie below `books/`."""
    return name.endswith(SETTINGS) or (YEAR.fullmatch(folder) is not None and TEXT.fullmatch(name) is not None)


def look_at(root: Path, pickles: list[str] | None = None) -> dict[str, Look]:
    """Looks of everything that the books of a workspace depend on, by path below `root`.

    Args:
        root: the workspace.
        pickles: takes the paths of Beancount's load caches that lie about.
    """
    base = str(root)
    looks: dict[str, Look] = {}
    for name in ("fava.conf", *(f"units/{name}" for name in CENTRAL_FILES)):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            looks[name] = _look(os.lstat(f"{base}/{name}"))
    if pickles is not None:
        for _ in _entries(base, "", deep=False, pickles=pickles):
            pass
    looks.update(_entries(f"{base}/runs", "runs/", deep=True))
    for name, look in list(_entries(f"{base}/units", "units/", deep=False, pickles=pickles)):
        inside = name[len("units/") :]
        if HIDDEN.fullmatch(inside) or (TEXT.fullmatch(inside) and not stat.S_ISDIR(look[0])):
            looks[name] = look
        elif name == ADJUSTMENTS:
            looks[name] = look
            looks.update(_entries(f"{base}/{name}", f"{name}/", deep=False, pickles=pickles))
        elif stat.S_ISDIR(look[0]):
            looks[name] = look
            looks.update(look_at_unit(base, name[len("units/") :], pickles))
        elif stat.S_ISLNK(look[0]):
            looks[name] = look
    return looks


def content(path: str, look: Look) -> str:
    """Digest of what a file holds. Only regular files are opened; of others the kind counts (a link's target, too)."""
    kind = look[0]
    if stat.S_ISLNK(kind):
        with contextlib.suppress(OSError):
            return digest_of(b"link", bytes(Path(path).readlink()))
    if not stat.S_ISREG(kind) or look[1:] == (0, 0, 0, 0):
        return digest_of(b"kind", str(kind).encode())
    if look[1] > LARGEST:
        return digest_of(b"large", str(look).encode())
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            # A second name (hard link) changes nothing in the text, but the guard refuses it.
            text = file.read(LARGEST + 1)
            return content_of(text) if os.fstat(handle).st_nlink == 1 else digest_of(b"linked", text)
    except OSError as error:
        return digest_of(b"error", str(error.errno).encode())


def content_of(text: bytes) -> str:
    """Digest of a plain file that holds `text`."""
    return digest_of(b"file", text)


def refresh(root: Path, looks: dict[str, Look], record: Record, now: int) -> dict[str, Seen]:
    """What every file looked at holds; only files that may have changed are read.

    Args:
        root: the workspace.
        looks: what was seen just now.
        record: what was seen before.
        now: the time before the files are read, in ns.
    """
    fresh: dict[str, Seen] = {}
    for name, look in looks.items():
        seen = record.files.get(name)
        if seen is not None and seen.still(look):
            fresh[name] = seen
        else:
            fresh[name] = Seen(look, content(f"{root}/{name}", look), now)
    return fresh


def read_record(state: Path) -> Record:
    """The record in the state folder; an empty one where there is none that can be read."""
    try:
        text = read_plain(state / LOOKS)
        head, _, body = text.partition(b"\n")
        if head.decode("ascii") != digest_of(body):
            return Record()
        found = json.loads(body)
        if found["schema"] != SCHEMA:
            return Record()
        files = {name: Seen(tuple(row[:5]), row[5], row[6]) for name, row in found["files"].items()}
        return Record(files, found["units"])
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError):
        return Record()


def write_record(state: Path, record: Record) -> None:
    """Write the record, whole or not at all.

    Raises:
        OSError: it can't be written; nothing is lost but time.
    """
    files = {name: [*seen.look, seen.digest, seen.read_at] for name, seen in record.files.items()}
    body = json.dumps({"schema": SCHEMA, "files": files, "units": record.units}, separators=(",", ":")).encode()
    durable.replace(state / LOOKS, digest_of(body).encode() + b"\n" + body, private=True, sync=False)


def sources() -> str:
    """Digest of the looks of all code that makes figures: Sambok's own, Beancount's, and the interpreter."""
    rows: list[tuple[Any, ...]] = [(sys.version,)]
    house = Path(__file__).resolve().parent.parent
    for top in (house, house.parent / "plugins"):
        for folder, folders, files in os.walk(top):
            folders[:] = sorted(f for f in folders if f != "__pycache__")
            for name in sorted(files):
                if name.endswith((".py", ".toml", ".mo", ".html")):
                    info = os.lstat(f"{folder}/{name}")
                    rows.append((os.path.relpath(f"{folder}/{name}", house.parent), info.st_size, info.st_mtime_ns))
    spec = find_spec("beancount")  # found, not imported
    for place in (spec.submodule_search_locations or ()) if spec else ():
        # Installing another version of anything changes the folder of installed packages.
        rows.extend((p, os.stat(p).st_mtime_ns) for p in (place, os.path.dirname(place)))  # noqa: PTH116, PTH120  as os.walk
    return digest_of(repr(rows).encode())


def fingerprint(root: Path, state: Path) -> str | None:
    """A digest of everything that the figures of a workspace depend on, if none of it changed since it was last loaded.

    It covers `fava.conf`, policy, prices and adjustments, locked runs, every unit's settings, chart and books, the
    presence of documents that the books name, the program itself and today's date. It does not cover the environment
    (language, terminal), inboxes or the command line: who keeps answers under it adds these to the key.

    Args:
        root: the workspace's folder.
        state: its state folder (`Workspace.state_folder`).

    Returns:
        The digest; None where something changed, or nothing is recorded. What a command makes of books that it has
        loaded is kept under `Books.fingerprint`, not under a digest taken later: somebody may have written meanwhile.
    """
    record = read_record(state)
    if not record.files:
        return None
    looks = look_at(root)
    if looks.keys() != record.files.keys():
        return None
    for name, look in looks.items():
        seen = record.files[name]
        if not seen.still(look) and content(f"{root}/{name}", look) != seen.digest:
            return None
    if not all(documents_stand(unit.get("documents", [])) for unit in record.units.values()):
        return None
    return fingerprint_of(root, record)


def fingerprint_of(root: Path, record: Record) -> str:
    """The digest of what is recorded; see `fingerprint`."""
    today = dt.date.today().isoformat()  # noqa: DTZ011  the bookkeeper's own calendar day
    files = "\n".join(f"{name}\0{record.files[name].digest}" for name in sorted(record.files))
    documents = repr(sorted((slug, unit.get("documents", [])) for slug, unit in record.units.items()))
    parts = (str(root), files, documents, sources(), today)
    return digest_of(*(part.encode("utf-8", "surrogateescape") for part in parts))


def documents_stand(documents: list[list[Any]]) -> bool:
    """Whether each document is there, or missing, as it was."""
    return all(os.path.exists(path) is there for path, there in documents)  # noqa: PTH110  many, in the fast path


@dataclass(frozen=True)
class AnswerCache:
    """Texts that a command may print again as long as the fingerprint in their key stands."""

    folder: Path

    def _path(self, key: str) -> Path:
        return self.folder / (digest_of(key.encode()) + ".txt")

    def get(self, key: str) -> str | None:
        """The text kept under `key`; None if there is none, or it isn't as it was written."""
        try:
            head, _, body = self._path(key).read_bytes().partition(b"\n")
            return body.decode() if head.decode("ascii") == digest_of(key.encode(), body) else None
        except (OSError, ValueError):
            return None

    def put(self, key: str, text: str) -> None:
        """Keep `text` under `key`; where it can't be written, it is simply not kept."""
        body = text.encode()
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            content = digest_of(key.encode(), body).encode() + b"\n" + body
            durable.replace(self._path(key), content, private=True, sync=False)
            kept = sorted(self.folder.glob("*.txt"), key=lambda p: p.stat().st_mtime_ns)
            for old in kept[:-ANSWERS_KEPT]:
                old.unlink(missing_ok=True)


def answer_cache(state: Path) -> AnswerCache:
    """The answers kept in a state folder."""
    return AnswerCache(state / "answers")
