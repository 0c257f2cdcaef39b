"""Charges fall due whether or not anybody books anything: the close of a month freezes them, in both books, once.

Worked by hand: FI borrows 24,000 of the fund on 10 February at 1 % a month for three months, and nothing is ever paid:
240 on the 10th of each month. It was due on 10 May, so June's charge is one of a loan that is late. Nobody has a
posting after February. Vera borrows 600 of her group on 14 January at 5 % for two months: 30 on the 14th of each month,
and nobody meets again after January.
"""

import datetime as dt
import itertools
import re

import pytest

from ledger.closing.readiness import readiness
from ledger.closing.together import Wanted, close_months
from ledger.combine import combine
from ledger.federation import load_federation
from ledger.provisional.problems_loans import LoanAccountAsserted
from tests.closing import test_loans as worked
from tests.closing.test_loans import GROUP, NK26, POLICY, close, everybody_ready, text_of, units, whole

make = worked.make
DAY = dt.date.fromisoformat
BOTH = ("fi", "gemensamt")
SPRING = ["2026-03", "2026-04", "2026-05"]


def quiet():
    """The worked example, in which FI pays nothing: no book has a posting after February."""
    parts = units()
    for slug in BOTH:
        for month in SPRING:
            del parts[slug][month]
    return parts


@pytest.fixture
def ws(make):
    made = make(quiet())
    close(made, "2026-01", "2026-02")
    return made


def charged(ws, slug):
    """What a book holds of charges as sealed vouchers: date, whose file, amount of the cost or income."""
    found = []
    for path in sorted((ws.unit(slug).books / "2026").glob("*.closed.beancount")):
        text = path.read_text(encoding="utf-8")
        month = path.name[:7]
        for day, body in re.findall(r"^(\S{10}) \* .*\n((?:  .*\n)+)", text, re.MULTILINE):
            amounts = re.findall(r"(?:8361|8462|4010)\S* +-?(\d+\.\d\d) ", body)
            found += [(day, month, amount) for amount in amounts]
    return found


def each_once(*months):
    return [(f"{month}-10", month, "240.00") for month in months]


@pytest.mark.parametrize("order", sorted(set(itertools.permutations((*BOTH, *BOTH)))), ids="-".join)
def test_the_close_of_a_quiet_month_freezes_its_charge_on_both_sides(ws, order):
    """March and April, whoever closes first, and however far one is ahead of the other."""
    months = {slug: iter(SPRING) for slug in BOTH}
    for slug in order:
        (done,) = close(ws, next(months[slug]), slugs=(slug,))
        assert [c.unit for c in done.closed] == [slug]
        whole(ws)
    for slug in BOTH:
        assert charged(ws, slug) == each_once("2026-03", "2026-04")


def test_all_are_closed_together(ws):
    for month in (*SPRING, "2026-06"):
        (done,) = close(ws, month, ready=readiness)
        assert [c.unit for c in done.closed] == ["fi", "nk", "gemensamt"]
        before = {path: path.read_bytes() for path in ws.units_folder.rglob("*.beancount")}
        assert close(ws, month)[0].closed == []
        assert {path: path.read_bytes() for path in ws.units_folder.rglob("*.beancount")} == before
    whole(ws)
    for slug in BOTH:
        assert charged(ws, slug) == each_once(*SPRING, "2026-06")
        late = text_of(ws, f"{slug}/books/2026/2026-06{'.fi' if slug == 'gemensamt' else ''}.closed.beancount")
        assert "  overdue-since: 2026-05-10\n" in late
        assert "overdue-since" not in text_of(
            ws, f"{slug}/books/2026/2026-05{'.fi' if slug == 'gemensamt' else ''}.closed.beancount"
        )


def test_a_dry_run_shows_what_the_close_writes(ws):
    (trial,) = close(ws, "2026-03", dry_run=True)
    (real,) = close(ws, "2026-03")
    assert [(c.unit, c.vouchers, c.texts, c.opened) for c in trial.closed] == [
        (c.unit, c.vouchers, c.texts, c.opened) for c in real.closed
    ]


def test_what_is_booked_later_changes_nothing_that_is_closed(ws):
    """March and April are closed; then FI pays 240 and 8,000 in May. May's charge is still of 24,000: 240."""
    close(ws, "2026-03", "2026-04")
    sealed = {path: path.read_bytes() for path in ws.units_folder.rglob("*.closed.beancount")}
    for slug, text in (("gemensamt", worked.GETS), ("fi", worked.PAYS)):
        file = ws.unit(slug).books / "2026" / "2026-05.beancount"
        file.write_text(text.format(month="05", number="A-9", charge="240.00", paid="8240.00"), encoding="utf-8")
    federation = load_federation(ws)
    assert federation.problems == ()
    for slug in BOTH:
        assert worked.loans(federation, slug) == [("2026-05-10", "240.00")]
    assert {path: path.read_bytes() for path in sealed} == sealed
    close(ws, "2026-05")
    whole(ws)


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-02-28", []), ("2026-03-09", []), ("2026-03-10", ["03"]), ("2026-04-30", ["03", "04"])],
)
def test_a_balance_sheet_of_a_later_day_has_what_has_fallen_due(make, day, expected):
    """And nothing of it shows in the combined statements, on the day itself or at a month's end."""
    federation = load_federation(make(quiet()))
    for slug in BOTH:
        made = [e for e in federation.run.at(slug, DAY(day)).entries if hasattr(e, "postings")]
        assert [str(e.date) for e in made] == [f"2026-{month}-10" for month in expected]
        assert federation.run.entries(slug) == []  # as the books stand, nothing is due yet
    found = combine(federation.books, federation.run, date_to=DAY(day))
    assert (found.complete, found.unmatched, found.result) == (True, (), 0)
    interest = [one for one in found.eliminations if one.kind == "interest"]
    assert bool(interest) is bool(expected)


def test_somebody_else_s_posting_moves_the_end_of_all(make):
    """NK has a posting in April: the federation's figures go to April, and so do the charges in them."""
    parts = quiet()
    parts["nk"]["2026-04"] = worked.OPENING.replace("2026-01-02", "2026-04-02").replace("A-1", "A-3")
    federation = load_federation(make(parts))
    found = combine(federation.books, federation.run)
    assert found.date_to == DAY("2026-04-30")
    assert (found.complete, found.unmatched) == (True, ())
    assert [one.kind for one in found.eliminations if one.kind == "interest"]


def test_items_in_other_currencies_are_remeasured_beside_them(make):
    """Central holds 100 EUR, bought at 11; 12 at the end of March: a gain of 100, and the charge, in one month."""
    parts = quiet()
    parts["gemensamt"]["accounts"] += "2026-01-01 open Assets:1932-Euro EUR\n"
    parts["gemensamt"]["2026-02"] += (
        '\n2026-02-27 * "Euro"\n  voucher: "A-5"\n  Assets:1932-Euro  100.00 EUR @ 11.00 SEK\n'
        "  Assets:1930-Bank  -1100.00 SEK\n"
    )
    prices = "2026-02-28 price EUR 11.00 SEK\n2026-03-31 price EUR 12.00 SEK\n"
    ws = make(parts, POLICY)
    ws.prices_file.write_text(prices, encoding="utf-8")
    federation = load_federation(ws)
    made = [e for e in federation.run.at("gemensamt", DAY("2026-03-31")).entries if hasattr(e, "postings")]
    assert [(str(e.date), e.meta["filename"]) for e in made] == [
        ("2026-03-10", "<loans>"),
        ("2026-03-31", "<remeasurement>"),
    ]
    assert str(made[1].postings[-1].units) == "-100.00 SEK"


# --- a members' own group


@pytest.fixture
def group(make):
    parts = {name: text for name, text in GROUP.items() if name != "2026-02"}
    made = make({"kikundi": parts}, NK26)
    close(made, "2026-01", slugs=("kikundi",))
    return made


def test_a_group_that_doesn_t_meet_has_its_charges_all_the_same(group):
    for number, month in enumerate(("2026-02", "2026-03", "2026-04"), 1):
        (done,) = close(group, month, slugs=("kikundi",), ready=readiness)
        assert [(c.unit, c.vouchers) for c in done.closed] == [("kikundi", {"kikundi": (f"R-{number}",)})]
    assert charged(group, "kikundi") == [
        ("2026-02-14", "2026-02", "30.00"),
        ("2026-03-14", "2026-03", "30.00"),
        ("2026-04-14", "2026-04", "30.00"),
    ]
    assert "  overdue-since: 2026-03-14\n" in text_of(group, "kikundi/books/2026/2026-04.closed.beancount")
    assert "overdue-since" not in text_of(group, "kikundi/books/2026/2026-03.closed.beancount")
    federation = load_federation(group)
    assert federation.problems == ()


def test_a_count_that_a_later_charge_would_contradict_keeps_the_month_open(make):
    """Somebody has written that nothing is due at the end of February, where 30 are."""
    parts = {name: text for name, text in GROUP.items() if name != "2026-02"}
    parts["accounts"] += (
        '2026-01-01 open Assets:1120-Due:Vera KES\n  code: "1120"\n  participant: "Vera"\n'
        "2026-03-01 balance Assets:1120-Due:Vera  0.00 KES\n"
    )
    ws = make({"kikundi": parts}, NK26)
    close(ws, "2026-01", slugs=("kikundi",))
    found = readiness(load_federation(ws), "2026-02", ["kikundi"], today=DAY("2026-07-01"))
    assert [problem.code for problem in found["kikundi"]] == [LoanAccountAsserted.code]
    (done,) = close_months(ws, ["2026-02"], Wanted(slugs=("kikundi",)), ready=everybody_ready)
    assert [problem.code for problem in done.blocked["kikundi"]] == [LoanAccountAsserted.code]


def test_a_loan_that_rolls_over_is_charged_anew_in_the_month_in_which_it_does(make):
    """600 for two months: 60 on 14 January; 660 roll over on 15 March, 66 for two months; 726 on 16 May: 72.60."""
    parts = {name: text for name, text in GROUP.items() if name != "2026-02"}
    ws = make({"kikundi": parts}, NK26 + '  method: "roll-over"\n')
    for month in ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05"):
        (done,) = close(ws, month, slugs=("kikundi",), ready=readiness)
        assert [c.unit for c in done.closed] == ["kikundi"]
    assert charged(ws, "kikundi") == [
        ("2026-01-14", "2026-01", "60.00"),
        ("2026-03-15", "2026-03", "66.00"),
        ("2026-05-16", "2026-05", "72.60"),
    ]
    for month, late in (("2026-01", None), ("2026-03", "2026-03-14"), ("2026-05", "2026-03-14")):
        text = text_of(ws, f"kikundi/books/2026/{month}.closed.beancount")
        assert re.findall(r"overdue-since: (\S+)", text) == ([late] if late else [])
