"""Card settlements by the columns that their source declares: rows put together to payouts.

Acquirers differ in everything but this: a payout is what was sold, less refunds, chargebacks and fees. A file has a row
for every payout, or for every transaction with its payout's id or day beside it. What it says of itself is checked: net
of a row, total of a payout, a row of kind payout. A file without any of these, cut exactly between two rows, can't be
told from a whole one.

Signs: amounts are the shop's, so refunds, chargebacks and fees are negative; where all rows of these kinds are written
without sign, they count as negative. The column `fee` is a cost and positive, unless `fee_minus` is set.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from importers.bank.model import Part
from importers.clearing.model import Deposit, Payment
from importers.clearing.problems import DepositSum
from importers.identity import account_number
from importers.tables import Row, folded_name
from importers.takings.problems import TakingsDates, TakingsRow, TakingsWord
from importers.takings.sheet import Sheet
from ledger.books.source_takings import TakingsTypes
from ledger.messages import N_, say

ZERO = Decimal(0)
AMOUNTS: Final = ("amount", "fee", "net", "total")
Kind = Literal["sale", "refund", "chargeback", "fee", "payout", "skip"]
#: Kinds that take money from a payout.
LESS: Final = frozenset({"refund", "chargeback", "fee"})


@dataclass(frozen=True, slots=True)
class CardRow:
    """A row of a settlement: amount and fee as they move the payout (a fee is a cost, positive)."""

    kind: Kind
    word: str
    date: dt.date
    sold: dt.date | None
    amount: Decimal
    fee: Decimal
    total: Decimal | None
    number: str
    batch: str
    currency: str
    name: str
    message: str
    reference: str
    line: int


@dataclass
class Payout:
    """The rows of one payout."""

    rows: list[CardRow] = field(default_factory=list)


class CardReader:
    """Reads the rows of one file.

    Args:
        sheet: the file by its columns.
        types: what the words of the column `type` mean.
        fee_minus: whether fees are written as negative numbers.
        currency: of rows that name none.
        source: name of the source and its unit's slug, for problems.
    """

    def __init__(
        self, sheet: Sheet, types: TakingsTypes, *, fee_minus: bool, currency: str, source: tuple[str, str]
    ) -> None:
        self.sheet = sheet
        words: dict[Kind, Sequence[str]] = {
            "sale": types.sale,
            "refund": types.refund,
            "chargeback": types.chargeback,
            "fee": types.fee,
            "payout": types.payout,
            "skip": types.skip,
        }
        self.kinds = {folded_name(word): kind for kind, group in words.items() for word in group}
        self.sign = -1 if fee_minus else 1
        self.currency = currency
        self.source = source
        #: Rows that are in no payout yet.
        self.waiting = 0

    def payouts(self) -> list[Deposit]:
        """Every payout of the file.

        Raises:
            Problem: a cell, a row or a payout that doesn't hold what it must.
        """
        rows = [(row, *self.kind(row)) for row in self.sheet.rows]
        less = [row for row, kind, _ in rows if kind in LESS]
        unsigned = not any((self.sheet.amount(row, "amount") or ZERO) < 0 for row in less)
        groups: dict[tuple[str, ...], Payout] = defaultdict(Payout)
        for row, kind, word in rows:
            if kind == "skip":
                continue
            if self.sheet.has("batch") and not self.sheet.text(row, "batch"):
                self.waiting += 1
                continue
            read = self.row(row, kind, word, -1 if unsigned and kind in LESS else 1)
            key = (read.number, read.currency, read.batch or f"{read.date}")
            groups[key].rows.append(read)
        return [self.deposit(payout) for payout in groups.values()]

    def kind(self, row: Row) -> tuple[Kind, str]:
        """What a row is, and the word that says so."""
        if not self.sheet.has("type"):
            return "sale", ""
        word = self.sheet.text(row, "type")
        kind = self.kinds.get(folded_name(word))
        if kind is None:
            name, slug = self.source
            column = self.sheet.name(self.sheet.places["type"])
            raise self.sheet.table.problem(
                TakingsWord, row.line, name=name, slug=slug, word=word or '""', column=column
            )
        return kind, word

    def row(self, row: Row, kind: Kind, word: str, sign: int) -> CardRow:
        """A row's figures, checked."""
        sheet = self.sheet
        net, fee = sheet.amount(row, "net"), (sheet.amount(row, "fee") or ZERO) * self.sign
        if kind == "fee" and not sheet.amount(row, "amount"):
            amount, fee = -fee, ZERO  # a fee of its own, written where fees stand
        else:
            amount = sheet.need(row, "amount") * sign
        if net is not None and not sheet.has("fee"):
            fee = amount - net * sign
        if net is not None and amount - fee not in {net, net * sign}:
            raise sheet.table.problem(TakingsRow, row.line, amount=amount, fee=fee, computed=amount - fee, net=net)
        return CardRow(
            kind=kind,
            word=word,
            date=sheet.day(row, "date"),
            sold=sheet.day(row, "sold") if sheet.has("sold") and sheet.text(row, "sold") else None,
            amount=amount,
            fee=fee,
            total=sheet.amount(row, "total"),
            number=account_number(sheet.text(row, "number")),
            batch=sheet.text(row, "batch"),
            currency=sheet.text(row, "currency") or self.currency,
            name=sheet.text(row, "name"),
            message=sheet.text(row, "message"),
            reference=sheet.text(row, "reference"),
            line=row.line,
        )

    def deposit(self, payout: Payout) -> Deposit:
        """A payout as what the bank pays in."""
        moving = [row for row in payout.rows if row.kind != "payout"]
        stated = [row for row in payout.rows if row.kind == "payout"]
        first = payout.rows[0]
        dates = sorted({row.date for row in stated or payout.rows})
        if len(dates) > 1:
            problem = self.sheet.table.problem
            raise problem(TakingsDates, first.line, serial=first.batch or "-", one=dates[0], other=dates[-1])
        gross = sum((row.amount for row in moving), ZERO)
        fees = sum((row.fee for row in moving), ZERO)
        told = " ".join(filter(None, (first.number, first.batch)))
        found = Deposit(
            numbers=(first.number,),
            serial=first.batch,
            date=dates[0],
            amount=gross - fees,
            currency=first.currency,
            payments=tuple(payments(moving)),
            fees=fees,
            reference=first.batch,
            text=say(N_("Card payout {payout}"), payout=told or dates[0]),
            position=told or f"{dates[0]}",
            line=first.line,
            rows=sum(row.kind != "fee" for row in moving),
            told=tuple(told_of(row) for row in moving),
        )
        self.check(found, [row.amount for row in stated], [r.total for r in payout.rows if r.total is not None])
        return found

    def check(self, deposit: Deposit, stated: Iterable[Decimal], totals: Iterable[Decimal]) -> None:
        """What the file says that the payout comes to; a row of its own may say so as money that leaves the acquirer.

        Raises:
            DepositSum: its rows come to something else.
        """
        for amount in (*totals, *(one if one == deposit.amount else -one for one in stated)):
            if amount != deposit.amount:
                raise self.sheet.table.problem(
                    DepositSum,
                    deposit.line,
                    serial=deposit.serial or "-",
                    date=deposit.date,
                    gross=deposit.gross,
                    fees=deposit.fees,
                    computed=deposit.amount,
                    amount=amount,
                    difference=amount - deposit.amount,
                    currency=deposit.currency,
                )


def told_of(row: CardRow) -> tuple[object, ...]:
    """What a row says."""
    return (row.amount, row.fee, row.kind, row.sold or "", row.reference, row.name, row.message)


def payments(rows: Iterable[CardRow]) -> list[Payment]:
    """The payments of a payout: those that say who paid or for what by themselves, the others by day and kind."""
    kinds: dict[str, Literal["payment", "fee", "dispute"]] = {"chargeback": "dispute", "fee": "fee"}
    sums: dict[tuple[str, dt.date | None, str, str, str], Decimal] = {}
    for row in rows:
        kind = kinds.get(row.kind, "payment")
        said = row.message if kind == "payment" else " ".join(filter(None, (row.word, row.message)))
        key = (row.kind if kind != "payment" else "", row.sold, row.reference, row.name, said)
        sums[key] = sums.get(key, ZERO) + row.amount
    return [
        Payment(Part(amount, name, said, "", reference), day=sold, kind=kinds.get(kind, "payment"))
        for (kind, sold, reference, name, said), amount in sums.items()
    ]
