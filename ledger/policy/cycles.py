"""The terms of a rotating loan fund's cycle, from its directive (SPEC 8; research: methodology of savings groups, 1.1).

    2026-01-01 custom "loan-cycle" "RF26" 1000 SEK
      decision: "FS-2025-11-20-§9"
      ends: 2026-12-10
      loan-multiple: 3

What isn't said isn't limited, or is as most savings groups have it (`ledger.rules.loans.terms`). A term that can't be
read makes the whole cycle unread: one half understood would allow what nobody has agreed on. Numbers may stand in
quotes, too. Cycles of one book may overlap: the next one begins before the last one's debts are in.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from beancount.core.amount import Amount

from ledger.books.guard_profiles import MAX_DIGITS
from ledger.errors import Problem
from ledger.policy.problems_cycles import (
    PolicyCycleDates,
    PolicyCycleLimits,
    PolicyCycleName,
    PolicyCycleValue,
    PolicyCycleWord,
)
from ledger.rules.loans import terms as known
from ledger.rules.loans.terms import Terms
from ledger.rules.rounding import in_units, unit_of

#: It stands in links (`^NK26-M05`) and in names of accounts, where it mustn't look like an account's number.
NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*")
LONGEST_NAME = 30
#: Keys that take one of some words.
WORDS: dict[str, tuple[str, ...]] = {
    "method": get_args(known.Method),
    "period": get_args(known.Period),
    "repayment": get_args(known.Repayment),
    "split": get_args(known.Split),
    "part-period": get_args(known.PartPeriod),
    "share-out": get_args(known.ShareOut),
    "shortfall": get_args(known.Shortfall),
    "fines": get_args(known.Fines),
    "leaving": get_args(known.Leaving),
    "joining": get_args(known.Joining),
    "meetings": get_args(known.Period),
    "due-weekday": get_args(known.Weekday),
    "rotation": get_args(known.Rotation),
}
#: Keys that take a whole number, and the least that it may be.
WHOLE = {"max-shares": 1, "min-shares": 0, "max-term": 1, "default-term": 1, "grace": 0}
#: No term and no purchase is longer or larger: what is meant is another key.
MOST = 100_000
#: In quotes a number may be of any length, and nobody has looked at it: so many decimals make a rate exact enough.
DECIMALS = 20
DATES = ("ends", "last-shares", "last-loans")
TRUTHS = ("after-term", "late-may-borrow")
TEXTS = ("order", "seed")
#: All that may stand below the directive, besides `decision:` and free texts.
KEYS = (
    *DATES,
    "book",
    *WHOLE,
    "loan-multiple",
    "charge",
    *WORDS,
    "rounding",
    "outside-multiple",
    *TRUTHS,
    "social",
    *TEXTS,
)
_TERMS = {field.name for field in dataclasses.fields(Terms)}


def read_terms(name: str, value: Amount, begins: dt.date, meta: Mapping[str, Any]) -> Terms:
    """A cycle's terms.

    Args:
        name: as the directive has it.
        value: what one share costs.
        begins: the directive's day.
        meta: what stands below it; `ends:` is a date not before `begins`.

    Raises:
        Problem: what it says can't be; without file and line.
    """
    if NAME.fullmatch(name) is None or len(name) > LONGEST_NAME:
        raise PolicyCycleName(name=name)
    unit, price = unit_of(value.currency), value.number
    assert price is not None
    if price <= 0 or price % unit:
        raise PolicyCycleValue(case="share", key="share value", value=value, smallest=f"{unit} {value.currency}")
    found: dict[str, Any] = {}
    for key, written in meta.items():
        if key in KEYS and (field := key.replace("-", "_")) in _TERMS:
            found[field] = _value(key, written, value.currency)
    made = Terms(
        name=name,
        currency=value.currency,
        share_value=in_units(price, value.currency),
        begins=begins,
        **found,
    )
    _check(made)
    return made


def turns_of(meta: Mapping[str, Any], made: Terms) -> tuple[tuple[str, ...], str]:
    """Who gets the pot in which order, as `order: "Anna, Bo"` says, and the seed of lotteries.

    Raises:
        PolicyCycleValue: one of them isn't a text, a name stands twice, or there is an order and no rotation.
    """
    for key in TEXTS:
        if key in meta and not isinstance(meta[key], str):
            raise PolicyCycleValue(case="text", key=key, value=meta[key])
        if key == "order" and key in meta and made.rotation is None:
            raise PolicyCycleValue(case="rotation", key=key, value=meta[key])
    turns = tuple(part.strip() for part in str(meta.get("order") or "").split(",") if part.strip())
    if len(set(turns)) < len(turns):
        raise PolicyCycleValue(case="twice", key="order", value=meta["order"])
    return turns, str(meta.get("seed") or "")


def nearest(written: str, words: Iterable[str]) -> str:
    """The word that is nearest to what somebody wrote."""
    return difflib.get_close_matches(written.lower(), list(words), n=1, cutoff=0)[0]


def _value(key: str, written: object, currency: str) -> Any:
    if key in WORDS:
        if not isinstance(written, str) or written not in WORDS[key]:
            words = WORDS[key]
            raise PolicyCycleWord(key=key, value=written, nearest=nearest(str(written), words), known=", ".join(words))
        return written
    if key in DATES:
        if isinstance(written, dt.date):
            return written
        raise PolicyCycleValue(case="date", key=key, value=written)
    if key in TRUTHS:
        if isinstance(written, bool):
            return written
        raise PolicyCycleValue(case="truth", key=key, value=written)
    if isinstance(written, Amount) and written.currency != currency:
        raise PolicyCycleValue(case="currency", key=key, value=written, wanted=currency)
    number = _number(written.number if isinstance(written, Amount) and key == "social" else written)
    if key in WHOLE:
        if number is None or number != number.to_integral_value() or not WHOLE[key] <= number <= MOST:
            raise PolicyCycleValue(case="whole", key=key, value=written, least=WHOLE[key])
        return int(number)
    if key == "charge":
        if number is None or not 0 <= number <= 1:
            raise PolicyCycleValue(case="charge", key=key, value=written)
        return number
    if number is None or number <= 0:
        raise PolicyCycleValue(case="above", key=key, value=written)
    return number


def _number(written: object) -> Decimal | None:
    if isinstance(written, bool):
        return None
    if isinstance(written, str):
        try:
            written = Decimal(written.strip())
        except InvalidOperation:
            return None
    if not isinstance(written, Decimal) or not written.is_finite():
        return None
    exponent = written.as_tuple().exponent
    assert isinstance(exponent, int)
    short = exponent >= -DECIMALS and (not written or written.adjusted() < MAX_DIGITS)
    return written if short else None


def _check(made: Terms) -> None:
    """What its terms say together."""
    unit = unit_of(made.currency)
    if made.rounding > unit and made.rounding % unit:
        smallest = f"{unit} {made.currency}"
        raise PolicyCycleValue(case="rounding", key="rounding", value=made.rounding, smallest=smallest)
    for key, day in (("last-shares", made.last_shares), ("last-loans", made.last_loans)):
        if day is not None and (day < made.begins or (made.ends is not None and day > made.ends)):
            raise PolicyCycleDates(key=key, day=day, begins=made.begins, ends=made.ends or "-")
    limits: tuple[tuple[str, int | None, str, int | None], ...] = (
        ("min-shares", made.min_shares, "max-shares", made.max_shares),
        ("default-term", made.default_term, "max-term", made.max_term),
        ("grace", made.grace, "max-term", None if made.max_term is None else made.max_term - 1),
    )
    for lower, less, upper, more in limits:
        if less is not None and more is not None and less > more:
            raise PolicyCycleLimits(
                lower=lower, less=less, upper=upper, more=made.max_term if upper == "max-term" else more
            )


def explained(problem: Problem, *, file: str, line: int, excerpt: str) -> Problem:
    """A problem of a directive, with the place where it stands."""
    problem.file, problem.line, problem.excerpt = file, line, excerpt
    return problem
