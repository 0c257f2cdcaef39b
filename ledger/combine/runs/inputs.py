"""Which files a locked run was made of, told by the SHA-256 of each (SPEC 10).

An input is every file that could hold something of the period: settings, policy, prices, adjustments, seals, charts,
accounts, and of the month files those with an entry dated until ten days after the period's end (so late may people
book the other side of a dealing that is shown as in transit), with a levy of the period (central's side is in transit
however late it stands, where central's month was closed), or with a correction (`corrects:`, `concerns:`), which may
reach back. Another later month's file is none: it may grow without anybody asking whether the figures still hold.

A file's text is read once as long as it stays as it is: what was found in it is kept in the state folder by the digest
of its content.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from beancount.core import data

from ledger.books import Books, durable, last_day, month_of
from ledger.books.durable import read_plain, sha256
from ledger.books.fingerprint import content_of, digest_of
from ledger.combine.dealings.items import WINDOW
from ledger.combine.runs.problems import RunMoved

MONTH = re.compile(r"units/[^/]+/books/.+\.beancount")
TEXTS = (".beancount", ".toml", ".jsonl")
PRICES = "units/prices.beancount"
_DATE = re.compile(rb"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})", re.MULTILINE)
_BACK = re.compile(rb"^[ \t]+(?:corrects|concerns):", re.MULTILINE)
#: A levy as the close has written it: its month is in its link.
_LEVY = re.compile(rb'^[ \t]+source-id:[ \t]*"close:ic-[^"\n]*-levy-([0-9]{4}-[0-9]{2})', re.MULTILINE)
#: A levy is of its month's last day; every month has this one, and an input too many changes no figure.
LAST = 28
KEPT = "facts.json"


@dataclass(frozen=True, slots=True)
class Fact:
    """What a file's text says: its SHA-256, the first day ("" = none) that it has something of, what reaches back.

    A levy is of its month, wherever it stands.
    """

    sha256: str
    first: str
    back: bool

    def reaches(self, until: dt.date) -> bool:
        """Whether something in it may count on or before `until`."""
        return self.back or (self.first != "" and self.first <= until.isoformat())


class Facts:
    """Facts of a workspace's files, kept by the digest of their content.

    Raises:
        RunMoved: by `of` and `inputs`: a file isn't any more what the books were loaded from.
    """

    def __init__(self, books: Books) -> None:
        self.books = books
        self.folder = books.workspace.state_folder / "runs"
        self._known = _read(self.folder / KEPT)
        self._fresh: dict[str, Fact] = {}

    def of(self, name: str) -> Fact:
        """What is known of the file `name` (a path below the workspace)."""
        digest = self.books.digests[name]
        found = self._fresh.get(digest) or self._known.get(digest)
        if found is None:
            found = _fact(self._text(name, digest))
        self._fresh[digest] = found
        return found

    def _text(self, name: str, digest: str) -> bytes:
        """The file's text, as it was when the books were loaded."""
        path = self.books.workspace.root / name
        try:
            linked = path.is_symlink() or path.stat().st_nlink > 1  # settings may be; of these no content is recorded
            text = path.read_bytes() if linked else read_plain(path)
        except OSError as error:
            raise RunMoved(file=name) from error
        if not linked and content_of(text) != digest:
            raise RunMoved(file=name)
        return text

    def inputs(self, until: dt.date) -> dict[str, str]:
        """SHA-256 of each input of a period that ends on `until`, by path, sorted.

        Raises:
            RunMoved: a file has changed since the books were loaded.
        """
        late = until + WINDOW
        found: dict[str, str] = {}
        for name in sorted(self.books.digests):
            if not is_text(name) or not (self.books.workspace.root / name).is_file():
                continue
            fact = self.of(name)
            if not MONTH.fullmatch(name) or fact.reaches(late):
                found[name] = fact.sha256
        return found

    def keep(self) -> None:
        """Write down what was found, for the next look; where that isn't possible, nothing is lost but time."""
        if self._fresh.keys() != self._known.keys():
            rows = {digest: [f.sha256, f.first, f.back] for digest, f in sorted(self._fresh.items())}
            with contextlib.suppress(OSError):
                durable.replace(self.folder / KEPT, json.dumps(rows).encode(), private=True, sync=False)


def is_text(name: str) -> bool:
    """Whether a file that was looked at is one of those that figures are made of."""
    return name == "fava.conf" or (name.startswith("units/") and name.endswith(TEXTS))


def _fact(text: bytes) -> Fact:
    dates = ((int(y), int(m), int(d)) for y, m, d in _DATE.findall(text))
    days = [f"{year:04d}-{month:02d}-{day:02d}" for year, month, day in dates]
    days += [f"{month.decode()}-{LAST}" for month in _LEVY.findall(text)]
    return Fact(sha256(text), min(days, default=""), _BACK.search(text) is not None)


def _read(path: Path) -> dict[str, Fact]:
    try:
        rows = json.loads(read_plain(path))
        return {str(digest): Fact(str(sha), str(first), bool(back)) for digest, (sha, first, back) in rows.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def reach(books: Books, until: dt.date) -> str:
    """The federation's last month with a posting, at most the period's own.

    What the rules add goes that far: where a period was locked before its last month had any posting, the first one
    that comes later adds to it, however late it is.
    """
    days = [book.summary.last for book in books.units.values() if book.summary is not None and book.summary.last]
    return month_of(min(max(days, default=dt.date.min), until))


def latest(books: Books) -> str:
    """File and line of the federation's last voucher: what made `reach` what it is."""
    ends = {slug: book.summary.last for slug, book in books.units.items() if book.summary and book.summary.last}
    slug = max(sorted(ends), key=lambda unit: ends[unit], default=None)
    if slug is None:
        return "-"
    found = [e.meta for e in books.units[slug].entries() if isinstance(e, data.Transaction) and e.date == ends[slug]]
    file, line = min((books.workspace.shown(str(meta["filename"])), int(meta["lineno"])) for meta in found)
    return f"{file}:{line}"


def rates_digest(books: Books, until: dt.date) -> str:
    """Digest of the exchange rates that count: until ten days after the period's end, and to the end of its month.

    Later ones change nothing of it; a month's average is made of all of the month.
    """
    last = max(until + WINDOW, last_day(month_of(until)))
    rows = (
        repr((type(entry).__name__, entry.date, *_said(entry)))
        for entry in books.central_text.prices
        if entry.date <= last
    )
    return digest_of(*(row.encode() for row in sorted(rows)))


def _said(entry: data.Directive) -> tuple[object, ...]:
    """What a rate says, without its place."""
    if isinstance(entry, data.Price):
        return entry.currency, str(entry.amount)
    if isinstance(entry, data.Custom):
        return entry.type, *(str(value.value) for value in entry.values)
    return ()


def touched(before: Mapping[str, str], now: Mapping[str, str]) -> list[tuple[str, str]]:
    """What became of a run's inputs: (`changed`, `new` or `removed`, path), by path."""
    return [
        ("new" if name not in before else "removed" if name not in now else "changed", name)
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]
