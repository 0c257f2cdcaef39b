"""What is only suggested: a line waits on suspense, with the best guess and its reason in plain words.

A guess is worth little without its reason: a bookkeeper confirms what they can see. In this order: what an earlier
step found but couldn't be sure of, an open item of the same counterparty and amount, the only open item of the amount,
where the same counterparty was booked before.
"""

from __future__ import annotations

from importers.book import BookView
from importers.booktext import clean
from importers.postings import posting
from importers.recognise.placed import Payment, Placed
from importers.recognise.pool import Claim, Pool
from ledger.messages import N_, say


def wait(view: BookView, pool: Pool, pay: Payment, own: str) -> Placed:
    """A payment on suspense, with the best hint that there is, and what is known of a dealing with another unit.

    Args:
        view: the book.
        pool: its items.
        pay: the payment; hints of earlier steps count first.
        own: the account that the line itself is booked on.
    """
    other = posting(view.role("suspense"), -pay.amount, pay.currency, {**pay.said, **pay.dealing})
    hint = pay.hints[0] if pay.hints else _item(pool, pay) or _habit(view, pay, own)
    links = frozenset({pay.dealing["item"]}) if pay.dealing else frozenset()
    return Placed((other,), sure=False, suggestion=clean(hint) if hint else None, links=links)


def _item(pool: Pool, pay: Payment) -> str | None:
    """An open item of exactly this amount."""
    mine = pool.of_party(pay.amount, pay.currency, pay.part.counterparty)
    if mine:
        text = N_("{number} of {counterparty} is open with exactly this amount")
        return _hint(mine[0], text)
    same = pool.of_amount(pay.amount, pay.currency)
    if len(same) == 1:
        text = N_("{number} of {counterparty} is the only open item with this amount; the name is another one")
        return _hint(next(iter(same)), text)
    return None


def _hint(claim: Claim, text: str) -> str:
    whose = claim.partner or claim.counterparty or "?"
    return f"{claim.account}: {say(text, number=claim.label or claim.date, counterparty=whose)}"


def _habit(view: BookView, pay: Payment, own: str) -> str | None:
    """Where the same counterparty went before."""
    found = view.suggestion(own, pay.part.counterparty, incoming=pay.amount > 0)
    if found is None:
        return None
    account, before = found
    reason = say(N_("as on {date}, {payee}"), date=before.date, payee=before.payee)
    return f"{account}: {reason}"
