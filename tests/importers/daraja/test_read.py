"""Reading callbacks: what is taken, what is left out of a payer's data, and what is refused."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.daraja.problems import DarajaJson, DarajaKey, DarajaValue
from importers.daraja.read import looks_like_daraja, read_callbacks
from importers.mpesa.problems import MpesaReceipt
from importers.problems import ImportAmountInvalid, ImportDateInvalid
from ledger.errors import Problem

SAID = {
    "TransactionType": "Pay Bill",
    "TransID": "SB71AB12CD",
    "TransTime": "20260211103200",
    "TransAmount": "1200.00",
    "BusinessShortCode": "600610",
    "BillRefNumber": "NK26-L01",
    "InvoiceNumber": "",
    "OrgAccountBalance": "151200.00",
    "ThirdPartyTransID": "",
    "MSISDN": "2547*****126",
    "FirstName": "ANNA",
    "MiddleName": "",
    "LastName": "N",
}


def text(**changes):
    """A callback as text; None takes a key out."""
    return json.dumps({key: value for key, value in {**SAID, **changes}.items() if value is not None})


def read(content):
    return read_callbacks(content if isinstance(content, bytes) else content.encode(), "calls.jsonl")


def test_the_sample(samples):
    content = (samples / "vsla/daraja-c2b-confirmation.json").read_bytes()
    assert looks_like_daraja(content[:4096])
    (one,) = read(content)
    assert (one.receipt, str(one.when), str(one.amount)) == ("RKL51ZDR4F", "2023-11-21 12:13:25", "5.00")
    assert (one.code, one.reference, one.name, one.phone) == (
        "600966",
        "Sample Transaction",
        "NICHOLAS",
        "2547*****126",
    )


def test_one_a_line_and_one_over_several_lines():
    two = text() + "\n\n" + text(TransID="SB72AB12CD") + "\n"
    assert [(c.receipt, c.line) for c in read(two)] == [("SB71AB12CD", 1), ("SB72AB12CD", 3)]
    assert read("\ufeff" + json.dumps(SAID, indent=2)) == read(text())
    assert read("\n\n" + json.dumps(SAID, indent=2))[0].line == 3


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("254712345678", "2547*****678"),
        ("+254712345678", "2547*****678"),
        ("2547*****126", "2547*****126"),
        ("2547xxxxx126", "2547*****126"),
        ("c0ffee00" * 8, ""),  # a hash of the number
        ("", ""),
        (None, ""),
    ],
)
def test_a_telephone_number_is_kept_masked(said, kept):
    assert read(text(MSISDN=said))[0].phone == kept


def test_the_balance_of_the_paybill_is_not_kept():
    assert "151200" not in repr(read(text()))


def test_numbers_may_stand_without_quotes():
    (one,) = read(text(TransAmount=1200, TransTime=20260211103200, BusinessShortCode=600610))
    assert (str(one.amount), one.code, one.when.second) == ("1200", "600610", 0)


def test_last_names_and_phone_may_be_missing():
    (one,) = read(text(MSISDN=None, MiddleName=None, LastName=None, InvoiceNumber=None, ThirdPartyTransID=None))
    assert (one.name, one.phone, one.invoice) == ("ANNA", "", "")


WRONG = [
    ("an unknown key", text(Secret="x"), DarajaKey),
    ("a key in other letters", text().replace('"TransID"', '"transid"'), DarajaKey),
    ("a missing amount", text(TransAmount=None), DarajaKey),
    ("a missing receipt", text(TransID=None), DarajaKey),
    ("a key that stands twice", text()[:-1] + ', "TransAmount": "9.00"}', DarajaKey),
    ("no amount", text(TransAmount=""), ImportAmountInvalid),
    ("nothing", text(TransAmount="0.00"), ImportAmountInvalid),
    ("money out", text(TransAmount="-5.00"), ImportAmountInvalid),
    ("too fine", text(TransAmount="5.001"), ImportAmountInvalid),
    ("in words", text(TransAmount="five"), ImportAmountInvalid),
    ("with a comma", text(TransAmount="1,200.00"), ImportAmountInvalid),
    ("as a power", text(TransAmount="1e9"), ImportAmountInvalid),
    ("too large", text(TransAmount="9" * 13), ImportAmountInvalid),
    ("in other digits", text(TransAmount="١٢٠٠"), ImportAmountInvalid),
    ("true", text(TransAmount=True), DarajaValue),
    ("null", text().replace('"1200.00"', "null"), DarajaValue),
    ("NaN", text().replace('"1200.00"', "NaN"), DarajaValue),
    ("infinite", text().replace('"1200.00"', "-Infinity"), DarajaValue),
    ("a list", text(TransAmount=["5.00"]), DarajaValue),
    ("an object", text(FirstName={"a": "b"}), DarajaValue),
    ("a long name", text(FirstName="A" * 201), DarajaValue),
    ("control characters", text(BillRefNumber="NK26\u0000-S"), DarajaValue),
    ("text that runs backwards", text(BillRefNumber="NK26\u202e-S"), DarajaValue),
    ("half a letter", text().replace("NK26-L01", "\\ud800"), DarajaValue),
    ("a line break", text(FirstName="AN\nNA"), DarajaValue),
    ("no telephone number", text(MSISDN="anna@example.org"), DarajaValue),
    ("no short code", text(BusinessShortCode="60"), DarajaValue),
    ("no receipt", text(TransID="SC14-AA"), MpesaReceipt),
    ("an empty receipt", text(TransID=""), MpesaReceipt),
    ("a day that isn't there", text(TransTime="20260230103200"), ImportDateInvalid),
    ("a time with dashes", text(TransTime="2026-02-11 10:32"), ImportDateInvalid),
    ("a short time", text(TransTime="20260211"), ImportDateInvalid),
    ("a list of callbacks", f"[{text()}]", DarajaJson),
    ("cut off", text()[:-20], DarajaJson),
    ("two on one line", text() + text(), DarajaJson),
    ("a very deep object", '{"TransID":' * 300, DarajaJson),
    ("a very deep list", '{"TransID":' + "[" * 3000, DarajaJson),
    ("a very long line", text(FirstName="A" * 5000), DarajaJson),
    ("a long number", text().replace('"1200.00"', "9" * 3900), DarajaJson),
    ("other letters", text(FirstName="ÅSA").encode("utf-8").replace(b"\\u00c5", b"\xc5"), DarajaJson),
    ("a word", '"TransID"', DarajaJson),
]


@pytest.mark.parametrize(("content", "kind"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_what_is_no_callback_is_refused(content, kind):
    first = text(TransID="SB70AB12CD").encode() + b"\n"
    with pytest.raises(kind) as caught:
        read(first + (content if isinstance(content, bytes) else content.encode()))
    assert type(caught.value) is kind
    assert caught.value.line == 2
    assert len(str(caught.value)) < 400


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.recursive(st.none() | st.text(), st.lists).map(json.dumps)))
def test_any_bytes_give_callbacks_or_a_problem(content):
    with contextlib.suppress(Problem):
        read(content)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(SAID)), st.text(max_size=30) | st.integers() | st.floats() | st.booleans() | st.none())
def test_any_value_gives_a_callback_or_a_problem(key, value):
    try:
        (one,) = read(json.dumps({**SAID, key: value}))
    except Problem:
        return
    assert one.amount > 0
    assert "*" in one.phone or not one.phone
