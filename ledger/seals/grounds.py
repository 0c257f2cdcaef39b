"""What a book rests on beside its own text: the federation's texts and settings, sealed with central's months (SPEC 4).

Rates, decisions and exchange rates are dated text of the federation; its central books' chain seals them like its own,
under their path below central's folder (`../policy.beancount`). Who is who stands in settings, which have no dates:
a seal repeats what they said on its last day.

A rate or a decision may be entered after the fact. A decision or an exchange rate of a closed month that no seal holds
yet is no finding; another directive of policy is, as it judges closed months anew, until central's next seal holds it.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from ledger.seals.blocks import behind_comments
from ledger.seals.model import Found, Seal

T = TypeVar("T")
POLICY, PRICES = "../policy.beancount", "../prices.beancount"
CONF = "fava.conf"
#: How the seals of a chain that holds settings show it.
MARK = b'"settings":[["'
#: A unit that is no member yet on a seal's last day: `joined`.
LATER = "later"
#: Keys whose value a seal repeats, each with what it says where it isn't there.
_FEDERATION: dict[str, Any] = {"central": None, "currency": None, "fiscal_year_start": "01-01"}
_UNIT: dict[str, Any] = {
    "code": None,
    "chart": "bas",
    "currency": None,
    "entity": "division",
    "combine": True,
    "levels": [],
    "joined": None,
    "left": None,
}
_DECISION = re.compile(rb'[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}[ \t]+custom[ \t]+"decision"[ \t]')

#: `fava.conf` or a unit's slug, the key, and its value in words; None where it says nothing.
Setting = tuple[str, str, str | None]


def common_paths(said: Mapping[str, T]) -> dict[str, T]:
    """Of what is said of files of the workspace, what is said of the federation's texts: by path in central's seals."""
    return {f"../{file.removeprefix('units/')}": one for file, one in said.items() if file.endswith(".beancount")}


def is_common(file: str) -> bool:
    """Whether a sealed entry's file is the federation's, not the unit's own."""
    return file.startswith("../")


def may_come_later(file: str, text: bytes) -> bool:
    """Whether a directive of the federation's texts may be dated in a closed month without being a finding."""
    return file == PRICES or _DECISION.match(text, behind_comments(text)) is not None


def seals_common(seals: Iterable[Seal]) -> bool:
    """Whether a chain seals the federation's texts."""
    return any(seal.draft.settings for seal in seals)


def settings_on(texts: Mapping[str, bytes], day: dt.date) -> tuple[Setting, ...]:
    """What the settings say on a day.

    Args:
        texts: `fava.conf` and `units/<slug>/unit.toml`, by path below the workspace.
        day: the last day of a month that is sealed.

    Returns:
        Of a unit that isn't a member yet, only that. What can't be read is left out.
    """
    found: list[Setting] = []
    for file, text in sorted(texts.items()):
        name, keys = _name(file), _keys(file)
        table = _table(file, text)
        if table is None:
            continue
        if _value(table, "joined", day) == LATER:
            keys = {"joined": None}
        found += [(name, key, _value(table, key, day)) for key in keys]
    return tuple(sorted(found, key=lambda one: one[:2]))


def last_settings(chains: Mapping[str, Sequence[Seal]]) -> tuple[str, Seal, dt.date] | None:
    """The seal that repeats the settings last, whose it is, and the day on which they are looked at; None for none."""
    found: list[tuple[str, dt.datetime, str, Seal]] = []
    for slug, seals in chains.items():
        last = next((seal for seal in reversed(seals) if seal.draft.settings), None)
        if last is not None:
            found.append((latest_period(seals), last.at, slug, last))
    if not found:
        return None
    period, _, slug, seal = max(found, key=lambda one: one[:3])
    return slug, seal, _last_day(period)


def latest_period(seals: Iterable[Seal], period: str = "") -> str:
    """The latest month that was ever closed, or `period`."""
    return max([period, *(seal.period for seal in seals if seal.draft.kind == "close")])


def changed_settings(seal: Seal, texts: Mapping[str, bytes], day: dt.date, *, whole: bool = True) -> list[Found]:
    """Settings that don't say what a seal repeats: one finding a file, its path below the unit's folder.

    Args:
        seal: the latest one that repeats them.
        texts: as in `settings_on`.
        day: likewise.
        whole: every unit must be there; else those that are.
    """
    wanted: dict[str, dict[str, str | None]] = {}
    for name, key, value in seal.draft.settings:
        wanted.setdefault(name, {})[key] = value
    found = []
    for name, sealed in sorted(wanted.items()):
        file = CONF if name == CONF else f"units/{name}/unit.toml"
        shown = f"../../{CONF}" if name == CONF else f"../{name}/unit.toml"
        text = texts.get(file)
        if text is None:
            if whole:
                found.append(Found("missing", seal.period, "", shown, None, meaning=True))
            continue
        table = _table(file, text)
        fields = [] if table is None else [key for key, value in sealed.items() if _value(table, key, day) != value]
        if fields or table is None:
            line = line_of(file, text, fields[0]) if fields else None
            found.append(Found("altered", seal.period, "", shown, line, meaning=True, fields=tuple(fields)))
    return found


def line_of(file: str, text: bytes, key: str) -> int | None:
    """The line on which a settings file sets a key; None where it doesn't, or in another way than usual."""
    inside = file != CONF
    for number, row in enumerate(text.decode("utf-8-sig", "replace").splitlines(), 1):
        if row.lstrip().startswith("["):
            if inside:
                return None
            inside = row.split("#")[0].strip() == "[federation]"
        elif inside and re.match(rf"\s*[\"']?{key}[\"']?\s*=", row):
            return number
    return None


def _name(file: str) -> str:
    return CONF if file == CONF else file.split("/")[1]


def _keys(file: str) -> dict[str, Any]:
    return _FEDERATION if file == CONF else _UNIT


def _table(file: str, text: bytes) -> dict[str, Any] | None:
    try:
        table = tomllib.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if file == CONF:
        table = table.get("federation", {})
    return table if isinstance(table, dict) else None


def _value(table: Mapping[str, Any], key: str, day: dt.date) -> str | None:
    value = table.get(key, {**_FEDERATION, **_UNIT}[key])
    if isinstance(value, dt.date) and key in {"joined", "left"}:
        is_later = value.isoformat()[:10] > day.isoformat()
        if is_later:
            return LATER if key == "joined" else None
    if value is None or isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False, default=str)


def _last_day(period: str) -> dt.date:
    year, month = map(int, period.split("-"))
    return dt.date(year, month, monthrange(year, month)[1])
