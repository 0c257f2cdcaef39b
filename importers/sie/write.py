"""Writing SIE files of type 4E (books with balances) and 4I (vouchers for another program).

CP437, CRLF, `#FORMAT PC8`, texts in quotation marks, an optional #KSUMMA: what every Swedish accounting program reads.
What CP437 can't say is replaced and reported; amounts have at most two decimals, as the format demands.
"""

from __future__ import annotations

import datetime as dt
import re
import zlib
from decimal import Decimal

from importers.sie.model import SieBalance, SieFile, SieRow, SieVoucher

#: What stands for characters that CP437 lacks but texts often hold.
SUBSTITUTES = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "€": "EUR", "Ø": "O", "ø": "o"}
#: Order of the identification records (chapter 5 of the format).
HEAD = "PROGRAM FORMAT GEN SIETYP FTYP FNR ORGNR ADRESS BKOD FNAMN".split()
#: Records whose values are codes; they are written without quotation marks.
PLAIN = frozenset("FORMAT GEN SIETYP FTYP FNR ORGNR BKOD TAXAR KPTYP VALUTA OMFATTN".split())


def write_sie(sie: SieFile, *, checksum: bool = False) -> bytes:
    """A SIE file as bytes.

    Args:
        sie: what shall be in it; `meta` needs `FNAMN`, and `SIETYP` where it isn't 4.
        checksum: whether it carries #KSUMMA.

    Returns:
        CP437 with CRLF. The reader gives the same contents back, but for what `substituted` names.
    """
    lines = [*_head(sie), *_chart(sie), *(_balance(b) for b in sie.balances), *_vouchers(sie.vouchers)]
    flag = f"#FLAGGA {sie.meta.get('FLAGGA', ('0',))[0]}"
    if checksum:
        crc = 0
        for line in lines:
            crc = zlib.crc32(_bare(line).encode("cp437"), crc)
        lines = ["#KSUMMA", *lines, f"#KSUMMA {crc}"]
    return "".join(line + "\r\n" for line in (flag, *lines)).encode("cp437")


def substituted(text: str) -> dict[str, str]:
    """Characters of `text` that CP437 lacks, and what `write_sie` puts in their place."""
    return {c: _replacement(c) for c in dict.fromkeys(text) if _replacement(c) != c}


def _replacement(char: str) -> str:
    if char in "\r\n\t" or not char.isprintable():
        return " "
    try:
        char.encode("cp437")
    except UnicodeEncodeError:
        return SUBSTITUTES.get(char, "?")
    return char


def _text(text: str) -> str:
    clean = re.sub(r'\\(?="|$)', "/", "".join(map(_replacement, text)))  # a backslash would hide the quotation mark
    return '"' + clean.replace('"', '\\"') + '"'


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
    assert amount == round(amount, 2), f"SIE amounts have two decimals: {amount}"
    return f"{amount:.2f}"


def _head(sie: SieFile) -> list[str]:
    meta = {"PROGRAM": ("Sambok", "1"), "SIETYP": ("4",), **sie.meta, "FORMAT": ("PC8",)}
    lines = [_meta(name, meta[name]) for name in HEAD if name in meta]
    for number, days in sorted(sie.years.items(), reverse=True):
        if days:
            lines.append(f"#RAR {number} {_day(days[0])} {_day(days[1])}")
    return lines + [_meta(name, meta[name]) for name in ("TAXAR", "OMFATTN", "KPTYP", "VALUTA") if name in meta]


def _meta(name: str, values: tuple[str, ...]) -> str:
    quote = _code if name in PLAIN else _text
    return " ".join([f"#{name}", *map(quote, values)])


def _chart(sie: SieFile) -> list[str]:
    lines = []
    for account in sie.accounts.values():
        lines.append(f"#KONTO {_code(account.number)} {_text(account.name)}")
        if account.kind:
            lines.append(f"#KTYP {_code(account.number)} {account.kind}")
        lines += [f"#SRU {_code(account.number)} {_code(code)}" for code in account.sru]
    lines += [f"#DIM {_code(number)} {_text(name)}" for number, name in sie.dimensions.items()]
    return lines + [f"#OBJEKT {_code(dim)} {_text(key)} {_text(name)}" for (dim, key), name in sie.objects.items()]


def _objects(pairs: tuple[tuple[str, str], ...]) -> str:
    return "{" + " ".join(f"{_code(dim)} {_text(key)}" for dim, key in pairs) + "}"


def _balance(row: SieBalance) -> str:
    objects = f"{_objects(row.objects)} " if row.kind in {"OIB", "OUB"} else ""
    quantity = "" if row.quantity is None else f" {row.quantity}"
    return f"#{row.kind} {row.year} {_code(row.account)} {objects}{_amount(row.amount)}{quantity}"


def _vouchers(vouchers: list[SieVoucher]) -> list[str]:
    lines = []
    for voucher in vouchers:
        head = ["#VER", _text(voucher.series), _text(voucher.number), _day(voucher.date), _text(voucher.text)]
        if voucher.registered or voucher.sign:
            head.append(_day(voucher.registered) or '""')
        if voucher.sign:
            head.append(_text(voucher.sign))
        lines += [" ".join(head), "{"]
        left = list(voucher.history)
        for row in voucher.rows:
            added = next((r for r in left if _is_added(r, row)), None)
            if added is not None:  # an added row stands right before the row itself
                left.remove(added)
                lines.append(_row(added))
            lines.append(_row(row))
        lines += [*map(_row, left), "}"]
    return lines


def _is_added(history: SieRow, row: SieRow) -> bool:
    return history.label == "#RTRANS" and (history.account, history.amount) == (row.account, row.amount)


def _row(row: SieRow) -> str:
    tail = [_day(row.date) or '""', _text(row.text), "" if row.quantity is None else str(row.quantity), row.sign]
    while tail and tail[-1] in {"", '""'}:
        tail.pop()
    if len(tail) == 4:
        tail = [tail[0], tail[1], tail[2] or '""', _text(tail[3])]
    return " ".join([row.label, _code(row.account), _objects(row.objects), _amount(row.amount), *tail])
