"""What can be wrong with an application for a loan (SPEC 8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ledger.loans.problems import LoanProblem
from ledger.messages import N_


class LoanApplication(LoanProblem):
    """An application for a loan that can't be ranked."""

    code = "LOAN_APPLICATION"
    message = N_("This application for a loan can't be ranked: {reason}.")
    remedy = N_(
        'Write it like this:  2026-03-02 custom "loan-application" "{cycle}" 600.00 {currency}  and below it '
        ' participant: "Anna"  months: 2  need: 3  reason: "School fees"'
    )
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "cycle": (
            N_("This application is for a loan of {cycle}, but there is no such cycle."),
            N_("Did you mean {nearest}? There are: {known}"),
        ),
        "book": (
            N_("This application is for a loan of {cycle}, but stands in the book of {slug}."),
            N_("Move it into the book of {book}, which keeps the cycle: what its members ask for stays there."),
        ),
        "own": (
            N_("This application is for a loan of {cycle}, but stands in the fund's own book."),
            N_("Move it into the book of the unit that asks."),
        ),
        "unit": (
            N_("This application stands in the book of {slug}, but names {named}."),
            N_("A unit asks in its own book: move it there, or remove  participant:"),
        ),
        "day": (
            N_("This application is of {date}, but loans of {cycle} are given from {begins} to {ends}."),
            N_("Correct the date, or name the cycle that gives loans then."),
        ),
        "over": (
            N_("This application is of {date}, but {cycle} was shared out before."),
            N_("Correct the date, or name the cycle that gives loans then."),
        ),
    }
