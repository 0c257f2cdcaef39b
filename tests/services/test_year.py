"""A year of the shared services from the books: the small federation of `tests.services.books`, worked by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest

from ledger.books import load_books
from ledger.policy import read_policy
from ledger.provisional import provisional
from ledger.rules.problems_rates import MissingRate
from ledger.services.problems import ServiceCentralFaulty, ServiceNoTurnover
from ledger.services.spent import spent
from ledger.services.year import service_year
from ledger.solidarity.results import year_of

from .books import CENTRAL, DECIDED, POLICY, REPRIS, UNITS

D, F = Decimal, Fraction


@pytest.fixture
def loaded(make_workspace):
    def make(policy=POLICY, prices="", units=None, **changed):
        chosen = {slug: {**UNITS[slug], **changed.get(slug, {})} for slug in units or UNITS}
        ws = make_workspace(chosen, policy=policy, prices=prices)
        books = load_books(ws)
        read = read_policy(books.central_text, ws)
        assert not read.problems, [p.text() for p in read.problems]
        return books, read, provisional(books, read)

    return make


@pytest.fixture
def year(loaded):
    return lambda method=None, **changed: service_year(*loaded(**changed), 2026, method)


def test_cost_of_each_service(year):
    found = year()
    assert found.costs.by_centre == {"it": 1000, "finance": 5000, "board": 900}
    assert found.costs.direct == {("it", "kafe"): 200}
    assert (found.unplaced, found.costs.total) == (100, 7000)
    assert found.costs.vouchers == {"it": 1, "finance": 2, "board": 1}
    assert found.before == {"it": 950}


@pytest.mark.parametrize(
    ("method", "unit", "it", "finance", "board"),
    [
        # it: 200 are kafe's; 800 by seats 2 : 1 : 1 are 400, 200, and 200 for finance, which then has 5 200:
        # 2 600 by vouchers 3 : 1, and 1 for the board: 1 560, 520, 520; 2 600 by payslips 30 : 10: 1 950, 650
        # board: 900 + 520 by members alike
        ("step-down", "repris", 400, 3510, 710),
        ("step-down", "kafe", 400, 1170, 710),
        # between units alone: it 533.33, 266.67; finance 2 500 by 3 : 1 and 2 500 by 3 : 1; board 450 each
        ("direct", "repris", "533.33", 3750, 450),
        ("direct", "kafe", "466.67", 1250, 450),
    ],
)
def test_what_each_unit_used(year, method, unit, it, finance, board):
    found = year(method)
    assert found.use[unit].by_centre == {"it": D(it), "finance": D(finance), "board": D(board)}
    assert sum(one.used for one in found.use.values()) == 6900


def test_paid_net_and_cover(year):
    found = year()
    assert (found.method, found.currency, found.rate) == ("step-down", "SEK", D("0.08"))
    told = {slug: (one.paid, one.used, one.net, one.of_turnover) for slug, one in found.use.items()}
    assert told == {
        "repris": (4800, 4620, 180, F(180, 60000)),
        "kafe": (3200, 2280, 920, F(920, 40000)),
    }
    # 8 000 were paid for 7 000, what has no centre among it: 1 000 too much, 8 % · 7 ÷ 8 would do
    assert (found.cover.paid, found.cover.cost, found.cover.ratio) == (8000, 7000, F(8, 7))
    assert (found.cover.proposal.amount, found.cover.proposal.rate) == (1000, F(7, 100))
    assert found.cover.proposal.refund == {"repris": 600, "kafe": 400}
    assert found.open_months == 36


def test_cost_without_a_centre_is_told(year):
    (problem,) = year().problems
    assert str(problem) == (
        "units/gemensamt/books/2026/2026-02.beancount:24: 100.00 SEK of 2026 belong to no cost centre: 1 postings. "
        "The largest stands here. [SERVICE_COST_UNPLACED]"
    )


def test_a_centre_that_is_not_there_and_none_at_all(year):
    wrong = CENTRAL.replace('"board"', '"bord"').replace("100.00", "  0.00")
    (problem,) = year(gemensamt={"2026-02": wrong}).problems
    assert problem.text() == "900.00 SEK of 2026 name a cost centre that isn't decided, as here bord: 1 postings."
    assert problem.remedy_text().startswith("Did you mean board?")
    found = year(policy=DECIDED)
    assert (found.costs.by_centre, found.unplaced) == ({}, 7000)
    assert all(problem.params["case"] == "none" for problem in found.problems)
    assert {slug: one.used for slug, one in found.use.items()} == {"kafe": 0, "repris": 0}
    assert found.cover.cost == 7000


def test_keys_and_method_of_policy_count_on_the_last_day(year):
    """repris has 4 seats from December on: 800 by 4 : 1 : 1 are 533.33…, 133.33… and 133.33…; 666.67 for both units."""
    later = POLICY + (
        '2026-12-01 custom "allocation-key" "seats" "repris" 4\n  decision: "FS-1"\n'
        '2027-01-01 custom "allocation-key" "seats" "repris" 40\n  decision: "FS-1"\n'
        '2026-03-01 custom "service-method" "direct"\n  decision: "FS-1"\n'
    )
    found = year(policy=later)
    assert found.method == "direct"
    assert found.use["repris"].by_centre["it"] == 640  # 800 by 4 : 1
    assert year("step-down", policy=later).use["repris"].by_centre["it"] == D("533.34")


def test_a_unit_with_errors_is_told_and_left_out(year):
    found = year(kafe={"2026-02": '2026-02-10 * "x"\n  Assets:1930-Bank  1.00 SEK\n'})
    assert [problem.code for problem in found.problems] == ["SERVICE_COST_UNPLACED", "SERVICE_UNIT_FAULTY"]
    assert set(found.use) == {"repris"}
    assert found.use["repris"].used == 6900 - found.costs.direct.get(("it", "kafe"), 0)


def test_a_unit_whose_levy_is_not_known_is_no_unit_that_paid_nothing(loaded):
    books, policy, run = loaded()
    del run.statements["kafe"]
    found = service_year(books, policy, run, 2026)
    assert set(found.use) == {"repris"}
    assert "What kafe paid is not known, since its levy isn't." in "".join(one.text() for one in found.problems)


def test_who_joins_or_leaves_within_the_year_takes_part(year):
    found = year(kafe={"unit": "joined = 2026-02-01"}, repris={"unit": "left = 2026-06-30"})
    assert found.keys["members"] == {"kafe": 11, "repris": 6}
    assert set(year(kafe={"unit": "joined = 2027-01-01"}).use) == {"repris"}
    assert set(year(kafe={"unit": "left = 2025-12-31"}).use) == {"repris"}


def test_without_central_nothing_is_known(year):
    with pytest.raises(ServiceCentralFaulty):
        year(gemensamt={"2026-02": '2026-02-10 * "x"\n  Assets:1930-Bank  1.00 SEK\n'})


FOREIGN = """
2026-02-28 custom "average-rate" "EUR" 11.00 SEK
2026-02-28 price EUR 11.00 SEK
"""


def test_a_foreign_units_component_is_translated_at_the_average(year):
    """3 200 EUR of the levy at 11 SEK."""
    extra = 'currency = "EUR"\nentity = "legal_entity"\norganisation_number = "B1"\ncountry = "ES"'
    kafe = {"unit": extra, "2026-02": UNITS["kafe"]["2026-02"].replace(" SEK", " EUR")}
    found = year(prices=FOREIGN, kafe=kafe)
    assert not found.problems[1:], [p.text() for p in found.problems]
    assert (found.paid["kafe"], found.turnover["kafe"]) == (35200, 440000)
    missing = year(kafe=kafe)
    assert "MISSING_RATE" in {problem.code for problem in missing.problems}
    assert set(missing.use) == {"repris"}


def test_a_central_with_books_in_another_currency(year):
    """Its cost at February's average, 11 SEK; of last year's June there is no rate, so nothing to compare with."""
    text = CENTRAL.replace(" SEK", " EUR")
    extra = 'currency = "EUR"\nentity = "legal_entity"\norganisation_number = "B1"\ncountry = "ES"'
    central = {"2026-02": text, "2025-06": UNITS["gemensamt"]["2025-06"].replace(" SEK", " EUR"), "unit": extra}
    found = year(prices=FOREIGN, gemensamt=central)
    assert found.costs.by_centre == {"it": 11000, "finance": 55000, "board": 9900}
    assert (found.costs.direct, found.unplaced) == ({("it", "kafe"): 2200}, 1100)
    assert found.costs.vouchers == {"it": 1, "finance": 2, "board": 1}
    assert sum(one.used for one in found.use.values()) == 75900
    assert found.before is None
    with pytest.raises(MissingRate):
        year(gemensamt=central)


def part_lines(found):
    """Parts as aligned text, with the amounts they are of."""
    parts = found.parts
    rows = {**parts.income, **parts.costs, **parts.levy, "left": parts.left}
    return [f"{name} {amount:.2f} {parts.amounts[name]:.2f}" for name, amount in rows.items()]


def test_where_100_kr_of_repris_went(loaded):
    """60 000 of sales and 7 200 of grants; 59 000 of cost and 6 000 of levy; 2 200 are left: 3.666…"""
    books, _, run = loaded()
    its = year_of(books, run, 2026)
    found = spent(its, books.workspace.unit("repris"), {"it": D(1000), "finance": D(5000), "board": D(900), "": D(100)})
    assert part_lines(found) == [
        "turnover 100.00 60000.00",
        "grants 12.00 7200.00",
        "RawMaterials 33.33 20000.00",
        "OtherExternalCosts 15.00 9000.00",
        "PersonnelCosts 50.00 30000.00",
        "service 8.00 4800.00",
        "investment 2.00 1200.00",
        "left 3.67 2200.00",
    ]
    assert found.parts.total == 112
    # 8.00 by 1000 : 5000 : 900 : 100 are 1.1429, 5.7143, 1.0286, 0.1143
    assert found.parts.services == {"it": D("1.14"), "finance": D("5.72"), "board": D("1.03"), "": D("0.11")}


def test_a_unit_without_sales_has_no_hundred(loaded):
    books, _, run = loaded(repris={"2026-02": REPRIS.replace("-60000.00", "0.00")})
    with pytest.raises(ServiceNoTurnover):
        spent(year_of(books, run, 2026), books.workspace.unit("repris"), {})
