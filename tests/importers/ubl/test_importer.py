"""Through `sambok import`, inboxes, beangulp: which source takes a file, what is kept, what a crash leaves."""

import base64
import hashlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from beancount.parser import parser
from hypothesis import given, settings
from hypothesis import strategies as st

from importers import run
from importers.run import import_inboxes
from importers.ubl.read import read_ubl
from importers.ubl.totals import check_adds_up
from ledger.books.problems_write import BooksBusy
from ledger.books.sources import SourceTable
from ledger.books.workspace import read_unit
from ledger.errors import Problem
from tests.importers.ubl.build import REPRIS, SELLER, change, credit, embedded, invoice, line
from tests.importers.ubl.conftest import ACCOUNTS, UNIT

ROOT = Path(__file__).resolve().parents[3]
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
SHA = hashlib.sha256(PDF).hexdigest()
BOUGHT = {"seller": SELLER, "buyer": REPRIS}
TWO = """\
[[source]]
name = "ut"
format = "ubl"
[source.invoices]
direction = "sales"
[[source]]
name = "in"
format = "ubl"
[source.invoices]
direction = "purchases"
purchases = "Expenses:5460-Förbrukningsmaterial"
"""


def with_pdf(content=PDF, name="faktura 1001.pdf", **more):
    return invoice(line(cost="5460"), head=embedded(name, base64.b64encode(content).decode()), **BOUGHT, **more)


# --- which source


def test_sales_and_purchases_find_their_sources(feed):
    fed = feed(UNIT + TWO, ACCOUNTS)
    sale, purchase = fed.take(invoice(), name="a.xml"), fed.take(invoice(**BOUGHT), name="b.xml")
    assert (sale.status, purchase.status) == ("imported", "imported")
    assert [p.account.split(":")[1][:4] for p in purchase.plan.transactions[0].postings] == ["2440", "5460", "2641"]


def test_an_inbox_for_one_direction_refuses_the_other(feed):
    fed = feed(UNIT + TWO, ACCOUNTS)
    inbox = fed.unit.folder / "inbox" / "in"
    inbox.mkdir(parents=True)
    (inbox / "a.xml").write_bytes(invoice())
    (inbox / "b.xml").write_bytes(invoice(**BOUGHT))
    (report,) = import_inboxes(fed.ws, ["repris"])
    told = {Path(f.file).name: (f.status, f.problem and f.problem.code) for f in report.files}
    assert told == {"a.xml": ("refused", "UBL_WRONG_DIRECTION"), "b.xml": ("imported", None)}
    assert [p.name for p in inbox.iterdir()] == ["a.xml"]


@pytest.mark.parametrize("content", [invoice()[:-40], invoice().replace(b">125.00<", b">1<"), invoice(seller=SELLER)])
def test_what_is_damaged_or_nobodys_is_refused_by_the_first_source(feed, content):
    fed = feed(UNIT + TWO, ACCOUNTS)
    before = fed.bytes()
    assert fed.take(content).status == "refused"
    assert fed.bytes() == before


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ('direction = "in"', "sales"),
        ('sales = {"moms" = "Income:3001-Försäljning-25"}', "moms"),
        ("purchases = 4000", "string"),
        ('purchase = "Expenses:4000-Inköp-varor"', "purchases"),
    ],
)
def test_settings_that_mean_nothing(feed, table, reason):
    fed = feed(UNIT + '[[source]]\nname = "in"\nformat = "ubl"\n', ACCOUNTS)
    toml = fed.unit.folder / "unit.toml"
    toml.write_text(f"{toml.read_text()}[source.invoices]\n{table}\n")
    with pytest.raises(Problem) as caught:
        read_unit(fed.ws.root, "repris")
    assert caught.value.code in {"CONFIG_INVALID", "CONFIG_UNKNOWN_KEY"}
    assert reason in str(caught.value) + caught.value.remedy_text()


# --- attachments


def test_an_embedded_pdf_is_kept_and_named(take):
    report, fed = take(with_pdf())
    (entry,) = fed.transactions()
    assert entry.meta["attachment"] == f"documents/{SHA[:2]}/{SHA}-faktura_1001.pdf"
    assert (fed.unit.folder / entry.meta["attachment"]).read_bytes() == PDF
    assert (fed.unit.folder / entry.meta["document"]).read_bytes() == with_pdf()
    assert report.plan.remarks == []


def test_several_and_equal_ones(take):
    """Two PDFs that are the same, one that is another, a picture, and one that lies elsewhere."""
    other = PDF.replace(b"1.4", b"1.7")
    elsewhere = (
        "<cac:AdditionalDocumentReference><cbc:ID>3</cbc:ID><cac:Attachment><cac:ExternalReference>"
        "<cbc:URI>https://example.org/x.pdf</cbc:URI></cac:ExternalReference></cac:Attachment>"
        "</cac:AdditionalDocumentReference>"
    )
    head = "".join(
        [
            embedded("a.PDF", base64.b64encode(PDF).decode()),
            embedded("kopia.pdf", base64.b64encode(PDF).decode()),
            embedded("../../b", base64.b64encode(other).decode()),
            embedded("bild.png", base64.b64encode(b"\x89PNG").decode(), "image/png"),
            elsewhere,
        ]
    )
    report, fed = take(invoice(line(cost="5460"), head=head, **BOUGHT))
    (entry,) = fed.transactions()
    assert entry.meta["attachment"].endswith("-a.pdf")
    assert entry.meta["attachment-2"].endswith("-b.pdf")
    assert "attachment-3" not in entry.meta
    assert len(list((fed.unit.folder / "documents").rglob("*.pdf"))) == 2
    assert report.plan.remarks == [
        "1001: the embedded bild.png is no PDF and stays inside the archived invoice.",
        "1001 names a document elsewhere, which wasn't fetched: https://example.org/x.pdf",
    ]


def test_the_same_pdf_in_two_invoices_is_kept_once(take):
    """General terms, under another name in the second invoice: both entries name the one copy."""

    def terms(number, name):
        return invoice(line(cost="5460"), number=number, head=embedded(name, base64.b64encode(PDF).decode()), **BOUGHT)

    _, fed = take(terms("1001", "villkor.pdf"))
    assert fed.take(terms("1002", "Terms 2026.pdf")).status == "imported"
    assert {e.meta["attachment"] for e in fed.transactions()} == {f"documents/{SHA[:2]}/{SHA}-villkor.pdf"}
    assert len(list((fed.unit.folder / "documents").rglob("*.pdf"))) == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("å" * 300 + ".pdf", "file.pdf"),
        ("A" * 300 + ".pdf", "A" * 60 + ".pdf"),
        ("Räkning 7.pdf", "R_kning_7.pdf"),
        (".pdf", "attachment.pdf"),
    ],
)
def test_a_pdf_is_archived_as_one_whatever_its_name(take, name, kept):
    _, fed = take(invoice(line(cost="5460"), head=embedded(name, base64.b64encode(PDF).decode()), **BOUGHT))
    assert fed.transactions()[0].meta["attachment"] == f"documents/{SHA[:2]}/{SHA}-{kept}"


def test_what_is_called_a_pdf_and_is_none_stays_inside(take):
    report, fed = take(with_pdf(b"<html><script>alert(1)</script></html>"))
    assert "attachment" not in fed.transactions()[0].meta
    assert not list((fed.unit.folder / "documents").rglob("*.pdf"))
    assert len(report.plan.remarks) == 1


def test_attachments_are_kept_before_the_entry_is_written(take, feed, monkeypatch):
    """The books are busy when the entry is to be written: the files stand, the book doesn't; the next run completes."""

    def busy(*_, **__):
        raise BooksBusy(unit="repris", slug="repris", seconds=1)

    with monkeypatch.context() as patch:
        patch.setattr(run, "append_entries", busy)
        report, fed = take(with_pdf())
    assert (report.status, report.problem.code) == ("refused", "BOOKS_BUSY")
    assert fed.transactions() == []
    kept = sorted(p.name.split("-")[0] for p in (fed.unit.folder / "documents").rglob("*") if p.is_file())
    assert kept == sorted([SHA, hashlib.sha256(with_pdf()).hexdigest()])
    again = fed.take(with_pdf())
    assert again.status == "imported"
    assert len(fed.transactions()) == 1


def test_an_attachment_that_somebody_changed(take):
    _, fed = take(with_pdf())
    kept = fed.unit.folder / fed.transactions()[0].meta["attachment"]
    kept.write_bytes(b"%PDF-forged")
    report = fed.take(with_pdf(number="1002"), name="b.xml")
    assert (report.status, report.problem.code) == ("refused", "ARCHIVE_DAMAGED")
    assert len(fed.transactions()) == 1


def test_a_dry_run_keeps_nothing(take, feed):
    fed = feed(UNIT + '[[source]]\nname = "in"\nformat = "ubl"\n', ACCOUNTS)
    before = fed.bytes()
    report = fed.take(with_pdf(), dry_run=True)
    assert (report.status, len(report.plan.attachments)) == ("planned", 1)
    assert fed.bytes() == before


# --- other doors


def test_beangulps_command_line(feed):
    fed = feed(UNIT + TWO, ACCOUNTS)
    folder = fed.unit.folder / "inbox" / "in"
    folder.mkdir(parents=True)
    (folder / "a.xml").write_bytes(with_pdf())
    env = {**os.environ, "SAMBOK_WORKSPACE": str(fed.ws.root), "PYTHONPATH": str(ROOT)}

    def beangulp(command):
        words = [sys.executable, "-m", "importers", "repris", command, str(folder.parent)]
        return subprocess.run(words, env=env, capture_output=True, text=True, timeout=120, check=True).stdout

    assert "repris.in" in beangulp("identify")
    (entry,), errors, _ = parser.parse_string(beangulp("extract"))
    assert not errors
    assert entry.meta["invoice"] == "1001"
    assert fed.take((folder / "a.xml").read_bytes(), name="a.xml").status == "imported"
    assert parser.parse_string(beangulp("extract"))[0] == []  # a duplicate is commented out


# --- mutations

WHOLE = invoice(
    line(), line("Kaffe", "50.00", "12", quantity="5", price="10.00"), changes=[change("4.00", charge=True)],
    prepaid="10.00", head=embedded("a.pdf", base64.b64encode(PDF).decode()),
)  # fmt: skip
PIECES = [
    b"<",
    b">",
    b"/",
    b"&",
    b'"',
    b"0",
    b"9",
    b"-",
    b".",
    b"\xff",
    b"\x00",
    b"SEK",
    b"cbc:",
    b"</cac:Party>",
    b"<!--",
    b"]]>",
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([WHOLE, credit()]),
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 40), st.sampled_from(PIECES), st.booleans()),
        min_size=1,
        max_size=4,
    ),
)
def test_a_mutated_file_gives_an_invoice_that_adds_up_or_one_typed_problem(content, edits):
    for place, cut, piece, insert in edits:
        at = int(place * len(content))
        content = content[:at] + (piece if insert else b"") + content[at + (0 if insert else cut) :]
    try:
        found = read_ubl(content, "f.xml")
        check_adds_up(found, "f.xml")
    except Problem:
        return
    assert found.totals.gross == found.totals.net + found.tax


def test_the_example_of_the_docs_is_taken():
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    section = page[page.index("### Electronic invoices: `ubl`") :]
    (table,) = tomllib.loads(section.split("```toml\n")[1].split("```")[0])["source"]
    found = SourceTable(**table)
    assert found.invoices.direction == "purchases"
    assert dict(found.invoices.sales)["25"] == "Income:3001-Försäljning-25"
    assert hash(found) == hash(SourceTable(**table))  # units are compared and hashed with their sources
