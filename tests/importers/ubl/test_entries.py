"""From an invoice to its voucher: signs, VAT, discounts, rounding, prepayments; figures worked out by hand."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.books import clock, load_books
from tests.closing.sealing import seal
from tests.importers.ubl.build import (
    DUTCH,
    GERMAN,
    NORSE,
    REPRIS,
    SELLER,
    STRANGER,
    change,
    credit,
    embedded,
    invoice,
    line,
)
from tests.importers.ubl.conftest import postings, shown, text, told

D = Decimal
BOUGHT = {"seller": SELLER, "buyer": REPRIS}


def test_a_sale(booked):
    """100.00 at 25 % and 50.00 at 12 %: 25.00 and 6.00 VAT, 181.00 to be paid."""
    assert booked(invoice(line(), line("Kaffe", "50.00", "12"))) == text("""
        2026-03-10 * "Kund AB" "Invoice 1001: Stol, Kaffe" ^inv-repris-1001
          invoice: "1001"
          due: 2026-04-09
          reference: "10017"
          Assets:1510-Kundfordringar 181.00 SEK
          Income:3001-Försäljning-25 -100.00 SEK
          Income:3002-Försäljning-12 -50.00 SEK
          Liabilities:2611-Utgående-moms-25 -25.00 SEK
          Liabilities:2621-Utgående-moms-12 -6.00 SEK
    """)


def test_a_purchase(booked):
    """The buyer's own code 5460 stands on the line."""
    assert booked(invoice(line(cost="5460"), head="", **BOUGHT)) == text("""
        2026-03-10 * "Trävaror AB" "Invoice 1001: Stol" ^bill-f102e23fb46b
          invoice: "1001"
          due: 2026-04-09
          reference: "10017"
          payee-account: "50501055"
          payee-account-kind: "bankgiro"
          Liabilities:2440-Leverantörsskulder -125.00 SEK
          Expenses:5460-Förbrukningsmaterial 100.00 SEK
          Liabilities:2641-Ingående-moms 25.00 SEK
    """)


@pytest.mark.parametrize(
    ("selling", "kind", "net", "expected"),
    [
        (True, "Invoice", "100.00", ["1510 125.00", "3001 -100.00", "2611 -25.00"]),
        (True, "CreditNote", "100.00", ["1510 -125.00", "3001 100.00", "2611 25.00"]),
        (True, "Invoice", "-100.00", ["1510 -125.00", "3001 100.00", "2611 25.00"]),
        (True, "CreditNote", "-100.00", ["1510 125.00", "3001 -100.00", "2611 -25.00"]),
        (False, "Invoice", "100.00", ["2440 -125.00", "5460 100.00", "2641 25.00"]),
        (False, "CreditNote", "100.00", ["2440 125.00", "5460 -100.00", "2641 -25.00"]),
        (False, "Invoice", "-100.00", ["2440 125.00", "5460 -100.00", "2641 -25.00"]),
        (False, "CreditNote", "-100.00", ["2440 -125.00", "5460 100.00", "2641 25.00"]),
    ],
)
def test_signs(take, selling, kind, net, expected):
    parties = {} if selling else BOUGHT
    report, _ = take(invoice(line(net=net, cost="5460"), kind=kind, **parties))
    assert postings(report.plan.transactions[0]) == [f"{one} SEK" for one in expected]


def test_an_invoice_with_the_type_of_a_credit_note_is_one(take):
    report, _ = take(invoice(type_code="381"))
    assert postings(report.plan.transactions[0]) == ["1510 -125.00 SEK", "3001 100.00 SEK", "2611 25.00 SEK"]


def test_discounts_and_charges_of_the_document(take):
    """1,000.00 + 40.00 freight - 100.00 discount = 940.00 at 25 %: VAT 235.00, in all 1,175.00."""
    content = invoice(line(net="1000.00"), changes=[change("40.00", charge=True), change("100.00", reason="Rabatt")])
    report, _ = take(content)
    assert postings(report.plan.transactions[0]) == ["1510 1175.00 SEK", "3001 -940.00 SEK", "2611 -235.00 SEK"]


def test_a_discount_follows_the_largest_line_of_its_rate(take):
    """Lines of 1,000.00 and 60.00 at 25 %, 40.00 at 12 %; freight of 50.00 at 25 % goes with the first."""
    lines = line(net="1000.00", cost="4000"), line(net="60.00", cost="5460"), line(net="40.00", rate="12", cost="5010")
    report, _ = take(invoice(*lines, changes=[change("50.00", charge=True)], **BOUGHT))
    assert postings(report.plan.transactions[0]) == [
        "2440 -1432.30 SEK",  # 1150.00 + 277.50 + 4.80
        "4000 1050.00 SEK",
        "5460 60.00 SEK",
        "5010 40.00 SEK",
        "2641 282.30 SEK",
    ]


def test_what_the_amount_to_pay_was_rounded_by(take):
    """99.80 + 24.95 = 124.75, rounded to 125.00."""
    sale, _ = take(invoice(line(net="99.80"), rounding="0.25"))
    assert postings(sale.plan.transactions[0]) == [
        "1510 125.00 SEK", "3001 -99.80 SEK", "2611 -24.95 SEK", "3740 -0.25 SEK",
    ]  # fmt: skip
    bought, _ = take(invoice(line(net="99.80", cost="5460"), rounding="0.25", **BOUGHT))
    assert postings(bought.plan.transactions[0]) == [
        "2440 -125.00 SEK", "5460 99.80 SEK", "2641 24.95 SEK", "3740 0.25 SEK",
    ]  # fmt: skip


def test_what_was_paid_before_stands_on_the_customers_account(booked, take):
    """125.00, of which 40.00 were paid: the invoice's item is 85.00; the 40.00 meet the earlier payment."""
    assert booked(invoice(prepaid="40.00")) == text("""
        2026-03-10 ! "Kund AB" "Invoice 1001: Stol" ^inv-repris-1001
          invoice: "1001"
          due: 2026-04-09
          reference: "10017"
          suggestion: "Of invoice 1001 from Repris AB (5560000167) 40.00 SEK was paid before."
          Assets:1510-Kundfordringar 85.00 SEK
          Assets:1510-Kundfordringar 40.00 SEK
          item: ""
          invoice: "1001 (prepaid)"
          reference: "1001 (prepaid)"
          Income:3001-Försäljning-25 -100.00 SEK
          Liabilities:2611-Utgående-moms-25 -25.00 SEK
    """)
    whole, _ = take(invoice(number="1002", prepaid="125.00"))
    assert told(whole) == ["UBL_PREPAID"]
    assert postings(whole.plan.transactions[0])[0] == "1510 125.00 SEK"


def test_nothing_to_pay_is_an_entry_all_the_same(take):
    report, fed = take(invoice(changes=[change("100.00")]))
    assert postings(report.plan.transactions[0]) == ["1510 0.00 SEK"]
    assert fed.take(invoice(changes=[change("100.00")]), name="igen.xml").status == "known"


# --- VAT of purchases


@pytest.mark.parametrize(
    ("deduction", "net", "rate", "expected"),
    [
        ("1", "333.33", "25", ["2440 -416.66", "5460 333.33", "2641 83.33"]),
        ("0.5", "333.33", "25", ["2440 -416.66", "5460 375.00", "2641 41.66"]),  # 41.665, rounded down
        ("0.5", "-333.33", "25", ["2440 416.66", "5460 -375.00", "2641 -41.66"]),
        ("0", "333.33", "25", ["2440 -416.66", "5460 416.66"]),
        ("0.333", "100.00", "12", ["2440 -112.00", "5460 108.01", "2641 3.99"]),  # 3.996
    ],
)
def test_the_share_that_may_be_deducted(take, deduction, net, rate, expected):
    content = invoice(line(net=net, rate=rate, cost="5460"), **BOUGHT)
    report, _ = take(content, unit=f'vat_deduction = "{deduction}"\n')
    assert postings(report.plan.transactions[0]) == [f"{one} SEK" for one in expected]


def test_what_may_not_be_deducted_goes_with_the_lines_that_bear_it(take):
    """25 % of 300.00 = 75.00 (100.00 and 200.00 on two accounts), 12 % of 100.00 = 12.00; a third of 87.00 = 29.00.

    58.00 remain: 50.00 of the 25 % (75/87) and 8.00 of the 12 %. The 50.00 go 16.67 to 33.33.
    """
    lines = line(net="100.00", cost="4000"), line(net="200.00", cost="5460"), line(net="100.00", rate="12", cost="5010")
    report, _ = take(invoice(*lines, **BOUGHT), unit='vat_deduction = "0.33334"\n')
    assert postings(report.plan.transactions[0]) == [
        "2440 -487.00 SEK", "4000 116.67 SEK", "5460 233.33 SEK", "5010 108.00 SEK", "2641 29.00 SEK",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seller", "code", "rate", "flag", "expected", "note"),
    [
        (DUTCH, "K", "0", "*", ["2440 -100.00", "4000 100.00", "2614 -25.00", "2645 25.00"], "UBL_REVERSE_CHARGE"),
        (GERMAN, "AE", "0", "*", ["2440 -100.00", "4000 100.00", "2614 -25.00", "2645 25.00"], "UBL_REVERSE_CHARGE"),
        (SELLER, "AE", "0", "*", ["2440 -100.00", "4000 100.00", "2614 -25.00", "2645 25.00"], "UBL_REVERSE_CHARGE"),
        (NORSE, "O", None, "!", ["2440 -100.00", "4000 100.00", "2614 -25.00", "2645 25.00"], "UBL_REVERSE_CHARGE"),
        (NORSE, "G", "0", "!", ["2440 -100.00", "4000 100.00", "2614 -25.00", "2645 25.00"], "UBL_REVERSE_CHARGE"),
        (DUTCH, "S", "21", "*", ["2440 -121.00", "4000 121.00"], "UBL_FOREIGN_VAT"),
        (NORSE, "S", "25", "*", ["2440 -125.00", "4000 125.00"], "UBL_FOREIGN_VAT"),
        (DUTCH, "L", "7", "*", ["2440 -107.00", "4000 107.00"], "UBL_FOREIGN_VAT"),
        (DUTCH, "E", "0", "*", ["2440 -100.00", "4000 100.00"], None),
        (SELLER, "O", None, "*", ["2440 -100.00", "4000 100.00"], None),
        (SELLER, "Z", "0", "*", ["2440 -100.00", "4000 100.00"], None),
    ],
)
def test_vat_categories_of_purchases(take, seller, code, rate, flag, expected, note):
    report, _ = take(invoice(line(code=code, rate=rate, cost="4000"), seller=seller, buyer=REPRIS))
    (entry,) = report.plan.transactions
    assert (postings(entry), entry.flag) == ([f"{one} SEK" for one in expected], flag)
    assert told(report) == ([note] if note else [])


def test_reverse_charge_with_a_share_of_deduction(take):
    """25 % of 100.02 = 25.005, rounded 25.01; half of it rounded down = 12.50; 12.51 is cost."""
    content = invoice(line(net="100.02", code="K", rate="0", cost="4000"), seller=DUTCH, buyer=REPRIS)
    report, _ = take(content, unit='vat_deduction = "0.5"\n')
    assert postings(report.plan.transactions[0]) == [
        "2440 -100.02 SEK", "4000 112.53 SEK", "2614 -25.01 SEK", "2645 12.50 SEK",
    ]  # fmt: skip


def test_reverse_charge_of_a_credit_note(take):
    report, _ = take(credit(line(code="K", rate="0", cost="4000"), seller=DUTCH, buyer=REPRIS))
    assert postings(report.plan.transactions[0]) == [
        "2440 100.00 SEK", "4000 -100.00 SEK", "2614 25.00 SEK", "2645 -25.00 SEK",
    ]  # fmt: skip


def test_the_units_country_is_that_of_unit_toml_whatever_the_invoice_says(take):
    """An invoice that takes both for New Zealanders, of whose VAT nothing is known here."""
    content = (
        invoice(line(code="AE", rate="0", cost="4000"), **BOUGHT).replace(b">SE<", b">NZ<").replace(b"SE55", b"NZ55")
    )
    report, _ = take(content)
    assert told(report) == ["UBL_REVERSE_CHARGE"]


def test_the_units_country_is_the_invoices_where_unit_toml_has_none(feed, take):
    """Norway isn't in the table of rates: nothing is booked, and a person is told."""
    bare = feed('entity = "legal_entity"\norganisation_number = "987654325"\n[[source]]\nname = "in"\nformat = "ubl"\n')
    report, _ = take(invoice(line(code="AE", rate="0"), seller=GERMAN, buyer=NORSE), given=bare)
    assert told(report) == ["UBL_REVERSE_UNKNOWN"]
    assert report.plan.transactions[0].flag == "!"
    assert postings(report.plan.transactions[0]) == ["2440 -100.00 SEK", "2999 100.00 SEK"]


# --- VAT of sales


@pytest.mark.parametrize(
    ("buyer", "code", "rate", "account"),
    [
        (STRANGER, "S", "25", "3001"),
        (STRANGER, "S", "12", "3002"),
        (STRANGER, "S", "6", "3003"),
        (STRANGER, "S", "25.00", "3001"),
        (STRANGER, "E", "0", "3004"),
        (STRANGER, "Z", "0", "3004"),
        (STRANGER, "O", None, "3004"),
        (STRANGER, "AE", "0", "3231"),
        (GERMAN, "AE", "0", "3308"),
        (DUTCH, "K", "0", "3108"),
        (NORSE, "G", "0", "3105"),
        (NORSE, "O", None, "3305"),
    ],
)
def test_the_account_of_a_sale_by_its_vat(take, buyer, code, rate, account):
    report, _ = take(invoice(line(code=code, rate=rate), buyer=buyer))
    entry = report.plan.transactions[0]
    assert (postings(entry)[1], entry.flag) == (f"{account} -100.00 SEK", "*")
    assert told(report) == []
    vat = {"25": "2611 -25.00 SEK", "12": "2621 -12.00 SEK", "6": "2631 -6.00 SEK", "25.00": "2611 -25.00 SEK"}
    assert postings(entry)[2:] == ([vat[rate]] if rate in vat else [])


def test_ones_own_invoice_with_a_tax_of_the_islands_is_refused(take):
    report, fed = take(invoice(line(code="L", rate="7")))
    assert (report.status, report.problem.code) == ("refused", "UBL_TAX_CATEGORY")
    assert fed.book().summary.transactions == 0


# --- where it goes

RULES = """\
[[source.rule]]
text = "hyra"
direction = "out"
account = "Expenses:5010-Lokalhyra"
narration = "Lokalhyra"
[[source.rule]]
text = "tjänst"
direction = "in"
account = "Income:3041-Tjänster"
[source.invoices]
purchases = "Expenses:4000-Inköp-varor"
[source.invoices.sales]
"12" = "Income:3041-Tjänster"
"""
DEFAULTS = RULES[RULES.index("[source.invoices]") :] + RULES[: RULES.index("[source.invoices]")]


@pytest.mark.parametrize(
    ("content", "account", "narration"),
    [
        (invoice(line("Hyra mars", cost="5460"), **BOUGHT), "5460", "Invoice 1001: Hyra mars"),
        (invoice(line("Hyra mars"), **BOUGHT), "5010", "Lokalhyra"),
        (invoice(line("Lokal", description="Hyra mars"), **BOUGHT), "5010", "Lokalhyra"),
        (invoice(line("Plank"), **BOUGHT), "4000", "Invoice 1001: Plank"),
        (invoice(line("Hyra")), "3001", "Invoice 1001: Hyra"),  # a rule for money out
        (invoice(line("Tjänst")), "3041", "Invoice 1001: Tjänst"),
        (invoice(line("Kaffe", rate="12")), "3041", "Invoice 1001: Kaffe"),
        (invoice(line("Plank", cost="5460")), "3001", "Invoice 1001: Plank"),  # the code is the buyer's
        (invoice(line("Plank", cost="1930"), **BOUGHT), "4000", "Invoice 1001: Plank"),  # no cost: not followed
        (invoice(line("Plank", cost="Assets:1930-Bank"), **BOUGHT), "4000", "Invoice 1001: Plank"),
        (invoice(line("Plank", cost="1220"), **BOUGHT), "1220", "Invoice 1001: Plank"),
        (invoice(line("Plank", cost="4025:123"), **BOUGHT), "4000", "Invoice 1001: Plank"),
    ],
)
def test_accounts_by_code_rule_and_setting(take, content, account, narration):
    report, _ = take(content, settings=DEFAULTS)
    entry = report.plan.transactions[0]
    assert (postings(entry)[1][:4], entry.narration, entry.flag) == (account, narration, "*")


def test_the_documents_code_counts_for_lines_without_one(take):
    content = invoice(
        line(cost="4000"), line(net="50.00"), head="<cbc:AccountingCost>5460</cbc:AccountingCost>", **BOUGHT
    )
    report, _ = take(content)
    assert postings(report.plan.transactions[0])[1:3] == ["4000 100.00 SEK", "5460 50.00 SEK"]


def test_what_nobody_can_place_waits_with_the_suppliers_habit(take):
    """The first invoice waits; a person books it on 5460; the next one waits, too, and says so."""
    first, fed = take(invoice(**BOUGHT))
    assert postings(first.plan.transactions[0])[1] == "2999 100.00 SEK"
    assert first.plan.transactions[0].flag == "!"
    assert "no accounting code, rule or earlier invoice of Trävaror AB" in first.plan.transactions[0].meta["suggestion"]
    month = fed.unit.month_file(dt.date(2026, 3, 10))
    book = month.read_text()
    book = book.replace(' ! "', ' * "').replace(
        "Liabilities:2999-Observationskonto", "Expenses:5460-Förbrukningsmaterial"
    )
    month.write_text(book)
    second = fed.take(invoice(number="1002", **BOUGHT), name="nästa.xml")
    entry = second.plan.transactions[0]
    assert (entry.flag, postings(entry)[1]) == ("!", "2999 100.00 SEK")
    assert entry.meta["suggestion"] == "Expenses:5460-Förbrukningsmaterial: as on 2026-03-10, Trävaror AB"


@pytest.mark.parametrize(
    ("settings_text", "named"),
    [
        ('[[source.rule]]\ntext = "stol"\naccount = "Income:3999-Fel"\n', "Income:3999-Fel"),
        ('[source.invoices.sales]\n"25" = "Income:3998-Fel"\n', "Income:3998-Fel"),
    ],
)
def test_an_account_that_is_named_and_not_open(take, settings_text, named):
    report, fed = take(invoice(), settings=settings_text)
    assert (report.status, report.problem.code) == ("refused", "IMPORT_ACCOUNT_MISSING")
    assert report.problem.params["account"] == named
    assert fed.transactions() == []


def test_an_account_that_opens_too_late(take):
    report, _ = take(invoice(issued="2019-12-31"))
    assert (report.status, report.problem.code) == ("refused", "IMPORT_ACCOUNT_MISSING")


# --- what a person sees


def test_a_received_invoice_that_breaks_a_swedish_rule_is_booked_and_looked_at(take):
    report, _ = take(invoice(line(cost="5460"), seller={**SELLER, "vat": "SE55603607930199"}, buyer=REPRIS))
    (entry,) = report.plan.transactions
    assert (entry.flag, told(report)) == ("!", ["UBL_SWEDISH_RULE"])
    assert report.plan.notes[0].params["rule"] == "SE-R-001"
    assert entry.meta["suggestion"].startswith(
        "Invoice 1001 from Trävaror AB (5560360793) breaks the Swedish rule SE-R-001"
    )


def test_a_warning_is_told_and_nothing_waits(take):
    means = (("31", "1", "50501055", "SE:BANKGIRO"),)
    for content in (invoice(line(cost="5460"), means=means, **BOUGHT), invoice(means=means)):
        report, _ = take(content)
        assert ([e.flag for e in report.plan.transactions], told(report)) == (["*"], ["UBL_SWEDISH_RULE"])


def test_ones_own_invoice_that_breaks_one_is_refused(take):
    report, fed = take(invoice(seller={**REPRIS, "vat": "SE55600001670199"}))
    assert (report.status, report.problem.code) == ("refused", "UBL_SWEDISH_RULE")
    assert fed.book().summary.transactions == 0
    assert not (fed.unit.folder / "documents").exists()


@pytest.mark.parametrize("code", ["384", "386"])
def test_types_that_need_an_eye(take, code):
    report, _ = take(invoice(type_code=code))
    assert (report.plan.transactions[0].flag, told(report)) == ("!", ["UBL_TYPE_LOOK"])


@pytest.mark.parametrize("code", ["380", "383", "393"])
def test_types_that_are_booked_as_they_stand(take, code):
    report, _ = take(invoice(type_code=code))
    assert (report.plan.transactions[0].flag, told(report)) == ("*", [])


def test_a_line_that_isn_t_quantity_times_price(take):
    """5 × 20.00 = 100.00, but 120.00 are charged."""
    report, _ = take(invoice(line(net="120.00", quantity="5", price="20.00", cost="5460"), **BOUGHT))
    assert (report.plan.transactions[0].flag, told(report)) == ("!", ["UBL_LINE_DIFFERS"])
    assert (report.plan.notes[0].params["computed"], report.plan.notes[0].params["stated"]) == ("100.00", "120.00")


def test_a_late_invoice_goes_to_the_first_open_month(take, feed):
    report, fed = take(invoice(line(cost="5460"), issued="2026-01-31", **BOUGHT))
    assert report.status == "imported"
    seal(fed.ws, fed.unit.slug, "2026-01", "2026-02")
    late = fed.take(invoice(line(cost="5460"), number="2", issued="2026-01-31", **BOUGHT), name="b.xml")
    (entry,) = late.plan.transactions
    assert (entry.date, entry.meta["dated"], entry.meta["concerns"], told(late)) == (
        dt.date(2026, 3, 1),
        dt.date(2026, 1, 31),
        "2026-01",
        ["UBL_LATE"],
    )
    sale = fed.take(invoice(issued="2026-01-31"), name="c.xml")
    (entry,) = sale.plan.transactions
    assert (sale.status, entry.date, entry.meta["dated"]) == ("imported", dt.date(2026, 3, 1), dt.date(2026, 1, 31))
    assert told(sale) == []
    again = fed.take(invoice(line(cost="5460"), number="2", issued="2026-01-31", **BOUGHT) + b"\n", name="d.xml")
    assert again.status == "known"


@pytest.mark.parametrize("issued", ["1999-12-31", "2199-01-01"])
def test_days_that_no_book_takes(take, issued):
    report, _ = take(invoice(issued=issued))
    assert (report.status, report.problem.code) == ("refused", "IMPORT_DATE_RANGE")


def test_hostile_texts_stand_in_the_book_as_texts(take):
    """Newlines, quotes, control characters, and what looks like a directive."""
    name = 'A"\n2026-01-01 open Assets:X\u202e\u0007 \\'.replace("\u0007", "")
    report, fed = take(invoice(line(name=name), buyer={**STRANGER, "name": name}, number='1"\n;'))
    assert report.status == "imported", report.problem
    (entry,) = fed.transactions()
    assert entry.payee == 'A" 2026-01-01 open Assets:X \\'
    assert entry.meta["invoice"] == '1" ;'
    assert entry.links == {next(iter(entry.links))}
    assert next(iter(entry.links)).startswith("inv-repris-")


AMOUNTS = st.integers(-10_000_00, 10_000_00).map(lambda n: D(n).scaleb(-2))
TAXES = st.sampled_from([("S", "25"), ("S", "12"), ("E", "0"), ("AE", "0"), ("K", "0"), ("O", None), ("L", "7")])
LINES = st.lists(st.tuples(AMOUNTS, TAXES, st.sampled_from(["4000", "5460", ""])), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    LINES,
    st.lists(st.tuples(AMOUNTS.map(abs), st.booleans(), TAXES), max_size=2),
    st.sampled_from([SELLER, DUTCH, NORSE]),
    st.sampled_from([invoice, credit]),
    AMOUNTS.map(abs),
    st.sampled_from(["0", "0.333", "0.5", "1"]),
)
def test_every_purchase_balances_and_its_debt_is_what_is_to_be_paid(feed, lines, changes, seller, make, prepaid, part):
    unit = feed(
        f'entity = "legal_entity"\norganisation_number = "556000-0167"\ncountry = "SE"\nvat_deduction = "{part}"\n'
        '[[source]]\nname = "in"\nformat = "ubl"\n',
        "2020-01-01 open Expenses:4000-Inköp-varor\n2020-01-01 open Expenses:5460-Förbrukningsmaterial\n",
    )
    content = make(
        *(line(net=str(net), code=tax[0], rate=tax[1], cost=cost) for net, tax, cost in lines),
        changes=[change(str(amount), charge=charge, code=tax[0], rate=tax[1]) for amount, charge, tax in changes],
        seller=seller,
        buyer=REPRIS,
        prepaid=str(prepaid),
    )
    report = unit.take(content, dry_run=True)
    (entry,) = report.plan.transactions
    assert sum(p.units.number for p in entry.postings) == 0
    owed = sum(p.units.number for p in entry.postings if ":2440" in p.account)
    gross = D(content.split(b'TaxInclusiveAmount currencyID="SEK">')[1].split(b"<")[0].decode())
    assert owed == (-gross if make is invoice else gross)


def test_the_book_holds_what_was_planned(take):
    report, fed = take(invoice(line(), line("Kaffe", "50.00", "12")))
    (stands,) = fed.transactions()
    assert stands.meta.pop("by") == "anna"
    assert stands.meta.pop("registered") == clock.today()
    assert shown(stands) == shown(report.plan.transactions[0])
    book = load_books(fed.ws, ["repris"]).units["repris"]
    assert book.ok, book.problems


@pytest.mark.parametrize(
    ("rounding", "codes"),
    [
        ("1.00", []),
        ("-1.00", []),
        ("1.01", ["UBL_ROUNDING_LARGE"]),
        ("-1.01", ["UBL_ROUNDING_LARGE"]),
        ("50.00", ["UBL_ROUNDING_LARGE"]),
    ],
)
def test_what_is_more_than_rounding_is_looked_at(take, rounding, codes):
    report, _ = take(invoice(line(cost="5460"), rounding=rounding, **BOUGHT))
    (entry,) = report.plan.transactions
    assert (entry.flag, told(report)) == ("!" if codes else "*", codes)
    assert postings(entry)[-1] == f"3740 {rounding} SEK"


def test_an_embedded_document_without_content_is_said(take):
    content = invoice(after=embedded("avtal.pdf", "JVBERi0="))
    assert content.count(b"JVBERi0=") == 1
    report, _ = take(content.replace(b"JVBERi0=", b""))
    assert [remark for remark in report.plan.remarks if "avtal.pdf" in remark] == [
        "1001: the embedded avtal.pdf is empty; ask the sender for it."
    ]
