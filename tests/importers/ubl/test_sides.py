"""Whose side of an invoice a unit is: by number in any field, divisions by what names them, else refused by name."""

from decimal import Decimal

import pytest

from importers.ubl.problems import UblNotOurs, UblOtherUnit, UblSidesUnclear, UblUnitUnknown, UblWrongDirection
from importers.ubl.read import read_ubl
from importers.ubl.sides import forms, sides_of
from ledger.books.sources import SourceTable
from tests.importers.ubl.build import DUTCH, REPRIS, SELLER, STRANGER, invoice

D = Decimal
PERSON = "769999-0003"
#: Two divisions of one legal person (Samverkan), and two legal persons: `koop` with a number, `namnlos` with none.
UNITS = {
    "gemensamt": {
        "unit_toml": f'name = "Samverkan gemensamt"\ncode = "GEM"\ncurrency = "SEK"\norganisation_number = "{PERSON}"\n'
    },
    "repris": {
        "unit_toml": 'name = "Repris möbler"\ncode = "REP"\ncurrency = "SEK"\n'
        'payment_numbers = ["bankgiro 5050-1055"]\n'
    },
    "koop": {
        "unit_toml": 'name = "Koop"\ncode = "KOOP"\nentity = "legal_entity"\ncurrency = "SEK"\n'
        'organisation_number = "556000-0167"\njoined = 2026-01-01\n'
    },
    "namnlos": {"unit_toml": 'name = "Kikundi"\ncode = "NN"\nentity = "legal_entity"\ncurrency = "SEK"\n'},
}
SAMVERKAN = {"name": "Samverkan ek för", "legal": "7699990003", "vat": "SE769999000301", "country": "SE"}
KOOP = REPRIS  # 5560000167


@pytest.fixture
def ws(make_workspace):
    return make_workspace(UNITS)


def decide(ws, slug, seller, buyer, *, direction=None, means=(), issued="2026-03-10", **more):
    table = {"name": "fakturor", "format": "ubl"} | ({"invoices": {"direction": direction}} if direction else {})
    content = invoice(seller=seller, buyer=buyer, means=means, issued=issued, **more)
    return sides_of(read_ubl(content), ws.units[slug], ws, SourceTable(**table), "f.xml")


def seen(*args, **options):
    """`sale to koop`, `purchase from -`."""
    found = decide(*args, **options)
    other = found.partner.slug if found.partner else "-"
    return f"{'sale to' if found.selling else 'purchase from'} {other}"


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("556000-0167", "5560000167"),
        ("SE556000016701", "5560000167"),
        ("16556000-0167", "5560000167"),
        ("NO987654325MVA", "987654325"),
        ("F00000001", "F00000001"),
        ("ESF00000001", "F00000001"),
        ("NL8200.98.395.B.01", "820098395B01"),
    ],
)
def test_one_number_written_in_several_ways(text, same):
    assert forms(text) & forms(same)


def test_short_numbers_and_none_say_nothing():
    assert not forms("12345")
    assert not forms("")


@pytest.mark.parametrize(
    "party",
    [
        {"name": "Koop", "legal": "5560000167"},
        {"name": "Koop", "legal": "556000-0167"},
        {"name": "Koop", "vat": "SE556000016701"},
        {"name": "Koop", "endpoint": "5560000167"},
        {"name": "Koop", "ids": ("165560000167",)},
    ],
)
def test_a_unit_is_known_by_its_number_in_any_field(ws, party):
    assert seen(ws, "koop", party, STRANGER) == "sale to -"
    assert seen(ws, "koop", STRANGER, party) == "purchase from -"


def test_an_invoice_between_strangers_is_refused_naming_both(ws):
    with pytest.raises(UblNotOurs) as caught:
        decide(ws, "koop", SELLER, STRANGER)
    told = caught.value.params
    assert (told["seller"], told["buyer"]) == ("Trävaror AB (5560360793)", "Kund AB (5567321707)")
    assert (told["slug"], told["number"]) == ("koop", "556000-0167")
    with pytest.raises(UblNotOurs):  # a name is no number
        decide(ws, "koop", {**SELLER, "name": "Koop"}, STRANGER, direction="sales")


def test_divisions_share_the_number_that_one_of_them_states(ws):
    assert seen(ws, "repris", SAMVERKAN, STRANGER) == "sale to -"
    assert seen(ws, "gemensamt", STRANGER, SAMVERKAN) == "purchase from -"


def test_two_legal_persons_of_the_federation(ws):
    assert seen(ws, "koop", KOOP, {**SAMVERKAN, "ids": ("REP",)}) == "sale to repris"
    assert seen(ws, "repris", KOOP, {**SAMVERKAN, "ids": ("repris",)}) == "purchase from koop"
    assert seen(ws, "gemensamt", {**SAMVERKAN, "trade": "Samverkan Gemensamt"}, KOOP) == "sale to koop"
    with pytest.raises(UblSidesUnclear):  # which of the divisions koop deals with, nothing says
        decide(ws, "koop", KOOP, SAMVERKAN)


def test_a_partner_that_was_no_member_yet_is_an_outsider(ws):
    assert seen(ws, "repris", KOOP, SAMVERKAN, issued="2025-12-31") == "purchase from -"
    assert seen(ws, "repris", KOOP, SAMVERKAN, issued="2026-01-01") == "purchase from koop"


GEM = {**SAMVERKAN, "trade": "Samverkan gemensamt"}
REP = {**SAMVERKAN, "trade": "Repris Möbler"}


@pytest.mark.parametrize(
    ("slug", "seller", "buyer", "options", "expected"),
    [
        ("repris", REP, GEM, {}, "sale to gemensamt"),
        ("gemensamt", REP, GEM, {}, "purchase from repris"),
        ("repris", {**SAMVERKAN, "ids": ("REP",)}, {**SAMVERKAN, "ids": ("GEM",)}, {}, "sale to gemensamt"),
        ("repris", GEM, SAMVERKAN, {}, "purchase from gemensamt"),  # one side is named, the file is repris'
        ("repris", SAMVERKAN, GEM, {}, "sale to gemensamt"),
        (
            "gemensamt",
            SAMVERKAN,
            SAMVERKAN,
            {"means": (("30", "1", "5050-1055", "SE:BANKGIRO"),)},
            "purchase from repris",
        ),
        ("gemensamt", REP, SAMVERKAN, {"direction": "purchases"}, "purchase from repris"),
        ("gemensamt", SAMVERKAN, REP, {"direction": "sales"}, "sale to repris"),
        (
            "repris",
            GEM,
            {**SAMVERKAN},
            {"head": "<cbc:BuyerReference>rep</cbc:BuyerReference>"},
            "purchase from gemensamt",
        ),
    ],
)
def test_two_divisions_are_told_apart_by_what_names_them(ws, slug, seller, buyer, options, expected):
    assert seen(ws, slug, seller, buyer, **options) == expected


@pytest.mark.parametrize(
    ("slug", "seller", "buyer", "direction", "problem"),
    [
        ("repris", SAMVERKAN, SAMVERKAN, None, UblSidesUnclear),
        ("repris", REP, REP, None, UblSidesUnclear),
        ("repris", REP, SAMVERKAN, None, UblSidesUnclear),  # the other one isn't named
        ("repris", SAMVERKAN, SAMVERKAN, "sales", UblSidesUnclear),
        ("repris", STRANGER, SAMVERKAN, "sales", UblWrongDirection),
        ("koop", KOOP, STRANGER, "purchases", UblWrongDirection),
    ],
)
def test_what_cannot_be_told_is_refused(ws, slug, seller, buyer, direction, problem):
    with pytest.raises(problem):
        decide(ws, slug, seller, buyer, direction=direction)


def test_an_invoice_that_names_another_division_is_that_ones(ws):
    with pytest.raises(UblOtherUnit) as caught:
        decide(ws, "gemensamt", STRANGER, {**SAMVERKAN, "ids": ("REP",)})
    assert caught.value.params["other"] == "repris"
    with pytest.raises(UblOtherUnit) as caught:
        decide(ws, "gemensamt", SAMVERKAN, STRANGER, means=(("30", "1", "50501055", "SE:BANKGIRO"),))
    assert (caught.value.params["other"], caught.value.params["evidence"]) == ("repris", "the account to be paid")
    assert seen(ws, "gemensamt", STRANGER, {**SAMVERKAN, "ids": ("REP",)}, direction="purchases") == "purchase from -"
    # A registered name is the legal person's, whoever of it bought; it may be one unit's, too.
    assert seen(ws, "repris", STRANGER, {**SAMVERKAN, "name": "Samverkan gemensamt"}) == "purchase from -"


def test_an_invoice_between_two_other_divisions(make_workspace):
    third = {"unit_toml": 'name = "Tredje"\ncode = "TRE"\ncurrency = "SEK"\n'}
    ws = make_workspace({**UNITS, "tredje": third})
    with pytest.raises(UblOtherUnit) as caught:
        decide(ws, "tredje", REP, GEM)
    assert caught.value.params["other"] == "repris"


def test_a_unit_without_a_number_is_known_by_its_name_or_by_its_source(ws):
    kikundi = {"name": "KIKUNDI", "country": "KE"}
    assert seen(ws, "namnlos", kikundi, DUTCH) == "sale to -"
    assert seen(ws, "namnlos", KOOP, kikundi) == "purchase from koop"
    assert seen(ws, "namnlos", STRANGER, DUTCH, direction="purchases") == "purchase from -"
    with pytest.raises(UblUnitUnknown):
        decide(ws, "namnlos", STRANGER, DUTCH)
    with pytest.raises(UblUnitUnknown):
        decide(ws, "namnlos", kikundi, kikundi)


def test_without_a_workspace_the_unit_alone_is_known(ws):
    content = invoice(seller=KOOP, buyer={**SAMVERKAN, "ids": ("REP",)})
    found = sides_of(read_ubl(content), ws.units["koop"], None, SourceTable(name="f", format="ubl"), "f.xml")
    assert (found.selling, found.partner) == (True, None)
