"""Reading camt.053 of any version (v02-v13): by local names, since banks differ in namespace and order.

Between versions names moved: a status is `Sts` or `Sts/Cd`, a party `Dbtr/Nm` or `Dbtr/Pty/Nm`, a payment's amount
stands in `AmtDtls/TxAmt` or beside it. Elements that aren't known are passed over. Siblings of the statement are told
apart by name: camt.052 (intraday) and camt.054 (notification) are no statements, and their lines come again in the
statement.

Days are taken as the bank writes them, in its own time zone. A damaged or cut-off file gives one typed error and no
entry: the whole file is read before anything of it is believed.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from sys import intern

from lxml import etree

from importers.camt.details import AMOUNT_PATHS, Raw, batch_of, detail_of, exchange_of, raw_detail
from importers.camt.fields import Fields
from importers.camt.model import Balance, Entry, Statement, Summary
from importers.camt.problems import CamtIncomplete, CamtTooLong, CamtWrongKind
from importers.camt.stream import Found, Shape, Stream, forget, text
from importers.problems import ImportFileEmpty
from importers.xml import line_of, local
from ledger.errors import Problem
from ledger.messages import N_, say

#: Messages that look like a statement and are none.
OTHERS = {
    "BkToCstmrAcctRpt": ("camt.052", N_("intraday report: its lines come again in the statement")),
    "BkToCstmrDbtCdtNtfctn": ("camt.054", N_("notification of single payments: the statement holds their sum")),
    "CstmrCdtTrfInitn": ("pain.001", N_("payment order")),
    "CstmrPmtStsRpt": ("pain.002", N_("status of a payment order")),
}
#: Entries and payments in one file: with less, a file of the largest size could fill the memory.
MOST = 300_000
#: Of a statement's id and account; by the standard they have 35 letters.
LONGEST = 80
HANDED_ON = ("Stmt", "GrpHdr", "Ntry", "TxDtls")
ACCOUNT = ("Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id", "Acct/Id/BBAN")
HEAD = Shape("MsgPgntn/PgNb", "MsgPgntn/LastPgInd")
STATEMENT = Shape(
    *"Id ElctrncSeqNb LglSeqNb StmtPgntn/PgNb StmtPgntn/LastPgInd Acct/Ccy Acct/Nm Acct/Ownr/Nm".split(),
    *"FrToDt/FrDtTm FrToDt/FrDt FrToDt/ToDtTm FrToDt/ToDt TxsSummry/TtlNtries/NbOfNtries".split(),
    *(f"TxsSummry/{name}/{inner}" for name in ("TtlCdtNtries", "TtlDbtNtries") for inner in ("NbOfNtries", "Sum")),
    *ACCOUNT,
    many={"Bal": Shape(*"Tp/CdOrPrtry/Cd Tp/CdOrPrtry/Prtry Amt@Ccy CdtDbtInd Dt/Dt Dt/DtTm".split())},
)
ENTRY = Shape(
    *"Amt@Ccy CdtDbtInd RvslInd Sts/Cd Sts Sts/Prtry BookgDt/Dt BookgDt/DtTm ValDt/Dt ValDt/DtTm".split(),
    *"AcctSvcrRef NtryRef AddtlNtryInf".split(),
    *AMOUNT_PATHS,
    many={"NtryDtls": Shape("Btch/NbOfTxs", "Btch/TtlAmt@Ccy")},
)


def looks_like_camt(head: bytes) -> bool:
    """Whether a file's beginning may be that of a camt message (any kind: the reader says which)."""
    start = head.decode("utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", errors="ignore")
    return "<" in start and re.search(r"camt\.05[234]|BkToCstmr", start) is not None


def read_camt053(data: bytes, name: str = "<camt.053>") -> tuple[Statement, ...]:
    """Read every statement of a file.

    Args:
        data: its bytes.
        name: the file's name in errors.

    Raises:
        ImportFileEmpty, XmlRefused, CamtWrongKind, CamtIncomplete, CamtTooLong, ImportAmountInvalid, ImportDateInvalid:
            with the line and the element's path.
    """
    if not data.strip():
        raise ImportFileEmpty(file=name)
    return _Reader(data, name).read()


class _Reader:
    """Turns elements into nouns, and names the place where one can't be."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self.stream = Stream(data, name, HANDED_ON)
        self.fields = Fields(name)
        self.found: list[Statement] = []
        self.entries: list[tuple[Entry, bool]] = []  # and whether its day is still to be found
        self.own: frozenset[str] = frozenset()  # what the account and its owner are called
        self.groups: dict[etree._Element, list[Raw]] = {}
        self.places: dict[tuple[object, object], tuple[str, str]] = {}
        self.count = 0
        self.apart = False
        self.failed: Problem | None = None

    def read(self) -> tuple[Statement, ...]:
        """Every statement, once the file has been read to its end and is one of statements."""
        for element in self.stream.elements():
            if self.failed is None:
                try:
                    self.take(element)
                except CamtTooLong:
                    raise
                except Problem as problem:  # what is wrong with the file as a whole comes first
                    self.failed = problem
            forget(element)
        root = self.stream.root
        assert root is not None
        body = next(iter(root), None) if local(root) == "Document" else root
        kind = local(body)
        if kind in OTHERS:
            message, meaning = OTHERS[kind]
            raise CamtWrongKind(file=self.name, kind=message, meaning=say(meaning))
        if body is None or kind != "BkToCstmrStmt":
            raise CamtWrongKind(file=self.name, kind=kind or local(root), meaning=say(N_("no bank statement")))
        if self.failed is not None:
            raise self.failed
        if not self.found:
            raise CamtIncomplete(file=self.name, line=line_of(body), position="BkToCstmrStmt", what="Stmt")
        return tuple(self.found)

    def take(self, element: etree._Element) -> None:
        """What has ended, if it stands where it belongs."""
        outer = element.getparent()
        tags = (element.tag, None if outer is None else outer.tag)
        place = self.places.get(tags)
        if place is None:
            place = self.places[tags] = (local(element), local(outer))
        self.count += 1
        if self.count > MOST:
            raise CamtTooLong(file=self.name, most=MOST)
        if place == ("TxDtls", "NtryDtls"):
            assert outer is not None
            at = f"{self.at()}/Ntry[{len(self.entries) + 1}]/NtryDtls/TxDtls"
            self.groups.setdefault(outer, []).append(raw_detail(self.fields, element, at))
        elif place == ("Ntry", "Stmt"):
            if not self.entries:
                self.own = self.names(outer)
            self.entries.append(self.entry(element, f"{self.at()}/Ntry[{len(self.entries) + 1}]"))
            self.groups = {}
        elif place == ("Stmt", "BkToCstmrStmt"):
            self.found.append(self.statement(element))
            self.entries = []
        elif place == ("GrpHdr", "BkToCstmrStmt"):
            head = HEAD.read(element)
            self.apart = not is_last(head, "MsgPgntn") or self.fields.count(head, "MsgPgntn/PgNb") not in {None, 1}

    def at(self) -> str:
        """The place of the statement that is being read."""
        return f"Stmt[{len(self.found) + 1}]"

    def names(self, statement: etree._Element | None) -> frozenset[str]:
        """What the account and its owner are called, as far as the file has said it."""
        found = STATEMENT.read(statement) if statement is not None else {}
        names = [text(found, *slots) for slots in (ACCOUNT, ("Acct/Ownr/Nm",), ("Acct/Nm",))]
        return frozenset(name.casefold() for name in names if name)

    def statement(self, element: etree._Element) -> Statement:
        """A statement, once it has ended."""
        at, fields, found = self.at(), self.fields, STATEMENT.read(element)
        account = text(found, *ACCOUNT)[:LONGEST]
        if not account:
            raise CamtIncomplete(file=self.name, line=line_of(element), position=at, what="Acct/Id")
        balances = [self.balance(b, element, f"{at}/Bal[{i}]") for i, b in enumerate(found.get("Bal", ()), 1)]
        days = {b.date for b in balances if b.type in {"OPBD", "CLBD"}}
        only = days.pop() if len(days) == 1 else None  # a statement of one day: its entries need not say which
        for entry, dayless in self.entries:
            if dayless and only is None:
                position = entry.position
                raise CamtIncomplete(file=self.name, line=entry.line or None, position=position, what="BookgDt")
        page = fields.count(found, "StmtPgntn/PgNb")
        return Statement(
            id=text(found, "Id")[:LONGEST],
            account=account,
            currency=text(found, "Acct/Ccy") or None,
            balances=tuple(balances),
            entries=tuple(replace(e, date=only) if dayless and only else e for e, dayless in self.entries),
            sequence=text(found, "ElctrncSeqNb", "LglSeqNb"),
            date_from=fields.day(found, element, "FrToDt/FrDtTm", "FrToDt/FrDt", at=at),
            date_to=fields.day(found, element, "FrToDt/ToDtTm", "FrToDt/ToDt", at=at),
            owner=text(found, "Acct/Ownr/Nm"),
            summary=self.summary(found, element, at),
            pages=(page,) if page is not None else (),
            more=not is_last(found, "StmtPgntn"),
            apart=self.apart,
            line=line_of(element) or 0,
        )

    def balance(self, found: Found, element: etree._Element, at: str) -> Balance:
        """A balance. Some banks leave its direction out where it is a credit; the statement's sum proves it."""
        amount, currency = self.fields.amount(found, element, at, missing="CRDT")
        kind = text(found, "Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry")
        return Balance(kind, amount, currency, self.fields.day(found, element, "Dt/Dt", "Dt/DtTm", at=at))

    def summary(self, found: Found, element: etree._Element, at: str) -> Summary:
        """What the bank counted itself."""
        fields = self.fields
        return Summary(
            fields.count(found, "TxsSummry/TtlNtries/NbOfNtries"),
            fields.count(found, "TxsSummry/TtlCdtNtries/NbOfNtries"),
            fields.total(found, element, "TxsSummry/TtlCdtNtries/Sum", at),
            fields.count(found, "TxsSummry/TtlDbtNtries/NbOfNtries"),
            fields.total(found, element, "TxsSummry/TtlDbtNtries/Sum", at),
        )

    def entry(self, element: etree._Element, at: str) -> tuple[Entry, bool]:
        """An entry with its details, and whether it lacks a day."""
        fields, found = self.fields, ENTRY.read(element)
        amount, currency = fields.amount(found, element, at)
        value = fields.day(found, element, "ValDt/Dt", "ValDt/DtTm", at=at)
        day = fields.day(found, element, "BookgDt/Dt", "BookgDt/DtTm", at=at) or value
        details = [raw for group in self.groups.values() for raw in group]
        incoming = found["CdtDbtInd"] == "CRDT"
        batches = []
        if any(found.get("NtryDtls", ())):
            groups = (self.groups.get(group, []) for group in element.iterchildren("{*}NtryDtls"))
            batches = [(said, group) for said, group in zip(found["NtryDtls"], groups, strict=True) if said]
        entry = Entry(
            amount=amount,
            currency=currency,
            date=day or dt.date.min,
            # Some banks leave out what a statement implies.
            status=intern(text(found, "Sts/Cd", "Sts", "Sts/Prtry") or "BOOK"),
            value_date=value,
            reversal=found.get("RvslInd", "").lower() in {"true", "1"},
            reference=text(found, "AcctSvcrRef", "NtryRef"),
            text=text(found, "AddtlNtryInf"),
            details=tuple(detail_of(raw, incoming=incoming, own=self.own) for raw in details),
            batches=tuple(batch_of(fields, said, group, element, at) for said, group in batches),
            exchange=exchange_of(found, details, currency),
            position=at,
            line=line_of(element) or 0,
        )
        return entry, day is None


def is_last(found: Found, pages: str) -> bool:
    """Whether a message or statement says that it has no further page, or doesn't number its pages."""
    return text(found, f"{pages}/LastPgInd").lower() not in {"false", "0"}
