"""Entries as text that is the same wherever they were made: `repr`, with sets in order."""

from __future__ import annotations

import re


def text_of(value: object) -> str:
    """`repr` of a Beancount value. A set's order depends on how it was filled; everything else must be identical."""
    return re.sub(r"frozenset\(\{([^}]*)\}\)", lambda m: f"frozenset({sorted(m[1].split(', '))})", repr(value))


def differences(left: list, right: list) -> list[tuple[str, str]]:
    """Pairs of entries that aren't identical; at most three."""
    pairs = [(text_of(a), text_of(b)) for a, b in zip(left, right, strict=False)]
    found = [pair for pair in pairs if pair[0] != pair[1]][:3]
    return found or ([] if len(left) == len(right) else [(f"{len(left)} entries", f"{len(right)} entries")])


def digits_of(options: dict) -> dict:
    """What a display context has counted."""
    return {
        currency: (context.integer_max, dict(context.fractional_dist.hist))
        for currency, context in options["dcontext"].ccontexts.items()
        if context.fractional_dist.hist
    }
