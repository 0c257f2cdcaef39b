"""The investment fund's statement as one CSV: a table after the other, each row with the name of its table."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from ledger.reports.fund import FundStatement, texts


def as_csv(found: FundStatement) -> str:
    """All tables: table, row, column, amount (in the fund's currency); the same statement gives the same bytes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    text = texts(found)
    writer.writerow(["table", "row", "column", "value"])

    def put(table: str, row: str, column: str, value: Decimal | str) -> None:
        writer.writerow([table, row, column, value if isinstance(value, str) else text(value)])

    put("movements", found.since.isoformat(), "opening", found.opening)
    for kind, amount in found.movements.items():
        put("movements", kind, "amount", amount)
    put("movements", found.until.isoformat(), "closing", found.state.worth)
    for kind, amount in found.placed.items():
        put("placed", kind, "amount", amount)
    for name, amount in found.assets.items():
        put("assets", name, "amount", amount)
    put("assets", "committed", "amount", found.state.committed)
    put("assets", "guarantees", "amount", found.state.guarantees)
    for one in found.accounts:
        for column in ("contributed", "received", "owed", "net", "balance"):
            put("units", one.unit, column, getattr(one, column))
    for limit in found.limits:
        for column in ("actual", "allowed", "headroom"):
            put("limits", f"{limit.name} {limit.of}".strip(), column, getattr(limit, column))
    for line in found.cases:
        put("cases", line.case.name, "unit", line.case.unit)
        put("cases", line.case.name, "state", line.state)
        put("cases", line.case.name, "decision", line.case.decision)
        for column in ("paid", "left", "owed", "interest_due", "allowance"):
            put("cases", line.case.name, column, getattr(line, column))
    return out.getvalue()
