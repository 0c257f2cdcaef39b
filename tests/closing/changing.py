"""Books of one unit whose only month changes from example to example."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ledger.books import Books, load_books, main_text, open_workspace

CONF = """\
[federation]
name = "Samverkan Test"
currency = "SEK"
central = "gemensamt"
language = "en"
"""


def changing(root: Path, accounts: str) -> Callable[[str], Books]:
    """Make a federation in `root`; what it gives loads all books with a new text of the unit `repris`."""
    (root / "fava.conf").write_text(CONF, encoding="utf-8")
    for slug in ("gemensamt", "repris"):
        home = root / "units" / slug
        (home / "books" / "2026").mkdir(parents=True)
        toml = f'name = "{slug}"\ncode = "{slug.upper()}"\ncurrency = "SEK"\n'
        (home / "unit.toml").write_text(toml, encoding="utf-8")
        (home / "accounts.beancount").write_text(accounts, encoding="utf-8")
        (home / "books" / "2026" / "2026-01.beancount").write_text("; none\n", encoding="utf-8")
    for name in ("policy", "prices"):
        (root / "units" / f"{name}.beancount").write_text("; none\n", encoding="utf-8")
    ws = open_workspace(root)
    for unit in ws.units.values():
        unit.main.write_text(main_text(unit), encoding="utf-8")
    month = ws.units["repris"].books / "2026" / "2026-01.beancount"

    def load(text: str) -> Books:
        month.write_text(text or "; none\n", encoding="utf-8")
        return load_books(ws)

    return load
