"""MT940 as banks send it: balances, lines, days, marks, pages and texts; what isn't whole gives one reason."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.bank.letters import bank_text, joined, lines_of
from importers.bank.problems import BankBalanceDiffers, BankCountDiffers, BankCurrency, BankLetters, BankTooLong
from importers.bank.statements import same_account
from importers.mt940.details import read_details
from importers.mt940.importer import HEAD
from importers.mt940.problems import Mt940CutOff, Mt940Field, Mt940Pages, Mt940Unexpected, Mt940WrongKind
from importers.mt940.read import read_mt940
from importers.problems import ImportAmountInvalid, ImportAmountUnit, ImportDateInvalid
from ledger.errors import Problem

#: 1000 - 250.50 + 99 = 848.50
WHOLE = """\
:20:REF1
:25:10020030/1234567
:28C:5/1
:60F:C260301EUR1000,00
:61:2603020302D250,50NTRFF-1001//BANK1
:86:Hyra mars
:61:2603030303C99,NMSCNONREF
:86:Kund 17
:62F:C260331EUR848,50
-
"""


def amounts(statement):
    return [str(line.amount) for line in statement.lines]


def one(text):
    (statement,) = read_mt940(text)
    return statement


def with_line(line, *, closing, opening="C260301EUR1000,00", details=""):
    """A statement of one line, closing with `closing`."""
    said = f":86:{details}\n" if details else ""
    return f":20:R\n:25:1\n:60F:{opening}\n:61:{line}\n{said}:62F:{closing}\n-\n"


def test_a_statement():
    found = one(WHOLE)
    assert (found.account, found.currency, found.sequence, found.id) == ("10020030/1234567", "EUR", 5, "REF1 5/1")
    assert (str(found.opening), str(found.closing)) == ("1000.00", "848.50")
    assert (found.first_day, found.last_day) == (None, dt.date(2026, 3, 31))
    rent, customer = found.lines
    assert (str(rent.amount), rent.date, rent.text) == ("-250.50", dt.date(2026, 3, 2), "Hyra mars")
    assert (rent.reference, rent.bank_ref, rent.line) == ("F-1001", "BANK1", 5)
    assert (str(customer.amount), customer.reference, customer.text) == ("99.00", "", "Kund 17")


# The samples: opening, lines, closing as they stand in the files.
CMXL = (
    ("45050050/76198810", "DEM", "84349.74", "84437.04", 27),
    ("10020030/1234567", "EUR", "2187.95", "4387.95", 5),
    ("BPHKPLPK/320000546101", "PLN", "40000.00", "50040.00", 84),
)
CMXL_LINES = (
    "-6800.00 -620.30 18500.00 -14220.00 -1507.00 4200.00 -19900.00 -400.00 3656.74 23040.00 -5862.14",
    "-800.00 3000.00",
    "20000.00 -10000.00 40.00",
)


def sample(samples, name):
    data = (samples / "sweden/mt940" / name).read_bytes()
    return read_mt940(bank_text(data, name), name)


def test_three_statements_of_three_banks(samples):
    found = sample(samples, "cmxl_mt940.sta")
    assert [(s.account, s.currency, str(s.opening), str(s.closing), s.sequence) for s in found] == list(CMXL)
    assert [" ".join(amounts(s)) for s in found] == list(CMXL_LINES)
    standing, salary = found[1].lines
    assert (standing.counterparty, standing.counterparty_account) == ("MUELLER", "10020030/234567")
    assert (standing.text, standing.date, standing.value_date) == (
        "DAUERAUFTRAG Miete November",
        dt.date(2002, 11, 2),
        dt.date(2002, 11, 1),
    )
    assert salary.text.startswith("UEBERWEISUNG Gehalt Oktober Firma")
    assert found[2].lines[0].counterparty_account == "PL08106000760000777777777777"
    # The third one closes on 2002-03-25 and opened on 2003-10-02: no day to assert a balance on.
    assert (found[2].last_day, found[2].lines[0].date) == (None, dt.date(2003, 10, 20))


def test_two_months_of_one_account(samples):
    first, second = sample(samples, "jejik_generic.sta")
    assert (str(first.opening), amounts(first), str(first.closing)) == ("100.00", ["-10.00"], "90.00")
    assert (str(second.opening), amounts(second), str(second.closing)) == ("90.00", ["-10.00"], "80.00")
    assert (first.sequence, second.sequence) == (1, 2)


def test_a_statement_that_does_not_add_up_says_by_how_much(samples):
    # 25170637.10 + 2066637.00 - 14790.00 - 3051800.00 - 3892.77 - 789.24 - 1578.49 - 6000.00 = 24158423.60
    with pytest.raises(BankBalanceDiffers) as refused:
        sample(samples, "self-provided_raiffeisen-cmi.sta")
    said = refused.value.params
    assert (said["computed"], said["closing"], said["difference"]) == ("24158423.60", "25281687.60", "1123264.00")


@pytest.mark.parametrize(
    ("mark", "amount", "closing", "reversal"),
    [
        ("C", "100.00", "C260331EUR1100,00", False),
        ("D", "-100.00", "C260331EUR900,00", False),
        ("RC", "-100.00", "C260331EUR900,00", True),  # a credit is taken back
        ("RD", "100.00", "C260331EUR1100,00", True),
        ("CR", "100.00", "C260331EUR1100,00", False),  # R is EUR's third letter
        ("DR", "-100.00", "C260331EUR900,00", False),
        ("RCR", "-100.00", "C260331EUR900,00", True),
        ("RDR", "100.00", "C260331EUR1100,00", True),
    ],
)
def test_marks(mark, amount, closing, reversal):
    (line,) = one(with_line(f"260302{mark}100,00NMSCX1", closing=closing)).lines
    assert (str(line.amount), line.reversal) == (amount, reversal)


def test_an_account_in_debt():
    found = one(with_line("260302C100,NMSCX", opening="D260301EUR500,00", closing="D260331EUR400,00"))
    assert (str(found.opening), str(found.closing)) == ("-500.00", "-400.00")


@pytest.mark.parametrize(
    ("text", "amount", "closing"),
    [
        ("1,", "1.00", "C260331EUR1001,"),
        ("0001,5", "1.50", "C260331EUR1001,5"),
        ("1,25", "1.25", "C260331EUR1001,25"),
        ("9999999999999,", "9999999999999.00", "C260331EUR10000000000999,"),
    ],
)
def test_amounts_have_a_comma_and_whole_cents(text, amount, closing):
    if len(text) > 13:  # the closing balance would have 14 digits before its comma
        with pytest.raises(ImportAmountInvalid):
            one(with_line(f"260302C{text}NMSCX", closing="C260331EUR10000000000999,"))
        return
    assert amounts(one(with_line(f"260302C{text}NMSCX", closing=closing))) == [amount]


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("260302C100NMSCX", Mt940Field),  # no comma
        ("260302C100.00NMSCX", Mt940Field),
        ("260302C1,2,3NMSCX", Mt940Field),
        ("260302C-1,00NMSCX", Mt940Field),
        ("260302C,50NMSCX", Mt940Field),
        ("260302C１,00NMSCX", Mt940Field),  # a full-width digit
        ("260302c1,00NMSCX", Mt940Field),
        ("260302EC1,00NMSCX", Mt940Field),  # expected, not booked (MT942)
        ("260302C12345678901234,NMSCX", ImportAmountInvalid),  # 14 digits
        ("260302C1,001NMSCX", ImportAmountUnit),
        ("260230C1,00NMSCX", ImportDateInvalid),  # the library makes it 28 February
        ("261302C1,00NMSCX", ImportDateInvalid),
        ("2603020230C1,00NMSCX", ImportDateInvalid),
        ("2603C1,00NMSCX", Mt940Field),
        ("260302C1,00abcdX", Mt940Field),  # the library takes abcd for a type
    ],
)
def test_lines_that_are_none(line, refusal):
    with pytest.raises(refusal) as refused:
        read_mt940(with_line(line, closing="C260331EUR1001,00"))
    assert refused.value.line == 4


def test_amounts_of_a_currency_without_decimals():
    text = with_line("260302C500,NMSCX", opening="C260301CLP1000,", closing="C260331CLP1500,")
    assert amounts(one(text)) == ["500"]
    assert amounts(one(text.replace("500,", "500,00"))) == ["500"]
    with pytest.raises(ImportAmountUnit):
        read_mt940(text.replace("500,", "500,50"))


@pytest.mark.parametrize(
    ("line", "opening", "closing", "day"),
    [
        ("2603020303", "260301", "260331", "2026-03-03"),  # entry date beside value date
        ("260101", "251231", "260131", "2026-01-01"),  # none: the value date
        ("2601011230", "251230", "260101", "2025-12-30"),  # booked last year, valued this year
        ("1412310105", "150101", "150131", "2015-01-05"),  # valued last year, booked this year
        ("2503151220", "241101", "241231", "2024-12-20"),  # the library says December 2025
        ("2503151220", "250301", "250331", "2024-12-20"),  # outside the statement: next to the value date
        ("2403010229", "240201", "240331", "2024-02-29"),
        ("2503010229", "240201", "240331", "2024-02-29"),  # a year that has the day
        ("2603020105", "251231", "261231", "2026-01-05"),  # a statement of a year
        ("260405", "260301", "260331", "2026-03-31"),  # valued after the statement: booked on its last day at most
        ("260225", "260301", "260331", "2026-03-02"),  # valued before it: booked after its opening balance
        ("260225", "260301", "260301", "2026-03-01"),
        ("260301", "260301", "260331", "2026-03-01"),
        ("031020", "031002", "020325", "2003-10-20"),  # the statement's days contradict each other
        ("991231", "991201", "991231", "1999-12-31"),
    ],
)
def test_booking_day(line, opening, closing, day):
    text = with_line(f"{line}C1,00NMSCX", opening=f"C{opening}EUR1,00", closing=f"C{closing}EUR2,00")
    assert one(text).lines[0].date == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    ("rest", "owner", "bank", "text"),
    [
        ("NTRFNONREF//8327000090031789\nCard transaction", "", "8327000090031789", "Card transaction"),
        ("NTRF1001", "1001", "", ""),
        ("NTRF1234567890123456//X", "1234567890123456", "X", ""),
        ("NTRFBIPI-dvT1FzfMqvzF5HaU4oetlH7SGRkonU//20220706", "BIPI-dvT1FzfMqvzF5HaU4oetlH7SGRkonU", "20220706", ""),
        ("NTRF12345678901234567890", "12345678901234567890", "", ""),
        ("N527\nCsoportos\nátutalás", "", "", "Csoportos átutalás"),
        ("", "", "", ""),
        ("NTRFNONREF//1234567890123456789012345", "", "1234567890123456789012345", ""),
        ("NTRFX1\n/OCMT/USD108,50/CHGS/EUR1,/", "X1", "", ""),
    ],
)
def test_references(rest, owner, bank, text):
    (line,) = one(with_line(f"260302C1,00{rest}", closing="C260331EUR1001,00")).lines
    assert (line.reference, line.bank_ref, line.text) == (owner, bank, text)
    assert dict(line.extra) == ({"original-amount": "108.50 USD"} if "OCMT" in rest else {})


def test_lines_without_a_type_stay_apart():
    """The library makes one of them."""
    lines = ":61:260302C1,00\n:86:first\n:61:260302C1,00\n:86:second\n"
    found = one(f":20:R\n:25:1\n:60F:C260301EUR1,00\n{lines}:62F:C260331EUR3,00\n-\n")
    assert [line.text for line in found.lines] == ["first", "second"]


def test_a_line_of_nothing_is_left_out():
    found = one(with_line("260302C0,00NMSCX", closing="C260331EUR1000,00", details="a notice"))
    assert found.lines == ()


PAGES = """\
:20:A
:25:1
:28C:7/1
:60F:C260301EUR10,00
:61:260302C1,00NMSCX
:62M:C260302EUR11,00
-
:20:B
:25:1
:28C:7/2
:60M:C260302EUR11,00
:61:260303C2,00NMSCX
:62F:C260303EUR13,00
-
"""


def test_pages_are_one_statement():
    found = one(PAGES)
    assert (str(found.opening), amounts(found), str(found.closing)) == ("10.00", ["1.00", "2.00"], "13.00")
    assert (found.sequence, found.last_day) == (7, dt.date(2026, 3, 3))
    assert len(read_mt940(PAGES.replace("7/2", "7/1"))) == 1  # banks that don't count pages


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (PAGES[PAGES.index(":20:B") :], ""),  # the last page is missing
        (PAGES[: PAGES.index(":20:B")], ""),  # the first one
        ("7/2", "7/3"),
        ("7/2", "8/2"),
        (":60M:C260302EUR11,00", ":60M:C260302EUR11,01"),
        (":60M:", ":60F:"),
        (":25:1\n:28C:7/2", ":25:2\n:28C:7/2"),
    ],
)
def test_pages_that_do_not_follow(old, new):
    assert PAGES.count(old) == 1
    with pytest.raises(Mt940Pages):
        read_mt940(PAGES.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        (":20:REF1\n", "", Mt940Unexpected),
        (":25:10020030/1234567\n", "", Mt940CutOff),
        (":25:10020030/1234567\n", ":25:\n", Mt940Field),
        (":60F:C260301EUR1000,00\n", "", Mt940Unexpected),
        (":62F:C260331EUR848,50\n", "", Mt940CutOff),
        (":60F:", ":60X:", Mt940Unexpected),
        (":61:2603020302D250,50NTRFF-1001//BANK1\n", "", Mt940Unexpected),  # a text that belongs to no line
        (":61:2603030303C99,NMSCNONREF\n", "", BankBalanceDiffers),
        (":86:Kund 17\n", ":99:Kund 17\n", Mt940Unexpected),
        (":86:Kund 17\n", ":8:Kund 17\n", Mt940Unexpected),
        (":28C:5/1", ":28C:A", Mt940Field),
        (":28C:5/1\n", ":28C:5/1\n:28C:5/1\n", Mt940Unexpected),
        (":60F:C260301EUR1000,00\n", ":60F:C260301EUR1000,00\n:60F:C260301EUR1000,00\n", Mt940Unexpected),
        ("C260301EUR", "C260301SEK", BankCurrency),
        ("C260301EUR", "C260231EUR", ImportDateInvalid),
        ("C260301EUR", "X260301EUR", Mt940Field),
        ("EUR1000,00", "EUR1000.00", Mt940Field),
        ("EUR1000,00", "EUR1000", Mt940Field),
        ("EUR1000,00", "EUR1000,00 ca", Mt940Field),
        ("EUR848,50", "EUR848,51", BankBalanceDiffers),
        (":62F:C260331EUR848,50\n", ":62F:C260331EUR848,50\nmore\n", Mt940Unexpected),
        (":62F:C260331EUR848,50\n", ":62F:C260331EUR848,50\n:61:260302C0,00NMSC\n", Mt940Unexpected),
        (":62F:C260331EUR848,50\n", ":62F:C260331EUR848,50\n:64:C26\n", Mt940Field),
        (":25:10020030/1234567\n", ":25:10020030/1234567\n:34F:EUR0,\n", Mt940WrongKind),
        ("-\n", "-}\n", Mt940Unexpected),
        ("-\n", "-\nwhat is this?\n", Mt940Unexpected),
        (":20:REF1\n", "{1:F01X}{2:O942X}{4:\n:20:REF1\n", Mt940WrongKind),
        (":20:REF1\n", "{1:F01X}{2:O940X}{4:\n:20:REF1\n", Mt940Unexpected),  # and no -} at its end
        (":20:REF1\n", "942\n:20:REF1\n", Mt940WrongKind),
        (WHOLE, "-\n", Mt940CutOff),
    ],
)
def test_what_is_not_whole_is_refused(old, new, refusal):
    assert WHOLE.count(old) == 1
    with pytest.raises(refusal):
        read_mt940(WHOLE.replace(old, new))


def test_fields_that_only_inform():
    text = WHOLE.replace(":28C:5/1\n", ":21:NONREF\n:28C:5/1\n:13D:2603312359+0100\n:NS:22Firma\n")
    text = text.replace(":62F:C260331EUR848,50\n", ":62F:C260331EUR848,50\n:64:C260331EUR1,00\n:65:D260401EUR2,00\n")
    text = text.replace("2,00\n-\n", "2,00\n:86:Saldo\nzwei Zeilen\n-\n")
    assert len(text) > len(WHOLE) + 100
    moved = [replace(line, line=None) for line in one(text).lines]
    assert moved == [replace(line, line=None) for line in one(WHOLE).lines]
    assert replace(one(text), lines=()) == replace(one(WHOLE), lines=())


@pytest.mark.parametrize(
    ("totals", "refusal"),
    [
        (":90D:1EUR250,50\n:90C:1EUR99,\n", None),
        (":90D:2EUR250,50\n", BankCountDiffers),
        (":90C:1EUR99,01\n", BankCountDiffers),
        (":90D:1SEK250,50\n", Mt940Field),
        (":90D:oneEUR250,50\n", Mt940Field),
    ],
)
def test_the_banks_own_counts(totals, refusal):
    text = WHOLE.replace("848,50\n-", f"848,50\n{totals}-")
    if refusal is None:
        assert amounts(one(text)) == ["-250.50", "99.00"]
    else:
        with pytest.raises(refusal):
            read_mt940(text)


BLOCKS = "{1:F01AAAASESSAXXX0000000000}{2:O9401200260331BBBBSESSAXXX00000000002603311200N}{3:{108:MT940}}{4:\n"


@pytest.mark.parametrize(
    "text",
    [
        BLOCKS + WHOLE.replace("\n-\n", "\n-}\n"),
        BLOCKS + WHOLE.replace("\n-\n", "\n-}{5:{CHK:1234567890AB}}\n"),
        "\x01" + BLOCKS + WHOLE.replace("\n-\n", "\n-}\x03\n"),
        "ABNANL2A\n940\nABNANL2A\n" + WHOLE,
        "0000 01INGBNL2AXXXX00001\n0000 01INGBNL2AXXXX00001\n940 00\n" + WHOLE,
        WHOLE.replace("\n", "\r\n"),
        WHOLE.replace("\n", "\r"),
        WHOLE.replace("\n:6", "\n\n:6"),
        "\n\n" + WHOLE + "\n\n",
        WHOLE.removesuffix("-\n"),
        WHOLE.removesuffix("\n-\n"),
        WHOLE + "\x1a",
    ],
)
def test_what_banks_wrap_messages_in(text):
    assert amounts(one(text)) == ["-250.50", "99.00"]


def test_messages_in_blocks_one_behind_the_other():
    wrapped = BLOCKS + WHOLE.replace("\n-\n", "\n-}")
    second = wrapped.replace("C260301EUR1000,00", "C260331EUR848,50").replace(
        "C260331EUR848,50\n-", "C260430EUR697,00\n-"
    )
    assert [str(s.closing) for s in read_mt940(wrapped + second)] == ["848.50", "697.00"]


@pytest.mark.parametrize("text", [WHOLE, PAGES, BLOCKS + WHOLE.replace("\n-\n", "\n-}\n")])
def test_a_file_cut_off_anywhere_gives_nothing(text):
    """But for the last bytes, where nothing of the statement is missing: then it gives all of it."""
    whole = read_mt940(text)
    given = []
    for end in range(1, len(text)):
        try:
            found = read_mt940(text[:end])
        except Problem:
            continue
        assert found == whole, text[:end]
        given.append(text[end:])
    missing = "848,50" if "848" in text else "13,00"
    assert all(missing not in rest and rest in {"", "\n", "\n-", "\n-\n", "-\n"} for rest in given)
    assert len(given) <= 4


def test_a_file_cut_between_two_statements_gives_the_first():
    months = WHOLE + WHOLE.replace("1000,00", "848,50").replace("EUR848,50\n-", "EUR697,00\n-")
    first, second = read_mt940(months)
    cuts = [months[:end] for end in range(1, len(months))]
    for text in cuts:
        try:
            found = read_mt940(text)
        except Problem:
            continue
        assert found in {(first,), (first, second)}


def test_a_closing_balance_that_may_go_on():
    """`80,` is what is left of `80,00`, and adds up."""
    text = with_line("260302D20,00NMSCX", opening="C260301EUR100,00", closing="C260331EUR80,00").removesuffix("\n-\n")
    assert str(one(text).closing) == "80.00"
    for shorter in (text[:-1], text[:-2]):
        with pytest.raises(Mt940CutOff):
            read_mt940(shorter)
        assert str(one(shorter + "\n").closing) == "80.00"


GERMAN = (
    "166?00GUTSCHRIFT?109251?20EREF+RE-2026-17?21KREF+NONREF?22SVWZ+Rechnung 2026-17 vom 3?23. Maerz"
    "?30MARKDEF1100?31DE89370400440532013000?32Anna Berg?33 AB?34000"
)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [GERMAN],
            ("GUTSCHRIFT Rechnung 2026-17 vom 3. Maerz", "Anna Berg AB", "MARKDEF1100/DE89370400440532013000", ""),
        ),
        (["820?00MIETE?20Wohnung?20und Keller?32A?B GmbH"], ("MIETE Wohnung und Keller", "A?B GmbH", "", "")),
        (
            ["835<00PRZELEW<20Faktura 1<38PL08106000760000777777777777"],
            ("PRZELEW Faktura 1", "", "PL08106000760000777777777777", ""),
        ),
        (["999PN5477SCHECK-NR. 0000016703074"], ("999PN5477SCHECK-NR. 0000016703074", "", "", "")),
        (
            [
                "/TRTP/SEPA OVERBOEKING/IBAN/NL75INGB0001234567/BIC/INGBNL2A/NAME/",
                "HR K BAKKER EN/OF MW/REMI/RES.NR 00042/EREF/NOTPROV",
                "IDED",
            ],
            ("SEPA OVERBOEKING RES.NR 00042", "HR K BAKKER EN/OF MW", "NL75INGB0001234567", ""),
        ),
        (
            ["/CNTP/NL32INGB0000012345/INGBNL2A/WEB BV///REMI/STRD/CUR/9001123412341234/"],
            ("STRD/CUR/9001123412341234", "WEB BV", "NL32INGB0000012345", "9001123412341234"),
        ),
        (["Swish +46701234567", "ANNA BERG"], ("Swish +46701234567 ANNA BERG", "", "", "")),
        (["x" * 65, "y"], ("x" * 65 + "y", "", "", "")),
        ([], ("", "", "", "")),
        (["", "  "], ("", "", "", "")),
    ],
)
def test_what_the_bank_says(rows, expected):
    found = read_details(rows)
    assert (found.text, found.counterparty, found.account, found.reference) == expected


def test_pieces_of_a_text():
    assert joined(["a" * 27, "b", "c"], 27) == "a" * 27 + "b c"
    assert joined(["a" * 26 + " ", "b"], 27) == "a" * 26 + " b"


def test_non_swift_text():
    text = with_line("260302C1,00NMSCX", closing="C260331EUR1001,00").replace(":62F:", ":NS:01Miete\n02Maerz\n:62F:")
    assert one(text).lines[0].text == "Miete Maerz"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Räksmörgås, Çağ".encode(), "Räksmörgås, Çağ"),
        (b"\xef\xbb\xbf" + "Ö".encode(), "Ö"),
        ("Ö:20:".encode("utf-16"), "Ö:20:"),
        ("Räksmörgås Ängö".encode("cp1252"), "Räksmörgås Ängö"),
        ("Räksmörgås Ängö".encode("cp850"), "Räksmörgås Ängö"),
        ("Csoportos átutalás jóváírása, díj, jutalék".encode("cp852"), "Csoportos átutalás jóváírása, díj, jutalék"),
        ("Łódź, Gdańsk, żółw".encode("cp852"), "Łódź, Gdańsk, żółw"),
        ("José Müller Muñiz Avinyò".encode("latin-1"), "José Müller Muñiz Avinyò"),
    ],
)
def test_letters(data, text):
    assert bank_text(data, "f") == text


@pytest.mark.parametrize("data", ["Ärlig Ö".encode() + b"\xff", b"\xef\xbb\xbf\xff", b"\xff\xfea"])
def test_letters_that_are_two_things(data):
    with pytest.raises(BankLetters):
        bank_text(data, "f")


def test_a_file_of_line_ends():
    with pytest.raises(BankTooLong):
        bank_text(b"\r\n" * 1_000_001, "f")


def test_line_ends():
    assert list(lines_of("a\r\nb\rc\nd\u2028e\x0cf")) == [(1, "a"), (2, "b"), (3, "c"), (4, "d\u2028e\x0cf")]
    assert list(lines_of("a\n")) == [(1, "a"), (2, "")]


def test_a_field_without_end():
    text = WHOLE.replace(":86:Kund 17\n", ":86:Kund 17\n" + "more\n" * 500)
    with pytest.raises(Mt940Unexpected):
        read_mt940(text)


@pytest.mark.parametrize(
    ("one_number", "other", "same"),
    [
        ("BPHKPLPK320000546101", "320000546101", True),
        ("NL08DEUT0319809633EUR", "NL08DEUT0319809633", True),
        ("UBRTHUHB123456789150ABCDEF002HUF", "UBRTHUHB123456789150ABCDEF002HUF", True),
        ("DEUTDEFF500SE4550000000058398257466", "SE4550000000058398257466", True),
        ("370400440532013000", "DE89370400440532013000", True),
        ("370400441", "DE89370400440000000001", True),
        ("370400441", "DE89370400440000000011", False),
        ("ES9121000418450200051332", "21000418450200051332", True),
        ("ES9121000418450200051332", "0200051332", False),
        ("SE4550000000058398257466", "58398257466", True),
        ("SE4550000000058398257466", "257466", False),
        ("11111111", "11111112", False),
    ],
)
def test_one_account_in_several_forms(one_number, other, same):
    assert same_account(one_number, other) is same
    assert same_account(other, one_number) is same


@pytest.mark.parametrize(
    ("head", "may_be"),
    [
        (b":20:X", True),
        (b"\xef\xbb\xbf:20:X", True),
        (b"\r\n:20:X", True),
        (b"{1:F01X}{2:O940", True),
        (b"ABNANL2A\n940\nABNANL2A\n:20:", True),
        ("\ufeff:20:X".encode("utf-16-le"), True),
        (b"Datum;Belopp\n2026-01-01;5:20:00", False),
        (b"<Document>:20:</Document>", False),
        (b"#FLAGGA 0", False),
    ],
)
def test_what_may_be_mt940(head, may_be):
    assert (HEAD.search(head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")) is not None) is may_be


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 10**11), st.sampled_from(["C", "D", "RC", "RD"]), st.text("aB ?+/:-09ö", max_size=70)),
        max_size=8,
    ),
    st.integers(-(10**9), 10**9),
)
def test_what_is_written_is_read(rows, opening):
    """Every amount with its sign, whatever the bank says of it."""

    def balance(cents):
        return f"{'D' if cents < 0 else 'C'}260301SEK{abs(cents) // 100},{abs(cents) % 100:02d}"

    signed = [cents * (1 if mark in {"C", "RD"} else -1) for cents, mark, _ in rows]
    lines = "".join(f":61:260301{mark}{c // 100},{c % 100:02d}NMSCNONREF\n:86:{said}\n" for c, mark, said in rows)
    text = f":20:R\n:25:1\n:28C:1\n:60F:{balance(opening)}\n{lines}:62F:{balance(opening + sum(signed))}\n-\n"
    if len(str(abs(opening + sum(signed)))) > 14:
        return
    found = one(text)
    assert [line.amount for line in found.lines] == [Decimal(cents).scaleb(-2) for cents in signed]
    assert found.opening + found.net == found.closing
