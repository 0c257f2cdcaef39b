"""What each kind of file may say: an allow-list per file, and nothing else passes (SPEC 3, 4, 10).

The unit's own files hold what a bookkeeper writes; `main.beancount` holds the federation's options, plugins and
includes; policy, prices and adjustments are the finance head's and have lists of their own.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

#: Kinds of values that a custom directive takes, by name; see `guard_builder`.
Shape = tuple[str, ...]

FIRST_DATE = dt.date(2000, 1, 1)
MAX_PARTS = 8
MAX_ACCOUNT = 120
MAX_CURRENCY = 24
MAX_DIGITS = 15
MAX_DECIMALS = 8
MAX_NESTING = 20
MAX_OPERATORS = 40
MAX_TEXT_LINES = 64
#: A quote that isn't closed for so long isn't looked at further.
MAX_TEXT_BYTES = 1 << 19


@dataclass(frozen=True)
class Custom:
    """A custom directive that may stand in a file.

    Attributes:
        example: how it is written, for remedies.
        shapes: the values it takes, one tuple per variant (`text`, `slug`, `currency`, `interval`, `account`,
            `amount`); None leaves them to the room that reads the directive.
    """

    example: str
    shapes: tuple[Shape, ...] | None = None


@dataclass(frozen=True)
class Profile:
    """What one kind of file may say.

    Attributes:
        name: for messages to developers.
        directives: names of the directives that may stand there.
        customs: types of `custom` that may stand there.
        head: whether the federation's options, plugins and includes may stand there.
        depth: how many folders the file lies below its unit's folder.
    """

    name: str
    directives: frozenset[str] = frozenset()
    customs: dict[str, Custom] = field(default_factory=dict)
    head: bool = False
    depth: int = 0

    @property
    def allowed(self) -> str:
        """The directives, as a remedy lists them."""
        names = sorted(self.directives - {"custom"}) + [f'custom "{name}"' for name in sorted(self.customs)]
        return ", ".join(names) or "option, plugin, include"


_UNIT = frozenset({"transaction", "open", "close", "balance", "note", "document", "event", "custom"})
_UNIT_CUSTOMS = {
    "budget": Custom(
        '2026-01-01 custom "budget" Expenses:5010-Lokalhyra "monthly" 8000.00 SEK', (("account", "interval", "amount"),)
    ),
    "internal-stock": Custom('2026-12-31 custom "internal-stock" "<seller>" 40000.00 SEK', (("slug", "amount"),)),
    "fund-application": Custom(
        '2026-03-02 custom "fund-application" "IF-2026-001" 150000.00 SEK', (("text", "amount"),)
    ),
    "loan-application": Custom('2026-03-02 custom "loan-application" "<cycle>" 24000.00 SEK', (("text", "amount"),)),
}
_POLICY_CUSTOMS = {
    name: Custom(f'2026-01-01 custom "{name}" …')
    for name in (
        "decision",
        "levy-rate",
        "levy-component",
        "levy-cap",
        "levy-floor",
        "levy-threshold",
        "levy-base",
        "goodwill-impairment",
        "loan-cycle",
        # The federation's own funds and shared services (SPEC 9).
        "fund",
        "fund-score",
        "fund-agreement",
        "fund-state",
        "solidarity-exception",
        "cost-centre",
        "allocation-key",
        "service-method",
    )
}
_PRICES_CUSTOMS = {
    "average-rate": Custom('2026-03-31 custom "average-rate" "EUR" 11.40 SEK', (("currency", "amount"),)),
}

UNIT_MAIN = Profile("main", head=True)
UNIT_ACCOUNTS = Profile("accounts", _UNIT, _UNIT_CUSTOMS)
UNIT_BOOKS = Profile("books", _UNIT, _UNIT_CUSTOMS, depth=2)
POLICY = Profile("policy", frozenset({"custom"}), _POLICY_CUSTOMS)
PRICES = Profile("prices", frozenset({"price", "commodity", "custom"}), _PRICES_CUSTOMS)
ADJUSTMENTS = Profile("adjustments", frozenset({"transaction"}))
PROFILES = {p.name: p for p in (UNIT_MAIN, UNIT_ACCOUNTS, UNIT_BOOKS, POLICY, PRICES, ADJUSTMENTS)}


def date_window(today: dt.date) -> tuple[dt.date, dt.date]:
    """First and last date that a book may have: 2000-01-01 to the end of next year."""
    return FIRST_DATE, dt.date(today.year + 1, 12, 31)
