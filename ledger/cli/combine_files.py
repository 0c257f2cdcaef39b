"""`sambok combine --beancount`, `--hledger`, `--ledger`, `--csv`, `--parquet`: the figures as files (SPEC 5, 10)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.cli.context import check_plain, tell_written

if TYPE_CHECKING:
    from ledger.combine import Combined
    from ledger.federation import Federation

#: Exports that are a folder with a file for each report.
FOLDERS = frozenset({"csv", "parquet"})


def export(federation: Federation, found: Combined, wanted: Mapping[str, Path]) -> None:
    """Write the combined figures to files, all or none, and say so.

    Args:
        federation: whose they are.
        found: the figures.
        wanted: by kind of export (`csv`, `beancount` ...), where it goes.
    """
    if not wanted:
        return
    from ledger.books import durable  # noqa: PLC0415  only for exports
    from ledger.combine import group_entries  # noqa: PLC0415  as above
    from ledger.combine.reports.export import beancount_text, journal_text, parquet_tables  # noqa: PLC0415  as above
    from ledger.combine.reports.tables import csv_tables  # noqa: PLC0415  as above

    ws = federation.workspace
    title = found.title(ws.config.federation.name)
    texts = wanted.keys() & {"beancount", "hledger", "ledger"}
    entries = group_entries(federation.books, federation.run, found, language=None, threshold=10**9) if texts else []
    files: dict[Path, bytes] = {}
    for kind, path in wanted.items():
        if kind in FOLDERS:
            for name, content in (csv_tables(found) if kind == "csv" else parquet_tables(found)).items():
                check_plain(path / name)
                files[path.absolute() / name] = content
        elif kind == "beancount":
            files[path.absolute()] = beancount_text(entries, title, found.currency, ws.shown).encode()
        else:
            files[path.absolute()] = journal_text(entries, title).encode()
    durable.replace_all(files)
    for kind, path in wanted.items():
        tell_written(path, sum(file.parent == path.absolute() for file in files) if kind in FOLDERS else 0)
