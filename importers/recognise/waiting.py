"""Entries that wait for a person as the importer wrote them: what of them waits, and what the bank said of it.

Beside them stand payments that a rule placed on claims or debts before their invoice was there (`unlinked`): nobody
needs to look at them, but they wait for their link.

An entry that somebody has edited is theirs: one with other postings than the importer gave it, with a comment, with
metadata of their own where something waits. Payee and narration may be edited: who writes the invoice's number there
helps recognition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from importers.bank.model import Part
from importers.book import BookView
from importers.booktext import clean
from importers.postings import TOTAL_PRICE, weight
from importers.recognise.callbacks import UNCONFIRMED, is_shown, is_unconfirmed
from importers.recognise.numbers import clearing_account, is_bank
from importers.recognise.placed import PART_KEYS, PAYMENT, Placed
from importers.recognise.pool import PAYMENTS
from ledger.books.sources import SourceTable
from ledger.messages import LANGUAGES, N_, translate
from ledger.rules.rounding import unit_of

#: Whoever lets a suspense line pass a close has taken it over (SPEC 7).
ACCEPTED = "accepted-by"
#: What the first statement of an account leaves on suspense is no payment.
OPENING = N_("Opening balance per bank")
#: Metadata that a posting which waits alone has, in any mixture.
_OWN = {*PART_KEYS.values(), PAYMENT, "partner", "ic", "item"}


@dataclass(frozen=True)
class Waiting:
    """An entry that waits.

    Attributes:
        source: whose rules count.
        parts: what waits: place among its postings, and the payment.
        alone: it is one payment, and says itself what the bank said of it.
    """

    entry: data.Transaction
    source: SourceTable
    parts: tuple[tuple[int, Part], ...]
    alone: bool

    @property
    def placed(self) -> bool:
        """Whether only a link is missing."""
        return self.entry.flag == "*"

    @property
    def line(self) -> Part:
        """All of it as one payment, as the entry says it."""
        if self.alone:
            return self.parts[0][1]
        meta = {**self.entry.meta, "counterparty": self.entry.payee or "", "text": self.entry.narration or ""}
        return _part(meta, _number(self.entry.postings[0]))


def waits(view: BookView, entry: data.Transaction) -> bool:
    """Whether an importer's entry waits for a person, in a month that is open; a callback waits for its statement."""
    return (
        entry.flag == "!"
        and str(entry.meta.get("source-id", "")).startswith(PAYMENTS)
        and f"{entry.date:%Y-%m}" not in view.closed
        and (not is_unconfirmed(entry) or is_shown(view, entry))
        and not (entry.payee is None and entry.narration in {translate(OPENING, language) for language in LANGUAGES})
    )


def untouched(view: BookView, entry: data.Transaction) -> Waiting | None:
    """What of an entry waits; None where somebody has made it theirs, or its source is gone."""
    source = _source(view, entry)
    suspense = view.chart.role_account("suspense", view.codes) if view.chart.has_role("suspense") else None
    if source is None or ACCEPTED in entry.meta or not _ours(view, entry):
        return None
    places = [i for i, p in enumerate(entry.postings) if i and (p.account == suspense or p.flag == "!")]
    collected = [i for i in places if PAYMENT in (entry.postings[i].meta or {})]
    if not collected:
        return _single(entry, source, places)
    if collected != places or not all(_as_given(entry.postings[0], entry.postings[i]) for i in places):
        return None
    parts = tuple((i, _part(entry.postings[i].meta or {}, _given(entry.postings[i]))) for i in places)
    return Waiting(entry, source, parts, alone=False)


def unlinked(view: BookView, entry: data.Transaction) -> Waiting | None:
    """Payments that a rule booked on claims or debts when their invoice wasn't there: they are of no item yet.

    Returns:
        Which of the entry's postings they are; None where there are none, the month is closed, or a person placed them.
    """
    if entry.flag != "*" or not str(entry.meta.get("source-id", "")).startswith(PAYMENTS):
        return None
    if {ACCEPTED, "suggestion"} & entry.meta.keys() or f"{entry.date:%Y-%m}" in view.closed:
        return None
    places = [i for i, p in enumerate(entry.postings) if i and _is_loose(view, p)]
    source = _source(view, entry) if places else None
    if source is None or not _ours(view, entry) or any(p.flag for p in entry.postings):
        return None
    if any(_currency(entry.postings[i]) != _currency(entry.postings[0]) for i in places):
        return None
    if is_bank(source):
        return None if entry.links else _single(entry, source, places)
    told = [(i, _part(entry.postings[i].meta or {}, -_number(entry.postings[i]))) for i in places]
    parts = tuple((i, part) for i, part in told if part.counterparty or part.reference or part.invoice or part.text)
    return Waiting(entry, source, parts, alone=False) if parts else None


def _is_loose(view: BookView, posting: data.Posting) -> bool:
    """Whether a posting on claims or debts says nothing of whose item it is; a dispute is a person's to settle."""
    kind = view.followed.get(posting.account, "clearing")
    return kind != "clearing" and not {"item", "partner", "dispute"} & (posting.meta or {}).keys()


def _single(entry: data.Transaction, source: SourceTable, places: list[int]) -> Waiting | None:
    """One payment: the importer gave its entry two postings."""
    if len(entry.postings) != 2 or places != [1] or weight(entry.postings[0]) != _turned(weight(entry.postings[1])):
        return None
    own = {k: v for k, v in (entry.postings[1].meta or {}).items() if k not in {"filename", "lineno", TOTAL_PRICE}}
    if not own.keys() <= _OWN:
        return None
    meta: dict[str, Any] = {
        "counterparty": entry.payee or "",
        "counterparty-account": entry.meta.get("counterparty-account", ""),
        "reference": entry.meta.get("reference", ""),
        "text": entry.narration or "",
        "invoice": own.get("invoice", ""),
    }
    return Waiting(entry, source, ((1, _part(meta, _number(entry.postings[0]))),), alone=True)


def _part(meta: dict[str, Any], amount: Decimal) -> Part:
    texts = {name: str(meta.get(key, "")) for name, key in PART_KEYS.items()}
    return Part(amount, **texts)


def _number(posting: data.Posting) -> Decimal:
    assert posting.units is not None
    assert posting.units.number is not None
    return posting.units.number


def _currency(posting: data.Posting) -> str:
    assert posting.units is not None
    return posting.units.currency


def _turned(weight: tuple[Decimal, str]) -> tuple[Decimal, str]:
    return -weight[0], weight[1]


def _ours(view: BookView, entry: data.Transaction) -> bool:
    """Whether postings have what an importer gives: no cost, prices only of all of it, the line its worth."""
    if any(p.units is None or p.cost or (p.price and TOTAL_PRICE not in (p.meta or {})) for p in entry.postings):
        return False
    return weight(entry.postings[0])[1] == view.unit.currency


def _given(posting: data.Posting) -> Decimal:
    """The payment that a posting is the other side of, in the line's currency."""
    value = (posting.meta or {}).get(PAYMENT)
    number = value.number if isinstance(value, Amount) else value
    return number if isinstance(number, Decimal) else -_number(posting)


def _as_given(line: data.Posting, posting: data.Posting) -> bool:
    """Whether a posting still has the payment's amount; in the unit's currency, as near as parts of a sum are rounded.

    Args:
        line: the posting of the whole line.
        posting: that of one payment.
    """
    value = (posting.meta or {}).get(PAYMENT)
    if _currency(posting) == _currency(line) or not isinstance(value, Amount):
        return isinstance(value, (Decimal, Amount)) and _given(posting) == -_number(posting)
    whole, base = weight(line)
    if not _number(line) or base != _currency(posting) or value.currency != _currency(line):
        return False
    return abs(_given(posting) * whole / _number(line) + _number(posting)) < unit_of(base)


def _source(view: BookView, entry: data.Transaction) -> SourceTable | None:
    """The source that the entry came from: by the account that its first posting feeds."""
    if not entry.postings:
        return None
    account = entry.postings[0].account
    of_bank = str(entry.meta["source-id"]).startswith("bank-")
    for source in view.unit.sources:
        if is_bank(source) is of_bank and account == (source.account if of_bank else clearing_account(view, source)):
            return source
    return None


def rebuilt(waiting: Waiting, placed: list[Placed]) -> data.Transaction:
    """The entry with new other sides; everything else as it stands."""
    entry = waiting.entry
    found = dict(zip((i for i, _ in waiting.parts), placed, strict=True))
    postings: list[data.Posting] = []
    for index, standing in enumerate(entry.postings):
        postings += _replaced(waiting, standing, found[index]) if index in found else [standing]
    gone = {str((entry.postings[i].meta or {}).get("item", "")) for i in found}
    kept = {str((p.meta or {}).get("item", "")) for i, p in enumerate(entry.postings) if i not in found}
    links = (set(entry.links or ()) - (gone - kept)).union(*(one.links for one in placed))
    suggestion = next((one.suggestion for one in placed if one.suggestion), None)
    new_meta = {key: value for one in placed for key, value in one.meta.items()}
    meta = _in_place(entry.meta, new_meta | ({"suggestion": suggestion} if suggestion else {}), gone={"suggestion"})
    narration = placed[0].narration if waiting.alone else None
    return entry._replace(
        meta=meta,
        flag="*" if all(one.sure for one in placed) else "!",
        payee=(waiting.alone and placed[0].payee) or entry.payee,
        narration=clean(narration) if narration else entry.narration,
        tags=frozenset(entry.tags or ()) - {UNCONFIRMED},
        links=frozenset(links),
        postings=postings,
    )


def _replaced(waiting: Waiting, standing: data.Posting, placed: Placed) -> list[data.Posting]:
    """What stands instead of a posting that waited; what else was said of the payment stays on the first one."""
    if waiting.alone or not placed.postings:
        return list(placed.postings)
    ours = {PAYMENT, TOTAL_PRICE, "partner", "ic", "item", "filename", "lineno"}
    if is_bank(waiting.source):
        ours |= {*PART_KEYS.values()}
    first, *more = placed.postings
    meta = _in_place(standing.meta or {}, first.meta or {}, gone=ours)
    return [first._replace(meta=meta or None), *more]


def _in_place(standing: Mapping[str, Any], new: Mapping[str, Any], *, gone: set[str]) -> dict[str, Any]:
    """Metadata with new values where they stood, and further ones before the document's, which stands last."""
    meta = {key: new.get(key, value) for key, value in standing.items() if key in new or key not in gone}
    last = {"document": meta.pop("document")} if "document" in meta and new.keys() - meta.keys() else {}
    return {**meta, **{key: value for key, value in new.items() if key not in meta}, **last}
