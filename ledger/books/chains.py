"""Chains of seals that are broken: a line altered, or gone, or one that others have seen and that isn't there (SPEC 7).

A seal is only worth as much as the chain that it stands in. So a broken chain takes no new seal: neither a close nor an
opening again goes on from it, and `sambok check` tells it. What is wrong with it line by line, and with the text that
it seals, is `sambok verify`'s to say; here only the chains are looked at, whose hashes are quickly worked out.

A chain is held by itself, by the seals of all other units, which repeat its last one (*witnesses*), and by the
histories, which tell of each close. A chain that can't be read at all is a problem of its unit's book already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ledger.books import durable
from ledger.books.guard_bytes import clip
from ledger.books.history import NAME as HISTORY
from ledger.books.history import Line, lines_of
from ledger.books.problems_chains import ChainBroken
from ledger.books.remembered import Remembered
from ledger.books.sealed import NAME, read_seals
from ledger.books.workspace import Workspace
from ledger.errors import Problem
from ledger.memo import Memo, memo_of
from ledger.messages import N_, say
from ledger.seals import chain
from ledger.seals.model import Found, Seal, Witness
from ledger.seals.proven import chain_of

_UNTOLD = N_("the history of {unit} tells of a seal {mark}, and it isn't there")
#: In the state folder: what the chains were that were whole when they were last looked at.
WHOLE = "chains"
_CLOSE = b'"action":"close"'


def broken_chains(ws: Workspace, *, remembered: bool = True) -> dict[str, tuple[ChainBroken, ...]]:
    """What is wrong with the units' chains of seals as they lie on the disk.

    Args:
        ws: the workspace.
        remembered: chains that were whole when they were last looked at, and are the same byte for byte, needn't be
            looked at again, in another process either. Before something is sealed they are.

    Returns:
        By slug, in the order of the lines; only units whose chain is broken.
    """
    folders = {slug: unit.folder for slug, unit in sorted(ws.units.items())}
    seals = {slug: _seals(folder) for slug, folder in folders.items()}
    told = {slug: _closes(folder) for slug, folder in folders.items()}
    before = Remembered(ws.state_folder / WHOLE, seals, told) if remembered and any(seals.values()) else None
    if before is not None and before.was_whole():
        return {}
    found = _Chains(seals, told, memo_of(ws.root)).run()
    if before is not None and not found:
        before.keep()
    return found


def _seals(folder: Path) -> bytes | None:
    try:
        return read_seals(folder)
    except Problem:
        return b""


def _closes(folder: Path) -> bytes:
    """The lines of a history that tell of a close."""
    try:
        data = durable.read_plain(folder / HISTORY)
    except OSError:
        return b""
    return b"".join(line + b"\n" for line in data.split(b"\n") if _CLOSE in line)


class _Chains:
    """All chains of a federation.

    Args:
        seals: the bytes of each `seals.jsonl`; None where there is none, nothing where it can't be read.
        told: of each history the lines that tell of a close.
        memo: what is the same as before isn't looked at again.
    """

    def __init__(self, seals: Mapping[str, bytes | None], told: Mapping[str, bytes], memo: Memo) -> None:
        self.memo = memo
        self.data = seals
        self.told = told
        self.seals: dict[str, tuple[Seal, ...]] = {}
        self.unread = {slug for slug, data in seals.items() if data == b""}
        self.found: dict[str, list[ChainBroken]] = defaultdict(list)

    def run(self) -> dict[str, tuple[ChainBroken, ...]]:
        for slug, data in self.data.items():
            if data:
                self._own(slug, data)
        self._witnesses()
        self._histories()
        return {slug: tuple(found) for slug, found in sorted(self.found.items()) if found}

    def _own(self, slug: str, data: bytes) -> None:
        light = self.memo.get(("chain of seals", slug), lambda: chain_of(data, slug), equal=data)
        if light is not None:
            self.seals[slug] = light.seals
            return
        seals, unreadable = chain.salvage(data)
        self.seals[slug] = seals
        if unreadable:
            self.unread.add(slug)
        self._add(slug, chain.check_chain(seals, slug))

    def _witnesses(self) -> None:
        if not _differ(self.seals):
            return
        # Who is heard must hold by itself, and that is seen only of whole seals.
        whole = {slug: chain.salvage(data)[0] for slug, data in self.data.items() if data}
        for slug, found in chain.check_witnesses(whole).items():
            if slug in self.data and slug not in self.unread:
                known = {problem.line for problem in self.found[slug]}
                self._add(slug, (one for one in found if one.line not in known))

    def _histories(self) -> None:
        """Closes of which histories tell, and of which there is no seal."""
        for teller, data in self.told.items():
            for line in self._lines(teller, data):
                if line.fault or line.action != "close" or not isinstance(line.details, dict):
                    continue
                slug, period, mark = (str(line.details.get(key, "")) for key in ("unit", "period", "fingerprint"))
                if not (slug in self.data and period and mark) or slug in self.unread or self.found.get(slug):
                    continue
                marks = (chain.fingerprint(seal.content) for seal in self.seals.get(slug, ()) if seal.period == period)
                if mark not in marks:
                    self._tell(slug, None, say(_UNTOLD, unit=teller, mark=mark))

    def _lines(self, teller: str, data: bytes) -> tuple[Line, ...]:
        return self.memo.get(("closes in the history", teller), lambda: lines_of(data), equal=data)

    def _add(self, slug: str, found: Iterable[Found]) -> None:
        for one in found:
            self._tell(slug, one.line, say(one.note, **dict(one.params)))

    def _tell(self, slug: str, line: int | None, reason: str) -> None:
        rows = (self.data[slug] or b"").split(b"\n")
        excerpt = clip(rows[line - 1].decode("utf-8", "replace")) if line and line <= len(rows) else None
        line = line if excerpt else None
        found = ChainBroken(
            file=f"units/{slug}/{NAME}", line=line, excerpt=excerpt, unit=slug, slug=slug, reason=reason
        )
        self.found[slug].append(found)


def _differ(chains: Mapping[str, Sequence[Seal]]) -> bool:
    """Whether any witness says something else than what is there."""
    contents = {(slug, seal.number): seal.content for slug, seals in chains.items() for seal in seals}
    return any(contents.get((seen.unit, seen.number)) != seen.content for seen in _seen(chains))


def _seen(chains: Mapping[str, Sequence[Seal]]) -> Iterator[Witness]:
    return (seen for seals in chains.values() for seal in seals for seen in seal.draft.witnesses)
