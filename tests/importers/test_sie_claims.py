"""Vouchers of a SIE file say whose claims and debts they are, where the file says it (dimensions 8 and 9)."""

import pytest

HEAD = """\
#FLAGGA 0
#SIETYP 4
#FNAMN "Kund"
#RAR 0 20260101 20261231
#DIM 8 "Kund"
#DIM 9 "Leverantör"
#DIM 10 "Faktura"
#OBJEKT 8 "101" "Skolan"
#OBJEKT 9 "7" "Grossisten"
#OBJEKT 10 "1051" ""
#UB 0 {claim} {amount}
#RES 0 {other} {turned}
#VER A 1 20260310 "Faktura"
{{
#TRANS {claim} {{{objects}}} {amount}
#TRANS {other} {{{objects}}} {turned}
}}
"""
ACCOUNTS = """\
2020-01-01 open Assets:1510-Kundfordringar
2020-01-01 open Liabilities:2440-Leverantörsskulder
2020-01-01 open Income:3001-Försäljning-25
2020-01-01 open Expenses:4000-Inköp
"""


@pytest.mark.parametrize(
    ("claim", "amount", "other", "turned", "objects", "expected"),
    [
        ("1510", "100.00", "3001", "-100.00", '"8" "101" "10" "1051"', ["Skolan", None]),
        ("2440", "-100.00", "4000", "100.00", '"9" "7"', ["Grossisten", None]),
        ("1510", "100.00", "3001", "-100.00", '"8" "102"', [None, None]),  # nobody's name
        ("1510", "100.00", "3001", "-100.00", "", [None, None]),
    ],
)
def test_whose_a_claim_is(feed, claim, amount, other, turned, objects, expected):
    feed = feed(accounts=ACCOUNTS)
    text = HEAD.format(claim=claim, amount=amount, other=other, turned=turned, objects=objects)
    assert feed.take(text.encode("cp437"), "f.se").status == "imported"
    (entry,) = feed.transactions()
    assert [p.meta.get("counterparty") for p in entry.postings] == expected
    assert entry.postings[0].meta.get("invoice") == ("1051" if "1051" in objects else None)
