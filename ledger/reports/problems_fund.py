"""What can be asked of the investment fund that it doesn't have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ledger.errors import EXIT_USAGE, Problem
from ledger.messages import N_


class FundCaseUnknown(Problem):
    """A name that no case has."""

    code = "FUND_CASE_UNKNOWN"
    exit_code = EXIT_USAGE
    message = N_("There is no case {name}.")
    remedy = N_("Did you mean {nearest}?  sambok fund cases  lists all.")
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {
        "none": (message, N_("There is no case yet: units apply in their own books, or policy has an agreement."))
    }
