"""The formats that a `[[source]]` may name, and their importers; each is loaded when a unit has such a source."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from importers.base import SambokImporter

#: Format in `unit.toml` -> module and class.
FORMATS: dict[str, tuple[str, str]] = {
    "camt053": ("importers.camt.importer", "Camt053Importer"),
    "mt940": ("importers.mt940.importer", "Mt940Importer"),
    "norma43": ("importers.norma43.importer", "Norma43Importer"),
    "csv": ("importers.bankcsv.importer", "CsvImporter"),
    "mpesa": ("importers.mpesa.importer", "MpesaImporter"),
    "daraja": ("importers.daraja.importer", "DarajaImporter"),
    "bgmax": ("importers.bgmax.importer", "BgMaxImporter"),
    "swish": ("importers.takings.swish", "SwishImporter"),
    "card": ("importers.takings.card", "CardImporter"),
    "till": ("importers.takings.till", "TillImporter"),
    "ubl": ("importers.ubl.importer", "UblImporter"),
    "sie4": ("importers.sie.importer", "SieImporter"),
    "meeting": ("importers.meetings.importer", "MeetingImporter"),
}


@cache
def importer_class(name: str) -> type[SambokImporter]:
    """The importer of a format.

    Raises:
        KeyError: no such format (the settings know the same names).
    """
    module, cls = FORMATS[name]
    found: type[SambokImporter] = getattr(import_module(module), cls)
    return found
