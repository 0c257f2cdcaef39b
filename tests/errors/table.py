"""The rows of the error catalogue: per code an input, the command that meets it, and the exact words it must say.

Rows stand in `cases/<room>.toml`, so that a bookkeeper can read them and a tool can print them:

    [[row]]
    code = "TRANSACTION_UNBALANCED"
    run = "check"                      # the command line; `do` instead names a function of acts.py
    exit = 1                           # the exit code that must come of it
    says = '''...'''                   # what stands on standard error: place, message, excerpt, remedy
    files."2026-03" = '''...'''        # the input; names as in SHORT, or paths; a trailing + adds to what is there

Besides `files` a row may have `act`, a function of acts.py that does what no text can (a link, a full disk), `cause`,
which tells in the catalogue what that was; `bytes`, files whose bytes are no text; and `edit`, pairs of old and new
text in a file that is there (every stage has cases/march.xml, a statement that is right, and cases/march.se).
"""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CASES = Path(__file__).resolve().parent / "cases"
#: The table whose rows are lines of `sambok combine`.
DEALINGS = "dealings"
#: Short names of files in rows.
SHORT = {
    "2026-03": "units/repris/books/2026/2026-03.beancount",
    "accounts": "units/repris/accounts.beancount",
    "main": "units/repris/main.beancount",
    "unit": "units/repris/unit.toml",
    "central": "units/gemensamt/books/2026/2026-03.beancount",
    "policy": "units/policy.beancount",
    "prices": "units/prices.beancount",
    "chart": "units/repris/own.toml",
}


@dataclass(frozen=True)
class Row:
    """One error, provoked."""

    code: str
    room: str
    says: str = ""
    run: str = "check"
    exit: int = 1
    files: dict[str, str] = field(default_factory=dict)
    bytes: dict[str, bytes] = field(default_factory=dict)
    act: str = ""
    do: str = ""
    edit: dict[str, list[str]] = field(default_factory=dict)
    cause: str = ""
    show: str = ""

    @property
    def name(self) -> str:
        """For test ids."""
        return self.code


def path_of(name: str) -> tuple[str, bool]:
    """The path that a row's file name means, and whether its text is added to what stands there."""
    short = name.removesuffix("+")
    return SHORT.get(short, short), name.endswith("+")


def read_rows() -> list[Row]:
    """All rows, room by room."""
    rows = []
    for table in sorted(CASES.glob("*.toml")):
        for raw in tomllib.loads(table.read_text(encoding="utf-8"))["row"]:
            values: dict[str, Any] = {"run": "combine", "exit": 3} if table.stem == DEALINGS else {}
            values |= raw
            values["bytes"] = {name: ast.literal_eval(f"b'''{t}'''") for name, t in raw.get("bytes", {}).items()}
            rows.append(Row(room=table.stem, **values))
    return rows
