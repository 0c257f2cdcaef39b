"""Reading a chart's TOML file. A shipped chart is named (`bas`), a unit's own is a file in the unit's folder.

An own chart may build on a shipped one (`extends = "bas"`) and say only what differs. It is data: whatever it says,
nothing of it runs, and what it can't mean is refused with the key.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from ledger.charts import group
from ledger.charts.chart import Chart, ChartAccount, Rule
from ledger.charts.problems import ChartInvalid, ChartMissing, ChartOutside, ChartSyntax
from ledger.charts.ranges import CodeSet, Range, parse_all
from ledger.errors import Problem

_FOLDER = Path(__file__).parent
SHIPPED = ("bas", "pgc", "vsla")
ROOTS = ("Assets", "Liabilities", "Equity", "Income", "Expenses")
KEYS = ("name", "extends", "accounts", "starter", "lines", "unmapped", "roles", "ranges")
MOST_BYTES = 1 << 20
_CODE = re.compile(r"[0-9]{1,8}")


def load_chart(name: str, unit_folder: Path) -> Chart:
    """The chart that a unit's `unit.toml` names.

    Args:
        name: `bas`, `pgc`, `vsla`, or the path of a TOML file relative to the unit's folder.
        unit_folder: the unit's folder; an own chart must be a plain file inside it.

    Raises:
        ChartMissing, ChartOutside, ChartSyntax, ChartInvalid: with file and, where known, line.
    """
    if name in SHIPPED:
        return _shipped(name)
    shown = f"units/{unit_folder.name}/{name}"
    if not name.endswith(".toml"):
        settings = f"units/{unit_folder.name}/unit.toml"
        raise ChartMissing(file=settings, unit=unit_folder.name, name=name, known=", ".join(SHIPPED))
    try:
        return _from_text(name, _own_text(name, unit_folder, shown))
    except Problem as problem:
        named = isinstance(problem, ChartMissing | ChartOutside)  # then it is unit.toml that must be corrected
        problem.file = f"units/{unit_folder.name}/unit.toml" if named else problem.file or shown
        problem.unit = unit_folder.name
        raise


@cache
def _shipped(name: str) -> Chart:
    return _from_text(name, (_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _own_text(name: str, unit_folder: Path, shown: str) -> str:
    path = PurePosixPath(name)
    file = unit_folder / path
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise ChartOutside(name=name)
    if any(p.is_symlink() for p in (file, *file.parents) if unit_folder in p.parents):
        raise ChartOutside(name=name)
    if not file.exists():
        raise ChartMissing(name=name, known=", ".join(SHIPPED))
    if not file.is_file():
        raise ChartOutside(name=name)
    with file.open("rb") as stream:
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ChartInvalid(key="file", reason=f"more than {MOST_BYTES} bytes")
    try:
        return data.decode("utf-8-sig")  # Windows' editors put a byte order mark first
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ChartSyntax(file=shown, line=line, reason="not UTF-8") from error


@cache
def _from_text(name: str, text: str) -> Chart:
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets inside brackets
        reason = str(error) if isinstance(error, ValueError) else "brackets or names are nested too deeply"
        found = re.search(r"line (\d+)", reason)
        line = int(found[1]) if found else len(text.splitlines()) or None
        raise ChartSyntax(line=line, excerpt=_row(text, line), reason=reason) from error
    try:
        return _build(name, text, table)
    except ChartInvalid as problem:
        problem.line, problem.excerpt = _find(text, problem.params["key"])
        raise


def _build(name: str, text: str, table: dict[str, Any]) -> Chart:
    for key in table:
        if key not in KEYS:
            raise ChartInvalid(key=key, reason=_nearest(key, KEYS))
    parent: Chart | None = None
    if "extends" in table:
        if table["extends"] not in SHIPPED:
            raise ChartInvalid(key="extends", reason=f"one of {', '.join(SHIPPED)}")
        parent = _shipped(table["extends"])
    starter = _texts("starter", table.get("starter", []))
    accounts = dict(parent.accounts) if parent else {}
    accounts |= _accounts(_table("accounts", table), starter)
    for code in starter:
        if code not in accounts:
            raise ChartInvalid(key="starter", reason=f"no account {code} in [accounts]")
    rules = _rules(_table("lines", table))
    own = {(rule.range, rule.side) for rule in rules}
    rules += [r for r in (parent.rules if parent else ()) if (r.range, r.side) not in own]
    rules.sort(key=lambda rule: (rule.range.breadth, rule.range, rule.line.order))
    roles = dict(parent.roles) if parent else {}
    for role, code in _table("roles", table).items():
        roles[role] = _text(f"roles.{role}", code)
    digest = hashlib.blake2b(text.encode(), digest_size=16)
    digest.update((parent.digest if parent else _lines_digest()).encode())
    chart = Chart(
        name=name,
        digest=digest.hexdigest(),
        accounts=accounts,
        rules=tuple(rules),
        unmapped=(dict(parent.unmapped) if parent else {}) | _unmapped(_table("unmapped", table)),
        roles=roles,
        sets=(dict(parent.sets) if parent else {}) | _sets(_table("ranges", table)),
    )
    chart.check()
    return chart


@cache
def _lines_digest() -> str:
    return hashlib.blake2b((_FOLDER / "lines.toml").read_bytes(), digest_size=16).hexdigest()


def _accounts(table: dict[str, Any], starter: tuple[str, ...]) -> dict[str, ChartAccount]:
    found: dict[str, ChartAccount] = {}
    for root, rows in table.items():
        if root not in ROOTS or not isinstance(rows, dict):
            raise ChartInvalid(key=f"accounts.{root}", reason=f"a table under one of {', '.join(ROOTS)}")
        for code, label in rows.items():
            key = f"accounts.{root}.{code}"
            if not _CODE.fullmatch(code) or code in found:
                raise ChartInvalid(key=key, reason="a code of 1 to 8 digits, once")
            text = _text(key, label)
            if not text or text != group.as_component(text) or unicodedata.normalize("NFC", text) != text:
                raise ChartInvalid(key=key, reason="only letters, digits and single hyphens")
            found[code] = ChartAccount(code, f"{root}:{code}-{text}", code in starter)
    return found


def _rules(table: dict[str, Any]) -> list[Rule]:
    found: list[Rule] = []
    for name, texts in table.items():
        if not group.known(name):
            raise ChartInvalid(key=f"lines.{name}", reason=_nearest(name, [line.id for line in group.lines()]))
        found += [Rule(r, group.line(name)) for r in _ranges(f"lines.{name}", texts)]
    return found


def _unmapped(table: dict[str, Any]) -> dict[Range, str]:
    return {_ranges(f"unmapped.{key}", [key])[0]: _text(f"unmapped.{key}", why) for key, why in table.items()}


def _sets(table: dict[str, Any]) -> dict[str, CodeSet]:
    found: dict[str, CodeSet] = {}
    for name, value in table.items():
        key = f"ranges.{name}"
        if isinstance(value, dict):
            if set(value) - {"include", "exclude"}:
                raise ChartInvalid(key=key, reason="known are include and exclude")
            found[name] = CodeSet(_ranges(key, value.get("include", [])), _ranges(key, value.get("exclude", [])))
        else:
            found[name] = CodeSet(_ranges(key, value))
    return found


def _ranges(key: str, value: object) -> tuple[Range, ...]:
    try:
        return parse_all(_texts(key, value))
    except ValueError as error:
        raise ChartInvalid(key=key, reason=str(error)) from error


def _nearest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0)
    return f"not known; the nearest valid one is {near[0]}"


def _table(key: str, table: dict[str, Any]) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise ChartInvalid(key=key, reason="a table is needed")
    return value


def _texts(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ChartInvalid(key=key, reason='a list of texts such as ["3000-3799"] is needed')
    return tuple(_text(key, item) for item in value)


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise ChartInvalid(key=key, reason="a text in double quotes is needed")
    return value


def _row(text: str, line: int | None) -> str | None:
    rows = text.splitlines()
    return rows[line - 1] if line and line <= len(rows) else None


def _find(text: str, key: str) -> tuple[int | None, str | None]:
    """The first line that sets the last part of `key`."""
    last = re.escape(key.rpartition(".")[2])
    pattern = re.compile(rf"^\s*(\[+\s*([\w.]+\.)?)?\"?{last}\"?\s*(=|\])")
    return next(((i, row) for i, row in enumerate(text.splitlines(), 1) if pattern.search(row)), (None, None))
