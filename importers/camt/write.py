"""Writing camt.053 statements, versions 02 and 08: what banks send, for demonstrations, tests and handing on.

Element order and names follow the messages' definition; what the bank would sign for is asserted here: opening +
booked entries = closing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from lxml import etree

from importers.camt.model import Balance, Detail, Entry, Statement
from ledger.rules.rounding import decimals

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.{:02d}"


def write_camt053(
    statements: Sequence[Statement], *, created: dt.datetime, message: str = "1", version: int = 2
) -> bytes:
    """A camt.053 file.

    Args:
        statements: each adds up (asserted).
        created: when the bank made it; given, so that the same input gives the same bytes.
        message: the message's id.
        version: 2 to 13; 2 and 8 are what banks send.

    Returns:
        UTF-8; the reader gives the same statements back, but for file positions.
    """
    space = NAMESPACE.format(version)
    root = etree.fromstring(f'<Document xmlns="{space}"/>')
    writer = _Writer(space, version)
    body = writer.add(root, "BkToCstmrStmt")
    head = writer.add(body, "GrpHdr")
    writer.add(head, "MsgId", message)
    writer.add(head, "CreDtTm", created.isoformat())
    for statement in statements:
        assert statement.adds_up is not False, f"statement {statement.id} doesn't add up"
        writer.statement(body, statement, created)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def is_iban(account: str) -> bool:
    """Whether an account number is an IBAN by its form."""
    return len(account) >= 15 and account[:2].isalpha() and account[2:4].isdigit()


class _Writer:
    def __init__(self, space: str, version: int) -> None:
        self.space = space
        self.version = version

    def add(self, parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
        node = etree.SubElement(parent, f"{{{self.space}}}{name}")
        node.text = text
        return node

    def path(self, parent: etree._Element, path: str, text: str | None = None) -> etree._Element:
        """Add nested elements; the innermost holds the text."""
        *outer, last = path.split("/")
        for name in outer:
            parent = self.add(parent, name)
        return self.add(parent, last, text)

    def statement(self, parent: etree._Element, statement: Statement, created: dt.datetime) -> None:
        node = self.add(parent, "Stmt")
        self.add(node, "Id", statement.id)
        if statement.sequence:
            self.add(node, "ElctrncSeqNb", statement.sequence)
        self.add(node, "CreDtTm", created.isoformat())
        if statement.date_from and statement.date_to:
            period = self.add(node, "FrToDt")
            self.add(period, "FrDtTm", f"{statement.date_from}T00:00:00")
            self.add(period, "ToDtTm", f"{statement.date_to}T23:59:59")
        account = self.add(node, "Acct")
        self.account_id(account, statement.account)
        if statement.currency:
            self.add(account, "Ccy", statement.currency)
        if statement.owner:
            self.path(account, "Ownr/Nm", statement.owner)
        for balance in statement.balances:
            self.balance(node, balance)
        self.summary(node, statement)
        for entry in statement.entries:
            self.entry(node, entry)

    def account_id(self, parent: etree._Element, account: str) -> None:
        node = self.add(parent, "Id")
        if is_iban(account):
            self.add(node, "IBAN", account)
            return
        other = self.add(node, "Othr")
        self.add(other, "Id", account)
        self.path(other, "SchmeNm/Cd", "BBAN")

    def amount(self, parent: etree._Element, amount: Decimal, currency: str, name: str = "Amt") -> None:
        places = max(decimals(currency), -int(amount.as_tuple().exponent))
        self.add(parent, name, f"{abs(amount):.{places}f}").set("Ccy", currency)

    def direction(self, parent: etree._Element, amount: Decimal, *, credit: bool | None = None) -> None:
        incoming = amount >= 0 if credit is None else credit
        self.add(parent, "CdtDbtInd", "CRDT" if incoming else "DBIT")

    def balance(self, parent: etree._Element, balance: Balance) -> None:
        node = self.add(parent, "Bal")
        self.path(node, "Tp/CdOrPrtry/Cd", balance.type)
        self.amount(node, balance.amount, balance.currency)
        self.direction(node, balance.amount)
        if balance.date:
            self.path(node, "Dt/Dt", balance.date.isoformat())

    def summary(self, parent: etree._Element, statement: Statement) -> None:
        incoming = [e.amount for e in statement.entries if e.amount >= 0]
        outgoing = [-e.amount for e in statement.entries if e.amount < 0]
        node = self.add(parent, "TxsSummry")
        self.path(node, "TtlNtries/NbOfNtries", str(len(statement.entries)))
        for name, amounts in (("TtlCdtNtries", incoming), ("TtlDbtNtries", outgoing)):
            inner = self.add(node, name)
            self.add(inner, "NbOfNtries", str(len(amounts)))
            self.add(inner, "Sum", str(sum(amounts, Decimal("0.00"))))

    def entry(self, parent: etree._Element, entry: Entry) -> None:
        node = self.add(parent, "Ntry")
        self.amount(node, entry.amount, entry.currency)
        self.direction(node, entry.amount)
        if entry.reversal:
            self.add(node, "RvslInd", "true")
        self.path(node, "Sts/Cd" if self.version >= 8 else "Sts", entry.status)
        self.path(node, "BookgDt/Dt", entry.date.isoformat())
        if entry.value_date:
            self.path(node, "ValDt/Dt", entry.value_date.isoformat())
        if entry.reference:
            self.add(node, "AcctSvcrRef", entry.reference)
        domain = self.path(node, "BkTxCd/Domn")
        self.add(domain, "Cd", "PMNT")
        family = self.add(domain, "Fmly")
        self.add(family, "Cd", "RCDT" if entry.amount >= 0 else "ICDT")
        self.add(family, "SubFmlyCd", "OTHR")
        if entry.details:
            details = self.add(node, "NtryDtls")
            for detail in entry.details:
                self.detail(details, detail, entry)
        if entry.text:
            self.add(node, "AddtlNtryInf", entry.text)

    def detail(self, parent: etree._Element, detail: Detail, entry: Entry) -> None:
        node = self.add(parent, "TxDtls")
        if detail.end_to_end:
            self.path(node, "Refs/EndToEndId", detail.end_to_end)
        if detail.amount is not None and self.version >= 8:
            self.amount(node, detail.amount, detail.currency or entry.currency)
            self.direction(node, detail.amount)
        elif detail.amount is not None:
            if detail.amount * entry.amount < 0:
                self.direction(node, detail.amount)
            self.amount(self.path(node, "AmtDtls/TxAmt"), detail.amount, detail.currency or entry.currency)
        other = "Dbtr" if entry.amount >= 0 else "Cdtr"
        if detail.counterparty or detail.counterparty_account:
            parties = self.add(node, "RltdPties")
            if detail.counterparty:
                name = f"{other}/Pty/Nm" if self.version >= 8 else f"{other}/Nm"
                self.path(parties, name, detail.counterparty)
            if detail.counterparty_account:
                self.account_id(self.add(parties, f"{other}Acct"), detail.counterparty_account)
        if detail.text or detail.invoice or detail.reference:
            remittance = self.add(node, "RmtInf")
            if detail.text:
                self.add(remittance, "Ustrd", detail.text)
            if detail.invoice or detail.reference:
                self.structured(self.add(remittance, "Strd"), detail)

    def structured(self, node: etree._Element, detail: Detail) -> None:
        if detail.invoice:
            document = self.add(node, "RfrdDocInf")
            self.path(document, "Tp/CdOrPrtry/Cd", "CINV")
            self.add(document, "Nb", detail.invoice)
        if detail.reference:
            reference = self.add(node, "CdtrRefInf")
            self.path(reference, "Tp/CdOrPrtry/Cd", "SCOR")
            self.add(reference, "Ref", detail.reference)
