"""What banks hand over: camt.053, a Swedish and a Chilean bank's list, Norma 43, an M-Pesa statement, BgMax.

Each is written from the layout's description, not by the reader that shall read it (camt.053 excepted, which the
product writes itself). Lists have the newest line first, as banks give them.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from benchmarks.demo.rates import draw
from benchmarks.demo.rows import CREATED, FIRST, LAST, Row, balances
from importers.camt.model import Balance, Detail, Entry, Statement
from importers.camt.write import write_camt053

NORMA_LENGTH = 80


@dataclass(frozen=True)
class Account:
    """A bank account over the month: number, currency, what stood on it, its lines."""

    number: str
    currency: str
    opening: Decimal
    rows: Sequence[Row]


def camt(slug: str, owner: str, accounts: Iterable[Account], seed: int) -> bytes:
    """One file with the statement of each account."""
    rng = random.Random(f"{seed}:bank:{slug}")
    statements = [_statement(slug, owner, number, account, rng) for number, account in enumerate(accounts, 1)]
    return write_camt053(statements, created=CREATED, message=f"{slug}-{FIRST:%Y%m}", version=8)


def _statement(slug: str, owner: str, number: int, account: Account, rng: random.Random) -> Statement:
    entries = tuple(
        Entry(
            amount=row.amount,
            currency=account.currency,
            date=row.date,
            value_date=row.date,
            reference=f"{row.date:%Y%m%d}{draw(rng, 1, 9999):04d}{place:03d}",
            details=(
                Detail(
                    counterparty=row.who,
                    counterparty_account=row.account,
                    text=row.text,
                    reference=row.reference,
                    invoice=row.invoice,
                ),
            ),
        )
        for place, row in enumerate(account.rows, 1)
    )
    closing = account.opening + sum((entry.amount for entry in entries), Decimal(0))
    return Statement(
        id=f"{FIRST:%Y%m}-{slug}" + (f"-{number}" if number > 1 else ""),
        account=account.number,
        currency=account.currency,
        balances=(
            Balance("OPBD", account.opening, account.currency, FIRST),
            Balance("CLBD", closing, account.currency, LAST),
        ),
        entries=entries,
        sequence="11",
        date_from=FIRST,
        date_to=LAST,
        owner=owner,
    )


def swedbank(account: Account) -> bytes:
    """Swedbank's list of transactions for companies; `account.number` is clearing number and account."""
    clearing, number = account.number.split("-")
    out = io.StringIO()
    out.write(f"* Transaktioner Period {FIRST} – {LAST} Skapad {CREATED:%Y-%m-%d %H:%M} CET\r\n")
    out.write("Radnr,Clnr,Kontonr,Produkt,Valuta,Bokfdag,Transdag,Valutadag,Referens,Text,Belopp,Saldo\r\n")
    told = list(zip(account.rows, balances(account.opening, account.rows), strict=True))
    writer = csv.writer(out)
    for place, (row, balance) in enumerate(reversed(told), 1):
        head = (place, clearing, number, "Företagskonto", account.currency, row.date, row.date, row.date)
        text = " ".join(dict.fromkeys(filter(None, (row.who, row.text))))
        writer.writerow((*head, row.reference, text, row.amount, balance))
    return out.getvalue().encode("cp1252")


def cartola(account: Account) -> bytes:
    """A Chilean bank's list: day before month, points between thousands, columns for money in and out."""
    out = io.StringIO()
    out.write("Fecha;Descripción;Documento;Cargos;Abonos;Saldo\r\n")
    writer = csv.writer(out, delimiter=";")
    told = list(zip(account.rows, balances(account.opening, account.rows), strict=True))
    for row, balance in reversed(told):
        ways = (_points(-row.amount), "") if row.amount < 0 else ("", _points(row.amount))
        text = " ".join(filter(None, (row.text, row.who)))
        writer.writerow((f"{row.date:%d/%m/%Y}", text, row.reference, *ways, _points(balance)))
    return out.getvalue().encode("cp1252")


def _points(amount: Decimal) -> str:
    return f"{amount:,.0f}".replace(",", ".")


def norma43(bank: str, branch: str, account: Account) -> bytes:
    """Norma 43: account (11), movements (22) with their texts (23), end of account (33) and of file (88)."""

    def money(amount: Decimal) -> str:
        return f"{2 if amount >= 0 else 1}{abs(amount) * 100:014.0f}"

    def record(text: str) -> str:
        assert len(text) <= NORMA_LENGTH, text
        return f"{text:<{NORMA_LENGTH}}"

    whose = f"{bank}{branch}{account.number}"
    lines = [record(f"11{whose}{FIRST:%y%m%d}{LAST:%y%m%d}{money(account.opening)}9783{'REUSA EJEMPLO':<26}")]
    for place, row in enumerate(account.rows, 1):
        day = f"{row.date:%y%m%d}"
        concept = "04" if row.amount < 0 else "02"
        lines.append(
            record(
                f"22    {branch}{day}{day}{concept}000{money(row.amount)}{place:010}{'0' * 12}{row.reference[:16]:<16}"
            )
        )
        lines.append(record(f"2301{row.text[:38]:<38}{row.who[:38]:<38}"))
    out = [row.amount for row in account.rows if row.amount < 0]
    came = [row.amount for row in account.rows if row.amount > 0]
    closing = account.opening + sum((row.amount for row in account.rows), Decimal(0))
    sums = "".join(f"{len(some):05}{abs(sum(some, Decimal(0))) * 100:014.0f}" for some in (out, came))
    lines.append(record(f"33{whose}{sums}{money(closing)}978"))
    lines.append(record(f"88{'9' * 18}{len(lines):06}"))
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1")


def mpesa(name: str, account: Account) -> bytes:
    """The organisation portal's statement of a paybill; one payment of it failed."""
    out = io.StringIO()
    writer = csv.writer(out)
    period = f"{FIRST:%d-%m-%Y} - {LAST:%d-%m-%Y}"
    writer.writerows([("Organization Name:", name), ("Short Code:", account.number), ("Time Period:", period), ()])
    writer.writerow(
        "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Balance,Balance Confirmed,"
        "Other Party Info,A/C No.".split(",")
    )
    told = list(zip(account.rows, balances(account.opening, account.rows), strict=True))
    for place, (row, balance) in reversed(list(enumerate(told, 1))):
        time = dt.datetime.combine(row.date, dt.time(9, place))
        payer = f"2547****0{row.who[-2:]} - {row.who}" if row.who.startswith("MEMBER") else row.who
        ways = (f"{row.amount:,}", "") if row.amount > 0 else ("", f"{row.amount:,}")
        receipt = f"TKB{place:03}DEMO"
        writer.writerow((receipt, time, row.text, "Completed", *ways, f"{balance:,}", "true", payer, row.reference))
        if place == 1:
            failed = ("TKB000DEMO", dt.datetime.combine(row.date, dt.time(8, 55)), row.text, "Failed")
            writer.writerow((*failed, f"{row.amount:,}", "", f"{account.opening:,}", "true", payer, row.reference))
    return out.getvalue().encode()


@dataclass(frozen=True)
class Giro:
    """A payment to a bankgiro number: OCR number, or none, with the payer's name and text."""

    amount: Decimal
    ocr: str
    name: str
    text: str = ""


def bgmax(number: str, account: str, deposits: Sequence[tuple[dt.date, str, Sequence[Giro]]]) -> bytes:
    """BgMax, payments received: each deposit is a day, its serial number and its payments."""
    lines = [f"01{'BGMAX':<20}01{CREATED:%Y%m%d%H%M%S}000000P"]
    count = 0
    for date, serial, payments in deposits:
        lines.append(f"05{number:>010}{'':<10}SEK")
        for paid in payments:
            count += 1
            code = "2" if paid.ocr else "0"
            lines.append(f"20{'0' * 10}{paid.ocr:>25}{paid.amount * 100:018.0f}{code}2{f'{date:%y%m%d}{count:06}'}0")
            lines += [f"25{paid.text}"] if paid.text else []
            lines.append(f"26{paid.name}")
        total = sum((paid.amount for paid in payments), Decimal(0))
        lines.append(f"15{account:>035}{date:%Y%m%d}{serial:>5}{total * 100:018.0f}SEK{len(payments):08}")
    lines.append(f"70{count:08}{0:08}{0:08}{len(deposits):08}")
    return "".join(f"{line:<80}\r\n" for line in lines).encode("latin-1")
