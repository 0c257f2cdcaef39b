"""The combined figures by business line, worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.combine.reports.segments import segments
from tests.combine.test_levels import sold
from tests.combine.test_worked import sale


@pytest.fixture
def found(combined):
    """
    Two units recycle, one runs a café, central names no line. 100 is sold within recycling, 30 to the café.
    """
    inside, bought = sale("repris", "loppis", "100.00", "100.00", 1)
    across, also = sale("repris", "kafeet", "30.00", "30.00", 2)
    line = 'business_line = "{}"'.format
    return combined(
        {
            "repris": (sold("1000.00") + inside + across, line("Återbruk")),
            "loppis": (sold("500.00") + bought, line("Återbruk")),
            "kafeet": (sold("200.00") + also, line("Kafé")),
            "gemensamt": sold("10.00"),
        }
    )


@pytest.mark.parametrize(
    ("name", "units", "sales", "result", "claims"),
    [
        ("Kafé", ("kafeet",), "-200.00", "170.00", "0"),
        # what it sells to the café is still sold; what it sells to itself isn't
        ("Återbruk", ("loppis", "repris"), "-1530.00", "1530.00", "30.00"),
        (None, ("gemensamt",), "-10.00", "10.00", "0"),
    ],
)
def test_a_line_stands_without_its_own_dealings(found, name, units, sales, result, claims):
    (one,) = [s for s in segments(found).segments if s.name == name]
    assert one.units == units
    assert one.figures.lines["NetSales"] == Decimal(sales)
    assert one.figures.result == Decimal(result)
    assert one.figures.lines.get("InternalReceivables", Decimal(0)) == Decimal(claims)


def test_what_lies_between_lines_stands_apart(found):
    cut = segments(found)
    assert [s.name for s in cut.segments] == ["Kafé", "Återbruk", None]
    assert cut.between.lines == {
        "NetSales": Decimal("30.00"),
        "RawMaterials": Decimal("-30.00"),
        "InternalReceivables": Decimal("-30.00"),
        "InternalPayables": Decimal("30.00"),
    }
    assert {row.unit for row in cut.between.rows} == {"ELIM"}


def test_lines_and_what_lies_between_them_are_the_whole(found):
    cut = segments(found)
    for name, total in found.lines.items():
        parts = [s.figures.lines.get(name, Decimal(0)) for s in cut.segments]
        assert sum(parts, cut.between.lines.get(name, Decimal(0))) == total
    assert sum((s.figures.result for s in cut.segments), cut.between.result) == found.result == Decimal("1710.00")


def test_no_unit_has_a_business_line(combined):
    cut = segments(combined({"repris": sold("10.00")}))
    assert [(s.name, s.units) for s in cut.segments] == [(None, ("gemensamt", "repris"))]
    assert cut.between.rows == ()
