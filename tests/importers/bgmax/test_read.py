"""BgMax: every sample as its oracle has it, every doubt a named refusal, and nothing from half a file."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.bgmax.problems import (
    BgMaxCount,
    BgMaxCutOff,
    BgMaxOrder,
    BgMaxOtherFile,
    BgMaxRecord,
    BgMaxTestFile,
)
from importers.bgmax.read import looks_like_bgmax, read_bgmax
from importers.clearing.problems import DepositSum
from importers.problems import ImportAmountInvalid, ImportDateInvalid, ImportFileEmpty
from ledger.errors import Problem
from tests.importers.bgmax.files import deposit, end, name, paid, section, simple, start, text, whole

WHOLE = ("bankgirot_exempel_ocr_latin1.txt", "bgmaxfil4.txt", "minimal.txt", "multipayment_utf8.txt")


@pytest.fixture(scope="module")
def folder(samples):
    return samples / "sweden" / "bgmax"


# --- the samples


@pytest.mark.parametrize("file", WHOLE)
def test_samples_are_as_their_oracle_has_them(folder, file):
    oracle = json.loads((folder / "oracle.json").read_text())[file]
    deposits = read_bgmax((folder / file).read_bytes(), file)
    found = [
        {
            "bg": d.number,
            "ccy": d.currency,
            "sum": int(d.gross.scaleb(2)),
            "declared": int(d.amount.scaleb(2)),
            "account": d.numbers[2],
            "date": f"{d.date:%Y%m%d}",
            "serial": d.serial,
        }
        for d in deposits
    ]
    assert found == [{key: one[key] for key in found[0]} for one in oracle["deposits"]]
    assert len(deposits) == oracle["end"]["dep"]


#: Counted by hand in the files: payments as they are booked, by deposit. Of 00058, one payment of 1 400.00 is split by
#: its further references into 1 000 + 500 + 400 - 500; of 00057, 2 000.00 into 1 700 + 300.
@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "bankgirot_exempel_ocr_latin1.txt",
            [["1000.00", "-500.00", "1400.00"], ["1100.00", "1200.00", "700.00", "5000.00"]],
        ),
        (
            "bgmaxfil4.txt",
            [
                ["1800.00", "1900.00"],
                ["1700.00", "300.00"],
                ["500.00", "500.00", "500.00", "1000.00", "500.00", "400.00", "-500.00"],
                ["3000.00", "1000.00"],
            ],
        ),
        ("minimal.txt", [["1100.00"]]),
        ("multipayment_utf8.txt", [["100.00", "200.00", "300.00", "100.00"]]),
    ],
)
def test_payments_of_the_samples(folder, file, expected):
    deposits = read_bgmax((folder / file).read_bytes())
    assert [[str(p.part.amount) for p in d.payments] for d in deposits] == expected


def test_what_payers_say_in_the_samples(folder):
    first, second, third, _ = read_bgmax((folder / "bgmaxfil4.txt").read_bytes())
    # 1 800.00 names four invoices and gives no amounts: all four stand in the text, none decides alone
    several = first.payments[0].part
    assert (several.counterparty, several.reference) == ("Kalles Plåt AB", "")
    assert several.text == "Betalning med extra refnr 665869 657775 665661 665760"
    assert [p.part.reference for p in second.payments] == ["573964", "573865"]
    # the reference 8988777 is marked as wrong (5): text only
    assert [(p.part.reference, p.part.text) for p in third.payments[3:]] == [
        ("7495575", ""),
        ("695668", ""),
        ("", "8988777"),
        ("74450", ""),
    ]
    assert dict(third.payments[3].meta) == {"bank-ref": "000000000030", "image": True}


def test_the_broken_sample_is_refused_by_its_counts(folder):
    """Its end record announces 8 payments and 5 deposits; it holds 9 and 4."""
    with pytest.raises(BgMaxCount) as caught:
        read_bgmax((folder / "bgmaxfil4_broken_utf8.txt").read_bytes(), "broken.txt")
    problem = caught.value
    assert (problem.line, problem.params["declared"], problem.params["found"]) == (67, "8", "9")


@pytest.mark.parametrize("file", ["lb_exempel1_sv.txt", "lb_betalningsspecifikation-med-lonedetaljer.txt"])
def test_files_of_payments_out_are_refused_by_name(folder, file):
    data = (folder / file).read_bytes()
    assert looks_like_bgmax(data[:4096])
    with pytest.raises(BgMaxOtherFile) as caught:
        read_bgmax(data, file)
    assert "payments to suppliers (LB)" in caught.value.text()


@pytest.mark.parametrize("file", WHOLE)
def test_no_beginning_of_a_file_is_taken_for_a_file(folder, file):
    """Whole is what holds every digit of the end record; blanks and line ends after it may be missing."""
    data = (folder / file).read_bytes()
    least = data.rindex(b"\n70") + 1 + 34
    for size in range(least):
        with pytest.raises(Problem):
            read_bgmax(data[:size])
    assert read_bgmax(data[:least]) == read_bgmax(data)


# --- how files are written


def tabbed(line):
    """Blanks up to the next eighth column as tabs, as an editor saves them."""
    columns = [line[i : i + 8] for i in range(0, len(line), 8)]
    return b"".join(c.rstrip() + b"\t" if len(c) == 8 and c.endswith(b"  ") else c for c in columns)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d,
        lambda d: d.replace(b"\r\n", b"\n"),
        lambda d: d.replace(b"\r\n", b"\r\n\r\n"),
        lambda d: d.decode("latin-1").encode("utf-8"),
        lambda d: b"\xef\xbb\xbf" + d.decode("latin-1").encode("utf-8"),
        lambda d: b"\r\n".join(line.rstrip() for line in d.split(b"\r\n")),
        lambda d: b"\r\n".join(tabbed(line) for line in d.split(b"\r\n")),
        lambda d: d.replace(b"\r\n70", b"\r\n99 a record of next year's layout\r\n70"),
        lambda d: d + b"\r\n\r\n   \r\n",
    ],
)
def test_ways_of_writing_make_no_difference(change):
    original = whole(
        start(),
        section(),
        paid(110000, "650861", sender="9701233", serial="17"),
        name("Olles färg AB"),
        text('Målning, "kök"'),
        deposit(110000, 1),
        end(1),
    )
    assert [replace(d, line=0) for d in read_bgmax(change(original))] == [
        replace(d, line=0) for d in read_bgmax(original)
    ]
    (only,) = read_bgmax(original)
    assert (only.payments[0].part.counterparty, only.payments[0].part.text) == ("Olles färg AB", 'Målning, "kök"')


@pytest.mark.parametrize(
    ("code", "reference", "matched", "told"),
    [
        ("0", "", "", ""),
        ("1", "", "", ""),
        ("2", "650861", "650861", ""),
        ("4", "650861", "650861", ""),
        ("3", "1001", "1001", ""),
        ("3", "1001 1002", "", "1001 1002"),
        ("3", "1001,1002;1003", "", "1001 1002 1003"),
        ("5", "650862", "", "650862"),
    ],
)
def test_what_kinds_of_references_are_matched(code, reference, matched, told):
    (only,) = read_bgmax(whole(start(), section(), paid(100, reference, code), deposit(100, 1), end(1)))
    part = only.payments[0].part
    assert (part.reference, part.text) == (matched, told)


@pytest.mark.parametrize(
    ("payment", "further", "expected"),
    [
        # amounts that sum to the payment split it
        (("20", 140000), [("22", 100000), ("22", 90000), ("23", 50000)], ["1000.00", "900.00", "-500.00"]),
        # amounts that don't are names only: never added
        (("20", 140000), [("22", 100000)], ["1400.00"]),
        (("20", 140000), [("22", 0), ("22", 0)], ["1400.00"]),
        # a deduction, its references negative (23), or without sign (22)
        (("21", 50000), [("23", 30000), ("23", 20000)], ["-300.00", "-200.00"]),
        (("21", 50000), [("22", 30000), ("22", 20000)], ["-300.00", "-200.00"]),
    ],
)
def test_further_references_are_never_added(payment, further, expected):
    record, ore = payment
    large = paid(900000, "9", "2")
    sign = -1 if record == "21" else 1
    records = [paid(o, str(n), record=r) for n, (r, o) in enumerate(further, 1)]
    data = whole(
        start(),
        section(),
        large,
        paid(ore, "", "0", record=record),
        *records,
        deposit(900000 + sign * ore, 2),
        end(1 + (sign > 0), int(sign < 0), len(further)),
    )
    (only,) = read_bgmax(data)
    assert [str(p.part.amount) for p in only.payments[1:]] == expected
    assert only.gross == only.amount == Decimal(900000 + sign * ore) / 100


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        ("005560001234", "5560001234"),  # third digit 6: an organisation
        ("007610107878", None),  # a sole trader's personal number
        ("196101078785", None),
        ("550000432", None),
        ("", None),
    ],
)
def test_organisation_numbers_are_kept_and_personal_numbers_are_not(number, kept):
    records = [start(), section(), paid(100), f"29{number}".ljust(80), deposit(100, 1), end(1)]
    (only,) = read_bgmax(whole(*records))
    assert dict(only.payments[0].meta).get("organisation-number") == kept


def test_a_day_without_payments_is_a_whole_file():
    assert read_bgmax(whole(start(), end(0, deposits=0))) == ()


# --- what is refused


GOOD = [start(), section(), paid(110000, "650861"), deposit(110000, 1), end(1)]


def changed(index, record):
    return whole(*[record if n == index else good for n, good in enumerate(GOOD)])


def cut(index, first, last, value):
    """A record of GOOD with other columns, counted from 1."""
    line = GOOD[index]
    return changed(index, line[: first - 1] + value.ljust(last - first + 1) + line[last:])


@pytest.mark.parametrize(
    ("data", "problem", "line"),
    [
        (b"\r\n \r\n", ImportFileEmpty, None),
        (changed(0, start("T")), BgMaxTestFile, 1),
        (changed(0, start("X")), BgMaxRecord, 1),
        (changed(0, start(layout="BGMIN")), BgMaxRecord, 1),
        (changed(0, start(version="02")), BgMaxRecord, 1),
        (whole(*GOOD[1:]), BgMaxOrder, 1),
        (whole(GOOD[0], *GOOD), BgMaxOrder, 2),
        (whole(*GOOD, *GOOD), BgMaxOrder, 6),
        (whole(*GOOD, GOOD[-1]), BgMaxOrder, 6),
        (whole(*GOOD[:-1]), BgMaxCutOff, 4),
        (whole(*GOOD[:3], GOOD[4]), BgMaxOrder, 4),
        (whole(GOOD[0], *GOOD[2:]), BgMaxOrder, 2),
        (whole(GOOD[0], GOOD[1], name("Olle"), *GOOD[2:]), BgMaxOrder, 3),
        (whole(GOOD[0], GOOD[1], GOOD[1], *GOOD[2:]), BgMaxOrder, 3),
        (whole(GOOD[0], GOOD[3], GOOD[4]), BgMaxOrder, 2),
        (changed(1, section(bankgiro="0")), BgMaxRecord, 2),
        (changed(1, section(currency="DKK")), BgMaxRecord, 2),
        (cut(1, 3, 12, "00099A2346"), BgMaxRecord, 2),
        (cut(2, 38, 55, "00000000000011E000"), ImportAmountInvalid, 3),
        (cut(2, 38, 55, "110000"), ImportAmountInvalid, 3),
        (cut(2, 38, 55, ""), ImportAmountInvalid, 3),
        (cut(2, 38, 55, "9" * 18), ImportAmountInvalid, 3),
        (changed(2, GOOD[2] + "7"), BgMaxRecord, 3),
        (changed(2, "2x" + GOOD[2][2:]), BgMaxRecord, 3),
        (changed(3, deposit(110001, 1)), DepositSum, 4),
        (changed(3, deposit(110000, 2)), BgMaxCount, 4),
        (changed(3, deposit(110000, 1, currency="EUR")), BgMaxRecord, 4),
        (changed(3, deposit(110000, 1, serial="")), BgMaxRecord, 4),
        (changed(3, deposit(110000, 1, day="20260230")), ImportDateInvalid, 4),
        (changed(3, deposit(110000, 1, day="2026-3-2")), ImportDateInvalid, 4),
        (changed(4, end(2)), BgMaxCount, 5),
        (changed(4, end(1, 1)), BgMaxCount, 5),
        (changed(4, end(1, 0, 1)), BgMaxCount, 5),
        (changed(4, end(1, 0, 0, 2)), BgMaxCount, 5),
        (cut(4, 27, 34, "0000001"), BgMaxRecord, 5),
        (whole("01AUTOGIRO".ljust(80)), BgMaxOtherFile, 1),
    ],
)
def test_what_is_refused(data, problem, line):
    with pytest.raises(Problem) as caught:
        read_bgmax(data, "file.txt")
    assert type(caught.value) is problem
    assert (caught.value.file, caught.value.line) == ("file.txt", line)


def test_a_sum_that_is_off_says_by_how_much():
    with pytest.raises(DepositSum) as caught:
        read_bgmax(changed(3, deposit(110001, 1)))
    assert caught.value.text() == (
        "Deposit 00074 of 2026-03-02 doesn't add up: payments 1,100.00 - fees 0 = 1,100.00, but the file says "
        "1,100.01; the difference is 0.01 SEK."
    )


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=300).map(str.encode))
def test_any_bytes_give_deposits_or_a_problem(data):
    looks_like_bgmax(data)
    try:
        found = read_bgmax(data)
    except Problem:
        return
    assert found == ()


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_file_with_a_byte_changed_adds_up_or_is_refused(data):
    original = whole(*GOOD[:-2], paid(5000, "1", record="22"), name("Olle"), *GOOD[-2:-1], end(1, 0, 1))
    at = data.draw(st.integers(0, len(original) - 1))
    mutated = original[:at] + data.draw(st.binary(max_size=2)) + original[at + data.draw(st.integers(0, 3)) :]
    try:
        deposits = read_bgmax(mutated)
    except Problem:
        return
    assert [d.amount for d in deposits] == [Decimal("1100.00")]


def test_simple_files_are_what_they_seem():
    (only,) = read_bgmax(simple())
    assert (only.amount, only.serial, only.number) == (Decimal("1100.00"), "00074", "9912346")
