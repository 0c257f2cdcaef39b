"""The small federation in which every error of the catalogue is provoked, and the command line it is met at."""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.books import Workspace, main_text, open_workspace
from ledger.cli.context import report
from ledger.cli.main import main
from ledger.errors import Problem

from .table import CASES, DEALINGS, LOCKS, Row, path_of, unit_of

ACCOUNTS = """\
2026-01-01 open Assets:1460-Lager SEK
2026-01-01 open Assets:1510-Kundfordringar SEK
2026-01-01 open Assets:1660-Intern-fordran
2026-01-01 open Assets:1930-Bank SEK
2026-01-01 open Liabilities:2860-Intern-skuld
2026-01-01 open Income:3001-Sales SEK
2026-01-01 open Expenses:4010-Goods SEK
2026-01-01 open Expenses:5010-Rent SEK
"""
BANK = """
organisation_number = "769999-0001"

[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
bank_account = "SE9399900000000000000001"

[[source]]
name = "bok"
format = "sie4"
"""
FOUND = re.compile(r"\[([A-Z0-9_]+)\]$")
#: How the workspace's folder is called in the catalogue, whatever it is called on the machine that tests.
HOME = "/home/anna/federation"
#: How the catalogue writes the last day that books take; in rows' input and output.
LAST_DAY = "2027-12-31"


@dataclass
class Stage:
    """One row's workspace.

    `keep` takes what is to be done when the row is over.
    """

    ws: Workspace
    monkeypatch: pytest.MonkeyPatch
    capture: Callable[[], tuple[str, str]]
    keep: Callable[[Callable[[], object]], object]

    @property
    def root(self) -> Path:
        """The workspace's folder."""
        return self.ws.root

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file of the workspace."""
        file = self.root / path_of(name)[0]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def put(self, row: Row) -> None:
        """The row's input."""
        if row.room == DEALINGS:
            self._dealing()
        if row.room == LOCKS:
            self.write("central", '2026-03-20 * "Rent"\n  Expenses:5010-Rent  10.00 SEK\n  Assets:1930-Bank\n')
        sources = unit_of(row.room)
        if sources is not None:
            toml = self.root / path_of("unit")[0]
            toml.write_text(toml.read_text(encoding="utf-8").replace(BANK, f"\n{sources}"), encoding="utf-8")
        if row.before:
            code, _, err = self.sambok(row.before)
            assert code == 0, err
        for name, text in row.files.items():
            path, added = path_of(name)
            file = self.root / path
            before = file.read_text(encoding="utf-8") if added else ""
            self.write(path, before + text)
        for name, changes in row.edit.items():
            text = (self.root / path_of(name)[0]).read_text(encoding="utf-8")
            for old, new in zip(changes[::2], changes[1::2], strict=True):
                assert old in text, old
                text = text.replace(old, new.replace(LAST_DAY, last_day()))
            self.write(name, text)
        for name, data in row.bytes.items():
            self.write(path_of(name)[0], data)

    def _dealing(self) -> None:
        """Two legal persons, one of whom has sold to the other; a third has left."""
        for slug, name in (("repris", "2026-03"), ("gemensamt", "central")):
            self.write(name, (CASES / f"dealing-{slug.replace('gemensamt', 'central')}.beancount").read_bytes())
            toml = self.root / "units" / slug / "unit.toml"
            toml.write_text('entity = "legal_entity"\ncountry = "SE"\n' + toml.read_text(encoding="utf-8"))
        left = 'name = "Annex"\ncode = "ANNEX"\ncurrency = "SEK"\nentity = "legal_entity"\nleft = 2025-12-31\n'
        self.write("units/annex/unit.toml", left)
        self.write("units/annex/accounts.beancount", "; none\n")
        self.write("units/annex/books/2025/2025-12.beancount", "; nothing\n")
        self.write("units/annex/main.beancount", main_text(open_workspace(self.root).units["annex"]))

    def sambok(self, line: str) -> tuple[int, str, str]:
        """Run a command in the workspace's folder: exit code, standard output, standard error."""
        self.capture()
        self.monkeypatch.chdir(self.root)
        with pytest.raises(SystemExit) as end:
            main(shlex.split(line))
        code = end.value.code
        assert code is None or isinstance(code, int)
        return (code or 0, *self.capture())

    def shown(self, problems: list[Problem] | str) -> str:
        """Problems as a command shows them; what a page of the browser says, likewise."""
        if isinstance(problems, str):
            return problems.replace("\n→ ", "\n    -> ") + "\n"
        self.capture()
        report(problems)
        return self.capture()[1]

    def plain(self, text: str) -> str:
        """The text without what differs from machine to machine and from year to year."""
        text = text.replace(os.path.realpath(self.root), HOME).replace(str(self.root), HOME)
        return text.replace(last_day(), LAST_DAY)


def last_day() -> str:
    """The last day that books take."""
    return f"{dt.date.today().year + 1}-12-31"  # noqa: DTZ011  as the guard reckons


def blocks(text: str) -> list[tuple[str, str]]:
    """Each problem on standard error: its code and its lines."""
    found: list[tuple[str, list[str]]] = []
    open_ = False
    for line in text.splitlines():
        head = FOUND.search(line)
        if head and not line.startswith("    "):
            found.append((head[1], [line]))
            open_ = True
        elif open_ and line.startswith("    "):
            found[-1][1].append(line)
        else:
            open_ = False
    return [(code, "\n".join(lines) + "\n") for code, lines in found]
