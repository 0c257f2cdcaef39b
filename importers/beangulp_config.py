"""The importers as beangulp and Fava expect them: a list called CONFIG.

    beangulp:  python -m importers repris extract units/repris/inbox/bank
    Fava:      custom "fava-option" "import-config" "importers/beangulp_config.py"   (plain Fava, in a main file)

`CONFIG` holds every source of the unit in whose folder one stands, or that `SAMBOK_UNIT` names; else of all units.
"""

import os
from pathlib import Path

from importers.base import SambokImporter
from importers.run import importers_of
from ledger.books import find_root, open_workspace
from ledger.errors import Problem


def config(slug: str | None = None, *, with_opens: bool = False) -> list[SambokImporter]:
    """The importers of one unit, or of all.

    Args:
        slug: the unit; default: `SAMBOK_UNIT`, then the unit in whose folder one stands, then all.
        with_opens: whether extracting also gives the accounts to be opened.

    Raises:
        Problem: no workspace here, or no such unit.
    """
    ws = open_workspace(find_root(None))
    named = slug or os.environ.get("SAMBOK_UNIT")
    if named:
        return importers_of(ws, ws.unit(named), with_opens=with_opens)
    here = Path.cwd().resolve()
    units = [u for u in ws.units.values() if here.is_relative_to(u.folder)] or list(ws.units.values())
    return [importer for unit in units for importer in importers_of(ws, unit, with_opens=with_opens)]


def _config_here() -> list[SambokImporter]:
    try:
        return config()
    except Problem:  # imported outside a workspace
        return []


CONFIG = _config_here()
