"""The guard's third look: Beancount's own grammar, with a builder that takes only what a file's profile allows.

The builder is Beancount's (`beancount.parser.grammar.Builder`), so that what passes is, to the last character of its
`repr`, what plain Beancount makes of the same file; each method below either refuses, with the line that the parser
names, or does what Beancount's does. What can be judged once over all entries (dates, digits) is judged at the end.
"""

from __future__ import annotations

import datetime as dt
import difflib
import posixpath
import re
import unicodedata
from decimal import Decimal
from typing import Any

from beancount.core.account import TYPE as ACCOUNT_TYPE
from beancount.core.amount import Amount
from beancount.core.number import MISSING
from beancount.parser import grammar

from ledger.books import problems_guard as found
from ledger.books.guard_bytes import MAX_PROBLEMS, visible
from ledger.books.guard_profiles import (
    MAX_ACCOUNT,
    MAX_CURRENCY,
    MAX_DECIMALS,
    MAX_DIGITS,
    MAX_PARTS,
    Profile,
)
from ledger.books.template import INCLUDES, OPTIONS, PLUGINS
from ledger.errors import Problem

ROOTS = frozenset({"Assets", "Liabilities", "Equity", "Income", "Expenses"})
#: Latin letters with their accents, without those made to look like others (long s, dotless i, ligatures).
_LETTERS = "A-Za-zÀ-ÖØ-öø-İĴ-ķĹ-ľŁ-ňŊ-žȘ-ț"
_COMPONENT = re.compile(f"[{_LETTERS}0-9][{_LETTERS}0-9-]*")
_OTHER_CHARACTER = re.compile(f"[^{_LETTERS}0-9:-]")
_CURRENCY = re.compile(rf"[A-Z](?:[A-Z0-9'._-]{{0,{MAX_CURRENCY - 2}}}[A-Z0-9])?")
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_INTERVALS = frozenset({"daily", "weekly", "monthly", "quarterly", "yearly"})
#: Metadata that Beancount writes itself; a book that brings its own would put errors and edits in the wrong place.
_OWN_KEYS = frozenset({"filename", "lineno"})
_NO_DOCUMENTS = tuple(".beancount .bean .toml .jsonl .conf .py .pyc .so .gpg .asc .picklecache".split())
_FLAGS = frozenset(b"*!")


class GuardBuilder(grammar.Builder):
    """A builder that collects refusals in `refusals`: `(kind, line, parameters)`."""

    def __init__(self, profile: Profile, folder: str) -> None:
        """Take `profile`'s lists; `folder` is the unit's, absolute, for documents."""
        super().__init__()
        self.profile = profile
        self.folder = folder
        self.refusals: list[tuple[type[Problem], int, dict[str, Any]]] = []
        self.currencies: set[str] = set()
        self.keys: set[str] = set()
        self.refused_names: set[str] = set()
        self.includes: list[str] = []
        self.options_seen: list[tuple[str, str, int]] = []
        self.plugins: list[str] = []
        for name in ("transaction", "open", "close", "balance", "note", "document", "event", "price", "commodity"):
            if name not in profile.directives:
                setattr(self, name, self._refuser(name))

    # --- refusing

    def refuse(self, kind: type[Problem], line: int, **params: Any) -> None:
        """Note one refusal."""
        self.refusals.append((kind, line, params))

    @property
    def full(self) -> bool:
        """Whether so much is wrong that reading on helps nobody."""
        return len(self.refusals) + len(self.errors) > MAX_PROBLEMS

    def _refuser(self, name: str) -> Any:
        """A method for a directive that this file may not hold."""
        unit_file = "transaction" in self.profile.directives

        def refuse(_filename: str, line: int, *_rest: Any) -> None:
            if name in {"price", "commodity"} and unit_file:
                self.refuse(found.PriceRefused, line, directive=name)
            else:
                self.refuse(found.DirectiveRefused, line, directive=name, allowed=self.profile.allowed)

        return refuse

    def build_grammar_error(self, filename: str, lineno: int, exc_value: Any, exc_type: Any = None, *_: Any) -> None:
        """A syntax error, at the book's line even where Beancount would name its own source."""
        super().build_grammar_error(filename, lineno, str(exc_value) or str(exc_type))

    # --- the head: options, plugins, includes

    def option(self, filename: str, lineno: int, key: str, value: Any) -> Any:
        """Only the federation's options, only in the main file."""
        if not self.profile.head or key not in OPTIONS:
            return self.refuse(found.OptionRefused, lineno, name=visible(key), allowed=", ".join(OPTIONS))
        self.options_seen.append((key, value, lineno))
        return super().option(filename, lineno, key, value)

    def plugin(self, filename: str, lineno: int, plugin_name: str, plugin_config: str | None) -> Any:
        """Only the federation's plugins, only in the main file, without a configuration."""
        if not self.profile.head or plugin_name not in PLUGINS or plugin_config is not None:
            return self.refuse(found.PluginRefused, lineno, name=visible(plugin_name), allowed=", ".join(PLUGINS))
        self.plugins.append(plugin_name)
        return super().plugin(filename, lineno, plugin_name, plugin_config)

    def include(self, filename: str, lineno: int, include_filename: str) -> Any:
        """Only the federation's includes, only in the main file."""
        if not self.profile.head or include_filename not in INCLUDES:
            name = visible(include_filename)
            return self.refuse(found.IncludeRefused, lineno, name=name, allowed=", ".join(INCLUDES))
        self.includes.append(include_filename)
        return super().include(filename, lineno, include_filename)

    # --- what no file may hold

    def query(self, _filename: str, lineno: int, *_rest: Any) -> None:
        """Refused: a query runs on everybody's view."""
        self.refuse(found.QueryRefused, lineno)

    def pad(self, _filename: str, lineno: int, *_rest: Any) -> None:
        """Refused: it books any difference without a voucher."""
        self.refuse(found.PadRefused, lineno)

    def pushtag(self, _filename: str, lineno: int, *_rest: Any) -> None:
        """Refused, as are the three below: they change what stands further down."""
        self.refuse(found.PushRefused, lineno, directive="pushtag")

    def poptag(self, _filename: str, lineno: int, *_rest: Any) -> None:
        """Refused."""
        self.refuse(found.PushRefused, lineno, directive="poptag")

    def pushmeta(self, _filename: str, lineno: int, *_rest: Any) -> None:
        """Refused."""
        self.refuse(found.PushRefused, lineno, directive="pushmeta")

    def popmeta(self, _filename: str, lineno: int, *_rest: Any) -> None:
        """Refused."""
        self.refuse(found.PushRefused, lineno, directive="popmeta")

    # --- names

    def account(self, filename: str, lineno: int, account: str) -> Any:
        """An account's name: five roots, Latin letters, not endless."""
        known = self.accounts.get(account)
        if known is not None:
            return known
        self._check_account(lineno, account)
        return super().account(filename, lineno, account)

    def _check_account(self, lineno: int, account: str) -> None:
        parts = account.split(":")
        if parts[0] not in ROOTS:
            self.refuse(found.AccountRoot, lineno, account=visible(account[:MAX_ACCOUNT]))
        elif len(parts) > MAX_PARTS or len(account) > MAX_ACCOUNT:
            sizes = {"parts": len(parts), "length": len(account)}
            self.refuse(found.AccountLong, lineno, **sizes, most_parts=MAX_PARTS, most_length=MAX_ACCOUNT)
        elif not all(_COMPONENT.fullmatch(part) for part in parts):
            odd = _OTHER_CHARACTER.search(account)
            character = odd[0] if odd else "-"
            name = f"{visible(character)} (U+{ord(character):04X} {unicodedata.name(character, '')})"
            self.refuse(found.AccountCharacters, lineno, account=visible(account), character=name)

    def check_currency(self, lineno: int, currency: str) -> None:
        """A commodity's name: capitals and digits, not endless."""
        if currency in self.currencies:
            return
        self.currencies.add(currency)
        if not _CURRENCY.fullmatch(currency):
            self.refuse(found.CurrencyName, lineno, currency=visible(currency[:60]), limit=MAX_CURRENCY)

    def key_value(self, filename: str, lineno: int, key: str, value: Any) -> Any:
        """Metadata: any word but Beancount's own; values not larger than elsewhere."""
        if key not in self.keys:
            if key in _OWN_KEYS or key.startswith("_") or len(key) > MAX_ACCOUNT:
                self.refuse(found.MetaKeyRefused, lineno, key=key[:60])
            else:
                self.keys.add(key)
        if type(value) is Decimal:
            self.check_number(lineno, value)
        elif key == "document" and isinstance(value, str) and not _inside(value):
            self.refuse(found.DocumentPath, lineno, name=visible(value))
        return super().key_value(filename, lineno, key, value)

    # --- numbers

    def check_number(self, lineno: int, number: Any) -> None:
        """At most 15 digits before the point."""
        if isinstance(number, Decimal) and number and number.adjusted() >= MAX_DIGITS:
            self.refuse(found.NumberLong, lineno, digits=MAX_DIGITS, decimals=MAX_DECIMALS)

    def amount(self, filename: str, lineno: int, number: Any, currency: Any) -> Any:
        """An amount whose currency is a currency."""
        if currency not in self.currencies and currency is not MISSING:
            self.check_currency(lineno, currency)
        if currency is MISSING:
            self.check_number(lineno, number)
        return super().amount(filename, lineno, number, currency)

    def compound_amount(self, filename: str, lineno: int, number_per: Any, number_total: Any, currency: Any) -> Any:
        """The amount of a cost in braces."""
        if currency is not MISSING:
            self.check_currency(lineno, currency)
        self.check_number(lineno, number_per)
        self.check_number(lineno, number_total)
        return super().compound_amount(filename, lineno, number_per, number_total, currency)

    def posting(
        self,
        filename: str,
        lineno: int,
        account: str,
        units: Any,
        cost: Any,
        price: Any,
        istotal: bool,  # noqa: FBT001  Beancount's grammar calls by position
        flag: int,
    ) -> Any:
        """A posting: marks * and !, no cost without units, no price of zero."""
        if flag and flag not in _FLAGS:
            self.refuse(found.FlagRefused, lineno, flag=chr(flag))
        if cost is not None and (units is MISSING or units.number is MISSING or not units.number):
            self.refuse(found.ZeroUnitsWithCost, lineno)
        if price is not None and (price.number is MISSING or price.number <= 0):
            self.refuse(found.PriceZero, lineno)
        return super().posting(filename, lineno, account, units, cost, price, istotal, flag)

    # --- directives

    def transaction(
        self, filename: str, lineno: int, date: dt.date, flag: int, txn_strings: Any, tags_links: Any, rest: Any
    ) -> Any:
        """A transaction marked * or !."""
        if flag not in _FLAGS:
            self.refuse(found.FlagRefused, lineno, flag=chr(flag))
        return super().transaction(filename, lineno, date, flag, txn_strings, tags_links, rest)

    def open(
        self, filename: str, lineno: int, date: dt.date, account: str, currencies: Any, booking: Any, kvlist: Any
    ) -> Any:
        """An account's opening, its currencies included."""
        for currency in currencies or ():
            self.check_currency(lineno, currency)
        return super().open(filename, lineno, date, account, currencies, booking, kvlist)

    def balance(
        self, filename: str, lineno: int, date: dt.date, account: str, amount: Any, tolerance: Any, kvlist: Any
    ) -> Any:
        """A balance whose tolerance is a number like others."""
        self.check_number(lineno, tolerance)
        return super().balance(filename, lineno, date, account, amount, tolerance, kvlist)

    def price(self, filename: str, lineno: int, date: dt.date, currency: str, amount: Any, kvlist: Any) -> Any:
        """A rate above zero (only in the finance head's file)."""
        self.check_currency(lineno, currency)
        if amount.number <= 0:
            self.refuse(found.PriceZero, lineno)
        return super().price(filename, lineno, date, currency, amount, kvlist)

    def commodity(self, filename: str, lineno: int, date: dt.date, currency: str, kvlist: Any) -> Any:
        """A commodity's declaration (only in the finance head's file)."""
        self.check_currency(lineno, currency)
        return super().commodity(filename, lineno, date, currency, kvlist)

    def document(
        self, filename: str, lineno: int, date: dt.date, account: str, name: str, tags_links: Any, kvlist: Any
    ) -> Any:
        """A document below one of the unit's own folders, no book and no program."""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(filename), name))
        if name.startswith("/") or not path.startswith(self.folder + "/") or not _inside(path[len(self.folder) + 1 :]):
            self.refuse(found.DocumentPath, lineno, name=visible(name))
        return super().document(filename, lineno, date, account, name, tags_links, kvlist)

    def custom(self, filename: str, lineno: int, date: dt.date, dir_type: str, values: Any, kvlist: Any) -> Any:
        """A custom directive of this file's list, with the values it takes."""
        known = self.profile.customs.get(dir_type)
        for value in values or ():
            self.check_number(lineno, value.value)
        if dir_type.startswith("fava-"):
            self.refuse(found.CustomFava, lineno, name=visible(dir_type))
        elif "custom" not in self.profile.directives:
            self.refuse(found.DirectiveRefused, lineno, directive="custom", allowed=self.profile.allowed)
        elif known is None:
            near = difflib.get_close_matches(dir_type, self.profile.customs, n=1, cutoff=0)
            names = ", ".join(sorted(self.profile.customs))
            self.refuse(found.CustomUnknown, lineno, name=visible(dir_type), nearest="".join(near[:1]), known=names)
        elif known.shapes is not None and not any(_fits(values or [], shape) for shape in known.shapes):
            self.refuse(found.CustomValues, lineno, name=dir_type, example=known.example)
        return super().custom(filename, lineno, date, dir_type, values, kvlist)


def _inside(path: str) -> bool:
    """Whether a path relative to the unit's folder is a document's: in a folder, no book, no setting, no program."""
    parts = path.split("/")
    return (
        len(parts) > 1
        and parts[0] != "books"
        and not any(part in {"", ".", ".."} or part.startswith((".", "~")) for part in parts)
        and "\\" not in path
        and "\n" not in path
        and not path.lower().endswith(_NO_DOCUMENTS)
    )


def _fits(values: list[Any], shape: tuple[str, ...]) -> bool:
    """Whether a custom directive's values are of the kinds in `shape`."""
    return len(values) == len(shape) and all(_is(v.value, v.dtype, kind) for v, kind in zip(values, shape, strict=True))


def _is(value: Any, dtype: Any, kind: str) -> bool:
    if kind == "amount":
        return isinstance(value, Amount)
    if kind == "account":
        return bool(dtype == ACCOUNT_TYPE)
    if not isinstance(value, str) or dtype is not str:
        return False
    if kind == "slug":
        return _SLUG.fullmatch(value) is not None
    if kind == "currency":
        return _CURRENCY.fullmatch(value) is not None
    return kind != "interval" or value.lower() in _INTERVALS
