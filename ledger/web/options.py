"""What Fava is told of a ledger: Beancount's options rebuilt without its parser, Fava's own, and the five roots.

A unit's book keeps Beancount's English roots, because its text does. The federation's view is generated, so its five
roots carry the federation's language by Beancount's own `name_*` options.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount.core import data, display_context
from beancount.parser.options import OPTIONS_DEFAULTS
from fava.core.fava_options import FavaOptions

from ledger.messages import LOCALES
from ledger.rules.rounding import decimals

#: Beancount's roots, and what the federation calls them.
ROOTS = ("Assets", "Liabilities", "Equity", "Income", "Expenses")
ROOT_NAMES: dict[str, tuple[str, str, str, str, str]] = {
    "en": ROOTS,
    "sv": ("Tillgångar", "Skulder", "Eget-kapital", "Intäkter", "Kostnader"),
    "es": ("Activo", "Pasivo", "Patrimonio", "Ingresos", "Gastos"),
}
_NAME_OPTIONS = ("name_assets", "name_liabilities", "name_equity", "name_income", "name_expenses")


def currencies_of(entries: Iterable[data.Directive]) -> set[str]:
    """Every currency that an amount of `entries` is in."""
    found: set[str] = set()
    for entry in entries:
        if isinstance(entry, data.Transaction):
            found.update(p.units.currency for p in entry.postings if p.units is not None and p.units.currency)
        elif isinstance(entry, data.Balance | data.Price):
            found.add(entry.amount.currency)
    return {name for name in found if isinstance(name, str)}


def display(currencies: Iterable[str]) -> display_context.DisplayContext:
    """Amounts are shown in their currency's unit (ISO 4217), so that no öre is hidden by a page of whole kronor."""
    context = display_context.DisplayContext()
    for currency in sorted(currencies):
        context.update(Decimal(0).scaleb(-decimals(currency)), currency)
    return context


def beancount_options(
    *, title: str, path: Path, include: Sequence[str], currency: str, entries: Iterable[data.Directive], language: str
) -> dict[str, Any]:
    """Beancount's options map of a ledger that was not parsed here.

    Args:
        title: shown on every page.
        path: main file; a name that doesn't exist for the federation.
        include: every source file: what Fava shows in its editor.
        currency: the operating currency.
        entries: for the currencies that occur.
        language: of the five roots.
    """
    found = currencies_of(entries) | {currency}
    options: dict[str, Any] = copy.deepcopy(OPTIONS_DEFAULTS)
    options.update(zip(_NAME_OPTIONS, ROOT_NAMES[language], strict=True))
    options.update(
        title=title,
        filename=str(path),
        include=list(include),
        operating_currency=[currency],
        commodities=found,
        dcontext=display(found),
        documents=[],
        plugin=[],
        input_hash="",
    )
    return options


def fava_options(
    *, language: str, default_file: str | None, fiscal_year_start: str, collapsed: str | None = None
) -> FavaOptions:
    """Fava's options. They are never read from a book's text: a unit's `fava-option` would be one more way in.

    Args:
        language: of Fava's pages and of numbers.
        default_file: what the editor opens first.
        fiscal_year_start: "07-01"; a fiscal year is named after the year in which it begins.
        collapsed: pattern of accounts whose children are folded away at first.
    """
    options = FavaOptions(
        auto_reload=True,
        language=language,
        locale=LOCALES[language],
        default_file=default_file,
        default_page="income_statement/",
        show_accounts_with_zero_balance=False,
        show_accounts_with_zero_transactions=False,
        use_external_editor=False,
        invert_income_liabilities_equity=True,  # as in printed statements: income, debts and a surplus are positive
    )
    if collapsed is not None:
        options.set_collapse_pattern(collapsed)
    month = int(fiscal_year_start[:2])
    if month != 1:
        options.set_fiscal_year_end(f"{month + 11:02}-{28 if month == 3 else 30 if month in (5, 7, 10, 12) else 31}")
    return options


def root_names(language: str) -> dict[str, str]:
    """What the five roots are called in `language`."""
    return dict(zip(ROOTS, ROOT_NAMES[language], strict=True))
