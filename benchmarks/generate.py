"""Federations of any size, as a valid Sambok workspace and as one file for other programs; same seed, same bytes.

    python -m benchmarks.generate OUT --units 50 --txns 1000 [--years 5] [--currencies SEK,EUR] [--ic 0.05]

Below OUT:
- `workspace/`: `fava.conf`, `units/…`, one month a file, as bookkeepers and importers write it;
- `all.beancount`: the same transactions included into one file, each unit's accounts with its own component
  (`Assets:U001:1930-Bank`), because one ledger can open an account only once;
- `all.journal`: the same for hledger and ledger.

The mix follows a small co-op unit's year: 30 % customers' invoices, 20 % their payments, 25 % suppliers' invoices, 15 %
payments, wages, till, fees, grants; about 2.7 postings a transaction, a bank balance asserted every month, and `ic` of
the transactions mirrored in another unit. Amounts are counted in minor units and written as decimals.
"""

from __future__ import annotations

import datetime as dt
import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import click

from ledger.books import main_text, open_workspace
from ledger.rules.rounding import decimals

LAST_YEAR = 2026
CENTRAL = "gemensamt"
ACCOUNTS = {
    name.split(":")[1].split("-")[0]: name
    for name in """
Assets:1220-Inventarier Assets:1229-Avskrivet-på-inventarier Assets:1510-Kundfordringar Assets:1630-Skattekonto
Assets:1660-Intern-fordran Assets:1661-Intern-fordran-avgift Assets:1910-Kassa Assets:1930-Bank
Equity:2091-Balanserat-resultat Liabilities:2440-Leverantörsskulder Liabilities:2611-Utgående-moms-25
Liabilities:2621-Utgående-moms-12 Liabilities:2631-Utgående-moms-6 Liabilities:2641-Ingående-moms
Liabilities:2710-Personalskatt Liabilities:2731-Arbetsgivaravgifter-att-betala Liabilities:2860-Intern-skuld
Liabilities:2861-Intern-skuld-avgift Income:3001-Försäljning-25 Income:3002-Försäljning-12 Income:3003-Försäljning-6
Income:3090-Försäljning-inom-föreningen Income:3740-Öresutjämning Income:3988-Lönebidrag Expenses:4000-Inköp-varor
Expenses:5010-Lokalhyra Expenses:5020-El Expenses:5410-Förbrukningsinventarier Expenses:5460-Förbrukningsmaterial
Expenses:5611-Drivmedel Expenses:5800-Resor Expenses:5910-Annonser Expenses:6110-Kontorsmaterial
Expenses:6210-Telefon-och-internet Expenses:6530-Redovisning Expenses:6570-Bankavgifter Expenses:7010-Löner
Expenses:7510-Arbetsgivaravgifter Expenses:7610-Utbildning Expenses:7830-Avskrivningar-inventarier
""".split()
}
COSTS = "4000 5010 5020 5410 5460 5611 5800 5910 6110 6210 6530 7610".split()
SALES = ((25, "3001", "2611"), (25, "3001", "2611"), (12, "3002", "2621"), (6, "3003", "2631"))
CUSTOMERS = tuple(f"Kund Exempel {number}" for number in range(1, 31))
SUPPLIERS = tuple(f"Leverantör Exempel {number}" for number in range(1, 21))
#: Where a unit of a currency is; levy invoices across borders go by it.
COUNTRIES = {"SEK": "SE", "EUR": "ES", "CLP": "CL", "KES": "KE", "NOK": "NO", "USD": "US"}
#: A currency's rate in SEK, for prices that must be there; what they are doesn't matter.
RATES = {"EUR": "11.20", "CLP": "0.0101", "KES": "0.0734", "NOK": "0.98", "USD": "9.60"}


@dataclass(frozen=True)
class Size:
    """How large a federation, and which.

    Attributes:
        units: divisions and co-ops, central apart.
        txns: transactions a unit and year.
        years: how many, the last being 2026.
        currencies: units take them in turn; the first is the federation's.
        ic: share of the transactions that have a mirror in another unit.
        unlinked: share of these that carry no link: they are told apart by their amount and day.
        peers: whether the files for other programs are written, too.
        seed: same seed, same bytes.
    """

    units: int = 50
    txns: int = 1000
    years: int = 1
    currencies: tuple[str, ...] = ("SEK",)
    ic: float = 0.05
    seed: int = 1
    unlinked: float = 0.0
    peers: bool = True

    @property
    def first(self) -> int:
        """The first year."""
        return LAST_YEAR - self.years + 1

    def slugs(self) -> list[str]:
        """All units, central last."""
        return [f"u{number:03d}" for number in range(1, self.units + 1)] + [CENTRAL]

    def currency(self, slug: str) -> str:
        """A unit's currency."""
        return self.currencies[0] if slug == CENTRAL else self.currencies[(int(slug[1:]) - 1) % len(self.currencies)]


@dataclass
class Row:
    """A transaction: postings are account codes and minor units."""

    date: dt.date
    payee: str
    narration: str
    postings: list[tuple[str, int]]
    link: str = ""
    partner: str = ""


@dataclass
class Counts:
    """What was written."""

    transactions: int = 0
    postings: int = 0
    bytes: int = 0
    slugs: list[str] = field(default_factory=list)


def generate(out: Path, size: Size) -> Counts:
    """Write the federation below `out`.

    Args:
        out: a folder that is empty or isn't there yet.
        size: how large.

    Returns:
        How many transactions, postings and bytes the workspace has.
    """
    root = out / "workspace"
    (root / "units").mkdir(parents=True)
    mirrored = _mirrored(size)
    counts = Counts()
    with (out / "all.journal").open("w", encoding="utf-8") as journal:
        (out / "all").mkdir()
        for currency in dict.fromkeys(size.currencies):
            point = "" if decimals(currency) else "."  # hledger wants to see the decimal mark even of a whole number
            journal.write(f"commodity {_money(100000, currency)}{point} {currency}\n")
        for slug in size.slugs():
            _unit(out, size, slug, mirrored.get(slug, []), journal, counts)
    includes = "".join(f'include "all/{slug}.beancount"\n' for slug in size.slugs())
    head = f'option "title" "All"\noption "operating_currency" "{size.currencies[0]}"\n'
    (out / "all.beancount").write_text(head + includes, encoding="utf-8")
    _settings(root, size)
    workspace = open_workspace(root)
    assert not workspace.problems, workspace.problems
    for unit in workspace.units.values():
        unit.main.write_text(main_text(unit), encoding="utf-8")
    counts.slugs = size.slugs()
    return counts


def _mirrored(size: Size) -> dict[str, list[Row]]:
    """Dealings between units of the federation's own currency, by unit."""
    divisions = [s for s in size.slugs() if s != CENTRAL and size.currency(s) == size.currencies[0]]
    rows: dict[str, list[Row]] = {slug: [] for slug in divisions}
    if len(divisions) < 2:
        return rows
    rng = random.Random(f"{size.seed}:ic")
    for seller in divisions:
        for number in range(1, int(size.txns * size.years * size.ic / 2) + 1):
            buyer = divisions[int(rng.random() * (len(divisions) - 1))]
            buyer = divisions[-1] if buyer == seller else buyer
            if buyer == seller:
                continue
            date = dt.date(size.first + int(rng.random() * size.years), 1, 1) + dt.timedelta(int(rng.random() * 365))
            amount = 5000 + int(rng.random() * 400_000)
            link = "" if size.unlinked and rng.random() < size.unlinked else f"ic-{seller}-{number}"
            what = f"Intern leverans {number}"
            rows[seller].append(Row(date, buyer, what, [("1660", amount), ("3090", -amount)], link, buyer))
            rows[buyer].append(Row(date, seller, what, [("4000", amount), ("2860", -amount)], link, seller))
    return rows


def _rows(size: Size, slug: str, mirrored: list[Row]) -> list[Row]:
    """A unit's transactions in order of date, its opening balance first."""
    rng = random.Random(zlib.crc32(f"{size.seed}:{slug}".encode()))
    start = dt.date(size.first, 1, 1)
    opening = 5_000_000 + int(rng.random() * 20_000_000)
    rows = list(mirrored)
    per_year = {year: sum(1 for row in mirrored if row.date.year == year) for year in range(start.year, LAST_YEAR + 1)}
    for year in range(size.first, LAST_YEAR + 1):
        first = dt.date(year, 1, 1).toordinal()
        for number in range(max(0, size.txns - per_year[year])):
            date = dt.date.fromordinal(first + int(rng.random() * 365))
            rows.append(_row(rng, date, f"{year}{number}"))
    rows.sort(key=lambda row: row.date)
    return [Row(start, "Ingående balans", "Ingående balans", [("1930", opening), ("2091", -opening)]), *rows]


def _row(rng: random.Random, date: dt.date, number: str) -> Row:
    kind = rng.random()

    def some(low: int, high: int) -> int:
        return low + int(rng.random() * (high - low))

    def one(names: tuple[str, ...] | list[str]) -> str:
        return names[int(rng.random() * len(names))]

    if kind < 0.30:
        rate, income, vat_account = SALES[int(rng.random() * 4)]
        net = some(5000, 900_000)
        vat = (net * rate + 50) // 100
        postings = [("1510", net + vat), (income, -net), (vat_account, -vat)]
        if rng.random() < 0.3:
            whole = (net + vat + 50) // 100 * 100
            if whole != net + vat:
                postings = [("1510", whole), *postings[1:], ("3740", net + vat - whole)]
        return Row(date, one(CUSTOMERS), f"Kundfaktura {number}", postings)
    if kind < 0.50:
        amount = some(5000, 1_000_000)
        return Row(date, one(CUSTOMERS), f"Inbetalning {number}", [("1930", amount), ("1510", -amount)])
    if kind < 0.75:
        net = some(3000, 500_000)
        vat = net // 4
        postings = [(one(COSTS), net), ("2641", vat), ("2440", -net - vat)]
        return Row(date, one(SUPPLIERS), f"Leverantörsfaktura {number}", postings)
    if kind < 0.90:
        amount = some(3000, 600_000)
        return Row(date, one(SUPPLIERS), f"Betalning {number}", [("2440", amount), ("1930", -amount)])
    if kind < 0.93:
        gross = some(1_000_000, 3_500_000)
        tax, fees = gross * 3 // 10, gross * 3142 // 10_000
        postings = [("7010", gross), ("7510", fees), ("2710", -tax), ("2731", -fees), ("1930", tax - gross)]
        return Row(date, "Personal", f"Lön {number}", postings)
    if kind < 0.96:
        net = some(1000, 60_000)
        vat = net // 4
        return Row(date, "Kassan", f"Dagskassa {number}", [("1910", net + vat), ("3001", -net), ("2611", -vat)])
    if kind < 0.98:
        fee = some(500, 30_000)
        return Row(date, "Sparkassan Exempel", f"Bankavgift {number}", [("6570", fee), ("1930", -fee)])
    grant = some(100_000, 3_000_000)
    return Row(date, "Arbetsförmedlingen", f"Lönebidrag {number}", [("1930", grant), ("3988", -grant)])


def _money(minor: int, currency: str) -> str:
    places = decimals(currency)
    if not places:
        return str(minor)
    sign, size = ("-" if minor < 0 else ""), abs(minor)
    return f"{sign}{size // 10**places}.{size % 10**places:0{places}d}"


def _unit(out: Path, size: Size, slug: str, mirrored: list[Row], journal: TextIO, counts: Counts) -> None:
    currency = size.currency(slug)
    component = slug.upper()
    unique = {code: name.replace(":", f":{component}:") for code, name in ACCOUNTS.items()}
    home = out / "workspace" / "units" / slug
    home.mkdir()
    opens = "".join(f"{size.first}-01-01 open {{{code}}} {currency}\n" for code in ACCOUNTS)
    (home / "accounts.beancount").write_text(_named(opens, ACCOUNTS), encoding="utf-8")
    rows = _rows(size, slug, mirrored)
    with (out / "all" / f"{slug}.beancount").open("w", encoding="utf-8") as whole:
        whole.write(_named(opens, unique))
        for month, bank, of_month in _months(rows):
            text = "".join(_beancount(row, ACCOUNTS, currency, number) for number, row in of_month)
            head = f"; {slug} {month}\n\n"
            asserted = f"{month}-01 balance {ACCOUNTS['1930']}  {_money(bank, currency)} {currency}\n\n" if bank else ""
            file = home / "books" / month[:4] / f"{month}.beancount"
            file.parent.mkdir(parents=True, exist_ok=True)
            data = (head + asserted + text).encode()
            file.write_bytes(data)
            counts.bytes += len(data)
            if bank:
                whole.write(f"{month}-01 balance {unique['1930']}  {_money(bank, currency)} {currency}\n\n")
                journal.write(f"{month}-01 * balance\n    {unique['1930']}  0 {currency}")
                journal.write(f" = {_money(bank, currency)} {currency}\n\n")
            for number, row in of_month:
                if size.peers:
                    whole.write(_beancount(row, unique, currency, number))
                    journal.write(_journal(row, unique, currency, number))
                counts.transactions += 1
                counts.postings += len(row.postings)


def _named(text: str, names: dict[str, str]) -> str:
    for code, name in names.items():
        text = text.replace(f"{{{code}}}", name)
    return text


def _months(rows: list[Row]) -> Iterator[tuple[str, int, list[tuple[int, Row]]]]:
    """Each month with the bank's balance at its beginning (0: none asserted) and its numbered transactions."""
    bank, month, of_month, opening = 0, "", [], 0  # type: ignore[var-annotated]  # filled below
    for number, row in enumerate(rows, 1):
        assert sum(amount for _, amount in row.postings) == 0, row
        here = f"{row.date:%Y-%m}"
        if here != month:
            if of_month:
                yield month, opening, of_month
            month, of_month, opening = here, [], bank
        of_month.append((number, row))
        bank += sum(amount for code, amount in row.postings if code == "1930")
    if of_month:
        yield month, opening, of_month


def _beancount(row: Row, names: dict[str, str], currency: str, number: int) -> str:
    link = f" ^{row.link}" if row.link else ""
    lines = [f'{row.date} * "{row.payee}" "{row.narration}"{link}\n  voucher: "A-{number}"\n']
    for code, amount in row.postings:
        lines.append(f"  {names[code]}  {_money(amount, currency)} {currency}\n")
        if row.partner:
            lines.append(f'    partner: "{row.partner}"\n    ic: "trade"\n')
    return "".join(lines) + "\n"


def _journal(row: Row, names: dict[str, str], currency: str, number: int) -> str:
    lines = [f"{row.date} * (A-{number}) {row.payee} | {row.narration}\n"]
    if row.link:
        lines.append(f"    ; ic: {row.link}\n")
    lines += [f"    {names[code]}  {_money(amount, currency)} {currency}\n" for code, amount in row.postings]
    return "".join(lines) + "\n"


def _settings(root: Path, size: Size) -> None:
    home = size.currencies[0]
    (root / "fava.conf").write_text(
        f'[federation]\nname = "Benchmark"\ncurrency = "{home}"\ncentral = "{CENTRAL}"\nlanguage = "en"\n',
        encoding="utf-8",
    )
    for slug in size.slugs():
        currency = size.currency(slug)
        entity = "division" if currency == home else "legal_entity"
        text = f'name = "{slug.upper()}"\ncode = "{slug.upper()}"\nentity = "{entity}"\ncurrency = "{currency}"\n'
        (root / "units" / slug / "unit.toml").write_text(
            text + f'chart = "bas"\ncountry = "{COUNTRIES[currency]}"\n', encoding="utf-8"
        )
    start = f"{size.first}-01-01"
    parts = (("service", "0.125"), ("investment", "0.015"), ("solidarity", "0.010"))
    policy = [
        f'{start} custom "decision" "B-1" "assembly"\n  text: "Group-common costs 15 % of turnover"\n',
        f'{start} custom "levy-rate" "*" 0.15\n  decision: "B-1"\n',
        *(f'{start} custom "levy-component" "{name}" {share}\n  decision: "B-1"\n' for name, share in parts),
    ]
    (root / "units" / "policy.beancount").write_text("".join(policy), encoding="utf-8")
    prices = ["; Exchange rates.\n"]
    day = dt.date(size.first - 1, 12, 27)
    while day <= dt.date(LAST_YEAR, 12, 31):
        prices += [f"{day} price {c}  {RATES[c]} {home}\n" for c in dict.fromkeys(size.currencies) if c != home]
        day += dt.timedelta(days=2)
    (root / "units" / "prices.beancount").write_text("".join(prices), encoding="utf-8")


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--units", default=50, show_default=True)
@click.option("--txns", default=1000, show_default=True, help="transactions a unit and year")
@click.option("--years", default=1, show_default=True)
@click.option("--currencies", default="SEK", show_default=True, help="comma-separated; the first is the federation's")
@click.option("--ic", default=0.05, show_default=True, help="share of intra-group transactions")
@click.option("--seed", default=1, show_default=True)
def main(out: Path, units: int, txns: int, years: int, currencies: str, ic: float, seed: int) -> None:
    """Write a federation below OUT."""
    counts = generate(out, Size(units, txns, years, tuple(currencies.split(",")), ic, seed))
    print(f"{counts.transactions} transactions, {counts.postings} postings, {counts.bytes / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
