"""One day of a café: the till's Z report, the Swish report, the card settlement, and what the bank says.

Z report 17 of 2026-03-02: sales 1 120.00 at 12 % and 500.00 at 25 %, together 1 620.00; paid in cash 320.00, by card
900.00, with Swish 400.00. The drawer began with 500.00, 818.00 were counted: 2.00 are missing. 300.00 go to the bank.

The Swish report has 250.00 + 200.00 and 50.00 given back: 400.00, as one batch. The acquirer pays 900.00 less 9.00.
The bank books 400.00 and 891.00 on the 3rd, 300.00 on the 4th.
"""

import datetime as dt
from decimal import Decimal

from importers.camt.model import Balance, Detail, Entry, Statement
from importers.camt.write import write_camt053

IBAN = "SE4550000000058398257466"

UNIT = f"""\
chart = "bas"
currency = "SEK"

[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
bank_account = "{IBAN}"

[[source]]
name = "swish"
format = "swish"

[[source]]
name = "kort"
format = "card"
[source.takings.columns]
date = "Utbetald"
sold = "Köpdag"
batch = "Utbetalning"
amount = "Belopp"
fee = "Avgift"
net = "Netto"

[[source]]
name = "kassa"
format = "till"
[source.takings.columns]
date = "Datum"
number = "Z"
sales = "Totalt"
opening = "Växel"
counted = "Räknat"
banked = "Till bank"
bag = "Påse"
[[source.takings.sale]]
vat = "25"
gross = "Försäljning 25"
vat_amount = "Moms 25"
[[source.takings.sale]]
vat = "12"
gross = "Försäljning 12"
vat_amount = "Moms 12"
[[source.takings.payment]]
column = "Kontant"
means = "cash"
[[source.takings.payment]]
column = "Kort"
means = "card"
[[source.takings.payment]]
column = "Swish"
means = "swish"
"""

Z = """\
Datum;Z;Totalt;Försäljning 25;Moms 25;Försäljning 12;Moms 12;Kontant;Kort;Swish;Växel;Räknat;Till bank;Påse
2026-03-02;17;1620,00;500,00;100,00;1120,00;120,00;320,00;900,00;400,00;500,00;818,00;300,00;77
"""

SWISH = """\
* Swish-rapport Avser 2026-03-02 - 2026-03-02 Skapad 2026-03-03 08:12 CET
Radnr,Clnr,Kontonr,Bokfdag,Transdag,Valutadag,Mottagarnr,Mottagarnamn,Avsändarnr,Avsändarnamn,Meddelande,Tid,Belopp,Orderreferens,Batchid
1,81059,9345678,2026-03-02,2026-03-02,2026-03-02,1234567890,Kafé Ängen,+46701112233,Anna Ek,2 kaffe,10:02,250.00,,B301
2,81059,9345678,2026-03-02,2026-03-02,2026-03-02,1234567890,Kafé Ängen,+46702223344,Bo Ask,lunch,12:15,200.00,,B301
3,81059,9345678,2026-03-02,2026-03-02,2026-03-02,1234567890,Kafé Ängen,+46702223344,Bo Ask,åter,12:40,-50.00,,B301
"""

CARD = """\
Utbetalning;Utbetald;Köpdag;Belopp;Avgift;Netto
P-9001;2026-03-03;2026-03-02;600,00;6,00;594,00
P-9001;2026-03-03;2026-03-02;300,00;3,00;297,00
"""


def bank(*lines, opening="1000.00"):
    """A camt.053 file of lines (day, amount, text[, what they are made of: (amount, payer)])."""
    entries = tuple(
        Entry(
            Decimal(amount),
            "SEK",
            day,
            text=text,
            details=tuple(Detail(Decimal(size), "SEK", who) for listed in more for size, who in listed),
        )
        for day, amount, text, *more in lines
    )
    closing = Decimal(opening) + sum((e.amount for e in entries), Decimal(0))
    balances = (
        Balance("OPBD", Decimal(opening), "SEK", min(e.date for e in entries)),
        Balance("CLBD", closing, "SEK", max(e.date for e in entries)),
    )
    created = dt.datetime(2026, 3, 31, 18, 0)  # noqa: DTZ001  banks write local time
    return write_camt053([Statement("S1", IBAN, "SEK", balances, entries)], created=created)


BANK = bank(
    (dt.date(2026, 3, 3), "400.00", "Swish 1234567890"),
    (dt.date(2026, 3, 3), "891.00", "Kortinlösen"),
    (dt.date(2026, 3, 4), "300.00", "Insättning"),
)

FILES = {"z.csv": Z.encode(), "swish.csv": SWISH.encode("cp1252"), "kort.csv": CARD.encode(), "bank.xml": BANK}

#: What the day comes to, whatever the order of the files; what nets to zero is left out.
#: Bank 1 000.00 before + 400.00 + 891.00 + 300.00; cash 320.00 - 2.00 - 300.00.
BALANCES = {
    "1910": "18.00",
    "1930": "2591.00",
    "2091": "-1000.00",
    "2611": "-100.00",
    "2621": "-120.00",
    "3001": "-400.00",
    "3002": "-1000.00",
    "3790": "2.00",
    "6040": "9.00",
}
