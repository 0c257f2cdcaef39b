"""SIE export of a unit: its vouchers of a year with opening and closing balances, this year's and last year's.

What is exported is what is booked; provisional entries only where asked for, in a series of their own. #IB is what
stood before the year began; the result of earlier years that was never booked to equity is no balance, so #IB may not
sum to zero, and that is said. Every file is read back before it is handed out: each account's #IB + vouchers must be
its #UB or #RES.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from importers.sie.dims import by_number
from importers.sie.export_book import BookDrafts, Draft, Drafting, as_voucher, in_order
from importers.sie.kinds import reduced
from importers.sie.model import ZERO, SieAccount, SieBalance, SieFile
from importers.sie.problems import SieYearEmpty
from importers.sie.read import read_sie
from importers.sie.write import substituted, tell_apart, texts, write_sie
from ledger.books import UnitBook, Workspace, last_day, month_of
from ledger.books.workspace import Unit
from ledger.charts import load_chart
from ledger.combine.model import Unmatched
from ledger.combine.provisional import Run
from ledger.messages import N_, say
from ledger.rules.rounding import decimals

Place: TypeAlias = tuple[str, str]  # dimension and object
#: #KTYP by root.
KINDS = {"Assets": "T", "Liabilities": "S", "Equity": "S", "Income": "I", "Expenses": "K"}
DAY = dt.timedelta(days=1)


@dataclass
class SieExport:
    """A SIE file ready to be handed out.

    Attributes:
        sie: its contents.
        data: its bytes.
        remarks: what the reader of the file should know, in plain sentences.
        unmatched: dealings between divisions that don't meet, and so stay in the legal person's file.
    """

    sie: SieFile
    data: bytes
    remarks: list[str] = field(default_factory=list)
    unmatched: tuple[Unmatched, ...] = ()


@dataclass
class Year:
    """One year of books.

    Attributes:
        index: 0, or -1 for the year before.
        opening: what stood before it, by number and object; the object None is the account's whole balance.
        drafts: its vouchers.
    """

    index: int
    start: dt.date
    end: dt.date
    opening: dict[tuple[str, Place | None], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    drafts: list[Draft] = field(default_factory=list)

    def holds(self, draft: Draft) -> bool:
        """Whether a draft is a voucher of the year, and no opening balance."""
        return self.start <= draft.date <= self.end and draft.opens != self.start

    def take(self, drafts: Iterable[Draft]) -> None:
        """Sort drafts into opening balances and vouchers."""
        for draft in drafts:
            if self.holds(draft):
                self.drafts.append(draft)
            elif draft.date < self.start or draft.opens == self.start:
                for line in draft.lines:
                    for place in (None, *line.objects):
                        self.opening[line.number, place] += line.amount


def years_of(ws: Workspace, first: dt.date | None, year: int) -> tuple[Year, ...]:
    """The fiscal year that begins in `year`, and the one before where something was booked before it."""
    start, end = ws.fiscal_year(dt.date(year, ws.first_month, 1))
    now = Year(0, start, end)
    if first is None or first >= start:
        return (now,)
    before = ws.fiscal_year(start - DAY)
    return (now, Year(-1, *before))


def export_unit(
    ws: Workspace, book: UnitBook, year: int, kind: str, run: Run | None, today: dt.date, *, checksum: bool = True
) -> SieExport:
    """A unit's books as a SIE file.

    Args:
        ws: the workspace.
        book: the unit's book, without errors.
        year: the fiscal year, named by the year in which it begins.
        kind: `4E`, `4I`, `1`, `2` or `3`.
        run: provisional entries that shall be in it; None for what is booked alone.
        today: the day on which the file is made.
        checksum: whether it carries #KSUMMA.

    Raises:
        SieYearEmpty, SieAccountNumber, SieForeignPosting: it can't be made.
    """
    unit = book.unit
    drafting = Drafting(ws, unit, load_chart(unit.chart, unit.folder))
    made = drafting.run(book.entries(), run.entries(unit.slug) if run else ())
    years = years_of(ws, made.first(), year)
    now = years[0]
    for one in years:
        one.take(made.drafts)
    if not now.drafts and not any(now.opening.values()):
        raise SieYearEmpty(slug=unit.slug, start=now.start, end=now.end)
    sie = SieFile("cp437", meta=head(unit, unit.name, unit.organisation_number or "", now, today))
    fill(sie, years, made.names, made.roots)
    made.register.into(sie)
    result = finish(sie, kind, checksum=checksum)
    result.remarks = [*remarks(made, now, sie), *result.remarks]
    return result


def head(unit: Unit, name: str, organisation: str, year: Year, today: dt.date) -> dict[str, tuple[str, ...]]:
    """The identification records."""
    digits = "".join(filter(str.isdigit, organisation))
    number = f"{digits[:6]}-{digits[6:]}" if len(digits) == 10 else organisation
    last = max((draft.date for draft in year.drafts), default=year.end)
    covered = min(last_day(month_of(last)), year.end)
    meta = {"FLAGGA": ("0",), "PROGRAM": ("Sambok", "1"), "FORMAT": ("PC8",), "GEN": (f"{today:%Y%m%d}",)}
    meta["SIETYP"] = ("4",)
    if number:
        meta["ORGNR"] = (number,)
    meta["FNAMN"] = (name,)
    if unit.chart == "bas":
        meta["TAXAR"] = (str(year.end.year + 1),)
        meta["KPTYP"] = ("EUBAS97",)  # what every BAS chart since 1997 is called in SIE files
    meta["OMFATTN"] = (f"{covered:%Y%m%d}",)
    meta["VALUTA"] = (unit.currency,)
    return meta


def fill(sie: SieFile, years: Sequence[Year], names: Mapping[str, str], roots: Mapping[str, str]) -> None:
    """Put years, accounts, balances and vouchers into a file; `years[0]` is its own."""
    sie.years = {year.index: (year.start, year.end) for year in years}
    sie.vouchers = [as_voucher(draft) for draft in in_order(years[0].drafts)]
    for year in years:
        _balances(sie, year, roots)
    order = ("IB", "UB", "OIB", "OUB", "RES", "PSALDO")
    sie.balances.sort(key=lambda b: (order.index(b.kind), -b.year, b.period, by_number(b.account), b.objects))
    used = {b.account for b in sie.balances} | {row.account for v in sie.vouchers for row in v.rows}
    for number in sorted(used, key=by_number):
        sie.accounts[number] = SieAccount(number, names[number], KINDS[roots[number]])


def _balances(sie: SieFile, year: Year, roots: Mapping[str, str]) -> None:
    """#IB, #UB, #RES of a year, its months, and the same by object."""
    months: dict[tuple[str, str, Place | None], Decimal] = defaultdict(Decimal)
    moved: dict[tuple[str, Place | None], Decimal] = defaultdict(Decimal)
    for draft in year.drafts:
        for line in draft.rows():
            for place in (None, *line.objects):
                months[f"{draft.date:%Y%m}", line.number, place] += line.kept
                moved[line.number, place] += line.kept
    for (month, number, place), amount in months.items():
        if amount:
            sie.balances.append(SieBalance("PSALDO", year.index, number, amount, _of(place), period=month))
    for number, place in {**year.opening, **moved}:
        mark = "O" if place else ""
        started, change = year.opening.get((number, place), ZERO), moved.get((number, place), ZERO)
        if roots[number] in {"Income", "Expenses"}:
            if (number, place) in moved and not place:
                sie.balances.append(SieBalance("RES", year.index, number, change))
        elif started or (number, place) in moved:
            sie.balances.append(SieBalance(f"{mark}IB", year.index, number, started, _of(place)))
            sie.balances.append(SieBalance(f"{mark}UB", year.index, number, started + change, _of(place)))


def _of(place: Place | None) -> tuple[Place, ...]:
    return (place,) if place else ()


def finish(sie: SieFile, kind: str, *, checksum: bool = True) -> SieExport:
    """The file of a type, written, read back and checked."""
    if kind != "4E":
        sie = reduced(sie, kind)
    else:
        sie.balances = [b for b in sie.balances if b.kind != "PSALDO"]
    renamed = tell_apart(sie)
    content = write_sie(sie, checksum=checksum)
    back = read_sie(content, own=True)
    assert not back.unbalanced()
    assert not back.differing(), back.differing()[:3]
    assert len(back.vouchers) == len(sie.vouchers)
    lost = substituted("".join(texts(sie)))
    said = []
    if lost:
        text = N_("Characters that SIE files can't hold were replaced: {characters}.")
        said.append(say(text, characters=", ".join(f"{a} -> {b}" for a, b in lost.items())))
    if renamed:
        text = N_("Names that would be one without those characters have a number behind them: {names}.")
        said.append(say(text, names=", ".join(renamed)))
    if decimals(sie.currency) > 2:
        text = N_("Amounts have {count} decimals, as {currency} has; the format foresees two.")
        said.append(say(text, count=decimals(sie.currency), currency=sie.currency))
    if kind in {"1", "2"}:
        said.append(say(N_("The file has no SRU codes (#SRU): the chart knows none.")))
    return SieExport(sie, content, said)


def remarks(book: BookDrafts, year: Year, sie: SieFile) -> list[str]:
    """What the reader of a unit's file should know."""
    said = []
    bare = [draft for draft in year.drafts if draft.bare and not draft.key[0]]
    if bare:
        text = N_("Vouchers without a number: {count}; in this file they are series {series}.")
        said.append(say(text, count=len(bare), series=", ".join(sorted({draft.series for draft in bare}))))
    provisional = [draft for draft in year.drafts if draft.key[0]]
    if provisional:
        text = N_("Provisional vouchers, not booked yet: {count}; in this file they are series {series}.")
        series = ", ".join(sorted({draft.series for draft in provisional}))
        said.append(say(text, count=len(provisional), series=series))
    if book.waiting:
        said.append(say(N_("Vouchers that wait for a person (flagged !): {count}."), count=book.waiting))
    if book.rounded:
        text = N_("Vouchers in which converted amounts were rounded to balance: {count}.")
        said.append(say(text, count=book.rounded))
    rest = sum(sie.sums("IB").values(), ZERO)
    if rest:
        text = N_("#IB sums to {rest} {currency}, not 0: the result of earlier years isn't booked to equity.")
        said.append(say(text, rest=rest, currency=sie.currency))
    return said
