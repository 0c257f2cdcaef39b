"""The lines of `seals.jsonl`: how a seal is written, and how strictly it is read again (SPEC 7).

One JSON object a line: UTF-8, LF, no white space, keys in one order. There is exactly one way to write a seal, and
what is written in any other is refused, so that no byte of the file can change unseen: what still reads as a seal has
another hash. `content` is SHA-256 of the object that ends before it; it holds neither clock nor machine, so that the
same books closed on two machines have the same contents. `seal` is SHA-256 of the object that ends before that: of
person, time and versions too, and of where the histories stood, which are another story on each machine.

    printf '%s' "$LINE" | sed 's/,"content":.*/}/' | sha256sum       # is what "content" says
    printf '%s' "$LINE" | sed 's/,"seal":"[0-9a-f]*"}$/}/' | sha256sum   # is what "seal" says
"""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal
from hashlib import sha256
from typing import Any, NoReturn

from ledger.messages import N_
from ledger.seals.canonical import plain_number
from ledger.seals.model import Draft, Past, Seal, SealedEntry, Twin, Witness
from ledger.seals.problems import SealUnreadable

#: A file of seals is not read beyond this many bytes.
MAX_BYTES = 64 << 20
SCHEMA = 1
FILE = "seals.jsonl"

_HASH = re.compile(r"[0-9a-f]{64}")
_SHORT = re.compile(r"[0-9a-f]{8}")
_PERIOD = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_AMOUNT = re.compile(r"0|-?(?:[1-9][0-9]*|(?:0|[1-9][0-9]*)\.[0-9]*[1-9])", re.ASCII)
_AT = "%Y-%m-%dT%H:%M:%SZ"
_START = re.compile(rb'\{"period":"([0-9]{4}-(?:0[1-9]|1[0-2]))","kind":"(close|reopen)","unit":"')
_END = re.compile(rb'"seal":"[0-9a-f]{64}"\}\Z')
_ENTRIES = b'"entries":['
_RECORD = b'{"voucher":"'
_RECORD_END = re.compile(rb"\}\}(?=[,\]])")

#: The keys of a line and of an entry, in their order.
_LINE = tuple(
    "period kind unit number schema decision before entries heads root totals documents twins gaps accepted witness "
    "content by at version rules history federation previous signature seal".split()
)
#: Who is who: only in the lines that say it.
_SETTINGS = "settings"
_ENTRY = tuple("voucher date type file line canonical numberless raw fields".split())

_NO_SEAL = N_("this line is no seal")


def dumps(value: Any) -> str:
    """The one way to write a value."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    """SHA-256 of a text's UTF-8."""
    return sha256(text.encode("utf-8")).hexdigest()


def content_text(seal: Seal) -> str:
    """The object whose hash is the seal's `content`."""
    return dumps(_said(seal))


def signed_text(seal: Seal) -> str:
    """The object that a signature is for: all that is said, by whom and when."""
    return dumps(_said(seal) | _made(seal))


def sealed_text(seal: Seal) -> str:
    """The object whose hash is the seal's `seal`."""
    return dumps(_said(seal) | _made(seal) | {"signature": _signature(seal)})


def seal_line(seal: Seal) -> str:
    """The line of `seals.jsonl`, without its end."""
    return sealed_text(seal)[:-1] + f',"seal":{dumps(seal.seal)}}}'


def _said(seal: Seal) -> dict[str, Any]:
    draft = seal.draft
    return {
        "period": draft.period,
        "kind": draft.kind,
        "unit": draft.unit,
        "number": seal.number,
        "schema": SCHEMA,
        "decision": draft.decision,
        "before": seal.before,
        "entries": [_entry(entry) for entry in draft.entries],
        "heads": dict(sorted(draft.heads.items())),
        "root": seal.root,
        "totals": [[account, currency, plain_number(amount)] for account, currency, amount in draft.totals],
        "documents": draft.documents,
        "twins": [
            {"unit": t.unit, "file": t.file, "voucher": t.voucher, "canonical": t.canonical} for t in draft.twins
        ],
        "gaps": draft.gaps,
        "accepted": draft.accepted,
        **({_SETTINGS: draft.settings} if draft.settings else {}),
        "witness": {"root": seal.witness_root, "units": [[w.unit, w.number, w.content] for w in draft.witnesses]},
    }


def _entry(entry: SealedEntry) -> dict[str, Any]:
    return {
        "voucher": entry.voucher,
        "date": entry.date.isoformat(),
        "type": entry.type,
        "file": entry.file,
        "line": entry.line,
        "canonical": entry.canonical,
        "numberless": entry.numberless,
        "raw": entry.raw,
        "fields": dict(sorted(entry.fields.items())),
    }


def _made(seal: Seal) -> dict[str, Any]:
    at = seal.at.astimezone(dt.UTC).strftime(_AT)
    return {
        "content": seal.content,
        "by": seal.by,
        "at": at,
        "version": seal.version,
        "rules": seal.rules,
        "history": _past(seal.history),
        "federation": _past(seal.federation),
        "previous": seal.previous,
    }


def _past(past: Past | None) -> dict[str, Any] | None:
    return {"number": past.number, "entry": past.entry} if past else None


def _signature(seal: Seal) -> dict[str, str] | None:
    return {"key": seal.key, "value": seal.signature} if seal.signature or seal.key else None


def closed_periods(data: bytes) -> frozenset[str]:
    """The periods that are closed: those whose last line closes them. Only both ends of a line are read.

    Args:
        data: the whole `seals.jsonl`.

    Raises:
        SealUnreadable: a line isn't a seal's.
    """
    closed: dict[str, bool] = {}
    for number, line in enumerate(_lines(data), 1):
        start = _START.match(line)
        if start is None or _END.search(line, max(0, len(line) - 80)) is None:
            raise _unreadable(line, number, _NO_SEAL)
        closed[start[1].decode("ascii")] = start[2] == b"close"
    return frozenset(period for period, is_closed in closed.items() if is_closed)


def read_seals(data: bytes) -> tuple[Seal, ...]:
    """Every seal of a chain, in the order of its lines. Whether the chain holds is `check_chain`'s to say.

    Args:
        data: the whole `seals.jsonl`.

    Raises:
        SealUnreadable: a line isn't written as a seal is; `line`, and in `params` the `period` and the `voucher` that
            it happened to, where they can be told.
    """
    return tuple(read_line(line, number) for number, line in enumerate(_lines(data), 1))


def salvage(data: bytes) -> tuple[tuple[Seal, ...], tuple[SealUnreadable, ...]]:
    """The seals that can be read, and what is wrong with the other lines: for those who list all that is wrong."""
    seals: list[Seal] = []
    problems: list[SealUnreadable] = []
    try:
        lines = _lines(data, torn=True)
    except SealUnreadable as problem:
        return (), (problem,)
    for number, line in enumerate(lines, 1):
        try:
            if number == len(lines) and not data.endswith(b"\n"):
                raise _unreadable(line, number, N_("the file is cut off here"))
            seals.append(read_line(line, number))
        except SealUnreadable as problem:
            problems.append(problem)
    return tuple(seals), tuple(problems)


def _lines(data: bytes, *, torn: bool = False) -> list[bytes]:
    """The lines without their ends; raises where the file can't be one of seals (a torn last line only if told so)."""
    if len(data) > MAX_BYTES:
        raise SealUnreadable(file=FILE, reason=N_("it is larger than 64 MiB"))
    if not data:  # the close never leaves one: something cut it off
        raise SealUnreadable(file=FILE, reason="0 bytes")
    lines = data.split(b"\n")
    last = lines.pop()
    if last:
        if not torn:
            raise _unreadable(last, len(lines) + 1, N_("the file is cut off here"))
        lines.append(last)
    return lines


def read_line(line: bytes, number: int) -> Seal:
    """One line of `seals.jsonl`, `number` from 1.

    Raises:
        SealUnreadable: it isn't written as a seal is.
    """
    try:
        text = line.decode("utf-8")
        said = json.loads(text, parse_constant=_no, parse_float=_no)
        seal = _Reader(number).seal(said)
        written = seal_line(seal)
    except (ValueError, TypeError, RecursionError):
        raise _unreadable(line, number, _NO_SEAL) from None
    if written != text:
        raise _unreadable(line, number, N_("this line isn't written as seals are"))
    return seal


def _no(text: str) -> NoReturn:
    raise ValueError(text)


def _unreadable(line: bytes, number: int, reason: str) -> SealUnreadable:
    start = _START.match(line)
    period = start[1].decode("ascii") if start else ""
    excerpt = line[:160].decode("utf-8", "replace")
    voucher = _damaged_voucher(line)
    return SealUnreadable(file=FILE, line=number, excerpt=excerpt, reason=reason, period=period, voucher=voucher)


def _damaged_voucher(line: bytes) -> str:
    """The voucher whose record can't be read in a line that can't; "" where that isn't the trouble."""
    position = line.find(_ENTRIES) + len(_ENTRIES)
    while position >= len(_ENTRIES) and line[position : position + 1] != b"]":  # a reopening holds none
        end = _RECORD_END.search(line, position)
        record = line[position : end.end() if end else None]
        try:
            text = record.decode("utf-8")
            said = json.loads(text, parse_constant=_no, parse_float=_no)
            whole = text == dumps(_entry(_Reader(0).entry(said)))
        except (ValueError, TypeError, RecursionError):
            whole = False
        if not whole:
            # Whatever happened to what is around it: the number stands where it always does.
            quote, behind = (record.find(sign, len(_RECORD)) for sign in (b'"', b',"date":"'))
            number = record[len(_RECORD) : behind - 1 if quote == behind + 1 else max(quote, 0)]
            return number.decode("utf-8", "replace")
        if end is None or line[end.end() : end.end() + 1] == b"]":
            break
        position = end.end() + 1
    return ""


class _Reader:
    """From plain values to a seal; any value of another kind is a ValueError."""

    def __init__(self, line: int) -> None:
        self.line = line

    def seal(self, said: Any) -> Seal:
        settings = _list(said.pop(_SETTINGS)) if type(said) is dict and _SETTINGS in said else []
        period, kind, unit, number, schema, decision, before, entries, heads, root, *rest = _row(said, _LINE)
        totals, documents, twins, gaps, accepted, witness, content, by, at, version, rules, *rest = rest
        history, federation, previous, signature, seal = rest
        if _whole(schema) != SCHEMA or kind not in {"close", "reopen"}:
            raise ValueError(kind)
        witness_root, units = _row(witness, ("root", "units"))
        draft = Draft(
            unit=_str(unit),
            period=_like(_PERIOD, period),
            kind=kind,
            decision=None if decision is None else _str(decision),
            entries=tuple(self.entry(entry) for entry in _list(entries)),
            heads={_str(file): _like(_HASH, raw) for file, raw in _object(heads).items()},
            totals=tuple(self.total(*_list(total, 3)) for total in _list(totals)),
            documents=tuple((_str(a), _like(_HASH, b)) for a, b in (_list(d, 2) for d in _list(documents))),
            twins=tuple(self.twin(twin) for twin in _list(twins)),
            gaps=tuple((_str(a), _str(b)) for a, b in (_list(gap, 2) for gap in _list(gaps))),
            accepted=tuple((_str(a), _str(b), _str(c)) for a, b, c in (_list(one, 3) for one in _list(accepted))),
            settings=tuple(
                (_str(a), _str(b), None if c is None else _str(c)) for a, b, c in (_list(one, 3) for one in settings)
            ),
            witnesses=tuple(
                Witness(_str(a), _whole(b), _like(_HASH, c)) for a, b, c in (_list(w, 3) for w in _list(units))
            ),
        )
        key, value = ("", "") if signature is None else map(_str, _row(signature, ("key", "value")))
        return Seal(
            draft=draft,
            number=_whole(number),
            before=_like(_HASH, before),
            root=_like(_HASH, root),
            witness_root=_like(_HASH, witness_root),
            content=_like(_HASH, content),
            by=_str(by),
            at=dt.datetime.strptime(_str(at), _AT).replace(tzinfo=dt.UTC),
            version=_str(version),
            rules=_str(rules),
            history=self.past(history),
            federation=self.past(federation),
            previous=_like(_HASH, previous),
            key=key,
            signature=value,
            seal=_like(_HASH, seal),
            line=self.line,
        )

    def entry(self, said: Any) -> SealedEntry:
        voucher, date, kind, file, line, canonical, numberless, raw, fields = _row(said, _ENTRY)
        return SealedEntry(
            voucher=_str(voucher),
            date=dt.date.fromisoformat(_str(date)),
            type=_str(kind),
            file=_str(file),
            line=_whole(line),
            canonical=_like(_HASH, canonical),
            numberless=_like(_HASH, numberless),
            raw=_like(_HASH, raw),
            fields={_str(name): _like(_SHORT, value) for name, value in _object(fields).items()},
        )

    def twin(self, said: Any) -> Twin:
        unit, file, voucher, canonical = _row(said, ("unit", "file", "voucher", "canonical"))
        return Twin(_str(unit), _str(file), _str(voucher), _like(_HASH, canonical))

    def past(self, said: Any) -> Past | None:
        if said is None:
            return None
        number, entry = _row(said, ("number", "entry"))
        return Past(_whole(number), _like(_HASH, entry))

    def total(self, account: Any, currency: Any, amount: Any) -> tuple[str, str, Decimal]:
        return _str(account), _str(currency), Decimal(_like(_AMOUNT, amount))


def _row(value: Any, names: tuple[str, ...]) -> list[Any]:
    if tuple(_object(value)) != names:
        raise ValueError(names)
    return list(value.values())


def _object(value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise TypeError
    return value


def _list(value: Any, length: int | None = None) -> list[Any]:
    if type(value) is not list or (length is not None and len(value) != length):
        raise TypeError
    return value


def _str(value: Any) -> str:
    if type(value) is not str:
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise TypeError
    return value


def _like(pattern: re.Pattern[str], value: Any) -> str:
    if pattern.fullmatch(_str(value)) is None:
        raise ValueError(pattern)
    return str(value)
