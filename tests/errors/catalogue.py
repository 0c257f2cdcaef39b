"""Writes docs/errors.md from the errors' classes and the rows that provoke them: python -m tests.errors.catalogue."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from ledger.books.guard_bytes import visible
from ledger.combine.codes import CODES
from ledger.errors import Problem

from .table import CASES, DEALINGS, Row, path_of, read_rows, unit_of

FILE = Path(__file__).resolve().parent.parent.parent / "docs" / "errors.md"
PACKAGES = ("ledger", "importers", "plugins")
#: Tables in the order of a working day, with the titles of their chapters.
ROOMS = {
    "books-1-workspace": "Settings of the federation and of units",
    "books-2-files": "A book's files",
    "books-3-text": "A book's lines",
    "books-4-words": "Numbers, names and texts in a book",
    "books-5-entries": "A book's entries, and writing them",
    "importers-1-bank": "Importing files, bank statements",
    "importers-2-sie": "Importing and exporting SIE",
    "importers-3-lists": "Importing lists: CSV of banks, M-Pesa",
    "importers-4-payments": "Importing MT940, Norma 43, bankgiro payments",
    "importers-5-takings": "Importing takings: Swish, cards, tills",
    "importers-6-invoices": "Importing electronic invoices",
    "importers-7-recognition": "Rules of payments, and comparing with the bank",
    "loans-g": "Importing what M-Pesa calls back",
    "charts": "Charts of accounts",
    "policy": "Policy",
    "levy": "Levy and exchange rates",
    "remeasurement": "What is held in other currencies",
    "dealings": "Dealings between units",
    "loans-c": "Rotating loans: a cycle's terms, and what breaks them",
    "loans-h": "Rotating loans: what a voucher does that nobody has agreed on",
    "loans-f": "Rotating loans: both books at once",
    "loans-e": "Rotating loans: what is asked of a cycle",
    "loans-i": "Rotating loans: rounds that are auctioned",
    "loans-d": "Rotating loans: meeting sheets",
    "funds": "The federation's own funds",
    "funds-deeds": "The federation's own funds: what is paid and what comes back",
    "ownership": "Units owned by units",
    "adjustments": "Adjustments",
    "runs": "Locked runs",
    "services": "Shared services, and sheets of their keys",
    "decisions": "Decisions, and what is booked on them",
    "vouchers": "Numbers of vouchers, and corrections",
    "close": "Closing months, and opening them again",
    "seals": "Seals, and what they are signed with",
    "verify": "Verifying, and archives of a year",
    "cli": "Commands",
    "web": "Browser",
}
HEAD = """\
# Errors

What each error says, what causes it, and what to do. Written by `python -m tests.errors.catalogue`; a test provokes
every error below and compares what it says, word by word.

## How an error looks

```
units/repris/accounts.beancount:9: Assets:Savings has no place in the group's lines: it has no code. [UNMAPPED_ACCOUNT]
    | 2026-01-01 open Assets:Savings
    -> Give the account's open directive a code of the chart bas, such as code: "1930".
```

1. **Where**: the file, from the federation's folder on, and the number of the line in it. Open the file there.
2. **What** is wrong, and in brackets the error's name. Look the name up on this page.
3. After `|`, the **line itself** as it stands in the file, where a line is meant.
4. After `->`, **what to do**.

`sambok check` lists every error of every book; `sambok check repris` those of one unit. Begin with the first: one slip
of the pen often causes the others below it. Correct it, save, and run `sambok check` again. Nothing is ever changed by
an error: the books are as you left them. One unit's error never takes another unit's figures away; its own are left out
of the combined figures and the levy until it is corrected (`sambok combine` says UNIT_ERRORS then, `sambok levy`
LEVY_UNIT_FAULTY), and are never counted as zero.

How a command ends (its exit code, for scripts):

| code | means | what to do |
|---|---|---|
| 0 | done | nothing |
| 1 | the books or the input have errors | correct what is listed, run it again |
| 2 | wrong use: a misspelt unit, option or folder | correct the command |
| 3 | needs a person: dealings that don't match, lines to review | `sambok todo` lists them |
| 4 | the machine or an outside service failed | try again later |

With `--json` a command gives the same as one object on standard output: `errors` holds `code`, `unit`, `file`, `line`,
`message`, `remedy` and `excerpt` of each. In the browser, the page *Errors* of a unit's ledger shows them.

The examples are of a small federation in `/home/anna/federation`, whose unit is called `repris` and whose central unit
is called `gemensamt`.
"""
MOST_LINES = 16


def load_all() -> None:
    """Import every module of the product, so that all of its errors are registered."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def all_codes() -> dict[str, str]:
    """Every error of the product by its code, with what it is in one sentence."""
    load_all()
    found = {code: dealing.message for code, dealing in CODES.items()}
    for code, kind in Problem.registry.items():
        if kind.__module__.split(".")[0] in PACKAGES:
            found[code] = (kind.__doc__ or "").partition("\n\n")[0].replace("\n", " ").strip()
    return found


def text() -> str:
    """The whole page."""
    meanings = all_codes()
    rows: dict[str, list[Row]] = {room: [] for room in ROOMS}
    for row in sorted(read_rows(), key=lambda row: row.code):
        rows[row.room].append(row)
    parts = [HEAD, "## Contents\n"]
    for room, title in ROOMS.items():
        links = ", ".join(f"[{row.code}](#{row.code.lower()})" for row in rows[room])
        parts.append(f"- **{title}**: {links}")
    for room, title in ROOMS.items():
        parts += [f"\n## {title}\n", intro(room)]
        if room == DEALINGS:
            parts += [
                pair(name, file) for name, file in (("2026-03", "dealing-repris"), ("central", "dealing-central"))
            ]
        sources = unit_of(room)
        if sources is not None:
            parts.append(f"\n`{path_of('unit')[0]}` holds, among others:\n\n{fenced(sources, len(sources))}")
        parts += [section(row, meanings[row.code]) for row in rows[room]]
    return "\n".join(parts).rstrip() + "\n"


def intro(room: str) -> str:
    """The comment at the head of a table."""
    lines = (CASES / f"{room}.toml").read_text(encoding="utf-8").split("\n")
    found = []
    for line in lines:
        if not line.startswith("#"):
            break
        found.append(line.removeprefix("#").strip())
    return " ".join(found)


def pair(name: str, file: str) -> str:
    """One side of the dealing that is right."""
    content = (CASES / f"{file}.beancount").read_text(encoding="utf-8")
    return f"\n`{path_of(name)[0]}`:\n\n{fenced(content)}"


def section(row: Row, meaning: str) -> str:
    """One error: what it is, what causes it, what is said."""
    met = "It says:" if row.do else f"`sambok {row.run}` says:"
    return "\n".join([f"\n### {row.code}\n", meaning, *example(row), f"\n{met}\n", fenced(row.says)])


def example(row: Row) -> list[str]:
    """The input that causes it."""
    parts = [f"\nFor example: {row.cause[0].lower()}{row.cause[1:]}"] if row.cause else []
    if row.before:
        parts.append(f"\n`sambok {row.before}` went well before.")
    whole = dict(row.files)
    for name, data in row.bytes.items():
        lines = data.decode("utf-8", "backslashreplace").split("\n")
        whole[name] = "\n".join(visible(line) for line in lines)
    for name, content in whole.items():
        path, added = path_of(name)
        what = "holds, among others" if added else "holds" if content.strip() else "is empty (0 bytes)"
        parts.append(f"\n`{path}` {what}{':' if content.strip() else '.'}")
        if content.strip():
            parts.append(f"\n{fenced(content.strip(chr(10)))}")
    for name, changes in row.edit.items():
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            path, was, stands = path_of(name)[0], old.strip("\n"), new.strip("\n")
            if not stands.strip():
                parts.append(f"\nIn `{path}`, this is missing:\n\n{fenced(was)}")
            elif was in stands:
                parts.append(f"\nIn `{path}` stands:\n\n{fenced(stands)}")
            else:
                parts.append(f"\nIn `{path}`, instead of\n\n{fenced(was)}\n\nstands\n\n{fenced(stands)}")
    return parts


def fenced(content: str, most: int = MOST_LINES) -> str:
    """A block of code, not too long."""
    lines = content.rstrip("\n").split("\n")
    if len(lines) > most:
        lines = [*lines[:most], "..."]
    return "\n".join(["```", *lines, "```"])


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
