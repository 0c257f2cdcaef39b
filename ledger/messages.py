"""Texts for users, in the federation's language (sv, en, es).

Papers that people hold in their hands, a savings group's meeting sheet and a participant's page, come in every language
that has a catalogue in `ledger/locale`, in any script: in Swahili, too, as yet.

Message ids are the English texts in the code, marked by `N_` so that the catalogue's extractor finds them; the
catalogues are gettext files in `ledger/locale`, compiled by `make setup`. Without them the English text stands.

Amounts that people read are written as the language writes them, in terminal and browser alike (CLDR: `-1 234,50` in
Swedish, `-1.234,50` in Spanish, `-1,234.50` in English; the space is one that no line breaks at). What programs read
(JSON, CSV, exports, locks) has a point and nothing between thousands, whatever the language.
"""

from __future__ import annotations

import gettext
import os
import re
import string
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import cache
from pathlib import Path

LANGUAGES = ("sv", "en", "es")
#: How each writes numbers; amounts in the browser and Fava's own go by the same.
LOCALES = {"sv": "sv_SE", "en": "en_GB", "es": "es_ES"}
LOCALE = Path(__file__).parent / "locale"

_current = ["en"]
#: The language of a paper, while it is written; None otherwise.
_paper: ContextVar[str | None] = ContextVar("paper", default=None)


def N_(text: str) -> str:  # noqa: N802  the name that message extractors know
    """Mark `text` as a message id; it is translated where it is shown."""
    return text


def use(language: str) -> None:
    """Make `language` the one that `translate` uses; `SAMBOK_LANGUAGE` in the environment wins."""
    wanted = os.environ.get("SAMBOK_LANGUAGE", language)
    _current[0] = wanted if wanted in LANGUAGES else "en"


def current() -> str:
    """The language in use."""
    return _paper.get() or _current[0]


@cache
def paper_languages() -> tuple[str, ...]:
    """The languages of papers that people hold: the three, and whatever else has a catalogue."""
    more = {path.parent.parent.name for path in LOCALE.glob("*/LC_MESSAGES/sambok.mo")} - set(LANGUAGES)
    return (*LANGUAGES, *sorted(more))


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Write a paper in one of `paper_languages`; None: in the language in use. What it lacks stands in English."""
    token = _paper.set(language if language in paper_languages() else None)
    try:
        yield
    finally:
        _paper.reset(token)


def direction(language: str) -> str:
    """`rtl` for languages that are written from right to left, else `ltr`."""
    from babel.core import Locale  # noqa: PLC0415  only when a paper is written

    return str(Locale.parse(language).text_direction)


def number_text(number: Decimal, places: int, language: str | None = None) -> str:
    """A number as people read it, with so many decimals.

    Args:
        number: in full; nothing is lost but what `places` cuts.
        places: decimals that are shown.
        language: sv, en or es; default: the one in use.
    """
    return _number_format(language or current(), places)(number or Decimal(0))


@cache
def _number_format(language: str, places: int) -> Callable[[Decimal], str]:
    from copy import copy  # noqa: PLC0415  only when there is an amount to print
    from decimal import localcontext  # noqa: PLC0415  likewise

    from babel.core import Locale  # noqa: PLC0415  likewise

    locale = Locale.parse(LOCALES.get(language, language))
    pattern = copy(locale.decimal_formats[None])
    pattern.frac_prec = (places, places)

    def write(number: Decimal) -> str:
        with localcontext() as exact:  # Python's own 28 digits are no limit to a sum
            exact.prec = 60
            return str(pattern.apply(number, locale))

    return write


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("sambok", LOCALE, languages=[language], fallback=True)


def translate(text: str, language: str | None = None) -> str:
    """`text` in `language` (default: the one in use); the English text where a catalogue has none."""
    if not text:
        return ""
    chosen = language or current()
    return text if chosen == "en" else _catalogue(chosen).gettext(text)


#: Why something failed, as the system, Python, the readers of TOML and Beancount, and our own checks put it. Such a
#: reason is kept in English inside a problem, which may come out of a cache or another process, and is translated
#: where it is shown. The first that fits counts; what is in braces may be a reason itself.
REASONS = (
    N_("Permission denied"),
    N_("No such file or directory"),
    N_("No space left on device"),
    N_("Disk quota exceeded"),
    N_("Read-only file system"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("File exists"),
    N_("File name too long"),
    N_("File too large"),
    N_("Too many levels of symbolic links"),
    N_("Too many open files"),
    N_("Input/output error"),
    N_("Cannot allocate memory"),
    N_("Cannot assign requested address"),
    N_("Resource temporarily unavailable"),
    N_("Operation not permitted"),
    N_("Broken pipe"),
    N_("exit code {code}"),
    N_("0 bytes"),
    N_("version {version}"),
    N_("an answer that makes no sense"),
    N_("tags and links go before the first posting"),
    N_("more than two texts (payee and narration)"),
    N_("day is out of range for month"),
    N_("month must be in 1..12"),
    N_("{reason} (at line {line}, column {column})"),
    N_("{reason} (at end of document)"),
    N_("Expected '=' after a key in a key/value pair"),
    N_("Expected newline or end of document after a statement"),
    N_("Expected ']' at the end of a table declaration"),
    N_("Invalid statement"),
    N_("Invalid value"),
    N_("Invalid initial character for a key part"),
    N_("Unclosed array"),
    N_("Unclosed inline table"),
    N_("Unterminated string"),
    N_("Illegal character {character}"),
    N_("Cannot overwrite a value"),
    N_("Cannot declare {name} twice"),
    N_("brackets or names are nested too deeply"),
    N_("syntax error, unexpected {found}, expecting {wanted}"),
    N_("syntax error, unexpected {found}"),
    N_("syntax error"),
    N_("Invalid token: {found}"),
    N_("Invalid account name: {account}"),
    N_("the metadata {key}: stands here twice"),
    N_("this line is no seal"),
    N_("this line names no period like 2026-03"),
    N_("this line isn't written as seals are"),
    N_("the file is cut off here"),
    N_("it is larger than 64 MiB"),
    N_("it holds no unencrypted private key"),
    N_("it isn't an Ed25519 key"),
    N_("it is no key file"),
    N_("it holds no seals"),
    N_("its seals are damaged"),
    N_("it is damaged"),
    N_("no name of a revision"),
    N_("git doesn't know it"),
    N_("the federation's folder is in no git repository"),
    N_("it has no manifest that can be read"),
    N_("it is no zip file, or is cut off"),
    N_("it is cut off"),
    N_("it holds too many files"),
    N_("it would unpack to more than it can hold"),
    N_("it holds a name twice"),
    N_("its files lie in each other"),
    N_("it holds a name that leads elsewhere"),
    N_("it holds a link, or what is no file"),
    N_("it is encrypted"),
    N_("it is packed in an unusual way"),
    N_("{reason}: line {line} column {column} (char {character})"),
    N_("Expecting value"),
    N_("Extra data"),
    N_("{reason}, line {line}, column {column}"),
    N_("Opening and ending tag mismatch: {one} line {line} and {other}"),
    N_("Premature end of data in tag {tag} line {line}"),
    N_("Start tag expected, '<' not found"),
    N_("Document is empty"),
    N_("not UTF-8"),
    N_("it isn't saved as UTF-8"),
    N_("more than {count} bytes"),
    N_("no ordinary file, or too large"),
    N_("no ordinary file"),
    N_("it is a link to somewhere else"),
    N_("a folder above it is a link"),
    N_("checksum"),
    N_("it is closed already"),
    N_("it was never opened"),
    N_("it would close before it opens"),
    N_("it is missing on more than one posting"),
    N_("it is missing"),
    N_("three capital letters are needed, such as SEK"),
    N_("the first day of a month is needed, such as 01-01 or 07-01"),
    N_("two capital letters are needed, such as SE"),
    N_("a capital letter is needed, or up to eight capital letters and digits, such as A or LF"),
    N_("E, F, L, R, X and Y are Sambok's own series"),
    N_("small letters, digits and hyphens are needed, a letter first"),
    N_("one line without control characters is needed"),
    N_("true or false is needed, without quotes"),
    N_("each level needs a name, without /: that stands between levels in a path"),
    N_('minority = "fair-value" and minority_value belong together'),
    N_("net_assets are those of the day of acquisition: give since, too"),
    N_("share is more than 0; who has sold all of it gets a later table with 0, and since"),
    N_("{unit} has no share before that it could have sold"),
    N_("two tables of {unit} begin on the same day; a later one needs a later since"),
    N_("{name} is the unit's own: say it once, or the same in each table"),
    N_("a rate of VAT in per cent is needed, above 0 and below 100: 25, 19 or 25.5"),
    N_("{rate} is no VAT rate such as 25, no VAT category (E, Z, O, AE, K, G) and not internal"),
    N_("without a header, no period stands above it"),
    N_("a day from 1900-01-01 to 2199-12-31 is needed"),
    N_("upper-case or digit first, then letters, digits, hyphens; not ELIM, ADJ or CTA"),
    N_("an account such as Expenses:5010-Lokalhyra is needed"),
    N_("an amount above 0 is needed: amounts of rules have no sign"),
    N_('write it in quotes, so that no computer rounds it: "{number}"'),
    N_('a number in quotes is needed, with a point and without spaces, such as "1250.50"'),
    N_("double brackets are needed: {table}"),
    N_("a list in brackets is needed"),
    N_("two sources are called {one}; each needs a name, and a folder {folder}, of its own"),
    N_("format {format} doesn't use it, but {formats}"),
    N_("format {format} doesn't use {key}, but {keys}"),
    N_("VAT can be split off income, cost or purchases (Income, Expenses, Assets) only"),
    N_("partner and ic go together: with whom the dealing is, and of what kind"),
    N_("each part of a split has either a share or an amount"),
    N_("a text with at least one letter or digit is needed: this one would take every line"),
    N_("until lies before from: the rule would take no line"),
    N_("max is less than min: the rule would take no line"),
    N_("give amount, or min and max, not both"),
    N_("a rule has an account, or [[source.rule.split]] tables, one of the two"),
    N_("where a rule splits, vat, partner, ic and decision stand in its parts"),
    N_("format daraja needs bank_account: the short code of the paybill or till"),
    N_("rules of format ubl name no decision: write it below the invoice's voucher"),
    N_("the shares of a split must add up to 1"),
    N_("a split without shares needs an amount that its parts add up to"),
    N_("the fixed amounts of a split leave nothing for its shares"),
    N_("it must be a valid string"),
    N_("it must be a valid integer{rest}"),
    N_("it must be a valid decimal"),
    N_("it must be a valid boolean{rest}"),
    N_("it must be a valid date{rest}"),
    N_("it must be a valid list"),
    N_("it must be a valid dictionary{rest}"),
    N_("it must be greater than or equal to {limit}"),
    N_("it must be less than or equal to {limit}"),
    N_("it must be greater than {limit}"),
    N_("it must be less than {limit}"),
    N_("it must be {one} or {other}"),
    N_("it must be {one}"),
    N_("{one} and {other} cross"),
    N_("{range} stands on two lines"),
    N_("no account {code} in [accounts]"),
    N_("{account} has no line"),
    N_("a table under one of {known}"),
    N_("a code of 1 to 8 digits, once"),
    N_("either amount, or both money_in and money_out, are needed"),
    N_("direction stands beside an amount"),
    N_("a column is its name in the header, or its number from 1"),
    N_("{form} is no form of a date such as %Y-%m-%d or %d.%m.%Y"),
    N_("decimal and thousands need different signs"),
    N_("either bank or columns"),
    N_("{key} goes with columns"),
    N_("{one} and {other} go together"),
    N_("without a header, columns are numbers and delimiter is needed"),
    N_("a sale needs the column gross, or net"),
    N_("vat_amount goes with a rate of VAT"),
    N_("means other needs an account"),
    N_("dates needs a form such as %Y-%m-%d"),
    N_("till_account goes with takings that a till books, too"),
    N_("a word of types stands for one kind of row"),
    N_("only letters, digits and single hyphens"),
    N_("known are include and exclude"),
    N_("a table is needed"),
    N_('a list of texts such as ["3000-3799"] is needed'),
    N_("a text in double quotes is needed"),
    N_("not known; the nearest valid one is {nearest}"),
    N_('{text} is no range such as "3000-3799" or "552"'),
    N_("{text}: both ends need equally many digits, the lower one first"),
    N_("one of {known}"),
    N_("{given} follows its name"),
    N_("nothing"),
    N_("a text"),
    N_("a number"),
    N_("an amount"),
    N_("a date"),
    N_("TRUE or FALSE"),
    N_("something else"),
    N_("amount: takes an amount such as 5000.00 SEK"),
    N_('vat: takes "standard", "none" or a rate such as 0.25'),
    N_("{key}: takes a date"),
    N_("the amount is negative"),
    N_("{verb} is neither include nor exclude"),
)


@cache
def _reasons() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Every reason as a pattern, with its message id."""
    found = []
    for text in REASONS:
        parts = [
            re.escape(fixed) + (f"(?P<{name}>.*)" if name else "")
            for fixed, name, _, _ in string.Formatter().parse(text)
        ]
        found.append((re.compile("".join(parts), re.DOTALL), text))
    return tuple(found)


def retell(reason: str, language: str | None = None, depth: int = 2) -> str:
    """A reason of `REASONS` in `language` (default: the one in use); any other as it stands.

    Args:
        reason: as it was given, in English.
        language: sv, en or es.
        depth: how many reasons may stand inside each other.
    """
    chosen = language or current()
    if chosen == "en" or not depth:
        return reason
    for pattern, text in _reasons():
        found = pattern.fullmatch(reason)
        if found:
            inner = {
                name: ", ".join(retell(one, chosen, depth - 1) for one in part.split(", "))
                for name, part in found.groupdict().items()
            }
            return translate(text, chosen).format(**inner)
    return reason


def say(text: str, **params: object) -> str:
    """`text` translated, with its braces filled."""
    return translate(text).format(**params)
