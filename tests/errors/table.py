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
text in a file that is there (every stage has the samples of cases/, which are right: march.xml, till.csv, ...).
`before` is a command that went well before that: what a second file meets are the books that the first one left.

A table may have sources of files of its own, `<room>.unit.toml` beside it: the unit has them instead of those of the
other tables.
"""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CASES = Path(__file__).resolve().parent / "cases"
#: Samples of files that are right, by name; every stage has them in the federation's folder.
SAMPLES = (
    "march.xml",
    "march.se",
    "march.csv",
    "mpesa.csv",
    "march.sta",
    "march.n43",
    "march.bg",
    "swish.csv",
    "card.csv",
    "till.csv",
    "invoice.xml",
)
#: The table whose rows are lines of `sambok combine`.
DEALINGS = "dealings"
#: The table whose federation has booked something from the start: nothing else can be locked.
LOCKS = "runs"
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
    before: str = ""
    edit: dict[str, list[str]] = field(default_factory=dict)
    cause: str = ""
    show: str = ""

    @property
    def name(self) -> str:
        """For test ids."""
        return self.code


def unit_of(room: str) -> str | None:
    """The sources that the unit has in a table's rows; None where it has those of the other tables."""
    file = CASES / f"{room}.unit.toml"
    return file.read_text(encoding="utf-8") if file.exists() else None


def path_of(name: str) -> tuple[str, bool]:
    """The path that a row's file name means, and whether its text is added to what stands there."""
    short = name.removesuffix("+")
    return SHORT.get(short, short), name.endswith("+")


def read_rows() -> list[Row]:
    """All rows, room by room."""
    rows = []
    for table in sorted(CASES.glob("*.toml")):
        if table.name.endswith(".unit.toml"):
            continue
        for raw in tomllib.loads(table.read_text(encoding="utf-8"))["row"]:
            values: dict[str, Any] = {"run": "combine", "exit": 3} if table.stem == DEALINGS else {}
            values |= raw
            values["bytes"] = {name: ast.literal_eval(f"b'''{t}'''") for name, t in raw.get("bytes", {}).items()}
            rows.append(Row(room=table.stem, **values))
    return rows
