"""Which account a unit's till books its card or Swish sales on, so that settlements aren't counted as sales again."""

from __future__ import annotations

from importers.book import BookView
from importers.checks import line_of_source
from importers.clearing.till import TillSide
from importers.takings.problems import TakingsTill
from ledger.books.source_takings import TakingsTable
from ledger.books.sources import SourceTable

#: The chart's account for each way to pay.
ROLES = {"cash": "cash", "card": "card_clearing", "swish": "swish_clearing", "invoice": "receivables"}


def till_side(view: BookView, source: SourceTable, means: str) -> TillSide | None:
    """Where a till of the unit books what a source's file pays in; None where the unit has no such till.

    The source may say so itself (`till_account`, `in_till`). Else it is the account that the unit's till sources debit
    for this way to pay.

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
    accounts = _accounts(view, means)
    if takings.till_account:
        account = takings.till_account
        return TillSide(view, account, by_day=account in accounts)
    if len(accounts) > 1:
        slug = view.unit.slug
        line, excerpt = line_of_source(view.unit, source.name)
        raise TakingsTill(
            file=f"units/{slug}/unit.toml",
            line=line,
            excerpt=excerpt,
            unit=slug,
            slug=slug,
            means=means,
            name=source.name,
            accounts=", ".join(sorted(accounts)),
        )
    if accounts:
        return TillSide(view, accounts.pop())
    return TillSide(view, view.role(ROLES[means]), by_day=False) if takings.in_till else None


def _accounts(view: BookView, means: str) -> set[str]:
    """The accounts that the unit's tills debit for a way to pay."""
    tables = [s.takings for s in view.unit.sources if s.format == "till" and s.takings]
    payments = [payment for table in tables for payment in table.payment if payment.means == means]
    return {payment.account or view.role(ROLES[means]) for payment in payments}
