"""A federation as values: members, vouchers, exchange rates. Written as books on disk or taken into memory.

Who makes federations up (random ones in tests, large ones to be measured, clean ones into which errors are put) says
what was booked; this module writes it as the text that bookkeepers write, and knows on which line each posting stands.
Amounts are debit positive; roles are those of the units' charts.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from pathlib import Path

from beancount.core import data
from beancount.parser import booking, options, parser

from ledger.books import Books, Unit, UnitBook, Workspace, main_text, open_workspace, summarise
from ledger.books.config import FederationFile
from ledger.books.owners import OwnerTable
from ledger.books.unitbook import AdjustmentText, CentralText
from ledger.charts import load_chart
from ledger.rules.rounding import decimals

#: Where a unit of a currency is: what its invoices bear of VAT goes by it.
COUNTRIES = {"SEK": "SE", "EUR": "ES", "CLP": "CL", "KES": "KE"}
OPENED = "2019-01-01"
#: Books that are only in memory lie here; nothing is read from it.
NOWHERE = Path("/federation")
ADJUSTMENTS = "units/adjustments/2026.beancount"


@dataclass(frozen=True)
class Member:
    """Who a unit is. `joined` and `left` are both inside; `owners` are further tables of its `unit.toml`, as text."""

    slug: str
    currency: str = "SEK"
    entity: str = "division"
    chart: str = "bas"
    levels: tuple[str, ...] = ()
    business_line: str | None = None
    joined: dt.date | None = None
    left: dt.date | None = None
    owners: str = ""

    def account(self, role: str) -> str:
        """The account that its chart gives a role; an account's own name stands for itself."""
        return role if ":" in role else _role(self.chart, role)

    @property
    def code(self) -> str:
        """Its account leaf in the federation's ledger."""
        return self.slug.upper()

    def toml(self) -> str:
        """Its `unit.toml`."""
        lines = [
            f'name = "{self.slug.title()}"\ncode = "{self.code}"\nentity = "{self.entity}"\n',
            f'currency = "{self.currency}"\nchart = "{self.chart}"\ncountry = "{COUNTRIES[self.currency]}"\n',
        ]
        if self.levels:
            lines.append(f"levels = [{', '.join(map(repr, self.levels))}]\n".replace("'", '"'))
        if self.business_line:
            lines.append(f'business_line = "{self.business_line}"\n')
        lines += [f"{name} = {day}\n" for name, day in (("joined", self.joined), ("left", self.left)) if day]
        return "".join(lines) + self.owners

    def unit(self, root: Path) -> Unit:
        """As the books know it."""
        return Unit(
            slug=self.slug,
            folder=root / "units" / self.slug,
            name=self.slug.title(),
            code=self.code,
            entity=self.entity,
            currency=self.currency,
            chart=self.chart,
            levels=self.levels,
            business_line=self.business_line,
            joined=self.joined,
            left=self.left,
            country=COUNTRIES[self.currency],
            owners=tuple(OwnerTable(**table) for table in tomllib.loads(self.owners).get("owner", ())),
        )


@cache
def _role(chart: str, role: str) -> str:
    return load_chart(chart, NOWHERE).role(role).account


@dataclass(frozen=True)
class Post:
    """A posting. `worth`: its weight in the unit's currency, where its own is another."""

    role: str
    amount: Decimal
    currency: str
    partner: str = ""
    ic: str = ""
    worth: Decimal | None = None
    meta: tuple[tuple[str, str], ...] = ()

    @property
    def weight(self) -> Decimal:
        """What it weighs in its voucher."""
        return self.amount if self.worth is None else self.worth

    def times(self, factor: Decimal) -> Post:
        """The same of so many times the amount; a `cost:` likewise."""
        meta = tuple((name, _times(text, factor) if name == "cost" else text) for name, text in self.meta)
        worth = None if self.worth is None else self.worth * factor
        return replace(self, amount=self.amount * factor, worth=worth, meta=meta)


def _times(text: str, factor: Decimal) -> str:
    number, currency = text.split()
    return f"{money(Decimal(number) * factor, currency)} {currency}"


@dataclass(frozen=True)
class Voucher:
    """A transaction of one unit. `deal`: the dealing that it belongs to; empty for dealings with the world."""

    unit: str
    date: dt.date
    posts: tuple[Post, ...]
    text: str = "Voucher"
    deal: str = ""
    links: tuple[str, ...] = ()
    document: str = ""
    flag: str = "*"


@dataclass(frozen=True)
class Adjusted:
    """What the finance head books on top: roles are accounts of the group, `unit` says whose figures it belongs to."""

    date: dt.date
    posts: tuple[Post, ...]
    unit: str = ""
    link: str = ""
    reverses: dt.date | None = None

    def text(self) -> str:
        """As it stands in `units/adjustments/`."""
        link = f" ^{self.link}" if self.link else ""
        lines = [
            f'{self.date} * "Adjustment"{link}',
            '  author: "anna"',
            '  reason: "It is missing"',
            '  approver: "bo"',
        ]
        lines += [f'  unit: "{self.unit}"'] if self.unit else []
        lines += [f"  reverses: {self.reverses}"] if self.reverses else []
        for post in self.posts:
            lines.append(f"  {post.role}  {money(post.amount, post.currency)} {post.currency}")
            lines += [f'    {key}: "{text}"' for key, text in (("partner", post.partner), ("ic", post.ic)) if text]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Stock:
    """What `unit` still holds of a seller's goods, at transfer price."""

    unit: str
    date: dt.date
    seller: str
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Quotes:
    """Exchange rates against the reporting currency: prices by day, averages by month."""

    spots: tuple[tuple[str, dt.date, Decimal], ...] = ()
    averages: tuple[tuple[str, str, Decimal], ...] = ()
    base: str = "SEK"

    def text(self) -> str:
        """`units/prices.beancount`."""
        lines = [f"{day} price {currency} {rate} {self.base}\n" for currency, day, rate in self.spots]
        for currency, month, rate in self.averages:
            lines.append(f'{month}-28 custom "average-rate" "{currency}" {rate} {self.base}\n')
        return "".join(sorted(lines)) or "; no rates\n"


@dataclass(frozen=True)
class Sheet:
    """A month file: its path below the workspace, its text, and the line of each posting by voucher and place."""

    path: str
    text: str
    lines: dict[tuple[int, int], int]
    stock_lines: dict[int, int]


@dataclass(frozen=True)
class Federation:
    """Everything that was booked.

    Attributes:
        order: how vouchers are put in a row within a file (by their number), where not as they stand.
        split: in how many files a month's vouchers lie; only in memory, the books on disk have one.
    """

    members: tuple[Member, ...]
    vouchers: tuple[Voucher, ...] = ()
    stock: tuple[Stock, ...] = ()
    quotes: Quotes = Quotes()
    policy: str = ""
    adjusted: tuple[Adjusted, ...] = ()
    tolerance: Decimal = Decimal("1.00")
    tolerance_total: Decimal = Decimal("10.00")
    central: str = "a"
    order: Callable[[int], int] | None = field(default=None, compare=False, repr=False)
    split: Callable[[int], str] | None = field(default=None, compare=False, repr=False)

    def member(self, slug: str) -> Member:
        """A member by its slug."""
        return next(m for m in self.members if m.slug == slug)

    def conf(self) -> str:
        """`fava.conf`."""
        return (
            f'[federation]\nname = "Benchmark"\ncurrency = "{self.quotes.base}"\ncentral = "{self.central}"\n'
            f'language = "en"\n[intragroup]\ntolerance = "{self.tolerance}"\n'
            f'tolerance_total = "{self.tolerance_total}"\n'
        )

    def sheets(self, slug: str) -> Iterator[Sheet]:
        """The month files of one unit, by name."""
        member = self.member(slug)
        files: dict[str, list[int]] = defaultdict(list)
        for number, voucher in enumerate(self.vouchers):
            if voucher.unit == slug:
                files[f"{voucher.date:%Y-%m}{self.split(number) if self.split else ''}"].append(number)
        stock: dict[str, list[int]] = defaultdict(list)
        for number, row in enumerate(self.stock):
            if row.unit == slug:
                stock[f"{row.date:%Y-%m}"].append(number)
        for name in sorted(files.keys() | stock.keys()):
            numbers = sorted(files.get(name, ()), key=self.order) if self.order else files.get(name, [])
            yield self._sheet(member, name, numbers, stock.get(name, []))

    def _sheet(self, member: Member, name: str, numbers: Iterable[int], stock: Iterable[int]) -> Sheet:
        lines: list[str] = [f"; {member.slug} {name}", ""]
        places: dict[tuple[int, int], int] = {}
        for number in numbers:
            voucher = self.vouchers[number]
            links = "".join(f" ^{link}" for link in voucher.links)
            lines.append(f'{voucher.date} {voucher.flag} "{voucher.text}"{links}')
            if voucher.document:
                lines.append(f'  document: "{voucher.document}"')
            for at, post in enumerate(voucher.posts):
                lines.append(posting_text(member, post))
                places[number, at] = len(lines)
                lines += [f'    {key}: "{text}"' for key, text in (("partner", post.partner), ("ic", post.ic)) if text]
                lines += [f"    {key}: {text}" for key, text in post.meta]
            lines.append("")
        stated: dict[int, int] = {}
        for number in stock:
            row = self.stock[number]
            lines.append(
                f'{row.date} custom "internal-stock" "{row.seller}" {money(row.amount, row.currency)} {row.currency}'
            )
            stated[number] = len(lines)
        path = f"units/{member.slug}/books/{name[:4]}/{name}.beancount"
        return Sheet(path, "\n".join(lines) + "\n", places, stated)

    def places(self) -> dict[tuple[int, int], str]:
        """`units/…:12` of every posting, by voucher and place."""
        return {
            key: f"{sheet.path}:{line}"
            for member in self.members
            for sheet in self.sheets(member.slug)
            for key, line in sheet.lines.items()
        }

    def opens(self, slug: str) -> str:
        """`open` directives of the accounts that a unit uses."""
        member = self.member(slug)
        names = {member.account(p.role) for v in self.vouchers if v.unit == slug for p in v.posts}
        return "".join(f"{OPENED} open {name}\n" for name in sorted(names)) or "; no accounts\n"

    def books(self, known: dict[str, UnitBook] | None = None) -> Books:
        """The books in memory, booked by Beancount. `known`: of units that are taken as they are."""
        config = FederationFile.model_validate(_table(self))
        units = {m.slug: m.unit(NOWHERE) for m in self.members}
        known = known or {}
        books = {slug: known.get(slug) or self._book(unit) for slug, unit in units.items()}
        prices = parser.parse_string(self.quotes.text())[0]
        policy = [e for e in parser.parse_string(self.policy)[0] if isinstance(e, data.Custom)]
        text = CentralText(tuple(policy), tuple(prices), f"{self.quotes.text()}{self.policy}")
        return Books(Workspace(NOWHERE, config, units), books, text, {}, adjustments=self._adjustments())

    def _adjustments(self) -> AdjustmentText:
        text = "\n".join(one.text() for one in self.adjusted)
        found, errors, _ = parser.parse_string(text, report_filename=str(NOWHERE / ADJUSTMENTS))
        assert not errors, errors
        entries = [entry for entry in found if isinstance(entry, data.Transaction)]
        entries.sort(key=data.entry_sortkey)
        return AdjustmentText(tuple(entries), key=text)

    def _book(self, unit: Unit) -> UnitBook:
        entries: data.Entries = []
        texts = [(f"units/{unit.slug}/accounts.beancount", self.opens(unit.slug))]
        texts += [(sheet.path, sheet.text) for sheet in self.sheets(unit.slug)]
        for path, text in texts:
            found, errors, _ = parser.parse_string(text, report_filename=str(NOWHERE / path))
            assert not errors, errors
            entries += found
        entries.sort(key=data.entry_sortkey)
        entries, errors = booking.book(entries, dict(options.OPTIONS_DEFAULTS))
        assert not errors, errors
        booked = list(entries)
        return UnitBook(
            unit=unit, key=repr(texts), problems=(), summary=summarise(booked), _entries=lambda: list(booked)
        )

    def write(self, root: Path) -> None:
        """The workspace on disk, as bookkeepers and `sambok unit add` leave it."""
        (root / "units").mkdir(parents=True)
        (root / "fava.conf").write_text(self.conf(), encoding="utf-8")
        (root / "units" / "policy.beancount").write_text(self.policy or "; no policy\n", encoding="utf-8")
        (root / "units" / "prices.beancount").write_text(self.quotes.text(), encoding="utf-8")
        if self.adjusted:
            (root / ADJUSTMENTS).parent.mkdir()
            (root / ADJUSTMENTS).write_text("\n".join(one.text() for one in self.adjusted), encoding="utf-8")
        for member in self.members:
            self.write_unit(root, member.slug)
        workspace = open_workspace(root)
        assert not workspace.problems, workspace.problems
        for unit in workspace.units.values():
            unit.main.write_text(main_text(unit), encoding="utf-8")

    def write_unit(self, root: Path, slug: str) -> None:
        """A unit's own files; those that are there are replaced."""
        home = root / "units" / slug
        shutil.rmtree(home / "books", ignore_errors=True)
        home.mkdir(exist_ok=True)
        (home / "unit.toml").write_text(self.member(slug).toml(), encoding="utf-8")
        (home / "accounts.beancount").write_text(self.opens(slug), encoding="utf-8")
        empty = Sheet(f"units/{slug}/books/2026/2026-01.beancount", "; nothing yet\n", {}, {})
        for sheet in [*self.sheets(slug)] or [empty]:
            file = root / sheet.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(sheet.text, encoding="utf-8")


def _table(federation: Federation) -> dict[str, object]:
    return {
        "federation": {"name": "Test", "currency": federation.quotes.base, "central": federation.central},
        "intragroup": {
            "tolerance": str(federation.tolerance),
            "tolerance_total": str(federation.tolerance_total),
        },
    }


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency's decimals; one that is finer keeps its own."""
    places = decimals(currency)
    rounded = round(amount, places)
    return f"{rounded if rounded == amount else amount:f}"


def posting_text(member: Member, post: Post) -> str:
    """A posting's line, metadata apart."""
    line = f"  {member.account(post.role)}  {money(post.amount, post.currency)} {post.currency}"
    if post.worth is None:
        return line
    return f"{line} @@ {money(abs(post.worth), member.currency)} {member.currency}"
