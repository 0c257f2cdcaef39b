"""The payments of an entry (`TxDtls`): who, how much, for which documents, and what it was in another currency.

A payment names debtor and creditor; the counterparty is the one that isn't the account's owner. In a reversal banks
keep the roles of the payment that is taken back, or turn them round: so the side that the direction suggests is taken
where it is named and isn't the account itself, else the other one.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from sys import intern
from typing import NamedTuple

from lxml import etree

from importers.camt.fields import AMOUNT, CURRENCY, RATE, Fields
from importers.camt.model import Batch, Detail, Exchange, Paid
from importers.camt.stream import Found, Shape, text

#: Documents that lessen a payment: credit notes.
CREDIT_NOTES = frozenset({"CREN", "CNFA"})
DIRECTIONS = {"CRDT": 1, "DBIT": -1}
#: Amounts of a payment, or of an entry, in the order in which another currency is looked for.
AMOUNTS = ("InstdAmt", "CntrValAmt", "TxAmt")
AMOUNT_PATHS = tuple(f"AmtDtls/{name}/{inner}" for name in AMOUNTS for inner in ("Amt@Ccy", "CcyXchg/XchgRate"))
NAMES = ("{}/Nm", "{}/Pty/Nm", "{}/Agt/FinInstnId/Nm", "Ultmt{}/Nm", "Ultmt{}/Pty/Nm")
ACCOUNTS = ("{}Acct/Id/IBAN", "{}Acct/Id/Othr/Id")
SIDES = {
    side: (
        tuple(f"RltdPties/{name.format(side)}" for name in NAMES),
        tuple(f"RltdPties/{account.format(side)}" for account in ACCOUNTS),
    )
    for side in ("Dbtr", "Cdtr")
}
REFERENCES = ("CdtrRefInf/Ref", "CdtrRefInf/CdtrRef")
DETAIL = Shape(
    "Amt@Ccy",
    "CdtDbtInd",
    "Refs/EndToEndId",
    "RmtInf/Ustrd*",
    "AddtlTxInf",
    *AMOUNT_PATHS,
    *(path for side in SIDES.values() for paths in side for path in paths),
    many={
        "RmtInf/Strd": Shape(
            *REFERENCES,
            *(f"RfrdDocAmt/{name}@Ccy" for name in ("RmtdAmt", "DuePyblAmt", "CdtNoteAmt")),
            many={"RfrdDocInf": Shape("Nb", "Tp/CdOrPrtry/Cd")},
        )
    },
)


class Side(NamedTuple):
    """One of the two parties of a payment."""

    name: str
    account: str


class Raw(NamedTuple):
    """A payment as it stands in the file, before its entry's direction is known."""

    amount: Decimal | None
    currency: str | None
    direction: int
    debtor: Side
    creditor: Side
    text: str
    end_to_end: str
    paid: tuple[Paid, ...]
    exchanges: tuple[Exchange, ...]


def raw_detail(fields: Fields, element: etree._Element, at: str) -> Raw:
    """A `TxDtls`.

    Raises:
        ImportAmountInvalid: an amount is none.
    """
    found = DETAIL.read(element)
    exchanges = _exchanges(found)
    amount, currency = found.get("AmtDtls/TxAmt/Amt@Ccy") or found.get("Amt@Ccy") or ("", "")
    return Raw(
        amount=fields.number(amount, element, f"{at}/Amt") if amount else None,
        currency=intern(currency) if amount else None,
        direction=DIRECTIONS.get(found.get("CdtDbtInd", ""), 0),
        debtor=_side(found, "Dbtr"),
        creditor=_side(found, "Cdtr"),
        text=" ".join(" ".join([*found.get("RmtInf/Ustrd*", ()), found.get("AddtlTxInf", "")]).split()),
        end_to_end=text(found, "Refs/EndToEndId"),
        paid=tuple(_documents(fields, found["RmtInf/Strd"], element, at)) if "RmtInf/Strd" in found else (),
        exchanges=exchanges if len(exchanges) > 1 or any(one.rate for one in exchanges) else (),
    )


def _side(found: Found, side: str) -> Side:
    names, accounts = SIDES[side]
    return Side(text(found, *names), text(found, *accounts))


def _documents(fields: Fields, structured: Sequence[Found], element: etree._Element, at: str) -> list[Paid]:
    """What a payment pays: creditor references (SCOR, OCR), invoices (CINV), credit notes (CREN)."""
    paid: list[Paid] = []
    for one in structured:
        reference = text(one, *REFERENCES)
        documents = one.get("RfrdDocInf", [{}])
        less = text(documents[0], "Tp/CdOrPrtry/Cd") in CREDIT_NOTES
        money = one.get("RfrdDocAmt/RmtdAmt@Ccy") or one.get("RfrdDocAmt/DuePyblAmt@Ccy")
        if money is None:
            money = one.get("RfrdDocAmt/CdtNoteAmt@Ccy", ("", ""))
            less = True
        amount = fields.number(money[0], element, f"{at}/RmtInf/Strd") if money[0] else None
        for number, document in enumerate(documents):
            invoice = text(document, "Nb")
            if number == 0 and (reference or invoice):
                paid.append(Paid(-amount if amount and less else amount, intern(money[1]) or None, reference, invoice))
            elif invoice:
                paid.append(Paid(invoice=invoice))
    return paid


def _exchanges(found: Found) -> tuple[Exchange, ...]:
    """The amounts of a payment or entry, one in each currency that it names."""
    said = [found[slot] for slot in AMOUNT_PATHS if slot in found]
    if not said:
        return ()
    rate = next((one for one in said if isinstance(one, str) and RATE.fullmatch(one)), "")
    amounts: dict[str, Exchange] = {}
    for one in said:
        if isinstance(one, tuple) and AMOUNT.fullmatch(one[0]) and CURRENCY.fullmatch(one[1]):
            amounts.setdefault(one[1], Exchange(one[0], intern(one[1]), rate))
    return tuple(amounts.values())


def exchange_of(found: Found, details: Sequence[Raw], currency: str) -> Exchange | None:
    """What an entry was in another currency than its own, where it is one payment: by itself, or by its detail."""
    candidates = list(_exchanges(found))
    if len(details) == 1:
        raw = details[0]
        candidates += raw.exchanges
        if raw.amount is not None and raw.currency and CURRENCY.fullmatch(raw.currency):
            candidates.append(Exchange(f"{raw.amount:f}", raw.currency))
    elif details:
        return None
    return next((one for one in candidates if one.currency != currency), None)


def detail_of(raw: Raw, *, incoming: bool, own: frozenset[str]) -> Detail:
    """A payment of an entry.

    Args:
        raw: as it stands in the file.
        incoming: the entry's direction.
        own: what the account and its owner are called, in small letters.
    """
    one, other = (raw.debtor, raw.creditor) if incoming else (raw.creditor, raw.debtor)
    if not any(one) or one.account.casefold() in own:
        strange = any(other) and not {other.account.casefold(), other.name.casefold()} & own
        one = other if strange else Side("", "") if any(one) else one
    sign = raw.direction or (1 if incoming else -1)
    only = raw.paid[0] if len(raw.paid) == 1 else Paid()
    return Detail(
        amount=None if raw.amount is None else raw.amount * sign,
        currency=raw.currency,
        counterparty=one.name,
        counterparty_account=one.account,
        text=raw.text,
        reference=only.reference,
        invoice=only.invoice,
        end_to_end=raw.end_to_end,
        paid=raw.paid if len(raw.paid) > 1 else (),
    )


def batch_of(fields: Fields, found: Found, group: Sequence[Raw], element: etree._Element, at: str) -> Batch:
    """What the bank says of a group of details, beside what the group holds.

    Raises:
        ImportAmountInvalid: its total is no amount.
    """
    total, currency = found.get("Btch/TtlAmt@Ccy", ("", ""))
    sums = [raw.amount * (raw.direction or 1) for raw in group if raw.amount is not None and raw.currency == currency]
    return Batch(
        count=fields.count(found, "Btch/NbOfTxs"),
        total=fields.number(total, element, f"{at}/NtryDtls/Btch/TtlAmt") if total else None,
        currency=currency or None,
        found=len(group),
        net=sum(sums, Decimal(0)) if len(sums) == len(group) else None,
    )
