"""Income statement and balance sheet of what the federation is made of: a level's parts, or the business lines.

Beside the parts stands what was made between them, so that each row adds up to the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request

from ledger.charts import line
from ledger.combine.levels import Level, level_tree
from ledger.combine.reports.segments import segments
from ledger.messages import N_
from ledger.web.pages_sheet import Choice
from ledger.web.pieces import business_asked, level_asked, unit_piece
from ledger.web.places import DRILL, account_link
from ledger.web.statements import Part, StatementRow, balance_sheet, income_statement, rest, sums_of

if TYPE_CHECKING:
    from ledger.web.page import Page


@dataclass(frozen=True)
class Statements:
    """Income statement and balance sheet, column by column."""

    parts: list[Part]
    income: list[StatementRow]
    balance: list[StatementRow]
    path: list[Choice]


def by_level(page: Page, at: Callable[[Sequence[str]], str]) -> Statements:
    """The level that the address asks for, with the levels and units that it is made of.

    Args:
        page: on which they are shown.
        at: the address of the same for another level.
    """
    tree = level_tree(page.combined)
    node = tree.find(tuple(request.args.getlist("at"))) or tree
    parts = [_node(page, child, at(child.path)) for child in node.children]
    parts += [_unit(page, slug) for slug in node.own]
    whole = _node(page, node, "", total=True)
    left = rest(whole.sums, [part.sums for part in parts])
    if left:
        parts.append(Part(_made_between(page), left, _opener(page, level_asked(node.path, only=True))))
    steps = [tree, *(found for n in range(1, node.depth + 1) if (found := tree.find(node.path[:n])) is not None)]
    path = [Choice(step.name or page.unit_name(None), at(step.path), step is node) for step in steps]
    return _statements(page, [*parts, whole], path)


def by_business(page: Page) -> Statements:
    """All business lines."""
    found = segments(page.combined)
    parts = [
        Part(
            segment.name or page.say(N_("Without business line")),
            sums_of(segment.figures),
            _opener(page, business_asked(segment.name)),
        )
        for segment in found.segments
    ]
    between = sums_of(found.between)
    if between:
        parts.append(Part(_made_between(page), between, _opener(page, business_asked(None, only=True))))
    whole = {name: amount for name, amount in page.combined.lines.items() if amount}
    assert not rest(whole, [part.sums for part in parts])
    total = Part(page.unit_name(None), whole, lambda at: account_link(page, line(at), None, None), total=True)
    return _statements(page, [*parts, total], [])


def _node(page: Page, node: Level, link: str, *, total: bool = False) -> Part:
    name = node.name or page.unit_name(None)
    return Part(name, sums_of(node.figures), _opener(page, level_asked(node.path)), link, total=total)


def _unit(page: Page, slug: str) -> Part:
    piece = unit_piece(page.combined, slug)
    assert piece is not None
    return Part(piece.name, piece.sums(page.combined), _opener(page, piece.asked))


def _made_between(page: Page) -> str:
    return page.say(N_("Eliminated and adjusted"))


def _opener(page: Page, asked: Sequence[tuple[str, str]]) -> Callable[[str], str]:
    """A link to what a figure of a piece is made of, by line."""
    return lambda at: page.to(DRILL, [("line", at), *asked])


def _statements(page: Page, parts: list[Part], path: list[Choice]) -> Statements:
    language, parts = page.look.workspace.language, [part for part in parts if part.sums or part.total]
    return Statements(parts, income_statement(parts, language), balance_sheet(parts, language), path)
