"""The finance head's files as other rooms get them: policy, prices, adjustments, each read by itself (SPEC 4, 10)."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from beancount.core import data

from ledger.books.adjustments import FOLDER, folder_problems, is_text, unpack_transactions
from ledger.books.cells import loads, unpack_entry
from ledger.books.fingerprint import Seen, digest_of
from ledger.books.guard_layout import unread_files
from ledger.books.unitbook import AdjustmentText, CentralText
from ledger.errors import Problem

CENTRAL = ("policy", "prices")
#: What was read of each text, by its name: directives, or what is wrong.
Read: TypeAlias = Mapping[str, tuple[list[data.Directive], list[Problem]]]


def directives_of(name: str, text: str) -> list[data.Directive]:
    """Directives of the text called `name`, out of the cells that a worker or the cache gives.

    Raises:
        CellError: they are none.
    """
    return unpack_transactions(text) if is_text(name) else [unpack_entry(cell) for cell in loads(text)]


def central_text(read: Read, keys: Mapping[str, str]) -> CentralText:
    """Policy and prices.

    Args:
        read: what was read of each.
        keys: digest of each.
    """
    (policy, wrong_policy), (prices, wrong_prices) = (read[name] for name in CENTRAL)
    return CentralText(
        tuple(entry for entry in policy if isinstance(entry, data.Custom)),
        tuple(prices),
        digest_of(*(keys[name].encode() for name in CENTRAL)),
        (*wrong_policy, *wrong_prices),
    )


def adjustment_text(units: Path, read: Read, keys: Mapping[str, str], seen: Mapping[str, Seen]) -> AdjustmentText:
    """The finance head's adjustments: a faulty file is left out with its problems, the others stand.

    Args:
        units: the folder `units/`.
        read: what was read of each file.
        keys: digest of each.
        seen: looks of the workspace's files.
    """
    names = [name for name in keys if is_text(name)]
    problems = dict.fromkeys([*folder_problems(units), *(p for name in names for p in read[name][1])])
    entries = (entry for name in names for entry in read[name][0])
    return AdjustmentText(
        tuple(entry for entry in entries if isinstance(entry, data.Transaction)),
        tuple(problems),
        tuple(str(units / f"{name}.beancount") for name in names if _plain(name, seen)),
        digest_of(*(keys[name].encode() for name in names), repr([p.to_dict() for p in problems]).encode()),
        tuple(unread_files(units, "units")),
    )


def _plain(name: str, seen: Mapping[str, Seen]) -> bool:
    """Whether a file of adjustments is an ordinary one, in an ordinary folder."""
    file, folder = (seen[path].look[0] for path in (f"units/{name}.beancount", f"units/{FOLDER}"))
    return stat.S_ISREG(file) and stat.S_ISDIR(folder)
