"""How each directive of policy is written, and which keys may stand below it (SPEC 4)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from beancount.core.amount import Amount

from ledger.policy.cycles import KEYS as CYCLE_KEYS
from ledger.policy.fund_reader import EXAMPLES as FUND_EXAMPLES
from ledger.policy.fund_reader import KEYS as FUND_KEYS

EXAMPLES = {
    "decision": '2026-01-01 custom "decision" "B-2026-01-01-1" "board"',
    "levy-rate": '2026-01-01 custom "levy-rate" "*" 0.15',
    "levy-component": '2026-01-01 custom "levy-component" "service" 0.125',
    "levy-cap": '2026-01-01 custom "levy-cap" "<unit>" 400000.00 SEK',
    "levy-floor": '2026-01-01 custom "levy-floor" "*" 12000.00 SEK',
    "levy-threshold": '2026-01-01 custom "levy-threshold" "*" 50000.00 SEK',
    "levy-base": '2026-01-01 custom "levy-base" "include" "3980-3989"',
    "goodwill-impairment": '2026-12-31 custom "goodwill-impairment" "<unit>" 800.00 EUR',
    "loan-cycle": '2026-01-01 custom "loan-cycle" "RF26" 1000 SEK',
    **FUND_EXAMPLES,
}
#: What a value is called in an error.
WORDS: dict[type, str] = {
    str: "a text",
    Decimal: "a number",
    Amount: "an amount",
    dt.date: "a date",
    bool: "TRUE or FALSE",
}
FREE_KEYS = ("text", "note", "reason", "document")
KEYS = {
    "decision": ("amount", "until", "recused"),
    "levy-rate": ("decision", "until", "from"),
    "levy-component": ("decision", "until", "from", "vat"),
    "goodwill-impairment": ("decision", "from"),
    "loan-cycle": ("decision", *CYCLE_KEYS),
    **FUND_KEYS,
}
