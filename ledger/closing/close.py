"""The close of one unit's month: frozen vouchers on both sides, accounts, a seal, all of it in one job (SPEC 7).

Under the locks of the unit and of central everything is read once more, looked at once more, and then written together:
the unit's closed file, central's side of its levy, the accounts that both need, where a fiscal year ends the voucher of
the next one's first day, the line in `seals.jsonl`, and what the histories say of it. Before the job is decided nothing
has changed; after it whoever comes next completes it. So a close that was interrupted is simply run again: a month that
has its seal is closed, and nothing of it is written twice.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from beancount.core import data

from importers.booktext import render
from ledger.books import Unit, Workspace, clock, durable, last_day, program
from ledger.books.chains import broken_chains
from ledger.books.grounds import broken_grounds
from ledger.books.guard_child import parse_in_child
from ledger.books.history import Note
from ledger.books.locks import federation_lock
from ledger.books.person import person
from ledger.books.problems_sealed import SealBroken
from ledger.books.sealed import NAME, seals_of
from ledger.books.write import Block, Change, apply_federation
from ledger.closing import sealing
from ledger.closing.freeze import Frozen, Side, Voucher, frozen, voucher_text
from ledger.closing.months import open_months
from ledger.closing.numbering import numberer
from ledger.closing.other_sides import funds_in
from ledger.closing.problems_ready import CloseEarlierOpen
from ledger.errors import Problem
from ledger.federation import Federation, load_federation
from ledger.seals import chain
from ledger.seals.blocks import behind_comments
from ledger.seals.grounds import is_common
from ledger.seals.model import Meaning, Seal, Twin
from ledger.seals.signing import Signer

#: Why a unit's month can't be closed: nothing where it can.
Ready = Callable[[Federation, str], Sequence[Problem]]


class NotReadyError(Exception):
    """What was ready when everybody was looked at isn't any more: `problems` say why. Nothing was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(*(problem.code for problem in problems))


@dataclass(frozen=True)
class Closed:
    """A month that was closed, or would be.

    Attributes:
        unit: slug.
        period: `2026-03`.
        seal: its line; None where nothing was written.
        vouchers: numbers that were given in the month, by unit.
        carried: the number of the voucher that begins the next fiscal year, where one ends.
        texts: what was written for them, by file as users know it.
        opened: accounts that were opened, by unit.
        left_out: places (file, line) that came late and aren't sealed.
        adopted: places of the federation's texts and settings that judge closed months in another way since this seal.
    """

    unit: str
    period: str
    seal: Seal | None
    vouchers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    carried: str | None = None
    texts: dict[str, str] = field(default_factory=dict)
    opened: dict[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: tuple[tuple[str, int], ...] = ()
    adopted: tuple[tuple[str, int | None], ...] = ()

    @property
    def fingerprint(self) -> str:
        """Eight characters for the minutes: `K7QX-2MPD`."""
        return chain.fingerprint(self.seal.content) if self.seal else ""


@dataclass
class Trial:
    """What the closes of one dry run would have written by now: the next of them goes on from there.

    Attributes:
        numbers: what gives a unit's next number.
        booked: vouchers, by the unit whose book they would stand in.
        opened: accounts, likewise.
    """

    numbers: dict[str, Callable[[str, dt.date], str]] = field(default_factory=dict)
    booked: dict[str, list[data.Transaction]] = field(default_factory=lambda: defaultdict(list))
    opened: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def close_month(
    ws: Workspace,
    slug: str,
    period: str,
    *,
    ready: Ready,
    without: Iterable[str] = (),
    decision: str | None = None,
    signer: Signer | None = None,
    trial: Trial | None = None,
) -> Closed | None:
    """Close a month of one unit.

    Args:
        ws: the workspace.
        slug: the unit; central last.
        period: the month; every earlier one of the unit is closed.
        ready: asked under the lock: nobody can have written anything after it.
        without: units that central doesn't wait for.
        decision: what allows that.
        signer: signs the seal.
        trial: nothing is written; what the closes before it in the same dry run would have written, and then this one.

    Returns:
        What was done; None where the month is closed already.

    Raises:
        NotReadyError: what was ready a moment ago isn't any more.
        Problem, OSError: as `apply_federation`; nothing was written, or the next command completes it.
    """
    unit, central = ws.unit(slug), ws.central
    both = [unit, central] if central is not None and unit.combine and unit is not central else [unit]
    with contextlib.ExitStack() as locks:
        locks.enter_context(federation_lock(ws, [one.slug for one in both]))
        federation = load_federation(ws)
        entries = federation.run.at(slug, last_day(period)).entries
        found = funds_in(federation, slug, entries) if unit.combine else set()
        funds = [one for one in ws.units.values() if one.slug in found and one not in both]
        if funds:  # the other side of its charges is written there
            both += funds
            locks.enter_context(federation_lock(ws, [one.slug for one in funds]))
            federation = load_federation(ws)
        if period in federation.books.closed.get(slug, ()):
            return None
        problems = obstacles(federation, slug, period) or ready(federation, slug)
        if problems:
            raise NotReadyError(problems)
        job = _Job(federation, unit, period, tuple(without), decision, trial)
        done = job.run(signer)
        if trial is None:
            written = [one for one in both if job.changes(one)]
            changes: dict[Unit | None, Sequence[Change]] = {one: job.changes(one) for one in written}
            apply_federation(ws, changes, note=job.notes(written, done))
        return done


def obstacles(federation: Federation, slug: str, period: str) -> list[Problem]:
    """What keeps a unit's month from being worked out at all: an earlier one, its book, policy, rates, its levy.

    And what is sealed and isn't there any more as it was: no seal goes on from a chain that is broken. An earlier month
    that is left out would be closed with this one, and its levy booked by nobody.
    """
    books, run = federation.books, federation.run
    sealed = not_as_sealed(federation, slug)
    earlier = [month for month in open_months(books, slug, period) if month < period]
    if earlier:
        case, first, last = "more" if len(earlier) > 1 else "", earlier[0], earlier[-1]
        said: dict[str, object] = {"period": period, "first": first, "last": last, "count": len(earlier), "case": case}
        return [*sealed, CloseEarlierOpen(file=None, line=None, excerpt=None, unit=slug, slug=slug, **said)]
    of_month = run.at(slug, last_day(period)).problems
    own = [problem for problem in (*run.problems, *of_month) if problem.unit in {None, slug}]
    return [*books.units[slug].problems, *books.central_text.problems, *federation.policy.problems, *own, *sealed]


def not_as_sealed(federation: Federation, slug: str) -> list[Problem]:
    """What was sealed of a unit and has been changed since, in its chain or in its text."""
    told = (problem for problem in federation.books.units[slug].told if isinstance(problem, SealBroken))
    ws = federation.workspace
    grounds = broken_grounds(ws, remembered=False) if ws.units[slug].combine else ()
    decided = (problem for problem in grounds if isinstance(problem, SealBroken))
    return [*broken_chains(ws, remembered=False).get(slug, ()), *told, *decided]


class _Job:
    """What the close of one month writes."""

    def __init__(
        self,
        federation: Federation,
        unit: Unit,
        period: str,
        without: tuple[str, ...],
        decision: str | None,
        trial: Trial | None,
    ) -> None:
        self.trial = trial or Trial()
        self.federation = federation
        self.ws = federation.workspace
        self.unit = unit
        self.period = period
        self.without = without
        self.decision = decision
        self.by = person(self.ws.root)
        self.at = clock.now()
        self.seals = seals_of(unit.folder)
        self.texts: dict[Path, _Text] = {}
        self.numbers: dict[str, tuple[str, ...]] = {}
        self.carried: str | None = None

    def run(self, signer: Signer | None) -> Closed:
        closing = 1 + sum(1 for s in self.seals if s.period == self.period and s.draft.kind == "close")
        booked = self.trial.booked[self.unit.slug]
        made = frozen(
            self.federation, self.unit.slug, self.period, closing=closing, without=self.without, booked=booked
        )
        made = self._as_far_as_new(made)
        self._write(made)
        is_central = self.unit is self.ws.central
        common = sealing.common_texts(self.ws) if is_central else {}
        new = sealing.uncovered(self._after() | common, self.seals, self.period, self._parse)
        settings = sealing.settings(self.ws, self.seals, self.period) if is_central else ()
        draft = sealing.draft(
            self.unit,
            self.period,
            new,
            booked=self.federation.books.units[self.unit.slug].entries(),
            frozen=[voucher.entry for voucher in made.own.vouchers],
            decision=self.decision,
            twins=[twin for side in made.others for twin in self._twins(side)],
            witnesses=sealing.witnesses(self.ws, self.unit.slug),
            settings=settings,
        )
        previous = self.seals[-1] if self.seals else None
        version, rules = program.version(), program.rules()
        seal = chain.next_seal(
            draft,
            previous,
            by=self.by,
            at=self.at,
            version=version,
            rules=rules,
            history=sealing.past(self.unit.folder),
            federation=sealing.past(self.ws.units_folder),
            signer=signer,
        )
        written = {self.ws.shown(path): text.added_text for path, text in sorted(self.texts.items())}
        self._text(self.unit.folder / NAME).add(chain.seal_line(seal) + "\n")
        opened = {
            side.unit.slug: tuple(entry.account for entry in side.opens)
            for side in (made.own, *made.others)
            if side.opens
        }
        adopted = (*new.adopted, *sealing.changed(self.ws, self.seals))
        done = Closed(self.unit.slug, self.period, seal, self.numbers, self.carried, written, opened, new.late)
        return replace(done, adopted=tuple((self._shown(file), line) for file, line in adopted))

    def _write(self, made: Frozen) -> None:
        for side in (made.own, *made.others):
            slug = side.unit.slug
            number = self.trial.numbers.setdefault(slug, numberer(self.federation.books, slug))
            self.trial.booked[slug] += (voucher.entry for voucher in side.vouchers)
            if side.vouchers:
                path = side.unit.folder / side.file
                text = self._text(path)
                if not text.old:
                    text.add(side.head)
                for voucher in side.vouchers:
                    given = number(voucher.series, voucher.entry.date)
                    self.numbers[side.unit.slug] = (*self.numbers.get(side.unit.slug, ()), given)
                    text.add_block(self._block(voucher, given))
            self._open(side.unit, side.opens)
            if side is made.own and made.carried is not None:
                self._carry(made, number(made.carried.series, made.carried.entry.date))

    def _as_far_as_new(self, made: Frozen) -> Frozen:
        """Without the accounts that a close before it in the same dry run would have opened."""

        def left(unit: Unit, opens: Iterable[data.Open]) -> tuple[data.Open, ...]:
            found = tuple(entry for entry in opens if entry.account not in self.trial.opened[unit.slug])
            self.trial.opened[unit.slug].update(entry.account for entry in found)
            return found

        others = tuple(replace(side, opens=left(side.unit, side.opens)) for side in made.others)
        own = replace(made.own, opens=left(made.own.unit, made.own.opens))
        return replace(made, own=own, others=others, carried_opens=left(made.own.unit, made.carried_opens))

    def _carry(self, made: Frozen, number: str) -> None:
        assert made.carried is not None
        file = self._text(self.unit.month_file(made.carried.entry.date))
        file.add_block(self._block(made.carried, number))
        self.carried = number
        self._open(self.unit, made.carried_opens)

    def _block(self, voucher: Voucher, number: str) -> Block:
        text = voucher_text(voucher, number, by=self.by, registered=clock.today())
        return Block(voucher.entry.date, text, voucher.source)

    def _open(self, unit: Unit, opens: Iterable[data.Open]) -> None:
        blocks = [Block(entry.date, render(entry)) for entry in opens]
        text = self._text(unit.folder / "accounts.beancount") if blocks else None
        for block in blocks:
            assert text is not None
            text.add_block(block, apart=False)

    def _text(self, path: Path) -> _Text:
        if path not in self.texts:
            self.texts[path] = _Text(path)
        return self.texts[path]

    def _after(self) -> dict[str, bytes]:
        """The unit's files as they will stand."""
        found = sealing.book_texts(self.unit)
        for path, text in self.texts.items():
            if path.is_relative_to(self.unit.folder):
                found[path.relative_to(self.unit.folder).as_posix()] = text.new.encode()
        return found

    def _parse(self, texts: Mapping[str, str]) -> Mapping[str, Sequence[Meaning]]:
        found: dict[str, Sequence[Meaning]] = {}
        for unit in (self.unit, None):  # None: the federation's own texts
            folder = unit.folder if unit else self.ws.units_folder
            paths = {folder / f.removeprefix("../"): f for f in texts if is_common(f) is (unit is None)}
            meant = parse_in_child(self.ws, unit, {path: texts[file] for path, file in paths.items()})
            found |= {paths[path]: meanings for path, meanings in meant.items()}
        return found

    def _shown(self, file: str) -> str:
        """A place below central's folder, as users know it."""
        return posixpath.normpath(f"units/{self.unit.slug}/{file}")

    def _twins(self, side: Side) -> list[Twin]:
        path = side.unit.folder / side.file
        found = parse_in_child(self.ws, side.unit, {path: self.texts[path].new})
        return sealing.twins_of(side.unit, side.file, found[path], self.numbers[side.unit.slug])

    def changes(self, unit: Unit) -> list[Change]:
        """What is written below a unit's folder."""
        texts = (text for path, text in sorted(self.texts.items()) if path.is_relative_to(unit.folder))
        return [Change(t.path, t.new, t.expected, tuple(t.blocks)) for t in texts]

    def notes(self, units: Iterable[Unit], done: Closed) -> dict[str, Note]:
        """What the histories say of it."""
        details = {"period": self.period, "unit": self.unit.slug, "fingerprint": done.fingerprint}
        if self.decision:
            details["decision"] = self.decision
        if self.carried:
            details["carried"] = self.carried
        if self.without:
            details["without"] = " ".join(self.without)
        return {one.slug: Note("close", "", self.numbers.get(one.slug, ()), details) for one in units}


class _Text:
    """A file that the close adds to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            old = durable.read_plain(path)
        except FileNotFoundError:
            old = None
        self.expected = None if old is None else durable.sha256(old)
        self.old = self.new = "" if old is None else old.decode("utf-8")
        self.blocks: list[Block] = []

    def add(self, text: str) -> None:
        """Add lines."""
        self.new += text if not self.new or self.new.endswith("\n") else "\n" + text

    def add_block(self, block: Block, *, apart: bool = True) -> None:
        """Add a directive, with an empty line before it unless it is one of a list and takes no comment to itself."""
        last = self.new.rstrip("\n").rpartition("\n")[2]
        apart = apart or behind_comments(f"{last}\n".encode()) > 0
        self.add(("\n" if apart and self.new else "") + block.text)
        self.blocks.append(block)

    @property
    def added_text(self) -> str:
        """What is new in it."""
        return self.new[len(self.old) :].lstrip("\n")
