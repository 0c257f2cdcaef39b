"""The proof of an archive, on a machine that has nothing but it (SPEC 7; BFL 7 kap. 1-2 §§).

Manifest, the size and SHA-256 of each file, nothing missing and nothing added; then the seals, over the archive's own
text, as `sambok verify` would; then each SIE file whole, with its checksum. Eight characters of the manifest's hash are
the archive's mark: the same on every machine, and what is written into the minutes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from importers.sie.read import read_sie
from ledger.closing.bundle import Bundle, is_plain, opened
from ledger.closing.evidence import Unreadable
from ledger.closing.heads import Head
from ledger.closing.problems_archive import ArchiveFile, ArchiveRefused
from ledger.closing.verify import Verified, verify
from ledger.errors import Problem
from ledger.messages import N_

MANIFEST = "manifest.json"
KIND = "sambok-archive"
SCHEMA = 1
MOST_MANIFEST = 64 << 20
MOST_SIE = 128 << 20
NO_MANIFEST = N_("it has no manifest that can be read")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Proof:
    """What the proof of an archive found.

    Attributes:
        manifest: as it says.
        mark: eight characters of its hash.
        verified: what the seals say of the archive's text.
        problems: files that aren't as the manifest says, and SIE files that aren't whole.
        sie: how many SIE files there are.
    """

    manifest: dict[str, Any]
    mark: str
    verified: Verified
    problems: tuple[Problem, ...]
    sie: int

    @property
    def ok(self) -> bool:
        """Whether everything is proven."""
        return self.verified.ok and not self.problems


def mark_of(manifest: bytes) -> str:
    """Eight characters of a manifest's hash, as of seals: `K7QX-2MPD`."""
    letters = base64.b32encode(hashlib.sha256(manifest).digest()).decode("ascii")
    return f"{letters[:4]}-{letters[4:8]}"


def check_archive(path: Path, *, trusted: Collection[str] = ()) -> Proof:
    """Prove an archive.

    Args:
        path: of the zip.
        trusted: public keys (base64) by which its seals must be signed; none: whoever signed.

    Raises:
        ArchiveRefused: it is no archive, or would do harm.
        OSError: it can't be read at all.
    """
    with opened(path) as bundle:
        try:
            data = bundle.read(MANIFEST, MOST_MANIFEST)
            said = json.loads(data)
            files = _files(said)
        except (KeyError, TypeError, ValueError, Unreadable, RecursionError) as error:
            raise ArchiveRefused(file=str(path), reason=NO_MANIFEST) from error
        problems = _compare(bundle, files)
        # Only some of the units may be in it: of the others nothing is to be found.
        slugs = None if said.get("all_units", said.get("whole")) is True else bundle.slugs()
        verified = verify(bundle, slugs, trusted=trusted)
        if [named_head(head) for head in verified.heads] != said.get("heads"):
            problems.append(ArchiveFile(file=MANIFEST, case="heads"))
        sie = sorted(name for name in bundle.names if name.startswith("sie/"))
        problems += [problem for name in sie for problem in _sie(bundle, name)]
    return Proof(said, mark_of(data), verified, tuple(problems), len(sie))


def named_head(head: Head) -> dict[str, Any]:
    """A unit's latest seal, as a manifest names it."""
    return {
        "unit": head.unit,
        "number": head.number,
        "period": head.period,
        "content": head.content,
        "fingerprint": head.fingerprint,
    }


def _files(said: Any) -> dict[str, tuple[int, str]]:
    """Size and SHA-256 by name.

    Raises:
        KeyError, TypeError, ValueError: it is no manifest.
    """
    if said["schema"] != SCHEMA or said["kind"] != KIND:
        raise ValueError(said["schema"])
    found: dict[str, tuple[int, str]] = {}
    for row in said["files"]:
        name, size, digest = row["file"], row["size"], row["sha256"]
        if not is_plain(name) or type(size) is not int or size < 0 or not _HASH.fullmatch(digest) or name in found:
            raise ValueError(name)
        found[name] = (size, digest)
    if list(found) != sorted(found) or MANIFEST in found:
        raise ValueError(MANIFEST)
    return found


def _compare(bundle: Bundle, files: dict[str, tuple[int, str]]) -> list[Problem]:
    """Files that aren't as the manifest says."""
    problems: list[Problem] = []
    for name in sorted(files.keys() | (bundle.names.keys() - {MANIFEST})):
        if name not in bundle.names:
            problems.append(ArchiveFile(file=name, case="missing"))
        elif name not in files:
            problems.append(ArchiveFile(file=name, case="added"))
        elif not _as_said(bundle, name, *files[name]):
            problems.append(ArchiveFile(file=name))
    return problems


def _as_said(bundle: Bundle, name: str, size: int, digest: str) -> bool:
    if bundle.names[name] != size:
        return False
    try:
        return bundle.sha256(name) == digest
    except Unreadable:
        return False


def _sie(bundle: Bundle, name: str) -> list[Problem]:
    """What is wrong with a SIE file: it must be whole, and carry its checksum."""
    try:
        data = bundle.read(name, MOST_SIE)
        if b"#KSUMMA" not in data:
            return [ArchiveFile(file=name, case="sie", reason="#KSUMMA")]
        read_sie(data, name, own=True)
    except Unreadable as error:
        return [ArchiveFile(file=name, case="sie", reason=error)]
    except Problem as problem:
        return [ArchiveFile(file=name, line=problem.line, case="sie", reason=problem.text())]
    return []
