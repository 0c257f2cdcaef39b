"""Documents by SHA-256: those that seals hold, and minutes whose name says what they held (SPEC 2, 7).

`sambok decision add --document` keeps the minutes among a unit's documents, and their own SHA-256 is part of the name
that policy gives. Central's next seal holds them; but what the name says is proof already before that.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from ledger.closing.evidence import Evidence, Texts, Unreadable
from ledger.closing.found import UNKEPT
from ledger.closing.sides import named_by
from ledger.messages import N_
from ledger.seals import blocks
from ledger.seals.model import Found, Seal

POLICY = "units/policy.beancount"
_GONE = N_("the document isn't there")
_OTHER = N_("the document has another content")
_NAMED = re.compile(
    rb'^[ \t]+document:[ \t]*"([a-z0-9-]+)/(documents/(?:[^"\\\n/]+/)*([0-9a-f]{64})(?![0-9a-f])[^"\\\n/]*)"',
    re.MULTILINE,
)


class Papers:
    """Documents that are looked at, each once."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.seen: set[tuple[str, str, str]] = set()

    @property
    def count(self) -> int:
        """How many were looked at."""
        return len(self.seen)

    def sealed(self, slug: str, seals: Sequence[Seal], texts: Texts) -> Iterator[Found]:
        """Those that a unit's seals hold, with the voucher that names them."""
        for seal in seals:
            for name, digest in seal.draft.documents:
                note, params = self._changed(slug, name, digest)
                if note:
                    voucher = named_by(name, seal, texts)
                    yield Found("document", seal.period, voucher, name, None, meaning=True, note=note, params=params)

    def minutes(self, common: Texts, slugs: Collection[str]) -> Iterator[tuple[str, Found]]:
        """Those that policy names after what they hold, with the unit (of `slugs`) among whose documents they lie."""
        text = common.files.get(POLICY, b"")
        for block in blocks.split(text):
            for named in _NAMED.finditer(text, block.start, block.end) if block.date else ():
                slug, name, digest = (part.decode("utf-8", "replace") for part in named.groups())
                note, params = self._changed(slug, name, digest) if slug in slugs else ("", ())
                if note:
                    yield slug, Found("document", "", "", name, None, meaning=True, note=note, params=params)

    def _changed(self, slug: str, name: str, digest: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """What has become of a document; "" where nothing has, or it was looked at before."""
        if (slug, name, digest) in self.seen:
            return "", ()
        self.seen.add((slug, name, digest))
        try:
            now = self.evidence.digest(slug, name)
        except Unreadable as error:
            return UNKEPT, (("reason", str(error)),)
        if now == digest:
            return "", ()
        return (_GONE if now is None else _OTHER), ()
