"""Loading every book of a workspace (to be replaced by the parallel, guarded, cached loader)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from beancount.core import data
from beancount.parser import parser

from ledger.books.reference import load_reference
from ledger.books.summary import summarise
from ledger.books.unitbook import Books, CentralText, UnitBook
from ledger.books.workspace import Unit, Workspace


def load_books(ws: Workspace, slugs: Iterable[str] | None = None, *, jobs: int | None = None) -> Books:
    """Load the books of `slugs` (default: all)."""
    wanted = list(ws.units) if slugs is None else list(slugs)
    return Books(ws, {slug: _load(ws.units[slug]) for slug in wanted}, _central(ws), {})


def _load(unit: Unit) -> UnitBook:
    entries, errors, options = load_reference(unit.main)
    assert not errors, errors
    files = tuple(options["include"])
    digest = hashlib.blake2b(b"".join(Path(f).read_bytes() for f in files), digest_size=16).hexdigest()
    return UnitBook(unit, digest, (), summarise(entries), files, options, lambda: entries)


def _central(ws: Workspace) -> CentralText:
    found: list[list[data.Directive]] = []
    for file in (ws.policy_file, ws.prices_file):
        found.append(parser.parse_file(str(file))[0] if file.exists() else [])
    policy = tuple(e for e in found[0] if isinstance(e, data.Custom))
    return CentralText(policy, tuple(found[1]), "reference")
