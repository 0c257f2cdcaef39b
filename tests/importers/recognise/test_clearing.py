"""Deposits found on their clearing account, and transfers that meet between own accounts."""

import datetime as dt
import textwrap

import pytest

from importers.recognise.deposits import bank_days
from tests.importers.recognise.conftest import line, plan, source, squeezed, told, unit, view

SAVINGS = source(name="sparkonto", account="Assets:1940-Sparkonto", bank_account="SE3550000000054910000003")
OWNER = unit(source(), SAVINGS, payment_numbers=("5050-1055", "SE7280000810340009783242"))
BGMAX = source(name="bgmax", format="bgmax", account="Assets:1582-Swish-på-väg", bank_account="5050-1055")

DEPOSIT = """\
2026-03-06 * "Swish" "Swish 6 mars" ^dep-1
  Assets:1582-Swish-på-väg         1250.00 SEK
    reference: "00074"
  Income:3001-Försäljning-25      -1250.00 SEK
"""


def test_the_banks_line_of_a_deposit(worked):
    """
    2026-03-06 * "Swish" "Swish 6 mars" ^dep-1
      Assets:1582-Swish-på-väg         1250.00 SEK
        reference: "00074"
      Income:3001-Försäljning-25      -1250.00 SEK
    =>
    2026-03-09 * "Insättning" ^dep-1
      Assets:1930-Bank          1250.00 SEK
      Assets:1582-Swish-på-väg -1250.00 SEK
    """
    worked(line("2026-03-09", "1250.00", "Insättning"))


@pytest.mark.parametrize(
    ("day", "amount", "text", "placed"),
    [
        ("2026-03-06", "1250.00", "", True),
        ("2026-03-13", "1250.00", "", True),  # the fifth bank day
        ("2026-03-15", "1250.00", "", True),  # a Sunday is no sixth one
        ("2026-03-16", "1250.00", "", False),
        ("2026-03-05", "1250.00", "", False),  # the bank pays nothing in before
        ("2026-03-09", "1249.99", "", False),  # a deposit is one sum
        ("2026-03-09", "1249.99", "Bg 74", False),
        ("2026-03-16", "1250.00", "BGMAX 00074", True),  # its serial number
        ("2026-05-05", "1250.00", "74", True),
        ("2026-05-06", "1250.00", "74", False),  # serial numbers come again
    ],
)
def test_when_a_deposit_is_the_banks_line(day, amount, text, placed):
    (entry,) = plan(view(DEPOSIT), line(day, amount, text))
    assert (entry.flag == "*") is placed
    assert entry.links == ({"dep-1"} if placed else set())


SECOND = (
    DEPOSIT
    + """\

2026-03-07 * "Swish" "Swish 7 mars" ^dep-2
  Assets:1582-Swish-på-väg         1250.00 SEK
    reference: "00075"
  Income:3001-Försäljning-25      -1250.00 SEK
"""
)


@pytest.mark.parametrize(
    ("text", "links"), [("", set()), ("75", {"dep-2"}), ("Löpnr 00074", {"dep-1"}), ("74 75", set())]
)
def test_of_two_deposits_of_one_amount_the_serial_number_tells(text, links):
    (entry,) = plan(view(SECOND), line("2026-03-09", "1250.00", text))
    assert entry.links == links
    if not links:
        said = "a deposit of 2026-03-06 has this amount, but the line may be something else"
        assert entry.meta["suggestion"] == f"Assets:1582-Swish-på-väg: {said}"


@pytest.mark.parametrize(
    ("reference", "placed"),
    [
        ("ACQ 4711223", True),  # the acquirer's own number says nothing
        ("00075", False),  # another deposit's says that it is not this one
        ("BATCH 00075", False),
        ("DEP-00175", False),
        ("1001", False),  # an invoice's
    ],
)
def test_a_reference_that_is_nobodys_does_not_stand_in_the_way(reference, placed):
    """
    2026-03-01 * "Kund AB" "Faktura 1001" ^inv-repris-1001
      invoice: "1001"
      Assets:1510-Kundfordringar         10.00 SEK
      Income:3001-Försäljning-25        -10.00 SEK

    2026-03-06 * "Swish" "Swish 5 mars" ^dep-2
      Assets:1582-Swish-på-väg          980.00 SEK
        reference: "00075"
      Income:3001-Försäljning-25       -980.00 SEK

    2026-03-06 * "Swish" "Swish 4 mars" ^dep-3
      Assets:1582-Swish-på-väg          900.00 SEK
        reference: "00175"
      Income:3001-Försäljning-25       -900.00 SEK

    """
    doc = textwrap.dedent(test_a_reference_that_is_nobodys_does_not_stand_in_the_way.__doc__)
    (entry,) = plan(view(doc + DEPOSIT), line("2026-03-09", "1250.00", "Insättning", reference=reference))
    assert (entry.flag, set(entry.links)) == (("*", {"dep-1"}) if placed else ("!", set()))


def test_a_deposit_comes_once():
    first, second = plan(view(DEPOSIT), line("2026-03-09", "1250.00", "a"), line("2026-03-09", "1250.00", "b"))
    assert (first.flag, second.flag) == ("*", "!")


def test_an_open_invoice_of_the_payer_with_this_amount_is_no_less_likely():
    """
    2026-03-01 * "Kund AB" "Faktura 1001" ^inv-repris-1001
      Assets:1510-Kundfordringar        1250.00 SEK
      Income:3001-Försäljning-25       -1250.00 SEK

    """
    doc = test_an_open_invoice_of_the_payer_with_this_amount_is_no_less_likely.__doc__
    (entry,) = plan(view(doc.replace("\n    ", "\n") + DEPOSIT), line("2026-03-09", "1250.00", counterparty="Kund AB"))
    assert entry.flag == "!"


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2026-03-06", "2026-03-06", 0),  # a Friday
        ("2026-03-06", "2026-03-08", 0),
        ("2026-03-06", "2026-03-09", 1),
        ("2026-03-06", "2026-03-13", 5),
        ("2026-03-06", "2026-03-20", 10),
        ("2026-03-09", "2026-03-06", -1),
    ],
)
def test_bank_days_run_from_monday_to_friday(first, last, days):
    assert bank_days(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) == days


# --- transfers between own accounts


def test_money_to_an_own_account_goes_over_the_transfer_account():
    """
    2026-03-09 * "Repris" "Till sparkonto" ^L
      Assets:1930-Bank                          -1000.00 SEK
      Assets:1909-Överföring-mellan-egna-konton  1000.00 SEK
    """
    (entry,) = plan(view("", OWNER), to_savings("2026-03-09"))
    (link,) = entry.links
    doc = test_money_to_an_own_account_goes_over_the_transfer_account.__doc__
    assert told([entry]) == squeezed(doc).replace("^L", f"^{link}")


def test_a_short_number_could_end_many_an_iban():
    (entry,) = plan(view("", OWNER), to_savings("2026-03-09", account="910000003"))
    assert entry.flag == "!"


def to_savings(day, amount="-1000.00", account="50000000054910000003"):
    return line(day, amount, "Till sparkonto", counterparty="Repris", counterparty_account=account)


def to_bank(day, amount="1000.00"):
    return line(day, amount, "Från företagskonto", counterparty_account="SE4550000000058398257466")


@pytest.mark.parametrize("savings_first", [False, True])
@pytest.mark.parametrize("days", [0, 1, 5])
def test_both_sides_meet_under_one_link_whichever_comes_first(savings_first, days):
    book = view("", OWNER)
    later = (dt.date(2026, 3, 9) + dt.timedelta(days=days)).isoformat()
    steps = [(OWNER.sources[0], to_savings("2026-03-09")), (SAVINGS, to_bank(later))]
    made = [plan(book, one, table=table)[0] for table, one in (reversed(steps) if savings_first else steps)]
    assert made[0].links == made[1].links != set()
    assert {e.flag for e in made} == {"*"}
    transfers = [p.units.number for e in made for p in e.postings if "1909" in p.account]
    assert len(transfers) == 2
    assert sum(transfers) == 0


def test_six_days_apart_they_are_two_transfers():
    book = view("", OWNER)
    (out,) = plan(book, to_savings("2026-03-09"))
    (back,) = plan(book, to_bank("2026-03-15"), table=SAVINGS)
    assert out.links != back.links


def test_equal_transfers_of_a_day_are_two():
    book = view("", OWNER)
    out = plan(book, to_savings("2026-03-09"), to_savings("2026-03-09"))
    back = plan(book, to_bank("2026-03-09"), to_bank("2026-03-09"), table=SAVINGS)
    assert [e.links for e in out] == [e.links for e in back]
    assert out[0].links != out[1].links


def test_three_own_accounts_do_not_mix_their_transfers():
    third = source(name="tredje", account="Assets:1920-PlusGiro", bank_account="SE7280000810340009783242")
    owner = unit(source(), SAVINGS, third)
    book = view("2020-01-01 open Assets:1920-PlusGiro\n", owner)
    to_third = to_savings("2026-03-09", account="SE7280000810340009783242")
    first, second = plan(book, to_third, to_savings("2026-03-10"))
    (got,) = plan(book, to_bank("2026-03-10"), table=SAVINGS)
    assert got.links == second.links
    (got,) = plan(book, to_bank("2026-03-10"), table=third)
    assert got.links == first.links


def test_the_other_side_is_found_by_amount_where_its_bank_names_no_account():
    book = view("", OWNER)
    (out,) = plan(book, to_savings("2026-03-09"))
    (got,) = plan(book, line("2026-03-10", "1000.00", "Överföring"), table=SAVINGS)
    assert (got.flag, got.links) == ("*", out.links)


def test_money_of_somebody_else_is_never_the_other_side():
    book = view("", OWNER)
    plan(book, to_savings("2026-03-09"))
    stranger = line("2026-03-10", "1000.00", "Betalning", counterparty_account="SE1212312312312312312312")
    (got,) = plan(book, stranger, table=SAVINGS)
    assert got.flag == "!"


def test_the_lines_own_account_is_no_transfer():
    own = line("2026-03-09", "-50.00", "Avgift", counterparty_account="SE4550000000058398257466")
    (entry,) = plan(view("", OWNER), own)
    assert entry.flag == "!"


def test_an_own_number_without_a_source_is_a_transfer_too():
    (entry,) = plan(view("", OWNER), to_savings("2026-03-09", account="SE72 8000 0810 3400 0978 3242"))
    assert (entry.flag, entry.postings[1].account) == ("*", "Assets:1909-Överföring-mellan-egna-konton")


def test_money_from_the_own_bankgiro_waits_for_its_file():
    owner = unit(source(), BGMAX)
    paid_in = line("2026-03-09", "1250.00", "Bg", counterparty_account="5050-1055")
    (entry,) = plan(view("", owner), paid_in)
    said = "paid in through 5050-1055; import its file"
    assert entry.meta["suggestion"] == f"Assets:1582-Swish-på-väg: {said}"
    (entry,) = plan(view(DEPOSIT, owner), paid_in)
    assert (entry.flag, entry.links) == ("*", {"dep-1"})


def test_an_own_account_in_another_currency_waits_for_the_exchange():
    euro = source(name="euro", account="Assets:1940-Sparkonto", bank_account="SE3550000000054910000003", currency="EUR")
    (entry,) = plan(view("", unit(source(), euro)), to_savings("2026-03-09"))
    assert entry.flag == "!"
    said = "to an own account in EUR: book the exchange"
    assert entry.meta["suggestion"] == f"Assets:1909-Överföring-mellan-egna-konton: {said}"
