"""How banks lay out their CSV files: the ones that are known, and those that a unit describes in its unit.toml.

A known bank is described as a unit would describe it, so there is one way to read all of them. A bank's layouts are
told apart by their header: a bank that changes its export gets another layout beside the old one, and files of both
feed the same source. What the descriptions stand on are real exports and the headers that public programs test with;
none of these banks publishes a specification.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from importers.bank.chain import NEWEST
from importers.cells import Days, NumberStyle
from importers.columns import THOUSANDS, delimiters_of
from importers.tables import DELIMITERS, Header, Row, folded_name, headers, read_rows
from ledger.books.source_csv import CsvColumns, CsvTable
from ledger.errors import Problem


@dataclass(frozen=True)
class Layout:
    """One way in which files are laid out.

    Attributes:
        bank: the known bank; empty for a described one.
        columns: where a row says what.
        delimiters: what may part columns.
        style: how amounts are written; None: what the file shows.
        days: the forms of its dates.
        order: what the source declares; usual: what the bank does where nothing tells.
        period: the word above the header beside which the first and the last day stand.
        swedish: amounts have a decimal comma or point and never a point between thousands; lines above the header may
            say period and account in Swedish.
    """

    bank: str
    columns: CsvColumns
    delimiters: str = DELIMITERS
    encoding: str | None = None
    style: NumberStyle | None = None
    days: tuple[str, ...] = ("%Y-%m-%d",)
    order: str | None = None
    usual: str | None = None
    header: bool = True
    skip: int = 0
    skip_types: tuple[str, ...] = ()
    out_words: tuple[str, ...] = ()
    reversed: bool = False
    period: str | None = None
    ended: bool = True
    swedish: bool = False

    def match(self, header: Header) -> bool:
        """Whether a row of names has all columns that are needed."""
        if not self.header or (self.skip and header.line != self.skip + 1) or header.delimiter not in self.delimiters:
            return False
        return all(self._has(header, column) for column in self.columns.all())

    @staticmethod
    def _has(header: Header, column: int | str) -> bool:
        if isinstance(column, int):
            return column <= len(header.names)
        return folded_name(column) in header.names

    def without_header(self, text: str) -> Header | None:
        """What stands for the header of a file that has none, if its first row can be this layout's."""
        try:
            rows: Iterator[Row] = read_rows(text, "", self.delimiters, after=self.skip)
            first = next(rows, None)
        except (Problem, csv.Error):
            return None
        numbers = [c for c in self.columns.all() if isinstance(c, int)]
        if first is None or max(numbers) > len(first.cells):
            return None
        date = self.columns.date
        assert isinstance(date, int)
        if Days(*self.days).day(first.cells[date - 1]) is None:
            return None
        return Header(self.skip, self.delimiters, ("",) * len(first.cells))


def _known(bank: str, days: Sequence[str] = ("%Y-%m-%d",), skip_types: Sequence[str] = (), **columns: object) -> Layout:
    told = {name: value for name, value in columns.items() if value is not None}
    return Layout(
        bank,
        CsvColumns.model_validate(told),
        days=tuple(days),
        usual=NEWEST,
        skip_types=tuple(skip_types),
        swedish=True,
    )


def _nordea(date: str, *, text: Sequence[str], accounts: bool, note: bool) -> Layout:
    return _known(
        "nordea",
        ("%Y/%m/%d", "%Y-%m-%d"),
        ("Reserverat", "Reserverad"),  # stands where the date will
        date=date,
        amount="Belopp",
        balance="Saldo",
        currency="Valuta",
        counterparty="Namn",
        text=text,
        type=date,
        sender="Avsändare" if accounts else None,
        recipient="Mottagare" if accounts else None,
        note="Egna anteckningar" if note else None,
    )


#: The richer layout before one whose columns it has, too.
KNOWN: Final = (
    _known(
        "handelsbanken",
        date="Reskontradatum",
        amount="Belopp",
        balance="Saldo",
        text="Text",
        type="Text",
        skip_types=("Prel *", "Prel. *"),  # card purchases that aren't booked; they come again under another text
    ),
    _nordea("Datum", text=["Ytterligare detaljer", "Meddelande"], accounts=True, note=True),
    _nordea("Bokföringsdag", text=["Ytterligare detaljer", "Meddelande"], accounts=True, note=True),
    _nordea("Bokföringsdag", text=["Rubrik", "Meddelande"], accounts=True, note=True),
    _nordea("Datum", text=["Ytterligare detaljer", "Meddelande"], accounts=False, note=True),
    _nordea("Bokföringsdag", text=["Rubrik"], accounts=True, note=False),
    *(
        _known(
            "seb",
            date="Bokföringsdatum",
            value_date="Valutadatum",
            bank_ref="Verifikationsnummer",
            text=text,
            amount="Belopp",
            balance="Saldo",
        )
        for text in ("Text", "Text/mottagare")
    ),
    _known(
        "seb",
        date="Bokförd",
        value_date="Valutadatum",
        text=["Text", "Typ"],
        money_in="Insättningar",
        money_out="Uttag",
        balance="Bokfört saldo",
    ),
    *(
        _known(
            "swedbank",
            date=names[2],
            value_date="Valutadag",
            account=names[:2],
            currency="Valuta",
            text=[names[3], "Referens"],
            reference="Referens",
            amount="Belopp",
            balance=names[4],
        )
        for names in (
            ("Clnr", "Kontonr", "Bokfdag", "Text", "Saldo"),
            ("Clearingnummer", "Kontonummer", "Bokföringsdag", "Beskrivning", "Bokfört saldo"),
        )
    ),
)


def layouts_of(table: CsvTable | None) -> tuple[Layout, ...]:
    """The layouts that a source takes: its own first, then those of known banks (of one, where it names one)."""
    if table is None:
        return KNOWN
    own = (_own(table, table.columns),) if table.columns else ()
    known = tuple(_told(layout, table) for layout in KNOWN if table.bank in {None, layout.bank})
    return own + (KNOWN if own else known)


def _style(table: CsvTable) -> NumberStyle | None:
    thousands = THOUSANDS[table.thousands or "space"]
    if table.decimal is None and thousands not in {".", ","}:
        return None
    return NumberStyle(table.decimal or ("," if thousands == "." else "."), thousands)


def _own(table: CsvTable, columns: CsvColumns) -> Layout:
    return Layout(
        "",
        columns,
        delimiters=delimiters_of(table.delimiter),
        encoding=table.encoding,
        style=_style(table),
        days=table.dates or ("%Y-%m-%d",),
        order=table.order,
        header=table.header,
        skip=table.skip,
        skip_types=table.skip_types,
        out_words=table.out_words,
        reversed=table.reversed,
        period=table.period,
        ended=table.ended,
    )


def _told(layout: Layout, table: CsvTable) -> Layout:
    """A known layout with what a source says otherwise."""
    return Layout(
        layout.bank,
        layout.columns,
        delimiters=delimiters_of(table.delimiter),
        encoding=table.encoding,
        style=_style(table),
        days=table.dates or layout.days,
        order=table.order,
        usual=layout.usual,
        skip_types=layout.skip_types,
        ended=table.ended,
        swedish=layout.swedish,
    )


def find_layout(text: str, layouts: Sequence[Layout]) -> tuple[Layout, Header] | None:
    """The first layout that a file has, and the row that names its columns."""
    named = list(headers(text))
    for layout in layouts:
        header = next((h for h in named if layout.match(h)), None)
        if header is None and not layout.header:
            header = layout.without_header(text)
        if header is not None:
            return layout, header
    return None
