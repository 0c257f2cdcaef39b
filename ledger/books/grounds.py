"""What central's seals hold of the federation: rates, decisions, exchange rates, and who is who (SPEC 4, 7).

They judge every unit's closed months, so `sambok check` tells where they aren't what was sealed. Of dated text that was
changed nothing goes on: no unit's month is closed until it is put back. A setting has no date, and may have to be put
right for the past: it is told until central's next close takes it in.

Nearly always all is as it was, and a digest that is remembered in the state folder says so.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ledger.books import durable
from ledger.books.config import CONFIG_BYTES
from ledger.books.guard_bytes import clip
from ledger.books.guard_child import parse_blocks_in_child
from ledger.books.jobs import Change
from ledger.books.problems_sealed import SealBroken, SealedText, SettingChanged
from ledger.books.remembered import Remembered
from ledger.books.sealed import read_seals, sealed_raws
from ledger.books.workspace import Workspace
from ledger.errors import Problem
from ledger.seals import blocks, chain
from ledger.seals.compare import compare
from ledger.seals.grounds import CONF, MARK, POLICY, PRICES, changed_settings, common_paths, is_common, last_settings
from ledger.seals.model import Block, Found, Meaning, Seal

#: In the state folder: what was as sealed when it was last looked at.
WHOLE = "grounds"
_BROKEN = frozenset({"altered", "missing"})


def setting_texts(ws: Workspace) -> dict[str, bytes]:
    """The settings of the federation and of its units, by path below the workspace.

    Raises:
        OSError: one can't be read.
    """
    files = [CONF, *(f"units/{slug}/unit.toml" for slug in ws.units)]
    return {file: durable.read_plain(ws.root / file, CONFIG_BYTES) for file in files}


def broken_grounds(ws: Workspace, *, remembered: bool = True) -> tuple[SealBroken | SettingChanged, ...]:
    """What the federation's texts and settings say otherwise than central's seals do.

    Args:
        ws: the workspace.
        remembered: what was as sealed when it was last looked at, and is the same byte for byte, needn't be looked at
            again, in another process either.
    """
    seals = _chains(ws)
    if not seals:
        return ()
    texts = _texts(ws)
    before = Remembered(ws.state_folder / WHOLE, seals, texts) if remembered else None
    if before is not None and before.was_whole():
        return ()
    found = _Grounds(ws, seals, texts).run()
    if before is not None and not found:
        before.keep()
    return found


def check_common(ws: Workspace, changes: Sequence[Change]) -> None:
    """Refuse changes of the federation's texts that would take away what is sealed of them.

    Raises:
        SealedText: a sealed rate or decision would be changed or taken away.
    """
    named = {ws.policy_file: POLICY, ws.prices_file: PRICES}
    changes = [change for change in changes if change.path in named]
    for data in _chains(ws).values() if changes else ():
        sealed = sealed_raws(data, common=True)
        for change in changes:
            old = _plain(change.path) or b""
            now = Counter(block.raw for block in blocks.split(change.text.encode("utf-8")))
            for block in blocks.split(old):
                if sealed[named[change.path], block.raw] and not now[block.raw]:
                    raise _refused(ws, data, change, old, block)
                now[block.raw] -= 1


def _refused(ws: Workspace, data: bytes, change: Change, old: bytes, block: Block) -> SealedText:
    seals = chain.read_seals(data)
    found = ((s.period, e.date) for s in seals for e in s.draft.entries if e.raw == block.raw and is_common(e.file))
    month, date = next(found)
    excerpt = clip(old[blocks.behind_comments(old, block.start) :].split(b"\n", 1)[0].decode("utf-8", "replace"))
    shown = ws.shown(change.path)
    voucher = f"{change.path.name}:{block.line}"
    return SealedText(
        file=shown, line=block.line, excerpt=excerpt, case="ground", month=month, date=date, voucher=voucher
    )


def _chains(ws: Workspace) -> dict[str, bytes]:
    """The chains that hold anything of the federation, by slug; what can't be read is told of its unit."""
    found = {}
    for slug, unit in sorted(ws.units.items()):
        with contextlib.suppress(Problem):
            data = read_seals(unit.folder)
            if data is not None and MARK in data:
                found[slug] = data
    return found


def _texts(ws: Workspace) -> dict[str, bytes | None]:
    files = [CONF, "units/policy.beancount", "units/prices.beancount", *(f"units/{s}/unit.toml" for s in ws.units)]
    return {file: _plain(ws.root / file) for file in files}


def _plain(path: Path) -> bytes | None:
    try:
        return durable.read_plain(path)
    except OSError:
        return None


class _Grounds:
    """What is sealed of the federation, against what there is."""

    def __init__(self, ws: Workspace, chains: Mapping[str, bytes], texts: Mapping[str, bytes | None]) -> None:
        self.ws = ws
        self.chains = chains
        self.texts = {name: text for name, text in texts.items() if text is not None}
        self.common = common_paths(self.texts)

    def run(self) -> tuple[SealBroken | SettingChanged, ...]:
        # A chain that can't be read is a problem of its unit's book.
        seals = {slug: chain.salvage(data)[0] for slug, data in self.chains.items()}
        found: list[SealBroken | SettingChanged] = []
        for slug, data in self.chains.items():
            if not self._as_sealed(data):
                found += self._differences(slug, seals[slug])
        last = last_settings(seals)
        if last is not None:
            slug, seal, day = last
            found += [self._setting(slug, one) for one in changed_settings(seal, self.texts, day)]
        return tuple(found)

    def _as_sealed(self, data: bytes) -> bool:
        """Whether each sealed directive stands in its file, told from hashes alone."""
        wanted = sealed_raws(data, common=True)
        for file, text in self.common.items():
            wanted.subtract((file, block.raw) for block in blocks.split(text))
        return all(count <= 0 for count in wanted.values())

    def _differences(self, slug: str, seals: Sequence[Seal]) -> Iterable[SealBroken]:
        for one in compare(seals, self.common, self._parse, part="common"):
            if one.kind in _BROKEN and one.meaning and is_common(one.file):
                case = "ground_missing" if one.kind == "missing" else "ground" if one.fields else "ground_other"
                fields = ", ".join(one.fields)
                yield SealBroken(**self._place(slug, one), case=case, voucher=_what(one), fields=fields)

    def _parse(self, file: str, wanted: Sequence[Block]) -> list[Meaning | None]:
        written = [self.common[file][block.start : block.end] for block in wanted]
        return parse_blocks_in_child(self.ws, None, self.ws.units_folder / file.removeprefix("../"), written)

    def _setting(self, slug: str, found: Found) -> SettingChanged:
        return SettingChanged(**self._place(slug, found), fields=", ".join(found.fields) or "-")

    def _place(self, slug: str, found: Found) -> dict[str, Any]:
        file = found.file.removeprefix("../../") if found.file.endswith(CONF) else f"units/{found.file[3:]}"
        # Of what is gone there is no line to show: where it stood something else stands now.
        line = None if found.kind == "missing" else found.line
        rows = self.texts.get(file, b"").split(b"\n")
        excerpt = clip(rows[line - 1].decode("utf-8", "replace")) if line and line <= len(rows) else None
        return {"file": file, "line": line, "excerpt": excerpt, "slug": slug, "month": found.period}


def _what(found: Found) -> str:
    return f"{found.file.removeprefix('../')}:{found.line}"
