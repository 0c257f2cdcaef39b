"""What people try who see `sambok combine` for the first time: each ends in figures or in words, with its exit code."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.combine.samples.builder import Book
from tests.combine.samples.test_rules import customers, purchase, sale

ENTITY = 'entity = "legal_entity"'


@pytest.fixture
def ws(workspace):
    """Two units with one sale between them, on two levels."""
    return workspace(
        {
            "gemensamt": Book(),
            "repris": Book(customers("50.00") + sale("repris", "kafeet", 1, "9.00"), 'levels = ["Norr", "Umeå"]'),
            "kafeet": Book(purchase("repris", 1, "9.00"), 'levels = ["Norr"]'),
        },
        central="gemensamt",
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("--to 2026-02-30", "'2026-02-30' does not match"),
        ("--to 31.12.2026", "'31.12.2026' does not match"),
        ("--to=", "'' does not match"),
        ("--to 9999-12-31", "is not in the range"),
        ("--from 0001-01-01", "is not in the range"),
        ("--from 2026-07-01 --to 2026-06-30", "ends on 2026-06-30, before it begins on 2026-07-01. [PERIOD_WRONG]"),
        ("--from 2027-01-01", "ends on 2026-03-31, before it begins on 2027-01-01. [PERIOD_WRONG]"),
        ("--level Söder", "[LEVEL_UNKNOWN]"),
        ("--level=", "[LEVEL_UNKNOWN]"),
        ("--currency eur", "three capital letters"),
        ("--currency=", "three capital letters"),
    ],
)
def test_wrong_use_is_said_with_exit_code_2(ws, sambok, given, said):
    code, out, err = sambok("combine", "-w", ws.root, *given.split(" "))
    assert (code, out) == (2, "")
    assert said in err
    assert sambok("combine", "-w", ws.root, "--json", *given.split(" "))[0] == 2


@pytest.mark.parametrize(
    ("first", "last", "result"), [("1999-01-01", "1999-12-31", 0), ("2199-01-01", "2199-12-31", 0)]
)
def test_years_without_postings_have_no_result(ws, run, first, last, result):
    found = run(ws, "--from", first, "--to", last)
    assert (found.result, found.code, found.unmatched) == (result, 0, [])
    assert found.line("CashAndBank") == (50 if last > "2026" else 0)


def test_a_federation_without_books(workspace, run):
    found = run(workspace({"gemensamt": Book()}, central="gemensamt"))
    assert (found.rows, found.result, found.code) == ([], 0, 0)


def test_a_federation_of_central_alone(workspace, run):
    found = run(workspace({"gemensamt": Book(customers("50.00"), ENTITY)}, central="gemensamt"))
    assert found.names() == {"Bank": 50, "Sales": -50}


def test_central_may_be_a_legal_person_beside_divisions(workspace, run):
    """Between it and a division there is a tolerance, between two divisions none."""
    books = {
        "gemensamt": Book(purchase("repris", 1, "9.00") + purchase("kafeet", 1, "9.00"), ENTITY),
        "repris": Book(sale("repris", "gemensamt", 1, "9.50") + sale("repris", "kafeet", 2, "7.50")),
        "kafeet": Book(sale("kafeet", "gemensamt", 1, "9.00") + purchase("repris", 2, "7.00")),
    }
    found = run(workspace(books, central="gemensamt"))
    codes = {(u[0], u[2]): u[3] for u in found.unmatched}
    assert codes == {
        ("TOLERANCE", ("gemensamt", "repris")): Decimal("0.50"),
        ("AMOUNT_DIFF", ("kafeet", "repris")): Decimal("0.50"),
    }
    assert found.code == 3


def test_a_fiscal_year_from_july(workspace, run):
    """Without --from the period begins with the fiscal year that holds --to."""
    text = customers("10.00", "2026-06-30") + customers("7.00", "2026-07-01")
    ws = workspace({"gemensamt": Book(text)}, central="gemensamt", year="07-01")
    old, new = run(ws, "--to", "2026-06-30"), run(ws)
    assert (old.said["from"], old.said["to"], old.result) == ("2025-07-01", "2026-06-30", 10)
    assert (new.said["from"], new.said["to"], new.result) == ("2026-07-01", "2026-07-31", 7)
    assert new.line("RetainedResult") == -10
    assert run(ws, "--from", "2026-06-01", "--to", "2026-07-31").result == 17


def test_three_charts_and_three_currencies(workspace, run):
    """10 SEK, 10 EUR at 11 and 10 KES at 0.08 are 120.80."""
    books = {
        "gemensamt": Book(customers("10.00"), ENTITY),
        "andel": Book(
            customers("10.00", bank="Assets:572-Banco", sales="Income:705-Ventas", currency="EUR"),
            ENTITY + '\nchart = "pgc"',
            "EUR",
        ),
        "kikundi": Book(
            customers("10.00", bank="Assets:1010-Cash", sales="Income:4100-Charges", currency="KES"),
            ENTITY + '\nchart = "vsla"',
            "KES",
        ),
    }
    prices = "".join(
        f'2026-03-31 price {c} {rate} SEK\n2026-03-31 custom "average-rate" "{c}" {rate} SEK\n'
        for c, rate in (("EUR", "11"), ("KES", "0.08"))
    )
    found = run(workspace(books, central="gemensamt", prices=prices))
    assert (found.result, found.line("CashAndBank"), found.line("CTA"), found.code) == (Decimal("120.80"),) * 2 + (0, 0)


def ring(links):
    """A sells to B, B to C, C to A, each for 100.00, under the given links."""
    names = "abc"
    books = {"office": Book()}
    for number, unit in enumerate(names):
        buyer, seller = names[(number + 1) % 3], names[number - 1]
        own, its = links[number], links[number - 1]
        text = sale(unit, buyer, 1, "100.00").replace(f"^ic-{unit}-1", f"^{own}")
        books[unit] = Book(text + purchase(seller, 1, "100.00").replace(f"^ic-{seller}-1", f"^{its}"))
    return books


@pytest.mark.parametrize("links", [("ic-a-1", "ic-b-1", "ic-c-1"), ("ic-a-1",) * 3], ids=["own links", "one link"])
def test_a_ring_of_sales_is_eliminated_pair_by_pair(workspace, run, links):
    found = run(workspace(ring(links), central="office"))
    assert (found.unmatched, found.code) == ([], 0)
    assert found.names() == {}
    assert found.eliminated("balance") == found.eliminated("result") == 300


def test_a_ring_in_which_nobody_names_his_own_partner(workspace, run):
    """One link, A names B, B names C, C names A: nothing is eliminated, all three are named."""
    books = {
        "office": Book(),
        "a": Book(sale("a", "b", 1, "100.00")),
        "b": Book(purchase("c", 1, "100.00").replace("ic-c-1", "ic-a-1")),
        "c": Book(sale("c", "a", 1, "100.00").replace("ic-c-1", "ic-a-1")),
    }
    found = run(workspace(books, central="office"))
    assert found.said["eliminations"] == []
    assert {unit for u in found.unmatched for unit in u[2]} == {"a", "b", "c"}
    assert found.unmatched[0][0] == "PARTNER_ASYMMETRIC"


def test_one_link_of_a_seller_and_two_buyers(workspace, run):
    books = {
        "a": Book(sale("a", "b", 1, "60.00") + sale("a", "c", 1, "40.00")),
        "b": Book(purchase("a", 1, "60.00")),
        "c": Book(purchase("a", 1, "39.00")),
    }
    found = run(workspace({"office": Book(), **books}, central="office"))
    assert found.unmatched == [("AMOUNT_DIFF", "trade", ("a", "c"), 1)]


def test_nothing_was_sold(workspace, run):
    """0.00 with a partner is no dealing, on either side."""
    books = {"a": Book(sale("a", "b", 1, "0.00")), "b": Book(purchase("a", 1, "0.00")), "office": Book()}
    found = run(workspace(books, central="office"))
    assert (found.rows, found.unmatched, found.code) == ([], [], 0)


def test_links_that_differ_by_capitals_are_two_dealings(workspace, run):
    """Links are opaque: who writes another one has booked another dealing, and both are named."""
    books = {"a": Book(sale("a", "b", "F1", "5.00")), "b": Book(purchase("a", "f1", "5.00")), "office": Book()}
    found = run(workspace(books, central="office"))
    assert [u[0] for u in found.unmatched] == ["ONE_SIDED", "ONE_SIDED"]
    assert {u["key"] for u in found.said["unmatched"]} == {"ic-a-F1", "ic-a-f1"}


def test_a_book_that_is_nobodys_is_an_outsider(workspace, run):
    books = {"a": Book(sale("a", "x", 1, "5.00")), "x": Book(purchase("a", 1, "5.00"), "combine = false")}
    found = run(workspace({"office": Book(), **books}, central="office"))
    assert found.unmatched == [("PARTNER_OUT_OF_SCOPE", "trade", ("a", "x"), 5)]
    assert (found.result, found.code) == (5, 0)


def test_an_error_in_json_is_one_object(ws, sambok):
    code, out, _ = sambok("combine", "-w", ws.root, "--json", "--level", "Söder")
    assert code == 2
    assert [e["code"] for e in json.loads(out)["errors"]] == ["LEVEL_UNKNOWN"]


def test_without_a_price_the_unit_is_left_out_and_the_run_incomplete(workspace, run):
    spain = customers("10.00", bank="Assets:572-Banco", sales="Income:705-Ventas", currency="EUR")
    books = {
        "gemensamt": Book(customers("10.00"), ENTITY),
        "andel": Book(spain, ENTITY + '\nchart = "pgc"', "EUR"),
    }
    found = run(workspace(books, central="gemensamt"))
    assert (found.code, found.said["complete"], found.result) == (1, False, 10)
    assert {e["code"] for e in found.said["errors"]} == {"MISSING_RATE", "UNIT_ERRORS"}


def test_every_worked_example_has_its_test(samples):
    """A file that comes to the samples is missed here until somebody works it through the command line."""
    texts = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_*.py"))
    named = {file.stem for file in (samples / "consolidation").glob("*.json")}
    assert named
    assert sorted(name for name in named if f'"{name}"' not in texts) == []
