"""The limit of all tolerated differences (`tolerance_total`, 10 kr) is each period's own: worked by hand (SPEC 2)."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from tests.combine.test_worked import ENTITY, sale

TOLERATED, REFUSED = "TOLERANCE", "AMOUNT_DIFF"


def sales(year, pairs, start, extra="0.60"):
    """Both sides of sales in March of a year, at 100 kr and some more, as ledger text."""
    mine, theirs = "", ""
    for number in range(start, start + pairs):
        sold, bought = sale("repris", "kafeet", f"100{extra[1:]}", "100.00", number)
        mine, theirs = mine + sold, theirs + bought
    return mine.replace("2026-", f"{year}-"), theirs.replace("2026-", f"{year}-")


def codes(found):
    return Counter(said.code for said in found.unmatched)


def books(*sides, conf=None):
    mine, theirs = ("".join(texts) for texts in zip(*sides, strict=True))
    return {"repris": (mine, ENTITY), "kafeet": (theirs, ENTITY)}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # 6 kr last year and 6 kr this year: each below 10 kr
        (10, 10, {TOLERATED: 20}),
        # 10.20 kr this year; last year's 6 kr stay accepted
        (10, 17, {TOLERATED: 10, REFUSED: 17}),
        # 10.20 kr last year were refused then; they don't spoil this year
        (17, 10, {TOLERATED: 10, REFUSED: 17}),
        (16, 16, {TOLERATED: 32}),
    ],
)
def test_each_year_has_its_own_limit_and_last_year_s_stay_named(combined, old, new, expected):
    texts = books(sales(2025, old, 0), sales(2026, new, 100))
    found = combined(texts, date_to=dt.date(2026, 12, 31))
    assert codes(found) == expected
    assert found.needs_person is (REFUSED in expected)
    before = combined(texts, date_to=dt.date(2025, 12, 31))
    assert codes(before) == {TOLERATED if old <= 16 else REFUSED: old}


def test_many_years_of_small_differences_never_add_up(combined):
    """16 × 0.60 = 9.60 kr in each of four years: 64 are named at the end, nobody has to do anything."""
    years = [sales(year, 16, 100 * number) for number, year in enumerate((2023, 2024, 2025, 2026))]
    assert codes(combined(books(*years), date_to=dt.date(2026, 12, 31))) == {TOLERATED: 64}
    # in one run over all four they are one period's: 38.40 kr
    whole = combined(books(*years), date_from=dt.date(2023, 1, 1), date_to=dt.date(2026, 12, 31))
    assert codes(whole) == {REFUSED: 64}


def test_a_part_of_the_year_is_a_period_and_what_came_before_it_is_the_year_s(combined):
    """10 × 0.60 in March, 10 × 0.60 in June: 12 kr of the year, 6 kr each of March and of June."""
    june = tuple(text.replace("2026-03", "2026-06") for text in sales(2026, 10, 100))
    texts = books(sales(2026, 10, 0), june)
    assert codes(combined(texts, date_to=dt.date(2026, 12, 31))) == {REFUSED: 20}
    part = combined(texts, date_from=dt.date(2026, 6, 1), date_to=dt.date(2026, 6, 30))
    assert codes(part) == {TOLERATED: 20}


def test_fiscal_years_need_not_be_calendar_years(combined):
    """The year begins in July: May 2025 and March 2026 lie in two years, October 2025 and March 2026 in one."""
    conf = (
        '[federation]\nname = "F"\ncurrency = "SEK"\ncentral = "repris"\nfiscal_year_start = "07-01"\nlanguage = "en"\n'
    )
    for month, expected in (("2025-05", {TOLERATED: 20}), ("2025-10", {REFUSED: 20})):
        old = tuple(text.replace("2025-03", month) for text in sales(2025, 10, 0))
        texts = books(old, sales(2026, 10, 100))
        assert codes(combined(texts, conf=conf, date_to=dt.date(2026, 6, 30))) == expected


def test_what_is_booked_again_is_this_period_s(combined):
    """10 × 0.60 of last year; one is half paid this year, so its 0.60 are this year's: 17 are 10.20 kr."""
    old, new = sales(2025, 10, 0), sales(2026, 16, 100)
    tags = '    partner: "{}"\n    ic: "trade"\n'
    paid = (
        '\n2026-04-01 * "Got" ^ic-repris-0\n  Assets:1930-Bank  50.00 SEK\n  Assets:1661-Intern  -50.00 SEK\n'
        + tags.format("kafeet"),
        '\n2026-04-01 * "Paid" ^ic-repris-0\n  Assets:1930-Bank  -50.00 SEK\n  Liabilities:2861-Intern  50.00 SEK\n'
        + tags.format("repris"),
    )
    found = combined(books(old, new, paid), date_to=dt.date(2026, 12, 31))
    assert codes(found) == {TOLERATED: 9, REFUSED: 17}


def test_what_a_year_took_in_of_the_next_one_s_first_days_is_its_own(combined):
    """Sold for 100.60 on 30 December, bought for 100 on 4 January, taken in by December: 0.60 of the old year.

    The old year has 16 × 0.60 with it, 9.60 kr; the new year 16 of its own. With it, those would be 10.20 kr.
    """
    mine, theirs = sale("repris", "kafeet", "100.60", "100.00", 99)
    late = mine.replace("2026-03-04", "2025-12-30"), theirs.replace("2026-03-05", "2026-01-04")
    texts = books(sales(2025, 15, 0), sales(2026, 16, 100), late)
    for year, count in ((2025, 16), (2026, 32)):
        found = codes(combined(texts, date_to=dt.date(year, 12, 31)))
        assert (found[TOLERATED], found[REFUSED]) == (count, 0)


def test_the_order_of_vouchers_and_names_of_units_change_nothing(combined):
    old, new = sales(2025, 10, 0), sales(2026, 17, 100)
    turned = tuple((theirs, mine) for mine, theirs in (new, old))
    texts = books(*turned)
    texts = {
        slug: (text.replace('"repris"', '"x"').replace('"kafeet"', '"repris"').replace('"x"', '"kafeet"'), toml)
        for slug, (text, toml) in texts.items()
    }
    assert codes(combined(texts, date_to=dt.date(2026, 12, 31))) == {TOLERATED: 10, REFUSED: 17}
