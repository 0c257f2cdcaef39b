"""Reading SIE files of types 1-4 (SIE-gruppen, "SIE filformat ver 4B"), as accounting programs really write them.

Unknown labels and extra fields are ignored, as the format demands (7.1-7.3). Sums are over #TRANS alone: a changed
voucher repeats rows as #RTRANS and #BTRANS, which are its history. A file that ends in the middle, or whose #KSUMMA
isn't that of its content, is refused: half a file must never become half the books.
"""

from __future__ import annotations

import codecs
import datetime as dt
import re
import zlib
from decimal import Decimal

from importers.problems import ImportAmountInvalid, ImportDateInvalid, ImportFileEmpty
from importers.sie.model import SieAccount, SieBalance, SieFile, SieRow, SieVoucher
from importers.sie.problems import SieChecksum, SieCutOff, SieInvalid
from ledger.messages import N_, say

FIELD = re.compile(r'[ \t]*(?:"((?:\\"|[^"])*)"|(\{)|(\})|([^\s"{}][^\s{}]*))')
AMOUNT = re.compile(r"-?(?:[0-9]{1,13}(?:\.[0-9]{0,6})?|\.[0-9]{1,6})", re.ASCII)
DATE = re.compile(r"[0-9]{8}", re.ASCII)
#: How the letters of Swedish names are written in either encoding: å ä ö Å Ä Ö é É ü.
CP437_LETTERS = frozenset(b"\x86\x84\x94\x8f\x8e\x99\x82\x90\x81")
CP1252_LETTERS = frozenset(b"\xe5\xe4\xf6\xc5\xc4\xd6\xe9\xc9\xfc")
#: CP437 letters that a program upstream read as Windows-1252.
MISREAD = re.compile("[\u201d\u201e\u2020\u017d\u2122]|\ufffd")
META = frozenset("FLAGGA PROGRAM FORMAT GEN SIETYP FTYP FNR ORGNR ADRESS BKOD FNAMN TAXAR KPTYP VALUTA OMFATTN".split())


def read_sie(data: bytes, name: str = "<sie>") -> SieFile:
    """Read a SIE file.

    Args:
        data: its bytes.
        name: the file's name in errors.

    Raises:
        ImportFileEmpty, SieCutOff, SieChecksum, SieInvalid, ImportAmountInvalid, ImportDateInvalid: it can't be
            read whole; each with the line.
    """
    if not data.strip():
        raise ImportFileEmpty(file=name)
    text, encoding = decode(data)
    reader = _Reader(name, SieFile(encoding))
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        reader.read(number, line.rstrip("\x1a"))
    return reader.finish()


def looks_like_sie(head: bytes) -> bool:
    """Whether a file's beginning is that of a SIE file."""
    first = next((line for line in head.lstrip(codecs.BOM_UTF8).splitlines() if line.strip()), b"")
    return re.match(rb"\s*#(FLAGGA|PROGRAM|FORMAT|SIETYP|GEN|FNAMN|KSUMMA)\b", first) is not None


def decode(data: bytes) -> tuple[str, str]:
    """A SIE file's text and its encoding.

    The format knows CP437 only; programs write UTF-8 and Windows-1252 as well, and call all of them PC8. Valid UTF-8
    with letters beyond ASCII is UTF-8; else the Swedish letters decide; without any, the format's own rule holds.
    """
    if data.startswith(codecs.BOM_UTF8):
        return data[3:].decode("utf-8", errors="replace"), "utf-8"
    if data.isascii():
        return data.decode("ascii"), "ascii"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        old = sum(byte in CP437_LETTERS for byte in data)
        new = sum(byte in CP1252_LETTERS for byte in data)
    if new > old:
        return data.decode("cp1252", errors="replace"), "cp1252"
    return data.decode("cp437"), "cp437"


def fields(line: str) -> tuple[list[str | list[str]], bool]:
    """The fields of a record after its label; an object list is a list of its own.

    Returns:
        The fields, and whether the last one's closing quotation mark is missing (programs cut long texts so).

    Raises:
        ValueError: a brace without its partner.
    """
    found: list[str | list[str]] = []
    inner: list[str] | None = None
    at, end = 0, len(line.rstrip())
    while at < end:
        match = FIELD.match(line, at)
        if match is None:  # only a quotation mark without its partner matches nothing
            if inner is not None:
                raise ValueError(say(N_("a brace that is never closed")))
            return [*found, line[at:].strip()[1:].replace('\\"', '"')], True
        at = match.end()
        quoted, opened, closed, plain = match.groups()
        if opened:
            if inner is not None:
                raise ValueError(say(N_("a brace inside braces")))
            inner = []
        elif closed:
            if inner is None:
                raise ValueError(say(N_("a brace that was never opened")))
            found.append(inner)
            inner = None
        else:
            value = quoted.replace('\\"', '"') if quoted is not None else plain
            (found if inner is None else inner).append(value)
    if inner is not None:
        raise ValueError(say(N_("a brace that is never closed")))
    return found, False


class _Reader:
    """Reads records one by one; knows which voucher is open."""

    def __init__(self, name: str, sie: SieFile) -> None:
        self.name = name
        self.sie = sie
        self.line = 0
        self.text = ""
        self.head: SieVoucher | None = None  # #VER read, `{` awaited or open
        self.open = False
        self.rows: list[SieRow] = []
        self.cut = False  # the line lacks a closing quotation mark
        self.crc: int | None = None
        self.crc_open = False

    def read(self, number: int, line: str) -> None:
        """Take one line."""
        self.line, self.text = number, line
        bare = line.strip()
        if not bare:
            return
        if bare == "{" and self.head and not self.open:
            self.open = True
        elif bare == "}":
            self._close()
        elif bare.startswith("#"):
            self._record(bare)
        else:
            raise self._invalid(say(N_("a record begins with #")))

    def finish(self) -> SieFile:
        """The file, once every line was read."""
        if self.head is not None:
            raise SieCutOff(
                file=self.name,
                line=self.head.line,
                reason=say(N_("voucher {name} is never closed"), name=self.head.name),
            )
        if self.cut and self.text.strip():
            raise SieCutOff(file=self.name, line=self.line, reason=say(N_("its last line is incomplete")))
        if self.crc_open:
            raise SieCutOff(file=self.name, line=self.line, reason=say(N_("the closing #KSUMMA is missing")))
        if not {"SIETYP", "FNAMN", "PROGRAM", "FORMAT"} & self.sie.meta.keys():
            raise SieInvalid(file=self.name, line=1, reason=say(N_("this isn't a SIE file")))
        return self.sie

    def _invalid(self, reason: str) -> SieInvalid:
        return SieInvalid(file=self.name, line=self.line, excerpt=self.text[:200], reason=reason)

    def _record(self, line: str) -> None:
        label, _, rest = line.replace("\t", " ").partition(" ")
        label = label.upper()
        try:
            values, self.cut = fields(rest)
        except ValueError as error:
            raise self._invalid(str(error)) from None
        self.sie.labels[label] += 1
        if self.cut:
            self.sie.warnings.append((self.line, say(N_("a text without its closing quotation mark"))))
        if MISREAD.search(rest):
            self.sie.warnings.append(
                (self.line, say(N_("letters were damaged before export: {excerpt}"), excerpt=rest[:80]))
            )
        if label == "#KSUMMA":
            self._checksum(values)
            return
        self._sum(label, values)
        if label in {"#TRANS", "#RTRANS", "#BTRANS"}:
            if not self.open:
                raise self._invalid(say(N_("a row outside a voucher")))
            self.rows.append(self._row(label, values))
        elif self.open or (self.head and label != "#VER"):
            if self.head and not self.open:
                raise self._invalid(say(N_("the voucher above has no rows")))
        else:
            self._plain(label, [v for v in values if isinstance(v, str)], values)

    def _plain(self, label: str, flat: list[str], values: list[str | list[str]]) -> None:
        sie, name = self.sie, label[1:]
        if label == "#VER":
            self._voucher(values)
        elif label == "#RAR":
            self._year(flat)
        elif label == "#KONTO" and flat:
            old = sie.accounts.get(flat[0])
            title = flat[1] if len(flat) > 1 else ""
            sie.accounts[flat[0]] = SieAccount(flat[0], title, old.kind if old else None, old.sru if old else ())
        elif label == "#KTYP" and len(flat) > 1:
            old = sie.accounts.get(flat[0], SieAccount(flat[0], ""))
            sie.accounts[flat[0]] = SieAccount(old.number, old.name, flat[1].upper(), old.sru)
        elif label == "#SRU" and len(flat) > 1:
            old = sie.accounts.get(flat[0], SieAccount(flat[0], ""))
            sie.accounts[flat[0]] = SieAccount(old.number, old.name, old.kind, (*old.sru, flat[1]))
        elif label in {"#DIM", "#UNDERDIM"} and len(flat) > 1:
            sie.dimensions[flat[0]] = flat[1]
        elif label == "#OBJEKT" and len(flat) > 1:
            sie.objects[flat[0], flat[1]] = flat[2] if len(flat) > 2 else ""
        elif label in {"#IB", "#UB", "#RES", "#OIB", "#OUB"}:
            self._balance(label, values)
        elif name in META:
            sie.meta.setdefault(name, tuple(flat))

    def _year(self, flat: list[str]) -> None:
        if not flat or not re.fullmatch(r"-?[0-9]{1,3}", flat[0], re.ASCII):
            raise self._invalid(say(N_("#RAR needs the year's number")))
        days = [value for value in flat[1:3] if value]
        self.sie.years[int(flat[0])] = (self._date(days[0]), self._date(days[1])) if len(days) == 2 else None

    def _balance(self, label: str, values: list[str | list[str]]) -> None:
        lists = [v for v in values if isinstance(v, list)]
        flat = [v for v in values if isinstance(v, str)]
        if len(flat) < 3 or not re.fullmatch(r"-?[0-9]{1,3}", flat[0], re.ASCII):
            raise self._invalid(say(N_("{label} needs a year, an account and an amount"), label=label))
        quantity = self._amount(flat[3]) if len(flat) > 3 and flat[3] else None
        objects = self._pairs(lists[0]) if lists else ()
        self.sie.balances.append(SieBalance(label[1:], int(flat[0]), flat[1], self._amount(flat[2]), objects, quantity))

    def _voucher(self, values: list[str | list[str]]) -> None:
        flat = [v for v in values if isinstance(v, str)]
        if self.head is not None or len(flat) < 3:
            raise self._invalid(say(N_("#VER needs series, number and date, and the voucher before it its brace")))
        series, number, day, text, registered, sign = (*flat, "", "", "")[:6]
        self.head = SieVoucher(
            series, number, self._date(day), text, self._date(registered) if registered else None, sign, line=self.line
        )

    def _row(self, label: str, values: list[str | list[str]]) -> SieRow:
        lists = [v for v in values if isinstance(v, list)]
        flat = [v for v in values if isinstance(v, str)]
        if len(flat) < 2:
            raise self._invalid(say(N_("{label} needs an account and an amount"), label=label))
        account, amount, day, text, quantity, sign = (*flat, "", "", "", "")[:6]
        return SieRow(
            account=account,
            amount=self._amount(amount),
            objects=self._pairs(lists[0]) if lists else (),
            date=self._date(day) if day.strip("0 ") else None,
            text=text,
            quantity=self._amount(quantity) if quantity else None,
            sign=sign,
            label=label,
            line=self.line,
        )

    def _close(self) -> None:
        if self.head is None or not self.open:
            raise self._invalid(say(N_("a brace that was never opened")))
        head = self.head
        self.sie.vouchers.append(
            SieVoucher(
                head.series,
                head.number,
                head.date,
                head.text,
                head.registered,
                head.sign,
                tuple(row for row in self.rows if row.label == "#TRANS"),
                tuple(row for row in self.rows if row.label != "#TRANS"),
                head.line,
            )
        )
        self.head, self.open, self.rows = None, False, []

    def _pairs(self, values: list[str]) -> tuple[tuple[str, str], ...]:
        if len(values) % 2:
            raise self._invalid(say(N_("an object list holds pairs of dimension and object")))
        return tuple(zip(values[::2], values[1::2], strict=True))

    def _amount(self, text: str) -> Decimal:
        if not AMOUNT.fullmatch(text):
            raise ImportAmountInvalid(
                file=self.name, line=self.line, excerpt=self.text[:200], text=text, position=self._at()
            )
        return Decimal(text)

    def _date(self, text: str) -> dt.date:
        try:
            if not DATE.fullmatch(text):
                raise ValueError  # noqa: TRY301  the same refusal as for the 30th of February
            return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            raise ImportDateInvalid(
                file=self.name, line=self.line, excerpt=self.text[:200], text=text or '""', position=self._at()
            ) from None

    def _at(self) -> str:
        return say(N_("line {line}"), line=self.line)

    # #KSUMMA: CRC-32 over label and fields of the records between its two occurrences, as their CP437 bytes, without
    # what separates fields (chapter 11 of the format).

    def _sum(self, label: str, values: list[str | list[str]]) -> None:
        if self.crc is None or not self.crc_open:
            return
        parts = [label, *(p for v in values for p in ([v] if isinstance(v, str) else v))]
        try:
            self.crc = zlib.crc32("".join(parts).encode("cp437"), self.crc)
        except UnicodeEncodeError:
            self.crc = None

    def _checksum(self, values: list[str | list[str]]) -> None:
        if not values and not self.crc_open:
            self.crc, self.crc_open = 0, True
            return
        text = values[0] if values and isinstance(values[0], str) else ""
        if not self.crc_open or not re.fullmatch(r"-?[0-9]{1,10}", text, re.ASCII):
            raise self._invalid(say(N_("#KSUMMA opens without a number and closes with one")))
        declared = int(text) & 0xFFFFFFFF
        computed = self.crc if self.sie.encoding in {"cp437", "ascii"} else None
        self.sie.checksum = (declared, computed)
        self.crc_open = False
        if computed is not None and computed != declared:
            raise SieChecksum(file=self.name, line=self.line, declared=declared, computed=computed)
