"""New workspaces and new units: the files that SPEC 2 names, in such a state that every check passes.

A unit appears whole or not at all: it is built in a folder beside its place, made durable, checked, and renamed. A
workspace is one as soon as its `fava.conf` is there, so that comes last. What stands already is never touched.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from ledger.books import durable, git
from ledger.books.config import UnitFile, read_config
from ledger.books.problems_scaffold import UnitCodeTaken, UnitExists, WorkspaceExists
from ledger.books.record import first_line, forget
from ledger.books.template import main_text
from ledger.books.workspace import Unit, Workspace, open_workspace
from ledger.books.write import Note, note_only, unit_lock
from ledger.charts import Chart, load_chart
from ledger.errors import Problem
from ledger.messages import N_, translate

#: Accounts are open from the first day that any book may hold (SPEC 3), so that earlier years can be imported.
OPENED = dt.date(2000, 1, 1)
#: Folders that are being built; nobody's once the one who built them is gone.
BUILDING = ".new-"
#: What central posts to besides: its side of the levy, and the members' capital.
CENTRAL_ROLES = ("levy_claim", "levy_income", "fund_income", "fund_claim", "fund_owed", "member_contributions")

FAVA_CONF = """\
# {about}

[federation]
name = {name}
currency = {currency}               # {currency_note}
central = {central}
fiscal_year_start = "01-01"
language = {language}                # sv, en, es

[intragroup]
tolerance = "1.00"             # {tolerance_note}
tolerance_total = "10.00"      # {total_note}

[history]
git = true                     # {git_note}
"""

POLICY = """\
; {about}
; {replace}

{start} custom "decision" "{decision}" "assembly"
  text: {text}

; {rate}
{start} custom "levy-rate" "*" 0.15
  decision: "{decision}"

; {components}
{start} custom "levy-component" "service" 0.125
  decision: "{decision}"
  vat: "standard"

{start} custom "levy-component" "investment" 0.015
  decision: "{decision}"

{start} custom "levy-component" "solidarity" 0.010
  decision: "{decision}"
"""

ABOUT_CONF = N_("The federation. Every command finds this folder by this file.")
CURRENCY_NOTE = N_("reporting currency")
TOLERANCE_NOTE = N_("how far the two sides of a dealing between legal persons may differ, per pair")
TOTAL_NOTE = N_("and in all per period: tolerance can't hide errors")
GIT_NOTE = N_("each change is a commit, where this folder is the top of a git repository")
ABOUT_POLICY = N_("Dated rates and decisions. Only the finance head edits this file; change nothing, add a later date.")
REPLACE_POLICY = N_("Put the id and the text of your own assembly's decision here before the first levy is closed.")
LEVY_TEXT = N_("Group-common costs: 15 per cent of turnover")
RATE_NOTE = N_("What every unit owes of its turnover. A slug instead of * is that unit's own rate, with until: a date.")
COMPONENT_NOTE = N_("What the levy is made of; the components add up to the rate.")
ABOUT_PRICES = N_("Exchange rates, one a line: 2026-03-31 price EUR 11.25 SEK. Only the finance head edits this file.")
ABOUT_ACCOUNTS = N_("The accounts of {name}. Open what else you need; the number decides where an account stands.")
ABOUT_MONTH = N_("{name}, {month}: the vouchers of this month.")


def new_workspace(
    folder: Path,
    *,
    name: str,
    currency: str,
    central: Unit,
    language: str,
    start: dt.date,
) -> Workspace:
    """Make a workspace with its central unit.

    Args:
        folder: where; it may exist, but without `fava.conf` and `units`.
        name: the federation's.
        currency: reporting currency.
        central: the unit that carries the shared services (its `folder` is not looked at).
        language: sv, en or es.
        start: first day of the fiscal year in which the books begin; the levy's decision is dated so.

    Returns:
        The workspace, as it is read again.

    Raises:
        WorkspaceExists: there is something that would be overwritten.
        Problem: the result would not pass the workspace's own checks.
        OSError: the machine refused; nothing is left behind.
    """
    for taken in ("fava.conf", "units"):
        if os.path.lexists(folder / taken):
            raise WorkspaceExists(folder=folder, found=taken)
    fresh = not os.path.lexists(folder)
    first_made = _first_missing(folder) if fresh else None
    if fresh:
        durable.make_folders(folder.parent)
    stage = Path(tempfile.mkdtemp(prefix=BUILDING, dir=folder.parent if fresh else folder))
    try:
        stage.chmod(0o777 & ~_umask())
        _build_workspace(stage, name, currency, central, language, start)
        if fresh:
            stage.rename(folder)
        else:
            _move_in(stage, folder)
        durable.sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        _remove_empty(folder.parent, first_made)
        raise
    return open_workspace(Path(os.path.realpath(folder)))


def _build_workspace(stage: Path, name: str, currency: str, central: Unit, language: str, start: dt.date) -> None:
    chart = load_chart(central.chart, stage)
    texts = {
        "fava.conf": conf_text(name, currency, central.slug, language),
        "units/policy.beancount": policy_text(start, language),
        "units/prices.beancount": f"; {translate(ABOUT_PRICES, language)}\n",
    }
    for path, text in texts.items():
        durable.replace(stage / path, text.encode())
    _build_unit(stage / "units" / central.slug, central, chart, language, start, CENTRAL_ROLES)
    first_line(stage / "units" / central.slug, stage / "units" / central.slug, Note("unit-add"))
    first_line(stage, stage / "units", Note("init", details={"central": central.slug}))
    for problem in open_workspace(stage).problems:
        raise problem


def _move_in(stage: Path, folder: Path) -> None:
    """Move what was built into a folder that exists; `fava.conf` last makes it a workspace."""
    (stage / "units").rename(folder / "units")
    try:
        durable.sync_folder(folder)
        (stage / "fava.conf").rename(folder / "fava.conf")
    except BaseException:
        (folder / "units").rename(stage / "units")
        raise
    durable.sync_folder(folder)
    shutil.rmtree(stage, ignore_errors=True)


def new_unit(ws: Workspace, unit: Unit, *, start: dt.date, chart_file: Path | None = None) -> Unit:
    """Make the folder of a unit.

    Args:
        ws: the workspace it joins.
        unit: who it is; `folder` must be its place below `units/`.
        start: first day of the month that gets the first month file.
        chart_file: the unit's own chart, copied into its folder under `unit.chart`.

    Returns:
        The unit.

    Raises:
        UnitExists, UnitCodeTaken: nothing was changed.
        Problem: its chart or its settings can't be used; nothing was changed.
        OSError: the machine refused; nothing is left behind.
    """
    with unit_lock(ws, "policy"):
        if os.path.lexists(unit.folder):
            raise UnitExists(slug=unit.slug)
        for other in open_workspace(ws.root).units.values():
            if other.code.upper() == unit.code.upper():
                raise UnitCodeTaken(unit_code=unit.code, other=other.slug)
        for left in ws.units_folder.glob(f"{BUILDING}*"):
            shutil.rmtree(left, ignore_errors=True)
        stage = Path(tempfile.mkdtemp(prefix=BUILDING, dir=ws.units_folder))
        try:
            stage.chmod(0o777 & ~_umask())
            if chart_file is not None:
                durable.replace(stage / unit.chart, chart_file.read_bytes())
            roles = CENTRAL_ROLES if unit.slug == ws.config.federation.central else ()
            _build_unit(stage, unit, _chart(unit, stage, chart_file), ws.language, start, roles)
            first_line(stage, stage, Note("unit-add"), root=ws.root)
            forget(ws, unit.slug)
            stage.rename(unit.folder)
            durable.sync_folder(ws.units_folder)
        except BaseException:
            shutil.rmtree(stage, ignore_errors=True)
            raise
        note = Note("unit-add", details={"unit": unit.slug})
        git.note_files(ws, unit.slug, note, [path for path in sorted(unit.folder.rglob("*")) if path.is_file()])
        note_only(ws, None, note)
    return unit


def _chart(unit: Unit, stage: Path, chart_file: Path | None) -> Chart:
    """The unit's chart; what is wrong with an own one is said of the file that was given."""
    try:
        return load_chart(unit.chart, stage)
    except Problem as problem:
        problem.file, problem.unit = str(chart_file or unit.chart), unit.slug
        raise


def _build_unit(folder: Path, unit: Unit, chart: Chart, language: str, start: dt.date, roles: tuple[str, ...]) -> None:
    month = f"{start:%Y-%m}"
    say: Callable[[str], str] = lambda text: translate(text, language).format(name=unit.name, month=month)  # noqa: E731  one phrase
    texts = {
        "unit.toml": unit_toml(unit),
        "main.beancount": main_text(unit),
        "accounts.beancount": f"; {say(ABOUT_ACCOUNTS)}\n\n{accounts_text(chart, roles)}",
        f"books/{start:%Y}/{month}.beancount": f"; {say(ABOUT_MONTH)}\n",
    }
    for path, text in texts.items():
        durable.replace(folder / path, text.encode())
    for name in ("inbox", "documents"):
        durable.make_folders(folder / name)
    read_config(folder / "unit.toml", UnitFile, f"units/{unit.slug}/unit.toml")


def conf_text(name: str, currency: str, central: str, language: str) -> str:
    """The text of `fava.conf`."""
    return FAVA_CONF.format(
        about=translate(ABOUT_CONF, language),
        name=_quoted(name),
        currency=_quoted(currency),
        central=_quoted(central),
        language=_quoted(language),
        currency_note=translate(CURRENCY_NOTE, language),
        tolerance_note=translate(TOLERANCE_NOTE, language),
        total_note=translate(TOTAL_NOTE, language),
        git_note=translate(GIT_NOTE, language),
    )


def policy_text(start: dt.date, language: str) -> str:
    """The text of `units/policy.beancount`: the levy of SPEC 4, under a decision to be replaced by the own one."""
    return POLICY.format(
        start=start,
        decision=f"START-{start:%Y-%m-%d}",
        about=translate(ABOUT_POLICY, language),
        replace=translate(REPLACE_POLICY, language),
        text=_quoted(translate(LEVY_TEXT, language)),
        rate=translate(RATE_NOTE, language),
        components=translate(COMPONENT_NOTE, language),
    )


def unit_toml(unit: Unit) -> str:
    """The text of `unit.toml`; what has its default is left out, but for what a reader looks for."""
    rows = [
        f"name = {_quoted(unit.name)}",
        f"code = {_quoted(unit.code)}",
        f"entity = {_quoted(unit.entity)}",
        f"currency = {_quoted(unit.currency)}",
        f"chart = {_quoted(unit.chart)}",
        f"status = {_quoted(unit.status)}",
    ]
    if unit.organisation_number:
        rows.append(f"organisation_number = {_quoted(unit.organisation_number)}")
    if unit.country:
        rows.append(f"country = {_quoted(unit.country)}")
    if unit.levels:
        rows.append(f"levels = [{', '.join(_quoted(level) for level in unit.levels)}]")
    if unit.business_line:
        rows.append(f"business_line = {_quoted(unit.business_line)}")
    if unit.joined:
        rows.append(f"joined = {unit.joined}")
    if not unit.combine:
        rows.append("combine = false")
    return "\n".join(rows) + "\n"


def accounts_text(chart: Chart, roles: tuple[str, ...] = ()) -> str:
    """`open` directives of a small unit: the chart's starters and the accounts of `roles`, by root and code."""
    found = {known.account: known.code for known in chart.starters}
    found |= {chart.role(name).account: chart.role(name).code for name in roles if chart.has_role(name)}
    groups: dict[str, list[str]] = {}
    for account in sorted(found, key=lambda a: found[a]):
        groups.setdefault(account.partition(":")[0], []).append(f"{OPENED} open {account}\n")
    ordered = ("Assets", "Liabilities", "Equity", "Income", "Expenses")
    return "\n".join("".join(groups[root]) for root in ordered if root in groups)


def _quoted(text: str) -> str:
    """`text` as a TOML and Beancount string (control characters were refused before)."""
    return json.dumps(text, ensure_ascii=False)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _first_missing(folder: Path) -> Path | None:
    """The topmost folder above `folder` that has to be created for it."""
    missing = [parent for parent in folder.parents if not parent.exists()]
    return missing[-1] if missing else None


def _remove_empty(folder: Path, first: Path | None) -> None:
    """Take away the empty folders that were created above a workspace that wasn't made."""
    if first is None:
        return
    for here in (folder, *folder.parents):
        try:
            here.rmdir()
        except OSError:
            return
        if here == first:
            return
