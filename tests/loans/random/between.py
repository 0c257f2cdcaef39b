"""A random cycle between units: what central's book and each unit's say of it, by the conventions of SPEC 3 and 8."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from tests.loans.random.cycles import Cycle
from tests.loans.random.second import Rules
from tests.loans.random.texts import Line, Voucher, number, vouchers

CENTRAL = "gemensamt"
BANK = "Assets:1930-Bank"
#: A part of the fund: its account in central's book, and in the unit's; the kind of dealing (SPEC 3).
BOTH = {
    "shares": ("Liabilities:2863-Fund-shares", "Assets:1666-Fund-shares", "fund"),
    "loans": ("Assets:1663-Fund-loans", "Liabilities:2864-Fund-loan", "loan"),
    "charges_due": ("Assets:1664-Fund-charges-due", "Liabilities:2865-Fund-charges-owed", "interest"),
    "fines_due": ("Assets:1665-Fund-fines-due", "Liabilities:2867-Fund-fines-owed", "other"),
    "charges": ("Income:8361-Fund-charges", "Expenses:8462-Fund-charges", "interest"),
    "fines": ("Income:3991-Fund-fines", "Expenses:6991-Fund-fines", "other"),
    "shared_out": ("Expenses:8461-Fund-share-out", "Income:8363-Fund-share-out", "interest"),
    "losses": ("Expenses:8463-Fund-losses", "Income:8363-Fund-share-out", "loan"),
}
#: Parts that concern central alone.
OWN = {
    "cash": BANK,
    "outside": "Liabilities:2350-Bank-loan",
    "unpaid_expenses": "Liabilities:2990-Accrued",
    "gifts": "Income:3993-Gifts",
    "expenses": "Expenses:6110-Office",
    "differences": "Income:3790-Counting-differences",
}
#: What units don't do: there is no box with a social fund, nobody dies.
NEVER = ("social", "grant", "death", "difference", "phone", "joins")
UNITS = tuple(f"u{n:02d}" for n in range(1, 26))


def accounts(side: int, begins: dt.date) -> str:
    """What a book has open: central's (0) or a unit's (1)."""
    names = {pair[side] for pair in BOTH.values()} | ({BANK} if side else set(OWN.values()))
    return "".join(f"{begins:%Y}-01-01 open {name} SEK\n" for name in sorted(names))


def both_sides(written: Iterable[Voucher], rules: Rules) -> dict[str, dict[str, str]]:
    """The month files of central and of each unit."""
    texts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for place, voucher in enumerate(written):
        month = f"{voucher.day:%Y-%m}"
        link = f" ^ic-{CENTRAL}-{rules.name}-{place}" if voucher.who else ""
        head = [f'{voucher.day} * "{voucher.text}"{link}', f'  cycle: "{rules.name}"']
        head += [f'  meeting: "{voucher.meeting}"'] if voucher.meeting else []
        head += [f'  decision: "{voucher.decision}"'] if voucher.decision else []
        texts[CENTRAL][month].append("\n".join([*head, *_lines(voucher, rules, 0)]) + "\n")
        if voucher.who:
            texts[voucher.who][month].append("\n".join([*head, *_lines(voucher, rules, 1)]) + "\n")
    return {
        slug: {month: "\n".join(found) for month, found in months.items()} for slug, months in sorted(texts.items())
    }


def _lines(voucher: Voucher, rules: Rules, side: int) -> list[str]:
    found = []
    for line in voucher.lines:
        amount = number(-line.amount if side else line.amount, rules)
        if not voucher.who or line.part == "cash":
            found.append(f"  {BANK if side else OWN[line.part]}  {amount} {rules.currency}")
            continue
        *accounts_, ic = BOTH[line.part]
        found += [f"  {accounts_[side]}  {amount} {rules.currency}", *_said(line, voucher.who, ic, side)]
    return found


def _said(line: Line, who: str, ic: str, side: int) -> list[str]:
    said = [f'    partner: "{CENTRAL if side else who}"', f'    ic: "{ic}"']
    if not side:
        said += [f'    loan: "{line.loan}"'] if line.loan else []
        said += [f"    term: {line.term}"] if line.term else []
        said += [f'    rolls: "{line.rolls}"'] if line.rolls else []
    return said


def federation(cycle: Cycle) -> dict[str, dict[str, str]]:
    """Central and the units that take part, for `make_workspace`."""
    texts = both_sides(vouchers(cycle), cycle.rules)
    return {
        slug: {"accounts": accounts(0 if slug == CENTRAL else 1, cycle.rules.begins), **texts.get(slug, {})}
        for slug in (CENTRAL, *cycle.people)
    }
