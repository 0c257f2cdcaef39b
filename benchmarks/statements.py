"""Files of any length in every format that Sambok imports; same number, same bytes.

Each has so many lines (booked lines, movements, vouchers, payments, rows) over a year, every day some; names and texts
repeat as those of a co-op's customers do. What a bank would sign for ties: opening + lines = closing. Two thirds of the
bank lines are placed by a rule (a card terminal, a rent), the rest waits on suspense, as in a unit's first year.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

FIRST = dt.date(2025, 1, 1)
DAYS = 365
OPENING = 1_000_000_00
RULES = """\
[[source.rule]]
text = "Kort"
account = "Income:3001-Forsaljning-25"
vat = "25"
[[source.rule]]
text = "Hyra"
account = "Expenses:5010-Lokalhyra"
"""
BANK = 'account = "Assets:1930-Bank"\n'


@dataclass(frozen=True)
class Made:
    """A file, and the table of the source that takes it.

    Attributes:
        data: its bytes.
        lines: how many lines it has.
        settings: of the source, without name and format.
        currency: of the unit.
    """

    data: bytes
    lines: int
    settings: str = ""
    currency: str = "SEK"


@dataclass(frozen=True)
class Row:
    """A booked line; cents are signed."""

    number: int
    day: dt.date
    cents: int
    name: str
    text: str

    @property
    def amount(self) -> str:
        """`-12.50`."""
        return money(self.cents)


def money(cents: int, point: str = ".") -> str:
    """Hundredths as an amount."""
    return f"{'-' * (cents < 0)}{abs(cents) // 100}{point}{abs(cents) % 100:02d}"


def side_of(cents: int) -> str:
    """ISO 20022's word for money in or out."""
    return "DBIT" if cents < 0 else "CRDT"


def rows(count: int) -> Iterator[Row]:
    """Lines in the order of their days."""
    dice = random.Random(count)
    for number in range(count):
        day = FIRST + dt.timedelta(days=number * DAYS // count)
        name = f"Kund {dice.randrange(400)}"
        kind = dice.random()
        if kind < 0.6:
            yield Row(number, day, dice.randrange(1_00, 900_00), name, f"Kort {number % 97}")
        elif kind < 0.66:
            yield Row(number, day, -dice.randrange(500_00, 9_000_00), "Fastighets AB", "Hyra lokal")
        else:
            yield Row(number, day, dice.choice([1, -1]) * dice.randrange(10_00, 2_000_00), name, f"Faktura {number}")


def camt053(count: int) -> Made:
    """One statement of a year."""
    held = list(rows(count))
    closing = OPENING + sum(row.cents for row in held)

    def balance(kind: str, cents: int, day: dt.date) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='SEK'>{money(abs(cents))}</Amt>"
            f"<CdtDbtInd>{side_of(cents)}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
        )

    entries = "\n".join(
        f"<Ntry><Amt Ccy='SEK'>{money(abs(row.cents))}</Amt><CdtDbtInd>{side_of(row.cents)}</CdtDbtInd>"
        f"<Sts>BOOK</Sts><BookgDt><Dt>{row.day}</Dt></BookgDt><AddtlNtryInf>{row.name} {row.text}</AddtlNtryInf></Ntry>"
        for row in held
    )
    text = (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId>"
        "<CreDtTm>2026-01-02T08:00:00</CreDtTm></GrpHdr><Stmt><Id>S</Id><Acct><Id><IBAN>SE4550000000058398257466</IBAN>"
        f"</Id><Ccy>SEK</Ccy></Acct>{balance('OPBD', OPENING, FIRST)}{balance('CLBD', closing, held[-1].day)}\n"
        f"{entries}\n</Stmt></BkToCstmrStmt></Document>\n"
    )
    return Made(text.encode(), count, BANK + RULES)


def mt940(count: int) -> Made:
    """A statement a month."""
    parts, balance = [], OPENING
    last = FIRST - dt.timedelta(days=1)

    def told(cents: int, day: dt.date) -> str:
        return f"{'D' if cents < 0 else 'C'}{day:%y%m%d}SEK{money(abs(cents), ',')}"

    for number, (_, month) in enumerate(groupby(rows(count), key=lambda row: row.day.month), 1):
        lines = [f":20:S{number}", ":25:SE4550000000058398257466", f":28C:{number}", f":60F:{told(balance, last)}"]
        for row in month:
            mark = "D" if row.cents < 0 else "C"
            lines.append(f":61:{row.day:%y%m%d%m%d}{mark}{money(abs(row.cents), ',')}NTRFNONREF//{row.number:016d}")
            lines.append(f":86:166?00{row.text.split()[0]}?20{row.text}?32{row.name}")
            balance, last = balance + row.cents, row.day
        parts.append("\n".join([*lines, f":62F:{told(balance, last)}", "-", ""]))
    return Made("".join(parts).encode(), count, BANK + RULES)


def norma43(count: int) -> Made:
    """One account, a movement and a text a line."""
    held = list(rows(count))
    period = f"{FIRST:%y%m%d}{held[-1].day:%y%m%d}"
    records = [f"11210004180200051332{period}2{OPENING:014d}9783COOP".ljust(80)]
    for row in held:
        side = 1 if row.cents < 0 else 2
        records.append(
            f"22    0418{row.day:%y%m%d}{row.day:%y%m%d}04001{side}{abs(row.cents):014d}{row.number:010d}".ljust(80)
        )
        records.append(f"2301{row.text:<38}{row.name:<38}")
    out = [-row.cents for row in held if row.cents < 0]
    came = [row.cents for row in held if row.cents >= 0]
    closing = OPENING + sum(came) - sum(out)
    side = 1 if closing < 0 else 2
    totals = f"{len(out):05d}{sum(out):014d}{len(came):05d}{sum(came):014d}{side}{abs(closing):014d}978"
    records.append(f"33210004180200051332{totals}".ljust(80))
    records.append(f"88{'9' * 18}{len(records):06d}".ljust(80))
    return Made(("\r\n".join(records) + "\r\n").encode("latin-1"), count, BANK + RULES, "EUR")


def bank_csv(count: int) -> Made:
    """Handelsbanken's list, newest first."""
    balance, lines = OPENING, []
    for row in rows(count):
        balance += row.cents
        amounts = f"{money(row.cents, ',')};{money(balance, ',')}"
        lines.append(f"{row.day};{row.day};{row.name} {row.text};{amounts}\n")
    text = "Reskontradatum;Transaktionsdatum;Text;Belopp;Saldo\n" + "".join(reversed(lines))
    return Made(text.encode("cp1252"), count, BANK + RULES)


def mpesa(count: int) -> Made:
    """A paybill's statement, newest first."""
    balance, lines = OPENING, []
    for row in rows(count):
        balance += row.cents
        receipt = f"S{row.number:09d}"
        came, went = (row.amount, "") if row.cents >= 0 else ("", row.amount)
        when = f"{row.day} 10:{row.number // 60 % 60:02d}:{row.number % 60:02d}"
        told = f"{row.text} from 2547******26 - {row.name}"
        lines.append(f"{receipt},{when},{when},{told},Completed,{came},{went},{money(balance)}\n")
    head = (
        "Short Code:,600610\n\nReceipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,"
        "Withdrawn,Balance\n"
    )
    return Made((head + "".join(reversed(lines))).encode(), count, BANK + RULES, "KES")


def sie4(count: int) -> Made:
    """A year's books: vouchers of three rows; each row counts as a line."""
    lines = [
        "#FLAGGA 0",
        "#FORMAT PC8",
        "#SIETYP 4",
        '#FNAMN "Repris"',
        "#ORGNR 556000-0167",
        f"#RAR 0 {FIRST:%Y}0101 {FIRST:%Y}1231",
    ]
    lines += ['#KONTO 1930 "Bank"', '#KONTO 2611 "Moms"', '#KONTO 2091 "Vinst"', '#KONTO 3001 "Sålt"']
    held = list(rows(count // 3))
    sums = {"1930": 0, "2611": 0, "3001": 0}
    vouchers = []
    for row in held:
        tax = row.cents // 5
        moved = {"1930": row.cents, "2611": -tax, "3001": tax - row.cents}
        for account, cents in moved.items():
            sums[account] += cents
        trans = "".join(f"#TRANS {account} {{}} {money(cents)}\r\n" for account, cents in moved.items())
        vouchers.append(f'#VER A {row.number + 1} {row.day:%Y%m%d} "{row.name} {row.text}"\r\n{{\r\n{trans}}}\r\n')
    lines += [f"#IB 0 1930 {money(OPENING)}", f"#IB 0 2091 {money(-OPENING)}"]
    lines += [
        f"#UB 0 1930 {money(OPENING + sums['1930'])}",
        f"#UB 0 2091 {money(-OPENING)}",
        f"#UB 0 2611 {money(sums['2611'])}",
    ]
    lines.append(f"#RES 0 3001 {money(sums['3001'])}")
    return Made(("\r\n".join([*lines, ""]) + "".join(vouchers)).encode("cp437"), 3 * len(held))


def bgmax(count: int) -> Made:
    """A deposit a day."""
    records = ["01BGMAX               0120260301173035010331P".ljust(80)]
    deposits = 0
    for serial, (day, held) in enumerate(groupby(rows(count), key=lambda row: row.day), 1):
        records.append("050009912346          SEK".ljust(80))
        total, some = 0, 0
        for row in held:
            ore = abs(row.cents)
            records.append(f"200001234566{row.number + 1:>25}{ore:018d}22{row.number:012d}0".ljust(80))
            records.append(f"26{row.name:<35}".ljust(80))
            total, some = total + ore, some + 1
        account = "58410000010098".rjust(35, "0")
        records.append(f"15{account}{day:%Y%m%d}{serial:05d}{total:018d}SEK{some:08d} ")
        deposits = serial
    records.append(f"70{count:08d}{0:08d}{0:08d}{deposits:08d}".ljust(80))
    return Made(("\r\n".join(records) + "\r\n").encode("latin-1"), count)


def swish(count: int) -> Made:
    """Swedbank's report, a batch a day."""
    head = (
        f"* Swish-rapport Avser {FIRST} - {FIRST + dt.timedelta(days=DAYS - 1)} Skapad 2026-01-02 08:12 CET\n"
        "Radnr,Clnr,Kontonr,Bokfdag,Transdag,Valutadag,Mottagarnr,Mottagarnamn,Avsändarnr,Avsändarnamn,Meddelande,Tid,"
        "Belopp,Orderreferens,Batchid\n"
    )
    lines = (
        f"{row.number + 1},81059,9345678,{row.day},{row.day},{row.day},1234567890,Kafé,+46701112233,{row.name},"
        f"{row.text},10:{row.number % 60:02d},{money(abs(row.cents))},,B{row.day:%y%m%d}\n"
        for row in rows(count)
    )
    return Made((head + "".join(lines)).encode("cp1252"), count)


CARD_COLUMNS = """\
[source.takings.columns]
date = "Utbetald"
sold = "Köpdag"
batch = "Utbetalning"
amount = "Belopp"
fee = "Avgift"
net = "Netto"
"""


def card(count: int) -> Made:
    """A payout a day."""
    lines = []
    for row in rows(count):
        cents = abs(row.cents)
        fee = cents // 100
        amounts = ";".join(money(n, ",") for n in (cents, fee, cents - fee))
        lines.append(f"P-{row.day:%y%m%d};{row.day + dt.timedelta(days=1)};{row.day};{amounts}\n")
    return Made(("Utbetalning;Utbetald;Köpdag;Belopp;Avgift;Netto\n" + "".join(lines)).encode(), count, CARD_COLUMNS)


TILL_COLUMNS = """\
[source.takings.columns]
date = "Datum"
number = "Z"
sales = "Totalt"
[[source.takings.sale]]
vat = "25"
gross = "Brutto"
vat_amount = "Moms"
[[source.takings.payment]]
column = "Kort"
means = "card"
"""


def till(count: int) -> Made:
    """Z reports, several a day."""
    lines = []
    for row in rows(count):
        net = abs(row.cents) // 4 * 4
        tax = net // 4
        amounts = ";".join(money(n, ",") for n in (net + tax, net + tax, tax, net + tax))
        lines.append(f"{row.day};{row.number + 1};{amounts}\n")
    return Made(("Datum;Z;Totalt;Brutto;Moms;Kort\n" + "".join(lines)).encode(), count, TILL_COLUMNS)


def ubl(count: int) -> Made:
    """One invoice of so many lines."""
    space = "urn:oasis:names:specification:ubl:schema:xsd:"

    def party(name: str, legal: str, vat: str) -> str:
        return (
            f"<cac:{name}><cac:Party><cac:PostalAddress><cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode>"
            f"</cac:Country></cac:PostalAddress><cac:PartyTaxScheme><cbc:CompanyID>{vat}</cbc:CompanyID><cac:TaxScheme>"
            "<cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme><cac:PartyLegalEntity><cbc:RegistrationName>X AB"
            f"</cbc:RegistrationName><cbc:CompanyID>{legal}</cbc:CompanyID></cac:PartyLegalEntity></cac:Party>"
            f"</cac:{name}>"
        )

    def cash(name: str, cents: int) -> str:
        return f'<cbc:{name} currencyID="SEK">{money(cents)}</cbc:{name}>'

    scheme = "<cbc:ID>S</cbc:ID><cbc:Percent>25</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
    nets = [abs(row.cents) // 4 * 4 for row in rows(count)]
    net = sum(nets)
    tax = net // 4
    lines = "\n".join(
        f"<cac:InvoiceLine><cbc:ID>{number}</cbc:ID><cbc:InvoicedQuantity unitCode='EA'>1</cbc:InvoicedQuantity>"
        f"{cash('LineExtensionAmount', cents)}<cac:Item><cbc:Name>Vara {number % 90}</cbc:Name>"
        f"<cac:ClassifiedTaxCategory>{scheme}</cac:ClassifiedTaxCategory></cac:Item></cac:InvoiceLine>"
        for number, cents in enumerate(nets, 1)
    )
    text = (
        f'<Invoice xmlns="{space}Invoice-2" xmlns:cac="{space}CommonAggregateComponents-2" '
        f'xmlns:cbc="{space}CommonBasicComponents-2"><cbc:ID>1001</cbc:ID><cbc:IssueDate>2025-03-10</cbc:IssueDate>'
        "<cbc:DueDate>2025-04-09</cbc:DueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>"
        "<cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode>"
        f"{party('AccountingSupplierParty', '5560000167', 'SE556000016701')}"
        f"{party('AccountingCustomerParty', '5567321707', 'SE556732170701')}<cac:TaxTotal>{cash('TaxAmount', tax)}"
        f"<cac:TaxSubtotal>{cash('TaxableAmount', net)}{cash('TaxAmount', tax)}"
        f"<cac:TaxCategory>{scheme}</cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal><cac:LegalMonetaryTotal>"
        f"{cash('LineExtensionAmount', net)}"
        f"{cash('TaxExclusiveAmount', net)}{cash('TaxInclusiveAmount', net + tax)}{cash('PayableAmount', net + tax)}"
        f"</cac:LegalMonetaryTotal>\n{lines}\n</Invoice>\n"
    )
    return Made(text.encode(), count)


WRITERS: dict[str, Callable[[int], Made]] = {
    "camt053": camt053,
    "mt940": mt940,
    "norma43": norma43,
    "csv": bank_csv,
    "mpesa": mpesa,
    "sie4": sie4,
    "bgmax": bgmax,
    "swish": swish,
    "card": card,
    "till": till,
    "ubl": ubl,
}
