"""How a voucher of a SIE file differs from the booked one that it is or may be, in a few words."""

from __future__ import annotations

from beancount.core import data

from importers.identity import digest
from importers.sie.accounts import Accounts
from importers.sie.model import ZERO
from importers.sie.problems import SieVoucherChanged
from importers.sie.standing import PROGRAM, VOUCHER, sums
from ledger.messages import N_, say

#: How many differences of a voucher are said.
SHOWN = 4


def changed(
    accounts: Accounts, name: str, line: int | None, new: data.Transaction, old: data.Directive
) -> SieVoucherChanged | None:
    """The note on a booked voucher whose day or amounts the file has otherwise; None where it doesn't, or was answered.

    Args:
        accounts: of the file.
        name: the voucher's.
        line: its line.
        new: as the file has it.
        old: as the book has it.
    """
    what = differences(new, old)
    answer = VOUCHER + digest("changed", new.meta["source-id"], new.date, sorted(sums(new).items()))
    if not what or answer in accounts.view.sources:
        return None
    return changed_note(accounts, name, line, new, "; ".join(what), answer)


def changed_note(
    accounts: Accounts, name: str, line: int | None, new: data.Transaction, difference: str, answer: str
) -> SieVoucherChanged:
    """The note on a voucher that stays outside until an entry of the book carries `answer` as its `source-id`."""
    return SieVoucherChanged(
        file=accounts.file,
        line=line,
        unit=accounts.view.unit.slug,
        voucher=name,
        date=new.date,
        difference=difference,
        answer=answer,
    )


def differences(new: data.Transaction, old: data.Directive) -> list[str]:
    """In what day and amounts of a voucher differ from the booked one, in a few words each; at most `SHOWN`."""
    what = [f"{old.date} -> {new.date}"] if old.date != new.date else []
    before, now = sums(old), sums(new)
    what += [
        f"{account} {before.get(account, 0)} -> {now.get(account, 0)}"
        for account in sorted({*before, *now})
        if before.get(account, ZERO) != now.get(account, ZERO)
    ]
    return what[:SHOWN]


def in_words(new: data.Transaction, old: data.Transaction) -> str:
    """How two vouchers differ: in day and amounts, or else in their texts, or in what else they say."""
    what = differences(new, old)
    if not what and old.narration != new.narration:
        what = [f"{old.narration} -> {new.narration}"]
    before, now = (str(entry.meta[PROGRAM]) for entry in (old, new))
    if not what and before != now:
        what = [say(N_("the program, {before} -> {now}"), before=before, now=now)]
    return "; ".join(what) or say(N_("objects or texts of its rows"))
