"""Where a group figure's link leads: to the entries whose sum it is.

A figure of units opens the account page of the federation's ledger, narrowed to those units: each entry there opens
the unit's own file. Two kinds of figures open our own page instead, which lists what they are made of: what no unit
wrote (ELIM, ADJ, CTA), and everything in a federation so large that its ledger holds monthly sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from ledger.charts import Line
from ledger.charts.group import as_component, lines
from ledger.combine.flows import DAY
from ledger.combine.model import PSEUDO
from ledger.combine.reports.names import NAMES
from ledger.combine.reports.view import in_months
from ledger.messages import translate
from ledger.web.options import ROOT_NAMES, ROOTS

if TYPE_CHECKING:
    from ledger.web.page import Page
    from ledger.web.source import Look

#: Our page that lists what a figure is made of.
DRILL = "DrillDown"
#: A month before the period's.
BEFORE = "before"


def path_part(account: str) -> str:
    """An account as a part of an address. Its colons stay: Fava's pages don't read them back when they are encoded."""
    return quote(account, safe=":")


def label_of(account: str, language: str) -> str:
    """An account of the combined figures as readers know it."""
    return translate(NAMES[account], language) if account in NAMES else account


def sums_only(look: Look) -> bool:
    """Whether the federation's ledger holds monthly sums instead of vouchers."""
    return in_months(look.federation.combined, look.workspace.config.view.voucher_threshold)


def group_account(look: Look, line: Line, account: str | None = None, leaf: str | None = None) -> str:
    """A line's, or its account's, or one unit's name in the federation's ledger."""
    language = look.workspace.language
    parts = [dict(zip(ROOTS, ROOT_NAMES[language], strict=True))[line.root], line.component(language)]
    if account is not None:
        parts.append(as_component(label_of(account, language)) if account in NAMES else account)
        parts += [leaf] if leaf is not None else []
    return ":".join(parts)


def account_link(page: Page, line: Line, account: str | None, columns: Sequence[str] | None) -> str:
    """What opens a figure.

    Args:
        page: on which the link stands.
        line: the figure's line.
        account: one of its accounts, or None for all.
        columns: the units (or ELIM, ADJ, CTA) whose figure it is; None = the group's.
    """
    look = page.look
    units = look.workspace.units
    pseudo = columns is not None and any(column in PSEUDO for column in columns)
    if sums_only(look) or pseudo or not page.usual:  # the federation's ledger has the usual period's figures
        return drill_link(line.id, account, columns, page.period)
    codes = [units[column].code for column in columns] if columns is not None else []
    asked: dict[str, str] = {}
    if line.statement == "income":
        combined = page.combined
        asked["time"] = f"{combined.date_from} - {combined.date_to}"
    leaf = None
    if account is not None and len(codes) == 1:
        leaf = codes[0]
    elif codes:
        asked["account"] = f":{codes[0]}$" if len(codes) == 1 else f":({'|'.join(codes)})$"
    path = f"/{page.ledger.slug}/account/{path_part(group_account(look, line, account, leaf))}/"
    return f"{path}?{urlencode(asked)}" if asked else path


def drill_link(
    line: str, account: str | None, columns: Iterable[str] | None, period: Iterable[tuple[str, str]] = ()
) -> str:
    """Our page on what a figure is made of."""
    asked = [("line", line)]
    asked += [("account", account)] if account is not None else []
    asked += [("unit", column) for column in columns or ()]
    return f"/federation/extension/{DRILL}/?{urlencode([*asked, *period])}"


def below(look: Look, entry: Any, account: str) -> str:
    """What a unit's monthly sum in the federation's ledger opens.

    Args:
        look: the present files.
        entry: the sum; its metadata name the unit.
        account: the account of the page on which it stands; the journal has none.
    """
    slug, combined = entry.meta["drill"], look.federation.combined
    month = BEFORE if entry.date < combined.date_from else f"{entry.date:%Y-%m}"
    line, label = _place(look, account)
    if line is None:
        until = combined.date_from - DAY
        time = month if month != BEFORE else f"2000-01-01 - {until}"
        return f"/{slug}/journal/?{urlencode({'time': time})}"
    return f"{drill_link(line, label, [slug])}&month={month}"


def _place(look: Look, group: str) -> tuple[str | None, str | None]:
    """Line and account that an account of the federation's ledger stands for."""
    language = look.workspace.language
    parts = [*group.split(":")[1:], "", ""][:2]
    line = next((found.id for found in lines() if found.component(language) == parts[0]), None)
    known = {as_component(label_of(name, language)): name for name in NAMES}
    return line, known.get(parts[1], parts[1]) or None
