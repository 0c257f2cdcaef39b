"""M-Pesa statements: both samples by hand, the forms met in practice, and what is refused."""

import random

import pytest

from importers.bank.problems import BankCountDiffers, BankCurrency
from importers.bank.problems_chain import BankAmountTwice, BankBalanceBroken, BankOrderUnclear, BankSignsMixed
from importers.bank.statements import check_whole
from importers.letters import head_text, read_text
from importers.mpesa.importer import MpesaImporter
from importers.mpesa.problems import MpesaReceipt, MpesaStatus
from importers.mpesa.read import find_header, party_of, read_mpesa
from importers.problems import ImportAmountInvalid, ImportDateInvalid
from importers.problems_tables import TableColumns, TableCutOff, TableDamaged, TableDateAmbiguous, TableHeader
from ledger.errors import Problem

PAYBILL = "vsla/mpesa-paybill-statement.SYNTHETIC.csv"
PERSONAL = "vsla/mpesa-personal-statement.SYNTHETIC.csv"
SHORT = "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Balance\n"


def read(data, currency="KES", forms=()):
    data = data if isinstance(data, bytes) else data.encode()
    text = read_text(data, "f.csv")
    header = find_header(text)
    if header is None:
        raise TableHeader(file="f.csv", reason="none")
    found, left_out = read_mpesa(text, "f.csv", header, currency, forms)
    return check_whole(found, "f.csv"), left_out


def one(data, currency="KES", forms=()):
    return read(data, currency, forms)[0]


def refused(kind, data, **options):
    with pytest.raises(kind) as caught:
        one(data, **options)
    return caught.value


def told(statement):
    return [(str(n.date), str(n.amount), n.bank_ref, n.counterparty, n.text) for n in statement.lines]


def ends(statement):
    return tuple(None if n is None else str(n) for n in (statement.opening, statement.closing))


# --- the samples, by hand


def test_an_organisations_statement(samples):
    found, left_out = read((samples / PAYBILL).read_bytes())
    assert told(found) == [
        ("2026-02-11", "1200.00", "SB71AB12CD", "ANNA N", "Pay Bill Online"),
        ("2026-02-11", "-33.00", "SB72AB12CE", "", "Pay Bill Charge"),
        ("2026-02-12", "-5000.00", "SB74AB12CG", "CARO M", "Business Payment to Customer"),
    ]
    assert left_out == 1  # Bo's payment failed: its balance is that of the row before
    assert ends(found) == ("150000.00", "146167.00")
    assert (found.account, found.currency) == ("600610", "KES")
    assert (str(found.first_day), str(found.last_day)) == ("2026-02-11", "2026-02-12")
    assert [n.reference for n in found.lines] == ["NK26-L01", "", "NK26-L02"]
    assert [n.counterparty_account for n in found.lines] == ["2547****001", "", "2547****003"]
    assert found.lines[1].extra == (("linked-receipt", "SB71AB12CD"),)


def test_a_persons_statement(samples):
    found, left_out = read((samples / PERSONAL).read_bytes())
    assert told(found) == [
        ("2026-02-11", "500.00", "TFA4K21LMN", "ANNA N", "Funds received from 2547******26 ANNA N"),
        ("2026-02-11", "-250.00", "TFA4K21LMP", "BO K", "Customer Transfer to 2547******91 BO K"),
        ("2026-02-11", "-7.00", "TFA4K21LMP", "", "Customer Transfer of Funds Charge"),
    ]
    assert (left_out, ends(found), found.account) == (0, ("5000.00", "5243.00"), "")
    # the charge shares its receipt with the payment and stays a line of its own
    assert len({n.identity for n in found.lines}) == 3


@pytest.mark.parametrize("name", [PAYBILL, PERSONAL])
def test_a_cut_statement_gives_true_lines_or_none(samples, name):
    """What is cut within a row is refused; cut exactly between two rows (it can't be seen) all that comes is true."""
    data = (samples / name).read_bytes()
    whole = one(data)
    rows = {row.strip(b"\r") for row in data.split(b"\n")} | {b""}
    accepted = set()
    for size in range(len(data)):
        try:
            found = one(data[:size])
        except Problem:
            continue
        accepted.add(len(found.lines))
        assert data[:size].rpartition(b"\n")[2] in rows, size
        newest_first = name == PAYBILL
        assert found.lines == (
            whole.lines[len(whole.lines) - len(found.lines) :] if newest_first else whole.lines[: len(found.lines)]
        )
        assert found.opening is None or found.opening + found.net == found.closing
    assert accepted >= set(range(len(whole.lines)))


@pytest.mark.parametrize("name", [PAYBILL, PERSONAL])
def test_a_damaged_statement_gives_entries_that_tie_or_one_error(samples, name):
    data = (samples / name).read_bytes()
    rng = random.Random(name)  # noqa: S311  the same damages every time
    for _ in range(400):
        worse = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(worse))
            kind = rng.randrange(3)
            if kind == 0:
                worse[at] = rng.randrange(256)
            elif kind == 1:
                del worse[at : at + rng.randint(1, 20)]
            else:
                worse[at:at] = rng.choice([b",", b'"', b"\n", b"\x00", b"\xff", b"-", b"9", b"Total", b"*"])
        try:
            found = one(bytes(worse))
        except Problem:
            continue
        if found.opening is not None:
            assert found.opening + found.net == found.closing


# --- forms met in practice


@pytest.mark.parametrize("data", [SHORT, SHORT.upper(), "\ufeff" + SHORT, SHORT.replace(",", ";")])
def test_a_statement_without_rows(data):
    assert one(data).lines == ()


def test_an_accent_of_windows_and_a_byte_order_mark():
    row = "R1AB,2026-02-11 10:00,Café,Completed,1.00,,1.00\n"
    assert one((SHORT + row).encode("cp1252")).lines[0].text == "Café"
    assert one((SHORT + row).encode("utf-8-sig")).lines[0].text == "Café"


def test_columns_of_a_paybill_turned_from_pdf():
    data = (
        "Paybill: 556677\n\n"
        "Receipt No,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Balance,Transaction Type,Other Party\n"
        "qab12cd301,03-02-2026 10:15:00,Pay Bill from 254712345678 - JANE DOE Acc. GV A1,Completed,15000.00,0.00,"
        "15000.00,Pay Bill Online,254712345678 - JANE DOE\n"
        "QAB12CD303,13-02-2026 12:00:00,Business Charge,Completed,0.00,30.00,14970.00,Charge,\n"
    )
    found = one(data)
    assert found.account == "556677"
    assert told(found) == [
        (
            "2026-02-03",
            "15000.00",
            "QAB12CD301",
            "JANE DOE",
            "Pay Bill from 254712345678 - JANE DOE Acc. GV A1 Pay Bill Online",
        ),
        ("2026-02-13", "-30.00", "QAB12CD303", "", "Business Charge"),
    ]
    assert ends(found) == ("0.00", "14970.00")


def test_a_statement_without_status_and_balance():
    data = "Receipt No.,Completion Time,Details,Paid In,Withdrawn,Other Party Info,A/C No.\n"
    data += "R2AB,2026-02-12 10:05:00,Charge,,-33.00,,\nR1AB,2026-02-11 10:00:00,Pay Bill Online,500.00,,1 - A B,x\n"
    found = one(data)
    assert (ends(found), [n.bank_ref for n in found.lines]) == ((None, None), ["R1AB", "R2AB"])


def test_a_balance_that_isnt_confirmed_proves_nothing():
    head = SHORT.replace("Balance", "Balance,Balance Confirmed")
    rows = "R1AB,2026-02-11 10:00,a,Completed,1.00,,1.00,true\nR2AB,2026-02-11 10:01,b,Completed,2.00,,9.99,false\n"
    found = one(head + rows + "R3AB,2026-02-11 10:02,c,Completed,3.00,,6.00,TRUE\n")
    assert ends(found) == ("0.00", "6.00")
    refused(BankBalanceBroken, (head + rows).replace("false", "true"))


def test_a_reversal_is_one():
    row = "R1AB,2026-02-11 10:00,Pay Bill Reversal to 2547****001 - ANNA N,Completed,,-1.00,1.00\n"
    (line,) = one(SHORT + row).lines
    assert (line.reversal, line.counterparty) == (True, "ANNA N")


def test_masking_doesnt_tell_rows_apart():
    rows = [
        SHORT + f"R1AB,2026-02-11 10:00,Funds received from {phone} ANNA N,Completed,1.00,,1.00\n"
        for phone in ("254712345678", "2547****678", "2547******78", "0712345678")
    ]
    assert len({one(row).lines[0].identity for row in rows}) == 1


def test_ghanas_statement_names_its_currency():
    head = SHORT.replace("Balance", "Balance,Currency,Opposite Party")
    row = "R1AB,2026-02-11 10:00,a,Completed,1.00,,1.00,{},233****001 - KOFI\n"
    assert one(head + row.format("GHS"), "GHS").lines[0].counterparty == "KOFI"
    assert refused(BankCurrency, head + row.format("GHS")).params["expected"] == "KES"


TOTALS = (
    SHORT
    + "R1AB,2026-02-11 10:00,a,Completed,100.00,,100.00\nR2AB,2026-02-11 10:01,b,Failed,5.00,,100.00\n"
    + 'R3AB,2026-02-11 10:02,c,Completed,,-30.00,70.00\nTotal,,,,{},{},\n"Disclaimer: no receipt"\n'
)


@pytest.mark.parametrize(
    ("paid_in", "withdrawn", "kind"),
    [
        ("100.00", "-30.00", None),
        ("105.00", "30.00", None),  # with the failed row
        ("", "", None),
        ("101.00", "30.00", BankCountDiffers),
        ("100.00", "31.00", BankCountDiffers),
        ("abc", "30.00", ImportAmountInvalid),
    ],
)
def test_totals_must_tie(paid_in, withdrawn, kind):
    data = TOTALS.format(paid_in, withdrawn)
    if kind:
        refused(kind, data)
    else:
        assert ends(one(data)) == ("0.00", "70.00")


def test_nothing_stands_after_the_totals():
    refused(TableDamaged, TOTALS.format("", "") + "R4AB,2026-02-11 10:03,d,Completed,1.00,,71.00\n")


# --- day first or month first


@pytest.mark.parametrize(
    ("times", "period", "days"),
    [
        (["2026-09-04 16:02:11"], "", ["2026-09-04"]),
        (["01/11/24 10:30 AM", "13/11/24 10:30 AM"], "", ["2024-11-01", "2024-11-13"]),
        (["11/01/24", "11/13/24"], "", ["2024-11-01", "2024-11-13"]),  # month first
        (["03-03-2026 10:15:00"], "", ["2026-03-03"]),  # the same either way
        (["03-02-2026 10:15:00"], "", None),
        (["03-02-2026 10:15:00"], "01-02-2026 - 28-02-2026", ["2026-02-03"]),
        (["03-02-2026 10:15:00"], "2026-02-01 - 2026-02-28", ["2026-02-03"]),
        (["03-02-2026 10:15:00"], "From 2026-03-01 To 2026-03-31", ["2026-03-02"]),
        (["03-02-2026 10:15:00"], "01-02-2026 - 05-03-2026", None),  # 1 February - 5 March, 2 January - 3 May
        # rows stand in the order of their times: day first 3 February, 1 March, 4 March; month first 2, 3, 3
        (["03-02-2026 10:00", "01-03-2026 10:00", "04-03-2026 10:00"], "", ["2026-02-03", "2026-03-01", "2026-03-04"]),
        (["2026-09-04 16:02:11", "04-09-2026 16:03:00"], "", ImportDateInvalid),
        (["13-13-2026 10:00"], "", ImportDateInvalid),
        (["15:50"], "", ImportDateInvalid),
        ([""], "", ImportDateInvalid),
    ],
)
def test_which_is_the_day(times, period, days):
    data = f"Time Period:,{period}\n\n{SHORT}"
    data += "".join(f"R{n}AB,{time},a,Completed,1.00,,{n + 1}.00\n" for n, time in enumerate(times))
    if days is None:
        problem = refused(TableDateAmbiguous, data)
        assert problem.line == 4
        assert [str(n.date) for n in one(data, forms=("%d-%m-%Y",)).lines] == ["2026-02-03"]
    elif isinstance(days, list):
        assert [str(n.date) for n in one(data).lines] == days
    else:
        refused(days, data)


def test_rows_of_one_moment_that_tie_both_ways_need_an_order():
    rows = "R1AB,2026-02-11 10:00,a,Completed,100.00,,100.00\nR2AB,2026-02-11 10:00,b,Completed,,-100.00,0.00\n"
    refused(BankOrderUnclear, SHORT + rows)
    for order, balance in (("oldest-first", "0.00"), ("newest-first", "100.00")):
        found, _ = read_mpesa(SHORT + rows, "f.csv", find_header(SHORT), order=order)
        assert ends(found) == (balance, balance)


# --- what is refused


@pytest.mark.parametrize(
    ("rows", "kind", "line"),
    [
        ("R1AB,2026-02-11,a,Completed,1.00,,2.00\nR2AB,2026-02-12,a,Completed,1.00,,3.50\n", BankBalanceBroken, 3),
        ("R1AB,2026-02-11,a,Failed,1.00,,2.00\nR2AB,2026-02-12,a,Failed,1.00,,3.00\n", BankBalanceBroken, 3),
        ("R1AB,2026-02-11,a,Completed,,,2.00\n", BankAmountTwice, 2),
        ("R1AB,2026-02-11,a,Completed,1.00,1.00,2.00\n", BankAmountTwice, 2),
        ("R1AB,2026-02-11,a,Completed,,1.00,2.00\nR2AB,2026-02-11,a,Completed,,-1.00,1.00\n", BankSignsMixed, 3),
        ("R1AB,2026-02-11,a,Initiated,1.00,,2.00\n", MpesaStatus, 2),
        ("R1AB,2026-02-11,a,,1.00,,2.00\n", MpesaStatus, 2),
        (",2026-02-11,a,Completed,1.00,,2.00\n", MpesaReceipt, 2),
        ("R1 AB;,2026-02-11,a,Completed,1.00,,2.00\n", MpesaReceipt, 2),
        ("R1AB,2026-02-11,a,Completed,=1+1,,2.00\n", ImportAmountInvalid, 2),
        ('R1AB,2026-02-11,a,Completed,"1,20",,2.00\n', ImportAmountInvalid, 2),
        ("R1AB,2026-02-11,a,Completed,1,200.00,,2.00\n", TableColumns, 2),  # commas, and the quotes lost
        ("R1AB,2026-02-11,a,Completed,1.00,,2.0", TableCutOff, 2),
        ("R1AB,2026-02-11,a,Completed,1.00,,2.00\nR2AB,2026-02", TableCutOff, 3),
        ('R1AB,2026-02-11,"a,Completed,1.00,,2.00\n', TableDamaged, 2),
    ],
)
def test_bad_statements(rows, kind, line):
    problem = refused(kind, SHORT + rows)
    assert problem.line == line
    assert problem.text()
    assert problem.remedy_text()


def test_a_missing_column_is_no_statement():
    refused(TableHeader, SHORT.replace("Withdrawn", "Out"))


@pytest.mark.parametrize(
    ("party", "details", "expected"),
    [
        ("2547****001 - ANNA N", "Pay Bill Online", ("2547****001", "ANNA N", "")),
        ("254711000001", "Pay Bill", ("254711000001", "", "")),
        ("KCB BANK", "Organization Settle to Bank", ("", "KCB BANK", "")),
        ("600611 - OTHER GROUP", "Business Pay Bill", ("600611", "OTHER GROUP", "")),
        ("", "Pay Bill from 254712345678 - JANE DOE Acc. GV-A1", ("254712345678", "JANE DOE", "GV-A1")),
        ("", "Pay Bill to 888880 - KPLC PREPAID Acc. 123 45", ("888880", "KPLC PREPAID", "123 45")),
        ("", "Customer Transfer to 2547******91 BO K", ("2547******91", "BO K", "")),
        ("", "Customer Withdrawal at Agent 12345", ("", "", "")),
        ("", "Customer Transfer of Funds Charge", ("", "", "")),
    ],
)
def test_the_other_side(party, details, expected):
    assert party_of(party, details) == expected


def test_no_other_sample_is_taken_for_a_statement(samples):
    for path in sorted(samples.rglob("*")):
        if path.is_file():
            found = find_header(head_text(path.read_bytes()[:4096])) is not None
            assert found == path.name.startswith("mpesa-"), path


def test_the_importer_takes_its_currency_from_the_source(make_workspace):
    unit = 'currency = "KES"\n[[source]]\nname = "pesa"\nformat = "mpesa"\n[source.csv]\nencoding = "cp1252"\n'
    ws = make_workspace({"kikundi": {"unit": unit}})
    importer = MpesaImporter(ws, ws.units["kikundi"], ws.units["kikundi"].sources[0])
    assert importer.recognises(SHORT.encode())
    assert not importer.recognises(b"Datum;Belopp\n")
