"""Cost of central's by cost centre, and keys that the books have: tables worked by hand."""

import datetime as dt
from decimal import Decimal

import pytest

from ledger.books import load_books
from ledger.charts import load_chart
from ledger.charts.ranges import CodeSet
from ledger.policy import read_policy
from ledger.provisional import provisional
from ledger.services.costs import service_costs
from ledger.services.keys import book_keys

from .books import CENTRAL_ACCOUNTS, DECIDED, UNITS

D = Decimal
YEAR = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
MORE = """
2025-01-01 open Expenses:6993-Lämnade-bidrag
2025-01-01 open Expenses:7610-Utbildning
"""
CENTRES = {
    "it": CodeSet.parse("6540"),
    "finance": CodeSet.parse("7000-7399"),
    "zoo": CodeSet.parse("6540"),
    "board": None,
}


@pytest.fixture
def costs(make_workspace):
    """Central's cost of 2026, of a voucher with these postings."""

    def make(postings, head="", date="2026-02-01"):
        lines = "".join(f"  {line.strip()}\n" for line in postings.split("; "))
        text = f'{date} * "x"\n{head}{lines}  Assets:1930-Bank\n'
        ws = make_workspace(
            {"gemensamt": {"accounts": CENTRAL_ACCOUNTS + MORE, "2026-02": text}, "repris": {}}, policy=DECIDED
        )
        books = load_books(ws)
        assert not books.problems, [p.text() for p in books.problems]
        unit = ws.unit("gemensamt")
        chart = load_chart(unit.chart, unit.folder)
        return service_costs(books.units["gemensamt"].entries(), unit, chart, YEAR, CENTRES, ["repris"])

    return make


@pytest.mark.parametrize(
    ("head", "postings", "found"),
    [
        # the posting before its voucher, the voucher before the account
        ("", "Expenses:6540-IT-tjänster 10.00 SEK", "it 10.00"),
        ('  cost-centre: "board"\n', "Expenses:6540-IT-tjänster 10.00 SEK", "board 10.00"),
        (
            '  cost-centre: "board"\n',
            'Expenses:6540-IT-tjänster 10.00 SEK;   cost-centre: "finance"; Expenses:5800-Resor 1.00 SEK',
            "finance 10.00, board 1.00",
        ),
        # 6540 is of zoo, too: the first name has it
        ("", "Expenses:7010-Löner 10.00 SEK", "finance 10.00"),
        # nobody's, and told
        ("", "Expenses:5800-Resor 10.00 SEK", "? 10.00"),
        ('  cost-centre: "gone"\n', "Expenses:5800-Resor 10.00 SEK", "gone? 10.00"),
        # income counts only where it names a centre
        ("", "Income:3990-Ersättning -10.00 SEK", ""),
        ('  cost-centre: "it"\n', "Income:3990-Ersättning -10.00 SEK", "it -10.00"),
        # no service: interest, and what the funds give
        ("", "Expenses:8410-Räntekostnader 10.00 SEK", ""),
        ('  cost-centre: "it"\n', "Expenses:6993-Lämnade-bidrag 10.00 SEK", ""),
        # done for one unit
        ('  used-by: "repris"\n', "Expenses:6540-IT-tjänster 10.00 SEK", "it 10.00, it for repris 10.00"),
        ('  used-by: "nobody"\n', "Expenses:6540-IT-tjänster 10.00 SEK", "it 10.00"),
    ],
)
def test_which_centre_cost_belongs_to(costs, head, postings, found):
    one = costs(postings, head)
    told = [f"{name} {amount:.2f}" for name, amount in one.by_centre.items()]
    told += [f"{name} for {unit} {amount:.2f}" for (name, unit), amount in one.direct.items()]
    told += [f"{row.named}? {row.amount:.2f}" for row in one.unplaced]
    assert ", ".join(told) == found
    assert one.total == sum(one.by_centre.values()) + sum(row.amount for row in one.unplaced)


@pytest.mark.parametrize("date", ["2025-12-31", "2027-01-01"])
def test_another_year_is_another_years(costs, date):
    assert costs("Expenses:6540-IT-tjänster 10.00 SEK", date=date).total == 0


def test_keys_of_the_books(make_workspace):
    """repris: 3 vouchers; an invoice to a customer and one of a supplier, and payments, which are none."""
    invoices = """
2026-03-01 * "Invoice, and one credited"
  Assets:1510-Kundfordringar   500.00 SEK
  Income:3001-Försäljning-25

2026-03-02 * "Paid"
  Assets:1930-Bank             500.00 SEK
  Assets:1510-Kundfordringar

2026-03-03 * "Supplier's"
  Expenses:5010-Lokalhyra      100.00 SEK
  Liabilities:2440-Leverantörsskulder

2026-03-04 * "Paid"
  Liabilities:2440-Leverantörsskulder 100.00 SEK
  Assets:1930-Bank

2027-01-01 * "Next year"
  Expenses:5010-Lokalhyra      100.00 SEK
  Liabilities:2440-Leverantörsskulder
"""
    more = "2025-01-01 open Assets:1510-Kundfordringar\n2025-01-01 open Liabilities:2440-Leverantörsskulder\n"
    accounts = UNITS["repris"]["accounts"] + more
    repris = {"accounts": accounts, "2026-03": invoices, "unit": "joined = 2026-03-01"}
    ws = make_workspace({"repris": repris, "kafe": UNITS["kafe"]}, policy=DECIDED)
    books = load_books(ws)
    run = provisional(books, read_policy(books.central_text, ws))
    found = book_keys(books, run, [ws.unit("kafe"), ws.unit("repris")], YEAR)
    assert found == {
        "turnover": {"repris": 500, "kafe": 40000},
        "levy": {"repris": 50, "kafe": 4000},
        "vouchers": {"repris": 4, "kafe": 1},
        "invoices": {"repris": 2, "kafe": 0},
        "members": {"repris": 10, "kafe": 12},
    }
