"""The nouns of sealing: blocks of text, sealed entries, seals, and what verifying them finds (SPEC 5, 7)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

#: Kinds of a finding, as `sambok verify --json` names them.
Kind = Literal["altered", "missing", "inserted", "moved", "renumbered", "document"]
#: The content of the line before the first one.
NOTHING = "0" * 64


@dataclass(frozen=True, slots=True)
class Block:
    """One dated directive's text, with the comments and empty lines behind it; or a file's head before the first.

    Attributes:
        line: of its first line, from 1.
        start, end: its bytes in the file.
        date: as written there; None = the head of the file.
        raw: SHA-256 of its bytes without the line ends at its end.
    """

    line: int
    start: int
    end: int
    date: dt.date | None
    raw: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a parsed directive says, whatever its layout.

    Attributes:
        voucher: series and number, "" where it has none.
        type: `transaction`, `balance`, `open` ... as Beancount calls it, in lower case.
        canonical: SHA-256 of its canonical text.
        numberless: the same without `voucher`: who has been renumbered only is known by it.
        fields: first 8 hex digits of each field's digest, by field.
        documents: paths below the unit's folder that it names.
    """

    date: dt.date
    type: str
    voucher: str
    canonical: str
    numberless: str
    fields: dict[str, str]
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """A directive as a seal holds it. `file` is below the unit's folder, `line` where it stood when it was sealed."""

    voucher: str
    date: dt.date
    type: str
    file: str
    line: int
    canonical: str
    numberless: str
    raw: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Twin:
    """The other side of a frozen voucher, in another unit's book."""

    unit: str
    file: str
    voucher: str
    canonical: str


@dataclass(frozen=True, slots=True)
class Witness:
    """What a unit had sealed when another one sealed: the number and content of its latest line."""

    unit: str
    number: int
    content: str


@dataclass(frozen=True, slots=True)
class Past:
    """Where a history stood when a seal was made: the number of its last line, and that line's digest."""

    number: int
    entry: str


@dataclass(frozen=True)
class Draft:
    """What a seal says, before it is chained.

    Attributes:
        period: "2026-03".
        kind: `close`, or `reopen`: from then on the period takes new vouchers.
        decision: what allows it; None for an ordinary close.
        heads: raw hash of each file's head that is sealed for the first time.
        totals: Σ weight of the sealed postings by account and currency.
        documents: path below the unit's folder and SHA-256.
        gaps: voucher number and the reason why it isn't there.
        accepted: place of a suspense line that passed, who accepted it, why.
        settings: `fava.conf` or a unit, key, value, as they are on the month's last day; in central's seals only.
        witnesses: the other units' latest lines.
    """

    unit: str
    period: str
    kind: Literal["close", "reopen"] = "close"
    decision: str | None = None
    entries: tuple[SealedEntry, ...] = ()
    heads: dict[str, str] = field(default_factory=dict)
    totals: tuple[tuple[str, str, Decimal], ...] = ()
    documents: tuple[tuple[str, str], ...] = ()
    twins: tuple[Twin, ...] = ()
    gaps: tuple[tuple[str, str], ...] = ()
    accepted: tuple[tuple[str, str, str], ...] = ()
    settings: tuple[tuple[str, str, str | None], ...] = ()
    witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True)
class Seal:
    """One line of `seals.jsonl`.

    Attributes:
        draft: what it says of the books.
        number: from 1, in the unit's chain.
        before: content of the line before.
        root: Merkle root over the entries' canonical hashes.
        witness_root: Merkle root over the witnesses.
        content: SHA-256 of all that the above says; neither clock nor machine is in it.
        by, at, version, rules: who made it, when (UTC), with which version of the program and of its rules.
        history, federation: where the unit's and the federation's own history stood; None where there was none yet. The
            line that tells of the seal itself comes after it.
        previous: `seal` of the line before.
        key, signature: of whom it is signed by, in base64; "" where it isn't.
        seal: SHA-256 of the whole line before this field.
        line: in the file, from 1.
    """

    draft: Draft
    number: int
    before: str
    root: str
    witness_root: str
    content: str
    by: str
    at: dt.datetime
    version: str
    rules: str
    history: Past | None
    federation: Past | None
    previous: str
    key: str
    signature: str
    seal: str
    line: int = 0

    @property
    def period(self) -> str:
        """The month that it closes or opens again."""
        return self.draft.period


@dataclass(frozen=True, slots=True)
class Current:
    """A block of the present text, and what it says where it had to be parsed."""

    file: str
    block: Block
    meaning: Meaning | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What verifying found.

    Attributes:
        kind: as `sambok verify --json` names it.
        period: the sealed period that it is about.
        voucher: "" where what it is about has none.
        file: below the unit's folder, where it stands now (or stood, where it is gone); `line` likewise.
        meaning: False where only the layout changed.
        fields: which fields of it differ, where that is known.
        note: what else there is to say; a text for `say`, with `params`.
    """

    kind: Kind
    period: str
    voucher: str
    file: str
    line: int | None
    meaning: bool
    fields: tuple[str, ...] = ()
    note: str = ""
    params: tuple[tuple[str, str], ...] = ()
