"""What our own pages inside Fava's frame share: the present look at the federation, texts, links and amounts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fava.ext import FavaExtensionBase

from ledger.messages import number_text, translate
from ledger.rules.rounding import decimals

if TYPE_CHECKING:
    from ledger.web.ledgers import BookLedger
    from ledger.web.source import Look


class Page(FavaExtensionBase):
    """One page; it looks at the present files, not at those its ledger was opened with."""

    ledger: BookLedger
    title = ""
    federation_only = False
    in_menu = True  # else it is opened by links of other pages only

    def __init__(self, ledger: BookLedger) -> None:
        super().__init__(ledger)
        self.report_title = translate(self.title)  # in the federation's language

    @property
    def look(self) -> Look:
        """The federation as its files are now."""
        return self.ledger.ledgers.present()

    @property
    def slug(self) -> str | None:
        """The unit whose ledger this is; None = the federation's."""
        return self.ledger.unit.slug if self.ledger.unit else None

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
