"""The object of `sambok combine --json` (SPEC 5): the same figures give the same bytes.

Amounts are text with their currency's decimals; debit is positive, but in `result`, `bridge` and `equity` a surplus and
equity are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ledger.combine.levels import level_tree
from ledger.combine.reports.bridge import bridge
from ledger.combine.reports.equity import COLUMNS, equity
from ledger.combine.reports.segments import segments
from ledger.rules.rounding import half_away

if TYPE_CHECKING:
    from ledger.combine.combined import Combined


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency's decimals; one that is finer keeps its own."""
    rounded = half_away(amount, currency)
    return f"{rounded if rounded == amount else amount.normalize():f}"


def answer(combined: Combined) -> dict[str, Any]:
    """All of the combined figures and their reports as one object."""

    def text(amount: Decimal) -> str:
        return money(amount, combined.currency)

    return {
        "schema": 1,
        "kind": "combined",
        "currency": combined.currency,
        "from": combined.date_from.isoformat(),
        "to": combined.date_to.isoformat(),
        "complete": combined.complete,
        **({"level": combined.level} if combined.level else {}),
        "legal_persons": combined.legal_persons,
        "trial_balance": [
            {"line": r.line, "account": r.account, "unit": r.unit, "amount": text(r.amount)}
            for r in combined.trial_balance
        ],
        "lines": _lines(combined.lines, text),
        "result": text(combined.result),
        **_dealings(combined, text),
        **_reports(combined, text),
        "errors": [problem.as_json() for problem in combined.problems],
    }


def _lines(lines: Mapping[str, Decimal], text: Callable[[Decimal], str]) -> dict[str, str]:
    return {name: text(amount) for name, amount in lines.items()}


def _dealings(combined: Combined, text: Callable[[Decimal], str]) -> dict[str, Any]:
    """What was eliminated, what didn't match, pairs, translation."""
    return {
        "eliminations": [
            {
                "kind": e.kind,
                "key": e.key,
                "units": list(e.units),
                "section": e.section,
                "level": list(e.level),
                "amount": text(e.amount),
                "sources": list(e.sources),
            }
            for e in combined.eliminations
        ],
        "unmatched": [
            {
                "code": u.code,
                "class": u.kind,
                "key": u.key,
                "units": list(u.units),
                "amount": money(u.amount, u.currency),
                "currency": u.currency,
                "sides": [
                    {"unit": s.unit, "amount": money(s.amount, s.currency), "currency": s.currency} for s in u.sides
                ],
                "internal": u.internal,
                "blocks": u.blocks,
                "sources": list(u.sources),
                "remedy": u.remedy,
            }
            for u in combined.unmatched
        ],
        "pairs": [
            {
                "units": list(p.units),
                "class": p.kind,
                "section": p.section,
                "one": text(p.one),
                "other": text(p.other),
                "eliminated": text(p.eliminated),
                "adjusted": text(p.adjusted),
                "unmatched": text(p.unmatched),
            }
            for p in combined.pairs
        ],
        "translation": [
            {
                "unit": t.unit,
                "currency": t.currency,
                "opening_net_assets": money(t.opening_net_assets, t.currency),
                "posted": text(t.posted),
                "proof": text(t.proof),
                "rounding": text(t.rounding),
            }
            for t in combined.translation
        ],
    }


def _reports(combined: Combined, text: Callable[[Decimal], str]) -> dict[str, Any]:
    """What is made of the figures: levels, business lines, bridge, equity, ownership, adjustments."""
    cut, own = segments(combined), combined.adjusted_in or combined.currency

    def original(amount: Decimal) -> str:
        """Adjustments are listed as they were written: in the federation's own currency."""
        return money(amount, own)

    return {
        "levels": [
            {
                "path": list(node.path),
                "units": list(node.units),
                "lines": _lines(node.figures.lines, text),
                "result": text(node.figures.result),
            }
            for node in level_tree(combined).walk()
        ],
        "business_lines": [
            {
                "name": each.name,
                "units": list(each.units),
                "lines": _lines(each.figures.lines, text),
                "result": text(each.figures.result),
            }
            for each in cut.segments
        ],
        "between_business_lines": {"lines": _lines(cut.between.lines, text), "result": text(cut.between.result)},
        "bridge": [
            {"step": s.step, **({"unit": s.unit} if s.unit is not None else {}), "amount": text(s.amount)}
            for s in bridge(combined)
        ],
        "equity": [
            {"line": row.line, **{name: text(row.change(name)) for name in COLUMNS}} for row in equity(combined)
        ],
        "ownership": [share.as_json(text) for share in combined.shares],
        "adjustments": [{**adjustment.as_json(original), "currency": own} for adjustment in combined.adjustments],
    }
