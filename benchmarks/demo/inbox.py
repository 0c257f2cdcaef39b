"""What waits in the inboxes: November's bank statements of four divisions and one file from an invoicing program.

The statements are camt.053 and begin with the balance that the books end October with; most lines meet a rule in
`unit.toml`, a few meet none and go to suspense. The other file is SIE 4E with November's invoices and payroll. All are
written by the product's own writers; the bank numbers are those of a bank that doesn't exist (999).
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from decimal import Decimal

from benchmarks.demo import cast
from benchmarks.demo.book import LAST_BOOKED, YEAR, Book, Voucher
from benchmarks.demo.profiles import PROFILES
from benchmarks.demo.rates import draw
from importers.camt.model import Balance, Detail, Entry, Statement
from importers.camt.write import write_camt053
from importers.sie.model import SieAccount, SieBalance, SieFile, SieRow, SieVoucher
from importers.sie.write import write_sie

FIRST, LAST = LAST_BOOKED + dt.timedelta(days=1), dt.date(YEAR, 11, 30)
CREATED = dt.datetime(YEAR, 12, 1, 5, 30)  # noqa: DTZ001  banks write local time without a zone
#: Divisions whose bank statement waits, with the lines of it that nothing explains.
BANKS: dict[str, tuple[tuple[int, str, str, str], ...]] = {
    "repris": ((12, "1450.00", "", "Swish butiken"), (19, "-389.00", "Autogiro Exempel", "Autogiro 20261119")),
    "syateljen": ((6, "-1125.00", "Kortköp Exempel", "Kortköp 5511"),),
    "cykelbudet": ((9, "600.00", "", "Insättning"), (24, "-275.50", "Parkering Exempel", "Kontrollavgift")),
    "stadkraft": ((17, "820.00", "Okänd avsändare", "Återbetalning"),),
}
PROGRAM = "stadkraft"


@dataclass
class Inbox:
    """A unit's `[[source]]` tables and its waiting files, by path below `inbox/`."""

    toml: str
    files: dict[str, bytes] = field(default_factory=dict)


def inboxes(books: dict[str, Book], seed: int) -> dict[str, Inbox]:
    """Inboxes by unit."""
    found = {}
    for number, slug in enumerate(BANKS, 1):
        book, account = books[slug], iban(number)
        inbox = Inbox(_bank_table(book, account))
        inbox.files[f"bank/kontoutdrag-{FIRST:%Y-%m}.xml"] = _statement(book, account, seed)
        if slug == PROGRAM:
            inbox.toml += '\n[[source]]\nname = "affarssystem"\nformat = "sie4"\n'
            inbox.files[f"affarssystem/verifikat-{FIRST:%Y-%m}.se"] = _program(book)
        found[slug] = inbox
    return found


def iban(number: int) -> str:
    """A Swedish IBAN with right check digits at bank 999, which there isn't."""
    body = f"999{number:017d}"
    check = 98 - int(f"{body}281400") % 97
    return f"SE{check:02d}{body}"


def _statement(book: Book, account: str, seed: int) -> bytes:
    rng = random.Random(f"{seed}:bank:{book.slug}")
    rows = [(v.date, v.amount(book.bank), v.payee, v.narration) for v in book.waiting() if v.amount(book.bank)]
    rows += [(dt.date(YEAR, 11, day), Decimal(amount), who, text) for day, amount, who, text in BANKS[book.slug]]
    rows = sorted(row for row in rows if FIRST <= row[0] <= LAST)
    entries = tuple(
        Entry(
            amount=amount,
            currency=book.currency,
            date=date,
            value_date=date,
            reference=f"{date:%Y%m%d}{draw(rng, 1, 9999):04d}{number:03d}",
            details=(Detail(counterparty=payee, text=text),),
        )
        for number, (date, amount, payee, text) in enumerate(rows, 1)
    )
    opening = book.balance(book.bank, FIRST)
    closing = opening + sum((entry.amount for entry in entries), Decimal(0))
    statement = Statement(
        id=f"{FIRST:%Y%m}-{book.slug}",
        account=account,
        currency=book.currency,
        balances=(Balance("OPBD", opening, book.currency, FIRST), Balance("CLBD", closing, book.currency, LAST)),
        entries=entries,
        sequence="11",
        date_from=FIRST,
        date_to=LAST,
        owner=next(member.name for member in cast.MEMBERS if member.slug == book.slug),
    )
    return write_camt053([statement], created=CREATED, message=f"{book.slug}-{FIRST:%Y%m}", version=8)


def _bank_table(book: Book, account: str) -> str:
    """The bank source with its rules: the first that fits places the other side of a line."""
    profile = next(p for p in PROFILES if p.slug == book.slug)
    rules = [
        ("text", "Betalning faktura", "in", "1510", ""),
        ("text", "Hyra", "out", "5010", 'vat = "25"'),
        ("text", "Telefoni", "out", "6210", 'vat = "25"'),
        ("text", "Bankavgift", "out", "6570", ""),
        ("text", "Löner", "out", "2821", ""),
        ("text", "Bidrag för personal", "in", "3988", ""),
    ]
    if profile.operating_grant:
        rules.append(("text", "Driftbidrag", "in", profile.operating_grant[0], ""))
    suppliers = ["Elbolaget Exempel", *dict.fromkeys(p.supplier for p in profile.purchases)]
    rules += [("counterparty", supplier, "out", "2440", "") for supplier in suppliers]
    lines = [
        "[[source]]",
        'name = "bank"',
        'format = "camt053"',
        f'account = "{book.names[book.bank]}"',
        f'bank_account = "{account}"',
        f'currency = "{book.currency}"',
    ]
    for key, value, direction, code, more in rules:
        lines += ["", "[[source.rule]]", f'{key} = "{value}"', f'direction = "{direction}"']
        lines += [f'account = "{book.names[code]}"', *([more] if more else [])]
    return "\n".join(lines) + "\n"


def _program(book: Book) -> bytes:
    """November's invoices (series K) and payroll (series L) as a SIE 4E file."""
    invoices = [v for v in book.waiting() if v.date <= LAST and v.amount("1510") > 0]
    payroll = [v for v in book.waiting() if v.date <= LAST and v.amount("7510")]
    vouchers = _series("K", invoices) + _series("L", payroll)
    sie = SieFile("cp437")
    member = next(m for m in cast.MEMBERS if m.slug == book.slug)
    sie.meta = {
        "PROGRAM": ("Exempelprogrammet", "3.1"),
        "GEN": (f"{LAST:%Y%m%d}",),
        "SIETYP": ("4",),
        "ORGNR": (cast.ORGANISATION,),
        "FNAMN": (member.name,),
        "KPTYP": ("EUBAS97",),
    }
    sie.years = {0: (dt.date(YEAR, 1, 1), dt.date(YEAR, 12, 31))}
    sie.vouchers = sorted(vouchers, key=lambda v: (v.series, v.date, v.number))
    for number, amount in sorted(sie.moved().items()):
        root, _, name = book.names[number].partition(":")
        kind = {"Assets": "T", "Liabilities": "S", "Equity": "S", "Income": "I", "Expenses": "K"}[root]
        sie.accounts[number] = SieAccount(number, name.partition("-")[2].replace("-", " "), kind)
        sie.balances.append(SieBalance("UB" if kind in "TS" else "RES", 0, number, amount))
    return write_sie(sie, checksum=True)


def _series(series: str, vouchers: list[Voucher]) -> list[SieVoucher]:
    return [
        SieVoucher(
            series,
            str(number),
            voucher.date,
            f"{voucher.payee} {voucher.narration}",
            registered=voucher.date,
            rows=tuple(SieRow(posting.code, posting.amount) for posting in voucher.postings),
        )
        for number, voucher in enumerate(vouchers, 1)
    ]
