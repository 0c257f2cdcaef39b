"""Errors of verifying and of archives: copies and archives that were changed."""

from __future__ import annotations

import shutil
import zipfile

from tests.closing.sealing import seal

from .stage import Stage

ARCHIVE = "2026.zip"
SALE = '2026-03-05 * "Sale"\n  voucher: "A-1"\n  Assets:1930-Bank  100.00 SEK\n  Income:3001-Sales\n'


def damaged_copy(stage: Stage) -> None:
    """A copy of sealed books, in whose seals somebody has changed a name."""
    seal(stage.ws, "repris", "2026-03")
    shutil.copytree(stage.ws.units_folder, stage.root / "kept" / "units")
    file = stage.root / "kept/units/repris/seals.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace('"by":"anna"', '"by":"eve"'), encoding="utf-8")


def sealed_and_changed(stage: Stage) -> None:
    stage.write("2026-03", SALE)
    seal(stage.ws, "repris", "2026-03")
    stage.write("2026-03", SALE.replace('"Sale"', '"Sold"'))


def archive_without_a_file(stage: Stage) -> None:
    code, _, err = stage.sambok(f"archive 2026 --open --out {ARCHIVE}")
    assert code == 0, err
    path = stage.root / ARCHIVE
    with zipfile.ZipFile(path) as file:
        kept = {name: file.read(name) for name in file.namelist() if name != "description.md"}
    with zipfile.ZipFile(path, "w") as file:
        for name, data in kept.items():
            file.writestr(name, data)
