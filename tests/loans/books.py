"""The samples' two cycles in Sambok's accounts: a group of persons, and the federation's fund between units."""

from __future__ import annotations

#: `samples/vsla/example20.beancount`: Anna and Bo; its names of accounts are the chart's here.
ACCOUNTS = """\
2026-01-01 open Assets:1010-Loan-fund-box SEK
2026-01-01 open Assets:1020-Social-fund-box SEK
2026-01-01 open Assets:1110-Loans-to-members:Anna SEK
  code: "1110"
  participant: "Anna"
2026-01-01 open Assets:1110-Loans-to-members:Bo SEK
  code: "1110"
  participant: "Bo"
2026-01-01 open Assets:1120-Service-charges-due:Anna SEK
  code: "1120"
  participant: "Anna"
2026-01-01 open Assets:1120-Service-charges-due:Bo SEK
  code: "1120"
  participant: "Bo"
2026-01-01 open Assets:1130-Unpaid-fines:Anna SEK
  code: "1130"
  participant: "Anna"
2026-01-01 open Assets:1190-Other-claims SEK
2026-01-01 open Assets:1110-Loans-to-members SEK
2026-01-01 open Equity:3010-Shares SEK
2026-01-01 open Equity:3010-Shares:Anna SEK
  code: "3010"
  participant: "Anna"
2026-01-01 open Equity:3010-Shares:Bo SEK
  code: "3010"
  participant: "Bo"
2026-01-01 open Equity:3010-Shares:Caro SEK
  code: "3010"
  participant: "Caro"
2026-01-01 open Equity:3020-Social-fund SEK
2026-01-01 open Equity:3910-Carried-in SEK
2026-01-01 open Equity:3990-Result-of-the-cycle SEK
2026-01-01 open Income:4010-Service-charge SEK
2026-01-01 open Income:4020-Fines SEK
2026-01-01 open Income:4030-Gifts SEK
2026-01-01 open Expenses:5040-Loan-losses SEK
"""
MEETING_1 = """\
2026-01-14 * "NK26 möte 1" "Andelar 5 + 3" ^NK26-M01
  cycle: "NK26"
  meeting: "1"
  Assets:1010-Loan-fund-box                 800 SEK
  Equity:3010-Shares:Anna                  -500 SEK
  Equity:3010-Shares:Bo                    -300 SEK
2026-01-14 * "NK26 möte 1" "Lån Anna 600, 2 perioder" ^NK26-M01 ^NK26-L01
  cycle: "NK26"
  meeting: "1"
  Assets:1110-Loans-to-members:Anna         600 SEK
    loan: "NK26-L01"
    term: 2
  Assets:1010-Loan-fund-box                -600 SEK
"""
MEETING_5 = """\
2026-02-11 * "NK26 möte 5" "Anna 300 + avgift 5 % av 600" ^NK26-M05 ^NK26-L01
  cycle: "NK26"
  meeting: "5"
  Assets:1010-Loan-fund-box                 330 SEK
  Assets:1110-Loans-to-members:Anna        -300 SEK
  Income:4010-Service-charge                -30 SEK
    participant: "Anna"
2026-02-12 balance Assets:1010-Loan-fund-box  530 SEK
"""
GROUP = {"unit": 'chart = "vsla"\nentity = "legal_entity"\ncombine = false\n', "accounts": ACCOUNTS}
DECISION = '2026-01-01 custom "decision" "K-1" "assembly"\n'
NK26 = """\
2026-01-01 custom "loan-cycle" "NK26" 100 SEK
  decision: "K-1"
  book: "kikundi"
  period: "4-weeks"
  charge: 0.05
  ends: 2026-12-10
"""

#: `samples/vsla/federation-vsla.beancount`: NK and FI; the three entities' postings stand in three books.
FUND_ACCOUNTS = """\
2026-01-01 open Assets:1930-Bank SEK
2026-01-01 open Assets:1663-Loans SEK
2026-01-01 open Assets:1664-Charges-due SEK
2026-01-01 open Liabilities:2863-Shares SEK
2026-01-01 open Income:8361-Service-charge SEK
2026-01-01 open Expenses:8461-Share-out SEK
"""
UNIT_ACCOUNTS = """\
2026-01-01 open Assets:1930-Bank SEK
2026-01-01 open Assets:1666-Shares-held SEK
2026-01-01 open Liabilities:2864-Debt SEK
2026-01-01 open Liabilities:2865-Charges-owed SEK
2026-01-01 open Expenses:8462-Charges SEK
2026-01-01 open Income:8363-Share-out SEK
2026-01-01 open Equity:2091-Opening SEK
"""
RF26 = """\
2026-01-01 custom "loan-cycle" "RF26" 1000 SEK
  decision: "K-1"
  loan-multiple: 3
  charge: 0.01
  method: "declining"
  max-term: 3
  share-out: "shares"
  ends: 2026-12-10
"""


def fund_book() -> dict[str, str]:
    """The fund's own side, month by month; FI pays what is due of charges straight to the income, as in the sample."""
    text = {"2026-01": "", "2026-12": ""}
    for unit, amount in (("nk", 30000), ("fi", 10000)):
        text["2026-01"] += f"""\
2026-01-10 * "{unit}: andelar" ^ic-gemensamt-RF26-M01-{unit}
  cycle: "RF26"
  Assets:1930-Bank  {amount}.00 SEK
  Liabilities:2863-Shares  -{amount}.00 SEK
    partner: "{unit}"
    ic: "fund"
"""
    text["2026-02"] = """\
2026-02-10 * "Lån RF26-L01, 24000 (tak 3 x 10000), 3 mån" ^ic-gemensamt-RF26-L01
  cycle: "RF26"
  decision: "K-1"
  Assets:1663-Loans  24000.00 SEK
    partner: "fi"
    ic: "loan"
    loan: "RF26-L01"
    term: 3
  Assets:1930-Bank  -24000.00 SEK
"""
    for month, charge in ((3, 240), (4, 160), (5, 80)):
        text[f"2026-0{month}"] = f"""\
2026-0{month}-10 * "Amortering och avgift" ^ic-gemensamt-RF26-L01
  cycle: "RF26"
  Assets:1930-Bank  {8000 + charge}.00 SEK
  Assets:1663-Loans  -8000.00 SEK
    partner: "fi"
    ic: "loan"
  Income:8361-Service-charge  -{charge}.00 SEK
    partner: "fi"
    ic: "interest"
"""
    for unit, shares, profit in (("nk", 30000, 360), ("fi", 10000, 120)):
        text["2026-12"] += f"""\
2026-12-11 * "Utdelning {unit}" ^ic-gemensamt-RF26-S26-{unit}
  cycle: "RF26"
  decision: "K-1"
  Liabilities:2863-Shares  {shares}.00 SEK
    partner: "{unit}"
    ic: "fund"
  Expenses:8461-Share-out  {profit}.00 SEK
    partner: "{unit}"
    ic: "interest"
  Assets:1930-Bank  -{shares + profit}.00 SEK
"""
    return {"accounts": FUND_ACCOUNTS, **text}


def unit_book(slug: str, shares: int, opening: int, profit: int) -> dict[str, str]:
    """A unit's side."""
    text = {
        "2026-01": f"""\
2026-01-01 * "Ingående saldo"
  Assets:1930-Bank  {opening}.00 SEK
  Equity:2091-Opening  -{opening}.00 SEK
2026-01-10 * "Andelar" ^ic-gemensamt-RF26-M01-{slug}
  Assets:1666-Shares-held  {shares}.00 SEK
    partner: "gemensamt"
    ic: "fund"
  Assets:1930-Bank  -{shares}.00 SEK
""",
        "2026-12": f"""\
2026-12-11 * "Utdelning" ^ic-gemensamt-RF26-S26-{slug}
  Assets:1930-Bank  {shares + profit}.00 SEK
  Assets:1666-Shares-held  -{shares}.00 SEK
    partner: "gemensamt"
    ic: "fund"
  Income:8363-Share-out  -{profit}.00 SEK
    partner: "gemensamt"
    ic: "interest"
""",
    }
    if slug == "fi":
        text["2026-02"] = """\
2026-02-10 * "Lån RF26-L01" ^ic-gemensamt-RF26-L01
  Assets:1930-Bank  24000.00 SEK
  Liabilities:2864-Debt  -24000.00 SEK
    partner: "gemensamt"
    ic: "loan"
"""
        for month, charge in ((3, 240), (4, 160), (5, 80)):
            text[f"2026-0{month}"] = f"""\
2026-0{month}-10 * "Amortering och avgift" ^ic-gemensamt-RF26-L01
  Liabilities:2864-Debt  8000.00 SEK
    partner: "gemensamt"
    ic: "loan"
  Expenses:8462-Charges  {charge}.00 SEK
    partner: "gemensamt"
    ic: "interest"
  Assets:1930-Bank  -{8000 + charge}.00 SEK
"""
    return {"accounts": UNIT_ACCOUNTS, **text}


def federation() -> dict[str, dict[str, str]]:
    """The three books of the sample."""
    return {
        "gemensamt": fund_book(),
        "nk": unit_book("nk", 30000, 50000, 360),
        "fi": unit_book("fi", 10000, 20000, 120),
    }
