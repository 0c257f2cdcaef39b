"""Where the other side of each payment goes (SPEC 11, Recognition): one payment after the other, the surest way first.

1. open items, by the reference that the payer quotes (`invoices`);
2. rotating loans, by the reference that names a cycle (`cycles`), unless a rule names that reference itself;
3. the source's rules in `unit.toml` (`rules`); what M-Pesa takes for a payment (`fees`), where none takes it;
4. deposits on clearing accounts (`deposits`);
5. transfers between the unit's own accounts (`transfers`);
6. dealings with other units of the federation (`units`).

A bank line always enters the books: the money has moved, whether or not somebody knows what for. What none of these
places waits on the chart's suspense account with the flag `!`, with a suggestion and its reason (`suggest`), and is
placed again when more is known (`replace`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace as changed

from importers.bank.model import Part
from importers.book import BookView
from importers.booktext import clean
from importers.recognise import suggest
from importers.recognise.callbacks import confirm
from importers.recognise.cycles import CyclePayments
from importers.recognise.deposits import announced, likely, pay_in
from importers.recognise.fees import wallet_fee
from importers.recognise.invoices import settle
from importers.recognise.numbers import is_bank
from importers.recognise.placed import Payment, Placed, payment, ties
from importers.recognise.pool import Pool
from importers.recognise.rules import Rules, ready
from importers.recognise.transfers import Transfers
from importers.recognise.units import Neighbours
from ledger.books.sources import RuleTable, SourceTable

__all__ = ["Placed", "Recogniser", "matches"]


class Recogniser:
    """Places the payments of one source, one after the other: what one payment settles, the next can't settle again.

    Recognisers of one view share what is open.

    Args:
        view: the book; `view.ws` tells of the other units.
        source: whose rules count.

    Raises:
        RuleImpossible: a rule contradicts its unit.
    """

    def __init__(self, view: BookView, source: SourceTable) -> None:
        self.view = view
        self.source = source
        self.rules = Rules(view, source)
        self.transfers = Transfers(view, source)
        self.neighbours = Neighbours(view)
        self.cycles = CyclePayments(view, source.account or "")
        #: Payments on their way to the bank are neither deposits themselves nor transfers.
        self.of_bank = is_bank(source)

    def place_line(
        self, line: Part, parts: Sequence[Part], day: dt.date, currency: str, *, receipt: str = ""
    ) -> list[Placed]:
        """The other sides of a bank line: each payment's, or those of the deposit that the line pays in as a whole.

        Args:
            line: all of it as one payment.
            parts: the payments that it is made of, if several.
            day: on which it is booked.
            currency: of its account.
            receipt: the bank's own number for it.

        Returns:
            One for each payment; where the line pays a deposit in, the first has all of it and the others nothing.

        Raises:
            ImportAccountMissing: a rule names an account that isn't open on `day`.
        """
        whole = payment(line, day, currency, alone=True)
        told = [payment(part, day, currency, alone=False) for part in parts] or [whole]
        view, pool, own = self.view, self.view.shared(Pool), self.source.account
        called = confirm(view, pool, whole, receipt) if self.of_bank and not parts else None
        if called is not None:
            return [called]
        deposit = announced(view, pool, whole, told, own=own) if self.of_bank else None
        if deposit is None:
            placed = [self._placed(pay) for pay in told]
            if not self.of_bank or all(one.sure for one in placed):
                return placed
            hint = None
            if any(one.links and not one.sure for one in placed):
                hint = likely(view, pool, whole, own=own)
            elif parts and all(self._waits(one) for one in placed):
                deposit = pay_in(view, pool, whole, own=own, told=self._is_ours(whole))
                hint = next(iter(whole.hints), None)
            if deposit is None:
                return [changed(placed[0], suggestion=hint), *placed[1:]] if hint else placed
        assert ties(deposit, whole), (line, deposit)
        return [deposit, *(Placed((), sure=True) for _ in told[1:])]

    def _waits(self, one: Placed) -> bool:
        """Whether a payment is on suspense."""
        return not one.sure and not one.links and [p.account for p in one.postings] == [self.view.role("suspense")]

    def _is_ours(self, pay: Payment) -> bool:
        """Whether the other party's account is the unit's own or another unit's."""
        number = pay.part.counterparty_account
        return self.transfers.knows(number) or self.neighbours.knows(number)

    def place(self, part: Part, day: dt.date, currency: str, *, alone: bool = False) -> Placed:
        """The other side of one payment; money in is positive.

        Args:
            part: the payment.
            day: on which its line is booked.
            currency: of the line's account.
            alone: nothing else is in its transaction, which has the payment's counterparty, text and reference itself;
                else a posting that waits keeps them.

        Raises:
            ImportAccountMissing: a rule names an account that isn't open on `day`.
        """
        return self._placed(payment(part, day, currency, alone=alone))

    def _placed(self, pay: Payment) -> Placed:
        """The other side of one payment."""
        pool = self.view.shared(Pool)
        rule = self.rules.find(pay)
        if rule is not None and rule.payee:
            pay = changed(pay, part=changed(pay.part, counterparty=clean(rule.payee)))
        found = settle(self.view, pool, pay)
        if found is None and not (rule is not None and rule.reference):
            found = self.cycles.place(pool, pay)
        if found is None and rule is not None:
            found = self.rules.place(pool, pay, rule)
        if found is None and self.of_bank:
            found = pay_in(self.view, pool, pay, own=self.source.account, told=self._is_ours(pay))
            found = found or self.transfers.place(pool, pay)
        found = found or wallet_fee(self.view, self.source, pay) or self.neighbours.place(pool, pay)
        found = found or suggest.wait(self.view, pool, pay, self.source.account or "")
        assert ties(found, pay), (pay, found)
        # What waits keeps what the bank said, by which the rule finds it again.
        return named(found, pay) if rule is not None and rule.payee and found.sure else found


def named(placed: Placed, pay: Payment) -> Placed:
    """The other side with the party whom a rule names: the transaction's payee, or said on the payment's posting."""
    if pay.alone:
        return changed(placed, payee=pay.part.counterparty)
    first, *more = placed.postings
    first = first._replace(meta={"counterparty": pay.part.counterparty, **(first.meta or {})})
    return changed(placed, payee=pay.part.counterparty, postings=(first, *more))


def matches(rule: RuleTable, part: Part) -> bool:
    """Whether a rule's conditions hold for a payment, its days apart."""
    pay = payment(part, dt.date.min, "", alone=True)
    name = pay.part.counterparty.casefold()
    timeless = changed(ready(rule), first=dt.date.min, last=dt.date.max, days=frozenset())
    return timeless.takes(pay, name, f"{name} {pay.part.text.casefold()}")
