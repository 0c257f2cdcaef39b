"""What waits in the demo's inboxes, read by hand from the files (no importer is asked), and what became of it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from beancount.core import data
from lxml import etree

from ledger.provisional import full_entries
from ledger.reports.open_items import unit_items

if TYPE_CHECKING:
    from importers.report import ImportReport
    from ledger.federation import Federation
    from ledger.rules.open_items import OpenItem

CENTS = Decimal("0.01")
#: The last day of the month that waits.
END = dt.date(2026, 11, 30)


def code_of(account: str) -> str:
    """`1930` of `Assets:1930-Bank`."""
    return account.split(":")[1].split("-", maxsplit=1)[0]


def comma(text: str) -> Decimal:
    """`1.234,50` as a number."""
    return Decimal(text.replace(".", "").replace(",", "."))


def swedbank(root: Path) -> list[dict[str, str]]:
    """The café's list of transactions, oldest row first."""
    text = (root / "units/kafe-angen/inbox/bank/transaktioner-2026-11.csv").read_bytes().decode("cp1252")
    return list(csv.DictReader(io.StringIO(text.split("\n", 1)[1])))[::-1]


def sheet(root: Path, path: str) -> list[dict[str, str]]:
    """A list with semicolons."""
    return list(csv.DictReader(io.StringIO((root / path).read_bytes().decode("cp1252")), delimiter=";"))


def reports_of_the_till(root: Path) -> list[dict[str, str]]:
    """The café's Z reports."""
    return sheet(root, "units/kafe-angen/inbox/kassa/z-rapporter-2026-11.csv")


def payouts(root: Path) -> list[dict[str, str]]:
    """The café's card settlement, a row for each day of sale."""
    return sheet(root, "units/kafe-angen/inbox/kort/utbetalningar-2026-11.csv")


def swish(root: Path) -> list[dict[str, str]]:
    """The café's Swish report."""
    text = (root / "units/kafe-angen/inbox/swish/swish-2026-11.csv").read_bytes().decode("cp1252")
    return list(csv.DictReader(io.StringIO(text.split("\n", 1)[1])))


def cartola(root: Path) -> list[dict[str, str]]:
    """The Chilean co-op's list, oldest row first."""
    return sheet(root, "units/coop-sur/inbox/banco/cartola-2026-11.csv")[::-1]


def mpesa(root: Path) -> list[dict[str, str]]:
    """The group's statement, oldest row first; failed rows, too."""
    text = (root / "units/kikundi-mfano/inbox/mpesa/mpesa-2026-11.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text[text.index("Receipt No.") :])))[::-1]


def sheets(root: Path) -> list[list[dict[str, str]]]:
    """The group's meeting sheets: their rows."""
    folder = root / "units/kikundi-mfano/inbox/meeting"
    texts = (path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.csv")))
    return [list(csv.DictReader(io.StringIO(text.split("\n", 1)[1]))) for text in texts]


def norma(root: Path) -> list[str]:
    """The Spanish co-op's statement: its records."""
    path = root / "units/koop-reusa/inbox/banco/extracto-2026-11.txt"
    return path.read_bytes().decode("latin-1").splitlines()


def norma_amount(record: str, side: int) -> Decimal:
    """The amount of a record whose debit (1) or credit (2) stands in a column, counted from 1."""
    amount = Decimal(record[side : side + 14]) / 100
    return -amount if record[side - 1] == "1" else amount


def bgmax(root: Path) -> list[str]:
    """The payments through bankgiro: its records."""
    path = root / "units/stadkraft/inbox/bankgiro/inbetalningar-2026-11.txt"
    return path.read_bytes().decode("latin-1").splitlines()


def giro_payments(root: Path) -> list[tuple[str, str, Decimal]]:
    """Deposit's serial, OCR number and amount of each payment, by the columns of Bankgirot's manual."""
    found: list[tuple[str, str, Decimal]] = []
    section: list[tuple[str, Decimal]] = []
    for record in bgmax(root):
        if record.startswith("20"):
            section.append((record[12:37].strip(), Decimal(record[37:55]) / 100))
        if record.startswith("15"):
            found += [(record[45:50].strip(), reference, amount) for reference, amount in section]
            section = []
    return found


def in_vouchers(root: Path) -> dict[str, Decimal]:
    """Σ of the rows of each account in the program's file."""
    text = (root / "units/stadkraft/inbox/affarssystem/verifikat-2026-11.se").read_text(encoding="cp437")
    found: dict[str, Decimal] = {}
    for row in text.splitlines():
        if row.startswith("#TRANS "):
            account, rest = row.split()[1], row.partition("}")[2]
            found[account] = found.get(account, Decimal(0)) + Decimal(rest.split()[0])
    return found


def plain(path: Path) -> etree._Element:
    """An XML file without its namespaces."""
    tree = etree.parse(str(path)).getroot()
    for node in tree.iter("{*}*"):
        node.tag = etree.QName(node).localname
    return tree


def camt(root: Path, slug: str) -> list[etree._Element]:
    """The statements of a division's bank."""
    return list(plain(root / "units" / slug / "inbox/bank/kontoutdrag-2026-11.xml").iter("Stmt"))


def signed(node: etree._Element) -> Decimal:
    """An amount of camt.053."""
    amount = Decimal(node.findtext("Amt"))
    return amount if node.findtext("CdtDbtInd") == "CRDT" else -amount


def figures(statement: etree._Element) -> dict[str, Decimal]:
    """Opening, closing, sum and number of the entries."""
    found = {bal.findtext("Tp/CdOrPrtry/Cd"): signed(bal) for bal in statement.iter("Bal")}
    entries = list(statement.iter("Ntry"))
    return {**found, "sum": sum(map(signed, entries), Decimal(0)), "count": Decimal(len(entries))}


def invoice(root: Path, slug: str, name: str) -> etree._Element:
    """An electronic invoice."""
    return plain(root / "units" / slug / "inbox/efaktura" / name)


def vouchers_of_a_meeting(rows: list[dict[str, str]]) -> int:
    """One for each kind of money, one for each loan."""
    kinds = sum(any(Decimal(row[kind] or 0) for row in rows) for kind in ("shares", "social", "fine", "repaid"))
    return kinds + sum(bool(row["new_loan"]) for row in rows)


def vouchers_in_files(root: Path) -> dict[str, int]:
    """How many transactions the files of each unit hold."""
    batches = {row["Batchid"] for row in swish(root)}
    sold = {row["Utbetalning"] for row in payouts(root)} - {""}
    sie = (root / "units/stadkraft/inbox/affarssystem/verifikat-2026-11.se").read_text(encoding="cp437")
    found = {
        slug: sum(int(figures(statement)["count"]) for statement in camt(root, slug))
        for slug in ("repris", "syateljen", "cykelbudet", "stadkraft")
    }
    found["stadkraft"] += sum(r.startswith("15") for r in bgmax(root)) + sie.count("#VER")
    for path in root.glob("units/*/inbox/efaktura/*.xml"):
        found[path.parts[-4]] += 1
    return {
        **found,
        "kafe-angen": len(swedbank(root)) + len(reports_of_the_till(root)) + len(sold) + len(batches),
        "koop-reusa": sum(record.startswith("22") for record in norma(root)),
        "coop-sur": len(cartola(root)),
        "kikundi-mfano": sum(row["Transaction Status"] == "Completed" for row in mpesa(root))
        + sum(map(vouchers_of_a_meeting, sheets(root))),
    }


@dataclass
class Imported:
    """The demo after the import of its inboxes.

    Attributes:
        root: its folder.
        before: the folder where the inboxes still wait.
        reports: what became of the files.
        federation: its books.
    """

    root: Path
    before: Path
    reports: list[ImportReport]
    federation: Federation

    @cached_property
    def _balances(self) -> dict[tuple[str, str], Decimal]:
        found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for slug, book in self.federation.books.units.items():
            assert book.summary is not None
            for row in book.summary.balances:
                found[slug, code_of(row.account)] += row.amount
        return found

    def balance(self, slug: str, code: str) -> Decimal:
        """What stands on an account at the end."""
        return self._balances[slug, code]

    def moved(self, slug: str, code: str) -> Decimal:
        """What November booked on an account."""
        summary = self.federation.books.units[slug].summary
        assert summary is not None
        rows = (r for r in summary.balances if code_of(r.account) == code and r.month == "2026-11")
        return sum((row.amount for row in rows), Decimal(0))

    def items(self, slug: str) -> dict[str, OpenItem]:
        """Items with others that are open at the month's end, by number; else by day and amount."""
        books = self.federation.books
        found = unit_items(books, books.units[slug], END)
        return {item.number or f"{item.date} {item.open}": item for item in found.external}

    def entries(self, slug: str) -> list[data.Transaction]:
        """All transactions of a unit."""
        found = full_entries(self.federation.books, self.federation.run, slug)
        return [entry for entry in found if isinstance(entry, data.Transaction)]
