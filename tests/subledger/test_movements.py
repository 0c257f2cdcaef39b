"""What of a book moves its subledgers: accounts by the chart, items by link or `item:`, names and dates by metadata."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.parser import parser

from ledger.books import Unit, account_code
from ledger.books.sources import SourceTable
from ledger.charts import load_chart
from ledger.subledger import bill_link, clearing_of, deposit_link, ic_link, invoice_link, movements_of, open_items

D = Decimal


def movements(text, chart="bas", **more):
    """Movements of a book given as ledger text; names of accounts carry their codes."""
    entries, errors, _ = parser.parse_string(text, dedent=True)
    assert not errors
    names = {p.account for e in entries for p in getattr(e, "postings", ())}
    codes = {name: code for name in names if (code := account_code(name, None))}
    more.setdefault("place", lambda entry: f"book:{entry.meta['lineno']}")
    return movements_of(entries, load_chart(chart, Path()), codes, **more)


def shown(moves):
    """`account code, kind, amount, key, counterparty`."""
    return [(m.account.split(":")[1][:4], m.kind, str(m.amount), m.key, m.counterparty) for m in moves]


def test_an_invoice_and_its_payment():
    """
    2026-03-05 * "Kund AB" "Faktura 1001" ^inv-repris-1001
      invoice: "1001"
      due: 2026-04-04
      reference: "10017"
      Assets:1510-Kundfordringar        1250.00 SEK
      Income:3001-Försäljning-25       -1000.00 SEK
      Liabilities:2611-Utgående-moms    -250.00 SEK

    2026-04-01 * "KUND AB" "BG 123-4567" ^inv-repris-1001
      Assets:1930-Bank                  1250.00 SEK
      Assets:1510-Kundfordringar       -1250.00 SEK
    """
    invoice, payment = movements(test_an_invoice_and_its_payment.__doc__)
    assert (invoice.account, invoice.kind, invoice.amount, invoice.currency) == (
        "Assets:1510-Kundfordringar", "receivable", D(1250), "SEK",
    )  # fmt: skip
    assert (invoice.date, invoice.due, invoice.number) == (dt.date(2026, 3, 5), dt.date(2026, 4, 4), "1001")
    assert (invoice.references, invoice.counterparty, invoice.where) == (("10017", "1001"), "Kund AB", "book:2")
    assert (payment.amount, payment.key, payment.due, payment.references) == (D(-1250), invoice.key, None, ())
    assert open_items([payment, invoice]) == ()


def test_a_payment_of_several_items_says_which_by_posting():
    """
    2026-04-01 * "Kund AB" "Två fakturor" ^inv-repris-1 ^inv-repris-2
      Assets:1930-Bank                   300.00 SEK
      Assets:1510-Kundfordringar        -100.00 SEK
        item: "inv-repris-1"
      Assets:1510-Kundfordringar        -200.00 SEK
        item: "inv-repris-2"
        counterparty: "Kund Dotter AB"
        invoice: 2
    """
    moves = movements(test_a_payment_of_several_items_says_which_by_posting.__doc__)
    assert shown(moves) == [
        ("1510", "receivable", "-100.00", "inv-repris-1", "Kund AB"),
        ("1510", "receivable", "-200.00", "inv-repris-2", "Kund Dotter AB"),
    ]
    assert [m.number for m in moves] == ["", "2"]


def test_two_links_and_no_item_leave_the_counterparty():
    """
    2026-04-01 * "Kund AB" "Två fakturor" ^inv-repris-1 ^inv-repris-2
      Assets:1930-Bank                   300.00 SEK
      Assets:1510-Kundfordringar        -300.00 SEK
    """
    moves = movements(test_two_links_and_no_item_leave_the_counterparty.__doc__)
    assert shown(moves) == [("1510", "receivable", "-300.00", "", "Kund AB")]


def test_dealings_between_units_and_foreign_money():
    """
    2026-03-18 * "Coop sur" "Vävda filtar" ^ic-coop-sur-1
      Expenses:4000-Inköp-varor            488000 CLP @@ 4967.35 SEK
      Liabilities:2860-Intern-skuld       -488000 CLP @@ 4967.35 SEK
        partner: "coop-sur"
        ic: "trade"
        due: 2026-04-17
    """
    (move,) = movements(test_dealings_between_units_and_foreign_money.__doc__)
    assert (move.kind, move.amount, move.currency) == ("payable", D(-488000), "CLP")
    assert (move.partner, move.key, move.due) == ("coop-sur", "ic-coop-sur-1", dt.date(2026, 4, 17))


def test_an_opening_balance_names_nobody():
    """
    2026-01-01 * "Ingående balans" "Ingående balans 2026"
      Assets:1510-Kundfordringar       31850.00 SEK
      Liabilities:2440-Leverantörer    -8033.00 SEK
      Liabilities:2440-Leverantörer     -100.00 SEK
        counterparty: "Elbolaget"
      Equity:2091-Balanserat-resultat

    2026-01-19 * "Kund AB" "Betalning av fjolårets faktura"
      Assets:1930-Bank                 31850.00 SEK
      Assets:1510-Kundfordringar      -31850.00 SEK

    2026-02-19 * "Medlem" "Insats"
      Assets:1510-Kundfordringar         100.00 SEK
      Equity:2083-Medlemsinsatser       -100.00 SEK
    """
    moves = movements(test_an_opening_balance_names_nobody.__doc__)
    assert shown(moves) == [
        ("1510", "receivable", "31850.00", "", ""),
        ("2440", "payable", "-8033.00", "", ""),
        ("2440", "payable", "-100.00", "", "Elbolaget"),
        ("1510", "receivable", "-31850.00", "", "Kund AB"),
        ("1510", "receivable", "100.00", "", "Medlem"),
    ]
    assert [str(i.open) for i in open_items(moves)] == ["100.00", "-8033.00", "-100.00"]


def test_an_opening_balance_is_also_what_has_claims_debts_and_equity_only():
    """
    2026-01-01 * "Asiento de apertura" "Saldos iniciales 2026"
      Assets:430-Clientes                  6400 CLP
      Liabilities:400-Proveedores         -2300 CLP
      Equity:113-Reservas-voluntarias     -4100 CLP

    2026-01-02 * "Socia" "Aportación"
      Assets:430-Clientes                   100 CLP
      Equity:113-Reservas-voluntarias      -100 CLP

    2026-01-03 * "Cliente" "Con prima"
      Assets:430-Clientes                   100 CLP
      Liabilities:477-IVA                   -10 CLP
      Equity:113-Reservas-voluntarias       -40 CLP
      Income:700-Ventas                     -50 CLP
    """
    text = test_an_opening_balance_is_also_what_has_claims_debts_and_equity_only.__doc__
    assert [m.counterparty for m in movements(text, "pgc")] == ["", "", "Socia", "Cliente"]


def test_who_is_paid_beside_a_persons_account_may_be_a_person():
    """
    2026-01-05 * "Anna Andersson" "Utlägg och lön"
      Liabilities:2440-Leverantörer        500.00 SEK
      Expenses:7010-Löner                 1000.00 SEK
      Assets:1930-Bank                   -1500.00 SEK

    2026-01-06 * "Elbolaget" "El"
      Liabilities:2440-Leverantörer       -500.00 SEK
      Expenses:5020-El                     500.00 SEK
    """
    text = test_who_is_paid_beside_a_persons_account_may_be_a_person.__doc__
    assert [m.masked for m in movements(text)] == [True, False]


@pytest.mark.parametrize(
    ("chart", "account", "kind"),
    [
        ("bas", "Assets:1510-Kundfordringar", "receivable"),
        ("bas", "Assets:1660-Intern-fordran", "receivable"),
        ("bas", "Assets:1661-Avgift", None),
        ("bas", "Liabilities:2441-Leverantörer-utland", "payable"),
        ("bas", "Liabilities:2860-Intern-skuld", "payable"),
        ("bas", "Assets:1581-Kort", "clearing"),
        ("bas", "Assets:1909-Egna-konton", "clearing"),
        ("bas", "Assets:1930-Bank", None),
        ("pgc", "Assets:430-Clientes", "receivable"),
        ("pgc", "Assets:55231-Interna", "receivable"),
        ("pgc", "Liabilities:410-Acreedores", "payable"),
        ("pgc", "Assets:4315-Tarjetas", "clearing"),
        ("pgc", "Assets:572-Banco", None),
        ("vsla", "Assets:1510-Customers", "receivable"),
        ("vsla", "Liabilities:2030-Suppliers", "payable"),
        ("vsla", "Assets:1090-Between", "clearing"),
    ],
)
def test_the_chart_names_the_accounts(chart, account, kind):
    text = f"""
    2026-04-01 * "Namn" "Text"
      {account}     5 SEK
      Equity:9-X   -5 SEK
    """
    assert [m.kind for m in movements(text, chart)] == ([kind] if kind else [])


def test_a_sources_own_account_is_clearing_whatever_its_code():
    """
    2026-04-01 * "Swish" "Dagens"
      Assets:1930-Swish     5 SEK
      Income:3001-X        -5 SEK
    """
    text = test_a_sources_own_account_is_clearing_whatever_its_code.__doc__
    assert [m.kind for m in movements(text, clearing=["Assets:1930-Swish"])] == ["clearing"]
    assert movements(text) == []


def test_clearing_accounts_of_a_units_sources():
    takings = {
        "till_account": "Assets:1684-Kort-i-kassan",
        "payment": [
            {"column": "Kort", "means": "card", "account": "Assets:1685-Kort"},
            {"column": "Swish", "means": "swish"},
            {"column": "Kontant", "means": "cash", "account": "Assets:1911-Kassa"},
        ],
    }
    sources = (
        SourceTable(name="bank", format="camt053", account="Assets:1930-Bank"),
        SourceTable(name="bg", format="bgmax", account="Assets:1586-Bankgiro"),
        SourceTable(name="swish", format="swish"),
        SourceTable.model_validate({"name": "kassa", "format": "till", "takings": takings}),
    )
    unit = Unit("x", Path(), "X", "X", "division", "SEK", "bas", sources=sources)
    assert clearing_of(unit) == {"Assets:1586-Bankgiro", "Assets:1684-Kort-i-kassan", "Assets:1685-Kort"}


def test_due_dates_that_are_none_are_left_out():
    """
    2026-04-01 * "Kund" "X" ^a
      due: "soon"
      Assets:1510-Kund      5 SEK
      Income:3001-X        -5 SEK
    """
    (move,) = movements(test_due_dates_that_are_none_are_left_out.__doc__, place=None)
    assert move.due is None
    assert move.where == "<string>:2"


def test_links_are_ascii_and_the_same_on_both_sides():
    assert ic_link("repris", "17") == "ic-repris-17"
    assert invoice_link("repris", " 2026-17 ") == "inv-repris-2026-17"
    assert ic_link("repris", "å 17").isascii()
    for of in (ic_link, invoice_link, bill_link):
        assert len({of("repris", "17"), of("repris", "17", credit=True), of("repris", "_credit-17")}) == 3
    assert ic_link("repris", "å 17") != ic_link("repris", "ä 17")
    assert bill_link(" 556677-8899", "A1 ") == bill_link("556677-8899", "A1") != bill_link("556677-8890", "A1")
    assert deposit_link("Assets:1581-Kort", "7", dt.date(2026, 3, 1)) != deposit_link("Assets:1581-Kort", "7")


def test_an_empty_item_belongs_to_the_counterparty_whatever_the_link():
    """
    2026-03-05 * "Kund AB" "Faktura 1001, 1000 kr betalda i förskott" ^inv-repris-1001
      Assets:1510-Kundfordringar         250.00 SEK
      Assets:1510-Kundfordringar        1000.00 SEK
        item: ""
      Income:3001-Försäljning-25       -1000.00 SEK
      Liabilities:2611-Utgående-moms    -250.00 SEK
    """
    moves = movements(test_an_empty_item_belongs_to_the_counterparty_whatever_the_link.__doc__)
    assert shown(moves) == [
        ("1510", "receivable", "250.00", "inv-repris-1001", "Kund AB"),
        ("1510", "receivable", "1000.00", "", "Kund AB"),
    ]
