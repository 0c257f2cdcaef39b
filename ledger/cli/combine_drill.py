"""`sambok combine --drill`: the postings behind a figure, with file and line (SPEC 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from ledger.cli.combine_tables import heading
from ledger.cli.context import emit, stdout
from ledger.cli.tables import amount_text, print_table
from ledger.messages import LANGUAGES, N_, current, say, translate

if TYPE_CHECKING:
    from ledger.books import Workspace
    from ledger.combine import Combined
    from ledger.combine.reports.drill import Drilled, Source


def drilled(ws: Workspace, found: Combined, figure: str) -> Drilled:
    """Open a figure.

    Args:
        ws: the workspace.
        found: the figures, in the reporting currency.
        figure: line, then account (its label or its code) and unit (or ELIM, ADJ, CTA) where wanted:
            `NetSales`, `NetSales:3001`, `NetSales:repris`, `NetSales:3001-Sales:repris`; or line and column of the
            changes in equity: `MemberContributions@owners`.

    Raises:
        FigureUnknown: there is no such figure.
    """
    from ledger.combine.model import PSEUDO  # noqa: PLC0415  as above
    from ledger.combine.reports.drill import drill  # noqa: PLC0415  only for this option

    if "@" in figure:
        return _change(ws, found, figure)
    line, *rest = figure.split(":", 2)
    account, unit, *_ = *rest, "", ""
    if account and not unit and (account in found.parts or account in PSEUDO):
        account, unit = "", account
    account = _by_name(account)
    return drill(found, line, account or None, unit or None, shown=ws.shown)


def _by_name(account: str) -> str:
    """An account's label, where it was given by the name that is printed."""
    from ledger.combine.reports.names import NAMES  # noqa: PLC0415  as above

    wanted = " ".join(account.split()).casefold()
    for label, name in NAMES.items():
        if wanted in {translate(name, language).casefold() for language in LANGUAGES}:
            return label
    return account


def _change(ws: Workspace, found: Combined, figure: str) -> Drilled:
    """Open a figure of the changes in equity; its column by its name as printed, too."""
    from ledger.combine.reports.equity import HEADS  # noqa: PLC0415  only for this option
    from ledger.combine.reports.equity_drill import equity_drill  # noqa: PLC0415  as above

    line, _, name = figure.rpartition("@")
    wanted = " ".join(name.split()).casefold()
    for column, head in HEADS.items():
        if wanted in {column, *(translate(head, language).casefold() for language in LANGUAGES)}:
            return equity_drill(found, line, column, shown=ws.shown)
    return equity_drill(found, line, name, shown=ws.shown)


def print_drilled(ws: Workspace, found: Combined, told: Drilled) -> None:
    """What the figure is, its postings as a table, and their sum."""
    currency = found.currency
    click.echo(heading(ws, found))
    figure = " · ".join(
        filter(None, (name_of_line(told.line), column_of(told), name_of_account(told.account or ""), told.unit))
    )
    amount = amount_text(told.amount, currency)
    if told.column:
        title = say(N_("Changes in equity, {currency}, equity positive:"), currency=currency)
        click.echo(f"{title} {figure}: {amount}")
    else:
        text = N_("The postings behind {figure}: {amount} {currency}, debit positive")
        click.echo(say(text, figure=figure, amount=amount, currency=currency))
    heads = [N_("Date"), N_("Unit"), N_("Amount"), N_("Account"), N_("Place"), N_("Text")]
    rows = [
        [
            s.date.isoformat(),
            s.unit if s.column in {s.unit, "CTA"} else f"{s.column} {s.unit}",
            amount_text(s.amount, currency),
            name_of_account(s.place.account),
            place_of(s),
            text_of(s),
        ]
        for s in told.sources
    ]
    rows.append(["", say(N_("Sum")), amount_text(told.amount, currency), "", "", ""])
    print_table(stdout(), [translate(head) for head in heads], rows, left={0, 1, 3, 4, 5})


def name_of_line(name: str) -> str:
    """A line's name in the language in use; the result's, too."""
    from ledger.charts.group import known, line  # noqa: PLC0415  only for this option
    from ledger.combine.reports.drill import RESULT  # noqa: PLC0415  as above
    from ledger.combine.reports.equity import TOTAL  # noqa: PLC0415  as above

    if name == TOTAL:
        return say(N_("Equity"))
    if name == RESULT:
        return say(N_("Result"))
    return line(name).label(current()) if known(name) else name  # a lock may have one that is no more


def name_of_account(name: str) -> str:
    """An account of the combined figures in the language in use: a unit's keeps its own name."""
    from ledger.combine.reports.names import NAMES  # noqa: PLC0415  as above

    return translate(NAMES[name]) if name in NAMES else name


def column_of(told: Drilled) -> str:
    """The column of the changes in equity, in the language in use."""
    from ledger.combine.reports.equity import HEADS  # noqa: PLC0415  only for this option

    return translate(HEADS[told.column]) if told.column else ""


def place_of(source: Source) -> str:
    """Where a posting stands; a rule's name where no person wrote it."""
    if source.rule:
        return say(N_("made by a rule: {name}"), name=source.rule)
    return f"{source.file}:{source.line}" if source.line else source.file


def text_of(source: Source) -> str:
    """A voucher's text; the kind and name of a dealing for entries that no unit wrote."""
    if source.masked:
        return say(N_("Text left out: it may name a person"))
    return f"{source.text} {source.key}".strip()


def emit_drilled(found: Combined, told: Drilled, lock: Mapping[str, Any] | None) -> None:
    """The same as one JSON object, with what keeps the figures from being whole, and the lock that was made."""
    currency = found.currency
    from ledger.combine.reports.answer import money  # noqa: PLC0415  only for this option

    answer: dict[str, Any] = {
        "schema": 1,
        "kind": "figure",
        "from": found.date_from.isoformat(),
        "to": found.date_to.isoformat(),
        "currency": currency,
        "complete": found.complete,
        "line": told.line,
        **({"column": told.column} if told.column else {}),
        "account": told.account,
        "unit": told.unit,
        "amount": money(told.amount, currency),
        "sources": [
            {
                "date": s.date.isoformat(),
                "column": s.column,
                "unit": s.unit,
                "account": s.place.account,
                "amount": money(s.amount, currency),
                "file": s.file or None,
                "line": s.line or None,
                "rule": s.rule,
                "key": s.key or None,
                "text": text_of(s),
            }
            for s in told.sources
        ],
        "errors": [problem.as_json() for problem in found.problems],
    }
    emit(answer | ({"lock": lock} if lock is not None else {}))
