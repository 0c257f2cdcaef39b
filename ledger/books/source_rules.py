"""`[[source.rule]]` of `unit.toml`: which lines of a bank a rule takes, and where their other side goes.

A rule takes a line when every condition that it gives holds; the first such rule counts. It books the other side to
one account, or splits it over several: fixed amounts first, then shares of what is left. A rule that could never work
(shares that aren't the whole, a period that ends before it begins, VAT of what bears none) is refused where the
settings are read, with its line, not on the day on which the first bank line meets it.

A rule that books on a protected account names the decision that allows it: whatever it books then uses that decision,
and nobody has to write it below each voucher.

VAT is named by its rate, whichever the unit's country has, and the rate isn't checked against the day: where the law
changes one (food in Sweden: 12 %, from 2026-04-01 to 2027-12-31 6 %), the rule is written twice, with `until` and
`from`.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, field_validator, model_validator

from ledger.books.tables import Account, Number, Table, Text

#: Kinds of dealings between units (SPEC 3).
Kind = Literal[
    "trade", "levy", "loan", "interest", "fund", "solidarity", "capital", "dividend", "patronage", "asset", "other"
]
KINDS: tuple[str, ...] = get_args(Kind)
#: Per cent, as people write it in settings.
_RATE = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,3})?", re.ASCII)


def _rate(value: str) -> str:
    """A rate as accounts and settings name it: `25`, not `25.0`."""
    if not _RATE.fullmatch(value) or not Decimal(value):
        raise ValueError("a rate of VAT in per cent is needed, above 0 and below 100: 25, 19 or 25.5")
    return f"{Decimal(value).normalize():f}"


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise ValueError("an amount above 0 is needed: amounts of rules have no sign")
    return value


Rate = Annotated[str, AfterValidator(_rate)]
Positive = Annotated[Number, AfterValidator(_positive)]


class _Goal(Table):
    """Where an amount goes, and what it is."""

    vat: Rate | None = None  # the amount holds this VAT, in per cent: it is split off
    partner: str | None = None  # a dealing with another unit
    ic: Kind | None = None
    decision: Annotated[Text, Field(min_length=1, max_length=60)] | None = None  # that allows it, as policy names it

    def _check(self, account: str) -> None:
        if self.vat and account.startswith(("Liabilities:", "Equity:")):
            raise ValueError("VAT can be split off income, cost or purchases (Income, Expenses, Assets) only")
        if (self.partner is None) != (self.ic is None):
            raise ValueError("partner and ic go together: with whom the dealing is, and of what kind")


class RulePart(_Goal):
    """`[[source.rule.split]]`: one part of a line's other side: a fixed amount, or a share of what those leave."""

    account: Account
    share: Annotated[Number, Field(gt=0, le=1)] | None = None
    amount: Positive | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.share is None) == (self.amount is None):
            raise ValueError("each part of a split has either a share or an amount")
        self._check(self.account)
        return self


class RuleTable(_Goal):
    """`[[source.rule]]`: which account the other side of a line goes to. Every condition given must hold."""

    text: str | None = None  # a part of the line's text or counterparty, any case
    counterparty: str | None = None  # a part of the counterparty, any case
    counterparty_account: str | None = None  # their account: IBAN, bankgiro, national number
    reference: str | None = None  # the payment's reference, whole
    direction: Literal["in", "out"] | None = None
    amount: Positive | None = None  # the line's amount without sign
    min: Positive | None = None  # at least, at most: without sign
    max: Positive | None = None
    from_: dt.date | None = Field(default=None, alias="from")  # first and last day of the lines it takes
    until: dt.date | None = None
    days_of_month: tuple[Annotated[int, Field(ge=1, le=31)], ...] = ()
    account: Account | None = None
    split: tuple[RulePart, ...] = ()
    narration: str | None = None
    payee: Annotated[Text, Field(min_length=1, max_length=120)] | None = None  # the other party: some lists don't say

    @field_validator("text", "counterparty", "counterparty_account", "reference")
    @classmethod
    def _says(cls, value: str | None) -> str | None:
        if value is not None and not any(c.isalnum() for c in value):
            raise ValueError("a text with at least one letter or digit is needed: this one would take every line")
        return value

    @model_validator(mode="after")
    def _works(self) -> Self:
        if self.from_ and self.until and self.until < self.from_:
            raise ValueError("until lies before from: the rule would take no line")
        if self.min is not None and self.max is not None and self.max < self.min:
            raise ValueError("max is less than min: the rule would take no line")
        if self.amount is not None and (self.min is not None or self.max is not None):
            raise ValueError("give amount, or min and max, not both")
        if (self.account is None) == (not self.split):
            raise ValueError("a rule has an account, or [[source.rule.split]] tables, one of the two")
        if self.account is not None:
            self._check(self.account)
        else:
            self._adds_up()
        return self

    def _adds_up(self) -> None:
        if self.vat or self.partner or self.ic or self.decision:
            raise ValueError("where a rule splits, vat, partner, ic and decision stand in its parts")
        shares = [part.share for part in self.split if part.share is not None]
        fixed = sum((part.amount for part in self.split if part.amount is not None), Decimal(0))
        if shares and sum(shares) != 1:
            raise ValueError("the shares of a split must add up to 1")
        if not shares and self.amount != fixed:
            raise ValueError("a split without shares needs an amount that its parts add up to")
        least = self.amount if self.amount is not None else self.max
        if shares and least is not None and fixed >= least:
            raise ValueError("the fixed amounts of a split leave nothing for its shares")
