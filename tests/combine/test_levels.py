"""Each level's own figures; all amounts are worked out by hand (SPEC 10)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ledger.books import Unit
from ledger.combine import combine
from ledger.combine.levels import common, find_level, frontier, level_tree, name_of
from ledger.combine.problems import LevelAmbiguous, LevelUnknown
from tests.combine.conftest import StubRun
from tests.combine.test_worked import sale

HERE = {
    "repris": ("Sverige", "Östergötland", "Linköping"),
    "kafeet": ("Sverige", "Östergötland", "Linköping"),
    "budet": ("Sverige", "Östergötland", "Norrköping"),
    "mose": ("Sverige", "Uppsala", "Uppsala"),
    "sur": ("Chile",),
    "gemensamt": (),
}


def unit(slug, levels):
    return Unit(slug, None, slug, slug.upper(), "division", "SEK", "bas", levels=levels)  # type: ignore[arg-type]


UNITS = {slug: unit(slug, levels) for slug, levels in HERE.items()}


@pytest.mark.parametrize(
    ("slugs", "path"),
    [
        (("repris",), ("Sverige", "Östergötland", "Linköping")),
        (("repris", "kafeet"), ("Sverige", "Östergötland", "Linköping")),
        (("repris", "budet"), ("Sverige", "Östergötland")),
        (("repris", "budet", "mose"), ("Sverige",)),
        (("repris", "sur"), ()),
        (("repris", "gemensamt"), ()),
        (("repris", "unknown"), ("Sverige", "Östergötland", "Linköping")),
        ((), ()),
    ],
)
def test_the_lowest_common_level(slugs, path):
    assert common(UNITS, slugs) == path


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("Sverige", ("Sverige",)),
        ("Linköping", ("Sverige", "Östergötland", "Linköping")),
        ("Östergötland/Linköping", ("Sverige", "Östergötland", "Linköping")),
        ("Sverige/Uppsala", ("Sverige", "Uppsala")),
        ("Uppsala/Uppsala", ("Sverige", "Uppsala", "Uppsala")),
        ("Sverige/Uppsala/Uppsala", ("Sverige", "Uppsala", "Uppsala")),
        ("/Chile", ("Chile",)),
    ],
)
def test_a_level_by_its_name_or_path(wanted, path):
    assert find_level(UNITS.values(), wanted) == path


def test_a_name_of_two_levels_is_refused_with_both_paths():
    with pytest.raises(LevelAmbiguous) as caught:
        find_level(UNITS.values(), "Uppsala")
    assert caught.value.params["paths"] == "Sverige/Uppsala, Sverige/Uppsala/Uppsala"
    twice = [unit("a", ("Uppsala",)), unit("b", ("Sverige", "Uppsala"))]
    with pytest.raises(LevelAmbiguous) as caught:
        find_level(twice, "Uppsala")
    assert caught.value.params["paths"] == "Sverige/Uppsala, /Uppsala"
    paths = [("Sverige",), ("Sverige", "Uppsala"), ("Uppsala",)]
    assert [find_level(twice, name_of(path, paths)) for path in paths] == paths


@pytest.mark.parametrize(
    ("wanted", "nearest"), [("Linkoping", "Linköping"), ("Sverige/Linköping", "Sverige/Östergötland/Linköping")]
)
def test_a_level_that_nobody_has(wanted, nearest):
    with pytest.raises(LevelUnknown) as caught:
        find_level(UNITS.values(), wanted)
    assert caught.value.params["nearest"] == nearest


def test_a_name_that_is_like_none_is_told_which_there_are():
    with pytest.raises(LevelUnknown) as caught:
        find_level(UNITS.values(), "zz")
    known = "Chile, Linköping, Norrköping, Sverige, Uppsala, Östergötland"
    assert caught.value.remedy_text() == f"The units' levels are: {known}."


def test_where_no_unit_has_levels_it_is_said_how_they_get_them():
    with pytest.raises(LevelUnknown) as caught:
        find_level([unit("a", ())], "Söder")
    assert caught.value.text() == "No unit belongs to Söder: none has levels."
    assert caught.value.remedy_text().startswith("Leave --level out, or give the units levels in unit.toml:")


def sold(amount):
    return f"""
2026-02-01 * "Customers"
  Assets:1930-Bank    {amount} SEK
  Income:3001-Sales  -{amount} SEK
"""


@pytest.fixture
def federation_of_levels(federation):
    """
    Four units in two municipalities of one region, one abroad, central at the top. Customers pay 1,000 to each.

    Dealings: 100 within Linköping (repris → kafeet), 30 across the region (repris → budet), 7 with central
    (gemensamt → kafeet), and a stock at kafeet of 40 bought from repris, of which 25 % is profit.
    """
    inside, bought = sale("repris", "kafeet", "100.00", "100.00", 1)
    across, also = sale("repris", "budet", "30.00", "30.00", 2)
    central, owed = sale("gemensamt", "kafeet", "7.00", "7.00", 3)
    inside = inside.replace('ic: "trade"\n', 'ic: "trade"\n    cost: 75.00 SEK\n').replace(
        '  Assets:1661-Intern    100.00 SEK\n    partner: "kafeet"\n    ic: "trade"\n    cost: 75.00 SEK\n',
        '  Assets:1661-Intern    100.00 SEK\n    partner: "kafeet"\n    ic: "trade"\n',
    )
    stock = """
2026-03-31 custom "internal-stock" "repris" 40.00 SEK
2026-03-31 * "Stock"
  Assets:1460-Stock    40.00 SEK
  Expenses:4010-Goods -40.00 SEK
"""
    texts = {
        "repris": sold("1000.00") + inside + across,
        "kafeet": sold("1000.00") + bought + owed + stock,
        "budet": sold("1000.00") + also,
        "mose": sold("1000.00"),
        "sur": sold("1000.00"),
        "gemensamt": sold("1000.00") + central,
    }
    return federation(
        {slug: (text, f"levels = {list(HERE[slug])!r}".replace("'", '"')) for slug, text in texts.items()}
    )


@pytest.fixture
def tree(federation_of_levels):
    return level_tree(combine(federation_of_levels, StubRun(), date_to=dt.date(2026, 3, 31)))


def test_the_tree(tree):
    assert [(node.path, node.units) for node in tree.walk()] == [
        ((), ("budet", "gemensamt", "kafeet", "mose", "repris", "sur")),
        (("Chile",), ("sur",)),
        (("Sverige",), ("budet", "kafeet", "mose", "repris")),
        (("Sverige", "Uppsala"), ("mose",)),
        (("Sverige", "Uppsala", "Uppsala"), ("mose",)),
        (("Sverige", "Östergötland"), ("budet", "kafeet", "repris")),
        (("Sverige", "Östergötland", "Linköping"), ("kafeet", "repris")),
        (("Sverige", "Östergötland", "Norrköping"), ("budet",)),
    ]
    assert tree.own == ("gemensamt",)
    assert (tree.name, tree.depth, tree.children[1].name, tree.children[1].depth) == ("", 0, "Sverige", 1)


@pytest.mark.parametrize(
    ("path", "sales", "result", "claims"),
    [
        # Linköping: 2,000 from customers; 30 to budet is still a sale; 10 of profit lies in the stock.
        (("Sverige", "Östergötland", "Linköping"), "-2030.00", "2053.00", "30.00"),
        # Norrköping: bought for 30 of an outsider
        (("Sverige", "Östergötland", "Norrköping"), "-1000.00", "970.00", "0"),
        # the region: 3,000 from customers, 7 bought from central, stock 40 at its cost of 30
        (("Sverige", "Östergötland"), "-3000.00", "3023.00", "0.00"),
        (("Sverige",), "-4000.00", "4023.00", "0.00"),
        ((), "-6000.00", "6030.00", "0.00"),
    ],
)
def test_figures_of_each_level(tree, path, sales, result, claims):
    node = tree.find(path)
    assert node.figures.lines["NetSales"] == Decimal(sales)
    assert node.figures.result == Decimal(result)
    assert node.figures.lines.get("InternalReceivables", Decimal(0)) == Decimal(claims)


def test_a_level_is_what_combining_it_alone_gives(federation_of_levels, tree):
    for node in tree.walk():
        level = "/" + "/".join(node.path) if node.path else None
        alone = combine(federation_of_levels, StubRun(), date_to=dt.date(2026, 3, 31), level=level)
        assert alone.trial_balance == node.figures.rows, node.path


def test_an_elimination_names_its_level(federation_of_levels):
    found = combine(federation_of_levels, StubRun(), date_to=dt.date(2026, 3, 31))
    assert {(e.kind, e.units): e.level for e in found.eliminations} == {
        ("trade", ("kafeet", "repris")): ("Sverige", "Östergötland", "Linköping"),
        ("unrealised", ("kafeet", "repris")): ("Sverige", "Östergötland", "Linköping"),
        ("trade", ("budet", "repris")): ("Sverige", "Östergötland"),
        ("trade", ("gemensamt", "kafeet")): (),
    }


@pytest.mark.parametrize(
    ("depth", "nodes", "units"),
    [
        (0, [()], []),
        (1, [("Chile",), ("Sverige",)], ["gemensamt"]),
        (2, [("Chile",), ("Sverige", "Uppsala"), ("Sverige", "Östergötland")], ["gemensamt"]),
        (
            9,
            [
                ("Chile",),
                ("Sverige", "Uppsala", "Uppsala"),
                ("Sverige", "Östergötland", "Linköping"),
                ("Sverige", "Östergötland", "Norrköping"),
            ],
            ["gemensamt"],
        ),
    ],
)
def test_levels_folded_to_a_depth(tree, depth, nodes, units):
    found, left = frontier(tree, depth)
    assert [node.path for node in found] == nodes
    assert left == units
    assert sorted([*left, *(slug for node in found for slug in node.units)]) == list(tree.units)
