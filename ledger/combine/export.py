"""The combined ledger for other programs: Beancount, hledger and ledger, Parquet, JSON (SPEC 5).

Each export holds the same sums; the tests ask the other programs. Texts are pure functions of the figures, so the same
books give the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount.core import data
from beancount.parser import printer

from ledger.combine.combined import Combined

#: Decimals of a Parquet amount: no currency has more.
SCALE = 4


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
    """Parquet files by name: trial balance, eliminations with their postings, unmatched, translation."""
    import io  # noqa: PLC0415  with Polars, which only this export needs

    import polars as pl  # noqa: PLC0415  as above

    money = pl.Decimal(38, SCALE)

    def written(rows: list[dict[str, Any]], schema: dict[str, Any]) -> bytes:
        for row in rows:
            for value in row.values():
                assert not isinstance(value, Decimal) or value == round(value, SCALE)
        buffer = io.BytesIO()
        pl.DataFrame(rows, schema=schema, orient="row").write_parquet(buffer)
        return buffer.getvalue()

    text = pl.String()
    return {
        "trial_balance.parquet": written(
            [
                {"line": r.line, "account": r.account, "unit": r.unit, "amount": r.amount}
                for r in combined.trial_balance
            ],
            {"line": text, "account": text, "unit": text, "amount": money},
        ),
        "entries.parquet": written(
            [
                {
                    "date": e.date,
                    "column": e.column,
                    "kind": e.kind,
                    "key": e.key,
                    "section": e.section,
                    "units": ",".join(e.units),
                    "line": p.place.line,
                    "account": p.place.account,
                    "unit": p.unit or p.column,
                    "amount": p.amount,
                    "source": p.source,
                }
                for e in combined.entries
                for p in e.postings
            ],
            {
                "date": pl.Date(),
                **dict.fromkeys(("column", "kind", "key", "section", "units", "line", "account", "unit"), text),
                "amount": money,
                "source": text,
            },
        ),
        "unmatched.parquet": written(
            [
                {
                    "code": u.code,
                    "class": u.kind,
                    "key": u.key,
                    "units": ",".join(u.units),
                    "amount": u.amount,
                    "currency": u.currency,
                    "sources": ",".join(u.sources),
                }
                for u in combined.unmatched
            ],
            {
                **dict.fromkeys(("code", "class", "key", "units"), text),
                "amount": money,
                "currency": text,
                "sources": text,
            },
        ),
        "translation.parquet": written(
            [
                {
                    "unit": t.unit,
                    "currency": t.currency,
                    "opening_net_assets": t.opening_net_assets,
                    "posted": t.posted,
                    "proof": t.proof,
                }
                for t in combined.translation
            ],
            {"unit": text, "currency": text, "opening_net_assets": money, "posted": money, "proof": money},
        ),
    }


def write_parquet(combined: Combined, folder: Path, write: Callable[[Path, bytes], None]) -> list[Path]:
    """Write the tables into `folder`, each whole or not at all; their paths."""
    paths = []
    for name, content in parquet_tables(combined).items():
        write(folder / name, content)
        paths.append(folder / name)
    return paths
