"""Ledgers as text, drawn by hypothesis: what the guard lets pass, faults of bookkeeping included."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import strategies as st

ACCOUNTS = (
    "Assets:1930-Bank",
    "Assets:1930-Bank:Sparkonto",
    "Assets:1385-Aktier",
    "Liabilities:2440-Leverantörsskulder",
    "Income:3001-Försäljning-varor-25",
    "Expenses:4010-Inköp",
    "Equity:2081-Insatser",
)
CURRENCIES = ("SEK", "EUR", "CLP", "HOOL")
METHODS = ("", ' "STRICT"', ' "FIFO"', ' "LIFO"', ' "NONE"', ' "HIFO"', ' "STRICT_WITH_SIZE"')

dates = st.dates(dt.date(2025, 12, 20), dt.date(2026, 2, 10))
numbers = st.one_of(
    st.sampled_from(["0", "0.00", "1", "10.00", "-10.00", "100", "-100.00", "0.005", "33.333", "-5", "5", "2.5"]),
    st.decimals(Decimal(-9999), Decimal(9999), places=2, allow_nan=False).map(lambda d: f"{d:f}"),
)
positive = numbers.map(lambda text: text.lstrip("-")).filter(lambda text: Decimal(text) > 0)
texts = st.text(st.sampled_from("abcåäöÅ ñ.-0 1"), max_size=8)
names = st.from_regex(r"[a-z][a-z0-9-]{1,6}", fullmatch=True).filter(lambda n: n not in {"filename", "lineno"})


@st.composite
def values(draw: st.DrawFn) -> str:
    """The right side of a metadata line, of every type."""
    kind = draw(st.integers(0, 8))
    if kind == 0:
        return f'"{draw(texts)}"'
    if kind == 1:
        return draw(numbers)
    if kind == 2:
        return draw(dates).isoformat()
    if kind == 3:
        return draw(st.sampled_from(["TRUE", "FALSE", "NULL", ""]))
    if kind == 4:
        return f"{draw(numbers)} {draw(st.sampled_from(CURRENCIES))}"
    if kind == 5:
        return "#" + draw(names)
    if kind == 6:
        return "^" + draw(names)
    if kind == 7:
        return draw(st.sampled_from(ACCOUNTS))
    return draw(st.sampled_from(CURRENCIES))


@st.composite
def metadata(draw: st.DrawFn, indent: str) -> str:
    """Some metadata lines."""
    keys = draw(st.lists(names, max_size=3, unique=True))
    return "".join(f"{indent}{key}: {draw(values())}\n" for key in keys)


@st.composite
def costs(draw: st.DrawFn) -> str:
    """What stands in braces."""
    parts = draw(
        st.sampled_from(
            [
                "{}",
                "{N CUR}",
                "{N CUR, DATE}",
                '{N CUR, "lot"}',
                "{{N CUR}}",
                "{N # N CUR}",
                "{DATE}",
                "{CUR}",
                "{# N CUR}",
            ]
        )
    )
    return (
        parts.replace("CUR", draw(st.sampled_from(("SEK", "EUR"))))
        .replace("N", draw(positive))
        .replace("DATE", draw(dates).isoformat())
    )


@st.composite
def postings(draw: st.DrawFn) -> str:
    """One posting: mostly complete, sometimes with a cost, a price, or parts left out."""
    account = draw(st.sampled_from(ACCOUNTS))
    flag = draw(st.sampled_from(["", "", "", "! "]))
    number, currency = draw(numbers), draw(st.sampled_from(CURRENCIES))
    form = draw(st.integers(0, 9))
    amount = f"{number} {currency}"
    if form == 0:
        amount = ""
    elif form == 1:
        amount = number
    elif form == 2:
        amount = currency
    elif form in (3, 4):
        amount = f"{number} HOOL {draw(costs())}"
    elif form == 5:
        price = draw(st.sampled_from([f"@ {draw(positive)} SEK", f"@@ {draw(positive)} SEK", "@ SEK", "@"]))
        amount = f"{amount} {price}"
    return f"  {flag}{account}  {amount}".rstrip() + "\n" + draw(metadata("    "))


@st.composite
def transactions(draw: st.DrawFn) -> str:
    """A transaction; half of them balance by construction, in one currency, as vouchers do."""
    head = f"{draw(dates)} {draw(st.sampled_from('*!'))} " + draw(st.sampled_from(['"{0}"', '"{0}" "{1}"'])).format(
        draw(texts), draw(texts)
    )
    head += "".join(f" #{t}" for t in draw(st.lists(names, max_size=2)))
    head += "".join(f" ^{t}" for t in draw(st.lists(names, max_size=2)))
    body = draw(metadata("  "))
    if draw(st.booleans()):
        parts = draw(st.lists(numbers, min_size=1, max_size=3))
        rest = -sum(Decimal(p) for p in parts)
        currency = draw(st.sampled_from(CURRENCIES))
        accounts = draw(st.lists(st.sampled_from(ACCOUNTS), min_size=len(parts) + 1, max_size=len(parts) + 1))
        body += "".join(f"  {a}  {n} {currency}\n" for a, n in zip(accounts, [*parts, f"{rest:f}"], strict=True))
    else:
        body += "".join(draw(st.lists(postings(), max_size=4)))
    return f"{head}\n{body}"


@st.composite
def others(draw: st.DrawFn) -> str:
    """Any other directive that a unit's file may hold."""
    day, account = draw(dates), draw(st.sampled_from(ACCOUNTS))
    amount = f"{draw(numbers)} {draw(st.sampled_from(CURRENCIES))}"
    tolerance = draw(st.sampled_from(["", "", " ~ 0.5"]))
    line = draw(
        st.sampled_from(
            [
                f"{day} balance {account}  {amount.split(' ', maxsplit=1)[0]}{tolerance} {amount.split(' ')[1]}",
                f"{day} balance {account}  0 SEK",
                f"{day} close {account}",
                f'{day} note {account} "{draw(texts)}" #n ^n',
                f'{day} event "ort" "{draw(texts)}"',
                f'{day} document {account} "../../documents/a.pdf" #d',
                f'{day} custom "budget" {account} "monthly" {amount}',
                f'{day} custom "internal-stock" "annan" {amount}',
            ]
        )
    )
    return line + "\n" + draw(metadata("  "))


@st.composite
def opens(draw: st.DrawFn) -> str:
    """`open` lines of most accounts; now and then one is missing, late, twice, or takes few currencies."""
    lines = []
    for account in ACCOUNTS:
        kind = draw(st.integers(0, 14))
        if kind == 0:
            continue
        day = "2026-01-15" if kind == 1 else "2025-01-01"
        takes = draw(st.sampled_from(["", "", "", " SEK", " SEK,EUR,HOOL,CLP"]))
        line = f"{day} open {account}{takes}{draw(st.sampled_from(METHODS)) if kind > 9 else ''}\n"
        lines += [line, line] if kind == 2 else [line]
    return "".join(lines)


#: accounts.beancount, and a month file
books = st.tuples(opens(), st.lists(st.one_of(transactions(), transactions(), others()), max_size=12).map("\n".join))
