"""What waits in the inboxes: November as banks, tills, acquirers and invoicing programs hand it over.

Statements begin with the balance that the books end October with. Most lines meet a rule in `unit.toml` or what is open
in the books; a few meet neither and wait for a person. Lines come from the vouchers that the generator has for
November; dealings between units wait for both sides, but for the one that two units invoice each other electronically.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from benchmarks.demo import banks, cast, einvoices, sources, takings
from benchmarks.demo.banks import Account, Giro
from benchmarks.demo.book import YEAR, Book, Voucher
from benchmarks.demo.divisions import SAVING, kr
from benchmarks.demo.group import WALLET, sheets
from benchmarks.demo.profiles import PROFILES
from benchmarks.demo.rows import FIRST, LAST, Row, bank_day, bankgiro, by_day, iban, november, rows_of, waiting
from importers.norma43.account import iban as spanish_iban
from importers.sie.model import SieAccount, SieBalance, SieFile, SieRow, SieVoucher
from importers.sie.write import write_sie

#: Divisions whose bank sends camt.053, with the lines of it that nothing explains.
CAMT: dict[str, tuple[Row, ...]] = {
    "repris": (
        Row(november(12), kr(1450), "", "Swish butiken"),
        Row(november(19), kr(-389), "Autogiro Exempel", "Autogiro 20261119"),
    ),
    "syateljen": (Row(november(6), kr(-1125), "Kortköp Exempel", "Kortköp 5511"),),
    "cykelbudet": (
        Row(november(9), kr(600), "", "Insättning"),
        Row(november(24), kr("-275.50"), "Parkering Exempel", "Kontrollavgift"),
    ),
    "stadkraft": (),
}
IBANS = {slug: iban(number) for number, slug in enumerate(CAMT, 1)}
assert IBANS["cykelbudet"] == einvoices.SOLD.account
assert IBANS["repris"] == einvoices.BUYER_ACCOUNT
#: The division that puts money aside, in an account that its bank's file has, too.
SAVER, SAVINGS = "syateljen", iban(5)
#: The division whose invoices come from another program, and are paid through bankgiro.
PROGRAM, GIRO = "stadkraft", bankgiro(2)
CAFE = "kafe-angen"
CAFE_ACCOUNT = "9991-1234567"
SPANISH = ("9999", "0001", "0000000012")
PAYBILL = "900001"


@dataclass
class Inbox:
    """A unit's `[[source]]` tables and its waiting files, by path below `inbox/`."""

    toml: str
    files: dict[str, bytes] = field(default_factory=dict)


def inboxes(books: dict[str, Book], seed: int) -> dict[str, Inbox]:
    """Inboxes by unit."""
    found = {slug: _camt(books[slug], seed) for slug in CAMT}
    found[CAFE] = _cafe(books[CAFE], seed)
    found[cast.SPAIN.slug] = _spain(books[cast.SPAIN.slug])
    found[cast.CHILE.slug] = _chile(books[cast.CHILE.slug])
    found[cast.KENYA.slug] = _kenya(books[cast.KENYA.slug], seed)
    return found


def _account(book: Book, number: str, rows: Sequence[Row], code: str = "") -> Account:
    return Account(number, book.currency, book.balance(code or book.bank, FIRST), rows)


def _camt(book: Book, seed: int) -> Inbox:
    """A division with a camt.053 statement, and what else comes to it."""
    slug = book.slug
    inbox = Inbox(sources.bank(book, "camt053", IBANS[slug]))
    more = [*CAMT[slug], *einvoices.bank_rows(slug)]
    rows = rows_of(book, more)
    accounts = [_account(book, IBANS[slug], rows)]
    if slug == SAVER:
        accounts = _saved(book, rows)
        inbox.toml += sources.plain("sparkonto", "camt053", book.names["1940"], SAVINGS)
    if slug == PROGRAM:
        deposits = _deposits(book)
        accounts = [_account(book, IBANS[slug], _paid_in(rows, deposits))]
        inbox.files[f"bankgiro/inbetalningar-{FIRST:%Y-%m}.txt"] = banks.bgmax(GIRO, "99900000004", deposits)
        inbox.files[f"affarssystem/verifikat-{FIRST:%Y-%m}.se"] = _program(book)
        inbox.toml += sources.giro(GIRO) + sources.program()
    owner = next(member.name for member in cast.MEMBERS if member.slug == slug)
    inbox.files[f"bank/kontoutdrag-{FIRST:%Y-%m}.xml"] = banks.camt(slug, owner, accounts, seed)
    invoices = einvoices.files(slug)
    inbox.files |= {f"efaktura/{name}": data for name, data in invoices.items()}
    inbox.toml += sources.invoices(book) if invoices else ""
    return inbox


def _saved(book: Book, rows: Sequence[Row]) -> list[Account]:
    """Both accounts of the division that puts money aside: each shows its own side, with the other's number."""
    here = [replace(row, account=SAVINGS) if row.text == SAVING else row for row in rows]
    there = [replace(row, account=IBANS[book.slug]) for row in rows_of(book, code="1940")]
    return [_account(book, IBANS[book.slug], here), _account(book, SAVINGS, there, "1940")]


# --- invoices from a program, paid through bankgiro


def _is_payment(voucher: Voucher) -> bool:
    return voucher.amount("1510") < 0 and bool(voucher.quoted)


def _deposits(book: Book) -> list[tuple[dt.date, str, list[Giro]]]:
    """Each payment its deposit. The last but one holds about half of a late invoice, too; the last quotes nothing."""
    paid = [v for v in waiting(book) if _is_payment(v)]
    late = next((v for v in book.waiting() if v.date > LAST and _is_payment(v)), None)
    found = []
    for place, voucher in enumerate(paid, 1):
        silent = place == len(paid)
        payments = [
            Giro(
                voucher.amount(book.bank),
                "" if silent else voucher.quoted,
                voucher.payee,
                "Städning oktober" if silent else "",
            )
        ]
        if late and place == len(paid) - 1:
            payments.append(Giro(kr(late.amount(book.bank) // 2000 * 1000), late.quoted, late.payee))
        found.append((bank_day(voucher.date), f"{100 + place:05}", payments))
    return found


def _paid_in(rows: Iterable[Row], deposits: Iterable[tuple[dt.date, str, list[Giro]]]) -> list[Row]:
    """The statement's lines: deposits instead of the payments that they are made of."""
    kept = [row for row in rows if not (row.reference and row.amount > 0)]
    return by_day(
        [
            *kept,
            *(
                Row(date, sum((p.amount for p in paid), Decimal(0)), "Bankgirot", f"Bankgiroinsättning {serial}")
                for date, serial, paid in deposits
            ),
        ]
    )


def _program(book: Book) -> bytes:
    """November's invoices (series K) and payroll (series L) as a SIE 4E file; invoices name customer and number."""
    invoices = [v for v in waiting(book) if v.amount("1510") > 0]
    payroll = [v for v in waiting(book) if v.amount("7510")]
    names = list(dict.fromkeys(v.payee for v in invoices))
    customers = {name: str(100 + number) for number, name in enumerate(names, 1)}
    vouchers = _series("K", invoices, customers) + _series("L", payroll, {})
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
    sie.dimensions = {"8": "Kund", "10": "Faktura"}
    sie.objects = {("8", number): name for name, number in customers.items()}
    sie.objects |= {("10", _number(v)): v.narration for v in invoices}
    sie.vouchers = sorted(vouchers, key=lambda v: (v.series, v.date, v.number))
    for number, amount in sorted(sie.moved().items()):
        root, _, name = book.names[number].partition(":")
        kind = {"Assets": "T", "Liabilities": "S", "Equity": "S", "Income": "I", "Expenses": "K"}[root]
        sie.accounts[number] = SieAccount(number, name.partition("-")[2].replace("-", " "), kind)
        sie.balances.append(SieBalance("UB" if kind in "TS" else "RES", 0, number, amount))
    return write_sie(sie, checksum=True)


def _number(voucher: Voucher) -> str:
    return voucher.narration.split()[1]


def _series(series: str, vouchers: Iterable[Voucher], customers: dict[str, str]) -> list[SieVoucher]:
    return [
        SieVoucher(
            series,
            str(number),
            voucher.date,
            f"{voucher.payee} {voucher.narration}",
            registered=voucher.date,
            rows=tuple(
                SieRow(
                    posting.code,
                    posting.amount,
                    (("8", customers[voucher.payee]), ("10", _number(voucher))) if posting.code == "1510" else (),
                )
                for posting in voucher.postings
            ),
        )
        for number, voucher in enumerate(vouchers, 1)
    ]


# --- the café, and the units abroad


def _cafe(book: Book, seed: int) -> Inbox:
    days = takings.days_of(next(p for p in PROFILES if p.slug == CAFE), seed)
    unknown = Row(november(16), kr(-249), "Kortköp, Exempelbutiken", "")
    rows = rows_of(book, [*takings.bank_rows(days), unknown])
    month = f"{FIRST:%Y-%m}.csv"
    files = {
        f"bank/transaktioner-{month}": banks.swedbank(_account(book, CAFE_ACCOUNT, rows)),
        f"kassa/z-rapporter-{month}": takings.till_report(days),
        f"kort/utbetalningar-{month}": takings.card_report(days),
        f"swish/swish-{month}": takings.swish_report(CAFE_ACCOUNT, days),
    }
    return Inbox(sources.bank(book, "csv", CAFE_ACCOUNT) + takings.TOML, files)


def _spain(book: Book) -> Inbox:
    unknown = Row(november(19), kr(65), "", "Bizum recibido")
    rows = rows_of(book, [unknown])
    data = banks.norma43(*SPANISH[:2], _account(book, SPANISH[2], rows))
    toml = sources.spanish(book, spanish_iban(*SPANISH), {v.narration: v for v in waiting(book)})
    return Inbox(toml, {f"banco/extracto-{FIRST:%Y-%m}.txt": data})


def _chile(book: Book) -> Inbox:
    data = banks.cartola(_account(book, "", rows_of(book)))
    toml = sources.chilean(book, "000-00000-01", {v.narration: v for v in waiting(book)})
    return Inbox(toml, {f"banco/cartola-{FIRST:%Y-%m}.csv": data})


def _kenya(book: Book, seed: int) -> Inbox:
    unknown = Row(november(20), kr(350), "MEMBER 07", "Pay Bill Online", reference="KIKOMBE")
    rows = rows_of(book, [unknown], code=WALLET)
    name = cast.KENYA.name
    return Inbox(
        sources.kenyan(book, PAYBILL),
        {
            f"mpesa/mpesa-{FIRST:%Y-%m}.csv": banks.mpesa(name, _account(book, PAYBILL, rows, WALLET)),
            **{f"meeting/{file}": text.encode() for file, text in sheets(book, seed).items()},
        },
    )
