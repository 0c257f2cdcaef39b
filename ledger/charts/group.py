"""The group's statement lines (SPEC 10): one list for all charts, in the order of the Swedish K2 layout.

Every account of every unit stands on exactly one line; a sum over a line is a row of the combined statements. The
lines follow BFNAR 2016:10 (K2), cost-type income statement, with the equity of an economic association.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "lines.toml"
#: Roots under which an account of the line may stand: income and expense are one statement, signs decide.
RESULT_ROOTS = frozenset({"Income", "Expenses"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `order` counts from 1 over both statements; `labels` by language (sv, en, es)."""

    id: str
    order: int
    statement: str  # "income" or "balance"
    section: str
    root: str  # Assets, Liabilities, Equity, Income or Expenses
    labels: dict[str, str] = field(hash=False, compare=False)

    def label(self, language: str) -> str:
        """The line's name for readers."""
        return self.labels.get(language, self.labels["en"])

    def component(self, language: str) -> str:
        """The line's name as a part of a Beancount account; parts sort in the order of the statements."""
        return f"{self.order:02d}-{as_component(self.label(language))}"

    def takes(self, root: str) -> bool:
        """Whether an account under `root` may stand on this line."""
        return root == self.root or (root in RESULT_ROOTS and self.root in RESULT_ROOTS)


def as_component(text: str) -> str:
    """`text` with only letters, digits and single hyphens, as Beancount's account names allow."""
    kept = "".join(
        c if unicodedata.category(c)[0] == "L" or unicodedata.category(c) == "Nd" else "-"
        for c in unicodedata.normalize("NFC", text)
    )
    return re.sub(r"-+", "-", kept).strip("-")


@cache
def _by_id() -> dict[str, Line]:
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    found: dict[str, Line] = {}
    for order, (name, row) in enumerate(table.items(), 1):
        labels = {language: row[language] for language in ("sv", "en", "es")}
        found[name] = Line(name, order, row["statement"], row["section"], row["root"], labels)
    return found


def lines() -> tuple[Line, ...]:
    """All lines, in order."""
    return tuple(_by_id().values())


def line(name: str) -> Line:
    """The line with the id `name`, such as `"NetSales"`. An unknown id is a KeyError: ids are the program's own."""
    return _by_id()[name]


def known(name: str) -> bool:
    """Whether there is a line with that id."""
    return name in _by_id()
