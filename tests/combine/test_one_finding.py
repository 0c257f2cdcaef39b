"""One finding for each dealing: the fault in its tags goes before what follows from it (SPEC 10)."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.combine.test_worked import ENTITY, sale

END = dt.date(2026, 12, 31)
MINE, THEIRS = sale("repris", "kafeet", "500.00", "500.00", 1)
PARTNER = '    partner: "kafeet"\n'
FILE = "units/{}/books/2026/2026-01.beancount:{}"
#: Lines of the postings: the seller's claim and income, the buyer's cost and debt.
CLAIM, INCOME = FILE.format("repris", 3), FILE.format("repris", 6)
DEBT, COST = FILE.format("kafeet", 6), FILE.format("kafeet", 3)


def told(found):
    return [(u.code, u.units, str(u.amount), u.key, u.sources) for u in found.unmatched]


def on_receivables(text):
    """The claim stands on customers' account."""
    return text.replace("Assets:1661-Intern", "Assets:1510-Customers")


BOTH = ("repris", "kafeet")
CASES = {
    # no posting of the seller names the buyer: it has nothing, the buyer a debt of 500
    "both postings": (
        MINE.replace(PARTNER, ""),
        "MISSING_PARTNER",
        BOTH,
        "500.00",
        (CLAIM, FILE.format("repris", 5), DEBT),
    ),
    # the claim alone: the debt of 500 meets nothing, income and cost agree
    "the claim": (MINE.replace(PARTNER, "", 1), "MISSING_PARTNER", BOTH, "500.00", (CLAIM, DEBT)),
    # the income alone: claim and debt agree, the cost of 500 meets nothing
    "the income": (
        MINE[::-1].replace(PARTNER[::-1], "", 1)[::-1],
        "MISSING_PARTNER",
        BOTH,
        "500.00",
        (INCOME, COST),
    ),
    "an outsider's account": (on_receivables(MINE), "TAG_ON_NON_IC_ACCOUNT", BOTH, "500.00", (CLAIM, DEBT)),
    "an unknown partner": (
        MINE.replace('"kafeet"', '"cafeet"'),
        "UNKNOWN_PARTNER",
        ("repris", "cafeet", "kafeet"),
        "500.00",
        (CLAIM, INCOME, DEBT),
    ),
    "itself": (MINE.replace('"kafeet"', '"repris"'), "SELF_PARTNER", BOTH, "500.00", (CLAIM, INCOME, DEBT)),
}


@pytest.mark.parametrize("entity", ["", ENTITY], ids=["divisions", "legal persons"])
@pytest.mark.parametrize(("mine", "code", "units", "amount", "sources"), CASES.values(), ids=CASES)
def test_a_fault_in_the_tags_is_the_dealing_s_one_finding(combined, mine, code, units, amount, sources, entity):
    found = combined({"repris": (mine, entity), "kafeet": (THEIRS, entity)}, date_to=END)
    assert told(found) == [(code, units, amount, "ic-repris-1", sources)]
    assert found.unmatched[0].blocks is (entity == "")
    assert found.needs_person


def test_what_is_left_of_the_dealing_stays_explained(combined):
    """The pair matrix: the debt of 500 and the cost of 500 stand, and the one finding is what explains both."""
    found = combined({"repris": MINE.replace(PARTNER, ""), "kafeet": THEIRS}, date_to=END)
    assert [(r.section, str(r.one), str(r.other), str(r.unmatched)) for r in found.pairs] == [
        ("balance", "-500.00", "0", "-500.00"),
        ("result", "500.00", "0", "500.00"),
    ]


def test_the_amount_is_the_difference_of_the_balance_accounts(combined):
    """Of two claims of 300 and 200 one lacks its partner: 200 of the debt meet nothing."""
    tags = f'{PARTNER}    ic: "trade"\n'
    mine = (
        f'2026-03-04 * "Sale" ^ic-repris-1\n  Assets:1661-Intern  300.00 SEK\n{tags}'
        f'  Assets:1661-Intern  200.00 SEK\n    ic: "trade"\n  Income:3001-Sales  -500.00 SEK\n{tags}'
    )
    found = combined({"repris": mine, "kafeet": THEIRS}, date_to=END)
    ((code, _, amount, _, sources),) = told(found)
    assert (code, amount) == ("MISSING_PARTNER", "200.00")
    assert sources[0] == FILE.format("repris", 5)


def test_a_fault_of_both_sides_under_one_link_is_one_finding(combined):
    theirs = THEIRS.replace('    partner: "repris"\n', "")
    found = combined({"repris": MINE.replace(PARTNER, ""), "kafeet": theirs}, date_to=END)
    assert [(c, u, a, k) for c, u, a, k, _ in told(found)] == [
        ("MISSING_PARTNER", ("kafeet", "repris"), "500.00", "ic-repris-1")
    ]
    assert len(found.unmatched[0].sources) == 4


def test_two_dealings_are_two_findings(combined):
    """The second link has its partner, but the buyer has 450 of 500."""
    more, less = sale("repris", "kafeet", "500.00", "450.00", 2)
    found = combined({"repris": MINE.replace(PARTNER, "") + more, "kafeet": THEIRS + less}, date_to=END)
    assert {(c, a, k) for c, _, a, k, _ in told(found)} == {
        ("MISSING_PARTNER", "500.00", "ic-repris-1"),
        ("AMOUNT_DIFF", "50.00", "ic-repris-2"),
    }


def test_without_a_link_the_voucher_is_the_dealing(combined):
    """No link, no document: the voucher without partners is one finding of 500; the buyer's is another."""
    mine, theirs = (text.replace(" ^ic-repris-1", "") for text in (MINE.replace(PARTNER, ""), THEIRS))
    found = combined({"repris": mine, "kafeet": theirs}, date_to=END)
    assert sorted((c, u, a) for c, u, a, _, _ in told(found)) == [
        ("MISSING_PARTNER", ("repris",), "500.00"),
        ("ONE_SIDED", ("kafeet", "repris"), "500.00"),
    ]
