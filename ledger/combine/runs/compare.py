"""Do the inputs of a locked run still give the same figures? If not, what differs, and where (SPEC 10).

What it costs: comparing the digests of the inputs, which reads no file that hasn't changed. Only where an input has, or
a new file holds something of the period, the figures are worked out once more (as long as `sambok combine` of that
period takes), and the answer is kept until an input changes again. So locks of closed months cost nothing, and one more
entry in the present month costs nothing to the locks of earlier ones.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ledger.books import Books, last_day
from ledger.books.fingerprint import AnswerCache, digest_of
from ledger.books.problems_sealed import LatePosting
from ledger.combine.combined import Combined
from ledger.combine.engine import combine
from ledger.combine.provisional import Run
from ledger.combine.runs.inputs import PRICES, Facts, latest, rates_digest, reach, touched
from ledger.combine.runs.manifest import Lock
from ledger.combine.runs.problems import RunCurrency, RunDamaged, RunMoved, RunUnchecked, RunUnreadable
from ledger.combine.runs.state import (
    DAMAGED,
    RESTATED,
    SAME,
    UNAFFECTED,
    UNCHECKED,
    Difference,
    RunState,
    UnitDifference,
    found_of,
    state_of,
)
from ledger.combine.runs.store import names, read_lock, rows_of_lock, same_program
from ledger.combine.runs.text import (
    BALANCE_HEAD,
    BALANCES,
    TRIAL_BALANCE,
    TRIAL_HEAD,
    VOUCHER_HEAD,
    VOUCHERS,
    balance_rows,
    money,
    trial_rows,
    versions,
)
from ledger.errors import Problem
from ledger.memo import aside

if TYPE_CHECKING:
    from ledger.books.marks import Marked

#: Places of one account and month that are named.
PLACES = 5


def run_states(books: Books, run: Run, wanted: Sequence[str] | None = None) -> tuple[RunState, ...]:
    """What has become of the locked runs.

    Args:
        books: all books of the workspace.
        run: provisional entries.
        wanted: names of locks; default all.

    Returns:
        Their states by name. Nothing is raised for a lock that is damaged, or can't be compared now.
    """
    chosen = names(books.workspace) if wanted is None else list(wanted)
    if not chosen:
        return ()
    facts = Facts(books)
    found = tuple(_state(books, run, name, facts) for name in chosen)
    facts.keep()
    return found  # without the lines that are meant: a voucher's payee and text are for its unit alone


def _state(books: Books, run: Run, name: str, facts: Facts) -> RunState:
    ws = books.workspace
    try:
        lock = read_lock(ws, name)
    except (RunDamaged, RunUnreadable) as problem:
        return RunState(name, DAMAGED if isinstance(problem, RunDamaged) else UNCHECKED, problems=(problem,))
    if lock.currency != ws.currency:
        other = RunCurrency(name=lock.name, currency=lock.currency, now=ws.currency)
        return state_of(lock, UNCHECKED, problems=(other,))
    try:
        inputs = facts.inputs(lock.date_to)
    except RunMoved as moved:
        again = RunMoved(case="compare", name=name, file=moved.file)
        return state_of(lock, UNCHECKED, problems=(again,))
    changed = [
        ("changed" if kind == "removed" and file in books.digests else kind, file)
        for kind, file in touched(lock.inputs, inputs)
    ]
    program = not same_program(lock)
    reached = reach(books, lock.date_to)
    further = [("later", latest(books))] if reached > lock.reached else []
    about: dict[str, Any] = {"changed": (*changed, *further), "program": program}
    anew = program or reached != lock.reached
    if not changed and not anew:
        return state_of(lock, SAME)
    later_rates = {PRICES} if rates_digest(books, lock.date_to) == lock.rates else set()
    if not anew and {file for _, file in changed} <= later_rates:
        return state_of(lock, UNAFFECTED, **about)
    cache = AnswerCache(ws.state_folder / "runs")
    made_of = (sorted(inputs.items()), reached, versions())
    key = digest_of(lock.digest.encode(), repr(made_of).encode())
    text = cache.get(key)
    if text is not None:
        return state_of(lock, **found_of(json.loads(text)), **about)
    state = _compared(books, run, lock, [file for _, file in changed], about)
    if state.status not in {UNCHECKED, DAMAGED}:
        cache.put(key, json.dumps(state.kept(), ensure_ascii=False))
    return state


def _compared(books: Books, run: Run, lock: Lock, files: Sequence[str], about: Mapping[str, Any]) -> RunState:
    """Work the run's figures out again and compare."""
    ws = books.workspace
    try:
        with aside():
            now = combine(books, run, date_from=lock.date_from, date_to=lock.date_to, level=lock.level)
        if not now.complete:
            first = next(iter((*now.problems, *run.problems, *books.problems)), None)
            return state_of(lock, UNCHECKED, problems=(RunUnchecked.because(lock.name, first),), **about)
        differences = _differences(rows_of_lock(ws, lock, TRIAL_BALANCE, TRIAL_HEAD), trial_rows(now))
        change = _Change(books, now, lock, frozenset(files))
        late, gone = change.vouchers()
        return state_of(
            lock,
            RESTATED if differences else UNAFFECTED,
            differences=tuple(differences),
            units=tuple(change.units(late)) if differences else (),
            late=tuple(_late(lock, ws.shown(found.file), slug, found) for slug, found in late),
            gone=tuple(gone),
            **about,
        )
    except RunDamaged as problem:
        return state_of(lock, DAMAGED, problems=(problem,), **about)
    except RunUnreadable as problem:
        return state_of(lock, UNCHECKED, problems=(problem,), **about)
    except Problem as problem:
        return state_of(lock, UNCHECKED, problems=(RunUnchecked.because(lock.name, problem),), **about)


def _differences(locked: Sequence[tuple[str, ...]], now: Sequence[tuple[str, ...]]) -> list[Difference]:
    """Rows that aren't what was locked: those of now in their order, then those that are gone."""
    before = {row[:3]: row[3] for row in locked}
    after = {row[:3]: row[3] for row in now}
    return [
        Difference(key[0], key[1], key[2], before.get(key, ""), after.get(key, ""))
        for key in dict.fromkeys((*after, *before))
        if before.get(key) != after.get(key)
    ]


def _late(lock: Lock, file: str, slug: str, found: Marked) -> LatePosting:
    return LatePosting(
        case="locked",
        unit=slug,
        file=file,
        line=found.line or None,
        name=lock.name,
        date=found.date,
        month=f"{found.date:%Y-%m}",
        amount=Decimal(money(found.amount, found.currency)),
        currency=found.currency,
    )


@dataclass
class _Change:
    """What is different in the units whose files have changed."""

    books: Books
    now: Combined
    lock: Lock
    files: frozenset[str]

    def _slugs(self) -> list[str]:
        """Units of the run with a changed file of their own."""
        named = {file.split("/")[1] for file in self.files if file.startswith("units/") and file.count("/") > 1}
        return sorted(named & self.now.parts.keys())

    def vouchers(self) -> tuple[list[tuple[str, Marked]], list[tuple[str, str, int]]]:
        """Vouchers of the period that weren't there when it was locked, and how many are gone, by unit and day."""
        from ledger.books.marks import marked  # noqa: PLC0415  Polars is large, and needed only here

        locked: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for slug, day, marks in rows_of_lock(self.books.workspace, self.lock, VOUCHERS, VOUCHER_HEAD):
            locked[slug].update((day, mark) for mark in marks.split())
        late: list[tuple[str, Marked]] = []
        gone: list[tuple[str, str, int]] = []
        for slug in self._slugs():
            left = locked[slug]
            for found in marked(self.books.units[slug], self.lock.date_from, self.lock.date_to):
                key = found.date.isoformat(), found.mark
                if left[key]:
                    left[key] -= 1
                else:
                    late.append((slug, found))
            days: Counter[str] = Counter()
            for (day, _), count in left.items():
                days[day] += count
            gone += [(slug, day, count) for day, count in sorted(days.items()) if count]
        return late, gone

    def units(self, late: Sequence[tuple[str, Marked]]) -> list[UnitDifference]:
        """Accounts and months of the units that aren't what was locked."""
        rows = rows_of_lock(self.books.workspace, self.lock, BALANCES, BALANCE_HEAD)
        before = {row[:4]: row[4] for row in rows}
        after = {row[:4]: row[4] for row in balance_rows(self.now)}
        keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
        places = self._places(keys, late)
        return [
            UnitDifference(
                *(key[0], key[1], key[2], key[3]),
                before.get(key, ""),
                after.get(key, ""),
                tuple(places.get(key[:3], ())[:PLACES]),
            )
            for key in keys
        ]

    def _places(
        self, keys: Sequence[tuple[str, ...]], late: Sequence[tuple[str, Marked]]
    ) -> dict[tuple[str, ...], list[str]]:
        """Where postings of an account and month stand: late vouchers; else what stands in changed files."""
        from ledger.books.marks import placed  # noqa: PLC0415  as above

        shown = self.books.workspace.shown
        found: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for slug, voucher in late:
            for account in dict.fromkeys(map(self.now.parts[slug].mapper.shown, voucher.accounts)):
                found[slug, account, f"{voucher.date:%Y-%m}"].append(f"{shown(voucher.file)}:{voucher.line}")
        wanted: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for slug, account, month, _ in keys:
            if (slug, account, month) not in found and slug in self.now.parts and month != "before":
                wanted[slug].add((account, month))
        for slug, pairs in wanted.items():
            months = sorted(month for _, month in pairs)
            start = dt.date.fromisoformat(f"{months[0]}-01")
            called = self.now.parts[slug].mapper.shown
            own = {row.account for row in self.now.parts[slug].source.balances()}
            accounts = {account for account in own if called(account) in {name for name, _ in pairs}}
            for posting in placed(self.books.units[slug], accounts, start, last_day(months[-1])):
                key = slug, called(posting.account), f"{posting.date:%Y-%m}"
                file = shown(posting.file)
                if key[1:] in pairs and file in self.files:
                    found[key].append(f"{file}:{posting.line}")
        return found
