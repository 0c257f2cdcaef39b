"""Who takes part in the demo federation: nine divisions of one association, two co-ops abroad, one members' group.

All names are made up. `769999-0001` fails the check digit of Swedish organisation numbers, so nobody can have it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

ORGANISATION = "769999-0001"


@dataclass(frozen=True)
class Member:
    """What `unit.toml` says of a unit, without its sources."""

    slug: str
    name: str
    code: str
    levels: tuple[str, ...]
    business_line: str
    entity: str = "division"
    currency: str = "SEK"
    chart: str = "bas"
    country: str = "SE"
    organisation: str | None = ORGANISATION
    status: str = "active"
    joined: dt.date | None = None
    combine: bool = True

    def toml(self, sources: str) -> str:
        """The text of `unit.toml`; `sources` are its `[[source]]` tables."""
        rows = [
            f'name = "{self.name}"',
            f'code = "{self.code}"',
            f'entity = "{self.entity}"',
            *([f'organisation_number = "{self.organisation}"'] if self.organisation else []),
            f'currency = "{self.currency}"',
            f'chart = "{self.chart}"',
            f'country = "{self.country}"',
            "levels = [" + ", ".join(f'"{level}"' for level in self.levels) + "]",
            f'business_line = "{self.business_line}"',
            *([f"joined = {self.joined}"] if self.joined else []),
            *([f'status = "{self.status}"'] if self.status != "active" else []),
            *(["combine = false"] if not self.combine else []),
        ]
        return "\n".join(rows) + "\n" + (f"\n{sources}" if sources else "")


def _swedish(slug: str, name: str, code: str, place: str, line: str, **more: object) -> Member:
    region = "Sörmland" if place in {"Katrineholm", "Vingåker"} else "Östergötland"
    region = "Småland" if place == "Tranås" else region
    return Member(slug, name, code, ("Sverige", region, place), line, **more)  # type: ignore[arg-type]  # few keys


CENTRAL = _swedish("gemensamt", "Samverkan gemensamt", "GEM", "Linköping", "Gemensamma tjänster")
DIVISIONS = (
    _swedish("repris", "Repris möbler och återbruk", "REPRIS", "Norrköping", "Återbruk"),
    _swedish("syateljen", "Syateljén Nål och Tråd", "SYATEL", "Finspång", "Sömnad"),
    _swedish("cykelbudet", "Cykelbudet", "CYKEL", "Linköping", "Transport"),
    _swedish("vaktmasteri", "Vaktmästeriet Kinda", "VAKT", "Kinda", "Fastighetsskötsel"),
    _swedish("stadkraft", "Städkraft", "STAD", "Katrineholm", "Städning"),
    _swedish("kafe-angen", "Kafé Ängen", "KAFE", "Ydre", "Kafé"),
    _swedish("tradgarden", "Gröna Trädgården", "GRON", "Vingåker", "Trädgård"),
    _swedish("nystart", "Nystart tryckeri", "NYSTART", "Tranås", "Tryckeri", status="test", joined=dt.date(2026, 2, 1)),
)
SPAIN = Member(
    "koop-reusa",
    "Reusa Ejemplo S. Coop. (ficticia)",
    "REUSA",
    ("España", "Euskadi", "Bilbao"),
    "Återbruk",
    entity="legal_entity",
    currency="EUR",
    chart="pgc",
    country="ES",
    organisation="F00000001",
)
CHILE = Member(
    "coop-sur",
    "Cooperativa Ejemplo del Sur (ficticia)",
    "COOPSUR",
    ("Chile", "Los Ríos", "Valdivia"),
    "Sömnad",
    entity="legal_entity",
    currency="CLP",
    chart="pgc",
    country="CL",
    organisation="00.000.000-9",
)
KENYA = Member(
    "kikundi-mfano",
    "Kikundi cha Mfano (VSLA)",
    "KIKUNDI",
    ("Kenya", "Kisumu", "Mfano"),
    "Spar- och lånegrupp",
    entity="legal_entity",
    currency="KES",
    chart="vsla",
    country="KE",
    organisation=None,
    combine=False,
)
MEMBERS = (CENTRAL, *DIVISIONS, SPAIN, CHILE, KENYA)

FAVA_CONF = """\
# The demo federation. Everything in it is made up (benchmarks/demo makes it, docs/demo.md tells its story).
[federation]
name = "Samverkan Östergötland"
currency = "SEK"
central = "gemensamt"
fiscal_year_start = "01-01"
language = "sv"

[intragroup]
tolerance = "1.00"
tolerance_total = "10.00"

[server]
host = "127.0.0.1"
port = 5000
session_hours = 8

[history]
git = false
"""

POLICY = """\
; Rates and decisions: only the finance head edits this file.
; FS = the association's assembly, ST = its board.

2024-11-21 custom "decision" "FS-2024-11-21-§8" "assembly"
  text: "Gemensamma kostnader 14 % av omsättningen"
2024-11-21 custom "decision" "FS-2024-11-21-§11" "assembly"
  text: "Medlemsinsatser och reservfond enligt fastställd balansräkning"
2025-01-01 custom "levy-rate" "*" 0.14
  decision: "FS-2024-11-21-§8"
2025-01-01 custom "levy-component" "service" 0.120
  decision: "FS-2024-11-21-§8"
  vat: "standard"
2025-01-01 custom "levy-component" "investment" 0.015
  decision: "FS-2024-11-21-§8"
2025-01-01 custom "levy-component" "solidarity" 0.005
  decision: "FS-2024-11-21-§8"

2025-11-20 custom "decision" "FS-2025-11-20-§9" "assembly"
  text: "Gemensamma kostnader 15 % av omsättningen från 2026"
2025-11-20 custom "decision" "FS-2025-11-20-§10" "assembly"
  text: "Statliga och kommunala driftbidrag räknas med i underlaget, bidrag för personal räknas inte med"
2025-12-02 custom "decision" "ST-2025-12-02-§3" "board"
  text: "Tak för Städkraft under uppbyggnaden: högst 120 000 kr om året"
2026-01-20 custom "decision" "ST-2026-01-20-§4" "board"
  text: "Nystart betalar 5 % under sitt första år"
2026-02-17 custom "decision" "ST-2026-02-17-§6" "board"
  text: "Lån till Repris för ny lokal, 4 % ränta, amorteras från 2027"
  amount: 180000.00 SEK
2026-09-22 custom "decision" "ST-2026-09-22-§4" "board"
  text: "Stöd ur investeringsfonden till Kafé Ängens nya ugn, högst 75 000 kr"
  amount: 75000.00 SEK
  until: 2027-06-30
2026-10-20 custom "decision" "ST-2026-10-20-§5" "board"
  text: "Revisionen för 2026, 60 000 kr, tas upp i gemensamma bokslutet per oktober med tio tolftedelar"

; KM = the members' own meeting of the savings group in Kenya, which keeps its own book.
2026-01-07 custom "decision" "KM-2026-01-07-1" "assembly"
  text: "Cycle of 2026: shares of 500 shillings, at most four a meeting; 50 shillings each to the social fund"
2026-01-07 custom "loan-cycle" "KM26" 500 KES
  decision: "KM-2026-01-07-1"
  book: "kikundi-mfano"
  ends: 2026-10-28
  max-shares: 4
  loan-multiple: 3
  charge: 0.05
  method: "declining"
  period: "4-weeks"
  max-term: 3
  last-loans: 2026-08-05
  rounding: "1"
  shortfall: "wait"
  fines: "loan-fund"
  social: 50
  meetings: "2-weeks"
2026-10-28 custom "decision" "KM-2026-10-28-1" "assembly"
  text: "Share-out of the cycle of 2026; a new cycle with the same rules begins"
2026-10-28 custom "loan-cycle" "KM27" 500 KES
  decision: "KM-2026-10-28-1"
  book: "kikundi-mfano"
  ends: 2027-09-29
  max-shares: 4
  loan-multiple: 3
  charge: 0.05
  method: "declining"
  period: "4-weeks"
  max-term: 3
  rounding: "1"
  shortfall: "wait"
  fines: "loan-fund"
  social: 50
  meetings: "2-weeks"

2026-01-01 custom "levy-rate" "*" 0.15
  decision: "FS-2025-11-20-§9"
2026-01-01 custom "levy-component" "service" 0.125
  decision: "FS-2025-11-20-§9"
  vat: "standard"
2026-01-01 custom "levy-component" "investment" 0.015
  decision: "FS-2025-11-20-§9"
2026-01-01 custom "levy-component" "solidarity" 0.010
  decision: "FS-2025-11-20-§9"
2026-02-01 custom "levy-rate" "nystart" 0.05
  decision: "ST-2026-01-20-§4"
  until: 2027-01-31
2026-01-01 custom "levy-cap" "stadkraft" 120000.00 SEK
  decision: "ST-2025-12-02-§3"
2026-01-01 custom "levy-base" "include" "3985-3987"
  decision: "FS-2025-11-20-§10"
"""
#: What no unit's book has yet: ten twelfths of the audit's 60 000, until its invoice comes in spring.
ADJUSTMENT = """\
; Adjustments of the combined figures: only the finance head edits these files.

2026-10-31 * "Revision, januari till oktober"
  author: "ekonomi"
  reason: "Revisionen för 2026 faktureras i april 2027; tio tolftedelar av 60 000 kr"
  decision: "ST-2026-10-20-§5"
  reverses: 2027-04-01
  unit: "gemensamt"
  Expenses:OtherExternalCosts:6420-Revision                   50000.00 SEK
  Liabilities:AccruedExpenses:2990-Upplupet-och-förutbetalt  -50000.00 SEK
"""
