"""When a payer's reference is an invoice's, and a payer's name the customer's.

References are compared as letters and digits alone, digits without leading zeros: an OCR number, `RF18 5390 0754 7034`
(ISO 11649) and `F-1001` are each written in several ways. In free text only whole words count: `1001` is no part of
`21001`. Names are compared without forms of companies, and a name that a bank cut off is still that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ledger.rules.names import folded

_BETWEEN = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W_]+(?:[-/.][^\W_]+)*")
_INNER = re.compile(r"[-/.]")
_CREDITOR = re.compile(r"rf\d{2}(?=[a-z0-9]+$)")
_NUMBER_WITH_SPACES = re.compile(r"\d(?:[\d ]*\d)?")
#: Parts of names that say what kind of company it is, and that payers leave out.
FORMS = frozenset(
    "ab aktiebolag hb kb handelsbolag kommanditbolag ek ekonomisk för förening enskild firma ef publ filial as asa oy "
    "oyj ltd limited llc inc plc gmbh ag sa sl slu spa coop scoop the och and y".split()
)
#: A name that a bank cut off has at least so many letters left.
CUT_NAME = 8
#: Numbers of years stand in many texts.
_YEAR = re.compile(r"20\d\d")


@lru_cache(maxsize=65_536)
def fold_reference(text: str) -> str:
    """A reference as its letters and digits; empty where it has none."""
    plain = _BETWEEN.sub("", text.casefold())
    plain = _CREDITOR.sub("", plain)
    return (plain.lstrip("0") or "0") if plain.isdigit() else plain


def words(text: str) -> Iterator[str]:
    """Words that may be references: as they stand, their parts (`2026-1001`), and a number written in groups."""
    for word in _WORD.findall(text):
        yield fold_reference(word)
        if not word.isalnum():
            for inner in _INNER.split(word):
                yield fold_reference(inner)
    for number in _NUMBER_WITH_SPACES.findall(text):
        if " " in number:
            yield fold_reference(number)


def telling(reference: str) -> bool:
    """Whether a number in free text says enough by itself: not two digits, and not a year."""
    return len(reference) >= 3 and not _YEAR.fullmatch(reference)


@lru_cache(maxsize=65_536)
def party_key(name: str) -> tuple[str, ...]:
    """A name's words without the company's form; all of them where nothing else is left."""
    told = folded(name).split()
    return tuple(w for w in told if w not in FORMS) or tuple(told)


@lru_cache(maxsize=65_536)
def same_party(one: str, other: str) -> bool:
    """Whether two names are the same party's: equal words in any order, one within the other, or one cut off."""
    a, b = party_key(one), party_key(other)
    if not a or not b:
        return False
    if set(a) == set(b):
        return True
    short, long = sorted((a, b), key=lambda key: len("".join(key)))
    if len("".join(short)) < 4:
        return False
    if len(short) > 1 and set(short) <= set(long):
        return True
    cut = " ".join(short)
    return len(cut) >= CUT_NAME and (" ".join(long).startswith(cut) or set(short) <= set(long))
