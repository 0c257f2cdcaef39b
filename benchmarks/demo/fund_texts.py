"""What is decided of the federation's own funds, and what divisions ask for: policy and applications as text.

Figures of the solidarity fund's year are in the decision of May 2026; `benchmarks/demo/funds.py` books them.
"""

from __future__ import annotations

import datetime as dt

from benchmarks.demo.book import YEAR

LAST_YEAR = YEAR - 1

POLICY = """
; The federation's own funds.
2024-11-21 custom "decision" "FS-2024-11-21-§12" "assembly"
  text: "Investeringsfond 520 000 kr och solidaritetsfond 90 000 kr enligt fastställd balansräkning"
2024-11-21 custom "decision" "FS-2024-11-21-§13" "assembly"
  text: "Regler för investeringsfonden"
2024-11-21 custom "decision" "FS-2024-11-21-§14" "assembly"
  text: "Regler för solidaritetsfonden: en enhet får ha sparat 30 % av sin omsättning utan att stödet minskar"
2025-01-01 custom "fund" "investment"
  decision: "FS-2024-11-21-§13"
  exposure: 0.25
  grants: 0.40
  business-line: 0.40
  levy-days: 365
  board: 100000.00 SEK
2025-01-01 custom "fund" "solidarity"
  decision: "FS-2024-11-21-§14"
  free: 0.30

2025-02-18 custom "decision" "ST-2025-02-18-§4" "board"
  text: "Lån till Gröna Trädgården för ett växthus, 2 % ränta, 36 månader"
  amount: 60000.00 SEK
  recused: "tradgarden"
2025-02-18 custom "fund-score" "IF-2025-001" 78
  decision: "ST-2025-02-18-§4"
  jobs: 25
  viability: 20
  own-part: 10
  environment: 12
  spread: 11
2025-02-18 custom "fund-agreement" "IF-2025-001" 60000.00 SEK
  decision: "ST-2025-02-18-§4"
  unit: "tradgarden"
  kind: "loan"
  budget: 90000.00 SEK
  own-part: 30000.00 SEK
  interest: 0.02
  term: 36
  grace: 6
  recused: "tradgarden"
2025-09-16 custom "decision" "ST-2025-09-16-§3" "board"
  text: "Borgen för Cykelbudets leasing av lådcyklar, högst 60 000 kr"
  amount: 60000.00 SEK
  recused: "cykelbudet"
2025-09-16 custom "fund-agreement" "IF-2025-002" 60000.00 SEK
  decision: "ST-2025-09-16-§3"
  unit: "cykelbudet"
  kind: "guarantee"
  budget: 120000.00 SEK
  own-part: 12000.00 SEK
  ends: 2027-09-30
  recused: "cykelbudet"
2026-03-17 custom "decision" "ST-2026-03-17-§5" "board"
  text: "Lån till Vaktmästeriet Kinda för en eldriven redskapsbärare, 3 % ränta, 12 månader"
  amount: 72000.00 SEK
  recused: "vaktmasteri"
2026-03-17 custom "fund-agreement" "IF-2026-001" 72000.00 SEK
  decision: "ST-2026-03-17-§5"
  unit: "vaktmasteri"
  kind: "loan"
  budget: 100000.00 SEK
  own-part: 28000.00 SEK
  interest: 0.03
  term: 12
  recused: "vaktmasteri"
2026-05-19 custom "decision" "FS-2026-05-19-§9" "assembly"
  text: "Årets fondmedel 2025 förs till fonderna, 20 000 kr av överskottet därtill till solidaritetsfonden"
2026-05-19 custom "decision" "FS-2026-05-19-§10" "assembly"
  text: "Stöd ur solidaritetsfonden för 2025 enligt uträkningen: Syateljén 7 921,88 kr, Vaktmästeriet 36 870,19 kr"
  amount: 44792.07 SEK
2026-06-16 custom "decision" "ST-2026-06-16-§6" "board"
  text: "Avslag på Cykelbudets ansökan om ny webbplats: egen insats saknas"
  recused: "cykelbudet"
2026-06-16 custom "fund-state" "IF-2026-002" "rejected"
  decision: "ST-2026-06-16-§6"
2026-09-22 custom "fund-score" "IF-2026-003" 71
  decision: "ST-2026-09-22-§4"
  jobs: 20
  viability: 25
  own-part: 10
  environment: 10
  spread: 6
2026-09-22 custom "fund-agreement" "IF-2026-003" 75000.00 SEK
  decision: "ST-2026-09-22-§4"
  unit: "kafe-angen"
  kind: "grant"
  budget: 110000.00 SEK
  own-part: 35000.00 SEK
  ends: 2027-06-30
  recused: "kafe-angen"
"""

#: What divisions ask for, in their own books: day and text.
APPLICATIONS: dict[str, tuple[tuple[dt.date, str], ...]] = {
    "tradgarden": (
        (
            dt.date(LAST_YEAR, 1, 20),
            """custom "fund-application" "IF-2025-001" 60000.00 SEK
  kind: "loan"
  purpose: "Växthus: två månader längre säsong"
  budget: 90000.00 SEK
  own-part: 30000.00 SEK
  jobs: 0.5
  payback: 54
  environment: "Begagnat, ingen uppvärmning"
  spread: "Plantor till de andra enheterna" """,
        ),
    ),
    "cykelbudet": (
        (
            dt.date(LAST_YEAR, 8, 25),
            """custom "fund-application" "IF-2025-002" 60000.00 SEK
  kind: "guarantee"
  purpose: "Leasing av tre lådcyklar"
  budget: 120000.00 SEK
  own-part: 12000.00 SEK
  jobs: 1
  payback: 36
  environment: "Ersätter en skåpbil"
  spread: "Cyklarna lånas ut på helger" """,
        ),
        (
            dt.date(YEAR, 5, 11),
            """custom "fund-application" "IF-2026-002" 40000.00 SEK
  kind: "grant"
  purpose: "Ny webbplats med beställning"
  budget: 40000.00 SEK
  own-part: 0.00 SEK
  jobs: 0
  payback: 30 """,
        ),
    ),
    "vaktmasteri": (
        (
            dt.date(YEAR, 2, 9),
            """custom "fund-application" "IF-2026-001" 72000.00 SEK
  kind: "loan"
  purpose: "Eldriven redskapsbärare i stället för en hyrd traktor"
  budget: 100000.00 SEK
  own-part: 28000.00 SEK
  jobs: 0.5
  payback: 40
  environment: "Inga avgaser på gårdarna" """,
        ),
    ),
    "kafe-angen": (
        (
            dt.date(YEAR, 8, 18),
            """custom "fund-application" "IF-2026-003" 75000.00 SEK
  kind: "grant"
  purpose: "Stenugn"
  budget: 110000.00 SEK
  own-part: 35000.00 SEK
  jobs: 0.5
  payback: 45
  environment: "Halva elen mot den gamla"
  spread: "Bakning för de andras möten"
  risk: "Hyresavtalet går till 2029" """,
        ),
    ),
    "stadkraft": (
        (
            dt.date(YEAR, 10, 12),
            """custom "fund-application" "IF-2026-004" 95000.00 SEK
  kind: "loan"
  purpose: "Elbil till städlaget i Vingåker"
  budget: 190000.00 SEK
  own-part: 57000.00 SEK
  jobs: 1
  payback: 60
  environment: "Ersätter en dieselbil"
  spread: "Kör skötseln av Gröna Trädgårdens bevattning" """,
        ),
    ),
    "nystart": (
        (
            dt.date(YEAR, 10, 26),
            """custom "fund-application" "IF-2026-005" 30000.00 SEK
  kind: "grant"
  purpose: "Skärmaskin"
  budget: 45000.00 SEK
  draft: TRUE """,
        ),
    ),
}
