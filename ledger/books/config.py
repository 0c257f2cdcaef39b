"""The two files that say who the federation and its units are: `fava.conf` and `unit.toml` (SPEC 2).

pydantic checks them at the edge; inside, frozen dataclasses travel. An unknown key is an error that names the file,
the key and the nearest valid one, because a misspelt `vat_deducton` must not silently mean 1.
"""

from __future__ import annotations

import datetime as dt
import difflib
import errno
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError, field_validator

from ledger.books.durable import read_plain
from ledger.books.guard_bytes import clip
from ledger.books.owners import OwnerTable, check_tables
from ledger.books.problems import ConfigInvalid, ConfigSyntax, ConfigUnknownKey, ConfigUnreadable
from ledger.books.sources import SourceTable
from ledger.books.tables import CURRENCY, SOURCE_NAME, Number, Table, Text, Truth
from ledger.errors import Problem
from ledger.rules.vouchers import OWN, SERIES

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
SLUG_LENGTH = 30
RESERVED_SLUGS = frozenset({"adjustments", "policy", "prices"})
CODE = re.compile(r"[A-Z0-9][A-Za-z0-9-]*")
#: Pseudo-units of the combined ledger; no unit may be called so.
PSEUDO_UNITS = frozenset({"ELIM", "ADJ", "CTA"})
YEAR_START = r"^(0[1-9]|1[0-2])-01$"
COUNTRY = r"^[A-Z]{2}$"
CONFIG_BYTES = 1 << 20


TableT = TypeVar("TableT", bound=Table)


class FederationTable(Table):
    """`[federation]` of `fava.conf`."""

    name: Annotated[Text, Field(min_length=1, max_length=120)]
    currency: Annotated[str, Field(pattern=CURRENCY)]
    central: str
    fiscal_year_start: Annotated[str, Field(pattern=YEAR_START)] = "01-01"
    language: Literal["sv", "en", "es"] = "en"


class IntragroupTable(Table):
    """`[intragroup]`: how far two sides may differ before a person must look (SPEC 10)."""

    tolerance: Annotated[Number, Field(ge=0)] = Decimal("1.00")
    tolerance_total: Annotated[Number, Field(ge=0)] = Decimal("10.00")
    indirect_goodwill: Literal["full", "share"] = "full"  # of what an owned unit owns: whole, or the group's part


class ServerTable(Table):
    """`[server]`: where the web view listens. Loopback only, until access control is configured."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 5000
    session_hours: Annotated[int, Field(ge=1, le=168)] = 8
    public_url: str | None = None


class ViewTable(Table):
    """`[view]`: from how many transactions on the federation view is fed with month summaries (DESIGN 5)."""

    voucher_threshold: Annotated[int, Field(ge=0)] = 30_000


class HistoryTable(Table):
    """`[history]`: whether each action is committed where the workspace is the top of a git repository."""

    git: Truth = True


class FederationFile(Table):
    """`fava.conf` as a whole."""

    federation: FederationTable
    intragroup: IntragroupTable = IntragroupTable()
    server: ServerTable = ServerTable()
    view: ViewTable = ViewTable()
    history: HistoryTable = HistoryTable()
    schedule: dict[str, Any] = Field(default_factory=dict)


class UnitFile(Table):
    """`unit.toml` as a whole."""

    name: Annotated[Text, Field(min_length=1, max_length=120)]
    code: str
    entity: Literal["division", "legal_entity"] = "division"
    organisation_number: Text | None = None
    vat_deduction: Annotated[Decimal, Field(ge=0, le=1)] = Decimal(1)
    currency: Annotated[str, Field(pattern=CURRENCY)]
    chart: Text = "bas"
    levels: tuple[Text, ...] = ()
    business_line: Text | None = None
    joined: dt.date | None = None
    left: dt.date | None = None
    status: Literal["test", "active", "closing", "closed"] = "active"
    bookkeeping: Literal["sambok", "fortnox"] = "sambok"
    combine: Truth = True
    country: Annotated[str, Field(pattern=COUNTRY)] | None = None
    payment_numbers: tuple[Text, ...] = ()
    series: Annotated[str, Field(pattern=SERIES)] | None = None  # of vouchers that `sambok number` gives numbers
    source: tuple[SourceTable, ...] = ()
    owner: tuple[OwnerTable, ...] = ()

    @field_validator("series")
    @classmethod
    def _series(cls, value: str | None) -> str | None:
        if value in OWN:
            raise ValueError("E, F, L, R, X and Y are Sambok's own series")
        return value

    @field_validator("owner")
    @classmethod
    def _owners(cls, value: tuple[OwnerTable, ...]) -> tuple[OwnerTable, ...]:
        return check_tables(value)

    @field_validator("levels")
    @classmethod
    def _levels(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not level.strip() or "/" in level for level in value):
            raise ValueError("each level needs a name, without /: that stands between levels in a path")
        return value

    @field_validator("joined", "left")
    @classmethod
    def _day(cls, value: dt.date | None) -> dt.date | None:
        if value is not None and not 1900 <= value.year <= 2199:
            raise ValueError("a day from 1900-01-01 to 2199-12-31 is needed")
        return value

    @field_validator("source")
    @classmethod
    def _sources(cls, value: tuple[SourceTable, ...]) -> tuple[SourceTable, ...]:
        names = [source.name for source in value]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(
                f"two sources are called {twice}; each needs a name, and a folder inbox/{twice}/, of its own"
            )
        return value

    @field_validator("code")
    @classmethod
    def _code(cls, value: str) -> str:
        if not CODE.fullmatch(value) or value in PSEUDO_UNITS:
            raise ValueError("upper-case or digit first, then letters, digits, hyphens; not ELIM, ADJ or CTA")
        return value


def read_config(path: Path, model: type[TableT], shown: str) -> TableT:
    """Read one TOML file.

    Args:
        path: the file.
        model: the table it must be.
        shown: its name in errors, relative to the workspace.

    Raises:
        ConfigUnreadable: it can't be opened, is too large or isn't UTF-8.
        ConfigSyntax: it is no TOML.
        ConfigUnknownKey: a key that nobody knows; the nearest valid one is named.
        ConfigInvalid: a known key with an impossible value.
    """
    try:
        data = read_plain(path, CONFIG_BYTES + 1)
    except OSError as error:
        reason = "it is a link to somewhere else" if error.errno == errno.ELOOP else error.strerror or str(error)
        raise ConfigUnreadable(file=shown, reason=reason) from error
    if len(data) > CONFIG_BYTES:
        raise ConfigUnreadable(file=shown, reason=f"more than {CONFIG_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")  # Windows' editors put a byte order mark first
    except UnicodeDecodeError as error:
        here = data.count(b"\n", 0, error.start) + 1
        excerpt = _line(data.decode("utf-8", "backslashreplace"), here)
        raise ConfigUnreadable(file=shown, line=here, excerpt=excerpt, reason="not UTF-8") from error
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets inside brackets
        reason = str(error) if isinstance(error, ValueError) else "brackets or names are nested too deeply"
        found = re.search(r"line (\d+)", reason)
        line = int(found[1]) if found else len(text.splitlines()) or None
        raise ConfigSyntax(file=shown, line=line, excerpt=_line(text, line), reason=reason) from error
    try:
        return model.model_validate(table)
    except ValidationError as error:
        raise _explain(error, model, text, shown) from None


def _line(text: str, line: int | None) -> str | None:
    lines = text.splitlines()
    return clip(lines[line - 1]) if line and line <= len(lines) else None


def line_of(path: Path, key: tuple[int | str, ...]) -> tuple[int | None, str | None]:
    """Line and text of a key in a settings file, for problems that are found after it was read; None where unknown."""
    try:
        return _find(read_plain(path, CONFIG_BYTES + 1).decode("utf-8-sig", "replace"), key)
    except OSError:
        return None, None


def line_with(path: Path, text: str) -> tuple[int | None, str | None]:
    """The first line of a settings file that holds a text, in the same way."""
    try:
        rows = read_plain(path, CONFIG_BYTES + 1).decode("utf-8-sig", "replace").splitlines()
    except OSError:
        return None, None
    return next(((number, clip(row)) for number, row in enumerate(rows, 1) if text in row), (None, None))


_HEAD = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*=")


def _find(text: str, path: tuple[int | str, ...]) -> tuple[int | None, str | None]:
    """The line that sets `path`; where none does (an inline table, a missing key), the nearest thing around it."""
    best: tuple[int, int, str] | None = None
    first: tuple[int, int, str] | None = None  # of several tables that are meant together
    table: tuple[int | str, ...] = ()
    counted: dict[tuple[int | str, ...], int] = {}
    for number, row in enumerate(text.splitlines(), 1):
        if head := _HEAD.match(row):
            table = ()
            for part in _parts(head[2]):
                table += (part,)
                if table in counted:
                    table += (counted[table],)
            if head[1] == "[[":
                name = table[:-1] if isinstance(table[-1], int) else table
                counted = {known: n for known, n in counted.items() if known[: len(name)] != name} | {
                    name: counted.get(name, -1) + 1
                }
                table = (*name, counted[name])
            here = table
        elif key := _KEY.match(row):
            here = table + _parts(key[1])
        else:
            continue
        if here == path[: len(here)] and (best is None or len(here) > best[0]):
            best = (len(here), number, row)
        elif first is None and here[: len(path)] == path:
            first = (len(here), number, row)
    if best is None or best[0] < len(path):
        best = first or best
    return (best[1], clip(best[2])) if best else (None, None)


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _valid_keys(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """Keys that the table at `path` knows."""
    here: type[BaseModel] = model
    for part in path[:-1]:
        if isinstance(part, int):
            continue
        annotation: Any = here.model_fields[part].annotation if part in here.model_fields else None
        inner = [a for a in (annotation, *getattr(annotation, "__args__", ())) if isinstance(a, type)]
        tables = [a for a in inner if issubclass(a, BaseModel)]
        if not tables:
            return []
        here = tables[0]
    return sorted(field.alias or name for name, field in here.model_fields.items())


def _explain(error: ValidationError, model: type[BaseModel], text: str, shown: str) -> Problem:
    first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    path = first["loc"]
    line, excerpt = _find(text, path)
    name = ".".join(part for part in path if isinstance(part, str))  # which of several, the line tells
    if first["type"] == "extra_forbidden":
        valid = _valid_keys(model, path)
        near = difflib.get_close_matches(str(path[-1]), valid, n=1, cutoff=0) or ["?"]
        return ConfigUnknownKey(
            file=shown, line=line, excerpt=excerpt, key=name, nearest=near[0], known=", ".join(valid)
        )
    return ConfigInvalid(file=shown, line=line, excerpt=excerpt, key=name, reason=_in_words(first))


#: What a pattern asks for, for those who read no patterns.
_PATTERNS = {
    CURRENCY: "three capital letters are needed, such as SEK",
    YEAR_START: "the first day of a month is needed, such as 01-01 or 07-01",
    COUNTRY: "two capital letters are needed, such as SE",
    SERIES: "a capital letter is needed, or up to eight capital letters and digits, such as A or LF",
    SOURCE_NAME: "small letters, digits and hyphens are needed, a letter first",
}


#: Tables of which there may be several.
_SEVERAL = frozenset({"source", "rule", "split", "sale", "payment", "owner"})


def _in_words(error: Any) -> str:
    """What pydantic found, without its jargon."""
    if error["type"] == "missing":
        return "it is missing"
    if error["type"] in {"tuple_type", "list_type"}:
        last = [part for part in error["loc"] if isinstance(part, str)][-1]
        return f"double brackets are needed: [[{last}]]" if last in _SEVERAL else "a list in brackets is needed"
    told = _PATTERNS.get(error.get("ctx", {}).get("pattern", ""), str(error["msg"]))
    return told.removeprefix("Value error, ").replace("Input should be", "it must be")
