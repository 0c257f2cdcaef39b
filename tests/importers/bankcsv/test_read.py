"""Banks' lists: the samples worked out by hand, other banks by their columns, and what is refused."""

import random
from decimal import Decimal

import pytest

from importers.bank.problems import BankCurrency
from importers.bank.problems_chain import (
    BankAmountTwice,
    BankBalanceBroken,
    BankOrderUnclear,
    BankRowNumbers,
    BankSignsMixed,
)
from importers.bank.statements import check_whole
from importers.bankcsv.importer import CsvImporter
from importers.bankcsv.layouts import KNOWN, find_layout, layouts_of
from importers.bankcsv.read import account_of, is_type, read_list
from importers.base import Source
from importers.letters import head_text, read_text
from importers.problems import ImportAmountInvalid, ImportAmountUnit, ImportDateInvalid, ImportUnknownFormat
from importers.problems_tables import (
    TableColumns,
    TableCutOff,
    TableDamaged,
    TableEncoding,
    TableHeader,
    TableNumbersMixed,
)
from ledger.books.durable import sha256
from ledger.books.source_csv import CsvTable
from ledger.errors import Problem

SAMPLES = ["handelsbanken.csv", "nordea_foretag.csv", "seb_three_decimals_utf8bom.csv", "swedbank_foretag_cp1252.csv"]


def read(data, table=None, currency="SEK"):
    data = data if isinstance(data, bytes) else data.encode()
    layouts = layouts_of(CsvTable.model_validate(table) if table is not None else None)
    text = read_text(data, "f.csv", layouts[0].encoding)
    found = find_layout(text, layouts)
    if found is None:
        raise ImportUnknownFormat(file="f.csv", slug="repris", known="bank (csv)")
    return read_list(text, "f.csv", *found, currency)


def one(data, table=None, currency="SEK"):
    (statement,) = read(data, table, currency).statements
    return check_whole(statement, "f.csv")


def told(statement):
    return [(str(n.date), str(n.amount), n.counterparty, n.text) for n in statement.lines]


def ends(statement):
    return tuple(None if n is None else str(n) for n in (statement.opening, statement.closing))


def refused(kind, data, table=None):
    with pytest.raises(kind) as caught:
        one(data, table)
    return caught.value


# --- the samples, by hand


def test_handelsbanken(samples):
    found = one((samples / "sweden/bankcsv/handelsbanken.csv").read_bytes())
    assert told(found) == [
        ("2024-05-15", "-139.00", "", "SPOTIFY AB"),
        ("2024-05-16", "34500.00", "", "LÖN ACME AB"),
        ("2024-05-17", "-459.00", "", "ICA KVANTUM VASASTAN"),
    ]
    # -21 700,50 stands after -139,00
    assert ends(found) == ("-21561.50", "12340.50")
    assert [n.line for n in found.lines] == [4, 3, 2]
    assert (found.account, found.currency, found.first_day, found.last_day) == ("", "SEK", None, None)


def test_nordea(samples):
    found = one((samples / "sweden/bankcsv/nordea_foretag.csv").read_bytes(), {"bank": "nordea"})
    assert told(found) == [
        ("2026-01-07", "-130.00", "Exempelbanken", "Avgift"),
        ("2026-01-15", "200.00", "Testa Testsson", "Medlemsavgift"),
        ("2026-02-01", "-458.00", "Lokalföreningen", "Hyra februari"),
        ("2026-03-01", "250.00", "Exempelbanken", "Exempel Exempelsson Medlemsavgift 19121212-1212"),
        ("2026-03-10", "-45.50", "Exempelbolaget AB", "000456"),
    ]
    assert ends(found) == ("1000.00", "816.50")
    # the holder's own note may change at the bank: kept, and no part of what tells lines apart
    assert [n.extra for n in found.lines if n.extra] == [(("bank-note", "Egen anteckning"),)]


def test_seb_writes_three_decimals(samples):
    found = one((samples / "sweden/bankcsv/seb_three_decimals_utf8bom.csv").read_bytes(), {"bank": "seb"})
    assert told(found) == [
        ("2026-09-10", "-800.00", "", "VTABERGS TANDLAKARE AB"),
        ("2026-09-11", "-200.00", "", "46700000001"),
        ("2026-09-11", "-30.00", "", "PRESSHORNAN /26-09-10"),
    ]
    assert ends(found) == ("11030.00", "10000.00")
    assert [n.bank_ref for n in found.lines] == ["1000000003", "1000000002", "1000000001"]


def test_swedbank_says_account_and_period(samples):
    found = one((samples / "sweden/bankcsv/swedbank_foretag_cp1252.csv").read_bytes(), {"bank": "swedbank"})
    assert told(found) == [
        ("2026-01-07", "-130.00", "", "Avgift"),
        ("2026-01-15", "200.00", "", "Testa Testsson Medlemsavgift"),
        ("2026-02-01", "-458.00", "", "Lokalföreningen Faktura 1001"),
        ("2026-03-01", "250.00", "", "Exempel Exempelsson 19121212-1212"),
        ("2026-03-10", "-45.50", "", "Kortköp, Exempelbutiken"),
    ]
    assert ends(found) == ("1000.00", "816.50")
    assert (found.account, found.currency) == ("81234-1234567890", "SEK")
    assert (str(found.first_day), str(found.last_day)) == ("2026-01-01", "2026-03-10")
    assert [n.reference for n in found.lines] == ["", "Medlemsavgift", "Faktura 1001", "19121212-1212", ""]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_cut_file_gives_true_lines_or_none(samples, name):
    """What is cut within a row is refused; cut exactly between two rows (it can't be seen) all that comes is true."""
    data = (samples / "sweden/bankcsv" / name).read_bytes()
    whole = one(data)
    ends_of_rows = {row.strip(b"\r;") for row in data.split(b"\n")} | {b""}
    accepted = set()
    for size in range(len(data)):
        try:
            found = one(data[:size])
        except Problem:
            continue
        accepted.add(len(found.lines))
        assert data[:size].rpartition(b"\n")[2].strip(b"\r;") in ends_of_rows, size
        assert found.lines == whole.lines[len(whole.lines) - len(found.lines) :], size
        assert found.closing == whole.closing if found.lines else found.closing is None
    assert accepted >= set(range(len(whole.lines)))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_damaged_file_gives_entries_that_tie_or_one_error(samples, name):
    data = (samples / "sweden/bankcsv" / name).read_bytes()
    rng = random.Random(name)  # noqa: S311  the same damages every time
    for _ in range(400):
        worse = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(worse))
            kind = rng.randrange(4)
            if kind == 0:
                worse[at] = rng.randrange(256)
            elif kind == 1:
                del worse[at : at + rng.randint(1, 20)]
            elif kind == 2:
                worse[at:at] = rng.choice([b";", b",", b'"', b"\n", b"\x00", b"\xff", b"-", b"9", b"e5", b"=cmd|"])
            else:
                worse[at:at] = worse[at : at + rng.randint(1, 60)]
        try:
            found = read(bytes(worse))
        except Problem:
            continue
        for statement in found.statements:
            if statement.opening is not None:
                assert statement.opening + statement.net == statement.closing


# --- known banks, other exports


def test_nordeas_richer_list_has_accounts_and_gaps_in_its_balances():
    found = read(
        "Bokföringsdag;Belopp;Avsändare;Mottagare;Namn;Ytterligare detaljer;Meddelande;Egna anteckningar;Saldo;"
        "Valuta;\n"
        "Reserverat;-199,00;;;;KORT FOODORA;;;;SEK;\n"
        "2026/03/13;-625,00;51 86 87-9;5050-1055;SKATTEVERKET;SKATTEVERKET;16556782817244;Förs Avg;1 137,22;SEK;\n"
        "2026/03/13;-153,71;51 86 87-9;;KORT BEANSTALK;KORT BEANSTALK;;;;SEK;\n"
        "2026/03/10;100,00;3259 23 17244;51 86 87-9;Insättning;Insättning;FRÅN SPAR;;1 915,93;SEK;\n"
    )
    assert found.left_out == 1
    (statement,) = found.statements
    assert told(statement) == [
        ("2026-03-10", "100.00", "Insättning", "FRÅN SPAR"),
        ("2026-03-13", "-153.71", "KORT BEANSTALK", ""),
        ("2026-03-13", "-625.00", "SKATTEVERKET", "16556782817244"),
    ]
    # 1 915,93 - 153,71 - 625,00 = 1 137,22
    assert ends(statement) == ("1815.93", "1137.22")
    assert [n.counterparty_account for n in statement.lines] == ["3259 23 17244", "", "5050-1055"]


def test_sebs_other_list_has_two_columns():
    found = one(
        "\ufeffBokförd;Valutadatum;Text;Typ;Insättningar;Uttag;Bokfört saldo\r\n"
        "2025-12-30;2025-12-30;BG 5801-7161 ;Bankgirobetalning;31 036,00;;611 996,05\r\n"
        "2025-12-30;2025-12-30;LBE5801-7161;Annan;;-87 768,00;580 960,05\r\n"
    )
    assert told(found) == [
        ("2025-12-30", "-87768.00", "", "LBE5801-7161 Annan"),
        ("2025-12-30", "31036.00", "", "BG 5801-7161 Bankgirobetalning"),
    ]
    assert ends(found) == ("668728.05", "611996.05")


SWEDBANK = (
    "Radnummer,Clearingnummer,Kontonummer,Produkt,Valuta,Bokföringsdag,Transaktionsdag,Valutadag,Referens,Beskrivning,"
    "Belopp,Bokfört saldo\n"
)


def test_swedbanks_long_header_and_two_accounts():
    found = read(
        "* Transaktioner Period 2025-12-012025-12-31 Skapad 2026-04-13 22:01 CEST\n"
        + SWEDBANK
        + '1,8381-6,9244483674,"spar",SEK,2025-12-30,2025-12-31,2026-01-01,"skatt","Preliminär skatt",-52.00,19064.40\n'
        + '2,8327-9,123456789,"kort",SEK,2025-12-29,2025-12-29,2025-12-29,"","Kortköp",-10.00,90.00\n'
        + '3,8381-6,9244483674,"spar",SEK,2025-12-30,2025-12-31,2026-01-01,"","Sparränta",176.57,19116.40\n'
    )
    one, other = found.statements
    assert (one.account, other.account) == ("83816-9244483674", "83279-0123456789")
    assert (told(one)[0], ends(one)) == (("2025-12-30", "176.57", "", "Sparränta"), ("18939.83", "19064.40"))
    assert ends(other) == ("100.00", "90.00")
    assert (str(one.first_day), str(other.last_day)) == ("2025-12-01", "2025-12-31")


def numbered(*numbers):
    """Swedbank's list of four days, newest first, with these rows of it and these numbers."""
    rows = {
        "d": "2026-03-05,2026-03-05,2026-03-05,,d,-10.00,740.00",
        "c": "2026-03-04,2026-03-04,2026-03-04,,c,50.00,750.00",
        "b": "2026-03-03,2026-03-03,2026-03-03,,b,-200.00,700.00",
        "a": "2026-03-02,2026-03-02,2026-03-02,,a,-100.00,900.00",
    }
    head = "* Transaktioner Period 2026-03-01 – 2026-03-06 Skapad 2026-03-07 08:00 CET\n"
    return head + SWEDBANK + "".join(f"{n[1:]},81234,1,F,SEK,{rows[n[0]]}\n" for n in numbers)


@pytest.mark.parametrize(
    ("rows", "line", "number", "expected"),
    [
        (["b3", "a4"], 3, "3", 1),  # the newest two are missing: their balances would tie
        (["d1", "c2", "a4"], 5, "4", 3),
        (["d2", "c3", "b4", "a5"], 3, "2", 1),
        (["b3"], 3, "3", 1),
        (["d1", "c1"], 4, "1", 2),
        (["d1", "c"], 4, '""', 2),
        (["d1", "cx"], 4, "x", 2),
        (["a4", "b3", "c2"], 3, "4", 3),  # numbered from the newest, oldest first: its end is missing
        (["d4", "c3"], 3, "4", 2),
    ],
)
def test_rows_that_are_missing_are_seen_by_the_numbers_of_the_others(rows, line, number, expected):
    found = refused(BankRowNumbers, numbered(*rows))
    assert (found.line, found.params["number"], found.params["expected"]) == (line, number, str(expected))


@pytest.mark.parametrize("rows", [["d1", "c2", "b3", "a4"], ["d4", "c3", "b2", "a1"], ["a4", "b3", "c2", "d1"]])
def test_whole_lists_are_numbered_in_either_direction(rows):
    assert ends(one(numbered(*rows))) == ("1000.00", "740.00")


def test_rows_may_be_numbered_for_each_account():
    rows = "1,81234,1,F,SEK,2026-03-05,,,,a,1.00,2.00\n2,81234,1,F,SEK,2026-03-04,,,,b,1.00,1.00\n"
    other = "1,81234,2,F,SEK,2026-03-05,,,,a,1.00,1.00\n"
    assert [len(s.lines) for s in read(SWEDBANK + rows + other).statements] == [2, 1]
    found = refused(BankRowNumbers, SWEDBANK + rows + other.replace("1,", "2,", 1))
    assert (found.line, found.params["expected"]) == (4, "3")


def test_another_banks_row_numbers_are_declared():
    columns = {"date": "Day", "text": "Text", "amount": "Amount", "balance": "Balance", "row_number": "No"}
    text = "No;Day;Text;Amount;Balance\n1;2026-03-04;b;1,00;2,00\n2;2026-03-03;a;1,00;1,00\n"
    assert ends(one(text, {"columns": columns})) == ("0.00", "2.00")
    refused(BankRowNumbers, text.replace("1;2026-03-04;b;1,00;2,00\n", ""), {"columns": columns})


def test_a_list_that_was_made_during_its_last_day_leaves_that_day_open():
    text = (
        "* Transaktioner Period 2026-03-01 – 2026-03-10 Skapad 2026-03-10 09:15 CET\n"
        + SWEDBANK
        + "1,81234,1234567890,F,SEK,2026-03-10,2026-03-10,2026-03-10,,Lunch,-45.50,816.50\n"
        + "2,81234,1234567890,F,SEK,2026-03-09,2026-03-09,2026-03-09,,Swish,250.00,862.00\n"
    )
    over, running = read(text).statements
    assert (told(over)[0][0], ends(over), str(over.last_day)) == ("2026-03-09", ("612.00", "862.00"), "2026-03-09")
    assert (told(running)[0][0], ends(running)) == ("2026-03-10", ("862.00", None))


def test_a_period_of_other_days_is_none():
    text = "* Transaktionsrapport Period 2026-03-01 – 2026-03-09\n" + SWEDBANK
    text += "1,81234,1234567890,F,SEK,2026-03-10,2026-03-09,2026-03-10,,Swish,250.00,862.00\n"
    assert one(text).first_day is None


def test_handelsbanken_may_say_account_and_period_above():
    found = read(
        "Kontonummer;6789 123 456 789\nKontohavare;Förening, Vår\nPeriod;2024-01-01 - 2024-01-31\n\n"
        "Reskontradatum;Transaktionsdatum;Text;Belopp;Saldo\n"
        "2024-01-15;2024-01-15;SPOTIFY AB;−99,00;12345,67\n"
        "2024-01-14;2024-01-14;Prel kortköp CLAS OHLSON;-199,00;12444,67\n"
        "2024-01-13;2024-01-13;PRELLBOCK AB;25000,00;12643,67\n"
    )
    assert found.left_out == 1
    (statement,) = found.statements
    assert (statement.account, str(statement.last_day)) == ("6789123456789", "2024-01-31")
    # 12 643,67 - 99,00: the preliminary purchase is in the bank's balance, and not booked
    assert ends(statement) == ("-12356.33", "12544.67")
    assert [text for *_, text in told(statement)] == ["PRELLBOCK AB", "SPOTIFY AB"]


def test_a_list_without_rows_is_a_list():
    found = one("Reskontradatum;Transaktionsdatum;Text;Belopp;Saldo\n")
    assert (found.lines, ends(found)) == ((), (None, None))


def test_each_bank_knows_its_own_header(samples):
    for name in SAMPLES:
        data = (samples / "sweden/bankcsv" / name).read_bytes()
        for bank in ("handelsbanken", "nordea", "seb", "swedbank"):
            found = find_layout(head_text(data[:4096]), layouts_of(CsvTable(bank=bank)))
            assert (found is not None) == name.startswith(bank)


def test_no_other_sample_is_taken_for_a_banks_list(samples):
    others = [p for p in sorted(samples.rglob("*")) if p.is_file() and "bankcsv" not in p.parts]
    assert len(others) > 50
    for path in others:
        assert find_layout(head_text(path.read_bytes()[:4096]), KNOWN) is None, path


# --- other banks, by their columns


def test_sparbanken_syd_has_no_header():
    table = {
        "delimiter": ",",
        "decimal": ",",
        "thousands": ".",
        "header": False,
        "columns": {"date": 1, "text": 3, "amount": 4, "balance": 5},
    }
    text = '2026-03-02,2026-03-02,Swish,"250,00","12.458,00"\n2026-03-03,2026-03-03,Hyra,"-8.000,00","4.458,00"\n'
    found = one(text, table)
    assert told(found) == [("2026-03-02", "250.00", "", "Swish"), ("2026-03-03", "-8000.00", "", "Hyra")]
    assert ends(found) == ("12208.00", "4458.00")


def test_every_column_that_can_be_described():
    table = {
        "columns": {
            "date": "Booked",
            "value_date": "Value",
            "money_in": "Credit",
            "money_out": "Debit",
            "balance": "Balance",
            "text": ["Type", "Memo"],
            "counterparty": "Name",
            "counterparty_account": "IBAN",
            "reference": "Ref",
            "bank_ref": "Id",
            "currency": "Ccy",
            "account": ["Sort", "No"],
            "note": "Note",
            "type": "Status",
        },
        "dates": ["%d/%m/%Y"],
        "skip_types": ["Pending"],
    }
    text = (
        "Statement of account\n\n"
        "Booked,Value,Credit,Debit,Balance,Type,Memo,Name,IBAN,Ref,Id,Ccy,Sort,No,Note,Status\n"
        "02/03/2026,03/03/2026,,100.00,900.00,Card,Paint,Shop Ltd,GB1,,77,GBP,12-34,5678,mine,Booked\n"
        "03/03/2026,,50.00,,950.00,Transfer,Invoice 7,Anna,GB2,RF18,78,GBP,12-34,5678,,Booked\n"
        "04/03/2026,,5.00,,,Card,,Shop,,,79,GBP,12-34,5678,,PENDING\n"
    )
    found = read(text, table)
    assert found.left_out == 1
    (statement,) = found.statements
    assert (statement.account, statement.currency, ends(statement)) == ("1234-5678", "GBP", ("1000.00", "950.00"))
    assert told(statement) == [
        ("2026-03-02", "-100.00", "Shop Ltd", "Card Paint"),
        ("2026-03-03", "50.00", "Anna", "Transfer Invoice 7"),
    ]
    first, second = statement.lines
    assert (str(first.value_date), first.bank_ref, first.counterparty_account) == ("2026-03-03", "77", "GB1")
    assert (first.extra, first.position, first.line) == ((("bank-note", "mine"),), "booked", 4)
    assert (second.value_date, second.reference) == (None, "RF18")


@pytest.mark.parametrize(
    ("table", "row", "amount"),
    [
        (
            {"columns": {"date": 1, "amount": 2, "direction": 3}, "out_words": ["Af", "D"]},
            "2026-03-02;7,50;af",
            "-7.50",
        ),
        ({"columns": {"date": 1, "amount": 2, "direction": 3}, "out_words": ["Af"]}, "2026-03-02;7,50;Bij", "7.50"),
        ({"columns": {"date": 1, "amount": 2}, "reversed": True}, "2026-03-02;7,50;x", "-7.50"),
        ({"columns": {"date": 1, "money_in": 2, "money_out": 3}}, "2026-03-02;0,00;7,50", "-7.50"),
        ({"columns": {"date": 1, "money_in": 2, "money_out": 3}}, "2026-03-02;;-7,50", "-7.50"),
        ({"columns": {"date": 1, "money_in": 2, "money_out": 3}}, "2026-03-02;7,50;0,00", "7.50"),
        ({"columns": {"date": 1, "money_in": 2, "money_out": 3}}, "2026-03-02;-7,50;", "-7.50"),
        ({"columns": {"date": 1, "money_in": 2, "money_out": 3}}, "2026-03-02;0,00;0,00", "0.00"),
    ],
)
def test_which_way_money_goes(table, row, amount):
    found = one(f"a;b;c\n{row}\n", table)
    assert [str(n.amount) for n in found.lines] == [amount]


@pytest.mark.parametrize(
    ("table", "row", "kind"),
    [
        ({"columns": {"date": 1, "amount": 2, "direction": 3}, "out_words": ["D"]}, "-7,50;D", ImportAmountInvalid),
        ({"columns": {"date": 1, "amount": 2}}, ";x", ImportAmountInvalid),
        ({"columns": {"date": 1, "money_in": 2, "money_out": 3}}, ";", BankAmountTwice),
        ({"columns": {"date": 1, "money_in": 2, "money_out": 3}}, "1,00;1,00", BankAmountTwice),
        ({"columns": {"date": 1, "money_in": 2, "money_out": 3}}, ";1,00\n2026-03-02;;-1,00", BankSignsMixed),
    ],
)
def test_which_way_money_goes_isnt_guessed(table, row, kind):
    refused(kind, f"a;b;c\n2026-03-02;{row}\n", table)


def test_an_own_layout_comes_before_the_known_ones_and_both_are_taken(samples):
    table = {"columns": {"date": "Dag", "amount": "Kronor"}}
    assert told(one("Dag;Kronor\n2026-03-02;7,50\n", table)) == [("2026-03-02", "7.50", "", "")]
    assert len(one((samples / "sweden/bankcsv/handelsbanken.csv").read_bytes(), table).lines) == 3


def test_lines_to_pass_over():
    table = {"columns": {"date": "Dag", "amount": "Kronor"}, "skip": 2}
    assert len(one("Dag;Kronor\n;\nDag;Kronor\n2026-03-02;7,50\n", table).lines) == 1
    refused(ImportUnknownFormat, "Dag;Kronor\n2026-03-02;7,50\n", table)


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ("Konto 12345678\nPeríodo: 01.03.2026 - 31.03.2026 (EUR)\n", ("2026-03-01", "2026-03-31")),
        ("PERÍODO;01.03.2026;31.03.2026\n", ("2026-03-01", "2026-03-31")),
        ("Período\nPeríodo desde 01.03.2026\nPeríodo hasta 31.03.2026\n", None),  # two days on one line
        ("Período 01.03.2026 - 31.03.2026, 02.04.2026\n", None),
        ("Período 2026-03-01 - 2026-03-31\n", None),  # not as the rows' days are written
        ("Período 01.02.2026 - 28.02.2026\n", (None, None)),  # of other days than the rows
        ("", None),
    ],
)
def test_a_period_above_the_header(above, expected):
    table = {"columns": {"date": "Dag", "amount": "Kr"}, "dates": ["%d.%m.%Y"], "period": "período"}
    text = f"{above}Dag;Kr\n05.03.2026;2,00\n04.03.2026;2,00\n"
    if expected is None:
        assert refused(TableHeader, text, table).line == text.count("\n") - 2
    else:
        found = one(text, table)
        assert (found.first_day and str(found.first_day), found.last_day and str(found.last_day)) == expected


@pytest.mark.parametrize(
    ("rows", "begun", "last"),
    [
        ("04.03.2026;2,00\n05.03.2026;2,00\n", True, None),  # oldest first: more may have followed
        ("05.03.2026;2,00\n04.03.2026;2,00\n", False, "2026-03-31"),  # newest first: more may stand before
        ("05.03.2026;2,00\n", False, None),
        ("05.03.2026;2,00\n05.03.2026;3,00\n", False, None),
        ("", False, "2026-03-31"),
    ],
)
def test_what_a_list_shows_of_its_period(rows, begun, last):
    table = {"columns": {"date": "Dag", "amount": "Kr"}, "dates": ["%d.%m.%Y"], "period": "Period"}
    found = one(f"Period 01.03.2026 31.03.2026\nDag;Kr\n{rows}", table)
    assert (str(found.first_day), found.begun, found.last_day and str(found.last_day)) == ("2026-03-01", begun, last)


def test_an_amount_cut_off_behind_its_thousands_isnt_whole():
    table = {"columns": {"date": "Fecha", "amount": "Importe"}, "thousands": ".", "decimal": ","}
    whole = "Fecha;Importe\n2026-03-02;22.480\n2026-03-03;1.234.567"
    assert [str(n.amount) for n in one(f"{whole}\n", table).lines] == ["22480.00", "1234567.00"]
    for cut in range(len(whole) - len("1.234.567"), len(whole) + 1):
        refused(TableCutOff, whole[:cut], table)


def test_a_bank_that_ends_its_files_without_line_end():
    text = "Dag;Kronor;Text\n2026-03-02;7,50;Swish"
    refused(TableCutOff, text, {"columns": {"date": 1, "amount": 2}})
    assert len(one(text, {"columns": {"date": 1, "amount": 2}, "ended": False}).lines) == 1


def test_a_currency_without_decimals():
    text = "Dag;Pesos;Saldo\n2026-03-02;1500;2500\n2026-03-03;-500,00;2000\n"
    table = {"columns": {"date": 1, "amount": 2, "balance": 3}}
    found = one(text, table, "CLP")
    assert ([str(n.amount) for n in found.lines], ends(found)) == (["1500", "-500"], ("1000", "2000"))
    with pytest.raises(ImportAmountUnit):
        one(text.replace("-500,00", "-500,50").replace("2000", "1999,50"), table, "CLP")


# --- order and balances


def rows(*told, header="Datum;Belopp;Saldo"):
    return header + "\n" + "".join(f"{row}\n" for row in told)


PLAIN = {"columns": {"date": "Datum", "amount": "Belopp", "balance": "Saldo"}}


def test_rows_of_one_day_are_ordered_by_their_balances():
    newest = rows("2026-03-02;3,00;16,00", "2026-03-02;2,00;13,00", "2026-03-02;1,00;11,00")
    oldest = rows("2026-03-02;1,00;11,00", "2026-03-02;2,00;13,00", "2026-03-02;3,00;16,00")
    for text in (newest, oldest):
        found = one(text, PLAIN)
        assert ([str(n.amount) for n in found.lines], ends(found)) == (["1.00", "2.00", "3.00"], ("10.00", "16.00"))


BOTH_WAYS = rows("2026-03-02;100,00;100,00", "2026-03-02;-100,00;0,00")


def test_rows_whose_balances_follow_both_ways_need_an_order():
    refused(BankOrderUnclear, BOTH_WAYS, PLAIN)
    assert ends(one(BOTH_WAYS, PLAIN | {"order": "oldest-first"})) == ("0.00", "0.00")
    assert ends(one(BOTH_WAYS, PLAIN | {"order": "newest-first"})) == ("100.00", "100.00")
    # a known bank's usual order
    known = (
        "Reskontradatum;Transaktionsdatum;Text;Belopp;Saldo\n2026-03-02;;a;100,00;100,00\n2026-03-02;;b;-100,00;0,00\n"
    )
    assert ends(one(known)) == ("100.00", "100.00")


def test_a_declared_order_must_tie():
    text = rows("2026-03-02;3,00;16,00", "2026-03-02;2,00;13,00")
    refused(BankBalanceBroken, text, PLAIN | {"order": "oldest-first"})


def test_equal_rows_tie_both_ways_without_a_doubt():
    assert ends(one(rows("2026-03-02;0,00;5,00", "2026-03-02;0,00;5,00"), PLAIN)) == ("5.00", "5.00")


def test_a_balance_that_doesnt_follow_names_the_row_and_the_difference():
    text = rows("2026-03-04;1,00;17,00", "2026-03-03;2,00;14,00", "2026-03-02;1,00;11,00")
    problem = refused(BankBalanceBroken, text, PLAIN)
    # 11,00 + 2,00 = 13,00, not 14,00; then 14,00 + 1,00 = 15,00, not 17,00: the first in the file is told
    assert (problem.line, problem.excerpt) == (2, "2026-03-04;1,00;17,00")
    assert problem.params | {} == {
        "row": "2",
        "date": "2026-03-04",
        "stated": "17.00",
        "expected": "15.00",
        "difference": "2.00",
    }


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_a_row_that_is_missing_or_doubled_is_seen(gone):
    told = [f"2026-03-{day:02};{day},00;{100 + day * (day + 1) // 2},00" for day in range(1, 6)]
    assert len(one(rows(*told), PLAIN).lines) == 5
    refused(BankBalanceBroken, rows(*(row for n, row in enumerate(told) if n != gone)), PLAIN)
    refused(BankBalanceBroken, rows(*told[: gone + 1], *told[gone:]), PLAIN)


def test_a_list_without_balances_is_in_the_order_of_its_days():
    table = {"columns": {"date": "Datum", "amount": "Belopp"}}
    found = one("Datum;Belopp\n2026-03-03;3,00\n2026-03-02;2,00\n2026-03-02;1,00\n", table)
    assert ([str(n.amount) for n in found.lines], ends(found)) == (["1.00", "2.00", "3.00"], (None, None))
    mixed = one("Datum;Belopp\n2026-03-03;3,00\n2026-03-02;2,00\n2026-03-04;4,00\n", table)
    assert [str(n.amount) for n in mixed.lines] == ["2.00", "3.00", "4.00"]


# --- what is refused

HEAD = "Reskontradatum;Transaktionsdatum;Text;Belopp;Saldo\n"


@pytest.mark.parametrize(
    ("data", "kind", "line"),
    [
        ("", ImportUnknownFormat, None),
        ("Datum;Text\n", ImportUnknownFormat, None),
        ("Reskontradatum;Transaktionsdatum;Text;Belopp\n2026-03-02;;a;1,00\n", ImportUnknownFormat, None),  # no balance
        (HEAD.replace(";", ":"), ImportUnknownFormat, None),
        (HEAD.replace(";", ",") + "2026-03-02,,a,1,00,1,00\n", TableColumns, 2),  # Excel of another country
        (HEAD.replace(";", ",") + "2026-03-02,,a,1.00,1.00\n2026-03-03,,a,1.00,2,00\n", TableColumns, 3),
        (HEAD + "2026-03-02;;a;1,00;1,00\n2026-03-03;;a;1.00;2.00\n", TableNumbersMixed, 3),
        (HEAD + "2026-03-02;;a;1.000,00;1,00\n", ImportAmountInvalid, 2),
        (HEAD + "2026-03-02;;a;1,005;1,00\n", ImportAmountInvalid, 2),
        (HEAD + "2026-03-02;;a;=1+1;1,00\n", ImportAmountInvalid, 2),
        (HEAD + "2026-03-02;;a;;1,00\n", ImportAmountInvalid, 2),
        (HEAD + "2026-03-02;;a;1,00;NaN\n", ImportAmountInvalid, 2),
        (HEAD + "02/03/2026;;a;1,00;1,00\n", ImportDateInvalid, 2),
        (HEAD + "2026-02-29;;a;1,00;1,00\n", ImportDateInvalid, 2),
        (HEAD + ";;a;1,00;1,00\n", ImportDateInvalid, 2),
        (HEAD + "2026-03-02;;a;1,00\n", TableColumns, 2),
        (HEAD + "2026-03-02;;a;1,00;1,00;\n", TableColumns, 2),
        (HEAD + '2026-03-02;;"a;1,00;1,00\n' + "2026-03-02;;a;1,00;1,00\n" * 50, TableDamaged, 2),
        (HEAD + f"2026-03-02;;{'a' * 140_000};1,00;1,00\n", TableDamaged, 2),
        (HEAD + f"2026-03-02;;a;1,00;1,00{';' * 1_000_000}\n", TableDamaged, 2),
        (";" * 1_000_000 + "\n" + HEAD, ImportUnknownFormat, None),
        (HEAD + "2026-03-02;;a;1,00;1,00", None, None),
        (HEAD + "2026-03-02;;a;1,00;1,0", TableCutOff, 2),
        (HEAD + "2026-03-02;;a;1,00;1", TableCutOff, 2),
        (HEAD + "2026-03-02;;a;1;1", TableCutOff, 2),
        ((HEAD + "2026-03-02;;å;1,00;1,00\n").encode()[:-12], TableEncoding, None),
        (HEAD.encode() + b"2026-03-02;;\x00;1,00;1,00\n", TableEncoding, 2),
        (HEAD.encode() + b"2026-03-02;;\x81;1,00;1,00\n", TableEncoding, 2),
    ],
)
def test_bad_files(data, kind, line):
    if kind is None:
        assert len(one(data).lines) == 1
        return
    problem = refused(kind, data)
    assert problem.line == line or kind is TableEncoding
    assert problem.text()
    assert problem.remedy_text()


def test_two_currencies_in_one_account():
    text = "Datum;Belopp;Namn;Ytterligare detaljer;Meddelande;Egna anteckningar;Saldo;Valuta;\n"
    text += "2026/03/02;1,00;a;;;;2,00;SEK;\n2026/03/01;1,00;a;;;;1,00;EUR;\n"
    problem = refused(BankCurrency, text)
    assert (problem.line, problem.params["currency"], problem.params["expected"]) == (3, "EUR", "SEK")
    assert refused(BankCurrency, text.replace("EUR", "kr")).params["currency"] == "KR"


def test_formulas_in_a_text_are_a_text():
    assert one(HEAD + "2026-03-02;;=cmd|' /C calc'!A0;1,00;1,00\n").lines[0].text == "=cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    ("parts", "number"),
    [
        (["8327-9", "123456789"], "83279-0123456789"),
        (["81234", "1234567890"], "81234-1234567890"),
        (["6789", "123 456 789"], "6789-123456789"),
        (["SE35 5000"], "SE355000"),
        (["", ""], ""),
    ],
)
def test_account_numbers(parts, number):
    assert account_of(tuple(parts)) == number


@pytest.mark.parametrize(
    ("cell", "wanted", "expected"),
    [
        ("Pending", "pending", True),
        ("Pending card", "pending", False),
        ("Prel. kortköp", "Prel*", True),
        ("Preliminär", "Prel*", True),
        ("Preliminär", "Prel *", False),
        ("PREL  Kortköp", "Prel *", True),
        ("Prel", "Prel *", True),
    ],
)
def test_types(cell, wanted, expected):
    assert is_type(cell, wanted) is expected


def test_the_importer_reads_by_its_sources_table(make_workspace, tmp_path):
    unit = '[[source]]\nname = "bank"\nformat = "csv"\n[source.csv]\nbank = "seb"\n'
    ws = make_workspace({"repris": {"unit": unit}})
    repris = ws.units["repris"]
    importer = CsvImporter(ws, repris, repris.sources[0])
    data = HEAD.encode()
    assert not importer.recognises(data)
    with pytest.raises(ImportUnknownFormat):
        importer.statements(Source(tmp_path / "f.csv", "f.csv", data, sha256(data)))
    assert Decimal(0) == importer.read(Source(tmp_path / "f.csv", "f.csv", SEB.encode(), "1" * 64))[0].net


SEB = "Bokföringsdatum;Valutadatum;Verifikationsnummer;Text;Belopp;Saldo\n"
