"""A workspace: the folder that holds the federation's settings and every unit's books (SPEC 2).

Reading one never stops at the first fault: a unit whose `unit.toml` is wrong is left out with its problem, and the
others stand. `ledger.books.root` finds it.
"""

from __future__ import annotations

import datetime as dt
import difflib
import os
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from ledger.books.adjustments import FOLDER, is_unit
from ledger.books.config import RESERVED_SLUGS, SLUG, SLUG_LENGTH, FederationFile, UnitFile, read_config
from ledger.books.owners import OwnerTable, settle_owners
from ledger.books.problems import (
    CentralMissing,
    DivisionNumber,
    UnitCodeTwice,
    UnitDates,
    UnitFolderName,
    UnitUnknown,
)
from ledger.books.sources import SourceTable
from ledger.errors import Problem, order
from ledger.rules.years import year_start

#: What the legal person of all divisions is called.
DIVISIONS = "divisions"


@dataclass(frozen=True)
class Unit:
    """A member that keeps its own books (SPEC 1).

    `joined` and `left` are both inside its membership; None means always.
    """

    slug: str
    folder: Path
    name: str
    code: str
    entity: str
    currency: str
    chart: str
    organisation_number: str | None = None
    vat_deduction: Decimal = Decimal(1)
    levels: tuple[str, ...] = ()
    business_line: str | None = None
    joined: dt.date | None = None
    left: dt.date | None = None
    status: str = "active"
    bookkeeping: str = "sambok"
    combine: bool = True
    country: str | None = None
    payment_numbers: tuple[str, ...] = ()
    series: str | None = None
    sources: tuple[SourceTable, ...] = ()
    owners: tuple[OwnerTable, ...] = ()

    def in_scope(self, day: dt.date) -> bool:
        """Whether the unit is a member on `day` and its book belongs in the combined statements (SPEC 10)."""
        return self.combine and (self.joined is None or self.joined <= day) and (self.left is None or day <= self.left)

    @property
    def legal_person(self) -> str:
        """All divisions together are one legal person; each legal entity is one of its own (SPEC 1)."""
        return DIVISIONS if self.entity == "division" else f"entity:{self.slug}"

    @property
    def main(self) -> Path:
        """The unit's `main.beancount`, owned by the federation."""
        return self.folder / "main.beancount"

    @property
    def books(self) -> Path:
        """Where bookkeepers and importers write."""
        return self.folder / "books"

    def month_file(self, day: dt.date) -> Path:
        """The file that holds the month of `day`."""
        return self.books / f"{day:%Y}" / f"{day:%Y-%m}.beancount"


@dataclass(frozen=True)
class Workspace:
    """The federation's folder, its settings and its units."""

    root: Path
    config: FederationFile
    units: dict[str, Unit]
    problems: tuple[Problem, ...] = ()

    @property
    def currency(self) -> str:
        """The reporting currency."""
        return self.config.federation.currency

    @property
    def language(self) -> str:
        """The federation's language: statements, group account names, web."""
        return self.config.federation.language

    @property
    def units_folder(self) -> Path:
        """`units/`."""
        return self.root / "units"

    @property
    def policy_file(self) -> Path:
        """`units/policy.beancount`: dated rates and decisions."""
        return self.units_folder / "policy.beancount"

    @property
    def prices_file(self) -> Path:
        """`units/prices.beancount`: exchange rates."""
        return self.units_folder / "prices.beancount"

    @property
    def adjustments_folder(self) -> Path:
        """`units/adjustments/`: what the finance head adjusts on top of all books; it may be missing."""
        return self.units_folder / "adjustments"

    @property
    def runs_folder(self) -> Path:
        """`runs/`: the combined figures that were locked."""
        return self.root / "runs"

    @property
    def state_folder(self) -> Path:
        """`.sambok/`: caches and what runs; never in a unit's folder, and safe to delete."""
        return self.root / ".sambok"

    @cached_property
    def faulty(self) -> frozenset[str]:
        """Units whose settings have a problem: they aren't counted as if they had none."""
        return frozenset(problem.unit for problem in self.problems if problem.unit)

    @property
    def left_out(self) -> list[Problem]:
        """Why folders of `units/` are no units: their `unit.toml` or name can't be used."""
        return [p for p in self.problems if p.unit not in self.units and (p.file or "").startswith("units/")]

    @cached_property
    def central(self) -> Unit | None:
        """The unit that carries the shared services; None (with a problem) if it isn't there."""
        return self.units.get(self.config.federation.central)

    def unit(self, slug: str) -> Unit:
        """The unit called `slug`.

        Raises:
            Problem: it is left out, and this is why: its folder's name or its `unit.toml`.
            UnitUnknown: no such unit; the nearest one is named.
        """
        if slug in self.units:
            return self.units[slug]
        for problem in self.left_out:
            if slug in {problem.unit, str(problem.file).removeprefix("units/")}:
                raise problem
        names = {*self.units, *(problem.unit for problem in self.left_out if problem.unit)}  # a broken one, too
        near = difflib.get_close_matches(slug.lower(), names, n=1, cutoff=0)
        known = ", ".join(sorted(names)) or "-"
        raise UnitUnknown(slug=slug, nearest=near[0] if near else "-", known=known)

    def shown(self, path: str | os.PathLike[str]) -> str:
        """`path` as users know it: relative to the workspace where it is inside, as it stands elsewhere.

        A name may hold line breaks, or bytes that are no text; such characters are named.
        """
        text = os.fspath(path)
        if not text.isprintable():
            from ledger.books.guard_bytes import visible  # noqa: PLC0415  hardly ever

            text = visible(text)
        if text.startswith("<"):
            return text
        inside = f"{self.root}{os.sep}"
        if text.startswith(inside) and "//" not in text:  # asked once a posting: the common case without pathlib
            return text[len(inside) :]
        try:
            return Path(text).relative_to(self.root).as_posix()
        except ValueError:
            return text

    @cached_property
    def first_month(self) -> int:
        """The month with which fiscal years begin, 1 to 12."""
        return int(self.config.federation.fiscal_year_start[:2])

    def fiscal_year(self, day: dt.date) -> tuple[dt.date, dt.date]:
        """First and last day of the fiscal year that holds `day`."""
        first = year_start(day, self.first_month)
        return first, first.replace(year=first.year + 1) - dt.timedelta(days=1)


def open_workspace(root: Path) -> Workspace:
    """Read `fava.conf` and every `unit.toml` below `root`.

    Raises:
        Problem: `fava.conf` itself can't be used. Faulty units are left out, each with its problem in `problems`.
    """
    config = read_config(root / "fava.conf", FederationFile, "fava.conf")
    units: dict[str, Unit] = {}
    problems: list[Problem] = []
    folder = root / "units"
    names = sorted(p.name for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []
    for name in names:
        if name.startswith(".") or (name == FOLDER and not is_unit(folder)):
            continue
        if name in RESERVED_SLUGS or not SLUG.fullmatch(name) or len(name) > SLUG_LENGTH:
            problems.append(UnitFolderName(file=f"units/{name}", name=name))
            continue
        try:
            units[name] = read_unit(root, name)
        except Problem as problem:
            problems.append(problem)
    problems += _cross_checks(config, units)
    units, faults = settle_owners(units, frozenset(p.unit for p in problems if p.unit))
    problems += faults
    return Workspace(root, config, units, tuple(sorted(problems, key=order)))


def read_unit(root: Path, slug: str) -> Unit:
    """The unit in `units/<slug>`.

    Raises:
        Problem: its `unit.toml` can't be used.
    """
    shown = f"units/{slug}/unit.toml"
    try:
        table = read_config(root / "units" / slug / "unit.toml", UnitFile, shown)
    except Problem as problem:
        problem.unit = slug
        raise
    values = {name: getattr(table, name) for name in UnitFile.model_fields if name not in {"source", "owner"}}
    unit = Unit(slug=slug, folder=root / "units" / slug, sources=table.source, owners=table.owner, **values)
    if unit.joined and unit.left and unit.left < unit.joined:
        raise UnitDates(file=shown, unit=slug, slug=slug, joined=unit.joined, left=unit.left)
    return unit


def _cross_checks(config: FederationFile, units: dict[str, Unit]) -> list[Problem]:
    problems: list[Problem] = []
    central = config.federation.central
    if central not in units:
        problems.append(CentralMissing(file="fava.conf", slug=central))
    problems += _codes_twice(units, central)
    return problems + _division_numbers(units, central)


def _codes_twice(units: dict[str, Unit], central: str) -> list[Problem]:
    """Units that share a code: central keeps it, else the one folder of that name; all others are left out."""
    by_code: dict[str, list[str]] = {}
    for slug, unit in units.items():
        by_code.setdefault(unit.code.upper(), []).append(slug)
    problems: list[Problem] = []
    for code, slugs in by_code.items():
        rightful = [s for s in slugs if s == central] or [s for s in slugs if s.upper() == code]
        for slug in slugs if len(slugs) > 1 else ():
            if slug not in rightful:
                other = next(s for s in (*rightful, *slugs) if s != slug)
                file = f"units/{slug}/unit.toml"
                problems.append(UnitCodeTwice(file=file, unit=slug, slug=slug, other=other, unit_code=units[slug].code))
    return problems


def _division_numbers(units: dict[str, Unit], central: str) -> list[Problem]:
    """All divisions are one legal person: who states its number states the same one, central's where it has one."""
    stated = {s: u.organisation_number for s, u in units.items() if u.entity == "division" and u.organisation_number}
    first = central if central in stated else min(stated, default="")
    return [
        DivisionNumber(
            file=f"units/{slug}/unit.toml", unit=slug, slug=slug, number=number, other=first, expected=stated[first]
        )
        for slug, number in stated.items()
        if _digits(number) != _digits(str(stated[first]))
    ]


def _digits(number: str) -> str:
    """An organisation number without its punctuation."""
    return "".join(c for c in number.upper() if c.isalnum())
