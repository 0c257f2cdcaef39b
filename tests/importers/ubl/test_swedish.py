"""The Swedish rules, each against the official test sets (a document that passes and one that fails), and its edges."""

from dataclasses import replace
from decimal import Decimal

import pytest
from lxml import etree

from importers.ubl.fields import CAC, Fields
from importers.ubl.model import Party, PaymentMeans
from importers.ubl.parts import party, payment_means, tax_of
from importers.ubl.read import ROOTS
from importers.ubl.swedish import RULES, Facts, findings, luhn

D = Decimal
SETS = [
    "UBL-CN_SE-R-001.xml",
    "UBL-CN_SE-R-003.xml",
    "UBL-CN_SE-R-008.xml",
    "UBL-CN_SE-R-010.xml",
    "UBL-IN_SE-R-001.xml",
    "UBL-IN_SE-R-002.xml",
    "UBL-IN_SE-R-004.xml",
    "UBL-IN_SE-R-005.xml",
    "UBL-IN_SE-R-007.xml",
    "UBL-IN_SE-R-008.xml",
    "UBL-IN_SE-R-010.xml",
    "UBL-IN_SE-R-011.xml",
    "UBL-IN_SE-R-013.xml",
]
DIFI = "{http://difi.no/xsd/vefa/validator/1.0}"
CATEGORIES = {CAC + "TaxCategory": "TaxCategory", CAC + "ClassifiedTaxCategory": "ClassifiedTaxCategory"}


def facts(document):
    """What the rules look at, of a document that need not be whole: failing ones of the sets are fragments."""

    def side(name):
        found = document.find(f"{CAC}{name}/{CAC}Party")
        return Party() if found is None else party(Fields(found, "set", name))

    means = tuple(payment_means(Fields(node, "set", "PaymentMeans")) for node in document.iter(CAC + "PaymentMeans"))
    taxed = [(node.getparent(), CATEGORIES[node.tag]) for node in document.iter(*CATEGORIES)]
    taxes = tuple(tax_of(Fields(node, "set", ""), name) for node, name in taxed)
    return Facts(side("AccountingSupplierParty"), side("AccountingCustomerParty"), means, taxes)


def test_the_sets_are_all_that_there_are(samples):
    folder = samples / "sweden" / "peppol" / "se_rule_testsets"
    assert sorted(p.name for p in folder.iterdir()) == SETS


@pytest.mark.parametrize("name", SETS)
def test_every_document_of_every_set_is_judged_as_it_says(samples, name):
    root = etree.fromstring((samples / "sweden" / "peppol" / "se_rule_testsets" / name).read_bytes())
    tests = root.findall(f"{DIFI}test")
    assert len(tests) == 2
    judged = []
    for test in tests:
        ((verdict, rule),) = [(one.tag.removeprefix(DIFI), one.text) for one in test.find(f"{DIFI}assert")]
        (document,) = [node for node in test if node.tag in ROOTS]
        broken = {found.rule.id: found.rule.fatal for found in findings(facts(document))}
        said = {None: "success", True: "error", False: "warning"}[broken.get(rule)]
        assert said == verdict, (name, rule, broken)
        judged.append(verdict)
    assert judged[0] == "success"
    assert judged[1] in {"error", "warning"}


SELLER = Party(name="Allt AB", legal_id="5560360793", vat="SE556036079301", country="SE")
BUYER = Party(name="Kund AB", country="SE")
GIRO = PaymentMeans("30", "1", "50501055", "SE:BANKGIRO")


NORMAL = (("S", D(25)),)


def broken(*, means=(GIRO,), taxes=NORMAL, buyer=BUYER, **seller):
    return [found.rule.id[-3:] for found in findings(Facts(replace(SELLER, **seller), buyer, means, taxes))]


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, []),
        ({"vat": "SE55603607930"}, ["001"]),
        ({"vat": "SE5560360793011"}, ["001"]),
        ({"vat": "SE55603607930X"}, ["002"]),
        ({"vat": "SE"}, ["001", "002"]),
        ({"vat": "NO987654325MVA"}, []),  # registered elsewhere
        ({"vat": ""}, []),
        ({"legal_id": "556036-0793"}, ["003", "004", "013"]),
        ({"legal_id": "16556036079"}, ["004", "013"]),
        ({"legal_id": "5560360794"}, ["013"]),
        ({"legal_id": ""}, []),
        ({"tax_ids": (("TAX", "godkänd för f-skatt"),)}, []),
        ({"tax_ids": (("TAX", "Godkänd för FA-skatt"),)}, ["005"]),
        ({"tax_ids": (("TAX", "nej"),), "legal_id": ""}, []),
        ({"taxes": (("S", D("25.00")), ("S", D(12)), ("S", D(6)), ("E", D(0)))}, []),
        ({"taxes": (("S", D(24)),)}, ["006"]),
        ({"taxes": (("S", None),)}, ["006"]),
        ({"taxes": (("L", D(7)),)}, []),
        ({"means": (PaymentMeans("30", "", "PG1", "SE:PLUSGIRO"),)}, ["007"]),
        ({"means": (PaymentMeans("30", "", "5050-1055", "SE:BANKGIRO"),)}, ["008", "009"]),
        ({"means": (PaymentMeans("30", "", "123456", "SE:BANKGIRO"),)}, ["009"]),
        ({"means": (PaymentMeans("30", "", "123456789", "SE:BANKGIRO"),)}, ["009"]),
        ({"means": (PaymentMeans("30", "", "1", "SE:PLUSGIRO"),)}, ["010"]),
        ({"means": (PaymentMeans("30", "", "12", "SE:PLUSGIRO"),)}, []),
        ({"means": (PaymentMeans("1", "", "PG1", "SE:PLUSGIRO"),)}, []),
        ({"means": (PaymentMeans("50"),)}, ["011"]),
        ({"means": (PaymentMeans("56"),)}, ["011"]),
        ({"means": (PaymentMeans("31"),)}, ["012"]),
        ({"means": (PaymentMeans("31"),), "buyer": Party(name="Kjøper", country="NO")}, []),
        ({"country": "NO", "legal_id": "x", "vat": "SE1", "means": (PaymentMeans("50"),)}, []),
    ],
)
def test_the_edges_of_each_rule(changes, rules):
    assert broken(**changes) == rules


def test_the_network_refuses_six_and_the_check_digit_and_warns_of_the_rest():
    assert [rule.id for rule in RULES] == [f"SE-R-{n:03}" for n in range(1, 14)]
    assert [rule.id[-1] for rule in RULES if not rule.fatal] == ["7", "8", "9", "0", "1", "2"]


@pytest.mark.parametrize(
    ("number", "right"),
    [("2021005489", True), ("2021005480", False), ("5560360793", True), ("556036079", False), ("55603A0793", False)],
)
def test_check_digits(number, right):
    """2·2 0 2·2 1 0 0 2·5 4 2·8 = 4+0+4+1+0+0+1+4+7 = 21: the check digit is 9."""
    assert luhn(number) is right
