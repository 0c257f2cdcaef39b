"""Capital that a unit abroad holds in central: eliminated in full, whatever rates do; worked by hand (SPEC 10).

Andel has 100 EUR of capital since 2024 (10.00), central 2,000 kr. In June 2025 andel pays 50 EUR into central, which
gets 500 kr for them. The group then has 50 EUR and 2,500 kr, and 3,000 kr of members' contributions: what rates make of
the 50 EUR left is all there is on CTA.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial

import pytest

from ledger.combine.levels import level_tree
from ledger.combine.model import ELIM
from ledger.combine.reports.bridge import bridge
from ledger.combine.reports.equity import equity
from tests.combine.test_ownership_periods import assert_continuous
from tests.combine.test_worked import ENTITY

D = Decimal
FOREIGN = 'entity = "legal_entity"\ncurrency = "EUR"\nchart = "pgc"'
SPOTS = {
    "2024-12-31": "10.00",
    "2025-06-10": "10.00",
    "2025-12-31": "11.00",
    "2026-06-10": "12.50",
    "2026-12-31": "12.00",
    "2027-12-31": "8.00",
}
PRICES = "".join(f"{day} price EUR {rate} SEK\n" for day, rate in SPOTS.items())
PRICES += '2025-06-30 custom "average-rate" "EUR" 10.00 SEK\n2026-06-30 custom "average-rate" "EUR" 12.50 SEK\n'
YEARS = ("2025-01-01", "2026-01-01", "2027-01-01", "2028-01-01")
TAGS = '    partner: "{}"\n    ic: "capital"\n'


def books(held="50.00 EUR", given="-500.00 SEK", bank="500.00 SEK", *, more=("", ""), levels=""):
    """Both books, with what each has written on the participation and in equity."""
    andel = f"""
2024-12-31 * "Opening"
  Assets:572-Banco     100.00 EUR
  Equity:100-Capital  -100.00 EUR
2025-06-10 * "Paid into central" ^ic-gemensamt-1
  Assets:250-Share  {held}
{TAGS.format("gemensamt")}  Assets:572-Banco  -50.00 EUR
{more[0]}"""
    central = f"""
2024-12-31 * "Opening"
  Assets:1930-Bank      2000.00 SEK
  Equity:2083-Members  -2000.00 SEK
2025-06-10 * "From andel" ^ic-gemensamt-1
  Assets:1930-Bank  {bank}
  Equity:2083-Members  {given}
{TAGS.format("andel")}{more[1]}"""
    return {"andel": (andel, f"{FOREIGN}\n{levels}"), "gemensamt": (central, f"{ENTITY}\n{levels}")}


def at(combined, texts, year, **options):
    found = combined(texts, prices=PRICES, date_to=dt.date(year, 12, 31), **options)
    assert found.complete, found.problems
    assert sum(step.amount for step in bridge(found)) == found.result
    return found


def said(found):
    return [(u.code, str(u.amount), u.currency) for u in found.unmatched]


def gone(found):
    return {r.account.split("-")[0]: r.amount for r in found.trial_balance if r.unit == ELIM}


WAYS = {
    "each in its own currency": {},
    "in kronor on both sides": {"held": "500.00 SEK @@ 50.00 EUR"},
    "in euro on both sides": {"given": "-50.00 EUR @@ 500.00 SEK"},
    "each in the other's": {"held": "500.00 SEK @@ 50.00 EUR", "given": "-50.00 EUR @@ 500.00 SEK"},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(
    ("year", "bank", "share", "translation", "moved"),
    [
        (2025, "3050", "550", "50", "50"),  # 50 EUR at 11.00, 2,500 kr
        (2026, "3100", "600", "100", "50"),
        (2027, "2900", "400", "-100", "-200"),
    ],
)
def test_rates_make_no_difference_and_leave_no_participation(combined, way, year, bank, share, translation, moved):
    found = at(combined, books(**way), year)
    assert said(found) == []
    lines = {name: amount for name, amount in found.lines.items() if amount}
    assert lines == {"CashAndBank": D(bank), "MemberContributions": -3000, "CTA": -D(translation)}
    assert gone(found) == {"250": -D(share), "2083": 500, "Capital": D(share) - 500}
    (row,) = (row for row in equity(found) if row.line == "CTA")
    assert (row.opening, row.cta, row.closing) == (D(translation) - D(moved), D(moved), D(translation))
    (row,) = (row for row in equity(found) if row.line == "MemberContributions")
    assert (row.opening, row.owners, row.closing) == (3000, 0, 3000)
    assert [(str(e.amount), e.kind) for e in found.eliminations] == [("500.00", "capital")]
    (pair,) = found.pairs
    assert (abs(pair.one), abs(pair.other), abs(pair.eliminated), pair.unmatched) == (500, 500, 500, 0)


def test_what_the_bank_makes_of_it_within_the_tolerance_is_named_and_settled(combined):
    """Central got 499.50 for 50 EUR that were worth 500: 0.50 belongs to the rates, and nothing stays behind."""
    found = at(combined, books(given="-499.50 SEK", bank="499.50 SEK"), 2026)
    assert said(found) == [("FX_DIFF", "0.50", "SEK")]
    assert not found.needs_person
    lines = {name: str(amount) for name, amount in found.lines.items() if amount}
    assert lines == {"CashAndBank": "3099.50", "MemberContributions": "-3000.00", "CTA": "-99.50"}


def test_beyond_it_the_rest_stays_at_the_closing_rate(combined):
    """Central has booked 480: 20 kr of its day, which are 24 at 12.00, aren't matched; 576 of 600 go out."""
    found = at(combined, books(given="-480.00 SEK", bank="480.00 SEK"), 2026)
    assert said(found) == [("AMOUNT_DIFF", "20.00", "SEK")]
    lines = {name: str(amount) for name, amount in found.lines.items() if amount}
    assert lines == {
        "ParticipationsAndSecurities": "24.00",
        "CashAndBank": "3080.00",
        "MemberContributions": "-3000.00",
        "CTA": "-104.00",  # 20 EUR and 480 kr of cost came in for 50 EUR; of b's 200 on CTA 96 belong to the capital
    }


@pytest.mark.parametrize(
    ("given", "told", "share", "bank", "contributed", "translation"),
    [
        # central has 60 for andel's 50: all 50 go out, and 100 kr of contributions are nobody's
        ("-60.00 EUR @@ 600.00 SEK", ("10.00", "EUR"), None, "3200.00", "-3100.00", "-100.00"),
        ("-600.00 SEK", ("100.00", "SEK"), None, "3200.00", "-3100.00", "-100.00"),
        # central has 40: 10 of the 50 EUR stay, at 12.00
        ("-40.00 EUR @@ 400.00 SEK", ("10.00", "EUR"), "120.00", "3000.00", "-3000.00", "-120.00"),
        ("-400.00 SEK", ("100.00", "SEK"), "120.00", "3000.00", "-3000.00", "-120.00"),
    ],
)
def test_a_real_difference_is_asked_for_and_no_rate_hides_it(
    combined, given, told, share, bank, contributed, translation
):
    paid = given.partition("@@ ")[2] or given.lstrip("-")
    texts = books(given=given, bank=paid)
    found = at(combined, texts, 2026)
    assert said(found) == [("AMOUNT_DIFF", *told)]
    assert found.needs_person
    lines = {name: str(amount) for name, amount in found.lines.items() if amount}
    assert lines.pop("ParticipationsAndSecurities", None) == share
    assert lines == {"CashAndBank": bank, "MemberContributions": contributed, "CTA": translation}
    assert_continuous(partial(combined, texts, prices=PRICES), *YEARS)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_each_year_opens_with_what_the_last_one_closed_with(combined, way):
    assert_continuous(partial(combined, books(**way), prices=PRICES), *YEARS)


def test_more_is_paid_in_at_another_rate_on_each_side(combined):
    """25 EUR more in 2026, 312.50 kr at 12.50, of which central's bank made 300: both agree on 25 EUR.

    Andel has 25 EUR, 300 kr at 12.00, central 2,800: with 3,000 kr of contributions 100 are translation. All of
    75 EUR, 900 kr, goes out against 800 kr.
    """
    again = '2026-06-10 * "More" ^ic-gemensamt-1\n  {}\n{}  {}\n'
    more = (
        again.format("Assets:250-Share  25.00 EUR", TAGS.format("gemensamt"), "Assets:572-Banco  -25.00 EUR"),
        again.format(
            "Equity:2083-Members  -25.00 EUR @@ 300.00 SEK", TAGS.format("andel"), "Assets:1930-Bank  300.00 SEK"
        ),
    )
    texts = books(given="-50.00 EUR @@ 500.00 SEK", more=more)
    found = at(combined, texts, 2026)
    assert said(found) == []
    lines = {name: amount for name, amount in found.lines.items() if amount}
    assert lines == {"CashAndBank": 3100, "MemberContributions": -3000, "CTA": -100}
    assert gone(found) == {"250": -900, "2083": 800, "Capital": 100}
    assert_continuous(partial(combined, texts, prices=PRICES), *YEARS)


def test_a_unit_joins_with_the_capital_it_holds(combined):
    """100 EUR of net assets at 10.00, 50 of them held in central; at 11.00 the 50 in the bank have made 50 kr."""
    texts = books()
    texts["andel"] = (texts["andel"][0], f"{FOREIGN}\njoined = 2025-06-11\n")
    found = at(combined, texts, 2025)
    assert said(found) == []
    lines = {name: amount for name, amount in found.lines.items() if amount}
    assert lines == {"CashAndBank": 3050, "MemberContributions": -2000, "Joined": -1000, "CTA": -50}
    rolled = [row for year in (2025, 2026) for row in equity(at(combined, texts, year)) if row.line in {"CTA", "total"}]
    assert [(row.opening, row.closing) for row in rolled] == [(0, 50), (2000, 3050), (50, 100), (3050, 3100)]


def test_a_unit_leaves_with_the_capital_it_holds(combined):
    """From then on central has an outsider's 500 kr, and no rate makes anything of them."""
    texts = books()
    texts["andel"] = (texts["andel"][0], f"{FOREIGN}\nleft = 2026-06-10\n")
    found = at(combined, texts, 2026)
    assert said(found) == []
    lines = {name: amount for name, amount in found.lines.items() if amount}
    assert lines == {"CashAndBank": 2500, "MemberContributions": -3500, "Left": 1000}
    assert gone(found) == {}


def test_each_amount_leads_to_its_voucher(combined):
    (entry, later) = (e for e in at(combined, books(), 2026).entries if e.kind == "capital")
    told = {(p.place.account.split("-")[0], p.unit, p.source.split("/")[1]): str(p.amount) for p in entry.postings}
    assert (entry.date, told) == (
        dt.date(2025, 12, 31),
        {
            ("250", "andel", "andel"): "-550.00",
            ("2083", "gemensamt", "gemensamt"): "500.00",
            ("Capital", "andel", "andel"): "50.00",
        },
    )
    told = {(p.place.account.split("-")[0], p.unit, p.source.split("/")[1]): str(p.amount) for p in later.postings}
    assert told == {("250", "andel", "andel"): "-50.00", ("Capital", "andel", "andel"): "50.00"}
    share = next(p.source for p in entry.postings if p.place.account.startswith("250"))
    assert {p.source for e in (entry, later) for p in e.postings if p.unit == "andel"} == {share}


def test_what_is_paid_back_takes_its_part_along(combined):
    """Half is paid back in 2026: 250 kr, for which andel gets 20 EUR at 12.50 and loses 5, 62.50 kr in June.

    70 EUR at 12.00 and 2,250 kr are 3,090 kr, 3,000 of them contributions; with the loss 152.50 are translation.
    """
    more = (
        f"""
2026-06-10 * "Paid back" ^ic-gemensamt-1
  Assets:250-Share  -25.00 EUR
{TAGS.format("gemensamt")}  Assets:572-Banco   20.00 EUR
  Expenses:668-Loss   5.00 EUR
""",
        f"""
2026-06-10 * "Paid back" ^ic-gemensamt-1
  Assets:1930-Bank     -250.00 SEK
  Equity:2083-Members   250.00 SEK
{TAGS.format("andel")}""",
    )
    found = at(combined, books(more=more), 2026)
    assert said(found) == []
    assert str(found.result) == "-62.50"
    assert {name: str(found.lines[name]) for name in ("CashAndBank", "MemberContributions", "CTA")} == {
        "CashAndBank": "3090.00",
        "MemberContributions": "-3000.00",
        "CTA": "-152.50",
    }
    assert not found.lines.get("ParticipationsAndSecurities")
    assert_continuous(partial(combined, books(more=more), prices=PRICES), *YEARS)


def test_in_another_currency_than_both_books(combined):
    """500 kr were 50 EUR when they were paid in, and are 41.67 at 12.00: all goes out, 8.33 with the rates."""
    mine = f'2025-06-10 * "Share" ^ic-gemensamt-2\n  Assets:1356-Share  500.00 SEK\n{TAGS.format("gemensamt")}'
    theirs = f'2025-06-10 * "Share" ^ic-gemensamt-2\n  Equity:2083-Members  -500.00 SEK\n{TAGS.format("repris")}'
    texts = {
        "repris": (mine + "  Assets:1930-Bank  -500.00 SEK\n", ENTITY),
        "gemensamt": (theirs + "  Assets:1930-Bank  500.00 SEK\n", ENTITY),
    }
    assert said(at(combined, texts, 2026)) == []
    found = at(combined, texts, 2026, currency="EUR")
    assert said(found) == []
    assert gone(found) == {"1356": D("-41.67"), "2083": 50, "Capital": D("-8.33")}
    assert_continuous(partial(combined, texts, prices=PRICES, currency="EUR"), *YEARS)


def test_a_level_has_it_as_its_own_run_has(combined):
    texts = books(levels='levels = ["Syd"]\n')
    texts["repris"] = ('2024-12-31 * "x"\n  Assets:1930-Bank  1.00 SEK\n  Equity:2083-Members  -1.00 SEK\n', ENTITY)
    node = level_tree(at(combined, texts, 2026)).find(("Syd",))
    assert node is not None
    alone = at(combined, texts, 2026, level="Syd")
    assert node.figures.rows == alone.trial_balance
    assert alone.lines["CTA"] == -100
