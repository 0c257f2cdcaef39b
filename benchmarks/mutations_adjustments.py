"""Errors in what the finance head adjusts on top of all books: each one is written below some lines of a new file.

As `benchmarks.mutations`, which has those of dealings. A wrong adjustment counts for nothing, so no figure may change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from benchmarks.dealings import LATER
from benchmarks.mutations import Injected, Picker

PATH = "units/adjustments/2026-06.beancount"
#: A right one: its lines by name, in their order.
RIGHT = {
    "head": '2026-06-15 * "Audit"',
    "author": '  author: "anna"',
    "reason": '  reason: "Invoiced in autumn"',
    "approver": '  approver: "bo"',
    "more": "",
    "debit": "  Expenses:OtherExternalCosts:6420-Audit  {amount} SEK",
    "tags": "",
    "credit": "  Liabilities:AccruedExpenses:2990-Audit  -{amount} SEK",
}
DEALING = '    unit: "{unit}"\n    partner: "{partner}"\n    ic: "{ic}"'
#: What is written instead, and the line that must be named.
WRONG: dict[str, tuple[dict[str, str], str]] = {
    "incomplete": ({"reason": ""}, "head"),
    "unapproved": ({"approver": ""}, "head"),
    "own_approval": ({"approver": '  approver: "Anna"'}, "head"),
    "decision_unknown": ({"approver": '  decision: "B-7"'}, "head"),
    "reverses": ({"more": "  reverses: 2026-01-01"}, "head"),
    "key": ({"more": "  revers: 2026-07-01"}, "head"),
    "account": ({"debit": "  Expenses:6420-Audit  {amount} SEK"}, "debit"),
    "line": ({"debit": "  Expenses:ExternalCosts:6420-Audit  {amount} SEK"}, "debit"),
    "root": ({"credit": "  Assets:AccruedExpenses:2990-Audit  -{amount} SEK"}, "credit"),
    "currency": ({"debit": "  Expenses:OtherExternalCosts:6420-Audit  8.00 EUR @@ {amount} SEK"}, "debit"),
    "amount": ({"debit": "  Expenses:OtherExternalCosts:6420-Audit  {amount}5 SEK"}, "debit"),
    "unbalanced": ({"credit": "  Liabilities:AccruedExpenses:2990-Audit  -1{amount} SEK"}, "head"),
    "unit": ({"more": '  unit: "{unit}x"'}, "head"),
    "outside": ({"more": f'  unit: "{LATER}"'}, "head"),
    "level": ({"more": '  level: "Öster"'}, "head"),
    "owner": ({"more": '  level: "Norr"\n  unit: "{unit}"'}, "head"),
    "partner": ({"tags": '    unit: "{unit}"\n    partner: "{partner}"'}, "debit"),
    "self": ({"tags": DEALING.replace("{partner}", "{unit}").replace("{ic}", "levy")}, "debit"),
    "class": ({"tags": DEALING.replace("{ic}", "levi")}, "debit"),
    "dealing": (
        {
            "debit": "  Liabilities:TradePayables:2440-Audit  -{amount} SEK",
            "tags": DEALING.replace("{ic}", "levy"),
            "credit": "  Expenses:OtherExternalCosts:6420-Audit  {amount} SEK",
        },
        "debit",
    ),
}


def _text(pick: Picker, changed: dict[str, str]) -> dict[str, str]:
    """The lines of an adjustment, filled in: a unit and its partner are two of the kronor with BAS."""
    usual = [m.slug for m in pick.federation.members if (m.currency, m.chart) == ("SEK", "bas") and not m.owners]
    unit, partner = pick.rng.sample([slug for slug in usual if slug != LATER], 2)
    amount = f"{Decimal(pick.rng.randint(10_000, 900_000)) / 100:.2f}"
    lines = {**RIGHT, **changed}
    return {name: text.format(unit=unit, partner=partner, amount=amount) for name, text in lines.items() if text}


def _injected(pick: Picker, code: str, block: dict[str, str], named: str) -> Injected:
    """The block below some remarks; its line `named` must be reported."""
    written = [f"; remark {number}" for number in range(pick.rng.randint(1, 30))]
    place = 0
    for name, text in block.items():
        if name == named:
            place = len(written) + 1
        written += text.split("\n")
    texts = ((PATH, "\n".join(written) + "\n"),)
    return Injected(pick.federation, code, places=(f"{PATH}:{place}",), texts=texts)


def _mutation(name: str) -> Callable[[Picker], Injected]:
    code = f"ADJUSTMENT_{name.upper()}"
    changed, named = WRONG[name]

    def mutation(pick: Picker) -> Injected:
        return _injected(pick, code, _text(pick, changed), named)

    mutation.__name__ = code.lower()
    return mutation


def adjustment_twice(pick: Picker) -> Injected:
    """A file of adjustments lies there twice."""
    block = _text(pick, {})
    made = _injected(pick, "ADJUSTMENT_TWICE", block, "head")
    copy = PATH.replace("-06", "-06-audit")
    text = "\n".join(block.values()) + "\n"
    return replace(made, places=(f"{copy}:1",), texts=((copy, text), *made.texts))


MUTATIONS: tuple[Callable[[Picker], Injected], ...] = (*map(_mutation, WRONG), adjustment_twice)
