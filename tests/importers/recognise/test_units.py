"""Payments between units: both sides under one link, and nothing unmatched in the combined statements."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.core import data

from importers.camt.model import Balance, Detail, Entry, Statement
from importers.camt.write import write_camt053
from importers.recognise.numbers import Numbers
from importers.recognise.replace import place_again
from importers.run import import_files
from ledger import charts
from ledger.books import load_books, open_workspace
from ledger.combine.codes import SETTLED
from ledger.federation import load_federation

IBANS = {"repris": "SE4550000000058398257466", "kafe": "SE3550000000054910000003"}
CREATED = dt.datetime(2026, 3, 31, 18, 0)  # noqa: DTZ001  banks write local time
ACCOUNTS = """\
2020-01-01 open Assets:1320-Interna-lån-utlånat
2020-01-01 open Assets:1660-Intern-fordran
2020-01-01 open Assets:1661-Intern-fordran-avgift
2020-01-01 open Assets:1930-Bank
2020-01-01 open Equity:2091-Balanserat-resultat
2020-01-01 open Income:3001-Försäljning-25
2020-01-01 open Expenses:4000-Inköp-varor
2020-01-01 open Expenses:5010-Lokalhyra
2020-01-01 open Liabilities:2860-Intern-skuld
2020-01-01 open Liabilities:2861-Intern-skuld-avgift
2020-01-01 open Liabilities:2999-Observationskonto
"""
OPENED = """\
2026-01-01 * "Ingående balans"
  Assets:1930-Bank                       1000.00 SEK
  Equity:2091-Balanserat-resultat       -1000.00 SEK
"""
SALE = """\
2026-03-01 * "Kafé Ängen" "Möbler" ^ic-repris-1001
  invoice: "1001"
  Assets:1660-Intern-fordran              500.00 SEK
    partner: "kafe"
    ic: "trade"
  Income:3001-Försäljning-25             -500.00 SEK
    partner: "kafe"
    ic: "trade"
"""
BILL = """\
2026-03-01 * "Repris" "Möbler" ^ic-repris-1001
  invoice: "1001"
  Expenses:4000-Inköp-varor               500.00 SEK
    partner: "repris"
    ic: "trade"
  Liabilities:2860-Intern-skuld          -500.00 SEK
    partner: "repris"
    ic: "trade"
"""


def settings(slug, rule="", **more):
    bank = (
        f'[[source]]\nname = "bank"\nformat = "camt053"\naccount = "Assets:1930-Bank"\nbank_account = "{IBANS[slug]}"\n'
    )
    keys = "".join(f"{key} = {value}\n" for key, value in more.items())
    return f'chart = "bas"\n{keys}{bank}{rule}'


@pytest.fixture
def two(make_workspace, tmp_path_factory):
    """Two units; `two(repris={"2026-03": text, "rule": toml}, kafe=...)`."""
    folder = tmp_path_factory.mktemp("files")

    def make(repris=None, kafe=None):
        units = {}
        for slug, parts in (("repris", repris or {}), ("kafe", kafe or {})):
            months = {k: v for k, v in parts.items() if k[:4].isdigit()}
            extra = {k: v for k, v in parts.items() if k not in months}
            units[slug] = {"unit": settings(slug, **extra), "accounts": ACCOUNTS, "2026-01": OPENED, **months}
        return Two(make_workspace(units), folder)

    return make


class Two:
    def __init__(self, ws, folder):
        self.ws = ws
        self.folder = folder

    def bank(self, slug, amount, day=9, count=1, opening=1000, **detail):
        """Import a statement of one line, or of several equal ones."""
        detail.setdefault("counterparty", "Någon")
        entry = Entry(Decimal(amount), "SEK", dt.date(2026, 3, day), details=(Detail(None, None, **detail),))
        opening, closing = Decimal(opening), opening + count * Decimal(amount)
        balances = (
            Balance("OPBD", opening, "SEK", dt.date(2026, 3, day)),
            Balance("CLBD", closing, "SEK", dt.date(2026, 3, day)),
        )
        content = write_camt053([Statement("S1", IBANS[slug], "SEK", balances, (entry,) * count)], created=CREATED)
        path = self.folder / f"{slug}-{day}-{amount}.xml"
        path.write_bytes(content)
        report = import_files(self.ws, self.ws.units[slug], [path]).files[0]
        assert report.status == "imported", report.problem
        return self.lines(slug)[-1]

    def lines(self, slug):
        entries = load_books(self.ws, [slug]).units[slug].entries()
        found = [e for e in entries if isinstance(e, data.Transaction)]
        return [e for e in found if str(e.meta.get("source-id", "")).startswith("bank-")]

    def unmatched(self):
        federation = load_federation(self.ws)
        assert not federation.problems, federation.problems
        return [u for u in federation.combined.unmatched if u.code not in SETTLED]

    def line(self, name):
        combined = load_federation(self.ws).combined
        return combined.lines.get(name, Decimal(0))


def other_side(entry):
    meta = entry.postings[1].meta
    return entry.flag, entry.postings[1].account[:16], str(entry.postings[1].units), meta["partner"], meta["ic"]


def pay(two, order, out=None, into=None):
    """Kafé pays Repris 500; the two import their bank files in `order`."""
    out = {"counterparty_account": IBANS["repris"], **(out or {})}
    into = {"counterparty_account": IBANS["kafe"], **(into or {})}
    for slug in order:
        two.bank(slug, *(("500.00",) if slug == "repris" else ("-500.00",)), **(into if slug == "repris" else out))
    return two.lines("kafe")[-1], two.lines("repris")[-1]


ORDERS = pytest.mark.parametrize("order", [("repris", "kafe"), ("kafe", "repris")])


@ORDERS
def test_without_an_invoice_the_money_is_placed_right_and_both_sides_wait(two, order):
    """
    kafe:   Dr 2860 500 / Cr 1930 500        repris: Dr 1930 500 / Cr 1660 500, one link; eliminated against each other.
    """
    two = two()
    paid, got = pay(two, order)
    assert other_side(paid) == ("!", "Liabilities:2860", "500.00 SEK", "repris", "trade")
    assert other_side(got) == ("!", "Assets:1660-Inte", "-500.00 SEK", "kafe", "trade")
    assert paid.links == got.links != set()
    assert two.unmatched() == []
    assert (two.line("InternalReceivables"), two.line("InternalPayables")) == (0, 0)
    first = {"repris": got, "kafe": paid}[order[0]]
    assert first.meta["suggestion"].endswith("no invoice is known")
    second = {"repris": got, "kafe": paid}[order[1]]
    assert second.meta["suggestion"].endswith("has booked it on 2026-03-09; no invoice is known here")


@ORDERS
def test_an_invoice_that_is_quoted_is_settled_on_both_sides(two, order):
    two = two({"2026-03": SALE}, {"2026-03": BILL})
    paid, got = pay(two, order, {"reference": "1001"}, {"reference": "1001"})
    assert other_side(paid) == ("*", "Liabilities:2860", "500.00 SEK", "repris", "trade")
    assert other_side(got) == ("*", "Assets:1660-Inte", "-500.00 SEK", "kafe", "trade")
    assert paid.links == got.links == {"ic-repris-1001"}
    assert two.unmatched() == []


@ORDERS
def test_a_credit_note_that_is_quoted_is_paid_back_on_both_sides(two, order):
    """Repris pays Kafé 500 back and quotes 1001: its credit note of that number, not its invoice."""
    taken_back = [
        text.replace("^ic-repris-1001", "^ic-repris-_credit-1001").replace(" -500.00", " 0+500.00")
        .replace("  500.00", " -500.00").replace("0+500.00", "500.00")
        for text in (SALE, BILL)
    ]  # fmt: skip
    two = two({"2026-03": SALE + "\n" + taken_back[0]}, {"2026-03": BILL + "\n" + taken_back[1]})
    for slug in order:
        amount, other = ("-500.00", "kafe") if slug == "repris" else ("500.00", "repris")
        entry = two.bank(slug, amount, counterparty_account=IBANS[other], reference="1001")
        assert (entry.flag, entry.links) == ("*", {"ic-repris-_credit-1001"})
    assert two.unmatched() == []


@ORDERS
def test_an_invoice_that_only_one_side_quotes_still_gives_one_link(two, order):
    two = two({"2026-03": SALE}, {"2026-03": BILL})
    paid, got = pay(two, order, {"reference": "1001"}, {"text": "Överföring"})
    assert (paid.flag, paid.links, got.links) == ("*", {"ic-repris-1001"}, {"ic-repris-1001"})
    assert two.unmatched() == []
    place_again(two.ws, two.ws.units["repris"])
    assert two.lines("repris")[-1].flag == "*", "what Kafé's bank line says settles the claim for certain"


@ORDERS
def test_the_only_invoice_of_the_amount_is_named_but_waits_until_somebody_has_looked(two, order):
    two = two({"2026-03": SALE}, {"2026-03": BILL})
    paid, got = pay(two, order)
    assert paid.links == got.links == {"ic-repris-1001"}
    assert two.unmatched() == []
    for entry in (paid, got):
        assert (entry.flag, "nobody quoted it" in entry.meta["suggestion"]) == ("!", True)


def place(two, *slugs):
    """Both bank lines, placed again by these units one after the other."""
    for slug in slugs:
        place_again(two.ws, two.ws.units[slug])
    return two.lines("kafe")[-1], two.lines("repris")[-1]


def confirm(two, slug):
    """What a person does: `*` for `!` in the entry's first line."""
    entry = two.lines(slug)[-1]
    month = two.ws.units[slug].month_file(entry.date)
    rows = month.read_text(encoding="utf-8").split("\n")
    row = entry.meta["lineno"] - 1
    rows[row] = rows[row].replace(" ! ", " * ")
    month.write_text("\n".join(rows), encoding="utf-8")


@ORDERS
@pytest.mark.parametrize("person", ["repris", "kafe"])
def test_a_guess_is_not_proven_by_its_own_reflection(two, order, person):
    """A loan of the amount of an open invoice: each side guesses the invoice, and neither's guess proves the other's.

    Only when a person has put `*` for `!` on one side, the other is certain.
    """
    two = two({"2026-03": SALE}, {"2026-03": BILL})
    pay(two, order, {"text": "Lån enligt avtal"}, {"text": "Lån enligt avtal"})
    for _ in range(2):
        assert [e.flag for e in place(two, *order)] == ["!", "!"]
    confirm(two, person)
    assert [e.flag for e in place(two, *order)] == ["*", "*"]
    assert two.unmatched() == []


@pytest.mark.parametrize(("flag", "certain"), [("", "*"), ("! ", "!")])
def test_what_waits_beside_a_dealing_puts_it_in_no_doubt(two, flag, certain):
    """Kafé's line of 600.00 waits for 100.00 of it; 500.00 are invoice 1001, unless they are flagged themselves."""
    paid = f"""\
2026-03-09 ! "Samlad betalning" ^ic-repris-1001
  Assets:1930-Bank                       -600.00 SEK
  {flag}Liabilities:2860-Intern-skuld           500.00 SEK
    partner: "repris"
    ic: "trade"
    item: "ic-repris-1001"
  Liabilities:2999-Observationskonto      100.00 SEK
"""
    two = two({"2026-03": SALE}, {"2026-03": f"{BILL}\n{paid}"})
    got = two.bank("repris", "500.00", counterparty_account=IBANS["kafe"])
    assert (got.flag, got.links) == (certain, {"ic-repris-1001"})


def test_a_rule_for_the_other_unit_proves_no_guess_either(two):
    """Kafé's rule says that it is a dealing with Repris; which invoice Repris guesses, it doesn't say."""
    rule = LEVY_OUT.replace('"avgift"', '"lån"').replace("2861-Intern-skuld-avgift", "2860-Intern-skuld")
    two = two({"2026-03": SALE}, {"2026-03": BILL, "rule": rule.replace('"levy"', '"trade"')})
    pay(two, ("repris", "kafe"), {"text": "Lån"}, {"text": "Lån"})
    paid, got = place(two, "repris", "kafe", "repris")
    assert (paid.flag, got.flag) == ("*", "!")
    assert paid.links == got.links != {"ic-repris-1001"}
    assert two.unmatched() == []


def test_a_part_in_another_currency_is_for_a_person_on_the_link_of_the_invoice(two):
    """100.00 EUR are open, booked at 1,140.00 SEK; 460.00 SEK quote the invoice: what part is that?"""
    sale = SALE.replace("500.00 SEK\n    partner", "100.00 EUR @@ 1140.00 SEK\n    partner", 1)
    two = two({"2026-03": sale.replace("-500.00 SEK", "-1140.00 SEK")})
    got = two.bank("repris", "460.00", counterparty_account=IBANS["kafe"], reference="1001")
    assert other_side(got) == ("!", "Assets:1660-Inte", "-460.00 SEK", "kafe", "trade")
    assert got.links == {"ic-repris-1001"}
    said = "1001 of kafe is named, of which 100.00 EUR are open: settle that, the rest is exchange"
    assert got.meta["suggestion"] == f"Assets:1660-Intern-fordran: {said}"


@ORDERS
def test_an_invoice_is_paid_once_whatever_its_number_stands_in(two, order):
    """Two payments of 500 whose texts name 1001 come in one file: the second settles nothing, and waits."""
    two = two({"2026-03": SALE}, {"2026-03": BILL})
    for slug in order:
        amount, other = ("500.00", "kafe") if slug == "repris" else ("-500.00", "repris")
        two.bank(slug, amount, count=2, counterparty_account=IBANS[other], text="faktura 1001")
    place(two, *order)
    for slug in order:
        assert sorted((e.flag, e.links == {"ic-repris-1001"}) for e in two.lines(slug)) == [("!", False), ("*", True)]
    assert two.unmatched() == []


def second(text):
    return text.replace("1001", "1002")


@ORDERS
def test_of_two_invoices_of_one_amount_both_units_guess_the_same(two, order):
    """1001 and 1002 of 500 each, two payments of 500 that quote nothing: 1001 for the first, 1002 for the second.

    Kafé gets 1001 last; whichever file comes first, both wait for a person.
    """
    two = two({"2026-03": SALE + "\n" + second(SALE)}, {"2026-03": second(BILL)})
    for day in (9, 10):
        for slug in order:
            other = {"repris": "kafe", "kafe": "repris"}[slug]
            amount = "500.00" if slug == "repris" else "-500.00"
            opening = 1000 if day == 9 else 1000 + Decimal(amount)
            two.bank(slug, amount, day=day, opening=opening, counterparty_account=IBANS[other], text=f"hej {day}")
    month = two.ws.units["kafe"].month_file(dt.date(2026, 3, 1))
    month.write_text(month.read_text(encoding="utf-8") + "\n" + BILL, encoding="utf-8")
    place(two, *order, *order)
    for slug in order:
        ends = [(e.date.day, e.flag, e.links) for e in two.lines(slug)]
        assert ends == [(9, "!", {"ic-repris-1001"}), (10, "!", {"ic-repris-1002"})]
    assert two.unmatched() == []


@ORDERS
def test_who_quotes_an_invoice_has_it_though_an_earlier_payment_is_guessed_to(two, order):
    """A loan of 500 on the 9th, and on the 10th the payment of invoice 1001, also 500, which says so."""
    two = two({"2026-03": SALE}, {"2026-03": BILL})
    pay(two, order, {"text": "Lån"}, {"text": "Lån"})
    assert [e.links for e in place(two, *order)] == [{"ic-repris-1001"}] * 2
    for slug in order:
        other = {"repris": "kafe", "kafe": "repris"}[slug]
        amount = "500.00" if slug == "repris" else "-500.00"
        two.bank(slug, amount, 10, opening=1000 + Decimal(amount), counterparty_account=IBANS[other], reference="1001")
    place(two, *order)
    for slug in order:
        assert [(e.flag, e.links == {"ic-repris-1001"}) for e in two.lines(slug)] == [("!", False), ("*", True)]
    assert two.unmatched() == []


@ORDERS
@pytest.mark.parametrize("known", ["repris", "kafe"])
def test_an_invoice_that_one_unit_has_is_both_sides_guess(two, order, known):
    """Whichever file comes first, both end under the link of the invoice that one of them knows, and wait."""
    two = two({"2026-03": SALE} if known == "repris" else {}, {"2026-03": BILL} if known == "kafe" else {})
    pay(two, order)
    paid, got = place(two, *order, *order)
    assert (paid.flag, got.flag) == ("!", "!")
    assert paid.links == got.links == {"ic-repris-1001"}
    assert place(two, *order) == (paid, got)


def test_what_is_paid_beyond_an_internal_invoice_waits(two):
    got = two({"2026-03": SALE}).bank("repris", "550.00", counterparty_account=IBANS["kafe"], reference="1001")
    assert (got.flag, got.links) == ("!", {"ic-repris-1001"})
    assert other_side(got)[1:] == ("Assets:1660-Inte", "-550.00 SEK", "kafe", "trade")


def test_a_number_in_the_text_must_be_paid_to_the_last_unit(two):
    two = two({"2026-03": SALE})
    got = two.bank("repris", "499.00", counterparty_account=IBANS["kafe"], text="faktura 1001")
    assert (got.flag, got.links == {"ic-repris-1001"}) == ("!", False)


@ORDERS
@pytest.mark.parametrize("late", ["repris", "kafe"])
def test_invoices_that_come_after_the_money_take_it_up(two, order, late):
    """Both sides end under the invoice's link: the payer's bank quotes it, and the link is made of the quote."""
    two = two({"2026-03": SALE} if late == "kafe" else {}, {"2026-03": BILL} if late == "repris" else {})
    pay(two, order, {"reference": "1001"}, {"reference": "1001"})
    month = two.ws.units[late].month_file(dt.date(2026, 3, 1))
    month.write_text(month.read_text() + "\n" + (SALE if late == "repris" else BILL), encoding="utf-8")
    for slug in order:
        place_again(two.ws, two.ws.units[slug])
    paid, got = two.lines("kafe")[-1], two.lines("repris")[-1]
    assert (paid.flag, got.flag) == ("*", "*")
    assert paid.links == got.links == {"ic-repris-1001"}
    assert two.unmatched() == []


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("50000000054910000003", ""),  # clearing and account number of an IBAN
        ("5050-1055", '["5050-1055"]'),  # a bankgiro
        ("BG 50501055", '["5050-1055"]'),
        ("SE72 8000 0810 3400 0978 3242", '["SE7280000810340009783242"]'),
    ],
)
def test_a_unit_is_known_by_any_of_its_numbers(two, written, numbers):
    more = {"payment_numbers": numbers} if numbers else {}
    two = two(kafe=more)
    got = two.bank("repris", "500.00", counterparty_account=written)
    assert other_side(got)[3:] == ("kafe", "trade")


def test_a_name_alone_is_only_a_suggestion(two):
    got = two().bank("repris", "500.00", counterparty="KAFE")
    assert got.postings[1].account == "Liabilities:2999-Observationskonto"
    said = 'the name is that of unit kafe; if it is, add partner: "kafe", ic: and a link'
    assert got.meta["suggestion"] == f"Assets:1660-Intern-fordran: {said}"


@pytest.mark.parametrize("more", [{"combine": "false"}, {"joined": "2026-04-01"}, {"left": "2026-03-08"}])
def test_who_is_no_member_on_the_day_is_an_outsider(two, more):
    got = two(kafe=more).bank("repris", "500.00", counterparty_account=IBANS["kafe"])
    assert got.postings[1].account == "Liabilities:2999-Observationskonto"


def test_a_broken_book_of_the_partner_fails_no_import(two):
    """Both sides find the same link without seeing each other: payer, payee, day and amount make it."""
    two = two()
    books = two.ws.units["kafe"].books / "2026" / "2026-02.beancount"
    books.write_text('include "/etc/passwd"\n', encoding="utf-8")
    got = two.bank("repris", "500.00", counterparty_account=IBANS["kafe"])
    books.unlink()
    assert other_side(got) == ("!", "Assets:1660-Inte", "-500.00 SEK", "kafe", "trade")
    theirs = two.ws.units["repris"].books / "2026" / "2026-02.beancount"
    theirs.write_text('include "/etc/passwd"\n', encoding="utf-8")
    paid = two.bank("kafe", "-500.00", counterparty_account=IBANS["repris"])
    theirs.unlink()
    assert paid.links == got.links
    assert two.unmatched() == []


def test_equal_payments_of_a_day_are_paired_one_by_one(two):
    two = two()
    two.bank("repris", "500.00", count=2, counterparty_account=IBANS["kafe"])
    two.bank("kafe", "-500.00", count=2, counterparty_account=IBANS["repris"])
    links = {link for e in two.lines("repris") for link in e.links}
    assert len(links) == 2
    assert {link for e in two.lines("kafe") for link in e.links} == links
    assert two.unmatched() == []


@pytest.mark.parametrize(("days", "same"), [(10, True), (11, False)])
def test_ten_days_apart_they_are_one_payment(two, days, same):
    two = two()
    paid = two.bank("kafe", "-500.00", day=9, counterparty_account=IBANS["repris"])
    got = two.bank("repris", "500.00", day=9 + days, counterparty_account=IBANS["kafe"])
    assert (paid.links == got.links) is same


LEVY_OUT = """[[source.rule]]
text = "avgift"
direction = "out"
account = "Liabilities:2861-Intern-skuld-avgift"
partner = "repris"
ic = "levy"
"""
LEVY_IN = """[[source.rule]]
text = "avgift"
direction = "in"
account = "Assets:1661-Intern-fordran-avgift"
partner = "kafe"
ic = "levy"
"""


@ORDERS
@pytest.mark.parametrize("both", [True, False])
def test_a_rule_for_dealings_gets_the_link_of_both_sides(two, order, both):
    """With one rule only, the other side follows it: the same kind, on the account that mirrors it."""
    two = two({"rule": LEVY_IN} if both else {}, {"rule": LEVY_OUT})
    paid, got = pay(two, order, {"text": "Avgift mars"}, {"text": "Avgift mars"})
    place_again(two.ws, two.ws.units["repris"])
    paid, got = two.lines("kafe")[-1], two.lines("repris")[-1]
    assert other_side(paid) == ("*", "Liabilities:2861", "500.00 SEK", "repris", "levy")
    assert other_side(got)[1:] == ("Assets:1661-Inte", "-500.00 SEK", "kafe", "levy")
    assert got.flag == ("*" if both else "!")
    assert paid.links == got.links
    assert two.unmatched() == []


def test_a_loan_that_the_lender_booked_is_a_debt_here(two):
    """
    repris lends kafe 500: Dr 1320 500 / Cr 1930 500. Kafé's bank line is a debt, though money comes in.
    """
    lent = """\
2026-03-08 * "Lån" ^ic-repris-L1
  Assets:1320-Interna-lån-utlånat   500.00 SEK
    partner: "kafe"
    ic: "loan"
  Assets:1930-Bank                 -500.00 SEK
"""
    two = two({"2026-03": lent})
    got = two.bank("kafe", "500.00", counterparty_account=IBANS["repris"])
    assert other_side(got) == ("!", "Liabilities:2360", "-500.00 SEK", "repris", "loan")
    assert got.links == {"ic-repris-L1"}
    assert two.unmatched() == []


def test_what_the_partner_booked_to_income_is_not_put_on_a_claim(two):
    """The cost belongs against that income; which one, a person says. The link to use is named."""
    sold = """\
2026-03-08 * "Lokalhyra" ^ic-repris-H1
  Income:3001-Försäljning-25   -500.00 SEK
    partner: "kafe"
    ic: "trade"
  Assets:1930-Bank              500.00 SEK
"""
    two = two({"2026-03": sold})
    paid = two.bank("kafe", "-500.00", counterparty_account=IBANS["repris"])
    assert other_side(paid) == ("!", "Liabilities:2999", "500.00 SEK", "repris", "trade")
    assert paid.links == {"ic-repris-H1"}
    said = "repris booked it as income or cost; put yours in place of suspense; partner, ic and link are there"
    assert paid.meta["suggestion"] == said
    (waits,) = two.unmatched()
    assert (waits.code, str(waits.amount), len(waits.sources)) == ("ON_SUSPENSE", "500.00", 2)
    place_again(two.ws, two.ws.units["kafe"])
    assert two.lines("kafe")[-1] == paid
    month = two.ws.units["kafe"].month_file(paid.date)
    text = month.read_text(encoding="utf-8").replace("Liabilities:2999-Observationskonto", "Expenses:5010-Lokalhyra")
    month.write_text(text.replace(" ! ", " * "), encoding="utf-8")
    assert two.unmatched() == []
    assert (two.line("NetSales"), two.line("OtherExternalCosts")) == (0, 0)


def test_a_chart_without_internal_accounts_keeps_what_is_known_on_suspense(two):
    """Partner, kind and link of what Repris booked wait with the money."""
    two = two({"2026-03": SALE})
    unit = two.ws.units["kafe"]
    roles = (Path(charts.__file__).parent / "bas.toml").read_text(encoding="utf-8")
    own = "\n".join(row for row in roles.split("\n") if not row.startswith("trade_"))
    (unit.folder / "own.toml").write_text(own, encoding="utf-8")
    toml = unit.folder / "unit.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('"bas"', '"own.toml"'), encoding="utf-8")
    two.ws = open_workspace(two.ws.root)
    two.bank("repris", "500.00", counterparty_account=IBANS["kafe"], reference="1001")
    paid = two.bank("kafe", "-500.00", counterparty_account=IBANS["repris"])
    assert other_side(paid) == ("!", "Liabilities:2999", "500.00 SEK", "repris", "trade")
    assert paid.links == {"ic-repris-1001"}
    assert place_again(two.ws, two.ws.units["kafe"]).moves == []


def test_a_number_that_two_claim_is_nobodys():
    numbers = Numbers([("5050-1055", "a"), ("5050-1055", "b"), ("123-4567", "a"), (IBANS["kafe"], "c")])
    assert [numbers.owner(n) for n in ("5050-1055", "1234567", "50000000054910000003", "910000003", "", "x")] == [
        None, "a", "c", None, None, None,
    ]  # fmt: skip
