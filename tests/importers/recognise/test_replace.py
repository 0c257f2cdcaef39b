"""What waits is placed again when more is known: in place, once, and nothing that a person has made theirs."""

import contextlib
import datetime as dt
import itertools
import json
import os
from decimal import Decimal

import pytest
from beancount.core import data
from click.testing import CliRunner

from importers.camt.model import Balance, Detail, Entry, Statement
from importers.camt.write import write_camt053
from importers.recognise import replace
from importers.recognise.replace import place_again
from importers.recognise.waiting import waits
from importers.run import import_files
from ledger.books import load_books
from ledger.books.problems_write import WriteConflict
from ledger.books.write import recover
from ledger.cli.main import cli
from tests.importers.bgmax.files import deposit, end, name, paid, section, start, whole
from tests.importers.recognise.conftest import line, plan, view
from tests.importers.ubl.build import invoice
from tests.importers.ubl.build import line as item

IBAN = "SE4550000000058398257466"
NUMBERS = 'organisation_number = "556000-0167"\ncountry = "SE"\n'
CREATED = dt.datetime(2026, 3, 31, 18, 0)  # noqa: DTZ001  banks write local time
TOML = f"""\
[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
bank_account = "{IBAN}"
"""
ACCOUNTS = """\
2020-01-01 open Assets:1510-Kundfordringar
2020-01-01 open Assets:1582-Swish-på-väg
2020-01-01 open Assets:1930-Bank
2020-01-01 open Equity:2091-Balanserat-resultat
2020-01-01 open Expenses:5010-Lokalhyra
2020-01-01 open Income:3001-Försäljning-25
2020-01-01 open Liabilities:2999-Observationskonto
"""
OPENED = """\
2026-01-01 * "Ingående balans"
  Assets:1930-Bank                       1000.00 SEK
  Equity:2091-Balanserat-resultat       -1000.00 SEK
"""
INVOICE = """
2026-03-05 * "Kund AB" "Faktura 1001" ^inv-repris-1001
  invoice: "1001"
  reference: "10017"
  Assets:1510-Kundfordringar        1250.00 SEK
  Income:3001-Försäljning-25       -1250.00 SEK
"""
DEPOSIT = """
2026-03-08 * "Swish" ^dep-1
  Assets:1582-Swish-på-väg         300.00 SEK
  Income:3001-Försäljning-25      -300.00 SEK
"""


class Book:
    def __init__(self, ws, folder):
        self.ws = ws
        self.folder = folder
        self.month = self.unit.month_file(dt.date(2026, 3, 1))

    @property
    def unit(self):
        return self.ws.units["repris"]

    def add(self, text):
        """A person books something."""
        self.month.write_text(self.month.read_text(encoding="utf-8") + text, encoding="utf-8")

    def edit(self, old, new):
        text = self.month.read_text(encoding="utf-8")
        assert text.count(old) == 1, text
        self.month.write_text(text.replace(old, new), encoding="utf-8")

    def bank(self, *lines, opening="1000.00", name="a"):
        """Import a statement: `(day, amount, details)`."""
        entries = tuple(
            Entry(Decimal(amount), "SEK", dt.date(2026, 3, day), details=tuple(Detail(**d) for d in details))
            for day, amount, *details in lines
        )
        path = self.folder / f"{name}.xml"
        path.write_bytes(self.statement(entries, opening, name))
        report = import_files(self.ws, self.unit, [path])
        assert report.files[0].status == "imported", report.files[0].problem
        return report

    @staticmethod
    def statement(entries, opening="1000.00", name="a"):
        closing = Decimal(opening) + sum(e.amount for e in entries)
        first, last = entries[0].date, entries[-1].date
        balances = Balance("OPBD", Decimal(opening), "SEK", first), Balance("CLBD", closing, "SEK", last)
        return write_camt053([Statement(name, IBAN, "SEK", balances, entries)], created=CREATED)

    def entries(self):
        book = load_books(self.ws, ["repris"]).units["repris"]
        assert not book.problems, book.problems
        return [e for e in book.entries() if isinstance(e, data.Transaction)]

    def lines(self):
        return [e for e in self.entries() if str(e.meta.get("source-id", "")).startswith("bank-")]

    def place(self, **options):
        report = place_again(self.ws, self.unit, **options)
        assert report.problem is None
        return report

    def bytes(self):
        files = (p for p in self.ws.units_folder.rglob("*") if p.is_file())
        return {p: p.read_bytes() for p in files}


@pytest.fixture
def book(make_workspace, tmp_path_factory):
    def make(sources="", head=""):
        unit = {"unit": head + TOML + sources, "accounts": ACCOUNTS, "2026-01": OPENED, "2026-03": "; mars\n"}
        return Book(make_workspace({"repris": unit}), tmp_path_factory.mktemp("files"))

    return make


EARLIER = """
2026-03-01 * "Kund AB" "Ingen faktura"
  Assets:1510-Kundfordringar        1250.00 SEK
  Income:3001-Försäljning-25       -1250.00 SEK
"""
PAID = (9, "1250.00", {"counterparty": "Kund AB", "reference": "10017", "text": "Betalning"})


def test_the_invoice_that_comes_after_its_payment_is_settled(book):
    book = book()
    book.bank(PAID, (9, "-20.00", {"counterparty": "Kiosken"}))
    before = book.lines()[0]
    assert before.flag == "!"
    book.add(INVOICE)
    report = book.place()
    assert (report.placed, report.waiting, report.left) == (1, 1, 0)
    after = book.lines()[0]
    assert (after.flag, after.links, after.meta["source-id"]) == ("*", {"inv-repris-1001"}, before.meta["source-id"])
    assert [(p.account, str(p.units)) for p in after.postings] == [
        ("Assets:1930-Bank", "1250.00 SEK"),
        ("Assets:1510-Kundfordringar", "-1250.00 SEK"),
    ]
    assert "suggestion" not in after.meta


def test_only_the_lines_of_the_entry_change_and_the_second_time_nothing_does(book):
    book = book()
    book.bank(PAID, (9, "-20.00", {"counterparty": "Kiosken"}))
    book.add(INVOICE)
    old = book.month.read_text(encoding="utf-8").split("\n\n")
    book.place()
    new = book.month.read_text(encoding="utf-8").split("\n\n")
    changed = [i for i, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
    assert len(changed) == 1
    assert 'source-id: "' in new[changed[0]]
    settled = book.bytes()
    assert book.place().moves == []
    assert book.bytes() == settled


def test_what_an_import_brings_is_placed_as_it_would_have_been_from_the_start(book):
    """The same bytes, whether the invoice was there before the bank's line or came after it."""
    early, late = book(), None
    early.add(INVOICE)
    early.bank(PAID)
    text = early.lines()[0]
    late = early
    late.month.write_text("; mars\n", encoding="utf-8")
    late.bank(PAID, name="b")
    late.add(INVOICE)
    late.place()
    again = late.lines()[0]
    own = {"filename", "lineno"}
    assert [(k, v) for k, v in again.meta.items() if k not in own | {"document"}] == [
        (k, v) for k, v in text.meta.items() if k not in own | {"document"}
    ]
    assert (again.flag, again.payee, again.narration, again.links) == (
        text.flag,
        text.payee,
        text.narration,
        text.links,
    )


def test_every_import_ends_with_it(book):
    book = book()
    book.bank(PAID)
    book.add(INVOICE)
    report = book.bank((10, "-5.00", {"text": "kaffe"}), opening="2250.00", name="b")
    assert report.placed.placed == 1
    assert "repris: waiting lines placed: 1; still waiting: 1." in report.sentences()
    assert report.as_json()["placed"]["entries"][0]["links"] == ["inv-repris-1001"]
    assert book.lines()[0].flag == "*"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  Liabilities:2999", "  ; frågat Anna\n  Liabilities:2999"),  # a note
        ("  Liabilities:2999", "  Expenses:5010-Lokalhyra   0.00 SEK\n  Liabilities:2999"),  # a posting of theirs
        ("  Liabilities:2999-Observationskonto", "  Expenses:5010-Lokalhyra"),  # placed, and still to be looked at
        ('    counterparty: "Kund AB"', '    counterparty: "Kund AB"\n    ansvarig: "Anna"'),
        ('  reference: "10017"', '  reference: "10017"\n  accepted-by: "anna"'),  # let pass until it is known
        ("2026-03-09 !", "2026-03-09 *"),  # accepted as it is
        ('"Betalning 10017"', '"Betalning 10017" #fraga'),
    ],
)
def test_what_somebody_has_edited_is_left_alone(book, old, new):
    book = book()
    book.bank(PAID)
    book.edit(old, new)
    book.add(INVOICE)
    before = book.bytes()
    report = book.place()
    if "#" in new:  # a tag says nothing of where the money goes: it stays, and the line is placed
        assert (report.placed, book.lines()[0].tags) == (1, {"fraga"})
        return
    assert (report.placed, report.left) == (0, 0 if "*" in new else 1)
    assert book.bytes() == before


def test_who_writes_the_invoices_number_into_the_text_helps(book):
    book = book()
    book.bank((9, "1250.00", {"counterparty": "Bo", "text": "Betalning"}))
    book.add(INVOICE)
    assert book.place().placed == 0
    book.edit('"Bo" "Betalning"', '"Bo" "Betalning, faktura 1001"')
    assert book.place().placed == 1
    assert book.lines()[0].narration == "Betalning, faktura 1001"


def test_a_new_rule_places_old_lines_but_never_the_opening_balance(book):
    """The first statement of an account leaves its opening balance on suspense: that is no payment."""
    book = book()
    (book.unit.books / "2026" / "2026-01.beancount").write_text("; tom\n", encoding="utf-8")
    book.bank((9, "-20.00", {"text": "Hyra"}))
    toml = book.unit.folder / "unit.toml"
    rule = '[[source.rule]]\naccount = "Expenses:5010-Lokalhyra"\nnarration = "Lokalhyra"\n'
    toml.write_text(toml.read_text(encoding="utf-8") + rule, encoding="utf-8")
    book.ws = type(book.ws)(book.ws.root, book.ws.config, {**book.ws.units, "repris": reread(book)})
    assert book.place().placed == 1
    opening, rent = book.lines()
    assert (opening.flag, opening.postings[1].account) == ("!", "Liabilities:2999-Observationskonto")
    assert (rent.flag, rent.narration, rent.postings[1].account) == ("*", "Lokalhyra", "Expenses:5010-Lokalhyra")


def reread(book):
    from ledger.books.workspace import read_unit  # noqa: PLC0415

    return read_unit(book.ws.root, "repris")


def test_a_collected_line_is_placed_part_by_part(book):
    """
    350.00 in: 250.00 of Kund AB for invoice 1001 and 100.00 of Bo for 1002; the invoices come one by one.
    """
    book = book()
    one = {"amount": Decimal("250.00"), "currency": "SEK", "counterparty": "Kund AB", "reference": "10017"}
    other = {"amount": Decimal("100.00"), "currency": "SEK", "counterparty": "Bo", "text": "faktura 1002"}
    book.bank((9, "350.00", one, other))
    book.add(INVOICE.replace("1250.00", "250.00"))
    assert (book.place().placed, book.lines()[0].flag) == (0, "!")
    (entry,) = book.lines()
    assert [(p.account.split(":")[1][:4], str(p.units.number)) for p in entry.postings] == [
        ("1930", "350.00"), ("1510", "-250.00"), ("2999", "-100.00"),
    ]  # fmt: skip
    assert (entry.links, entry.postings[1].meta["item"]) == ({"inv-repris-1001"}, "inv-repris-1001")
    book.add(INVOICE.replace("1250.00", "100.00").replace("1001", "1002"))
    assert book.place().placed == 1
    (entry,) = book.lines()
    assert (entry.flag, entry.links) == ("*", {"inv-repris-1001", "inv-repris-1002"})
    assert [p.meta.get("item") for p in entry.postings] == [None, "inv-repris-1001", "inv-repris-1002"]
    assert not {"payment", "text"} & set(entry.postings[2].meta)


def test_a_part_that_somebody_has_split_is_theirs(book):
    book = book()
    one = {"amount": Decimal("1250.00"), "currency": "SEK", "counterparty": "Kund AB", "reference": "10017"}
    other = {"amount": Decimal("100.00"), "currency": "SEK", "counterparty": "Bo"}
    book.bank((9, "1350.00", one, other))
    row = next(r for r in book.month.read_text(encoding="utf-8").split("\n") if "-1250.00" in r)
    book.edit(row, row.replace("-1250.00", "-250.00") + "\n  Expenses:5010-Lokalhyra  -1000.00 SEK")
    book.add(INVOICE)
    report = book.place()
    assert (report.placed, report.left) == (0, 1)


def test_a_double_payment_takes_up_the_next_invoice_of_its_reference(book):
    """One reference on all of a customer's invoices: what looked paid twice was paid for one that came later."""
    book = book()
    book.add(INVOICE)
    book.bank(PAID, (10, "1250.00", PAID[2]))
    first, second = book.lines()
    assert (first.flag, second.flag, second.postings[1].flag) == ("*", "!", "!")
    assert book.place().moves == []
    book.add(INVOICE.replace("1001", "1002").replace("10027", "10017"))
    assert book.place().placed == 1
    assert book.lines()[1].links == {"inv-repris-1002"}


def test_an_account_that_is_needed_is_opened_with_the_lines(book):
    """The own transfer account isn't in the books yet."""
    book = book()
    own = "SE3550000000054910000003"
    book.bank((9, "-500.00", {"text": "Spar", "counterparty_account": own}))
    toml = book.unit.folder / "unit.toml"
    toml.write_text(f'payment_numbers = ["{own}"]\n' + toml.read_text(encoding="utf-8"), encoding="utf-8")
    book.ws = type(book.ws)(book.ws.root, book.ws.config, {**book.ws.units, "repris": reread(book)})
    assert book.place().placed == 1
    assert book.lines()[0].postings[1].account == "Assets:1909-Överföring-mellan-egna-konton"


def test_a_dry_run_writes_nothing(book):
    book = book()
    book.bank(PAID)
    book.add(INVOICE)
    before = book.bytes()
    report = book.place(dry_run=True)
    assert (report.placed, report.waiting) == (1, 0)
    assert book.bytes() == before


def test_books_that_changed_meanwhile_stop_the_placing_but_no_import(book, monkeypatch):
    book = book()
    book.bank(PAID)
    book.add(INVOICE)

    def conflict(*args, **options):
        raise WriteConflict(file="units/repris/books/2026/2026-03.beancount")

    monkeypatch.setattr(replace, "apply", conflict)
    report = book.bank((10, "-5.00", {"text": "kaffe"}), opening="2250.00", name="b")
    assert report.problems == []
    assert [type(note) for note in report.notes] == [WriteConflict]
    monkeypatch.undo()
    assert book.place().placed == 1


@pytest.mark.parametrize("survived", range(6))
def test_a_machine_that_stops_leaves_all_or_nothing_and_the_next_run_ends_the_work(book, monkeypatch, survived):
    """Two lines, in the files of two months: one job. It stops before, between or after its renames."""
    book = book()
    book.bank(PAID)
    april = book.unit.month_file(dt.date(2026, 4, 1))
    text = book.month.read_text(encoding="utf-8")
    second = text[text.index("2026-03-09 !") : text.index("2026-03-10 balance")]
    april.write_text(second.replace("2026-03-09", "2026-04-09").replace('id: "bank-', 'id: "bank-x'), encoding="utf-8")
    book.add(INVOICE.replace("1250.00", "2500.00"))
    before, real, left = book.bytes(), os.rename, [survived]

    def rename(*args, **options):
        if not left[0]:
            raise OSError(5, "Input/output error")
        left[0] -= 1
        return real(*args, **options)

    monkeypatch.setattr(os, "rename", rename)
    with contextlib.suppress(OSError):
        place_again(book.ws, book.unit)
    monkeypatch.undo()
    recover(book.ws)
    now = book.bytes()
    assert now == before or all(now[p] != before[p] for p in (book.month, april)), "half a job"
    book.place()
    assert [e.flag for e in book.lines()] == ["*", "*"]
    assert book.place().moves == []


def test_lines_of_closed_months_stay():
    text = """
    2026-02-09 ! "Kund AB" "x"
      source-id: "bank-1"
      Assets:1930-Bank                    10.00 SEK
      Liabilities:2999-Observationskonto -10.00 SEK
    """
    for closed, waiting in (((), True), (("2026-02",), False), (("2026-03",), True)):
        closed_book = view(text, closed=closed)
        assert waits(closed_book, closed_book.transactions[0]) is waiting


@pytest.mark.parametrize("order", list(itertools.permutations(["invoices", "bank", "deposit"])))
def test_whatever_comes_first_it_ends_the_same(book, order):
    """
    Invoice 1001 paid in two parts, invoice 1002 and credit note 1003 in one payment, a Swish deposit, and a card
    payment that nobody knows: postings and links are the same in all six orders.
    """
    book = book()
    second = INVOICE.replace("1250.00", "400.00").replace("1001", "1002")
    credit = INVOICE.replace("1250.00", "-50.00").replace("-50.00 SEK\n  Income", "-50.00 SEK\n  Income")
    credit = credit.replace("--50.00", "50.00").replace("1001", "1003")
    steps = {
        "invoices": lambda: book.add(INVOICE + second + credit),
        "deposit": lambda: book.add(DEPOSIT),
        "bank": lambda: book.bank(
            (9, "1000.00", PAID[2]),
            (9, "300.00", {"text": "Swish"}),
            (10, "350.00", {"counterparty": "Kund AB", "text": "1002 minus 1003"}),
            (10, "250.00", PAID[2]),
            (10, "-75.00", {"text": "Kortköp"}),
        ),
    }
    for step in order:
        steps[step]()
        book.place()
    assert [(e.flag, sorted(e.links), [f"{p.account[-9:]} {p.units}" for p in e.postings]) for e in book.lines()] == [
        ("*", ["inv-repris-1001"], ["1930-Bank 1000.00 SEK", "fordringar -1000.00 SEK"[1:]]),
        ("*", ["dep-1"], ["1930-Bank 300.00 SEK", "sh-på-väg -300.00 SEK"]),
        (
            "*",
            ["inv-repris-1002", "inv-repris-1003"],
            ["1930-Bank 350.00 SEK", "ordringar -400.00 SEK", "ordringar 50.00 SEK"],
        ),
        ("*", ["inv-repris-1001"], ["1930-Bank 250.00 SEK", "ordringar -250.00 SEK"]),
        ("!", [], ["1930-Bank -75.00 SEK", "tionskonto 75.00 SEK"[1:]]),
    ]


# --- payments that a rule placed before their invoice was there

CLAIMS = '[[source.rule]]\ntext = "Betalning"\naccount = "Assets:1510-Kundfordringar"\n'
SILENT = (9, "1250.00", {"counterparty": "Kund AB", "text": "Betalning"})


@pytest.mark.parametrize("paid", [PAID, SILENT, (9, "500.00", PAID[2])])
@pytest.mark.parametrize("order", list(itertools.permutations(["invoice", "bank"])))
def test_a_payment_placed_by_a_rule_and_its_invoice_find_each_other(book, paid, order):
    """By reference whatever the amount, else the payer's only item of this amount. The last pays 500.00 of 1,250.00."""
    book = book(CLAIMS)
    for step in order:
        book.add(INVOICE) if step == "invoice" else book.bank(paid)
        if step == "bank" and order[0] == "bank":
            (entry,) = book.lines()
            assert (entry.flag, entry.postings[1].account, entry.links) == ("*", "Assets:1510-Kundfordringar", set())
            report = book.place()
            assert (report.moves, report.waiting) == ([], 0)
    report = book.place()
    expected = 0 if order[0] == "invoice" else 1
    assert (report.placed, report.linked, report.waiting) == (0, expected, 0)
    (entry,) = book.lines()
    assert (entry.flag, entry.links) == ("*", {"inv-repris-1001"})
    assert [(p.account, str(p.units)) for p in entry.postings] == [
        ("Assets:1930-Bank", f"{paid[1]} SEK"),
        ("Assets:1510-Kundfordringar", f"-{paid[1]} SEK"),
    ]
    settled = book.bytes()
    assert book.place().moves == []
    assert book.bytes() == settled


def test_the_import_of_an_electronic_invoice_ends_with_it(book):
    book = book(CLAIMS + BANKGIRO, NUMBERS)
    book.bank(PAID)
    path = book.folder / "invoice"
    path.write_bytes(invoice(item("Bord", "1000.00"), issued="2026-03-05"))
    report = import_files(book.ws, book.unit, [path])
    assert report.placed.as_json()["linked"] == 1
    assert "repris: waiting lines placed: 0; still waiting: 0. Payments that found their invoices: 1." in (
        report.sentences()
    )
    assert book.lines()[0].links == {"inv-repris-1001"}


def test_a_deposits_payment_placed_by_a_rule_finds_its_invoice_too(book):
    invoices = '[[source]]\nname = "fakturor'
    giro = BANKGIRO.replace(invoices, CLAIMS.replace('text = "Betalning"\n', "") + invoices)
    book = book(giro, NUMBERS)
    path = book.folder / "bgmax"
    path.write_bytes(BGMAX)
    assert import_files(book.ws, book.unit, [path]).files[0].status == "imported"
    book.add(INVOICE)
    assert book.place().linked == 1
    (entry,) = [e for e in book.entries() if str(e.meta.get("source-id", "")).startswith("dep-")]
    items = [(str(p.units), p.meta.get("item", "")[:4]) for p in entry.postings]
    assert items == [("1350.00 SEK", "dep-"), ("-1250.00 SEK", "inv-"), ("-100.00 SEK", "")]
    assert {link[:4] for link in entry.links} == {"dep-", "inv-"}
    assert book.place().moves == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  Assets:1510", "  ; frågat Anna\n  Assets:1510"),
        ("  Assets:1510-Kundfordringar", "  Expenses:5010-Lokalhyra"),
        ('"Betalning 10017"', '"Betalning 10017" ^min-egen'),
        ("-1250.00 SEK", '-1250.00 SEK\n    item: ""'),
        ('  reference: "10017"', '  reference: "10017"\n  suggestion: "?"'),  # it waited, and somebody placed it
    ],
)
def test_a_placed_payment_that_somebody_has_edited_gets_no_link(book, old, new):
    book = book(CLAIMS)
    book.bank(PAID)
    book.edit(old, new)
    book.add(INVOICE)
    before = book.bytes()
    assert book.place().moves == []
    assert book.bytes() == before


OTHER = INVOICE.replace("1001", "1002").replace("10017", "20026")


@pytest.mark.parametrize(
    ("paid", "more"),
    [
        (SILENT, OTHER),  # two of this payer have this amount
        ((9, "1250.00", {"counterparty": "Kund AB", "reference": "555", "text": "Betalning"}), ""),  # for a later one
        ((9, "1250.00", {"counterparty": "Kund AB", "text": "Betalning 1002"}), ""),
        ((9, "1249.00", SILENT[2]), ""),
        ((9, "1250.00", {"counterparty": "Bo Berg", "text": "Betalning"}), ""),
        (SILENT, EARLIER),  # it was set off against an earlier claim
    ],
)
def test_what_is_not_certain_gets_no_link(book, paid, more):
    book = book(CLAIMS)
    book.add(more)
    book.bank(paid)
    book.add(INVOICE)
    assert book.place().moves == []


def test_of_two_equal_invoices_the_one_before_the_payment_is_meant(book):
    book = book(CLAIMS)
    book.add(INVOICE + OTHER.replace("2026-03-05", "2026-03-20"))
    book.bank(SILENT)
    assert book.lines()[0].links == {"inv-repris-1001"}


def test_a_second_payment_that_a_rule_placed_waits_once_the_invoice_is_known(book):
    """As if the invoice had been there: the first payment settles it, the second one is for a person."""
    book = book(CLAIMS)
    book.bank(PAID, (10, "1250.00", PAID[2]))
    book.add(INVOICE)
    report = book.place()
    assert (report.placed, report.linked, report.waiting) == (0, 2, 1)
    first, second = book.lines()
    assert (first.flag, second.flag, second.postings[1].flag) == ("*", "!", "!")
    assert first.links == second.links == {"inv-repris-1001"}


BANKGIRO = """\
[[source]]
name = "bg"
format = "bgmax"
bank_account = "991-2346"
[[source]]
name = "fakturor"
format = "ubl"
"""
BGMAX = whole(
    start(),
    section(),
    paid(125000, "10017", "2", sender="1234566"),
    name("KUND AB"),
    paid(10000, "77", "2"),
    name("Bo"),
    deposit(135000, 2, day="20260309"),
    end(2),
)


@pytest.mark.parametrize("order", list(itertools.permutations(["invoice", "bank", "bgmax"])))
def test_a_bankgiro_file_an_electronic_invoice_and_the_banks_line_in_any_order(book, order):
    """
    Kund AB pays 1,250.00 by OCR, Bo 100.00 for nothing known; the bank books 1,350.00 in one sum. In the end the
    clearing account is even, the invoice is settled, and Bo's payment waits.
    """
    book = book(BANKGIRO, NUMBERS)
    statement = Entry(Decimal("1350.00"), "SEK", dt.date(2026, 3, 9), details=(Detail(text="BGMAX 00074"),))
    files = {
        "invoice": invoice(item("Bord", "1000.00"), issued="2026-03-05"),  # 250.00 VAT
        "bank": book.statement((statement,)),
        "bgmax": BGMAX,
    }
    for step in order:
        path = book.folder / step
        path.write_bytes(files[step])
        assert import_files(book.ws, book.unit, [path]).files[0].status == "imported"
        assert book.place().moves == [], "what was just placed stands as it would be placed again"
    (line,) = book.lines()
    (paid_in,) = [e for e in book.entries() if str(e.meta.get("source-id", "")).startswith("dep-")]
    (link,) = line.links
    assert (line.flag, [(p.account, str(p.units)) for p in line.postings]) == (
        "*",
        [("Assets:1930-Bank", "1350.00 SEK"), ("Assets:1583-Bankgiro-på-väg", "-1350.00 SEK")],
    )
    assert (paid_in.flag, paid_in.links) == ("!", {link, "inv-repris-1001"})
    own = {"filename", "lineno"}
    said = [(p.account, str(p.units), {k: v for k, v in p.meta.items() if k not in own}) for p in paid_in.postings]
    assert said == [
        ("Assets:1583-Bankgiro-på-väg", "1350.00 SEK", {"item": link, "reference": "00074"}),
        (
            "Assets:1510-Kundfordringar",
            "-1250.00 SEK",
            {
                "counterparty": "KUND AB",
                "counterparty-account": "1234566",
                "reference": "10017",
                "bank-ref": "000000000000",
                "item": "inv-repris-1001",
            },
        ),
        (
            "Liabilities:2999-Observationskonto",
            "-100.00 SEK",
            {"counterparty": "Bo", "reference": "77", "bank-ref": "000000000000", "payment": Decimal("100.00")},
        ),
    ]


# --- the command


def run(book, *args):
    return CliRunner().invoke(cli, ["--workspace", str(book.ws.root), "place", *args], standalone_mode=False)


def test_the_command_says_what_it_did(book):
    book = book()
    book.bank(PAID, (9, "-20.00", {"counterparty": "Kiosken"}))
    book.add(INVOICE)
    shown = run(book, "repris", "--dry-run")
    assert '"Kund AB" "Betalning 10017" ^inv-repris-1001' in shown.stdout
    assert "repris: waiting lines that would be placed: 1; still waiting: 1." in shown.stderr
    done = run(book, "--json")
    answer = json.loads(done.stdout)
    assert (answer["schema"], answer["dry_run"], answer["errors"]) == (1, False, [])
    unit = next(u for u in answer["units"] if u["unit"] == "repris")
    assert {k: unit[k] for k in ("placed", "waiting", "left_alone")} == {"placed": 1, "waiting": 1, "left_alone": 0}
    assert unit["entries"][0]["accounts"] == ["Assets:1510-Kundfordringar"]
    assert unit["entries"][0]["amount"] == "1250.00"
    assert run(book).return_value == 0


def test_the_command_names_a_book_that_cannot_be_read_and_goes_on(book):
    book = book()
    book.bank(PAID)
    book.add(INVOICE)
    central = book.ws.units["gemensamt"].books / "2026" / "2026-01.beancount"
    central.write_text('include "/etc/passwd"\n', encoding="utf-8")
    done = run(book)
    assert done.return_value == 1
    assert "IMPORT_BOOK_BROKEN" in done.stderr
    assert book.lines()[0].flag == "*"


def test_the_command_names_settings_that_cannot_be_read(book):
    book = book()
    (book.ws.root / "units" / "kafe").mkdir()
    done = run(book)
    assert (done.return_value, "CONFIG_UNREADABLE" in done.stderr) == (1, True)
    assert run(book, "repris").return_value == 0


def test_with_nothing_to_do_it_says_so(book):
    assert "No line waits." in run(book()).stderr


def test_an_unknown_unit_is_named(book):
    assert "UNIT_UNKNOWN" in str(run(book(), "reprsi").exception)


def test_a_line_that_waits_alone_keeps_its_invoice_field():
    """A format's own field for the invoice's number has no other place in the books."""
    (entry,) = plan(view(""), line("2026-03-09", "10.00", invoice="1001"))
    assert entry.postings[1].meta["invoice"] == "1001"
