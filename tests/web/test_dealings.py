"""Dealings that differ: what blocks the close, what is disclosed, what is only told; both sides with their places."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html

from ledger.combine import combine

ACCOUNTS = """\
2026-01-01 open Assets:1930-Bank
2026-01-01 open Assets:1660-Fordran-enheter
2026-01-01 open Liabilities:2860-Skuld-enheter
2026-01-01 open Income:3090-Försäljning-inom
2026-01-01 open Expenses:4010-Inköp
"""


def sale(partner, amount, link):
    return f"""\
2026-01-10 * "Stolar"  ^{link}
  Assets:1660-Fordran-enheter  {amount}.00 SEK
    partner: "{partner}"
    ic: "trade"
  Income:3090-Försäljning-inom  -{amount}.00 SEK
    partner: "{partner}"
    ic: "trade"
    cost: 1.00 SEK
"""


def purchase(partner, amount, link):
    return f"""\
2026-01-11 * "Stolar"  ^{link}
  Expenses:4010-Inköp  {amount}.00 SEK
    partner: "{partner}"
    ic: "trade"
  Liabilities:2860-Skuld-enheter  -{amount}.00 SEK
    partner: "{partner}"
    ic: "trade"
"""


@pytest.fixture
def differing(make_workspace):
    """Repris sold to Cykelbudet for 1,000, of which that has booked 700; both are divisions. Repris and Coop, legal
    persons, differ by 60; Nord's voucher says ic: but not with whom."""
    entity = 'entity = "legal_entity"'
    lone = sale("x", 5, "ic-nord-1").replace('    partner: "x"\n', "")
    return make_workspace(
        {
            "repris": {
                "accounts": ACCOUNTS,
                "2026-01": sale("cykelbudet", 1000, "ic-repris-1") + "\n" + sale("coop", 160, "ic-repris-2"),
            },
            "cykelbudet": {"accounts": ACCOUNTS, "2026-01": purchase("repris", 700, "ic-repris-1")},
            "coop": {"unit": entity, "accounts": ACCOUNTS, "2026-01": purchase("repris", 100, "ic-repris-2")},
            "nord": {"unit": entity, "accounts": ACCOUNTS, "2026-01": lone},
        }
    )


def cards(page):
    """[(heading, [card])] of the page."""
    start = page.index('<section class="sambok')
    section = html.fromstring(page[start : page.index("</section>", start)])
    return [(h.text_content(), h.xpath("following-sibling::ul[1]/li")) for h in section.xpath("./h2")]


def sides(card):
    """Unit → texts of its links."""
    found = card.xpath(".//div[@class='sambok-sides']/div")
    return {side.xpath("string(./strong)"): side.xpath("./a/text()") for side in found}


def booked(card):
    """Unit → what it has booked."""
    found = card.xpath(".//div[@class='sambok-sides']/div")
    return {side.xpath("string(./strong)"): side.xpath("string(./span[@class='sambok-amount'])") for side in found}


def test_what_blocks_is_told_apart_from_what_is_disclosed(differing, view_of):
    view = view_of(differing)
    found = cards(view.page("/federation/extension/Unmatched/"))
    headings = [heading.split(" (")[0] for heading, _ in found]
    assert headings == ["Blocks the close", "To correct in one book", "Disclosed between legal persons"]
    ((block,), tags, (disclosed,)) = [items for _, items in found]
    assert "300.00 SEK" in block.text_content()
    assert "AMOUNT_DIFF" in block.text_content()
    assert sides(block) == {"Cykelbudet": ["2026-01.beancount:5"], "Repris": ["2026-01.beancount:2"]}
    assert booked(block) == {"Cykelbudet": "-700.00 SEK", "Repris": "1,000.00 SEK"}
    assert booked(disclosed) == {"Coop": "-100.00 SEK", "Repris": "160.00 SEK"}
    assert "60.00 SEK" in disclosed.text_content()
    assert sides(disclosed) == {"Coop": ["2026-01.beancount:5"], "Repris": ["2026-01.beancount:11"]}
    assert all("MISSING_PARTNER" in card.text_content() for card in tags)
    assert "Compare both vouchers; the side that is wrong books the difference" in block.text_content()
    for _, items in found:
        for link in (link for card in items for link in card.xpath(".//a/@href")):
            asked = parse_qs(urlsplit(link).query)
            view.get(f"/{link.split('/')[1]}/api/source", filename=asked["file_path"][0])


def test_it_is_narrowed_to_a_unit_or_a_pair(differing, view_of):
    view = view_of(differing)

    def amounts(**asked):
        page = view.get("/federation/extension/Unmatched/", **asked).text
        return {card.xpath("string(.//strong[1])").strip() for _, items in cards(page) for card in items}

    assert amounts(unit="cykelbudet") == {"300.00 SEK"}
    assert amounts(unit=["repris", "coop"]) == {"60.00 SEK"}
    assert amounts(unit=["coop", "cykelbudet"]) == set()
    assert amounts(unit="repris") == {"300.00 SEK", "60.00 SEK"}
    assert amounts(unit="") == amounts(unit="<nobody>") == amounts() == {"300.00 SEK", "60.00 SEK", "5.00 SEK"}


def test_a_units_own_ledger_shows_its_own(differing, view_of):
    view = view_of(differing)
    own = cards(view.page("/coop/extension/Unmatched/"))
    assert [len(items) for _, items in own] == [1]
    assert "<select" not in view.page("/coop/extension/Unmatched/").split('<section class="sambok')[1]
    assert cards(view.page("/gemensamt/extension/Unmatched/")) == []
    assert "Every dealing between units has both its sides." in view.page("/gemensamt/extension/Unmatched/")


def test_a_side_without_a_voucher_says_so(make_workspace, view_of):
    units = {
        "repris": {"accounts": ACCOUNTS, "2026-01": sale("cykelbudet", 1000, "ic-repris-1")},
        "cykelbudet": {"accounts": ACCOUNTS, "2026-01": "; nothing\n"},
    }
    ((_, (card,)),) = cards(view_of(make_workspace(units)).page("/federation/extension/Unmatched/"))
    assert sides(card) == {"Repris": ["2026-01.beancount:2"], "Cykelbudet": []}
    assert "nothing found here" in card.xpath("string(.//div[@class='sambok-sides'])")


def test_names_of_units_are_text(make_workspace, view_of):
    toml = 'name = "<script>alert(\'x\')</script>"\ncode = "CYKELBUDET"\ncurrency = "SEK"\n'
    units = {
        "repris": {"accounts": ACCOUNTS, "2026-01": sale("cykelbudet", 1000, "ic-repris-1")},
        "cykelbudet": {"accounts": ACCOUNTS, "2026-01": "; nothing\n", "unit_toml": toml},
    }
    view = view_of(make_workspace(units))
    for page in ("Unmatched", "Worksheet", "Todo"):
        text = view.page(f"/federation/extension/{page}/")
        assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in view.page("/federation/extension/Unmatched/")


@pytest.fixture
def matrix(tables):
    """(pair, kind and section) → the row's figures and links."""

    def look(view, **asked):
        found = tables(view.get("/federation/extension/Pairs/", **asked).text)
        rows, name = {}, ""
        for row in found[0].rows if found else ():
            if row.xpath("./th[@scope='rowgroup']"):
                name = row.xpath("normalize-space(./th)")
                continue
            cells = row.xpath("./td[contains(@class, 'num')]")
            values = [found[0].number(cell) for cell in cells]
            rows[name, row.xpath("normalize-space(./th)")] = (
                values,
                [cell.xpath("string(./a/@href)") for cell in cells],
            )
        return rows

    return look


def test_pairs_show_both_books_what_was_eliminated_and_what_is_left(differing, view_of, matrix):
    view = view_of(differing)
    found = matrix(view)
    claims, links = found["Cykelbudet – Repris", "Trade claims and debts"]
    assert claims == [Decimal(n) for n in (-700, 1000, -700, 0, 300)]
    sales, _ = found["Cykelbudet – Repris", "Trade income and costs"]
    assert sales == [Decimal(n) for n in (700, -1000, 700, 0, -300)]
    assert found["Coop – Repris", "Trade claims and debts"][0] == [Decimal(n) for n in (-100, 160, -100, 0, 60)]
    assert set(matrix(view, unit="coop")) == {pair for pair in found if "Coop" in pair[0]}
    assert matrix(view, unit="<nobody>") == found
    *_, left = links
    ((_, cards_left),) = cards(view.get(left).text)
    assert [card.xpath("string(.//strong[1])").strip() for card in cards_left] == ["300.00 SEK"]
    assert "What is left in Trade, claims and debts: 300.00 SEK" in view.get(left).text


def listed(table):
    """[(text, amount, link's line)] of the postings that count, and what stands below them."""
    rows = [row for row in table.rows if "sambok-other" not in (row.get("class") or "")]
    postings = [
        (
            row.xpath("normalize-space(./td[2])"),
            table.number(row.xpath("./td")[0]),
            parse_qs(urlsplit(row.xpath("string(.//a/@href)")).query)["line"][0],
        )
        for row in rows
    ]
    return postings, table.foot()


def test_a_books_side_opens_exactly_its_postings(differing, view_of, matrix, tables):
    """Repris has sold to two others in one month, on the same accounts."""
    view = view_of(differing)
    expected = {
        "claims and debts": (("Stolar", -700, "5"), ("Stolar", 1000, "2")),
        "income and costs": (("Stolar", 700, "2"), ("Stolar", -1000, "5")),
    }
    for section, (one, other) in expected.items():
        _, links = matrix(view)["Cykelbudet – Repris", f"Trade {section}"]
        for link, posting in zip(links, (one, other), strict=False):
            (table,) = tables(view.get(link).text)
            assert listed(table) == ([posting], [posting[1]]), link
    _, links = matrix(view)["Coop – Repris", "Trade claims and debts"]
    (table,) = tables(view.get(links[1]).text)
    assert listed(table) == ([("Stolar", 160, "11")], [160])


def test_a_difference_of_a_row_names_what_it_leaves_there(differing, view_of):
    view = view_of(differing)
    asked = {"unit": ["repris", "cykelbudet"], "kind": "trade", "section": "result"}
    page = view.get("/federation/extension/Unmatched/", **asked).text
    assert "What is left in Trade, income and costs: -300.00 SEK" in page
    ((_, (card,)),) = cards(page)
    assert "Left in Trade, income and costs: -300.00 SEK" in card.text_content()
    for odd in ({"section": "<b>"}, {"kind": "<b>"}):
        assert "<b>" not in view.get("/federation/extension/Unmatched/", **(asked | odd)).text


def test_a_row_without_a_rest_opens_both_books_and_a_row_of_zeros_waits_behind_a_switch(
    make_workspace, view_of, matrix, tables
):
    """1,000 sold, bought and paid: income and cost answer each other; claim and debt have gone."""
    paid = """
2026-01-20 * "Betalt" ^ic-repris-1
  Assets:1930-Bank  {0}.00 SEK
  {1}  {2}.00 SEK
    partner: "{3}"
    ic: "trade"
"""
    claim = sale("cykelbudet", 1000, "ic-repris-1") + paid.format(
        1000, "Assets:1660-Fordran-enheter", -1000, "cykelbudet"
    )
    debt = purchase("repris", 1000, "ic-repris-1") + paid.format(
        -1000, "Liabilities:2860-Skuld-enheter", 1000, "repris"
    )
    units = {
        "repris": {"accounts": ACCOUNTS, "2026-01": claim},
        "cykelbudet": {"accounts": ACCOUNTS, "2026-01": debt},
    }
    view = view_of(make_workspace(units))
    pair = "Cykelbudet – Repris"
    assert set(matrix(view)) == {(pair, "Trade income and costs")}
    everything = matrix(view, zeros="1")
    assert set(everything) == {(pair, "Trade income and costs"), (pair, "Trade claims and debts")}
    values, links = everything[pair, "Trade claims and debts"]
    assert values == [0, 0, 0, 0, 0]
    (table,) = tables(view.get(links[4]).text)
    assert [amount for _, amount, _ in listed(table)[0]] == [1000, -1000, 1000, -1000]
    assert listed(table)[0][0][0] == "Repris: Stolar"
    assert table.foot() == [0]


def test_what_was_eliminated_of_a_pair_opens_its_postings(differing, view_of, matrix, tables):
    view = view_of(differing)
    for section, amount in (("claims and debts", -700), ("income and costs", 700)):
        values, links = matrix(view)["Cykelbudet – Repris", f"Trade {section}"]
        assert values[2] == amount
        page = view.get(links[2]).text
        (table,) = tables(page)
        own = [row for row in table.rows if "sambok-other" not in row.get("class", "")]
        assert sum(table.number(row.xpath("./td")[0]) for row in own) == amount
        assert table.foot() == [amount, -amount]
        assert sum(table.number(row.xpath("./td")[0]) for row in table.rows) == 0
        assert {"/cykelbudet/editor/", "/repris/editor/"} == {
            urlsplit(link).path for row in table.rows for link in row.xpath(".//a/@href")
        }


def test_only_pairs_with_a_rest_are_shown_when_asked(matrix, group):
    assert set(matrix(group)) == {
        ("Cykelbudet – Repris", "Trade claims and debts"),
        ("Cykelbudet – Repris", "Trade income and costs"),
    }
    assert matrix(group, left="1") == {}
    assert "No pair of units has anything to show." in group.get("/federation/extension/Pairs/", left="1").text


def test_what_is_in_transit_opens_its_entry(make_workspace, view_of, matrix, tables):
    late = purchase("repris", 1000, "ic-repris-1").replace("2026-01-11", "2026-02-03")
    units = {
        "repris": {"accounts": ACCOUNTS, "2026-01": sale("cykelbudet", 1000, "ic-repris-1")},
        "cykelbudet": {"accounts": ACCOUNTS, "2026-02": late},
    }
    ws = make_workspace(units)
    view = view_of(ws)
    look = view.app.config["LEDGERS"].source.current()
    january = combine(look.federation.books, look.federation.run, date_to=dt.date(2026, 1, 31))
    look.federation.__dict__["combined"] = january
    values, links = matrix(view)["Cykelbudet – Repris", "Trade claims and debts"]
    assert values == [Decimal(n) for n in (0, 1000, -1000, -1000, 0)]  # in transit stands in its place
    page = view.get(links[3]).text
    assert "-1,000.00 SEK" in page
    (table,) = tables(page)
    assert listed(table) == ([("Cykelbudet: Stolar", -1000, "5")], [-1000]), (
        "the late debt, and nothing else of its entry"
    )
    assert "/cykelbudet/editor/" in page
