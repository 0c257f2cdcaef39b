"""What nobody may do: a random cycle in which one thing is done otherwise, as the second method says it mustn't be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction

from tests.loans.random.cycles import Cycle
from tests.loans.random.second import Action, Group


@dataclass(frozen=True)
class Fault:
    """A cycle with one fault, cut off after the day of it.

    Attributes:
        kind: what is wrong.
        at: the action that is.
    """

    kind: str
    cycle: Cycle
    at: Action


Change = Callable[[Cycle, Group, Action], "tuple[Cycle, Action] | None"]


def _many(cycle: Cycle, group: Group, a: Action):
    most = cycle.rules.max_shares
    if a.kind == "shares" and most and a.meeting:
        return cycle, replace(a, amount=Fraction((most + 1) * cycle.rules.share_value))
    return None


def _broken(cycle: Cycle, group: Group, a: Action):
    return (cycle, replace(a, amount=a.amount + 1)) if a.kind == "shares" else None


def _limit(cycle: Cycle, group: Group, a: Action):
    limit = group.limit(a.who, a.day) if a.kind == "loan" else None
    if limit is None or limit + cycle.rules.smallest > group.money[a.place]:
        return None
    return cycle, replace(a, amount=limit + cycle.rules.smallest)


def _cash(cycle: Cycle, group: Group, a: Action):
    if a.kind != "loan" or a.place != "box":
        return None
    return cycle, replace(a, amount=group.cash + cycle.rules.smallest)


def _term(cycle: Cycle, group: Group, a: Action):
    return (cycle, replace(a, term=cycle.rules.max_term + 1)) if a.kind == "loan" else None


def _late(cycle: Cycle, group: Group, a: Action):
    """Agreed on before: whoever is late gets no more."""
    if a.kind != "loan" or not group.late(a.who, a.day) or not cycle.rules.late_may_borrow:
        return None
    return replace(cycle, rules=replace(cycle.rules, late_may_borrow=False)), a


def _last_loan(cycle: Cycle, group: Group, a: Action):
    if a.kind != "loan" or a.day <= cycle.rules.begins:
        return None
    return replace(cycle, rules=replace(cycle.rules, last_loans=a.day - timedelta(days=1))), a


def _last_share(cycle: Cycle, group: Group, a: Action):
    if a.kind != "shares" or a.day <= cycle.rules.begins:
        return None
    return replace(cycle, rules=replace(cycle.rules, last_shares=a.day - timedelta(days=1))), a


def _overpaid(cycle: Cycle, group: Group, a: Action):
    if a.kind != "repaid":
        return None
    return cycle, replace(a, amount=group.owes(a.who, a.day)[0] + cycle.rules.smallest)


CHANGES: dict[str, Change] = {
    "many-shares": _many,
    "broken-share": _broken,
    "limit": _limit,
    "cash": _cash,
    "term": _term,
    "late": _late,
    "last-loan": _last_loan,
    "last-share": _last_share,
    "overpaid": _overpaid,
}


def faults(cycle: Cycle, kind: str) -> Iterator[Fault]:
    """The cycle with that fault, for each place where it can be."""
    group = Group(cycle.rules)
    for number, action in enumerate(cycle.actions):
        found = CHANGES[kind](cycle, group, action)
        if found is not None:
            wrong, at = found
            actions = (*cycle.actions[:number], at)  # what comes later might be impossible
            rules = replace(wrong.rules, meetings=tuple(day for day in wrong.rules.meetings if day <= at.day))
            made = replace(wrong, rules=rules, actions=actions, day=at.day)
            before = replace(made, actions=actions[:-1]).group()
            if kind != "late" or before.late(at.who, at.day):  # without later meetings months may end otherwise
                yield Fault(kind, made, at)
        group.do(action)
