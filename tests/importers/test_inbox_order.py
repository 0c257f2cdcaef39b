"""Inboxes are emptied so that invoices, takings and deposits come before the bank that pays them."""

from importers.run import import_inboxes
from tests.importers.ubl import build

HEAD = "Reskontradatum;Transaktionsdatum;Text;Belopp;Saldo\n"  # Handelsbanken's list
SOURCES = """\
chart = "bas"
organisation_number = "556000-0167"
[[source]]
name = "a-bank"
format = "csv"
account = "Assets:1930-Bank"
[[source.rule]]
text = "Trävaror"
account = "Liabilities:2440-Leverantörsskulder"
[[source]]
name = "b-invoices"
format = "ubl"
[source.invoices]
purchases = "Expenses:6110-Kontorsmaterial"
"""
ACCOUNTS = """\
2020-01-01 open Assets:1930-Bank SEK
2020-01-01 open Expenses:6110-Kontorsmaterial
2020-01-01 open Liabilities:2440-Leverantörsskulder
2020-01-01 open Liabilities:2641-Ingående-moms
"""


def test_an_invoice_of_the_same_inbox_is_there_when_its_payment_comes(feed):
    """The rule would have taken the payment, and the invoice would stay open beside it."""
    feed = feed(SOURCES, ACCOUNTS)
    inbox = feed.unit.folder / "inbox"
    for folder, name, content in (
        ("a-bank", "bank.csv", f"{HEAD}2026-03-20;2026-03-20;Trävaror AB 1001;-125,00;-125,00\n".encode()),
        ("b-invoices", "bill.xml", build.invoice(seller=build.SELLER, buyer=build.REPRIS)),
        ("unknown", "x.txt", b"?"),
    ):
        (inbox / folder).mkdir(parents=True)
        (inbox / folder / name).write_bytes(content)
    (report,) = import_inboxes(feed.ws, ["repris"])
    assert [(f.file.split("/")[-1], f.status) for f in report.files] == [
        ("bill.xml", "imported"),
        ("bank.csv", "imported"),
        ("unknown", "refused"),
    ]
    bill, payment = feed.transactions()
    assert bill.links == payment.links
    assert len(bill.links) == 1
