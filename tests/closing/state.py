"""What people read of a federation: the same before and after a close, to the cent."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from beancount.core import data

from ledger.books.summary import weight
from ledger.combine import combine
from ledger.reports.levy import as_json, statements


def state(federation, end):
    """Everything that people read, without where it stands and whether it is booked."""
    books, run = federation.books, federation.run
    levy = as_json(2026, statements(books, run, 2026), run.problems)
    for unit in levy["units"]:
        for month in unit["months"]:
            del month["status"]
    found = combine(books, run, date_from=dt.date(2026, 1, 1), date_to=end)
    assert found.problems == ()
    figures = [(r.line, r.account, r.unit, str(r.amount)) for r in found.trial_balance]
    balances = {}
    for slug in books.units:
        sums = Counter()
        for entry in [*books.units[slug].entries(), *run.at(slug, end).entries]:
            if isinstance(entry, data.Transaction) and entry.date <= end:
                for posting in entry.postings:
                    amount, currency = weight(posting)
                    sums[posting.account, currency] += amount
        balances[slug] = {key: round(amount, 8) for key, amount in sums.items() if round(amount, 8)}
    return levy, figures, balances, [str(u.amount) for u in found.unmatched]
