"""Who did what, when: the histories of units and federation in plain words (BFNAR 2013:2 p. 9.16-9.17).

The lines themselves are `ledger.books.history`'s; here they are put in order and told. A line that isn't as it was
written is told as that: what it says can't be trusted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.books.guard_bytes import visible
from ledger.books.history import Line, lines_of
from ledger.closing.evidence import HISTORY, Evidence, Unreadable
from ledger.closing.problems_verify import VerifyUnreadable
from ledger.errors import Problem
from ledger.messages import N_, say, translate

#: What an action is in words; any other stands as it is.
ACTIONS = {
    "begin": N_("what stood there when the history began"),
    "outside": N_("changed by another program"),
    "broken": N_("the history was damaged"),
    "init": N_("the federation was made"),
    "unit-add": N_("a unit was made"),
    "import": N_("imported {text}"),
    "place": N_("payments placed"),
    "edit": N_("edited in the browser"),
    "write": N_("written"),
    "number": N_("numbers given"),
    "correct": N_("a voucher corrected"),
    "loan": N_("booked for a loan fund: {text}"),
    "fund": N_("booked for a fund: {text}"),
    "close": N_("{period} closed"),
    "reopen": N_("{period} opened again by {decision}"),
    "decision": N_("a decision written"),
    "allocation-keys": N_("keys of shared services written"),
    "lock": N_("combined figures {run} locked"),
}
#: So many files are named; --json names all.
SHOWN = 3
#: Details that their action's words tell already, or that are no matter to people.
_SAID = {"close": {"period", "unit"}, "reopen": {"period", "decision"}, "lock": {"run", "mark"}, "import": {"text"}}


@dataclass(frozen=True)
class Deed:
    """One line of a history; `unit` is "" where it is the federation's."""

    unit: str
    line: Line


def deeds(evidence: Evidence, slugs: Collection[str] | None) -> tuple[list[Deed], list[Problem]]:
    """All that was done, in the order of time, and what can't be read.

    Args:
        evidence: where the files are.
        slugs: whose histories; None: all units', and the federation's own.
    """
    found: list[Deed] = []
    problems: list[Problem] = []
    for slug in evidence.slugs() if slugs is None else sorted(slugs):
        texts = evidence.texts(slug)
        for name in ("", HISTORY):
            if name in texts.faults:
                file = f"units/{slug}/{name}".rstrip("/")
                problems.append(VerifyUnreadable(file=file, unit=slug, reason=texts.faults[name]))
        found += [Deed(slug, line) for line in lines_of(texts.history or b"")]
    if slugs is None:
        try:
            found += [Deed("", line) for line in lines_of(evidence.history() or b"")]
        except Unreadable as error:
            problems.append(VerifyUnreadable(file=f"units/{HISTORY}", reason=error))
    return _in_order(found), problems


def _in_order(found: list[Deed]) -> list[Deed]:
    """By time; a damaged line, whose time nobody knows, where it stands."""
    keyed = []
    at = ""
    unit = None
    for deed in found:
        at = "" if deed.unit != unit else at
        unit = deed.unit
        at = at if deed.line.fault else max(at, deed.line.at)
        keyed.append(((at, deed.unit, deed.line.line), deed))
    return [deed for _, deed in sorted(keyed, key=lambda pair: pair[0])]


def who(line: Line) -> str:
    """Who did it, as far as anybody knows."""
    if line.fault:
        return "?"
    return visible(str(line.by)) if line.by else say(N_("unknown"))


def _details(line: Line) -> Mapping[str, Any]:
    """What a line tells by name; a line that somebody else has made may hold anything there."""
    return line.details if isinstance(line.details, dict) else {}


def words(line: Line) -> str:
    """What was done, in one line."""
    if line.fault:
        return say(N_("line {line} of the history isn't as it was written"), line=line.line)
    details = {str(name): visible(str(value)) for name, value in _details(line).items()}
    text = visible(line.note)
    told = ACTIONS.get(line.action)
    try:
        said = translate(told).format(**{**details, "text": text}) if told else visible(line.action)
    except KeyError:  # a line of another version
        said = visible(line.action)
    parts = [said]
    if line.vouchers:
        parts.append(", ".join(visible(str(voucher)) for voucher in line.vouchers))
    if text and "{text}" not in (told or ""):
        parts.append(text)
    hidden = _SAID.get(line.action, set())
    parts += [f"{name}: {value}" for name, value in details.items() if name not in hidden and value]
    if line.action in {"outside", "begin", "edit", "write"}:
        names = [visible(str(row[0])) for row in line.files]
        parts.append(", ".join(names[:SHOWN]) + (f" ... ({len(names)})" if len(names) > SHOWN else ""))
    return "; ".join(part for part in parts if part)


def as_json(deed: Deed) -> dict[str, Any]:
    """The object of `sambok history --json`."""
    line = deed.line
    return {
        "unit": deed.unit or None,
        "number": line.number,
        "line": line.line,
        "at": line.at or None,
        "by": line.by,
        "action": line.action,
        "text": words(line),
        "note": line.note,
        "details": dict(_details(line)),
        "vouchers": list(line.vouchers),
        "files": [{"file": row[0], "before": row[1], "after": row[2]} for row in line.files],
        "version": line.version,
        "rules": line.rules,
        "fault": line.fault or None,
    }
