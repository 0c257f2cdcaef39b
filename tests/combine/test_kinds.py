"""Kinds of dealings, what is said of them in each mode, and adjustments that take part: worked by hand (SPEC 10)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.combine import GroupEntry, GroupPosting, combine, engine
from ledger.combine.adjusting.adjusted import Adjusted
from ledger.combine.dealings.elimination import Names, Removed, entries
from ledger.combine.dealings.items import BALANCE, Item
from ledger.combine.model import ADJ, ZERO, Place
from ledger.combine.scope import Scope
from tests.combine.conftest import StubRun, table, totals
from tests.combine.test_worked import ENTITY, sale

YEAR_END = dt.date(2026, 12, 31)


def tags(partner, kind):
    return f'    partner: "{partner}"\n    ic: "{kind}"\n'


def told(found):
    return [(u.code, str(u.amount)) for u in found.unmatched]


def column(found, name):
    return {code: amount for (code, unit), amount in table(found).items() if unit == name}


SHARED_OUT = {
    # the payer's equity, the receiver's income
    "dividend": ("Equity:2091-Retained", "Income:8010-Dividend"),
    # the payer's equity, the receiver's cost falls
    "patronage from equity": ("Equity:2091-Retained", "Expenses:4010-Goods"),
    # the payer's cost, the receiver's cost falls
    "patronage from the result": ("Expenses:6990-Refund", "Expenses:4010-Goods"),
}


@pytest.mark.parametrize(("payer", "receiver"), SHARED_OUT.values(), ids=SHARED_OUT)
@pytest.mark.parametrize("entity", ["", ENTITY], ids=["divisions", "legal persons"])
def test_what_is_shared_out_is_no_income_of_the_group(combined, payer, receiver, entity):
    """Decided on 20 May: 1,000 to the unit, paid in January: claim and debt, income and equity are gone."""
    kind = "dividend" if "8010" in receiver else "patronage"
    to, of = tags("repris", kind), tags("gemensamt", kind)
    mine = f"""
2026-05-20 * "Decided" ^ic-gemensamt-5
  {payer}  1000.00 SEK
{to}  Liabilities:2898-Refund-owed  -1000.00 SEK
{to}"""
    theirs = f"""
2026-05-21 * "Got" ^ic-gemensamt-5
  Assets:1660-Claim  1000.00 SEK
{of}  {receiver}  -1000.00 SEK
{of}"""
    texts = {"gemensamt": (mine, entity), "repris": (theirs, entity)}
    found = combined(texts, date_to=YEAR_END)
    assert told(found) == []
    codes = {payer.split(":")[1][:4]: "-1000.00", receiver.split(":")[1][:4]: "1000.00"}
    assert column(found, "ELIM") == codes | {"1660": "-1000.00", "2898": "1000.00"}
    assert {e.kind for e in found.entries if e.column == "ELIM"} == {kind}
    assert (found.result, set(totals(found).values())) == (ZERO, {"0.00"})
    later = combined(texts, date_to=dt.date(2027, 12, 31))
    assert told(later) == []
    assert all(amount == 0 for amount in later.lines.values())  # equity and earlier result are one line


def test_an_equity_posting_that_is_no_sharing_out_may_not_carry_a_partner(combined):
    text = f"""
2026-05-20 * "Decided"
  Equity:2091-Retained  1000.00 SEK
{tags("kafeet", "trade")}  Assets:1930-Bank  -1000.00 SEK
"""
    assert told(combined({"repris": text, "kafeet": ""}, date_to=YEAR_END)) == [("TAG_ON_NON_IC_ACCOUNT", "1000.00")]


LOAN = """
2026-02-01 * "Loan" ^ic-gemensamt-9
  {claim}  {sign}20000.00 SEK
{loan}  Assets:1930-Bank  {back}20000.00 SEK
"""
INTEREST = """
2026-12-31 * "Interest" ^ic-gemensamt-9
  {due}  {sign}400.00 SEK
{interest}  {result}  {back}{amount} SEK
{interest}"""


def lender():
    parts = {"claim": "Assets:1320-Loan", "due": "Assets:1660-Claim", "result": "Income:8360-Interest"}
    own = {"loan": tags("repris", "loan"), "interest": tags("repris", "interest"), "sign": "", "back": "-"}
    return (LOAN + INTEREST).format(**parts, **own, amount="400.00")


def borrower(text, kind="interest"):
    parts = {"claim": "Liabilities:2360-Loan", "due": "Liabilities:2860-Debt", "result": "Expenses:8460-Interest"}
    own = {"loan": tags("gemensamt", "loan"), "interest": tags("gemensamt", kind), "sign": "-", "back": ""}
    return text.format(**parts, **own, amount="400.00")


def test_a_loan_and_its_interest_are_two_kinds_of_one_link(combined):
    found = combined({"gemensamt": lender(), "repris": borrower(LOAN + INTEREST)}, date_to=YEAR_END)
    assert told(found) == []
    assert [(e.kind, e.section, str(e.amount)) for e in found.eliminations] == [
        ("interest", "balance", "400.00"),
        ("interest", "result", "400.00"),
        ("loan", "balance", "20000.00"),
    ]


def test_interest_that_the_borrower_forgot_is_named_as_interest(combined):
    """No class mismatch because the borrower names one class less: it hasn't booked the other at all."""
    found = combined({"gemensamt": lender(), "repris": borrower(LOAN)}, date_to=YEAR_END)
    assert [(u.code, u.kind, str(u.amount)) for u in found.unmatched] == [("ONE_SIDED", "interest", "400.00")]
    assert [(e.kind, str(e.amount)) for e in found.eliminations] == [("loan", "20000.00")]
    found = combined({"gemensamt": lender(), "repris": borrower(LOAN + INTEREST, "trade")}, date_to=YEAR_END)
    assert [(u.code, u.kind, str(u.amount)) for u in found.unmatched] == [("CLASS_MISMATCH", "loan", "20400.00")]


def test_capital_held_in_central_is_eliminated_against_its_equity(combined):
    mine = f"""
2026-01-10 * "Share" ^ic-gemensamt-2
  Assets:1930-Bank  500.00 SEK
  Equity:2083-Members  -500.00 SEK
{tags("repris", "capital")}    decision: "FS-1"
"""
    theirs = f"""
2026-01-10 * "Share" ^ic-gemensamt-2
  Assets:1356-Share  500.00 SEK
{tags("gemensamt", "capital")}  Assets:1930-Bank  -500.00 SEK
"""
    found = combined({"gemensamt": (mine, ENTITY), "repris": (theirs, ENTITY)}, date_to=YEAR_END)
    assert (told(found), column(found, "ELIM")) == ([], {"1356": "-500.00", "2083": "500.00"})


PAID = '\n2026-04-01 * "Paid" ^ic-repris-1\n  Assets:1930-Bank  {}500.00 SEK\n  {}  {}500.00 SEK\n'


def test_a_payment_without_its_invoice_is_one_sided(combined):
    """Sold for 500 and paid; the buyer has booked the payment, but not the invoice."""
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    mine += PAID.format("", "Assets:1661-Intern", "-") + tags("kafeet", "trade")
    paid = PAID.format("-", "Liabilities:2861-Intern", "") + tags("repris", "trade")
    assert told(combined({"repris": mine, "kafeet": theirs + paid}, date_to=YEAR_END)) == []
    found = combined({"repris": mine, "kafeet": paid}, date_to=YEAR_END)
    assert told(found) == [("ONE_SIDED", "500.00")]
    late = combined({"repris": mine, "kafeet": paid}, date_to=dt.date(2027, 12, 31))
    assert told(late) == [("ONE_SIDED", "500.00")]  # its invoice was last year's
    mine, theirs = sale("repris", "kafeet", "500.00", "500.00", 1)
    found = combined({"repris": mine, "kafeet": theirs + paid}, date_to=YEAR_END)
    assert told(found) == [("AMOUNT_DIFF", "500.00")]  # the seller hasn't booked the payment


def test_a_small_rest_of_claims_hides_no_difference_of_results(combined):
    """Claims differ by 0.60, within the tolerance; of the cost the buyer has booked 400 only."""
    mine, theirs = sale("repris", "kafeet", "500.00", "499.40", 1)
    theirs = theirs.replace("Expenses:4010-Goods  499.40", "Expenses:4010-Goods  400.00").replace(
        "  Liabilities:2861", "  Expenses:5010-Freight  99.40 SEK\n  Liabilities:2861"
    )
    found = combined({"repris": (mine, ENTITY), "kafeet": (theirs, ENTITY)}, date_to=YEAR_END)
    assert told(found) == [("AMOUNT_DIFF", "100.00")]


MODES = {
    "one legal person": ("", "", True, "the close is blocked"),
    "two legal persons": (ENTITY, ENTITY, False, "disclosed in the notes"),
    "a division and a legal entity": ("", ENTITY, False, "disclosed in the notes"),
}


@pytest.mark.parametrize(("one", "other", "internal", "words"), MODES.values(), ids=MODES)
def test_what_holds_until_a_difference_is_gone_depends_on_the_legal_person(combined, one, other, internal, words):
    mine, theirs = sale("repris", "kafeet", "500.00", "400.00", 1)
    found = combined({"repris": (mine, one), "kafeet": (theirs, other)}, date_to=YEAR_END)
    (said,) = found.unmatched
    assert (said.code, said.internal, said.blocks) == ("AMOUNT_DIFF", internal, internal)
    assert words in said.remedy
    mine, theirs = (text.replace("2026-03-0", "2026-12-3") for text in sale("repris", "kafeet", "5.00", "5.00", 1))
    theirs = theirs.replace("2026-12-35", "2027-01-02").replace("2026-12-34", "2026-12-30")
    mine = mine.replace("2026-12-34", "2026-12-30")
    found = combined({"repris": (mine, one), "kafeet": (theirs, other)}, date_to=YEAR_END)
    (said,) = found.unmatched
    assert (said.code, said.internal, said.blocks) == ("CUT_OFF", internal, False)  # settled: nobody waits for it
    assert words not in said.remedy


@pytest.mark.parametrize(("entity", "internal"), [("", True), (ENTITY, False)])
def test_a_divisions_own_fault_blocks_and_a_legal_entitys_does_not(combined, entity, internal):
    text = '\n2026-03-01 * "x"\n  Assets:1660-Claim  5.00 SEK\n    ic: "trade"\n  Assets:1930-Bank  -5.00 SEK\n'
    (said,) = combined({"repris": (text, entity), "kafeet": ("", entity)}, date_to=YEAR_END).unmatched
    assert (said.code, said.internal, said.blocks) == ("MISSING_PARTNER", internal, internal)


def matrix(found):
    return [
        (r.kind, r.section, *map(str, (r.one, r.other, r.eliminated, r.adjusted, r.unmatched))) for r in found.pairs
    ]


def posting(unit, partner, amount, section="balance", code="2861"):
    """A levy of 5,000 that the finance head adjusts: the unit's own side of it."""
    line = {"2861": "InternalPayables", "6430": "OtherExternalCosts"}[code]
    return Item(
        unit=unit,
        partner=partner,
        date=YEAR_END,
        place=Place(line, {"2861": "2861-Intern", "6430": "6430-Levy"}[code]),
        section=section,
        amount=Decimal(amount),
        currency="SEK",
        document_amount=Decimal(amount),
        kind="levy",
        links=("ic-c-1",),
        document=None,
        transaction=(True, -1),
        source="units/adjustments/2026.beancount:7",
        order=("units/adjustments/2026.beancount", 7),
    )


def test_a_levy_that_is_adjusted_is_matched_and_eliminated(federation, monkeypatch):
    """Central has claims of 12,000 and 60,000 of income, the unit 7,000 and 55,000: the finance head adds December."""
    to, of = tags("c", "levy"), tags("gemensamt", "levy")
    texts = {
        "gemensamt": f"""
2026-12-31 * "Levy" ^ic-c-1
  Assets:1661-Intern  12000.00 SEK
{to}  Income:3680-Levy  -60000.00 SEK
{to}  Assets:1930-Bank  48000.00 SEK
""",
        "c": f"""
2026-12-31 * "Levy" ^ic-c-1
  Liabilities:2861-Intern  -7000.00 SEK
{of}  Expenses:6430-Levy  55000.00 SEK
{of}  Assets:1930-Bank  -48000.00 SEK
""",
    }
    books = federation(texts)
    before = combine(books, StubRun(), date_to=YEAR_END)
    assert told(before) == [("AMOUNT_DIFF", "5000.00")]
    assert matrix(before) == [
        ("levy", "balance", "-7000.00", "12000.00", "-7000.00", "0", "5000.00"),
        ("levy", "result", "55000.00", "-60000.00", "55000.00", "0", "-5000.00"),
    ]
    items = (posting("c", "gemensamt", "-5000.00"), posting("c", "gemensamt", "5000.00", "result", "6430"))
    postings = tuple(GroupPosting(i.place, ADJ, i.amount, i.source, "c") for i in items)
    entry = GroupEntry(YEAR_END, ADJ, "adjustment", "units/adjustments/2026.beancount:5", ("c",), postings)
    monkeypatch.setattr(engine, "adjustments", lambda *_: Adjusted((entry,), {"c": items}))
    after = combine(books, StubRun(), date_to=YEAR_END)
    assert told(after) == []
    assert matrix(after) == [
        ("levy", "balance", "-7000.00", "12000.00", "-12000.00", "-5000.00", "0.00"),
        ("levy", "result", "55000.00", "-60000.00", "60000.00", "5000.00", "0.00"),
    ]
    assert column(after, "ELIM") == {"1661": "-12000.00", "2861": "12000.00", "3680": "60000.00", "6430": "-60000.00"}
    taken = {p.source for e in after.entries if e.column == "ELIM" for p in e.postings}
    assert "units/adjustments/2026.beancount:7" in taken
    assert totals(after)["6430"] == "0.00"


def dealing_item(unit, number, day, amount, account):
    return Item(
        unit=unit,
        partner="b" if unit == "a" else "a",
        date=dt.date(2026, 1, 1) + dt.timedelta(days=day),
        place=Place("InternalReceivables", account),
        section=BALANCE,
        amount=amount,
        currency="SEK",
        document_amount=amount,
        kind="trade",
        links=("ic-1",),
        document=None,
        transaction=(False, number),
        source=f"units/{unit}/x:{number}",
        order=(f"units/{unit}/x", number),
    )


@st.composite
def one_dealing(draw):
    """Postings of both sides on some days, on two accounts each, of either sign."""
    return [
        dealing_item(
            draw(st.sampled_from("ab")),
            number,
            draw(st.integers(0, 8)),
            draw(st.sampled_from([Decimal("10.00"), Decimal("-10.00"), Decimal("25.50"), Decimal("-7.25")])),
            draw(st.sampled_from(["1660", "1661"])),
        )
        for number in range(draw(st.integers(1, 14)))
    ]


@settings(max_examples=200, deadline=None)
@given(one_dealing())
def test_nothing_is_eliminated_twice_and_every_day_is_the_smaller_side(items):
    """Of each posting at most itself is removed; on each evening ELIM holds the smaller of both sides' sums."""
    scope = Scope({}, {}, frozenset(), None, dt.date(2026, 1, 1), YEAR_END)
    items = sorted(items, key=lambda i: i.key)
    made = entries(Names("trade", "ic-1", ("a", "b")), items, scope, "SEK")
    booked = {i.source: i.amount for i in items}
    removed: dict[str, Decimal] = defaultdict(Decimal)
    for day in sorted({i.date for i in items}):
        for entry in made:
            if entry.date == day:
                for posting in entry.postings:
                    removed[posting.source] += posting.amount
                    assert posting.source.split("/")[1] == posting.unit
        for source, amount in removed.items():
            assert min(ZERO, -booked[source]) <= amount <= max(ZERO, -booked[source])
        one, other = (sum((i.amount for i in items if i.unit == u and i.date <= day), ZERO) for u in "ab")
        expected = min(abs(one), abs(other)) if one * other < 0 else ZERO
        assert sum((a for s, a in removed.items() if s.split("/")[1] == "a"), ZERO) == (
            expected if one < 0 else -expected
        )


def test_a_debit_in_elim_removes_credits_first_and_then_brings_back_the_latest_debit():
    """Claims of 10 and 25.50, both removed; a payment of 7.25; then ELIM rises by 20."""
    account = Removed()
    for number, amount in enumerate(("10.00", "25.50", "-7.25")):
        account.add(dealing_item("a", number, 0, Decimal(amount), "1660"))
    assert account.take(Decimal("-35.50")) == [("units/a/x:0", Decimal("-10.00")), ("units/a/x:1", Decimal("-25.50"))]
    assert account.take(Decimal("20.00")) == [("units/a/x:2", Decimal("7.25")), ("units/a/x:1", Decimal("12.75"))]
