"""The group's reports: levels, business lines, bridge, equity, translation; each figure opens what it is made of."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from beancount.core.data import Transaction
from lxml import html

from ledger.combine.runs.lock import lock_run
from ledger.federation import load_federation

PAGE = "/federation/extension/GroupReports/"


def numbers(*amounts):
    return [Decimal(amount) for amount in amounts]


@pytest.fixture
def report(tables):
    """The tables of a report."""

    def look(view, show, **asked):
        return tables(view.get(PAGE, show=show, **asked).text)

    return look


def section_of(page):
    start = page.index('<section class="sambok')
    return html.fromstring(page[start : page.index("</section>", start)])


def all_values(table):
    return {**table.values("line"), **table.values("sum")}


def test_levels_from_the_federation_down_to_the_units(report, group):
    income, balance = report(group, "levels")
    assert income.heads == ["Line", "España", "Sverige", "Samverkan Test"]
    # Sverige: 300 + 1,400 less the 400 within it; the purchase of 400 is gone with them.
    assert income.values()["Net sales"] == numbers(525, 1300, 1825)
    assert "Raw materials and consumables" not in income.values()
    assert income.values("sum")["Result"] == numbers(525, 1300, 1825)
    assert balance.values()["Translation difference"] == numbers(125, 0, 125)
    assert balance.values()["Result of the period"] == numbers(525, 1300, 1825)
    assert balance.values("sum") == {
        "Total assets": numbers(1650, 1300, 2950),
        "Total equity": numbers(1650, 1300, 2950),
        "Total equity and liabilities": numbers(1650, 1300, 2950),
    }


def test_a_level_shows_what_was_eliminated_between_its_parts(report, group):
    income, balance = report(group, "levels", at=["Sverige", "Östergötland"])
    assert income.heads == ["Line", "Linköping", "Norrköping", "Eliminated and adjusted", "Östergötland"]
    assert income.values()["Net sales"] == numbers(300, 1400, -400, 1300)
    assert income.values("sum")["Result"] == numbers(-100, 1400, 0, 1300)
    assert balance.values()["Internal accounts, claims"] == numbers(0, 400, -400, 0)
    assert balance.values("sum")["Total assets"] == numbers(300, 1400, -400, 1300)
    income, _ = report(group, "levels", at=["Sverige", "Östergötland", "Norrköping"])
    assert income.heads == ["Line", "Repris", "Norrköping"]
    assert income.values()["Net sales"] == numbers(1400, 1400)
    income, balance = report(group, "levels", at=["España", "Euskadi"])
    assert balance.values("sum")["Total assets"] == numbers(1650, 1650), "with its own translation difference"


def test_an_unknown_level_is_the_federation(report, group):
    assert report(group, "levels", at="<b>")[0].heads == report(group, "levels")[0].heads


def test_business_lines_keep_what_they_sell_to_each_other(report, group):
    income, _ = report(group, "business")
    assert income.heads == ["Line", "Transport", "Återbruk", "Eliminated and adjusted", "Samverkan Test"]
    assert income.values()["Net sales"] == numbers(300, 1925, -400, 1825)
    assert income.values("sum")["Result"] == numbers(-100, 1925, 0, 1825)


def test_the_bridge_ends_at_the_groups_result(report, group):
    (table,) = report(group, "bridge")
    values = all_values(table)
    assert values["Repris"] == numbers(1400, 1825)
    assert values["Cykelbudet"] == numbers(-100, 425)
    assert values["Coop"] == numbers(525, 525)
    assert values["The group's result"] == numbers(1825, 1825)
    bars = table.element.xpath(".//*[local-name()='rect']")
    assert len(bars) == len(table.rows)
    for bar in bars:
        start, width = int(bar.get("x")), int(bar.get("width"))
        assert 0 <= start <= 1000
        assert 0 < width <= 1002 - start


def test_what_comes_to_zero_waits_behind_a_switch(make_workspace, view_of, report, group_units):
    """What was eliminated within the result comes to nothing, and so does a unit without income."""
    quiet = {"accounts": "2026-01-01 open Assets:1930-Bank\n2026-01-01 open Assets:1910-Kassa\n"}
    quiet["2026-01"] = '2026-01-05 * "Kontant"\n  Assets:1910-Kassa  5.00 SEK\n  Assets:1930-Bank  -5.00 SEK\n'
    names = ("repris", "cykelbudet")
    view = view_of(make_workspace({name: group_units[name] for name in names} | {"nord": quiet}))
    (table,) = report(view, "bridge")
    assert list(all_values(table)) == ["Cykelbudet", "Repris", "The group's result"]
    page = view.get(PAGE, show="bridge").text
    assert "?show=bridge&amp;zeros=1" in page
    (table,) = report(view, "bridge", zeros="1")
    assert all_values(table)["Nord"] == numbers(0, -100)
    assert all_values(table)["The group's result"] == numbers(1300, 1300)
    assert "zeros=1" not in view.get(PAGE, show="levels").text


def test_changes_in_equity(report, group):
    (table,) = report(group, "equity")
    assert table.heads[0] == "Line"
    columns = dict(zip(table.heads[1:], all_values(table)["Total"], strict=True))
    assert columns["Result"] == 1825
    assert columns["Translation"] == 125
    assert columns["Closing"] == 2950
    assert sum(columns.values()) - columns["Closing"] == columns["Closing"]
    for row in all_values(table).values():
        assert sum(row[:-1]) == row[-1]


def test_every_change_in_equity_opens_its_postings(report, group, tables):
    (table,) = report(group, "equity")
    for row in table.rows:
        for name, cell in zip(table.heads[1:], row.xpath("./td"), strict=True):
            assert bool(cell.xpath("./a")) == (cell.text_content().strip() not in {"", "0.00"}), name
            link = cell.xpath("string(./a/@href)")
            if "equity=" in link:
                assert opened(group, tables, link) == table.number(cell)
                assert "Equity and a surplus are positive." in group.get(link).text
    for wrong in ("equity=CTA&change=nothing", "equity=NetSales&change=opening", "equity=<b>&change=cta"):
        assert "There is no such figure." in group.get(f"/federation/extension/DrillDown/?{wrong}").text
    names = {row.xpath("normalize-space(./th)"): row.xpath("string(./th/a/@href)") for row in table.rows}
    assert names["Translation difference"].startswith("/federation/account/")
    for link in filter(None, names.values()):
        group.get(link if link.startswith("/") else PAGE + link)


def test_the_translation_and_its_proof(report, group):
    (table,) = report(group, "translation")
    # No opening net assets; 100 came at 10 and 50 at 10.50, all stand at 11: 100 + 25, a gain.
    assert table.values()["Coop"] == numbers(0, -125, -125, 0)
    assert "yes" in table.rows[0].text_content()


def test_reports_without_anything_to_show_are_not_offered(group):
    page = group.get(PAGE).text
    assert "?show=translation" in page
    for show in ("adjustments", "ownership", "runs"):
        assert f"?show={show}" not in page
    (choices,) = section_of(page).xpath("./nav[1]")
    for asked in ("ownership", "<b>", ""):
        assert section_of(group.get(PAGE, show=asked).text).xpath("string(./nav[1])") == choices.text_content()


def test_a_federation_of_one_currency_has_no_translation(view):
    assert "?show=translation" not in view.get(PAGE).text


@pytest.mark.parametrize(
    ("show", "at"),
    [
        ("levels", []),
        ("levels", ["Sverige", "Östergötland"]),
        ("levels", ["España", "Euskadi"]),
        ("business", []),
        ("bridge", []),
        ("equity", []),
        ("translation", []),
    ],
)
@pytest.mark.parametrize("threshold", [30000, 0])
def test_every_figure_opens_what_it_is_made_of(report, tables, group_ws, view_of, show, at, threshold):
    conf = group_ws.root / "fava.conf"
    conf.write_text(f"{conf.read_text(encoding='utf-8')}\n[view]\nvoucher_threshold = {threshold}\n", encoding="utf-8")
    view = view_of(group_ws)
    checked = 0
    for table in report(view, show, at=at):
        for row in table.rows:
            for cell in row.xpath("./td[a]"):
                (link,) = cell.xpath("./a/@href")
                if link.startswith("?show=") or "/Worksheet/" in link:
                    view.get(PAGE + link if link.startswith("?") else link)
                    continue
                assert abs(opened(view, tables, link)) == abs(table.number(cell)), link
                checked += 1
    assert checked or (show, threshold) == ("bridge", 0)


def opened(view, tables, link):
    """Σ of what a figure's link opens."""
    parts = urlsplit(link)
    asked = {k: v[0] for k, v in parse_qs(parts.query).items()}
    page = view.get(link).text
    if "/extension/DrillDown/" in parts.path:
        (table,) = tables(page)
        figures = [table.number(cell) for cell in table.element.xpath("./tbody/tr/td[contains(@class, 'num')][last()]")]
        return sum(figures)
    ledger = view.app.config["LEDGERS"]["federation"]
    filtered = ledger.get_filtered(account=asked.get("account"), time=asked.get("time"), filter=None)
    roots = ("Income", "Expenses")
    account = unquote(parts.path.split("/")[3]) if "/account/" in parts.path else ""
    return sum(
        posting.units.number
        for entry in filtered.entries
        if isinstance(entry, Transaction)
        for posting in entry.postings
        if posting.account.startswith(account + ":")
        or posting.account == account
        or (not account and posting.account.startswith(roots))
    )


ADJUSTMENTS = """\
2026-01-31 * "Hyra & el"
  author: "anna"
  reason: "Fakturan kom efter bokslutet"
  approver: "styrelsen"
  reverses: 2026-02-01
  Expenses:OtherExternalCosts:5010-Lokalhyra  200.00 SEK
    unit: "repris"
  Liabilities:OtherLiabilities:2990-Upplupna-kostnader  -200.00 SEK
    unit: "repris"
"""


def test_adjustments_say_who_and_why_and_open_their_file(group_ws, view_of):
    folder = group_ws.root / "units" / "adjustments"
    folder.mkdir()
    (folder / "2026-01-hyra.beancount").write_text(ADJUSTMENTS, encoding="utf-8")
    view = view_of(group_ws)
    page = view.get(PAGE, show="adjustments").text
    part = page[page.index('<section class="sambok') :].split("</section>")[0]
    for text in ("200.00 SEK", "Hyra &amp; el", "Fakturan kom efter bokslutet", "by anna", "approved by styrelsen"):
        assert text in part
    assert "taken back on 2026-02-01" in part
    assert "units/adjustments/2026-01-hyra.beancount:1" in part
    assert "/federation/editor/?file_path=" in part
    file = str(folder / "2026-01-hyra.beancount")
    assert 'author: "anna"' in view.data("/federation/api/source", filename=file)["source"]


def test_a_locked_run_and_what_has_changed_since(report, group_ws, view_of):
    federation = load_federation(group_ws)
    lock_run(federation.books, federation.combined, "januari", complete=True)
    view = view_of(group_ws)
    page = view.get(PAGE, show="runs").text
    assert "januari" in page
    assert "as locked" in page
    month = group_ws.units["repris"].folder / "books/2026/2026-01.beancount"
    month.write_text(month.read_text(encoding="utf-8").replace("1000.00", "1100.00"), encoding="utf-8")
    restated = view.get(PAGE, show="runs").text
    assert "RESTATED" in restated
    found = report(view, "runs")
    assert found[0].values()["Net sales, 3001-Försäljning-varor-25"] == numbers(-1000, -1100)
    assert "units/repris/books/2026/2026-01.beancount" in restated
    month.write_text(month.read_text(encoding="utf-8").split("\n\n")[1], encoding="utf-8")
    gone = view.get(PAGE, show="runs").text
    assert "Repris: vouchers of 2026-01-10 that are gone: 1." in gone


def test_owned_units_with_goodwill_and_minority(make_workspace, view_of, report, tables):
    """Moder pays 1,000 for 80 % of Dotter, which holds 1,000: goodwill 200; the minority has 200, and 20 of its 100."""
    accounts = """\
2025-01-01 open Assets:1930-Bank
2025-01-01 open Assets:1310-Andelar
2025-01-01 open Equity:2081-Aktiekapital
2025-01-01 open Income:3001-Försäljning-varor-25
"""
    capital = '2025-12-31 * "Capital"\n  Assets:1930-Bank  {0}.00 SEK\n  Equity:2081-Aktiekapital  -{0}.00 SEK\n'
    bought = """\
2026-01-01 * "80 % of Dotter"
  Assets:1310-Andelar  1000.00 SEK
    partner: "dotter"
    ic: "capital"
  Assets:1930-Bank  -1000.00 SEK
"""
    sold = '2026-01-20 * "Kund"\n  Assets:1930-Bank  100.00 SEK\n  Income:3001-Försäljning-varor-25  -100.00 SEK\n'
    entity = 'entity = "legal_entity"\ncurrency = "SEK"'
    owner = f'{entity}\n[[owner]]\nunit = "moder"\nshare = "0.8"\nsince = 2026-01-01\n'
    units = {
        "moder": {"unit": entity, "accounts": accounts, "2025-12": capital.format(5000), "2026-01": bought},
        "dotter": {"unit": owner, "accounts": accounts, "2025-12": capital.format(1000), "2026-01": sold},
    }
    view = view_of(make_workspace(units))
    (table,) = report(view, "ownership")
    #                                            share  group  cost  bought  goodwill  minority  of its result
    assert table.values()["Dotter"] == numbers(80, 80, 1000, 1000, 200, 220, 20)
    acquired, goodwill, minority = table.element.xpath(".//td/a/@href")
    (entries,) = tables(view.get(acquired).text)
    assert sum(entries.number(row.xpath("./td")[0]) for row in entries.rows) == 0
    assert opened(view, tables, goodwill) == 200
    assert opened(view, tables, minority) == -220


def test_a_line_of_which_nothing_is_left_is_zero_in_the_total(report, group):
    """Claims of 400 within Östergötland meet the debts; zero is blank in a column, written in the total."""
    page = group.get(PAGE, show="levels", at=["Sverige", "Östergötland"]).text
    row = next(r for r in section_of(page).xpath("//tr") if "Internal accounts, claims" in r.text_content())
    assert [cell.text_content().strip() for cell in row.xpath("./td")] == ["", "400.00", "-400.00", "0.00"]
