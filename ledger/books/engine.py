"""The exact engine: Beancount's own steps on parsed files, with the work left out that provably changes nothing.

*Booking* matches reductions to lots and fills in what a bookkeeper left out. A transaction whose postings all carry
number and currency, in one currency, without cost or price, on accounts that no incomplete or costed posting ever
looks at, comes out of it as it went in: it is skipped. The balance assertions and the validations are first tried in
one cheap pass; only what that pass can't clear goes through Beancount's own check, which then words the error.
What comes out is identical, by `repr`, to `ledger.books.reference`; a fuzz test compares the two.

The garbage collector must be off while an engine runs (`quiet`): nothing here makes cycles, and its passes over the
growing list of entries cost a fifth of the time.
"""

from __future__ import annotations

import decimal
import gc
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, cast

from beancount import loader
from beancount.core import data, getters, interpolate
from beancount.core.amount import Amount
from beancount.core.display_context import _CurrencyContext
from beancount.core.number import ONE, ZERO
from beancount.ops import balance, documents, pad, validation
from beancount.parser import booking, booking_full
from beancount.utils.defdict import ImmutableDictWithDefault

Entries = list[data.Directive]
Parsed = tuple[Entries, list[Any], dict[str, Any]]


@contextmanager
def quiet() -> Iterator[None]:
    """Run without cyclic garbage collection."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def merge_options(files: list[Parsed]) -> dict[str, Any]:
    """The book's options: the main file's, with what Beancount takes over from included files.

    Args:
        files: what each file parsed to, main file first. Its `include` must already be the files read.
    """
    options: dict[str, Any] = dict(loader.aggregate_options_map(files[0][2], [f[2] for f in files[1:]]))
    options["plugin"] = []  # the booked stage runs none
    return options


def load_exact(entries: Entries, errors: list[Any], options: dict[str, Any]) -> Parsed:
    """Book, check and validate parsed entries.

    Args:
        entries: all files' directives, in the order the files are read.
        errors: what the parser found.
        options: the merged options.

    Returns:
        `(entries, errors, options)`, equal to what the reference engine gives.
    """
    entries = sorted(entries, key=data.entry_sortkey)
    entries, booking_errors = book(entries, options)
    found = [*errors, *booking_errors]
    before = list(entries)
    try:
        more: list[Any] = []
        for step in (_documents, _pad, check_balances):
            after, errors_of_step = step(entries, options)
            more.extend(errors_of_step)
            if after is not entries:  # what changed nothing is in order still
                after.sort(key=data.entry_sortkey)
            entries = after
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError):
        # Beancount's own runner turns a failing step into an error of the book and goes on.
        entries, more = loader.run_transformations(before, [], options, None)
    found.extend(more)
    found.extend(validate(entries, options))
    return entries, found, options


def _documents(entries: Entries, options: dict[str, Any]) -> tuple[Entries, list[Any]]:
    """Documents: found below folders that an option names (the guard lets none through), and checked to be there."""
    errors: list[Any] = []
    if options["documents"]:
        entries, errors = documents.process_documents(list(entries), options)
    if any(type(entry) is data.Document for entry in entries):
        entries, missing = documents.verify_document_files_exist(entries, options)
        errors = [*errors, *missing]
    return entries, errors


def _pad(entries: Entries, options: dict[str, Any]) -> tuple[Entries, list[Any]]:
    """`pad` directives: the guard lets none through, and without any the step changes nothing."""
    if any(type(entry) is data.Pad for entry in entries):
        padded: tuple[Entries, list[Any]] = pad.pad(entries, options)
        return padded
    return entries, []


def _looks_back(posting: data.Posting) -> bool:
    """Whether booking looks at what the posting's account holds: a cost, or a currency left out.

    `units` left out whole, without a price, is filled from the other postings alone.
    """
    units, price = posting.units, posting.price
    if posting.cost is not None:
        return True
    if price is not None and type(price.currency) is not str:
        return True
    if type(units) is not Amount:
        return price is not None
    return type(units.currency) is not str


def book(entries: Entries, options: dict[str, Any]) -> tuple[Entries, list[Any]]:
    """`beancount.parser.booking.book`, skipping transactions that it would hand back as they are."""
    if options["infer_tolerance_from_cost"] or options["inferred_tolerance_default"]:
        booked: tuple[Entries, list[Any]] = booking.book(entries, options)
        return booked
    watched = {
        posting.account
        for entry in entries
        if type(entry) is data.Transaction
        for posting in entry.postings
        if _looks_back(posting)
    }
    tolerances = _Tolerances(options["tolerance_multiplier"])
    out: list[Any] = []
    slow: list[data.Transaction] = []
    for entry in entries:
        if type(entry) is not data.Transaction:
            out.append(entry)
            continue
        tolerance = tolerances.of_plain(entry.postings, watched)
        if tolerance is None:
            slow.append(entry)
            out.append(None)
        else:
            meta = entry.meta.copy()
            meta[interpolate.AUTOMATIC_TOLERANCES] = tolerance
            out.append(entry._replace(meta=meta))
    if not slow:
        return out, []
    return _fill_in(entries, out, slow, options)


class _Tolerances:
    """The tolerance that Beancount infers for a plain transaction: half of its coarsest last digit."""

    def __init__(self, multiplier: Decimal) -> None:
        self.multiplier = multiplier
        self.known: dict[tuple[str, int], ImmutableDictWithDefault] = {}

    def of_plain(self, postings: list[data.Posting], watched: set[str]) -> ImmutableDictWithDefault | None:
        """The tolerance; None if the transaction isn't plain and must be booked in full."""
        currency = ""
        coarsest = 0
        for account, units, cost, price, _, _ in postings:
            if cost is not None or price is not None or type(units) is not Amount or account in watched:
                return None
            number, own = units
            if own != currency:
                if currency or type(own) is not str:
                    return None
                currency = own
            if type(number) is not Decimal:
                return None
            exponent = cast("int", number.as_tuple().exponent)
            if exponent < 0 and (coarsest == 0 or exponent > coarsest):
                coarsest = exponent
        found = self.known.get((currency, coarsest))
        if found is None:
            values = {currency: ONE.scaleb(coarsest) * self.multiplier} if coarsest else {}
            found = self.known[currency, coarsest] = ImmutableDictWithDefault(values, default=ZERO)
        return found


def _fill_in(
    entries: Entries, out: list[Any], slow: list[data.Transaction], options: dict[str, Any]
) -> tuple[Entries, list[Any]]:
    """Book `slow` in full, in their order, and put each where `out` has a gap for it."""
    opens = [entry for entry in entries if type(entry) is data.Open]
    booked, errors = booking.book([*opens, *slow], options)
    # A transaction whose postings can't be told apart by currency is left out of the book, with an error naming it.
    dropped = {id(e.entry) for e in errors if isinstance(e, booking_full.CategorizationError)}
    results = iter(booked[len(opens) :])
    waiting = iter(slow)
    filled: Entries = []
    for entry in out:
        if entry is not None:
            filled.append(entry)
        elif id(next(waiting)) not in dropped:
            filled.append(next(results))
    assert next(results, None) is None
    return filled, errors


def check_balances(entries: Entries, options: dict[str, Any]) -> tuple[Entries, list[Any]]:
    """`beancount.ops.balance.check`; its own run only where an assertion isn't plainly met."""
    if any(type(entry) is data.Balance for entry in entries) and not _all_met(entries, options):
        checked: tuple[Entries, list[Any]] = balance.check(entries, options)
        return checked
    return entries, []


def _all_met(entries: Entries, options: dict[str, Any]) -> bool:
    """Whether every balance assertion is met, on an account that is open for its currency."""
    asserted = {entry.account for entry in entries if type(entry) is data.Balance}
    opens: dict[str, data.Open] = {}
    for entry in entries:
        if type(entry) is data.Open:
            if entry.account in opens:
                return False
            opens[entry.account] = entry
    above: dict[str, tuple[str, ...]] = {}
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    with decimal.localcontext() as context:
        context.clear_flags()
        for entry in entries:
            if type(entry) is data.Transaction:
                for posting in entry.postings:
                    account = posting.account
                    hit = above.get(account)
                    if hit is None:
                        hit = above[account] = tuple(a for a in asserted if _holds(a, account))
                    if hit:
                        number, currency = posting.units  # type: ignore[misc]  # booked
                        if type(number) is not Decimal:
                            return False
                        for parent in hit:
                            sums[parent, currency] += number
            elif type(entry) is data.Balance:
                opened = opens.get(entry.account)
                expected, currency = entry.amount
                if opened is None or expected is None or (opened.currencies and currency not in opened.currencies):
                    return False
                difference = sums[entry.account, currency] - expected
                if abs(difference) > balance.get_balance_tolerance(entry, options):
                    return False
        # A sum that had to be rounded may fall on another side than Beancount's own order of adding.
        return not context.flags[decimal.Inexact]


def _holds(parent: str, account: str) -> bool:
    return account == parent or account.startswith(parent + ":")


def validate(entries: Entries, options: dict[str, Any]) -> list[Any]:
    """`beancount.ops.validation.validate`: each check runs in full unless the cheap pass has cleared the book of it."""
    look = _Look(entries)
    errors: list[Any] = []
    for check in validation.BASIC_VALIDATIONS:
        if check is validation.validate_active_accounts and not look.inactive:
            continue
        if check is validation.validate_currency_constraints and not look.currency:
            continue
        subject = look.unbalanced if check is validation.validate_check_transaction_balances else entries
        errors.extend(check(subject, options))
    return errors


class _Look:
    """One pass over booked entries: what might be wrong with them. It may suspect too much, never too little."""

    def __init__(self, entries: Entries) -> None:
        self.inactive = False  # some account may be used while it isn't open
        self.currency = False  # some posting may be in a currency its account doesn't take
        self.unbalanced: Entries = []  # transactions that don't sum to exactly zero, or aren't plain
        self.active: set[str] = set()
        # Beancount takes an account's last `open` for its currencies, wherever it stands.
        self.allowed: dict[str, Any] = {
            e.account: e.currencies for e in entries if type(e) is data.Open and e.currencies
        }
        for entry in entries:
            if type(entry) is data.Transaction:
                self._transaction(entry)
            elif type(entry) is data.Open:
                self.active.add(entry.account)
            elif type(entry) is data.Close:
                self.active.discard(entry.account)
            elif not self.inactive:
                self.inactive = any(a not in self.active for a in getters.get_entry_accounts(entry))

    def _transaction(self, entry: data.Transaction) -> None:
        total = ZERO
        currency = ""
        plain = True
        for posting in entry.postings:
            account = posting.account
            number, own = posting.units  # type: ignore[misc]  # booked
            if account not in self.active:
                self.inactive = True
            allowed = self.allowed.get(account)
            if allowed and own not in allowed:
                self.currency = True
            if (
                posting.cost is not None
                or posting.price is not None
                or type(number) is not Decimal
                or (currency and own != currency)
            ):
                plain = False
            elif plain:
                currency = own
                total += number
        if total or not plain:
            self.unbalanced.append(entry)


def learn_digits_fast() -> None:
    """Make counting decimals (for display precision) cheap in this process; what is counted stays the same.

    For worker processes only: it replaces a method of Beancount's display context.
    """

    def update(self: Any, number: Decimal) -> None:
        _, digits, exponent = number.as_tuple()
        whole = len(digits) + exponent  # type: ignore[operator]  # finite numbers only: the lexer knows no others
        if whole > self.integer_max:  # noqa: PLR1730  `max` is a call, and this runs for every number
            self.integer_max = whole
        self.fractional_dist.hist[-exponent] += 1  # type: ignore[operator]  # as above

    _CurrencyContext.update = update  # type: ignore[method-assign]
