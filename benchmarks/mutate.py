"""The mutation bench: is every error found, at its place, and nothing else said (SPEC 10, error codes)?

A clean federation lies on disk; one error after the other is written into its books, as a person would make it, the
books are loaded and combined by the product, what is said is compared with what must be, and the error is taken back.
Found: the code is reported. Right place: each posting that must be named is. False alarm: anything said of postings
outside the dealing, or a changed figure between two other units.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.dealings import FROM, TO, clean
from benchmarks.mutations import Injected, Picker
from benchmarks.mutations_books import MUTATIONS
from benchmarks.vouchers import Federation
from ledger.books import Books, load_books, open_workspace
from ledger.combine import Combined, combine
from ledger.combine.dealings.matrix import PairRow, pair_matrix
from ledger.combine.runs.lock import lock_run, run_states
from ledger.errors import Problem
from ledger.policy import read_policy
from ledger.provisional import ProvisionalRun, provisional

#: Of a unit that is left out: what its own book says, and what the others say of it.
CONSEQUENCES = {"UNIT_ERRORS", "LEVY_UNIT_FAULTY"}
LOCK = "half-year"


@dataclass(frozen=True)
class Said:
    """Something that was reported: places are `units/…:12`."""

    code: str
    units: frozenset[str]
    places: frozenset[str]


@dataclass
class Outcome:
    """One injected error.

    Attributes:
        alarms: what was said that shouldn't have been, or which pair has changed.
        echoes: what else was said of the same dealing.
    """

    code: str
    found: bool
    placed: bool
    alarms: list[str]
    echoes: int = 0
    detail: str = ""


@dataclass
class Count:
    """All injected errors of a class."""

    injected: int = 0
    found: int = 0
    placed: int = 0
    alarms: int = 0
    echoes: int = 0
    details: list[str] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count an outcome."""
        self.injected += 1
        self.found += outcome.found
        self.placed += outcome.placed
        self.alarms += len(outcome.alarms)
        self.echoes += outcome.echoes
        if outcome.alarms or not outcome.placed:
            self.details.append(f"{outcome.code}: {outcome.detail} {outcome.alarms[:3]}")


class Bench:
    """A clean federation on disk, and how it looks without an error."""

    def __init__(self, root: Path, federation: Federation) -> None:
        self.root = root
        self.federation = federation
        federation.write(root)
        found, said = self._look()
        assert found.complete, found.problems
        assert not said, said
        self.pairs = rows_of(found)
        self.columns = columns_of(found)

    def _load(self) -> tuple[Books, ProvisionalRun, Combined]:
        ws = open_workspace(self.root)
        books = load_books(ws)
        run = provisional(books, read_policy(books.central_text, ws))
        return books, run, combine(books, run, date_from=FROM, date_to=TO)

    def _look(self, *, locked: bool = False) -> tuple[Combined, list[Said]]:
        """The figures, and all that is said."""
        books, run, found = self._load()
        problems: set[Problem] = {*books.problems, *run.problems, *found.problems}
        if locked:
            problems |= {p for state in run_states(books, run) for p in (*state.late, *state.problems)}
        said = [Said(p.code, frozenset({p.unit} - {None}), frozenset({_place(p)})) for p in problems]  # type: ignore[arg-type]  # None is taken out
        said += [Said(u.code, frozenset(u.units), frozenset(u.sources)) for u in found.unmatched]
        return found, said

    def inject(self, made: Injected) -> Outcome:
        """Write an error, look, take it back."""
        if made.late:
            books, _, found = self._load()
            lock_run(books, found, LOCK, complete=True)
        self._write(made.federation, made, broken=True)
        try:
            found, said = self._look(locked=made.late)
        finally:
            self._write(self.federation, made, broken=False)
            if made.late:
                self._unlock()
        return self._judge(made, found, said)

    def _write(self, federation: Federation, made: Injected, *, broken: bool) -> None:
        for slug in made.units:
            federation.write_unit(self.root, slug)
        if made.federation.quotes != self.federation.quotes:
            (self.root / "units" / "prices.beancount").write_text(federation.quotes.text(), encoding="utf-8")
        for path, text in made.texts:
            file = self.root / path
            if broken:
                file.parent.mkdir(exist_ok=True)
                with file.open("a", encoding="utf-8") as stream:
                    stream.write(text)
            elif not made.units:  # no unit's file, which has been written anew
                file.unlink()

    def _unlock(self) -> None:
        shutil.rmtree(self.root / "runs", ignore_errors=True)

    def _judge(self, made: Injected, found: Combined, said: list[Said]) -> Outcome:
        wanted = {*made.places}
        lines = _places(made.federation, made)
        wanted |= {lines[spot] for spot in made.spots}
        allowed = wanted | {
            place for (number, _), place in lines.items() if made.federation.vouchers[number].deal in made.deals
        }
        allowed |= made.besides
        hits = [s for s in said if s.code == made.code]
        named = {place for s in hits for place in s.places}
        bare = {place.rpartition(":")[0] for place in named} | named
        alarms = [
            f"{s.code} {sorted(s.units)} {sorted(s.places)[:2]}"
            for s in said
            if s not in hits and not self._follows(s, made, allowed)
        ]
        alarms += [f"{s.code} {sorted(s.places)}" for s in hits if not self._about(s, made, allowed)]
        alarms += self._changed(made, found)
        missing = sorted(wanted - named - bare)
        if made.elsewhere and not any(made.elsewhere in s.places for s in said):
            missing.append(made.elsewhere)
        detail = f"missing {missing} of {sorted(wanted)}; said {[(s.code, sorted(s.places)) for s in said][:4]}"
        echoes = len(said) - len(hits)
        return Outcome(made.code, bool(hits), bool(hits) and not missing, alarms, echoes, detail)

    def _about(self, said: Said, made: Injected, allowed: set[str]) -> bool:
        """Whether a finding is about the error itself."""
        if made.out:
            return bool(said.units & made.out)
        files = {place for place in allowed if ":" not in place}
        return all(place in allowed or place.rpartition(":")[0] in files for place in said.places)

    def _follows(self, said: Said, made: Injected, allowed: set[str]) -> bool:
        """Whether it only follows from the error: a unit that is left out, or the same dealing's other posting."""
        if made.out:
            return bool(said.units & made.out)
        return said.places <= allowed

    def _changed(self, made: Injected, found: Combined) -> list[str]:
        """Figures between two units that have nothing to do with the error, and columns of other units."""

        def touched(units: tuple[str, str]) -> bool:
            return bool(set(units) & made.out) or set(units) <= made.pairs

        now, columns = rows_of(found), columns_of(found)
        pairs = [k for k in now.keys() | self.pairs.keys() if not touched(k[0]) and now.get(k) != self.pairs.get(k)]
        others = (columns.keys() | self.columns.keys()) - made.units - made.out - made.pairs
        changed = [slug for slug in others if columns.get(slug) != self.columns.get(slug)]
        return [*(f"pair {key}" for key in sorted(pairs)), *(f"column {slug}" for slug in sorted(changed))]


def _place(problem: Problem) -> str:
    return f"{problem.file}:{problem.line}" if problem.line else str(problem.file)


def _places(federation: Federation, made: Injected) -> dict[tuple[int, int], str]:
    units = {federation.vouchers[n].unit for n, _ in made.spots}
    units |= {v.unit for v in federation.vouchers if v.deal in made.deals}
    return {
        key: f"{sheet.path}:{line}"
        for slug in sorted(units)
        for sheet in federation.sheets(slug)
        for key, line in sheet.lines.items()
    }


def rows_of(found: Combined) -> dict[tuple[tuple[str, str], str, str], PairRow]:
    """The pair matrix by units, class and section."""
    return {(row.units, row.kind, row.section): row for row in pair_matrix(found)}


def columns_of(found: Combined) -> dict[str, list[tuple[str, str, str]]]:
    """Each unit's own column."""
    columns: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for row in found.trial_balance:
        if row.unit not in {"ELIM", "ADJ", "CTA"}:
            columns[row.unit].append((row.line, row.account, str(row.amount)))
    return columns


def run(
    each: int,
    *,
    units: int = 50,
    dealings: int = 400,
    seed: int = 1,
    classes: Iterable[str] = (),
    tell: Callable[[str], object] = lambda _: None,
) -> dict[str, Count]:
    """Inject `each` errors of every class at random places.

    Args:
        each: errors of each class.
        units: of the federation.
        dealings: of the federation.
        seed: same seed, same errors.
        classes: only these codes.
        tell: is told of each class that is done.
    """
    wanted = set(classes)
    counts: dict[str, Count] = {}
    with tempfile.TemporaryDirectory(prefix="sambok-mutate-") as folder:
        bench = Bench(Path(folder).resolve() / "workspace", clean(units, dealings, seed))
        for mutation in MUTATIONS:
            code = mutation.__name__.upper()
            if wanted and code not in wanted:
                continue
            count = counts[code] = Count()
            pick = Picker(bench.federation, random.Random(f"{seed}:{code}"))
            for _ in range(each):
                count.add(bench.inject(replace(mutation(pick))))
            tell(f"{code}: {count.found}/{count.injected}")
    return counts


def table(counts: dict[str, Count]) -> str:
    """For people: a row a class."""
    lines = [f"{'class':28} {'injected':>8} {'found':>6} {'right place':>12} {'false alarms':>13} {'echoes':>7}"]
    for code, c in counts.items():
        lines.append(f"{code:28} {c.injected:8} {c.found:6} {c.placed:12} {c.alarms:13} {c.echoes:7}")
    total = [
        sum(getattr(c, name) for c in counts.values()) for name in ("injected", "found", "placed", "alarms", "echoes")
    ]
    lines.append("{:28} {:8} {:6} {:12} {:13} {:7}".format("all", *total))
    return "\n".join(lines)
