"""The chain of seals: each line holds the hash of the one before, and of what every other unit had sealed by then.

Who rewrites a line must rewrite all that follow; who rewrites a whole chain, every other unit's later lines as well,
because each of them repeats this unit's contents as a *witness* (as in RFC 6962's logs, which are trusted only as far
as others have seen them). Eight characters of the last content, read out at a meeting and written into its minutes,
hold the whole past in place on paper.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from ledger.messages import N_
from ledger.seals import merkle
from ledger.seals.lines import (
    FILE,
    closed_periods,
    content_text,
    digest,
    dumps,
    read_seals,
    salvage,
    seal_line,
    sealed_text,
)
from ledger.seals.model import NOTHING, Draft, Found, Kind, Past, Seal, Witness
from ledger.seals.signing import Signer

__all__ = [
    "check_chain",
    "check_witnesses",
    "closed_periods",
    "entries_root",
    "federation_root",
    "fingerprint",
    "holds",
    "latest",
    "next_seal",
    "read_seals",
    "salvage",
    "seal_line",
]


def next_seal(
    draft: Draft,
    previous: Seal | None,
    *,
    by: str,
    at: dt.datetime,
    version: str,
    rules: str,
    history: Past | None = None,
    federation: Past | None = None,
    signer: Signer | None = None,
) -> Seal:
    """Chain a draft to the unit's last seal.

    Args:
        draft: what it says; what has no order of its own is sorted here, `entries` stay as they are.
        previous: the unit's last seal; None for its first.
        by: who closes.
        at: when, with a time zone; kept in whole seconds.
        version: of the program.
        rules: digest of its rules' sources.
        history: where the unit's history stands; None where it has none yet.
        federation: where the federation's stands; likewise.
        signer: signs it; None leaves it unsigned.
    """
    assert previous is None or previous.draft.unit == draft.unit, "a seal goes into its own unit's chain"
    draft = dataclasses.replace(
        draft,
        heads=dict(sorted(draft.heads.items())),
        totals=tuple(sorted(draft.totals)),
        documents=tuple(sorted(draft.documents)),
        twins=tuple(sorted(draft.twins, key=lambda t: (t.unit, t.file, t.voucher, t.canonical))),
        gaps=tuple(sorted(draft.gaps)),
        accepted=tuple(sorted(draft.accepted)),
        settings=tuple(sorted(draft.settings, key=lambda one: one[:2])),
        witnesses=tuple(sorted(draft.witnesses, key=lambda w: w.unit)),
    )
    seal = Seal(
        draft=draft,
        number=previous.number + 1 if previous else 1,
        before=previous.content if previous else NOTHING,
        root=entries_root(draft),
        witness_root=federation_root(draft.witnesses),
        content="",
        by=by,
        at=at.astimezone(dt.UTC).replace(microsecond=0),
        version=version,
        rules=rules,
        history=history,
        federation=federation,
        previous=previous.seal if previous else NOTHING,
        key="",
        signature="",
        seal="",
        line=previous.line + 1 if previous else 1,
    )
    seal = dataclasses.replace(seal, content=digest(content_text(seal)))
    if signer is not None:
        seal = signer.sign(seal)
    return dataclasses.replace(seal, seal=digest(sealed_text(seal)))


def entries_root(draft: Draft) -> str:
    """Merkle root over what the entries mean, in their order."""
    return merkle.root([bytes.fromhex(entry.canonical) for entry in draft.entries])


def federation_root(witnesses: Iterable[Witness]) -> str:
    """Merkle root over the units' latest seals, in the order of their slugs: one hash for the whole federation."""
    ordered = sorted(witnesses, key=lambda w: w.unit)
    return merkle.root([dumps([w.unit, w.number, w.content]).encode() for w in ordered])


def latest(chains: Mapping[str, Sequence[Seal]], without: str | None = None) -> tuple[Witness, ...]:
    """What every unit but `without` has sealed by now: the witnesses of its next seal, or the federation's root."""
    return tuple(
        Witness(u, seals[-1].number, seals[-1].content) for u, seals in sorted(chains.items()) if seals and u != without
    )


def fingerprint(content: str) -> str:
    """Eight characters of a hash, for the minutes: `K7QX-2MPD`.

    Args:
        content: 64 hexadecimal digits.
    """
    letters = base64.b32encode(bytes.fromhex(content)).decode("ascii")
    return f"{letters[:4]}-{letters[4:8]}"


def holds(seal: Seal) -> bool:
    """Whether a seal still says what it was made over: all its own hashes are right."""
    return (
        seal.content == digest(content_text(seal))
        and seal.root == entries_root(seal.draft)
        and seal.witness_root == federation_root(seal.draft.witnesses)
        and seal.seal == digest(sealed_text(seal))
    )


def check_chain(seals: Sequence[Seal], unit: str) -> list[Found]:
    """What is wrong with a unit's chain by itself: one finding a line at most.

    Args:
        seals: as `read_seals` gave them.
        unit: slug, whose chain it should be.

    Returns:
        Findings about `seals.jsonl`, in the order of the lines; none where every line has its own hashes and follows
        the one before. That the last lines are gone, or all were rewritten, only witnesses can say.
    """
    found: list[Found] = []
    before: Seal | None = None
    for seal in seals:
        found += _line_found(seal, before, unit)
        before = seal
    return found


def _line_found(seal: Seal, before: Seal | None, unit: str) -> list[Found]:
    # A line between two that couldn't be read is there all the same: whoever read the file has told of it.
    lines = seal.line - before.line if before else seal.line
    number = before.number + lines if before else lines
    if seal.draft.unit != unit:
        return [_found(seal, "altered", N_("this seal is of another unit"))]
    if not holds(seal):
        return [_found(seal, "altered", N_("this seal doesn't say any more what it was made over"))]
    if seal.number > number:
        return [_found(seal, "missing", N_("a seal before this one is gone"))]
    if seal.number < number:
        return [_found(seal, "moved", N_("this seal stands in the wrong place, or twice"))]
    content, whole = (before.content, before.seal) if before else (NOTHING, NOTHING)
    if lines == 1 and (seal.before != content or seal.previous != whole):
        place = before or seal
        return [_found(place, "altered", N_("the next seal was made after another one than this"))]
    return []


def check_witnesses(chains: Mapping[str, Sequence[Seal]]) -> dict[str, list[Found]]:
    """What other units' seals say of a chain that isn't so any more: a seal that is gone, or another in its place.

    Args:
        chains: every unit's seals, by slug.

    Returns:
        By the slug of the unit whose chain has changed: one finding a line of it, with the first witness. A seal that
        doesn't hold by itself is heard by nobody.
    """
    found: dict[str, dict[int, Found]] = {}
    known = {slug: {seal.number: seal for seal in seals} for slug, seals in chains.items()}
    for slug, seals in sorted(chains.items()):
        for seal in seals:
            heard: bool | None = None  # asked once, and only of seals that say something else
            for seen in seal.draft.witnesses:
                there = known.get(seen.unit, {}).get(seen.number)
                if there and there.content == seen.content:
                    continue
                heard = holds(seal) if heard is None else heard
                if not heard:
                    break
                found.setdefault(seen.unit, {}).setdefault(seen.number, _witnessed(seen, there, slug, seal))
    return {slug: [lines[number] for number in sorted(lines)] for slug, lines in sorted(found.items())}


def _witnessed(seen: Witness, there: Seal | None, slug: str, seal: Seal) -> Found:
    params = (("witness", slug), ("period", seal.period), ("number", str(seen.number)))
    if there is None:
        note = N_("seal {number} is gone, which {witness} saw when it sealed {period}")
        return Found("missing", "", "", FILE, seen.number, meaning=True, note=note, params=params)
    note = N_("this isn't the seal {number} that {witness} saw when it sealed {period}")
    return Found("altered", there.period, "", FILE, there.line, meaning=True, note=note, params=params)


def _found(seal: Seal, kind: Kind, note: str) -> Found:
    return Found(kind, seal.period, "", FILE, seal.line, meaning=True, note=note)
