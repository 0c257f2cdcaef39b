"""Reading SIE files of types 1-4 (SIE-gruppen, "SIE filformat ver 4B"), as accounting programs really write them.

Unknown labels and extra fields are ignored, as the format demands (7.1-7.3). Sums are over #TRANS alone: a changed
voucher repeats rows as #RTRANS and #BTRANS, which are its history. A file that ends in the middle, or whose #KSUMMA
isn't that of its content, is refused: half a file must never become half the books. Where the format lets one see
that whole records are missing, `importers.sie.whole` does.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from importers.problems import ImportAmountInvalid, ImportDateInvalid, ImportFileEmpty, ImportFileTooLarge
from importers.sie.checksum import Checksum
from importers.sie.kinds import RECORDS
from importers.sie.model import SieAccount, SieBalance, SieFile, SieRow, SieVoucher
from importers.sie.problems import SieChecksum, SieCutOff, SieInvalid, SieTooLong
from importers.sie.text import MISREAD, decode, fields, split_lines
from ledger.messages import N_, say

#: More than a year of a co-op's books has: lines (66,000 vouchers of three rows), bytes, letters of a line, accounts.
MOST_LINES = 400_000
LARGEST = 32 << 20
LONGEST = 20_000
MOST_ACCOUNTS = 20_000
#: Sums in a file of one's own may have more digits than any single amount.
OWN_AMOUNT = re.compile(r"-?[0-9]+\.[0-9]{2,6}", re.ASCII)
AMOUNT = re.compile(r"-?(?:[0-9]{1,13}(?:\.[0-9]{0,6})?|\.[0-9]{1,6})", re.ASCII)
DATE = re.compile(r"[0-9]{8}", re.ASCII)
#: Numbers, says the format; some programs have accounts of a few letters for what they couldn't place.
ACCOUNT = re.compile(r"[0-9A-Za-z]{1,16}", re.ASCII)
PERIOD = re.compile(r"[0-9]{4}(0[1-9]|1[0-2])", re.ASCII)
YEAR = re.compile(r"-?[0-9]{1,3}", re.ASCII)
BALANCES = frozenset("#IB #UB #RES #OIB #OUB #PSALDO #PBUDGET".split())
ROWS = frozenset({"#TRANS", "#RTRANS", "#BTRANS"})
META = frozenset("FLAGGA PROGRAM FORMAT GEN SIETYP FTYP FNR ORGNR ADRESS BKOD FNAMN TAXAR KPTYP VALUTA OMFATTN".split())


def read_sie(data: bytes, name: str = "<sie>", *, own: bool = False) -> SieFile:
    """Read a SIE file.

    Args:
        data: its bytes.
        name: the file's name in errors.
        own: it was just written by this program: it is as large as the books are.

    Raises:
        ImportFileEmpty, ImportFileTooLarge, SieTooLong, SieCutOff, SieChecksum, SieInvalid, ImportAmountInvalid,
            ImportDateInvalid: it can't be read whole; each with the line.
    """
    if not data.strip():
        raise ImportFileEmpty(file=name)
    if len(data) > LARGEST and not own:
        raise ImportFileTooLarge(file=name, size=len(data), limit=LARGEST)
    lines = max(data.count(b"\n"), data.count(b"\r"))
    if lines > MOST_LINES and not own:
        raise SieTooLong(file=name, lines=lines, limit=MOST_LINES)
    text, encoding = decode(data)
    reader = _Reader(name, SieFile(encoding), own=own)
    split = split_lines(text)
    for number, line in enumerate(split, 1):
        reader.read(number, line.rstrip("\x1a"))
    return reader.finish(unended=split[-1].strip("\x1a \t"))


class _Reader:
    """Reads records one by one; knows which voucher is open."""

    def __init__(self, name: str, sie: SieFile, *, own: bool) -> None:
        self.name = name
        self.own = own
        self.sie = sie
        self.line = 0
        self.text = ""
        self.head: SieVoucher | None = None  # #VER read, `{` awaited or open
        self.open = False
        self.rows: list[SieRow] = []
        self.cut = False  # the line lacks a closing quotation mark
        self.sum: Checksum | None = None  # #KSUMMA read, the closing one awaited
        self.seen: set[tuple[object, ...]] = set()  # balances without their amounts: none may come twice
        self.sru: dict[str, list[str]] = defaultdict(list)
        self.numbers: set[str] = set()  # accounts found right
        self.days: dict[str, dt.date] = {}

    def read(self, number: int, line: str) -> None:
        """Take one line."""
        self.line, self.text = number, line
        if len(line) > LONGEST and not self.own:
            raise self._invalid(say(N_("a line of {count} characters"), count=len(line)))
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

    def finish(self, unended: str) -> SieFile:
        """The file, once every line was read; `unended` is what stands after the last line's end."""
        if self.head is not None:
            raise SieCutOff(
                file=self.name,
                line=self.head.line,
                reason=say(N_("voucher {name} is never closed"), name=self.head.name),
            )
        # Every record ends with a line end. A closing brace or #KSUMMA without it is whole all the same: nothing of
        # either can be missing.
        if unended and unended != "}" and (not self.sie.checksum or not unended.startswith("#KSUMMA")):
            raise SieCutOff(file=self.name, line=self.line, reason=say(N_("its last line is incomplete")))
        if self.cut and self.text.strip():
            raise SieCutOff(file=self.name, line=self.line, reason=say(N_("its last line is incomplete")))
        if self.sum:
            raise SieCutOff(file=self.name, line=self.line, reason=say(N_("the closing #KSUMMA is missing")))
        if not {"SIETYP", "FNAMN", "PROGRAM", "FORMAT"} & self.sie.meta.keys():
            raise SieInvalid(file=self.name, line=1, reason=say(N_("this isn't a SIE file")))
        for number, codes in self.sru.items():
            self.sie.accounts[number] = replace(self.sie.accounts[number], sru=tuple(codes))
        return self.sie

    def _invalid(self, reason: str) -> SieInvalid:
        return SieInvalid(file=self.name, line=self.line, excerpt=self.text[:200], reason=reason)

    def _record(self, line: str) -> None:
        label, _, rest = line.replace("\t", " ").partition(" ")
        label = label.upper()
        try:
            values, self.cut = fields(rest)
        except ValueError as error:
            if label[1:] not in RECORDS:
                return  # an unknown record may hold anything
            raise self._invalid(str(error)) from None
        self.sie.labels[label] += 1
        if self.cut:
            self.sie.warnings.append((self.line, say(N_("a text without its closing quotation mark"))))
        if not rest.isascii() and MISREAD.search(rest):
            self.sie.warnings.append(
                (self.line, say(N_("letters were damaged before export: {excerpt}"), excerpt=rest[:80]))
            )
        if label == "#KSUMMA":
            self._checksum(values)
            return
        if self.sum:
            self.sum.add(label, values)
        if label in ROWS:
            if not self.open:
                raise self._invalid(say(N_("a row outside a voucher")))
            self.rows.append(self._row(label, values))
        elif self.open:
            if label[1:] in RECORDS:
                raise self._invalid(say(N_("{label} stands inside a voucher"), label=label))
        elif self.head and label != "#VER":
            raise self._invalid(say(N_("the voucher above has no rows")))
        else:
            self._plain(label, [v for v in values if isinstance(v, str)], values)

    def _plain(self, label: str, flat: list[str], values: list[str | list[str]]) -> None:
        sie, name = self.sie, label[1:]
        if label == "#VER":
            self._voucher(values)
        elif label == "#RAR":
            self._year(flat)
        elif label in {"#KONTO", "#KTYP", "#SRU", "#ENHET"} and flat:
            self._chart(label, self._number(flat[0]), flat[1] if len(flat) > 1 else "")
        elif label in {"#DIM", "#UNDERDIM"} and len(flat) > 1:
            sie.dimensions[flat[0]] = flat[1]
            if label == "#UNDERDIM" and len(flat) > 2:
                sie.parents[flat[0]] = flat[2]
        elif label == "#OBJEKT" and len(flat) > 1:
            sie.objects[flat[0], flat[1]] = flat[2] if len(flat) > 2 else ""
        elif label in BALANCES:
            self._balance(label, values)
        elif label == "#PROSA":
            sie.notes.append(" ".join(flat))
        elif label == "#SIETYP" and flat not in (["1"], ["2"], ["3"], ["4"]):
            raise self._invalid(say(N_("#SIETYP is 1, 2, 3 or 4")))
        elif name in META:
            sie.meta.setdefault(name, tuple(flat))

    def _chart(self, label: str, number: str, value: str) -> None:
        """What the file says of an account, whatever comes first."""
        accounts = self.sie.accounts
        old = accounts.get(number, SieAccount(number, ""))
        if label == "#KONTO":
            accounts[number] = replace(old, name=value)
        elif label == "#KTYP" and value:
            accounts[number] = replace(old, kind=value.upper())
        elif label == "#ENHET" and value:
            accounts[number] = replace(old, unit=value)
        elif label == "#SRU" and value:
            accounts.setdefault(number, old)
            self.sru[number].append(value)

    def _number(self, text: str) -> str:
        if text not in self.numbers:
            if not ACCOUNT.fullmatch(text):
                raise self._invalid(say(N_("an account's number is a few digits")))
            self.numbers.add(text)
            if len(self.numbers) > MOST_ACCOUNTS:
                raise self._invalid(say(N_("more than {count} accounts"), count=MOST_ACCOUNTS))
        return text

    def _year(self, flat: list[str]) -> None:
        if not flat or not YEAR.fullmatch(flat[0]):
            raise self._invalid(say(N_("#RAR needs the year's number")))
        days = [value for value in flat[1:3] if value]
        year = (self._date(days[0]), self._date(days[1])) if len(days) == 2 else None
        if year and year[1] < year[0]:
            raise self._invalid(say(N_("the year ends before it begins")))
        if self.sie.years.get(int(flat[0]), year) != year:
            raise self._invalid(say(N_("#RAR {year} stands twice, with other days"), year=flat[0]))
        self.sie.years[int(flat[0])] = year

    def _balance(self, label: str, values: list[str | list[str]]) -> None:
        lists = [v for v in values if isinstance(v, list)]
        flat = [v for v in values if isinstance(v, str)]
        period = ""
        if label in {"#PSALDO", "#PBUDGET"} and len(flat) > 1:
            period = flat.pop(1)
            if not PERIOD.fullmatch(period):
                raise self._invalid(say(N_("{label} needs a month, such as 202603"), label=label))
        if len(flat) < 3 or not YEAR.fullmatch(flat[0]):
            raise self._invalid(say(N_("{label} needs a year, an account and an amount"), label=label))
        year, number, amount, quantity = (*flat, "")[:4]
        objects = self._pairs(lists[0]) if lists else ()
        key = (label, int(year), self._number(number), objects, period)
        if key in self.seen:
            raise self._invalid(say(N_("{label} of account {account} stands twice"), label=label, account=number))
        self.seen.add(key)
        units = self._amount(quantity) if quantity else None
        self.sie.balances.append(SieBalance(label[1:], key[1], number, self._amount(amount), objects, units, period))
        self.sie.trailing = self.sie.trailing or bool(self.sie.vouchers)

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
        flat = [v for v in values if isinstance(v, str)] if lists else values
        if len(flat) < 2:
            raise self._invalid(say(N_("{label} needs an account and an amount"), label=label))
        account, amount, day, text, quantity, sign = (*flat, "", "", "", "")[:6]
        return SieRow(
            self._number(account),
            self._amount(amount),
            self._pairs(lists[0]) if lists and lists[0] else (),
            self._date(day) if day and day.strip("0 ") else None,
            text,
            self._amount(quantity) if quantity else None,
            sign,
            label,
            self.line,
        )

    def _close(self) -> None:
        if self.head is None or not self.open:
            raise self._invalid(say(N_("a brace that was never opened")))
        head = self.head
        rows = tuple(row for row in self.rows if row.label == "#TRANS")
        history = tuple(row for row in self.rows if row.label != "#TRANS")
        self.sie.vouchers.append(replace(head, rows=rows, history=history))
        self.head, self.open, self.rows = None, False, []

    def _pairs(self, values: list[str]) -> tuple[tuple[str, str], ...]:
        if len(values) % 2:
            raise self._invalid(say(N_("an object list holds pairs of dimension and object")))
        return tuple(zip(values[::2], values[1::2], strict=True))

    def _amount(self, text: str) -> Decimal:
        if not AMOUNT.fullmatch(text) and not (self.own and OWN_AMOUNT.fullmatch(text)):
            raise ImportAmountInvalid(
                file=self.name, line=self.line, excerpt=self.text[:200], text=text, position=self._at()
            )
        return Decimal(text)

    def _date(self, text: str) -> dt.date:
        known = self.days.get(text)
        if known is not None:
            return known
        try:
            if not DATE.fullmatch(text):
                raise ValueError  # noqa: TRY301  the same refusal as for the 30th of February
            self.days[text] = found = dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
            return found  # noqa: TRY300  the way out is below
        except ValueError:
            raise ImportDateInvalid(
                file=self.name, line=self.line, excerpt=self.text[:200], text=text or '""', position=self._at()
            ) from None

    def _at(self) -> str:
        return say(N_("line {line}"), line=self.line)

    def _checksum(self, values: list[str | list[str]]) -> None:
        if not values and self.sum is None:
            self.sum = Checksum()
            return
        text = values[0] if values and isinstance(values[0], str) else ""
        if self.sum is None or not re.fullmatch(r"-?[0-9]{1,10}", text, re.ASCII):
            raise self._invalid(say(N_("#KSUMMA opens without a number and closes with one")))
        declared = int(text) & 0xFFFFFFFF
        computed = self.sum.value if self.sie.encoding in {"cp437", "ascii"} else None
        self.sie.checksum = (declared, computed)
        self.sum = None
        if computed is not None and computed != declared:
            raise SieChecksum(file=self.name, line=self.line, declared=declared, computed=computed)
