"""The guard's third look: Beancount's own grammar, with a builder that takes only what a file's profile allows.

The builder is Beancount's (`beancount.parser.grammar.Builder`), so that what passes is, to the last character of its
`repr`, what plain Beancount makes of the same file. Each method below either refuses, with the line that the parser
names, or does what Beancount's does. Four of them (`amount`, `posting`, `transaction`, `key_value`) say it again in
fewer steps, so that the guard costs next to nothing; the tests compare both on every book they have.
"""

from __future__ import annotations

import datetime as dt
import difflib
import posixpath
from decimal import Decimal
from typing import Any

from beancount.core.account import TYPE as ACCOUNT_TYPE
from beancount.core.amount import Amount
from beancount.core.data import EMPTY_SET, Posting, Transaction
from beancount.core.number import MISSING
from beancount.parser import grammar
from beancount.parser.grammar import KeyValue, ParserError, TagsLinks

from ledger.books import problems_guard as found
from ledger.books.config import SLUG
from ledger.books.guard_bytes import MAX_PROBLEMS, clip, visible
from ledger.books.guard_names import (
    Refusal,
    account_refusals,
    is_currency,
    is_document,
    is_document_name,
    lines_refusals,
)
from ledger.books.guard_numbers import does_not_fit
from ledger.books.guard_profiles import MAX_ACCOUNT, MAX_CURRENCY, MAX_DECIMALS, MAX_DIGITS, Profile
from ledger.books.template import INCLUDES, MORE_PLUGINS, OPTIONS, PLUGINS
from ledger.errors import Problem

_INTERVALS = frozenset({"daily", "weekly", "monthly", "quarterly", "yearly"})
#: Metadata that Beancount writes itself; a book that brings its own would put errors and edits in the wrong place.
_OWN_KEYS = frozenset({"filename", "lineno"})
_FLAGS = frozenset(b"*!")
_CENT = Decimal("0.01")
_PUSHES = ("pushtag", "poptag", "pushmeta", "popmeta")
_DIRECTIVES = ("transaction", "open", "close", "balance", "note", "document", "event", "price", "commodity")


class GuardBuilder(grammar.Builder):
    """A builder that collects refusals."""

    def __init__(self, profile: Profile, folder: str) -> None:
        """Take `profile`'s lists; `folder` is the unit's, absolute, for documents."""
        super().__init__()
        self.profile = profile
        self.folder = folder
        self.refusals: list[Refusal] = []
        self.contexts: dict[str, Any] = {}
        self.keys: set[str] = set()
        #: Whether a number since the last transaction has more decimals than anyone may write: arithmetic made it.
        self.fractions = False
        #: What the main file says: `(word, name, value, line)`.
        self.head: list[tuple[str, str, str | None, int]] = []
        for name in _DIRECTIVES:
            if name not in profile.directives:
                setattr(self, name, self._refuser(name))
        for name in _PUSHES:
            setattr(self, name, self._refuser(name))

    def refuse(self, kind: type[Problem], line: int, **params: Any) -> None:
        """Note one refusal."""
        self.refusals.append((kind, line, params))

    @property
    def full(self) -> bool:
        """Whether so much is wrong that reading on helps nobody."""
        return len(self.refusals) + len(self.errors) > MAX_PROBLEMS

    def _refuser(self, name: str) -> Any:
        """A method for a directive that this file may not hold."""
        kind: type[Problem] = found.DirectiveRefused
        if name in _PUSHES:
            kind = found.PushRefused
        elif name in {"price", "commodity"} and "transaction" in self.profile.directives:
            kind = found.PriceRefused

        def refuse(_filename: str, line: int, *_rest: Any) -> None:
            self.refuse(kind, line, directive=name, allowed=self.profile.allowed)

        return refuse

    def build_grammar_error(self, filename: str, lineno: int, exc_value: Any, exc_type: Any = None, *_: Any) -> None:
        """A syntax error; or, with a type, something that a method below didn't foresee."""
        if exc_type is not None:
            self.refuse(found.BookCrashed, lineno, reason=visible(f"{exc_type.__name__}: {exc_value}"[:200]))
        super().build_grammar_error(filename, lineno, str(exc_value) or str(exc_type))

    # --- the head: options, plugins, includes

    def option(self, filename: str, lineno: int, key: str, value: Any) -> Any:
        """Only the federation's options, only in the main file."""
        if not self.profile.head or key not in OPTIONS:
            return self.refuse(found.OptionRefused, lineno, name=clip(key), allowed=", ".join(OPTIONS))
        self.head.append(("option", key, value, lineno))
        return super().option(filename, lineno, key, value)

    def plugin(self, filename: str, lineno: int, plugin_name: str, plugin_config: str | None) -> Any:
        """Only the federation's plugins, only in the main file, without a configuration."""
        if not self.profile.head or plugin_name not in (*PLUGINS, *MORE_PLUGINS) or plugin_config is not None:
            return self.refuse(found.PluginRefused, lineno, name=clip(plugin_name), allowed=", ".join(PLUGINS))
        self.head.append(("plugin", plugin_name, None, lineno))
        return super().plugin(filename, lineno, plugin_name, plugin_config)

    def include(self, filename: str, lineno: int, include_filename: str) -> Any:
        """Only the federation's includes, only in the main file."""
        if not self.profile.head or include_filename not in INCLUDES:
            name = clip(include_filename)
            return self.refuse(found.IncludeRefused, lineno, name=name, allowed=", ".join(INCLUDES))
        self.head.append(("include", include_filename, None, lineno))
        return super().include(filename, lineno, include_filename)

    # --- what no file may hold

    def query(self, _filename: str, lineno: int, *_rest: Any) -> None:
        """Refused: a query runs on everybody's view."""
        self.refuse(found.QueryRefused, lineno)

    def pad(self, _filename: str, lineno: int, *_rest: Any) -> None:
        """Refused: it books any difference without a voucher."""
        self.refuse(found.PadRefused, lineno)

    # --- names, texts and numbers

    def account(self, filename: str, lineno: int, account: str) -> Any:
        """An account's name: five roots, Latin letters, not endless."""
        known = self.accounts.get(account)
        if known is not None:
            return known
        self.refusals.extend(account_refusals(account, lineno))
        return super().account(filename, lineno, account)

    def check_currency(self, lineno: int, currency: Any) -> None:
        """A commodity's name: capitals and digits, not endless."""
        if currency is not MISSING and currency not in self.contexts and not is_currency(currency):
            self.refuse(found.CurrencyName, lineno, currency=visible(currency[:60]), limit=MAX_CURRENCY)

    def check_number(self, lineno: int, number: Any) -> None:
        """At most 15 digits before the point, also after arithmetic."""
        if isinstance(number, Decimal) and number and number.adjusted() >= MAX_DIGITS:
            self.refuse(found.NumberLong, lineno, digits=MAX_DIGITS, decimals=MAX_DECIMALS)

    def check_text(self, lineno: int, *texts: Any) -> None:
        """A text that doesn't go on over other entries."""
        for text in texts:
            if isinstance(text, str) and "\n" in text:
                self.refusals.extend(lines_refusals(text, lineno))

    def key_value(self, filename: str, lineno: int, key: str, value: Any) -> KeyValue:  # noqa: ARG002  as called
        """Metadata: any word but Beancount's own; values not larger than elsewhere."""
        if key not in self.keys:
            if key in _OWN_KEYS or key.startswith("_") or len(key) > MAX_ACCOUNT:
                self.refuse(found.MetaKeyRefused, lineno, key=key[:60])
            else:
                self.keys.add(key)
        kind = type(value)
        if kind is str:
            if "\n" in value:
                self.check_text(lineno, value)
            if key == "document" and value and not is_document_name(value):
                self.refuse(found.DocumentPath, lineno, name=clip(value))
        elif kind is Decimal:
            self.check_number(lineno, value)
        return KeyValue(key, value)

    def amount(self, filename: str, lineno: int, number: Any, currency: Any) -> Amount:  # noqa: ARG002  as called
        """An amount, counted for its currency's display as Beancount does it."""
        if number is MISSING or currency is MISSING:
            self.check_number(lineno, number)
            self.check_currency(lineno, currency)
            self.fractions = True  # to be on the safe side
            return Amount(number, currency)
        context: Any = self.contexts.get(currency)
        if context is None:
            self.check_currency(lineno, currency)
            context = self.contexts[currency] = self.dcontext.ccontexts[currency]
        digits = number.adjusted() + 1
        if digits > context.integer_max:
            self.check_number(lineno, number)
            context.integer_max = digits
        decimals: Any = 2 if number.same_quantum(_CENT) else -number.as_tuple().exponent
        context.fractional_dist.hist[decimals] += 1
        if decimals > MAX_DECIMALS:
            self.fractions = True
        return tuple.__new__(Amount, (number, currency))

    def compound_amount(self, filename: str, lineno: int, number_per: Any, number_total: Any, currency: Any) -> Any:
        """The amount of a cost in braces."""
        self.check_currency(lineno, currency)
        self.check_number(lineno, number_per)
        self.check_number(lineno, number_total)
        return super().compound_amount(filename, lineno, number_per, number_total, currency)

    # --- directives

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
        if cost is None and price is None:
            meta = {"filename": filename, "lineno": lineno}
            return Posting(account, units, None, None, chr(flag) if flag else None, meta)
        if cost is not None and (units.number is MISSING or not units.number):
            self.refuse(found.ZeroUnitsWithCost, lineno)
        if price is not None and (price.number is MISSING or price.number <= 0):
            self.refuse(found.PriceZero, lineno)
        return super().posting(filename, lineno, account, units, cost, price, istotal, flag)

    def transaction(
        self, filename: str, lineno: int, date: dt.date, flag: int, texts: Any, tags_links: Any, items: Any
    ) -> Any:
        """A transaction marked * or !."""
        if flag not in _FLAGS:
            self.refuse(found.FlagRefused, lineno, flag=chr(flag))
        meta: dict[str, Any] = {"filename": filename, "lineno": lineno}
        target = meta
        postings: list[Posting] = []
        tags, links = tags_links
        for item in items or ():
            if isinstance(item, KeyValue):
                key, value = item
                if target.setdefault(key, value) is not value:
                    self.errors.append(ParserError(dict(meta), f"the metadata {key}: stands here twice"))
            elif isinstance(item, TagsLinks):
                if postings:
                    self.errors.append(ParserError(dict(meta), "tags and links go before the first posting"))
                tags.update(item.tags)
                links.update(item.links)
            else:
                postings.append(item)
                target = item.meta
        if self.fractions:
            self.fractions = False
            if does_not_fit(postings):
                self.refuse(found.FractionEndless, lineno)
        payee, narration = None, ""
        if texts:
            self.check_text(lineno, *texts)
            if len(texts) > 2:
                self.errors.append(ParserError(dict(meta), "more than two texts (payee and narration)"))
            payee, narration = texts[:2] if len(texts) > 1 else (None, texts[0])
        return Transaction(
            meta,
            date,
            chr(flag),
            payee,
            narration,
            frozenset(tags) if tags else EMPTY_SET,
            frozenset(links) if links else EMPTY_SET,
            postings,
        )

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

    def note(
        self, filename: str, lineno: int, date: dt.date, account: str, comment: str, tags_links: Any, kvlist: Any
    ) -> Any:
        """A note, which may have several lines."""
        self.check_text(lineno, comment)
        return super().note(filename, lineno, date, account, comment, tags_links, kvlist)

    def event(self, filename: str, lineno: int, date: dt.date, name: str, description: str, kvlist: Any) -> Any:
        """An event, likewise."""
        self.check_text(lineno, name, description)
        return super().event(filename, lineno, date, name, description, kvlist)

    def document(
        self, filename: str, lineno: int, date: dt.date, account: str, name: str, tags_links: Any, kvlist: Any
    ) -> Any:
        """A document below one of the unit's own folders, no book and no program."""
        path = posixpath.normpath(posixpath.join(posixpath.dirname(filename), name))
        inside = path.startswith(self.folder + "/") and is_document(path[len(self.folder) + 1 :])
        if name.startswith("/") or not inside:
            self.refuse(found.DocumentPath, lineno, name=clip(name))
        return super().document(filename, lineno, date, account, name, tags_links, kvlist)

    def custom(self, filename: str, lineno: int, date: dt.date, dir_type: str, values: Any, kvlist: Any) -> Any:
        """A custom directive of this file's list, with the values it takes."""
        known = self.profile.customs.get(dir_type)
        for value in values or ():
            self.check_number(lineno, value.value)
            self.check_text(lineno, value.value)
        if dir_type.startswith("fava-"):
            self.refuse(found.CustomFava, lineno, name=clip(dir_type))
        elif not self.profile.customs:
            self.refuse(found.DirectiveRefused, lineno, directive="custom", allowed=self.profile.allowed)
        elif known is None:
            near = difflib.get_close_matches(dir_type, self.profile.customs, n=1, cutoff=0)
            names = ", ".join(sorted(self.profile.customs))
            self.refuse(found.CustomUnknown, lineno, name=clip(dir_type), nearest="".join(near), known=names)
        elif not values or not (known.shapes is None or any(_fits(values, shape) for shape in known.shapes)):
            # Beancount's own printer falls over a directive without values.
            self.refuse(found.CustomValues, lineno, name=dir_type, example=known.example)
        elif dir_type == "average-rate" and values[1].value.number <= 0:
            self.refuse(found.PriceZero, lineno)
        return super().custom(filename, lineno, date, dir_type, values, kvlist)


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
        return SLUG.fullmatch(value) is not None
    if kind == "currency":
        return is_currency(value)
    return kind != "interval" or value.lower() in _INTERVALS
