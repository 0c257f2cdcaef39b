"""Reading the callbacks of M-Pesa (Daraja, customer to business): one JSON object a payment.

A paybill or till that is registered for it gets one request for each payment, and whoever receives them drops them into
a file: one object a line, or a file for each. No signature proves them, so anybody who knows the address can send one.
They are read as what they are: foreign text, of which only flat objects with the known keys and plain values are taken.

Of a payer no more is kept than books need: the name, what was typed as account number, and a telephone number that is
masked as on statements. A number that came as a hash is of no use to anybody and isn't kept; nor is the paybill's
balance, which every callback tells.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NoReturn

from importers.daraja.problems import DarajaJson, DarajaKey, DarajaValue
from importers.mpesa.problems import MpesaReceipt
from importers.mpesa.read import RECEIPT
from importers.problems import ImportAmountInvalid, ImportDateInvalid
from importers.tables import problem_at
from ledger.errors import Problem
from ledger.messages import N_, say

NEEDED: Final = ("TransactionType", "TransID", "TransTime", "TransAmount", "BusinessShortCode", "BillRefNumber")
OPTIONAL: Final = (
    "InvoiceNumber",
    "OrgAccountBalance",
    "ThirdPartyTransID",
    "MSISDN",
    "FirstName",
    "MiddleName",
    "LastName",
)
#: A callback has some 400 characters, and a field few.
LONGEST: Final = 4_000
LONGEST_VALUE: Final = 200
MOST: Final = 100_000
AMOUNT: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?", re.ASCII)
SHORT_CODE: Final = re.compile(r"[0-9]{4,10}", re.ASCII)
TIME: Final = "%Y%m%d%H%M%S"
PLAIN_PHONE: Final = re.compile(r"\+?[0-9]{9,15}", re.ASCII)
MASKED_PHONE: Final = re.compile(r"\+?[0-9]{1,6}[*Xx]{2,10}[0-9]{1,4}", re.ASCII)
HASHED_PHONE: Final = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)
#: Digits of a telephone number that are kept: country and network, and the last ones.
FIRST, LAST = 4, 3


@dataclass(frozen=True, slots=True)
class Callback:
    """One payment, as M-Pesa called back.

    Attributes:
        receipt: M-Pesa's own number, the same as on the statement.
        when: Nairobi's time.
        amount: above zero: only payments in are called back.
        code: the paybill's or till's short code.
        reference: what the payer typed as account number.
        phone: masked; empty where it came as a hash, or not at all.
        line: in its file.
    """

    receipt: str
    when: dt.datetime
    amount: Decimal
    code: str
    kind: str
    reference: str
    invoice: str
    name: str
    phone: str
    line: int

    @property
    def content(self) -> tuple[object, ...]:
        """What two callbacks of one receipt must agree on."""
        return (self.when, self.amount, self.code, self.reference.casefold())


def looks_like_daraja(head: bytes) -> bool:
    """Whether a file that begins so holds callbacks."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(b"{") and b'"TransID"' in start


def read_callbacks(data: bytes, shown: str) -> tuple[Callback, ...]:
    """Every callback of a file, in its order.

    Args:
        data: its bytes.
        shown: its name in problems.

    Raises:
        DarajaJson, DarajaKey, DarajaValue, MpesaReceipt, ImportAmountInvalid, ImportDateInvalid: as they say; nothing
            of the file counts then.
    """
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DarajaJson(file=shown, line=line, reason=say(N_("its letters aren't UTF-8"))) from error
    return tuple(_Reader(text, shown, line, one).callback() for line, one in _objects(text, shown))


def _objects(text: str, shown: str) -> Iterator[tuple[int, str]]:
    """The texts of objects with their lines: one a line, or one that is the whole file."""
    if len(text) <= LONGEST and _is_one(text):
        start = len(text) - len(text.lstrip())
        yield text.count("\n", 0, start) + 1, text.strip()
        return
    count = 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            count += 1
            if count > MOST:
                reason = say(N_("it has more than {most} lines"), most=MOST)
                raise DarajaJson(file=shown, line=number, reason=reason)
            yield number, line.strip()


def _is_one(text: str) -> bool:
    """Whether a short file is one object that is written on several lines."""
    first = text.strip().split("\n", 1)[0].strip()
    return not first.endswith("}")


class _Reader:
    """One object, and the place for what is wrong with it."""

    def __init__(self, text: str, shown: str, line: int, one: str) -> None:
        self.text = text
        self.shown = shown
        self.line = line
        self.said = self._parse(one)

    def _fails(self, kind: type[Problem], **params: Any) -> NoReturn:
        raise problem_at(kind, self.text, self.shown, self.line, **params)

    def _parse(self, one: str) -> dict[str, str]:
        """A flat object of texts; numbers stay as they are written.

        Raises:
            DarajaJson: it is none.
            DarajaKey: keys of it are unknown, missing, or stand twice.
        """
        if len(one) > LONGEST:
            self._fails(DarajaJson, reason=say(N_("it has more than {most} characters"), most=LONGEST))
        pairs: list[tuple[str, Any]] = []
        try:
            made = json.loads(one, object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=_Odd)
        except (ValueError, RecursionError) as error:
            place = error.colno if isinstance(error, json.JSONDecodeError) else 1
            self._fails(DarajaJson, reason=say(N_("it is no JSON, at its character {place}"), place=place))
        if not isinstance(made, _Pairs):
            self._fails(DarajaJson, reason=say(N_("it is no object")))
        pairs = list(made)
        keys = [key for key, _ in pairs]
        for key in keys:
            if key not in NEEDED and key not in OPTIONAL:
                self._fails(DarajaKey, fault=say(N_("has the unknown key")), key=_told(key))
            if keys.count(key) > 1:
                self._fails(DarajaKey, fault=say(N_("has twice the key")), key=key)
        for key in NEEDED:
            if key not in keys:
                self._fails(DarajaKey, fault=say(N_("lacks the key")), key=key)
        return {key: self._text(key, value) for key, value in pairs}

    def _text(self, key: str, value: Any) -> str:
        """A value as text; null is none."""
        if value is None and key in OPTIONAL:
            return ""
        if not isinstance(value, str) or isinstance(value, _Odd) or len(value) > LONGEST_VALUE:
            self._fails(DarajaValue, key=key, text=_told(value))
        if not value.isprintable() or any("\ud800" <= c <= "\udfff" for c in value):
            self._fails(DarajaValue, key=key, text=_told(value))
        return " ".join(value.split())

    def callback(self) -> Callback:
        """The payment that it tells of."""
        said = self.said
        receipt = said["TransID"].upper()
        if not RECEIPT.fullmatch(receipt):
            self._fails(MpesaReceipt, text=_told(receipt))
        if not AMOUNT.fullmatch(said["TransAmount"]) or not Decimal(said["TransAmount"]):
            self._fails(ImportAmountInvalid, text=_told(said["TransAmount"]), position="TransAmount")
        if not SHORT_CODE.fullmatch(said["BusinessShortCode"]):
            self._fails(DarajaValue, key="BusinessShortCode", text=_told(said["BusinessShortCode"]))
        names = (said.get(key, "") for key in ("FirstName", "MiddleName", "LastName"))
        return Callback(
            receipt=receipt,
            when=self._time(said["TransTime"]),
            amount=Decimal(said["TransAmount"]),
            code=said["BusinessShortCode"],
            kind=said["TransactionType"],
            reference=said["BillRefNumber"],
            invoice=said.get("InvoiceNumber", ""),
            name=" ".join(name for name in names if name),
            phone=self._phone(said.get("MSISDN", "")),
            line=self.line,
        )

    def _time(self, text: str) -> dt.datetime:
        try:
            if len(text) != 14 or not text.isascii() or not text.isdigit():
                raise ValueError(text)  # noqa: TRY301  one answer for both
            return dt.datetime.strptime(text, TIME)  # noqa: DTZ007  Nairobi's, as on the statement
        except ValueError:
            self._fails(ImportDateInvalid, text=_told(text), position="TransTime")

    def _phone(self, text: str) -> str:
        """A telephone number with most of its digits left out."""
        if not text or HASHED_PHONE.fullmatch(text):
            return ""
        if MASKED_PHONE.fullmatch(text):
            return re.sub("[Xx]", "*", text.lstrip("+"))
        if not PLAIN_PHONE.fullmatch(text):
            self._fails(DarajaValue, key="MSISDN", text=_told(text))
        digits = text.lstrip("+")
        return digits[:FIRST] + "*" * (len(digits) - FIRST - LAST) + digits[-LAST:]


class _Pairs(list[tuple[str, Any]]):
    """An object's keys and values, none of them lost."""


class _Odd(str):
    """NaN and infinities, which JSON doesn't have."""

    __slots__ = ()


def _told(value: object) -> str:
    """A value that doesn't fit, as it may be shown; never all of a long one."""
    if isinstance(value, _Pairs | dict):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    text = "".join(c if c.isprintable() else "?" for c in str(value))
    return f'"{text[:40]}…"' if len(text) > 40 else f'"{text}"'
