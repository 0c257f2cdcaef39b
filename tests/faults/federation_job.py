"""A job over several units, small enough to be run a thousand times, for tests that interrupt it."""

import datetime as dt
import os
import shutil
import sys
from pathlib import Path

from ledger.books import clock, durable, main_text, open_workspace, program, write
from ledger.books.jobs import joined
from ledger.books.person import person
from ledger.books.write import Block, Change, Note

DAY = dt.date(2026, 3, 31)
UNITS = ("gemensamt", "repris")
#: A file of which all is written anew, as the seals are.
WHOLE = "books/2026/2026-01.beancount"
CONF = '[federation]\nname = "Test"\ncurrency = "SEK"\ncentral = "gemensamt"\nlanguage = "en"\n'


def lay_out(root):
    """Two units; one job has been done, so that the histories have begun."""
    shutil.rmtree(root, ignore_errors=True)
    for slug in UNITS:
        home = root / "units" / slug
        (home / "books" / "2026").mkdir(parents=True)
        (home / "unit.toml").write_text(f'name = "{slug.title()}"\ncode = "{slug.upper()}"\ncurrency = "SEK"\n')
        (home / "accounts.beancount").write_text("; accounts\n")
        (home / "books" / "2026" / "2026-03.beancount").write_text("; March\n")
    (root / "fava.conf").write_text(CONF)
    for name in ("policy", "prices"):
        (root / "units" / f"{name}.beancount").write_text("; none\n")
    ws = open_workspace(root)
    for unit in ws.units.values():
        unit.main.write_text(main_text(unit))
    close(ws, 0)
    return ws


def entry(name):
    return Block(DAY, f'2026-03-31 * "{name}"\n  source-id: "{name}"\n', name)


def close(ws, number):
    """As a close does: both sides of a voucher, accounts, files that nobody adds to; each once, whenever it runs."""
    with write.federation_lock(ws, UNITS):
        made = {}
        for slug in UNITS:
            unit, name = ws.units[slug], f"{slug}-{number}"
            if name in write.source_ids(unit):
                continue
            month, accounts, whole = unit.month_file(DAY), unit.folder / "accounts.beancount", unit.folder / WHOLE
            opened = Block(DAY, f"2026-03-01 open Assets:N{number}")
            closed = unit.books / "2026" / f"2026-{number % 12 + 1:02}.{slug}.closed.beancount"
            text = whole.read_text() if whole.exists() else ""
            before = closed.read_text() if closed.exists() else ""
            made[unit] = [
                added(month, entry(name)),
                added(accounts, opened),
                Change(whole, f"{text}; {number}\n", digest(whole)),
                Change(closed, f"{before}; {number}\n", digest(closed)),
            ]
        if made:
            note = Note("close", vouchers=(f"L-{number}",), details={"number": str(number)})
            write.apply_federation(ws, made, note=note, check=None)


def added(path, block):
    return Change(path, joined(path.read_text(), [block]), digest(path), (block,))


def digest(path):
    return durable.content_hash(path)


def main(root, mark, number):
    """The whole life of a process that is traced from the opening of `mark` on."""
    ws = open_workspace(Path(root))
    for known_before in (lambda: person(ws.root), clock.stamp, program.version, program.rules):
        known_before()
    with open(mark):  # noqa: PTH123  the trace looks for it
        pass
    try:
        close(ws, int(number))
    except OSError:
        os._exit(4)


if __name__ == "__main__":
    main(*sys.argv[1:])
