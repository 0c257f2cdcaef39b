"""The combined ledger for other programs: Beancount, hledger and ledger, Parquet, JSON (SPEC 5).

Each export holds the same sums; the tests ask the other programs. Texts are pure functions of the figures, so the same
books give the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from beancount.core import data
from beancount.parser import printer

from ledger.combine.combined import Combined
from ledger.combine.reports.answer import answer
from ledger.combine.reports.tables import COUNT, DATE, MONEY, SHARE, TEXT, Table, tables

#: Decimals of a Parquet amount: no currency has more. Of an owner's share: more than any statute gives.
SCALE = 4
SHARE_SCALE = 18


def json_text(combined: Combined, *, runs: Sequence[Any] = (), lock: Mapping[str, Any] | None = None) -> str:
    """The object of `sambok combine --json` as text, with a final newline.

    Args:
        combined: the figures.
        runs: locked runs that later changes have touched, as objects.
        lock: what was locked just now.
    """
    more = {"runs": list(runs)} | ({"lock": lock} if lock is not None else {})
    return json.dumps(answer(combined) | more, ensure_ascii=False, indent=1) + "\n"


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
    """Parquet files by name: a table for each report."""
    return {f"{table.name}.parquet": _parquet(table) for table in tables(combined)}


def _parquet(table: Table) -> bytes:
    """A table as Parquet; an amount that is finer than its column is a programming error."""
    import io  # noqa: PLC0415  with Polars, which only this export needs

    import polars as pl  # noqa: PLC0415  as above

    types: dict[str, Any] = {
        TEXT: pl.String(),
        DATE: pl.Date(),
        COUNT: pl.Int64(),
        MONEY: pl.Decimal(38, SCALE),
        SHARE: pl.Decimal(38, SHARE_SCALE),
    }
    kinds = table.columns.values()
    kept = [tuple(map(_sized, kinds, row)) for row in table.rows]
    frame = pl.DataFrame(kept, schema={name: types[kind] for name, kind in table.columns.items()}, orient="row")
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def _sized(kind: str, value: Any) -> Any:
    if kind == MONEY and value is not None:
        assert value == round(value, SCALE)
    return round(value, SHARE_SCALE) if kind == SHARE and value is not None else value
