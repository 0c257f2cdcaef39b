"""The records of Norma 43: 80 characters each, their fields at fixed places (Cuaderno 43, anexo 1; as since 1986).

    11  account        3 bank, 7 branch, 11 account, 21 first day, 27 last day, 33 debit/credit, 34 opening balance,
                       48 currency, 51 mode, 52 holder
    22  movement       7 branch, 11 day of operation, 17 value day, 23 common concept, 25 the bank's own concept,
                       28 debit/credit, 29 amount, 43 document, 53 first reference, 65 second reference
    23  text           3 number (01-05), 5 and 43 text
    24  equivalence    3 01, 5 currency, 8 amount: what the movement was in another currency; informs only
    33  end of account 3 bank, branch and account again, 21 number of debits, 26 their sum, 40 number of credits,
                       45 their sum, 59 debit/credit, 60 closing balance, 74 currency
    88  end of file    3 nines, 21 number of records before it

Debit is 1, money out; credit is 2, money in (a balance of nothing may have neither). Amounts have 14 digits, two of
them decimals; days are YYMMDD; currencies are numbered as in ISO 4217. Some banks put a record 00 before all, which 88
doesn't count; blanks at a record's end may be missing.
"""

from __future__ import annotations

import re

LENGTH = 80
#: Length of each text of a record 23; a full one goes on in the next.
TEXT = 38
#: Records 23 of one movement: the standard has 5, and numbers up to 9 are read.
MOST_TEXTS = 9
DEBIT, CREDIT = "1", "2"
NOTHING = re.compile("0*")
RECORDS = {
    "00": re.compile(r"00.{78}", re.DOTALL),
    "11": re.compile(
        r"11(?P<bank>[0-9]{4})(?P<branch>[0-9]{4})(?P<account>[0-9]{10})(?P<first>[0-9]{6})(?P<last>[0-9]{6})"
        r"(?P<side>[ 012])(?P<amount>[0-9]{14})(?P<currency>[0-9]{3})[ 0-9].{29}",
        re.ASCII | re.DOTALL,
    ),
    "22": re.compile(
        r"22.{4}[ 0-9]{4}(?P<day>[0-9]{6})(?P<value>[0-9]{6})(?P<concept>[ 0-9]{2})(?P<own>.{3})(?P<side>[ 012])"
        r"(?P<amount>[0-9]{14})(?P<document>.{10})(?P<first>.{12})(?P<second>.{16})",
        re.ASCII | re.DOTALL,
    ),
    "23": re.compile(r"23(?P<number>0[1-9])(?P<text>.{38})(?P<more>.{38})", re.ASCII | re.DOTALL),
    "24": re.compile(r"24.{2}(?P<currency>[0-9]{3})(?P<amount>[0-9]{14}).{59}", re.ASCII | re.DOTALL),
    "33": re.compile(
        r"33(?P<number>[0-9]{18})(?P<debits>[0-9]{5})(?P<debit>[0-9]{14})(?P<credits>[0-9]{5})(?P<credit>[0-9]{14})"
        r"(?P<side>[ 012])(?P<amount>[0-9]{14})(?P<currency>[0-9]{3}).{4}",
        re.ASCII | re.DOTALL,
    ),
    "88": re.compile(r"889{18}(?P<count>[0-9]{6}).{54}", re.ASCII | re.DOTALL),
}
#: Concepts common to all banks, in the standard's words; what the text says where the bank gives none.
CONCEPTS = {
    "01": "Talones - reintegros",
    "02": "Abonarés - entregas - ingresos",
    "03": "Domiciliados - recibos - letras - pagos por su cuenta",
    "04": "Giros - transferencias - traspasos - cheques",
    "05": "Amortizaciones préstamos, créditos, etc.",
    "06": "Remesas efectos",
    "07": "Suscripciones - div. pasivos - canjes",
    "08": "Div. cupones - prima junta - amortizaciones",
    "09": "Operaciones de bolsa y/o compra/venta valores",
    "10": "Cheques gasolina",
    "11": "Cajero automático",
    "12": "Tarjetas de crédito - tarjetas de débito",
    "13": "Operaciones extranjero",
    "14": "Devoluciones e impagados",
    "15": "Nóminas - seguros sociales",
    "16": "Timbres - corretaje - póliza",
    "17": "Intereses - comisiones - custodia - gastos e impuestos",
    "98": "Anulaciones - correcciones asiento",
    "99": "Varios",
}
TAKEN_BACK = "98"
#: Two-digit years from here on are of the last century.
OLD_YEARS = 80
