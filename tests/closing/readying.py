"""A federation of which January 2026 can be closed for everybody, and what is added to it so that it can't.

`gemensamt` is central; `repris` and `angen` are divisions of one legal person with it, `koop` is one of its own, and
`sparlag` keeps a book that isn't combined.
"""

from __future__ import annotations

from collections.abc import Callable

from ledger.books import Workspace
from tests.closing.worked import POLICY, PRICES

ACCOUNTS = """\
2025-01-01 open Assets:1660-Intern-fordran SEK
2025-01-01 open Assets:1910-Kassa SEK
2025-01-01 open Assets:1930-Bank SEK
2025-01-01 open Equity:2083-Medlemsinsatser SEK
2025-01-01 open Liabilities:2860-Intern-skuld SEK
2025-01-01 open Liabilities:2999-Observationskonto SEK
2025-01-01 open Income:3001-Sales SEK
2025-01-01 open Expenses:5010-Rent SEK
"""
SALE = """\
2026-01-10 * "Sale"
  voucher: "A-1"
  Assets:1930-Bank                         1000.00 SEK
  Income:3001-Sales                       -1000.00 SEK
"""
UNITS = {
    "gemensamt": {"unit": 'country = "SE"\n', "accounts": ACCOUNTS},
    "repris": {"accounts": ACCOUNTS, "2026-01": SALE},
    "angen": {"accounts": ACCOUNTS, "2026-01": SALE},
    "koop": {"unit": 'entity = "legal_entity"\ncountry = "SE"\n', "accounts": ACCOUNTS, "2026-01": SALE},
    "sparlag": {"unit": "combine = false\n", "accounts": ACCOUNTS, "2026-01": SALE},
}
#: A bank account that statements are imported for.
SOURCE = """
[[source]]
name = "bank"
format = "camt053"
account = "Assets:1930-Bank"
bank_account = "SE9399900000000000000001"
"""


def voucher(
    day: str, number: str, debit: str, credit: str, amount: str = "100.00", more: str = "", flag: str = "*"
) -> str:
    """A voucher as it stands in a book; no line with its number where that is empty."""
    told = f'  voucher: "{number}"\n' if number else ""
    return f'{day} {flag} "Something"\n{told}{more}  {debit}  {amount} SEK\n  {credit}  -{amount} SEK\n\n'


def federation_with(make_workspace: Callable[..., Workspace], added: dict[str, str], policy: str = "") -> Workspace:
    """The federation, with texts added to its files: `{"repris/2026-01": "...", "koop/unit": "..."}`."""
    units = {slug: dict(texts) for slug, texts in UNITS.items()}
    for name, text in added.items():
        slug, _, file = name.partition("/")
        units[slug][file] = f"{units[slug].get(file, '')}\n{text}"
    ws: Workspace = make_workspace(units, policy=POLICY + policy, prices=PRICES)
    return ws
