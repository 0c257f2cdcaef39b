"""What a locked run's manifest may say, and what it says (SPEC 10).

It is text that anybody could have written: read strictly, with dates, amounts, currencies and names that have one form
only. What isn't so is no manifest, and that lock is damaged: nothing else is harmed by it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ledger.books import durable
from ledger.combine.codes import SETTLED
from ledger.combine.combined import Combined
from ledger.combine.runs.text import (
    AMOUNT,
    BALANCES,
    ELIMINATIONS,
    TRIAL_BALANCE,
    UNMATCHED,
    VOUCHERS,
    disclosed,
    money,
    versions,
)

MANIFEST = "manifest.json"
SCHEMA = 1
MARK_LENGTH = 8
#: Every lock has these files beside its manifest, and no others.
FILES = frozenset({TRIAL_BALANCE, ELIMINATIONS, UNMATCHED, BALANCES, VOUCHERS})
#: Nobody locks figures of other years.
YEARS = range(2000, 2200)


@dataclass(frozen=True)
class Lock:
    """A locked run, as its manifest says.

    Attributes:
        digest: of the manifest; its first characters are the mark.
        inputs: SHA-256 of each file that the figures were made of.
        files: SHA-256 of each file of the lock.
        rates: digest of the exchange rates that counted.
        reached: the last month with a posting then, at most the period's own.
        versions: of what made the figures.
        unmatched: how many differences it has.
        said: the whole manifest.
    """

    name: str
    date_from: dt.date
    date_to: dt.date
    level: str | None
    currency: str
    result: str
    digest: str
    inputs: Mapping[str, str]
    files: Mapping[str, str]
    rates: str
    reached: str
    versions: Mapping[str, str]
    unmatched: int
    said: Mapping[str, Any]

    @property
    def mark(self) -> str:
        """Eight characters for the minutes."""
        return self.digest[:MARK_LENGTH]


def _day(text: object) -> dt.date:
    if not isinstance(text, str) or len(text) != len("2026-03-31") or not text.isascii():
        raise ValueError("no date")
    day = dt.date.fromisoformat(text)
    if day.year not in YEARS:
        raise ValueError("another year")
    return day


#: One line that a terminal shows as it stands: no control characters, none that turn the writing's direction.
_PLAIN = r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+$"
_Text = Annotated[str, Field(pattern=_PLAIN, max_length=4096)]
_Day = Annotated[dt.date, BeforeValidator(_day)]
_Amount = Annotated[str, Field(pattern=f"^(?:{AMOUNT.pattern})$")]
_Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
#: A unit may deal in what isn't a currency: hours, or shares.
_Commodity = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9'._-]{0,23}$")]
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Count = Annotated[int, Field(ge=0, lt=10**9)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Disclosed(_Strict):
    code: _Text
    kind: _Text = Field(alias="class")
    key: _Text | Literal[""]
    units: list[_Text]
    amount: _Amount
    currency: _Commodity


class _Unmatched(_Strict):
    disclosed: list[_Disclosed]
    settled: _Count


class _Manifest(_Strict):
    version: Literal[1] = Field(alias="schema")
    name: _Text
    kind: Literal["combined"]
    currency: _Currency
    date_from: _Day = Field(alias="from")
    date_to: _Day = Field(alias="to")
    level: _Text | None
    units: list[_Text]
    result: _Amount
    trial_balance: _Digest
    eliminations: _Count
    adjustments: _Count
    unmatched: _Unmatched
    versions: dict[_Text, _Text]
    rates: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    reached: Annotated[str, Field(pattern=r"^[0-9]{4}-(?:0[1-9]|1[0-2])$")]
    inputs: dict[_Text, _Digest]
    files: dict[str, _Digest]
    digest: _Digest


def read_manifest(content: bytes) -> Lock:
    """The lock that a manifest describes; whether its digest is right is `digest_of_manifest`'s.

    Raises:
        ValueError: it is none.
    """
    try:
        said = json.loads(content)
        found = _Manifest.model_validate(said)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    right = found.files.keys() == FILES and found.files[TRIAL_BALANCE] == found.trial_balance
    outside = {".", ".."} & set((found.level or "").split("/"))
    if not right or outside or found.date_from > found.date_to:
        raise ValueError("no manifest")
    return Lock(
        name=found.name,
        date_from=found.date_from,
        date_to=found.date_to,
        level=found.level,
        currency=found.currency,
        result=found.result,
        digest=found.digest,
        inputs=found.inputs,
        files=found.files,
        rates=found.rates,
        reached=found.reached,
        versions=found.versions,
        unmatched=len(found.unmatched.disclosed) + found.unmatched.settled,
        said=said,
    )


def manifest_of(
    name: str,
    combined: Combined,
    files: Mapping[str, bytes],
    inputs: Mapping[str, str],
    *,
    rates: str,
    reached: str,
) -> dict[str, Any]:
    """The manifest, without its own digest.

    Args:
        name: of the lock.
        combined: the figures, in the reporting currency.
        files: the lock's other files by name.
        inputs: SHA-256 of the files that the figures were made of.
        rates: digest of the exchange rates that count.
        reached: the last month with a posting, at most the period's own.
    """
    digests = {file: durable.sha256(content) for file, content in sorted(files.items())}
    return {
        "schema": SCHEMA,
        "name": name,
        "kind": "combined",
        "currency": combined.currency,
        "from": combined.date_from.isoformat(),
        "to": combined.date_to.isoformat(),
        "level": combined.level,
        "units": sorted(combined.parts),
        "result": money(combined.result, combined.currency),
        "trial_balance": digests[TRIAL_BALANCE],
        "eliminations": len(combined.eliminations),
        "adjustments": len(combined.adjustments),
        "unmatched": {
            "disclosed": disclosed(combined),
            "settled": sum(1 for u in combined.unmatched if u.code in SETTLED),
        },
        "versions": versions(),
        "rates": rates,
        "reached": reached,
        "inputs": dict(inputs),
        "files": digests,
    }


def digest_of_manifest(said: Mapping[str, Any]) -> str:
    """Digest of a manifest without its digest."""
    plain = {key: value for key, value in said.items() if key != "digest"}
    return durable.sha256(_json(plain).encode())


def manifest_text(said: Mapping[str, Any]) -> str:
    """A manifest as it is written: with its own digest at the end."""
    return _json({**said, "digest": digest_of_manifest(said)})


def _json(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"
