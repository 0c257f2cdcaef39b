"""Every way in which a SIE file can be wrong: one typed error each, and nothing of the file comes in."""

import datetime as dt
import re
import zlib
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.parser import parser

from importers.base import Source
from importers.book import BookView
from importers.problems import (
    ImportAccountMissing,
    ImportAmountInvalid,
    ImportAmountUnit,
    ImportDateInvalid,
    ImportDateRange,
    ImportFileEmpty,
    ImportFileTooLarge,
)
from importers.sie.importer import SieImporter
from importers.sie.problems import (
    SieChecksum,
    SieCutOff,
    SieInvalid,
    SieNoVouchers,
    SieTooLong,
    SieVoucherTwice,
    SieWrongCompany,
    SieWrongCurrency,
    SieYearRunning,
)
from importers.sie.read import LONGEST, MOST_ACCOUNTS, MOST_LINES, read_sie
from ledger.books import Unit
from ledger.books.durable import sha256
from ledger.books.sources import SourceTable
from ledger.errors import Problem

TODAY = dt.date(2026, 6, 30)
BOOK = """#FLAGGA 0
#PROGRAM "P" 1
#FORMAT PC8
#GEN 20260630
#SIETYP 4
#ORGNR 769999-0001
#FNAMN "Bolaget"
#RAR 0 20260101 20261231
#KONTO 1930 "Bank"
#KONTO 6110 "Papper"
#DIM 1 "Kostnadsställe"
#OBJEKT 1 "10" "Köket"
#UB 0 1930 -100.00
#RES 0 6110 100.00
#VER "A" "1" 20260105 "Papper" 20260107 "anna"
{
#TRANS 1930 {} -100.00
#TRANS 6110 {1 "10"} 100.00 20260105 "A4" 5 "anna"
}
"""
VOUCHER = BOOK[BOOK.index("#VER") :]


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """Read a file for a unit that has nothing yet, as the import does."""
    folder = tmp_path_factory.mktemp("ws") / "units" / "repris"
    folder.mkdir(parents=True)
    unit = Unit("repris", folder, "Repris", "REPRIS", "division", "SEK", "bas", "769999-0001")
    importer = SieImporter(None, unit, SourceTable(name="bok", format="sie4"))

    def read(content, closed=()):
        data = content if isinstance(content, bytes) else content.encode("cp437")
        view = BookView(unit, [], frozenset(closed))
        return importer.planned(Source(Path("x.se"), "x.se", data, sha256(data)), view, TODAY)

    return read


def test_the_file_itself_is_right(plan):
    found = plan(BOOK)
    assert [str(p.units) for p in found.transactions[0].postings] == ["-100.00 SEK", "100.00 SEK"]
    assert (found.notes, found.remarks) == ([], [])


def but(old, new):
    assert BOOK.count(old) == 1, old
    return BOOK.replace(old, new)


ROW = '#TRANS 6110 {1 "10"} 100.00 20260105 "A4" 5 "anna"'
VER = '#VER "A" "1" 20260105 "Papper" 20260107 "anna"'
#: name: file, error, line (None: the whole file)
BAD = {
    "nothing": ("", ImportFileEmpty, None),
    "blank lines": ("\r\n \r\n", ImportFileEmpty, None),
    "another format": ("<Document/>\n", SieInvalid, 1),
    "no identification": ("#KONTO 1930 x\n", SieInvalid, 1),
    "a line without #": (but("#GEN", "GEN"), SieInvalid, 4),
    "type 5": (but("SIETYP 4", "SIETYP 5"), SieInvalid, 5),
    "type 4E, written out": (but("SIETYP 4", "SIETYP 4E"), SieInvalid, 5),
    "a type without a number": (but("SIETYP 4", "SIETYP"), SieInvalid, 5),
    "a type in other digits": (but("SIETYP 4", "SIETYP ４").encode(), SieInvalid, 5),
    "vouchers in type 2": (but("SIETYP 4", "SIETYP 2"), SieNoVouchers, None),
    "type 1, and the year isn't over": (
        but("SIETYP 4", "SIETYP 1").partition("#VER")[0],
        SieYearRunning,
        None,
    ),
    "another currency": (but("#FNAMN", "#VALUTA EUR\n#FNAMN"), SieWrongCurrency, None),
    "a currency without a name": (
        but("#FNAMN", "#VALUTA\n#FNAMN").replace("VALUTA", 'VALUTA ""'),
        SieWrongCurrency,
        None,
    ),
    "another company": (but("769999-0001", "556677-8899"), SieWrongCompany, None),
    "a year without number": (but("RAR 0", "RAR x"), SieInvalid, 8),
    "a year that ends before it begins": (but("20260101 20261231", "20261231 20260101"), SieInvalid, 8),
    "a year's day that isn't one": (but("20261231", "20261232"), ImportDateInvalid, 8),
    "a year with half a day": (but("20261231", "202612"), ImportDateInvalid, 8),
    "an account that is a word": (but("KONTO 1930", "KONTO bank!"), SieInvalid, 9),
    "an account of 17 digits": (but("KONTO 1930", f"KONTO {'1' * 17}"), SieInvalid, 9),
    "an account in the row that is a path": (but("TRANS 1930", "TRANS ../1930"), SieInvalid, 17),
    "a row without an account": (but("TRANS 1930 {}", "TRANS {}"), SieInvalid, 17),
    "a row without an amount": (but("TRANS 1930 {} -100.00", "TRANS 1930 {}"), SieInvalid, 17),
    "an empty amount": (but("{} -100.00", '{} ""'), ImportAmountInvalid, 17),
    "a decimal comma": (but("{} -100.00", "{} -100,00"), ImportAmountInvalid, 17),
    "thousands apart": (but("UB 0 1930 -100.00", "UB 0 1930 -1_100.00"), ImportAmountInvalid, 13),
    "an exponent": (but("{} -100.00", "{} -1E2"), ImportAmountInvalid, 17),
    "a plus sign": (but('10"} 100.00', '10"} +100.00'), ImportAmountInvalid, 18),
    "no number": (but("{} -100.00", "{} NaN"), ImportAmountInvalid, 17),
    "infinite": (but("{} -100.00", "{} -Infinity"), ImportAmountInvalid, 17),
    "full-width digits": (but("{} -100.00", "{} -１００").encode(), ImportAmountInvalid, 17),
    "14 digits": (but("{} -100.00", "{} -10000000000000"), ImportAmountInvalid, 17),
    "a quantity that is none": (but('"A4" 5', '"A4" fem'), ImportAmountInvalid, 18),
    "a thousandth of a krona": (
        BOOK.replace("100.00", "100.001"),
        ImportAmountUnit,
        17,
    ),
    "a voucher's day that isn't one": (but(VER, VER.replace("20260105", "20260230")), ImportDateInvalid, 15),
    "a day with hyphens": (but(VER, VER.replace("20260105", "2026-01-05")), ImportDateInvalid, 15),
    "a day of registration that isn't one": (but(VER, VER.replace("20260107", "20260107T")), ImportDateInvalid, 15),
    "a row's day that isn't one": (but(ROW, ROW.replace("20260105", "20261301")), ImportDateInvalid, 18),
    "a voucher before 2000": (but(VER, VER.replace("20260105", "19990105")), ImportDateRange, 15),
    "a voucher after next year": (but(VER, VER.replace("20260105", "20280105")), ImportDateRange, 15),
    "a voucher without a day": (but(VER, '#VER "A" "1"'), SieInvalid, 15),
    "a voucher without a brace": (but("{\n#TRANS 1930", "#TRANS 1930"), SieInvalid, 16),
    "a voucher without rows, then another record": (
        but("{\n#TRANS 1930", "#KONTO 1 x\n{\n#TRANS 1930"),
        SieInvalid,
        16,
    ),
    "a brace twice": (but("{\n#TRANS 1930", "{\n{\n#TRANS 1930"), SieInvalid, 17),
    "a brace too many": (f"{BOOK}}}\n", SieInvalid, 20),
    "a row outside": (f"{BOOK}#TRANS 1930 {{}} 1.00\n", SieInvalid, 20),
    "a balance inside a voucher": (but("{\n#TRANS 1930", "{\n#UB 0 2440 1.00\n#TRANS 1930"), SieInvalid, 17),
    "a voucher inside a voucher": (but(ROW, '#VER "A" "2" 20260105'), SieInvalid, 18),
    "an object's brace that is never closed": (but('{1 "10"}', '{1 "10"'), SieInvalid, 18),
    "an object's brace that was never opened": (but('{1 "10"}', '1 "10"}'), SieInvalid, 18),
    "braces inside braces": (but('{1 "10"}', '{1 {"10"}}'), SieInvalid, 18),
    "a dimension without object": (but('{1 "10"}', "{1}"), SieInvalid, 18),
    "a balance without an amount": (but("UB 0 1930 -100.00", "UB 0 1930"), SieInvalid, 13),
    "a balance of no year": (but("UB 0 1930", "UB 1930 0"), SieInvalid, 13),
    "a balance twice": (but("#RES", "#UB 0 1930 -100.00\n#RES"), SieInvalid, 14),
    "a month that is none": (but("#RES", "#PSALDO 0 202613 1930 {} 1.00\n#RES"), SieInvalid, 14),
    "a month without an amount": (but("#RES", "#PSALDO 0 202601\n#RES"), SieInvalid, 14),
    "a checksum that isn't the file's": (but("#PROGRAM", "#KSUMMA\n#PROGRAM") + "#KSUMMA 1\n", SieChecksum, 21),
    "a checksum that is a word": (but("#PROGRAM", "#KSUMMA\n#PROGRAM") + "#KSUMMA abc\n", SieInvalid, 21),
    "a checksum that was never begun": (f"{BOOK}#KSUMMA 1\n", SieInvalid, 20),
    "a checksum that is never closed": (but("#PROGRAM", "#KSUMMA\n#PROGRAM"), SieCutOff, 21),
    "the end is missing: in a voucher": (BOOK[:-2], SieCutOff, 15),
    "the end is missing: in a record": (BOOK.partition("#VER")[0][:-1], SieCutOff, 14),
    "the end is missing: vouchers": (BOOK.partition("#VER")[0], SieCutOff, None),
    "the end is missing: balances": (BOOK.partition("#UB")[0], SieCutOff, None),
    "another year of the same number": (but("#KONTO 1930", "#RAR 0 20250101 20251231\n#KONTO 1930"), SieInvalid, 9),
    "a voucher twice that its balances count once": (BOOK + VOUCHER, SieVoucherTwice, 20),
    "a line of 20,001 letters": (but('"Bolaget"', f'"{"x" * LONGEST}"'), SieInvalid, 7),
    "too many lines": (BOOK + "\n" * MOST_LINES, SieTooLong, None),
    "too many bytes": (BOOK + f"#PROSA {'x' * 1000}\n" * 34000, ImportFileTooLarge, None),
    "too many accounts": (
        BOOK + "".join(f"#KONTO {n} x\n" for n in range(10000, 10001 + MOST_ACCOUNTS)),
        SieInvalid,
        19 + MOST_ACCOUNTS - 1,
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_one_typed_error_with_its_line(plan, case):
    content, error, line = BAD[case]
    with pytest.raises(Problem) as caught:
        plan(content)
    problem = caught.value
    assert type(problem) is error, problem
    assert (problem.file, problem.line) == ("x.se", line), problem
    assert problem.text()
    assert problem.remedy_text()


def test_there_are_enough_of_them():
    assert len(BAD) >= 60
    assert {error for _, error, _ in BAD.values()} >= {SieInvalid, SieCutOff, SieChecksum, SieTooLong, SieNoVouchers}


def test_a_closed_month_takes_nothing(plan):
    assert {e.date.month for e in plan(BOOK).entries} == {1}
    moved = plan(BOOK, closed={"2026-01"}).entries
    assert {str(e.date) for e in moved} == {"2026-02-01"}
    assert {e.meta["dated"].month for e in moved} == {1}


@pytest.mark.parametrize(
    "accounts",
    [
        "2020-01-01 open Assets:1930-Bank SEK\n2025-12-31 close Assets:1930-Bank\n",
        "2026-02-01 open Assets:1930-Bank SEK\n",
        "2020-01-01 open Assets:1930-Bank EUR\n",
    ],
    ids=["closed", "opened later", "of another currency"],
)
def test_an_account_that_takes_no_posting_of_that_day(tmp_path, accounts):
    entries, _, _ = parser.parse_string(accounts)
    unit = Unit("repris", tmp_path / "units" / "repris", "Repris", "REPRIS", "division", "SEK", "bas")
    importer = SieImporter(None, unit, SourceTable(name="bok", format="sie4"))
    content = BOOK.encode("cp437")
    source = Source(Path("x.se"), "x.se", content, sha256(content))
    with pytest.raises(ImportAccountMissing):
        importer.plan(source, BookView(unit, entries), TODAY)


#: What is odd and yet no error: real programs write it.
ODD = {
    "unknown records": but("#KONTO 1930", '#NEW {a "b} x\n#KONTO 1930'),
    "fields that the format doesn't know": but("#GEN 20260630", "#GEN 20260630 anna more {1 2} fields"),
    "TABs": BOOK.replace(" ", "\t").replace('"Papper"', '"Papper"'),
    "CR LF": BOOK.replace("\n", "\r\n"),
    "CR alone": BOOK.replace("\n", "\r"),
    "an end-of-file mark of DOS": BOOK + "\x1a",
    "small letters in labels": BOOK.replace("#TRANS", "#trans").replace("#VER", "#ver"),
    "rows indented": BOOK.replace("#TRANS", "   #TRANS"),
    "several #PROSA": but("#GEN", "#PROSA one\n#PROSA two\n#GEN"),
    "no number of the company": but("#ORGNR 769999-0001", "#ORGNR"),
    "a number of zeros": but("769999-0001", "000000-0000"),
    "an empty day and a quantity of 0": but('20260105 "A4" 5', '"" "A4" 0'),
    "a day of zeros": but('20260105 "A4"', '00000000 "A4"'),
    "a row of 0": but(ROW, f"{ROW}\n#TRANS 3740 {{}} 0"),
    "amounts without decimals": BOOK.replace("100.00", "100"),
    "a text with its mark left open": but('"A4" 5 "anna"', '"A4 of the year'),
}


@pytest.mark.parametrize("case", ODD)
def test_what_is_odd_but_read(plan, case):
    (entry,) = plan(ODD[case]).transactions
    amounts = [p.units.number for p in entry.postings if p.units.number]
    assert amounts == [Decimal("-100.00"), Decimal("100.00")]
    assert entry.meta["voucher"] == "A-1"


@pytest.mark.parametrize(
    "name", ["norstedts_bokslut_4E_ksumma.se", "norstedts_bokslut_4I_ksumma.si", "visma_compact_typ1_ksumma.se"]
)
def test_an_altered_figure_under_a_checksum_is_refused(samples, name):
    """A digit of an amount, altered in a real file that carries #KSUMMA."""
    content = (samples / "sweden/sie" / name).read_bytes()
    read_sie(content)
    places = [m.start(1) for m in re.finditer(rb"#(?:TRANS|UB|RES)[^\r\n]*?([0-9])\.[0-9]", content)]
    assert places
    for place in places[:: max(1, len(places) // 40)]:
        digit = b"3" if content[place : place + 1] != b"3" else b"1"
        with pytest.raises(SieChecksum):
            read_sie(content[:place] + digit + content[place + 1 :])


def test_a_right_checksum_is_taken(plan):
    lines = BOOK.splitlines()
    fields = "".join(line.replace(" ", "").replace('"', "").replace("{", "").replace("}", "") for line in lines[1:])
    # blanks inside texts count; none of these texts has one
    whole = "\n".join([lines[0], "#KSUMMA", *lines[1:], f"#KSUMMA {zlib.crc32(fields.encode('cp437'))}"]) + "\n"
    assert len(plan(whole).transactions) == 1
