"""What the cells of a meeting sheet's headings are called: English, Swedish, Spanish and Swahili."""

from __future__ import annotations

import unicodedata
from types import MappingProxyType
from typing import Final

from importers.tables import folded_name


def plain(name: str) -> str:
    """A heading without case, accents, and what joins its words."""
    text = unicodedata.normalize("NFKD", folded_name(name.replace("_", " ").replace("-", " ")))
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).strip(" :").split())


def _by_name(names: dict[str, tuple[str, ...]]) -> MappingProxyType[str, str]:
    return MappingProxyType({plain(word): key for key, words in names.items() for word in (key, *words)})


#: Names in the first row.
PAIRS: Final = _by_name(
    {
        "group": ("cycle", "grupp", "omgång", "cykel", "grupo", "ciclo", "kikundi", "mzunguko"),
        "meeting": ("möte", "reunión", "mkutano"),
        "date": ("datum", "fecha", "tarehe"),
        "counted_loan_fund": ("counted", "räknad lånekassa", "fondo de préstamos contado", "mfuko wa mikopo"),
        "counted_social_fund": ("räknad social kassa", "fondo social contado", "mfuko wa jamii"),
        "currency": ("valuta", "moneda", "sarafu"),
        "corrects": ("rättar", "corrige", "inasahihisha"),
        "entered_by": ("inskriven av", "escrito por", "imeandikwa na"),
        "signed_by": ("underskriven av", "firmado por", "imesainiwa na"),
    }
)
#: Names of columns.
COLUMNS: Final = _by_name(
    {
        "member": (
            *("participant", "name", "medlem", "deltagare", "namn"),
            *("miembro", "socio", "participante", "nombre", "mwanachama", "jina"),
        ),
        "present": ("närvarande", "presente", "yupo"),
        "shares": ("andelar", "participaciones", "acciones", "hisa"),
        "social": ("social fund", "social avgift", "social fond", "fondo social", "jamii", "mfuko wa jamii"),
        "fine": ("fines", "bot", "böter", "multa", "faini"),
        "fine_due": ("fine unpaid", "obetald bot", "multa pendiente", "faini isiyolipwa"),
        "gift": ("gåva", "donación", "zawadi"),
        "paid": ("betalt", "pagado", "malipo"),
        "repaid": ("återbetalt", "devuelto", "marejesho"),
        "charge": ("avgift", "cargo", "ada", "riba"),
        "new_loan": ("loan", "nytt lån", "nuevo préstamo", "préstamo nuevo", "mkopo mpya"),
        "months": ("term", "månader", "meses", "miezi"),
        "joined": ("ny", "nuevo", "mpya"),
        "represented": ("ombud", "representado", "mwakilishi"),
        "expense": ("expenses", "kostnad", "gasto", "matumizi"),
        "note": ("notes", "anteckning", "nota", "maelezo"),
    }
)
NEEDED_PAIRS: Final = ("group", "meeting", "date", "counted_loan_fund", "counted_social_fund")
#: A correction says all three, another sheet none of them.
CORRECTION: Final = ("corrects", "entered_by", "signed_by")
NEEDED: Final = ("member", "present", "shares", "social", "fine", "new_loan", "months")
#: Columns that hold money; those that hold counts; those that hold yes or no.
AMOUNTS: Final = ("social", "fine", "fine_due", "gift", "paid", "repaid", "charge", "new_loan", "expense")
COUNTS: Final = ("shares", "months")
YES: Final = frozenset({"1", "x", "yes", "y", "true", "ja", "j", "si", "s", "ndiyo", "ndio"})
NO: Final = frozenset({"", "0", "no", "n", "false", "nej", "hapana"})
TOTAL: Final = frozenset({"total", "totals", "sum", "summa", "totalt", "suma", "totales", "jumla"})
