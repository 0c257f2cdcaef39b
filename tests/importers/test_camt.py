"""camt.053 as banks send it: every figure of the independent reader, what is no statement, and what is damaged."""

import dataclasses
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.bank.problems import BankAccountUnknown, BankBalanceDiffers, BankCountDiffers, BankCurrency
from importers.bank.statements import in_order, source_of, without_repeats
from importers.camt.check import check_statement
from importers.camt.importer import bank_line, bank_statement
from importers.camt.model import Balance, Detail, Entry, Statement, Summary
from importers.camt.problems import CamtIncomplete, CamtWrongKind
from importers.camt.read import looks_like_camt, read_camt053
from importers.camt.write import write_camt053
from importers.problems import ImportAmountInvalid, ImportAmountUnit, ImportDateInvalid, ImportFileEmpty, XmlRefused
from ledger.books import Unit
from ledger.books.sources import SourceTable
from ledger.errors import Problem

DAY = dt.date(2026, 3, 2)
NOW = dt.datetime(2026, 3, 31, 18, 0)  # noqa: DTZ001  banks write local time
#: file → why it can't enter the books; None: it can. Read from the files: which lack counts, currency, sums.
SAMPLES = {
    "be_daily_2024-03-11.xml": None,
    "be_daily_2024-03-12.xml": None,
    "business_sample_v04.xml": None,
    "danske_dk_v02.xml": BankCountDiffers,  # announces 6 entries, holds 1
    "erpnext_sweden_handelsbanken_v02.xml": None,
    "fi_ffi_sample_camt054.xml": CamtWrongKind,
    "genkgo_camt053.v2.all-balance-types.xml": BankBalanceDiffers,
    "genkgo_camt053.v2.five.decimals.xml": BankBalanceDiffers,  # 18.150 + 8.850 is not 27.050
    "genkgo_camt053.v2.minimal.xml": BankCurrency,  # opens in EUR, closes in SEK
    "genkgo_camt053.v2.multi.statement.xml": None,
    "genkgo_camt053.v2.wrong.xml": CamtIncomplete,
    "genkgo_camt053.v3.xml": BankCurrency,
    "genkgo_camt053.v8.xml": BankCurrency,
    "golden_camt053_garbled_amount.xml": ImportAmountInvalid,
    "golden_camt053_multicurrency.xml": None,
    "oca_test_camt053.xml": BankBalanceDiffers,
    "seb_ee_current_camt052.xml": CamtWrongKind,
    "seb_ee_eod_v02.xml": None,
    "seb_se_v02.xml": None,
    "sns_nl_a_v02.xml": None,
}
UNREADABLE = (CamtWrongKind, CamtIncomplete, ImportAmountInvalid)


def taken(statement, shown="x"):
    """A statement as the importer hands it on."""
    return bank_statement(check_statement(statement, shown))


def oracle(samples):
    return json.loads((samples / "sweden/camt053/oracle.json").read_text(encoding="utf-8"))


def data_of(samples, name):
    return (samples / "sweden/camt053" / name).read_bytes()


@pytest.mark.parametrize("name", [n for n, e in SAMPLES.items() if e not in UNREADABLE])
def test_every_figure_of_the_oracle(samples, name):
    statements = read_camt053(data_of(samples, name), name)
    for statement, want in zip(statements, oracle(samples)[name]["statements"], strict=True):
        balances = {}
        for balance in statement.balances:
            row = [str(balance.amount), balance.currency, str(balance.date)]
            balances.setdefault(balance.type, []).append(row)
        assert balances == want["balances"]
        assert statement.account == want["account"]
        assert len(statement.entries) == want["entries"]
        assert len(statement.booked) == want["booked"]
        assert sum(len(e.details) for e in statement.entries) == want["txdetails"]
        assert str(statement.net) == want["net_booked"]
        assert statement.adds_up == want["open_plus_net_eq_close"]


@pytest.mark.parametrize(("name", "error"), SAMPLES.items())
def test_which_real_files_may_enter_books(samples, name, error):
    def take():
        return [taken(s, name) for s in read_camt053(data_of(samples, name), name)]

    if error is None:
        assert take()
    else:
        with pytest.raises(error) as caught:
            take()
        assert type(caught.value) is error
        assert caught.value.file == name


def test_the_oracle_names_no_other_file(samples):
    assert sorted(oracle(samples)) == sorted(SAMPLES)


def test_messages_that_are_no_statements_are_refused_by_name(samples):
    for name, kind in (("seb_ee_current_camt052.xml", "camt.052"), ("fi_ffi_sample_camt054.xml", "camt.054")):
        with pytest.raises(CamtWrongKind) as caught:
            read_camt053(data_of(samples, name))
        assert kind in caught.value.text()


def test_a_swedish_batch_is_split_into_its_payments(samples):
    """SEB: 7 entries, the first a collected payment of 242,041.00 out."""
    statement = taken(read_camt053(data_of(samples, "seb_se_v02.xml"))[0], "seb")
    first = statement.lines[0]
    assert first.amount == Decimal("-242041.00")
    assert first.parts[0].amount == Decimal("-25000.00")
    assert sum(p.amount for p in first.parts) == first.amount


def statement(*entries, opening="100.00", closing=None, currency="SEK", **more):
    net = sum((e.amount for e in entries if e.status == "BOOK"), Decimal(0))
    closing = Decimal(opening) + net if closing is None else Decimal(closing)
    balances = (Balance("OPBD", Decimal(opening), currency, DAY), Balance("CLBD", closing, currency, DAY))
    return Statement("S1", "SE4550000000058398257466", currency, balances, entries, **more)


def entry(amount, currency="SEK", **more):
    return Entry(Decimal(amount), currency, DAY, **more)


@pytest.mark.parametrize("version", [2, 3, 4, 6, 8, 10, 12, 13])
def test_written_and_read_back(version):
    details = (
        Detail(Decimal("60.00"), "SEK", "Anna & Co", "5050-1030", "två <ting>", "12345674", "F-1", "E2E"),
        Detail(Decimal("40.50"), "SEK", "Åke", "SE3550000000054910000003", "tre"),
    )
    given = statement(
        entry("100.50", details=details, reference="B1", text="Insättning", value_date=dt.date(2026, 3, 3)),
        entry("-7.25", reversal=True),
        entry("9.00", status="PDNG"),
        sequence="17",
        date_from=DAY,
        date_to=DAY,
        owner="Repris",
    )
    back = read_camt053(write_camt053([given], created=NOW, version=version))[0]
    entries = tuple(dataclasses.replace(e, line=0, position="") for e in back.entries)
    assert dataclasses.replace(back, line=0, summary=given.summary, entries=entries) == given
    assert taken(back, "x").lines[1].reversal


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (statement(entry("1.00"), closing="100.00"), BankBalanceDiffers),
        (statement(entry("1.00", currency="EUR")), BankCurrency),
        (statement(entry("1.005"), closing="101.005"), ImportAmountUnit),
        (statement(entry("1.50", currency="CLP"), opening="10", currency="CLP"), ImportAmountUnit),
    ],
)
def test_a_statement_that_isnt_whole_is_refused(given, error):
    with pytest.raises(error) as caught:
        taken(given, "x.xml")
    assert type(caught.value) is error


def test_zeros_beyond_the_unit_are_no_fractions():
    """SEB writes three decimals: 30.000 is 30 kr."""
    assert taken(statement(entry("30.000"), closing="130.00"), "x").lines[0].amount == Decimal("30.00")


def test_a_statement_of_no_balance_can_be_read_and_says_so():
    bare = dataclasses.replace(statement(entry("5.00")), balances=())
    assert taken(bare, "x").closing is None


def test_details_in_another_currency_are_no_parts():
    details = (Detail(Decimal(5), "EUR", "A"), Detail(Decimal(5), "EUR", "B"))
    assert bank_line(entry("10.00", details=details), "SEK").parts == ()


def test_details_that_dont_sum_are_no_parts():
    details = (Detail(Decimal(5), "SEK", "A"), Detail(Decimal(4), "SEK", "B"))
    assert bank_line(entry("10.00", details=details), "SEK").parts == ()


def test_details_finer_than_the_currencys_unit_are_no_parts():
    """33.335 + 66.665 are 100.00, but nobody can book half an öre."""
    details = (Detail(Decimal("33.335"), "SEK", "A"), Detail(Decimal("66.665"), "SEK", "B"))
    assert bank_line(entry("100.00", details=details), "SEK").parts == ()


#: Two booked entries, 5.00 in and 1.00 out, and 9.00 in that is pending: banks count either two or three.
COUNTED = statement(entry("5.00"), entry("-1.00"), entry("9.00", status="PDNG"))


@pytest.mark.parametrize(
    ("what", "right", "wrong"),
    [
        ("count", (2, 3), 1),
        ("credits", (1, 2), 3),
        ("debits", (1,), 0),
        ("credit_sum", (Decimal("5.00"), Decimal("14.00")), Decimal("9.00")),
        ("debit_sum", (Decimal("1.00"),), Decimal("-1.00")),
    ],
)
def test_the_banks_own_counts_and_sums_hold(what, right, wrong):
    for said in right:
        assert len(taken(dataclasses.replace(COUNTED, summary=Summary(**{what: said})), "x").lines) == 2
    with pytest.raises(BankCountDiffers) as caught:
        taken(dataclasses.replace(COUNTED, summary=Summary(**{what: wrong})), "x")
    assert caught.value.params["declared"] == str(wrong)


@pytest.mark.parametrize(
    ("bank_account", "found"),
    [
        ("SE45 5000 0000 0583 9825 7466", True),
        ("5839-825 74 66", True),  # clearing and account number, as the IBAN ends
        ("825 74 66", False),  # too short to be sure of
        ("5839-825 74 67", False),
    ],
)
def test_whose_account_a_statement_is(bank_account, found):
    source = SourceTable(name="bank", format="camt053", account="Assets:1930-Bank", bank_account=bank_account)
    unit = Unit("u", Path("/nowhere"), "U", "U", "division", "SEK", "bas", sources=(source,))
    if found:
        assert source_of(unit, COUNTED, "camt053", "x") is source
    else:
        with pytest.raises(BankAccountUnknown):
            source_of(unit, COUNTED, "camt053", "x")


def test_only_the_banks_own_id_makes_a_statement_the_same_as_another():
    one = taken(COUNTED, "x")
    others = [dataclasses.replace(one, id="S2"), dataclasses.replace(one, lines=one.lines[:1])]
    assert without_repeats([one, *others, taken(COUNTED, "x")]) == [one, *others]
    nameless = dataclasses.replace(one, id="")
    assert without_repeats([nameless, nameless]) == [nameless, nameless]


def test_a_day_that_comes_back_to_where_it_began_follows_on_the_day_before():
    """Yesterday closed at 0.00; of two statements, 5.00 → 0.00 and 0.00 → 5.00, the second is the earlier one."""
    yesterday = Entry(Decimal("3.00"), "SEK", DAY - dt.timedelta(days=1))
    before = taken(statement(yesterday, opening="-3.00"), "x")
    one = taken(statement(entry("5.00"), opening="0.00"), "x")
    two = taken(statement(entry("-5.00"), opening="5.00"), "x")
    assert in_order([two, one, before]) == [before, one, two]


def test_statements_of_one_day_follow_each_other():
    one = taken(statement(entry("5.00"), opening="0.00"), "x")
    two = taken(statement(entry("7.00"), opening="5.00"), "x")
    three = taken(statement(entry("-2.00"), opening="12.00"), "x")
    assert in_order([three, two, one]) == [one, two, three]


WHOLE = write_camt053([statement(entry("5.00", text="x"), entry("-1.00"))], created=NOW)


def changed(old, new):
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


HOSTILE = [
    ("empty", b"", ImportFileEmpty),
    ("no xml", b"hello", XmlRefused),
    ("a doctype", changed(b"<Document", b'<!DOCTYPE x [<!ENTITY a "b">]><Document'), XmlRefused),
    (
        "an external entity",
        changed(b"<Document", b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Document').replace(
            b"<MsgId>1", b"<MsgId>&a;"
        ),
        XmlRefused,
    ),
    (
        "a billion laughs",
        changed(
            b"<Document",
            b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Document',
        ).replace(b"<MsgId>1", b"<MsgId>&b;"),
        XmlRefused,
    ),
    ("too deep", b"<a>" * 5000 + b"</a>" * 5000, XmlRefused),
    ("another document", b"<Invoice xmlns='urn:x'><a/></Invoice>", CamtWrongKind),
    ("a payment order", WHOLE.replace(b"BkToCstmrStmt", b"CstmrCdtTrfInitn"), CamtWrongKind),
    ("no account", changed(b"<IBAN>SE4550000000058398257466</IBAN>", b""), CamtIncomplete),
    ("no currency", changed(b'<Amt Ccy="SEK">5.00', b"<Amt>5.00"), CamtIncomplete),
    ("no direction", WHOLE.replace(b"<CdtDbtInd>DBIT</CdtDbtInd>", b""), CamtIncomplete),
    ("another direction", WHOLE.replace(b"DBIT", b"DEBIT"), CamtIncomplete),
    ("minus", changed(b">5.00<", b">-5.00<"), ImportAmountInvalid),
    ("comma", changed(b">5.00<", b">5,00<"), ImportAmountInvalid),
    ("not a number", changed(b">5.00<", b">NaN<"), ImportAmountInvalid),
    ("exponent", changed(b">5.00<", b">5e0<"), ImportAmountInvalid),
    ("full-width", changed(b">5.00<", ">５.00<".encode()), ImportAmountInvalid),
    ("grouping", changed(b">5.00<", b">5_0.00<"), ImportAmountInvalid),
    ("30 February", WHOLE.replace(b"2026-03-02</Dt>", b"2026-02-30</Dt>"), ImportDateInvalid),
]


@pytest.mark.parametrize(("content", "error"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_damaged_and_hostile_files(content, error):
    with pytest.raises(error) as caught:
        read_camt053(content, "x.xml")
    assert type(caught.value) is error
    assert "passwd" not in str(caught.value)


def test_an_entry_without_a_day_is_of_the_statements_only_day():
    dayless = WHOLE.replace(b"<BookgDt>", b"<x>").replace(b"</BookgDt>", b"</x>")
    assert [e.date for e in read_camt053(dayless)[0].entries] == [DAY, DAY]
    with pytest.raises(CamtIncomplete):
        read_camt053(dayless.replace(b"2026-03-02</Dt>", b"2026-03-01</Dt>", 1))


def test_every_truncation_is_refused():
    """Cut after any byte but the closing tag's last, it is one error and no entry."""
    for end in range(1, len(WHOLE.rstrip()) - 1):
        with pytest.raises((XmlRefused, ImportFileEmpty)):
            read_camt053(WHOLE[:end])


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_mutated_bytes_give_statements_that_add_up_or_one_problem(data):
    at = data.draw(st.integers(0, len(WHOLE) - 1))
    piece = data.draw(st.one_of(st.binary(max_size=4), st.sampled_from([b"<", b">", b"&", b"\x00", b"9", b"-"])))
    skip = data.draw(st.integers(0, 12))
    try:
        for found in read_camt053(WHOLE[:at] + piece + WHOLE[at + skip :]):
            checked = taken(found, "x")
            if checked.opening is not None and checked.closing is not None:
                assert checked.opening + sum(line.amount for line in checked.lines) == checked.closing
    except Problem:
        pass


def test_files_are_known_by_their_beginning():
    assert looks_like_camt(WHOLE[:4096])
    assert looks_like_camt(WHOLE.decode().replace('"UTF-8"', '"UTF-16"').encode("utf-16")[:4096])
    assert not looks_like_camt(b"#FLAGGA 0")
    assert not looks_like_camt(b"<Invoice/>")
