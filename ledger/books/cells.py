"""Beancount's values as JSON, with their types: what the cache and the pipes between processes are made of.

Texts, None, truth values and lists stand for themselves; everything else is an object with one key that names its type
(`{"n": "1.00"}` is a decimal). Decimals travel as text, so no digit is lost: `1.50` stays `1.50`. Nothing here can run
anything: reading builds values of a fixed list of types, and anything else is a `CellError`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from beancount.core import account, data
from beancount.core.amount import Amount
from beancount.core.data import Booking
from beancount.core.display_context import DisplayContext, _CurrencyContext, _FixedPrecisionContext
from beancount.core.number import MISSING
from beancount.core.position import Cost, CostSpec
from beancount.parser.grammar import ValueType
from beancount.utils.defdict import ImmutableDictWithDefault

Cell = Any  # what json can say

#: The directives that a book can hold, by name.
DIRECTIVES: dict[str, Any] = {cls.__name__: cls for cls in data.ALL_DIRECTIVES}
#: The types of a custom directive's values, by name.
_CUSTOM_TYPES: dict[str, Any] = {
    "str": str,
    "Decimal": Decimal,
    "date": dt.date,
    "bool": bool,
    "Amount": Amount,
    "account": account.TYPE,
}
_CUSTOM_NAMES = {value: name for name, value in _CUSTOM_TYPES.items()}


class CellError(ValueError):
    """Text that isn't what `pack` writes."""


def pack(value: Any) -> Cell:
    """A value as a cell.

    Raises:
        TypeError: a type that no booked entry holds.
    """
    kind = type(value)
    if value is None or kind is str or kind is bool:
        return value
    if kind is list:
        return [pack(item) for item in value]
    packer = _PACKERS.get(kind)
    if packer is not None:
        return packer(value)
    if value is MISSING:
        return {"missing": None}
    raise TypeError(f"no cell for {kind}: {value!r}")


def _pairs(value: dict[Any, Any]) -> list[list[Cell]]:
    return [[pack(key), pack(item)] for key, item in value.items()]


_PACKERS: dict[Any, Callable[[Any], Cell]] = {
    Decimal: lambda v: {"n": str(v)},
    dt.date: lambda v: {"d": v.isoformat()},
    Amount: lambda v: {"a": [pack(v.number), pack(v.currency)]},
    int: lambda v: {"i": v},
    dict: lambda v: {"map": _pairs(v)},
    ImmutableDictWithDefault: lambda v: {"defaults": [_pairs(v), pack(v.default)]},
    set: lambda v: {"set": sorted(v)},
    frozenset: lambda v: {"frozen": sorted(v)},
    tuple: lambda v: {"tuple": [pack(item) for item in v]},
    Booking: lambda v: {"booking": v.value},
    Cost: lambda v: {"cost": [pack(item) for item in v]},
    CostSpec: lambda v: {"spec": [pack(item) for item in v]},
    ValueType: lambda v: {"v": [pack(v.value), _CUSTOM_NAMES[v.dtype]]},
}


def unpack(cell: Cell) -> Any:
    """The value of a cell.

    Raises:
        CellError: no such type, or a content that it can't have.
    """
    if cell is None or isinstance(cell, str | bool):
        return cell
    if isinstance(cell, list):
        return [unpack(item) for item in cell]
    try:
        ((name, content),) = cell.items()
        return _UNPACKERS[name](content)
    except (AttributeError, KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise CellError(f"no such cell: {str(cell)[:80]}") from error


def _map(content: list[list[Cell]]) -> dict[Any, Any]:
    return {unpack(key): unpack(item) for key, item in content}


def _texts(content: list[str]) -> list[str]:
    if not all(isinstance(item, str) for item in content):
        raise CellError("texts expected")
    return content


_UNPACKERS: dict[str, Callable[[Any], Any]] = {
    "n": lambda c: Decimal(_texts([c])[0]),
    "d": dt.date.fromisoformat,
    "a": lambda c: Amount(unpack(c[0]), unpack(c[1])),
    "i": int,
    "map": _map,
    "defaults": lambda c: ImmutableDictWithDefault(_map(c[0]), default=unpack(c[1])),
    "set": lambda c: set(_texts(c)),
    "frozen": lambda c: frozenset(_texts(c)),
    "tuple": lambda c: tuple(unpack(item) for item in c),
    "booking": Booking,
    "cost": lambda c: Cost(*(unpack(item) for item in c)),
    "spec": lambda c: CostSpec(*(unpack(item) for item in c)),
    "v": lambda c: ValueType(unpack(c[0]), _CUSTOM_TYPES[c[1]]),
    "missing": lambda c: MISSING,  # noqa: ARG005  every unpacker takes its content
}


def dumps(cell: Cell) -> str:
    """A cell as JSON text; the same cell always gives the same text."""
    return json.dumps(cell, ensure_ascii=False, separators=(",", ":"))


def loads(text: str | bytes) -> Cell:
    """JSON text as a cell.

    Raises:
        CellError: it is no JSON.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CellError(str(error)[:80]) from error


def pack_entry(entry: data.Directive) -> Cell:
    """A directive other than a transaction."""
    return [type(entry).__name__, *(pack(field) for field in entry)]


def unpack_entry(cell: Cell) -> data.Directive:
    """The directive that `pack_entry` packed.

    Raises:
        CellError: it is none.
    """
    try:
        name, *fields = cell
        entry: data.Directive = DIRECTIVES[name](*(unpack(field) for field in fields))
    except (KeyError, TypeError, ValueError) as error:
        raise CellError(f"no directive: {str(cell)[:80]}") from error
    if not isinstance(entry.meta, dict) or type(entry.date) is not dt.date:
        raise CellError(f"no directive: {str(cell)[:80]}")
    return entry


def pack_options(options: dict[str, Any]) -> Cell:
    """Beancount's options of a book, its display context among them."""
    plain = {name: value for name, value in options.items() if name != "dcontext"}
    return {"options": [[name, pack(value)] for name, value in plain.items()], "digits": _digits(options["dcontext"])}


def _digits(context: DisplayContext) -> Cell:
    rows = []
    for currency, found in context.ccontexts.items():
        fixed = found.fractional_digits if isinstance(found, _FixedPrecisionContext) else None
        seen = list(found.fractional_dist.hist.items()) if isinstance(found, _CurrencyContext) else []
        rows.append([currency, found.integer_max, fixed, seen])
    return {"currencies": rows, "commas": context.commas}


def unpack_options(cell: Cell) -> dict[str, Any]:
    """The options that `pack_options` packed.

    Raises:
        CellError: they are none.
    """
    try:
        options: dict[str, Any] = {name: unpack(value) for name, value in cell["options"]}
        context = DisplayContext()
        context.set_commas(bool(cell["digits"]["commas"]))
        for currency, whole, fixed, seen in cell["digits"]["currencies"]:
            if fixed is not None:
                context.set_fixed_precision(currency, int(fixed))
            found = context.ccontexts[currency]
            found.integer_max = int(whole)
            if isinstance(found, _CurrencyContext):
                found.fractional_dist.hist.update({int(digits): int(count) for digits, count in seen})
    except (KeyError, TypeError, ValueError) as error:
        raise CellError("no options") from error
    # `dcontext` stands where Beancount keeps it, so that the options read alike.
    order = [name for name in _option_order() if name in options or name == "dcontext"]
    rest = [name for name in options if name not in order]
    return {name: context if name == "dcontext" else options[name] for name in (*order, *rest)}


def _option_order() -> list[str]:
    from beancount.parser import options  # noqa: PLC0415  a large module, needed here alone

    return list(options.OPTIONS_DEFAULTS)
