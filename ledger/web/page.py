"""What our own pages inside Fava's frame share: the present look at the federation, texts, links and amounts."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fava.ext import FavaExtensionBase
from flask import request

from ledger.combine import Combined
from ledger.errors import Problem
from ledger.messages import N_, number_text, translate
from ledger.rules.rounding import decimals
from ledger.web.periods import asked_days

if TYPE_CHECKING:
    from ledger.web.book import Book
    from ledger.web.source import Look


class Page(FavaExtensionBase):
    """One page; it looks at the present files, not at those its ledger was opened with."""

    ledger: Book
    title = ""
    federation_only = False
    in_menu = True  # else it is opened by links of other pages only
    #: So many problems of a period are told.
    MOST_PROBLEMS = 5

    def __init__(self, ledger: Book) -> None:
        super().__init__(ledger)
        self.report_title = translate(self.title)  # in the federation's language

    @property
    def look(self) -> Look:
        """The federation as its files are now."""
        return self.ledger.present()

    @property
    def period(self) -> tuple[tuple[str, str], ...]:
        """What the time box says, as a part of an address: the pages that this one leads to show the same period."""
        asked = request.args.get("time", "").strip()
        return (("time", asked),) if asked else ()

    @property
    def figures(self) -> Combined | None:
        """The combined figures of the period in the time box, or of the usual one; None if there are none."""
        if not self.period:
            return self.look.federation.combined
        days = asked_days(self.period[0][1], self.ledger.fava_options.fiscal_year_end)
        return self.look.periods.of(*days) if days else None

    @property
    def combined(self) -> Combined:
        """The same, where it is known that there are some."""
        found = self.figures
        assert found is not None
        return found

    @property
    def usual(self) -> bool:
        """Whether these are the figures that the federation's ledger is made of."""
        return self.figures is self.look.federation.combined

    def remarks(self) -> list[str]:
        """What must be said above figures of a period that was asked for: that there are none, or what is lacking."""
        found, usual, look = self.figures, self.look.federation.combined, self.look
        if found is None:
            asked = self.period[0][1]
            if asked_days(asked, self.ledger.fava_options.fiscal_year_end) is None:
                text = N_("{period} is no period. Write it like 2026-03, 2026-Q1 or 2026-01 - 2026-06.")
                return [self.say(text, period=asked)]
            start, end = look.periods.first or usual.date_from, usual.date_to
            text = N_("There are no figures for the period {period}. The books have {start} to {end}.")
            return [self.say(text, period=asked, start=start, end=end)]
        if found is usual or found.complete:
            return []
        problems = [f"{problem.text()} {problem.remedy_text()}" for problem in found.problems[: self.MOST_PROBLEMS]]
        return [self.say(N_("INCOMPLETE: in this period something is lacking.")), *problems]

    def to(self, name: str, asked: Iterable[tuple[str, str]] = ()) -> str:
        """The address of one of our pages in this ledger, of the same period."""
        query = urlencode([*asked, *self.period])
        return f"/{self.ledger.slug}/extension/{name}/{'?' if query else ''}{query}"

    @property
    def slug(self) -> str | None:
        """The unit whose ledger this is; None = the federation's."""
        return self.ledger.unit.slug if self.ledger.unit else None

    @property
    def refused(self) -> tuple[Problem, ...]:
        """Directives of policy that count for nothing: a page whose figures hang on rules says so."""
        return self.look.federation.policy.refused

    def say(self, text: str, **params: object) -> str:
        """A template's text in the language in use."""
        return translate(text).format(**params)

    def source_link(self, where: str) -> str:
        """The editor page of `where` (`units/<slug>/…:12`), in its ledger; nothing if it is no such file."""
        return editor_link(self.look, where)

    def unit_name(self, slug: str | None) -> str:
        """How a unit is called; None = the federation."""
        ws = self.look.workspace
        if slug is None:
            return ws.config.federation.name
        return ws.units[slug].name if slug in ws.units else slug

    def remote(self, link: str) -> bool:
        """Whether a link leads to another ledger, which the browser must load anew."""
        return not link.startswith(f"/{self.ledger.slug}/")

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency's decimals, as the federation's language writes it."""
        return number_text(amount, decimals(currency), self.look.workspace.language)


def editor_link(look: Look, where: str) -> str:
    """The editor page of `where` (`units/<slug>/…:12`): in its unit's ledger, of adjustments in the federation's."""
    file, _, line = where.rpartition(":")
    if not line.isdigit():
        file, line = where, "1"
    parts = file.split("/")
    ws = look.workspace
    if len(parts) < 3 or parts[0] != "units":
        return ""
    asked = urlencode({"file_path": str(ws.root / file), "line": line})
    if parts[1] in ws.units:
        return f"/{parts[1]}/editor/?{asked}"
    adjusts = parts[1] == "adjustments" and str(ws.root / file) in look.federation.books.adjustments.files
    return f"/federation/editor/?{asked}" if adjusts else ""
