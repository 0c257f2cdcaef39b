"""Which account a unit's till books its card or Swish sales on, so that settlements aren't counted as sales again."""

from __future__ import annotations

from importers.book import BookView
from importers.takings.problems import TakingsTill
from ledger.books import Unit
from ledger.books.source_takings import TakingsTable
from ledger.books.sources import SourceTable

#: The chart's account for each way to pay.
ROLES = {"cash": "cash", "card": "card_clearing", "swish": "swish_clearing", "invoice": "receivables"}


def till_account(view: BookView, source: SourceTable, means: str) -> str | None:
    """The clearing account on which a till of the unit books what a source's file pays in.

    The source may say so itself (`till_account`, `in_till = false`). Else it is the account that the unit's till
    sources debit for this way to pay; None where the unit has no such till.

    Args:
        view: the book.
        source: of a card settlement or Swish report.
        means: `card` or `swish`.

    Raises:
        TakingsTill: several tills book it on different accounts.
    """
    takings = source.takings or TakingsTable()
    if takings.in_till is False:
        return None
    if takings.till_account:
        return takings.till_account
    accounts = _accounts(view, view.unit, means)
    if not accounts and takings.in_till:
        return view.role(ROLES[means])
    if len(accounts) > 1:
        slug = view.unit.slug
        raise TakingsTill(
            file=f"units/{slug}/unit.toml",
            unit=slug,
            slug=slug,
            means=means,
            name=source.name,
            accounts=", ".join(sorted(accounts)),
        )
    return accounts.pop() if accounts else None


def _accounts(view: BookView, unit: Unit, means: str) -> set[str]:
    """The accounts that the unit's tills debit for a way to pay."""
    tables = [s.takings for s in unit.sources if s.format == "till" and s.takings]
    payments = [payment for table in tables for payment in table.payment if payment.means == means]
    return {payment.account or view.role(ROLES[means]) for payment in payments}
