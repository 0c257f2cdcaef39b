"""A federation worked by hand: a division with a bank account in euro, and a legal person in Spain that keeps in euro.

Levy 15 % (service 12.5, investment fund 1.5, solidarity fund 1.0), the same in 2025.

| | turnover | due | posted | VAT |
|---|---|---|---|---|
| repris 2025-12 | 10,000.00 | 1,500.00 | 1,500.00 | division: none |
| repris 2026-01 | 100,000.01 | 15,000.0015 -> 15,000.00 | 15,000.00 | |
| repris 2026-02 | 33,333.33 | 20,000.001 -> 20,000.00 | 5,000.00 | |
| for 2025, in 2026-02 | -400.00 | 15 % of 9,600 = 1,440.00 | -60.00 | |
| koop 2026-01 | 10,000.00 EUR | 1,500.00 | 1,500.00 | reverse charge, 21 % of 1,250 = 262.50 |
| koop 2026-02 | 2,000.00 EUR | 1,800.00 | 300.00 | 21 % of 250 = 52.50 |

Central's claim on koop at the day's spot, income at the month's average: January 1,500 x 11.60 = 17,400, income
1,500 x 11.40 = 17,100 (14,250 + 1,710 + 1,140), gain 300. February 300 x 11.50 = 3,450, income 300 x 11.55 = 3,465
(2,887.50 + 346.50 + 231.00), loss 15; what is claimed since January falls by 1,500 x 0.10 = 150.
repris' 100 EUR, bought at 11.00: +60.00 in January (11.60), -10.00 in February (11.50).
repris' 2025: 10,000.00 - 1,500.00 = 8,500.00 to 2099, and on 2026-01-01 to 2098.
"""

#: 15 %, in three components.
LEVY = """\
2025-01-01 custom "decision" "A" "assembly"
2025-01-01 custom "levy-rate" "*" 0.15
  decision: "A"
2025-01-01 custom "levy-component" "service" 0.125
  decision: "A"
2025-01-01 custom "levy-component" "investment" 0.015
  decision: "A"
2025-01-01 custom "levy-component" "solidarity" 0.010
  decision: "A"
"""
POLICY = LEVY + '2026-03-02 custom "decision" "ST-7" "board"\n'
PRICES = """\
2025-12-31 price EUR 11.20 SEK
2025-12-31 custom "average-rate" "EUR" 11.10 SEK
2026-01-31 price EUR 11.60 SEK
2026-01-31 custom "average-rate" "EUR" 11.40 SEK
2026-02-28 price EUR 11.50 SEK
2026-02-28 custom "average-rate" "EUR" 11.55 SEK
2026-03-31 price EUR 11.55 SEK
2026-03-31 custom "average-rate" "EUR" 11.50 SEK
"""
REPRIS = {
    "accounts": """\
2025-01-01 open Assets:1930-Bank SEK
2025-01-01 open Assets:1940-Bank-EUR EUR
2025-01-01 open Income:3001-Sales SEK
""",
    "2025-12": """\
2025-12-10 * "Sale"
  voucher: "A-1"
  Assets:1930-Bank                       10000.00 SEK
  Income:3001-Sales                     -10000.00 SEK
""",
    "2026-01": """\
2026-01-10 * "Sale"
  voucher: "A-1"
  Assets:1930-Bank                      100000.01 SEK
  Income:3001-Sales                    -100000.01 SEK

2026-01-15 * "Euro bought"
  voucher: "A-2"
  Assets:1940-Bank-EUR                     100.00 EUR @ 11.00 SEK
  Assets:1930-Bank                       -1100.00 SEK
""",
    "2026-02": """\
2026-02-05 * "Sale"
  voucher: "A-3"
  Assets:1930-Bank                       33333.33 SEK
  Income:3001-Sales                     -33333.33 SEK

2026-02-10 * "Credit note"
  voucher: "A-4"
  concerns: 2025-12-10
  Assets:1930-Bank                        -400.00 SEK
  Income:3001-Sales                        400.00 SEK
""",
}
KOOP = {
    "unit": 'currency = "EUR"\nchart = "pgc"\nentity = "legal_entity"\ncountry = "ES"\n',
    "accounts": "2025-01-01 open Assets:572-Bank EUR\n2025-01-01 open Income:705-Services EUR\n",
    "2026-01": """\
2026-01-20 * "Services"
  voucher: "A-1"
  Assets:572-Bank                        10000.00 EUR
  Income:705-Services                   -10000.00 EUR
""",
    "2026-02": """\
2026-02-20 * "Services"
  voucher: "A-2"
  Assets:572-Bank                         2000.00 EUR
  Income:705-Services                    -2000.00 EUR
""",
}
UNITS = {"gemensamt": {"unit": 'country = "SE"\n'}, "repris": REPRIS, "koop": KOOP}
