"""Decisions: the register, and how a new one comes into policy (SPEC 4).

What is booked on each is counted in `ledger.policy.decided`, since the federation's list of errors needs it, too. Here
is what only people do: entering one. Its minutes are kept among the central unit's documents under their SHA-256, and
the directive is added at the end of `units/policy.beancount` by the one writer, after the guard has read the new text:
both, or neither.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from importers.archive import archive
from importers.base import Source, as_kept, read_source
from importers.booktext import quoted
from ledger.books import Books, Unit, Workspace, durable, load_books
from ledger.books.problems_write import WriteEncoding
from ledger.books.write import Change, Note, apply, check_text, unit_lock
from ledger.closing.problems_decisions import (
    DecisionAmount,
    DecisionDates,
    DecisionInFuture,
    DecisionNoCentral,
    DecisionTaken,
    DecisionWords,
)
from ledger.errors import Problem
from ledger.messages import N_, say
from ledger.policy import Policy, read_policy
from ledger.policy.decided import DecisionState, decided
from ledger.rules.rounding import decimals

LONGEST_ID = 60
LONGEST_TEXT = 400
_ID = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ0-9][A-Za-zÀ-ÖØ-öø-ÿ0-9§.:/_-]*")
_AMOUNT = re.compile(r"(-?[0-9]+(?:\.([0-9]+))?)(?:\s+([A-Z]{3}))?")
#: The longest number that the guard lets into a book.
DIGITS = 15


def register(books: Books, policy: Policy) -> tuple[DecisionState, ...]:
    """Each decision with what is booked on it; what is still to be done comes first."""
    return decided(books, policy).states


def decision_problems(books: Books, policy: Policy) -> list[Problem]:
    """What is booked on a protected account without a decision that allows it, or on one beyond what it allows."""
    return list(decided(books, policy).problems)


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision as it is to be entered.

    Attributes:
        id: as the minutes have it: `ST-2026-02-17-§6`.
        body: `board` or `assembly`.
        date: when it was taken.
        amount: `180000 SEK`; None: without limit.
        until: the last day on which something may be booked on it; None: no end.
        document: the file with its minutes.
    """

    id: str
    body: str
    date: dt.date
    text: str
    amount: str | None = None
    until: dt.date | None = None
    document: Path | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """Where a decision stands now, and where its minutes are kept (below the workspace)."""

    id: str
    file: str
    line: int
    document: str | None


def add_decision(ws: Workspace, draft: Draft, *, today: dt.date) -> Entered:
    """Enter a decision.

    Args:
        ws: the workspace.
        draft: the decision.
        today: nothing is decided on a later day.

    Raises:
        Problem: what is wrong with it, with its document, or with policy as it stands; nothing was written.
        OSError: the machine refused; nothing was written, or the next command completes the job.
    """
    ident, text = _words(N_("The id"), draft.id, LONGEST_ID), _words(N_("The text"), draft.text, LONGEST_TEXT)
    if not _ID.fullmatch(ident):
        odd = next((c for c in ident if not _ID.fullmatch(f"a{c}")), ident[:1])
        raise DecisionWords(what=say(N_("The id")), reason=say(N_("it has or begins with {character}"), character=odd))
    if draft.date > today:
        raise DecisionInFuture(date=draft.date, today=today)
    if draft.until is not None and draft.until < draft.date:
        raise DecisionDates(until=draft.until, date=draft.date)
    amount = None if draft.amount is None else _amount(draft.amount)
    standing = _standing(ws)
    _check_new(ws, ident, standing)
    source, central = _minutes(ws, draft.document)
    kept = None if source is None or central is None else f"{central.slug}/{source.document}"
    block = _block(draft, ident, text, amount, kept)
    old = standing or ""
    new = f"{old}{'' if not old or old.endswith(chr(10)) else chr(10)}{chr(10) * bool(old)}{block}"
    for problem in check_text(ws, None, {ws.policy_file: new}):
        raise problem
    details = {"decision": ident, **({"document": f"units/{kept}"} if kept else {})}
    change = Change(ws.policy_file, new, None if standing is None else durable.sha256(old.encode("utf-8")))
    fresh = source is not None and central is not None and not (central.folder / source.document).exists()
    if source is not None and central is not None:
        archive(ws, central, source)
    try:
        apply(ws, None, [change], note=Note("decision", text, details=details))
    except Problem:
        if fresh and source is not None and central is not None:
            with unit_lock(ws, central.slug), contextlib.suppress(OSError):
                (central.folder / source.document).unlink()
        raise
    line = new.count("\n") - block.count("\n") + 1
    return Entered(ident, ws.shown(ws.policy_file), line, f"units/{kept}" if kept else None)


def _words(what: str, text: str, longest: int) -> str:
    """A text as it may stand in policy: composed, one line."""
    plain = unicodedata.normalize("NFC", text).strip()
    if not plain:
        raise DecisionWords(what=say(what), reason=say(N_("it is empty")))
    if len(plain) > longest:
        raise DecisionWords(what=say(what), reason=say(N_("it has more than {count} characters"), count=longest))
    if not plain.isprintable():
        raise DecisionWords(what=say(what), reason=say(N_("it has a line break or another character without a sign")))
    return plain


def _amount(text: str) -> str:
    """An amount as it stands in policy: `180000.00 SEK`."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None or len(re.sub(r"\D", "", found[1])) > DIGITS:
        raise DecisionAmount(amount=text, reason=say(N_("it isn't a number, with a point before its decimals")))
    if found[3] is None:
        raise DecisionAmount(amount=text, reason=say(N_("it has no currency")))
    if Decimal(found[1]) <= 0:
        raise DecisionAmount(amount=text, reason=say(N_("it isn't above zero")))
    places = decimals(found[3])
    if len(found[2] or "") > places:
        raise DecisionAmount(
            amount=text, reason=say(N_("{currency} has {count} decimals"), currency=found[3], count=places)
        )
    return f"{Decimal(found[1]):.{places}f} {found[3]}"


def _standing(ws: Workspace) -> str | None:
    """Policy's text; None where there is none."""
    try:
        return durable.read_plain(ws.policy_file).decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise WriteEncoding(file=ws.shown(ws.policy_file)) from error


def _check_new(ws: Workspace, ident: str, standing: str | None) -> None:
    """Raise a problem unless policy can be read and has no such decision."""
    central = load_books(ws, []).central_text
    shown = ws.shown(ws.policy_file)
    for problem in central.problems:
        if problem.file == shown:
            raise problem
    policy = read_policy(central, ws)
    written = re.search(rf'custom\s+"decision"\s+"{re.escape(ident)}"', standing or "")
    if ident in policy.decisions or ident in policy.unread or written:
        found = policy.decisions.get(ident)
        raise DecisionTaken(file=shown, line=found.line if found else None, id=ident)


def _minutes(ws: Workspace, document: Path | None) -> tuple[Source | None, Unit | None]:
    """The file with the minutes, read, and whose documents it belongs to."""
    if document is None:
        return None, None
    if ws.central is None:
        raise DecisionNoCentral
    return as_kept(ws.central, read_source(document, str(document))), ws.central


def _block(draft: Draft, ident: str, text: str, amount: str | None, document: str | None) -> str:
    """The directive."""
    lines: Sequence[str | None] = (
        f"{draft.date} custom {quoted('decision')} {quoted(ident)} {quoted(draft.body)}",
        f"  text: {quoted(text)}",
        f"  amount: {amount}" if amount else None,
        f"  until: {draft.until}" if draft.until else None,
        f"  document: {quoted(document)}" if document else None,
    )
    return "".join(f"{line}\n" for line in lines if line)
