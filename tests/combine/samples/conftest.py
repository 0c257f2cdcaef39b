"""Worked examples through the real command line: a folder in, `sambok combine --json` out."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from ledger.books import Workspace
from ledger.charts import lines
from ledger.cli.main import main
from tests.combine.samples import exports
from tests.combine.samples.builder import REST, write_workspace
from tests.combine.samples.figures import Example, Figures, Published

PASSED = pytest.StashKey[bool]()
PSEUDO = ("ELIM", "ADJ", "CTA")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Whether a test has come to its end: only then must it have compared all figures."""
    report = yield
    if call.when == "call":
        item.stash[PASSED] = report.passed
    return report


@dataclass(frozen=True)
class Answer:
    """What `sambok combine --json` says, and how it ended."""

    code: int
    said: dict[str, Any]
    talk: str

    @cached_property
    def rows(self) -> list[tuple[str, str, str, Decimal]]:
        """Line, figure's name, column, amount; the name as the example has it."""
        return [
            (r["line"], r["account"].partition("-")[2].replace("-", "_"), r["unit"], Decimal(r["amount"]))
            for r in self.said["trial_balance"]
        ]

    def of(self, name: str, *columns: str) -> Decimal:
        """What stands on a figure's account: in the group, or in the named columns."""
        return sum((a for _, n, c, a in self.rows if n == name and (not columns or c in columns)), Decimal(0))

    def at(self, code: str, *columns: str) -> Decimal:
        """What stands on the accounts of a code: in the group, or in the named columns."""
        rows = (r for r in self.said["trial_balance"] if r["account"].partition("-")[0] == code)
        return sum((Decimal(r["amount"]) for r in rows if not columns or r["unit"] in columns), Decimal(0))

    def names(self, *columns: str) -> dict[str, Decimal]:
        """Figure → amount of the group or of the named columns, where it isn't zero."""
        names = dict.fromkeys(n for _, n, _, _ in self.rows)
        return {name: amount for name in names if (amount := self.of(name, *columns))}

    def line(self, name: str) -> Decimal:
        """A statement line's amount, debit positive."""
        return Decimal(self.said["lines"].get(name, "0"))

    def column(self, line: str, *columns: str) -> Decimal:
        """A statement line's amount in the named columns."""
        return sum((a for at, _, c, a in self.rows if at == line and c in columns), Decimal(0))

    @property
    def result(self) -> Decimal:
        """Surplus positive."""
        return Decimal(self.said["result"])

    def surplus(self, *columns: str) -> Decimal:
        """Income less expense of the named columns."""
        income = {line.id for line in lines() if line.statement == "income"}
        return -sum((a for at, _, c, a in self.rows if at in income and c in columns), Decimal(0))

    @property
    def unmatched(self) -> list[tuple[str, str, tuple[str, ...], Decimal]]:
        """Code, class, units, amount."""
        return [(u["code"], u["class"], tuple(u["units"]), Decimal(u["amount"])) for u in self.said["unmatched"]]

    def eliminated(self, section: str, *kinds: str) -> Decimal:
        """Σ of what was eliminated in a section."""
        chosen = (e for e in self.said["eliminations"] if e["section"] == section)
        return sum((Decimal(e["amount"]) for e in chosen if not kinds or e["kind"] in kinds), Decimal(0))

    def check(self) -> None:
        """What holds of every answer."""
        assert self.said["schema"] == 1
        assert sum((a for *_, a in self.rows), Decimal(0)) == 0
        for name in {at for at, *_ in self.rows}:
            assert self.line(name) == sum((a for at, _, _, a in self.rows if at == name), Decimal(0))
        for column in {c for _, _, c, _ in self.rows} - {*PSEUDO}:
            assert self.of(REST.partition("-")[2], column) == 0, column
        assert sum((Decimal(step["amount"]) for step in self.said["bridge"]), Decimal(0)) == self.result
        *lines_of_equity, total = self.said["equity"]
        assert Decimal(total["closing"]) == sum((Decimal(each["closing"]) for each in lines_of_equity), Decimal(0))
        codes = {e["code"] for e in self.said["errors"]}
        needs = {u["code"] for u in self.said["unmatched"]} - {
            "TOLERANCE",
            "FX_DIFF",
            "CUT_OFF",
            "PARTNER_OUT_OF_SCOPE",
        }
        assert self.code == (1 if codes or not self.said["complete"] else 3 if needs else 0), (codes, needs)


@pytest.fixture
def sambok(capfd) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """Run a command as a user does: exit code, standard output, standard error."""
    before = signal.getsignal(signal.SIGTERM)

    def run(*args: object) -> tuple[int, str, str]:
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(a) for a in args])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err, err
        assert "PROGRAM_FAULT" not in out + err, err
        return int(end.value.code or 0), out, err

    yield run
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def run(sambok, tmp_path) -> Callable[..., Answer]:
    """`run(ws, "--to", "2026-12-31")`: the answer as JSON.

    Each run is also made without `--json` (it must end alike), and its exports are read by Beancount, hledger and
    ledger, which must come to the answer's trial balance.
    """

    def combine(ws: Workspace, *args: object) -> Answer:
        code, out, err = sambok("combine", "--workspace", ws.root, "--json", *args)
        found = Answer(code, json.loads(out), err)
        found.check()
        beancount, journal = tmp_path / "group.beancount", tmp_path / "group.journal"
        files = "--beancount", beancount, "--hledger", journal
        shown, _, _ = sambok("combine", "--workspace", ws.root, *args, *files)
        assert shown == code
        exports.check(found.said, ws, beancount, journal)
        return found

    return combine


@pytest.fixture
def workspace(tmp_path: Path) -> Callable[..., Workspace]:
    """`workspace(books, central=…)`: a federation's folder; each call makes another one."""
    made = []

    def make(books: dict[str, Any], **settings: Any) -> Workspace:
        made.append(0)
        return write_workspace(tmp_path / f"federation-{len(made)}", books, **settings)

    return make


@pytest.fixture
def example(samples, request) -> Iterator[Callable[[str], Example]]:
    """`example("20_coop_levy_single_entity")`: at the end, every figure of its `expected` must have been compared."""
    opened: list[tuple[str, Figures | Published]] = []

    def read(name: str) -> Example:
        found = Example.read(samples / "consolidation" / f"{name}.json")
        opened.extend(((f"{name}: expected", found.expected), (f"{name}: published", found.published)))
        return found

    yield read
    for name, tree in opened if request.node.stash.get(PASSED, False) else ():
        assert not tree.left, f"{name}: nobody compared {tree.left}"


@pytest.fixture
def worked(samples, request) -> Iterator[Callable[..., Figures]]:
    """`worked("3_elimination", "a_mismatch")` of `rules/examples.json`; every figure must be compared, as above."""
    opened: list[Figures] = []

    def read(*path: str) -> Figures:
        found = json.loads((samples / "rules" / "examples.json").read_text(encoding="utf-8"))
        for part in path:
            found = found[part]
        opened.append(Figures(found))
        return opened[-1]

    yield read
    for tree in opened if request.node.stash.get(PASSED, False) else ():
        assert not tree.left, f"nobody compared {tree.left}"
