"""SIE files as a source of a unit's books: whose file it is, and which of its types does what.

Type 4 brings vouchers (`vouchers`), types 1 to 3 balances (`balances`). A file of another company or currency, one that
was cut off or changed on the way, brings nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from importers.base import SambokImporter, Source
from importers.book import BookView
from importers.booktext import clean
from importers.plan import Plan
from importers.sie.balances import covered, plan_balances
from importers.sie.model import SieFile
from importers.sie.problems import SieWrongCompany, SieWrongCurrency
from importers.sie.read import read_sie
from importers.sie.text import decode, looks_like_sie, split_lines
from importers.sie.vouchers import plan_vouchers
from importers.sie.whole import check_whole
from ledger.books import Unit
from ledger.messages import N_, say


class SieImporter(SambokImporter):
    """SIE of types 1 to 4, from any accounting program."""

    IN_PARTS: ClassVar[bool] = True
    _split: tuple[str, list[str]] = ("", [])

    def line(self, source: Source, number: int) -> str | None:
        """A line in the letters of the whole file; it is split once, however many of its lines are quoted."""
        if self._split[0] != source.digest:
            self._split = (source.digest, split_lines(decode(source.data)[0]))
        lines = self._split[1]
        return lines[number - 1] if 0 < number <= len(lines) else None

    def recognises(self, head: bytes) -> bool:
        """Whether it begins as a SIE file does."""
        return looks_like_sie(head)

    def owns(self, source: Source) -> bool:
        """The unit's first SIE source takes it; which company it is of is checked when it is planned."""
        del source
        return self.is_first

    def day(self, source: Source) -> dt.date | None:
        """The last voucher's day; the last one that its balances speak of where it holds no vouchers."""
        sie = self.once(source, _read)
        days = covered(sie)
        return max((v.date for v in sie.vouchers), default=days[2] if days else None)

    def plan(self, source: Source, view: BookView, today: dt.date) -> Plan:
        """What the book lacks of the file."""
        sie = self.once(source, _read)
        check_file(sie, self.unit, source.shown)
        found = (plan_vouchers if sie.type == 4 else plan_balances)(view, sie, source, today)
        if found.unsettled:
            text = N_("Vouchers for a person to settle: {count}; until then the file stays in the inbox.")
            found.remarks.append(say(text, count=found.unsettled))
        if (sie.meta.get("FLAGGA") or ("0",))[0] == "1":
            found.remarks.append(say(N_("The file says that another program has imported it already (#FLAGGA 1).")))
        return found


def _read(source: Source) -> SieFile:
    sie = read_sie(source.data, source.shown)
    check_whole(sie, source.shown)
    return sie


def check_file(sie: SieFile, unit: Unit, shown: str) -> None:
    """Whether the file may enter this unit's books.

    Raises:
        SieWrongCurrency, SieWrongCompany: as they say.
    """
    if sie.currency != unit.currency:
        raise SieWrongCurrency(
            file=shown, unit=unit.slug, slug=unit.slug, currency=clean(sie.currency, 20), expected=unit.currency
        )
    number = (sie.meta.get("ORGNR") or ("",))[0]
    theirs = "".join(filter(str.isdigit, number))[-10:]
    ours = "".join(filter(str.isdigit, unit.organisation_number or ""))[-10:]
    if ours and theirs.strip("0") and theirs != ours:
        company = clean((sie.meta.get("FNAMN") or ("?",))[0], 80)
        raise SieWrongCompany(
            file=shown,
            unit=unit.slug,
            slug=unit.slug,
            company=company,
            number=clean(number, 40),
            expected=unit.organisation_number,
        )
