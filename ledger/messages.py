"""Texts for users, in the federation's language (sv, en, es).

Message ids are the English texts in the code, marked by `N_` so that the catalogue's extractor finds them; the
catalogues are gettext files in `ledger/locale`, compiled by `make setup`. Without them the English text stands.
"""

from __future__ import annotations

import gettext
import os
from functools import cache
from pathlib import Path

LANGUAGES = ("sv", "en", "es")
LOCALE = Path(__file__).parent / "locale"

_current = ["en"]


def N_(text: str) -> str:  # noqa: N802  the name that message extractors know
    """Mark `text` as a message id; it is translated where it is shown."""
    return text


def use(language: str) -> None:
    """Make `language` the one that `translate` uses; `SAMBOK_LANGUAGE` in the environment wins."""
    wanted = os.environ.get("SAMBOK_LANGUAGE", language)
    _current[0] = wanted if wanted in LANGUAGES else "en"


def current() -> str:
    """The language in use."""
    return _current[0]


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("sambok", LOCALE, languages=[language], fallback=True)


def translate(text: str, language: str | None = None) -> str:
    """`text` in `language` (default: the one in use); the English text where a catalogue has none."""
    if not text:
        return ""
    chosen = language or _current[0]
    return text if chosen == "en" else _catalogue(chosen).gettext(text)


def say(text: str, **params: object) -> str:
    """`text` translated, with its braces filled."""
    return translate(text).format(**params)
