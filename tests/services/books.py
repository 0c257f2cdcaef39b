"""A small federation whose central has three services: what tests of the shared services read their figures from.

repris sells 60 000 and kafe 40 000; of the levy of 10 %, 8 % are for services: 4 800 and 3 200.
The assembly has three services: it (order 1, by seats), finance (2, by vouchers and payslips 50 : 50), board
(3, members). Central's cost of 2026:

it        1 000 hosting by its account (6540), 200 of it done for kafe alone
finance   5 400 wages by the posting, less 400 income that names it; the voucher names it
board       900 travel by the voucher
no centre   100 postage
"""

ACCOUNTS = """
2025-01-01 open Assets:1930-Bank
2025-01-01 open Income:3001-Försäljning-25
2025-01-01 open Income:3980-Bidrag
2025-01-01 open Expenses:4010-Varor
2025-01-01 open Expenses:5010-Lokalhyra
2025-01-01 open Expenses:7010-Löner
"""
CENTRAL_ACCOUNTS = """
2025-01-01 open Assets:1930-Bank
2025-01-01 open Income:3990-Ersättning
2025-01-01 open Expenses:5800-Resor
2025-01-01 open Expenses:6250-Porto
2025-01-01 open Expenses:6540-IT-tjänster
2025-01-01 open Expenses:7010-Löner
2025-01-01 open Expenses:8410-Räntekostnader
"""
DECIDED = """
2025-01-01 custom "decision" "FS-1" "assembly"
2025-01-01 custom "levy-rate" "*" 0.10
  decision: "FS-1"
2025-01-01 custom "levy-component" "service" 0.08
  decision: "FS-1"
2025-01-01 custom "levy-component" "investment" 0.02
  decision: "FS-1"
"""
CENTRES = """
2025-01-01 custom "cost-centre" "it" "IT"
  decision: "FS-1"
  order: 1
  key: "seats"
  accounts: "6540"
2025-01-01 custom "cost-centre" "finance" "Ekonomi"
  decision: "FS-1"
  order: 2
  key: "vouchers 50, payslips 50"
2025-01-01 custom "cost-centre" "board" "Styrelse"
  decision: "FS-1"
  order: 3
  key: "members"
2025-01-01 custom "allocation-key" "seats" "repris" 2
  decision: "FS-1"
2025-01-01 custom "allocation-key" "seats" "kafe" 1
  decision: "FS-1"
2025-01-01 custom "allocation-key" "seats" "finance" 1
  decision: "FS-1"
2025-01-01 custom "allocation-key" "payslips" "repris" 30
  decision: "FS-1"
2025-01-01 custom "allocation-key" "payslips" "kafe" 10
  decision: "FS-1"
"""
POLICY = DECIDED + CENTRES
CENTRAL = """
2026-02-01 * "Hosting"
  Expenses:6540-IT-tjänster   800.00 SEK
  Expenses:6540-IT-tjänster   200.00 SEK
    used-by: "kafe"
  Assets:1930-Bank

2026-02-25 * "Wages"
  Expenses:7010-Löner        5400.00 SEK
    cost-centre: "finance"
  Assets:1930-Bank

2026-02-26 * "Course given"
  cost-centre: "finance"
  Income:3990-Ersättning     -400.00 SEK
  Assets:1930-Bank

2026-02-27 * "Travel"
  cost-centre: "board"
  Expenses:5800-Resor         900.00 SEK
  Assets:1930-Bank

2026-02-28 * "Stamps, and interest, which is no service"
  Expenses:6250-Porto         100.00 SEK
  Expenses:8410-Räntekostnader 77.00 SEK
  Assets:1930-Bank
"""
LAST_YEAR = """
2025-06-01 * "Hosting"
  Expenses:6540-IT-tjänster   950.00 SEK
  Assets:1930-Bank
"""
REPRIS = """
2026-02-10 * "Sale"
  Income:3001-Försäljning-25 -60000.00 SEK
  Assets:1930-Bank

2026-02-11 * "Wage grant"
  Income:3980-Bidrag          -7200.00 SEK
  Assets:1930-Bank

2026-02-12 * "Goods, rent and wages"
  Expenses:4010-Varor         20000.00 SEK
  Expenses:5010-Lokalhyra      9000.00 SEK
  Expenses:7010-Löner         30000.00 SEK
  Assets:1930-Bank
"""
KAFE = """
2026-02-10 * "Sale"
  Income:3001-Försäljning-25 -40000.00 SEK
  Assets:1930-Bank
"""
UNITS = {
    "gemensamt": {"accounts": CENTRAL_ACCOUNTS, "2025-06": LAST_YEAR, "2026-02": CENTRAL},
    "repris": {"accounts": ACCOUNTS, "2026-02": REPRIS},
    "kafe": {"accounts": ACCOUNTS, "2026-02": KAFE},
}
