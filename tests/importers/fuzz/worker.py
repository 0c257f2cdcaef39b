"""A process that works through damaged files of one format: little memory, little time for each.

    python -m tests.importers.fuzz.worker '{"format": "mt940", "first": 0, "count": 100, ...}'

It writes the number of the case at hand into a file, so that the one who started it knows what it died of, and one
line of JSON for each finding; at last one with counts.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
import random
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

from beancount.core import data
from beancount.parser import parser

from importers.base import Source
from importers.book import BookView
from importers.formats import importer_class
from ledger import messages
from ledger.books import Workspace, main_text, open_workspace
from ledger.books.limits import apply_limits
from ledger.errors import Problem
from tests.importers.fuzz import invariants, mutate
from tests.importers.fuzz.seeds import ACCOUNTS, Seed, seeds_of

#: Bytes that the process may use in all; what it has when it begins is taken off.
MEMORY = 512 << 20
SECONDS = 5
#: One of so many cases is a file that was cut off, and nothing else.
CUT_OFF = 3
#: One of so many files comes into a book that holds the whole one already.
BOOKED = 4
#: Of so many plans one is written out and read by the guard.
WRITTEN = 4
TODAY = dt.date(2026, 11, 21)
CONF = '[federation]\nname = "Samverkan"\ncurrency = "SEK"\ncentral = "u0"\nlanguage = "en"\n'


def main() -> None:
    task = json.loads(sys.argv[1])
    messages.use("en")
    with tempfile.TemporaryDirectory() as folder:
        worker = Worker(task, Path(folder))
        worker.tell(
            "ready", whole={name: sum(found.values()) for name, found in worker.whole.items()}, refused=worker.refused
        )
        reached = os.open(task["reached"], os.O_WRONLY)
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
        apply_limits(memory=MEMORY - resident, cpu=None, files=None, file_size=None)
        begun = time.process_time()
        for number in range(task["first"], task["first"] + task["count"]):
            os.pwrite(reached, b"%012d" % number, 0)
            used = resource.getrusage(resource.RUSAGE_SELF)
            soft = int(used.ru_utime + used.ru_stime) + SECONDS + 1
            resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
            worker.case(number)
        worker.tell("done", seconds=time.process_time() - begun, outcomes=dict(worker.outcomes))


class Worker:
    """One format's seeds, and what became of the files made of them."""

    def __init__(self, task: dict[str, Any], folder: Path) -> None:
        self.task = task
        self.seeds = seeds_of(task["format"], Path(task["samples"]) if task.get("samples") else None)
        self.cls = importer_class(task["format"])
        self.ws, self.slugs = workspace(folder, self.seeds)
        self.opens = parser.parse_string(ACCOUNTS)[0]
        self.outcomes: Counter[str] = Counter()
        self.plans = 0
        self.books: dict[str, list[data.Directive]] = {}
        self.begun: dict[str, list[data.Directive]] = {}
        looked = {seed.name: self.look(seed, seed.data, keep=True) for seed in self.seeds}
        self.whole = {name: found for name, (_, found) in looked.items()}
        self.refused = {name: outcome for name, (outcome, found) in looked.items() if not found}

    def tell(self, kind: str, **more: Any) -> None:
        print(json.dumps({"kind": kind, **more}), flush=True)

    def made(self, number: int) -> tuple[Seed, bytes, list[str]]:
        """The file of a case."""
        dice = random.Random(f"{self.task['seed']}/{self.task['format']}/{number}")
        seed = dice.choice(self.seeds)
        if number % CUT_OFF == 0:
            return seed, mutate.cut_off(dice, seed.data), ["cut off"]
        other = dice.choice(self.seeds)
        content, done = mutate.mutated(dice, seed.data, other.data)
        return seed, content, done

    def again(self, number: int) -> bool:
        """Whether a case's file comes into a book that has the whole one."""
        return number % BOOKED == 1

    def case(self, number: int) -> None:
        seed, content, done = self.made(number)
        cut, again = done == ["cut off"], self.again(number)
        try:
            outcome, _ = self.look(seed, content, cut=cut, again=again)
        except BaseException as error:  # whatever comes is a finding
            if isinstance(error, KeyboardInterrupt):
                raise
            outcome = "finding"
            where = [f"{f.filename}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
            said = f"{type(error).__name__}: {str(error)[:300]}"
            done += ["the book has the whole file"] * again
            told = base64.b64encode(content[:100_000]).decode()
            self.tell("finding", number=number, seed=seed.name, done=done, said=said, where=where[-3:], data=told)
        self.outcomes[outcome] += 1

    def look(
        self, seed: Seed, content: bytes, *, cut: bool = False, again: bool = False, keep: bool = False
    ) -> tuple[str, Counter[str]]:
        """Plan one file; what came of it, and its transactions.

        Args:
            seed: what it is made of.
            content: the file.
            cut: it is the beginning of the seed, and nothing else.
            again: the book holds the seed's entries already.
            keep: make this the book that `again` means.

        Raises:
            BrokenError: an invariant doesn't hold.
            Exception: what no file may provoke.
        """
        if not content.strip():
            return "empty", Counter()
        unit = self.ws.units[self.slugs[seed.unit]]
        source = Source(Path("file"), "file", content, hashlib.sha256(content).hexdigest())
        importer = self.cls(self.ws, unit, unit.sources[0])
        if not importer.recognises(source.head):
            return "other format", Counter()
        invariants.need(importer.owns(source) is True, "no source takes it")
        book = self.books[seed.name] if again and seed.name in self.books else self.before(seed)
        view = BookView(unit, list(book), frozenset(), self.ws)
        try:
            importer.day(source)
            plan = importer.plan(source, view, TODAY)
        except Problem as problem:
            invariants.check_problem(problem, source)
            return problem.code, Counter()
        invariants.check_plan(importer, source, view, plan, TODAY)
        self.plans += 1
        if self.plans % WRITTEN == 1:
            invariants.check_text(plan, unit.slug, TODAY)
        found = invariants.texts(plan)
        if keep:
            made = [*plan.opens, *plan.entries]
            for number, entry in enumerate(made, 1):
                entry.meta.update(filename=f"{unit.folder}/books/x.beancount", lineno=number)
            self.books[seed.name] = sorted([*self.before(seed), *made], key=data.entry_sortkey)
        if cut and again:
            invariants.need(not plan.transactions, "cut off, it brings what the whole file didn't")
        elif cut:
            self.check_cut(seed, content, found)
        return "entries" if any(isinstance(e, data.Transaction) for e in plan.entries) else "nothing new", found

    def before(self, seed: Seed) -> list[data.Directive]:
        """The book into which a file comes for the first time."""
        if seed.book not in self.begun:
            self.begun[seed.book] = [*self.opens, *parser.parse_string(seed.book)[0]]
        return self.begun[seed.book]

    def check_cut(self, seed: Seed, content: bytes, found: Counter[str]) -> None:
        """A file cut off gives nothing; or all, where nothing is missing; or whole rows, if the format can't tell."""
        whole = self.whole[seed.name]
        if found == whole or not found:
            return
        lost = seed.data[len(content) :][:200]
        told = f"cut off, it gives {sum(found.values())} entries of {sum(whole.values())}; missing: {lost!r}"
        invariants.need(seed.rows or seed.sums, told)
        invariants.need({content[-1:], lost[:1]} & {b"\n", b"\r"}, f"not between rows: {told}")
        others = found - whole
        invariants.need(seed.sums or not others, f"{told}; but {list(others)[:1]}")


def workspace(folder: Path, seeds: list[Seed]) -> tuple[Workspace, dict[str, str]]:
    """A federation with a unit for every `unit.toml` that seeds need."""
    slugs = {text: f"u{number}" for number, text in enumerate(dict.fromkeys(seed.unit for seed in seeds))}
    (folder / "units").mkdir()
    (folder / "fava.conf").write_text(CONF)
    decided = {"policy": "".join(dict.fromkeys(seed.policy for seed in seeds)), "prices": ""}
    for name, text in decided.items():
        (folder / f"units/{name}.beancount").write_text(text or "; nothing\n")
    for text, slug in slugs.items():
        home = folder / "units" / slug
        home.mkdir()
        (home / "unit.toml").write_text(text.replace('code = "REPRIS"', f'code = "{slug.upper()}"'))
        (home / "accounts.beancount").write_text("; in memory\n")
    ws = open_workspace(folder)
    missing = set(slugs.values()) - set(ws.units)
    if missing:
        raise SystemExit(f"units that can't be used: {[str(p) for p in ws.problems]}")
    for unit in ws.units.values():
        unit.main.write_text(main_text(unit))
    return ws, slugs


if __name__ == "__main__":
    main()
