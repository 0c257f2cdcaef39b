"""What references name, and who pays: tables."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.bank.model import Part
from importers.recognise.events import Event, events_of
from importers.recognise.payers import Payers, fits
from importers.recognise.placed import payment

CYCLES = ["NK26", "RF-26", "NK2"]
SHARES, LOAN, FINE, SOCIAL = Event("NK26", "S"), Event("NK26", "L", 1), Event("NK26", "F"), Event("NK26", "SF")


def found(reference="", text="", invoice="", cycles=CYCLES):
    part = Part(Decimal(5), "ANNA N", text, "", reference, invoice)
    return events_of(payment(part, None, "KES", alone=True), cycles)


@pytest.mark.parametrize(
    ("reference", "event"),
    [
        ("NK26-S", SHARES),
        ("NK26 S", SHARES),
        ("nk26s", SHARES),
        (" nk26 - s ", SHARES),
        ("NK26/S", SHARES),
        ("NK26-L01", LOAN),
        ("NK26-L1", LOAN),
        ("nk26 l 001", LOAN),
        ("NK26.L.01", LOAN),
        ("NK26-F", FINE),
        ("NK26-SF", SOCIAL),
        ("nk26 sf", SOCIAL),
        ("RF-26-S", Event("RF-26", "S")),
        ("rf26s", Event("RF-26", "S")),
        ("NK2-L6", Event("NK2", "L", 6)),
        # Nothing of it, or not all of it.
        ("NK26", None),
        ("NK26-", None),
        ("NK26-X", None),
        ("NK26-L", None),
        ("NK26-S1", None),
        ("XNK26-S", None),
        ("NK26-S Anna", None),
        ("NK26-L0000000001", None),
        ("NK26-L１", None),  # a digit of another width
        ("S", None),
        ("", None),
        ("NK26-S" * 12, None),
    ],
)
def test_a_reference_of_its_own(reference, event):
    assert found(reference) == ([event] if event else [])
    assert found(invoice=reference) == ([event] if event else [])


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("Andelar NK26-S mars", [SHARES]),
        ("lån NK26-L01, tack", [LOAN]),
        ("NK26-L01 NK26-L01", [LOAN]),
        ("NK26-S och NK26-L01", [SHARES, LOAN]),
        ("NK26 S Larsson", []),
        ("NK26-Svensson", []),
        ("ANK26-S", []),
        ("NK26-L01-2", []),
        ("NK26-SF", [SOCIAL]),
    ],
)
def test_in_free_text_only_with_its_hyphen(text, events):
    assert found(text=text) == events


def test_a_field_of_its_own_goes_before_text():
    assert found("NK26-S", "NK26-L01") == [SHARES]


@pytest.mark.parametrize(
    ("loan", "same"), [("NK26-L01", True), ("NK26-L1", True), ("NK26-L10", False), ("X-L01", False)]
)
def test_a_loan_by_its_number(loan, same):
    assert LOAN.names(loan) is same


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.sampled_from(CYCLES))
def test_any_text_names_events_of_the_cycles_or_none(text, cycle):
    assert {event.cycle for event in found(text, text)} <= {*CYCLES}
    assert found(f"{cycle}-S") == [Event(cycle, "S")]


@pytest.mark.parametrize(
    ("known", "number", "same"),
    [
        ("254712345001", "254712345001", True),
        ("254712345001", "+254 712 345 001", True),
        ("254712345001", "0712345001", True),
        ("0712345001", "254712345001", True),
        ("254712345001", "254712345002", False),
        ("254712345001", "2547****001", True),
        ("254712345001", "2547******001", True),
        ("254712345001", "2547*****01", True),
        ("254712345001", "07****001", True),
        ("254712345001", "2547****002", False),
        ("254712345001", "2557****001", False),
        ("0712345001", "2547****001", True),
        ("254712345001", "2547****", False),
        ("254712345001", "****01", False),
        ("254712345001", "2*7***001", False),
        ("254712345001", "", False),
        ("254712345001", "***", False),
    ],
)
def test_masked_numbers(known, number, same):
    assert fits(known, number) is same


def opened(*rows):
    """Payers of accounts given as (name, phone, payer)."""

    class Opened:
        def __init__(self, meta):
            self.meta = meta

    opens = {name: Opened({k: v for k, v in (("phone", phone), ("payer", payer)) if v}) for name, phone, payer in rows}
    return Payers([row[0] for row in rows], opens, {row[0]: row[0] for row in rows})


ANNA, BO, EVA = ("Anna", "254712345001", ""), ("Bo", "254712345002", "BO K, BENGT K"), ("Eva", "", "")


@pytest.mark.parametrize(
    ("rows", "name", "number", "who"),
    [
        ([ANNA, BO, EVA], "ANNA N", "2547****001", ["Anna"]),
        ([ANNA, BO, EVA], "", "2547****001", ["Anna"]),
        ([ANNA, BO, EVA], "X Y", "2547****001", ["Anna"]),  # somebody's wallet, but Anna's number
        ([ANNA, BO, EVA], "BO K", "2547****001", ["Anna", "Bo"]),  # Anna's number and Bo's name
        ([ANNA, BO, EVA], "BENGT K", "2547****777", ["Bo"]),  # another telephone, and a name that is told of Bo
        ([ANNA, BO, EVA], "ANNA N", "2547****777", []),  # a name like hers, and not her number
        ([ANNA, BO, EVA], "EVA L", "2547****777", ["Eva"]),
        ([ANNA, BO, EVA], "Anna", "", ["Anna"]),
        ([ANNA, BO, EVA], "", "2547****777", []),
        ([ANNA, BO, EVA], "SAMUEL", "2547****777", []),
        ([ANNA, BO, EVA], "ANNABELLE N", "", []),
        ([ANNA, ("Carl", "254712399001", "")], "", "2547****001", ["Anna", "Carl"]),
        ([ANNA, ("Carl", "254712399001", "")], "CARL B", "2547****001", ["Carl"]),
        ([ANNA, ("Carl", "254712399001", "")], "DAVID B", "2547****001", ["Anna", "Carl"]),
        ([EVA, ("Eva L", "", "")], "EVA L", "", ["Eva L"]),
        ([EVA, ("Eva L", "", "")], "EVA M", "", ["Eva", "Eva L"]),
        ([EVA, ("Eva Lind", "", ""), BO], "EVA LIND MAE", "", ["Eva", "Eva Lind"]),
        ([("Åsa", "", "")], "ASA B", "", []),
        ([("Caro Mwangi", "", "")], "CARO M", "", ["Caro Mwangi"]),
        ([("Caro Mwangi", "", "")], "CARO N", "", []),
        ([("Caro Mwangi", "", "")], "C M", "", []),
        ([("Caro Mwangi", "", ""), ("Caro Njeri", "", "")], "CARO M", "", ["Caro Mwangi", "Caro Njeri"]),
        ([("Mary Wanjiku", "", "")], "WANJIKU MARY N", "", ["Mary Wanjiku"]),
        ([], "ANNA", "2547****001", []),
    ],
)
def test_who_pays(rows, name, number, who):
    assert list(opened(*rows).who(name, number)) == who
