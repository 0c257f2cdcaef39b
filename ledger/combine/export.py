"""The combined ledger for other programs: Beancount, hledger and ledger, Parquet, JSON (SPEC 5).

Each export holds the same sums; the tests ask the other programs. Texts are pure functions of the figures, so the same
books give the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount.core import data
from beancount.parser import printer

from ledger.combine.combined import Combined

#: Decimals of a Parquet amount: no currency has more.
SCALE = 4
TEXT, DATE, MONEY = "text", "date", "money"


def json_text(combined: Combined) -> str:
    """The object of `sambok combine --json` as text, with a final newline."""
    return json.dumps(combined.as_json(), ensure_ascii=False, indent=1) + "\n"


def beancount_text(
    entries: Sequence[data.Directive], title: str, currency: str, shown: Callable[[str], str] = str
) -> str:
    """A Beancount file. Every entry names its source in `source:`, as `units/…:12`.

    Args:
        entries: of `group_entries` with `language=None`.
        title: the ledger's title.
        currency: of all amounts.
        shown: a file's name relative to the workspace.
    """
    plain = title.replace("\\", "").replace('"', "'")
    parts = [f'option "title" "{plain}"\noption "operating_currency" "{currency}"\n']
    for entry in entries:
        if isinstance(entry, data.Transaction):
            source = f"{shown(entry.meta['filename'])}:{entry.meta['lineno']}"
            entry = entry._replace(meta={**entry.meta, "source": source})  # noqa: PLW2901  the same entry, with its place
        parts.append(printer.format_entry(entry))
    return "\n".join(parts)


def journal_text(entries: Sequence[data.Directive], title: str) -> str:
    """A journal that both hledger and ledger read.

    Args:
        entries: of `group_entries` with `language=None`.
        title: for the head's comment.
    """
    parts = [f"; {_plain(title)}\n"]
    for entry in entries:
        if not isinstance(entry, data.Transaction):
            continue
        flag = "!" if entry.flag == "!" else "*"
        head = " ".join(filter(None, (_plain(entry.payee or ""), _plain(entry.narration or "")))) or "-"
        rows = [f"{entry.date.isoformat()} {flag} {head}"]
        for posting in entry.postings:
            assert posting.units is not None
            rows.append(f"    {posting.account}  {posting.units.number:f} {posting.units.currency}")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def _plain(text: str) -> str:
    """A description without what journals read as comment, code or status."""
    return re.sub(r"\s+", " ", re.sub(r"[;|\n\r\t()*!=\[\]{}@%\"]", " ", text)).strip()


def parquet_tables(combined: Combined) -> dict[str, bytes]:
    """Parquet files by name: trial balance, entries that no unit wrote, unmatched, translation."""
    return {
        "trial_balance.parquet": _parquet(
            {"line": TEXT, "account": TEXT, "unit": TEXT, "amount": MONEY},
            ((r.line, r.account, r.unit, r.amount) for r in combined.trial_balance),
        ),
        "entries.parquet": _parquet(
            {
                "date": DATE,
                **dict.fromkeys(("column", "kind", "key", "section", "units", "line", "account", "unit"), TEXT),
                "amount": MONEY,
                "source": TEXT,
            },
            (
                (
                    *(e.date, e.column, e.kind, e.key, e.section, ",".join(e.units)),
                    *(p.place.line, p.place.account, p.unit or p.column, p.amount, p.source),
                )
                for e in combined.entries
                for p in e.postings
            ),
        ),
        "unmatched.parquet": _parquet(
            {
                **dict.fromkeys(("code", "class", "key", "units"), TEXT),
                "amount": MONEY,
                "currency": TEXT,
                "sources": TEXT,
            },
            (
                (u.code, u.kind, u.key, ",".join(u.units), u.amount, u.currency, ",".join(u.sources))
                for u in combined.unmatched
            ),
        ),
        "translation.parquet": _parquet(
            {"unit": TEXT, "currency": TEXT, "opening_net_assets": MONEY, "posted": MONEY, "proof": MONEY},
            ((t.unit, t.currency, t.opening_net_assets, t.posted, t.proof) for t in combined.translation),
        ),
    }


def _parquet(columns: dict[str, str], rows: Iterable[tuple[Any, ...]]) -> bytes:
    """A table as Parquet; an amount that is finer than its column is a programming error."""
    import io  # noqa: PLC0415  with Polars, which only this export needs

    import polars as pl  # noqa: PLC0415  as above

    types: dict[str, Any] = {TEXT: pl.String(), DATE: pl.Date(), MONEY: pl.Decimal(38, SCALE)}
    kept = list(rows)
    assert all(v == round(v, SCALE) for row in kept for v in row if isinstance(v, Decimal))
    frame = pl.DataFrame(kept, schema={name: types[kind] for name, kind in columns.items()}, orient="row")
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def write_parquet(combined: Combined, folder: Path, write: Callable[[Path, bytes], None]) -> list[Path]:
    """Write the tables into `folder`, each whole or not at all; their paths."""
    paths = []
    for name, content in parquet_tables(combined).items():
        write(folder / name, content)
        paths.append(folder / name)
    return paths
