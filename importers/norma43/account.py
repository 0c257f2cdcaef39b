"""A Spanish account's number: bank, branch and account as the statement has them become CCC and IBAN.

The CCC (código cuenta cliente) is bank (4), branch (4), two control digits and account (10). The first control digit is
of bank and branch (filled with two zeros to the left), the second of the account: each digit times its weight, the sum
modulo 11 taken from 11; 10 counts as 1 and 11 as 0 (AEB, Cuaderno 43, anexo 2). The IBAN puts `ES` and two check digits
before it (ISO 13616: modulo 97).
"""

from __future__ import annotations

WEIGHTS = (1, 2, 4, 8, 5, 10, 9, 7, 3, 6)


def control_digit(ten: str) -> str:
    """The control digit of ten digits."""
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(ten, WEIGHTS, strict=True)) % 11
    return str({10: 1, 11: 0}.get(rest, rest))


def ccc(bank: str, branch: str, account: str) -> str:
    """The 20 digits of an account, as customers know it."""
    return f"{bank}{branch}{control_digit(f'00{bank}{branch}')}{control_digit(account)}{account}"


def iban(bank: str, branch: str, account: str) -> str:
    """The account's IBAN."""
    number = ccc(bank, branch, account)
    check = 98 - int(f"{number}142800") % 97  # ES00 behind it, in numbers: E is 14, S is 28
    return f"ES{check:02d}{number}"
