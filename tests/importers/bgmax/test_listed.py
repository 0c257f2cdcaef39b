"""The bank's statement lists the payments of a deposit, and the deposit's file lists them, too: they count once.

Whichever of the two comes first: the money is on the bank account, the invoices are paid, nothing is left on its way.
"""

import datetime as dt
from decimal import Decimal

import pytest

from importers.camt.model import Balance, Detail, Entry, Statement
from importers.camt.write import write_camt053
from importers.recognise.replace import place_again
from tests.importers.bgmax.files import deposit, end, name, paid, section, start, whole
from tests.importers.conftest import ACCOUNTS
from tests.importers.takings.day import IBAN

DAY = dt.date(2026, 3, 10)
UNIT = f"""\
chart = "bas"
currency = "SEK"
[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
bank_account = "{IBAN}"
[[source]]
name = "bg"
format = "bgmax"
bank_account = "991-2346"
"""
CLAIMS = ACCOUNTS + "2020-01-01 open Assets:1510-Kundfordringar\n"
CREATED = dt.datetime(2026, 3, 31, 18, 0)  # noqa: DTZ001  banks write local time


def invoice(number, amount, ocr):
    return (
        f'2026-03-01 * "Kund {number} AB" "Faktura {number}" ^inv-repris-{number}\n'
        f'  invoice: "{number}"\n  reference: "{ocr}"\n'
        f"  Assets:1510-Kundfordringar  {amount} SEK\n  Income:3001-Försäljning-25  -{amount} SEK\n\n"
    )


#: 1 000.00, 250.00 and a credit note of 125.00; OCR numbers with their check digits.
INVOICES = (
    invoice("1001", "1000.00", "10017")
    + invoice("1002", "250.00", "10025")
    + invoice("1003", "125.00", "10033").replace("125.00 SEK", "-125.00 SEK").replace("--", "")
)


def statement(*lines, opening="0.00"):
    """Lines (amount, details or text[, day]); details are (amount, reference[, name])."""
    entries = []
    for amount, said, *day in lines:
        details = tuple(Detail(Decimal(d[0]), "SEK", *d[2:], reference=d[1]) for d in said) if said[1:] else ()
        text = "" if details else said[0]
        entries.append(Entry(Decimal(amount), "SEK", *(day or [DAY]), text=text, details=details))
    closing = Decimal(opening) + sum(e.amount for e in entries)
    last = max(e.date for e in entries)
    balances = (Balance("OPBD", Decimal(opening), "SEK", DAY), Balance("CLBD", closing, "SEK", last))
    return write_camt053([Statement("S1", IBAN, "SEK", balances, tuple(entries))], created=CREATED)


def bg(*payments, serial="00074", day="20260310"):
    """One deposit of payments (öre, OCR[, name]); a negative one is a deduction."""
    records = []
    for ore, ocr, *who in payments:
        code = "2" if ocr else "0"
        records += [paid(abs(ore), ocr, code, record="20" if ore > 0 else "21", serial="11"), *(name(w) for w in who)]
    total = sum(ore for ore, *_ in payments)
    less = sum(ore < 0 for ore, *_ in payments)
    records.append(deposit(total, len(payments), serial=serial, day=day))
    return whole(start(), section(), *records, end(len(payments) - less, less))


TWO = [(100000, "10017"), (25000, "10025")]
FILES = {
    "two payments": (bg(*TWO), statement(("1250.00", [("1000.00", "10017"), ("250.00", "10025")]))),
    "the other way round": (bg(*TWO), statement(("1250.00", [("250.00", "10025"), ("1000.00", "10017")]))),
    "numbers in the text": (bg(*TWO), statement(("1250.00", ["BG 991-2346 OCR 10017 10025"]))),
    "with the file's serial, too": (
        bg(*TWO),
        statement(("1250.00", [("1000.00", "10017"), ("250.00", "10025")]), opening="5.00"),
    ),
    "two days later": (
        bg(*TWO, day="20260306"),
        statement(("1250.00", [("1000.00", "10017"), ("250.00", "10025")])),
    ),
}


@pytest.mark.parametrize("bank_first", [False, True])
@pytest.mark.parametrize("case", FILES)
def test_the_payments_count_once(feed, case, bank_first):
    """1 250.00 came to the bank and paid 1 000.00 and 250.00; the credit note of 125.00 is still there."""
    feed = feed(UNIT, CLAIMS, _2026_03=INVOICES)
    files = dict(zip(("bg.txt", "bank.xml"), FILES[case], strict=True))
    names = sorted(files, reverse=not bank_first)
    for filename in names:
        report = feed.take(files[filename], filename)
        assert report.problem is None
        assert report.plan.notes == []
    assert outcome(feed) == sums(_1510="-125.00", _1930="1250.00")
    assert [e.narration for e in feed.transactions() if e.flag == "!" and "balance" not in e.narration] == []
    before = {k: v for k, v in feed.bytes().items() if "/books/" in k}
    for filename in [*names, *reversed(names)]:
        assert feed.take(files[filename], filename).status == "known"
    assert place_again(feed.ws, feed.unit).moves == []
    assert {k: v for k, v in feed.bytes().items() if "/books/" in k} == before


def outcome(feed):
    """Σ of claims, of money on its way, on the bank account less what it opened with, and on suspense."""
    found = feed.balances()
    opened = [p.units.number for e in feed.transactions() if "balance" in e.narration for p in e.postings]
    found = {
        "1930": found["1930"] - sum(opened[:1]),
        "2999": found.get("2999", 0) - sum(opened[1:]),
        **{code: found.get(code, 0) for code in ("1510", "1583")},
    }
    return {code: Decimal(amount) for code, amount in found.items() if amount}


def sums(**amounts):
    return {code[1:]: Decimal(amount) for code, amount in amounts.items()}


@pytest.mark.parametrize("bank_first", [False, True])
def test_one_payment_and_one_taken_off(feed, bank_first):
    """1 000.00 less the credit note's 125.00: 875.00 reach the bank, and 250.00 are owed."""
    feed = feed(UNIT, CLAIMS, _2026_03=INVOICES)
    files = [
        (bg((100000, "10017"), (-12500, "10033")), "bg.txt"),
        (statement(("875.00", [("1000.00", "10017"), ("-125.00", "10033")])), "bank.xml"),
    ]
    for content, filename in reversed(files) if bank_first else files:
        assert feed.take(content, filename).problem is None
    assert outcome(feed) == sums(_1510="250.00", _1930="875.00")
    assert {e.flag for e in feed.transactions()} == {"*"}


@pytest.mark.parametrize("bank_first", [False, True])
def test_a_deposit_of_one_payment(feed, bank_first):
    feed = feed(UNIT, CLAIMS, _2026_03=INVOICES)
    lines = [(bg((25000, "10025")), "bg.txt"), (single("250.00", "10025"), "bank.xml")]
    for content, filename in reversed(lines) if bank_first else lines:
        assert feed.take(content, filename).problem is None
    assert outcome(feed) == sums(_1510="875.00", _1930="250.00")
    assert {e.flag for e in feed.transactions()} == {"*"}


def single(amount, ocr, *more):
    """A statement whose first line is one payment with its OCR number in a field of its own."""
    entries = (
        Entry(Decimal(amount), "SEK", DAY, details=(Detail(Decimal(amount), "SEK", reference=ocr),)),
        *(Entry(Decimal(a), "SEK", DAY, text=text) for a, text in more),
    )
    closing = sum(e.amount for e in entries)
    balances = (Balance("OPBD", Decimal(0), "SEK", DAY), Balance("CLBD", closing, "SEK", DAY))
    return write_camt053([Statement("S1", IBAN, "SEK", balances, entries)], created=CREATED)


@pytest.mark.parametrize("bank_first", [False, True])
def test_a_payment_that_nobody_knows_waits_once_and_finds_its_invoice(feed, bank_first):
    """1 000.00 are paid on 1001; 250.00 wait on suspense until invoice 1002 is booked."""
    feed = feed(UNIT, CLAIMS, _2026_03=invoice("1001", "1000.00", "10017"))
    files = FILES["two payments"]
    for content, filename in zip(
        reversed(files) if bank_first else files,
        ("bank.xml", "bg.txt") if bank_first else ("bg.txt", "bank.xml"),
        strict=True,
    ):
        assert feed.take(content, filename).problem is None
    assert outcome(feed) == sums(_1930="1250.00", _2999="-250.00")
    month = feed.unit.month_file(DAY)
    month.write_text(month.read_text(encoding="utf-8") + "\n" + invoice("1002", "250.00", "10025"), encoding="utf-8")
    assert place_again(feed.ws, feed.unit).placed == 1
    assert outcome(feed) == sums(_1930="1250.00")
    assert {e.flag for e in feed.transactions()} == {"*"}


@pytest.mark.parametrize("bank_first", [False, True])
def test_invoices_that_come_last_are_paid_once(feed, bank_first):
    feed = feed(UNIT, CLAIMS)
    files = [(FILES["two payments"][0], "bg.txt"), (FILES["two payments"][1], "bank.xml")]
    for content, filename in reversed(files) if bank_first else files:
        assert feed.take(content, filename).problem is None
    assert outcome(feed) == sums(_1930="1250.00", _2999="-1250.00")
    month = feed.unit.month_file(DAY)
    month.write_text(month.read_text(encoding="utf-8") + "\n" + INVOICES, encoding="utf-8")
    place_again(feed.ws, feed.unit)
    assert outcome(feed) == sums(_1510="-125.00", _1930="1250.00")
    assert {e.flag for e in feed.transactions()} == {"*"}


@pytest.mark.parametrize("bank_first", [False, True])
def test_an_invoice_that_is_really_paid_twice(feed, bank_first):
    """250.00 straight to the account, quoting the OCR number, and 250.00 by bankgiro: 250.00 too much, said once."""
    feed = feed(UNIT, CLAIMS, _2026_03=invoice("1002", "250.00", "10025"))
    files = [
        (bg((25000, "10025")), "bg.txt"),
        (single("250.00", "10025", ("250.00", "BG 991-2346 BGC 00074")), "bank.xml"),
    ]
    for content, filename in reversed(files) if bank_first else files:
        assert feed.take(content, filename).problem is None
    place_again(feed.ws, feed.unit)
    (asked,) = [e for e in feed.transactions() if e.flag == "!"]
    if bank_first:
        assert "1002 was paid already on 2026-03-10" in asked.meta["suggestion"]
        assert outcome(feed) == sums(_1510="-250.00", _1930="500.00")
    else:  # the line with the OCR number came before the one with the serial: it has taken the deposit
        assert outcome(feed) == sums(_1930="500.00", _2999="-250.00")


def test_two_deposits_of_one_sum_are_told_apart_by_what_they_list(feed):
    """250.00 on 1002 and 250.00 on 1004: the bank lists the second first."""
    feed = feed(UNIT, CLAIMS, _2026_03=invoice("1002", "250.00", "10025") + invoice("1004", "250.00", "10041"))
    feed.take(bg((25000, "10025"), serial="1"), "a.txt")
    feed.take(bg((25000, "10041"), serial="2"), "b.txt")
    second = statement(("250.00", [("150.00", "10041"), ("100.00", "10041")]))
    feed.take(second, "bank.xml")
    made = feed.transactions()
    deposits = {e.postings[0].meta["reference"]: e.postings[0].meta["item"] for e in made if "payments" in e.meta}
    (line,) = [e for e in made if e.meta.get("source-id", "").startswith("bank-")]
    assert (line.flag, set(line.links)) == ("*", {deposits["2"]})
    assert outcome(feed) == sums(_1583="250.00", _1930="250.00")


@pytest.mark.parametrize("bank_first", [False, True])
def test_what_lists_other_payments_is_another_sum(feed, bank_first):
    """The deposit pays 1001 and 1002, the bank's line of the same sum 1001 and something else: a person must look."""
    feed = feed(UNIT, CLAIMS, _2026_03=INVOICES)
    files = [
        (bg(*TWO), "bg.txt"),
        (statement(("1250.00", [("1000.00", "10017"), ("250.00", "77776")])), "bank.xml"),
    ]
    for content, filename in reversed(files) if bank_first else files:
        assert feed.take(content, filename).problem is None
    assert outcome(feed)["1583"] == Decimal("1250.00")
    (asked, *_) = [e for e in feed.transactions() if e.flag == "!" and ("payments" in e.meta) is bank_first]
    said = asked.meta["suggestion"]
    if bank_first:
        assert said == "Assets:1510-Kundfordringar: 1001 was paid already on 2026-03-10"
    else:
        deposit_ = "a deposit of 2026-03-10 has this amount, but the line may be something else"
        assert said == f"Assets:1583-Bankgiro-på-väg: {deposit_}"


@pytest.mark.parametrize("bank_first", [False, True])
@pytest.mark.parametrize(("day", "on_its_way"), [("20260303", "0"), ("20260302", "1250.00")])
def test_a_deposit_reaches_the_bank_within_five_bank_days(feed, day, on_its_way, bank_first):
    """The bank's line is of Tuesday 10 March: five bank days after Tuesday 3 March, six after Monday 2 March."""
    feed = feed(UNIT, CLAIMS, _2026_03=INVOICES)
    files = [(bg(*TWO, day=day), "bg.txt"), (FILES["two payments"][1], "bank.xml")]
    for content, filename in reversed(files) if bank_first else files:
        assert feed.take(content, filename).problem is None
    assert feed.balances().get("1583", 0) == Decimal(on_its_way)


def test_one_line_brings_one_deposit(feed):
    """250.00 of one OCR number come in two deposits; the bank's line tells of one: the other is on its way."""
    feed = feed(UNIT, CLAIMS, _2026_03=INVOICES)
    feed.take(statement(("250.00", [("150.00", "10025"), ("100.00", "10025")])), "bank.xml")
    both = [
        record
        for serial in ("1", "2")
        for record in (section(), paid(25000, "10025", serial="11"), deposit(25000, 1, serial=serial, day="20260310"))
    ]
    report = feed.take(whole(start(), *both, end(2, deposits=2)), "bg.txt")
    assert (len(report.plan.known), len(report.plan.entries)) == (1, 1)
    assert outcome(feed)["1583"] == Decimal("250.00")


@pytest.mark.parametrize("bank_first", [False, True])
@pytest.mark.parametrize("line", [FILES["two payments"][1], single("1250.00", "10017")], ids=["a list", "one sum"])
def test_a_list_that_names_less_is_another_one(feed, line, bank_first):
    """The deposit has 1 000.00 on 1001 and 250.00 without a number; the bank says what these are for, or one sum."""
    feed = feed(UNIT, CLAIMS, _2026_03=INVOICES)
    files = [(bg((100000, "10017"), (25000, "")), "bg.txt"), (line, "bank.xml")]
    for content, filename in reversed(files) if bank_first else files:
        assert feed.take(content, filename).problem is None
    assert outcome(feed)["1583"] == Decimal("1250.00")


@pytest.mark.parametrize("bank_first", [False, True])
def test_where_two_lists_are_cut_differently_nothing_is_without_a_number(feed, bank_first):
    """The deposit has 1 000.00 and 250.00 with their numbers; the bank names both with 1 200.00, and 50.00 more."""
    feed = feed(UNIT, CLAIMS, _2026_03=INVOICES)
    details = [("1200.00", "", "", "", "10017 10025"), ("50.00", "")]
    files = [(bg(*TWO), "bg.txt"), (statement(("1250.00", details)), "bank.xml")]
    for content, filename in reversed(files) if bank_first else files:
        assert feed.take(content, filename).problem is None
    assert outcome(feed)["1583"] == Decimal("1250.00")


@pytest.mark.parametrize("serial", ["74", "75"])
def test_of_two_deposits_with_one_list_the_line_pays_in_the_one_that_it_names(feed, serial):
    feed = feed(UNIT, CLAIMS, _2026_03=INVOICES)
    for one in ("74", "75"):
        feed.take(bg((15000, "10025"), (10000, "10025"), serial=one), f"{one}.txt")
    details = tuple(Detail(Decimal(amount), "SEK", reference="10025") for amount in ("150.00", "100.00"))
    entry = Entry(Decimal("250.00"), "SEK", DAY, text=f"BG 991-2346 BGC 000{serial}", details=details)
    balances = (Balance("OPBD", Decimal(0), "SEK", DAY), Balance("CLBD", entry.amount, "SEK", DAY))
    feed.take(write_camt053([Statement("S1", IBAN, "SEK", balances, (entry,))], created=CREATED), "bank.xml")
    made = feed.transactions()
    items = {e.postings[0].meta["reference"]: e.postings[0].meta["item"] for e in made if "payments" in e.meta}
    (line,) = [e for e in made if str(e.meta.get("source-id", "")).startswith("bank-")]
    assert set(line.links) == {items[serial]}


def test_vat_that_a_rule_has_split_off_is_part_of_its_payment(feed):
    """1 000.00 on 1001, and 250.00 of hire with 25 % VAT: 200.00 and 50.00; the bank lists two payments, not three."""
    rule = '[[source.rule]]\nreference = "77776"\naccount = "Income:3001-Försäljning-25"\nvat = "25"\n'
    feed = feed(UNIT + rule, CLAIMS, _2026_03=INVOICES)
    feed.take(bg((100000, "10017"), (25000, "77776")), "bg.txt")
    feed.take(statement(("1250.00", [("1000.00", "10017"), ("250.00", "77776")])), "bank.xml")
    assert outcome(feed) == sums(_1510="125.00", _1930="1250.00")
    assert feed.balances()["2611"] == Decimal("-50.00")


@pytest.mark.parametrize("bank_first", [False, True])
@pytest.mark.parametrize("first", ["10017", "77784"], ids=["an invoice and a rule's", "rules' alone"])
def test_payments_that_rules_take_count_once(feed, first, bank_first):
    """1 000.00 on 1001, or membership fees like the 250.00: whoever lists them first, they are income once."""
    rules = "".join(
        f'[[source.rule]]\nreference = "{reference}"\naccount = "Income:3001-Försäljning-25"\n'
        for reference in ("77776", "77784")
    )
    feed = feed(
        UNIT.replace('[[source]]\nname = "bg"', rules + '[[source]]\nname = "bg"') + rules, CLAIMS, _2026_03=INVOICES
    )
    files = [
        (bg((100000, first), (25000, "77776")), "bg.txt"),
        (statement(("1250.00", [("1000.00", first), ("250.00", "77776")])), "bank.xml"),
    ]
    for content, filename in reversed(files) if bank_first else files:
        assert feed.take(content, filename).problem is None
    assert outcome(feed) == sums(_1510="125.00" if first == "10017" else "1125.00", _1930="1250.00")
    assert {e.flag for e in feed.transactions()} == {"*"}


def test_payments_that_the_bank_lists_as_lines_of_their_own_name_the_deposit(feed):
    """1 000.00 and 250.00 came as one deposit; the bank has a line for each. Nobody can know: a person is told."""
    feed = feed(UNIT, CLAIMS, _2026_02=INVOICES)
    feed.take(bg(*TWO), "bg.txt")
    lines = tuple(
        Entry(Decimal(amount), "SEK", DAY, details=(Detail(Decimal(amount), "SEK", reference=ocr),))
        for amount, ocr in (("1000.00", "10017"), ("250.00", "10025"))
    )
    balances = (Balance("OPBD", Decimal(0), "SEK", DAY), Balance("CLBD", Decimal("1250.00"), "SEK", DAY))
    report = feed.take(write_camt053([Statement("S1", IBAN, "SEK", balances, lines)], created=CREATED), "bank.xml")
    assert report.status == "imported", report.problem
    waiting = [e for e in feed.transactions() if e.flag == "!"]
    assert [e.meta["suggestion"] for e in waiting] == [
        f"Assets:1510-Kundfordringar: {number} was paid already on 2026-03-10, by deposit 00074 on "
        "Assets:1583-Bankgiro-på-väg, which waits for the bank: this may be a part of it"
        for number in ("1001", "1002")
    ]
