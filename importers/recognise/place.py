"""Where the other side of a bank line goes: the source's rules in `unit.toml`, else the chart's suspense account.

A bank line always enters the books (SPEC 11): the money has moved, whether or not somebody knows what for. What no
rule places waits on the suspense account with the flag `!`, with a suggestion where the same counterparty was booked
before. A rule may split VAT off; a unit that may deduct only a part of its input VAT keeps the rest in the cost
(rounded down, SPEC 6).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from importers.bank.model import Part
from importers.book import BookView
from importers.booktext import clean
from importers.problems import ImportAccountMissing
from ledger.books.sources import RuleTable, SourceTable
from ledger.messages import N_, say
from ledger.rules.rounding import down, half_away

#: The chart's account for output VAT, by rate.
OUTPUT_VAT = {"25": "output_vat", "12": "output_vat_12", "6": "output_vat_6"}


@dataclass(frozen=True, slots=True)
class Placed:
    """The other side of one payment.

    Attributes:
        postings: they sum to the payment's amount with the sign turned.
        sure: nobody needs to look at it; else the entry is flagged `!`.
        narration: the entry's text instead of the bank's.
        suggestion: where it may belong, and why; only where it isn't sure.
        links: of the entry: what it settles, or the dealing that it is one side of.
        meta: of the entry.
    """

    postings: tuple[data.Posting, ...]
    sure: bool
    narration: str | None = None
    suggestion: str | None = None
    links: frozenset[str] = frozenset()
    meta: Mapping[str, Any] = field(default_factory=dict)


class Recogniser:
    """Places the payments of one source, one after the other: what one payment settles, the next can't settle again.

    Args:
        view: the book; `view.ws` tells of the other units.
        source: whose rules count.
    """

    def __init__(self, view: BookView, source: SourceTable) -> None:
        self.view = view
        self.source = source

    def place(self, part: Part, day: dt.date, currency: str) -> Placed:
        """The other side of one payment; money in is positive.

        Raises:
            ImportAccountMissing: a rule names an account that isn't open on `day`.
        """
        rule = next((r for r in self.source.rule if matches(r, part)), None)
        if rule is None:
            return _suspense(self.view, self.source, part, currency)
        return _by_rule(self.view, self.source, rule, part, day, currency)


def _by_rule(view: BookView, source: SourceTable, rule: RuleTable, part: Part, day: dt.date, currency: str) -> Placed:
    if not view.is_open(rule.account, day, currency):
        raise ImportAccountMissing(
            file=f"units/{view.unit.slug}/unit.toml",
            unit=view.unit.slug,
            slug=view.unit.slug,
            account=rule.account,
            by=say(N_("a rule of source {name}"), name=source.name),
            currency=currency,
            date=day,
        )
    meta = {key: value for key, value in (("partner", rule.partner), ("ic", rule.ic)) if value}
    vat = _vat(view, rule, -part.amount, currency)
    net = -part.amount - sum((p.units.number for p in vat if p.units and p.units.number), Decimal(0))
    postings = (posting(rule.account, net, currency, meta), *vat)
    assert sum((p.units.number for p in postings if p.units and p.units.number), Decimal(0)) == -part.amount
    return Placed(postings, sure=True, narration=rule.narration)


def matches(rule: RuleTable, part: Part) -> bool:
    """Whether every condition of a rule holds."""
    everything = f"{part.counterparty} {part.text}".casefold()
    return (
        (rule.text is None or rule.text.casefold() in everything)
        and (rule.counterparty is None or rule.counterparty.casefold() in part.counterparty.casefold())
        and (rule.direction is None or (rule.direction == "in") == (part.amount > 0))
        and (rule.amount is None or rule.amount == abs(part.amount))
    )


def posting(account: str, number: Decimal, currency: str, meta: dict[str, Any] | None = None) -> data.Posting:
    """A plain posting."""
    return data.Posting(account, Amount(number, currency), None, None, None, meta or None)


def _suspense(view: BookView, source: SourceTable, part: Part, currency: str) -> Placed:
    meta = {"counterparty": clean(part.counterparty)} if part.counterparty else {}
    other = posting(view.role("suspense"), -part.amount, currency, meta)
    habit = view.suggestion(source.account or "", part.counterparty, incoming=part.amount > 0)
    if habit is None:
        return Placed((other,), sure=False)
    account, before = habit
    reason = say(N_("as on {date}, {payee}"), date=before.date, payee=before.payee)
    return Placed((other,), sure=False, suggestion=clean(f"{account}: {reason}"))


def _vat(view: BookView, rule: RuleTable, other_side: Decimal, currency: str) -> list[data.Posting]:
    """The VAT within an amount, on its own account: output VAT of money in, deductible input VAT of money out."""
    if rule.vat is None:
        return []
    rate = Decimal(rule.vat)
    whole = half_away(other_side * rate / (100 + rate), currency)
    if other_side < 0:
        return [posting(view.role(OUTPUT_VAT[rule.vat], "output_vat"), whole, currency)]
    deductible = down(whole * view.unit.vat_deduction, currency)
    return [posting(view.role("input_vat"), deductible, currency)] if deductible else []
