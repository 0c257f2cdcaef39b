"""The `[[source]]` tables of the units whose files wait, and the rules that place their lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from benchmarks.demo.book import Book, Voucher
from benchmarks.demo.group import WALLET
from benchmarks.demo.profiles import PROFILES

#: What a rule asks, the direction, the account's code, more of it.
Rule = tuple[str, str, str, str, str]


def plain(name: str, format_: str, account: str, number: str) -> str:
    """A source of a bank account without rules."""
    return f'\n[[source]]\nname = "{name}"\nformat = "{format_}"\naccount = "{account}"\nbank_account = "{number}"\n'


def _rules(book: Book, rules: Iterable[Rule]) -> str:
    lines: list[str] = []
    for key, value, direction, code, more in rules:
        lines += ["", "[[source.rule]]", f'{key} = "{value}"', f'direction = "{direction}"']
        lines += [f'account = "{book.names[code]}"'] if code else []
        lines += [more] if more else []
    return "\n".join(lines) + "\n"


def bank(book: Book, format_: str, number: str) -> str:
    """A division's bank: the first rule that fits places the other side of a line.

    Suppliers are known by their name, where a division doesn't follow its invoices one by one.
    """
    profile = next(p for p in PROFILES if p.slug == book.slug)
    rules: list[Rule] = [
        ("text", "Hyra", "out", "5010", 'vat = "25"'),
        ("text", "Telefoni", "out", "6210", 'vat = "25"'),
        ("text", "Bankavgift", "out", "6570", ""),
        ("text", "Löner", "out", "2821", ""),
        ("text", "Bidrag för personal", "in", "3988", ""),
    ]
    if profile.operating_grant:
        rules.append(("text", "Driftbidrag", "in", profile.operating_grant[0], ""))
    if not profile.follows:
        suppliers = ["Elbolaget Exempel", *dict.fromkeys(p.supplier for p in profile.purchases)]
        rules.insert(0, ("text", "Betalning faktura", "in", "1510", ""))
        rules += [("counterparty", supplier, "out", "2440", "") for supplier in suppliers]
    head = plain("bank", format_, book.names[book.bank], number).lstrip()
    return f'{head}currency = "{book.currency}"\n{_rules(book, rules)}'


def giro(number: str) -> str:
    """Payments received through bankgiro."""
    return f'\n[[source]]\nname = "bankgiro"\nformat = "bgmax"\nbank_account = "{number}"\n'


def program() -> str:
    """An invoicing program's SIE files."""
    return '\n[[source]]\nname = "affarssystem"\nformat = "sie4"\n'


def invoices(book: Book) -> str:
    """Electronic invoices: purchases are goods, transports by their text; sales to other units have an account."""
    rows = ["", "[[source]]", 'name = "efaktura"', 'format = "ubl"', "[source.invoices]"]
    if book.slug == "cykelbudet":
        return "\n".join([*rows, "[source.invoices.sales]", f'internal = "{book.names["3090"]}"']) + "\n"
    rows.append(f'purchases = "{book.names["4000"]}"')
    return "\n".join(rows) + _rules(book, [("text", "Hämtning", "out", "5710", "")])


def _split(book: Book, voucher: Voucher) -> str:
    """A rule that takes exactly what a voucher paid, and splits it as the voucher does."""
    parts = [(book.names[p.code], p.amount) for p in voucher.postings if p.code != book.bank]
    lines = [f'amount = "{sum((amount for _, amount in parts), Decimal(0))}"']
    for account, amount in parts:
        lines += ["[[source.rule.split]]", f'account = "{account}"', f'amount = "{amount}"']
    return "\n".join(lines)


def _first(vouchers: Mapping[str, Voucher], word: str) -> Voucher:
    return next(v for text, v in vouchers.items() if text.startswith(word))


def spanish(book: Book, number: str, vouchers: Mapping[str, Voucher]) -> str:
    """The Spanish co-op's bank."""
    rules: list[Rule] = [
        ("text", "Alquiler", "out", "621", 'vat = "21"'),
        ("text", "Comisiones", "out", "626", ""),
        ("text", "Pago nómina", "out", "465", ""),
        ("text", "Retenciones y cotizaciones", "out", "", _split(book, _first(vouchers, "Retenciones"))),
    ]
    return plain("banco", "norma43", book.names[book.bank], number).lstrip() + _rules(book, rules)


def chilean(book: Book, number: str, vouchers: Mapping[str, Voucher]) -> str:
    """The Chilean co-op's bank: its list's columns, and rules with fixed amounts (rules know no VAT of 19 %)."""
    columns = {"date": "Fecha", "text": "Descripción", "reference": "Documento", "money_in": "Abonos"}
    columns |= {"money_out": "Cargos", "balance": "Saldo"}
    told = ", ".join(f'{key} = "{name}"' for key, name in columns.items())
    layout = [
        "[source.csv]",
        'dates = ["%d/%m/%Y"]',
        'decimal = ","',
        'thousands = "."',
        f"columns = {{ {told} }}",
    ]
    rules: list[Rule] = [
        ("text", "Alquiler", "out", "", _split(book, _first(vouchers, "Alquiler"))),
        ("text", "Comisiones", "out", "626", ""),
        ("text", "Pago nómina", "out", "465", ""),
        ("text", "Retenciones y cotizaciones", "out", "", _split(book, _first(vouchers, "Retenciones"))),
        ("text", "Pago IVA", "out", "4750", ""),
    ]
    head = plain("banco", "csv", book.names[book.bank], number).lstrip()
    return head + "\n".join(layout) + "\n" + _rules(book, rules)


def kenyan(book: Book, number: str) -> str:
    """The group's wallet: what a member types as account number says what the payment is."""
    rules: list[Rule] = [
        ("text", "Charge", "out", "5020", ""),
        ("text", "Withdrawal at Agent", "out", "1010", ""),
    ]
    return plain("mpesa", "mpesa", book.names[WALLET], number).lstrip() + _rules(book, rules)
