"""What became of imported files, told in plain words: what came in, what was known already, what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from beancount.core import data

from importers.plan import Plan
from importers.recognise.moves import PlaceReport
from ledger.errors import Problem
from ledger.messages import N_, number_text, say
from ledger.rules.rounding import decimals


@dataclass
class FileReport:
    """What became of one file.

    Attributes:
        file: as users know it.
        status: `imported`, `known` (nothing new in it), `planned` (dry run), `refused`.
        plan: None where it was refused or was imported before.
        problem: why it was refused.
        document: where it is kept, below the unit's folder.
        account: the account of the books that the file's source feeds, where it feeds one.
        suspense: the unit's account for what nothing places.
    """

    file: str
    status: str
    plan: Plan | None = None
    problem: Problem | None = None
    document: str | None = None
    account: str | None = None
    suspense: str | None = None

    @property
    def on_suspense(self) -> int:
        """Entries that wait for their account."""
        return sum(any(p.account == self.suspense for p in e.postings) for e in self._flagged())

    @property
    def to_confirm(self) -> int:
        """Entries on their accounts, which a person says are right."""
        return len(self._flagged()) - self.on_suspense

    def _flagged(self) -> list[data.Transaction]:
        return [e for e in self.plan.transactions if e.flag == "!"] if self.plan else []

    def sentence(self) -> str:
        """One line for people."""
        if self.status == "refused" or (self.status == "known" and self.plan is None):
            text = N_("{file}: refused.") if self.status == "refused" else N_("{file}: already imported.")
            return say(text, file=self.file)
        plan = self.plan
        assert plan is not None
        came = len(plan.transactions)
        text = N_("{file}: new entries: {came}.")
        if self.status == "planned":
            text = N_("{file}: entries that would come in: {came}.")
        parts = [say(text, file=self.file, came=came), *self._span()]
        known = sum(isinstance(new, data.Transaction) for new, _ in plan.known)
        if known:
            parts.append(say(N_("Known already: {count}."), count=known))
        if self.on_suspense:
            parts.append(say(N_("On suspense, waiting for a person: {count}."), count=self.on_suspense))
        if self.to_confirm:
            parts.append(say(N_("Booked, for a person to confirm: {count}."), count=self.to_confirm))
        return " ".join([*parts, *plan.remarks])

    def _span(self) -> list[str]:
        """From when to when the new entries are, and what they moved on the source's account."""
        assert self.plan is not None
        entries = self.plan.transactions
        if not entries:
            return []
        moved: dict[str, list[Decimal]] = {}
        for entry in entries:
            for posting in entry.postings:
                if posting.account == self.account and posting.units and posting.units.number is not None:
                    moved.setdefault(posting.units.currency, []).append(posting.units.number)
        days = {"first": min(e.date for e in entries), "last": max(e.date for e in entries)}
        if not moved:
            return [say(N_("{first} to {last}."), **days)]
        return [
            say(
                N_("{first} to {last}: in {came}, out {went} {currency}."),
                **days,
                came=number_text(sum((n for n in numbers if n > 0), Decimal(0)), decimals(currency)),
                went=number_text(-sum((n for n in numbers if n < 0), Decimal(0)), decimals(currency)),
                currency=currency,
            )
            for currency, numbers in sorted(moved.items())
        ]

    def waiting_lines(self, most: int) -> list[str]:
        """The first lines that wait for a person, each with the suggestion that there is."""
        found = []
        for entry in self._flagged()[:most]:
            amount = entry.postings[0].units if entry.postings else None
            told = ""
            if amount is not None and amount.number is not None:
                told = f"{number_text(amount.number, decimals(amount.currency))} {amount.currency}"
            text = f"{entry.date} {told} {entry.payee or ''} {entry.narration or ''}"
            suggestion = entry.meta.get("suggestion")
            found.append(" ".join(text.split()) + (f" -> {suggestion}" if suggestion else ""))
        return found

    def as_json(self) -> dict[str, Any]:
        """One object of `--json`."""
        plan = self.plan or Plan()
        return {
            "file": self.file,
            "status": self.status,
            "added": len(plan.transactions),
            "balances": sum(isinstance(e, data.Balance) for e in plan.entries),
            "accounts": [entry.account for entry in plan.opens],
            "known": sum(isinstance(new, data.Transaction) for new, _ in plan.known),
            "waiting": plan.waiting,
            "on_suspense": self.on_suspense,
            "to_confirm": self.to_confirm,
            "remarks": plan.remarks,
            "notes": [note.as_json() for note in plan.notes],
            "document": self.document,
        }


@dataclass
class ImportReport:
    """What became of a unit's files, and of its lines that waited before.

    Attributes:
        placed: what these files told of lines that waited; None where nothing came in.
    """

    unit: str
    files: list[FileReport] = field(default_factory=list)
    placed: PlaceReport | None = None

    @property
    def problems(self) -> list[Problem]:
        """Why files were refused."""
        return [f.problem for f in self.files if f.problem is not None]

    @property
    def notes(self) -> list[Problem]:
        """What a person should look at in files that came in."""
        notes = [note for f in self.files if f.plan for note in f.plan.notes]
        return [*notes, self.placed.problem] if self.placed and self.placed.problem else notes

    def sentences(self, *, notes: bool = True) -> list[str]:
        """One line a file; notes are counted, unless whoever shows them says them all."""
        lines = [f.sentence() for f in self.files]
        if self.placed and self.placed.moves:
            lines.append(self.placed.sentence())
        if self.notes and notes:
            text = N_("{unit}: to look at: {count}; the first: {first}")
            lines.append(say(text, unit=self.unit, count=len(self.notes), first=self.notes[0].text()))
        return lines

    def advice(self) -> list[str]:
        """What to do next, in a sentence each."""
        planned = sum(f.status == "planned" for f in self.files)
        found = []
        if planned > 1:
            text = N_(
                "Nothing was written. Each file was compared with the books as they stand now: when they are imported "
                "one after the other, invoices and payments of the same inbox find each other, and fewer lines wait."
            )
            found.append(say(text))
        elif planned:
            found.append(say(N_("Nothing was written.")))
        if any(f.status == "imported" and (f.on_suspense or f.to_confirm) for f in self.files):
            text = N_("What waits for a person, each with its file and line: sambok todo {unit}")
            found.append(say(text, unit=self.unit))
        if any(f.status == "refused" for f in self.files):
            found.append(say(N_("Nothing of a refused file was booked; it stays where it is.")))
        return found

    def as_json(self) -> dict[str, Any]:
        """One object of `--json`."""
        told = {"unit": self.unit, "files": [f.as_json() for f in self.files]}
        return {**told, "placed": self.placed.as_json()} if self.placed else told
