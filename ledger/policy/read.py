"""Reading policy from the custom directives of `units/policy.beancount` (SPEC 4).

Each directive is read by itself; what several say together (overlaps, sums, floor and cap) is looked at in `check`.
A faulty directive counts for nothing, and the levy of those it concerns isn't worked out: a policy half understood
would give wrong figures without a word.

How this module reads the contract where it leaves room: `from:` may stand on rates and on components (a retroactive
rate needs retroactive parts); where it stands, the decision may be later than the directive's own date. A later cap,
floor, threshold or component replaces the earlier one of its scope without an `until:`.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount
from beancount.parser import printer

from ledger.books import CentralText, Workspace
from ledger.charts.ranges import Range
from ledger.errors import Problem, order
from ledger.policy.check import find_conflicts
from ledger.policy.check_funds import fund_problems
from ledger.policy.cycles import explained, read_terms, turns_of
from ledger.policy.entry import ALWAYS, EVERY_UNIT, Entry
from ledger.policy.fund_reader import EXAMPLES as OF_FUNDS
from ledger.policy.fund_reader import FundReader, slugs_of
from ledger.policy.model import (
    AmountEntry,
    BaseEntry,
    ComponentEntry,
    CycleEntry,
    Decision,
    ImpairmentEntry,
    Limit,
    Policy,
    RateEntry,
    default_vat,
)
from ledger.policy.problems import (
    PolicyCurrency,
    PolicyDates,
    PolicyDecisionLater,
    PolicyDecisionMissing,
    PolicyDecisionTwice,
    PolicyDecisionUnknown,
    PolicyRateRange,
    PolicyShape,
    PolicyUnitUnknown,
    PolicyUnknownDirective,
    PolicyUnknownKey,
    PolicyUntilMissing,
)
from ledger.policy.problems_cycles import PolicyCycleTwice
from ledger.policy.shapes import EXAMPLES, FREE_KEYS, KEYS, WORDS
from ledger.rules.names import folded

#: No levy of this kind of federation is higher; 15 for 15 % must not pass.
HIGHEST_RATE = Decimal("0.5")
CYCLE = "loan-cycle"
IMPAIRMENT = "goodwill-impairment"
LIMITS: dict[str, Limit] = {"levy-cap": "cap", "levy-floor": "floor", "levy-threshold": "threshold"}


def read_policy(text: CentralText, ws: Workspace) -> Policy:
    """Read policy.

    Args:
        text: the central files, guarded and parsed.
        ws: whose units the directives may name.

    Returns:
        What was decided, with everything that is wrong in `problems`. It never raises.
    """
    return _Reader(ws).run(text)


class _Fault(Exception):  # noqa: N818  carries a problem out of one directive
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class _Reader:
    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self.problems: list[Problem] = []
        self.faulty: set[str] = set()
        self.decisions: dict[str, Decision] = {}
        self.unread: set[str] = set()
        self.entries: list[Entry] = []
        self.impairment_problems: list[Problem] = []

    def run(self, text: CentralText) -> Policy:
        if text.problems and any(p.file == self.ws.shown(self.ws.policy_file) for p in text.problems):
            self.faulty.add(EVERY_UNIT)
        readers: dict[str, Callable[[data.Custom], Any]] = {
            "levy-rate": self._rate,
            "levy-component": self._component,
            "levy-base": self._base,
            IMPAIRMENT: self._impairment,
            CYCLE: self._cycle,
            **dict.fromkeys(LIMITS, self._amount),
        }
        funds = FundReader(self)
        readers |= funds.readers()
        for entry in text.policy:
            if entry.type == "decision":
                self._guarded(self._decision, entry)
        for entry in text.policy:
            if entry.type in readers:
                self._guarded(readers[entry.type], entry)
            elif entry.type.startswith("levy"):
                near = difflib.get_close_matches(entry.type, readers, n=1, cutoff=0)[0]
                self._report(self._problem(entry, PolicyUnknownDirective, kind=entry.type, nearest=near), entry)
        rates = tuple(e for e in self.entries if isinstance(e, RateEntry))
        components = tuple(e for e in self.entries if isinstance(e, ComponentEntry))
        amounts = tuple(e for e in self.entries if isinstance(e, AmountEntry))
        base = tuple(e for e in self.entries if isinstance(e, BaseEntry))
        impairments = tuple(e for e in self.entries if isinstance(e, ImpairmentEntry))
        cycles = tuple(e for e in self.entries if isinstance(e, CycleEntry))
        policy = Policy(self.decisions, rates, components, amounts, base)
        for scope, problem in find_conflicts(policy, self.ws.units):
            self.faulty.add(scope)
            self.problems.append(problem)
        problems = tuple(sorted(self.problems, key=order))
        faulty, lacking = frozenset(self.faulty), tuple(sorted(self.impairment_problems, key=order))
        unread = frozenset(self.unread - self.decisions.keys())
        said = (self.decisions, rates, components, amounts, base, problems, faulty, impairments, lacking)
        made = Policy(*said, cycles=cycles, unread=unread, funds=funds.policy(self.entries))
        own = [*fund_problems(made, self.ws)]
        return replace(made, problems=tuple(sorted([*problems, *own], key=order))) if own else made

    def _guarded(self, reader: Callable[[data.Custom], Any], entry: data.Custom) -> None:
        try:
            self._keys(entry)
            found = reader(entry)
        except _Fault as fault:
            self._report(fault.problem, entry)
        else:
            if not isinstance(found, Decision):
                self.entries.append(found)

    def _report(self, problem: Problem, entry: data.Custom) -> None:
        scope = EVERY_UNIT
        values = [v.value for v in entry.values or ()]
        if entry.type in {"levy-rate", IMPAIRMENT, *LIMITS} and values and isinstance(values[0], str):
            scope = values[0]
        if entry.type == IMPAIRMENT:
            self.impairment_problems.append(problem)
        elif entry.type == "decision":
            self.unread.update(value for value in values[:1] if isinstance(value, str))
        elif entry.type not in {CYCLE, *OF_FUNDS} and scope in {EVERY_UNIT, *self.ws.units}:
            self.faulty.add(scope)
        problem.unit = scope if scope in self.ws.units else None
        self.problems.append(problem)

    def _problem(self, entry: data.Custom, cls: type[Problem], **params: Any) -> Problem:
        file, line = self._place(entry)
        return cls(file=file, line=line, excerpt=printer.format_entry(entry).strip(), **params)

    def _place(self, entry: data.Custom) -> tuple[str, int]:
        return self.ws.shown(entry.meta["filename"]), int(entry.meta["lineno"])

    def _shape(self, entry: data.Custom, reason: str) -> _Fault:
        return _Fault(self._problem(entry, PolicyShape, kind=entry.type, reason=reason, example=EXAMPLES[entry.type]))

    def _keys(self, entry: data.Custom) -> None:
        known = (*KEYS.get(entry.type, ("decision", "until")), *FREE_KEYS)
        for key in entry.meta:
            if key not in {*known, "filename", "lineno"} and not key.startswith("__"):
                near = difflib.get_close_matches(key, known, n=1, cutoff=0)[0]
                raise _Fault(
                    self._problem(
                        entry, PolicyUnknownKey, kind=entry.type, key=key, nearest=near, known=", ".join(known)
                    )
                )

    def fault(self, entry: data.Custom, cls: type[Problem], **params: Any) -> Exception:
        """What is raised where a directive is wrong."""
        params = {key: value for key, value in params.items() if (key, value) != ("case", "")}
        return _Fault(self._problem(entry, cls, **params))

    def values(self, entry: data.Custom, *types: type) -> list[Any]:
        """The directive's values, of these types."""
        values = [v.value for v in entry.values or ()]
        if len(values) != len(types) or not all(isinstance(v, t) for v, t in zip(values, types, strict=True)):
            given = ", ".join(WORDS.get(type(v), "something else") for v in values) or "nothing"
            raise self._shape(entry, f"{given} follows its name")
        return values

    def _decision(self, entry: data.Custom) -> Decision:
        ident, body = self.values(entry, str, str)
        file, line = self._place(entry)
        if ident in self.decisions:
            raise _Fault(self._problem(entry, PolicyDecisionTwice, id=ident, first=self.decisions[ident].line))
        amount = entry.meta.get("amount")
        if amount is not None and not isinstance(amount, Amount | Decimal):
            raise self._shape(entry, "amount: takes an amount such as 5000.00 SEK")
        number, currency = (amount.number, amount.currency) if isinstance(amount, Amount) else (amount, None)
        if number is not None and number <= 0:
            raise self._shape(entry, "its amount isn't above zero")
        until = entry.meta.get("until")
        if until is not None and not isinstance(until, dt.date):
            raise self._shape(entry, "until: takes a date")
        if until is not None and until < entry.date:
            raise _Fault(self._problem(entry, PolicyDates, kind=entry.type, until=until, start=entry.date))
        text, document = str(entry.meta.get("text") or ""), entry.meta.get("document")
        found = Decision(
            ident,
            entry.date,
            body,
            text,
            number,
            currency or (None if number is None else self.ws.currency),
            file,
            line,
            until or ALWAYS,
            None if document is None else str(document),
            slugs_of(entry.meta.get("recused")),
        )
        self.decisions[ident] = found
        return found

    def common(self, entry: data.Custom) -> dict[str, Any]:
        """Date, decision, `from:` and `until:`, with what can be wrong about them."""
        file, line = self._place(entry)
        start, until = entry.meta.get("from"), entry.meta.get("until")
        for key, value in (("from", start), ("until", until)):
            if value is not None and not isinstance(value, dt.date):
                raise self._shape(entry, f"{key}: takes a date")
        begins = start or entry.date
        if until is not None and until < begins:
            raise _Fault(self._problem(entry, PolicyDates, kind=entry.type, until=until, start=begins))
        ident = entry.meta.get("decision")
        if not isinstance(ident, str) or not ident:
            raise _Fault(self._problem(entry, PolicyDecisionMissing, kind=entry.type))
        decision = self.decisions.get(ident)
        if decision is None:
            near = difflib.get_close_matches(ident, self.decisions, n=1, cutoff=0) or ["-"]
            raise _Fault(self._problem(entry, PolicyDecisionUnknown, id=ident, nearest=near[0]))
        if decision.date > entry.date and start is None:
            raise _Fault(
                self._problem(
                    entry, PolicyDecisionLater, id=ident, decided=decision.date, kind=entry.type, date=entry.date
                )
            )
        return {
            "dated": entry.date,
            "start": begins,
            "until": until or ALWAYS,
            "decision": ident,
            "file": file,
            "line": line,
        }

    def scope(self, entry: data.Custom, slug: str) -> str:
        """A unit's slug that is known."""
        unread = {p.unit for p in self.ws.problems}
        if slug != EVERY_UNIT and slug not in self.ws.units and slug not in unread:
            near = difflib.get_close_matches(slug, self.ws.units, n=1, cutoff=0) or ["*"]
            raise _Fault(self._problem(entry, PolicyUnitUnknown, kind=entry.type, slug=slug, nearest=near[0]))
        return slug

    def _share(self, entry: data.Custom, rate: Decimal) -> Decimal:
        if not 0 <= rate <= HIGHEST_RATE:
            raise _Fault(self._problem(entry, PolicyRateRange, rate=rate))
        return rate

    def _rate(self, entry: data.Custom) -> RateEntry:
        slug, rate = self.values(entry, str, Decimal)
        self.scope(entry, slug)
        self._share(entry, rate)
        common = self.common(entry)
        if slug != EVERY_UNIT and common["until"] == ALWAYS:
            raise _Fault(self._problem(entry, PolicyUntilMissing, slug=slug))
        return RateEntry(scope=slug, rate=rate, **common)

    def _component(self, entry: data.Custom) -> ComponentEntry:
        name, share = self.values(entry, str, Decimal)
        self._share(entry, share)
        vat: Any = entry.meta.get("vat", default_vat(name))
        if vat not in {"standard", "none"} and not (isinstance(vat, Decimal) and 0 <= vat <= 1):
            raise self._shape(entry, 'vat: takes "standard", "none" or a rate such as 0.25')
        return ComponentEntry(name=name, share=share, vat=vat, **self.common(entry))

    def _amount(self, entry: data.Custom) -> AmountEntry:
        slug, amount = self.values(entry, str, Amount)
        self.scope(entry, slug)
        if amount.number < 0:
            raise self._shape(entry, "the amount is negative")
        unit = self.ws.units.get(slug)
        if unit is not None and unit.currency != amount.currency:
            raise _Fault(
                self._problem(
                    entry,
                    PolicyCurrency,
                    kind=entry.type,
                    currency=amount.currency,
                    slug=slug,
                    wanted=unit.currency,
                )
            )
        return AmountEntry(
            kind=LIMITS[entry.type],
            scope=slug,
            amount=amount.number,
            currency=amount.currency,
            **self.common(entry),
        )

    def _impairment(self, entry: data.Custom) -> ImpairmentEntry:
        slug, amount = self.values(entry, str, Amount)
        if slug == EVERY_UNIT:
            raise self._shape(entry, 'a unit is needed, not "*"')
        self.scope(entry, slug)
        if amount.number <= 0:
            raise self._shape(entry, "the amount isn't above zero")
        unit = self.ws.units.get(slug)
        if unit is not None and not unit.owners:
            raise self._shape(entry, f"{slug} has no [[owner]] in its unit.toml")
        if unit is not None and unit.currency != amount.currency:
            wanted = unit.currency
            raise _Fault(
                self._problem(
                    entry, PolicyCurrency, kind=entry.type, currency=amount.currency, slug=slug, wanted=wanted
                )
            )
        common = self.common(entry)
        return ImpairmentEntry(unit=slug, amount=amount.number, currency=amount.currency, **common)

    def _cycle(self, entry: data.Custom) -> CycleEntry:
        """A cycle: its book, the decision that allows it, and its terms."""
        name, value = self.values(entry, str, Amount)
        book, ends = entry.meta.get("book"), entry.meta.get("ends")
        if book is not None and (not isinstance(book, str) or book == EVERY_UNIT):
            raise self._shape(entry, "book: takes a unit's name")
        if ends is not None and not isinstance(ends, dt.date):
            raise self._shape(entry, "ends: takes a date")
        slug = self.scope(entry, book or self.ws.config.federation.central)
        common = self.common(entry)
        if ends is not None and ends < common["start"]:
            raise _Fault(self._problem(entry, PolicyDates, kind=entry.type, until=ends, start=common["start"]))
        for other in self.entries:
            if isinstance(other, CycleEntry) and folded(other.name) == folded(name):
                raise _Fault(self._problem(entry, PolicyCycleTwice, name=name, first=other.line))
        unit = self.ws.units.get(slug)
        if unit is not None and unit.currency != value.currency:
            params = {"currency": value.currency, "slug": slug, "wanted": unit.currency}
            raise _Fault(self._problem(entry, PolicyCurrency, kind=entry.type, **params))
        try:
            terms = read_terms(name, value, common["start"], entry.meta)
            turns, seed = turns_of(entry.meta, terms)
        except Problem as problem:
            file, line = self._place(entry)
            excerpt = printer.format_entry(entry).strip()
            raise _Fault(explained(problem, file=file, line=line, excerpt=excerpt)) from None
        common["until"] = ends or ALWAYS
        return CycleEntry(name=name, book=slug, terms=terms, turns=turns, seed=seed, **common)

    def _base(self, entry: data.Custom) -> BaseEntry:
        verb, codes = self.values(entry, str, str)
        if verb not in {"include", "exclude"}:
            raise self._shape(entry, f"{verb} is neither include nor exclude")
        try:
            found = Range.parse(codes)
        except ValueError as error:
            raise self._shape(entry, str(error)) from None
        return BaseEntry(include=verb == "include", codes=found, **self.common(entry))
