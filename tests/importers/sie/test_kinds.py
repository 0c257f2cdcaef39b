"""The five types of SIE files: what each holds, and that what is written reads back as it was."""

import dataclasses
import datetime as dt
import string
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.sie.kinds import KINDS, RECORDS, allowed, reduced
from importers.sie.model import SieAccount, SieBalance, SieFile, SieRow, SieVoucher
from importers.sie.read import read_sie
from importers.sie.write import substituted, texts, write_sie

DAY = dt.date(2026, 1, 5)


def plain(sie):
    """A file's contents without where they stood in the text."""

    def rows(found):
        return tuple(dataclasses.replace(row, line=0) for row in found)

    vouchers = [dataclasses.replace(v, line=0, rows=rows(v.rows), history=rows(v.history)) for v in sie.vouchers]
    kept = {
        "meta", "notes", "years", "accounts", "dimensions", "parents", "objects", "balances", "trailing",
    }  # fmt: skip
    return {name: getattr(sie, name) for name in kept} | {"vouchers": vouchers}


SAMPLES = """avendo_520_4E.se avendo_520_4E_BADBALANCE.se barsoom_min_cp437.se bl_administration_4E.se
bl_administration_4I.si bl_administration_typ2.se bl_administration_typ3.se edison_ekonomi_4E.se fortnox_2_0_0_4.si
fortnox_3_57_4I_cp437.se norstedts_bokslut_4E_ksumma.se norstedts_bokslut_4I_ksumma.si real09_4I.si
softone_business_4E.se specter_4E.se visma_adm2000_4E_cp437.se visma_bokslut_4I.si visma_compact_typ1_ksumma.se
visma_eekonomi_2011_4E.se visma_fakturering_4I.si visma_lon100_4I.si""".split()
#: Two files hold U+FFFD, a letter that was lost before export; CP437 has no such letter.
DAMAGED = ["fortnox_3_57_multiseries_UTF8_mojibake.se", "visma_adm2000_underdim_UTF8.se"]


@pytest.mark.parametrize("checksum", [False, True], ids=["plain", "#KSUMMA"])
@pytest.mark.parametrize("name", SAMPLES)
def test_every_real_file_is_written_and_read_back_identical(samples, name, checksum):
    sie = read_sie((samples / "sweden/sie" / name).read_bytes())
    back = read_sie(write_sie(sie, checksum=checksum))
    assert plain(back) == plain(sie)
    assert substituted("".join(texts(sie))) == {}
    assert (back.checksum is not None) == checksum


@pytest.mark.parametrize("name", DAMAGED)
def test_what_was_damaged_before_is_all_that_changes(samples, name):
    data = (samples / "sweden/sie" / name).read_bytes()
    sie = read_sie(data)
    assert sie.warnings
    assert substituted("".join(texts(sie))) == {"\ufffd": "?"}
    mended = read_sie(data.decode().replace("\ufffd", "?").encode())
    assert plain(read_sie(write_sie(sie))) == plain(mended)


# --- types


def full():
    """A file with everything that any type may hold."""
    rows = (
        SieRow("1930", Decimal(-100)),
        SieRow("6110", Decimal(100), (("1", "10"),), DAY, "bröd", Decimal(2), "anna"),
    )
    objects = (("1", "10"),)
    balances = [
        SieBalance(kind, year, account, Decimal(12), objects if kind in {"OIB", "OUB"} else ())
        for kind, account in (("IB", "1930"), ("UB", "1930"), ("OIB", "1930"), ("OUB", "1930"), ("RES", "6110"))
        for year in (0, -1)
    ]
    balances += [
        SieBalance(kind, 0, "6110", Decimal(5), pairs, period="202601")
        for kind in ("PSALDO", "PBUDGET")
        for pairs in ((), objects)
    ]
    names = "FLAGGA PROGRAM FORMAT GEN SIETYP FTYP FNR ORGNR BKOD ADRESS FNAMN TAXAR OMFATTN KPTYP VALUTA".split()
    return SieFile(
        "cp437",
        meta=dict.fromkeys(names, ("1",)) | {"SIETYP": ("4",), "VALUTA": ("SEK",), "FORMAT": ("PC8",)},
        notes=["Fritt", "Mer"],
        years={0: (DAY, DAY), -1: (DAY, DAY)},
        accounts={"1930": SieAccount("1930", "Bank", "T", ("7281",), "kr"), "6110": SieAccount("6110", "Papper", "K")},
        dimensions={"1": "Kostnadsställe", "21": "Butik"},
        parents={"21": "1"},
        objects={("1", "10"): "Köket"},
        balances=balances,
        vouchers=[SieVoucher("A", "1", DAY, "x", rows=rows, history=(SieRow("1930", Decimal(-100), label="#RTRANS"),))],
    )


#: The format's chapter 5, type by type: what a full file of the type holds, in its order.
HOLDS = {
    "1": "FLAGGA PROGRAM FORMAT GEN SIETYP PROSA FTYP FNR ORGNR BKOD ADRESS FNAMN RAR TAXAR KPTYP VALUTA KONTO KTYP "
    "ENHET SRU IB UB RES",
    "2": "FLAGGA PROGRAM FORMAT GEN SIETYP PROSA FTYP FNR ORGNR BKOD ADRESS FNAMN RAR TAXAR OMFATTN KPTYP VALUTA KONTO "
    "KTYP ENHET SRU IB UB RES PSALDO PBUDGET",
    "3": "FLAGGA PROGRAM FORMAT GEN SIETYP PROSA FTYP FNR ORGNR BKOD ADRESS FNAMN RAR TAXAR OMFATTN KPTYP VALUTA KONTO "
    "KTYP ENHET SRU DIM UNDERDIM OBJEKT IB UB OIB OUB RES PSALDO PBUDGET",
    "4I": "FLAGGA PROGRAM FORMAT GEN SIETYP PROSA FTYP FNR ORGNR ADRESS FNAMN RAR TAXAR KPTYP VALUTA KONTO KTYP ENHET "
    "SRU DIM UNDERDIM OBJEKT VER RTRANS TRANS",
    "4E": "FLAGGA PROGRAM FORMAT GEN SIETYP PROSA FTYP FNR ORGNR BKOD ADRESS FNAMN RAR TAXAR OMFATTN KPTYP VALUTA "
    "KONTO KTYP ENHET SRU DIM UNDERDIM OBJEKT IB UB OIB OUB RES PSALDO PBUDGET VER RTRANS TRANS",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_holds_what_the_format_says_in_its_order(kind):
    text = write_sie(reduced(full(), kind)).decode("cp437")
    labels = [line.split()[0][1:] for line in text.splitlines() if line.startswith("#")]
    assert list(dict.fromkeys(labels)) == HOLDS[kind].split()
    assert {label for label, marks in RECORDS.items() if marks[KINDS.index(kind)] == "m"} <= {*labels}
    back = read_sie(text.encode("cp437"))
    assert back.kind == kind
    assert text.count("\r\n") == text.count("\n")


def test_months_of_objects_are_for_type_3_and_up():
    months = [b for b in reduced(full(), "2").balances if b.kind == "PSALDO"]
    assert [b.objects for b in months] == [()]
    assert len([b for b in reduced(full(), "3").balances if b.kind == "PSALDO"]) == 2
    assert all(not row.objects for v in reduced(full(), "1").vouchers for row in v.rows)


def test_the_table_knows_every_label_and_type():
    assert all(len(marks) == len(KINDS) and set(marks) <= set("mo-") for marks in RECORDS.values())
    assert not allowed("OMFATTN", "1")
    assert allowed("OMFATTN", "4E")


# --- any contents

LETTERS = string.ascii_letters + string.digits + ' åäöÅÄÖéÉüñ½"{}#.-/'
TEXT = st.text(LETTERS, max_size=20)
#: A field that stands first in a record can't begin or end with the blanks that separate records.
WORD = st.text(string.ascii_letters + string.digits + "åäö", max_size=8)
NUMBER = st.from_regex(r"[0-9]{1,8}", fullmatch=True)
AMOUNT = st.decimals(-(10**12), 10**12, places=2).map(lambda d: d + 0)
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2030, 12, 31))
PAIRS = st.lists(st.tuples(NUMBER, WORD.filter(bool)), max_size=3).map(tuple)
QUANTITY = st.none() | st.decimals(-(10**6), 10**6, places=3)
ROW = st.builds(SieRow, NUMBER, AMOUNT, PAIRS, st.none() | DAYS, TEXT, QUANTITY, WORD)
HISTORY = st.builds(
    SieRow, NUMBER, AMOUNT, PAIRS, st.none() | DAYS, TEXT, QUANTITY, WORD, st.sampled_from(["#RTRANS", "#BTRANS"])
)
VOUCHER = st.builds(
    SieVoucher,
    WORD,
    WORD,
    DAYS,
    TEXT,
    st.none() | DAYS,
    WORD,
    st.lists(ROW, max_size=4).map(tuple),
    st.lists(HISTORY, max_size=2).map(tuple),
)
PERIOD = st.sampled_from(["202601", "202612"])
BALANCE = st.one_of(
    st.builds(SieBalance, st.sampled_from(["IB", "UB", "RES"]), st.integers(-3, 0), NUMBER, AMOUNT, quantity=QUANTITY),
    st.builds(SieBalance, st.sampled_from(["OIB", "OUB"]), st.integers(-3, 0), NUMBER, AMOUNT, PAIRS, QUANTITY),
    st.builds(
        SieBalance, st.sampled_from(["PSALDO", "PBUDGET"]), st.integers(-3, 0), NUMBER, AMOUNT, PAIRS, QUANTITY, PERIOD
    ),
)
ACCOUNT = st.builds(
    SieAccount,
    NUMBER,
    TEXT,
    st.sampled_from([None, "T", "S", "K", "I"]),
    st.lists(NUMBER, max_size=2).map(tuple),
    st.none() | WORD.filter(bool),
)
FILE = st.builds(
    SieFile,
    st.just("cp437"),
    meta=st.fixed_dictionaries(
        {"FNAMN": st.tuples(TEXT), "SIETYP": st.just(("4",))},
        optional={"ORGNR": st.tuples(WORD), "ADRESS": st.tuples(TEXT, TEXT), "KPTYP": st.tuples(WORD)},
    ),
    notes=st.lists(TEXT, max_size=2),
    years=st.dictionaries(st.integers(-2, 0), st.none() | st.tuples(DAYS, DAYS).map(sorted).map(tuple), max_size=3),
    accounts=st.lists(ACCOUNT, max_size=4).map(lambda rows: {row.number: row for row in rows}),
    dimensions=st.dictionaries(NUMBER, TEXT, max_size=3),
    objects=st.dictionaries(st.tuples(NUMBER, WORD.filter(bool)), TEXT, max_size=3),
    balances=st.lists(BALANCE, max_size=6, unique_by=lambda b: (b.kind, b.year, b.account, b.objects, b.period)),
    vouchers=st.lists(VOUCHER, max_size=3),
)


def without_order(sie):
    """Rows of history stand beside the rows that they are about; their order among each other isn't kept."""
    found = plain(sie)
    found["vouchers"] = [dataclasses.replace(v, history=tuple(sorted(v.history, key=repr))) for v in found["vouchers"]]
    found["meta"] = {k: v for k, v in found["meta"].items() if k not in {"PROGRAM", "FORMAT", "FLAGGA"}}
    return found


@settings(max_examples=150, deadline=None)
@given(FILE, st.booleans())
def test_any_contents_are_read_back_as_they_were(sie, checksum):
    assert substituted("".join(texts(sie))) == {}
    back = read_sie(write_sie(sie, checksum=checksum))
    assert without_order(back) == without_order(sie)
    assert back.warnings == []
    if checksum:
        assert back.checksum is not None
        assert back.checksum[0] == back.checksum[1]


@settings(max_examples=60, deadline=None)
@given(FILE)
def test_writing_is_stable(sie):
    """What was read is written in the same bytes again."""
    first = write_sie(sie, checksum=True)
    again = write_sie(read_sie(first), checksum=True)
    assert write_sie(read_sie(again), checksum=True) == again
