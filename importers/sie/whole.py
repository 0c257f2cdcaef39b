"""Whether a SIE file is whole: what its own balances say of records that are missing.

A closing #KSUMMA proves the end. Without one, a file that was cut exactly between two records reads like a shorter
file, and only its figures can tell. In books that tie, #UB + #RES = #IB over all accounts, and every account's #IB +
vouchers = #UB or #RES. Where the first holds and the second doesn't, whole balanced vouchers are missing (or were
never exported): such a file is refused, since half of a year must never pass for the year. It can't be seen

- in type 4I, which has no balances: a cut between two vouchers leaves a shorter list of vouchers;
- where the closing balances don't speak of the vouchers (#UB = #IB, no #RES: balances not brought up to date);
- where the balances don't tie by themselves: those accounts are named one by one when the file is imported;
- where what is missing moved nothing in sum.

In each of these what is there is right, and the whole file brings the rest when it comes: nothing stands twice.
"""

from __future__ import annotations

from decimal import Decimal

from importers.booktext import clean
from importers.sie.model import ZERO, SieFile, SieVoucher
from importers.sie.problems import SieCutOff, SieVoucherTwice
from ledger.errors import Problem
from ledger.messages import N_, say

SHOWN = 4
LONGEST = 60


def check_whole(sie: SieFile, name: str) -> None:
    """Refuse a file of which records are missing.

    Args:
        sie: the file as it was read.
        name: its name in errors.

    Raises:
        SieCutOff: its own balances say that something is missing.
        SieVoucherTwice: they say that a voucher of a number that stands twice is one too many.
    """
    reason = _lack(sie, name) if sie.type == 4 else _lack_of_balances(sie)
    if reason:
        raise SieCutOff(file=name, reason=reason)


def _lack(sie: SieFile, name: str) -> str | None:
    """What type 4 lacks, in words."""
    opening, closing, result = sie.sums("IB"), sie.sums("UB"), sie.sums("RES")
    if not sie.vouchers and not any((*opening.values(), *closing.values(), *result.values())):
        return say(N_("it holds neither vouchers nor balances"))
    if sie.checksum or sie.is_import:
        return None
    if not sie.vouchers and _sum(opening):
        return say(N_("it holds no vouchers, and #IB sums to {rest}"), rest=_sum(opening))
    if not closing and not result:
        return None if sie.vouchers else say(N_("the closing balances are missing"))
    if not result:  # only the balance accounts tell then
        if all(closing.get(number, ZERO) == opening.get(number, ZERO) for number in {*opening, *closing}):
            return None
        differing = [row for row in sie.differing() if row[0] in opening or row[0] in closing]
    else:
        rest = _sum(closing) + _sum(result) - _sum(opening)
        if rest:
            alone = not sie.vouchers or sie.trailing
            return say(N_("#UB and #RES together differ from #IB by {rest}"), rest=abs(rest)) if alone else None
        differing = sie.differing()
    amounts = {number: ends - before - moved for number, before, moved, ends in differing}
    if not amounts or _unbalanced(amounts, sie.unbalanced()):
        return None
    counted = {*opening, *closing} if not result else {*opening, *closing, *result, *sie.moved()}
    _check_twice(sie, amounts, counted, name)
    shown = ", ".join(f"{number} {amount}" for number, amount in list(amounts.items())[:SHOWN])
    more = ", …" if len(amounts) > SHOWN else ""
    return say(N_("vouchers are missing that lead to the closing balances: {accounts}"), accounts=shown + more)


def _check_twice(sie: SieFile, amounts: dict[str, Decimal], counted: set[str], name: str) -> None:
    """Refuse a file in which a voucher whose number stands twice is what its balances differ by.

    Args:
        sie: the file.
        amounts: by how much the closing balances are more than opening + vouchers, of the accounts that differ.
        counted: the accounts whose balances tell.
        name: the file's name in errors.
    """
    first: dict[str, SieVoucher] = {}
    for voucher in sie.vouchers:
        other = first.setdefault(voucher.name, voucher)
        if other is voucher or not voucher.name:
            continue
        for one in (voucher, other):
            moved: dict[str, Decimal] = {}
            for row in one.rows:
                if row.account in counted:
                    moved[row.account] = moved.get(row.account, ZERO) - row.amount
            if {account: amount for account, amount in moved.items() if amount} == amounts:
                raise SieVoucherTwice(
                    file=name, line=voucher.line, voucher=clean(voucher.name, LONGEST), first=other.line
                )


def _unbalanced(amounts: dict[str, Decimal], vouchers: list[SieVoucher]) -> bool:
    """Whether vouchers that don't balance explain every difference: one account each, one of the voucher's own."""
    touched = {row.account for voucher in vouchers for row in voucher.rows}
    return len(amounts) <= len(vouchers) and set(amounts) <= touched


def _lack_of_balances(sie: SieFile) -> str | None:
    """What a file of balances (types 1-3) lacks, in words."""
    if not sie.years.get(0) or not (sie.sums("UB") or sie.sums("RES")):
        return say(N_("#RAR 0 or the closing balances are missing"))
    if sie.checksum:
        return None
    for year in (0, -1):
        rest = _sum(sie.sums("UB", year)) + _sum(sie.sums("RES", year)) - _sum(sie.sums("IB", year))
        if rest:
            return say(N_("#UB and #RES together differ from #IB by {rest}"), rest=abs(rest))
    return None


def months_differ(sie: SieFile, name: str) -> Problem | None:
    """A file whose months (#PSALDO) don't add up to its year, account by account; None where they do, or are none."""
    months = sie.months()
    if not months:
        return None
    moved: dict[str, Decimal] = {}
    for accounts in months.values():
        for number, amount in accounts.items():
            moved[number] = moved.get(number, ZERO) + amount
    opening, closing, result = sie.sums("IB"), sie.sums("UB"), sie.sums("RES")
    for number in sorted({*moved, *opening, *closing, *result}):
        change = closing.get(number, ZERO) + result.get(number, ZERO) - opening.get(number, ZERO)
        if moved.get(number, ZERO) != change:
            text = N_("the months of account {account} add up to {months}, its year to {year}")
            reason = say(text, account=number, months=moved.get(number, ZERO), year=change)
            return SieCutOff(file=name, reason=reason)
    return None


def _sum(amounts: dict[str, Decimal]) -> Decimal:
    return sum(amounts.values(), ZERO)
