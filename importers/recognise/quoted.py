"""Whether a bank's line and a deposit's file tell of the same payments: by what payers quoted, as the book has it.

A bank may list the payments of a deposit below its own line, with the numbers that the payers quoted. The deposit's
file lists them, too. Whoever books both payment by payment books the money twice; so whichever comes second is compared
with what stands of the first, and no payment of it settles anything again.

Two lists are the same where every number quoted in one is one of the other's. Where they are cut differently (a payment
of two invoices told in one sum, or in two), nothing may be without a number then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from beancount.core import data

from importers.book import BookView
from importers.recognise.placed import Payment
from importers.recognise.pool import Claim, Pool
from importers.recognise.references import fold_reference, telling, words

#: Metadata that holds what a payer quoted.
_EXACT = ("reference", "invoice")


@dataclass(frozen=True, slots=True)
class Quoted:
    """What one payment quotes, as it came or as it was booked.

    Attributes:
        amount: money in is positive.
        exact: numbers in fields of their own, or of the item that it settled; folded.
        words: further ones in its text.
    """

    amount: Decimal
    exact: frozenset[str]
    words: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Every number."""
        return self.exact | self.words


def quoted(pay: Payment) -> Quoted:
    """What a payment quotes."""
    return Quoted(pay.amount, frozenset(pay.exact), frozenset(filter(telling, pay.words)))


def booked(pool: Pool, entry: data.Transaction) -> list[Quoted]:
    """What payments quoted that an import's entry holds, after its first posting.

    Args:
        pool: the book's items.
        entry: of a bank's line or a deposit.
    """
    held = entry.postings[1:]
    links = entry.links or frozenset()
    only = next(iter(links)) if len(links) == 1 and len(held) == 1 else ""
    found: list[Quoted] = []
    for p in held:
        assert p.units is not None
        assert p.units.number is not None
        said = {key: value for key, value in (p.meta or {}).items() if key not in {"filename", "lineno"}}
        if found and not said and str(entry.meta["source-id"]).startswith("dep-"):
            # VAT that a rule has split off the payment before.
            found[-1] = replace(found[-1], amount=found[-1].amount - p.units.number)
            continue
        meta = {**entry.meta, **said} if len(held) == 1 else said
        exact = {fold_reference(str(meta[key])) for key in _EXACT if meta.get(key)}
        item = str(said.get("item", "")) or only
        claim = pool.by_key(p.account, p.units.currency, item) if item else None
        exact |= claim.references if claim is not None and claim.kind != "clearing" else frozenset()
        text = str(meta.get("text", ""))
        found.append(Quoted(-p.units.number, frozenset(exact - {""}), frozenset(filter(telling, words(text)))))
    return found


def on_their_way(view: BookView) -> dict[str, list[tuple[Claim, list[Quoted]]]]:
    """Deposits that the bank hasn't paid in yet, by the numbers that their payers quoted, with all that these quote."""
    pool = view.shared(Pool)
    found: dict[str, list[tuple[Claim, list[Quoted]]]] = defaultdict(list)
    for entry in view.transactions:
        if str(entry.meta.get("source-id", "")).startswith("dep-") and len(entry.postings) > 1:
            first = entry.postings[0]
            assert first.units is not None
            claim = pool.by_key(first.account, first.units.currency, str((first.meta or {}).get("item", "")))
            if claim is not None and claim.kind == "clearing" and claim.open:
                held = booked(pool, entry)
                for number in {number for one in held for number in one.exact}:
                    found[number].append((claim, held))
    return found


def paid_in(pool: Pool, pay: Payment, numbers: Collection[str]) -> Claim | None:
    """The deposit that waits for the bank and holds a payment of this amount that quotes the same number.

    Where the bank lists the payments of a deposit as lines of their own, each of them is a part of it.
    """
    quotes = quoted(pay).all & frozenset(numbers)
    deposits = pool.view.shared(on_their_way) if quotes else {}
    found = {id(c): c for n in quotes for c, held in deposits.get(n, ()) if c.open and _holds(held, pay.amount, n)}
    return min(found.values(), key=lambda c: (abs(c.date - pay.day), c.key), default=None)


def _holds(held: Sequence[Quoted], amount: Decimal, number: str) -> bool:
    return any(one.amount == amount and number in one.all for one in held)


def same(told: Sequence[Quoted], held: Sequence[Quoted]) -> bool:
    """Whether payments that are told are those that are booked; both sum to one amount."""
    known = [h for h in held if h.exact]
    if not known or sum(t.amount for t in told) != sum(h.amount for h in held):
        return False
    exact = frozenset().union(*(h.all for h in held))
    every = frozenset().union(*(t.all for t in told))
    if any(t.exact and not t.exact & exact for t in told) or any(not h.exact & every for h in known):
        return False
    alike = sorted(t.amount for t in told) == sorted(h.amount for h in held)
    return alike or (len(known) == len(held) and all(t.all & exact for t in told))
