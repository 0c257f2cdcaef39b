"""Both units import one invoice, and the combined statements show a matched pair, from the file to the figures."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from beancount.core import data
from click.testing import CliRunner

from importers.run import import_files
from ledger.books import load_books
from ledger.cli.main import cli
from ledger.federation import load_federation
from tests.importers.ubl.build import change, credit, invoice, line
from tests.importers.ubl.conftest import shown, text, told

D = Decimal
SOURCE = '[[source]]\nname = "fakturor"\nformat = "ubl"\n[source.invoices]\npurchases = "Expenses:4000-Inköp-varor"\n'
OPEN = "2020-01-01 open Expenses:4000-Inköp-varor\n2020-01-01 open Income:3001-Försäljning-25\n"
KOOP = {"name": "Koop ek för", "legal": "5560000167", "vat": "SE556000016701", "country": "SE"}
TEXTIL = {"name": "Textil ek för", "legal": "5560360793", "vat": "SE556036079301", "country": "SE"}
PERSON = {"legal": "7699990003", "vat": "SE769999000301", "country": "SE", "name": "Samverkan ek för"}
GEM, REP = {**PERSON, "ids": ("gemensamt",)}, {**PERSON, "ids": ("repris",)}


def legal(name, number, currency="SEK", more=""):
    return (
        f'name = "{name}"\ncode = "{name.upper()}"\nentity = "legal_entity"\ncurrency = "{currency}"\ncountry = "SE"\n'
        f'organisation_number = "{number}"\n{more}{SOURCE}'
    )


def division(name, code):
    return f'name = "{name}"\ncode = "{code}"\ncurrency = "SEK"\norganisation_number = "769999-0003"\n{SOURCE}'


UNITS = {
    "koop": {"unit_toml": legal("Koop", "556000-0167"), "accounts": OPEN},
    "textil": {"unit_toml": legal("Textil", "556036-0793"), "accounts": OPEN},
    "gemensamt": {"unit_toml": division("Gemensamt", "GEM"), "accounts": OPEN},
    "repris": {"unit_toml": division("Repris", "REP"), "accounts": OPEN},
}


class Pair:
    """A federation whose units import the same files."""

    def __init__(self, ws, folder):
        self.ws = ws
        self.folder = folder

    def both(self, content, *slugs):
        """The reports of seller and buyer; each must take the file."""
        return [self.take(slug, content) for slug in slugs]

    def take(self, slug, content):
        path = self.folder / f"{slug}.xml"
        path.write_bytes(content)
        report = import_files(self.ws, self.ws.units[slug], [path]).files[0]
        assert report.status == "imported", report.problem
        return report

    def entries(self, slug):
        book = load_books(self.ws, [slug]).units[slug]
        assert book.ok, book.problems
        return [e for e in book.entries() if isinstance(e, data.Transaction)]

    def combined(self):
        found = load_federation(self.ws)
        assert not found.problems, found.problems
        return found.combined


@pytest.fixture
def pair(make_workspace, tmp_path_factory):
    def make(changes=None, **options):
        return Pair(make_workspace({**UNITS, **(changes or {})}, **options), tmp_path_factory.mktemp("files"))

    return make


def group(combined):
    """Code → group amount, what isn't zero."""
    sums = {}
    for row in combined.trial_balance:
        code = row.account.split("-")[0]
        sums[code] = sums.get(code, D(0)) + row.amount
    return {code: str(amount) for code, amount in sorted(sums.items()) if amount}


def test_two_legal_persons(pair):
    """koop sells to textil for 100.00 and 25.00 VAT: claim and debt of 125.00 go, 100.00 of income and cost go.

    The VAT stays: koop owes 25.00, textil deducts 25.00; they are not eliminated (SPEC 10).
    """
    fed = pair()
    sale, purchase = fed.both(invoice(seller=KOOP, buyer=TEXTIL), "koop", "textil")
    assert shown(sale.plan.transactions[0]) == text("""
        2026-03-10 * "Textil" "Invoice 1001: Stol" ^ic-koop-1001
          invoice: "1001"
          due: 2026-04-09
          reference: "10017"
          Assets:1660-Intern-fordran 125.00 SEK
          partner: "textil"
          ic: "trade"
          Income:3001-Försäljning-25 -100.00 SEK
          partner: "textil"
          ic: "trade"
          Liabilities:2611-Utgående-moms-25 -25.00 SEK
    """)
    assert shown(purchase.plan.transactions[0]) == text("""
        2026-03-10 * "Koop" "Invoice 1001: Stol" ^ic-koop-1001
          invoice: "1001"
          due: 2026-04-09
          reference: "10017"
          payee-account: "50501055"
          payee-account-kind: "bankgiro"
          Liabilities:2860-Intern-skuld -125.00 SEK
          partner: "koop"
          ic: "trade"
          Expenses:4000-Inköp-varor 100.00 SEK
          partner: "koop"
          ic: "trade"
          Liabilities:2641-Ingående-moms 25.00 SEK
    """)
    found = fed.combined()
    assert found.unmatched == ()
    assert {(e.kind, e.key, str(e.amount)) for e in found.eliminations} == {
        ("trade", "ic-koop-1001", "125.00"), ("trade", "ic-koop-1001", "100.00"),
    }  # fmt: skip
    assert group(found) == {"2611": "-25.00", "2641": "25.00"}


def test_what_the_buyer_may_not_deduct_is_no_income_of_the_seller(pair):
    """Half of 25.00, rounded down: 12.50 are the buyer's cost, without partner; 100.00 are eliminated."""
    half = {"textil": {"unit_toml": legal("Textil", "556036-0793", more='vat_deduction = "0.5"\n'), "accounts": OPEN}}
    fed = pair(half)
    fed.both(invoice(seller=KOOP, buyer=TEXTIL), "koop", "textil")
    rest = [
        p for p in fed.entries("textil")[0].postings if p.account.startswith("Expenses:") and "partner" not in p.meta
    ]
    assert [str(p.units) for p in rest] == ["12.50 SEK"]
    found = fed.combined()
    assert found.unmatched == ()
    assert group(found) == {"2611": "-25.00", "2641": "12.50", "4000": "12.50"}


def test_a_credit_note_takes_back_on_both_sides(pair):
    fed = pair()
    fed.both(invoice(seller=KOOP, buyer=TEXTIL), "koop", "textil")
    reports = fed.both(credit(line(net="40.00"), seller=KOOP, buyer=TEXTIL), "koop", "textil")
    for report in reports:
        (entry,) = report.plan.transactions
        assert entry.links == {"ic-koop-1001", "ic-koop-_credit-K1"}
        assert entry.postings[0].meta["item"] == "ic-koop-1001"
    found = fed.combined()
    assert found.unmatched == ()
    assert group(found) == {"2611": "-15.00", "2641": "15.00"}


def test_a_credit_note_of_a_series_of_its_own_is_no_payment_of_the_invoice(pair):
    """Invoice 1 of 125.00 to one unit and credit note 1 of 50.00 of another dealing: two items, and two pairs."""
    fed = pair()
    fed.both(invoice(number="1", seller=KOOP, buyer=TEXTIL), "koop", "textil")
    reports = fed.both(credit(line(net="40.00"), number="1", of="77", seller=KOOP, buyer=TEXTIL), "koop", "textil")
    assert [r.plan.transactions[0].links for r in reports] == [{"ic-koop-_credit-1"}] * 2
    for slug, sign in (("koop", 1), ("textil", -1)):
        claims = [(set(e.links), p.units.number * sign) for e in fed.entries(slug) for p in e.postings[:1]]
        assert claims == [({"ic-koop-1"}, D("125.00")), ({"ic-koop-_credit-1"}, D("-50.00"))]
    found = fed.combined()
    assert found.unmatched == ()
    assert group(found) == {"2611": "-15.00", "2641": "15.00"}


def test_rounding_prepayment_and_discounts_match_on_both_sides(pair):
    """99.80 + 24.95 = 124.75, rounded by 0.25 to 125.00, of which 25.00 were paid before."""
    fed = pair()
    content = invoice(
        line(net="109.80"), changes=[change("10.00")], rounding="0.25", prepaid="25.00", seller=KOOP, buyer=TEXTIL
    )
    fed.both(content, "koop", "textil")
    found = fed.combined()
    assert found.unmatched == ()
    assert group(found) == {"2611": "-24.95", "2641": "24.95"}  # 3740: -0.25 and 0.25


def test_what_the_buyer_wrote_itself_has_one_link_on_both_sides(pair):
    fed = pair()
    fed.both(invoice(type_code="389", seller=KOOP, buyer=TEXTIL), "koop", "textil")
    assert {link for slug in ("koop", "textil") for e in fed.entries(slug) for link in e.links} == {"ic-textil-1001"}
    assert fed.combined().unmatched == ()


def test_divisions_of_one_legal_person(pair):
    """An internal invoice without VAT: nothing of it is left."""
    fed = pair()
    reports = fed.both(invoice(line(code="O", rate=None), seller=REP, buyer=GEM), "repris", "gemensamt")
    assert [(r.plan.transactions[0].flag, told(r)) for r in reports] == [("*", []), ("*", [])]
    found = fed.combined()
    assert found.unmatched == ()
    assert group(found) == {}


def test_vat_between_divisions_is_price_and_a_person_looks_at_it(pair):
    """125.00 with 25.00 called VAT: both book 125.00 as price, neither books VAT."""
    fed = pair()
    reports = fed.both(invoice(seller=REP, buyer=GEM), "repris", "gemensamt")
    assert [(r.plan.transactions[0].flag, told(r)) for r in reports] == [("!", ["UBL_VAT_INTERNAL"])] * 2
    assert [[str(p.units) for p in fed.entries(slug)[0].postings] for slug in ("repris", "gemensamt")] == [
        ["125.00 SEK", "-125.00 SEK"], ["-125.00 SEK", "125.00 SEK"],
    ]  # fmt: skip
    assert all(p.meta["partner"] for slug in ("repris", "gemensamt") for p in fed.entries(slug)[0].postings)
    found = fed.combined()
    assert found.unmatched == ()
    assert group(found) == {}


def test_a_unit_that_pays_a_supplier_of_another_is_told(pair):
    fed = pair()
    path = fed.folder / "x.xml"
    path.write_bytes(invoice(seller=TEXTIL, buyer=REP))
    report = import_files(fed.ws, fed.ws.units["gemensamt"], [path]).files[0]
    assert (report.status, report.problem.code) == ("refused", "UBL_OTHER_UNIT")
    assert report.problem.params["other"] == "repris"


@pytest.mark.parametrize("at", ["2025-12-31", "2026-01-01"])
def test_before_a_unit_joined_it_is_an_outsider(pair, at):
    joined = {"koop": {"unit_toml": legal("Koop", "556000-0167", more="joined = 2026-01-01\n"), "accounts": OPEN}}
    fed = pair(joined)
    (sale,) = fed.both(invoice(issued=at, seller=KOOP, buyer=TEXTIL), "koop")
    accounts = [p.account for p in sale.plan.transactions[0].postings]
    assert accounts[0] == ("Assets:1510-Kundfordringar" if at < "2026" else "Assets:1660-Intern-fordran")


PRICES = "2026-03-09 price EUR 11.40 SEK\n2026-03-31 price EUR 11.40 SEK\n"
AVERAGE = '2026-03-31 custom "average-rate" "EUR" 11.40 SEK\n'


def test_a_pair_in_euro_meets_in_euro(pair):
    """koop (SEK) invoices textil (SEK) 100.00 EUR and 25.00 VAT at 11.40: claim and debt of 1,425.00 SEK."""
    fed = pair(prices=PRICES + AVERAGE)
    fed.both(invoice(seller=KOOP, buyer=TEXTIL, currency="EUR"), "koop", "textil")
    sale, purchase = fed.entries("koop")[0], fed.entries("textil")[0]
    assert [str(p.units) for p in sale.postings] == ["125.00 EUR", "-100.00 EUR", "-285.00 SEK"]
    assert [str(p.units) for p in purchase.postings] == ["-125.00 EUR", "100.00 EUR", "285.00 SEK"]
    found = fed.combined()
    assert found.unmatched == ()
    assert group(found) == {"2611": "-285.00", "2641": "285.00"}


def test_a_pair_whose_postings_are_all_in_euro_balances(pair):
    """
    Two divisions, no VAT: 10.00 EUR at 11.111 are 111.11 = 44.44 + 66.67. A sixth of 66.67 has no end, so Beancount
    comes to 66.66…; a posting of 0.00 SEK tells it that kronor have two decimals.
    """
    accounts = OPEN + "2020-01-01 open Expenses:5460-Förbrukningsmaterial\n"
    fed = pair({"gemensamt": {**UNITS["gemensamt"], "accounts": accounts}}, prices="2026-03-09 price EUR 11.111 SEK\n")
    lines = [line(net=net, code="O", rate=None, cost=cost) for net, cost in (("4.00", "4000"), ("6.00", "5460"))]
    fed.both(invoice(*lines, seller=REP, buyer=GEM, currency="EUR"), "gemensamt")
    (purchase,) = fed.entries("gemensamt")
    assert [str(p.units) for p in purchase.postings] == ["-10.00 EUR", "4.00 EUR", "6.00 EUR", "0.00 SEK"]


def test_a_unit_in_euro_and_one_in_kronor(pair):
    """A Spanish unit (EUR, no price of SEK in EUR) is invoiced in euro by koop (SEK): each books at its own end."""
    spanish = legal("Reusa", "F00000001", "EUR").replace('country = "SE"', 'country = "ES"\nchart = "pgc"')
    spanish = spanish.replace("Expenses:4000-Inköp-varor", "Expenses:600-Compras")
    reusa = {"reusa": {"unit_toml": spanish, "accounts": "2020-01-01 open Expenses:600-Compras\n"}}
    fed = pair(reusa, prices=PRICES + AVERAGE)
    buyer = {"name": "Reusa S. Coop.", "legal": "F00000001", "vat": "ESF00000001", "country": "ES"}
    fed.both(invoice(line(code="K", rate="0"), seller=KOOP, buyer=buyer, currency="EUR"), "koop", "reusa")
    sale, purchase = fed.entries("koop")[0], fed.entries("reusa")[0]
    assert [str(p.units) for p in sale.postings] == ["100.00 EUR", "-100.00 EUR"]
    assert [f"{p.account.split(':')[1].split('-')[0]} {p.units}" for p in purchase.postings] == [
        "55241 -100.00 EUR", "600 100.00 EUR", "477 -21.00 EUR", "472 21.00 EUR",
    ]  # fmt: skip
    found = fed.combined()
    assert found.unmatched == ()


def test_one_side_alone_is_named_until_the_other_has_it(pair):
    """`sambok combine` ends with 3, and with 0 once the buyer has imported its copy, too."""
    fed = pair()
    content = invoice(seller=KOOP, buyer=TEXTIL)
    fed.take("koop", content)

    def combine():
        result = CliRunner().invoke(cli, ["combine", "--workspace", str(fed.ws.root), "--json"], standalone_mode=False)
        return result.return_value, json.loads(result.stdout)

    code, answer = combine()
    assert (code, [(u["code"], u["amount"]) for u in answer["unmatched"]]) == (3, [("ONE_SIDED", "125.00")])
    fed.take("textil", content)
    code, answer = combine()
    assert (code, answer["unmatched"], answer["result"]) == (0, [], "0.00")


def test_a_sale_to_a_unit_is_no_turnover_for_the_levy(pair):
    """Internal sales are outside the base (SPEC 6); the sale to a stranger is in it."""
    stranger = {"name": "Kund AB", "legal": "5567321707", "vat": "SE556732170701", "country": "SE"}
    policy = (
        '2026-01-01 custom "decision" "F-1" "assembly"\n  text: "15 %"\n'
        '2026-01-01 custom "levy-rate" "*" 0.15\n  decision: "F-1"\n'
    )
    fed = pair(policy=policy)
    fed.take("koop", invoice(seller=KOOP, buyer=TEXTIL))
    fed.take("koop", invoice(line(net="1000.00"), number="1002", seller=KOOP, buyer=stranger))
    assert load_federation(fed.ws).run.statements["koop"].year(2026).base == D("1000.00")


@pytest.mark.parametrize("net", ["100.00", "-40.00"])
def test_what_waits_on_suspense_keeps_its_partner_when_it_gets_its_account(pair, net):
    """textil can't say which cost it is: 100.00 wait, tagged; a person puts 4000 in their place, and it is done."""
    unknown = legal("Textil", "556036-0793").partition("[source.invoices]")[0]
    fed = pair({"textil": {"unit_toml": unknown, "accounts": OPEN}})
    content = credit(line(net="40.00"), seller=KOOP, buyer=TEXTIL) if net[0] == "-" else None
    fed.both(content or invoice(seller=KOOP, buyer=TEXTIL), "koop", "textil")
    (entry,) = fed.entries("textil")
    (waits,) = [p for p in entry.postings if p.account == "Liabilities:2999-Observationskonto"]
    assert (entry.flag, str(waits.units), waits.meta["partner"], waits.meta["ic"]) == (
        "!", f"{net} SEK", "koop", "trade",
    )  # fmt: skip
    (found,) = fed.combined().unmatched
    assert (found.code, str(found.amount)) == ("ON_SUSPENSE", net.lstrip("-"))
    assert [source.split("/")[1] for source in found.sources] == ["koop", "textil"]
    month = fed.ws.units["textil"].month_file(entry.date)
    placed = month.read_text(encoding="utf-8").replace(
        "Liabilities:2999-Observationskonto", "Expenses:4000-Inköp-varor"
    )
    month.write_text(placed.replace(" ! ", " * "), encoding="utf-8")
    assert fed.combined().unmatched == ()
    vat = ("-25.00", "25.00") if content is None else ("10.00", "-10.00")
    assert group(fed.combined()) == dict(zip(("2611", "2641"), vat, strict=True))
