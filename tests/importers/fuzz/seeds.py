"""Whole files of every format, small ones, and the units that they are for: what the damaged ones are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.importers.bgmax.files import deposit, end, paid, section, start, text, whole
from tests.importers.bgmax.files import name as payer
from tests.importers.takings.day import CARD, SWISH, Z
from tests.importers.takings.day import UNIT as UNIT_OF_THE_DAY
from tests.importers.ubl.build import REPRIS, SELLER, change, invoice, line
from tests.loans.books import DECISION, GROUP, MEETING_1, NK26

UNIT = """\
name = "Repris"
code = "REPRIS"
entity = "legal_entity"
{kind}
organisation_number = "{number}"
currency = "{currency}"
"""
SOURCE = """\
[[source]]
name = "s"
format = "{format}"
{settings}
"""
BUSINESS = 'chart = "bas"\ncountry = "SE"'
BANK = 'account = "Assets:1930-Bank"'
ACCOUNTS = """\
2000-01-01 open Assets:1510-Kundfordringar
2000-01-01 open Assets:1930-Bank
2000-01-01 open Equity:2091-Balanserat-resultat
2000-01-01 open Expenses:4000-Inkop
2000-01-01 open Assets:1910-Kassa
2000-01-01 open Expenses:5010-Lokalhyra
2000-01-01 open Income:3001-Forsaljning-25
2000-01-01 open Liabilities:2440-Leverantorsskulder
2000-01-01 open Liabilities:2611-Utgaende-moms-25
2000-01-01 open Liabilities:2641-Ingaende-moms
2000-01-01 open Liabilities:2999-Observationskonto
"""
#: Samples above this size make every case slow, and say nothing that smaller ones don't.
LARGEST = 13_000


@dataclass(frozen=True)
class Seed:
    """A file.

    Attributes:
        name: for the report.
        format: as in `unit.toml`.
        data: its bytes.
        settings: further lines of the source's table.
        currency: of the unit.
        number: its organisation number.
        rows: the format can't tell a file that was cut exactly between two of its rows (statements, vouchers): such a
            file may give a part of the entries. Else it gives all of them, or none.
        book: entries that the books hold before it comes.
        kind: of the unit: its chart, and whether it is combined.
        policy: what the federation has decided; the same for all seeds of a format.
        sums: likewise, and rows are summed into one entry without a total that tells: it may be smaller.
    """

    name: str
    format: str
    data: bytes
    settings: str = BANK
    currency: str = "SEK"
    rows: bool = False
    sums: bool = False
    number: str = "556000-0167"
    book: str = ""
    kind: str = BUSINESS
    policy: str = ""

    @property
    def unit(self) -> str:
        """Its `unit.toml`."""
        source = SOURCE.format(format=self.format, settings=self.settings)
        return UNIT.format(currency=self.currency, number=self.number, kind=self.kind) + source


def seeds_of(name: str, samples: Path | None) -> list[Seed]:
    """Every seed of a format: own ones, and the samples where they are."""
    own = list(SEEDS[name]())
    if samples is not None:
        own += SAMPLES.get(name, lambda _: iter(()))(samples)
    found = [seed for seed in own if len(seed.data) <= LARGEST]
    assert len({seed.name for seed in found}) == len(found), name
    return found


# MT940

MT940 = """\
:20:A
:25:SE4550000000058398257466
:28C:3/1
:60F:C260228SEK1000,00
:61:2603020302D250,50NTRFF-1001//B1
/OCMT/EUR22,10/
:86:166?00HYRA?20EREF+X?21SVWZ+Hyra mars?30SWEDSESS?31SE35?32Anna Berg
:61:2603310331RC99,NTRFNONREF
:86:/NAME/Kund 17/REMI/Ordersedel/
:62F:C260331SEK650,50
:64:C260331SEK650,50
-
:20:A
:25:SE4550000000058398257466
:28C:4/1
:60F:C260331SEK650,50
:61:2604010401C10,NTRFNONREF
:86:Swish Ängö
 2
:62M:C260401SEK660,50
-
:20:A
:25:SE4550000000058398257466
:28C:4/2
:60M:C260401SEK660,50
:61:260405D0,50NMSC
:62F:C260430SEK660,00
-
"""
BLOCKS = "{1:F01AAAASESSAXXX0000000000}{2:O9401200260331BBBBSESSAXXX00000000002603311200N}{4:\r\n"


def mt940() -> Iterator[Seed]:
    """Two statements, the second one of two pages; one in SWIFT's blocks."""
    yield Seed("two statements", "mt940", MT940.encode(), rows=True)
    single = MT940[: MT940.index("-\n")].replace("\n", "\r\n")
    yield Seed("in blocks", "mt940", f"{BLOCKS}{single}-}}\r\n".encode("cp850"))


def mt940_samples(samples: Path) -> Iterator[Seed]:
    for name, currency in (("jejik_generic", "EUR"), ("self-provided_raiffeisen-cmi", "HUF")):
        data = (samples / f"sweden/mt940/{name}.sta").read_bytes()
        yield Seed(name, "mt940", data, currency=currency, rows=True)


# Norma 43

NORMA43 = (
    f"112100041802000513322603012603312{100000:014d}9783COOP EJEMPLO SCCL",
    f"22    0418260302260301030011{25050:014d}{77:010d}{0:012d}F-1001",
    f"2301{'ALQUILER MARZO':<38}INMOBILIARIA DEL SUR",
    f"22    0418260331260401020012{9900:014d}{0:010d}{0:012d}{0:016d}",
    f"2301{'TRANSFERENCIA DE':<38}ANA PÉREZ",
    f"2401840{10850:014d}",
    f"33210004180200051332{1:05d}{25050:014d}{1:05d}{9900:014d}2{84850:014d}978",
    "88999999999999999999000007",
)


def norma43() -> Iterator[Seed]:
    """1000.00 - 250.50 + 99.00 = 848.50."""
    data = "\r\n".join(row.ljust(80) for row in NORMA43) + "\r\n"
    yield Seed("one account", "norma43", data.encode("latin-1"), currency="EUR")
    yield Seed("trimmed", "norma43", "\n".join(NORMA43).encode(), currency="EUR")


# camt.053

CAMT = """\
<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>1</MsgId><CreDtTm>2026-03-31T18:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><ElctrncSeqNb>3</ElctrncSeqNb><Acct><Id><IBAN>SE4550000000058398257466</IBAN></Id><Ccy>SEK</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="SEK">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-03-01</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="SEK">848.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-03-31</Dt></Dt></Bal>
<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>
<Ntry><Amt Ccy="SEK">250.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>
<ValDt><Dt>2026-03-01</Dt></ValDt><AcctSvcrRef>B1</AcctSvcrRef><AddtlNtryInf>Hyra åäö</AddtlNtryInf></Ntry>
<Ntry><Amt Ccy="SEK">99.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-31</Dt></BookgDt>
<NtryDtls><TxDtls><AmtDtls><TxAmt><Amt Ccy="SEK">40.00</Amt></TxAmt></AmtDtls><RmtInf><Ustrd>Kund 1</Ustrd></RmtInf>
</TxDtls>
<TxDtls><AmtDtls><TxAmt><Amt Ccy="SEK">59.00</Amt></TxAmt></AmtDtls><RltdPties><Dbtr><Nm>Anna</Nm></Dbtr></RltdPties>
<RmtInf><Strd><CdtrRefInf><Ref>1234567897</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""


def camt() -> Iterator[Seed]:
    """1000.00 - 250.50 + 99.00 = 848.50, one line of two payments."""
    yield Seed("one statement", "camt053", CAMT.encode())


def camt_samples(samples: Path) -> Iterator[Seed]:
    for name, currency in (
        ("business_sample_v04", "SEK"),
        ("erpnext_sweden_handelsbanken_v02", "SEK"),
        ("genkgo_camt053.v2.multi.statement", "EUR"),
        ("be_daily_2024-03-11", "EUR"),
    ):
        yield Seed(name, "camt053", (samples / f"sweden/camt053/{name}.xml").read_bytes(), currency=currency)


# SIE 4

SIE = """\
#FLAGGA 0
#PROGRAM "Sambok" 1
#FORMAT PC8
#GEN 20260401
#SIETYP 4
#FNAMN "Repris"
#ORGNR 556000-0167
#RAR 0 20260101 20261231
#KONTO 1930 "Bank"
#KONTO 2091 "Balanserad vinst"
#KONTO 3001 "Försäljning"
#KONTO 6110 "Papper & annat"
#IB 0 1930 1000.00
#IB 0 2091 -1000.00
#UB 0 1930 1150.00
#UB 0 2091 -1000.00
#RES 0 6110 100.00
#RES 0 3001 -250.00
#VER A 1 20260105 "Papper" 20260107 "anna"
{
#TRANS 1930 {} -100.00
#TRANS 6110 {1 "10" 6 "P7"} 100.00
}
#VER B 1 20260201 "Sålt"
{
#TRANS 1930 {} 250.00
#TRANS 3001 {} -250.00 20260201 "rad" 2
}
"""
SIE_4I = """\
#FLAGGA 0
#SIETYP 4
#FNAMN "Repris"
#VER "" "" 20260105 "Lön"
{
#TRANS 7010 {} 300.00
#TRANS 2710 {} -100.00
#TRANS 1930 {} -200.00
}
#VER "" "" 20260205 "Lön"
{
#TRANS 7010 {} 300.00
#TRANS 1930 {} -300.00
}
"""


def sie() -> Iterator[Seed]:
    """A year's books, and vouchers for another program."""
    yield Seed("4E", "sie4", SIE.encode("cp437"), settings="")
    yield Seed("4I", "sie4", SIE_4I.encode("cp437"), settings="", rows=True)


def sie_samples(samples: Path) -> Iterator[Seed]:
    rows = dict.fromkeys(("bl_administration_4I.si", "fortnox_3_57_4I_cp437.se", "visma_fakturering_4I.si"), True)
    rows |= {"real09_4I.si": True, "barsoom_min_cp437.se": False, "visma_eekonomi_2011_4E.se": False}
    for file, by_vouchers in rows.items():
        content = (samples / "sweden/sie" / file).read_bytes()
        match = re.search(rb"#ORGNR\s+\"?([0-9]{6}-?[0-9]{4})", content)
        number = match[1].decode() if match else "556000-0167"
        yield Seed(file, "sie4", content, settings="", rows=by_vouchers, number=number)


# BgMax


def bgmax() -> Iterator[Seed]:
    """1100.00 + 250.00 - 125.00 = 1225.00 in one deposit."""
    records = [start(), section(), paid(110000, "650861"), text("Faktura 1001, tack"), payer("Berits Garn")]
    records += [paid(25000, "1002", sender="1234566", serial="12")]
    records += [paid(12500, "1003", record="21", sender="1234566", serial="13"), deposit(122500, 3), end(2, 1)]
    yield Seed("one deposit", "bgmax", whole(*records), settings="")


def bgmax_samples(samples: Path) -> Iterator[Seed]:
    for name in ("minimal.txt", "multipayment_utf8.txt", "bgmaxfil4.txt", "bankgirot_exempel_ocr_latin1.txt"):
        yield Seed(name, "bgmax", (samples / "sweden/bgmax" / name).read_bytes(), settings="")


# CSV of banks

CSV = """\
Datum;Text;Ut;In;Saldo
2026-03-02;Hyra mars;250,50;;749,50
2026-03-15;"Kund 17; tack";;99,00;848,50
2026-03-31;Avgift;3,00;;845,50
"""
COLUMNS = """\
[source.csv.columns]
date = "Datum"
text = "Text"
money_in = "In"
money_out = "Ut"
balance = "Saldo"
"""


#: Newest first, with its period: cut off anywhere, it no longer begins with what the books have.
OF_A_PERIOD = """\
Periodo;2026-03-01;2026-03-31
Datum;Text;Ut;In;Saldo
2026-03-31;Avgift;3,00;;845,50
2026-03-15;"Kund 17; tack";;99,00;848,50
2026-03-02;Hyra mars;250,50;;749,50
"""
OPENED = """\
2026-01-01 * "Ingående balans"
  Assets:1930-Bank  1000.00 SEK
  Equity:2091-Balanserat-resultat  -1000.00 SEK
"""


def csv() -> Iterator[Seed]:
    """A described bank's lists: oldest first, and of a period."""
    declared = COLUMNS.replace("[source.csv.columns]", '[source.csv]\nperiod = "Periodo"\n[source.csv.columns]')
    yield Seed("of a period", "csv", OF_A_PERIOD.encode(), settings=f"{BANK}\n{declared}", book=OPENED)
    yield Seed("described", "csv", CSV.encode(), settings=f"{BANK}\n{COLUMNS}", rows=True)


def csv_samples(samples: Path) -> Iterator[Seed]:
    for path in sorted((samples / "sweden/bankcsv").glob("*.csv")):
        of_a_period = path.stem.startswith("swedbank")  # it opens with 1000.00
        book = OPENED if of_a_period else ""
        yield Seed(path.stem, "csv", path.read_bytes(), rows=not of_a_period, book=book)


# Electronic invoices


def ubl() -> Iterator[Seed]:
    """A sale, a purchase in part deducted, a credit note."""
    lines = (line(), line("Kaffe", "50.00", "12"))
    yield Seed("sale", "ubl", invoice(*lines, changes=(change("10.00", charge=True),), rounding="0.50"), settings="")
    yield Seed("purchase", "ubl", invoice(line(cost="4000"), seller=SELLER, buyer=REPRIS, prepaid="25.00"), settings="")
    yield Seed("credit note", "ubl", invoice(kind="CreditNote"), settings="")


# M-Pesa

MPESA = """\
Short Code:,600610
Time Period:,11-02-2026 - 13-02-2026

Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,Withdrawn,Balance
TFB1AA1BC5,13-02-2026 10:02:11,13-02-2026 10:02:11,Pay Bill from 2547******26 - ANNA,Completed,500.00,,1466.00
TFB1AA1BC4,12-02-2026 09:00:00,12-02-2026 09:00:00,Business Payment Charge,Completed,,-34.00,966.00
TFB1AA1BC3,12-02-2026 08:58:02,12-02-2026 08:58:02,Pay Bill from 2547******91 - BO,Failed,250.00,,1000.00
TFB1AA1BC2,11-02-2026 12:00:00,11-02-2026 12:00:00,Pay Bill from 2547******91 - BO,Completed,"1,000.00",,1000.00
"""


def mpesa() -> Iterator[Seed]:
    """0 + 1000.00 - 34.00 + 500.00 = 1466.00; one payment failed. Cut off, it doesn't join the books."""
    book = OPENED.replace("1000.00 SEK", "0.00 KES")
    yield Seed("newest first", "mpesa", MPESA.encode(), currency="KES", book=book)


def mpesa_samples(samples: Path) -> Iterator[Seed]:
    for name in ("paybill", "personal"):
        data = (samples / f"vsla/mpesa-{name}-statement.SYNTHETIC.csv").read_bytes()
        yield Seed(name, "mpesa", data, currency="KES", rows=True)


# Callbacks of M-Pesa

CALL = (
    '{"TransactionType":"Pay Bill","TransID":"SB%02dAB12CD","TransTime":"202602%02d103200","TransAmount":"%s",'
    '"BusinessShortCode":"600610","BillRefNumber":"NK26-L01","InvoiceNumber":"","OrgAccountBalance":"25.00",'
    '"ThirdPartyTransID":"","MSISDN":"2547*****126","FirstName":"ANNA","MiddleName":"","LastName":"N"}'
)
CALLED = 'account = "Assets:1910-Kassa"\nbank_account = "600610"'


def daraja() -> Iterator[Seed]:
    """Three in a file, one a line; one of which a file is made of, on several lines."""
    three = "\n".join(CALL % row for row in ((1, 11, "500.00"), (2, 11, "1200.00"), (3, 12, "5.50")))
    yield Seed("lines", "daraja", f"{three}\n".encode(), CALLED, currency="KES", rows=True)
    one = (CALL % (4, 13, "75")).replace(",", ",\n ").replace("{", "{\n ")
    yield Seed("one", "daraja", one.encode(), CALLED, currency="KES")


def daraja_samples(samples: Path) -> Iterator[Seed]:
    data = (samples / "vsla/daraja-c2b-confirmation.json").read_bytes()
    yield Seed("confirmation", "daraja", data, CALLED.replace("600610", "600966"), currency="KES")


# Meeting sheets

HEAD = "group,NK26,meeting,5,date,2026-02-11,counted_loan_fund,530,counted_social_fund,20"
SHEET = f"""\
{HEAD}
member,present,shares,social,fine,repaid,charge,new_loan,months,note
Anna,1,0,10,0,300,30,,,
Bo,1,0,10,0,,,,,
"""
#: 200 in the box, 330 repaid, 300 for shares, 50 in fines, 400 lent: 480.
SHEET_5 = """\
\ufeffgroup;NK26;meeting;5;date;2026-02-11;counted_loan_fund;480,00;counted_social_fund;20,50
member;present;shares;social;fine;repaid;charge;new_loan;months;note
"Anna";1;2;10,00;50;300,00;30,00;;;"late; again"
Bo;1;1;10,50;;;;400;2;
"""


def meeting() -> Iterator[Seed]:
    """The second meeting of Anna and Bo, whose box held 200."""
    kind = 'chart = "vsla"\ncombine = false'
    more = {
        "settings": "",
        "book": GROUP["accounts"] + MEETING_1,
        "kind": kind,
        "policy": DECISION + NK26.replace("kikundi", "u0"),
    }
    yield Seed("repaid", "meeting", SHEET.encode(), **more)
    yield Seed("decimal comma", "meeting", SHEET_5.replace("\n", "\r\n").encode(), **more)


def meeting_samples(samples: Path) -> Iterator[Seed]:
    (own, _) = meeting()
    yield replace(own, name="sample", data=(samples / "vsla/meeting-2026-02-11.csv").read_bytes())


# Takings


def _settings(name: str) -> str:
    """What the café's unit.toml says of one of its sources."""
    table = next(t for t in UNIT_OF_THE_DAY.split("[[source]]")[1:] if f'name = "{name}"' in t)
    return "\n".join(row for row in table.splitlines()[1:] if not row.startswith(("name =", "format =")))


def swish() -> Iterator[Seed]:
    yield Seed("swedbank", "swish", SWISH.encode("cp1252"), settings="", sums=True)
    for path in sorted((Path(__file__).parents[1] / "takings/files").glob("swish-*.csv")):
        yield Seed(path.stem, "swish", path.read_bytes(), settings="")


def card() -> Iterator[Seed]:
    yield Seed("payout", "card", CARD.encode(), settings=_settings("kort"), sums=True)
    rows = CARD.splitlines()
    totals = "".join(f"{row};{'Summa' if not n else '891,00'}\n" for n, row in enumerate(rows))
    yield Seed("payout with its total", "card", totals.encode(), settings=f'{_settings("kort")}\ntotal = "Summa"')


def till() -> Iterator[Seed]:
    second = Z.splitlines()[1].replace("2026-03-02;17", "2026-03-03;18").replace(";77", ";78")
    yield Seed("z reports", "till", f"{Z}{second}\n".encode(), settings=_settings("kassa"), rows=True)


SEEDS = {
    "mt940": mt940,
    "norma43": norma43,
    "camt053": camt,
    "sie4": sie,
    "bgmax": bgmax,
    "csv": csv,
    "mpesa": mpesa,
    "daraja": daraja,
    "meeting": meeting,
    "ubl": ubl,
    "swish": swish,
    "card": card,
    "till": till,
}
SAMPLES = {
    "mt940": mt940_samples,
    "camt053": camt_samples,
    "sie4": sie_samples,
    "bgmax": bgmax_samples,
    "csv": csv_samples,
    "mpesa": mpesa_samples,
    "daraja": daraja_samples,
    "meeting": meeting_samples,
}
