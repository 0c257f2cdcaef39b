"""Errors of what is decided of the federation's own funds."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ledger.books import open_workspace
from ledger.closing.fund_deeds import Asked
from ledger.closing.fund_years import book_solidarity
from ledger.errors import Problem

from .acts import met
from .stage import Stage


def claims_too_early(stage: Stage) -> list[Problem]:
    """repris gets 500 of the solidarity fund for 2025, as decided on the year's last day."""
    day = dt.date(2026, 3, 5)
    claims = [("repris", Decimal(500), Decimal(0), Decimal(0))]
    return met(
        book_solidarity,
        open_workspace(stage.root),
        2025,
        claims,
        Asked(date=day, by="anna", today=day, decision="FS-1"),
    )
