"""Closed months without the close command: seals made by the same functions, over whatever a book says now.

    from tests.closing.sealing import reopen, seal

    lines("repris", "2026-01")                  # seals over nothing at all, as text: for who only asks what is closed
    seal(ws, "repris", "2026-01", "2026-02")    # one line of units/repris/seals.jsonl a month
    reopen(ws, "repris", "2026-01")             # from then on January takes new vouchers
    ws = sealed_workspace({"repris": {"accounts": "...", "2026-01": "..."}}, {"repris": ("2026-01",)})   # the fixture

Nothing is frozen and nothing is checked: no levy is booked, no number asked for, any month may be sealed. What a seal
covers is what the real close covers: every dated entry up to the month's last day that no earlier seal holds, and the
head of each of their files. Documents, twins, gaps and witnesses are left out (`draft=` changes what you need). As by
the real close, a line of `history.jsonl` tells of each, and each repeats the line before it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from beancount.parser import parser

from ledger.books import Unit, Workspace, last_day
from ledger.books.history import NOTHING, Note, make_line, read_history
from ledger.seals import blocks, canonical, chain
from ledger.seals.model import Draft, Past, Seal, SealedEntry

AT = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)


def seal(
    ws: Workspace, slug: str, *months: str, by: str = "anna", draft: Callable[[Draft], Draft] | None = None
) -> tuple[Seal, ...]:
    """Close months of a unit, in the order given; `draft` may change what each seal says before it is chained."""
    made = []
    for month in months:
        standing = _standing(ws.units[slug])
        said = _draft(ws.units[slug], month, standing)
        made.append(_append(ws.units[slug], draft(said) if draft else said, standing, by))
    return tuple(made)


def reopen(ws: Workspace, slug: str, month: str, *, decision: str = "FS-2026-04-01-§1", by: str = "anna") -> Seal:
    """Open a closed month again."""
    unit = ws.units[slug]
    return _append(unit, Draft(unit=slug, period=month, kind="reopen", decision=decision), _standing(unit), by)


def lines(slug: str, *periods: str) -> str:
    """The text of a chain that holds no entry: `2026-03` closes a month, `reopen 2026-03` opens it again."""
    made: list[Seal] = []
    for period in periods:
        kind = "reopen" if period.startswith("reopen ") else "close"
        said = Draft(
            unit=slug, period=period.removeprefix("reopen "), kind=kind, decision="D" if kind != "close" else None
        )
        made.append(_chained(said, tuple(made), "anna"))
    return "".join(chain.seal_line(one) + "\n" for one in made)


def book_files(unit: Unit) -> dict[str, Path]:
    """The unit's own files by their path below its folder: accounts, then months by name."""
    files = [unit.folder / "accounts.beancount", *sorted(unit.books.glob("*/*.beancount"))]
    return {path.relative_to(unit.folder).as_posix(): path for path in files}


def _standing(unit: Unit) -> tuple[Seal, ...]:
    path = unit.folder / "seals.jsonl"
    return chain.read_seals(path.read_bytes()) if path.exists() else ()


def _draft(unit: Unit, month: str, standing: tuple[Seal, ...]) -> Draft:
    known = Counter(entry.raw for earlier in standing for entry in earlier.draft.entries)
    heads = {file for earlier in standing for file in earlier.draft.heads}
    entries: list[SealedEntry] = []
    new_heads: dict[str, str] = {}
    for name, path in book_files(unit).items():
        data = path.read_bytes()
        parsed = {e.meta["lineno"]: e for e in parser.parse_string(data.decode("utf-8"), report_filename=name)[0]}
        taken = False
        head = ""
        for block in blocks.split(data):
            if block.date is None:
                head = block.raw
            elif block.date <= last_day(month):
                taken = True
                if known[block.raw]:
                    known[block.raw] -= 1
                    continue
                said = canonical.meaning_of(parsed[block.line])
                entries.append(
                    SealedEntry(
                        voucher=said.voucher,
                        date=said.date,
                        type=said.type,
                        file=name,
                        line=block.line,
                        canonical=said.canonical,
                        numberless=said.numberless,
                        raw=block.raw,
                        fields=said.fields,
                    )
                )
        if taken and head and name not in heads:
            new_heads[name] = head
    return Draft(unit=unit.slug, period=month, entries=tuple(entries), heads=new_heads)


def _chained(draft: Draft, standing: tuple[Seal, ...], by: str, past: Past | None = None) -> Seal:
    previous = standing[-1] if standing else None
    return chain.next_seal(draft, previous, by=by, at=AT, version="1.0", rules="0" * 64, history=past, signer=None)


def _append(unit: Unit, draft: Draft, standing: tuple[Seal, ...], by: str) -> Seal:
    lines = read_history(unit.folder)
    made = _chained(draft, standing, by, Past(lines[-1].number, lines[-1].entry) if lines else None)
    with (unit.folder / "seals.jsonl").open("a", encoding="utf-8", newline="\n") as file:
        file.write(chain.seal_line(made) + "\n")
    details = {"period": draft.period, "unit": unit.slug, "fingerprint": chain.fingerprint(made.content)}
    told, _ = make_line(
        Note(draft.kind, "", (), details),
        [],
        number=len(lines) + 1,
        previous=lines[-1].entry if lines else NOTHING,
        by=by,
        at="2026-06-01T12:00:00Z",
        version="1.0",
        rules="0" * 64,
    )
    with (unit.folder / "history.jsonl").open("a", encoding="utf-8", newline="\n") as file:
        file.write(told)
    return made
