"""Writing SIE files of every type: 1 to 3 (balances), 4E (books with balances), 4I (vouchers for another program).

CP437, CRLF, `#FORMAT PC8`, texts in quotation marks, an optional #KSUMMA: what every Swedish accounting program reads.
Records stand in the order of the format's chapter 5. What CP437 can't say is replaced and reported. Amounts have two
decimals, as the format demands; only a currency whose smallest unit is finer (JOD) has more.
"""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from importers.sie.model import MONTH_KINDS, YEAR_KINDS, SieBalance, SieFile, SieRow, SieVoucher

#: What stands for characters that CP437 lacks but texts often hold.
SUBSTITUTES = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "€": "EUR", "Ø": "O", "ø": "o"}
#: Order of the identification records; #PROSA comes after #SIETYP, #RAR after #FNAMN.
HEAD = "PROGRAM FORMAT GEN SIETYP FTYP FNR ORGNR BKOD ADRESS FNAMN".split()
TAIL = "TAXAR OMFATTN KPTYP VALUTA".split()
#: Records whose values are codes; they are written without quotation marks.
PLAIN = frozenset("FORMAT GEN SIETYP FTYP FNR ORGNR BKOD TAXAR KPTYP VALUTA OMFATTN".split())
#: An amount finer than this is no money.
FINEST = 6


def write_sie(sie: SieFile, *, checksum: bool = False) -> bytes:
    """A SIE file as bytes.

    Args:
        sie: what shall be in it; `meta` needs `FNAMN`, and `SIETYP` where it isn't 4. All of it is written;
            `importers.sie.kinds` makes the contents of a lower type.
        checksum: whether it carries #KSUMMA.

    Returns:
        CP437 with CRLF. The reader gives the same contents back, but for what `substituted` names.
    """
    flag = f"#FLAGGA {(sie.meta.get('FLAGGA') or ('0',))[0]}"
    lines = [*_head(sie), *_chart(sie), *map(_balance, sie.balances), *_vouchers(sie.vouchers)]
    if checksum:
        crc = 0
        for line in lines:
            crc = zlib.crc32(_bare(line).encode("cp437"), crc)
        lines = ["#KSUMMA", *lines, f"#KSUMMA {crc}"]
    return "".join(f"{line}\r\n" for line in (flag, *lines)).encode("cp437")


def substituted(text: str) -> dict[str, str]:
    """Characters of `text` that CP437 lacks, and what `write_sie` puts in their place."""
    return {c: _replacement(c) for c in dict.fromkeys(text) if _replacement(c) != c}


def tell_apart(sie: SieFile) -> list[str]:
    """Give a number to objects and series of vouchers that differ only in characters which the file can't hold.

    Returns:
        What they are called now; nothing where no two would be one, as nearly always.
    """
    objects = _apart(dict.fromkeys(place for place in sie.objects))
    series = {old: new for (_, old), (_, new) in _apart(dict.fromkeys(("", v.series) for v in sie.vouchers)).items()}
    if objects:
        sie.objects = {objects.get(place, place): name for place, name in sie.objects.items()}
        sie.balances = [replace(b, objects=tuple(objects.get(o, o) for o in b.objects)) for b in sie.balances]
    if objects or series:
        sie.vouchers = [
            replace(
                v,
                series=series.get(v.series, v.series),
                rows=tuple(replace(r, objects=tuple(objects.get(o, o) for o in r.objects)) for r in v.rows),
            )
            for v in sie.vouchers
        ]
    return [*(name for _, name in objects.values()), *series.values()]


def _apart(names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """New names for those that would be written as another one; what can be written as it is keeps its name."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    written: set[tuple[str, str]] = set()
    for group, name in sorted(names, key=lambda place: bool(substituted(place[1])) or "\\" in place[1]):
        key, number = (group, _text(name)), 1
        while key in written:
            number += 1
            key = group, _text(f"{name}-{number}")
        written.add(key)
        if number > 1:
            found[group, name] = group, f"{name}-{number}"
    return found


def texts(sie: SieFile) -> Iterator[str]:
    """Every text of a file that may hold what CP437 lacks."""
    for values in sie.meta.values():
        yield from values
    yield from sie.notes
    yield from (account.name for account in sie.accounts.values())
    yield from sie.dimensions.values()
    for (_, number), name in sie.objects.items():
        yield from (number, name)
    for voucher in sie.vouchers:
        yield from (voucher.series, voucher.number, voucher.text, voucher.sign)
        for row in voucher.rows:
            yield from (row.text, row.sign)


def _replacement(char: str) -> str:
    if char in "\r\n\t" or (not char.isprintable() and char != "\xa0"):
        return " "
    try:
        char.encode("cp437")
    except UnicodeEncodeError:
        return SUBSTITUTES.get(char, "?")
    return char


def _text(text: str) -> str:
    if text.isprintable() and "\\" not in text and _fits(text):  # nearly all
        clean = text
    else:
        clean = re.sub(r'\\(?="|$)', "/", "".join(map(_replacement, text)))  # a backslash would hide the mark
    return '"' + clean.replace('"', '\\"') + '"'


def _fits(text: str) -> bool:
    try:
        text.encode("cp437")
    except UnicodeEncodeError:
        return False
    return True


def _code(text: str) -> str:
    """A field that may stand without quotation marks; with them where it must."""
    return text if re.fullmatch(r"[0-9A-Za-z.#_-]+", text, re.ASCII) else _text(text)


def _bare(line: str) -> str:
    """A record's label and fields, without what separates them: what #KSUMMA is taken of."""
    if line in {"{", "}"}:
        return ""
    parts = re.findall(r'"((?:\\"|[^"])*)"|([^\s"{}]+)', line)
    return "".join(quoted.replace('\\"', '"') or plain for quoted, plain in parts)


def _day(day: dt.date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""


def _amount(amount: Decimal) -> str:
    if amount == amount.quantize(Decimal("0.01")):
        return f"{amount:.2f}"
    assert amount == round(amount, FINEST), f"no amount of money: {amount}"
    return f"{amount:f}".rstrip("0")


def _head(sie: SieFile) -> list[str]:
    meta = {"PROGRAM": ("Sambok", "1"), "SIETYP": ("4",), **sie.meta, "FORMAT": ("PC8",)}
    lines = []
    for name in HEAD:
        lines += [_meta(name, meta[name])] if name in meta else []
        if name == "SIETYP":
            lines += [f"#PROSA {_text(note)}" for note in sie.notes]
    for number, days in sorted(sie.years.items(), reverse=True):
        lines.append(f"#RAR {number} {_day(days[0])} {_day(days[1])}" if days else f'#RAR {number} "" ""')
    return lines + [_meta(name, meta[name]) for name in TAIL if name in meta]


def _meta(name: str, values: tuple[str, ...]) -> str:
    quote = _code if name in PLAIN else _text
    return " ".join([f"#{name}", *map(quote, values)])


def _chart(sie: SieFile) -> list[str]:
    lines = []
    for account in sie.accounts.values():
        lines.append(f"#KONTO {account.number} {_text(account.name)}")
        if account.kind:
            lines.append(f"#KTYP {account.number} {_code(account.kind)}")
        if account.unit:
            lines.append(f"#ENHET {account.number} {_text(account.unit)}")
        lines += [f"#SRU {account.number} {_code(code)}" for code in account.sru]
    for number, name in sie.dimensions.items():
        parent = sie.parents.get(number)
        label, tail = ("#UNDERDIM", f" {_code(parent)}") if parent is not None else ("#DIM", "")
        lines.append(f"{label} {_code(number)} {_text(name)}{tail}")
    return lines + [f"#OBJEKT {_code(dim)} {_text(key)} {_text(name)}" for (dim, key), name in sie.objects.items()]


def _objects(pairs: tuple[tuple[str, str], ...]) -> str:
    return "{" + " ".join(f"{_code(dim)} {_text(key)}" for dim, key in pairs) + "}"


def _balance(row: SieBalance) -> str:
    month = f" {row.period}" if row.kind in MONTH_KINDS else ""
    objects = f" {_objects(row.objects)}" if row.objects or row.kind not in YEAR_KINDS else ""
    quantity = "" if row.quantity is None else f" {row.quantity:f}"
    return f"#{row.kind} {row.year}{month} {row.account}{objects} {_amount(row.amount)}{quantity}"


def _vouchers(vouchers: list[SieVoucher]) -> list[str]:
    lines = []
    for voucher in vouchers:
        head = ["#VER", _text(voucher.series), _text(voucher.number), _day(voucher.date), _text(voucher.text)]
        if voucher.registered or voucher.sign:
            head.append(_day(voucher.registered) or '""')
        if voucher.sign:
            head.append(_text(voucher.sign))
        lines += [" ".join(head), "{", *map(_row, _ordered(voucher)), "}"]
    return lines


def _ordered(voucher: SieVoucher) -> list[SieRow]:
    """Rows and their history as they stood; in a new voucher an added row stands right before the row itself."""
    if not voucher.history:
        return list(voucher.rows)
    every = [*voucher.rows, *voucher.history]
    if all(row.line for row in every):
        return sorted(every, key=lambda row: row.line)
    added: dict[tuple[str, Decimal], list[SieRow]] = defaultdict(list)
    others: list[SieRow] = []
    for row in voucher.history:
        (added[row.account, row.amount] if row.label == "#RTRANS" else others).append(row)
    ordered = []
    for row in voucher.rows:
        waiting = added[row.account, row.amount]
        ordered += [waiting.pop(0)] if waiting else []
        ordered.append(row)
    return [*ordered, *(row for rows in added.values() for row in rows), *others]


def _row(row: SieRow) -> str:
    quantity = "" if row.quantity is None else f"{row.quantity:f}"
    tail = [_day(row.date) or '""', _text(row.text), quantity, row.sign]
    while tail and tail[-1] in {"", '""'}:
        tail.pop()
    if len(tail) == 4:
        tail = [tail[0], tail[1], tail[2] or '""', _text(tail[3])]
    return " ".join([row.label, row.account, _objects(row.objects), _amount(row.amount), *tail])
