"""What can be wrong, said so that a bookkeeper can act on it (SPEC 12).

Every failure is a class of its own below [`Problem`][ledger.errors.Problem]: a stable code, what is wrong, and the
remedy. A problem is a value (loading never stops at the first one) and may be raised where nothing more can be done.
Texts are message ids: English here, Swedish and Spanish in `ledger/locale`. Parameters are named in braces. Amounts
among them are written as the reader's language writes them, but in JSON with a point, like all that programs read.

A room declares its own problems in its own `problems.py`; the catalogue (`docs/errors.md`) lists every class that
is registered here, and a test provokes each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from ledger.messages import number_text, retell, translate

#: Exit codes of every command (SPEC 5).
EXIT_DONE = 0
EXIT_BOOKS = 1
EXIT_USAGE = 2
EXIT_PERSON = 3
EXIT_OUTSIDE = 4
#: Characters of a parameter in a message; what stands in a hostile file may be of any length.
LONGEST = 800
#: Digits of a number that is written as a language writes it; a longer one is nobody's amount.
LONGEST_NUMBER = 40


class Problem(Exception):  # noqa: N818  a problem is a value first, and raised only at the end of the road
    """One thing that is wrong, where it is, and what to do about it.

    Args:
        file: path relative to the workspace (POSIX), or the path as the user gave it when outside one.
        line: line number from 1, or None where the whole file is meant.
        excerpt: the offending line or lines, as they stand.
        unit: slug of the unit whose book it is.
        **params: what the message and the remedy name in braces; kept as text. A Decimal, or a Beancount amount, is
            written as the reader's language writes numbers; a text stands as it is.
    """

    code: ClassVar[str] = ""
    message: ClassVar[str] = ""
    remedy: ClassVar[str] = ""
    exit_code: ClassVar[int] = EXIT_BOOKS
    #: Message and remedy of special cases, by the parameter `case`; any other has those above.
    cases: ClassVar[Mapping[str, tuple[str, str]]] = {}

    #: Parameters that are numbers as a file must have them, such as a rate or a share: with a point in every language.
    as_written: ClassVar[frozenset[str]] = frozenset()

    #: Parameters that may name a person: in a members' own book they are for its members alone (SPEC 10).
    personal: ClassVar[frozenset[str]] = frozenset()

    registry: ClassVar[dict[str, type[Problem]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Register the class under its code; two classes with one code are a programming error."""
        super().__init_subclass__(**kwargs)
        if not cls.code:
            return
        known = Problem.registry.setdefault(cls.code, cls)
        if (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"two problems are called {cls.code}: {known} and {cls}")

    def __init__(
        self,
        *,
        file: str | None = None,
        line: int | None = None,
        excerpt: str | None = None,
        unit: str | None = None,
        **params: object,
    ) -> None:
        self.file = file
        self.line = line
        self.excerpt = excerpt
        self.unit = unit
        self.params = {name: str(value) for name, value in params.items()}
        self.amounts = frozenset(name for name, value in params.items() if _is_amount(value)) - self.as_written
        super().__init__(self.code)

    def text(self, language: str | None = None) -> str:
        """What is wrong, in `language` (sv, en, es; default: the language in use)."""
        return translate(self._said()[0], language).format(**self._told(language))

    def remedy_text(self, language: str | None = None) -> str:
        """What to do about it, in `language`."""
        return translate(self._said()[1], language).format(**self._told(language))

    def _said(self) -> tuple[str, str]:
        """Message and remedy of the case in hand, as message ids."""
        return self.cases.get(self.params.get("case", ""), (self.message, self.remedy))

    def _told(self, language: str | None) -> dict[str, str]:
        """The parameters, fit to be shown; a reason that a catalogue knows is in `language`."""
        told = {name: _shown(value) for name, value in self.params.items()}
        told |= {name: _amount_text(self.params[name], language) for name in self.amounts}
        reason = self.params.get("reason")
        return told if reason is None else {**told, "reason": _shown(retell(reason, language))}

    @property
    def where(self) -> str:
        """`file:line`, `file`, or nothing."""
        if self.file is None:
            return ""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    def as_json(self, language: str | None = None) -> dict[str, Any]:
        """The object of every `--json` answer's `errors` (SPEC 5); amounts in its texts have a point."""
        plain = Problem.from_dict({**self.to_dict(), "amounts": []}) if self.amounts else self
        return {
            "code": self.code,
            "unit": self.unit,
            "file": self.file,
            "line": self.line,
            "message": plain.text(language),
            "remedy": plain.remedy_text(language),
            "excerpt": self.excerpt,
        }

    def to_dict(self) -> dict[str, Any]:
        """A plain object for caches and pipes; [`from_dict`][ledger.errors.Problem.from_dict] reads it."""
        return {
            "code": self.code,
            "unit": self.unit,
            "file": self.file,
            "line": self.line,
            "excerpt": self.excerpt,
            "params": self.params,
            **({"amounts": sorted(self.amounts)} if self.amounts else {}),
        }

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Problem:
        """The problem that `to_dict` described. An unknown code is a KeyError (a cache of another version)."""
        cls = Problem.registry[data["code"]]
        found = cls(file=data["file"], line=data["line"], excerpt=data["excerpt"], unit=data["unit"], **data["params"])
        found.amounts = frozenset(data.get("amounts", ())) & found.params.keys()
        return found

    def __eq__(self, other: object) -> bool:
        """Problems are equal when they say the same of the same place."""
        return isinstance(other, Problem) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.code, self.file, self.line, self.unit, tuple(sorted(self.params.items()))))

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.text()} [{self.code}]"

    def __reduce__(self) -> tuple[Any, ...]:
        return Problem.from_dict, (self.to_dict(),)


def _is_amount(value: object) -> bool:
    """Whether it is a number or a Beancount amount, which has a number and a currency."""
    return isinstance(value, Decimal) or isinstance(getattr(value, "number", None), Decimal)


def _amount_text(text: str, language: str | None) -> str:
    """A number, with its currency if it has one, as the language writes it; decimals as they are."""
    number, space, currency = text.partition(" ")
    exact = Decimal(number)
    if len(number) > LONGEST_NUMBER or not exact.is_finite() or abs(exact.adjusted()) > LONGEST_NUMBER:
        return _shown(text)
    places = max(0, -int(exact.as_tuple().exponent))
    return number_text(exact, places, language) + space + _shown(currency)


def _shown(text: str) -> str:
    """A foreign text as it may stand in a message: no control or format characters, and not without end."""
    if len(text) <= LONGEST and text.isprintable():
        return text
    plain = "".join(c if c.isprintable() or c == "\n" else " " if c.isspace() else "\ufffd" for c in text[:LONGEST])
    return plain if len(text) <= LONGEST else f"{plain[: LONGEST - 1]}…"


def order(problem: Problem) -> tuple[str, str, int, str, list[tuple[str, str]]]:
    """Sort key: by unit, file, line, code and what is told, so that lists are the same whoever made them."""
    told = sorted(problem.params.items())
    return (problem.unit or "", problem.file or "", problem.line or 0, problem.code, told)
