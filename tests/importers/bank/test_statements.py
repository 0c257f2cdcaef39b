"""Which source a statement feeds, and in which order statements of a day follow on each other."""

import contextlib
import dataclasses
import datetime as dt
import random
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from beancount.core import data
from beancount.core.amount import Amount

from importers import kept
from importers.bank.importer import BankImporter
from importers.bank.model import BankStatement
from importers.bank.problems import BankAccountUnknown, BankCurrency, BankStatementsOverlap
from importers.bank.statements import check_overlap, in_order, source_of
from importers.base import Source
from importers.book import BookView
from ledger.books import Unit
from ledger.books.durable import sha256
from ledger.books.sources import SourceTable
from tests.importers.bank.conftest import march, statement

IBAN = "SE4550000000058398257466"


def unit(*sources):
    tables = tuple(
        SourceTable(name=f"s{n}", format="camt053", account=f"Assets:{n}", bank_account=number, currency=currency)
        for n, (number, currency) in enumerate(sources)
    )
    return Unit("u", Path("/nowhere"), "U", "U", "division", "SEK", "bas", sources=tables)


@pytest.mark.parametrize(
    ("sources", "currency", "found"),
    [
        ([(IBAN, None), (IBAN, "EUR")], "SEK", "s0"),
        ([(IBAN, None), (IBAN, "EUR")], "EUR", "s1"),
        ([(IBAN, "EUR"), (IBAN, "SEK")], "SEK", "s1"),
        ([(None, None), (None, "EUR")], "EUR", "s1"),
        ([(IBAN, None)], "EUR", "s0"),  # refused by its currency then
        ([(None, None), (None, None)], "SEK", None),
        ([("SE3550000000054910000003", None)], "SEK", None),
    ],
)
def test_one_number_in_several_currencies_has_a_source_for_each(sources, currency, found):
    given = dataclasses.replace(statement("1.00", ""), account=IBAN, currency=currency)
    if found is None:
        with pytest.raises(BankAccountUnknown):
            source_of(unit(*sources), given, "camt053", "x")
    else:
        assert source_of(unit(*sources), given, "camt053", "x").name == found


class Given(BankImporter):
    """A format whose statements are given by the test."""

    FORMAT = "camt053"
    given: tuple[BankStatement, ...] = ()

    def recognises(self, _):
        return True

    def read(self, _):
        return self.given


def plan_of(unit, *statements):
    importer = Given(None, unit, unit.sources[0])
    importer.given = statements
    opens = [data.Open({}, dt.date(2020, 1, 1), s.account, None, None) for s in unit.sources]
    opens.append(data.Price({}, march(1), "EUR", Amount(Decimal("11.00"), "SEK")))
    source = Source(Path("x"), "x", b"x", sha256(b"x"))
    return importer.plan(source, BookView(unit, opens), dt.date(2026, 12, 31))


def test_statements_of_one_number_in_two_currencies_feed_two_accounts():
    swedish = dataclasses.replace(statement("100.00", "2 -30.00 x"), account=IBAN)
    european = dataclasses.replace(statement("5.00", "2 -30.00 x"), account=IBAN, currency="EUR")
    plan = plan_of(unit((IBAN, "SEK"), (IBAN, "EUR")), swedish, european)
    booked = [(e.postings[0].account, str(e.postings[0].units)) for e in plan.transactions]
    assert booked == [
        ("Assets:0", "100.00 SEK"),
        ("Assets:0", "-30.00 SEK"),
        ("Assets:1", "5.00 EUR"),
        ("Assets:1", "-30.00 EUR"),
    ]
    assert len({e.meta["source-id"] for e in plan.entries}) == len(plan.entries) == 6
    with pytest.raises(BankCurrency):
        plan_of(unit((IBAN, "SEK")), swedish, european)


def test_one_account_under_two_notations_is_one_account():
    """SEB writes IBAN or clearing and account number: the second statement follows on the first."""
    one = dataclasses.replace(statement("100.00", "2 -30.00 x"), account=IBAN)
    two = dataclasses.replace(statement("70.00", "2 -30.00 x"), account="58398257466", id="S2")
    plan = plan_of(unit((IBAN, "SEK")), one, two)
    assert [str(e.postings[0].units.number) for e in plan.transactions] == ["100.00", "-30.00", "-30.00"]


def chain(*balances, day=2):
    """Statements of a day from balance to balance."""
    pairs = pairwise(balances)
    return [statement(f"{a}.00", f"{day} {b - a}.00 x{n}", sequence=None) for n, (a, b) in enumerate(pairs)]


@pytest.mark.parametrize(
    "balances",
    [
        (100, 70, 90, 20),
        (100, 70, 100, 30),  # comes back to where it began, and goes on
        (100, 30, 100, 30, 50),
        (100, 70, 90, 70, 90, 100, 10),
        (100, 50, 100, 150, 100, 60),
    ],
)
def test_a_day_of_many_statements_is_passed_through_in_one_way_or_another(balances):
    given = chain(*balances)
    for seed in range(12):
        random.Random(seed).shuffle(given)  # noqa: S311  no cryptography
        ordered = in_order(given)
        assert [ordered[0].opening, ordered[-1].closing] == [Decimal(balances[0]), Decimal(balances[-1])]
        assert all(a.closing == b.opening for a, b in pairwise(ordered))
        check_overlap(ordered, "x")


@pytest.mark.parametrize("begins", [100, 70, 90])
def test_a_day_that_comes_full_circle_begins_where_the_book_does(begins):
    given = chain(100, 70, 90, 100)
    ordered = in_order(given, Decimal(begins))
    assert ordered[0].opening == Decimal(begins)
    check_overlap(ordered, "x")


def test_a_day_that_comes_full_circle_ends_where_the_next_begins():
    ordered = in_order([*chain(70, 90, 100, 70), *chain(100, 40, day=3)])
    assert [s.opening for s in ordered] == [Decimal(n) for n in (100, 70, 90, 100)]


def test_the_banks_numbers_come_first():
    one, two = chain(100, 70, 100)
    numbered = [dataclasses.replace(two, sequence=1), dataclasses.replace(one, sequence=2)]
    assert [s.sequence for s in in_order(numbered[::-1])] == [1, 2]


def test_statements_that_dont_follow_are_refused():
    with pytest.raises(BankStatementsOverlap):
        check_overlap(in_order([*chain(100, 70), *chain(80, 60)]), "x")


def test_many_statements_of_a_day_are_ordered_in_no_time():
    """20,000 of them: by comparing each with each it would take minutes."""
    given = chain(*(100 + n % 7 * 10 for n in range(20_001)))
    random.Random(1).shuffle(given)  # noqa: S311  no cryptography
    ordered = in_order(given)
    assert len(ordered) == 20_000
    check_overlap(ordered, "x")


def test_a_file_is_read_once_for_all_sources_that_look_at_it():
    """Its statements, or why there are none; another file is another matter, and a file that is gone is forgotten."""
    read = []

    class Counted(Given):
        OF_TABLE = False

        def read(self, source):
            read.append(source.digest)
            raise BankAccountUnknown(file=source.shown, slug="u", account="?", known="-")

    importers = [Counted(None, unit((IBAN, None)), None) for _ in range(3)]
    one, two = (Source(Path("x"), "x", b"x", digest) for digest in ("1", "2"))
    for source in (one, one, two):
        for importer in importers:
            with contextlib.suppress(BankAccountUnknown):
                raise AssertionError(importer.statements(source))
    assert read == ["1", "2"]
    of_table = [Given(None, unit((IBAN, None)), None) for _ in range(2)]
    of_table[0].given = (statement("1.00", ""),)
    assert [len(importer.statements(one)) for importer in of_table] == [1, 0]
    del source, one, two
    assert kept.KEPT._read == {}
