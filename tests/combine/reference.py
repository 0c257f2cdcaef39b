"""The trial balance computed again, slowly and plainly, from entries alone: what the engine is compared with.

Nothing of `ledger.combine` is used: units' postings are placed by the chart, translated posting by posting, and
dealings are eliminated by their link for the smaller side.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from beancount.core import convert, data
from beancount.parser import booking, options, parser

from ledger.books import Books, Unit, UnitBook, Workspace, summarise
from ledger.books.config import FederationFile
from ledger.books.unitbook import CentralText
from ledger.charts import load_chart
from tests.combine.conftest import ROOT, opens

ORE = Decimal("0.01")


def memory_books(texts: dict[str, str], units: dict[str, dict[str, object]], prices: str = "") -> Books:
    """Books without files: ledger text per unit, and what differs from a division in kronor with the chart `bas`."""
    config = FederationFile.model_validate({"federation": {"name": "Test", "currency": "SEK", "central": "a"}})
    made, books = {}, {}
    for slug, text in texts.items():
        values = {"entity": "division", "currency": "SEK", "chart": "bas", **units.get(slug, {})}
        unit = Unit(slug=slug, folder=ROOT / "units" / slug, name=slug.title(), code=slug.upper(), **values)
        entries, errors, _ = parser.parse_string(opens(text) + text, report_filename=str(unit.month_file(dt.date.min)))
        assert not errors, errors
        entries.sort(key=data.entry_sortkey)
        entries, errors = booking.book(entries, dict(options.OPTIONS_DEFAULTS))
        assert not errors, errors
        made[slug] = unit
        books[slug] = UnitBook(
            unit=unit, key=slug, problems=(), summary=summarise(entries), _entries=lambda e=entries: e
        )
    workspace = Workspace(ROOT, config, made)
    parsed = parser.parse_string(prices)[0]
    return Books(workspace, books, CentralText((), tuple(parsed), "test"), {})


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(ORE, rounding=ROUND_HALF_UP)


def trial_balance(
    books: Books, date_from: dt.date, date_to: dt.date, rates: dict[str, dict[str, Decimal]]
) -> dict[tuple[str, str, str], Decimal]:
    """(line, account, unit) → amount. `rates[currency]` holds `closing`, and averages and spots by month."""
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    tagged = []
    for slug, book in books.units.items():
        chart = load_chart(book.unit.chart, book.unit.folder)
        own: dict[str, Decimal] = defaultdict(Decimal)
        gain = Decimal(0)  # what net assets are worth more at closing than on the days they came in
        rest = Decimal(0)
        foreign = book.unit.currency != "SEK"
        table = rates.get(book.unit.currency, {})
        for entry in book.entries():
            if not isinstance(entry, data.Transaction) or entry.date > date_to:
                continue
            month = f"{entry.date:%Y-%m}"
            kind = "spot" if any(p.account.startswith("Equity") for p in entry.postings) else "average"
            total = Decimal(0)
            for posting in entry.postings:
                leaf = posting.account.split(":")[1]
                line = chart.place(posting.account, leaf.split("-")[0])
                amount = convert.get_weight(posting).number
                rate = table[f"{kind} {month}"] if foreign else Decimal(1)
                worth = rounded(amount * rate) if foreign else amount
                total += worth
                result = line.statement == "income"
                name = (line.id, leaf, slug)
                if result and entry.date < date_from:
                    name = ("RetainedResult", "Earlier-years", slug)
                sums[name] += worth
                if not result and line.root != "Equity":
                    own[name] += amount
                    gain += amount * (table["closing"] - rate) if foreign else Decimal(0)
                if posting.meta and "partner" in posting.meta:
                    closing = rounded(amount * table["closing"]) if foreign else amount
                    if not result or entry.date >= date_from:
                        tagged.append((min(entry.links), result, slug, line.id, leaf, worth if result else closing))
            rest -= total
        if foreign:
            for name, amount in own.items():
                closing = rounded(amount * table["closing"])
                rest -= closing - sums[name]
                sums[name] = closing
            sums["CTA", f"Translation-{book.unit.code}", "CTA"] -= rounded(gain)
            rest += rounded(gain)
        sums["CTA", f"Rounding-{book.unit.code}", "CTA"] += rest
    _eliminate(tagged, sums)
    return {name: amount for name, amount in sums.items() if amount}


def _eliminate(tagged, sums):
    dealings = defaultdict(lambda: defaultdict(lambda: defaultdict(Decimal)))
    for link, result, slug, line, leaf, amount in tagged:
        dealings[link, result][slug][line, leaf] += amount
    for sides in dealings.values():
        if len(sides) != 2:
            continue
        (one, other) = (sum(side.values()) for side in sides.values())
        if one * other >= 0:
            continue
        smaller = min(abs(one), abs(other))
        for side, net in zip(sides.values(), (one, other), strict=True):
            assert len(side) == 1  # the random federations use one account a side
            for line, leaf in side:
                sums[line, leaf, "ELIM"] += -smaller if net > 0 else smaller
