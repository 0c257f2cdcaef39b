"""Payments of invoices, each a worked ledger: the book, and after `=>` the entry that the bank's line becomes.

Amounts are worked out by hand: what is open is the invoice less what was paid on it.
"""

import pytest

from importers.recognise.references import fold_reference, same_party, words
from tests.importers.recognise.conftest import line, plan, source, told, unit, view

pytestmark = pytest.mark.usefixtures("_english")

INVOICE = """\
2026-03-05 * "Kund AB" "Faktura 1001" ^inv-repris-1001
  invoice: "1001"
  due: 2026-04-04
  reference: "10017"
  Assets:1510-Kundfordringar        1250.00 SEK
  Income:3001-Försäljning-25       -1000.00 SEK
  Liabilities:2611-Utgående-moms-25 -250.00 SEK
"""


def test_an_exact_payment_by_ocr(worked):
    """
    2026-03-05 * "Kund AB" "Faktura 1001" ^inv-repris-1001
      invoice: "1001"
      due: 2026-04-04
      reference: "10017"
      Assets:1510-Kundfordringar        1250.00 SEK
      Income:3001-Försäljning-25       -1250.00 SEK
    =>
    2026-04-01 * "K AKTIEBOLAG" "Insättning" ^inv-repris-1001
      reference: "0010017"
      Assets:1930-Bank            1250.00 SEK
      Assets:1510-Kundfordringar -1250.00 SEK
    """
    worked(line("2026-04-01", "1250.00", "Insättning", counterparty="K AKTIEBOLAG", reference="0010017"))


def test_a_number_in_the_text_and_the_whole_amount(worked):
    """
    2026-03-05 * "Kund AB" "Faktura 1001" ^inv-repris-1001
      invoice: "1001"
      Assets:1510-Kundfordringar        1250.00 SEK
      Income:3001-Försäljning-25       -1250.00 SEK
    =>
    2026-04-01 * "Bo Karlsson" "Betalar faktura nr 1001, tack" ^inv-repris-1001
      Assets:1930-Bank            1250.00 SEK
      Assets:1510-Kundfordringar -1250.00 SEK
    """
    worked(line("2026-04-01", "1250.00", "Betalar faktura nr 1001, tack", counterparty="Bo Karlsson"))


@pytest.mark.parametrize(
    ("text", "amount", "counterparty", "settled"),
    [
        ("faktura 1001", "1250.00", "", True),
        ("2026/1001", "1250.00", "", True),
        ("F1001", "1250.00", "", False),  # a word of its own it must be
        ("21001", "1250.00", "", False),
        ("1001", "1249.00", "Kund AB", False),  # free text needs the whole amount: kronor dropped aren't guessed
        ("1001", "1249.00", "", False),
        ("faktura", "1250.00", "Kund AB", False),  # same name and amount: suggested only
        ("faktura 1001", "-1250.00", "Kund AB", False),  # money out settles no claim
    ],
)
def test_free_text_is_believed_only_with_the_whole_amount(text, amount, counterparty, settled):
    (entry,) = plan(view(INVOICE), line("2026-04-01", amount, text, counterparty=counterparty))
    assert (entry.flag == "*", entry.links == {"inv-repris-1001"}) == (settled, settled)


@pytest.mark.parametrize(
    ("amount", "counterparty", "settled"),
    [
        ("1250.00", "Någon annan", True),
        ("400.00", "KUND aktiebolag", True),
        ("400.00", "Någon annan", False),  # a number is soon typed; whose, and how much?
        ("400.00", "", False),
    ],
)
def test_an_invoice_number_in_the_reference_field_needs_the_amount_or_the_customer(amount, counterparty, settled):
    (entry,) = plan(view(INVOICE), line("2026-04-01", amount, reference="1001", counterparty=counterparty))
    assert (entry.flag == "*") is settled
    if not settled:
        reason = "1001 is named, but 1250.00 SEK are open, and the payer has another name"
        assert entry.meta["suggestion"] == f"Assets:1510-Kundfordringar: {reason}"


def test_a_part_payment_leaves_the_rest_open(worked):
    """
    2026-03-05 * "Kund AB" "Faktura 1001" ^inv-repris-1001
      invoice: "1001"
      reference: "10017"
      Assets:1510-Kundfordringar        1250.00 SEK
      Income:3001-Försäljning-25       -1250.00 SEK
    =>
    2026-04-01 * "Kund AB" "" ^inv-repris-1001
      reference: "10017"
      Assets:1930-Bank            1000.00 SEK
      Assets:1510-Kundfordringar -1000.00 SEK

    2026-04-20 * "Kund AB" "" ^inv-repris-1001
      reference: "10017"
      Assets:1930-Bank            250.00 SEK
      Assets:1510-Kundfordringar -250.00 SEK
    """
    first = line("2026-04-01", "1000.00", counterparty="Kund AB", reference="10017")
    worked(first, line("2026-04-20", "250.00", counterparty="Kund AB", reference="10017"))


def test_an_overpayment_stands_on_the_invoice_as_a_credit_and_waits(worked):
    """
    2026-03-05 * "Kund AB" "Faktura 1001" ^inv-repris-1001
      invoice: "1001"
      reference: "10017"
      Assets:1510-Kundfordringar        1250.00 SEK
      Income:3001-Försäljning-25       -1250.00 SEK
    =>
    2026-04-01 ! "Kund AB" "" ^inv-repris-1001
      reference: "10017"
      suggestion: "Assets:1510-Kundfordringar: 1001 is paid with 50.00 SEK too much: pay it back or set it off"
      Assets:1930-Bank            1300.00 SEK
      ! Assets:1510-Kundfordringar -1300.00 SEK
        counterparty: "Kund AB"
        item: "inv-repris-1001"
    """
    worked(line("2026-04-01", "1300.00", counterparty="Kund AB", reference="10017"))


def test_a_double_payment_stands_as_a_credit_and_says_when_it_was_paid(worked):
    """
    2026-03-05 * "Kund AB" "Faktura 1001" ^inv-repris-1001
      invoice: "1001"
      reference: "10017"
      Assets:1510-Kundfordringar        1250.00 SEK
      Income:3001-Försäljning-25       -1250.00 SEK

    2026-03-20 * "Kund AB" "Betalning" ^inv-repris-1001
      Assets:1930-Bank                  1250.00 SEK
      Assets:1510-Kundfordringar       -1250.00 SEK
    =>
    2026-04-01 ! "Kund AB" "" ^inv-repris-1001
      reference: "10017"
      suggestion: "Assets:1510-Kundfordringar: 1001 was paid already on 2026-03-20"
      Assets:1930-Bank            1250.00 SEK
      ! Assets:1510-Kundfordringar -1250.00 SEK
        counterparty: "Kund AB"
        item: "inv-repris-1001"
    """
    worked(line("2026-04-01", "1250.00", counterparty="Kund AB", reference="10017"))


def test_what_one_payment_settles_the_next_of_the_same_file_cannot(worked):
    """
    2026-03-05 * "Kund AB" "Faktura 1001" ^inv-repris-1001
      invoice: "1001"
      reference: "10017"
      Assets:1510-Kundfordringar        1250.00 SEK
      Income:3001-Försäljning-25       -1250.00 SEK
    =>
    2026-04-01 * "Kund AB" "" ^inv-repris-1001
      reference: "10017"
      Assets:1930-Bank            1250.00 SEK
      Assets:1510-Kundfordringar -1250.00 SEK

    2026-04-01 ! "Kund AB" "" ^inv-repris-1001
      reference: "10017"
      suggestion: "Assets:1510-Kundfordringar: 1001 was paid already on 2026-04-01"
      Assets:1930-Bank            1250.00 SEK
      ! Assets:1510-Kundfordringar -1250.00 SEK
        counterparty: "Kund AB"
        item: "inv-repris-1001"
    """
    same = line("2026-04-01", "1250.00", counterparty="Kund AB", reference="10017")
    worked(same, same)


def test_the_double_payment_paid_back_by_its_reference_evens_the_item_out(worked):
    """
    2026-03-05 * "Kund AB" "Faktura 1001" ^inv-repris-1001
      invoice: "1001"
      reference: "10017"
      Assets:1510-Kundfordringar        1250.00 SEK
      Income:3001-Försäljning-25       -1250.00 SEK

    2026-03-20 * "Kund AB" "Betalning" ^inv-repris-1001
      Assets:1930-Bank                  2500.00 SEK
      Assets:1510-Kundfordringar       -2500.00 SEK
    =>
    2026-04-01 * "Kund AB" "Återbetalning" ^inv-repris-1001
      reference: "10017"
      Assets:1930-Bank           -1250.00 SEK
      Assets:1510-Kundfordringar  1250.00 SEK
    """
    worked(line("2026-04-01", "-1250.00", "Återbetalning", counterparty="Kund AB", reference="10017"))


def test_a_payment_that_the_bank_takes_back_is_only_suggested():
    """
    2026-03-20 * "Kund AB" "Betalning" ^inv-repris-1001
      Assets:1930-Bank                  1250.00 SEK
      Assets:1510-Kundfordringar       -1250.00 SEK
    """
    book = INVOICE + test_a_payment_that_the_bank_takes_back_is_only_suggested.__doc__.replace("\n    ", "\n")
    (entry,) = plan(view(book), line("2026-04-01", "-1250.00", counterparty="Kund AB", reference="10017"))
    assert entry.flag == "!"
    assert entry.postings[1].account == "Liabilities:2999-Observationskonto"
    said = "1001, paid on 2026-03-20, may be taken back by it"
    assert entry.meta["suggestion"] == f"Assets:1510-Kundfordringar: {said}"


def test_one_payment_of_several_invoices_names_each_item(worked):
    """
    2026-03-05 * "Kund AB" "Faktura 1001" ^inv-repris-1001
      invoice: "1001"
      Assets:1510-Kundfordringar        1250.00 SEK
      Income:3001-Försäljning-25       -1250.00 SEK

    2026-03-12 * "Kund AB" "Faktura 1002" ^inv-repris-1002
      invoice: "1002"
      Assets:1510-Kundfordringar         500.00 SEK
      Income:3001-Försäljning-25        -500.00 SEK
    =>
    2026-04-01 * "Kund AB" "Fakt 1001 + 1002" ^inv-repris-1001 ^inv-repris-1002
      Assets:1930-Bank            1750.00 SEK
      Assets:1510-Kundfordringar -1250.00 SEK
        item: "inv-repris-1001"
      Assets:1510-Kundfordringar -500.00 SEK
        item: "inv-repris-1002"
    """
    worked(line("2026-04-01", "1750.00", "Fakt 1001 + 1002", counterparty="Kund AB"))


def test_several_invoices_that_do_not_sum_to_the_payment_wait():
    """
    2026-03-12 * "Kund AB" "Faktura 1002" ^inv-repris-1002
      invoice: "1002"
      Assets:1510-Kundfordringar         500.00 SEK
      Income:3001-Försäljning-25        -500.00 SEK
    """
    book = INVOICE + test_several_invoices_that_do_not_sum_to_the_payment_wait.__doc__.replace("\n    ", "\n")
    (entry,) = plan(view(book), line("2026-04-01", "1700.00", "1001 1002", counterparty="Kund AB"))
    assert entry.flag == "!"
    said = "the text names 1002, of which 500.00 SEK are open"
    assert entry.meta["suggestion"] == f"Assets:1510-Kundfordringar: {said}"


def test_a_credit_note_is_set_off_against_an_invoice_in_one_payment(worked):
    """
    2026-03-05 * "Kund AB" "Faktura 1001" ^inv-repris-1001
      invoice: "1001"
      Assets:1510-Kundfordringar        1250.00 SEK
      Income:3001-Försäljning-25       -1250.00 SEK

    2026-03-12 * "Kund AB" "Kreditfaktura 2001" ^inv-repris-2001
      invoice: "K2001"
      Assets:1510-Kundfordringar        -250.00 SEK
      Income:3001-Försäljning-25         250.00 SEK
    =>
    2026-04-01 * "Kund AB" "1001 minus K2001" ^inv-repris-1001 ^inv-repris-2001
      Assets:1930-Bank            1000.00 SEK
      Assets:1510-Kundfordringar -1250.00 SEK
        item: "inv-repris-1001"
      Assets:1510-Kundfordringar 250.00 SEK
        item: "inv-repris-2001"
    """
    worked(line("2026-04-01", "1000.00", "1001 minus K2001", counterparty="Kund AB"))


def test_a_credit_note_paid_back(worked):
    """
    2026-03-12 * "Kund AB" "Kreditfaktura 2001" ^inv-repris-2001
      invoice: "2001"
      Assets:1510-Kundfordringar        -250.00 SEK
      Income:3001-Försäljning-25         250.00 SEK
    =>
    2026-04-01 * "Kund AB" "Kredit 2001" ^inv-repris-2001
      Assets:1930-Bank           -250.00 SEK
      Assets:1510-Kundfordringar  250.00 SEK
    """
    worked(line("2026-04-01", "-250.00", "Kredit 2001", counterparty="Kund AB"))


def test_a_purchase_paid_by_the_sellers_ocr(worked):
    """
    2026-03-05 * "Elbolaget AB" "El mars" ^bill-0a1b2c
      invoice: "77-412"
      due: 2026-04-04
      reference: "7741290"
      Expenses:6110-Kontorsmaterial       800.00 SEK
      Liabilities:2641-Ingående-moms      200.00 SEK
      Liabilities:2440-Leverantörsskulder -1000.00 SEK
    =>
    2026-04-02 * "ELBOLAGET" "LB" ^bill-0a1b2c
      reference: "77412 90"
      Assets:1930-Bank                    -1000.00 SEK
      Liabilities:2440-Leverantörsskulder  1000.00 SEK
    """
    worked(line("2026-04-02", "-1000.00", "LB", counterparty="ELBOLAGET", reference="77412 90"))


def test_two_sellers_with_one_number_are_told_apart_by_amount_or_name(worked):
    """
    2026-03-05 * "Elbolaget AB" "El" ^bill-1
      invoice: "500"
      Expenses:6110-Kontorsmaterial       800.00 SEK
      Liabilities:2440-Leverantörsskulder -800.00 SEK

    2026-03-06 * "Vatten AB" "Vatten" ^bill-2
      invoice: "500"
      Expenses:6110-Kontorsmaterial       300.00 SEK
      Liabilities:2440-Leverantörsskulder -300.00 SEK
    =>
    2026-04-02 * "Okänd" "" ^bill-2
      reference: "500"
      Assets:1930-Bank                    -300.00 SEK
      Liabilities:2440-Leverantörsskulder  300.00 SEK

    2026-04-03 * "Elbolaget" "" ^bill-1
      reference: "500"
      Assets:1930-Bank                    -500.00 SEK
      Liabilities:2440-Leverantörsskulder  500.00 SEK
    """
    worked(
        line("2026-04-02", "-300.00", counterparty="Okänd", reference="500"),
        line("2026-04-03", "-500.00", counterparty="Elbolaget", reference="500"),
    )


def test_a_bank_fee_that_was_taken_off_is_not_guessed(worked):
    """
    2026-03-05 * "Kund AB" "Faktura 1001" ^inv-repris-1001
      invoice: "1001"
      reference: "10017"
      Assets:1510-Kundfordringar        1250.00 SEK
      Income:3001-Försäljning-25       -1250.00 SEK
    =>
    2026-04-01 * "Kund AB" "" ^inv-repris-1001
      reference: "10017"
      Assets:1930-Bank            1235.00 SEK
      Assets:1510-Kundfordringar -1235.00 SEK
    """
    worked(line("2026-04-01", "1235.00", counterparty="Kund AB", reference="10017"))


RENT = """\
2026-01-05 * "Hyresgäst" "Hyra januari" ^inv-repris-1
  reference: "5551"
  Assets:1510-Kundfordringar  300.00 SEK
  Income:3001-Försäljning-25 -300.00 SEK

2026-02-05 * "Hyresgäst" "Hyra februari" ^inv-repris-2
  reference: "5551"
  Assets:1510-Kundfordringar  300.00 SEK
  Income:3001-Försäljning-25 -300.00 SEK

2026-03-05 * "Hyresgäst" "Hyra mars" ^inv-repris-3
  reference: "5551"
  Assets:1510-Kundfordringar  350.00 SEK
  Income:3001-Försäljning-25 -350.00 SEK
"""


@pytest.mark.parametrize(
    ("amounts", "links"),
    [
        (["300.00"], [{"inv-repris-1"}]),  # the oldest of that amount
        (["300.00", "300.00", "350.00"], [{"inv-repris-1"}, {"inv-repris-2"}, {"inv-repris-3"}]),
        (["350.00"], [{"inv-repris-3"}]),  # the one of that amount
        (["950.00"], [{"inv-repris-1", "inv-repris-2", "inv-repris-3"}]),  # all of them
        (["100.00"], [set()]),  # of which? it waits
    ],
)
def test_one_reference_on_all_invoices_of_a_customer(amounts, links):
    made = plan(view(RENT), *(line("2026-04-01", a, reference="5551") for a in amounts))
    assert [set(entry.links) for entry in made] == links


def test_a_claim_in_euro_paid_in_kronor_is_settled_whole_with_its_exchange_gain(worked):
    """
    2026-03-05 * "Kunde GmbH" "Rechnung 1003" ^inv-repris-1003
      invoice: "1003"
      reference: "10033"
      Assets:1510-Kundfordringar         100.00 EUR @@ 1140.00 SEK
      Income:3001-Försäljning-25       -1140.00 SEK
    =>
    2026-04-01 * "Kunde GmbH" "" ^inv-repris-1003
      reference: "10033"
      Assets:1930-Bank            1152.50 SEK
      Assets:1510-Kundfordringar -100.00 EUR @@ 1140.00 SEK
      Income:3960-Valutakursvinster -12.50 SEK
    """
    worked(line("2026-04-01", "1152.50", counterparty="Kunde GmbH", reference="10033"))


def test_a_claim_in_euro_on_another_unit_is_no_different(worked):
    """
    2026-03-05 * "Reusa" "Factura 1003" ^ic-repris-1003
      invoice: "1003"
      reference: "10033"
      Assets:1660-Intern-fordran         100.00 EUR @@ 1140.00 SEK
        partner: "reusa"
        ic: "trade"
      Income:3001-Försäljning-25       -1140.00 SEK
        partner: "reusa"
        ic: "trade"
    =>
    2026-04-01 * "Reusa" "" ^ic-repris-1003
      reference: "10033"
      Assets:1930-Bank            1152.50 SEK
      Assets:1660-Intern-fordran -100.00 EUR @@ 1140.00 SEK
        partner: "reusa"
        ic: "trade"
      Income:3960-Valutakursvinster -12.50 SEK
    """
    worked(line("2026-04-01", "1152.50", counterparty="Reusa", reference="10033"))


def test_a_debt_in_euro_paid_dearer_is_an_exchange_loss(worked):
    """
    2026-03-05 * "Lieferant GmbH" "Rechnung 9" ^bill-9
      invoice: "R9"
      reference: "RF18539007547034"
      Expenses:4000-Inköp-varor           1140.00 SEK
      Liabilities:2440-Leverantörsskulder -100.00 EUR @@ 1140.00 SEK
    =>
    2026-04-01 * "Lieferant" "" ^bill-9
      reference: "RF18 5390 0754 7034"
      Assets:1930-Bank                    -1150.00 SEK
      Liabilities:2440-Leverantörsskulder  100.00 EUR @@ 1140.00 SEK
      Expenses:7960-Valutakursförluster 10.00 SEK
    """
    worked(line("2026-04-01", "-1150.00", counterparty="Lieferant", reference="RF18 5390 0754 7034"))


@pytest.mark.parametrize(
    ("amount", "reference", "text"),
    [
        ("570.00", "10033", ""),  # half of it, or a rate of 5.70? more than a tenth is no exchange difference
        ("1254.01", "10033", ""),  # 10.0009 %
        ("1152.50", "1003", ""),  # a number alone
        ("1152.50", "", "1003"),
    ],
)
def test_a_claim_in_euro_that_is_not_clearly_paid_whole_waits(amount, reference, text):
    book = """
    2026-03-05 * "Kunde GmbH" "Rechnung 1003" ^inv-repris-1003
      invoice: "1003"
      reference: "10033"
      Assets:1510-Kundfordringar         100.00 EUR @@ 1140.00 SEK
      Income:3001-Försäljning-25       -1140.00 SEK
    """
    (entry,) = plan(view(book), line("2026-04-01", amount, text, reference=reference, counterparty="Kunde GmbH"))
    assert entry.flag == "!"
    assert [p.account for p in entry.postings] == ["Assets:1930-Bank", "Liabilities:2999-Observationskonto"]


def test_a_rate_that_moved_by_a_tenth_is_still_one():
    """1140.00 x 1.1 = 1254.00, gain 114.00."""
    book = """
    2026-03-05 * "Kunde GmbH" "Rechnung 1003" ^inv-repris-1003
      reference: "10033"
      Assets:1510-Kundfordringar         100.00 EUR @@ 1140.00 SEK
      Income:3001-Försäljning-25       -1140.00 SEK
    """
    (entry,) = plan(view(book), line("2026-04-01", "1254.00", reference="10033"))
    assert (entry.flag, str(entry.postings[2].units)) == ("*", "-114.00 SEK")


@pytest.mark.parametrize(("price", "settled"), [(" @@ 1140.00 SEK", True), ("", False)])
def test_a_claim_in_euro_paid_to_an_account_in_euro(price, settled):
    """What a payment is worth can't be set off against a claim of which nobody knows what it was worth."""
    income = "-1140.00 SEK" if settled else "-100.00 EUR"
    book = f"""
    2026-03-30 price EUR 11.50 SEK
    2026-03-05 * "Kunde GmbH" "Rechnung 1003" ^inv-repris-1003
      reference: "10033"
      Assets:1510-Kundfordringar         100.00 EUR{price}
      Income:3001-Försäljning-25         {income}
    """
    (entry,) = plan(view(book, unit(source(currency="EUR"))), line("2026-04-01", "100.00", reference="10033"))
    assert (entry.flag == "*", entry.links == {"inv-repris-1003"}) == (settled, settled)
    if not settled:
        said = "10033 is named, but was booked without its worth in SEK: add @@ and the amount to it"
        assert entry.meta["suggestion"] == f"Assets:1510-Kundfordringar: {said}"


def test_a_collected_line_settles_part_by_part(worked):
    """
    2026-03-05 * "Kund AB" "Faktura 1001" ^inv-repris-1001
      reference: "10017"
      Assets:1510-Kundfordringar        1250.00 SEK
      Income:3001-Försäljning-25       -1250.00 SEK
    =>
    2026-04-01 ! "Bankgiro" ^inv-repris-1001
      suggestion: "x"
      Assets:1930-Bank            1350.00 SEK
      Assets:1510-Kundfordringar -1250.00 SEK
        item: "inv-repris-1001"
      Liabilities:2999-Observationskonto -100.00 SEK
        counterparty: "Bo"
        text: "medlemsavgift"
        payment: 100.00
    """
    book = view(test_a_collected_line_settles_part_by_part.__doc__.partition("=>")[0])
    parts = [("1250.00", "Kund AB", "", "10017"), ("100.00", "Bo", "medlemsavgift", "")]
    (entry,) = plan(book, line("2026-04-01", "1350.00", "Bankgiro", parts=parts))
    assert told([entry]).split("\n")[1:] == [
        "  Assets:1930-Bank 1350.00 SEK",
        "  Assets:1510-Kundfordringar -1250.00 SEK",
        '    item: "inv-repris-1001"',
        "  Liabilities:2999-Observationskonto -100.00 SEK",
        '    counterparty: "Bo"',
        '    text: "medlemsavgift"',
        "    payment: 100.00",
    ]
    assert entry.flag == "!"


def test_an_invoice_without_a_link_is_settled_on_its_customers_account(worked):
    """
    2026-03-05 * "Kund AB" "Faktura 1001"
      invoice: "1001"
      Assets:1510-Kundfordringar        1250.00 SEK
      Income:3001-Försäljning-25       -1250.00 SEK
    =>
    2026-04-01 * "Bo" "1001"
      Assets:1930-Bank            1250.00 SEK
      Assets:1510-Kundfordringar -1250.00 SEK
        counterparty: "Kund AB"
        item: ""
    """
    worked(line("2026-04-01", "1250.00", "1001", counterparty="Bo"))


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("0010017", "10017"),
        ("F-1001", "f1001"),
        ("f 1001", "f1001"),
        ("RF18 5390 0754 7034", "539007547034"),
        ("RF18 0000 0012 34", "1234"),
        ("000", "0"),
        ("", ""),
        ("---", ""),
    ],
)
def test_references_are_letters_and_digits_without_leading_zeros(written, folded):
    assert fold_reference(written) == folded


def test_words_of_a_text():
    assert set(words("Fakt. 2026-1001/A, OCR 12 3456 och F7")) == {
        "fakt", "2026", "1001", "a", "20261001a", "ocr", "12", "3456", "123456", "och", "f7",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Kund AB", "KUND aktiebolag", True),
        ("Föreningen Exempelgården ek. för.", "FÖRENINGEN EXEMPELGÅRDEN", True),
        ("Karlsson, Bo", "Bo Karlsson", True),
        ("Grossisten Exempel AB", "GROSSISTEN EXEMP", True),  # cut off by the bank
        ("Grossisten", "Grossisten Exempel", True),
        ("Anna", "Anna Svensson", False),  # too little
        ("Anna Berg", "Anna Borg", False),
        ("AB", "AB", True),
        ("", "", False),
        ("Kund AB", "", False),
    ],
)
def test_names_of_one_party(one, other, same):
    assert same_party(one, other) is same
    assert same_party(other, one) is same
