"""The investment fund as dated flows, and what it comes to on a day (SPEC 9).

    worth  = opening + components + surplus + grants from outside + interest + gifts + recoveries + other
             - grants given - losses
    assets = bank + loans less allowance + stakes + interest due + what central owes the fund

Worth is equity and what is *earmarked*: earned and given by central for the fund and not yet appropriated. An
appropriation first moves what is earmarked of earlier fiscal years, the oldest first; only what goes beyond it changes
the fund's worth, as an addition from surplus (or a use of the fund, where it takes away).

Lending, taking a stake and being paid back change what the fund has and not what it is worth. A write-down is a loss
(worth) and an allowance (assets); a write-off takes a loan out of the assets, with its allowance or as a loss.

Promised and not paid out yet is a commitment, from the agreement's day to the last day on which something is paid out,
unless the case is closed before. A guarantee stands as long, less what is released of it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import cached_property
from typing import Literal

from ledger.rules.funds.terms import AgreementTerms, FundTerms, Kind
from ledger.rules.rounding import EXACT

ZERO = Decimal(0)
FlowKind = Literal[
    "opening",
    "appropriation",
    "component",
    "surplus",
    "external_grant",
    "interest",
    "gift",
    "grant_given",
    "loss",
    "recovery",
    "other",
    "lent",
    "repaid",
    "written_off",
    "stake",
    "stake_back",
    "written_down",
    "interest_due",
    "guaranteed",
    "guarantee_released",
]
#: What changes the worth until it is appropriated, with its sign.
EARNED: Mapping[FlowKind, int] = {
    "component": 1,
    "external_grant": 1,
    "interest": 1,
    "gift": 1,
    "recovery": 1,
    "other": 1,
    "grant_given": -1,
    "loss": -1,
}
#: What stands in equity at once.
DIRECT: frozenset[FlowKind] = frozenset({"opening", "surplus"})
#: What of a year counts as inflow for the next year's grants: repayments and recoveries apart.
INFLOW: frozenset[FlowKind] = frozenset({"component", "surplus", "external_grant", "interest", "gift"})
#: What is paid out under an agreement of a kind. A loan that is forgiven is written off and granted, not paid.
PAID_OUT: Mapping[Kind, frozenset[FlowKind]] = {
    "loan": frozenset({"lent"}),
    "equity": frozenset({"stake"}),
    "grant": frozenset({"grant_given"}),
    "guarantee": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Flow:
    """Something that happened to the fund; amounts in central's currency.

    Attributes:
        kind: says what a positive amount means: `grant_given` 100 makes the fund poorer by 100, `repaid` 100 is 100
            less that is lent, `interest_due` 100 is 100 more that is due (when it is paid: -100). `written_down` is
            what is added to the allowance for loans; the loss is a flow of its own.
        case: `IF-2026-001`; "" = of none.
        unit: slug of the unit it has to do with; "" = of none.
        year: the fiscal year in which it is booked, by the year in which that begins; an appropriation settles what
            is earmarked of years before it.
    """

    date: dt.date
    kind: FlowKind
    amount: Decimal
    case: str = ""
    unit: str = ""
    year: int = 0


@dataclass(frozen=True, slots=True)
class Appropriated:
    """An appropriation, split: what of it was earmarked, by fiscal year; what it adds from surplus (or uses)."""

    settled: tuple[tuple[int, Decimal], ...]
    surplus: Decimal


def appropriated(earmarked: Mapping[int, Decimal], amount: Decimal) -> Appropriated:
    """What an appropriation moves of what is earmarked, the oldest year first.

    Args:
        earmarked: of earlier fiscal years, by year. A year in which more was given than earned is negative; only an
            appropriation that takes away settles it.
        amount: what is moved to the fund's equity; negative: from it.

    Returns:
        Σ settled + surplus = amount.
    """
    rest, settled = amount, []
    with localcontext(EXACT):
        for year, left in sorted(earmarked.items()):
            if rest * left > 0:
                part = min(abs(rest), abs(left)).copy_sign(rest)
                rest -= part
                settled.append((year, part))
        assert sum((part for _, part in settled), rest) == amount
    return Appropriated(tuple(settled), rest)


@dataclass(frozen=True, slots=True)
class Unit:
    """What the fund has at stake with a unit; amounts as in `State`."""

    loans: Decimal = ZERO
    stakes: Decimal = ZERO
    committed: Decimal = ZERO
    committed_grants: Decimal = ZERO
    committed_loans: Decimal = ZERO
    guarantees: Decimal = ZERO

    def exposure(self, guarantee_weight: Decimal) -> Decimal:
        """Loans before allowance, stakes, commitments not paid out, and a part of the guarantees."""
        return self.loans + self.stakes + self.committed + guarantee_weight * self.guarantees


@dataclass(frozen=True, slots=True)
class State:
    """The fund at the end of a day; amounts in central's currency.

    Attributes:
        worth: equity + earmarked = bank + loans - allowance + stakes + interest_due + due.
        earmarked: by fiscal year, years without any left out.
        loans: principal that is lent, before allowance.
        due: what central owes the fund; negative: the fund owes central.
        committed: agreed on and not paid out; by unit, with guarantees, in `units`.
        granted: grants of the running fiscal year, each counted in the year it was agreed on.
        inflow: of the fiscal year before, repayments and recoveries apart.
    """

    day: dt.date
    worth: Decimal
    equity: Decimal
    earmarked: Mapping[int, Decimal]
    bank: Decimal
    loans: Decimal
    allowance: Decimal
    stakes: Decimal
    interest_due: Decimal
    due: Decimal
    committed: Decimal
    guarantees: Decimal
    granted: Decimal
    inflow: Decimal
    units: Mapping[str, Unit]

    @property
    def assets(self) -> Decimal:
        """What the fund has."""
        return self.bank + self.loans - self.allowance + self.stakes + self.interest_due + self.due


def calendar_year(day: dt.date) -> int:
    """The fiscal year of a day where it is the calendar's."""
    return day.year


@dataclass(frozen=True)
class Fund:
    """A fund with all that is known of it.

    Attributes:
        agreements: of one that was changed each version; from its own day on the later counts.
        flows: in any order.
        closed: by case, the day on which it was closed (or rejected): nothing more is paid out from then on.
        bank: what is in the fund's own bank account at the end of a day; None: the fund has none, and what it hasn't
            placed counts as money.
        year_of: the fiscal year of a day.
    """

    terms: FundTerms
    agreements: tuple[AgreementTerms, ...] = ()
    flows: tuple[Flow, ...] = ()
    closed: Mapping[str, dt.date] = field(default_factory=dict)
    bank: Callable[[dt.date], Decimal] | None = None
    year_of: Callable[[dt.date], int] = calendar_year

    @cached_property
    def appropriations(self) -> tuple[tuple[Flow, Appropriated], ...]:
        """Each of them, with what it moved; what is earned on its day stands before it."""
        left: dict[int, Decimal] = defaultdict(Decimal)
        found = []
        for flow in sorted(self.flows, key=lambda f: (f.date, f.kind == "appropriation")):
            if flow.kind in EARNED:
                left[flow.year] += EARNED[flow.kind] * flow.amount
            elif flow.kind == "appropriation":
                split = appropriated({y: a for y, a in left.items() if y < flow.year}, flow.amount)
                for year, part in split.settled:
                    left[year] -= part
                found.append((flow, split))
        return tuple(found)

    def earmarked(self, day: dt.date) -> dict[int, Decimal]:
        """What is earned and given and not appropriated by the end of a day, by fiscal year."""
        left: dict[int, Decimal] = defaultdict(Decimal)
        for flow in self.flows:
            if flow.date <= day and flow.kind in EARNED:
                left[flow.year] += EARNED[flow.kind] * flow.amount
        for flow, split in self.appropriations:
            for year, part in split.settled if flow.date <= day else ():
                left[year] -= part
        return {year: amount for year, amount in sorted(left.items()) if amount}

    def inflow(self, year: int, until: dt.date = dt.date.max) -> Decimal:
        """What came in in a fiscal year for good; repayments and recoveries apart, and what was moved only."""
        own = [f.amount for f in self.flows if f.kind in INFLOW and f.year == year and f.date <= until]
        added = [s.surplus for f, s in self.appropriations if f.year == year and f.date <= until and s.surplus > 0]
        return sum(own, ZERO) + sum(added, ZERO)

    def agreed(self, day: dt.date) -> tuple[AgreementTerms, ...]:
        """The agreements of a day, each as it was changed last."""
        found: dict[str, AgreementTerms] = {}
        for agreement in self.agreements:
            known = found.get(agreement.case)
            if agreement.begins <= day and (known is None or known.begins <= agreement.begins):
                found[agreement.case] = agreement
        return tuple(found.values())

    def paid_out(self, agreement: AgreementTerms, until: dt.date) -> Decimal:
        """What has been paid out under an agreement by the end of a day."""
        return self._total(PAID_OUT[agreement.kind], until, agreement.case)

    def committed(self, agreement: AgreementTerms, day: dt.date) -> Decimal:
        """What may still be asked for under an agreement (guarantees apart) at the end of a day."""
        if agreement.kind == "guarantee" or not self._open(agreement, day):
            return ZERO
        return max(ZERO, agreement.amount - self.paid_out(agreement, day))

    def guaranteed(self, day: dt.date) -> dict[str, Decimal]:
        """What is guaranteed at the end of a day, by unit: by agreements, and by flows without one."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        cases = {a.case for a in self.agreements if a.kind == "guarantee"}
        for agreement in self.agreed(day):
            if agreement.kind == "guarantee" and self._open(agreement, day):
                given = max(agreement.amount, self._total({"guaranteed"}, day, agreement.case))
                released = self._total({"guarantee_released"}, day, agreement.case)
                found[agreement.unit] += max(ZERO, given - released)
        for flow in self.flows:
            if flow.date <= day and flow.case not in cases and flow.kind in {"guaranteed", "guarantee_released"}:
                found[flow.unit] += flow.amount if flow.kind == "guaranteed" else -flow.amount
        return {unit: amount for unit, amount in found.items() if amount}

    def granted(self, year: int, day: dt.date) -> Decimal:
        """Grants of a fiscal year at the end of a day: each agreement in its own year, once.

        What has lapsed of an agreement counts no more; grants without an agreement count in the year they are given.
        """
        total, cases = ZERO, {a.case for a in self.agreements if a.kind == "grant"}
        for agreement in self.agreed(day):
            if agreement.kind == "grant":
                first = min(a.begins for a in self.agreements if a.case == agreement.case)
                if self.year_of(first) == year:
                    total += self.paid_out(agreement, day) + self.committed(agreement, day)
        loose = (f for f in self.flows if f.kind == "grant_given" and f.case not in cases)
        return total + sum((f.amount for f in loose if f.date <= day and f.year == year), ZERO)

    def units(self, day: dt.date) -> dict[str, Unit]:
        """What is at stake with each unit at the end of a day; units without anything left out."""
        found: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for flow in self.flows:
            if flow.date <= day:
                found[flow.unit]["loans"] += LOANS.get(flow.kind, 0) * flow.amount
                found[flow.unit]["stakes"] += STAKES.get(flow.kind, 0) * flow.amount
        for agreement in self.agreed(day):
            left = self.committed(agreement, day)
            found[agreement.unit]["committed"] += left
            if agreement.kind in {"grant", "loan"}:
                found[agreement.unit][f"committed_{agreement.kind}s"] += left
        for unit, amount in self.guaranteed(day).items():
            found[unit]["guarantees"] += amount
        return {unit: Unit(**parts) for unit, parts in sorted(found.items()) if any(parts.values())}

    def state(self, day: dt.date) -> State:
        """The fund at the end of a day."""
        with localcontext(EXACT):
            earned = sum((EARNED[f.kind] * f.amount for f in self._until(day) if f.kind in EARNED), ZERO)
            direct = self._total(DIRECT, day)
            surplus = sum((s.surplus for f, s in self.appropriations if f.date <= day), ZERO)
            equity = direct + self._total({"appropriation"}, day)
            earmarked = self.earmarked(day)
            worth = direct + earned + surplus
            assert worth == equity + sum(earmarked.values(), ZERO), "an appropriation moves, and adds what goes beyond"
            units = self.units(day)
            loans = sum((u.loans for u in units.values()), ZERO)
            stakes = sum((u.stakes for u in units.values()), ZERO)
            allowance, interest = self._total({"written_down"}, day), self._total({"interest_due"}, day)
            placed = loans - allowance + stakes + interest
            bank = worth - placed if self.bank is None else self.bank(day)
            year = self.year_of(day)
            state = State(
                day=day,
                worth=worth,
                equity=equity,
                earmarked=earmarked,
                bank=bank,
                loans=loans,
                allowance=allowance,
                stakes=stakes,
                interest_due=interest,
                due=worth - placed - bank,
                committed=sum((u.committed for u in units.values()), ZERO),
                guarantees=sum((u.guarantees for u in units.values()), ZERO),
                granted=self.granted(year, day),
                inflow=self.inflow(year - 1, day),
                units=units,
            )
            assert state.assets == state.worth
        return state

    def _open(self, agreement: AgreementTerms, day: dt.date) -> bool:
        over = self.closed.get(agreement.case)
        within = agreement.begins <= day and (agreement.ends is None or day <= agreement.ends)
        return within and (over is None or day < over)

    def _until(self, day: dt.date) -> Iterable[Flow]:
        return (flow for flow in self.flows if flow.date <= day)

    def _total(self, kinds: Iterable[FlowKind], day: dt.date, case: str | None = None) -> Decimal:
        known = self.flows if case is None else self._by_case.get(case, ())
        return sum((f.amount for f in known if f.date <= day and f.kind in kinds), ZERO)

    @cached_property
    def _by_case(self) -> dict[str, list[Flow]]:
        found: dict[str, list[Flow]] = defaultdict(list)
        for flow in self.flows:
            found[flow.case].append(flow)
        return dict(found)


LOANS: Mapping[FlowKind, int] = {"lent": 1, "repaid": -1, "written_off": -1}
STAKES: Mapping[FlowKind, int] = {"stake": 1, "stake_back": -1}
