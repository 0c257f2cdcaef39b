"""What a directive says, whatever its layout: one text per meaning, and a digest of each of its fields.

The canonical text is JSON: UTF-8, keys sorted, no white space, numbers as plain decimal text without zeros at their end
(`1000.00` and `1000` are one amount). It is made of what Beancount's parser gives, before anything is booked: an amount
left open stays open, a lot isn't chosen yet. File, line and clock aren't in it, so that a voucher means the same on
every machine; a document's path is as written, without needless steps.

Values of metadata and of custom directives carry their kind: the text "12" isn't the number 12. The digests (first 8 of
SHA-256's 64 digits) only say *which* field differs; *that* one differs, the whole hash says.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
import posixpath
from collections.abc import Callable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from beancount.core import data
from beancount.core.account import TYPE as ACCOUNT
from beancount.core.amount import Amount
from beancount.core.number import MISSING
from beancount.core.position import CostSpec

from ledger.seals.model import Meaning

#: Metadata that says where an entry stands, not what it says.
_PLACE = frozenset({"filename", "lineno"})
_VOUCHER = "voucher"

Said = dict[str, Any]


def canonical_text(entry: data.Directive) -> str:
    """The text that stands for what `entry` says.

    Args:
        entry: as the parser gives it, before booking.
    """
    return _text(_said(entry))


def meaning_of(entry: data.Directive) -> Meaning:
    """What `entry` says, in hashes.

    Args:
        entry: as the parser gives it, before booking.

    Returns:
        Fields are called as Beancount calls them; a key of metadata keeps its colon (`voucher:`); of a transaction's
        postings, `accounts`, `amounts`, `costs` (cost and price), `flags` and `details` (metadata) are told apart. What
        isn't there has no field. `documents` are as the metadata name them, or below the unit's folder for a
        `document` directive.
    """
    said = _said(entry)
    text = _text(said)
    voucher = (entry.meta or {}).get(_VOUCHER)
    numberless = text
    if _VOUCHER in said["meta"]:
        numberless = _text({**said, "meta": {k: v for k, v in said["meta"].items() if k != _VOUCHER}})
    return Meaning(
        date=entry.date,
        type=said["type"],
        voucher=voucher if isinstance(voucher, str) else "",
        canonical=_hash(text),
        numberless=_hash(numberless),
        fields={name: _hash(_text(value))[:8] for name, value in sorted(_fields(said).items())},
        documents=tuple(_documents(entry)),
    )


def plain_number(number: Decimal) -> str:
    """A number as plain decimal text without zeros at its end: `-1234.5`, `100`, `0`."""
    if not number.is_finite():
        raise ValueError(f"{number} is no amount")
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _hash(text: str) -> str:
    # A lone surrogate can't come out of UTF-8; if a caller brings one all the same, it has its own hash.
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _said(entry: data.Directive) -> Said:
    """All that `entry` says, as plain values."""
    said: Said = {"type": type(entry).__name__.lower(), "date": entry.date.isoformat(), "meta": _meta(entry.meta)}
    own = _OF.get(type(entry))
    if own is None:
        raise TypeError(f"a seal holds no {said['type']}")
    return said | own(entry)


def _meta(meta: Mapping[str, Any] | None) -> Said:
    return {k: _typed(v) for k, v in (meta or {}).items() if k not in _PLACE and not k.startswith("__")}


def _typed(value: Any) -> list[Any] | None:
    """A value with its kind."""
    if value is None:
        return None
    if isinstance(value, bool):
        return ["bool", value]
    if isinstance(value, str):
        return ["text", value]
    if isinstance(value, Decimal):
        return ["number", plain_number(value)]
    if isinstance(value, dt.date):
        return ["date", value.isoformat()]
    if isinstance(value, Amount):
        return ["amount", *_amount(value)]
    raise TypeError(f"no value of a book: {value!r}")


def _number(value: Any) -> str | None:
    return None if value is None or _open_ended(value) else plain_number(value)


def _word(value: Any) -> str | None:
    """A currency, or nothing where the text leaves it open."""
    return None if value is None or _open_ended(value) else str(value)


def _amount(amount: Any) -> list[str | None]:
    if amount is None or _open_ended(amount):
        return [None, None]
    return [_number(amount.number), _word(amount.currency)]


def _open_ended(value: Any) -> bool:
    return value is MISSING


def _cost(cost: Any) -> list[Any] | None:
    if cost is None:
        return None
    assert isinstance(cost, CostSpec), "a cost of a booked entry"
    date = cost.date.isoformat() if isinstance(cost.date, dt.date) else None
    # A cost left open entirely (`{}`) isn't one of nothing: which number is missing is said by the word.
    numbers = ["open" if _open_ended(n) else _number(n) for n in (cost.number_per, cost.number_total)]
    return [*numbers, _word(cost.currency), date, cost.label, bool(cost.merge)]


def _posting(posting: data.Posting) -> Said:
    price = None if posting.price is None else _amount(posting.price)
    return {
        "account": posting.account,
        "flag": posting.flag,
        "units": _amount(posting.units),
        "cost": _cost(posting.cost),
        "price": price,
        "meta": _meta(posting.meta),
    }


def _transaction(entry: data.Transaction) -> Said:
    return {
        "flag": entry.flag,
        "payee": entry.payee,
        "narration": entry.narration,
        "postings": [_posting(p) for p in entry.postings],
    } | _labels(entry)


def _labels(entry: Any) -> Said:
    return {"tags": sorted(entry.tags or ()), "links": sorted(entry.links or ())}


def _open(entry: data.Open) -> Said:
    booking = entry.booking.value if isinstance(entry.booking, enum.Enum) else entry.booking
    return {"account": entry.account, "currencies": sorted(entry.currencies or ()), "booking": booking}


def _balance(entry: data.Balance) -> Said:
    return {"account": entry.account, "amount": _amount(entry.amount), "tolerance": _number(entry.tolerance)}


def _document(entry: data.Document) -> Said:
    return {"account": entry.account, "path": _written(entry)} | _labels(entry)


def _written(entry: data.Document) -> str:
    """A document's path from its own file; the parser has made it one from the root of the machine."""
    folder = posixpath.dirname(posixpath.abspath(entry.meta["filename"]))
    return posixpath.relpath(entry.filename, folder)


def _custom(entry: data.Custom) -> Said:
    return {"name": entry.type, "values": [_custom_value(v) for v in entry.values or ()]}


def _custom_value(value: Any) -> list[Any] | None:
    if value.dtype == ACCOUNT:  # the parser tells it from a text by this alone
        return ["account", value.value]
    return _typed(value.value)


_OF: dict[type, Callable[[Any], Said]] = {
    data.Transaction: _transaction,
    data.Open: _open,
    data.Close: lambda e: {"account": e.account},
    data.Balance: _balance,
    data.Note: lambda e: {"account": e.account, "comment": e.comment} | _labels(e),
    data.Document: _document,
    data.Event: lambda e: {"name": e.type, "text": e.description},
    data.Custom: _custom,
    data.Commodity: lambda e: {"currency": e.currency},
    data.Price: lambda e: {"currency": e.currency, "amount": _amount(e.amount)},
}


def _fields(said: Said) -> Said:
    """The fields of what is said; what isn't there has none."""
    found: Said = {}
    for name, value in said.items():
        if name == "meta":
            found |= {f"{key}:": typed for key, typed in value.items()}
        elif name == "postings":
            found["accounts"] = [p["account"] for p in value]
            found["amounts"] = [p["units"] for p in value]
            costs = [[p["cost"], p["price"]] for p in value]
            found["costs"] = costs if any(c or p for c, p in costs) else None
            flags = [p["flag"] for p in value]
            found["flags"] = flags if any(flags) else None
            details = [p["meta"] for p in value]
            found["details"] = details if any(details) else None
        elif value not in (None, []):
            found[name] = value
    return {name: value for name, value in found.items() if value is not None or name.endswith(":")}


def _documents(entry: data.Directive) -> list[str]:
    """Paths of documents that an entry names, each once."""
    if isinstance(entry, data.Document):
        folder = _folder(entry.meta["filename"])
        return [posixpath.normpath(posixpath.join(folder, _written(entry)))]
    named = [entry.meta or {}, *(p.meta or {} for p in getattr(entry, "postings", ()))]
    paths = [meta.get("document") for meta in named]
    return sorted({path for path in paths if isinstance(path, str) and path})


def _folder(filename: str) -> str:
    """The folder below the unit's that a book's file lies in: `books/2026`, or none."""
    parts = filename.split("/")
    return "/".join(parts[-3:-1]) if len(parts) >= 3 and parts[-3] == "books" else ""
