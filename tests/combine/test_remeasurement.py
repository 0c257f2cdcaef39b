"""Loans between units in other currencies: their exchange difference stays in the result (SPEC 6, 10; IAS 21.28, 45).

Every figure is worked out by hand from the rates in the text.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from ledger.combine import combine
from ledger.policy import read_policy
from ledger.provisional import provisional
from tests.combine.conftest import table, totals
from tests.conftest import FAVA_CONF

MARCH = dt.date(2026, 3, 31)
SPAIN = 'entity = "legal_entity"\ncurrency = "EUR"\nchart = "pgc"'
CHILE = 'entity = "legal_entity"\ncurrency = "CLP"\nchart = "pgc"'
KENYA = 'entity = "legal_entity"\ncurrency = "KES"\nchart = "vsla"'
PRICES = """
2026-03-10 price EUR 11.20 SEK
2026-03-31 price EUR 11.60 SEK
2026-03-31 custom "average-rate" "EUR" 11.20 SEK
2026-03-10 price KES 0.0800 SEK
2026-03-31 price KES 0.0840 SEK
2026-03-31 custom "average-rate" "KES" 0.0800 SEK
2026-03-10 price CLP 0.0100 SEK
2026-03-31 price CLP 0.0096 SEK
2026-03-31 custom "average-rate" "CLP" 0.0100 SEK
"""


def lent(amount, worth, to):
    return f"""
2026-03-10 * "Loan" ^ic-gemensamt-1
  Assets:1320-Loan  {amount} @@ {worth} SEK
    partner: "{to}"
    ic: "loan"
  Assets:1930-Bank  -{worth} SEK
"""


def borrowed(amount, debt, bank):
    return f"""
2026-03-10 * "Loan" ^ic-gemensamt-1
  {bank}   {amount}
  {debt}  -{amount}
    partner: "gemensamt"
    ic: "loan"
"""


def posting(day):
    """Somebody else's: the federation's last posting."""
    return f'{day} * "Rent"\n  Expenses:5010-Rent  0.01 SEK\n  Assets:1930-Bank  -0.01 SEK\n'


@pytest.fixture
def remeasured(federation):
    """As `combined`, with what the rules make of the books."""

    def make(texts, *, prices=PRICES, conf=None, **options):
        books = federation(texts, prices=prices, conf=conf)
        run = provisional(books, read_policy(books.central_text, books.workspace))
        assert run.problems == ()
        return combine(books, run, **options)

    return make


def codes(found):
    return {said.code for said in found.unmatched}


def test_a_loan_in_euro_to_a_spanish_unit(remeasured):
    """Central lends 10,000 EUR at 11.20; at 11.60 its claim is 4,000 kr more worth, in its result.

    The unit has spent the money on rent: its net assets are -10,000 EUR, 112,000 kr at the average of 11.20 and 116,000
    at closing: 4,000 on CTA. Claim and debt go to nothing, and rates have changed nothing of what the group owns: it
    has paid 112,000 kr of rent.
    """
    spent = '\n2026-03-20 * "Rent"\n  Expenses:621-Rent  10000.00 EUR\n  Assets:572-Banco  -10000.00 EUR\n'
    found = remeasured(
        {
            "gemensamt": lent("10000.00 EUR", "112000.00", "andel"),
            "andel": (borrowed("10000.00 EUR", "Liabilities:55246-Debt", "Assets:572-Banco") + spent, SPAIN),
        },
        date_to=MARCH,
    )
    assert found.problems == ()
    assert codes(found) == set()
    assert table(found) == {
        ("1320", "gemensamt"): "116000.00",
        ("1320", "ELIM"): "-116000.00",
        ("55246", "andel"): "-116000.00",
        ("55246", "ELIM"): "116000.00",
        ("1930", "gemensamt"): "-112000.00",
        ("3960", "gemensamt"): "-4000.00",
        ("621", "andel"): "112000.00",
        ("Translation", "CTA"): "4000.00",
    }
    assert found.result == Decimal(-108000)
    (proof,) = found.translation
    assert (proof.posted, proof.proof) == (4000, 4000)
    owned = sum(found.lines[name] for name in ("CashAndBank",)) + found.lines.get("InternalReceivables", 0)
    assert owned == -112000


@pytest.mark.parametrize(
    ("amount", "worth", "unit", "debt", "bank", "closing", "difference"),
    [
        # 100,000 KES at 0.0800 and 0.0840
        ("100000.00 KES", "8000.00", KENYA, "Liabilities:2613-Debt", "Assets:1030-Bank", "8400.00", "-400.00"),
        # 1,000,000 CLP at 0.0100 and 0.0096: no decimals, and a loss
        ("1000000 CLP", "10000.00", CHILE, "Liabilities:55246-Debt", "Assets:572-Banco", "9600.00", "400.00"),
    ],
)
def test_a_loan_in_the_currency_of_the_one_who_owes(remeasured, amount, worth, unit, debt, bank, closing, difference):
    found = remeasured(
        {"gemensamt": lent(amount, worth, "andel"), "andel": (borrowed(amount, debt, bank), unit)}, date_to=MARCH
    )
    assert found.problems == ()
    assert codes(found) == set()
    got = table(found)
    assert got["1320", "gemensamt"] == closing
    assert {code: a for code, a in totals(found).items() if code in {"1320", "55246", "2613"}} == {
        "1320": "0.00",
        debt.split(":")[1].split("-")[0]: "0.00",
    }
    assert got["3960" if difference.startswith("-") else "7960", "gemensamt"] == difference
    # The money is still there, so that the group has the difference: the unit's own net assets are 0, and have no CTA.
    assert found.lines.get("CTA", 0) == 0
    assert found.lines["CashAndBank"] == Decimal(closing) - Decimal(worth) == -Decimal(difference)


def test_a_loan_in_a_third_currency_is_remeasured_on_both_sides(remeasured):
    """10,000 EUR lent to a unit in KES: 11.20 / 0.08 = 140 KES, at closing 11.60 / 0.08 = 145 KES.

    Central gains 4,000 kr; the unit owes 1,450,000 instead of 1,400,000 KES and loses 50,000 KES, 4,000 kr at the
    average of 0.08: the group gains nothing on what it owes itself.
    """
    unit = """
2026-03-10 * "Loan" ^ic-gemensamt-1
  Assets:1030-Bank               1400000.00 KES
  Liabilities:2613-Debt  -10000.00 EUR @@ 1400000.00 KES
    partner: "gemensamt"
    ic: "loan"
"""
    prices = PRICES.replace("0.0840", "0.0800")
    found = remeasured(
        {"gemensamt": lent("10000.00 EUR", "112000.00", "andel"), "andel": (unit, KENYA)}, prices=prices, date_to=MARCH
    )
    assert found.problems == ()
    assert codes(found) == set()
    assert table(found) == {
        ("1320", "gemensamt"): "116000.00",
        ("1320", "ELIM"): "-116000.00",
        ("2613", "andel"): "-116000.00",
        ("2613", "ELIM"): "116000.00",
        ("1930", "gemensamt"): "-112000.00",
        ("1030", "andel"): "112000.00",
        ("3960", "gemensamt"): "-4000.00",
        ("5080", "andel"): "4000.00",
    }
    assert found.result == 0


def test_a_claim_in_kronor_in_a_book_in_euro(remeasured):
    """10,000 SEK booked at 892.86 EUR (11.20); at 11.60 they are 862.07 EUR: 30.79 EUR lost, 344.85 kr at 11.20.

    In the group the claim stands at 862.07 × 11.60 = 10,000.01 kr: the cent of the euro's rounding stays, and is named
    as what rates make.
    """
    lender = """
2026-03-10 * "Loan" ^ic-andel-1
  Assets:55236-Loan  10000.00 SEK @@ 892.86 EUR
    partner: "gemensamt"
    ic: "loan"
  Assets:572-Banco    -892.86 EUR
"""
    debtor = """
2026-03-10 * "Loan" ^ic-andel-1
  Assets:1930-Bank        10000.00 SEK
  Liabilities:2360-Debt  -10000.00 SEK
    partner: "andel"
    ic: "loan"
"""
    found = remeasured({"gemensamt": debtor, "andel": (lender, SPAIN)}, date_to=MARCH)
    assert found.problems == ()
    assert [(u.code, str(u.amount), u.currency) for u in found.unmatched] == [("FX_DIFF", "0.01", "SEK")]
    got = table(found)
    assert got["55236", "andel"] == "10000.01"
    assert got["55236", "ELIM"] == "-10000.00"
    assert totals(found)["2360"] == "0.00"
    assert got["668", "andel"] == "344.85"  # 30.79 × 11.20 = 344.848
    assert found.translation[0].proof == found.translation[0].posted


def test_a_debt_in_kronor_in_a_book_in_euro_is_eliminated_for_what_stands(remeasured):
    """1,100 kr owed at 100.00 EUR (11.00); at 11.50 they are 95.65 EUR, in the group 1,099.975, rounded 1,099.98 kr.

    No more than that is eliminated: the debt comes to nothing and keeps its sign, 2 öre of the claim are named.
    """
    lender = """
2026-01-31 * "Loan" ^ic-gemensamt-5
  Assets:1685-Claim   1100.00 SEK
    partner: "andel"
    ic: "loan"
  Assets:1930-Bank   -1100.00 SEK
"""
    debtor = """
2026-01-31 * "Loan" ^ic-gemensamt-5
  Assets:572-Banco       100.00 EUR
  Liabilities:5521-Loan  -1100.00 SEK @@ 100.00 EUR
    partner: "gemensamt"
    ic: "loan"
"""
    prices = """
2026-01-31 price EUR 11.00 SEK
2026-02-28 price EUR 11.20 SEK
2026-03-31 price EUR 11.50 SEK
2026-01-31 custom "average-rate" "EUR" 11.00 SEK
2026-02-28 custom "average-rate" "EUR" 11.10 SEK
2026-03-31 custom "average-rate" "EUR" 11.40 SEK
"""
    found = remeasured({"gemensamt": lender, "andel": (debtor, SPAIN)}, prices=prices, date_to=MARCH)
    got = table(found)
    assert (got["5521", "andel"], got["5521", "ELIM"]) == ("-1099.98", "1099.98")
    assert (got["1685", "gemensamt"], got["1685", "ELIM"]) == ("1100.00", "-1099.98")
    assert [(u.code, u.key, str(u.amount), u.blocks) for u in found.unmatched] == [
        ("FX_DIFF", "ic-gemensamt-5", "0.02", False)
    ]
    assert not found.needs_person
    (row,) = found.pairs
    assert (str(row.eliminated), str(row.unmatched)) == ("-1099.98", "0.02")


EARLIER = """
2026-03-05 price EUR 11.00 SEK
2026-03-31 price EUR 11.50 SEK
2026-03-31 custom "average-rate" "EUR" 11.20 SEK
"""


EXACTLY = f'{FAVA_CONF}\n[intragroup]\ntolerance = "0.00"\n'


def owed(day):
    return f"""
{day} * "Loan"
  Assets:572-Banco       100.00 EUR
  Liabilities:5521-Loan  -1100.00 SEK @@ 100.00 EUR
    partner: "gemensamt"
    ic: "loan"
"""


def claimed(day, kronor):
    return f"""
{day} * "Loan"
  Assets:1685-Claim  {kronor} SEK
    partner: "andel"
    ic: "loan"
  Assets:1930-Bank   -{kronor} SEK
"""


def test_a_claim_less_than_rounding_apart_is_another_dealing(remeasured):
    """1,100.00 kr owed are 95.65 EUR at 11.50, in the group 1,099.98 kr: that answers no claim on 1,099.98 kr."""
    texts = {"gemensamt": claimed("2026-03-05", "1099.98"), "andel": (owed("2026-03-05"), SPAIN)}
    found = remeasured(texts, prices=EARLIER, conf=EXACTLY, date_to=MARCH)
    assert [(u.code, str(u.amount)) for u in found.unmatched] == [("ONE_SIDED", "1100.00"), ("ONE_SIDED", "1099.98")]
    assert not found.eliminations


def test_of_two_equal_debts_a_claim_is_the_one_of_its_day(remeasured):
    """Two debts of 1,100 kr are 191.30 EUR at 11.50, 2,199.95 kr: 5 öre are missing in one of them.

    No other debt answers the claim for that: it belongs to the one of its own day, the later.
    """
    texts = {"gemensamt": claimed("2026-03-12", "1100.00"), "andel": (owed("2026-03-05") + owed("2026-03-12"), SPAIN)}
    found = remeasured(texts, prices=EARLIER, conf=EXACTLY, date_to=MARCH)
    alone, rates = sorted(found.unmatched, key=lambda u: u.code, reverse=True)
    assert (alone.code, str(alone.amount)) == ("ONE_SIDED", "1100.00")
    assert (rates.code, str(rates.amount)) == ("FX_DIFF", "0.05")
    answered = next(source for source in rates.sources if "/andel/" in source)
    lines = [int(source.rpartition(":")[2]) for source in (*alone.sources, answered)]
    assert lines == sorted(lines)


def test_next_years_closing_rate_begins_where_this_years_ended(remeasured):
    """A fiscal year from July: 4,000 kr are gained by June, 2,000 lost by September."""
    conf = FAVA_CONF.replace("[federation]\n", '[federation]\nfiscal_year_start = "07-01"\n')
    prices = """
2026-06-10 price EUR 11.20 SEK
2026-06-30 price EUR 11.60 SEK
2026-06-30 custom "average-rate" "EUR" 11.20 SEK
2026-09-30 price EUR 11.40 SEK
"""
    texts = {
        "annan": (posting("2026-09-10"), "joined = 2026-09-11"),  # a day before it is a member: no figure of the group
        "gemensamt": lent("10000.00 EUR", "112000.00", "andel").replace("2026-03", "2026-06"),
        "andel": (
            borrowed("10000.00 EUR", "Liabilities:55246-Debt", "Assets:572-Banco").replace("2026-03", "2026-06"),
            SPAIN,
        ),
    }
    june = remeasured(texts, prices=prices, conf=conf, date_to=dt.date(2026, 6, 30))
    assert (str(june.date_from), june.result) == ("2025-07-01", 4000)
    september = remeasured(texts, prices=prices, conf=conf, date_to=dt.date(2026, 9, 30))
    assert (str(september.date_from), september.result) == ("2026-07-01", -2000)
    assert september.lines["RetainedResult"] == -4000
    assert table(september)["1320", "gemensamt"] == "114000.00"
    assert (codes(june), codes(september)) == (set(), set())


@pytest.mark.parametrize(
    ("day", "held", "problems"),
    [
        (dt.date(2026, 3, 31), "100.00", []),
        (dt.date(2026, 4, 7), "100.00", []),  # seven days old
        (dt.date(2026, 4, 8), "100.00", [("MISSING_RATE", "repris", "2026-04-08")]),
        (dt.date(2026, 4, 30), "100.00", [("MISSING_RATE", "repris", "2026-04-30")]),
        (dt.date(2026, 4, 30), "0.00", []),  # nothing is held: nothing has to be known
    ],
)
def test_a_closing_rate_that_is_missing_is_an_error_that_names_the_unit(remeasured, day, held, problems):
    text = """
2026-03-10 * "Exchanged"
  Assets:1932-Euro   100.00 EUR @ 11.20 SEK
  Assets:1930-Bank -1120.00 SEK
"""
    if held == "0.00":
        text += """
2026-04-02 * "And back"
  Assets:1932-Euro  -100.00 EUR @ 11.50 SEK
  Assets:1930-Bank  1150.00 SEK
"""
    last = (posting(str(day)), f"joined = {day + dt.timedelta(days=1)}")
    found = remeasured({"repris": text, "annan": last}, date_to=day)
    assert [(p.code, p.unit, p.params["date"]) for p in found.problems] == problems
    assert found.complete is not bool(problems)
    # at the last rate that was known; what is exchanged back leaves nothing, not even where no rate is known then
    assert totals(found).get("1932", "0.00") == ("1160.00" if held == "100.00" else "0.00")
    assert found.result == (40 if held == "100.00" else 30)


INVOICE = """
2026-03-10 * "Service" ^ic-gemensamt-7
  Assets:1660-Claim    100.00 EUR @ 11.30 SEK
    partner: "andel"
    ic: "trade"
  Income:3001-Sales   -100.00 EUR @ 11.30 SEK
    partner: "andel"
    ic: "trade"
"""
RECEIVED = """
2026-03-10 * "Service" ^ic-gemensamt-7
  Expenses:629-Service     100.00 EUR
    partner: "gemensamt"
    ic: "trade"
  Liabilities:55241-Owed  -100.00 EUR
    partner: "gemensamt"
    ic: "trade"
"""


@pytest.mark.parametrize(
    ("closed", "claim", "named"),
    [
        # 1,130 kr, brought to 1,160 in the seller's own book: nothing is left of the claim, 30 kr are gained
        ({}, "0.00", []),
        # March is closed, and nobody has remeasured it: 30 kr stay, and are said
        ({"gemensamt": frozenset({"2026-03"})}, "-30.00", ["30.00"]),
    ],
)
def test_a_claim_that_its_own_book_remeasures_is_no_difference(federation, closed, claim, named):
    """Income of 1,130 kr meets cost of 1,130 kr (March's average is 11.30 here)."""
    prices = PRICES.replace('"EUR" 11.20 SEK', '"EUR" 11.30 SEK')
    books = federation({"gemensamt": INVOICE, "andel": (RECEIVED, SPAIN)}, prices=prices)
    books = replace(books, closed=closed)
    run = provisional(books, read_policy(books.central_text, books.workspace))
    found = combine(books, run, date_to=MARCH)
    assert found.problems == ()
    assert totals(found)["1660"] == claim
    assert [str(said.amount) for said in found.unmatched if said.code == "FX_DIFF"] == named
    assert {said.kind for said in found.unmatched} <= {"trade"}
    assert {said.code for said in found.unmatched} <= {"FX_DIFF"}
    assert totals(found)["55241"] == totals(found)["3001"] == totals(found)["629"] == "0.00"
    assert found.result == (0 if closed else 30)


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ('partner: "nobody"\n    ic: "loan"', "UNKNOWN_PARTNER"),
        ('partner: "repris"\n    ic: "loan"', "SELF_PARTNER"),
        ('ic: "loan"', "MISSING_PARTNER"),
        ("", "IC_ACCOUNT_WITHOUT_TAG"),
    ],
)
def test_a_fault_in_the_tags_is_said_once(remeasured, tags, code):
    """The loan is remeasured in March and April; what is wrong with it is said of its own posting alone."""
    text = f"""
2026-03-10 * "Loan" ^ic-repris-1
  Assets:1320-Loan  100.00 EUR @ 11.20 SEK
    {tags or 'note: "none"'}
  Assets:1930-Bank -1120.00 SEK
"""
    prices = PRICES + "2026-04-30 price EUR 11.80 SEK\n"
    last = (posting("2026-04-10"), "joined = 2026-04-11")
    found = remeasured({"repris": text, "annan": last}, prices=prices, date_to=dt.date(2026, 4, 30))
    assert [said.code for said in found.unmatched] == [code]
    assert found.unmatched[0].sources[0].startswith("units/repris/books/")
    assert totals(found)["1320"] == "1180.00"
    assert found.result == 60


#: 1,000 EUR at 11.00 at February's end, 11.20 on 14 March and 11.60 at March's.
HALVES = """
2026-02-28 price EUR 11.00 SEK
2026-03-14 price EUR 11.20 SEK
2026-03-31 price EUR 11.60 SEK
"""
HELD = """
2026-02-28 * "Exchanged"
  Assets:1932-Euro   1000.00 EUR @ 11.00 SEK
  Assets:1930-Bank -11000.00 SEK
"""


@pytest.mark.parametrize(
    ("begins", "ends", "result", "bank"),
    [
        (dt.date(2026, 3, 1), MARCH, 600, "11600.00"),
        (dt.date(2026, 3, 1), dt.date(2026, 3, 14), 200, "11200.00"),
        (dt.date(2026, 3, 15), MARCH, 400, "11600.00"),  # both halves are the month
    ],
)
def test_a_period_that_begins_within_a_month_has_what_rates_make_from_then_on(remeasured, begins, ends, result, bank):
    found = remeasured({"gemensamt": HELD + posting("2026-03-20")}, prices=HALVES, date_from=begins, date_to=ends)
    assert found.problems == ()
    rent = Decimal("0.01") if ends == MARCH else 0
    assert found.result + rent == result
    assert totals(found)["1932"] == bank


def test_a_period_within_a_month_needs_the_rate_of_the_day_before(remeasured):
    prices = HALVES.replace("2026-03-14", "2026-03-06")  # eight days before
    found = remeasured({"gemensamt": HELD}, prices=prices, date_from=dt.date(2026, 3, 15), date_to=MARCH)
    assert [(p.code, p.unit, p.params["date"]) for p in found.problems] == [("MISSING_RATE", "gemensamt", "2026-03-14")]


@pytest.mark.parametrize(
    ("joined", "gain"),
    [
        ("2026-03-01", 600),
        ("2026-03-15", 400),  # from 11.20 on the day before it counts
        ("2026-04-01", None),
    ],
)
@pytest.mark.parametrize("entity", ["division", "legal_entity"])
def test_what_rates_made_before_a_unit_joined_is_no_result_of_the_group(remeasured, joined, gain, entity):
    """1,000 EUR are held before. A legal entity brings them as they stand then: 11,200 kr of 11,000 paid, so 200."""
    toml = f'entity = "{entity}"\njoined = {joined}'
    texts = {"repris": (HELD, toml), "gemensamt": posting("2026-03-20")}
    found = remeasured(texts, prices=HALVES, date_to=MARCH)
    lacking = ["DIVISION_JOINED"] if entity == "division" and gain else []  # what it held before is in no balance sheet
    assert [p.code for p in found.problems] == lacking
    assert found.result + Decimal("0.01") == (gain or 0)
    if entity == "legal_entity" and joined == "2026-03-15":
        assert found.lines["Joined"] == -200
        assert totals(found)["1932"] == "11600.00"


FOUR = {
    "gemensamt": """
2026-01-15 * "Loan" ^ic-gemensamt-1
  Assets:1320-Loan    1000.00 EUR @ 11.00 SEK
    partner: "ke"
    ic: "loan"
  Assets:1930-Bank  -11000.00 SEK
""",
    "ke": (
        """
2026-01-15 * "Loan" ^ic-gemensamt-1
  Assets:1030-Bank         137500.00 KES
  Liabilities:2613-Debt     -1000.00 EUR @@ 137500.00 KES
    partner: "gemensamt"
    ic: "loan"
""",
        KENYA,
    ),
    "cl": (
        """
2026-01-15 * "Invoice in euro"
  Assets:430-Clientes   100.00 EUR @@ 110000 CLP
  Income:705-Ventas   -110000 CLP
""",
        CHILE,
    ),
    "es": (
        """
2026-02-10 * "Sale"
  Assets:572-Banco    100.00 EUR
  Income:705-Ventas  -100.00 EUR
""",
        SPAIN,
    ),
}
FOUR_PRICES = """
2026-01-15 price EUR 11.00 SEK
2026-01-31 price EUR 11.20 SEK
2026-01-31 custom "average-rate" "EUR" 11.00 SEK
2026-02-28 price EUR 11.60 SEK
2026-02-28 custom "average-rate" "EUR" 11.40 SEK
2026-01-31 price KES 0.08 SEK
2026-01-31 custom "average-rate" "KES" 0.08 SEK
2026-02-28 price KES 0.08 SEK
2026-02-28 custom "average-rate" "KES" 0.08 SEK
2026-01-31 price CLP 0.01 SEK
2026-01-31 custom "average-rate" "CLP" 0.01 SEK
2026-02-28 price CLP 0.0116 SEK
2026-02-28 custom "average-rate" "CLP" 0.0105 SEK
"""


def test_four_currencies_over_two_month_ends(remeasured):
    """In kronor. The loan's 200 + 400 kr gained are the 2,500 + 5,000 KES lost, at 0.08.

    The Chilean claim: 110,000 CLP, at 1,120 a euro 112,000, at 11.60 / 0.0116 = 1,000 a euro 100,000. Result 1,100 + 20
    at January's 0.01, less 12,000 at February's 0.0105 (126): 994. It stands at 1,160; 166 are CTA, as are Spain's
    100 × (11.60 - 11.40) = 20.
    """
    found = remeasured(FOUR, prices=FOUR_PRICES, date_to=dt.date(2026, 2, 28))
    assert found.problems == ()
    assert codes(found) == set()
    got = table(found)
    assert (got["1320", "gemensamt"], got["2613", "ke"]) == ("11600.00", "-11600.00")
    assert totals(found)["1320"] == totals(found)["2613"] == "0.00"
    assert (got["3960", "gemensamt"], got["5080", "ke"]) == ("-600.00", "600.00")
    assert (got["430", "cl"], got["768", "cl"], got["668", "cl"]) == ("1160.00", "-20.00", "126.00")
    assert (got["1930", "gemensamt"], got["1030", "ke"], got["572", "es"]) == ("-11000.00", "11000.00", "1160.00")
    assert found.result == 994 + 1140
    assert {t.unit: (t.posted, t.proof) for t in found.translation if t.posted} == {
        "cl": (-166, -166),
        "es": (-20, -20),
    }


def test_four_currencies_in_pesos_are_whole_numbers(remeasured):
    """Chile stands as it booked: 110,000 + 2,000 - 12,000. The krona is 100 pesos, then 1 ÷ 0.0116.

    The loan's 400 kr of February are 400 ÷ 0.0105 = 38,095, on both sides. Spain: 100 × 11.40 ÷ 0.0105 = 108,571 sold,
    100 × 1,000 in the bank, 8,571 on CTA. The money lent: 11,000 ÷ 0.0116 = 948,276.
    """
    found = remeasured(FOUR, prices=FOUR_PRICES, date_to=dt.date(2026, 2, 28), currency="CLP")
    assert found.problems == ()
    assert codes(found) == set()
    got = table(found)
    assert (got["430", "cl"], got["705", "cl"], got["768", "cl"], got["668", "cl"]) == (
        "100000",
        "-110000",
        "-2000",
        "12000",
    )
    assert (got["3960", "gemensamt"], got["5080", "ke"]) == ("-58095", "58095")
    assert (got["1930", "gemensamt"], got["1030", "ke"]) == ("-948276", "948276")
    assert (got["1320", "gemensamt"], got["2613", "ke"]) == ("1000000", "-1000000")
    assert (got["705", "es"], got["572", "es"]) == ("-108571", "100000")
    assert found.result == 100000 + 108571
    assert {t.unit for t in found.translation} == {"gemensamt", "ke", "es"}
    assert all(row.amount == row.amount.to_integral_value() for row in found.trial_balance)
