"""Norma 43 by worked examples: layout, signs, sums, accounts and texts; what contradicts itself gives one reason."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from beancount.core import data
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.bank.letters import bank_text
from importers.bank.problems import BankBalanceDiffers, BankCountDiffers, BankCurrency
from importers.norma43.account import ccc, control_digit, iban
from importers.norma43.currencies import BY_NUMBER
from importers.norma43.importer import HEAD
from importers.norma43.problems import (
    Norma43Currency,
    Norma43CutOff,
    Norma43Order,
    Norma43Outside,
    Norma43Record,
    Norma43Records,
)
from importers.norma43.read import read_norma43
from importers.problems import ImportDateInvalid
from ledger.errors import Problem


def header(amount=100000, side=2, first="260301", last="260331", currency=978, account="0200051332"):
    """11: bank 2100, branch 0418."""
    return f"1121000418{account}{first}{last}{side}{amount:014d}{currency:03d}3COOP EJEMPLO SCCL".ljust(80)


def movement(amount, side, day="260302", value="260302", concept="04", document=0, first=0, second=""):
    return f"22    0418{day}{value}{concept}001{side}{amount:014d}{document:010d}{first:012d}{second:<16}"


def text(number, one, other=""):
    return f"23{number:02d}{one:<38}{other:<38}"


def end(out, going_out, came, coming_in, amount, side=2, currency=978, account="0200051332"):
    number = f"21000418{account}"
    return f"33{number}{out:05d}{going_out:014d}{came:05d}{coming_in:014d}{side}{amount:014d}{currency:03d}    "


def last(count):
    return f"88{'9' * 18}{count:06d}".ljust(80)


def file(*records):
    return "\r\n".join(records) + "\r\n"


#: 1000.00 - 250.50 - 3.00 + 99.00 = 845.50
RECORDS = (
    header(),
    movement(25050, 1, "260302", "260301", "03", document=77, second="F-1001"),
    text(1, "ALQUILER MARZO", "INMOBILIARIA DEL SUR SL"),
    text(2, "REFERENCIA F-1001"),
    movement(300, 1, "260315", "260315", "17", first=975737917),
    movement(9900, 2, "260331", "260401", "02"),
    text(1, "TRANSFERENCIA DE", "ANA PÉREZ NUÑEZ"),
    "2401840" + f"{10850:014d}".ljust(73),
    end(2, 25350, 1, 9900, 84550),
)
WHOLE = file(*RECORDS, last(9))


def changed(number, record):
    """The file with one record replaced (from 0)."""
    records = [*RECORDS, last(9)]
    records[number] = record
    return file(*records)


def one(content):
    (statement,) = read_norma43(content)
    return statement


def test_records_have_80_characters():
    assert {len(record) for record in [*RECORDS, last(9)]} == {80}


def test_a_statement():
    found = one(WHOLE)
    assert (found.account, found.currency) == ("ES9121000418450200051332", "EUR")
    assert (str(found.opening), str(found.closing)) == ("1000.00", "845.50")
    assert (found.first_day, found.last_day) == (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    rent, fee, customer = found.lines
    assert (str(rent.amount), rent.date, rent.value_date) == ("-250.50", dt.date(2026, 3, 2), dt.date(2026, 3, 1))
    assert rent.text == "ALQUILER MARZO INMOBILIARIA DEL SUR SL REFERENCIA F-1001"
    assert (rent.reference, rent.bank_ref, rent.line) == ("F-1001", "0000000077", 2)
    assert (str(fee.amount), fee.text) == ("-3.00", "Intereses - comisiones - custodia - gastos e impuestos")
    assert (fee.reference, fee.bank_ref) == ("975737917", "")
    assert (str(customer.amount), customer.text) == ("99.00", "TRANSFERENCIA DE ANA PÉREZ NUÑEZ")
    assert dict(customer.extra) == {"original-amount": "108.50 USD"}


@pytest.mark.parametrize(
    ("bank", "branch", "account", "number", "whole"),
    [
        # The standard's own example (anexo 2): 345 of 12, account 6/789-0: first digit 0.
        # Second, of 0000067890: 0*6 + 9*3 + 8*7 + 7*9 + 6*10 = 206; 206 mod 11 = 8; 11 - 8 = 3.
        ("0012", "0345", "0000067890", "00120345030000067890", "ES"),
        ("2100", "0418", "0200051332", "21000418450200051332", "ES9121000418450200051332"),
        ("2100", "0813", "0123456789", "21000813610123456789", "ES7921000813610123456789"),
        ("0000", "0000", "0000000000", "00000000000000000000", "ES8200000000000000000000"),
    ],
)
def test_account_numbers(bank, branch, account, number, whole):
    assert ccc(bank, branch, account) == number
    assert iban(bank, branch, account).startswith(whole)
    assert int(number + "1428" + iban(bank, branch, account)[2:4]) % 97 == 1


@pytest.mark.parametrize(("ten", "digit"), [("0000000000", "0"), ("0000000002", "1"), ("0000000001", "5")])
def test_control_digits(ten, digit):
    """Sum 0: 11 counts as 0. Sum 12, remainder 1: 10 counts as 1. Sum 6: 5."""
    assert control_digit(ten) == digit


def test_accounts_in_debt_and_corrections():
    """-500.00 - 20.00 (an entry taken back) = -520.00."""
    found = one(file(header(50000, 1), movement(2000, 1, concept="98"), end(1, 2000, 0, 0, 52000, 1), last(3)))
    assert (str(found.opening), str(found.closing)) == ("-500.00", "-520.00")
    assert found.lines[0].reversal
    assert found.lines[0].text == "Anulaciones - correcciones asiento"


def test_several_accounts_and_a_head():
    second = (header(0, account="0000067890"), end(0, 0, 0, 0, 0, account="0000067890"))
    head = "002100260331".ljust(80)
    first, other = read_norma43(file(head, *RECORDS, *second, last(11)))
    assert replace(first, line=1, lines=()) == replace(one(WHOLE), lines=())
    assert (other.lines, str(other.closing)) == ((), "0.00")


def test_movements_of_nothing_count_and_are_left_out():
    found = one(file(header(), movement(0, 1), text(1, "AVISO"), movement(100, 2), end(1, 0, 1, 100, 100100), last(5)))
    assert [str(line.amount) for line in found.lines] == ["1.00"]


def test_a_balance_of_nothing_has_no_side():
    assert one(file(header(0, side=0), end(0, 0, 0, 0, 0, side=0), last(2))).closing == 0
    for wrong in (header(100, side=0), header(100, side=" ")):
        with pytest.raises(Norma43Record):
            read_norma43(file(wrong, end(0, 0, 0, 0, 100), last(2)))


@pytest.mark.parametrize(("number", "name", "amount"), [(978, "EUR", "1.00"), (152, "CLP", "1"), (788, "TND", "1.000")])
def test_currencies(number, name, amount):
    content = file(header(0, currency=number), movement(100, 2), end(0, 0, 1, 100, 100, currency=number), last(3))
    assert (one(content).currency, str(one(content).lines[0].amount)) == (name, amount)


def test_currency_numbers():
    assert len(set(BY_NUMBER.values())) == len(BY_NUMBER) > 120
    for number, name in (
        ("036", "AUD"),
        ("208", "DKK"),
        ("404", "KES"),
        ("752", "SEK"),
        ("826", "GBP"),
        ("840", "USD"),
    ):
        assert BY_NUMBER[number] == name


def test_texts_go_on_where_they_are_full():
    content = file(
        header(0),
        movement(100, 2),
        text(1, "A" * 37 + "B", "C" * 37 + " "),
        text(2, "D"),
        end(0, 0, 1, 100, 100),
        last(5),
    )
    assert one(content).lines[0].text == "A" * 37 + "B" + "C" * 37 + " D"


@pytest.mark.parametrize(
    ("content", "refusal", "line"),
    [
        (changed(0, header(last="260228")), Norma43Record, 1),
        (changed(0, header(first="260230")), ImportDateInvalid, 1),
        (changed(0, header(currency=999)), Norma43Currency, 1),
        (changed(0, header(currency=752)), BankCurrency, 9),
        (changed(0, header(100001)), BankBalanceDiffers, 1),
        (changed(0, header(account="0200051333")), Norma43Order, 9),
        (changed(0, "11" + "X" * 78), Norma43Record, 1),
        (changed(1, movement(25051, 1)), BankCountDiffers, 9),
        (changed(1, movement(25050, 2)), BankCountDiffers, 9),
        (changed(1, movement(25050, 3)), Norma43Record, 2),
        (changed(1, movement(25050, 1, "260402")), Norma43Outside, 2),
        (changed(1, movement(25050, 1, "260228")), Norma43Outside, 2),
        (changed(1, movement(25050, 1, value="260231")), ImportDateInvalid, 2),
        (changed(1, movement(25050, 1).replace("25050", "25.50")), Norma43Record, 2),
        (changed(1, movement(25050, 1).replace("25050", "２5050")), Norma43Record, 2),
        (changed(1, movement(25050, 1) + "X"), Norma43Record, 2),
        (changed(2, "99" + " " * 78), Norma43Order, 3),
        (changed(2, "2300TEXT"), Norma43Record, 3),
        (changed(7, "2401840" + "1085".ljust(73)), Norma43Record, 8),
        (changed(7, "2401999" + f"{1:014d}"), Norma43Currency, 8),
        (changed(6, "2401840" + f"{1:014d}"), Norma43Order, 8),
        (changed(8, end(2, 25350, 1, 9900, 84551)), BankBalanceDiffers, 1),
        (changed(8, end(2, 25350, 1, 9900, 84550, 1)), BankBalanceDiffers, 1),
        (changed(8, end(3, 25350, 1, 9900, 84550)), BankCountDiffers, 9),
        (changed(8, end(2, 25351, 1, 9900, 84550)), BankCountDiffers, 9),
        (changed(8, end(2, 25350, 0, 9900, 84550)), BankCountDiffers, 9),
        (changed(8, end(2, 25350, 1, 9901, 84550)), BankCountDiffers, 9),
        (changed(9, last(8)), Norma43Records, 10),
        (changed(9, last(10)), Norma43Records, 10),
        (file(*RECORDS), Norma43CutOff, 10),
        (file(*RECORDS[:-1], last(8)), Norma43Order, 9),
        (file(*RECORDS[:-1]), Norma43CutOff, 9),
        (file(*RECORDS[1:], last(8)), Norma43Order, 1),
        (file(header(), *RECORDS, last(10)), Norma43Order, 2),
        (file(header(), text(1, "X"), *RECORDS[1:], last(10)), Norma43Order, 2),
        (file(*RECORDS, last(9), header()), Norma43Order, 11),
        (file(*RECORDS[:3], *[RECORDS[2]] * 20, *RECORDS[3:], last(29)), Norma43Order, 12),
        (file(*RECORDS, "00" + " " * 78, last(9)), Norma43Order, 10),
        (file(last(0)), Norma43Order, 1),
        (file(*RECORDS[:2], RECORDS[1], *RECORDS[2:], last(10)), BankCountDiffers, 10),
    ],
)
def test_what_contradicts_itself_is_refused(content, refusal, line):
    with pytest.raises(refusal) as refused:
        read_norma43(content)
    assert refused.value.line == line


@pytest.mark.parametrize(
    "content",
    [
        WHOLE.replace("\r\n", "\n"),
        WHOLE.replace("\r\n", "\r"),
        "\n".join(row.rstrip() for row in WHOLE.splitlines()),
        WHOLE + "\x1a",
        WHOLE.replace("\r\n", "\r\n\r\n"),
    ],
)
def test_line_ends_and_blanks(content):
    assert [str(line.amount) for line in one(content).lines] == ["-250.50", "-3.00", "99.00"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp850", "utf-16"])
def test_letters(encoding):
    found = one(bank_text(WHOLE.encode(encoding), "f"))
    assert found.lines[2].text == "TRANSFERENCIA DE ANA PÉREZ NUÑEZ"


def test_a_file_cut_off_anywhere_gives_nothing():
    """But for blanks and line ends behind the last number, where nothing is missing."""
    reached = WHOLE.rindex("000009") + 6
    for cut in range(1, len(WHOLE)):
        if cut < reached:
            with pytest.raises(Problem):
                read_norma43(WHOLE[:cut])
        else:
            assert read_norma43(WHOLE[:cut]) == read_norma43(WHOLE)


@pytest.mark.parametrize(
    ("head", "may_be"),
    [
        (WHOLE[:200].encode(), True),
        (b"\xef\xbb\xbf" + WHOLE[:200].encode(), True),
        (b"\r\n" + WHOLE[:200].encode(), True),
        (b"002100260331", True),
        (b"1121000418", False),
        (b"01BGMAX", False),
        (b":20:X", False),
        (b"2026-03-01;11", False),
    ],
)
def test_what_may_be_norma43(head, may_be):
    assert (HEAD.match(head.removeprefix(b"\xef\xbb\xbf")) is not None) is may_be


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 10**12), st.sampled_from([1, 2]), st.text("AZÑ 09.,/", max_size=76)), max_size=8),
    st.integers(-(10**12), 10**12),
)
def test_what_is_written_is_read(rows, opening):
    signed = [amount * (1 if side == 2 else -1) for amount, side, _ in rows]
    records = [header(abs(opening), 1 if opening < 0 else 2)]
    for amount, side, said in rows:
        records += [movement(amount, side), text(1, said[:38], said[38:])]
    closing = opening + sum(signed)
    out, came = [a for a, s, _ in rows if s == 1], [a for a, s, _ in rows if s == 2]
    records.append(end(len(out), sum(out), len(came), sum(came), abs(closing), 1 if closing < 0 else 2))
    found = one(file(*records, last(len(records))))
    assert [line.amount for line in found.lines] == [Decimal(cents).scaleb(-2) for cents in signed if cents]
    assert found.opening + found.net == found.closing


SOURCE = """\
currency = "EUR"
chart = "pgc"
[[source]]
name = "banco"
format = "norma43"
account = "Assets:5720-Bancos"
bank_account = "{}"
"""
ACCOUNTS = """\
2000-01-01 open Assets:5720-Bancos EUR
2000-01-01 open Liabilities:5550-Partidas-pendientes
"""


@pytest.mark.parametrize("known_as", ["ES91 2100 0418 4502 0005 1332", "2100-0418-45-0200051332"])
def test_into_books_and_again(feed, known_as):
    unit = feed(SOURCE.format(known_as), ACCOUNTS)
    report = unit.take(WHOLE.encode("latin-1"), "marzo.n43")
    assert (report.status, report.problem) == ("imported", None)
    assert unit.balances()["5720"] == Decimal("845.50")
    asserted = [e for e in unit.book().entries() if isinstance(e, data.Balance)]
    assert [(str(e.date), str(e.amount)) for e in asserted] == [("2026-04-01", "845.50 EUR")]
    assert not unit.book().problems
    assert unit.take(WHOLE, "marzo-utf8.n43").status == "known"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (WHOLE.replace("0200051332", "0000067890"), "BANK_ACCOUNT_UNKNOWN"),
        (WHOLE[:-100], "NORMA43_CUT_OFF"),
    ],
)
def test_a_refusal_leaves_the_books_alone(feed, content, code):
    unit = feed(SOURCE.format("ES9121000418450200051332"), ACCOUNTS)
    before = unit.bytes()
    report = unit.take(content, "marzo.n43")
    assert (report.status, report.problem.code) == ("refused", code)
    assert unit.bytes() == before
