"""An invoice comes once: known again, changed, booked by hand; and what credit notes settle with."""

import datetime as dt
from decimal import Decimal

import pytest

from importers.ubl.identity import content_of, source_id_of
from importers.ubl.read import read_ubl
from ledger.books import account_code
from ledger.charts import load_chart
from ledger.subledger import bill_link, movements_of, open_items
from tests.importers.ubl.build import GERMAN, NORSE, REPRIS, SELLER, STRANGER, credit, invoice, line
from tests.importers.ubl.conftest import postings, told
from tests.importers.ubl.test_read import SBDH

D = Decimal
OTHER = {"name": "Annan AB", "legal": "5565594158", "vat": "SE556559415801", "country": "SE"}
BOUGHT = {"seller": SELLER, "buyer": REPRIS}


def items(fed):
    """What is open: item or counterparty, amount."""
    entries = fed.book().entries()
    codes = {e.account: account_code(e.account, e.meta) for e in entries if type(e).__name__ == "Open"}
    found = open_items(movements_of(entries, load_chart("bas", fed.unit.folder), codes))
    return sorted((i.key or i.counterparty, str(i.open), i.currency) for i in found)


@pytest.mark.parametrize(
    "again",
    [
        invoice() + b"\n",
        invoice(envelope=SBDH),
        invoice().replace(b">125.00<", b">125.0<"),
        invoice().replace(b"<cbc:ID>1001", b"<!-- sent again --><cbc:ID>1001"),
        invoice(head="<cbc:Note>Kopia</cbc:Note>"),
    ],
)
def test_the_same_invoice_written_otherwise_is_known(take, again):
    _, fed = take(invoice())
    before = {name: text for name, text in fed.bytes().items() if name.endswith(".beancount")}
    report = fed.take(again, name="igen.xml")
    assert (report.status, report.plan.transactions, len(report.plan.known)) == ("known", [], 1)
    assert before == {name: text for name, text in fed.bytes().items() if name.endswith(".beancount")}
    assert len([name for name in fed.bytes() if "/documents/" in name]) == 2  # both files are kept


def test_the_same_file_is_known(take):
    _, fed = take(invoice())
    assert fed.take(invoice(), name="annat-namn.xml").status == "known"


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        (invoice(line(net="101.00")), "126.25 SEK"),
        (invoice(issued="2026-03-11"), "2026-03-10 -> 2026-03-11"),
        (invoice(due="2026-05-01"), "its lines or texts"),
        (invoice(line(name="Bord")), "its lines or texts"),
        (invoice(line(code="E", rate="0")), "100.00 SEK"),
        (invoice(buyer={**STRANGER, "legal": "5560360793"}), "its lines or texts"),
        (invoice(means=(("30", "10017", "999999", "SE:BANKGIRO"),)), "its lines or texts"),
    ],
)
def test_another_content_under_the_same_number_is_refused(take, changed, difference):
    _, fed = take(invoice())
    before = fed.bytes()
    report = fed.take(changed, name="annan.xml")
    assert (report.status, report.problem.code) == ("refused", "UBL_INVOICE_CHANGED")
    assert report.problem.params["difference"] == difference
    assert report.problem.params["place"].endswith("2026-03.beancount:1")
    assert fed.bytes() == before


@pytest.mark.parametrize("content", [line(cost="5460"), line(net="200.00", cost="5460")])
def test_numbers_that_differ_by_capitals_only_are_one(take, content):
    """Rather the same invoice, written otherwise, than another one: neither booked twice nor passed over unsaid."""
    _, fed = take(invoice(line(cost="5460"), number="F1a", **BOUGHT))
    report = fed.take(invoice(content, number="f1A", **BOUGHT), name="annan.xml")
    assert (report.status, report.problem.code) == ("refused", "UBL_INVOICE_CHANGED")
    assert report.problem.params["difference"].startswith("F1a -> f1A")
    assert len(fed.transactions()) == 1


@pytest.mark.parametrize(
    ("due", "status"),
    [
        ("1026-04-09", "refused"),
        ("1999-12-31", "refused"),
        ("2000-01-01", "imported"),
        (f"{dt.date.today().year + 1}-12-31", "imported"),  # noqa: DTZ011  as the import reckons
        (f"{dt.date.today().year + 2}-01-01", "refused"),  # noqa: DTZ011  likewise
        ("9999-12-31", "refused"),
    ],
)
def test_a_due_date_is_one_that_books_take(take, due, status):
    report, fed = take(invoice(due=due))
    assert report.status == status
    if status == "refused":
        assert report.problem.code == "IMPORT_DATE_RANGE"
        assert report.problem.params["position"] == "Invoice/DueDate"
        assert fed.transactions() == []


def test_what_makes_an_invoice_itself():
    """Seller and number, and whether it credits; of what the buyer wrote itself the buyer, too."""
    first = source_id_of(read_ubl(invoice()))
    assert first.startswith("ubl-")
    assert source_id_of(read_ubl(invoice(buyer=SELLER, issued="2026-05-01"))) == first
    assert source_id_of(read_ubl(invoice(seller={**REPRIS, "legal": "556000-0167", "name": "Repris"}))) == first
    others = [
        invoice(number="1002"),
        invoice(seller=SELLER),
        invoice(kind="CreditNote"),
        invoice(type_code="389"),
        invoice(type_code="389", buyer=SELLER),
    ]
    assert len({first, *(source_id_of(read_ubl(content)) for content in others)}) == 6


def test_what_an_invoice_says_does_not_hang_on_how_its_file_is_written():
    assert content_of(read_ubl(invoice())) == content_of(read_ubl(invoice(envelope=SBDH).replace(b"\n", b"\n\n")))


def test_sellers_may_use_one_number(take):
    report, fed = take(invoice(line(cost="5460"), **BOUGHT))
    other = fed.take(invoice(line(cost="5460"), seller=STRANGER, buyer=REPRIS), name="b.xml")
    assert (report.status, other.status) == ("imported", "imported")
    assert len({link for entry in fed.transactions() for link in entry.links}) == 2


UNNAMED = {**SELLER, "legal": ""}


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (SELLER, UNNAMED),  # its VAT number holds its organisation number
        (UNNAMED, SELLER),
        (SELLER, {**UNNAMED, "vat": "", "endpoint": "5560360793"}),
        (SELLER, {**UNNAMED, "vat": ""}),  # by name, number, day and amount
        ({**UNNAMED, "vat": ""}, SELLER),
        (SELLER, {**UNNAMED, "vat": "", "name": "Trävaror Väst"}),  # by account, number, day and amount
        (SELLER, {**SELLER, "legal": "SE556036079301"}),
        (SELLER, {**SELLER, "legal": "16556036-0793"}),
        (NORSE, {**NORSE, "legal": ""}),
        (GERMAN, {**GERMAN, "legal": ""}),
    ],
)
def test_a_seller_that_names_itself_otherwise_is_booked_once(take, first, again):
    _, fed = take(invoice(line(cost="5460"), seller=first, buyer=REPRIS))
    report = fed.take(invoice(line(cost="5460"), seller=again, buyer=REPRIS), name="b.xml")
    assert (report.status, len(report.plan.known)) == ("known", 1)
    other = fed.take(invoice(line("Bord", cost="5460"), seller=again, buyer=REPRIS), name="c.xml")
    assert (other.status, other.problem.code) == ("refused", "UBL_INVOICE_CHANGED")
    assert other.problem.params["difference"] == "its lines or texts"
    assert len(fed.transactions()) == 1


@pytest.mark.parametrize(
    "again",
    [
        invoice(line(cost="5460"), seller={**UNNAMED, "vat": "", "name": "Annan AB"}, buyer=REPRIS, means=()),
        invoice(line(cost="5460"), seller={**UNNAMED, "vat": ""}, buyer=REPRIS, issued="2026-03-11"),
        invoice(line(net="101.00", cost="5460"), seller={**UNNAMED, "vat": ""}, buyer=REPRIS),
        invoice(line(cost="5460"), seller={**UNNAMED, "vat": ""}, buyer=REPRIS, number="1002"),
        invoice(line(cost="5460"), seller={**SELLER, "legal": "5565594158"}, buyer=REPRIS),
        credit(line(cost="5460"), seller={**UNNAMED, "vat": ""}, buyer=REPRIS, number="1001", of=""),
    ],
)
def test_another_invoice_is_another(take, again):
    """Another day, amount, number or kind; another organisation number, or neither name nor account the same."""
    _, fed = take(invoice(line(cost="5460"), **BOUGHT))
    assert fed.take(again, name="b.xml").status == "imported"
    assert len(fed.transactions()) == 2


def test_an_own_invoice_that_names_the_unit_otherwise_is_booked_once(take):
    _, fed = take(invoice())
    again = {"legal": "", "vat": "", "ids": ["556000-0167"]}
    assert fed.take(invoice(seller={**REPRIS, **again}), name="b.xml").status == "known"
    assert len(fed.transactions()) == 1


def test_one_number_to_two_customers_is_refused(take):
    """Booked by hand for Kund AB, 125.00; the file says 250.00 to Annan AB: never one item for both."""
    report, fed = take(invoice(line(net="200.00"), buyer=OTHER), _2026_03=BY_HAND.format(amount="125.00"))
    assert (report.status, report.problem.code) == ("refused", "UBL_INVOICE_BOOKED")
    assert len(fed.transactions()) == 1


BY_HAND = """\
2026-03-10 * "Kund AB" "Faktura 1001" ^inv-repris-1001
  Assets:1510-Kundfordringar   {amount} SEK
  Income:3001-Försäljning-25  -{amount} SEK
"""


def test_an_invoice_that_was_booked_by_hand_is_refused(take):
    report, fed = take(invoice(), _2026_03=BY_HAND.format(amount="125.00"))
    assert (report.status, report.problem.code) == ("refused", "UBL_INVOICE_BOOKED")
    assert report.problem.params["place"] == "units/repris/books/2026/2026-03.beancount:1"
    assert len(fed.transactions()) == 1


def test_a_payment_under_its_link_is_no_invoice(take):
    paid = BY_HAND.format(amount="-125.00").replace("--", "").replace("Income:3001-Försäljning-25", "Assets:1930-Bank")
    report, _ = take(invoice(), _2026_03=paid)
    assert report.status == "imported"


# --- credit notes


def test_a_credit_note_belongs_to_the_open_invoice(take):
    """125.00 less 25.00: 100.00 are left of the invoice."""
    _, fed = take(invoice())
    report = fed.take(credit(line(net="20.00")), name="k.xml")
    (entry,) = report.plan.transactions
    assert (entry.flag, told(report)) == ("*", [])
    assert entry.links == {"inv-repris-_credit-K1", "inv-repris-1001"}
    assert entry.postings[0].meta == {"item": "inv-repris-1001"}
    assert entry.meta["credits"] == "1001"
    assert items(fed) == [("inv-repris-1001", "100.00", "SEK")]


def test_a_credit_note_of_a_paid_invoice_stands_for_itself(take):
    _, fed = take(invoice())
    month = fed.unit.month_file(dt.date(2026, 3, 10))
    paid = (
        '\n2026-03-20 * "Kund AB" "Betalning" ^inv-repris-1001\n  Assets:1930-Bank  125.00 SEK\n'
        "  Assets:1510-Kundfordringar  -125.00 SEK\n"
    )
    month.write_text(month.read_text() + paid)
    report = fed.take(credit(line(net="20.00"), issued="2026-03-25"), name="k.xml")
    (entry,) = report.plan.transactions
    assert entry.postings[0].meta == {"item": "inv-repris-_credit-K1"}
    assert items(fed) == [("inv-repris-_credit-K1", "-25.00", "SEK")]


@pytest.mark.parametrize("paid", [False, True])
@pytest.mark.parametrize(
    ("net", "flag", "codes", "credited"),
    [
        ("60.00", "*", [], ""),
        ("60.01", "!", ["UBL_CREDIT_MORE"], "125.01"),
        ("100.00", "!", ["UBL_CREDIT_MORE"], "175.00"),
    ],
)
def test_more_credited_than_invoiced_is_looked_at(take, net, flag, codes, credited, paid):
    """125.00 were invoiced and 50.00 credited: 75.00 (net 60.00) can still be; paid or not."""
    _, fed = take(invoice())
    if paid:
        month = fed.unit.month_file(dt.date(2026, 3, 10))
        payment = '2026-03-20 * "Kund AB" "" ^inv-repris-1001\n  Assets:1930-Bank  125.00 SEK\n'
        month.write_text(month.read_text() + "\n" + payment + "  Assets:1510-Kundfordringar  -125.00 SEK\n")
    assert fed.take(credit(line(net="40.00")), name="k.xml").plan.transactions[0].flag == "*"
    report = fed.take(credit(line(net=net), number="K2"), name="k2.xml")
    assert (report.plan.transactions[0].flag, told(report)) == (flag, codes)
    if codes:
        said = report.plan.notes[0].params
        assert (said["credited"], said["invoiced"], said["preceding"]) == (credited, "125.00", "1001")
        assert said["number"] == "K2"


def test_a_prepaid_invoice_may_be_credited_as_a_whole(take):
    """Of 125.00 were 25.00 prepaid: the item is 100.00, but 125.00 were invoiced."""
    _, fed = take(invoice(prepaid="25.00"))
    assert told(fed.take(credit(), name="k.xml")) == []


@pytest.mark.parametrize(("ahead", "codes"), [(31, []), (32, ["UBL_DATE_AHEAD"])])
def test_an_invoice_dated_long_ahead_is_looked_at(take, ahead, codes):
    day = dt.date.today() + dt.timedelta(days=ahead)  # noqa: DTZ011  as the import reckons
    report, _ = take(invoice(issued=str(day), due=str(day)))
    assert (report.plan.transactions[0].flag, told(report)) == ("!" if codes else "*", codes)


def test_a_credit_note_of_an_invoice_that_nobody_knows(take):
    report, fed = take(credit(of="999"))
    (entry,) = report.plan.transactions
    assert (told(report), entry.links, entry.postings[0].meta) == (
        ["UBL_CREDIT_UNKNOWN"],
        {"inv-repris-_credit-K1"},
        None,
    )
    assert items(fed) == [("inv-repris-_credit-K1", "-125.00", "SEK")]


def test_a_credit_note_may_bear_the_number_of_what_it_credits(take):
    """As in the samples: both are called Snippet1."""
    _, fed = take(invoice())
    report = fed.take(credit(number="1001"), name="k.xml")
    assert report.plan.transactions[0].links == {"inv-repris-1001", "inv-repris-_credit-1001"}
    assert items(fed) == []


@pytest.mark.parametrize(
    ("number", "of", "buyer", "rest"),
    [
        ("1001", "", OTHER, {"inv-repris-1001": "125.00", "inv-repris-_credit-1001": "-50.00"}),
        ("1001", "", STRANGER, {"inv-repris-1001": "125.00", "inv-repris-_credit-1001": "-50.00"}),
        ("1001", "77", OTHER, {"inv-repris-1001": "125.00", "inv-repris-_credit-1001": "-50.00"}),
        ("7", "1001", OTHER, {"inv-repris-1001": "125.00", "inv-repris-_credit-7": "-50.00"}),  # 1001 isn't Annan's
        ("7", "1001", STRANGER, {"inv-repris-1001": "75.00"}),
        ("7", "1001", {**STRANGER, "name": "KUND Aktiebolag"}, {"inv-repris-1001": "75.00"}),
    ],
)
def test_a_credit_note_settles_what_it_names_and_no_invoice_that_has_its_number(take, number, of, buyer, rest):
    """Invoice 1001 to Kund AB, 125.00; credit notes, 50.00, are numbered in a series of their own."""
    _, fed = take(invoice())
    report = fed.take(credit(line(net="40.00"), number=number, of=of, buyer=buyer), name="k.xml")
    assert told(report) == (["UBL_CREDIT_UNKNOWN"] if of and len(rest) == 2 else [])
    assert items(fed) == [(item, amount, "SEK") for item, amount in sorted(rest.items())]


def test_a_credit_note_of_a_supplier_settles_no_invoice_that_has_its_number(take):
    """Invoices 1001 (125.00) and 1500 (250.00), credit note 1001 of 1500 (125.00), credit note 1500 of nothing."""
    _, fed = take(invoice(line(cost="5460"), **BOUGHT))
    fed.take(invoice(line(net="200.00", cost="5460"), number="1500", **BOUGHT), name="b.xml")
    fed.take(credit(line(cost="5460"), number="1001", of="1500", **BOUGHT), name="c.xml")
    fed.take(credit(line(cost="5460"), number="1500", of="", **BOUGHT), name="d.xml")
    seller = "5560360793"
    left = {
        bill_link(seller, "1001"): "-125.00",
        bill_link(seller, "1500"): "-125.00",
        bill_link(seller, "1500", credit=True): "125.00",
    }
    assert items(fed) == sorted((item, amount, "SEK") for item, amount in left.items())


def test_an_invoice_after_a_credit_note_of_its_number(take):
    """The credit note comes first, as files do: neither takes the other."""
    _, fed = take(credit(line(net="40.00"), number="1001", of="", buyer=OTHER))
    assert fed.take(invoice(), name="f.xml").status == "imported"
    assert items(fed) == [("inv-repris-1001", "125.00", "SEK"), ("inv-repris-_credit-1001", "-50.00", "SEK")]


def test_a_credit_note_takes_the_cost_back_from_where_it_is(take):
    """The invoice was placed by a person; nothing else says where the credit note goes."""
    _, fed = take(invoice(**BOUGHT))
    month = fed.unit.month_file(dt.date(2026, 3, 10))
    book = month.read_text().replace(' ! "', ' * "')
    month.write_text(book.replace("Liabilities:2999-Observationskonto", "Expenses:5460-Förbrukningsmaterial"))
    report = fed.take(credit(line(net="20.00"), **BOUGHT), name="k.xml")
    (entry,) = report.plan.transactions
    assert (entry.flag, postings(entry)) == ("*", ["2440 25.00 SEK", "5460 -20.00 SEK", "2641 -5.00 SEK"])
    assert items(fed) == [(bill_link("5560360793", "1001"), "-100.00", "SEK")]


def test_a_negative_invoice_corrects_like_a_credit_note(take):
    _, fed = take(invoice())
    head = "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>1001</cbc:ID></cac:InvoiceDocumentReference>"
    report = fed.take(invoice(line(net="-100.00"), number="1002", head=head + "</cac:BillingReference>"), name="k.xml")
    assert report.plan.transactions[0].postings[0].meta == {"item": "inv-repris-1001"}
    assert items(fed) == []


def test_what_the_buyer_wrote_itself_has_the_buyers_number(take):
    """Two customers write invoices in the unit's name, both number them 1; its own 1 is another."""
    _, fed = take(invoice(number="1"))
    for buyer in (STRANGER, SELLER):
        assert (
            fed.take(invoice(number="1", type_code="389", buyer=buyer), name=f"{buyer['legal']}.xml").status
            == "imported"
        )
    assert len({link for entry in fed.transactions() for link in entry.links}) == 3


def test_a_self_billed_sale_that_breaks_a_swedish_rule_is_the_buyers_fault(take):
    report, _ = take(invoice(type_code="389", seller={**REPRIS, "vat": "SE55600001670199"}))
    assert (report.status, told(report)) == ("imported", ["UBL_SWEDISH_RULE"])


def test_a_prepaid_invoice_and_its_earlier_payment_meet(take):
    """40.00 came before the invoice and stand on the customer's account; 85.00 are left to be paid."""
    before = (
        '2026-03-01 * "Kund AB" "Handpenning"\n  Assets:1930-Bank  40.00 SEK\n'
        "  Assets:1510-Kundfordringar  -40.00 SEK\n"
    )
    _, fed = take(invoice(prepaid="40.00"), _2026_03=before)
    assert items(fed) == [("inv-repris-1001", "85.00", "SEK")]
