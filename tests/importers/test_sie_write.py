"""SIE written by us: CP437, CRLF, and read back as it was."""

import dataclasses
import datetime as dt
import string
import zlib
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.sie.model import SieAccount, SieBalance, SieFile, SieRow, SieVoucher
from importers.sie.read import read_sie
from importers.sie.write import substituted, write_sie

DAY = dt.date(2026, 1, 5)


def small():
    rows = (
        SieRow("1930", Decimal(-100)),
        SieRow("6110", Decimal(100), (("1", "10"),), DAY, "bröd", Decimal(2), "anna"),
    )
    return SieFile(
        "cp437",
        meta={"FNAMN": ("Övning",), "ORGNR": ("769999-0001",)},
        years={0: (dt.date(2026, 1, 1), dt.date(2026, 12, 31))},
        accounts={"1930": SieAccount("1930", "Bank", "T", ("7281",)), "6110": SieAccount("6110", 'Kontors"mat"')},
        dimensions={"1": "Kostnadsställe"},
        objects={("1", "10"): "Köket"},
        balances=[SieBalance("IB", 0, "1930", Decimal("12.5"))],
        vouchers=[SieVoucher("A", "1", DAY, "Kaffe", dt.date(2026, 1, 6), "anna", rows)],
    )


def test_the_bytes():
    text = write_sie(small()).decode("cp437")
    assert text.splitlines() == [
        "#FLAGGA 0",
        '#PROGRAM "Sambok" "1"',
        "#FORMAT PC8",
        "#SIETYP 4",
        "#ORGNR 769999-0001",
        '#FNAMN "Övning"',
        "#RAR 0 20260101 20261231",
        '#KONTO 1930 "Bank"',
        "#KTYP 1930 T",
        "#SRU 1930 7281",
        '#KONTO 6110 "Kontors\\"mat\\""',
        '#DIM 1 "Kostnadsställe"',
        '#OBJEKT 1 "10" "Köket"',
        "#IB 0 1930 12.50",
        '#VER "A" "1" 20260105 "Kaffe" 20260106 "anna"',
        "{",
        "#TRANS 1930 {} -100.00",
        '#TRANS 6110 {1 "10"} 100.00 20260105 "bröd" 2 "anna"',
        "}",
    ]
    assert text.count("\r\n") == text.count("\n") == 19


def test_the_checksum_is_over_the_fields_alone():
    """Worked by hand from the format's chapter 11: labels and fields, no blanks, quotation marks or braces."""
    sie = SieFile("cp437", meta={"FNAMN": ("Å B",)})
    expected = zlib.crc32("#PROGRAMSambok1#FORMATPC8#SIETYP4#FNAMNÅ B".encode("cp437"))
    assert write_sie(sie, checksum=True).decode("cp437").splitlines()[-1] == f"#KSUMMA {expected}"


def without_lines(sie):
    def voucher(v):
        rows = tuple(dataclasses.replace(r, line=0) for r in v.rows)
        history = tuple(sorted((dataclasses.replace(r, line=0) for r in v.history), key=repr))
        return dataclasses.replace(v, line=0, rows=rows, history=history)

    vouchers = [voucher(v) for v in sie.vouchers]
    return sie.meta, sie.years, sie.accounts, sie.dimensions, sie.objects, sie.balances, vouchers


def test_read_back_as_it_was():
    for checksum in (False, True):
        back = read_sie(write_sie(small(), checksum=checksum))
        meta, *rest = without_lines(back)
        assert rest == list(without_lines(small())[1:])
        assert meta["FNAMN"] == ("Övning",)


@pytest.mark.parametrize(
    "name", ["norstedts_bokslut_4E_ksumma.se", "visma_adm2000_4E_cp437.se", "bl_administration_4E.se"]
)
def test_a_real_file_survives_writing(samples, name):
    sie = read_sie((samples / "sweden/sie" / name).read_bytes())
    back = read_sie(write_sie(sie, checksum=True))
    assert without_lines(back)[1:] == without_lines(sie)[1:]
    assert back.checksum is not None


def test_what_the_encoding_lacks_is_replaced_and_named():
    assert substituted("50 € – Ø’") == {"€": "EUR", "–": "-", "Ø": "O", "’": "'"}
    sie = SieFile("cp437", meta={"FNAMN": ("50 €\r\n#VER\\",)})
    assert read_sie(write_sie(sie)).meta["FNAMN"] == ("50 EUR  #VER/",)


TEXT = st.text(string.ascii_letters + string.digits + ' åäöÅÄÖé"{}#\\-', max_size=20)
AMOUNTS = st.decimals(-(10**9), 10**9, places=2)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, AMOUNTS, TEXT), max_size=6), st.booleans())
def test_any_text_survives(rows, checksum):
    vouchers = [
        SieVoucher(
            series.strip(), number.strip(), DAY, text, rows=(SieRow("1930", amount, (("1", series),), None, text),)
        )
        for series, number, amount, text in rows
    ]
    sie = SieFile("cp437", meta={"FNAMN": ("x",)}, vouchers=vouchers)
    back = read_sie(write_sie(sie, checksum=checksum))

    def plain(text):
        return text.replace('\\"', '/"')[:-1] + "/" if text.endswith("\\") else text.replace('\\"', '/"')

    expected = [(v.series, v.number, v.text, v.rows[0].amount, v.rows[0].objects[0][1]) for v in vouchers]
    found = [(v.series, v.number, v.text, v.rows[0].amount, v.rows[0].objects[0][1]) for v in back.vouchers]
    assert found == [tuple(plain(x) if isinstance(x, str) else x for x in row) for row in expected]
