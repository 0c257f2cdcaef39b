"""The period in Fava's time box: the group's pages show it, their figures open it, and one without figures is said."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from fava.util.date import FiscalYearEnd

from ledger.web.periods import asked_days

WORKSHEET = "/federation/extension/Worksheet/"
REPORTS = "/federation/extension/GroupReports/"
PAIRS = "/federation/extension/Pairs/"
ACCOUNTS = """\
2025-01-01 open Assets:1930-Bank
2025-01-01 open Assets:1660-Fordran-enheter
2025-01-01 open Liabilities:2860-Skuld-enheter
2025-01-01 open Income:3001-Försäljning-varor-25
2025-01-01 open Income:3090-Försäljning-inom
2025-01-01 open Expenses:4010-Inköp
"""


def sold(day, amount):
    return (
        f'{day} * "Kund" "Bord"\n'
        f"  Assets:1930-Bank  {amount}.00 SEK\n  Income:3001-Försäljning-varor-25  -{amount}.00 SEK\n\n"
    )


def within(day, claim, result, partner, amount):
    tags = f'    partner: "{partner}"\n    ic: "trade"\n'
    return f'{day} * "Stolar" ^ic-1\n  {claim}  {amount}.00 SEK\n{tags}  {result}  {-amount}.00 SEK\n{tags}\n'


@pytest.fixture
def years(make_workspace):
    """Repris sells for 7 in 2025, then for 100 in January and 250 in February, when Cykelbudet buys for 400 from it."""
    sale = within("2026-02-10", "Assets:1660-Fordran-enheter", "Income:3090-Försäljning-inom", "cykelbudet", 400)
    purchase = within("2026-02-11", "Liabilities:2860-Skuld-enheter", "Expenses:4010-Inköp", "repris", -400)
    return make_workspace(
        {
            "repris": {
                "accounts": ACCOUNTS,
                "2025-12": sold("2025-12-30", 7),
                "2026-01": sold("2026-01-05", 100),
                "2026-02": sold("2026-02-05", 250) + sale,
            },
            "cykelbudet": {"accounts": ACCOUNTS, "2026-02": purchase},
        }
    )


@pytest.fixture
def view(years, view_of):
    return view_of(years)


def numbers(*amounts):
    return [Decimal(amount) for amount in amounts]


@pytest.mark.parametrize(
    ("asked", "days", "heads", "sales", "retained"),
    [
        ("", "2026-01-01 to 2026-02-28", "CYKELBUDET REPRIS ELIM", (0, -750, 400, -350), (0, -7, 0, -7)),
        ("2026", "2026-01-01 to 2026-02-28", "CYKELBUDET REPRIS ELIM", (0, -750, 400, -350), (0, -7, 0, -7)),
        ("2026-01", "2026-01-01 to 2026-01-31", "REPRIS", (-100, -100), (-7, -7)),
        ("2026-02", "2026-02-01 to 2026-02-28", "CYKELBUDET REPRIS ELIM", (0, -650, 400, -250), (0, -107, 0, -107)),
        ("2025", "2025-01-01 to 2025-12-31", "REPRIS", (-7, -7), None),
        ("2025 - 2026", "2025-01-01 to 2026-02-28", "CYKELBUDET REPRIS ELIM", (0, -757, 400, -357), None),
        ("0001 - 9000", "2025-01-01 to 2026-02-28", "CYKELBUDET REPRIS ELIM", (0, -757, 400, -357), None),
        ("2026-02-06 - 2026-02-28", "2026-02-06 to 2026-02-28", "CYKELBUDET REPRIS ELIM", (0, -400, 400, 0), None),
    ],
)
def test_the_worksheet_shows_the_period_that_is_asked_for(view, tables, asked, days, heads, sales, retained):
    page = view.get(WORKSHEET, **({"time": asked} if asked else {})).text
    assert days in page
    (table,) = tables(page)
    assert table.heads == ["Line", *heads.split(), "Total"]
    assert table.values()["Net sales"] == numbers(*sales)
    if retained:
        assert table.values()["Retained result"] == numbers(*retained)
    assert table.foot()[-1] == 0


@pytest.mark.parametrize(
    ("page", "asked", "time"),
    [
        (WORKSHEET, {"open": "*"}, "2026-01"),
        (WORKSHEET, {"open": "*"}, "2026-02"),
        (WORKSHEET, {}, "2026-02-06 - 2026-02-28"),
        (REPORTS, {"show": "levels"}, "2026-02"),
        (REPORTS, {"show": "bridge", "zeros": "1"}, "2026-02"),
        (PAIRS, {}, "2026-02"),
    ],
)
def test_every_figure_of_a_period_opens_that_period(view, tables, page, asked, time):
    checked = 0
    for table in tables(view.get(page, time=time, **asked).text):
        for row in table.rows:
            for cell in row.xpath("./td[a]"):
                (link,) = cell.xpath("./a/@href")
                assert parse_qs(urlsplit(link).query)["time"] == [time]
                (found,) = tables(view.get(link).text)
                rows = [r for r in found.rows if "sambok-other" not in (r.get("class") or "")]
                amounts = [found.number(r.xpath("./td[contains(@class, 'num')]")[-1]) for r in rows]
                assert abs(sum(amounts)) == abs(table.number(cell)), link
                checked += 1
    assert checked >= 4


def test_links_and_forms_of_a_page_keep_the_period(view):
    for page, asked in ((WORKSHEET, {}), (REPORTS, {"show": "levels"}), (REPORTS, {"show": "equity"})):
        text = view.get(page, time="2026-02", **asked).text
        section = text[text.index('<section class="sambok') : text.index("</section>")]
        links = [part.split('"')[0] for part in section.split('href="')[1:]]
        assert links
        assert all("time=2026-02" in link for link in links), page
    assert '<input type="hidden" name="time" value="2026-02">' in view.get(PAIRS, time="2026-02").text


@pytest.mark.parametrize("page", [WORKSHEET, REPORTS, PAIRS, "/federation/extension/DrillDown/"])
@pytest.mark.parametrize("time", ["2024", "2026-03", "2026-05 - 2026-06"])
def test_a_period_without_figures_is_said(view, page, time):
    text = view.get(page, time=time).text
    assert f"There are no figures for the period {time}. The books have 2025-01-01 to 2026-02-28." in text
    assert "<table" not in text[text.index('<section class="sambok') : text.index("</section>")]


@pytest.mark.parametrize("time", ["hej", "<b>", "2026-13", "2026-02 - 2026-01", "0000", "9999"])
def test_what_is_no_period_is_said(view, time):
    text = view.get(WORKSHEET, time=time).text
    part = text[text.index('<section class="sambok') : text.index("</section>")]
    assert "<table" not in part
    assert "<b>" not in part
    assert ("no figures" if time == "9999" else "is no period") in part


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-03", ((2026, 3, 1), (2026, 3, 31))),
        ("2026-Q2", ((2026, 4, 1), (2026, 6, 30))),
        ("FY2026", ((2025, 7, 1), (2026, 6, 30))),
        ("2026-01 - 2026-02", ((2026, 1, 1), (2026, 2, 28))),
        ("2026-01 -", None),
        ("", None),
    ],
)
def test_days_of_a_period(text, days):
    assert asked_days(text, FiscalYearEnd(6, 30)) == (tuple(dt.date(*day) for day in days) if days else None)


def test_an_edit_is_seen_in_a_period_too(view, years, tables):
    def sales():
        (table,) = tables(view.get(WORKSHEET, time="2026-01").text)
        return table.values()["Net sales"][-1]

    assert sales() == -100
    month = years.units["repris"].folder / "books/2026/2026-01.beancount"
    month.write_text(month.read_text(encoding="utf-8").replace("100.00", "1000.00"), encoding="utf-8")
    assert sales() == -1000


def test_what_a_period_lacks_is_said(group_ws, view_of):
    """The books end in February, when the rate of January's last day is no closing rate any more."""
    month = group_ws.units["repris"].folder / "books/2026/2026-02.beancount"
    month.write_text(sold("2026-02-05", 10), encoding="utf-8")
    prices = group_ws.prices_file
    text = prices.read_text(encoding="utf-8").replace("2026-01-31 price EUR 11.00 SEK\n", "")
    february = '2026-02-28 price EUR 11.00 SEK\n2026-02-28 custom "average-rate" "EUR" 10.50 SEK\n'
    prices.write_text(text + february, encoding="utf-8")
    view = view_of(group_ws)
    usual = view.get(WORKSHEET).text
    assert "INCOMPLETE: in this period something is lacking." not in usual
    january = view.get(WORKSHEET, time="2026-01").text
    assert "INCOMPLETE: in this period something is lacking." in january
    assert "2026-01-31" in january
