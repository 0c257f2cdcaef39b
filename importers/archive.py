"""The archive of source files: each kept unchanged below the unit's `documents/`, under its SHA-256 (SPEC 2, 11).

What was received is accounting material (BFL 7 kap.): it is kept as it came. A file that is there already is left
alone; one whose content is no longer what its name says is an error, since nobody may change it.
"""

from __future__ import annotations

import re

from importers.base import DOCUMENTS, Source, kept_name, plain_name
from importers.plan import Attachment
from importers.problems import ArchiveDamaged
from ledger.books import Unit, Workspace, durable
from ledger.books.problems_write import WriteOutside
from ledger.books.write import keep_document

DIGITS = 8
#: An archived file's place: digest, own name, and the line in it.
_ARCHIVED = re.compile(r"/([0-9a-f]{64})-([^/]+?)(:[0-9]+)?$")


def archive(ws: Workspace, unit: Unit, source: Source) -> None:
    """Keep a file's content, durably, before anything that refers to it is written.

    Raises:
        ArchiveDamaged: the archive holds other content under this name.
        WriteOutside: `documents/` or a folder in it is a link.
    """
    _keep(ws, unit, Attachment(source.document, source.data, source.digest), source.shown)


def attachment_of(unit: Unit, name: str, content: bytes) -> Attachment:
    """A file from inside another one, and where it is kept: once, under its own SHA-256, like a source file."""
    digest = durable.sha256(content)
    kept = kept_name(unit, digest) or f"{digest}-{plain_name(name)}"
    return Attachment(f"{DOCUMENTS}/{digest[:2]}/{kept}", content, digest)


def archive_attachment(ws: Workspace, unit: Unit, attachment: Attachment, shown: str) -> None:
    """Keep a file that came inside `shown`; raises what `archive` raises."""
    _keep(ws, unit, attachment, shown)


def _keep(ws: Workspace, unit: Unit, kept: Attachment, shown: str) -> None:
    target = unit.folder / kept.document
    for folder in (unit.folder / DOCUMENTS, target.parent, target):
        if folder.is_symlink():
            raise WriteOutside(file=shown, path=str(folder.relative_to(unit.folder)))
    found = durable.content_hash(target)
    if found is None:
        keep_document(ws, unit, target, kept.data)
    elif found != kept.digest:
        raise ArchiveDamaged(file=f"units/{unit.slug}/{kept.document}", unit=unit.slug)


def archived(unit: Unit, source: Source) -> bool:
    """Whether the archive holds this content, under any name."""
    return bool(kept_name(unit, source.digest))


def short_name(file: str) -> str:
    """An archived file as people call it: its own name, and enough of its digest to tell two of one name apart.

    A line number behind it stays behind it.
    """
    found = _ARCHIVED.search(file)
    return f"{found[2]} ({found[1][:DIGITS]}){found[3] or ''}" if found else file
