"""Which source of a unit a deposit belongs to: by its bankgiro, Swish, merchant or bank account number and currency."""

from __future__ import annotations

from importers.bank.problems import BankAccountUnknown, BankCurrency
from importers.bank.statements import same_account
from importers.clearing.model import Deposit
from importers.identity import account_number
from ledger.books import Unit
from ledger.books.sources import SourceTable


def source_of(unit: Unit, deposit: Deposit, reading: SourceTable, shown: str) -> SourceTable:
    """The unit's source that takes a deposit.

    Several sources may share a number when each has a currency of its own. A deposit that names nobody belongs to the
    source whose columns read it.

    Args:
        unit: whose sources.
        deposit: of a file.
        reading: the source whose importer read the file.
        shown: the file, for problems.

    Raises:
        BankAccountUnknown: no source has its number, nor is there one that takes any number.
        BankCurrency: its currency isn't the source's.
    """
    numbers = [account_number(n) for n in deposit.numbers if n]
    sources = [s for s in unit.sources if s.format == reading.format]
    named = [s for s in sources if s.bank_account and any(_same(n, s.bank_account) for n in numbers)]
    nameless = [s for s in sources if not s.bank_account]
    able = (named or nameless) if numbers else [reading]
    found = [s for s in able if (s.currency or unit.currency) == deposit.currency]
    if len(found) == 1 or (found and named):
        return found[0]
    if able and not found:
        raise BankCurrency(
            file=shown,
            line=deposit.line,
            unit=unit.slug,
            position=deposit.position,
            currency=deposit.currency,
            account=able[0].account or able[0].name,
            expected=able[0].currency or unit.currency,
        )
    if reading in found:
        return reading
    raise BankAccountUnknown(
        file=shown,
        line=deposit.line,
        unit=unit.slug,
        slug=unit.slug,
        account=deposit.number or "?",
        known=", ".join(s.bank_account or s.name for s in sources) or "-",
    )


def _same(number: str, stated: str) -> bool:
    """Equal but for leading zeros, or an IBAN and the number at its end."""
    other = account_number(stated)
    return number.lstrip("0") == other.lstrip("0") or same_account(number, other)
