"""What the tagged postings of a book say by themselves, whatever period is looked at.

Months, years and the months of a close are looked at again and again, and a book has thousands of tagged postings: what
their vouchers say of VAT and of the document's currency, and which levy they belong to, is found out once.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from ledger.books import PartnerRow, Workspace, last_day, month_of
from ledger.combine.dealings.documents import invoiced
from ledger.combine.dealings.vat import vat_signs
from ledger.combine.flows import Part
from ledger.memo import lasting
from ledger.provisional import levied_month


class TaggedRow(NamedTuple):
    """A tagged posting.

    Attributes:
        provisional: the rules have made it.
        vat: what its voucher says of VAT (`ledger.combine.dealings.vat`).
        invoiced: its amount in the currency of its voucher's claims, where that is another (`documents`).
        of: last day of the month of a levy that central has in a later one, its own being closed; None otherwise.
    """

    row: PartnerRow
    provisional: bool
    vat: str
    invoiced: tuple[str, Decimal] | None
    of: dt.date | None


@dataclass(frozen=True)
class Tags:
    """Those of one book, booked before provisional, in its order.

    Attributes:
        unexplained: accounts for dealings between units whose balance no partner explains.
    """

    rows: tuple[TaggedRow, ...]
    unexplained: frozenset[str]


def tags_of(part: Part, ws: Workspace) -> Tags:
    """The tagged postings of a unit's book; found out once for all periods."""
    known = part.scope.known
    same = part.source, part.mapper
    return lasting(ws.root).get(("tags", part.unit.slug), lambda: _tags(part), same=same, equal=known)


def _tags(part: Part) -> Tags:
    rows = []
    for number, summary in enumerate(part.source.summaries):
        signs = {} if number else vat_signs(part, summary.partners)
        told = invoiced(summary.partners, lambda account: part.mapper.at(account).is_result)
        for row in summary.partners:
            at = row.transaction, row.posting
            rows.append(TaggedRow(row, bool(number), signs.get(at, ""), told.get(at), _levied(row, bool(number))))
    return Tags(tuple(rows), _unexplained(part))


def _levied(row: PartnerRow, provisional: bool) -> dt.date | None:  # noqa: FBT001  asked once a posting
    """Last day of the month of a levy that central has in a later one, its own being closed; None = what else there is.

    Only the rules and the close put it there: what people have booked says nothing by its link of why it is late.
    """
    for link in row.links:
        month = levied_month(link, row.partner or "")
        made = provisional or (row.source or "").startswith(f"close:{link}:")
        if month is not None and made and month < month_of(row.date):
            return last_day(month)
    return None


def _unexplained(part: Part) -> frozenset[str]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in part.source.balances():
        if part.mapper.is_in("internal_balance", row.account):
            sums[row.account, row.currency] += row.amount
    for summary in part.source.summaries:
        for tagged in summary.partners:
            if (tagged.account, tagged.currency) in sums:
                sums[tagged.account, tagged.currency] -= tagged.amount
    return frozenset(account for (account, _), amount in sums.items() if amount)
