"""Opening a closed month again: by a decision that exists, and on record for ever (SPEC 7).

A line `reopen` in `seals.jsonl`, nothing else: what is sealed stays as it is, word for word, and is never worked out
again. From then on new vouchers may be dated in the month; its second close seals them and freezes the difference that
they make. In a year that is closed, the year's last month is opened first: its second close moves what the result has
changed by, and so no income or expense is left behind. Central's month may be opened alone. So may a unit's: while
central's is closed, central's side of what comes of it stands in central's first open month.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.books import Unit, Workspace, clock, durable, last_day, month_of, program
from ledger.books.chains import broken_chains
from ledger.books.excerpt import quote
from ledger.books.grounds import broken_grounds
from ledger.books.history import Note
from ledger.books.late import standing_on_disk
from ledger.books.locks import federation_lock
from ledger.books.person import person
from ledger.books.problems_chains import ChainBroken
from ledger.books.problems_sealed import SealBroken
from ledger.books.sealed import NAME, seals_of
from ledger.books.write import Change, apply_federation
from ledger.closing import sealing
from ledger.closing.problems import (
    CloseDecisionEnded,
    CloseDecisionLater,
    CloseDecisionUnknown,
    ReopenNotClosed,
    ReopenYearClosed,
)
from ledger.errors import Problem
from ledger.policy import Policy
from ledger.seals import chain
from ledger.seals.model import Draft, Seal
from ledger.seals.signing import Signer


@dataclass(frozen=True)
class Reopened:
    """A month that was opened again."""

    unit: str
    period: str
    decision: str
    seal: Seal

    @property
    def fingerprint(self) -> str:
        """Eight characters for the minutes."""
        return chain.fingerprint(self.seal.content)


def check_decision(ws: Workspace, policy: Policy, decision: str) -> None:
    """Refuse what no decision in force today allows.

    Raises:
        CloseDecisionUnknown: policy holds no such decision.
        CloseDecisionLater: it is of a later day.
        CloseDecisionEnded: the last day on which it may be used is past.
    """
    found = policy.decisions.get(decision)
    if found is None:
        raise CloseDecisionUnknown(file=ws.shown(ws.policy_file), decision=decision)
    today = clock.today()
    told: Problem | None = None
    if found.date > today:
        told = CloseDecisionLater(file=found.file, line=found.line, decision=decision, date=found.date)
    elif found.until < today:
        told = CloseDecisionEnded(file=found.file, line=found.line, decision=decision, until=found.until)
    if told is not None:
        quote(ws, [told])
        raise told


def reopen_month(
    ws: Workspace, unit: Unit, period: str, *, policy: Policy, decision: str, signer: Signer | None = None
) -> Reopened:
    """Open a closed month of one unit again.

    Args:
        ws: the workspace.
        unit: whose month.
        period: the month.
        policy: where the decision stands.
        decision: its id.
        signer: signs the line.

    Raises:
        ReopenNotClosed: it isn't closed.
        ReopenYearClosed: its year's last month is, and the result with it.
        ChainBroken, SealBroken: what is sealed of the unit isn't what it was: nothing goes on from there.
        CloseDecisionUnknown, CloseDecisionLater, CloseDecisionEnded: as `check_decision`.
        Problem, OSError: as `apply_federation`.
    """
    check_decision(ws, policy, decision)
    with federation_lock(ws, [unit.slug]):
        _refuse_broken(ws, unit)
        path = unit.folder / NAME
        seals = seals_of(unit.folder)
        last = {seal.period: seal.draft.kind for seal in seals}
        if last.get(period) != "close":
            closed = max((month for month, kind in last.items() if kind == "close"), default="-")
            raise ReopenNotClosed(
                file=ws.shown(unit.folder), unit=unit.slug, slug=unit.slug, period=period, last=closed
            )
        end = month_of(ws.fiscal_year(last_day(period))[1])
        if end != period and last.get(end) == "close":
            raise ReopenYearClosed(
                file=ws.shown(path), unit=unit.slug, slug=unit.slug, period=period, last=end, decision=decision
            )
        old = durable.read_plain(path)
        draft = Draft(unit.slug, period, "reopen", decision=decision, witnesses=tuple(sealing.witnesses(ws, unit.slug)))
        seal = chain.next_seal(
            draft,
            seals[-1],
            by=person(ws.root),
            at=clock.now(),
            version=program.version(),
            rules=program.rules(),
            history=sealing.past(unit.folder),
            federation=sealing.past(ws.units_folder),
            signer=signer,
        )
        text = old.decode("utf-8") + chain.seal_line(seal) + "\n"
        note = Note("reopen", "", (), {"period": period, "decision": decision})
        apply_federation(ws, {unit: [Change(path, text, durable.sha256(old))]}, note=note)
        return Reopened(unit.slug, period, decision, seal)


def _refuse_broken(ws: Workspace, unit: Unit) -> None:
    own = (*broken_chains(ws, remembered=False).get(unit.slug, ()), *standing_on_disk(unit.folder).told)
    for problem in (*own, *(broken_grounds(ws, remembered=False) if unit.combine else ())):
        if isinstance(problem, ChainBroken | SealBroken):
            raise problem
