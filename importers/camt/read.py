"""Reading camt.053 of any version (v02-v13): by local names, since banks differ in namespace and order.

The XML is hostile until read: no DOCTYPE, no entities, no network, nothing repaired. A damaged or cut-off file gives
one typed error and no entry. Siblings of the statement are told apart by name: camt.052 (intraday) and camt.054
(notification) are no statements, and their lines come again in the statement.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from lxml import etree

from importers.camt.model import Balance, Detail, Entry, Statement, Summary
from importers.camt.problems import CamtIncomplete, CamtWrongKind
from importers.problems import ImportAmountInvalid, ImportDateInvalid, ImportFileEmpty, XmlRefused
from ledger.messages import N_, say

AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{0,5})?", re.ASCII)
DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(T.*|Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII)
COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)
#: Messages that look like a statement and are none.
OTHERS = {
    "BkToCstmrAcctRpt": ("camt.052", N_("intraday report: its lines come again in the statement")),
    "BkToCstmrDbtCdtNtfctn": ("camt.054", N_("notification of single payments: the statement holds their sum")),
    "CstmrCdtTrfInitn": ("pain.001", N_("payment order")),
    "CstmrPmtStsRpt": ("pain.002", N_("status of a payment order")),
}


def looks_like_camt(head: bytes) -> bool:
    """Whether a file's beginning may be that of a camt message (any kind: the reader says which)."""
    text = head.decode("utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", errors="ignore")
    return "<" in text and re.search(r"camt\.05[234]|BkToCstmr", text) is not None


def read_camt053(data: bytes, name: str = "<camt.053>") -> tuple[Statement, ...]:
    """Read every statement of a file.

    Args:
        data: its bytes.
        name: the file's name in errors.

    Raises:
        ImportFileEmpty, XmlRefused, CamtWrongKind, CamtIncomplete, ImportAmountInvalid, ImportDateInvalid: with the
            line and the element's path.
    """
    if not data.strip():
        raise ImportFileEmpty(file=name)
    root = parse_xml(data, name)
    body = next(iter(_children(root)), None) if _local(root) == "Document" else root
    kind = "" if body is None else _local(body)
    if kind in OTHERS:
        message, meaning = OTHERS[kind]
        raise CamtWrongKind(file=name, kind=message, meaning=say(meaning))
    if body is None or kind != "BkToCstmrStmt":
        raise CamtWrongKind(file=name, kind=kind or _local(root), meaning=say(N_("no bank statement")))
    reader = _Reader(name)
    found = [reader.statement(node, f"Stmt[{i}]") for i, node in enumerate(_children(body, "Stmt"), 1)]
    if not found:
        raise CamtIncomplete(file=name, line=_line(body), position="BkToCstmrStmt", what="Stmt")
    return tuple(found)


def parse_xml(data: bytes, name: str) -> etree._Element:
    """The root of an XML file that is whole and harmless.

    Raises:
        XmlRefused: it is damaged, cut off, too deep, or has a DOCTYPE.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise XmlRefused(file=name, line=error.lineno or None, reason=str(error.msg)) from None
    except ValueError as error:
        raise XmlRefused(file=name, reason=str(error)) from None
    docinfo: Any = root.getroottree().docinfo
    if docinfo.doctype or docinfo.internalDTD is not None:
        raise XmlRefused(file=name, line=1, reason=say(N_("it has a DOCTYPE, which no bank file needs")))
    return root


def _local(node: etree._Element) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _line(node: etree._Element) -> int:
    line: Any = node.sourceline
    return line or 0


def _children(node: etree._Element, name: str | None = None) -> Iterator[etree._Element]:
    for child in node:
        if isinstance(child.tag, str) and (name is None or _local(child) == name):
            yield child


def _find(node: etree._Element, path: str) -> etree._Element | None:
    here: etree._Element | None = node
    for name in path.split("/"):
        here = None if here is None else next(_children(here, name), None)
    return here


def _text(node: etree._Element, *paths: str) -> str:
    """The text of the first path that has one, white space folded."""
    for path in paths:
        found = _find(node, path)
        if found is not None:
            text = _all_text(found) if not len(found) else ""
            if text:
                return text
    return ""


class _Reader:
    """Turns elements into nouns, and names the place where one can't be."""

    def __init__(self, name: str) -> None:
        self.name = name

    def statement(self, node: etree._Element, at: str) -> Statement:
        account = _text(node, "Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id", "Acct/Id/BBAN")
        if not account:
            raise CamtIncomplete(file=self.name, line=_line(node), position=at, what="Acct/Id")
        balances = [self.balance(n, f"{at}/Bal[{i}]") for i, n in enumerate(_children(node, "Bal"), 1)]
        days = {b.date for b in balances if b.type in {"OPBD", "CLBD"}}
        only = days.pop() if len(days) == 1 else None  # a statement of one day: its entries need not say which
        entries = [self.entry(n, f"{at}/Ntry[{i}]", only) for i, n in enumerate(_children(node, "Ntry"), 1)]
        return Statement(
            id=_text(node, "Id"),
            account=account,
            currency=_text(node, "Acct/Ccy") or None,
            balances=tuple(balances),
            entries=tuple(entries),
            sequence=_text(node, "ElctrncSeqNb", "LglSeqNb"),
            date_from=self.day(node, "FrToDt/FrDtTm", "FrToDt/FrDt", at=at),
            date_to=self.day(node, "FrToDt/ToDtTm", "FrToDt/ToDt", at=at),
            owner=_text(node, "Acct/Ownr/Nm"),
            summary=self.summary(node, at),
            line=_line(node),
        )

    def balance(self, node: etree._Element, at: str) -> Balance:
        # Some banks leave a balance's direction out where it is a credit; the statement's sum proves it.
        amount, currency = self.amount(node, at, missing="CRDT")
        kind = _text(node, "Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry")
        return Balance(kind, amount, currency, self.day(node, "Dt/Dt", "Dt/DtTm", at=at))

    def entry(self, node: etree._Element, at: str, only_day: dt.date | None) -> Entry:
        amount, currency = self.amount(node, at)
        status = _text(node, "Sts/Cd", "Sts", "Sts/Prtry") or "BOOK"  # some banks leave out what a statement implies
        value = self.day(node, "ValDt/Dt", "ValDt/DtTm", at=at)
        day = self.day(node, "BookgDt/Dt", "BookgDt/DtTm", at=at) or value or only_day
        if day is None:
            raise CamtIncomplete(file=self.name, line=_line(node), position=at, what="BookgDt")
        sign = 1 if amount >= 0 else -1
        incoming = _text(node, "CdtDbtInd") == "CRDT"
        details = [
            self.detail(inner, sign, incoming=incoming)
            for outer in _children(node, "NtryDtls")
            for inner in _children(outer, "TxDtls")
        ]
        return Entry(
            amount=amount,
            currency=currency,
            date=day,
            status=status,
            value_date=value,
            reversal=_text(node, "RvslInd").lower() in {"true", "1"},
            reference=_text(node, "AcctSvcrRef", "NtryRef"),
            text=_text(node, "AddtlNtryInf"),
            details=tuple(details),
            position=at,
            line=_line(node),
        )

    def detail(self, node: etree._Element, sign: int, *, incoming: bool) -> Detail:
        other = "Dbtr" if incoming else "Cdtr"
        found = _find(node, "AmtDtls/TxAmt/Amt")
        if found is None:
            found = _find(node, "Amt")
        text = (found.text or "").strip() if found is not None else ""
        own = _text(node, "CdtDbtInd")
        direction = {"CRDT": 1, "DBIT": -1}.get(own, sign)
        amount = Decimal(text) * direction if AMOUNT.fullmatch(text) else None
        remittance = _find(node, "RmtInf")
        free = [] if remittance is None else [_all_text(n) for n in _children(remittance, "Ustrd")]
        return Detail(
            amount=amount,
            currency=found.get("Ccy") if found is not None else None,
            counterparty=_text(node, f"RltdPties/{other}/Nm", f"RltdPties/{other}/Pty/Nm"),
            counterparty_account=_text(node, f"RltdPties/{other}Acct/Id/IBAN", f"RltdPties/{other}Acct/Id/Othr/Id"),
            text=" ".join([*free, _text(node, "AddtlTxInf")]).strip(),
            reference=_text(node, "RmtInf/Strd/CdtrRefInf/Ref"),
            invoice=_text(node, "RmtInf/Strd/RfrdDocInf/Nb"),
            end_to_end=_text(node, "Refs/EndToEndId"),
        )

    def summary(self, node: etree._Element, at: str) -> Summary:
        def count(path: str) -> int | None:
            text = _text(node, f"TxsSummry/{path}/NbOfNtries")
            return int(text) if COUNT.fullmatch(text) else None

        def total(path: str) -> Decimal | None:
            text = _text(node, f"TxsSummry/{path}/Sum")
            if text and not AMOUNT.fullmatch(text):
                raise ImportAmountInvalid(file=self.name, text=text, position=f"{at}/TxsSummry/{path}")
            return Decimal(text) if text else None

        return Summary(
            count("TtlNtries"),
            count("TtlCdtNtries"),
            total("TtlCdtNtries"),
            count("TtlDbtNtries"),
            total("TtlDbtNtries"),
        )

    def amount(self, node: etree._Element, at: str, missing: str = "") -> tuple[Decimal, str]:
        """`Amt` with the sign of `CdtDbtInd` (`missing` where there is none): money in is positive."""
        found = _find(node, "Amt")
        currency = "" if found is None else found.get("Ccy", "")
        direction = _text(node, "CdtDbtInd") or missing
        if found is None or not re.fullmatch(r"[A-Z]{3}", currency) or direction not in {"CRDT", "DBIT"}:
            raise CamtIncomplete(file=self.name, line=_line(node), position=at, what="Amt, Ccy, CdtDbtInd")
        text = (found.text or "").strip()
        if not AMOUNT.fullmatch(text):
            raise ImportAmountInvalid(file=self.name, line=_line(found), text=text or '""', position=f"{at}/Amt")
        return (Decimal(text) if direction == "CRDT" else -Decimal(text)), currency

    def day(self, node: etree._Element, *paths: str, at: str) -> dt.date | None:
        """A date as the bank writes it, in the bank's own time zone; None where there is none."""
        text = _text(node, *paths)
        if not text:
            return None
        match = DATE.fullmatch(text)
        try:
            if match is None:
                raise ValueError  # noqa: TRY301  the same refusal as for the 30th of February
            return dt.date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            raise ImportDateInvalid(file=self.name, line=_line(node), text=text, position=f"{at}/{paths[0]}") from None


def _all_text(node: etree._Element) -> str:
    """Its own text, comments left out, white space folded."""
    parts: Any = node.xpath("text()")
    return " ".join("".join(str(part) for part in parts).split())
