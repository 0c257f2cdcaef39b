"""Lines of an account in another currency: what they are worth in kronor, on both sides, to the last öre."""

from decimal import Decimal

import pytest
from beancount import loader
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.booktext import render
from importers.recognise.replace import place_again
from ledger.books.sources import RuleTable
from ledger.rules.problems_rates import MissingRate
from tests.importers.conftest import ACCOUNTS
from tests.importers.recognise.conftest import line, plan, source, unit, view

D = Decimal
EURO = {"account": "Assets:1940-Sparkonto", "bank_account": "SE3550000000054910000003", "currency": "EUR"}
OWNER = unit(source(**EURO))
INVOICE = """
2026-03-05 * "Kunde GmbH" "Rechnung 1003" ^inv-repris-1003
  invoice: "1003"
  reference: "10033"
  Assets:1510-Kundfordringar         100.00 EUR @@ 1140.00 SEK
  Income:3001-Försäljning-25       -1140.00 SEK
"""


def euro(rule=(), **more):
    return unit(source(**EURO, rule=rule, **more))


def test_a_line_that_nothing_places_waits_in_kronor(worked):
    """
    2026-03-30 price EUR 11.111 SEK
    =>
    2026-04-01 ! "Anna" ""
      Assets:1940-Sparkonto                   33.33 EUR @@ 370.33 SEK
      Liabilities:2999-Observationskonto    -370.33 SEK
        counterparty: "Anna"
    """
    worked(line("2026-04-01", "33.33", "", counterparty="Anna"), owner=OWNER)  # 33.33 x 11.111 = 370.32963


def test_a_claim_is_settled_for_what_it_was_booked_for(worked):
    """
    2026-03-05 * "Kunde GmbH" "Rechnung 1003" ^inv-repris-1003
      reference: "10033"
      Assets:1510-Kundfordringar         100.00 EUR @@ 1140.00 SEK
      Income:3001-Försäljning-25       -1140.00 SEK
    2026-03-30 price EUR 11.50 SEK
    =>
    2026-04-01 * "Kunde" "" ^inv-repris-1003
      reference: "10033"
      Assets:1940-Sparkonto        100.00 EUR @@ 1150.00 SEK
      Assets:1510-Kundfordringar  -100.00 EUR @@ 1140.00 SEK
      Income:3960-Valutakursvinster -10.00 SEK
    """
    worked(line("2026-04-01", "100.00", counterparty="Kunde", reference="10033"), owner=OWNER)


def test_a_debt_paid_dearer_is_a_loss(worked):
    """
    2026-03-05 * "Lieferant" "Rechnung 9" ^bill-9
      reference: "RF18539007547034"
      Expenses:4000-Inköp-varor           1140.00 SEK
      Liabilities:2440-Leverantörsskulder -100.00 EUR @@ 1140.00 SEK
    2026-03-30 price EUR 11.50 SEK
    =>
    2026-04-01 * "Lieferant" "" ^bill-9
      reference: "RF18539007547034"
      Assets:1940-Sparkonto               -100.00 EUR @@ 1150.00 SEK
      Liabilities:2440-Leverantörsskulder  100.00 EUR @@ 1140.00 SEK
      Expenses:7960-Valutakursförluster 10.00 SEK
    """
    worked(line("2026-04-01", "-100.00", counterparty="Lieferant", reference="RF18539007547034"), owner=OWNER)


def test_parts_of_a_claim_count_for_their_parts_and_the_last_for_the_rest():
    """
    100.00 EUR at 1,140.00: 33.33 are 379.96 (379.962), 33.33 again of 760.04 for 66.67 are 379.96 (379.963…), and the
    last 33.34 the rest, 380.08. At 11.40 the payments are worth 379.96, 379.96 and 380.08: nothing is gained or lost.
    """
    book = view(INVOICE + "2026-03-30 price EUR 11.40 SEK\n", OWNER)
    payments = [line("2026-04-01", n, reference="10033") for n in ("33.33", "33.33", "33.34")]
    made = plan(book, *payments)
    assert [len(e.postings) for e in made] == [2, 2, 2]
    worth = [str(e.postings[1].meta["__total_price__"]) for e in made]
    assert worth == ["379.96 SEK", "379.96 SEK", "380.08 SEK"]


def test_what_is_paid_too_much_counts_for_its_own_worth():
    """110.00 EUR at 11.50 are 1,265.00: the claim's 1,140.00, 10.00 too much at 11.50 = 115.00, and 10.00 gained."""
    (entry,) = plan(
        view(INVOICE + "2026-03-30 price EUR 11.50 SEK\n", OWNER), line("2026-04-01", "110.00", reference="10033")
    )
    bank, claim, gain = entry.postings
    assert [str(p.meta["__total_price__"]) for p in (bank, claim)] == ["1265.00 SEK", "1255.00 SEK"]
    assert (str(gain.units), entry.flag, claim.flag) == ("-10.00 SEK", "!", "!")


def test_a_rule_books_cost_and_vat_in_kronor(worked):
    """
    2026-03-30 price EUR 11.11 SEK
    =>
    2026-04-01 * "Hetzner" "server"
      Assets:1940-Sparkonto       -12.50 EUR @@ 138.88 SEK
      Expenses:6110-Kontorsmaterial 111.10 SEK
      Liabilities:2641-Ingående-moms 27.78 SEK
    """
    # 12.50 EUR = 138.875 SEK; VAT 2.50 of it, 27.776, the rest 111.104
    rule = RuleTable(counterparty="hetzner", account="Expenses:6110-Kontorsmaterial", vat="25")
    worked(line("2026-04-01", "-12.50", "server", counterparty="Hetzner"), owner=euro((rule,)))


def test_a_collected_line_is_split_to_the_last_unit():
    """
    3 x 3.33 EUR = 9.99 at 11.111: 111.00 (110.99889); each third 37.00.
    10.00 = 3.33 + 3.33 + 3.34 at 11.111: 111.11; 36.99963, 36.99963 and 37.11074.
    """
    for parts, worth in ((("3.33",) * 3, ["37.00"] * 3), (("3.33", "3.33", "3.34"), ["37.00", "37.00", "37.11"])):
        amount = str(sum(map(D, parts)))
        book = view("2026-03-30 price EUR 11.111 SEK\n", OWNER)
        (entry,) = plan(book, line("2026-04-01", amount, parts=[(n, "A", "", "") for n in parts]))
        assert [str(-p.units.number) for p in entry.postings[1:]] == worth
        assert [str(p.meta["payment"]) for p in entry.postings[1:]] == [f"{n} EUR" for n in parts]


def test_a_transfer_between_two_accounts_in_euro_keeps_the_euro(worked):
    """
    2026-03-30 price EUR 11.40 SEK
    2026-04-02 price EUR 11.50 SEK
    2026-04-01 * "" ^dep-1
      Assets:1930-Bank                         -100.00 EUR @@ 1140.00 SEK
      Assets:1909-Överföring-mellan-egna-konton 100.00 EUR @@ 1140.00 SEK
    =>
    2026-04-02 * "" ^dep-1
      Assets:1940-Sparkonto                     100.00 EUR @@ 1150.00 SEK
      Assets:1909-Överföring-mellan-egna-konton -100.00 EUR @@ 1140.00 SEK
      Income:3960-Valutakursvinster -10.00 SEK
    """
    worked(line("2026-04-02", "100.00"), owner=unit(source(**EURO), source(name="other", currency="EUR")))


def test_days_without_a_price_are_named_together():
    """A price counts for seven days: 1 to 8 April."""
    book = view("2026-04-01 price EUR 11.40 SEK\n", OWNER)
    with pytest.raises(MissingRate) as caught:
        plan(book, *(line(f"2026-04-{day:02}", "1.00") for day in (1, 8, 9, 9, 15)))
    assert caught.value.params == {"currency": "EUR", "base": "SEK", "date": "2026-04-09, 2026-04-15"}


def test_a_line_that_is_known_needs_no_price():
    """Only what comes in is converted."""
    book = view("2026-04-01 price EUR 11.40 SEK\n", OWNER)
    (made,) = plan(book, line("2026-04-01", "1.00"))
    later = view("", OWNER)
    later.entries = [*later.entries, made]
    assert plan(later, line("2026-04-01", "1.00")) == []


def test_parts_that_cancel_out_are_worth_the_same():
    """10.00 in and 10.00 out on one line of nothing, at 11.40: 114.00 each way."""
    book = view("2026-03-30 price EUR 11.40 SEK\n", OWNER)
    (entry,) = plan(book, line("2026-04-01", "0.00", parts=[("10.00", "A", "", ""), ("-10.00", "B", "", "")]))
    assert [str(p.units) for p in entry.postings] == ["0.00 EUR", "-114.00 SEK", "114.00 SEK"]


# --- as Beancount reads it

OPENS = """
2020-01-01 open Assets:1510-Kundfordringar
2020-01-01 open Assets:1940-Sparkonto EUR
2020-01-01 open Expenses:7960-Valutakursförluster SEK
2020-01-01 open Income:3740-Öresutjämning SEK
2020-01-01 open Income:3001-Försäljning-25 SEK
2020-01-01 open Income:3960-Valutakursvinster SEK
2020-01-01 open Liabilities:2999-Observationskonto SEK
"""


def claims(*worths):
    """Invoices of 4.00 and 6.00 EUR, with what they were booked for."""
    text = ""
    for number, (amount, worth) in enumerate(worths, 1):
        text += f"""
2026-03-05 * "Kunde" "Rechnung" ^inv-repris-{number}
  reference: "R{number}"
  Assets:1510-Kundfordringar         {amount} EUR @@ {worth} SEK
  Income:3001-Försäljning-25       -{worth} SEK
"""
    return text


def paid(text, *parts):
    """One line that pays them all, booked; what Beancount finds wrong with it."""
    amount = sum((D(n) for n, _ in parts), D(0))
    one = line("2026-04-01", str(amount), parts=[(n, "Kunde", "", reference) for n, reference in parts])
    (entry,) = plan(view(text, OWNER), one)
    _, errors, _ = loader.load_string(OPENS + text + render(entry))
    return entry, errors


def test_it_balances_where_no_posting_is_in_kronor():
    """
    10.00 EUR at 11.111 are 111.11 = 44.44 + 66.67, as booked. 66.67 / 6 has no end: six times the 28 digits that
    Beancount keeps of it aren't 66.67, and without an amount in kronor it doesn't know how exact kronor are.
    """
    entry, errors = paid(
        claims(("4.00", "44.44"), ("6.00", "66.67")) + "2026-03-30 price EUR 11.111 SEK\n",
        ("4.00", "R1"),
        ("6.00", "R2"),
    )
    assert errors == []
    assert [str(p.units) for p in entry.postings] == ["10.00 EUR", "-4.00 EUR", "-6.00 EUR", "0.00 SEK"]


amounts = st.decimals("0.01", "9999.99", places=2)
rates = st.decimals("0.0001", "99.9999", places=4)


@settings(max_examples=60, deadline=None)
@given(rate=rates, booked=st.lists(st.tuples(amounts, amounts, amounts), min_size=1, max_size=4), loose=amounts)
def test_whatever_is_paid_it_balances_and_settled_items_leave_nothing(rate, booked, loose):
    """Invoices (amount, worth, what is paid of it) and a payment of nobody's: paid whole, an item's kronor are gone."""
    text = claims(*((amount, worth) for amount, worth, _ in booked)) + f"2026-03-30 price EUR {rate} SEK\n"
    parts = [(str(part), f"R{number}") for number, (_, _, part) in enumerate(booked, 1)]
    entry, errors = paid(text, *parts, (str(loose), ""))
    assert errors == []
    for number, (amount, worth, part) in enumerate(booked, 1):
        (own,) = [p for p in entry.postings if (p.meta or {}).get("item") == f"inv-repris-{number}"]
        counted = own.meta["__total_price__"].number
        if part == amount:
            assert counted == worth
        elif part < amount:
            assert abs(counted - worth * part / amount) <= D("0.005")
        assert own.units.number == -part


# --- in a unit's books

CSV = """
[source.csv]
encoding = "utf-8"
delimiter = ";"
decimal = ","
columns = { date = "Datum", text = "Text", amount = "Belopp" }
"""
FEED = ACCOUNTS + "2020-01-01 open Assets:1940-Euro EUR\n2020-01-01 open Assets:1510-Kundfordringar\n"


@pytest.fixture
def fed(feed):
    """A unit with an account in euro, and its first line imported: 100.00 EUR of 1 April."""

    def make(accounts=FEED, *, rule="", price="2026-03-30 price EUR 11.50 SEK\n"):
        table = '[[source]]\nname = "euro"\nformat = "csv"\naccount = "Assets:1940-Euro"\ncurrency = "EUR"\n'
        made = feed('currency = "SEK"\nchart = "bas"\n' + table + CSV + rule, accounts, price)
        return made, made.take("Datum;Text;Belopp\n2026-04-01;x 10033;100,00\n", "euro.csv")

    return make


def units(entry):
    return [(p.account.split(":")[1][:4], str(p.units), str(p.price or "")) for p in entry.postings]


def test_an_account_that_takes_only_kronor_is_open_for_a_rule(fed):
    accounts = FEED.replace("6110-Kontorsmaterial", "6110-Kontorsmaterial SEK")
    unit, report = fed(accounts, rule='[[source.rule]]\ntext = "x"\naccount = "Expenses:6110-Kontorsmaterial"\n')
    assert report.status == "imported", report.problem
    assert units(unit.transactions()[0]) == [("1940", "100.00 EUR", "11.5 SEK"), ("6110", "-1150.00 SEK", "")]


def test_without_a_price_nothing_comes_in_and_the_remedy_says_where_it_belongs(fed):
    unit, report = fed(price="2026-03-20 price EUR 11.50 SEK\n")
    assert (report.status, report.problem.code) == ("refused", "MISSING_RATE")
    assert report.problem.file == "units/prices.beancount"
    assert unit.transactions() == []


def test_a_line_that_waits_is_placed_for_what_it_was_worth(fed):
    """Its invoice comes later, and central has put the price right meanwhile: the line stands as it was booked."""
    unit, report = fed()
    assert report.status == "imported", report.problem
    assert units(unit.transactions()[0]) == [("1940", "100.00 EUR", "11.5 SEK"), ("2999", "-1150.00 SEK", "")]
    assert unit.book().problems == ()
    assert [str(row.amount) for row in unit.book().summary.flagged] == ["1150.00"]
    (unit.ws.root / "units/prices.beancount").write_text("2026-03-30 price EUR 12.00 SEK\n", encoding="utf-8")
    (unit.unit.folder / "books/2026/2026-03.beancount").write_text(INVOICE, encoding="utf-8")
    assert place_again(unit.ws, unit.unit).placed == 1
    assert unit.book().problems == ()
    entry = unit.transactions()[-1]
    assert (entry.flag, entry.links) == ("*", {"inv-repris-1003"})
    assert units(entry) == [
        ("1940", "100.00 EUR", "11.5 SEK"),
        ("1510", "-100.00 EUR", "11.4 SEK"),
        ("3960", "-10.00 SEK", ""),
    ]
    before = unit.bytes()
    assert place_again(unit.ws, unit.unit).moves == []
    assert unit.bytes() == before


def test_a_price_that_somebody_wrote_makes_a_line_theirs(fed):
    unit, _ = fed()
    month = unit.unit.folder / "books/2026/2026-04.beancount"
    month.write_text(month.read_text(encoding="utf-8").replace("@@ 1150.00 SEK", "@ 11.50 SEK"), encoding="utf-8")
    (unit.unit.folder / "books/2026/2026-03.beancount").write_text(INVOICE, encoding="utf-8")
    report = place_again(unit.ws, unit.unit)
    assert (report.placed, report.left, report.waiting) == (0, 1, 1)
