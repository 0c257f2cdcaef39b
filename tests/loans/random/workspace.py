"""A random cycle in a real workspace on disk, and the commands that a person would give, in this process."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random

from ledger.books import Workspace, main_text, open_workspace
from ledger.cli.main import main
from ledger.memo import forget
from tests.loans.random.cycles import Cycle
from tests.loans.random.second import Rules
from tests.loans.random.texts import BOOK, Voucher, accounts_text, book_text, policy_text, vouchers

CONF = '[federation]\nname = "Samverkan"\ncurrency = "SEK"\ncentral = "gemensamt"\nlanguage = "en"\n'
GROUP = 'name = "Kikundi"\ncode = "KIKUNDI"\nentity = "legal_entity"\nchart = "vsla"\ncombine = false\n'
DIVISION = 'name = "{0}"\ncode = "{0}"\ncurrency = "SEK"\n'


class Place:
    """A folder with a workspace in it, and a cache of its own."""

    def __init__(self, root: Path) -> None:
        shutil.rmtree(root, ignore_errors=True)
        self.root = root / "workspace"
        self.cache = root / "cache"
        self.write("fava.conf", CONF)
        self.write("units/prices.beancount", "; none\n")
        self.write("units/policy.beancount", "; none\n")
        self.unit("gemensamt", DIVISION.format("GEMENSAMT"), "; none\n", {})

    def write(self, path: str, text: str) -> None:
        """A file of it."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def unit(self, slug: str, toml: str, accounts: str, months: dict[str, str]) -> None:
        """A unit's own files."""
        self.write(f"units/{slug}/unit.toml", toml)
        self.write(f"units/{slug}/accounts.beancount", accounts)
        for month, text in (months or {"2026-01": "; nothing\n"}).items():
            self.write(f"units/{slug}/books/{month[:4]}/{month}.beancount", text)

    def open(self) -> Workspace:
        """With what Sambok writes in it, as a process that has never seen it."""
        ws = open_workspace(self.root)
        for unit in ws.units.values():
            unit.main.write_text(main_text(unit), encoding="utf-8")
        self.forget()
        return open_workspace(self.root)

    def forget(self) -> None:
        """Delete every cache: nothing is known but the text."""
        forget()
        shutil.rmtree(self.cache, ignore_errors=True)

    def run(self, day: object, *args: object) -> tuple[int, str, str]:
        """A command on a day: exit code, standard output, standard error."""
        out, err = io.StringIO(), io.StringIO()
        before = signal.getsignal(signal.SIGTERM)
        new = {"SAMBOK_CACHE": str(self.cache), "SAMBOK_NOW": f"{day}T10:00:00Z"}
        old = {name: os.environ.get(name) for name in (*new, "BEANCOUNT_DISABLE_LOAD_CACHE")}
        os.environ |= new
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                main(["-w", str(self.root), *map(str, args)])
        except SystemExit as end:
            assert "Traceback" not in err.getvalue(), err.getvalue()
            return int(end.code or 0), out.getvalue(), err.getvalue()
        finally:
            signal.signal(signal.SIGTERM, before)
            for name, value in old.items():
                os.environ.pop(name, None)
                os.environ |= {} if value is None else {name: value}
        raise AssertionError(args)

    def text(self) -> dict[str, str]:
        """Every book, by its path."""
        return {
            str(file.relative_to(self.root)): file.read_text(encoding="utf-8")
            for file in sorted(self.root.glob("units/*/books/**/*.beancount"))
        }


def group_in(place: Place, cycle: Cycle, written: Sequence[Voucher], *more: Rules) -> None:
    """A members' own group beside the federation's books."""
    place.write("units/policy.beancount", policy_text(cycle.rules, *more))
    toml = GROUP + f'currency = "{cycle.rules.currency}"\n'
    place.unit(BOOK, toml, accounts_text(cycle.people, cycle.rules), book_text(written, cycle.rules))


def made(folder: Path, cycle: Cycle, *more: Rules) -> Place:
    """A workspace with a group."""
    place = Place(folder)
    group_in(place, cycle, vouchers(cycle), *more)
    place.open()
    return place


def mixed(written: Iterable[Voucher], seed: int) -> list[Voucher]:
    """The same vouchers in another order, their rows likewise."""
    dice = Random(seed)  # noqa: S311  no cryptography
    found = [
        type(v)(v.day, v.text, tuple(dice.sample(v.lines, len(v.lines))), v.meeting, v.who, v.decision) for v in written
    ]
    dice.shuffle(found)
    return found


def months(texts: dict[str, str]) -> Iterator[str]:
    """Months of a book's files."""
    return (path.rpartition("/")[2][:7] for path in texts)
