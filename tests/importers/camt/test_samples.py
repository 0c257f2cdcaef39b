"""Real files into books: what the independent reader says is what the books hold; and every file cut off anywhere."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.core import data
from beancount.core.amount import Amount

from importers.base import Source
from importers.book import BookView
from importers.camt.importer import Camt053Importer
from ledger.books import Unit, durable
from ledger.books.sources import SourceTable
from ledger.errors import Problem
from tests.importers.test_camt import SAMPLES

WHOLE = [name for name, error in SAMPLES.items() if error is None]
LATER = dt.date(2026, 12, 31)


def source_of(samples, name, length=None):
    content = (samples / "sweden/camt053" / name).read_bytes()[:length]
    return Source(Path(name), name, content, durable.sha256(content))


def importer_of(statements):
    """A unit with a source for each account and currency of the oracle."""
    sources = tuple(
        SourceTable(
            name=f"bank{number}",
            format="camt053",
            account=f"Assets:{1930 + number}-Bank",
            bank_account=account,
            currency=currency,
        )
        for number, (account, currency) in enumerate(dict.fromkeys((s["account"], currency_of(s)) for s in statements))
    )
    unit = Unit("u", Path("/nowhere"), "U", "U", "division", "SEK", "bas", sources=sources)
    opens = [data.Open({}, dt.date(2000, 1, 1), s.account, None, None) for s in sources]
    foreign = {s.currency for s in sources} - {"SEK"}
    weeks = [dt.date(2010, 1, 1) + dt.timedelta(weeks=n) for n in range(900)]
    opens += [data.Price({}, week, currency, Amount(Decimal(11), "SEK")) for currency in foreign for week in weeks]
    return Camt053Importer(None, unit, sources[0]), opens


def currency_of(statement):
    return statement["balances"]["OPBD"][0][1]


@pytest.mark.parametrize("name", WHOLE)
def test_the_books_hold_what_the_oracle_says(samples, name):
    """Opening balance, every booked entry once, and the closing balance asserted; a second time nothing is new."""
    told = json.loads((samples / "sweden/camt053/oracle.json").read_text(encoding="utf-8"))[name]["statements"]
    importer, opens = importer_of(told)
    view = BookView(importer.unit, opens)
    plan = importer.plan(source_of(samples, name), view, LATER)
    for table in importer.unit.sources:
        mine = [s for s in told if (s["account"], currency_of(s)) == (table.bank_account, table.currency)]
        opening = Decimal(mine[0]["balances"]["OPBD"][0][0])
        closing = Decimal(mine[-1]["balances"]["CLBD"][-1][0])
        moves = [p.units.number for e in plan.transactions for p in e.postings if p.account == table.account]
        assert len(moves) == sum(s["booked"] for s in mine) + bool(opening)
        assert sum(moves) == opening + sum(Decimal(s["net_booked"]) for s in mine) == closing
        asserted = [e for e in plan.entries if isinstance(e, data.Balance) and e.account == table.account]
        assert asserted[-1].amount.number == closing
        assert str(asserted[-1].date - dt.timedelta(days=1)) == max(b[2] for s in mine for b in s["balances"]["CLBD"])
    assert plan.notes == []
    again = importer.plan(
        source_of(samples, name), BookView(importer.unit, [*opens, *plan.opens, *plan.entries]), LATER
    )
    assert again.entries == []


def test_the_swedish_batch_in_the_books(samples):
    """SEB's first entry, read off the file: 242,041.00 out in 12 payments, the first of 25,000.00 by a reference."""
    told = json.loads((samples / "sweden/camt053/oracle.json").read_text(encoding="utf-8"))["seb_se_v02.xml"][
        "statements"
    ]
    importer, _ = importer_of(told)
    (found,) = importer.statements(source_of(samples, "seb_se_v02.xml"))
    assert found.sequence == 244
    assert (str(found.first_day), str(found.last_day)) == ("2018-12-17", "2018-12-17")
    first = found.lines[0]
    assert (first.parts[0].counterparty, first.parts[0].counterparty_account) == ("Beneficiary", "6767676")
    assert (len(first.parts), first.parts[0].amount, first.parts[0].reference) == (12, Decimal("-25000.00"), "85858")
    assert sum(p.amount for p in first.parts) == first.amount == Decimal("-242041.00")


def test_an_exchange_of_a_sample(samples):
    """30,000 SEK came of 3,255 EUR at 0.1085, as the file has it."""
    told = json.loads((samples / "sweden/camt053/oracle.json").read_text(encoding="utf-8"))["business_sample_v04.xml"]
    importer, _ = importer_of(told["statements"])
    (found,) = importer.statements(source_of(samples, "business_sample_v04.xml"))
    assert found.lines[2].extra == (("original-amount", "3255"), ("original-currency", "EUR"), ("rate", "0.1085"))
    assert found.lines[1].parts == ()  # a batch of 20, none of them named


def cuts(content):
    """After every byte of a small file; of a large one, after every 29th."""
    whole = len(content.rstrip())
    return range(1, whole) if whole < 3_000 else range(1, whole, 29)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_cut_off_anywhere_is_one_problem(samples, name):
    content = (samples / "sweden/camt053" / name).read_bytes()
    importer, _ = importer_of([{"account": "SE1", "balances": {"OPBD": [["0", "SEK"]]}}])
    ends = cuts(content)
    assert len(ends) > 80
    for end in ends:
        with pytest.raises(Problem):
            importer.statements(source_of(samples, name, end))
