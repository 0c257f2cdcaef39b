"""What was read of the books, kept so that unchanged text is neither guarded nor parsed again.

A *partition* is what one book gave: a folder `<cache>/units/<slug>/<key>/` with the entries as Parquet and a small
`summary.json` for group figures. The key is a digest of everything the result depends on, so a partition is never
out of date; it is only no longer asked for. The cache lies in the state folder, never in a unit's, is nobody's but its
owner's (0700), and holds nothing that could run. Every file is checked against a digest before it counts: what is cut
off, damaged or of another version is as if it weren't there. It may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger.books import durable
from ledger.books.fingerprint import digest_of, documents_stand
from ledger.books.problems_load import CacheDamaged
from ledger.books.rows import SummaryError, unpack_summary
from ledger.books.summary import Summary
from ledger.errors import Problem

#: Raised when what partitions hold changes its form.
SCHEMA = 9
#: Partitions kept for each unit: the book as it is, and as it was before the last edit.
KEPT = 2
LARGEST = 1 << 30
TABLES = ("transactions", "postings", "directives")
SUMMARY = "summary.json"


@dataclass(frozen=True)
class Partition:
    """What is kept of one book.

    Attributes:
        key: digest of what it depends on.
        problems: what is wrong with the book.
        told: what is wrong beside its seals, and leaves its figures standing.
        files: its files, main file first.
        documents: files it names, and whether they were there.
        options: Beancount's options, as a cell.
        summary: its summary; None where the text was refused.
        digests: of each table.
        tables: the tables themselves, where they couldn't be written to disk.
    """

    key: str
    problems: tuple[Problem, ...]
    files: tuple[str, ...]
    documents: list[list[Any]]
    options: Any
    summary: Summary | None
    digests: dict[str, str]
    tables: dict[str, bytes] = field(default_factory=dict)
    told: tuple[Problem, ...] = ()


def read_safely(path: Path) -> bytes | None:
    """What a file of the cache holds; None where there is no such regular file of ours."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode) or info.st_size > LARGEST or info.st_uid != os.geteuid():
            return None
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read()
    except OSError:
        return None
    finally:
        os.close(handle)


class Cache:
    """The cache below one folder.

    Args:
        folder: where; made with mode 0700. One that others may write to isn't used.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.usable = False
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            info = os.lstat(folder)
            if stat.S_ISDIR(info.st_mode) and info.st_uid == os.geteuid():
                if info.st_mode & 0o077:
                    folder.chmod(0o700)
                self.usable = True

    def _place(self, slug: str, key: str) -> Path:
        return self.folder / "units" / slug / key

    def find(self, slug: str, key: str) -> Partition | None:
        """The partition of a book, if there is a sound one and the documents it names are as they were."""
        text = read_safely(self._place(slug, key) / SUMMARY) if self.usable else None
        if text is None:
            return None
        try:
            digest, body = text.split(b"\n", 1)
            if digest.decode("ascii") != digest_of(key.encode(), body):
                return None
            head, rest = body.split(b"\n", 1)
            return self._partition(slug, key, json.loads(head), rest)
        except (ValueError, KeyError, TypeError, SummaryError):
            return None

    def _partition(self, slug: str, key: str, head: dict[str, Any], rest: bytes) -> Partition | None:
        documents = head["documents"]
        if head["schema"] != SCHEMA or not documents_stand(documents):
            return None
        return Partition(
            key=key,
            problems=tuple(Problem.from_dict(p) for p in head["problems"]),
            files=tuple(str(f) for f in head["files"]),
            documents=documents,
            options=head["options"],
            summary=self._summary(slug, key, rest) if rest else None,
            digests={name: str(head["tables"][name]) for name in TABLES} if rest else {},
            told=tuple(Problem.from_dict(p) for p in head["told"]),
        )

    def _summary(self, slug: str, key: str, text: bytes) -> Summary:
        summary = unpack_summary(text)
        decode = summary.__dict__["_decode"]

        def checked(section: str, row_text: bytes) -> tuple[Any, ...]:
            """Rows of a section; a section that only looked sound takes the partition with it."""
            try:
                rows: tuple[Any, ...] = decode(section, row_text)
            except SummaryError as error:
                shutil.rmtree(self._place(slug, key), ignore_errors=True)
                raise CacheDamaged(unit=slug, file=f"units/{slug}/main.beancount", section=section) from error
            return rows

        summary.__dict__["_decode"] = checked
        return summary

    def keep(self, slug: str, partition: Partition, summary: bytes) -> bool:
        """Write a partition, whole or not at all.

        The summary is made durable and names the digests of the tables; a table that a power cut tore is found out.

        Returns:
            Whether it is on disk; if not (a full disk, no right to write), the book is read anew next time.
        """
        if not self.usable:
            return False
        place = self._place(slug, partition.key)
        head = {
            "schema": SCHEMA,
            "problems": [problem.to_dict() for problem in partition.problems],
            "told": [problem.to_dict() for problem in partition.told],
            "files": partition.files,
            "documents": partition.documents,
            "options": partition.options,
            "tables": partition.digests,
        }
        body = json.dumps(head, separators=(",", ":")).encode("ascii") + b"\n" + summary
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(prefix=".new-", dir=place.parent))
            try:
                for name, text in partition.tables.items():
                    (made / f"{name}.parquet").write_bytes(text)
                content = digest_of(partition.key.encode(), body).encode() + b"\n" + body
                durable.replace(made / SUMMARY, content, private=True)
                _swap(made, place)
            finally:
                shutil.rmtree(made, ignore_errors=True)
        except OSError:
            return False
        self._prune(place)
        return True

    def _prune(self, newest: Path) -> None:
        """Keep the last partitions of a unit; leftovers of interrupted writing go, too."""
        with contextlib.suppress(OSError):
            others = [p for p in newest.parent.iterdir() if p != newest]
            others.sort(key=lambda p: (p.name.startswith("."), -p.stat().st_mtime_ns))
            for old in others[KEPT - 1 :]:
                shutil.rmtree(old, ignore_errors=True)

    def tables(self, slug: str, partition: Partition, names: Sequence[str] = TABLES) -> dict[str, bytes] | None:
        """Tables of a partition, checked; None if one isn't what was written."""
        if partition.tables:
            return {name: partition.tables[name] for name in names}
        found: dict[str, bytes] = {}
        for name in names:
            text = read_safely(self._place(slug, partition.key) / f"{name}.parquet")
            if text is None or digest_of(text) != partition.digests[name]:
                return None
            found[name] = text
        return found

    def read_text(self, name: str, key: str) -> str | None:
        """A text kept under `name` and `key`."""
        text = read_safely(self.folder / "central" / f"{name}.json") if self.usable else None
        if text is None:
            return None
        digest, _, body = text.partition(b"\n")
        try:
            return body.decode() if digest.decode("ascii") == digest_of(key.encode(), body) else None
        except ValueError:
            return None

    def keep_text(self, name: str, key: str, text: str) -> None:
        """Keep a text under `name`; the last one only."""
        if self.usable:
            body = text.encode()
            with contextlib.suppress(OSError):
                place = self.folder / "central"
                place.mkdir(mode=0o700, exist_ok=True)
                content = digest_of(key.encode(), body).encode() + b"\n" + body
                durable.replace(place / f"{name}.json", content, private=True, sync=False)


def _swap(made: Path, place: Path) -> None:
    """Put the folder `made` where `place` is. A partition of the same key says the same: either may stand."""
    try:
        made.rename(place)
    except OSError:
        if not place.is_dir() or place.is_symlink():
            raise
        old = Path(tempfile.mkdtemp(prefix=".old-", dir=place.parent))
        try:
            place.rename(old / "was")
            made.rename(place)
        finally:
            shutil.rmtree(old, ignore_errors=True)


def make_partition(key: str, head: dict[str, Any], blobs: Sequence[bytes]) -> tuple[Partition, bytes]:
    """A worker's answer as a partition, and its summary's text.

    Raises:
        ValueError, KeyError, TypeError: the answer isn't one.
    """
    summary = blobs[0] if blobs else b""
    tables = dict(zip(TABLES, blobs[1:], strict=True)) if blobs else {}
    partition = Partition(
        key=key,
        problems=tuple(Problem.from_dict(p) for p in head["problems"]),
        files=tuple(head["files"]),
        documents=[[str(path), bool(there)] for path, there in head["documents"]],
        options=head["options"],
        summary=unpack_summary(summary) if summary else None,
        digests={name: digest_of(text) for name, text in tables.items()},
        tables=tables,
        told=tuple(Problem.from_dict(p) for p in head["told"]),
    )
    return partition, summary
