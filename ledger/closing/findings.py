"""What verifying found, in words, and as `sambok verify --json` has it (SPEC 5)."""

from __future__ import annotations

import posixpath
from typing import Any

from ledger.messages import N_, retell, say
from ledger.seals.grounds import is_common
from ledger.seals.lines import FILE as SEALS
from ledger.seals.model import Found
from ledger.seals.signing import ASKED_FOR, FORGED, LEFT_OUT, STRANGE, UNSIGNED

HISTORY = "history.jsonl"
_TOLD = {
    "altered": N_("{what}, sealed with {period}, says something else now."),
    "missing": N_("{what}, sealed with {period}, is gone."),
    "inserted": N_("{what} is dated in {period}, which is closed, and no seal holds it."),
    "moved": N_("{what}, sealed with {period}, stands in another place; what it says is the same."),
    "renumbered": N_("{what}, sealed with {period}, has another number now."),
    "document": N_("The document of {what}, sealed with {period}, isn't what was sealed."),
}
_LAYOUT = N_("{what}, sealed with {period}, is written otherwise now; what it says is the same.")
_FIELDS = N_("{what}, sealed with {period}, says something else now: {fields}.")
_PAPER = N_("The document {what} isn't what its name says: the SHA-256 of what it held.")
_CHAIN = N_("The chain of seals is broken.")
_PAST = N_("The history is broken.")
_MISSING = N_("A signature is missing.")
_SIGNATURES = {
    FORGED: N_("The signature is wrong."),
    STRANGE: N_("The signature is another's."),
    LEFT_OUT: _MISSING,
    UNSIGNED: _MISSING,
}
_BACK = N_("Put the sealed text back, from git or a backup; a correction is a new voucher in an open month.")
_REMEDIES = {
    "altered": _BACK,
    "missing": _BACK,
    "renumbered": _BACK,
    "moved": N_("Put it back where it stood; nothing of what it says is lost."),
    "inserted": N_(
        'Give it a day in an open month, with  concerns: "{period}"  or  corrects:  and the voucher\'s number; or let '
        "the month be opened again by decision."
    ),
    "document": N_("Put the document back, from a backup: its SHA-256 stands in the seal."),
}
_KEEP = N_(
    "Put {file} back, from git or a backup, and ask who had access: it is never edited by hand. An earlier copy shows "
    "what was changed:  sambok verify --against COPY"
)
_PAPER_BACK = N_("Put the document back, from a backup: its SHA-256 stands in its name, and policy names it.")
_ASK = N_(
    "Ask who closed {period}, and with which key (sambok verify --json names the latest one): nothing is signed "
    "afterwards. With SAMBOK_SIGNING_KEY the next close signs, for all that came before it as well."
)
_SETTING = N_(
    "Put the setting back, from git or a backup. If it is meant, central's next close takes it in:  sambok close ; the "
    "seals show what it was until then."
)
_ADDED = N_(
    "Give it a day in an open month, or take it out. If it is meant, it judges closed months anew, and the next close "
    "books the difference; central's next close takes it in."
)
_DECIDED = N_(
    "Put the sealed text back, from git or a backup. What is decided anew is a new directive, dated in an open month."
)


def place_of(slug: str, found: Found) -> str:
    """The file as users know it, `units/repris/...`."""
    return posixpath.normpath(f"units/{slug}/{found.file}") if slug else f"units/{found.file}"


def what(found: Found) -> str:
    """What it happened to: its number, or where it stands."""
    if found.voucher:
        return found.voucher
    file = found.file.replace("../", "")
    return file if found.line is None else f"{file}:{found.line}"


def message(found: Found) -> str:
    """What was found, in a sentence or two."""
    period = found.period or "-"
    if found.file == SEALS and found.note in _SIGNATURES:
        text = say(_SIGNATURES[found.note])
    elif found.file == SEALS:
        text = say(_CHAIN)
    elif found.file == HISTORY:
        text = say(_PAST)
    elif found.kind == "document" and not found.period:
        text = say(_PAPER, what=what(found))
    elif found.kind == "altered" and not found.meaning:
        text = say(_LAYOUT, what=what(found), period=period)
    elif found.kind == "altered" and found.fields:
        text = say(_FIELDS, what=what(found), period=period, fields=", ".join(found.fields))
    else:
        text = say(_TOLD[found.kind], what=what(found), period=period)
    note = note_of(found)
    return f"{text} ({note})" if note else text


def note_of(found: Found) -> str:
    """What else there is to say, "" for nothing."""
    if not found.note:
        return ""
    told = {name: retell(value) if name == "reason" else value for name, value in found.params}
    return say(found.note, **told)


def remedy(slug: str, found: Found) -> str:
    """What to do about it."""
    if found.file == SEALS and found.note in ASKED_FOR:
        return say(_ASK, period=found.period)
    if found.file in {SEALS, HISTORY}:
        return say(_KEEP, file=place_of(slug, found))
    if is_common(found.file) and found.file.endswith((".toml", ".conf")):
        return say(_SETTING)
    if is_common(found.file):
        return say(_ADDED if found.kind == "inserted" else _DECIDED)
    if found.kind == "document" and not found.period:
        return say(_PAPER_BACK)
    return say(_REMEDIES[found.kind], period=found.period)


def as_json(slug: str, found: Found) -> dict[str, Any]:
    """The object of `findings`."""
    return {
        "kind": found.kind,
        "unit": slug or None,
        "period": found.period or None,
        "voucher": found.voucher or None,
        "file": place_of(slug, found),
        "line": found.line,
        "meaning": found.meaning,
        "fields": list(found.fields),
        "message": message(found),
        "remedy": remedy(slug, found),
    }
