"""What each type of a SIE file holds (the table of records in chapter 5 of the format), and a file reduced to a type.

Types 1 to 3 are balances: of the year, of its months, of its objects; 4E is books with vouchers, 4I vouchers for
another program. A record is compulsory, allowed or not allowed in each.
"""

from __future__ import annotations

from dataclasses import replace

from importers.sie.model import SieFile

#: The types, in the order of the columns below.
KINDS = ("1", "2", "3", "4I", "4E")
#: Label -> for each type: `m` must occur, `o` may, `-` must not. #SRU is compulsory in 1 and 2 for tax programs; a
#: chart that knows no SRU codes can't give any.
RECORDS = {
    "FLAGGA": "mmmmm",
    "PROGRAM": "mmmmm",
    "FORMAT": "mmmmm",
    "GEN": "mmmmm",
    "SIETYP": "ommmm",
    "PROSA": "ooooo",
    "FTYP": "ooooo",
    "FNR": "ooooo",
    "ORGNR": "ooooo",
    "BKOD": "ooo-o",
    "ADRESS": "ooooo",
    "FNAMN": "mmmmm",
    "RAR": "mmmom",
    "TAXAR": "ooooo",
    "OMFATTN": "-mm-o",
    "KPTYP": "ooooo",
    "VALUTA": "ooooo",
    "KONTO": "mmmom",
    "KTYP": "ooooo",
    "ENHET": "ooooo",
    "SRU": "ooooo",
    "DIM": "--ooo",
    "UNDERDIM": "--ooo",
    "OBJEKT": "--ooo",
    "IB": "ooo-o",
    "UB": "mmm-m",
    "RES": "ooo-o",
    "OIB": "--o-o",
    "OUB": "--o-o",
    "PSALDO": "-oo-o",
    "PBUDGET": "-oo-o",
    "VER": "---oo",
    "TRANS": "---oo",
    "RTRANS": "---oo",
    "BTRANS": "---oo",
    "KSUMMA": "ooooo",
}


def allowed(label: str, kind: str) -> bool:
    """Whether a record may occur in a type."""
    return RECORDS[label][KINDS.index(kind)] != "-"


def reduced(sie: SieFile, kind: str) -> SieFile:
    """The same file with what a type holds, and nothing else.

    Args:
        sie: a file that has all that the type needs.
        kind: one of `KINDS`.
    """
    objects = allowed("OBJEKT", kind)
    vouchers = sie.vouchers if allowed("VER", kind) else []
    balances = [b for b in sie.balances if allowed(b.kind, kind) and (objects or not b.objects)]
    if not objects:
        vouchers = [replace(v, rows=tuple(replace(r, objects=()) for r in v.rows)) for v in vouchers]
    meta = {name: values for name, values in sie.meta.items() if allowed(name, kind)}
    return SieFile(
        sie.encoding,
        meta={**meta, "SIETYP": (kind[0],)},
        notes=list(sie.notes),
        years=dict(sie.years),
        accounts=dict(sie.accounts),
        dimensions=dict(sie.dimensions) if objects else {},
        parents=dict(sie.parents) if objects else {},
        objects=dict(sie.objects) if objects else {},
        balances=balances,
        vouchers=list(vouchers),
    )
