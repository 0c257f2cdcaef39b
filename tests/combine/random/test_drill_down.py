"""Invariant 18: from every figure to the lines that somebody has written, on books that lie on disk.

`SAMBOK_FEDERATIONS` says how many federations are written and loaded: a fifth of it.
"""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from decimal import Decimal
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.dealings import FROM, TO, clean
from ledger.books import load_books, open_workspace
from ledger.combine import combine
from ledger.combine.reports.drill import drill
from ledger.combine.reports.equity import COLUMNS, equity
from ledger.combine.reports.equity_drill import equity_drill
from ledger.policy import read_policy
from ledger.provisional import provisional
from tests.combine.random.figures import sound
from tests.combine.random.strategies import Kinds, examples, federations

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
ZERO = Decimal(0)
#: Entries that answer no single posting: closing rates, who comes and goes, goodwill and the minority's part.
WORKED_OUT = {"translation", "joined", "left", "acquisition", "goodwill", "minority"}


def check(federation, period) -> int:
    """Every figure of the group, of each unit and of ELIM, ADJ and CTA; how many postings were looked at."""
    with tempfile.TemporaryDirectory(prefix="sambok-drill-") as folder:
        root = Path(folder).resolve() / "workspace"
        federation.write(root)
        ws = open_workspace(root)
        books = load_books(ws)
        run = provisional(books, read_policy(books.central_text, ws))
        found = combine(books, run, **period)
        assert sound(found), [(p.code, p.file, p.params) for p in (*books.problems, *found.problems)]

        for changed in equity(found):  # the drill-down asserts that its postings come to the figure
            for column in COLUMNS:
                assert equity_drill(found, changed.line, column, shown=ws.shown).amount == changed.change(column)

        @cache
        def lines(file: str) -> list[str]:
            return (root / file).read_text(encoding="utf-8").splitlines()

        looked = 0
        totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in found.trial_balance:
            totals[row.line, row.account] += row.amount
            one = drill(found, row.line, row.account, row.unit, shown=ws.shown)
            assert one.amount == row.amount
            assert sum((s.amount for s in one.sources), ZERO) == row.amount
            for source in one.sources:
                if source.rule or not source.file:  # made by a rule, or worked out of many postings
                    assert source.rule or row.unit in {"CTA", "ADJ"} or source.text in WORKED_OUT, source
                    continue
                assert (root / source.file).is_file(), source
                text = lines(source.file)[source.line - 1]
                looked += 1
                if source.column in ws.units:
                    assert says(text, source.amount, ws.units[source.unit].currency), (source, text)
                    assert source.file.startswith(f"units/{source.unit}/")
        for (line, account), amount in totals.items():
            if amount:
                assert drill(found, line, account, shown=ws.shown).amount == amount
        return looked


def says(text: str, amount: Decimal, currency: str) -> bool:
    """Whether a line has the amount: in kronor to the öre, in another currency one with the same sign."""
    numbers = [Decimal(found) for found in NUMBER.findall(text)]
    if currency == "SEK":
        return abs(amount) in {abs(number) for number in numbers}
    return any(number * amount > 0 for number in numbers)


@examples(0.2)
@given(st.one_of(federations(Kinds(most=6)), federations(Kinds(most=6, owned=True))))
def test_18_every_figure_is_the_sum_of_postings_that_somebody_has_written(case):
    """Each group figure = Σ of its source postings, each with a file and line whose text has the amount."""
    check(case.federation, case.period)


def test_18_in_a_federation_with_every_kind_of_dealing():
    """The same of a clean federation of twenty units."""
    assert check(clean(20, 60), {"date_from": FROM, "date_to": TO}) > 500
