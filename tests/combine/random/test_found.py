"""Cases that random federations have found, each as small as it can be, with what is right in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from benchmarks.vouchers import Federation, Member, Post, Quotes, Voucher
from ledger.combine import combine
from ledger.combine.reports.drill import drill
from ledger.policy import read_policy
from ledger.provisional import provisional


def test_a_levy_booked_at_a_total_price_is_a_whole_amount():
    """The weight of a total price has a trace of its division (20.64 SEK @@ 256.72 KES): the levy counts 256.72.

    2025-12-11 * "Levy" ^ic-a-1
      Liabilities:2611-Levy-owed  -20.64 SEK @@ 256.72 KES
      Expenses:5060-Levy           20.64 SEK @@ 256.72 KES
    """
    amount, worth = Decimal("20.64"), Decimal("256.72")
    posts = (
        Post("levy_owed", -amount, "SEK", "a", "levy", -worth),
        Post("levy_cost", amount, "SEK", "a", "levy", worth),
    )
    members = (Member("a"), Member("d", "KES", chart="vsla"))
    rate = Quotes(spots=(("KES", dt.date(2025, 12, 31), Decimal("0.08")),))
    voucher = Voucher("d", dt.date(2025, 12, 11), posts, "Levy", links=("ic-a-1",))
    books = Federation(members, (voucher,), quotes=rate).books()
    run = provisional(books, read_policy(books.central_text, books.workspace))
    assert run.problems == ()
    (year,) = run.statements["d"].years
    assert year.posted == worth


def figures(federation: Federation, date_from: str, date_to: str):
    """(line, code, column) → amount."""
    books = federation.books()
    run = provisional(books, read_policy(books.central_text, books.workspace))
    period = {"date_from": dt.date.fromisoformat(date_from), "date_to": dt.date.fromisoformat(date_to)}
    found = combine(books, run, **period)
    assert found.complete, found.problems
    return {(r.line, r.account.split("-")[0], r.unit): r.amount for r in found.trial_balance}


def euro(day: str, text: str, *rows: tuple[str, str]) -> Voucher:
    """A voucher of unit e in euro."""
    posts = tuple(Post(role, Decimal(amount), "EUR") for role, amount in rows)
    return Voucher("e", dt.date.fromisoformat(day), posts, text)


SPOTS = {"2025-10-31": "11.00", "2025-12-31": "12.00", "2026-01-18": "12.00", "2026-01-31": "12.00"}
CHANGING = Quotes(
    spots=tuple(("EUR", dt.date.fromisoformat(day), Decimal(rate)) for day, rate in SPOTS.items()),
    averages=(("EUR", "2025-11", Decimal("11.50")), ("EUR", "2025-12", Decimal("12.00"))),
)


@pytest.mark.parametrize("turned", [1, -1])
def test_last_years_loss_leaves_its_account_empty(turned):
    """A result that moves on takes its translated amount along, whichever posting is written first.

    2025-10-31 opening: 20.48 EUR at 11.00 = 225.28, in 120
    2025-12-01 loss 10.24 EUR at 12.00 = 122.88; closed into 129 on 12-31
    2026-01-20 129 -10.24, 120 10.24: 129 is empty, 120 = -225.28 + 122.88 = -102.40
    """
    moved = (("result_for_year", "-10.24"), ("prior_year_result", "10.24"))[::turned]
    vouchers = (
        euro("2025-10-31", "Opening", ("bank", "20.48"), ("retained_result", "-20.48")),
        euro("2025-12-01", "Cost", ("bank", "-10.24"), ("wages", "10.24")),
        euro("2025-12-31", "Year end", ("wages", "-10.24"), ("result_for_year", "10.24")),
        euro("2026-01-20", "Moved", *moved),
    )
    members = (Member("a"), Member("e", "EUR", "legal_entity", "pgc"))
    got = figures(Federation(members, vouchers, quotes=CHANGING), "2026-01-01", "2026-01-31")
    assert ("ResultForYear", "129", "e") not in got
    assert got["RetainedResult", "120", "e"] == Decimal("-102.40")


def test_a_cost_at_a_total_price_is_closed_like_any_other():
    """The trace that a total price leaves doesn't keep a closing voucher from emptying its account.

    2025-11-11  Expenses 30.72 SEK @@ 3.08 EUR at 11.50 = 35.42
    2025-12-31  closed into 129: 129 takes 35.42, the cost's account nothing of its own
    """
    amount, worth = Decimal("30.72"), Decimal("3.08")
    bought = (Post("wages", amount, "SEK", worth=worth), Post("bank", -amount, "SEK", worth=-worth))
    vouchers = (
        Voucher("e", dt.date(2025, 11, 11), bought, "Bought"),
        euro("2025-12-31", "Year end", ("wages", "-3.08"), ("result_for_year", "3.08")),
    )
    members = (Member("a"), Member("e", "EUR", "legal_entity", "pgc"))
    got = figures(Federation(members, vouchers, quotes=CHANGING), "2026-01-01", "2026-01-31")
    assert got["ResultForYear", "129", "e"] == Decimal("35.42")


def test_what_is_in_transit_is_in_whole_units():
    """A late voucher at a total price: what ADJ takes of it has no trace, so the trial balance is exactly zero.

    2026-01-31 e: claim 13.20 EUR, sale 10.56, VAT 2.64; next day g books it at 11.1924: 147.74 SEK, VAT 31.56
    """
    tags = {"partner": "g", "ic": "trade"}
    sale = Voucher(
        "e",
        dt.date(2026, 1, 31),
        (
            Post("trade_claim", Decimal("13.20"), "EUR", **tags),
            Post("sales", Decimal("-10.56"), "EUR", **tags),
            Post("output_vat", Decimal("-2.64"), "EUR"),
        ),
        links=("ic-e-1",),
    )
    tags = {"partner": "e", "ic": "trade"}
    bought = Voucher(
        "g",
        dt.date(2026, 2, 1),
        (
            Post("trade_debt", Decimal("-13.20"), "EUR", worth=Decimal("-147.74"), **tags),
            Post("purchases", Decimal("10.56"), "EUR", worth=Decimal("116.18"), **tags),
            Post("input_vat", Decimal("2.64"), "EUR", worth=Decimal("31.56")),
        ),
        links=("ic-e-1",),
    )
    members = (Member("a"), Member("e", "EUR", "legal_entity", "pgc"), Member("g", entity="legal_entity"))
    rates = replace(
        CHANGING,
        spots=(*CHANGING.spots, ("EUR", dt.date(2026, 2, 1), Decimal("12.00"))),
        averages=(*CHANGING.averages, ("EUR", "2026-01", Decimal("11.1924")), ("EUR", "2026-02", Decimal("12.00"))),
    )
    got = figures(Federation(members, (sale, bought), quotes=rates), "2026-01-01", "2026-01-31")
    assert got["OtherLiabilities", "2641", "ADJ"] == Decimal("31.56")
    assert sum(map(Fraction, got.values())) == 0


@pytest.mark.parametrize("first", [0, 1])
def test_the_years_result_is_closed_after_all_else_of_its_day(first):
    """Vouchers of one day: the closing one comes last, wherever in the file it is written.

    2025-11-30 income 100.00 EUR at 11.50 = 1150.00; 2025-12-31 income 100.00 at 12.00 = 1200.00, and both closed: 129
    takes 2350.00.
    """
    same_day = (
        euro("2025-12-31", "Sale", ("bank", "100.00"), ("sales", "-100.00")),
        euro("2025-12-31", "Year end", ("sales", "200.00"), ("result_for_year", "-200.00")),
    )
    sale = euro("2025-11-30", "Sale", ("bank", "100.00"), ("sales", "-100.00"))
    vouchers = (sale, same_day[first], same_day[1 - first])
    members = (Member("a"), Member("e", "EUR", "legal_entity", "pgc"))
    got = figures(Federation(members, vouchers, quotes=CHANGING), "2026-01-01", "2026-01-31")
    assert got["ResultForYear", "129", "e"] == Decimal("-2350.00")
    assert ("RetainedResult", "Earlier", "e") not in got


@pytest.mark.parametrize("since", ["2026-01-31", "2026-02-01"])
def test_a_unit_is_owned_from_the_day_on_which_it_is_bought(since):
    """On 31 January four fifths of a company are bought: a fifth of its 100.00 is the minority's; not a day before."""
    owners = f'[[owner]]\nunit = "a"\nshare = "0.80"\nsince = {since}\n'
    members = (Member("a"), Member("b", entity="legal_entity", owners=owners))
    opening = (Post("bank", Decimal("100.00"), "SEK"), Post("retained_result", Decimal("-100.00"), "SEK"))
    cost = Post("Assets:1310-Andelar", Decimal("80.00"), "SEK", "b", "capital")
    vouchers = (
        Voucher("b", dt.date(2025, 10, 31), opening, "Opening"),
        Voucher("a", dt.date.fromisoformat(since), (cost, Post("bank", Decimal("-80.00"), "SEK")), "Bought"),
    )
    got = figures(Federation(members, vouchers), "2026-01-01", "2026-01-31")
    minority = Decimal("-20.00") if since == "2026-01-31" else Decimal(0)
    assert sum(amount for (line, *_), amount in got.items() if line == "NonControllingInterest") == minority
    assert got["RetainedResult", "2091", "b"] == Decimal("-100.00")


def test_what_an_asset_has_brought_too_early_leads_to_its_sale():
    """Earlier years' profit in a machine stands in ELIM on the retained result, and opens the seller's voucher.

    2025-11-11 price 100.00, carrying amount 40.00: 60.00 over 60 months; on 31 December one has passed: 59.00 is left
    """
    tags = {"ic": "asset"}
    sold = (
        Post("trade_claim", Decimal("100.00"), "SEK", "b", **tags),
        Post("Income:3973-Vinst", Decimal("-100.00"), "SEK", "b", **tags),
        Post("Income:3973-Vinst", Decimal("40.00"), "SEK", "b", **tags),
        Post("Assets:1220-Inventarier", Decimal("-40.00"), "SEK"),
    )
    bought = (
        Post("Assets:1220-Inventarier", Decimal("100.00"), "SEK", "a", meta=(("months", "60"),), **tags),
        Post("trade_debt", Decimal("-100.00"), "SEK", "a", **tags),
    )
    day = dt.date(2025, 11, 11)
    vouchers = tuple(Voucher(unit, day, posts, links=("ic-a-1",)) for unit, posts in (("a", sold), ("b", bought)))
    federation = Federation((Member("a"), Member("b")), vouchers)
    books = federation.books()
    run = provisional(books, read_policy(books.central_text, books.workspace))
    found = combine(books, run, date_from=dt.date(2026, 1, 1), date_to=dt.date(2026, 1, 31))
    one = drill(found, "RetainedResult", "Earlier-years", "ELIM")
    places = federation.places()
    assert [(s.amount, f"{s.file}:{s.line}") for s in one.sources] == [(Decimal("59.00"), places[0, 1])]
