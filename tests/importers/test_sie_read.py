"""SIE files as programs write them: every figure of the independent reader, and every way a file can be broken."""

import json
import zlib
from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from importers.problems import ImportAmountInvalid, ImportDateInvalid, ImportFileEmpty
from importers.sie.problems import SieChecksum, SieCutOff, SieInvalid
from importers.sie.read import read_sie
from importers.sie.text import decode, fields, looks_like_sie

HEAD = '#FLAGGA 0\n#FORMAT PC8\n#SIETYP 4\n#FNAMN "Bolaget"\n#RAR 0 20260101 20261231\n'
VOUCHER = (
    '#VER A 1 20260105 "Kaffe"\n{\n#TRANS 1910 {} -100.00\n#TRANS 6110 {1 "10"} 100.00 20260105 "bröd" 2 "anna"\n}\n'
)


def oracle(samples):
    return json.loads((samples / "sweden/sie/oracle.json").read_text(encoding="utf-8"))


def names():
    """The sample files, named here so that a missing one is a failure and not silence."""
    return """avendo_520_4E.se avendo_520_4E_BADBALANCE.se barsoom_min_cp437.se bl_administration_4E.se
    bl_administration_4I.si bl_administration_typ2.se bl_administration_typ3.se edison_ekonomi_4E.se fortnox_2_0_0_4.si
    fortnox_3_57_4I_cp437.se fortnox_3_57_multiseries_UTF8_mojibake.se norstedts_bokslut_4E_ksumma.se
    norstedts_bokslut_4I_ksumma.si real09_4I.si softone_business_4E.se specter_4E.se visma_adm2000_4E_cp437.se
    visma_adm2000_underdim_UTF8.se visma_bokslut_4I.si visma_compact_typ1_ksumma.se visma_eekonomi_2011_4E.se
    visma_fakturering_4I.si visma_lon100_4I.si""".split()


def total(sie, kind):
    return sum(sie.sums(kind).values(), Decimal(0))


@pytest.mark.parametrize("name", names())
def test_every_figure_of_the_oracle(samples, name):
    want = oracle(samples)[name]
    sie = read_sie((samples / "sweden/sie" / name).read_bytes(), name)
    assert sie.encoding == want["encoding"]
    assert dict(sie.labels) == want["labels"]
    for key, values in want["meta"].items():
        if key != "RAR":
            assert list(sie.meta[key]) == values, key
    years = {number: tuple(f"{d:%Y%m%d}" for d in days or ()) for number, days in sie.years.items()}
    assert years == {int(n): tuple(days) for n, days in (want["meta"].get("RAR") or {}).items()}
    assert len(sie.vouchers) == want["vouchers"]
    assert sum(len(v.rows) for v in sie.vouchers) == want["trans"]
    assert sum(1 for v in sie.vouchers for r in v.rows if r.objects) == want["trans_with_objects"]
    assert Counter(v.series for v in sie.vouchers) == want["series"]
    numbers = defaultdict(set)
    for voucher in (v for v in sie.vouchers if v.number.isdigit()):
        numbers[voucher.series].add(int(voucher.number))
    assert sum(max(n) - min(n) + 1 - len(n) for n in numbers.values()) == want["series_gaps"]
    unbalanced = [[[v.series, v.number, f"{v.date:%Y%m%d}"], Decimal(v.total)] for v in sie.unbalanced()]
    assert unbalanced == [[who, Decimal(much)] for who, much in want["unbalanced"]]
    assert sie.dimensions == want["dims"]
    assert len(sie.objects) == want["objects"]
    for kind in ("ib", "ub", "res"):
        assert total(sie, kind.upper()) == Decimal(want[f"sum_{kind}"])
    assert total(sie, "UB") + total(sie, "RES") == Decimal(want["ub_plus_res"])
    assert len(sie.differing()) == want["accounts_failing"]
    if want["accounts_checked_ib_plus_trans_eq_ub"]:
        told = {*sie.sums("IB"), *sie.sums("UB"), *sie.sums("RES"), *sie.moved()}
        assert len(told) == want["accounts_checked_ib_plus_trans_eq_ub"]
    checksum = want["ksumma"] and (want["ksumma"]["declared"], want["ksumma"]["computed"])
    assert sie.checksum == checksum


def test_the_oracle_names_no_other_file(samples):
    assert sorted(oracle(samples)) == sorted(names())


def test_a_voucher_row_by_row():
    sie = read_sie((HEAD + VOUCHER).encode("cp437"))
    voucher = sie.vouchers[0]
    assert (voucher.name, voucher.text, voucher.total, voucher.line) == ("A-1", "Kaffe", 0, 6)
    row = voucher.rows[1]
    assert (row.account, row.amount, row.objects) == ("6110", Decimal("100.00"), (("1", "10"),))
    assert (str(row.date), row.text, row.quantity, row.sign, row.line) == ("2026-01-05", "bröd", 2, "anna", 9)


def test_added_and_removed_rows_are_history_and_never_summed():
    rows = "#VER A 1 20260105\n{\n#TRANS 1910 {} -100\n#BTRANS 6110 {} 90\n#RTRANS 6540 {} 100\n#TRANS 6540 {} 100\n}\n"
    voucher = read_sie((HEAD + rows).encode()).vouchers[0]
    assert voucher.total == 0
    assert [r.label for r in voucher.history] == ["#BTRANS", "#RTRANS"]


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("cp437", "cp437"), ("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp1252", "cp1252"), ("latin-1", "cp1252")],
)
def test_swedish_letters_in_every_encoding_that_programs_write(encoding, told):
    text = HEAD + '#KONTO 3740 "Öres- och krönutjämning på Åhléns"\n'
    sie = read_sie(text.encode(encoding))
    assert sie.encoding == told
    assert sie.accounts["3740"].name == "Öres- och krönutjämning på Åhléns"


def test_a_byte_without_swedish_letters_is_read_as_the_format_says():
    assert decode(b"\xab") == ("½", "cp437")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('A 1 "två ord" {1 "100" 6 P1} -3.5 "" 0', ["A", "1", "två ord", ["1", "100", "6", "P1"], "-3.5", "", "0"]),
        ('\t"sa \\"hej\\""\t{}', ['sa "hej"', []]),
        ("C:\\x {1 2}", ["C:\\x", ["1", "2"]]),
    ],
)
def test_fields(line, found):
    assert fields(line) == (found, False)


KSUMMA = "#KSUMMA\n#FORMAT PC8\n#SIETYP 4\n#FNAMN \"Å B\"\n#KONTO 1510 'x'\n"


def test_a_right_checksum_passes_and_a_changed_letter_is_found():
    crc = zlib.crc32("#FORMATPC8#SIETYP4#FNAMNÅ B#KONTO1510'x'".encode("cp437"))
    whole = f"#FLAGGA 0\n{KSUMMA}#KSUMMA {crc}\n"
    assert read_sie(whole.encode("cp437")).checksum == (crc, crc)
    with pytest.raises(SieChecksum) as caught:
        read_sie(whole.replace("1510", "1511").encode("cp437"))
    assert caught.value.line == 7


BROKEN = [
    ("empty", "", ImportFileEmpty, None),
    ("blank", " \r\n \n", ImportFileEmpty, None),
    ("another file", "<xml/>\n", SieInvalid, 1),
    ("no head", "#KONTO 1510 x\n", SieInvalid, 1),
    ("voucher never closed", HEAD + VOUCHER[:-2], SieCutOff, 6),
    ("voucher without rows", HEAD + "#VER A 1 20260105\n#KONTO 1 x\n", SieInvalid, 7),
    ("last line cut in a text", HEAD + '#KONTO 1510 "Kund', SieCutOff, 6),
    ("checksum never closed", "#FLAGGA 0\n" + KSUMMA, SieCutOff, 7),
    ("row outside", HEAD + "#TRANS 1910 {} 1\n", SieInvalid, 6),
    ("brace outside", HEAD + "}\n", SieInvalid, 6),
    ("brace never closed", HEAD + "#VER A 1 20260105\n{\n#TRANS 1910 {1 1.00\n}\n", SieInvalid, 8),
    ("odd objects", HEAD + "#VER A 1 20260105\n{\n#TRANS 1910 {1} 1.00\n}\n", SieInvalid, 8),
    ("decimal comma", HEAD + "#VER A 1 20260105\n{\n#TRANS 1910 {} 1,00\n}\n", ImportAmountInvalid, 8),
    ("not a number", HEAD + "#VER A 1 20260105\n{\n#TRANS 1910 {} NaN\n}\n", ImportAmountInvalid, 8),
    ("full-width digits", HEAD + "#VER A 1 20260105\n{\n#TRANS 1910 {} １２\n}\n", ImportAmountInvalid, 8),
    ("30 February", HEAD + "#VER A 1 20260230\n{\n}\n", ImportDateInvalid, 6),
    ("date with hyphens", HEAD + "#VER A 1 2026-02-03\n{\n}\n", ImportDateInvalid, 6),
    ("a balance without amount", HEAD + "#IB 0 1510\n", SieInvalid, 6),
]


@pytest.mark.parametrize(("text", "error", "line"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_file_is_one_error_with_its_line(text, error, line):
    with pytest.raises(error) as caught:
        read_sie(text.encode("utf-8"), "x.se")
    assert type(caught.value) is error
    assert (caught.value.file, caught.value.line) == ("x.se", line)


def test_no_cut_within_a_voucher_gives_a_voucher():
    """Cut at every byte: refused, or (cut within the label itself) read as the records before it, without a voucher."""
    whole = (HEAD + VOUCHER).encode("cp437")
    refused = 0
    for end in range(len(HEAD) + 1, len(whole) - 1):
        try:
            assert read_sie(whole[:end]).vouchers == []
        except (SieCutOff, SieInvalid, ImportDateInvalid, ImportAmountInvalid):
            refused += 1
    assert refused >= len(VOUCHER) - 6


def test_files_are_known_by_their_beginning():
    assert looks_like_sie(b"\xef\xbb\xbf\r\n#FLAGGA 0\r\n")
    assert looks_like_sie(b"#PROGRAM x 1\n")
    assert not looks_like_sie(b"<?xml version='1.0'?><Document/>")
    assert not looks_like_sie(b"# a comment\n")
