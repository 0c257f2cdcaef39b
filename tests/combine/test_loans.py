"""The federation's rotating loan fund in the combined statements: nothing of it is left, on any day (SPEC 8, 10).

The worked example of the samples (vsla/federation-vsla.beancount) in books of their own: NK buys 30 shares, FI 10, at
1,000. FI borrows 24,000 at 1 % a month on what is left, and pays 8,000 each month: charges 240, 160, 80, in all 480.
Loan fund 40,000 + 480; a share is worth 40,480 / 40 = 1,012: NK gets 30,360 and FI 10,120. FI has paid 480 and got 120
more than its shares cost: 360, which is what NK has gained.
"""

import datetime as dt
import re
from decimal import Decimal

import pytest

from ledger.combine import combine
from ledger.federation import load_federation
from tests.combine.conftest import StubRun, opens, table, totals

CENTRAL = """
2026-01-10 * "RF26: NK 30 andelar" ^ic-gemensamt-RF26-S-nk
  cycle: "RF26"
  Assets:1930-Bank                30000.00 SEK
  Liabilities:2863-Andelar       -30000.00 SEK
    partner: "nk"
    ic: "fund"
2026-01-10 * "RF26: FI 10 andelar" ^ic-gemensamt-RF26-S-fi
  cycle: "RF26"
  Assets:1930-Bank                10000.00 SEK
  Liabilities:2863-Andelar       -10000.00 SEK
    partner: "fi"
    ic: "fund"
2026-02-10 * "RF26: loan to FI" ^ic-gemensamt-RF26-L01 ^RF26-L01
  cycle: "RF26"
  Assets:1663-Lan                 24000.00 SEK
    partner: "fi"
    ic: "loan"
    loan: "RF26-L01"
    term: 3
  Assets:1930-Bank               -24000.00 SEK
"""
NK = """
2026-01-02 * "Sales"
  Assets:1930-Bank                50000.00 SEK
  Income:3001-Sales              -50000.00 SEK
2026-01-10 * "30 andelar" ^ic-gemensamt-RF26-S-nk
  Assets:1666-Andelar             30000.00 SEK
    partner: "gemensamt"
    ic: "fund"
  Assets:1930-Bank               -30000.00 SEK
"""
FI = """
2026-01-02 * "Sales"
  Assets:1930-Bank                20000.00 SEK
  Income:3001-Sales              -20000.00 SEK
2026-01-10 * "10 andelar" ^ic-gemensamt-RF26-S-fi
  Assets:1666-Andelar             10000.00 SEK
    partner: "gemensamt"
    ic: "fund"
  Assets:1930-Bank               -10000.00 SEK
2026-02-10 * "Loan" ^ic-gemensamt-RF26-L01
  Assets:1930-Bank                24000.00 SEK
  Liabilities:2864-Lan           -24000.00 SEK
    partner: "gemensamt"
    ic: "loan"
"""
#: Month, charge; 8,000 is paid back each time.
PAID = (("03", "240.00"), ("04", "160.00"), ("05", "80.00"))
ACCRUED = """
2026-{month}-10 {flag} "Charge" {tag}^ic-gemensamt-RF26-L01
  cycle: "RF26"
  Assets:1664-Due                 {charge} SEK
    partner: "fi"
    ic: "interest"
  Income:8361-Charges            -{charge} SEK
    partner: "fi"
    ic: "interest"
"""
OWED = """
2026-{month}-10 {flag} "Charge" {tag}^ic-gemensamt-RF26-L01
  Expenses:8462-Charges           {charge} SEK
    partner: "gemensamt"
    ic: "interest"
  Liabilities:2865-Owed          -{charge} SEK
    partner: "gemensamt"
    ic: "interest"
"""
REPAID = """
2026-{month}-10 * "FI repays" ^ic-gemensamt-RF26-L01
  cycle: "RF26"
  Assets:1930-Bank                {total} SEK
  Assets:1663-Lan                -8000.00 SEK
    partner: "fi"
    ic: "loan"
  Assets:1664-Due                -{charge} SEK
    partner: "fi"
    ic: "interest"
"""
PAYS = """
2026-{month}-10 * "Repaid" ^ic-gemensamt-RF26-L01
  Liabilities:2864-Lan            8000.00 SEK
    partner: "gemensamt"
    ic: "loan"
  Liabilities:2865-Owed           {charge} SEK
    partner: "gemensamt"
    ic: "interest"
  Assets:1930-Bank               -{total} SEK
"""
SHARED = """
2026-12-11 * "Share-out {unit}" ^ic-gemensamt-RF26-SO-{unit}
  cycle: "RF26"
  Liabilities:2863-Andelar        {price} SEK
    partner: "{unit}"
    ic: "fund"
  Expenses:8461-Utdelning           {gain} SEK
    partner: "{unit}"
    ic: "interest"
  Assets:1930-Bank               -{gross} SEK
"""
GOT = """
2026-12-11 * "Share-out" ^ic-gemensamt-RF26-SO-{unit}
  Assets:1930-Bank                {gross} SEK
  Assets:1666-Andelar            -{price} SEK
    partner: "gemensamt"
    ic: "fund"
  Income:8363-Utdelning            -{gain} SEK
    partner: "gemensamt"
    ic: "interest"
"""
SHARES = (("nk", "30000.00", "360.00", "30360.00"), ("fi", "10000.00", "120.00", "10120.00"))
DIVISION, PERSON = "", 'entity = "legal_entity"'


def paid(text, **more):
    return "".join(
        text.format(month=m, charge=c, total=f"{8000 + Decimal(c):.2f}", flag="*", tag="", **more) for m, c in PAID
    )


def provisional(text):
    return "".join(text.format(month=m, charge=c, total="", flag="!", tag="#provisional ") for m, c in PAID)


def shared(text, *units):
    return "".join(text.format(unit=u, price=p, gain=g, gross=s) for u, p, g, s in SHARES if u in units)


#: Accounts that only provisional entries use are opened beside them.
RUN = StubRun(
    {
        "gemensamt": "2026-03-01 open Income:8361-Charges\n" + provisional(ACCRUED),
        "fi": "2026-03-01 open Expenses:8462-Charges\n" + provisional(OWED),
    }
)
BOOKED = {
    "gemensamt": CENTRAL + paid(ACCRUED) + paid(REPAID) + shared(SHARED, "nk", "fi"),
    "nk": NK + shared(GOT, "nk"),
    "fi": FI + paid(OWED) + paid(PAYS) + shared(GOT, "fi"),
}
OPEN = {
    "gemensamt": CENTRAL + paid(REPAID) + shared(SHARED, "nk", "fi"),
    "nk": NK + shared(GOT, "nk"),
    "fi": FI + paid(PAYS) + shared(GOT, "fi"),
}
DAYS = sorted({*re.findall(r"2026-\d\d-\d\d", "".join(BOOKED.values())), "2026-02-28", "2026-06-30", "2026-12-31"})
FUND = {"1663", "1664", "1665", "1666", "2863", "2864", "2865", "2866", "2867", "8361", "8363", "8461", "8462", "8463"}


def texts(books, entity):
    return {slug: (text, entity) if slug != "gemensamt" else text for slug, text in books.items()}


@pytest.mark.parametrize("entity", [DIVISION, PERSON], ids=["divisions", "legal persons"])
@pytest.mark.parametrize(("books", "run"), [(BOOKED, StubRun()), (OPEN, RUN)], ids=["booked", "provisional"])
def test_nothing_of_the_fund_is_left_on_any_day(federation, books, run, entity):
    """All the group has is what its sales have brought: 70,000, whatever NK, FI and the fund owe each other."""
    loaded = federation(texts(books, entity))
    for day in DAYS:
        found = combine(loaded, run, date_to=dt.date.fromisoformat(day))
        assert found.problems == (), day
        assert found.unmatched == (), day
        sums = totals(found)
        assert {code: amount for code, amount in sums.items() if code in FUND and Decimal(amount)} == {}, day
        brought = Decimal("70000.00")
        assert (found.result, Decimal(sums["1930"])) == (brought, brought), day
        for key, amounts in by_dealing(found).items():
            assert sum(amounts) == 0, (day, key)


POLICY = """
2026-01-01 custom "decision" "A" "assembly"
2026-01-01 custom "loan-cycle" "RF26" 1000 SEK
  decision: "A"
  ends: 2026-12-10
  loan-multiple: 3
  charge: 0.01
  max-term: 3
"""


@pytest.mark.parametrize("entity", [DIVISION, PERSON], ids=["divisions", "legal persons"])
def test_what_the_rules_make_of_the_books_is_eliminated_too(make_workspace, tmp_path, monkeypatch, entity):
    """No charge is booked: they accrue month by month, in both books, and are paid as they fall due."""
    monkeypatch.setenv("SAMBOK_CACHE", str(tmp_path / "cache"))
    toml = f'{entity}\ncountry = "SE"\n'
    units = {
        slug: {"unit": toml if slug != "gemensamt" else 'country = "SE"\n', "accounts": opens(text), "2026-01": text}
        for slug, text in OPEN.items()
    }
    federation = load_federation(make_workspace(units, policy=POLICY))
    assert federation.problems == ()
    for slug, account in (("gemensamt", "Income:8361"), ("fi", "Expenses:8462")):
        made = [e for e in federation.run.entries(slug) if e.meta["filename"] == "<loans>" and hasattr(e, "postings")]
        amounts = {str(e.date)[5:7]: str(abs(p.units.number)) for e in made for p in e.postings if account in p.account}
        assert amounts == dict(PAID)
    for day in DAYS:
        found = combine(federation.books, federation.run, date_to=dt.date.fromisoformat(day))
        assert (found.problems, found.unmatched, found.result) == ((), (), 70000), day
        assert {code for code, amount in totals(found).items() if Decimal(amount)} == {"1930", "3001"}, day


def by_dealing(found):
    """What is eliminated, per dealing and kind."""
    sums = {}
    for entry in found.entries:
        sums.setdefault((entry.kind, entry.key), []).extend(p.amount for p in entry.postings)
    return sums


def test_what_it_costs_fi_is_what_nk_gains(combined):
    """480 - 120 = 360 = NK's 360; the fund itself keeps nothing: 480 - 480."""
    cells = table(combined(BOOKED, date_to=dt.date(2026, 12, 31)))
    cost = sum(Decimal(cells.get((code, "fi"), 0)) for code in FUND if code[0] == "8")
    gain = -sum(Decimal(cells.get((code, "nk"), 0)) for code in FUND if code[0] == "8")
    assert (cost, gain) == (Decimal("360.00"), Decimal("360.00"))
    assert sum(Decimal(cells.get((code, "gemensamt"), 0)) for code in FUND if code[0] == "8") == 0


def test_what_is_eliminated_is_shown_by_kind(combined):
    found = combined(BOOKED, date_to=dt.date(2026, 5, 10))
    assert sorted({entry.kind for entry in found.entries}) == ["fund", "interest", "loan"]


@pytest.mark.parametrize(
    ("missing", "amount", "kind"),
    [
        ("nk", "30000.00", "fund"),
        ("gemensamt", "30000.00", "fund"),
    ],
)
def test_a_side_that_is_missing_is_told(combined, missing, amount, kind):
    """NK's shares stand in one of the books only."""
    books = {"gemensamt": CENTRAL.partition('2026-01-10 * "RF26: FI')[0], "nk": NK}
    books[missing] = NK.partition("2026-01-10")[0] if missing == "nk" else ""
    (found,) = combined(books, date_to=dt.date(2026, 1, 31)).unmatched
    assert (found.code, found.kind, str(found.amount)) == ("ONE_SIDED", kind, amount)


def test_a_charge_that_only_the_fund_has_is_told(combined):
    """FI hasn't booked March's charge, 240, and pays 8,000 of its loan only; the fund has taken 240 more as due."""
    books = {
        "gemensamt": CENTRAL + ACCRUED.format(month="03", charge="240.00", flag="*", tag=""),
        "nk": NK,
        "fi": FI,
    }
    (found,) = combined(books, date_to=dt.date(2026, 3, 31)).unmatched
    assert (found.code, found.kind, str(found.amount)) == ("ONE_SIDED", "interest", "240.00")


def test_money_that_one_bank_has_and_the_other_has_not_yet_is_in_transit(combined):
    """FI pays 8,240 on 30 March, both books say so; the fund's bank has it on 1 April."""
    due = {"flag": "*", "tag": "", "month": "03", "charge": "240.00"}
    central = (
        CENTRAL
        + ACCRUED.format(**due)
        + REPAID.format(total="8240.00", **due).replace(
            "  Assets:1930-Bank                8240.00 SEK",
            '  Assets:1685-In  8240.00 SEK\n    partner: "fi"\n    ic: "other"',
        )
    )
    central += """
2026-04-01 * "Bank" ^ic-gemensamt-RF26-L01
  Assets:1930-Bank  8240.00 SEK
  Assets:1685-In  -8240.00 SEK
    partner: "fi"
    ic: "other"
"""
    fi = FI + OWED.format(**due) + PAYS.format(total="8240.00", **due)
    found = combined({"gemensamt": central, "fi": fi, "nk": NK}, date_to=dt.date(2026, 3, 31))
    assert {one.code for one in found.unmatched} == {"CUT_OFF"}
    assert totals(found)["1930"] == "61760.00"  # 70,000 less what is on its way
    assert found.result == 70000
    after = combined({"gemensamt": central, "fi": fi, "nk": NK}, date_to=dt.date(2026, 4, 30))
    assert (after.unmatched, totals(after)["1930"]) == ((), "70000.00")


def test_a_members_own_group_is_in_no_combined_figure(combined):
    """Their box, shares, loans and charges are the members' own."""
    group = """
2026-01-14 * "Meeting"
  Assets:1010-Box  1000.00 SEK
  Equity:3010-Shares  -1000.00 SEK
2026-02-14 * "Charge"
  Assets:1010-Box  30.00 SEK
  Income:4010-Charge  -30.00 SEK
"""
    alone = combined({"nk": NK, "gemensamt": CENTRAL, "fi": FI})
    both = combined(
        {"nk": NK, "gemensamt": CENTRAL, "fi": FI, "kikundi": (group, 'chart = "vsla"\ncombine = false')},
    )
    assert both.trial_balance == alone.trial_balance
    assert (both.result, both.problems, both.unmatched) == (alone.result, alone.problems, alone.unmatched)
