"""What a bank says of a line in `:86:`: who, from which account, what for. Banks agree on no form; three are known.

- German and Polish banks: `166?00ÜBERWEISUNG?20SVWZ+Miete?32Anna Berg`: a code of three digits, then subfields of two
  digits after a sign of the bank's choice. 20–29 and 60–63 are one text in pieces of 27 characters, 00 the kind of
  booking, 30 and 31 the other bank and account (38: as IBAN), 32 and 33 the name. SEPA's parts stand inside the text:
  `EREF+`, `SVWZ+`, ... (Deutsche Kreditwirtschaft, DFÜ-Abkommen, Anlage 3, Kapitel 8).
- Dutch banks and SWIFT's own codes: `/TRTP/SEPA/IBAN/NL…/NAME/…/REMI/…/`.
- Free text, as Nordic banks write it.

The library's own reading of `:86:` isn't used: it keeps only the last of repeated subfields, takes every `?` of a text
for a separator, knows no other sign, and runs the pieces of a text together whether or not they were full.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from importers.bank.letters import joined

#: Length of a full line and of a full piece: the next one goes on within the word.
FULL_LINE = 65
FULL_PIECE = 27
NUMBERED = re.compile(r"\s*([0-9]{3})([?<>~^@#|&+])[0-9]{2}", re.ASCII)
SEPA = re.compile(r"\b(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|MDAT|SQTP|ORCR|ORMR|DDAT)\+")
CODED = re.compile(
    r"(?:^|(?<=/)|/)(TRTP|TRCD|IBAN|BIC|NAME|REMI|EREF|MARF|CSID|ORDP|BENM|ADDR|ISDT|CNTP|PREF|PURP|ULTD|ULTC|ULTB|RTRN"
    r"|SVCL|OCMT|CHGS|EXCH|ID)/"
)


@dataclass(frozen=True, slots=True)
class Details:
    """What `:86:` says; what it doesn't is empty. `original` is the amount in another currency, as the bank has it."""

    text: str = ""
    counterparty: str = ""
    account: str = ""
    reference: str = ""
    original: str = ""


def read_details(rows: Iterable[str]) -> Details:
    """The parts of a `:86:` field.

    Args:
        rows: its lines, without the tag.
    """
    lines = [row for row in rows if row.strip()]
    plain = joined(lines, FULL_LINE)
    match = NUMBERED.match(plain)
    if match:
        return _numbered("".join(lines).lstrip()[3:], match[2])
    if plain.startswith("/") and CODED.match(plain):
        return _coded(plain)
    return Details(text=plain)


def _numbered(body: str, sign: str) -> Details:
    parts = re.split(re.escape(sign) + r"([0-9]{2})", body)
    fields: dict[str, list[str]] = {}
    for code, value in zip(parts[1::2], parts[2::2], strict=True):
        fields.setdefault(code, []).append(value)
    purpose = [v for code, values in fields.items() if "20" <= code <= "29" or "60" <= code <= "63" for v in values]

    def one(code: str) -> str:
        return " ".join("".join(fields[code]).split()) if code in fields else ""

    sepa = _sepa(joined(purpose, FULL_PIECE))
    texts = [one("00"), sepa.get("", ""), sepa.get("SVWZ", "")]
    return Details(
        text=" ".join(dict.fromkeys(t for t in texts if t)),
        counterparty=joined([v for code in ("32", "33") for v in fields.get(code, ())], FULL_PIECE)
        or sepa.get("ABWA", "")
        or sepa.get("ABWE", ""),
        account=one("38") or sepa.get("IBAN", "") or "/".join(v for v in (one("30"), one("31")) if v),
        original=sepa.get("OAMT", ""),
    )


def _sepa(text: str) -> dict[str, str]:
    """SEPA's parts by their code; what stands before the first one under no code."""
    parts = SEPA.split(text)
    found = {"": parts[0].strip()}
    for code, value in zip(parts[1::2], parts[2::2], strict=True):
        found[code] = " ".join(f"{found.get(code, '')} {value}".split())
    return found


def _coded(text: str) -> Details:
    parts = CODED.split(text)
    fields: dict[str, str] = {}
    for code, value in zip(parts[1::2], parts[2::2], strict=True):
        if code not in fields:
            fields[code] = value.strip().strip("/").strip()
    party = [part.strip() for part in fields.get("CNTP", "").split("/")]  # account, BIC, name, town
    remittance = fields.get("REMI", "")
    structured = re.match(r"STRD/(?:CUR|ISO|[A-Z]{0,4})/([A-Z0-9]+)", remittance, re.ASCII)
    return Details(
        text=" ".join(t for t in (fields.get("TRTP", ""), remittance.removeprefix("USTD").strip("/ ")) if t),
        counterparty=fields.get("NAME") or (party[2] if len(party) > 2 else ""),
        account=fields.get("IBAN") or party[0],
        reference=structured[1] if structured else "",
        original=fields.get("OCMT", ""),
    )
