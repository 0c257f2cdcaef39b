"""Invoices in another currency: the claim in it with what it is worth, the rest in kronor, all to the last öre."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importers.book import view_of
from importers.ubl.read import read_ubl
from importers.ubl.worth import worth_of
from ledger.books import load_books
from ledger.rules.problems_rates import MissingRate
from tests.importers.conftest import Feed
from tests.importers.ubl.build import DUTCH, REPRIS, SELLER, invoice, line
from tests.importers.ubl.conftest import ACCOUNTS, SOURCE, UNIT, postings, shown, text, told, weight

D = Decimal
PRICES = "2026-03-09 price EUR 11.40 SEK\n"


@pytest.fixture
def euro(make_workspace, tmp_path_factory):
    def make(prices=PRICES, more=""):
        unit = {"unit": 'currency = "SEK"\nchart = "bas"\n' + UNIT + more + SOURCE, "accounts": ACCOUNTS}
        return Feed(make_workspace({"repris": unit}, prices=prices), tmp_path_factory.mktemp("files"))

    return make


def test_a_sale_at_centrals_price(euro):
    """100.00 + 25.00 EUR at 11.40: 1,425.00 SEK, of which 285.00 VAT."""
    fed = euro()
    report = fed.take(invoice(currency="EUR"))
    assert shown(report.plan.transactions[0]) == text("""
        2026-03-10 * "Kund AB" "Invoice 1001: Stol" ^inv-repris-1001
          invoice: "1001"
          due: 2026-04-09
          reference: "10017"
          Assets:1510-Kundfordringar 125.00 EUR @@ 1425.00 SEK
          Income:3001-Försäljning-25 -1140.00 SEK
          Liabilities:2611-Utgående-moms-25 -285.00 SEK
    """)
    book = load_books(fed.ws, ["repris"]).units["repris"]
    assert book.ok, book.problems


def test_a_purchase_whose_parts_round_apart(euro):
    """33.33 + 8.33 EUR at 11.1111: 370.33 + 92.56 = 462.89 of 41.66 EUR = 462.89 (462.888…); nothing is left.

    At 11.4567: 381.85 + 95.43 = 477.28, and 41.66 EUR are 477.29 (477.286…): an öre on the rounding account.
    """
    for number, price, expected in (
        ("1", "11.1111", ["2440 -41.66 EUR", "5460 370.33 SEK", "2641 92.56 SEK"]),
        ("2", "11.4567", ["2440 -41.66 EUR", "5460 381.85 SEK", "2641 95.43 SEK", "3740 0.01 SEK"]),
    ):
        fed = euro(f"2026-03-10 price EUR {price} SEK\n")
        content = invoice(line(net="33.33", cost="5460"), number=number, currency="EUR", seller=SELLER, buyer=REPRIS)
        report = fed.take(content)
        assert postings(report.plan.transactions[0]) == expected


def test_the_sellers_own_rate_counts_where_the_invoice_shows_it(euro):
    """25.00 EUR VAT = 287.50 SEK: 11.50, an öre of it is at most 0.03 of the whole; 125.00 EUR are 1,437.50."""
    fed = euro("2026-03-10 price EUR 11.40 SEK\n")
    report = fed.take(invoice(currency="EUR", tax_currency="SEK", tax_accounting="287.50"))
    assert shown(report.plan.transactions[0]).splitlines()[-3:] == [
        "  Assets:1510-Kundfordringar 125.00 EUR @@ 1437.50 SEK",
        "  Income:3001-Försäljning-25 -1150.00 SEK",
        "  Liabilities:2611-Utgående-moms-25 -287.50 SEK",
    ]
    assert told(report) == []


def test_vat_in_kronor_is_what_the_invoice_states(euro):
    """Two rates, 25.00 + 12.00 EUR = 421.81 SEK (11.4002…): 285.01 + 136.80 at that rate; together as stated."""
    fed = euro()
    content = invoice(line(), line(rate="12"), currency="EUR", tax_currency="SEK", tax_accounting="421.81")
    vat = [one for one in postings(fed.take(content).plan.transactions[0]) if one.startswith("26")]
    assert vat == ["2611 -285.01 SEK", "2621 -136.80 SEK"]


def test_a_rate_far_from_centrals_is_looked_at(euro, samples):
    """25.00 EUR = 2,500.00 SEK: a hundred kronor a euro."""
    fed = euro()
    report = fed.take(invoice(currency="EUR", tax_currency="SEK", tax_accounting="2500.00"))
    (entry,) = report.plan.transactions
    assert (entry.flag, told(report)) == ("!", ["UBL_RATE_FAR"])
    assert entry.postings[0].meta["__total_price__"].number == D("12500.00")
    sample = (samples / "sweden" / "peppol" / "en16931_ubl-tc434-example10.xml").read_bytes()
    assert read_ubl(sample).tax_accounting == D("2000.73")  # of 20.73 EUR


def test_a_rate_from_too_small_an_amount_does_not_count(euro):
    """0.01 EUR VAT = 0.11 SEK may mean 10.50 to 11.50; 10,000.04 EUR of it would be off by thousands."""
    content = invoice(
        line(net="0.04"),
        line(net="10000.00", code="E", rate="0"),
        currency="EUR",
        tax_currency="SEK",
        tax_accounting="0.11",
    )
    fed = euro()
    report = fed.take(content)
    assert report.plan.transactions[0].postings[0].meta["__total_price__"].number == D("114000.57")  # 10000.05 × 11.40
    assert postings(report.plan.transactions[0])[-1] == "2611 -0.11 SEK"
    alone = euro("; none\n").take(content.replace(b">1001<", b">1002<"))
    assert alone.plan.transactions[0].postings[0].meta["__total_price__"].number == D("110000.55")  # nothing better


@pytest.mark.parametrize("prices", ["; none\n", "2026-03-02 price EUR 11.40 SEK\n", "2026-03-11 price EUR 11.40 SEK\n"])
def test_without_a_rate_it_is_refused_with_the_remedy(euro, prices):
    fed = euro(prices)
    report = fed.take(invoice(currency="EUR"))
    assert (report.status, report.problem.code) == ("refused", "MISSING_RATE")
    assert report.problem.file == "units/prices.beancount"
    assert "2026-03-10" in report.problem.text()
    assert fed.transactions() == []


def test_where_only_this_book_is_known_there_is_no_price(euro):
    fed = euro()
    view = view_of(fed.unit, fed.book().entries())
    with pytest.raises(MissingRate):
        worth_of(read_ubl(invoice(currency="EUR")), view)


def test_an_account_that_takes_kronor_only(euro):
    fed = euro()
    accounts = fed.unit.folder / "accounts.beancount"
    accounts.write_text(accounts.read_text().replace("Assets:1510-Kundfordringar", "Assets:1510-Kundfordringar SEK"))
    report = fed.take(invoice(currency="EUR"))
    assert (report.status, report.problem.code) == ("refused", "IMPORT_ACCOUNT_MISSING")
    assert (report.problem.params["account"], report.problem.params["currency"]) == (
        "Assets:1510-Kundfordringar",
        "EUR",
    )


def test_reverse_charge_on_a_purchase_in_euro(euro):
    """100.00 EUR at 11.40 = 1,140.00 SEK; a quarter of it is 285.00, owed and deducted."""
    report = euro().take(invoice(line(code="K", rate="0", cost="4000"), currency="EUR", seller=DUTCH, buyer=REPRIS))
    assert postings(report.plan.transactions[0]) == [
        "2440 -100.00 EUR", "4000 1140.00 SEK", "2614 -285.00 SEK", "2645 285.00 SEK",
    ]  # fmt: skip


def test_prepaid_and_rounding_in_euro(euro):
    """99.80 + 24.95 + 0.25 = 125.00 EUR, 25.00 of it paid before; at 11.40."""
    report = euro().take(invoice(line(net="99.80"), currency="EUR", rounding="0.25", prepaid="25.00"))
    assert shown(report.plan.transactions[0]).splitlines()[5:] == [
        "  Assets:1510-Kundfordringar 100.00 EUR @@ 1140.00 SEK",
        "  Assets:1510-Kundfordringar 25.00 EUR @@ 285.00 SEK",
        '  item: ""',
        '  invoice: "1001 (prepaid)"',
        '  reference: "1001 (prepaid)"',
        "  Income:3001-Försäljning-25 -1137.72 SEK",
        "  Liabilities:2611-Utgående-moms-25 -284.43 SEK",
        "  Income:3740-Öresutjämning -2.85 SEK",
    ]


def test_currencies_without_decimals(euro):
    """488,000 CLP at 0.0101 SEK = 4,928.80."""
    fed = euro("2026-03-10 price CLP 0.0101 SEK\n")
    content = invoice(line(net="488000", code="O", rate=None, cost="4000"), currency="CLP", seller=DUTCH, buyer=REPRIS)
    report = fed.take(content)
    assert (
        shown(report.plan.transactions[0]).splitlines()[7]
        == "  Liabilities:2440-Leverantörsskulder -488000 CLP @@ 4928.80 SEK"
    )
    fine = fed.take(content.replace(b">488000<", b">488000.5<"), name="fin.xml")
    assert (fine.status, fine.problem.code) == ("refused", "IMPORT_AMOUNT_UNIT")


AMOUNTS = st.integers(-1_000_000_00, 1_000_000_00).map(lambda n: D(n).scaleb(-2))
RATES = st.integers(1, 200_000).map(lambda n: D(n).scaleb(-4))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(AMOUNTS, st.sampled_from(["25", "12", "6"])), min_size=1, max_size=5), RATES, st.booleans())
def test_every_invoice_in_euro_balances_to_the_last_ore(euro, lines, rate, selling):
    fed = euro(f"2026-03-10 price EUR {rate} SEK\n")
    parties = {} if selling else {"seller": SELLER, "buyer": REPRIS}
    content = invoice(*(line(net=str(net), rate=tax, cost="4000") for net, tax in lines), currency="EUR", **parties)
    report = fed.take(content, dry_run=True)
    (entry,) = report.plan.transactions
    assert sum(weight(p) for p in entry.postings) == 0
