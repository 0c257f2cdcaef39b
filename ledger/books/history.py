"""The history of treatment (behandlingshistorik): who did what to the books, when, with which program, line by line.

BFNAR 2013:2 p. 9.16-9.17: it must be possible to see which entries were added and when, and which changes of the system
bear on them. `units/<slug>/history.jsonl` says it of a unit, `units/history.jsonl` of what belongs to the federation.
One JSON object a line, written in the same job as the change that it tells of; each line holds the digest of the one
before it, so that none can be altered or taken out unseen. Lines are only ever added.

What this module doesn't know is how they come there: that is [`ledger.books.record`][ledger.books.record].
"""

from __future__ import annotations

import itertools
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from ledger.books import durable
from ledger.messages import N_

NAME: Final = "history.jsonl"
#: The line before the first one.
NOTHING: Final = "0" * 64
#: Actions that Sambok itself tells of: what stood when the history began, what was changed by other programs since, and
#: that the file had been damaged.
BEGIN, OUTSIDE, BROKEN = "begin", "outside", "broken"
KEYS = (
    "number",
    "at",
    "by",
    "action",
    "files",
    "vouchers",
    "note",
    "details",
    "version",
    "rules",
    "previous",
    "entry",
)
_VOUCHER = re.compile(r"(.*-)(0|[1-9][0-9]*)")
NO_LINE = N_("it is no line of a history")
ALTERED = N_("it isn't what was written: its digest differs")
UNCHAINED = N_("it doesn't follow from the line before it")
REPLACED = N_("another line stood here when the books were last written")
GONE = N_("lines {first} to {last} of the history are missing before it")
CUT = N_("lines {first} to {last} of the history are missing at the end")
UNSEALED = N_("another line stood here when {period} was sealed")

FileRow = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Note:
    """What an action is, for the history and for git.

    Attributes:
        action: one word: `import`, `close`, `correct`, `edit`, `number`, `reopen`, `decision` ...
        text: what a person should know besides; it may be empty.
        vouchers: numbers of what was booked or concerned, `A-17`.
        details: more, by name: `period`, `decision`, `document` ...
    """

    action: str
    text: str = ""
    vouchers: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a history.

    Attributes:
        number: from 1.
        at: when (UTC), `2026-03-05T10:00:00Z`.
        by: who; None where it isn't known.
        action: as in `Note`, or `begin`, `outside`, `broken`.
        files: path below the unit's folder (of the federation's: below the workspace), and SHA-256 before and after;
            None where there was none, or is none.
        vouchers: numbers, a run of them as `A-1..A-20`.
        note: what else there is to say.
        details: more, by name.
        version, rules: of the program.
        previous: `entry` of the line before.
        entry: SHA-256 of the line up to here.
        line: where it stands in the file, from 1.
        fault: what is wrong with the line in itself; empty where it is as it was written.
    """

    number: int
    at: str
    by: str | None
    action: str
    files: tuple[FileRow, ...]
    vouchers: tuple[str, ...]
    note: str
    details: Mapping[str, str]
    version: str
    rules: str
    previous: str
    entry: str
    line: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with a history.

    Attributes:
        kind: as `sambok verify` names it.
        line: where, from 1; the line after the gap where lines are missing.
        reason: a text for `say`, with `params`.
    """

    kind: Literal["altered", "missing"]
    line: int
    reason: str
    params: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The reason, in English."""
        return self.reason.format(**dict(self.params))


@dataclass(frozen=True, slots=True)
class Repeated:
    """A line of a history as a seal repeats it: its number and `entry`, and the period that was sealed then."""

    number: int
    entry: str
    period: str


def make_line(
    note: Note,
    files: Sequence[FileRow],
    *,
    number: int,
    previous: str,
    by: str | None,
    at: str,
    version: str,
    rules: str,
) -> tuple[str, str]:
    """A line with its end, and its `entry`."""
    said: dict[str, Any] = {
        "number": number,
        "at": at,
        "by": by,
        "action": note.action,
        "files": [list(row) for row in files],
        "vouchers": list(runs(note.vouchers)),
        "note": note.text,
        "details": dict(note.details),
        "version": version,
        "rules": rules,
        "previous": previous,
    }
    entry = durable.sha256(_dumped(said))
    return _dumped({**said, "entry": entry}).decode() + "\n", entry


def _dumped(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def runs(vouchers: Iterable[str]) -> Iterator[str]:
    """Numbers in their order, each unbroken run of a series as its first and last: `A-1..A-20`."""
    parts = [(m[1], int(m[2])) if (m := _VOUCHER.fullmatch(v)) else (v, None) for v in vouchers]
    rows = enumerate(parts)
    for _, found in itertools.groupby(rows, lambda row: (row[1][0], None if row[1][1] is None else row[1][1] - row[0])):
        run = [part for _, part in found]
        if run[0][1] is None:
            yield from (name for name, _ in run)
        elif len(run) == 1:
            yield f"{run[0][0]}{run[0][1]}"
        else:
            yield f"{run[0][0]}{run[0][1]}..{run[-1][0]}{run[-1][1]}"


def read_history(folder: Path) -> tuple[Line, ...]:
    """The lines of the history in a unit's folder, or in `units/`; none where there is none yet.

    A line that isn't as it was written has a `fault`; whether they follow from each other says `check_history`.

    Raises:
        OSError: the machine doesn't give it, or it is no ordinary file.
    """
    try:
        return lines_of(durable.read_plain(folder / NAME))
    except FileNotFoundError:
        return ()


def lines_of(data: bytes) -> tuple[Line, ...]:
    """As `read_history`, of what the file holds."""
    rows = data.split(b"\n")
    if rows[-1] == b"":
        rows.pop()
    return tuple(_read(raw, place) for place, raw in enumerate(rows, 1))


def _read(raw: bytes, place: int) -> Line:
    try:
        said = json.loads(raw)
        if not isinstance(said, dict) or tuple(said) != KEYS:
            return _faulty(place, NO_LINE)
        number, entry = said["number"], said["entry"]
        if type(number) is not int or not all(isinstance(said[k], str) for k in KEYS if k not in _OTHERS):
            return _faulty(place, NO_LINE)
        files = tuple((str(path), before, after) for path, before, after in said["files"])
        line = Line(**{**said, "files": files, "vouchers": tuple(said["vouchers"]), "line": place})
        rest = {key: value for key, value in said.items() if key != "entry"}
    except (ValueError, TypeError, RecursionError):
        return _faulty(place, NO_LINE)
    if _dumped(said) != raw or durable.sha256(_dumped(rest)) != entry:
        return _faulty(place, ALTERED, line)
    return line


_OTHERS = frozenset({"number", "by", "files", "vouchers", "details"})


def _faulty(place: int, fault: str, line: Line | None = None) -> Line:
    """What can be told of a line that isn't as it was written."""
    if line is None:
        return Line(0, "", None, "", (), (), "", {}, "", "", "", "", place, fault)
    told = {name: getattr(line, name) for name in Line.__dataclass_fields__}
    return Line(**{**told, "fault": fault})


def check_history(
    lines: Sequence[Line], known: tuple[int, str] | None = None, sealed: Collection[Repeated] = ()
) -> list[Damage]:
    """What is wrong with a history; nothing where each line is as it was written, and follows from the one before.

    Args:
        lines: as `read_history` gives them.
        known: number and `entry` of a line that it held once, told by something else; so a cut at its end is found.
        sealed: what seals repeat of it; so is a history that was made anew.
    """
    found: list[Damage] = []
    number, entry, chained = 0, NOTHING, True
    repeated: dict[int, list[Repeated]] = defaultdict(list)
    for one in sealed:
        repeated[one.number].append(one)
    anew = False
    for line in lines:
        if line.fault:
            found.append(Damage("altered", line.line, line.fault))
            number, chained = number + 1, False
            continue
        if line.number > number + 1:
            gap = (("first", str(number + 1)), ("last", str(line.number - 1)))
            found.append(Damage("missing", line.line, GONE, gap))
        elif line.number != number + 1 or (chained and line.previous != entry):
            found.append(Damage("altered", line.line, UNCHAINED))
        elif known is not None and line.number == known[0] and line.entry != known[1]:
            found.append(Damage("altered", line.line, REPLACED))
        elif not anew:  # whatever follows a line that was made anew had to be made anew, too
            for one in repeated.get(line.number, ()):
                if one.entry != line.entry:
                    found.append(Damage("altered", line.line, UNSEALED, (("period", one.period),)))
                    anew = True
                    break
        number, entry, chained = line.number, line.entry, True
    last = max([*repeated, known[0] if known is not None else 0], default=0)
    if last > number:
        gap = (("first", str(number + 1)), ("last", str(last)))
        found.append(Damage("missing", len(lines) + 1, CUT, gap))
    return found


def last_whole(data: bytes) -> tuple[int, str] | None:
    """Number and `entry` of the last line that is as it was written; None where there is none.

    Args:
        data: what the file holds. It is read from its end: what a seal repeats costs nothing, however long it is.
    """
    end = data.rfind(b"\n")
    while end >= 0:
        start = data.rfind(b"\n", 0, end) + 1
        line = _read(data[start:end], 0)
        if not line.fault and line.number > 0:
            return line.number, line.entry
        end = start - 1
    return None


def last_of(lines: Sequence[Line]) -> tuple[int, str]:
    """Number and `entry` that the next line follows; lines that can't be read are counted all the same."""
    number, entry = 0, NOTHING
    for line in lines:
        number, entry = (number + 1, entry) if line.fault else (line.number, line.entry)
    return number, entry
