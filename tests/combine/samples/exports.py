"""Other programs read the combined ledger and come to the same sums, account by account, to the cent."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core import data

from ledger.books import Workspace
from ledger.charts import line

Sums = dict[str, Decimal]
PSEUDO = ("ELIM", "ADJ", "CTA")


def expected(said: Mapping[str, Any], ws: Workspace) -> Sums:
    """The trial balance by group account (SPEC 10): `<Root>:<Line>:<NNNN>-<Name>:<Code>`."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in said["trial_balance"]:
        leaf = row["unit"] if row["unit"] in PSEUDO else ws.units[row["unit"]].code
        found[f"{line(row['line']).root}:{row['line']}:{row['account']}:{leaf}"] += Decimal(row["amount"])
    return {account: amount for account, amount in found.items() if amount}


def by_beancount(file: Path) -> Sums:
    """What Beancount makes of its file; it must have nothing to say against it."""
    entries, errors, _ = loader.load_file(str(file))
    assert not errors, errors
    found: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if isinstance(entry, data.Transaction):
            for posting in entry.postings:
                found[posting.account] += posting.units.number
    return {account: amount for account, amount in found.items() if amount}


def by_program(name: str, file: Path) -> Sums | None:
    """What hledger or ledger makes of the journal; None where the program is missing outside continuous integration."""
    if shutil.which(name) is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"continuous integration needs {name}")
        return None
    command = [name, "-f", str(file), "balance", "--flat", "--no-total"]
    if name == "hledger":
        command += ["-O", "csv"]
    else:
        command += ["--balance-format", '"%(account)","%(display_total)"\\n']
    told = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    )
    assert not told.stderr, told.stderr
    found = {}
    for account, amount in re.findall(r'^"([A-Z][^"]*:[^"]*)","([^"]*)"$', told.stdout, re.MULTILINE):
        number = Decimal(amount.split()[0].replace(",", ""))
        if number:
            found[account] = number
    return found


def check(said: Mapping[str, Any], ws: Workspace, beancount: Path, journal: Path) -> None:
    """All three agree with the trial balance."""
    wanted = expected(said, ws)
    assert by_beancount(beancount) == wanted
    for name in ("hledger", "ledger"):
        found = by_program(name, journal)
        assert found is None or found == wanted, name
