"""The worksheet page: lines × units, folded and open; every row ties, every figure opens what it is the sum of."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from beancount.core.data import Transaction

PAGE = "/federation/extension/Worksheet/"


@pytest.fixture
def sheet(tables):
    """The table as an address asks for it."""

    def look(view, **asked):
        (table,) = tables(view.get(PAGE, **asked).text)
        return table

    return look


def numbers(*amounts):
    return [Decimal(amount) for amount in amounts]


def test_lines_by_unit_with_what_was_eliminated_and_translated(sheet, group):
    table = sheet(group)
    assert table.heads == ["Line", "COOP", "CYKELBUDET", "REPRIS", "ELIM", "CTA", "Total"]
    lines = table.values()
    #                                       COOP  CYKEL  REPRIS  ELIM  CTA  total
    assert lines["Net sales"] == numbers(-525, -300, -1400, 400, 0, -1825)
    assert lines["Cash and bank"] == numbers(1650, 300, 1000, 0, 0, 2950)
    assert lines["Internal accounts, claims"] == numbers(0, 0, 400, -400, 0, 0)
    assert lines["Internal accounts, debts"] == numbers(0, -400, 0, 400, 0, 0)
    assert lines["Translation difference"] == numbers(0, 0, 0, 0, -125, -125)
    sums = table.values("sum")
    assert sums["Sum of the income statement"] == numbers(-525, 100, -1400, 0, 0, -1825)
    assert sums["Sum of the balance sheet"] == numbers(650, -100, 1400, 0, -125, 1825)
    assert table.foot() == numbers(125, 0, 0, 0, -125, 0)


@pytest.mark.parametrize(
    ("asked", "heads", "net_sales"),
    [
        ({"by": "level", "depth": "1"}, "España (1)|Sverige (2)", (-525, -1700)),
        ({"by": "level", "depth": "2"}, "España|Sverige|Euskadi (1)|Östergötland (2)", (-525, -1700)),
        (
            {"by": "level", "depth": "9"},
            "España|Sverige|Euskadi|Östergötland|COOP|Linköping|Norrköping|CYKELBUDET|REPRIS",
            (-525, -300, -1400),
        ),
        ({"by": "level", "depth": "1", "turn": "España"}, "España|Sverige (2)|Euskadi (1)", (-525, -1700)),
        ({"by": "level", "depth": "2", "turn": "España"}, "España (1)|Sverige|Östergötland (2)", (-525, -1700)),
        ({"by": "business", "depth": "1"}, "Transport (1)|Återbruk (2)", (-300, -1925)),
        ({"by": "business", "depth": "2"}, "Transport|Återbruk|CYKELBUDET|COOP|REPRIS", (-300, -525, -1400)),
        ({"by": "unit"}, "COOP|CYKELBUDET|REPRIS", (-525, -300, -1400)),
        ({"by": "<b>", "depth": "-1", "turn": "<b>", "open": "<b>"}, "COOP|CYKELBUDET|REPRIS", (-525, -300, -1400)),
    ],
)
def test_columns_by_unit_level_and_business_line(sheet, group, asked, heads, net_sales):
    table = sheet(group, **asked)
    assert set(table.heads) == {"Line", "ELIM", "CTA", "Total", *heads.split("|")}
    assert table.values()["Net sales"] == numbers(*net_sales, 400, 0, -1825)
    for row in (*table.values().values(), *table.values("sum").values()):
        assert sum(row[:-1]) == row[-1]
    assert table.foot()[-1] == 0


def test_a_line_opens_to_its_accounts(sheet, group):
    assert sheet(group).values("account") == {}
    table = sheet(group, open="NetSales")
    accounts = table.values("account")
    assert accounts == {
        "3001-Försäljning-varor-25": numbers(0, -300, -1000, 0, 0, -1300),
        "3090-Försäljning-inom": numbers(0, 0, -400, 400, 0, 0),
        "700-Ventas": numbers(-525, 0, 0, 0, 0, -525),
    }
    assert [sum(column) for column in zip(*accounts.values(), strict=True)] == table.values()["Net sales"]
    everything = sheet(group, open="*")
    assert len(everything.values("account")) == len({**everything.values("account")}) > len(accounts)


def test_what_is_open_stands_in_the_address(sheet, group):
    section = sheet(group, by="level", depth="1").element
    (fold,) = section.xpath(".//a[@id='sambok-h-Sverige']")
    assert fold.get("aria-expanded") == "false"
    table = sheet(group, **parse_qs(urlsplit(fold.get("href")).query))
    (fold,) = table.element.xpath(".//a[@id='sambok-h-Sverige']")
    assert fold.get("aria-expanded") == "true"
    assert parse_qs(urlsplit(fold.get("href")).query) == {"by": ["level"], "depth": ["1"]}
    (row,) = table.element.xpath(".//a[@id='sambok-r-NetSales']")
    assert row.get("aria-expanded") == "false"
    assert row.get("aria-label") == "Accounts of Net sales"
    kept = parse_qs(urlsplit(row.get("href")).query)
    assert kept == {"by": ["level"], "depth": ["1"], "turn": ["Sverige"], "open": ["NetSales"]}


def opened(view, tables, link):
    """Σ of what a figure's link opens."""
    parts = urlsplit(link)
    asked = {k: v[0] for k, v in parse_qs(parts.query).items()}
    if "/extension/DrillDown/" in parts.path:
        (table,) = tables(view.get(link).text)
        figures = [table.number(cell) for cell in table.element.xpath("./tbody/tr/td[contains(@class, 'num')][last()]")]
        assert not table.foot() or table.foot()[-1] == sum(figures)
        return sum(figures)
    account = unquote(parts.path.split("/")[3])
    view.get(link)
    ledger = view.app.config["LEDGERS"]["federation"]
    filtered = ledger.get_filtered(account=asked.get("account"), time=asked.get("time"), filter=None)
    return sum(
        posting.units.number
        for entry in filtered.entries
        if isinstance(entry, Transaction)
        for posting in entry.postings
        if posting.account == account or posting.account.startswith(account + ":")
    )


@pytest.mark.parametrize("asked", [{"open": "*"}, {"by": "level", "depth": "2"}, {"by": "business", "depth": "1"}])
@pytest.mark.parametrize("threshold", [30000, 0])
def test_every_figure_opens_what_it_is_the_sum_of(sheet, tables, group_ws, view_of, asked, threshold):
    conf = group_ws.root / "fava.conf"
    conf.write_text(f"{conf.read_text(encoding='utf-8')}\n[view]\nvoucher_threshold = {threshold}\n", encoding="utf-8")
    view = view_of(group_ws)
    checked = 0
    table = sheet(view, **asked)
    for row in table.rows:
        for cell in row.xpath("./td[a]"):
            (link,) = cell.xpath("./a/@href")
            assert opened(view, tables, link) == table.number(cell), link
            checked += 1
    assert checked >= 20


def test_names_of_levels_are_text(make_workspace, view_of, group_units):
    name = "<img src=x onerror=alert(1)>"
    unit = f"levels = ['{name}']\nbusiness_line = '{name}'"
    view = view_of(make_workspace({"repris": group_units["repris"] | {"unit": unit}}))
    for by in ("level", "business"):
        for depth in ("1", "2"):
            page = view.get(PAGE, by=by, depth=depth).text
            assert "<img" not in page
            assert "&lt;img src=x onerror=alert(1)&gt;" in page
