"""The rules of a source: the first whose conditions all hold says where the other side of a payment goes.

A rule may split VAT off: output VAT of income, input VAT of cost and purchases, whichever way the money goes (a refund
takes back what the purchase gave). A unit that may deduct only a part of its input VAT keeps the rest in the cost
(rounded down, SPEC 6). What is between units bears the partner on its net amount, never on VAT (SPEC 10).

A rule may name a decision: the posting that it makes names it, too, and uses it (SPEC 4). One that policy doesn't have
is refused before anything is booked; a payment of a day on which it isn't in force waits for a person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from beancount.core import data

from importers.book import BookView
from importers.checks import nearest_open
from importers.postings import posting, weighs
from importers.problems import ImportAccountMissing
from importers.recognise.numbers import is_bank, plain_number, same_number
from importers.recognise.placed import Payment, Placed
from importers.recognise.pool import ZERO, Pool
from importers.recognise.problems import RuleImpossible
from importers.recognise.references import fold_reference
from ledger.books import load_books
from ledger.books.config import line_of
from ledger.books.sources import RulePart, RuleTable, SourceTable
from ledger.messages import N_, say
from ledger.policy import Policy, read_policy
from ledger.rules.decisions import in_force
from ledger.rules.rounding import largest_remainder
from ledger.rules.vat import deductible, included

#: Rates of VAT of charts that have accounts by rate, for one country; the others take any country's.
RATES = {"bas": ("25", "12", "6")}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, ready to be asked a hundred thousand times: texts folded, days and amounts as they are compared."""

    table: RuleTable
    sign: int  # 1 in, -1 out, 0 either
    text: str
    counterparty: str
    account: str
    reference: str
    least: Decimal | None
    most: Decimal | None
    first: dt.date
    last: dt.date
    days: frozenset[int]

    def takes(self, pay: Payment, name: str, everything: str) -> bool:
        """Whether every condition holds: name and all texts of the payment without case."""
        if self.text not in everything or self.counterparty not in name:
            return False
        if self.sign and (pay.amount > 0) != (self.sign > 0):
            return False
        size = abs(pay.amount)
        if (self.least is not None and size < self.least) or (self.most is not None and size > self.most):
            return False
        if not self.first <= pay.day <= self.last or (self.days and pay.day.day not in self.days):
            return False
        if self.reference and fold_reference(pay.part.reference) != self.reference:
            return False
        return not self.account or same_number(plain_number(pay.part.counterparty_account), self.account)


class Rules:
    """The rules of one source.

    Raises:
        RuleImpossible: one of them can't ever work for this unit.
    """

    def __init__(self, view: BookView, source: SourceTable) -> None:
        self.view = view
        self.source = source
        for number, rule in enumerate(source.rule):
            self._check(number, rule)
        self.rules = [ready(rule) for rule in source.rule]

    def find(self, pay: Payment) -> RuleTable | None:
        """The first rule that takes a payment."""
        if not self.rules:
            return None
        name = pay.part.counterparty.casefold()
        everything = f"{name} {pay.part.text.casefold()}"
        for rule in self.rules:
            if rule.text in everything and rule.takes(pay, name, everything):
                return rule.table
        return None

    def place(self, pool: Pool, pay: Payment, rule: RuleTable) -> Placed | None:
        """The other side by the rule that takes the payment; None where it can't be split so.

        Raises:
            ImportAccountMissing: the rule names an account that isn't open on the day.
        """
        if sum((p.amount for p in rule.split if p.amount is not None), ZERO) > abs(pay.amount):
            reason = say(N_("a rule splits off more than was paid"))
            pay.hints.append(f"{rule.split[0].account}: {reason}")
            return None
        if (waits := self._not_allowed(pay, rule)) is not None:
            pay.hints.append(waits)
            return None
        postings: list[data.Posting] = []
        links: set[str] = set()
        for goal, account, gross in _shares(rule, -pay.amount, pay.currency):
            self._open(pool, rule, account, pay, goal.partner)
            meta: dict[str, Any] = {}
            if goal.partner:
                link = pool.dealings.link(pay, goal.partner)
                links.add(link)
                meta = {"partner": goal.partner, "ic": goal.ic}
                if not pay.alone or rule.split:
                    meta["item"] = link
            if goal.decision:
                meta["decision"] = goal.decision
            postings += self._posted(goal, account, gross, pay.currency, meta)
        assert weighs(postings, pay.currency) == -pay.amount
        if pay.part.reference and not pay.alone and is_bank(self.source):  # a deposit's file may list the payment, too
            first = postings[0]
            postings[0] = first._replace(meta={"reference": pay.part.reference, **(first.meta or {})})
        return Placed(tuple(postings), sure=True, narration=rule.narration, links=frozenset(links))

    def _posted(
        self, goal: RuleTable | RulePart, account: str, gross: Decimal, currency: str, meta: dict[str, Any]
    ) -> list[data.Posting]:
        """An amount on its account, and the VAT that it holds on its own."""
        if goal.vat is None:
            return [posting(account, gross, currency, meta)]
        vat = included(gross, Decimal(goal.vat) / 100, currency)
        if account.startswith("Income:"):
            role = self.view.role(f"output_vat_{goal.vat}", "output_vat")
        else:
            vat = deductible(vat, self.view.unit.vat_deduction, currency)
            role = self.view.role("input_vat")
        net = posting(account, gross - vat, currency, meta)
        return [net, posting(role, vat, currency)] if vat else [net]

    @cached_property
    def _policy(self) -> Policy | None:
        """What was decided; None where nobody can tell: policy has errors of its own, which are told elsewhere."""
        ws = self.view.ws
        if ws is None:
            return None
        central = load_books(ws, []).central_text
        return None if any(p.file == ws.shown(ws.policy_file) for p in central.problems) else read_policy(central, ws)

    def _not_allowed(self, pay: Payment, rule: RuleTable) -> str | None:
        """Why a rule's decision doesn't allow a payment on its day; None where it does, or the rule names none."""
        goals: list[RuleTable | RulePart] = [rule, *rule.split]
        named = [goal for goal in goals if goal.decision]
        policy = self._policy if named else None
        for goal in named if policy is not None else ():
            assert policy is not None
            found = policy.decisions.get(goal.decision or "")
            if found is not None and not in_force(pay.day, found.date, found.until):
                reason = say(N_("decision {id} isn't in force on {date}"), id=found.id, date=pay.day)
                return f"{goal.account}: {reason}"
        return None

    def _is_unknown(self, decision: str) -> bool:
        policy = self._policy
        return policy is not None and decision not in policy.decisions and decision not in policy.unread

    def _open(self, pool: Pool, rule: RuleTable, account: str, pay: Payment, partner: str | None) -> None:
        view = self.view
        currency = pool.worths.currency_on(account, pay.currency, pay.day, {"partner": partner} if partner else None)
        if view.is_open(account, pay.day, currency):
            return
        keys = ("split", [p.account for p in rule.split].index(account)) if rule.split else ()
        number = next(i for i, r in enumerate(self.source.rule) if r is rule)
        line, excerpt = self._line(number, *keys, "account")
        raise ImportAccountMissing(
            file=f"units/{view.unit.slug}/unit.toml",
            line=line,
            excerpt=excerpt,
            unit=view.unit.slug,
            slug=view.unit.slug,
            account=account,
            by=say(N_("a rule of source {name}"), name=self.source.name),
            currency=currency,
            date=pay.day,
            nearest=nearest_open(view, account, pay.day, currency),
        )

    def _check(self, number: int, rule: RuleTable) -> None:
        """What the settings can't know by themselves."""
        view = self.view
        rates = RATES.get(view.chart.name)
        for goal in (rule, *rule.split):
            reason = None
            if goal.vat and rates and goal.vat not in rates:
                reason = say(N_("chart {chart} has no VAT of {rate} %"), chart=view.chart.name, rate=goal.vat)
            elif goal.partner == view.unit.slug:
                reason = say(N_("partner is the unit itself"))
            elif goal.partner and view.ws is not None and goal.partner not in view.ws.units:
                reason = say(N_("there is no unit called {partner}"), partner=goal.partner)
            elif goal.decision and self._is_unknown(goal.decision):
                reason = say(N_("there is no decision {id} in units/policy.beancount"), id=goal.decision)
            if reason:
                line, excerpt = self._line(number)
                raise RuleImpossible(
                    file=f"units/{view.unit.slug}/unit.toml",
                    line=line,
                    excerpt=excerpt,
                    unit=view.unit.slug,
                    slug=view.unit.slug,
                    name=self.source.name,
                    reason=reason,
                )

    def _line(self, number: int, *keys: int | str) -> tuple[int | None, str | None]:
        unit = self.view.unit
        sources = [s.name for s in unit.sources]
        if self.source.name not in sources:
            return None, None
        return line_of(unit.folder / "unit.toml", ("source", sources.index(self.source.name), "rule", number, *keys))


@lru_cache(maxsize=4096)
def ready(rule: RuleTable) -> Rule:
    """A rule as it is asked."""
    return Rule(
        table=rule,
        sign={"in": 1, "out": -1, None: 0}[rule.direction],
        text=(rule.text or "").casefold(),
        counterparty=(rule.counterparty or "").casefold(),
        account=plain_number(rule.counterparty_account or ""),
        reference=fold_reference(rule.reference or ""),
        least=rule.amount if rule.amount is not None else rule.min,
        most=rule.amount if rule.amount is not None else rule.max,
        first=rule.from_ or dt.date.min,
        last=rule.until or dt.date.max,
        days=frozenset(rule.days_of_month),
    )


def _shares(rule: RuleTable, other_side: Decimal, currency: str) -> Iterable[tuple[RuleTable | RulePart, str, Decimal]]:
    """Each goal of a rule with its account and its part of the other side; they sum to it."""
    if not rule.split:
        assert rule.account is not None
        return [(rule, rule.account, other_side)]
    sign = 1 if other_side > 0 else -1
    fixed = [sign * p.amount if p.amount is not None else None for p in rule.split]
    rest = other_side - sum((f for f in fixed if f is not None), ZERO)
    names: Sequence[str] = [f"{i:03}" for i in range(len(rule.split))]
    weights = {name: p.share for name, p in zip(names, rule.split, strict=True) if p.share is not None}
    parts = largest_remainder(rest, weights, currency) if weights else {}
    found = []
    for name, goal, amount in zip(names, rule.split, fixed, strict=True):
        found.append((goal, goal.account, parts[name] if amount is None else amount))
    return [one for one in found if one[2]]
